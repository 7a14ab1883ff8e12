"""Compiled moves of areas and of zones: what they book is what counting anew gives, and no rule is broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from rezoning_towns import sound
from rezoning_towns import town
from rezoning_towns import walked

from schoolmap.optimize.rezoning import move_kernel
from schoolmap.optimize.rezoning import search
from schoolmap.optimize.rezoning import site_kernel
from schoolmap.optimize.rezoning import zone_kernel

if TYPE_CHECKING:
    from schoolmap.optimize.rezoning.problem import Problem
    from schoolmap.optimize.rezoning.zone_kernel import Draft

PLAIN = np.ones(3, dtype=bool)


def drawn(seed: int, *, chosen: bool = False) -> tuple[Problem, Draft]:
    """Return a town with a random sound zoning, borders and moved pupils counted."""
    rng = np.random.default_rng(seed)
    plain = town(seed, areas=6, chosen=chosen)
    today = pd.Series(rng.choice(plain.zones, 6), index=plain.areas)
    problem = town(seed, areas=6, chosen=chosen, today=today, weight_moved=70.0, weight_border=30.0)
    zonings = sound(problem)
    return problem, zone_kernel.draft(problem.land, *zonings[int(rng.integers(len(zonings)))])


def totals_are_true(problem: Problem, plan: Draft) -> bool:
    """Say whether the running totals, loads and members are those of counting anew."""
    members = [sorted(plan.member[own, : plan.number[own]]) for own in range(3)]
    return bool(
        np.allclose(plan.total, problem.totals(plan.zone, plan.opened))
        and np.allclose(plan.load, problem.load(plan.zone))
        and members == [np.flatnonzero(plan.zone == own).tolist() for own in range(3)]
    )


@settings(max_examples=8)
@given(st.integers(0, 10**6))
def test_a_change_is_what_counting_anew_gives(seed: int) -> None:
    """For each area and zone; and put back, everything is as before."""
    problem, plan = drawn(seed)
    for area, goal in np.ndindex(6, 3):
        if goal == plan.zone[area]:
            continue
        before = np.array(problem.totals(plan.zone, plan.opened))
        step = zone_kernel.change(problem.land, plan, area, goal)
        source = plan.zone[area]
        zone_kernel.put(problem.land, plan, area, goal, *step)
        assert np.array(problem.totals(plan.zone, plan.opened)) - before == pytest.approx(np.array(step), abs=1e-6)
        assert totals_are_true(problem, plan)
        zone_kernel.put(problem.land, plan, area, source, *(-part for part in step))
    assert totals_are_true(problem, plan)


@settings(max_examples=8)
@given(st.integers(0, 10**6))
def test_an_area_may_leave_and_join_where_a_walk_says_so(seed: int) -> None:
    """The zone it leaves and the one it joins hang together afterwards: just then it may."""
    problem, plan = drawn(seed)
    land = problem.land
    for area, goal in np.ndindex(6, 3):
        source = int(plan.zone[area])
        if goal == source:
            continue
        zone = plan.zone.copy()
        zone[area] = goal
        hangs = walked(problem, zone) | land.exempt[np.arange(6), zone]
        own = land.must[area]
        leaves = bool(hangs[zone == source].all()) and own != source
        # an area beside the school joins the zone also where the school's own area is another's
        joins = bool(hangs[area]) and own in {-1, goal}
        plain = ~land.exempt.any(axis=0)
        if own in {-1, source} and own != goal:
            assert zone_kernel.may_leave(land, plan, area) == leaves
        if own == -1:
            assert zone_kernel.may_join(land, plan, area, goal, plain) == joins


@settings(max_examples=8)
@given(st.integers(0, 10**6))
def test_random_moves_break_no_rule(seed: int) -> None:
    """Shifts, exchanges and chains, whether made or undone, keep totals true and zones sound."""
    problem, plan = drawn(seed)
    land, price = problem.land, np.zeros_like(problem.land.seats)
    rng = np.random.default_rng(seed)
    plain = ~land.exempt.any(axis=0)
    for _ in range(40):
        area = int(rng.integers(6))
        goal = move_kernel.random_goal(land, plan, area)
        if goal < 0:
            continue
        move = (move_kernel.shift, move_kernel.exchange, move_kernel.push)[int(rng.integers(3))]
        before = plan.zone.copy()
        done = move(land, plan, plain, price, area, goal, 500.0, 100.0)
        assert done or (plan.zone == before).all()
        assert totals_are_true(problem, plan)
        assert problem.is_sound(plan.zone, plan.opened)


@settings(max_examples=8)
@given(st.integers(0, 10**6))
def test_opening_and_closing_break_no_rule(seed: int) -> None:
    """Schools that open claim their areas, those that close have none; else all is as it was."""
    plain_town = town(seed, areas=8, chosen=True)
    land = plain_town.land
    plan = zone_kernel.draft(land, *search.begin(plain_town))
    near = np.array([[1, 2], [0, 2], [0, 1]])
    kept, kept_opened = plan.zone.copy(), plan.opened.copy()
    for _ in range(10):
        site_kernel.move_sites(land, plan, PLAIN, near, 500.0, 100.0, kept, kept_opened)
        assert totals_are_true(plain_town, plan)
        assert plain_town.is_sound(plan.zone, plan.opened)
        assert plan.number[~plan.opened].sum() == 0


def test_a_price_of_seats_by_hand() -> None:
    """Four pupils who change from a seat worth 2 to one worth 5 pay 12 more."""
    problem, _ = drawn(1)
    land = problem.land._replace(pupils=np.full((6, 1), 4.0))
    price = np.array([[2.0], [5.0], [0.0]])
    assert move_kernel.tilt(land, price, 0, 0, 1) == 12.0
    assert move_kernel.tilt(land, price, 0, 1, 2) == -20.0
