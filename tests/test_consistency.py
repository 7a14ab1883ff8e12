"""Checks between tables: what is reported, what is left alone, and that no table is changed."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box
from shapely.geometry import Point

from schoolmap.errors import Fault
from schoolmap.errors import Severity
from schoolmap.inputs.checks import consistency
from schoolmap.inputs.checks.named import Named

METRES = "EPSG:4546"


def named(file: str = "t.csv", **columns: list[object]) -> Named:
    """Return a table as read: rows counted from 2."""
    frame = pd.DataFrame(columns)
    return Named(file=file, frame=frame.set_axis(pd.RangeIndex(2, len(frame) + 2, name="row")))


def layer(file: str = "t.gpkg", *, geometry: list[object], **columns: list[object]) -> Named:
    """Return a layer as read: rows counted from 1."""
    rows = pd.RangeIndex(1, len(geometry) + 1, name="row")
    return Named(file=file, frame=gpd.GeoDataFrame(columns, geometry=geometry, index=rows, crs=METRES))


def told(faults: list[Fault]) -> list[tuple[int | None, str, str]]:
    """Return row, value and problem; every fault has a way out and Chinese."""
    assert all(fault.remedy and fault.problem_zh and fault.remedy_zh for fault in faults)
    return [(fault.row, fault.value, fault.problem) for fault in faults]


def test_unknown_labels_by_hand() -> None:
    """A label that the other table lacks is told once, with its first row and how often it stands."""
    table = named(area=["a", "x", "x", None, "b"])
    faults = consistency.unknown_labels(table, "area", {"a", "b"}, of="areas")
    assert told(faults) == [(3, "x", "is not in `areas` (and in 1 more record(s)).")]
    assert faults[0].remedy == "Known are e.g. a, b."


def test_no_label_is_known() -> None:
    """An empty table to compare with is said to be empty."""
    (fault,) = consistency.unknown_labels(named(area=["a"]), "area", set(), of="areas")
    assert fault.remedy == "Known are e.g. none."


labels = st.lists(st.sampled_from("abcdef"), max_size=12)


@given(labels, st.sets(st.sampled_from("abcdef")))
def test_unknown_labels_are_exactly_those_unknown(cells: list[str], known: set[str]) -> None:
    """Each unknown label once, no known one, whatever the order; the table stays as it was."""
    table = named(area=list(cells))
    before = table.frame.copy()
    faults = consistency.unknown_labels(table, "area", known, of="areas")
    assert sorted(fault.value for fault in faults) == sorted(set(cells) - known)
    pd.testing.assert_frame_equal(table.frame, before)


def test_an_area_without_population() -> None:
    """It is told where the area stands: unknown is not zero."""
    areas = named("areas.gpkg", area=["a", "b"])
    faults = consistency.labels_without_records(named("p.csv", area=["a", "a"]), "area", {"a", "b"}, of=areas)
    assert told(faults) == [(3, "b", "has no record in p.csv.")]
    assert faults[0].file == "areas.gpkg"


@pytest.mark.parametrize(
    ("ages", "problems"),
    [
        (["0", "1", "2", "3-5", "6-11", "12+"], []),
        (["0-2", "3-5", "6-11"], []),
        (["3-5", "0-2", "6-11"], []),
        (["0-2", "4-5", "6-11"], ["leaves out age 3 in area 'a'."]),
        (["0-2", "3-5", "5-11"], ["overlaps the band before it in area 'a'."]),
        (["1-2", "3-5", "6-11"], ["leaves out age 0 in area 'a'."]),
        (["0-2", "3-5"], ["area 'a' has closed bands up to age 5; the stages need ages up to 11."]),
        (["0+"], ["area 'a' has closed bands up to age -1; the stages need ages up to 11."]),
        (["0-5", "6+"], ["area 'a' has closed bands up to age 5; the stages need ages up to 11."]),
        (["0-5", "6+", "12+"], ["overlaps the band before it in area 'a'."]),
    ],
)
def test_age_bands(ages: list[object], problems: list[str]) -> None:
    """Bands follow each other from 0, in any order of rows, and closed ones reach the oldest age of the stages."""
    table = named(area=["a"] * len(ages), age=ages)
    assert [problem for _, _, problem in told(consistency.age_bands(table, oldest=11))] == problems


def test_every_area_is_looked_at() -> None:
    """Two areas with gaps are two faults, each with its row."""
    table = named(area=["a", "a", "b", "b"], age=["0-2", "4-11", "0-3", "5-11"])
    assert [row for row, _, _ in told(consistency.age_bands(table, oldest=11))] == [3, 5]


def test_very_many_gaps_are_counted() -> None:
    """Twenty are listed, the rest is a number."""
    table = named(area=[f"a{number}" for number in range(50)], age=["1-11"] * 50)
    faults = consistency.age_bands(table, oldest=11)
    assert len(faults) == 21
    assert faults[-1].problem == "has 30 more such fault(s)."


@pytest.mark.parametrize(
    ("sex", "age", "is_fault"),
    [
        (["male", "male", "female", "female"], ["0-5", "6-11", "0-5", "6-11"], False),
        (["male", "male", "female", "female"], ["0-5", "6-11", "0-6", "7-11"], True),
        ([None, None, None], ["0-2", "3-5", "6-11"], False),
    ],
)
def test_both_sexes_in_the_same_bands(sex: list[object], age: list[object], *, is_fault: bool) -> None:
    """Sexes are added up, so they must be counted alike."""
    table = named(area=["a"] * len(age), age=age, sex=sex)
    assert bool(told(consistency.age_bands(table, oldest=11))) is is_fault


def test_a_sex_that_is_missing_in_one_area() -> None:
    """Boys alone in one area would halve its children."""
    table = named(area=["a", "a", "b"], age=["0-11"] * 3, sex=["male", "female", "male"])
    ((row, value, problem),) = told(consistency.age_bands(table, oldest=11))
    assert (row, value) == (4, "b")
    assert "in the same bands" in problem


@pytest.mark.parametrize(
    ("sex", "problem"),
    [
        (["male", "male"], "counts male: children would be lost or counted twice."),
        (["female", None], "counts both, female: children would be lost or counted twice."),
        (["both", "both"], None),
        ([None, "both"], None),
    ],
)
def test_one_sex_alone_is_no_count(sex: list[object], problem: str | None) -> None:
    """Boys only, or girls here and both there, lose children or count them twice."""
    table = named(area=["a", "b"], age=["0-11"] * 2, sex=sex)
    assert [said for _, _, said in told(consistency.age_bands(table, oldest=11))] == (
        [] if problem is None else [problem]
    )


def test_every_date_has_bands_of_its_own() -> None:
    """Single ages at one date and bands at another are fine; a gap is told with its date, an old date may end early."""
    dates = ["2020-11-01"] * 2 + ["2024-12-31"] * 3
    table = named(area=["a"] * 5, date=dates, age=["0-5", "6-9", "0-2", "3-5", "6-11"])
    assert told(consistency.age_bands(table, oldest=11)) == []
    table = named(area=["a"] * 5, date=dates, age=["0-5", "7-9", "0-2", "3-5", "6-11"])
    assert told(consistency.age_bands(table, oldest=11)) == [
        (3, "7-9", "leaves out age 6 in area 'a' at 2020-11-01."),
    ]


def test_a_date_lacks_an_area() -> None:
    """An area that is counted once is counted always: unknown is not zero."""
    table = named(area=["a", "b", "a", "a"], date=["2020-11-01", "2020-11-01", "2024-12-31", "2024-12-31"])
    assert told(consistency.dates_complete(table)) == [
        (4, "2024-12-31", "has no record of area b, which other dates have."),
    ]


def test_sections_without_seats() -> None:
    """Seats or classrooms must be known; zero is known."""
    table = named(school=["A", "B", "C", "D"], seats=[1.0, None, None, 0.0], classrooms=[None, 2.0, None, None])
    assert told(consistency.sections_without_seats(table)) == [(4, "C", "has neither seats nor classrooms.")]
    assert len(consistency.sections_without_seats(named(school=["A"]))) == 1


def test_classes_alone_need_a_class_size() -> None:
    """Without a class size in the standards, classes cannot be turned into seats."""
    table = named(school=["A", "B", "C"], seats=[None, 90.0, None], classrooms=[12.0, 2.0, None])
    faults = consistency.only_in_classes(table, seats="seats", classes="classrooms", label="school")
    assert [(row, value) for row, value, _ in told(faults)] == [(2, "A")]
    assert consistency.only_in_classes(named(school=["A"]), seats="seats", classes="x", label="school") == []


def test_calibration_needs_every_enrolment() -> None:
    """A section with seats and without enrolment is told; one without seats has nobody to enrol."""
    table = named(school=["A", "B", "C"], seats=[90.0, 90.0, 0.0], enrolment=[80.0, None, None])
    assert [(row, value) for row, value, _ in told(consistency.enrolment_to_calibrate(table, stage="primary"))] == [
        (3, "B"),
    ]
    nobody = named(school=["A"], seats=[90.0], enrolment=[0.0])
    ((row, _, problem),) = told(consistency.enrolment_to_calibrate(nobody, stage="primary"))
    assert row is None
    assert "is zero in every section" in problem
    assert len(consistency.enrolment_to_calibrate(named(school=["A"]), stage="primary")) == 1


def test_overlapping_catchments_by_hand() -> None:
    """Half a square kilometre in two catchments is told with both labels and the area; a shared border is none."""
    table = layer(
        catchment=["w", "e", "n"],
        geometry=[box(0, 0, 1000, 1000), box(500, 0, 1500, 1000), box(0, 1000, 1000, 2000)],
    )
    assert told(consistency.overlapping(table, stage="primary")) == [
        (2, "e", "overlaps 'w' by 500,000 m² (stage primary)."),
    ]


@given(st.integers(1, 6), st.integers(1, 6))
def test_a_grid_does_not_overlap(columns: int, rows: int) -> None:
    """Any partition passes."""
    squares: list[object] = [box(x, y, x + 1, y + 1) for x in range(columns) for y in range(rows)]
    names: list[object] = [f"c{number}" for number in range(len(squares))]
    assert consistency.overlapping(layer(catchment=names, geometry=squares), stage="primary") == []


def test_a_layer_far_away() -> None:
    """Schools a hundred kilometres from the areas are in another CRS; one beyond the last house is not."""
    areas = gpd.GeoDataFrame(geometry=[box(0, 0, 1000, 1000)], crs=METRES)
    far = layer(school=["A"], geometry=[Point(101_000, 500)])
    ((_, _, problem),) = told(consistency.far_away(far, areas, likely=lambda: "EPSG:4547"))
    assert problem == "lies 100 km away from the areas."
    (fault,) = consistency.far_away(far, areas, likely=lambda: "EPSG:4547")
    assert "EPSG:4547" in fault.remedy
    near = layer(school=["A"], geometry=[Point(2_000, 500)])
    assert consistency.far_away(near, areas, likely=lambda: None) == []
    assert consistency.far_away(layer(school=["A"], geometry=[None]), areas, likely=lambda: None) == []


CATCHMENTS = gpd.GeoDataFrame(
    index=pd.Index(["e", "w"], name="catchment"),
    geometry=[box(1000, 0, 2000, 1000), box(0, 0, 1000, 1000)],
    crs=METRES,
)
SCHOOLS = gpd.GeoDataFrame(
    index=pd.Index(["A", "B"], name="school"),
    geometry=[Point(500, 500), Point(5000, 500)],
    crs=METRES,
)


@pytest.mark.parametrize(
    ("school", "declared", "problem"),
    [
        ("A", None, None),
        ("A", "w", None),
        ("A", "e; w", None),
        ("A", "e", "A serves e but stands in w."),
        ("B", None, "B declares no catchment and stands in none."),
        ("B", "e", "B serves e but stands in no catchment."),
        ("X", None, None),
    ],
)
def test_misplaced_sections(school: str, declared: str | None, problem: str | None) -> None:
    """The bureau decides who serves whom; where the place says otherwise it is warned, not stopped."""
    table = named(school=[school], catchment=[declared])
    faults = consistency.misplaced_sections(table, SCHOOLS, CATCHMENTS)
    assert [said for _, _, said in told(faults)] == ([] if problem is None else [problem])
    assert all(fault.severity is Severity.WARNING for fault in faults)


@pytest.mark.parametrize(
    ("cell", "parts"),
    [
        ("0101", ("0101",)),
        ("0101;0102", ("0101", "0102")),
        ("0101；0102、0103 ", ("0101", "0102", "0103")),
        (" ; ", ()),
        (None, ()),
        (float("nan"), ()),
    ],
)
def test_lists_of_labels(cell: object, parts: tuple[str, ...]) -> None:
    """Chinese and Western separators are read."""
    assert consistency.split_labels(cell) == parts


def test_uncounted_projects() -> None:
    """What a project lacks is named; nothing is invented for it."""
    table = named(
        project=["A", "B", "C"],
        opening=["2027-09", None, None],
        seats_added=[90.0, 90.0, None],
        catchment=["w", "w", None],
    )
    faults = consistency.uncounted_projects(table)
    assert told(faults) == [
        (3, "B", "has no opening: it is shown but not counted."),
        (4, "C", "has no opening and no size and no place: it is shown but not counted."),
    ]
    assert {fault.severity for fault in faults} == {Severity.WARNING}


def test_a_project_that_stands_in_no_catchment() -> None:
    """A point outside is warned of, unless the project names its school or catchment."""
    table = layer(
        project=["A", "B", "C", "D"],
        catchment=[None, None, "w", None],
        geometry=[Point(500, 500), Point(9000, 500), Point(9000, 500), None],
    )
    assert told(consistency.projects_outside(table, CATCHMENTS)) == [
        (2, "B", "stands in no catchment of its stage: it is shown but not counted."),
    ]
    assert consistency.projects_outside(named(project=["A"]), CATCHMENTS) == []


def listed(schools: list[str | None], *, stage: str | None = None) -> Named:
    """Return two catchments that list schools."""
    frame = pd.DataFrame({"catchment": ["0101", "0102"], "schools": schools}, index=[1, 2])
    return Named(file="catchments.gpkg", frame=frame.assign(stage=stage))


def sections_of(catchments: list[str | None]) -> Named:
    """Return the primary sections of schools A and B."""
    frame = pd.DataFrame({"school": ["A", "B"], "stage": "primary", "catchment": catchments}, index=[2, 3])
    return Named(file="sections.csv", frame=frame)


def test_sections_serve_the_catchments_that_list_them() -> None:
    """School A is on both lists, B on one; sections that say nothing serve where they are listed."""
    frame, faults = consistency.serve_as_listed(sections_of([None, None]), listed(["A；B", "A"]))
    assert frame["catchment"].tolist() == ["0101;0102", "0101"]
    assert faults == []


def test_a_list_that_contradicts_a_section_is_a_fault() -> None:
    """B declares 0102, but 0101 lists it: nobody guesses which is right."""
    _, faults = consistency.serve_as_listed(sections_of([None, "0102"]), listed(["A;B", None]))
    assert [(fault.row, fault.value) for fault in faults] == [(3, "B")]
    assert "serves 0102, but 0101 list it" in faults[0].problem
    assert "0102" in faults[0].problem_zh


def test_a_listed_school_without_the_stage_is_a_fault() -> None:
    """A kindergarten catchment lists school A, which has a primary section only."""
    frame, faults = consistency.serve_as_listed(sections_of([None, None]), listed(["A", None], stage="kindergarten"))
    assert [(fault.file, fault.row, fault.value) for fault in faults] == [("catchments.gpkg", 1, "A")]
    assert frame["catchment"].isna().all()


def test_projects_close_after_they_open_and_demolitions_take_away() -> None:
    """A closing month before the opening, and a demolition that adds seats, are faults with their rows."""
    frame = pd.DataFrame(
        {
            "project": ["p1", "p2", "p3"],
            "kind": ["temporary", "demolish", "demolish"],
            "opening": ["2027-09", "2028", "2028"],
            "closing": ["2027-02", None, None],
            "seats_added": [90.0, 180.0, -180.0],
        },
        index=[2, 3, 4],
    )
    faults = consistency.project_dates_and_sizes(Named(file="projects.csv", frame=frame))
    assert [(fault.row, fault.column) for fault in faults] == [(2, "closing"), (3, "seats_added")]
