"""
Compiled search for a zoning: random moves of areas on the borders of zones, of which worse ones become rarer.

An area moves to the zone beside it; two areas change places; an area pushes
another one on. Pupils above the seats are charged, and the charge follows what is needed.
"""

# compiled code has no keywords, no generators of numpy, and is faster in one piece
# ruff: noqa: C901, NPY002, PLR0912, PLR0917

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from schoolmap.optimize.rezoning.move_kernel import exchange
from schoolmap.optimize.rezoning.move_kernel import push
from schoolmap.optimize.rezoning.move_kernel import random_goal
from schoolmap.optimize.rezoning.move_kernel import shift
from schoolmap.optimize.rezoning.site_kernel import move_sites
from schoolmap.optimize.rezoning.zone_kernel import recount
from schoolmap.optimize.subgradient_kernel import compiled

if TYPE_CHECKING:
    import numpy.typing as npt

    from schoolmap.optimize.rezoning.zone_kernel import Draft
    from schoolmap.optimize.rezoning.zone_kernel import Land

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]
    Mask = npt.NDArray[np.bool_]

_TINY = 1e-7
"""Pupils without a seat below which there is none: sums of shares of pupils are not exact."""
_DEAREST = 30.0
"""What a seat is charged at most, as a multiple of what it is at the start."""
_SHIFTS, _PAIRS = 0.4, 0.3
"""Share of moves that take one area, and that take two; the rest are chains."""


@compiled
def anneal(
    land: Land,
    plan: Draft,
    plain: Mask,
    near: Whole,
    price: Real,
    seen: Whole,
    best: Whole,
    best_opened: Mask,
    best_value: float,
    moves: int,
    heat: float,
    cooling: float,
    charge: float,
    usual: float,
    site_share: float,
    seed: int,
) -> tuple[float, float, float]:
    """
    Change a draft by random moves; write the best zoning met to `best`.

    Returns its value with the full charge for pupils without a seat, and the
    heat and the charge at the end, with which the next call goes on.
    """
    np.random.seed(seed)
    areas = plan.zone.size
    recount(land, plan)
    largest = max(1.0, land.pupils.max())
    over_since = 0
    every = max(1, moves // max(1, len(seen)))
    kept = plan.zone.copy()
    kept_opened = plan.opened.copy()
    for move in range(moves):
        heat *= cooling
        if move % every == 0 and move // every < len(seen):
            seen[move // every] = plan.zone
        if move % 200 == 199:
            charge = min(land.charge, charge * (1.08 if over_since > 100 else 0.94 if over_since < 50 else 1.0))
            if charge > _DEAREST * usual:
                # so dear a seat holds large areas where they are: let go, so that even the largest may move
                charge = heat / largest
            over_since = 0
        if plan.total[1] > _TINY:
            over_since += 1
        kind = np.random.random()
        if kind < site_share:
            move_sites(land, plan, plain, near, heat, charge, kept, kept_opened)
        else:
            area = np.random.randint(areas)
            goal = random_goal(land, plan, area)
            if goal < 0 or not plan.opened[goal]:
                continue
            if kind < _SHIFTS:
                done = shift(land, plan, plain, price, area, goal, heat, charge)
            elif kind < _SHIFTS + _PAIRS:
                done = exchange(land, plan, plain, price, area, goal, heat, charge)
            else:
                done = push(land, plan, plain, price, area, goal, heat, charge)
            if not done:
                continue
        if plan.total[1] < _TINY or best_value > land.charge * _TINY:
            value = plan.total[0] + (land.charge * plan.total[1] if plan.total[1] > _TINY else 0.0)
            if value < best_value - 1e-9 * abs(best_value) and plan.total[2] <= land.most + _TINY:
                best_value = value
                best[:] = plan.zone
                best_opened[:] = plan.opened
    return best_value, heat, charge
