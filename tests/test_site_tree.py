"""All sets of sites: the best plan of whole areas, the bound on the way, and sets that are put off."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from made_towns import least_whole
from made_towns import town

from schoolmap.optimize import filling
from schoolmap.optimize import neighbourhoods
from schoolmap.optimize.shared_areas import Plans
from schoolmap.optimize.site_tree import SiteTree

if TYPE_CHECKING:
    from schoolmap.optimize.seats_problem import Problem

MANY = 10**6


def started(problem: Problem) -> tuple[SiteTree, neighbourhoods.Plan] | None:
    """Return a tree and a plan that fits, if one is found with every site open."""
    every = np.ones(len(problem.cost), dtype=bool)
    plan = filling.fill(problem, Plans(problem), every, limit=np.inf, seconds=60, nodes=MANY).plan
    return None if plan is None else (SiteTree(problem, Plans(problem), limit=plan.cost), plan)


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.integers(0, 20))
def test_it_ends_with_the_best_plan_and_never_has_a_bound_above_it(seed: int, trials: int) -> None:
    """After some trials of sites, and after all of them."""
    problem, forever = town(seed), time.perf_counter() + 1e6
    start = started(problem)
    if start is None:
        return
    tree, plan = start
    best = least_whole(problem)
    plan = tree.grow(plan, deadline=forever, most_trials=trials)
    assert min(tree.bound, plan.cost) <= best + 1e-6
    plan = tree.grow(plan, deadline=forever, most_trials=MANY)
    assert plan.cost == pytest.approx(best)
    assert tree.is_done(plan.cost)


def test_sets_that_are_put_off_are_decided_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """A set that takes too many nodes keeps its bound, and is decided when there is time."""
    real = filling.fill
    monkeypatch.setattr(filling, "fill", lambda *_, **__: filling.Filled(None, -np.inf, decided=False))
    problem, forever = town(3), time.perf_counter() + 1e6
    every = np.ones(4, dtype=bool)
    plan = real(problem, Plans(problem), every, limit=np.inf, seconds=60, nodes=MANY).plan
    assert plan is not None
    tree = SiteTree(problem, Plans(problem), limit=plan.cost)
    plan = tree.grow(plan, deadline=forever, most_trials=MANY)
    assert tree.trials > 0
    assert not tree.is_done(plan.cost)
    assert tree.bound <= least_whole(problem)
    # no time is no proof
    plan = tree.finish(plan, deadline=time.perf_counter())
    assert not tree.is_done(plan.cost)
    monkeypatch.setattr(filling, "fill", real)
    plan = tree.finish(plan, deadline=forever)
    assert tree.is_done(plan.cost)
    assert plan.cost == pytest.approx(least_whole(problem))
