"""The siting programme solved by HiGHS: branch and cut, with a start and a bound."""

from __future__ import annotations

import math
import time
from types import MappingProxyType
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import numpy as np

from schoolmap.optimize import highs

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt
    from scipy.sparse import csr_array

    from schoolmap.optimize.siting.program import Program

    Real = npt.NDArray[np.float64]

_PASTIMES = ("feasibility_jump", "rens", "rins", "root_reduced_cost")
"""What the solver tries at the root of each programme, however small."""
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


def load(program: Program, *, relaxed: bool = False, options: Mapping[str, float] = MappingProxyType({})) -> Any:  # noqa: ANN401 - HiGHS has no types
    """Return a solver that holds the programme."""
    return highs.solver_of(
        program.cost,
        program.matrix,
        low=program.lower,
        high=program.upper,
        row_low=program.row_lower,
        row_high=program.row_upper,
        whole=None if relaxed else program.whole,
        offset=program.offset,
        options=options,
    )


def run_until(solver: Any, deadline: float) -> bool:  # noqa: ANN401 - as above
    """Run a solver of a linear programme, and return whether it came to the end in time."""
    return highs.run(solver, seconds=deadline - time.perf_counter()) == "optimal"


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
    if len(program.cost) == 0:
        # HiGHS has a word of its own for a programme in which nothing is left to decide
        return Answer(np.empty(0), program.offset, program.offset, complete=True, impossible=False, effort=0)
    options: dict[str, float] = {
        "random_seed": seed,
        "mip_rel_gap": gap,
        "mip_abs_gap": ABSOLUTE,
        "mip_heuristic_effort": heuristics,
    }
    if heuristics == 0.0:
        options |= {f"mip_heuristic_run_{name}": False for name in _PASTIMES}
    if nodes is not None:
        options["mip_max_nodes"] = nodes
    solver = load(program, options=options)
    if start is not None:
        highs.begin_with(solver, start)
    ended = highs.run(solver, seconds=seconds)
    if ended == "infeasible":
        return Answer(None, math.inf, math.inf, complete=True, impossible=True, effort=0)
    info, complete = solver.getInfo(), ended == "optimal"
    bound = info.mip_dual_bound if program.whole.any() else info.objective_function_value
    if not program.whole.any() and not complete:
        bound = -math.inf
    return Answer(
        solution=highs.values_of(solver),
        objective=float(info.objective_function_value),
        bound=float(bound),
        complete=complete,
        impossible=False,
        effort=int(info.simplex_iteration_count),
    )
