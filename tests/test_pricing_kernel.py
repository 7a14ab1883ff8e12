"""The compiled loops, against the same written out in a line."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.optimize import pricing_kernel as kernel

SCHOOLS = 4
MATRICES = st.lists(st.lists(st.integers(0, 20), min_size=SCHOOLS, max_size=SCHOOLS), min_size=1, max_size=6)


def offers(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the offers of a matrix in which every pair is allowed."""
    school = np.tile(np.arange(SCHOOLS, dtype=np.int32), len(matrix))
    return np.arange(len(matrix) + 1) * SCHOOLS, school, matrix.ravel()


@given(MATRICES, st.lists(st.integers(0, 9), min_size=SCHOOLS, max_size=SCHOOLS), st.integers(1, 5), st.integers(0, 25))
def test_the_cheapest_pairs_are_chosen(rows: list[list[int]], prices: list[int], most: int, below: int) -> None:
    """Up to so many of each area that cost less than the limit with the price, and the first among equals."""
    matrix = np.array(rows, dtype=np.int64)
    chosen = np.zeros(matrix.size, dtype=bool)
    limit = np.full(len(matrix), below)
    added = kernel.add_cheapest(offers(matrix), np.array(prices), limit, most, chosen)
    priced = matrix + np.array(prices)
    assert kernel.least_of_areas(offers(matrix), np.array(prices)).tolist() == priced.min(axis=1).tolist()
    expected = [{at for at in np.argsort(row, kind="stable")[:most] if row[at] < below} for row in priced]
    assert [set(np.flatnonzero(row)) for row in chosen.reshape(matrix.shape)] == expected
    assert added == chosen.sum()
    assert (
        kernel.add_cheapest(offers(matrix), np.array(prices), limit, SCHOOLS, chosen) + added == (priced < below).sum()
    )


def test_arcs_by_hand() -> None:
    """Rows of one area have the same pairs; an area without chosen pairs has none."""
    chosen = np.array([1, 0, 1, 0, 0, 0, 0, 0], dtype=bool)
    matrix = offers(np.zeros((2, SCHOOLS), dtype=np.int64))
    rows, pairs = kernel.arcs_of_rows(matrix[0], chosen, np.array([0, 0, 1]))
    assert (rows.tolist(), pairs.tolist()) == ([0, 0, 1, 1], [0, 2, 0, 2])
    least = kernel.least_chosen(matrix, np.arange(SCHOOLS), chosen)
    assert least.tolist() == [0, kernel.FAR]


@given(MATRICES, st.integers(0, 2**32 - 1))
def test_moves_are_the_cheapest_of_those_who_are_there(rows: list[list[int]], seed: int) -> None:
    """From each school to each other the pupil moves who loses least by it."""
    matrix = np.array(rows, dtype=np.int64)
    here = np.random.default_rng(seed).integers(0, SCHOOLS + 1, len(matrix))
    seated = np.flatnonzero(here < SCHOOLS)
    without = np.full(len(matrix), 100)
    taken = (seated, seated * SCHOOLS + here[seated], np.flatnonzero(here == SCHOOLS))
    people = (np.arange(len(matrix)), without)
    found = kernel.moves(offers(matrix), np.ones(matrix.size, dtype=bool), people, taken, SCHOOLS)
    wide = np.column_stack([matrix, without])
    for school in range(SCHOOLS + 1):
        cheapest = [wide[row] - wide[row, school] for row in np.flatnonzero(here == school)]
        expected = np.min(cheapest, axis=0) if cheapest else np.full(SCHOOLS + 1, kernel.FAR)
        assert found[school, :SCHOOLS].tolist() == expected[:SCHOOLS].tolist()
        if school < SCHOOLS:
            assert found[school, SCHOOLS] == expected[SCHOOLS]
