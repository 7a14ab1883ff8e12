"""The compiled loops over nearest sites: bounds hold for all pairs, swaps never make a plan worse."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from made_towns import least_whole
from made_towns import town

from schoolmap.optimize import median_loops
from schoolmap.optimize import near_kernel

seeds = st.integers(0, 10**6)


def total(cost: np.ndarray, sites: object) -> float:
    """Return the cost if each area goes to the cheapest of the sites."""
    return float(cost[list(sites)].min(axis=0).sum())  # type: ignore[call-overload]


def shortened(cost: np.ndarray, number: int, wide: int) -> median_loops.Lists:
    """Return the lists of towns that are too small for short ones, cut off."""
    near, apart, around = median_loops.lists(cost, number)
    return median_loops.Lists(near[:, :wide].copy(), apart[:, :wide].copy(), around)


@settings(max_examples=25)
@given(seeds, st.integers(2, 4), st.integers(2, 7))
def test_no_plan_costs_less_than_the_bound_however_short_the_lists(seed: int, number: int, wide: int) -> None:
    """Without seats, plans that keep to the states are tried; with the whole list, the bound comes near."""
    rng = np.random.default_rng(seed)
    cost = rng.integers(0, 50, (7, 9)).astype(float)
    state = np.array([1, -1, 0, 0, 0, 0, 0], dtype=np.int8)
    best = min(total(cost, sites) for sites in combinations(range(7), number) if 0 in sites and 1 not in sites)
    near, apart, _ = shortened(cost, number, wide)
    # one seat for each area at every site: seats do not matter
    free = np.ones(9, dtype=np.int64), np.full(7, 9), state, number, False
    bound, _, _, share, met, plan, chosen = near_kernel.raise_bound(
        near, apart, cost, *free, cost.mean(axis=0), best, np.inf, 300, 1.0, 20
    )
    assert bound <= best + 1e-6
    assert share.sum() == np.float64(number) or np.isclose(share.sum(), number)
    assert 0 in chosen
    assert 1 not in chosen
    if len(plan):
        assert met == total(cost, plan) >= best


@settings(max_examples=25)
@given(seeds, st.booleans(), st.integers(2, 4))
def test_with_seats_no_plan_of_whole_areas_costs_less(seed: int, whole: bool, wide: int) -> None:  # noqa: FBT001
    """Every plan of a town of five areas is tried."""
    problem = town(seed, number=2)
    near, apart, _ = shortened(problem.cost, 2, wide)
    bound, *_ = near_kernel.raise_bound(
        near, apart, *problem[:3], problem.state, 2, whole, problem.cost.mean(axis=0), 1e3, np.inf, 200, 1.0, 20
    )
    assert bound <= least_whole(problem) + 1e-6


@settings(max_examples=25)
@given(seeds, st.integers(2, 4), st.integers(2, 7))
def test_swaps_and_kicks_only_help_and_the_first_site_stays(seed: int, number: int, wide: int) -> None:
    """The cost is the plan's, and with whole lists no single swap helps."""
    rng = np.random.default_rng(seed)
    cost = rng.integers(0, 50, (7, 9)).astype(float)
    lists = shortened(cost, number, wide)
    plan, value = near_kernel.improve(*lists, cost, 1, np.arange(number), 0, -1.0, seed)
    assert plan[0] == 0
    assert value == total(cost, plan) <= total(cost, range(number))
    for place in range(1, number):
        for site in set(range(7)) - set(plan):
            assert total(cost, [*np.delete(plan, place), site]) >= value
    _, kicked = near_kernel.improve(*lists, cost, 1, plan, 20, -1.0, seed)
    assert kicked <= value
