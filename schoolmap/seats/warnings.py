"""
Seat warnings (学位预警): the level of each unit, and when a shortage starts, peaks and ends.

The form is that of 浙教基〔2018〕100号: children against the places of a usual
year, yellow as they fill up, red when they are full, published years ahead and
lifted when there is room again. The bounds come from a standards file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap import checks
from schoolmap.errors import LabelError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    import xarray as xr

    from schoolmap.standards.schema import Levels

LEVELS = ("surplus", "ok", "watch", "red")
SCOPES = ("intake", "whole")
"""Warned of: the places of the first grade, and those of the whole stage."""
KINDS_OF_SPELL = ("sustained", "returning", "passing")
LEAST_SHORT = 0.5
"""Smaller gaps are no shortage, in seats."""
_DIGITS = 6
"""Shares of a school's rooms add up to 11.9999999: that is 12."""


def warning_level(
    utilisation: pd.Series,
    *,
    surplus_below: float,
    watch_from: float,
    red_from: float,
) -> pd.Series:
    """
    Grade utilisation into `surplus`, `ok`, `watch` and `red`.

    Parameters
    ----------
    utilisation
        Demand per seat; infinite where there are children and no seats,
        missing where there are neither (which is `ok`).
    surplus_below, watch_from, red_from
        Bounds in rising order; exactly the red bound is red.

    Returns
    -------
    level
        On the index of `utilisation`.

    Examples
    --------
    >>> load = pd.Series([0.5, 0.7, 0.9, 1.0, float("inf")])
    >>> warning_level(load, surplus_below=0.7, watch_from=0.9, red_from=1.0).tolist()
    ['surplus', 'ok', 'watch', 'red', 'red']
    """
    if not surplus_below < watch_from < red_from:
        msg = f"The bounds must rise, got {surplus_below}, {watch_from}, {red_from}."
        raise ValueError(msg)
    # a bound is met up to rounding, so that 90 of 100 children warn whatever 0.9 is in binary
    load = utilisation.fillna(watch_from - (watch_from - surplus_below) / 2).round(9)
    grade = np.digitize(load, [surplus_below, watch_from, red_from])
    return pd.Series(np.array(LEVELS, dtype=object)[grade], index=utilisation.index, name="level")


def shortage_spans(balance: pd.DataFrame, *, least: float = LEAST_SHORT) -> pd.DataFrame:
    """
    Say for each catchment when it is short of seats, and how much.

    Parameters
    ----------
    balance
        By `(catchment, year)`, with `gap` and, where it is known,
        `shortage_probability`.
    least
        Smaller gaps are no shortage, in seats.

    Returns
    -------
    spans
        One row per catchment that is ever short, the worst first, with
        `score` (seats short, summed over years), `first_year`, `last_year`,
        `peak_year`, `peak_short`, `probability` (of the peak year) and
        `years_short`.

    Examples
    --------
    >>> unit = pd.MultiIndex.from_product([["a"], [2026, 2027, 2028]], names=["catchment", "year"])
    >>> gap = pd.DataFrame({"gap": [-5.0, 30.0, 10.0], "shortage_probability": [0.3, 0.9, 0.7]}, index=unit)
    >>> shortage_spans(gap).loc["a", ["score", "first_year", "peak_year", "years_short"]].tolist()
    [40.0, 2027.0, 2027.0, 2.0]
    """
    short = balance[balance["gap"] >= least].reset_index()
    groups = short.groupby("catchment", sort=True)
    peaks = short.loc[groups["gap"].idxmax()].set_index("catchment")
    spans = pd.DataFrame(
        {
            "score": groups["gap"].sum(),
            "first_year": groups["year"].min(),
            "last_year": groups["year"].max(),
            "peak_year": peaks["year"],
            "peak_short": peaks["gap"],
            "probability": peaks.get("shortage_probability", np.nan),
            "years_short": groups.size(),
        },
    )
    return spans.sort_values("score", ascending=False, kind="stable")


