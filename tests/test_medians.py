"""The p-median: no other sites give a shorter way, and the proof says so."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.optimize.medians import p_median

Town = tuple[pd.Series, pd.DataFrame, int]


@st.composite
def towns(draw: st.DrawFn, *, whole: bool | None = None) -> Town:
    """Draw pupils by area, costs by area and site, and a number of sites."""
    areas, sites = draw(st.integers(1, 7)), draw(st.integers(1, 6))
    pupils = draw(st.lists(st.integers(0, 30), min_size=areas, max_size=areas))
    scale = 1 if (draw(st.booleans()) if whole is None else whole) else 7
    row = st.lists(st.integers(0, 60), min_size=sites, max_size=sites)
    costs = np.array(draw(st.lists(row, min_size=areas, max_size=areas)), dtype=float) / scale
    index = pd.Index([f"a{i}" for i in range(areas)], name="area")
    return (
        pd.Series(pupils, index=index),
        pd.DataFrame(costs, index=index, columns=[f"s{i}" for i in range(sites)]),
        draw(st.integers(1, sites)),
    )


def least(demand: pd.Series, cost: pd.DataFrame, number: int, fixed: tuple[str, ...] = ()) -> float:
    """Return the least total cost over all sets of sites."""
    return min(
        float((cost[list(sites)].min(axis=1) * demand).sum())
        for sites in combinations(cost.columns, number)
        if set(fixed) <= set(sites)
    )


def test_by_hand() -> None:
    """Two of three sites: the middle one is nobody's best, and left out."""
    demand = pd.Series({"north": 30, "south": 20, "west": 5})
    cost = pd.DataFrame({"hill": [1.0, 9, 4], "lake": [8.0, 2, 7], "moor": [4.0, 5, 1]}, index=demand.index)
    plan = p_median(demand, cost, number=2)
    assert plan.sites.to_list() == ["hill", "lake"]
    assert plan.assignment.to_dict() == {"north": "hill", "south": "lake", "west": "hill"}
    assert plan.flows.to_dict() == {("north", "hill"): 30, ("south", "lake"): 20, ("west", "hill"): 5}
    assert (plan.status, plan.objective, plan.lower_bound, plan.gap) == ("optimal", 90.0, 90.0, 0.0)
    assert plan.unserved.sum() == 0


@given(towns(), st.integers(0, 3))
def test_it_is_what_trying_all_finds(town: Town, seed: int) -> None:
    """The plan is one of the best, the bound is a bound, and every pupil is at one open site."""
    demand, cost, number = town
    plan = p_median(demand, cost, number=number, seed=seed)
    best = least(demand, cost, number)
    assert plan.status == "optimal"
    assert plan.objective == pytest.approx(best, rel=1e-9, abs=1e-9)
    assert plan.lower_bound <= best + 1e-9 * (1 + best)
    assert len(plan.sites) == number
    assert plan.assignment.isin(plan.sites).all()
    assert plan.flows.groupby(level="area").sum().reindex(demand.index, fill_value=0).tolist() == demand.tolist()


@given(towns(), st.data())
def test_what_is_open_stays_open(town: Town, data: st.DataObject) -> None:
    """Fixed sites are among the open ones, and the others are the best beside them."""
    demand, cost, number = town
    fixed = data.draw(st.lists(st.sampled_from(cost.columns.to_list()), max_size=number, unique=True))
    plan = p_median(demand, cost, number=number, fixed=fixed)
    assert set(fixed) <= set(plan.sites)
    assert plan.objective == pytest.approx(least(demand, cost, number, tuple(fixed)), rel=1e-9, abs=1e-9)


@given(towns(), st.randoms(use_true_random=False))
def test_order_of_rows_is_irrelevant(town: Town, rng: object) -> None:
    """Labels decide: tables in another order, or as pairs, have the same answer."""
    demand, cost, number = town
    seed = rng.randrange(2**32)  # type: ignore[attr-defined]
    mixed = cost.sample(frac=1, random_state=seed).sample(frac=1, axis=1, random_state=seed)
    one = p_median(demand, cost, number=number)
    for other in (p_median(demand, mixed, number=number), p_median(demand, cost.T.unstack(), number=number)):
        assert set(other.sites) == set(one.sites)
        assert other.assignment.to_dict() == one.assignment.to_dict()
        assert other.objective == one.objective


@settings(max_examples=15)
@given(towns(whole=True), st.data())
def test_more_pairs_and_freedom_are_never_worse(town: Town, data: st.DataObject) -> None:
    """More pairs that are allowed, a further site to choose, or no site that has to be open: no plan is lost."""
    demand, cost, number = town
    kept = np.reshape(data.draw(st.lists(st.booleans(), min_size=cost.size, max_size=cost.size)), cost.shape)
    # nobody may go to an annexe that is not there
    fewer = cost.where(kept, np.inf).assign(annexe=np.inf)
    more = cost.assign(annexe=data.draw(st.integers(0, 60)))
    fixed = [data.draw(st.sampled_from(cost.columns.to_list()))]

    def worth(table: pd.DataFrame, fixed: list[str] | None = None) -> float:
        plan = p_median(demand, table, number=number, fixed=fixed or [], unserved_cost=100.0)
        without = plan.unserved.sum()
        assert plan.flows.sum() + without == demand.sum()
        ways = sum(pupils * table.loc[pair] for pair, pupils in plan.flows.items())
        assert plan.objective == pytest.approx(ways + 100 * without)
        return plan.objective

    assert worth(cost) <= worth(fewer) + 1e-6
    assert worth(cost) <= worth(cost, fixed) + 1e-6
    assert worth(more) <= worth(cost) + 1e-6


