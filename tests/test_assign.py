"""The assignment: every pupil is accounted for, and no other way to seat as many costs less."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.optimize.assign import Assignment
from schoolmap.optimize.assign import assign
from schoolmap.optimize.assign import assign_all_pairs

Town = tuple[pd.Series, pd.Series, pd.Series]


@st.composite
def towns(draw: st.DrawFn, *, complete: bool = False, whole: bool = False) -> Town:
    """Draw pupils by area, seats by school and costs by allowed pair."""
    areas, schools = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    count = st.integers(0, 30)
    pupils = pd.Series(draw(st.lists(count, min_size=areas, max_size=areas)), index=[f"a{i}" for i in range(areas)])
    seats = pd.Series(
        draw(st.lists(count, min_size=schools, max_size=schools)), index=[f"s{i}" for i in range(schools)]
    )
    pairs = pd.MultiIndex.from_product([pupils.index, seats.index])
    price = st.integers(0, 5000) if whole else st.integers(0, 500_000).map(lambda thousandths: thousandths / 1000)
    cost = pd.Series(draw(st.lists(price, min_size=len(pairs), max_size=len(pairs))), index=pairs, dtype=float)
    if not complete:
        cost = cost[draw(st.lists(st.booleans(), min_size=len(pairs), max_size=len(pairs)))]
    return pupils, seats, cost


def served_at_least_cost(pupils: pd.Series, seats: pd.Series, cost: pd.Series) -> tuple[float, float]:
    """Return the most pupils that can be seated, and the least cost of seating them, by two linear programmes."""
    if len(cost) == 0:
        return 0.0, 0.0
    area, school = (cost.index.get_level_values(level).to_numpy() for level in (0, 1))
    limits = np.vstack(
        [area[None, :] == pupils.index.to_numpy()[:, None], school[None, :] == seats.index.to_numpy()[:, None]]
    )
    room = np.concatenate([pupils, seats])
    most = -linprog(-np.ones(len(cost)), A_ub=limits.astype(float), b_ub=room).fun
    exact = {"A_eq": np.ones((1, len(cost))), "b_eq": [round(most)]}
    return round(most), linprog(cost.to_numpy(), A_ub=limits.astype(float), b_ub=room, **exact).fun


def books_balance(answer: Assignment, pupils: pd.Series, seats: pd.Series) -> None:
    """Check that every pupil is once in a school or without a seat, and no school holds more than its seats."""
    there = answer.flows.groupby(level="area").sum().reindex(pupils.index, fill_value=0)
    assert (there + answer.unserved == pupils).all()
    held = answer.flows.groupby(level="school").sum().reindex(seats.index, fill_value=0)
    assert (held == answer.load).all()
    assert (answer.load <= seats).all()
    assert (answer.unserved >= 0).all()
    assert (answer.flows > 0).all()


def test_by_hand() -> None:
    """Five of the north do not fit on the hill; the lake is nearer for the south, and full with it."""
    pupils, seats = pd.Series({"north": 30, "south": 20}), pd.Series({"hill": 25, "lake": 22, "moor": 9})
    cost = pd.Series({("north", "hill"): 5.0, ("north", "lake"): 12.0, ("south", "lake"): 4.0})
    answer = assign(pupils, seats, cost)
    assert answer.flows.to_dict() == {("north", "hill"): 25, ("north", "lake"): 2, ("south", "lake"): 20}
    assert answer.unserved.to_dict() == {"north": 3, "south": 0}
    assert answer.load.to_dict() == {"hill": 25, "lake": 22, "moor": 0}
    assert (answer.status, answer.objective, answer.lower_bound, answer.gap) == ("optimal", 229.0, 229.0, 0.0)
    assert answer.flows.index.names == ["area", "school"]


@given(towns())
def test_it_is_what_linear_programming_finds(town: Town) -> None:
    """As many are seated as can be, and at the least cost: the bound is a bound, and the gap is nil."""
    answer = assign(*town)
    served, cost = served_at_least_cost(*town)
    books_balance(answer, town[0], town[1])
    assert answer.flows.sum() == served
    assert answer.objective == pytest.approx(cost, rel=1e-7, abs=1e-6)
    assert answer.lower_bound <= cost + 1e-6 + 1e-9 * cost
    assert answer.gap == pytest.approx(0, abs=1e-9)


@given(towns(complete=True))
def test_the_shortfall_is_what_seats_are_short(town: Town) -> None:
    """Where every school is open to all, only the number of seats leaves pupils without one."""
    pupils, seats, _ = town
    assert assign(*town).unserved.sum() == max(0, pupils.sum() - seats.sum())


def test_as_many_as_possible_come_before_cost() -> None:
    """Seating the last pupil makes a chain of others move far away; they do."""
    number = 6
    pupils = pd.Series(1, index=[f"a{i}" for i in range(number)])
    seats = pd.Series(1, index=[f"s{i}" for i in range(number)])
    near = {(f"a{i}", f"s{i}"): 0.0 for i in range(number - 1)}
    far = {(f"a{i}", f"s{i + 1}"): 1e6 for i in range(number - 1)}
    answer = assign(pupils, seats, pd.Series({**near, **far, (f"a{number - 1}", "s0"): 1e6}))
    assert answer.unserved.sum() == 0
    assert answer.objective == number * 1e6


@settings(max_examples=25)
@given(towns(), st.randoms(use_true_random=False))
def test_order_of_rows_is_irrelevant(town: Town, rng: object) -> None:
    """Of several best answers the same is given, whatever the order of the tables."""
    seed = rng.randrange(2**32)  # type: ignore[attr-defined]
    mixed = tuple(table.sample(frac=1, random_state=seed) for table in town)
    one, other = assign(*town), assign(*mixed)
    assert other.flows.to_dict() == one.flows.to_dict()
    assert other.unserved.to_dict() == one.unserved.to_dict()
    assert other.unserved.index.equals(mixed[0].index)
    assert other.load.index.equals(mixed[1].index)
    assert other.objective == pytest.approx(one.objective, rel=1e-12)


@given(towns(complete=True, whole=True), st.integers(1, 20))
def test_more_seats_never_leave_more_without(town: Town, more: int) -> None:
    """A class more at any school seats as many or more, and as many at no higher cost."""
    pupils, seats, cost = town
    before, after = assign(pupils, seats, cost), assign(pupils, seats + more, cost)
    assert after.unserved.sum() <= before.unserved.sum()
    if after.unserved.sum() == before.unserved.sum():
        assert after.objective <= before.objective


@settings(max_examples=12)
@given(towns(complete=True, whole=True), st.data())
def test_more_pairs_are_never_worse(town: Town, data: st.DataObject) -> None:
    """A longer reach, or roads that were not there, seat as many or more, and as many at no higher cost."""
    pupils, seats, cost = town
    reach = data.draw(st.integers(0, 5000))
    near = cost[cost <= reach]
    some = near[data.draw(st.lists(st.booleans(), min_size=len(near), max_size=len(near)))]
    few, more, every = (assign(pupils, seats, pairs) for pairs in (some, near, cost))
    for before, after in ((few, more), (more, every)):
        assert (after.unserved.sum(), after.objective) <= (before.unserved.sum(), before.objective)


@settings(max_examples=25)
@given(towns(whole=True), st.permutations(range(4)))
def test_names_are_irrelevant(town: Town, order: list[int]) -> None:
    """Other labels, in another order of the alphabet: the same plan under other names."""
    pupils, seats, cost = town
    # sums of different powers of three are never the same, so that there is one best plan
    cost = pd.Series(3.0 ** np.arange(len(cost)), index=cost.index)
    areas = {area: 100 - place for place, area in enumerate(pupils.index)}
    schools = {school: f"x{order[place]}" for place, school in enumerate(seats.index)}
    names = cost.index.set_levels([cost.index.levels[0].map(areas), cost.index.levels[1].map(schools)])
    one = assign(pupils, seats, cost)
    other = assign(pupils.rename(areas), seats.rename(schools), cost.set_axis(names))
    assert other.objective == one.objective
    assert other.flows.to_dict() == {
        (areas[area], schools[school]): number for (area, school), number in one.flows.items()
    }
    assert other.unserved.to_dict() == one.unserved.rename(areas).to_dict()
    assert other.one_more_saves.to_dict() == one.one_more_saves.rename(schools).to_dict()
    books_balance(other, pupils.rename(areas), seats.rename(schools))


def test_fine_costs_are_rounded_and_the_bound_says_so() -> None:
    """Thirds of a minute have no end; six decimals are counted, and the bound allows for the rest."""
    cost = pd.Series({("a", "s"): 1 / 3, ("a", "t"): 2 / 3})
    answer = assign(pd.Series({"a": 10}), pd.Series({"s": 5, "t": 9}), cost)
    assert answer.digits == 6
    assert answer.objective == pytest.approx(5)
    assert answer.objective - 10e-6 <= answer.lower_bound < answer.objective
    assert 0 < answer.gap < 1e-5


@pytest.mark.parametrize(("price", "digits"), [(7.0, 0), (7.5, 1), (7.25, 2), (0.001, 3)])
def test_costs_with_few_decimals_are_exact(price: float, digits: int) -> None:
    """As many decimals are counted as there are."""
    answer = assign(pd.Series({"a": 3}), pd.Series({"s": 3}), pd.Series({("a", "s"): price}))
    assert (answer.digits, answer.objective, answer.gap) == (digits, 3 * price, 0.0)


def test_large_costs_count_fewer_decimals() -> None:
    """A million pupils and a hundred kilometres in thirds still add up within the solver's numbers."""
    cost = pd.Series({("a", "s"): 1e5 / 3, ("b", "s"): 1e5 / 7})
    answer = assign(pd.Series({"a": 10**6, "b": 10**6}), pd.Series({"s": 10**6}), cost)
    assert answer.unserved.to_dict() == {"a": 10**6, "b": 0}
    assert answer.gap < 1e-6


