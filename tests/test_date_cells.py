"""Dates, months, years and ages: year first in any usual form; what may be another day is refused."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.inputs.cells.date_cells import as_text
from schoolmap.inputs.cells.date_cells import read_time
from schoolmap.inputs.cells.number_cells import Read
from schoolmap.tables import Kind

DAY = dt.datetime(2025, 9, 1)  # noqa: DTZ001


@pytest.mark.parametrize(
    "cell",
    [
        "2025.9.1",
        "2025/9/1",
        "2025-9-1",
        "2025年9月1日",
        "2025年09月01号",
        "２０２５．９．１",
        "2025/9/1 0:00",
        "2025-09-01 00:00:00",
    ],
)
def test_one_day_in_many_forms(cell: str) -> None:
    """Each is read as the ISO date, and told."""
    assert read_time(cell, Kind.DATE) == Read("2025-09-01", ("date",))


@pytest.mark.parametrize("cell", ["2025-09-01", DAY, DAY.date()])
def test_a_date_as_it_should_be(cell: object) -> None:
    """ISO text and the spreadsheet's own dates need no notice."""
    assert read_time(cell, Kind.DATE) == Read("2025-09-01")


@pytest.mark.parametrize("cell", ["1/9/2025", "9.1.2025", "31.12.2016", "25/9/1", "1-9-25"])
def test_a_date_that_may_be_another_is_refused(cell: str) -> None:
    """Day and month may be either; a year of two digits may be a day."""
    read = read_time(cell, Kind.DATE)
    assert read.problem is not None
    assert "may be one of several dates" in read.problem.problem
    assert "2025-09-01" in read.problem.remedy_zh


@pytest.mark.parametrize(
    "cell", ["2016", "2016年", "2016-13-01", "2016-02-30", "20161231", 45000, "2016.9", "2016-9/1", "soon"]
)
def test_what_is_no_date(cell: object) -> None:
    """A year alone, a day that does not exist, the number behind a spreadsheet's date."""
    read = read_time(cell, Kind.DATE)
    assert read.problem is not None
    assert read.problem.problem == "is no date."


@pytest.mark.parametrize(
    ("cell", "month", "notes"),
    [
        ("2027-09", "2027-09", ()),
        ("2027-9", "2027-09", ()),
        ("2027", "2027", ()),
        (2028, "2028", ()),
        (dt.date(2027, 9, 1), "2027-09", ()),
        ("2027年9月", "2027-09", ("month",)),
        ("2027年09月份", "2027-09", ("month",)),
        ("2027年", "2027", ("month",)),
        ("2027/9", "2027-09", ("month",)),
        ("2027.9", "2027-09", ("month",)),
        (2028.9, "2028-09", ("month",)),
        (2027.11, "2027-11", ("month",)),
        ("2027.01", "2027-01", ("month",)),
        ("2027.10", "2027-10", ("month",)),
        ("2027年9月1日", "2027-09", ("month",)),
        ("2027/9/1", "2027-09", ("month",)),
    ],
)
def test_months(cell: object, month: str, notes: tuple[str, ...]) -> None:
    """A year alone stays one: it stands for the start of its school year. The first of a month is that month."""
    assert read_time(cell, Kind.MONTH) == Read(month, notes)


@pytest.mark.parametrize("cell", [2027.1, "2028.1", "２０２７．１"])
def test_january_or_october(cell: object) -> None:
    """A spreadsheet stores 2027.10 as 2027.1."""
    read = read_time(cell, Kind.MONTH)
    assert read.problem is not None
    assert "may be January, or an October" in read.problem.problem


@pytest.mark.parametrize(
    "cell", ["2027-13", "2027.13", "2027年13月", "2027-09-15", "明年", "2027年秋季", dt.date(2027, 9, 15), "9/2027"]
)
def test_what_is_no_month(cell: object) -> None:
    """A month that does not exist, another day than the first, words."""
    problem = read_time(cell, Kind.MONTH).problem
    assert problem is not None
    assert problem.problem in {"is no month.", "may be one of several dates: nobody knows which number is the day."}


@pytest.mark.parametrize(
    ("cell", "kind", "value"),
    [
        (2024, Kind.YEAR, "2024"),
        (2024.0, Kind.YEAR, "2024"),
        ("2024年", Kind.YEAR, "2024"),
        ("２０２４—２０２５学年", Kind.YEAR, "2024"),
        ("3", Kind.AGE, "3"),
        (3.0, Kind.AGE, "3"),
        ("3 - 5岁", Kind.AGE, "3-5岁"),
        ("3周岁", Kind.AGE, "3岁"),
        ("６～１１", Kind.AGE, "6~11"),
        ("95+", Kind.AGE, "95+"),
    ],
)
def test_years_and_ages(cell: object, kind: Kind, value: str) -> None:
    """Numbers, full-width digits, and the words that stand beside them."""
    assert read_time(cell, kind) == Read(value)


@pytest.mark.parametrize(
    ("cell", "kind"), [("24", Kind.YEAR), ("三岁", Kind.AGE), (dt.date(2023, 3, 5), Kind.AGE), ("5-3", Kind.AGE)]
)
def test_years_and_ages_that_are_none(cell: object, kind: Kind) -> None:
    """A band that a spreadsheet made a date of is no age."""
    assert read_time(cell, kind).problem is not None


@given(
    st.dates(dt.date(1950, 1, 1), dt.date(2150, 12, 31)),
    st.sampled_from(["{y}.{m}.{d}", "{y}/{m}/{d}", "{y}年{m}月{d}日"]),
)
def test_every_day_comes_back(day: dt.date, form: str) -> None:
    """Any day in any form with the year first is that day."""
    text = form.format(y=day.year, m=day.month, d=day.day)
    assert read_time(text, Kind.DATE).value == day.isoformat() == read_time(day, Kind.DATE).value


@given(st.text(max_size=12), st.sampled_from([Kind.DATE, Kind.MONTH, Kind.YEAR, Kind.AGE]))
def test_any_text_is_read_or_a_problem(text: str, kind: Kind) -> None:
    """Whatever stands in a cell, nothing is raised, and what is not read is shown as it was typed."""
    read = read_time(text, kind)
    assert read.problem is None or read.value == as_text(text, kind)
