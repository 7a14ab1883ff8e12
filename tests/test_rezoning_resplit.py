"""A few zones split anew: never worse, and with all zones it is the best zoning there is."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from rezoning_towns import least
from rezoning_towns import road
from rezoning_towns import sound
from rezoning_towns import town

from schoolmap.optimize.rezoning import resplit
from schoolmap.optimize.rezoning.search import Zoning
from schoolmap.optimize.rezoning.search import begin


@settings(max_examples=12)
@given(st.integers(0, 10**6), st.booleans())
def test_all_zones_at_once_give_the_best_zoning(seed: int, chosen: bool) -> None:  # noqa: FBT001 - drawn
    """From a grown zoning on, with schools fixed or chosen."""
    problem = town(seed, areas=6, chosen=chosen)
    zone, opened = begin(problem)
    start = Zoning(zone, opened, problem.value(zone, opened))
    ended = resplit.solved(
        problem, start, np.isfinite(problem.linear), problem.land.may_close, deadline=time.perf_counter() + 60
    )
    assert ended.proven
    assert ended.zoning.value == pytest.approx(least(problem), rel=1e-6)


@settings(max_examples=12)
@given(st.integers(0, 10**6))
def test_others_stay_as_they_are(seed: int) -> None:
    """Two of three zones are split anew: no area of the third one moves, and it never costs more."""
    problem = town(seed, areas=6)
    rng = np.random.default_rng(seed)
    zonings = sound(problem)
    zone, opened = zonings[int(rng.integers(len(zonings)))]
    start = Zoning(zone, opened, problem.value(zone, opened))
    found = resplit.resplit(problem, start, np.array([0, 1]), deadline=time.perf_counter() + 60)
    assert ((found.zone == 2) == (zone == 2)).all()
    best = min(problem.value(one, opened) for one, _ in zonings if ((one == 2) == (zone == 2)).all())
    assert found.value == pytest.approx(best, rel=1e-6)


def test_a_closed_school_within_may_be_opened() -> None:
    """Only the left school is open; the right one stands in its zone, and opening it pays."""
    problem = road(opening=pd.Series({"right": 700.0}))
    zone, opened = np.zeros(5, dtype=np.int64), np.array([True, False])
    start = Zoning(zone, opened, problem.value(zone, opened))
    found = resplit.resplit(problem, start, np.array([0]), deadline=time.perf_counter() + 60)
    assert found.zone.tolist() == [0, 0, 0, 1, 1]
    assert found.opened.all()
    assert found.value == 15_000 + 700


def test_zones_beside_each_other() -> None:
    """Left and right share a border; with one zone there is none."""
    assert resplit.beside_zones(road(), np.array([0, 0, 0, 1, 1])).tolist() == [[False, True], [True, False]]
    assert not resplit.beside_zones(road(), np.zeros(5, dtype=np.int64)).any()


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.integers(1, 5))
def test_gathered_zones_hang_together(seed: int, number: int) -> None:
    """As many as asked for, as far as zones are beside each other; the centre is one."""
    rng = np.random.default_rng(seed)
    beside = rng.random((5, 5)) < 0.4
    beside = (beside | beside.T) & ~np.eye(5, dtype=bool)
    zones = resplit.gathered(rng, beside, 2, number)
    assert zones[0] == 2
    assert len(set(zones.tolist())) == len(zones) <= number
    for place in range(1, len(zones)):
        assert beside[zones[:place], zones[place]].any()
    if len(zones) < number:
        outside = np.setdiff1d(np.arange(5), zones)
        assert not beside[np.ix_(zones, outside)].any()


def test_without_time_nothing_is_lost() -> None:
    """A deadline that has passed gives back the start."""
    problem = road()
    start = Zoning(np.array([0, 1, 1, 1, 1]), np.ones(2, dtype=bool), 19_000.0)
    assert resplit.resplit(problem, start, np.array([0, 1]), deadline=time.perf_counter() - 1) is start
