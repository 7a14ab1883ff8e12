"""The contract of every table: ages, months, and what a column may hold."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandera.errors import SchemaErrors

from schoolmap.tables import CONTRACTS
from schoolmap.tables import GRADES
from schoolmap.tables import PROJECT_KINDS
from schoolmap.tables import Column
from schoolmap.tables import Contract
from schoolmap.tables import Kind
from schoolmap.tables import grade_number
from schoolmap.tables import parse_age
from schoolmap.tables import parse_month
from schoolmap.tables import parse_year
from schoolmap.tables import value_schema

ages = st.integers(min_value=0, max_value=120)


def faults(contract: str, **columns: list[object]) -> set[tuple[str, object]]:
    """Return the column and row of each fault of a table, rows from 0; a key that is there twice names its columns."""
    frame = pd.DataFrame(columns)
    try:
        value_schema(CONTRACTS[contract], frame.columns).validate(frame, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases
        return set(zip(cases["column"].astype(str), cases["index"], strict=True))
    return set()


# ages


@pytest.mark.parametrize(
    ("text", "band"),
    [
        ("3", (3, 3)),
        ("3岁", (3, 3)),
        ("3-5", (3, 5)),
        (" 3 - 5 ", (3, 5)),
        ("3–5岁", (3, 5)),
        ("3岁-5岁", (3, 5)),
        ("3～5岁", (3, 5)),
        ("3—5岁", (3, 5)),
        ("3至5岁", (3, 5)),
        ("95+", (95, None)),
        ("95岁及以上", (95, None)),
        ("95及以上", (95, None)),
        ("100岁+", (100, None)),
    ],
)
def test_ages_as_people_write_them(text: str, band: tuple[int, int | None]) -> None:
    """An age, a band with both ends, or an open band, in digits, with or without 岁."""
    assert parse_age(text) == band


@given(ages, ages)
def test_a_band_is_read_as_it_is_written(low: int, high: int) -> None:
    """Every band whose ends are in order is read back; one in the wrong order is no band."""
    assert parse_age(f"{low}-{high}") == ((low, high) if low <= high else None)
    assert parse_age(f"{low}") == (low, low)
    assert parse_age(f"{low}+") == (low, None)


@pytest.mark.parametrize("text", ["", "5-3", "-3", "3-", "3.5", "three", "合计", "3-5-7", "3+5", "2016", "岁", "<5"])
def test_what_is_no_age(text: str) -> None:
    """Totals, words and half years are no ages, and are not read as one."""
    assert parse_age(text) is None


# months


@pytest.mark.parametrize(
    ("text", "month"),
    [("2027-09", (2027, 9)), ("2027-9", (2027, 9)), (" 2027-12 ", (2027, 12)), ("2027", (2027, 9))],
)
def test_months_as_people_write_them(text: str, month: tuple[int, int]) -> None:
    """A year and month; a year alone means its September, when schools open."""
    assert parse_month(text) == month


@given(st.integers(min_value=1000, max_value=9999), st.integers(min_value=1, max_value=12))
def test_a_month_is_read_as_it_is_written(year: int, month: int) -> None:
    """Every month is read back."""
    assert parse_month(f"{year}-{month:02}") == (year, month)


@pytest.mark.parametrize("text", ["", "soon", "2027-00", "2027-13", "27-09", "2027-09-01", "09-2027"])
def test_what_is_no_month(text: str) -> None:
    """A thirteenth month, a day or a word is no month."""
    assert parse_month(text) is None


# years and grades


@pytest.mark.parametrize(
    "text", ["2024", " 2024 ", "2024年", "2024年度", "2024-2025", "2024—2025学年", "2024/25", "2024-25"]
)
def test_years_as_people_write_them(text: str) -> None:
    """A calendar year, or a school year, which is named by its autumn."""
    assert parse_year(text) == 2024


@given(st.integers(min_value=1000, max_value=2998))
def test_a_year_is_read_as_it_is_written(year: int) -> None:
    """Every year is read back, alone and as a school year."""
    assert parse_year(str(year)) == parse_year(f"{year}-{year + 1}") == year


@pytest.mark.parametrize(
    "text", ["", "24", "2024-2026", "2024-2024", "2024-06", "2024-12-31", "3024", "２０２４", "year"]
)
def test_what_is_no_year(text: str) -> None:
    """A date, a month or two years that do not follow each other are no year."""
    assert parse_year(text) is None


def test_grades_are_five_less_than_the_usual_age() -> None:
    """A child of the first kindergarten year is three, of the last five, of grade 1 six."""
    assert [grade_number(grade) + 5 for grade in GRADES] == list(range(3, 18))


# contracts


def test_a_sound_table_has_no_faults() -> None:
    """Two sections of one school and an empty building; zero is a number, and what is not known may be left empty."""
    schools, stages = ["A", "A", "B"], ["primary", "junior", "primary"]
    assert not faults("sections", school=schools, stage=stages, seats=[450.0, None, 0.0])


def test_every_fault_is_found_at_once() -> None:
    """A negative number, an infinite one, an empty code and a key that is there twice, each with its row."""
    found = faults(
        "sections",
        school=["A", None, "C", "C"],
        stage=["primary"] * 4,
        seats=[-1.0, 10.0, float("inf"), 5.0],
    )
    assert {("seats", 0), ("school", 1), ("seats", 2)} <= found
    assert 3 in {row for _, row in found}


def test_the_first_of_two_is_not_the_fault() -> None:
    """Of two records with one key, the second is reported."""
    rows = {row for _, row in faults("schools", school=["A", "A"], name=["North", "North"])}
    assert rows == {1}


def test_projects_may_take_seats_away_but_schools_have_none_below_zero() -> None:
    """A change may be negative, a count may not."""
    project = {"project": ["P"], "stage": ["primary"], "kind": ["demolish"]}
    assert not faults("projects", **project, seats_added=[-120.0])
    assert faults("sections", school=["A"], stage=["primary"], seats=[-120.0]) == {("seats", 0)}


def test_only_known_kinds_of_projects() -> None:
    """Every kind of the contract passes, another word does not."""
    known = list(PROJECT_KINDS)
    codes, stages = [f"P{i}" for i in range(len(known))], ["primary"] * len(known)
    assert not faults("projects", project=codes, stage=stages, kind=known)
    assert faults("projects", project=["P"], stage=["primary"], kind=["close"]) == {("kind", 0)}


def test_population_may_leave_out_sex() -> None:
    """Sex is part of the key where it is known: two rows of one age are two sexes, or one too many."""
    row = {"area": ["a", "a"], "age": ["3", "3"], "date": ["2026-12-31"] * 2, "count": [10.0, 12.0]}
    assert not faults("population", **row, sex=["female", "male"])
    assert {row for _, row in faults("population", **row)} == {1}


def test_population_may_have_several_dates() -> None:
    """One age of one area at two dates is two records; at one date it is one too many."""
    row = {"area": ["a", "a"], "age": ["3", "3"], "count": [10.0, 12.0]}
    assert not faults("population", **row, date=["2020-11-01", "2024-12-31"])
    assert {row for _, row in faults("population", **row, date=["2020-11-01"] * 2)} == {1}


def test_a_share_is_from_zero_to_one_and_a_whole_number_is_whole() -> None:
    """Both ends of a share count; per cent, negative numbers and half years do not."""
    ages = ["3", "4", "5", "6"]
    assert faults("migration", age=ages, rate=[0.0, 1.0, 3.0, -0.1]) == {("rate", 2), ("rate", 3)}
    assert faults("yields", age=ages[:3], years_since=[0.0, 1.5, -1.0], children=[0.2] * 3) == {
        ("years_since", 1),
        ("years_since", 2),
    }


@pytest.mark.parametrize(("column", "word"), [("month", "13"), ("order", "4"), ("month", "0")])
def test_months_and_orders_of_births_are_known_words(column: str, word: str) -> None:
    """A thirteenth month or a fourth order is none; what is left out stands for all."""
    row: dict[str, list[object]] = {"area": ["a"], "year": ["2024"], "births": [3.0]}
    assert not faults("births", **row)
    assert faults("births", **row, **{column: [word]}) == {(column, 0)}


def test_unknown_columns_are_left_alone() -> None:
    """A bureau's own column is no fault."""
    assert not faults("schools", school=["A"], name=["North"], telephone=["010-1"])


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS.keys())
def test_contracts_are_whole(contract: Contract) -> None:
    """Every contract has a key that a reader must find, or is numbered; no measure is part of it; columns are explained."""
    drawn = {"roads", "barriers", "crossings", "dwellings"}
    assert (contract.name in drawn) != any(contract.columns[name].required for name in contract.key)
    assert not {contract.columns[name].kind for name in contract.key} & {Kind.COUNT, Kind.CHANGE, Kind.SHARE}
    assert all(column.means for column in contract.columns.values())
    assert contract.geometry in {"none", "polygon", "point", "line", "either", "optional"}


def test_refuses_a_key_without_a_column() -> None:
    """A contract cannot be keyed by what it does not have."""
    with pytest.raises(ValueError, match="'roads' has no column 'road'"):
        Contract(name="roads", key=("road",), columns={"name": Column(kind=Kind.TEXT, means="name")})
