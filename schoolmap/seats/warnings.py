"""Seat warnings (学位预警): the level of each unit, and when a shortage starts, peaks and ends."""

from __future__ import annotations

import numpy as np
import pandas as pd

LEVELS = ("surplus", "ok", "watch", "red")


def warning_level(
    utilisation: pd.Series,
    *,
    surplus_below: float,
    watch_from: float,
    red_from: float,
) -> pd.Series:
    """
    Grade utilisation into `surplus`, `ok`, `watch` and `red`.

    Parameters
    ----------
    utilisation
        Demand per seat; infinite where there are children and no seats,
        missing where there are neither (which is `ok`).
    surplus_below, watch_from, red_from
        Bounds in rising order; exactly the red bound is red.

    Returns
    -------
    level
        On the index of `utilisation`.

    Examples
    --------
    >>> load = pd.Series([0.5, 0.7, 0.9, 1.0, float("inf")])
    >>> warning_level(load, surplus_below=0.7, watch_from=0.9, red_from=1.0).tolist()
    ['surplus', 'ok', 'watch', 'red', 'red']
    """
    if not surplus_below < watch_from < red_from:
        msg = f"The bounds must rise, got {surplus_below}, {watch_from}, {red_from}."
        raise ValueError(msg)
    # a bound is met up to rounding, so that 90 of 100 children warn whatever 0.9 is in binary
    load = utilisation.fillna(watch_from - (watch_from - surplus_below) / 2).round(9)
    grade = np.digitize(load, [surplus_below, watch_from, red_from])
    return pd.Series(np.array(LEVELS, dtype=object)[grade], index=utilisation.index, name="level")


def shortage_spans(balance: pd.DataFrame, *, least: float = 0.5) -> pd.DataFrame:
    """
    Say for each catchment when it is short of seats, and how much.

    Parameters
    ----------
    balance
        By `(catchment, year)`, with `gap` and `shortage_probability`.
    least
        Smaller gaps are no shortage, in seats.

    Returns
    -------
    spans
        One row per catchment that is ever short, the worst first, with
        `score` (seats short, summed over years), `first_year`, `last_year`,
        `peak_year`, `peak_short`, `probability` (of the peak year) and
        `years_short`.

    Examples
    --------
    >>> unit = pd.MultiIndex.from_product([["a"], [2026, 2027, 2028]], names=["catchment", "year"])
    >>> gap = pd.DataFrame({"gap": [-5.0, 30.0, 10.0], "shortage_probability": [0.3, 0.9, 0.7]}, index=unit)
    >>> shortage_spans(gap).loc["a", ["score", "first_year", "peak_year", "years_short"]].tolist()
    [40.0, 2027.0, 2027.0, 2.0]
    """
    short = balance[balance["gap"] >= least].reset_index()
    groups = short.groupby("catchment", sort=True)
    peaks = short.loc[groups["gap"].idxmax()].set_index("catchment")
    spans = pd.DataFrame(
        {
            "score": groups["gap"].sum(),
            "first_year": groups["year"].min(),
            "last_year": groups["year"].max(),
            "peak_year": peaks["year"],
            "peak_short": peaks["gap"],
            "probability": peaks["shortage_probability"],
            "years_short": groups.size(),
        },
    )
    return spans.sort_values("score", ascending=False, kind="stable")
