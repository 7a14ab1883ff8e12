"""
The zoning as a programme in whole numbers (HiGHS), with cuts that keep zones in one piece.

HiGHS takes no cuts while it works, so they are added between two solutions: for
an area that is apart from its school, one of the areas around its piece must
belong to the zone as well.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from schoolmap.optimize import highs
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
_LARGEST = 1e4
"""Largest cost of an area in the units that HiGHS is given: its tolerances are absolute."""


class Programme:
    """
    A programme for some areas and zones, the others staying where they are.

    Parameters
    ----------
    problem, alive, limit, free, opened
        As in `formulate`.
    """

    def __init__(self, problem: Problem, alive: Mask, *, limit: float, free: Mask, opened: Mask) -> None:
        from scipy.sparse import csr_array  # noqa: PLC0415 - heavy, and needed here only

        self.problem = problem
        form = formulate(problem, alive, limit=limit, free=free, opened=opened)
        self.form, self.complete = form, form.complete
        self.free = np.flatnonzero(free)
        self.area, self.zone = np.nonzero(form.alive)
        self.binary = len(self.area) + len(self.free)
        self.unit = max(1e-12, float(np.where(form.alive, problem.linear, 0.0).max()) / _LARGEST)
        rows = form.rows
        first = np.concatenate([[0], np.cumsum([len(row[0]) for row in rows])])
        index, value = (np.concatenate([row[part] for row in rows]) for part in (0, 1))
        self.solver = highs.solver_of(
            form.cost / self.unit,
            csr_array((value, index, first), shape=(len(rows), len(form.cost))),
            low=np.zeros(len(form.cost)),
            high=form.high,
            row_low=np.array([row[2] for row in rows]),
            row_high=np.array([row[3] for row in rows]),
            offset=form.constant / self.unit,
        )
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
        import highspy  # noqa: PLC0415 - heavy, and needed here only

        columns = np.arange(self.binary, dtype=np.int32)
        kind = np.full(self.binary, highspy.HighsVarType.kInteger)
        self.solver.changeColsIntegrality(self.binary, columns, kind)

    def run(self, deadline: float, *, nodes: int | None = None) -> highs.Ended:
        """Solve, and say how it ended."""
        left = deadline - time.perf_counter()
        if left <= 0:
            return "stopped"
        if nodes is not None:
            self.solver.setOptionValue("mip_max_nodes", nodes)
        return highs.run(self.solver, seconds=left)

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
        highs.begin_with(self.solver, np.append(x, np.full(len(self.form.cost) - self.binary, np.nan)))

    def answer(self) -> tuple[Whole, Mask] | None:
        """Return the zone of each area and the zones that are open, or `None` if there is no solution."""
        x = highs.values_of(self.solver)
        if x is None:
            return None
        part = self.parts()
        if not np.allclose(part.sum(axis=1), 1.0, atol=1e-4):
            return None
        opened = self.form.opened.copy()
        opened[self.free] = x[self.form.opening[self.free]] > 0.5
        zone: Whole = part.argmax(axis=1)
        return zone, opened
