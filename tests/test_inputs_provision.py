"""Tables of schools as plans use them: sections, projects, classes, resources and flows, indexed and complete."""

from __future__ import annotations

from typing import TYPE_CHECKING

import county
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point
from shapely import box

from schoolmap.inputs.provision import PROJECT_NUMBERS
from schoolmap.inputs.provision import PROJECT_TEXTS
from schoolmap.inputs.provision import SECTION_NUMBERS
from schoolmap.inputs.provision import WHOLE_SECTION
from schoolmap.inputs.provision import class_records
from schoolmap.inputs.provision import flow_table
from schoolmap.inputs.provision import index_projects
from schoolmap.inputs.provision import index_sections
from schoolmap.inputs.provision import named_layer
from schoolmap.inputs.provision import resource_table
from schoolmap.inputs.provision import standing_in
from schoolmap.seats.classes.sizes import class_sizes
from schoolmap.tables import CONTRACTS

if TYPE_CHECKING:
    from collections.abc import Mapping

METRES = "EPSG:4546"
AGES = {"kindergarten": (3, 5), "primary": (6, 11)}
ZONES = gpd.GeoDataFrame(
    geometry=[box(0, 0, 10, 10), box(10, 0, 20, 10)], index=pd.Index(["west", "east"], name="catchment"), crs=METRES
)
SCHOOLS = gpd.GeoDataFrame(
    {"name": ["A", "B", "C"]},
    geometry=[Point(5, 5), Point(15, 5), Point(10, 5)],
    index=pd.Index(["a", "b", "c"], name="school"),
    crs=METRES,
)


def section(**cells: object) -> pd.DataFrame:
    """Return the table of one section of a primary school as it is read."""
    return pd.DataFrame([{"school": "a", "stage": "primary", **cells}])


def listed(*rows: tuple[str, str | None, float | None, float]) -> pd.DataFrame:
    """Return the table `classes` of school `a`: grade, name, number of classes, pupils."""
    return pd.DataFrame(rows, columns=["grade", "class", "classes", "pupils"]).assign(school="a")


def told(records: pd.DataFrame) -> dict[tuple[str, str], tuple[float, float]]:
    """Return classes and pupils by grade and class."""
    return {
        (str(grade), str(name)): (row["classes"], row["pupils"])
        for (_, _, grade, name), row in records.fillna(-1.0).iterrows()
    }


GRADES = {"pupils_1": 90.0, "classes_1": 2.0, "pupils_2": 80.0, "classes_2": 2.0}


def test_by_hand() -> None:
    """
    A grade of the table `classes` is taken from there, the other from the columns of the section.

    The totals of the section are then left out: they would be counted twice.
    """
    records = class_records(
        section(enrolment=170.0, classes=4.0, **GRADES),
        listed(("1", "1(1)", None, 46), ("1", "1(2)", None, 44)),
        ages=AGES,
    )
    assert told(records) == {("1", "1(1)"): (1, 46), ("1", "1(2)"): (1, 44), ("2", ""): (2, 80)}


def test_totals_alone() -> None:
    """A section of which only the whole is known has one record, of no grade."""
    assert told(class_records(section(enrolment=170.0, classes=4.0), None, ages=AGES)) == {
        (WHOLE_SECTION, ""): (4, 170)
    }


def test_pupils_of_grades_say_nothing_of_classes() -> None:
    """Where grades tell pupils only, the whole still tells the classes; the pupils by grade are kept without."""
    records = class_records(section(enrolment=170.0, classes=4.0, pupils_1=90.0, pupils_2=80.0), None, ages=AGES)
    assert told(records) == {("1", ""): (-1, 90), ("2", ""): (-1, 80), (WHOLE_SECTION, ""): (4, 170)}
    counted = class_sizes(records[records["classes"].notna()])
    assert counted["pupils"].to_list() == [43, 43, 42, 42]


@pytest.mark.parametrize("totals", [{}, {"classes": 1.0}, {"classes": 1.0, "enrolment": 12.0}])
def test_grades_taught_together_are_one_whole(totals: Mapping[str, float]) -> None:
    """Of a school where grade 2 sits with grade 1 (复式班), no class is of one grade: its 12 pupils are in one class."""
    cells = {"pupils_1": 7.0, "classes_1": 1.0, "pupils_2": 5.0, "classes_2": 0.0}
    records = class_records(section(**cells, **totals), None, ages=AGES)
    assert told(records) == {("1", ""): (-1, 7), ("2", ""): (-1, 5), (WHOLE_SECTION, ""): (1, 12)}


def test_grades_of_other_stages_are_left_out() -> None:
    """A row of a primary school that also tells its kindergarten's children has primary classes only."""
    cells = {
        "pupils_K1": 30.0,
        "classes_K1": 1.0,
        "pupils_KM": 20.0,
        "classes_KM": 1.0,
        "pupils_1": 40.0,
        "classes_1": 1.0,
    }
    assert told(class_records(section(**cells), None, ages=AGES)) == {("1", ""): (1, 40)}
    kindergarten = section(**cells).assign(stage="kindergarten")
    assert told(class_records(kindergarten, None, ages=AGES)) == {("K1", ""): (1, 30), ("KM", ""): (1, 20)}


