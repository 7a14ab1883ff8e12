"""HiGHS as it is asked: a plan, a bound, or the word that there is none."""

from __future__ import annotations

import time

import numpy as np
import pytest
from scipy.sparse import csr_array

from schoolmap.conformance.made_growth import made_growth
from schoolmap.optimize.siting import exact
from schoolmap.optimize.siting.alternatives import with_rows
from schoolmap.optimize.siting.formulation import formulate
from schoolmap.optimize.siting.model import build_model
from schoolmap.optimize.siting.program import as_start

COUNTY = made_growth(areas=16, schools=4, sites=3, periods=2, arcs=4, seed=3)
MODEL = build_model(*COUNTY[:4], money=COUNTY.money)
PROGRAM = formulate(MODEL)


@pytest.mark.parametrize("heuristics", [0.0, 0.05])
def test_a_start_and_the_way_to_search_change_no_cost(heuristics: float) -> None:
    """The best is the best, from wherever it is looked for."""
    free = exact.solve(PROGRAM, gap=0.0, seed=1, seconds=20)
    begun = exact.solve(
        PROGRAM, gap=0.0, seed=0, seconds=20, start=as_start(PROGRAM, MODEL.decided), heuristics=heuristics
    )
    assert free.complete
    assert begun.objective == pytest.approx(free.objective, rel=1e-7)
    assert begun.bound <= begun.objective + 1e-6


def test_rows_added_on_the_way_count() -> None:
    """A linear programme goes on from where it is when rows are added."""
    solver = exact.load(PROGRAM, relaxed=True)
    assert exact.run_until(solver, time.perf_counter() + 20)
    free = solver.getInfo().objective_function_value
    row, top = csr_array(PROGRAM.cost[None, :]), np.array([1e6])
    exact.add_rows(solver, csr_array(-row), np.array([PROGRAM.offset - free - 10]))
    assert exact.run_until(solver, time.perf_counter() + 20)
    assert solver.getInfo().objective_function_value == pytest.approx(free + 10)
    assert with_rows(PROGRAM, row, upper=top).matrix.shape[0] == PROGRAM.matrix.shape[0] + 1


def test_nothing_to_decide_and_nothing_possible() -> None:
    """A programme without columns costs its offset; one that contradicts itself has no plan."""
    nothing = PROGRAM._replace(cost=np.empty(0), lower=np.empty(0), upper=np.empty(0), whole=np.empty(0, dtype=bool))
    nothing = nothing._replace(matrix=csr_array((0, 0)), row_lower=np.empty(0), row_upper=np.empty(0))
    assert exact.solve(nothing, gap=0.0, seed=0, seconds=1).objective == PROGRAM.offset
    row = csr_array(np.ones((1, len(PROGRAM.cost))))
    assert exact.solve(with_rows(PROGRAM, row, upper=np.array([-1.0])), gap=0.0, seed=0, seconds=5).impossible
