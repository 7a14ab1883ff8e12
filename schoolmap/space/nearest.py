"""Find the nearest schools by the network, for all homes at once: the arcs along which children are assigned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from schoolmap import checks
from schoolmap.space.snapping import along_one_link
from schoolmap.space.snapping import approach
from schoolmap.space.travel import pair_series
from schoolmap.space.travel import with_schools

if TYPE_CHECKING:
    import numpy.typing as npt

    from schoolmap.space.roads import Network
    from schoolmap.space.roads import Unit


def nearest_schools(network: Network, origins: pd.DataFrame, gates: pd.DataFrame, *, unit: Unit, k: int) -> pd.Series:
    """
    Measure the way from each home to its nearest schools.

    It is exact and needs no limit: the result is that of the `k` least values of
    each home in the full table.

    Parameters
    ----------
    network, origins, gates, unit
        As for `travel_table`.
    k
        How many schools of each home; fewer where fewer can be reached. Of
        schools equally far, which ones are kept is not said.

    Returns
    -------
    travel
        By `(origin, school)`, as of `travel_table`.

    Raises
    ------
    LabelError
        If a home is there twice.
    ValueError
        If `k` is below 1.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> from schoolmap.space.roads import make_network
    >>> from schoolmap.space.snapping import snap
    >>> lane = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (100, 0)])], crs="EPSG:4546")
    >>> network = make_network(lane, mode="walk", walk_m_per_minute=60, join_m=0.5, cross="join")
    >>> home = gpd.GeoSeries([shapely.Point(30, 8)], index=["home"], crs="EPSG:4546")
    >>> gates = gpd.GeoSeries([shapely.Point(90, 0), shapely.Point(50, 2)], index=["east", "west"], crs="EPSG:4546")
    >>> places = (snap(network, layer, farthest_m=500) for layer in (home, gates))
    >>> nearest_schools(network, *places, unit="distance_m", k=1).to_dict()
    {('home', 'west'): 30.0}
    """
    checks.require_unique_labels(origins.index, what="`origins`")
    school, schools = pd.factorize(gates.index)
    near, home = np.flatnonzero(~gates["far"].to_numpy()), np.flatnonzero(~origins["far"].to_numpy())
    gates, school, homes = gates.iloc[near], school[near].astype(np.intp), origins.iloc[home]
    at_node, cost = _search(network, gates, school, len(schools), unit=unit, k=k)
    start, to_start, end, to_end = approach(network, homes, unit, from_school=False)
    one, gate, direct = along_one_link(network, homes, gates, unit)
    rows = np.repeat(np.arange(len(homes)), k)
    table = pd.DataFrame(
        {
            "origin": np.concatenate([rows, rows, one]),
            "school": np.concatenate([at_node[start].ravel(), at_node[end].ravel(), school[gate]]),
            "cost": np.concatenate(
                [(cost[start] + to_start[:, None]).ravel(), (cost[end] + to_end[:, None]).ravel(), direct]
            ),
        }
    )
    table = table[np.isfinite(table["cost"].to_numpy())]
    table = table.iloc[np.lexsort((table["school"], table["cost"], table["origin"]))]
    table = table.drop_duplicates(["origin", "school"])
    place = np.arange(len(table)) - np.searchsorted(table["origin"].to_numpy(), table["origin"].to_numpy())
    table = table[place < k]
    pairs = (home[table["origin"].to_numpy()], table["school"].to_numpy())
    shape = (len(origins), len(schools))
    matrix = sparse.coo_array((table["cost"].to_numpy(), pairs), shape=shape)
    return pair_series(matrix, origins.index, schools, name=unit)


def nearest_of_nodes(network: Network, gates: pd.DataFrame, *, unit: Unit, k: int) -> pd.DataFrame:
    """
    Measure the way from each node to its nearest schools.

    Parameters
    ----------
    network, gates, unit, k
        As for `nearest_schools`.

    Returns
    -------
    nearest
        By `node` and `rank` (from 1, the nearest first): `school` and the cost,
        named as the unit. Only schools that can be reached.
    """
    school, schools = pd.factorize(gates.index)
    near = np.flatnonzero(~gates["far"].to_numpy())
    at_node, cost = _search(network, gates.iloc[near], school[near].astype(np.intp), len(schools), unit=unit, k=k)
    node, rank = np.nonzero(at_node >= 0)
    index = pd.MultiIndex.from_arrays([node, rank + 1], names=["node", "rank"])
    return pd.DataFrame({"school": schools.take(at_node[node, rank]), unit: cost[node, rank]}, index=index)


def _search(
    network: Network, gates: pd.DataFrame, school: npt.NDArray[np.intp], count: int, *, unit: Unit, k: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
    """Return the number and the cost of the nearest schools of each node."""
    from schoolmap.space import search_kernel  # noqa: PLC0415 - numba is heavy

    if k < 1:
        msg = f"`k` is at least 1, got {k}."
        raise ValueError(msg)
    nodes = len(network.xy)
    if count == 0:
        return np.full((nodes, k), -1, dtype=np.int32), np.full((nodes, k), np.inf)
    graph, _ = with_schools(network, gates, school, count, unit)
    found: tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]] = search_kernel.nearest(
        graph.indptr.astype(np.int32), graph.indices.astype(np.int32), graph.data, nodes, k
    )
    return found
