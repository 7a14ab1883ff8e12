"""
Turn the cells of a table into what the contract says they are; a cell that is not is a fault.

Each kind of column has its own reader (`number_cells`, `date_cells`,
`code_cells`). Here every distinct cell is read once, notices are gathered by
column, and faults are listed with their rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np
import pandas as pd

from schoolmap.errors import Fault
from schoolmap.errors import Wording
from schoolmap.errors import row_number
from schoolmap.inputs.aliases import WORDS
from schoolmap.inputs.cells.code_cells import read_code
from schoolmap.inputs.cells.code_cells import zeros_lost
from schoolmap.inputs.cells.date_cells import as_text
from schoolmap.inputs.cells.date_cells import read_time
from schoolmap.inputs.cells.notices import Seen
from schoolmap.inputs.cells.notices import of_cells
from schoolmap.inputs.cells.number_cells import NONE_WORDS
from schoolmap.inputs.cells.number_cells import NOTHING
from schoolmap.inputs.cells.number_cells import Read
from schoolmap.inputs.cells.number_cells import is_mark
from schoolmap.inputs.cells.number_cells import plain
from schoolmap.inputs.cells.number_cells import read_degrees
from schoolmap.inputs.cells.number_cells import read_number
from schoolmap.inputs.cells.units import factor
from schoolmap.inputs.cells.units import unit_of
from schoolmap.tables import NUMERIC
from schoolmap.tables import Column
from schoolmap.tables import Kind

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping

    from schoolmap.inputs.cells.units import Unit
    from schoolmap.tables import Contract

PLACE_COLUMNS = ("lon", "lat", "x", "y")
_MOST_SHOWN = 20
"""Faults of one kind in one column that are listed one by one; the rest are counted."""
_TIMES = {Kind.DATE, Kind.MONTH, Kind.YEAR, Kind.AGE}
_PLACE = Column(kind=Kind.DEGREES, means="coordinate", filled=False)


class Problem(NamedTuple):
    """One cell that cannot be read, or may not be what it is."""

    row: int
    value: str
    wording: Wording


class ReadCells(NamedTuple):
    """
    A table as read.

    Attributes
    ----------
    frame
        Values, missing where a cell is empty or could not be read.
    faults
        Errors of cells, and notices of those read in another way than they are written.
    unread
        Cells that hold something that could not be read.
    """

    frame: pd.DataFrame
    faults: list[Fault]
    unread: pd.DataFrame


def read_columns(
    cells: pd.DataFrame,
    contract: Contract,
    *,
    decimal: str,
    told: Mapping[str, Unit] | None = None,
) -> ReadCells:
    """
    Read all columns of a table.

    Parameters
    ----------
    cells
        Raw cells by the contract's names, and those of places (`lon`, `lat`, `x`, `y`).
    contract
        What they must hold.
    decimal
        The decimal mark of numbers that are text.
    told
        Units that headers or a row of units give, by the contract's name.

    """
    told = {} if told is None else told
    columns: dict[str, pd.Series] = {}
    unread: dict[str, np.ndarray] = {}
    faults: list[Fault] = []
    for name in cells.columns:
        spec = contract.columns.get(name, _PLACE)
        read, own = _reader(name, spec, contract, decimal=decimal, told=told)
        values, problems, seen = _read_column(cells[name], read, is_code=spec.kind is Kind.CODE)
        columns[name] = values.astype(float) if spec.kind in NUMERIC else values
        unread[name] = cells.index.isin([problem.row for problem in problems])
        faults += own if columns[name].notna().any() else []
        faults += listed(problems, column=name) + of_cells(seen, column=name)
    frame = pd.DataFrame(columns, index=cells.index)
    return ReadCells(frame, faults, pd.DataFrame(unread, index=cells.index, dtype=bool))


def _reader(
    name: str, spec: Column, contract: Contract, *, decimal: str, told: Mapping[str, Unit]
) -> tuple[Callable[[object], Read], list[Fault]]:
    """Return the reader of one column, and what is wrong with the unit that its header gives."""
    # an empty cell of the key means all of them together, which no dash says
    optional = not (spec.required or spec.filled or name in contract.key)
    if spec.kind is Kind.DEGREES and name in {"lon", "lat"}:
        return lambda cell: read_degrees(cell, decimal=decimal, axis=name), []
    if spec.kind in NUMERIC:
        unit, said = unit_of(contract.name, name), told.get(name)
        exact = factor(said, unit) if said is not None else 1
        faults = [Fault(file="", column=name, **_OTHER_UNIT._asdict())] if exact is None else []
        times, thousands = float(exact or 1), spec.kind is not Kind.SHARE

        def read(cell: object) -> Read:
            return read_number(cell, decimal=decimal, unit=unit, times=times, optional=optional, thousands=thousands)

        return (lambda cell: _speed(read(cell))) if spec.kind is Kind.SPEED else read, faults
    if spec.kind is Kind.CODE:
        return lambda cell: read_code(cell, optional=optional), []
    # of what kind a barrier is, a file says in its own words; the kinds of projects are listed
    words = {} if name == "kind" and not spec.allowed else WORDS.get(name, {})
    if spec.kind in _TIMES:
        return lambda cell: _read_time(cell, spec.kind, words, optional=optional), []
    label = bool(words or spec.allowed or name in contract.key)
    return lambda cell: _read_text(cell, words, spec, optional=optional, label=label), []


def _speed(read: Read) -> Read:
    """Take a speed of zero as not known, which extracts of OpenStreetMap write so."""
    return Read(NOTHING, ("no_speed",)) if read.value == 0 else read


_OTHER_UNIT = Wording(
    "has a header with a unit that this column does not count in.",
    "Give the numbers in the unit of the column, or take another column.",
    "表头所写单位与本列不符。",
    "请按本列单位填写,或改用其他列。",
)


def _read_time(cell: object, kind: Kind, words: Mapping[str, str], *, optional: bool) -> Read:
    text = as_text(cell, kind)
    if text in words:
        return Read(words[text])
    if optional and (is_mark(text) or text in NONE_WORDS):
        return Read(None, ("mark",))
    return read_time(cell, kind)


def _read_text(cell: object, words: Mapping[str, str], spec: Column, *, optional: bool, label: bool) -> Read:
    """Read a text; a word of the contract is found in any width and spacing, all others stay as typed."""
    text = as_text(cell, spec.kind)
    if text in words or text in spec.allowed:
        return Read(words.get(text, text))
    compact = "".join(plain(text).split())
    if compact in words or compact in spec.allowed:
        return Read(words.get(compact, compact))
    if optional and (is_mark(text) or text in NONE_WORDS):
        return Read(None, ("mark",))
    if is_mark(text) and not spec.allowed:
        return Read(None, (), _MARK)
    if label and (bare := text.translate(_UNSEEN).strip()) != text:
        return Read(bare or None, ("unseen",))
    return Read(text or None)


_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
_MARK = Wording(
    "stands for nothing, but a value is needed here.",
    "Fill it in, or leave the whole record out.",
    "是表示“无”的符号,而此处必须填写。",
    "请填写,或删去整条记录。",
)


def _read_column(
    cells: pd.Series, read: Callable[[object], Read], *, is_code: bool
) -> tuple[pd.Series, list[Problem], list[Seen]]:
    """Read every distinct cell of a column once: tables repeat themselves."""
    known: dict[tuple[type, object], Read] = {}
    results: list[Read] = []
    for cell in cells.tolist():
        if _is_empty(cell):
            results.append(_EMPTY)
            continue
        # 1, 1.0 and True are equal, but not the same cell
        key = (cell.__class__, cell) if cell.__class__ in _HASHABLE else (str, str(cell))
        found = known.get(key)
        if found is None:
            found = known[key] = _EMPTY if isinstance(cell, str) and not plain(cell) else read(cell)
        results.append(found)
    values = np.empty(len(results), dtype=object)
    values[:] = [result.value for result in results]
    odd = [place for place, result in enumerate(results) if result.notes or result.problem is not None]
    problems = [_problem(cells, place, wording) for place in odd if (wording := results[place].problem) is not None]
    labels, shown = list(cells.index), cells.tolist()
    seen = [
        Seen(note, labels[place], as_text(shown[place], Kind.TEXT), _as_read(results[place].value))
        for place in odd
        for note in results[place].notes
    ]
    if is_code:
        lost = zeros_lost({place: result for place, result in enumerate(results) if result.value is not None})
        problems += [_problem(cells, place, wording) for place, wording in lost.items()]
    return pd.Series(values, index=cells.index, dtype=object, name=cells.name), problems, seen


_EMPTY = Read(None)
_HASHABLE = {str, int, float, bool}


def _is_empty(cell: object) -> bool:
    return cell is None or cell is pd.NA or cell is pd.NaT or cell != cell  # noqa: PLR0124 - as only NaN is not itself


def _problem(cells: pd.Series, place: int, wording: Wording) -> Problem:
    return Problem(row_number(cells.index[place]), as_text(cells.tolist()[place], Kind.TEXT), wording)


def _as_read(value: object) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def listed(problems: Iterable[Problem], *, column: str) -> list[Fault]:
    """Return one fault per problem, and one that counts the rest where there are very many."""
    problems = list(problems)
    faults = [
        Fault(file="", row=row, column=column, value=value, **wording._asdict())
        for row, value, wording in problems[:_MOST_SHOWN]
    ]
    rest = len(problems) - _MOST_SHOWN
    if rest > 0:
        faults.append(
            Fault(
                file="",
                column=column,
                problem=f"has {rest} more such fault(s).",
                remedy="Mend the column as a whole.",
                problem_zh=f"还有 {rest} 处同类问题。",
                remedy_zh="请整列检查更正。",
            ),
        )
    return faults
