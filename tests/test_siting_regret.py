"""No scenario regrets much: large problems are solved in rounds, and say what they did not reach."""

from __future__ import annotations

import time

import numpy as np
import pytest

from schoolmap.conformance.made_growth import made_growth
from schoolmap.optimize.siting import solving
from schoolmap.optimize.siting.model import build_model
from schoolmap.optimize.siting.recourse import settle
from schoolmap.optimize.siting.regret import within_regret

COUNTY = made_growth(areas=24, schools=4, sites=3, periods=2, scenarios=2, arcs=4, seed=4)
MODEL = build_model(*COUNTY[:4], money=COUNTY.money)


@pytest.mark.parametrize("most", [0.0, 0.02, 0.5])
def test_rounds_agree_with_branch_and_cut(monkeypatch: pytest.MonkeyPatch, most: float) -> None:
    """What rounds find is within the regret and no cheaper than the best, or is said to be over by how much."""
    ends = time.perf_counter() + 100
    best, table = within_regret(MODEL, most, gap=0.0, seed=0, deadline=ends)
    monkeypatch.setattr(solving, "WIDE", 0)
    found, rounds = within_regret(MODEL, most, gap=1e-6, seed=0, deadline=ends)
    assert rounds["alone"].to_numpy() == pytest.approx(table["alone"].to_numpy(), rel=1e-5)
    if found.kept:
        assert rounds["regret"].max() <= most + 1e-4
        assert found.bound <= best.objective * (1 + 1e-6)
        assert found.objective >= best.objective * (1 - 1e-4)
    else:
        assert rounds["regret"].max() > most
        assert f"this one has {rounds['regret'].max():.2%}" in found.proof


def test_regret_is_what_a_scenario_costs_more() -> None:
    """Its share is of what the scenario costs alone, never below 0."""
    found, table = within_regret(MODEL, 1.0, gap=0.0, seed=0, deadline=time.perf_counter() + 100)
    total = settle(MODEL, found.classes).by_scenario
    assert table["total"].to_numpy() == pytest.approx(total)
    share = np.maximum(total / table["alone"].to_numpy() - 1, 0)
    assert table["regret"].to_numpy() == pytest.approx(share, abs=1e-9)
