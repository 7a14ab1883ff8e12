"""Outlines and places of the model as kilometres on a plane, for maps a county wide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from schoolmap.output.outlines import GRID_DEG

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.path import Path
    from numpy.typing import NDArray

    from schoolmap.output.model import Catchment
    from schoolmap.output.model import Coverage
    from schoolmap.output.model import MapModel
    from schoolmap.output.model import Ring


_Box = tuple[float, float, float, float]
"""Left, bottom, right and top."""
_LEAST_PART, _LARGEST_PART = 0.15, 0.45


@dataclass(frozen=True, slots=True)
class Plane:
    """
    A plane that touches the earth in the middle of the planning area.

    East and north in kilometres from there, on the ellipsoid of WGS 84. Within
    50 km of the middle lengths are right to 1 % up to 60 degrees of latitude:
    enough to look at and for a scale bar, never used for analysis.
    """

    lon: float
    lat: float

    def place(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return points (x, y) in km of places in degrees."""
        latitude = np.radians(self.lat)
        # lengths of a degree on the ellipsoid, by the usual series
        north = 111.13209 - 0.56605 * np.cos(2 * latitude) + 0.0012 * np.cos(4 * latitude)
        east = 111.41513 * np.cos(latitude) - 0.09455 * np.cos(3 * latitude) + 0.00012 * np.cos(5 * latitude)
        return np.column_stack([(np.asarray(lon) - self.lon) * east, (np.asarray(lat) - self.lat) * north])


@dataclass(frozen=True, slots=True)
class Extent:
    """A rectangle in km on the plane."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """Width in km."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Height in km."""
        return self.top - self.bottom

    def holds(self, x: float, y: float) -> bool:
        """Return whether a point lies within."""
        return self.left <= x <= self.right and self.bottom <= y <= self.top


def plane_of(model: MapModel) -> tuple[Plane, Extent]:
    """Return the plane of a plan, and the rectangle of all its catchments with some room around."""
    bounds = np.array([place.bounds for coverage in model.coverages for place in coverage.catchments])
    west, south = bounds[:, :2].min(axis=0)
    east, north = bounds[:, 2:].max(axis=0)
    plane = Plane(lon=float(west + east) / 2, lat=float(south + north) / 2)
    (left, bottom), (right, top) = plane.place(np.array([west, east]), np.array([south, north]))
    room = 0.03 * max(right - left, top - bottom, 1e-3)
    return plane, Extent(left=left - room, bottom=bottom - room, right=right + room, top=top + room)


def part(points: NDArray[np.float64], extent: Extent) -> Extent | None:
    """
    Return the part of an area that holds some points, in the area's own shape, if it is small enough to be enlarged.

    `None` where it would be more than 45 % as wide as the area, and without
    points.
    """
    if len(points) == 0:
        return None
    (left, bottom), (right, top) = points.min(axis=0), points.max(axis=0)
    shape = extent.height / extent.width
    # as wide as its height needs, and never so small that nothing is around
    width = max(1.15 * max(right - left, (top - bottom) / shape), _LEAST_PART * extent.width)
    if width > _LARGEST_PART * extent.width:
        return None
    x, y = float(left + right) / 2, float(bottom + top) / 2
    return Extent(x - width / 2, y - width * shape / 2, x + width / 2, y + width * shape / 2)


def outlines(coverage: Coverage, plane: Plane) -> list[Path]:
    """Return one path for each catchment, holes and parts included, in the coverage's order."""
    return [_outline(catchment, plane) for catchment in coverage.catchments]


def _outline(catchment: Catchment, plane: Plane) -> Path:
    from matplotlib.path import Path  # noqa: PLC0415

    rings = [_ring(ring, plane) for polygon in catchment.polygons for ring in polygon]
    if not rings:
        return Path(np.zeros((0, 2)))
    points = np.concatenate(rings)
    codes = np.full(len(points), Path.LINETO, dtype=np.uint8)
    ends = np.cumsum([len(ring) for ring in rings])
    codes[ends - 1] = Path.CLOSEPOLY
    codes[np.concatenate([[0], ends[:-1]])] = Path.MOVETO
    return Path(points, codes)


def _ring(ring: Ring, plane: Plane) -> NDArray[np.float64]:
    """Return a ring's points, the first of them again at the end."""
    degrees = np.cumsum(np.array(ring, dtype=np.int64).reshape(-1, 2), axis=0) * GRID_DEG
    closed = np.concatenate([degrees, degrees[:1]])
    return plane.place(closed[:, 0], closed[:, 1])


def scale_length(width_km: float) -> float:
    """
    Return a round length in km for a scale bar: at most a third of the map's width.

    Examples
    --------
    >>> scale_length(10.0), scale_length(0.9)
    (2.0, 0.2)
    """
    most = width_km / 3
    step = 10.0 ** np.floor(np.log10(most))
    return float(max(factor * step for factor in (1, 2, 5) if factor * step <= most))


def free_places(
    points: NDArray[np.float64],
    sizes: Sequence[tuple[float, float]],
    *,
    inside: Extent,
    marks: NDArray[np.float64],
    around: float,
) -> list[tuple[float, float] | None]:
    """
    Place labels that hide none of those before them and stay on the map.

    Parameters
    ----------
    points
        Middles of the labels, the most important first.
    sizes
        Width and height of each, in the same unit.
    inside
        What they must not leave.
    marks
        Middles of marks: a label moves below or above the ones that it would hide, where there is room.
    around
        From the middle of a mark to its edge.

    Returns
    -------
    places
        Middle of each label; `None` for one that finds no room.
    """
    kept: list[_Box] = []
    chosen: list[tuple[float, float] | None] = []
    for (x, y), (width, height) in zip(points.tolist(), sizes, strict=True):
        step = height / 2 + around
        tried = [(x, y + up) for up in (0.0, -step, step)]
        boxes = [(a - width / 2, b - height / 2, a + width / 2, b + height / 2) for a, b in tried]
        fitting = [n for n, box in enumerate(boxes) if _holds(inside, box) and not any(_meet(box, b) for b in kept)]
        clear = [n for n in fitting if not _covers(boxes[n], marks, around)]
        # a name that hides a mark is better than none, but only where it belongs
        found = next(iter(clear), 0 if 0 in fitting else None)
        chosen.append(None if found is None else tried[found])
        if found is not None:
            kept.append(boxes[found])
    return chosen


def _holds(inside: Extent, box: _Box) -> bool:
    left, bottom, right, top = box
    return left >= inside.left and right <= inside.right and bottom >= inside.bottom and top <= inside.top


def _meet(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _covers(box: _Box, marks: NDArray[np.float64], around: float) -> bool:
    """Tell whether a box lies over any mark, in part or wholly."""
    low, high = np.array(box[:2]) - around, np.array(box[2:]) + around
    return bool(((marks > low) & (marks < high)).all(axis=1).any())
