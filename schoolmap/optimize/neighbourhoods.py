"""
Improve a plan of whole areas around one site after another: all but a few neighbouring sites stay as they are.

The few sites and their areas are a siting problem of their own, small enough
for a mixed-integer programme (HiGHS) that starts from the plan. Where nothing
is better any more, the neighbourhoods grow.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np

from schoolmap.optimize import highs
from schoolmap.optimize.cores import CORES
from schoolmap.optimize.cores import on_both_cores

if TYPE_CHECKING:
    import numpy.typing as npt
    from scipy.sparse import csr_array

    from schoolmap.optimize.seats_problem import Problem

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]
    Mask = npt.NDArray[np.bool_]

_NODES = 400
"""Nodes after which a neighbourhood is left as it is."""
_SECONDS = 4.0
"""Seconds after which a neighbourhood is left as it is, whatever its nodes."""
_AREAS = 70
"""Areas of the first neighbourhoods, roughly."""
_PAIRS = 1500
"""Pairs of site and area in a neighbourhood, roughly."""
_CHOICE = 12
"""Sites of a neighbourhood that an area may go to, besides its own."""

_ROOM, _ROOM_LEAST = 1e-6, 1e-4
"""Above a goal where costs are no whole numbers, as a share of it and in any case."""


class Plan(NamedTuple):
    """Site of each area, which sites are open, and what that costs."""

    site_of: Whole
    opened: Mask
    cost: float


def plan_of(problem: Problem, site_of: Whole) -> Plan:
    """Return the plan with its cost; open are the sites with pupils, those that must be, and the cheapest up to the number."""
    opened = problem.state == 1
    opened[site_of] = True
    lacking = problem.number - int(opened.sum())
    if lacking > 0:
        # sites without pupils cost nothing more here; the cheapest to open fill the number
        rest = np.flatnonzero(~opened & (problem.state == 0))
        opened[rest[np.argsort(problem.opening[rest], kind="stable")][:lacking]] = True
    ways = problem.cost[site_of, np.arange(len(site_of))].sum()
    return Plan(site_of, opened, float(ways + problem.opening[opened].sum()))


class Solved(NamedTuple):
    """Site of each area (`None` if no plan was found), a bound, and whether it is decided that no plan costs less."""

    site_of: Whole | None
    bound: float
    decided: bool


def programme(
    problem: Problem, alive: Mask, *, seconds: float, nodes: int, start: Plan | None = None, goal: float = np.inf
) -> Solved:
    """
    Choose the best plan among the pairs of site and area that are `alive`.

    With a `goal`, only plans count that cost no more; if it is decided that
    there is none, the bound is infinite. `start` is a plan to begin with.
    """
    site, area = np.nonzero(alive)
    slack = _slack(problem, goal)
    table, lower, upper = _rows(problem, site, area, goal + slack)
    pairs, width = len(site), table.shape[1]
    solver = highs.solver_of(
        np.concatenate([problem.cost[site, area], problem.opening]),
        table,
        low=np.concatenate([np.zeros(pairs), problem.state == 1]).astype(float),
        high=np.concatenate([np.ones(pairs), problem.state >= 0]).astype(float),
        row_low=lower,
        row_high=upper,
        whole=np.ones(width, dtype=bool),
        options={"mip_abs_gap": 1e-6, "mip_max_nodes": nodes},
    )
    if start is not None:
        highs.begin_with(solver, np.concatenate([start.site_of[area] == site, start.opened]).astype(float))
    ended = highs.run(solver, seconds=seconds)
    if ended == "infeasible":
        return Solved(None, np.inf, decided=True)
    bound, values = float(solver.getInfo().mip_dual_bound), highs.values_of(solver)
    if values is None:
        return Solved(None, bound, decided=False)
    if solver.getInfo().objective_function_value > goal + slack / 2:
        # within the slack, but no plan that counts
        return Solved(None, np.inf if ended == "optimal" else bound, decided=ended == "optimal")
    taken = np.flatnonzero(values[:pairs] > 0.5)
    site_of = np.empty(alive.shape[1], dtype=np.int64)
    site_of[area[taken]] = site[taken]
    return Solved(site_of, bound, decided=ended == "optimal")


def _slack(problem: Problem, goal: float) -> float:
    """
    Return how much more than the goal a plan may cost in the programme.

    HiGHS errs where a plan keeps to a row by no more than its tolerance, which is an absolute one; and a goal stands just
    below the cost of a plan that is known. So no plan that is likely to be there is near the row itself.
    """
    return max(problem.step / 2, _ROOM * abs(goal), _ROOM_LEAST) if np.isfinite(goal) else 0.0


def _rows(problem: Problem, site: Whole, area: Whole, limit: float) -> tuple[csr_array, Real, Real]:
    """Return the rows of the programme, with their limits: a column for each pair, then one for each site."""
    from scipy import sparse  # noqa: PLC0415 - heavy, and needed here only

    sites, pairs, areas = len(problem.cost), len(site), len(problem.demand)
    width, pair, every = pairs + sites, np.arange(pairs), np.arange(sites)
    seats = (
        np.concatenate([problem.demand[area], -problem.capacity]).astype(float),
        (np.concatenate([site, every]), np.concatenate([pair, pairs + every])),
    )
    # nobody at a closed site; that is said already of those that are open in any case
    doubtful = np.flatnonzero(problem.state[site] == 0)
    links = (
        np.repeat([1.0, -1.0], len(doubtful)),
        (np.tile(np.arange(len(doubtful)), 2), np.concatenate([doubtful, pairs + site[doubtful]])),
    )
    blocks = [
        sparse.csr_array((np.ones(pairs), (area, pair)), (areas, width)),
        sparse.csr_array(seats, (sites, width)),
        sparse.csr_array(links, (len(doubtful), width)),
    ]
    lower = [np.ones(areas), np.full(sites + len(doubtful), -np.inf)]
    upper = [np.ones(areas), np.zeros(sites + len(doubtful))]
    if problem.number or problem.needed:
        ends = np.ones(sites) if problem.number else problem.capacity
        blocks.append(sparse.csr_array(np.concatenate([np.zeros(pairs), ends])[None, :]))
        lower.append(np.array([problem.number or problem.needed], dtype=float))
        upper.append(np.array([problem.number or np.inf], dtype=float))
    if np.isfinite(limit):
        blocks.append(sparse.csr_array(np.concatenate([problem.cost[site, area], problem.opening])[None, :]))
        lower.append(np.array([-np.inf]))
        upper.append(np.array([limit]))
    return sparse.csr_array(sparse.vstack(blocks)), np.concatenate(lower), np.concatenate(upper)


def improve(problem: Problem, plan: Plan, *, rng: np.random.Generator, deadline: float) -> Plan:
    """Return a plan that no neighbourhood makes better, or the best one when the time is up."""
    size = _smallest(problem, plan)
    settled: set[int] = set()
    last = min(int(plan.opened.sum()), 4 * size)
    while time.perf_counter() < deadline:
        waiting = [site for site in np.flatnonzero(plan.opened) if site not in settled]
        if not waiting:
            if size >= last:
                break
            size, settled = min(last, size + max(1, size // 3)), set()
            continue
        order = [waiting[place] for place in rng.permutation(len(waiting))]
        batch: list[tuple[int, Whole]] = []
        for centre in order:
            group = _around(problem, plan, centre, size)
            if not any(np.intersect1d(group, other).size for _, other in batch):
                batch.append((centre, group))
            if len(batch) == CORES:
                break
        tried = on_both_cores(partial(_within, problem, plan, deadline=deadline), [group for _, group in batch])
        for (centre, group), site_of in zip(batch, tried, strict=True):
            settled.add(centre)
            if site_of is None:
                continue
            moved = plan.site_of.copy()
            areas, chosen, opened = site_of
            moved[areas] = chosen
            state = plan.opened.copy()
            state[group] = opened
            ways = problem.cost[moved, np.arange(len(moved))].sum()
            better = Plan(moved, state, float(ways + problem.opening[state].sum()))
            if better.cost < plan.cost - 1e-7 * abs(plan.cost):
                plan = better
                # whoever has a changed site beside it may find more
                near = {int(site) for site in group}
                settled = {site for site in settled if site not in near}
    return plan


def _smallest(problem: Problem, plan: Plan) -> int:
    """Return how many open sites the first neighbourhoods have."""
    mean = len(problem.demand) / max(1, int(plan.opened.sum()))
    return max(1, min(int(plan.opened.sum()), max(3, round(_AREAS / mean))))


def _around(problem: Problem, plan: Plan, centre: int, size: int) -> Whole:
    """Return the open sites nearest to one, and some closed ones among them."""
    cost = problem.cost
    members = np.flatnonzero(plan.site_of == centre)
    if len(members) == 0:
        members = np.array([cost[centre].argmin()])
    # where the areas of the centre would go next
    dearer = (cost[:, members] / problem.demand[members]).mean(axis=1)
    dearer[centre] = -np.inf
    ranked = np.argsort(dearer, kind="stable")
    opened = ranked[plan.opened[ranked]][:size]
    closed = ranked[~plan.opened[ranked] & (problem.state[ranked] == 0)]
    own = np.flatnonzero(np.isin(plan.site_of, opened))
    most = max(2, min(3 * size, _PAIRS // max(1, len(own)) - len(opened)))
    return np.sort(np.concatenate([opened, closed[:most]]))


def _within(problem: Problem, plan: Plan, group: Whole, *, deadline: float) -> tuple[Whole, Whole, Mask] | None:
    """Return the areas of some sites, where each goes best among them, and which of the sites are open then."""
    areas = np.flatnonzero(np.isin(plan.site_of, group))
    left = deadline - time.perf_counter()
    if len(areas) == 0 or left < 0.2:
        return None
    opened = plan.opened[group]
    part = problem._replace(
        cost=problem.cost[np.ix_(group, areas)],
        demand=problem.demand[areas],
        capacity=problem.capacity[group],
        opening=problem.opening[group],
        state=problem.state[group],
        number=int(opened.sum()) if problem.number else 0,
    )
    place = np.full(len(problem.cost), -1)
    place[group] = np.arange(len(group))
    start = Plan(place[plan.site_of[areas]], opened, 0.0)
    alive = part.demand <= part.capacity[:, None]
    if len(group) > _CHOICE:
        cheap = np.argsort(np.argsort(part.cost, axis=0, kind="stable"), axis=0, kind="stable") < _CHOICE
        cheap[start.site_of, np.arange(len(areas))] = True
        alive &= cheap
    site_of = programme(part, alive, start=start, seconds=min(_SECONDS, left), nodes=_NODES).site_of
    if site_of is None:
        return None
    after = plan_of(part, site_of)
    return areas, group[site_of], after.opened
