"""
Where there are schools of a stage, year by year: those of today, and those that projects make.

A project whose place is not known has seats, but nobody can say who reaches
them; it has no site.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from schoolmap.space import overlay

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from schoolmap.project import Project
    from schoolmap.provision import Provision
    from schoolmap.seating import StageResult

_LEAST = 0.5
"""Fewer seats are none."""


def sites_of(project: Project, result: StageResult, provision: Provision) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """
    Return the sites of a stage and in which years each has seats.

    Parameters
    ----------
    project, result, provision
        What is planned, the stage, and the seats of the first scenario.

    Returns
    -------
    sites
        Points by `site`, which is the code of the school, or of the project
        that makes one: `name`, `school` (empty for a project), `catchments`
        that it serves.
    open
        By (site, year), whether it has seats.
    """
    seats = result.seats_by_section
    sections = project.sections.xs(result.stage.id, level="stage")
    schools = project.schools.loc[seats.index]
    today = gpd.GeoDataFrame(
        {
            "name": schools["name"].astype(str),
            "school": seats.index.to_numpy(dtype=object),
            "catchments": sections["catchments"].reindex(seats.index),
        },
        geometry=schools.geometry.centroid,
        crs=schools.crs,
    )
    coming, first, end = _of_projects(project, result, provision)
    years = seats.columns.to_numpy()
    opened = (years >= first[:, None]) & (years < end[:, None])
    # a project may have the code of a school
    coming = coming.set_axis([f"{label} +" if label in today.index else label for label in coming.index], axis=0)
    sites = pd.concat([today, coming]).rename_axis("site") if len(coming) else today.rename_axis("site")
    table = pd.DataFrame(np.vstack([seats.to_numpy() >= _LEAST, opened]), index=sites.index, columns=seats.columns)
    placed = ~(sites.geometry.is_empty | sites.geometry.isna())
    return gpd.GeoDataFrame(sites[placed]), table[placed.to_numpy()]


def _of_projects(
    project: Project, result: StageResult, provision: Provision
) -> tuple[gpd.GeoDataFrame, NDArray[np.float64], NDArray[np.float64]]:
    """Return the sites that projects make, and the first school year with and without each."""
    plan = provision.schedule
    listed = pd.MultiIndex.from_frame(plan[["school", "stage"]]).isin(project.sections.index)
    makes = plan["counted"] & (plan["stage"] == result.stage.id) & (plan["catchment"] != "")
    # a move has a place of its own; any other project at a section that is listed is where the section is
    makes &= ~listed | (plan["kind"] == "relocate")
    table = plan[makes]
    own = project.project_places.reindex(table.index)
    at_school = project.schools.geometry.centroid.reindex(table["school"]).set_axis(table.index)
    places = gpd.GeoSeries(own.where(own.notna(), at_school), crs=project.schools.crs)
    names = project.projects["name"].reindex(table.index)
    sites = gpd.GeoDataFrame(
        {
            "name": names.where(names.notna(), table.index.to_series()).astype(str),
            "school": "",
            "catchments": [(zone,) for zone in table["catchment"]],
        },
        geometry=places,
        crs=project.schools.crs,
    )
    return sites, table["first_year"].to_numpy(dtype=float), table["end_year"].to_numpy(dtype=float)


def serving(sites: gpd.GeoDataFrame, points: gpd.GeoDataFrame, coverage: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """
    Say for each point and site whether the site serves the catchment that holds the point.

    Parameters
    ----------
    sites
        With `catchments`.
    points
        Where children live.
    coverage
        Catchments of the stage.

    Returns
    -------
    serves
        By (point, site). A point in no catchment is served by none.
    """
    here = overlay.catchment_of(gpd.GeoDataFrame(points[[points.geometry.name]]), coverage)
    zone_of = coverage.index.get_indexer(here.reindex(points.index))
    matrix = np.zeros((len(coverage) + 1, len(sites)), dtype=bool)
    for column, zones in enumerate(sites["catchments"]):
        known = [zone for zone in zones if zone in coverage.index] if isinstance(zones, tuple | list) else []
        matrix[coverage.index.get_indexer(pd.Index(known)), column] = bool(known)
    # the last row is "no catchment", which is what -1 points at
    matrix[-1] = False
    serves: NDArray[np.bool_] = matrix[zone_of]
    return serves
