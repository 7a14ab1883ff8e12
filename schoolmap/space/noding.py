"""
Find where lines meet, and cut them there: the geometry below a road network.

Lines meet where they share a vertex, where an end lies within a tolerance of
another line, and, if the caller says so, where they cross. Everything is done
on arrays of vertices and segments; no line is looked at by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Literal

import numpy as np
import shapely
from scipy import sparse
from scipy.sparse import csgraph

from schoolmap.space.meetings import SAME_M
from schoolmap.space.meetings import Vertices
from schoolmap.space.meetings import crossings_of
from schoolmap.space.meetings import ends_on_lines
from schoolmap.space.meetings import measure_vertices
from schoolmap.space.meetings import shared_vertices

if TYPE_CHECKING:
    import numpy.typing as npt

    Shapes = npt.NDArray[np.object_]
    Floats = npt.NDArray[np.float64]
    Positions = npt.NDArray[np.intp]
    Flags = npt.NDArray[np.bool_]

Crossing = Literal["join", "apart"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """
    Lines after cutting.

    Attributes
    ----------
    shapes
        The pieces, each in the direction of its line, in the order of lines.
    parent
        Position of the line of each piece.
    first, last
        Place at which each piece begins and ends.
    place_of_cut
        Place of each cut that was asked for.
    xy
        Coordinates of each place.
    """

    shapes: Shapes
    parent: Positions
    first: Positions
    last: Positions
    place_of_cut: Positions
    xy: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Noded:
    """
    Lines cut where they meet.

    Attributes
    ----------
    shapes, parent
        As of `Pieces`.
    start, end
        Node at which each piece begins and ends.
    xy
        Coordinates of each node.
    """

    shapes: Shapes
    parent: Positions
    start: Positions
    end: Positions
    xy: Floats


def cut_lines(lines: Shapes, line: Positions, along: Floats, xy: Floats) -> Pieces:
    """
    Cut lines at places along them.

    Parameters
    ----------
    lines
        Lines in a metric CRS, none without length.
    line, along
        Which line is cut, and how far from its beginning, in metres.
    xy
        Coordinates of each cut, used where it is at no vertex.

    Returns
    -------
    pieces
        The pieces. A cut at an end cuts nothing but has its place.

    Examples
    --------
    >>> way = np.array([shapely.LineString([(0, 0), (10, 0), (10, 10)])])
    >>> cut = cut_lines(way, np.array([0]), np.array([4.0]), np.array([[4.0, 0.0]]))
    >>> [shape.wkt for shape in cut.shapes]
    ['LINESTRING (0 0, 4 0)', 'LINESTRING (4 0, 10 0, 10 10)']
    """
    vertices, of, distance = measure_vertices(lines)
    bounds = np.searchsorted(of, np.arange(len(lines) + 1))
    first, last = bounds[:-1], bounds[1:] - 1
    # one axis for all lines, with a metre between them, so that places can be sorted and compared at once
    begin = np.concatenate([[0.0], np.cumsum(distance[last] + 1.0)[:-1]])
    axis = distance + begin[of]

    ends = np.concatenate([first, last])
    wanted = np.concatenate([axis[ends], begin[line] + along])
    nearest = _nearest(axis, wanted)
    at_vertex = np.abs(axis[nearest] - wanted) <= SAME_M
    wanted = np.where(at_vertex, axis[nearest], wanted)
    is_end = np.zeros(len(vertices), dtype=bool)
    is_end[ends] = True
    rank = np.where(at_vertex, np.where(is_end[nearest], 0, 1), 2)

    # cuts closer than a millimetre are one place; an end stands for it, else a vertex
    order = np.argsort(wanted, kind="stable")
    fresh = np.concatenate([[True], np.diff(wanted[order]) > SAME_M])
    group = np.empty(len(wanted), dtype=np.intp)
    group[order] = np.cumsum(fresh) - 1
    best = np.lexsort((wanted, rank, group))
    chosen = best[np.concatenate([[True], np.diff(group[best]) > 0])]
    places = np.concatenate([vertices[ends], xy])[chosen]
    on_vertex = at_vertex[chosen]
    places[on_vertex] = vertices[nearest[chosen[on_vertex]]]

    place_of_vertex = np.full(len(vertices), -1, dtype=np.intp)
    place_of_vertex[nearest[chosen[on_vertex]]] = np.flatnonzero(on_vertex)
    new = np.flatnonzero(~on_vertex)
    line_of_cut = np.concatenate([np.arange(len(lines)), np.arange(len(lines)), line])
    all_axis = np.concatenate([axis, wanted[chosen[new]]])
    order = np.argsort(all_axis, kind="stable")
    all_xy = np.concatenate([vertices, places[new]])[order]
    all_line = np.concatenate([of, line_of_cut[chosen[new]]])[order]
    all_place = np.concatenate([place_of_vertex, new])[order]
    all_end = np.concatenate([is_end, np.zeros(len(new), dtype=bool)])[order]

    # an inner cut ends one piece and begins the next
    twice = (all_place >= 0) & ~all_end
    repeat = np.repeat(np.arange(len(all_xy)), 1 + twice)
    second = np.concatenate([[False], repeat[1:] == repeat[:-1]])
    begins = second | np.concatenate([[True], np.diff(all_line[repeat]) > 0])
    piece = np.cumsum(begins) - 1
    starts = np.flatnonzero(begins)
    stops = np.concatenate([starts[1:], [len(repeat)]]) - 1
    return Pieces(
        shapes=np.asarray(shapely.linestrings(all_xy[repeat], indices=piece), dtype=object),
        parent=all_line[repeat[starts]],
        first=all_place[repeat[starts]],
        last=all_place[repeat[stops]],
        place_of_cut=group[len(ends) :],
        xy=places,
    )


def _nearest(axis: Floats, wanted: Floats) -> Positions:
    """Return the position of the value on a sorted axis that is nearest to each wanted one."""
    right = np.clip(np.searchsorted(axis, wanted), 1, len(axis) - 1)
    closer = wanted - axis[right - 1] <= axis[right] - wanted
    return np.where(closer, right - 1, right)


def node_lines(lines: Shapes, *, join_m: float, cross: Crossing, apart: Flags) -> Noded:
    """
    Cut lines where they meet.

    Parameters
    ----------
    lines
        Lines in a metric CRS, none without length.
    join_m
        An end this close to another line, or to its end, meets it. The gap has
        no length. Ends in a chain of such gaps are one node.
    cross
        Whether lines that cross without a common vertex meet.
    apart
        Lines that meet no line they merely cross, such as bridges and tunnels.

    Returns
    -------
    noded
        The pieces and their nodes. A piece no longer than `join_m` between one
        node and itself is left out.
    """
    lines = np.asarray(shapely.remove_repeated_points(lines), dtype=object)
    vertices = Vertices(*measure_vertices(lines))
    cuts = [shared_vertices(vertices)]
    crossings = crossings_of(vertices, apart) if cross == "join" else None
    if crossings is not None:
        cuts.append(crossings)
    cuts.append(ends_on_lines(lines, vertices, join_m=join_m, crossings=crossings))

    offsets = np.cumsum([0, *(len(part.line) for part in cuts)])[:-1]
    pieces = cut_lines(
        lines,
        np.concatenate([part.line for part in cuts]),
        np.concatenate([part.along for part in cuts]),
        np.concatenate([part.xy for part in cuts]),
    )
    left = pieces.place_of_cut[np.concatenate([part.left + at for part, at in zip(cuts, offsets, strict=True)])]
    right = pieces.place_of_cut[np.concatenate([part.right + at for part, at in zip(cuts, offsets, strict=True)])]
    node = connected(len(pieces.xy), left, right)
    start, end = node[pieces.first], node[pieces.last]
    kept = (start != end) | (shapely.length(pieces.shapes) > max(join_m, SAME_M))
    used, index = np.unique(np.concatenate([start[kept], end[kept]]), return_inverse=True)
    # the first place of a node gives its coordinates
    where = np.full(node.max(initial=-1) + 1, -1, dtype=np.intp)
    where[node[::-1]] = np.arange(len(node))[::-1]
    half = int(kept.sum())
    return Noded(
        shapes=pieces.shapes[kept],
        parent=pieces.parent[kept],
        start=index[:half],
        end=index[half:],
        xy=pieces.xy[where[used]],
    )


def connected(count: int, left: Positions, right: Positions) -> Positions:
    """Give the number of its connected part to each node of a graph whose edges are given by their ends."""
    graph = sparse.coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(count, count))
    _, part = csgraph.connected_components(graph.tocsr(), directed=False)
    return np.asarray(part, dtype=np.intp)
