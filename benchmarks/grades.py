"""
Backtest pupils by grade on a district's own past, against "no change".

Run it with `python benchmarks/grades.py --history FILE.csv [--births FILE.csv] [--exclude 2020=covid]`.
The history has the columns school, grade, year (the autumn in which the school year begins) and pupils, and may have
district; grades are numbers, K (0) or PK (-1). Births have year and births, of calendar years. Without files it runs
SYNTHETIC districts: they show that the program works, not how accurate it is anywhere.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import sys
import time
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr

from schoolmap.population.grade_backtest import age_of_grade
from schoolmap.population.grade_backtest import backtest_pupils
from schoolmap.population.grade_backtest import summarise_errors
from schoolmap.population.grades import entry_cohorts
from schoolmap.population.grades import read_history

NAMES = {
    "births": "pooled ratios, entry from births, shared to schools",
    "mean": "pooled ratios, entry the mean of three years, shared",
    "school": "every school by its own ratios",
    "no_change": "no change",
}
LEVELS = {"district": "district, all pupils", "district grade": "district, single grades", "school": "schools"}
BELOW_ONE = {
    **dict.fromkeys(("PK", "PREK", "PRE-K", "PREKINDERGARTEN", "PK4", "K4", "4K"), -1),
    **dict.fromkeys(("K", "KG", "KINDERGARTEN", "K5", "5K"), 0),
}
"""Grades that schools do not number."""

LAG = (
    "years from the autumn in which a cohort is complete until its births are known; 0 (default) is what a register "
    "tells then, 1 what the tables of calendar years tell"
)

HISTORY_COLUMNS = ("school", "grade", "year", "pupils")


def grade_number(label: str) -> int:
    """Return the number of a grade: `K` is 0, `PK` is -1; `3`, `03`, `G3`, `Grade 3` and `3rd` are 3."""
    text = label.strip().upper().removeprefix("GRADE").removesuffix("GRADE").strip()
    if text in BELOW_ONE:
        return BELOW_ONE[text]
    found = re.fullmatch(r"G?(-?\d+)(\.0+|ST|ND|RD|TH)?", text)
    if found is None:
        msg = f"the grade {label!r} is neither a whole number nor one of {', '.join(BELOW_ONE)}. Leave out such rows."
        raise ValueError(msg)
    return int(found[1])


def read_table(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    """Read a CSV file with these columns, in any order and case; other columns are kept."""
    try:
        table = pd.read_csv(path, dtype=str, encoding="utf-8-sig", skipinitialspace=True)
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        msg = f"{path} cannot be read as a CSV file in UTF-8: {error}"
        raise ValueError(msg) from error
    table.columns = table.columns.str.strip().str.lower()
    absent = [name for name in columns if name not in table]
    if absent:
        msg = f"{path} has no column {absent[0]!r}; it has {', '.join(table.columns)}."
        raise ValueError(msg)
    return table


def numbers(table: pd.DataFrame, column: str, path: Path) -> pd.Series:
    """Return a column as numbers; thousands may be marked by commas."""
    found = pd.to_numeric(table[column].str.replace(",", ""), errors="coerce")
    wrong = found.index[found.isna()]
    if len(wrong):
        shown = table[column].iloc[wrong[0]]
        msg = f"{path}, row {wrong[0] + 2}, column {column}: {shown!r} is no number. Leave out what is not known."
        raise ValueError(msg)
    return found


def years(table: pd.DataFrame, path: Path) -> pd.Series:
    """Return the autumn of each school year; `2001-02` and `2001/2002` begin in that of 2001."""
    autumn = table["year"].str.strip().str.replace(r"^(\d{4})\s*[-/]\s*(\d{2}|\d{4})$", r"\1", regex=True)
    return numbers(table.assign(year=autumn), "year", path)


def read_districts(
    path: Path,
    *,
    absent: Literal["refuse", "zero"],
    grades: tuple[int, int] | None,
) -> dict[str, xr.DataArray]:
    """Read the pupils of one or several districts, of all grades or from the lowest to the highest wanted."""
    table = read_table(path, HISTORY_COLUMNS)
    if "district" not in table:
        table["district"] = path.stem
    for name in ("district", "school", "grade"):
        table[name] = table[name].str.strip()
        empty = table.index[table[name].fillna("") == ""]
        if len(empty):
            msg = f"{path}, row {empty[0] + 2}: the {name} is empty."
            raise ValueError(msg)
    rows = table.assign(
        grade=table["grade"].map(grade_number),
        year=years(table, path),
        pupils=numbers(table, "pupils", path),
    )
    if grades:
        rows = rows[rows["grade"].between(*grades)]
    return {
        str(name): read_history(group[list(HISTORY_COLUMNS)], absent=absent) for name, group in rows.groupby("district")
    }


def read_births(path: Path, *, district: str) -> xr.DataArray:
    """Read the births of one district; a file without the column district is that of all."""
    table = read_table(path, ("year", "births"))
    births = pd.DataFrame({"year": numbers(table, "year", path), "births": numbers(table, "births", path)})
    if "district" in table:
        births = births[table["district"] == district]
    if births.empty or births["year"].duplicated().any():
        twice = births["year"][births["year"].duplicated()]
        what = f"lists the year {twice.iloc[0]:.0f} twice" if len(twice) else "has no row"
        msg = f"{path} {what} for {district!r}. One row per year is needed, and a column district where there are several."
        raise ValueError(msg)
    series = births.astype({"year": int}).set_index("year")["births"].sort_index()
    return xr.DataArray.from_series(series.astype(float))


def synthetic(seed: int, *, schools: int = 12, years: int = 26) -> tuple[xr.DataArray, xr.DataArray]:
    """
    Draw a district: a wave of births, a housing estate, schools that rise and fall, a moved boundary.

    Returns
    -------
    history
        Pupils by (school, grade, year), grades K (0) to 5.
    births
        By calendar year.
    """
    rng = np.random.default_rng(seed)
    first, grades = 1995, 6
    born_years = np.arange(first - 14, first + years)
    wave = 1 + 0.12 * np.sin(2 * np.pi * (born_years - born_years[0]) / 17 + rng.uniform(0, 6))
    births = rng.poisson(900 * wave * (1 - 0.01 * np.maximum(born_years - first - 12, 0))).astype(float)
    size = rng.dirichlet(np.full(schools, 12.0))
    pull = np.zeros(schools)
    pupils = np.zeros((schools, grades, years))
    now = np.zeros((schools, grades))
    warm_up = 8
    for step in range(-warm_up, years):
        pull += rng.normal(0, 0.025, schools)
        estate = np.where(np.arange(schools) < 2, 1 + 0.5 * np.clip((step - 8) / 8, 0, 1), 1.0)
        usual = size * np.exp(pull) * estate
        usual /= usual.sum()
        year = first + step - born_years[0]
        cohort = 0.67 * births[year - 5] + 0.33 * births[year - 6]
        enter = 0.82 * cohort * np.exp(rng.normal(0, 0.015)) * (1 + 0.04 * np.clip((step - 8) / 8, 0, 1))
        # one pupil in nine leaves each year; two thirds of them to another school of the district
        stayed = rng.binomial(now[:, :-1].astype(int), 0.89)
        left = now[:, :-1] - stayed
        arrive = rng.poisson(left.sum(axis=0)[None, :] * usual[:, None] * np.exp(rng.normal(0.0, 0.03)))
        now = np.concatenate([rng.poisson(enter * usual)[:, None], stayed + arrive], axis=1).astype(float)
        if step == 14:
            moved = np.floor(0.2 * now[4])
            now[4], now[5] = now[4] - moved, now[5] + moved
            size[4], size[5] = 0.8 * size[4], size[5] + 0.2 * size[4]
        if step >= 0:
            pupils[:, :, step] = now
    history = xr.DataArray(
        pupils,
        dims=("school", "grade", "year"),
        coords={
            "school": [f"s{number:02d}" for number in range(schools)],
            "grade": np.arange(grades),
            "year": np.arange(first, first + years),
        },
        name="pupils",
    )
    return history, xr.DataArray(births, coords={"year": born_years}, dims="year")


def report(errors: pd.DataFrame, *, horizons: list[int]) -> None:
    """Print the errors by level, method and horizon."""
    summary = summarise_errors(errors).to_dict("index")
    for level, title in LEVELS.items():
        print(f"  {title}: MAPE (MALPE; median; P90; number), %")
        for method, name in NAMES.items():
            parts = []
            for horizon in horizons:
                row = summary.get((level, method, horizon))
                if row is not None:
                    cell = f"{row['mape']:.1f} ({row['malpe']:+.1f}; {row['median']:.1f}; {row['p90']:.1f}; "
                    parts.append(f"+{horizon}: {cell}{row['forecasts']:.0f})".ljust(38))
            if parts:
                print(f"    {name:<54}" + "".join(parts).rstrip())


def run(history: xr.DataArray, births: xr.DataArray | None, options: argparse.Namespace) -> pd.DataFrame:
    """Backtest one district with the options of the command line."""
    entry_age = age_of_grade(int(history["grade"].min())) if options.entry_age is None else options.entry_age
    return backtest_pupils(
        history,
        None if births is None else entry_cohorts(births, entry_age=entry_age),
        horizons=options.horizons,
        years=options.window,
        robust=options.robust,
        entry_age=entry_age,
        births_lag=options.births_lag,
        exclude_years=dict(options.exclude),
    )


def exclusion(text: str) -> tuple[int, str]:
    """Return the year and reason of `2020=covid`."""
    year, _, reason = text.partition("=")
    if not year.strip().isdigit() or not reason.strip():
        msg = f"{text!r}: write YEAR=REASON, e.g. 2020=covid"
        raise argparse.ArgumentTypeError(msg)
    return int(year), reason.strip()


def arguments() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--history", type=Path, help="CSV: [district], school, grade, year, pupils")
    parser.add_argument("--births", type=Path, help="CSV: [district], year, births")
    parser.add_argument("--exclude", type=exclusion, action="append", default=[], metavar="YEAR=REASON")
    parser.add_argument("--grades", type=grade_number, nargs=2, metavar=("LOWEST", "HIGHEST"), help="e.g. K 5")
    parser.add_argument("--horizons", type=int, nargs="+", default=[1, 3, 5])
    parser.add_argument("--window", type=int, default=5, help="years of the ratios (default 5)")
    parser.add_argument("--robust", action="store_true", help="median of the yearly ratios")
    parser.add_argument("--entry-age", type=int, help="age in the lowest grade (default: 6 in grade 1, 5 in K)")
    parser.add_argument("--births-lag", type=int, default=0, help=LAG)
    parser.add_argument("--absent", choices=["refuse", "zero"], default="refuse", help="what a missing cell means")
    parser.add_argument("--seeds", type=int, default=3, help="number of synthetic districts")
    return parser.parse_args()


def main() -> None:
    """Run the backtest and print it."""
    options = arguments()
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores")
    start = time.perf_counter()
    districts: dict[str, tuple[xr.DataArray, xr.DataArray | None]] = {}
    if options.history is None and options.births is not None:
        msg = "--births without --history: the pupils are missing."
        raise ValueError(msg)
    if options.history is None:
        print("SYNTHETIC districts, drawn by this script; their errors say nothing of a real district.")
        for seed in range(options.seeds):
            districts[f"synthetic, seed {seed}"] = synthetic(seed)
    else:
        counted = read_districts(options.history, absent=options.absent, grades=options.grades)
        districts = {
            name: (history, None if options.births is None else read_births(options.births, district=name))
            for name, history in counted.items()
        }
    for name, (history, births) in districts.items():
        span, grades = history["year"].to_numpy(), history["grade"].to_numpy()
        errors = run(history, births, options)
        print(f"{name}: {history.sizes['school']} schools, grades {grades[0]}-{grades[-1]}, {span[0]}-{span[-1]}")
        print(
            f"  origins {errors['origin'].min()}-{errors['origin'].max()}; cells left out {errors.attrs['left_out']}; "
            f"years excluded {errors.attrs['excluded'] or 'none'}; births known {options.births_lag} year(s) after birth"
        )
        report(errors, horizons=options.horizons)
    print(f"{time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    try:
        main()
    except (ValueError, OSError) as error:
        sys.exit(f"The backtest cannot be run: {error}")
