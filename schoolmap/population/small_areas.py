"""
Small areas: what they borrow from a larger one, and what totals become with the age structure of the whole.

Few cases tell little: a ratio of a few is drawn to that of the parent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.population.arrays import in_order
from schoolmap.population.arrays import require_numbers
from schoolmap.population.arrays import whole_ages
from schoolmap.population.graduation import split_bands
from schoolmap.population.raking import rake

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    Text = Mapping[str, str]
    Lack = tuple[str, str]

OLDEST_CLOSED = 85
"""Age up to which bands must reach to hold everybody where none is open: few live longer. Assumption."""


# shrinkage


def shrink(
    ratio_numerator: xr.DataArray,
    ratio_denominator: xr.DataArray,
    *,
    parent: xr.DataArray | float,
    prior: xr.DataArray | float,
) -> xr.DataArray:
    r"""
    Draw a local ratio towards that of the parent, the more so the fewer it rests on.

    :math:`w r + (1 - w) R` with :math:`w = n / (n + k)`: with as many cases as
    the prior, local and parent count alike.

    Parameters
    ----------
    ratio_numerator
        Events or survivors, zero or more, e.g. births by area.
    ratio_denominator
        Those among whom they occurred, :math:`n`, zero or more.
    parent
        Ratio of the parent, :math:`R`, of all areas or by labels of the above.
    prior
        Cases :math:`k` that the parent is worth, zero or more.

    Returns
    -------
    ratio
        On the labels of the numerator; where the denominator is zero, that of
        the parent.

    Raises
    ------
    LabelError
        If labels differ.
    MissingValueError
        If a number is missing.
    ValueError
        If a number is negative.

    Notes
    -----
    Bühlmann (1967), credibility; Fay and Herriot (1979) for small areas.

    See Also
    --------
    empirical_prior : Estimate the prior from the spread between areas.

    Examples
    --------
    >>> births = xr.DataArray([2.0, 90.0], coords={"area": ["small", "large"]}, dims="area")
    >>> women = xr.DataArray([10.0, 990.0], coords={"area": ["small", "large"]}, dims="area")
    >>> shrink(births, women, parent=0.05, prior=90.0).round(3).values.tolist()
    [0.065, 0.088]
    """
    local = xr.DataArray(parent) if not isinstance(parent, xr.DataArray) else parent
    worth = xr.DataArray(prior) if not isinstance(prior, xr.DataArray) else prior
    arrays = {
        "ratio_numerator": ratio_numerator,
        "ratio_denominator": ratio_denominator,
        "parent": local,
        "prior": worth,
    }
    for what, array in arrays.items():
        require_numbers(array, what, low=0.0, high=np.finfo(float).max)
    events, among, local, worth = in_order(arrays)
    cases = among + worth
    weight = among / cases.where(cases > 0, 1.0)
    seen = events / among.where(among > 0, 1.0)
    ratio = weight * seen + (1.0 - weight) * local
    return ratio.transpose(*ratio_numerator.dims, ...).rename(ratio_numerator.name)


def empirical_prior(
    ratio_numerator: xr.DataArray,
    ratio_denominator: xr.DataArray,
    *,
    dim: str = "area",
    bounds: tuple[float, float] = (10.0, 10_000.0),
) -> xr.DataArray:
    r"""
    Estimate, from the spread between areas, how many cases the parent is worth.

    What ratios differ by more than chance would make them is the true spread
    :math:`v`; with events of a Poisson law of mean ratio :math:`m`, the prior
    is :math:`k = m / v`.

    Parameters
    ----------
    ratio_numerator
        Events by `dim` and any further dimension, zero or more.
    ratio_denominator
        Those among whom they occurred, on the same labels.
    dim
        Dimension over which areas are compared.
    bounds
        Least and largest prior, both above zero. Assumption: ten cases say a
        little anywhere, and beyond ten thousand a small area is its parent.

    Returns
    -------
    prior
        By the further dimensions, for `shrink`. The largest where areas differ
        no more than by chance, or where there is only one.

    Raises
    ------
    LabelError
        If labels differ.
    MissingValueError
        If a number is missing.
    ValueError
        If a number is negative, or the bounds are not in order.

    Notes
    -----
    The unbiased moment estimator of Bühlmann and Straub (1970), with the
    variance within an area that of counts, as in Marshall (1991). For ratios
    near one, such as a cohort from year to year, counts vary less than that,
    so that more is borrowed from the parent than need be.

    Examples
    --------
    >>> births = xr.DataArray([40.0, 60.0, 95.0], coords={"area": ["a", "b", "c"]}, dims="area")
    >>> women = xr.DataArray([1000.0, 1000.0, 1000.0], coords={"area": ["a", "b", "c"]}, dims="area")
    >>> float(empirical_prior(births, women).round())
    92.0
    """
    low, high = bounds
    if not 0 < low <= high:
        msg = f"`bounds` are the least and the largest prior, above zero, got {bounds}."
        raise ValueError(msg)
    arrays = {"ratio_numerator": ratio_numerator, "ratio_denominator": ratio_denominator}
    for what, array in arrays.items():
        require_numbers(array, what, dims=(dim,), low=0.0, high=np.finfo(float).max)
    ratio_numerator, ratio_denominator = in_order(arrays)
    cases = ratio_denominator.sum(dim)
    mean = ratio_numerator.sum(dim) / cases.where(cases > 0, 1.0)
    ratios = ratio_numerator / ratio_denominator.where(ratio_denominator > 0, 1.0)
    counted = (ratio_denominator > 0).sum(dim)
    spread = (ratio_denominator * (ratios - mean) ** 2).sum(dim) - (counted - 1) * mean
    room = cases - (ratio_denominator**2).sum(dim) / cases.where(cases > 0, 1.0)
    seen = (spread > 0) & (room > 0)
    variance = spread.where(seen, 1.0) / room.where(seen, 1.0)
    return (mean / variance).where(seen, high).clip(low, high).rename("prior")


# totals by age structure


def spread_totals(
    totals: pd.Series,
    structure: pd.DataFrame,
    *,
    ages: Sequence[int],
    parent_of: pd.Series | None = None,
    age_totals: pd.DataFrame | None = None,
    rescale: float = 0.0,
) -> xr.DataArray:
    """
    Give each area the age structure of the whole, or of its parent.

    Children move with their parents to new housing and away from old: an area
    unlike the whole is not seen by this method.

    Parameters
    ----------
    totals
        Residents of all ages on one date, by area.
    structure
        Residents by `age`, with `low`, `high` (last age counted; missing for
        the open band) and `count`; with `parent_of`, by `(parent, age)`. Of it
        only the shares matter. It holds all ages, not children alone.
    ages
        Single ages wanted.
    parent_of
        Parent of each area, e.g. its township, or town and countryside; by
        default all areas share one structure.
    age_totals
        Residents by `age` as `structure`, without parents, which the sum of
        all areas must have: the table is then raked to both.
    rescale
        Share in [0, 1) by which the sum of `totals` may differ from that of
        `age_totals`, to which it is then scaled.

    Returns
    -------
    children
        Residents by (area, age). With all other ages they add up to the area's
        total.

    Raises
    ------
    LabelError
        If bands leave a gap or end too early, or an area has no parent or a
        parent no structure.
    MissingValueError
        If a count is missing.
    ValueError
        If a count is negative, or the totals differ.

    See Also
    --------
    schoolmap.population.raking.rake : What fits both totals.

    Examples
    --------
    >>> totals = pd.Series({"a": 1000.0, "b": 500.0}).rename_axis("area")
    >>> structure = pd.DataFrame(
    ...     {"low": [0, 3, 6], "high": [2, 5, None], "count": [300.0, 300.0, 9400.0]},
    ...     index=pd.Index(["0-2", "3-5", "6+"], name="age"),
    ... )
    >>> spread_totals(totals, structure, ages=[3, 4, 5]).round(1).values.tolist()
    [[10.0, 10.0, 10.0], [5.0, 5.0, 5.0]]
    """
    wanted = whole_ages(ages)
    checks.require_unique_labels(totals.index, what="`totals`")
    checks.require_no_gaps(totals, what="`totals`")
    checks.require_not_negative(totals, what="`totals`")
    parents = pd.Series("", index=totals.index) if parent_of is None else _parents(totals, parent_of)
    tables = structure.reset_index() if parent_of is not None else structure.reset_index().assign(parent="")
    absent = sorted(set(parents) - set(tables["parent"]))
    if absent:
        msg = f"`structure` has no ages for {len(absent)} parent(s), e.g. {absent[0]!r}."
        raise LabelError(msg)
    tables = tables[tables["parent"].isin(parents)]
    share = _single_years(tables, oldest=wanted[-1], what="`structure`")
    everyone = share.sum("age")
    if (everyone <= 0).any():
        first = everyone["area"].to_numpy()[int(np.flatnonzero(everyone <= 0)[0])]
        msg = f"`structure` has nobody{f' for parent {first!r}' if parent_of is not None else ''}."
        raise ValueError(msg)
    areas = xr.DataArray(totals.to_numpy(float), dims="area", coords={"area": totals.index.to_numpy(object)})
    seed = (share / everyone).sel(area=parents.to_numpy(object)).assign_coords(area=areas["area"]) * areas
    if age_totals is not None:
        columns = _single_years(age_totals.reset_index().assign(parent=""), oldest=wanted[-1], what="`age_totals`")
        seed = rake(seed, rows=areas, columns=columns.isel(area=0, drop=True), rescale=rescale)
    return seed.sel(age=list(ages)).transpose("area", "age").rename("children")


def _parents(totals: pd.Series, parent_of: pd.Series) -> pd.Series:
    """Return the parent of each area of `totals`."""
    checks.require_unique_labels(parent_of.index, what="`parent_of`")
    found = parent_of.reindex(totals.index)
    checks.require_no_gaps(found, what="The parent in `parent_of`")
    return found


def _single_years(bands: pd.DataFrame, *, oldest: int, what: str) -> xr.DataArray:
    """Return residents by (parent as area, single age to `oldest`, and all older as the next)."""
    checks.require_no_gaps(bands["count"], what=what)
    checks.require_not_negative(bands["count"], what=what)
    last = bands["high"].fillna(np.inf).groupby(bands["parent"]).max()
    if (last < OLDEST_CLOSED).any():
        first = last.index[last < OLDEST_CLOSED][0]
        msg = (
            f"{what} ends at age {last[first]:g}{f' for parent {first!r}' if first else ''}: "
            "totals hold all ages, so that it must, too. Add the open band."
        )
        raise LabelError(msg)
    table = bands.rename(columns={"parent": "area"}).set_index(["area", "age"])[["low", "high", "count"]]
    single = split_bands(table, oldest=oldest)
    everyone = xr.DataArray.from_series(table["count"].groupby(level="area").sum().astype(float))
    older = (everyone.sel(area=single["area"]) - single.sum("age")).clip(min=0.0).expand_dims(age=[oldest + 1])
    return xr.concat([single, older.transpose("area", "age")], dim="age")
