"""The result by label: tables add up, and a status is earned."""

from __future__ import annotations

import time

import pandas as pd
import pytest

from schoolmap.conformance.made_growth import made_growth
from schoolmap.optimize.siting import solving
from schoolmap.optimize.siting.answer import Siting
from schoolmap.optimize.siting.answer import as_siting
from schoolmap.optimize.siting.model import build_model

COUNTY = made_growth(areas=16, schools=4, sites=3, periods=3, scenarios=2, arcs=4, seed=3)
MODEL = build_model(*COUNTY[:4], money=COUNTY.money)
FOUND = solving.find(MODEL, gap=0.0, seed=0, deadline=time.perf_counter() + 60)


def told(**changes: object) -> Siting:
    """Return the result of a plan with a few details changed."""
    found = FOUND._replace(**changes)
    order = COUNTY.demand.index
    return as_siting(MODEL, found, order=order, regret=pd.DataFrame(), gap=1e-3, seed=0, seconds=0.0)


def test_tables_add_up() -> None:
    """Classes are those added so far; seats are theirs; capital is what the costs say, undiscounted."""
    plan = told()
    rising = plan.built["added"].groupby(level="measure").cumsum()
    assert (rising == plan.built["classes"]).all()
    assert (plan.built["seats"] == 45 * plan.built["classes"]).all()
    paid = plan.built["capital"].groupby(level="year").sum() * MODEL.discount
    assert plan.costs_by_year["capital"].groupby(level="year").mean().to_numpy() == pytest.approx(paid.to_numpy())
    assert plan.flows.sum() + plan.unserved.sum() == pytest.approx(COUNTY.demand.sum())
    assert plan.unserved.index.equals(COUNTY.demand.index)
    assert float(MODEL.weights @ plan.costs["total"]) == pytest.approx(plan.objective)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, "optimal"),
        ({"bound": FOUND.objective * 0.9995}, "optimal"),
        ({"bound": FOUND.objective * 0.99}, "feasible"),
        ({"kept": False}, "feasible"),
        ({"bound": FOUND.objective * 2}, "optimal"),
    ],
)
def test_a_status_is_earned(changes: dict[str, object], status: str) -> None:
    """A gap that is too wide, or a regret that is not kept, is not optimal; no bound is above the plan."""
    plan = told(**changes)
    assert plan.status == status
    assert plan.lower_bound <= plan.objective
