"""Births to come, from what a single count can tell: the infants that it found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from schoolmap.population.arrays import require_numbers
from schoolmap.population.arrays import step_width

if TYPE_CHECKING:
    from collections.abc import Sequence

HALF_LIFE_YEARS = 1.5
"""Weight of a birth year halves in this time: recent births say more about the next ones."""


def reference_births(children: xr.DataArray) -> xr.DataArray:
    r"""
    Estimate births a year from the children aged 0, 1 and 2 at the count.

    A weighted mean, :math:`B = \sum_a w_a P_a / \sum_a w_a` with
    :math:`w_a = 2^{-a/h}` and the half-life :math:`h` of `HALF_LIFE_YEARS`.

    Parameters
    ----------
    children
        Residents by (area, age), with ages 0, 1 and 2.

    Returns
    -------
    births
        Births a year by area. Moves and deaths in the first two years of life
        are part of it.

    Examples
    --------
    >>> infants = xr.DataArray([[90.0, 100.0, 110.0]], coords={"area": ["a"], "age": [0, 1, 2]}, dims=("area", "age"))
    >>> float(reference_births(infants).round(1).sel(area="a"))
    97.0
    """
    ages = np.array([0, 1, 2])
    weights = xr.DataArray(0.5 ** (ages / HALF_LIFE_YEARS), coords={"age": ages}, dims="age")
    infants = children.sel(age=ages)
    return ((infants * weights).sum("age") / weights.sum()).rename("births")


def level_births(reference: xr.DataArray, *, years: Sequence[int], factor: float) -> xr.DataArray:
    """
    Hold births at a multiple of the reference level.

    Parameters
    ----------
    reference
        Births a year by area.
    years
        School years.
    factor
        The scenario's multiple; 1 keeps the level.

    Returns
    -------
    births
        Births by (area, year).
    """
    level = xr.DataArray(np.full(len(years), factor), coords={"year": list(years)}, dims="year")
    return (reference * level).rename("births")


def fertility_rates(total: xr.DataArray, shares: xr.DataArray) -> xr.DataArray:
    r"""
    Spread total fertility over the ages of the mothers.

    :math:`f_x = \mathrm{TFR}\,s_x / n`, where the age groups are n years wide.

    Parameters
    ----------
    total
        Children per woman.
    shares
        Share of total fertility by `age`; of every label the shares sum to 1.

    Returns
    -------
    fertility
        Births per woman and year by age.

    Raises
    ------
    ValueError
        If shares do not sum to 1.

    Examples
    --------
    >>> shares = xr.DataArray([0.0, 0.4, 0.6], coords={"age": [15, 20, 25]}, dims="age")
    >>> fertility_rates(xr.DataArray(1.5), shares).values.round(3).tolist()
    [0.0, 0.12, 0.18]
    """
    require_numbers(shares, "shares", dims=("age",), low=0.0)
    sums = shares.sum("age")
    if not np.allclose(sums, 1.0, rtol=0, atol=1e-3):
        worst = float(sums.to_numpy().ravel()[np.argmax(np.abs(sums.to_numpy() - 1))])
        msg = f"Shares of total fertility sum to 1 over the ages, got {worst:g}. Percentages are divided by 100."
        raise ValueError(msg)
    return (total * shares / sums / step_width(shares["age"].to_numpy(), "shares")).rename("fertility")
