"""Counts of several dates, in whatever bands: single ages, yearly histories, and what became of cohorts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.population.arrays import SEXES
from schoolmap.population.arrays import require_numbers
from schoolmap.population.arrays import step_width
from schoolmap.population.graduation import split_bands
from schoolmap.population.ratios import BOUNDS

if TYPE_CHECKING:
    import datetime as dt

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

PRIOR_YEARS = 3.0
"""
Years of observation at which the net moves of the whole planning area weigh as much as none.

Assumption: one year of moves says little about the next fifteen; ten years say much.
"""
LEAST_YEARS = 0.9
"""Two counts that lie closer together than this tell more of the registers than of the people. Assumption."""
MOST_YEARS = 12.0
"""What happened longer ago is not taken for a habit; two censuses are ten years apart. Assumption."""
LEAST_HISTORY = 4
"""Yearly counts, at least, to be treated as a history."""
PRIOR = 50.0
"""Children of a band at which an area's own ratio weighs as much as that of all areas. Assumption."""


def single_ages(
    counts: pd.DataFrame,
    *,
    date: dt.date,
    oldest: int | None = None,
    open_last: bool = True,
) -> xr.DataArray:
    """
    Return the people of one date by single year of age.

    Parameters
    ----------
    counts
        Indexed by `(area, date, sex, age)`, with `low`, `high` (missing for an
        open band) and `count`.
    date
        The date wanted.
    oldest
        Oldest age wanted; if left out, all closed ages and, where every area
        has the same open band, that as the last age.
    open_last
        Whether the open band may be the last age; `snapshot_ratios` follows
        cohorts to ages that are known, and wants it left out.

    Returns
    -------
    people
        By (area, sex, age) where both sexes were counted, else by (area, age).

    Raises
    ------
    LabelError
        If nobody was counted on that date, one sex is missing or was counted by
        other areas or ages, or bands leave a gap.

    Examples
    --------
    >>> import datetime as dt
    >>> day = dt.date(2025, 12, 31)
    >>> index = pd.MultiIndex.from_tuples(
    ...     [("a", day, "both", "0-1"), ("a", day, "both", "2+")], names=["area", "date", "sex", "age"]
    ... )
    >>> counts = pd.DataFrame({"low": [0, 2], "high": [1.0, np.nan], "count": [20.0, 80.0]}, index=index)
    >>> single_ages(counts, date=day).values.tolist()
    [[10.0, 10.0, 80.0]]
    """
    rows = counts[counts.index.get_level_values("date") == date]
    if rows.empty:
        msg = f"Nobody was counted on {date}."
        raise LabelError(msg)
    rows = rows.droplevel("date")
    sexes = sorted(set(rows.index.get_level_values("sex")))
    if sexes not in (["both"], sorted(SEXES)):
        msg = f"The people of {date} have the sexes {sexes}: give `female` and `male`, or `both` together."
        raise LabelError(msg)
    parts = [_one_sex(pd.DataFrame(rows.xs(sex, level="sex")), oldest=oldest, open_last=open_last) for sex in sexes]
    if len(parts) == 1:
        return parts[0].rename("people")
    for name in ("area", "age"):
        apart = parts[0].indexes[name].symmetric_difference(parts[1].indexes[name])
        if len(apart):
            msg = (
                f"On {date} women and men were not counted by the same {name}s: {apart[0]!r} is there for one sex only."
            )
            raise LabelError(msg)
    return xr.concat(parts, dim=pd.Index(sexes, name="sex")).transpose("area", "sex", "age").rename("people")


def _one_sex(rows: pd.DataFrame, *, oldest: int | None, open_last: bool) -> xr.DataArray:
    """Split the bands of one sex, and keep a common open band as the last age."""
    closed = rows["high"].dropna()
    if oldest is not None:
        return split_bands(rows, oldest=oldest)
    if closed.empty:
        msg = f"The people of area {rows.index[0][0]!r} were counted in open bands only: their ages are not known."
        raise LabelError(msg)
    top = int(closed.groupby(level="area").max().min())
    single = split_bands(rows, oldest=top)
    last = rows[rows["high"].isna()]
    if open_last and len(last) == single.sizes["area"] and bool((last["low"] == top + 1).all()):
        counts = last["count"].droplevel("age").reindex(single.indexes["area"])
        tail = xr.DataArray(
            counts.to_numpy()[:, None], coords={"area": single["area"], "age": [top + 1]}, dims=single.dims
        )
        single = xr.concat([single, tail], dim="age")
    return single


