"""
Siting where an area may be split over sites: a bound by prices, flows for given sites, and branching on sites.

For given open sites the best flow is exact (OR-Tools). Which sites to open is
found from those that the bound chooses, by opening, closing and swapping the
ones that it does not decide.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np

from schoolmap.optimize.seats_problem import Answer
from schoolmap.optimize.seats_problem import Problem
from schoolmap.optimize.seats_problem import strike

if TYPE_CHECKING:
    import numpy.typing as npt

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]
    State = npt.NDArray[np.int8]

_ROUNDS, _PATIENCE = 1500, 30
_ROUNDS_LATER, _PATIENCE_LATER = 80, 10
_LARGEST = 2**60
"""Largest total that the flow solver is given."""
_SEARCH = 0.5
"""Share of the time after which the search for better sites gives way to the proof."""


class Node(NamedTuple):
    """
    Some sites tried open or closed: the bound, the states, the prices, the sites' values, how often each was chosen.

    `chosen` are the sites that the bound opens.
    """

    bound: float
    state: State
    price: Real
    value: Real
    share: Real
    chosen: npt.NDArray[np.bool_]


class Plans:
    """Costs of the sets of sites met so far, so that none is computed twice, and the best of them."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._known: dict[bytes, float] = {}
        self.best = np.inf
        self.opened = np.zeros(len(problem.cost), dtype=bool)
        self._unit = problem.cost / problem.demand
        dearest = float(self._unit.max(initial=0.0)) + 1e-12
        room = _LARGEST / max(int(problem.demand.sum()), 4 * sum(problem.cost.shape) + 8)
        self._scale = min(1e9, room / (4 * sum(problem.cost.shape) + 8)) / dearest

    def cost(self, opened: npt.NDArray[np.bool_]) -> float:
        """Return the least cost with these sites open; infinite if they have too few seats."""
        key = opened.tobytes()
        if key not in self._known:
            flow = self.flow(opened)
            total = np.inf
            if flow is not None:
                total = float((flow * self._unit).sum() + self._problem.opening[opened].sum())
            self._known[key] = total
            if total < self.best:
                self.best, self.opened = total, opened.copy()
        return self._known[key]

    def ranked(self, number: int) -> list[tuple[float, npt.NDArray[np.bool_]]]:
        """Return the sets of sites with the least costs met so far, and these."""
        known = sorted((cost, key) for key, cost in self._known.items() if np.isfinite(cost))
        return [(cost, np.frombuffer(key, dtype=bool)) for cost, key in known[:number]]

    def prices(self, flow: Real, opened: npt.NDArray[np.bool_]) -> Real:
        """
        Return what one seat fewer at each open site would cost, given the best flow; 0 where seats are free.

        It is the cheapest chain of pupils who move on to a site with a free seat.
        """
        sites = np.flatnonzero(opened)
        unit, here = self._unit[sites], flow[sites] > 0
        onward = np.stack(
            [
                (unit[:, pupils] - row[pupils]).min(axis=1, initial=np.inf)
                for row, pupils in zip(unit, here, strict=True)
            ]
        )
        full = flow[sites].sum(axis=1) >= self._problem.capacity[sites]
        price = np.where(full, np.inf, 0.0)
        for _ in range(len(sites)):
            closer = np.minimum(price, (onward + price[None, :]).min(axis=1))
            if (closer >= price).all():
                break
            price = closer
        everywhere = np.zeros(len(opened))
        # where nobody can move on, a seat is worth what the dearest one is
        dearest = price[np.isfinite(price)].max(initial=float(unit.max()))
        everywhere[sites] = np.maximum(0.0, np.where(np.isfinite(price), price, dearest))
        return everywhere

    def flow(self, opened: npt.NDArray[np.bool_]) -> Real | None:
        """Return pupils by site and area at least cost, or `None` if there are too few seats."""
        from ortools.graph.python import min_cost_flow  # noqa: PLC0415 - heavy, and needed here only

        problem, sites = self._problem, np.flatnonzero(opened)
        areas = np.arange(len(problem.demand))
        flow = np.zeros(problem.cost.shape)
        if problem.capacity[sites].sum() < problem.demand.sum():
            return None
        solver = min_cost_flow.SimpleMinCostFlow()
        site, area = (axis.ravel() for axis in np.meshgrid(np.arange(len(sites)), np.arange(len(areas)), indexing="ij"))
        supply = problem.demand[areas]
        price = np.rint(self._unit[np.ix_(sites, areas)].ravel() * self._scale).astype(np.int64)
        arcs = solver.add_arcs_with_capacity_and_unit_cost(area, len(areas) + site, supply[area], price)
        end = len(areas) + len(sites)
        solver.add_arcs_with_capacity_and_unit_cost(
            len(areas) + np.arange(len(sites)),
            np.full(len(sites), end),
            np.minimum(problem.capacity[sites], supply.sum()),
            np.zeros(len(sites), dtype=np.int64),
        )
        solver.set_nodes_supplies(np.arange(len(areas)), supply)
        solver.set_node_supply(end, -int(supply.sum()))
        if solver.solve() != solver.OPTIMAL:  # pragma: no cover - seats suffice and every pair is there
            return None
        flow[sites[site], areas[area]] = solver.flows(arcs)
        return flow


