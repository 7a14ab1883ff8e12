"""
Zoning of made counties: every zone in one piece, and how far the plan is from its proven bound.

    python benchmarks/zoning.py [--seconds 60] [--seeds 3] [--highs]

Counties of 324 and 1,276 areas, with all schools open and full, and with
schools to be chosen. Each plan is also compared with the best one known
(`BEST`), and the settings are the defaults of `rezone`. The bar: every zone in one
piece, and within 0.5 % of the best known or of the bound in 120 s; where a county
misses it, the exit code is 1. `--highs` also gives the same programme, with cuts between
solutions but no search, to HiGHS for the same time on the smaller ones.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import sys
import time

import numpy as np

from schoolmap.conformance.made_counties import MadeCounty
from schoolmap.conformance.made_counties import made_county
from schoolmap.conformance.made_counties import pieces
from schoolmap.optimize.rezoning.rezone import rezone

BAR, BAR_SECONDS = 0.005, 120.0
"""Of every county: share of the best known or of the bound, and seconds of computing; no piece of a zone too many."""

SIZES = (
    {"areas": 324, "sites": 36, "spare": 1.04, "planted": True},
    {"areas": 1276, "sites": 33, "spare": 1.04, "planted": True},
    {"areas": 1276, "sites": 13, "spare": 1.02, "planted": True},
    {"areas": 1276, "sites": 41, "spare": 1.04, "planted": True},
    {"areas": 324, "sites": 36, "spare": 2.0, "planted": False},
    {"areas": 1276, "sites": 33, "spare": 1.8, "planted": False},
)
BEST: dict[tuple[int, int, float, int], float] = {
    (324, 36, 1.04, 0): 26_965_542.0,
    (324, 36, 2.0, 0): 46_886_161.0,
    (324, 36, 2.0, 1): 44_856_197.0,
    (1276, 33, 1.04, 0): 120_961_113.0,
    (1276, 13, 1.02, 0): 187_512_480.0,
    (1276, 41, 1.04, 0): 121_701_504.0,
    (1276, 33, 1.8, 0): 216_759_626.0,
}
"""
Best values known by areas, sites, spare seats and seed of the county.

They were found by `rezone` itself, in runs of 2 to 10 minutes; nothing is published for made counties. All but
the first are proven to be within 0.25 % of the best possible.
"""


def alone(county: MadeCounty, *, chosen: bool, seconds: float) -> tuple[float, float]:
    """Return the best value and the bound of HiGHS from a grown zoning on."""
    from schoolmap.optimize.rezoning.problem import pose  # noqa: PLC0415
    from schoolmap.optimize.rezoning.resplit import solved  # noqa: PLC0415
    from schoolmap.optimize.rezoning.search import Zoning  # noqa: PLC0415
    from schoolmap.optimize.rezoning.search import begin  # noqa: PLC0415

    problem = pose(
        county.demand,
        county.seats,
        county.cost,
        county.neighbours,
        homes=county.homes,
        today=None,
        zone_of=None,
        opening=county.opening if chosen else None,
        own_homes=True,
        most_moved=None,
        most_added_m=None,
        weight_moved=0.0,
        weight_border=0.0,
        charge_short=None,
        grandfather_years=0,
        grades=6,
    )
    zone, opened = begin(problem)
    ended = solved(
        problem,
        Zoning(zone, opened, problem.value(zone, opened)),
        np.isfinite(problem.linear),
        problem.land.may_close.copy(),
        deadline=time.perf_counter() + seconds,
        nodes=None,
        rounds=1_000,
    )
    return ended.zoning.value, ended.bound


def main() -> bool:
    """Solve every county, print pieces, the gap to the bound and the seconds, and return whether all meet the bar."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=BAR_SECONDS / 2, help="of the clock; two cores are at work")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--highs", action="store_true")
    options = parser.parse_args()
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores")
    # the first run compiles
    town = made_county(0, areas=30, sites=4, spare=2.0)
    rezone(town.demand, town.seats, town.cost, town.neighbours, homes=town.homes, opening=town.opening, time_limit=2)
    every = True
    for size in SIZES:
        chosen = not size["planted"]
        for seed in range(options.seeds):
            county = made_county(seed, **size)
            start = time.process_time()
            plan = rezone(
                county.demand,
                county.seats,
                county.cost,
                county.neighbours,
                homes=county.homes,
                opening=county.opening if chosen else None,
                time_limit=options.seconds,
            )
            cpu = time.process_time() - start
            best = BEST.get((size["areas"], size["sites"], size["spare"], seed))
            zones = plan.zones.reindex(county.demand.index).to_numpy()
            apart, beyond = plan.objective / best - 1 if best else math.inf, pieces(county, zones) - len(set(zones))
            met = min(plan.gap, apart) <= BAR and cpu <= BAR_SECONDS and beyond == 0
            every &= met
            print(
                f"{county.name}{', sites chosen' if chosen else ''}: {plan.objective:.0f}, gap {plan.gap:.3%}, "
                f"{f'{apart:+.3%} to the best known' if best else 'no best known'}, "
                f"{beyond} pieces too many, {plan.short['pupils'].sum():.0f} short, "
                f"{plan.opened.sum()} open, {plan.seconds:.0f} s, {cpu:.0f} s cpu; "
                f"{'meets' if met else 'misses'} the bar: in one piece, within {BAR:.1%} in {BAR_SECONDS:.0f} s",
                flush=True,
            )
            if options.highs and size["areas"] < 1000:
                value, bound = alone(county, chosen=chosen, seconds=options.seconds)
                print(f"  HiGHS alone: {value:.0f} ({value / plan.objective - 1:+.2%}), bound {bound:.0f}", flush=True)
    return every


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
