"""Reach: the fewest sites, the most pupils, the least longest way, as trying all finds them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.optimize.covering import maximal_cover
from schoolmap.optimize.covering import p_center
from schoolmap.optimize.covering import set_cover

Town = tuple[pd.Series, pd.DataFrame]


@st.composite
def towns(draw: st.DrawFn) -> Town:
    """Draw pupils by area and costs by area and site."""
    areas, sites = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    pupils = draw(st.lists(st.integers(0, 9), min_size=areas, max_size=areas))
    row = st.lists(st.integers(1, 9), min_size=sites, max_size=sites)
    costs = np.array(draw(st.lists(row, min_size=areas, max_size=areas)), dtype=float)
    index = [f"a{i}" for i in range(areas)]
    return pd.Series(pupils, index=index), pd.DataFrame(costs, index=index, columns=[f"s{i}" for i in range(sites)])


def choices(cost: pd.DataFrame, number: int) -> list[list[str]]:
    """Return all sets of so many sites."""
    return [list(sites) for sites in combinations(cost.columns, number)]


@settings(max_examples=30)
@given(towns(), st.integers(1, 9))
def test_fewest_sites(town: Town, reach: int) -> None:
    """All who can be reached are, and no smaller set of sites does that."""
    demand, cost = town
    plan = set_cover(demand, cost, reach=reach)
    asked = cost[(cost.min(axis=1) <= reach) & (demand > 0)]
    fewest = next(
        number
        for number in range(cost.shape[1] + 1)
        if any((asked[sites].min(axis=1) <= reach).all() for sites in choices(cost, number))
        or (number == 0 and asked.empty)
    )
    assert (len(plan.sites), plan.objective, plan.status) == (fewest, fewest, "optimal")
    assert plan.unserved.sum() == demand[cost.min(axis=1) > reach].sum()


@settings(max_examples=30)
@given(towns(), st.integers(1, 9), st.data())
def test_most_pupils(town: Town, reach: int, data: st.DataObject) -> None:
    """No other sites leave fewer out of reach, and those left out are listed."""
    demand, cost = town
    number = data.draw(st.integers(1, cost.shape[1]))
    plan = maximal_cover(demand, cost, number=number, reach=reach)
    missed = min(demand[(cost[sites] > reach).all(axis=1)].sum() for sites in choices(cost, number))
    assert plan.objective == plan.lower_bound == plan.unserved.sum() == missed
    assert len(plan.sites) == number


@settings(max_examples=30)
@given(towns(), st.data())
def test_least_longest_way(town: Town, data: st.DataObject) -> None:
    """No other sites make the longest way of a pupil shorter."""
    demand, cost = town
    number = data.draw(st.integers(1, cost.shape[1]))
    plan = p_center(demand, cost, number=number)
    there = cost[demand > 0]
    longest = min(there[sites].min(axis=1).max() for sites in choices(cost, number)) if len(there) else 0.0
    assert plan.objective == plan.lower_bound == longest
    assert len(plan.sites) == number


@settings(max_examples=10)
@given(towns(), st.integers(1, 8), st.data())
def test_more_reach_and_more_sites_are_never_worse(town: Town, reach: int, data: st.DataObject) -> None:
    """A longer reach or one more site leaves all plans that there were; every pupil is placed or listed."""
    demand, cost = town
    number = data.draw(st.integers(1, cost.shape[1]))
    far = reach + data.draw(st.integers(1, 3))
    near, wide = (maximal_cover(demand, cost, number=number, reach=length) for length in (reach, far))
    assert wide.objective <= near.objective
    for plan in (near, wide):
        placed = plan.flows.groupby(level="area").sum().reindex(demand.index, fill_value=0)
        assert (placed + plan.unserved == demand).all()
    if number < cost.shape[1]:
        assert maximal_cover(demand, cost, number=number + 1, reach=reach).objective <= near.objective
        assert p_center(demand, cost, number=number + 1).objective <= p_center(demand, cost, number=number).objective
    # of those who can be reached at all: whom only the longer reach reaches may need a site more
    reached = demand.where(cost.min(axis=1) <= reach, 0)
    assert set_cover(reached, cost, reach=far).objective <= set_cover(reached, cost, reach=reach).objective


@settings(max_examples=8)
@given(towns(), st.integers(1, 9), st.data())
def test_names_are_irrelevant(town: Town, reach: int, data: st.DataObject) -> None:
    """Other labels, in another order of the alphabet: as many sites, as many pupils, as long a way."""
    demand, cost = town
    number = data.draw(st.integers(1, cost.shape[1]))
    areas = {area: -place for place, area in enumerate(demand.index)}
    sites = {site: f"z{9 - place}" for place, site in enumerate(cost.columns)}
    other = demand.rename(areas), cost.rename(index=areas, columns=sites)
    one, same = (set_cover(*tables, reach=reach) for tables in (town, other))
    assert same.objective == one.objective
    one, same = (maximal_cover(*tables, number=number, reach=reach) for tables in (town, other))
    assert same.objective == one.objective
    one, same = (p_center(*tables, number=number) for tables in (town, other))
    assert same.objective == one.objective


def test_open_sites_stay_open() -> None:
    """A fixed site is open, whether it helps or not."""
    demand = pd.Series({"a": 1, "b": 1})
    cost = pd.DataFrame({"s": [1.0, 1.0], "t": [9.0, 9.0]}, index=demand.index)
    assert set_cover(demand, cost, reach=5, fixed=["t"]).sites.to_list() == ["s", "t"]
    assert maximal_cover(demand, cost, number=1, reach=5, fixed=["t"]).objective == 2
    assert p_center(demand, cost, number=1, fixed=["t"]).objective == 9


def test_too_few_sites_for_all_is_said() -> None:
    """Two islands and one site: the longest way has no end, and one island is listed."""
    cost = pd.Series({("a", "s"): 1.0, ("b", "t"): 1.0})
    plan = p_center(pd.Series({"a": 1, "b": 1}), cost, number=1)
    assert plan.objective == np.inf
    assert plan.unserved.sum() == 1


def test_refuses_no_reach() -> None:
    """A way of nothing reaches nobody."""
    with pytest.raises(ValueError, match="`reach` is the longest way"):
        set_cover(pd.Series({"a": 1}), pd.DataFrame({"s": [1.0]}, index=["a"]), reach=0)
