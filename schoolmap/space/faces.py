"""
Take a layer of polygons apart into faces that overlap nowhere, each with the polygons that claim it.

Where all outlines are drawn on one sheet, they cut the ground into faces. One
polygon claims a face if all is well; two or more where they overlap; none where
there is a gap. Faces share their borders exactly, vertex by vertex, so what is
put together from them fits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy import sparse
from scipy.spatial import KDTree

if TYPE_CHECKING:
    import numpy.typing as npt

    Shapes = npt.NDArray[np.object_]

ROUNDING_M = 1e-4
"""What is narrower than a tenth of a millimetre is rounding of coordinates."""

_CLOSE_M = 1e-5
"""Distance up to which computed lines lie on each other."""

_STRIP = 20
"""A gap that is open to the outside is a strip between two polygons if it is as many times as long as wide."""

_ONE_SIDE = 0.8
"""Share of a strip's border that one polygon may have; otherwise it is a bay of that polygon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Faces:
    """
    Faces of a layer.

    Attributes
    ----------
    shapes
        Polygons that overlap nowhere.
    claims
        One row per face, one column per polygon of the layer, true where the
        polygon claims the face.
    border_m
        Length of the border that two faces share, in metres, both ways.
    """

    shapes: Shapes
    claims: sparse.csr_array
    border_m: sparse.csr_array

    @property
    def claimants(self) -> npt.NDArray[np.int64]:
        """Return how many polygons claim each face."""
        counts: npt.NDArray[np.int64] = np.diff(self.claims.indptr)
        return counts


def arrange(shapes: Shapes, *, within: shapely.Geometry | None, strip_m: float) -> Faces:
    """
    Cut the ground into faces.

    Parameters
    ----------
    shapes
        Valid polygons in a metric CRS.
    within
        Ground that should be covered, in the same CRS. Without it, that is the
        ground that the polygons cover and enclose, and the strips between them.
    strip_m
        Width in metres up to which a strip between two polygons that is open to
        the outside counts as enclosed. Not used where `within` is given.

    Returns
    -------
    faces
        Every face that a polygon claims, and those that none claims but should.
    """
    frame = _mouths(shapes, strip_m) if within is None else shapely.get_parts(shapely.boundary(within))
    # one union of all lines cuts them wherever they meet, and joins what is a rounding error apart
    lines = shapely.union_all(np.concatenate([shapely.boundary(shapes), frame]))
    found = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    places = shapely.point_on_surface(found)
    face, polygon = shapely.STRtree(shapes).query(places, predicate="within")
    meant = np.zeros(len(found), dtype=bool)
    meant[face] = True
    meant |= within is None or shapely.within(places, within)
    claims = sparse.csr_array((np.ones(len(face)), (face, polygon)), shape=(len(found), len(shapes)))[meant]
    claims.sort_indices()
    return Faces(shapes=found[meant], claims=claims, border_m=_borders(found[meant]))


def widths(shapes: Shapes) -> npt.NDArray[np.float64]:
    """
    Measure the diameter of the largest circle that fits into each polygon.

    Parameters
    ----------
    shapes
        Valid polygons in a metric CRS.

    Returns
    -------
    width_m
        In metres, to a thousandth: a polygon is at least as wide as a circle
        if something of it is left when its rim, half as wide, is taken away.

    Examples
    --------
    >>> widths(np.array([shapely.box(0, 0, 900, 2), shapely.box(0, 0, 30, 40)])).round(1).tolist()
    [2.0, 30.0]
    """
    surface, outline = shapely.area(shapes), shapely.length(shapes)
    low = 2 * surface / outline
    high = 2 * np.sqrt(surface / np.pi) * (1 + 1e-9)
    while (high > low * 1.001).any():
        middle = np.sqrt(low * high)
        wider = ~shapely.is_empty(shapely.buffer(shapes, -middle / 2))
        low, high = np.where(wider, middle, low), np.where(wider, high, middle)
    return np.sqrt(low * high)


def at_most_wide(shapes: Shapes, width_m: float) -> npt.NDArray[np.bool_]:
    """Return which polygons have no place wider than this, up to a millionth; rounding never is."""
    half = max(width_m, ROUNDING_M) / 2
    narrow: npt.NDArray[np.bool_] = shapely.is_empty(shapely.buffer(shapes, -half * (1 + 1e-6)))
    return narrow


def put_together(faces: Faces, owned: sparse.csr_array, before: Shapes) -> Shapes:
    """
    Put polygons together from their faces.

    Parameters
    ----------
    faces
        Faces of the layer.
    owned
        Who has which face, one row per face, one column per polygon, each with
        at least one.
    before
        The polygons of the layer, in the order of the columns.

    Returns
    -------
    after
        The polygons; one whose vertices are the same as before stays the same object.
    """
    columns = owned.tocsc()
    own = np.split(faces.shapes[columns.indices], columns.indptr[1:-1])[: len(before)]
    whole = [parts[0] if len(parts) == 1 else shapely.coverage_union_all(parts) for parts in own]
    after = _without_idle_vertices(np.array(whole, dtype=object), before)
    vertices, earlier = _vertices(after), _vertices(before)
    same = [np.array_equal(*pair) for pair in zip(vertices, earlier, strict=True)]
    return np.where(same, before, after)


def _vertices(shapes: Shapes) -> list[npt.NDArray[np.complex128]]:
    """Return the sorted vertices of each polygon, x + iy, each once."""
    return [np.unique(shapely.get_coordinates(shape) @ (1, 1j)) for shape in shapes]


