"""
Draw what lies within reach of schools on roads, as polygons, and as circles to compare.

What is reached is a part of the road network, cut exactly where the limit is.
The polygon is that part, widened to both sides by a stated distance: it shows
the ground along roads from which school is within the limit, not a smooth
shape guessed between them. How many children are within reach is counted by
`travel_table`, not by these polygons.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csgraph

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.space.snapping import require_points
from schoolmap.space.travel import with_schools

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from schoolmap.space.roads import Network
    from schoolmap.space.roads import Unit

    Shapes = npt.NDArray[np.object_]
    Floats = npt.NDArray[np.float64]
    Positions = npt.NDArray[np.intp]

_ROUNDING = 1 + 1e-9


def isochrones(
    network: Network,
    gates: pd.DataFrame,
    *,
    limits: Sequence[float] | pd.Series,
    unit: Unit,
    buffer_m: float,
    largest_hole_m2: float = 0.0,
) -> gpd.GeoDataFrame:
    """
    Draw the ground from which each school can be reached within limits.

    Parameters
    ----------
    network
        Roads to walk or drive.
    gates
        Gates of schools, from `snap`; a school may have several.
    limits
        Limits that hold for every school, or one limit for each school, as a
        series by school.
    unit
        Unit of the limits: `distance_m` or `minutes`. The way from the road to
        the gate is counted.
    buffer_m
        Ground to each side of a reached road that counts as reached. The walk
        across it is not counted, so that the polygon holds every reached place
        that is no farther than this from its road, and some that are just
        beyond the limit. It may lap over a barrier beside the road.
    largest_hole_m2
        Holes up to this surface are filled; none by default.

    Returns
    -------
    isochrones
        By `(school, limit)`: polygons, and `length_m` of the roads reached. Of
        roads that may not be crossed both sides count. Without any reached road
        the polygon is empty. Polygons of different schools overlap.

    Raises
    ------
    LabelError
        If limits are given by school and a school has none.
    ValueError
        If a limit is negative or `buffer_m` not above zero.

    Examples
    --------
    >>> from schoolmap.space.roads import make_network
    >>> from schoolmap.space.snapping import snap
    >>> lane = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (1000, 0)])], crs="EPSG:4546")
    >>> network = make_network(lane, mode="walk", walk_m_per_minute=60, join_m=0.5, cross="join")
    >>> gate = gpd.GeoSeries([shapely.Point(300, 0)], index=["school"], crs="EPSG:4546")
    >>> gates = snap(network, gate, farthest_m=500)
    >>> zones = isochrones(network, gates, limits=[500], unit="distance_m", buffer_m=50)
    >>> zones["length_m"].to_dict(), zones.total_bounds.round().tolist()
    ({('school', 500.0): 800.0}, [-50.0, -50.0, 850.0, 50.0])
    """
    if not buffer_m > 0:
        msg = f"`buffer_m` is above zero metres, got {buffer_m}."
        raise ValueError(msg)
    school, schools = pd.factorize(gates.index)
    wanted = _wanted(limits, schools)
    near = np.flatnonzero(~gates["far"].to_numpy())
    gates, school = gates.iloc[near], school[near].astype(np.intp)
    graph, sources = with_schools(network, gates, school, len(schools), unit)
    shapes, lengths = [], []
    for number in range(len(schools)):
        most = wanted.loc[wanted["school"] == number, "limit"]
        reached = csgraph.dijkstra(graph, indices=sources[number], limit=most.max() * _ROUNDING)
        doors = gates[school == number]
        for limit in most:
            parts = reached_roads(network, reached[: len(network.xy)], doors, limit=limit, unit=unit)
            lengths.append(shapely.length(parts).sum())
            shapes.append(shapely.union_all(shapely.buffer(parts, buffer_m)))
    filled = _fill(np.array(shapes, dtype=object), largest_hole_m2)
    index = pd.MultiIndex.from_arrays(
        [schools.take(wanted["school"].to_numpy()), wanted["limit"].to_numpy()], names=["school", "limit"]
    )
    return gpd.GeoDataFrame({"length_m": lengths}, geometry=filled, index=index, crs=network.links.crs)


def _wanted(limits: Sequence[float] | pd.Series, schools: pd.Index) -> pd.DataFrame:
    """Return the number of each school and its limits, one a row."""
    if isinstance(limits, pd.Series):
        checks.require_unique_labels(limits.index, what="`limits`")
        checks.require_no_gaps(limits, what="`limits`")
        without = schools.difference(limits.index, sort=False)
        if len(without) > 0:
            msg = f"{len(without)} school(s) have no limit, e.g. {without[0]!r}. Give one for every school."
            raise LabelError(msg)
        number, limit = np.arange(len(schools)), limits.reindex(schools).to_numpy(dtype=float)
    else:
        number = np.repeat(np.arange(len(schools)), len(limits))
        limit = np.tile(np.asarray(limits, dtype=float), len(schools))
    if not (limit >= 0).all():
        msg = f"Limits are zero or more, got {limit[~(limit >= 0)][0]:g}."
        raise ValueError(msg)
    return pd.DataFrame({"school": number, "limit": limit})


def reached_roads(network: Network, to_school: Floats, gates: pd.DataFrame, *, limit: float, unit: Unit) -> Shapes:
    """
    Cut from the network the parts of links from which one school is within a limit.

    Parameters
    ----------
    network, unit
        Roads, and the unit of the costs.
    to_school
        Cost of the way from each node to the school, infinite where there is none.
    gates
        Its gates, from `snap`, none of them far.
    limit
        In the unit.

    Returns
    -------
    parts
        Lines. Where a limit of zero reaches a point only, it is left out.
    """
    start, end, length = (network.links[name].to_numpy() for name in ("start", "end", "length_m"))
    forward, backward = network.costs(unit)
    # a place on a link goes back to its start or ahead to its end
    link = np.flatnonzero((to_school[start] < limit) | (to_school[end] < limit))
    size = length[link]
    behind = _reach(limit - to_school[start[link]], backward[link], size)
    ahead = _reach(limit - to_school[end[link]], forward[link], size)
    # or straight to a gate on the same link
    own = gates["link"].to_numpy()
    left = limit - network.off_road(gates["distance_m"].to_numpy(), unit)
    at = gates["along_m"].to_numpy()
    before, after = _reach(left, forward[own], length[own]), _reach(left, backward[own], length[own])
    links = np.concatenate([link, link, own])
    low = np.concatenate([np.zeros(len(link)), size - ahead, np.maximum(at - before, 0.0)])
    high = np.concatenate([behind, size, np.minimum(at + after, length[own])])
    return _parts(network.links.geometry.to_numpy(), *_merge(links, low, high))


def _reach(left: Floats, cost: Floats, length: Floats) -> Floats:
    """Return how far along a link of some cost one gets with what is left of the limit."""
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(np.isfinite(cost) & (left > 0), left / cost, 0.0)
    return np.asarray(np.clip(share, 0.0, 1.0) * length)


def _merge(link: Positions, low: Floats, high: Floats) -> tuple[Positions, Floats, Floats]:
    """Unite stretches of the same link that overlap or touch; leave out those without length."""
    some = high > low
    link, low, high = link[some], low[some], high[some]
    order = np.lexsort((low, link))
    link, low, high = link[order], low[order], high[order]
    if len(link) == 0:
        return link, low, high
    # of at most a few stretches a link, each begins where all before it have ended
    offset = np.cumsum(np.concatenate([[True], np.diff(link) > 0])) * (high.max() + 1.0)
    reached = np.maximum.accumulate(high + offset)
    fresh = np.concatenate([[True], (low + offset)[1:] > reached[:-1]])
    group = np.flatnonzero(fresh)
    return link[group], low[group], np.maximum.reduceat(high, group)


def _parts(shapes: Shapes, link: Positions, low: Floats, high: Floats) -> Shapes:
    """Cut stretches out of lines."""
    whole = (low <= 0) & (high >= shapely.length(shapes[link]))
    parts = shapes[link].copy()
    cut = np.flatnonzero(~whole)
    if len(cut) == 0:
        return parts
    lines = shapes[link[cut]]
    xy, of = shapely.get_coordinates(lines, return_index=True)
    step = np.zeros(len(xy))
    step[1:] = np.where(of[1:] == of[:-1], np.hypot(*np.diff(xy, axis=0).T), 0.0)
    total = np.cumsum(step)
    along = total - total[np.searchsorted(of, np.arange(len(lines)))][of]
    inside = (along > low[cut][of]) & (along < high[cut][of])
    tips = [shapely.get_coordinates(shapely.line_interpolate_point(lines, place[cut])) for place in (low, high)]
    number = np.arange(len(cut))
    all_xy = np.concatenate([tips[0], xy[inside], tips[1]])
    all_of = np.concatenate([number, of[inside], number])
    all_along = np.concatenate([low[cut], along[inside], high[cut]])
    order = np.lexsort((all_along, all_of))
    parts[cut] = shapely.linestrings(all_xy[order], indices=all_of[order])
    return parts


def _fill(shapes: Shapes, largest_hole_m2: float) -> Shapes:
    """Fill holes up to a surface."""
    if largest_hole_m2 <= 0:
        return shapes
    filled = []
    for shape in shapes:
        parts = shapely.get_parts(shape)
        rings, of = shapely.get_rings(parts, return_index=True)
        outer = np.concatenate([[True], np.diff(of) > 0]) if len(of) else np.empty(0, dtype=bool)
        small = ~outer & (shapely.area(shapely.polygons(rings)) <= largest_hole_m2)
        filled.append(shapely.union_all(np.concatenate([parts, shapely.polygons(rings[small])])))
    return np.array(filled, dtype=object)


def circles(places: gpd.GeoDataFrame | gpd.GeoSeries, *, radius_m: float | pd.Series) -> gpd.GeoSeries:
    """
    Draw circles around places, to compare with what roads reach.

    Parameters
    ----------
    places
        Points by label in a metric CRS; several gates of one school have its label.
    radius_m
        Radius in metres, one for all or a series by label.

    Returns
    -------
    circles
        By label, as polygons of 64 corners on the circle; those of one label united.

    Examples
    --------
    >>> gate = gpd.GeoSeries([shapely.Point(0, 0)], index=["school"], crs="EPSG:4546")
    >>> circles(gate, radius_m=500).area.round(-3).to_dict()
    {'school': 784000.0}
    """
    checks.require_metric_crs(gpd.GeoDataFrame(geometry=places.geometry))
    require_points(places)
    radius = radius_m.reindex(places.index) if isinstance(radius_m, pd.Series) else pd.Series(radius_m, places.index)
    checks.require_no_gaps(radius, what="`radius_m`")
    if not (radius > 0).all():
        msg = f"`radius_m` is above zero, got {radius[~(radius > 0)].iloc[0]:g}."
        raise ValueError(msg)
    rounds = gpd.GeoSeries(
        shapely.buffer(places.geometry.to_numpy(), radius.to_numpy(), quad_segs=16), index=places.index
    )
    if places.index.is_unique:
        return rounds.set_crs(places.crs)
    united = rounds.groupby(level=0, sort=False).agg(lambda shapes: shapely.union_all(shapes.to_numpy()))
    return gpd.GeoSeries(united, crs=places.crs)
