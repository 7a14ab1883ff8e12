"""Where children live inside their area: at its dwellings, or evenly spread; nobody is lost on the way."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from schoolmap.reach.homes import MOST_POINTS
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
