"""Printed totals against the sums of records: above, since the last total, below, or with the same key."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import Severity
from schoolmap.inputs.layout.body_rows import Total
from schoolmap.inputs.layout.printed_totals import added_columns
from schoolmap.inputs.layout.printed_totals import compare
from schoolmap.tables import CONTRACTS

SECTIONS = CONTRACTS["sections"]
Sheet = list[tuple[str, float | None]]
"""Rows in order: a label (a word of totals for a total) and its seats."""


def differences(sheet: Sheet, *, column: str = "seats") -> list[tuple[int | None, str]]:
    """Return row and printed number of every total that differs, rows being counted from 2."""
    numbered = list(enumerate(sheet, start=2))
    totals = [
        Total(row=row, column="x", label=label, of_part="小计" in label)
        for row, (label, _) in numbered
        if "计" in label
    ]
    seats = pd.DataFrame({column: [number for _, number in sheet]}, index=[row for row, _ in numbered], dtype=float)
    rows = [total.row for total in totals]
    faults = compare(seats.loc[rows], seats.drop(index=rows), totals, SECTIONS)
    assert all(fault.severity is Severity.WARNING and fault.remedy_zh and fault.problem_zh for fault in faults)
    assert all(fault.column == column for fault in faults)
    return [(fault.row, fault.value) for fault in faults]


@pytest.mark.parametrize(
    "sheet",
    [
        [("a", 1), ("b", 2), ("合计", 3)],
        [("a", 1), ("b", 2), ("小计", 3), ("c", 4), ("小计", 4), ("合计", 7)],
        [("合计", 7), ("a", 3), ("b", 4)],
        [("小计", 3), ("a", 1), ("b", 2), ("小计", 4), ("c", 4)],
        [("a", 1), ("b", 2), ("小学合计", 3), ("c", 4), ("初中合计", 4), ("总计", 7)],
        [("a", 1), ("b", None), ("合计", 1)],
        [("a", 1), ("合计", None)],
        [("合计", 5)],
        [("a", 0.1), ("b", 0.2), ("合计", 0.3)],
    ],
)
def test_totals_that_fit(sheet: Sheet) -> None:
    """At the end, after each part, at the start; parts may be called 合计 too; what is not printed is not compared."""
    assert differences(sheet) == []


@pytest.mark.parametrize(
    ("sheet", "wrong"),
    [
        ([("a", 1), ("b", 2), ("合计", 4)], [(4, "4")]),
        ([("a", 1), ("小计", 2), ("c", 4), ("小计", 4), ("合计", 5)], [(3, "2")]),
        ([("a", 1), ("小计", 1), ("c", 4), ("小计", 5)], [(5, "5")]),
        ([("合计", 8), ("a", 3), ("b", 4)], [(2, "8")]),
        ([("a", 1), ("b", None), ("合计", 3)], [(4, "3")]),
    ],
)
def test_totals_that_differ(sheet: Sheet, wrong: list[tuple[int, str]]) -> None:
    """A subtotal is that of its own part only; a missing number is not zero, but the sum lacks it."""
    assert differences(sheet) == wrong


def test_what_is_said() -> None:
    """The printed number, the sum, the difference and the label are told in both languages."""
    totals = [Total(row=4, column="x", label="全县合计", of_part=False)]
    records = pd.DataFrame({"seats": [540.0, 450.0]}, index=[2, 3])
    (fault,) = compare(pd.DataFrame({"seats": [1000.0]}, index=[4]), records, totals, SECTIONS)
    assert str(fault.problem) == "is printed as '全县合计', but the records add up to 990 (+10)."
    assert "各行相加为 990(相差 +10)" in fault.problem_zh


def test_a_total_of_a_part_of_the_key() -> None:
    """合计 of each age: the sum of that age over all areas, wherever they stand."""
    contract = CONTRACTS["population"]
    records = pd.DataFrame(
        {"area": ["a", "a", "b", "b"], "age": ["3", "4"] * 2, "date": "2023-08-31", "count": [1.0, 2, 3, 4]},
        index=[2, 3, 4, 5],
    )
    totals = [Total(row=row, column="x", label="合计", of_part=False) for row in (6, 7)]
    printed = pd.DataFrame(
        {"area": [None, None], "age": ["3", "4"], "date": "2023-08-31", "count": [4.0, 5]}, index=[6, 7]
    )
    assert [(fault.row, fault.value) for fault in compare(printed, records, totals, contract)] == [(7, "5")]


def test_subtotals_of_each_stage_of_a_township() -> None:
    """Two subtotals directly below each other are of the same schools, each of its own stage."""
    records = pd.DataFrame(
        {"stage": ["primary", "junior", "primary", "primary"], "seats": [1.0, 2, 3, 5]}, index=[2, 3, 4, 7]
    )
    totals = [Total(row=row, column="x", label="小计", of_part=True) for row in (5, 6, 8)]
    printed = pd.DataFrame({"stage": ["primary", "junior", "primary"], "seats": [4.0, 3, 5]}, index=[5, 6, 8])
    assert [(fault.row, fault.value) for fault in compare(printed, records, totals, SECTIONS)] == [(6, "3")]


def test_only_what_adds_up_is_compared() -> None:
    """Shares, codes, places in an order, months and parts of the key have no sum."""
    assert "seats" in added_columns(SECTIONS)
    assert {"published_utilisation", "stage"}.isdisjoint(added_columns(SECTIONS))
    assert {"probability", "priority", "delay_months"}.isdisjoint(added_columns(CONTRACTS["projects"]))
    assert added_columns(CONTRACTS["yields"]) == []


numbers = st.lists(st.integers(0, 1000), min_size=1, max_size=5)


@given(st.lists(numbers, min_size=1, max_size=4), st.booleans())
def test_right_totals_are_never_warned_of(parts: list[list[int]], first: bool) -> None:  # noqa: FBT001
    """Subtotals of every part and a total of all, at their ends or at their heads."""
    sheet: Sheet = []
    for part in parts:
        rows: Sheet = [("x", number) for number in part]
        subtotal: Sheet = [("小计", sum(part))]
        sheet += subtotal + rows if first else rows + subtotal
    grand: Sheet = [("合计", sum(map(sum, parts)))]
    assert differences(grand + sheet if first else sheet + grand) == []


@given(numbers, st.integers(1, 500))
def test_a_wrong_total_always_is(part: list[int], by: int) -> None:
    """By whatever it differs."""
    sheet: Sheet = [("x", number) for number in part]
    assert differences([*sheet, ("合计", sum(part) + by)]) == [(len(part) + 2, f"{sum(part) + by:g}")]


def test_nothing_changes_the_input() -> None:
    """Records and printed rows stay as they are."""
    records = pd.DataFrame({"seats": [1.0, np.nan]}, index=[2, 3])
    printed = pd.DataFrame({"seats": [5.0]}, index=[4])
    before = records.copy(), printed.copy()
    compare(printed, records, [Total(row=4, column="x", label="合计", of_part=False)], SECTIONS)
    pd.testing.assert_frame_equal(records, before[0])
    pd.testing.assert_frame_equal(printed, before[1])
