"""From a layer of roads to a network: nodes, links, and parts without a link to the others."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import settings
from shapely import LineString
from shapely import MultiLineString
from streets import METRES
from streets import Line
from streets import driving
from streets import layer
from streets import streets
from streets import walking

from schoolmap.errors import CRSError
from schoolmap.space.roads import arcs
from schoolmap.space.roads import islands
from schoolmap.space.roads import make_network

ROAD = [(0.0, 0.0), (600.0, 0.0)]


def test_by_hand() -> None:
    """A lane meets a road in its middle: three links, walked both ways at 60 m a minute."""
    network = walking(layer([ROAD, [(200, 0), (200, 120)]], **{"class": ["road", "lane"]}))
    links = network.links
    assert links[["road", "class", "length_m", "forward", "backward", "side"]].to_numpy().tolist() == [
        [0, "road", 200.0, pytest.approx(200 / 60), pytest.approx(200 / 60), 0],
        [0, "road", 400.0, pytest.approx(400 / 60), pytest.approx(400 / 60), 0],
        [1, "lane", 120.0, pytest.approx(2.0), pytest.approx(2.0), 0],
    ]
    assert network.xy[links["end"][0]].tolist() == [200.0, 0.0]
    assert links["end"][0] == links["start"][1] == links["start"][2]
    assert network.component.tolist() == [0, 0, 0, 0]
    assert network.links.crs == METRES


def test_classes_not_used_and_ways_closed_to_feet_are_left_out() -> None:
    """Nobody walks on a motorway, nor where a sign forbids it; cars are not concerned by the sign."""
    roads = layer(
        [[(0, y), (9, y)] for y in range(3)], **{"class": ["motorway", "lane", "lane"], "foot": ["yes", "no", None]}
    )
    options = {"walk_m_per_minute": 60, "join_m": 0.1, "cross": "join", "not_used": ["motorway"]}
    assert make_network(roads, mode="walk", **options).links["road"].tolist() == [2]  # type: ignore[arg-type]
    assert make_network(roads, mode="drive", other_speed=30, **options).links["road"].tolist() == [1, 2]  # type: ignore[arg-type]


def test_of_parallel_links_the_cheapest_counts() -> None:
    """A straight road and a detour between the same nodes are one arc of the straight length, one-way or not."""
    detour = [(0.0, 0.0), (300.0, 400.0), (600.0, 0.0)]
    roads = layer([detour, ROAD, ROAD[::-1]], speed=[60.0, 60.0, 30.0], oneway=["no", "yes", "yes"])
    network = driving(roads)
    matrix = arcs(network, "minutes", towards_school=False)
    west, east = network.links["start"][1], network.links["end"][1]
    assert matrix[west, east] == pytest.approx(0.6)
    assert matrix[east, west] == pytest.approx(1.0)
    assert matrix.nnz == 2
    assert (matrix != arcs(network, "minutes", towards_school=True).T).nnz == 0


def test_a_road_drawn_twice_is_one() -> None:
    """Two one-way records on one line are a road both ways; a home on it does not belong to one of them."""
    roads = layer([ROAD, ROAD[::-1], ROAD], speed=[60.0, 30.0, 36.0], oneway=["yes", "yes", "yes"])
    links = driving(roads).links
    assert links[["forward", "backward"]].to_numpy().tolist() == [[pytest.approx(0.6), pytest.approx(1.2)]]
    assert len(walking(layer([ROAD, [(0, 0), (300, 0), (600, 0)], [(600, 0), (300, 1), (0, 0)]])).links) == 2


def test_shapes_are_flattened_and_taken_apart() -> None:
    """Heights are ignored, a line in several pieces is several lines, lines without length are no roads."""
    shapes = [
        LineString([(0, 0, 5), (100, 0, 80)]),
        MultiLineString([[(100, 0), (200, 0)], [(300, 0), (400, 0)]]),
        LineString([(7, 7), (7, 7)]),
    ]
    network = walking(gpd.GeoDataFrame(geometry=shapes, index=["a", "b", "c"], crs=METRES))
    assert network.links["road"].tolist() == ["a", "b", "b"]
    assert network.links["length_m"].tolist() == [100.0, 100.0, 100.0]
    assert not shapely.has_z(network.links.geometry.to_numpy()).any()


def test_islands_are_listed_the_longest_first() -> None:
    """A playground path and a lane beyond the river are not connected to the town."""
    lane, path = [(1000, 0), (1000, 90)], [(40, 300), (50, 300)]
    table = islands(walking(layer([path, ROAD, lane, [(0, 0), (0, -90)]])))
    assert table.index.tolist() == [1, 2]
    assert table.to_numpy().tolist() == [[2, 90.0, 1000.0, 0.0, 1000.0, 90.0], [2, 10.0, 40.0, 300.0, 50.0, 300.0]]
    assert table.columns.tolist() == ["nodes", "length_m", "west", "south", "east", "north"]


def test_no_islands_where_everything_is_connected() -> None:
    """One-way roads connect both ways here: whether one can come back is a matter of the way, not of the drawing."""
    assert islands(driving(layer([ROAD, [(600, 0), (600, 50)]], oneway=["yes", "-1"]))).empty


@settings(max_examples=25)
@given(streets)
def test_islands_and_the_longest_part_are_all_roads(lines: list[Line]) -> None:
    """Every metre is in one part, and the longest is none of the islands."""
    network = walking(layer(lines))
    table = islands(network)
    main = network.links.loc[network.component[network.links["start"]] == 0, "length_m"].sum()
    assert main + table["length_m"].sum() == pytest.approx(network.links["length_m"].sum())
    assert (table["length_m"] <= main + 1e-9).all()
    assert table["length_m"].is_monotonic_decreasing


def test_a_layer_without_roads_is_a_network_without_links() -> None:
    """No road at all is a fact about a place, not an error; all places are far then."""
    network = walking(layer([]))
    assert len(network.links) == 0
    assert islands(network).empty


@pytest.mark.parametrize("crs", [None, "EPSG:4490"])
def test_refuses_degrees_and_unknown_crs(crs: str | None) -> None:
    """Lengths are in metres."""
    with pytest.raises(CRSError):
        walking(layer([ROAD], crs=crs))


@pytest.mark.parametrize(("option", "value"), [("walk_m_per_minute", 0), ("join_m", -1), ("join_m", float("nan"))])
def test_refuses_options_without_meaning(option: str, value: float) -> None:
    """A pace of zero and a negative tolerance are mistakes."""
    with pytest.raises(ValueError, match=option):
        driving(layer([ROAD]), **{option: value})
