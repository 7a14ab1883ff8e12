"""Weights by travel: the steps, the bells and gravity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.space.access import falloff

if TYPE_CHECKING:
    from collections.abc import Callable

minutes = st.lists(st.floats(min_value=0, max_value=200), min_size=1, max_size=20)
bounds = st.dictionaries(st.floats(min_value=0, max_value=100), st.floats(min_value=0, max_value=9), min_size=1)


@given(bounds, minutes)
def test_steps_are_looked_up_one_by_one(steps: dict[float, float], travel: list[float]) -> None:
    """Each travel has the weight of the least bound that it does not exceed, and none beyond the last."""
    expected = [steps[min(fit)] if (fit := [bound for bound in steps if way <= bound]) else 0.0 for way in travel]
    assert falloff.step_weights(steps)(np.array(travel)).tolist() == expected


@pytest.mark.parametrize(
    "weight",
    [falloff.gaussian(30), falloff.gaussian_to_zero(60), falloff.inverse_power(1.5, least=2)],
    ids=["gaussian", "gaussian to zero", "gravity"],
)
@given(travel=minutes)
def test_farther_never_weighs_more(weight: falloff.Falloff, travel: list[float]) -> None:
    """Weights fall, and are never negative."""
    found = weight(np.sort(travel))
    assert (np.diff(found) <= 0).all()
    assert (found >= 0).all()


def test_the_bells_by_hand() -> None:
    """A bell is 1 at the door; the one that ends is 0 at its limit and beyond."""
    assert falloff.gaussian(10)(np.array([0.0, 10.0])) == pytest.approx([1.0, np.exp(-0.5)])
    end = np.exp(-0.5)
    half = (np.exp(-0.125) - end) / (1 - end)
    assert falloff.gaussian_to_zero(10)(np.array([0.0, 5.0, 10.0, 11.0])) == pytest.approx([1.0, half, 0.0, 0.0])


def test_gravity_stops_growing_at_the_door() -> None:
    """A school next door weighs as much as one at the least travel."""
    assert falloff.inverse_power(1, least=2)(np.array([0.0, 2.0, 4.0])).tolist() == [0.5, 0.5, 0.25]


@pytest.mark.parametrize("steps", [{}, {10: -1}, {-1: 1}, {10: float("nan")}, {float("inf"): 1}])
def test_refuses_steps(steps: dict[float, float]) -> None:
    """Bounds and weights are numbers that are not negative, and there is one at least."""
    with pytest.raises(ValueError, match="`steps`"):
        falloff.step_weights(steps)


@pytest.mark.parametrize("number", [0, -1, float("nan"), float("inf")])
@pytest.mark.parametrize(
    "make",
    [
        falloff.gaussian,
        falloff.gaussian_to_zero,
        lambda number: falloff.inverse_power(number, least=1),
        lambda number: falloff.inverse_power(1, least=number),
    ],
    ids=["gaussian", "gaussian to zero", "exponent", "least"],
)
def test_refuses_widths(make: Callable[[float], falloff.Falloff], number: float) -> None:
    """A width of zero, or none, makes no weights."""
    with pytest.raises(ValueError, match="is a number above zero"):
        make(number)
