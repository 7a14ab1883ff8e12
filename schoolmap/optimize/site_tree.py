"""
All sets of sites that may hold a better plan of whole areas, found by trying sites open and closed.

Whole areas cost no less than areas that may be split. So a set of sites is of
interest only if it costs less than the best plan when areas may be split, and
where a site serves many areas there are few such sets. Each is filled with
whole areas, or it is proven that this costs too much.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np

from schoolmap.optimize import filling
from schoolmap.optimize import shared_areas
from schoolmap.optimize.cores import CORES
from schoolmap.optimize.cores import on_both_cores
from schoolmap.optimize.seats_problem import strike

if TYPE_CHECKING:
    import numpy.typing as npt

    from schoolmap.optimize.neighbourhoods import Plan
    from schoolmap.optimize.seats_problem import Problem
    from schoolmap.optimize.shared_areas import Node
    from schoolmap.optimize.shared_areas import Plans

    Mask = npt.NDArray[np.bool_]
    State = npt.NDArray[np.int8]

_ROUNDS, _PATIENCE = 1500, 30
_ROUNDS_LATER, _STEP_LATER, _PATIENCE_LATER = 80, 0.3, 10
_SMALL_TABLE = 300_000
"""Cells of the knapsacks of one round up to which every bound fills seats with whole areas."""
_NODES, _SECONDS = 300, 3.0
"""Nodes and seconds after which a set is put off."""


class _Set(NamedTuple):
    """Open sites that were not decided at once, and the bound of their plans."""

    bound: float
    opened: Mask


class SiteTree:
    """What is tried and what is left to try; it grows as far as there is time."""

    def __init__(self, problem: Problem, splits: Plans, *, limit: float) -> None:
        self._problem, self._splits = problem, splits
        self._whole = problem.cells <= _SMALL_TABLE
        price = np.partition(problem.cost, min(1, len(problem.cost) - 1), axis=0)[:2].mean(axis=0)
        self._waiting = [
            shared_areas.bounded(
                problem,
                problem.state.astype(np.int8),
                price,
                limit=limit,
                rounds=_ROUNDS,
                step=1.0,
                patience=_PATIENCE,
                whole=self._whole,
            )
        ]
        self._put_off: list[_Set] = []
        self.trials = 0

    @property
    def bound(self) -> float:
        """No plan costs less than this or than the best plan known."""
        waiting, put_off = [node.bound for node in self._waiting], [one.bound for one in self._put_off]
        return min(waiting + put_off, default=np.inf)

    def is_done(self, limit: float) -> bool:
        """Return whether it is decided that no plan costs less than the limit."""
        return self.bound > self._problem.goal(limit)

    def grow(self, plan: Plan, *, deadline: float, most_trials: int) -> Plan:
        """Try sites open and closed, the least bound first, and return the best plan."""
        until = self.trials + most_trials
        while self._waiting and time.perf_counter() < deadline and self.trials < until:
            goal = self._problem.goal(plan.cost)
            self._waiting = sorted((node for node in self._waiting if node.bound <= goal), key=lambda node: -node.bound)
            tries: list[tuple[Node, State]] = []
            for node in [self._waiting.pop() for _ in range(min(CORES, len(self._waiting)))]:
                state = strike(self._problem, node.bound, node.value, node.state, goal)
                undecided = np.flatnonzero(state == 0)
                if len(undecided) == 0:
                    plan = self._settle(node, state, plan, deadline=deadline)
                    continue
                site = undecided[np.abs(node.share[undecided] - 0.5).argmin()]
                for value in (1, -1):
                    tried = state.copy()
                    tried[site] = value
                    tries.append((node, tried))
            self.trials += len(tries)
            children = on_both_cores(partial(self._child, plan.cost), tries)
            self._waiting += [child for child in children if child.bound <= self._problem.goal(plan.cost)]
        self._put_off = [one for one in self._put_off if one.bound <= self._problem.goal(plan.cost)]
        return plan

    def finish(self, plan: Plan, *, deadline: float) -> Plan:
        """Decide the sets that were put off, those with the least bound first, as far as there is time."""
        waiting = sorted(self._put_off, key=lambda one: one.bound)
        self._put_off = []
        while waiting:
            goal = self._problem.goal(plan.cost)
            waiting = [one for one in waiting if one.bound <= goal]
            now, waiting = waiting[:CORES], waiting[CORES:]
            left = deadline - time.perf_counter()
            if left <= _SECONDS or not now:
                self._put_off += now + waiting
                break
            # the first ones may take most of the time, for the bound is theirs
            seconds = left if not waiting else max(_SECONDS, left / 2)
            task = partial(self._filled, limit=plan.cost, seconds=seconds, nodes=10**9)
            for one, filled in zip(now, on_both_cores(task, [one.opened for one in now]), strict=True):
                if filled.plan is not None and filled.plan.cost < plan.cost:
                    plan = filled.plan
                if not filled.decided:
                    self._put_off.append(_Set(max(one.bound, filled.bound), one.opened))
        return plan

    def _child(self, limit: float, given: tuple[Node, State]) -> Node:
        """Return a node with one more site tried open or closed."""
        node, state = given
        child = shared_areas.bounded(
            self._problem,
            state,
            node.price,
            limit=limit,
            rounds=_ROUNDS_LATER,
            step=_STEP_LATER,
            patience=_PATIENCE_LATER,
            whole=self._whole,
        )
        return child._replace(bound=max(child.bound, node.bound))

    def _settle(self, node: Node, state: State, plan: Plan, *, deadline: float) -> Plan:
        """Decide a set of sites, or let it wait with its own bound, or put it off; return the best plan."""
        opened = state == 1
        least = self._splits.cost(opened)
        if least > self._problem.goal(plan.cost):
            return plan
        if least > node.bound + 1e-9 * abs(least):
            self._waiting.append(node._replace(bound=least, state=state))
            return plan
        seconds = min(_SECONDS, max(0.05, deadline - time.perf_counter()))
        filled = self._filled(opened, limit=plan.cost, seconds=seconds, nodes=_NODES)
        if not filled.decided:
            self._put_off.append(_Set(max(least, filled.bound), opened))
        return plan if filled.plan is None or filled.plan.cost >= plan.cost else filled.plan

    def _filled(self, opened: Mask, *, limit: float, seconds: float, nodes: int) -> filling.Filled:
        return filling.fill(self._problem, self._splits, opened, limit=limit, seconds=seconds, nodes=nodes)
