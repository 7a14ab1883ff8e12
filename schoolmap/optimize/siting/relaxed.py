"""
The siting without whole numbers, as a linear programme: its prices of a pupil give the best bound of all prices.

Cuts way by way make it tight, but most of them say nothing: those that the
solution breaks are added, until none is broken. The same cuts are then enough
for branch and cut.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from schoolmap.optimize.siting import exact
from schoolmap.optimize.siting.formulation import cut_at
from schoolmap.optimize.siting.formulation import formulate
from schoolmap.optimize.siting.maker import NONE

if TYPE_CHECKING:
    import numpy.typing as npt

    from schoolmap.optimize.siting.model import Model
    from schoolmap.optimize.siting.program import Program

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]
    Flag = npt.NDArray[np.bool_]

ROUNDS = 12
"""Rounds of cuts at most."""
_BROKEN = 1e-4
"""Share of a pupil by which a cut is broken."""


class Relaxation(NamedTuple):
    """
    Prices of the linear programme, and the cuts that it took.

    `price` is what seating a pupil of a row is worth in a year, by scenario,
    period and row; `cuts` is by scenario, period and way; `complete` is whether
    it was solved to the end. Any prices give a bound when sections are asked.
    """

    price: Real
    cuts: Flag
    complete: bool


def relax(model: Model, *, deadline: float) -> Relaxation:
    """
    Solve the siting without whole numbers.

    Parameters
    ----------
    model
        The problem by position.
    deadline
        Time of the clock at which to end.
    """
    program = formulate(model, strong=True)
    cuts = program.cuts
    there = np.nonzero(program.columns.flow != NONE)
    lone = _lone(model, there)
    ways = program.columns.flow[there]
    upper = program.upper.copy()
    # the row of its pupils says the same, and has the price
    upper[ways[~lone]] = np.inf
    rows = np.setdiff1d(np.arange(program.matrix.shape[0]), cuts)
    solver = exact.load(_with(program._replace(upper=upper), rows), relaxed=True)
    waiting = np.ones(len(cuts), dtype=bool)
    cut_rows, top = csr_array(program.matrix[cuts]), program.row_upper[cuts]
    complete, known = False, None
    for _ in range(ROUNDS):
        if not exact.run_until(solver, deadline):
            break
        # of a programme that was not solved to the end, prices say nothing
        solution = solver.getSolution()
        known = np.array(solution.col_dual), np.array(solution.row_dual)
        broken = np.flatnonzero(waiting & (cut_rows @ np.array(solution.col_value) - top > _BROKEN))
        complete = len(broken) == 0
        if complete:
            break
        waiting[broken] = False
        exact.add_rows(solver, csr_array(cut_rows[broken]), top[broken])
    price = np.full(model.demand.shape, model.money.short_cost)
    if known is not None and len(ways):
        by_column = program.matrix.tocsc()
        by_column.sort_indices()
        # of the rows of a way, that of its pupils is the first
        first = by_column.indices[by_column.indptr[ways]]
        own = np.minimum(known[0][ways], 0.0)
        dual = np.where(lone, own, known[1][np.searchsorted(rows, first)])
        factor = (model.weights[:, None] * model.yearly)[there[:2]]
        scenario, period, way = there
        price[scenario, period, model.arc_row[way]] += dual / np.where(factor > 0, factor, 1.0)
    used = np.zeros(program.columns.flow.shape, dtype=bool)
    scenario, period, way = np.nonzero(cut_at(model, program.columns.flow))
    used[scenario[~waiting], period[~waiting], way[~waiting]] = True
    return Relaxation(np.clip(price, 0.0, model.money.short_cost), used, complete)


def _lone(model: Model, there: tuple[Whole, ...]) -> Flag:
    """Return which ways are the only one of their row."""
    scenario, period, way = there
    row = model.arc_row[way]
    number = np.zeros(model.demand.shape, dtype=np.int64)
    np.add.at(number, (scenario, period, row), 1)
    alone: Flag = number[scenario, period, row] == 1
    return alone


def _with(program: Program, rows: Whole) -> Program:
    """Return a programme of some of the rows."""
    return program._replace(
        matrix=csr_array(program.matrix[rows]), row_lower=program.row_lower[rows], row_upper=program.row_upper[rows]
    )
