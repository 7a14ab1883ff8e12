"""
Compiled search for a plan of whole areas: random moves, of which worse ones become rarer and rarer.

Costs come as one row for each site and count all pupils of an area. A site's
state is 1 (open), -1 (closed) or 0 (free). The method is simulated annealing
with a charge for pupils above the seats that follows what is needed.
"""

# compiled code has no keywords, no generators of numpy, and is faster in one piece
# ruff: noqa: C901, NPY002, PLR0912, PLR0915, PLR0917

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from schoolmap.optimize.subgradient_kernel import compiled

if TYPE_CHECKING:
    import numpy.typing as npt

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]
    Short = npt.NDArray[np.int32]
    State = npt.NDArray[np.int8]
    Lists = tuple[Whole, Short, Whole, Whole, Whole, Real]
    Reach = tuple[Short, Short, Whole, Short, Whole]

REACHED = 8
"""Open sites that an area is tried at: the cheapest ones."""
_EVERYWHERE = 0.05
"""Part of the moves of a school that look beyond the sites beside it."""


@compiled
def _over(load: int, seats: int) -> int:
    return max(0, load - seats)


@compiled
def _look(area: int, opened: State, reach: Reach) -> None:
    """List the cheapest open sites of an area."""
    near, listed, many, _, _ = reach
    found = 0
    for site in near[area]:
        if site < 0:
            break
        if opened[site]:
            listed[area, found] = site
            found += 1
            if found == listed.shape[1]:
                break
    many[area] = found


@compiled
def _open(cost: Real, site: int, opened: State, reach: Reach) -> None:
    """Open a site, and list it for those to whom it is one of the cheapest."""
    opened[site] = 1
    _, listed, many, listing, first = reach
    for area in listing[first[site] : first[site + 1]]:
        if many[area] < listed.shape[1] or cost[site, area] < cost[listed[area, many[area] - 1], area]:
            _look(area, opened, reach)


@compiled
def _close(site: int, opened: State, reach: Reach) -> None:
    """Close a site, and list others for those to whom it was one of the cheapest."""
    opened[site] = 0
    _, listed, many, listing, first = reach
    for area in listing[first[site] : first[site + 1]]:
        for place in range(many[area]):
            if listed[area, place] == site:
                _look(area, opened, reach)
                break


@compiled
def _send(cost: Real, demand: Whole, area: int, goal: int, lists: Lists) -> None:
    """Send an area to another site, and keep the lists of who is where."""
    site_of, roster, place_of, count, load, paid = lists
    source = site_of[area]
    last = roster[source, count[source] - 1]
    roster[source, place_of[area]] = last
    place_of[last] = place_of[area]
    count[source] -= 1
    load[source] -= demand[area]
    roster[goal, count[goal]] = area
    place_of[area] = count[goal]
    count[goal] += 1
    load[goal] += demand[area]
    site_of[area] = goal
    paid[area] = cost[goal, area]


@compiled
def _exchange(
    cost: Real,
    demand: Whole,
    capacity: Whole,
    closing: int,
    starting: int,
    charge: Real,
    around: Short,
    lists: Lists,
    reach: Reach,
    trial: Whole,
    members: Whole,
    target: Whole,
) -> int:
    """
    Write who goes where if one site closes and another opens, either of which may be none; return how many move, or -1.

    Those of the site that closes go where each costs least with what is charged
    there; then the site that opens takes those to whom it is nearer while it
    has seats.
    """
    site_of, roster, _, count, _, paid = lists
    _, listed, many, _, _ = reach
    size = 0
    if closing >= 0:
        # in the order of the list, from a random place on
        start = np.random.randint(max(1, count[closing]))
        for turn in range(count[closing]):
            area = roster[closing, (start + turn) % count[closing]]
            cheapest, at = np.inf, -1
            for place in range(many[area] + 1):
                site = listed[area, place] if place < many[area] else starting
                if site < 0 or site == closing:
                    continue
                value = cost[site, area] + charge[site] * (
                    _over(trial[site] + demand[area], capacity[site]) - _over(trial[site], capacity[site])
                )
                if value < cheapest:
                    cheapest, at = value, site
            if at < 0:
                return -1
            members[size], target[size] = area, at
            size += 1
            trial[at] += demand[area]
    if starting >= 0:
        for area in around[starting]:
            if area < 0 or trial[starting] >= capacity[starting]:
                break
            source = site_of[area]
            if source in (closing, starting):
                continue
            relief = _over(trial[source], capacity[source]) - _over(trial[source] - demand[area], capacity[source])
            saved = paid[area] - cost[starting, area] + charge[source] * relief
            if saved > 0 and trial[starting] + demand[area] <= capacity[starting]:
                members[size], target[size] = area, starting
                size += 1
                trial[starting] += demand[area]
                trial[source] -= demand[area]
    return size