def test_a_class_of_several_years_is_of_the_kindergarten() -> None:
    """混合班 belongs to the stage of 小班; where that is not planned it is left out, as are grades of other stages."""
    table = listed(("KM", "m", None, 25), ("7", "7(1)", None, 50))
    records = class_records(section(), table, ages=AGES)
    assert records.index.to_list() == [("a", "kindergarten", "KM", "m")]
    assert class_records(section(), table, ages={"primary": (6, 11)}).empty


def test_an_empty_number_of_classes_is_one() -> None:
    """As the contract has it; a record of the whole grade gives its number."""
    records = class_records(section(), listed(("1", None, 3, 130), ("2", "2(1)", None, 40)), ages=AGES)
    assert told(records) == {("1", ""): (3, 130), ("2", "2(1)"): (1, 40)}


def test_nothing_told_is_no_record() -> None:
    """Neither zero classes nor zero pupils."""
    assert class_records(section(), None, ages=AGES).empty
    assert class_records(section(enrolment=170.0), None, ages=AGES).empty
    assert class_records(section(classes=4.0), None, ages=AGES).empty
    assert class_records(section().iloc[:0], None, ages=AGES).empty


numbers = st.one_of(st.none(), st.integers(0, 300).map(float))


@given(
    grades=st.lists(st.tuples(numbers, numbers), min_size=6, max_size=6),
    classes=numbers,
    enrolment=numbers,
    by_class=st.booleans(),
)
def test_no_pupil_is_counted_twice(
    *, grades: list[tuple[float | None, float | None]], classes: float | None, enrolment: float | None, by_class: bool
) -> None:
    """
    Of a section, classes are told by grade or as a whole, never both; each grade is told once.

    Pupils of the records that can be counted are those of the grades that tell
    their classes, or of the whole, and all of them sit in a class.
    """
    cells = {f"pupils_{grade}": pupils for grade, (pupils, _) in enumerate(grades, start=1)}
    cells |= {f"classes_{grade}": count for grade, (_, count) in enumerate(grades, start=1)}
    frame = section(**cells, classes=classes, enrolment=enrolment).astype(dict.fromkeys(cells, float))
    table = listed(("1", "1(1)", None, 40)) if by_class else None
    records = class_records(frame, table, ages=AGES)
    assert records.index.is_unique
    counted = records[records["classes"].notna()]
    kinds = set(counted.index.get_level_values("grade"))
    assert len(kinds) <= 1 or WHOLE_SECTION not in kinds
    assert class_sizes(counted)["pupils"].sum() == counted["pupils"].sum()
    together = any(pupils and count == 0 for pupils, count in grades)
    if not together and kinds != {WHOLE_SECTION}:
        known = {
            str(grade): 40.0 if by_class and grade == 1 else pupils
            for grade, (pupils, count) in enumerate(grades, start=1)
            if (by_class and grade == 1) or (pupils is not None and count is not None)
        }
        assert counted["pupils"].groupby(level="grade").sum().to_dict() == known


def test_records_of_the_county() -> None:
    """Class by class, by grade and as a whole: every section whose classes are known is there once."""
    records = county.project().classes
    by_grade = records.reset_index().groupby(["school", "stage"])["grade"].agg(set)
    assert by_grade[county.EAST_PRIMARY, "primary"] == set("123456")
    assert by_grade[county.WEST_PRIMARY, "primary"] == set("123456")
    assert by_grade[county.HILL_POINT, "primary"] == {WHOLE_SECTION}
    heads = records["pupils"].groupby(level=["school", "stage"]).sum()
    assert heads.to_dict() == county.project().sections["enrolment"].reindex(heads.index).to_dict()


def test_a_layer_has_every_column_that_is_asked_for() -> None:
    """A missing name is the code, a missing text is empty, a missing number stays missing."""
    layer = SCHOOLS.reset_index().assign(name=["A", None, "C"], type=["211", None, "311"])
    found = named_layer(layer.iloc[::-1], "school", texts=("type", "township"), numbers=("land_m2",))
    assert found.index.to_list() == ["a", "b", "c"]
    assert found["name"].to_list() == ["A", "b", "C"]
    assert found["type"].to_list() == ["211", "", "311"]
    assert found["township"].to_list() == ["", "", ""]
    assert found["land_m2"].isna().all()
    assert found.crs == SCHOOLS.crs


def test_a_point_on_a_border_is_in_the_first_catchment() -> None:
    """And one outside is in none."""
    points = gpd.GeoSeries([Point(10, 5), Point(15, 5), Point(99, 99), None], index=list("bcde"), crs=METRES)
    assert standing_in(points, ZONES).to_dict() == {"b": "east", "c": "east"}


