"""
Carry counts from small areas to catchments, and account for every child.

An area's children are spread evenly over its surface and go to each catchment
by the share of the surface that lies in it. What lies in no catchment is
returned, never dropped; what would be counted twice is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
import xarray as xr
from scipy import sparse

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.errors import OverlapError

if TYPE_CHECKING:
    import geopandas as gpd

_DOUBLE = 1e-6
"""Share of an area that two catchments may both claim before it is more than rounding of coordinates."""

_SLIVER_M2 = 1.0
"""Overlaps of two catchments up to this surface are rounding of coordinates too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """
    Counts by catchment, and what is outside every catchment.

    Attributes
    ----------
    inside
        Like the counts, with `catchment` in place of `area`.
    outside
        Like the counts: what of each area lies in no catchment.
    """

    inside: xr.DataArray
    outside: xr.DataArray


def area_weights(areas: gpd.GeoDataFrame, catchments: gpd.GeoDataFrame) -> pd.Series:
    """
    Compute the share of each area that lies in each catchment.

    A point area belongs as a whole to the catchment that holds it; on a shared
    border it counts once, for the catchment listed first.

    Parameters
    ----------
    areas
        Polygons or points indexed by area, in a metric CRS.
    catchments
        Polygons indexed by catchment, in the same CRS, without overlaps.

    Returns
    -------
    share
        By `(area, catchment)`, only pairs that touch, each in (0, 1]. An area's
        shares add up to 1, or to less where part of it is outside.

    Raises
    ------
    CRSError
        If the layers do not share one projected CRS in metres.
    LabelError
        If a label is there twice.
    OverlapError
        If catchments overlap, so that children would be counted twice.

    Examples
    --------
    >>> import geopandas as gpd
    >>> areas = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 10, 10)], index=["a"], crs="EPSG:4546")
    >>> zones = gpd.GeoDataFrame(
    ...     geometry=[shapely.box(0, 0, 4, 10), shapely.box(4, 0, 9, 10)], index=["w", "e"], crs="EPSG:4546"
    ... )
    >>> area_weights(areas, zones).to_dict()
    {('a', 'w'): 0.4, ('a', 'e'): 0.5}
    """
    checks.require_same_metric_crs(areas, catchments)
    checks.require_unique_labels(areas.index, what="`areas`")
    checks.require_unique_labels(catchments.index, what="`catchments`")
    _require_counted_once(areas, catchments)
    shapes, zones = areas.geometry.to_numpy(), catchments.geometry.to_numpy()
    area, zone = catchments.sindex.query(shapes, predicate="intersects", sort=True)

    surface = shapely.area(shapes)
    is_point = surface[area] == 0
    common = shapely.area(shapely.intersection(shapes[area], zones[zone]))
    share = np.divide(common, surface[area], out=np.ones(len(area)), where=~is_point)
    first = pd.Series(area).duplicated().to_numpy() & is_point
    keep = (share > 0) & ~first
    weights = pd.Series(
        share[keep],
        index=pd.MultiIndex.from_arrays([areas.index[area[keep]], catchments.index[zone[keep]]]),
        name="share",
    ).rename_axis(["area", "catchment"])

    totals = weights.groupby(level="area", sort=False).sum()
    # what is left above one is rounding of coordinates
    above = totals.clip(lower=1.0).reindex(weights.index.get_level_values("area")).to_numpy()
    return pd.Series(weights.to_numpy() / above, index=weights.index, name="share")


def _require_counted_once(areas: gpd.GeoDataFrame, catchments: gpd.GeoDataFrame) -> None:
    """Raise if an area, or a part of it, lies in two catchments, whatever part lies in none."""
    shapes, zones = areas.geometry.to_numpy(), catchments.geometry.to_numpy()
    left, right = catchments.sindex.query(zones, predicate="intersects")
    left, right = left[left < right], right[left < right]
    both = shapely.intersection(zones[left], zones[right])
    real = shapely.area(both) > _SLIVER_M2
    left, right, both = left[real], right[real], both[real]
    pair, area = areas.sindex.query(both, predicate="intersects")
    surface, common = shapely.area(shapes[area]), shapely.area(shapely.intersection(shapes[area], both[pair]))
    share = np.divide(common, surface, out=np.zeros(len(area)), where=surface > 0)
    # a point on the shared border is given to one of them; a point within both is not ours to give
    share[surface == 0] = shapely.contains(both[pair], shapes[area])[surface == 0]
    double = np.flatnonzero(share > _DOUBLE)
    if len(double) > 0:
        first = double[0]
        names = [catchments.index[left[pair[first]]], catchments.index[right[pair[first]]]]
        msg = (
            f"{len(np.unique(area[double]))} area(s) lie in overlapping catchments, "
            f"e.g. {areas.index[area[first]]!r} in {names}: "
            f"{share[first]:.2%} of it would be counted twice. Mend the boundary."
        )
        raise OverlapError(msg)


def transfer(counts: xr.DataArray, weights: pd.Series, *, catchments: pd.Index) -> Transfer:
    """
    Carry counts from areas to catchments.

    Parameters
    ----------
    counts
        Counts with the dimension `area`, and any others.
    weights
        Shares by `(area, catchment)`, from `area_weights`.
    catchments
        All catchments, in the order of the result.

    Returns
    -------
    transfer
        `inside` by catchment and `outside` by area; together they hold exactly
        what came in.

    Raises
    ------
    LabelError
        If the weights name an area that has no counts.
    """
    area = counts.indexes["area"]
    at_area = area.get_indexer(weights.index.get_level_values("area"))
    at_zone = catchments.get_indexer(weights.index.get_level_values("catchment"))
    if (at_area < 0).any() or (at_zone < 0).any():
        wrong = weights.index[(at_area < 0) | (at_zone < 0)][0]
        msg = f"The weights name {wrong!r}, which has no counts or no catchment. Make them from the same layers."
        raise LabelError(msg)
    matrix = sparse.csr_array((weights.to_numpy(), (at_zone, at_area)), shape=(len(catchments), len(area)))

    others = [dim for dim in counts.dims if dim != "area"]
    values = counts.transpose("area", *others)
    flat = values.to_numpy().reshape(len(area), -1)
    inside = xr.DataArray(
        (matrix @ flat).reshape(len(catchments), *values.shape[1:]),
        dims=("catchment", *others),
        coords={"catchment": catchments.to_numpy(), **{dim: values[dim] for dim in others}},
        name=counts.name,
    )
    kept = np.asarray(matrix.sum(axis=0)).ravel()
    lost = xr.DataArray(np.maximum(1.0 - kept, 0.0), dims="area", coords={"area": area.to_numpy()})
    return Transfer(inside=inside, outside=values * lost)