def yearly_history(counts: pd.DataFrame) -> xr.DataArray | None:
    """
    Return the counts as a history, if they were made every year on the same day.

    Parameters
    ----------
    counts
        As in `single_ages`.

    Returns
    -------
    history
        By (area, age, year), and `sex` where both sexes were always counted;
        the last age is the open band. `None` unless the last `LEAST_HISTORY`
        dates or more are a year apart and cover the same ages.
    """
    dates = sorted(set(counts.index.get_level_values("date")))
    chain = [dates[-1]]
    for date in reversed(dates[:-1]):
        if (date.month, date.day) == (chain[0].month, chain[0].day) and chain[0].year - date.year == 1:
            chain.insert(0, date)
    if len(chain) < LEAST_HISTORY:
        return None
    single = [single_ages(counts, date=date) for date in chain]
    last = single[-1]
    kept = 0
    for people in reversed(single):
        alike = people.dims == last.dims and all(
            people.indexes[str(name)].equals(last.indexes[str(name)]) for name in last.dims
        )
        if not alike:
            break
        kept += 1
    if kept < LEAST_HISTORY:
        return None
    years = pd.Index([date.year for date in chain[-kept:]], name="year")
    return xr.concat(single[-kept:], dim=years).transpose(*last.dims, "year").rename("people")


def years_apart(first: dt.date, last: dt.date) -> float:
    """
    Return the time between two dates in years of 365.25 days, whichever comes first.

    Examples
    --------
    >>> import datetime as dt
    >>> years_apart(dt.date(2024, 7, 1), dt.date(2020, 7, 1))
    4.0
    """
    return abs((last - first).days) / 365.25


def is_pair(first: dt.date, last: dt.date) -> bool:
    """
    Tell whether two counts lie as far apart as cohorts can be compared: `LEAST_YEARS` to `MOST_YEARS`.

    Examples
    --------
    >>> import datetime as dt
    >>> is_pair(dt.date(2010, 11, 1), dt.date(2020, 11, 1)), is_pair(dt.date(2000, 11, 1), dt.date(2020, 11, 1))
    (True, False)
    """
    return LEAST_YEARS <= years_apart(first, last) <= MOST_YEARS


def widest_pair(counts: pd.DataFrame) -> tuple[dt.date, dt.date] | None:
    """
    Return the two dates that tell most of how cohorts change: the last, and the first within `MOST_YEARS`.

    Returns
    -------
    dates
        `None` if no date lies `LEAST_YEARS` to `MOST_YEARS` before the last.
    """
    dates = sorted(set(counts.index.get_level_values("date")))
    last = dates[-1]
    fit = [date for date in dates if is_pair(date, last)]
    return (fit[0], last) if fit else None


