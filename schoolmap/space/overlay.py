"""
Carry counts from small areas to catchments, and account for every child.

An area's children are spread evenly over its surface and go to each catchment
by the share of the surface that lies in it; `dasymetric` spreads them over
homes instead. What lies in no catchment is returned, never dropped; what would
be counted twice is refused, or shared where the user says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Literal

import numpy as np
import pandas as pd
import shapely
import xarray as xr
from scipy import sparse

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.errors import OverlapError
from schoolmap.space import overlaps
from schoolmap.space.faults import ANYTHING
from schoolmap.space.geometry import require_sound
from schoolmap.space.shares import as_weights
from schoolmap.space.shares import first_zone
from schoolmap.space.shares import shares
from schoolmap.space.shares import shares_of_claims
from schoolmap.space.surface import common_surface

if TYPE_CHECKING:
    import geopandas as gpd

_DOUBLE = 1e-6
"""Share of an area that two catchments may both claim before it is more than rounding of coordinates."""

_DRAWING = 0.01
"""Share of the smaller of two areas that both may claim before one is drawn on top of the other."""

_EXACT = 1e-9
"""Relative difference of two totals that is rounding of the arithmetic."""

OverlappingAreas = Literal["refuse", "first", "smaller", "as drawn"]
OverlappingCatchments = Literal["refuse", "share"]


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


def area_weights(
    areas: gpd.GeoDataFrame,
    catchments: gpd.GeoDataFrame,
    *,
    overlapping_areas: OverlappingAreas = "refuse",
    overlapping_catchments: OverlappingCatchments = "refuse",
) -> pd.Series:
    """
    Compute the share of each area that lies in each catchment.

    A point area belongs as a whole to the catchment that holds it; on a shared
    border it counts once, for the catchment listed first.

    Parameters
    ----------
    areas
        Polygons or points indexed by area, in a metric CRS.
    catchments
        Polygons indexed by catchment, in the same CRS.
    overlapping_areas
        What to do where two areas claim more than 1 % of the smaller one
        twice. `"refuse"` raises; `"first"` and `"smaller"` give the surface to
        the area listed first or to the smaller one (`overlaps.separate` lists
        what was cut); `"as drawn"` spreads each area's children over the whole
        of its own outline, right where outlines may overlap and counts do not.
    overlapping_catchments
        What to do where two catchments claim the same part of an area.
        `"refuse"` raises; `"share"` divides the children who live there
        equally among the catchments that claim them.

    Returns
    -------
    share
        By `(area, catchment)`, only pairs that have surface in common, each in
        (0, 1]. An area's shares add up to 1, or to less where part of it is outside.

    Raises
    ------
    CRSError
        If the layers do not share one projected CRS in metres.
    LabelError
        If a label is there twice.
    GeometryError
        If an outline cannot be measured as it is: crossed by itself, empty, three-dimensional.
    OverlapError
        If areas or catchments overlap and it is not said what to do about it.

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
    require_sound(areas, kinds=ANYTHING, what="`areas`")
    require_sound(catchments, kinds=["polygon"], what="`catchments`")
    if overlapping_areas == "refuse":
        overlaps.require_apart(areas, most_share=_DRAWING, what="Areas")
    elif overlapping_areas != "as drawn":
        areas = overlaps.separate(areas, priority=overlapping_areas).layer
    shapes, zones = areas.geometry.to_numpy(), catchments.geometry.to_numpy()
    if overlapping_catchments == "refuse":
        require_counted_once(areas, catchments)
        area, zone, share = shares(shapes, zones)
    else:
        area, zone, share = shares_of_claims(shapes, zones)
    return as_weights(areas.index[area], catchments.index[zone], share)


def catchment_of(points: gpd.GeoDataFrame, catchments: gpd.GeoDataFrame) -> pd.Series:
    """
    Find the catchment in which each point lies.

    Parameters
    ----------
    points
        Points indexed by label, in a metric CRS.
    catchments
        Polygons indexed by catchment, in the same CRS.

    Returns
    -------
    catchment
        Label of the catchment by point; missing where it lies in none. A point
        on a shared border or corner counts once, for the catchment listed
        first; on the outer border it is inside, on the edge of a hole too.

    Raises
    ------
    CRSError
        If the layers do not share one projected CRS in metres.
    OverlapError
        If a point lies inside two catchments: the order of the list is no
        reason to give it to one of them.

    Examples
    --------
    >>> import geopandas as gpd
    >>> points = gpd.GeoDataFrame(geometry=shapely.points([[4, 5], [99, 5]]), index=["p", "q"], crs="EPSG:4546")
    >>> zones = gpd.GeoDataFrame(
    ...     geometry=[shapely.box(0, 0, 4, 10), shapely.box(4, 0, 9, 10)], index=["w", "e"], crs="EPSG:4546"
    ... )
    >>> catchment_of(points, zones).to_dict()
    {'p': 'w', 'q': None}
    """
    checks.require_same_metric_crs(points, catchments)
    require_sound(points, kinds=["point"], what="`points`")
    require_sound(catchments, kinds=["polygon"], what="`catchments`")
    require_counted_once(points, catchments)
    if len(catchments) == 0:
        return pd.Series([None] * len(points), index=points.index, name="catchment", dtype=object)
    first = first_zone(points.geometry.to_numpy(), catchments.geometry.to_numpy())
    labels = catchments.index.to_numpy(object).take(first, mode="clip")
    labels[first < 0] = None
    return pd.Series(labels, index=points.index, name="catchment", dtype=object)


