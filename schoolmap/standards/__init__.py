"""
Planning standards as data: every figure with its document, number, year and confidence.

A standards file is TOML. The library ships `china`; a project may bring its
own file. Nothing in the code knows a figure of a country.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from dataclasses import fields
from dataclasses import replace
from importlib import resources
from typing import TYPE_CHECKING
from typing import Any
from typing import Literal

from schoolmap.errors import Fault
from schoolmap.errors import InputError
from schoolmap.errors import Wording

if TYPE_CHECKING:
    from pathlib import Path

Confidence = Literal["high", "medium", "low", "assumption"]
CONFIDENCES = ("high", "medium", "low", "assumption")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number and where it stands."""

    value: float
    document: str
    number: str = ""
    year: int | None = None
    confidence: Confidence
    note: str = ""

    def __post_init__(self) -> None:
        """Raise if the figure is no number or its confidence is none of the four words."""
        # a boolean is an int to Python, and TOML has booleans
        if type(self.value) not in {int, float} or not 0 < self.value < float("inf"):
            msg = f"a figure is a number above zero, got {self.value!r}."
            raise ValueError(msg)
        if self.confidence not in CONFIDENCES:
            msg = f"confidence is one of {', '.join(CONFIDENCES)}, got {self.confidence!r}."
            raise ValueError(msg)

    @property
    def citation(self) -> str:
        """Return document, number and year in one line."""
        parts = [self.document, self.number, "" if self.year is None else str(self.year)]
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageStandard:
    """What the standard says of one stage; what it does not say is `None`, never zero."""

    class_size: Figure | None = None
    """Children in one class at the planning norm."""
    oversized_from: Figure | None = None
    """A class of this many children or more is oversized (大班额)."""
    min_classes: Figure | None = None
    """Classes that a new school has at least."""
    max_classes: Figure | None = None
    """Classes that a school has at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """Utilisation (demand / seats) at which a catchment is warned of, and below which it has room."""

    watch_from: Figure
    red_from: Figure
    surplus_below: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Standards:
    """A set of planning standards."""

    name: str
    levels: Levels
    stages: dict[str, StageStandard]


def shipped() -> tuple[str, ...]:
    """
    Return the names of the standards that come with the library.

    Examples
    --------
    >>> shipped()
    ('china',)
    """
    folder = resources.files(__package__)
    return tuple(sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml")))


def load(name_or_path: str | Path) -> Standards:
    """
    Load standards by their name, or from a file.

    Raises
    ------
    InputError
        If the file is no TOML, a key is not known or a figure is not complete; it lists every fault.
    FileNotFoundError
        If there is neither a shipped standard of that name nor such a file.

    Examples
    --------
    >>> load("china").stages["primary"].class_size.value
    45
    """
    from pathlib import Path  # noqa: PLC0415

    if isinstance(name_or_path, str) and name_or_path in shipped():
        text = resources.files(__package__).joinpath(f"{name_or_path}.toml").read_text(encoding="utf-8")
        return parse(tomllib.loads(text), file=f"{name_or_path}.toml")
    path = Path(name_or_path)
    try:
        document = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except ValueError as error:
        fault = Fault(
            file=path.name,
            problem=f"is no TOML in UTF-8: {error}.",
            remedy="Mend the named line, or save the file as UTF-8.",
            problem_zh=f"不是 UTF-8 编码的 TOML:{error}。",
            remedy_zh="请更正所指的行,或另存为 UTF-8。",
        )
        raise InputError([fault]) from error
    return parse(document, file=path.name)


def parse(document: dict[str, Any], *, file: str = "standards.toml") -> Standards:
    """
    Turn a TOML document into standards.

    Raises
    ------
    InputError
        If a key is not known or missing, or a figure is not complete; it lists every fault.
    """
    faults: list[Fault] = []
    levels, stages = document.get("levels", {}), document.get("stages", {})
    names = tuple(field.name for field in fields(Levels))
    faults += _key_faults(document, ("name", "levels", "stages"), required=("name", "levels"))
    if not isinstance(document.get("name", ""), str):
        faults.append(_fault("name", document["name"], _NOT_TEXT))
    # a missing [levels] is told once, not once for each of its keys
    faults += _key_faults(levels, names, where="levels", required=names if "levels" in document else ())
    faults += _key_faults(stages, tuple(stage for stage, _ in _items(stages)), where="stages")
    known = tuple(field.name for field in fields(StageStandard))
    for stage, figures in _items(stages):
        faults += _key_faults(figures, known, where=f"stages.{stage}")
    read = {
        where: _figure(value, where, faults)
        for where, value in (
            *((f"levels.{key}", value) for key, value in _items(levels) if key in names),
            *(
                (f"stages.{stage}.{key}", value)
                for stage, figures in _items(stages)
                for key, value in _items(figures)
                if key in known
            ),
        )
    }
    if faults:
        raise InputError([replace(fault, file=file) for fault in faults])
    return Standards(
        name=document["name"],
        levels=Levels(**{key: read[f"levels.{key}"] for key in names}),
        stages={
            stage: StageStandard(**{key: read[f"stages.{stage}.{key}"] for key in figures})
            for stage, figures in stages.items()
        },
    )


def _items(table: object) -> list[tuple[str, Any]]:
    return list(table.items()) if isinstance(table, dict) else []


_EMPTY = Figure(value=1.0, document="", confidence="assumption")


def _figure(value: object, where: str, faults: list[Fault]) -> Figure:
    """Read one figure; what is wrong is added to the faults."""
    known = tuple(field.name for field in fields(Figure))
    found = _key_faults(value, known, where=where, required=("value", "document", "confidence"))
    if not isinstance(value, dict) or found:
        faults += found
        return _EMPTY
    found += [
        _fault(f"{where}.{key}", value[key], _NOT_TEXT)
        for key in ("document", "number", "note")
        if not isinstance(value.get(key, ""), str)
    ]
    number = value["value"]
    # a boolean is an int to Python, and TOML has booleans
    if type(number) not in {int, float} or not 0 < number < float("inf"):
        found.append(_fault(f"{where}.value", number, _NOT_ABOVE_ZERO))
    if "year" in value and type(value["year"]) is not int:
        found.append(_fault(f"{where}.year", value["year"], _NOT_A_YEAR))
    if value["confidence"] not in CONFIDENCES:
        found.append(_fault(f"{where}.confidence", value["confidence"], _NO_CONFIDENCE))
    faults += found
    return _EMPTY if found else Figure(**value)


def _key_faults(
    table: object,
    known: tuple[str, ...],
    *,
    where: str = "",
    required: tuple[str, ...] = (),
) -> list[Fault]:
    if not isinstance(table, dict):
        return [_fault(where, table, _NO_TABLE)]
    dot = f"{where}." if where else ""
    listed = ", ".join(known)
    unknown = Wording("is not a known key.", f"Known are: {listed}.", "没有这一项。", f"可用:{listed}。")
    return [
        *(_fault(f"{dot}{key}", "", unknown) for key in table if key not in known),
        *(_fault(f"{dot}{key}", "", _MISSING) for key in required if key not in table),
    ]


def _fault(column: str, value: object, wording: Wording) -> Fault:
    return Fault(file="", column=column, value=str(value), **wording._asdict())


_MISSING = Wording(
    "is missing.",
    "Write it; a figure has value, document, number, year and confidence.",
    "缺少此项。",
    "请补充;每个指标应有 value、document、number、year 和 confidence。",
)
_NO_TABLE = Wording(
    "is no table of keys.",
    "Write it as `[section]`; a figure has value, document, number, year and confidence.",
    "应为一组键。",
    "请写成 `[小节]`;每个指标应有 value、document、number、year 和 confidence。",
)
_NOT_TEXT = Wording("is no text.", "Put it in quotes.", "不是文字。", "请加引号。")
_NOT_ABOVE_ZERO = Wording(
    "is no number above zero.",
    "Leave the figure out where the standard does not say.",
    "不是大于零的数。",
    "标准未规定的,请不写。",
)
_NOT_A_YEAR = Wording("is no year.", "Write four digits without quotes.", "不是年份。", "请写四位数字,不加引号。")
_NO_CONFIDENCE = Wording(
    "is no level of confidence.",
    f"Write one of {', '.join(CONFIDENCES)}.",
    "不是可信度。",
    f"可用:{'、'.join(CONFIDENCES)}。",
)
