"""
The catchments of a project: as drawn, as lists of villages, of several years, or built from travel.

A project that has no catchments gets one for each school: the small areas for
which it is the nearest. Boundaries that will hold later are kept beside those of
the base year; a catchment that is only in a later one comes after all others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import distance

from schoolmap.inputs.checks.between import catchments_of
from schoolmap.inputs.checks.listed_areas import first_years
from schoolmap.inputs.checks.listed_areas import in_force
from schoolmap.inputs.checks.listed_areas import listed_areas
from schoolmap.inputs.project_file import ALL_STAGES
from schoolmap.inputs.provision import named_layer
from schoolmap.space import catchments

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schoolmap.ways import Ways


@dataclass(frozen=True, slots=True, kw_only=True)
class Zoning:
    """
    Catchments of all stages.

    Attributes
    ----------
    now
        By name of the coverage, the catchments of the base year.
    of
        Name of the coverage of each stage.
    later
        By name of the coverage and first school year, the catchments that hold
        from then on; empty where nothing changes.
    sections
        Sections as read, with the catchment that was built around a school.
    built
        Stages whose catchments were built from travel.
    """

    now: dict[str, gpd.GeoDataFrame]
    of: dict[str, str]
    later: dict[str, dict[int, gpd.GeoDataFrame]]
    sections: pd.DataFrame
    built: tuple[str, ...]

    @property
    def all(self) -> dict[str, gpd.GeoDataFrame]:
        """Return the catchments of the base year, and after them those that are only in a later one."""
        return {name: _with_later(layer, self.later.get(name, {}).values()) for name, layer in self.now.items()}

    @property
    def starts(self) -> list[int]:
        """Return the school years from which other boundaries hold than before, after the base year."""
        return sorted({year for later in self.later.values() for year in later})

    def at(self, year: int) -> dict[str, gpd.GeoDataFrame]:
        """Return the catchments of each coverage that hold in a school year."""
        return {name: _latest(layer, self.later.get(name, {}), year) for name, layer in self.now.items()}


def _latest(now: gpd.GeoDataFrame, later: dict[int, gpd.GeoDataFrame], year: int) -> gpd.GeoDataFrame:
    begun = [start for start in later if start <= year]
    return later[max(begun)] if begun else now


def drawn_zoning(
    layer: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    sections: pd.DataFrame,
    *,
    stages: Iterable[str],
    base_year: int,
    horizon: int,
) -> Zoning:
    """
    Put together the catchments that a project draws or lists.

    Parameters
    ----------
    layer, areas, sections
        Tables as read and checked; areas with the columns `area` and `name`.
    stages
        Stages of the project.
    base_year, horizon
        First and last school year of the plan.
    """
    layer = _with_lists(layer, areas)
    now: dict[str, gpd.GeoDataFrame] = {}
    later: dict[str, dict[int, gpd.GeoDataFrame]] = {}
    of: dict[str, str] = {}
    for stage in stages:
        shared = "stage" not in layer or not (layer["stage"] == stage).any()
        of[stage] = name = ALL_STAGES if shared else stage
        if name in now:
            continue
        own = catchments_of(layer, stage)
        now[name] = named_layer(in_force(own, base_year), "catchment")
        starts = [year for year in first_years(own) if base_year < year <= horizon]
        if starts:
            later[name] = {year: named_layer(in_force(own, year), "catchment") for year in starts}
    return Zoning(now=now, of=of, later=later, sections=sections, built=())


def _with_lists(layer: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Draw the catchments that are given as lists of areas; what is drawn already stays as it is."""
    if "areas" not in layer:
        return layer
    shapes = layer.geometry if isinstance(layer, gpd.GeoDataFrame) else gpd.GeoSeries(None, index=layer.index)
    silent = layer.index[(shapes.isna() | shapes.is_empty) & layer["areas"].notna()]
    if len(silent) == 0:
        return layer
    polygons = areas.set_index("area").geometry
    listed = listed_areas(layer.loc[silent, "areas"], areas)
    codes = listed["codes"].map(lambda found: found[0])
    drawn = shapes.copy()
    for row, own in codes.groupby(listed["row"]):
        drawn[row] = shapely.union_all(polygons.loc[own.to_list()].to_numpy())
    plain = pd.DataFrame(layer).drop(columns="geometry", errors="ignore")
    return gpd.GeoDataFrame(plain, geometry=gpd.GeoSeries(drawn, crs=areas.crs), crs=areas.crs)


