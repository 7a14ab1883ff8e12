"""School years: who is how old on the cut-off day."""

from __future__ import annotations

import calendar
import datetime as dt

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.population.school_years import age_on
from schoolmap.population.school_years import cohort_share
from schoolmap.population.school_years import cutoff_day
from schoolmap.population.school_years import entrants
from schoolmap.population.school_years import first_school_year
from schoolmap.population.school_years import move_population
from schoolmap.population.school_years import school_cohorts
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


@pytest.mark.parametrize("cutoff", ["8-31", "08/31", "13-01", "02-30", "W05-1", "31-08", ""])
def test_refuses_a_cutoff_that_is_no_day(cutoff: str) -> None:
    """A cut-off is written as month and day, of a day that there is."""
    with pytest.raises(ValueError, match="written as month and day, `08-31`"):
        cutoff_day(2027, cutoff)


# births of calendar years to school cohorts


def by_year(*births: float, first: int = 2015) -> xr.DataArray:
    """Return births of years that follow one another."""
    return xr.DataArray(list(births), coords={"year": range(first, first + len(births))}, dims="year")


def even_months() -> pd.Series:
    """Return equal shares of births in every month."""
    return pd.Series(1 / 12, index=range(1, 13))


@st.composite
def birth_tables(draw: st.DrawFn) -> xr.DataArray:
    """Draw births by area and year."""
    areas, years = (draw(st.integers(min_value=1, max_value=most)) for most in (3, 8))
    rows = draw(st.lists(st.lists(counts, min_size=years, max_size=years), min_size=areas, max_size=areas))
    labels = {"area": [f"a{i}" for i in range(areas)], "year": range(2010, 2010 + years)}
    return xr.DataArray(rows, coords=labels, dims=("area", "year"))


@st.composite
def month_tables(draw: st.DrawFn) -> xr.DataArray:
    """Draw births by year and month."""
    years = draw(st.integers(min_value=1, max_value=4))
    rows = draw(st.lists(st.lists(counts, min_size=12, max_size=12), min_size=years, max_size=years))
    return xr.DataArray(rows, coords={"year": range(2018, 2018 + years), "month": range(1, 13)}, dims=("year", "month"))


def test_the_share_by_hand() -> None:
    """31 August is the 243rd of 365 days; with equal months it is the end of the eighth of twelve."""
    assert cohort_share("08-31") == 243 / 365
    assert cohort_share("08-31", monthly=even_months()) == pytest.approx(8 / 12)
    # the middle of a month of 30 days takes half of it
    assert cohort_share("09-15", monthly=even_months()) == pytest.approx(8.5 / 12)


def test_the_share_at_the_ends_of_the_year() -> None:
    """With 31 December school cohorts are calendar years; with 1 January they are those of the year before."""
    assert cohort_share("12-31") == cohort_share("12-31", monthly=even_months()) == 1.0
    assert cohort_share("01-01") == 1 / 365


def test_the_share_of_a_leap_day() -> None:
    """29 February takes what 28 February takes in a common year: January and February."""
    assert cohort_share("02-29") == cohort_share("02-28") == 59 / 365
    assert cohort_share("02-29", monthly=even_months()) == pytest.approx(2 / 12)


@given(st.dates(min_value=dt.date(2001, 1, 1), max_value=dt.date(2001, 12, 30)))
def test_a_later_cutoff_takes_more(day: dt.date) -> None:
    """The share rises with the cut-off, and lies in (0, 1]."""
    later = day + dt.timedelta(days=1)
    for monthly in (None, even_months()):
        here, there = (cohort_share(f"{date:%m-%d}", monthly=monthly) for date in (day, later))
        assert 0 < here < there <= 1


def test_cohorts_by_hand() -> None:
    """Of 365 births of 2018, 243 are of the cohort of 2018 and 122 of that of 2019."""
    cohorts = school_cohorts(by_year(365.0, 730.0, first=2018), cutoff="08-31")
    assert cohorts.to_series().round(9).to_dict() == {2018: 243.0, 2019: 122.0 + 486.0, 2020: 244.0}
    assert cohorts["complete"].to_numpy().tolist() == [False, True, False]


