"""Today's catchments: as a bound nobody leaves them, as a cost they are left only where it is worth it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.optimize.assign import assign
from schoolmap.optimize.today import changes
from schoolmap.optimize.today import charge_change
from schoolmap.optimize.today import keep_to

AREAS, SCHOOLS = [f"a{i}" for i in range(5)], [f"s{i}" for i in range(3)]
PAIRS = pd.MultiIndex.from_product([AREAS, SCHOOLS])
COSTS = st.lists(st.integers(0, 3000), min_size=len(PAIRS), max_size=len(PAIRS)).map(lambda c: pd.Series(c, PAIRS))
TODAY = st.lists(st.sampled_from(SCHOOLS), min_size=5, max_size=5).map(lambda schools: pd.Series(schools, AREAS))
PUPILS = st.lists(st.integers(0, 20), min_size=5, max_size=5).map(lambda pupils: pd.Series(pupils, AREAS))
SEATS = pd.Series([30, 25, 20], SCHOOLS)


def test_by_hand() -> None:
    """The north is nearer to the hill by 700 m; it moves for that if a change counts 600 m, and not if it counts 800."""
    cost = pd.Series({("north", "hill"): 500, ("north", "lake"): 1200, ("south", "lake"): 400})
    pupils, seats = pd.Series({"north": 3, "south": 2}), pd.Series({"hill": 9, "lake": 9})
    today = pd.Series({"north": "lake", "south": "lake"})
    moved = [changes(assign(pupils, seats, charge_change(cost, today, added=m)).flows, today) for m in (600, 800)]
    assert [table.to_dict() for table in moved] == [{("north", "hill"): 3}, {}]
    assert assign(pupils, seats, keep_to(cost, today)).load.to_dict() == {"hill": 0, "lake": 5}


def test_an_area_with_several_schools_keeps_them_all() -> None:
    """A zone with two schools has a row for each."""
    cost = pd.Series(range(len(PAIRS)), PAIRS)
    today = pd.Series(["s0", "s2", *["s1"] * 4], ["a0", *AREAS])
    assert keep_to(cost, today).loc["a0"].index.to_list() == ["s0", "s2"]
    assert len(keep_to(cost, today)) == 6


@settings(max_examples=20)
@given(COSTS, TODAY, PUPILS)
def test_a_bound_is_kept(cost: pd.Series, today: pd.Series, pupils: pd.Series) -> None:
    """Nobody goes elsewhere; who does not fit has no seat."""
    answer = assign(pupils, SEATS, keep_to(cost, today))
    assert changes(answer.flows, today).empty
    by_school = pupils.groupby(today).sum().reindex(SCHOOLS, fill_value=0)
    assert answer.unserved.sum() == (by_school - SEATS).clip(lower=0).sum()


@settings(max_examples=20)
@given(COSTS, TODAY, PUPILS)
def test_the_dearer_a_change_the_fewer_change(cost: pd.Series, today: pd.Series, pupils: pd.Series) -> None:
    """At no charge it is the plain plan; the more is charged, the fewer change and the longer the ways."""
    answers = [assign(pupils, SEATS, charge_change(cost, today, added=metres)).flows for metres in (0, 500, 5000)]
    moved = [changes(flows, today).sum() for flows in answers]
    ways = [(flows * cost.reindex(flows.index)).sum() for flows in answers]
    assert moved == sorted(moved, reverse=True)
    assert ways == sorted(ways)
    assert ways[0] == assign(pupils, SEATS, cost).objective


def test_changes_are_told_by_tier() -> None:
    """A list of who moves keeps its tiers."""
    flows = pd.Series({("north", "permit", "hill"): 2, ("north", "household", "lake"): 3})
    assert changes(flows, pd.Series({"north": "lake"})).to_dict() == {("north", "permit", "hill"): 2}


def test_refuses_what_is_not_said() -> None:
    """An area without a school of today, or with an unknown one, could be meant either way."""
    cost = pd.Series({("north", "hill"): 500, ("south", "lake"): 400})
    with pytest.raises(LabelError, match=r"no school for 1 area\(s\), e.g. 'south'"):
        keep_to(cost, pd.Series({"north": "hill"}))
    with pytest.raises(MissingValueError, match="'south'"):
        keep_to(cost, pd.Series({"north": "hill", "south": None}))
    with pytest.raises(LabelError, match="lists 1 unit"):
        keep_to(cost, pd.Series(["hill", "hill", "lake"], ["north", "north", "south"]))
    with pytest.raises(LabelError, match="got 1 level"):
        keep_to(pd.Series({"north": 500}), pd.Series({"north": "hill"}))


@pytest.mark.parametrize("added", [-1.0, np.nan])
def test_refuses_a_charge_that_is_none(added: float) -> None:
    """A change is never a gain in itself."""
    with pytest.raises(ValueError, match="0 or more"):
        charge_change(pd.Series({("a", "s"): 1}), pd.Series({"a": "s"}), added=added)
