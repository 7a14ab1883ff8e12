"""
How wrong a method would have been: forecasts of the past, made with what was known then.

From every year of the history a forecast is made of the years that follow,
with nothing later than that year, and compared with what came. Two plain
methods stand beside it always: to hold every age as it was, and the method of
Hamilton and Perry. The intervals are held to what came in the same way, and
corrected by the errors that were known by then.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap.errors import LabelError
from schoolmap.population import forecast
from schoolmap.population.arrays import require_numbers
from schoolmap.population.ratios import HAMILTON_PERRY
from schoolmap.population.ratios import LEAST_MOTHERS_AGE
from schoolmap.population.ratios import Memory
from schoolmap.population.ratios import arrange_history
from schoolmap.population.ratios import no_change
from schoolmap.population.ratios import project_ratios

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Collection
    from collections.abc import Mapping
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import NDArray

SCHOOL_AGES = {"3-5": (3, 5), "6-11": (6, 11), "12-14": (12, 14)}
HORIZONS = (1, 3, 5, 10)
CONFIDENCE = 0.8
LEAST_HISTORY = 5
"""Years of counts, at least, before the first forecast is made."""
LEAST_ERRORS = 20
"""Fewer known errors say nothing of an interval; it is then left as it is."""
SIZES = (0, 300, 1_000, 3_000, 10_000, np.inf)
"""Bounds of the classes of areas, by the children of the group at the origin."""
FLAT = (15, 49)
"""Ages of women whose number leads the infants of the plain method of Hamilton and Perry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """
    A way to forecast people from their history.

    Attributes
    ----------
    project
        Takes a history by (area, age, year), and `sex` where known, and the
        years wanted; returns people by the same dimensions, the base and those years.
    """

    name: str
    label: dict[str, str]
    project: Callable[[xr.DataArray, Sequence[int]], xr.DataArray]


def _weighted(history: xr.DataArray, years: Sequence[int]) -> xr.DataArray:
    return project_ratios(history, years=years, memory=Memory())


def _hamilton_perry(history: xr.DataArray, years: Sequence[int]) -> xr.DataArray:
    ages = history["age"]
    if int(ages[-1]) < LEAST_MOTHERS_AGE:
        return project_ratios(history, years=years, memory=HAMILTON_PERRY)
    flat = ((ages >= FLAT[0]) & (ages <= FLAT[1])).astype(float)
    return project_ratios(history, years=years, memory=HAMILTON_PERRY, mothers=flat / flat.sum())


def _no_change(history: xr.DataArray, years: Sequence[int]) -> xr.DataArray:
    return no_change(history, years=years)


OURS = Method(
    name="cohort_change",
    label={"en": "cohort change, weighted and damped", "zh": "队列变化法（加权、收敛）"},
    project=_weighted,
)
BASELINES = (
    Method(
        name="hamilton_perry",
        label={"en": "Hamilton-Perry, five years pooled", "zh": "Hamilton-Perry 法（五年合并）"},
        project=_hamilton_perry,
    ),
    Method(name="no_change", label={"en": "no change", "zh": "维持不变"}, project=_no_change),
)


