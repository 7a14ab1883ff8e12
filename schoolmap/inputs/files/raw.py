"""
What readers of single formats hand on: cells as they lie in a sheet, or a table whose columns have names.

A sheet does not say which of its rows is the header; `sheet_layout` finds out.
A layer does: its columns have names of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING

from schoolmap.errors import Fault
from schoolmap.errors import Wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import numpy as np
    import pandas as pd

_LETTERS = 26

NO_HEADER = Wording(
    "holds nothing.",
    "Put the column names into row 1 and one record into each row below.",
    "没有任何内容。",
    "请将列名放在第 1 行,其下每行一条记录。",
)


class UnreadableError(Exception):
    """A file cannot be read as a table; `faults` say why, without the file's name."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults

    @classmethod
    def of(cls, wording: Wording) -> UnreadableError:
        """Return the error with one fault of the file as a whole."""
        return cls(Fault(file="", **wording._asdict()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Merged cells: first and last row and column, counted from 1, all of them in it."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        """Return the range as a spreadsheet writes it, `A2:C3`."""
        return f"{column_letter(self.left)}{self.top}:{column_letter(self.right)}{self.bottom}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """
    Cells of a sheet as they lie, without rows and columns that are wholly empty.

    Attributes
    ----------
    cells
        Object array of rows and columns; an empty cell is `None`.
    rows, columns
        Number of each row and column of `cells`, as a spreadsheet counts, from 1.
    sheet
        Title of the sheet; empty for a csv.
    spans
        Merged cells; only the first of them holds a value.
    hidden_rows, hidden_columns
        Numbers of rows and columns that the spreadsheet does not show.
    widths
        Number of cells in each line of a csv, by row; `None` for a workbook,
        in which no cell can be shifted.
    bad
        What is wrong with a cell, by row and column.
    """

    cells: np.ndarray
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    sheet: str = ""
    spans: tuple[Span, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    widths: Mapping[int, int] | None = None
    bad: Mapping[tuple[int, int], tuple[str, Wording]] = field(default_factory=dict)

    @property
    def lettered(self) -> bool:
        """Whether people see letters above the columns."""
        return self.widths is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """
    What stands at the head of a column.

    Examples
    --------
    >>> Header(parts=("一年级", "班数"), letter="F").text, Header(parts=("Grade 1", "classes")).text
    ('一年级班数', 'Grade 1 classes')
    """

    parts: tuple[str, ...]
    """From the uppermost name to the lowest; one where the header has one row."""
    letter: str = ""
    """The spreadsheet's letter of the column; empty where there are none."""

    @property
    def text(self) -> str:
        """All parts as one name: with spaces between words that are written with spaces."""
        return ("" if any(map(_is_wide, self.parts)) else " ").join(self.parts)


def _is_wide(text: str) -> bool:
    return any("\u3000" <= char <= "\u9fff" for char in text)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """
    Cells under named columns, indexed by `row`, with geometry and CRS if the file has them.

    Attributes
    ----------
    crs
        The CRS that the file itself states; empty if it states none.
    headers
        What stands at the head of each column, by the name of the column here.
    header_row
        The last row of the header; `None` for a layer, whose first record is row 1.
    sheet
        Title of the sheet; empty where there is none.
    spans
        Merged cells below the header.
    numbers
        Number of each column as a spreadsheet counts, to find merged cells.
    hidden_rows, hidden_columns
        Rows that the spreadsheet does not show, and names of such columns.
    ragged
        Rows of a csv that have too few or too many cells, with how many.
    bad
        Faults of cells that cannot be taken as they are; they matter if their column is used.
    notices
        How the sheet was read.
    """

    frame: pd.DataFrame
    geometry: gpd.GeoSeries | None = None
    crs: str = ""
    headers: Mapping[str, Header] = field(default_factory=dict)
    header_row: int | None = None
    sheet: str = ""
    spans: tuple[Span, ...] = ()
    numbers: Mapping[str, int] = field(default_factory=dict)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[str] = frozenset()
    ragged: Mapping[int, int] = field(default_factory=dict)
    bad: tuple[Fault, ...] = ()
    notices: tuple[Fault, ...] = ()

    def header(self, name: str) -> Header:
        """Return what stands at the head of a column; in a layer that is its name."""
        return self.headers.get(name, Header(parts=(name,)))


def no_layer(reason: str, *, zh: str = "") -> Wording:
    """Say why a file cannot be read as a layer."""
    return Wording(
        f"cannot be read as a layer: {reason}",
        "Open it in QGIS and save it anew as GeoPackage.",
        f"不能作为图层读取:{zh or reason}",
        "请在 QGIS 中打开并重新保存为 GeoPackage。",
    )


def column_letter(number: int) -> str:
    """
    Name a column as a spreadsheet does.

    Examples
    --------
    >>> [column_letter(number) for number in (1, 26, 27, 703)]
    ['A', 'Z', 'AA', 'AAA']
    """
    letters = ""
    while number:
        number, rest = divmod(number - 1, _LETTERS)
        letters = chr(ord("A") + rest) + letters
    return letters
