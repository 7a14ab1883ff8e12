"""
Read numbers as people write them: full-width digits, thousands, units, per cent, degrees and minutes.

What can mean one thing only is read, and told; what can mean two is refused with
the way out. `无` may be zero or not known, `1 234` two numbers, `12,5` a decimal
comma, `12班` no number of seats.
"""

from __future__ import annotations

import math
import re
import unicodedata
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np

from schoolmap.errors import Wording
from schoolmap.inputs.cells.units import factor
from schoolmap.inputs.cells.units import parse_unit

if TYPE_CHECKING:
    from schoolmap.inputs.cells.units import Unit

NOTHING = float("nan")

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_NUMBER_WITH_COMMA = re.compile(r"[+-]?(\d+(,\d*)?|,\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?", re.ASCII)
_OTHER_THOUSANDS = re.compile(r"[+-]?\d{1,3}([,' ]\d{3})+(\.\d*)?", re.ASCII)
_WITH_UNIT = re.compile(r"([+-]?[\d.,]+)\s*([^\d\s.,+-].*)", re.ASCII)
_FULL_WIDTH = re.compile("[\uff10-\uff19]")
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
_DEGREE_SIGNS = str.maketrans(
    {"º": "°", "˚": "°", "度": "°", "分": "'", "秒": '"', "’": "'", "′": "'", "″": '"', "”": '"'}
)
_DIRECTIONS = {
    **dict.fromkeys(("e", "东经", "东"), ("lon", 1)),
    **dict.fromkeys(("w", "西经", "西"), ("lon", -1)),
    **dict.fromkeys(("n", "北纬", "北"), ("lat", 1)),
    **dict.fromkeys(("s", "南纬", "南"), ("lat", -1)),
}
_ANGLE = re.compile(
    r"(?P<before>[a-z东西南北经纬]*)(?P<minus>-?)(?P<degrees>\d{1,3}(\.\d+)?)°?"
    r"((?<=°)(?P<minutes>\d{1,2}(\.\d+)?)'((?P<seconds>\d{1,2}(\.\d+)?)(\"|'')?)?)?"
    r"(?P<after>[a-z东西南北经纬]*)",
    re.ASCII,
)

EMPTY_MARKS = frozenset(
    {
        "-",
        "--",
        "—",
        "——",
        "–",
        "―",
        "/",
        "\\",
        "...",
        "......",
        "暂无",
        "暂缺",
        "不详",
        "未知",
        "待定",
        "未定",
        "n/a",
        "#n/a",
    }
)
"""What people write where nothing is to be written (tidied in width and case)."""
NONE_WORDS = frozenset({"无", "没有"})
"""None, or none known: clear in a text, not in a number."""


class Read(NamedTuple):
    """A cell as read, which notices that deserves, and what is wrong with it."""

    value: object
    notes: tuple[str, ...] = ()
    problem: Wording | None = None


def plain(text: str) -> str:
    """
    Return a text in one width, without spaces at its ends and characters that nobody sees.

    Examples
    --------
    >>> plain(" １２．５\u200b ")
    '12.5'
    """
    return unicodedata.normalize("NFKC", text.translate(_UNSEEN)).strip()


def is_mark(text: str) -> bool:
    """
    Say whether a text stands for an empty cell.

    Examples
    --------
    >>> [is_mark(text) for text in ("—", "／", "暂无", "#N/A", "无", "0")]
    [True, True, True, True, False, False]
    """
    return plain(text).lower() in EMPTY_MARKS


