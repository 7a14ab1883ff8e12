"""The linear programme of a siting: its prices are the best there are, and few cuts are enough."""

from __future__ import annotations

import time

import numpy as np
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from siting_towns import best_cost
from siting_towns import town

from schoolmap.conformance.made_growth import made_growth
from schoolmap.optimize.siting import exact
from schoolmap.optimize.siting.formulation import formulate
from schoolmap.optimize.siting.lagrangian import Ledger
from schoolmap.optimize.siting.lagrangian import raise_bound
from schoolmap.optimize.siting.model import build_model
from schoolmap.optimize.siting.relaxed import relax
from schoolmap.optimize.siting.states import states_of

COUNTY = made_growth(areas=40, schools=6, sites=5, periods=3, scenarios=2, arcs=6, seed=2)
MODEL = build_model(*COUNTY[:4], money=COUNTY.money)


def test_asked_at_its_prices_schools_cost_as_much() -> None:
    """The bound of the prices is at least that of the programme with every cut, and of prices that were moved."""
    found = relax(MODEL, deadline=time.perf_counter() + 60)
    states = states_of(MODEL)
    assert states is not None
    ledger = Ledger(MODEL, states)
    bound = ledger.ask(found.price).bound
    solver = exact.load(formulate(MODEL, strong=True), relaxed=True)
    assert exact.run_until(solver, time.perf_counter() + 60)
    assert found.complete
    assert bound >= solver.getInfo().objective_function_value * (1 - 1e-7)
    assert bound >= raise_bound(ledger, goal=2 * bound, rounds=100, deadline=time.perf_counter() + 60).bound
    assert 0 < found.cuts.sum() < len(formulate(MODEL, strong=True).cuts) / 2


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 10_000))
def test_no_bound_is_above_the_best_plan(seed: int) -> None:
    """With plots, groups, budgets and rooms taken, or not."""
    case = town(seed)
    model = build_model(*case.tables, **case.terms)  # type: ignore[arg-type]
    states = states_of(model)
    assert states is not None
    found = relax(model, deadline=time.perf_counter() + 60)
    best = best_cost(case)
    assert Ledger(model, states).ask(found.price).bound <= best + 1e-6 * max(1, best)


def test_prices_are_prices_even_when_time_is_up() -> None:
    """None is below 0 or above what a missing seat is charged."""
    found = relax(MODEL, deadline=time.perf_counter())
    assert found.price.shape == MODEL.demand.shape
    assert (found.price >= 0).all()
    assert (found.price <= COUNTY.money.short_cost).all()
    assert np.isfinite(found.price).all()
