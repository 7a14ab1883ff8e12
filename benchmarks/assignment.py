"""
Assign pupils to seats in towns of three sizes, exactly, and time it beside linear programming.

Towns are made here: areas and schools around the same twelve centres, 1 to 40
pupils an area, 5 % more seats than pupils (or fewer, where that is asked), and
whole metres as the crow flies.

    python benchmarks/assignment.py [--no-peer] [--large] [--together]

`--no-peer` leaves out scipy's linear programming, which takes a minute. `--large`
adds 500,000 areas and 1,000 schools with the ten nearest of each, and
`--only-large` runs nothing else. `--together` runs groups that stay whole and
nothing else: families of two and three, a tenth of all pupils, and 300 compounds
of 15 to 119 pupils in neighbouring areas; no bar is set for them.

Each line says whether it meets its bar (`BARS`); if any misses it, the exit code is 1.
Seconds are of computing (cpu). Memory is the peak of the whole script.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import resource
import sys
import time
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import linprog
from scipy.spatial import KDTree
from scipy.spatial import distance

from schoolmap.optimize.assign import assign
from schoolmap.optimize.assign import assign_all_pairs
from schoolmap.optimize.together import assign_together

if TYPE_CHECKING:
    import numpy.typing as npt

    from schoolmap.optimize.assign import Assignment


class Bar(NamedTuple):
    """
    What one town is held to.

    Seconds of computing, how many times the computing of scipy's linprog, and
    megabytes at most. All of them are proven with a gap of 0, and as many
    pupils are without a seat as seats are missing.
    """

    seconds: float
    times: float = 0.0
    megabytes: float = math.inf

    def __str__(self) -> str:
        """Return it in words."""
        parts = [
            "proven, all seated that can be",
            f"{self.seconds:.0f} s",
            f"{self.times:.0f} times as fast as linprog" if self.times else "",
            f"{self.megabytes:,.0f} MB" if math.isfinite(self.megabytes) else "",
        ]
        return ", ".join(part for part in parts if part)


BARS = {
    (5_000, 200): Bar(seconds=2.0, times=20.0),
    (50_000, 300): Bar(seconds=25.0),
    (500_000, 1_000): Bar(seconds=90.0, megabytes=1_500.0),
}
"""By areas and schools."""

EXTENT_M = 50_000.0
Places = tuple["npt.NDArray[np.float64]", "npt.NDArray[np.float64]"]


def make_town(areas: int, schools: int, *, seats_per_pupil: float, seed: int) -> tuple[pd.Series, pd.Series, Places]:
    """Return pupils by area, seats by school, and where both lie."""
    rng = np.random.default_rng(seed)
    centres = rng.uniform(0, EXTENT_M, (12, 2))
    homes = centres[rng.integers(0, 12, areas)] + rng.normal(0, EXTENT_M / 14, (areas, 2))
    gates = centres[rng.integers(0, 12, schools)] + rng.normal(0, EXTENT_M / 12, (schools, 2))
    pupils = pd.Series(rng.integers(1, 41, areas), index=[f"a{number}" for number in range(areas)])
    size = rng.uniform(0.5, 1.5, schools)
    seats = np.floor(size / size.sum() * pupils.sum() * seats_per_pupil).astype(int)
    return pupils, pd.Series(seats, index=[f"s{number}" for number in range(schools)]), (homes, gates)


def by_linear_programming(pupils: pd.Series, seats: pd.Series, cost: npt.NDArray[np.int64]) -> float:
    """Return the least total by scipy's linear programming, where seats suffice."""
    areas, schools = cost.shape
    of_area = sparse.kron(sparse.eye_array(areas), np.ones((1, schools)), format="csr")
    of_school = sparse.kron(np.ones((1, areas)), sparse.eye_array(schools), format="csr")
    answer = linprog(
        cost.ravel(), A_ub=of_school, b_ub=seats.to_numpy(), A_eq=of_area, b_eq=pupils.to_numpy(), method="highs"
    )
    return float(answer.fun)


