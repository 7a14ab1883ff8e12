"""
Where the children of an area live inside it: at its dwellings, or evenly spread.

A village of ten square kilometres is not a point: whether its children reach
school depends on where in it they live. Areas without dwellings are covered by
a grid of points, each with the same share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy import sparse

from schoolmap.belonging import weight_of
from schoolmap.space import dasymetric

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Text = dict[str, str]

SPACING_M = 100.0
"""Points of an area without dwellings are this far apart, or more where it would take too many."""
MOST_POINTS = 100
"""Points of one area at most; a village of 10 square kilometres has one every 300 m."""
MOST_IN_ALL = 60_000
"""Points of a project at most: a large county has fewer in each area, and gathers homes that are neighbours."""
LEAST_POINTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Homes:
    """
    Points where children live.

    Attributes
    ----------
    points
        Numbered from zero: `area`, and `share` of the area's children; shares
        of an area add up to one. Metric CRS.
    areas
        All areas, in the order of `by_area`.
    method
        How it was found, as sentences in both languages.
    """

    points: gpd.GeoDataFrame
    areas: pd.Index
    method: tuple[Text, ...]

    def by_area(self, values: Floats) -> Floats:
        """Return the mean over the children of each area of values by point (rows) and anything else (columns)."""
        rows = self.areas.get_indexer(self.points["area"])
        columns = np.arange(len(self.points))
        shape = (len(self.areas), len(self.points))
        matrix = sparse.csr_array((self.points["share"].to_numpy(), (rows, columns)), shape=shape)
        return np.asarray(matrix @ values)

    def at_points(self, counts: pd.Series) -> Floats:
        """Return the children at each point."""
        here = counts.reindex(self.points["area"]).to_numpy(dtype=float)
        found: Floats = here * self.points["share"].to_numpy()
        return found


def homes_of(areas: gpd.GeoDataFrame, dwellings: gpd.GeoDataFrame | None) -> Homes:
    """
    Return where the children of a project live.

    Parameters
    ----------
    areas
        Small areas, polygons or points, in a metric CRS; a point is where all
        of its children live.
    dwellings
        Points or polygons with `people`, `homes` and `floors`, or nothing; see
        `belonging.weight_of`.
    """
    solid = gpd.GeoDataFrame(areas[shapely.get_dimensions(areas.geometry.to_numpy()) == 2])
    parts = [_at(areas.index[~areas.index.isin(solid.index)], areas)]
    housed = pd.Index([], dtype=object)
    if dwellings is not None and len(dwellings) > 0 and len(solid) > 0:
        found = _at_dwellings(solid, dwellings)
        # dwellings that all lie elsewhere, or hold nobody, say nothing
        housed = pd.Index(found["area"].unique())
        parts.append(found)
    spread = gpd.GeoDataFrame(solid[~solid.index.isin(housed)])
    if len(spread) > 0:
        most = min(MOST_POINTS, max(LEAST_POINTS, MOST_IN_ALL // len(areas)))
        parts.append(_of_samples(dasymetric.sample_points(spread, spacing_m=SPACING_M, most=most)))
    whole = gpd.GeoDataFrame(pd.concat([part for part in parts if len(part) > 0], ignore_index=True))
    points = gathered(whole)
    thinned = len(points) < len(whole) or (len(spread) > 0 and MOST_IN_ALL // len(areas) < MOST_POINTS)
    return Homes(
        points=gpd.GeoDataFrame(points, geometry="geometry", crs=areas.crs),
        areas=areas.index,
        method=() if len(solid) == 0 else (_words(len(housed), len(spread)), *(_few(len(points)) if thinned else ())),
    )


def gathered(points: gpd.GeoDataFrame, *, most: int = MOST_IN_ALL) -> gpd.GeoDataFrame:
    """
    Put points of an area together that lie in one square, where there are too many in all.

    Parameters
    ----------
    points
        With `area` and `share`, in a metric CRS.
    most
        How many may stay as they are. Squares have sides of 50 m, or of twice
        that, and so on, until there are no more points than that, or no square
        is shared any more.

    Returns
    -------
    points
        The same shares of each area; a point that stands for several is in
        their middle, by their shares.
    """
    side = SPACING_M / 2
    while len(points) > most:
        xy = shapely.get_coordinates(points.geometry.to_numpy())
        share = points["share"].to_numpy()
        table = pd.DataFrame(
            {"area": points["area"].to_numpy(), "share": share, "x": xy[:, 0] * share, "y": xy[:, 1] * share}
        )
        square = np.floor(xy / side).astype(np.int64)
        sums = table.groupby(["area", square[:, 0], square[:, 1]], sort=False, as_index=False)[
            ["share", "x", "y"]
        ].sum()
        if len(sums) == len(points) and side > 100 * SPACING_M:
            break
        places = shapely.points(sums["x"] / sums["share"], sums["y"] / sums["share"])
        points = gpd.GeoDataFrame(
            {"area": sums["area"].to_numpy(dtype=object), "share": sums["share"].to_numpy()},
            geometry=places,
            crs=points.crs,
        )
        side *= 2
    return points


def _at(labels: pd.Index, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    points = areas.geometry.loc[labels].representative_point().to_numpy()
    return gpd.GeoDataFrame({"area": labels.to_numpy(dtype=object), "share": 1.0}, geometry=points, crs=areas.crs)


def _at_dwellings(areas: gpd.GeoDataFrame, dwellings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Place the children of each area at its dwellings; land and large buildings have several points."""
    pieces, _ = dasymetric.home_pieces(areas, homes=dwellings, weight=weight_of(dwellings))
    pieces = gpd.GeoDataFrame(pieces[pieces["share"] > 0].reset_index(drop=True))
    area = areas.index.to_numpy(dtype=object)[pieces["at_area"].to_numpy()]
    solid = shapely.get_dimensions(pieces.geometry.to_numpy()) == 2
    parts = [
        gpd.GeoDataFrame(
            {"area": area[~solid], "share": pieces.loc[~solid, "share"].to_numpy()},
            geometry=pieces.geometry[~solid].to_numpy(),
            crs=areas.crs,
        )
    ]
    if solid.any():
        land = dasymetric.sample_points(gpd.GeoDataFrame(pieces[solid]), spacing_m=SPACING_M, most=MOST_POINTS)
        row = land.index.get_level_values(0).to_numpy()
        parts.append(
            gpd.GeoDataFrame(
                {"area": area[row], "share": pieces["share"].to_numpy()[row] * land["share"].to_numpy()},
                geometry=land.geometry.to_numpy(),
                crs=areas.crs,
            )
        )
    some = [part for part in parts if len(part) > 0]
    return gpd.GeoDataFrame(pd.concat(some, ignore_index=True), crs=areas.crs) if some else parts[0]


def _of_samples(points: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"area": points.index.get_level_values(0).to_numpy(dtype=object), "share": points["share"].to_numpy()},
        geometry=points.geometry.to_numpy(),
        crs=points.crs,
    )


def _few(points: int) -> tuple[Text, ...]:
    """Say that a large county is measured at fewer points."""
    return (
        {
            "en": f"So large a county is measured at {points:,} points: shares of single areas are coarse.",
            "zh": f"因区域较大，共取{points:,}个点测算，单个小区域的覆盖率较粗略。",
        },
    )


def _words(housed: int, spread: int) -> Text:
    if spread == 0:
        return {"en": "Children live where the dwellings are.", "zh": "儿童按居住点分布。"}
    if housed == 0:
        return {
            "en": "Children are spread evenly over each area: no dwellings are given.",
            "zh": "未提供居住点，儿童按面积均匀分布于各小区域。",
        }
    return {
        "en": f"Children live where the dwellings are; in {spread} areas without any they are spread evenly.",
        "zh": f"儿童按居住点分布；{spread}个无居住点的小区域按面积均匀分布。",
    }
