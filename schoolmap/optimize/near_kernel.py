"""
Compiled inner loops of large medians: each area sees its nearest sites only.

`near` lists the nearest sites of each area, and `apart` what all its pupils
cost there, cheapest first. Where sites are many and a good part of them is
open, nobody goes far, and a round takes a hundredth of the time. A price above
the last cost in the list is lowered to it: then no site beyond the list saves
an area anything, and the bound holds for all pairs.
"""

# compiled code has no keywords, no generators of numpy, and is faster in one piece
# ruff: noqa: C901, NPY002, PLR0912, PLR0915, PLR0917

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from schoolmap.optimize.capacity_kernel import fill_in_parts
from schoolmap.optimize.capacity_kernel import fill_whole
from schoolmap.optimize.subgradient_kernel import MEMORY
from schoolmap.optimize.subgradient_kernel import SMALLEST_STEP
from schoolmap.optimize.subgradient_kernel import compiled
from schoolmap.optimize.subgradient_kernel import follow

if TYPE_CHECKING:
    import numpy.typing as npt

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]
    Short = npt.NDArray[np.int32]
    State = npt.NDArray[np.int8]


@compiled
def _wanted(near: Short, apart: Real, price: Real, state: State, first: Whole) -> tuple[Whole, Real]:
    """Return the areas that pay more than they cost at each site, and what that saves; those of a site stand together."""
    areas, wide = near.shape
    first[:] = 0
    for area in range(areas):
        for place in range(wide):
            if apart[area, place] >= price[area]:
                break
            if state[near[area, place]] >= 0:
                first[near[area, place] + 1] += 1
    for site in range(first.size - 1):
        first[site + 1] += first[site]
    listed, saving = np.empty(first[-1], np.int64), np.empty(first[-1])
    free = first[:-1].copy()
    for area in range(areas):
        for place in range(wide):
            if apart[area, place] >= price[area]:
                break
            site = near[area, place]
            if state[site] >= 0:
                listed[free[site]] = area
                saving[free[site]] = apart[area, place] - price[area]
                free[site] += 1
    return listed, saving


@compiled
def _total(near: Short, apart: Real, cost: Real, chosen: Whole, inside: State) -> float:
    """Return the cost if each area goes to the cheapest of the chosen sites, which are marked in `inside`."""
    total = 0.0
    for area in range(near.shape[0]):
        found = False
        for place in range(near.shape[1]):
            if inside[near[area, place]]:
                total += apart[area, place]
                found = True
                break
        if not found:
            best = np.inf
            for site in chosen:
                best = min(best, cost[site, area])
            total += best
    return total


@compiled
def raise_bound(
    near: Short,
    apart: Real,
    cost: Real,
    demand: Whole,
    capacity: Whole,
    state: State,
    number: int,
    whole: bool,  # noqa: FBT001 - compiled code has no keywords
    price: Real,
    upper: float,
    enough: float,
    rounds: int,
    step: float,
    patience: int,
) -> tuple[float, Real, Real, Real, float, Whole, Whole]:
    """
    Raise the bound of a median with or without seats by moving the areas' prices.

    A site is worth what its seats, filled at best, save the areas below their
    prices; with `whole`, they are filled with whole areas. Returns the best
    bound, its prices and the sites' values there, the average of how often a
    site was chosen, the cost and sites of the best plan met if seats do not
    matter, and the sites of the best bound.
    """
    sites, areas = cost.shape
    ends = apart[:, -1].copy() if near.shape[1] < sites else np.full(areas, np.inf)
    value, ranked, inside = np.empty(sites), np.empty(sites), np.zeros(sites, np.int8)
    best_price, best_value, share = price.copy(), np.zeros(sites), np.zeros(sites)
    best_chosen, plan = np.empty(0, np.int64), np.empty(0, np.int64)
    plan_cost, best, stalled = np.inf, -np.inf, 0
    pull, before = np.empty(areas), np.zeros(areas)
    price, first = price.copy(), np.zeros(sites + 1, np.int64)
    for turn in range(rounds):
        price[:] = np.minimum(price, ends)
        listed, saving = _wanted(near, apart, price, state, first)
        part = np.zeros(listed.size)
        for site in range(sites):
            start, end = first[site], first[site + 1]
            together, total = 0, 0.0
            for place in range(start, end):
                together += demand[listed[place]]
                total += saving[place]
            if together <= capacity[site]:
                part[start:end] = 1.0
                value[site] = total
            elif whole:
                value[site] = fill_whole(saving[start:end], demand[listed[start:end]], capacity[site], part[start:end])
            else:
                value[site] = fill_in_parts(
                    saving[start:end], demand[listed[start:end]], capacity[site], part[start:end]
                )
            ranked[site] = value[site] + (-1e300 if state[site] == 1 else 1e300 if state[site] == -1 else 0.0)
        chosen = np.argsort(ranked)[:number]
        bound = price.sum()
        inside[:] = 0
        for site in chosen:
            bound += value[site]
            inside[site] = 1
        weight = 1.0 if turn == 0 else MEMORY
        share *= 1 - weight
        for site in chosen:
            share[site] += weight
        if bound > best:
            if turn % 5 == 0 or bound > best + 1e-4 * abs(best):
                total = _total(near, apart, cost, chosen, inside)
                if total < plan_cost:
                    plan_cost, plan = total, chosen.copy()
            stalled = 0 if bound > best + 1e-7 * abs(best) else stalled + 1
            best, best_chosen = bound, chosen
            best_price[:] = price
            best_value[:] = value
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
        for site in chosen:
            for place in range(first[site], first[site + 1]):
                pull[listed[place]] -= part[place]
        if not follow(price, pull, before, step, max(upper - bound, 1e-6 * abs(upper))):
            break
    return best, best_price, best_value, share, plan_cost, plan, best_chosen


