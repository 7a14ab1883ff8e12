"""The programme for groups: it finds the best choice among the pairs that it is given, and bounds it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from schoolmap.optimize.flow import cheapest_flow
from schoolmap.optimize.group_problem import Groups
from schoolmap.optimize.group_problem import group_up
from schoolmap.optimize.group_programme import Surplus
from schoolmap.optimize.group_programme import choose
from schoolmap.optimize.group_programme import choose_in_order
from schoolmap.optimize.group_programme import surplus
from schoolmap.optimize.posing import pose
from schoolmap.optimize.prices import FAR

EVERY = (FAR - 1, FAR - 1)


@pytest.fixture
def town() -> tuple[Groups, Surplus]:
    """Two groups of three, four seats near and four far: one group goes far, though one seat stays empty near."""
    pupils, seats = pd.Series({"a": 6}), pd.Series({"near": 4, "far": 4})
    cost = pd.Series({("a", "near"): 1, ("a", "far"): 10})
    groups = group_up(pose(pupils, seats, cost), pupils, pd.Series({("one", "a"): 3, ("two", "a"): 3}))
    return groups, surplus(groups, cheapest_flow(groups.relaxed).prices)


def test_by_hand(town: tuple[Groups, Surplus]) -> None:
    """Split they would pay 24, whole they pay 33: nine above the bound."""
    groups, above = town
    assert above.bound == 24
    choice = choose(groups, above, np.array([-1, -1]), limits=EVERY, seed=0, seconds=60, error=0)
    assert sorted(choice.school.tolist()) == [0, 1]
    assert (choice.bound, choice.decided) == (9, True)


def test_in_order_the_bound_is_one_of_cost(town: tuple[Groups, Surplus]) -> None:
    """First that all six have a seat, then 33."""
    choice = choose_in_order(*town, np.array([-1, -1]), seed=0, seconds=60, error=0)
    assert sorted(choice.school.tolist()) == [0, 1]
    assert (choice.bound, choice.decided) == (33, True)


def test_a_gap_ends_it_sooner_and_the_bound_says_so(town: tuple[Groups, Surplus]) -> None:
    """With a gap that is allowed the bound stays below what is found, or is equal."""
    groups, above = town
    choice = choose(groups, above, np.array([-1, -1]), limits=EVERY, seed=0, seconds=60, error=20)
    assert 0 <= choice.bound <= 9


def test_a_small_surplus_leaves_few_pairs(town: tuple[Groups, Surplus]) -> None:
    """Where no pair has so small a surplus, the groups have none, and what the bound says of these pairs is true."""
    groups, above = town
    nothing = choose(groups, above, np.array([0, 1]), limits=(-1, -1), seed=0, seconds=60, error=0)
    assert nothing.school.tolist() == [-1, -1]
    assert nothing.bound > 9
