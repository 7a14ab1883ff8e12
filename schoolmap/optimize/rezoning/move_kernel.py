"""
Compiled moves of areas: one area, two areas, and chains in which a full zone pushes another area on.

Each move says whether it was made; it is, if it is better or, the hotter the
likelier, if it is not.
"""

# compiled code has no keywords, no generators of numpy, and is faster in one piece
# ruff: noqa: C901, NPY002, PLR0911, PLR0917, PLR1714, SIM109

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from schoolmap.optimize.rezoning.zone_kernel import change
from schoolmap.optimize.rezoning.zone_kernel import may_join
from schoolmap.optimize.rezoning.zone_kernel import may_leave
from schoolmap.optimize.rezoning.zone_kernel import put
from schoolmap.optimize.subgradient_kernel import compiled

if TYPE_CHECKING:
    import numpy.typing as npt

    from schoolmap.optimize.rezoning.zone_kernel import Draft
    from schoolmap.optimize.rezoning.zone_kernel import Land

    Real = npt.NDArray[np.float64]
    Mask = npt.NDArray[np.bool_]

_TINY = 1e-7
_LONGEST = 5
"""Moves of a chain."""


@compiled
def tilt(land: Land, price: Real, area: int, source: int, goal: int) -> float:
    """Return what an area pays more for its seats in another zone, at the prices of seats."""
    more = 0.0
    for year in range(price.shape[1]):
        more += land.pupils[area, year] * (price[goal, year] - price[source, year])
    return more


@compiled
def random_goal(land: Land, plan: Draft, area: int) -> int:
    """Return the zone of a random neighbour of an area; an area that need not hang together may go anywhere."""
    degree = land.first[area + 1] - land.first[area]
    if degree == 0 or (land.exempt[area, plan.zone[area]] and np.random.random() < 0.5):
        goal = np.random.randint(plan.number.size)
        return goal if goal != plan.zone[area] else -1
    goal = int(plan.zone[land.beside[land.first[area] + np.random.randint(degree)]])
    if goal != plan.zone[area]:
        return goal
    home_of = int(land.must[area])
    return home_of if home_of >= 0 and home_of != plan.zone[area] else -1


@compiled
def shift(land: Land, plan: Draft, plain: Mask, price: Real, area: int, goal: int, heat: float, charge: float) -> bool:
    """Move one area."""
    cost, over, moved = change(land, plan, area, goal)
    if plan.total[2] + moved > land.most + _TINY:
        return False
    worse = cost + charge * over + tilt(land, price, area, plan.zone[area], goal)
    if not (worse <= 0 or np.random.random() < np.exp(-worse / heat)):
        return False
    if not (may_join(land, plan, area, goal, plain) and may_leave(land, plan, area)):
        return False
    put(land, plan, area, goal, cost, over, moved)
    return True


@compiled
def exchange(
    land: Land, plan: Draft, plain: Mask, price: Real, area: int, goal: int, heat: float, charge: float
) -> bool:
    """Move one area, and another one from the zone that got it to the first one's zone, or to any beside it."""
    if plan.number[goal] == 0:
        return False
    second = plan.member[goal, np.random.randint(plan.number[goal])]
    if land.must[second] == goal:
        return False
    source, third = plan.zone[area], random_goal(land, plan, second)
    if third < 0 and np.random.random() < 0.5:
        third = source
    if third < 0 or third == goal or not plan.opened[third]:
        return False
    cost, over, moved = change(land, plan, area, goal)
    fixed = cost + tilt(land, price, area, source, goal) + tilt(land, price, second, goal, third)
    # most pairs are far too dear, whatever they do for the seats
    quick, _, _ = change(land, plan, second, third)
    if fixed + quick > 20 * heat + charge * max(0.0, -over):
        return False
    if not (may_join(land, plan, area, goal, plain) and may_leave(land, plan, area)):
        return False
    put(land, plan, area, goal, cost, over, moved)
    more, above, too = change(land, plan, second, third)
    worse = fixed + more + charge * (over + above)
    if (
        plan.total[2] + too <= land.most + _TINY
        and (worse <= 0 or np.random.random() < np.exp(-worse / heat))
        and may_join(land, plan, second, third, plain)
        and may_leave(land, plan, second)
    ):
        put(land, plan, second, third, more, above, too)
        return True
    put(land, plan, area, source, -cost, -over, -moved)
    return False


@compiled
def push(land: Land, plan: Draft, plain: Mask, price: Real, area: int, goal: int, heat: float, charge: float) -> bool:
    """
    Move an area, then let the zone that got it push on the area that is best pushed, and so on.

    The chain is kept as soon as it is good enough; a chain that never is, is undone.
    """
    moved_area, came_from = np.empty(_LONGEST, np.int64), np.empty(_LONGEST, np.int64)
    undo = np.empty((_LONGEST, 3))
    limit = -heat * np.log(np.random.random())
    worse, size = 0.0, 0
    while size < _LONGEST:
        source = plan.zone[area]
        cost, over, moved = change(land, plan, area, goal)
        if not (may_join(land, plan, area, goal, plain) and may_leave(land, plan, area)):
            break
        worse += cost + charge * over + tilt(land, price, area, source, goal)
        put(land, plan, area, goal, cost, over, moved)
        moved_area[size], came_from[size] = area, source
        undo[size, 0], undo[size, 1], undo[size, 2] = cost, over, moved
        size += 1
        if size > 1 and worse <= limit and plan.total[2] <= land.most + 1e-7:
            return True
        # who goes on from the zone that got it? noise makes the choice that of a heat bath
        chosen, at_zone, least = -1, -1, np.inf
        for at in range(plan.number[goal]):
            one = plan.member[goal, at]
            if land.must[one] == goal or one == area:
                continue
            last = -1
            for step in range(land.first[one], land.first[one + 1]):
                third = plan.zone[land.beside[step]]
                if third == goal or third == last or not np.isfinite(land.linear[one, third]):
                    continue
                last = third
                cost, over, moved = change(land, plan, one, third)
                value = cost + charge * over + tilt(land, price, one, goal, third)
                value += heat * np.log(-np.log(np.random.random()))
                if value < least:
                    chosen, at_zone, least = one, third, value
        if chosen < 0:
            break
        area, goal = chosen, at_zone
    while size > 0:
        size -= 1
        put(land, plan, moved_area[size], came_from[size], -undo[size, 0], -undo[size, 1], -undo[size, 2])
    return False