def require_counted_once(areas: gpd.GeoDataFrame, catchments: gpd.GeoDataFrame) -> None:
    """Raise if an area, or a part of it, lies in two catchments, whatever part lies in none."""
    shapes, zones = areas.geometry.to_numpy(), catchments.geometry.to_numpy()
    left, right = shapely.STRtree(zones).query(zones)
    left, right = left[left < right], right[left < right]
    real = common_surface(zones, zones, left, right) > overlaps.SLIVER_M2
    if not real.any():
        return
    left, right = left[real], right[real]
    both = shapely.intersection(zones[left], zones[right])
    pair, area = shapely.STRtree(shapes).query(both, predicate="intersects")
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
            f"{share[first]:.2%} of it would be counted twice. Mend the boundary, "
            'or divide the children equally with `overlapping_catchments="share"`.'
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
    MissingValueError
        If a weight is missing.
    OverlapError
        If an area's weights add up to more than 1: children would be invented.
    """
    area = counts.indexes["area"]
    at_area = area.get_indexer(weights.index.get_level_values("area"))
    at_zone = catchments.get_indexer(weights.index.get_level_values("catchment"))
    if (at_area < 0).any() or (at_zone < 0).any():
        wrong = weights.index[(at_area < 0) | (at_zone < 0)][0]
        msg = f"The weights name {wrong!r}, which has no counts or no catchment. Make them from the same layers."
        raise LabelError(msg)
    matrix = sparse.csr_array((weights.to_numpy(), (at_zone, at_area)), shape=(len(catchments), len(area)))

    kept = np.asarray(matrix.sum(axis=0)).ravel()
    if np.isnan(kept).any():
        msg = f"A weight of area {area[np.isnan(kept)][0]!r} is missing. Unknown is not zero."
        raise MissingValueError(msg)
    if (kept > 1 + _EXACT).any():
        worst = np.argmax(kept)
        msg = f"The weights of {area[worst]!r} add up to {kept[worst]:.6g}: its children would be counted twice."
        raise OverlapError(msg)

    others = [dim for dim in counts.dims if dim != "area"]
    values = counts.transpose("area", *others)
    flat = values.to_numpy().reshape(len(area), -1)
    inside = xr.DataArray(
        (matrix @ flat).reshape(len(catchments), *values.shape[1:]),
        dims=("catchment", *others),
        coords={"catchment": catchments.to_numpy(), **{dim: values[dim] for dim in others}},
        name=counts.name,
    )
    lost = xr.DataArray(np.maximum(1.0 - kept, 0.0), dims="area", coords={"area": area.to_numpy()})
    return Transfer(inside=inside, outside=values * lost)


def lost(counts: xr.DataArray, moved: Transfer) -> pd.DataFrame:
    """
    List the areas whose children, or some of them, live in no catchment.

    Parameters
    ----------
    counts
        Counts with the dimension `area`, and any others, that were carried over.
    moved
        What `transfer` made of them.

    Returns
    -------
    lost
        By area, most children first; only areas that lose more than a
        billionth of what they have. The columns:
          - `children` - what the area has, summed over the other dimensions
          - `outside` - what of it lies in no catchment
          - `share` - `outside / children`

    Examples
    --------
    >>> counts = xr.DataArray([10.0, 30.0], coords={"area": ["a", "b"]}, dims="area")
    >>> index = pd.MultiIndex.from_tuples([("a", "z"), ("b", "z")], names=["area", "catchment"])
    >>> weights = pd.Series([1.0, 0.9], index=index)
    >>> lost(counts, transfer(counts, weights, catchments=pd.Index(["z"]))).round(6)
          children  outside  share
    area
    b         30.0      3.0    0.1
    """
    children = counts.sum([dim for dim in counts.dims if dim != "area"]).to_series()
    outside = (
        moved.outside.sum([dim for dim in moved.outside.dims if dim != "area"]).to_series().reindex(children.index)
    )
    table = pd.DataFrame({"children": children, "outside": outside, "share": outside / children})
    return table[table["outside"] > _EXACT * table["children"]].sort_values("outside", ascending=False, kind="stable")
