"""
Write layers as an office hands them on: shapefiles with Chinese attributes in GBK, and nothing that says so.

The villages come without a `.prj`, in Gauss-Kruger coordinates with the number
of the zone before the easting; other layers state their CRS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

ZONE = 37
"""Zone of three degrees whose central meridian is 111°E."""
ZONED = "EPSG:4525"
"""The same projection as `land.CRS`, with the number of the zone before the easting."""
_DAY = bytes((126, 1, 1))
"""1 January 2026, for the day on which a table was last changed: the files shall not change with the day."""
_DAY_AT, _LANGUAGE_AT = 1, 29


def with_zone(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Return a layer in coordinates with the number of the zone; the numbers are moved, so that none is rounded.

    Examples
    --------
    >>> import geopandas as gpd
    >>> point = gpd.GeoDataFrame(geometry=[shapely.Point(440250, 3148464)], crs="EPSG:4546")
    >>> with_zone(point).geometry[0].x
    37440250.0
    """
    moved = shapely.transform(layer.geometry.to_numpy(), lambda points: points + np.array([ZONE * 1_000_000.0, 0.0]))
    return layer.set_geometry(moved, crs=None).set_crs(ZONED, allow_override=True)


def write_shapefile(layer: gpd.GeoDataFrame, path: Path, *, with_crs: bool) -> None:
    """
    Write a layer as a shapefile with attributes in GBK, without a word about their encoding.

    Parameters
    ----------
    layer
        Names of columns have ten bytes at most in GBK.
    path
        Ends in `.shp`.
    with_crs
        Whether a `.prj` states the CRS.
    """
    layer.to_file(path, driver="ESRI Shapefile", encoding="GBK", index=False)
    path.with_suffix(".cpg").unlink()
    if not with_crs:
        path.with_suffix(".prj").unlink()
    table = path.with_suffix(".dbf")
    content = bytearray(table.read_bytes())
    content[_DAY_AT : _DAY_AT + len(_DAY)] = _DAY
    content[_LANGUAGE_AT] = 0
    table.write_bytes(bytes(content))
