"""
Compiled moves of whole zones: open a school and let its zone grow, close one and let its neighbours have its areas.

After each such move the areas around are rearranged for a while before it is
judged: what it costs at once says little of what it is worth.
"""

# compiled code has no keywords, no generators of numpy, and is faster in one piece
# ruff: noqa: C901, NPY002, PLR0912, PLR0915, PLR0917

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from schoolmap.optimize.rezoning.zone_kernel import change
from schoolmap.optimize.rezoning.zone_kernel import hangs_together
from schoolmap.optimize.rezoning.zone_kernel import may_join
from schoolmap.optimize.rezoning.zone_kernel import may_leave
from schoolmap.optimize.rezoning.zone_kernel import put
from schoolmap.optimize.rezoning.zone_kernel import recount
from schoolmap.optimize.subgradient_kernel import compiled

if TYPE_CHECKING:
    import numpy.typing as npt

    from schoolmap.optimize.rezoning.zone_kernel import Draft
    from schoolmap.optimize.rezoning.zone_kernel import Land

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]
    Mask = npt.NDArray[np.bool_]

_SETTLING = 12
"""Moves for each area of the zones around, between opening or closing and judging."""


@compiled
def claim(land: Land, plan: Draft, zone: int) -> None:
    """Give a zone the areas of its schools, and what they cut off from the zones that had them."""
    for at in range(land.root_first[zone], land.root_first[zone + 1]):
        home = land.root[at]
        source = plan.zone[home]
        if land.must[home] != zone or source == zone:
            continue
        cost, over, moved = change(land, plan, home, zone)
        put(land, plan, home, zone, cost, over, moved)
        if hangs_together(land, plan, source, -1):
            continue
        now = plan.clock[0]
        cut = plan.member[source, : plan.number[source]].copy()
        for area in cut:
            if plan.stamp[area] != now and not land.exempt[area, source]:
                cost, over, moved = change(land, plan, area, zone)
                put(land, plan, area, zone, cost, over, moved)


@compiled
def grow(land: Land, plan: Draft, zone: int, charge: float, plain: Mask) -> None:
    """Let areas come to a zone while each is cheaper there."""
    head = 0
    fresh = plan.member[zone, : plan.number[zone]].copy()
    for at in range(land.root_first[zone], land.root_first[zone + 1]):
        home = land.root[at]
        if plan.zone[home] != zone:
            fresh = np.append(fresh, home)
    waiting = np.zeros(plan.zone.size, np.bool_)
    edge = np.empty(plan.zone.size, np.int64)
    size = 0
    for area in fresh:
        for at in range(land.first[area], land.first[area + 1]):
            other = land.beside[at]
            if plan.zone[other] != zone and not waiting[other]:
                waiting[other] = True
                edge[size] = other
                size += 1
    while True:
        chosen, least = -1, -1e-9
        for head in range(size):
            area = edge[head]
            if plan.zone[area] == zone:
                continue
            cost, over, moved = change(land, plan, area, zone)
            if plan.total[2] + moved > land.most:
                continue
            value = (cost + charge * over) / (1.0 + land.pupils[area, 0])
            if value < least and may_join(land, plan, area, zone, plain) and may_leave(land, plan, area):
                chosen, least = area, value
        if chosen < 0:
            return
        cost, over, moved = change(land, plan, chosen, zone)
        put(land, plan, chosen, zone, cost, over, moved)
        for at in range(land.first[chosen], land.first[chosen + 1]):
            other = land.beside[at]
            if plan.zone[other] != zone and not waiting[other]:
                waiting[other] = True
                edge[size] = other
                size += 1


