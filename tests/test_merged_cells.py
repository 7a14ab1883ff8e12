"""Merged cells below the header: labels hold for every row they cover, counts and captions are refused."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import Fault
from schoolmap.errors import Severity
from schoolmap.inputs.files.raw import RawTable
from schoolmap.inputs.files.raw import Span
from schoolmap.inputs.layout.merged_cells import fill_merged
from schoolmap.tables import CONTRACTS

NAMES = {"乡镇": "township", "代码": "school", "校名": "name", "占地": "land_m2"}
NUMBERS = {"乡镇": 1, "代码": 2, "校名": 3, "占地": 4, "备注": 5}
ROWS: list[list[object]] = [
    ["城关镇", "A", "甲", 10, "x"],
    [None, "B", "乙", None, None],
    [None, "C", "丙", 30, None],
]


def filled(*spans: Span, without: tuple[int, ...] = ()) -> tuple[pd.DataFrame, list[Fault]]:
    """Fill the merged cells of three rows, 2 to 4, of which some are no records."""
    frame = pd.DataFrame(ROWS, columns=list(NUMBERS), index=[2, 3, 4], dtype=object)
    raw = RawTable(frame=frame, spans=spans, numbers=NUMBERS, header_row=1)
    before = frame.copy()
    result = fill_merged(frame.drop(index=list(without)), raw, NAMES, CONTRACTS["schools"])
    pd.testing.assert_frame_equal(frame, before)
    assert all(fault.remedy and fault.problem_zh and fault.remedy_zh for fault in result[1])
    return result


def span(area: str) -> Span:
    """Return a range such as `A2:B3`."""
    first, last = area.split(":")
    return Span(top=int(first[1:]), left=ord(first[0]) - 64, bottom=int(last[1:]), right=ord(last[0]) - 64)


def test_a_township_over_its_schools() -> None:
    """It holds for each of them, and one notice says so."""
    records, (fault,) = filled(span("A2:A4"))
    assert records["乡镇"].to_list() == ["城关镇"] * 3
    assert (fault.severity, fault.row, fault.column, fault.value) == (Severity.NOTICE, 2, "乡镇", "城关镇")
    assert "A2:A4" in fault.problem


def test_a_part_of_the_rows_are_records() -> None:
    """A row of totals within the range, even its first row, changes nothing for the others."""
    records, _ = filled(span("A2:A4"), without=(2,))
    assert records["乡镇"].to_list() == ["城关镇"] * 2


def test_a_count_over_two_rows_would_be_counted_twice() -> None:
    """It stays where it is, and is an error; over one record it is that record's."""
    records, (fault,) = filled(span("D2:D3"))
    assert (fault.severity, fault.row, fault.column) == (Severity.ERROR, 2, "占地")
    assert "more than once" in fault.problem
    assert pd.isna(records.at[3, "占地"])
    assert all(fault.severity is Severity.NOTICE for fault in filled(span("D2:D3"), without=(3,))[1])


@pytest.mark.parametrize("area", ["A2:B2", "C3:D3", "A2:C4", "D4:E4"])
def test_cells_merged_across(area: str) -> None:
    """Nobody knows which column they belong to."""
    _, (fault,) = filled(span(area))
    assert (fault.severity, fault.row) == (Severity.ERROR, int(area[1]))
    assert area in fault.value


@pytest.mark.parametrize("area", ["E2:E4", "A3:A4", "A7:A9", "F2:G4"])
def test_merged_cells_that_do_not_matter(area: str) -> None:
    """Of columns that are not used, without content, beside the records."""
    records, faults = filled(span(area))
    assert faults == []
    assert records["乡镇"].to_list() == ["城关镇", None, None]


def test_a_column_without_a_name_does_not_count_as_merged_across() -> None:
    """`占地` merged with a nameless column to its right is a plain cell."""
    frame = pd.DataFrame([["A", 10]], columns=["代码", "占地"], index=[2], dtype=object)
    raw = RawTable(frame=frame, spans=(Span(top=2, left=2, bottom=2, right=3),), numbers={"代码": 1, "占地": 2})
    assert [fault.severity for fault in fill_merged(frame, raw, NAMES, CONTRACTS["schools"])[1]] == [Severity.NOTICE]


@given(st.integers(2, 4), st.integers(0, 2), st.sampled_from("ABC"))
def test_only_covered_cells_change(top: int, height: int, column: str) -> None:
    """Every record below a merged label gets it, no other cell is touched."""
    records, _ = filled(span(f"{column}{top}:{column}{top + height}"))
    name = list(NUMBERS)["ABC".index(column)]
    value = ROWS[top - 2]["ABC".index(column)]
    for row in (2, 3, 4):
        inside = top <= row <= top + height and value is not None
        old = ROWS[row - 2]["ABC".index(column)]
        assert records.at[row, name] == (value if inside else old)
    others = [label for label in NUMBERS if label != name]
    plain = pd.DataFrame(ROWS, columns=list(NUMBERS), index=[2, 3, 4], dtype=object)
    pd.testing.assert_frame_equal(records[others], plain[others])
