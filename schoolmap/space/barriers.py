"""
Barriers that young pupils may not cross: rivers, railways, trunk roads.

A barrier is a wall in the plane. Where a way meets it, the ground around the
meeting place is cut into sectors, one between each two walls that leave from
there, and a way leads only into its own sector. A trunk road is a wall that can
be walked along: it has a left and a right side. At a crossing the wall has a
gap, and bridges and tunnels do not meet it at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from schoolmap import checks
from schoolmap.errors import GeometryError
from schoolmap.space.meetings import SAME_M
from schoolmap.space.meetings import crossings_with
from schoolmap.space.meetings import segments_at
from schoolmap.space.noding import cut_lines
from schoolmap.space.road_records import require_lines
from schoolmap.space.roads import assemble
from schoolmap.space.roads import require_classes

if TYPE_CHECKING:
    from collections.abc import Collection

    import numpy.typing as npt

    from schoolmap.space.roads import Network

    Shapes = npt.NDArray[np.object_]
    Floats = npt.NDArray[np.float64]
    Positions = npt.NDArray[np.intp]
    Flags = npt.NDArray[np.bool_]

_FULL = 2 * np.pi
_SAME_ANGLE = 1e-7
"""Radians within which two walls leave in one direction: rounding."""


def guard(
    network: Network,
    *,
    barriers: gpd.GeoDataFrame | None,
    crossings: gpd.GeoDataFrame | None,
    crossing_m: float,
    not_crossed: Collection[str] = (),
) -> Network:
    """
    Keep those who walk from crossing barriers.

    Parameters
    ----------
    network
        A walking network.
    barriers
        Lines nobody may cross, in the CRS of the network: rivers, railways.
    crossings
        Points where barriers may be crossed: bridges, underpasses, lights.
    crossing_m
        A barrier has a gap within this distance of a crossing.
    not_crossed
        Classes of roads that are barriers themselves. They may be walked along,
        on either side, and entered from that side; round their ends one may walk.

    Returns
    -------
    network
        Links are cut where they meet a barrier, and lead no further; links of
        bridges and tunnels pass. Links of classes that may not be crossed are
        there twice, with `side` 1 and -1. `walls` are what nobody may cross
        away from roads: barriers and those roads, less bridges and tunnels.

    Raises
    ------
    CRSError
        If a layer is not in the CRS of the network.
    GeometryError
        If barriers are no lines or crossings no points.
    ValueError
        If the network is for driving, or `crossing_m` is not above zero.

    Examples
    --------
    >>> from schoolmap.space.roads import islands
    >>> from schoolmap.space.roads import make_network
    >>> lane = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (100, 0)])], crs="EPSG:4546")
    >>> river = gpd.GeoDataFrame(geometry=[shapely.LineString([(70, -50), (70, 50)])], crs="EPSG:4546")
    >>> network = make_network(lane, mode="walk", walk_m_per_minute=60, join_m=0.5, cross="join")
    >>> islands(guard(network, barriers=river, crossings=None, crossing_m=30))["length_m"].tolist()
    [30.0]
    """
    if network.mode != "walk":
        msg = 'Barriers are for people on foot; make the network with `mode="walk"`.'
        raise ValueError(msg)
    if not crossing_m > 0:
        msg = f"`crossing_m` is above zero metres, got {crossing_m}."
        raise ValueError(msg)
    require_classes(not_crossed, what="not_crossed")
    links = network.links
    gaps = _gaps(crossings, links, crossing_m=crossing_m)
    lines = _barrier_lines(barriers, links)
    shapely.prepare(gaps)
    lines = _less(lines, gaps)
    trunk = links["class"].isin(list(not_crossed)).to_numpy()
    links, xy = _cut(links, network.xy, trunk, lines, gaps)
    middle = shapely.line_interpolate_point(links.geometry.to_numpy(), 0.5, normalized=True)
    trunk = links["class"].isin(list(not_crossed)).to_numpy() & ~shapely.intersects(gaps, middle)
    links, xy = _split_nodes(links, xy, trunk, lines)
    level = links.loc[(links["side"] == 1) & ~links["bridge"]].geometry.to_numpy()
    return assemble(
        links,
        xy,
        mode=network.mode,
        walk_m_per_minute=network.walk_m_per_minute,
        walls=np.concatenate([lines, level]),
    )


def _gaps(crossings: gpd.GeoDataFrame | None, links: gpd.GeoDataFrame, *, crossing_m: float) -> shapely.Geometry:
    """Return the ground around crossings, in which there are no barriers."""
    if crossings is None or len(crossings) == 0:
        return shapely.MultiPolygon()
    checks.require_same_metric_crs(crossings, links)
    shapes = crossings.geometry.to_numpy()
    wrong = ~np.isin(shapely.get_type_id(shapes), (0, 4)) | shapely.is_empty(shapes)
    if wrong.any():
        msg = f"`crossings` are points, {crossings.index[wrong][0]!r} is none. Use `.representative_point()`."
        raise GeometryError(msg)
    return shapely.union_all(shapely.buffer(shapes, crossing_m, quad_segs=16))


def _barrier_lines(barriers: gpd.GeoDataFrame | None, links: gpd.GeoDataFrame) -> Shapes:
    if barriers is None or len(barriers) == 0:
        return np.empty(0, dtype=object)
    checks.require_same_metric_crs(barriers, links)
    require_lines(barriers, what="barriers")
    return np.asarray(shapely.get_parts(shapely.force_2d(barriers.geometry.to_numpy())), dtype=object)


def _less(lines: Shapes, gaps: shapely.Geometry) -> Shapes:
    """Take the gaps out of lines."""
    parts = shapely.get_parts(shapely.difference(lines, gaps))
    return np.asarray(parts[shapely.length(parts) > SAME_M], dtype=object)


def _cut(
    links: gpd.GeoDataFrame, xy: Floats, trunk: Flags, lines: Shapes, gaps: shapely.Geometry
) -> tuple[gpd.GeoDataFrame, Floats]:
    """Cut trunk roads where a gap begins, and all links but bridges where they meet a barrier."""
    shapes = links.geometry.to_numpy()
    level = np.flatnonzero(~links["bridge"].to_numpy())
    link, along, points = crossings_with(shapes[level], lines)
    at_gap = np.flatnonzero(trunk)
    border = np.asarray(shapely.get_parts(shapely.boundary(gaps)), dtype=object)
    gap_link, gap_along, gap_points = crossings_with(shapes[at_gap], border)
    link = np.concatenate([level[link], at_gap[gap_link]])
    along, points = np.concatenate([along, gap_along]), np.concatenate([points, gap_points])
    pieces = cut_lines(shapes, link, along, points)

    # places at the ends of links are the nodes that are there already
    node = np.arange(len(pieces.xy)) + len(xy)
    parent = pieces.parent
    is_first = np.concatenate([[True], np.diff(parent) > 0]) if len(parent) else np.empty(0, dtype=bool)
    is_last = np.concatenate([np.diff(parent) > 0, [True]]) if len(parent) else np.empty(0, dtype=bool)
    node[pieces.first[is_first]] = links["start"].to_numpy()
    node[pieces.last[is_last]] = links["end"].to_numpy()
    cut = links.iloc[parent].reset_index(drop=True).set_geometry(gpd.GeoSeries(pieces.shapes, crs=links.crs))
    share = cut.length.to_numpy() / cut["length_m"].to_numpy()
    cut["start"], cut["end"] = node[pieces.first], node[pieces.last]
    for column in ("length_m", "forward", "backward"):
        cut[column] = cut[column].to_numpy() * share
    return cut, np.concatenate([xy, pieces.xy])


def _split_nodes(links: gpd.GeoDataFrame, xy: Floats, trunk: Flags, lines: Shapes) -> tuple[gpd.GeoDataFrame, Floats]:
    """Split nodes on walls into their sectors, and trunk roads into their sides."""
    start, end = links["start"].to_numpy(), links["end"].to_numpy()
    leave, arrive = _angles(links.geometry.to_numpy())
    wall_node, wall_angle = _walls_at_nodes(links, lines)
    wall_node = np.concatenate([start[trunk], end[trunk], wall_node])
    wall_angle = np.concatenate([leave[trunk], arrive[trunk], wall_angle])
    sectors = _Sectors(wall_node, wall_angle, count=len(xy))

    left = np.flatnonzero(trunk)
    both = pd.concat([links.assign(side=trunk.astype(int)), links.iloc[left].assign(side=-1)], ignore_index=True)
    from_, to = np.concatenate([leave, leave[left]]), np.concatenate([arrive, arrive[left]])
    side = both["side"].to_numpy()
    # seen from its end a link's left is on the right
    start = sectors.number(both["start"].to_numpy(), from_, side)
    end = sectors.number(both["end"].to_numpy(), to, -side)
    used, index = np.unique(np.concatenate([start, end]), return_inverse=True)
    both["start"], both["end"] = index[: len(both)], index[len(both) :]
    return gpd.GeoDataFrame(both, geometry="geometry", crs=links.crs), xy[used // sectors.most]


class _Sectors:
    """Sectors of the ground around each node, between walls in order of their angles."""

    def __init__(self, node: Positions, angle: Floats, *, count: int) -> None:
        order = np.lexsort((angle, node))
        node, angle = node[order], angle[order]
        fresh = np.ones(len(node), dtype=bool)
        fresh[1:] = (np.diff(node) > 0) | (np.diff(angle) > _SAME_ANGLE)
        node, angle = node[fresh], angle[fresh]
        self.first = np.searchsorted(node, np.arange(count + 1))
        self.walls = np.diff(self.first)
        self.most = max(int(self.walls.max(initial=1)), 1)
        self.key = node * 10.0 + angle

    def number(self, node: Positions, angle: Floats, side: npt.NDArray[np.int_]) -> Positions:
        """Return a number for the node and the sector that a link leads into: its angle's, or that on its left or right."""
        # a trunk road's own angle is that of a wall, up to rounding
        nudge = np.where(side == 0, 0.0, 2 * _SAME_ANGLE)
        sector = np.searchsorted(self.key, node * 10.0 + angle + nudge, side="right") - 1 - self.first[node]
        sector = sector - (side < 0)
        walls = np.maximum(self.walls[node], 1)
        return np.asarray(node * self.most + np.where(self.walls[node] > 0, sector % walls, 0), dtype=np.intp)


