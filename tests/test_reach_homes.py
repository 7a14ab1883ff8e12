"""Where children live inside their area: at its dwellings, or evenly spread; nobody is lost on the way."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from schoolmap.reach.homes import MOST_POINTS
from schoolmap.reach.homes import gathered
from schoolmap.reach.homes import homes_of

CRS = "EPSG:4546"
AREAS = gpd.GeoDataFrame(
    geometry=[shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000)], index=pd.Index(["a", "b"]), crs=CRS
)


def dwellings(places: dict[str, shapely.Geometry], **columns: list[float | None]) -> gpd.GeoDataFrame:
    """Return dwellings of which nothing is known but what is told."""
    table = {name: columns.get(name, [None] * len(places)) for name in ("people", "homes", "floors")}
    frame = pd.DataFrame(table, index=pd.Index(places, name="dwelling")).astype(float)
    return gpd.GeoDataFrame(frame, geometry=list(places.values()), crs=CRS)


def test_children_live_at_the_dwellings_by_their_homes() -> None:
    """A hamlet of 30 homes has three quarters of the village's children, one of 10 a quarter."""
    homes = homes_of(
        AREAS, dwellings({"mill": shapely.Point(100, 100), "inn": shapely.Point(900, 900)}, homes=[30, 10])
    )
    here = homes.points[homes.points["area"] == "a"]
    assert here["share"].tolist() == [0.75, 0.25]
    assert [(point.x, point.y) for point in here.geometry] == [(100, 100), (900, 900)]
    assert homes.at_points(pd.Series({"a": 40.0, "b": 0.0}))[: len(here)].tolist() == [30, 10]


def test_an_area_without_dwellings_is_spread_evenly() -> None:
    """Its children are on a grid, each point with the same share; a sentence says how many areas that are."""
    homes = homes_of(AREAS, dwellings({"mill": shapely.Point(100, 100)}, homes=[5]))
    spread = homes.points[homes.points["area"] == "b"]
    assert len(spread) == MOST_POINTS
    assert spread["share"].max() == pytest.approx(spread["share"].min())
    assert "1 areas without any" in homes.method[0]["en"]


def test_without_dwellings_all_are_spread() -> None:
    """Nothing is guessed about where houses are, and that is said."""
    homes = homes_of(AREAS, None)
    assert set(homes.points["area"]) == {"a", "b"}
    assert "spread evenly" in homes.method[0]["en"]


def test_point_areas_hold_their_children_where_they_are() -> None:
    """A village given as a point has one home; no sentence on spreading is needed."""
    villages = gpd.GeoDataFrame(geometry=shapely.points([[1, 2], [3, 4]]), index=["x", "y"], crs=CRS)
    homes = homes_of(villages, None)
    assert homes.points[["area", "share"]].to_numpy().tolist() == [["x", 1.0], ["y", 1.0]]
    assert homes.method == ()


def test_residential_land_has_several_points() -> None:
    """A quarter of 400 m is no point: its share is divided over a grid inside it."""
    homes = homes_of(AREAS, dwellings({"quarter": shapely.box(0, 0, 400, 400), "hut": shapely.box(900, 900, 910, 910)}))
    here = homes.points[homes.points["area"] == "a"]
    assert len(here) > 10
    assert here["share"].sum() == pytest.approx(1.0, abs=1e-12)
    hut = here[here.geometry.x > 800]
    assert hut["share"].sum() == pytest.approx(100 / (160_000 + 100))


@pytest.mark.parametrize("places", [None, {"mill": shapely.Point(100, 100), "land": shapely.box(500, 500, 1500, 900)}])
def test_shares_of_every_area_add_up_to_one(places: dict[str, shapely.Geometry] | None) -> None:
    """The mean over children of one is one, wherever they live."""
    homes = homes_of(AREAS, None if places is None else dwellings(places, homes=[3, 4]))
    ones = homes.by_area(np.ones((len(homes.points), 1)))
    np.testing.assert_allclose(ones, 1.0, atol=1e-12)


def test_too_many_homes_are_gathered_with_their_neighbours() -> None:
    """Of 400 houses 20 m apart at most 50 points are left: shares and the middle of each area stay."""
    places = [(20.0 * x + 5, 20.0 * y + 5) for x in range(20) for y in range(20)]
    houses = gpd.GeoDataFrame(
        {"area": ["a"] * 300 + ["b"] * 100, "share": [1 / 300] * 300 + [1 / 100] * 100},
        geometry=shapely.points(places),
        crs=CRS,
    )
    found = gathered(houses, most=50)
    assert 10 < len(found) <= 50
    for area in ("a", "b"):
        before, after = houses[houses["area"] == area], found[found["area"] == area]
        assert after["share"].sum() == pytest.approx(1.0)
        for axis in ("x", "y"):
            means = [
                float((part["share"].to_numpy() * getattr(part.geometry, axis).to_numpy()).sum())
                for part in (before, after)
            ]
            assert means[0] == pytest.approx(means[1])
    assert gathered(houses, most=400) is houses


def test_points_of_different_areas_are_never_gathered() -> None:
    """Two areas keep a point each, however few may be left."""
    houses = gpd.GeoDataFrame(
        {"area": ["a", "b"], "share": [1.0, 1.0]}, geometry=shapely.points([[1, 1], [2, 2]]), crs=CRS
    )
    assert gathered(houses, most=1)["area"].tolist() == ["a", "b"]


def test_a_large_county_has_fewer_points_an_area() -> None:
    """2,000 areas of a square kilometre: 30 points each and not 100."""
    shapes = [
        shapely.box(1000.0 * x, 1000.0 * y, 1000.0 * (x + 1), 1000.0 * (y + 1)) for x in range(50) for y in range(40)
    ]
    county = gpd.GeoDataFrame(geometry=shapes, index=[f"{number:04d}" for number in range(2000)], crs=CRS)
    homes = homes_of(county, None)
    assert len(homes.points) <= 60_000
    assert homes.points.groupby("area").size().min() >= 4
