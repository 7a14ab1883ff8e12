"""
Planning standards as data: every figure with its document, number, year and confidence.

A standards file is TOML. The library ships `china`; a project may bring its
own file. Nothing in the code knows a figure of a country.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from dataclasses import fields
from importlib import resources
from typing import TYPE_CHECKING
from typing import Any
from typing import Literal

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
        if type(self.value) not in {int, float} or self.value < 0:
            msg = f"a figure is a number that is not negative, got {self.value!r}."
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
    ValueError
        If a key is not known or a figure is not complete.
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
    else:
        text = Path(name_or_path).read_text(encoding="utf-8")
    return parse(tomllib.loads(text))


def parse(document: dict[str, Any]) -> Standards:
    """Turn a TOML document into standards; an unknown key or incomplete figure raises `ValueError`."""
    _require_keys(document, {"name", "levels", "stages"}, where="the standards", required=frozenset({"name", "levels"}))
    levels = document["levels"]
    names = {field.name for field in fields(Levels)}
    _require_keys(levels, names, where="[levels]", required=frozenset(names))
    stages = {}
    for stage, figures in document.get("stages", {}).items():
        _require_keys(figures, {field.name for field in fields(StageStandard)}, where=f"[stages.{stage}]")
        stages[stage] = StageStandard(
            **{key: _figure(value, where=f"stages.{stage}.{key}") for key, value in figures.items()},
        )
    return Standards(
        name=document["name"],
        levels=Levels(**{key: _figure(value, where=f"levels.{key}") for key, value in levels.items()}),
        stages=stages,
    )


def _figure(value: Any, *, where: str) -> Figure:  # noqa: ANN401
    try:
        return Figure(**value)
    except (TypeError, ValueError) as error:
        msg = f"{where}: {error} Write value, document, number, year and confidence."
        raise ValueError(msg) from error


def _require_keys(
    table: object,
    known: set[str],
    *,
    where: str,
    required: frozenset[str] = frozenset(),
) -> None:
    if not isinstance(table, dict):
        msg = f"{where} must be a table, got {table!r}."
        raise ValueError(msg)  # noqa: TRY004
    unknown = sorted(set(table) - known)
    missing = sorted(required - set(table))
    if unknown or missing:
        parts = [f"unknown key {key!r}" for key in unknown] + [f"key {key!r} is missing" for key in missing]
        msg = f"{where}: {'; '.join(parts)}. Known: {', '.join(sorted(known))}."
        raise ValueError(msg)