@compiled
def anneal(
    cost: Real,
    demand: Whole,
    capacity: Whole,
    opening: Real,
    state: State,
    number: int,
    site_of: Whole,
    near: Short,
    beside: Short,
    around: Short,
    listing: Short,
    first: Whole,
    moves: int,
    heat: float,
    cold: float,
    charge: Real,
    mix: tuple[float, float],
    together: bool,  # noqa: FBT001 - compiled code has no keywords
    up: float,
    down: float,
    every: int,
    seed: int,
) -> tuple[Whole, float, Whole, Real]:
    """
    Improve a plan of whole areas by random moves while it cools from `heat` to `cold`.

    An area moves to one of its cheapest open sites (of those in `near`), or
    changes places with one there; a site closes, opens, or gives way to one
    `beside` it, which takes of the areas `around` it those it is nearer to.
    Pupils above the seats are charged. `mix` is the share of moves of one area,
    and that of one or two. Returns the best plan without anybody above the seats
    and its cost, infinite if none was met; and the last plan and charge, to go on.
    """
    np.random.seed(seed)
    sites, areas = cost.shape
    site_of, charge = site_of.copy(), charge.copy()
    roster = np.empty((sites, areas), np.int32)
    place_of, count, load = np.empty(areas, np.int64), np.zeros(sites, np.int64), np.zeros(sites, np.int64)
    paid = np.empty(areas)
    opened = (state == 1).astype(np.int8)
    for area in range(areas):
        site = site_of[area]
        roster[site, count[site]] = area
        place_of[area] = count[site]
        count[site] += 1
        load[site] += demand[area]
        opened[site] = 1
        paid[area] = cost[site, area]
    lists = (site_of, roster, place_of, count, load, paid)
    reach = (near, np.empty((areas, REACHED), np.int32), np.zeros(areas, np.int64), listing, first)
    listed, many = reach[1], reach[2]
    for area in range(areas):
        _look(area, opened, reach)
    total, over, number_open = paid.sum(), 0, 0
    for site in range(sites):
        total += opening[site] if opened[site] else 0.0
        over += _over(load[site], capacity[site])
        number_open += opened[site]
    best, best_cost = site_of.copy(), total if over == 0 else np.inf
    cooling = (cold / heat) ** (1.0 / max(1, moves))
    members, target, trial = np.empty(areas, np.int64), np.empty(areas, np.int64), load.copy()
    touched, before = np.empty(sites, np.int64), np.empty(sites, np.int64)
    one_area, two_areas = mix
    for move in range(moves):
        heat *= cooling
        if move % every == 0:
            if together:
                charge *= up if over > 0 else down
            for site in range(0 if together else sites):
                charge[site] *= up if load[site] > capacity[site] else down
        kind = np.random.random()
        if kind < two_areas:
            area = np.random.randint(areas)
            if many[area] == 0:
                continue
            source, goal = site_of[area], listed[area, np.random.randint(many[area])]
            if goal == source:
                continue
            change = cost[goal, area] - paid[area]
            moved, other, emptied = demand[area], -1, False
            if kind >= one_area:
                if count[goal] == 0:
                    continue
                other = roster[goal, np.random.randint(count[goal])]
                change += cost[source, other] - paid[other]
                moved -= demand[other]
            elif number == 0 and count[source] == 1 and state[source] == 0:
                change -= opening[source]
                emptied = True
            here = _over(load[source] - moved, capacity[source]) - _over(load[source], capacity[source])
            there = _over(load[goal] + moved, capacity[goal]) - _over(load[goal], capacity[goal])
            more = here + there
            worse = change + charge[source] * here + charge[goal] * there
            if worse > 0 and np.random.random() >= np.exp(-worse / heat):
                continue
            _send(cost, demand, area, goal, lists)
            if other >= 0:
                _send(cost, demand, other, source, lists)
            trial[source], trial[goal] = load[source], load[goal]
            if emptied:
                _close(source, opened, reach)
                number_open -= 1
            total += change
            over += more
        else:
            closing, starting = -1, -1
            shape = np.random.random() if number == 0 else 0.0
            if shape < 0.8:
                closing = site_of[np.random.randint(areas)]
                # a site without pupils can give way too
                drawn = np.random.randint(sites)
                if opened[drawn] and count[drawn] == 0:
                    closing = drawn
                if state[closing] == 1 or number_open == 1:
                    continue
            if shape < 0.6:
                starting = beside[closing, np.random.randint(beside.shape[1])]
                if np.random.random() < _EVERYWHERE:
                    starting = np.random.randint(sites)
            elif shape >= 0.8:
                starting = np.random.randint(sites)
            if starting >= 0 and (opened[starting] or state[starting] == -1):
                continue
            size = _exchange(
                cost, demand, capacity, closing, starting, charge, around, lists, reach, trial, members, target
            )
            if size <= 0:
                trial[:] = load
                if size < 0 or closing < 0:
                    continue
            change, more, charged, marks = 0.0, 0, 0.0, 0
            for place in range(size):
                change += cost[target[place], members[place]] - paid[members[place]]
            if starting >= 0:
                change += opening[starting]
            if closing >= 0:
                change -= opening[closing]
                trial[closing] = 0
            for place in range(-1, 2 * size):
                # each site once: the one that closes, those that are left, and those that are gone to
                site = closing
                if place >= 0:
                    site = target[place] if place < size else site_of[members[place - size]]
                if site >= 0 and trial[site] != load[site]:
                    grown = _over(trial[site], capacity[site]) - _over(load[site], capacity[site])
                    more += grown
                    charged += charge[site] * grown
                    touched[marks], before[marks] = site, load[site]
                    marks += 1
                    load[site] = trial[site]
            for mark in range(marks):
                load[touched[mark]] = before[mark]
            worse = change + charged
            if worse > 0 and np.random.random() >= np.exp(-worse / heat):
                for mark in range(marks):
                    trial[touched[mark]] = load[touched[mark]]
                continue
            if closing >= 0:
                _close(closing, opened, reach)
                number_open -= 1
            for place in range(size):
                _send(cost, demand, members[place], target[place], lists)
            if starting >= 0:
                _open(cost, starting, opened, reach)
                number_open += 1
            total += change
            over += more
        if over == 0 and total < best_cost - 1e-9:
            best_cost = total
            best[:] = site_of
    return best, best_cost, site_of, charge
