"""
Forecast the past, and print how wrong the forecasts were and what their intervals held.

Run it with `python benchmarks/forecast_accuracy.py [--finland FOLDER] [--first 1990 --last 2012]`. The Finnish series
are not shipped with schoolmap (see `finland_history`); without them it runs on invented regions, which show that it
runs and nothing of the accuracy to expect.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from schoolmap.population.backtest import BASELINES
from schoolmap.population.backtest import HORIZONS
from schoolmap.population.backtest import OURS
from schoolmap.population.backtest import SCHOOL_AGES
from schoolmap.population.backtest import accuracy
from schoolmap.population.backtest import correct_intervals
from schoolmap.population.backtest import rolling_forecasts

COUNTRY = 246
"""The code of Finland as a whole among the regions."""
RECENT = 2010
"""Origins from here on are told apart: births turned in these years, and no method saw it coming."""
METHODS = (OURS, *BASELINES)


def finland_history(folder: Path) -> xr.DataArray:
    """
    Read the people of the 19 regions of Finland by sex and single year of age, at the end of each year.

    Parameters
    ----------
    folder
        With `popF.tsv` and `popM.tsv`, of any years: tables of github.com/PPgp/bayesPopFINdata (Statistics Finland,
        StatFin, CC BY 4.0), tab separated. That repository states no licence for what it prepared, so nothing of it
        is shipped here.

    Returns
    -------
    history
        By (area, sex, age, year), ages 0 to 100, the last open.
    """
    parts = []
    for name in ("popF", "popM"):
        rows = pd.read_csv(folder / f"{name}.tsv", sep="\t").query(f"reg_code != {COUNTRY}")
        years = [column for column in rows.columns if column.isdigit()]
        long = rows.melt(id_vars=["reg_code", "age"], value_vars=years, var_name="year")
        # the last age may be written 100+
        ages = long["age"].astype(str).str.rstrip("+").astype(int)
        people = long.assign(age=ages, year=long["year"].astype(int)).set_index(["reg_code", "age", "year"])["value"]
        parts.append(xr.DataArray.from_series(people.astype(float)).rename(reg_code="area"))
    sexes = pd.Index(["female", "male"], name="sex")
    return xr.concat(parts, dim=sexes, join="exact").transpose("area", "sex", "age", "year")


def synthetic_history(*, areas: int = 19, first: int = 1972, last: int = 2017, seed: int = 1) -> xr.DataArray:
    """
    Invent regions whose births wander together and apart, and whose moves are habits with noise.

    Parameters
    ----------
    areas
        Number of regions, of about 2,000 to 100,000 children.
    first, last
        Years counted.
    seed
        Same seed, same regions.

    Returns
    -------
    history
        By (area, sex, age, year), ages 0 to 100, the last open.
    """
    rng = np.random.default_rng(seed)
    years, ages = np.arange(first, last + 1), np.arange(101)
    size = np.geomspace(150, 8_000, areas)[:, None, None]
    share = np.array([0.488, 0.512])[:, None]
    now = size * share * np.exp(-0.0001 * np.exp(0.085 * ages)).cumprod()
    mothers = np.exp(-0.5 * ((ages - 29.5) / 5.5) ** 2) * ((ages >= 15) & (ages < 50))
    mothers /= mothers.sum()
    habit = rng.normal(0, 0.004, (areas, 1, 101)) * np.exp(-ages / 60)
    survival = np.exp(-0.0001 * np.exp(0.085 * ages))
    level, own = np.log(2.05), rng.normal(0, 0.08, areas)
    counts = [rng.poisson(now)]
    for _ in years[1:]:
        level += rng.normal(0, 0.03)
        own = own + rng.normal(0, 0.01, areas)
        habit = habit + rng.normal(0, 0.001, (areas, 1, 101))
        after = np.zeros_like(now)
        after[..., 1:] = now[..., :-1]
        after[..., -1] += now[..., -1]
        after *= survival * np.exp(habit + rng.normal(0, 0.003, (areas, 1, 101)))
        births = ((now[:, 0] + after[:, 0]) / 2 @ mothers) * np.exp(level + own)
        after[..., 0] = births[:, None] * share[:, 0]
        now = after
        counts.append(rng.poisson(now))
    labels = {"area": [f"region {i}" for i in range(areas)], "sex": ["female", "male"], "age": ages, "year": years}
    return xr.DataArray(np.stack(counts, axis=-1).astype(float), coords=labels, dims=tuple(labels))


def _row(forecasts: pd.DataFrame, column: str) -> str:
    """Return one figure by horizon, and of all of them together."""
    by_horizon = accuracy(forecasts, by=["horizon"])[column].reindex(HORIZONS)
    together = accuracy(forecasts, by=["method"])[column].iloc[0]
    sign = "+" if column == "malpe" else ""
    figures = ["-" if np.isnan(value) else f"{value:{sign}.2f}" for value in [*by_horizon, together]]
    return "".join(f"{figure:>8}" for figure in figures)


def print_errors(forecasts: pd.DataFrame) -> None:
    """Print the mean absolute and the mean error by method, group and horizon, and which method is best."""
    header = "".join(f"{f'+{horizon}':>8}" for horizon in HORIZONS) + f"{'pooled':>8}"
    print(f"  {'':<23}mean absolute error, %{'':<18}  mean error, % (above 0: too many forecast)")
    print(f"  {'':<21}{header}  {header}")
    for group in SCHOOL_AGES:
        for method in METHODS:
            rows = forecasts[(forecasts["group"] == group) & (forecasts["method"] == method.name)]
            print(f"  {group:<6}{method.name:<15}{_row(rows, 'mape')}  {_row(rows, 'malpe')}")
    pooled = accuracy(forecasts, by=["group", "method"])["mape"].unstack()
    for group in SCHOOL_AGES:
        errors = pooled.xs(group).to_dict()
        best = all(errors[OURS.name] < errors[method.name] for method in BASELINES)
        verdict = "beats both baselines" if best else "DOES NOT beat both baselines"
        figures = ", ".join(f"{method.name} {errors[method.name]:.2f}" for method in BASELINES)
        print(f"  {group}: ours {verdict} pooled: {errors[OURS.name]:.2f} against {figures}")


def print_coverage(plain: pd.DataFrame, corrected: pd.DataFrame) -> None:
    """Print how much of what came lay within the intervals, as assumed and as corrected."""
    header = "".join(f"{f'+{horizon}':>8}" for horizon in HORIZONS) + f"{'pooled':>8}"
    print(f"  {'':<15}within the 80 % interval, %{'':<13}  without the correction, %")
    print(f"  {'':<7}{header}  {header}")
    for group in [*SCHOOL_AGES, "all"]:
        ours = [rows[rows["method"] == OURS.name] for rows in (corrected, plain)]
        parts = [rows if group == "all" else rows[rows["group"] == group] for rows in ours]
        print(f"  {group:<7}{_row(parts[0], 'coverage')}  {_row(parts[1], 'coverage')}")


def _lowest(label: str) -> float:
    """Return the place of a class among the others."""
    places = {"born": 0.0, "mixed": 1.0, "unborn": 2.0}
    return places[label] if label in places else float(label.rstrip("+").split("-")[0].replace(",", ""))


def print_classes(forecasts: pd.DataFrame, *, by: str) -> None:
    """Print the errors of each class: number of forecasts, and the errors of every method."""
    found = accuracy(forecasts, by=[by, "method"])
    # classes in the order of the children in them, or of who was born
    order = sorted(found.index.unique(by), key=lambda label: _lowest(str(label)))
    print(f"  {by:<14}{'forecasts':>10}" + "".join(f"{method.name:>16}" for method in METHODS) + f"{'coverage':>10}")
    for label in order:
        cells = found.loc[label]
        errors = "".join(f"{cells.loc[method.name, 'mape']:>16.2f}" for method in METHODS)
        ours = cells.loc[OURS.name]
        print(f"  {label:<14}{int(ours['forecasts']):>10}{errors}{ours['coverage']:>10.1f}")


def report(history: xr.DataArray, *, first: int, last: int) -> None:
    """Roll the origins, and print every table."""
    years = history["year"].to_numpy()
    origins = [year for year in range(first, last + 1) if year in years]
    start = time.perf_counter()
    plain = rolling_forecasts(history, origins=origins)
    seconds = time.perf_counter() - start
    corrected = correct_intervals(plain)
    # before correction, the same question asked of the intervals as assumed
    inside = (plain["actual"] >= plain["p10"]) & (plain["actual"] <= plain["p90"])
    plain = plain.assign(covered=inside.astype(float).where(plain["p10"].notna()))
    used = sorted(set(corrected["origin"]))
    print(
        f"{history.sizes['area']} regions, counts {years[0]}-{years[-1]}, origins {used[0]}-{used[-1]}, horizons "
        f"{', '.join(map(str, HORIZONS))}: {len(corrected):,} forecasts of {len(METHODS)} methods in {seconds:.1f} s"
    )
    print("(a) errors")
    print_errors(corrected)
    print("(b) intervals, corrected by the errors known at each origin")
    print_coverage(plain, corrected)
    recent = corrected["origin"] >= RECENT
    if recent.any():
        kept = sorted(set(corrected.loc[recent, "origin"]))
        print(f"(c) origins {kept[0]}-{kept[-1]} alone; - where no year can be compared with")
        print_errors(corrected[recent])
        print_coverage(plain[recent], corrected[recent])
    else:
        print(f"(c) origins from {RECENT} on: none")
    print("(d) mean absolute error, %, by children of the group at the origin, and by who was born by then")
    for by in ("size", "born"):
        print_classes(corrected, by=by)


def main() -> None:
    """Print all that can be measured with the data at hand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--finland", type=Path, help="folder with the Finnish series")
    parser.add_argument("--first", type=int, default=1990, help="first origin")
    parser.add_argument("--last", type=int, help="last origin; the last that can be compared if left out")
    options = parser.parse_args()
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores")
    if options.finland:
        print("Finland, people at the end of the year")
        history = finland_history(options.finland)
    else:
        print("SYNTHETIC regions, seeded: no --finland FOLDER. These figures say nothing of real places.")
        history = synthetic_history()
    last = int(history["year"].max()) - 1 if options.last is None else options.last
    report(history, first=options.first, last=last)


if __name__ == "__main__":
    main()
