"""
Which sites to open where areas are whole: those that are best if areas may be split, filled with whole areas.

If areas may be split, the best sites and a proof are found fast. Where a site
serves many areas, whole areas cost little more; so the sets of sites that cost
least with split areas compete: each is filled with whole areas by random moves,
the better ones longer, and the best ones by a mixed-integer programme (HiGHS)
on the pairs that the prices of seats leave likely.
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

if TYPE_CHECKING:
    import numpy.typing as npt

    from schoolmap.optimize.annealing import Nearby
    from schoolmap.optimize.neighbourhoods import Plan
    from schoolmap.optimize.seats_problem import Problem

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]
    Mask = npt.NDArray[np.bool_]

_SETS = 30
"""Sets of sites that compete."""
_RACES = ((30, 2_500), (8, 15_000))
"""How many sets of sites are left in each race, and its random moves for each area."""
_LIKELY = 4
"""Sets of sites that are filled by a mixed-integer programme."""
_PAIRS_EACH = 2
"""Pairs of the mixed-integer programme for each area, on average."""
_NODES = 20_000
_TRIALS = 600
"""Trials of sites open or closed for the bound with split areas."""
_SHARE_SPLIT, _SHARE_LIKELY = 0.35, 0.8
"""Parts of the time for the plans with split areas, and of what is left after the races for the programmes."""


class _Set(NamedTuple):
    """Open sites, what one seat fewer at each would cost, and the best plan of whole areas met so far."""

    opened: Mask
    price: Real
    site_of: Whole
    cost: float


def improve(
    problem: Problem, plan: Plan | None, near: Nearby, rng: np.random.Generator, *, deadline: float
) -> tuple[Plan | None, float]:
    """Return the best plan of whole areas at the sites that split areas suggest, and a bound."""
    began = time.perf_counter()
    splits = shared_areas.Plans(problem)
    split = shared_areas.solve(
        problem, deadline=began + _SHARE_SPLIT * (deadline - began), plans=splits, most_trials=_TRIALS
    )
    if split is None:
        return plan, -np.inf
    goal = np.inf if plan is None else plan.cost
    sets = [_set(splits, opened) for cost, opened in splits.ranked(_SETS) if cost < goal]
    if plan is not None:
        sets.append(_set(splits, plan.opened)._replace(site_of=plan.site_of, cost=plan.cost))
    for number, moves in _RACES:
        given = [(one, int(rng.integers(2**31))) for one in sets[:number]]
        sets = annealing.on_both_cores(
            partial(_race, problem, near, moves=moves * len(problem.demand), deadline=deadline), given
        )
        sets.sort(key=lambda one: one.cost)
    seconds = _SHARE_LIKELY * max(0.0, deadline - time.perf_counter()) / -(-_LIKELY // annealing.CORES)
    sets = annealing.on_both_cores(partial(_fill, problem, seconds=seconds), sets[:_LIKELY])
    best = min(sets, key=lambda one: one.cost)
    if np.isfinite(best.cost) and best.cost < goal:
        plan = neighbourhoods.plan_of(problem, best.site_of)
    return plan, split.lower_bound


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


def _fill(problem: Problem, one: _Set, *, seconds: float) -> _Set:
    """Return a set of sites with the best plan among the pairs that cost least with what seats are worth."""
    if seconds <= 0.1:
        return one
    opened, areas = one.opened, np.arange(len(problem.demand))
    price = problem.cost[opened] + one.price[opened][:, None] * problem.demand
    dearer = price - price.min(axis=0)
    pairs = min(dearer.size - 1, _PAIRS_EACH * len(areas))
    alive = np.zeros(problem.cost.shape, dtype=bool)
    alive[opened] = dearer <= np.partition(dearer.ravel(), pairs)[pairs]
    start = None
    if np.isfinite(one.cost):
        alive[one.site_of, areas] = True
        start = neighbourhoods.Plan(one.site_of, opened, one.cost)
    state = np.where(opened, 1, -1).astype(np.int8)
    solved = neighbourhoods.programme(problem._replace(state=state), alive, start=start, seconds=seconds, nodes=_NODES)
    if solved.site_of is None:
        return one
    cost = neighbourhoods.plan_of(problem, solved.site_of).cost
    return one._replace(site_of=solved.site_of, cost=cost) if cost < one.cost else one
