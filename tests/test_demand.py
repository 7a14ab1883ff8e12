"""Demand: children, attendance, and the classes they fill."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.seats.demand import AttendanceRate
from schoolmap.seats.demand import calibrate_attendance
from schoolmap.seats.demand import classes_needed
from schoolmap.seats.demand import oversized_classes
from schoolmap.seats.demand import seats_needed

if TYPE_CHECKING:
    import random

heads = st.integers(min_value=0, max_value=600)
sizes = st.integers(min_value=1, max_value=60)


def grades(*children: float) -> xr.DataArray:
    """Return children by age, one age a grade."""
    return xr.DataArray(list(children), coords={"age": list(range(6, 6 + len(children)))}, dims="age")


def seated(children: int, *, rooms: int) -> list[int]:
    """Seat children one by one, each in the emptiest room."""
    classes = [0] * rooms
    for _ in range(children):
        classes[classes.index(min(classes))] += 1
    return classes


def oversized(children: float, rooms: float, *, oversized_from: float) -> float:
    """Count oversized classes of one catchment."""
    return float(oversized_classes(xr.DataArray(children), xr.DataArray(rooms), oversized_from=oversized_from))


# attendance


def test_attendance_by_hand() -> None:
    """840 pupils of 1,000 resident children: 0.84 seats a child, so 1,200 children need 1,008."""
    attendance = calibrate_attendance(pd.Series([400.0, 440.0], index=["A", "B"]), 1000.0, year=2018)
    assert attendance == AttendanceRate(rate=0.84, pupils=840.0, children=1000.0, year=2018)
    assert float(seats_needed(xr.DataArray(1200.0), attendance)) == pytest.approx(1008.0)


@given(
    st.lists(st.integers(min_value=0, max_value=3000), min_size=1, max_size=9),
    st.integers(min_value=1, max_value=10**6),
)
def test_the_calibration_year_is_met(pupils: list[int], children: int) -> None:
    """On the children that it was calibrated on, attendance gives back the pupils."""
    enrolment = pd.Series(pupils, index=[f"s{i}" for i in range(len(pupils))], dtype=float)
    attendance = calibrate_attendance(enrolment, float(children), year=2018)
    assert float(seats_needed(xr.DataArray(float(children)), attendance)) == pytest.approx(sum(pupils))


def test_seats_needed_keep_their_labels() -> None:
    """Demand is on the labels of the children."""
    demand = seats_needed(grades(10.0, 20.0), AttendanceRate(rate=0.5))
    assert demand.name == "demand"
    assert demand.to_series().to_dict() == {6: 5.0, 7: 10.0}


def test_refuses_to_calibrate_on_unknown_enrolment() -> None:
    """A school without a number of pupils would lower attendance as if it were empty."""
    with pytest.raises(MissingValueError, match=r"enrolment to calibrate on is missing for 1 unit.*'B'"):
        calibrate_attendance(pd.Series([400.0, np.nan], index=["A", "B"]), 1000.0, year=2018)


@pytest.mark.parametrize("children", [0.0, -1.0, float("nan")])
def test_refuses_to_calibrate_without_children(children: float) -> None:
    """Nobody to divide by, or nobody knows how many."""
    with pytest.raises(ValueError, match="cannot be calibrated"):
        calibrate_attendance(pd.Series([1.0], index=["A"]), children, year=2018)


# classes needed


def test_classes_by_hand() -> None:
    """Classes of 45: a grade of 45 is one, of 46 two, of 90 two, of none none."""
    assert float(classes_needed(grades(45.0, 46.0, 90.0, 0.0), class_size=45)) == 5.0


@given(st.lists(heads, min_size=1, max_size=9), sizes)
def test_classes_are_the_fewest_that_hold_the_children(children: list[int], size: int) -> None:
    """Opening one more room whenever a grade's rooms are full needs just as many."""

    def rooms(grade: int) -> int:
        opened = 0
        while opened * size < grade:
            opened += 1
        return opened

    needed = float(classes_needed(grades(*map(float, children)), class_size=size))
    assert needed == sum(rooms(grade) for grade in children)


@given(st.lists(heads, min_size=1, max_size=9), sizes, st.data())
def test_more_children_never_need_fewer_classes(children: list[int], size: int, data: st.DataObject) -> None:
    """One child more in one grade opens one class more, or none."""
    grade = data.draw(st.integers(min_value=0, max_value=len(children) - 1))
    more = [count + (position == grade) for position, count in enumerate(children)]
    before = float(classes_needed(grades(*map(float, children)), class_size=size))
    assert 0 <= float(classes_needed(grades(*map(float, more)), class_size=size)) - before <= 1


