"""
Children by area, age and year: bands split to single ages, cohorts that grow a year older each year.

The ages of a projection are completed years on the cut-off day of the school
year. Deaths after infancy (about one child in two thousand a year) and moves
are not in this step; the intervals of `forecast` carry what they may add.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from scipy.interpolate import PchipInterpolator

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.population.school_years import age_on

if TYPE_CHECKING:
    from collections.abc import Sequence


def split_bands(population: pd.DataFrame, *, oldest: int) -> xr.DataArray:
    """
    Split age bands into single years of age, keeping every band's total.

    The count up to each band's edge is interpolated by a monotone cubic, so no
    age is negative and a band of one year is returned as it is.

    Parameters
    ----------
    population
        Indexed by `(area, age)`, with `low`, `high` (last age counted; missing
        for an open band) and `count`. Bands of an area follow each other from 0.
    oldest
        Oldest age wanted.

    Returns
    -------
    children
        Residents by (area, age), ages 0 to `oldest`.

    Raises
    ------
    LabelError
        If bands leave a gap, overlap, or end before `oldest`.
    MissingValueError
        If a count is missing.

    Notes
    -----
    Fritsch and Carlson (1980), monotone piecewise cubic interpolation, applied
    to the cumulated count as is usual in the graduation of abridged data.

    Examples
    --------
    >>> import pandas as pd
    >>> bands = pd.DataFrame(
    ...     {"low": [0, 1, 3], "high": [0, 2, 5], "count": [30.0, 70.0, 120.0]},
    ...     index=pd.MultiIndex.from_product([["a"], ["0", "1-2", "3-5"]], names=["area", "age"]),
    ... )
    >>> split_bands(bands, oldest=5).sel(area="a").round(1).values.tolist()
    [30.0, 33.7, 36.3, 38.1, 40.0, 42.0]
    """
    checks.require_no_gaps(population["count"], what="The population")
    table = population.reset_index().sort_values(["area", "low"], kind="stable")
    band = pd.Series(list(zip(table["low"], table["high"].fillna(np.inf), strict=True)), index=table.index)
    shapes = band.groupby(table["area"]).agg(tuple)
    parts = []
    for _, areas in shapes.groupby(shapes):
        rows = table[table["area"].isin(areas.index)]
        parts.append(_split_alike(rows, oldest=oldest))
    return xr.concat(parts, dim="area").sortby("area")


def _split_alike(rows: pd.DataFrame, *, oldest: int) -> xr.DataArray:
    """Split the bands of areas that share them."""
    first = rows[rows["area"] == rows["area"].iloc[0]]
    low = first["low"].to_numpy(int)
    closed = first["high"].notna().to_numpy()
    ends = first["high"][closed].to_numpy(int) + 1
    edges = np.append(0, ends)
    # each band starts where the one before it ends; an open band can only be the last
    if len(low) > len(edges) or (low != edges[: len(low)]).any() or edges[-1] <= oldest:
        msg = (
            f"The bands of area {first['area'].iloc[0]!r} start at {low.tolist()} and end at age {edges[-1] - 1}: "
            f"they must follow each other from 0 to at least {oldest}."
        )
        raise LabelError(msg)
    counts = rows.pivot_table(index="area", columns="low", values="count", sort=True)[low[closed]]
    cumulated = np.concatenate([np.zeros((len(counts), 1)), counts.to_numpy().cumsum(axis=1)], axis=1)
    curve = PchipInterpolator(edges, cumulated, axis=1)
    single = np.diff(curve(np.arange(oldest + 2)), axis=1)
    return xr.DataArray(
        # the curve is monotone; what is below zero is rounding in the last digit
        np.maximum(single, 0.0),
        dims=("area", "age"),
        coords={"area": counts.index.to_numpy(object), "age": np.arange(oldest + 1)},
        name="children",
    )


def project(
    base: xr.DataArray,
    births: xr.DataArray,
    *,
    years: Sequence[int],
    first_step: float,
) -> xr.DataArray:
    r"""
    Let cohorts grow older, year by year.

    :math:`P_{a+1,t+1} = P_{a,t}`, :math:`P_{0,t} = B_t`; the first school year
    is reached from the date of the count by `school_years.age_on`.

    Parameters
    ----------
    base
        Residents by (area, age) on the date of the count, ages from 0.
    births
        Births by (area, year): those of the twelve months before the cut-off
        day of each year. Of the first year only the share `first_step` is
        used, since the others are in `base`.
    years
        School years, one after another; the first is the first after the count.
    first_step
        Time from the count to the first cut-off day, in years, in [0, 1].

    Returns
    -------
    children
        Residents by (area, age, year) on each cut-off day.

    Raises
    ------
    LabelError
        If areas differ, a year has no births, or years are not consecutive.

    Examples
    --------
    >>> base = xr.DataArray([[10.0, 20.0]], coords={"area": ["a"], "age": [0, 1]}, dims=("area", "age"))
    >>> births = xr.DataArray([[8.0, 6.0]], coords={"area": ["a"], "year": [2027, 2028]}, dims=("area", "year"))
    >>> project(base, births, years=[2027, 2028], first_step=0.5).sel(area="a").values.T
    array([[ 9., 15.],
           [ 6.,  9.]])
    """
    if list(years) != list(range(years[0], years[0] + len(years))):
        msg = f"`years` must follow one another, got {list(years)}."
        raise LabelError(msg)
    checks.require_same_labels(base.indexes["area"], births.indexes["area"], what="`base` and `births`")
    missing = set(years) - set(births.indexes["year"])
    if missing:
        msg = f"`births` has no year {min(missing)}."
        raise LabelError(msg)
    arrivals = births.sel(area=base["area"], year=list(years)).to_numpy()
    counts = age_on(base.to_numpy(), newborn=arrivals[:, 0] * first_step, years=first_step)
    children = np.empty((*counts.shape, len(years)))
    children[:, :, 0] = counts
    for step in range(1, len(years)):
        children[:, 1:, step] = children[:, :-1, step - 1]
        children[:, 0, step] = arrivals[:, step]
    return xr.DataArray(
        children,
        dims=("area", "age", "year"),
        coords={"area": base["area"], "age": base["age"], "year": list(years)},
        name="children",
    )
