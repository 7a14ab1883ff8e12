"""
The inner loops of the rational agent access model, compiled when they are first used.

Pairs lie in the order of a sparse matrix: those of origin `row` are `starts[row]`
to `starts[row + 1] - 1`, by school. The few that an origin uses are noted apart,
in any order: the first `count[row]` of `used[row]`, counted from `starts[row]`,
with their `children`. Of equal costs the pair listed first counts. Numbers are
kept narrow: what takes the time is moving them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# compiled functions are called by position
_compiled = numba.njit(nogil=True)


@_compiled
def find_cheapest(  # noqa: PLR0917
    rows: NDArray[np.int64],
    starts: NDArray[np.int64],
    schools: NDArray[np.uint16],
    travel: NDArray[np.float64],
    congestion: NDArray[np.float64],
    best: NDArray[np.int64],
) -> None:
    """Write the cheapest pair of each origin of `rows`, -1 where every cost is infinite."""
    for row in rows:
        start, end = starts[row], starts[row + 1]
        # slices are known to begin at zero, which makes the loop twice as fast
        school, way = schools[start:end], travel[start:end]
        least, going = np.inf, -1
        for pair in range(len(way)):
            cost = congestion[school[pair]] + way[pair]
            if cost < least:
                least, going = cost, pair
        best[row] = start + going if going >= 0 else -1


@_compiled
def find_moves(  # noqa: PLR0917
    rows: NDArray[np.int64],
    starts: NDArray[np.int64],
    schools: NDArray[np.uint16],
    travel: NDArray[np.float64],
    capacity: NDArray[np.float64],
    load: NDArray[np.float64],
    congestion: NDArray[np.float64],
    most: NDArray[np.float64],
    whole_children: bool,  # noqa: FBT001
    at_once: bool,  # noqa: FBT001
    used: NDArray[np.uint16],
    children: NDArray[np.float64],
    count: NDArray[np.int64],
    leaving: NDArray[np.int64],
    entering: NDArray[np.int64],
    into: NDArray[np.uint16],
    out_of: NDArray[np.uint16],
    moving: NDArray[np.float64],
    change: NDArray[np.float64],
) -> None:
    """
    Find of each origin of `rows` the cheapest pair, the dearest that it uses, and how many would move between them.

    They would move until both schools cost the same, but no more than `most`. The
    order of operations is that of the published code: whole children are cut from
    the result, so that the last digit of a float can decide about a child.

    `leaving` and `entering` are places in `used`, which has room for one more;
    `into` and `out_of` are the schools. They are written for `move`, or the
    children move `at_once`: then `change` takes what schools gain and lose, as
    all others still look at the `load` of the start.
    """
    for row in rows:
        start, end = starts[row], starts[row + 1]
        school, way = schools[start:end], travel[start:end]
        least, going = np.inf, -1
        for pair in range(len(way)):
            cost = congestion[school[pair]] + way[pair]
            if cost < least:
                least, going = cost, pair

        # without branches, as which of them is dearest cannot be foreseen
        dearest, there = -np.inf, 0.0
        kept, here, known, worst = 0, 0, -1, going
        for place in range(count[row]):
            pair, staying = np.int64(used[row, place]), children[row, place]  # type: ignore[assignment]
            cost = congestion[school[pair]] + way[pair]
            some = staying != 0
            dearer = some & ((cost > dearest) | ((cost == dearest) & (pair < worst)))
            dearest = cost if dearer else dearest
            here = kept if dearer else here
            worst = pair if dearer else worst
            known = kept if some & (pair == going) else known
            there = staying if pair == going else there
            used[row, kept], children[row, kept] = pair, staying
            kept += some
        if known == -1:
            known = kept
            used[row, kept], children[row, kept] = going, 0.0

        low, high, number = school[going], school[worst], 0.0
        if worst != going:
            seats_low, seats_high, staying = capacity[low], capacity[high], children[row, here]
            level = ((seats_low * seats_high) / (seats_low + seats_high)) * (
                (way[worst] - way[going])
                + ((there + staying) + (load[high] - staying)) / seats_high
                - (load[low] - there) / seats_low
            )
            number = min(level - there, staying, most[row])
            if whole_children:
                number = np.trunc(number)
        count[row], moving[row] = kept, number
        if not at_once:
            leaving[row], entering[row], into[row], out_of[row] = here, known, low, high
        elif number != 0:
            count[row] = max(kept, known + 1)
            children[row, known] += number
            children[row, here] -= number
            change[low] += number
            change[high] -= number


@_compiled
def move(  # noqa: PLR0917
    rows: NDArray[np.int64],
    load: NDArray[np.float64],
    children: NDArray[np.float64],
    count: NDArray[np.int64],
    leaving: NDArray[np.int64],
    entering: NDArray[np.int64],
    into: NDArray[np.uint16],
    out_of: NDArray[np.uint16],
    moving: NDArray[np.float64],
) -> None:
    """Move children of each origin of `rows` between the places that `find_moves` found."""
    for row in rows:
        if moving[row] != 0:
            count[row] = max(count[row], entering[row] + 1)
            children[row, entering[row]] += moving[row]
            children[row, leaving[row]] -= moving[row]
            load[into[row]] += moving[row]
            load[out_of[row]] -= moving[row]
