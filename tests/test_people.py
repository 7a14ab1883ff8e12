"""Tables of people, checked: each rule is broken once in a county that is sound, and told with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
import village
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import Fault
from schoolmap.errors import Severity
from schoolmap.inputs.checks import people
from schoolmap.inputs.checks.named import Named
from schoolmap.project import inspect_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

A1, A2, A3, A4 = village.AREAS
PROJECT = village.PROJECT + village.PEOPLE


def named(file: str = "t.csv", **columns: list[object]) -> Named:
    """Return a table as read: rows counted from 2."""
    frame = pd.DataFrame(columns)
    return Named(file=file, frame=frame.set_axis(pd.RangeIndex(2, len(frame) + 2, name="row")))


def told(faults: list[Fault]) -> list[tuple[int | None, str, str]]:
    """Return row, value and problem; every fault has a way out and Chinese."""
    assert all(fault.remedy and fault.problem_zh and fault.remedy_zh for fault in faults)
    return [(fault.row, fault.value, fault.problem) for fault in faults]


def cell(table: str, row: int, column: str, value: str) -> Callable[[village.Tables], None]:
    """Return an edit that puts a value into one cell; `row` counts as a spreadsheet does."""

    def edit(content: village.Tables) -> None:
        content[table].at[row - 2, column] = value

    return edit


def keep(table: str, query: str) -> Callable[[village.Tables], None]:
    """Return an edit that keeps only records for which this is true."""

    def edit(content: village.Tables) -> None:
        content[table] = content[table].query(query)

    return edit


def every(table: str, column: str, by: Callable[[float], float]) -> Callable[[village.Tables], None]:
    """Return an edit that changes every number of a column."""

    def edit(content: village.Tables) -> None:
        content[table][column] = content[table][column].astype(float).map(by).astype(str)

    return edit


def without(table: str, column: str) -> Callable[[village.Tables], None]:
    """Return an edit that takes a column away."""

    def edit(content: village.Tables) -> None:
        content[table] = content[table].drop(columns=column)

    return edit


DATE = village.DATE
OLD = "2020-08-31"


@pytest.mark.parametrize(
    ("edit", "file", "column", "value", "problem"),
    [
        # counts
        (keep("population", f"村代码 != '{A2}' or 时点 != '{OLD}'"), "population.csv", "date", OLD, f"of area {A2}"),
        (cell("population", 2, "性别", "不详"), "population.csv", "sex", "不详", "is none of female, male, both."),
        (keep("population", "性别 == '女'"), "population.csv", "sex", "female", "counts female"),
        (
            keep("population", f"村代码 != '{A2}' or 性别 == '女'"),
            "population.csv",
            "sex",
            A2,
            "does not count each of 'female', 'male' in the same bands.",
        ),
        (
            cell("population", 5, "年龄段", "4-5"),
            "population.csv",
            "age",
            "4-5",
            f"leaves out age 3 in area {A1!r} at {OLD}.",
        ),
        (
            cell("population", 3, "年龄段", "0"),
            "population.csv",
            "area, age, sex, date",
            f"{A1}, 0, female, {OLD}",
            "is there twice, first in row 2.",
        ),
        (
            lambda content: content["population"].update(
                content["population"]["人数"][content["population"]["时点"] == DATE]
                .astype(float)
                .div(1000)
                .astype(str),
            ),
            "population.csv",
            "date",
            DATE,
            "has 6 residents in all, but 2020-08-31 has 5,704: persons and thousands are mixed.",
        ),
        (
            every("births", "出生人数", lambda number: 1000 * number),
            "population.csv",
            "count",
            DATE,
            "80,000 births in 2023",
        ),
        (every("pupils", "在校生数", lambda number: 1000 * number), "population.csv", "count", DATE, "250,000 pupils"),
        (
            lambda content: content["sections"].update(content["sections"]["在校生数"] + "000"),
            "population.csv",
            "count",
            DATE,
            "1,050,000 pupils",
        ),
        # births
        (cell("births", 2, "村代码", "X"), "births.csv", "area", "X", "is not in `areas`"),
        (keep("births", f"村代码 != '{A2}'"), "areas.geojson", "area", A2, "has no record in births.csv."),
        (cell("births", 2, "年份", "去年"), "births.csv", "year", "去年", "is no year."),
        (keep("births", "年份 != '2020年'"), "births.csv", "year", "2020", "lacks 2020."),
        (keep("births", f"村代码 != '{A2}' or 年份 != '2020年'"), "births.csv", "year", A2, "lacks 2020."),
        (
            keep("births", f"村代码 != '{A2}' or 年份 != '2020年' or 孩次 != '二孩'"),
            "births.csv",
            "order",
            A2,
            "has 2 of 3 orders of birth in 2020.",
        ),
        (cell("births", 3, "孩次", ""), "births.csv", "order", A1, "has 2 of 3 orders of birth in 2018."),
        (cell("births", 2, "孩次", "四孩"), "births.csv", "order", "四孩", "is none of 1, 2, 3+."),
        (cell("births", 2, "出生人数", "-1"), "births.csv", "births", "-1", "is negative."),
        (
            lambda content: content["births"].insert(0, "月份", "1月"),
            "births.csv",
            "month",
            A1,
            "has 1 of 12 months in 2018.",
        ),
        # projection
        (cell("projection", 2, "学段", "高中"), "projection.csv", "stage", "高中", "is not in `stages`"),
        (cell("projection", 2, "村代码", ""), "projection.csv", "area, catchment", "", "must name either `area` or"),
        (without("projection", "学段"), "projection.csv", "age, stage", "", "are missing, of which one must be there."),
        (
            keep("projection", "学段 != '小学'"),
            "projection.csv",
            "stage",
            "primary",
            "lacks ages of stage 'primary' (6-11)",
        ),
        (
            keep("projection", f"村代码 != '{A2}' or 年份 != '2026'"),
            "projection.csv",
            "year",
            f"{A2}, kindergarten",
            "lacks 2026.",
        ),
        (keep("projection", f"村代码 != '{A2}'"), "areas.geojson", "area", A2, "has no record in projection.csv."),
        (
            lambda content: content["projection"].insert(0, "学区", "0101"),
            "projection.csv",
            "area, catchment",
            "",
            "must name either `area` or `catchment`",
        ),
        # totals, structure, pupils, marriages
        (keep("totals", f"村代码 != '{A2}'"), "areas.geojson", "area", A2, "has no record in totals.csv."),
        (cell("totals", 2, "时点", OLD), "totals.csv", "date", OLD, "has no record of area"),
        (cell("structure", 5, "年龄段", "4-5"), "structure.csv", "age", "4-5", "leaves out age 3."),
        (cell("pupils", 2, "学校标识码", "X"), "pupils.csv", "school", "X", "is not in `schools`"),
        (cell("pupils", 2, "年级", "学前班"), "pupils.csv", "grade", "学前班", "is none of K1"),
        (keep("pupils", "学年 != '2022-2023'"), "pupils.csv", "year", "2022", "lacks 2022."),
        (
            keep("pupils", "学年 != '2022-2023' or 年级 != '中班'"),
            "pupils.csv",
            "grade",
            "1143000001",
            "lacks grade K2 in 2022, which it has in other years.",
        ),
        (keep("marriages", "年份 != '2020'"), "marriages.csv", "year", "2020", "lacks 2020."),
        # housing and moves
        (cell("developments", 4, "村代码", "X"), "developments.csv", "area", "X", "is not in `areas`"),
        (cell("developments", 4, "村代码", ""), "developments.csv", "area", "Z2", "names no area and stands in none."),
        (cell("developments", 4, "住宅类型", "别墅"), "developments.csv", "type", "别墅", "is no type of yields.csv."),
        (
            keep("yields", "竣工后年数 != '1'"),
            "yields.csv",
            "years_since",
            "安置房",
            "lacks the years since completion 1.",
        ),
        (cell("yields", 5, "年龄段", "2-5"), "yields.csv", "age", "2-5", "overlaps other ages"),
        (cell("yields", 2, "竣工后年数", "0.5"), "yields.csv", "years_since", "0.5", "is no whole number."),
        (
            every("yields", "户均儿童数", lambda number: 100 * number),
            "yields.csv",
            "children",
            "商品房",
            "has 30 children per home 0 years after completion.",
        ),
        (cell("migration", 3, "年龄段", "5-11"), "migration.csv", "age", "5-11", "overlaps other ages"),
        (cell("migration", 2, "年迁移率", "2"), "migration.csv", "rate", "2", "is above 1."),
        (
            without("areas", "城乡分类"),
            "project.toml",
            "population.town",
            "111",
            "is neither an area of areas.geojson nor",
        ),
    ],
)
def test_a_broken_rule_is_told_with_its_place(  # noqa: PLR0917
    tmp_path: Path,
    edit: Callable[[village.Tables], None],
    file: str,
    column: str,
    value: str,
    problem: str,
) -> None:
    """File, column, value and problem, in both languages; no evidence is made."""
    content = village.people()
    edit(content)
    project, faults = inspect_folder(village.write(tmp_path, content, project=PROJECT))
    assert project is None
    errors = [fault for fault in faults if fault.severity is Severity.ERROR]
    assert all(fault.remedy and fault.problem_zh and fault.remedy_zh for fault in faults)
    places = {(fault.file, fault.column, fault.value) for fault in errors}
    assert (file, column, value) in places
    problems = [fault.problem for fault in errors if (fault.file, fault.column, fault.value) == (file, column, value)]
    assert any(problem in said for said in problems)


def test_faults_of_many_tables_are_told_at_once(tmp_path: Path) -> None:
    """A gap in the births, a negative rate and a wrong grade, in one run."""
    content = village.people()
    keep("births", "年份 != '2020年'")(content)
    cell("migration", 2, "年迁移率", "-1")(content)
    cell("pupils", 2, "年级", "学前班")(content)
    _, faults = inspect_folder(village.write(tmp_path, content, project=PROJECT))
    assert {fault.file for fault in faults} == {"births.csv", "migration.csv", "pupils.csv"}


@pytest.mark.parametrize(("method", "severity"), [("auto", Severity.WARNING), ("P", Severity.ERROR)])
def test_a_projection_that_ends_before_the_horizon(tmp_path: Path, method: str, severity: Severity) -> None:
    """Another method may take over; where the projection alone is wanted, it must reach the end."""
    content = village.people()
    keep("projection", "年份 < '2029'")(content)
    text = PROJECT.replace("[population]\n", f'[population]\nmethod = "{method}"\n')
    _, (fault,) = inspect_folder(village.write(tmp_path, content, project=text))
    assert fault.severity is severity
    assert fault.problem == "lacks 2029, 2030 of the school years 2024 to 2030."


def test_a_method_that_needs_two_dates(tmp_path: Path) -> None:
    """Ratios of cohorts cannot be had from one count."""
    content = village.people()
    keep("population", f"时点 == '{DATE}'")(content)
    text = PROJECT.replace("[population]\n", '[population]\nmethod = "C"\n')
    _, (fault,) = inspect_folder(village.write(tmp_path, content, project=text))
    assert (fault.file, fault.column, fault.value) == ("project.toml", "population.method", "C")
    assert "needs counts of two dates" in fault.problem


def test_projections_by_catchment(tmp_path: Path) -> None:
    """Units are catchments then: one that does not exist, and one that is left out, are told."""
    content = village.people()
    projection = content["projection"].query(f"村代码 in ['{A1}', '{A2}']")
    names = {A1: "0101", A2: "0102"}
    by_catchment = projection.assign(学区=projection["村代码"].map(names)).drop(columns="村代码")
    content["projection"] = by_catchment
    project, faults = inspect_folder(village.write(tmp_path / "good", content, project=PROJECT))
    assert faults == ()
    assert project is not None
    assert project.evidence.projection_unit == "catchment"
    content["projection"] = by_catchment.replace("0102", "0109")
    _, faults = inspect_folder(village.write(tmp_path / "bad", content, project=PROJECT))
    assert [(fault.value, fault.problem) for fault in faults] == [
        ("0109", "is not in `catchments` (and in 13 more record(s))."),
        ("kindergarten", "lacks ages of stage 'kindergarten' (3-5) for 0102."),
        ("primary", "lacks ages of stage 'primary' (6-11) for 0102."),
    ]


# counts


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_only_units_differ_by_two_hundred(first: int, second: int) -> None:
    """Whatever two counts of one place are, only a factor of more than 200 is a mistake; both totals are told."""
    table = named(date=["2020-11-01", "2024-12-31"], count=[float(first), float(second)])
    faults = people.in_persons(table)
    low, high = sorted([first, second])
    assert len(faults) == (200 * low < high)
    assert all(f"{low:,}" in fault.problem and f"{high:,}" in fault.problem for fault in faults)


def test_few_births_are_warned_of() -> None:
    """A large town with hardly a birth has births in thousands, or lacks areas; a hamlet without any is possible."""
    births = named("births.csv", year=["2023"], births=[1.0])
    (fault,) = people.count_against_births(named(date=["2023-12-31"], count=[9000.0]), births)
    assert fault.severity is Severity.WARNING
    assert people.count_against_births(named(date=["2023-12-31"], count=[900.0]), births) == []


def test_a_year_between_yearly_counts() -> None:
    """Of yearly counts one is missing: a warning. Censuses ten years apart, and counts of other days, are none."""
    yearly = named(date=["2019-12-31", "2020-12-31", "2022-12-31"])
    faults = people.years_between_counts(yearly)
    assert told(faults) == [(4, "2022-12-31", "comes after 2020-12-31: there is no count of 2021 in between.")]
    assert {fault.severity for fault in faults} == {Severity.WARNING}
    for dates in (["2010-11-01", "2020-11-01"], ["2010-11-01", "2019-12-31", "2020-12-31"], ["2020-12-31"]):
        assert people.years_between_counts(named(date=list(dates))) == []


# series


@given(st.sets(st.integers(2000, 2012), min_size=1))
def test_exactly_the_years_in_between_are_lacking(years: set[int]) -> None:
    """From the first to the last year; the first five are named, the others counted."""
    table = named(year=[str(year) for year in sorted(years)])
    absent = sorted(set(range(min(years), max(years) + 1)) - years)
    faults = people.years_without_gap(table)
    assert len(faults) == bool(absent)
    assert all(str(year) in faults[0].problem for year in absent[:5])


def test_very_many_gaps_are_counted() -> None:
    """Twenty areas are listed, the others are a number."""
    areas = [f"a{number:02}" for number in range(30)]
    table = named(area=[*areas, "z", "z"], year=["2020"] * 30 + ["2020", "2021"])
    faults = people.years_without_gap(table, ["area"])
    assert len(faults) == 21
    assert faults[-1].problem == "has 10 more such fault(s)."


def test_months_may_be_known_for_some_years_only() -> None:
    """A year as a whole, and the next by months, are both whole."""
    months: list[object] = [str(month) for month in range(1, 13)]
    table = named(area=["a"] * 13, year=["2022", *["2023"] * 12], month=[None, *months])
    assert people.births_whole(table) == []
    assert told(people.births_whole(named(area=["a"] * 13, year=["2023"] * 13, month=[None, *months]))) == [
        (2, "a", "has 12 of 12 months in 2023."),
    ]


def test_schools_open_and_close() -> None:
    """A school without any record in a year is closed; one that leaves out a grade has a gap."""
    table = named(school=["A", "A", "B", "A"], grade=["1", "2", "1", "1"], year=["2020", "2020", "2021", "2022"])
    assert told(people.pupils_whole(table)) == [(5, "A", "lacks grade 2 in 2022, which it has in other years.")]


# projections


def test_bands_of_a_projection_overlap() -> None:
    """A child of five is in one band only."""
    table = named(area=["a"] * 3, age=["0-5", "5-9", "10-14"], year=["2025"] * 3)
    faults = people.projection_ages(table, ages={"primary": (6, 11)}, units={"primary": {"a"}})
    assert told(faults) == [(3, "a", "overlaps other ages of the same unit.")]


def test_an_open_band_that_stages_need() -> None:
    """Nobody knows how many of those of ten and more are eleven; beyond the stages it does not matter."""
    table = named(area=["a"] * 2, age=["0-9", "10+"], year=["2025"] * 2)
    choices = {"primary": {"a"}}
    assert told(people.projection_ages(table, ages={"primary": (6, 11)}, units=choices)) == [
        (3, "10+", "is open, but stages need these ages."),
    ]
    assert people.projection_ages(table, ages={"primary": (6, 9)}, units=choices) == []


# housing


def test_yields_without_a_type_hold_for_every_type() -> None:
    """Then a development may be of any type, or of none."""
    developments = named(development=["Z"], type=[None])
    every_type = named(age=["0-2"], years_since=[0.0], children=[0.1])
    assert people.types_with_yields(developments, every_type) == []
    flats = named("yields.csv", type=["flat"], age=["0-2"], years_since=[0.0], children=[0.1])
    assert told(people.types_with_yields(developments, flats)) == [(2, "", "is no type of yields.csv.")]


def test_births_and_a_projection_in_thousands_are_refused() -> None:
    """Ten thousand pupils and twelve births a year: no town is like that; a growing suburb of 30 pupils a birth may be."""
    births = named(area=["a", "a"], year=["2024", "2025"], births=[12.0, 11.0])
    wrong = people.births_against_pupils(births, 10_000, of="sections.csv")
    assert told(wrong) == [(None, "12", "has 12 births in its largest year, but sections.csv has 10,000 pupils.")]
    assert people.births_against_pupils(births, 360, of="sections.csv") == []
    projection = named(area=["a", "b"], year=["2025", "2025"], count=[5.0, 6.0])
    wrong = people.projection_against_pupils(projection, 10_000, of="sections.csv")
    assert told(wrong) == [(None, "11", "has 11 children in its largest year, but sections.csv has 10,000 pupils.")]
    assert people.projection_against_pupils(projection, 40, of="sections.csv") == []
