"""Small towns as positions, and what trying all plans finds there."""

from __future__ import annotations

from itertools import combinations
from itertools import product

import numpy as np
from scipy.optimize import linprog

from schoolmap.optimize.seats_problem import Problem


def town(seed: int, *, areas: int = 5, sites: int = 4, number: int = 0) -> Problem:
    """Return a town with random whole costs and seats that may be scarce, but are enough if areas are split."""
    rng = np.random.default_rng(seed)
    demand = rng.integers(1, 9, areas)
    capacity = rng.integers(4, 16, sites)
    # even the smallest sites of the number seat everybody
    few = int(np.sort(capacity)[: number or sites].sum())
    capacity = capacity + max(0, -(-(int(demand.sum()) - few) // (number or sites)))
    return Problem(
        cost=rng.integers(0, 50, (sites, areas)).astype(float) * demand,
        demand=demand,
        capacity=np.minimum(capacity, demand.sum()),
        opening=rng.integers(0, 80, sites).astype(float) * (number == 0),
        state=np.zeros(sites, dtype=np.int8),
        number=number,
        spare=False,
        step=0.0,
    )


def least_whole(problem: Problem) -> float:
    """Return the least cost of whole areas, infinite if they do not fit."""
    sites, areas = problem.cost.shape
    best = np.inf
    for site_of in product(range(sites), repeat=areas):
        load = np.bincount(site_of, weights=problem.demand, minlength=sites)
        used = sorted(set(site_of))
        if (load <= problem.capacity).all() and (problem.number == 0 or len(used) <= problem.number):
            best = min(best, problem.cost[list(site_of), range(areas)].sum() + problem.opening[used].sum())
    return float(best)


def least_split(problem: Problem) -> float:
    """Return the least cost of split areas, by a linear programme for each set of sites."""
    sites, areas = problem.cost.shape
    sizes = [problem.number] if problem.number else range(1, sites + 1)
    best = np.inf
    for chosen in (list(some) for size in sizes for some in combinations(range(sites), size)):
        answer = linprog(
            problem.cost[chosen].ravel(),
            A_eq=np.tile(np.eye(areas), len(chosen)),
            b_eq=np.ones(areas),
            A_ub=np.kron(np.eye(len(chosen)), problem.demand),
            b_ub=problem.capacity[chosen],
        )
        if answer.status == 0:
            best = min(best, answer.fun + problem.opening[chosen].sum())
    return float(best)
