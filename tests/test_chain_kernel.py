"""Chains of moves, against linear programming and against one step after the other by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import linprog

from schoolmap.optimize.chain_kernel import improve

Town = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


@st.composite
def towns(draw: st.DrawFn) -> Town:
    """Draw costs, which of them are allowed, pupils and seats."""
    areas, schools = draw(st.integers(1, 25)), draw(st.integers(1, 6))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    cost = rng.integers(0, draw(st.sampled_from([2, 30])), (areas, schools))
    allowed = rng.random(cost.shape) < draw(st.sampled_from([0.5, 1.0]))
    return cost, allowed, rng.integers(0, 9, areas), rng.integers(0, draw(st.sampled_from([5, 40])), schools)


def run(town: Town, prices: list[int], spare: int = 1000) -> tuple[bool, float, np.ndarray, np.ndarray, np.ndarray]:
    """Return whether it was done, what the plan costs, seated pupils by area and by school, and who has no seat."""
    cost, allowed, pupils, seats = town
    first = np.append(0, np.cumsum(allowed.sum(axis=1)))
    school = np.broadcast_to(np.arange(cost.shape[1], dtype=np.int32), cost.shape)[allowed]
    offers = (first.astype(np.int64), school, cost[allowed].astype(np.int64))
    without = np.full(len(pupils), 1000)
    done, row, pair, flow, unserved = improve(offers, pupils, without, seats, np.array(prices, dtype=np.int64), spare)
    total = float(flow @ offers[2][pair] + unserved.sum() * 1000)
    seated = np.bincount(row, weights=flow, minlength=len(pupils))
    return done, total, seated, np.bincount(school[pair], weights=flow, minlength=len(seats)), unserved


def test_by_hand() -> None:
    """Two of three fit where all would like to go; who loses least by it goes elsewhere."""
    town = (np.array([[1, 5], [1, 9]]), np.ones((2, 2), dtype=bool), np.array([2, 1]), np.array([2, 2]))
    done, total, seated, load, unserved = run(town, [0, 0])
    assert (done, total) == (True, 7)
    assert (seated.tolist(), load.tolist(), unserved.tolist()) == ([2, 1], [2, 1], [0, 0])


@given(towns(), st.lists(st.integers(-5, 40), min_size=6, max_size=6), st.sampled_from([1, 60]))
def test_any_first_prices_end_at_the_cheapest_plan(town: Town, prices: list[int], times: int) -> None:
    """However wrong the prices were at first, it is what linear programming finds, and the books balance."""
    cost, allowed, pupils, seats = town
    areas, schools = cost.shape
    done, total, seated, load, unserved = run(town, [price * times for price in prices[:schools]])
    assert done
    assert (seated + unserved == pupils).all()
    assert (load <= seats).all()
    price = np.column_stack([np.where(allowed, cost, 2000), np.full(areas, 1000)]).ravel()
    of_area = sparse.kron(sparse.eye_array(areas), np.ones((1, schools + 1)))
    of_school = sparse.kron(np.ones((1, areas)), sparse.eye_array(schools, schools + 1))
    least = linprog(price, A_ub=of_school, b_ub=seats, A_eq=of_area, b_eq=pupils).fun
    assert total == pytest.approx(least, rel=1e-9, abs=1e-6)


def test_it_says_when_there_is_no_place_to_split_areas() -> None:
    """Without a place for an area at a second school the plan is not finished, and says so."""
    town = (np.array([[1, 5]]), np.ones((1, 2), dtype=bool), np.array([3]), np.array([2, 2]))
    assert not run(town, [0, 0], spare=0)[0]
    assert run(town, [0, 0], spare=1)[:2] == (True, 7)
