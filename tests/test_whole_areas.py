"""Siting with whole areas, as positions: the best plan of small towns, and reproducible."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from made_towns import least_whole
from made_towns import town

from schoolmap.conformance.made_counties import made_county
from schoolmap.optimize import whole_areas
from schoolmap.optimize.capacitated import facility_location


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
