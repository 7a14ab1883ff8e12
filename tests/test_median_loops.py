"""Medians over all pairs and over lists of the nearest: of the same kind, and as good where lists are long."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap.optimize import median_loops
from schoolmap.optimize.medians import p_median

if TYPE_CHECKING:
    import pytest


def test_lists_hold_the_nearest_first() -> None:
    """Of equal ones the first; as many as a plan of that number of sites may need."""
    rng = np.random.default_rng(3)
    cost = rng.integers(0, 40, (200, 90)).astype(float)
    near, apart, around = median_loops.lists(cost, 30)
    assert near.shape == (90, 80)
    assert around.shape == (200, 50)
    order = np.argsort(cost, axis=0, kind="stable").T
    sorted_cost = np.take_along_axis(cost.T, order, axis=1)
    assert (apart == sorted_cost[:, :80]).all()
    assert (np.take_along_axis(cost.T, near.astype(int), axis=1) == apart).all()
    assert (np.diff(np.take_along_axis(cost, around.astype(int), axis=1), axis=1) >= 0).all()


def test_a_small_problem_looks_at_all_pairs_and_a_large_one_at_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways prove the same plan of 300 points."""
    points = np.random.default_rng(5).uniform(0, 1_000, (300, 2))
    apart = np.rint(np.hypot(*np.moveaxis(points[:, None] - points[None], 2, 0)))
    demand, cost = pd.Series(1, index=range(300)), pd.DataFrame(apart)
    every = p_median(demand, cost, number=60)
    monkeypatch.setattr(median_loops, "_LARGE", 0)
    nearest = p_median(demand, cost, number=60)
    assert every.status == nearest.status == "optimal"
    assert every.objective == nearest.objective
    # few of many sites are far from most areas: all pairs are looked at, whatever the size
    assert type(median_loops.loops_for(apart, number=3, kept=0)) is type(
        median_loops.loops_for(apart[:9], number=9, kept=0)
    )
