"""
Hold the cohort-component engine to published and to true figures, and time it.

Run it with `python benchmarks/cohort_component.py [--finland FOLDER]`. China is shipped with schoolmap; the Finnish
series are not (see `finland_errors`).
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from schoolmap.population.cohorts import project_cohorts
from schoolmap.population.fertility import fertility_rates
from schoolmap.population.life_tables import life_table
from schoolmap.population.life_tables import survivorship
from schoolmap.population.national import load
from schoolmap.population.simulation import simulate

E0_PUBLISHED = pd.DataFrame(
    {
        "female": [71.8758, 74.1102, 75.9068, 77.5902, 79.1599, 80.4864],
        "male": [67.0180, 68.9975, 70.8180, 72.4182, 73.8113, 74.8946],
    },
    index=[1995, 2000, 2005, 2010, 2015, 2020],
)
"""China, life expectancy at birth of the five years that end in mid-year: World Population Prospects 2024, United
Nations, CC BY 3.0 IGO."""

GROUPS = {"total": (0, 100), "3-5": (3, 5), "6-11": (6, 11), "12-14": (12, 14)}
LIMITS = {"total": (0.15, 0.20), "3-5": (0.8, 1.0), "6-11": (0.5, 0.6), "12-14": (0.5, 0.75)}
"""Mean absolute percentage error allowed 10 and 15 years after the base."""

FINNISH_SEX_RATIO = 1.05
"""Boys per girl at birth; the series hold none."""


def china() -> None:
    """Print life expectancy against the published one, and how well the published accounts close."""
    rates = load("china_wpp2024")
    expectancy = life_table(rates.death_rates)["expectancy"].sel(year=list(E0_PUBLISHED.index))
    print("China, World Population Prospects 2024: life expectancy at birth, ours less published, years (limit 0.15)")
    for sex in ("female", "male"):
        error = expectancy.sel(sex=sex).to_numpy() - E0_PUBLISHED[sex].to_numpy()
        periods = zip(E0_PUBLISHED.index, error, strict=True)
        print(f"  {sex:<8}" + "".join(f"{year - 5}-{year} {gap:+.2f}  " for year, gap in periods))
    growth = (rates.annual["popM"] + rates.annual["popF"]).diff()
    migrants = rates.migration.sum(["sex", "age"]).to_series()
    gap = (growth - rates.annual["births"] + rates.annual["deaths"] - migrants).loc[2025:2050]
    print(f"  growth less (births - deaths + migrants), 2025-2050: at most {1000 * gap.abs().max():.0f} persons a year")
    print(
        "  The shipped tables hold no population by age, so no projection of China is compared with the published one."
    )


def finland_errors(folder: Path) -> pd.DataFrame:
    """
    Project the 19 regions of Finland with the births, deaths and moves that came true, and compare.

    Parameters
    ----------
    folder
        With `popF.tsv`, `popM.tsv`, `mxF.tsv`, `mxM.tsv`, `migrationF.tsv`, `migrationM.tsv`, `pasfr.tsv` and
        `tfr.tsv`: the tables of github.com/PPgp/bayesPopFINdata (Statistics Finland, StatFin, CC BY 4.0), tab
        separated. That repository states no licence for what it prepared, so nothing of it is shipped here.

    Returns
    -------
    errors
        One row per region, base year 1990-2007, horizon and age group, with `error_percent`.
    """

    def table(name: str) -> xr.DataArray:
        rows = pd.read_csv(folder / f"{name}.tsv", sep="\t").query("reg_code != 246")
        labels = ["reg_code", *(["age"] if "age" in rows else [])]
        years = [column for column in rows.columns if column.isdigit()]
        long = rows.melt(id_vars=labels, value_vars=years, var_name="year").astype({"year": int, "value": float})
        return xr.DataArray.from_series(long.set_index([*labels, "year"])["value"]).rename(reg_code="area")

    def by_sex(name: str) -> xr.DataArray:
        return xr.concat([table(f"{name}F"), table(f"{name}M")], dim=pd.Index(["female", "male"], name="sex"))

    people, migration = by_sex("pop"), by_sex("migration")
    survival = survivorship(by_sex("mx"))
    fertility = fertility_rates(table("tfr"), table("pasfr") / 100)
    found = []
    last = int(migration["year"].max())
    for base in range(1990, last - 9):
        years = list(range(base + 1, min(base + 15, last) + 1))
        future = project_cohorts(
            people.sel(year=base, drop=True),
            survival=survival,
            fertility=fertility,
            sex_ratio=FINNISH_SEX_RATIO,
            migration=migration,
            years=years,
        )["population"].sum("sex")
        for horizon in (5, 10, 15):
            if base + horizon not in years:
                continue
            ours, true = (counts.sel(year=base + horizon) for counts in (future, people.sum("sex")))
            for group, (low, high) in GROUPS.items():
                share = ours.sel(age=slice(low, high)).sum("age") / true.sel(age=slice(low, high)).sum("age")
                error = pd.DataFrame({"area": share["area"], "error_percent": 100 * (share.to_numpy() - 1)})
                found.append(error.assign(base=base, horizon=horizon, group=group))
    return pd.concat(found, ignore_index=True)


def finland(folder: Path) -> None:
    """Print the errors by age group and horizon."""
    errors = finland_errors(folder)
    cells = errors.groupby(["group", "horizon"])["error_percent"]
    mean, bias, count = cells.agg(lambda error: error.abs().mean()), cells.mean(), cells.size()
    print("Finland, 19 regions, bases from 1990, true rates: mean absolute error, % (bias; limit; number)")
    for group in GROUPS:
        parts = []
        for horizon, limit in zip((5, 10, 15), (None, *LIMITS[group]), strict=True):
            cell = (group, horizon)
            allowed = "-" if limit is None else f"{limit:.2f}"
            parts.append(f"+{horizon}: {mean[cell]:.2f} ({bias[cell]:+.2f}; {allowed}; {count[cell]})")
        print(f"  {group:<6}" + "   ".join(parts))


def speed(*, areas: int, draws: int, years: int, workers: int) -> None:
    """
    Time a whole simulation: every age and sex in every draw, down to the quantiles.

    The group `all` holds the open age, so that no age can be left out. Rates are smooth and invented; every area has
    moves of its own, in and out, which is the slowest case.
    """
    rng = np.random.default_rng(1)
    labels = {"area": [f"area {i}" for i in range(areas)], "sex": ["female", "male"], "age": np.arange(101)}
    base = xr.DataArray(rng.uniform(0, 100, (areas, 2, 101)), coords=labels, dims=tuple(labels))
    rates = xr.DataArray(
        np.tile(0.0001 * np.exp(0.09 * np.arange(101)), (2, 1)),
        coords={"sex": labels["sex"], "age": labels["age"]},
        dims=("sex", "age"),
    )
    start, busy = time.perf_counter(), time.process_time()
    future = simulate(
        base,
        survival=survivorship(rates),
        fertility=xr.DataArray(np.full(35, 0.04), coords={"age": np.arange(15, 50)}, dims="age"),
        sex_ratio=1.05,
        migration=base * rng.normal(0.0, 0.01, base.shape),
        years=list(range(1, years + 1)),
        groups={"3-5": (3, 5), "6-11": (6, 11), "12-14": (12, 14), "all": (0, 100)},
        seed=1,
        draws=draws,
        workers=workers,
    )
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    # the greatest memory of this process so far, in KiB on Linux and in bytes on macOS
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(
        f"{areas:,} areas x 2 sexes x 101 ages x {years} years x {draws:,} draws, {workers} threads: "
        f"{seconds:.1f} s (limit 60), {memory / 2**30:.2f} GiB at most (limit 4)"
    )
    print(f"  the processors were busy with it for {busy:.1f} s, all threads together; the rest was waiting for them")
    width = future["people"].sel(year=years, quantile=0.9) / future["people"].sel(year=years, quantile=0.1)
    whole = future["total"].sel(year=years, quantile=0.9) / future["total"].sel(year=years, quantile=0.1)
    for group in future["group"].to_numpy():
        print(
            f"  {group:<6} P90/P10 in year {years}: median area {float(width.sel(group=group).median()):.2f}, "
            f"all areas together {float(whole.sel(group=group)):.2f}"
        )


def main() -> None:
    """Print all that can be measured with the data at hand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--finland", type=Path, help="folder with the Finnish series")
    parser.add_argument("--draws", type=int, default=1000, help="draws of the simulation that is timed")
    parser.add_argument("--workers", type=int, default=2, help="threads of the simulation that is timed")
    options = parser.parse_args()
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores")
    china()
    if options.finland:
        finland(options.finland)
    else:
        print("Finland: not measured, no --finland FOLDER")
    speed(areas=1000, draws=options.draws, years=15, workers=options.workers)


if __name__ == "__main__":
    main()
