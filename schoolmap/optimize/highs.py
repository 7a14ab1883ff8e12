"""
HiGHS, the solver of programmes in whole numbers, as this wing uses it: silent, reproducible, and not taken at its word.

HiGHS 1.11 to 1.16 err in three ways that were met here. A start can be lost on
its way through presolve and still be called the best plan, at a cost that it
does not have. A programme with a row that some plan keeps to by no more than
the tolerance can be called infeasible, or a dearer plan of it optimal, or fail. And a
model that is refused leaves the solver with an empty one, which is solved at
once. So each cost is counted again, what is called infeasible or failed is asked
again without presolve, and no model is refused in silence.
"""

from __future__ import annotations

import time
from types import MappingProxyType
from typing import TYPE_CHECKING
from typing import Any
from typing import Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt
    from scipy.sparse import csc_array
    from scipy.sparse import csr_array

    Real = npt.NDArray[np.float64]
    Mask = npt.NDArray[np.bool_]
    Ended = Literal["optimal", "infeasible", "stopped"]

_SAME = 1e-5
"""Share by which a cost may differ from what the solver says, by rounding."""
_SECONDS = 0.01
"""A solver is given so much time at least."""
_ONE_THREAD = 1
"""HiGHS refuses to run where two programmes of one process ask for different numbers of threads."""


def solver_of(
    cost: Real,
    matrix: csr_array | csc_array,
    *,
    low: Real,
    high: Real,
    row_low: Real,
    row_high: Real,
    whole: Mask | None = None,
    offset: float = 0.0,
    options: Mapping[str, float] = MappingProxyType({}),
) -> Any:  # noqa: ANN401 - HiGHS has no types
    """
    Return a solver that holds a programme: least `cost`, plus `offset`, with each row of `matrix` within its limits.

    Parameters
    ----------
    cost, low, high
        Cost and limits of each column.
    matrix
        Rows by columns, stored by rows or by columns.
    row_low, row_high
        Limits of each row.
    whole
        Columns that hold whole numbers; none if it is a linear programme.
    offset
        Added to the cost.
    options
        Of HiGHS; without any it ends at a proven best plan.

    Raises
    ------
    RuntimeError
        If HiGHS refuses the programme, such as one that gives a place in a row twice.
    """
    import highspy  # noqa: PLC0415 - heavy, and needed here only
    from highspy._core import _Highs  # noqa: PLC0415 - as above

    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = matrix.shape
    lp.col_cost_, lp.col_lower_, lp.col_upper_, lp.offset_ = cost, low, high, offset
    lp.row_lower_, lp.row_upper_ = row_low, row_high
    by = highspy.MatrixFormat
    lp.a_matrix_.format_ = by.kColwise if matrix.format == "csc" else by.kRowwise
    lp.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    lp.a_matrix_.index_ = matrix.indices.astype(np.int32)
    lp.a_matrix_.value_ = matrix.data
    if whole is not None and whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[flag] for flag in whole.astype(int)]
    # the compiled class itself: what is wrapped around it greets on the terminal
    solver = _Highs()
    settings = {"output_flag": False, "threads": _ONE_THREAD, "random_seed": 0, "mip_rel_gap": 0.0, **options}
    for name, value in settings.items():
        if solver.setOptionValue(name, value) != highspy.HighsStatus.kOk:
            msg = f"HiGHS knows no option {name} = {value!r}"
            raise RuntimeError(msg)
    if solver.passModel(lp) == highspy.HighsStatus.kError:
        msg = f"HiGHS refused a programme of {lp.num_row_:,} rows and {lp.num_col_:,} columns"
        raise RuntimeError(msg)
    return solver


def begin_with(solver: Any, values: Real) -> None:  # noqa: ANN401 - as above
    """Give a start: values of all columns, missing where they are to be found."""
    known = np.flatnonzero(~np.isnan(values)).astype(np.int32)
    solver.setSolution(len(known), known, values[known])


def run(solver: Any, *, seconds: float) -> Ended:  # noqa: ANN401 - as above
    """
    Solve, and return how it ended.

    `optimal` and `infeasible` are proofs; where time or nodes ran out, there may
    be values and a bound all the same.
    """
    ends = time.perf_counter() + max(seconds, _SECONDS)
    ended = _run(solver, ends)
    if has_values(solver) and not _is_true(solver):
        # the start was lost: neither is this a plan nor its bound a bound
        solver.clearSolver()
        ended = _run(solver, ends)
    if ended in {"infeasible", "failed"}:
        solver.setOptionValue("presolve", "off")
        solver.clearSolver()
        ended = _run(solver, ends)
        solver.setOptionValue("presolve", "choose")
    return "stopped" if ended == "failed" else ended


def has_values(solver: Any) -> bool:  # noqa: ANN401 - as above
    """Return whether there are values for all columns that keep to all rows."""
    import highspy  # noqa: PLC0415 - heavy, and needed here only

    return bool(solver.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible)


def values_of(solver: Any) -> Real | None:  # noqa: ANN401 - as above
    """Return the values of all columns, or `None` if none were found."""
    return np.array(solver.getSolution().col_value) if has_values(solver) else None


def _run(solver: Any, ends: float) -> Ended | Literal["failed"]:  # noqa: ANN401 - as above
    import highspy  # noqa: PLC0415 - heavy, and needed here only

    # the clock of the solver goes on from one run to the next
    solver.setOptionValue("time_limit", solver.getRunTime() + max(ends - time.perf_counter(), _SECONDS))
    solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kOptimal:
        return "optimal"
    # no programme of this wing is unbounded
    if status in {highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible}:
        return "infeasible"
    broken = {
        highspy.HighsModelStatus.kSolveError,
        highspy.HighsModelStatus.kPresolveError,
        highspy.HighsModelStatus.kPostsolveError,
    }
    return "failed" if status in broken else "stopped"


def _is_true(solver: Any) -> bool:  # noqa: ANN401 - as above
    """Return whether the values cost what the solver says that they do."""
    lp, values = solver.getLp(), np.asarray(solver.getSolution().col_value)
    cost = float(np.asarray(lp.col_cost_) @ values) + float(lp.offset_)
    told = float(solver.getInfo().objective_function_value)
    return abs(cost - told) <= _SAME * max(1.0, abs(cost))
