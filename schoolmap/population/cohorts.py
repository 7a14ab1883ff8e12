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

from dataclasses import dataclass
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
    from collections.abc import Hashable
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
        Births per woman and year by `age` of the mother, in groups as wide as
        those of `base`; ages below and above those listed have none.
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
        If labels differ, a year is missing, years do not follow each other in
        steps of the width of an age group, or fertility is listed by wider
        groups.
    MissingValueError
        If a number is missing.
    ValueError
        If a number is out of its range.

    Notes
    -----
    For single years from five-year tables see `fertility.single_shares`.

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
    rates = arrange_rates(
        base,
        survival=survival,
        fertility=fertility,
        sex_ratio=sex_ratio,
        migration=migration,
        years=years,
    )
    shape = rates.shape
    kept: dict[str, Floats] = {
        name: np.empty((len(years), *(shape[:-1] if name == "births" else shape)))
        for name in ("population", "births", "deaths", "migrants", "shortfall")
    }
    now = np.broadcast_to(rates.start, shape)
    for step in range(len(years)):
        now = _step(
            now,
            share=of_step(rates.share, step),
            fertility=of_step(rates.fertility, step),
            boys=of_step(rates.boys, step),
            moves=of_step(rates.moves, step),
            kept={name: values[step] for name, values in kept.items()},
        )
    dims = ("year", *rates.names, "sex", "age")
    projection = xr.Dataset(
        {name: (dims[:-1] if name == "births" else dims, values) for name, values in kept.items()},
        coords={**rates.labels, "sex": list(SEXES), "age": rates.ages, "year": list(years)},
    )
    return projection.transpose(*rates.names, "sex", "age", "year")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """
    The numbers of a projection, checked and in one order, ready for arithmetic.

    Attributes
    ----------
    labels
        Of every dimension but sex, age and year, in the order of the arrays.
    ages
        Lowest age of each group.
    width
        Years in a step.
    start
        Residents by `(*labels, sex, age)`.
    share
        Survival by `(year, *labels, sex, age)`.
    fertility
        Births per woman and step by `(year, *labels, age)`.
    boys
        Boys born per girl by `(year, *labels)`.
    moves
        Net migrants by `(year, *labels, sex, age)`.

    A dimension that a table lacks has length 1.
    """

    labels: dict[Hashable, list[Hashable]]
    ages: NDArray[np.int64]
    width: int
    start: Floats
    share: Floats
    fertility: Floats
    boys: Floats
    moves: Floats

    @property
    def names(self) -> list[Hashable]:
        """Return the dimensions other than sex, age and year."""
        return list(self.labels)

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the shape of a population."""
        return (*(len(labels) for labels in self.labels.values()), len(SEXES), len(self.ages))


def of_step(values: Floats, step: int) -> Floats:
    """Return the rates of one step, of an array whose first dimension is the year, or of length 1."""
    found: Floats = values[min(step, len(values) - 1)]
    return found


def arrange_rates(
    base: xr.DataArray,
    *,
    survival: xr.DataArray,
    fertility: xr.DataArray,
    sex_ratio: xr.DataArray | float,
    migration: xr.DataArray,
    years: Sequence[int],
) -> Rates:
    """
    Check the arguments of a projection, and bring them into one order.

    Parameters and errors are those of `project_cohorts`.

    Returns
    -------
    rates
        Plain numbers by label of the caller.
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
    mothers = _mothers(fertility, ages, width=width)

    tables = {"survival": survival, "fertility": mothers, "sex_ratio": ratio, "migration": migration}
    labels = common_labels({"base": base, **tables}, years)
    names = [name for name in labels if name not in {"sex", "age", "year"}]
    return Rates(
        labels={name: labels[name] for name in names},
        ages=ages,
        width=width,
        start=arrange(base, labels, [*names, "sex", "age"]),
        share=arrange(survival, labels, ["year", *names, "sex", "age"]),
        fertility=width * arrange(mothers, labels, ["year", *names, "age"]),
        boys=arrange(ratio, labels, ["year", *names]),
        moves=arrange(migration, labels, ["year", *names, "sex", "age"]),
    )


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


