"""
The zoning as a programme in whole numbers (HiGHS), with cuts that keep zones in one piece.

HiGHS takes no cuts while it works, so they are added between two solutions: for
an area that is apart from its school, one of the areas around its piece must
belong to the zone as well.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from schoolmap.optimize.rezoning import contiguity
from schoolmap.optimize.rezoning.formulation import formulate

if TYPE_CHECKING:
    from schoolmap.optimize.rezoning.contiguity import Mask
    from schoolmap.optimize.rezoning.contiguity import Whole
    from schoolmap.optimize.rezoning.problem import Problem
    from schoolmap.optimize.rezoning.search import Zoning
    from schoolmap.optimize.rezoning.zone_kernel import Real

_THIN = 1e-6
"""Share of an area in a zone that counts as nothing."""
_SAME = 1e-5
"""Share by which a cost may differ from what the solver says, by rounding."""
_LARGEST = 1e4
"""Largest cost of an area in the units that HiGHS is given: its tolerances are absolute."""


def quiet_solver() -> Any:  # noqa: ANN401 - HiGHS has no types
    """Return HiGHS, silent, on one thread and with a fixed seed."""
    from highspy._core import _Highs  # noqa: PLC0415 - heavy, and needed here only

    # the compiled class itself: what is wrapped around it greets on the terminal
    solver: Any = _Highs()
    for name, option in (("output_flag", False), ("threads", 1), ("random_seed", 0), ("mip_rel_gap", 0.0)):
        solver.setOptionValue(name, option)
    return solver


def is_true(solver: Any) -> bool:  # noqa: ANN401 - as above
    """
    Return whether the solution costs what the solver says that it does.

    HiGHS 1.16 can lose a start on its way through presolve and call it best: then its bound is none, and it is asked
    again without a start.
    """
    lp, values = solver.getLp(), np.asarray(solver.getSolution().col_value)
    cost = float(np.asarray(lp.col_cost_) @ values) + float(lp.offset_)
    told = float(solver.getInfo().objective_function_value)
    return abs(cost - told) <= _SAME * max(1.0, abs(cost))


class Programme:
    """
    A programme for some areas and zones, the others staying where they are.

    Parameters
    ----------
    problem, alive, limit, free, opened
        As in `formulate`.
    """

    def __init__(self, problem: Problem, alive: Mask, *, limit: float, free: Mask, opened: Mask) -> None:
        import highspy  # noqa: PLC0415 - heavy, and needed here only

        self.problem = problem
        form = formulate(problem, alive, limit=limit, free=free, opened=opened)
        self.form, self.complete = form, form.complete
        self.free = np.flatnonzero(free)
        self.area, self.zone = np.nonzero(form.alive)
        self.binary = len(self.area) + len(self.free)
        self.unit = max(1e-12, float(np.where(form.alive, problem.linear, 0.0).max()) / _LARGEST)
        rows = form.rows
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(form.cost), len(rows)
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = form.cost / self.unit, np.zeros(len(form.cost)), form.high
        lp.offset_ = form.constant / self.unit
        lp.row_lower_ = np.array([row[2] for row in rows])
        lp.row_upper_ = np.array([row[3] for row in rows])
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.concatenate([[0], np.cumsum([len(row[0]) for row in rows])]).astype(np.int32)
        lp.a_matrix_.index_ = np.concatenate([row[0] for row in rows]).astype(np.int32)
        lp.a_matrix_.value_ = np.concatenate([row[1] for row in rows]).astype(float)
        self.solver = quiet_solver()
        self.solver.passModel(lp)
        self.known: set[tuple[int, int, bytes]] = set()

    def parts(self) -> Real:
        """Return the share of each area in each zone, of the last solution."""
        x = np.array(self.solver.getSolution().col_value)
        part = np.zeros(self.form.alive.shape)
        part[self.area, self.zone] = x[: len(self.area)]
        return part

    def prices(self) -> Real:
        """Return what a seat is worth by zone and year, of the last solution without whole areas."""
        dual = np.array(self.solver.getSolution().row_dual) * self.unit
        return np.where(self.form.seat_row >= 0, np.maximum(0.0, -dual[self.form.seat_row]), 0.0)

    def reduced(self) -> Real:
        """Return what each pair would add to the bound if it had to be, of the last solution without whole areas."""
        dual = np.array(self.solver.getSolution().col_dual) * self.unit
        table = np.full(self.form.alive.shape, np.inf)
        table[self.area, self.zone] = np.maximum(0.0, dual[: len(self.area)])
        return table

    def cut(self, part: Real) -> int:
        """Add a cut for each area that is apart from its school; return how many are new."""
        land, problem = self.problem.land, self.problem
        new = 0
        for zone in np.flatnonzero((part > _THIN).any(axis=0)):
            inside = part[:, zone] > _THIN
            home = land.root[land.root_first[zone] : land.root_first[zone + 1]]
            of = np.where(inside, 0, -1)
            hangs = contiguity.reached(of + 1, problem.root[:, [zone, zone]] & [False, True], land.first, land.beside)
            apart = inside & ~hangs & ~land.exempt[:, zone]
            while apart.any():
                # of each piece that is apart, the area with most of it
                area = int(np.argmax(np.where(apart, part[:, zone], 0)))
                blob = contiguity.spread(np.array([area]), inside, land.first, land.beside)
                ring = contiguity.separator(area, inside, home, land.first, land.beside)
                for one in np.flatnonzero(blob & apart):
                    if part[one, zone] > 0.02 or one == area:
                        new += self._add(int(one), int(zone), ring)
                apart &= ~blob
        return new

    def _add(self, area: int, zone: int, ring: Whole) -> int:
        key = (area, zone, ring.tobytes())
        if key in self.known:
            return 0
        self.known.add(key)
        column = self.form.column[ring, zone]
        column = column[column >= 0]
        index = np.concatenate([[self.form.column[area, zone]], column]).astype(np.int32)
        value = np.concatenate([[1.0], -np.ones(len(column))])
        self.solver.addRow(-np.inf, 0.0, len(index), index, value)
        return 1

    def whole(self) -> None:
        """Ask for whole areas from now on."""
        import highspy  # noqa: PLC0415 - as above

        columns = np.arange(self.binary, dtype=np.int32)
        kind = np.full(self.binary, highspy.HighsVarType.kInteger)
        self.solver.changeColsIntegrality(self.binary, columns, kind)

    def run(self, deadline: float, *, limit: float | None = None, nodes: int | None = None) -> str:
        """Solve, and say how it ended: "optimal", "infeasible" or "stopped"."""
        import highspy  # noqa: PLC0415 - as above

        left = deadline - time.perf_counter()
        if left <= 0:
            return "stopped"
        self.solver.setOptionValue("time_limit", self.solver.getRunTime() + left)
        if limit is not None:
            self.solver.setOptionValue("objective_bound", limit)
        if nodes is not None:
            self.solver.setOptionValue("mip_max_nodes", nodes)
        self.solver.run()
        if self.solver.getModelStatus() == highspy.HighsModelStatus.kOptimal and not is_true(self.solver):
            self.solver.clearSolver()
            self.solver.run()
        status = self.solver.getModelStatus()
        if status == highspy.HighsModelStatus.kOptimal:
            return "optimal"
        if status in {highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kObjectiveBound}:
            return "infeasible"
        return "stopped"

    def value(self) -> float:
        """Return the value of the last solution."""
        return float(self.solver.getInfo().objective_function_value) * self.unit

    def bound(self) -> float:
        """Return the bound of the last solution in whole areas."""
        return float(self.solver.getInfo().mip_dual_bound) * self.unit

    def hint(self, known: Zoning) -> None:
        """Begin with a zoning that is known."""
        places = np.arange(len(known.zone))
        x = np.zeros(self.binary)
        column = self.form.column[places, known.zone]
        if (column < 0).any():
            return
        x[column] = 1.0
        x[self.form.opening[self.free]] = known.opened[self.free]
        self.solver.setSolution(self.binary, np.arange(self.binary, dtype=np.int32), x)

    def answer(self) -> tuple[Whole, Mask] | None:
        """Return the zone of each area and the zones that are open, or `None` if there is no solution."""
        x = np.array(self.solver.getSolution().col_value)
        if len(x) == 0 or not self.solver.getSolution().value_valid:
            return None
        part = self.parts()
        if not np.allclose(part.sum(axis=1), 1.0, atol=1e-4):
            return None
        opened = self.form.opened.copy()
        opened[self.free] = x[self.form.opening[self.free]] > 0.5
        zone: Whole = part.argmax(axis=1)
        return zone, opened
