"""The tables of people as evidence: a case by hand, the order of rows, and a folder of people alone."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import village
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.errors import Severity
from schoolmap.inputs.evidence import PEOPLE_TABLES
from schoolmap.inputs.evidence import assemble
from schoolmap.inputs.project_file import PopulationSettings
from schoolmap.inputs.readers import read_table
from schoolmap.project import inspect_folder
from schoolmap.project import read_evidence
from schoolmap.project import read_project
from schoolmap.tables import CONTRACTS

if TYPE_CHECKING:
    from pathlib import Path

    from schoolmap.population.evidence import Evidence

FIRST = village.AREAS[0]
AGES = {"kindergarten": (3, 5), "primary": (6, 11)}
ALONE = village.PROJECT.partition("[stages")[0]
"""A project file without stages."""


def same(left: Evidence, right: Evidence) -> None:
    """Require two pieces of evidence to be the same, order of rows and types of columns included."""
    for field in dataclasses.fields(left):
        one, other = getattr(left, field.name), getattr(right, field.name)
        assert type(one) is type(other)
        if isinstance(one, pd.DataFrame):
            pd.testing.assert_frame_equal(one, other)
        elif isinstance(one, pd.Series):
            pd.testing.assert_series_equal(one, other)
        else:
            assert one == other


@pytest.fixture(scope="module")
def project_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the county with all that can be known of its people."""
    folder = tmp_path_factory.mktemp("people")
    return village.write(folder, village.people(), project=village.PROJECT + village.PEOPLE)


def test_counts_by_hand(project_folder: Path) -> None:
    """Two dates, both sexes, bands as written; the latest date, sexes added up, is the population."""
    project = read_project(project_folder)
    counts = project.evidence.counts
    assert counts is not None
    assert counts.index.names == ["area", "date", "sex", "age"]
    assert counts.loc[(FIRST, dt.date(2020, 8, 31), "female", "3-5")].to_dict() == {"low": 3, "high": 5, "count": 45}
    assert np.isnan(counts.loc[(FIRST, dt.date(2023, 8, 31), "male", "15+"), "high"])
    assert project.population is not None
    assert project.population_date == dt.date(2023, 8, 31)
    assert project.population.loc[(FIRST, "3-5")].to_dict() == {"count": 90, "low": 3, "high": 5}
    assert project.evidence.areas == village.AREAS


def test_series_by_hand(project_folder: Path) -> None:
    """Orders of births side by side, a projection by the ages of its stages, grades by number, years as numbers."""
    evidence = read_project(project_folder).evidence
    assert evidence.births is not None
    assert evidence.births.loc[(FIRST, 2020)].to_dict() == {"births": 20, "order_1": 10, "order_2": 8, "order_3": 2}
    assert evidence.months is None
    assert evidence.projection is not None
    assert evidence.projection.loc[(FIRST, 6, 11, 2030), "count"] == 100
    assert (evidence.projection_unit, evidence.projection_date) == ("area", "08-31")
    assert evidence.projection_source == "虚构规划,2023"
    assert evidence.pupils is not None
    assert evidence.pupils.loc["1143000001"].index.unique("grade").tolist() == [-2, -1, 0]
    assert evidence.pupils.loc[("2143000001", 1, 2024), "pupils"] == 50
    assert evidence.totals is not None
    assert evidence.totals.loc[(FIRST, dt.date(2023, 8, 31)), "count"] == 1430
    assert evidence.structure is not None
    assert evidence.structure.loc["3-5"].to_dict() == {"count": 360, "low": 3, "high": 5}
    assert evidence.marriages is not None
    assert evidence.marriages.to_dict() == dict.fromkeys(range(2018, 2024), 30)


def test_housing_by_hand(project_folder: Path) -> None:
    """A development lies where its point is, or where it says; the town is a class of areas."""
    project = read_project(project_folder)
    assert project.developments is not None
    columns = ["name", "area", "homes", "status"]
    assert project.developments["kindergarten_classes"].isna().all()
    assert project.developments[columns].reset_index().to_dict("records") == [
        dict(zip(["development", "type", "year", "name", "area", "homes", "status"], row, strict=True))
        for row in (
            ("Z1", "商品房", 2025, "东苑", village.AREAS[2], 300.0, ""),
            ("Z1", "商品房", 2026, "东苑", village.AREAS[2], 200.0, ""),
            ("Z2", "安置房", 2026, "Z2", village.AREAS[0], 80.0, ""),
        )
    ]
    assert project.yields is not None
    assert project.yields.loc[("安置房", "3-5", 2)].to_dict() == {"children": 0.1, "low": 3, "high": 5}
    assert project.migration is not None
    assert project.migration["rate"].to_dict() == {"3-5": 0.02, "6-11": 0.04}
    assert project.town == (village.AREAS[2],)
    assert project.settings_population.method == "auto"
    assert project.faults == ()


