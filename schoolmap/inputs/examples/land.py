"""
The land of an invented county: townships, villages, a river, a railway, roads.

Everything is in metres in one projected CRS. Villages and communities are
Voronoi cells with crooked borders; two neighbours share each vertex of their
border, so that the villages cover the county without gap or overlap. The river
follows borders, as rivers do; the railway does not.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy import sparse
from scipy.sparse import csgraph

from schoolmap.inputs.examples.chance import between
from schoolmap.inputs.examples.chance import stream
from schoolmap.inputs.examples.names import COMMUNITIES
from schoolmap.inputs.examples.names import COUNTY_CODE
from schoolmap.inputs.examples.names import SUBURBS
from schoolmap.inputs.examples.names import village_names
from schoolmap.inputs.examples.streets import lanes
from schoolmap.inputs.examples.streets import make_crossings
from schoolmap.inputs.examples.streets import make_dwellings
from schoolmap.inputs.examples.streets import town_streets
from schoolmap.inputs.examples.streets import with_bridges

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CRS = "EPSG:4546"
"""CGCS2000, 3-degree Gauss-Kruger, central meridian 111°E."""
WEST, SOUTH = 478_000.0, 3_130_000.0
"""Corner that places are measured from. It says where the county is drawn, not that it lies there."""
MIDDLE = (22.5, 20.0)
HALF = (22.0, 19.5)
"""Middle of the county and half its width and height, in km from the corner."""
KM = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Township:
    """One township: where its seat is, and how many villages and communities it has."""

    code: str
    name: str
    seat: tuple[float, float]
    """In km from the corner."""
    units: int

    @property
    def kind(self) -> str:
        """`county_town`, `town` (镇) or `rural` (乡)."""
        if self.code.endswith("100"):
            return "county_town"
        return "town" if self.name.endswith("镇") else "rural"


TOWNSHIPS = tuple(
    Township(code=f"{COUNTY_CODE}{number}", name=name, seat=seat, units=units)
    for number, name, seat, units in (
        (100, "城关镇", (21.5, 19.2), len(COMMUNITIES)),
        (101, "石桥镇", (9.5, 25.5), 17),
        (102, "柳河镇", (32.5, 26.0), 17),
        (103, "大坪镇", (34.5, 12.0), 17),
        (104, "枫树镇", (11.5, 11.5), 17),
        (105, "双溪镇", (21.5, 29.5), 17),
        (200, "高岭乡", (4.2, 17.5), 14),
        (201, "松坪乡", (14.5, 35.0), 14),
        (202, "云盘乡", (40.5, 19.5), 14),
        (203, "茶山乡", (22.5, 7.0), 14),
        (204, "岩湾乡", (29.5, 35.5), 14),
        (205, "竹林乡", (39.5, 30.0), 14),
    )
)

_INNER, _OUTER = 5, 7
"""Communities around the middle of the county town, and in the ring beyond."""
_INNER_KM, _OUTER_KM = 0.8, 2.5
_TOWN_KM = 3.6
"""How far the county town reaches."""
_GRID_KM = 0.4
_ROUNDS = 12
"""Rounds in which village centres are moved to the middle of their land."""
_CROOKED = 0.11
"""How far the middle of a border may be off the straight line, as a share of its length."""
_STEP_M = 450.0
"""Borders are bent down to pieces of this length."""

SPEEDS = {"国道": 70, "县道": 50, "乡道": 35, "村道": 25, "城市道路": 35, "街巷": 20}
"""Classes of roads and the speed of a bus on them in km/h (invented)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Land:
    """
    The land of the county.

    Attributes
    ----------
    areas
        Villages and communities, indexed by `area`: `name`, `township` (name),
        `urban_rural`, `seat` (whether the township's offices are there),
        `suburb` (of the county town), `remote_km` (from the county town), and
        polygons.
    centres
        Middle of each village, on the same index.
    roads, barriers
        Lines, with `class`, `speed` and `bridge`, and with `kind`.
    dwellings, crossings
        Points, with `homes`, and with `kind`.
    """

    areas: gpd.GeoDataFrame
    centres: gpd.GeoSeries
    roads: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    dwellings: gpd.GeoDataFrame
    crossings: gpd.GeoDataFrame


