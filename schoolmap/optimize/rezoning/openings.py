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
    land = problem.land
    year = int(np.argmax(land.pupils.sum(axis=0) - land.seats.sum(axis=0)))
    pupils, seats = land.pupils[:, year], np.maximum(land.seats[:, year], 0.0)
    busy = np.flatnonzero(pupils > 0)
    none = Openings([], -np.inf)
    if not land.may_close.any() or (pupils % 1).any() or len(busy) == 0 or seats.sum() < pupils.sum():
        return none
    allowed = np.isfinite(land.linear)
    # a pair that is not allowed may be, at the price of the dearest: the bound stays one
    ways = np.where(allowed, land.linear, land.linear[allowed].max())
    idle = np.setdiff1d(np.arange(len(pupils)), busy)
    split = seats_problem.Problem(
        cost=np.ascontiguousarray(ways[busy].T),
        demand=pupils[busy].astype(np.int64),
        capacity=np.minimum(np.floor(seats), pupils.sum()).astype(np.int64),
        opening=land.opening,
        state=np.where(land.may_close, 0, 1).astype(np.int8),
        number=0,
        spare=False,
        step=0.0,
    )
    met = shared_areas.Plans(split)
    answer = shared_areas.solve(split, deadline=deadline, plans=met, most_trials=_TRIALS)
    if answer is None:
        return none
    apart = float(land.linear[idle].min(axis=1).sum())
    sets = [_opening(problem, met, busy, year, opened.copy(), value + apart) for value, opened in met.ranked(_SETS)]
    return Openings(sets, answer.lower_bound + apart)


def seats_all(problem: Problem, best: Zoning) -> bool:
    """Return whether every zoning that costs less than this one seats everybody, as the bound of `openings` asks."""
    land = problem.land
    cheapest = float(land.linear.min(axis=1).sum() + land.opening[~land.may_close].sum())
    return problem.totals(best.zone, best.opened)[1] <= 0 and most_short(land, best.value - cheapest) <= 0


def _opening(  # noqa: PLR0917 - a set, and what it is a set of
    problem: Problem, met: shared_areas.Plans, busy: Whole, year: int, opened: Mask, value: float
) -> Opening:
    """Return a set of schools with its prices of seats."""
    land = problem.land
    zone = np.where(opened, land.linear, np.inf).argmin(axis=1)
    price = np.zeros_like(land.seats)
    flow = met.flow(opened)
    if flow is not None:
        zone[busy] = flow.argmax(axis=0)
        price[:, year] = met.prices(flow, opened)
    return Opening(opened, value, price, zone)