def test_developments_may_be_none_yet(tmp_path: Path) -> None:
    """A sheet with headers only says that no homes are to come."""
    content = village.people()
    content["developments"] = content["developments"].iloc[:0]
    project = read_project(village.write(tmp_path, content, project=village.PROJECT + village.PEOPLE))
    assert project.developments is not None
    assert project.developments.empty
    assert project.developments.index.names == ["development", "type", "year"]


def test_a_ruling_decides_a_count_of_people(tmp_path: Path) -> None:
    """Any table of people can be ruled; the year is written as the contract has it."""
    ruling = '[[rulings]]\ntable = "births"\nkey = ["431222001001", "2020", "2"]\ncolumn = "births"\n'
    text = village.PROJECT + village.PEOPLE + ruling + 'value = "9"\nreason = "x"\n'
    project = read_project(village.write(tmp_path, village.people(), project=text))
    assert project.evidence.births is not None
    assert project.evidence.births.at[(FIRST, 2020), "order_2"] == 9
    assert [fault.severity for fault in project.faults] == [Severity.RULING]


def test_a_project_without_more_tables_has_none(tmp_path: Path) -> None:
    """What is not known is nothing, not an empty table."""
    project = read_project(village.write(tmp_path))
    assert (project.developments, project.yields, project.migration, project.town) == (None, None, None, ())
    known = {
        field.name
        for field in dataclasses.fields(project.evidence)
        if getattr(project.evidence, field.name) is not None
    }
    assert known == {"areas", "counts", "projection_unit", "projection_date", "projection_source"}
    assert project.evidence.counts is not None
    assert project.evidence.counts.index.unique("sex").tolist() == ["both"]


@given(st.randoms())
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_of_rows_does_not_matter(tables_of_people: dict[str, pd.DataFrame], rng: object) -> None:
    """Any order of the rows of every table gives the same evidence, to the last bit."""
    choices = PopulationSettings(projection_source="x")
    reference = assemble(tables_of_people, areas=village.AREAS, ages=AGES, settings=choices)
    shuffled = {
        name: frame.sample(frac=1, random_state=rng.randrange(2**32))  # type: ignore[attr-defined]
        for name, frame in tables_of_people.items()
    }
    same(assemble(shuffled, areas=reversed(village.AREAS), ages=AGES, settings=choices), reference)


@pytest.fixture(scope="module")
def tables_of_people(project_folder: Path) -> dict[str, pd.DataFrame]:
    """Read the tables of people, with counts that are fractions."""
    document = read_evidence(project_folder)[1]
    assert document is not None
    frames = {
        name: read_table(source, CONTRACTS[name], folder=project_folder).frame
        for name, source in document.tables.items()
    }
    rng = np.random.default_rng(0)
    frames["births"] = frames["births"].assign(births=rng.random(len(frames["births"])))
    frames["structure"] = frames["structure"].assign(count=rng.random(len(frames["structure"])))
    assert set(frames) == set(PEOPLE_TABLES)
    return frames


def test_months_of_births() -> None:
    """Shares come from the table's months; those that the project states go before them."""
    months = [str(month) for month in range(1, 13)]
    births = pd.DataFrame({"area": "a", "year": "2024", "month": months, "births": [2.0] + [1.0] * 10 + [0.0]})
    tables = {"births": births}
    read = assemble(tables, areas=["a"], ages=AGES, settings=PopulationSettings())
    assert read.months is not None
    assert read.months.to_list() == [2 / 12, *[1 / 12] * 10, 0.0]
    assert read.births is not None
    assert read.births["births"].to_dict() == {("a", 2024): 12.0}
    own = PopulationSettings(monthly_births=(0.5, *[0.0] * 10, 0.5))
    stated = assemble(tables, areas=["a"], ages=AGES, settings=own).months
    assert stated is not None
    assert stated.to_dict() == {1: 0.5, **dict.fromkeys(range(2, 12), 0.0), 12: 0.5}


def test_years_without_orders_of_birth() -> None:
    """The sum is known, the orders are not."""
    births = pd.DataFrame(
        {"area": "a", "year": ["2023", *["2024"] * 3], "order": [None, "1", "2", "3+"], "births": [9.0, 5.0, 3.0, 1.0]},
    )
    table = assemble({"births": births}, areas=["a"], ages=AGES, settings=PopulationSettings()).births
    assert table is not None
    assert table["births"].to_list() == [9, 9]
    assert table["order_2"].to_list() == pytest.approx([np.nan, 3], nan_ok=True)


def test_open_bands_of_a_projection_are_left_out() -> None:
    """They hold no children of the stages."""
    projection = pd.DataFrame({"catchment": "c", "age": ["0-2", "3-11", "12+"], "year": "2025", "count": 5.0})
    read = assemble({"projection": projection}, areas=["a"], ages=AGES, settings=PopulationSettings())
    assert read.projection_unit == "catchment"
    assert read.projection is not None
    assert read.projection.index.to_list() == [("c", 0, 2, 2025), ("c", 3, 11, 2025)]


