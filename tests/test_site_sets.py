"""Sets of sites that compete: the plan found fits, is no worse than before, and the bound holds."""

from __future__ import annotations

import time

import numpy as np
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from made_towns import least_whole
from made_towns import town

from schoolmap.optimize import annealing
from schoolmap.optimize import neighbourhoods
from schoolmap.optimize import site_sets


@settings(max_examples=15)
@given(st.integers(0, 10**6))
def test_the_plan_is_no_worse_and_the_bound_holds(seed: int) -> None:
    """From no plan at all, and from one that is known."""
    problem = town(seed)
    best, forever = least_whole(problem), time.perf_counter() + 1e6
    near = annealing.nearby(problem)
    plan, bound = site_sets.improve(problem, None, near, np.random.default_rng(0), deadline=forever)
    assert bound <= best + 1e-6
    if plan is not None:
        assert plan.cost >= best - 1e-9
        load = np.bincount(plan.site_of, weights=problem.demand, minlength=len(problem.cost))
        assert (load <= problem.capacity).all()
        assert plan.cost == neighbourhoods.plan_of(problem, plan.site_of).cost
        again, _ = site_sets.improve(problem, plan, near, np.random.default_rng(1), deadline=forever)
        assert again is not None
        assert again.cost <= plan.cost


def test_too_few_seats_leave_the_plan_as_it_is() -> None:
    """No set of sites seats everybody, so there is nothing to say, and no bound."""
    problem = town(1)._replace(capacity=np.ones(4, dtype=np.int64))
    near = annealing.nearby(problem)
    plan, bound = site_sets.improve(problem, None, near, np.random.default_rng(0), deadline=time.perf_counter() + 9)
    assert plan is None
    assert bound == -np.inf
