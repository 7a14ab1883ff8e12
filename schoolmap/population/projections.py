"""
A projection that the user brings: used as given, and only checked, split to single ages and dated.

Nothing of it is recomputed: a band keeps its total, a missing year is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.population.arrays import arrange
from schoolmap.population.arrays import require_numbers
from schoolmap.population.arrays import whole_ages
from schoolmap.population.school_years import cutoff_day
from schoolmap.population.school_years import first_school_year
from schoolmap.population.school_years import years_until

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Text = Mapping[str, str]
    Lack = tuple[str, str]

ROUNDS = 50
"""Rounds in which cohorts are followed through the bands of a projection. Assumption: more rounds sharpen noise."""


def check_projection(
    projection: pd.DataFrame,
    *,
    ages: Sequence[int],
    units: Sequence[str] | None = None,
    jump: float = 0.5,
    least: float = 10.0,
) -> pd.DataFrame:
    """
    Check a ready projection, and list what a person should look at.

    A cohort is followed where bands are one year wide; wider bands are compared
    with themselves a year before. The youngest single age has nothing to be
    compared with.

    Parameters
    ----------
    projection
        Children by `(unit, low, high, year)`, with `count`; ages `low` to
        `high`, both counted.
    ages
        Single ages that the plan needs.
    units
        Units that the plan needs; by default those of the projection.
    jump
        Growth in a year, as a share, above which it is listed; a fall by the
        same factor is listed, too.
    least
        Change in children below which it is not listed: villages jump.
        Assumption.

    Returns
    -------
    jumps
        One row for each jump, with `unit`, `low`, `high`, `year`, `before`,
        `count` and `change` (share; infinite from zero).

    Raises
    ------
    LabelError
        If a unit, band or year is missing or occurs twice, bands overlap, or do
        not cover the ages.
    MissingValueError
        If a count is missing.
    ValueError
        If a count is negative.

    Examples
    --------
    >>> index = pd.MultiIndex.from_product([["a"], [6], [6], [2027, 2028]], names=["unit", "low", "high", "year"])
    >>> older = pd.MultiIndex.from_product([["a"], [7], [7], [2027, 2028]], names=["unit", "low", "high", "year"])
    >>> counts = [100.0, 105.0, 90.0, 180.0]
    >>> projection = pd.DataFrame({"count": counts}, index=index.append(older))
    >>> check_projection(projection, ages=[6, 7])[["unit", "low", "year", "before", "count"]]
      unit  low  year  before  count
    0    a    7  2028   100.0  180.0
    """
    if not (jump > 0 and least >= 0):
        msg = f"`jump` must be above zero and `least` not below, got {jump} and {least}."
        raise ValueError(msg)
    table = _grid(projection, ages=ages, units=units)
    counts = table["count"]
    frame = counts.reset_index()
    single = frame["low"] == frame["high"]
    younger = pd.MultiIndex.from_arrays(
        [frame["unit"], frame["low"] - single, frame["high"] - single, frame["year"] - 1], names=counts.index.names
    )
    frame["before"] = counts.reindex(younger).to_numpy()
    frame = frame[frame["before"].notna()]
    far = (frame["count"] - frame["before"]).abs() >= least
    grown = frame["count"] > frame["before"] * (1 + jump)
    fallen = frame["before"] > frame["count"] * (1 + jump)
    found = frame[far & (grown | fallen)]
    with np.errstate(divide="ignore"):
        change = found["count"] / found["before"].to_numpy() - 1
    return found.assign(change=change)[["unit", "low", "high", "year", "before", "count", "change"]].reset_index(
        drop=True
    )


def _grid(projection: pd.DataFrame, *, ages: Sequence[int], units: Sequence[str] | None) -> pd.DataFrame:
    """Return the projection sorted; refuse it unless it is complete and its bands cover the ages."""
    keys = ["unit", "low", "high", "year"]
    if list(projection.index.names) != keys or "count" not in projection:
        msg = f"`projection` must be indexed by {keys} with `count`, got {list(projection.index.names)}."
        raise LabelError(msg)
    checks.require_unique_labels(projection.index, what="`projection`")
    checks.require_no_gaps(projection["count"], what="`projection`")
    checks.require_not_negative(projection["count"], what="`projection`")
    if projection.empty:
        msg = "`projection` is empty."
        raise LabelError(msg)
    if units is not None:
        found = projection.index.get_level_values("unit").unique()
        checks.require_same_labels(pd.Index(list(units)), found, what="`units` and `projection`")
    years = projection.index.get_level_values("year")
    gap = sorted(set(range(int(years.min()), int(years.max()) + 1)) - set(years))
    if gap:
        msg = f"`projection` has no year {gap[0]}. Years are not interpolated: give every year."
        raise LabelError(msg)
    frame = projection.index.to_frame(index=False)
    bands = frame[["low", "high"]].drop_duplicates().sort_values(["low", "high"]).to_numpy(int)
    crossed = np.flatnonzero(bands[1:, 0] <= bands[:-1, 1])
    if len(crossed) or (bands[:, 1] < bands[:, 0]).any():
        at = bands[crossed[0]].tolist() + bands[crossed[0] + 1].tolist() if len(crossed) else bands[0].tolist()
        msg = f"The bands of `projection` overlap or end before they start, e.g. {at}: a child would count twice."
        raise LabelError(msg)
    covered = {age for low, high in bands for age in range(low, high + 1)}
    lacking = [age for age in whole_ages(ages) if age not in covered]
    if lacking:
        msg = f"The bands of `projection` do not hold age {lacking[0]}; the plan needs {min(ages)} to {max(ages)}."
        raise LabelError(msg)
    full = len(bands) * frame["unit"].nunique() * frame["year"].nunique()
    if len(frame) < full:
        complete = pd.MultiIndex.from_product([frame["unit"].unique(), frame["year"].unique()])
        per = frame.groupby(["unit", "year"]).size().reindex(complete, fill_value=0)
        unit, year = min(per[per < len(bands)].index)
        msg = (
            f"`projection` lacks {full - len(frame)} count(s), e.g. a band of unit {unit!r} in {year}. "
            "Every unit needs every band in every year."
        )
        raise LabelError(msg)
    return projection.sort_index()


def spread_projection(
    projection: pd.DataFrame,
    *,
    ages: Sequence[int],
    shape: xr.DataArray | None = None,
) -> xr.DataArray:
    r"""
    Split the bands of a projection into single ages, keeping every band's total.

    Without a shape the cohorts decide: those born in the same year keep, as far
    as the totals allow it, their size from year to year. Starting from equal
    ages, each cohort takes the mean of what its ages have, and each band is
    scaled to its total, fifty times. One year alone is split evenly.

    Parameters
    ----------
    projection
        Children by `(unit, low, high, year)`, with `count`, as `check_projection`
        takes it.
    ages
        Single ages wanted.
    shape
        Weights, zero or more, by `age` and, if they differ, by `unit` or
        `year`: each band is split by them.

    Returns
    -------
    children
        Children by (unit, age, year).

    Raises
    ------
    LabelError
        If the projection is incomplete (no year is interpolated), or the shape
        lacks labels.
    MissingValueError
        If a number is missing.
    ValueError
        If a number is negative, or the shape is zero for a band with children.

    Notes
    -----
    The steps are those of the EM algorithm for sums of Poisson counts, stopped
    early (Vardi, Shepp and Kaufman 1985; Eilers 2007 on composite links).

    Examples
    --------
    >>> index = pd.MultiIndex.from_tuples(
    ...     [("a", 3, 5, 2027), ("a", 6, 6, 2027)], names=["unit", "low", "high", "year"]
    ... )
    >>> projection = pd.DataFrame({"count": [300.0, 90.0]}, index=index)
    >>> spread_projection(projection, ages=[3, 4, 5, 6]).sel(unit="a", year=2027).values.tolist()
    [100.0, 100.0, 100.0, 90.0]
    """
    table = _grid(projection, ages=ages, units=None)
    totals = xr.DataArray.from_series(table["count"].droplevel("high").astype(float))
    bands = table.index.to_frame(index=False)[["low", "high"]].drop_duplicates().sort_values("low")
    lows, highs = bands["low"].to_numpy(int), bands["high"].to_numpy(int)
    every = np.concatenate([np.arange(low, high + 1) for low, high in zip(lows, highs, strict=True)])
    member = np.repeat(np.arange(len(lows)), highs - lows + 1)
    counts = totals.transpose("unit", "low", "year").sel(low=lows).to_numpy()
    years = totals["year"].to_numpy().astype(int)
    labels = {"unit": totals["unit"].to_numpy(), "age": every, "year": years}
    if shape is None:
        split = _by_cohort(counts, every, member, years)
    else:
        split = _by_shape(counts, _weights(shape, labels), labels, member)
    children = xr.DataArray(split, dims=("unit", "age", "year"), coords=labels, name="children")
    return children.sel(age=list(ages))


def _scaled(
    weights: NDArray[np.float64], counts: NDArray[np.float64], member: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the weights (unit, age, year) scaled to the totals of their bands (unit, band, year)."""
    sums = np.add.reduceat(weights, np.flatnonzero(np.diff(member, prepend=-1)), axis=1)
    share = np.divide(weights, sums[:, member], out=np.zeros_like(weights), where=sums[:, member] > 0)
    scaled: NDArray[np.float64] = share * counts[:, member]
    return scaled


