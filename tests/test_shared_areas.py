"""Siting with split areas, as positions: exact, with the worth of a seat, and every set of sites kept."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from made_towns import least_split
from made_towns import town

from schoolmap.optimize import shared_areas


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.sampled_from([0, 2]))
def test_no_plan_of_split_areas_costs_less(seed: int, number: int) -> None:
    """Trying every set of sites finds the same cost, and the bound meets it."""
    problem = town(seed, number=number)
    answer = shared_areas.solve(problem, deadline=time.perf_counter() + 60)
    assert answer is not None
    assert answer.cost == pytest.approx(least_split(problem), rel=1e-6, abs=1e-4)
    assert answer.lower_bound == pytest.approx(answer.cost, rel=1e-6)
    assert answer.share.sum(axis=0) == pytest.approx(1)
    assert (answer.share @ problem.demand <= problem.capacity + 1e-9).all()


@settings(max_examples=15)
@given(st.integers(0, 10**6))
def test_the_price_of_a_seat_is_what_one_fewer_costs(seed: int) -> None:
    """One seat fewer at a site makes the best flow dearer by its price."""
    problem = town(seed)
    opened = np.ones(len(problem.cost), dtype=bool)
    plans = shared_areas.Plans(problem)
    flow = plans.flow(opened)
    assert flow is not None
    price = plans.prices(flow, opened)
    for site in range(len(problem.cost)):
        fewer = problem._replace(capacity=problem.capacity - np.eye(len(problem.cost), dtype=np.int64)[site])
        cost = shared_areas.Plans(fewer).cost(opened)
        if np.isfinite(cost):
            assert cost - plans.cost(opened) == pytest.approx(price[site], abs=1e-4)


def test_sets_of_sites_are_ranked_by_their_cost() -> None:
    """The best set comes first, sets with too few seats not at all."""
    problem = town(3)
    plans = shared_areas.Plans(problem)
    answer = shared_areas.solve(problem, deadline=time.perf_counter() + 60, plans=plans)
    assert answer is not None
    assert not np.isfinite(plans.cost(np.zeros(4, dtype=bool)))
    ranked = plans.ranked(10)
    assert np.flatnonzero(ranked[0][1]).tolist() == answer.opened.tolist()
    assert [cost for cost, _ in ranked] == sorted(cost for cost, _ in ranked)
    assert all(problem.capacity[opened].sum() >= problem.demand.sum() for _, opened in ranked)


def test_a_bound_that_is_left_early_is_still_a_bound() -> None:
    """No trial of sites at all: the bound is lower, and holds."""
    problem = town(8, areas=12, sites=6)
    early = shared_areas.solve(problem, deadline=time.perf_counter() + 60, most_trials=0)
    late = shared_areas.solve(problem, deadline=time.perf_counter() + 60)
    assert early is not None
    assert late is not None
    assert early.lower_bound <= late.lower_bound + 1e-6
    assert late.lower_bound <= late.cost <= early.cost


def test_too_few_seats_is_no_plan() -> None:
    """One seat for each site does not do."""
    problem = town(1)
    assert (
        shared_areas.solve(problem._replace(capacity=np.ones(4, dtype=np.int64)), deadline=time.perf_counter() + 60)
        is None
    )
