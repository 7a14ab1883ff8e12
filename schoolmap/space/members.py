"""Put catchments together from pairs of an area and a school or catchment, by label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.space.geometry import require_sound

if TYPE_CHECKING:
    import numpy.typing as npt

    Positions = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """
    Catchments put together from small areas, and what is in none.

    Attributes
    ----------
    catchments
        Polygons indexed by catchment, sorted by label, in the CRS of the areas.
    members
        Catchment by area, in the order of the areas; an area is there several
        times if catchments overlap.
    serves
        Which school serves which catchment: one row per pair, with the columns
        `school` and `catchment`, sorted.
    unreached
        Areas that are in no catchment.
    vacant
        Catchments that no area is in; they have no polygon.
    split
        Pupils by area who are assigned to another catchment than the one their
        area is in; only areas with such pupils.
    """

    catchments: gpd.GeoDataFrame
    members: pd.Series
    serves: pd.DataFrame
    unreached: pd.Index
    vacant: pd.Index
    split: pd.Series


def pairs(areas: gpd.GeoDataFrame, values: pd.Series, *, what: str) -> tuple[Positions, Positions, pd.Index]:
    """Return area and school of each pair, by position, and the schools in the order of their labels as text."""
    require_sound(areas, kinds=["polygon"], what="`areas`")
    if values.index.nlevels != 2:
        msg = f"{what} is indexed by (area, school), got {values.index.nlevels} level(s)."
        raise LabelError(msg)
    checks.require_unique_labels(values.index, what=what)
    checks.require_no_gaps(values, what=what)
    checks.require_not_negative(values, what=what)
    origins, places = (values.index.get_level_values(level) for level in (0, 1))
    area = areas.index.get_indexer(origins)
    if (area < 0).any():
        msg = f"{what} names area {origins[area < 0][0]!r}, which `areas` does not have. Use the same labels."
        raise LabelError(msg)
    schools = by_text(places.unique())
    return area, schools.get_indexer(places), schools


def zones_of_schools(zone_of: pd.Series | None, *schools: pd.Index) -> tuple[pd.DataFrame, pd.Index, list[Positions]]:
    """Return which school serves which catchment, the catchments, and the catchment of each school by position."""
    every = schools[0].append(list(schools[1:])).unique()
    if zone_of is None:
        zone_of = pd.Series(every, index=every)
    checks.require_unique_labels(zone_of.index, what="`zone_of`")
    checks.require_no_gaps(zone_of, what="`zone_of`")
    without = every[~every.isin(zone_of.index)]
    if len(without) > 0:
        msg = f"`zone_of` has no catchment for {len(without)} school(s), e.g. {without[0]!r}. Give each one."
        raise LabelError(msg)
    serves = pd.DataFrame({"school": zone_of.index, "catchment": zone_of.to_numpy()})
    zones = by_text(pd.Index(zone_of.unique()))
    by_school = [zones.get_indexer(pd.Index(zone_of.reindex(index))) for index in schools]
    return sorted_pairs(serves), zones, by_school


def least(key: Positions, value: npt.NDArray[np.float64], choice: Positions) -> tuple[Positions, Positions]:
    """Return each key and its choice of the least value; of equals, the first choice."""
    order = np.lexsort((choice, value, key))
    keys, at = np.unique(key[order], return_index=True)
    return keys, choice[order][at]


def build(
    areas: gpd.GeoDataFrame,
    area: Positions,
    zone: Positions,
    zones: pd.Index,
    serves: pd.DataFrame,
    *,
    split: pd.Series | None = None,
) -> Built:
    """Put catchments together from pairs of area and catchment, each by position and there once."""
    shapes = areas.geometry.to_numpy()
    order = np.lexsort((area, zone))
    filled, first = np.unique(zone[order], return_index=True)
    # areas that fit are joined along their shared edges, so that catchments fit as well
    join = shapely.coverage_union_all if shapely.coverage_is_valid(shapes) else shapely.union_all
    groups = np.split(shapes[area[order]], first[1:]) if len(filled) > 0 else []
    polygons = gpd.GeoSeries([join(group) for group in groups], index=zones[filled].rename("catchment"), crs=areas.crs)
    by_area = np.lexsort((zone, area))
    members = pd.Series(zones[zone[by_area]], index=areas.index[area[by_area]].rename("area"), name="catchment")
    return Built(
        catchments=gpd.GeoDataFrame(geometry=polygons),
        members=members,
        serves=serves,
        unreached=areas.index[~np.isin(np.arange(len(areas)), area)].rename("area"),
        vacant=zones[~np.isin(np.arange(len(zones)), filled)].rename("catchment"),
        split=pd.Series(index=areas.index[:0].rename("area"), name="pupils", dtype=float) if split is None else split,
    )


def by_text(labels: pd.Index) -> pd.Index:
    """Sort labels as text, whatever they are."""
    return labels[np.argsort(labels.map(str).to_numpy(dtype=object), kind="stable")]


def sorted_pairs(serves: pd.DataFrame) -> pd.DataFrame:
    """Return which school serves which catchment, each pair once, sorted."""
    return serves.drop_duplicates().sort_values(
        ["catchment", "school"], key=lambda column: column.map(str), ignore_index=True
    )
