"""Repairs: the least that would give everybody a seat, and why they have none."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.optimize.assign import assign
from schoolmap.optimize.repair import repair

Town = tuple[pd.Series, pd.Series, pd.Series]


@st.composite
def towns(draw: st.DrawFn) -> Town:
    """Draw a town that may lack seats, or schools nearby."""
    areas, schools = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    pupils = pd.Series(
        draw(st.lists(st.integers(0, 9), min_size=areas, max_size=areas)), [f"a{i}" for i in range(areas)]
    )
    seats = pd.Series(
        draw(st.lists(st.integers(0, 15), min_size=schools, max_size=schools)), [f"s{i}" for i in range(schools)]
    )
    pairs = pd.MultiIndex.from_product([pupils.index, seats.index])
    cost = pd.Series(draw(st.lists(st.integers(0, 40), min_size=len(pairs), max_size=len(pairs))), pairs) * 50
    return pupils, seats, cost[draw(st.lists(st.booleans(), min_size=len(pairs), max_size=len(pairs)))]


def test_by_hand() -> None:
    """Five of the north are too many for the hill; the lake has room, 200 m beyond the limit; the moor has no school."""
    pupils = pd.Series({"north": 30, "south": 20, "moor": 4})
    seats = pd.Series({"hill": 25, "lake": 30})
    cost = pd.Series({("north", "hill"): 500, ("north", "lake"): 1200, ("south", "lake"): 400, ("moor", "lake"): 3000})
    found = repair(pupils, seats, cost, limit=1000)
    assert found.answer.unserved.to_dict() == {"north": 5, "south": 0, "moor": 4}
    assert found.bottlenecks.to_dict("records") == [
        {"areas": ("north",), "schools": ("hill",), "pupils": 30, "seats": 25, "short": 5},
        {"areas": ("moor",), "schools": (), "pupils": 4, "seats": 0, "short": 4},
    ]
    assert found.seats_to_add.to_dict() == {"hill": 5, "lake": 0}
    assert found.left_without.to_dict() == {"north": 0, "south": 0, "moor": 4}
    assert found.limit_needed == 3000
    assert found.farther["beyond"].to_dict() == {("north", "lake"): 200, ("moor", "lake"): 2000}
    assert found.left_over == 0
    rows = found.table.astype(object).where(found.table.notna(), None).to_dict("split")["data"]
    assert rows == [
        ["add_seats", None, "hill", 5, None, None],
        ["longer_limit", "north", "lake", None, 5, 200],
        ["longer_limit", "moor", "lake", None, 4, 2000],
        ["no_school_within_limit", "moor", None, None, 4, 2000],
    ]


def test_nothing_to_repair() -> None:
    """Where everybody has a seat the tables are empty and the limit is what it is."""
    found = repair(pd.Series({"a": 3}), pd.Series({"s": 3}), pd.Series({("a", "s"): 70}), limit=100)
    assert found.table.empty
    assert found.bottlenecks.empty
    assert found.farther.empty
    assert (found.limit_needed, found.left_over) == (100, 0)


def test_seats_that_no_limit_can_find() -> None:
    """Where seats are too few for all, a longer limit does not help, and it is not made longer."""
    found = repair(pd.Series({"a": 9}), pd.Series({"s": 3}), pd.Series({("a", "s"): 70}), limit=100)
    assert (found.limit_needed, found.left_over) == (100, 6)
    assert found.seats_to_add.to_dict() == {"s": 6}
    assert found.table["way"].to_list() == ["add_seats"]


def test_a_school_takes_no_more_than_it_can() -> None:
    """Two classrooms more are all that the plot holds; the others are told, not hidden."""
    pupils, seats = pd.Series({"a": 9}), pd.Series({"s": 3, "t": 0})
    cost = pd.Series({("a", "s"): 70, ("a", "t"): 90})
    found = repair(pupils, seats, cost, limit=100, addable=pd.Series({"s": 4, "t": 1}))
    assert found.seats_to_add.to_dict() == {"s": 4, "t": 1}
    assert found.left_without.to_dict() == {"a": 1}


@given(towns(), st.integers(0, 2000))
@settings(max_examples=20)
def test_bottlenecks_explain_every_pupil_without_a_seat(town: Town, limit: int) -> None:
    """Each group's pupils have no other school within the limit, and the groups add up."""
    pupils, seats, cost = town
    found = repair(*town, limit=limit)
    table = found.bottlenecks
    assert table["short"].sum() == found.answer.unserved.sum()
    within = cost[cost <= limit].index
    for row in table.itertuples():
        assert row.pupils == pupils[list(row.areas)].sum()
        assert row.seats == seats[list(row.schools)].sum()
        assert row.short == row.pupils - row.seats > 0
        assert {school for area, school in within if area in row.areas} == set(row.schools)
    for one, other in itertools.combinations(table["areas"], 2):
        assert not set(one) & set(other)


