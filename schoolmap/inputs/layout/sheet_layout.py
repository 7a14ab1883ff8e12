"""
Find the table in a sheet: titles above it, a header of one to three rows with merged cells, records below.

Nobody who makes such a sheet says where the header is. It is the row in which
most names of the contract stand; two that fit equally well, or none, are an
error that shows what was found. What lies above the header is told, not read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap.errors import Fault
from schoolmap.errors import Wording
from schoolmap.inputs.aliases import tidy
from schoolmap.inputs.cells.notices import notice
from schoolmap.inputs.cells.notices import rows_en
from schoolmap.inputs.cells.notices import rows_zh
from schoolmap.inputs.files.raw import Header
from schoolmap.inputs.files.raw import RawTable
from schoolmap.inputs.files.raw import UnreadableError
from schoolmap.inputs.files.raw import column_letter
from schoolmap.inputs.layout.headers import Names

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterator
    from collections.abc import Mapping

    from schoolmap.inputs.files.raw import Grid
    from schoolmap.inputs.files.raw import Span

_DEEPEST = 3
"""Rows of a header."""
_ROWS_TRIED = 20
"""Rows among which the header is looked for."""
_ROWS_SHOWN = 5
_YEARS = range(1950, 2151)
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff*＊"))
"""Characters that nobody sees, and stars that mark a column as required."""
_ABOUT_THE_SHEET = re.compile(r"(?<!其中)[:：]|\d{4}\s*年\s*\d{1,2}\s*月|\d{4}[-/.]\d")
"""In a line above the header that says who made the sheet, when, and in which unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """Rows that may be the header: positions of the first and last, and the columns that they name, by position."""

    top: int
    bottom: int
    headers: Mapping[int, Header]
    shared: frozenset[int]
    """Columns whose lowest name is merged across: it may mean any of them."""

    def own(self) -> dict[str, Header]:
        """Return the columns with a name of their own, by position as text."""
        return {str(position): header for position, header in self.headers.items() if position not in self.shared}


def arrange(grid: Grid, *, wanted: Collection[str], declared: Mapping[str, str]) -> RawTable:
    """
    Find the header of a sheet and return the cells below it under named columns.

    Parameters
    ----------
    grid
        The sheet's cells.
    wanted
        Names of the contract; their aliases are known.
    declared
        Contract's name to the header that the project file declares for it.

    Returns
    -------
    table
        Indexed by the sheet's rows. Columns are named by the texts above them,
        joined; one that is there twice has its letter behind it. Columns
        without a name are left out.

    Raises
    ------
    UnreadableError
        If no row is the header, or two are.
    """
    block, found = _header(grid, wanted=wanted, declared={tidy(header) for header in declared.values()})
    names = _column_names(grid, block)
    headers = {name: block.headers[position] for position, name in names.items()}
    positions = list(names)
    frame = pd.DataFrame(
        grid.cells[block.bottom + 1 :, positions],
        index=pd.Index(grid.rows[block.bottom + 1 :], dtype="int64", name="row"),
        columns=list(headers),
        dtype=object,
    )
    numbers = {name: grid.columns[position] for position, name in names.items()}
    at = {number: name for name, number in numbers.items()}
    header_row = grid.rows[block.bottom]
    last = max((numbers[name] for name in names.values()), default=0)
    return RawTable(
        frame=frame.dropna(how="all"),
        headers=headers,
        header_row=header_row,
        sheet=grid.sheet,
        spans=tuple(span for span in grid.spans if span.bottom > header_row),
        numbers=numbers,
        hidden_rows=grid.hidden_rows,
        hidden_columns=frozenset(at[number] for number in grid.hidden_columns if number in at),
        ragged=_ragged(grid, block, last),
        bad=tuple(
            Fault(file="", row=row, column=at[column], value=value, **wording._asdict())
            for (row, column), (value, wording) in grid.bad.items()
            if row > header_row and column in at
        ),
        notices=tuple(_notices(grid, block, headers, found, Names(headers.values(), wanted=wanted))),
    )


def _header(grid: Grid, *, wanted: Collection[str], declared: set[str]) -> tuple[_Block, dict[str, str]]:
    """Return the rows that name most columns of the contract, and these names by the column's position as text."""
    blocks = list(_blocks(grid))
    names = Names((header for block in blocks for header in block.headers.values()), wanted=wanted)
    best: list[tuple[_Block, dict[str, str]]] = []
    most = 0
    for block in blocks:
        own = block.own()
        found = names.of(own)
        told = set(found.values()) | {tidy(header.text) for header in own.values()} & declared
        if len(told) > most:
            best, most = [], len(told)
        if told and len(told) == most:
            best.append((block, found))
    if not best:
        raise UnreadableError(_no_header(grid, wanted))
    first, found = best[0]
    for other, _ in best[1:]:
        # a header that is printed again on each page is no other one; a row below the first may be its units
        again = {position: header.parts for position, header in other.headers.items()}
        if again != {position: header.parts for position, header in first.headers.items()} and other.top > first.bottom:
            raise UnreadableError(_two_headers(grid, first, other))
    return first, found


