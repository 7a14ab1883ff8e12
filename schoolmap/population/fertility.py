"""
Births to come: their level, order, place and path.

From a single count, the infants that it found; from births by area, how far
each lies from its parent; from fertility by order and parity, the children of
a policy and those it only brings forward; from a nation, a path where a place
knows none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from scipy.interpolate import PchipInterpolator

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.population.arrays import arrange
from schoolmap.population.arrays import require_numbers
from schoolmap.population.arrays import step_width
from schoolmap.population.national import load

if TYPE_CHECKING:
    from collections.abc import Hashable
    from collections.abc import Mapping
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

HALF_LIFE_YEARS = 1.5
"""Weight of a birth year halves in this time: recent births say more about the next ones. An assumption."""

ORDERS = ("1", "2", "3+")
"""First, second, and third and later births."""

DEFAULT_UPLIFT = {"1": 0.0, "2": 0.0, "3+": 0.0}
"""
Additional births of a policy unless stated: none.

An assumption. The second births of China fell from 8.8 to 3.7 million between 2017 and 2022, in the years after the
two-child policy, and the third ones from 1.5 to 1.4 million in the year after the three-child policy of 2021.
"""

MARRIAGE_LAGS = {1: 0.5, 2: 0.5}
"""Weight of the marriages one and two years before a first birth. An assumption."""

VARIANTS = ("medium", "low", "high", "80l", "80u", "95l", "95u")
"""Variants of a national projection, and bounds (lower, upper) of its 80 % and 95 % intervals of total fertility."""

PRIOR_BOUNDS = (10.0, 1000.0)
"""
Births that the parent's level may weigh when estimated: the true levels of areas differ by 32 % to 3 % (1 / sqrt(k)).

