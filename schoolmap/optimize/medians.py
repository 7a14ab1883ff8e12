"""
Open a given number of sites so that all pupils together travel least: the p-median, proven.

A plan is found by swaps; how good any plan can be at best is found by prices
that the areas offer (Lagrangian relaxation). Sites that no better plan can
open are struck off, and what is left between plan and bound is closed by
trying sites open and closed in turn.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np

from schoolmap.optimize import location
from schoolmap.optimize import median_loops
from schoolmap.optimize.seats_problem import strike_of_number

if TYPE_CHECKING:
    from collections.abc import Hashable
    from collections.abc import Iterable

    import numpy.typing as npt
    import pandas as pd

    from schoolmap.optimize.median_loops import Found
    from schoolmap.optimize.median_loops import Loops

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]
    State = npt.NDArray[np.int8]

_ROUNDS_FIRST, _PATIENCE_FIRST = 5000, 80
"""Rounds for the first bound, and how many without a better one before the step is halved."""
_ROUNDS_LATER, _PATIENCE_LATER = 120, 15
_SMALL = 10_000
"""Pairs of so small a problem that it is solved in no time."""
_SHARE_FIRST = 0.4
"""Part of the time for the first bound."""
_KICKS, _KICKS_AT_ONCE = 40, 10
"""Random swaps after which a plan is improved again, and how many between two looks at the clock."""
_WHOLE_SLACK = 1e-6
"""Rounding that a bound on whole costs is allowed."""


class _Node(NamedTuple):
    """Some sites tried open or closed: the bound, the state of each site, and the prices that led to the bound."""

    bound: float
    state: State
    price: Real
    saving: Real
    share: Real


class _Plan(NamedTuple):
    sites: Whole
    cost: float


def p_median(
    demand: pd.Series,
    cost: pd.DataFrame | pd.Series,
    *,
    number: int,
    fixed: Iterable[Hashable] = (),
    unserved_cost: float | None = None,
    seed: int = 0,
    time_limit: float = 60.0,
) -> location.Location:
    """
    Open a number of sites so that the total way of all pupils is least.

    Every area goes to its cheapest open site; seats are not counted. Where they
    are, use `capacitated.capacitated_p_median`.

    Parameters
    ----------
    demand
        Pupils by area, 0 or more.
    cost
        Minutes or metres of one pupil, 0 or more: a table of areas by sites, or
        a Series by `(area, site)`. A pair that is left out or infinite is not
        allowed.
    number
        Sites that are open, with those that are open already.
    fixed
        Sites that are open in any case.
    unserved_cost
        What a pupil counts whom no open site can serve; if it is `None`, twice
        the largest cost.
    seed
        Where the random moves of the search begin.
    time_limit
        Seconds after which the best plan so far is returned with its bound.

    Returns
    -------
    location
        The sites, the site of each area, and the proof. The order of rows
        decides nothing.

    Raises
    ------
    LabelError
        If a label is there twice, or tables name different areas or sites.
    MissingValueError, ValueError
        If a number is missing or negative, or so many sites cannot be opened.

    Notes
    -----
    The bound is Held and Karp's subgradient method on the assignment
    constraints; the swaps are those of Whitaker (1983), the branching that of
    Christofides and Beasley (1982).

    Examples
    --------
    >>> import pandas as pd
    >>> demand = pd.Series({"north": 30, "south": 20, "west": 5})
    >>> cost = pd.DataFrame(
    ...     {"hill": [1.0, 9.0, 4.0], "lake": [8.0, 2.0, 7.0], "moor": [4.0, 5.0, 1.0]}, index=demand.index
    ... )
    >>> plan = p_median(demand, cost, number=2)
    >>> plan.sites.to_list(), plan.objective, plan.status
    (['hill', 'lake'], 90.0, 'optimal')
    >>> plan.assignment.to_dict()
    {'north': 'hill', 'south': 'lake', 'west': 'hill'}
    """
    began = time.perf_counter()
    ground = location.survey(demand, cost, unserved_cost=unserved_cost)
    kept = location.positions(fixed, ground.sites, what="`fixed`")
    location.require_number(number, fixed=len(kept), sites=len(ground.sites))
    total = ground.cost * ground.demand
    plan, lower_bound, proof = _solve(total, np.sort(kept), number, seed=seed, seconds=time_limit)
    gap = location.gap_of(plan.cost, lower_bound)
    return location.Location(
        status="optimal" if gap <= 2 * location.EXACT else "feasible",
        objective=plan.cost,
        lower_bound=lower_bound,
        gap=gap,
        proof=proof,
        seed=seed,
        seconds=time.perf_counter() - began,
        sites=location.in_order(ground, plan.sites, cost),
        **location.tables(ground, location.at_cheapest(ground, plan.sites), demand.index),
    )


def _solve(cost: Real, kept: Whole, number: int, *, seed: int, seconds: float) -> tuple[_Plan, float, str]:
    """Return the best plan, a bound and how it was found, for total costs by site and area."""
    deadline = time.perf_counter() + seconds
    sites = len(cost)
    free = np.setdiff1d(np.arange(sites), kept)
    if number in (len(kept), sites):
        plan = _exactly(cost, np.arange(sites) if number == sites else kept)
        return plan, plan.cost, "there is only one such plan"
    if number == 1:
        plan = _exactly(cost, cost.sum(axis=1).argmin(keepdims=True))
        return plan, plan.cost, "every site was tried"

    rng = np.random.default_rng(seed)
    loops = median_loops.loops_for(cost, number=number, kept=len(kept))
    start = np.concatenate([kept, rng.choice(free, number - len(kept), replace=False)])
    plan = _Plan(*loops.improve(start, kicks=0, enough=0.0, seed=seed))
    state = np.zeros(sites, dtype=np.int8)
    state[kept] = 1
    # a price between the cheapest and the second site: below the one nobody wants an area, above both do
    nearest = np.partition(cost[plan.sites], 1, axis=0)[:2]
    # a better plan is better by at least so much: whole costs differ by 1
    whole = location.is_whole(cost)
    goal = plan.cost - (1 - _WHOLE_SLACK if whole else location.EXACT * plan.cost)
    if cost.size <= _SMALL:
        # the first run compiles: that must not take the time of what is solved to the end
        loops.raise_bound(state, nearest.mean(axis=0), plan.cost, goal, 1, 1.0, _PATIENCE_FIRST)
        deadline = time.perf_counter() + seconds
    found = _root(loops, state, nearest.mean(axis=0), plan.cost, goal, deadline=deadline)
    plan = _better(loops, kept, plan, found.sites)
    enough = np.ceil(found.bound - _WHOLE_SLACK) if whole else found.bound
    for turn in range(_KICKS // _KICKS_AT_ONCE):
        if plan.cost <= enough or time.perf_counter() > deadline:
            break
        better = loops.improve(plan.sites, kicks=_KICKS_AT_ONCE, enough=enough, seed=seed + turn)
        plan = min(plan, _Plan(*better), key=_cost)
    node = _Node(found.bound, state, found.price, found.saving, found.share)
    plan, lower_bound, nodes = _branch(
        cost, loops, kept, node, plan, number=number, step=1 - _WHOLE_SLACK if whole else 0.0, deadline=deadline
    )
    plan = _exactly(cost, plan.sites)
    tried = f", and {nodes} trials of sites open or closed" if nodes else ""
    return plan, min(lower_bound, plan.cost), f"prices of areas (Lagrangian relaxation){tried}"


def _root(loops: Loops, state: State, price: Real, upper: float, goal: float, *, deadline: float) -> Found:
    """Return the first bound, after as many rounds as there is time for."""
    began, trial = time.perf_counter(), 5
    found = loops.raise_bound(state, price, upper, goal, trial, 1.0, _PATIENCE_FIRST)
    speed = trial / max(1e-6, time.perf_counter() - began)
    rounds = int(min(_ROUNDS_FIRST, _SHARE_FIRST * speed * max(0.0, deadline - time.perf_counter())))
    if rounds <= trial:
        return found
    again = loops.raise_bound(state, price, upper, goal, rounds, 1.0, _PATIENCE_FIRST)
    return again if again.bound >= found.bound else found


def _branch(
    cost: Real, loops: Loops, kept: Whole, root: _Node, plan: _Plan, *, number: int, step: float, deadline: float
) -> tuple[_Plan, float, int]:
    """Try sites open and closed, deepest first, until no branch can hold a better plan or the time is up."""
    waiting, trials = [root], 0
    while waiting and time.perf_counter() < deadline:
        node = waiting.pop()
        goal = plan.cost - max(step, location.EXACT * plan.cost)
        if node.bound > goal:
            continue
        state = strike_of_number(number, node.bound, node.saving, node.state, goal)
        settled = _settled(state, number)
        if settled is not None:
            if len(settled) == number:
                plan = min(plan, _exactly(cost, settled), key=_cost)
            continue
        undecided = np.flatnonzero(state == 0)
        site = undecided[np.abs(node.share[undecided] - 0.5).argmin()]
        children = []
        for value in (1, -1):
            tried = state.copy()
            tried[site] = value
            trials += 1
            found = loops.raise_bound(tried, node.price, plan.cost, goal, _ROUNDS_LATER, 0.5, _PATIENCE_LATER)
            if found.cost < plan.cost:
                plan = _better(loops, kept, plan, found.sites)
            if found.bound <= goal:
                bound = max(found.bound, node.bound)
                children.append(_Node(bound, tried, found.price, found.saving, found.share))
        # the more promising one is tried first
        waiting += sorted(children, key=lambda child: -child.bound)
    if waiting:
        return plan, min(node.bound for node in waiting), trials
    # whole costs leave no room below the plan; others leave what rounding explains
    return plan, plan.cost if step else plan.cost * (1 - location.EXACT), trials


def _settled(state: State, number: int) -> Whole | None:
    """Return the only plan that is left, if it is only one; it has fewer sites if there is none at all."""
    opened, possible = np.flatnonzero(state == 1), np.flatnonzero(state >= 0)
    if len(opened) > number or len(possible) < number:
        return np.empty(0, dtype=np.int64)
    if len(opened) == number:
        return opened
    return possible if len(possible) == number else None


def _better(loops: Loops, kept: Whole, plan: _Plan, chosen: Whole) -> _Plan:
    """Return the better of a plan and another one that is improved by swaps first."""
    if len(chosen) == 0:
        return plan
    first = np.concatenate([kept, np.setdiff1d(chosen, kept)])
    return min(plan, _Plan(*loops.improve(first, kicks=0, enough=0.0, seed=0)), key=_cost)


def _exactly(cost: Real, sites: Whole) -> _Plan:
    return _Plan(np.sort(sites), float(cost[sites].min(axis=0).sum()))


def _cost(plan: _Plan) -> float:
    return plan.cost
