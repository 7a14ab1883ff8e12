"""
Siting where an area is not split: random moves, a bound by prices, and a mixed-integer programme on what is left.

The bound fills each site's seats with whole areas (Lagrangian relaxation of
the assignment, a knapsack for each site). A pair of area and site that no
better plan can hold is struck off; HiGHS decides among the others.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from schoolmap.optimize.seats_problem import WHOLE_SLACK
from schoolmap.optimize.seats_problem import Answer
from schoolmap.optimize.seats_problem import Problem
from schoolmap.optimize.seats_problem import strike

if TYPE_CHECKING:
    import numpy.typing as npt

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]
    Mask = npt.NDArray[np.bool_]

_MOVES = 20_000
"""Random moves for each area in one search."""
_FIRST, _LATER, _TURNS = 2, 4, 3
"""Searches before the bound, and in each turn after it."""
_HEAT = 0.2
"""Cost of a worse move that is often taken at first, as a share of the mean cost of an area."""
_RECOMBINE = 0.35
"""Share of the time that is left for combining the plans that were found, in each turn."""
_KEPT_NEAR = 3
"""Sites of the plans found that an area may go to when they are combined, besides those it went to."""
_ROUNDS, _PATIENCE = 3000, 80
_BESIDE = 15
"""Sites that a whole school may move to in one random move."""
_LARGEST_TABLE = 20_000_000
"""Cells of the knapsacks of one round; with more, the bound fills the last area in part."""


def solve(problem: Problem, *, seed: int, deadline: float) -> Answer | None:
    """Return the best plan and its proof; `None` if there is no plan, or none was found in time."""
    from schoolmap.optimize import capacity_kernel  # noqa: PLC0415 - numba is slow to import

    cost, sites = problem.cost, len(problem.cost)
    rng = np.random.default_rng(seed)
    near = np.ascontiguousarray(np.argsort(cost, axis=0, kind="stable").T)
    pool = np.zeros(cost.shape, dtype=bool)
    site_of, best = _search(problem, near, rng, _FIRST, pool, None, deadline)
    exact = sites * len(problem.demand) * (int(problem.capacity.max()) + 1) <= _LARGEST_TABLE
    price = np.partition(cost, min(1, sites - 1), axis=0)[: min(2, sites)].mean(axis=0)
    limit = best if np.isfinite(best) else float(cost.max(axis=0).sum() + problem.opening.sum())
    fixed = (*problem[:5], problem.number, problem.needed, exact)
    bound, price, value, _, chosen = capacity_kernel.raise_bound(
        *fixed, price, limit, problem.goal(limit), _ROUNDS, 1.0, _PATIENCE
    )
    alive = _alive(problem, bound, price, value, problem.goal(limit), exact=exact)
    for _ in range(_TURNS if bound <= problem.goal(limit) else 0):
        if not alive.any(axis=0).all():
            break
        better, lower = _search(problem, _padded(near, alive), rng, _LATER, pool, chosen > 0, deadline)
        if lower < best:
            site_of, best = better, lower
        if np.isfinite(best):
            # what the plans have in common is right as a rule; how they differ is decided exactly
            soon = min(deadline, time.perf_counter() + _RECOMBINE * max(0.0, deadline - time.perf_counter()))
            site_of, best, _ = _programme(problem, pool & alive, site_of, best, bound, deadline=soon)
            alive &= _alive(problem, bound, price, value, problem.goal(best), exact=exact)
    proof = "prices of areas (Lagrangian relaxation)"
    lower_bound = bound
    if bound > problem.goal(limit if np.isfinite(best) else np.inf):
        lower_bound = best
    else:
        found, best, lower_bound = _programme(problem, alive, site_of, best, bound, deadline=deadline)
        site_of = found
        proof += ", and a mixed-integer programme (HiGHS) on the pairs that are left"
    if not np.isfinite(best):
        return None
    opened = np.union1d(np.unique(site_of), np.flatnonzero(problem.state == 1))
    if 0 < len(opened) < problem.number:
        # sites without pupils cost nothing more here; the cheapest to open fill the number
        rest = np.setdiff1d(np.flatnonzero(problem.state == 0), opened)
        opened = np.union1d(
            opened, rest[np.argsort(problem.opening[rest], kind="stable")][: problem.number - len(opened)]
        )
    total = float(cost[site_of, np.arange(len(site_of))].sum() + problem.opening[opened].sum())
    part = np.zeros(cost.shape)
    part[site_of, np.arange(len(site_of))] = 1.0
    return Answer(part, opened, total, min(lower_bound, total), proof)


def _search(  # noqa: PLR0917 - one search, told all at once
    problem: Problem, near: Whole, rng: np.random.Generator, runs: int, pool: Mask, hint: Mask | None, deadline: float
) -> tuple[Whole, float]:
    """
    Return the best plan of several searches by random moves; its cost is infinite if none was found.

    Every other search starts from the sites of `hint`, the others from sites at random. Pairs of the plans found, and those like them, are marked in `pool`.
    """
    from schoolmap.optimize import capacity_kernel  # noqa: PLC0415 - numba is slow to import

    cost, sites = problem.cost, len(problem.cost)
    kept, free = np.flatnonzero(problem.state == 1), np.flatnonzero(problem.state == 0)
    apart = np.abs(cost[:, None, :] - cost[None, :, :]).sum(axis=2) if sites > 1 else np.zeros((1, 1))
    np.fill_diagonal(apart, np.inf)
    beside = np.ascontiguousarray(np.argsort(apart, axis=1, kind="stable")[:, :_BESIDE])
    heat = _HEAT * float(np.abs(cost - cost.min(axis=0)).mean()) + 1e-9
    most = problem.number - len(kept) if problem.number else max(1, round(len(free) * 0.3))
    best: tuple[Whole, float] = (np.zeros(len(problem.demand), dtype=np.int64), np.inf)
    for run in range(runs):
        if run > 0 and time.perf_counter() > deadline:
            break
        start = rng.choice(free, min(most, len(free)), replace=False) if len(free) else free
        chosen = np.sort(np.concatenate([kept, start]))
        if hint is not None and run % 2 == 0:
            chosen = np.flatnonzero(hint)
        site_of = chosen[cost[chosen].argmin(axis=0)]
        moves, start_of_chance = _MOVES * len(problem.demand), int(rng.integers(2**31))
        found = capacity_kernel.anneal(*problem[:6], site_of, near, beside, moves, heat, start_of_chance)
        if np.isfinite(found[1]):
            pool[found[0], np.arange(len(site_of))] = True
            used = np.unique(found[0])
            nearest = used[np.argsort(cost[used], axis=0, kind="stable")[:_KEPT_NEAR]]
            pool[nearest, np.arange(len(site_of))] = True
        if found[1] < best[1]:
            best = found
    return best


def _alive(problem: Problem, bound: float, price: Real, value: Real, goal: float, *, exact: bool) -> Mask:
    """Return the pairs of site and area that a plan within the goal may hold."""
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


def _padded(near: Whole, alive: Mask) -> Whole:
    """Return each area's possible sites, nearest first, repeated to the same length."""
    rows = [sites[alive[sites, area]] for area, sites in enumerate(near)]
    width = max(len(row) for row in rows)
    return np.stack([np.resize(row, width) for row in rows])