def make_land(seed: int) -> Land:
    """
    Invent the land of the county.

    Parameters
    ----------
    seed
        Of everything that is left to chance.
    """
    outline = _outline(stream(seed, "outline"))
    table, centres = _units(outline, seed)
    cells = _cells(centres, outline)
    borders = _crooked(shapely.line_merge(shapely.union_all(shapely.boundary(cells), grid_size=1.0)), seed)
    shapes = _polygons(borders, centres)
    areas = gpd.GeoDataFrame(table, geometry=shapes, crs=CRS)
    points = gpd.GeoSeries(shapely.points(centres), index=areas.index, crs=CRS)
    barriers = _barriers(borders, seed)
    between_places = _roads(areas, centres, seed)
    streets = town_streets(areas, barriers, seed)
    dwellings = make_dwellings(areas, points, streets, seed)
    paved = pd.concat([between_places, streets], ignore_index=True)
    hamlets = lanes(dwellings, gpd.GeoDataFrame(paved))
    roads = with_bridges(gpd.GeoDataFrame(pd.concat([paved, hamlets], ignore_index=True), crs=CRS), barriers)
    return Land(
        areas=areas,
        centres=points,
        roads=roads.assign(speed=roads["class"].map(SPEEDS))[["class", "speed", "bridge", "geometry"]],
        barriers=barriers,
        dwellings=dwellings,
        crossings=make_crossings(between_places, areas, streets),
    )


def _outline(rng: np.random.Generator) -> shapely.Polygon:
    """Return an invented outline: an ellipse with bays."""
    angle = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    waves = np.zeros(len(angle))
    for number, size in ((2, 0.05), (3, 0.05), (5, 0.035), (8, 0.02), (13, 0.012)):
        waves += size * np.cos(number * angle + 2 * np.pi * float(rng.random()))
    radius = 1 + waves
    corners = np.column_stack(
        [
            WEST + KM * (MIDDLE[0] + HALF[0] * radius * np.cos(angle)),
            SOUTH + KM * (MIDDLE[1] + HALF[1] * radius * np.sin(angle)),
        ],
    )
    return shapely.Polygon(np.round(corners))


def _units(outline: shapely.Polygon, seed: int) -> tuple[pd.DataFrame, Floats]:
    """Return the villages and communities of all townships, and their middles."""
    rng = stream(seed, "villages")
    names = iter(village_names(sum(township.units for township in TOWNSHIPS), stream(seed, "names")))
    grid = _grid(outline)
    seats = np.array([_metres(township.seat) for township in TOWNSHIPS])
    reach = np.linalg.norm(grid[:, None, :] - seats[None, :, :], axis=2)
    # what is not of the county town belongs to the nearest other seat
    own = np.where(reach[:, 0] <= _TOWN_KM * KM, 0, 1 + reach[:, 1:].argmin(axis=1))
    tables, middles = [], []
    for place, township in enumerate(TOWNSHIPS):
        if township.kind == "county_town":
            table, points = _communities(township, rng)
        else:
            points = _spread(grid[own == place], seats[place], township.units, rng)
            table = _villages(township, points, names)
        tables.append(table)
        middles.append(points)
    centres = np.vstack(middles)
    remote = np.linalg.norm(centres - seats[0], axis=1) / KM
    return pd.concat(tables).assign(remote_km=remote.round(2)), centres


def _metres(place: tuple[float, float]) -> tuple[float, float]:
    return (WEST + KM * place[0], SOUTH + KM * place[1])


def _grid(outline: shapely.Polygon) -> Floats:
    left, bottom, right, top = outline.bounds
    across, up = np.arange(left, right, _GRID_KM * KM), np.arange(bottom, top, _GRID_KM * KM)
    points = np.array(list(itertools.product(across, up)))
    inside = points[shapely.contains_xy(outline.buffer(-_GRID_KM * KM), points)]
    return np.asarray(inside, dtype=float)


def _communities(township: Township, rng: np.random.Generator) -> tuple[pd.DataFrame, Floats]:
    rings = ((_INNER, _INNER_KM, 0.3), (_OUTER, _OUTER_KM, 2.4))
    points = []
    for number, radius, turn in rings:
        angle = turn + 2 * np.pi * (np.arange(number) + between(-0.12, 0.12, rng, size=number)) / number
        away = radius * between(0.88, 1.12, rng, size=number)
        points.append(np.column_stack([away * np.cos(angle), away * np.sin(angle)]))
    middle = np.array(_metres(township.seat))
    suburb = [name in SUBURBS for name in COMMUNITIES]
    table = pd.DataFrame(
        {
            "name": [f"{name}社区" for name in COMMUNITIES],
            "township": township.name,
            "urban_rural": np.where(suburb, "112", "111"),
            "seat": [name == COMMUNITIES[0] for name in COMMUNITIES],
            "suburb": suburb,
        },
        index=_codes(township, communities=len(COMMUNITIES), villages=0),
    )
    return table, np.round(middle + KM * np.vstack(points))


