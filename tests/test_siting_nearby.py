"""What a plan costs when one measure is held to something else: a plan that there is, near the measure only."""

from __future__ import annotations

import numpy as np
import pytest

from schoolmap.conformance.made_growth import made_growth
from schoolmap.optimize.siting.choices import classes_of_plan
from schoolmap.optimize.siting.model import build_model
from schoolmap.optimize.siting.nearby import best_nearby
from schoolmap.optimize.siting.nearby import ground_of
from schoolmap.optimize.siting.recourse import settle
from schoolmap.optimize.siting.search import Plan
from schoolmap.optimize.siting.search import cost_of
from schoolmap.optimize.siting.site import site

COUNTY = made_growth(areas=30, schools=6, sites=4, periods=3, arcs=4, seed=5)
MODEL = build_model(*COUNTY[:4], money=COUNTY.money)
CLASSES = classes_of_plan(MODEL, site(*COUNTY[:4], money=COUNTY.money, gap=0.0))
GROUND = ground_of(MODEL, Plan(CLASSES, cost_of(MODEL, CLASSES)), settle(MODEL, CLASSES).flow)


@pytest.mark.parametrize("turn", [0, 1, 2])
def test_what_is_told_is_what_it_costs(turn: int) -> None:
    """Without a measure the plan is dearer, by as much as its classes cost."""
    measure = int(np.flatnonzero(CLASSES.any(axis=1))[turn])
    most = np.broadcast_to(MODEL.most[:, None], CLASSES.shape).copy()
    most[measure] = 0
    found = best_nearby(GROUND, measure, limits=(np.zeros_like(most), most), gap=1e-3, seconds=10)
    assert found is not None
    assert not found.classes[measure].any()
    assert GROUND.plan.cost <= found.cost + 1e-6
    # pupils farther out keep to their ways, so that the county costs as much at most
    assert cost_of(MODEL, found.classes) <= found.cost + 1e-5


def test_held_to_what_it_is_nothing_gets_better() -> None:
    """A proven plan stays as it is when nothing is asked."""
    measure = int(np.flatnonzero(CLASSES.any(axis=1))[0])
    most = np.broadcast_to(MODEL.most[:, None], CLASSES.shape).copy()
    found = best_nearby(GROUND, measure, limits=(np.zeros_like(most), most), gap=0.0, seconds=10)
    assert found is not None
    assert found.cost == pytest.approx(GROUND.plan.cost, rel=1e-6)
