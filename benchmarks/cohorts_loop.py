"""
The cohort-component projection beside the usual way: a loop over areas and years on pandas tables.

    python benchmarks/cohorts_loop.py [--areas 300] [--years 15] [--runs 3]

Both project the same people of 101 ages and two sexes with the same rates, with half of the movers before and half
after the deaths of the year; the loop is as such loops are written: a Series for each area, sex and year, shifted by
one age. The script ends with exit code 1 if the two differ by more than rounding, or the ratio misses its bar.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import time
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from schoolmap.population.cohorts import project_cohorts

if TYPE_CHECKING:
    from collections.abc import Callable

BAR, SAME = 50.0, 1e-9
FIRST, BOYS_PER_GIRL = 2025, 1.1
AGES = list(range(101))


class Province(NamedTuple):
    """People, survival, births per woman and net moves, with the labels that both ways need."""

    base: xr.DataArray
    survival: xr.DataArray
    fertility: xr.DataArray
    migration: xr.DataArray
    years: list[int]


def make_province(areas: int, years: int) -> Province:
    """Invent people and smooth rates; every area has its own moves, small beside its people."""
    rng = np.random.default_rng(20_261)
    labels = {"area": [f"a{number}" for number in range(areas)], "sex": ["female", "male"], "age": AGES}
    base = xr.DataArray(rng.uniform(5.0, 90.0, (areas, 2, 101)), coords=labels, dims=tuple(labels))
    died = 0.0002 * np.exp(0.08 * np.arange(101))
    survival = xr.DataArray(
        1 - np.minimum(np.tile(died, (2, 1)), 0.9),
        coords={name: labels[name] for name in ("sex", "age")},
        dims=("sex", "age"),
    )
    mothers = np.arange(15, 50)
    shape = np.exp(-(((mothers - 29) / 5.5) ** 2) / 2)
    fertility = xr.DataArray(1.1 * shape / shape.sum(), coords={"age": mothers}, dims="age")
    migration = base * rng.normal(0.0, 0.01, base.shape)
    return Province(base, survival, fertility, migration, [FIRST + step for step in range(years)])


def ours(province: Province) -> np.ndarray:
    """Return residents by area, sex, age and year."""
    future = project_cohorts(
        province.base,
        survival=province.survival,
        fertility=province.fertility,
        sex_ratio=BOYS_PER_GIRL,
        migration=province.migration,
        years=province.years,
    )
    return future["population"].transpose("area", "sex", "age", "year").to_numpy()


def loop(province: Province) -> np.ndarray:
    """Return the same by a loop over areas and years."""
    sexes = ("female", "male")
    survival = {sex: pd.Series(province.survival.sel(sex=sex).to_numpy(), index=AGES) for sex in sexes}
    fertility = pd.Series(province.fertility.to_numpy(), index=province.fertility["age"].to_numpy())
    rows = []
    for place in range(province.base.sizes["area"]):
        people = {sex: pd.Series(province.base[place].sel(sex=sex).to_numpy(), index=AGES) for sex in sexes}
        half = {sex: pd.Series(province.migration[place].sel(sex=sex).to_numpy(), index=AGES) / 2 for sex in sexes}
        kept = []
        for _ in province.years:
            after = {}
            for sex in sexes:
                staying = people[sex] + half[sex].clip(lower=-people[sex])
                older = staying.shift(1, fill_value=0.0)
                older[AGES[-1]] += staying[AGES[-1]]
                living = older * survival[sex]
                after[sex] = living + half[sex].clip(lower=-living)
            women = (people["female"] + after["female"]).loc[fertility.index] / 2
            births = float((women * fertility).sum())
            boys = births * BOYS_PER_GIRL / (1 + BOYS_PER_GIRL)
            for sex, born in (("female", births - boys), ("male", boys)):
                infants = born * survival[sex][0]
                after[sex][0] = infants + max(half[sex][0], -infants)
            people = after
            kept.append([people[sex].to_numpy() for sex in sexes])
        rows.append(kept)
    return np.array(rows).transpose(0, 2, 3, 1)


def clock(job: Callable[[Province], np.ndarray], province: Province, *, runs: int) -> tuple[np.ndarray, float, float]:
    """Return the result, and the median of the seconds and of the seconds of the processor."""
    wall, busy = [], []
    for _ in range(runs):
        start, start_busy = time.perf_counter(), time.process_time()
        found = job(province)
        wall.append(time.perf_counter() - start)
        busy.append(time.process_time() - start_busy)
    return found, statistics.median(wall), statistics.median(busy)


def main() -> bool:
    """Run both, compare, print, and return whether the bar is met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--areas", type=int, default=300)
    parser.add_argument("--years", type=int, default=15)
    parser.add_argument("--runs", type=int, default=3, help="runs of ours, of which the median counts")
    options = parser.parse_args()
    print(f"{platform.platform()}, Python {platform.python_version()}, pandas {pd.__version__}, {os.cpu_count()} cores")
    province = make_province(options.areas, options.years)
    mine, wall, busy = clock(ours, province, runs=options.runs)
    usual, slow, slow_busy = clock(loop, province, runs=1)
    apart = float((np.abs(mine - usual) / np.maximum(usual, 1.0)).max())
    print(f"{options.areas} areas x 2 sexes x 101 ages x {options.years} years")
    print(f"  schoolmap      {wall:>8.3f} s, {busy:>8.3f} s of the processor")
    print(f"  loop on pandas {slow:>8.3f} s, {slow_busy:>8.3f} s of the processor")
    met = apart <= SAME and slow_busy >= BAR * busy
    print(
        f"ratio {slow_busy / busy:.0f} (of the processor; bar {BAR:.0f}), largest difference {apart:.1e} of a count: "
        f"{'meets' if met else 'misses'} the bar"
    )
    return met


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