def test_nobody_and_nowhere() -> None:
    """No pupils, no seats, no allowed pair, no area at all: nobody is lost."""
    none = pd.Series([], index=pd.MultiIndex.from_arrays([[], []]), dtype=float)
    answer = assign(pd.Series({"a": 5}), pd.Series({"s": 5}), none)
    assert answer.unserved.to_dict() == {"a": 5}
    assert answer.flows.empty
    assert (answer.objective, answer.gap) == (0.0, 0.0)
    nothing = pd.Series([], index=pd.Index([], dtype=object), dtype=int)
    assert assign(nothing, nothing, none).flows.empty
    price = pd.Series({("a", "s"): 3.0})
    assert assign(pd.Series({"a": 0}), pd.Series({"s": 5}), price).flows.empty
    assert assign(pd.Series({"a": 5}), pd.Series({"s": 0}), price).unserved.to_dict() == {"a": 5}


def test_a_part_of_a_table_is_taken_as_it_is() -> None:
    """Labels that a filtered table still remembers are no labels of it."""
    cost = pd.Series({("a", "s"): 1.0, ("b", "s"): 1.0, ("a", "t"): 1.0})
    answer = assign(pd.Series({"a": 4}), pd.Series({"s": 9}), cost[[True, False, False]])
    assert answer.flows.to_dict() == {("a", "s"): 4}


