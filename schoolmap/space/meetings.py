"""
Where lines meet: at common vertices, at ends close to another line, and where they cross.

Everything is done on arrays of vertices and segments; no line is looked at by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    import numpy.typing as npt

    Shapes = npt.NDArray[np.object_]
    Floats = npt.NDArray[np.float64]
    Positions = npt.NDArray[np.intp]
    Flags = npt.NDArray[np.bool_]

SAME_M = 1e-3
"""Places on one line that are closer than a millimetre are one place."""

_OVERSHOOT = 10.0
"""An end that shot over a line it crosses is joined by the crossing, if that is within so many tolerances along it."""

_ON_END_M = 1e-6
"""Metres by which a crossing may miss the end of a segment: rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuts:
    """Cuts of lines, and which of them are one node."""

    line: Positions
    along: Floats
    xy: Floats
    left: Positions
    right: Positions


class Vertices:
    """Vertices of lines: where, of which line, how far along it, and one number for equal coordinates."""

    def __init__(self, xy: Floats, of: Positions, along: Floats) -> None:
        self.xy, self.of, self.along = xy, of, along
        self.number = _equal_places(xy)
        bounds = np.searchsorted(of, np.arange(of.max(initial=-1) + 2))
        self.first, self.last = bounds[:-1], bounds[1:] - 1


def measure_vertices(lines: Shapes) -> tuple[Floats, Positions, Floats]:
    """Return the vertices of lines, the line of each, and how far along its line it is, in metres."""
    xy, of = shapely.get_coordinates(lines, return_index=True)
    step = np.zeros(len(xy))
    step[1:] = np.where(of[1:] == of[:-1], np.hypot(*np.diff(xy, axis=0).T), 0.0)
    total = np.cumsum(step)
    first = np.searchsorted(of, np.arange(len(lines)))
    return xy, of, total - total[first][of]


def _equal_places(xy: Floats) -> Positions:
    """Give equal coordinates one number."""
    order = np.lexsort((xy[:, 1], xy[:, 0]))
    fresh = np.concatenate([[False], (np.diff(xy[order], axis=0) != 0).any(axis=1)])
    number = np.empty(len(xy), dtype=np.intp)
    number[order] = np.cumsum(fresh)
    return number


def shared_vertices(vertices: Vertices) -> Cuts:
    """Cut lines at vertices that occur more than once, and make those of equal coordinates one node."""
    times = np.bincount(vertices.number)
    shared = np.flatnonzero(times[vertices.number] > 1)
    order = shared[np.argsort(vertices.number[shared], kind="stable")]
    same = np.flatnonzero(np.diff(vertices.number[order]) == 0)
    return Cuts(line=vertices.of[order], along=vertices.along[order], xy=vertices.xy[order], left=same, right=same + 1)


def crossings_of(vertices: Vertices, apart: Flags) -> Cuts:
    """Find where segments cross, also of one line, but not at a vertex that both have."""
    xy, of, along, vertex = vertices.xy, vertices.of, vertices.along, vertices.number
    begin = np.flatnonzero((of[1:] == of[:-1]) & ~apart[of[1:]])
    segments = segments_at(xy, begin)
    one, other = shapely.STRtree(segments).query(segments)
    later = one < other
    one, other = begin[one[later]], begin[other[later]]
    meets = (
        (vertex[one] == vertex[other])
        | (vertex[one] == vertex[other + 1])
        | (vertex[one + 1] == vertex[other])
        | (vertex[one + 1] == vertex[other + 1])
    )
    one, other = one[~meets], other[~meets]
    hit, share, other_share = _meet(xy[one], xy[one + 1], xy[other], xy[other + 1])
    one, other, share, other_share = one[hit], other[hit], share[hit], other_share[hit]
    place = xy[one] + share[:, None] * (xy[one + 1] - xy[one])
    number = np.arange(len(one))
    return Cuts(
        line=np.concatenate([of[one], of[other]]),
        along=np.concatenate(
            [
                along[one] + share * (along[one + 1] - along[one]),
                along[other] + other_share * (along[other + 1] - along[other]),
            ]
        ),
        xy=np.concatenate([place, place]),
        left=number,
        right=number + len(one),
    )


def segments_at(xy: Floats, begin: Positions) -> Shapes:
    """Return the segments from vertices to those that follow them."""
    return np.asarray(shapely.linestrings(np.stack([xy[begin], xy[begin + 1]], axis=1)), dtype=object)


