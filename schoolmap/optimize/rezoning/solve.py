"""The whole way to a zoning: a bound, several searches, their zones combined, few zones at a time split anew, a proof."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np

from schoolmap.optimize.cores import CORES
from schoolmap.optimize.cores import on_both_cores
from schoolmap.optimize.rezoning import search
from schoolmap.optimize.rezoning.bounds import relax
from schoolmap.optimize.rezoning.openings import Openings
from schoolmap.optimize.rezoning.openings import filled
from schoolmap.optimize.rezoning.openings import openings
from schoolmap.optimize.rezoning.openings import seats_all
from schoolmap.optimize.rezoning.pool import Pool
from schoolmap.optimize.rezoning.races import race
from schoolmap.optimize.rezoning.resplit import beside_zones
from schoolmap.optimize.rezoning.resplit import gathered
from schoolmap.optimize.rezoning.resplit import resplit
from schoolmap.optimize.rezoning.resplit import solved
from schoolmap.optimize.rezoning.search import Zoning

if TYPE_CHECKING:
    from schoolmap.optimize.rezoning.bounds import Relaxed
    from schoolmap.optimize.rezoning.contiguity import Whole
    from schoolmap.optimize.rezoning.problem import Problem
    from schoolmap.optimize.rezoning.resplit import Ended
    from schoolmap.optimize.rezoning.zone_kernel import Real

_MOVES, _LONG, _FEW_MOVES = 13_000_000, (10_000, 20_000), 2_000
"""Random moves of one run, how many that is for each area at least and at most, and where there are few pairs."""
_HEATS = (0.25, 1.0)
"""Heat at the start of a run, as shares of what an area's second cheapest zone costs more than its cheapest."""
_SITE_MOVES = 0.002
"""Share of moves that open or close a school, where that may be."""
_SMALL = 400
"""Pairs of area and zone up to which the programme is solved to the end at once."""
_IN_TIME, _LEAST = 0.95, 0.5
"""Share of the time that is used, and that a small problem has for its programme in any case."""
_OPENINGS, _BOUND, _SEARCH, _SPLIT, _COMBINE = 0.1, 0.2, 0.5, 0.75, 0.83
"""Shares of the time that have passed when the choice of schools, the first bound, the searches, splitting and combining end at the latest."""
_TRIES = 6
"""Neighbourhoods that are tried for each zone without success before splitting anew ends."""
_FIRST_SET, _LARGEST_SET, _MOST_AREAS = 4, 7, 220
"""Zones that are split anew at a time, at first and later, and areas of more than two of them."""
_WITHIN, _TINY = 1e-9, 1e-12
_SPLIT_PROOF = "areas that may be split, at the best schools for them (Lagrangian relaxation, with trials of schools)"
_FILLED_PROOF = "seats of each school filled with whole areas, at prices that areas offer (Lagrangian relaxation)"


class Solved(NamedTuple):
    """The best zoning, the value that none can undercut, why, and the number of runs."""

    zoning: Zoning
    bound: float
    proof: str
    runs: int


