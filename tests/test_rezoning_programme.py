"""The zoning as a programme: its best answer is that of trying all zonings, once all cuts are there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from rezoning_towns import least
from rezoning_towns import road
from rezoning_towns import town

from schoolmap.optimize.rezoning.formulation import formulate
from schoolmap.optimize.rezoning.formulation import most_short
from schoolmap.optimize.rezoning.programme import Programme
from schoolmap.optimize.rezoning.search import Zoning

if TYPE_CHECKING:
    from schoolmap.optimize.rezoning.problem import Problem


def everything(problem: Problem, *, limit: float) -> Programme:
    """Return the programme of all pairs and schools."""
    land = problem.land
    alive = np.isfinite(land.linear)
    return Programme(problem, alive, limit=limit, free=land.may_close, opened=~land.may_close)


def test_a_school_whose_own_area_cannot_be_its_stays_closed() -> None:
    """Where the pair of a school and its home was ruled out, no row points to a column that is not there."""
    problem = road(opening=pd.Series({"left": 1.0, "right": 1.0}))
    land = problem.land
    alive = np.isfinite(land.linear)
    alive[0, 0] = False
    made = formulate(problem, alive, limit=1e9, free=np.array([True, True]), opened=np.array([False, False]))
    assert made.column[0, 0] == -1
    assert min(columns.min() for columns, *_ in made.rows if len(columns)) >= 0
    programme = Programme(problem, alive, limit=1e9, free=np.array([True, True]), opened=np.array([False, False]))
    programme.whole()
    assert programme.run(soon()) == "optimal"
    found = programme.answer()
    assert found is not None
    assert found[1].tolist() == [False, True]


def soon() -> float:
    """Return a time limit that is not reached."""
    return time.perf_counter() + 60


@settings(max_examples=12)
@given(st.integers(0, 10**6), st.booleans())
def test_with_all_cuts_it_finds_what_trying_all_finds(seed: int, chosen: bool) -> None:  # noqa: FBT001 - drawn
    """Schools fixed or chosen, seats enough or not: the same value, and a sound zoning."""
    problem = town(seed, areas=6, chosen=chosen)
    programme = everything(problem, limit=1e9)
    programme.whole()
    for _ in range(50):
        assert programme.run(soon()) == "optimal"
        if programme.cut(programme.parts()) == 0:
            break
    found = programme.answer()
    assert found is not None
    assert problem.is_sound(*found)
    assert problem.value(*found) == pytest.approx(least(problem), rel=1e-6)
    assert programme.bound() == pytest.approx(least(problem), rel=1e-5)


@settings(max_examples=12)
@given(st.integers(0, 10**6), st.booleans())
def test_shares_cost_no_more_than_whole_areas(seed: int, chosen: bool) -> None:  # noqa: FBT001 - drawn
    """The relaxation is a bound, and what a pair adds to it is one as well."""
    problem = town(seed, areas=6, chosen=chosen)
    best = least(problem)
    programme = everything(problem, limit=best)
    assume(programme.run(soon()) == "optimal")
    assert programme.value() <= best * (1 + 1e-6) + 1e-6
    assert (programme.reduced() >= 0).all()
    assert (programme.prices() >= 0).all()
    assert programme.parts().sum(axis=1) == pytest.approx(np.ones(6))


def test_prices_by_hand() -> None:
    """One seat more at the left lets one pupil of village c go there whole: nothing is saved where seats are free."""
    programme = everything(road(), limit=1e9)
    assert programme.run(soon()) == "optimal"
    assert programme.value() == pytest.approx(4000 + 6000 + 5000)
    assert programme.prices().tolist() == [[0.0], [0.0]]


def test_a_hint_is_answered_with_something_as_good() -> None:
    """Begun with the best zoning, it ends with it; begun with a poor one, too."""
    problem = road(opening=pd.Series({"left": 500.0, "right": 700.0}))
    for zone in ([0, 0, 0, 1, 1], [0, 1, 1, 1, 1]):
        programme = everything(problem, limit=1e9)
        programme.whole()
        places, opened = np.array(zone), np.ones(2, dtype=bool)
        programme.hint(Zoning(places, opened, problem.value(places, opened)))
        assert programme.run(soon()) == "optimal"
        found = programme.answer()
        assert found is not None
        assert found[0].tolist() == [0, 0, 0, 1, 1]


def test_without_time_it_is_stopped() -> None:
    """A deadline that has passed is kept."""
    assert everything(road(), limit=1e9).run(time.perf_counter() - 1) == "stopped"


def test_pupils_without_a_seat_are_those_that_can_be_paid_for() -> None:
    """A room of two and a half charges pays for two pupils; without a charge for any number."""
    land = road(charge_short=1000.0).land
    assert most_short(land, 2500.0) == 2
    assert most_short(land, -1.0) == 0
    assert most_short(land._replace(charge=0.0), 5.0) == np.inf


def test_columns_by_hand() -> None:
    """Schools stand in a and e: these two areas are settled, the three others are open to choice."""
    problem = road()
    form = formulate(
        problem, np.ones((5, 2), dtype=bool), limit=1e9, free=np.zeros(2, dtype=bool), opened=np.ones(2, dtype=bool)
    )
    assert form.alive.sum(axis=1).tolist() == [1, 2, 2, 2, 1]
    assert (form.column >= 0).tolist() == form.alive.tolist()
    assert form.complete
