"""One set of decisions that no scenario has to regret much."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import csc_array
from scipy.sparse import csr_array
from scipy.sparse import hstack

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
    plans = []
    for scenario in range(number):
        # each scenario alone, and all together at the end, have the same time
        share = (deadline - time.perf_counter()) / (number + 1 - scenario)
        ends = time.perf_counter() + share
        plans.append(solving.find(solving.alone_model(model, scenario), gap=gap, seed=seed, deadline=ends))
    alone = np.array([plan.objective for plan in plans])
    free = [plan.classes for plan in plans]
    costs = [settle(model, classes).by_scenario for classes in free]
    start = free[int(np.argmin([(cost / np.maximum(alone, 1.0)).max() for cost in costs]))]
    limit = alone * (1 + most_regret) + _ROUNDING * np.maximum(alone, 1.0)
    found = solving.branch(model, start, gap=gap, seed=seed, deadline=deadline, most_cost=limit)
    if found is None:
        found = _least_regret(model, alone, start, gap=gap, seed=seed, deadline=deadline)
    return found, regret_table(model, alone, found)


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
    proof = f"No set of decisions keeps every scenario within the regret asked for; the least possible is {least:.2%}."
    return found._replace(proof=f"{proof} {found.proof}".strip())
