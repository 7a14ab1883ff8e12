"""What lies within reach: roads cut exactly at the limit, widened by a stated distance; and circles."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from shapely import Point
from streets import METRES
from streets import Line
from streets import driving
from streets import layer
from streets import place
from streets import points
from streets import streets
from streets import walking

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.space.isochrones import circles
from schoolmap.space.isochrones import isochrones
from schoolmap.space.snapping import snap
from schoolmap.space.travel import travel_table

ROAD = [(0.0, 0.0), (600.0, 0.0)]
LANE = [(200.0, 0.0), (200.0, 300.0)]


def test_by_hand() -> None:
    """From a gate 10 m off the road, 100 m reach 90 m each way, and up the lane what is left at its corner."""
    network = walking(layer([ROAD, LANE]))
    gates = snap(network, points({"s": (150.0, -10.0)}), farthest_m=50)
    zones = isochrones(network, gates, limits=[100, 5], unit="distance_m", buffer_m=20)
    assert zones.index.tolist() == [("s", 100.0), ("s", 5.0)]
    assert zones["length_m"].tolist() == [pytest.approx(180 + 40), 0.0]
    zone = zones.geometry.iloc[0]
    assert zone.bounds == pytest.approx((40, -20, 260, 60))
    assert zones.geometry.iloc[1].is_empty
    assert zones.crs == METRES


def test_a_drive_reaches_only_those_who_may_drive_to_school() -> None:
    """On a one-way street homes upstream reach the gate, homes downstream do not."""
    network = driving(layer([ROAD], oneway=["yes"]))
    gates = snap(network, points({"s": (300.0, 0.0)}), farthest_m=50)
    zone = isochrones(network, gates, limits=[0.2], unit="minutes", buffer_m=10).geometry.iloc[0]
    assert zone.bounds == pytest.approx((90, -10, 310, 10))


def test_each_school_may_have_its_own_limit_and_several_gates() -> None:
    """A town school 100 m, a village school 300 m from either gate."""
    network = walking(layer([ROAD]))
    gates = gpd.GeoSeries([Point(0, 0), Point(300, 0), Point(600, 0)], index=["v", "t", "v"], crs=METRES)
    snapped = snap(network, gates, farthest_m=50)
    limits = pd.Series({"t": 100.0, "v": 200.0, "other": 5.0})
    zones = isochrones(network, snapped, limits=limits, unit="distance_m", buffer_m=10)
    assert zones["length_m"].to_dict() == {("v", 200.0): 400.0, ("t", 100.0): 200.0}
    assert len(zones.geometry["v", 200.0].geoms) == 2


def test_holes_are_filled_only_as_told() -> None:
    """A block of 4 ha within the ring road, and one of 1 ha."""
    ring = [(0, 0), (200, 0), (200, 200), (0, 200), (0, 0)]
    block = [(200, 0), (300, 0), (300, 100), (200, 100)]
    network = walking(layer([ring, block]))
    gates = snap(network, points({"s": (200.0, 50.0)}), farthest_m=50)
    holes = [
        len(
            isochrones(network, gates, limits=[900], unit="distance_m", buffer_m=5, largest_hole_m2=most)
            .geometry.iloc[0]
            .interiors
        )
        for most in (0, 10_000, 100_000)
    ]
    assert holes == [2, 1, 0]


def test_far_schools_reach_nothing() -> None:
    """A school that no road leads to has an empty zone, and is there."""
    network = walking(layer([ROAD]))
    gates = snap(network, points({"far": (0.0, 900.0), "s": (0.0, 0.0)}), farthest_m=50)
    zones = isochrones(network, gates, limits=[100], unit="distance_m", buffer_m=5)
    assert zones.is_empty.tolist() == [True, False]


@settings(max_examples=15)
@given(streets, st.lists(place, min_size=1, max_size=6, unique=True), st.integers(1, 900))
def test_zones_hold_every_reached_place_near_a_road_and_no_place_by_a_road_beyond(
    lines: list[Line], homes: list[tuple[float, float]], limit: int
) -> None:
    """Against the table: reached homes within the buffer are in; homes on a road that are not reached are not on the part reached."""
    network = walking(layer(lines))
    places = points({f"p{number}": at for number, at in enumerate(homes)})
    gates = snap(network, places.iloc[:1], farthest_m=900)
    origins = snap(network, places, farthest_m=900)
    ways = travel_table(network, origins, gates, unit="distance_m").xs("p0", level="school")
    zone = isochrones(network, gates, limits=[limit], unit="distance_m", buffer_m=30).geometry.iloc[0]
    reached = ways.index[(ways <= limit) & (origins["distance_m"].reindex(ways.index) < 29.9)]
    assert places[reached].intersects(zone.buffer(1e-6)).all()
    thin = isochrones(network, gates, limits=[limit], unit="distance_m", buffer_m=0.01).geometry.iloc[0]
    doors = shapely.line_interpolate_point(
        network.links.geometry.to_numpy()[origins["link"]], origins["along_m"].to_numpy()
    )
    to_door = (ways - origins["distance_m"]).reindex(places.index).to_numpy()
    assert not shapely.intersects(doors[~(to_door <= limit + 0.5)], thin).any()


@settings(max_examples=15)
@given(streets, place, st.integers(1, 500), st.integers(1, 500))
def test_a_longer_limit_reaches_no_less(lines: list[Line], school: tuple[float, float], limit: int, more: int) -> None:
    """Zones of one school lie in each other, and the roads reached are no longer than all roads."""
    network = walking(layer(lines))
    gates = snap(network, points({"s": school}), farthest_m=900)
    zones = isochrones(network, gates, limits=[limit, limit + more], unit="distance_m", buffer_m=10)
    small, large = zones.geometry
    assert small.difference(large).area < 1e-6
    assert zones["length_m"].is_monotonic_increasing
    assert zones["length_m"].max() <= network.links["length_m"].sum() + 1e-6


def test_the_length_is_what_counting_places_along_all_roads_finds() -> None:
    """Every metre of a small town is reached or not as the table says."""
    lines: list[Line] = [ROAD, LANE, [(0, 0), (100, 200), (200, 300)], [(500, 0), (500, 80), (600, 0)]]
    network = walking(layer(lines))
    gates = snap(network, points({"s": (330.0, 3.0)}), farthest_m=50)
    spots = [
        shape.interpolate(along) for shape in network.links.geometry for along in np.arange(0.5, shape.length, 1.0)
    ]
    origins = snap(network, gpd.GeoSeries(spots, index=range(len(spots)), crs=METRES), farthest_m=1)
    ways = travel_table(network, origins, gates, unit="distance_m")
    for limit in (50, 200, 333, 450):
        zone = isochrones(network, gates, limits=[limit], unit="distance_m", buffer_m=1).iloc[0]
        assert zone["length_m"] == pytest.approx((ways <= limit).sum(), abs=6)


def test_circles_are_drawn_to_compare() -> None:
    """One radius for all or one each; several gates make one shape."""
    places = gpd.GeoSeries([Point(0, 0), Point(1000, 0), Point(100, 0)], index=["a", "b", "a"], crs=METRES)
    drawn = circles(places, radius_m=pd.Series({"a": 100.0, "b": 50.0}))
    assert drawn.index.tolist() == ["a", "b"]
    assert drawn.crs == METRES
    assert drawn["a"].bounds == pytest.approx((-100, -100, 200, 100))
    assert drawn["b"].area == pytest.approx(np.pi * 2500, rel=0.01)
    assert circles(points({"c": (5, 5)}), radius_m=10)["c"].bounds == pytest.approx((-5, -5, 15, 15))


def test_refuses_limits_that_are_none() -> None:
    """A school without a limit, a negative one, no ground beside the road, no radius."""
    network = walking(layer([ROAD]))
    gates = snap(network, points({"a": (0.0, 0.0), "b": (9.0, 0.0)}), farthest_m=50)
    with pytest.raises(LabelError, match=r"1 school\(s\) have no limit, e.g. 'b'"):
        isochrones(network, gates, limits=pd.Series({"a": 5.0}), unit="distance_m", buffer_m=5)
    with pytest.raises(MissingValueError):
        isochrones(network, gates, limits=pd.Series({"a": 5.0, "b": None}), unit="distance_m", buffer_m=5)
    with pytest.raises(ValueError, match="zero or more, got -5"):
        isochrones(network, gates, limits=[-5], unit="distance_m", buffer_m=5)
    with pytest.raises(ValueError, match="buffer_m"):
        isochrones(network, gates, limits=[5], unit="distance_m", buffer_m=0)
    with pytest.raises(MissingValueError):
        circles(points({"a": (0, 0)}), radius_m=pd.Series({"b": 5.0}))
    with pytest.raises(ValueError, match="radius_m"):
        circles(points({"a": (0, 0)}), radius_m=0)
