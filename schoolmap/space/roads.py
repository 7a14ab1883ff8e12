"""
Turn a layer of roads into a network: lines noded, cut into links, with minutes each way.

Nothing is repaired silently: what is not connected is listed by `islands`, an
unknown word or a class without speed is an error that names all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Literal
from typing import get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy import sparse

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.space.meetings import SAME_M
from schoolmap.space.noding import Crossing
from schoolmap.space.noding import connected
from schoolmap.space.noding import node_lines
from schoolmap.space.road_records import read_records
from schoolmap.space.road_records import speeds_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Mapping

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Positions = npt.NDArray[np.intp]
    Flags = npt.NDArray[np.bool_]

Mode = Literal["walk", "drive"]
Unit = Literal["distance_m", "minutes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """
    Roads as nodes and links, for one way of travelling.

    Attributes
    ----------
    links
        Lines between two nodes, numbered from 0: `road` (label of the road in
        the layer), `class`, `bridge`, `start` and `end` (nodes), `length_m`,
        `forward` and `backward` (minutes along and against the drawing,
        infinite where that is forbidden), `side` (1 for the left and -1 for the
        right side of a road that may not be crossed, else 0).
    xy
        Coordinates of each node.
    component
        Number of the connected part that each node belongs to, directions
        apart; 0 is the longest.
    mode
        How people travel.
    walk_m_per_minute
        Pace on foot, also between a place and the nearest road.
    walls
        Lines that nobody may cross on foot away from roads either.
    """

    links: gpd.GeoDataFrame
    xy: Floats
    component: Positions
    mode: Mode
    walk_m_per_minute: float
    walls: npt.NDArray[np.object_]

    @property
    def stamp(self) -> str:
        """Return what tells this network from others: a place that entered one is nowhere on another."""
        return f"{len(self.links)} links, {len(self.xy)} nodes, {self.links['length_m'].sum():.3f} m"

    def require_own(self, snapped: pd.DataFrame, /) -> None:
        """Raise if places entered another network."""
        stamp = snapped.attrs.get("network", self.stamp)
        if stamp != self.stamp:
            msg = (
                f"The places were snapped to another network ({stamp}), not to this one ({self.stamp}). Snap them anew."
            )
            raise LabelError(msg)

    def costs(self, unit: Unit) -> tuple[Floats, Floats]:
        """Return the cost of each link forward and backward in a unit, infinite where it is forbidden."""
        require_word(unit, get_args(Unit), what="unit")
        ways = (self.links["forward"].to_numpy(), self.links["backward"].to_numpy())
        if unit == "minutes":
            return ways
        length = self.links["length_m"].to_numpy()
        return (np.where(np.isfinite(ways[0]), length, np.inf), np.where(np.isfinite(ways[1]), length, np.inf))

    def off_road(self, distance_m: Floats, unit: Unit) -> Floats:
        """Return the cost of walking away from roads."""
        return distance_m if unit == "distance_m" else distance_m / self.walk_m_per_minute


def require_word(word: str, words: Collection[str], /, *, what: str) -> None:
    """Raise unless a word is one of those that mean something."""
    if word not in words:
        msg = f"`{what}` is one of {', '.join(map(repr, words))}, got {word!r}."
        raise ValueError(msg)


def require_classes(classes: Collection[str], /, *, what: str) -> None:
    """Raise if classes of road are given as one text: its letters would be taken for classes."""
    if isinstance(classes, str):
        msg = f"`{what}` is a list of classes, got the text {classes!r}. Write [{classes!r}]."
        raise TypeError(msg)


def make_network(
    roads: gpd.GeoDataFrame,
    *,
    mode: Mode,
    walk_m_per_minute: float,
    join_m: float,
    cross: Crossing,
    not_used: Collection[str] = (),
    speeds: Mapping[str, float] | None = None,
    other_speed: float | None = None,
) -> Network:
    """
    Make a network of roads.

    Lines are cut where they share a vertex, where an end is within `join_m` of
    another line, and, with `cross="join"`, where they cross, unless one of them
    is a bridge or tunnel. A common vertex always joins: so does OpenStreetMap.

    Parameters
    ----------
    roads
        Lines in a metric CRS. Columns, all optional: `class`; `speed` in km/h,
        missing where that of the class holds; `oneway` (words of `road_records.ONEWAY`);
        `bridge` (words of `BRIDGE` there, also for tunnels); `foot`, which is `no`
        where walking is forbidden. Heights are ignored.
    mode
        `walk` (every link both ways, at walking pace) or `drive` (at the speed
        of the road, one-way where it is).
    walk_m_per_minute
        Pace on foot, also from a place to the road.
    join_m
        Ends this close to another line meet it; the gap counts as nothing.
    cross
        Whether lines that cross without a common vertex `join` or stay `apart`.
    not_used
        Classes left out: motorways on foot, footpaths by car.
    speeds
        Class to km/h, for roads that state no speed of their own.
    other_speed
        Speed in km/h of roads that have neither. Without it they are an error.

    Returns
    -------
    network
        Nodes, links and connected parts. Lines without length are left out, and
        a stretch that roads of one class draw twice is one link.

    Raises
    ------
    CRSError
        If the layer is not in metres.
    GeometryError
        If a geometry is missing or no line, or has a coordinate that is no number.
    MissingValueError
        If roads that are driven have no speed; all their classes are named.
    ValueError
        If a word in `oneway` or `bridge` is unknown, or a speed not above zero.

    Examples
    --------
    >>> roads = gpd.GeoDataFrame(
    ...     {"class": ["street", "lane"]},
    ...     geometry=[shapely.LineString([(0, 0), (100, 0)]), shapely.LineString([(40, -30), (40, 0.4)])],
    ...     crs="EPSG:4546",
    ... )
    >>> network = make_network(roads, mode="walk", walk_m_per_minute=60, join_m=0.5, cross="join")
    >>> [(kind, round(metres, 1)) for kind, metres in network.links[["class", "length_m"]].to_numpy()]
    [('street', 40.0), ('street', 60.0), ('lane', 30.0), ('lane', 0.4)]
    """
    checks.require_metric_crs(roads)
    require_word(mode, get_args(Mode), what="mode")
    require_word(cross, get_args(Crossing), what="cross")
    require_classes(not_used, what="not_used")
    if not walk_m_per_minute > 0:
        msg = f"`walk_m_per_minute` is above zero, got {walk_m_per_minute}."
        raise ValueError(msg)
    if not join_m >= 0:
        msg = f"`join_m` is zero or more metres, got {join_m}."
        raise ValueError(msg)
    table = read_records(roads)
    table = table[~table["class"].isin(list(not_used))].copy()
    if mode == "walk":
        table = table[table["foot"]]
    else:
        table["speed"] = speeds_of(table, speeds or {}, other_speed)
    lines, row = shapely.get_parts(shapely.force_2d(table["geometry"].to_numpy()), return_index=True)
    long = shapely.length(lines) > SAME_M
    lines, row = lines[long], row[long]
    if len(lines) == 0:
        return _empty(roads, mode, walk_m_per_minute)
    table = table.iloc[row].reset_index(drop=True)
    noded = node_lines(lines, join_m=join_m, cross=cross, apart=table["bridge"].to_numpy())

    length = shapely.length(noded.shapes)
    links = table.iloc[noded.parent][["road", "class", "bridge"]].reset_index(drop=True)
    links["start"], links["end"], links["length_m"] = noded.start, noded.end, length
    if mode == "walk":
        links["forward"] = links["backward"] = length / walk_m_per_minute
    else:
        minutes = length * 60.0 / (1000.0 * table["speed"].to_numpy()[noded.parent])
        oneway = table["oneway"].to_numpy()[noded.parent]
        links["forward"] = np.where(oneway == "-1", np.inf, minutes)
        links["backward"] = np.where(oneway == "yes", np.inf, minutes)
    links["side"] = 0
    return assemble(
        _drawn_once(gpd.GeoDataFrame(links, geometry=noded.shapes, crs=roads.crs)),
        noded.xy,
        mode=mode,
        walk_m_per_minute=walk_m_per_minute,
        walls=np.empty(0, dtype=object),
    )


def _drawn_once(links: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Make one link of those of one class that lie on each other: a place on one is on all of them.

    Each direction takes the cheapest, so that two one-way roads drawn on one
    line are a road in both directions.
    """
    start, end = links["start"].to_numpy(), links["end"].to_numpy()
    turned = start > end
    shapes = np.where(turned, shapely.reverse(links.geometry.to_numpy()), links.geometry.to_numpy())
    places = [shapely.line_interpolate_point(shapes, share, normalized=True) for share in (0.25, 0.5, 0.75)]
    xy = np.column_stack([shapely.get_coordinates(place) for place in places])
    kind = pd.factorize(pd.MultiIndex.from_frame(links[["class", "bridge"]]))[0]
    keys = [kind, np.maximum(start, end), np.minimum(start, end)]
    order = np.lexsort([xy[:, 3], xy[:, 2], *keys])
    same = np.abs(np.diff(xy[order], axis=0)).max(axis=1, initial=0.0) <= SAME_M
    for key in keys:
        same &= np.diff(key[order]) == 0
    if not same.any():
        return links
    group = np.empty(len(links), dtype=np.intp)
    group[order] = np.cumsum(np.concatenate([[True], ~same]))
    forward, backward = (links[name].to_numpy() for name in ("forward", "backward"))
    least = pd.DataFrame(
        {"up": np.where(turned, backward, forward), "down": np.where(turned, forward, backward), "group": group}
    )
    least = least.groupby("group")[["up", "down"]].transform("min")
    merged = links.assign(
        forward=np.where(turned, least["down"], least["up"]), backward=np.where(turned, least["up"], least["down"])
    )
    return gpd.GeoDataFrame(merged[~pd.Series(group).duplicated().to_numpy()])


