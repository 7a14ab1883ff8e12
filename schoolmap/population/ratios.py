"""
Cohort change ratios: what became of each age a year later, by births, deaths and moves together.

Where people of every age were counted several times, the share of an age that
is there a year later holds deaths and net moves at once, and infants per woman
hold births. Both are learnt from the counts, more from recent ones, shrunk to
the parent where few people live, and lead each other into the future:
Hamilton and Perry's method with weights, shrinkage and damping.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.population.arrays import SEXES
from schoolmap.population.arrays import require_numbers
from schoolmap.population.arrays import require_sexes
from schoolmap.population.arrays import step_width

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CHILDREN_BELOW = 15
"""Below this age boys and girls move alike, with their parents: their ratios are those of both together."""

BOUNDS = (0.5, 2.0)
"""A cohort that halves or doubles in a year is a fault of the counts or a single event, not a habit to go on with."""

MOTHERS_MEAN, MOTHERS_SPREAD = 30.0, 5.5
"""
Mean age at birth and its standard deviation, in years, where no age pattern of fertility is given.

Assumption, near the present pattern of Europe and East Asia (UN WPP 2024: 29 to 32 years).
"""
FERTILE = (15, 49)
LEAST_MOTHERS_AGE = 50
"""Counts must reach this age to tell how many mothers there will be; younger ones say how many infants there were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """
    How far the counts of the past count.

    Attributes
    ----------
    window
        Years of change used, at most.
    half_life
        Weight of a year of change halves in this time; infinite for equal weights.
    births_half_life
        The same for infants per woman: fertility turns faster than moves do
        (rolling forecasts of Finnish regions: the last year alone beat five
        years until ten years ahead).
    prior
        Person-years of an age, of all years seen, at which an area's own ratio
        weighs as much as the parent's.
    births_prior
        Infants, of all years seen, at which an area's own level weighs as much as the parent's.
    damping
        Time in years in which an area's departure from the parent's ratios
        halves; infinite to let it stay. Assumption: gains and losses of one
        place do not last for ever, as the convergence that statistical offices
        assume of regional migration (Eurostat, EUROPOP; ONS subnational).
    """

    window: int = 10
    half_life: float = 5.0
    births_half_life: float = 1.5
    prior: float = 50.0
    births_prior: float = 100.0
    damping: float = 10.0

    def __post_init__(self) -> None:
        """Raise unless times are above zero and priors not below."""
        for name in ("window", "half_life", "births_half_life", "damping"):
            if not getattr(self, name) > 0:
                msg = f"`{name}` is a time in years above zero; got {getattr(self, name)}."
                raise ValueError(msg)
        for name in ("prior", "births_prior"):
            if not getattr(self, name) >= 0:
                msg = f"`{name}` is a number of people, 0 or more; got {getattr(self, name)}."
                raise ValueError(msg)


HAMILTON_PERRY = Memory(
    window=5,
    half_life=np.inf,
    births_half_life=np.inf,
    prior=0.0,
    births_prior=0.0,
    damping=np.inf,
)
"""The plain method, five years pooled: a baseline to compare with (Hamilton and Perry 1962; Swanson and Tayman)."""


def mothers_by_age(ages: Iterable[int]) -> xr.DataArray:
    """
    Return the age pattern of fertility that is assumed where none is given.

    Parameters
    ----------
    ages
        Ages wanted, completed years.

    Returns
    -------
    shares
        Shares of total fertility by `age`; they sum to 1.

    Raises
    ------
    LabelError
        If there is no age of mothers among the ages.

    Examples
    --------
    >>> shares = mothers_by_age(range(60))
    >>> int(shares.idxmax()), float(shares.sum().round(6))
    (29, 1.0)
    """
    labels = np.asarray(list(ages))
    curve = np.exp(-0.5 * ((labels + 0.5 - MOTHERS_MEAN) / MOTHERS_SPREAD) ** 2)
    curve = np.where((labels >= FERTILE[0]) & (labels <= FERTILE[1]), curve, 0.0)
    if not curve.any():
        msg = f"There are no women of {FERTILE[0]} to {FERTILE[1]} among the ages {labels.tolist()}: births need them."
        raise LabelError(msg)
    return xr.DataArray(curve / curve.sum(), coords={"age": labels}, dims="age", name="mothers")


