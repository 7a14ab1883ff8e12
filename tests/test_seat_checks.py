"""What a plan asks of seats: settings, places of rules, stated figures, flows and rooms, refused with the way out."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING
from typing import Any

import county
import pandas as pd
import pytest

from schoolmap import standards
from schoolmap.errors import Severity
from schoolmap.inputs.checks import seat_checks
from schoolmap.inputs.checks.named import Named
from schoolmap.inputs.project_file import ProjectFile
from schoolmap.inputs.project_file import SeatSettings
from schoolmap.inputs.project_file import StatedFigure
from schoolmap.inputs.project_file import read_project_file
from schoolmap.project import inspect_folder
from schoolmap.standards.schema import ClassCap

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from schoolmap.errors import Fault

CHINA = standards.load("china")
DOCUMENT = county.PROJECT + county.village.CSV


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> ProjectFile:
    """Read the county's project file once; it is frozen."""
    folder = tmp_path_factory.mktemp("county")
    (folder / "project.toml").write_text(DOCUMENT, encoding="utf-8")
    found, faults = read_project_file(folder)
    assert not faults
    assert found is not None
    return found


def refused(folder: Path, old: str, new: str) -> list[Fault]:
    """Read the county's project file with another line, which must be refused."""
    assert DOCUMENT.count(old) == 1
    (folder / "project.toml").write_text(DOCUMENT.replace(old, new), encoding="utf-8")
    found, faults = read_project_file(folder)
    assert found is None
    return faults


def told(faults: Iterable[Fault]) -> list[tuple[str, str, str]]:
    """Return column, value and problem of faults; each is an error with a way out, in both languages."""
    listed = list(faults)
    assert all(fault.severity is Severity.ERROR for fault in listed)
    assert all(fault.file and fault.remedy and fault.problem_zh and fault.remedy_zh for fault in listed)
    return [(fault.column, fault.value, fault.problem) for fault in listed]


def table(name: str, *rows: dict[str, Any]) -> Named:
    """Return a table as it is read: rows are numbered as a spreadsheet does."""
    return Named(file=f"{name}.csv", frame=pd.DataFrame(rows, index=range(2, len(rows) + 2)))


def asked(document: ProjectFile, **settings: object) -> ProjectFile:
    """Return the document with other settings of `[seats]`."""
    return document.model_copy(update={"seats": SeatSettings.model_validate(settings)})


def stating(document: ProjectFile, *figures: tuple[str, str]) -> ProjectFile:
    """Return the document with other stated figures: indicator and stage."""
    items = tuple(
        StatedFigure(id=name, stage=stage, value=90.0, source={"en": "survey", "zh": "调查"}) for name, stage in figures
    )
    return document.model_copy(update={"stated": items})


def test_settings_by_hand(document: ProjectFile) -> None:
    """Every new key is read; what is left out has its default."""
    assert document.seats == SeatSettings(dissolve_by=2028, place="汕头市龙湖区")
    assert [(item.id, item.stage, item.value) for item in document.stated] == [("satisfaction", "kindergarten", 91.5)]
    assert [(item.project_delay, item.least_probability) for item in document.scenarios] == [
        (0, 0.5),
        (12, 0.5),
        (0, 0.95),
    ]
    assert SeatSettings() == SeatSettings(dissolve_by=None, place="")


@pytest.mark.parametrize(
    ("old", "new", "column", "value", "problem"),
    [
        ("dissolve_by = 2028", 'dissolve_by = "2028"', "seats.dissolve_by", "2028", "is no whole number"),
        ("dissolve_by = 2028", "dissolve_by = 28", "seats.dissolve_by", "28", "is below 1950"),
        ("dissolve_by = 2028", "dissolve = 2028", "seats.dissolve", "2028", "is not a known key"),
        ('place = "汕头市龙湖区"', "place = 4", "seats.place", "4", "is no text"),
        ("project_delay = 12", "project_delay = -1", "scenarios.1.project_delay", "-1", "is below 0"),
        ("project_delay = 12", "project_delay = 1.5", "scenarios.1.project_delay", "1.5", "is no whole number"),
        ("project_delay = 12", "project_delay = 241", "scenarios.1.project_delay", "241", "is above 240"),
        ("probability = 0.95", "probability = 95", "scenarios.2.least_probability", "95", "is above 1"),
        ("probability = 0.95", 'probability = "0.95"', "scenarios.2.least_probability", "0.95", "is no number"),
        ("value = 91.5", "value = -1", "stated.0.value", "-1", "is below 0"),
        ("value = 91.5", "value = nan", "stated.0.value", "nan", "is not a finite number"),
        ("value = 91.5", "share = 91.5", "stated.0.value", "", "is missing"),
        ('id = "satisfaction"', "id = 7", "stated.0.id", "7", "is no text"),
        ('source = { en = "survey (invented)", zh = "问卷调查(虚构)" }', "", "stated.0.source", "", "is missing"),
    ],
)
def test_wrong_settings_are_refused(
    tmp_path: Path, *, old: str, new: str, column: str, value: str, problem: str
) -> None:
    """The key, the value, what is wrong and the way out, in both languages."""
    found = told(refused(tmp_path, old, new))
    assert (column, value) in [(key, shown) for key, shown, _ in found]
    assert any(key == column and problem in said for key, _, said in found)


