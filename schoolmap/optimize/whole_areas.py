"""
Siting where an area is not split: random moves, bounds by prices, and mixed-integer programmes on what is left.

One bound fills each site's seats with whole areas (Lagrangian relaxation of
the assignment, a knapsack for each site); another lets areas be split. A pair
of area and site that no better plan can hold is struck off; HiGHS decides among
the others if they are few. Otherwise the sites that are best if areas may be
split are filled with whole areas, and the plan is improved around one site
after another.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from schoolmap.optimize import annealing
from schoolmap.optimize import many_sites
from schoolmap.optimize import median_loops
from schoolmap.optimize import neighbourhoods
from schoolmap.optimize import shared_areas
from schoolmap.optimize import site_sets
from schoolmap.optimize.cores import CORES
from schoolmap.optimize.cores import on_both_cores
from schoolmap.optimize.seats_problem import LARGEST_TABLE
from schoolmap.optimize.seats_problem import WHOLE_SLACK
from schoolmap.optimize.seats_problem import Answer
from schoolmap.optimize.seats_problem import Problem
from schoolmap.optimize.seats_problem import strike
from schoolmap.optimize.site_tree import SiteTree

if TYPE_CHECKING:
    import numpy.typing as npt

    from schoolmap.optimize.annealing import Nearby
    from schoolmap.optimize.neighbourhoods import Plan

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]
    Mask = npt.NDArray[np.bool_]

_MOVES, _MOVES_NUMBER = 20_000, 40_000
"""Random moves for each area in one search: if as many sites open as pay, and if a number does."""
_PART_FIRST, _SMALL = 0.1, 50_000
"""Part of these in the first search of a problem with no more pairs than that."""
_PART_SETS, _PART_BETWEEN = 0.05, 0.5
"""Part of these where sets of sites are looked at afterwards, and between two such looks."""
_SHARE_SEARCH, _SHARE_BOUND, _SHARE_DECIDE = 0.5, 0.2, 0.1
"""Parts of the time left: for the first search, the first bound, and the first try to decide."""
_PART_LEAST = 0.2
"""A search has at least this part of the time of a full one."""
_SHARE_LAST = 0.5
"""Part of the time left to improve the plan before the last try to decide."""
_TRIALS, _SHARE_SPLIT, _SHARE_RACE = 150, 0.15, 0.3
"""Trials of sites open or closed with split areas, and parts of the time left for them and for the race of sets."""
_SEASONS, _SHARE_AROUND = ((2_000, 0.4), (10**9, 0.5)), 0.3
"""Trials of sites and part of the time in each season of the tree, and part of the time to improve the plan between."""
_TURNS, _PART_TURN, _STALLED = 2, 0.05, 5
"""Searches of a small problem before its plans are combined, part of the moves of each, and vain rounds before it is left."""
_KEPT_NEAR, _SHARE_RECOMBINE = 2, 0.4
"""Sites near an area that are tried when plans are combined, and part of the time left."""
_ROUNDS, _PATIENCE = 3000, 80
_WORK = 4_000_000_000
"""Cells of all rounds together."""
_FEW_PAIRS, _FEW_NODES = 8_000, 2_000
"""Pairs that are decided at once if there are no more, and nodes of the first try."""
_MOST_PAIRS = 30_000
"""Pairs that are not decided even with all the time that is left."""
_MOST_CELLS = 1_200_000
"""Pairs of a problem whose sites are looked at with split areas."""


def solve(problem: Problem, *, seed: int, deadline: float) -> Answer | None:
    """Return the best plan and its proof; `None` if there is no plan, or none was found in time."""
    rng, near = np.random.default_rng(seed), annealing.nearby(problem)
    small = problem.cost.size <= _SMALL
    by_sets = problem.number == 0 and problem.cost.size <= _MOST_CELLS
    # a short search shows whether the problem is an easy one
    pool = np.zeros(problem.cost.shape, dtype=bool)
    part = _PART_FIRST if small else 1.0
    if problem.number and median_loops.is_large(problem.cost, problem.number):
        until = time.perf_counter() + _SHARE_BOUND * _left(deadline)
        bound, price, value, chosen = many_sites.bounded(problem, rng, deadline=until)
        plan, exact = _search(problem, near, rng, None, pool, part=1.0, deadline=deadline, chosen=chosen), False
    else:
        plan = _search(problem, near, rng, None, pool, part=_PART_SETS if by_sets else part, deadline=deadline)
        bound, price, value, exact = _bound(problem, plan, deadline=deadline)
    # what the prices are worth adds to the bound at these prices alone, not to a better one found another way
    priced = bound
    proof = "prices of areas (Lagrangian relaxation)"
    decided = plan is not None and bound > problem.goal(plan.cost)
    if not decided and by_sets:
        plan, with_sets, trials, decided = _among_sets(problem, plan, near, rng, pool, deadline=deadline)
        bound = max(bound, with_sets)
        proof += f", {trials} trials of sites open or closed, and a mixed-integer programme (HiGHS) for the sets left"
    alive = _alive(problem, priced, price, value, _goal(problem, plan), exact=exact)
    if not decided and alive.sum() <= _FEW_PAIRS:
        plan, bound, decided = _decide(problem, alive, plan, bound, _FEW_NODES, deadline, _SHARE_DECIDE)
    if not decided and small and not by_sets:
        plan = _combined(problem, near, rng, plan, pool, alive, deadline=deadline)
    if not decided and plan is not None:
        if by_sets or not small:
            # with too many pairs to decide there is nothing to keep time for
            share = _SHARE_LAST if alive.sum() <= _MOST_PAIRS else 1.0
            until = time.perf_counter() + share * _left(deadline)
            plan = neighbourhoods.improve(problem, plan, rng=rng, deadline=until)
        alive &= _alive(problem, priced, price, value, _goal(problem, plan), exact=exact)
        if alive.sum() <= _MOST_PAIRS:
            plan, bound, decided = _decide(problem, alive, plan, bound, 10**9, deadline, 1.0)
    if plan is None:
        return None
    part_of = np.zeros(problem.cost.shape)
    part_of[plan.site_of, np.arange(len(plan.site_of))] = 1.0
    lower_bound = plan.cost * (1 if problem.step else 1 - 1e-9) if decided else bound
    if problem.step:
        lower_bound = np.ceil(lower_bound - WHOLE_SLACK)
    return Answer(part_of, np.flatnonzero(plan.opened), plan.cost, min(float(lower_bound), plan.cost), proof)


def _among_sets(
    problem: Problem, plan: Plan | None, near: Nearby, rng: np.random.Generator, pool: Mask, *, deadline: float
) -> tuple[Plan | None, float, int, bool]:
    """Return the best plan, a bound, how many trials of sites it took, and whether it is decided that no plan costs less."""
    splits = shared_areas.Plans(problem)
    split = shared_areas.solve(
        problem, deadline=time.perf_counter() + _SHARE_SPLIT * _left(deadline), plans=splits, most_trials=_TRIALS
    )
    if split is None:
        return plan, -np.inf, 0, False
    plan = site_sets.race(
        problem, plan, splits, near, rng, deadline=time.perf_counter() + _SHARE_RACE * _left(deadline)
    )
    if plan is None:
        return None, split.lower_bound, 0, False
    tree = SiteTree(problem, splits, limit=plan.cost)
    for trials, share in _SEASONS:
        plan = tree.grow(plan, deadline=time.perf_counter() + share * _left(deadline), most_trials=trials)
        if tree.is_done(plan.cost):
            break
        # a better plan leaves fewer sets
        if problem.cost.size <= _SMALL:
            plan = _search(problem, near, rng, plan, pool, part=_PART_BETWEEN, deadline=deadline) or plan
        plan = neighbourhoods.improve(
            problem, plan, rng=rng, deadline=time.perf_counter() + _SHARE_AROUND * _left(deadline)
        )
        plan = tree.finish(plan, deadline=time.perf_counter() + share * _left(deadline))
        if tree.is_done(plan.cost):
            break
    return plan, max(split.lower_bound, min(tree.bound, plan.cost)), tree.trials, tree.is_done(plan.cost)


def _left(deadline: float) -> float:
    """Return the seconds that are left."""
    return max(0.0, deadline - time.perf_counter())


def _goal(problem: Problem, plan: Plan | None) -> float:
    """Return what a better plan costs at most; infinite if there is none yet."""
    return np.inf if plan is None else problem.goal(plan.cost)


def _search(
    problem: Problem,
    near: Nearby,
    rng: np.random.Generator,
    plan: Plan | None,
    pool: Mask,
    *,
    part: float,
    deadline: float,
    chosen: Whole | None = None,
) -> Plan | None:
    """
    Return the best of a plan and those of two searches by random moves that start from `chosen` sites or at random.

    Pairs of the plans found, and those like them, are marked in `pool`.
    """
    cost, areas = problem.cost, len(problem.demand)
    kept, free = np.flatnonzero(problem.state == 1), np.flatnonzero(problem.state == 0)
    most = problem.number - len(kept) if problem.number else max(1, round(len(free) * 0.3))
    moves = int(part * (_MOVES_NUMBER if problem.number else _MOVES) * areas)
    until = time.perf_counter() + max(part, _PART_LEAST) * _SHARE_SEARCH * _left(deadline)

    def run(given: tuple[Whole, int]) -> annealing.Found:
        start, seed = given
        return annealing.anywhere(problem, near, start, moves=moves, seed=seed, deadline=until)

    starts = []
    for _ in range(CORES):
        drawn = np.concatenate([kept, rng.choice(free, min(most, len(free)), replace=False)])
        first = np.sort(drawn if chosen is None else chosen)
        starts.append((first[cost[first].argmin(axis=0)], int(rng.integers(2**31))))
    for found, least in on_both_cores(run, starts):
        if not np.isfinite(least):
            continue
        better = neighbourhoods.plan_of(problem, found)
        plan = better if plan is None or better.cost < plan.cost else plan
        used = np.flatnonzero(better.opened)
        nearest = used[np.argsort(cost[used], axis=0, kind="stable")[:_KEPT_NEAR]]
        pool[found, np.arange(areas)] = True
        pool[nearest, np.arange(areas)] = True
    return plan


def _combined(  # noqa: PLR0917 - what is known so far
    problem: Problem,
    near: Nearby,
    rng: np.random.Generator,
    plan: Plan | None,
    pool: Mask,
    alive: Mask,
    *,
    deadline: float,
) -> Plan | None:
    """
    Return the best plan of more searches, and of what can be put together from their plans.

    A number of sites is soon settled, and several short searches see more than
    a long one. What their plans have in common is right as a rule; how they
    differ is decided exactly.
    """
    if not problem.number:
        return _search(problem, near, rng, plan, pool, part=1.0, deadline=deadline)
    stalled = 0
    while stalled < _STALLED and time.perf_counter() < deadline:
        before = _goal(problem, plan)
        for _ in range(_TURNS):
            plan = _search(problem, near, rng, plan, pool, part=_PART_TURN, deadline=deadline)
        plan = _decide(problem, pool & alive, plan, -np.inf, _FEW_NODES, deadline, _SHARE_RECOMBINE)[0]
        stalled = 0 if _goal(problem, plan) < before else stalled + 1
    return plan


def _bound(problem: Problem, plan: Plan | None, *, deadline: float) -> tuple[float, Real, Real, bool]:
    """Return the bound by prices, the prices, each site's value there, and whether seats were filled with whole areas."""
    from schoolmap.optimize import capacity_kernel  # noqa: PLC0415 - numba is slow to import

    cost, sites = problem.cost, len(problem.cost)
    # where that is too much, the bound fills the last area in part
    exact = problem.cells <= LARGEST_TABLE
    price = np.partition(cost, min(1, sites - 1), axis=0)[: min(2, sites)].mean(axis=0)
    limit = float(cost.max(axis=0).sum() + problem.opening.sum()) if plan is None else plan.cost
    raise_bound = partial(capacity_kernel.raise_bound, *problem[:5], problem.number, problem.needed, exact)
    rounds = int(min(_ROUNDS, max(10, _WORK // (problem.cells if exact else cost.size))))
    start = time.perf_counter()
    bound, price, value, _, _ = raise_bound(price, limit, problem.goal(limit), min(5, rounds), 1.0, _PATIENCE)
    # more rounds only as far as there is time
    within = _SHARE_BOUND * _left(deadline) / max(1e-6, time.perf_counter() - start) * min(5, rounds)
    better, new_price, new_value, _, _ = raise_bound(
        price, limit, problem.goal(limit), int(max(1, min(rounds, within))), 1.0, _PATIENCE
    )
    if better > bound:
        bound, price, value = better, new_price, new_value
    return bound, price, value, exact


def _decide(  # noqa: PLR0917 - what is known, and how long it may take
    problem: Problem, alive: Mask, plan: Plan | None, bound: float, nodes: int, deadline: float, share: float
) -> tuple[Plan | None, float, bool]:
    """Return the best plan among the pairs that are left, a bound, and whether it is decided that no plan costs less."""
    if not alive.any(axis=0).all():
        # an area that no better plan can serve: there is no better plan
        return plan, bound, plan is not None
    seconds = share * _left(deadline)
    if seconds <= 0.1:
        return plan, bound, False
    goal = _goal(problem, plan)
    solved = on_both_cores(
        partial(neighbourhoods.programme, problem, seconds=seconds, nodes=nodes, goal=goal), [alive]
    )[0]
    if solved.site_of is not None:
        found = neighbourhoods.plan_of(problem, solved.site_of)
        if plan is None or found.cost < plan.cost:
            plan = found
    if solved.decided:
        return plan, bound, plan is not None
    # plans that hold a pair that was struck off cost more than the goal
    return plan, max(bound, min(solved.bound, goal)), False


def _alive(problem: Problem, bound: float, price: Real, value: Real, goal: float, *, exact: bool) -> Mask:
    """Return the pairs of site and area that a plan within the goal may hold; `bound` is the one of these prices."""
    from schoolmap.optimize import capacity_kernel  # noqa: PLC0415 - numba is slow to import

    state = strike(problem, bound, value, problem.state, goal)
    alive = np.repeat((state >= 0)[:, None], len(price), axis=1) & (problem.demand <= problem.capacity[:, None])
    if not exact or (problem.number == 0 and not problem.spare and not np.isfinite(goal)):
        return alive
    forced = capacity_kernel.values_if_forced(*problem[:4], price)
    if problem.number:
        ranked = np.where(problem.state == 1, -np.inf, np.where(problem.state == -1, np.inf, value))
        order = np.argsort(ranked, kind="stable")[: problem.number]
        inside = np.zeros(len(value), dtype=bool)
        inside[order] = True
        # a site that was not chosen takes the place of the last one that was
        replaced = np.where(inside, value, ranked[order[-1]] if np.isfinite(ranked[order[-1]]) else value)
    else:
        # what its seats are worth is already in `value`, and must be in the forced one
        forced = forced - (_unforced(problem, price) - value)[:, None]
        replaced = np.where(problem.state == 1, value, np.minimum(value, 0))
    possible: Mask = alive & (bound + forced - replaced[:, None] <= goal)
    return possible


def _unforced(problem: Problem, price: Real) -> Real:
    """Return each site's value at some prices, without what its seats are worth."""
    from schoolmap.optimize import capacity_kernel  # noqa: PLC0415 - numba is slow to import

    return capacity_kernel.values(*problem[:4], price)  # type: ignore[no-any-return]