def test_refuses_costs_of_others() -> None:
    """A pair with an area or school that is not there was made from other tables."""
    pupils, seats = pd.Series({"a": 1}), pd.Series({"s": 1})
    with pytest.raises(LabelError, match=r"\('x', 's'\), which `pupils` does not have"):
        assign(pupils, seats, pd.Series({("x", "s"): 1.0}))
    with pytest.raises(LabelError, match=r"\('a', 'x'\), which `seats` does not have"):
        assign(pupils, seats, pd.Series({("a", "x"): 1.0}))
    with pytest.raises(LabelError, match=r"indexed by \(area, school\), got 1 level"):
        assign(pupils, seats, pd.Series({"a": 1.0}))


def test_refuses_a_label_twice() -> None:
    """Two numbers for one area cannot both be meant."""
    pupils, seats, cost = pd.Series({"a": 1}), pd.Series({"s": 1}), pd.Series({("a", "s"): 1.0})
    with pytest.raises(LabelError, match="`pupils` lists 1 unit"):
        assign(pd.concat([pupils, pupils]), seats, cost)
    with pytest.raises(LabelError, match="`seats` lists 1 unit"):
        assign(pupils, pd.concat([seats, seats]), cost)
    with pytest.raises(LabelError, match="`cost` lists 1 unit"):
        assign(pupils, seats, pd.concat([cost, cost]))


@pytest.mark.parametrize("number", [0.5, -1.0, float("nan")])
def test_refuses_numbers_that_count_nobody(number: float) -> None:
    """Half a pupil, fewer than none and an unknown number are errors, for pupils and seats."""
    good, bad = {"x": 1.0}, {"x": number}
    cost = pd.Series({("x", "x"): 1.0})
    error = MissingValueError if np.isnan(number) else ValueError
    for pupils, seats in ((bad, good), (good, bad)):
        with pytest.raises(error, match="'x'"):
            assign(pd.Series(pupils), pd.Series(seats), cost)


