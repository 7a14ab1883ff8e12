"""Travel, children and seats by label: what matches, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.space.access import pairs

CHILDREN = pd.Series({"a": 40, "b": 60})
SEATS = pd.Series({"s": 50, "t": 50})


def ways(costs: dict[tuple[object, object], float]) -> pd.Series:
    """Return travel by origin and school."""
    return pd.Series(costs, dtype=float).rename_axis(["origin", "school"])


def test_by_hand() -> None:
    """Positions are those of the children's and the seats' own order."""
    known = pairs.match(ways({("b", "s"): 7, ("a", "t"): 3}), CHILDREN, SEATS[::-1])
    assert known.origin.tolist() == [1, 0]
    assert known.school.tolist() == [1, 0]
    assert known.travel.tolist() == [7.0, 3.0]
    assert known.supply.tolist() == [50.0, 50.0]
    assert known.by_origin(known.travel).tolist() == [3.0, 7.0]
    assert known.by_school(known.travel).tolist() == [3.0, 7.0]
    assert [part.tolist() for part in known.in_rows(known.travel)] == [[0, 1, 2], [0, 1], [3.0, 7.0]]


@given(st.sets(st.tuples(st.integers(0, 5), st.integers(0, 4)), min_size=1), st.randoms(use_true_random=False))
def test_every_pair_is_found_in_any_order(cells: set[tuple[int, int]], rng: object) -> None:
    """The matrix holds each number at its labels, however travel is sorted and whatever labels it once had."""
    travel = ways({(f"o{row}", f"s{column}"): 10 * row + column for row, column in cells})
    travel = travel.sample(frac=1, random_state=rng.randrange(2**32))  # type: ignore[attr-defined]
    children, seats = (
        pd.Series(1, index=[f"o{row}" for row in range(6)]),
        pd.Series(1, index=[f"s{at}" for at in range(5)]),
    )
    known = pairs.match(travel.iloc[1:], children, seats)
    assert {(int(row), int(column)) for row, column in zip(known.origin, known.school, strict=True)} == {
        (int(origin[1:]), int(school[1:])) for origin, school in travel.index[1:]
    }
    assert (known.travel == 10 * known.origin + known.school).all()
    starts, school, cost = known.in_rows(known.travel)
    assert cost.tolist() == sorted(known.travel)
    assert (cost == np.repeat(10 * np.arange(6), np.diff(starts)) + school).all()


def test_a_label_that_no_pair_uses_is_no_matter() -> None:
    """What is left of a larger table still knows the labels of the whole; only those in use count."""
    travel = ways({("a", "s"): 3, ("elsewhere", "s"): 9})
    assert pairs.match(travel[travel < 5], CHILDREN, SEATS).travel.tolist() == [3.0]


@pytest.mark.parametrize("cost", [{("x", "s"): 3}, {("a", "x"): 3}, {("a", "s"): 1, ("a", "x"): 3}])
def test_refuses_strangers(cost: dict[tuple[object, object], float]) -> None:
    """An origin without children listed, or a school without seats, is not zero."""
    with pytest.raises(LabelError, match=r"names 1 unit.* does not know, e.g. 'x'"):
        pairs.match(ways(cost), CHILDREN, SEATS)


def test_refuses_codes_of_another_type() -> None:
    """The number 1 is not the code '1'."""
    with pytest.raises(LabelError, match=r"`demand` does not know, e.g. '1'"):
        pairs.match(ways({("1", "s"): 3}), pd.Series({1: 40}), SEATS)


@pytest.mark.parametrize("first", ["a", "b"])
def test_refuses_a_pair_twice(first: str) -> None:
    """Two numbers for one way contradict each other, wherever they stand."""
    travel = pd.concat([ways({(first, "t"): 1, ("a", "s"): 3}), ways({(first, "t"): 2})])
    with pytest.raises(LabelError, match=rf"lists 1 unit.*\('{first}', 't'\)"):
        pairs.match(travel, CHILDREN, SEATS)


def test_refuses_a_pair_twice_in_a_large_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a table of all cells would not fit, pairs are sorted instead."""
    monkeypatch.setattr(pairs, "_MARKED_CELLS", 0)
    unsorted = ways({("b", "t"): 1, ("a", "s"): 3})
    assert len(pairs.match(unsorted, CHILDREN, SEATS).travel) == 2
    with pytest.raises(LabelError, match="twice"):
        pairs.match(pd.concat([unsorted, unsorted.iloc[:1]]), CHILDREN, SEATS)


def test_refuses_a_pair_without_a_label() -> None:
    """A way from nowhere is no way."""
    index = pd.MultiIndex.from_arrays([["a", None], ["s", "t"]])
    with pytest.raises(LabelError, match=r"1 pair.* without a label"):
        pairs.match(pd.Series([1.0, 2.0], index=index), CHILDREN, SEATS)


def test_refuses_travel_by_origin_alone() -> None:
    """Travel names the school."""
    with pytest.raises(LabelError, match=r"\(origin, school\), got 1 level"):
        pairs.match(pd.Series({"a": 3.0}), CHILDREN, SEATS)


@pytest.mark.parametrize(("who", "match"), [("demand", "`demand` lists 1"), ("supply", "`supply` lists 1")])
def test_refuses_a_label_twice(who: str, match: str) -> None:
    """Two areas of one name cannot be told apart."""
    twice = pd.Series([1, 2], index=["a", "a"])
    with pytest.raises(LabelError, match=match):
        pairs.match(ways({("a", "s"): 3}), **{"demand": CHILDREN, "supply": SEATS, who: twice})


@pytest.mark.parametrize(
    ("bad", "error", "match"),
    [
        (np.nan, MissingValueError, "is missing for 1"),
        (np.inf, ValueError, "is infinite for 1.*Leave out"),
        (-1.0, ValueError, "is negative for 1"),
    ],
)
@pytest.mark.parametrize("who", ["travel", "demand", "supply"])
def test_refuses_numbers_that_are_none(who: str, bad: float, error: type[Exception], match: str) -> None:
    """A gap, an endless way and negative children are errors, and say where."""
    given_tables = {"travel": ways({("a", "s"): 3, ("b", "t"): 4}), "demand": CHILDREN, "supply": SEATS}
    given_tables[who] = given_tables[who].astype(float)
    given_tables[who].iloc[1] = bad
    with pytest.raises(error, match=rf"`{who}` {match}"):
        pairs.match(**given_tables)
