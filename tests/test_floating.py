"""Seats in reach for each child: two, enhanced two and three steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.space.access import falloff
from schoolmap.space.access.floating import enhanced_two_step
from schoolmap.space.access.floating import three_step
from schoolmap.space.access.floating import two_step

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS = {10: 1.0, 20: 0.68, 30: 0.22}
Town = tuple[pd.Series, pd.Series, pd.Series]
METHODS = {
    "two": lambda *town: two_step(*town, limit=20),
    "enhanced": lambda *town: enhanced_two_step(*town, weight=STEPS),
    "enhanced bell": lambda *town: enhanced_two_step(*town, weight=falloff.gaussian(10), limit=25),
    "three": lambda *town: three_step(*town, weight=STEPS),
    "three listed": lambda *town: three_step(*town, weight=falloff.gaussian(10), limit=15, choose_among="listed"),
}
every_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)


@st.composite
def towns(draw: st.DrawFn) -> Town:
    """Draw some travel between a few origins and schools, children (some none) and seats (some none)."""
    origins, schools = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    cells = st.tuples(st.integers(0, origins - 1), st.integers(0, schools - 1))
    ways = draw(st.dictionaries(cells, st.floats(min_value=0, max_value=40), min_size=1))
    counts = st.integers(0, 300)
    index = pd.MultiIndex.from_tuples([(f"o{row}", f"s{column}") for row, column in ways], names=["origin", "school"])
    children = draw(st.lists(counts, min_size=origins, max_size=origins))
    seats = draw(st.lists(counts, min_size=schools, max_size=schools))
    return (
        pd.Series(list(ways.values()), index=index),
        pd.Series(children, index=[f"o{row}" for row in range(origins)]),
        pd.Series(seats, index=[f"s{column}" for column in range(schools)]),
    )


def by_definition(
    town: Town, weight: Callable[[float], float], choice: Callable[[str, str], float]
) -> dict[str, float]:
    """Compute the module's formula pair by pair."""
    travel, children, seats = town
    pull = {pair: choice(*pair) * weight(way) for pair, way in travel.items()}
    pressing = {at: sum(pull.get((o, at), 0) * children[o] for o in children.index) for at in seats.index}
    ratio = {at: seats[at] / pressing[at] if pressing[at] > 0 else 0.0 for at in seats.index}
    return {o: sum(pull.get((o, at), 0) * ratio[at] for at in seats.index) for o in children.index}


def step(way: float) -> float:
    """Return the weight of `STEPS`."""
    return next((weight for bound, weight in STEPS.items() if way <= bound), 0.0)


def test_by_hand() -> None:
    """80 seats for 100 children in town, and 20 more for the 40 of one village."""
    index = pd.MultiIndex.from_tuples([("a", "town"), ("b", "town"), ("b", "own")])
    travel = pd.Series([8.0, 12.0, 3.0], index=index)
    access = two_step(travel, pd.Series({"b": 40, "a": 60}), pd.Series({"town": 80, "own": 20}), limit=12)
    assert access.to_dict() == pytest.approx({"b": 0.8 + 0.5, "a": 0.8})
    assert access.index.tolist() == ["b", "a"]
    assert access.name == "access"


@given(towns())
def test_two_steps_by_definition(town: Town) -> None:
    """Every pair within the limit counts one."""
    expected = by_definition(town, lambda way: float(way <= 20), lambda *_: 1.0)
    assert two_step(*town, limit=20).to_dict() == pytest.approx(expected)


@given(towns())
def test_enhanced_steps_by_definition(town: Town) -> None:
    """Every pair counts by its step, in both steps."""
    assert enhanced_two_step(*town, weight=STEPS).to_dict() == pytest.approx(by_definition(town, step, lambda *_: 1.0))


@given(towns(), st.sampled_from(["within", "listed"]))
def test_three_steps_by_definition(town: Town, among: str) -> None:
    """Choices are shares of weights: within the limit, or of all that is listed."""
    travel = town[0]
    counts = travel if among == "listed" else travel[travel <= 15]
    total = counts.map(step).groupby(level=0).sum()

    def choice(origin: str, school: str) -> float:
        listed = total.get(origin, 0.0)
        return step(travel[origin, school]) / listed if listed > 0 else 0.0

    expected = by_definition(town, lambda way: step(way) * (way <= 15), choice)
    found = three_step(*town, weight=STEPS, limit=15, choose_among=among)  # type: ignore[arg-type]
    assert found.to_dict() == pytest.approx(expected)


@every_method
@given(town=towns())
def test_all_seats_that_anybody_reaches_are_shared_out(method: Callable[..., pd.Series], town: Town) -> None:
    """Access times children is, over all origins, the seats of schools that some child reaches."""
    _, children, seats = town
    access = method(*town)
    reached = [
        at
        for at in seats.index
        if (method(*town[:2], (seats.index == at) * pd.Series(1.0, seats.index)) @ children) > 0
    ]
    assert access @ children == pytest.approx(float(seats[reached].sum()))


