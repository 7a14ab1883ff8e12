"""One stage as it is decided on: where seats are missing, what is next to it, and how far everything is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from schoolmap.proposals import distances
from schoolmap.proposals.problem import StageGround
from schoolmap.space import overlay
from schoolmap.space.catchments import neighbours

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

    from schoolmap.demography import Demography
    from schoolmap.project import Project
    from schoolmap.reach.stages import Ground
    from schoolmap.seating import StageResult


def around_of(zones: gpd.GeoDataFrame) -> dict[str, tuple[str, ...]]:
    """Return the catchments next to each, longest border first."""
    border = neighbours(zones).sort_values(ascending=False, kind="stable")
    return {
        str(name): tuple(part.index.get_level_values("neighbour"))
        for name, part in border.groupby(level="catchment", sort=True)
    }


def standing(project: Project, places: gpd.GeoDataFrame) -> dict[tuple[str, str], str]:
    """
    Say in which catchment of each stage a place stands.

    Returns
    -------
    standing
        By (stage, label); a place outside all catchments is left out.
    """
    if len(places) == 0:
        return {}
    points = gpd.GeoDataFrame(geometry=places.geometry.representative_point(), crs=places.crs)
    found: dict[tuple[str, str], str] = {}
    for stage in project.stages:
        zones = project.in_force(project.coverage_of[stage.id])
        here = overlay.catchment_of(points, zones).reindex(points.index).dropna()
        found |= {(stage.id, str(label)): str(zone) for label, zone in here.items()}
    return found


def stage_ground(
    ground: Ground,
    demography: Demography,
    result: StageResult,
    *,
    short: tuple[str, ...],
    catchments: Iterable[str],
    around: Mapping[str, tuple[str, ...]],
    sites: gpd.GeoSeries,
    demand: pd.Series,
    seats: pd.Series,
) -> StageGround:
    """
    Measure one stage for what is to be decided.

    Parameters
    ----------
    ground
        Homes and ways of the project.
    demography, result
        Children, and the stage's demand and seats.
    short, catchments, around
        Those short of seats, all that are looked at, and which are next to each.
    sites
        Plots that may be built on, by label.
    demand, seats
        Of all catchments, by (scenario, catchment, year).
    """
    project, stage = ground.project, result.stage
    every = project.coverages[project.coverage_of[stage.id]]
    # catchments that are only drawn later lie over those of today
    zones = project.in_force(project.coverage_of[stage.id])
    looked_at = tuple(sorted(catchments))
    own = {label: _serving(result, label) for label in looked_at}
    places = pd.concat([project.schools.geometry.centroid, sites])
    children = demography.children.by_scenario[project.scenarios[0].id]
    now = children.sel(age=slice(*stage.ages), year=project.settings.base_year).sum("age").to_series()
    by_area = demography.children.unit == "area"
    homes = distances.homes_by_catchment(ground.homes, zones) if by_area else distances.middles(every)
    weight = now if by_area else pd.Series(1.0, index=every.index)
    points = gpd.GeoDataFrame(homes[homes["catchment"].isin(looked_at)].reset_index(drop=True))
    measured = distances.measure(
        points,
        weight,
        every.index,
        gpd.GeoSeries(places, crs=every.crs),
        ways=ground.ways,
        guarded=ground.ways.guards(stage.id),
    )
    kept = demand.index.get_level_values("catchment").isin(looked_at)
    return StageGround(
        stage=stage.id,
        short=short,
        catchments=looked_at,
        around={label: around.get(label, ()) for label in looked_at},
        demand=demand[kept],
        seats=seats[kept],
        schools_of=own,
        points=points,
        distances=measured,
        free_choice=stage.free_choice,
    )


def _serving(result: StageResult, catchment: str) -> tuple[str, ...]:
    """Return the schools that serve a catchment in the base year, sorted."""
    served = result.shares.index[result.shares.index.get_level_values("catchment") == catchment]
    return tuple(sorted({str(label) for label in served.get_level_values(0)}))
