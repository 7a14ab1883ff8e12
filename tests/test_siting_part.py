"""A part of a county as a problem of its own: nothing outside changes, and nothing is counted twice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.conformance.made_growth import made_growth
from schoolmap.optimize.siting.model import build_model
from schoolmap.optimize.siting.model import capital_of
from schoolmap.optimize.siting.part import part_of
from schoolmap.optimize.siting.recourse import settle
from schoolmap.optimize.siting.search import cost_now
from schoolmap.optimize.siting.search import cost_of

COUNTY = made_growth(areas=16, schools=4, sites=3, periods=2, arcs=4, seed=3)
MODEL = build_model(*COUNTY[:4], money=COUNTY.money)


def test_all_rows_are_the_whole() -> None:
    """A part with every area is the county."""
    flow = settle(MODEL, MODEL.decided).flow
    part = part_of(MODEL, np.arange(len(MODEL.rows)), MODEL.decided, flow)
    assert cost_of(part.model, MODEL.decided[part.measures]) == pytest.approx(cost_of(MODEL, MODEL.decided))


@pytest.mark.parametrize("number", [1, 5, 11])
def test_a_plan_costs_the_same_in_part_and_rest(number: int) -> None:
    """What classes of a part change there is what they change in the county, pupils outside kept where they are."""
    rng = np.random.default_rng(number)
    flow = settle(MODEL, MODEL.decided).flow
    rows = np.sort(rng.choice(len(MODEL.rows), number, replace=False))
    part = part_of(MODEL, rows, MODEL.decided, flow)
    here = part.model
    assert (here.others >= 0).all()
    assert here.demand.sum() == MODEL.demand[:, :, rows].sum()
    now = cost_now(here, MODEL.decided[part.measures], flow[:, :, part.ways])
    assert cost_of(here, MODEL.decided[part.measures]) <= now + 1e-6
    classes = MODEL.decided.copy()
    classes[part.measures, -1] = here.least
    change = cost_of(here, classes[part.measures]) - now
    # freed to go anywhere, the county can only do better
    assert cost_of(MODEL, classes) <= cost_of(MODEL, MODEL.decided) + change + 1e-6


@given(st.integers(0, 10_000))
def test_land_is_paid_once_in_part_and_rest(seed: int) -> None:
    """What is left of each year's budget is the same, whoever opens first on the plot: those inside, or those outside."""
    rng = np.random.default_rng(seed)
    number, periods = MODEL.decided.shape
    model = replace(
        MODEL,
        plot=rng.integers(-1, 2, number),
        plot_room=np.full(2, np.inf),
        plot_cost=np.array([700.0, 90.0]),
        plot_bought=rng.integers(0, periods + 1, 2),
        budget=np.full(periods, 9e6),
    )
    before, after = (np.sort(rng.integers(0, 3, (number, periods)), axis=1) for _ in range(2))
    flow = np.zeros((*model.demand.shape[:2], len(model.arc_row)))
    part = part_of(model, np.array([seed % len(model.rows)]), before, flow)
    after = np.where(np.isin(np.arange(number), part.measures)[:, None], after, before)
    for classes in (before, after):
        whole, here = capital_of(model, classes).sum(axis=0), capital_of(part.model, classes[part.measures])
        assert part.model.budget - here.sum(axis=0) == pytest.approx(model.budget - whole)
