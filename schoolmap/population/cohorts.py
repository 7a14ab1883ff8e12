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

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.population.arrays import SEXES
from schoolmap.population.arrays import arrange
from schoolmap.population.arrays import common_labels
from schoolmap.population.arrays import require_numbers
from schoolmap.population.arrays import require_sexes
from schoolmap.population.arrays import step_width
from schoolmap.population.school_years import age_on

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def project_cohorts(
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
    >>> future = project_cohorts(
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
    require_numbers(base, "base", dims=("sex", "age"), low=0.0)
    require_numbers(survival, "survival", dims=("sex", "age"), low=0.0, high=1.0)
    require_numbers(fertility, "fertility", dims=("age",), low=0.0)
    require_numbers(ratio, "sex_ratio", low=0.0)
    require_numbers(migration, "migration", dims=("sex", "age"))
    for array, what in ((base, "base"), (survival, "survival"), (migration, "migration")):
        require_sexes(array, what)
    if "year" in base.dims:
        msg = "`base` is the population of one date. Choose it with `.sel(year=...)`."
        raise LabelError(msg)
    ages = base["age"].to_numpy()
    width = step_width(ages, "base")
    if ages[0] != 0 or len(ages) < 3:
        msg = f"`base` has the ages {ages.tolist()}: at least three are needed, from 0, the last of them open."
        raise LabelError(msg)
    if not len(years) or list(years) != list(range(years[0], years[0] + width * len(years), width)):
        msg = f"`years` must follow one another in steps of {width}, the width of an age group, got {list(years)}."
        raise LabelError(msg)
    mothers = _mothers(fertility, ages)

    rates = {"survival": survival, "fertility": mothers, "sex_ratio": ratio, "migration": migration}
    labels = common_labels({"base": base, **rates}, years)
    names = [name for name in labels if name not in {"sex", "age", "year"}]
    start = arrange(base, labels, [*names, "sex", "age"])
    shape = (*(len(labels[name]) for name in names), len(SEXES), len(ages))
    share, moves = (arrange(rates[name], labels, ["year", *names, "sex", "age"]) for name in ("survival", "migration"))
    births_rate = arrange(mothers, labels, ["year", *names, "age"])
    boys = arrange(ratio, labels, ["year", *names])

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


def project_children(
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
    >>> project_children(base, births, years=[2027, 2028], first_step=0.5).sel(area="a").values.T
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
