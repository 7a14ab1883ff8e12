"""
Plan -> demand and seats of every catchment as they are after the proposals.

The siting model sends pupils to places: to the seats of a catchment, or to
seats that a measure adds. Here its answer is read back by catchment, so that
the map can show the same balance before and after.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap.output import model
from schoolmap.proposals.problem import catchment_of_pool
from schoolmap.proposals.problem import pool

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from schoolmap.optimize.siting.answer import Siting
    from schoolmap.plan import Plan
    from schoolmap.proposals.propose import Proposals

LEAST = 0.05
"""Smaller changes, in pupils or seats, are rounding: numbers are shown with one decimal."""


def describe_after(
    plan: Plan, stage: str, scenario: str, *, shade_index: Callable[[NDArray[np.float64]], list[int | None]]
) -> model.After | None:
    """
    Return a panel after the proposals, or nothing where nothing could be decided on.

    Parameters
    ----------
    plan, stage, scenario
        Which panel.
    shade_index
        Gives the class of each utilisation.
    """
    if plan.proposals.after.empty:
        return None
    balance = plan.results[stage].balance.xs(scenario)
    before = {name: balance[name].unstack("year") for name in ("demand", "seats")}
    demand, seats = balance_after(plan.proposals, stage, scenario, demand=before["demand"], seats=before["seats"])
    gap = (demand - seats).to_numpy()
    moved = [abs(one.to_numpy() - before[name].to_numpy()) for name, one in (("demand", demand), ("seats", seats))]
    apart = np.maximum(*moved) >= LEAST
    with np.errstate(divide="ignore", invalid="ignore"):
        loads = demand.to_numpy() / seats.to_numpy()
    return model.After(
        changed=tuple(
            model.Changed(
                catchment=str(demand.index[place]),
                demand=_row(demand.to_numpy()[place]),
                seats=_row(seats.to_numpy()[place]),
                shade=tuple(shade_index(loads[place])),
            )
            for place in np.flatnonzero(apart.any(axis=1)).tolist()
        ),
        short=_row(gap.clip(min=0).sum(axis=0)),
        spare=_row((-gap).clip(min=0).sum(axis=0)),
    )


def _row(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(round(float(value), 1) for value in values)


def balance_after(
    proposals: Proposals, stage: str, scenario: str, *, demand: pd.DataFrame, seats: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Return demand and seats of one stage and scenario after the proposals.

    Parameters
    ----------
    proposals
        What was decided.
    stage, scenario
        Which balance.
    demand, seats
        As they are without it, by catchment (rows) and year (columns).

    Returns
    -------
    demand, seats
        On the same labels. The seats that measures add at a place are shared by
        the catchments whose pupils go there, in that proportion; where nobody
        goes, they belong to the catchment for which they were made. Pupils who
        go to the seats of another catchment are its demand.
    """
    demand, seats = demand.copy(), seats.copy()
    boundary = proposals.boundaries.get(stage)
    if boundary is not None:
        moved = boundary.demand.xs(scenario, level="scenario").unstack("year")
        demand.loc[moved.index, moved.columns] = moved
    if proposals.siting is None:
        return demand, seats
    flows = _flows(proposals.siting, stage, scenario)
    for area, node in flows.index:
        if node.startswith(pool("")) and node != pool(area):
            _add(demand, area, -flows.loc[(area, node)])
            _add(demand, catchment_of_pool(node), flows.loc[(area, node)])
    measures = proposals.measures.to_dict("index")
    for measure, built in proposals.siting.built.groupby(level="measure"):
        here, row = built.droplevel("measure"), {str(key): value for key, value in measures[measure].items()}
        if row["stage"] == stage:
            for area, part in _shares(flows, str(row["school"]), here["seats"], otherwise=str(row["catchment"])):
                _add(seats, area, part)
        if row["takes_stage"] == stage and isinstance(row["takes_school"], str):
            _add(seats, catchment_of_pool(row["takes_school"]), -here["classes"] * float(row["takes_seats"]))
    return demand, seats


def _add(table: pd.DataFrame, catchment: str, by_year: pd.Series) -> None:
    """Add to one catchment in the years that are told."""
    table.loc[catchment] = table.loc[catchment].add(by_year.reindex(table.columns, fill_value=0.0))


def _flows(siting: Siting, stage: str, scenario: str) -> pd.DataFrame:
    """Return pupils by area and place (rows) and year."""
    levels = siting.flows.index
    here = (levels.get_level_values("stage") == stage) & (levels.get_level_values("scenario") == scenario)
    return pd.DataFrame(siting.flows[here].droplevel(["scenario", "stage"]).unstack("year")).fillna(0.0)


def _shares(flows: pd.DataFrame, node: str, added: pd.Series, *, otherwise: str) -> list[tuple[str, pd.Series]]:
    """Divide the seats added at a place, by year, among the catchments whose pupils go there."""
    went = flows[flows.index.get_level_values("school") == node].droplevel("school")
    went = went.reindex(columns=added.index, fill_value=0.0)
    total = went.sum(axis=0)
    share = (went / total.where(total > 0)).fillna(0.0)
    parts = [(str(area), share.loc[area] * added) for area in share.index]
    return [*parts, (otherwise, added.where(total <= 0, 0.0))]
