"""
Compiled state of a zoning: who belongs where, and whether a zone stays in one piece with its school.

An area may leave a zone if its neighbours in that zone hang together around it;
only where that is unclear the whole zone is walked through, from its schools.
"""

# compiled code has no keywords, and is faster in one piece
# ruff: noqa: C901, PLR0911, PLR0917

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np

from schoolmap.optimize.subgradient_kernel import compiled

if TYPE_CHECKING:
    import numpy.typing as npt

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]
    Mask = npt.NDArray[np.bool_]


class Land(NamedTuple):
    """
    What does not change in a search; areas, zones and years by their places.

    Attributes
    ----------
    linear
        Cost of an area in a zone, of all its pupils; infinite where it may not go.
    pupils, seats
        By area and year, and by zone and year.
    first, beside, border
        Neighbours of area `i` are `beside[first[i]:first[i + 1]]`; what each border costs where it is cut.
    must
        Zone that an area must belong to while that zone is open, because its school stands there; else -1.
    exempt
        By area and zone: whether it may belong to the zone without hanging together with its school.
    root_first, root
        Areas in which the schools of zone `z` stand: `root[root_first[z]:root_first[z + 1]]`.
    opening, may_close
        Cost of a zone that is open, and whether it may be closed.
    today, moving, most
        Zone of today (-1 for none), pupils that count as moved if it changes, and how many may.
    charge
        For a pupil without a seat.
    """

    linear: Real
    pupils: Real
    seats: Real
    first: Whole
    beside: Whole
    border: Real
    must: Whole
    exempt: Mask
    root_first: Whole
    root: Whole
    opening: Real
    may_close: Mask
    today: Whole
    moving: Real
    most: float
    charge: float


class Draft(NamedTuple):
    """A zoning that is being changed; `total` holds its cost, its pupils without a seat, and its moved pupils."""

    zone: Whole
    load: Real
    opened: Mask
    member: Whole
    place: Whole
    number: Whole
    total: Real
    queue: Whole
    stamp: Whole
    clock: Whole


def draft(land: Land, zone: Whole, opened: Mask) -> Draft:
    """Return the state for a zoning that is given as the zone of each area."""
    areas, zones = land.linear.shape
    made = Draft(
        zone=zone.astype(np.int64),
        load=np.zeros_like(land.seats),
        opened=opened.copy(),
        member=np.zeros((zones, areas), dtype=np.int64),
        place=np.zeros(areas, dtype=np.int64),
        number=np.zeros(zones, dtype=np.int64),
        total=np.zeros(3),
        queue=np.zeros(areas, dtype=np.int64),
        stamp=np.zeros(areas, dtype=np.int64),
        clock=np.zeros(1, dtype=np.int64),
    )
    recount(land, made)
    return made


@compiled
def recount(land: Land, plan: Draft) -> None:
    """Add everything up afresh from the zones of the areas."""
    plan.load[:] = 0.0
    plan.number[:] = 0
    cost, moved = 0.0, 0.0
    for area in range(plan.zone.size):
        zone = plan.zone[area]
        plan.load[zone] += land.pupils[area]
        plan.member[zone, plan.number[zone]] = area
        plan.place[area] = plan.number[zone]
        plan.number[zone] += 1
        cost += land.linear[area, zone]
        if land.today[area] >= 0 and land.today[area] != zone:
            moved += land.moving[area]
        for at in range(land.first[area], land.first[area + 1]):
            if land.beside[at] > area and plan.zone[land.beside[at]] != zone:
                cost += land.border[at]
    over = 0.0
    for zone in range(plan.number.size):
        if plan.opened[zone]:
            cost += land.opening[zone]
        for year in range(land.seats.shape[1]):
            over += max(0.0, plan.load[zone, year] - land.seats[zone, year])
    plan.total[0], plan.total[1], plan.total[2] = cost, over, moved


@compiled
def change(land: Land, plan: Draft, area: int, goal: int) -> tuple[float, float, float]:
    """Return what moving an area would add to the cost, to pupils without a seat, and to pupils moved."""
    source = plan.zone[area]
    cost = land.linear[area, goal] - land.linear[area, source]
    for at in range(land.first[area], land.first[area + 1]):
        there = plan.zone[land.beside[at]]
        if there == source:
            cost += land.border[at]
        elif there == goal:
            cost -= land.border[at]
    over = 0.0
    for year in range(land.seats.shape[1]):
        pupils = land.pupils[area, year]
        spare = land.seats[source, year] - plan.load[source, year]
        over += max(0.0, -spare - pupils) - max(0.0, -spare)
        spare = land.seats[goal, year] - plan.load[goal, year]
        over += max(0.0, pupils - spare) - max(0.0, -spare)
    moved = 0.0
    today = land.today[area]
    if today >= 0:
        if source == today:
            moved = land.moving[area]
        elif goal == today:
            moved = -land.moving[area]
    return cost, over, moved


