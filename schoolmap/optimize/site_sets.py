"""
Which sites to open where areas are whole: those that are best if areas may be split, filled with whole areas.

If areas may be split, the best sites and a proof are found fast. Where a site
serves many areas, whole areas cost little more; so the sets of sites that cost
least with split areas compete: each is filled with whole areas by random moves,
the better ones longer.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np

from schoolmap.optimize import annealing
from schoolmap.optimize import neighbourhoods
from schoolmap.optimize import shared_areas
from schoolmap.optimize.cores import on_both_cores

if TYPE_CHECKING:
    import numpy.typing as npt

    from schoolmap.optimize.annealing import Nearby
    from schoolmap.optimize.neighbourhoods import Plan
    from schoolmap.optimize.seats_problem import Problem

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]
    Mask = npt.NDArray[np.bool_]

_SETS = 16
"""Sets of sites that compete."""
_RACES = ((16, 2_000), (4, 10_000))
"""How many sets of sites are left in each race, and its random moves for each area."""


class _Set(NamedTuple):
    """Open sites, what one seat fewer at each would cost, and the best plan of whole areas met so far."""

    opened: Mask
    price: Real
    site_of: Whole
    cost: float


def race(
    problem: Problem,
    plan: Plan | None,
    splits: shared_areas.Plans,
    near: Nearby,
    rng: np.random.Generator,
    *,
    deadline: float,
) -> Plan | None:
    """Return the best plan of whole areas at the sites whose plans with split areas cost least."""
    goal = np.inf if plan is None else plan.cost
    sets = [_set(splits, opened) for cost, opened in splits.ranked(_SETS) if cost < goal]
    if plan is not None:
        sets.append(_set(splits, plan.opened)._replace(site_of=plan.site_of, cost=plan.cost))
    for number, moves in _RACES:
        given = [(one, int(rng.integers(2**31))) for one in sets[:number]]
        sets = on_both_cores(partial(_race, problem, near, moves=moves * len(problem.demand), deadline=deadline), given)
        sets.sort(key=lambda one: one.cost)
    if sets and np.isfinite(sets[0].cost) and sets[0].cost < goal:
        plan = neighbourhoods.plan_of(problem, sets[0].site_of)
    return plan


def _set(splits: shared_areas.Plans, opened: Mask) -> _Set:
    """Return a set of sites with the plan in which an area goes where most of it goes if it is split."""
    flow = splits.flow(opened)
    if flow is None:  # pragma: no cover - sets with too few seats are not kept
        return _Set(opened, np.zeros(len(opened)), np.zeros(0, dtype=np.int64), np.inf)
    return _Set(opened, splits.prices(flow, opened), flow.argmax(axis=0), np.inf)


def _race(problem: Problem, near: Nearby, given: tuple[_Set, int], *, moves: int, deadline: float) -> _Set:
    """Return a set of sites with the best plan of some more random moves."""
    one, seed = given
    if time.perf_counter() > deadline:
        return one
    found, cost = annealing.among(
        problem, near, one.opened, one.site_of, one.price, moves=moves, seed=seed, deadline=deadline
    )
    return one._replace(site_of=found, cost=cost) if cost < one.cost else one
