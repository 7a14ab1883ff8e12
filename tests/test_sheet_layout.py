"""Where the table is in a sheet: titles above, a header of one to three rows, records below; two headers are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.inputs.files.csv_files import load_csv
from schoolmap.inputs.files.raw import UnreadableError
from schoolmap.inputs.files.workbooks import load_sheet
from schoolmap.inputs.layout.matching import wanted_names
from schoolmap.inputs.layout.sheet_layout import arrange
from schoolmap.tables import CONTRACTS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from bureau import Rows

    from schoolmap.inputs.files.raw import RawTable

WANTED = wanted_names(CONTRACTS["sections"])
HEADER: list[object] = ["学校标识码", "学段", "学位数", "在校生数"]
RECORD: list[object] = ["2143000001", "小学", 540, 500]


def lay_out(folder: Path, rows: Rows, *, merge: Iterable[str] = (), declared: dict[str, str] | None = None) -> RawTable:
    """Write rows as a sheet and find the table in it."""
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    for area in merge:
        book.worksheets[0].merge_cells(area)
    book.save(folder / "t.xlsx")
    return arrange(load_sheet(folder / "t.xlsx", sheet="", books={}), wanted=WANTED, declared=declared or {})


def lay_out_csv(folder: Path, text: str) -> RawTable:
    """Write a csv file and find the table in it."""
    (folder / "t.csv").write_text(text, encoding="utf-8")
    return arrange(load_csv(folder / "t.csv", separator=",", encoding=""), wanted=WANTED, declared={})


def told(raw: RawTable) -> list[tuple[int | None, str]]:
    """Return row and value of every notice."""
    assert all(notice.remedy and notice.problem_zh and notice.remedy_zh for notice in raw.notices)
    return [(notice.row, notice.value) for notice in raw.notices]


def test_a_plain_sheet(tmp_path: Path) -> None:
    """The header in row 1 needs no word; columns are named as written."""
    raw = lay_out(tmp_path, [HEADER, RECORD, [], RECORD])
    assert (raw.header_row, list(raw.frame.columns), list(raw.frame.index)) == (1, HEADER, [2, 4])
    assert raw.notices == ()
    assert [raw.header(column).letter for column in raw.frame.columns] == ["A", "B", "C", "D"]


@pytest.mark.parametrize(
    ("above", "merge"),
    [
        ([["某县学校情况表"]], ["A1:D1"]),
        ([["某县学校情况表"]], []),
        ([["某县学校情况表"], ["填报单位:教育局", None, "单位:人"]], ["A1:D1"]),
        ([["某县学校情况表"], [], ["2024年9月1日", None, None, "单位:人"]], ["A1:D2"]),
        ([["学校"], ["附表1"], ["某县"]], []),
    ],
)
def test_titles_above_the_header(tmp_path: Path, above: Rows, merge: list[str]) -> None:
    """Merged or not, with lines that say who made the sheet: they are told once, and rows keep their numbers."""
    raw = lay_out(tmp_path, [*above, HEADER, RECORD], merge=merge)
    row = len(above) + 1
    assert (raw.header_row, list(raw.frame.columns), list(raw.frame.index)) == (row, HEADER, [row + 1])
    assert told(raw) == [(1, str(above[0][0]))]


def test_a_header_of_two_rows(tmp_path: Path) -> None:
    """Merged across, the upper name is joined with each lower one; merged down, it stands alone."""
    rows: Rows = [
        ["学校标识码", "学段", "一年级", None, "二年级", None],
        [None, None, "班数", "人数", "班数", "人数"],
        ["2143000001", "小学", 2, 90, 2, 88],
    ]
    raw = lay_out(tmp_path, rows, merge=["A1:A2", "B1:B2", "C1:D1", "E1:F1"])
    assert list(raw.frame.columns) == ["学校标识码", "学段", "一年级班数", "一年级人数", "二年级班数", "二年级人数"]
    assert (raw.header_row, list(raw.frame.index)) == (2, [3])
    assert raw.header("二年级人数").parts == ("二年级", "人数")
    assert told(raw) == [(1, "一年级 / 班数")]


def test_a_header_of_three_rows_below_a_title(tmp_path: Path) -> None:
    """Three levels are joined; a fourth row above is the title."""
    rows: Rows = [
        ["学校情况表"],
        ["学校", None, "在校学生情况", None, None, None],
        ["标识码", "学段", "一年级", None, "二年级", None],
        [None, None, "班数", "人数", "班数", "人数"],
        ["2143000001", "小学", 2, 90, 2, 88],
    ]
    raw = lay_out(tmp_path, rows, merge=["A1:F1", "A2:B2", "C2:F2", "A3:A4", "B3:B4", "C3:D3", "E3:F3"])
    assert raw.header_row == 4
    assert raw.header("在校学生情况二年级人数").parts == ("在校学生情况", "二年级", "人数")
    assert raw.header("学校标识码").letter == "A"


def test_groups_that_are_not_merged(tmp_path: Path) -> None:
    """A csv has no merged cells: a name stands for the empty cells to its right that have a name below them."""
    raw = lay_out_csv(tmp_path, "学校标识码,学段,一年级,,二年级,\n,,班数,人数,班数,人数\n2143000001,小学,2,90,2,88\n")
    assert list(raw.frame.columns) == ["学校标识码", "学段", "一年级班数", "一年级人数", "二年级班数", "二年级人数"]


def test_names_with_line_breaks_spaces_and_stars(tmp_path: Path) -> None:
    """Headers are shown in one line, in their own width; a star marks a column as required and is no part of it."""
    raw = lay_out(tmp_path, [["*学校标识码", "学 段", "学位数\n（个）", "在校\u200b生数＊"], RECORD])
    assert list(raw.frame.columns) == ["学校标识码", "学 段", "学位数 （个）", "在校生数"]


def test_a_first_record_of_text_is_no_header(tmp_path: Path) -> None:
    """In a csv all cells are text; a row that names nothing is a record."""
    raw = lay_out_csv(tmp_path, "学校标识码,学段,学位数\nA,小学,540\nB,初中,30\n")
    assert list(raw.frame.index) == [2, 3]


def test_a_name_merged_over_two_used_columns_names_neither(tmp_path: Path) -> None:
    """`一年级` over men and women without a word below: one of the two is not all pupils."""
    rows: Rows = [["学校标识码", "学段", "一年级", None], ["2143000001", "小学", 40, 50]]
    raw = lay_out(tmp_path, rows, merge=["C1:D1"])
    assert list(raw.frame.columns) == ["学校标识码", "学段", "一年级 (C)", "一年级 (D)"]


def test_a_header_that_is_printed_again(tmp_path: Path) -> None:
    """The same header on the next page is no second table."""
    raw = lay_out(tmp_path, [HEADER, RECORD, HEADER, RECORD])
    assert raw.header_row == 1
    assert list(raw.frame.index) == [2, 3, 4]


def test_two_headers_are_refused(tmp_path: Path) -> None:
    """Two tables below each other on one sheet: neither is preferred, and both are shown."""
    other: list[object] = ["机构代码", "学段", "教室数", "学生数"]
    with pytest.raises(UnreadableError) as caught:
        lay_out(tmp_path, [HEADER, RECORD, [], ["第二张表"], other, RECORD])
    (fault,) = caught.value.faults
    assert fault.row == 5
    assert "may be the header as well as row 1: 学校标识码, 学段" in fault.problem
    assert "机构代码" in fault.value
    assert "单独的工作表" in fault.remedy_zh


def test_no_header_shows_what_is_there(tmp_path: Path) -> None:
    """A sheet that names nothing of the contract."""
    with pytest.raises(UnreadableError) as caught:
        lay_out(tmp_path, [["甲", "乙"], ["丙", 3]])
    (fault,) = caught.value.faults
    assert fault.value == "甲, 乙; 丙, 3"
    assert "no header" in fault.problem
    assert fault.sheet


def test_a_declared_header_is_a_header(tmp_path: Path) -> None:
    """Names that only the project file knows find the row too."""
    rows: Rows = [["标题"], ["代号", "类别"], ["A", "小学"]]
    raw = lay_out(tmp_path, rows, declared={"school": "代号", "stage": "类 别"})
    assert raw.header_row == 2


def test_cells_of_a_csv_that_are_shifted(tmp_path: Path) -> None:
    """Lines that end before the last named column, and lines with a cell beyond it."""
    raw = lay_out_csv(tmp_path, "标题\n学校标识码,学段,学位数,\nA,小学\nA,小学,1\nA,小学,1,\nA,小学,1,,7\n")
    assert raw.ragged == {3: 2, 6: 5}


cells = st.one_of(
    st.none(), st.sampled_from(["学校标识码", "学段", "班数", "一年级", "合计", "人"]), st.integers(0, 99)
)


@given(st.lists(st.lists(cells, min_size=4, max_size=4), min_size=1, max_size=6), st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_sheet_is_a_table_or_a_sentence(tmp_path: Path, rows: Rows, data: st.DataObject) -> None:
    """Whatever is typed and merged: columns with names of their own below a header, or what is wrong."""
    merge = []
    for top in range(1, len(rows), 2):
        left, right = sorted(data.draw(st.tuples(st.integers(0, 3), st.integers(0, 3))))
        bottom = top + data.draw(st.integers(0, 1))
        if (left, top) != (right, bottom):
            merge.append(f"{'ABCD'[left]}{top}:{'ABCD'[right]}{bottom}")
    try:
        raw = lay_out(tmp_path, rows, merge=merge)
    except UnreadableError:
        return
    assert raw.frame.columns.is_unique
    assert raw.header_row is not None
    assert all(row > raw.header_row for row in raw.frame.index)
    assert set(raw.frame.columns) == set(raw.headers)


@given(st.integers(0, 6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_titles_change_nothing_but_the_rows(tmp_path: Path, titles: int) -> None:
    """However many lines stand above, the same cells are read, so many rows further down."""
    plain = lay_out(tmp_path, [HEADER, RECORD])
    below = lay_out(tmp_path, [*([f"标题{number}"] for number in range(titles)), HEADER, RECORD])
    assert below.frame.to_numpy().tolist() == plain.frame.to_numpy().tolist()
    assert list(below.frame.index) == [row + titles for row in plain.frame.index]