@compiled
def _two_nearest(
    near: Short, apart: Real, cost: Real, chosen: Whole, place_of: Whole, area: int
) -> tuple[int, int, float, float]:
    """Return the places in `chosen` of an area's two cheapest sites, and their costs."""
    first, one = -1, np.inf
    for place in range(near.shape[1]):
        at = place_of[near[area, place]]
        if at >= 0:
            if first >= 0:
                return first, at, one, apart[area, place]
            first, one = at, apart[area, place]
    first, second, one, two = -1, -1, np.inf, np.inf
    for at in range(chosen.size):
        value = cost[chosen[at], area]
        if value < one:
            second, two, first, one = first, one, at, value
        elif value < two:
            second, two = at, value
    return first, second, one, two


@compiled
def _descend(
    near: Short,
    apart: Real,
    around: Short,
    cost: Real,
    kept: int,
    chosen: Whole,
    place_of: Whole,
    nearest: Whole,
    ways: Real,
) -> None:
    """Swap a chosen site for another one wherever that helps, until none does."""
    sites, areas = cost.shape
    number = chosen.size
    loss, change = np.zeros(number), np.zeros(number)
    for area in range(areas):
        loss[nearest[0, area]] += ways[1, area] - ways[0, area]
    order, farthest = np.argsort(loss), ways[1].max()
    touched = np.empty(areas, np.int64)
    vain, entering = 0, 0
    while vain < sites:
        entering = (entering + 1) % sites
        vain += 1
        if place_of[entering] >= 0:
            continue
        gain, marks = 0.0, 0
        for area in around[entering]:
            way = cost[entering, area]
            if way >= farthest:
                break
            if way >= ways[1, area]:
                continue
            home = nearest[0, area]
            if way < ways[0, area]:
                gain += ways[0, area] - way
                change[home] -= ways[1, area] - ways[0, area]
            else:
                change[home] -= ways[1, area] - way
            touched[marks] = home
            marks += 1
        leaving, least = -1, np.inf
        for mark in range(marks):
            place = touched[mark]
            if place >= kept and loss[place] + change[place] < least:
                leaving, least = place, loss[place] + change[place]
        for place in order:
            if place >= kept and change[place] == 0.0:
                if loss[place] < least:
                    leaving, least = place, loss[place]
                break
        for mark in range(marks):
            change[touched[mark]] = 0.0
        if least - gain >= -1e-9 * (1.0 + ways[0].sum()):
            continue
        vain = 0
        place_of[chosen[leaving]] = -1
        chosen[leaving] = entering
        place_of[entering] = leaving
        loss[:] = 0.0
        for area in range(areas):
            if nearest[0, area] == leaving or nearest[1, area] == leaving or cost[entering, area] < ways[1, area]:
                home, other, one, two = _two_nearest(near, apart, cost, chosen, place_of, area)
                nearest[0, area], nearest[1, area], ways[0, area], ways[1, area] = home, other, one, two
            loss[nearest[0, area]] += ways[1, area] - ways[0, area]
        order, farthest = np.argsort(loss), ways[1].max()


@compiled
def improve(
    near: Short, apart: Real, around: Short, cost: Real, kept: int, chosen: Whole, kicks: int, enough: float, seed: int
) -> tuple[Whole, float]:
    """
    Improve a plan by swaps, then by kicks: swap some sites for others at random and descend again.

    The first `kept` chosen sites stay; any other site may enter. `around` lists
    the nearest areas of each site. It ends when the cost is at most `enough`.
    """
    np.random.seed(seed)
    sites, areas = cost.shape
    number = chosen.size
    chosen, place_of = chosen.copy(), np.full(sites, -1, np.int64)
    for place in range(number):
        place_of[chosen[place]] = place
    nearest, ways = np.empty((2, areas), np.int64), np.empty((2, areas))
    best, best_cost = chosen.copy(), np.inf
    for kick in range(kicks + 1):
        if best_cost <= enough or number in (kept, sites):
            break
        if kick > 0:
            for _ in range(1 + kick % 4):
                place = kept + np.random.randint(number - kept)
                site = near[np.random.randint(areas), np.random.randint(min(near.shape[1], 8))]
                if place_of[site] < 0:
                    place_of[chosen[place]] = -1
                    chosen[place] = site
                    place_of[site] = place
        for area in range(areas):
            home, other, one, two = _two_nearest(near, apart, cost, chosen, place_of, area)
            nearest[0, area], nearest[1, area], ways[0, area], ways[1, area] = home, other, one, two
        _descend(near, apart, around, cost, kept, chosen, place_of, nearest, ways)
        total = ways[0].sum()
        if total <= best_cost:
            best[:], best_cost = chosen, total
        else:
            for place in range(number):
                place_of[chosen[place]] = -1
            chosen[:] = best
            for place in range(number):
                place_of[chosen[place]] = place
    return best, best_cost
