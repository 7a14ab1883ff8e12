"""
Improve a plan part by part: some areas and the schools around them are decided anew, exactly, while all else stays.

Each part is a small mixed-integer programme that begins with the plan. Parts
grow while they are solved at the root, and shrink where they are not, so that
the search depends on the seed alone and not on the speed of the machine.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from schoolmap.optimize.siting import exact
from schoolmap.optimize.siting import model as siting_model
from schoolmap.optimize.siting.formulation import formulate
from schoolmap.optimize.siting.maker import NONE
from schoolmap.optimize.siting.part import part_of
from schoolmap.optimize.siting.program import as_start
from schoolmap.optimize.siting.program import classes_of
from schoolmap.optimize.siting.recourse import settle

if TYPE_CHECKING:
    import numpy.typing as npt

    from schoolmap.optimize.siting.model import Model

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]
    Flag = npt.NDArray[np.bool_]

FIRST_SIZE, LEAST_SIZE, MOST_SIZE = 6_000, 600, 40_000
"""Ways of a part, in all scenarios and periods: at first, at least, at most."""
_EASY, _HARD = 6_000, 20_000
"""Steps of the simplex method below which parts grow, and above which they shrink."""
_NODES = 30
_SECONDS = 12.0
"""A part that takes longer is given up; only then does the speed of the machine count."""


class Plan(NamedTuple):
    """Classes by measure and period, and what they cost."""

    classes: Whole
    cost: float


def cost_of(model: Model, classes: Whole) -> float:
    """Return what a plan costs, weighted over scenarios."""
    return float(model.weights @ settle(model, classes).by_scenario)


def improve(
    model: Model,
    classes: Whole,
    *,
    seed: int,
    deadline: float,
    goal: float = -np.inf,
    likely: Flag | None = None,
    sub_gap: float = 2e-4,
    sweeps: int = 3,
) -> Plan:
    """
    Decide parts anew until no part gets cheaper.

    Parameters
    ----------
    model
        The problem.
    classes
        The plan to begin with.
    seed
        Of the order of parts.
    deadline
        Time of the clock at which to end.
    goal
        Cost at which to end.
    likely
        Measures worth deciding on; others stay as they are. All if it is `None`.
    sub_gap
        Share of the cost of a part that is left.
    sweeps
        How often every area is looked at, at most.
    """
    rng = np.random.default_rng(seed)
    result = settle(model, classes)
    flow, best = result.flow, float(model.weights @ result.by_scenario)
    near = near_rows(model)
    each = ways_of_rows(model)
    size = FIRST_SIZE
    for _ in range(sweeps):
        before, seen = best, np.zeros(len(model.rows), dtype=bool)
        for centre in rng.permutation(len(model.rows)):
            if seen[centre]:
                continue
            if time.perf_counter() > deadline or best <= goal:
                return _settled(model, classes)
            rows = rows_around(np.array([centre]), near, each, size)
            seen[rows[: max(1, len(rows) // 2)]] = True
            part = part_of(model, np.sort(rows), classes, flow)
            smaller = part.model
            if likely is not None:
                kept = likely[part.measures] | (classes[part.measures] > 0).any(axis=1)
                smaller = replace(smaller, most=np.where(kept, smaller.most, 0))
            program = formulate(smaller)
            answer = exact.solve(
                program,
                gap=sub_gap,
                seed=seed,
                seconds=min(_SECONDS, deadline - time.perf_counter()),
                start=as_start(program, classes[part.measures]),
                nodes=_NODES,
            )
            change = 1.25 if answer.complete and answer.effort < _EASY else 1.0
            if not answer.complete or answer.effort > _HARD:
                change = 0.7
            size = int(np.clip(size * change, LEAST_SIZE, MOST_SIZE))
            if answer.solution is None:
                continue
            found = classes_of(program, answer.solution, smaller)
            now = cost_now(smaller, classes[part.measures], flow[:, :, part.ways])
            if answer.objective < now - 1e-7:
                classes, flow = classes.copy(), flow.copy()
                classes[part.measures] = found
                ids = program.columns.flow
                flow[:, :, part.ways] = np.where(ids != NONE, np.maximum(answer.solution[ids], 0.0), 0.0)
                best += answer.objective - now
        result = settle(model, classes)
        flow, best = result.flow, float(model.weights @ result.by_scenario)
        if before - best <= 1e-5 * abs(best):
            break
    return Plan(classes, best)


def _settled(model: Model, classes: Whole) -> Plan:
    return Plan(classes, cost_of(model, classes))


def cost_now(model: Model, classes: Whole, flow: Real) -> float:
    """Return what a plan costs as it is, with pupils where they are."""
    capital = siting_model.capital_of(model, classes).sum(axis=0) @ model.discount
    running = model.number("yearly_cost") @ classes @ model.yearly
    left = model.demand.sum(axis=2) - flow.sum(axis=2)
    own = (flow @ model.arc_cost + left * model.money.short_cost) * model.yearly
    if model.money.empty_cost > 0:
        added, _ = siting_model.added_of(model, classes)
        for scenario in range(len(own)):
            for period in range(own.shape[1]):
                load = np.bincount(model.arc_section, weights=flow[scenario, period], minlength=len(model.sections))
                empty = np.maximum(added[period] - load - model.others[scenario, period], 0.0).sum()
                own[scenario, period] += empty * model.money.empty_cost * model.yearly[period]
    return float(capital + running + model.weights @ own.sum(axis=1))


def near_rows(model: Model) -> csr_array:
    """Return how many sections each two rows share, or are tied to by rooms taken."""
    shape = (len(model.rows), len(model.sections))
    reach = csr_array((np.ones(len(model.arc_row)), (model.arc_row, model.arc_section)), shape=shape)
    tied = np.flatnonzero(model.takes >= 0)
    ties = csr_array((np.full(len(tied), 0.5), (model.section[tied], model.takes[tied])), shape=(shape[1], shape[1]))
    shared = reach @ reach.T
    across = reach @ ties @ reach.T
    return csr_array(shared + across + across.T)


def ways_of_rows(model: Model) -> Whole:
    """Return the ways of each row in all scenarios and periods."""
    number: Whole = np.bincount(model.arc_row, minlength=len(model.rows)) * model.demand.shape[0] * len(model.years)
    return number


def rows_around(centre: Whole, near: csr_array, each: Whole, size: int) -> Whole:
    """Return rows around some, nearest first, until they have so many ways together."""
    pull = np.zeros(near.shape[0])
    rows: list[int] = []
    waiting = [int(row) for row in centre]
    total = 0
    while waiting or total < size:
        if waiting:
            row = waiting.pop(0)
        else:
            row = int(pull.argmax())
            if pull[row] <= 0:
                break
        rows.append(row)
        total += int(each[row])
        begin, end = near.indptr[row], near.indptr[row + 1]
        pull[near.indices[begin:end]] += near.data[begin:end]
        pull[rows] = -1.0
    return np.array(rows, dtype=np.int64)
