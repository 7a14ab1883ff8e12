"""Which way a problem is solved: all ways lead to the same cost."""

from __future__ import annotations

import time

import numpy as np
import pytest

from schoolmap.conformance.made_growth import made_growth
from schoolmap.optimize.siting import solving
from schoolmap.optimize.siting.model import build_model
from schoolmap.optimize.siting.recourse import settle

COUNTY = made_growth(areas=40, schools=6, sites=5, periods=3, scenarios=2, arcs=5, seed=2)
MODEL = build_model(*COUNTY[:4], money=COUNTY.money)


def found() -> float:
    """Return the cost of the best plan, proven."""
    result = solving.find(MODEL, gap=1e-6, seed=0, deadline=time.perf_counter() + 100)
    assert result.objective - result.bound <= 2e-6 * result.objective
    assert float(MODEL.weights @ settle(MODEL, result.classes).by_scenario) == pytest.approx(result.objective)
    return result.objective


def test_prices_and_branching_find_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small problem solved as a large one costs the same, also where nothing is near the bound."""
    best = found()
    monkeypatch.setattr(solving, "SMALL", 0)
    assert found() == pytest.approx(best, rel=2e-6)
    monkeypatch.setattr(solving, "NEAR", 1e-9)
    assert found() == pytest.approx(best, rel=2e-6)


def test_where_it_is_large_the_bound_is_still_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without branch and cut of the whole, the plan is above the bound and close to it."""
    best = found()
    monkeypatch.setattr(solving, "SMALL", 0)
    monkeypatch.setattr(solving, "LARGE", 0)
    result = solving.find(MODEL, gap=1e-3, seed=0, deadline=time.perf_counter() + 100)
    assert result.bound <= best * (1 + 1e-9)
    assert best * (1 - 1e-6) <= result.objective <= best * 1.01


def test_one_scenario_alone_costs_less_than_with_others() -> None:
    """Weighted together, what all cost alone is a bound."""
    alone = [
        solving.find(solving.alone_model(MODEL, turn), gap=1e-6, seed=0, deadline=time.perf_counter() + 100).bound
        for turn in range(2)
    ]
    assert float(MODEL.weights @ np.array(alone)) <= found() + 1e-6
