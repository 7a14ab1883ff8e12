"""
Tell the records below a header from rows that are none: units, numbers of columns, totals, examples, foot notes.

A row is left out only where it says itself what it is; what is left out is told.
A total inside a record (`合计` in the column of the sex) stays an error: nobody
but the file's maker knows whether it is counted twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from schoolmap.errors import Fault
from schoolmap.errors import Wording
from schoolmap.errors import row_number
from schoolmap.inputs.aliases import TOTALS
from schoolmap.inputs.aliases import tidy
from schoolmap.inputs.cells.notices import notice
from schoolmap.inputs.cells.notices import rows_en
from schoolmap.inputs.cells.notices import rows_zh
from schoolmap.inputs.cells.units import parse_unit
from schoolmap.tables import NUMERIC
from schoolmap.tables import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    import pandas as pd

    from schoolmap.inputs.files.raw import RawTable
    from schoolmap.tables import Contract

SERIAL = frozenset({"序号", "序", "no", "no.", "行号", "#"})
"""Headers of a column that numbers the rows (tidied)."""
_SERIAL_NUMBER = re.compile(r"\d+(\.\d+)?[.、]?")
_NUMBER = re.compile(r"[+-]?[\d.,]+\D{0,3}")
_EXAMPLES = ("示例", "example")
"""Begin the first cell of an example row of the template (tidied)."""
_GUIDES = frozenset({"填写说明", "代码表", "guide", "codes"})
"""Sheets of the template that explain the others."""
_TOTAL = re.compile(r"(合计|总计|小计|共计|累计)[:：]?")
_ENDS_AS_TOTAL = re.compile(r".{0,16}(合计|总计|小计|共计|累计)[:：]?")
_SUBTOTALS = ("小计", "subtotal")
_FOOT = re.compile(
    r"(备注|附注|注|说明|填表说明|填表人|填报人|制表|制表人|审核|审核人|复核|审批|经办人|联系人|联系电话|单位负责人|负责人|校长|园长|"
    r"统计负责人|填报单位|填表单位|单位|填报日期|填表日期|填报时间|填表时间|报出日期|日期|数据来源|资料来源|来源|盖章)"
    r"(签字|签章|签名|盖章)?(\(.*?\))?([:：].*|\d*[.、].*)?"
)
"""Foot of a sheet: a word alone, or with what follows it behind a colon."""
_TOTAL_WORDS = TOTALS | {"subtotal", "grandtotal", "累计"}
_COLUMN_NAMES = set("甲乙丙丁戊己庚辛壬癸")
_LEAST_NUMBERED = 4
"""Columns that are numbered from 1 on below each other's names before that is no record."""