@settings(max_examples=30)
@given(towns(whole=True))
def test_names_are_irrelevant(town: Town) -> None:
    """Other labels, in another order of the alphabet: the same cost, and the same sites where no others are as good."""
    demand, cost, number = town
    areas = {area: -place for place, area in enumerate(demand.index)}
    sites = {site: f"z{9 - place}" for place, site in enumerate(cost.columns)}
    one = p_median(demand, cost, number=number)
    other = p_median(demand.rename(areas), cost.rename(index=areas, columns=sites), number=number)
    assert other.objective == one.objective
    worth = [float((cost[list(chosen)].min(axis=1) * demand).sum()) for chosen in combinations(cost.columns, number)]
    if sum(each <= one.objective + 1e-6 for each in worth) == 1:
        assert other.sites.to_list() == [sites[site] for site in one.sites]


@given(towns(whole=True))
def test_one_more_site_never_makes_it_worse(town: Town) -> None:
    """A further school shortens ways or leaves them as they are."""
    demand, cost, number = town
    if number < cost.shape[1]:
        more = p_median(demand, cost, number=number + 1)
        assert more.objective <= p_median(demand, cost, number=number).objective


@settings(max_examples=8)
@given(st.integers(0, 10**6))
def test_a_larger_town_is_proven(seed: int) -> None:
    """Fourteen sites, many equally far: branching closes what the bound leaves open."""
    rng = np.random.default_rng(seed)
    cost = pd.DataFrame(rng.integers(1, 12, (20, 14)).astype(float))
    demand = pd.Series(rng.integers(0, 4, 20))
    plan = p_median(demand, cost, number=4, seed=seed)
    assert plan.status == "optimal"
    assert plan.objective == plan.lower_bound == least(demand, cost, 4)


def test_when_time_is_up_the_bound_is_honest() -> None:
    """Without any time the plan is a plan, and the bound below it is one."""
    rng = np.random.default_rng(5)
    cost = pd.DataFrame(rng.integers(1, 1000, (40, 30)).astype(float))
    demand = pd.Series(1, index=cost.index)
    hasty, patient = (p_median(demand, cost, number=6, time_limit=limit) for limit in (0.0, 60.0))
    assert patient.status == "optimal"
    assert hasty.lower_bound <= patient.objective <= hasty.objective
    assert hasty.status == "optimal" or hasty.gap > 0


def test_who_is_out_of_reach_is_listed() -> None:
    """A pair that is left out is not allowed; whom no open site can serve counts twice the largest cost."""
    demand = pd.Series({"a": 3, "b": 2, "island": 4})
    cost = pd.Series({("a", "s"): 1.0, ("a", "t"): 2.0, ("b", "s"): 5.0, ("b", "t"): 1.0})
    plan = p_median(demand, cost, number=1)
    assert plan.sites.to_list() == ["t"]
    assert plan.unserved.to_dict() == {"a": 0, "b": 0, "island": 4}
    assert plan.assignment.isna().to_dict() == {"a": False, "b": False, "island": True}
    assert plan.objective == 3 * 2 + 2 * 1 + 4 * 10
    assert p_median(demand, cost, number=1, unserved_cost=0.0).objective == 8


@pytest.mark.parametrize("number", [0, 3])
def test_refuses_numbers_of_sites_that_are_not_there(number: int) -> None:
    """No site, or more than there are, cannot be opened; nor fewer than are open already."""
    demand, cost = pd.Series({"a": 1}), pd.DataFrame({"s": [1.0], "t": [2.0]}, index=["a"])
    with pytest.raises(ValueError, match="`number` is the number of open sites"):
        p_median(demand, cost, number=number)
    with pytest.raises(ValueError, match="2 are open already"):
        p_median(demand, cost, number=1, fixed=["s", "t"])


def test_refuses_labels_of_others() -> None:
    """An area without costs, or a fixed site that is none, is an error."""
    demand, cost = pd.Series({"a": 1}), pd.DataFrame({"s": [1.0]}, index=["a"])
    with pytest.raises(LabelError, match="'b'"):
        p_median(pd.Series({"a": 1, "b": 1}), cost, number=1)
    with pytest.raises(LabelError, match=r"`fixed` names 'x'"):
        p_median(demand, cost, number=1, fixed=["x"])
    with pytest.raises(MissingValueError, match="`cost` is missing"):
        p_median(demand, cost * np.nan, number=1)
    with pytest.raises(ValueError, match="`cost` is negative"):
        p_median(demand, -cost, number=1)