def change_ratios(history: xr.DataArray, *, memory: Memory | None = None) -> xr.Dataset:
    r"""
    Learn by how much cohorts change in a year.

    .. math:: r_{i,x} = \sum_t w_t P_{i,x,t+1} / \sum_t w_t P_{i,x-1,t}

    clipped to `BOUNDS` and shrunk to the ratio :math:`R_x` of all areas
    together, :math:`(n\,r + k R) / (n + k)`, with the person-years :math:`n`
    that were seen and the prior :math:`k`. In the open group both last ages count.

    Parameters
    ----------
    history
        People by (area, age, year), and `sex` where known: ages 0, 1, 2, …,
        the last open; at least two years, one after another.
    memory
        What weighs how much.

    Returns
    -------
    ratios
        `local` by area and `parent`, both by the age that is *reached*, from 1;
        deaths and net moves together.

    Raises
    ------
    LabelError
        If ages or years leave a gap, or a dimension is missing.
    MissingValueError
        If a count is missing.
    ValueError
        If a count is negative.

    Notes
    -----
    Hamilton and Perry (1962), Social Forces 41; Swanson and Tayman; shrinkage
    to the parent after Baker, Swanson and Tayman (2020).

    Examples
    --------
    >>> history = xr.DataArray(
    ...     [[[100.0, 100.0], [80.0, 90.0], [50.0, 60.0]]],
    ...     coords={"area": ["a"], "age": [0, 1, 2], "year": [2024, 2025]},
    ...     dims=("area", "age", "year"),
    ... )
    >>> change_ratios(history)["local"].sel(area="a").round(3).values.tolist()
    [0.9, 0.5]
    """
    memory = memory or Memory()
    people = arrange_history(history)
    labels = people["age"].to_numpy()[1:]
    values = people.to_numpy()[..., -(memory.window + 1) :]
    before, after = values[..., :-1], values[..., 1:]
    weights = _weights(before.shape[-1], memory.half_life)
    left = before[..., :-1, :].copy()
    left[..., -1, :] += before[..., -1, :]
    stock, reached = left @ weights, after[..., 1:, :] @ weights
    if "sex" in people.dims:
        young = labels < CHILDREN_BELOW
        for counts in (stock, reached):
            counts[..., young] = counts[..., young].sum(axis=1, keepdims=True)
    parent = _ratio(reached.sum(axis=0), stock.sum(axis=0), otherwise=np.ones(stock.shape[1:]))
    own = _ratio(reached, stock, otherwise=np.broadcast_to(parent, stock.shape))
    # all that was seen counts, not the people of one year: so many years are the weighted ones worth
    size = stock * (weights.sum() / (weights**2).sum())
    trust = np.divide(size, size + memory.prior, out=np.zeros_like(size), where=size + memory.prior > 0)
    dims = tuple(name for name in people.dims if name != "year")
    coords = {name: people[name] for name in dims if name != "age"} | {"age": labels}
    local = xr.DataArray(trust * own + (1 - trust) * parent, dims=dims, coords=coords)
    return xr.Dataset({"local": local, "parent": local.isel(area=0, drop=True).copy(data=parent)})


def _ratio(reached: Floats, stock: Floats, *, otherwise: Floats) -> Floats:
    ratio = np.divide(reached, stock, out=np.array(otherwise, dtype=float), where=stock > 0)
    clipped: Floats = np.clip(ratio, *BOUNDS)
    return clipped


def _weights(years: int, half_life: float) -> Floats:
    """Return the weight of each year, the last one has 1."""
    lag = np.arange(years)[::-1].astype(float)
    return np.ones(years) if np.isinf(half_life) else 0.5 ** (lag / half_life)


