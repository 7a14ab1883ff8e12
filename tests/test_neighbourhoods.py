"""Plans improved around one site after another, and the programme that does it."""

from __future__ import annotations

import time
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.optimize import neighbourhoods
from schoolmap.optimize.seats_problem import Problem

AREAS, SITES = 6, 4


def town(seed: int, *, number: int = 0) -> Problem:
    """Return a small town with random costs; seats may be too few."""
    rng = np.random.default_rng(seed)
    return Problem(
        cost=rng.integers(0, 50, (SITES, AREAS)).astype(float),
        demand=rng.integers(1, 9, AREAS),
        capacity=rng.integers(8, 25, SITES),
        opening=rng.integers(0, 40, SITES).astype(float) * (number == 0),
        state=np.zeros(SITES, dtype=np.int8),
        number=number,
        spare=False,
        step=1.0,
    )


def least(problem: Problem) -> float:
    """Return the least cost of all plans; infinite if there is none."""
    best = np.inf
    for site_of in product(range(SITES), repeat=AREAS):
        load = np.bincount(site_of, weights=problem.demand, minlength=SITES)
        if (load <= problem.capacity).all() and (problem.number == 0 or len(set(site_of)) <= problem.number):
            best = min(best, neighbourhoods.plan_of(problem, np.array(site_of)).cost)
    return float(best)


@settings(max_examples=20)
@given(st.integers(0, 10**6), st.sampled_from([0, 2]))
def test_the_programme_is_what_trying_all_finds(seed: int, number: int) -> None:
    """All pairs alive: the best plan and its bound, or the word that there is none."""
    problem = town(seed, number=number)
    every = np.ones((SITES, AREAS), dtype=bool)
    solved = neighbourhoods.programme(problem, every, seconds=20, nodes=10_000)
    best = least(problem)
    assert solved.decided
    if np.isinf(best):
        assert solved.site_of is None
        assert solved.bound == np.inf
    else:
        assert neighbourhoods.plan_of(problem, solved.site_of).cost == pytest.approx(best)
        assert solved.bound == pytest.approx(best)


@settings(max_examples=20)
@given(st.integers(0, 10**6))
def test_no_plan_below_the_best_one(seed: int) -> None:
    """A goal below the best plan cannot be reached, and that is decided."""
    problem = town(seed)
    best = least(problem)
    if np.isfinite(best):
        every = np.ones((SITES, AREAS), dtype=bool)
        solved = neighbourhoods.programme(problem, every, seconds=20, nodes=10_000, goal=best - 0.5)
        assert (solved.site_of, solved.decided, solved.bound) == (None, True, np.inf)


def county() -> tuple[Problem, neighbourhoods.Plan]:
    """Return forty areas with twelve sites, and a plan that fits: each area where most seats are left."""
    rng = np.random.default_rng(5)
    home, door = rng.uniform(0, 100, (1, 40, 2)), rng.uniform(0, 100, (12, 1, 2))
    demand = rng.integers(5, 30, 40)
    problem = Problem(
        cost=np.rint(np.hypot(*np.moveaxis(home - door, 2, 0))) * demand,
        demand=demand,
        capacity=rng.integers(90, 160, 12),
        opening=rng.integers(5_000, 15_000, 12).astype(float),
        state=np.zeros(12, dtype=np.int8),
        number=0,
        spare=False,
        step=1.0,
    )
    left, site_of = problem.capacity.copy(), np.zeros(40, dtype=np.int64)
    for area in range(40):
        site_of[area] = left.argmax()
        left[site_of[area]] -= demand[area]
    assert (left >= 0).all()
    return problem, neighbourhoods.plan_of(problem, site_of)


def test_neighbourhoods_make_a_bad_plan_good_and_keep_the_seats() -> None:
    """From any plan that fits, the end is close to the best, fits, and is the same for the same seed."""
    problem, plan = county()
    forever = time.perf_counter() + 1e6
    better, again = (
        neighbourhoods.improve(problem, plan, rng=np.random.default_rng(1), deadline=forever) for _ in range(2)
    )
    exact = neighbourhoods.programme(problem, np.ones((12, 40), dtype=bool), seconds=60, nodes=10**6)
    assert exact.bound <= better.cost + 1e-6
    assert better.cost <= 1.02 * exact.bound
    assert better.cost < plan.cost
    load = np.bincount(better.site_of, weights=problem.demand, minlength=12)
    assert (load <= problem.capacity).all()
    assert better.opened[better.site_of].all()
    assert better.cost == neighbourhoods.plan_of(problem, better.site_of).cost
    assert (again.site_of == better.site_of).all()


def test_without_time_the_plan_stays() -> None:
    """Nothing is tried when the time is up."""
    problem, plan = county()
    assert neighbourhoods.improve(problem, plan, rng=np.random.default_rng(1), deadline=time.perf_counter()) is plan


def test_a_number_is_filled_with_the_cheapest_sites() -> None:
    """Open are those with pupils, those that must be, and the cheapest others up to the number."""
    problem = town(1)._replace(number=3, opening=np.array([9.0, 4.0, 7.0, 5.0]), state=np.array([0, 0, 1, 0]))
    plan = neighbourhoods.plan_of(problem, np.zeros(AREAS, dtype=np.int64))
    assert plan.opened.tolist() == [True, True, True, False]
    assert plan.cost == problem.cost[0].sum() + 20