def assemble(
    links: gpd.GeoDataFrame, xy: Floats, *, mode: Mode, walk_m_per_minute: float, walls: npt.NDArray[np.object_]
) -> Network:
    """Put links and nodes together: number nodes so that neighbours are close in memory, and find connected parts."""
    order = np.argsort(gpd.GeoSeries(shapely.points(xy)).hilbert_distance().to_numpy(), kind="stable")
    number = np.empty(len(order), dtype=np.intp)
    number[order] = np.arange(len(order))
    start, end = number[links["start"].to_numpy()], number[links["end"].to_numpy()]
    part = connected(len(xy), start, end)
    length = np.bincount(part[start], weights=links["length_m"].to_numpy(), minlength=part.max(initial=-1) + 1)
    rank = np.empty(len(length), dtype=np.intp)
    rank[np.argsort(-length, kind="stable")] = np.arange(len(length))
    return Network(
        links=links.assign(start=start, end=end).reset_index(drop=True),
        xy=xy[order],
        component=rank[part],
        mode=mode,
        walk_m_per_minute=walk_m_per_minute,
        walls=walls,
    )


def _empty(roads: gpd.GeoDataFrame, mode: Mode, walk_m_per_minute: float) -> Network:
    columns = {
        "road": object, "class": object, "bridge": bool, "start": np.intp, "end": np.intp,
        "length_m": float, "forward": float, "backward": float, "side": int,
    }  # fmt: skip
    return Network(
        links=gpd.GeoDataFrame(
            {name: pd.Series(dtype=kind) for name, kind in columns.items()}, geometry=[], crs=roads.crs
        ),
        xy=np.empty((0, 2)),
        component=np.empty(0, dtype=np.intp),
        mode=mode,
        walk_m_per_minute=walk_m_per_minute,
        walls=np.empty(0, dtype=object),
    )


