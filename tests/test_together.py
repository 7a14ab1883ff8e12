"""Groups that stay whole: one school for all of a group, or the group is listed; and how far the plan is from the best."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.optimize.assign import assign
from schoolmap.optimize.together import TogetherAssignment
from schoolmap.optimize.together import assign_together

Town = tuple[pd.Series, pd.Series, pd.Series, pd.Series]
TIERS = ("household", "permit")


@st.composite
def towns(draw: st.DrawFn, *, tiers: bool = False) -> Town:
    """Draw pupils, seats, costs by allowed pair, and up to three groups among the pupils."""
    areas = [f"a{number}" for number in range(draw(st.integers(1, 4)))]
    schools = [f"s{number}" for number in range(draw(st.integers(1, 3)))]
    rows = pd.MultiIndex.from_product([areas, TIERS]) if tiers else pd.Index(areas)
    pupils = pd.Series(draw(st.lists(st.integers(0, 8), min_size=len(rows), max_size=len(rows))), index=rows)
    seats = pd.Series(draw(st.lists(st.integers(0, 13), min_size=len(schools), max_size=len(schools))), index=schools)
    pairs = pd.MultiIndex.from_product([areas, schools])
    cost = pd.Series(draw(st.lists(st.integers(0, 50), min_size=len(pairs), max_size=len(pairs))), index=pairs)
    cost = cost[draw(st.lists(st.sampled_from([True, True, True, False]), min_size=len(pairs), max_size=len(pairs)))]
    left, members = pupils.copy(), {}
    for group in range(draw(st.integers(0, 3))):
        for place in draw(st.sets(st.integers(0, len(rows) - 1), max_size=2)):
            row = rows[place]
            many = draw(st.integers(0, int(left.iloc[place])))
            members[(f"g{group}", *row) if tiers else (f"g{group}", row)] = many
            left.iloc[place] -= many
    index = (
        pd.MultiIndex.from_tuples(list(members)) if members else pd.MultiIndex.from_arrays([[]] * (3 if tiers else 2))
    )
    return pupils, seats, cost, pd.Series(list(members.values()), index=index, dtype=int)


def best_of_all(
    pupils: pd.Series,
    seats: pd.Series,
    cost: pd.Series,
    together: pd.Series,
    *,
    tiers: tuple[str, ...] | None = None,
    floors: pd.Series | None = None,
) -> tuple[float, ...]:
    """Try every school for every group: those without a seat by tier, below the floors, and the cost of the best."""
    names = list(together.index.get_level_values(0).unique())
    plans = []
    for choice in itertools.product([None, *seats.index], repeat=len(names)):
        school = dict(zip(names, choice, strict=True))
        free, without, held, paid = pupils.copy(), pupils * 0, seats * 0, 0.0
        possible = True
        for label, many in together.items():
            group, area, row = label[0], label[1], label[1:] if tiers else label[1]
            free[row] -= many
            if school[group] is None:
                without[row] += many
            elif (area, school[group]) in cost.index:
                held[school[group]] += many
                paid += many * cost[area, school[group]]
            else:
                possible = False
        if not possible or (held > seats).any():
            continue
        least = None if floors is None else (floors - held).clip(lower=0)
        rest = assign(free, seats - held, cost, tiers=tiers, floors=least)
        plans.append((*by_tier(without + rest.unserved, tiers), float(rest.below_floor.sum()), paid + rest.objective))
    return min(plans)


def by_tier(unserved: pd.Series, tiers: tuple[str, ...] | None) -> tuple[float, ...]:
    """Return those without a seat, the tier that counts most first."""
    if tiers is None:
        return (float(unserved.sum()),)
    return tuple(float(unserved.xs(tier, level=1).sum()) for tier in tiers)


def books_balance(answer: TogetherAssignment, town: Town) -> None:
    """Check that every pupil is placed or listed, no school overflows, and no group is split."""
    pupils, seats, _, together = town
    areas = list(range(pupils.index.nlevels))
    there = answer.flows.groupby(level=areas).sum().reindex(pupils.index, fill_value=0)
    assert (there + answer.unserved == pupils).all()
    held = answer.flows.groupby(level="school").sum().reindex(seats.index, fill_value=0)
    assert (held == answer.load).all()
    assert (answer.load <= seats).all()
    of_groups = together.groupby(level=0).sum()
    without = answer.school.isna() & (of_groups.reindex(answer.school.index) > 0)
    assert set(answer.left_out.index) == set(answer.school.index[without])
    # all of a group are among those who go to its school
    for (group, *row), many in together.items():
        if many and group not in answer.left_out.index:
            assert answer.flows[(*row, answer.school[group])] >= many


def test_by_hand() -> None:
    """A family of four does not fit on the hill once the others next door are there: three others give way."""
    pupils, seats = pd.Series({"north": 9, "south": 6}), pd.Series({"hill": 6, "lake": 10})
    cost = pd.Series({("north", "hill"): 5, ("north", "lake"): 12, ("south", "hill"): 6, ("south", "lake"): 4})
    together = pd.Series({("family", "north"): 4, ("compound", "north"): 3, ("compound", "south"): 1})
    answer = assign_together(pupils, seats, cost, together=together)
    # compound: 21 + 6 on the hill, 36 + 4 at the lake; family: 20 or 48; six fit on the hill
    assert answer.school.to_dict() == {"compound": "lake", "family": "hill"}
    assert answer.flows.to_dict() == {("north", "hill"): 6, ("north", "lake"): 3, ("south", "lake"): 6}
    assert (answer.status, answer.objective, answer.lower_bound, answer.gap) == ("optimal", 90.0, 90.0, 0.0)
    assert answer.left_out.empty


def test_a_group_that_does_not_fit_is_listed() -> None:
    """Two families of three and four seats: one is placed and one is listed; a seat stays empty, and it is said."""
    pupils, seats = pd.Series({"a": 6}), pd.Series({"s": 4})
    cost, together = pd.Series({("a", "s"): 7}), pd.Series({("one", "a"): 3, ("two", "a"): 3})
    answer = assign_together(pupils, seats, cost, together=together)
    assert answer.left_out.shape[0] == 1
    assert answer.left_out["reason"].to_list() == ["no school has enough seats left for all of it"]
    assert (answer.unserved["a"], answer.unserved_bound, answer.objective, answer.status) == (3, 3, 21, "optimal")


def test_why_a_group_has_no_seats() -> None:
    """Too large for every school it may go to, or no school that all of it may go to: two reasons, in words."""
    pupils, seats = pd.Series({"a": 9, "b": 2}), pd.Series({"s": 4, "t": 20})
    cost = pd.Series({("a", "s"): 7, ("b", "t"): 1})
    together = pd.Series({("large", "a"): 5, ("apart", "a"): 1, ("apart", "b"): 1})
    answer = assign_together(pupils, seats, cost, together=together)
    assert answer.left_out["reason"].to_dict() == {
        "apart": "no school that all of it may go to",
        "large": "larger than every school it may go to",
    }
    assert answer.left_out["pupils"].to_dict() == {"apart": 2, "large": 5}
    assert answer.flows.to_dict() == {("a", "s"): 3, ("b", "t"): 1}


def test_a_whole_area() -> None:
    """If all of an area is a group, the area is not divided between schools."""
    pupils, seats = pd.Series({"a": 5, "b": 5}), pd.Series({"s": 7, "t": 5})
    cost = pd.Series({("a", "s"): 1, ("a", "t"): 4, ("b", "s"): 2, ("b", "t"): 4})
    whole = pd.concat({area: pupils[[area]] for area in pupils.index})
    assert assign(pupils, seats, cost).flows.groupby(level="area").size().max() == 2
    answer = assign_together(pupils, seats, cost, together=whole)
    assert answer.flows.to_dict() == {("a", "s"): 5, ("b", "t"): 5}
    assert answer.school.to_dict() == {"a": "s", "b": "t"}


@settings(max_examples=40)
@given(towns())
def test_it_is_the_best_of_all_plans(town: Town) -> None:
    """Every choice tried: as many have a seat as can with groups whole, at the least cost; and it is proven."""
    answer = assign_together(*town[:3], together=town[3], gap=0)
    books_balance(answer, town)
    without, _, cost = best_of_all(*town)
    assert (answer.unserved.sum(), answer.unserved_bound, answer.status) == (without, without, "optimal")
    assert answer.objective == pytest.approx(cost, abs=1e-6)
    assert answer.lower_bound == pytest.approx(cost, abs=1e-6)


@settings(max_examples=25)
@given(towns(tiers=True), st.lists(st.integers(0, 9), min_size=3, max_size=3))
def test_tiers_and_floors_count_in_their_order(town: Town, floors: list[int]) -> None:
    """First the first tier, then the second, then least numbers, then the cost, among plans with whole groups."""
    pupils, seats, cost, together = town
    least = pd.Series(floors[: len(seats)], index=seats.index).clip(upper=seats)
    answer = assign_together(pupils, seats, cost, together=together, tiers=TIERS, floors=least, gap=0)
    books_balance(answer, town)
    found = (*by_tier(answer.unserved, TIERS), float(answer.below_floor.sum()), answer.objective)
    assert found == pytest.approx(best_of_all(*town, tiers=TIERS, floors=least), abs=1e-6)
    assert answer.status == "optimal"


@settings(max_examples=25)
@given(towns())
def test_without_groups_it_is_assign(town: Town) -> None:
    """Groups of one, or none, ask for nothing: the cost is that of `assign`, and with groups it is never less."""
    pupils, seats, cost, together = town
    plain = assign(pupils, seats, cost)
    alone = assign_together(pupils, seats, cost, together=together[:0])
    assert (alone.objective, alone.unserved.sum()) == (plain.objective, plain.unserved.sum())
    kept = assign_together(pupils, seats, cost, together=together)
    assert (kept.unserved.sum(), kept.objective) >= (plain.unserved.sum(), plain.objective)


@settings(max_examples=15)
@given(towns(), st.randoms(use_true_random=False))
def test_order_of_rows_is_irrelevant(town: Town, rng: object) -> None:
    """The same plan is given whatever the order of the tables."""
    seed = rng.randrange(2**32)  # type: ignore[attr-defined]
    one = assign_together(*town[:3], together=town[3])
    pupils, seats, cost, together = (table.sample(frac=1, random_state=seed) for table in town)
    other = assign_together(pupils, seats, cost, together=together)
    assert other.flows.to_dict() == one.flows.to_dict()
    assert other.school.to_dict() == one.school.to_dict()
    assert other.unserved.index.equals(pupils.index)


def made_town(areas: int, schools: int, *, seats_per_pupil: float) -> Town:
    """Return a town with a family of two or three in each second area and a compound in each twentieth."""
    rng = np.random.default_rng(4)
    names = [f"a{number}" for number in range(areas)]
    pupils = pd.Series(rng.integers(5, 40, areas), names)
    seats = pd.Series(int(pupils.sum() * seats_per_pupil / schools), [f"s{number}" for number in range(schools)])
    homes, gates = rng.uniform(0, 9000, (areas, 2)), rng.uniform(0, 9000, (schools, 2))
    metres = np.rint(np.hypot(*(homes[:, None] - gates[None]).transpose(2, 0, 1)))
    cost = pd.Series(metres.ravel(), pd.MultiIndex.from_product([names, seats.index]))
    families = pd.Series(rng.integers(2, 4, areas), pd.MultiIndex.from_arrays([[f"f{name}" for name in names], names]))
    blocks = pd.MultiIndex.from_arrays([[f"block {number // 2}" for number in range(areas)], names])
    compounds = pd.Series(pupils.to_numpy() - 3, blocks).clip(upper=30)
    return pupils, seats, cost, pd.concat([families[::2], compounds[1::20], compounds[::20].clip(upper=2)])


@pytest.mark.parametrize("seats_per_pupil", [1.06, 0.85])
def test_a_town_with_many_groups(seats_per_pupil: float) -> None:
    """Families and compounds, seats for all or not: nobody is lost, few metres are, and the gap says how few."""
    town = made_town(400, 12, seats_per_pupil=seats_per_pupil)
    answer = assign_together(*town[:3], together=town[3])
    books_balance(answer, town)
    plain = assign(*town[:3])
    assert answer.unserved.sum() == plain.unserved.sum() == max(0, town[0].sum() - town[1].sum())
    assert plain.objective <= answer.objective
    assert 0 <= answer.gap < 1e-3
    assert answer.lower_bound >= plain.objective - 1e-6


def test_fine_costs_are_rounded_and_the_bound_says_so() -> None:
    """Thirds of a minute have no end; the bound allows for what was not counted."""
    cost = pd.Series({("a", "s"): 1 / 3, ("a", "t"): 2 / 3})
    answer = assign_together(
        pd.Series({"a": 9}), pd.Series({"s": 5, "t": 9}), cost, together=pd.Series({("g", "a"): 6})
    )
    assert answer.school["g"] == "t"
    assert answer.objective == pytest.approx(5)
    assert 0 < answer.gap < 1e-5


def test_nobody_and_nowhere() -> None:
    """No school, no pair, a group of nobody: it is said, not an error."""
    none = pd.Series([], index=pd.MultiIndex.from_arrays([[], []]), dtype=float)
    answer = assign_together(pd.Series({"a": 5}), pd.Series({"s": 5}), none, together=pd.Series({("g", "a"): 2}))
    assert answer.unserved.to_dict() == {"a": 5}
    assert answer.left_out["pupils"].to_dict() == {"g": 2}
    nobody = assign_together(
        pd.Series({"a": 5}), pd.Series({"s": 5}), pd.Series({("a", "s"): 1}), together=pd.Series({("g", "a"): 0})
    )
    assert nobody.left_out.empty
    assert nobody.flows.to_dict() == {("a", "s"): 5}
    no_school = pd.Series([], index=pd.Index([], dtype=object), dtype=int)
    assert assign_together(pd.Series({"a": 5}), no_school, none, together=pd.Series({("g", "a"): 2})).flows.empty


@pytest.mark.parametrize(
    ("together", "error", "words"),
    [
        (pd.Series({("g", "a"): 6}), ValueError, "6 pupils of 'a', but `pupils` has 5"),
        (pd.Series({("g", "a"): 3, ("h", "a"): 3}), ValueError, "6 pupils of 'a', but `pupils` has 5"),
        (pd.Series({("g", "x"): 1}), LabelError, r"\('g', 'x'\), which `pupils` does not have"),
        (pd.Series({"g": 1}), LabelError, r"indexed by \(group, area\), got 1"),
        (pd.Series({("g", "a"): 0.5}), ValueError, "not whole"),
        (pd.Series({("g", "a"): -1}), ValueError, "negative"),
        (pd.Series({("g", "a"): np.nan}), MissingValueError, "missing"),
        (pd.Series([1, 1], pd.MultiIndex.from_tuples([("g", "a"), ("g", "a")])), LabelError, "twice"),
        (pd.Series([1], pd.MultiIndex.from_tuples([(None, "a")])), LabelError, "without a label"),
    ],
)
def test_refuses_groups_that_are_none(together: pd.Series, error: type[Exception], words: str) -> None:
    """Who is of a group is among the pupils, once, and has a name."""
    with pytest.raises(error, match=words):
        assign_together(pd.Series({"a": 5}), pd.Series({"s": 5}), pd.Series({("a", "s"): 1}), together=together)


@pytest.mark.parametrize(
    ("name", "value"), [("seconds", 0), ("seconds", np.nan), ("gap", -0.1), ("gap", np.nan), ("gap", 1)]
)
def test_refuses_settings_that_are_none(name: str, value: float) -> None:
    """A time is above 0, and a gap is a share."""
    with pytest.raises(ValueError, match=f"`{name}`"):
        assign_together(
            pd.Series({"a": 5}),
            pd.Series({"s": 5}),
            pd.Series({("a", "s"): 1}),
            together=pd.Series({("g", "a"): 2}),
            **{name: value},
        )