def solve(
    problem: Problem, *, deadline: float, plans: Plans | None = None, most_trials: int | None = None
) -> Answer | None:
    """
    Return the best plan and its proof; `None` if open sites cannot hold all pupils.

    `plans` keeps every set of sites that was looked at. After `most_trials`
    trials of sites open or closed the proof is left where it stands.
    """
    began = time.perf_counter()
    plans = Plans(problem) if plans is None else plans
    state = problem.state.astype(np.int8)
    most = np.flatnonzero(state >= 0)
    if problem.number:
        free = np.flatnonzero(state == 0)
        by_seats = free[np.argsort(-problem.capacity[free], kind="stable")]
        most = np.concatenate([np.flatnonzero(state == 1), by_seats])[: problem.number]
    if not np.isfinite(plans.cost(_mask(state, most))):
        return None
    price = np.partition(problem.cost, min(1, len(state) - 1), axis=0)[:2].mean(axis=0)
    root = _bound(problem, plans, state, price, _ROUNDS, 1.0, _PATIENCE)
    goal = problem.goal(plans.best)
    node, trials = root, 0
    if root.bound <= goal:
        _exchange(problem, plans, root, deadline=began + _SEARCH * (deadline - began))
        # with the better plan the bound moves in smaller steps, and further
        again = _bound(problem, plans, state, root.price, _ROUNDS, 0.5, _PATIENCE)
        node = again if again.bound > root.bound else root
    lower_bound, trials = _branch(problem, plans, node, deadline=deadline, most_trials=most_trials)
    flow = plans.flow(plans.opened)
    if flow is None:  # pragma: no cover - the best plan has a flow
        return None
    share = flow / problem.demand
    opened = np.flatnonzero(plans.opened)
    tried = f", and {trials} trials of sites open or closed" if trials else ""
    proof = f"prices of areas (Lagrangian relaxation){tried}"
    return Answer(share, opened, plans.best, min(lower_bound, plans.best), proof)


def _mask(state: State, sites: Whole) -> npt.NDArray[np.bool_]:
    mask = np.zeros(len(state), dtype=bool)
    mask[sites] = True
    return mask


def _bound(  # noqa: PLR0917 - passed on to compiled code as they are
    problem: Problem, plans: Plans, state: State, price: Real, rounds: int, step: float, patience: int
) -> Node:
    """Return the bound of a node, and look at the plan that it suggests."""
    node = bounded(problem, state, price, limit=plans.best, rounds=rounds, step=step, patience=patience)
    if np.isfinite(node.bound):
        plans.cost(node.chosen)
    return node


def bounded(
    problem: Problem,
    state: State,
    price: Real,
    *,
    limit: float,
    rounds: int,
    step: float,
    patience: int,
    whole: bool = False,
) -> Node:
    """
    Return a node with its bound, which is raised from some prices until no plan below the limit is left.

    With `whole`, seats are filled with whole areas, which takes longer.
    """
    from schoolmap.optimize import capacity_kernel  # noqa: PLC0415 - numba is slow to import

    alive = np.flatnonzero(state >= 0)
    bound, price, value, share, chosen = capacity_kernel.raise_bound(
        np.ascontiguousarray(problem.cost[alive]),
        problem.demand,
        problem.capacity[alive],
        problem.opening[alive],
        state[alive],
        problem.number,
        problem.needed,
        whole,
        price,
        limit,
        problem.goal(limit),
        rounds,
        step,
        patience,
    )
    everywhere = np.zeros((2, len(state)))
    everywhere[:, alive] = value, share
    return Node(bound, state, price, everywhere[0], everywhere[1], _mask(state, alive[chosen > 0]))


def _exchange(problem: Problem, plans: Plans, node: Node, *, deadline: float) -> None:
    """Open, close or swap undecided sites as long as that lowers the cost."""
    improved = True
    while improved and time.perf_counter() < deadline:
        improved = False
        state = strike(problem, node.bound, node.value, node.state, problem.goal(plans.best))
        opened = plans.opened.copy()
        # the most doubtful sites come first
        doubtful = np.flatnonzero(state == 0)
        doubtful = doubtful[np.argsort(np.abs(node.share[doubtful] - 0.5), kind="stable")]
        inside, outside = doubtful[opened[doubtful]], doubtful[~opened[doubtful]]
        moves = [[site] for site in doubtful] if problem.number == 0 else []
        moves += [[leaving, entering] for leaving in inside for entering in outside]
        for move in moves:
            if time.perf_counter() > deadline:
                return
            tried = opened.copy()
            tried[move] ^= True
            before = plans.best
            if plans.cost(tried) < before:
                improved = True
                break


def _branch(
    problem: Problem, plans: Plans, root: Node, *, deadline: float, most_trials: int | None
) -> tuple[float, int]:
    """Try sites open and closed until no branch can hold a better plan or the time is up."""
    waiting, trials = [root], 0
    while waiting and time.perf_counter() < deadline and (most_trials is None or trials < most_trials):
        # the least bound first: if time is up, the others do not hold the bound down
        node = waiting.pop(min(range(len(waiting)), key=lambda place: waiting[place].bound))
        goal = problem.goal(plans.best)
        if node.bound > goal:
            continue
        state = strike(problem, node.bound, node.value, node.state, goal)
        undecided, opened = np.flatnonzero(state == 0), np.flatnonzero(state == 1)
        if len(undecided) == 0 or (problem.number and len(opened) >= problem.number):
            if problem.number in (0, len(opened)):
                plans.cost(_mask(state, opened))
            continue
        site = undecided[np.abs(node.share[undecided] - 0.5).argmin()]
        children = []
        for value in (1, -1):
            tried = state.copy()
            tried[site] = value
            if problem.number and (tried >= 0).sum() < problem.number:
                continue
            trials += 1
            child = _bound(problem, plans, tried, node.price, _ROUNDS_LATER, 0.3, _PATIENCE_LATER)
            if child.bound <= goal:
                children.append(child._replace(bound=max(child.bound, node.bound)))
        waiting += children
    if waiting:
        return min(node.bound for node in waiting), trials
    return plans.best if problem.step else plans.best * (1 - 1e-9), trials