def infant_level(
    history: xr.DataArray,
    *,
    mothers: xr.DataArray,
    memory: Memory | None = None,
) -> xr.DataArray:
    r"""
    Learn how many infants there are for the women who could be their mothers.

    Infants at the end of a year over :math:`\sum_x f_x (W_{x,t-1} + W_{x,t})/2`
    with the age pattern :math:`f`; deaths and moves in the first months of life
    are part of it. The area's level is drawn to that of all areas,
    :math:`(D + k) / (E + k)` times it, with the infants :math:`D` and those
    expected at the level of all, :math:`E`: more infants are never a lower
    level, and none are not the level of all.

    Parameters
    ----------
    history
        As in `change_ratios`. Without `sex`, everybody counts for half a woman.
    mothers
        Share of total fertility by `age`.
    memory
        What weighs how much.

    Returns
    -------
    level
        Infants per woman over a life, by area: near total fertility times the
        share of infants who stay.

    Notes
    -----
    The mean of a gamma-Poisson model: Clayton and Kaldor (1987), Biometrics 43.
    """
    memory = memory or Memory()
    people = arrange_history(history)
    level = _level(*_infants_and_women(people, mothers), memory)[0]
    return xr.DataArray(level, coords={"area": people["area"]}, dims="area", name="level")


def recent_infants(history: xr.DataArray, *, memory: Memory | None = None) -> xr.DataArray:
    """
    Return the infants of the last years, the last ones first: the level that is held where nobody counts mothers.

    Parameters
    ----------
    history
        As in `change_ratios`; ages may end before motherhood.
    memory
        What weighs how much.

    Returns
    -------
    infants
        Infants a year, both sexes together, by area.
    """
    memory = memory or Memory()
    people = arrange_history(history)
    infants = people.isel(age=0, drop=True).isel(year=slice(-memory.window, None))
    counts = (infants.sum("sex") if "sex" in infants.dims else infants).to_numpy()
    weights = _weights(counts.shape[-1], memory.births_half_life)
    return xr.DataArray(counts @ weights / weights.sum(), coords={"area": people["area"]}, dims="area", name="infants")


def _level(infants: Floats, women: Floats, memory: Memory) -> tuple[Floats, float]:
    """Return the level of infants by area, and that of all areas together."""
    infants, women = infants[:, -memory.window :], women[:, -memory.window :]
    weights = _weights(women.shape[-1], memory.births_half_life)
    found, expected = infants @ weights, women @ weights
    parent = float(found.sum() / expected.sum()) if expected.sum() > 0 else 0.0
    worth = weights.sum() / (weights**2).sum()
    seen, awaited = found * worth, parent * expected * worth
    prior = memory.births_prior
    if np.isinf(prior):
        return np.full_like(found, parent), parent
    relative = np.divide(seen + prior, awaited + prior, out=np.ones_like(seen), where=awaited + prior > 0)
    level = parent * relative
    return level, parent


def _infants_and_women(people: xr.DataArray, mothers: xr.DataArray) -> tuple[Floats, Floats]:
    """Return infants, and women of the middle of the year weighted by the age pattern, by area and year but the first."""
    values, pattern = people.to_numpy(), _pattern(mothers, people["age"].to_numpy()).to_numpy()
    women = values[:, SEXES.index("female")] if "sex" in people.dims else values / 2
    infants = values[..., 0, 1:].sum(axis=1) if "sex" in people.dims else values[..., 0, 1:]
    weighted = np.einsum("iat,a->it", women, pattern)
    return infants, (weighted[:, :-1] + weighted[:, 1:]) / 2


def _pattern(mothers: xr.DataArray, ages: NDArray[np.int64]) -> xr.DataArray:
    """Return shares of fertility at every age of the population."""
    require_numbers(mothers, "mothers", dims=("age",), low=0.0)
    beyond = mothers.where(~mothers["age"].isin(ages), 0.0)
    if float(beyond.sum()) > 0:
        last = int(mothers["age"].where(beyond > 0).max())
        msg = f"`mothers` has the age {last}, which `history` does not have: it ends at {int(ages[-1])}."
        raise LabelError(msg)
    if not np.isclose(float(mothers.sum()), 1.0, atol=1e-3):
        msg = f"`mothers` sums to 1 over the ages, got {float(mothers.sum()):g}."
        raise ValueError(msg)
    return mothers.reindex(age=ages, fill_value=0.0)