@compiled
def dissolve(land: Land, plan: Draft, zone: int, charge: float, plain: Mask) -> bool:
    """Give all areas of a closed zone to the zones beside them, cheapest first; say whether all found one."""
    while plan.number[zone] > 0:
        chosen, at_zone, least = -1, -1, np.inf
        for at in range(plan.number[zone]):
            area = plan.member[zone, at]
            for step in range(land.first[area], land.first[area + 1]):
                goal = plan.zone[land.beside[step]]
                if goal == zone or not np.isfinite(land.linear[area, goal]):
                    continue
                cost, over, _ = change(land, plan, area, goal)
                value = (cost + charge * over) / (1.0 + land.pupils[area, 0])
                if value < least and may_join(land, plan, area, goal, plain):
                    chosen, at_zone, least = area, goal, value
            if land.exempt[area, zone]:
                for goal in range(plan.number.size):
                    if goal != zone and plan.opened[goal] and land.exempt[area, goal]:
                        cost, over, _ = change(land, plan, area, goal)
                        if np.isfinite(cost) and cost + charge * over < least:
                            chosen, at_zone, least = area, goal, cost + charge * over
        if chosen < 0:
            return False
        cost, over, moved = change(land, plan, chosen, at_zone)
        put(land, plan, chosen, at_zone, cost, over, moved)
    return True


@compiled
def settle(land: Land, plan: Draft, plain: Mask, heat: float, charge: float, zones: Whole, moves: int) -> None:
    """Rearrange the areas of a few zones by random moves."""
    for _ in range(moves):
        zone = zones[np.random.randint(zones.size)]
        if plan.number[zone] == 0:
            continue
        area = plan.member[zone, np.random.randint(plan.number[zone])]
        degree = land.first[area + 1] - land.first[area]
        if degree == 0:
            continue
        goal = plan.zone[land.beside[land.first[area] + np.random.randint(degree)]]
        if goal == zone:
            continue
        cost, over, moved = change(land, plan, area, goal)
        worse = cost + charge * over
        if plan.total[2] + moved > land.most or not (worse <= 0 or np.random.random() < np.exp(-worse / heat)):
            continue
        if may_join(land, plan, area, goal, plain) and may_leave(land, plan, area):
            put(land, plan, area, goal, cost, over, moved)


@compiled
def move_sites(
    land: Land,
    plan: Draft,
    plain: Mask,
    near: Whole,
    heat: float,
    charge: float,
    kept: Whole,
    kept_opened: Mask,
) -> None:
    """Open, close or exchange a school, settle, and keep that if it is good enough; else undo it."""
    zones = plan.number.size
    kept[:] = plan.zone
    kept_opened[:] = plan.opened
    before = plan.total[0] + charge * plan.total[1]
    first = np.random.randint(zones)
    if not land.may_close[first]:
        return
    opening, closing = -1, -1
    draw = np.random.random()
    if plan.opened[first]:
        closing = first
        if draw < 0.65:
            opening = near[first, np.random.randint(near.shape[1])]
            if plan.opened[opening] or not land.may_close[opening]:
                opening = -1
                if draw < 0.4:
                    return
    else:
        opening = first
        if draw < 0.5:
            closing = near[first, np.random.randint(near.shape[1])]
            if not plan.opened[closing] or not land.may_close[closing]:
                closing = -1
    whole = True
    touched = np.zeros(zones, np.bool_)
    if opening >= 0:
        plan.opened[opening] = True
        plan.total[0] += land.opening[opening]
        claim(land, plan, opening)
        grow(land, plan, opening, charge, plain)
        touched[opening] = True
    if closing >= 0:
        plan.opened[closing] = False
        plan.total[0] -= land.opening[closing]
        for at in range(plan.number[closing]):
            area = plan.member[closing, at]
            for step in range(land.first[area], land.first[area + 1]):
                touched[plan.zone[land.beside[step]]] = True
        whole = dissolve(land, plan, closing, charge, plain)
        touched[closing] = False
    if whole:
        around = touched.copy()
        for zone in range(zones):
            if touched[zone]:
                for at in range(plan.number[zone]):
                    area = plan.member[zone, at]
                    for step in range(land.first[area], land.first[area + 1]):
                        around[plan.zone[land.beside[step]]] = True
        listed = np.flatnonzero(around)
        if listed.size > 0:
            size = 0
            for open_zone in listed:
                size += plan.number[open_zone]
            settle(land, plan, plain, heat, charge, listed, _SETTLING * size)
        worse = plan.total[0] + charge * plan.total[1] - before
        if plan.total[2] <= land.most and (worse <= 0 or np.random.random() < np.exp(-worse / (3 * heat))):
            return
    plan.zone[:] = kept
    plan.opened[:] = kept_opened
    recount(land, plan)
