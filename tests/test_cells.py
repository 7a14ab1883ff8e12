"""Columns of cells: each kind by its own reader, one notice a column, what could not be read is marked as such."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import Severity
from schoolmap.inputs.cells.columns import ReadCells
from schoolmap.inputs.cells.columns import read_columns
from schoolmap.inputs.cells.units import Unit
from schoolmap.inputs.cells.units import parse_unit
from schoolmap.tables import CONTRACTS
from schoolmap.tables import Kind


def column(name: str, *cells: object, table: str = "sections", told: str = "") -> ReadCells:
    """Read one column of a table; `told` is the unit that its header gives."""
    frame = pd.DataFrame({name: pd.Series(cells, index=range(2, len(cells) + 2), dtype=object)})
    unit = parse_unit(told) if told else None
    units: dict[str, Unit] = {} if unit is None else {name: unit}
    read = read_columns(frame, CONTRACTS[table], decimal=".", told=units)
    assert all(fault.problem_zh and fault.remedy and fault.remedy_zh for fault in read.faults)
    return read


def said(read: ReadCells) -> list[tuple[str, int | None, str]]:
    """Return severity, row and value of everything told."""
    return [(fault.severity.value, fault.row, fault.value) for fault in read.faults]


def test_one_notice_for_each_way_of_a_column() -> None:
    """However many cells, the first is shown and the others are counted."""
    read = column("seats", "1,200", "45人", "2,300", 5, "１２", "46人", "3,400")
    assert read.frame["seats"].to_list() == [1200, 45, 2300, 5, 12, 46, 3400]
    assert said(read) == [("notice", 2, "1,200"), ("notice", 3, "45人"), ("notice", 6, "１２")]
    assert "so are 2 more cell(s)" in read.faults[0].problem
    assert "本列另有 2 处" in read.faults[0].problem_zh


def test_what_could_not_be_read_is_not_empty() -> None:
    """Missing values are of two kinds; only one was empty."""
    read = column("seats", "x", None, "—", 5)
    assert read.frame["seats"].isna().to_list() == [True, True, True, False]
    assert read.unread["seats"].to_list() == [True, False, False, False]


@pytest.mark.parametrize(
    ("table", "name", "cell", "severity"),
    [
        ("sections", "seats", "—", "notice"),
        ("sections", "seats", "#N/A", "notice"),
        ("sections", "seats", "无", "error"),
        ("population", "count", "—", "error"),
        ("population", "count", "无", "error"),
        ("schools", "group", "无", "notice"),
        ("schools", "main_school", "/", "notice"),
        ("schools", "school", "-", "error"),
        ("schools", "name", "—", "error"),
        ("projects", "closing", "待定", "notice"),
        ("projects", "probability", "-", "notice"),
        ("flows", "origin", "—", "error"),
    ],
)
def test_marks_for_nothing(table: str, name: str, cell: str, severity: str) -> None:
    """Empty where a cell may be; where it must be filled, or where empty means all of them, an error."""
    read = column(name, cell, table=table)
    assert read.frame[name].isna().all()
    assert said(read) == [(severity, 2, cell)]


def test_a_word_of_the_contract_is_no_mark() -> None:
    """`无` says that a school has no licence."""
    read = column("licensed", "无", "有", "—", table="schools")
    assert read.frame["licensed"].to_list() == ["no", "yes", None]
    assert said(read) == [("notice", 4, "—")]


def test_equal_cells_of_other_types_are_not_one() -> None:
    """1, 1.0, True and "1" are equal to Python, not to a reader."""
    read = column("seats", 1, 1.0, np.bool_(1).item(), "1")
    assert read.unread["seats"].to_list() == [False, False, True, False]


@pytest.mark.parametrize("cell", [None, float("nan"), pd.NA, pd.NaT, "", "  ", "\u200b\xa0"])
@pytest.mark.parametrize("name", ["seats", "school", "stage", "catchment"])
def test_empty_cells(cell: object, name: str) -> None:
    """Blank is empty, in whatever way, and needs no word here."""
    read = column(name, cell)
    assert read.frame[name].isna().all()
    assert said(read) == []


def test_codes_and_words_without_what_nobody_sees() -> None:
    """Spaces at the ends matter where labels are compared; in a name they do not."""
    read = column("school", " A", "B")
    assert read.frame["school"].to_list() == ["A", "B"]
    assert said(read) == [("notice", 2, "A")]
    assert said(column("name", " 甲 ", table="schools")) == []
    assert column("stage", " 小学\u200b").frame["stage"].to_list() == ["primary"]


def test_codes_as_numbers_are_told_once_and_lost_zeros_by_row() -> None:
    """One notice for the column, an error for each code that is shorter than its neighbours."""
    read = column("school", 2143000001, 2143000002.0, 143000003)
    assert read.frame["school"].to_list() == ["2143000001", "2143000002", "143000003"]
    assert said(read) == [("error", 4, "143000003"), ("notice", 2, "2143000001")]
    assert read.unread["school"].to_list() == [False, False, True]


def test_units_that_the_header_gives() -> None:
    """Plain numbers are turned into the column's unit; one that counts something else is told once."""
    read = column("land_m2", 3, "1200平方米", table="schools", told="亩")
    assert read.frame["land_m2"].to_list() == pytest.approx([2000, 1200])
    assert [fault.severity for fault in read.faults] == [Severity.NOTICE, Severity.NOTICE]
    assert said(column("seats", 3, 4, told="班")) == [("error", None, "")]
    assert said(column("seats", None, told="班")) == []