def read_number(
    cell: object, *, decimal: str, unit: Unit | None, times: float = 1.0, optional: bool = True, thousands: bool = True
) -> Read:
    """
    Read a number.

    Parameters
    ----------
    cell
        As stored.
    decimal
        The decimal mark, `.` or `,`.
    unit
        Of the column; a unit in the cell is turned into it.
    times
        What turns a plain number into the unit of the column, where the header or a row of units gives another.
    optional
        Whether the cell may be empty, so that a dash in it is.
    thousands
        Whether commas may separate thousands.

    Examples
    --------
    >>> read_number("１，２３４", decimal=".", unit=None)
    Read(value=1234.0, notes=('full_width', 'thousands'), problem=None)
    >>> read_number("—", decimal=".", unit=None)
    Read(value=nan, notes=('mark',), problem=None)
    >>> read_number("1,5", decimal=".", unit=None).problem.problem
    'is not a number.'
    """
    if isinstance(cell, (int, float, np.number)) and not isinstance(cell, (bool, np.bool_)):
        number = float(cell)
        return _times(number, times, ()) if math.isfinite(number) else Read(NOTHING, (), _NO_NUMBER)
    written = str(cell)
    text = plain(written).removeprefix("'").removeprefix("’")
    if text.lower() in EMPTY_MARKS:
        return Read(NOTHING, ("mark",)) if optional else Read(NOTHING, (), _MARK)
    if text in NONE_WORDS:
        return Read(NOTHING, (), _NONE_OR_UNKNOWN)
    notes: tuple[str, ...] = ("full_width",) if _FULL_WIDTH.search(written) else ()
    number, separated = _parse(text, decimal=decimal, thousands=thousands)
    notes += ("thousands",) if separated else ()
    if math.isfinite(number):
        return _times(number, times, notes)
    found = _WITH_UNIT.fullmatch(text)
    if found is not None:
        number, separated = _parse(found[1], decimal=decimal, thousands=thousands)
        own = parse_unit(found[2])
        if math.isfinite(number) and own is not None:
            notes += ("thousands",) if separated else ()
            return _converted(number, own, unit, notes)
    return Read(NOTHING, (), _not_a_number(text, decimal=decimal))


def _parse(text: str, *, decimal: str, thousands: bool) -> tuple[float, bool]:
    """Return a number, or none, and whether commas separate its thousands."""
    pattern = _NUMBER_WITH_COMMA if decimal == "," else _NUMBER
    if pattern.fullmatch(text):
        number = float(text.replace(decimal, "."))
        return (number if math.isfinite(number) else NOTHING), False
    if thousands and decimal == "." and _THOUSANDS.fullmatch(text):
        return float(text.replace(",", "")), True
    return NOTHING, False


def _times(number: float, times: float, notes: tuple[str, ...]) -> Read:
    return Read(number, notes) if times == 1 else Read(number * times, (*notes, "header_unit"))


def _converted(number: float, own: Unit, unit: Unit | None, notes: tuple[str, ...]) -> Read:
    times = factor(own, unit)
    if times is None:
        return Read(NOTHING, (), _OTHER_UNIT)
    if times == 1:
        return Read(number, (*notes, "unit"))
    return Read(float(number * times), (*notes, "per_cent" if own.dimension == "share" else "converted"))


def read_degrees(cell: object, *, decimal: str, axis: str) -> Read:
    """
    Read a longitude or latitude: decimal degrees, or degrees, minutes and seconds.

    Parameters
    ----------
    cell
        As stored.
    decimal
        The decimal mark.
    axis
        `lon` or `lat`: a direction of the other axis is refused.

    Examples
    --------
    >>> read_degrees("110°23′24″", decimal=".", axis="lon")
    Read(value=110.39, notes=('degrees',), problem=None)
    >>> read_degrees("110.39E", decimal=".", axis="lon"), read_degrees("N28.45", decimal=".", axis="lon").problem.problem
    (Read(value=110.39, notes=('direction',), problem=None), 'is a latitude where the longitude is wanted.')
    """
    simple = read_number(cell, decimal=decimal, unit=None, thousands=False)
    if simple.problem is None or not isinstance(cell, str):
        return simple
    # before the widths are made one: that would take the ring of º for an o
    text = "".join(plain(cell.translate(_DEGREE_SIGNS)).translate(_DEGREE_SIGNS).lower().split())
    found = _ANGLE.fullmatch(text.replace(",", ".") if decimal == "," else text)
    if found is None:
        return simple
    words = [word for word in (found["before"], found["after"]) if word]
    if len(words) > 1 or any(word not in _DIRECTIONS for word in words) or (words and found["minus"]):
        return simple
    towards, sign = _DIRECTIONS[words[0]] if words else (axis, -1 if found["minus"] else 1)
    if towards != axis:
        return Read(NOTHING, (), _OTHER_AXIS[axis])
    minutes, seconds = float(found["minutes"] or 0), float(found["seconds"] or 0)
    if minutes >= _SIXTY or seconds >= _SIXTY:
        return Read(NOTHING, (), _NO_ANGLE)
    value = sign * round(float(found["degrees"]) + minutes / 60 + seconds / 3600, 10)
    return Read(value, ("degrees",) if found["minutes"] or not words else ("direction",))


