"""Counts carried from areas to catchments: hand cases, and that nobody is lost."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xarray as xr

from schoolmap.conformance.case import Case
from schoolmap.space.changes import moves
from schoolmap.space.dasymetric import dasymetric_weights
from schoolmap.space.overlay import area_weights
from schoolmap.space.overlay import catchment_of
from schoolmap.space.overlay import transfer

CRS = "EPSG:4546"
_HAND = "by hand: rectangles"
_MASS = "identity: children in = in catchments + outside"
_ROUNDING = 1e-9


def transfer_cases() -> tuple[Case, ...]:
    """
    Return all cases of transfers.

    Examples
    --------
    >>> [case.name for case in transfer_cases() if not case.passes]
    []
    """
    areas = _grid(12, 9, 100.0)
    zones = _grid(5, 4, 230.0)
    counts = pd.Series(np.arange(1.0, len(areas) + 1), index=areas.index)
    moved = transfer(_array(counts), area_weights(areas, zones), catchments=zones.index)
    # a zone of 230 by 230 m over squares of 100: two whole columns and 30 m of the third, and so in rows
    edge = np.array([1.0, 1.0, 0.3])
    first = float((np.outer(edge, edge) * counts.to_numpy().reshape(12, 9)[:3, :3]).sum())
    village = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1000, 100)], index=["village"], crs=CRS)
    halves = gpd.GeoDataFrame(
        geometry=[shapely.box(0, 0, 500, 100), shapely.box(500, 0, 1000, 100)], index=["w", "e"], crs=CRS
    )
    homes = gpd.GeoDataFrame(geometry=shapely.points([[100, 50], [900, 50]]), index=["mill", "inn"], crs=CRS)
    housed = dasymetric_weights(village, halves, homes=homes, weight=pd.Series({"mill": 3.0, "inn": 1.0})).weights
    border = gpd.GeoDataFrame(geometry=shapely.points([[500, 50]]), index=["school"], crs=CRS)
    shifted = gpd.GeoDataFrame(
        geometry=[shapely.box(0, 0, 300, 100), shapely.box(300, 0, 1000, 100)], index=["w", "e"], crs=CRS
    )
    found = moves(halves, shifted, areas=village, counts=pd.Series({"village": 60.0}), sliver_share=0.0, sliver_m2=0.0)
    values = {
        "108 squares to 20 zones, children in the first": (first, float(moved.inside[0]), _HAND),
        "108 squares to 20 zones, all children": (
            float(counts.sum()),
            float(moved.inside.sum() + moved.outside.sum()),
            _MASS,
        ),
        "a village of two hamlets, share in the west": (0.75, float(housed["village", "w"]), _HAND),
        "a point on a shared border counts once": (1.0, float(catchment_of(border, halves).notna().sum()), _HAND),
        "a border moved by 200 of 1,000 m, children who move": (12.0, float(found.moved["children"].sum()), _HAND),
        "a border moved, children of both years": (
            60.0,
            float(found.moved["children"].sum() + found.stayed["children"].sum()),
            _MASS,
        ),
    }
    return tuple(
        Case(name=name, published=published, ours=ours, tolerance=_ROUNDING * max(1.0, abs(published)), source=source)
        for name, (published, ours, source) in values.items()
    )


def _array(counts: pd.Series) -> xr.DataArray:
    return xr.DataArray(counts.to_numpy(), coords={"area": counts.index.to_numpy(object)}, dims="area")


def _grid(columns: int, rows: int, side: float) -> gpd.GeoDataFrame:
    places = [(x, y) for x in range(columns) for y in range(rows)]
    shapes = [shapely.box(side * x, side * y, side * (x + 1), side * (y + 1)) for x, y in places]
    return gpd.GeoDataFrame(geometry=shapes, index=[f"{x}-{y}" for x, y in places], crs=CRS)
