"""Notices: how something was read that is not written as the contract has it; one for each kind and column."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from schoolmap.errors import Fault
from schoolmap.errors import Severity
from schoolmap.errors import Wording
from schoolmap.errors import row_number

if TYPE_CHECKING:
    from collections.abc import Hashable
    from collections.abc import Iterable
    from collections.abc import Sequence

_SHOWN = 5
"""Rows that a sentence names."""


class Seen(NamedTuple):
    """One cell that is not read as it is written: which notice, where, what stands there, what was read."""

    note: str
    row: Hashable
    value: str
    read: str


def notice(wording: Wording, *, row: Hashable = None, column: str = "", value: str = "") -> Fault:
    """Return a notice, not yet with the name of its file."""
    return Fault(
        file="",
        row=None if row is None else row_number(row),
        column=column,
        value=value,
        severity=Severity.NOTICE,
        **wording._asdict(),
    )


def of_cells(seen: Iterable[Seen], *, column: str) -> list[Fault]:
    """
    Tell how cells of one column were read, once for each way.

    Examples
    --------
    >>> (told,) = of_cells([Seen("thousands", 3, "1,200", "1200"), Seen("thousands", 5, "2,300", "2300")], column="seats")
    >>> print(told)
    , row 3, column seats: '1,200': is read as 1200: the commas separate thousands; so are 1 more cell(s) of this
    column. Nothing needs to be done if that is right.
    """
    by_note: dict[str, list[Seen]] = {}
    for cell in seen:
        by_note.setdefault(cell.note, []).append(cell)
    told = []
    for note, cells in by_note.items():
        first, more = cells[0], len(cells) - 1
        why, why_zh, remedy, remedy_zh = _CELLS[note]
        also, also_zh = (f"; so are {more} more cell(s) of this column", f"(本列另有 {more} 处)") if more else ("", "")
        read, read_zh = (
            (f"is read as {first.read}", f"读作 {first.read}") if first.read else ("is read as empty", "按空单元格读取")
        )
        wording = Wording(f"{read}: {why}{also}.", remedy, f"{read_zh}:{why_zh}{also_zh}。", remedy_zh)
        told.append(notice(wording, row=first.row, column=column, value=first.value))
    return told


_FINE = ("Nothing needs to be done if that is right.", "如无误,无需处理。")
_AS_TEXT = (
    "Nothing needs to be done if no code begins with a zero; else format the column as text and type the codes anew.",
    "如代码都不以 0 开头,无需处理;否则请将该列设为文本格式并重新填写。",
)
_CELLS: dict[str, tuple[str, str, str, str]] = {
    "full_width": ("full-width characters are digits", "全角数字", *_FINE),
    "thousands": ("the commas separate thousands", "逗号为千位分隔符", *_FINE),
    "unit": ("the unit is left out", "略去单位", *_FINE),
    "converted": ("it is converted to the unit of the column", "已换算为本列单位", *_FINE),
    "header_unit": (
        "the header gives another unit, from which it is converted",
        "表头(或单位行)为另一单位,已换算",
        *_FINE,
    ),
    "per_cent": ("per cent are hundredths", "百分数换算为比例", *_FINE),
    "mark": (
        "it stands for nothing, or for not known",
        "该符号表示没有或不详",
        "Write 0 where it is known to be zero.",
        "如确知为零,请填 0。",
    ),
    "date": ("year, month, day", "按年、月、日", *_FINE),
    "month": ("year and month", "按年、月", *_FINE),
    "degrees": ("degrees, minutes and seconds", "由度分秒换算", *_FINE),
    "direction": ("the letter or word gives the direction", "字母或文字表示方向", *_FINE),
    "code_number": ("the code is stored as a number", "代码以数字格式保存", *_AS_TEXT),
    "code_decimal": ("a spreadsheet made a number with decimals of the code", "表格软件把代码变成了小数", *_AS_TEXT),
    "code_power": ("a spreadsheet wrote the code as a power of ten", "表格软件把代码变成了科学计数法", *_AS_TEXT),
    "no_speed": (
        "a speed of zero is no speed",
        "车速为零视为未知",
        "Nothing needs to be done: the speed of its class holds.",
        "无需处理:按所属道路等级的车速计算。",
    ),
    "unseen": (
        "characters that nobody sees, and spaces at the ends, are left out",
        "略去首尾空格和不可见字符",
        *_FINE,
    ),
    "apostrophe": ("the apostrophe before it only marks text", "前面的撇号只是文本标记", *_FINE),
}


def rows_en(rows: Sequence[int]) -> str:
    """
    Name rows in English.

    Examples
    --------
    >>> rows_en([4]), rows_en([4, 9]), rows_en(range(4, 14))
    ('row 4', 'rows 4, 9', 'rows 4, 5, 6, 7, 8 (and 5 more)')
    """
    more = f" (and {len(rows) - _SHOWN} more)" if len(rows) > _SHOWN else ""
    return ("row " if len(rows) == 1 else "rows ") + ", ".join(map(str, rows[:_SHOWN])) + more


def rows_zh(rows: Sequence[int]) -> str:
    """
    Name rows in Chinese.

    Examples
    --------
    >>> rows_zh([4, 9]), rows_zh(range(4, 14))
    ('第 4、9 行', '第 4、5、6、7、8 行等 10 行')
    """
    more = f"等 {len(rows)} 行" if len(rows) > _SHOWN else ""
    return "第 " + "、".join(map(str, rows[:_SHOWN])) + " 行" + more
