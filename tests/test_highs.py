"""The solver of programmes in whole numbers: silent, one programme at a time, and its word is checked."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csc_array
from scipy.sparse import csr_array

from schoolmap.optimize import highs
from schoolmap.optimize import neighbourhoods
from schoolmap.optimize.seats_problem import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

ONE, FREE = np.ones(2), np.full(1, np.inf)


def knapsack(*, needed: float = 3.0, whole: bool = True, offset: float = 0.0) -> Any:  # noqa: ANN401 - HiGHS has no types
    """Return a solver: two things of weight 2 that cost 3 and 4, and so much weight to reach."""
    table = csr_array(np.array([[2.0, 2.0]]))
    return highs.solver_of(
        np.array([3.0, 4.0]),
        table,
        low=np.zeros(2),
        high=ONE,
        row_low=np.array([needed]),
        row_high=FREE,
        whole=np.full(2, whole),
        offset=offset,
    )


def test_by_hand() -> None:
    """A weight of three takes both things, or one and a half where parts will do."""
    solver = knapsack(offset=10.0)
    assert highs.run(solver, seconds=10) == "optimal"
    assert highs.values_of(solver) == pytest.approx([1, 1])
    assert solver.getInfo().objective_function_value == pytest.approx(17)
    parts = knapsack(whole=False)
    assert highs.run(parts, seconds=10) == "optimal"
    assert highs.values_of(parts) == pytest.approx([1, 0.5])


def test_rows_may_be_stored_either_way() -> None:
    """A table by columns is the same programme."""
    terms: dict[str, Any] = {"low": np.zeros(2), "high": ONE, "row_low": np.array([3.0]), "row_high": FREE}
    for table in (csr_array(np.array([[2.0, 1.0]])), csc_array(np.array([[2.0, 1.0]]))):
        solver = highs.solver_of(np.array([3.0, 4.0]), table, **terms)
        assert highs.run(solver, seconds=10) == "optimal"
        assert solver.getInfo().objective_function_value == pytest.approx(7)


def test_what_cannot_be_is_infeasible(capfd: pytest.CaptureFixture[str]) -> None:
    """A weight of five is out of reach, of which nothing is written anywhere."""
    solver = knapsack(needed=5.0)
    assert highs.run(solver, seconds=10) == "infeasible"
    assert highs.values_of(solver) is None
    assert not highs.has_values(solver)
    assert capfd.readouterr() == ("", "")


def test_what_is_refused_is_an_error() -> None:
    """A place that is given twice, or an option that there is not, is not passed over."""
    terms: dict[str, Any] = {"low": np.zeros(1), "high": np.ones(1), "row_low": np.zeros(1), "row_high": FREE}
    table = csr_array(np.ones((1, 1)))
    twice = csr_array((np.ones(2), np.zeros(2, dtype=int), np.array([0, 2])), shape=(1, 1))
    with pytest.raises(RuntimeError, match="refused a programme of 1 rows and 1 columns"):
        highs.solver_of(np.ones(1), twice, **terms)
    with pytest.raises(RuntimeError, match="no option mip_max_nods"):
        highs.solver_of(np.ones(1), table, **terms, options={"mip_max_nods": 3})


def test_a_start_may_leave_values_open() -> None:
    """Of a start in part the rest is found, and the best plan does not depend on it."""
    solver = knapsack(needed=2.0)
    highs.begin_with(solver, np.array([np.nan, 1.0]))
    assert highs.run(solver, seconds=10) == "optimal"
    assert highs.values_of(solver) == pytest.approx([1, 0])


class Liar:
    """A solver whose first answers are wrong in a given way, and right once it forgot what it knew."""

    def __init__(self, solver: Any, wrong: Callable[[Any], dict[str, Any]]) -> None:  # noqa: ANN401 - HiGHS has no types
        self.solver, self.wrong, self.asked = solver, wrong, 0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as above
        """Return what the solver has, or something else."""
        told = self.wrong(self.solver) if self.asked <= 1 else {}
        if name in told:
            return lambda: told[name]
        if name == "run":
            self.asked += 1
        return getattr(self.solver, name)


def test_a_start_that_was_lost_is_not_the_best_plan() -> None:
    """Values that do not cost what the solver says are not believed: it is asked again."""

    def wrong(solver: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
        told = solver.getInfo()
        status = told.primal_solution_status
        return {"getInfo": SimpleNamespace(objective_function_value=1.0, primal_solution_status=status)}

    liar = Liar(knapsack(), wrong)
    assert highs.run(liar, seconds=10) == "optimal"
    assert liar.asked == 2
    assert liar.getInfo().objective_function_value == pytest.approx(7)


@pytest.mark.parametrize("verdict", ["kInfeasible", "kSolveError"])
def test_what_is_called_infeasible_or_failed_is_asked_again(verdict: str) -> None:
    """A plan that presolve lost is found without it."""
    import highspy  # noqa: PLC0415 - heavy

    def wrong(_: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
        return {"getModelStatus": getattr(highspy.HighsModelStatus, verdict)}

    liar = Liar(knapsack(), wrong)
    assert highs.run(liar, seconds=10) == "optimal"
    assert liar.asked == 2
    assert highs.values_of(liar) == pytest.approx([1, 1])


FOUR_SITES = Problem(
    cost=np.array(
        [
            [30.0, 231, 96, 248, 80, 160],
            [3, 329, 135, 184, 148, 144],
            [20, 343, 3, 312, 116, 28],
            [42, 154, 0, 368, 8, 168],
        ]
    ),
    demand=np.array([1, 7, 3, 8, 4, 4]),
    capacity=np.array([9, 14, 9, 7]),
    opening=np.array([49.0, 70, 67, 33]),
    state=np.zeros(4, dtype=np.int8),
    number=0,
    spare=False,
    step=0.0,
)
THREE_SITES = Problem(
    cost=np.array([[105.0, 276, 16, 42, 84], [336, 228, 78, 44, 90], [287, 192, 42, 6, 0]]),
    demand=np.array([7, 6, 2, 2, 6]),
    capacity=np.array([15, 14, 12]),
    opening=np.array([22.0, 54, 12]),
    state=np.zeros(3, dtype=np.int8),
    number=0,
    spare=False,
    step=0.0,
)


@pytest.mark.parametrize(
    ("problem", "ruled_out", "best", "known"),
    [
        (FOUR_SITES, [(0, 0), (0, 3), (1, 1), (2, 0), (2, 3), (3, 3), (3, 5)], 671, 673),
        (THREE_SITES, [(1, 2), (2, 0)], 389, 437),
    ],
)
def test_a_goal_beside_the_cost_of_a_plan_leads_nobody_astray(
    problem: Problem, ruled_out: list[tuple[int, int]], best: float, known: float
) -> None:
    """With a goal just below a plan's cost as a row, HiGHS 1.16 calls these infeasible."""
    alive = problem.demand <= problem.capacity[:, None]
    alive[tuple(zip(*ruled_out, strict=True))] = False
    for step in (0.0, 1.0):
        solved = neighbourhoods.programme(
            problem._replace(step=step), alive, seconds=20, nodes=10_000, goal=known - max(step, 1e-6)
        )
        assert solved.decided
        assert solved.site_of is not None
        assert neighbourhoods.plan_of(problem, solved.site_of).cost == best
