"""Where homes and gates enter the network: the nearest point of the nearest link, and how far it is."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from shapely import LineString
from shapely import MultiPoint
from shapely import Point
from streets import METRES
from streets import Line
from streets import layer
from streets import place
from streets import points
from streets import streets
from streets import walking

from schoolmap.errors import CRSError
from schoolmap.errors import GeometryError
from schoolmap.errors import LabelError
from schoolmap.space.barriers import guard
from schoolmap.space.roads import make_network
from schoolmap.space.snapping import snap
from schoolmap.space.travel import travel_table

ROAD = [(0.0, 0.0), (600.0, 0.0)]
LANE = [(200.0, 0.0), (200.0, 300.0)]


def test_by_hand() -> None:
    """A home beside the lane enters it where it stands, however far the next corner is."""
    network = walking(layer([ROAD, LANE]))
    snapped = snap(network, points({"home": (230.0, 170.0), "hut": (500.0, -900.0)}), farthest_m=500)
    assert snapped.index.tolist() == ["home", "hut"]
    assert network.links["road"][snapped["link"]].tolist() == [1, 0]
    assert snapped["along_m"].tolist() == [170.0, 300.0]
    assert snapped["distance_m"].tolist() == [30.0, 900.0]
    assert snapped["far"].tolist() == [False, True]
    assert snapped["component"].tolist() == [0, 0]


def test_gates_of_one_school_are_rows_of_its_label() -> None:
    """Gates are given as records of the school or as one record with several points."""
    network = walking(layer([ROAD]))
    gates = gpd.GeoSeries(
        [Point(10, 1), MultiPoint([(20, 1), (30, 1)]), Point(40, 1)], index=["north", "south", "north"], crs=METRES
    )
    snapped = snap(network, gates, farthest_m=50)
    assert snapped.index.tolist() == ["north", "south", "south", "north"]
    assert snapped["along_m"].tolist() == [10.0, 20.0, 30.0, 40.0]


def test_a_place_on_an_island_says_so_and_may_be_led_to_the_longest_part() -> None:
    """A path in the school's yard is no way to school."""
    network = walking(layer([ROAD, [(100, 20), (150, 20)]]))
    school = points({"school": (120.0, 30.0)})
    assert snap(network, school, farthest_m=50)[["component", "distance_m"]].to_numpy().tolist() == [[1, 10.0]]
    led = snap(network, school, farthest_m=50, largest_only=True)
    assert led[["component", "distance_m"]].to_numpy().tolist() == [[0, 30.0]]


def test_where_there_are_no_roads_everything_is_far() -> None:
    """Nothing is dropped: the place is there, without a link."""
    snapped = snap(walking(layer([])), points({"home": (1.0, 1.0)}), farthest_m=50)
    assert snapped["far"].tolist() == [True]
    assert snapped["link"].tolist() == [-1]
    assert np.isinf(snapped["distance_m"]).tolist() == [True]


def test_no_places_are_no_rows() -> None:
    """An empty layer has an empty result."""
    assert snap(walking(layer([ROAD])), points({}), farthest_m=50).empty


def test_heights_of_places_are_ignored() -> None:
    """A surveyed home on a hill is as near to the road as on the map."""
    home = gpd.GeoSeries([Point(10, 3, 400)], index=["home"], crs=METRES)
    assert snap(walking(layer([ROAD])), home, farthest_m=50)["distance_m"].tolist() == [3.0]


@settings(max_examples=25)
@given(streets, st.lists(place, min_size=1, max_size=5))
def test_no_link_is_nearer(lines: list[Line], places: list[tuple[float, float]]) -> None:
    """The distance is that to all roads together, and the place on the link is there."""
    network = walking(layer(lines))
    homes = points({f"h{number}": at for number, at in enumerate(places)})
    snapped = snap(network, homes, farthest_m=300)
    union = shapely.union_all([LineString(line) for line in lines])
    np.testing.assert_allclose(snapped["distance_m"], homes.distance(union), atol=1e-9)
    shapes = network.links.geometry.to_numpy()[snapped["link"]]
    spots = shapely.line_interpolate_point(shapes, snapped["along_m"].to_numpy())
    np.testing.assert_allclose(shapely.distance(spots, homes.to_numpy()), snapped["distance_m"], atol=1e-9)
    assert snapped["far"].tolist() == (snapped["distance_m"] > 300).tolist()


@pytest.mark.parametrize(
    ("shape", "found"),
    [(LineString(ROAD), "LineString"), (Point(0, 0).buffer(3), "Polygon"), (None, "nothing"), (Point(), "nothing")],
)
def test_refuses_what_is_no_point(shape: shapely.Geometry, found: str) -> None:
    """Of an area somebody must say which place in it is meant."""
    homes = gpd.GeoSeries([Point(0, 0), shape], index=["a", "b"], crs=METRES)
    with pytest.raises(GeometryError, match=rf"1 are not, e.g. 'b' is {found}.*representative_point"):
        snap(walking(layer([ROAD])), homes, farthest_m=50)


def test_refuses_places_elsewhere() -> None:
    """Places in another CRS, at no number, or a distance that is none."""
    network = walking(layer([ROAD]))
    with pytest.raises(CRSError):
        snap(network, points({"a": (0, 0)}, crs="EPSG:4547"), farthest_m=50)
    with pytest.raises(GeometryError, match="no numbers"):
        snap(network, points({"a": (0, float("inf"))}), farthest_m=50)
    with pytest.raises(ValueError, match="farthest_m"):
        snap(network, points({"a": (0, 0)}), farthest_m=0)


def test_places_belong_to_the_network_that_they_entered() -> None:
    """A home that was snapped to open roads is nowhere on the guarded ones: it is said, not measured."""
    lane = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (1000, 0)])], crs="EPSG:4546")
    river = gpd.GeoDataFrame(geometry=[shapely.LineString([(500, -50), (500, 50)])], crs="EPSG:4546")
    free = make_network(lane, mode="walk", walk_m_per_minute=60, join_m=0.5, cross="join")
    guarded = guard(free, barriers=river, crossings=None, crossing_m=10)
    places = gpd.GeoSeries([shapely.Point(100, 5), shapely.Point(900, 5)], index=["a", "b"], crs="EPSG:4546")
    mixed = snap(free, places, farthest_m=100)
    with pytest.raises(LabelError, match=r"snapped to another network \(1 links.*Snap them anew"):
        travel_table(guarded, mixed, mixed, unit="distance_m")
    own = snap(guarded, places, farthest_m=100)
    assert travel_table(guarded, own, own, unit="distance_m").index.tolist() == [("a", "a"), ("b", "b")]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"mode": "foot"}, "`mode` is one of"),
        ({"cross": "joined"}, "`cross` is one of"),
        ({"not_used": "街"}, "is a list"),
    ],
)
def test_a_word_that_means_nothing_is_refused(options: dict[str, str], error: str) -> None:
    """A slip in a word never changes a way in silence."""
    lane = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (1000, 0)])], crs="EPSG:4546")
    usual: dict[str, Any] = {"mode": "walk", "walk_m_per_minute": 60, "join_m": 0.5, "cross": "join"}
    with pytest.raises((ValueError, TypeError), match=error):
        make_network(lane, **{**usual, **options})
    network = make_network(lane, **usual)
    here = snap(network, gpd.GeoSeries([shapely.Point(1, 1)], index=["a"], crs="EPSG:4546"), farthest_m=9)
    with pytest.raises(ValueError, match="`unit` is one of"):
        travel_table(network, here, here, unit="metres")  # type: ignore[arg-type]