def project_ratios(
    history: xr.DataArray,
    *,
    years: Sequence[int],
    memory: Memory | None = None,
    mothers: xr.DataArray | None = None,
    births_path: xr.DataArray | None = None,
    migration: float = 1.0,
) -> xr.DataArray:
    """
    Let the people of the last count change as they have changed so far.

    The ratios and the level of infants are learnt by `change_ratios` and
    `infant_level`, and followed by `follow_ratios`. Where the ages end before
    `LEAST_MOTHERS_AGE` and no `mothers` are given, `recent_infants` are held.

    Parameters
    ----------
    history
        As in `change_ratios`; its last year is the base.
    years
        Years after the base, one after another.
    memory, mothers
        What weighs how much; the age pattern of fertility.
    births_path, migration
        As in `follow_ratios`.

    Returns
    -------
    people
        By the dimensions of `history`, with the base and `years`.

    Raises
    ------
    LabelError
        If the first of `years` is not the one after the base.

    Examples
    --------
    >>> history = xr.DataArray(
    ...     np.full((1, 60, 3), 100.0),
    ...     coords={"area": ["a"], "age": np.arange(60), "year": [2023, 2024, 2025]},
    ...     dims=("area", "age", "year"),
    ... )
    >>> project_ratios(history, years=[2026]).sel(area="a", year=2026, age=[0, 1, 58]).round(1).values.tolist()
    [100.0, 100.0, 100.0]
    """
    memory = memory or Memory()
    people = arrange_history(history)
    if mothers is None and int(people["age"][-1]) < LEAST_MOTHERS_AGE:
        return follow_ratios(
            people.isel(year=-1),
            ratios=change_ratios(people, memory=memory),
            infants=recent_infants(people, memory=memory),
            years=years,
            damping=memory.damping,
            births_path=births_path,
            migration=migration,
        )
    mothers = mothers_by_age(people["age"].to_numpy()) if mothers is None else mothers
    local, parent = _level(*_infants_and_women(people, mothers), memory)
    level = xr.Dataset({"local": ("area", local), "parent": parent}, coords={"area": people["area"].to_numpy()})
    return follow_ratios(
        people.isel(year=-1),
        ratios=change_ratios(people, memory=memory),
        level=level,
        years=years,
        mothers=mothers,
        damping=memory.damping,
        births_path=births_path,
        migration=migration,
    )


