"""Siting with seats, as positions: what both solvers, of whole areas and of single pupils, are given."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from schoolmap.optimize.location import Ground

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]
    State = npt.NDArray[np.int8]

WHOLE_SLACK = 1e-6
"""Rounding that a bound on whole costs is allowed."""
LARGEST_TABLE = 20_000_000
"""Cells of the knapsacks of one round of prices up to which seats are filled with whole areas: they take some tenths of a second."""


class Problem(NamedTuple):
    """
    Costs by site and area, seats, and what is decided.

    `number` is 0 where as many sites are opened as pay. `spare` says whether
    the last site is none: it takes, at a high cost, whom no other one can.
    `step` is what plans differ by at least; 0 if that is not known.
    """

    cost: Real
    demand: Whole
    capacity: Whole
    opening: Real
    state: State
    number: int
    spare: bool
    step: float

    @property
    def needed(self) -> int:
        """Seats that open sites must have together."""
        return 0 if self.spare else int(self.demand.sum())

    @property
    def cells(self) -> int:
        """Cells of the knapsacks that fill every site with whole areas."""
        return int(self.cost.size) * (int(self.capacity.max()) + 1)

    def goal(self, objective: float) -> float:
        """Return what a better plan costs at most."""
        return objective - max(self.step, 1e-9 * abs(objective))


class Answer(NamedTuple):
    """The share of each area at each site, which sites are open, the cost, a bound and how it was found."""

    share: Real
    opened: Whole
    cost: float
    lower_bound: float
    proof: str


def with_spare(problem: Problem, ground: Ground, *, dear: float) -> Problem:
    """Return the problem with a last site that takes, for `dear` a pupil, whom no other one can."""
    left_out = dear * ground.demand
    # a pair that is not allowed is never better than no seat
    cost = np.where(ground.allowed, problem.cost, 4 * left_out + 1)
    return problem._replace(
        cost=np.ascontiguousarray(np.vstack([cost, left_out])),
        capacity=np.append(problem.capacity, problem.demand.sum()),
        opening=np.append(problem.opening, 0.0),
        state=np.append(problem.state, np.int8(1)).astype(np.int8),
        number=problem.number + 1 if problem.number else 0,
        spare=True,
    )


def with_idle(share: Real, cost: Real, opened: Whole, idle: Whole) -> Real:
    """Return the shares with areas without pupils at their cheapest open site."""
    if len(opened) > 0:
        share[opened[cost[np.ix_(opened, idle)].argmin(axis=0)], idle] = 1.0
    return share


def for_nobody(problem: Problem) -> Answer:
    """Return the plan for no pupils at all: open what is open already, and the cheapest of the others if asked."""
    opened, free = np.flatnonzero(problem.state == 1), np.flatnonzero(problem.state == 0)
    more = max(0, problem.number - len(opened))
    opened = np.sort(np.concatenate([opened, free[np.argsort(problem.opening[free], kind="stable")][:more]]))
    total = float(problem.opening[opened].sum())
    share = with_idle(np.zeros(problem.cost.shape), problem.cost, opened, np.arange(problem.cost.shape[1]))
    return Answer(share, opened, total, total, "there are no pupils")


def for_nowhere(problem: Problem) -> Answer:
    """Return the plan where no site has a seat for anybody: all go to the last site, that of whom none can take."""
    plan = for_nobody(problem)
    share = np.zeros(problem.cost.shape)
    share[-1] = 1.0
    total = plan.cost + float(problem.cost[-1].sum())
    return Answer(share, plan.opened, total, total, "no site has a seat for anybody")


def strike(problem: Problem, bound: float, value: Real, state: State, goal: float) -> State:
    """Decide sites whose other state would lift the bound above the goal."""
    if problem.number:
        return strike_of_number(problem.number, bound, value, state, goal)
    decided = state.copy()
    free = state == 0
    decided[free & (bound + np.maximum(value, 0) > goal)] = -1
    decided[free & (bound - np.minimum(value, 0) > goal)] = 1
    return decided


def strike_of_number(number: int, bound: float, value: Real, state: State, goal: float) -> State:
    """Decide sites as `strike`, where a number of them is open: another state of one changes that of another one too."""
    ranked = np.where(state == 1, -np.inf, np.where(state == -1, np.inf, value))
    order = np.argsort(ranked, kind="stable")
    inside = np.zeros(len(value), dtype=bool)
    inside[order[:number]] = True
    last = ranked[order[number - 1]]
    following = ranked[order[number]] if number < len(value) else np.inf
    decided, free = state.copy(), state == 0
    # if all chosen sites are decided, no other one can be open
    opened = bound + value - last if np.isfinite(last) else np.full(len(value), np.inf)
    decided[free & ~inside & (opened > goal)] = -1
    decided[free & inside & (bound + following - value > goal)] = 1
    return decided
