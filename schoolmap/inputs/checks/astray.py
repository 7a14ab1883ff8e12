"""
What lies on another side of the world: the project's CRS, or single records.

A school a few kilometres beyond the border may stand there, and a town may own
islands far out at sea. No place to plan for lies a thousand kilometres from the
next: there, coordinates are zero, exchanged or mistyped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from schoolmap.errors import Fault
from schoolmap.errors import Wording
from schoolmap.inputs.coordinates import WGS84
from schoolmap.inputs.coordinates import in_china
from schoolmap.inputs.coordinates import parse_crs
from schoolmap.inputs.project_file import FILE_NAME

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from schoolmap.inputs.checks.named import Named

FARTHEST_M = 1_000_000.0
"""An assumption: no part of one administration is farther from its next part. By our own measure on the map, those of Sansha (三沙), the widest, are some 840 km apart."""
_CELL_M = 50_000.0
"""Areas of one cell of this size are looked at as one."""
_MARGIN_DEG = 3.0
"""A planning area may reach over the edge of its CRS by the width of a zone; scale errs by 0.3 % there."""


def outside_crs(crs: str, areas: gpd.GeoDataFrame) -> list[Fault]:
    """
    Report a project's CRS that is not meant for where the small areas are.

    Parameters
    ----------
    crs
        Of the project file.
    areas
        Small areas in any CRS; the middle one decides, so that a stray area does not.

    Examples
    --------
    >>> from shapely.geometry import Point
    >>> berlin = gpd.GeoDataFrame(geometry=[Point(13.35, 52.55), Point(13.36, 52.55)], crs="EPSG:4326")
    >>> outside_crs("EPSG:25833", berlin)
    []
    >>> print(outside_crs("EPSG:2193", berlin)[0])
    project.toml, column project.crs: 'EPSG:2193': is NZGD2000 / New Zealand Transverse Mercator 2000, \
which is not meant for 13.4° E, 52.5° N, where the areas are. Write `crs = "EPSG:32633"` if that is where they are.
    """
    declared = parse_crs(crs)
    use, middle = declared.area_of_use, _middles(areas.to_crs(WGS84))
    middle = middle[np.isfinite(middle).all(axis=1)]
    if use is None or len(middle) == 0:
        return []
    lon, lat = (float(value) for value in np.median(middle, axis=0))
    # an area of use may reach over the meridian of 180 degrees
    width = (use.east - use.west) % 360 or 360
    beyond = (lon - use.west + _MARGIN_DEG) % 360
    if beyond <= width + 2 * _MARGIN_DEG and use.south - _MARGIN_DEG <= lat <= use.north + _MARGIN_DEG:
        return []
    code = _metric_crs(lon, lat)
    east, north = ("E" if lon >= 0 else "W"), ("N" if lat >= 0 else "S")
    wording = Wording(
        f"is {declared.name}, which is not meant for {abs(lon):.1f}° {east}, {abs(lat):.1f}° {north}, where the areas are.",
        f'Write `crs = "{code}"` if that is where they are.',
        f"是 {declared.name},不适用于小区域所在位置(经度 {lon:.1f}°,纬度 {lat:.1f}°)。",
        f'如位置属实,请写 `crs = "{code}"`。',
    )
    return [Fault(file=FILE_NAME, column="project.crs", value=crs, **wording._asdict())]


def stray_areas(areas: Named) -> list[Fault]:
    """Report small areas that lie a thousand kilometres or more from where most of them are."""
    places = _middles(gpd.GeoDataFrame(areas.frame))
    return _faults(areas, places, _main_body(places))


def stray_records(table: Named, areas: gpd.GeoDataFrame) -> list[Fault]:
    """Report records of another layer that lie a thousand kilometres or more from every small area."""
    if not isinstance(table.frame, gpd.GeoDataFrame):
        return []
    return _faults(table, _middles(table.frame), _main_body(_middles(areas)))


def _middles(layer: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Return the middle of each record's box; not finite where it has no place or lies beyond the map."""
    boxes = layer.geometry.bounds.to_numpy(dtype=float)
    middles: NDArray[np.float64] = (boxes[:, :2] + boxes[:, 2:]) / 2
    return middles


def _main_body(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the cells of most of the small areas, of which each is within reach of the next."""
    there = places[np.isfinite(places).all(axis=1)]
    cells, counts = np.unique(np.round(there / _CELL_M) * _CELL_M, axis=0, return_counts=True)
    if len(cells) == 0:
        return cells
    pairs = cKDTree(cells).query_pairs(FARTHEST_M, output_type="ndarray")
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(cells), len(cells)))
    _, part = connected_components(links, directed=False)
    body: NDArray[np.float64] = cells[part == np.argmax(np.bincount(part, weights=counts))]
    return body


def _faults(table: Named, places: NDArray[np.float64], body: NDArray[np.float64]) -> list[Fault]:
    """Report records with a place that is too far from all of the body."""
    if len(body) == 0:
        return []
    layer = gpd.GeoDataFrame(table.frame)
    placed = ~(layer.geometry.isna() | layer.geometry.is_empty).to_numpy()
    finite = np.isfinite(places).all(axis=1)
    gaps = np.full(len(places), np.inf)
    gaps[finite] = cKDTree(body).query(places[finite])[0]
    far = np.flatnonzero(placed & (gaps > FARTHEST_M))
    faults = [
        table.fault(
            Wording(
                f"lies {_shown(gaps[row])} away from the areas.",
                "Correct its place: coordinates may be zero, mistyped, or longitude and latitude exchanged.",
                f"距各小区域{_shown_zh(gaps[row])}。",
                "请更正位置:坐标可能为零、输错,或经度与纬度填反。",
            ),
            row=layer.index[row],
            column="geometry",
        )
        for row in far
    ]
    return table.first(faults, column="geometry")


def _shown(gap: float) -> str:
    return f"{gap / 1000:,.0f} km" if np.isfinite(gap) else "a quarter of the world"


def _shown_zh(gap: float) -> str:
    return f" {gap / 1000:,.0f} 公里" if np.isfinite(gap) else "四分之一个地球以上"


def _metric_crs(lon: float, lat: float) -> str:
    """Name a CRS in metres: the zone of 3 degrees of CGCS2000 in China, a zone of UTM elsewhere."""
    if in_china((lon, lat, lon, lat)):
        zone = round(lon / 3) - _FIRST_ZONE
        if 0 <= zone <= _LAST_ZONE - _FIRST_ZONE:
            return f"EPSG:{_FIRST_OF_CGCS2000 + zone}"
    return f"EPSG:{326 if lat >= 0 else 327}{min(int((lon + 180) // 6), 59) + 1:02d}"


_FIRST_ZONE, _LAST_ZONE, _FIRST_OF_CGCS2000 = 25, 45, 4534
"""Zones of 3 degrees, from 75 to 135 degrees east, without their number in the easting."""
