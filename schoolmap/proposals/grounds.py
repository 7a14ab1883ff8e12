"""One stage as it is decided on: where seats are missing, what is next to it, and how far everything is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from schoolmap.proposals import distances
from schoolmap.proposals.problem import StageGround
from schoolmap.reach.limits import limits_of
from schoolmap.space import overlay
from schoolmap.space.catchments import neighbours

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from schoolmap.demography import Demography
    from schoolmap.inputs.project_file import Stage
    from schoolmap.project import Project
    from schoolmap.proposals.distances import Distances
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


class Measured(NamedTuple):
    """Where the children of a stage live, and the ways from there to every school and plot."""

    points: gpd.GeoDataFrame
    distances: Distances


def measured(ground: Ground, demography: Demography, stage: Stage, *, sites: gpd.GeoSeries) -> Measured:
    """
    Measure the ways of one stage, once for all that is decided on.

    Parameters
    ----------
    ground
        Homes and ways of the project.
    demography, stage
        Children, and the stage.
    sites
        Plots that may be built on, by label.
    """
    project = ground.project
    every = project.coverages[project.coverage_of[stage.id]]
    # catchments that are only drawn later lie over those of today
    zones = project.in_force(project.coverage_of[stage.id])
    children = demography.children.by_scenario[project.scenarios[0].id]
    now = children.sel(age=slice(*stage.ages), year=project.settings.base_year).sum("age").to_series()
    by_area = demography.children.unit == "area"
    homes = distances.homes_by_catchment(ground.homes, zones) if by_area else distances.middles(every)
    points = gpd.GeoDataFrame(homes[homes["catchment"].notna()].reset_index(drop=True))
    return Measured(
        points=points,
        distances=distances.measure(
            points,
            now if by_area else pd.Series(1.0, index=every.index),
            every.index,
            gpd.GeoSeries(pd.concat([project.schools.geometry.centroid, sites]), crs=every.crs),
            ways=ground.ways,
            guarded=ground.ways.guards(stage.id),
            limit=_limit_at(ground, stage, points["area"]) if by_area else None,
        ),
    )


def _limit_at(ground: Ground, stage: Stage, area: pd.Series) -> NDArray[np.float64] | None:
    """Return how far school may be from points in some areas: who enters school is the youngest, so the shortest limit."""
    standard = ground.project.standards.stages.get(stage.id)
    limits = limits_of(standard, ages=stage.ages, walk_m_per_minute=ground.ways.walk_m_per_minute)
    if not limits:
        return None
    place = ground.place.reindex(area).to_numpy(dtype=object)
    metres = np.full(len(place), np.inf)
    for limit in limits:
        here = place == limit.place
        metres[here] = np.minimum(metres[here], ground.circle_m(limit))
    return metres


def stage_ground(
    result: StageResult,
    ways: Measured,
    *,
    short: tuple[str, ...],
    catchments: Iterable[str],
    around: Mapping[str, tuple[str, ...]],
    demand: pd.Series,
    seats: pd.Series,
) -> StageGround:
    """
    Put together one stage for what is to be decided.

    Parameters
    ----------
    result
        The stage, its demand and its seats.
    ways
        From `measured`.
    short, catchments, around
        Those short of seats, all that are looked at, and which are next to each.
    demand, seats
        Of all catchments, by (scenario, catchment, year).
    """
    stage, looked_at = result.stage, tuple(sorted(catchments))
    here = ways.points["catchment"].isin(looked_at).to_numpy()
    kept = demand.index.get_level_values("catchment").isin(looked_at)
    return StageGround(
        stage=stage.id,
        short=short,
        catchments=looked_at,
        around={label: around.get(label, ()) for label in looked_at},
        demand=demand[kept],
        seats=seats[kept],
        schools_of={label: _serving(result, label) for label in looked_at},
        points=gpd.GeoDataFrame(ways.points[here].reset_index(drop=True)),
        distances=replace(
            ways.distances,
            catchment=ways.distances.catchment[here],
            weight=ways.distances.weight[here],
            metres=ways.distances.metres[here],
            limit=None if ways.distances.limit is None else ways.distances.limit[here],
        ),
        free_choice=stage.free_choice,
    )


def _serving(result: StageResult, catchment: str) -> tuple[str, ...]:
    """Return the schools that serve a catchment in the base year, sorted."""
    served = result.shares.index[result.shares.index.get_level_values("catchment") == catchment]
    return tuple(sorted({str(label) for label in served.get_level_values(0)}))
