"""Workbooks: values, merged and hidden cells, formulas with and without a stored value; what is no workbook says so."""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import warnings
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pandas as pd
import pytest
import village
from bureau import write_book
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.inputs.files import workbooks
from schoolmap.inputs.files.raw import UnreadableError
from schoolmap.inputs.files.workbooks import load_sheet

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl import Workbook

    from schoolmap.errors import Fault
    from schoolmap.inputs.files.raw import Grid


def read(path: Path, sheet: str = "", books: dict[Path, Workbook] | None = None) -> Grid:
    """Load a sheet."""
    return load_sheet(path, sheet=sheet, books={} if books is None else books)


def refusal(path: Path, sheet: str = "") -> Fault:
    """Load a file that must be refused, and return its fault."""
    with pytest.raises(UnreadableError) as caught:
        read(path, sheet)
    (fault,) = caught.value.faults
    assert fault.remedy
    assert fault.problem_zh
    assert fault.remedy_zh
    return fault


def test_cells_as_they_are_typed(tmp_path: Path) -> None:
    """Text, numbers, days and truths keep their types; empty rows and columns are left out but counted."""
    day = dt.datetime(2025, 9, 1)  # noqa: DTZ001
    path = write_book(
        tmp_path / "t.xlsx", {"表": [[None, "校名", None, "数"], [], [None, "甲", " ", 3], [None, day, None, True]]}
    )
    grid = read(path)
    assert grid.cells.tolist() == [["校名", "数"], ["甲", 3], [day, True]]
    assert (grid.rows, grid.columns, grid.sheet, grid.lettered) == ((1, 3, 4), (2, 4), "表", True)


def test_a_sheet_by_name_or_the_first_that_is_seen(tmp_path: Path) -> None:
    """Without a name the first sheet that is not hidden is read; a workbook that is open is not opened again."""
    path = write_book(tmp_path / "t.xlsx", {"一": [["a"]], "二": [["b"]], "三": [["c"]]})
    book = openpyxl.load_workbook(path)
    book["一"].sheet_state = "hidden"
    book.save(path)
    books: dict[Path, Workbook] = {}
    assert read(path, books=books).sheet == "二"
    path.write_bytes(b"")
    assert read(path, "三", books).cells.tolist() == [["c"]]
    assert read(path, "一", books).cells.tolist() == [["a"]]


def test_merged_and_hidden_cells(tmp_path: Path) -> None:
    """Ranges are told in order of their rows; a hidden group of columns counts column by column."""
    path = write_book(tmp_path / "t.xlsx", {"表": [["a", "b", "c"], [1, 2, 3], [4, 5, 6]]}, merge=["B2:C3", "A1:C1"])
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    page.row_dimensions[2].hidden = True
    page.column_dimensions.group("B", "C", hidden=True)
    book.save(path)
    grid = read(path)
    assert list(map(str, grid.spans)) == ["A1:C1", "B2:C3"]
    assert grid.cells.tolist() == [["a", None], [1, 2], [4, None]]
    assert (grid.hidden_rows, grid.hidden_columns) == ({2}, {2, 3})


def test_a_formula_gives_its_stored_value(tmp_path: Path) -> None:
    """A formula that a spreadsheet has computed is its number; one that was never computed is told."""
    with pd.ExcelWriter(tmp_path / "t.xlsx", engine="xlsxwriter") as book:
        sheet = book.book.add_worksheet("s")
        sheet.write_row(0, 0, ["学校", "学位"])
        sheet.write_formula(1, 1, "=40+5", None, 45)
        sheet.write_array_formula(2, 1, 2, 1, "{=SUM(1,2)}", None, 3)
        sheet.write_string(3, 1, "=1+1")
    grid = read(tmp_path / "t.xlsx")
    assert grid.cells[:, 1].tolist() == ["学位", 45, 3, "=1+1"]
    assert grid.bad == {}
    fresh = write_book(tmp_path / "u.xlsx", {"s": [["学位"], ["=40+5"], [50]]})
    ((place, (value, wording)),) = read(fresh).bad.items()
    assert (place, value) == ((2, 1), "=40+5")
    assert "formula without a stored value" in wording.problem


