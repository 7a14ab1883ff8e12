"""
The step of the prices, compiled: every bound by prices moves them in the same way.

Areas offer prices for a seat. The pull on a price is 1 less how many sites take
the area: up where none does, down where several do. It is a subgradient of the
bound, and following it raises the bound in the long run (Held, Wolfe and
Crowder, 1974).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import numba

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Real = npt.NDArray[np.float64]

SMALLEST_STEP = 2e-4
"""
The search for a bound ends when the step is this small.

The step is the share of what the bound lacks that one round aims to win. It
begins at 1 or less and is halved when the bound no longer rises, so that this is
the thirteenth halving at most: a round wins a five-thousandth of what is lacking,
and branching is then the shorter way.
"""

MEMORY = 0.1
"""
Weight of the newest round in the average of which sites were open.

Ten rounds count: fewer and a site that comes and goes looks settled, more and
the plans of the first poor prices are still in it.
"""

_KEPT = 0.4
"""Share of the last direction that is kept: pulls that undo each other cancel (Camerini, Fratta and Maffioli, 1975)."""
_NO_PULL = 1e-12
"""A pull whose squares add up to less is rounding: every area is taken once, and the bound is as high as it gets."""


def compiled(function: Any) -> Any:  # noqa: ANN401
    """
    Compile, and keep the result for the next run where the machine has a place to keep it.

    Sums may be taken in another order, which is what makes them fast: the bounds
    are worth no more digits than that leaves.
    """
    try:
        return numba.njit(cache=True, nogil=True, fastmath={"reassoc", "nsz", "contract"})(function)
    except RuntimeError:
        return numba.njit(nogil=True, fastmath={"reassoc", "nsz", "contract"})(function)


@compiled
def follow(price: Real, pull: Real, before: Real, step: float, away: float) -> bool:
    """
    Move the prices along the pull and part of the last direction; return whether there was any pull.

    The length is Polyak's: `step` times what the bound lacks, `away`, by the
    square of the direction. `pull` and `before` become the direction taken.
    """
    norm = 0.0
    for area in range(price.size):
        pull[area] += _KEPT * before[area]
        norm += pull[area] * pull[area]
    if norm < _NO_PULL:
        return False
    length = step * away / norm
    for area in range(price.size):
        price[area] += length * pull[area]
        before[area] = pull[area]
    return True
