"""
Which areas of a zone hang together with its school, and which are apart.

A zone is in one piece if each of its areas can be reached from a school of the
zone through areas of the zone. A zone of several schools may have a piece
around each. An area from which no school at all can be reached, such as an
island in the sea, cannot be asked to hang together with one; and one that today
is apart from the school of its zone may stay in that zone as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

if TYPE_CHECKING:
    import numpy.typing as npt

    Whole = npt.NDArray[np.int64]
    Mask = npt.NDArray[np.bool_]


def reached(zone: Whole, root: Mask, first: Whole, beside: Whole) -> Mask:
    """
    Say of each area whether it hangs together with a school of its zone.

    Parameters
    ----------
    zone
        Zone of each area.
    root
        By area and zone: whether a school of the zone stands in the area. It
        need not belong to the zone itself.
    first, beside
        Neighbours of area `i` are `beside[first[i]:first[i + 1]]`.

    Examples
    --------
    Four areas in a row; the school of zone 0 stands in the first, that of zone 1 in the second:

    >>> root = np.array([[True, False], [False, True], [False, False], [False, False]])
    >>> first, beside = np.array([0, 1, 3, 5, 6]), np.array([1, 0, 2, 1, 3, 2])
    >>> reached(np.array([0, 1, 1, 0]), root, first, beside).tolist()
    [True, True, True, False]
    """
    areas, zones = root.shape
    tail = np.repeat(np.arange(areas), np.diff(first))
    same = zone[tail] == zone[beside]
    # a school is a node of its own, beside the area where it stands and that area's neighbours
    home, of = np.nonzero(root)
    school = areas + of
    near = root[tail]
    step, to = np.nonzero(near & (zone[beside][:, None] == np.arange(zones)))
    own = zone[home] == of
    one = np.concatenate([tail[same], home[own], beside[step]])
    other = np.concatenate([beside[same], school[own], areas + to])
    graph = sparse.coo_array((np.ones(len(one)), (one, other)), (areas + zones, areas + zones))
    piece = csgraph.connected_components(graph, directed=False)[1]
    hangs: Mask = piece[:areas] == piece[areas + zone]
    return hangs


def pieces(areas: int, first: Whole, beside: Whole) -> Whole:
    """Return the piece of the land that each area belongs to: areas of one piece hang together."""
    tail = np.repeat(np.arange(areas), np.diff(first))
    graph = sparse.coo_array((np.ones(len(tail)), (tail, beside)), (areas, areas))
    piece: Whole = csgraph.connected_components(graph, directed=False)[1].astype(np.int64)
    return piece


def separator(area: int, inside: Mask, home: Whole, first: Whole, beside: Whole) -> Whole:
    """
    Return areas one of which the zone needs for an area to hang together with its school.

    Parameters
    ----------
    area
        An area that is apart from the school.
    inside
        Areas that the zone has.
    home
        Areas in which its schools stand.
    first, beside
        As in `reached`.

    Returns
    -------
    separator
        Areas around the piece of the zone that the area lies in, without those
        from which the schools can only be reached through others of them: a
        smallest set in the sense that none can be left out.
    """
    blob = spread(np.array([area]), inside, first, beside)
    ring = np.zeros(len(inside), dtype=bool)
    for one in np.flatnonzero(blob):
        ring[beside[first[one] : first[one + 1]]] = True
    ring &= ~blob
    # from the schools, without stepping over the ring
    open_land = ~ring & ~blob
    start = home[~blob[home]]
    seen = spread(start[open_land[start]], open_land, first, beside)
    touched = np.zeros(len(inside), dtype=bool)
    for one in np.flatnonzero(seen):
        touched[beside[first[one] : first[one + 1]]] = True
    touched[start] = True
    found: Whole = np.flatnonzero(ring & touched)
    return found


def spread(start: Whole, land: Mask, first: Whole, beside: Whole) -> Mask:
    """Return what can be reached from some areas through areas of the land."""
    seen = np.zeros(len(land), dtype=bool)
    seen[start] = True
    queue = list(start)
    while queue:
        one = queue.pop()
        for other in beside[first[one] : first[one + 1]]:
            if land[other] and not seen[other]:
                seen[other] = True
                queue.append(other)
    return seen
