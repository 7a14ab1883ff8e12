"""Checks of schools: points that two schools share, contradicting owners, and resources that nobody has."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from schoolmap.errors import Fault
from schoolmap.errors import Severity
from schoolmap.inputs.checks import annual_schools as checks
from schoolmap.inputs.checks.named import Named


def table(file: str = "schools.csv", **columns: list[object]) -> Named:
    """Return a table as read: rows counted from 2."""
    frame = pd.DataFrame(columns)
    return Named(file=file, frame=frame.set_axis(pd.RangeIndex(2, len(frame) + 2, name="row")))


def standing(*points: tuple[float, float], **columns: list[object]) -> Named:
    """Return schools A, B, … with points in metres."""
    plain = table(school=[chr(65 + place) for place in range(len(points))], **columns)
    geometry = [Point(point) for point in points]
    return Named(file=plain.file, frame=gpd.GeoDataFrame(plain.frame, geometry=geometry, crs="EPSG:4546"))


def told(faults: list[Fault]) -> list[tuple[int | None, str, str]]:
    """Return row, column and problem; every fault is a warning with a way out and Chinese, and names the school."""
    assert all(fault.remedy and fault.problem_zh and fault.remedy_zh and fault.value for fault in faults)
    assert all(fault.severity is Severity.WARNING for fault in faults)
    return [(fault.row, fault.column, fault.problem) for fault in faults]


def test_two_schools_at_one_point_by_hand() -> None:
    """Less than 10 cm apart is the same point to the sixth decimal of a degree; a metre is not."""
    schools = standing((0, 0), (500, 500), (500.05, 500), (501, 500))
    assert told(checks.same_points(schools)) == [
        (4, "geometry", "stands at exactly the same point as B (schools.csv, row 3)."),
    ]


@pytest.mark.parametrize(
    ("columns", "is_fault"),
    [
        ({}, True),
        ({"main_school": [None, "A"]}, False),
        ({"main_school": ["B", None]}, False),
        ({"main_school": ["Z", "Z"]}, False),
        ({"main_school": ["Y", "Z"]}, True),
        ({"group": ["实验集团", "实验集团"]}, False),
        ({"group": ["实验集团", "城南集团"]}, True),
        ({"group": [None, None], "main_school": [None, None]}, True),
    ],
)
def test_schools_of_one_campus_may_share_it(columns: dict[str, list[object]], *, is_fault: bool) -> None:
    """A main school and its campus, two campuses of one school, and schools of one group."""
    assert bool(checks.same_points(standing((0, 0), (0, 0), **columns))) is is_fault


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=10))
def test_every_point_but_the_first_is_told_once(points: list[tuple[int, int]]) -> None:
    """As many faults as schools that could be taken away to leave no point twice."""
    faults = checks.same_points(standing(*[(float(x), float(y)) for x, y in points]))
    assert len(faults) == len(points) - len(set(points))


def test_schools_without_places() -> None:
    """A table without geometry is told elsewhere."""
    assert checks.same_points(table(school=["A", "B"])) == []


@pytest.mark.parametrize(
    ("operator", "ownership", "is_fault"),
    [
        ("教育部门", "public", False),
        ("县教育局", "private", True),
        ("教育部门", "inclusive", True),
        ("民办", "public", True),
        ("民办", "inclusive", False),
        ("地方企业", "public", False),
        ("集体", "inclusive", False),
        ("教育部门和民办合作", "public", False),
        (None, "private", False),
        ("教育部门", None, False),
        ("public (Land Berlin)", "public", False),
    ],
)
def test_operators_and_owners(operator: str | None, ownership: str | None, *, is_fault: bool) -> None:
    """The education authority runs public schools; whoever else runs them is left open."""
    faults = checks.owners_agree(table(school=["A"], operator=[operator], ownership=[ownership]))
    assert bool(told(faults)) is is_fault


def test_owners_that_are_not_told() -> None:
    """Without either column nothing is compared."""
    assert checks.owners_agree(table(school=["A"], operator=["教育部门"])) == []


SECTIONS = table(
    "sections.csv",
    school=["A", "B"],
    stage=["primary", "primary"],
    enrolment=[1000.0, 30.0],
    teachers=[50.0, 4.0],
)


@pytest.mark.parametrize(
    "column", ["teachers_above", "backbone_teachers", "arts_sports_teachers", "certified_teachers"]
)
def test_teachers_of_a_kind_are_teachers(column: str) -> None:
    """As many as all teachers are fine, one more is not."""
    resources = table("resources.csv", school=["A", "B"], stage=["primary"] * 2, **{column: [50.0, 5.0]})
    ((row, where, problem),) = told(checks.resources_plausible(resources, SECTIONS))
    assert (row, where) == (3, column)
    assert "(5)" in problem
    assert "(4)" in problem


def test_resources_of_a_section_that_is_not_there() -> None:
    """And more exchanged teachers than were due."""
    resources = table(
        "resources.csv",
        school=["A", "A"],
        stage=["primary", "junior"],
        exchanged_teachers=[6.0, None],
        exchangeable_teachers=[5.0, None],
    )
    assert told(checks.resources_plausible(resources, SECTIONS)) == [
        (3, "stage", "has no section of this stage in sections.csv."),
        (2, "exchanged_teachers", "has more exchanged teachers (6) than teachers due for exchange (5)."),
    ]


def test_absurd_areas_by_hand() -> None:
    """600,000 m² of sports grounds for 1,000 pupils are told; 40,000 m² of a school that shrank to 30 are not."""
    resources = table("resources.csv", school=["A", "B"], stage=["primary"] * 2, sports_m2=[600_000.0, 40_000.0])
    assert told(checks.resources_plausible(resources, SECTIONS)) == [
        (2, "sports_m2", "has 600,000 m² of sports grounds for 1,000 pupils, 600 m² each."),
    ]


def test_land_in_mu_by_hand() -> None:
    """30 亩 for 1,000 pupils, written as if they were square metres; pupils of all sections count."""
    sections = table("sections.csv", school=["A", "A", "B"], enrolment=[600.0, 400.0, None])
    schools = table(school=["A", "B", "C"], land_m2=[30.0, 30.0, 30.0], building_m2=[8000.0, 0.0, None])
    assert told(checks.premises_plausible(schools, sections)) == [
        (2, "land_m2", "has 30 m² of land for 1,000 pupils, 0.03 m² each."),
    ]


def test_teaching_rooms_are_in_the_building() -> None:
    """Those of both sections are added up."""
    resources = table(
        "resources.csv", school=["A", "A", "B"], stage=["primary", "junior", "primary"], teaching_m2=[3000.0] * 3
    )
    schools = table(school=["A", "B", "C"], building_m2=[5999.0, 3000.0, 10.0])
    assert told(checks.teaching_in_building(resources, schools)) == [
        (2, "building_m2", "has more m² of teaching rooms (6,000) than m² of floor area (5,999)."),
    ]


@given(st.floats(1.0, 499.0), st.integers(1, 3000))
def test_areas_within_the_bounds_pass(each: float, pupils: int) -> None:
    """Whatever the school's size."""
    sections = table("sections.csv", school=["A"], enrolment=[float(pupils)])
    assert checks.premises_plausible(table(school=["A"], land_m2=[each * pupils]), sections) == []