@given(st.lists(heads, min_size=1, max_size=9), sizes)
def test_larger_classes_are_never_more(children: list[int], size: int) -> None:
    """A larger norm never needs more classes."""
    table = grades(*map(float, children))
    assert float(classes_needed(table, class_size=size + 1)) <= float(classes_needed(table, class_size=size))


def test_grades_are_not_taught_together() -> None:
    """Two grades of 20 need two classes, though all 40 would fit into one of 45."""
    assert float(classes_needed(grades(20.0, 20.0), class_size=45)) == 2.0


def test_rounding_opens_no_class() -> None:
    """45.000000001 children are 45; a tenth of an expected child more is a second class."""
    assert float(classes_needed(grades(45.000000001), class_size=45)) == 1.0
    assert float(classes_needed(grades(45.1), class_size=45)) == 2.0


def test_an_unknown_grade_makes_the_classes_unknown() -> None:
    """A grade that nobody has counted is not an empty one."""
    assert math.isnan(float(classes_needed(grades(45.0, math.nan), class_size=45)))


@pytest.mark.parametrize("size", [0.0, -45.0])
def test_refuses_classes_of_nobody(size: float) -> None:
    """A class has a size."""
    with pytest.raises(ValueError, match="must be positive"):
        classes_needed(grades(1.0), class_size=size)


def caps(values: dict[int, list[float]], *, years: list[int]) -> xr.DataArray:
    """Return class sizes by age and year."""
    return xr.DataArray(list(values.values()), coords={"age": list(values), "year": years}, dims=("age", "year"))


def test_a_smaller_class_is_phased_in_by_entry_year() -> None:
    """91 and 91 children: at 45 from the entry year 2018 on, the second grade keeps 50 until they have moved up."""
    years = [2017, 2018, 2019]
    phased = caps({6: [50, 45, 45], 7: [50, 50, 45]}, years=years)
    everyone = grades(91.0, 91.0).expand_dims(year=years)
    assert classes_needed(everyone, class_size=phased).to_series().to_dict() == {2017: 4, 2018: 5, 2019: 6}