@pytest.mark.parametrize(
    ("price", "words"),
    [(-1.0, "negative"), (float("nan"), "missing"), (float("inf"), "infinite"), (1e18, "too large")],
)
def test_refuses_costs_that_are_none(price: float, words: str) -> None:
    """A way is as long as it is; one that does not exist is left out."""
    with pytest.raises(ValueError, match=words):
        assign(pd.Series({"a": 1}), pd.Series({"s": 1}), pd.Series({("a", "s"): price}))


@settings(max_examples=10)
@given(towns(whole=True))
def test_the_answer_cannot_be_changed(town: Town) -> None:
    """A result is a frozen document."""
    answer = assign(*town)
    with pytest.raises(AttributeError):
        answer.objective = 0.0  # type: ignore[misc]


TIERS = ("household and property", "household only", "resident permit")


@st.composite
def towns_in_tiers(draw: st.DrawFn) -> Town:
    """Draw a town whose pupils are of three tiers."""
    pupils, seats, cost = draw(towns(whole=True))
    rows = pd.MultiIndex.from_product([pupils.index, TIERS])
    tiered = pd.Series(draw(st.lists(st.integers(0, 12), min_size=len(rows), max_size=len(rows))), index=rows)
    return tiered, seats, cost


def best_in_order(pupils: pd.Series, seats: pd.Series, cost: pd.Series) -> tuple[list[int], float]:
    """Return the most of each tier that can be seated, one after the other, and then the least cost, by programmes."""
    area, tier = (pupils.index.get_level_values(level).to_numpy() for level in (0, 1))
    pairs = [(row, at) for row in range(len(pupils)) for at in range(len(cost)) if cost.index[at][0] == area[row]]
    if not pairs:
        return [0] * len(TIERS), 0.0
    rows, at = (np.array(column) for column in zip(*pairs, strict=True))
    school = cost.index.get_level_values(1).to_numpy()[at]
    limits = np.vstack(
        [rows[None, :] == np.arange(len(pupils))[:, None], school[None, :] == np.array(seats.index)[:, None]]
    )
    below = {"A_ub": limits.astype(float), "b_ub": np.concatenate([pupils, seats])}
    served: list[int] = []
    fixed: list[np.ndarray] = []
    for name in TIERS:
        of_tier = (tier[rows] == name).astype(float)
        exact = {"A_eq": np.array(fixed), "b_eq": served} if fixed else {}
        served.append(round(-linprog(-of_tier, **below, **exact).fun))
        fixed.append(of_tier)
    return served, linprog(cost.to_numpy()[at], **below, A_eq=np.array(fixed), b_eq=served).fun


def test_tiers_by_hand() -> None:
    """The permit holder next door gives way to the household from afar; nobody more is left out for it."""
    pupils = pd.Series({("near", "permit"): 3, ("far", "household"): 2})
    cost = pd.Series({("near", "s"): 1, ("far", "s"): 90})
    answer = assign(pupils, pd.Series({"s": 4}), cost, tiers=["household", "permit"])
    assert answer.flows.to_dict() == {("near", "permit", "s"): 2, ("far", "household", "s"): 2}
    assert answer.unserved.to_dict() == {("near", "permit"): 1, ("far", "household"): 0}
    assert answer.flows.index.names == ["area", "tier", "school"]
    assert answer.objective == 182


@settings(max_examples=25)
@given(towns_in_tiers())
def test_higher_tiers_are_served_first(town: Town) -> None:
    """As many of the first tier as can be, then of the second, then of the third, then the least cost."""
    pupils, seats, cost = town
    answer = assign(pupils, seats, cost, tiers=TIERS)
    served, least = best_in_order(*town)
    seated = (pupils - answer.unserved).groupby(level=1).sum()
    assert [seated[tier] for tier in TIERS] == served
    assert answer.objective == pytest.approx(least, rel=1e-7, abs=1e-6)
    # a rule of admission decides who has a seat, not how many
    assert answer.unserved.sum() == assign(pupils.groupby(level=0).sum(), seats, cost).unserved.sum()