def _walls_at_nodes(links: gpd.GeoDataFrame, lines: Shapes) -> tuple[Positions, Floats]:
    """Return the nodes that lie on barriers, and the angle of each wall that leaves from there; bridges pass above."""
    vertices, of = shapely.get_coordinates(lines, return_index=True)
    begin = np.flatnonzero(of[1:] == of[:-1])
    segments = segments_at(vertices, begin)
    node = links[["start", "end"]].to_numpy().ravel(order="F")
    passes_above = np.unique(node[np.tile(links["bridge"].to_numpy(), 2)])
    shapes = links.geometry.to_numpy()
    tips = np.concatenate([shapely.get_point(shapes, 0), shapely.get_point(shapes, -1)])
    below = ~np.isin(node, passes_above)
    node, tips = node[below], tips[below]
    at, segment = shapely.STRtree(segments).query(tips, predicate="dwithin", distance=SAME_M)
    xy = shapely.get_coordinates(tips)[at]
    found_node, found_angle = [], []
    for corner in (begin[segment], begin[segment] + 1):
        way = vertices[corner] - xy
        leads = np.hypot(*way.T) > SAME_M
        found_node.append(node[at[leads]])
        found_angle.append(_angle(way[leads]))
    return np.concatenate(found_node), np.concatenate(found_angle)


def _angles(shapes: Shapes) -> tuple[Floats, Floats]:
    """Return the direction in which each line leaves its beginning, and that in which it leaves its end backwards."""
    xy, of = shapely.get_coordinates(shapes, return_index=True)
    bounds = np.searchsorted(of, np.arange(len(shapes) + 1))
    first, last = bounds[:-1], bounds[1:] - 1
    return _angle(xy[first + 1] - xy[first]), _angle(xy[last - 1] - xy[last])


def _angle(way: Floats) -> Floats:
    """Return the angle of vectors in [0, 2 pi); just below a full turn is zero."""
    angle = np.arctan2(way[:, 1], way[:, 0]) % _FULL
    return np.where(angle > _FULL - _SAME_ANGLE, 0.0, angle)
