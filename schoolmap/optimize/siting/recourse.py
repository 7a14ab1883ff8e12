"""
Who goes where once the classes are decided, and what that costs: one linear programme for each scenario and period.

All of them have the same ways; only pupils and seats differ, so each one
begins where the one before it ended.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from schoolmap.optimize.siting import model as siting_model
from schoolmap.optimize.siting.exact import load
from schoolmap.optimize.siting.program import Columns
from schoolmap.optimize.siting.program import Program

if TYPE_CHECKING:
    import numpy.typing as npt

    from schoolmap.optimize.siting.model import Model

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]

_PUPIL = 1e-7
"""Part of a pupil that is rounding in the computer."""


class Recourse(NamedTuple):
    """
    Pupils, and costs of one plan.

    `flow` by scenario, period and way; `unserved` by scenario, period and row;
    `empty` by scenario, period and section. Costs are discounted, by scenario
    and period; `capital` and `running` are the same for all scenarios. `price`
    is what a pupil more would cost in a year, by scenario, period and row.
    """

    flow: Real
    price: Real
    unserved: Real
    empty: Real
    capital: Real
    running: Real
    travel: Real
    idle: Real
    short: Real

    @property
    def by_scenario(self) -> Real:
        """Return the total cost of each scenario."""
        own: Real = (self.travel + self.idle + self.short).sum(axis=1)
        return own + float((self.capital + self.running).sum())


def settle(model: Model, classes: Whole) -> Recourse:
    """
    Send pupils to seats at the least cost.

    Parameters
    ----------
    model
        The problem by position.
    classes
        Classes by measure and period.
    """
    added, taken = siting_model.added_of(model, classes)
    room = np.maximum(model.seats + added - taken - model.others, 0.0)
    flow, price = flows(model, room, added[None] - model.others)
    unserved, empty = _left(model, flow, added)
    money, pupils = model.money, model.demand.shape[:2]
    travel = (flow @ model.arc_cost) * model.yearly
    return Recourse(
        flow=flow,
        price=price,
        unserved=unserved,
        empty=empty,
        capital=siting_model.capital_of(model, classes).sum(axis=0) * model.discount,
        running=model.number("yearly_cost") @ classes * model.yearly,
        travel=travel.reshape(pupils),
        idle=empty.sum(axis=2) * money.empty_cost * model.yearly,
        short=unserved.sum(axis=2) * money.short_cost * model.yearly,
    )


def flows(model: Model, room: Real, added: Real) -> tuple[Real, Real]:
    """
    Return pupils by scenario, period and way, at the least cost, and the price of a pupil by row.

    Costs are those of ways, and of missing and empty seats.

    Parameters
    ----------
    model
        The problem by position.
    room
        Seats by scenario, period and section.
    added
        Seats that measures add and nobody else fills, by scenario, period and
        section.
    """
    ways, rows, sections = len(model.arc_row), len(model.rows), len(model.sections)
    flow = np.zeros((*model.demand.shape[:2], ways))
    grown = np.flatnonzero((added > 0).any(axis=(0, 1))) if model.money.empty_cost > 0 else np.empty(0, dtype=np.int64)
    saved = np.full(sections, model.money.short_cost)
    saved[grown] += model.money.empty_cost
    used = np.flatnonzero(model.arc_cost < saved[model.arc_section])
    price = np.full(model.demand.shape, model.money.short_cost)
    if len(used) == 0:
        return flow, price
    solver = load(_one(model, used, grown))
    first = rows + sections
    ids = np.arange(first + len(grown), dtype=np.int32)
    low = np.full(len(ids), -np.inf)
    for scenario in range(flow.shape[0]):
        for period in range(flow.shape[1]):
            top = np.concatenate([model.demand[scenario, period], room[scenario, period], np.full(len(grown), np.inf)])
            low[first:] = added[scenario, period, grown]
            solver.changeRowsBounds(len(ids), ids, low, top)
            solver.run()
            solution = solver.getSolution()
            values = np.array(solution.col_value)[: len(used)]
            price[scenario, period] += np.array(solution.row_dual)[:rows]
            flow[scenario, period, used] = _clean(model, used, values, model.demand[scenario, period])
    return flow, np.clip(price, 0.0, model.money.short_cost)


def _one(model: Model, used: Whole, grown: Whole) -> Program:
    """Return the linear programme of one scenario and period; its limits are filled in later."""
    rows, sections, ways = len(model.rows), len(model.sections), len(used)
    place = np.full(sections, -1)
    place[grown] = np.arange(len(grown))
    counted = np.flatnonzero(place[model.arc_section[used]] >= 0)
    empty = np.arange(len(grown))
    row = [
        model.arc_row[used],
        rows + model.arc_section[used],
        rows + sections + place[model.arc_section[used][counted]],
        rows + sections + empty,
    ]
    column = [np.arange(ways), np.arange(ways), counted, ways + empty]
    at = (np.concatenate(row), np.concatenate(column))
    number = ways + len(grown)
    matrix = csr_array((np.ones(len(at[0])), at), shape=(rows + sections + len(grown), number))
    cost = np.concatenate([model.arc_cost[used] - model.money.short_cost, np.full(len(grown), model.money.empty_cost)])
    nowhere = np.empty((0, 0, 0), dtype=np.int64)
    return Program(
        cost=cost,
        lower=np.zeros(number),
        upper=np.full(number, np.inf),
        whole=np.zeros(number, dtype=bool),
        matrix=matrix,
        row_lower=np.full(matrix.shape[0], -np.inf),
        row_upper=np.full(matrix.shape[0], np.inf),
        offset=0.0,
        columns=Columns(*[nowhere] * len(Columns._fields)),
    )


def _clean(model: Model, used: Whole, values: Real, demand: Real) -> Real:
    """Return flows without the solver's rounding: none below zero, and all of an area where nobody is left."""
    flow = np.where(values < _PUPIL / 100, 0.0, values)
    gone = np.bincount(model.arc_row[used], weights=flow, minlength=len(demand))
    whole = (gone > 0) & (np.abs(gone - demand) < _PUPIL * np.maximum(1.0, demand))
    factor = np.ones(len(demand))
    over = whole | (gone > demand)
    factor[over] = demand[over] / np.where(gone[over] > 0, gone[over], 1.0)
    cleaned: Real = flow * factor[model.arc_row[used]]
    return cleaned


def _left(model: Model, flow: Real, added: Real) -> tuple[Real, Real]:
    """Return pupils without a seat by row, and added seats that stay empty by section."""
    scenarios, periods, _ = flow.shape
    unserved = model.demand.copy()
    empty = np.zeros((scenarios, periods, len(model.sections)))
    for scenario in range(scenarios):
        for period in range(periods):
            now = flow[scenario, period]
            gone = np.bincount(model.arc_row, weights=now, minlength=len(model.rows))
            unserved[scenario, period] -= gone
            load_ = np.bincount(model.arc_section, weights=now, minlength=len(model.sections))
            empty[scenario, period] = np.maximum(added[period] - load_ - model.others[scenario, period], 0.0)
    unserved[np.abs(unserved) < _PUPIL / 100] = 0.0
    empty[empty < _PUPIL] = 0.0
    return np.maximum(unserved, 0.0), empty
