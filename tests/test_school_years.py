"""School years: who is how old on the cut-off day."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.population.school_years import age_on
from schoolmap.population.school_years import cutoff_day
from schoolmap.population.school_years import first_school_year
from schoolmap.population.school_years import years_until

days = st.dates(min_value=dt.date(1990, 1, 1), max_value=dt.date(2060, 12, 31))
cutoffs = st.sampled_from(["08-31", "09-30", "12-31", "01-01", "02-29", "06-30"])
parts = st.floats(min_value=0, max_value=1)
counts = st.floats(min_value=0, max_value=1e6)


@st.composite
def populations(draw: st.DrawFn) -> tuple[list[list[float]], list[float]]:
    """Draw the children of one to four areas by age, and the births of each."""
    ages = draw(st.integers(min_value=1, max_value=8))
    rows = draw(st.lists(st.lists(counts, min_size=ages, max_size=ages), min_size=1, max_size=4))
    births = draw(st.lists(counts, min_size=len(rows), max_size=len(rows)))
    return rows, births


def test_by_hand() -> None:
    """Counted on 30 November, moved nine months: three quarters of each age have had a birthday."""
    children = np.array([[100.0, 80.0, 60.0]])

    moved = age_on(children, newborn=np.array([72.0]), years=0.75)

    # age 0: 25 of the 100 and the 72 born since; age 1: 20 of the 80 and 75 of the 100; age 2: 15 of 60 and 60 of 80
    assert moved.tolist() == [[97.0, 95.0, 75.0]]


def test_a_child_who_is_six_on_the_cutoff_day_belongs_to_that_year() -> None:
    """A count on the cut-off day is the school year itself; a day later it is the next one."""
    assert cutoff_day(2026, "08-31") == dt.date(2026, 8, 31)
    assert first_school_year(dt.date(2026, 8, 31), "08-31") == 2026
    assert first_school_year(dt.date(2026, 9, 1), "08-31") == 2027


def test_the_censuses_of_china() -> None:
    """A census of 1 November is ten months before the next 31 August: 303 days."""
    census = dt.date(2020, 11, 1)
    first = first_school_year(census, "08-31")
    assert first == 2021
    assert years_until(census, cutoff_day(first, "08-31")) == pytest.approx(303 / 365.25)


@given(days, cutoffs)
def test_the_first_school_year_lies_within_a_year(date: dt.date, cutoff: str) -> None:
    """The next cut-off day is never past and never more than a year away, so that `age_on` can move there."""
    first = first_school_year(date, cutoff)
    assert cutoff_day(first - 1, cutoff) < date <= cutoff_day(first, cutoff)
    assert 0 <= years_until(date, cutoff_day(first, cutoff)) <= 1


@given(populations(), parts)
def test_only_the_oldest_leave(town: tuple[list[list[float]], list[float]], years: float) -> None:
    """Children after the move are those before, and the newborn, less the share of the oldest that left."""
    rows, births = town
    before = np.array(rows)
    after = age_on(before, newborn=np.array(births), years=years)
    expected = before.sum() + sum(births) - years * before[:, -1].sum()
    assert after.sum() == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert (after >= 0).all()


@given(populations())
def test_no_time_changes_nothing(town: tuple[list[list[float]], list[float]]) -> None:
    """Moved by no time, everyone keeps their age."""
    before = np.array(town[0])
    np.testing.assert_array_equal(age_on(before, newborn=np.zeros(len(before)), years=0.0), before)


@given(populations())
def test_a_whole_year_is_a_pure_shift(town: tuple[list[list[float]], list[float]]) -> None:
    """Moved by a year, everyone is one year older and the births are age 0."""
    before, births = np.array(town[0]), np.array(town[1])
    after = age_on(before, newborn=births, years=1.0)
    np.testing.assert_array_equal(after[:, 0], births)
    np.testing.assert_array_equal(after[:, 1:], before[:, :-1])


@given(populations(), parts, st.floats(min_value=0, max_value=50))
def test_twice_the_children_are_twice_the_children(
    town: tuple[list[list[float]], list[float]],
    years: float,
    factor: float,
) -> None:
    """The move is linear: it scales with the counts."""
    before, births = np.array(town[0]), np.array(town[1])
    np.testing.assert_allclose(
        age_on(factor * before, newborn=factor * births, years=years),
        factor * age_on(before, newborn=births, years=years),
        rtol=1e-9,
        atol=1e-6,
    )


def test_the_table_that_went_in_is_left_alone() -> None:
    """The move returns a new table."""
    before = np.array([[10.0, 20.0]])
    age_on(before, newborn=np.array([5.0]), years=0.5)
    assert before.tolist() == [[10.0, 20.0]]


def test_a_leap_day_as_cutoff() -> None:
    """29 February is the 28th in a common year."""
    assert cutoff_day(2028, "02-29") == dt.date(2028, 2, 29)
    assert cutoff_day(2027, "02-29") == dt.date(2027, 2, 28)


@pytest.mark.parametrize("years", [-0.01, 1.01, float("nan")])
def test_refuses_more_than_a_year(years: float) -> None:
    """Two birthdays in one move cannot be told from one table."""
    with pytest.raises(ValueError, match="part of one year"):
        age_on(np.array([[1.0]]), newborn=np.array([0.0]), years=years)
