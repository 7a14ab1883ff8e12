"""Sheets as a bureau makes them, for tests: typed cells, merged cells, hidden rows, several sheets in a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl

from schoolmap.inputs.project_file import TableSource
from schoolmap.inputs.readers import read_table
from schoolmap.tables import CONTRACTS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from schoolmap.inputs.readers import TableRead

Rows = list[list[object]]
"""Cells by row, as they are typed."""

SECTIONS: list[object] = ["学校标识码", "学段", "学位数", "在校生数"]
"""Header of a plain table of sections."""


def write_book(path: Path, sheets: Mapping[str, Rows], *, merge: Iterable[str] = ()) -> Path:
    """Write rows as sheets of a workbook; ranges to merge are those of the first sheet."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(row)
    for area in merge:
        book.worksheets[0].merge_cells(area)
    book.save(path)
    return path


def read_rows(
    folder: Path, table: str, rows: Sequence[Sequence[object]], *, merge: Iterable[str] = (), **declared: object
) -> TableRead:
    """Write rows as the only sheet of a workbook and read them as a table of the contract."""
    write_book(folder / "t.xlsx", {"表": [list(row) for row in rows]}, merge=merge)
    return read_again(folder, table, **declared)


def read_again(folder: Path, table: str, **declared: object) -> TableRead:
    """Read the workbook `t.xlsx` as a table of the contract."""
    source = TableSource.model_validate({"file": Path("t.xlsx"), **declared})
    return read_table(source, CONTRACTS[table], folder=folder)


def told(result: TableRead, *, severity: str = "error") -> list[tuple[int | None, str, str, str]]:
    """Return row, column, value and problem of faults; every fault has a place and a way out, in both languages."""
    assert all(fault.file and fault.remedy and fault.problem_zh and fault.remedy_zh for fault in result.faults)
    return [
        (fault.row, fault.column, fault.value, fault.problem)
        for fault in result.faults
        if fault.severity.value == severity
    ]