def _programme(
    problem: Problem, alive: Mask, site_of: Whole, best: float, bound: float, *, deadline: float
) -> tuple[Whole, float, float]:
    """Return the best plan among the pairs that are left, its cost and a bound."""
    from scipy import optimize  # noqa: PLC0415 - heavy, and needed here only
    from scipy import sparse  # noqa: PLC0415 - as above

    if not alive.any(axis=0).all():
        # an area that no better plan can serve: there is no better plan
        return site_of, best, best
    left = deadline - time.perf_counter()
    if left <= 0:
        return site_of, best, bound
    site, area = np.nonzero(alive)
    sites, pairs, areas = len(problem.cost), len(site), len(problem.demand)
    pair, every = np.arange(pairs), np.arange(sites)
    shape = pairs + sites
    rows = [
        optimize.LinearConstraint(sparse.csr_array((np.ones(pairs), (area, pair)), (areas, shape)), 1, 1),
        optimize.LinearConstraint(
            sparse.csr_array(
                (
                    np.concatenate([problem.demand[area], -problem.capacity]).astype(float),
                    (np.concatenate([site, every]), np.concatenate([pair, pairs + every])),
                ),
                (sites, shape),
            ),
            -np.inf,
            0,
        ),
        optimize.LinearConstraint(
            sparse.csr_array(
                (np.repeat([1.0, -1.0], pairs), (np.tile(pair, 2), np.concatenate([pair, pairs + site]))),
                (pairs, shape),
            ),
            -np.inf,
            0,
        ),
    ]
    objective = np.concatenate([problem.cost[site, area], problem.opening])
    if problem.number:
        ends = np.repeat([0.0, 1.0], [pairs, sites])
        rows.append(optimize.LinearConstraint(ends[None, :], problem.number, problem.number))
    if np.isfinite(best):
        rows.append(optimize.LinearConstraint(objective[None, :], -np.inf, problem.goal(best)))
    least = np.concatenate([np.zeros(pairs), problem.state == 1])
    most = np.concatenate([np.ones(pairs), problem.state >= 0])
    answer = optimize.milp(
        objective,
        constraints=rows,
        integrality=np.ones(shape),
        bounds=optimize.Bounds(least, most),
        options={"time_limit": left, "mip_rel_gap": 0.0},
    )
    if answer.status == 2:
        return site_of, best, best if problem.step else best * (1 - 1e-9)
    if answer.x is not None:
        taken = np.flatnonzero(answer.x[:pairs] > 0.5)
        site_of = np.empty(areas, dtype=np.int64)
        site_of[area[taken]] = site[taken]
        best = float(answer.fun)
    dual = answer.mip_dual_bound if answer.mip_dual_bound is not None else bound
    if problem.step:
        dual = np.ceil(dual - WHOLE_SLACK)
    return site_of, best, min(max(bound, dual), best)
