"""
Read dates, months, years and ages as people write them: year first, in any of the usual ways.

`2025.9.1`, `2025年9月1日` and `2025/9/1` are one day. `1/9/2025` may be January or
September, and `2027.1` may be an October whose zero a spreadsheet took away: refused.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING
from typing import Any

from schoolmap.errors import Wording
from schoolmap.inputs.cells.number_cells import Read
from schoolmap.inputs.cells.number_cells import plain
from schoolmap.tables import Kind
from schoolmap.tables import parse_age
from schoolmap.tables import parse_month
from schoolmap.tables import parse_year

if TYPE_CHECKING:
    from collections.abc import Callable

_ISO = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DATE = re.compile(
    r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})[日号])(?:[T ]?0?0:00(?::00(?:\.0+)?)?)?", re.ASCII
)
_DAY_FIRST = re.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{2,4}|\d{2}([-/.])\d{1,2}\2\d{1,2}", re.ASCII)
_MONTH = re.compile(r"(\d{4})(?:[-/.](\d{1,2})|年(?:(\d{1,2})月份?)?)", re.ASCII)
_TENTH = re.compile(r"\d{4}\.1", re.ASCII)

NOT_READ = {
    Kind.AGE: Wording(
        "is no age.",
        "Write an age `3`, a band `3-5` with both ends counted, or `95+`; format the column as text.",
        "不是年龄。",
        "请写年龄 `3`、年龄段 `3-5`(含两端)或 `95+`;该列请设为文本格式。",
    ),
    Kind.YEAR: Wording(
        "is no year.",
        "Write `2024`, or a school year `2024-2025`.",
        "不是年份。",
        "请写 `2024`,学年写 `2024-2025`。",
    ),
    Kind.MONTH: Wording("is no month.", "Write year and month, `2027-09`.", "不是年月。", "请写年月,如 `2027-09`。"),
    Kind.DATE: Wording(
        "is no date.",
        "Write year, month and day, `2016-12-31`.",
        "不是日期。",
        "请写年月日,如 `2016-12-31`。",
    ),
}
_DAY_OR_MONTH = Wording(
    "may be one of several dates: nobody knows which number is the day.",
    "Write the year first, `2025-09-01`.",
    "日期有歧义:分不清日和月。",
    "请按年、月、日填写,如 `2025-09-01`。",
)
_JANUARY_OR_OCTOBER = Wording(
    "may be January, or an October whose zero was lost when it was stored as a number.",
    "Write `2027-01` or `2027-10`; format the column as text.",
    "可能是 1 月,也可能是以数字保存时丢了末位 0 的 10 月。",
    "请写 `2027-01` 或 `2027-10`,该列请设为文本格式。",
)


def as_text(cell: Any, kind: Kind) -> str:  # noqa: ANN401
    """
    Return a filled cell as the text that a person sees in it.

    Examples
    --------
    >>> as_text(2024.0, Kind.YEAR), as_text(dt.date(2027, 9, 1), Kind.MONTH), as_text(dt.date(2027, 9, 1), Kind.DATE)
    ('2024', '2027-09', '2027-09-01')
    """
    if isinstance(cell, (dt.datetime, dt.date)):
        # a spreadsheet makes the first of the month of `2027-09`
        return cell.strftime("%Y-%m" if kind is Kind.MONTH and cell.day == 1 else "%Y-%m-%d")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def read_time(cell: object, kind: Kind) -> Read:
    """
    Read a date, month, year or age.

    Returns
    -------
    read
        An ISO date or month; a year or age as the contract writes it.

    Examples
    --------
    >>> read_time("2025年9月1日", Kind.DATE), read_time("2027/9", Kind.MONTH)
    (Read(value='2025-09-01', notes=('date',), problem=None), Read(value='2027-09', notes=('month',), problem=None))
    >>> read_time("1/9/2025", Kind.DATE).problem.problem
    'may be one of several dates: nobody knows which number is the day.'
    """
    shown = as_text(cell, kind)
    text = plain(shown)
    return _READERS[kind]("".join(text.split()) if kind is not Kind.DATE else text, shown)


def _read_date(text: str, shown: str) -> Read:
    found = _DATE.fullmatch(text)
    if found is None:
        wording = _DAY_OR_MONTH if _DAY_FIRST.fullmatch(text) else NOT_READ[Kind.DATE]
        return Read(shown, (), wording)
    year, month, day = found[1], found[3] or found[5], found[4] or found[6]
    try:
        date = dt.date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return Read(shown, (), NOT_READ[Kind.DATE])
    return Read(date, () if _ISO.fullmatch(text) else ("date",))


def _read_month(text: str, shown: str) -> Read:
    if parse_month(text) is not None:
        return Read(_iso_month(text))
    if _TENTH.fullmatch(text):
        return Read(shown, (), _JANUARY_OR_OCTOBER)
    day = _read_date(text, shown)
    if day.problem is None and str(day.value).endswith("-01"):
        return Read(str(day.value).removesuffix("-01"), ("month",))
    found = _MONTH.fullmatch(text)
    month = "" if found is None else found[2] or found[3]
    if found is None or (month and not 1 <= int(month) <= _DECEMBER):
        wording = _DAY_OR_MONTH if day.problem is _DAY_OR_MONTH else NOT_READ[Kind.MONTH]
        return Read(shown, (), wording)
    return Read(f"{found[1]}-{int(month):02}" if month else found[1], ("month",))


_DECEMBER = 12


def _iso_month(text: str) -> str:
    """Return `2027-9` as `2027-09`, and a year alone as it is: it stands for the start of its school year."""
    year, _, month = text.partition("-")
    return f"{year}-{int(month):02}" if month else year


def _read_year(text: str, shown: str) -> Read:
    year = parse_year(text)
    # `2024年` and `2024` are one year, also where records are compared
    return Read(shown, (), NOT_READ[Kind.YEAR]) if year is None else Read(str(year))


def _read_age(text: str, shown: str) -> Read:
    text = text.replace("周岁", "岁")
    return Read(shown, (), NOT_READ[Kind.AGE]) if parse_age(text) is None else Read(text)


_READERS: dict[Kind, Callable[[str, str], Read]] = {
    Kind.DATE: _read_date,
    Kind.MONTH: _read_month,
    Kind.YEAR: _read_year,
    Kind.AGE: _read_age,
}
