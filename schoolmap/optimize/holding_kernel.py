"""
Compiled lists of who is where: pupils of an area at a school, and what it costs to move them on.

A holding is the pupils of one area at one school, or without a seat. The holdings
of a school are a list, and so are those of an area.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import numba
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Whole = npt.NDArray[np.int64]
    Short = npt.NDArray[np.int32]
    Offers = tuple[Whole, Short, Whole]
    Holdings = tuple[Whole, Whole, Whole, Whole, Whole, Whole]
    Moves = tuple[Whole, Whole, Whole, Whole, Whole]

FAR = 2**61
"""No way; two of them still add up."""

NOBODY = -1
"""In place of a holding: there is none."""


def compiled(function: Any) -> Any:  # noqa: ANN401
    """Compile, and keep the result for the next run where the machine has a place to keep it."""
    try:
        return numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:
        return numba.njit(nogil=True)(function)


@compiled
def look(  # noqa: PLR0917 - compiled code
    offers: Offers, without: Whole, holdings: Holdings, holding: int, here: int, moves: Moves
) -> None:
    """Enter what it costs to move the pupils of one holding, where that is the cheapest from their school."""
    first, school, cost = offers
    row_of, pair_of = holdings[0], holdings[1]
    table, who, over, near, count = moves
    none = table.shape[0] - 1
    row, pair = row_of[holding], pair_of[holding]
    paid = without[row] if pair < 0 else cost[pair]
    for other in range(first[row], first[row + 1]):
        there = school[other]
        if cost[other] - paid < table[here, there]:
            if table[here, there] == FAR:
                near[here, count[here]] = there
                count[here] += 1
            table[here, there], who[here, there], over[here, there] = cost[other] - paid, holding, other
    if here != none and without[row] - paid < table[here, none]:
        if table[here, none] == FAR:
            near[here, count[here]] = none
            count[here] += 1
        table[here, none], who[here, none], over[here, none] = without[row] - paid, holding, -1


@compiled
def look_again(  # noqa: PLR0917 - compiled code
    offers: Offers, without: Whole, holdings: Holdings, heads: Whole, here: int, gone: int, moves: Moves
) -> None:
    """Enter anew what it costs to move a pupil from one school, where those of a holding that is gone were cheapest."""
    first, school, cost = offers
    row_of, pair_of, _, after, _, _ = holdings
    table, who, over, near, count = moves
    none = len(heads) - 1
    lost = np.empty(count[here], np.int64)
    is_lost = np.zeros(none + 1, np.bool_)
    many, kept = 0, 0
    for at in range(count[here]):
        there = near[here, at]
        if who[here, there] == gone:
            table[here, there], who[here, there] = FAR, NOBODY
            lost[many], is_lost[there] = there, True
            many += 1
        else:
            near[here, kept] = there
            kept += 1
    count[here] = kept
    holding = heads[here]
    while holding >= 0:
        row, pair = row_of[holding], pair_of[holding]
        paid = without[row] if pair < 0 else cost[pair]
        # where every school is allowed it is known where each stands
        full = first[row + 1] - first[row] == none
        for at in range(many if full else first[row + 1] - first[row]):
            other = first[row] + (lost[at] if full else at)
            if full and lost[at] == none:
                continue
            there = school[other]
            if is_lost[there] and cost[other] - paid < table[here, there]:
                table[here, there], who[here, there], over[here, there] = cost[other] - paid, holding, other
        if is_lost[none] and without[row] - paid < table[here, none]:
            table[here, none], who[here, none], over[here, none] = without[row] - paid, holding, -1
        holding = after[holding]
    for at in range(many):
        if table[here, lost[at]] < FAR:
            near[here, count[here]] = lost[at]
            count[here] += 1


@compiled
def hold(  # noqa: PLR0917 - compiled code
    holdings: Holdings, heads: Whole, latest: Whole, row: int, pair: int, many: int, here: int
) -> int:
    """Add pupils to a holding, and begin one where there is none; return it, or -1 if there is no place."""
    row_of, pair_of, amount, after, before, of_row = holdings
    holding = int(latest[row])
    while holding >= 0:
        if pair_of[holding] == pair:
            amount[holding] += many
            return holding
        holding = int(of_row[holding])
    # the last place holds how many are in use
    holding = int(row_of[-1])
    if holding == len(row_of) - 1:
        return -1
    row_of[-1] += 1
    row_of[holding], pair_of[holding], amount[holding] = row, pair, many
    of_row[holding], latest[row] = latest[row], holding
    after[holding], before[holding] = heads[here], -1
    if heads[here] >= 0:
        before[heads[here]] = holding
    heads[here] = holding
    return holding


@compiled
def unlink(holdings: Holdings, heads: Whole, holding: int, here: int) -> None:
    """Take a holding without pupils off the list of its school."""
    after, before = holdings[3], holdings[4]
    if before[holding] >= 0:
        after[before[holding]] = after[holding]
    else:
        heads[here] = after[holding]
    if after[holding] >= 0:
        before[after[holding]] = before[holding]
    after[holding], before[holding] = -1, -3


@compiled
def relink(holdings: Holdings, heads: Whole, holding: int, here: int) -> None:
    """Put a holding back on the list of its school if it is off."""
    after, before = holdings[3], holdings[4]
    if before[holding] == -3:
        after[holding], before[holding] = heads[here], -1
        if heads[here] >= 0:
            before[heads[here]] = holding
        heads[here] = holding
