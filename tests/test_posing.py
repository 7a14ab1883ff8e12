"""Tables to a flow problem: what counts before what, and the way back to the labels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from schoolmap.errors import LabelError
from schoolmap.optimize.posing import pose

COST = pd.Series({("b", "t"): 2, ("a", "s"): 5, ("b", "s"): 1})
SEATS = pd.Series({"t": 4, "s": 3})


def test_by_hand() -> None:
    """Areas and schools are in the order of their names, and each knows where it stood."""
    posed = pose(pd.Series({"b": 7, "a": 2}), SEATS, COST)
    assert posed.problem.pupils.tolist() == [2, 7]
    assert posed.problem.room.tolist() == [[3, 4]]
    assert posed.problem.offers.cost.tolist() == [5, 1, 2]
    assert (posed.row.tolist(), posed.school.tolist(), posed.key.tolist()) == ([1, 0], [1, 0], [1, 2, 0])
    # more than twice what a chain over both schools can save
    assert posed.problem.without.tolist() == [21, 21]


def test_a_tier_is_charged_a_step_more_than_the_next() -> None:
    """Rows of one area follow each other, those who are served first in front."""
    pupils = pd.Series({("b", "late"): 1, ("b", "early"): 2, ("a", "late"): 3})
    posed = pose(pupils, SEATS, COST, tiers=["early", "late"])
    assert posed.problem.pupils.tolist() == [3, 2, 1]
    assert posed.problem.area.tolist() == [0, 1, 1]
    assert (posed.problem.without / posed.step).tolist() == [1, 2, 1]


def test_a_seat_counts_before_a_least_number_and_that_before_the_way() -> None:
    """A least number is rewarded, an added seat charged, each by less than leaving a pupil out."""
    pupils = pd.Series({"a": 2, "b": 7})
    floors = pose(pupils, SEATS, COST, floors=pd.Series({"s": 1, "t": 2})).problem
    assert floors.room.tolist() == [[1, 2], [2, 2]]
    assert floors.toll.tolist() == [-21, 0]
    extra = pose(pupils, SEATS, COST, extra=pd.Series({"s": 9, "t": 0})).problem
    assert extra.room.tolist() == [[3, 4], [9, 0]]
    assert extra.toll.tolist() == [0, 21]
    assert extra.without.tolist() == floors.without.tolist() == [63, 63]


def test_a_matrix_knows_its_places() -> None:
    """The place of a pair is counted along the rows of the matrix, also where some are left out."""
    posed = pose(pd.Series({"b": 7, "a": 2}), SEATS, np.array([[2, 1], [np.inf, 5]]))
    assert posed.key.tolist() == [3, 1, 0]
    assert posed.price.tolist() == [5, 1, 2]


def test_refuses_seats_of_others() -> None:
    """Least numbers and added seats are given for every school."""
    with pytest.raises(LabelError, match="`addable` and `seats` describe different units"):
        pose(pd.Series({"a": 2, "b": 7}), SEATS, COST, extra=pd.Series({"s": 1}))
