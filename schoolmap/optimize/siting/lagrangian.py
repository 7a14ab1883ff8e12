"""
A bound without a linear programme: every section decides for itself, at prices that make them agree.

Each pupil of each area has a price; a section earns it for whom it takes. At
any prices, what all sections cost together, and the prices paid, is at most
what the best plan costs. The prices move until that is as much as possible
(subgradient with a step after Polyak, and a direction that remembers).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from schoolmap.optimize.siting.model import Model
    from schoolmap.optimize.siting.states import States

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]

_MEMORY = 0.9
"""Weight of the direction so far."""
_PATIENCE = 30
"""Rounds without a better bound after which the step is shortened."""
_SHORTER = 0.6
_SMALLEST_STEP = 1e-3
_AHEAD = 0.03
"""What the prices strive for, as a share above the best bound so far, where no plan is nearer."""


class Bound(NamedTuple):
    """The bound, its prices, and the classes of its courses."""

    bound: float
    price: Real
    classes: Whole


class Courses(NamedTuple):
    """What the sections answer to prices: the bound, classes, pupils and pupils by row."""

    bound: float
    classes: Whole
    taken: Real


class Ledger:
    """The problem with ways in the order of sections, ready to be asked at prices."""

    def __init__(self, model: Model, states: States) -> None:
        self.model, self.states = model, states
        order = np.lexsort((model.arc_row, model.arc_section))
        self.row = model.arc_row[order]
        self.cost = model.arc_cost[order]
        self.first = np.searchsorted(model.arc_section[order], np.arange(len(model.sections) + 1)).astype(np.int64)
        self.factor = model.weights[:, None] * model.yearly
        self.weight = self.factor[:, :, None] * model.demand
        self._flow = np.zeros((*model.demand.shape[:2], len(order)))
        self._chosen = np.zeros((len(model.sections), len(model.years)), dtype=np.int64)
        self._value = np.zeros(len(model.sections))
        self._worth = np.zeros((len(model.years), len(states.added)))

    def ask(self, price: Real) -> Courses:
        """Return what the sections answer to prices."""
        from schoolmap.optimize.siting.lagrangian_kernel import best_courses  # noqa: PLC0415 - compiles

        model, states = self.model, self.states
        total = best_courses(
            price,
            model.demand,
            model.seats - model.others,
            self.factor,
            self.first,
            self.row,
            self.cost,
            states.first,
            states.added,
            states.yearly,
            states.allowed,
            states.move_first,
            states.move_cost,
            states.move_last,
            model.discount,
            model.yearly,
            model.money.empty_cost,
            self._flow,
            self._chosen,
            self._value,
            self._worth,
        )
        taken = np.zeros_like(model.demand)
        for scenario in range(taken.shape[0]):
            for period in range(taken.shape[1]):
                taken[scenario, period] = np.bincount(
                    self.row, weights=self._flow[scenario, period], minlength=taken.shape[2]
                )
        total += float((self.weight * price).sum())
        return Courses(total, self.classes_of(self._chosen), taken)

    def gains(self, price: Real, chosen: Whole) -> tuple[Courses, Real]:
        """Return the best courses at prices, and what each section gains by it over the states it has."""
        answer = self.ask(price)
        model, states = self.model, self.states
        number = np.diff(states.first)
        now, before = np.zeros(len(number)), np.zeros(len(number), dtype=np.int64)
        for period in range(len(model.years)):
            state = chosen[:, period]
            place = states.first[:-1] + state
            now += states.yearly[place] * model.yearly[period] - self._worth[period, place]
            now += states.move_cost[states.move_first[:-1] + before * number + state] * model.discount[period]
            before = state
        return answer, now - self._value

    def allowed(self, price: Real, most: float) -> tuple[Whole, Whole]:
        """
        Return the least and most classes, by measure and period, of plans that cost at most so much.

        At given prices, a course of one section that costs more than what is
        left between the bound and that cost is in no such plan.
        """
        from schoolmap.optimize.siting.lagrangian_kernel import least_through  # noqa: PLC0415 - compiles

        model, states = self.model, self.states
        bound = self.ask(price).bound
        through = np.zeros_like(self._worth)
        least_through(
            self._worth,
            states.first,
            states.yearly,
            states.allowed,
            states.move_first,
            states.move_cost,
            states.move_last,
            model.discount,
            model.yearly,
            through,
        )
        kept = through <= most - bound
        least = np.zeros((len(model.measures), len(model.years)), dtype=np.int64)
        top = np.zeros_like(least)
        section = np.repeat(np.arange(len(model.sections)), np.diff(states.first))
        for turn in range(states.measure.shape[1]):
            measure = states.measure[section, turn]
            has = measure >= 0
            for period in range(len(model.years)):
                at = has & kept[period]
                low = np.full(len(model.measures), np.iinfo(np.int64).max)
                np.minimum.at(low, measure[at], states.classes[at, turn])
                np.maximum.at(top[:, period], measure[at], states.classes[at, turn])
                least[:, period] = np.minimum(low, top[:, period])
        return least, top

    def classes_of(self, chosen: Whole) -> Whole:
        """Return classes by measure and period of states by section and period."""
        classes = np.zeros((len(self.model.measures), len(self.model.years)), dtype=np.int64)
        for turn in range(self.states.measure.shape[1]):
            measure = self.states.measure[:, turn]
            has = np.flatnonzero(measure >= 0)
            state = self.states.first[has][:, None] + chosen[has]
            classes[measure[has]] = self.states.classes[state, turn]
        return classes


def raise_bound(ledger: Ledger, *, goal: float, rounds: int, deadline: float, price: Real | None = None) -> Bound:
    """
    Move prices until the bound no longer rises.

    Parameters
    ----------
    ledger
        The problem.
    goal
        Cost of a plan.
    rounds
        Most rounds.
    deadline
        Time of the clock at which to end.
    price
        Prices to begin with, by scenario, period and row.
    """
    model = ledger.model
    top = model.money.short_cost
    now = _first_price(ledger) if price is None else price.copy()
    best, best_price, step, waited = -np.inf, now, 1.0, 0
    courses = ledger.ask(now)
    classes = courses.classes
    demand = np.where(model.demand > 0, model.demand, 1.0)
    direction = np.zeros_like(now)
    for _ in range(rounds):
        if courses.bound > best:
            waited = 0 if courses.bound > best + 1e-6 * abs(best) else waited
            best, best_price, classes = courses.bound, now.copy(), courses.classes
        waited += 1
        if waited > _PATIENCE:
            step, waited = step * _SHORTER, 0
            now, direction = best_price.copy(), direction * 0.0
        if step < _SMALLEST_STEP or best >= goal or time.perf_counter() > deadline:
            break
        # each price moves by its share of pupils, so that large and small areas keep step
        slope = np.where(model.demand > 0, (model.demand - courses.taken) / demand, 0.0)
        direction = _MEMORY * direction + (1 - _MEMORY) * slope
        length = float((ledger.weight * direction * direction).sum())
        if length <= 0:
            break
        target = min(goal * 1.001, best + _AHEAD * abs(best))
        now = np.clip(now + step * (target - courses.bound) / length * direction, 0.0, top)
        courses = ledger.ask(now)
    return Bound(best, best_price, classes)


def _first_price(ledger: Ledger) -> Real:
    """Return what the second cheapest way of each row costs: about what a seat is worth while there are enough."""
    model = ledger.model
    price = np.zeros(len(model.rows))
    for row in range(len(model.rows)):
        costs = np.sort(model.arc_cost[model.arc_row == row])
        price[row] = costs[min(1, len(costs) - 1)] if len(costs) else 0.0
    return np.broadcast_to(np.minimum(price, model.money.short_cost), model.demand.shape).copy()