def test_calendar_cohorts() -> None:
    """With 31 December the cohorts are the births; of the year after the last nobody knows."""
    cohorts = school_cohorts(by_year(10.0, 20.0), cutoff="12-31")
    assert cohorts.to_numpy().tolist() == [10.0, 20.0, 0.0]
    assert cohorts["complete"].to_numpy().tolist() == [True, True, False]


@given(birth_tables(), cutoffs)
def test_cohorts_sum_to_the_births(births: xr.DataArray, cutoff: str) -> None:
    """No birth is lost or counted twice, area by area; both unfinished cohorts are in."""
    cohorts = school_cohorts(births, cutoff=cutoff, monthly=None)
    xr.testing.assert_allclose(
        cohorts.sum("year").drop_vars("complete", errors="ignore"), births.sum("year"), rtol=1e-12
    )
    assert cohorts["year"].to_numpy().tolist() == [*births["year"].to_numpy(), int(births["year"][-1]) + 1]
    assert (cohorts >= 0).all()


@given(month_tables(), cutoffs)
def test_monthly_cohorts_sum_to_the_births(births: xr.DataArray, cutoff: str) -> None:
    """True monthly births are all in one cohort or the next."""
    cohorts = school_cohorts(births, cutoff=cutoff)
    assert float(cohorts.sum()) == pytest.approx(float(births.sum()), rel=1e-12)


@settings(max_examples=20)
@given(month_tables(), st.integers(min_value=1, max_value=12))
def test_monthly_cohorts_against_counting(births: xr.DataArray, month: int) -> None:
    """At the end of a month the cohorts are exact: each month's births go to the first cut-off not before them."""
    cutoff = f"{month:02}-{calendar.monthrange(2000, month)[1]}"
    expected = dict.fromkeys(school_cohorts(births, cutoff=cutoff)["year"].to_numpy().tolist(), 0.0)
    for year in births["year"].to_numpy().tolist():
        for born in range(1, 13):
            expected[first_school_year(dt.date(year, born, 1), cutoff)] += float(births.sel(year=year, month=born))
    found = school_cohorts(births, cutoff=cutoff).to_series().to_dict()
    assert found == pytest.approx(expected, rel=1e-12)


@settings(max_examples=20)
@given(month_tables(), st.data())
def test_births_across_the_cutoff_move_one_cohort(births: xr.DataArray, data: st.DataObject) -> None:
    """Moved from August to September of a year, births leave its cohort and join the next; all others stay."""
    year = data.draw(st.sampled_from(births["year"].to_numpy().tolist()))
    moved = data.draw(st.floats(min_value=0, max_value=1)) * float(births.sel(year=year, month=8))
    after = births.copy(deep=True)
    after.loc[{"year": year, "month": 8}] -= moved
    after.loc[{"year": year, "month": 9}] += moved
    change = school_cohorts(after, cutoff="08-31") - school_cohorts(births, cutoff="08-31")
    expected = xr.zeros_like(change)
    expected.loc[{"year": year}] = -moved
    expected.loc[{"year": year + 1}] = moved
    np.testing.assert_allclose(change, expected, atol=1e-6)


@settings(max_examples=20)
@given(month_tables(), st.data())
def test_births_within_a_cohort_move_nothing(births: xr.DataArray, data: st.DataObject) -> None:
    """Moved from September of one year to August of the next, births stay in their cohort."""
    if births.sizes["year"] == 1:
        births = xr.concat([births, births.assign_coords(year=births["year"] + 1)], dim="year")
    year = int(births["year"][0])
    moved = data.draw(st.floats(min_value=0, max_value=1)) * float(births.sel(year=year, month=9))
    after = births.copy(deep=True)
    after.loc[{"year": year, "month": 9}] -= moved
    after.loc[{"year": year + 1, "month": 8}] += moved
    np.testing.assert_allclose(school_cohorts(after, cutoff="08-31"), school_cohorts(births, cutoff="08-31"), atol=1e-6)


