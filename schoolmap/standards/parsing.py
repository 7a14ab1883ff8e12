"""
Read a document into standards: the parts of `schema` are the grammar, and every fault is told at once.

What a part is said to be in `schema` is what the file must hold: an unknown key, a
missing one or a value of another type is a fault. What no type can say, such as
bands without gap, is in `rules`.
"""

from __future__ import annotations

import sys
from dataclasses import MISSING
from dataclasses import fields
from dataclasses import is_dataclass
from functools import cache
from types import NoneType
from types import UnionType
from typing import Any
from typing import Literal
from typing import get_args
from typing import get_origin
from typing import get_type_hints

from schoolmap.errors import Fault
from schoolmap.errors import Wording
from schoolmap.standards import rules
from schoolmap.standards.schema import CONFIDENCES
from schoolmap.standards.schema import ClassBand
from schoolmap.standards.schema import Costs
from schoolmap.standards.schema import Levels
from schoolmap.standards.schema import Standards
from schoolmap.standards.schema import Text

_BAD = object()
"""Stands for a value that could not be read."""
_YEARS = {"year", "entered_from", "entered_to"}
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
# a band is no figure, but it stands in a document too
_NEEDED = {ClassBand: ("document", "confidence")}
_FRAMES = {Standards, Levels, Costs}
"""Parts that hold other parts: what they lack can be filled by other standards."""


def read(document: object, *, partial: bool = False) -> tuple[Standards | None, list[Fault]]:
    """
    Turn a TOML document into standards.

    Parameters
    ----------
    document
        What `tomllib` returns, with `extends` a list of names or absent.
    partial
        Whether other standards fill what is missing: then neither the name nor
        a warning level has to be there, and nothing is returned but faults.

    Returns
    -------
    standards, faults
        The standards, or nothing and everything that is wrong with them.

    Examples
    --------
    >>> standards, faults = read({"name": "ours", "levels": {}, "colour": "red"})
    >>> [(fault.column, fault.problem) for fault in faults[:2]]
    [('colour', 'is not a known key.'), ('levels.watch_from', 'is missing.')]
    """
    faults: list[Fault] = []
    found = _part(Standards, document, "", faults, partial=partial)
    return (None if faults or partial else found), faults


def _value(kind: Any, value: object, where: str, faults: list[Fault], *, partial: bool) -> Any:  # noqa: ANN401
    """Read a value of a kind that a part of `schema` states; what is wrong is added to the faults."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is UnionType:
        (kind,) = (option for option in inner if option is not NoneType)
        return _value(kind, value, where, faults, partial=partial)
    if is_dataclass(kind):
        return _part(kind, value, where, faults, partial=partial)
    if kind == Text:
        return _text(value, where, faults)
    if origin is tuple:
        return _list(inner[0], value, where, faults)
    if origin is dict:
        return _named(inner[1], value, where, faults, partial=partial)
    return _scalar(kind, value, where, faults)


def _part(kind: Any, value: object, where: str, faults: list[Fault], *, partial: bool) -> Any:  # noqa: ANN401
    """Read a table of keys into a part of `schema`."""
    if not isinstance(value, dict):
        return _complain(where, value, _NO_TABLE, faults)
    kinds, dot = _kinds(kind), f"{where}." if where else ""
    unknown = Wording(
        "is not a known key.", f"Known are: {', '.join(kinds)}.", "没有这一项。", f"可用:{'、'.join(kinds)}。"
    )
    before = len(faults)
    faults += [rules.fault(f"{dot}{key}", "", unknown) for key in value if key not in kinds]
    # only the frame of a document can be filled by other standards: a figure is taken as a whole
    if not (partial and kind in _FRAMES):
        needed = (*(key for key in kinds if key in _needed(kind)), *_NEEDED.get(kind, ()))
        faults += [rules.fault(f"{dot}{key}", "", _MISSING) for key in needed if key not in value]
    read_keys = {
        key: _value(kinds[key], value[key], f"{dot}{key}", faults, partial=partial) for key in kinds if key in value
    }
    if len(faults) > before:
        return _BAD
    if partial and kind in _FRAMES:
        return None
    part = kind(**read_keys)
    faults += rules.faults_of_part(part, where)
    return part


def _list(kind: Any, value: object, where: str, faults: list[Fault]) -> Any:  # noqa: ANN401
    """Read a list of parts or words; one that is whole is also read as a list."""
    if not isinstance(value, list):
        return _complain(where, value, _NO_LIST, faults)
    before = len(faults)
    found = tuple(
        _value(kind, item, f"{where}[{place}]", faults, partial=False) for place, item in enumerate(value, start=1)
    )
    if len(faults) > before:
        return _BAD
    faults += rules.faults_of_list(found, where)
    return found


def _named(kind: Any, value: object, where: str, faults: list[Fault], *, partial: bool) -> Any:  # noqa: ANN401
    """Read a table whose keys are names of the file's own, as those of stages."""
    if not isinstance(value, dict):
        return _complain(where, value, _NO_TABLE, faults)
    return {key: _value(kind, item, f"{where}.{key}", faults, partial=partial) for key, item in value.items()}


