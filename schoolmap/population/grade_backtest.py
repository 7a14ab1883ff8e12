"""How wrong grade progression would have been on the district's own past, beside holding every grade as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import xarray as xr

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.population.grades import PRIOR_PUPILS
from schoolmap.population.grades import STAY
from schoolmap.population.grades import future_intake
from schoolmap.population.grades import grade_shares
from schoolmap.population.grades import no_change
from schoolmap.population.grades import ordered
from schoolmap.population.grades import progression_ratios
from schoolmap.population.grades import project_pupils
from schoolmap.population.grades import require_history

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ENTRY_AGE = 6
"""Completed years in grade 1 (Compulsory Education Law of China, art. 11); in grade 0, the year before it, one less."""
METHODS = ("births", "mean", "school", "no_change")
"""What `backtest_pupils` compares."""


def backtest_pupils(
    history: xr.DataArray,
    cohorts: xr.DataArray | None = None,
    *,
    horizons: Sequence[int] = (1, 3, 5),
    origins: Sequence[int] | None = None,
    methods: Sequence[str] | None = None,
    years: int = 5,
    robust: bool = False,
    prior: float = PRIOR_PUPILS,
    stay: float = STAY,
    entry_age: int | None = None,
    births_lag: int = 0,
    exclude_years: Mapping[int, str] | None = None,
) -> pd.DataFrame:
    """
    Forecast the past from rolling origins, with what was known at each, and compare.

    At an origin only the pupils up to it are read, and the cohorts that had
    been born `births_lag` years before it; later cohorts are held at their
    level (`future_intake`).

    Parameters
    ----------
    history
        Pupils by (school, grade, year).
    cohorts
        Births by the `year` of entry; needed for the methods `births` and
        `school`, where `school` takes the mean intake without it.
    horizons
        Years ahead.
    origins
        Last years known; without it, all that have a window of `years`
        transitions, the cohorts of its intakes and a year to compare with.
    methods
        `births`: pooled ratios, entry from births, shared to schools.
        `mean`: the same, entry the mean of the last three intakes. `school`:
        every school by its own pooled ratios, without shrinking or control.
        `no_change`. All that the data allow without it.
    years, robust, prior
        As `progression_ratios`; `years` is also the window of `entry_ratio`.
    stay
        As `project_pupils`.
    entry_age
        Age on entry, to tell when a cohort was born: that of `year` was born
        in the twelve months before the cut-off day of ``year - entry_age``. By
        default the age of the lowest grade, `age_of_grade`.
    births_lag
        Years until births are known; 1 for calendar years that are published
        after their end.
    exclude_years
        Years that must not count, each with its reason: neither learnt from,
        nor forecast from, nor compared with.

    Returns
    -------
    errors
        One row per `method`, `level`, `school`, `grade`, `origin`, `horizon`
        and `year`, with `forecast`, `actual` and `error_percent`, positive where
        too many pupils were forecast. The level is `district` (all pupils),
        `district grade` or `school` (all its grades); `school` and `grade` are
        `all` where they are summed. Schools that are closed in the origin or in
        the year compared, and cells without a pupil, are left out of all
        methods; how many is in ``attrs["left_out"]``.

    Raises
    ------
    LabelError, MissingValueError, ValueError
        As the functions that it calls, or if no origin can be compared.

    Notes
    -----
    Few origins with overlapping windows are not independent: rankings from them
    are an indication. Tashman (2000), Out-of-sample tests of forecasting
    accuracy, on rolling origins.
    """
    require_history(history)
    chosen = _methods(methods, has_births=cohorts is not None)
    barred = dict(exclude_years or {})
    age = age_of_grade(int(history["grade"].min())) if entry_age is None else entry_age
    pupils = ordered(history)
    known = pupils["year"].to_numpy().tolist()
    candidates = list(origins) if origins is not None else known[years:]
    absent = [origin for origin in candidates if origin not in known]
    if absent:
        msg = f"The history has no year {absent[0]} to forecast from."
        raise LabelError(msg)
    pairs = {
        origin: [
            origin + ahead
            for ahead in sorted(set(horizons))
            if origin + ahead in known and origin + ahead not in barred
        ]
        for origin in candidates
        if origin not in barred
    }
    pairs = {origin: targets for origin, targets in pairs.items() if targets}
    tables, left_out = [], 0
    for origin, targets in pairs.items():
        past = pupils.sel(year=[year for year in known if year <= origin])
        born = None
        if cohorts is not None:
            born = cohorts.sel(year=[y for y in cohorts["year"].to_numpy() if y - age <= origin - births_lag])
            window = [year for year in past["year"].to_numpy().tolist()[-years:] if year not in barred]
            if origins is None and not set(window) <= set(born["year"].to_numpy().tolist()):
                continue
        for method in chosen:
            forecast = _forecast(
                method,
                past,
                born,
                years=list(range(origin + 1, max(targets) + 1)),
                window=years,
                robust=robust,
                prior=prior,
                stay=stay,
                exclude_years=exclude_years,
            )
            table, dropped = _compare(forecast.sel(year=targets), pupils.sel(year=targets), past.isel(year=-1))
            tables.append(table.assign(method=method, origin=origin, horizon=table["year"] - origin))
            left_out += dropped if method == chosen[0] else 0
    if not tables:
        msg = (
            f"No origin can be compared: {len(known)} year(s) of pupils, {known[0]}-{known[-1]}, do not hold a window of "
            f"{years} transitions, its cohorts and a horizon of {min(horizons)}. Give longer series or fewer `years`."
        )
        raise MissingValueError(msg)
    order = ["method", "level", "school", "grade", "origin", "horizon", "year", "forecast", "actual", "error_percent"]
    errors = pd.concat(tables, ignore_index=True)[order]
    errors.attrs = {"left_out": left_out, "excluded": {year: barred[year] for year in sorted(barred)}}
    return errors


def age_of_grade(grade: int) -> int:
    """
    Return the completed years of the pupils of a grade on the cut-off day.

    Parameters
    ----------
    grade
        1 for the first grade, 0 for the year before it, -1 for two years before.

    Examples
    --------
    >>> [age_of_grade(grade) for grade in (-1, 0, 1, 6)]
    [4, 5, 6, 11]
    """
    return grade - 1 + ENTRY_AGE


def summarise_errors(
    errors: pd.DataFrame,
    *,
    by: Sequence[str] = ("level", "method", "horizon"),
) -> pd.DataFrame:
    """
    Summarise a backtest.

    Parameters
    ----------
    errors
        From `backtest_pupils`.
    by
        Columns to group by.

    Returns
    -------
    summary
        Indexed by `by`, in percent: `mape` (mean absolute error), `malpe` (mean
        error: the bias), `median` and `p90` of the absolute error, and
        `forecasts`, their number.

    Examples
    --------
    >>> errors = pd.DataFrame({"level": "school", "method": "mean", "horizon": 1, "error_percent": [-2.0, 4.0]})
    >>> summarise_errors(errors)[["mape", "malpe"]].values.tolist()
    [[3.0, 1.0]]
    """
    size = errors.assign(size=errors["error_percent"].abs()).groupby(list(by), sort=True)
    return pd.DataFrame(
        {
            "mape": size["size"].mean(),
            "malpe": size["error_percent"].mean(),
            "median": size["size"].median(),
            "p90": size["size"].quantile(0.9),
            "forecasts": size["size"].size(),
        },
    )


def _methods(methods: Sequence[str] | None, *, has_births: bool) -> list[str]:
    """Return the methods to compare."""
    if methods is None:
        return [name for name in METHODS if has_births or name != "births"]
    unknown = [name for name in methods if name not in METHODS]
    if unknown:
        msg = f"There is no method {unknown[0]!r}; there are {', '.join(METHODS)}."
        raise ValueError(msg)
    if "births" in methods and not has_births:
        msg = "The method 'births' needs `cohorts`: births by the year of entry."
        raise MissingValueError(msg)
    return list(methods)


def _forecast(
    method: str,
    past: xr.DataArray,
    born: xr.DataArray | None,
    *,
    years: list[int],
    window: int,
    robust: bool,
    prior: float,
    stay: float,
    exclude_years: Mapping[int, str] | None,
) -> xr.DataArray:
    """Return the forecast of one method from one origin."""
    if method == "no_change":
        return no_change(past, years=years)
    alone = method == "school"
    ratios = progression_ratios(
        past, years=window, robust=robust, exclude_years=exclude_years, prior=0.0 if alone else prior
    )
    entry = future_intake(
        past.isel(grade=0).sum("school"),
        years=years,
        cohorts=None if method == "mean" else born,
        window=window,
        exclude_years=exclude_years,
    )
    return project_pupils(
        past.isel(year=-1),
        ratios=ratios,
        entry=entry,
        years=years,
        control="none" if alone else "district",
        shares=grade_shares(past, exclude_years=exclude_years),
        stay=1.0 if alone else stay,
    )


def _compare(forecast: xr.DataArray, actual: xr.DataArray, origin: xr.DataArray) -> tuple[pd.DataFrame, int]:
    """Return forecasts with what came true, by level, and the number of cells left out."""
    levels = {"district": ["school", "grade"], "district grade": ["school"], "school": ["grade"]}
    tables, dropped = [], 0
    for level, summed in levels.items():
        pair = xr.Dataset({"forecast": forecast, "actual": actual}).sum(summed)
        table = pair.to_dataframe()[["forecast", "actual"]].reset_index()
        keep = table["actual"] > 0
        if level == "school":
            taught = origin.sum("grade").to_series() > 0
            keep &= table["school"].map(taught)
            dropped += int((~keep & ((table["actual"] > 0) | table["school"].map(taught))).sum())
        else:
            dropped += int((~keep).sum())
        tables.append(table[keep].assign(level=level, **dict.fromkeys(summed, "all")))
    joined = pd.concat(tables, ignore_index=True)
    return joined.assign(error_percent=100 * (joined["forecast"] / joined["actual"] - 1)), dropped
