"""The front between money, children short and way: more levels only add to it."""

from __future__ import annotations

import itertools

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
