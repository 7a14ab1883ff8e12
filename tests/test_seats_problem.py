"""The problem as positions: plans for nobody and nowhere, and sites that a better plan cannot open or close."""

from __future__ import annotations

import numpy as np

from schoolmap.optimize.location import survey
from schoolmap.optimize.seats_problem import Problem
from schoolmap.optimize.seats_problem import for_nobody
from schoolmap.optimize.seats_problem import for_nowhere
from schoolmap.optimize.seats_problem import strike
from schoolmap.optimize.seats_problem import with_spare


def problem(*, number: int = 0) -> Problem:
    """Return two areas and three sites, of which the last is open already."""
    return Problem(
        cost=np.array([[2.0, 4.0], [6.0, 8.0], [10.0, 12.0]]),
        demand=np.array([2, 4]),
        capacity=np.array([5, 6, 7]),
        opening=np.array([9.0, 3.0, 5.0]),
        state=np.array([0, 0, 1], dtype=np.int8),
        number=number,
        spare=False,
        step=1.0,
    )


def test_a_better_plan_is_a_step_better() -> None:
    """Whole costs differ by 1; of others it is only known that they are less."""
    assert problem().goal(100.0) == 99.0
    assert 99.9 < problem()._replace(step=0.0).goal(100.0) < 100.0


def test_nobody_needs_only_the_sites_that_are_open() -> None:
    """Open ones are paid; of a number, the cheapest others too."""
    alone, two = for_nobody(problem()), for_nobody(problem(number=2))
    assert (alone.opened.tolist(), alone.cost) == ([2], 5.0)
    assert (two.opened.tolist(), two.cost) == ([1, 2], 8.0)
    assert two.lower_bound == two.cost


def test_the_last_site_takes_whom_no_other_can() -> None:
    """It has a seat for everybody, for what a pupil without one counts; a pair that is not allowed costs more still."""
    import pandas as pd  # noqa: PLC0415 - used here only

    demand = pd.Series({"a": 2, "b": 4})
    cost = pd.Series({("a", "s"): 1.0, ("b", "t"): 2.0, ("a", "u"): 5.0})
    ground = survey(demand, cost, unserved_cost=None)
    spare = with_spare(problem(number=2), ground, dear=100.0)
    assert spare.cost[-1].tolist() == [200.0, 400.0]
    assert spare.capacity[-1] == 6
    assert (spare.number, spare.state[-1], spare.needed) == (3, 1, 0)
    assert (spare.cost[:-1][~ground.allowed] > 400.0).all()
    nowhere = for_nowhere(spare)
    assert nowhere.cost == 600.0 + spare.opening[nowhere.opened].sum()
    assert (nowhere.share[-1] == 1).all()


def test_sites_are_struck_where_the_bound_would_pass_the_goal() -> None:
    """Bound 100, goal 110: a site worth 20 stays closed, one that saves 20 opens, one worth 5 is undecided."""
    state = np.zeros(3, dtype=np.int8)
    assert strike(problem(), 100.0, np.array([20.0, -20.0, 5.0]), state, 110.0).tolist() == [-1, 1, 0]
    # two of three: the first replaces one of the others for 25 or 22 more
    two = strike(problem(number=2), 100.0, np.array([20.0, -5.0, -2.0]), state, 110.0)
    assert two.tolist() == [-1, 1, 1]
    assert strike(problem(), 100.0, np.array([20.0, -20.0, 5.0]), state, np.inf).tolist() == [0, 0, 0]