def test_floors_by_hand() -> None:
    """The hill school is kept at three pupils although the lake is nearer for all; one who cannot come is missing."""
    pupils, seats = pd.Series({"shore": 6, "hut": 2}), pd.Series({"lake": 9, "hill": 9})
    cost = pd.Series({("shore", "lake"): 1, ("shore", "hill"): 8, ("hut", "lake"): 2, ("hut", "hill"): 3})
    answer = assign(pupils, seats, cost, floors=pd.Series({"lake": 0, "hill": 3}))
    assert answer.flows.to_dict() == {("shore", "lake"): 5, ("shore", "hill"): 1, ("hut", "hill"): 2}
    assert answer.below_floor.to_dict() == {"lake": 0, "hill": 0}
    assert (answer.objective, answer.lower_bound) == (19, 19)
    short = assign(pupils, seats, cost[cost.index != ("shore", "hill")], floors=pd.Series({"lake": 0, "hill": 3}))
    assert short.below_floor.to_dict() == {"lake": 0, "hill": 1}


@settings(max_examples=25)
@given(towns(whole=True), st.lists(st.integers(0, 12), min_size=4, max_size=4))
def test_floors_are_missed_by_as_few_as_can_be(town: Town, floors: list[int]) -> None:
    """As many are seated as without least numbers; then the fewest are missing; then it costs least."""
    pupils, seats, cost = town
    least = pd.Series(floors[: len(seats)], index=seats.index).clip(upper=seats)
    answer = assign(pupils, seats, cost, floors=least)
    books_balance(answer, pupils, seats)
    assert answer.unserved.sum() == assign(pupils, seats, cost).unserved.sum()
    assert (answer.below_floor == (least - answer.load).clip(lower=0)).all()
    # as a programme: pupils by pair, and pupils missing by school
    area, school = (cost.index.get_level_values(level).to_numpy() for level in (0, 1))
    of_area, of_school = (
        np.array(index)[:, None] == given[None, :] for index, given in ((pupils.index, area), (seats.index, school))
    )
    size = len(seats)
    limits = np.block(
        [
            [of_area, np.zeros((len(pupils), size))],
            [of_school, np.zeros((size, size))],
            [-1.0 * of_school, -np.eye(size)],
        ]
    )
    below = {"A_ub": limits, "b_ub": np.concatenate([pupils, seats, -least])}
    number = np.append(np.ones(len(cost)), np.zeros(size))[None, :]
    missing = np.append(np.zeros(len(cost)), np.ones(size))
    seated = [answer.flows.sum()]
    fewest = round(linprog(missing, **below, A_eq=number, b_eq=seated).fun)
    assert answer.below_floor.sum() == fewest
    price = np.append(cost.to_numpy(), np.zeros(size))
    exact = linprog(price, **below, A_eq=np.vstack([number, missing]), b_eq=[*seated, fewest]).fun
    assert answer.objective == pytest.approx(exact, rel=1e-7, abs=1e-6)


@settings(max_examples=25)
@given(towns(whole=True))
def test_one_seat_more_does_what_it_says(town: Town) -> None:
    """Solved again with a seat more at one school, as many more have a seat and as much is saved as was foretold."""
    pupils, seats, cost = town
    answer = assign(pupils, seats, cost)
    for school in seats.index:
        more = assign(pupils, seats + (seats.index == school), cost)
        assert answer.one_more_serves[school] == more.flows.sum() - answer.flows.sum()
        assert answer.one_more_saves[school] == pytest.approx(answer.objective - more.objective, abs=1e-6)


@settings(max_examples=25)
@given(towns_in_tiers())
def test_one_seat_more_with_tiers(town: Town) -> None:
    """The same holds where some are served first."""
    pupils, seats, cost = town
    answer = assign(pupils, seats, cost, tiers=TIERS)
    school = seats.index[0]
    more = assign(pupils, seats + (seats.index == school), cost, tiers=TIERS)
    assert answer.one_more_serves[school] == more.flows.sum() - answer.flows.sum()
    assert answer.one_more_saves[school] == pytest.approx(answer.objective - more.objective, abs=1e-6)


@given(towns(complete=True, whole=True))
def test_prices_prove_the_bound(town: Town) -> None:
    """Worked out from the prices alone, no plan costs less than the one given."""
    pupils, seats, cost = town
    answer = assign(pupils, seats, cost)
    with_price = cost.unstack().reindex(index=pupils.index, columns=seats.index) + answer.prices
    bound = (pupils * with_price.min(axis=1).clip(upper=answer.charge)).sum() - (seats * answer.prices).sum()
    assert bound == answer.objective + answer.charge * answer.unserved.sum()


