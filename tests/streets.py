"""Streets for the tests of the network: layers drawn by hand, layers drawn by chance, and a plain search to compare with."""

from __future__ import annotations

import heapq
from itertools import pairwise
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely
from hypothesis import strategies as st
from shapely import LineString
from shapely import Point

from schoolmap.space.roads import make_network

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from schoolmap.space.roads import Network

METRES = "EPSG:4546"
Line = list[tuple[float, float]]


def layer(lines: Sequence[Line], *, crs: str | None = METRES, **columns: object) -> gpd.GeoDataFrame:
    """Return roads with the given columns, numbered from 0."""
    return gpd.GeoDataFrame(columns, geometry=[LineString(line) for line in lines], index=range(len(lines)), crs=crs)


def points(places: Mapping[str, tuple[float, float]], *, crs: str = METRES) -> gpd.GeoSeries:
    """Return labelled places."""
    return gpd.GeoSeries([Point(place) for place in places.values()], index=list(places), crs=crs)


def walking(roads: gpd.GeoDataFrame, *, join_m: float = 0.5, cross: str = "join") -> Network:
    """Return a network to walk on, at 60 m a minute."""
    return make_network(roads, mode="walk", walk_m_per_minute=60, join_m=join_m, cross=cross)  # type: ignore[arg-type]


def driving(roads: gpd.GeoDataFrame, **options: object) -> Network:
    """Return a network to drive on; roads without speed are driven at 60 km/h, a kilometre a minute."""
    given: dict[str, object] = {"walk_m_per_minute": 60, "join_m": 0.5, "cross": "join", "other_speed": 60.0}
    return make_network(roads, mode="drive", **{**given, **options})  # type: ignore[arg-type]


def plain_distance(lines: Sequence[Line], origin: tuple[float, float], target: tuple[float, float]) -> float:
    """
    Return the way on foot between two places by another road: lines united by GEOS, nodes told by coordinates, a heap.

    Both places walk to the nearest point of the lines and are put in there by cutting.
    """
    net = shapely.union_all([LineString(line) for line in lines])
    pieces = [LineString(pair) for part in shapely.get_parts(net) for pair in _pairs(part)]
    entries = []
    for place in (Point(origin), Point(target)):
        piece = pieces.pop(min(range(len(pieces)), key=lambda number: pieces[number].distance(place)))
        entry = piece.interpolate(piece.project(place))
        pieces += [LineString([piece.coords[0], entry]), LineString([entry, piece.coords[1]])]
        entries.append(entry)
    graph: dict[tuple[float, float], list[tuple[tuple[float, float], float]]] = {}
    for piece in pieces:
        one, other = (_rounded(place) for place in piece.coords)
        graph.setdefault(one, []).append((other, piece.length))
        graph.setdefault(other, []).append((one, piece.length))
    start, end = (_rounded(entry.coords[0]) for entry in entries)
    queue, settled = [(0.0, start)], set()
    while queue:
        cost, node = heapq.heappop(queue)
        if node == end:
            return cost + Point(origin).distance(net) + Point(target).distance(net)
        if node not in settled:
            settled.add(node)
            for other, length in graph[node]:
                heapq.heappush(queue, (cost + length, other))
    return float("inf")


def _pairs(line: LineString) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    places = list(line.coords)
    return list(pairwise(places))


def _rounded(place: tuple[float, float]) -> tuple[float, float]:
    return round(place[0], 5), round(place[1], 5)


_corner = st.tuples(st.integers(0, 6), st.integers(0, 6)).map(lambda place: (100.0 * place[0], 100.0 * place[1]))


def lie_apart(lines: Sequence[Line]) -> bool:
    """Say whether no stretch is drawn twice."""
    shapes = [LineString(line) for line in lines]
    return abs(sum(shape.length for shape in shapes) - shapely.union_all(shapes).length) < 1e-6


def _goes_on(line: Line) -> bool:
    return all(one != other for one, other in pairwise(line)) and lie_apart([line])


streets = st.lists(st.lists(_corner, min_size=2, max_size=4).filter(_goes_on), min_size=1, max_size=6)
"""Lines between corners of a grid of 100 m that cross, meet, overlap each other and come back to themselves."""

place = st.tuples(st.integers(-50, 650), st.integers(-50, 650)).map(lambda at: (at[0] + 0.137, at[1] + 0.291))
"""A place near them, never at the same distance of two of them but for a common corner, or hardly ever."""