def islands(network: Network) -> pd.DataFrame:
    """
    List the parts of a network that are not connected to its longest part.

    Parameters
    ----------
    network
        A network of roads. One-way roads connect here both ways.

    Returns
    -------
    islands
        By `component`, the longest first: `nodes`, `length_m`, and the bounds
        `west`, `south`, `east`, `north`. Empty where everything is connected.
    """
    links = network.links
    part = network.component[links["start"].to_numpy()]
    # both sides of a road that may not be crossed are one road
    length = np.where(links["side"].to_numpy() < 0, 0.0, links["length_m"].to_numpy())
    box = links.geometry.bounds.assign(length_m=length, component=part).groupby("component")
    table: pd.DataFrame = box.agg(
        length_m=("length_m", "sum"),
        west=("minx", "min"),
        south=("miny", "min"),
        east=("maxx", "max"),
        north=("maxy", "max"),
    )
    nodes = pd.Series(np.bincount(network.component), name="nodes").rename_axis("component")
    table.insert(0, "nodes", nodes.reindex(table.index))
    return table[table.index > 0]


def arcs(network: Network, unit: Unit, *, towards_school: bool) -> sparse.csr_array:
    """
    Return the cheapest arc between each pair of neighbouring nodes.

    Parameters
    ----------
    network, unit
        The network, and in what its arcs are measured.
    towards_school
        Whether rows are where an arc ends, so that a search from a school finds
        the way to it.

    Returns
    -------
    arcs
        Square matrix of costs by node; what is not stored is no arc.
    """
    start, end = network.links["start"].to_numpy(), network.links["end"].to_numpy()
    forward, backward = network.costs(unit)
    tail, head = np.concatenate([start, end]), np.concatenate([end, start])
    if towards_school:
        tail, head = head, tail
    cost = np.concatenate([forward, backward])
    open_ = np.isfinite(cost) & (tail != head)
    return cheapest_arcs(tail[open_], head[open_], cost[open_], count=len(network.xy))


def cheapest_arcs(tail: Positions, head: Positions, cost: Floats, *, count: int) -> sparse.csr_array:
    """Return arcs as a square matrix; of several between two nodes the cheapest."""
    pair = tail.astype(np.int64) * count + head
    order = np.argsort(pair, kind="stable")
    fresh = np.flatnonzero(np.diff(pair[order], prepend=-1))
    tail, head = tail[order[fresh]], head[order[fresh]]
    cost = np.minimum.reduceat(cost[order], fresh) if len(fresh) else cost
    pointer = np.searchsorted(tail, np.arange(count + 1)).astype(np.int32)
    return sparse.csr_array((cost, head.astype(np.int32), pointer), shape=(count, count))
