"""
Compiled inner loops of siting with seats: the bound by prices.

Costs come as one row for each site and count all pupils of an area. A site's
state is 1 (open), -1 (closed) or 0 (free).
"""

# compiled code has no keywords, no generators of numpy, and is faster in one piece
# ruff: noqa: C901, PLR0912, PLR0917

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from schoolmap.optimize.subgradient_kernel import MEMORY
from schoolmap.optimize.subgradient_kernel import SMALLEST_STEP
from schoolmap.optimize.subgradient_kernel import compiled
from schoolmap.optimize.subgradient_kernel import follow

if TYPE_CHECKING:
    import numpy.typing as npt

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]
    State = npt.NDArray[np.int8]


@compiled
def fill_in_parts(saving: Real, demand: Whole, seats: int, part: Real) -> float:
    """Fill seats with the areas that save most a pupil, the last one in part; return what is saved, at most 0."""
    wanted = np.flatnonzero(saving < 0)
    ratio = np.empty(wanted.size)
    for place in range(wanted.size):
        area = wanted[place]
        ratio[place] = saving[area] / demand[area] if demand[area] > 0 else -np.inf
    total, left = 0.0, float(seats)
    for place in np.argsort(ratio):
        area = wanted[place]
        share = 1.0 if demand[area] <= left else left / demand[area]
        if share <= 0:
            break
        part[area] = share
        total += share * saving[area]
        left -= share * demand[area]
    return total


@compiled
def fill_whole(saving: Real, demand: Whole, seats: int, part: Real) -> float:
    """Fill seats with whole areas so that most is saved (a knapsack); return what is saved, at most 0."""
    wanted = np.flatnonzero((saving < 0) & (demand <= seats))
    together = 0
    for area in wanted:
        together += demand[area]
    if together <= seats:
        total = 0.0
        for area in wanted:
            part[area] = 1.0
            total += saving[area]
        return total
    best = np.zeros(seats + 1)
    taken = np.zeros((wanted.size, seats + 1), np.bool_)
    for place in range(wanted.size):
        need, worth = demand[wanted[place]], saving[wanted[place]]
        for room in range(seats, need - 1, -1):
            value = best[room - need] + worth
            if value < best[room]:
                best[room] = value
                taken[place, room] = True
    room = seats
    for place in range(wanted.size - 1, -1, -1):
        if taken[place, room]:
            part[wanted[place]] = 1.0
            room -= demand[wanted[place]]
    return float(best[seats])


@compiled
def _fewest(capacity: Whole, state: State, needed: int) -> int:
    """Return how many sites that may be open it takes at least for the needed seats."""
    most = np.sort(capacity[state >= 0])[::-1]
    left = needed
    for place in range(most.size):
        if left <= 0:
            return place
        left -= most[place]
    return most.size


@compiled
def _choose(
    value: Real, capacity: Whole, state: State, number: int, needed: int, fewest: int, chosen: Real
) -> tuple[float, float, float]:
    """
    Choose sites at the least total value: `number` of them, or enough for the pupils if it is 0.

    Enough are at least `fewest` whole sites, or sites with the needed seats, the
    last one in part: the dearer of the two counts. Returns the total, and what
    one more needed seat and one more needed site would add to it.
    """
    chosen[:] = 0.0
    total = 0.0
    if number > 0:
        order = np.argsort(value + 1e30 * (state == -1) - 1e30 * (state == 1))
        for site in order[:number]:
            chosen[site] = 1.0
            total += value[site]
        return total, 0.0, 0.0
    left, count = float(needed), 0
    for site in range(value.size):
        if state[site] == 1 or (state[site] == 0 and value[site] < 0):
            chosen[site] = 1.0
            total += value[site]
            left -= capacity[site]
            count += 1
    rest = np.flatnonzero((chosen == 0.0) & (state == 0))
    ranked = rest[np.argsort(value[rest])]
    if ranked.size < fewest - count:
        return np.inf, 0.0, 0.0
    by_count, site_price = total, 0.0
    for place in range(fewest - count):
        by_count += value[ranked[place]]
        site_price = value[ranked[place]]
    by_seats, seat_price = total, 0.0
    part = chosen.copy()
    if left > 0:
        filling = rest[capacity[rest] > 0]
        for site in filling[np.argsort(value[filling] / capacity[filling])]:
            share = min(1.0, left / capacity[site])
            part[site] = share
            by_seats += share * value[site]
            left -= share * capacity[site]
            seat_price = value[site] / capacity[site]
            if left <= 1e-9:
                break
        if left > 1e-9:
            return np.inf, 0.0, 0.0
    if by_seats > by_count:
        chosen[:] = part
        return by_seats, seat_price, 0.0
    for place in range(fewest - count):
        chosen[ranked[place]] = 1.0
    return by_count, 0.0, site_price