def _blocks(grid: Grid) -> Iterator[_Block]:
    """Give every group of rows that may be the header, from above."""
    seen = set()
    spans = _spans_by_position(grid)
    for start in range(min(len(grid.rows), _ROWS_TRIED)):
        bottom = _closed(start, spans)
        if bottom is None or not _names_only(grid, bottom):
            continue
        top = bottom
        while top > 0 and bottom - top + 1 < _DEEPEST and _is_above(grid, top - 1, bottom, spans):
            top -= 1
        if (top, bottom) in seen or any(span.top < top <= span.bottom for span in spans):
            continue
        seen.add((top, bottom))
        yield _block(grid, top, bottom, spans)


def _spans_by_position(grid: Grid) -> list[Span]:
    """Return merged cells by positions of rows and columns in the grid, those near the top only."""
    if not grid.spans:
        return []
    rows, columns = np.array(grid.rows), np.array(grid.columns)
    found = []
    for span in grid.spans:
        top, bottom = np.searchsorted(rows, span.top), np.searchsorted(rows, span.bottom, side="right") - 1
        left, right = np.searchsorted(columns, span.left), np.searchsorted(columns, span.right, side="right") - 1
        if top <= bottom and left <= right and top < _ROWS_TRIED:
            found.append(type(span)(top=int(top), left=int(left), bottom=int(bottom), right=int(right)))
    return found


def _closed(row: int, spans: list[Span]) -> int | None:
    """Return the last row of the header that begins in a row or ends there: it cuts no merged cells."""
    bottom = row
    for _ in range(_DEEPEST):
        lower = max((span.bottom for span in spans if span.top <= bottom < span.bottom), default=bottom)
        if lower == bottom:
            return bottom
        bottom = lower
        if bottom - row >= _DEEPEST:
            return None
    return None


def _names_only(grid: Grid, row: int) -> bool:
    """Say whether a row holds texts only, or years, as a header does."""
    return all(
        cell is None or isinstance(cell, str) or (isinstance(cell, (int, float)) and cell in _YEARS)
        for cell in grid.cells[row]
    )


def _is_above(grid: Grid, row: int, bottom: int, spans: list[Span]) -> bool:
    """Say whether a row is an upper row of the header that ends at `bottom`, and no title or line about the sheet."""
    if grid.rows[row + 1] != grid.rows[row] + 1 or not _names_only(grid, row):
        return False
    filled = [position for position, cell in enumerate(grid.cells[row]) if cell is not None]
    if any(_ABOUT_THE_SHEET.search(str(grid.cells[row, position])) for position in filled):
        return False
    across = {span.left: span.right for span in spans if span.top == row and span.right > span.left}
    used = [position for position, cell in enumerate(grid.cells[bottom]) if cell is not None]
    if len(filled) > 1:
        return True
    # one text over a part of the columns, not from the first on, is the name of a group; else it is a title
    return filled[0] in across and bool(used) and filled[0] > min(used)


def _block(grid: Grid, top: int, bottom: int, spans: list[Span]) -> _Block:
    """Read the names of every column from some rows, merged cells counting for all that they cover."""
    height, width = bottom - top + 1, grid.cells.shape[1]
    texts = np.full((height, width), None, dtype=object)
    merged = np.zeros((height, width), dtype=bool)
    for row, column in np.argwhere(pd.notna(grid.cells[top : bottom + 1])):
        texts[row, column] = _clean(grid.cells[top + row, column]) or None
    shared: set[int] = set()
    for span in spans:
        if top <= span.top and span.bottom <= bottom:
            name = texts[span.top - top, span.left]
            texts[span.top - top : span.bottom - top + 1, span.left : span.right + 1] = name
            merged[span.top - top : span.bottom - top + 1, span.left : span.right + 1] = True
            if span.bottom == bottom and span.right > span.left:
                shared |= set(range(span.left, span.right + 1))
    for row in range(height - 1):
        _spread(texts, merged, row)
    headers = {}
    for column in range(width):
        parts = tuple(dict.fromkeys(text for text in texts[:, column] if text is not None))
        if parts:
            letter = column_letter(grid.columns[column]) if grid.lettered else ""
            headers[column] = Header(parts=parts, letter=letter)
    return _Block(top=top, bottom=bottom, headers=headers, shared=frozenset(shared))


def _spread(texts: np.ndarray, merged: np.ndarray, row: int) -> None:
    """Let an upper name that is not merged stand for the empty cells to its right which have a name below them."""
    below = pd.notna(texts[-1])
    name = None
    for column in range(texts.shape[1]):
        if texts[row, column] is not None:
            name = texts[row, column] if below[column] and not merged[row, column] else None
        elif merged[row, column] or not below[column]:
            name = None
        elif name is not None:
            texts[row, column] = name


