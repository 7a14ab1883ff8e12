"""What the records of a layer of roads say: speeds, one-way roads, bridges, and what is an error."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import LineString
from shapely import Point
from streets import METRES
from streets import driving
from streets import layer
from streets import walking

from schoolmap.errors import GeometryError
from schoolmap.errors import MissingValueError
from schoolmap.space.roads import make_network

ROAD = [(0.0, 0.0), (600.0, 0.0)]


def test_a_speed_of_its_own_wins_over_that_of_the_class_and_that_over_the_other() -> None:
    """600 m at 36, 18 and 60 km/h take 1, 2 and 0.6 minutes."""
    lines = [[(0, y), (600, y)] for y in (0, 100, 200)]
    roads = layer(lines, **{"class": ["lane", "lane", "path"], "speed": [36.0, np.nan, np.nan]})
    network = driving(roads, speeds={"lane": 18.0}, other_speed=60.0)
    assert network.links["forward"].tolist() == pytest.approx([1.0, 2.0, 0.6])


def test_every_class_without_speed_is_named_at_once() -> None:
    """The planner adds them all in one go, or says what the others are driven at."""
    roads = layer(
        [[(0, y), (9, y)] for y in range(4)],
        **{"class": ["乡道", "lane", "lane", None], "speed": [None, 30, None, None]},
    )
    with pytest.raises(MissingValueError, match=r"3 roads .*\(no class\): 1, lane: 1, 乡道: 1.*`other_speed`"):
        driving(roads, other_speed=None)
    assert len(driving(roads, other_speed=None, speeds={"lane": 20.0}, not_used=["乡道", ""]).links) == 2
    assert len(walking(roads).links) == 4


@pytest.mark.parametrize(
    ("word", "ways"),
    [
        *((word, (True, False)) for word in ("yes", "Yes", "是", "单行", "F", "true", 1, 1.0, True)),
        *((word, (False, True)) for word in ("-1", "T", "逆向", -1, -1.0)),
        *((word, (True, True)) for word in ("no", "否", "双向", "B", "", None, np.nan, 0, False)),
    ],
)
def test_one_way_roads_are_driven_one_way_and_walked_both(word: object, ways: tuple[bool, bool]) -> None:
    """Words of OpenStreetMap, of Geofabrik's shapefiles and of Chinese tables."""
    roads = layer([ROAD], oneway=pd.Series([word], dtype=object))
    driven, walked = driving(roads).links, walking(roads).links
    assert (np.isfinite(driven["forward"][0]), np.isfinite(driven["backward"][0])) == ways
    assert np.isfinite(walked[["forward", "backward"]]).all(axis=None)


@pytest.mark.parametrize(("column", "mode"), [("oneway", "drive"), ("bridge", "walk")])
def test_an_unknown_word_is_an_error_that_names_the_road(column: str, mode: str) -> None:
    """A road whose direction is not understood would be driven the wrong way."""
    roads = layer([ROAD, ROAD], **{column: ["no", "perhaps"]}).set_axis(["A1", "B2"])
    with pytest.raises(ValueError, match=rf"`{column}` has 1 word.*'perhaps' of road 'B2'. Known are: no,"):
        make_network(roads, mode=mode, walk_m_per_minute=60, join_m=1, cross="join", other_speed=30)  # type: ignore[arg-type]


def test_bridges_are_told_by_their_words() -> None:
    """A bridge and a tunnel pass, a road crosses on the level."""
    lines = [ROAD, [(100, -50), (100, 50)], [(200, -50), (200, 50)], [(300, -50), (300, 50)]]
    network = walking(layer(lines, bridge=["no", "是", "tunnel", ""]))
    assert network.links["road"].tolist() == [0, 0, 1, 2, 3, 3]


@pytest.mark.parametrize(
    ("shape", "found"),
    [(Point(0, 0), "Point"), (Point(0, 0).buffer(5), "Polygon"), (None, "nothing"), (LineString(), "nothing")],
)
def test_refuses_what_is_no_line(shape: shapely.Geometry, found: str) -> None:
    """A square drawn as a polygon has no direction to walk in."""
    roads = gpd.GeoDataFrame(geometry=[LineString(ROAD), shape], index=["a", "b"], crs=METRES)
    with pytest.raises(GeometryError, match=rf"`roads` are lines; 1 of 2 are not, e.g. 'b' is {found}"):
        walking(roads)


def test_refuses_coordinates_that_are_no_numbers() -> None:
    """A place that is nowhere would spoil every length."""
    with pytest.raises(GeometryError, match=r"no numbers, e.g. of 1"):
        walking(layer([ROAD, [(0, 0), (float("inf"), 3)]]))


@pytest.mark.parametrize("speed", [0.0, -5.0, float("inf")])
def test_refuses_speeds_that_are_none(speed: float) -> None:
    """A road that is driven at no speed would never be left."""
    with pytest.raises(ValueError, match=r"road 0 has"):
        driving(layer([ROAD], speed=[speed]))
    with pytest.raises(ValueError, match=r"above zero, got lane:"):
        driving(layer([ROAD]), speeds={"lane": speed})