# a folder of people alone


def alone(folder: Path, *, tables: tuple[str, ...] = ("population", "births"), more: str = "") -> Path:
    """Write a folder with `[project]` and tables of people only."""
    content = village.people()
    for name in tables:
        content[name].to_csv(folder / f"{name}.csv", index=False)
    lines = "".join(f'[tables.{name}]\nfile = "{name}.csv"\n' for name in tables)
    (folder / "project.toml").write_text(ALONE + more + lines, encoding="utf-8")
    return folder


def test_people_alone_by_hand(tmp_path: Path) -> None:
    """No layer, school or stage: the areas are those of the count, the stages the usual ones."""
    evidence, document, faults = read_evidence(alone(tmp_path))
    assert faults == ()
    assert evidence is not None
    assert document is not None
    assert evidence.areas == village.AREAS
    assert sorted(document.stages) == ["junior", "kindergarten", "primary"]
    assert document.project.entry_cutoff == "08-31"


def test_a_whole_project_can_be_read_for_its_people(project_folder: Path) -> None:
    """The same evidence as the plan has; layers are not opened."""
    evidence, _, faults = read_evidence(project_folder)
    assert faults == ()
    assert evidence is not None
    same(evidence, read_project(project_folder).evidence)


@pytest.mark.parametrize("tables", [("births",), ("pupils",), ("totals", "structure"), ("projection",)])
def test_any_source_alone_can_be_read(tmp_path: Path, tables: tuple[str, ...]) -> None:
    """Births, pupils, totals with a structure, or a projection, without a count by age."""
    stages = village.PROJECT[village.PROJECT.index("[stages") :]
    section = '[population]\nprojection_source = "x"\n'
    evidence, _, faults = read_evidence(alone(tmp_path, tables=tables, more=section + stages))
    assert [fault for fault in faults if fault.severity is Severity.ERROR] == []
    assert evidence is not None
    assert evidence.counts is None
    assert all(getattr(evidence, name) is not None for name in tables)
    assert evidence.areas == (() if tables == ("pupils",) else village.AREAS)


def test_areas_that_only_one_table_has_are_told_once(tmp_path: Path) -> None:
    """The count says which areas there are; births of others, and areas without births, are faults with their rows."""
    folder = alone(tmp_path)
    births = village.people()["births"]
    births["村代码"] = births["村代码"].replace(FIRST, "X")
    births.to_csv(folder / "births.csv", index=False)
    evidence, _, faults = read_evidence(folder)
    assert evidence is None
    assert [(fault.file, fault.row, fault.column, fault.value) for fault in faults] == [
        ("births.csv", 2, "area", "X"),
        ("population.csv", 2, "area", FIRST),
    ]


def test_without_any_source_it_is_refused(tmp_path: Path) -> None:
    """Marriages tell of no children; the fault names the choices."""
    evidence, document, (fault,) = read_evidence(alone(tmp_path, tables=("marriages",)))
    assert evidence is None
    assert document is None
    assert (fault.file, fault.column, fault.problem) == ("project.toml", "tables", "name no source of children.")
    assert all(word in fault.remedy for word in ("population", "births", "projection", "totals", "pupils"))


def test_a_plan_can_rest_on_births_alone(tmp_path: Path) -> None:
    """A project without a count has no population, and no date of one."""
    content = village.people()
    text = village.PROJECT + '[tables.births]\nfile = "births.csv"\n'
    folder = village.write(tmp_path, content, project=text)
    lines = village.CSV.replace('population = { file = "population.csv" }\n', "")
    (folder / "project.toml").write_text(text + lines, encoding="utf-8")
    project, faults = inspect_folder(folder)
    assert faults == ()
    assert project is not None
    assert (project.population, project.population_date) == (None, None)
    assert project.evidence.births is not None


def test_a_long_history_takes_seconds(tmp_path: Path) -> None:
    """Ten areas by single age and sex over 46 years, 93,000 rows, are read and checked as columns, not cell by cell."""
    areas, years = [f"A{number}" for number in range(10)], range(1975, 2021)
    ages = [*(str(age) for age in range(100)), "100+"]
    index = pd.MultiIndex.from_product([areas, ages, ["female", "male"], [f"{year}-12-31" for year in years]])
    frame = index.to_frame(index=False, name=["area", "age", "sex", "date"]).assign(count=10)
    frame.to_csv(tmp_path / "population.csv", index=False)
    text = ALONE + '[tables.population]\nfile = "population.csv"\n'
    (tmp_path / "project.toml").write_text(text, encoding="utf-8")
    start = time.process_time()
    evidence, _, faults = read_evidence(tmp_path)
    assert time.process_time() - start < 15
    assert faults == ()
    assert evidence is not None
    assert evidence.counts is not None
    assert len(evidence.counts) == len(frame)