def spells(balance: pd.DataFrame, *, lasting_years: int, least: float = LEAST_SHORT) -> pd.DataFrame:
    """
    Say whether each catchment's shortage is sustained, passes, or comes back.

    A run is a number of years short one after another. The shortage is
    `sustained` if a run is of at least `lasting_years`; else `returning` if there
    are several runs with years of enough seats between them; else `passing`. One that
    `lasts` is there in the last year of the balance: it is not known to pass,
    only the horizon ends before it does.

    Parameters
    ----------
    balance
        By `(catchment, year)`, with `gap` and, where it is known,
        `shortage_probability`; every year of a catchment is there.
    lasting_years
        Years one after another from which a shortage is sustained.
    least
        Smaller gaps are no shortage, in seats.

    Returns
    -------
    spells
        `shortage_spans` with `kind`, `runs` (how many), `longest` (years of the
        longest run) and `lasts`.

    Raises
    ------
    LabelError
        If years of a catchment are missing or listed twice.
    MissingValueError
        If a gap is not known. Unknown is not enough seats.

    Examples
    --------
    >>> unit = pd.MultiIndex.from_product([["a"], range(2026, 2032)], names=["catchment", "year"])
    >>> gap = pd.DataFrame({"gap": [30.0, -5.0, 20.0, 10.0, -1.0, -9.0]}, index=unit)
    >>> spells(gap, lasting_years=5)[["first_year", "last_year", "kind", "runs", "longest", "lasts"]].values.tolist()
    [[2026, 2029, 'returning', 2, 2, False]]
    """
    if lasting_years < 1:
        msg = f"`lasting_years` is at least one year, got {lasting_years}."
        raise ValueError(msg)
    checks.require_no_gaps(balance["gap"], what="`gap`")
    checks.require_unique_labels(balance.index, what="`balance`")
    years = balance.index.to_frame(index=False).groupby("catchment")["year"].agg(["min", "max", "size"])
    broken = years.index[years["max"] - years["min"] + 1 != years["size"]]
    if len(broken) > 0:
        msg = f"Years of {broken[0]!r} are missing: without them nobody can say how long a shortage lasts."
        raise LabelError(msg)
    spans = shortage_spans(balance, least=least)
    short = balance.index[balance["gap"] >= least].to_frame(index=False).sort_values(["catchment", "year"])
    starts = (short["catchment"] != short["catchment"].shift()) | (short["year"] != short["year"].shift() + 1)
    lengths = short.groupby(["catchment", starts.cumsum().rename("run")]).size().groupby(level="catchment")
    runs = lengths.size().reindex(spans.index)
    longest = lengths.max().reindex(spans.index)
    kind = np.select([longest >= lasting_years, runs > 1], KINDS_OF_SPELL[:2], default=KINDS_OF_SPELL[2])
    lasts = spans["last_year"] == years["max"].reindex(spans.index)
    return spans.assign(kind=kind.astype(object), runs=runs, longest=longest, lasts=lasts)


def planned_intake(
    sections: pd.DataFrame,
    *,
    cap_of_entry: float | pd.Series | None,
    grades: int,
) -> pd.DataFrame:
    """
    Return how many children each section admits in a usual year (常态招生计划数).

    As listed; else as many whole classes as its classrooms give each grade, of
    the most children that a class of the first grade may have; else an even
    part of its seats. A school with fewer classrooms than grades has no whole
    class for each: its seats decide.

    Parameters
    ----------
    sections
        With any of `planned_intake`, `classrooms` and `seats`, of one stage.
    cap_of_entry
        Most children of a class of the first grade: one for all, by section,
        or `None` where the standard has none.
    grades
        Grades of the stage.

    Returns
    -------
    intake
        On the index of `sections`: `places`, missing where nothing tells, and
        `source`, one of `listed`, `classrooms`, `seats` and `unknown`.

    Examples
    --------
    >>> rooms = pd.DataFrame({"planned_intake": [90, None, None], "classrooms": [12, 13, 4], "seats": [540, 540, 120]})
    >>> planned_intake(rooms.astype(float), cap_of_entry=45, grades=6).values.tolist()
    [[90.0, 'listed'], [90.0, 'classrooms'], [20.0, 'seats']]
    """
    if grades < 1:
        msg = f"`grades` is the number of grades of the stage, at least one, got {grades}."
        raise ValueError(msg)
    known = sections.reindex(columns=["planned_intake", "classrooms", "seats"]).astype(float)
    cap = cap_of_entry.reindex(sections.index) if isinstance(cap_of_entry, pd.Series) else cap_of_entry
    classes = np.floor(known["classrooms"].round(_DIGITS) / grades)
    by_rooms = (classes * (np.nan if cap is None else cap)).where(classes >= 1)
    places = known["planned_intake"].fillna(by_rooms).fillna(known["seats"] / grades)
    told = [known["planned_intake"].notna(), by_rooms.notna(), known["seats"].notna()]
    source = np.select(told, ["listed", "classrooms", "seats"], default="unknown").astype(object)
    return pd.DataFrame({"places": places, "source": source}, index=sections.index)


