"""
The cohort-component method: two sexes, births, deaths and moves, on labelled arrays.

Arrays carry the dimensions `sex` (`female`, `male`) and `age` (lowest completed
age of each group: 0, 1, 2, … or 0, 5, 10, …; the last group is open), `year`
where something changes, and any others, such as `area` or `draw`. One step is
as long as an age group is wide. A year labels the population at its end and
what happened in the step that led there. Counts are persons (or thousands of
them, if all are), rates are per person and year.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from scipy.interpolate import PchipInterpolator

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError

if TYPE_CHECKING:
    from collections.abc import Hashable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SEXES = ("female", "male")

INFANT_BREAKS = {"female": (0.01724, 0.06891), "male": (0.02300, 0.08307)}
INFANT_LINES = {
    "female": ((0.14903, -2.05527), (0.04667, 3.88089), (0.31411, 0.0)),
    "male": ((0.14929, -1.99545), (0.02832, 3.26021), (0.29915, 0.0)),
}
"""
Intercept and slope of a0 on m0, in years: Andreev and Kingkade (2015), as in the HMD protocol, version 6.

Written down from memory and not yet compared with the paper (confidence: medium); the life expectancies that they
give agree with the published ones of China within 0.14 years.
"""

TODDLER_LINES = {"female": (1.522, -1.518), "male": (1.651, -2.816)}
"""
Intercept and slope of 4a1 on m0, in years: Coale and Demeny, West, in Preston et al. (2001), table 3.3.

Written down from memory and not yet compared with the table (confidence: medium).
"""
TODDLER_BREAK = 0.107
TODDLER_HIGH = {"female": 1.361, "male": 1.352}

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
    _require(mx, "mx", dims=("sex", "age"), low=0.0)
    ages = mx["age"].to_numpy()
    last = int(ages[-1])
    if not (np.array_equal(ages, np.arange(last + 1)) or _is_abridged(ages)) or len(ages) < 3:
        msg = f"Death rates have the ages {ages.tolist()}: they must be 0, 1, 2, … or 0, 1, 5, 10, …."
        raise LabelError(msg)
    _require_sexes(mx, "mx")
    rates = mx.transpose(..., "sex", "age")
    tables = [_life_columns(rates.sel(sex=sex).to_numpy(), ages, str(sex)) for sex in rates["sex"].to_numpy()]
    survivors, person_years = (
        xr.DataArray(np.stack(columns, axis=-2), dims=rates.dims, coords=rates.coords)
        for columns in zip(*tables, strict=True)
    )
    return xr.Dataset(
        {"survivors": survivors, "person_years": person_years, "expectancy": person_years.sum("age")},
    )


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
    _require(shares, "shares", dims=("age",), low=0.0)
    sums = shares.sum("age")
    if not np.allclose(sums, 1.0, rtol=0, atol=1e-3):
        worst = float(sums.to_numpy().ravel()[np.argmax(np.abs(sums.to_numpy() - 1))])
        msg = f"Shares of total fertility sum to 1 over the ages, got {worst:g}. Percentages are divided by 100."
        raise ValueError(msg)
    return (total * shares / sums / _width(shares["age"].to_numpy(), "shares")).rename("fertility")


def graduate(groups: xr.DataArray) -> xr.DataArray:
    """
    Split age groups into single years of age, keeping every group's total.

    The count up to each group's edge is interpolated by a monotone cubic, as in
    `cohorts.split_bands`. The open group stays whole.

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
    _require(groups, "groups", dims=("age",), low=0.0)
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