_TOTAL_IN_RECORD = Wording(
    "marks a total within a record, which would be counted a second time.",
    "Remove the row; if it counts both together and nothing else does, leave this cell empty.",
    "是记录中的合计,会重复计数。",
    "请删除该行;如只有合计而没有分项,请将此单元格留空。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """A row of totals: its number, what it says and in which column, and whether it is that of a part (小计)."""

    row: int
    column: str
    label: str
    of_part: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """
    The rows below a header, told apart.

    Attributes
    ----------
    records
        Cells of the records.
    totals
        Rows of totals, in order.
    units
        What a row of units says of each column.
    faults
        What was left out (notices), and totals within records (errors).
    """

    records: pd.DataFrame
    totals: tuple[Total, ...]
    units: Mapping[str, str]
    faults: tuple[Fault, ...]


def sort_out(raw: RawTable, matches: Mapping[str, str], contract: Contract) -> Body:
    """
    Tell records from rows that are none.

    Parameters
    ----------
    raw
        The table as laid out.
    matches
        Column to the contract's name.
    contract
        Says which columns are numbers, and which are the key.
    """
    frame = raw.frame
    kinds = {column: contract.columns[name].kind for column, name in matches.items() if name in contract.columns}
    serial = [str(column) for column in frame if column not in matches and tidy(column) in SERIAL]
    # a number in that column is no content of a record; `合计` in it is
    cells = frame.copy()
    for column in serial:
        cells[column] = cells[column].where(~cells[column].map(_is_serial), None)
    filled = cells.notna().to_numpy(dtype=bool)
    # a piece of road is one, whatever is known of it
    drawn = np.zeros(len(cells), dtype=bool)
    if raw.geometry is not None and not any(spec.required for spec in contract.columns.values()):
        drawn = raw.geometry.notna().to_numpy(dtype=bool)
    left_out: dict[str, list[int]] = {}
    open_rows = _Open(cells, filled)

    numbered = open_rows.rows(np.asarray(~(filled.any(axis=1) | drawn)))
    left_out["numbered"] = open_rows.close(numbered)
    units: dict[str, str] = {}
    if raw.header_row is not None:
        left_out["header"] = open_rows.close(_repeated_headers(open_rows, raw))
        units, unit_rows, number_rows = _below_header(open_rows, kinds)
        left_out["unit"], left_out["columns"] = unit_rows, number_rows
    left_out["example"] = open_rows.close(
        row for row, text in open_rows.first_texts() if tidy(text).startswith(_EXAMPLES)
    )
    totals, faults = _totals(open_rows, matches, contract, kinds)
    left_out["total"] = [total.row for total in totals]
    left_out["foot"] = open_rows.close(_foot(open_rows, kinds))
    notices = [_left_out(what, rows, cells) for what, rows in left_out.items() if rows]
    bad = [fault.row for fault in faults]
    return Body(
        records=frame.loc[[row for row in open_rows.left() if row not in set(bad)]],
        totals=tuple(totals),
        units=units,
        faults=(*notices, *faults),
    )


def holds_records(title: str, rows: Iterable[Sequence[object]]) -> bool:
    """
    Say whether anything was filled in on a sheet, below its first row.

    What explains the template, and its example rows, are no records.

    Parameters
    ----------
    title
        Name of the sheet.
    rows
        Its rows from the second on; an empty cell is None.

    Examples
    --------
    >>> [holds_records("births", rows) for rows in ([], [(None, None)], [("example: 01", 3)], [(None, "01")])]
    [False, False, False, True]
    >>> holds_records("代码表", [("primary", "小学")])
    False
    """
    firsts = (next((cell for cell in row if cell is not None), None) for row in rows)
    return title not in _GUIDES and any(first is not None and not tidy(first).startswith(_EXAMPLES) for first in firsts)


def _is_serial(cell: object) -> bool:
    return _SERIAL_NUMBER.fullmatch(tidy(cell)) is not None


class _Open:
    """Rows of which nobody has said yet what they are, with the first filled cell of each."""

    def __init__(self, cells: pd.DataFrame, filled: np.ndarray) -> None:
        self.cells = cells
        self.filled = filled
        self._labels = [row_number(row) for row in cells.index]
        self._open = dict.fromkeys(self._labels)
        self.position = {row: position for position, row in enumerate(self._labels)}
        first = filled.argmax(axis=1) if cells.shape[1] else np.zeros(0, dtype=int)
        self._columns, self._cells = [str(column) for column in cells.columns], cells.to_numpy()
        self._first: list[tuple[int, object]] = list(
            zip(first.tolist(), self._cells[np.arange(len(first)), first], strict=True)
        )

    def rows(self, mask: np.ndarray) -> list[int]:
        return [self._labels[position] for position in np.flatnonzero(mask)]

    def left(self) -> list[int]:
        return list(self._open)

    def close(self, rows: Iterable[int]) -> list[int]:
        """Take rows out and return them."""
        closed = [row for row in rows if row in self._open]
        for row in closed:
            del self._open[row]
        return closed

    def first_texts(self) -> list[tuple[int, str]]:
        """Return the open rows whose first filled cell is a text, with that text."""
        if not self._columns:
            return []
        firsts = ((row, self._first[self.position[row]][1]) for row in self._open)
        return [(row, cell) for row, cell in firsts if isinstance(cell, str)]

    def first_column(self, row: int) -> str:
        return self._columns[self._first[self.position[row]][0]]

    def filled_in(self, row: int) -> list[tuple[str, object]]:
        """Return the filled cells of a row, by column."""
        position = self.position[row]
        return [(self._columns[place], self._cells[position, place]) for place in np.flatnonzero(self.filled[position])]


def _repeated_headers(rows: _Open, raw: RawTable) -> list[int]:
    """Return rows that repeat the header, as on each printed page."""
    texts = {str(column): {tidy(part) for part in raw.header(str(column)).parts} for column in rows.cells}
    found = []
    for row, text in rows.first_texts():
        if tidy(text) in texts[rows.first_column(row)]:
            filled = rows.filled_in(row)
            if len(filled) > 1 and all(tidy(cell) in texts[column] for column, cell in filled):
                found.append(row)
    return found


def _below_header(rows: _Open, kinds: Mapping[str, Kind]) -> tuple[dict[str, str], list[int], list[int]]:
    """Take out rows of units and of numbers of columns, which stand directly below the header."""
    units: dict[str, str] = {}
    unit_rows: list[int] = []
    number_rows: list[int] = []
    for row in rows.left():
        filled = rows.filled_in(row)
        said = _units(filled, kinds)
        if said:
            units |= said
            unit_rows += rows.close([row])
        elif _numbers_columns(filled):
            number_rows += rows.close([row])
        else:
            break
    return units, unit_rows, number_rows


def _units(filled: Sequence[tuple[str, object]], kinds: Mapping[str, Kind]) -> dict[str, str]:
    """Return the units that a row gives for columns of numbers; none if anything else stands in it."""
    numeric = {column: str(cell) for column, cell in filled if kinds.get(column) in NUMERIC}
    others = [str(cell) for column, cell in filled if column not in numeric]
    if not numeric or any(parse_unit(text) is None for text in numeric.values()):
        return {}
    blank = all(tidy(text) in {"单位", "计量单位", "unit", "-", "—"} or parse_unit(text) is not None for text in others)
    return numeric if blank else {}


def _numbers_columns(filled: Sequence[tuple[str, object]]) -> bool:
    """Say whether a row numbers the columns, `甲 乙 1 2 3`, as printed forms do."""
    texts = [tidy(cell) for _, cell in filled]
    letters = [text for text in texts if text in _COLUMN_NAMES]
    numbers = [text for text in texts if text not in _COLUMN_NAMES]
    counting = numbers == [str(number) for number in range(1, len(numbers) + 1)]
    return counting and (len(letters) > 0 or len(numbers) >= _LEAST_NUMBERED) and len(texts) > 1


def _totals(
    rows: _Open, matches: Mapping[str, str], contract: Contract, kinds: Mapping[str, Kind]
) -> tuple[list[Total], list[Fault]]:
    """Take out rows of totals; a total inside of a record is an error."""
    columns = list(rows.cells.columns)
    first_number = next((place for place, column in enumerate(columns) if kinds.get(column) in NUMERIC), len(columns))
    key = [column for column in columns if matches.get(column) in contract.key and kinds.get(column) not in NUMERIC]
    labels = list(dict.fromkeys([*columns[:first_number], *key]))
    # a record is of a school, area or project; a total may be of one stage, age or year
    things = [column for column in key if kinds[column] is Kind.CODE] or key
    candidates = {row for row, text in rows.first_texts() if _is_total(text)}
    for column in labels:
        texts = rows.cells[column]
        unique = {text for text in texts[texts.notna()].unique() if isinstance(text, str) and _is_total(text)}
        if unique:
            candidates |= {row_number(row) for row in texts.index[texts.isin(unique)]}
    totals, faults = [], []
    for row in rows.close(row for row in rows.left() if row in candidates):
        filled = dict(rows.filled_in(row))
        said = {
            column: str(cell) for column, cell in filled.items() if column in labels or column == next(iter(filled))
        }
        said = {column: cell for column, cell in said.items() if _is_total(cell)}
        column, label = next(iter(said.items()))
        own_key = any(name in filled and name not in said for name in things)
        if own_key and column != next(iter(filled)):
            faults.append(Fault(file="", row=row, column=column, value=label, **_TOTAL_IN_RECORD._asdict()))
        else:
            totals.append(
                Total(row=row, column=column, label=label, of_part=any(word in tidy(label) for word in _SUBTOTALS))
            )
    return totals, faults


def _is_total(cell: object) -> bool:
    """
    Say whether a cell marks a row as the total of others.

    Examples
    --------
    >>> [_is_total(cell) for cell in ("合 计", "城关镇小计", "全县合计:", "合计小学", "Total", 5)]
    [True, True, True, False, True, False]
    """
    if not isinstance(cell, str):
        return False
    text = tidy(cell)
    if text in _TOTAL_WORDS or _TOTAL.fullmatch(text):
        return True
    return _ENDS_AS_TOTAL.fullmatch(text) is not None


def _foot(rows: _Open, kinds: Mapping[str, Kind]) -> list[int]:
    """Return the rows at the end that are foot notes, and the lines that go on below one."""
    texts = dict(rows.first_texts())
    left = rows.left()
    begins = len(left)
    for place in range(len(left) - 1, -1, -1):
        row = left[place]
        filled = rows.filled_in(row)
        if row not in texts or any(kinds.get(column) in NUMERIC and _is_counted(cell) for column, cell in filled):
            break
        if _FOOT.fullmatch(tidy(texts[row])):
            begins = place
        elif len(filled) > 1:
            break
    return left[begins:]


def _is_counted(cell: object) -> bool:
    """Say whether a cell holds a number, with or without a unit, and no words such as who signed."""
    return _NUMBER.fullmatch(tidy(cell)) is not None


_WHAT: dict[str, tuple[str, str]] = {
    "numbered": ("is only the number of a row", "只有序号,没有内容"),
    "header": ("repeats the header", "重复表头"),
    "unit": ("gives the units", "是单位行"),
    "columns": ("numbers the columns", "是栏号行"),
    "example": ("is an example of the template", "是模板示例行"),
    "total": ("is a total of others", "是合计行"),
    "foot": ("is a foot note", "是表尾说明"),
}


def _left_out(what: str, rows: Sequence[int], cells: pd.DataFrame) -> Fault:
    values = cells.loc[rows[0]].dropna()
    says, says_zh = _WHAT[what]
    return notice(
        Wording(
            f"{says}, no record: not read ({rows_en(rows)}).",
            "Nothing needs to be done if that is right.",
            f"{says_zh},不作为记录读取({rows_zh(rows)})。",
            "如无误,无需处理。",
        ),
        row=rows[0],
        column="" if values.empty else str(values.index[0]),
        value="" if values.empty else str(values.iloc[0]),
    )
