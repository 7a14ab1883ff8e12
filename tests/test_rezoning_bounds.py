"""The bound of the linear relaxation: never above the best zoning."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from rezoning_towns import least
from rezoning_towns import road
from rezoning_towns import town

from schoolmap.optimize.rezoning.bounds import relax


def test_by_hand() -> None:
    """Where everybody goes to the nearest school that is the bound, and seats cost nothing."""
    relaxed = relax(road(), limit=1e9, deadline=time.perf_counter() + 60)
    assert relaxed.bound == pytest.approx(15_000)
    assert relaxed.price.tolist() == [[0.0], [0.0]]
    assert relaxed.part.argmax(axis=1).tolist() == [0, 0, 0, 1, 1]


@settings(max_examples=12)
@given(st.integers(0, 10**6), st.booleans())
def test_no_zoning_costs_less(seed: int, chosen: bool) -> None:  # noqa: FBT001 - drawn
    """By trying all zonings; and none with a pair costs less than the bound and what the pair adds."""
    problem = town(seed, areas=6, chosen=chosen)
    best = least(problem)
    relaxed = relax(problem, limit=best, deadline=time.perf_counter() + 60)
    assert relaxed.bound <= best * (1 + 1e-6) + 1e-6


@settings(max_examples=15)
@given(st.integers(0, 10**6))
def test_without_time_each_area_where_it_is_cheapest(seed: int) -> None:
    """A deadline that has passed leaves the bound that takes no time."""
    problem = town(seed, areas=5)
    relaxed = relax(problem, limit=np.inf, deadline=time.perf_counter() - 1)
    assert relaxed.bound == problem.linear.min(axis=1).sum()
    assert relaxed.bound <= least(problem)
