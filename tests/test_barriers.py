"""Barriers that young pupils may not cross: rivers, railways, trunk roads, and the crossings that open them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import assume
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from shapely import LineString
from shapely import Point
from streets import METRES
from streets import Line
from streets import driving
from streets import layer
from streets import lie_apart
from streets import points
from streets import streets
from streets import walking

from schoolmap.errors import CRSError
from schoolmap.errors import GeometryError
from schoolmap.space.barriers import guard
from schoolmap.space.snapping import snap
from schoolmap.space.travel import travel_table

if TYPE_CHECKING:
    from schoolmap.space.roads import Network

TRUNK = [(-100.0, 0.0), (100.0, 0.0)]
NORTH, SOUTH = [(0.0, 0.0), (0.0, 80.0)], [(0.0, 0.0), (0.0, -80.0)]
PLACES = {
    "north": (1.0, 60.0),
    "south": (1.0, -60.0),
    "north-west": (-60.0, 5.0),
    "south-west": (-60.0, -5.0),
    "north-east": (60.0, 5.0),
    "south-east": (60.0, -5.0),
}
N, S, NW, SW, NE, SE = PLACES


def guarded(
    trunk: list[Line],
    others: list[Line],
    *,
    river: list[Line] | None = None,
    at: list[tuple[float, float]] | None = None,
    bridges: tuple[int, ...] = (),
    cross: str = "join",
) -> Network:
    """Return a network in which trunk roads and rivers may be crossed only `at` some places, within 10 m."""
    lines = [*trunk, *others]
    roads = layer(
        lines,
        **{
            "class": ["trunk"] * len(trunk) + ["lane"] * len(others),
            "bridge": ["yes" if number - len(trunk) in bridges else "no" for number in range(len(lines))],
        },
    )
    return guard(
        walking(roads, cross=cross),
        barriers=None if river is None else layer(river),
        crossings=None if at is None else gpd.GeoDataFrame(geometry=[Point(place) for place in at], crs=METRES),
        crossing_m=10,
        not_crossed=["trunk"],
    )


def ways(network: Network, places: dict[str, tuple[float, float]] = PLACES) -> dict[tuple[str, str], float]:
    """Return the way on foot between all places that have one."""
    snapped = snap(network, points(places), farthest_m=50)
    return travel_table(network, snapped, snapped, unit="distance_m").to_dict()  # type: ignore[return-value]


def together(network: Network, places: dict[str, tuple[float, float]] = PLACES) -> set[frozenset[str]]:
    """Return which places can be reached from each other."""
    found = ways(network, places)
    return {frozenset(other for other in places if (one, other) in found) for one in places} - {frozenset()}


def test_side_streets_of_a_trunk_road_are_not_connected_across() -> None:
    """At a crossroads without lights one may turn right and walk along, and that is all, until the road ends."""
    # the road is closed by rivers at both ends, so that nobody walks round them
    banks: list[Line] = [[(-90, -20), (-90, 20)], [(90, -20), (90, 20)]]
    network = guarded([TRUNK], [NORTH, SOUTH], river=banks)
    assert together(network) == {frozenset({N, NW, NE}), frozenset({S, SW, SE})}


def test_lights_connect_what_they_are_near() -> None:
    """With lights at the crossroads everybody reaches everybody, and the way is that of the streets."""
    banks: list[Line] = [[(-90, -20), (-90, 20)], [(90, -20), (90, 20)]]
    network = guarded([TRUNK], [NORTH, SOUTH], river=banks, at=[(3, 4)])
    assert together(network) == {frozenset(PLACES)}
    assert ways(network)[N, S] == pytest.approx(1 + 60 + 60 + 1)
    assert ways(network)[N, SW] == pytest.approx(1 + 60 + 60 + 5)


def test_lights_between_two_side_streets_are_a_detour() -> None:
    """Pupils walk along their side to the lights 50 m east and back on the other side."""
    banks: list[Line] = [[(-90, -20), (-90, 20)], [(90, -20), (90, 20)]]
    found = ways(guarded([TRUNK], [NORTH, SOUTH], river=banks, at=[(50, 0)]))
    # the gap begins 10 m before the lights
    assert found[N, S] == pytest.approx(1 + 60 + 40 + 40 + 60 + 1)
    assert found[NW, NE] == pytest.approx(5 + 120 + 5)


def test_one_may_walk_round_the_end_of_a_trunk_road() -> None:
    """Where it ends, there is nothing to cross."""
    found = ways(guarded([TRUNK], [NORTH, SOUTH]))
    assert found[N, S] == pytest.approx(1 + 60 + 100 + 100 + 60 + 1)
    assert found[NW, SW] == pytest.approx(5 + 40 + 40 + 5)


def test_a_side_street_that_ends_at_a_trunk_road_is_on_its_own_side() -> None:
    """At a T-junction the far side is not reached from the side street."""
    banks: list[Line] = [[(-90, -20), (-90, 20)], [(90, -20), (90, 20)]]
    network = guarded([TRUNK], [NORTH], river=banks)
    places = {name: place for name, place in PLACES.items() if name != S}
    assert together(network, places) == {frozenset({N, NW, NE}), frozenset({SW, SE})}


def test_two_trunk_roads_that_cross_make_four_quarters() -> None:
    """Each quarter has its own sides of both roads."""
    quarters = {"ne": (60, 5), "nw": (-5, 60), "sw": (-60, -5), "se": (5, -60)}
    frame = [[(x * 90 - 20, y * 90), (x * 90 + 20, y * 90)] for x, y in ((0, 1), (0, -1))]
    frame += [[(x * 90, y * 90 - 20), (x * 90, y * 90 + 20)] for x, y in ((1, 0), (-1, 0))]
    network = guarded([TRUNK, [(0, -100), (0, 100)]], [], river=frame)  # type: ignore[arg-type]
    assert together(network, quarters) == {frozenset({name}) for name in quarters}  # type: ignore[arg-type]
    lights = guarded([TRUNK, [(0, -100), (0, 100)]], [], river=frame, at=[(0, 0)])  # type: ignore[arg-type]
    assert together(lights, quarters) == {frozenset(quarters)}  # type: ignore[arg-type]


def test_a_street_is_cut_at_the_river_and_both_banks_stay() -> None:
    """Homes along the street keep it up to the water."""
    network = guarded([], [[(-100, 0), (100, 0)]], river=[[(20, -50), (20, 50)]])
    assert sorted(network.links["length_m"]) == [80.0, 120.0]
    assert together(network) == {frozenset({NW, SW}), frozenset({NE, SE})}


def test_bridges_lead_over_the_river_and_over_the_trunk_road() -> None:
    """A street marked as bridge or tunnel is not cut, nor does it meet the road below."""
    over = [(0.0, -80.0), (0.0, 80.0)]
    assert frozenset({N, S}) <= next(
        iter(together(guarded([], [over], river=[TRUNK], bridges=(0,)), {N: PLACES[N], S: PLACES[S]}))
    )
    banks: list[Line] = [[(-90, -20), (-90, 20)], [(90, -20), (90, 20)]]
    found = together(guarded([TRUNK], [over], river=banks, bridges=(0,)))
    assert frozenset({N, S}) in found


def test_a_crossing_opens_the_river_near_it_only() -> None:
    """The ford is within 10 m of one street and not of the other."""
    lanes: list[Line] = [[(-50, -80), (-50, 80)], [(50, -80), (50, 80)]]
    places = {"a": (-50, 60), "b": (-50, -60), "c": (50, 60), "d": (50, -60)}
    found = together(guarded([], lanes, river=[TRUNK], at=[(-45, 3)]), places)  # type: ignore[arg-type]
    assert found == {frozenset("ab"), frozenset("c"), frozenset("d")}


def test_a_street_that_meets_the_river_at_a_node_does_not_pass() -> None:
    """Two streets whose common end lies on the water are not connected by it; on one bank they are."""
    places = {"a": (40, 40), "b": (40, -40), "c": (-40, 40)}
    spokes: list[Line] = [[(0, 0), (50, 50)], [(0, 0), (50, -50)], [(0, 0), (-50, 50)]]
    assert together(guarded([], spokes, river=[TRUNK]), places) == {frozenset("ac"), frozenset("b")}  # type: ignore[arg-type]


def test_places_do_not_cross_a_barrier_to_the_nearest_road() -> None:
    """A home by the river takes the road on its own bank, though the other is nearer; without one it has no way."""
    lanes: list[Line] = [[(-100, 20), (100, 20)], [(-100, -70), (100, -70)]]
    network = guarded([], lanes, river=[TRUNK])
    home = points({"home": (0.0, -5.0)})
    assert snap(walking(layer(lanes)), home, farthest_m=80)["distance_m"].tolist() == [25.0]
    near = snap(network, home, farthest_m=80)
    assert near["distance_m"].tolist() == [65.0]
    assert near["far"].tolist() == [False]
    far = snap(network, home, farthest_m=50)
    assert far["far"].tolist() == [True]
    assert far["link"].tolist() == [-1]


def test_places_enter_a_trunk_road_on_their_own_side() -> None:
    """Homes on both sides of the end of a side street: only one of them has it at its door."""
    banks: list[Line] = [[(-90, -20), (-90, 20)], [(90, -20), (90, 20)]]
    network = guarded([TRUNK], [NORTH], river=banks)
    snapped = snap(network, points({"by": (0.0, 3.0), "across": (0.0, -3.0), "on": (40.0, 0.0)}), farthest_m=50)
    side = network.links["side"].to_numpy()[snapped["link"]]
    drawn = network.links["road"].to_numpy()[snapped["link"]].tolist()
    assert drawn == [1, 0, 0]
    assert side.tolist() == [0, -1, 1]


def test_without_barriers_nothing_changes() -> None:
    """A network guarded against nothing is as long and as connected."""
    network = walking(layer([TRUNK, NORTH], **{"class": ["lane", "lane"]}))
    free = guard(network, barriers=None, crossings=None, crossing_m=10)
    assert free.links.drop(columns="geometry").equals(network.links.drop(columns="geometry"))
    assert free.walls.tolist() == []


def ribbons(network: Network, walls: list[shapely.Geometry], *, width: float = 0.01) -> list[tuple[int, int]]:
    """
    Tell the connected part of each link by drawing: roads as ribbons, walls as cuts in them.

    Returns the number of the ribbon's part and of the link's, for each link.
    """
    shapes = network.links.geometry.to_numpy()
    ground = shapely.union_all(shapely.buffer(shapes, width))
    cut = shapely.union_all([shapely.buffer(wall, width / 20) for wall in walls])
    parts = shapely.get_parts(shapely.difference(ground, cut))
    # at no corner of theirs
    middle, ahead = (
        shapely.line_interpolate_point(shapes, share, normalized=True) for share in (0.3713, 0.3713 + 1e-6)
    )
    way = shapely.get_coordinates(ahead) - shapely.get_coordinates(middle)
    way /= np.hypot(*way.T)[:, None]
    left = np.stack([-way[:, 1], way[:, 0]], axis=1) * (network.links["side"].to_numpy() * width / 2)[:, None]
    at = shapely.points(shapely.get_coordinates(middle) + left)
    link, part = shapely.STRtree(parts).query(at, predicate="intersects")
    assert link.tolist() == list(range(len(shapes)))
    return list(zip(part.tolist(), network.component[network.links["start"]].tolist(), strict=True))


@settings(max_examples=30)
@given(streets, st.lists(st.booleans(), min_size=6, max_size=6), streets)
def test_parts_are_those_of_roads_drawn_as_ribbons_and_cut_along_barriers(
    lines: list[Line], is_trunk: list[bool], river: list[Line]
) -> None:
    """Whatever crosses, ends or meets where: links are connected where a finger can follow them without crossing a wall."""
    trunk = [line for line, flag in zip(lines, is_trunk, strict=False) if flag]
    others = [line for line, flag in zip(lines, is_trunk, strict=False) if not flag]
    # the river is drawn between the streets, lest it runs along one
    waters = [[(x + 37.0, y + 11.0) for x, y in line] for line in river[:2]]
    walls = [LineString(line) for line in (*trunk, *waters)]
    # lanes drawn on a trunk road have no side, and of two that are drawn as one none knows where it meets the other
    assume(lie_apart(lines) and lie_apart(waters))
    network = guarded(trunk, others, river=waters)
    pairs = set(ribbons(network, walls))
    assert len(pairs) == len({part for part, _ in pairs}) == len({part for _, part in pairs})


@settings(max_examples=15)
@given(streets, st.lists(st.booleans(), min_size=6, max_size=6), streets)
def test_a_barrier_makes_no_way_shorter(lines: list[Line], is_trunk: list[bool], river: list[Line]) -> None:
    """Between places on the roads, the guarded way is the free one or longer, or there is none."""
    roads = layer(lines, **{"class": ["trunk" if flag else "lane" for flag in is_trunk[: len(lines)]]})
    free = walking(roads)
    watered = guard(
        free,
        barriers=layer([[(x + 37, y + 11) for x, y in line] for line in river[:2]]),
        crossings=None,
        crossing_m=5,
        not_crossed=["trunk"],
    )
    middles = free.links.geometry.interpolate(0.5, normalized=True)
    places = gpd.GeoSeries(middles.to_numpy(), index=[f"p{number}" for number in range(len(middles))], crs=METRES)
    tables = []
    for network in (free, watered):
        snapped = snap(network, places, farthest_m=0.01)
        tables.append(travel_table(network, snapped, snapped, unit="distance_m"))
    before, after = tables
    assert after.index.isin(before.index).all()
    assert (after >= before.reindex(after.index) - 1e-6).all()


def test_refuses_cars() -> None:
    """Barriers are for people on foot."""
    with pytest.raises(ValueError, match="on foot"):
        guard(driving(layer([TRUNK])), barriers=None, crossings=None, crossing_m=10)


def test_refuses_layers_that_are_none() -> None:
    """A river drawn as a surface, a crossing drawn as a line, another CRS, no distance."""
    network = walking(layer([TRUNK]))
    water = gpd.GeoDataFrame(geometry=[Point(0, 0).buffer(5)], crs=METRES)
    with pytest.raises(GeometryError, match="`barriers` are lines"):
        guard(network, barriers=water, crossings=None, crossing_m=10)
    with pytest.raises(GeometryError, match="`crossings` are points"):
        guard(network, barriers=None, crossings=layer([TRUNK]), crossing_m=10)
    with pytest.raises(CRSError):
        guard(network, barriers=layer([TRUNK], crs="EPSG:4547"), crossings=None, crossing_m=10)
    with pytest.raises(ValueError, match="crossing_m"):
        guard(network, barriers=None, crossings=None, crossing_m=0)
