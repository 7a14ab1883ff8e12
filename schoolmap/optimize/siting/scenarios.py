"""
Several courses that demand may take: what each would decide alone, and what all would decide.

A measure that every scenario uses on its own is no regret, whichever comes.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from typing import TypedDict

import pandas as pd

from schoolmap.optimize.siting import solving
from schoolmap.optimize.siting.answer import as_siting
from schoolmap.optimize.siting.answer import used_measures
from schoolmap.optimize.siting.model import build_model

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

    from schoolmap.optimize.siting.answer import Siting
    from schoolmap.optimize.siting.model import Model
    from schoolmap.optimize.siting.money import Money


class Terms(TypedDict, total=False):
    """Options of `site.site` that say what is allowed and what it costs."""

    money: Money
    plots: pd.Series | pd.DataFrame | None
    budget: pd.Series | None
    total_budget: float | None
    weights: pd.Series | None


def alone(
    demand: pd.Series,
    seats: pd.Series,
    ways: pd.Series | pd.DataFrame,
    measures: pd.DataFrame,
    *,
    gap: float = 1e-4,
    seed: int = 0,
    time_limit: float = 60.0,
    **terms: Unpack[Terms],
) -> dict[str, Siting]:
    """
    Decide for each scenario as if it were the only one.

    Parameters
    ----------
    demand, seats, ways, measures
        As in `site.site`.
    gap, seed
        As in `site.site`.
    time_limit
        Seconds for all scenarios together.
    terms
        `money`, `plots`, `budget`, `total_budget` and `weights`, as there.

    Returns
    -------
    plans
        A plan by scenario.

    Examples
    --------
    >>> from schoolmap.conformance.made_growth import made_growth
    >>> county = made_growth(areas=6, schools=2, sites=2, periods=2, scenarios=2, arcs=3)
    >>> plans = alone(*county[:4], money=county.money)
    >>> list(plans), [plan.status for plan in plans.values()]
    (['course 0', 'course 1'], ['optimal', 'optimal'])
    """
    began = time.perf_counter()
    model = build_model(demand, seats, ways, measures, **terms)
    plans = {}
    for scenario, label in enumerate(model.scenarios):
        left = began + time_limit - time.perf_counter()
        started = time.perf_counter()
        one = solving.alone_model(model, scenario)
        found = solving.find(one, gap=gap, seed=seed, deadline=started + left / (len(model.scenarios) - scenario))
        plans[label] = as_siting(
            one,
            found,
            order=_order(model, scenario),
            regret=pd.DataFrame(),
            gap=gap,
            seed=seed,
            seconds=time.perf_counter() - started,
        )
    return plans


def no_regret(plans: Mapping[str, Siting]) -> pd.DataFrame:
    """
    Return the measures that every scenario uses when it is decided for alone.

    Parameters
    ----------
    plans
        From `alone`, by scenario.

    Returns
    -------
    measures
        By measure: `opens_by`, the latest of the years in which the scenarios
        first use it; `classes` and `seats`, the least of the largest numbers
        that they have of it. Empty if there is none.

    Examples
    --------
    >>> from schoolmap.conformance.made_growth import made_growth
    >>> county = made_growth(areas=6, schools=2, sites=2, periods=2, scenarios=2, arcs=3, seed=3)
    >>> table = no_regret(alone(*county[:4], money=county.money))
    >>> table.columns.to_list()
    ['opens_by', 'classes', 'seats']
    """
    each = [used_measures(plan.built) for plan in plans.values()]
    if not each:
        msg = "`plans` is empty. Give the plan of at least one scenario."
        raise ValueError(msg)
    common = each[0].index
    for table in each[1:]:
        common = common.intersection(table.index)
    stacked = pd.concat([table.loc[common] for table in each])
    grouped = stacked.groupby(level="measure")
    return pd.DataFrame(
        {
            "opens_by": grouped["opens"].max(),
            "classes": grouped["classes"].min(),
            "seats": grouped["seats"].min(),
        }
    )


def _order(model: Model, scenario: int) -> pd.MultiIndex:
    """Return the labels of one scenario's demand, in order."""
    labels = [(model.scenarios[scenario], area, stage, year) for area, stage in model.rows for year in model.years]
    return pd.MultiIndex.from_tuples(labels, names=["scenario", "area", "stage", "year"])
