"""
The parts of small areas that boundaries are drawn from: each lies in one catchment today and moves as a whole.

A village that two catchments share is two pieces. A sliver that is left where
two layers do not quite meet holds nobody and is no piece.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from schoolmap.belonging import SLIVER_M2
from schoolmap.belonging import SLIVER_SHARE
from schoolmap.space.catchments import neighbours

if TYPE_CHECKING:
    from collections.abc import Iterable

SEPARATOR = " / "
"""Between the area and the catchment in the label of a piece of an area that several catchments share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """
    Pieces of small areas.

    Attributes
    ----------
    table
        By piece: `area`, `catchment` of today, `share` of the area's children;
        polygons.
    border_m
        Length of the common border of two pieces, by (piece, neighbour), both
        ways.
    """

    table: gpd.GeoDataFrame
    border_m: pd.Series


def cut(
    areas: gpd.GeoDataFrame,
    zones: gpd.GeoDataFrame,
    shares: pd.Series,
    *,
    catchments: Iterable[str],
) -> Pieces:
    """
    Cut small areas along the boundaries of today.

    Parameters
    ----------
    areas
        Polygons by area.
    zones
        Catchments of today, in the same metric CRS.
    shares
        Share of each area's children by (area, catchment).
    catchments
        Whose pieces are wanted.

    Returns
    -------
    pieces
        An area that lies in one catchment is a piece by its own name; the
        pieces of one that is shared are named `area / catchment`. Areas that
        are points have none.

    Examples
    --------
    >>> areas = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 100, 50), shapely.box(0, 50, 100, 99)], crs="EPSG:4546")
    >>> areas.index = ["a", "b"]
    >>> zones = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 60, 99), shapely.box(60, 0, 100, 99)], crs="EPSG:4546")
    >>> zones.index = ["w", "e"]
    >>> shares = pd.Series({("a", "w"): 0.6, ("a", "e"): 0.4, ("b", "w"): 1.0})
    >>> cut(areas, zones, shares, catchments=["w", "e"]).table["share"].to_dict()
    {'a / e': 0.4, 'a / w': 0.6, 'b': 1.0}
    """
    wanted = set(catchments)
    pairs = shares[shares > 0].rename("share").reset_index()
    pairs.columns = pd.Index(["area", "catchment", "share"])
    shapes = areas.geometry
    solid = pairs["area"].map(shapes.map(lambda shape: shapely.get_dimensions(shape) == 2)).astype(bool)
    pairs = pairs[solid & (pairs["share"] >= SLIVER_SHARE)]
    kept = pairs[pairs["catchment"].isin(wanted)].sort_values(["area", "catchment"]).reset_index(drop=True)
    alone = ~kept["area"].isin(pairs.loc[pairs["area"].duplicated(), "area"])
    left, right = shapes.loc[kept["area"]].to_numpy(), zones.geometry.loc[kept["catchment"]].to_numpy()
    # an area of one catchment is taken whole, so that its slivers stay with it
    cuts = np.where(alone, left, shapely.intersection(left, right))
    names = np.where(alone, kept["area"], kept["area"] + SEPARATOR + kept["catchment"])
    table = gpd.GeoDataFrame(kept, geometry=cuts, crs=areas.crs).set_index(pd.Index(names, name="piece"))
    table = table[shapely.area(table.geometry.to_numpy()) > SLIVER_M2]
    border = neighbours(table).rename_axis(index=["piece", "neighbour"]) if len(table) > 1 else _no_border()
    return Pieces(table=gpd.GeoDataFrame(table), border_m=border)


def _no_border() -> pd.Series:
    index = pd.MultiIndex.from_arrays([[], []], names=["piece", "neighbour"])
    return pd.Series([], index=index, dtype=float, name="border_m")


def pupils_by_year(pieces: Pieces, children: pd.DataFrame, demand: pd.DataFrame) -> pd.DataFrame:
    """
    Share the demand of each catchment among its pieces, as their children are.

    Parameters
    ----------
    pieces
        From `cut`.
    children
        Children of the stage's ages by area (rows) and year.
    demand
        Seats needed by catchment (rows) and year.

    Returns
    -------
    pupils
        By piece and year. Those of a catchment add up to its demand; where a
        catchment has demand and no child in any piece, its pieces share it alike.
    """
    table = pieces.table
    here = children.reindex(table["area"]).fillna(0.0).to_numpy() * table["share"].to_numpy()[:, None]
    living = pd.DataFrame(here, index=table.index, columns=children.columns)[list(demand.columns)]
    sums = living.groupby(table["catchment"]).transform("sum")
    even = 1.0 / table.groupby("catchment")["share"].transform("size")
    part = (living / sums.where(sums > 0)).apply(lambda column: column.fillna(even))
    needed = demand.reindex(table["catchment"]).set_axis(table.index)
    pupils: pd.DataFrame = part * needed
    return pupils
