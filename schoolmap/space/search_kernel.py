"""
Compiled searches for cheapest ways: from one school to every node, and from all schools at once.

In the second each node keeps its best `k` schools. A school that is not among
them at a node cannot be among those of a node whose way leads through it, so
nothing is lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import numba
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt


_PLACES = 1024
"""Places for waiting nodes at first."""


def _compiled(function: Any) -> Any:  # noqa: ANN401
    """Compile, and keep the result for the next run where the machine has a place to keep it."""
    try:
        return numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:
        return numba.njit(nogil=True)(function)


@_compiled
def _longer(values: npt.NDArray[Any], used: int) -> npt.NDArray[Any]:
    """Return an array of twice the places that begins as the old one."""
    more = np.empty(2 * len(values), values.dtype)
    more[:used] = values[:used]
    return more


@_compiled
def _offer(
    node: int,
    school: int,
    cost: float,
    schools: npt.NDArray[np.int32],
    costs: npt.NDArray[np.float64],
) -> bool:
    """Put a school on the list of a node, sorted by cost, if it is better than what is there; say whether it was."""
    most = schools.shape[1]
    if cost >= costs[node, most - 1]:
        return False
    place = most - 1
    for at in range(most):
        if schools[node, at] == school:
            if costs[node, at] <= cost:
                return False
            place = at
            break
        if schools[node, at] < 0:
            place = at
            break
    while place > 0 and costs[node, place - 1] > cost:
        schools[node, place] = schools[node, place - 1]
        costs[node, place] = costs[node, place - 1]
        place -= 1
    schools[node, place] = school
    costs[node, place] = cost
    return True


@_compiled
def _is_listed(
    node: int, school: int, cost: float, schools: npt.NDArray[np.int32], costs: npt.NDArray[np.float64]
) -> bool:
    """Say whether a node still lists a school at a cost: it may have been improved or pushed off the list since."""
    for at in range(schools.shape[1]):
        if schools[node, at] == school:
            return bool(costs[node, at] == cost)
    return False


@_compiled
def _push(keys: npt.NDArray[np.float64], items: npt.NDArray[np.int64], size: int, key: float, item: int) -> None:
    """Put an item into a heap with four children a place."""
    place = size
    while place > 0:
        parent = (place - 1) >> 2
        if keys[parent] <= key:
            break
        keys[place], items[place] = keys[parent], items[parent]
        place = parent
    keys[place], items[place] = key, item


@_compiled
def _drop_first(keys: npt.NDArray[np.float64], items: npt.NDArray[np.int64], size: int) -> None:
    """Take the first item out of a heap of `size` items."""
    last = size - 1
    key, item = keys[last], items[last]
    place = 0
    while True:
        child = 4 * place + 1
        if child >= last:
            break
        least = child
        for other in range(child + 1, min(child + 4, last)):
            if keys[other] < keys[least]:
                least = other
        if keys[least] >= key:
            break
        keys[place], items[place] = keys[least], items[least]
        place = least
    keys[place], items[place] = key, item


@_compiled
def nearest(
    pointer: npt.NDArray[np.int32],
    heads: npt.NDArray[np.int32],
    weights: npt.NDArray[np.float64],
    nodes: int,
    most: int,
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
    """
    Return the nearest schools of each node, nearest first, and the cost of the way; -1 and infinite where there are fewer.

    `pointer`, `heads` and `weights` are the arcs by row; rows from `nodes` on are schools.
    """
    count = len(pointer) - 1 - nodes
    schools = np.full((nodes, most), -1, np.int32)
    costs = np.full((nodes, most), np.inf, np.float64)
    keys, items = np.empty(_PLACES, np.float64), np.empty(_PLACES, np.int64)
    size = 0
    row, base, school = nodes, 0.0, 0
    while True:
        # first the arcs of each school, then those of the nearest label that is still open
        for arc in range(pointer[row], pointer[row + 1]):
            node, cost = heads[arc], base + weights[arc]
            if _offer(node, school, cost, schools, costs):
                if size == len(keys):
                    keys, items = _longer(keys, size), _longer(items, size)
                _push(keys, items, size, cost, np.int64(node) * count + school)
                size += 1
        if row >= nodes:
            row += 1
            school += 1
            if school < count:
                continue
        found = False
        while size > 0 and not found:
            base, item = keys[0], items[0]
            _drop_first(keys, items, size)
            size -= 1
            row, school = item // count, item % count
            found = _is_listed(row, school, base, schools, costs)
        if not found:
            break
    return schools, costs


@_compiled
def ways_from(  # noqa: PLR0917 - compiled code has no keywords
    pointer: npt.NDArray[np.int32],
    heads: npt.NDArray[np.int32],
    weights: npt.NDArray[np.float64],
    source: int,
    width: float,
    buckets: int,
    costs: npt.NDArray[np.float64],
) -> None:
    """
    Write the cost of the cheapest way from one node to each; infinite where there is none.

    Nodes wait in buckets of equal width, taken in turn; within a bucket a node
    is looked at again when a cheaper way to it is found (delta-stepping). The
    buckets are a ring, which must be longer than the dearest arc.
    """
    costs[:] = np.inf
    spread = np.full(len(costs), np.inf)
    first = np.full(buckets, -1, np.int64)
    waiting, following = np.empty(_PLACES, np.int64), np.empty(_PLACES, np.int64)
    # entries that were taken out are used again
    free = -1
    used = 1
    waiting[0], following[0] = source, -1
    costs[source] = 0.0
    first[0] = 0
    open_ = 1
    turn = 0
    while open_ > 0:
        place = turn % buckets
        while first[place] >= 0:
            entry = first[place]
            first[place] = following[entry]
            node = waiting[entry]
            following[entry] = free
            free = entry
            open_ -= 1
            base = costs[node]
            if spread[node] <= base:
                continue
            spread[node] = base
            for arc in range(pointer[node], pointer[node + 1]):
                head, cost = heads[arc], base + weights[arc]
                if cost < costs[head]:
                    costs[head] = cost
                    if free >= 0:
                        entry = free
                        free = following[entry]
                    else:
                        if used == len(waiting):
                            waiting, following = _longer(waiting, used), _longer(following, used)
                        entry = used
                        used += 1
                    to = np.int64(cost / width) % buckets
                    waiting[entry] = head
                    following[entry] = first[to]
                    first[to] = entry
                    open_ += 1
        turn += 1