@settings(max_examples=20)
@given(birth_tables(), cutoffs)
def test_shares_by_month_stand_for_monthly_births(births: xr.DataArray, cutoff: str) -> None:
    """Births spread over the months by their shares give the cohorts of the shares, but for the leap day."""
    shares = pd.Series(range(1, 13), index=range(1, 13)) / 78
    spread = births * xr.DataArray(shares.to_numpy(), coords={"month": range(1, 13)}, dims="month")
    exact = school_cohorts(spread, cutoff=cutoff)
    np.testing.assert_allclose(school_cohorts(births, cutoff=cutoff, monthly=shares), exact, rtol=1e-9, atol=1e-6)


def test_a_leap_day_in_monthly_births() -> None:
    """With 29 February all of February is before the cut-off, in a leap year and in a common one."""
    labels = {"year": [2027, 2028], "month": range(1, 13)}
    births = xr.DataArray(np.zeros((2, 12)), coords=labels, dims=("year", "month"))
    births.loc[{"month": 2}] = 29.0
    assert school_cohorts(births, cutoff="02-29").to_series().to_dict() == {2027: 29.0, 2028: 29.0, 2029: 0.0}
    # the 14th is half of the 28 days of 2027, and less of the 29 of 2028
    halves = school_cohorts(births, cutoff="02-14").to_series().to_dict()
    assert halves == pytest.approx({2027: 14.5, 2028: 14.5 + 14.0, 2029: 15.0})


def test_the_order_of_years_and_months_is_irrelevant() -> None:
    """Labels decide: years and months in any order give the same cohorts."""
    births = xr.DataArray(
        np.arange(24.0).reshape(2, 12), coords={"year": [2018, 2019], "month": range(1, 13)}, dims=("year", "month")
    )
    shuffled = births.isel(year=[1, 0], month=list(range(11, -1, -1)))
    xr.testing.assert_identical(school_cohorts(shuffled, cutoff="08-31"), school_cohorts(births, cutoff="08-31"))
    shares = pd.Series(range(1, 13), index=range(1, 13)) / 78
    assert cohort_share("05-20", monthly=shares[::-1]) == cohort_share("05-20", monthly=shares)


def test_cohorts_refuse_a_gap_in_the_years() -> None:
    """Between two years with a gap a cohort would be half empty."""
    births = by_year(1.0, 2.0, 3.0).sel(year=[2015, 2017])
    with pytest.raises(LabelError, match="no year 2016"):
        school_cohorts(births, cutoff="08-31")


def test_cohorts_refuse_what_is_unknown() -> None:
    """A missing number is no year without births, a negative one no births at all, a year twice no year."""
    with pytest.raises(MissingValueError, match="births` is missing for 1"):
        school_cohorts(by_year(1.0, float("nan")), cutoff="08-31")
    with pytest.raises(ValueError, match="got -1"):
        school_cohorts(by_year(1.0, -1.0), cutoff="08-31")
    with pytest.raises(LabelError, match="twice"):
        school_cohorts(by_year(1.0, 2.0).assign_coords(year=[2015, 2015]), cutoff="08-31")


def test_cohorts_refuse_months_that_are_not_twelve() -> None:
    """Eleven months are not a year, and monthly births need no shares."""
    births = xr.DataArray(np.ones((1, 12)), coords={"year": [2020], "month": range(1, 13)}, dims=("year", "month"))
    with pytest.raises(LabelError, match="1 to 12"):
        school_cohorts(births.isel(month=slice(1, None)), cutoff="08-31")
    with pytest.raises(ValueError, match="monthly already"):
        school_cohorts(births, cutoff="08-31", monthly=even_months())