An assumption: with few areas the spread itself is uncertain, and no area should be left alone or be drowned.
"""
PRIOR_DEFAULT = 100.0
"""Births that the parent's level weighs where no spread can be seen: areas differ by 10 %. An assumption."""


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
    LabelError
        If labels of a common dimension, such as `year`, differ.
    MissingValueError
        If a number is missing.
    ValueError
        If a number is negative, or shares do not sum to 1 within 0.001.

    Examples
    --------
    >>> shares = xr.DataArray([0.0, 0.4, 0.6], coords={"age": [15, 20, 25]}, dims="age")
    >>> fertility_rates(xr.DataArray(1.5), shares).values.round(3).tolist()
    [0.0, 0.12, 0.18]
    """
    require_numbers(total, "total", low=0.0)
    require_numbers(shares, "shares", dims=("age",), low=0.0)
    _require_alike({"total": total, "shares": shares})
    sums = shares.sum("age")
    _require_sums_to_one(sums, "ages")
    return (total * shares / sums / step_width(shares["age"].to_numpy(), "shares")).rename("fertility")


def single_shares(shares: xr.DataArray) -> xr.DataArray:
    r"""
    Split the shares of total fertility of wide age groups into single years of age, keeping every group's share.

    The share of births up to each group's edge is interpolated by a monotone
    cubic, as in `graduation.graduate`, from none before the first group to all
    after the last.

    Parameters
    ----------
    shares
        Share of total fertility by `age`, the lowest age of each group (15, 20,
        …, 45, all as wide), and any other dimension, such as `year`; of every
        label the shares sum to 1.

    Returns
    -------
    shares
        By single `age`, as `fertility_rates` wants them for a population of
        single ages.

    Raises
    ------
    LabelError
        If ages do not rise in equal steps.
    MissingValueError
        If a share is missing.
    ValueError
        If a share is negative, or they do not sum to 1 within 0.001.

    Notes
    -----
    Fritsch and Carlson (1980), monotone piecewise cubic interpolation.

    Examples
    --------
    >>> shares = xr.DataArray([0.4, 0.6], coords={"age": [20, 25]}, dims="age")
    >>> single_shares(shares).round(3).values.tolist()
    [0.026, 0.068, 0.095, 0.107, 0.103, 0.124, 0.156, 0.155, 0.118, 0.047]

    From the five-year tables of World Population Prospects to a projection by
    single years: population, death rates and fertility are split each in its
    own way.

    >>> from schoolmap.population.cohorts import project_cohorts
    >>> from schoolmap.population.graduation import graduate
    >>> from schoolmap.population.life_tables import single_ages, survivorship
    >>> china = load("china_wpp2024")
    >>> groups = xr.DataArray(
    ...     [[50.0] * 20 + [1.0]] * 2,
    ...     coords={"sex": ["female", "male"], "age": range(0, 101, 5)},
    ...     dims=("sex", "age"),
    ... )
    >>> base = graduate(groups)
    >>> shares = single_shares(china.fertility_shares.sel(year=[2026]))
    >>> total = xr.DataArray([china.annual.loc[2026, "tfr"]], coords={"year": [2026]}, dims="year")
    >>> future = project_cohorts(
    ...     base,
    ...     survival=survivorship(single_ages(china.death_rates.sel(year=2030, drop=True))),
    ...     fertility=fertility_rates(total, shares),
    ...     sex_ratio=china.annual.loc[2026, "srb"],
    ...     migration=xr.zeros_like(base),
    ...     years=[2026],
    ... )
    >>> future["births"].sum().round(1).item()
    10.3
    """
    require_numbers(shares, "shares", dims=("age",), low=0.0)
    _require_sums_to_one(shares.sum("age"), "ages")
    groups = shares.transpose(..., "age")
    lows = groups["age"].to_numpy()
    width = step_width(lows, "shares")
    if width == 1:
        return shares.copy()
    given = groups.to_numpy().astype(float)
    # a group without births on either side: nobody is a mother there, so that rates begin and end near zero
    padded = np.concatenate([np.zeros((*given.shape[:-1], 1)), given, np.zeros((*given.shape[:-1], 1))], axis=-1)
    cumulated = np.concatenate([np.zeros((*given.shape[:-1], 1)), padded.cumsum(axis=-1)], axis=-1)
    edges = np.arange(lows[0] - width, lows[-1] + 2 * width + 1, width)
    ages = np.arange(lows[0], lows[-1] + width)
    curve = PchipInterpolator(edges, cumulated, axis=-1)
    # the curve is monotone; what is below zero is rounding
    single = np.maximum(np.diff(curve(np.append(ages, ages[-1] + 1)), axis=-1), 0.0)
    found = np.add.reduceat(single, lows - lows[0], axis=-1)
    scale = np.divide(given, found, out=np.zeros_like(given), where=found > 0)
    return xr.DataArray(
        single * np.repeat(scale, width, axis=-1),
        dims=groups.dims,
        coords={**{name: kept for name, kept in groups.coords.items() if "age" not in kept.dims}, "age": ages},
        name=shares.name,
    ).transpose(*shares.dims)


def by_order(total: xr.DataArray, shares: xr.DataArray, *, patterns: xr.DataArray | None = None) -> xr.DataArray:
    r"""
    Divide births, or total fertility, among first, second and later children.

    :math:`\mathrm{TFR}_k = s_k\,\mathrm{TFR}`; with age patterns the rates are
    those of `fertility_rates`, and their sum over `order` is the fertility that
    the cohort engine takes.

    Parameters
    ----------
    total
        Births, or children per woman, by any dimensions.
    shares
        Share of each `order` (`1`, `2`, `3+`); of every label they sum to 1. May
        have dimensions of `total` with the same labels, such as `year`.
    patterns
        Share of the fertility of an order by `age` of the mother, as in
        `fertility_rates`, and by `order` if they differ; `total` is then total
        fertility.

    Returns
    -------
    numbers
        In the unit of `total`, by `order` and the dimensions of `total`; the
        orders sum to `total`. With patterns, births per woman and year, by
        `age` too.

    Raises
    ------
    LabelError
        If the orders are not `1`, `2` and `3+`, or labels differ.
    MissingValueError
        If a number is missing.
    ValueError
        If a number is negative or shares do not sum to 1 within 0.001.

    Examples
    --------
    >>> shares = xr.DataArray([0.5, 0.375, 0.125], coords={"order": ["1", "2", "3+"]}, dims="order")
    >>> by_order(xr.DataArray(1.0), shares).to_series().to_dict()
    {'1': 0.5, '2': 0.375, '3+': 0.125}
    """
    require_numbers(total, "total", low=0.0)
    require_numbers(shares, "shares", dims=("order",), low=0.0)
    if sorted(shares["order"].to_numpy().tolist(), key=str) != list(ORDERS):
        msg = (
            f"`shares` has the orders {shares['order'].to_numpy().tolist()}: they must be {list(ORDERS)}, in any order."
        )
        raise LabelError(msg)
    _require_alike({"total": total, "shares": shares})
    sums = shares.sum("order")
    _require_sums_to_one(sums, "orders")
    divided = (total * shares.sel(order=list(ORDERS)) / sums).transpose("order", ...)
    if patterns is None:
        return divided.rename("births")
    _require_alike({"total": divided, "patterns": patterns})
    return fertility_rates(divided, patterns)


def parity_births(women: xr.DataArray, progression: xr.DataArray) -> xr.Dataset:
    r"""
    Let women of each parity have their next child.

    :math:`B_{k,x} = h_{k-1,x} W_{x,k-1}`; whoever has a child moves up a parity,
    and in the last one, which is open, stays.

    Parameters
    ----------
    women
        Women by `parity` (children born so far: `0`, `1`, …, the last one open,
        `2+`) and any other dimension, such as `age`.
    progression
        Share in [0, 1] of the women of a `parity` who have a child within the
        year, by any dimensions of `women`, the same labels.

    Returns
    -------
    result
        With `births` by `order` (`1`, `2`, …, the last one open, `3+`) and
        `women` by `parity` after the births. Of each label of the other
        dimensions there are as many women as before.

    Raises
    ------
    LabelError
        If parities are not `0`, `1`, …, `n+`, or labels differ.
    MissingValueError
        If a number is missing.
    ValueError
        If a number is out of its range.

    Notes
    -----
    One birth a woman and year; twins are one. Feeney and Yu (1987), Population
    Studies 41(1), for period parity progression in China.

    Examples
    --------
    >>> parity = {"parity": ["0", "1", "2+"]}
    >>> women = xr.DataArray([100.0, 50.0, 20.0], coords=parity, dims="parity")
    >>> result = parity_births(women, xr.DataArray([0.1, 0.04, 0.05], coords=parity, dims="parity"))
    >>> result["births"].to_series().to_dict()
    {'1': 10.0, '2': 2.0, '3+': 1.0}
    >>> result["women"].to_series().to_dict()
    {'0': 90.0, '1': 58.0, '2+': 22.0}
    """
    require_numbers(women, "women", dims=("parity",), low=0.0)
    require_numbers(progression, "progression", dims=("parity",), low=0.0, high=1.0)
    parities = _parities(women)
    _require_alike({"women": women, "progression": progression}, within=True)
    labels: dict[Hashable, list[Hashable]] = {name: list(women.indexes[name]) for name in women.dims}
    labels["parity"] = list(parities)
    names = [name for name in women.dims if name != "parity"]
    dims = [*names, "parity"]
    born, after = _one_year(arrange(women, labels, dims), arrange(progression, labels, dims))
    coords = {name: labels[name] for name in names}
    return xr.Dataset(
        {
            "births": xr.DataArray(born, dims=(*names, "order"), coords={**coords, "order": _orders(parities)}),
            "women": xr.DataArray(after, dims=dims, coords={**coords, "parity": parities}).transpose(*women.dims),
        }
    )


def _one_year(women: Floats, shares: Floats) -> tuple[Floats, Floats]:
    """Return births and the women after them, parities last: who has a child leaves her parity for the next."""
    born = women * shares
    after = women - born
    after[..., 1:] += born[..., :-1]
    # nobody leaves the open parity
    after[..., -1] += born[..., -1]
    return born, after


def project_parity(
    women: xr.DataArray,
    *,
    total: xr.DataArray,
    progression: xr.DataArray,
    years: Sequence[int],
) -> xr.Dataset:
    r"""
    Project women by age and parity, with the births by order that they have.

    In each year the women at its start have their next child (`parity_births`),
    grow a year older, and are scaled to the women of that age whom the cohort
    engine found, so that at every age :math:`\sum_p W_{x,p} = W_x`. Whoever
    reaches the youngest age has no child yet. Deaths and moves take all
    parities alike.

    Parameters
    ----------
    women
        Women by single `age`, `parity` and any other dimension at the start of
        the first of `years`. From the last age they leave the table.
    total
        Women by `age` and `year`, and the other dimensions of `women`: with the
        year before the first (whose women those of `women` are) and `years`. A
        year labels its end.
    progression
        Shares in [0, 1] who have a child in the year, by the age and `parity` at
        its start, and perhaps `year` and other dimensions of `women`.
    years
        Years, one after another.

    Returns
    -------
    projection
        With `women` by age, parity and year (at its end), and `births` by age
        (at the start of the year), `order` and year.

    Raises
    ------
    LabelError
        If labels differ, ages do not rise by 1, or years do not follow one
        another.
    MissingValueError
        If a number is missing.
    ValueError
        If a number is out of its range, the parities of an age do not add up to
        `total`, or there are women of an age whose parity nobody tells.

    Examples
    --------
    >>> labels = {"age": [20, 21], "parity": ["0", "1+"]}
    >>> women = xr.DataArray([[100.0, 0.0], [80.0, 20.0]], coords=labels, dims=("age", "parity"))
    >>> total = xr.DataArray([[100.0, 100.0], [100.0, 100.0]], coords={"age": [20, 21], "year": [2025, 2026]},
    ...                      dims=("age", "year"))
    >>> progression = xr.DataArray([0.1, 0.2], coords={"parity": ["0", "1+"]}, dims="parity")
    >>> future = project_parity(women, total=total, progression=progression, years=[2026])
    >>> future["births"].sum("age").sel(year=2026).to_series().to_dict()
    {'1': 18.0, '2+': 4.0}
    >>> future["women"].sel(year=2026).values.tolist()
    [[100.0, 0.0], [90.0, 10.0]]
    """
    require_numbers(women, "women", dims=("age", "parity"), low=0.0)
    require_numbers(total, "total", dims=("age", "year"), low=0.0)
    require_numbers(progression, "progression", dims=("parity",), low=0.0, high=1.0)
    parities = _parities(women)
    if len(women["age"]) > 1 and step_width(women["age"].to_numpy(), "women") != 1:
        msg = f"`women` has the ages {women['age'].to_numpy().tolist()}: one year is one age."
        raise LabelError(msg)
    if not len(years) or list(years) != list(range(years[0], years[0] + len(years))):
        msg = f"`years` must follow one another, got {list(years)}."
        raise LabelError(msg)
    start = years[0] - 1
    _require_years(total, "total", [start, *years])
    if "year" in progression.dims:
        _require_years(progression, "progression", years)
    there = women.isel(parity=0, drop=True)
    _require_alike({"women": there, "total": total.sel(year=start)})
    _require_alike(
        {"women": women, "progression": progression.isel(year=0) if "year" in progression.dims else progression},
        within=True,
    )
    names = [name for name in women.dims if name not in {"age", "parity"}]
    labels: dict[Hashable, list[Hashable]] = {name: list(women.indexes[name]) for name in women.dims}
    labels |= {"parity": list(parities), "year": [start, *years]}
    now = arrange(women, labels, [*names, "age", "parity"])
    everyone = arrange(total, labels, ["year", *names, "age"])
    apart = np.abs(now.sum(axis=-1) - everyone[0])
    if (apart > 1e-9 * np.maximum(everyone[0], 1.0)).any():
        msg = (
            f"The parities of `women` do not add up to `total` in {start}: {apart.max():g} apart at most. "
            "Scale `women` to it first."
        )
        raise ValueError(msg)
    labels["year"] = list(years)
    shares = arrange(progression, labels, ["year", *names, "age", "parity"])
    born, after = (np.empty((len(years), *now.shape)) for _ in range(2))
    for step, year in enumerate(years):
        born[step], aged = _one_year(now, shares[min(step, len(shares) - 1)])
        after[step, ..., 1:, :] = aged[..., :-1, :]
        # whoever reaches the youngest age has no child yet
        after[step, ..., 0, :] = 0.0
        after[step, ..., 0, 0] = everyone[step + 1, ..., 0]
        found = after[step].sum(axis=-1)
        unknown = (found <= 0) & (everyone[step + 1] > 0)
        if unknown.any():
            age = labels["age"][int(np.argwhere(unknown)[0][-1])]
            msg = f"In {year} there are women of age {age} and none a year younger before: their parity is not known."
            raise ValueError(msg)
        after[step] *= (everyone[step + 1] / np.where(found > 0, found, 1.0))[..., None]
        now = after[step]
    coords = {name: labels[name] for name in [*names, "age", "year"]}
    return xr.Dataset(
        {
            "women": (("year", *names, "age", "parity"), after),
            "births": (("year", *names, "age", "order"), born),
        },
        coords={**coords, "parity": parities, "order": _orders(parities)},
    ).transpose(*names, "age", "parity", "order", "year")


def policy_pulse(
    years: Sequence[int],
    *,
    start: int,
    half_life: float,
    tempo: float,
    uplift: Mapping[str, float] | None = None,
) -> xr.DataArray:
    r"""
    Describe a policy as a pulse of births that fades, and the deficit of births brought forward.

    With n years since the start, :math:`r = 2^{-1/H}` and the half-life H, the
    births of order k are multiplied by

    .. math:: 1 + u_k \left( r^n - q\,n\,(1 - r)\,r^{n-1} \right)

    The first term is the uplift, halved every H years. The second takes the
    share q of it back: a birth brought forward is missing in a later year, from
    the next one on, spread with the same half-life. Over all years to come the
    two terms cancel where q is 1.

    Parameters
    ----------
    years
        Years wanted; before `start` the multiplier is 1. One year's multiplier
        does not depend on the others.
    start
        First year of the effect.
    half_life
        Years in which the effect halves, above 0.
    tempo
        Share q in [0, 1] of the additional births that are only brought
        forward; 0 means that all are children who would not have been born.
    uplift
        Additional births of the first year as a share of those without the
        policy, by order; orders left out have `DEFAULT_UPLIFT`. Below zero, to
        -1, it is a shock that is made up for.

    Returns
    -------
    multiplier
        By `order` (`1`, `2`, `3+`) and `year`, to multiply with births or total
        fertility by order, as from `by_order`.

    Raises
    ------
    LabelError
        If there is no such order, or a year twice.
    ValueError
        If a number is out of its range, or the deficit is larger than the
        births of a year: then the uplift and the tempo do not fit together.

    Notes
    -----
    A scenario, not an estimate: u, H and q are calibrated with the births of
    the place, or assumed. The births of the pulse and of its deficit are equal
    where births without the policy are level. For tempo and quantum see
    Bongaarts and Feeney (1998), Population and Development Review 24(2).

    Examples
    --------
    >>> policy_pulse([2015, 2016, 2017, 2018], start=2016, uplift={"2": 0.4}, half_life=1, tempo=0.5).sel(
    ...     order="2"
    ... ).round(3).values.tolist()
    [1.0, 1.4, 1.1, 1.0]
    """
    wanted = {**DEFAULT_UPLIFT, **(uplift or {})}
    unknown = sorted(set(wanted) - set(ORDERS))
    if unknown:
        msg = f"`uplift` has the order {unknown[0]!r}: there are {list(ORDERS)}."
        raise LabelError(msg)
    if len(set(years)) != len(years):
        msg = f"`years` has a year twice: {list(years)}."
        raise LabelError(msg)
    if not (0 < half_life < np.inf):
        msg = f"`half_life` is in years above 0, got {half_life}."
        raise ValueError(msg)
    if not 0 <= tempo <= 1:
        msg = f"`tempo` is a share in [0, 1], got {tempo}."
        raise ValueError(msg)
    sizes = xr.DataArray([float(wanted[order]) for order in ORDERS], coords={"order": list(ORDERS)}, dims="order")
    require_numbers(sizes, "uplift", low=-1.0)
    since = np.array(years, dtype=float) - start
    n = np.maximum(since, 0.0)
    ratio = 0.5 ** (1 / half_life)
    shape = np.where(since >= 0, ratio**n - tempo * n * (1 - ratio) * ratio ** np.maximum(n - 1, 0.0), 0.0)
    pulse = 1 + sizes * xr.DataArray(shape, coords={"year": list(years)}, dims="year")
    if (pulse < 0).any():
        msg = (
            f"The deficit after the pulse is larger than the births of a year: {float(pulse.min()):g} at worst. "
            "Lower `uplift` or `tempo`, or lengthen `half_life`."
        )
        raise ValueError(msg)
    return pulse.rename("multiplier")


def marriage_lead(
    first_births: xr.DataArray,
    marriages: xr.DataArray | pd.Series,
    *,
    lag_weights: Mapping[int, float] | None = None,
    base_year: int | None = None,
) -> xr.DataArray:
    r"""
    Scale first births with the marriages of the years before.

    With :math:`I_t = \sum_l w_l M_{t-l}` first births are multiplied by
    :math:`I_t / I_b`, where b is the base year.

    Parameters
    ----------
    first_births
        First births by `year` and any other dimension, as expected at the
        marriages of the base year: of the base year itself the known number.
    marriages
        First marriages by calendar year: a series indexed by year, or an array
        with `year` and perhaps dimensions of `first_births`. Every year that a
        lag asks for is needed: for births two years after the last known
        marriages, the marriages to come must be assumed, in sight.
    lag_weights
        Weight of the marriages so many years before, sums to 1.
        `MARRIAGE_LAGS` if left out.
    base_year
        The first year of `first_births` if left out.

    Returns
    -------
    first_births
        With dimensions and labels as they were.

    Raises
    ------
    LabelError
        If a year of marriages is missing, or labels differ.
    MissingValueError
        If a number is missing.
    ValueError
        If a number is negative, weights do not sum to 1, or there were no
        marriages behind the base year.

    Examples
    --------
    >>> import pandas as pd
    >>> births = xr.DataArray([100.0, 100.0], coords={"year": [2025, 2026]}, dims="year")
    >>> marriages = pd.Series([80.0, 80.0, 60.0], index=[2023, 2024, 2025])
    >>> marriage_lead(births, marriages, lag_weights={1: 0.5, 2: 0.5}).to_series().to_dict()
    {2025: 100.0, 2026: 87.5}
    """
    weights = MARRIAGE_LAGS if lag_weights is None else lag_weights
    if not weights or abs(sum(weights.values()) - 1) > 1e-9 or min(weights.values()) < 0 or min(weights) < 0:
        msg = f"`lag_weights` are weights from 0 that sum to 1, by years from 0, got {dict(weights)}."
        raise ValueError(msg)
    wed = marriages
    if not isinstance(wed, xr.DataArray):
        wed = xr.DataArray(wed.to_numpy(float), coords={"year": wed.index.to_numpy()}, dims="year")
    require_numbers(first_births, "first_births", dims=("year",), low=0.0)
    require_numbers(wed, "marriages", dims=("year",), low=0.0)
    years = first_births["year"].to_numpy().tolist()
    base = min(years) if base_year is None else base_year
    _require_years(first_births, "first_births", [])
    _require_years(wed, "marriages", sorted({year - lag for year in [base, *years] for lag in weights}))
    _require_alike({"first_births": first_births.isel(year=0), "marriages": wed.isel(year=0)}, within=True)

    def behind(wanted: Sequence[int]) -> xr.DataArray:
        parts = [
            weight * wed.sel(year=[year - lag for year in wanted]).assign_coords(year=list(wanted))
            for lag, weight in weights.items()
        ]
        return sum(parts[1:], start=parts[0])

    known = behind([base]).sel(year=base, drop=True)
    if (known <= 0).any():
        msg = f"There are no marriages behind the births of {base}: choose another `base_year`."
        raise ValueError(msg)
    return (first_births * (behind(years) / known)).transpose(*first_births.dims).rename(first_births.name)


def national_births_path(
    country: str = "china_wpp2024",
    *,
    base_year: int,
    years: Sequence[int],
    variant: str = "medium",
) -> xr.DataArray:
    r"""
    Return the births of a national projection relative to those of a base year.

    The default path of a place that states none of its own: the births of the
    base year times this path. That a county's births will move as the nation's
    is an assumption, and a strong one: its women age and move otherwise.

    Parameters
    ----------
    country
        A data set of `national.NAMES`.
    base_year
        Calendar year of the last known births; the path is 1 there.
    years
        Calendar years wanted.
    variant
        One of `VARIANTS`: `medium`; `low` or `high`, half a child less or more
        in the long run; or a bound of the prediction interval of total
        fertility, `80l`, `80u`, `95l` or `95u`.

    Returns
    -------
    path
        Multiples of the births of the base year, by `year`.

    Raises
    ------
    LabelError
        If the projection has no such year.
    ValueError
        If there is no such data set or variant.

    Notes
    -----
    Only the medium births are shipped. Those of a variant are
    :math:`B_t\,\mathrm{TFR}^v_t / \mathrm{TFR}_t`: the women are those of the
    medium variant, which holds until the children who are born otherwise are
    mothers, some 20 years. The years up to the base year are the same in every
    variant, since they are known. The bounds are those of one year's fertility:
    a path that keeps to a bound in every year is less likely than they say. They
    were wide in their own first year, so that such a path jumps after the base.

    Examples
    --------
    >>> national_births_path(base_year=2024, years=[2024, 2027, 2030]).round(3).values.tolist()
    [1.0, 0.967, 0.948]
    >>> national_births_path(base_year=2024, years=[2024, 2027, 2030], variant="low").round(3).values.tolist()
    [1.0, 0.734, 0.59]
    """
    if variant not in VARIANTS:
        msg = f"There is no variant {variant!r}. There are: {', '.join(VARIANTS)}."
        raise ValueError(msg)
    annual = load(country).annual
    absent = [year for year in [base_year, *years] if year not in annual.index]
    if absent:
        msg = f"{country} has no year {absent[0]}: it has {annual.index.min()} to {annual.index.max()}."
        raise LabelError(msg)
    births = annual["births"]
    if variant != "medium":
        # what is past has no variants
        ratio = (annual[f"tfr_{variant}"] / annual["tfr"]).fillna(1.0)
        births = births * ratio.where(annual.index > base_year, 1.0)
    path = births.loc[list(years)] / births.loc[base_year]
    return xr.DataArray(path.to_numpy(), coords={"year": list(years)}, dims="year", name="path")


def local_level(
    births: xr.DataArray,
    expected: xr.DataArray,
    *,
    prior: float | None = None,
    half_life: float = HALF_LIFE_YEARS,
) -> xr.Dataset:
    r"""
    Estimate how far the fertility of each area lies above or below its parent's.

    With births D and those expected at the parent's rates E, recent years
    weighing more, the level is shrunk towards 1, the parent's:

    .. math:: e^{\theta} = w\,D / E + (1 - w), \qquad w = E / (E + k)

    An area with many births keeps its own level, one where hardly any are
    expected takes the parent's. An area where births were expected and none
    came is low, but never zero.

    Parameters
    ----------
    births
        Live births by `area` and calendar `year`, and any other dimension.
    expected
        Births that the women of each area would have had at the rates of the
        parent, labelled the same.
    prior
        The k above: births whose evidence weighs as much as the parent's, above
        0. Left out, it is estimated from the spread of the areas, within
        `PRIOR_BOUNDS`; from fewer than two areas it is `PRIOR_DEFAULT`.
    half_life
        Years in which the weight of a birth year halves, above 0; the last year
        weighs 1.

    Returns
    -------
    result
        With `level` (:math:`e^\theta`, above 0: multiply it with total
        fertility) and `weight` (w, in [0, 1)) by area, and `prior`.

    Raises
    ------
    LabelError
        If areas or years differ.
    MissingValueError
        If a number is missing. An area without a count is not one without
        births.
    ValueError
        If a number is negative, or there were births where none are expected.

    Notes
    -----
    The gamma-Poisson estimator of Clayton and Kaldor (1987), Biometrics 43(3),
    with the moments of Marshall (1991), Applied Statistics 40(2). It shrinks the
    ratio, not its logarithm, which has no value at zero births and would let
    the level rise again as births fall below a third of those expected. Years
    of unequal weight count as :math:`(\sum w E)^2 / \sum w^2 E` births, the
    number that would be as sure.

    Examples
    --------
    >>> labels = {"area": ["town", "hamlet"], "year": [2024]}
    >>> births = xr.DataArray([[1200.0], [0.0]], coords=labels, dims=("area", "year"))
    >>> expected = xr.DataArray([[1000.0], [5.0]], coords=labels, dims=("area", "year"))
    >>> local_level(births, expected, prior=100.0)["level"].round(3).to_series().to_dict()
    {'town': 1.182, 'hamlet': 0.952}
    """
    require_numbers(births, "births", dims=("area", "year"), low=0.0)
    require_numbers(expected, "expected", dims=("area", "year"), low=0.0)
    if not (0 < half_life < np.inf):
        msg = f"`half_life` is in years above 0, got {half_life}."
        raise ValueError(msg)
    if prior is not None and not (0 < prior < np.inf):
        msg = f"`prior` is a number of births above 0, got {prior}."
        raise ValueError(msg)
    _require_alike({"births": births, "expected": expected})
    if set(births.dims) != set(expected.dims):
        msg = f"`births` has the dimensions {list(births.dims)}, `expected` {list(expected.dims)}."
        raise LabelError(msg)
    wanted = expected.sel({name: births[name] for name in births.dims})
    recent = 0.5 ** ((births["year"].max() - births["year"]) / half_life)
    came, due = (recent * births).sum("year"), (recent * wanted).sum("year")
    if ((due == 0) & (came > 0)).any():
        lost = ((due == 0) & (came > 0)).any([name for name in due.dims if name != "area"])
        msg = (
            f"Births where none are expected, e.g. in area {lost['area'].to_numpy()[lost.to_numpy()].tolist()[0]!r}: "
            "its women are not known. Leave the area out, or correct `expected`."
        )
        raise ValueError(msg)
    ratio = (came / due.where(due > 0, 1.0)).where(due > 0, 1.0)
    spread = (recent**2 * wanted).sum("year")
    size = due**2 / spread.where(spread > 0, 1.0)
    k = xr.DataArray(float(prior)) if prior is not None else _prior_of_spread(ratio, size)
    weight = size / (size + k)
    level = weight * ratio + (1 - weight)
    return xr.Dataset({"level": level, "weight": weight, "prior": k})


def _prior_of_spread(ratio: xr.DataArray, size: xr.DataArray) -> xr.DataArray:
    """Return the k whose gamma distribution spreads as much as areas do beyond chance."""
    total = size.sum("area")
    some = total.where(total > 0, 1.0)
    mean = (size * ratio).sum("area") / some
    variance = (size * (ratio - mean) ** 2).sum("area") / some
    areas = (size > 0).sum("area")
    beyond = variance - mean * areas / some
    low, high = PRIOR_BOUNDS
    # no more spread than chance gives: the areas are alike
    k = (mean**2 / beyond.where(beyond > 0, 1.0)).where(beyond > 0, high).clip(low, high)
    return k.where(areas > 1, PRIOR_DEFAULT)


def _require_alike(arrays: Mapping[str, xr.DataArray], *, within: bool = False) -> None:
    """Raise unless the dimensions that two arrays share have the same labels; within: the second has no others."""
    (first, one), (second, other) = arrays.items()
    for name in other.dims:
        if name in one.dims:
            for what, array in arrays.items():
                if name not in array.indexes:
                    msg = f"The dimension {name!r} of `{what}` has no labels."
                    raise LabelError(msg)
            checks.require_same_labels(one.indexes[name], other.indexes[name], what=f"`{first}` and `{second}`")
        elif within:
            msg = f"`{second}` has the dimension {name!r}, which `{first}` has not."
            raise LabelError(msg)


def _require_years(array: xr.DataArray, what: str, years: Sequence[int]) -> None:
    """Raise if a year is missing or there twice."""
    checks.require_unique_labels(array.indexes["year"], what=f"`{what}`")
    missing = sorted(set(years) - set(array.indexes["year"]))
    if missing:
        msg = f"`{what}` has no year {missing[0]}. Give it, or ask for fewer years."
        raise LabelError(msg)


def _require_sums_to_one(sums: xr.DataArray, over: str) -> None:
    """Raise unless shares sum to 1, but for their rounding."""
    if not np.allclose(sums, 1.0, rtol=0, atol=1e-3):
        worst = float(sums.to_numpy().ravel()[np.argmax(np.abs(sums.to_numpy() - 1))])
        msg = f"Shares of total fertility sum to 1 over the {over}, got {worst:g}. Percentages are divided by 100."
        raise ValueError(msg)


def _orders(parities: Sequence[str]) -> list[str]:
    """Return the order of the next child of each parity."""
    return [*(str(int(parity) + 1) for parity in parities[:-1]), f"{len(parities)}+"]


def _parities(women: xr.DataArray) -> list[str]:
    """Return the parities, ascending, or raise unless they are 0, 1, … and an open one."""
    found = women["parity"].to_numpy().tolist()
    wanted = [*map(str, range(len(found) - 1)), f"{len(found) - 1}+"]
    if len(found) < 2 or sorted(found, key=str) != sorted(wanted):
        msg = f"`women` has the parities {found}: they must be 0, 1, … and the last one open, as in ['0', '1', '2+']."
        raise LabelError(msg)
    return wanted