def report(answer: Assignment, pupils: pd.Series, seats: pd.Series, *, cpu: float, wall: float) -> bool:
    """Print the figures of a town with all pairs; return whether it meets its bar, if it has one."""
    name = f"{len(pupils):,} x {len(seats):,}, {len(pupils) * len(seats):,} pairs"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    short = max(0, int(pupils.sum() - seats.sum()))
    bar = BARS.get((len(pupils), len(seats)))
    met, verdict = True, "no bar"
    if bar is not None:
        met = cpu <= bar.seconds and peak <= bar.megabytes and answer.gap == 0 and answer.unserved.sum() == short
        verdict = f"{'meets' if met else 'misses'} the bar: {bar._replace(times=0.0)}"
    print(
        f"{name:<42} {cpu:7.2f} s cpu {wall:7.2f} s wall  peak so far {peak:6.0f} MB  total {answer.objective:,.0f}  "
        f"gap {answer.gap:g} over {answer.pairs:,} pairs  {short:,} seats missing, {answer.unserved.sum():,} pupils "
        f"without; {verdict}",
        flush=True,
    )
    return met


def dense(areas: int, schools: int, *, seats_per_pupil: float = 1.05, peer: bool = False) -> bool:
    """Time one town in which every pair has a cost, and return whether it meets its bar."""
    pupils, seats, (homes, gates) = make_town(areas, schools, seats_per_pupil=seats_per_pupil, seed=1)
    metres = np.rint(distance.cdist(homes, gates)).astype(np.float32)
    busy, began = time.process_time(), time.perf_counter()
    answer = assign_all_pairs(pupils, seats, metres)
    cpu, wall = time.process_time() - busy, time.perf_counter() - began
    met = report(answer, pupils, seats, cpu=cpu, wall=wall)
    if not peer:
        return met
    busy, began = time.process_time(), time.perf_counter()
    least = by_linear_programming(pupils, seats, metres.astype(np.int64))
    other, other_wall = time.process_time() - busy, time.perf_counter() - began
    times = BARS[areas, schools].times
    faster = other >= times * cpu and math.isclose(least, answer.objective, rel_tol=1e-9)
    print(
        f"    scipy linprog: {other:.1f} s cpu, {other_wall:.1f} s wall, total {least:,.0f}: "
        f"{other / cpu:.0f} times the cpu, {other_wall / wall:.0f} times the wall; "
        f"{'meets' if faster else 'misses'} the bar: the same total, {times:.0f} times as fast",
        flush=True,
    )
    return met and faster


def nearest_ten(areas: int, schools: int) -> bool:
    """Time one large town in which each area may go to its ten nearest schools, and return whether it meets its bar."""
    pupils, seats, (homes, gates) = make_town(areas, schools, seats_per_pupil=1.05, seed=1)
    metres, school = KDTree(gates).query(homes, k=10)
    area = np.repeat(np.arange(areas, dtype=np.int32), 10)
    pairs = pd.MultiIndex(levels=[pupils.index, seats.index], codes=[area, school.ravel().astype(np.int32)])
    cost = pd.Series(np.rint(metres).astype(np.int32).ravel(), index=pairs)
    del metres, school, area, homes
    busy, began = time.process_time(), time.perf_counter()
    answer = assign(pupils, seats, cost)
    cpu, wall = time.process_time() - busy, time.perf_counter() - began
    bar = BARS[areas, schools]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    # ten schools near home may be too few, even where there are seats for all: whom none of them takes is listed
    met = cpu <= bar.seconds and peak <= bar.megabytes and answer.gap == 0
    print(
        f"{f'{areas:,} x {schools:,}, ten nearest':<42} {cpu:7.2f} s cpu {wall:7.2f} s wall  peak {peak:6.0f} MB  "
        f"total {answer.objective:,.0f}  gap {answer.gap:g} over {answer.pairs:,} pairs  "
        f"{answer.unserved.sum():,} pupils whom none of them takes; "
        f"{'meets' if met else 'misses'} the bar: proven, {bar.seconds:.0f} s, {bar.megabytes:,.0f} MB",
        flush=True,
    )
    return met