def _text(value: object, where: str, faults: list[Fault]) -> Any:  # noqa: ANN401
    """Read a text for people: one for both languages, or one for each."""
    texts = {"en": value, "zh": value} if isinstance(value, str) else value
    if isinstance(texts, dict) and set(texts) == {"en", "zh"} and all(map(_is_written, texts.values())):
        return dict(texts)
    return _complain(where, value, _NO_TEXT_FOR_PEOPLE, faults)


def _scalar(kind: Any, value: object, where: str, faults: list[Fault]) -> Any:  # noqa: ANN401
    """Read a word, a number or a choice."""
    key = where.rpartition(".")[2]
    if get_origin(kind) is Literal:
        choices = get_args(kind)
        sound = isinstance(value, str) and value in choices
        wording = _NO_CONFIDENCE if choices == CONFIDENCES else _not_one_of(choices)
    elif kind is str:
        # a figure whose document is blank has none
        sound = _is_written(value) if key == "document" else isinstance(value, str)
        wording = _BLANK if isinstance(value, str) else _NOT_TEXT
    elif key in _YEARS:
        sound, wording = _is_whole(value, _FIRST_YEAR, _LAST_YEAR), _NOT_A_YEAR
    elif kind is int:
        sound, wording = _is_whole(value, 0, sys.maxsize), _NOT_WHOLE
    else:
        # a boolean is an int to Python, and TOML has booleans
        sound = isinstance(value, (int, float)) and value is not True and 0 < value <= sys.float_info.max
        wording = _NOT_ABOVE_ZERO
    return value if sound else _complain(where, value, wording, faults)


def _is_written(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_whole(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


@cache
def _kinds(kind: Any) -> dict[str, Any]:  # noqa: ANN401
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


@cache
def _needed(kind: Any) -> frozenset[str]:  # noqa: ANN401
    return frozenset(
        field.name for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING
    )


def _complain(where: str, value: object, wording: Wording, faults: list[Fault]) -> Any:  # noqa: ANN401
    faults.append(rules.fault(where, value, wording))
    return _BAD


def _not_one_of(choices: tuple[str, ...]) -> Wording:
    return Wording(
        "is not one of the choices.",
        f"Write one of {', '.join(choices)}.",
        "不在可选范围内。",
        f"可用:{'、'.join(choices)}。",
    )


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
_NO_LIST = Wording(
    "is no list.",
    "Write each entry as `[[section]]`, or words as `[…]`.",
    "应为列表。",
    "每一条请写成 `[[小节]]`,词语列表请写成 `[…]`。",
)
_NOT_TEXT = Wording("is no text.", "Put it in quotes.", "不是文字。", "请加引号。")
_BLANK = Wording(
    "is blank.",
    "Name the document that the figure stands in, or describe it in words.",
    "为空。",
    "请写明指标所在的文件,没有文号的用文字说明。",
)
_NO_TEXT_FOR_PEOPLE = Wording(
    "is no text for people.",
    'Write `{ en = "…", zh = "…" }`, or one sentence in quotes for both languages.',
    "不是说明文字。",
    '请写 `{ en = "…", zh = "…" }`,或加引号的一句话(两种语言共用)。',
)
_NOT_ABOVE_ZERO = Wording(
    "is no number above zero.",
    "Leave the figure out where the standard does not say.",
    "不是大于零的数。",
    "标准未规定的,请不写。",
)
_NOT_WHOLE = Wording(
    "is no whole number.",
    "Write it without quotes and decimals, zero or above.",
    "不是整数。",
    "请写零或正整数,不加引号和小数。",
)
_NOT_A_YEAR = Wording("is no year.", "Write four digits without quotes.", "不是年份。", "请写四位数字,不加引号。")
_NO_CONFIDENCE = Wording(
    "is no level of confidence.",
    f"Write one of {', '.join(CONFIDENCES)}.",
    "不是可信度。",
    f"可用:{'、'.join(CONFIDENCES)}。",
)
