"""
Plots of an invented county where schools could be built: at the edge of the county town, and in two townships.

They differ as real lists do: one may hold no kindergarten, one is still farmed,
one is too small for any school, one has no size yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from schoolmap.inputs.examples.chance import between
from schoolmap.inputs.examples.chance import stream
from schoolmap.inputs.examples.land import CRS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schoolmap.inputs.examples.land import Land

_CLASS_M2 = 950.0
"""Land of a class with its share of grounds, about."""
_LARGEST = 24
"""Classes for which a plot without a size is drawn."""
_APART_M = 250.0
"""Plots keep away from schools by this much."""
_AWAY_M = (300.0, 900.0)
"""How far a plot is from the middle of its community or village, nearest and farthest."""
_TRIES = 400


class _Plot(NamedTuple):
    name: str
    near: str
    """Community of the county town, or a township: then its seat."""
    stages: str | None
    most: int | None
    least: int | None
    land: float | None
    """In 10,000 yuan."""
    ready: str | None
    note: str


_PLOTS = (
    _Plot("新城大道北侧教育用地", "新城", "小学;初中", 36, None, 2600.0, None, "控规已定，紧邻主干道，不宜办幼儿园"),
    _Plot("滨江公园东侧地块", "滨江", None, 30, None, 3100.0, "2027-03", "待拆迁"),
    _Plot("工业园配套地块", "工业园", "幼儿园;小学", 24, None, 900.0, None, ""),
    _Plot("学府路南地块", "学府", "小学", 24, None, 1800.0, "2029-03", "现为基本农田外围耕地，2029年方可供地"),
    _Plot("站前旧仓库", "站前", "小学", 4, None, 350.0, None, "面积不足，仅供比较"),
    _Plot("南园社区预留地块", "南园", "幼儿园", 9, 3, 300.0, None, "可办小型幼儿园"),
    _Plot("柳河镇中心区地块", "柳河镇", None, None, None, 260.0, None, "规模未定"),
    _Plot("大坪镇迁建备用地", "大坪镇", "小学", 18, 6, 150.0, "2026-06", "避开地质隐患点"),
)


def make_plots(land: Land, places: Iterable[shapely.Point], *, seed: int) -> gpd.GeoDataFrame:
    """
    Draw the plots with the columns of the contract.

    Parameters
    ----------
    land
        Villages and communities.
    places
        Points of the schools, which plots keep away from.
    seed
        Of what is left to chance.

    Returns
    -------
    plots
        Polygons, each within the community or village that it is named after.
    """
    rng = stream(seed, "plots")
    schools = shapely.MultiPoint(list(places))
    rows: list[dict[str, object]] = []
    taken: list[shapely.Polygon] = []
    for number, plot in enumerate(_PLOTS, start=1):
        area = _area(land, plot.near)
        polygon = _draw(
            land.centres[area],
            land.areas.geometry[area],
            shapely.union_all([schools, *taken]),
            size=_CLASS_M2 * (plot.most or _LARGEST),
            rng=rng,
        )
        taken.append(polygon)
        rows.append(
            {
                "site": f"Y{number:02d}",
                "name": plot.name,
                "stages": plot.stages,
                "max_classes": plot.most,
                "min_classes": plot.least,
                "land_cost": plot.land,
                "ready_from": plot.ready,
                "township": land.areas.at[area, "township"],
                "urban_rural": land.areas.at[area, "urban_rural"],
                "note": plot.note or None,
                "geometry": polygon,
            },
        )
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS)


def _area(land: Land, near: str) -> str:
    of_town = land.areas.index[land.areas["name"] == f"{near}社区"]
    seat = land.areas.index[land.areas["township"] == near]
    return str((of_town if len(of_town) and near not in set(land.areas["township"]) else seat)[0])


def _draw(
    middle: shapely.Point,
    area: shapely.Polygon,
    avoid: shapely.Geometry,
    *,
    size: float,
    rng: np.random.Generator,
) -> shapely.Polygon:
    """Return a rectangle of a size that lies in an area, away from schools and other plots."""
    for _ in range(_TRIES):
        angle, away, long, turn = (
            float(between(low, high, rng, size=1)[0])
            for low, high in ((0.0, 2 * np.pi), _AWAY_M, (1.0, 1.6), (0.0, np.pi / 2))
        )
        width, height = np.sqrt(size * long), np.sqrt(size / long)
        corners = np.array([[-width, -height], [width, -height], [width, height], [-width, height]]) / 2
        round_about = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        place = np.array([middle.x + away * np.cos(angle), middle.y + away * np.sin(angle)])
        found = shapely.Polygon(np.round(corners @ round_about + place))
        if area.contains(found) and found.distance(avoid) >= _APART_M:
            return found
    msg = f"no plot of {size:,.0f} m² fits around {middle.wkt} within {_TRIES} tries: take another seed."
    raise ValueError(msg)