def in_families(pupils: pd.Series) -> pd.Series:
    """Return families of two and three, until they are a tenth of all pupils."""
    rng = np.random.default_rng(1)
    left, size, many = pupils.to_numpy().copy(), [], []
    while sum(size) < 0.1 * pupils.sum():
        area, count = int(rng.integers(len(left))), int(rng.integers(2, 4))
        if left[area] >= count:
            left[area] -= count
            size.append(count)
            many.append(pupils.index[area])
    return pd.Series(size, pd.MultiIndex.from_arrays([[f"family {number}" for number in range(len(size))], many]))


def in_compounds(pupils: pd.Series, homes: npt.NDArray[np.float64], number: int) -> pd.Series:
    """Return compounds of 15 to 119 pupils, each in the areas around one."""
    rng = np.random.default_rng(1)
    tree, left, members = KDTree(homes), pupils.to_numpy().copy(), {}
    for compound in range(number):
        missing = int(rng.integers(15, 120))
        for area in tree.query(homes[rng.integers(len(left))], k=40)[1]:
            count = min(missing, int(left[area]))
            if count > 0:
                members[f"compound {compound}", pupils.index[area]] = count
                left[area] -= count
                missing -= count
    return pd.Series(members)


def kept_whole(areas: int, schools: int, *, families: bool, seats_per_pupil: float = 1.05) -> None:
    """Time one town in which groups stay whole."""
    pupils, seats, (homes, gates) = make_town(areas, schools, seats_per_pupil=seats_per_pupil, seed=1)
    metres = np.rint(distance.cdist(homes, gates)).astype(np.int32)
    together = in_families(pupils) if families else in_compounds(pupils, homes, 300)
    busy, began = time.process_time(), time.perf_counter()
    answer = assign_together(pupils, seats, metres, together=together)
    cpu, wall = time.process_time() - busy, time.perf_counter() - began
    groups = together.index.get_level_values(0).nunique()
    print(
        f"{areas:,} x {schools:,}, {groups:,} groups of {together.sum():,} pupils {cpu:7.2f} s cpu {wall:7.2f} s wall  "
        f"{answer.status}  total {answer.objective:,.0f}  proven gap {answer.gap:.1e}  unserved {answer.unserved.sum():,} "
        f"(at least {answer.unserved_bound:,})  groups left out {len(answer.left_out):,}",
        flush=True,
    )


def main() -> bool:
    """Run all towns, and return whether all meet their bars."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip().splitlines()[0])
    parser.add_argument("--no-peer", action="store_true", help="leave out scipy's linear programming")
    parser.add_argument("--large", action="store_true", help="add 500,000 areas x 1,000 schools")
    parser.add_argument("--only-large", action="store_true", help="run nothing else")
    parser.add_argument("--together", action="store_true", help="run groups that stay whole, and nothing else")
    options = parser.parse_args()
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    if options.together:
        kept_whole(300, 20, families=True)
        kept_whole(5_000, 200, families=True)
        kept_whole(5_000, 200, families=True, seats_per_pupil=1 / 1.2)
        kept_whole(5_000, 200, families=False)
        kept_whole(50_000, 300, families=False)
        return True
    met = []
    if not options.only_large:
        met += [
            # what is loaded and compiled once is not what is measured
            dense(3_000, 100),
            dense(5_000, 200, peer=not options.no_peer),
            dense(5_000, 200, seats_per_pupil=1 / 1.2),
            dense(50_000, 300),
        ]
    if options.large or options.only_large:
        met.append(nearest_ten(500_000, 1_000))
    return all(met)


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
