"""
How far the children of a catchment have to a place: to its own schools, over its border, to a plot.

Children are where their homes are (`reach.homes`), gathered where they are
many: what is compared are ways of hundreds of metres between places, not the
reach of single homes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from schoolmap.reach.homes import gathered
from schoolmap.space import overlay

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from schoolmap.reach.homes import Homes
    from schoolmap.ways import Ways

    Floats = NDArray[np.float64]

MOST_POINTS = 4_000
"""Points of a project at most: homes in one square are put together."""
NEAREST_SHARE = 0.25
"""Who moves over a border lives near it: the way counted is that of this share of the children, those nearest. Assumption."""
_NOBODY = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Distances:
    """
    Ways from where children of one stage live to places, in metres.

    Attributes
    ----------
    catchment
        Catchment of each point, by position in `catchments`; -1 for none.
    weight
        Children at each point.
    catchments, places
        Labels.
    metres
        From each point (rows) to each place (columns); infinite where no way
        leads.
    limit
        How far school may be at most, by point, in metres; infinite where the
        standard sets no limit. `None` if it sets none at all.
    """

    catchment: NDArray[np.intp]
    weight: Floats
    catchments: pd.Index
    places: pd.Index
    metres: Floats
    limit: Floats | None = None

    def to(self, catchment: str, places: list[str], *, share: float = 1.0) -> float:
        """
        Return the mean way of a catchment's children to the nearest of some places, in metres.

        Parameters
        ----------
        catchment
            Where they live.
        places
            Of which each child goes to the nearest.
        share
            Of the children, those who live nearest, who are counted; all if 1.

        Returns
        -------
        metres
            Infinite where no way leads, or nobody lives there.

        Examples
        --------
        >>> ways = Distances(
        ...     catchment=np.array([0, 0, 0]),
        ...     weight=np.array([1.0, 1.0, 2.0]),
        ...     catchments=pd.Index(["n"]),
        ...     places=pd.Index(["hill", "lake"]),
        ...     metres=np.array([[100.0, 900.0], [300.0, 200.0], [500.0, 800.0]]),
        ... )
        >>> ways.to("n", ["hill"]), ways.to("n", ["hill", "lake"]), ways.to("n", ["hill"], share=0.5)
        (350.0, 325.0, 200.0)
        """
        way, taken, _ = self._counted(catchment, places, share)
        return float(way @ taken / taken.sum()) if len(way) else float("inf")

    def within(self, catchment: str, places: list[str], *, share: float = 1.0) -> bool:
        """
        Say whether the mean way is no longer than the standard allows.

        Parameters
        ----------
        catchment, places, share
            As in `to`; the limit is the mean of the same children's.

        Examples
        --------
        >>> ways = Distances(
        ...     catchment=np.array([0, 0]),
        ...     weight=np.array([1.0, 1.0]),
        ...     catchments=pd.Index(["n"]),
        ...     places=pd.Index(["hill"]),
        ...     metres=np.array([[400.0], [800.0]]),
        ...     limit=np.array([500.0, 500.0]),
        ... )
        >>> ways.within("n", ["hill"]), ways.within("n", ["hill"], share=0.5)
        (False, True)
        """
        if self.limit is None:
            return True
        way, taken, points = self._counted(catchment, places, share)
        asked = taken > 0
        return bool(len(way) == 0 or way[asked] @ taken[asked] <= self.limit[points[asked]] @ taken[asked] + _NOBODY)

    def _counted(self, catchment: str, places: list[str], share: float) -> tuple[Floats, Floats, NDArray[np.intp]]:
        """Return ways to the nearest of some places, how many children are counted there, and their points, nearest first."""
        here = np.flatnonzero(self.catchment == self.catchments.get_loc(catchment))
        columns = self.places.get_indexer(pd.Index(places))
        columns = columns[columns >= 0]
        if len(here) == 0 or len(columns) == 0:
            return np.empty(0), np.empty(0), here[:0]
        way, weight = self.metres[np.ix_(here, columns)].min(axis=1), self.weight[here]
        known = np.isfinite(way)
        way, weight, here = way[known], weight[known], here[known]
        if weight.sum() <= _NOBODY:
            weight = np.ones_like(way)
        order = np.argsort(way, kind="stable")
        way, weight, here = way[order], weight[order], here[order]
        # children up to the share of all, the last of them in part
        wanted = share * weight.sum()
        taken = np.clip(wanted - (weight.cumsum() - weight), 0.0, weight)
        return way, taken, here


def homes_by_catchment(homes: Homes, zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Return points where children live, few enough to compare, each with its catchment.

    Parameters
    ----------
    homes
        Of the project.
    zones
        Catchments of a stage, in the CRS of the homes.

    Returns
    -------
    points
        With `area`, `share` (of the area's children) and `catchment`, missing
        outside all.
    """
    points = gpd.GeoDataFrame(gathered(homes.points, most=MOST_POINTS), geometry="geometry", crs=homes.points.crs)
    points = points.reset_index(drop=True)
    here = overlay.catchment_of(gpd.GeoDataFrame(points[["geometry"]]), zones)
    return points.assign(catchment=here.reindex(points.index))


def middles(zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return one point for each catchment: all that is known where children are not counted by small area."""
    return gpd.GeoDataFrame(
        {"area": "", "share": 1.0, "catchment": zones.index},
        geometry=zones.geometry.representative_point().to_numpy(),
        crs=zones.crs,
    )


def measure(
    points: gpd.GeoDataFrame,
    children: pd.Series,
    catchments: pd.Index,
    places: gpd.GeoSeries,
    *,
    ways: Ways,
    guarded: bool,
    limit: Floats | None = None,
) -> Distances:
    """
    Measure ways from homes to places.

    Parameters
    ----------
    points
        From `homes_by_catchment` or `middles`.
    children
        Children by area; for `middles`, by catchment.
    catchments
        Labels of all catchments.
    places
        Schools and plots by label; a school by its code, whose gates count.
    ways
        Roads, or straight lines.
    guarded
        Whether barriers may not be crossed.
    limit
        How far school may be, by point.
    """
    sites = gpd.GeoDataFrame(
        {"school": places.index.to_numpy(dtype=object)}, geometry=places.to_numpy(), crs=points.crs
    )
    sites = sites.set_index(pd.Index(places.index, name="site"))
    metres = ways.metres(points, sites, guarded=guarded)
    # where no road leads, the straight line with a detour is the better guess than "never"
    lost = ~np.isfinite(metres)
    if lost.any():
        detour = ways.settings.detour
        here, there = (shapely.get_coordinates(shapely.centroid(x.geometry.to_numpy())) for x in (points, sites))
        rows, columns = np.nonzero(lost)
        metres[rows, columns] = detour * np.hypot(*(here[rows] - there[columns]).T)
    by_area = points["area"].where(points["area"] != "", points["catchment"])
    weight = children.reindex(by_area).fillna(0.0).to_numpy(dtype=float) * points["share"].to_numpy()
    return Distances(
        catchment=catchments.get_indexer(pd.Index(points["catchment"])),
        weight=weight,
        catchments=catchments,
        places=places.index,
        metres=metres,
        limit=limit,
    )
