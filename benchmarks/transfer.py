"""
Time the transfer from areas to catchments against tobler, in one run, and compare the totals.

Run it with `python benchmarks/transfer.py [--sources 20000] [--targets 2000] [--bends 3] [--runs 5]`
where tobler is installed (the extra `benchmarks`).

The two layers are different crooked coverages of one square of 100 km: Voronoi
cells of random points, every border bent at random, nothing nested, so that
most sources lie in several targets. Ours also examines the geometry and looks
for overlaps of both layers, which tobler does not; the line "as drawn" leaves
the overlaps of the sources out, and only those.

tobler keeps the surfaces that pairs have in common in single precision
(`dtype=np.float32`), so its totals by target are right to about 1e-7. To see
whose difference that is, its own arithmetic is run a second time on a table of
surfaces in double precision, cut by GEOS pair by pair.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
import tobler
import xarray as xr
from scipy import sparse
from scipy.spatial import Voronoi
from tobler.area_weighted import area_interpolate

from schoolmap.space.overlay import area_weights
from schoolmap.space.overlay import transfer

if TYPE_CHECKING:
    from collections.abc import Callable

SIDE_M = 100_000.0
CRS = "EPSG:4546"
SAME = 1e-9


def crooked_coverage(number: int, *, bends: int, seed: int) -> gpd.GeoDataFrame:
    """Return Voronoi cells that cover the square, each inner border bent sideways at `bends` points."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, SIDE_M, (2, number))
    # mirrored at its four sides, the square is a border of cells
    mirrored = [(x, y), (-x, y), (2 * SIDE_M - x, y), (x, -y), (x, 2 * SIDE_M - y)]
    cells = Voronoi(np.concatenate([np.column_stack(pair) for pair in mirrored]))
    ours = cells.ridge_points < number
    ridges = np.asarray(cells.ridge_vertices)[ours.any(axis=1)]
    corners = cells.vertices.copy()
    for side in (0.0, SIDE_M):
        corners[np.abs(corners - side) < 1e-6] = side
    start, stop = corners[ridges[:, 0]], corners[ridges[:, 1]]
    along = np.linspace(0, 1, bends + 2)[:, None]
    sideways = rng.uniform(-0.12, 0.12, (len(ridges), bends + 2, 1)) / (bends + 1)
    sideways[:, [0, -1]] = 0
    sideways[~ours.all(axis=1)[ours.any(axis=1)]] = 0
    across = np.column_stack([start[:, 1] - stop[:, 1], stop[:, 0] - start[:, 0]])
    lines = start[:, None] * (1 - along) + stop[:, None] * along + sideways * across[:, None]
    polygons = shapely.get_parts(shapely.polygonize(shapely.linestrings(lines)))
    return gpd.GeoDataFrame(geometry=polygons, index=[f"p{i}" for i in range(len(polygons))], crs=CRS)


def surfaces_in_double(sources: gpd.GeoDataFrame, targets: gpd.GeoDataFrame) -> sparse.csr_matrix:
    """Return the table of common surfaces that tobler takes, cut pair by pair and kept in double precision."""
    target, source = sources.sindex.query(targets.geometry, predicate="intersects")
    cut = shapely.intersection(sources.geometry.to_numpy()[source], targets.geometry.to_numpy()[target])
    return sparse.csr_matrix((shapely.area(cut), (source, target)), shape=(len(sources), len(targets)))