@given(
    st.lists(st.tuples(heads, sizes), min_size=1, max_size=6),
    st.randoms(use_true_random=False),
)
def test_each_grade_has_its_own_class_size(table: list[tuple[int, int]], shuffle: random.Random) -> None:
    """Classes are those of each grade by itself, in whatever order the class sizes stand."""
    ages = list(range(6, 6 + len(table)))
    children = xr.DataArray([float(count) for count, _ in table], coords={"age": ages}, dims="age")
    size = xr.DataArray([float(limit) for _, limit in table], coords={"age": ages}, dims="age")
    shuffle.shuffle(ages)
    expected = sum(-(-count // limit) for count, limit in table)
    assert float(classes_needed(children, class_size=size.sel(age=ages))) == expected


@given(st.lists(heads, min_size=1, max_size=9), sizes)
def test_one_size_for_all_is_the_same_as_one_figure(children: list[int], size: int) -> None:
    """A table that says the same everywhere says what the figure says."""
    table = grades(*map(float, children))
    everywhere = xr.full_like(table, float(size))
    assert float(classes_needed(table, class_size=everywhere)) == float(classes_needed(table, class_size=size))


def test_class_sizes_of_other_grades_and_years_are_not_used() -> None:
    """A standard says more than one stage asks for."""
    size = xr.DataArray([1.0, 45.0, 1.0], coords={"age": [5, 6, 7]}, dims="age")
    assert float(classes_needed(grades(90.0), class_size=size)) == 2.0


def test_classes_keep_the_other_dimensions() -> None:
    """Catchments and draws stay, in their order."""
    children = grades(45.0, 46.0).expand_dims(catchment=["w", "e"], draw=[0, 1, 2])
    needed = classes_needed(children, class_size=xr.DataArray([45.0, 23.0], coords={"age": [6, 7]}, dims="age"))
    assert needed.dims == ("catchment", "draw")
    assert (needed == 3).all()


def test_refuses_a_class_size_that_lacks_a_grade() -> None:
    """An age without a class size would be left out, and its children with it."""
    size = xr.DataArray([45.0], coords={"age": [6]}, dims="age")
    with pytest.raises(LabelError, match="no age 7"):
        classes_needed(grades(45.0, 45.0), class_size=size)


def test_refuses_a_class_size_by_what_the_demand_has_not() -> None:
    """Sizes by year say nothing about children of no year."""
    with pytest.raises(LabelError, match="'year'"):
        classes_needed(grades(45.0), class_size=caps({6: [45.0]}, years=[2024]))


def test_refuses_class_sizes_without_labels() -> None:
    """The first size is not the first grade's for standing first."""
    with pytest.raises(LabelError, match="no labels"):
        classes_needed(grades(45.0), class_size=xr.DataArray([45.0], dims="age"))


def test_refuses_a_class_size_told_twice() -> None:
    """Of two sizes for one age none is right."""
    size = xr.DataArray([45.0, 50.0], coords={"age": [6, 6]}, dims="age")
    with pytest.raises(LabelError, match="twice"):
        classes_needed(grades(45.0), class_size=size)


def test_refuses_a_gap_in_the_class_sizes() -> None:
    """An unknown limit is not no limit."""
    size = xr.DataArray([math.nan], coords={"age": [6]}, dims="age")
    with pytest.raises(MissingValueError, match="gap"):
        classes_needed(grades(45.0), class_size=size)


@pytest.mark.parametrize("wrong", [0.0, -45.0])
def test_refuses_a_table_of_classes_of_nobody(wrong: float) -> None:
    """One wrong cell is enough."""
    size = xr.DataArray([45.0, wrong], coords={"age": [6, 7]}, dims="age")
    with pytest.raises(ValueError, match="must be positive"):
        classes_needed(grades(45.0, 45.0), class_size=size)


def test_refuses_a_class_size_that_is_no_number() -> None:
    """A missing figure is not a class without limit."""
    with pytest.raises(ValueError, match="must be positive"):
        classes_needed(grades(1.0), class_size=math.nan)


# oversized classes


def test_oversized_by_hand() -> None:
    """From 56 on: 110 children in two rooms are 55 each, 111 are 56 and 55, 112 are twice 56."""
    assert [oversized(children, 2.0, oversized_from=56) for children in (110.0, 111.0, 112.0)] == [0.0, 1.0, 2.0]


@given(heads, st.integers(min_value=1, max_value=20), sizes)
def test_oversized_is_what_seating_child_by_child_gives(children: int, rooms: int, limit: int) -> None:
    """Each child goes to the emptiest room; the rooms at the limit or above are counted."""
    expected = sum(size >= limit for size in seated(children, rooms=rooms))
    assert oversized(float(children), float(rooms), oversized_from=limit) == expected


@given(heads, st.integers(min_value=1, max_value=20), sizes)
def test_more_children_are_never_fewer_oversized_classes(children: int, rooms: int, limit: int) -> None:
    """One child more fills one room more at most."""
    before = oversized(float(children), float(rooms), oversized_from=limit)
    assert 0 <= oversized(children + 1.0, float(rooms), oversized_from=limit) - before <= 1


def test_more_rooms_may_be_more_oversized_classes() -> None:
    """112 children in one room are one oversized class; in two rooms they are two."""
    assert [oversized(112.0, rooms, oversized_from=56) for rooms in (1.0, 2.0, 3.0)] == [1.0, 2.0, 0.0]


def test_shared_rooms_add_up_in_spite_of_rounding() -> None:
    """29 hundredths of a hundred rooms are 28.999999999999996 in the machine, and 29 on the ground."""
    assert 0.29 * 100 < 29
    assert oversized(29 * 55.0, 0.29 * 100, oversized_from=56) == 0.0


def test_half_a_room_is_no_room() -> None:
    """A share of a room teaches no class of its own."""
    assert oversized(112.0, 2.5, oversized_from=56) == 2.0


@pytest.mark.parametrize("rooms", [math.nan, 0.0, 0.4])
def test_without_known_rooms_there_is_no_answer(rooms: float) -> None:
    """Unknown rooms are not rooms without oversized classes."""
    assert math.isnan(oversized(112.0, rooms, oversized_from=56))


def test_unknown_children_have_no_answer() -> None:
    """Unknown children are not zero children."""
    assert math.isnan(oversized(math.nan, 2.0, oversized_from=56))
