"""
Which schools to open: the sets of them that cost least if areas may be split and zones fall into pieces.

Without whole areas and zones in one piece, the best schools are found fast, with
a proof (`schoolmap.optimize.shared_areas`). Both rules cost little where a zone has
many areas, so the sets that are cheapest without them compete; and no
zoning costs less than the cheapest of all sets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np

from schoolmap.optimize import seats_problem
from schoolmap.optimize import shared_areas
from schoolmap.optimize.rezoning.formulation import most_short
from schoolmap.optimize.seats_problem import LARGEST_TABLE

if TYPE_CHECKING:
    from schoolmap.optimize.rezoning.contiguity import Mask
    from schoolmap.optimize.rezoning.contiguity import Whole
    from schoolmap.optimize.rezoning.problem import Problem
    from schoolmap.optimize.rezoning.search import Zoning
    from schoolmap.optimize.rezoning.zone_kernel import Real

_SETS = 40
"""Sets of schools that are looked at, at most."""
_TRIALS = 600
"""Trials of schools open or closed for the bound."""
_ROUNDS, _ROUNDS_WHOLE, _PATIENCE = 1_500, 600, 30
"""Rounds of prices with areas in parts and whole, and how many may pass without a better bound."""


class Opening(NamedTuple):
    """Schools that are open, what they cost if areas may be split, what a seat is worth there, and where most of each area goes."""

    opened: Mask
    value: float
    price: Real
    zone: Whole


class Openings(NamedTuple):
    """Sets of schools, cheapest first, and what no zoning that seats everybody costs less than."""

    sets: list[Opening]
    bound: float


def openings(problem: Problem, *, deadline: float) -> Openings:
    """
    Return the sets of schools that cost least if areas may be split.

    Parameters
    ----------
    problem
        Of several years, the one with fewest seats to spare is looked at: others count in the ways only.
    deadline
        On the clock of `time.perf_counter`.

    Returns
    -------
    openings
        No sets and no bound where no school may stay closed, where seats do not suffice, or where pupils are not whole.
    """
    given = _one_year(problem)
    if given is None or not problem.land.may_close.any():
        return Openings([], -np.inf)
    met = shared_areas.Plans(given.split)
    answer = shared_areas.solve(given.split, deadline=deadline, plans=met, most_trials=_TRIALS)
    if answer is None:
        return Openings([], -np.inf)
    sets = [_opening(problem, given, met, opened.copy(), value) for value, opened in met.ranked(_SETS)]
    return Openings(sets, answer.lower_bound + given.apart)


def filled(problem: Problem, *, limit: float) -> float:
    """
    Return a bound by prices that areas offer: each school fills its seats with whole areas, and none is served twice.

    Where a zone has few areas, whole ones fill its seats badly, which this bound
    knows and that of shares of areas does not (Lagrangian relaxation of the
    assignment, a knapsack for each school). `limit` is the value of a zoning
    that is known. The bound is of zonings that seat everybody.
    """
    from schoolmap.optimize import capacity_kernel  # noqa: PLC0415 - numba is slow to import

    given = _one_year(problem)
    # where the knapsacks are that large, seats are many, and whole areas fill them well
    if given is None or given.split.cells > LARGEST_TABLE:
        return -np.inf
    split, seen = given.split, min(2, len(problem.zones))
    price = np.partition(split.cost, seen - 1, axis=0)[:seen].mean(axis=0)
    upper, fixed = limit - given.apart, (*split[:5], 0, split.needed)
    bound, price, *_ = capacity_kernel.raise_bound(*fixed, False, price, upper, np.inf, _ROUNDS, 1.0, _PATIENCE)  # noqa: FBT003 - compiled code has no keywords
    better, *_ = capacity_kernel.raise_bound(*fixed, True, price, upper, np.inf, _ROUNDS_WHOLE, 0.5, _PATIENCE)  # noqa: FBT003 - as above
    return float(max(bound, better)) + given.apart


class _Year(NamedTuple):
    """A siting problem of the scarcest year, which areas have pupils in it, and what the others cost at least."""

    split: seats_problem.Problem
    year: int
    busy: Whole
    apart: float


def _one_year(problem: Problem) -> _Year | None:
    """Return the siting problem of the scarcest year, if its pupils are whole and seats suffice."""
    land = problem.land
    year = int(np.argmax(land.pupils.sum(axis=0) - land.seats.sum(axis=0)))
    pupils, seats = land.pupils[:, year], np.floor(np.maximum(land.seats[:, year], 0.0))
    busy, idle = np.flatnonzero(pupils > 0), np.flatnonzero(pupils == 0)
    if (pupils % 1).any() or len(busy) == 0 or seats.sum() < pupils.sum():
        return None
    allowed = np.isfinite(land.linear)
    # a pair that is not allowed may be, at the price of the dearest: the bound stays one
    ways = np.where(allowed, land.linear, land.linear[allowed].max())
    split = seats_problem.Problem(
        cost=np.ascontiguousarray(ways[busy].T),
        demand=pupils[busy].astype(np.int64),
        capacity=np.minimum(seats, pupils.sum()).astype(np.int64),
        opening=land.opening,
        state=np.where(land.may_close, 0, 1).astype(np.int8),
        number=0,
        spare=False,
        step=0.0,
    )
    return _Year(split, year, busy, float(land.linear[idle].min(axis=1).sum()))


def seats_all(problem: Problem, best: Zoning) -> bool:
    """Return whether every zoning that costs less than this one seats everybody, as the bound of `openings` asks."""
    land = problem.land
    cheapest = float(land.linear.min(axis=1).sum() + land.opening[~land.may_close].sum())
    return problem.totals(best.zone, best.opened)[1] <= 0 and most_short(land, best.value - cheapest) <= 0


def _opening(problem: Problem, given: _Year, met: shared_areas.Plans, opened: Mask, value: float) -> Opening:
    """Return a set of schools with its prices of seats."""
    land = problem.land
    zone = np.where(opened, land.linear, np.inf).argmin(axis=1)
    price = np.zeros_like(land.seats)
    flow = met.flow(opened)
    if flow is not None:
        zone[given.busy] = flow.argmax(axis=0)
        price[:, given.year] = met.prices(flow, opened)
    return Opening(opened, value + given.apart, price, zone)