def follow_ratios(
    base: xr.DataArray,
    *,
    ratios: xr.Dataset,
    years: Sequence[int],
    level: xr.Dataset | None = None,
    infants: xr.DataArray | None = None,
    mothers: xr.DataArray | None = None,
    damping: float = np.inf,
    births_path: xr.DataArray | None = None,
    migration: float = 1.0,
) -> xr.DataArray:
    r"""
    Let people change by given ratios, and women have infants at a given level.

    :math:`P_{x,t+1} = P_{x-1,t}\,R_x (r_{i,x}/R_x)^{m\,d(h)}` with
    :math:`d(h) = 2^{-(h-1/2)/\text{damping}}`, and infants for the women in the
    middle of each year at the area's level, which returns to the parent's in
    the same way. Nobody who leaves is added elsewhere: it is a projection of
    each area, not of moves between them.

    Parameters
    ----------
    base
        People by (area, age), and `sex` where known, with the coordinate `year`
        of the count; ages 0, 1, 2, …, the last open.
    ratios
        `local` by area (and sex) and age reached, from 1, and `parent` without
        area.
    years
        Years after the base, one after another.
    level
        Infants per woman over a life: `local` by area, and `parent`.
    infants
        Infants a year by area, held as they are, instead of a `level`.
    mothers
        Share of total fertility by `age`; `mothers_by_age` if left out.
    damping
        Time in years in which a departure from the parent halves.
    births_path
        Multiple of the level of births by `year`, and by `area` if wanted; 1 if
        left out.
    migration
        Share :math:`m` of an area's departure from the parent that goes on: 1
        as it was, 0 for none. The parent's own net moves stay.

    Returns
    -------
    people
        By the dimensions of `base` and `year`, with the base and `years`.

    Raises
    ------
    LabelError
        If years do not follow the base, or areas, ages or years are missing.
    MissingValueError
        If a count is missing.
    ValueError
        If a number is out of its range.
    """
    people = arrange_history(base.expand_dims("year"), years=1)
    base_year, ages = int(people["year"][-1]), people["age"].to_numpy()
    if list(years) != list(range(base_year + 1, base_year + 1 + len(years))):
        msg = f"`years` must follow {base_year}, the year of the last count, one after another; got {list(years)}."
        raise LabelError(msg)
    if not 0 <= migration < np.inf:
        msg = f"`migration` is a share of the moves so far, 0 or more; got {migration}."
        raise ValueError(msg)
    if level is not None and infants is not None:
        msg = "Births come either from the women, by `level`, or are held at `infants`: give one of both."
        raise ValueError(msg)
    areas = people.indexes["area"]
    unknown = set(ages[1:].tolist()) - set(ratios["age"].to_numpy().tolist())
    if unknown:
        msg = f"`ratios` has no age {min(unknown)}, which `base` has."
        raise LabelError(msg)
    checks.require_same_labels(areas, ratios.indexes["area"], what="`base` and the ratios")
    for table in (level, infants):
        if table is not None:
            checks.require_same_labels(areas, table.indexes["area"], what="`base` and the level of infants")
    order = [name for name in people.dims if name not in {"area", "year"}]
    labels = {"age": ages[1:], **({"sex": list(SEXES)} if "sex" in people.dims else {})}
    full = people.isel(year=0, age=slice(1, None), drop=True)
    parent = ratios["parent"].sel({name: labels[str(name)] for name in ratios["parent"].dims})
    parent_values = parent.broadcast_like(full.isel(area=0, drop=True)).transpose(*order).to_numpy()
    local = ratios["local"].sel(
        {"area": areas, **{name: labels[name] for name in labels if name in ratios["local"].dims}}
    )
    departure = np.log(local.broadcast_like(full).transpose("area", *order).to_numpy() / parent_values)
    path = _births_path(births_path, areas, years)
    births = _births_of_women(level, mothers, people) if level is not None else _held(infants, areas)
    girls = _girls(people)
    now = people.to_numpy()[..., -1]
    steps = [now]
    for step, _ in enumerate(years):
        fade = 1.0 if np.isinf(damping) else 0.5 ** ((step + 0.5) / damping)
        change = parent_values * np.exp(departure * (fade * migration))
        after = np.zeros_like(now)
        after[..., 1:] = now[..., :-1] * change
        after[..., -1] += now[..., -1] * change[..., -1]
        women = (now + after)[:, SEXES.index("female")] if "sex" in people.dims else (now + after) / 2
        newborn = births(women / 2, fade) * path[:, step]
        after[..., 0] = newborn[:, None] * girls if "sex" in people.dims else newborn
        steps.append(after)
        now = after
    return xr.DataArray(
        np.stack(steps, axis=-1),
        dims=people.dims,
        coords={**{name: people[name] for name in people.dims if name != "year"}, "year": [base_year, *years]},
        name="people",
    )


def _births_of_women(
    level: xr.Dataset,
    mothers: xr.DataArray | None,
    people: xr.DataArray,
) -> Callable[[Floats, float], Floats]:
    """Return what makes infants of the women in the middle of a year and of the share of a departure that is left."""
    ages = people["age"].to_numpy()
    pattern = _pattern(mothers_by_age(ages) if mothers is None else mothers, ages).to_numpy()
    parent, own = float(level["parent"]), level["local"].sel(area=people.indexes["area"]).to_numpy()
    apart = np.log(np.maximum(own, 1e-12) / parent) if parent > 0 else np.zeros_like(own)

    def births(women: Floats, fade: float) -> Floats:
        found: Floats = (women @ pattern) * parent * np.exp(apart * fade)
        return found

    return births


