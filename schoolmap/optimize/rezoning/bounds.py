"""What no zoning can undercut: shares of areas instead of whole ones, with cuts that keep zones in one piece."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np

from schoolmap.optimize.rezoning.programme import Programme

if TYPE_CHECKING:
    from schoolmap.optimize.rezoning.problem import Problem
    from schoolmap.optimize.rezoning.zone_kernel import Real

_ROUNDS = 80


class Relaxed(NamedTuple):
    """A lower bound; what a seat is worth by zone and year; the share of each area in each zone; what a pair adds."""

    bound: float
    price: Real
    part: Real
    reduced: Real


def relax(problem: Problem, *, limit: float, deadline: float) -> Relaxed:
    """
    Return the bound of the linear relaxation.

    Parameters
    ----------
    problem
        What is to be bounded.
    limit
        Value of a zoning that is known; the bound is at most that.
    deadline
        On the clock of `time.perf_counter`; a bound is returned in any case, if need be a poor one.
    """
    land = problem.land
    programme = Programme(problem, np.isfinite(land.linear), limit=limit, free=land.may_close, opened=~land.may_close)
    price, part, reduced = np.zeros_like(land.seats), np.zeros_like(land.linear), np.zeros_like(land.linear)
    # each area where it is cheapest: a bound that takes no time
    bound = float(land.linear.min(axis=1).sum() + land.opening[~land.may_close].sum())
    for _ in range(_ROUNDS):
        ended = programme.run(deadline)
        if ended == "infeasible":
            return Relaxed(limit, price, part, reduced)
        if ended != "optimal":
            break
        bound = max(bound, programme.value())
        part, price = programme.parts(), programme.prices()
        reduced = programme.reduced()
        if programme.cut(part) == 0:
            break
    return Relaxed(min(bound, limit), price, part, reduced)
