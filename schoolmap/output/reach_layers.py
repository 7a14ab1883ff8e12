"""The way to school as layers for QGIS: areas with their children in and out of reach, and zones around schools."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd

if TYPE_CHECKING:
    from schoolmap.plan import Plan


def _later(plan: Plan) -> dict[str, gpd.GeoDataFrame]:
    """Return the catchments that hold from a later school year on, and the areas of those who move then."""
    found = {
        f"catchments_{name}_{year}": gpd.GeoDataFrame(
            {"id": layer.index, "name": layer["name"].astype(str)}, geometry=layer.geometry, crs=layer.crs
        )
        for name, later in plan.project.later.items()
        for year, layer in later.items()
    }
    if len(plan.moves) > 0:
        areas = plan.project.areas
        found["reach_moves"] = gpd.GeoDataFrame(
            plan.moves.reset_index(drop=True),
            geometry=areas.geometry.reindex(plan.moves["area"]).to_numpy(),
            crs=areas.crs,
        )
    return found


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
        `catchments_COVERAGE_YEAR`: boundaries that hold from a later year on;
        `reach_moves`: who moves then, one row an area and pair of catchments;
        `reach_STAGE`: areas at full resolution with the children of the first
        year; `zones_STAGE`: what can be reached from each school on roads, as
        it is counted, not simplified.
    """
    areas, found = plan.project.areas, _later(plan)
    if plan.reach is None:
        return found
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
