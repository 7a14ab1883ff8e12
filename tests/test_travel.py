"""The way from home to school: exact, sparse, in the direction of travel, and nobody dropped unseen."""

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
from streets import plain_distance
from streets import points
from streets import streets
from streets import walking

from schoolmap.errors import GeometryError
from schoolmap.errors import LabelError
from schoolmap.space import travel
from schoolmap.space.snapping import snap
from schoolmap.space.travel import circuity
from schoolmap.space.travel import straight_table
from schoolmap.space.travel import travel_table

ROAD = [(0.0, 0.0), (600.0, 0.0)]
LANE = [(200.0, 0.0), (200.0, 300.0)]
RING: list[Line] = [[(0, 0), (300, 0)], [(300, 0), (300, 300)], [(300, 300), (0, 300)], [(0, 300), (0, 0)]]
Places = dict[str, tuple[float, float]]


def table(
    roads: gpd.GeoDataFrame,
    homes: Places,
    schools: Places,
    *,
    drive: bool = False,
    unit: str = "distance_m",
    limit: float | None = None,
) -> pd.Series:
    """Return the ways between places on roads, with everything within 800 m."""
    network = driving(roads) if drive else walking(roads)
    origins, gates = (snap(network, points(places), farthest_m=800) for places in (homes, schools))
    return travel_table(network, origins, gates, unit=unit, limit=limit)  # type: ignore[arg-type]


def test_by_hand() -> None:
    """From the lane 30 m off, 170 m down it, 250 m along the road and 10 m to the gate: 460 m, 7 min 40 s."""
    homes, schools = {"home": (230.0, 170.0)}, {"school": (450.0, -10.0)}
    metres = table(layer([ROAD, LANE]), homes, schools)
    assert metres.name == "distance_m"
    assert metres.index.names == ["origin", "school"]
    assert metres.to_dict() == {("home", "school"): pytest.approx(460.0)}
    minutes = table(layer([ROAD, LANE]), homes, schools, unit="minutes")
    assert minutes.name == "minutes"
    assert minutes.to_dict() == {("home", "school"): pytest.approx(460 / 60)}


def test_a_drive_is_walked_to_the_road_and_driven_on_it() -> None:
    """40 m on foot at 60 m a minute and 420 m at a kilometre a minute."""
    minutes = table(
        layer([ROAD, LANE]), {"home": (230.0, 170.0)}, {"school": (450.0, -10.0)}, drive=True, unit="minutes"
    )
    assert minutes.to_dict() == {("home", "school"): pytest.approx(40 / 60 + 0.42)}


def test_home_and_gate_on_one_link_do_not_go_to_its_end() -> None:
    """Neighbours on a road without corners are 80 m apart."""
    found = table(layer([ROAD]), {"a": (100.0, 5.0), "b": (260.0, 0.0)}, {"school": (180.0, 2.0)})
    assert found.to_dict() == {("a", "school"): pytest.approx(87.0), ("b", "school"): pytest.approx(82.0)}


def test_on_one_link_the_way_round_may_be_shorter() -> None:
    """A crooked road whose ends are joined by a short cut."""
    crooked = [(0.0, 0.0), (0.0, 900.0), (40.0, 900.0), (40.0, 0.0)]
    found = table(layer([crooked, [(0, 0), (40, 0)]]), {"a": (0.0, 100.0)}, {"school": (40.0, 100.0)})
    assert found.to_dict() == {("a", "school"): pytest.approx(240.0)}


def test_one_way_roads_lead_to_school_and_not_back() -> None:
    """On a ring driven one way, the school 100 m behind is 1,100 m ahead; on foot it is 100 m."""
    ring = layer(RING, oneway=["yes"] * 4)
    places = {"home": (200.0, 0.0), "school": (100.0, 0.0)}
    driven = table(ring, places, places, drive=True).unstack()
    assert driven.loc["home", "school"] == pytest.approx(1100.0)
    assert driven.loc["school", "home"] == pytest.approx(100.0)
    walked = table(ring, places, places).unstack()
    assert walked.loc["home", "school"] == walked.loc["school", "home"] == pytest.approx(100.0)


def test_a_street_that_leads_only_away_is_no_way() -> None:
    """From the end of a one-way street nobody drives back; the pair is absent."""
    street = layer([ROAD], oneway=["yes"])
    places = {"west": (0.0, 0.0), "east": (600.0, 0.0)}
    found = table(street, places, places, drive=True)
    assert found.to_dict() == {("west", "west"): 0.0, ("west", "east"): pytest.approx(600.0), ("east", "east"): 0.0}


def test_the_best_gate_counts() -> None:
    """A school with a gate on either side is entered by the nearer one."""
    network = walking(layer([ROAD]))
    gates = gpd.GeoSeries([Point(0, 0), Point(500, 0), Point(300, 0)], index=["s", "s", "t"], crs=METRES)
    homes = snap(network, points({"a": (50.0, 0.0), "b": (450.0, 0.0)}), farthest_m=50)
    found = travel_table(network, homes, snap(network, gates, farthest_m=50), unit="distance_m")
    assert found.to_dict() == pytest.approx({("a", "s"): 50, ("a", "t"): 250, ("b", "s"): 50, ("b", "t"): 150})