def rolling_forecasts(
    history: xr.DataArray,
    *,
    groups: Mapping[str, tuple[int, int]] = SCHOOL_AGES,
    horizons: Sequence[int] = HORIZONS,
    origins: Collection[int] | None = None,
    methods: Sequence[Method] = (OURS, *BASELINES),
    draws: int = 400,
    seed: int = 0,
    exclude_years: Collection[int] = (),
) -> pd.DataFrame:
    """
    Forecast the past from every origin, with what was known at the origin.

    Parameters
    ----------
    history
        People by (area, age, year), and `sex` where known; ages 0, 1, 2, …, the
        last open; years one after another.
    groups
        Ages forecast, both ends counted.
    horizons
        Years ahead.
    origins
        Base years; every year with `LEAST_HISTORY` years of counts if left out.
        Those without a year to compare with, or without one before, give no row.
    methods
        The first one also gets intervals.
    draws, seed
        Random draws behind the intervals.
    exclude_years
        Years that are not forecast (an epidemic, another definition); they stay
        in the history.

    Returns
    -------
    forecasts
        One row per method, origin, horizon, area and group: `forecast`,
        `actual`, `error` (in per cent of the actual; missing where that is
        zero), `born_share` (by the first method), `children` (of the group at the origin), and for
        the first method `p10` and `p90`, as assumed (see `correct_intervals`).

    Raises
    ------
    LabelError
        If a group lies outside the ages (the open one is none to forecast), an
        origin is no year of the history, or none has a year to compare with.
    ValueError
        If a horizon is less than a year.

    Examples
    --------
    >>> import xarray as xr
    >>> births = 100 * 0.98 ** np.arange(-59.0, 12.0)
    >>> history = xr.DataArray(
    ...     np.lib.stride_tricks.sliding_window_view(births, 60)[None, :, ::-1].transpose(0, 2, 1),
    ...     coords={"area": ["a"], "age": np.arange(60), "year": np.arange(2010, 2022)},
    ...     dims=("area", "age", "year"),
    ... )
    >>> found = rolling_forecasts(history, horizons=[3], draws=100)
    >>> accuracy(found, by=["method"])["mape"].round(2).to_dict()
    {'cohort_change': 0.0, 'hamilton_perry': 0.0, 'no_change': 6.25}
    """
    people = arrange_history(history)
    years = people["year"].to_numpy().tolist()
    _require_groups(groups, people["age"].to_numpy()[:-1], what="`history`, without the open one")
    if not horizons or min(horizons) < 1:
        msg = f"`horizons` are whole years ahead, from 1; got {list(horizons)}."
        raise ValueError(msg)
    unknown = set(origins or ()) - set(years)
    if unknown:
        msg = f"`history` has no year {min(unknown)} to forecast from: it has {years[0]} to {years[-1]}."
        raise LabelError(msg)
    wanted = years[LEAST_HISTORY - 1 :] if origins is None else sorted(set(origins))
    # excluded years are known at the origin all the same: they are not compared with
    dates = set(years) - set(exclude_years)
    ahead = {origin: [step for step in horizons if origin + step in dates] for origin in wanted if origin > years[0]}
    usable = {origin: steps for origin, steps in ahead.items() if steps}
    if not usable:
        msg = (
            f"Nothing can be compared: `history` has the years {years[0]} to {years[-1]}; a forecast needs "
            f"{LEAST_HISTORY} years of counts before it and {min(horizons)} after it."
        )
        raise LabelError(msg)
    true = people.sum("sex") if "sex" in people.dims else people
    parts = []
    for origin, steps in usable.items():
        known = people.isel(year=slice(0, years.index(origin) + 1))
        coming = list(range(origin + 1, origin + max(steps) + 1))
        shocks = forecast.draw_shocks(
            [str(area) for area in people["area"].to_numpy()],
            years=coming,
            draws=draws,
            seed=seed + origin,
        )
        shares: dict[str, NDArray[np.generic]] = {}
        for place, method in enumerate(methods):
            found = method.project(known, coming)
            found = found.sum("sex") if "sex" in found.dims else found
            found = found.sel(area=people["area"], year=coming).transpose("area", "age", "year")
            for group, bounds in groups.items():
                children = found.sel(age=slice(*bounds))
                columns = _compared(children, true, origin=origin, ahead=steps)
                # one share for all methods, so that the same forecasts are compared in each class
                columns["born_share"] = shares.setdefault(group, columns["born_share"])
                if place == 0:
                    columns |= _interval(children, origin=origin, ahead=steps, shocks=shocks)
                parts.append(pd.DataFrame({"method": method.name, "origin": origin, **columns, "group": group}))
    order = ["method", "origin", "horizon", "area", "group"]
    table = pd.concat(parts, ignore_index=True)
    return table[order + [name for name in table.columns if name not in order]]


