"""Who goes where once classes are decided: every pupil once, and no cheaper way."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from siting_towns import every_plan
from siting_towns import town

from schoolmap.conformance.made_growth import made_growth
from schoolmap.optimize.siting.model import build_model
from schoolmap.optimize.siting.money import Money
from schoolmap.optimize.siting.recourse import settle


def test_by_hand() -> None:
    """Ten of 100 find no seat; one more pupil would be one more of them, and that is the price."""
    demand = pd.Series([100.0], pd.MultiIndex.from_tuples([("north", "primary", 2026)]))
    seats = pd.Series([90.0], pd.MultiIndex.from_tuples([("hill", "primary", 2026)]))
    money = Money(discount_rate=0.0, metre_cost=0.1, short_cost=4.0, empty_cost=0.0, base_year=2026)
    measures = made_growth(areas=2, schools=1, sites=1, periods=1).measures.iloc[:0]
    model = build_model(demand, seats, pd.Series({("north", "hill", "primary"): 2000.0}), measures, money=money)
    result = settle(model, model.decided)
    assert result.unserved.sum() == 10
    assert result.by_scenario.tolist() == pytest.approx([90 * 0.2 + 10 * 4])
    assert result.price.ravel().tolist() == pytest.approx([4.0])


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 10_000))
def test_building_nothing_costs_what_it_costs(seed: int) -> None:
    """Of every plan that was tried one builds nothing, and costs the same."""
    case = town(seed, scenarios=2)
    model = build_model(*case.tables, **case.terms)  # type: ignore[arg-type]
    result = settle(model, np.zeros_like(model.decided))
    costs = pd.DataFrame(every_plan(case))[list(model.scenarios)].to_numpy()
    assert np.abs(costs - result.by_scenario).max(axis=1).min() == pytest.approx(0.0, abs=1e-6)


def test_every_pupil_is_once() -> None:
    """At school or without a seat; no section holds more than its seats."""
    county = made_growth(areas=20, schools=4, sites=2, periods=3, scenarios=2, arcs=4)
    model = build_model(*county[:4], money=county.money)
    result = settle(model, model.decided)
    for scenario, period in np.ndindex(2, 3):
        flow = result.flow[scenario, period]
        gone = np.bincount(model.arc_row, weights=flow, minlength=len(model.rows))
        load = np.bincount(model.arc_section, weights=flow, minlength=len(model.sections))
        assert gone + result.unserved[scenario, period] == pytest.approx(model.demand[scenario, period])
        assert (load <= model.seats[scenario, period] + 1e-6).all()
    assert (result.price <= county.money.short_cost).all()