def test_far_places_and_islands_have_no_pairs_but_keep_their_labels() -> None:
    """What has no way is absent, so that whoever reindexes by all labels sees the gap."""
    network = walking(layer([ROAD, [(0, 400), (100, 400)]]))
    homes = snap(network, points({"far": (300.0, -900.0), "isle": (50.0, 410.0), "town": (10.0, 0.0)}), farthest_m=500)
    gates = snap(network, points({"school": (20.0, 0.0), "lost": (5000.0, 5000.0)}), farthest_m=500)
    found = travel_table(network, homes, gates, unit="distance_m")
    assert found.to_dict() == {("town", "school"): pytest.approx(10.0)}
    assert found.index.levels[0].tolist() == ["far", "isle", "town"]
    assert found.index.levels[1].tolist() == ["school", "lost"]


def test_a_limit_is_a_way_that_is_still_allowed() -> None:
    """500 m are within 500 m; the walk to the road counts."""
    homes = {"at": (100.0, 0.0), "beyond": (100.0, 1.0)}
    assert table(layer([ROAD]), homes, {"s": (600.0, 0.0)}, limit=500).to_dict() == {("at", "s"): 500.0}


def test_no_homes_and_no_schools_are_no_pairs() -> None:
    """Empty layers give an empty table of the same shape."""
    for homes, schools in (({}, {"s": (0.0, 0.0)}), ({"h": (0.0, 0.0)}, {}), ({}, {})):
        found = table(layer([ROAD]), homes, schools)
        assert found.empty
        assert found.index.names == ["origin", "school"]
    assert table(layer([]), {"h": (0.0, 0.0)}, {"s": (0.0, 0.0)}).empty


@settings(max_examples=25)
@given(streets, place, place)
def test_ways_are_those_of_a_plain_search(
    lines: list[Line], home: tuple[float, float], school: tuple[float, float]
) -> None:
    """Noding, snapping and search together agree with GEOS and a heap."""
    found = table(layer(lines), {"h": home}, {"s": school}).get(("h", "s"), np.inf)
    expected = plain_distance(lines, home, school)
    near = max(
        Point(at).distance(shapely.union_all([shapely.LineString(line) for line in lines])) for at in (home, school)
    )
    assert found == pytest.approx(expected if near <= 800 else np.inf, abs=1e-3)


some_places = st.lists(place, min_size=1, max_size=5, unique=True).map(
    lambda places: {f"p{number}": at for number, at in enumerate(places)}
)


@settings(max_examples=15)
@given(streets, some_places)
def test_walks_are_as_long_there_as_back_and_no_detour_is_shorter(lines: list[Line], places: Places) -> None:
    """Symmetry and the triangle inequality hold between places on the roads."""
    network = walking(layer(lines))
    spots = snap(network, points(places), farthest_m=800).assign(distance_m=0.0)
    found = travel_table(network, spots, spots, unit="distance_m").unstack().reindex(index=places, columns=places)
    ways = found.fillna(np.inf).to_numpy(copy=True)
    np.testing.assert_allclose(ways, ways.T, atol=1e-9)
    np.testing.assert_allclose(np.diag(ways), 0.0, atol=1e-9)
    through = (ways[:, :, None] + ways[None, :, :]).min(axis=1)
    assert (ways <= through + 1e-9).all()


@settings(max_examples=15)
@given(streets, some_places, st.lists(st.sampled_from(["yes", "no", "-1"]), min_size=6, max_size=6))
def test_one_way_drives_keep_the_triangle_inequality(lines: list[Line], places: Places, oneway: list[str]) -> None:
    """There and back differ, but no way by a third place is shorter, and none is shorter than on foot."""
    roads = layer(lines, oneway=oneway[: len(lines)])
    tables = []
    for network in (walking(roads), driving(roads)):
        spots = snap(network, points(places), farthest_m=800).assign(distance_m=0.0)
        found = travel_table(network, spots, spots, unit="distance_m").unstack().reindex(index=places, columns=places)
        tables.append(found.fillna(np.inf).to_numpy())
    walked, driven = tables
    assert (driven <= (driven[:, :, None] + driven[None, :, :]).min(axis=1) + 1e-9).all()
    assert (driven >= walked - 1e-9).all()


