"""Outlines for the map: rings of whole hundred-thousandths of a degree, each point told from the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from schoolmap.output.model import Ring

GRID_DEG = 1e-5
"""Coordinates on the map are whole multiples of this, about a metre."""


def polygons(shape: shapely.Geometry) -> tuple[tuple[Ring, ...], ...]:
    """
    Return the polygons of a shape in degrees, each as its outer ring and its holes.

    Examples
    --------
    >>> polygons(shapely.box(110.0, 28.0, 110.0001, 28.0001))
    (((11000010, 2800000, 0, 10, -10, 0, 0, -10),),)
    """
    return tuple(
        tuple(_ring(ring) for ring in (part.exterior, *part.interiors))
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon" and not part.is_empty
    )


def _ring(ring: shapely.LinearRing) -> Ring:
    points = np.round(shapely.get_coordinates(ring)[:-1] / GRID_DEG).astype(int)
    steps = np.diff(points, axis=0, prepend=np.zeros((1, 2), dtype=int))
    # points that fell on the same grid cell as the one before are not needed
    moved = (steps != 0).any(axis=1)
    moved[0] = True
    return tuple(int(value) for value in steps[moved].ravel())
