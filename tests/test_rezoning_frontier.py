"""Pupils moved against pupils short: no plan of the frontier is beaten by another."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.optimize.rezoning.frontier import Frontier
from schoolmap.optimize.rezoning.frontier import frontier

AREAS = list("abcde")
COST = pd.DataFrame({"left": [0, 1000, 2000, 3000, 4000], "right": [4000, 3000, 2000, 1000, 0]}, index=AREAS)
ROAD = pd.MultiIndex.from_tuples([("a", "b"), ("b", "c"), ("c", "d"), ("d", "e")])


def traded(pupils: pd.Series, seats: pd.Series, limits: list[float]) -> Frontier:
    """Return the frontier of the road, on which four villages belong to the left today."""
    return frontier(
        pupils,
        seats,
        COST,
        ROAD,
        homes=pd.Series({"left": "a", "right": "e"}),
        today=pd.Series(["left", "left", "left", "left", "right"], index=AREAS),
        limits=limits,
    )


def test_by_hand() -> None:
    """Village d, 5 pupils, gives the four without a seat one; less than that moves nobody."""
    found = traded(pd.Series([4, 4, 3, 5, 6], index=AREAS), pd.Series({"left": 12, "right": 12}), [22, 0, 4, 5, 5])
    assert found.table.index.tolist() == [0, 5]
    assert found.table[["moved", "short"]].to_numpy().tolist() == [[0, 4], [5, 0]]
    assert found.plans[5.0].moves.index.tolist() == ["d"]


@settings(max_examples=4)
@given(st.integers(0, 10**6))
def test_no_plan_is_beaten_by_another(seed: int) -> None:
    """Each moves more than the one before and leaves fewer short; all limits are kept."""
    rng = np.random.default_rng(seed)
    pupils = pd.Series(rng.integers(1, 9, 5), index=AREAS)
    found = traded(pupils, pd.Series({"left": int(rng.integers(1, 20)), "right": 15}), [0, 4, 8, 40])
    assert found.table["moved"].is_monotonic_increasing
    assert found.table["moved"].is_unique
    assert found.table["short"].is_monotonic_decreasing
    assert found.table["short"].is_unique
    assert (found.table["moved"] <= found.table.index).all()
    assert found.table.index.tolist() == list(found.plans)


@settings(max_examples=4)
@given(st.integers(0, 10**6))
def test_it_is_the_front_of_all_zonings(seed: int) -> None:
    """Every zoning was tried: asked for every number of moved, it is what none of them beats."""
    rng = np.random.default_rng(seed)
    pupils = pd.Series(rng.integers(0, 9, 5), index=AREAS)
    seats = pd.Series({"left": int(rng.integers(0, 16)), "right": int(rng.integers(0, 16))})
    # on a road with a school at each end a zoning is a place to cut it
    every = {}
    for cut in range(1, 5):
        moved = int(pupils.iloc[cut:4].sum())
        left, right = int(pupils.iloc[:cut].sum()), int(pupils.iloc[cut:].sum())
        every[moved] = min(every.get(moved, np.inf), max(0, left - seats["left"]) + max(0, right - seats["right"]))
    best = {
        moved: short
        for moved, short in every.items()
        if short < min((every[m] for m in every if m < moved), default=np.inf)
    }
    table = traded(pupils, seats, sorted(every)).table
    assert dict(zip(table["moved"], table["short"], strict=True)) == best
    assert (table["gap"] == 0).all()


def test_refusals() -> None:
    """There is one limit at least, and none below 0."""
    pupils, seats = pd.Series(1, index=AREAS), pd.Series({"left": 5, "right": 5})
    for limits in ([], [-1.0], [float("nan")]):
        with pytest.raises(ValueError, match="0 or above"):
            traded(pupils, seats, limits)
