"""What is near what, and searches on both cores."""

from __future__ import annotations

import time

import numpy as np

from schoolmap.optimize import annealing
from schoolmap.optimize.seats_problem import Problem


def street() -> Problem:
    """Return a street of eight areas and four sites; two sites suffice, and seats are scarce."""
    home, door = np.arange(8.0), np.array([0.5, 2.5, 4.5, 6.5])
    demand = np.array([3, 2, 3, 2, 3, 2, 3, 2])
    return Problem(
        cost=np.abs(door[:, None] - home) * demand,
        demand=demand,
        capacity=np.full(4, 10),
        opening=np.full(4, 30.0),
        state=np.zeros(4, dtype=np.int8),
        number=0,
        spare=False,
        step=0.0,
    )


def test_nearby_is_cheapest_first() -> None:
    """The first area is nearest to the first site, and the sites beside the ends are the next ones."""
    near = annealing.nearby(street())
    assert near.sites[0].tolist() == [0, 1, 2, 3]
    assert near.sites[7].tolist() == [3, 2, 1, 0]
    assert near.beside[0, 0] == 1
    assert near.beside[3, 0] == 2
    assert set(near.areas[2][:2].tolist()) == {4, 5}


def test_struck_pairs_are_no_longer_near() -> None:
    """A pair that is struck off leaves a gap at the end of the list."""
    alive = np.ones((4, 8), dtype=bool)
    alive[0, 0] = alive[2, 0] = False
    assert annealing.nearby(street(), alive).sites[0].tolist() == [1, 3, -1, -1]


def test_both_searches_find_the_plan_by_hand() -> None:
    """Two sites have seats for all: each takes its half of the street, and the fairest pair is neither the middle nor the ends."""
    problem = street()
    near, forever = annealing.nearby(problem), time.perf_counter() + 1e6
    found, cost = annealing.anywhere(
        problem, near, np.zeros(8, dtype=np.int64), moves=100_000, seed=1, deadline=forever
    )
    assert cost == 60 + 24
    assert found.tolist() == [0, 0, 0, 0, 2, 2, 2, 2]
    opened = np.array([False, True, True, False])
    start = np.array([2, 2, 1, 1, 2, 1, 2, 1])
    price = np.where(opened, 1.0, 0.0)
    found, cost = annealing.among(problem, near, opened, start, price, moves=100_000, seed=1, deadline=forever)
    assert cost == 60 + 25
    assert found.tolist() == [1, 1, 1, 1, 2, 2, 2, 2]


def test_the_clock_cuts_a_search_short() -> None:
    """When the time is up, a long search still ends with what it has."""
    problem = street()
    start = time.perf_counter()
    annealing.anywhere(
        problem, annealing.nearby(problem), np.zeros(8, dtype=np.int64), moves=10**12, seed=1, deadline=start
    )
    # ten thousand million moves would take an hour
    assert time.perf_counter() - start < 60
