"""The siting programme solved by HiGHS: branch and cut, with a start and a bound."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt
    from scipy.sparse import csr_array

    from schoolmap.optimize.siting.program import Program

    Real = npt.NDArray[np.float64]

THREADS = 1
"""One, as in every other programme of the wing: HiGHS refuses to run where two of them ask for different numbers."""
_SAME = 1e-5
"""Share by which a cost may differ from what the solver says, by rounding."""
_PASTIMES = ("feasibility_jump", "rens", "rins", "root_reduced_cost")
"""What the solver tries at the root of each programme, however small."""
_SECONDS = 0.01
"""A solver is given so much time at least."""
ABSOLUTE = 1e-7
"""Gap in money at which a plan is best, whatever its cost."""


class Answer(NamedTuple):
    """
    Values of all columns and their cost, and a bound.

    `solution` is `None` if no plan was found, `complete` whether the search ended,
    `impossible` whether there can be no plan, and `effort` how many steps of the
    simplex method it took.
    """

    solution: Real | None
    objective: float
    bound: float
    complete: bool
    impossible: bool
    effort: int


def load(program: Program, *, relaxed: bool = False) -> Any:  # noqa: ANN401 - the compiled class has no name that is public
    """Return a solver that holds the programme, silent, with nothing left to chance."""
    import highspy  # noqa: PLC0415 - heavy, and needed here only
    from highspy._core import _Highs  # noqa: PLC0415 - as above

    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(program.cost), program.matrix.shape[0]
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = program.cost, program.lower, program.upper
    lp.row_lower_, lp.row_upper_ = program.row_lower, program.row_upper
    lp.offset_ = program.offset
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = program.matrix.indptr.astype(np.int32)
    lp.a_matrix_.index_ = program.matrix.indices.astype(np.int32)
    lp.a_matrix_.value_ = program.matrix.data
    if not relaxed:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(flag)] for flag in program.whole]
    # the compiled class itself: what is wrapped around it greets on the terminal
    solver = _Highs()
    solver.setOptionValue("output_flag", False)  # noqa: FBT003 - a setting of the solver
    solver.setOptionValue("threads", THREADS)
    solver.passModel(lp)
    return solver


def run_until(solver: Any, deadline: float) -> bool:  # noqa: ANN401 - as above
    """Run a solver of a linear programme, and return whether it came to the end in time."""
    import highspy  # noqa: PLC0415 - as above

    left = max(deadline - time.perf_counter(), _SECONDS)
    solver.setOptionValue("time_limit", solver.getRunTime() + left)
    solver.run()
    return bool(solver.getModelStatus() == highspy.HighsModelStatus.kOptimal)


def add_rows(solver: Any, rows: csr_array, upper: Real) -> None:  # noqa: ANN401 - as above
    """Add rows with upper limits to a solver, which begins from where it is."""
    number = len(upper)
    start, index = rows.indptr[:-1].astype(np.int32), rows.indices.astype(np.int32)
    solver.addRows(number, np.full(number, -np.inf), upper, rows.nnz, start, index, rows.data)


def solve(
    program: Program,
    *,
    gap: float,
    seed: int,
    seconds: float,
    start: Real | None = None,
    nodes: int | None = None,
    heuristics: float = 0.05,
) -> Answer:
    """
    Solve the programme.

    Parameters
    ----------
    program
        From `formulation.formulate`.
    gap
        Share of the cost at which the search ends.
    seed
        Of the solver's own choices.
    seconds
        Time after which the best plan so far is returned.
    start
        Values of all columns to begin with; missing where they are to be found.
    nodes
        Most nodes of the search.
    heuristics
        Share of the time that the solver may look for better plans itself; at 0
        it makes no small programmes of its own either, which cost a small one
        more than they save.
    """
    import highspy  # noqa: PLC0415

    solver = load(program)
    solver.setOptionValue("random_seed", seed)
    solver.setOptionValue("mip_rel_gap", gap)
    solver.setOptionValue("mip_abs_gap", ABSOLUTE)
    solver.setOptionValue("time_limit", max(seconds, _SECONDS))
    solver.setOptionValue("mip_heuristic_effort", heuristics)
    if heuristics == 0.0:
        for name in _PASTIMES:
            solver.setOptionValue(f"mip_heuristic_run_{name}", False)  # noqa: FBT003 - a setting of the solver
    if nodes is not None:
        solver.setOptionValue("mip_max_nodes", nodes)
    if start is not None:
        known = np.flatnonzero(~np.isnan(start)).astype(np.int32)
        solver.setSolution(len(known), known, start[known])
    if len(program.cost) == 0:
        # HiGHS has a word of its own for a programme in which nothing is left to decide
        return Answer(np.empty(0), program.offset, program.offset, complete=True, impossible=False, effort=0)
    solver.run()
    status, info = solver.getModelStatus(), solver.getInfo()
    if status in {highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible}:
        return Answer(None, math.inf, math.inf, complete=True, impossible=True, effort=0)
    values = None
    if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        values = np.array(solver.getSolution().col_value)
        if start is not None and not _is_true(program, values, info.objective_function_value):
            # HiGHS 1.16 can lose a start on its way through presolve and call it best: then its bound is none
            return solve(program, gap=gap, seed=seed, seconds=seconds, nodes=nodes, heuristics=heuristics)
    bound = info.mip_dual_bound if program.whole.any() else info.objective_function_value
    if not program.whole.any() and status != highspy.HighsModelStatus.kOptimal:
        bound = -math.inf
    complete = status == highspy.HighsModelStatus.kOptimal
    return Answer(
        solution=values,
        objective=float(info.objective_function_value),
        bound=float(bound),
        complete=complete,
        impossible=False,
        effort=int(info.simplex_iteration_count),
    )


def _is_true(program: Program, values: Real, told: float) -> bool:
    """Return whether a solution costs what the solver says that it does."""
    cost = float(program.cost @ values) + program.offset
    return abs(cost - told) <= _SAME * max(1.0, abs(cost))
