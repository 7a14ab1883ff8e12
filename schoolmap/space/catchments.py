"""Relations between catchments: who borders whom, and outlines for display."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from schoolmap import checks


def neighbours(catchments: gpd.GeoDataFrame, *, gap_m: float = 1.0) -> pd.Series:
    """
    Measure the border that each pair of catchments shares.

    Parameters
    ----------
    catchments
        Polygons indexed by catchment, in a metric CRS.
    gap_m
        Distance in metres up to which two outlines count as one border; real
        coverages have slivers.

    Returns
    -------
    border_m
        Length of the shared border in metres, by `(catchment, neighbour)`, both
        ways. Catchments that meet only in a point are no neighbours.

    Examples
    --------
    >>> zones = gpd.GeoDataFrame(
    ...     geometry=[shapely.box(0, 0, 40, 100), shapely.box(40, 0, 90, 100)], index=["w", "e"], crs="EPSG:4546"
    ... )
    >>> neighbours(zones).round().to_dict()
    {('w', 'e'): 102.0, ('e', 'w'): 102.0}
    """
    checks.require_metric_crs(catchments)
    shapes = catchments.geometry.to_numpy()
    wide = shapely.buffer(shapes, gap_m, quad_segs=1, join_style="mitre")
    left, right = catchments.sindex.query(wide, predicate="intersects")
    left, right = left[left != right], right[left != right]
    order = np.lexsort((right, left))
    left, right = left[order], right[order]
    border = shapely.length(shapely.intersection(shapely.boundary(shapes[right]), wide[left]))
    kept = border > 4 * gap_m
    index = pd.MultiIndex.from_arrays(
        [catchments.index[left[kept]], catchments.index[right[kept]]],
        names=["catchment", "neighbour"],
    )
    return pd.Series(border[kept], index=index, name="border_m")


def simplify_for_display(catchments: gpd.GeoDataFrame, *, tolerance_m: float) -> gpd.GeoDataFrame:
    """
    Simplify outlines so that shared borders stay shared. For display only.

    Parameters
    ----------
    catchments
        A coverage of polygons in a metric CRS.
    tolerance_m
        Largest displacement, about, in metres; 0 returns the layer as it is.

    Returns
    -------
    outlines
        The same labels with simpler polygons.
    """
    checks.require_metric_crs(catchments)
    if tolerance_m == 0:
        return catchments
    simple = shapely.coverage_simplify(catchments.geometry.to_numpy(), tolerance_m)
    return catchments.set_geometry(gpd.GeoSeries(simple, index=catchments.index, crs=catchments.crs))
