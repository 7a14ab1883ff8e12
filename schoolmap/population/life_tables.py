"""Life tables of death rates, and the shares that live on to the next age."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from schoolmap.errors import LabelError
from schoolmap.population.arrays import require_numbers
from schoolmap.population.arrays import require_sexes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

INFANT_BREAKS = {"female": (0.01724, 0.06891), "male": (0.02300, 0.08307)}
INFANT_LINES = {
    "female": ((0.14903, -2.05527), (0.04667, 3.88089), (0.31411, 0.0)),
    "male": ((0.14929, -1.99545), (0.02832, 3.26021), (0.29915, 0.0)),
}
"""
Intercept and slope of a0 on m0, in years: Andreev and Kingkade (2015), as in the HMD protocol, version 6.

The same numbers stand in MortCast, the package behind World Population Prospects (github.com/PPgp/MortCast,
`src/life_tables.c`, `get_a0_ak_female` and `get_a0_ak_male`); the paper itself was not at hand. The life expectancies that
they give agree with the published ones of China within 0.14 years.
"""

TODDLER_LINES = {"female": (1.522, -1.518), "male": (1.651, -2.816)}
"""
Intercept and slope of 4a1 on m0, in years: Coale and Demeny, West, in Preston et al. (2001), table 3.3, p. 48.

The same numbers, with the break and the levels above it, stand in MortCast (`src/life_tables.c`, `get_a05`, which names
that page); the book itself was not at hand.
"""
TODDLER_BREAK = 0.107
TODDLER_HIGH = {"female": 1.361, "male": 1.352}
"""4a1 where m0 is at or above the break."""

GRADUATIONS = 20
"""Rounds of the graduation of a_x, which settles in a few."""


def life_table(mx: xr.DataArray) -> xr.Dataset:
    r"""
    Make a period life table of central death rates.

    The mean time lived in the year of death by those who die in the first year
    of life is that of Andreev and Kingkade; at ages 1-4 of an abridged table
    that of Coale and Demeny (West). Elsewhere it is half the width, in an
    abridged table from age 10 graduated from the deaths of the neighbours
    (Keyfitz). The open group lives :math:`l_A / m_A`.

    Parameters
    ----------
    mx
        Deaths per person and year by `sex` and `age`, and any other dimension.
        Ages are 0, 1, 2, … or 0, 1, 5, 10, …; the last is open.

    Returns
    -------
    table
        With `survivors` (of one birth, at the exact age), `person_years` (lived
        in the group; infinite in an open group where nobody dies) and
        `expectancy` (at birth, in years, without `age`).

    Raises
    ------
    LabelError
        If a dimension or an age is missing.
    MissingValueError
        If a rate is missing.
    ValueError
        If a rate is negative.

    Notes
    -----
    Andreev and Kingkade (2015), Demographic Research 33(13); Preston, Heuveline
    and Guillot (2001), Demography, ch. 3.

    Examples
    --------
    >>> mx = xr.DataArray(
    ...     [[0.01, 0.02, 0.5], [0.01, 0.02, 0.5]],
    ...     coords={"sex": ["female", "male"], "age": [0, 1, 2]},
    ...     dims=("sex", "age"),
    ... )
    >>> life_table(mx)["survivors"].sel(sex="female").round(4).values.tolist()
    [1.0, 0.9901, 0.9705]
    >>> life_table(mx)["expectancy"].sel(sex="female").round(3).item()
    3.913
    """
    require_numbers(mx, "mx", dims=("sex", "age"), low=0.0)
    ages = mx["age"].to_numpy()
    _require_life_ages(ages)
    require_sexes(mx, "mx")
    rates = mx.transpose(..., "sex", "age")
    tables = [_life_columns(rates.sel(sex=sex).to_numpy(), ages, str(sex)) for sex in rates["sex"].to_numpy()]
    survivors, person_years = (
        xr.DataArray(np.stack(columns, axis=-2), dims=rates.dims, coords=rates.coords)
        for columns in zip(*tables, strict=True)
    )
    return xr.Dataset(
        {"survivors": survivors, "person_years": person_years, "expectancy": person_years.sum("age")},
    )


def single_ages(mx: xr.DataArray) -> xr.DataArray:
    """
    Give every single year of age the death rate of its group.

    Within a group the rate is the same at every age: the simplest that can be
    said without knowing more. Life expectancy at birth stays within 0.15 years
    of that of the groups (China, 1955 to 2100); single rates are too low at the
    older end of a group of adults, and too high at its younger.

    Parameters
    ----------
    mx
        Deaths per person and year by `age` (0, 1, 5, 10, …, or single already),
        and any other dimension, as in `life_table`; the last age is open.

    Returns
    -------
    rates
        Deaths per person and year by the ages 0, 1, 2, … up to the open group,
        as `survivorship` wants them for steps of one year.

    Raises
    ------
    LabelError
        If ages are neither 0, 1, 5, 10, … nor 0, 1, 2, ….
    MissingValueError
        If a rate is missing.
    ValueError
        If a rate is negative.

    Examples
    --------
    >>> mx = xr.DataArray([0.006, 0.0004, 0.0002, 0.1], coords={"age": [0, 1, 5, 10]}, dims="age")
    >>> single_ages(mx).sel(age=[0, 1, 4, 5, 9, 10]).values.tolist()
    [0.006, 0.0004, 0.0004, 0.0002, 0.0002, 0.1]
    """
    require_numbers(mx, "mx", dims=("age",), low=0.0)
    ages = mx["age"].to_numpy()
    _require_life_ages(ages)
    return mx.sel(age=_group_of_each(ages)).assign_coords(age=np.arange(int(ages[-1]) + 1))


def _group_of_each(ages: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the first age of the group in which each single age lies, the last one open."""
    every = np.arange(int(ages[-1]) + 1)
    return ages[np.searchsorted(ages, every, side="right") - 1]


