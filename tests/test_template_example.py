"""The invented county of the template is small, made up, and true to itself."""

from __future__ import annotations

import itertools

import pytest
from shapely.geometry import shape

from schoolmap.inputs.checks.codes import is_school_code
from schoolmap.inputs.project_file import USUAL_STAGES
from schoolmap.inputs.template.example import FILLED
from schoolmap.inputs.template.example import example_catchments
from schoolmap.inputs.template.example import example_tables
from schoolmap.tables import CONTRACTS
from schoolmap.tables import by_grade
from schoolmap.tables import grades_of

TABLES = example_tables(language="zh")


def test_by_hand() -> None:
    """Grade 1 of the town's primary school is all its children of six: 78 per cent of 210 births."""
    primary = next(section for section in TABLES["sections"] if section["school"] == "2199000001")
    assert primary["pupils_1"] == 164
    assert sum(record["count"] for record in TABLES["population"] if record["age"] == "0") == 152


def test_every_table_has_records() -> None:
    """Of every contract but those that are drawn; by the contract's names only, the key never twice."""
    assert set(TABLES) == set(CONTRACTS) - {"catchments", "roads", "barriers", "crossings", "dwellings"}
    assert set(FILLED) <= set(TABLES)
    for table, records in TABLES.items():
        contract = CONTRACTS[table]
        assert records
        assert {column for record in records for column in record} <= {*contract.columns, "lon", "lat"}
        required = [name for name, spec in contract.columns.items() if spec.required]
        assert all(record.get(name) not in {None, ""} for record in records for name in required)
        keys = [tuple(record.get(name) for name in contract.key) for record in records]
        assert len(set(keys)) == len(keys)
        for name, spec in contract.columns.items():
            if spec.allowed:
                assert {record[name] for record in records if name in record} <= set(spec.allowed)


@pytest.mark.parametrize("section", TABLES["sections"], ids=lambda section: f"{section['school']}-{section['stage']}")
def test_a_section_is_the_sum_of_its_grades(section: dict[str, object]) -> None:
    """Pupils and classes; the intake is the first grade, those who finish are the last, no class is oversized."""
    grades = [
        grade for grade in grades_of(USUAL_STAGES[str(section["stage"])].ages) if by_grade("pupils", grade) in section
    ]
    pupils = [section[by_grade("pupils", grade)] for grade in grades]
    classes = [section[by_grade("classes", grade)] for grade in grades]
    assert sum(pupils) == section["enrolment"]
    assert sum(classes) == section["classes"] == section["classrooms"]
    assert (pupils[0], pupils[-1]) == (section["intake"], section["graduates"])
    most = 36 if section["stage"] == "kindergarten" else 55
    assert max(count / number for count, number in zip(pupils, classes, strict=True)) <= most


def test_classes_are_those_of_their_sections() -> None:
    """The classes that are told one by one sum to the grades of their school."""
    told = {(record["school"], record["grade"]) for record in TABLES["classes"]}
    for section in TABLES["sections"]:
        for grade in grades_of(USUAL_STAGES[section["stage"]].ages):
            if (section["school"], grade) in told:
                here = [
                    r["pupils"] for r in TABLES["classes"] if (r["school"], r["grade"]) == (section["school"], grade)
                ]
                assert (len(here), sum(here)) == (
                    section[by_grade("classes", grade)],
                    section[by_grade("pupils", grade)],
                )


def test_totals_are_those_of_the_ages() -> None:
    """Totals by area and the structure of the whole are sums of one population."""
    people = sum(record["count"] for record in TABLES["population"])
    assert people == sum(record["count"] for record in TABLES["totals"])
    assert people == sum(record["count"] for record in TABLES["structure"])


def test_no_code_can_be_a_real_ones() -> None:
    """Codes look like those of a bureau, but are of a province that there is not."""
    assert {area["area"][:2] for area in TABLES["areas"]} == {"99"}
    assert not any(is_school_code(school["school"]) for school in TABLES["schools"])


def test_names_follow_the_language_and_nothing_else_does() -> None:
    """The same county in English: the same numbers, without a Chinese character."""
    english = example_tables(language="en")
    assert all(str(value).isascii() for records in english.values() for record in records for value in record.values())
    for table, records in english.items():
        for ours, theirs in zip(records, TABLES[table], strict=True):
            assert {k: v for k, v in ours.items() if not isinstance(v, str)} == {
                k: v for k, v in theirs.items() if not isinstance(v, str)
            }


@pytest.mark.parametrize(
    "stages", [chosen for size in (1, 2) for chosen in itertools.combinations(USUAL_STAGES, size)], ids="-".join
)
def test_fewer_stages_leave_no_loose_ends(stages: tuple[str, ...]) -> None:
    """Nothing names a school or stage that is left out."""
    tables = example_tables(language="zh", stages=stages)
    schools = {school["school"] for school in tables["schools"]}
    assert schools == {section["school"] for section in tables["sections"]}
    for table in ("sections", "classes", "resources", "projects", "pupils"):
        assert {record["school"] for record in tables[table] if "school" in record} <= schools
        assert {record["stage"] for record in tables[table] if "stage" in record} <= set(stages)
    assert {section["rooms_of"] for section in tables["sections"] if "rooms_of" in section} <= set(stages)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_catchments_share_a_border_and_nothing_more(language: str) -> None:
    """Two polygons, side by side, with the headers of the language."""
    document = example_catchments(language=language)
    west, east = (shape(feature["geometry"]) for feature in document["features"])
    assert (west.intersection(east).area, west.intersection(east).length) == (0, 4000)
    assert (west.area, east.area) == (2 * 4e6, 4 * 4e6)