def test_times() -> None:
    """Days and months come in one form each, years and ages as the contract writes them."""
    assert (
        column("date", "2023.8.31", dt.date(2023, 8, 31), table="population").frame["date"].to_list()
        == ["2023-08-31"] * 2
    )
    assert column("opening", "2027年9月", 2027.9, "2027", table="projects").frame["opening"].to_list() == [
        "2027-09",
        "2027-09",
        "2027",
    ]
    assert column("age", 3.0, "3 - 5", table="population").frame["age"].to_list() == ["3", "3-5"]


def test_very_many_faults_are_counted() -> None:
    """Twenty are listed, the rest is a number."""
    read = column("seats", *(f"x{number}" for number in range(50)))
    assert len(read.faults) == 21
    assert "30 more" in read.faults[-1].problem


def test_the_cells_stay_as_they_are() -> None:
    """Reading changes no cell."""
    frame = pd.DataFrame({"seats": ["1,200", None, "x"], "school": [1, " A", "—"]}, index=[2, 3, 4], dtype=object)
    before = frame.copy()
    read_columns(frame, CONTRACTS["sections"], decimal=".")
    pd.testing.assert_frame_equal(frame, before)


values = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(dt.date(1, 1, 1)),
    st.sampled_from(["1,234", "45人", "—", "无", "85%", "2027.1", "3-5", "４３", "4.3E+11"]),
)
contracts = st.sampled_from([(table, name) for table, contract in CONTRACTS.items() for name in contract.columns])


@given(contracts, st.lists(values, max_size=6))
def test_every_cell_is_read_or_empty_or_told(place: tuple[str, str], cells: list[object]) -> None:
    """Whatever is typed in whatever column: a value of its kind, or nothing, and never nothing without a word."""
    table, name = place
    read = column(name, *cells, table=table)
    kind = CONTRACTS[table].columns[name].kind
    for row, cell in zip(read.frame.index, cells, strict=True):
        value = read.frame.at[row, name]
        if isinstance(value, float) and not np.isnan(value):
            assert np.isfinite(value)
        elif isinstance(value, str):
            assert value.strip()
            assert kind is not Kind.CODE or value == value.strip()
        elif isinstance(cell, str) and cell.strip(" \n\u200b") and cell.isprintable():
            assert read.faults
    order = pd.Series(cells, index=range(2, len(cells) + 2), dtype=object).iloc[::-1]
    again = read_columns(pd.DataFrame({name: order}), CONTRACTS[table], decimal=".")
    pd.testing.assert_frame_equal(again.frame.sort_index(), read.frame)
