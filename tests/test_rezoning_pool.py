"""Zones that were met, and the zoning that combines them best."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from rezoning_towns import road
from rezoning_towns import sound
from rezoning_towns import town

from schoolmap.optimize.rezoning.pool import Pool
from schoolmap.optimize.rezoning.search import Zoning


def test_zones_of_two_zonings_are_combined() -> None:
    """The left zone of one and the right zone of the other make a better one than both."""
    problem, both = road(), np.ones(2, dtype=bool)
    pool = Pool(problem)
    pool.add(np.array([[0, 0, 0, 0, 1], [0, 1, 1, 1, 1], [0, 0, 1, 1, 1]]))
    # four villages are too many for the seats at either end
    assert sorted(zip(pool.zone, (len(areas) for areas in pool.areas), strict=True)) == [(0, 1), (0, 2), (1, 1)]
    pool.add(np.array([[0, 0, 0, 1, 1]]))
    start = np.array([0, 0, 1, 1, 1])
    found = pool.combine(Zoning(start, both, 1e9 - 1), deadline=time.perf_counter() + 60)
    # pupils without a seat are no part of a pool: from there nothing is combined
    assert found.zone.tolist() == start.tolist()


@settings(max_examples=12)
@given(st.integers(0, 10**6), st.booleans())
def test_it_is_the_best_of_all_combinations(seed: int, chosen: bool) -> None:  # noqa: FBT001 - drawn
    """Of some zonings that seat everybody: the cheapest that takes each zone as one of them has it."""
    problem = town(seed, areas=6, chosen=chosen)
    rng = np.random.default_rng(seed)
    seated = [one for one in sound(problem) if problem.totals(*one)[1] == 0]
    assume(seated)
    some = [seated[place] for place in rng.integers(0, len(seated), 6)]
    pool = Pool(problem)
    pool.add(np.stack([zone for zone, _ in some]))
    now = max((Zoning(zone, opened, problem.value(zone, opened)) for zone, opened in some), key=lambda one: one.value)
    found = pool.combine(now, deadline=time.perf_counter() + 60)
    known = {(own, frozenset(np.flatnonzero(zone == own))) for zone, _ in some for own in range(3)}
    best = min(
        problem.value(zone, opened)
        for zone, opened in seated
        if all((own, frozenset(np.flatnonzero(zone == own))) in known for own in range(3) if (zone == own).any())
    )
    assert found.value == pytest.approx(best)
    assert problem.is_sound(found.zone, found.opened)
    assert found.value == pytest.approx(problem.value(found.zone, found.opened))


@settings(max_examples=15)
@given(st.integers(0, 10**6))
def test_the_same_zones_twice_are_one(seed: int) -> None:
    """Zonings may be added in any order and often; a zone is kept once."""
    problem = town(seed)
    zonings = np.random.default_rng(seed).integers(0, 3, (5, 7))
    once, often = Pool(problem), Pool(problem)
    once.add(zonings)
    for row in [*zonings[::-1], *zonings]:
        often.add(row[None])
    kept = [{(zone, tuple(areas)) for zone, areas in zip(pool.zone, pool.areas, strict=True)} for pool in (once, often)]
    assert kept[0] == kept[1]
    assert len(often.zone) == len(kept[1])


def test_borders_are_shared_by_two() -> None:
    """Each zone pays half of what its border costs."""
    problem = road(weight_border=10.0)
    pool = Pool(problem)
    pool.add(np.array([[0, 0, 0, 1, 1]]))
    assert pool.border().tolist() == [5.0, 5.0]
    assert sum(pool.cost) + pool.border().sum() == problem.value(np.array([0, 0, 0, 1, 1]), np.ones(2, dtype=bool))


def test_an_empty_pool_combines_nothing() -> None:
    """What was there is given back, also where there is no time."""
    problem = road()
    start = Zoning(np.array([0, 0, 0, 1, 1]), np.ones(2, dtype=bool), 15_000.0)
    assert Pool(problem).combine(start, deadline=0.0) is start
    pool = Pool(problem)
    pool.add(np.array(list(itertools.product(range(2), repeat=5))))
    assert pool.combine(start, deadline=0.0).value == 15_000.0
