"""The way to school as layers for QGIS: areas with their children in and out of reach, and zones around schools."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd

if TYPE_CHECKING:
    from schoolmap.plan import Plan


def reach_layers(plan: Plan) -> dict[str, gpd.GeoDataFrame]:
    """
    Return the layers of each stage whose standard sets a limit.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    layers
        `reach_STAGE`: areas at full resolution with the children of the first
        year; `zones_STAGE`: what can be reached from each school on roads, as
        it is counted, not simplified.
    """
    if plan.reach is None:
        return {}
    areas, found = plan.project.areas, {}
    for stage, reach in plan.reach.stages.items():
        now = reach.areas.xs(plan.years[0], level="year").reindex(areas.index)
        table = now.join(reach.nearest).rename(columns={"school": "nearest"})
        found[f"reach_{stage}"] = gpd.GeoDataFrame(
            table.assign(id=areas.index, name=areas["name"], year=plan.years[0]), geometry=areas.geometry, crs=areas.crs
        )
        if reach.zones is not None:
            zones = reach.zones[~reach.zones.is_empty]
            sites = reach.sites.loc[zones.index]
            found[f"zones_{stage}"] = gpd.GeoDataFrame(
                {"id": zones.index, "name": sites["name"], "limit_m": sites["circle_m"]},
                geometry=zones,
                crs=areas.crs,
            )
    return found
