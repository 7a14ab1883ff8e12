"""
Siting against published optima: OR-Library, Osman and Christofides, Holmberg, and spopt's San Francisco.

The folder holds `orlib_pmed`, `orlib_pmedcap` and `sscflp` (`Lib_2`, `Lib_3_1`,
`Lib_3_2`) as they were published; the data may not be shipped with the package.

    python benchmarks/location.py FOLDER [--only pmed pmedcap holmberg cap capa] [--peer]

`--peer` also solves pmed6 with spopt and HiGHS, and prints the ratio. `--counties`
sites whole areas in made counties, for which nothing is published: the bound is ours.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from pathlib import Path

import numpy as np
import pandas as pd

from schoolmap.conformance.made_counties import made_county
from schoolmap.conformance.published_locations import LIBRARIES
from schoolmap.conformance.published_locations import graph
from schoolmap.optimize.capacitated import facility_location
from schoolmap.optimize.medians import p_median

SAME = 1e-7
COUNTIES = ((324, 36, 2.0, 1), (324, 36, 1.5, 2), (1276, 33, 2.0, 1), (1276, 33, 1.3, 2))
"""Areas, sites, seats for each pupil and seed."""


def counties(limit: float) -> None:
    """Site whole areas in made counties, and print plan, bound and seconds."""
    for areas, sites, spare, seed in COUNTIES:
        county = made_county(seed, areas=areas, sites=sites, spare=spare)
        start = time.process_time()
        given = county.demand, county.seats, county.cost, county.opening
        plan = facility_location(*given, whole=True, time_limit=limit)
        cpu = time.process_time() - start
        print(
            f"{county.name}: {plan.objective:.0f}, bound {plan.lower_bound:.0f}, gap {plan.gap:.3%}, "
            f"{plan.seconds:.1f} s, {cpu:.1f} s cpu"
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
    parser.add_argument("--only", nargs="+", choices=list(LIBRARIES), default=list(LIBRARIES))
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--counties", action="store_true")
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
    if options.peer:
        peer(folder)


if __name__ == "__main__":
    main()
