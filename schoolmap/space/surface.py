"""
Measure the surface that polygons have in common, many pairs at once.

Everything that carries children from one layer to another rests on this
number. Few pairs, and pairs of two long outlines, are cut by GEOS; many pairs
of short outlines are measured without cutting, by a compiled sum over their
edges, which is several times faster and agrees to 1e-12 of the surface.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    import numpy.typing as npt

    Shapes = npt.NDArray[np.object_]
    Positions = npt.NDArray[np.intp]

ROUNDING = 1e-11
"""Share of a polygon up to which a common surface is rounding of the measure: they only touch."""

_POLYGON = 3
"""GEOS' number of the type."""

_MULTIPOLYGON = 6

_MANY = 5_000
"""Pairs from which loading the compiled sum over edges is worth while; compiling it, once, takes some seconds."""

_LONG = 200
"""Vertices of the shorter outline from which GEOS, which sorts its edges, is faster than all pairs of edges."""


def touching(left: Shapes, right: Shapes) -> tuple[Positions, Positions]:
    """
    Find the pairs of shapes whose boxes touch.

    Parameters
    ----------
    left, right
        Shapes of one CRS.

    Returns
    -------
    at_left, at_right
        Positions of each pair, in the order of `left`, then of `right`.
    """
    at_left, at_right = shapely.STRtree(right).query(left)
    order = np.lexsort((at_right, at_left))
    return at_left[order], at_right[order]


def common_surface(left: Shapes, right: Shapes, at_left: Positions, at_right: Positions) -> npt.NDArray[np.float64]:
    """
    Measure the surface that the polygons of each pair have in common.

    Parameters
    ----------
    left, right
        Valid polygons of one metric CRS.
    at_left, at_right
        Positions of the polygons of each pair.

    Returns
    -------
    surface
        In square metres, one a pair; zero for polygons that only touch, or,
        where they are many, less than `ROUNDING` of the polygons' surface.

    Examples
    --------
    >>> squares = np.array([shapely.box(0, 0, 10, 10), shapely.box(6, 0, 16, 10)])
    >>> common_surface(squares, squares, np.array([0, 0]), np.array([0, 1])).tolist()
    [100.0, 40.0]
    """
    surface = np.zeros(len(at_left))
    short = np.zeros(len(at_left), dtype=bool)
    if len(at_left) >= _MANY:
        short = (shapely.get_num_coordinates(left) < _LONG)[at_left]
        short |= (shapely.get_num_coordinates(right) < _LONG)[at_right]
    if short.sum() >= _MANY:
        surface[short] = _by_edges(left, right, at_left[short], at_right[short])
    else:
        short[:] = False
    surface[~short] = _by_cutting(left, right, at_left[~short], at_right[~short])
    return surface


def cut(left: Shapes, right: Shapes) -> Shapes:
    """
    Cut shapes by polygons, one by one, and keep what has surface.

    Parameters
    ----------
    left
        Valid polygons.
    right
        Valid polygons, as many.

    Returns
    -------
    pieces
        Polygons or multipolygons; empty where two have no surface in common.
    """
    return polygonal(shapely.intersection(left, right))


def polygonal(shapes: Shapes) -> Shapes:
    """Return shapes without the lines and points that cutting may leave; empty polygons where nothing is left."""
    shapes = shapes.copy()
    for row in np.flatnonzero(~np.isin(shapely.get_type_id(shapes), (_POLYGON, _MULTIPOLYGON))):
        parts = shapely.get_parts(shapes[row])
        shapes[row] = shapely.multipolygons(parts[shapely.get_dimensions(parts) == 2])
    return shapes


def _by_cutting(left: Shapes, right: Shapes, at_left: Positions, at_right: Positions) -> npt.NDArray[np.float64]:
    """Measure by the intersection, which only the pairs need whose borders cross."""
    shapely.prepare(right[np.unique(at_right)])
    ours, theirs = left[at_left], right[at_right]
    whole = shapely.covers(theirs, ours)
    surface = np.where(whole, shapely.area(ours), 0.0)
    cut = np.flatnonzero(~whole & shapely.intersects(theirs, ours))
    surface[cut] = shapely.area(shapely.intersection(ours[cut], theirs[cut]))
    return surface


def _by_edges(left: Shapes, right: Shapes, at_left: Positions, at_right: Positions) -> npt.NDArray[np.float64]:
    """Measure by the sum over pairs of edges."""
    from schoolmap.space import surface_kernel  # noqa: PLC0415 - numba is heavy

    def outlines(shapes: Shapes) -> tuple[npt.NDArray[np.generic], ...]:
        """Return vertices, where each ring begins, its sign, and where each shape's rings begin."""
        xy = shapely.get_coordinates(shapes)
        lengths, rings_of_shape, is_outline = _rings(shapes)
        rings, first = (np.concatenate([[0], np.cumsum(sizes)]) for sizes in (lengths, rings_of_shape))
        return xy, rings, surface_kernel.directions(xy, rings, is_outline), first

    ours, theirs = shapely.bounds(left)[at_left], shapely.bounds(right)[at_right]
    boxes = np.hstack([np.maximum(ours[:, :2], theirs[:, :2]), np.minimum(ours[:, 2:], theirs[:, 2:])])
    left_outlines = outlines(left)
    surface: npt.NDArray[np.float64] = surface_kernel.common_surface(
        *left_outlines,
        *(left_outlines if right is left else outlines(right)),
        at_left.astype(np.int64),
        at_right.astype(np.int64),
        boxes,
    )
    return np.maximum(surface, 0.0)


def _rings(shapes: Shapes) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return the vertices of each ring, the rings of each shape, and which rings are outlines, not holes."""
    simple = (shapely.get_type_id(shapes) == _POLYGON) & (shapely.get_num_interior_rings(shapes) == 0)
    rings_of_shape = np.ones(len(shapes), dtype=np.int64)
    others = np.flatnonzero(~simple)
    parts, owner = shapely.get_parts(shapes[others], return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    rings_of_shape[others] = np.bincount(owner[part], minlength=len(others))
    is_simple = np.repeat(simple, rings_of_shape)
    lengths = np.empty(len(is_simple), dtype=np.int64)
    lengths[is_simple] = shapely.get_num_coordinates(shapes[simple])
    lengths[~is_simple] = shapely.get_num_coordinates(rings)
    holes = shapely.get_num_interior_rings(parts)
    outlines = np.zeros(len(rings), dtype=bool)
    outlines[np.cumsum(holes + 1) - holes - 1] = True
    is_outline = np.ones(len(is_simple), dtype=bool)
    is_outline[~is_simple] = outlines
    return lengths, rings_of_shape, is_outline
