"""Search for a good zoning: several runs of random moves from several starts, and the zones that they met."""

from __future__ import annotations

import heapq
import time
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np

if TYPE_CHECKING:
    from schoolmap.optimize.rezoning.contiguity import Mask
    from schoolmap.optimize.rezoning.contiguity import Whole
    from schoolmap.optimize.rezoning.problem import Problem
    from schoolmap.optimize.rezoning.zone_kernel import Real

_PARTS = 25
"""A run is cut into so many parts, between which the clock is looked at."""
_SEEN = 200
"""Zonings of each part whose zones are kept."""
_COLDEST = 2e-3
"""Heat at the end of a run, as a share of that at its start."""


class Zoning(NamedTuple):
    """A zoning that keeps every rule: the zone of each area, which zones are open, and what it costs."""

    zone: Whole
    opened: Mask
    value: float


def grown(problem: Problem, opened: Mask) -> Whole:
    """Return zones grown from the schools that are open: the nearest area that hangs together goes first."""
    land = problem.land
    zone = np.full(len(problem.areas), -1, dtype=np.int64)
    waiting: list[tuple[float, int, int]] = []
    for home, own in zip(*np.nonzero(problem.root), strict=True):
        if opened[own] and np.isfinite(land.linear[home, own]):
            kept = land.must[home] in {-1, own} or not opened[land.must[home]]
            first = -1.0 if land.must[home] == own else 0.0
            if kept:
                waiting.append((first, int(home), int(own)))
    heapq.heapify(waiting)
    while waiting:
        _, area, own = heapq.heappop(waiting)
        if zone[area] >= 0:
            continue
        zone[area] = own
        for other in land.beside[land.first[area] : land.first[area + 1]]:
            owned = land.must[other] >= 0 and land.must[other] != own and opened[land.must[other]]
            if zone[other] < 0 and np.isfinite(land.linear[other, own]) and not owned:
                heapq.heappush(waiting, (float(problem.metres[other, own]), int(other), own))
    left = np.flatnonzero(zone < 0)
    ways = np.where(land.exempt & opened & np.isfinite(land.linear), problem.metres, np.inf)
    zone[left] = ways[left].argmin(axis=1)
    return zone


def begin(problem: Problem) -> tuple[Whole, Mask]:
    """Return a zoning to begin with: today's where there is one, else one that is grown with all schools open."""
    from schoolmap.optimize.rezoning import site_kernel  # noqa: PLC0415 - numba is slow to import
    from schoolmap.optimize.rezoning import zone_kernel  # noqa: PLC0415 - as above

    land = problem.land
    if (land.today < 0).any():
        opened = np.ones(len(problem.zones), dtype=bool)
        return grown(problem, opened), opened
    opened = ~land.may_close
    opened[land.today] = True
    plan = zone_kernel.draft(land, land.today, opened)
    for zone in np.flatnonzero(opened):
        # a school whose area belongs to another zone takes it, and what that cuts off
        site_kernel.claim(land, plan, zone)
    return plan.zone.copy(), opened


def heat_of(problem: Problem, opened: Mask) -> float:
    """Return what an area's second cheapest zone costs more than its cheapest, on average, of those that are open."""
    if opened.sum() < 2:
        return 1.0
    two = np.sort(problem.linear[:, opened], axis=1)[:, :2]
    apart = (two[:, 1] - two[:, 0])[np.isfinite(two).all(axis=1)]
    return float(apart.mean()) + 1e-9 if len(apart) else 1.0


def anneal(
    problem: Problem,
    start: tuple[Whole, Mask],
    *,
    moves: int,
    heat: float,
    seed: int,
    deadline: float,
    site_share: float,
    price: Real,
    snapshots: list[Whole] | None = None,
) -> Zoning:
    """Return the best zoning of one run of random moves."""
    from schoolmap.optimize.rezoning import search_kernel  # noqa: PLC0415 - numba is slow to import
    from schoolmap.optimize.rezoning import zone_kernel  # noqa: PLC0415 - as above

    land = problem.land
    plan = zone_kernel.draft(land, *start)
    best, best_opened = start[0].copy(), start[1].copy()
    value = problem.value(*start)
    piece = problem.piece
    landed = np.zeros(piece.max() + 1, dtype=bool)
    landed[piece[problem.root.any(axis=1)]] = True
    plain = ~(land.exempt & landed[piece][:, None]).any(axis=0)
    near = _beside(problem)
    part = max(1, moves // _PARTS)
    cooling = _COLDEST ** (1.0 / (part * _PARTS))
    usual = min(land.charge, 4.0 * heat / max(1e-9, float(land.pupils.mean())))
    charge = usual
    rng = np.random.default_rng(seed)
    seen = np.zeros((_SEEN if snapshots is not None else 0, len(problem.areas)), dtype=np.int64)
    for _ in range(_PARTS):
        value, heat, charge = search_kernel.anneal(
            land, plan, plain, near, price, seen, best, best_opened, value, part, heat, cooling, charge, usual, site_share,
            int(rng.integers(2**31)),
        )  # fmt: skip
        if snapshots is not None and part >= _SEEN:
            snapshots.append(seen.astype(np.int16))
        if time.perf_counter() > deadline:
            break
    if snapshots is not None:
        snapshots.append(best[None].astype(np.int16))
    return Zoning(best, best_opened, problem.value(best, best_opened))


def _beside(problem: Problem) -> Whole:
    """Return, by zone, the zones whose schools stand nearest, as the ways of all areas tell."""
    ways = problem.metres
    apart = np.stack([np.abs(ways - ways[:, [zone]]).mean(axis=0) for zone in range(ways.shape[1])])
    np.fill_diagonal(apart, np.inf)
    return np.ascontiguousarray(np.argsort(apart, axis=1, kind="stable")[:, : max(1, min(12, len(apart) - 1))])
