"""A search for zones: where it begins, that it keeps every rule, and that it finds what is best in a small town."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from rezoning_towns import least
from rezoning_towns import road
from rezoning_towns import town

from schoolmap.optimize.rezoning import search

if TYPE_CHECKING:
    from schoolmap.optimize.rezoning.problem import Problem
    from schoolmap.optimize.rezoning.search import Zoning


def annealed(problem: Problem, *, seed: int, site_share: float = 0.0, moves: int = 3000) -> Zoning:
    """Return the best zoning of one run from a grown one on."""
    return search.anneal(
        problem,
        search.begin(problem),
        moves=moves,
        heat=search.heat_of(problem, np.ones(len(problem.zones), dtype=bool)),
        seed=seed,
        deadline=np.inf,
        site_share=site_share,
        price=np.zeros_like(problem.land.seats),
    )


def test_zones_grow_from_open_schools() -> None:
    """The nearest village goes first; a closed school gets none, and its own village goes to the other."""
    problem = road(opening=pd.Series({"right": 700.0}))
    assert search.grown(problem, np.array([True, True])).tolist() == [0, 0, 0, 1, 1]
    assert search.grown(problem, np.array([True, False])).tolist() == [0] * 5


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.integers(1, 7))
def test_grown_zones_are_sound(seed: int, chosen: int) -> None:
    """Whatever schools are open."""
    problem = town(seed, areas=9, chosen=True)
    opened = np.array([bool(chosen & bit) for bit in (1, 2, 4)])
    assert problem.is_sound(search.grown(problem, opened), opened)


@settings(max_examples=15)
@given(st.integers(0, 10**6))
def test_a_search_begins_with_today_or_with_all_open(seed: int) -> None:
    """Today's zones stay but for areas of schools, and what these cut off."""
    rng = np.random.default_rng(seed)
    plain = town(seed)
    zone, opened = search.begin(plain)
    assert opened.all()
    assert plain.is_sound(zone, opened)
    now = town(seed, today=pd.Series(plain.zones[zone], index=plain.areas))
    again, _ = search.begin(now)
    assert again.tolist() == zone.tolist()
    mixed = town(seed, today=pd.Series(rng.choice(plain.zones, 7), index=plain.areas))
    assert mixed.is_sound(*search.begin(mixed))


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.booleans())
def test_it_keeps_the_rules_and_never_beats_the_best(seed: int, chosen: bool) -> None:  # noqa: FBT001 - drawn
    """Schools fixed or chosen; the value is what the zoning costs, and no more than that of the start."""
    problem = town(seed, areas=6, chosen=chosen)
    found = annealed(problem, seed=seed, site_share=0.01 * chosen)
    assert problem.is_sound(found.zone, found.opened)
    assert found.value == pytest.approx(problem.value(found.zone, found.opened))
    assert least(problem) - 1e-6 <= found.value <= problem.value(*search.begin(problem)) + 1e-6


@pytest.mark.parametrize("seed", range(4))
def test_small_towns_are_solved(seed: int) -> None:
    """With schools fixed, six areas are no task."""
    problem = town(seed, areas=6)
    assert annealed(problem, seed=1, moves=20_000).value == pytest.approx(least(problem))


def test_the_same_seed_gives_the_same_zoning() -> None:
    """And so does a run that also gives what it met."""
    problem = town(5, areas=40, schools=5)
    seen: list[object] = []
    start, heat = search.begin(problem), search.heat_of(problem, np.ones(5, dtype=bool))
    price = np.zeros_like(problem.land.seats)
    runs = [
        search.anneal(
            problem,
            start,
            moves=40_000,
            heat=heat,
            seed=7,
            deadline=np.inf,
            site_share=0.0,
            price=price,
            snapshots=kept,
        )
        for kept in (None, seen)
    ]
    assert runs[0].zone.tolist() == runs[1].zone.tolist()
    for zonings in seen:
        for zone in np.unique(zonings, axis=0):  # type: ignore[call-overload]
            assert problem.is_sound(zone.astype(np.int64), np.ones(5, dtype=bool))


def test_heat_by_hand() -> None:
    """The other school is farther by 4 x 4,000, 4 x 2,000, 0, 5 x 2,000 and 6 x 4,000; of one school nothing is."""
    problem = road()
    # areas of schools may go elsewhere only if their school is closed: the ways count all the same
    assert search.heat_of(problem, np.ones(2, dtype=bool)) == pytest.approx((16_000 + 8_000 + 0 + 10_000 + 24_000) / 5)
    assert search.heat_of(problem, np.array([True, False])) == 1.0