def project_components(
    base: xr.DataArray,
    *,
    survival: xr.DataArray,
    fertility: xr.DataArray,
    sex_ratio: xr.DataArray | float,
    migration: xr.DataArray,
    years: Sequence[int],
) -> xr.Dataset:
    r"""
    Project a population by age and sex with births, deaths and moves.

    In each step of n years, with :math:`S_x` labelled by the age reached and
    net migrants :math:`M`,

    .. math::

        P_{x,t+n} &= (P_{x-n,t} + M_{x-n}/2)\,S_x + M_x/2 \\
        P_{A,t+n} &= (P_{A-n,t} + P_{A,t} + (M_{A-n} + M_A)/2)\,S_A + M_A/2 \\
        B &= n \sum_x f_x\,(W_{x,t} + W_{x,t+n}) / 2 \\
        P_{0,t+n} &= B\,S_0 + M_0/2

    so that half of the movers bear the mortality of the step. More people than
    there are cannot leave: each half of a net loss is capped at those present,
    and what could not leave is reported, not moved to another age.

    Parameters
    ----------
    base
        Residents by `sex`, `age` and any other dimension, one step before the
        first of `years`.
    survival
        Shares in [0, 1] by `sex` and the `age` reached, from `survivorship`.
    fertility
        Births per woman and year by `age` of the mother; ages not listed have
        none.
    sex_ratio
        Boys born per girl.
    migration
        Net migrants in the step by `sex` and `age`, in the unit of `base`;
        `xr.zeros_like(base)` for none.
    years
        Years at whose end the population is wanted, one step after another.

    Every rate may have the dimension `year`, with the labels of `years` among
    its own, and any other dimension; what has no such dimension is the same
    for all of its labels.

    Returns
    -------
    projection
        By the dimensions of the arguments and `year`:
          - `population` - at the end of the year, by sex and age
          - `births` - in the step, by sex
          - `deaths` - in the step, by sex and the age reached or missed
          - `migrants` - net, as they could move, by sex and age
          - `shortfall` - of out-migration: asked for and not there, by sex and
            age

    Raises
    ------
    LabelError
        If labels differ, a year is missing, or years do not follow each other
        in steps of the width of an age group.
    MissingValueError
        If a number is missing.
    ValueError
        If a number is out of its range.

    Notes
    -----
    Preston, Heuveline and Guillot (2001), Demography, ch. 6; Smith, Tayman and
    Swanson (2013), A Practitioner's Guide to State and Local Population
    Projections. Female-dominant.

    Examples
    --------
    >>> labels = {"sex": ["female", "male"], "age": [0, 1, 2]}
    >>> base = xr.DataArray([[10.0, 20.0, 30.0], [10.0, 20.0, 30.0]], coords=labels, dims=("sex", "age"))
    >>> future = project_components(
    ...     base,
    ...     survival=xr.ones_like(base),
    ...     fertility=xr.DataArray([0.2], coords={"age": [1]}, dims="age"),
    ...     sex_ratio=1.0,
    ...     migration=xr.zeros_like(base),
    ...     years=[2030],
    ... )
    >>> future["population"].sel(sex="female", year=2030).values.tolist()
    [1.5, 10.0, 50.0]
    """
    ratio = sex_ratio if isinstance(sex_ratio, xr.DataArray) else xr.DataArray(float(sex_ratio))
    _require(base, "base", dims=("sex", "age"), low=0.0)
    _require(survival, "survival", dims=("sex", "age"), low=0.0, high=1.0)
    _require(fertility, "fertility", dims=("age",), low=0.0)
    _require(ratio, "sex_ratio", low=0.0)
    _require(migration, "migration", dims=("sex", "age"))
    for array, what in ((base, "base"), (survival, "survival"), (migration, "migration")):
        _require_sexes(array, what)
    if "year" in base.dims:
        msg = "`base` is the population of one date. Choose it with `.sel(year=...)`."
        raise LabelError(msg)
    ages = base["age"].to_numpy()
    width = _width(ages, "base")
    if ages[0] != 0 or len(ages) < 3:
        msg = f"`base` has the ages {ages.tolist()}: at least three are needed, from 0, the last of them open."
        raise LabelError(msg)
    if not len(years) or list(years) != list(range(years[0], years[0] + width * len(years), width)):
        msg = f"`years` must follow one another in steps of {width}, the width of an age group, got {list(years)}."
        raise LabelError(msg)
    mothers = _mothers(fertility, ages)

    rates = {"survival": survival, "fertility": mothers, "sex_ratio": ratio, "migration": migration}
    labels = _labels({"base": base, **rates}, years)
    names = [name for name in labels if name not in {"sex", "age", "year"}]
    start = _arrange(base, labels, [*names, "sex", "age"])
    shape = (*(len(labels[name]) for name in names), len(SEXES), len(ages))
    share, moves = (_arrange(rates[name], labels, ["year", *names, "sex", "age"]) for name in ("survival", "migration"))
    births_rate = _arrange(mothers, labels, ["year", *names, "age"])
    boys = _arrange(ratio, labels, ["year", *names])

    kept: dict[str, Floats] = {
        name: np.empty((len(years), *(shape[:-1] if name == "births" else shape)))
        for name in ("population", "births", "deaths", "migrants", "shortfall")
    }
    now = np.broadcast_to(start, shape)
    for step in range(len(years)):
        now = _step(
            now,
            share=share[min(step, len(share) - 1)],
            fertility=width * births_rate[min(step, len(births_rate) - 1)],
            boys=boys[min(step, len(boys) - 1)],
            moves=moves[min(step, len(moves) - 1)],
            kept={name: values[step] for name, values in kept.items()},
        )
    dims = ("year", *names, "sex", "age")
    projection = xr.Dataset(
        {name: (dims[:-1] if name == "births" else dims, values) for name, values in kept.items()},
        coords={**{name: labels[name] for name in names}, "sex": list(SEXES), "age": ages, "year": list(years)},
    )
    return projection.transpose(*names, "sex", "age", "year")