def _meet(begin: Floats, end: Floats, other_begin: Floats, other_end: Floats) -> tuple[Flags, Floats, Floats]:
    """Say which pairs of segments meet, and at which share of each; segments on one line do not."""
    ours, theirs, between = end - begin, other_end - other_begin, other_begin - begin
    turn = _cross(ours, theirs)
    with np.errstate(divide="ignore", invalid="ignore"):
        share, other_share = _cross(between, theirs) / turn, _cross(between, ours) / turn
    miss, other_miss = _ON_END_M / np.hypot(*ours.T), _ON_END_M / np.hypot(*theirs.T)
    hit = (turn != 0) & (np.abs(share - 0.5) <= 0.5 + miss) & (np.abs(other_share - 0.5) <= 0.5 + other_miss)
    return hit, np.clip(share, 0, 1), np.clip(other_share, 0, 1)


def crossings_with(lines: Shapes, others: Shapes) -> tuple[Positions, Floats, Floats]:
    """
    Find every place where lines meet others, also where a line comes there twice.

    Parameters
    ----------
    lines, others
        Lines in a metric CRS.

    Returns
    -------
    line, along, xy
        Which line, how far from its beginning, and where. A line that runs along
        another meets it where one of them turns off.

    Examples
    --------
    >>> there_and_back = np.array([shapely.LineString([(0, 0), (10, 0), (0, 0)])])
    >>> crossings_with(there_and_back, np.array([shapely.LineString([(4, -1), (4, 1)])]))[1].tolist()
    [4.0, 16.0]
    """
    _, near = shapely.STRtree(lines).query(others)
    near = np.unique(near)
    xy, of, along = measure_vertices(lines[near])
    other_xy, other_of, _ = measure_vertices(others)
    begin, other_begin = np.flatnonzero(of[1:] == of[:-1]), np.flatnonzero(other_of[1:] == other_of[:-1])
    segments, other_segments = segments_at(xy, begin), segments_at(other_xy, other_begin)
    other, one = shapely.STRtree(segments).query(other_segments)
    one, other = begin[one], other_begin[other]
    hit, share, _ = _meet(xy[one], xy[one + 1], other_xy[other], other_xy[other + 1])
    one, share = one[hit], share[hit]
    place = xy[one] + share[:, None] * (xy[one + 1] - xy[one])
    distance = along[one] + share * (along[one + 1] - along[one])
    order = np.lexsort((distance, of[one]))
    return near[of[one]][order], distance[order], place[order]


def _cross(one: Floats, other: Floats) -> Floats:
    """Return the cross product of vectors: positive where `other` turns left of `one`."""
    product: Floats = one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]
    return product


def ends_on_lines(lines: Shapes, vertices: Vertices, *, join_m: float, crossings: Cuts | None) -> Cuts:
    """Find ends within the tolerance of another line; close to that line's end, they meet its end."""
    xy, along, first, last = vertices.xy, vertices.along, vertices.first, vertices.last
    ends = np.concatenate([first, last])
    own = np.tile(np.arange(len(lines)), 2)
    points = shapely.points(xy[ends])
    end, line = shapely.STRtree(lines).query(points, predicate="dwithin", distance=join_m)
    # ends that are equal have met already
    tip = vertices.number[ends[end]]
    apart = (own[end] != line) & (tip != vertices.number[first[line]]) & (tip != vertices.number[last[line]])
    end, line = end[apart], line[apart]
    distance = shapely.line_locate_point(lines[line], points[end])
    for tips in (first, last):
        near = np.hypot(*(xy[tips[line]] - xy[ends[end]]).T) <= join_m
        distance = np.where(near, along[tips[line]], distance)
    if crossings is not None:
        shot = _shot_over(crossings, along[ends], count=len(lines), reach=_OVERSHOOT * join_m)
        keep = ~np.isin(end * len(lines) + line, shot)
        end, line, distance = end[keep], line[keep], distance[keep]
    number = np.arange(len(end))
    spots = shapely.line_interpolate_point(lines[line], distance)
    return Cuts(
        line=np.concatenate([own[end], line]),
        along=np.concatenate([along[ends[end]], distance]),
        xy=np.concatenate([xy[ends[end]], shapely.get_coordinates(spots)]),
        left=number,
        right=number + len(end),
    )


def _shot_over(crossings: Cuts, along_end: Floats, *, count: int, reach: float) -> Positions:
    """Return pairs of an end and a line, as one number, where a crossing just before the end joins them already."""
    half = len(crossings.line) // 2
    partner = np.concatenate([crossings.line[half:], crossings.line[:half]])
    pairs = []
    for side in (0, 1):
        end = crossings.line + side * count
        close = np.abs(crossings.along - along_end[end]) <= reach
        pairs.append(end[close] * count + partner[close])
    return np.concatenate(pairs)