def test_shares_by_month_are_checked() -> None:
    """Percentages, a missing month and a gap are refused; what is only rounded is accepted."""
    with pytest.raises(ValueError, match="sum to 1, got 100"):
        cohort_share("08-31", monthly=even_months() * 100)
    with pytest.raises(LabelError, match="1 to 12"):
        cohort_share("08-31", monthly=even_months().drop(8))
    with pytest.raises(MissingValueError, match=r"e\.g\. 8"):
        cohort_share("08-31", monthly=even_months().where(lambda share: share.index != 8))
    assert cohort_share("08-31", monthly=even_months().round(4)) == pytest.approx(8 / 12)


# cohorts to the school year of entry


def test_entrants_by_hand() -> None:
    """Of 100 children 5 are early and 10 late; of the 80 of the next year likewise."""
    due = entrants(by_year(100.0, 80.0, first=2018), entry_age=6, early=0.05, late=0.1)
    assert due.to_series().round(9).to_dict() == {2023: 5.0, 2024: 89.0, 2025: 78.0, 2026: 8.0}
    # the first and the last year lack a cohort that is not in the table, and so do those between
    assert due["complete"].to_numpy().tolist() == [False, False, False, False]


def test_a_child_born_on_the_last_of_august_2019() -> None:
    """It is of the cohort of 2019 and enters grade 1 in 2025, the law's six years of age."""
    born = dt.date(2019, 8, 31)
    cohort = first_school_year(born, "08-31")
    due = entrants(by_year(1.0, first=cohort), entry_age=6)
    assert due["year"].to_numpy().tolist() == [2025]


@settings(max_examples=20)
@given(
    birth_tables(),
    st.integers(min_value=0, max_value=7),
    st.floats(min_value=0, max_value=0.5),
    st.floats(min_value=0, max_value=0.5),
)
def test_no_child_is_lost_on_the_way_to_school(births: xr.DataArray, age: int, early: float, late: float) -> None:
    """Whoever is early or late enters in another year, but enters."""
    cohorts = school_cohorts(births, cutoff="08-31")
    due = entrants(cohorts, entry_age=age, early=early, late=late)
    np.testing.assert_allclose(due.sum("year"), births.sum("year"), rtol=1e-9, atol=1e-6)
    assert (due >= 0).all()


@given(birth_tables(), st.integers(min_value=0, max_value=7))
def test_on_time_is_a_pure_shift(births: xr.DataArray, age: int) -> None:
    """With nobody early or late the cohort is the entrants, and complete where it was."""
    cohorts = school_cohorts(births, cutoff="08-31")
    due = entrants(cohorts, entry_age=age)
    xr.testing.assert_equal(due, cohorts.assign_coords(year=cohorts["year"] + age))


@given(birth_tables())
def test_all_late_is_entry_a_year_older(births: xr.DataArray) -> None:
    """If everyone waits, the entrants are those of an entry age one higher."""
    later = entrants(births, entry_age=6, late=1.0)
    assert float(later.sel(year=later["year"][0]).sum()) == 0
    np.testing.assert_allclose(later.isel(year=slice(1, None)), entrants(births, entry_age=7))


def test_areas_may_differ_in_who_waits() -> None:
    """Shares by area go to their area, in any order."""
    cohorts = xr.DataArray([[100.0], [100.0]], coords={"area": ["x", "y"], "year": [2018]}, dims=("area", "year"))
    late = xr.DataArray([0.2, 0.0], coords={"area": ["y", "x"]}, dims="area")
    due = entrants(cohorts, entry_age=6, late=late)
    assert due.sel(area="x").to_numpy().tolist() == [100.0, 0.0]
    assert due.sel(area="y").to_numpy().tolist() == [80.0, 20.0]


def test_entrants_are_complete_where_every_cohort_is_known() -> None:
    """With late entry a year needs two complete cohorts."""
    cohorts = school_cohorts(by_year(1.0, 2.0, 3.0, 4.0), cutoff="08-31")
    assert cohorts["complete"].to_numpy().tolist() == [False, True, True, True, False]
    due = entrants(cohorts, entry_age=6, late=0.1)
    complete = due["complete"].to_series()
    assert complete[complete].index.tolist() == [2023, 2024]


