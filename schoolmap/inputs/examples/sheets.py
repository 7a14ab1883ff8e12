"""
Write a table as a bureau's sheet: titles, a header of two rows with merged cells, units, sums, a foot.

Nothing of this is in the table; a reader must find it again. Numbers are
written as people leave them: most as numbers, a few in full-width digits or
with a comma between thousands.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING
from typing import Any

import pandas as pd

from schoolmap.inputs.aliases import WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

    Formats = Mapping[str, Any]

_WIDE_DIGITS = {ord(digit): chr(ord(digit) + 0xFEE0) for digit in "0123456789"}
_ODD = 0.012
"""Share of the numbers of a sheet that are typed in an odd way."""
_THOUSAND = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: what it holds, what stands above it, and how its cells are written."""

    name: str
    """Column of the table; empty for the running number."""
    header: str
    group: str = ""
    """What stands above it and its neighbours of the same group."""
    unit: str = ""
    total: bool = False
    """Whether rows of totals add it up."""
    code_as_number: bool = False
    merged: bool = False
    """Whether equal cells below each other are one merged cell."""
    per_cent: bool = False
    """Whether a share is written as `90%`."""
    factor: float = 1.0
    """By what a number is multiplied to be in the unit of the sheet."""
    odd: bool = True
    """Whether a number may be typed in an odd way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet of a workbook."""

    title: str
    """Name of the sheet."""
    heading: str
    """What stands above the table."""
    columns: tuple[Column, ...]
    about: str = ""
    """The line below the heading."""
    part: str = ""
    """Column by which rows are added up to 小计; none if empty."""
    whole: bool = True
    """Whether there is a row 合计."""
    units: bool = False
    foot: tuple[str, ...] = ()


def chinese(column: str) -> dict[str, str]:
    """
    Return the Chinese word for each word of the contract that a column may hold.

    Examples
    --------
    >>> chinese("ownership")
    {'public': '公办', 'inclusive': '普惠', 'private': '民办'}
    """
    words: dict[str, str] = {}
    for word, meaning in WORDS.get(column, {}).items():
        words.setdefault(meaning, word)
    return words


def formats(book: Workbook) -> Formats:
    """Return the looks of cells of a workbook."""
    line = {"border": 1, "valign": "vcenter", "font_name": "宋体", "font_size": 10}
    return {
        "heading": book.add_format({"bold": True, "align": "center", "font_name": "黑体", "font_size": 14}),
        "about": book.add_format({"font_name": "宋体", "font_size": 10}),
        "header": book.add_format({**line, "bold": True, "align": "center", "text_wrap": True}),
        "cell": book.add_format(line),
        "merged": book.add_format({**line, "align": "center"}),
        "total": book.add_format({**line, "bold": True}),
        "code": book.add_format({**line, "num_format": "0"}),
    }


def write_sheet(book: Workbook, looks: Formats, sheet: Sheet, table: pd.DataFrame, *, rng: np.random.Generator) -> None:
    """
    Write one table as a sheet.

    Parameters
    ----------
    book, looks
        The workbook, and `formats` of it.
    sheet
        What it looks like.
    table
        Its records, in order.
    rng
        Decides which numbers are typed in an odd way.
    """
    pen = _Pen(page=book.add_worksheet(sheet.title), looks=looks, sheet=sheet, rng=rng)
    last = len(sheet.columns) - 1
    pen.put((0, 0, 0, last), sheet.heading, look="heading")
    pen.row = 1
    if sheet.about:
        pen.page.write(pen.row, 0, sheet.about, looks["about"])
        pen.row += 1
    pen.write_header()
    pen.page.freeze_panes(pen.row, 0)
    pen.page.set_column(0, last, 11)
    parts = table[sheet.part].tolist() if sheet.part else [""] * len(table)
    since = 0
    names = [str(name) for name in table.columns]
    for place, values in enumerate(table.itertuples(index=False, name=None)):
        pen.write_record(dict(zip(names, values, strict=True)), number=place + 1)
        if sheet.part and (place + 1 == len(table) or parts[place + 1] != parts[place]):
            pen.write_total(f"{parts[place]}小计", table.iloc[since : place + 1])
            since = place + 1
    if sheet.whole and any(column.total for column in sheet.columns):
        pen.write_total("合计", table)
    pen.close_merged()
    for line in sheet.foot:
        pen.row += 1
        pen.page.write(pen.row, 0, line, looks["about"])