def _require_life_ages(ages: NDArray[np.int64]) -> None:
    """Raise unless ages are 0, 1, 2, … or 0, 1, 5, 10, …, three at least."""
    if not (np.array_equal(ages, np.arange(int(ages[-1]) + 1)) or _is_abridged(ages)) or len(ages) < 3:
        msg = f"Death rates have the ages {ages.tolist()}: they must be 0, 1, 2, … or 0, 1, 5, 10, …."
        raise LabelError(msg)


def _is_abridged(ages: NDArray[np.int64]) -> bool:
    """Tell whether ages are 0, 1, 5, 10, …."""
    return np.array_equal(ages, [0, 1, *range(5, int(ages[-1]) + 1, 5)])


def _life_columns(rates: Floats, ages: NDArray[np.int64], sex: str) -> tuple[Floats, Floats]:
    """Return survivors and person-years of one sex, ages last."""
    widths = np.diff(ages).astype(float)
    infant = rates[..., 0]
    lived = np.broadcast_to(widths / 2, (*rates.shape[:-1], len(widths))).copy()
    lived[..., 0] = np.select(
        [infant < bound for bound in INFANT_BREAKS[sex]],
        [start + slope * infant for start, slope in INFANT_LINES[sex][:2]],
        INFANT_LINES[sex][2][0],
    )
    abridged = _is_abridged(ages)
    if abridged:
        start, slope = TODDLER_LINES[sex]
        lived[..., 1] = np.where(infant < TODDLER_BREAK, start + slope * infant, TODDLER_HIGH[sex])
    survivors = _survivors(rates, widths, lived)
    # from age 10 to the last but one closed group: those with a neighbour of the same width on either side
    inner = slice(3, len(widths) - 1)
    for _ in range(GRADUATIONS if abridged and len(widths) > 4 else 0):
        deaths = -np.diff(survivors, axis=-1)
        below, here, above = deaths[..., 2 : len(widths) - 2], deaths[..., inner], deaths[..., 4:]
        slope_term = np.divide(5 / 24 * (above - below), here, out=np.zeros_like(here), where=here > 0)
        lived[..., inner] = np.clip(2.5 + slope_term, 1.0, 4.0)
        survivors = _survivors(rates, widths, lived)
    deaths = -np.diff(survivors, axis=-1)
    closed = widths * survivors[..., 1:] + lived * deaths
    with np.errstate(divide="ignore", invalid="ignore"):
        tail = np.where(survivors[..., -1] > 0, survivors[..., -1] / rates[..., -1], 0.0)
    return survivors, np.concatenate([closed, tail[..., None]], axis=-1)


def _survivors(rates: Floats, widths: Floats, lived: Floats) -> Floats:
    """Return the survivors of one birth at each exact age."""
    closed = rates[..., :-1]
    dying = np.minimum(widths * closed / (1 + (widths - lived) * closed), 1.0)
    return np.concatenate([np.ones((*rates.shape[:-1], 1)), np.cumprod(1 - dying, axis=-1)], axis=-1)


def survivorship(mx: xr.DataArray) -> xr.DataArray:
    r"""
    Turn death rates into the shares that live to the end of a step.

    A share is labelled with the age that is *reached*: at age 0 it is that of
    the births of the step, :math:`L_0 / (n\,l_0)`; at age x
    :math:`L_x / L_{x-n}`, of those one group younger; in the open group
    :math:`L_A / (L_{A-n} + L_A)`, of those who were in the last two groups.

    Parameters
    ----------
    mx
        Deaths per person and year, as in `life_table`. Ages 0, 1, 2, … give
        shares for steps of one year, ages 0, 1, 5, 10, … for steps of five.

    Returns
    -------
    survival
        Shares in [0, 1] by the age reached: 0, 1, 2, … or 0, 5, 10, ….

    Notes
    -----
    Preston, Heuveline and Guillot (2001), Demography, ch. 6.

    Examples
    --------
    >>> mx = xr.DataArray(
    ...     [[0.01, 0.02, 0.5], [0.01, 0.02, 0.5]],
    ...     coords={"sex": ["female", "male"], "age": [0, 1, 2]},
    ...     dims=("sex", "age"),
    ... )
    >>> survivorship(mx).sel(sex="female").round(4).values.tolist()
    [0.9914, 0.9888, 0.6644]
    """
    lived = life_table(mx)["person_years"].transpose(..., "age")
    ages = lived["age"].to_numpy()
    width = 1
    if _is_abridged(ages):
        width = 5
        infants = lived.isel(age=0, drop=True)
        lived = lived.isel(age=slice(1, None)).assign_coords(age=[0, *ages[2:]])
        lived = lived + infants.where(lived["age"] == 0, 0.0)
        lived = lived.transpose(..., "sex", "age")
    values = lived.to_numpy()
    before = np.concatenate([np.full((*values.shape[:-1], 1), float(width)), values[..., :-1]], axis=-1)
    before[..., -1] += values[..., -1]
    share = np.divide(values, before, out=np.zeros_like(values), where=np.isfinite(before) & (before > 0))
    # nobody dies in an open group whose person-years have no end
    share[..., -1] = np.where(np.isinf(values[..., -1]), 1.0, share[..., -1])
    return lived.copy(data=share).rename("survival")
