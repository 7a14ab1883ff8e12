"""Chinese codes: which are well formed, what they stand for, and that codes of another kind are left alone."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import Fault
from schoolmap.errors import Severity
from schoolmap.inputs.checks import codes
from schoolmap.inputs.checks.named import Named

AGES = {"kindergarten": (3, 5), "primary": (6, 11), "junior": (12, 14)}


def table(file: str = "schools.csv", **columns: list[object]) -> Named:
    """Return a table as read: rows counted from 2."""
    frame = pd.DataFrame(columns)
    return Named(file=file, frame=frame.set_axis(pd.RangeIndex(2, len(frame) + 2, name="row")))


def told(faults: list[Fault]) -> list[tuple[int | None, str, str]]:
    """Return row, column and value; every fault is a warning with a way out and Chinese."""
    assert all(fault.remedy and fault.problem_zh and fault.remedy_zh for fault in faults)
    assert all(fault.severity is Severity.WARNING for fault in faults)
    return [(fault.row, fault.column, fault.value) for fault in faults]


@pytest.mark.parametrize("code", ["1144000501", "1144001800", "1144001803", "1144001804", "2143000001", "3162000001"])
def test_codes_of_schools(code: str) -> None:
    """The first four are kindergartens of 深圳, as published."""
    assert codes.is_school_code(code)


@pytest.mark.parametrize(
    "code", ["", "01G07", "114400050", "11440005011", "1244000501", "1199000501", "1144000501.0", "１１44000501"]
)
def test_what_is_no_code_of_a_school(code: str) -> None:
    """Another length, category or province, a decimal point, full-width digits."""
    assert not codes.is_school_code(code)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("431222", None),
        ("431222001", "street"),
        ("431222100", "town"),
        ("431222200", "township"),
        ("431222400", "enterprise"),
        ("220581102212", "town"),
        ("620724100000", "town"),
        ("430102001500", "street"),
    ],
)
def test_divisions(code: str, kind: str | None) -> None:
    """County, township and village, with the kind of township that the segment tells; a published example among them."""
    assert codes.is_division(code)
    assert codes.township_kind(code) == kind


@pytest.mark.parametrize(
    "code", ["01011101", "43122", "4312221", "431222600", "431222001700", "431222000201", "991222", "43122200100a"]
)
def test_what_is_no_division(code: str) -> None:
    """Berlin's areas, other lengths, segments beyond 599, a village of no township, no such province."""
    assert not codes.is_division(code)
    assert codes.township_kind(code) is None


@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("111", "urban"),
        ("112", "urban"),
        ("121", "town"),
        ("122", "town"),
        ("123", "town"),
        ("210", "rural"),
        ("220", "rural"),
        ("2", "rural"),
        ("1", None),
        ("主城区", "urban"),
        ("乡村", "rural"),
        ("Mitte", None),
        ("", None),
    ],
)
def test_town_and_country(code: str, group: str | None) -> None:
    """城区 is 111 and 112, 镇区 121 to 123, 乡村 210 and 220; 城镇 may be either of the first two."""
    assert codes.urban_rural_group(code) == group


def test_every_level_of_a_type_is_a_level() -> None:
    """Attached classes teach one level at most; types of general schools name what they teach."""
    for code, kind in codes.school_types().items():
        assert codes.is_school_type(code)
        assert kind.zh
        assert kind.en
        assert bool(kind.levels) is (code[:2] in {"11", "21", "31", "32", "34"})
        assert not kind.attached or len(kind.levels) <= 1
    assert codes.school_types()["312"].levels == ("primary", "junior")
    assert codes.school_types()["345"].levels == ("primary", "junior", "senior")


@given(st.tuples(st.integers(0, 25), st.integers(0, 25)))
def test_a_stage_has_at_most_one_level(ages: tuple[int, int]) -> None:
    """Stages that reach from kindergarten into school, or from primary into junior, have none."""
    level = codes.level_of((min(ages), max(ages)))
    if level is not None:
        youngest, oldest = {"kindergarten": (0, 6), "primary": (6, 12), "junior": (11, 15), "senior": (14, 18)}[level]
        assert youngest <= min(ages)
        assert max(ages) <= oldest


