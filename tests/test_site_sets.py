"""Sets of sites that compete: the plan found fits, and is no worse than before."""

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
from schoolmap.optimize import shared_areas
from schoolmap.optimize import site_sets


@settings(max_examples=15)
@given(st.integers(0, 10**6))
def test_the_plan_is_no_worse_than_before(seed: int) -> None:
    """From no plan at all, and from one that is known."""
    problem = town(seed)
    best, forever = least_whole(problem), time.perf_counter() + 1e6
    near, splits = annealing.nearby(problem), shared_areas.Plans(problem)
    shared_areas.solve(problem, deadline=forever, plans=splits)
    plan = site_sets.race(problem, None, splits, near, np.random.default_rng(0), deadline=forever)
    if plan is not None:
        assert plan.cost >= best - 1e-9
        load = np.bincount(plan.site_of, weights=problem.demand, minlength=len(problem.cost))
        assert (load <= problem.capacity).all()
        assert plan.cost == neighbourhoods.plan_of(problem, plan.site_of).cost
        again = site_sets.race(problem, plan, splits, near, np.random.default_rng(1), deadline=forever)
        assert again is not None
        assert again.cost <= plan.cost


def test_no_set_of_sites_leaves_the_plan_as_it_is() -> None:
    """Where no set was looked at, there is nothing to race."""
    problem = town(1)
    near, splits = annealing.nearby(problem), shared_areas.Plans(problem)
    plan = site_sets.race(problem, None, splits, near, np.random.default_rng(0), deadline=time.perf_counter() + 9)
    assert plan is None
