"""
Decide what to build and when: over all years at once, for demand that rises and falls, with one set of decisions.

`site` weighs expanding, building, attaching, converting and renting against
longer ways and missing seats. Pupils of an area go to any school in reach and
may be split; who finds no seat is counted and charged, so that there is always
a plan, and it says where seats are missing.
"""

from __future__ import annotations

import time

import pandas as pd

from schoolmap.optimize.siting import solving
from schoolmap.optimize.siting.answer import Siting
from schoolmap.optimize.siting.answer import as_siting
from schoolmap.optimize.siting.model import build_model
from schoolmap.optimize.siting.money import Money
from schoolmap.optimize.siting.regret import within_regret

__all__ = ["Money", "Siting", "site"]


def site(
    demand: pd.Series,
    seats: pd.Series,
    ways: pd.Series | pd.DataFrame,
    measures: pd.DataFrame,
    *,
    money: Money,
    plots: pd.Series | pd.DataFrame | None = None,
    budget: pd.Series | None = None,
    total_budget: float | None = None,
    weights: pd.Series | None = None,
    most_regret: float | None = None,
    gap: float = 1e-4,
    seed: int = 0,
    time_limit: float = 60.0,
) -> Siting:
    """
    Choose measures, their sizes and years at the least expected cost.

    Parameters
    ----------
    demand
        Pupils by (area, stage, year), or (scenario, area, stage, year). Each
        year stands for the years until the next one; the last as many as the
        one before it.
    seats
        Seats that there are without any measure, decided projects included, by
        (school, stage, year), or with the scenario before.
    ways
        Metres by (area, school, stage); a pair that is not there is out of
        reach. Or a table of `metres` and `charge`: what a pupil on this way is
        charged each year besides, such as for going over a boundary.
    measures
        One row for each measure; see `measures.check_measures`. All money is in
        units of 10,000 yuan.
    money
        Costs of ways, missing and empty seats, and how later costs count.
    plots
        Classes for which there is room, by plot; infinite where there is no limit.
        Or a table of `most_classes` and `land_cost`: what the land costs, which is
        paid once, when the first of all measures on the plot opens.
    budget
        Capital that may be spent in each year of the demand; infinite where
        there is no limit. Not discounted, and not carried over.
    total_budget
        Capital that may be spent in all, not discounted.
    weights
        Weights of the scenarios, which add up to 1; equal if it is `None`.
    most_regret
        Share by which each scenario may cost more than if all had been decided
        for it alone. Where no plan is found that keeps to it, the one nearest to
        it is returned, and `proof` says how much it has.
    gap
        Share of the cost that the plan may be above the bound to be called
        optimal.
    seed
        Where random moves of the search begin.
    time_limit
        Seconds after which the best plan so far is returned with its bound.

    Returns
    -------
    siting
        What is built, who goes where, what it costs, and the proof. The order
        of rows decides nothing.

    Raises
    ------
    LabelError
        If a label is there twice, or is not known where it has to be.
    MissingValueError, ValueError
        If a number is missing or not possible, or what is decided already
        exceeds room or budget.

    Notes
    -----
    The objective is capital when it is spent, running costs and rent, ways,
    added seats that stay empty, and missing seats, each discounted to the base
    year, and weighted over scenarios. Measures are the same in all scenarios;
    pupils go where it is cheapest in each. Of the seats of a school, added ones
    count as filled first. What is decided is a mixed-integer programme; it is
    solved by HiGHS and, where it is large, by Lagrangian relaxation of the
    demand, as in Jena, Cordeau and Gendron (2015).

    Examples
    --------
    Two years of a wave; the school is full, and rooms can be rented or built:

    >>> import pandas as pd
    >>> unit = pd.MultiIndex.from_product([["north"], ["primary"], [2026, 2027, 2028]])
    >>> demand = pd.Series([90.0, 130.0, 85.0], index=unit)
    >>> school = pd.MultiIndex.from_product([["hill"], ["primary"], [2026, 2027, 2028]])
    >>> seats = pd.Series([90.0, 90.0, 90.0], index=school)
    >>> ways = pd.Series({("north", "hill", "primary"): 400.0})
    >>> measures = pd.DataFrame(
    ...     {
    ...         "kind": ["expand", "temporary"],
    ...         "school": "hill",
    ...         "stage": "primary",
    ...         "seats_per_class": 45,
    ...         "most_classes": 4,
    ...         "first_year": [2027, 2026],
    ...         "lasting": [True, False],
    ...         "fixed_cost": [50.0, 0.0],
    ...         "class_cost": [100.0, 5.0],
    ...         "yearly_cost": [10.0, 25.0],
    ...     },
    ...     index=["east wing", "cabins"],
    ... )
    >>> money = Money(discount_rate=0.03, metre_cost=0.05, short_cost=5.0, empty_cost=0.0, base_year=2026)
    >>> plan = site(demand, seats, ways, measures, money=money)
    >>> plan.status, plan.built["classes"].to_dict()
    ('optimal', {('cabins', 2026): 0, ('cabins', 2027): 1, ('cabins', 2028): 0})
    >>> float(plan.unserved.sum())
    0.0
    """
    began = time.perf_counter()
    _require_options(most_regret, gap, time_limit)
    model = build_model(
        demand,
        seats,
        ways,
        measures,
        money=money,
        plots=plots,
        budget=budget,
        total_budget=total_budget,
        weights=weights,
    )
    deadline = began + time_limit
    regret = pd.DataFrame()
    if most_regret is None:
        found = solving.find(model, gap=gap, seed=seed, deadline=deadline)
    else:
        found, regret = within_regret(model, most_regret, gap=gap, seed=seed, deadline=deadline)
    return as_siting(
        model,
        found,
        order=demand.index,
        regret=regret,
        gap=gap,
        seed=seed,
        seconds=time.perf_counter() - began,
    )


def _require_options(most_regret: float | None, gap: float, time_limit: float) -> None:
    if most_regret is not None and not most_regret >= 0:
        msg = f"`most_regret` is a share of at least 0, got {most_regret}."
        raise ValueError(msg)
    if not 0 <= gap < 1:
        msg = f"`gap` is a share in [0, 1), got {gap}."
        raise ValueError(msg)
    if not time_limit > 0:
        msg = f"`time_limit` is a number of seconds above 0, got {time_limit}."
        raise ValueError(msg)
