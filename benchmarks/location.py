"""
Siting against published optima: OR-Library, Osman and Christofides, Holmberg, and spopt's San Francisco.

The folder holds `orlib_pmed`, `orlib_pmedcap` and `sscflp` (`Lib_2`, `Lib_3_1`,
`Lib_3_2`) as they were published; the data may not be shipped with the package.

    python benchmarks/location.py FOLDER [--only pmed pmedcap holmberg cap capa] [--peer] [--counties] [--points]

`--peer` also solves pmed6 with spopt and HiGHS, and prints the ratio. `--counties`
sites whole areas in made counties, for which nothing is published: the bound is ours,
and so is the best known value. `--points` opens 700 of 3,038 made points, the size of
the largest p-medians of the literature, without seats and with.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from schoolmap.conformance.made_counties import made_county
from schoolmap.conformance.published_locations import LIBRARIES
from schoolmap.conformance.published_locations import graph
from schoolmap.optimize.capacitated import capacitated_p_median
from schoolmap.optimize.capacitated import facility_location
from schoolmap.optimize.medians import p_median

SAME = 1e-7


class County(NamedTuple):
    """
    A made county and the least cost known of whole areas there.

    Each value is the best of all our runs of one to four minutes; where `proven`,
    the bound met it.
    """

    areas: int
    sites: int
    spare: float
    seed: int
    alike: bool
    known: int
    proven: bool


COUNTIES = (
    County(324, 36, 2.0, 1, alike=False, known=45_655_922, proven=True),
    County(324, 36, 1.5, 2, alike=False, known=51_417_971, proven=False),
    County(324, 36, 2.0, 3, alike=True, known=52_481_397, proven=False),
    County(1276, 33, 2.0, 1, alike=False, known=209_570_416, proven=False),
    County(1276, 33, 1.3, 2, alike=False, known=225_117_189, proven=False),
    County(1276, 33, 2.0, 4, alike=True, known=210_603_586, proven=False),
)


def counties(limit: float) -> None:
    """Site whole areas in made counties, and print plan, bound and seconds."""
    for each in COUNTIES:
        county = made_county(each.seed, areas=each.areas, sites=each.sites, spare=each.spare, alike=each.alike)
        start = time.process_time()
        given = county.demand, county.seats, county.cost, county.opening
        plan = facility_location(*given, whole=True, time_limit=limit)
        cpu = time.process_time() - start
        print(
            f"{county.name}: {plan.objective:.0f}, {plan.objective / each.known - 1:+.4%} from the best known (bar 0.2 %), "
            f"bound {plan.lower_bound:.0f}, gap {plan.gap:.4%}, {plan.seconds:.1f} s, {cpu:.1f} s cpu"
        )


def points(limit: float, *, number: int = 700, size: int = 3_038) -> None:
    """Open some of many made points, in clusters and alone, and print plan, bound and seconds."""
    rng = np.random.default_rng(1)
    centre = rng.uniform(0, 4_000, (60, 2))
    crowded = centre[rng.integers(60, size=size)] + rng.normal(0, 120, (size, 2))
    place = np.where((rng.random(size) < 0.6)[:, None], crowded, rng.uniform(0, 4_000, (size, 2)))
    apart = np.hypot(*np.moveaxis(place[:, None] - place[None], 2, 0))
    people = rng.integers(1, 101, size)
    each, seats = pd.Series(1, index=range(size)), int(np.ceil(people.sum() / number / 0.85))
    for name, solve in {
        "without seats": lambda: p_median(each, pd.DataFrame(apart), number=number, time_limit=limit),
        "with seats": lambda: capacitated_p_median(
            pd.Series(people), each * seats, pd.DataFrame(apart / people[:, None]), number=number, time_limit=limit
        ),
    }.items():
        start = time.process_time()
        plan = solve()
        cpu = time.process_time() - start
        print(
            f"{number} of {size} points, {name}: {plan.objective:.0f}, bound {plan.lower_bound:.0f}, "
            f"gap {plan.gap:.4%} (bar 1 %), {plan.seconds:.1f} s, {cpu:.1f} s cpu"
        )


def peer(folder: Path) -> None:
    """Solve pmed6 with spopt and HiGHS, and print how much longer that takes than ours."""
    import pulp  # noqa: PLC0415 - optional
    from spopt.locate import PMedian  # noqa: PLC0415 - optional

    cost, number = graph(folder / "orlib_pmed/pmed6.txt")
    start = time.process_time()
    theirs = PMedian.from_cost_matrix(cost.to_numpy(), np.ones(len(cost)), p_facilities=number)
    theirs.solve(pulp.HiGHS(msg=False))
    slow = time.process_time() - start
    start = time.process_time()
    ours = p_median(pd.Series(1, index=cost.index), cost, number=number)
    fast = time.process_time() - start
    print(
        f"pmed6: ours {ours.objective:.0f} in {fast:.3f} s, spopt {theirs.problem.objective.value():.0f} in {slow:.1f} s"
    )
    print(f"ratio {slow / fast:.0f}, bar 100")


def main() -> None:
    """Solve every instance, and print what differs from the published optimum, what is proved, and the seconds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="*", choices=list(LIBRARIES), default=list(LIBRARIES))
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--counties", action="store_true")
    parser.add_argument("--points", action="store_true")
    options = parser.parse_args()
    folder = options.folder
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores")
    # the first run compiles
    demand = pd.Series([3, 2, 4])
    cost = pd.DataFrame([[1.0, 2, 3], [3.0, 2, 1], [2.0, 1, 4]])
    p_median(demand, cost, number=2)
    for whole in (True, False):
        facility_location(demand, demand + 3, cost, demand * 1.0, whole=whole)
    for name in options.only:
        library = LIBRARIES[name]
        equal, proved, number, cpu, worst = 0, 0, 0, 0.0, 0.0
        for line in library.read(folder):
            start = time.process_time()
            plan = line.solve(library.seconds)
            cpu += time.process_time() - start
            apart = plan.objective / line.published - 1
            number += 1
            equal += abs(apart) <= SAME
            proved += plan.status == "optimal"
            worst = max(worst, plan.seconds)
            if abs(apart) > SAME or plan.gap > SAME:
                print(f"  {line.name}: {apart:+.4%} from the published value, proved gap {plan.gap:.4%}")
        print(f"{name}: {equal} of {number} optimal, {proved} proved, {cpu:.1f} s cpu in all, longest {worst:.1f} s")
    if options.counties:
        counties(60.0)
    if options.points:
        points(180.0)
    if options.peer:
        peer(folder)


if __name__ == "__main__":
    main()
