"""
What a seat is worth: prices of seats from a flow, and the bound that they prove.

Where a school is full, its seats have a price: what it would cost to do without
one. With the right prices everybody would choose the school that the flow gives
them; then no flow can be cheaper, and the sum that proves it can be worked out
from the prices alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Whole = npt.NDArray[np.int64]

FAR = 2**61
"""No way; two of them still add up."""


def seat_prices(moves: Whole, *, load: Whole, room: Whole, toll: Whole, dearest: int) -> Whole:
    """
    Return what one pupil more would cost at each school, once everybody has moved up.

    Parameters
    ----------
    moves
        The least that it costs to move one pupil from each school (row) to each
        other (column); the last row and column stand for no seat.
    load
        Pupils by school.
    room, toll
        Seats by kind and school, and what a seat of each kind is charged, cheap
        kinds first.
    dearest
        Price of a school that nobody can be moved from and that takes nobody.

    Returns
    -------
    prices
        By school: the shortest chain of moves that ends at a free seat, or with
        a pupil who has none.
    """
    into, _ = _margins(load, room, toll)
    prices = np.append(into, 0)
    for _ in range(len(prices)):
        shorter = np.minimum(prices, (moves + prices[None, :]).min(axis=1))
        if (shorter == prices).all():
            break
        prices = shorter
    # an added way is no longer `FAR` exactly
    return np.where(prices[:-1] > FAR // 2, dearest, prices[:-1])


def seat_values(moves: Whole, *, load: Whole, room: Whole, toll: Whole) -> Whole:
    """
    Return what one seat more would save at each school, once everybody has moved up.

    It is at most the price: a price tells of one seat less. Parameters are those
    of `seat_prices`.
    """
    _, out_of = _margins(load, room, toll)
    # the chain begins where a pupil leaves: at a school that has pupils, or with one who has no seat
    chain = np.append(np.where(load > 0, -out_of, FAR), 0)
    for _ in range(len(chain)):
        shorter = np.minimum(chain, (moves + chain[:, None]).min(axis=0))
        if (shorter == chain).all():
            break
        chain = shorter
    saved: Whole = np.maximum(-chain[:-1], 0)
    return saved


def bound(prices: Whole, *, least: Whole, without: Whole, pupils: Whole, room: Whole, toll: Whole) -> int:
    """
    Return a total that no flow undercuts, whatever the prices.

    Parameters
    ----------
    prices
        By school.
    least
        By row of pupils: the least cost with price of all pairs it may use.
    without, pupils
        By row: the charge for a pupil without a seat, and how many pupils.
    room, toll
        As in `seat_prices`.
    """
    paid = int(pupils @ np.minimum(least, without))
    earned = np.minimum(toll[:, None] - prices[None, :], 0)
    # seats can be many where they are free, and a product of two large numbers does not fit
    return paid + sum(int(one) * int(many) for one, many in zip(earned.ravel(), room.ravel(), strict=True) if one)


def _margins(load: Whole, room: Whole, toll: Whole) -> tuple[Whole, Whole]:
    """Return what the next seat taken at each school is charged, and what the last one was."""
    upper = np.cumsum(room, axis=0)
    into, out_of = np.full(room.shape[1], FAR), np.zeros(room.shape[1], dtype=np.int64)
    for kind in reversed(range(len(toll))):
        into = np.where(load < upper[kind], toll[kind], into)
        out_of = np.where(load <= upper[kind], toll[kind], out_of)
    return into, out_of
