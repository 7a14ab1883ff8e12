"""Plans that differ: as much as can be within a cost."""

from __future__ import annotations

import time

import pytest

from schoolmap.conformance.made_growth import made_growth
from schoolmap.optimize.siting import solving
from schoolmap.optimize.siting.alternatives import farthest
from schoolmap.optimize.siting.model import build_model

COUNTY = made_growth(areas=10, schools=3, sites=2, periods=2, arcs=4, seed=1)
MODEL = build_model(*COUNTY[:4], money=COUNTY.money)
BEST = solving.find(MODEL, gap=0.0, seed=0, deadline=time.perf_counter() + 60)


@pytest.mark.parametrize("share", [1.2, 2.0])
def test_another_plan_differs_and_costs_no_more_than_it_may(share: float) -> None:
    """It uses other measures, within the cost."""
    most = BEST.objective * share
    other = farthest(MODEL, [BEST.classes], most=most, bound=BEST.bound, seed=0, seconds=20)
    assert other is not None
    assert other.objective <= most + 1e-6
    assert (other.classes.any(axis=1) != BEST.classes.any(axis=1)).any()


def test_nothing_else_is_said_to_be_none() -> None:
    """Where nothing but the best plan costs so little, there is no other."""
    assert farthest(MODEL, [BEST.classes], most=BEST.objective, bound=BEST.bound, seed=0, seconds=20) is None
