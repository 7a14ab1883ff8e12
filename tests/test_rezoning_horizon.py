"""A boundary for the years from one on: which years count, by label."""

from __future__ import annotations

import pandas as pd
import pytest

from schoolmap.errors import LabelError
from schoolmap.optimize.rezoning.horizon import rezone_from

AREAS = list("abc")
PUPILS = pd.DataFrame({2029: [9, 9, 9], 2030: [4, 4, 4], 2031: [4, 4, 7]}, index=AREAS)
SEATS = pd.DataFrame({2029: [8, 8], 2030: [8, 8], 2031: [8, 8]}, index=["left", "right"])
COST = pd.DataFrame({"left": [0, 2000, 3000], "right": [3000, 1000, 0]}, index=AREAS)
ROAD = pd.MultiIndex.from_tuples([("a", "b"), ("b", "c")])
HOMES = pd.Series({"left": "a", "right": "c"})


def zones(year: int, *, until: int | None = None, turned: bool = False) -> str:
    """Return the zones of the three villages as their first letters."""
    pupils, seats = (PUPILS.iloc[:, ::-1], SEATS.iloc[:, ::-1]) if turned else (PUPILS, SEATS)
    answer = rezone_from(year, pupils, seats, COST, ROAD, homes=HOMES, until=until)
    return "".join(answer.zones.str[0])


def test_only_years_of_the_boundary_count() -> None:
    """Village b goes to the right, where it is nearer, unless the right school must seat more in 2031."""
    assert zones(2030, until=2030) == "lrr"
    assert zones(2030) == zones(2031) == "llr"


def test_the_order_of_years_is_irrelevant() -> None:
    """Columns turned round."""
    assert zones(2030, turned=True) == zones(2030)


def test_by_pairs_or_as_tables() -> None:
    """Pupils by `(area, year)` are the same."""
    pupils, seats = (pd.Series(table.T.unstack()) for table in (PUPILS, SEATS))
    answer = rezone_from(2030, pupils, seats, COST, ROAD, homes=HOMES)
    assert answer.zones.tolist() == ["left", "left", "right"]
    assert answer.load.columns.tolist() == [2030, 2031]


def test_refusals() -> None:
    """A year that is not there, or an end before the beginning, is named."""
    with pytest.raises(LabelError, match="no year 2040"):
        zones(2040)
    with pytest.raises(ValueError, match="after the horizon 2029"):
        zones(2030, until=2029)
    with pytest.raises(LabelError, match="`seats` has no year 2031"):
        rezone_from(2030, PUPILS, SEATS.drop(columns=2031), COST, ROAD, homes=HOMES)
    twice = pd.concat([PUPILS.T.unstack(), PUPILS.T.unstack().iloc[:1]])
    with pytest.raises(LabelError, match="twice"):
        rezone_from(2030, pd.Series(twice), SEATS, COST, ROAD, homes=HOMES)
    with pytest.raises(LabelError, match="1 level"):
        rezone_from(2030, PUPILS[2030], SEATS, COST, ROAD, homes=HOMES)
