"""Parts of a plan decided anew: nearest first, never dearer, the same for a seed."""

from __future__ import annotations

import time

import numpy as np
import pytest

from schoolmap.conformance.made_growth import made_growth
from schoolmap.optimize.siting import search
from schoolmap.optimize.siting.model import build_model
from schoolmap.optimize.siting.recourse import settle

COUNTY = made_growth(areas=20, schools=4, sites=3, periods=2, arcs=4, seed=3)
MODEL = build_model(*COUNTY[:4], money=COUNTY.money)


def test_what_a_plan_costs_now_is_what_it_costs() -> None:
    """With pupils where it is cheapest, both are the same."""
    flow = settle(MODEL, MODEL.decided).flow
    assert search.cost_now(MODEL, MODEL.decided, flow) == pytest.approx(search.cost_of(MODEL, MODEL.decided))


def test_rows_around_are_near() -> None:
    """The first is where it begins; each shares a school with one before; there are no more than are asked for."""
    near, each = search.near_rows(MODEL), search.ways_of_rows(MODEL)
    rows = search.rows_around(np.array([7]), near, each, 6 * int(each[7]))
    assert rows[0] == 7
    assert len(set(rows.tolist())) == len(rows) == 6
    assert all(near[[row], :].toarray()[0, rows[:turn]].any() for turn, row in enumerate(rows) if turn)
    assert search.rows_around(np.array([7]), near, each, 0).tolist() == [7]


def test_nothing_gets_dearer_and_a_goal_ends_it() -> None:
    """A plan that is good enough stays."""
    start = search.cost_of(MODEL, MODEL.decided)
    found = search.improve(MODEL, MODEL.decided, seed=0, deadline=time.perf_counter() + 20, sweeps=1)
    assert found.cost <= start
    kept = search.improve(MODEL, MODEL.decided, seed=0, deadline=time.perf_counter() + 20, goal=start)
    assert (kept.classes == MODEL.decided).all()
    none = np.zeros(len(MODEL.measures), dtype=bool)
    unlikely = search.improve(MODEL, MODEL.decided, seed=0, deadline=time.perf_counter() + 20, likely=none, sweeps=1)
    assert (unlikely.classes == MODEL.decided).all()
