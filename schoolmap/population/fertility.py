"""Births to come, from what a single count can tell: the infants that it found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

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