@compiled
def put(land: Land, plan: Draft, area: int, goal: int, cost: float, over: float, moved: float) -> None:
    """Move an area, and book what `change` said of it."""
    source = plan.zone[area]
    plan.number[source] -= 1
    last = plan.member[source, plan.number[source]]
    plan.member[source, plan.place[area]] = last
    plan.place[last] = plan.place[area]
    plan.member[goal, plan.number[goal]] = area
    plan.place[area] = plan.number[goal]
    plan.number[goal] += 1
    plan.zone[area] = goal
    for year in range(land.seats.shape[1]):
        plan.load[source, year] -= land.pupils[area, year]
        plan.load[goal, year] += land.pupils[area, year]
    plan.total[0] += cost
    plan.total[1] += over
    plan.total[2] += moved


@compiled
def walk(land: Land, plan: Draft, zone: int) -> int:
    """Stamp all areas of a zone that hang together with its schools; return how many there are."""
    plan.clock[0] += 1
    now = plan.clock[0]
    size, seen = 0, 0
    for at in range(land.root_first[zone], land.root_first[zone + 1]):
        home = land.root[at]
        if plan.stamp[home] != now:
            plan.stamp[home] = now
            plan.queue[size] = home
            size += 1
    head = 0
    while head < size:
        area = plan.queue[head]
        head += 1
        if plan.zone[area] == zone:
            seen += 1
        for at in range(land.first[area], land.first[area + 1]):
            other = land.beside[at]
            if plan.zone[other] == zone and plan.stamp[other] != now:
                plan.stamp[other] = now
                plan.queue[size] = other
                size += 1
    return seen


@compiled
def hangs_together(land: Land, plan: Draft, zone: int, without: int) -> bool:
    """Say whether each area of a zone hangs together with a school of it, or need not; one area is taken as gone."""
    size = plan.number[zone]
    if without >= 0:
        plan.zone[without] = -1
        size -= 1
    whole: bool = walk(land, plan, zone) == size
    if not whole:
        whole = True
        for at in range(plan.number[zone]):
            area = plan.member[zone, at]
            if area != without and plan.stamp[area] != plan.clock[0] and not land.exempt[area, zone]:
                whole = False
                break
    if without >= 0:
        plan.zone[without] = zone
    return whole


@compiled
def may_leave(land: Land, plan: Draft, area: int) -> bool:
    """Say whether the zone of an area stays in one piece without it."""
    source = plan.zone[area]
    if land.must[area] == source:
        return False
    plan.clock[0] += 1
    now = plan.clock[0]
    own, start = 0, -1
    for at in range(land.first[area], land.first[area + 1]):
        other = land.beside[at]
        if plan.zone[other] == source:
            plan.stamp[other] = now
            own += 1
            start = other
    if own <= 1:
        return True
    # do the neighbours hang together around the area?
    plan.queue[0] = start
    plan.stamp[start] = 0
    head, size = 0, 1
    while head < size:
        one = plan.queue[head]
        head += 1
        for at in range(land.first[one], land.first[one + 1]):
            other = land.beside[at]
            if plan.stamp[other] == now:
                plan.stamp[other] = 0
                plan.queue[size] = other
                size += 1
    if size == own:
        return True
    alone: bool = hangs_together(land, plan, source, area)
    return alone


@compiled
def may_join(land: Land, plan: Draft, area: int, goal: int, plain: Mask) -> bool:
    """Say whether an area may go to a zone: it is open, the way allowed, and the two hang together."""
    if not plan.opened[goal] or not np.isfinite(land.linear[area, goal]):
        return False
    if land.must[area] >= 0 and land.must[area] != goal and plan.opened[land.must[area]]:
        return False
    if land.exempt[area, goal]:
        return True
    if not plain[goal]:
        # beside an area of the zone that is itself apart is not enough
        walk(land, plan, goal)
    now = plan.clock[0]
    for at in range(land.first[area], land.first[area + 1]):
        other = land.beside[at]
        if plan.zone[other] == goal and (plain[goal] or plan.stamp[other] == now):
            return True
    for at in range(land.root_first[goal], land.root_first[goal + 1]):
        home = land.root[at]
        if home == area:
            return True
        for beside in range(land.first[area], land.first[area + 1]):
            if land.beside[beside] == home:
                return True
    return False