def test_entrants_refuse_more_than_a_cohort() -> None:
    """Early and late together are no more than all, each is a share, and other areas are other areas."""
    cohorts = by_year(100.0)
    with pytest.raises(ValueError, match=r"together 1.2"):
        entrants(cohorts, entry_age=6, early=0.6, late=0.6)
    with pytest.raises(ValueError, match="`late` must lie in"):
        entrants(cohorts, entry_age=6, late=-0.1)
    with pytest.raises(ValueError, match="`entry_age`"):
        entrants(cohorts, entry_age=-1)
    with pytest.raises(LabelError, match="'area', which `cohorts` has not"):
        entrants(cohorts, entry_age=6, late=xr.DataArray([0.1], coords={"area": ["x"]}, dims="area"))


# a population of any day, moved to the cut-off day


def by_age(*people: float) -> xr.DataArray:
    """Return residents of the ages 0, 1, 2, …."""
    return xr.DataArray(list(people), coords={"age": range(len(people))}, dims="age", name="people")


@st.composite
def residents(draw: st.DrawFn) -> xr.DataArray:
    """Draw residents by sex, age and area."""
    areas, ages = draw(st.integers(min_value=1, max_value=3)), draw(st.integers(min_value=2, max_value=6))
    size = 2 * ages * areas
    values = np.array(draw(st.lists(counts, min_size=size, max_size=size))).reshape(2, ages, areas)
    labels = {"sex": ["female", "male"], "age": range(ages), "area": [f"a{i}" for i in range(areas)]}
    return xr.DataArray(values, coords=labels, dims=("sex", "age", "area"))


def test_year_end_to_school_year_by_hand() -> None:
    """From 31 December 2025, 243 of 365 days: a child keeps its age with 122/365 and has a birthday with 243/365."""
    moved = move_population(
        by_age(365.0, 730.0), date=dt.date(2025, 12, 31), cutoff="08-31", births=xr.DataArray(200.0)
    )
    assert moved.to_numpy().tolist() == pytest.approx([122.0 + 200.0, 243.0 + 244.0])


def test_census_back_to_the_start_of_its_school_year_by_hand() -> None:
    """From 1 November to 31 August of the same year, 62 days back: those born since are out, the others younger."""
    census = by_age(365.0, 730.0, 1095.0)
    moved = move_population(census, date=dt.date(2020, 11, 1), cutoff="08-31", to_year=2020)
    assert moved.to_numpy().tolist() == pytest.approx([303.0 + 2 * 62, 2 * 303.0 + 3 * 62])
    # the same with the births of those two months, as they were registered
    counted = move_population(
        census, date=dt.date(2020, 11, 1), cutoff="08-31", to_year=2020, births=xr.DataArray(65.0)
    )
    assert counted.to_numpy().tolist() == pytest.approx([300.0 + 2 * 62, 2 * 303.0 + 3 * 62])


@settings(max_examples=20)
@given(residents(), days, cutoffs)
def test_forwards_is_the_usual_conversion(people: xr.DataArray, date: dt.date, cutoff: str) -> None:
    """It is `age_on` with labels: only the oldest leave, and the newborn come."""
    births = people.sel(age=0, drop=True) / 2
    moved = move_population(people, date=date, cutoff=cutoff, births=births)
    year = first_school_year(date, cutoff)
    end, start = cutoff_day(year, cutoff), cutoff_day(year - 1, cutoff)
    part = (end - date).days / (end - start).days
    newborn = births if part > 0 else births * 0
    for sex in people["sex"].to_numpy():
        before, born, after = (table.sel(sex=sex).transpose("area", ...) for table in (people, newborn, moved))
        expected = age_on(before.to_numpy(), newborn=born.to_numpy(), years=part)
        np.testing.assert_allclose(after, expected, rtol=1e-12, atol=1e-9)
    assert moved.dims == people.dims


