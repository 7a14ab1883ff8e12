"""Limits: the figure that holds for each row of a table, found by its labels."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.seats.classes.limits import limit_by_label
from schoolmap.standards.lookup import caps_grid
from schoolmap.standards.schema import ClassCap
from schoolmap.standards.schema import Figure
from schoolmap.standards.schema import StageStandard

SOURCE: dict[str, Any] = {"document": "invented", "confidence": "assumption"}
ROWS = pd.MultiIndex.from_product([["a", "b"], ["1", "2"], [2024, 2025]], names=["school", "grade", "year"])


def by_grade(**figures: float) -> pd.Series:
    """Return a figure for each grade, written `g1=45`."""
    return pd.Series(list(figures.values()), index=pd.Index([name[1:] for name in figures], name="grade"), dtype=float)


def test_one_figure_is_for_every_row() -> None:
    """Without labels there is nothing to look up."""
    assert limit_by_label(45, ROWS, what="cap").tolist() == [45.0] * 8


def test_figures_by_one_level() -> None:
    """A grade has its cap in every school and year, whatever the order in which caps are listed."""
    assert limit_by_label(by_grade(g2=50, g1=45), ROWS, what="cap").tolist() == [45, 45, 50, 50, 45, 45, 50, 50]


def test_figures_by_two_levels_in_any_order() -> None:
    """Grade and year, or year and grade: labels decide."""
    caps = pd.Series({("1", 2024): 1.0, ("1", 2025): 2.0, ("2", 2024): 3.0, ("2", 2025): 4.0})
    caps.index.names = ["grade", "year"]
    for limit in (caps, caps.reorder_levels(["year", "grade"])[::-1]):
        assert limit_by_label(limit, ROWS, what="cap").tolist() == [1, 2, 3, 4, 1, 2, 3, 4]


def test_the_table_of_the_standards_is_taken_as_it_is() -> None:
    """45 for those who enter from 2025 on, 50 for the others: grade 1 of 2025 only."""
    late = ClassCap(value=45, entered_from=2025, **SOURCE)
    stage = StageStandard(class_size=Figure(value=50, **SOURCE), caps=(late,))
    table = caps_grid(stage, grades=["1", "2"], years=[2024, 2025])
    assert limit_by_label(table, ROWS, what="cap").tolist() == [50, 45, 50, 50] * 2


@given(st.permutations(range(8)))
def test_rows_may_come_in_any_order(order: list[int]) -> None:
    """Each row keeps its limit."""
    caps = by_grade(g1=45, g2=50)
    shuffled = limit_by_label(caps, ROWS[order], what="cap")
    assert shuffled.tolist() == limit_by_label(caps, ROWS, what="cap")[order].tolist()


def test_limits_that_nobody_asks_for_do_not_matter() -> None:
    """A standard has more grades than a stage, and may be silent on some."""
    assert limit_by_label(by_grade(g1=45, g2=50, g3=math.nan), ROWS, what="cap").max() == 50


def test_no_row_has_no_limit() -> None:
    """Nothing asked, nothing answered."""
    assert limit_by_label(by_grade(g1=45), ROWS[:0], what="cap").tolist() == []


def test_refuses_a_row_without_a_limit() -> None:
    """An unlisted grade is not one without a limit."""
    with pytest.raises(LabelError, match="no cap for grade '2'"):
        limit_by_label(by_grade(g1=45), ROWS, what="cap")


def test_refuses_a_missing_limit() -> None:
    """Nor is one whose limit is empty; the message has the label as it is written."""
    table = pd.DataFrame({2024: [45.0, 50.0], 2025: [45.0, np.nan]}, index=pd.Index(["1", "2"], name="grade"))
    with pytest.raises(MissingValueError, match=r"no cap for grade and year \('2', 2025\)"):
        limit_by_label(table.rename_axis(columns="year"), ROWS, what="cap")


def test_refuses_limits_by_an_unknown_level() -> None:
    """Caps by stage cannot be looked up in a table without stages."""
    with pytest.raises(LabelError, match="by 'stage', which the table does not have"):
        limit_by_label(pd.Series([45.0], index=pd.Index(["primary"], name="stage")), ROWS, what="cap")


def test_refuses_a_limit_told_twice() -> None:
    """Of two caps for one grade none is right."""
    with pytest.raises(LabelError, match="twice"):
        limit_by_label(pd.concat([by_grade(g1=45), by_grade(g1=50, g2=50)]), ROWS, what="cap")


@pytest.mark.parametrize("wrong", [0.0, -45.0])
def test_refuses_a_limit_that_is_not_above_zero(wrong: float) -> None:
    """A class holds somebody."""
    with pytest.raises(ValueError, match="must be positive"):
        limit_by_label(by_grade(g1=45, g2=wrong), ROWS, what="cap")
    with pytest.raises(ValueError, match="must be positive"):
        limit_by_label(wrong, ROWS, what="cap")


def test_refuses_a_figure_that_is_no_number() -> None:
    """A gap is no figure."""
    with pytest.raises(ValueError, match="must be positive"):
        limit_by_label(math.nan, ROWS, what="cap")
