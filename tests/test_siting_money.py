"""Terms of all costs: numbers of at least 0, or a sentence."""

from __future__ import annotations

import math

import pytest

from schoolmap.optimize.siting.money import Money

TERMS = {"discount_rate": 0.03, "metre_cost": 0.05, "short_cost": 5.0, "empty_cost": 0.0, "base_year": 2026}


def test_nothing_may_be_free() -> None:
    """A term of 0 is a term."""
    assert Money(**{**TERMS, "discount_rate": 0.0}).empty_cost == 0.0  # type: ignore[arg-type]


@pytest.mark.parametrize("name", list(TERMS))
@pytest.mark.parametrize("value", [-1.0, math.nan, math.inf])
def test_what_is_no_cost_is_refused(name: str, value: float) -> None:
    """The message names the term."""
    with pytest.raises(ValueError, match=f"`{name}`"):
        Money(**{**TERMS, name: value})  # type: ignore[arg-type]