@settings(max_examples=20)
@given(residents(), days)
def test_level_ages_stay_level_forwards_and_back(people: xr.DataArray, date: dt.date) -> None:
    """Where all ages are alike, and births too, neither way changes a number."""
    level = xr.ones_like(people) * people.sel(age=0, drop=True)
    year = first_school_year(date, "08-31")
    end, start = cutoff_day(year, "08-31"), cutoff_day(year - 1, "08-31")
    births = level.sel(age=0, drop=True) * ((end - date).days / (end - start).days)
    forwards = move_population(level, date=date, cutoff="08-31", births=births)
    np.testing.assert_allclose(forwards, level.transpose(*forwards.dims), rtol=1e-9, atol=1e-6)
    back = move_population(level, date=date, cutoff="08-31", to_year=year - 1)
    np.testing.assert_allclose(back, level.transpose(*back.dims).sel(age=back["age"]), rtol=1e-9, atol=1e-6)


@settings(max_examples=20)
@given(residents())
def test_a_whole_year_back_and_forwards_is_a_shift(people: xr.DataArray) -> None:
    """From one cut-off day to the next everyone is a year older, and back a year younger."""
    births = people.sel(age=0, drop=True) + 7
    forwards = move_population(people, date=dt.date(2027, 8, 31), cutoff="08-31", births=births, to_year=2028)
    np.testing.assert_array_equal(forwards.isel(age=slice(1, None)), people.isel(age=slice(None, -1)))
    np.testing.assert_array_equal(forwards.sel(age=0), births)
    back = move_population(forwards, date=dt.date(2028, 8, 31), cutoff="08-31", to_year=2027)
    np.testing.assert_array_equal(back, people.isel(age=slice(None, -1)))


@settings(max_examples=20)
@given(residents(), days)
def test_back_nobody_is_lost_but_those_born_since(people: xr.DataArray, date: dt.date) -> None:
    """Those before are all but the newborn and the part of the last age that was not yet asked for."""
    year = first_school_year(date, "08-31") - 1
    start, end = cutoff_day(year, "08-31"), cutoff_day(year + 1, "08-31")
    part = (date - start).days / (end - start).days
    back = move_population(people, date=date, cutoff="08-31", to_year=year)
    oldest = people["age"][-1]
    expected = people.sum() - part * people.sel(age=0).sum() - (1 - part) * people.sel(age=oldest).sum()
    assert float(back.sum()) == pytest.approx(float(expected), rel=1e-9, abs=1e-6)


@settings(max_examples=20)
@given(residents(), st.floats(min_value=0.5, max_value=1))
def test_deaths_between(people: xr.DataArray, share: float) -> None:
    """Forwards fewer live, backwards more did; where nobody dies survivorship changes nothing."""
    births = people.sel(age=0, drop=True)
    some = xr.full_like(people.isel(area=0, drop=True), share)

    def moved(year: int, survival: xr.DataArray | None) -> xr.DataArray:
        newborn = births if year == 2026 else None
        return move_population(
            people, date=dt.date(2025, 11, 1), cutoff="08-31", births=newborn, survival=survival, to_year=year
        )

    assert (moved(2026, some) <= moved(2026, None) + 1e-9).all()
    assert (moved(2025, some) >= moved(2025, None) - 1e-9).all()
    for year in (2025, 2026):
        np.testing.assert_allclose(moved(year, xr.ones_like(some)), moved(year, None))


def test_deaths_of_newborn_and_of_the_others_by_hand() -> None:
    """Half of the newborn live, and of those who turn one in the 243 of 365 days, 0.8."""
    moved = move_population(
        by_age(365.0, 730.0),
        date=dt.date(2025, 12, 31),
        cutoff="08-31",
        births=xr.DataArray(200.0),
        survival=by_age(0.5, 0.8),
    )
    assert moved.to_numpy().tolist() == pytest.approx([122.0 + 100.0, 0.8 * 243.0 + 244.0])


