"""Siting with whole areas, as positions: the best plan of small towns, and reproducible."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from made_towns import least_whole
from made_towns import town

from schoolmap.conformance.made_counties import made_county
from schoolmap.optimize import neighbourhoods
from schoolmap.optimize import whole_areas
from schoolmap.optimize.capacitated import facility_location
from schoolmap.optimize.neighbourhoods import plan_of


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.sampled_from([0, 2]))
def test_no_plan_of_whole_areas_costs_less(seed: int, number: int) -> None:
    """Trying every plan finds the same cost, or that there is none."""
    problem = town(seed, number=number)
    answer = whole_areas.solve(problem, seed=0, deadline=time.perf_counter() + 60)
    best = least_whole(problem)
    if answer is None:
        assert np.isinf(best)
        return
    assert answer.cost == pytest.approx(best)
    assert answer.lower_bound == pytest.approx(best)
    assert (answer.share @ problem.demand <= problem.capacity).all()
    assert set(np.unique(answer.share)) <= {0.0, 1.0}


def test_a_county_of_whole_areas_fits_and_is_near_its_bound() -> None:
    """Forty areas, eight sites: nobody is lost or above the seats, and the plan is within one in a hundred of its bound."""
    county = made_county(4, areas=40, sites=8, spare=1.7)
    given_tables = county.demand, county.seats, county.cost, county.opening
    plan = facility_location(*given_tables, whole=True)
    load = county.demand.groupby(plan.assignment).sum()
    assert (load <= county.seats.reindex(load.index)).all()
    assert load.sum() == county.demand.sum()
    assert plan.gap < 0.01
    split = facility_location(*given_tables, whole=False)
    assert split.lower_bound <= plan.objective


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_a_better_bound_found_another_way_rules_out_nothing_by_prices(seed: int) -> None:
    """However good the bound of the sets of sites and however poor the plan, what is called best is best."""
    problem = town(seed, areas=4, sites=3)
    best = least_whole(problem)
    if not np.isfinite(best):
        return
    every = [np.array(site_of) for site_of in itertools.product(range(3), repeat=4)]
    fits = [one for one in every if (np.bincount(one, weights=problem.demand, minlength=3) <= problem.capacity).all()]
    poor = max((plan_of(problem, one) for one in fits), key=lambda plan: plan.cost)

    def by_sets(*_: object, **__: object) -> tuple[neighbourhoods.Plan, float, int, bool]:
        return poor, best - 1e-3, 1, False

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(whole_areas, "_search", lambda *_, **__: poor)
        patch.setattr(whole_areas, "_among_sets", by_sets)
        patch.setattr(whole_areas.neighbourhoods, "improve", lambda _, plan, **__: plan)
        answer = whole_areas.solve(problem, seed=0, deadline=time.perf_counter() + 60)
    assert answer is not None
    assert answer.lower_bound <= best + 1e-6
    assert answer.cost == pytest.approx(best)


def test_the_same_seed_gives_the_same_plan() -> None:
    """However the searches share the cores."""
    problem = town(11, areas=15, sites=6)
    one, other = (whole_areas.solve(problem, seed=3, deadline=time.perf_counter() + 60) for _ in range(2))
    assert one is not None
    assert other is not None
    assert (one.share == other.share).all()
    assert (one.cost, one.lower_bound) == (other.cost, other.lower_bound)


def test_no_time_is_no_proof() -> None:
    """When the time is up at once, the plan still fits, and its bound holds."""
    problem = town(5, areas=9)
    answer = whole_areas.solve(problem, seed=0, deadline=time.perf_counter())
    full = whole_areas.solve(problem, seed=0, deadline=time.perf_counter() + 60)
    assert answer is not None
    assert full is not None
    assert answer.lower_bound <= full.cost <= answer.cost
