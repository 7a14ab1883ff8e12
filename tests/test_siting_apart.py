"""A county falls into parts that share nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from schoolmap.conformance.made_growth import made_growth
from schoolmap.optimize.siting import apart
from schoolmap.optimize.siting.model import build_model

COUNTY = made_growth(areas=6, schools=2, sites=0, periods=2, arcs=1, seed=1)
MODEL = build_model(*COUNTY[:4], money=COUNTY.money)


def test_areas_of_one_school_are_one_part() -> None:
    """With one way each, parts are the areas of each school; every row is in one part."""
    parts = apart.parts_of(MODEL)
    assert sorted(np.concatenate(parts).tolist()) == list(range(6))
    assert all(len(set(MODEL.arc_section[np.isin(MODEL.arc_row, part)])) == 1 for part in parts)


def test_a_plot_a_group_and_rooms_hold_parts_together() -> None:
    """Measures that share anything are decided together."""
    assert len(apart.parts_of(MODEL)) == 2
    for shared in (
        {
            "plot": np.zeros(2, dtype=np.int64),
            "plot_room": np.ones(1),
            "plot_cost": np.zeros(1),
            "plot_bought": np.full(1, 2),
        },
        {"group": np.zeros(2, dtype=np.int64)},
    ):
        assert len(apart.parts_of(replace(MODEL, **shared))) == 1
    assert len(apart.parts_of(replace(MODEL, takes=MODEL.section[::-1]))) == 1


def test_a_budget_is_looked_at_last() -> None:
    """It is taken off, and a plan is held against it."""
    poor = replace(MODEL, total_budget=1.0)
    classes = np.zeros_like(poor.decided)
    assert np.isinf(apart.without_budget(poor).total_budget)
    assert apart.keeps_budget(poor, classes)
    assert not apart.keeps_budget(poor, classes + 1)
