"""Tables to a zoning problem: what a zoning costs and which rules it keeps, counted anew by hand and by a walk."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from rezoning_towns import road
from rezoning_towns import sound
from rezoning_towns import town
from rezoning_towns import walked

BOTH = np.ones(2, dtype=bool)


def test_value_by_hand() -> None:
    """Four villages to the left: 4,000 + 6,000 + 15,000 m, and four pupils above its seats."""
    problem = road()
    zone = np.array([0, 0, 0, 0, 1])
    assert problem.totals(zone, BOTH) == (25_000.0, 4.0, 0.0)
    assert problem.value(zone, BOTH) == 25_000 + 4 * problem.land.charge
    assert problem.load(zone)[:, 0].tolist() == [16.0, 6.0]


def test_a_seat_outweighs_every_way() -> None:
    """The charge for a pupil without a seat is more than all ways together can save, and what opening can."""
    problem = road(opening=pd.Series({"right": 700.0}))
    ways = problem.linear
    assert problem.land.charge > (ways.max(axis=1) - ways.min(axis=1)).sum() + 700


def test_opening_is_paid_by_open_schools() -> None:
    """A school that is closed costs nothing."""
    problem = road(opening=pd.Series({"left": 500.0, "right": 700.0}))
    left = np.array([True, False])
    assert problem.totals(np.zeros(5, dtype=np.int64), left)[0] == 500 + 4000 + 6000 + 15_000 + 24_000


def test_moved_pupils_and_borders_are_counted() -> None:
    """Village d moves, and one border of weight 10 is cut."""
    today = pd.Series(["left", "left", "left", "left", "right"], index=list("abcde"))
    problem = road(today=today, weight_moved=100.0, weight_border=10.0)
    cost, _, moved = problem.totals(np.array([0, 0, 0, 1, 1]), BOTH)
    assert (cost, moved) == (4000 + 6000 + 5000 + 5 * 100 + 10, 5.0)


@settings(max_examples=15)
@given(st.integers(0, 10**6))
def test_sound_is_what_a_walk_and_the_rules_say(seed: int) -> None:
    """A random zoning is sound if it hangs together and each school has its own area."""
    problem = town(seed, areas=5)
    zone = np.random.default_rng(seed).integers(0, 3, 5)
    home, own = np.nonzero(problem.root)
    expected = bool(walked(problem, zone).all() and (zone[home] == own).all())
    assert problem.is_sound(zone, np.ones(3, dtype=bool)) == expected


def test_a_closed_school_has_no_zone() -> None:
    """An area of a closed school is not sound; nor is one that moves too many."""
    problem = road(opening=pd.Series({"right": 1.0}))
    assert not problem.is_sound(np.array([0, 0, 0, 1, 1]), np.array([True, False]))
    assert problem.is_sound(np.zeros(5, dtype=np.int64), np.array([True, False]))
    today = pd.Series(["left", "left", "left", "left", "right"], index=list("abcde"))
    assert not road(today=today, most_moved=4).is_sound(np.array([0, 0, 0, 1, 1]), BOTH)
    assert road(today=today, most_moved=5).is_sound(np.array([0, 0, 0, 1, 1]), BOTH)


def test_farther_than_allowed_is_barred() -> None:
    """Only where the way grows by at most 1,500 m, and where an area is today."""
    today = pd.Series(["left", "left", "left", "left", "right"], index=list("abcde"))
    problem = road(today=today, most_added_m=1500)
    assert np.isfinite(problem.linear).tolist() == [
        [True, False],
        [True, False],
        [True, True],
        [True, True],
        [False, True],
    ]


@settings(max_examples=15)
@given(st.integers(0, 10**6))
def test_every_town_has_a_sound_zoning(seed: int) -> None:
    """Without limits on who moves there always is one: the tests of others rest on it."""
    assert sound(town(seed, areas=5))


def test_protected_years_need_today() -> None:
    """Who stays at the school of before is known only with the zones of before."""
    with pytest.raises(ValueError, match="need `today`"):
        road(grandfather_years=1)
    with pytest.raises(ValueError, match="1 or more"):
        road(grandfather_years=0, grades=0)
