"""The step of the prices: by hand, and it is the same whatever the areas are called."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.optimize import subgradient_kernel


def test_a_step_by_hand() -> None:
    """Of the last direction two fifths are kept; half of what the bound lacks, 10, goes by the square of the direction."""
    price, pull, before = np.array([5.0, 5.0]), np.array([1.0, -1.0]), np.array([0.0, 5.0])
    assert subgradient_kernel.follow(price, pull, before, 0.5, 10.0)
    # directions 1 and -1 + 2, squares 2: a length of 2.5
    assert price == pytest.approx([7.5, 7.5])
    assert before == pytest.approx([1.0, 1.0])


def test_without_a_pull_nothing_moves() -> None:
    """Every area is taken once: the bound is as high as it gets."""
    price = np.array([5.0, 7.0])
    assert not subgradient_kernel.follow(price, np.zeros(2), np.zeros(2), 1.0, 10.0)
    assert price.tolist() == [5.0, 7.0]


@given(st.lists(st.sampled_from([1.0, 0.0, -1.0, -2.0]), min_size=1, max_size=6), st.integers(0, 10**6))
def test_areas_in_another_order_move_alike(pulls: list[float], seed: int) -> None:
    """Each price goes with its area."""
    rng = np.random.default_rng(seed)
    price, before = rng.integers(0, 50, (2, len(pulls))).astype(float)
    order = rng.permutation(len(pulls))
    moved, turned = price.copy(), price[order]
    subgradient_kernel.follow(moved, np.array(pulls), before.copy(), 1.0, 8.0)
    subgradient_kernel.follow(turned, np.array(pulls)[order], before[order], 1.0, 8.0)
    assert turned == pytest.approx(moved[order])
