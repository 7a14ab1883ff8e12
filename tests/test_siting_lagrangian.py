"""The bound by prices: never above a plan, and sure of what it rules out."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from siting_towns import best_cost
from siting_towns import town

from schoolmap.conformance.made_growth import made_growth
from schoolmap.optimize.siting import apart
from schoolmap.optimize.siting.lagrangian import Ledger
from schoolmap.optimize.siting.lagrangian import raise_bound
from schoolmap.optimize.siting.model import Model
from schoolmap.optimize.siting.model import build_model
from schoolmap.optimize.siting.recourse import settle
from schoolmap.optimize.siting.responses import respond
from schoolmap.optimize.siting.search import cost_of
from schoolmap.optimize.siting.search import improve
from schoolmap.optimize.siting.site import site
from schoolmap.optimize.siting.solving import branch
from schoolmap.optimize.siting.states import states_of


def ledger_of(model: Model) -> Ledger:
    """Return the ledger of a small problem."""
    states = states_of(model)
    assert states is not None
    return Ledger(model, states)


def later() -> float:
    """Return a time that does not come."""
    return time.perf_counter() + 100


COUNTY = made_growth(areas=40, schools=6, sites=5, periods=3, scenarios=2, arcs=6, seed=2)
MODEL = build_model(*COUNTY[:4], money=COUNTY.money)
BEST = branch(MODEL, MODEL.decided, gap=0.0, seed=0, deadline=later())


@settings(max_examples=3, deadline=None)
@given(st.integers(0, 10_000))
def test_no_price_gives_more_than_the_best_plan(seed: int) -> None:
    """At prices by chance, and at those that it finds, with plots and their land, groups, budgets and rooms taken or not."""
    case = town(seed)
    if seed % 2:
        # all on one plot, whose land is paid once
        case = case._replace(measures=case.measures.assign(plot="yard"), land=90.0)
    model = build_model(*case.tables, **case.terms)  # type: ignore[arg-type]
    best = best_cost(case)
    ledger = ledger_of(model)
    rng = np.random.default_rng(seed)
    for _ in range(3):
        price = rng.uniform(0, case.money.short_cost, model.demand.shape)
        assert ledger.ask(price).bound <= best + 1e-6 * max(1, best)
    found = raise_bound(ledger, goal=best, rounds=100, deadline=later())
    assert found.bound <= best + 1e-6 * max(1, best)


def test_the_bound_is_close() -> None:
    """In a county of many small areas little is left between the bound and the best plan."""
    assert BEST is not None
    found = raise_bound(ledger_of(MODEL), goal=1.2 * BEST.objective, rounds=800, deadline=later())
    assert 0.97 * BEST.objective <= found.bound <= BEST.objective * (1 + 1e-9)


def test_what_is_ruled_out_is_not_in_the_best_plan() -> None:
    """Classes of the best plan are among those that a plan of its cost may have; few others are."""
    assert BEST is not None
    ledger = ledger_of(MODEL)
    found = raise_bound(ledger, goal=1.2 * BEST.objective, rounds=400, deadline=later())
    least, most = ledger.allowed(found.price, BEST.objective * (1 + 1e-9))
    assert (least <= BEST.classes).all()
    assert (most >= BEST.classes).all()
    assert (most - least).sum() < MODEL.most.sum() * len(MODEL.years)


def test_answers_and_parts_make_a_plan_cheaper() -> None:
    """From nothing built, answers to prices help; parts help on; neither goes below the best."""
    assert BEST is not None
    start = cost_of(MODEL, MODEL.decided)
    first = respond(ledger_of(MODEL), MODEL.decided, keeps=lambda _: True, rounds=30, deadline=later())
    assert first.cost < start
    second = improve(MODEL, first.classes, seed=0, deadline=later(), sweeps=1)
    assert BEST.objective - 1e-6 <= second.cost <= first.cost
    assert second.cost == pytest.approx(float(MODEL.weights @ settle(MODEL, second.classes).by_scenario))
    again = improve(MODEL, first.classes, seed=0, deadline=later(), sweeps=1)
    assert (again.classes == second.classes).all()


def test_a_county_of_two_towns_has_two_parts() -> None:
    """Towns without a common school are decided by themselves, and nothing is lost between them."""
    town_a, town_b = town(1, limited=False), town(1, limited=False)
    names = {"north": "north b", "south": "south b", "hill": "hill b", "lake": "lake b", "site": "site b"}
    measures = town_b.measures.replace({"school": names, "takes_school": names}).rename(index="{} b".format)
    both = town_a._replace(
        demand=pd.concat([town_a.demand, town_b.demand.rename(index=names)]),
        seats=pd.concat([town_a.seats, town_b.seats.rename(index=names)]),
        ways=pd.concat([town_a.ways, town_b.ways.rename(index=names)]),
        measures=pd.concat([town_a.measures.assign(plot=None, group=None), measures.assign(plot=None, group=None)]),
    )
    alone = town_a._replace(measures=town_a.measures.assign(plot=None, group=None))
    assert len(apart.parts_of(build_model(*both.tables, **both.terms))) >= 2  # type: ignore[arg-type]
    twice = site(*both.tables, **both.terms, gap=0.0)  # type: ignore[arg-type]
    once = site(*alone.tables, **alone.terms, gap=0.0)  # type: ignore[arg-type]
    assert twice.objective == pytest.approx(2 * once.objective)
    assert twice.lower_bound == pytest.approx(2 * once.lower_bound, rel=1e-6, abs=1e-5)
    # a budget that holds both together is kept
    spent = twice.built["capital"].sum()
    if spent > 0:
        less = site(*both.tables, **{**both.terms, "total_budget": spent / 2}, gap=0.0)  # type: ignore[arg-type]
        assert less.built["capital"].sum() <= spent / 2 + 1e-6
        assert less.objective >= twice.objective - 1e-6
