"""
A median with seats where sites are many: a bound by lists of the nearest sites, and sites to begin with.

The bound rises in three steps, each from the prices of the one before: without
seats, with seats filled in part, and with seats filled by whole areas.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np

from schoolmap.optimize import median_loops

if TYPE_CHECKING:
    import numpy.typing as npt

    from schoolmap.optimize.seats_problem import Problem

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]

_STEPS = ((600, 1.0), (1_000, 1.0), (1_500, 0.5))
"""Rounds, and the first step, without seats, with seats filled in part, and with whole areas."""
_PATIENCE = 40
_TRIAL = 10
"""Rounds by which it is judged how many there is time for."""
_MOST_SEATS = 3_000
"""Seats of a site that are filled with whole areas if there are no more."""
_DEARER = 1.08
"""Cost with seats for each unit of the cost without, roughly: what the bound is moved towards."""


class Bound(NamedTuple):
    """A bound, the prices that led to it, the sites' values there, and the sites that it opens."""

    bound: float
    price: Real
    value: Real
    chosen: Whole


def bounded(problem: Problem, rng: np.random.Generator, *, deadline: float) -> Bound:
    """Return the best bound that there is time for."""
    from schoolmap.optimize import near_kernel  # noqa: PLC0415 - numba is slow to import

    cost, number = problem.cost, problem.number
    near, apart, around = median_loops.lists(cost, number)
    kept, free = np.flatnonzero(problem.state == 1), np.flatnonzero(problem.state == 0)
    start = np.concatenate([kept, rng.choice(free, number - len(kept), replace=False)])
    start, total = near_kernel.improve(near, apart, around, cost, len(kept), start, 0, 0.0, 0)
    price = np.partition(cost[start], 1, axis=0)[:2].mean(axis=0)
    best = Bound(-np.inf, price, np.zeros(len(cost)), start)
    plenty = np.full(len(cost), problem.demand.sum())
    whole = int(problem.capacity.max()) <= _MOST_SEATS
    for place, (rounds, step) in enumerate(_STEPS):
        seats, upper = (plenty, total) if place == 0 else (problem.capacity, _DEARER * total)
        fixed = near, apart, cost, problem.demand, seats, problem.state.astype(np.int8), number, place == 2 and whole
        left, number_of_rounds = (deadline - time.perf_counter()) / (len(_STEPS) - place), _TRIAL
        began = time.perf_counter()
        for _ in range(2):
            found = near_kernel.raise_bound(*fixed, best.price, upper, np.inf, number_of_rounds, step, _PATIENCE)
            if found[0] >= best.bound:
                best = Bound(found[0], found[1], found[2], found[6])
            speed = _TRIAL / max(1e-6, time.perf_counter() - began)
            number_of_rounds = int(max(1, min(rounds, speed * left)))
    return best