@given(towns(), st.integers(0, 2000))
@settings(max_examples=20)
def test_seats_to_add_are_the_fewest_and_enough(town: Town, limit: int) -> None:
    """With them only pupils without a school within the limit have no seat; with one fewer anywhere, one more."""
    pupils, seats, cost = town
    found = repair(*town, limit=limit)
    within = cost[cost <= limit]
    nowhere = pupils[~pupils.index.isin(within.index.get_level_values(0))].sum()
    answer = assign(pupils, seats + found.seats_to_add, within)
    assert answer.unserved.sum() == found.left_without.sum() == nowhere
    assert found.seats_to_add.sum() == found.answer.unserved.sum() - nowhere
    for school in found.seats_to_add.index[found.seats_to_add > 0]:
        fewer = seats + found.seats_to_add - (seats.index == school)
        assert assign(pupils, fewer, within).unserved.sum() == nowhere + 1


@given(towns(), st.integers(0, 2000))
@settings(max_examples=20)
def test_the_limit_is_the_shortest_that_helps(town: Town, limit: int) -> None:
    """Looked for one by one, no shorter limit seats as many; and as few as possible go beyond today's."""
    pupils, seats, cost = town
    found = repair(*town, limit=limit)

    def without(longest: float) -> int:
        return int(assign(pupils, seats, cost[cost <= longest]).unserved.sum())

    most = without(cost.max()) if len(cost) else int(pupils.sum())
    assert found.left_over == most
    limits = sorted({limit, *cost[cost > limit]})
    assert found.limit_needed == next(longest for longest in limits if without(longest) == most)
    # one goes beyond for each who is seated so, or more, where seats must be passed on
    assert found.farther["pupils"].sum() >= found.answer.unserved.sum() - most
    assert (found.farther["beyond"] <= found.limit_needed - limit).all()


TIERS = ("household", "permit")


@given(towns(), st.integers(0, 2000), st.integers(0, 4))
@settings(max_examples=20)
def test_tiers_change_who_is_without_and_not_how_many(town: Town, limit: int, first: int) -> None:
    """The same limit, as many seats to add and as many short; whoever is left without is of the last tier, if any are."""
    pupils, seats, cost = town
    upper = pupils.clip(upper=first)
    tiers = pd.concat({"household": upper, "permit": pupils - upper}).swaplevel().sort_index()
    alike, found = repair(*town, limit=limit), repair(tiers, seats, cost, limit=limit, tiers=TIERS)
    assert found.limit_needed == alike.limit_needed
    assert found.left_over == alike.left_over
    assert found.seats_to_add.sum() == alike.seats_to_add.sum()
    assert found.left_without.sum() == alike.left_without.sum()
    assert found.bottlenecks["short"].sum() == alike.bottlenecks["short"].sum() == found.answer.unserved.sum()
    for row in found.bottlenecks.itertuples():
        assert row.pupils == pupils[list(row.areas)].sum()
    plain = assign(tiers, seats, cost[cost <= limit], tiers=TIERS)
    assert found.answer.unserved.to_dict() == plain.unserved.to_dict()


def test_tiers_and_floors_by_hand() -> None:
    """Two have no seat within the limit, and they are the permit holders; the lake, out of reach, misses its least number."""
    pupils = pd.Series({("north", "household"): 3, ("north", "permit"): 2})
    seats, cost = pd.Series({"hill": 3, "lake": 4}), pd.Series({("north", "hill"): 500, ("north", "lake"): 1200})
    found = repair(pupils, seats, cost, limit=1000, tiers=TIERS, floors=pd.Series({"hill": 0, "lake": 1}))
    assert found.answer.unserved.to_dict() == {("north", "household"): 0, ("north", "permit"): 2}
    assert found.answer.below_floor.to_dict() == {"hill": 0, "lake": 1}
    assert found.farther["pupils"].groupby(level=2).sum().to_dict() == {"lake": 2}
    assert found.seats_to_add.to_dict() == {"hill": 2, "lake": 0}
    assert found.table["way"].to_list() == ["add_seats", "longer_limit"]


def test_costs_of_few_bits() -> None:
    """Metres in 8 or 32 bits do not overflow where a charge is added."""
    pupils, seats = pd.Series({"a": 5, "b": 9}), pd.Series({"s": 4, "t": 9})
    cost = pd.Series([125, 225, 100, 175], pd.MultiIndex.from_product([["a", "b"], ["s", "t"]]))
    wide = repair(pupils, seats, cost, limit=120)
    for kind in ("uint8", "int16", "float32"):
        assert repair(pupils, seats, cost.astype(kind), limit=120).farther.equals(wide.farther)


def test_refuses_seats_to_add_elsewhere() -> None:
    """What could be added is told for every school."""
    with pytest.raises(LabelError, match="`addable` and `seats` describe different units"):
        repair(
            pd.Series({"a": 9}), pd.Series({"s": 3}), pd.Series({("a", "s"): 7}), limit=9, addable=pd.Series({"x": 1})
        )


@pytest.mark.parametrize("limit", [-1.0, float("nan"), float("inf")])
def test_refuses_a_limit_that_is_none(limit: float) -> None:
    """Without a limit there is none to make longer."""
    with pytest.raises(ValueError, match="`limit`"):
        repair(pd.Series({"a": 1}), pd.Series({"s": 1}), pd.Series({("a", "s"): 1}), limit=limit)