@compiled
def raise_bound(
    cost: Real,
    demand: Whole,
    capacity: Whole,
    opening: Real,
    state: State,
    number: int,
    needed: int,
    whole: bool,  # noqa: FBT001 - compiled code has no keywords
    price: Real,
    upper: float,
    enough: float,
    rounds: int,
    step: float,
    patience: int,
) -> tuple[float, Real, Real, Real, Real]:
    """
    Raise the bound by moving the prices that areas offer.

    A site is worth its opening cost and what its seats, filled at best, save
    the areas below their prices. Returns the best bound, its prices, each
    site's value there less what it is worth to have enough, the average of how often a
    site was chosen, and the choice at the best bound.
    """
    sites, areas = cost.shape
    value, chosen = np.empty(sites), np.empty(sites)
    part = np.zeros((sites, areas))
    saving = np.empty(areas)
    price, best_price = price.copy(), price.copy()
    best_value, best_chosen, share = np.zeros(sites), np.zeros(sites), np.zeros(sites)
    fewest = _fewest(capacity, state, needed)
    best, stalled = -np.inf, 0
    pull, before = np.empty(areas), np.zeros(areas)
    for turn in range(rounds):
        part[:] = 0.0
        for site in range(sites):
            if state[site] == -1:
                value[site] = 0.0
                continue
            for area in range(areas):
                saving[area] = cost[site, area] - price[area]
            if whole:
                value[site] = opening[site] + fill_whole(saving, demand, capacity[site], part[site])
            else:
                value[site] = opening[site] + fill_in_parts(saving, demand, capacity[site], part[site])
        total, seat_price, site_price = _choose(value, capacity, state, number, needed, fewest, chosen)
        bound = price.sum() + total
        weight = 1.0 if turn == 0 else MEMORY
        for site in range(sites):
            share[site] = (1 - weight) * share[site] + weight * chosen[site]
        if bound > best:
            stalled = 0 if bound > best + 1e-7 * abs(best) else stalled + 1
            best = bound
            best_price[:] = price
            best_value[:] = value - seat_price * capacity - site_price
            best_chosen[:] = chosen
            if best > enough:
                break
        else:
            stalled += 1
        if stalled >= patience:
            step *= 0.5
            stalled = 0
            price[:] = best_price
            before[:] = 0.0
            if step < SMALLEST_STEP:
                break
            continue
        pull[:] = 1.0
        for site in range(sites):
            if chosen[site] > 0:
                pull -= chosen[site] * part[site]
        if not follow(price, pull, before, step, max(upper - bound, 1e-6 * abs(upper))):
            break
    return best, best_price, best_value, share, best_chosen


@compiled
def values_if_forced(cost: Real, demand: Whole, capacity: Whole, opening: Real, price: Real) -> Real:
    """Return each site's value at some prices if it must serve an area whole: one row by site, one column by area."""
    sites, areas = cost.shape
    forced = np.full((sites, areas), np.inf)
    for site in range(sites):
        seats = capacity[site]
        ahead = np.zeros((areas + 1, seats + 1))
        for area in range(areas - 1, -1, -1):
            ahead[area] = ahead[area + 1]
            worth = cost[site, area] - price[area]
            if worth < 0:
                for room in range(demand[area], seats + 1):
                    ahead[area, room] = min(ahead[area + 1, room], ahead[area + 1, room - demand[area]] + worth)
        behind = np.zeros(seats + 1)
        for area in range(areas):
            worth, need = cost[site, area] - price[area], demand[area]
            left = seats - need
            if left >= 0:
                best = 0.0
                for room in range(left + 1):
                    best = min(best, behind[room] + ahead[area + 1, left - room])
                forced[site, area] = opening[site] + worth + best
            if worth < 0:
                for room in range(seats, need - 1, -1):
                    behind[room] = min(behind[room], behind[room - need] + worth)
    return forced


@compiled
def values(cost: Real, demand: Whole, capacity: Whole, opening: Real, price: Real) -> Real:
    """Return each site's value at some prices: its opening cost and what its seats, filled with whole areas, save."""
    value, part = np.empty(cost.shape[0]), np.zeros(cost.shape[1])
    for site in range(cost.shape[0]):
        value[site] = opening[site] + fill_whole(cost[site] - price, demand, capacity[site], part)
    return value
