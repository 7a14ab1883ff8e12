"""
Assign pupils to seats in towns of three sizes, exactly, and time it beside linear programming.

Towns are made here: areas and schools around the same twelve centres, 1 to 40
pupils an area, 5 % more seats than pupils (or fewer, where that is asked), and
whole metres as the crow flies.

    python benchmarks/assignment.py [--no-peer] [--large]

`--no-peer` leaves out scipy's linear programming, which takes a minute. `--large`
adds 500,000 areas and 1,000 schools with the ten nearest of each.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import time
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import linprog
from scipy.spatial import KDTree
from scipy.spatial import distance

from schoolmap.optimize.assign import assign
from schoolmap.optimize.assign import assign_all_pairs

if TYPE_CHECKING:
    import numpy.typing as npt

    from schoolmap.optimize.assign import Assignment

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


def report(name: str, answer: Assignment, *, cpu: float, wall: float) -> None:
    """Print one line of figures."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{name:<42} {cpu:7.2f} s cpu {wall:7.2f} s wall  peak so far {peak:6.0f} MB  total {answer.objective:,.0f}  "
        f"gap {answer.gap:g} over {answer.pairs:,} pairs  unserved {answer.unserved.sum():,}",
        flush=True,
    )


def dense(areas: int, schools: int, *, seats_per_pupil: float = 1.05, peer: bool = False) -> None:
    """Time one town in which every pair has a cost."""
    pupils, seats, (homes, gates) = make_town(areas, schools, seats_per_pupil=seats_per_pupil, seed=1)
    metres = np.rint(distance.cdist(homes, gates)).astype(np.float32)
    busy, began = time.process_time(), time.perf_counter()
    answer = assign_all_pairs(pupils, seats, metres)
    cpu, wall = time.process_time() - busy, time.perf_counter() - began
    short = max(0, int(pupils.sum() - seats.sum()))
    report(f"{areas:,} x {schools:,}, {len(pupils) * len(seats):,} pairs", answer, cpu=cpu, wall=wall)
    if answer.unserved.sum() != short:
        msg = f"{answer.unserved.sum()} are without a seat, but {short} seats are missing."
        raise RuntimeError(msg)
    if short:
        print(f"    {short:,} seats are missing, and as many pupils are without one")
    if peer:
        busy, began = time.process_time(), time.perf_counter()
        least = by_linear_programming(pupils, seats, metres.astype(np.int64))
        other, other_wall = time.process_time() - busy, time.perf_counter() - began
        print(
            f"    scipy linprog: {other:.1f} s cpu, {other_wall:.1f} s wall, total {least:,.0f}: "
            f"{other / cpu:.0f} times the cpu, {other_wall / wall:.0f} times the wall"
        )


def nearest_ten(areas: int, schools: int) -> None:
    """Time one large town in which each area may go to its ten nearest schools."""
    pupils, seats, (homes, gates) = make_town(areas, schools, seats_per_pupil=1.05, seed=1)
    metres, school = KDTree(gates).query(homes, k=10)
    area = np.repeat(np.arange(areas, dtype=np.int32), 10)
    pairs = pd.MultiIndex(levels=[pupils.index, seats.index], codes=[area, school.ravel().astype(np.int32)])
    cost = pd.Series(np.rint(metres).astype(np.int32).ravel(), index=pairs)
    del metres, school, area, homes
    busy, began = time.process_time(), time.perf_counter()
    answer = assign(pupils, seats, cost)
    cpu, wall = time.process_time() - busy, time.perf_counter() - began
    report(f"{areas:,} x {schools:,}, ten nearest", answer, cpu=cpu, wall=wall)


def main() -> None:
    """Run all towns."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip().splitlines()[0])
    parser.add_argument("--no-peer", action="store_true", help="leave out scipy's linear programming")
    parser.add_argument("--large", action="store_true", help="add 500,000 areas x 1,000 schools")
    parser.add_argument("--only-large", action="store_true", help="run nothing else")
    options = parser.parse_args()
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    if not options.only_large:
        # what is loaded and compiled once is not what is measured
        dense(300, 20)
        dense(5_000, 200, peer=not options.no_peer)
        dense(5_000, 200, seats_per_pupil=1 / 1.2)
        dense(50_000, 300)
    if options.large or options.only_large:
        nearest_ten(500_000, 1_000)


if __name__ == "__main__":
    main()
