r"""
What a school place costs a child when schools fill up: the rational agent access model (RAAM).

Children do not all go to the nearest school: if it is crowded, they go farther.
The model sends them where the sum of travel and congestion is least [1]_:

.. math:: c_{ij} = \frac{t_{ij}}{\tau} + \frac{D_j}{\rho S_j}

with travel :math:`t_{ij}`, children :math:`D_j` sent to school :math:`j`, its
seats :math:`S_j`, the usual number of children for each seat :math:`\rho`, and
:math:`\tau`, the travel that weighs as much as a school filled as usual. Access
is the mean cost of an origin's children: 1 is usual crowding at the door; more
is worse.

It is solved as its authors' package `access` does, step by step, and with the
same numbers: each cycle every origin moves children from the dearest school it
uses to the cheapest in its reach, up to the point where both cost the same, but
no more than a step that gets smaller, and for the first cycles no more than a
school can take. Rounding is the same too: whole children move. This is a
heuristic that comes near the equilibrium; `gap` says how near.

References
----------
.. [1] Saxon, J. and Snow, D. (2020): A rational agent model for the spatial accessibility of primary health care.
   Annals of the American Association of Geographers 110(1), 205-222.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap.space.access import pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PARTS = 4
"""Parts into which the origins of a large town are divided."""

_SHARED_PAIRS = 200_000
"""Pairs above which several threads share the origins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RationalAccess:
    """
    Cost of access by origin, and how well the moves have settled.

    Attributes
    ----------
    access
        Mean cost of travel and congestion of an origin's children, without
        unit; missing where there are no children, or no school in reach.
    load
        Children sent to each school.
    unreached
        Children who have no school with seats in reach.
    cycles
        Cycles run. Fewer than asked for if nobody wanted to move any more.
    moved
        Children who moved in the last cycle.
    gap
        Share by which all children's cost is above what it would be if each
        went to its cheapest school at the congestion of the end: 0 in equilibrium.
    """

    access: pd.Series
    load: pd.Series
    unreached: float
    cycles: int
    moved: float
    gap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Steps:
    """How far children may move in each cycle."""

    first: float
    by_count: bool
    """Whether steps are numbers of children, not shares of an origin's."""
    least: float
    half_life: float
    limited_cycles: int

    def limit(self, cycle: int, demand: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the most children that may leave each origin's dearest school."""
        step = self.first * 0.5 ** (cycle / self.half_life)
        if self.by_count:
            return np.full_like(demand, max(float(round(step)), self.least))
        return np.asarray(max(step, self.least) * demand)


def raam(
    travel: pd.Series,
    demand: pd.Series,
    supply: pd.Series,
    *,
    tau: float,
    rho: float | None = None,
    max_cycles: int = 150,
    initial_step: float = 0.2,
    min_step: float = 0.005,
    half_life: float = 50,
    limited_cycles: int = 20,
    whole_children: bool = True,
) -> RationalAccess:
    """
    Send children where travel and congestion cost least, and tell what that costs them.

    Parameters
    ----------
    travel
        Minutes or metres by `(origin, school)`; a pair that is not listed is out of reach.
    demand
        Children by origin.
    supply
        Seats by school. At equal cost the school listed first is taken.
    tau
        Travel that weighs as much as a school filled as usual, in the unit of travel.
    rho
        Children for each seat that are usual; all children by all seats if left out.
    max_cycles
        Most cycles of moves.
    initial_step
        Most that may move in the first cycle: a share of an origin's children if
        it is a float, a number of children if it is an integer.
    min_step
        What the step does not fall below, in the same unit.
    half_life
        Cycles after which the step is half as large.
    limited_cycles
        First cycles in which a school takes no more newcomers than would fill it as usual.
    whole_children
        Move whole children, as the published model does: an origin with fewer
        than 1 / `initial_step` children then keeps to its nearest school. False
        lets parts of a child move, as is right for forecasts and small areas.

    Returns
    -------
    result
        Access by origin, children by school, and how well the moves have settled.
        Costs are those at the start of the last cycle.

    Raises
    ------
    LabelError
        If travel names what is not in `demand` or `supply`, or names a pair twice.
    MissingValueError
        If a number is missing.
    ValueError
        If a number is negative or infinite, nobody asks for a seat, there is no
        seat, or an option makes no sense.

    Examples
    --------
    Forty of 200 children leave the crowded school at the door, until 20 minutes on cost as much as the crowd.

    >>> ways = pd.MultiIndex.from_tuples([("a", "near"), ("a", "far")], names=["origin", "school"])
    >>> travel, seats = pd.Series([0.0, 60.0], index=ways), pd.Series({"near": 100, "far": 100})
    >>> found = raam(travel, pd.Series({"a": 200}), seats, tau=50)
    >>> found.access.round(2).to_dict(), found.load.to_dict(), found.gap
    ({'a': 1.6}, {'near': 160.0, 'far': 40.0}, 0.0)
    """
    known = pairs.match(travel, demand, supply)
    steps = _Steps(
        first=initial_step,
        by_count=isinstance(initial_step, Integral),
        least=min_step,
        half_life=half_life,
        limited_cycles=limited_cycles,
    )
    _require_sense(known, steps, tau=tau, rho=rho, max_cycles=max_cycles)
    usual = known.demand.sum() / known.supply.sum() if rho is None else rho
    # as many parts on every machine, so that sums of parts of children are the same on each
    parts = _PARTS if len(travel) > _SHARED_PAIRS else 1
    with ThreadPoolExecutor(min(parts, os.cpu_count() or 1)) as threads:
        agents = _Agents(
            known,
            tau=tau,
            capacity=known.supply * usual,
            whole_children=whole_children,
            threads=threads,
            parts=parts,
        )
        return agents.settle(steps, max_cycles=max_cycles, origins=demand.index, schools=supply.index)


class _Agents:
    """Children by pair while they move."""

    def __init__(
        self,
        known: pairs.Pairs,
        *,
        tau: float,
        capacity: NDArray[np.float64],
        whole_children: bool,
        threads: ThreadPoolExecutor,
        parts: int,
    ) -> None:
        from schoolmap.space.access import raam_kernel  # noqa: PLC0415

        self._kernel, self._threads, self.whole_children = raam_kernel, threads, whole_children
        travel = known.travel / tau
        if (capacity == 0).any():
            # the way to a school without seats is endless
            travel[capacity[known.school] == 0] = np.inf
        self.starts, schools, self.travel = known.in_rows(travel)
        # narrow numbers pass through the processor faster
        self.schools = schools.astype(np.min_scalar_type(len(capacity)))
        self.demand, self.capacity = known.demand, capacity
        self.best = np.full(len(known.demand), -1)
        self.rows = np.flatnonzero(known.demand > 0)
        self.find_cheapest(np.zeros_like(capacity))
        self.rows = self.rows[self.best[self.rows] >= 0]
        self.parts = np.array_split(self.rows, parts)
        # everybody begins at the nearest school
        nearest = np.where(self.best >= 0, self.best - self.starts[:-1], 0)
        self.used, self.children = nearest[:, None].astype(self.schools.dtype), known.demand[:, None].copy()
        self.count = np.zeros_like(self.best)
        self.count[self.rows] = 1
        self.leaving, self.entering = np.zeros_like(self.best), np.zeros_like(self.best)
        self.into = np.zeros(len(known.demand), dtype=self.schools.dtype)
        self.into[self.rows] = self.schools[self.best[self.rows]]
        self.out_of, self.moving = self.into.copy(), np.zeros_like(known.demand)
        self.load = self.by_school(known.demand)

    def find_cheapest(self, congestion: NDArray[np.float64]) -> None:
        """Note the cheapest pair of each origin, -1 where none can be reached."""
        self._kernel.find_cheapest(self.rows, self.starts, self.schools, self.travel, congestion, self.best)

    def find_moves(self, congestion: NDArray[np.float64], most: NDArray[np.float64], *, at_once: bool) -> None:
        """Note how many of each origin leave the dearest school it uses for the cheapest, and let them go `at_once`."""
        if self.count.max(initial=0) == self.used.shape[1]:
            room = ((0, 0), (0, self.used.shape[1]))
            self.used, self.children = np.pad(self.used, room), np.pad(self.children, room)
        change = np.zeros((len(self.parts), len(self.load)))

        def find(part: int) -> None:
            self._kernel.find_moves(
                self.parts[part], self.starts, self.schools, self.travel, self.capacity, self.load, congestion,
                most, self.whole_children, at_once, self.used, self.children, self.count,
                self.leaving, self.entering, self.into, self.out_of, self.moving, change[part],
            )  # fmt: skip

        # each origin is looked at by itself, and parts are added up in their order, whichever is ready first
        list(self._threads.map(find, range(len(self.parts))))
        self.load += change.sum(axis=0)

    def move(self) -> None:
        """Move children from the dearest to the cheapest pairs."""
        self._kernel.move(
            self.rows, self.load, self.children, self.count,
            self.leaving, self.entering, self.into, self.out_of, self.moving,
        )  # fmt: skip

    def by_school(self, children: NDArray[np.float64]) -> NDArray[np.float64]:
        """Add up children of each origin by its cheapest school."""
        into, coming = self.into[self.rows], children[self.rows]
        return np.asarray(np.bincount(into, coming, minlength=len(self.capacity)), dtype=float)

    def by_capacity(self, children: NDArray[np.float64]) -> NDArray[np.float64]:
        """Divide children by usual seats, where there are any."""
        return np.divide(children, self.capacity, out=np.zeros_like(children), where=self.capacity > 0)

    def settle(self, steps: _Steps, *, max_cycles: int, origins: pd.Index, schools: pd.Index) -> RationalAccess:
        """Let children move, cycle by cycle, and describe where they are."""
        for cycle in range(max_cycles):
            congestion = self.by_capacity(self.load)
            self.find_moves(congestion, steps.limit(cycle, self.demand), at_once=cycle >= steps.limited_cycles)
            if not self.moving.any():
                # steps only get smaller, so that nobody will move later either
                break
            if cycle < steps.limited_cycles:
                self.limit_newcomers()
                self.move()
        row, pair, children = self.in_use()
        return RationalAccess(
            access=pd.Series(self.mean_cost(congestion, row, pair, children), index=origins, name="access"),
            load=pd.Series(self.load, index=schools, name="load"),
            unreached=float(self.demand.sum() - self.demand[self.rows].sum()),
            cycles=cycle + 1,
            moved=float(np.abs(self.moving).sum()),
            gap=self.gap(pair, children),
        )

    def limit_newcomers(self) -> None:
        """Scale moves down so that no school gets more newcomers than it has usual seats."""
        full = np.maximum(self.by_capacity(self.by_school(self.moving)), 1.0)
        self.moving[self.rows] /= full[self.into[self.rows]]
        if self.whole_children:
            np.rint(self.moving, out=self.moving)

    def in_use(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Return origin, pair and children of every pair that is used."""
        row, place = np.nonzero(np.arange(self.used.shape[1]) < self.count[:, None])
        return row, self.starts[row] + self.used[row, place], self.children[row, place]

    def mean_cost(
        self,
        congestion: NDArray[np.float64],
        row: NDArray[np.int64],
        pair: NDArray[np.int64],
        children: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """Return the mean cost of the children of each origin."""
        cost = congestion[self.schools[pair]] + self.travel[pair]
        paid = np.bincount(row, cost * children, minlength=len(self.demand))
        counted = np.bincount(row, children, minlength=len(self.demand))
        mean = np.full(len(self.demand), np.nan)
        np.divide(paid, counted, out=mean, where=counted > 0)
        return mean

    def gap(self, pair: NDArray[np.int64], children: NDArray[np.float64]) -> float:
        """Return the share by which children pay more than at their cheapest schools."""
        congestion = self.by_capacity(self.load)
        self.find_cheapest(congestion)
        best = self.best[self.rows]
        least = self.demand[self.rows] @ (congestion[self.schools[best]] + self.travel[best])
        paid = children @ (congestion[self.schools[pair]] + self.travel[pair])
        return max(float((paid - least) / paid), 0.0) if paid > 0 else 0.0


def _require_sense(known: pairs.Pairs, steps: _Steps, *, tau: float, rho: float | None, max_cycles: int) -> None:
    """Raise if an option makes no sense, or if there is nobody to send or nowhere to go."""
    positive = {
        "tau": tau,
        "rho": 1.0 if rho is None else rho,
        "half_life": steps.half_life,
        "initial_step": steps.first,
    }
    for name, value in positive.items():
        if not 0 < value < np.inf:
            msg = f"`{name}` is a number above zero, got {value}."
            raise ValueError(msg)
    if max_cycles < 1 or steps.least < 0 or steps.limited_cycles < 0:
        msg = (
            "`max_cycles` is one at least, `min_step` and `limited_cycles` are not negative, "
            f"got {max_cycles}, {steps.least} and {steps.limited_cycles}."
        )
        raise ValueError(msg)
    for name, total in {"demand": known.demand.sum(), "supply": known.supply.sum()}.items():
        if total <= 0:
            msg = f"`{name}` is zero everywhere, so that nothing can be said about crowding."
            raise ValueError(msg)