def _require_groups(groups: Mapping[str, tuple[int, int]], ages: NDArray[np.int64], *, what: str) -> None:
    """Raise unless every age of the groups is there: the sum of none is no number of children."""
    for name, (low, high) in groups.items():
        if low > high or not np.isin(np.arange(low, high + 1), ages).all():
            msg = f"The group {name!r} ({low} to {high}) lies outside the ages of {what}."
            raise LabelError(msg)


def _compared(
    children: xr.DataArray,
    true: xr.DataArray,
    *,
    origin: int,
    ahead: list[int],
) -> dict[str, NDArray[np.generic]]:
    """Lay the forecasts of one group beside what came: areas one after another, in each the years."""
    dates = [origin + step for step in ahead]
    came = true.sel(age=children["age"])
    actual = came.sel(year=dates).sum("age").to_numpy()
    ours = children.sel(year=dates).to_numpy()
    alive = children["age"].to_numpy()[:, None] >= np.array(ahead)
    total = ours.sum(axis=1)
    share = np.divide((ours * alive).sum(axis=1), total, out=np.ones_like(total), where=total > 0)
    error = np.divide(100 * (total - actual), actual, out=np.full_like(total, np.nan), where=actual > 0)
    base = came.sel(year=origin).sum("age").to_numpy()
    return {
        "horizon": np.tile(ahead, len(base)),
        "area": np.repeat(true["area"].to_numpy(), len(ahead)),
        "forecast": total.ravel(),
        "actual": actual.ravel(),
        "error": error.ravel(),
        "born_share": share.ravel(),
        "children": np.repeat(base, len(ahead)),
    }


def _interval(
    children: xr.DataArray,
    *,
    origin: int,
    ahead: list[int],
    shocks: forecast.Shocks,
) -> dict[str, NDArray[np.generic]]:
    """Return the interval as assumed, in the order of `_compared`."""
    elapsed = children["year"] - float(origin)
    alive = children["age"] >= elapsed
    named = children.assign_coords(area=list(shocks.areas))
    drawn = forecast.draw_children(
        named.where(alive, 0.0),
        named.where(~alive, 0.0),
        elapsed=elapsed,
        shocks=shocks,
    )
    tail = (1 - CONFIDENCE) / 2
    places = [shocks.years.index(origin + step) for step in ahead]
    low, high = np.quantile(drawn.to_numpy()[:, places], [tail, 1 - tail], axis=-1)
    return {"p10": low.ravel(), "p90": high.ravel()}


def interval_factors(forecasts: pd.DataFrame, *, until: int | None = None) -> pd.Series:
    """
    Find by how much the assumed intervals were too narrow, or too wide.

    The distance of what came from the forecast, in units of the distance of the
    interval's end on that side (on the log scale); the factor is its quantile
    at `CONFIDENCE`, with the correction for few errors: an interval that is
    stretched by it would have held that share of what came. An area to which
    nobody came lies further away than any interval reaches.

    Parameters
    ----------
    forecasts
        From `rolling_forecasts`.
    until
        Use only what was known by the end of this year; everything if left out.

    Returns
    -------
    factors
        By `(group, horizon)`; 1 where fewer than `LEAST_ERRORS` errors are known.

    Notes
    -----
    Split conformal prediction with normalised scores: Lei et al. (2018),
    Journal of the American Statistical Association 113; it promises its
    coverage if the errors to come are like those of the past.
    """
    known = forecasts[forecasts["p10"].notna()]
    if until is not None:
        known = known[known["origin"] + known["horizon"] <= until]
    known = known.assign(score=_scores(known)).dropna(subset=["score"])
    cells = known.groupby(["group", "horizon"])["score"]
    count = cells.size()
    factors = pd.Series({cell: _conformal_quantile(scores.to_numpy()) for cell, scores in cells}, dtype=float)
    everywhere = pd.MultiIndex.from_product(
        [sorted(set(forecasts["group"])), sorted(set(forecasts["horizon"]))],
        names=["group", "horizon"],
    )
    factors.index = (
        pd.MultiIndex.from_tuples(factors.index, names=["group", "horizon"]) if len(factors) else everywhere[:0]
    )
    enough = count.reindex(everywhere, fill_value=0) >= LEAST_ERRORS
    return factors.reindex(everywhere).where(enough, 1.0).rename("factor")


