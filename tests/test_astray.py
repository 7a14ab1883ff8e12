"""What lies on another side of the world: told as an error; what may be true is not."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import affinity
from shapely.geometry import Point
from shapely.geometry import box

from schoolmap.inputs.checks.astray import FARTHEST_M
from schoolmap.inputs.checks.astray import outside_crs
from schoolmap.inputs.checks.astray import stray_areas
from schoolmap.inputs.checks.astray import stray_records
from schoolmap.inputs.checks.named import Named

BERLIN = (13.35, 52.55)
YUANLING = (110.39, 28.45)


def areas_at(*places: tuple[float, float]) -> gpd.GeoDataFrame:
    """Make small areas around places in metres."""
    return gpd.GeoDataFrame(geometry=[box(x, y, x + 1000, y + 1000) for x, y in places], crs="EPSG:25833")


def rows_of(layer: gpd.GeoDataFrame, areas: gpd.GeoDataFrame | None = None) -> list[int | None]:
    """Return the rows of a layer that are told to be astray."""
    named = Named(file="layer.gpkg", frame=layer.set_axis(range(1, len(layer) + 1)))
    faults = stray_areas(named) if areas is None else stray_records(named, areas)
    assert all(fault.remedy and fault.problem_zh and fault.remedy_zh for fault in faults)
    return [fault.row for fault in faults]


@pytest.mark.parametrize(
    ("crs", "place", "way_out"),
    [
        ("EPSG:2193", BERLIN, "EPSG:32633"),
        ("EPSG:4546", BERLIN, "EPSG:32633"),
        ("EPSG:25833", YUANLING, "EPSG:4546"),
        ("EPSG:4546", (126.6, 45.8), "EPSG:4551"),
        ("EPSG:25833", (-70.6, -33.4), "EPSG:32719"),
    ],
)
def test_a_crs_of_another_continent(crs: str, place: tuple[float, float], way_out: str) -> None:
    """Distances would be wrong by a third and more; a CRS for the place is named."""
    (fault,) = outside_crs(crs, gpd.GeoDataFrame(geometry=[Point(place)] * 3, crs="EPSG:4326"))
    assert (fault.file, fault.column, fault.value) == ("project.toml", "project.crs", crs)
    assert way_out in fault.remedy
    assert way_out in fault.remedy_zh


@pytest.mark.parametrize(
    ("crs", "place"),
    [
        ("EPSG:25833", BERLIN),
        # the neighbouring zone, as a town on the border of two takes one of them
        ("EPSG:25832", BERLIN),
        ("EPSG:4545", YUANLING),
        # an area of use over the meridian of 180 degrees
        ("EPSG:2193", (174.8, -41.3)),
        ("EPSG:3832", (-176.5, -43.9)),
        ("EPSG:3857", BERLIN),
    ],
)
def test_a_crs_that_may_be_meant(crs: str, place: tuple[float, float]) -> None:
    """A town may lie over the edge of its zone."""
    assert outside_crs(crs, gpd.GeoDataFrame(geometry=[Point(place)], crs="EPSG:4326")) == []


def test_one_stray_area_is_not_the_crs() -> None:
    """The middle area decides."""
    areas = gpd.GeoDataFrame(geometry=[Point(BERLIN), Point(BERLIN), Point(0, 0)], crs="EPSG:4326")
    assert outside_crs("EPSG:25833", areas) == []


def test_by_hand() -> None:
    """One area of four lies at the equator, one record at zero and one beyond the map; one without place is no matter."""
    areas = areas_at((388_000, 5_822_000), (389_000, 5_822_000), (390_000, 5_822_000), (388_000, 0))
    assert rows_of(areas) == [4]
    records = [Point(388_000, 5_822_000), Point(0, 0), Point(np.inf, np.inf), None]
    assert rows_of(gpd.GeoDataFrame(geometry=records, crs="EPSG:25833"), areas) == [2, 3]


def test_islands_far_out_are_no_fault() -> None:
    """Each within reach of the next, as those of Sansha are, though the last is far from the first."""
    chain = [(300_000 + step * 0.9 * FARTHEST_M, 1_800_000.0) for step in range(4)]
    assert rows_of(areas_at(*chain)) == []


@given(st.lists(st.tuples(st.floats(0, 400_000), st.floats(0, 400_000)), min_size=1, max_size=8), st.floats(-1e5, 1e5))
def test_moving_everything_changes_nothing(places: list[tuple[float, float]], by: float) -> None:
    """Only distances between areas count, and areas of one region are never astray."""
    areas = areas_at(*places)
    stray = [*places, (5_000_000.0, 5_000_000.0)] if len(places) > 1 else places
    moved = [affinity.translate(shape, by, by) for shape in areas_at(*stray).geometry]
    assert rows_of(areas) == []
    assert rows_of(areas_at(*stray)) == rows_of(gpd.GeoDataFrame(geometry=moved, crs=areas.crs))