def _mothers(fertility: xr.DataArray, ages: NDArray[np.int64], *, width: int) -> xr.DataArray:
    """Return fertility at every age of the population; zero below and above the ages that are listed."""
    checks.require_unique_labels(fertility.indexes["age"], what="`fertility`")
    unknown = set(fertility["age"].to_numpy().tolist()) - set(ages.tolist())
    if unknown:
        msg = f"`fertility` has the age {min(unknown)}, which is no age group of `base`."
        raise LabelError(msg)
    listed = np.sort(fertility["age"].to_numpy())
    apart = np.flatnonzero(np.diff(listed) != width)
    if len(apart):
        # rates of five years at single ages would be those of one in five women
        below, above = listed[apart[0] : apart[0] + 2].tolist()
        msg = (
            f"`fertility` lists the ages {below} and {above}, {above - below} years apart, and `base` has age groups of "
            f"{width}: the women between would have no births. Split it to the ages of `base` "
            "(`fertility.single_shares`), write zero where there are no births, or group `base` as widely."
        )
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
    survival: xr.DataArray | None = None,
    change: xr.DataArray | None = None,
) -> xr.DataArray:
    r"""
    Let cohorts grow older, year by year.

    :math:`P_{a,t+1} = P_{a-1,t}\,S_a\,C_a`, :math:`P_{0,t} = B_t\,S_0\,C_0`;
    the first school year is reached from the date of the count by
    `school_years.age_on`, with the factors to the power of the part of a year
    that has passed. Without `survival` and `change` nobody dies or moves.

    Parameters
    ----------
    base
        Residents by `area`, `age` (0, 1, 2, …) and any other dimension, such as
        `scenario`, on the date of the count.
    births
        Births by `area`, `year` and any other dimension: those of the twelve
        months before the cut-off day of each year. Of the first year only the
        share `first_step` is used, since the others are in `base`.
    years
        School years, one after another; the first is the first after the count.
    first_step
        Time from the count to the first cut-off day, in years, in [0, 1].
    survival
        Shares in [0, 1] that live through the year, by the `age` reached (at 0,
        of the births) and any other dimension, such as `area` or `year`.
    change
        Ratios of a cohort to itself a year earlier, by the `age` reached and
        any other dimension. A ratio of two counts holds the deaths already; it
        is used together with `survival` only if it is of moves alone.

    Returns
    -------
    children
        Residents by any other dimension, then (area, age, year), on each
        cut-off day. Those who grow older than the last age leave the table.

    Raises
    ------
    LabelError
        If labels differ, a year has no births or rates, or years are not
        consecutive.
    MissingValueError
        If a number is missing.
    ValueError
        If a number is out of its range.

    Notes
    -----
    With `change` this is the method of Hamilton and Perry (1962), Journal of
    the American Statistical Association 57, 163-170, in single years.

    Examples
    --------
    >>> base = xr.DataArray([[10.0, 20.0]], coords={"area": ["a"], "age": [0, 1]}, dims=("area", "age"))
    >>> births = xr.DataArray([[8.0, 6.0]], coords={"area": ["a"], "year": [2027, 2028]}, dims=("area", "year"))
    >>> project_children(base, births, years=[2027, 2028], first_step=0.5).sel(area="a").values.T
    array([[ 9., 15.],
           [ 6.,  9.]])
    >>> leaving = xr.DataArray([1.0, 0.5], coords={"age": [0, 1]}, dims="age")
    >>> project_children(base, births, years=[2027, 2028], first_step=1.0, change=leaving).sel(area="a").values.T
    array([[8., 5.],
           [6., 4.]])
    """
    if not len(years) or list(years) != list(range(years[0], years[0] + len(years))):
        msg = f"`years` must follow one another, got {list(years)}."
        raise LabelError(msg)
    require_numbers(base, "base", dims=("area", "age"), low=0.0)
    require_numbers(births, "births", dims=("area", "year"), low=0.0)
    factors = {}
    if survival is not None:
        require_numbers(survival, "survival", dims=("age",), low=0.0, high=1.0)
        factors["survival"] = survival
    if change is not None:
        require_numbers(change, "change", dims=("age",), low=0.0)
        factors["change"] = change
    if "year" in base.dims:
        msg = "`base` is the population of one date. Choose it with `.sel(year=...)`."
        raise LabelError(msg)
    ages = base["age"].to_numpy()
    if not np.array_equal(ages, np.arange(ages[0], ages[0] + len(ages))):
        msg = f"`base` has the ages {ages.tolist()}: they must rise by one."
        raise LabelError(msg)

    arrays = {"base": base, "births": births, **factors}
    for what, array in arrays.items():
        if "sex" in array.dims:
            require_sexes(array, what)
    labels = common_labels(arrays, years)
    used = {name for array in arrays.values() for name in array.dims}
    others = [name for name in labels if name in used - {"area", "age", "year"}]
    shape = (*(len(labels[name]) for name in others), len(labels["area"]), len(ages))
    start = np.broadcast_to(arrange(base, labels, [*others, "area", "age"]), shape)
    arrivals = np.broadcast_to(arrange(births, labels, ["year", *others, "area"]), (len(years), *shape[:-1]))
    factor = np.ones((1, *(1,) * len(shape)))
    for array in factors.values():
        factor = factor * arrange(array, labels, ["year", *others, "area", "age"])

    children = np.empty((len(years), *shape))
    counts = age_on(
        start.reshape(-1, len(ages)),
        newborn=arrivals[0].reshape(-1) * first_step,
        years=first_step,
    )
    children[0] = counts.reshape(shape) * of_step(factor, 0) ** first_step
    for step in range(1, len(years)):
        children[step, ..., 1:] = children[step - 1, ..., :-1]
        children[step, ..., 0] = arrivals[step]
        children[step] *= of_step(factor, step)
    return xr.DataArray(
        np.moveaxis(children, 0, -1),
        dims=(*others, "area", "age", "year"),
        coords={
            **{name: labels[name] for name in others},
            "area": base["area"],
            "age": base["age"],
            "year": list(years),
        },
        name="children",
    )