def solve(problem: Problem, *, runs: int, seed: int, deadline: float) -> Solved:
    """Return the best zoning found and its proof."""
    began = time.perf_counter()
    span = _IN_TIME * (deadline - began)
    small = int(np.isfinite(problem.linear).sum()) <= _SMALL
    zone, opened = search.begin(problem)
    if small:
        # the first run compiles: that must not take the time of what is solved to the end
        began = time.perf_counter()
    best = Zoning(zone, opened, problem.value(zone, opened))
    ways = Openings([], -np.inf) if small else openings(problem, deadline=began + _OPENINGS * span)
    relaxed = relax(problem, limit=best.value, deadline=began + _BOUND * span)
    bound, proof = relaxed.bound, "shares of areas with cuts that keep zones in one piece (linear relaxation, HiGHS)"
    if _proven(best, bound):
        return Solved(best, best.value, proof, 0)
    pool = Pool(problem)
    until = np.inf if small else began + _SEARCH * span
    if ways.sets:
        found = race(problem, ways.sets[: 2 * runs], pool, seed=seed, until=until)
    else:
        many = 1 if small else runs
        each = _FEW_MOVES if small else int(np.clip(_MOVES // len(problem.areas), *_LONG))
        moves = each * len(problem.areas)
        found = _search(problem, best, relaxed.price, pool, runs=many, moves=moves, seed=seed, until=until)
    best = min([best, *found], key=lambda one: one.value)
    if not small:
        bound, proof = max((bound, proof), _by_prices(problem, best, ways))
    if not small and not _proven(best, bound):
        best = _improved(problem, best, found, pool, seed=seed, began=began, span=span)
    if _proven(best, bound):
        return Solved(best, best.value, proof, len(found))
    with ThreadPoolExecutor(CORES) as threads:
        # one thread raises the bound, the other goes on with the plan
        until = max(began + span, time.perf_counter() + _LEAST * span * small)
        programme = threads.submit(_programme, problem, best, relaxed, deadline=until)
        better = best
        if not small:
            better = _split_anew(problem, best, seed=seed + 2, until=until)[-1]
        ended = programme.result()
    if ended.bound > bound:
        bound, proof = ended.bound, "a programme in whole areas with cuts that keep zones in one piece (HiGHS)"
    if ended.proven:
        # only what is cheaper than the zoning it began with was looked for, and there was none but this
        bound = ended.zoning.value
    best = min(best, ended.zoning, better, key=lambda one: one.value)
    return Solved(best, min(bound, best.value), proof, len(found))


def _by_prices(problem: Problem, best: Zoning, ways: Openings) -> tuple[float, str]:
    """Return the better of two bounds by prices, and why it is one."""
    if not seats_all(problem, best):
        return -np.inf, ""
    return max((ways.bound, _SPLIT_PROOF), (filled(problem, limit=best.value), _FILLED_PROOF))


def _proven(best: Zoning, bound: float) -> bool:
    return bound >= best.value - _WITHIN * abs(best.value)


def _search(
    problem: Problem, best: Zoning, price: Real, pool: Pool, *, runs: int, moves: int, seed: int, until: float
) -> list[Zoning]:
    """Return the zonings of several runs, of which the first ones are made in any case."""
    site_share = _SITE_MOVES if problem.land.may_close.any() else 0.0
    heat = search.heat_of(problem, np.ones(len(problem.zones), dtype=bool))

    def run(number: int) -> tuple[Zoning, list[Whole]] | None:
        if number >= CORES and time.perf_counter() > until:
            return None
        snapshots: list[Whole] = []
        found = search.anneal(
            problem,
            (best.zone, best.opened),
            moves=moves,
            heat=heat * _HEATS[number % len(_HEATS)],
            seed=seed * 1_000 + number,
            deadline=until,
            site_share=site_share,
            price=price,
            snapshots=snapshots,
        )
        return found, snapshots

    answers = [answer for answer in on_both_cores(run, range(runs)) if answer is not None]
    for _, snapshots in answers:
        # at first everything is hot, and the zones are poor
        for seen in snapshots[len(snapshots) // 3 :]:
            pool.add(seen)
    return [found for found, _ in answers if problem.is_sound(found.zone, found.opened)]


def _improved(
    problem: Problem, best: Zoning, found: list[Zoning], pool: Pool, *, seed: int, began: float, span: float
) -> Zoning:
    """Return the zoning after the best ones were split anew, and all zones met were combined."""
    ranked = sorted([best, *found], key=lambda one: one.value)
    apart = [ranked[0], *(one for one in ranked[1:] if one.value > ranked[0].value * (1 + _TINY))]
    until = began + _SPLIT * span
    chains = on_both_cores(
        lambda start: _split_anew(problem, start[1], seed=seed + start[0], until=until), enumerate(apart[:CORES])
    )
    for chain in chains:
        pool.add(np.stack([one.zone for one in chain]))
    best = min((chain[-1] for chain in chains), key=lambda one: one.value)
    return pool.combine(best, deadline=max(began + _COMBINE * span, time.perf_counter()))


def _split_anew(problem: Problem, best: Zoning, *, seed: int, until: float) -> list[Zoning]:
    """Return a zoning and the better ones that splitting a few zones anew led to, until that no longer helps."""
    rng = np.random.default_rng(seed)
    chain, failed = [best], 0
    beside = beside_zones(problem, best.zone)
    used = np.unique(best.zone)
    # small sets are split in no time; larger ones once these no longer help
    largest = _FIRST_SET
    while len(used) > 1 and failed < _TRIES * len(used) and time.perf_counter() < until:
        best = chain[-1]
        size = int(rng.integers(2, min(largest, len(used)) + 1))
        zones = gathered(rng, beside, int(rng.choice(used)), size)
        number = np.bincount(best.zone, minlength=len(problem.zones))
        while len(zones) > 2 and number[zones].sum() > _MOST_AREAS:
            zones = zones[:-1]
        better = resplit(problem, best, zones, deadline=until)
        failed += 1
        if failed % len(used) == 0:
            largest = min(_LARGEST_SET, largest + 1)
        if better.value < best.value * (1 - _TINY):
            chain.append(better)
            failed = 0
            beside = beside_zones(problem, better.zone)
            used = np.unique(better.zone)
    return chain


def _programme(problem: Problem, best: Zoning, relaxed: Relaxed, *, deadline: float) -> Ended:
    """Solve the programme on the pairs that are left."""
    alive = np.isfinite(problem.linear) & (relaxed.bound + relaxed.reduced <= best.value * (1 + _WITHIN) + _WITHIN)
    areas = np.arange(len(best.zone))
    alive[areas, best.zone] = True
    return solved(problem, best, alive, problem.land.may_close.copy(), deadline=deadline, nodes=None, rounds=200)
