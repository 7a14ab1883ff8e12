"""
From the date of a count to the school year: who is how old on the cut-off day.

A school year is named by its autumn. Its ages are completed years on the
cut-off day (31 August in most of China): a child who is six on that day enters
grade 1. A count of another date is moved there by the share of the year that
lies between.

A child belongs to the cohort of the year in which the cut-off day first finds
it born: with 31 August, that of 2019 is born from 1 September 2018 to 31 August
2019 and enters grade 1 in 2025.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.population.arrays import require_numbers

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

MONTHS_TOLERANCE = 1e-3
"""Shares of births by month are rounded when printed: their sum may be so far from 1."""


def cutoff_day(year: int, cutoff: str) -> dt.date:
    """
    Return the cut-off day of a school year; 29 February is 28 in a common year.

    Raises
    ------
    ValueError
        If the cut-off is not written `MM-DD` or is no day of the year.

    Examples
    --------
    >>> cutoff_day(2027, "08-31")
    datetime.date(2027, 8, 31)
    """
    try:
        # a leap year knows every day that there is
        month, number = map(int, re.fullmatch(r"(\d\d)-(\d\d)", cutoff).groups())  # type: ignore[union-attr]
        day = dt.date(2000, month, number)
    except (AttributeError, ValueError):
        msg = f"A cut-off is written as month and day, `08-31`, got {cutoff!r}."
        raise ValueError(msg) from None
    return dt.date(year, day.month, min(day.day, calendar.monthrange(year, day.month)[1]))


def first_school_year(date: dt.date, cutoff: str) -> int:
    """
    Return the first school year whose cut-off day is on or after the date.

    Examples
    --------
    >>> first_school_year(dt.date(2016, 12, 31), "09-30"), first_school_year(dt.date(2016, 8, 31), "08-31")
    (2017, 2016)
    """
    return date.year if date <= cutoff_day(date.year, cutoff) else date.year + 1


def years_until(date: dt.date, day: dt.date) -> float:
    """
    Return the time between two days in years of 365.25 days.

    Examples
    --------
    >>> round(years_until(dt.date(2016, 12, 31), dt.date(2017, 9, 30)), 3)
    0.747
    """
    return (day - date).days / 365.25


def age_on(counts: NDArray[np.float64], *, newborn: NDArray[np.float64], years: float) -> NDArray[np.float64]:
    r"""
    Move counts by completed age forward by a part of a year.

    Birthdays are spread evenly over the year, so that a share `years` of each
    age has had one more: :math:`P'_a = (1 - f) P_a + f P_{a-1}`.

    Parameters
    ----------
    counts
        Children by (area, age), ages 0, 1, 2, … without gap.
    newborn
        Births by area within the time moved.
    years
        Time to move, in [0, 1].

    Returns
    -------
    counts
        Children by (area, age) at the later date. Those who grow older than the
        last age leave the table.

    Notes
    -----
    The usual conversion between reference dates of a census and a school year
    (Smith, Tayman and Swanson 2013, ch. 3).

    Examples
    --------
    >>> age_on(np.array([[100.0, 80.0]]), newborn=np.array([75.0]), years=0.75)
    array([[100.,  95.]])
    """
    if not 0 <= years <= 1:
        msg = f"`years` is a part of one year in [0, 1], got {years}."
        raise ValueError(msg)
    younger = np.concatenate([np.zeros((len(counts), 1)), counts[:, :-1]], axis=1)
    moved = (1 - years) * counts + years * younger
    moved[:, 0] += newborn
    return moved


def cohort_share(cutoff: str, *, monthly: pd.Series | None = None) -> float:
    """
    Return the share of a calendar year's births that fall on or before the cut-off day.

    They are the oldest of their calendar year: they enter school a year before
    those born after the cut-off day.

    Parameters
    ----------
    cutoff
        Month and day of the cut-off, `08-31`.
    monthly
        Share of a year's births in each month, indexed by 1 to 12 in any order,
        sums to 1; of the month of the cut-off, the part up to the day counts.
        Without it births are spread evenly over the days of a common year.

    Returns
    -------
    share
        In (0, 1]; 1 if the cut-off is the last day of the year.

    Raises
    ------
    LabelError
        If the months are not 1 to 12.
    MissingValueError
        If a month has no share.
    ValueError
        If the shares do not sum to 1 within 0.001, one is negative, or the
        cut-off is no day of the year.

    Notes
    -----
    The even spread is an assumption. In months of equal weight the share for
    31 August would be 8/12 = 0.667.

    Examples
    --------
    >>> round(cohort_share("08-31"), 4)
    0.6658
    >>> import pandas as pd
    >>> autumn = pd.Series([0.07] * 8 + [0.11] * 4, index=range(1, 13))
    >>> round(cohort_share("08-31", monthly=autumn), 2)
    0.56
    """
    # a common year, as a share is not of one year
    day = cutoff_day(2001, cutoff)
    if monthly is None:
        return day.timetuple().tm_yday / 365
    shares = _month_shares(monthly)
    part = day.day / calendar.monthrange(day.year, day.month)[1]
    # an exact 1 at the end of the year, whatever the last digits of the shares
    whole = day.month == 12 and part == 1
    return 1.0 if whole else float(shares[: day.month - 1].sum() + part * shares[day.month - 1])


def school_cohorts(births: xr.DataArray, *, cutoff: str, monthly: pd.Series | None = None) -> xr.DataArray:
    r"""
    Turn births of calendar years into school cohorts.

    The cohort of year t is born in the twelve months up to the cut-off day of
    year t, and is labelled t: with the share s of `cohort_share`,

    .. math:: C_t = s\,B_t + (1 - s)\,B_{t-1}

    Parameters
    ----------
    births
        Live births by calendar `year`, without gap, and any other dimension. If
        there is a dimension `month` (1 to 12) the births are true monthly ones,
        and the cohorts are exact where the cut-off is the end of a month.
    cutoff
        Month and day of the cut-off, `08-31`.
    monthly
        Share of births in each month, as in `cohort_share`; not beside true
        monthly births.

    Returns
    -------
    cohorts
        Births by cohort, years ascending, from the first year of `births` to the
        year after the last. The coordinate `complete` tells whether all births
        of a cohort are in the table: those of the first and of the last are
        not (of the first they are if the cut-off is the last day of the year).
        The sum over the cohorts is that of the births.

    Raises
    ------
    LabelError
        If years do not follow one another, or months are not 1 to 12.
    MissingValueError
        If a number is missing. A month to come is not a month without births.
    ValueError
        If births are negative, or there are both monthly births and shares.

    Examples
    --------
    >>> births = xr.DataArray([365.0, 730.0], coords={"year": [2018, 2019]}, dims="year")
    >>> cohorts = school_cohorts(births, cutoff="08-31")
    >>> cohorts.to_series().round(1).to_dict()
    {2018: 243.0, 2019: 608.0, 2020: 244.0}
    >>> cohorts["complete"].values.tolist()
    [False, True, False]
    """
    require_numbers(births, "births", dims=("year",), low=0.0)
    years = _years_in_a_row(births, "births")
    table = births.sel(year=years)
    if "month" in births.dims:
        if monthly is not None:
            msg = "`births` are monthly already: leave out `monthly`, or sum them over `month`."
            raise ValueError(msg)
        up_to = table.sel(month=_months(births.indexes["month"], "births"))
        weights = xr.DataArray(
            [_month_weights(year, cutoff) for year in years],
            coords={"year": years, "month": range(1, 13)},
            dims=("year", "month"),
        )
        table = up_to.sum("month")
        older = (up_to * weights).sum("month")
        # what is left is the other part, so that a whole month moves whole
        younger = (up_to * (1 - weights)).sum("month")
    else:
        share = cohort_share(cutoff, monthly=monthly)
        older, younger = share * table, (1 - share) * table
    labels = [*years, years[-1] + 1]
    cohorts = older.reindex(year=labels, fill_value=0.0) + younger.assign_coords(year=labels[1:]).reindex(
        year=labels, fill_value=0.0
    )
    complete = [year in years and (year > years[0] or _is_last_day(cutoff)) for year in labels]
    dims = [name for name in births.dims if name != "month"]
    return cohorts.transpose(*dims).assign_coords(complete=("year", complete)).rename("cohorts")


def entrants(
    cohorts: xr.DataArray,
    *,
    entry_age: int,
    early: xr.DataArray | float = 0.0,
    late: xr.DataArray | float = 0.0,
) -> xr.DataArray:
    """
    Move school cohorts to the school year in which they enter.

    A cohort enters in its own year and `entry_age` more: that of 2019 enters
    grade 1 in 2025. Children who die or move in between are not taken out.

    Parameters
    ----------
    cohorts
        Births (or children) by cohort `year`, as from `school_cohorts`, and any
        other dimension.
    entry_age
        Completed years of age on the cut-off day of the school year: 6 for
        grade 1, 3 for kindergarten.
    early, late
        Shares in [0, 1] of a cohort that enter one year earlier and one year
        later; one number, or by dimensions of `cohorts` with the same labels.

    Returns
    -------
    entrants
        Children by school `year` of entry, named by its autumn. Where some are
        early, or late, there is one year more at that end: no child is lost.
        The coordinate `complete` tells whether every cohort that enters in a
        year is in the table, and is complete itself.

    Raises
    ------
    LabelError
        If years do not follow one another, or labels differ.
    MissingValueError
        If a number is missing.
    ValueError
        If shares are not in [0, 1], together more than 1, or the age is
        negative.

    Examples
    --------
    >>> cohorts = xr.DataArray([100.0, 80.0], coords={"year": [2018, 2019]}, dims="year")
    >>> entrants(cohorts, entry_age=6, late=0.1).to_series().to_dict()
    {2024: 90.0, 2025: 82.0, 2026: 8.0}
    """
    require_numbers(cohorts, "cohorts", dims=("year",), low=0.0)
    if entry_age < 0:
        msg = f"`entry_age` is in completed years, got {entry_age}."
        raise ValueError(msg)
    years = _years_in_a_row(cohorts, "cohorts")
    shares = {"early": _entry_share(early, "early", cohorts), "late": _entry_share(late, "late", cohorts)}
    together = shares["early"] + shares["late"]
    if (together > 1).any():
        msg = f"`early` and `late` are together {float(together.max()):g}: no more than the whole cohort can move."
        raise ValueError(msg)
    moves = {-1: shares["early"], 0: 1 - together, 1: shares["late"]}
    moves = {step: share for step, share in moves.items() if step == 0 or bool((share > 0).any())}
    labels = range(years[0] + entry_age + min(moves), years[-1] + entry_age + max(moves) + 1)
    whole = cohorts["complete"] if "complete" in cohorts.coords else xr.ones_like(cohorts["year"], dtype=bool)
    whole = whole.sel(year=years)
    counts = cohorts.drop_vars("complete", errors="ignore").sel(year=years)
    arriving = xr.zeros_like(counts, dtype=float).reindex(year=labels, fill_value=0.0)
    complete = np.ones(len(labels), dtype=bool)
    for step, share in moves.items():
        there = [year + entry_age + step for year in years]
        arriving = arriving + (counts * share).assign_coords(year=there).reindex(year=labels, fill_value=0.0)
        known = dict(zip(there, whole.to_numpy().tolist(), strict=True))
        complete &= [bool(known.get(year, False)) for year in labels]
    return arriving.transpose(*cohorts.dims).assign_coords(complete=("year", complete)).rename("entrants")


def move_population(
    population: xr.DataArray,
    *,
    date: dt.date,
    cutoff: str,
    births: xr.DataArray | None = None,
    survival: xr.DataArray | None = None,
    to_year: int | None = None,
) -> xr.DataArray:
    r"""
    Move a population by single years of age from the day of its count to the cut-off day of a school year.

    Birthdays are spread evenly over the year, so that within the part f of a
    year a share f of each age has one. Forwards, with the births between and
    survivorship :math:`S` by the age reached,

    .. math:: P'_a = (1 - f)\,P_a + f\,S_a\,P_{a-1}, \qquad P'_0 = (1 - f)\,P_0 + S_0\,B

    and backwards, where those born since are taken out,

    .. math:: P'_a = (1 - f)\,P_a + f\,P_{a+1} / S_{a+1}

    Moves from one place to another are not counted.

    Parameters
    ----------
    population
        Residents by `age` (0, 1, 2, … without gap) and any other dimension.
    date
        Day of the count, of any calendar: 1 November for a census of China, 30
        June for a mid-year estimate, 31 December for a year-end one.
    cutoff
        Month and day of the cut-off, `08-31`.
    births
        Live births from `date` to the cut-off day (not of a whole year), by the
        other dimensions of `population`. Forwards they are needed. Backwards
        they are taken out of age 0; without them the share f of age 0 is.
    survival
        Shares in (0, 1] that live on in a whole year, by the `age` reached, as
        from `life_tables.survivorship`, and any other dimension of
        `population`; 1 if it is left out. Deaths of newborn are those of a
        whole year of births, and so a little too many.
    to_year
        School year wanted, by its autumn: at most a year before or after
        `date`. Without it, the first whose cut-off day is not before `date`.

    Returns
    -------
    population
        Residents by completed age on the cut-off day, dimensions as in
        `population`. Forwards, those who grow older than the last age leave the
        table. Backwards the last age is left out: it cannot be known without
        the next one.

    Raises
    ------
    LabelError
        If ages have gaps, or labels or dimensions differ.
    MissingValueError
        If a number is missing.
    ValueError
        If a number is out of its range, the cut-off day is more than a year
        away, births are needed and not given, or, backwards, more were born
        than there are infants.

    Notes
    -----
    The usual conversion between reference dates (Smith, Tayman and Swanson
    2013, A Practitioner's Guide to State and Local Population Projections, ch.
    3). A year is the 365 or 366 days between two cut-off days, so that a move of
    a whole year is a pure shift. There and back is not the identity: each way
    smooths neighbouring ages.

    Examples
    --------
    The census of 1 November 2020, moved back 62 days to the start of its school year:

    >>> census = xr.DataArray([120.0, 150.0, 170.0], coords={"age": [0, 1, 2]}, dims="age")
    >>> move_population(census, date=dt.date(2020, 11, 1), cutoff="08-31", to_year=2020).round(1).to_series().to_dict()
    {0: 125.1, 1: 153.4}
    """
    require_numbers(population, "population", dims=("age",), low=0.0)
    ages = population["age"].to_numpy()
    if ages.tolist() != list(range(len(ages))):
        msg = f"`population` has the ages {ages.tolist()}: they must be 0, 1, 2, … without gap."
        raise LabelError(msg)
    part = _part_of_year(date, cutoff, to_year)
    newborn = None if births is None else _like(births, population, "births", lacking=("age",))
    shares = xr.ones_like(population["age"], dtype=float)
    if survival is not None:
        require_numbers(survival, "survival", dims=("age",), low=0.0, high=1.0)
        absent = set(ages.tolist()) - set(survival["age"].to_numpy().tolist())
        if absent:
            msg = f"`survival` has no age {min(absent)}, which `population` has."
            raise LabelError(msg)
        shares = _like(survival.sel(age=ages), population, "survival")
    if part >= 0:
        if newborn is None and part > 0:
            msg = (
                f"From {date} to the cut-off day children were born: give `births` by calendar time, "
                "or `births=xr.zeros_like(...)` if only the older ages matter."
            )
            raise ValueError(msg)
        older = population.shift(age=1, fill_value=0.0)
        moved = (1 - part) * population + part * shares * older
        if newborn is not None and part > 0:
            moved = moved + (shares * newborn).where(population["age"] == 0, 0.0)
        return moved.transpose(*population.dims).rename(population.name)
    return _moved_back(population, part=-part, newborn=newborn, shares=shares)


def _moved_back(
    population: xr.DataArray,
    *,
    part: float,
    newborn: xr.DataArray | None,
    shares: xr.DataArray,
) -> xr.DataArray:
    """Return the population a part of a year earlier, without its last age."""
    if len(population["age"]) < 2:
        msg = "`population` has one age only: who was of that age earlier cannot be known. Give the next age too."
        raise LabelError(msg)
    if (shares.isel(age=slice(1, None)) == 0).any():
        msg = "`survival` is zero at an age above 0: from nobody it cannot be told how many there were."
        raise ValueError(msg)
    older = (population / shares.where(shares["age"] > 0, 1.0)).shift(age=-1, fill_value=0.0)
    stayed = (1 - part) * population
    if newborn is not None:
        infants = population - shares * newborn
        short = infants.sel(age=0) < 0
        if short.any():
            msg = (
                f"More were born between than there are infants, in {int(short.sum())} unit(s). "
                "Leave out `births` to take out a share of age 0 instead."
            )
            raise ValueError(msg)
        stayed = stayed.where(population["age"] > 0, infants)
    moved = (stayed + part * older).transpose(*population.dims)
    return moved.isel(age=slice(None, -1)).rename(population.name)


def _part_of_year(date: dt.date, cutoff: str, to_year: int | None) -> float:
    """Return the time from a day to the cut-off day in years, negative if it is past."""
    year = first_school_year(date, cutoff) if to_year is None else to_year
    end = cutoff_day(year, cutoff)
    forwards = end >= date
    start = cutoff_day(year - 1, cutoff) if forwards else cutoff_day(year + 1, cutoff)
    part = (end - date).days / abs((end - start).days)
    if abs(part) > 1:
        msg = (
            f"The school year {year} starts on {end}, more than a year from {date}: "
            f"choose {first_school_year(date, cutoff)} or the year before, and project from there."
        )
        raise ValueError(msg)
    return part


def _like(array: xr.DataArray, population: xr.DataArray, what: str, *, lacking: tuple[str, ...] = ()) -> xr.DataArray:
    """Return an array whose dimensions and labels are those of the population, or raise."""
    require_numbers(array, what, low=0.0)
    wanted = [name for name in population.dims if name not in lacking]
    unknown = [name for name in array.dims if name not in wanted]
    # births by fewer dimensions would be counted once for every label of the others
    absent = [name for name in wanted if name not in array.dims] if lacking else []
    if unknown or absent:
        msg = f"`{what}` has the dimensions {list(array.dims)}, `population` has {list(population.dims)}."
        raise LabelError(msg)
    for name in array.dims:
        checks.require_same_labels(population.indexes[name], array.indexes[name], what=f"`population` and `{what}`")
    return array.sel({name: population[name] for name in array.dims})


def _entry_share(share: xr.DataArray | float, what: str, cohorts: xr.DataArray) -> xr.DataArray:
    """Return a share by dimensions of the cohorts, or raise."""
    array = share if isinstance(share, xr.DataArray) else xr.DataArray(float(share))
    require_numbers(array, what, low=0.0, high=1.0)
    for name in array.dims:
        if name not in cohorts.dims:
            msg = f"`{what}` has the dimension {name!r}, which `cohorts` has not."
            raise LabelError(msg)
        checks.require_same_labels(cohorts.indexes[name], array.indexes[name], what=f"`cohorts` and `{what}`")
    return array.reset_coords(drop=True)


def _years_in_a_row(array: xr.DataArray, what: str) -> list[int]:
    """Return the years, ascending, or raise if one is missing or there twice."""
    checks.require_unique_labels(array.indexes["year"], what=f"`{what}`")
    years = sorted(int(year) for year in array["year"].to_numpy())
    gaps = sorted(set(range(years[0], years[-1])) - set(years)) if years else [0]
    if gaps:
        msg = f"`{what}` has no year {gaps[0]}: its years must follow one another." if years else f"`{what}` is empty."
        raise LabelError(msg)
    return years


def _months(index: pd.Index, what: str) -> list[int]:
    """Return the months in order, or raise unless they are 1 to 12."""
    months = list(range(1, 13))
    if sorted(index.tolist()) != months:
        msg = f"`{what}` has the months {index.tolist()}: they must be 1 to 12, each once."
        raise LabelError(msg)
    return months


def _month_shares(monthly: pd.Series) -> NDArray[np.float64]:
    """Return shares of births in January to December that sum to 1, or raise."""
    shares = monthly.loc[_months(monthly.index, "monthly")]
    checks.require_no_gaps(shares, what="The share of births by month")
    checks.require_not_negative(shares, what="The share of births by month")
    total = float(shares.sum())
    if abs(total - 1) > MONTHS_TOLERANCE:
        msg = f"Shares of births by month sum to 1, got {total:g}. Counts are divided by their sum."
        raise ValueError(msg)
    return shares.to_numpy(float) / total


def _month_weights(year: int, cutoff: str) -> list[float]:
    """Return of each month of a year the part on or before the cut-off day."""
    day = cutoff_day(year, cutoff)
    part = day.day / calendar.monthrange(year, day.month)[1]
    return [1.0] * (day.month - 1) + [part] + [0.0] * (12 - day.month)


def _is_last_day(cutoff: str) -> bool:
    """Tell whether school cohorts are calendar years."""
    return cutoff_day(2001, cutoff) == dt.date(2001, 12, 31)