def snapshot_ratios(early: pd.DataFrame, late: xr.DataArray, *, years: float) -> xr.Dataset:
    r"""
    Learn the yearly change of cohorts from two counts, of which the first may be coarse.

    Those of a band :math:`[l, h]` are :math:`[l + k, h + k]` after k years, and
    counted there by the single ages of the second count (birthdays are spread
    evenly over the year). The k-th root of the ratio is the yearly change of
    the ages that the band passes through; an age that several bands pass takes
    their mean on the log scale. Bands need not be the same in every area: that of
    all areas is known by single age first, by the people of all bands, and the
    ratio of an area's band is drawn by `PRIOR`, against its own people, to what
    all areas did at the ages it passed. Both are drawn to 1, to nobody moving, by
    `PRIOR_YEARS`.

    Parameters
    ----------
    early
        Bands of the first count, both sexes together, indexed by `(area, age)`,
        with `low`, `high` and `count`.
    late
        People of the second count by (area, age), single ages 0, 1, 2, …, none
        of them open (`single_ages` with `open_last=False`).
    years
        Time between the counts, above zero.

    Returns
    -------
    ratios
        `local` by area and `parent`, by the age that is reached, from 1 to the
        oldest of `late`; deaths and net moves together.

    Raises
    ------
    LabelError
        If the counts are of other areas, or the ages of `late` leave a gap.
    MissingValueError
        If a count is missing.
    ValueError
        If a count is negative, or the time is not positive.

    Notes
    -----
    Hamilton and Perry (1962), for bands that need not be as wide as the time
    between the counts.

    Examples
    --------
    >>> early = pd.DataFrame(
    ...     {"low": [0, 6], "high": [5.0, 9.0], "count": [600.0, 400.0]},
    ...     index=pd.MultiIndex.from_product([["a"], ["0-5", "6-9"]], names=["area", "age"]),
    ... )
    >>> late = xr.DataArray([[100.0] + [90.0] * 10], coords={"area": ["a"], "age": range(11)}, dims=("area", "age"))
    >>> snapshot_ratios(early, late, years=1.0)["parent"].round(3).values[:3].tolist()
    [0.974, 0.974, 0.974]
    """
    if not years > 0:
        msg = f"`years` is the time between the counts, above zero; got {years}."
        raise ValueError(msg)
    require_numbers(late, "late", dims=("area", "age"), low=0.0)
    checks.require_unique_labels(late.indexes["area"], what="`late`")
    checks.require_no_gaps(early[["low", "count"]], what="`early`")
    checks.require_not_negative(early["count"], what="`early`")
    areas = late.indexes["area"]
    apart = set(early.index.get_level_values("area")) ^ set(areas)
    if apart:
        msg = f"The two counts are of different areas: {len(apart)} are in only one, e.g. {min(apart)!r}."
        raise LabelError(msg)
    ages = late["age"].to_numpy()
    if ages[0] != 0 or step_width(ages, "late") != 1:
        msg = f"`late` has the ages {ages.tolist()}: they must be 0, 1, 2, …."
        raise LabelError(msg)
    edges = np.append(ages, ages[-1] + 1).astype(float)
    cumulated = np.concatenate(
        [np.zeros((len(areas), 1)), late.transpose("area", "age").to_numpy().cumsum(axis=1)], axis=1
    )
    bands = early.dropna(subset=["high"]).reset_index()
    bands = bands[bands["high"] + 1 + years <= edges[-1]]
    log_all, weight_all = np.zeros(len(ages)), np.zeros(len(ages))
    log_own, weight_own = np.zeros((len(areas), len(ages))), np.zeros((len(areas), len(ages)))
    followed: list[tuple[NDArray[np.intp], Floats, Floats, Floats]] = []
    for (low, high), rows in bands.groupby(["low", "high"], sort=True):
        place = areas.get_indexer(pd.Index(rows["area"]))
        stock = rows["count"].to_numpy(float)
        reached = _counted(cumulated[place], edges, low + years, high + 1 + years)
        together = float(np.clip(reached.sum() / stock.sum(), *_reach(years))) if stock.sum() > 0 else 1.0
        passed = np.maximum(np.minimum(high + 1, ages) - np.maximum(low, ages - years), 0.0)
        log_all += passed * stock.sum() * np.log(together) / years
        weight_all += passed * stock.sum()
        followed.append((place, stock, reached, passed))
    seen = years / (years + PRIOR_YEARS)
    parent = _filled(np.divide(log_all, weight_all, out=np.full_like(log_all, np.nan), where=weight_all > 0))
    parent = np.where(np.isnan(parent), 0.0, parent)
    for place, stock, reached, passed in followed:
        # of all areas at these ages, not of those with these bands: an area alone in its bands has a parent too
        expected = float(np.exp(years * np.average(parent, weights=passed)))
        own = np.divide(reached, stock, out=np.full_like(stock, expected), where=stock > 0)
        trust = np.divide(stock, stock + PRIOR, out=np.zeros_like(stock), where=stock > 0)
        own = trust * np.clip(own, *_reach(years)) + (1 - trust) * expected
        log_own[place] += passed * (np.log(own) / years)[:, None]
        weight_own[place] += passed
    local = _filled(np.divide(log_own, weight_own, out=np.full_like(log_own, np.nan), where=weight_own > 0))
    # an area none of whose bands was counted changes as all areas do
    local = np.where(np.isnan(local), parent, local)
    return xr.Dataset(
        {
            "local": (("area", "age"), np.exp(local * seen)[:, 1:]),
            "parent": (("age",), np.exp(parent * seen)[1:]),
        },
        coords={"area": areas.to_numpy(object), "age": ages[1:]},
    )


def _reach(years: float) -> tuple[float, float]:
    return (BOUNDS[0] ** years, BOUNDS[1] ** years)


def _counted(cumulated: Floats, edges: Floats, low: float, high: float) -> Floats:
    """Return the people between two exact ages, birthdays spread evenly within a year of age."""

    def below(age: float) -> Floats:
        place = min(int(np.searchsorted(edges, age, side="right")) - 1, len(edges) - 2)
        share = (age - edges[place]) / (edges[place + 1] - edges[place])
        counted: Floats = cumulated[:, place] + share * (cumulated[:, place + 1] - cumulated[:, place])
        return counted

    return below(high) - below(low)


def _filled(logs: Floats) -> Floats:
    """Give ages that no band reaches the change of the nearest one that a band does."""
    table = pd.DataFrame(np.atleast_2d(logs)).T
    filled: Floats = table.ffill().bfill().T.to_numpy().reshape(logs.shape)
    return filled
