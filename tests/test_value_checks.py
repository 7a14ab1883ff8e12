"""Values against the contract, and keys over all sources: every record that breaks a rule, once."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.inputs.cells.columns import ReadCells
from schoolmap.inputs.cells.columns import read_columns
from schoolmap.inputs.cells.value_checks import check_values
from schoolmap.inputs.cells.value_checks import doubled_keys
from schoolmap.inputs.files.origins import Origin
from schoolmap.inputs.files.origins import first_label
from schoolmap.tables import CONTRACTS

SECTIONS = CONTRACTS["sections"]
SHEETS = (Origin("t.xlsx", "甲"), Origin("t.xlsx", "乙"))


def read(table: str = "sections", **columns: list[object]) -> ReadCells:
    """Read columns of a table, rows counted from 2."""
    frame = pd.DataFrame(columns, dtype=object)
    frame.index = pd.RangeIndex(2, len(frame) + 2, name="row")
    return read_columns(frame, CONTRACTS[table], decimal=".")


@pytest.mark.parametrize(
    ("table", "column", "cell", "problem"),
    [
        ("sections", "seats", -1, "is negative."),
        ("sections", "classes", 1.5, "is no whole number."),
        ("projects", "probability", 1.2, "is above 1."),
        ("schools", "ownership", "国有", "is none of public, inclusive, private."),
        ("schools", "school", None, "is empty."),
        ("population", "count", None, "is empty."),
    ],
)
def test_what_breaks_the_contract(table: str, column: str, cell: object, problem: str) -> None:
    """Row, column and value are told, with the way out in both languages."""
    (fault,) = check_values(read(table, **{column: [cell]}), CONTRACTS[table])
    assert (fault.row, fault.column, fault.problem) == (2, column, problem)
    assert fault.remedy
    assert fault.problem_zh
    assert fault.remedy_zh


def test_what_may_be() -> None:
    """An empty optional cell, zero, and seats that a project takes away."""
    assert check_values(read(seats=[None, 0], school=["A", "B"]), SECTIONS) == []
    assert check_values(read("projects", seats_added=[-90]), CONTRACTS["projects"]) == []


def test_a_cell_that_could_not_be_read_is_not_told_as_empty_too() -> None:
    """One mistake is one fault."""
    assert check_values(read("population", count=["x", None]), CONTRACTS["population"])[0].row == 3


def keyed(*keys: tuple[int, str | None]) -> pd.DataFrame:
    """Return sections by label and school, all of one stage."""
    labels, schools = [label for label, _ in keys], [school for _, school in keys]
    return pd.DataFrame({"school": schools, "stage": "primary"}, index=labels, dtype=object)


def test_doubled_keys_in_one_sheet_and_over_two() -> None:
    """The first place is named, with its sheet where it is another."""
    moved = first_label(1)
    frame = keyed((2, "A"), (3, "A"), (moved + 2, "A"), (moved + 3, "B"))
    faults = doubled_keys(frame, SECTIONS, SHEETS)
    assert [(fault.sheet, fault.row, fault.problem) for fault in faults] == [
        ("甲", 3, "is there twice, first in row 2."),
        ("乙", 2, "is there twice, first in row 2 of 甲."),
    ]


def test_keys_that_are_not_known_are_no_twins() -> None:
    """Two records without a code are two faults of their own, not one record twice."""
    assert doubled_keys(keyed((2, None), (3, None)), SECTIONS, SHEETS) == []


def test_very_many_twins_are_counted() -> None:
    """Twenty are listed."""
    frame = keyed(*((row, "A") for row in range(2, 102)))
    faults = doubled_keys(frame, SECTIONS, SHEETS)
    assert len(faults) == 21
    assert "79 more" in faults[-1].problem


@given(st.lists(st.sampled_from(["A", "B", "C", None]), max_size=8))
def test_as_many_faults_as_records_too_many(schools: list[str | None]) -> None:
    """Every record beyond the first of its key."""
    frame = keyed(*enumerate(schools, start=2))
    known = [school for school in schools if school is not None]
    assert len(doubled_keys(frame, SECTIONS, SHEETS)) == len(known) - len(set(known))