_SIXTY = 60


def _not_a_number(text: str, *, decimal: str) -> Wording:
    if decimal == "," and "." in text:
        return Wording(
            "is not a number where the comma is the decimal mark.",
            "Write it without a separator of thousands.",
            "不是数字(已声明逗号为小数点)。",
            "请去掉千位分隔符。",
        )
    if _OTHER_THOUSANDS.fullmatch(text):
        return Wording(
            "is not a number: it seems to have a separator of thousands.",
            'Remove it; if the comma is a decimal comma, declare `decimal = ","`.',
            "不是数字:似乎带有千位分隔符。",
            '请去掉分隔符;如逗号是小数点,请写明 `decimal = ","`。',
        )
    if "," in text:
        return Wording(
            "is not a number.",
            'If the comma is a decimal comma, declare `decimal = ","`; else remove it.',
            "不是数字。",
            '如逗号是小数点,请写明 `decimal = ","`;否则请去掉。',
        )
    return _NO_NUMBER


_NO_NUMBER = Wording(
    "is not a number.",
    "Write a plain number, or leave the cell empty where it is not known.",
    "不是数字。",
    "请只填数字;不清楚的留空。",
)
_MARK = Wording(
    "stands for nothing, but a number is needed here.",
    "Write 0 where it is known to be zero; else find the number, or leave the whole record out.",
    "表示没有或不详,而此处必须填数字。",
    "确知为零的填 0;否则请查明,或删去整条记录。",
)
_NONE_OR_UNKNOWN = Wording(
    "may mean zero, or not known.",
    "Write 0 where it is known to be zero; leave the cell empty where it is not known.",
    "可能表示零,也可能表示不清楚。",
    "确知为零的填 0;不清楚的留空。",
)
_OTHER_UNIT = Wording(
    "has a unit that this column does not count in.",
    "Write the number in the unit of the column, or put it into the column that it belongs to.",
    "所带单位与本列不符。",
    "请按本列单位填写,或移到相应的列。",
)
_OTHER_AXIS = {
    "lon": Wording(
        "is a latitude where the longitude is wanted.",
        "Longitude is `lon` (经度, E), latitude `lat` (纬度, N): exchange the two.",
        "是纬度,而此列应为经度。",
        "`lon` 是经度(东经),`lat` 是纬度(北纬):请对调。",
    ),
    "lat": Wording(
        "is a longitude where the latitude is wanted.",
        "Longitude is `lon` (经度, E), latitude `lat` (纬度, N): exchange the two.",
        "是经度,而此列应为纬度。",
        "`lon` 是经度(东经),`lat` 是纬度(北纬):请对调。",
    ),
}
_NO_ANGLE = Wording(
    "has minutes or seconds of 60 or more.",
    "Correct it, or write decimal degrees, `110.39`.",
    "分或秒大于等于 60。",
    "请更正,或写十进制度,如 `110.39`。",
)
