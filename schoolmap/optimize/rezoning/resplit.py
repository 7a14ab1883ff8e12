"""A few zones at a time, split anew exactly: neighbourhoods of a zoning that HiGHS searches through."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np

from schoolmap.optimize.rezoning.programme import Programme
from schoolmap.optimize.rezoning.search import Zoning

if TYPE_CHECKING:
    from schoolmap.optimize.rezoning.contiguity import Mask
    from schoolmap.optimize.rezoning.contiguity import Whole
    from schoolmap.optimize.rezoning.problem import Problem

_ROUNDS = 12
"""How often one neighbourhood is solved, with the cuts that its last answer needed."""
_NODES = 2_000
"""Nodes of each of these solutions."""
_LONGEST = 6.0
"""Seconds for one neighbourhood."""
_WITHIN, _TINY = 1e-9, 1e-12
"""Parts of a value within which two are the same: as bounds, and as values of zonings."""


def beside_zones(problem: Problem, zone: Whole) -> Mask:
    """Return which zones share a border, by zone and zone."""
    land = problem.land
    tail = np.repeat(zone, np.diff(land.first))
    beside = np.zeros((len(problem.zones),) * 2, dtype=bool)
    beside[tail, zone[land.beside]] = True
    np.fill_diagonal(beside, val=False)
    return beside


def gathered(rng: np.random.Generator, beside: Mask, centre: int, number: int) -> Whole:
    """Return some zones around one that hang together, at random."""
    chosen = [centre]
    while len(chosen) < number:
        edge = np.flatnonzero(beside[chosen].any(axis=0))
        edge = edge[~np.isin(edge, chosen)]
        if len(edge) == 0:
            break
        # those that share borders with most of the chosen are likelier
        weight = beside[chosen][:, edge].sum(axis=0).astype(float)
        chosen.append(int(rng.choice(edge, p=weight / weight.sum())))
    return np.array(chosen)


def resplit(problem: Problem, now: Zoning, zones: Whole, *, deadline: float) -> Zoning:
    """Return the best zoning found in which the areas of some zones are split among them anew."""
    alive = np.zeros(problem.linear.shape, dtype=bool)
    areas = np.arange(len(now.zone))
    alive[areas, now.zone] = True
    inside = np.isin(now.zone, zones)
    # closed schools that stand there may be opened
    there = problem.root[inside].any(axis=0) & problem.land.may_close & ~now.opened
    zones = np.union1d(zones, np.flatnonzero(there))
    alive[np.ix_(inside, zones)] = True
    free = np.zeros(len(problem.zones), dtype=bool)
    free[zones] = problem.land.may_close[zones]
    return solved(problem, now, alive, free, deadline=min(deadline, time.perf_counter() + _LONGEST)).zoning


class Ended(NamedTuple):
    """The best zoning of a programme, a bound of it, and whether it has none better."""

    zoning: Zoning
    bound: float
    proven: bool


def solved(
    problem: Problem,
    now: Zoning,
    alive: Mask,
    free: Mask,
    *,
    deadline: float,
    nodes: int | None = _NODES,
    rounds: int = _ROUNDS,
) -> Ended:
    """Solve a programme in shares of areas, then in whole ones, with the cuts that each answer needs."""
    programme = Programme(problem, alive, limit=now.value, free=free, opened=now.opened | free)
    bound = -np.inf
    for _ in range(rounds):
        ended = programme.run(deadline)
        if ended != "optimal":
            return Ended(now, now.value if ended == "infeasible" else bound, ended == "infeasible")
        bound = max(bound, programme.value())
        if programme.cut(programme.parts()) == 0:
            break
    if bound >= now.value * (1 - _WITHIN):
        return Ended(now, now.value, proven=True)
    programme.whole()
    return _in_whole_areas(problem, programme, now, bound, deadline=deadline, nodes=nodes, rounds=rounds)


def _in_whole_areas(
    problem: Problem,
    programme: Programme,
    now: Zoning,
    bound: float,
    *,
    deadline: float,
    nodes: int | None,
    rounds: int,
) -> Ended:
    """Solve in whole areas until an answer needs no more cuts."""
    for _ in range(rounds):
        programme.hint(now)
        ended = programme.run(deadline, nodes=nodes)
        bound = max(bound, programme.bound())
        found = programme.answer()
        if ended == "infeasible" or (ended == "optimal" and programme.value() >= now.value * (1 - _WITHIN)):
            return Ended(now, now.value, proven=True)
        if found is None:
            break
        if problem.is_sound(*found):
            value = problem.value(*found)
            best = Zoning(*found, value) if value < now.value * (1 - _TINY) else now
            return Ended(best, bound, ended == "optimal" and programme.complete)
        if programme.cut(programme.parts()) == 0 or ended == "stopped":
            break
    return Ended(now, bound, proven=False)
