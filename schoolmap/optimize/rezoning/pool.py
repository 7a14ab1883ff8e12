"""Zones that searches met, and the zoning that combines them best: set partitioning by HiGHS."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from schoolmap.optimize import highs
from schoolmap.optimize.rezoning.search import Zoning

if TYPE_CHECKING:
    from schoolmap.optimize.rezoning.contiguity import Whole
    from schoolmap.optimize.rezoning.problem import Problem
    from schoolmap.optimize.rezoning.zone_kernel import Real

_MOST = 150_000
"""Zones that a pool holds; of more, the dearest are forgotten."""
_TRIED = 5_000
"""Zones among which whole numbers are sought: with more, HiGHS does not keep to its time."""
_TINY = 1e-12
"""Part of a value within which two are the same."""


class Pool:
    """
    Zones that keep within their seats, each with what it costs.

    Parameters
    ----------
    problem
        Of which they are zones.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.number: dict[bytes, int] = {}
        self.zone: list[int] = []
        self.areas: list[Whole] = []
        self.cost: list[float] = []

    def add(self, zonings: Whole) -> None:
        """Add the zones of some zonings, one in each row."""
        land = self.problem.land
        zones = len(self.problem.zones)
        for row in np.unique(zonings, axis=0):
            order = np.argsort(row, kind="stable")
            ends = np.searchsorted(row[order], np.arange(zones + 1))
            for zone in range(zones):
                inside = order[ends[zone] : ends[zone + 1]]
                if len(inside) == 0:
                    continue
                key = _key(zone, inside)
                if key in self.number:
                    continue
                self.number[key] = len(self.zone)
                fits = (land.pupils[inside].sum(axis=0) <= land.seats[zone] + 1e-9).all()
                if not fits or len(self.zone) >= _MOST:
                    self.number[key] = -1
                    continue
                self.zone.append(zone)
                self.areas.append(inside)
                self.cost.append(float(land.linear[inside, zone].sum()))

    def border(self) -> Real:
        """Return what each zone's border costs; a border is shared by two."""
        land = self.problem.land
        if not land.border.any():
            return np.zeros(len(self.zone))
        tail = np.repeat(np.arange(len(land.first) - 1), np.diff(land.first))
        cost = np.zeros(len(self.zone))
        for place, inside in enumerate(self.areas):
            own = np.zeros(len(land.first) - 1, dtype=bool)
            own[inside] = True
            cost[place] = land.border[own[tail] & ~own[land.beside]].sum() / 2
        return cost

    def combine(self, now: Zoning, *, deadline: float) -> Zoning:
        """Return the cheapest zoning whose zones all are in the pool, if it was found in time and is better."""
        problem, land = self.problem, self.problem.land
        if not self.zone or problem.totals(now.zone, now.opened)[1] > 0:
            return now
        zone = np.array(self.zone)
        cost = np.array(self.cost) + self.border() + np.where(land.may_close[zone], land.opening[zone], 0.0)
        every = np.arange(len(zone))
        solver = self._partition(every, zone, cost, deadline, now=None)
        if solver is None:
            return now
        # a zone that adds more to the bound than there is to gain is in no better zoning
        reduced = np.array(solver.getSolution().col_dual)
        room = now.value - solver.getInfo().objective_function_value - float(land.opening[~land.may_close].sum())
        within = np.flatnonzero(reduced <= room)
        kept = np.sort(within[np.argsort(reduced[within], kind="stable")[:_TRIED]])
        solver = self._partition(kept, zone, cost, deadline, now=now)
        found = np.full(len(problem.areas), -1, dtype=np.int64)
        if solver is not None:
            for at in np.flatnonzero(np.array(solver.getSolution().col_value) > 0.5):
                found[self.areas[kept[at]]] = zone[kept[at]]
        if (found < 0).any():
            return now
        opened = ~land.may_close
        opened[found] = True
        value = problem.value(found, opened)
        better = value < now.value * (1 - _TINY) and problem.is_sound(found, opened)
        return Zoning(found, opened, value) if better else now

    def _partition(self, kept: Whole, zone: Whole, cost: Real, deadline: float, *, now: Zoning | None) -> Any:  # noqa: ANN401 - HiGHS has no types
        """Return HiGHS after it chose among some zones, in shares or, from a zoning on, whole; `None` if it could not."""
        from scipy.sparse import csc_array  # noqa: PLC0415 - heavy, and needed here only

        areas, zones = self.problem.linear.shape
        columns = [np.append(self.areas[one], areas + zone[one]) for one in kept]
        first, row = np.cumsum([0, *map(len, columns)]), np.concatenate(columns)
        solver = highs.solver_of(
            cost[kept],
            csc_array((np.ones(len(row)), row, first), shape=(areas + zones, len(kept))),
            low=np.zeros(len(kept)),
            high=np.ones(len(kept)),
            row_low=np.concatenate([np.ones(areas), np.zeros(zones)]),
            row_high=np.ones(areas + zones),
            whole=np.full(len(kept), now is not None),
        )
        if now is not None:
            at = {self.number.get(_key(own, np.flatnonzero(now.zone == own)), -1) for own in range(zones)}
            highs.begin_with(solver, np.isin(kept, list(at)).astype(float))
        ended = highs.run(solver, seconds=max(0.1, deadline - time.perf_counter()))
        return solver if ended == "optimal" or (now is not None and highs.has_values(solver)) else None


def _key(zone: int, areas: Whole) -> bytes:
    return areas.astype(np.int16).tobytes() + int(zone).to_bytes(2, "little")
