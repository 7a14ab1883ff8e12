"""Compiled loops over pairs: which are cheap at given prices, and what moving one pupil between two schools costs."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import numba
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Whole = npt.NDArray[np.int64]
    Short = npt.NDArray[np.int32]
    Flags = npt.NDArray[np.bool_]
    Offers = tuple[Whole, Short, Whole]

FAR = 2**61
"""No way; two of them still add up."""


def _compiled(function: Any) -> Any:  # noqa: ANN401
    """Compile, and keep the result for the next run where the machine has a place to keep it."""
    try:
        return numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:
        return numba.njit(nogil=True)(function)


@_compiled
def add_cheapest(offers: Offers, prices: Whole, below: Whole, most: int, chosen: Flags) -> int:
    """
    Choose in each area up to `most` of the cheapest pairs that cost less than `below` with the price of the seat.

    Returns
    -------
    added
        How many were chosen that were not before.
    """
    first, school, cost = offers
    areas = len(first) - 1
    best = np.empty(most, np.int64)
    best_cost = np.empty(most, np.int64)
    added = 0
    for area in range(areas):
        limit = below[area]
        held = 0
        for pair in range(first[area], first[area + 1]):
            price = cost[pair] + prices[school[pair]]
            if price >= limit or chosen[pair]:
                continue
            if held == most and price >= best_cost[held - 1]:
                continue
            place = held if held < most else held - 1
            while place > 0 and best_cost[place - 1] > price:
                best[place], best_cost[place] = best[place - 1], best_cost[place - 1]
                place -= 1
            best[place], best_cost[place] = pair, price
            held = min(held + 1, most)
        for place in range(held):
            chosen[best[place]] = True
        added += held
    return added


@_compiled
def least_of_areas(offers: Offers, prices: Whole) -> Whole:
    """Return the least cost with price of all pairs of each area."""
    first, school, cost = offers
    areas = len(first) - 1
    least = np.full(areas, FAR)
    for area in range(areas):
        for pair in range(first[area], first[area + 1]):
            least[area] = min(least[area], cost[pair] + prices[school[pair]])
    return least


@_compiled
def least_chosen(offers: Offers, prices: Whole, chosen: Flags) -> Whole:
    """Return the least cost with price of the chosen pairs of each area."""
    first, school, cost = offers
    areas = len(first) - 1
    least = np.full(areas, FAR)
    for area in range(areas):
        for pair in range(first[area], first[area + 1]):
            if chosen[pair]:
                least[area] = min(least[area], cost[pair] + prices[school[pair]])
    return least


@_compiled
def arcs_of_rows(first: Whole, chosen: Flags, area_of: Whole) -> tuple[Whole, Whole]:
    """Return row and pair of each arc: the chosen pairs of its area for each row."""
    count = 0
    for row in range(len(area_of)):
        for pair in range(first[area_of[row]], first[area_of[row] + 1]):
            count += chosen[pair]
    rows, pairs = np.empty(count, np.int64), np.empty(count, np.int64)
    count = 0
    for row in range(len(area_of)):
        for pair in range(first[area_of[row]], first[area_of[row] + 1]):
            if chosen[pair]:
                rows[count], pairs[count] = row, pair
                count += 1
    return rows, pairs


@_compiled
def moves(
    offers: Offers,
    chosen: Flags,
    people: tuple[Whole, Whole],
    taken: tuple[Whole, Whole, Whole],
    schools: int,
) -> Whole:
    """
    Return the least that it costs to move one pupil from each school to each other.

    Parameters
    ----------
    offers, chosen
        All pairs, and which of them are looked at.
    people
        Area of each row, and what a pupil of it without a seat is charged.
    taken
        Row and pair of the arcs with pupils, and rows with pupils who have no seat.
    schools
        How many there are. The last row and column stand for no seat.
    """
    first, school, cost = offers
    area_of, without = people
    rows, pairs, unseated = taken
    table = np.full((schools + 1, schools + 1), FAR)
    for at in range(len(rows)):
        row, here, paid = rows[at], school[pairs[at]], cost[pairs[at]]
        for pair in range(first[area_of[row]], first[area_of[row] + 1]):
            if chosen[pair]:
                there = school[pair]
                table[here, there] = min(table[here, there], cost[pair] - paid)
        table[here, schools] = min(table[here, schools], without[row] - paid)
    for row in unseated:
        for pair in range(first[area_of[row]], first[area_of[row] + 1]):
            if chosen[pair]:
                there = school[pair]
                table[schools, there] = min(table[schools, there], cost[pair] - without[row])
    return table
