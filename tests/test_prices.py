"""Prices of seats: what a chain of moves costs, and what it proves."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.optimize.prices import FAR
from schoolmap.optimize.prices import bound
from schoolmap.optimize.prices import seat_prices
from schoolmap.optimize.prices import seat_values

NO_TOLL = np.zeros(1, dtype=np.int64)


def test_by_hand() -> None:
    """
    One seat less at the full hill moves a pupil on to the lake, and one there to the moor.

    One seat more on the hill is taken by a pupil of the lake, who saves 3.
    """
    moves = np.array([[0, 4, FAR, 90], [-3, 0, 5, 90], [FAR, FAR, FAR, FAR], [FAR, FAR, FAR, FAR]])
    state = {"load": np.array([2, 2, 0]), "room": np.array([[2, 2, 9]]), "toll": NO_TOLL}
    assert seat_prices(moves, **state, dearest=99).tolist() == [9, 5, 0]
    assert seat_values(moves, **state).tolist() == [3, 0, 0]


def test_a_seat_for_a_pupil_who_has_none() -> None:
    """One seat more seats a pupil who has none, over a pupil who moves up for him."""
    moves = np.array([[0, 4, 95], [-2, 0, 90], [FAR, -90, FAR]])
    state = {"load": np.array([2, 2]), "room": np.array([[2, 2]]), "toll": NO_TOLL}
    assert seat_prices(moves, **state, dearest=99).tolist() == [94, 90]
    assert seat_values(moves, **state).tolist() == [92, 90]


def test_a_school_without_seats_is_never_chosen() -> None:
    """Nobody can be moved from it and it takes nobody: its price is the largest."""
    moves = np.full((2, 2), FAR)
    state = {"load": np.array([0]), "room": np.array([[0]]), "toll": NO_TOLL}
    assert seat_prices(moves, **state, dearest=99).tolist() == [99]
    assert seat_values(moves, **state).tolist() == [0]


def test_kinds_of_seats_are_charged_one_after_the_other() -> None:
    """A seat that makes up a least number is rewarded; one that must be added is charged."""
    moves = np.full((4, 4), FAR)
    room, toll = np.array([[2, 2, 2], [3, 3, 3], [9, 9, 9]]), np.array([-100, 0, 50])
    state = {"load": np.array([1, 2, 5]), "room": room, "toll": toll}
    assert seat_prices(moves, **state, dearest=99).tolist() == [-100, 0, 50]
    assert bound(
        np.array([-100, 0, 50]),
        least=np.array([7]),
        without=np.array([9]),
        pupils=np.array([10]),
        room=room,
        toll=toll,
    ) == 70 - 0 - 2 * 100 - (2 * 150 + 3 * 50)


@given(st.lists(st.integers(-50, 50), min_size=2, max_size=2), st.integers(0, 9), st.integers(0, 9))
def test_any_prices_prove_something(prices: list[int], pupils: int, seats: int) -> None:
    """Wrong prices give a lower bound that is low, never one that is too high."""
    costs, charge = np.array([3, 8]), 40
    least = (costs + prices).min()
    found = bound(
        np.array(prices),
        least=np.array([least]),
        without=np.array([charge]),
        pupils=np.array([pupils]),
        room=np.array([[seats, 2]]),
        toll=NO_TOLL,
    )
    near = min(pupils, seats)
    far = min(pupils - near, 2)
    assert found <= 3 * near + 8 * far + charge * (pupils - near - far)
