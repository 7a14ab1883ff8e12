"""Given sites filled with whole areas: the best plan below the limit, or the proof that there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from made_towns import least_whole
from made_towns import town

from schoolmap.optimize import filling
from schoolmap.optimize.shared_areas import Plans

if TYPE_CHECKING:
    import pytest

    from schoolmap.optimize.seats_problem import Problem

THREE = np.array([True, True, True, False])


def least(problem: Problem) -> float:
    """Return the least cost of whole areas at the first three sites, all of them paid."""
    ways = problem._replace(cost=problem.cost[:3], capacity=problem.capacity[:3], opening=np.zeros(3))
    return least_whole(ways) + float(problem.opening[:3].sum())


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.floats(0, 300))
def test_a_plan_below_the_limit_is_found_exactly_if_there_is_one(seed: int, room: float) -> None:
    """Every plan of the set is tried beside it; a site that nobody goes to is not paid in the end."""
    problem = town(seed)
    best = least(problem)
    limit = best + room - 50 if np.isfinite(best) else np.inf
    filled = filling.fill(problem, Plans(problem), THREE, limit=limit, seconds=60, nodes=10**6)
    assert filled.decided
    if best < problem.goal(limit) - 1e-6:
        assert filled.plan is not None
        assert least_whole(problem) - 1e-6 <= filled.plan.cost <= best + 1e-6
        assert not filled.plan.opened[3]
    if best > limit + 1e-6:
        assert filled.plan is None
        assert filled.bound == np.inf


def test_sites_with_too_few_seats_hold_no_plan() -> None:
    """There is no flow, so there is nothing to fill."""
    problem = town(1)._replace(capacity=np.ones(4, dtype=np.int64))
    filled = filling.fill(problem, Plans(problem), THREE, limit=np.inf, seconds=60, nodes=10**6)
    assert filled == (None, np.inf, True)


def test_without_knapsacks_the_plan_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Large tables are left out; the proof takes longer, and says the same."""
    problem = town(8, areas=7)
    exact = filling.fill(problem, Plans(problem), THREE, limit=1e9, seconds=60, nodes=10**6)
    monkeypatch.setattr(filling, "LARGEST_TABLE", 0)
    plain = filling.fill(problem, Plans(problem), THREE, limit=1e9, seconds=60, nodes=10**6)
    assert exact.plan is not None
    assert plain.plan is not None
    assert plain.plan.cost == exact.plan.cost