def fresh(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the layer as if just read: nothing is prepared or indexed yet."""
    return layer.set_geometry(gpd.GeoSeries.from_wkb(layer.to_wkb().geometry, crs=layer.crs))


def ours(sources: gpd.GeoDataFrame, targets: gpd.GeoDataFrame) -> np.ndarray:
    """Return children by target by schoolmap."""
    counts = xr.DataArray(sources["children"].to_numpy(), coords={"area": sources.index.to_numpy()}, dims="area")
    moved = transfer(counts, area_weights(sources, targets), catchments=targets.index)
    return moved.inside.to_numpy()


def as_drawn(sources: gpd.GeoDataFrame, targets: gpd.GeoDataFrame) -> np.ndarray:
    """Return children by target by schoolmap, without looking whether sources overlap."""
    counts = xr.DataArray(sources["children"].to_numpy(), coords={"area": sources.index.to_numpy()}, dims="area")
    weights = area_weights(sources, targets, overlapping_areas="as drawn")
    return transfer(counts, weights, catchments=targets.index).inside.to_numpy()


def theirs(sources: gpd.GeoDataFrame, targets: gpd.GeoDataFrame) -> np.ndarray:
    """Return children by target by tobler."""
    return area_interpolate(sources, targets, extensive_variables=["children"], n_jobs=1)["children"].to_numpy()


def clock(
    job: Callable[[gpd.GeoDataFrame, gpd.GeoDataFrame], np.ndarray],
    sources: gpd.GeoDataFrame,
    targets: gpd.GeoDataFrame,
) -> tuple[float, float, np.ndarray]:
    """Run a job once on fresh layers and return its seconds, its seconds of the processor, and its result."""
    layers = fresh(sources), fresh(targets)
    start, busy = time.perf_counter(), time.process_time()
    result = job(*layers)
    return time.perf_counter() - start, time.process_time() - busy, result


def main() -> None:
    """Run both in turn and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=int, default=20_000)
    parser.add_argument("--targets", type=int, default=2_000)
    parser.add_argument("--bends", type=int, nargs="+", default=[0, 3, 9])
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores")
    print(f"shapely {shapely.__version__} (GEOS {shapely.geos_version_string}), tobler {tobler.__version__}")
    print(f"{options.sources:,} sources to {options.targets:,} targets, one thread, median of {options.runs} runs")
    for bends in options.bends:
        sources = crooked_coverage(options.sources, bends=bends, seed=1)
        targets = crooked_coverage(options.targets, bends=bends, seed=2)
        sources["children"] = np.random.default_rng(3).integers(1, 500, len(sources)).astype(float)
        vertices = shapely.get_num_coordinates(sources.geometry.to_numpy()).mean()
        first = clock(ours, sources, targets)[0]
        # in turn, so that a busy moment of the machine meets both
        jobs = {"schoolmap": ours, "as drawn": as_drawn, "tobler": theirs}
        runs = [{name: clock(job, sources, targets) for name, job in jobs.items()} for _ in range(options.runs)]
        wall, busy = ({name: statistics.median(run[name][what] for run in runs) for name in jobs} for what in (0, 1))
        mine, single = runs[-1]["schoolmap"][2], runs[-1]["tobler"][2]
        double = area_interpolate(
            sources, targets, extensive_variables=["children"], table=surfaces_in_double(sources, targets)
        )["children"].to_numpy()
        children = sources["children"].sum()
        print(f"\n{bends} bends a border, {vertices:.0f} vertices a source, {children:,.0f} children")
        print(f"  {'':<10}{'seconds':>9}{'ratio':>7}{'of the processor':>18}{'ratio':>7}")
        for name in jobs:
            ratios = wall["tobler"] / wall[name], busy["tobler"] / busy[name]
            print(f"  {name:<10}{wall[name]:>9.3f}{ratios[0]:>7.1f}{busy[name]:>18.3f}{ratios[1]:>7.1f}")
        print(f"  schoolmap when it is run first, compiling or loading what is compiled: {first:.3f} s")
        print("  largest relative difference by target, and of the total:")
        for name, result in [("tobler, double precision", double), ("tobler, as it is", single)]:
            apart, total = np.max(np.abs(mine / result - 1)), abs(result.sum() / children - 1)
            print(f"    {name:<26}{apart:.1e} {'same' if apart <= SAME else 'differs'}; total off by {total:.1e}")
        print(f"    {'schoolmap':<26}total off by {abs(mine.sum() / children - 1):.1e}")


if __name__ == "__main__":
    main()
