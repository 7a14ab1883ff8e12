"""The search for whole groups: however little it looks at, what it calls a bound is one, and a plan is a plan."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.optimize.group_plan import Found
from schoolmap.optimize.group_plan import find
from schoolmap.optimize.group_plan import place
from schoolmap.optimize.group_problem import Groups
from schoolmap.optimize.group_problem import group_up
from schoolmap.optimize.group_programme import surplus
from schoolmap.optimize.posing import pose
from schoolmap.optimize.prices import FAR


def crowded_town(seed: int) -> tuple[Groups, int]:
    """Return a town with large groups, which leave seats empty, and what a rearrangement costs at most."""
    rng = np.random.default_rng(seed)
    areas, schools = [f"a{number}" for number in range(7)], ["s", "t", "u"]
    pupils = pd.Series(rng.integers(6, 14, len(areas)), areas)
    seats = pd.Series(rng.integers(9, 25, len(schools)), schools)
    pairs = pd.MultiIndex.from_product([areas, schools])
    cost = pd.Series(rng.integers(1, 60, len(pairs)), pairs)
    names = [f"g{number // 2}" for number in range(len(areas))]
    together = pd.Series(rng.integers(2, 7, len(areas)), pd.MultiIndex.from_arrays([names, areas]))
    posed = pose(pupils, seats, cost)
    return group_up(posed, pupils, together), (posed.reward - 1) // 2


def searched(groups: Groups, reach: int, *, in_doubt: int, seconds: float = 60, gap: float = 0) -> Found:
    """Return what is found."""
    return find(groups, reach=reach, gap=gap, seed=0, seconds=seconds, in_doubt=in_doubt)


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.integers(0, 12))
def test_bounds_hold_however_little_is_looked_at(seed: int, in_doubt: int) -> None:
    """With few pairs in doubt, or no time at all, the plan is no better than the best, and the bounds are not above it."""
    groups, reach = crowded_town(seed)
    best = searched(groups, reach, in_doubt=20_000)
    assert best.decided
    without = int(best.plan.unserved.sum())
    for found in (
        searched(groups, reach, in_doubt=in_doubt),
        searched(groups, reach, in_doubt=in_doubt, seconds=1e-9),
        searched(groups, reach, in_doubt=in_doubt, gap=0.1),
    ):
        here = int(found.plan.unserved.sum())
        assert found.unserved_bound <= without <= here
        assert found.lower_bound <= found.plan.cost
        if here == without:
            assert found.lower_bound <= best.plan.cost <= found.plan.cost
        if found.decided:
            assert found.unserved_bound == here
            assert found.plan.cost <= best.plan.cost * 1.1 / 0.99


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_a_surplus_is_what_a_plan_is_above_the_bound(seed: int) -> None:
    """Whatever school the groups have, the total is the bound or more, and no less than the surplus of each choice."""
    groups, reach = crowded_town(seed)
    relaxed = searched(groups, reach, in_doubt=20_000).relaxed
    above = surplus(groups, relaxed.prices)
    assert above.bound >= relaxed.total
    assert (above.group >= 0).all()
    assert (above.group_without >= 0).all()
    for number in range(len(groups.size)):
        for school in range(3):
            if groups.cost[number, school] < FAR:
                choice = np.full(len(groups.size), -1)
                choice[number] = school
                plan = place(groups, above, choice, FAR)
                others = np.delete(above.group_without, number).sum()
                assert plan.total >= above.bound + above.group[number, school] + others
