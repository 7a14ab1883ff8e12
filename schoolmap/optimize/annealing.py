"""
Search for plans of whole areas by random moves: what is near what, how hot, and how long.

Every search has its own seed and its own start, so that the answer does not
depend on how many run at the same time.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np

from schoolmap.optimize.median_loops import least

if TYPE_CHECKING:
    import numpy.typing as npt

    from schoolmap.optimize.seats_problem import Problem

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]
    Short = npt.NDArray[np.int32]
    Mask = npt.NDArray[np.bool_]
    Found = tuple[Whole, float]

_NEAR, _BESIDE, _AROUND = 120, 15, 400
"""Sites that an area may go to, sites that may replace one, and areas that a new site may take."""
_AROUND_EACH, _AROUND_LEAST = 12, 100
"""Areas that a new site may take for each area of a mean one, if a number is open, and in any case."""
_SAMPLE = 200
"""Areas by whose costs it is judged which sites are beside each other."""
_PIECE = 400_000
"""Random moves between two looks at the clock."""
_MIX, _MIX_NUMBER, _MIX_FIXED = (0.4, 0.8), (0.3, 0.6), (0.5, 1.0)
"""Share of moves of one area, and of one or two; the others open and close sites, or exchange them for a number."""
_COOLING = 1e-2
"""Heat at the end, as a share of that at the start."""
_HOT, _WARM = 0.4, 0.03
"""Cost of a worse move that is often taken at first, as a share of what the next site costs more."""
_CHECKS = 10_000
"""How often the charge for pupils above the seats is looked at in one search."""
_UP, _DOWN = 1.03, 0.98
"""What the charge is multiplied with while pupils sit above the seats, and while none do: faster up than down."""
_UP_FIXED, _DOWN_FIXED, _FORGIVING = 1.01, 0.999, 0.6
"""The same where sites are given and the charge is nearly right, and the part of a search after which it only rises."""
_DEARER, _PART_OF_MEAN, _PART_OF_STEP = 1.5, 0.2, 0.01
"""The charge begins above the price of a seat: so many times that price, part of the mean one, and of what the next site costs."""
_NO_HEAT = 1e-9
"""So that a town in which all sites cost the same has some heat."""


class Nearby(NamedTuple):
    """
    Sites by area, cheapest first; sites like each site; areas by site, cheapest a pupil first. Beyond the end stands -1.

    `listing` are the areas in whose list each site stands, one site after
    another, and `first` where those of each site begin.
    """

    sites: Short
    beside: Short
    areas: Short
    listing: Short
    first: Whole


def nearby(problem: Problem, alive: Mask | None = None) -> Nearby:
    """Return what is near what; with `alive`, only pairs of site and area that may still be used."""
    cost, unit = problem.cost, problem.cost / problem.demand
    sites, areas = cost.shape
    wide = min(sites, _NEAR)
    near = least(cost.T, wide)
    listing = np.argsort(near.ravel(), kind="stable") // wide
    first = np.concatenate([[0], np.cumsum(np.bincount(near.ravel(), minlength=sites))])
    if alive is not None:
        near = packed(near, np.take_along_axis(alive.T, near, axis=1))
    sample = unit[:, np.linspace(0, areas - 1, min(areas, _SAMPLE)).astype(np.int64)]
    beside = np.zeros((sites, max(1, min(_BESIDE, sites - 1))), dtype=np.int32)
    for site in range(sites):
        apart = np.abs(sample - sample[site]).sum(axis=1)
        apart[site] = np.inf
        beside[site] = np.argsort(apart, kind="stable")[: beside.shape[1]]
    around = least(unit, min(areas, _AROUND, max(_AROUND_LEAST, _AROUND_EACH * areas // max(1, problem.number))))
    return Nearby(np.ascontiguousarray(near), beside, around, listing.astype(np.int32), first.astype(np.int64))


def packed(table: Short, kept: Mask) -> Short:
    """Return the entries of each row that are kept, in their order, and then -1."""
    order = np.argsort(~kept, axis=1, kind="stable")
    return np.ascontiguousarray(np.take_along_axis(np.where(kept, table, np.int32(-1)), order, axis=1))


def anywhere(problem: Problem, near: Nearby, start: Whole, *, moves: int, seed: int, deadline: float) -> Found:
    """Return the best plan that random moves find from a start, sites opened and closed; its cost may be infinite."""
    opened = max(1, len(np.unique(start)))
    ranked = np.sort(problem.cost, axis=0)
    step = max(1, len(ranked) // opened)
    last = len(ranked) - 1
    scale = float((ranked[min(last, 2 * step)] - ranked[min(last, step) // 2]).mean()) + _NO_HEAT
    charge = np.full(len(ranked), scale / float(problem.demand.mean()))
    settings = (_MIX_NUMBER if problem.number else _MIX, True, _UP, _DOWN)
    moves = _in_time(problem, near, start, moves, charge, settings, deadline)
    return _run(problem, near, start, moves, _HOT * scale, charge, settings, seed, deadline)


def among(
    problem: Problem,
    near: Nearby,
    opened: Mask,
    start: Whole,
    price: Real,
    *,
    moves: int,
    seed: int,
    deadline: float,
) -> Found:
    """
    Return the best plan that random moves find with these sites open; its cost may be infinite.

    `price` is what one seat fewer at each site would cost; nobody may sit above
    the seats for less than that.
    """
    cost = problem.cost[opened]
    state = np.where(opened, 1, -1).astype(np.int8)
    kept = near.sites >= 0
    kept[kept] = opened[near.sites[kept]]
    near = near._replace(sites=packed(near.sites, kept))
    ends = np.partition(cost, min(1, len(cost) - 1), axis=0)
    scale = float((ends[min(1, len(cost) - 1)] - ends[0]).mean()) + _NO_HEAT
    least = _PART_OF_STEP * scale / float(problem.demand.mean())
    charge = _DEARER * (price + _PART_OF_MEAN * price[opened].mean() + least)
    settings = (_MIX_FIXED, False, _UP_FIXED, _DOWN_FIXED)
    return _run(problem._replace(state=state), near, start, moves, _WARM * scale, charge, settings, seed, deadline)


def _run(  # noqa: PLR0917 - one search, told all at once
    problem: Problem,
    near: Nearby,
    start: Whole,
    moves: int,
    heat: float,
    charge: Real,
    settings: tuple[tuple[float, float], bool, float, float],
    seed: int,
    deadline: float,
) -> Found:
    """Cool in pieces, and look at the clock between them."""
    from schoolmap.optimize import annealing_kernel  # noqa: PLC0415 - numba is slow to import

    pieces = max(1, round(moves / _PIECE))
    best: Found = (start, np.inf)
    mix, together, up, down = settings
    for piece in range(pieces):
        if piece > 0 and time.perf_counter() > deadline:
            break
        first, last = (heat * _COOLING ** (end / pieces) for end in (piece, piece + 1))
        found, cost, start, charge = annealing_kernel.anneal(
            *problem[:6],
            start,
            *near,
            moves // pieces,
            first,
            last,
            charge,
            mix,
            together,
            up,
            # towards the end nothing is forgiven any more
            down if together or piece < _FORGIVING * pieces else 1.0,
            max(1, moves // _CHECKS),
            seed + piece,
        )
        if cost < best[1]:
            best = found, cost
    return best


def _in_time(  # noqa: PLR0917 - as below
    problem: Problem,
    near: Nearby,
    start: Whole,
    moves: int,
    charge: Real,
    settings: tuple[tuple[float, float], bool, float, float],
    deadline: float,
) -> int:
    """Return how many of the moves there is time for; a search that does not cool down finds nothing."""
    if moves <= _PIECE:
        return moves
    began, trial = time.perf_counter(), _PIECE // 2
    _run(problem, near, start, trial, 1.0, charge, settings, 0, np.inf)
    speed = trial / max(1e-6, time.perf_counter() - began)
    return int(max(trial, min(moves, speed * max(0.0, deadline - time.perf_counter()))))