def test_a_place_without_rules(document: ProjectFile) -> None:
    """It is named, with the places that have rules; a place that has some, and none at all, are no fault."""
    (fault,) = seat_checks.places_known(asked(document, place="Atlantis"), CHINA)
    assert told([fault]) == [
        ("seats.place", "Atlantis", "is no place of which the standards 'china' have rules."),
    ]
    assert "榆林市" in fault.remedy
    assert "榆林市" in fault.remedy_zh
    assert seat_checks.places_known(asked(document, place="榆林市"), CHINA) == []
    assert seat_checks.places_known(asked(document), CHINA) == []
    (fault,) = seat_checks.places_known(asked(document, place="榆林市"), standards.load("berlin"))
    assert "none" in fault.remedy


@pytest.mark.parametrize(("year", "wrong"), [(2023, True), (2024, True), (2025, False), (2032, False), (2033, True)])
def test_classes_are_dissolved_within_the_plan(document: ProjectFile, year: int, *, wrong: bool) -> None:
    """After the base year 2024, up to the horizon 2032."""
    found = told(seat_checks.years_of_dissolution(asked(document, dissolve_by=year)))
    expected = [("seats.dissolve_by", str(year), "is not within 2025 and 2032.")]
    assert found == (expected if wrong else [])


def capped(most: float, *, until: int) -> standards.Standards:
    """Return the standards of China with a larger cap for primary pupils who entered until some year."""
    cap = ClassCap(value=most, entered_to=until, document="invented", confidence="assumption")
    primary = dataclasses.replace(CHINA.stages["primary"], caps=(cap,))
    return dataclasses.replace(CHINA, stages=CHINA.stages | {"primary": primary})


def test_caps_that_allow_what_shall_be_gone(document: ProjectFile) -> None:
    """
    Sixty for who entered by 2023 are allowed until they leave in 2029.

    By 2028 no class can be asked to be below 56; by 2029 it can, and 55 is not oversized.
    """
    rules = capped(60, until=2023)
    (found,) = told(seat_checks.caps_allow_dissolution(asked(document, dissolve_by=2028), rules))
    assert found[:2] == ("seats.dissolve_by", "2028")
    assert "still allow primary classes of 60, and 56 are oversized" in found[2]
    assert seat_checks.caps_allow_dissolution(asked(document, dissolve_by=2029), rules) == []
    assert seat_checks.caps_allow_dissolution(asked(document, dissolve_by=2028), capped(55, until=2023)) == []
    assert seat_checks.caps_allow_dissolution(asked(document), rules) == []


def test_stated_figures_answer_a_requirement(document: ProjectFile) -> None:
    """An indicator that nobody asks for, of another stage, without its stage, of no stage that is planned, or twice."""
    figures = (
        ("satisfaction", "kindergarten"),
        ("exchange", ""),
        ("exchange", "primary"),
        ("happiness", ""),
        ("retention", "primary"),
        ("retention", ""),
        ("exchange", "senior"),
        ("satisfaction", "kindergarten"),
    )
    assert told(seat_checks.stated_known(stating(document, *figures), CHINA)) == [
        ("stated.3.id", "happiness", "is no indicator of the standards 'china'."),
        ("stated.4.stage", "primary", "is not the stage of which 'retention' is asked."),
        ("stated.5.stage", "", "is not the stage of which 'retention' is asked."),
        ("stated.6.stage", "senior", "is no stage of this project."),
        ("stated.7.id", "satisfaction", "is stated twice for the same stage."),
    ]


def test_rooms_that_are_taken_have_a_size() -> None:
    """Who takes rooms of a stage without a class size gives up nobody knows how many seats."""
    rows = [{"project": "A", "rooms_of": "primary"}, {"project": "B", "rooms_of": None}]
    projects = table("projects", *rows)
    sizeless = dataclasses.replace(
        CHINA, stages={"primary": dataclasses.replace(CHINA.stages["primary"], class_size=None)}
    )
    (fault,) = seat_checks.taken_rooms_sized(projects, sizeless)
    assert (fault.file, fault.row, fault.column, fault.value) == ("projects.csv", 2, "rooms_of", "primary")
    assert seat_checks.taken_rooms_sized(projects, CHINA) == []
    assert seat_checks.taken_rooms_sized(table("projects", {"project": "A"}), sizeless) == []