def _codes(township: Township, *, communities: int, villages: int) -> pd.Index:
    """Return twelve-digit codes: communities from 001, villages from 200."""
    numbers = [*range(1, communities + 1), *range(200, 200 + villages)]
    return pd.Index([f"{township.code}{number:03d}" for number in numbers], name="area", dtype=object)


def _spread(grid: Floats, seat: Floats, number: int, rng: np.random.Generator) -> Floats:
    """Spread village centres over the land of a township; the first is its seat."""
    points = grid[np.argsort(rng.random(len(grid)), kind="stable")[:number]]
    for _ in range(_ROUNDS):
        points[0] = seat
        nearest = np.linalg.norm(grid[:, None, :] - points[None, :, :], axis=2).argmin(axis=1)
        # a centre that is nearest to nothing stays where it is
        points = np.array(
            [grid[nearest == k].mean(axis=0) if (nearest == k).any() else points[k] for k in range(number)]
        )
    # a seat has less land than a village
    points[0] = seat
    points[1:] += between(-300.0, 300.0, rng, size=2 * (number - 1)).reshape(-1, 2)
    return np.round(points)


def _villages(township: Township, points: Floats, names: Iterator[str]) -> pd.DataFrame:
    number = len(points)
    communities = 1 if township.kind == "town" else 0
    chosen = [next(names) for _ in range(number)]
    classes = np.full(number, "220", dtype=object)
    classes[0] = "121" if communities else "210"
    if communities:
        chosen[0] = township.name.removesuffix("镇") + "社区"
        nearest = 1 + int(np.linalg.norm(points[1:] - points[0], axis=1).argmin())
        classes[nearest] = "122"
    return pd.DataFrame(
        {
            "name": chosen,
            "township": township.name,
            "urban_rural": classes,
            "seat": np.arange(number) == 0,
            "suburb": False,
        },
        index=_codes(township, communities=communities, villages=number - communities),
    )


def _cells(centres: Floats, outline: shapely.Polygon) -> NDArray[np.object_]:
    """Return the part of the county that is nearest to each centre, in the order of the centres."""
    found = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(centres), extend_to=outline))
    place, cell = shapely.STRtree(found).query(shapely.points(centres), predicate="within")
    ordered = found[cell[np.argsort(place, kind="stable")]]
    # whole metres, so that neighbours meet in the same vertices
    clipped: NDArray[np.object_] = shapely.intersection(ordered, outline, grid_size=1.0)
    return clipped


def _crooked(lines: shapely.Geometry, seed: int) -> NDArray[np.object_]:
    """Bend lines between their ends, each once, so that both its neighbours have the same bends."""
    rng = stream(seed, "borders")
    straight = [_upwards(np.round(shapely.get_coordinates(line))) for line in shapely.get_parts(lines)]
    straight.sort(key=lambda line: line.tolist())
    return np.array([shapely.LineString(_bend(line, _CROOKED, rng)) for line in straight], dtype=object)


def _upwards(line: Floats) -> Floats:
    """Turn a line so that it does not matter from which end it was drawn."""
    return line if line.tolist() <= line[::-1].tolist() else line[::-1]


def _bend(line: Floats, share: float, rng: np.random.Generator) -> Floats:
    """Displace the middle of each piece sideways, then the middles of its halves, and so on."""
    while True:
        steps = np.diff(line, axis=0)
        length = np.hypot(steps[:, 0], steps[:, 1])
        long = length > _STEP_M
        if not long.any():
            return np.round(line)
        aside = (
            np.column_stack([-steps[:, 1], steps[:, 0]])[long] * between(-share, share, rng, size=long.sum())[:, None]
        )
        middles = (line[:-1] + line[1:])[long] / 2 + aside
        line = np.insert(line, np.flatnonzero(long) + 1, middles, axis=0)


