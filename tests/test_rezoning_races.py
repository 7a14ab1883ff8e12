"""Races between sets of schools: every set gets sound zones, and the best one wins."""

from __future__ import annotations

import time

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

from schoolmap.optimize.rezoning import races
from schoolmap.optimize.rezoning.openings import openings
from schoolmap.optimize.rezoning.pool import Pool


def test_by_hand() -> None:
    """There is one set of schools with enough seats, and it gets the best zones."""
    problem = road(opening=pd.Series({"left": 500.0, "right": 700.0}))
    sets = openings(problem, deadline=time.perf_counter() + 60).sets
    pool = Pool(problem)
    found = races.race(problem, sets, pool, seed=0, until=time.perf_counter() + 60)
    assert [one.zone.tolist() for one in found] == [[0, 0, 0, 1, 1]]
    assert found[0].value == 16_200
    assert len(pool.zone) > 0


@settings(max_examples=4)
@given(st.integers(0, 10**6))
def test_zonings_are_sound_and_the_best_comes_first(seed: int) -> None:
    """One for each set that has one, each with what it costs; none is below the best there is."""
    problem = town(seed, areas=6, chosen=True)
    sets = openings(problem, deadline=time.perf_counter() + 60).sets
    assume(sets)
    found = races.race(problem, sets, Pool(problem), seed=seed, until=time.perf_counter() + 60)
    assert [one.value for one in found] == sorted(one.value for one in found)
    for one in found:
        assert problem.is_sound(one.zone, one.opened)
        assert one.value == pytest.approx(problem.value(one.zone, one.opened))
        assert one.value >= least(problem) - 1e-6
        assert any((one.opened == given.opened).all() for given in sets)


def test_the_same_seed_gives_the_same_zonings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two threads race, and the answer does not depend on which is faster."""
    monkeypatch.setattr(races, "_RACES", ((8, 100), (4, 300)))
    problem = town(11, areas=40, schools=6, chosen=True)
    sets = openings(problem, deadline=time.perf_counter() + 60).sets
    one, other = (races.race(problem, sets, Pool(problem), seed=3, until=time.perf_counter() + 60) for _ in range(2))
    assert [zoning.value for zoning in one] == [zoning.value for zoning in other]
    assert all(np.array_equal(a.zone, b.zone) for a, b in zip(one, other, strict=True))
