"""
Measure the way from home to school: on the network, or straight where there are no roads.

One search per school, against the direction of travel, finds the way from all
homes. Tables are sparse: a pair that is not there has no way within the limit.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy import sparse
from scipy.sparse import csgraph
from scipy.spatial import KDTree

from schoolmap import checks
from schoolmap.space.roads import arcs
from schoolmap.space.snapping import along_one_link
from schoolmap.space.snapping import approach
from schoolmap.space.snapping import require_points

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    import numpy.typing as npt

    from schoolmap.space.roads import Network
    from schoolmap.space.roads import Unit

    Floats = npt.NDArray[np.float64]
    Positions = npt.NDArray[np.intp]

_BLOCK_BYTES = 64_000_000
"""Memory for the distances of a block of schools to all nodes."""

_MANY = 20_000_000
"""Nodes times schools from which compiling the search (a few seconds, once) is worth while, if there is no limit."""

_MOST_BUCKETS = 100_000

_ROUNDING = 1 + 1e-9
"""Searches go so much beyond the limit, for sums in another order; the table is cut at the limit itself."""


def travel_table(
    network: Network, origins: pd.DataFrame, gates: pd.DataFrame, *, unit: Unit, limit: float | None = None
) -> pd.Series:
    """
    Measure the cheapest way from each home to each school.

    Parameters
    ----------
    network
        Roads to walk or drive.
    origins
        Homes, from `snap`; each label once.
    gates
        Gates of schools, from `snap`; a school with several gates has its label
        several times, and the best gate counts.
    unit
        `distance_m`, the shortest way, or `minutes`, the fastest. Walking from
        home to the road and from the road to the gate is counted.
    limit
        Longest way, in the unit; pairs farther apart are left out.

    Returns
    -------
    travel
        By `(origin, school)`, sorted as the labels come, named as the unit.
        Pairs without a way, and places that are far from any road, are absent.

    Raises
    ------
    LabelError
        If a home is there twice.

    Notes
    -----
    Distances from some schools to all nodes are held at a time, 64 MB of float64.
    Each pair of the table takes 14 bytes, and 36 while it is sorted.

    Examples
    --------
    >>> from schoolmap.space.roads import make_network
    >>> from schoolmap.space.snapping import snap
    >>> lane = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (100, 0)])], crs="EPSG:4546")
    >>> network = make_network(lane, mode="walk", walk_m_per_minute=60, join_m=0.5, cross="join")
    >>> home = gpd.GeoSeries([shapely.Point(30, 8)], index=["home"], crs="EPSG:4546")
    >>> gates = gpd.GeoSeries([shapely.Point(90, 0), shapely.Point(50, 2)], index=["school", "school"], crs="EPSG:4546")
    >>> places = (snap(network, layer, farthest_m=500) for layer in (home, gates))
    >>> travel_table(network, *places, unit="distance_m").to_dict()
    {('home', 'school'): 30.0}
    """
    checks.require_unique_labels(origins.index, what="`origins`")
    school, schools = pd.factorize(gates.index)
    near, home = np.flatnonzero(~gates["far"].to_numpy()), np.flatnonzero(~origins["far"].to_numpy())
    # neighbours are close in memory
    nodes = network.links["start"].to_numpy()[origins["link"].to_numpy()[home]]
    home = home[np.argsort(nodes, kind="stable")]
    gates, school, homes = gates.iloc[near], school[near].astype(np.intp), origins.iloc[home]
    graph, sources = with_schools(network, gates, school, len(schools), unit)
    start, to_start, end, to_end = approach(network, homes, unit, from_school=False)
    one, gate, direct = along_one_link(network, homes, gates, unit)
    by_school = np.argsort(school[gate], kind="stable")
    one, at, direct = one[by_school], school[gate][by_school], direct[by_school]

    longest = np.inf if limit is None else limit

    def ways_to(number: int, reached: Floats) -> tuple[Positions, Floats]:
        """Return the homes that reach one school, and the cost."""
        cost = np.minimum(reached[start] + to_start, reached[end] + to_end)
        mine = slice(*np.searchsorted(at, [number, number + 1]))
        np.minimum.at(cost, one[mine], direct[mine])
        within = np.flatnonzero((cost <= longest) & np.isfinite(cost))
        return home[within].astype(np.int32), cost[within]

    found = list(_search(graph, sources, longest * _ROUNDING, ways_to))
    pointer = np.concatenate([[0], np.cumsum([len(rows) for rows, _ in found], dtype=np.int64)])
    rows = np.concatenate([np.empty(0, np.int32), *(part for part, _ in found)])
    values = np.concatenate([np.empty(0), *(part for _, part in found)])
    found.clear()
    shape = (len(origins), len(schools))
    return pair_series(sparse.csc_array((values, rows, pointer), shape=shape), origins.index, schools, name=unit)


def _search(
    graph: sparse.csr_array,
    sources: Positions,
    limit: float,
    use: Callable[[int, Floats], tuple[Positions, Floats]],
) -> Iterator[tuple[Positions, Floats]]:
    """Search from each school, and give the cost of the way to each node to `use`."""
    nodes = graph.shape[0]
    if np.isinf(limit) and len(sources) * nodes >= _MANY:
        yield from _search_compiled(graph, sources, use)
        return
    block = max(_BLOCK_BYTES // (8 * nodes), 1)
    for first in range(0, len(sources), block):
        reached = csgraph.dijkstra(graph, indices=sources[first : first + block], limit=limit)
        for number, costs in enumerate(reached, start=first):
            yield use(number, costs)


def _search_compiled(
    graph: sparse.csr_array, sources: Positions, use: Callable[[int, Floats], tuple[Positions, Floats]]
) -> Iterator[tuple[Positions, Floats]]:
    """Search in compiled code, which is several times faster and runs on all cores."""
    from schoolmap.space import search_kernel  # noqa: PLC0415 - numba is heavy

    pointer, heads = graph.indptr.astype(np.int32), graph.indices.astype(np.int32)
    # the width changes how long it takes, never the result
    dearest = float(graph.data.max(initial=0.0))
    width = max(2.0 * float(graph.data.mean()) if graph.nnz else 0.0, dearest / _MOST_BUCKETS) or 1.0
    buckets = int(dearest / width) + 2

    def work(number: int) -> tuple[Positions, Floats]:
        costs = np.empty(graph.shape[0])
        search_kernel.ways_from(pointer, heads, graph.data, sources[number], width, buckets, costs)
        return use(number, costs)

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        yield from pool.map(work, range(len(sources)))


def with_schools(
    network: Network, gates: pd.DataFrame, school: Positions, count: int, unit: Unit
) -> tuple[sparse.csr_array, Positions]:
    """
    Add a node for each school to the arcs of the network, from which searches begin.

    Parameters
    ----------
    network, unit
        The network, and in what it is measured.
    gates, school
        Gates that are not far, and the number of the school of each.
    count
        How many schools there are.

    Returns
    -------
    graph, sources
        Arcs against the direction of travel, and the node of each school. Its
        arcs lead to the ends of the links of its gates; of several the cheapest.
    """
    roads = arcs(network, unit, towards_school=True)
    start, to_start, end, to_end = approach(network, gates, unit, from_school=True)
    table = pd.DataFrame(
        {
            "school": np.concatenate([school, school]),
            "node": np.concatenate([start, end]),
            "cost": np.concatenate([to_start, to_end]),
        }
    )
    best = table[np.isfinite(table["cost"])].groupby(["school", "node"], as_index=False)["cost"].min()
    pointer = np.searchsorted(best["school"].to_numpy(), np.arange(1, count + 1)) + roads.nnz
    nodes = len(network.xy)
    graph = sparse.csr_array(
        (
            np.concatenate([roads.data, best["cost"].to_numpy(dtype=float)]),
            np.concatenate([roads.indices, best["node"].to_numpy(dtype=np.int32)]),
            np.concatenate([roads.indptr, pointer.astype(np.int32)]),
        ),
        shape=(nodes + count, nodes + count),
    )
    return graph, np.arange(nodes, nodes + count)


def pair_series(table: sparse.sparray, origins: pd.Index, schools: pd.Index, *, name: str) -> pd.Series:
    """Return a sparse table of origins (rows) and schools as a series, sorted by the position of both."""
    table = table.tocsr()
    table.sort_indices()
    codes = [np.repeat(np.arange(len(origins), dtype=np.int32), np.diff(table.indptr)), table.indices]
    levels: Any = [origins, schools]
    index = pd.MultiIndex(levels=levels, codes=codes, names=["origin", "school"], verify_integrity=False)
    return pd.Series(table.data, index=index, name=name)


def straight_table(
    origins: gpd.GeoDataFrame | gpd.GeoSeries,
    gates: gpd.GeoDataFrame | gpd.GeoSeries,
    *,
    detour: float,
    limit: float | None = None,
) -> pd.Series:
    """
    Measure the way from each home to each school in a straight line, times a detour.

    For places without roads. Compare with `travel_table` by `circuity`.

    Parameters
    ----------
    origins, gates
        Points by label in one metric CRS. A school with several gates has its
        label several times, and the nearest gate counts.
    detour
        What a way on streets is longer than the straight line: 1 is the circle.
    limit
        Longest way in metres, the detour counted.

    Returns
    -------
    travel
        `distance_m` by `(origin, school)`, as of `travel_table`.

    Examples
    --------
    >>> home = gpd.GeoSeries([shapely.Point(0, 0)], index=["home"], crs="EPSG:4546")
    >>> gate = gpd.GeoSeries([shapely.Point(300, 400)], index=["school"], crs="EPSG:4546")
    >>> straight_table(home, gate, detour=1.3).to_dict()
    {('home', 'school'): 650.0}
    """
    layers = [gpd.GeoDataFrame(geometry=layer.geometry) for layer in (origins, gates)]
    checks.require_same_metric_crs(*layers)
    checks.require_unique_labels(origins.index, what="`origins`")
    if not detour >= 1:
        msg = f"`detour` is at least 1, got {detour}."
        raise ValueError(msg)
    for layer in layers:
        require_points(layer)
    school, schools = pd.factorize(gates.index)
    (here, origin), (there, gate) = (
        shapely.get_coordinates(layer.geometry.to_numpy(), return_index=True) for layer in layers
    )
    if limit is None:
        reach = float(np.hypot(*(np.ptp(np.concatenate([here, there]), axis=0)))) if len(here) + len(there) else 0.0
    else:
        reach = limit / detour
    found = KDTree(here.reshape(-1, 2)).sparse_distance_matrix(
        KDTree(there.reshape(-1, 2)), reach * _ROUNDING, output_type="ndarray"
    )
    pairs = pd.DataFrame(
        {"origin": origin[found["i"]], "school": school[gate[found["j"]]], "cost": found["v"] * detour}
    )
    if limit is not None:
        pairs = pairs[pairs["cost"] <= limit]
    best = pairs.groupby(["origin", "school"], sort=False)["cost"].min()
    at = (best.index.get_level_values("origin").to_numpy(), best.index.get_level_values("school").to_numpy())
    matrix = sparse.coo_array((best.to_numpy(), at), shape=(len(origins), len(schools)))
    return pair_series(matrix, origins.index, schools, name="distance_m")


def circuity(travel: pd.Series, straight: pd.Series) -> pd.Series:
    """
    Compare ways on roads with straight lines.

    Parameters
    ----------
    travel
        `distance_m` by `(origin, school)` on roads.
    straight
        The same in a straight line, with a detour of 1.

    Returns
    -------
    detour
        Way per straight line of every pair that both have and that is apart;
        its median is a detour for places without roads.

    Examples
    --------
    >>> pair = pd.MultiIndex.from_tuples([("home", "school")], names=["origin", "school"])
    >>> circuity(pd.Series([130.0], index=pair), pd.Series([100.0], index=pair)).to_dict()
    {('home', 'school'): 1.3}
    """
    both = pd.concat([travel.rename("travel"), straight.rename("straight")], axis=1, join="inner")
    both = both[both["straight"] > 0]
    return (both["travel"] / both["straight"]).rename("detour")
