"""
Compiled inner loops of the p-median: the bound, the swaps and the kicks.

Costs come as one row for each site, so that what an area saves at a site is
read in one sweep. A site's state is 1 (open), -1 (closed) or 0 (free).
"""

# compiled code has no keywords, no generators of numpy, and is faster in one piece
# ruff: noqa: C901, NPY002, PLR0912, PLR0917

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
def _savings(cost: Real, price: Real, saving: Real) -> None:
    """Write what all areas together would pay less than their price at each site, as a number of at most 0."""
    for site in range(cost.shape[0]):
        row = cost[site]
        total = 0.0
        for area in range(row.size):
            total += min(0.0, row[area] - price[area])
        saving[site] = total


@compiled
def _nearest_total(cost: Real, chosen: Whole) -> float:
    """Return the total cost if each area goes to the cheapest of the chosen sites."""
    total = 0.0
    for area in range(cost.shape[1]):
        best = np.inf
        for site in chosen:
            best = min(best, cost[site, area])
        total += best
    return total


@compiled
def raise_bound(
    cost: Real,
    state: State,
    number: int,
    price: Real,
    upper: float,
    enough: float,
    rounds: int,
    step: float,
    patience: int,
) -> tuple[float, Real, Real, Real, float, Whole]:
    """
    Raise the bound of the p-median by moving the areas' prices.

    Every area offers a price; a site is worth what it saves the areas below
    their prices. Prices plus the savings of the `number` most worthwhile sites
    never exceed the cost of a plan. Prices of areas that no site wants go up,
    of those that several want, down.

    Returns the best bound, its prices and the sites' savings there, the average
    of how often a site was chosen, and the best plan met with its cost.
    """
    sites, areas = cost.shape
    saving = np.empty(sites)
    order_value = np.empty(sites)
    best_price, best_saving = price.copy(), np.zeros(sites)
    share = np.zeros(sites)
    plan = np.empty(0, np.int64)
    plan_cost, best, stalled = np.inf, -np.inf, 0
    pull, before = np.empty(areas), np.zeros(areas)
    price = price.copy()
    for turn in range(rounds):
        _savings(cost, price, saving)
        for site in range(sites):
            order_value[site] = saving[site] + (-1e300 if state[site] == 1 else 1e300 if state[site] == -1 else 0.0)
        chosen = np.argsort(order_value)[:number]
        bound = price.sum()
        for site in chosen:
            bound += saving[site]
        weight = 1.0 if turn == 0 else MEMORY
        share *= 1 - weight
        for site in chosen:
            share[site] += weight
        if bound > best:
            if turn % 5 == 0 or bound > best + 1e-4 * abs(best):
                total = _nearest_total(cost, chosen)
                if total < plan_cost:
                    plan_cost, plan = total, chosen.copy()
                    upper = min(upper, total)
            stalled = 0 if bound > best + 1e-7 * abs(best) else stalled + 1
            best = bound
            best_price[:] = price
            best_saving[:] = saving
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
            row = cost[site]
            for area in range(areas):
                if row[area] < price[area]:
                    pull[area] -= 1.0
        if not follow(price, pull, before, step, max(upper - bound, 1e-6 * abs(upper))):
            break
    return best, best_price, best_saving, share, plan_cost, plan


@compiled
def _two_nearest(cost: Real, chosen: Whole, area: int, nearest: Whole, near: Real) -> None:
    """Write the places in `chosen` of an area's two cheapest sites, and their costs."""
    first, second, one, two = -1, -1, np.inf, np.inf
    for place in range(chosen.size):
        value = cost[chosen[place], area]
        if value < one:
            second, two, first, one = first, one, place, value
        elif value < two:
            second, two = place, value
    nearest[0, area], nearest[1, area] = first, second
    near[0, area], near[1, area] = one, two


@compiled
def _swap(cost: Real, chosen: Whole, place: int, entering: int, nearest: Whole, near: Real) -> None:
    """Put a site in the place of another, and look again at the areas that this concerns."""
    chosen[place] = entering
    for area in range(cost.shape[1]):
        if nearest[0, area] == place or nearest[1, area] == place or cost[entering, area] < near[1, area]:
            _two_nearest(cost, chosen, area, nearest, near)


@compiled
def _descend(cost: Real, kept: int, chosen: Whole, candidates: Whole, nearest: Whole, near: Real) -> None:
    """Swap a chosen site for another one, always the best such swap, until none helps."""
    areas, number = cost.shape[1], chosen.size
    loss, penalty = np.empty(number), np.empty(number)
    inside = np.zeros(cost.shape[0], np.bool_)
    for site in chosen:
        inside[site] = True
    while True:
        loss[:] = 0.0
        for area in range(areas):
            loss[nearest[0, area]] += near[1, area] - near[0, area]
        best, best_place, best_site = -1e-9 * (1.0 + near[0].sum()), -1, -1
        for site in candidates:
            if inside[site]:
                continue
            row = cost[site]
            gain = 0.0
            penalty[:] = loss
            for area in range(areas):
                if row[area] < near[0, area]:
                    gain += near[0, area] - row[area]
                    penalty[nearest[0, area]] -= near[1, area] - near[0, area]
                elif row[area] < near[1, area]:
                    penalty[nearest[0, area]] -= near[1, area] - row[area]
            for place in range(kept, number):
                if penalty[place] - gain < best:
                    best, best_place, best_site = penalty[place] - gain, place, site
        if best_place < 0:
            return
        inside[chosen[best_place]] = False
        inside[best_site] = True
        _swap(cost, chosen, best_place, best_site, nearest, near)


@compiled
def improve(
    cost: Real, kept: int, chosen: Whole, candidates: Whole, kicks: int, enough: float, seed: int
) -> tuple[Whole, float]:
    """
    Improve a plan by swaps, then by kicks: swap some sites at random and descend again.

    The first `kept` chosen sites stay; `candidates` may enter. It ends when the
    cost is at most `enough`.
    """
    np.random.seed(seed)
    areas, number = cost.shape[1], chosen.size
    nearest, near = np.empty((2, areas), np.int64), np.empty((2, areas))
    chosen = chosen.copy()
    for area in range(areas):
        _two_nearest(cost, chosen, area, nearest, near)
    if number == kept:
        return chosen, near[0].sum()
    _descend(cost, kept, chosen, candidates, nearest, near)
    best, best_cost = chosen.copy(), near[0].sum()
    best_nearest, best_near = nearest.copy(), near.copy()
    for kick in range(kicks):
        if best_cost <= enough:
            break
        for _ in range(min(number - kept, 1 + kick % 4)):
            place = kept + np.random.randint(number - kept)
            site = candidates[np.random.randint(candidates.size)]
            if not (chosen == site).any():
                _swap(cost, chosen, place, site, nearest, near)
        _descend(cost, kept, chosen, candidates, nearest, near)
        total = near[0].sum()
        if total <= best_cost:
            best[:], best_cost = chosen, total
            best_nearest[:], best_near[:] = nearest, near
        else:
            chosen[:] = best
            nearest[:], near[:] = best_nearest, best_near
    return best, best_cost
