"""Lists of who is where: what is put on them is found, and what is taken off is not."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.optimize import holding_kernel as kernel

COST = np.array([[4, 9, 7], [3, 3, 3], [8, 1, 5], [2, 6, 0]])
OFFERS = (np.arange(5) * 3, np.tile(np.arange(3, dtype=np.int32), 4), COST.ravel())
WITHOUT = np.full(4, 100)


def empty() -> tuple[kernel.Holdings, np.ndarray, np.ndarray, kernel.Moves]:
    """Return lists without holdings for four areas and three schools, and a table of moves that are not known."""
    holdings = (*(np.zeros(13, np.int64) for _ in range(3)), *(np.full(13, -1) for _ in range(3)))
    shape = (4, 4)
    near = np.empty(shape, np.int64)
    moves = (np.full(shape, kernel.FAR), np.full(shape, -1), np.full(shape, -1), near, np.zeros(4, np.int64))
    return holdings, np.full(4, -1), np.full(4, -1), moves


def at(holdings: kernel.Holdings, heads: np.ndarray, school: int) -> list[int]:
    """Return the holdings of a school, latest first."""
    found, holding = [], heads[school]
    while holding >= 0:
        found.append(int(holding))
        holding = holdings[3][holding]
    return found


def test_by_hand() -> None:
    """A second group of the same area at the same school joins the first."""
    holdings, heads, latest, _ = empty()
    first = kernel.hold(holdings, heads, latest, 0, 1, 5, 1)
    other = kernel.hold(holdings, heads, latest, 2, 7, 4, 1)
    assert kernel.hold(holdings, heads, latest, 0, 1, 2, 1) == first
    assert at(holdings, heads, 1) == [other, first]
    assert holdings[2][[first, other]].tolist() == [7, 4]
    kernel.unlink(holdings, heads, other, 1)
    assert at(holdings, heads, 1) == [first]
    kernel.relink(holdings, heads, other, 1)
    kernel.relink(holdings, heads, first, 1)
    assert at(holdings, heads, 1) == [other, first]


@given(st.lists(st.integers(0, 3), min_size=4, max_size=4), st.integers(0, 3))
def test_moves_are_the_cheapest_of_those_who_are_left(places: list[int], gone: int) -> None:
    """When the pupils of an area leave, the next cheapest of each move is found, as if they had never been there."""
    holdings, heads, latest, moves = empty()
    for row, place in enumerate(places):
        pair = -1 if place == 3 else 3 * row + place
        holding = kernel.hold(holdings, heads, latest, row, pair, 1, place)
        kernel.look(OFFERS, WITHOUT, holdings, holding, place, moves)
    kernel.unlink(holdings, heads, gone, places[gone])
    kernel.look_again(OFFERS, WITHOUT, holdings, heads, places[gone], gone, moves)
    wide = np.column_stack([COST, WITHOUT])
    for place in range(4):
        left = [wide[row] - wide[row, place] for row in range(4) if places[row] == place and row != gone]
        expected = np.min(left, axis=0) if left else np.full(4, kernel.FAR)
        # nobody moves from no seat to no seat
        known = [0, 1, 2] if place == 3 else [0, 1, 2, 3]
        assert moves[0][place, known].tolist() == expected[known].tolist()
        assert sorted(moves[3][place, : moves[4][place]].tolist()) == (known if left else [])
