"""The compiled loops of the p-median: bounds are bounds, swaps never make a plan worse."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.optimize import median_kernel

seeds = st.integers(0, 10**6)


def total(cost: np.ndarray, sites: object) -> float:
    """Return the cost if each area goes to the cheapest of the sites."""
    return float(cost[list(sites)].min(axis=0).sum())  # type: ignore[call-overload]


@given(seeds, st.integers(2, 4))
def test_no_plan_costs_less_than_the_bound(seed: int, number: int) -> None:
    """Whatever the prices end at, the bound is below every plan that keeps to the states."""
    rng = np.random.default_rng(seed)
    cost = rng.integers(0, 50, (7, 9)).astype(float)
    state = np.array([1, -1, 0, 0, 0, 0, 0], dtype=np.int8)
    best = min(total(cost, sites) for sites in combinations(range(7), number) if 0 in sites and 1 not in sites)
    bound, _, _, share, met, plan = median_kernel.raise_bound(
        cost, state, number, cost.mean(axis=0), best, np.inf, 300, 1.0, 20
    )
    assert bound <= best + 1e-6
    assert (share[0], share[1]) == (1.0, 0.0) or np.isclose(share[:2], [1, 0]).all()
    if len(plan):
        assert met == total(cost, plan) >= best


@given(seeds, st.integers(2, 4))
def test_swaps_end_where_no_single_swap_helps(seed: int, number: int) -> None:
    """The first site stays; every other one could be swapped for any site without a gain."""
    rng = np.random.default_rng(seed)
    cost = rng.integers(0, 50, (7, 9)).astype(float)
    plan, value = median_kernel.improve(cost, 1, np.arange(number), np.arange(1, 7), 0, 0.0, seed)
    assert plan[0] == 0
    assert value == total(cost, plan) <= total(cost, range(number))
    for place in range(1, number):
        for site in set(range(7)) - set(plan):
            assert total(cost, [*np.delete(plan, place), site]) >= value


@given(seeds)
def test_kicks_only_help(seed: int) -> None:
    """More kicks never end with a worse plan, and the cost is the plan's."""
    rng = np.random.default_rng(seed)
    cost = rng.integers(0, 50, (9, 12)).astype(float)
    few, many = (median_kernel.improve(cost, 0, np.arange(3), np.arange(9), kicks, 0.0, 1) for kicks in (0, 30))
    assert many[1] <= few[1]
    assert many[1] == total(cost, many[0])
