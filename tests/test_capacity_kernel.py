"""The compiled loops of siting with seats: bounds are bounds."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.optimize import capacity_kernel

AREAS, SITES = 5, 3
Numbers = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def town(seed: int) -> Numbers:
    """Return costs by site and area, pupils, seats and opening costs."""
    rng = np.random.default_rng(seed)
    return (
        rng.integers(0, 50, (SITES, AREAS)).astype(float),
        rng.integers(1, 9, AREAS),
        rng.integers(8, 25, SITES),
        rng.integers(0, 40, SITES).astype(float),
    )


def least(numbers: Numbers, pinned: tuple[int, int] | None = None) -> float:
    """Return the least cost of whole areas, infinite if they do not fit; one area may be pinned to a site."""
    cost, demand, capacity, opening = numbers
    best = np.inf
    for site_of in product(range(SITES), repeat=AREAS):
        load = np.bincount(site_of, weights=demand, minlength=SITES)
        if (load <= capacity).all() and (pinned is None or site_of[pinned[1]] == pinned[0]):
            best = min(best, cost[list(site_of), range(AREAS)].sum() + opening[list(set(site_of))].sum())
    return float(best)


@given(st.integers(0, 10**6), st.booleans())
def test_no_plan_costs_less_than_the_bound(seed: int, whole: bool) -> None:  # noqa: FBT001 - drawn
    """Seats filled with whole areas or in part: the bound is below every plan."""
    numbers = town(seed)
    best = least(numbers)
    state = np.zeros(SITES, dtype=np.int8)
    upper = best if np.isfinite(best) else 500.0
    fixed = (*numbers, state, 0, int(numbers[1].sum()), whole)
    bound = capacity_kernel.raise_bound(*fixed, numbers[0].mean(axis=0), upper, np.inf, 200, 1.0, 20)[0]
    assert bound <= best + 1e-6


@given(st.integers(0, 10**6))
def test_a_forced_area_never_adds_value(seed: int) -> None:
    """A site that must serve an area is worth at most what it is worth when free, and exactly so for one of its own."""
    cost, demand, capacity, opening = town(seed)
    price = cost.mean(axis=0)
    free = capacity_kernel.values(cost, demand, capacity, opening, price)
    forced = capacity_kernel.values_if_forced(cost, demand, capacity, opening, price)
    assert (forced >= free[:, None] - 1e-9).all()
    for site in range(SITES):
        if free[site] < opening[site]:
            assert forced[site].min() == pytest.approx(free[site])
