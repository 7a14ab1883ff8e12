"""The front between money, children short and way: more levels only add to it."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from siting_towns import town
from siting_towns import trades

from schoolmap.conformance.made_growth import made_growth
from schoolmap.optimize.siting.fronts import pareto

COUNTY = made_growth(areas=6, schools=2, sites=2, periods=2, arcs=4, seed=2)


def test_more_money_buys_something() -> None:
    """Each dearer plan has fewer children short or a shorter way; what it builds is listed with it."""
    front = pareto(*COUNTY[:4], levels=2, money=COUNTY.money)
    rows = front.points.to_dict("records")
    assert len(rows) == len(front.built) >= 2
    for before, after in itertools.pairwise(rows):
        assert after["money"] >= before["money"]
        assert after["short"] < before["short"] + 1e-6 or after["kilometres"] < before["kilometres"] + 1e-6
    assert front.built[0].empty or rows[0]["money"] > 0
    assert front.points["proved"].all()
    assert (front.status, front.seed) == ("optimal", 0)
    assert front.gap == front.points["gap"].max() <= 1e-3
    assert "HiGHS" in front.proof


@settings(max_examples=1, deadline=None)
@given(st.integers(0, 10_000), st.booleans())
@example(5, True)  # noqa: FBT003 - as drawn
def test_no_plan_of_all_beats_a_point(seed: int, limited: bool) -> None:  # noqa: FBT001 - drawn
    """Every course of every measure was tried: each limit on the short has its cheapest plan, and no point is beaten."""
    case = town(seed, number=1, limited=limited)
    # empty seats are no money
    case = case._replace(money=replace(case.money, empty_cost=0.0))
    every = [(money, least, least()) for money, least in trades(case)]
    points = pareto(*case.tables, levels=3, gap=1e-9, **case.terms).points  # type: ignore[arg-type]
    cheapest = min(money for money, _, _ in every)
    fewest = min(short for _, _, short in every)
    most = min(short for money, _, short in every if money <= cheapest + 1e-9)
    for limit in np.linspace(fewest, most, 3):
        allowed = limit + 1e-5 * (1 + limit)
        least_money = min(money for money, _, short in every if short <= allowed)
        assert points["money"][points["short"] <= allowed].min() == pytest.approx(least_money, rel=1e-5, abs=1e-4)
    for point in points.itertuples():
        for money, least, short in every:
            if money < point.money * (1 - 1e-4) - 1e-4 and short <= point.short:
                assert least(kilometres=point.kilometres) > point.short - 1e-4 * (1 + point.short)
