"""
What else could be done: without a measure, a year sooner or later, quite differently, or for less money.

A planner asks of every proposal what it beat. Each answer here is a plan of
its own, found from the plan there is, with what it costs more.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap.errors import LabelError
from schoolmap.optimize.cores import on_both_cores
from schoolmap.optimize.siting import search
from schoolmap.optimize.siting import solving
from schoolmap.optimize.siting.alternatives import farthest
from schoolmap.optimize.siting.answer import Siting
from schoolmap.optimize.siting.answer import as_siting
from schoolmap.optimize.siting.answer import used_measures
from schoolmap.optimize.siting.model import build_model
from schoolmap.optimize.siting.nearby import best_nearby
from schoolmap.optimize.siting.nearby import ground_of
from schoolmap.optimize.siting.recourse import settle

if TYPE_CHECKING:
    from collections.abc import Hashable
    from collections.abc import Iterable
    from typing import Unpack

    import numpy.typing as npt

    from schoolmap.optimize.siting.model import Model
    from schoolmap.optimize.siting.nearby import Ground
    from schoolmap.optimize.siting.scenarios import Terms

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class NearOptimal:
    """
    Plans that cost little more than the best one, and differ as much as they can.

    Attributes
    ----------
    plans
        The best plan first; each of the others differs most from those before.
    differences
        By plan and measure, only where plans differ: `classes` at most, and the
        `year` it is first used, missing where it is not.
    """

    plans: tuple[Siting, ...]
    differences: pd.DataFrame


def without_each(
    plan: Siting,
    demand: pd.Series,
    seats: pd.Series,
    ways: pd.Series | pd.DataFrame,
    measures: pd.DataFrame,
    *,
    only: Iterable[Hashable] | None = None,
    steps: tuple[int, ...] = (-1, 1),
    gap: float = 1e-3,
    seconds_each: float = 2.0,
    **terms: Unpack[Terms],
) -> pd.DataFrame:
    """
    Return what the plan would cost without each of its measures, and what would take its place.

    Parameters
    ----------
    plan
        From `site.site`, for the same tables.
    demand, seats, ways, measures
        As there.
    only
        Measures to ask about; all that the plan uses if it is `None`.
    steps
        Whether to ask for one period earlier (-1), later (1), both or neither.
    gap
        Share of the cost around a measure at which a question is answered; a
        ten-thousandth where it is more.
    seconds_each
        Most seconds for each question.
    terms
        `money`, `plots`, `budget`, `total_budget` and `weights`, as there.

    Returns
    -------
    table
        By measure that the plan uses:
          - `without` - cost of the best plan found that does not use it
          - `more` - what that costs more than the plan
          - `instead` - measures that have more classes then, most first; empty
            where pupils go elsewhere or have no seat
          - `earlier`, `later` - what it costs more to open it one period before
            or after; missing where that is not allowed, and for what does not last
        A measure that is decided cannot be left out; its costs are missing.

    Raises
    ------
    LabelError
        If the plan, or `only`, names a measure that is not there.

    Notes
    -----
    The county is decided anew around the measure; far from it, all stays as it
    is. What is returned is therefore the cost of a plan that there is, and the
    best one may cost a little less.

    Examples
    --------
    >>> from schoolmap.conformance.made_growth import made_growth
    >>> from schoolmap.optimize.siting.site import site
    >>> county = made_growth(areas=6, schools=2, sites=2, periods=2, arcs=3)
    >>> plan = site(*county[:4], money=county.money)
    >>> table = without_each(plan, *county[:4], money=county.money)
    >>> bool((table["more"] > 0).all())
    True
    """
    model = build_model(demand, seats, ways, measures, **terms)
    classes = classes_of_plan(model, plan)
    used = model.measures.index[np.flatnonzero(classes.any(axis=1))]
    asked = used if only is None else pd.Index(list(only))
    strange = asked[~asked.isin(used)]
    if len(strange):
        msg = f"`only` names {strange[0]!r}, which the plan does not use. Ask about measures in `plan.built`."
        raise LabelError(msg)
    ground = ground_of(model, search.Plan(classes, plan.objective), settle(model, classes).flow)
    # none of the questions knows of another
    rows = on_both_cores(lambda label: _without(ground, label, steps=steps, gap=gap, seconds=seconds_each), asked)
    columns = ["without", "more", "instead", "earlier", "later"]
    return pd.DataFrame(rows, index=asked.rename("measure"), columns=columns)


def classes_of_plan(model: Model, plan: Siting) -> Whole:
    """Return the classes of a plan by measure and period, or raise."""
    classes = np.zeros((len(model.measures), len(model.years)), dtype=np.int64)
    measure = model.measures.index.get_indexer(plan.built.index.get_level_values("measure"))
    period = model.years.get_indexer(plan.built.index.get_level_values("year"))
    if (measure < 0).any() or (period < 0).any():
        label = plan.built.index[(measure < 0) | (period < 0)][0]
        msg = f"The plan has {label!r}, which the tables do not. Give the tables that it was made from."
        raise LabelError(msg)
    classes[measure, period] = plan.built["classes"].to_numpy()
    return classes


def _without(
    ground: Ground, label: Hashable, *, steps: tuple[int, ...], gap: float, seconds: float
) -> tuple[object, ...]:
    """Return what a plan costs without a measure, what grows instead, and what another year costs."""
    model, plan = ground.model, ground.plan
    at = int(model.measures.index.get_indexer(pd.Index([label]))[0])
    if model.decided[at].any():
        return np.nan, np.nan, (), np.nan, np.nan
    classes = plan.classes
    most = np.broadcast_to(model.most[:, None], classes.shape).copy()
    most[at] = 0
    limits = np.zeros(classes.shape, dtype=np.int64), most
    found = best_nearby(ground, at, limits=limits, gap=gap, seconds=seconds)
    opens = int(np.flatnonzero(classes[at])[0])
    times = [
        _moved(ground, at, opens + step, gap=gap, seconds=seconds) if step in steps else np.nan for step in (-1, 1)
    ]
    if found is None:
        return np.nan, np.nan, (), *times
    grown = (found.classes - classes).clip(min=0) @ (model.lengths) * model.number("seats_per_class")
    order = np.argsort(-grown, kind="stable")
    instead = tuple(model.measures.index[place] for place in order if grown[place] > 0)
    return found.cost, max(found.cost - plan.cost, 0.0), instead, *times


def _moved(ground: Ground, at: int, period: int, *, gap: float, seconds: float) -> float:
    """Return what it costs more to open a measure in another period, or missing where it may not."""
    model, plan = ground.model, ground.plan
    begun = model.first[at] <= period <= min(model.last[at], len(model.years) - 1)
    if not (begun and model.lasting[at]):
        return np.nan
    least = np.zeros(plan.classes.shape, dtype=np.int64)
    most = np.broadcast_to(model.most[:, None], plan.classes.shape).copy()
    most[at, :period] = 0
    least[at, period] = model.least[at]
    found = best_nearby(ground, at, limits=(least, most), gap=gap, seconds=seconds)
    return np.nan if found is None else max(found.cost - plan.cost, 0.0)


def near_optimal(
    demand: pd.Series,
    seats: pd.Series,
    ways: pd.Series | pd.DataFrame,
    measures: pd.DataFrame,
    *,
    number: int,
    within: float = 0.02,
    gap: float = 1e-4,
    seed: int = 0,
    time_limit: float = 60.0,
    **terms: Unpack[Terms],
) -> NearOptimal:
    """
    Return plans that cost little more than the best one and build something else.

    Parameters
    ----------
    demand, seats, ways, measures
        As in `site.site`.
    number
        Plans at most, the best one among them. There are fewer if no other plan
        costs so little.
    within
        Share by which a plan may cost more than the best one.
    gap, seed, time_limit
        As in `site.site`; the time is for all plans together.
    terms
        `money`, `plots`, `budget`, `total_budget` and `weights`, as there.

    Returns
    -------
    near_optimal
        The plans, and what differs. Each one after the first has the most
        differences, summed over the plans before: measures that are used in one
        and not in the other (Chang, Brill and Hopkins, 1982: modelling to
        generate alternatives).

    Examples
    --------
    >>> from schoolmap.conformance.made_growth import made_growth
    >>> county = made_growth(areas=6, schools=2, sites=2, periods=2, arcs=4, seed=1)
    >>> found = near_optimal(*county[:4], number=2, within=0.5, money=county.money)
    >>> len(found.plans), found.plans[1].objective <= 1.5 * found.plans[0].objective
    (2, True)
    """
    if number < 1 or not within >= 0:
        msg = f"`number` is at least 1 and `within` at least 0, got {number} and {within}."
        raise ValueError(msg)
    began = time.perf_counter()
    model = build_model(demand, seats, ways, measures, **terms)
    best = solving.find(model, gap=gap, seed=seed, deadline=began + time_limit / 2)
    found = [best]
    most = best.objective * (1 + within)
    while len(found) < number:
        left = (began + time_limit - time.perf_counter()) / (number - len(found))
        other = farthest(model, [one.classes for one in found], most=most, bound=best.bound, seed=seed, seconds=left)
        if other is None:
            break
        found.append(other)
    plans = tuple(
        as_siting(
            model,
            one,
            order=demand.index,
            regret=pd.DataFrame(),
            gap=gap if turn == 0 else within,
            seed=seed,
            seconds=time.perf_counter() - began,
        )
        for turn, one in enumerate(found)
    )
    return NearOptimal(plans=plans, differences=_differences(plans))


def _differences(plans: tuple[Siting, ...]) -> pd.DataFrame:
    """Return by plan and measure what is built at most, and from when, where plans differ."""
    tables = [used_measures(plan.built).rename(columns={"opens": "year"})[["classes", "year"]] for plan in plans]
    every = tables[0].index
    for table in tables[1:]:
        every = every.union(table.index)
    wide = pd.concat({turn: table.reindex(every) for turn, table in enumerate(tables)}, names=["plan"])
    wide["classes"] = wide["classes"].fillna(0).astype(int)
    same = wide.groupby(level="measure").nunique(dropna=False).max(axis=1) == 1
    return wide[~wide.index.get_level_values("measure").isin(same.index[same])]