@pytest.mark.parametrize("value", ["#DIV/0!", "#REF!", "#VALUE!", "#NAME?"])
def test_the_error_of_a_formula_is_told(tmp_path: Path, value: str) -> None:
    """It is no name and no number."""
    ((place, (shown, _)),) = read(write_book(tmp_path / "t.xlsx", {"s": [["学校"], [value]]})).bad.items()
    assert (place, shown) == ((2, 1), value)


def test_nothing_found_is_no_error(tmp_path: Path) -> None:
    """`#N/A` says that a lookup found nothing, as a dash does: the column decides what that means."""
    assert read(write_book(tmp_path / "t.xlsx", {"s": [["学校"], ["#N/A"]]})).bad == {}


def test_what_openpyxl_does_not_keep_is_no_matter(tmp_path: Path) -> None:
    """A warning of a library about styles never reaches the user, and the collector works on."""
    path = write_book(tmp_path / "t.xlsx", {"s": [["a"]]})
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        read(path)
    assert caught == []
    assert gc.isenabled()


def test_one_cell_at_the_end_of_the_sheet(tmp_path: Path) -> None:
    """A stray cell in the last column of the last row costs nothing."""
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = "a"
    book.worksheets[0]["XFD1048576"] = "x"
    book.save(tmp_path / "t.xlsx")
    grid = read(tmp_path / "t.xlsx")
    assert (grid.rows, grid.columns, grid.cells.shape) == ((1, 1_048_576), (1, 16_384), (2, 2))


def test_scattered_cells_are_no_table(tmp_path: Path) -> None:
    """A diagonal of cells would need millions of empty ones between them."""
    book = openpyxl.Workbook()
    for place in range(1, 2401):
        book.worksheets[0].cell(place, place, 1)
    book.save(tmp_path / "t.xlsx")
    assert "lie scattered" in refusal(tmp_path / "t.xlsx").problem


def test_a_workbook_that_unpacks_to_a_trap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small file may hold gigabytes of zeros; it is not unpacked."""
    monkeypatch.setattr(workbooks, "_LARGEST_BYTES", 1_000_000)
    path = write_book(tmp_path / "t.xlsx", {"s": [["a"]]})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/media/x.bin", bytes(2_000_000))
    assert path.stat().st_size < 20_000
    assert "larger than a table can be" in refusal(path).problem


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is no workbook"),
        (b"no zip", "is no workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old .xls in spite of its ending, or has a password"),
    ],
)
def test_refuses_what_is_no_workbook(tmp_path: Path, content: bytes, says: str) -> None:
    """An old or locked workbook is told apart from a file that is none."""
    (tmp_path / "t.xlsx").write_bytes(content)
    fault = refusal(tmp_path / "t.xlsx")
    assert says in fault.problem
    assert ".xlsx" in fault.remedy_zh


def test_refuses_a_sheet_that_is_not_there_or_empty(tmp_path: Path) -> None:
    """Sheets that are there are named."""
    path = write_book(tmp_path / "t.xlsx", {"片区": [["a"]], "空": [[None, " "]]})
    fault = refusal(path, "二")
    assert fault.problem == "has no sheet '二'."
    assert "片区" in fault.remedy
    assert refusal(path, "空").problem == "holds nothing."


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_a_broken_sheet_never_crashes(tmp_path: Path, data: st.DataObject) -> None:
    """Whatever characters of the sheet's XML are wrong: cells, or a sentence; never another exception."""
    good = village.write_sheets(tmp_path / "good.xlsx", {"s": pd.DataFrame({"a": ["x", "=1"], "b": [1, 2]})})
    with zipfile.ZipFile(good) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    name = data.draw(st.sampled_from(["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml"]))
    content = bytearray(parts[name])
    for place, value in data.draw(
        st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(32, 126)), min_size=1)
    ):
        content[place] = value
    path = tmp_path / "t.xlsx"
    with zipfile.ZipFile(path, "w") as packed:
        for part, text in {**parts, name: bytes(content)}.items():
            packed.writestr(part, text)
    with contextlib.suppress(UnreadableError):
        read(path)
