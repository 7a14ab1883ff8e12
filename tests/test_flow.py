"""The flow over all pairs: the same whether the solver is given all of them or a few at a time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.optimize.counting import Offers
from schoolmap.optimize.flow import Problem
from schoolmap.optimize.flow import cheapest_flow


def make(cost: list[list[int]], pupils: list[int], seats: list[int], charge: int = 10_000) -> Problem:
    """Return a problem in which every pair is allowed, in the smallest form there is."""
    matrix = np.array(cost, dtype=np.int64).reshape(len(pupils), len(seats))
    return Problem(
        offers=Offers(
            first=np.arange(len(pupils) + 1) * len(seats),
            school=np.tile(np.arange(len(seats), dtype=np.int32), len(pupils)),
            cost=matrix.ravel(),
        ),
        area=np.arange(len(pupils)),
        pupils=np.array(pupils, dtype=np.int64),
        without=np.full(len(pupils), charge),
        room=np.array([seats], dtype=np.int64),
        toll=np.zeros(1, dtype=np.int64),
    )


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Draw a town of up to 40 areas and 6 schools, with seats for about as many as there are pupils."""
    areas, schools = draw(st.integers(1, 40)), draw(st.integers(1, 6))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    pupils = rng.integers(0, 9, areas)
    seats = rng.multinomial(int(pupils.sum() * draw(st.sampled_from([0.5, 0.9, 1.0, 1.2]))), np.ones(schools) / schools)
    return make(rng.integers(0, draw(st.sampled_from([3, 100])), (areas, schools)), pupils, seats)


def test_by_hand() -> None:
    """The nearest school of all is full with two; the third pupil goes where it is second nearest."""
    found = cheapest_flow(make([[1, 5], [1, 9]], [2, 1], [2, 2]))
    assert dict(zip(found.pair.tolist(), found.flow.tolist(), strict=True)) == {0: 1, 1: 1, 2: 1}
    assert (found.total, found.lower_bound) == (7, 7)
    assert found.prices.tolist() == [4, 0]
    assert found.worth.tolist() == [4, 0]


@given(problems(), st.booleans(), st.sampled_from([2, 1000]))
def test_both_ways_do(problem: Problem, chains: bool, sample: int) -> None:  # noqa: FBT001
    """A few pairs at a time, or chains of moves: each ends where all pairs at once do, and proves it."""
    whole = cheapest_flow(problem)
    part = cheapest_flow(problem, all_at_once=0, sample=sample, chains=chains)
    assert (part.rounds == 0) == chains
    assert part.total == part.lower_bound == whole.total
    assert part.unserved.sum() == whole.unserved.sum() == max(0, problem.pupils.sum() - problem.room.sum())
    assert part.worth.tolist() == whole.worth.tolist()
    assert part.arcs <= whole.arcs


@given(problems(), st.booleans())
def test_books_balance(problem: Problem, chains: bool) -> None:  # noqa: FBT001
    """Every pupil is once in a school or without a seat, and no school is over-full."""
    found = cheapest_flow(problem, all_at_once=0, chains=chains)
    seated = np.bincount(found.row, weights=found.flow, minlength=len(problem.pupils))
    assert (seated + found.unserved == problem.pupils).all()
    held = np.bincount(problem.offers.school[found.pair], weights=found.flow, minlength=problem.room.shape[1])
    assert (held == found.load).all()
    assert (found.load <= problem.room[0]).all()
    assert (found.flow > 0).all()


@pytest.mark.parametrize(("pupils", "seats"), [([], [3]), ([3], []), ([], []), ([0], [0])])
def test_nobody_and_nowhere(pupils: list[int], seats: list[int]) -> None:
    """No pupils or no schools are no special case."""
    found = cheapest_flow(make([[1] * len(seats)] * len(pupils), pupils, seats), all_at_once=0)
    assert found.unserved.sum() == sum(pupils)
    assert found.flow.sum() == 0


def test_seats_without_number() -> None:
    """More seats than the computer could count pupils are no trouble."""
    found = cheapest_flow(make([[1, 5]], [2], [2**59, 2]))
    assert (found.total, found.load.tolist()) == (2, [2, 0])