def _without_idle_vertices(after: Shapes, before: Shapes) -> Shapes:
    """Take out vertices on a straight edge that a face has left there, and that no neighbour has."""
    vertices, earlier = _vertices(after), _vertices(before)
    distinct, polygons = np.unique(np.concatenate([[], *vertices]), return_counts=True)
    alone = distinct[polygons == 1]
    result = after.copy()
    for at, (new, old) in enumerate(zip(vertices, earlier, strict=True)):
        idle = np.setdiff1d(np.intersect1d(new, alone), old)
        if len(idle) > 0:
            rings = [
                [_without(ring, idle) for ring in shapely.get_rings(part)] for part in shapely.get_parts(after[at])
            ]
            parts = [shapely.Polygon(shell, holes) for shell, *holes in rings]
            result[at] = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
    return result


def _without(ring: shapely.Geometry, idle: npt.NDArray[np.complex128]) -> shapely.LinearRing:
    """Take these vertices out of a ring where it is straight."""
    points = shapely.get_coordinates(ring)[:-1]
    while True:
        back, on = points - np.roll(points, 1, axis=0), np.roll(points, -1, axis=0) - points
        height = np.abs(back[:, 0] * on[:, 1] - back[:, 1] * on[:, 0]) / np.hypot(*(back + on).T)
        straight = np.isin(points @ (1, 1j), idle) & (height < _CLOSE_M)
        # of two in a row one stays for now: together they may be a corner
        straight[1:] &= ~straight[:-1]
        straight[0] &= not straight[-1]
        if not straight.any() or len(points) - straight.sum() < 3:
            return shapely.LinearRing(points)
        points = points[~straight]


def _mouths(shapes: Shapes, strip_m: float) -> Shapes:
    """Return the lines that shut strips between two polygons, up to this width, against the outside."""
    if strip_m <= ROUNDING_M:
        return np.array([], dtype=object)
    cover = shapely.get_parts(shapely.union_all(shapes))
    outline = shapely.union_all(shapely.polygons(shapely.get_exterior_ring(cover)))
    # a touch more, so that a strip of exactly this width is shut
    half = strip_m / 2 * (1 + 1e-6)
    shut = shapely.buffer(shapely.buffer(outline, half, join_style="mitre"), -half, join_style="mitre")
    # a little off the outline, along which rounding leaves hairs
    bays = shapely.get_parts(shapely.difference(shut, shapely.buffer(outline, _CLOSE_M, join_style="mitre")))
    breadth, length = _as_rectangles(bays)
    bays = bays[(breadth > ROUNDING_M) & (length >= _STRIP * breadth)]
    bay, polygon = shapely.STRtree(shapes).query(bays, predicate="dwithin", distance=3 * _CLOSE_M)
    beside = shapely.buffer(shapes[polygon], 3 * _CLOSE_M)
    border = pd.Series(shapely.length(shapely.intersection(shapely.boundary(bays[bay]), beside))).groupby(bay)
    # a strip lies between two polygons; a narrow bay of one polygon is its outline
    between = border.max() <= _ONE_SIDE * border.sum()
    bays = bays[between.index[between].to_numpy()]
    if bays.size == 0:
        return np.array([], dtype=object)
    open_side = shapely.difference(shapely.boundary(bays), shapely.buffer(shapely.boundary(outline), 2 * _CLOSE_M))
    mouths = shapely.get_parts(shapely.line_merge(open_side))
    near, rim = KDTree(shapely.get_coordinates(outline)), shapely.boundary(outline)
    return np.array([_tied(mouth, near, rim) for mouth in mouths], dtype=object)


def _tied(mouth: shapely.Geometry, corners: KDTree, rim: shapely.Geometry) -> shapely.LineString:
    """Tie both ends of a line to the rim that they all but touch: to its corner, or across its edge."""
    points = shapely.get_coordinates(mouth)
    tied = []
    for end in (points[0], points[-1]):
        away, corner = corners.query(end)
        onto = shapely.get_coordinates(shapely.shortest_line(shapely.Point(end), rim))[1] - end
        across = onto * (1 + 3 * _CLOSE_M / max(np.hypot(*onto), _CLOSE_M))
        tied.append(corners.data[corner] if away < 10 * _CLOSE_M else end + across)
    return shapely.LineString([tied[0], *points, tied[1]])


def _as_rectangles(shapes: Shapes) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return width and length of the rectangles with the same surface and outline."""
    half, surface = shapely.length(shapes) / 2, shapely.area(shapes)
    width = (half - np.sqrt(np.maximum(half**2 - 4 * surface, 0))) / 2
    return width, half - width


def _borders(shapes: Shapes) -> sparse.csr_array:
    """Measure what faces share: segments with the same two ends."""
    rings, owner = shapely.get_rings(shapes, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    start, end, face = points[:-1][same], points[1:][same], owner[ring[:-1][same]]
    swap = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    start[swap], end[swap] = end[swap], start[swap].copy()
    order = np.lexsort((end[:, 1], end[:, 0], start[:, 1], start[:, 0]))
    start, end, face = start[order], end[order], face[order]
    twin = np.flatnonzero((start[1:] == start[:-1]).all(axis=1) & (end[1:] == end[:-1]).all(axis=1))
    length = np.hypot(*(end[twin] - start[twin]).T)
    left, right = face[twin], face[twin + 1]
    both = (np.concatenate([left, right]), np.concatenate([right, left]))
    return sparse.csr_array((np.concatenate([length, length]), both), shape=(len(shapes), len(shapes)))
