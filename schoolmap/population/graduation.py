"""Graduation: groups of ages split into single years of age, every group's total kept."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from scipy.interpolate import PchipInterpolator

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.population.arrays import require_numbers


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


def graduate(groups: xr.DataArray) -> xr.DataArray:
    """
    Split age groups into single years of age, keeping every group's total.

    The count up to each group's edge is interpolated by a monotone cubic, as in
    `split_bands`. The open group stays whole.

    Parameters
    ----------
    groups
        Counts by `age`, the lowest age of each group from 0; the last is open.

    Returns
    -------
    counts
        Counts by the ages 0, 1, 2, … up to the open group.

    Notes
    -----
    Fritsch and Carlson (1980), monotone piecewise cubic interpolation.

    Examples
    --------
    >>> groups = xr.DataArray([50.0, 100.0, 30.0], coords={"age": [0, 5, 10]}, dims="age")
    >>> graduate(groups).round(1).values.tolist()
    [6.3, 8.5, 10.4, 11.9, 12.9, 14.9, 17.9, 20.4, 22.5, 24.3, 30.0]
    """
    require_numbers(groups, "groups", dims=("age",), low=0.0)
    counts = groups.transpose(..., "age")
    edges = counts["age"].to_numpy()
    if edges[0] != 0 or len(edges) < 2 or (np.diff(edges) < 1).any():
        msg = f"Age groups start at {edges.tolist()}: they must rise from 0, and the last is open."
        raise LabelError(msg)
    closed = counts.to_numpy().astype(float)[..., :-1]
    cumulated = np.concatenate([np.zeros((*closed.shape[:-1], 1)), closed.cumsum(axis=-1)], axis=-1)
    single = np.diff(PchipInterpolator(edges, cumulated, axis=-1)(np.arange(edges[-1] + 1)), axis=-1)
    single = np.maximum(single, 0.0)  # the curve is monotone; what is below zero is rounding
    found = np.add.reduceat(single, edges[:-1], axis=-1)
    scale = np.divide(closed, found, out=np.zeros_like(closed), where=found > 0)
    single = single * np.repeat(scale, np.diff(edges), axis=-1)
    return xr.DataArray(
        np.concatenate([single, counts.to_numpy()[..., -1:]], axis=-1),
        dims=counts.dims,
        coords={**{name: counts[name] for name in counts.dims if name != "age"}, "age": np.arange(edges[-1] + 1)},
        name=groups.name,
    )
