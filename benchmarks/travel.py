"""
Measure the way from 300 schools to 50,000 areas on a road network of 200,000 nodes.

The roads are made here: a crooked grid with a quarter of its links removed, its
longest connected part. Ours is compared with a plain search in Python, written
here without any of our code, for some of the schools.

    python benchmarks/travel.py
"""

from __future__ import annotations

import argparse
import heapq
import os
import platform
import resource
import tempfile
import time
from typing import TYPE_CHECKING
from typing import TypeVar

import geopandas as gpd
import numpy as np
import shapely

from schoolmap.space.nearest import nearest_of_nodes
from schoolmap.space.nearest import nearest_schools
from schoolmap.space.roads import islands
from schoolmap.space.roads import make_network
from schoolmap.space.snapping import snap
from schoolmap.space.travel import travel_table

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt
    import pandas as pd

    from schoolmap.space.roads import Network

CRS = "EPSG:4546"
SPACING_M = 130.0
LIMIT_M = 5_000.0
Made = TypeVar("Made")


def make_roads(nodes: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Return straight roads between neighbours of a crooked grid, a quarter of them removed."""
    # some corners lose all their roads
    side = int(np.ceil(np.sqrt(1.005 * nodes)))
    row, column = np.divmod(np.arange(side * side), side)
    places = SPACING_M * np.stack([column, row], axis=1) + rng.uniform(-40, 40, (side * side, 2))
    number = np.arange(side * side).reshape(side, side)
    pairs = np.concatenate(
        [
            np.stack([number[:, :-1].ravel(), number[:, 1:].ravel()], axis=1),
            np.stack([number[:-1].ravel(), number[1:].ravel()], axis=1),
        ]
    )
    pairs = pairs[rng.random(len(pairs)) > 0.25]
    return gpd.GeoDataFrame(
        {"class": "street"}, geometry=shapely.linestrings(places[pairs]), crs=CRS, index=range(len(pairs))
    )


def make_places(count: int, extent: npt.NDArray[np.float64], rng: np.random.Generator, prefix: str) -> gpd.GeoSeries:
    """Return points anywhere between the outermost roads."""
    west, south, east, north = extent
    points = shapely.points(rng.uniform(west, east, count), rng.uniform(south, north, count))
    return gpd.GeoSeries(points, index=[f"{prefix}{number}" for number in range(count)], crs=CRS)


def plain_search(network: Network, gates: pd.DataFrame, origins: pd.DataFrame, school: str) -> npt.NDArray[np.float64]:
    """Return the way from each origin to a school, by a search with a heap over links, independent of ours."""
    links = network.links
    start, end, length = (links[name].to_numpy() for name in ("start", "end", "length_m"))
    neighbours: list[list[tuple[int, float]]] = [[] for _ in range(len(network.xy))]
    for one, other, metres in zip(start.tolist(), end.tolist(), length.tolist(), strict=True):
        neighbours[one].append((other, metres))
        neighbours[other].append((one, metres))
    gate = gates.loc[school]
    link, along, away = int(gate["link"]), float(gate["along_m"]), float(gate["distance_m"])
    queue = [(away + along, int(start[link])), (away + length[link] - along, int(end[link]))]
    heapq.heapify(queue)
    settled = np.full(len(network.xy), np.inf)
    while queue:
        cost, node = heapq.heappop(queue)
        if settled[node] < np.inf:
            continue
        settled[node] = cost
        for other, metres in neighbours[node]:
            if settled[other] == np.inf:
                heapq.heappush(queue, (cost + metres, other))
    at = origins["link"].to_numpy()
    ahead, walked = origins["along_m"].to_numpy(), origins["distance_m"].to_numpy()
    best = np.minimum(settled[start[at]] + ahead, settled[end[at]] + length[at] - ahead)
    same = at == link
    best[same] = np.minimum(best[same], np.abs(ahead[same] - along) + away)
    return best + walked


def timed(work: Callable[[], Made], *, runs: int = 1) -> tuple[Made, float, float]:
    """Return the result, the least time on the clock of several runs, and that of the processor."""
    wall, cpu = np.inf, np.inf
    for _ in range(runs):
        clock, processor = time.perf_counter(), time.process_time()
        made = work()
        wall, cpu = min(wall, time.perf_counter() - clock), min(cpu, time.process_time() - processor)
    return made, wall, cpu


def main() -> None:
    """Print a table of times, and how far ours is from the plain search."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[1])
    parser.add_argument("--nodes", type=int, default=200_000)
    parser.add_argument("--schools", type=int, default=300)
    parser.add_argument("--areas", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--samples", type=int, default=3)
    options = parser.parse_args()
    # compiled anew, so that its time is seen
    with tempfile.TemporaryDirectory() as cache:
        os.environ["NUMBA_CACHE_DIR"] = cache
        measure(options)


def measure(options: argparse.Namespace) -> None:
    """Make roads and places, time each step, and compare."""
    rng = np.random.default_rng(1)
    print(f"{platform.machine()}, Python {platform.python_version()}, {os.cpu_count()} cores")
    rows: list[tuple[str, float, float, str]] = []

    roads = make_roads(options.nodes, rng)
    network, *seconds = timed(lambda: make_network(roads, mode="walk", walk_m_per_minute=60, join_m=0.5, cross="join"))
    rows.append(
        (
            "network of roads",
            *seconds,
            f"{len(network.xy):,} nodes, {len(network.links):,} links, {len(islands(network)):,} islands",
        )
    )
    schools = make_places(options.schools, roads.total_bounds, rng, "s")
    areas = make_places(options.areas, roads.total_bounds, rng, "a")
    gates = snap(network, schools, farthest_m=2_000, largest_only=True)
    origins, *seconds = timed(lambda: snap(network, areas, farthest_m=2_000, largest_only=True))
    rows.append(("places on it", *seconds, f"{len(origins):,} areas and {len(gates):,} schools"))

    near, *seconds = timed(
        lambda: travel_table(network, origins, gates, unit="distance_m", limit=LIMIT_M), runs=options.runs
    )
    rows.append((f"ways up to {LIMIT_M / 1000:g} km", *seconds, f"{len(near):,} pairs"))
    # the first call compiles
    _, *first = timed(lambda: nearest_of_nodes(network, gates, unit="distance_m", k=1))
    rows.append(
        ("nearest of every node", *first, "the first call, which compiles; cached where there is a place for it")
    )
    for k in (5, 10):
        found, *seconds = timed(lambda k=k: nearest_of_nodes(network, gates, unit="distance_m", k=k), runs=options.runs)
        rows.append((f"nearest {k} of every node", *seconds, f"{len(found):,} pairs"))
    ten, *seconds = timed(lambda: nearest_schools(network, origins, gates, unit="distance_m", k=10), runs=options.runs)
    rows.append(("nearest 10 of every area", *seconds, f"{len(ten):,} pairs"))
    full, *seconds = timed(lambda: travel_table(network, origins, gates, unit="distance_m"), runs=options.runs)
    rows.append(("all ways", *seconds, f"{len(full):,} pairs"))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    sampled = schools.index[rng.choice(len(schools), options.samples, replace=False)]
    worst, plain = 0.0, 0.0
    for school in sampled:
        there, wall, _ = timed(lambda school=school: plain_search(network, gates, origins, school))
        ours = full.xs(school, level="school").reindex(origins.index, fill_value=np.inf).to_numpy()
        worst, plain = max(worst, float(np.max(np.abs(ours - there)))), plain + wall / len(sampled)
    rows.append(("plain search, all schools", plain * len(schools), np.nan, f"{len(sampled)} schools measured"))

    for name, wall, cpu, what in rows:
        print(f"{name:<26}{wall:>9.2f} s{cpu:>9.2f} s cpu  {what}")
    cut = full[full <= LIMIT_M]
    table = full.unstack("school").to_numpy()
    least = np.sort(table, axis=1)[:, :10]
    by_search = np.sort(ten.to_numpy().reshape(-1, 10), axis=1)
    print(f"farthest from the plain search: {worst:.1e} m on {len(sampled) * len(origins):,} pairs")
    print(f"cut-off table is the full one, cut: {near.index.equals(cut.index) and np.array_equal(near, cut)}")
    print(f"nearest 10 are those of the full table, to {np.max(np.abs(least - by_search)):.1e} m")
    print(f"ratio to the plain search: {plain * len(schools) / rows[-2][1]:.0f}")
    print(f"peak memory {memory:,.0f} MB")


if __name__ == "__main__":
    main()