def _conformal_quantile(scores: NDArray[np.float64]) -> float:
    """Return the score that a further one stays below with `CONFIDENCE`; of those that can be measured, the greatest."""
    place = min(math.ceil((len(scores) + 1) * CONFIDENCE), len(scores)) - 1
    found = np.sort(scores)[place]
    measured = scores[np.isfinite(scores)]
    return float(found if np.isfinite(found) else measured.max(initial=1.0))


def _scores(forecasts: pd.DataFrame) -> pd.Series:
    """Return how far what came lies from the forecast, in half-widths of the interval on that side."""
    with np.errstate(divide="ignore", invalid="ignore"):
        away = np.log(forecasts["actual"] / forecasts["forecast"])
        up, down = np.log(forecasts["p90"] / forecasts["forecast"]), np.log(forecasts["forecast"] / forecasts["p10"])
        score = pd.Series(np.where(away > 0, away / up, -away / down), index=forecasts.index)
    # nobody came though somebody was forecast: further away than any interval reaches; if nobody was, all is well
    return score.mask((forecasts["actual"] == 0) & (forecasts["forecast"] > 0), np.inf)


def correct_intervals(forecasts: pd.DataFrame) -> pd.DataFrame:
    """
    Correct every interval by the errors that were known at its origin.

    Parameters
    ----------
    forecasts
        From `rolling_forecasts`.

    Returns
    -------
    forecasts
        With `p10` and `p90` corrected, `factor` (missing for methods without
        an interval) and `covered`: whether what came lies within.
    """
    parts = []
    for origin in sorted(set(forecasts["origin"].tolist())):
        rows = forecasts[forecasts["origin"] == origin]
        factors = interval_factors(forecasts, until=origin)
        keys = pd.MultiIndex.from_frame(rows[["group", "horizon"]])
        parts.append(rows.assign(factor=factors.reindex(keys).to_numpy()))
    found: pd.DataFrame = pd.concat(parts).sort_index()
    centre = found["forecast"]
    with np.errstate(divide="ignore", invalid="ignore"):
        low = centre * (found["p10"] / centre) ** found["factor"]
        high = centre * (found["p90"] / centre) ** found["factor"]
    found["p10"], found["p90"] = low.where(centre > 0, found["p10"]), high.where(centre > 0, found["p90"])
    found["factor"] = found["factor"].where(found["p10"].notna())
    inside = (found["actual"] >= found["p10"]) & (found["actual"] <= found["p90"])
    found["covered"] = inside.astype(float).where(found["p10"].notna())
    return found