def _step(
    now: Floats,
    *,
    share: Floats,
    fertility: Floats,
    boys: Floats,
    moves: Floats,
    kept: dict[str, Floats],
) -> Floats:
    """Move the population, sexes and ages last, one step on; what is kept is written in place, for speed."""
    half = moves / 2
    people, born, died, moved, short = (
        kept[name] for name in ("population", "births", "deaths", "migrants", "shortfall")
    )
    # moved: the half before, no more than are there; short: those present; died: those who grow into each age
    np.maximum(half, np.negative(now, out=moved), out=moved)
    np.add(now, moved, out=short)
    died[..., 0] = 0.0
    died[..., 1:] = short[..., :-1]
    died[..., -1] += short[..., -1]
    np.multiply(died, share, out=people)
    died -= people
    # short: the half after, no more than are left
    np.maximum(half, np.negative(people, out=short), out=short)
    people += short
    # nobody of the youngest age is a mother, so the women at the end are known before the births are
    births = (fertility * (now[..., 0, :] + people[..., 0, :])).sum(axis=-1) / 2
    born[..., 1] = births * boys / (1 + boys)
    born[..., 0] = births - born[..., 1]
    infants = born * share[..., 0]
    died[..., 0] = born - infants
    short[..., 0] = np.maximum(half[..., 0], -infants)
    people[..., 0] = infants + short[..., 0]
    # two uncapped halves are the whole to the last digit, so that only a cap leaves a shortfall
    moved += short
    np.subtract(moved, moves, out=short)
    return people


def _mothers(fertility: xr.DataArray, ages: NDArray[np.int64]) -> xr.DataArray:
    """Return fertility at every age of the population; zero where none is listed."""
    checks.require_unique_labels(fertility.indexes["age"], what="`fertility`")
    unknown = set(fertility["age"].to_numpy().tolist()) - set(ages.tolist())
    if unknown:
        msg = f"`fertility` has the age {min(unknown)}, which is no age group of `base`."
        raise LabelError(msg)
    mothers = fertility.reindex(age=ages, fill_value=0.0)
    if (mothers.sel(age=ages[0]) > 0).any():
        msg = f"`fertility` is above zero in the youngest age group, {ages[0]}."
        raise ValueError(msg)
    return mothers


def _labels(arrays: Mapping[str, xr.DataArray], years: Sequence[int]) -> dict[Hashable, list[Hashable]]:
    """Return the labels of every dimension, of the first array that has it; the others must have the same."""
    labels: dict[Hashable, list[Hashable]] = {"sex": list(SEXES), "year": list(years)}
    owners: dict[Hashable, str] = {}
    for what, array in arrays.items():
        for name in array.dims:
            if name not in array.indexes:
                msg = f"The dimension {name!r} of `{what}` has no labels."
                raise LabelError(msg)
            if name == "year":
                checks.require_unique_labels(array.indexes[name], what=f"`{what}`")
                missing = set(years) - set(array.indexes[name])
                if missing:
                    msg = f"`{what}` has no year {min(missing)}."
                    raise LabelError(msg)
            elif name in owners:
                first = owners[name]
                checks.require_same_labels(
                    arrays[first].indexes[name], array.indexes[name], what=f"`{first}` and `{what}`"
                )
            else:
                checks.require_unique_labels(array.indexes[name], what=f"`{what}`")
                owners[name] = what
                labels.setdefault(name, list(array.indexes[name]))
    return labels


def _arrange(
    array: xr.DataArray,
    labels: Mapping[Hashable, Sequence[Hashable]],
    dims: Sequence[Hashable],
) -> Floats:
    """Return the numbers in this order of dimensions and labels; a dimension that the array lacks has length 1."""
    ordered = array.sel({name: list(labels[name]) for name in array.dims})
    absent = [name for name in dims if name not in array.dims]
    values: Floats = ordered.expand_dims(absent).transpose(*dims).to_numpy().astype(float)
    return values


def _width(ages: NDArray[np.int64], what: str) -> int:
    """Return the common width of the age groups."""
    widths = set(np.diff(ages).tolist())
    if len(widths) != 1 or min(widths) < 1:
        msg = f"`{what}` has the ages {ages.tolist()}: they must rise in equal steps."
        raise LabelError(msg)
    return int(widths.pop())


def _require_sexes(array: xr.DataArray, what: str) -> None:
    """Raise unless the sexes are female and male."""
    found = array["sex"].to_numpy().tolist() if "sex" in array.indexes else []
    if sorted(map(str, found)) != sorted(SEXES):
        msg = f"`{what}` has the sexes {found}: they must be {list(SEXES)}, in any order."
        raise LabelError(msg)


def _require(
    array: xr.DataArray,
    what: str,
    *,
    dims: Sequence[str] = (),
    low: float = -np.inf,
    high: float = np.inf,
) -> None:
    """Raise unless the array has these dimensions, no gap, and no number out of its range."""
    absent = [name for name in dims if name not in array.dims or name not in array.indexes]
    if absent:
        msg = f"`{what}` needs the labelled dimension {absent[0]!r}; it has {list(array.dims)}."
        raise LabelError(msg)
    values = array.to_numpy()
    gaps = int(np.isnan(values).sum())
    if gaps:
        msg = f"`{what}` is missing for {gaps} label(s). Unknown is not zero."
        raise MissingValueError(msg)
    outside = values[(values < low) | (values > high)]
    if len(outside):
        msg = f"`{what}` must lie in [{low:g}, {high:g}], got {outside[0]:g} and {len(outside)} such number(s) in all."
        raise ValueError(msg)
