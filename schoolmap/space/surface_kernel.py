"""
The compiled inner loop of `surface`: the common surface of many pairs of polygons.

A point lies in a polygon if the edges above it that run one way outnumber
those that run the other way by one. So the surface that two polygons have in
common is a sum over pairs of edges, one of each, of the surface below both,
with the sign of their directions (Green's theorem applied twice). No crossing
is ever constructed and no case is special: borders that coincide, touch or
pass through vertices cancel to within rounding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import numba
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt


def _compiled(function: Any) -> Any:  # noqa: ANN401
    """Compile, and keep the result for the next run where the machine has a place to keep it."""
    try:
        return numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:
        return numba.njit(nogil=True)(function)


@_compiled
def directions(
    xy: npt.NDArray[np.float64],
    rings: npt.NDArray[np.int64],
    is_outline: npt.NDArray[np.bool_],
) -> npt.NDArray[np.float64]:
    """Return for each ring the sign that its edges take so that the surface is on one side, of holes too."""
    signs = np.empty(len(rings) - 1, np.float64)
    for ring in range(len(rings) - 1):
        begin, end = rings[ring], rings[ring + 1]
        twice = 0.0
        for k in range(begin, end - 1):
            twice += (xy[k, 0] - xy[begin, 0]) * (xy[k + 1, 1] - xy[begin, 1])
            twice -= (xy[k + 1, 0] - xy[begin, 0]) * (xy[k, 1] - xy[begin, 1])
        signs[ring] = 1.0 if (twice > 0) == is_outline[ring] else -1.0
    return signs


@_compiled
def _note(  # noqa: PLR0917 - compiled code has no keywords
    edges: npt.NDArray[np.float64],
    number: int,
    x_from: float,
    y_from: float,
    x_to: float,
    y_to: float,
    sign: float,
    west: float,
    east: float,
) -> int:
    """Write down an edge from left to right, unless it is upright or beside the box; return how many there are."""
    if x_from == x_to or (x_from <= west and x_to <= west) or (x_from >= east and x_to >= east):
        return number
    edge = edges[number]
    edge[3] = (y_to - y_from) / (x_to - x_from)
    if x_from < x_to:
        edge[0], edge[1], edge[2], edge[4] = x_from, y_from, x_to, sign
    else:
        edge[0], edge[1], edge[2], edge[4] = x_to, y_to, x_from, -sign
    return number + 1


@_compiled
def _edges_near(  # noqa: PLR0917 - compiled code has no keywords
    edges: npt.NDArray[np.float64],
    xy: npt.NDArray[np.float64],
    rings: npt.NDArray[np.int64],
    signs: npt.NDArray[np.float64],
    first: int,
    last: int,
    box: npt.NDArray[np.float64],
) -> int:
    """
    Write down the edges of a polygon that matter in the common box, with heights above its base.

    Columns are x and y of the left end, x of the right end, the slope and the
    sign. Below the base an edge is below every edge of the other polygon, whose
    signs cancel, and it is left out. Above the top it is above all of them,
    however high, so that edges in a row up there become one level edge.
    """
    west, base, east, top = box[0], box[1], box[2], box[3]
    number = 0
    for ring in range(first, last):
        sign = signs[ring]
        above, x_above = False, 0.0
        for k in range(rings[ring], rings[ring + 1] - 1):
            y_from, y_to = xy[k, 1], xy[k + 1, 1]
            if y_from >= top and y_to >= top:
                if not above:
                    above, x_above = True, xy[k, 0]
                continue
            if above:
                above = False
                number = _note(edges, number, x_above, top - base, xy[k, 0], top - base, sign, west, east)
            if y_from >= base or y_to >= base:
                number = _note(edges, number, xy[k, 0], y_from - base, xy[k + 1, 0], y_to - base, sign, west, east)
        if above:
            x_end = xy[rings[ring + 1] - 1, 0]
            number = _note(edges, number, x_above, top - base, x_end, top - base, sign, west, east)
    return number


@_compiled
def _lower_of(here_begin: float, here_end: float, there_begin: float, there_end: float) -> float:
    """Return twice the mean height of the lower of two lines, given both ends of both."""
    apart_begin, apart_end = here_begin - there_begin, here_end - there_end
    if apart_begin <= 0 and apart_end <= 0:
        return here_begin + here_end
    if apart_begin >= 0 and apart_end >= 0:
        return there_begin + there_end
    # they cross: the lower of two numbers is half their sum less half their distance
    between = (apart_begin**2 + apart_end**2) / (abs(apart_begin) + abs(apart_end))
    return 0.5 * (here_begin + here_end + there_begin + there_end - between)


@_compiled
def common_surface(  # noqa: PLR0917 - compiled code has no keywords
    left_xy: npt.NDArray[np.float64],
    left_rings: npt.NDArray[np.int64],
    left_signs: npt.NDArray[np.float64],
    left_first: npt.NDArray[np.int64],
    right_xy: npt.NDArray[np.float64],
    right_rings: npt.NDArray[np.int64],
    right_signs: npt.NDArray[np.float64],
    right_first: npt.NDArray[np.int64],
    left: npt.NDArray[np.int64],
    right: npt.NDArray[np.int64],
    boxes: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Return the common surface of each pair `(left, right)` whose common box is `boxes`."""
    surface = np.zeros(len(left), np.float64)
    ours, theirs = np.empty((len(left_xy), 5), np.float64), np.empty((len(right_xy), 5), np.float64)
    for pair in range(len(left)):
        i, j, box = left[pair], right[pair], boxes[pair]
        number = _edges_near(ours, left_xy, left_rings, left_signs, left_first[i], left_first[i + 1], box)
        others = _edges_near(theirs, right_xy, right_rings, right_signs, right_first[j], right_first[j + 1], box)
        total = 0.0
        for e in range(number):
            x0, y0, x1, slope = ours[e, 0], ours[e, 1], ours[e, 2], ours[e, 3]
            below = 0.0
            for f in range(others):
                begin, end = max(x0, theirs[f, 0]), min(x1, theirs[f, 2])
                if begin >= end:
                    continue
                height = _lower_of(
                    y0 + slope * (begin - x0),
                    y0 + slope * (end - x0),
                    theirs[f, 1] + theirs[f, 3] * (begin - theirs[f, 0]),
                    theirs[f, 1] + theirs[f, 3] * (end - theirs[f, 0]),
                )
                below += (end - begin) * height * theirs[f, 4]
            total += below * ours[e, 4]
        surface[pair] = 0.5 * total
    return surface