SOUND = ["2143000001", "2143000002", "2143000003", "2143000004"]


def test_a_code_that_does_not_fit_where_most_do() -> None:
    """Four of five are codes of schools; the fifth is told with its row."""
    assert told(codes.school_codes(table(school=[*SOUND, "214300005"]))) == [(6, "school", "214300005")]


@pytest.mark.parametrize(
    "schools",
    [
        ["01G07", "01G08", "01010410", "01011000"],
        ["2143000001", "2143000002", "S3", "S4"],
        ["2143000001", "S2"],
        [],
    ],
)
def test_codes_of_another_kind_are_left_alone(schools: list[object]) -> None:
    """Berlin's, a column that is half and half, and one of two values say nothing."""
    assert codes.school_codes(table(school=schools)) == []


@given(st.lists(st.sampled_from([*SOUND, "x", "01G07"]), max_size=15))
def test_only_a_column_of_codes_has_misfits(schools: list[str]) -> None:
    """Either nothing is told, or exactly the values that are none, once four of five fit."""
    wrong = [code for code in schools if code not in SOUND]
    fitting = len(schools) - len(wrong)
    is_column = fitting >= 3 and fitting >= 0.8 * len(schools)
    assert [value for _, _, value in told(codes.school_codes(table(school=list(schools))))] == (
        wrong if is_column else []
    )


def test_divisions_of_another_province() -> None:
    """One village of 湖北 among those of 湖南, and one with eleven digits."""
    areas = table(
        "areas.geojson",
        area=[*(f"43122210020{number}" for number in range(8)), "421222100206", "43122210020"],
    )
    assert told(codes.division_codes(areas)) == [(11, "area", "43122210020"), (10, "area", "421222100206")]


def test_divisions_without_a_common_province_are_not_compared() -> None:
    """A table of two provinces is what it is."""
    areas = table("areas.csv", area=["431222", "431223", "421222", "421223"])
    assert codes.division_codes(areas) == []
    assert codes.province_of_schools(table(school=SOUND), areas) == []


def test_schools_of_another_province_than_the_areas() -> None:
    """Digits 3 and 4 of a school's code are the province."""
    areas = table("areas.csv", area=["431222001001", "431222001002", "431222001003"])
    schools = table(school=[*SOUND, "2162000005"])
    faults = codes.province_of_schools(schools, areas)
    assert told(faults) == [(6, "school", "2162000005")]
    assert faults[0].problem == "has province 62 in its code, but the areas are in 43."
    assert codes.province_of_schools(schools, table("areas.csv", area=["a", "b", "c"])) == []
    assert codes.province_of_schools(table(school=["01G07", "01G08", "01G09"]), areas) == []


def test_types_and_classes_that_are_not_listed() -> None:
    """217 is no type; 411 and 931 are taken as they come. 113 is no class of town and country."""
    schools = table(
        type=["211", "211", "312", "411", "931", "217"], urban_rural=["111", "220", "113", "220", "121", None]
    )
    assert told(codes.types_known(schools)) == [(7, "type", "217")]
    assert told(codes.urban_rural_known(schools)) == [(4, "urban_rural", "113")]
    assert codes.types_known(table(type=["小学", "幼儿园", "初中"])) == []
    assert codes.types_known(table(school=SOUND)) == []


def compared(
    *, code: str = "2143000009", kind: str | None, stages: list[str], rooms_of: str | None = None
) -> list[Fault]:
    """Compare one school, among three sound ones, with the stages of its sections."""
    schools = table(school=[*SOUND, code], type=["211"] * 4 + [kind])
    sections = table(
        "sections.csv",
        school=[*SOUND, *[code] * len(stages)],
        stage=["primary"] * 4 + stages,
        rooms_of=[None] * (4 + len(stages) - 1) + [rooms_of],
    )
    return codes.types_against_sections(schools, sections, ages=AGES)