def test_sections_serve_where_they_say_or_where_they_stand() -> None:
    """Two catchments declared are both served; none declared is the one it stands in; outside it serves none."""
    frame = pd.DataFrame(
        {
            "school": ["a", "b", "c", "z"],
            "stage": "primary",
            "seats": [100.0, None, 50.0, 10.0],
            "catchment": ["west;east", None, None, None],
            "rooms_of": [None, "kindergarten", None, None],
        }
    )
    schools = pd.concat([SCHOOLS, gpd.GeoDataFrame({"name": ["Z"]}, geometry=[Point(99, 99)], index=["z"], crs=METRES)])
    found = index_sections(frame, schools, {"all": ZONES}, {"primary": "all"})
    assert found["catchments"].droplevel("stage").to_dict() == {
        "a": ("west", "east"),
        "b": ("east",),
        "c": ("east",),
        "z": (),
    }
    assert found["rooms_of"].to_list() == ["", "kindergarten", "", ""]
    assert set(SECTION_NUMBERS) <= set(found.columns)
    assert found["teachers"].isna().all()


def test_projects_are_where_they_say_or_where_their_point_or_school_is() -> None:
    """By its catchment, its own point, or the school that it names; at a section that is there it needs no place."""
    rows = [
        {"project": "named", "kind": "new", "catchment": "west", "geometry": Point(15, 5)},
        {"project": "point", "kind": "new", "geometry": Point(15, 5)},
        {"project": "school", "kind": "new", "school": "b"},
        {"project": "section", "kind": "expand", "school": "a"},
        {"project": "moves", "kind": "relocate", "school": "a", "geometry": Point(15, 5)},
        {"project": "nowhere", "kind": "new"},
    ]
    frame = gpd.GeoDataFrame(pd.DataFrame(rows).assign(stage="primary"), geometry="geometry", crs=METRES)
    frame[["school", "catchment"]] = (
        frame[["school", "catchment"]].astype(object).where(frame[["school", "catchment"]].notna(), None)
    )
    sections = pd.DataFrame(index=pd.MultiIndex.from_tuples([("a", "primary")], names=["school", "stage"]))
    found = index_projects(frame, SCHOOLS, sections, {"all": ZONES}, {"primary": "all"})
    assert found["catchment"].to_dict() == {
        "named": "west",
        "point": "east",
        "school": "east",
        "section": None,
        "moves": "east",
        "nowhere": None,
    }
    assert found.columns.to_list() == [*PROJECT_TEXTS, *PROJECT_NUMBERS]
    assert found["probability"].isna().all()


def test_resources_have_every_column() -> None:
    """Missing where not told, also where there is no table at all."""
    frame = pd.DataFrame({"school": ["b", "a"], "stage": "primary", "carers": [None, 3.0]})
    found = resource_table(frame)
    assert found.index.to_list() == [("a", "primary"), ("b", "primary")]
    assert set(found.columns) == set(CONTRACTS["resources"].columns) - {"school", "stage"}
    assert found["carers"].to_list() == pytest.approx([3.0, np.nan], nan_ok=True)
    assert found["play_m2"].isna().all()
    assert resource_table(None).empty
    assert resource_table(None).columns.to_list() == found.columns.to_list()


def test_flows_have_both_ends_and_a_reason() -> None:
    """An end that is not named is outside; a reason that is not named is another."""
    frame = pd.DataFrame({"origin": ["west", None], "stage": "primary", "pupils": [3, 4]}, index=[2, 3])
    found = flow_table(frame)
    assert found.to_dict("list") == {
        "origin": ["west", ""],
        "destination": ["", ""],
        "stage": ["primary", "primary"],
        "reason": ["other", "other"],
        "pupils": [3.0, 4.0],
    }
    assert flow_table(None).empty
    assert flow_table(None).columns.to_list() == found.columns.to_list()


def test_the_county_is_read_as_it_is_written() -> None:
    """Chinese headers and words become the contract's; what a file does not tell is missing."""
    project = county.project()
    assert project.schools.loc[county.INCLUSIVE, ["ownership", "type", "township", "licensed"]].to_list() == [
        "inclusive",
        "111",
        "东镇",
        "yes",
    ]
    assert project.sections.loc[(county.EAST_PRIMARY, "kindergarten"), "rooms_of"] == "primary"
    assert project.projects.loc["X05", ["kind", "rooms_of", "catchment"]].to_list() == [
        "attach",
        "primary",
        county.WEST,
    ]
    assert project.projects.loc["X12", ["opened", "status"]].to_list() == ["2023-09", "opened"]
    assert project.flows.loc[0, ["origin", "destination", "reason"]].to_list() == [county.EAST, county.WEST, "choice"]
    assert project.flows.loc[1, ["origin", "destination", "reason"]].to_list() == ["", county.WEST, "migrant"]
    assert np.isnan(project.resources.loc[(county.TOWN_KINDERGARTEN, "kindergarten"), "sports_m2"])
    assert not [fault for fault in project.faults if fault.severity.value == "error"]
