"""Chance and names of the invented county: rounding loses nobody, and the same seed says the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.inputs.examples.chance import between
from schoolmap.inputs.examples.chance import divide
from schoolmap.inputs.examples.chance import shuffled
from schoolmap.inputs.examples.chance import stream
from schoolmap.inputs.examples.chance import whole
from schoolmap.inputs.examples.names import village_names

seeds = st.integers(min_value=0, max_value=2**31)
shares = st.lists(st.floats(min_value=0.0, max_value=100.0), min_size=1, max_size=9).filter(
    lambda part: sum(part) > 0.01
)


def test_by_hand() -> None:
    """Twelve divided three to one are nine and three, whatever the seed: nothing is left to chance."""
    assert divide([12], [3.0, 1.0], stream(5, "any")).tolist() == [[9, 3]]


@given(st.lists(st.integers(min_value=0, max_value=10_000), min_size=1, max_size=6), shares, seeds)
def test_dividing_loses_nobody(totals: list[int], weights: list[float], seed: int) -> None:
    """Parts add up to the whole, are not negative, and are within one of their share."""
    parts = divide(totals, weights, stream(seed, "divide"))

    assert parts.sum(axis=-1).tolist() == totals
    assert parts.min() >= 0
    expected = np.array(totals)[:, None] * np.array(weights) / sum(weights)
    assert np.abs(parts - expected).max() < 1 + 1e-6


@given(st.lists(st.floats(min_value=0.0, max_value=1e6), min_size=1, max_size=9), seeds)
def test_rounding_goes_to_a_neighbour(values: list[float], seed: int) -> None:
    """A number becomes one of the two whole numbers beside it."""
    counts = whole(values, stream(seed, "whole"))
    assert (np.abs(counts - np.array(values)) < 1).all()


@given(seeds, st.floats(min_value=-5, max_value=5), st.floats(min_value=0, max_value=9))
def test_draws_stay_between_their_bounds(seed: int, low: float, width: float) -> None:
    """No draw is outside the bounds."""
    drawn = between(low, low + width, stream(seed, "between"), size=20)
    assert low - 1e-9 <= drawn.min()
    assert drawn.max() <= low + width + 1e-9


@given(seeds, st.integers(min_value=0, max_value=50))
def test_shuffling_keeps_everything(seed: int, number: int) -> None:
    """Every place is there once, in the same order for the same seed."""
    order = shuffled(number, stream(seed, "shuffle")).tolist()
    assert sorted(order) == list(range(number))
    assert order == shuffled(number, stream(seed, "shuffle")).tolist()


def test_subjects_have_streams_of_their_own() -> None:
    """What one subject draws does not move another."""
    first = stream(7, "schools").random(3).tolist()
    stream(7, "people").random(1000)
    assert stream(7, "schools").random(3).tolist() == first
    assert stream(7, "people").random(3).tolist() != first


def test_stream_is_known() -> None:
    """The first numbers of a stream are these: whoever changes them changes every file of the demonstration."""
    assert stream(4399, "land").random(2).tolist() == pytest.approx(
        [0.19737553645522965, 0.8157232039995124], abs=1e-15
    )


def test_village_names_differ() -> None:
    """No two villages are called alike, and there is an end to what can be put together."""
    names = village_names(300, stream(7, "names"))
    assert len(set(names)) == 300
    with pytest.raises(ValueError, match=r"names of villages, not 9999"):
        village_names(9999, stream(7, "names"))