@every_method
@given(town=towns(), rng=st.randoms(use_true_random=False))
def test_order_is_irrelevant(method: Callable[..., pd.Series], town: Town, rng: object) -> None:
    """Pairs, children and seats in any order give each origin the same."""
    seed = rng.randrange(2**32)  # type: ignore[attr-defined]
    mixed = method(*(table.sample(frac=1, random_state=seed) for table in town))
    pd.testing.assert_series_equal(mixed.reindex(town[1].index), method(*town), rtol=1e-12)


@every_method
@given(town=towns(), factor=st.floats(min_value=0.1, max_value=10))
def test_twice_the_seats_is_twice_the_access(method: Callable[..., pd.Series], town: Town, factor: float) -> None:
    """Access grows with the seats and falls with the children in proportion."""
    travel, children, seats = town
    once = method(*town)
    np.testing.assert_allclose(method(travel, children, factor * seats), factor * once)
    np.testing.assert_allclose(method(travel, factor * children, seats), once / factor)


@given(towns())
def test_a_new_school_takes_from_nobody(town: Town) -> None:
    """In two steps, whoever reaches a new school gains, and all others keep what they have."""
    travel, children, seats = town
    new = pd.Series(5.0, index=pd.MultiIndex.from_tuples([(children.index[0], "new")]))
    more = two_step(pd.concat([travel, new]), children, pd.concat([seats, pd.Series({"new": 60})]), limit=20)
    assert (more >= two_step(*town, limit=20)).all()


@given(towns())
def test_without_a_limit_all_listed_are_within(town: Town) -> None:
    """Both ways of choosing are the same if everything listed is in reach."""
    within, listed = (three_step(*town, weight=STEPS, choose_among=among) for among in ("within", "listed"))
    pd.testing.assert_series_equal(within, listed)


def test_nobody_and_nowhere() -> None:
    """Who reaches no school has none; a school that only an empty village reaches adds nothing to it."""
    travel = pd.Series([5.0], index=pd.MultiIndex.from_tuples([("empty", "s")]))
    children, seats = pd.Series({"empty": 0, "far": 30}), pd.Series({"s": 50, "t": 10})
    for method in METHODS.values():
        assert method(travel, children, seats).to_dict() == {"empty": 0.0, "far": 0.0}
        assert method(travel.iloc[:0], children, seats).to_dict() == {"empty": 0.0, "far": 0.0}


def test_only_the_way_to_school_counts() -> None:
    """A slow way back is another pair: from b to the school at a."""
    index = pd.MultiIndex.from_tuples([("a", "at b"), ("b", "at a")])
    children, seats = pd.Series({"a": 10, "b": 10}), pd.Series({"at a": 10, "at b": 10})
    fast, slow = pd.Series([5.0, 25.0], index=index), pd.Series([25.0, 5.0], index=index)
    assert two_step(fast, children, seats, limit=10).to_dict() == {"a": 1.0, "b": 0.0}
    assert two_step(slow, children, seats, limit=10).to_dict() == {"a": 0.0, "b": 1.0}


@pytest.mark.parametrize(
    ("weight", "match"),
    [
        (lambda way: 1 / np.where(way > 0, way, np.nan), "finite and not negative, got nan for travel of 0"),
        (lambda way: way - 1, "finite and not negative, got -1"),
        (lambda _: 1.0, "one weight a pair"),
    ],
)
def test_refuses_weights(weight: falloff.Falloff, match: str) -> None:
    """A weight is a number that is not negative, one for each pair."""
    travel = pd.Series([0.0, 5.0], index=pd.MultiIndex.from_tuples([("a", "s"), ("a", "t")]))
    with pytest.raises(ValueError, match=match):
        enhanced_two_step(travel, pd.Series({"a": 1}), pd.Series({"s": 1, "t": 1}), weight=weight)


def test_refuses_what_makes_no_sense() -> None:
    """A negative limit, a choice among others, and an unknown school."""
    travel = pd.Series([5.0], index=pd.MultiIndex.from_tuples([("a", "s")]))
    town = (travel, pd.Series({"a": 1}), pd.Series({"s": 1}))
    with pytest.raises(ValueError, match="`limit` is a number that is not negative, got -1"):
        enhanced_two_step(*town, weight=STEPS, limit=-1)
    with pytest.raises(ValueError, match="`choose_among` is 'within' or 'listed', got 'all'"):
        three_step(*town, weight=STEPS, choose_among="all")  # type: ignore[arg-type]
    with pytest.raises(LabelError, match=r"`supply` does not know, e.g. 's'"):
        two_step(*town[:2], pd.Series({"t": 1}), limit=10)