@settings(max_examples=25)
@given(towns(complete=True))
def test_a_matrix_is_a_table_of_all_pairs(town: Town) -> None:
    """An array, a data frame in any order and a series give one answer."""
    pupils, seats, cost = town
    frame = cost.unstack().reindex(index=pupils.index, columns=seats.index)
    listed = assign(pupils, seats, cost)
    for table in (frame.to_numpy(), frame.iloc[::-1, ::-1]):
        answer = assign_all_pairs(pupils, seats, table)
        assert answer.flows.to_dict() == listed.flows.to_dict()
        assert answer.pairs == len(cost)
        assert answer.objective == pytest.approx(listed.objective)


@pytest.mark.parametrize("seats_per_pupil", [1.1, 1 / 1.2])
def test_a_town_with_many_pairs(seats_per_pupil: float) -> None:
    """By chains of moves too, only missing seats leave pupils without one, the order decides nothing, and it is proven."""
    rng = np.random.default_rng(5)
    areas, schools = [f"a{i}" for i in range(2_000)], [f"s{i}" for i in range(80)]
    pupils = pd.Series(rng.integers(0, 30, len(areas)), areas)
    seats = pd.Series(np.full(len(schools), int(pupils.sum() * seats_per_pupil / len(schools))), schools)
    # few different costs, so that there are many best plans
    cost = pd.DataFrame(rng.integers(0, 50, (len(areas), len(schools))), areas, schools)
    answer = assign_all_pairs(pupils, seats, cost)
    books_balance(answer, pupils, seats)
    assert (answer.rounds, answer.pairs) == (0, 160_000)
    assert answer.unserved.sum() == max(0, pupils.sum() - seats.sum())
    bound = (pupils * (cost + answer.prices).min(axis=1).clip(upper=answer.charge)).sum()
    bound -= (seats * answer.prices).sum()
    assert bound == answer.objective + answer.charge * answer.unserved.sum()
    mixed = assign_all_pairs(pupils.sample(frac=1, random_state=1), seats[::-1], cost)
    assert mixed.flows.to_dict() == answer.flows.to_dict()


@pytest.mark.parametrize("kind", ["float32", "float64", "int32", "int64", "uint16"])
def test_every_kind_of_number_does(kind: str) -> None:
    """Whole metres are the same in all of them, also where they are kept in few bits."""
    metres = np.array([[500, 60_000], [40_000, 30]], dtype=kind)
    answer = assign_all_pairs(pd.Series({"a": 5, "b": 2}), pd.Series({"s": 3, "t": 9}), metres)
    assert answer.objective == 3 * 500 + 2 * 60_000 + 2 * 30
    assert (answer.digits, answer.gap) == (0, 0.0)


def test_what_is_infinite_is_not_allowed() -> None:
    """In a matrix a pair that does not exist is infinite; who has no other is listed."""
    metres = np.array([[1.5, np.inf], [np.inf, np.inf]])
    answer = assign_all_pairs(pd.Series({"a": 1, "b": 2}), pd.Series({"s": 3, "t": 9}), metres)
    assert answer.unserved.to_dict() == {"a": 0, "b": 2}
    assert answer.pairs == 1


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        ([[1.0, 2.0]], r"shape \(1, 2\), but there are 2 areas and 2 schools"),
        ([[1.0, np.nan], [1, 1]], r"missing, e.g. for \('a', 't'\)"),
        ([[1.0, 1], [-3, 1]], r"negative, e.g. -3 for \('b', 's'\)"),
        ([["near", "far"], ["far", "far"]], "holds numbers"),
    ],
)
def test_refuses_a_matrix_that_is_none(matrix: list[list[float]], words: str) -> None:
    """Another shape, a missing or negative number and text are named."""
    with pytest.raises(ValueError, match=words):
        assign_all_pairs(pd.Series({"a": 1, "b": 2}), pd.Series({"s": 3, "t": 9}), np.array(matrix))


def test_refuses_a_frame_of_others() -> None:
    """A data frame is read by its labels."""
    frame = pd.DataFrame({"s": {"a": 1.0}, "x": {"a": 1.0}})
    with pytest.raises(LabelError, match=r"columns of `cost` and `seats` describe different units"):
        assign_all_pairs(pd.Series({"a": 1}), pd.Series({"s": 3, "t": 9}), frame)