def accuracy(forecasts: pd.DataFrame, *, by: Sequence[str]) -> pd.DataFrame:
    """
    Sum up the errors.

    Parameters
    ----------
    forecasts
        From `rolling_forecasts` or `correct_intervals`.
    by
        Columns to group by: `method`, `group`, `horizon`, `area`, and those that
        are made here: `size` (class of children at the origin) and `born`
        (`born`, `mixed` or `unborn` at the origin).

    Returns
    -------
    accuracy
        One row per group of forecasts: `forecasts` (how many), `mape` (mean
        absolute error in per cent), `malpe` (mean error in per cent: above zero
        where too many were forecast), `median` and `p90` (of the absolute
        error), and `coverage` (per cent of what came that lay within the
        interval, where known).
    """
    table = forecasts.assign(absolute=forecasts["error"].abs())
    if "size" in by:
        labels = [
            f"{low:,.0f}+" if np.isinf(high) else f"{low:,.0f}-{high:,.0f}" for low, high in itertools.pairwise(SIZES)
        ]
        table["size"] = pd.cut(table["children"], SIZES, right=False, labels=labels).astype(str)
    if "born" in by:
        bounds = [table["born_share"] >= 1.0, table["born_share"] <= 0.0]
        table["born"] = np.select(bounds, ["born", "unborn"], "mixed")
    cells = table.groupby(list(by), sort=True)
    found = pd.DataFrame(
        {
            "forecasts": cells["error"].count(),
            "mape": cells["absolute"].mean(),
            "malpe": cells["error"].mean(),
            "median": cells["absolute"].median(),
            "p90": cells["absolute"].quantile(0.9),
        },
    )
    if "covered" in table:
        found["coverage"] = 100 * cells["covered"].mean()
    return found


def peaks(children: xr.DataArray, *, groups: Mapping[str, tuple[int, int]], base_year: int) -> pd.DataFrame:
    """
    Tell whether the number of children rises or falls, and when it peaks.

    Parameters
    ----------
    children
        Children by (area, age, year), counted and forecast years together;
        `area` may also name groups of areas, such as county and county town.
    groups
        Ages, both ends counted.
    base_year
        The year of which the direction is told, among the years.

    Returns
    -------
    peaks
        By `(area, group)`: `children` in the base year, `peak_year` and `peak`
        of all years, `last_year` and `last`, `change` (per cent from the base
        to the last year), `direction` (`rising`, `falling` or `level`: from the
        base year to five years later, or the last; level within 2 %).

    Raises
    ------
    LabelError
        If a group lies outside the ages, years do not follow one another, or
        the base year is not among them.

    Examples
    --------
    >>> import xarray as xr
    >>> children = xr.DataArray(
    ...     [[[90.0, 100.0, 70.0]]],
    ...     coords={"area": ["a"], "age": [3], "year": [2024, 2025, 2026]},
    ...     dims=("area", "age", "year"),
    ... )
    >>> peaks(children, groups={"3": (3, 3)}, base_year=2024).loc[("a", "3"), ["peak_year", "direction"]].to_dict()
    {'peak_year': 2025, 'direction': 'falling'}
    """
    require_numbers(children, "children", dims=("area", "age", "year"))
    _require_groups(groups, children["age"].to_numpy(), what="`children`")
    years = children["year"].to_numpy()
    if (np.diff(years) != 1).any():
        msg = f"`children` has the years {years.tolist()}: they must follow one another."
        raise LabelError(msg)
    if base_year not in years:
        msg = f"`children` has no year {base_year}."
        raise LabelError(msg)
    soon = int(min(base_year + 5, years[-1]))
    rows = []
    for name, (low, high) in groups.items():
        total = children.sel(age=slice(low, high)).sum("age").transpose("area", "year")
        values, base = total.to_numpy(), total.sel(year=base_year).to_numpy()
        best = values.argmax(axis=1)  # the first of equal peaks
        with np.errstate(divide="ignore", invalid="ignore"):
            change = np.where(base > 0, 100 * (values[:, -1] / base - 1), np.nan)
            then = total.sel(year=soon).to_numpy()
            turn = np.where(base > 0, then / base - 1, np.where(then > 0, np.inf, 0.0))
        rows.append(
            pd.DataFrame(
                {
                    "area": total["area"].to_numpy(),
                    "group": name,
                    "children": base,
                    "peak_year": years[best],
                    "peak": values[np.arange(len(best)), best],
                    "last_year": int(years[-1]),
                    "last": values[:, -1],
                    "change": change,
                    "direction": np.select([turn > LEVEL, turn < -LEVEL], ["rising", "falling"], "level"),
                },
            ),
        )
    return pd.concat(rows).set_index(["area", "group"])


LEVEL = 0.02
"""A change of less than this share is called level."""