@dataclass(kw_only=True)
class _Pen:
    """Where the writing of a sheet has come to."""

    page: Worksheet
    looks: Formats
    sheet: Sheet
    rng: np.random.Generator
    row: int = 0
    merged: dict[int, tuple[int, Any]] = field(default_factory=dict)
    """Merged cells that are not closed yet: by column, the first row and the value."""

    def put(self, place: tuple[int, int, int, int], text: object, *, look: str) -> None:
        """Write into a range (top, left, bottom, right), merged if it is more than one cell."""
        top, left, bottom, right = place
        if (top, left) == (bottom, right):
            self.page.write(top, left, text, self.looks[look])
        else:
            self.page.merge_range(top, left, bottom, right, text, self.looks[look])

    def write_header(self) -> None:
        """Write one row of names, or two where columns have groups, and the row of units."""
        columns = self.sheet.columns
        deep = 1 if any(column.group for column in columns) else 0
        at = 0
        while at < len(columns):
            column, until = columns[at], at
            if not column.group:
                self.put((self.row, at, self.row + deep, at), column.header, look="header")
                at += 1
                continue
            while until + 1 < len(columns) and columns[until + 1].group == column.group:
                until += 1
            self.put((self.row, at, self.row, until), column.group, look="header")
            for place in range(at, until + 1):
                self.page.write(self.row + 1, place, columns[place].header, self.looks["header"])
            at = until + 1
        self.row += deep + 1
        if self.sheet.units:
            for at, column in enumerate(columns):
                self.page.write(self.row, at, column.unit or None, self.looks["cell"])
            self.row += 1

    def write_record(self, record: Mapping[str, Any], *, number: int) -> None:
        """Write one record and go to the next row."""
        for at, column in enumerate(self.sheet.columns):
            if not column.name:
                self.page.write(self.row, at, number, self.looks["cell"])
            elif column.merged:
                if at in self.merged and self.merged[at][1] != record[column.name]:
                    self._close(at)
                self.merged.setdefault(at, (self.row, record[column.name]))
            else:
                self._write_cell(at, column, record[column.name])
        self.row += 1

    def _write_cell(self, at: int, column: Column, value: Any) -> None:  # noqa: ANN401
        look = self.looks["cell"]
        if value is None or pd.isna(value):
            self.page.write_blank(self.row, at, None, look)
        elif isinstance(value, str) and column.code_as_number:
            self.page.write_number(self.row, at, int(value), self.looks["code"])
        elif isinstance(value, str):
            self.page.write_string(self.row, at, chinese(column.name).get(value, value), look)
        elif column.per_cent:
            self.page.write_string(self.row, at, f"{100 * float(value):g}%", look)
        else:
            shown = _number(float(value) * column.factor)
            odd = self.rng.random() < _ODD
            if odd and column.odd and isinstance(shown, int):
                self.page.write_string(self.row, at, oddly(shown), look)
            else:
                self.page.write_number(self.row, at, shown, look)

    def write_total(self, label: str, part: pd.DataFrame) -> None:
        """Write a row of sums below the records."""
        self.close_merged()
        labelled = False
        for at, column in enumerate(self.sheet.columns):
            if column.total:
                total = float(part[column.name].astype(float).sum()) * column.factor
                self.page.write_number(self.row, at, _number(total), self.looks["total"])
            elif not labelled and column.name:
                self.page.write(self.row, at, label, self.looks["total"])
                labelled = True
            else:
                self.page.write_blank(self.row, at, None, self.looks["total"])
        self.row += 1

    def close_merged(self) -> None:
        """Write the merged cells that are still open."""
        for at in list(self.merged):
            self._close(at)

    def _close(self, at: int) -> None:
        top, value = self.merged.pop(at)
        self.put((top, at, self.row - 1, at), chinese(self.sheet.columns[at].name).get(value, value), look="merged")


def _number(value: float) -> float | int:
    """Return a whole number as one, and rounding of the last digits away."""
    rounded = round(value, 9)
    return int(rounded) if rounded.is_integer() else rounded


def oddly(number: int) -> str:
    """
    Write a number as some people type it.

    Examples
    --------
    >>> oddly(45), oddly(1215)
    ('４５', '1,215')
    """
    return f"{number:,}" if number >= _THOUSAND else str(number).translate(_WIDE_DIGITS)