@pytest.mark.parametrize(
    ("kind", "code", "stages"),
    [
        ("211", "2143000009", ["primary"]),
        ("211", "2143000009", ["primary", "kindergarten"]),
        ("218", "2143000009", ["primary"]),
        ("312", "3143000009", ["primary", "junior"]),
        ("311", "3143000009", ["junior", "kindergarten"]),
        ("341", "3443000009", ["junior"]),
        ("345", "3443000009", ["primary", "junior"]),
        ("111", "1143000009", ["kindergarten"]),
        ("119", "2143000009", ["kindergarten"]),
        ("511", "5143000009", ["primary", "junior"]),
        (None, "5143000009", ["primary", "junior"]),
        (None, "3143000009", ["primary", "junior"]),
        (None, "2143000009", ["primary", "kindergarten"]),
        ("211", "S9", ["primary"]),
    ],
)
def test_types_that_fit_their_sections(kind: str | None, code: str, stages: list[str]) -> None:
    """Kindergarten classes may be attached to any school; special schools teach what they teach."""
    assert compared(kind=kind, code=code, stages=stages) == []


@pytest.mark.parametrize(
    ("kind", "code", "stages", "column", "problem"),
    [
        ("211", "2143000009", ["primary", "junior"], "type", "211 (primary school) has a section of junior."),
        ("111", "1143000009", ["kindergarten", "primary"], "type", "111 (kindergarten) has a section of primary."),
        ("312", "3143000009", ["primary"], "type", "312 (nine-year school) has no section of junior."),
        ("211", "2143000009", ["kindergarten"], "type", "211 (primary school) has no section of primary."),
        ("311", "3143000009", ["primary"], "type", "311 (junior secondary school) has a section of primary."),
        (None, "1143000009", ["primary"], "school", "category 11 (kindergarten) has a section of primary."),
        (None, "2143000009", ["junior"], "school", "category 21 (primary school) has a section of junior."),
        (None, "3143000009", ["primary"], "school", "category 31 (junior secondary school) has no section of junior."),
        (
            "211",
            "3143000009",
            ["primary"],
            "type",
            "211 (primary school) has a code of category 31 (junior secondary school).",
        ),
    ],
)
def test_types_that_contradict_their_sections(
    kind: str | None, code: str, stages: list[str], column: str, problem: str
) -> None:
    """The type goes before the category in the code; a school is told once."""
    faults = compared(kind=kind, code=code, stages=stages)
    assert told(faults) == [(6, column, kind if column == "type" else code)]
    assert faults[0].problem == problem


def test_classes_attached_by_name_are_no_contradiction() -> None:
    """A primary school with junior classes that use its rooms (附设普通初中班)."""
    assert compared(kind="211", stages=["primary", "junior"], rooms_of="primary") == []


def test_a_level_that_is_not_planned_is_not_asked_for() -> None:
    """A plan for primary schools alone has no junior sections of its nine-year schools."""
    schools = table(school=["3143000001", "3143000002", "3143000003"], type=["312"] * 3)
    sections = table("sections.csv", school=list(schools.frame["school"]), stage=["primary"] * 3)
    assert codes.types_against_sections(schools, sections, ages={"primary": (6, 11)}) == []
    assert len(codes.types_against_sections(schools, sections, ages=AGES)) == 3


def test_no_table_is_changed() -> None:
    """Checks only look."""
    schools = table(school=[*SOUND, "x"], type=["211"] * 5)
    sections = table("sections.csv", school=SOUND, stage=["primary"] * 4)
    before = schools.frame.copy(), sections.frame.copy()
    codes.types_against_sections(schools, sections, ages=AGES)
    codes.school_codes(schools)
    pd.testing.assert_frame_equal(schools.frame, before[0])
    pd.testing.assert_frame_equal(sections.frame, before[1])