def _by_cohort(
    counts: NDArray[np.float64],
    ages: NDArray[np.int64],
    member: NDArray[np.int64],
    years: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Split bands so that cohorts keep their size as far as the totals allow it."""
    cohort = years[None, :] - ages[:, None]
    place = cohort - cohort.min()
    found = np.bincount(place.ravel())
    split = _scaled(np.ones((len(counts), *place.shape)), counts, member)
    for _ in range(ROUNDS if len(years) > 1 else 0):
        sums = np.zeros((len(counts), len(found)))
        for age in range(len(ages)):
            sums[:, place[age]] += split[:, age]
        mean = sums / np.maximum(found, 1)
        split = _scaled(mean[:, place], counts, member)
    return split


def _weights(shape: xr.DataArray, labels: Mapping[str, NDArray[np.int64]]) -> NDArray[np.float64]:
    """Return the shape by (unit, age, year)."""
    require_numbers(shape, "shape", dims=("age",), low=0.0, high=np.finfo(float).max)
    for name in shape.dims:
        if str(name) not in labels or name not in shape.indexes:
            msg = f"`shape` may have the labelled dimensions {list(labels)}, it has {name!r}."
            raise LabelError(msg)
        lacking = sorted(set(labels[str(name)].tolist()) - set(shape.indexes[name].tolist()))
        if lacking:
            msg = f"`shape` has no {name} {lacking[0]!r}."
            raise LabelError(msg)
    wide = arrange(shape, {name: list(values) for name, values in labels.items()}, list(labels))
    return np.broadcast_to(wide, tuple(len(values) for values in labels.values())).copy()


def _by_shape(
    counts: NDArray[np.float64],
    weights: NDArray[np.float64],
    labels: Mapping[str, NDArray[np.int64]],
    member: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Split bands by weights; refuse weights of zero for a band with children."""
    sums = np.add.reduceat(weights, np.flatnonzero(np.diff(member, prepend=-1)), axis=1)
    empty = np.argwhere((sums <= 0) & (counts > 0))
    if len(empty):
        unit, band, year = empty[0]
        low = labels["age"][np.flatnonzero(member == band)[0]]
        msg = (
            f"`shape` is zero for {len(empty)} band(s) with children, e.g. that from age {low} of unit "
            f"{labels['unit'][unit]!r} in {labels['year'][year]}."
        )
        raise ValueError(msg)
    return _scaled(weights, counts, member)


def date_projection(
    children: xr.DataArray,
    *,
    day: str,
    cutoff: str,
    ages: Sequence[int] | None = None,
) -> xr.DataArray:
    r"""
    Move a projection from its own day to the cut-off day of the school year.

    As in `school_years.age_on`, a share :math:`f` of each age has had one more
    birthday by then: :math:`P'_a = (1 - f) P_a + f P_{a-1}`. Of the youngest
    age, those who have come from below are found a year later in the same age.

    Parameters
    ----------
    children
        Children by (age, year) and any further dimension, on `day` of each
        calendar year, ages and years without gap.
    day
        Month and day for which they hold, `12-31`.
    cutoff
        Month and day of the school year, `08-31`.
    ages
        Single ages wanted; by default all.

    Returns
    -------
    children
        Children on the cut-off day, by school year, which is named by its
        autumn. A projection of 31 December 2027 tells of the school year 2028.
        The last year has no later one to tell of its youngest age: it is left
        out if that age is wanted. If both days are the same, `children` as
        they are, of the ages wanted.

    Raises
    ------
    LabelError
        If ages or years leave a gap, or there is only one year to move.
    MissingValueError
        If a number is missing.

    Notes
    -----
    Smith, Tayman and Swanson (2013), ch. 3. Moves and deaths within the part of
    a year are those of the projection's next year for the youngest age, and
    none for the others.

    Examples
    --------
    >>> children = xr.DataArray(
    ...     [[100.0, 80.0], [90.0, 100.0]], coords={"age": [3, 4], "year": [2027, 2028]}, dims=("age", "year")
    ... )
    >>> date_projection(children, day="02-28", cutoff="08-31").round(1).to_series().to_dict()
    {(3, 2027): 89.9, (4, 2027): 95.0}
    """
    wanted = children["age"].to_numpy().tolist() if ages is None else list(ages)
    absent = sorted(set(wanted) - set(children["age"].to_numpy().tolist()))
    if absent:
        msg = f"`children` has no age {absent[0]}."
        raise LabelError(msg)
    if day == cutoff:
        return children.sel(age=wanted)
    require_numbers(children, "children", dims=("age", "year"), low=0.0)
    ordered = children.sortby("age").sortby("year").astype(float)
    for name in ("age", "year"):
        if (np.diff(ordered[name].to_numpy().astype(int)) != 1).any():
            msg = f"`children` has the labels {ordered[name].to_numpy().tolist()} of {name!r}: each once, without gap."
            raise LabelError(msg)
    youngest = int(ordered["age"][0])
    if youngest in wanted and ordered.sizes["year"] < 2:
        msg = f"`children` of one year cannot be moved to another day: age {youngest} needs the next year."
        raise LabelError(msg)
    years = ordered["year"].to_numpy().astype(int)
    dates = [cutoff_day(int(year), day) for year in years]
    schools = [first_school_year(date, cutoff) for date in dates]
    share = xr.DataArray(
        [years_until(date, cutoff_day(year, cutoff)) for date, year in zip(dates, schools, strict=True)],
        dims="year",
        coords={"year": years},
    )
    # those who come to the youngest age from below are a year later still of that age
    younger = ordered.shift(age=1).where(ordered["age"] > youngest, ordered.shift(year=-1))
    moved = ((1 - share) * ordered + share * younger).assign_coords(year=schools)
    if youngest in wanted:
        moved = moved.isel(year=slice(None, -1))
    placed: xr.DataArray = moved.sel(age=wanted).transpose(*children.dims)
    return placed.rename(children.name)
