"""One set of decisions that no scenario has to regret much."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import csc_array
from scipy.sparse import csr_array
from scipy.sparse import hstack

from schoolmap.optimize.location import gap_of
from schoolmap.optimize.siting import exact
from schoolmap.optimize.siting import solving
from schoolmap.optimize.siting.formulation import formulate
from schoolmap.optimize.siting.program import as_start
from schoolmap.optimize.siting.program import classes_of
from schoolmap.optimize.siting.recourse import settle

if TYPE_CHECKING:
    import numpy.typing as npt

    from schoolmap.optimize.siting.answer import Found
    from schoolmap.optimize.siting.model import Model

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]

_ROUNDING = 1e-6
_ROUNDS = 4
"""Weights of the scenarios that are tried on a large problem."""
_LEAST_WEIGHT = 0.01
_HEAVIER = 2.0
"""A scenario that regrets too much counts so much more in the next round."""


def within_regret(
    model: Model, most_regret: float, *, gap: float, seed: int, deadline: float
) -> tuple[Found, pd.DataFrame]:
    """
    Return the cheapest plan that costs no scenario much more than its own best one.

    Where there is no such plan, the one with the least regret is returned, and
    its proof says so.

    Parameters
    ----------
    model
        The problem by position.
    most_regret
        Share by which each scenario may cost more.
    gap, seed
        As in `site.site`.
    deadline
        Time of the clock at which to end.

    Returns
    -------
    found, regret
        The plan, and by scenario what it costs alone, here, and the regret.
    """
    number = len(model.scenarios)
    rounds = _ROUNDS if solving.number_of_columns(model) > solving.WIDE else 1
    plans = []
    for scenario in range(number):
        # a round of all together has as much time as two scenarios alone, where there are rounds
        share = (deadline - time.perf_counter()) / (number + (2 * rounds if rounds > 1 else 1) - scenario)
        ends = time.perf_counter() + share
        plans.append(solving.find(solving.alone_model(model, scenario), gap=gap, seed=seed, deadline=ends))
    free = [plan.classes for plan in plans]
    costs = np.array([settle(model, classes).by_scenario for classes in free])
    # a plan of all may be better for one than what was found for it alone
    alone = np.minimum(np.array([plan.objective for plan in plans]), costs.min(axis=0))
    if rounds > 1:
        found, alone = _in_rounds(model, most_regret, alone, free, gap=gap, seed=seed, deadline=deadline)
        known = max(gap_of(plan.objective, plan.bound) for plan in plans)
        if known > gap:
            found = found._replace(proof=f"What a scenario costs alone is known to {known:.2%}. {found.proof}")
        return found, regret_table(model, alone, found)
    start = free[int(np.argmin((costs / np.maximum(alone, 1.0)).max(axis=1)))]
    limit = _limit(alone, most_regret)
    result = solving.branch(model, start, gap=gap, seed=seed, deadline=deadline, most_cost=limit)
    if result is None:
        result = _least_regret(model, alone, start, gap=gap, seed=seed, deadline=deadline)
    return result, regret_table(model, alone, result)


def _limit(alone: Real, most_regret: float) -> Real:
    """Return what each scenario may cost."""
    limit: Real = alone * (1 + most_regret) + _ROUNDING * np.maximum(alone, 1.0)
    return limit


def _in_rounds(
    model: Model, most_regret: float, alone: Real, free: list[Whole], *, gap: float, seed: int, deadline: float
) -> tuple[Found, Real]:
    """
    Return a plan of a large problem, and what scenarios cost alone.

    The problem is solved without the limits of the regret. Where a scenario then
    regrets too much it counts more, and all is decided anew. What counts more
    than its weight is a multiplier of its limit, so that each round has a bound.
    """
    weights, lower, free_bound = model.weights, -np.inf, -np.inf
    heavy: Real | None = None
    least = 0.0
    kept: list[tuple[Whole, Real]] = [(classes, settle(model, classes).by_scenario) for classes in free]
    for turn in range(_ROUNDS):
        # the first one is often the last
        ends = time.perf_counter() + (deadline - time.perf_counter()) / (2 if turn < _ROUNDS - 1 else 1)
        found = solving.find(replace(model, weights=weights), gap=gap, seed=seed, deadline=ends)
        costs = settle(model, found.classes).by_scenario
        kept.append((found.classes, costs))
        alone = np.minimum(alone, costs)
        limit = _limit(alone, most_regret)
        scale = float((model.weights[weights > 0] / weights[weights > 0]).max())
        lower = max(lower, scale * found.bound - float((scale * weights - model.weights) @ limit))
        free_bound = found.bound if turn == 0 else free_bound
        # the largest regret is no less than that of all together, at any weights
        least = max(least, found.bound / float(weights @ alone) - 1)
        over = costs > limit
        classes, total = _best_of(model, kept, limit)
        met = bool((total <= limit).all())
        if (met and gap_of(float(model.weights @ total), lower) <= gap) or time.perf_counter() > deadline:
            break
        if not over.any():
            if heavy is None:
                break
            # nearer to the weights with which a scenario regretted too much
            weights = (weights + heavy) / 2
            continue
        heavy = weights
        weights = np.maximum(weights, _LEAST_WEIGHT) * np.where(over, _HEAVIER, 1.0)
        weights = weights / weights.sum()
    recourse = settle(model, classes)
    result = found._replace(classes=classes, recourse=recourse, objective=float(model.weights @ recourse.by_scenario))
    if met:
        proof = f"Scenarios that would regret too much count heavier in the bound. {found.proof}"
        return result._replace(bound=lower, proof=proof), alone
    most = float(((total - alone) / np.where(alone > 0, alone, 1.0)).max())
    proof = (
        f"No plan within the regret asked for, {most_regret:.2%}, was found; "
        f"this one has {most:.2%}, and none has less than {least:.2%}."
    )
    return result._replace(bound=free_bound, proof=proof, kept=False), alone


def _best_of(model: Model, plans: list[tuple[Whole, Real]], limit: Real) -> tuple[Whole, Real]:
    """Return the cheapest plan within limits; where there is none, the one that is over by the least share."""

    def rank(one: tuple[Whole, Real]) -> tuple[float, float]:
        over = float((one[1] / np.maximum(limit, _ROUNDING)).max())
        return max(over, 1.0), float(model.weights @ one[1])

    return min(plans, key=rank)


def regret_table(model: Model, alone: Real, found: Found) -> pd.DataFrame:
    """Return what each scenario costs more than if all had been decided for it alone."""
    total = found.recourse.by_scenario
    more = np.where(total > alone, (total - alone) / np.where(alone > 0, alone, 1.0), 0.0)
    return pd.DataFrame({"alone": alone, "total": total, "regret": more}, index=model.scenarios)


def _least_regret(model: Model, alone: Real, start: Whole, *, gap: float, seed: int, deadline: float) -> Found:
    """Return the plan whose largest regret is least."""
    program = formulate(model, most_cost=alone)
    number, scenarios = len(program.cost), len(alone)
    regret = np.zeros((program.matrix.shape[0], 1))
    # the rows of what scenarios may cost are the last ones
    regret[-scenarios:, 0] = -alone
    wider = program._replace(
        cost=np.append(np.zeros(number), 1.0),
        lower=np.append(program.lower, 0.0),
        upper=np.append(program.upper, np.inf),
        whole=np.append(program.whole, False),
        matrix=csr_array(hstack([program.matrix, csc_array(regret)])),
        offset=0.0,
    )
    half = (deadline - time.perf_counter()) / 2
    answer = exact.solve(wider, gap=gap, seed=seed, seconds=half, start=as_start(wider, start))
    classes = start if answer.solution is None else classes_of(program, answer.solution, model)
    total = settle(model, classes).by_scenario
    least = float(np.max((total - alone) / np.maximum(alone, _ROUNDING)))
    limit = alone * (1 + least) + _ROUNDING * np.maximum(alone, 1.0)
    found = solving.branch(model, classes, gap=gap, seed=seed, deadline=deadline, most_cost=limit)
    if found is None:
        found = solving.as_found(model, classes, -np.inf, program, proof="")
    known = (
        f"the least possible is {least:.2%}"
        if answer.complete
        else f"the least found is {least:.2%}, and none has less than {max(0.0, answer.bound):.2%}"
    )
    proof = f"No set of decisions was found that keeps every scenario within the regret asked for; {known}."
    return found._replace(proof=f"{proof} {found.proof}".strip(), kept=False)