@settings(max_examples=15)
@given(streets, some_places, some_places, st.integers(0, 1500), st.randoms(use_true_random=False))
def test_a_cut_table_is_the_full_one_filtered_and_order_is_irrelevant(
    lines: list[Line], homes: Places, schools: Places, limit: int, rng: object
) -> None:
    """Limits take pairs out and change none; labels and rows in any order have the same ways."""
    full = table(layer(lines), homes, schools)
    cut = table(layer(lines), homes, schools, limit=limit)
    pd.testing.assert_series_equal(cut, full[full <= limit])
    mixed_homes, mixed_schools = (
        dict(rng.sample(sorted(places.items()), len(places)))
        for places in (homes, schools)  # type: ignore[attr-defined]
    )
    mixed = table(layer(rng.sample(lines, len(lines))), mixed_homes, mixed_schools)  # type: ignore[attr-defined]
    assert mixed.to_dict() == pytest.approx(full.to_dict(), abs=1e-6)
    order = [(home, school) for home in mixed_homes for school in mixed_schools if (home, school) in full.index]
    assert mixed.index.tolist() == order


@settings(max_examples=15)
@given(streets, streets)
def test_another_road_makes_no_way_longer(lines: list[Line], more: list[Line]) -> None:
    """Between places on the roads that were there, a new road can only help."""
    middles = walking(layer(lines)).links.geometry.interpolate(0.3, normalized=True)
    places = {f"p{number}": (spot.x, spot.y) for number, spot in enumerate(middles)}
    before, after = table(layer(lines), places, places), table(layer([*lines, *more]), places, places)
    assert before.index.isin(after.index).all()
    assert (after.reindex(before.index) <= before + 1e-6).all()


@settings(max_examples=10)
@given(streets, some_places, some_places, st.lists(st.sampled_from(["yes", "no", "-1"]), min_size=6, max_size=6))
def test_the_compiled_search_finds_the_same(
    lines: list[Line], homes: Places, schools: Places, oneway: list[str]
) -> None:
    """Large tables are searched by other code, with the same floats."""
    roads = layer(lines, oneway=oneway[: len(lines)])
    expected = table(roads, homes, schools, drive=True, unit="minutes")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(travel, "_MANY", 0)
        pd.testing.assert_series_equal(table(roads, homes, schools, drive=True, unit="minutes"), expected)


def test_refuses_a_home_twice() -> None:
    """Two homes of one label cannot be told apart; gates can, they are one school's."""
    network = walking(layer([ROAD]))
    spots = snap(network, gpd.GeoSeries([Point(0, 0), Point(9, 0)], index=["a", "a"], crs=METRES), farthest_m=50)
    with pytest.raises(LabelError, match="`origins` lists 1"):
        travel_table(network, spots, spots, unit="distance_m")


@settings(max_examples=30)
@given(some_places, some_places, st.integers(0, 900), st.sampled_from([1.0, 1.3]))
def test_straight_ways_are_distances_times_the_detour(
    homes: Places, schools: Places, limit: int, detour: float
) -> None:
    """Every pair, or those within the limit with the detour counted."""
    here, there = points(homes), points(schools)
    expected = {(home, school): here[home].distance(there[school]) * detour for home in homes for school in schools}
    full = straight_table(here, there, detour=detour)
    assert full.to_dict() == pytest.approx(expected)
    assert full.index.tolist() == list(expected)
    pd.testing.assert_series_equal(straight_table(here, there, detour=detour, limit=limit), full[full <= limit])


def test_of_several_gates_the_nearest_counts_straight_too() -> None:
    """Two records or a multipoint."""
    homes = points({"h": (0.0, 0.0), "at": (30.0, 40.0)})
    gates = gpd.GeoSeries(
        [Point(30, 40), shapely.MultiPoint([(60, 80), (0, 10)]), Point(3, 4)], index=["s", "t", "s"], crs=METRES
    )
    found = straight_table(homes, gates, detour=1.0)
    assert found.loc["h"].to_dict() == {"s": 5.0, "t": 10.0}
    assert found["at", "s"] == 0.0


def test_no_place_is_no_straight_way() -> None:
    """Empty layers give an empty table."""
    assert straight_table(points({}), points({"s": (0, 0)}), detour=1.3).empty
    assert straight_table(points({}), points({}), detour=1.3).empty


def test_circuity_is_the_way_per_straight_line() -> None:
    """Round a corner of two equal sides it is the root of two; a home at the gate has none."""
    homes, schools = {"h": (200.0, 200.0), "s": (400.0, 0.0)}, {"s": (400.0, 0.0)}
    ways = table(layer([ROAD, LANE]), homes, schools)
    found = circuity(ways, straight_table(points(homes), points(schools), detour=1.0))
    assert found.name == "detour"
    assert found.to_dict() == {("h", "s"): pytest.approx(np.sqrt(2))}


def test_refuses_a_detour_below_one_and_places_that_are_none() -> None:
    """No way is shorter than the straight line."""
    with pytest.raises(ValueError, match="at least 1"):
        straight_table(points({"h": (0, 0)}), points({"s": (0, 0)}), detour=0.9)
    with pytest.raises(GeometryError):
        straight_table(layer([ROAD]), points({"s": (0, 0)}), detour=1.0)
    with pytest.raises(LabelError):
        straight_table(
            gpd.GeoSeries([Point(0, 0)] * 2, index=["a", "a"], crs=METRES), points({"s": (0, 0)}), detour=1.0
        )