def test_refuses_tiers_that_are_not_named() -> None:
    """Who comes first is said, not guessed; so is what a second level means."""
    pupils, seats = pd.Series({("a", "permit"): 1}), pd.Series({"s": 1})
    cost = pd.Series({("a", "s"): 1})
    with pytest.raises(LabelError, match="Name `tiers`"):
        assign(pupils, seats, cost)
    with pytest.raises(LabelError, match=r"tier 'permit', which `tiers` does not name: 'household'"):
        assign(pupils, seats, cost, tiers=["household"])
    with pytest.raises(LabelError, match="`tiers` lists 1 unit"):
        assign(pupils, seats, cost, tiers=["permit", "permit"])
    with pytest.raises(LabelError, match="got 1 level"):
        assign(pd.Series({"a": 1}), seats, cost, tiers=["permit"])


def test_refuses_floors_above_seats() -> None:
    """A school cannot hold more than it has seats for; a floor for every school is given, if any is."""
    pupils, seats, cost = pd.Series({"a": 1}), pd.Series({"s": 1}), pd.Series({("a", "s"): 1})
    with pytest.raises(ValueError, match=r"'s': 2 pupils at least, 1 seats"):
        assign(pupils, seats, cost, floors=pd.Series({"s": 2}))
    with pytest.raises(LabelError, match="different units"):
        assign(pupils, seats, cost, floors=pd.Series({"x": 2}))


def test_labels_of_every_kind() -> None:
    """Numbers, numbers beside text, and categories are labels like others; what is read-only is only read."""
    metres = np.array([[5, 9], [4, 7]])
    metres.flags.writeable = False
    plain = assign_all_pairs(pd.Series({"a": 5, "b": 3}), pd.Series({"s": 4, "t": 9}), metres)
    for areas, schools in (
        (pd.Index([10, 2]), pd.Index(np.array([1, 2], dtype=np.int32))),
        (pd.Index([1, "1"], dtype=object), pd.Index(["s", 7], dtype=object)),
        (pd.CategoricalIndex(["a", "b"], categories=["z", "b", "a"]), pd.CategoricalIndex(["s", "t"])),
    ):
        pairs = pd.MultiIndex.from_product([areas, schools])
        answer = assign(pd.Series([5, 3], areas), pd.Series([4, 9], schools), pd.Series(metres.ravel(), pairs))
        assert answer.objective == plain.objective
        assert list(answer.load.index) == list(schools)


@pytest.mark.parametrize("kind", ["Int64", "Float64", "object"])
def test_a_frame_of_every_kind_of_number(kind: str) -> None:
    """Columns that can hold a gap are read too; a gap is an error, with the pair's school and area."""
    frame = pd.DataFrame([[5, 9], [4, 7]], ["a", "b"], ["s", "t"]).astype(kind)
    pupils, seats = pd.Series({"a": 5, "b": 3}), pd.Series({"s": 4, "t": 9})
    assert assign_all_pairs(pupils, seats, frame).objective == 50
    with pytest.raises(MissingValueError, match="missing"):
        assign_all_pairs(pupils, seats, frame.mask(frame == 9))


def test_refuses_a_word_for_tiers() -> None:
    """A word is a list of letters; it is not meant so."""
    with pytest.raises(LabelError, match=r"got the text 'household'"):
        assign(pd.Series({("a", "household"): 1}), pd.Series({"s": 1}), pd.Series({("a", "s"): 1}), tiers="household")


@settings(max_examples=25)
@given(towns(whole=True), st.integers(1, 400), st.integers(1, 9))
def test_crowding_is_a_school_of_its_own(town: Town, charge: int, above: int) -> None:
    """Seats above those of a school, at a charge, are a second label: never dearer than without, and never fewer."""
    pupils, seats, cost = town
    crowded = cost.rename(lambda school: f"{school} crowded", level=1) + charge
    more = assign(pupils, pd.concat([seats, (seats * 0 + above).add_suffix(" crowded")]), pd.concat([cost, crowded]))
    plain = assign(pupils, seats, cost)
    assert more.unserved.sum() <= plain.unserved.sum()
    # whoever sits in a crowded seat does so because the other seats are taken, or farther than the charge
    for school in seats.index:
        if more.load[f"{school} crowded"] > 0:
            assert more.load[school] == seats[school]