def _held(infants: xr.DataArray | None, areas: pd.Index) -> Callable[[Floats, float], Floats]:
    """Return the same infants every year, whoever lives there."""
    if infants is None:
        msg = "Births come either from the women, by `level`, or are held at `infants`: give one of both."
        raise ValueError(msg)
    require_numbers(infants, "infants", dims=("area",), low=0.0)
    level: Floats = infants.sel(area=areas).to_numpy().astype(float)
    return lambda _, __: level


def _births_path(path: xr.DataArray | None, areas: pd.Index, years: Sequence[int]) -> Floats:
    if path is None:
        return np.ones((len(areas), len(years)))
    require_numbers(path, "births_path", dims=("year",), low=0.0)
    missing = set(years) - set(path.indexes["year"])
    if missing:
        msg = f"`births_path` has no year {min(missing)}."
        raise LabelError(msg)
    if "area" in path.dims:
        checks.require_same_labels(areas, path.indexes["area"], what="`base` and `births_path`")
        return path.sel(area=areas, year=list(years)).transpose("area", "year").to_numpy().astype(float)
    return np.broadcast_to(path.sel(year=list(years)).to_numpy().astype(float), (len(areas), len(years)))


def _girls(people: xr.DataArray) -> Floats:
    """Return the shares of girls and boys among the infants counted last."""
    if "sex" not in people.dims:
        return np.ones(1)
    infants = people.sel(age=0).sum(["area", "year"]).to_numpy()
    total = infants.sum()
    return infants / total if total > 0 else np.full(2, 0.5)


def no_change(history: xr.DataArray, *, years: Sequence[int]) -> xr.DataArray:
    """
    Hold every age as it was counted last: the baseline that any method has to beat.

    Parameters
    ----------
    history
        People by (area, age, year), and `sex` where known.
    years
        Years after the base.

    Returns
    -------
    people
        By the dimensions of `history`, with the base and `years`.
    """
    last = history.isel(year=-1, drop=True)
    labels = [int(history["year"][-1]), *years]
    return last.expand_dims(year=labels).transpose(*history.dims).rename("people")


def arrange_history(history: xr.DataArray, *, years: int = 2) -> xr.DataArray:
    """
    Check a history, and bring its dimensions into one order.

    Parameters
    ----------
    history
        People by (area, age, year), and `sex` where known; ages 0, 1, 2, …, the
        last open; years one after another.
    years
        Years needed, at least.

    Returns
    -------
    history
        By area, sex if known (`female`, `male`), age and year.

    Raises
    ------
    LabelError
        If ages or years leave a gap, or there are other dimensions.
    MissingValueError
        If a count is missing.
    ValueError
        If a count is negative.
    """
    require_numbers(history, "history", dims=("area", "age", "year"), low=0.0)
    order = ["area", *(["sex"] if "sex" in history.dims else []), "age", "year"]
    others = set(history.dims) - set(order)
    if others:
        msg = f"`history` has the dimension {min(map(str, others))!r}; choose one of its labels with `.sel(...)`."
        raise LabelError(msg)
    if "sex" in history.dims:
        require_sexes(history, "history")
        history = history.sel(sex=list(SEXES))
    ages, found = history["age"].to_numpy(), history["year"].to_numpy()
    if len(ages) < 2 or ages[0] != 0 or step_width(ages, "history") != 1:
        msg = f"`history` has the ages {ages.tolist()}: they must be 0, 1, 2, …, the last open."
        raise LabelError(msg)
    if len(found) < years or (np.diff(found) != 1).any():
        msg = f"`history` has the years {found.tolist()}: at least {years} are needed, one after another."
        raise LabelError(msg)
    checks.require_unique_labels(history.indexes["area"], what="`history`")
    return history.transpose(*order)