@settings(max_examples=20)
@given(residents(), st.randoms(use_true_random=False))
def test_labels_decide_who_was_born_where(people: xr.DataArray, rng: object) -> None:
    """Births and survivorship in any order of areas and sexes go to their own."""
    births = people.sel(age=0, drop=True) + xr.DataArray([1.0, 2.0], coords={"sex": ["female", "male"]}, dims="sex")
    survival = xr.DataArray(np.linspace(0.9, 1, people.sizes["age"]), coords={"age": people["age"]}, dims="age")
    order = list(people["area"].to_numpy())
    rng.shuffle(order)  # type: ignore[attr-defined]
    kwargs = {"date": dt.date(2025, 12, 31), "cutoff": "08-31"}
    one = move_population(people, births=births, survival=survival, **kwargs)  # type: ignore[arg-type]
    other = move_population(
        people,
        births=births.sel(area=order, sex=["male", "female"]).transpose(),
        survival=survival[::-1],
        **kwargs,  # type: ignore[arg-type]
    )
    xr.testing.assert_identical(one, other)


def test_on_the_cutoff_day_nothing_moves() -> None:
    """A count of the cut-off day is the school year's, needs no births, and uses none."""
    people = by_age(5.0, 6.0)
    for births in (None, xr.DataArray(99.0)):
        moved = move_population(people, date=dt.date(2026, 8, 31), cutoff="08-31", births=births)
        assert moved.to_numpy().tolist() == [5.0, 6.0]
    assert people.to_numpy().tolist() == [5.0, 6.0]


def test_refuses_a_date_out_of_reach() -> None:
    """More than a year either way is a projection, not a change of date."""
    for year in (2019, 2022):
        with pytest.raises(ValueError, match="more than a year"):
            move_population(by_age(1.0, 1.0), date=dt.date(2020, 11, 1), cutoff="08-31", to_year=year)


def test_refuses_to_guess_the_births_between() -> None:
    """Forwards, births are needed, of every area; backwards no more of them than there are infants."""
    people = xr.DataArray([[1.0, 1.0], [2.0, 2.0]], coords={"area": ["x", "y"], "age": [0, 1]}, dims=("area", "age"))
    date = dt.date(2020, 11, 1)
    with pytest.raises(ValueError, match="give `births`"):
        move_population(people, date=date, cutoff="08-31")
    with pytest.raises(LabelError, match="`births` has the dimensions"):
        move_population(people, date=date, cutoff="08-31", births=xr.DataArray(1.0))
    with pytest.raises(LabelError, match="`population` and `births` describe different units"):
        move_population(people, date=date, cutoff="08-31", births=people.sel(age=0, drop=True).isel(area=[0]))
    with pytest.raises(ValueError, match="More were born"):
        move_population(people, date=date, cutoff="08-31", to_year=2020, births=people.sel(age=0, drop=True) * 2)


def test_refuses_ages_with_a_gap_and_survival_without_them() -> None:
    """Ages are 0, 1, 2, …; survivorship needs each of them, and above zero to look back."""
    date = dt.date(2020, 11, 1)
    with pytest.raises(LabelError, match="without gap"):
        move_population(by_age(1.0, 1.0).assign_coords(age=[0, 5]), date=date, cutoff="08-31", to_year=2020)
    with pytest.raises(LabelError, match="no age 1"):
        move_population(
            by_age(1.0, 1.0), date=date, cutoff="08-31", to_year=2020, survival=by_age(1.0).rename("survival")
        )
    with pytest.raises(ValueError, match="`survival` is zero"):
        move_population(by_age(1.0, 1.0), date=date, cutoff="08-31", to_year=2020, survival=by_age(1.0, 0.0))
    with pytest.raises(LabelError, match="one age only"):
        move_population(by_age(1.0), date=date, cutoff="08-31", to_year=2020)
    with pytest.raises(MissingValueError, match="population` is missing"):
        move_population(by_age(1.0, float("nan")), date=date, cutoff="08-31", to_year=2020)
