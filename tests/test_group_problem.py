"""Groups as numbers: who is of one, where it may go, and what it pays there."""

from __future__ import annotations

import pandas as pd

from schoolmap.optimize.flow import cheapest_flow
from schoolmap.optimize.group_problem import group_up
from schoolmap.optimize.posing import pose
from schoolmap.optimize.prices import FAR

PUPILS, SEATS = pd.Series({"a": 9, "b": 5}), pd.Series({"s": 3, "t": 20, "u": 20})
COST = pd.Series({("a", "s"): 1, ("a", "t"): 2, ("a", "u"): 7, ("b", "s"): 3, ("b", "t"): 5})


def test_by_hand() -> None:
    """Two of each area: at `t` they pay 14; `s` has seats for three of them only, and `u` is not for `b`."""
    together = pd.Series({("pair", "b"): 2, ("pair", "a"): 2, ("alone", "a"): 3})
    groups = group_up(pose(PUPILS, SEATS, COST), PUPILS, together)
    assert groups.names.to_list() == ["alone", "pair"]
    assert groups.size.tolist() == [3, 4]
    assert groups.cost.tolist() == [[3, 6, 21], [FAR, 14, FAR]]
    assert groups.free.pupils.tolist() == [4, 3]
    assert groups.shared.tolist() == [True, True]
    # split, each of a group pays the mean, rounded down
    assert groups.relaxed.pupils.tolist() == [4, 3, 3, 4]
    assert groups.relaxed.offers.cost[groups.relaxed.offers.first[2] :].tolist() == [1, 2, 7, 3]
    assert cheapest_flow(groups.relaxed).load.sum() == 14


def test_tiers_are_parts_of_a_group() -> None:
    """A group of two tiers is two parts where it may be split, and one where it may not."""
    pupils = pd.Series({("a", "x"): 4, ("a", "y"): 4})
    together = pd.Series({("g", "a", "x"): 1, ("g", "a", "y"): 2})
    groups = group_up(pose(pupils, SEATS, COST[:3], tiers=["x", "y"]), pupils, together)
    assert groups.part.tolist() == [0, 0]
    assert groups.relaxed.pupils.tolist() == [3, 2, 1, 2]
    first, last = groups.relaxed.without[2:]
    assert first > last
    assert groups.without.tolist() == [first + 2 * last]
