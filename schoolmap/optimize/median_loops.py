"""
The loops of the p-median, over all pairs or over the nearest sites of each area.

Where sites are many and a good part of them is open, an area never goes beyond
its nearest sites, and lists of them take a hundredth of the time. The answers
are of the same kind, and the bounds hold for all pairs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple
from typing import Protocol

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]
    Short = npt.NDArray[np.int32]
    State = npt.NDArray[np.int8]

_LARGE = 2_000_000
"""Pairs of site and area from which on lists of the nearest are used."""
_LISTED, _LEAST = 12, 50
"""Sites in a list for each site of a mean neighbourhood, and in any list."""


class Found(NamedTuple):
    """A bound, the prices that led to it, the sites' savings, how often each was chosen, and the best plan met."""

    bound: float
    price: Real
    saving: Real
    share: Real
    cost: float
    sites: Whole


class Loops(Protocol):
    """What the search for a median asks of either kind."""

    def raise_bound(  # noqa: PLR0917 - passed on to compiled code as they are
        self, state: State, price: Real, upper: float, enough: float, rounds: int, step: float, patience: int
    ) -> Found:
        """Raise the bound of plans that keep to the sites' states."""
        ...

    def improve(self, chosen: Whole, *, kicks: int, enough: float, seed: int) -> tuple[Whole, float]:
        """Improve a plan by swaps and kicks; its first sites, as many as are kept, stay."""
        ...


class Lists(NamedTuple):
    """The nearest sites of each area, the costs there, and the nearest areas of each site."""

    near: Short
    apart: Real
    around: Short


def lists(cost: Real, number: int) -> Lists:
    """Return lists that are long enough for plans with that number of sites."""
    sites, areas = cost.shape
    wide = min(sites, max(_LEAST, _LISTED * sites // number))
    long = min(areas, max(_LEAST, _LISTED * areas // number))
    near = least(cost.T, wide)
    return Lists(near, np.ascontiguousarray(np.take_along_axis(cost.T, near, axis=1)), least(cost, long))


def loops_for(cost: Real, *, number: int, kept: int) -> Loops:
    """Return the kind that suits the size."""
    return (_Nearest if is_large(cost, number) else _Every)(cost, number, kept)


def is_large(cost: Real, number: int) -> bool:
    """Return whether lists of the nearest sites save much, for plans with that number of sites."""
    return bool(cost.size >= _LARGE and number >= 3 * _LISTED and len(cost) >= 3 * _LEAST)


class _Every:
    """Over all pairs."""

    def __init__(self, cost: Real, number: int, kept: int) -> None:
        self._cost, self._number, self._kept = cost, number, kept

    def raise_bound(  # noqa: PLR0917 - as above
        self, state: State, price: Real, upper: float, enough: float, rounds: int, step: float, patience: int
    ) -> Found:
        from schoolmap.optimize import median_kernel  # noqa: PLC0415 - numba is slow to import

        alive = np.flatnonzero(state >= 0)
        cost = self._cost if len(alive) == len(state) else self._cost[alive]
        bound, price, saving, share, total, chosen = median_kernel.raise_bound(
            cost, state[alive], self._number, price, upper, enough, rounds, step, patience
        )
        everywhere = np.zeros((2, len(state)))
        everywhere[:, alive] = saving, share
        return Found(bound, price, everywhere[0], everywhere[1], total, alive[chosen])

    def improve(self, chosen: Whole, *, kicks: int, enough: float, seed: int) -> tuple[Whole, float]:
        from schoolmap.optimize import median_kernel  # noqa: PLC0415 - as above

        kept = self._kept
        free = np.setdiff1d(np.arange(len(self._cost)), chosen[:kept])
        return median_kernel.improve(self._cost, kept, chosen, free, kicks, enough, seed)  # type: ignore[no-any-return]


class _Nearest:
    """Over the nearest sites of each area."""

    def __init__(self, cost: Real, number: int, kept: int) -> None:
        self._cost, self._number, self._kept = cost, number, kept
        self._lists = lists(cost, number)
        # seats do not matter: everywhere is one for each area
        self._one = np.ones(cost.shape[1], dtype=np.int64)
        self._seats = np.full(cost.shape[0], cost.shape[1])

    def raise_bound(  # noqa: PLR0917 - as above
        self, state: State, price: Real, upper: float, enough: float, rounds: int, step: float, patience: int
    ) -> Found:
        from schoolmap.optimize import near_kernel  # noqa: PLC0415 - numba is slow to import

        near, apart, _ = self._lists
        seats = self._one, self._seats
        *found, _ = near_kernel.raise_bound(
            near,
            apart,
            self._cost,
            *seats,
            state,
            self._number,
            False,  # noqa: FBT003 - compiled code has no keywords
            price,
            upper,
            enough,
            rounds,
            step,
            patience,
        )
        return Found(*found)

    def improve(self, chosen: Whole, *, kicks: int, enough: float, seed: int) -> tuple[Whole, float]:
        from schoolmap.optimize import near_kernel  # noqa: PLC0415 - as above

        return near_kernel.improve(*self._lists, self._cost, self._kept, chosen, kicks, enough, seed)  # type: ignore[no-any-return]


def least(table: Real, wide: int) -> Short:
    """Return where the least entries of each row stand, the least first, of equal ones the first."""
    places = np.arange(table.shape[1])
    if wide < len(places):
        places = np.argpartition(table, wide - 1, axis=1)[:, :wide]
        places.sort(axis=1)
    else:
        places = np.broadcast_to(places, table.shape)
    order = np.argsort(np.take_along_axis(table, places, axis=1), axis=1, kind="stable")
    return np.ascontiguousarray(np.take_along_axis(places, order, axis=1).astype(np.int32))
