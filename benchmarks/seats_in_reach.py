"""
Seats in reach and rational access against `access` (PySAL): the same values, and how much faster.

50,000 demand points and 300 schools lie at random in a square of 44 km; every pair
within 10 km is listed, about two million. Both start from the listed pairs, ours
as a Series and theirs as a DataFrame, and end with a value for each demand point.
Travel is in minutes at 30 km/h. RAAM runs with the package's own parameters.

Run it with `python benchmarks/seats_in_reach.py [--small] [--runs 5] [--shuffle]`; it needs
the extra `benchmarks`. The package's RAAM takes a minute or so.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np
import pandas as pd
from access import fca
from access import raam as theirs_raam
from access import weights
from scipy.spatial import cKDTree

from schoolmap.space.access import falloff
from schoolmap.space.access.floating import enhanced_two_step
from schoolmap.space.access.floating import three_step
from schoolmap.space.access.raam import raam

if TYPE_CHECKING:
    from collections.abc import Callable

REACH_M = 10_000
METRES_A_MINUTE = 500
TAU_MINUTES = 60
SIGMA_MINUTES = 8
STEPS = {6: 1.0, 12: 0.68, 20: 0.22}
SAME = 1e-9


class Town(NamedTuple):
    """Travel by pair, children by point, seats by school."""

    travel: pd.Series
    demand: pd.Series
    supply: pd.Series


class Line(NamedTuple):
    """One method: ours, theirs, and how many times faster ours must be."""

    name: str
    ours: Callable[[], pd.Series]
    theirs: Callable[[], pd.Series]
    bar: float


def make_town(points: int, schools: int, *, side: float, shuffle: bool) -> Town:
    """Throw points and schools into a square, with whole children and seats."""
    rng = np.random.default_rng(20_260)
    homes, doors = (cKDTree(rng.uniform(0, side, (count, 2))) for count in (points, schools))
    far = homes.sparse_distance_matrix(doors, REACH_M, output_type="coo_matrix")
    order = rng.permutation(far.nnz) if shuffle else np.lexsort((far.col, far.row))
    index = pd.MultiIndex.from_arrays([far.row[order], far.col[order]], names=["origin", "dest"])
    return Town(
        travel=pd.Series(far.data[order] / METRES_A_MINUTE, index=index, name="cost"),
        demand=pd.Series(rng.integers(20, 400, points), index=pd.RangeIndex(points, name="geoid"), name="demand"),
        supply=pd.Series(rng.integers(500, 3_000, schools), index=pd.RangeIndex(schools, name="geoid"), name="supply"),
    )


def make_lines(town: Town) -> list[Line]:
    """Return each method as both compute it."""
    demand, supply = town.demand.to_frame(), town.supply.to_frame()
    pairs = town.travel.reset_index()
    names = {"demand_index": True, "supply_index": True}
    within = REACH_M / METRES_A_MINUTE
    bell, their_bell = falloff.gaussian(SIGMA_MINUTES), weights.gaussian(SIGMA_MINUTES)
    return [
        Line(
            "E2SFCA, steps",
            lambda: enhanced_two_step(*town, weight=STEPS),
            lambda: fca.two_stage_fca(demand, supply, pairs.copy(), within, weight_fn=weights.step_fn(STEPS), **names),
            20,
        ),
        Line(
            "E2SFCA, Gaussian",
            lambda: enhanced_two_step(*town, weight=bell),
            lambda: fca.two_stage_fca(demand, supply, pairs.copy(), within, weight_fn=their_bell, **names),
            20,
        ),
        Line(
            "3SFCA, Gaussian",
            lambda: three_step(*town, weight=bell),
            lambda: fca.three_stage_fca(demand, supply, pairs.copy(), within, weight_fn=their_bell, **names),
            20,
        ),
        Line(
            "RAAM",
            lambda: raam(*town, tau=TAU_MINUTES).access,
            lambda: theirs_raam.raam(demand, supply, pairs, tau=TAU_MINUTES),
            50,
        ),
    ]


def clock(compute: Callable[[], pd.Series], *, runs: int) -> tuple[pd.Series, float]:
    """Return the result, and the median of the seconds it took."""
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        found = compute()
        seconds.append(time.perf_counter() - start)
    return found, statistics.median(seconds)


def main() -> None:
    """Time every method, compare the values, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="5,000 points and 60 schools, for a quick look")
    parser.add_argument("--runs", type=int, default=5, help="runs of ours, of which the median counts")
    parser.add_argument("--shuffle", action="store_true", help="list the pairs in random order, not by origin")
    options = parser.parse_args()
    points, schools, side = (5_000, 60, 20_000.0) if options.small else (50_000, 300, 44_000.0)
    town = make_town(points, schools, side=side, shuffle=options.shuffle)
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores")
    print(f"{points:,} points, {schools:,} schools, {len(town.travel):,} pairs within {REACH_M / 1000:g} km")

    start = time.perf_counter()
    first = raam(*town, tau=TAU_MINUTES)
    print(
        f"RAAM for the first time, compiling included: {time.perf_counter() - start:.1f} s; {first.cycles} cycles, "
        f"{first.moved:,.0f} children moved in the last, {first.gap:.1%} above equilibrium"
    )
    print(f"{'':<18}{'ours, s':>10}{'access, s':>11}{'ratio':>8}{'bar':>6}{'largest difference':>21}")
    for line in make_lines(town):
        ours, fast = clock(line.ours, runs=options.runs)
        theirs, slow = clock(line.theirs, runs=1)
        # a point that reaches no school is 0 or missing here, and not listed there
        both = pd.concat([ours.rename("ours"), theirs.rename("theirs")], axis=1).dropna()
        apart = float((both["ours"] - both["theirs"]).abs().max())
        verdict = "same" if apart <= SAME else "DIFFERENT"
        print(
            f"{line.name:<18}{fast:>10.3f}{slow:>11.2f}{slow / fast:>8.1f}{line.bar:>6.0f}{apart:>13.1e}, {verdict}"
            f" at {len(both):,} points"
        )


if __name__ == "__main__":
    main()
