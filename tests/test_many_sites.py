"""The bound of a median with seats by lists of the nearest: below every plan, with sites to begin with."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from made_towns import least_whole
from made_towns import town

from schoolmap.optimize import many_sites
from schoolmap.optimize import median_loops
from schoolmap.optimize import whole_areas

if TYPE_CHECKING:
    import pytest


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.booleans())
def test_no_plan_costs_less_than_the_bound(seed: int, hurried: bool) -> None:  # noqa: FBT001
    """Every plan of a town of five areas is tried, with the first site open and the last one closed."""
    state = np.array([1, 0, 0, -1], dtype=np.int8)
    problem = town(seed, number=2)._replace(state=state)
    deadline = time.perf_counter() + (0.0 if hurried else 60.0)
    found = many_sites.bounded(problem, np.random.default_rng(seed), deadline=deadline)
    open_sites = [
        problem._replace(cost=problem.cost[[0, other]], capacity=problem.capacity[[0, other]]) for other in (1, 2)
    ]
    best = min(least_whole(pair._replace(opening=np.zeros(2))) for pair in open_sites)
    assert found.bound <= best + 1e-6
    assert 0 in found.chosen
    assert 3 not in found.chosen
    assert len(found.chosen) == 2


def test_a_large_problem_begins_with_the_sites_of_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same town by lists and over all pairs: the same cost, and both bounds hold."""
    monkeypatch.setattr(whole_areas, "_MOVES_NUMBER", 2_000)
    problem = town(9, areas=12, sites=6, number=3)
    every = whole_areas.solve(problem, seed=0, deadline=time.perf_counter() + 60)
    monkeypatch.setattr(median_loops, "is_large", lambda *_: True)
    listed = whole_areas.solve(problem, seed=0, deadline=time.perf_counter() + 60)
    assert every is not None
    assert listed is not None
    assert listed.cost == every.cost
    assert max(listed.lower_bound, every.lower_bound) <= every.cost
