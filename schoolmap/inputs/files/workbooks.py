"""Read one sheet of a workbook into cells: values, merged cells, what is hidden, formulas that were never computed."""

from __future__ import annotations

import contextlib
import gc
import warnings
import zipfile
from typing import TYPE_CHECKING

import numpy as np

from schoolmap.errors import Wording
from schoolmap.inputs.files.raw import NO_HEADER
from schoolmap.inputs.files.raw import Grid
from schoolmap.inputs.files.raw import Span
from schoolmap.inputs.files.raw import UnreadableError
from schoolmap.inputs.files.weighing import MOST_CELLS
from schoolmap.inputs.files.weighing import SCATTERED
from schoolmap.inputs.files.weighing import weigh_workbook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping
    from pathlib import Path

    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell
    from openpyxl.cell.cell import MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

    Cells = dict[tuple[int, int], object]

_PLAIN = {int, float, bool}
_ERROR_VALUES = {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!"}
"""Errors of formulas; `#N/A` is not among them: it says that nothing was found, as a dash does."""
_OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"
"""Begins an old `.xls`, and a workbook with a password."""
_LARGEST_BYTES = 2**30
"""Size of an unpacked workbook beyond which it is no table of a county, but a trap."""
_MOST_SHOWN = 200
"""Letters of what a library says."""
_LAST_COLUMN = 16_384
"""Of a sheet; a file may say that columns beyond it are hidden."""

_FORMULA = Wording(
    "is a formula without a stored value.",
    "Open and save the workbook in a spreadsheet program, or paste the values.",
    "是公式,且没有保存计算结果。",
    "请用表格软件打开并保存,或粘贴为数值。",
)
_ERROR_VALUE = Wording(
    "is the error of a formula.",
    "Mend the formula, or write the value.",
    "是公式错误值。",
    "请修正公式,或直接填写数值。",
)


def load_sheet(path: Path, *, sheet: str, books: dict[Path, Workbook]) -> Grid:
    """
    Read the cells of one sheet.

    Parameters
    ----------
    path
        An `.xlsx` file.
    sheet
        Title of the sheet; if empty, the first that is not hidden.
    books
        Workbooks that are open already, by path; one that is opened here is added.

    Raises
    ------
    UnreadableError
        If it is no workbook, or has no such sheet, or the sheet is empty.
    """
    try:
        if path not in books:
            books[path] = _open_book(path, stored_values=False)
        pages = {page.title: page for page in books[path].worksheets}
    except (UnreadableError, PermissionError):
        raise
    # a broken workbook fails in zipfile, in the XML parser or in openpyxl's own reading of either
    except Exception as error:
        raise UnreadableError.of(_no_workbook(path, error)) from error
    if not pages or (sheet and sheet not in pages):
        raise UnreadableError.of(
            Wording(
                f"has no sheet {sheet!r}.",
                f"It has: {', '.join(pages)}.",
                f"没有工作表“{sheet}”。",
                f"现有:{'、'.join(pages)}。",
            ),
        )
    shown = [page for page in pages.values() if page.sheet_state == "visible"]
    page = pages[sheet] if sheet else next(iter([*shown, *pages.values()]))
    cells: Cells = {
        place: value
        for place, cell in _filled(page).items()
        if (value := cell.value) is not None and not (value.__class__ is str and not value.strip())
    }
    # a value that is neither text nor number is a day or the formula of a whole range
    asked = [
        place
        for place, value in cells.items()
        if (value.startswith("=") if isinstance(value, str) else value.__class__ not in _PLAIN)
    ]
    formulas = {place: _formula_text(page, place) for place in asked if page.cell(*place).data_type == "f"}
    bad: dict[tuple[int, int], tuple[str, Wording]] = {}
    if formulas:
        stored = _filled(_open_book(path, stored_values=True)[page.title])
        for place, formula in formulas.items():
            cells[place] = stored[place].value if place in stored else None
            if cells[place] is None:
                # shown as a formula, so that the row is not taken for an empty one
                cells[place], bad[place] = formula, (formula, _FORMULA)
    bad |= {
        place: (value, _ERROR_VALUE)
        for place, value in cells.items()
        if value.__class__ is str and str(value) in _ERROR_VALUES
    }
    return _as_grid(page, cells, bad)


def _as_grid(page: Worksheet, cells: Cells, bad: dict[tuple[int, int], tuple[str, Wording]]) -> Grid:
    if not cells:
        raise UnreadableError.of(NO_HEADER)
    rows, columns = (sorted({place[axis] for place in cells}) for axis in (0, 1))
    if len(rows) * len(columns) > max(MOST_CELLS, SCATTERED * len(cells)):
        raise UnreadableError.of(_SCATTERED_CELLS)
    at_row, at_column = ({number: position for position, number in enumerate(axis)} for axis in (rows, columns))
    grid = np.full((len(rows), len(columns)), None, dtype=object)
    for (row, column), value in cells.items():
        grid[at_row[row], at_column[column]] = value
    return Grid(
        cells=grid,
        rows=tuple(rows),
        columns=tuple(columns),
        sheet=page.title,
        spans=tuple(
            Span(top=spread.min_row, left=spread.min_col, bottom=spread.max_row, right=spread.max_col)
            for spread in sorted(page.merged_cells.ranges, key=lambda spread: (spread.min_row, spread.min_col))
        ),
        hidden_rows=frozenset(row for row, look in page.row_dimensions.items() if look.hidden),
        hidden_columns=frozenset(_hidden_columns(page)),
        bad=bad,
    )


_SCATTERED_CELLS = Wording(
    "is no table: its cells lie scattered over the sheet.",
    "Remove what stands far away from the table.",
    "不是表格:单元格散布在整张工作表上。",
    "请删除远离表格的内容。",
)


def _hidden_columns(page: Worksheet) -> Iterator[int]:
    for look in page.column_dimensions.values():
        if look.hidden and look.min is not None and look.max is not None:
            yield from range(look.min, min(look.max, _LAST_COLUMN) + 1)


def _filled(page: Worksheet) -> Mapping[tuple[int, int], Cell | MergedCell]:
    """Return the cells that the file holds: a sheet may claim a million rows for the colour of its last one."""
    return page._cells  # noqa: SLF001


def _formula_text(page: Worksheet, place: tuple[int, int]) -> str:
    value = page.cell(*place).value
    return str(getattr(value, "text", value) or "=")


def _open_book(path: Path, *, stored_values: bool) -> Workbook:
    import openpyxl  # noqa: PLC0415

    with zipfile.ZipFile(path) as packed:
        if sum(part.file_size for part in packed.infolist()) > _LARGEST_BYTES:
            msg = "unpacked it is larger than a table can be"
            raise ValueError(msg)
        weigh_workbook(packed)
    # opened here, since openpyxl leaves a broken file open
    with path.open("rb") as file, warnings.catch_warnings(), _no_collection():
        # openpyxl warns of styles and validations that it does not keep; none of them is data
        warnings.simplefilter("ignore", UserWarning)
        return openpyxl.load_workbook(file, data_only=stored_values)


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """Hold the garbage collector: it would visit every cell again and again while a workbook grows."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _no_workbook(path: Path, error: Exception) -> Wording:
    with contextlib.suppress(OSError), path.open("rb") as file:
        if file.read(len(_OLD_OR_LOCKED)) == _OLD_OR_LOCKED:
            return Wording(
                "is an old .xls in spite of its ending, or has a password.",
                "Open it in a spreadsheet program and save it as .xlsx, without a password.",
                "实际是旧版 .xls 文件,或设有密码。",
                "请用表格软件打开并另存为 .xlsx,不要加密码。",
            )
    # openpyxl puts a paragraph with the path around what went wrong
    why = " ".join(str(error.__cause__ or error).split())[:_MOST_SHOWN] or type(error).__name__
    return Wording(
        f"is no workbook: {why}.",
        "Open it in a spreadsheet program and save it as .xlsx, without a password.",
        f"不是工作簿:{why}。",
        "请用表格软件打开并另存为 .xlsx,不要加密码。",
    )