def _clean(cell: object) -> str:
    """Return a name in one line, without stars and characters that nobody sees."""
    text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
    return " ".join(text.translate(_UNSEEN).split())


def _column_names(grid: Grid, block: _Block) -> dict[int, str]:
    """Name every column by its texts; where two have the same, with the letter or number of the column."""
    texts = [header.text for header in block.headers.values()]
    return {
        position: header.text
        if texts.count(header.text) == 1
        else f"{header.text} ({header.letter or grid.columns[position]})"
        for position, header in block.headers.items()
    }


def _ragged(grid: Grid, block: _Block, last: int) -> dict[int, int]:
    """Return lines of a csv that end before the last column of the header, or hold something beyond it."""
    if grid.widths is None:
        return {}
    beyond = [position for position, number in enumerate(grid.columns) if number > last]
    return {
        row: grid.widths[row]
        for position, row in enumerate(grid.rows)
        if position > block.bottom
        and (grid.widths[row] < last or any(grid.cells[position, column] is not None for column in beyond))
    }


def _notices(
    grid: Grid, block: _Block, headers: Mapping[str, Header], found: Mapping[str, str], names: Names
) -> Iterator[Fault]:
    """Tell what lies above the header, how its rows were joined, and which names stayed unclear."""
    above = grid.rows[: block.top]
    if above:
        title = next(str(cell) for cell in grid.cells[0] if cell is not None)
        yield notice(
            Wording(
                f"stands above the header, which is in row {grid.rows[block.bottom]}: {rows_en(above)} not read.",
                "Nothing needs to be done if that is right.",
                f"在表头(第 {grid.rows[block.bottom]} 行)之上:{rows_zh(above)}不读取。",
                "如无误,无需处理。",
            ),
            row=above[0],
            value=title,
        )
    deep = [header for header in headers.values() if len(header.parts) > 1]
    if deep:
        first, last = grid.rows[block.top], grid.rows[block.bottom]
        yield notice(
            Wording(
                f"is the header, of rows {first} to {last}: its names are joined from above, as in {deep[0].text!r}.",
                "Nothing needs to be done if that is right.",
                f"表头为第 {first} 至 {last} 行:上下各级名称相连,如“{deep[0].text}”。",
                "如无误,无需处理。",
            ),
            row=first,
            value=" / ".join(deep[0].parts),
        )
    at = {str(position): name for position, name in _column_names(grid, block).items()}
    unclear = names.unclear(headers, {at[position]: known for position, known in found.items()})
    if unclear:
        shown = ", ".join(headers[column].text for columns in unclear.values() for column in columns)
        name, (column, *_) = next(iter(unclear.items()))
        declare = f'`columns = {{ {name} = "{headers[column].text}" }}`'
        yield notice(
            Wording(
                f"may be meant for {', '.join(f'`{name}`' for name in unclear)}, but what stands above does not say so: "
                "not read.",
                f"If it is, declare it, as in {declare}.",
                f"可能是 {'、'.join(f'`{name}`' for name in unclear)},但上级表头没有说明:未读取。",
                f"如果是,请写明,例如 {declare}。",
            ),
            row=grid.rows[block.bottom],
            value=shown,
        )


def _no_header(grid: Grid, wanted: Collection[str]) -> Fault:
    shown = "; ".join(_shown(grid, position) for position in range(min(len(grid.rows), _ROWS_SHOWN)))
    return Fault(
        file="",
        sheet=grid.sheet,
        row=grid.rows[0],
        value=shown,
        problem="has no header that is known: no row holds a name of this table's columns.",
        remedy=f"Write the column names above the records, or name them under `columns`; known are {_few(wanted)}.",
        problem_zh="没有找到表头:没有一行含有本表的列名。",
        remedy_zh="请在记录上方写列名,或在 `columns` 中写明。",
    )


def _two_headers(grid: Grid, one: _Block, other: _Block) -> Fault:
    first, second = grid.rows[one.bottom], grid.rows[other.bottom]
    return Fault(
        file="",
        sheet=grid.sheet,
        row=second,
        value=_shown(grid, other.bottom),
        problem=f"may be the header as well as row {first}: {_shown(grid, one.bottom)}.",
        remedy="Keep one table on a sheet; put the other on a sheet of its own.",
        problem_zh=f"与第 {first} 行都可能是表头:{_shown(grid, one.bottom)}。",
        remedy_zh="每张工作表只放一张表,另一张请移到单独的工作表。",
    )


def _shown(grid: Grid, position: int) -> str:
    return ", ".join(_clean(cell) for cell in grid.cells[position] if cell is not None)


def _few(names: Collection[str]) -> str:
    return ", ".join(sorted(names)[:_ROWS_SHOWN]) + ("…" if len(names) > _ROWS_SHOWN else "")