def test_flows_have_an_end_in_the_planning_area() -> None:
    """One that names neither is from nowhere to nowhere; a catchment of another stage is not one of this."""
    flows = table(
        "flows",
        {"origin": "w1", "destination": None, "stage": "primary"},
        {"origin": None, "destination": None, "stage": "primary"},
        {"origin": "k1", "destination": "w1", "stage": "primary"},
        {"origin": "k1", "destination": "unheard of", "stage": "kindergarten"},
    )
    zones = {"primary": {"w1", "e1"}, "kindergarten": {"k1"}}
    faults = seat_checks.flows_placed(flows, zones)
    assert [fault.row for fault in faults] == [3, 4]
    assert told(faults) == [
        ("origin, destination", "primary", "names neither where the pupils live nor where they learn."),
        ("origin", "k1", "is no catchment of stage 'primary'."),
    ]
    ends = table("flows", {"origin": "w1", "stage": "primary"}, {"origin": None, "stage": "primary"})
    assert [fault.row for fault in seat_checks.flows_placed(ends, zones)] == [3]
    assert seat_checks.flows_placed(flows, {}) == faults[:1]


def test_classes_hold_whole_pupils() -> None:
    """Half a pupil cannot sit in a class, and no grade has a thousand and one classes; what is not told is no fault."""
    classes = table(
        "classes",
        {"school": "a", "pupils": 40.0, "classes": None},
        {"school": "b", "pupils": 40.5, "classes": 1001.0},
    )
    (half,) = seat_checks.whole_heads(classes, ("pupils", "not there"))
    (many,) = seat_checks.few_classes(classes, ("classes",))
    assert (half.row, half.column, half.value) == (3, "pupils", "b")
    assert (many.row, many.column, many.value) == (3, "classes", "b")
    assert told([half, many])


def test_rooms_are_lent_once() -> None:
    """Fifteen attached classes in twelve rooms: by the rooms that they list, else one for each class."""
    host = {"school": "a", "stage": "primary", "classrooms": 12.0, "classes": 10.0, "rooms_of": None}
    guest = {"school": "a", "stage": "kindergarten", "classrooms": None, "classes": 13.0, "rooms_of": "primary"}
    (fault,) = seat_checks.rooms_lent(table("sections", host, guest))
    assert (fault.row, fault.column, fault.value) == (2, "classrooms", "a")
    assert "has 12 classrooms, but attached classes of other stages use 13" in fault.problem
    for rooms in (12.0, 3.0):
        assert seat_checks.rooms_lent(table("sections", host, guest | {"classrooms": rooms})) == []
    unknown = host | {"classrooms": None}
    assert seat_checks.rooms_lent(table("sections", unknown, guest)) == []
    assert seat_checks.rooms_lent(table("sections", {"school": "a", "stage": "primary"})) == []


def test_everything_is_found_at_once(tmp_path: Path) -> None:
    """The folder is refused with all of it, each fault with its place, and nothing else is found."""
    content = county.tables()
    content["flows"].loc[3] = ["", "", "小学", "其他", "5"]
    content["classes"].loc[0, "学生数"] = "58.5"
    attached = (content["sections"]["学校标识码"] == county.EAST_PRIMARY) & (content["sections"]["学段"] == "幼儿园")
    content["sections"].loc[attached, "班数"] = "16"
    text = county.PROJECT.replace("dissolve_by = 2028", "dissolve_by = 2040").replace("汕头市龙湖区", "无此地")
    project, faults = inspect_folder(
        county.write(tmp_path, content, project=text.replace('id = "satisfaction"', 'id = "幸福感"'))
    )
    assert project is None
    errors = [fault for fault in faults if fault.severity is Severity.ERROR]
    assert {(fault.file, fault.column, fault.row) for fault in errors} == {
        ("project.toml", "seats.place", None),
        ("project.toml", "seats.dissolve_by", None),
        ("project.toml", "stated.0.id", None),
        ("flows.csv", "origin, destination", 5),
        ("classes.csv", "pupils", 2),
        ("sections.csv", "classrooms", 6),
    }


def test_a_grade_told_twice_is_a_fault(tmp_path: Path) -> None:
    """Class by class and as a whole: the plan would count its pupils twice; the row is named."""
    content = county.tables()
    content["classes"].loc[len(content["classes"])] = [county.EAST_PRIMARY, "一年级", "", "160"]
    project, faults = inspect_folder(county.write(tmp_path, content))
    assert project is None
    (fault,) = (fault for fault in faults if fault.severity is Severity.ERROR)
    assert (fault.file, fault.row, fault.value) == ("classes.csv", 2, county.EAST_PRIMARY)
    assert "counted twice" in fault.problem
    assert fault.problem_zh
    assert fault.remedy_zh
