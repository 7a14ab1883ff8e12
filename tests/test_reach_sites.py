"""Where there are schools of a stage, year by year, and which of them serve the catchment of a home."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely
import shipped

from schoolmap.reach.sites import serving
from schoolmap.reach.sites import sites_of

if TYPE_CHECKING:
    import pandas as pd

    from schoolmap.plan import Plan

CRS = "EPSG:4546"


@functools.cache
def plan() -> Plan:
    """Return the plan of the synthetic county, whose projects are of every kind."""
    return shipped.plan(shipped.DEMO)


def found(stage: str) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return the sites of a stage and when they are open."""
    first = plan().project.scenarios[0].id
    return sites_of(plan().project, plan().results[stage], plan().provisions[first])


def test_schools_are_open_while_they_have_seats() -> None:
    """A section with seats is open, in every year as the balance has it."""
    sites, opened = found("primary")
    seats = plan().results["primary"].seats_by_section
    assert (opened.loc[seats.index].to_numpy() == (seats >= 0.5).to_numpy()).all()
    assert set(sites.loc[seats.index, "school"]) == set(seats.index)


def test_a_school_that_moves_is_at_its_new_place_from_then_on() -> None:
    """X05 moves a school in 2028: the old site closes, that of the project opens where the project is."""
    sites, opened = found("primary")
    assert opened.loc["X05"].tolist() == [year >= 2028 for year in plan().years]
    assert opened.loc["2143990019"].tolist() == [year < 2028 for year in plan().years]
    assert sites.geometry["X05"].equals(plan().project.project_places["X05"])


def test_classes_attached_to_a_school_are_at_that_school() -> None:
    """X09 attaches kindergarten classes to a school that has none: they are where the school is."""
    sites, opened = found("kindergarten")
    school = plan().project.projects.loc["X09", "school"]
    assert sites.geometry["X09"].equals(plan().project.schools.geometry[school].centroid)
    assert opened.loc["X09"].tolist() == [year >= 2026 for year in plan().years]


def test_what_is_not_counted_has_no_site() -> None:
    """X12 is suspended and X16 a reserve without a date; expansions are at the school that is there."""
    every = {label for stage in ("kindergarten", "primary", "junior") for label in found(stage)[0].index}
    assert not every & {"X12", "X16", "X02", "X13"}


def test_a_home_is_served_by_the_schools_of_its_catchment() -> None:
    """West by one school, east by two of which one serves both; a home in no catchment by none."""
    coverage = gpd.GeoDataFrame(
        geometry=[shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)], index=["w", "e"], crs=CRS
    )
    sites = gpd.GeoDataFrame(
        {"catchments": [("w",), ("e",), ("w", "e"), (), ("gone",)]}, geometry=shapely.points([[0, 0]] * 5), crs=CRS
    )
    homes = gpd.GeoDataFrame(geometry=shapely.points([[5, 5], [15, 5], [99, 5]]), crs=CRS)
    assert serving(sites, homes, coverage).tolist() == [
        [True, False, True, False, False],
        [False, True, True, False, False],
        [False] * 5,
    ]