def intake_warnings(
    children: Mapping[str, pd.Series],
    places: Mapping[str, pd.Series],
    *,
    levels: Levels,
    years: Sequence[int],
    draws: Mapping[str, xr.DataArray] | None = None,
    probability: Mapping[str, pd.Series] | None = None,
) -> pd.DataFrame:
    """
    Warn of the years ahead: children of the first grade against the places there are, and of all grades.

    Red is full: as many children as places. It is lifted in the first year in
    which children are fewer than places again.

    Parameters
    ----------
    children
        By scope (of `SCOPES`): children who need a place, by `(catchment, year)`.
    places
        For the same scopes: places by `catchment`, the same in every year (the
        intake of a usual year), or by `(catchment, year)`.
    levels
        Bounds, from a standards file.
    years
        School years to publish, such as the next three. The year before, where
        children and places tell it, says whether a warning is lifted.
    draws
        By scope, draws of the children by (catchment, year, draw).
    probability
        By scope, the probability of a shortage by `(catchment, year)`, where it
        is known already; for that scope no draws are needed.

    Returns
    -------
    warnings
        One row per scope, catchment and year: `catchment`, `scope`, `year`,
        `children`, `places`, `ratio` (infinite where children have no places at
        all, missing where there are neither), `level` (of `LEVELS`), `lifted`
        (red a year before, and not now) and `shortage_probability` (as given,
        or the share of the draws with more children than places; else missing).

    Raises
    ------
    LabelError
        If scopes or catchments differ, or a year to publish is not there.
    MissingValueError
        If a number is not known. Unknown is not zero.

    Examples
    --------
    >>> from schoolmap import standards
    >>> unit = pd.MultiIndex.from_product([["a"], [2026, 2027, 2028]], names=["catchment", "year"])
    >>> entering = pd.Series([81.0, 90.0, 80.0], index=unit)
    >>> warned = intake_warnings(
    ...     {"intake": entering},
    ...     {"intake": pd.Series({"a": 90.0})},
    ...     levels=standards.load("china").levels,
    ...     years=[2026, 2027, 2028],
    ... )
    >>> warned[["year", "level", "lifted"]].values.tolist()
    [[2026, 'watch', False], [2027, 'red', False], [2028, 'ok', True]]
    """
    checks.require_same_labels(pd.Index(children), pd.Index(places), what="The scopes of `children` and `places`")
    unknown = [scope for scope in children if scope not in SCOPES]
    if unknown:
        msg = f"A scope is one of {', '.join(SCOPES)}, got {unknown[0]!r}."
        raise LabelError(msg)
    parts = {
        scope: _warned(
            children[scope],
            places[scope],
            levels=levels,
            years=years,
            draws=(draws or {}).get(scope),
            probability=(probability or {}).get(scope),
        )
        for scope in SCOPES
        if scope in children
    }
    order = ["catchment", "scope", "year", "children", "places", "ratio", "level", "lifted", "shortage_probability"]
    long = [part.assign(scope=scope) for scope, part in parts.items()]
    return pd.concat(long, ignore_index=True)[order] if long else pd.DataFrame(columns=order)


def _warned(
    children: pd.Series,
    places: pd.Series,
    *,
    levels: Levels,
    years: Sequence[int],
    draws: xr.DataArray | None,
    probability: pd.Series | None,
) -> pd.DataFrame:
    """Return the warnings of one scope, by catchment in the order of the children, and year."""
    heads = children.unstack("year").reindex(children.index.get_level_values("catchment").unique())
    there = places.unstack("year") if places.index.nlevels > 1 else pd.DataFrame(dict.fromkeys(heads.columns, places))
    checks.require_same_labels(heads.index, there.index, what="The catchments of `children` and `places`")
    both = {int(year) for year in heads.columns} & {int(year) for year in there.columns}
    missing = [year for year in years if year not in both]
    if missing:
        msg = f"Nothing tells the children or the places of {missing[0]}: publish years that the forecast has."
        raise LabelError(msg)
    # the year before each says whether its warning is lifted
    wanted = sorted({*years, *(year - 1 for year in years)} & both)
    heads, there = heads[wanted].astype(float), there.reindex(heads.index)[wanted].astype(float)
    checks.require_no_gaps(heads, what="The number of children")
    checks.require_no_gaps(there, what="The number of places")
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = heads.to_numpy() / there.to_numpy()
    bounds = {name: getattr(levels, name).value for name in ("surplus_below", "watch_from", "red_from")}
    level = warning_level(pd.Series(ratio.ravel()), **bounds).to_numpy(dtype=object).reshape(ratio.shape)
    red = pd.DataFrame(level == LEVELS[-1], columns=wanted)
    was_red = red.reindex(columns=[year - 1 for year in wanted], fill_value=False).to_numpy()
    unit = pd.MultiIndex.from_product([heads.index, wanted], names=["catchment", "year"])
    chance = pd.Series(np.nan, index=unit)
    if probability is not None:
        chance = probability.reindex(unit)
    elif draws is not None:
        drawn = draws.sel(catchment=heads.index.to_numpy(), year=wanted).transpose("catchment", "year", "draw")
        chance = pd.Series((drawn.to_numpy() > there.to_numpy()[:, :, None]).mean(axis=2).ravel(), index=unit)
    long = pd.DataFrame(
        {
            "children": heads.to_numpy().ravel(),
            "places": there.to_numpy().ravel(),
            "ratio": ratio.ravel(),
            "level": level.ravel(),
            "lifted": (was_red & ~red.to_numpy()).ravel(),
            "shortage_probability": chance.to_numpy(),
        },
        index=unit,
    )
    return long[unit.get_level_values("year").isin(list(years))].reset_index()
