"""Which schools to open: the cheapest sets if areas may be split, and a bound that no zoning undercuts."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from rezoning_towns import posed
from rezoning_towns import road
from rezoning_towns import sound
from rezoning_towns import town
from scipy.optimize import linprog

from schoolmap.optimize.rezoning.openings import filled
from schoolmap.optimize.rezoning.openings import openings
from schoolmap.optimize.rezoning.openings import seats_all
from schoolmap.optimize.rezoning.search import Zoning

if TYPE_CHECKING:
    import numpy.typing as npt

    from schoolmap.optimize.rezoning.openings import Openings
    from schoolmap.optimize.rezoning.problem import Problem


def found(problem: Problem) -> Openings:
    """Return all there is to find, without a time limit that is reached."""
    return openings(problem, deadline=time.perf_counter() + 60)


def split(problem: Problem, opened: npt.NDArray[np.bool_]) -> float:
    """Return what a set of schools costs if areas may be split, as a linear programme."""
    land, sites = problem.land, np.flatnonzero(opened)
    areas = len(problem.areas)
    part = np.kron(np.eye(areas), np.ones(len(sites)))
    load = np.kron(land.pupils[:, 0], np.eye(len(sites)))
    answer = linprog(
        land.linear[:, sites].ravel(), A_eq=part, b_eq=np.ones(areas), A_ub=load, b_ub=land.seats[sites, 0]
    )
    return float(answer.fun) + float(land.opening[sites].sum()) if answer.success else np.inf


def test_by_hand() -> None:
    """Neither school has seats for all 22 pupils, so both are open; everybody goes to the nearer one."""
    problem = road(opening=pd.Series({"left": 500.0, "right": 700.0}))
    ways = found(problem)
    assert [one.opened.tolist() for one in ways.sets] == [[True, True]]
    assert ways.sets[0].value == 15_000 + 1200
    assert ways.sets[0].zone.tolist() == [0, 0, 0, 1, 1]
    assert ways.bound == pytest.approx(15_000 + 1200)


@settings(max_examples=12)
@given(st.integers(0, 10**6))
def test_each_set_costs_what_a_linear_programme_says(seed: int) -> None:
    """The cheapest set first; no zoning that seats everybody costs less than the bound."""
    problem = town(seed, areas=6, chosen=True)
    ways = found(problem)
    values = [one.value for one in ways.sets]
    assert values == sorted(values)
    for one in ways.sets:
        assert one.value == pytest.approx(split(problem, one.opened))
        assert one.opened[one.zone].all()
    seated = [problem.value(*one) for one in sound(problem) if problem.totals(*one)[1] == 0]
    assert ways.bound <= min(seated, default=np.inf) + 1e-6


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.booleans())
def test_filled_seats_are_a_bound(seed: int, chosen: bool) -> None:  # noqa: FBT001 - drawn
    """Schools fixed or chosen: no zoning that seats everybody costs less."""
    problem = town(seed, areas=6, chosen=chosen)
    seated = [problem.value(*one) for one in sound(problem) if problem.totals(*one)[1] == 0]
    assert filled(problem, limit=min(seated, default=1e6)) <= min(seated, default=np.inf) + 1e-6


def test_whole_areas_fill_seats_badly() -> None:
    """At the left there are seats for one area of 3, not for half of the next: shares of areas do not know that."""
    names = ["a", "b", "c"]
    problem = posed(
        pd.Series(3, index=names),
        pd.Series({"left": 4, "right": 9}),
        pd.DataFrame({"left": [0, 0, 0], "right": [9, 9, 9]}, index=names),
        pd.MultiIndex.from_tuples([("a", "b"), ("b", "c")]),
        pd.Series({"left": "a", "right": "c"}),
    )
    assert split(problem, np.ones(2, dtype=bool)) == pytest.approx(45)
    assert filled(problem, limit=54.0) == pytest.approx(54, rel=1e-3)


def test_what_cannot_be_said() -> None:
    """Schools that are all open, or too few seats: no sets, and no bound."""
    assert found(road()).sets == []
    short = road(opening=pd.Series({"left": 1.0}))
    few = found(
        type(short)(
            **{name: getattr(short, name) for name in short.__slots__}
            | {"land": short.land._replace(seats=short.land.seats - 5)}
        )
    )
    assert (few.sets, few.bound) == ([], -np.inf)


def test_the_bound_holds_only_where_everybody_is_seated() -> None:
    """With a small charge it may pay to leave pupils without a seat, and with the usual one never."""
    both = np.ones(2, dtype=bool)
    for charge, holds in ((None, True), (10.0, False)):
        problem = road(opening=pd.Series({"left": 500.0, "right": 700.0}), charge_short=charge)
        zone = np.array([0, 0, 0, 1, 1])
        assert seats_all(problem, Zoning(zone, both, problem.value(zone, both))) is holds
    over = np.array([0, 0, 0, 0, 1])
    assert not seats_all(problem, Zoning(over, both, problem.value(over, both)))
