"""Tables by label as arrays: sorted, complete, or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.optimize.siting import labels

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

INDEX = pd.MultiIndex.from_product([["b", "a"], ["primary"], [2027, 2026]])
TABLE = pd.Series([1.0, 2.0, 3.0, 4.0], INDEX)
YEARS = pd.Index([2026, 2027])


def cube(table: pd.Series) -> tuple[pd.MultiIndex, npt.NDArray[np.float64]]:
    """Return units and values of a table with one scenario."""
    named = labels.with_scenarios(table, "area", what="`demand`")
    return labels.as_cube(named, labels.common_scenarios(named, named), YEARS, what="`demand`")


def test_by_hand() -> None:
    """Units are in order of text, years in order of time."""
    units, values = cube(TABLE)
    assert units.to_list() == [("a", "primary"), ("b", "primary")]
    assert values.tolist() == [[[4.0, 2.0], [3.0, 1.0]]]


@given(st.permutations(range(4)))
def test_the_order_of_rows_is_irrelevant(order: list[int]) -> None:
    """Labels decide."""
    assert (cube(TABLE.iloc[order])[1] == cube(TABLE)[1]).all()


def test_a_table_without_scenarios_is_the_same_in_each() -> None:
    """Seats may be listed once for all courses of demand."""
    both = pd.concat({"low": TABLE, "high": TABLE + 1})
    demand = labels.with_scenarios(both, "area", what="`demand`")
    seats = labels.with_scenarios(TABLE, "school", what="`seats`")
    scenarios = labels.common_scenarios(demand, seats)
    assert scenarios.to_list() == ["high", "low"]
    _, values = labels.as_cube(seats, scenarios, YEARS, what="`seats`")
    assert (values[0] == values[1]).all()


def test_gaps_and_strangers_are_refused() -> None:
    """A year that is not there is not 0; scenarios of two tables are the same ones."""
    with pytest.raises(MissingValueError, match="area 'b', stage 'primary', year 2027"):
        cube(TABLE.iloc[1:])
    low = labels.with_scenarios(pd.concat({"low": TABLE}), "area", what="`demand`")
    high = labels.with_scenarios(pd.concat({"high": TABLE}), "school", what="`seats`")
    with pytest.raises(LabelError, match=r"(?i)scenarios"):
        labels.common_scenarios(low, high)