def built_zoning(
    areas: gpd.GeoDataFrame,
    schools: gpd.GeoDataFrame,
    sections: pd.DataFrame,
    *,
    stages: Iterable[str],
    ways: Ways,
) -> Zoning:
    """
    Give each area to its nearest school, for each stage.

    Parameters
    ----------
    areas
        Polygons by area.
    schools
        Points by school, with `name`.
    sections
        As read: `school`, `stage` and perhaps `seats`, `classrooms`, `enrolment`.
    stages
        Stages of the project.
    ways
        Roads, or straight lines; the way is that from the middle of an area.

    Returns
    -------
    zoning
        One coverage for each stage, its catchments by the code and name of
        their school. A school that is nearest to no area serves the catchment
        in which it stands.
    """
    middles = gpd.GeoDataFrame(geometry=areas.geometry.representative_point(), crs=areas.crs)
    now, served = {}, {}
    for stage in stages:
        own = open_schools(sections, stage)
        sites = gpd.GeoDataFrame(schools.loc[own]).assign(school=own)
        sites = sites.set_geometry(sites.geometry.centroid)
        grid = ways.metres(middles, sites, guarded=ways.guards(stage))
        # where the roads lead to nobody's school, or to no home, the straight line decides: nobody is left out
        known = np.isfinite(grid)
        lost = (known.sum(axis=1) == 0)[:, None] | (known.sum(axis=0) == 0)[None, :]
        straight = ways.settings.detour * distance.cdist(
            *(shapely.get_coordinates(x.geometry) for x in (middles, sites))
        )
        grid = np.where(lost, straight, grid)
        pairs = pd.MultiIndex.from_product([areas.index, own], names=["origin", "school"])
        travel = pd.Series(grid.ravel(), index=pairs)
        built = catchments.nearest(areas, travel[np.isfinite(grid.ravel())])
        zones = built.catchments
        now[stage] = (
            gpd.GeoDataFrame(
                {"name": schools["name"].reindex(zones.index).astype(str)}, geometry=zones.geometry, crs=areas.crs
            )
            .rename_axis("catchment")
            .sort_index()
        )
        served[stage] = now[stage].index
    frame = sections.copy()
    if "catchment" not in frame:
        frame["catchment"] = None
    for stage, zones in served.items():
        rows = (frame["stage"] == stage) & frame["school"].isin(zones)
        frame.loc[rows, "catchment"] = frame.loc[rows, "school"]
    return Zoning(now=now, of={stage: stage for stage in now}, later={}, sections=frame, built=tuple(now))


def open_schools(sections: pd.DataFrame, stage: str) -> pd.Index:
    """Return the schools that have a section of a stage with seats, rooms or pupils; one that states none may have any."""
    own = sections[sections["stage"] == stage]
    stated = own.reindex(columns=["seats", "classrooms", "enrolment"]).astype(float)
    closed = (stated.fillna(0.0) == 0).all(axis=1) & stated.notna().any(axis=1)
    schools: pd.Index = pd.Index(own.loc[~closed, "school"].unique(), dtype=object)
    return schools


def _with_later(now: gpd.GeoDataFrame, later: Iterable[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    every = [now, *later]
    joined = gpd.GeoDataFrame(pd.concat(every)) if len(every) > 1 else now
    return joined[~joined.index.duplicated()]
