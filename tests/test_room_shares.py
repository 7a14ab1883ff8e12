"""Sharing rooms among grades: the largest mean class is as small as whole rooms allow."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.seats.classes.room_shares import share_rooms

small = st.lists(st.integers(min_value=0, max_value=130), min_size=1, max_size=4)


def shared(pupils: list[int], rooms: float, *, most: list[int] | None = None) -> list[float]:
    """Share the rooms of one school, grade by grade."""
    grades = [str(grade) for grade in range(1, len(pupils) + 1)]
    limit = None if most is None else pd.DataFrame([most], index=["a"], columns=grades)
    table = pd.DataFrame([pupils], index=["a"], columns=grades)
    return [float(count) for count in share_rooms(table, pd.Series({"a": float(rooms)}), most=limit).loc["a"]]


def one_by_one(pupils: list[int], rooms: int, *, most: list[int]) -> list[int]:
    """Give each grade a room, then one after the other to the fullest grade that may have more."""
    counts = [int(limit > 0) for limit in most]
    while sum(counts) < rooms:
        open_grades = [grade for grade in range(len(pupils)) if counts[grade] < most[grade]]
        if not open_grades:
            break
        counts[max(open_grades, key=lambda grade: (pupils[grade] / counts[grade], -grade))] += 1
    return counts


def largest_mean(pupils: list[int], counts: list[float]) -> float:
    """Return the largest mean class."""
    return max((count / rooms for count, rooms in zip(pupils, counts, strict=True) if count), default=0.0)


def test_shares_by_hand() -> None:
    """90, 120 and 40 in six rooms: means of 90, 120, 40 fall to 45, 40, 40 with two, three and one."""
    assert shared([90, 120, 40], 6) == [2, 3, 1]


def test_of_equals_the_lowest_grade_comes_first() -> None:
    """Two grades of 60 and three rooms: the lower grade has two."""
    assert shared([60, 60], 3) == [2, 1]


@given(small, st.integers(min_value=1, max_value=9))
def test_no_other_way_of_sharing_has_a_smaller_largest_class(pupils: list[int], rooms: int) -> None:
    """Every way of sharing is tried."""
    taught = [count for count in pupils if count]
    if not taught or rooms < len(taught):
        return
    ways = itertools.product(range(1, rooms + 1), repeat=len(taught))
    best = min(largest_mean(taught, list(map(float, way))) for way in ways if sum(way) <= rooms)
    assert largest_mean(pupils, shared(pupils, rooms)) == best


@given(small, st.integers(min_value=0, max_value=9), st.data())
def test_no_other_way_within_limits_is_better_either(pupils: list[int], rooms: int, data: st.DataObject) -> None:
    """Where grades may have so many rooms and no more, every way that keeps to it is tried."""
    most = [data.draw(st.integers(min_value=1, max_value=4)) if count else 0 for count in pupils]
    if rooms < sum(limit > 0 for limit in most):
        return
    ways = itertools.product(*(range(min(limit, 1), limit + 1) for limit in most))
    best = min(largest_mean(pupils, list(map(float, way))) for way in ways if sum(way) <= rooms)
    found = shared(pupils, rooms, most=most)
    assert largest_mean(pupils, found) == best
    assert all(count <= limit for count, limit in zip(found, most, strict=True))
    # rooms stay empty only where nobody may have them
    assert sum(found) == min(rooms, sum(most))


@given(
    st.lists(st.integers(min_value=0, max_value=900), min_size=1, max_size=9),
    st.integers(min_value=0, max_value=80),
    st.integers(min_value=20, max_value=60),
)
def test_it_is_what_giving_room_by_room_comes_to(pupils: list[int], rooms: int, size: int) -> None:
    """The short cut that skips the first rooms ends where the long way does."""
    most = [-(-count // size) for count in pupils]
    if rooms >= sum(limit > 0 for limit in most):
        assert shared(pupils, rooms, most=most) == one_by_one(pupils, rooms, most=most)


@given(
    st.lists(st.integers(min_value=1, max_value=400), min_size=1, max_size=6), st.integers(min_value=6, max_value=40)
)
def test_one_room_more_goes_to_one_grade(pupils: list[int], rooms: int) -> None:
    """No grade loses a room because the school gains one (Adams' method is house-monotone)."""
    before, after = shared(pupils, rooms), shared(pupils, rooms + 1)
    assert sorted(new - old for old, new in zip(before, after, strict=True)) == [0.0] * (len(pupils) - 1) + [1.0]


@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300), st.integers(0, 20)), min_size=1, max_size=5),
    st.data(),
)
def test_schools_do_not_look_at_each_other(table: list[tuple[int, int, int]], data: st.DataObject) -> None:
    """Each school is shared as if it were alone, in whatever order schools and rooms stand."""
    names = [f"s{number}" for number in range(len(table))]
    pupils = pd.DataFrame([row[:2] for row in table], index=names, columns=["1", "2"])
    rooms = pd.Series([float(row[2]) for row in table], index=names)
    order = data.draw(st.permutations(names))
    together = share_rooms(pupils, rooms.loc[order])
    for name in names:
        alone = share_rooms(pupils.loc[[name]], rooms.loc[[name]])
        pd.testing.assert_frame_equal(together.loc[[name]], alone)


def test_a_grade_without_pupils_has_no_room() -> None:
    """Rooms are for those who come."""
    assert shared([0, 50, 0], 4) == [0, 4, 0]
    assert shared([0, 0], 4) == [0, 0]


@pytest.mark.parametrize("rooms", [0.0, 1.0, math.nan])
def test_fewer_rooms_than_grades_or_unknown_rooms_have_no_answer(rooms: float) -> None:
    """Grades that are taught together have no rooms of their own; unknown rooms are not none."""
    assert all(math.isnan(count) for count in shared([20, 30], rooms))


def test_half_a_room_is_no_room() -> None:
    """A share of a room teaches no class of its own; a rounding error below a room is a room."""
    assert shared([60, 60], 3.5) == [2, 1]
    assert shared([60, 60], 0.29 * 100 - 26) == [2, 1]


def test_unknown_pupils_have_no_answer() -> None:
    """One grade that nobody has counted leaves the whole school open."""
    table = pd.DataFrame({"1": [np.nan], "2": [30.0]}, index=["a"])
    assert share_rooms(table, pd.Series({"a": 4.0})).isna().all(axis=None)


def test_nothing_is_changed_in_place() -> None:
    """The tables that were given stay as they are."""
    pupils, rooms = pd.DataFrame({"1": [90], "2": [40]}, index=["a"]), pd.Series({"a": 3.0})
    kept = pupils.copy(), rooms.copy()
    share_rooms(pupils, rooms)
    pd.testing.assert_frame_equal(pupils, kept[0])
    pd.testing.assert_series_equal(rooms, kept[1])


def test_refuses_rooms_of_other_schools() -> None:
    """Rooms are matched by label."""
    pupils = pd.DataFrame({"1": [90]}, index=["a"])
    with pytest.raises(LabelError, match="different units"):
        share_rooms(pupils, pd.Series({"b": 3.0}))
    with pytest.raises(LabelError, match="different units"):
        share_rooms(pupils, pd.Series({"a": 3.0}), most=pd.DataFrame({"2": [3]}, index=["a"]))
