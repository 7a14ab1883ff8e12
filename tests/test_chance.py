"""Chance: what a standard normal makes of an expected count."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.population.chance import poisson_counts

NORMAL = np.random.default_rng(1).standard_normal(200_000)


def test_by_hand() -> None:
    """Half a child expected: six times in ten none comes, three times one, as Poisson says."""
    counts = poisson_counts(np.full(NORMAL.shape, 0.5), NORMAL)
    shares = [float((counts == number).mean()) for number in range(3)]
    assert shares == pytest.approx([0.6065, 0.3033, 0.0758], abs=0.003)


@pytest.mark.parametrize("expected", [0.02, 0.1, 0.5, 0.99, 1.5, 4.0, 30.0, 1000.0])
def test_mean_and_spread_are_those_of_poisson(expected: float) -> None:
    """However few are expected, none are lost on average."""
    counts = poisson_counts(np.full(NORMAL.shape, expected), NORMAL)
    assert float(counts.mean()) == pytest.approx(expected, rel=0.03)
    assert float(counts.var()) == pytest.approx(expected, rel=0.06)


@given(st.floats(min_value=0, max_value=1e6), st.floats(min_value=-6, max_value=6), st.floats(min_value=0, max_value=6))
def test_a_luckier_draw_never_counts_fewer(expected: float, normal: float, more: float) -> None:
    """The count rises with the shock and is never negative."""
    low, high = poisson_counts(np.array([expected, expected]), np.array([normal, normal + more]))
    assert 0 <= low <= high


def test_nobody_expected_is_nobody() -> None:
    """Zero stays zero, in the type that was given."""
    counts = poisson_counts(np.zeros((2, 3), dtype=np.float32), np.ones((1, 3), dtype=np.float32))
    assert counts.dtype == np.float32
    np.testing.assert_array_equal(counts, 0.0)
