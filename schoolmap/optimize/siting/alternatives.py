"""The plan that differs most from those there are, and costs no more than a limit."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse import vstack

from schoolmap.optimize.siting import exact
from schoolmap.optimize.siting import solving
from schoolmap.optimize.siting.formulation import formulate
from schoolmap.optimize.siting.maker import NONE
from schoolmap.optimize.siting.program import classes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from schoolmap.optimize.siting.answer import Found
    from schoolmap.optimize.siting.model import Model
    from schoolmap.optimize.siting.program import Program

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]


def farthest(
    model: Model, plans: Sequence[Whole], *, most: float, bound: float, seed: int, seconds: float
) -> Found | None:
    """
    Return the plan that differs most from some, or `None` if none was found.

    Parameters
    ----------
    model
        The problem by position.
    plans
        Classes of the plans that there are, by measure and period.
    most
        Cost at most.
    bound
        No plan costs less.
    seed
        Of the solver's own choices.
    seconds
        Time at most.
    """
    ends = time.perf_counter() + seconds
    program = formulate(model, every_used=True)
    last = program.columns.used[:, -1]
    there = np.flatnonzero(last != NONE)
    same = np.zeros((len(plans), len(program.cost)))
    for row, classes in zip(same, plans, strict=True):
        uses = np.asarray(classes.any(axis=1))
        row[last[there]] = np.where(uses[there], 1.0, -1.0)
    # a plan that differs much from all together may be one of them: each is ruled out by itself
    most_same = np.maximum(same, 0.0).sum(axis=1) - 1
    priced = with_rows(program, csr_array(program.cost[None, :]), upper=np.array([most - program.offset]))
    asked = with_rows(priced, csr_array(same), upper=most_same)._replace(cost=same.sum(axis=0), offset=0.0)
    answer = exact.solve(asked, gap=0.0, seed=seed, seconds=ends - time.perf_counter())
    if answer.solution is None:
        return None
    classes = classes_of(asked, answer.solution, model)
    used = classes.any(axis=1)
    if any((used == other.any(axis=1)).all() for other in plans):
        return None
    proof = "Branch and cut by HiGHS: of all plans within the cost, the one that differs most from those before."
    return solving.as_found(model, classes, bound, priced, proof=proof)


def with_rows(program: Program, rows: csr_array, *, upper: Real) -> Program:
    """Return a programme with more rows, each with an upper limit."""
    return program._replace(
        matrix=csr_array(vstack([program.matrix, rows])),
        row_lower=np.concatenate([program.row_lower, np.full(len(upper), -np.inf)]),
        row_upper=np.concatenate([program.row_upper, upper]),
    )