def _polygons(borders: NDArray[np.object_], centres: Floats) -> NDArray[np.object_]:
    """Close the borders to one polygon for each centre."""
    found = shapely.get_parts(shapely.polygonize(borders))
    place, shape = shapely.STRtree(found).query(shapely.points(centres), predicate="within")
    if len(found) != len(centres) or place.tolist() != list(range(len(centres))):
        msg = f"{len(centres)} villages do not each lie in one of {len(found)} pieces of land: take another seed."
        raise ValueError(msg)
    ordered: NDArray[np.object_] = shapely.normalize(found[shape])
    return ordered


def _barriers(borders: NDArray[np.object_], seed: int) -> gpd.GeoDataFrame:
    """Return a river that follows borders past the county town, and a railway."""
    rng = stream(seed, "barriers")
    ends = np.array([_metres(place) for place in ((1.0, 27.5), (22.8, 17.6), (44.0, 11.0))])
    river = shapely.line_merge(
        shapely.MultiLineString([*_along(borders, ends[0], ends[1]), *_along(borders, ends[1], ends[2])])
    )
    track = np.array([_metres(place) for place in ((3.0, 9.0), (14.0, 17.5), (20.5, 22.4), (30.0, 23.0), (42.0, 27.0))])
    railway = shapely.LineString(_bend(track, 0.03, rng))
    return gpd.GeoDataFrame(
        {"name": ["清水河", "示范铁路"], "kind": ["河流", "铁路"]},
        geometry=[river, railway],
        crs=CRS,
    )


def _along(borders: NDArray[np.object_], start: Floats, end: Floats) -> list[shapely.LineString]:
    """Return the borders of the shortest way along borders between the junctions nearest to two places."""
    firsts, lasts = shapely.get_point(borders, 0), shapely.get_point(borders, -1)
    every = np.vstack([shapely.get_coordinates(firsts), shapely.get_coordinates(lasts)])
    nodes, label = np.unique(every, axis=0, return_inverse=True)
    one, other = label[: len(borders)], label[len(borders) :]
    graph = sparse.coo_array((shapely.length(borders), (one, other)), shape=(len(nodes), len(nodes))).tocsr()
    near = [int(np.linalg.norm(nodes - place, axis=1).argmin()) for place in (start, end)]
    _, before = csgraph.dijkstra(graph, directed=False, indices=near[0], return_predecessors=True)
    way, here = [], near[1]
    while here != near[0]:
        back = int(before[here])
        join = np.flatnonzero(((one == here) & (other == back)) | ((one == back) & (other == here)))
        way.append(borders[join[0]])
        here = back
    return way


def _roads(areas: gpd.GeoDataFrame, centres: Floats, seed: int) -> gpd.GeoDataFrame:
    """Join seats by county roads, villages by village roads, communities by streets, each with the shortest tree."""
    rng = stream(seed, "roads")
    seats = np.flatnonzero(areas["seat"])
    pairs = dict.fromkeys(_tree(centres, seats), "县道")
    order = areas["township"].to_numpy()
    for township in TOWNSHIPS:
        here = np.flatnonzero(order == township.name)
        name = "城市道路" if township.kind == "county_town" else "村道"
        near = {int(place) for place in here[np.linalg.norm(centres[here] - centres[here[0]], axis=1) < 4 * KM]}
        for pair in _tree(centres, here):
            pairs.setdefault(pair, "乡道" if name == "村道" and set(pair) <= near else name)
    lines = [(kind, _bend(centres[list(pair)], 0.06, rng)) for pair, kind in sorted(pairs.items())]
    trunk = np.array([_metres(place) for place in ((1.5, 22.0), (9.5, 25.5), (21.5, 19.2), (34.5, 12.0), (43.0, 9.5))])
    lines.append(("国道", _bend(trunk, 0.05, rng)))
    return gpd.GeoDataFrame(
        {"class": [kind for kind, _ in lines]},
        geometry=[shapely.LineString(line) for _, line in lines],
        crs=CRS,
    )


def _tree(points: Floats, chosen: NDArray[np.intp]) -> list[tuple[int, int]]:
    """Return the pairs of places that the shortest tree joins."""
    apart = np.linalg.norm(points[chosen][:, None, :] - points[chosen][None, :, :], axis=2)
    tree = sparse.coo_array(csgraph.minimum_spanning_tree(apart))
    return sorted(
        (int(min(chosen[a], chosen[b])), int(max(chosen[a], chosen[b]))) for a, b in zip(*tree.coords, strict=True)
    )
