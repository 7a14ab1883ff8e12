"""The tables of a zoning: read by label, and refused where they contradict each other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.optimize.rezoning import reading

AREAS = pd.Index(list("abc"))
SCHOOLS = pd.Index(["hill", "lake"])


def test_one_year_or_several() -> None:
    """A series holds for all years, a table is put in their order."""
    pupils, years = reading.by_year(
        pd.DataFrame({2031: [1, 2, 3], 2030: [4, 5, 6]}, index=AREAS), None, what="`pupils`"
    )
    assert years.tolist() == [2031, 2030]
    seats, _ = reading.by_year(pd.Series([7, 8], index=SCHOOLS), years, what="`seats`")
    assert seats.to_numpy().tolist() == [[7, 7], [8, 8]]
    assert reading.by_year(pd.Series([1], index=["a"]), None, what="`pupils`")[1].tolist() == [reading.ONLY]
    assert pupils.loc["a"].tolist() == [1, 4]


def test_a_zone_is_as_near_as_its_nearest_school() -> None:
    """Rows and columns in any order; two schools of one zone."""
    cost = pd.DataFrame({"lake": [3, 1, 9], "hill": [2, 5, 4]}, index=list("bca"), dtype=float)
    ways = reading.ways(cost, AREAS, SCHOOLS, np.array([0, 0]), 1)
    assert ways[:, 0].tolist() == [4.0, 2.0, 1.0]


def test_neighbours_once_or_both_ways_are_the_same() -> None:
    """A pair that is listed twice counts once, with the longer of its lengths; an area is no neighbour of itself."""
    once = pd.Series([5.0, 7.0], index=pd.MultiIndex.from_tuples([("a", "b"), ("b", "c")]))
    both = pd.Series(
        [5.0, 7.0, 4.0, 1.0], index=pd.MultiIndex.from_tuples([("b", "a"), ("c", "b"), ("a", "b"), ("a", "a")])
    )
    for one, other in zip(reading.graph(once, AREAS), reading.graph(both, AREAS), strict=True):
        assert one.tolist() == other.tolist()
    first, beside, length = reading.graph(once, AREAS)
    assert (first.tolist(), beside.tolist(), length.tolist()) == ([0, 1, 3, 4], [1, 0, 2, 1], [5.0, 5.0, 7.0, 7.0])


def test_a_zone_opens_as_a_whole() -> None:
    """Tolls of its schools add up; one that is left out is named."""
    toll, may_close = reading.opening_of(pd.Series({"hill": 3.0, "lake": 4.0}), SCHOOLS, np.array([0, 0]), 1)
    assert (toll.tolist(), may_close.tolist()) == ([7.0], [True])
    toll, may_close = reading.opening_of(None, SCHOOLS, np.array([0, 1]), 2)
    assert (toll.tolist(), may_close.tolist()) == ([0.0, 0.0], [False, False])
    with pytest.raises(ValueError, match="leaves out 'lake'"):
        reading.opening_of(pd.Series({"hill": 3.0}), SCHOOLS, np.array([0, 0]), 1)


def test_where_schools_stand() -> None:
    """By area and zone."""
    root = reading.roots(pd.Series({"lake": "a", "hill": "c"}), SCHOOLS, AREAS, np.array([0, 1]), 2)
    assert np.argwhere(root).tolist() == [[0, 1], [2, 0]]


def test_zones_of_today() -> None:
    """By place; none is no today."""
    assert reading.today_of(None, AREAS, SCHOOLS) is None
    now = reading.today_of(pd.Series({"c": "hill", "a": "lake", "b": "lake"}), AREAS, SCHOOLS)
    assert now is not None
    assert now.tolist() == [1, 1, 0]


def test_refusals() -> None:
    """What is not there, missing or infinite is named."""
    table = pd.DataFrame(1.0, index=AREAS, columns=SCHOOLS)
    with pytest.raises(ValueError, match="A way is finite"):
        reading.ways(table.replace(1.0, np.inf), AREAS, SCHOOLS, np.array([0, 1]), 2)
    with pytest.raises(LabelError, match="indexed by"):
        reading.graph(pd.Series([1.0], index=["a"]), AREAS)  # type: ignore[arg-type]
    with pytest.raises(MissingValueError):
        reading.groups(pd.Series({"hill": "west", "lake": None}), SCHOOLS)
    with pytest.raises(ValueError, match="is empty"):
        reading.by_year(pd.DataFrame(index=AREAS), None, what="`pupils`")
    with pytest.raises(LabelError, match="no zone of `seats`"):
        reading.today_of(pd.Series("sea", index=AREAS), AREAS, SCHOOLS)
