"""
Place homes and school gates on a network, and say how far from it they are.

A place enters the network at the nearest point of the nearest link, not at its
nearest node, and walks there in a straight line. Places far from every road
are kept and marked; whoever counts children sees them.
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

if TYPE_CHECKING:
    import numpy.typing as npt

    from schoolmap.space.roads import Network
    from schoolmap.space.roads import Unit

    Shapes = npt.NDArray[np.object_]
    Floats = npt.NDArray[np.float64]
    Positions = npt.NDArray[np.intp]
    Flags = npt.NDArray[np.bool_]


def snap(
    network: Network, places: gpd.GeoDataFrame | gpd.GeoSeries, *, farthest_m: float, largest_only: bool = False
) -> pd.DataFrame:
    """
    Find where places enter the network.

    Parameters
    ----------
    network
        Roads. In a guarded network the straight line to the road crosses no
        barrier; a place exactly on a road that may not be crossed is on its left.
    places
        Points by label in the CRS of the network. A school with several gates
        has its label several times, or a multipoint; each gate is one row.
    farthest_m
        Places farther than this from any road are `far`: nobody knows how they
        get there, so they have no travel.
    largest_only
        Whether only the longest connected part counts, not its islands.

    Returns
    -------
    snapped
        One row per point, in order: `link`, `along_m` (from its start),
        `distance_m` (straight to the road), `far`, `component` of the link. Where
        no road can be reached, `link` and `component` are -1 and the distance is
        infinite.

    Raises
    ------
    CRSError
        If the places are not in the CRS of the network.
    GeometryError
        If a place is no point.

    Examples
    --------
    >>> from schoolmap.space.roads import make_network
    >>> lane = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (100, 0)])], crs="EPSG:4546")
    >>> network = make_network(lane, mode="walk", walk_m_per_minute=60, join_m=0.5, cross="join")
    >>> homes = gpd.GeoSeries([shapely.Point(30, 8), shapely.Point(50, 900)], index=["a", "b"], crs="EPSG:4546")
    >>> snap(network, homes, farthest_m=500)[["along_m", "distance_m", "far"]].to_dict("index")
    {'a': {'along_m': 30.0, 'distance_m': 8.0, 'far': False}, 'b': {'along_m': 50.0, 'distance_m': 900.0, 'far': True}}
    """
    checks.require_same_metric_crs(gpd.GeoDataFrame(geometry=places.geometry), network.links)
    if not farthest_m > 0:
        msg = f"`farthest_m` is above zero metres, got {farthest_m}."
        raise ValueError(msg)
    require_points(places)
    points, row = shapely.get_parts(shapely.force_2d(places.geometry.to_numpy()), return_index=True)
    usable = np.arange(len(network.links))
    if largest_only:
        usable = np.flatnonzero(network.component[network.links["start"].to_numpy()] == 0)
    found = _Links(network, usable).nearest(points, farthest_m=farthest_m)
    link = found["link"].to_numpy()
    start = network.links["start"].to_numpy()
    component = np.full(len(link), -1, dtype=np.intp)
    component[link >= 0] = network.component[start[link[link >= 0]]]
    found["far"] = found["distance_m"].to_numpy() > farthest_m
    found["component"] = component
    found = found.set_axis(places.index[row].rename(places.index.name or "place"), axis=0)
    found.attrs["network"] = network.stamp
    return found


def require_points(places: gpd.GeoDataFrame | gpd.GeoSeries, /) -> None:
    """Raise unless every geometry is a point, or several, with finite coordinates."""
    shapes = places.geometry.to_numpy()
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    wrong = ~np.isin(shapely.get_type_id(shapes), (0, 4)) | empty
    if wrong.any():
        first = np.flatnonzero(wrong)[0]
        found = "nothing" if empty[first] else shapes[first].geom_type
        msg = (
            f"Places are points; {int(wrong.sum())} are not, e.g. {places.index[first]!r} is {found}. "
            "Use `.representative_point()` for areas."
        )
        raise GeometryError(msg)
    if not np.isfinite(shapely.get_coordinates(shapes)).all():
        msg = "Places have coordinates that are no numbers. Leave these places out, or locate them."
        raise GeometryError(msg)


class _Links:
    """Links of a network that places may enter, found by position."""

    def __init__(self, network: Network, usable: Positions) -> None:
        self.usable = usable
        self.shapes = network.links.geometry.to_numpy()[usable]
        self.side = network.links["side"].to_numpy()[usable]
        self.tree = shapely.STRtree(self.shapes)
        self.walls = shapely.STRtree(network.walls) if len(network.walls) else None

    def nearest(self, points: Shapes, *, farthest_m: float) -> pd.DataFrame:
        """Return the link of each point, how far along it the point enters, and how far away it is."""
        point, link, distance = self._closest(points)
        table = self._candidates(points, point, link, distance)
        radius = np.zeros(len(points))
        np.maximum.at(radius, point, distance)
        if self.walls is not None:
            table = table[self._reaches(points, table)]
            # where a barrier is in between, look farther
            missing = np.setdiff1d(np.arange(len(points)), table["point"])
            while len(missing) and len(self.shapes):
                radius[missing] = np.maximum(2 * radius[missing], 1.0).clip(max=farthest_m)
                at, link = self.tree.query(points[missing], predicate="dwithin", distance=radius[missing])
                point = missing[at]
                more = self._candidates(points, point, link, shapely.distance(points[point], self.shapes[link]))
                more = more[self._reaches(points, more)]
                table = pd.concat([table, more], ignore_index=True)
                missing = np.setdiff1d(missing[radius[missing] < farthest_m], more["point"])
        table = table.sort_values(["point", "distance_m", "x", "y", "link"], kind="stable").drop_duplicates("point")
        result = pd.DataFrame({"link": -1, "along_m": np.nan, "distance_m": np.inf}, index=np.arange(len(points)))
        rows = table["point"].to_numpy()
        result.loc[rows, "link"] = self.usable[table["link"].to_numpy()]
        result.loc[rows, ["along_m", "distance_m"]] = table[["along_m", "distance_m"]].to_numpy()
        return result.reset_index(drop=True)

    def _closest(self, points: Shapes) -> tuple[Positions, Positions, Floats]:
        if len(self.shapes) == 0:
            return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp), np.empty(0)
        (point, link), distance = self.tree.query_nearest(points, all_matches=True, return_distance=True)
        return point, link, distance

    def _candidates(self, points: Shapes, point: Positions, link: Positions, distance: Floats) -> pd.DataFrame:
        along = shapely.line_locate_point(self.shapes[link], points[point])
        x, y = shapely.get_coordinates(shapely.line_interpolate_point(self.shapes[link], along)).T
        columns = {"point": point, "link": link, "along_m": along, "distance_m": distance, "x": x, "y": y}
        return pd.DataFrame(columns)

    def _reaches(self, points: Shapes, table: pd.DataFrame) -> Flags:
        """Say whether the straight line from the point to the link crosses no wall."""
        if self.walls is None or len(table) == 0:
            return np.ones(len(table), dtype=bool)
        link = table["link"].to_numpy()
        shapes, length = self.shapes[link], shapely.length(self.shapes[link])
        # a step inside the link and to its side: where exactly on a wall it ends must not matter
        step = np.minimum(SAME_M, length / 4)
        along = np.clip(table["along_m"].to_numpy(), step, length - step)
        target = shapely.get_coordinates(shapely.line_interpolate_point(shapes, along))
        before, after = (
            shapely.get_coordinates(shapely.line_interpolate_point(shapes, along + move)) for move in (-step, step)
        )
        way = (after - before) / np.maximum(np.hypot(*(after - before).T), 1e-12)[:, None]
        target += (self.side[link] * step)[:, None] * np.stack([-way[:, 1], way[:, 0]], axis=1)
        origin = shapely.get_coordinates(points[table["point"].to_numpy()])
        line = target - origin
        # nor must it matter where exactly on a wall it begins
        origin = origin + line * np.minimum(0.5, 0.5 * SAME_M / np.maximum(np.hypot(*line.T), 1e-12))[:, None]
        paths = shapely.linestrings(np.stack([origin, target], axis=1))
        crossing, _ = self.walls.query(paths, predicate="intersects")
        free = np.ones(len(table), dtype=bool)
        free[crossing] = False
        return free


def approach(
    network: Network, snapped: pd.DataFrame, unit: Unit, *, from_school: bool
) -> tuple[Positions, Floats, Positions, Floats]:
    """
    Return the nodes at both ends of each place's link and the cost between them and the place.

    Parameters
    ----------
    network, unit
        The network, and in what costs are measured.
    snapped
        Places that are not far.
    from_school
        Whether the place is a school, which is reached from the nodes; a home
        is left for them.

    Returns
    -------
    start, to_start, end, to_end
        Node and cost, infinite where the direction is forbidden; walking to the
        road is counted.
    """
    network.require_own(snapped)
    link = snapped["link"].to_numpy()
    length = network.links["length_m"].to_numpy()[link]
    share = np.clip(snapped["along_m"].to_numpy() / length, 0.0, 1.0)
    forward, backward = (cost[link] for cost in network.costs(unit))
    if not from_school:
        forward, backward = backward, forward
    away = network.off_road(snapped["distance_m"].to_numpy(), unit)
    start, end = (network.links[name].to_numpy()[link] for name in ("start", "end"))
    return start, part_cost(share, forward) + away, end, part_cost(1.0 - share, backward) + away


def part_cost(share: Floats, cost: Floats) -> Floats:
    """Return the cost of a part of a link; no part costs nothing, even of a link that is forbidden."""
    with np.errstate(invalid="ignore"):
        return np.where(share <= 0.0, 0.0, share * cost)


def along_one_link(
    network: Network, origins: pd.DataFrame, gates: pd.DataFrame, unit: Unit
) -> tuple[Positions, Positions, Floats]:
    """Return pairs of a home and a gate on the same link, and the cost of the way along it: (origin, gate, cost)."""
    homes = pd.DataFrame({"link": origins["link"].to_numpy(), "origin": np.arange(len(origins))})
    doors = pd.DataFrame({"link": gates["link"].to_numpy(), "gate": np.arange(len(gates))})
    pairs = homes.merge(doors, on="link")
    origin, gate, link = (pairs[name].to_numpy(dtype=np.intp) for name in ("origin", "gate", "link"))
    length = network.links["length_m"].to_numpy()[link]
    share = (gates["along_m"].to_numpy()[gate] - origins["along_m"].to_numpy()[origin]) / length
    forward, backward = (cost[link] for cost in network.costs(unit))
    ahead = part_cost(np.abs(share), np.where(share >= 0, forward, backward))
    walked = origins["distance_m"].to_numpy()[origin] + gates["distance_m"].to_numpy()[gate]
    return origin, gate, ahead + network.off_road(walked, unit)
