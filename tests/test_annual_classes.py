"""Checks of classes: against pupils, rooms and other tables; schools that teach several grades together."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import Fault
from schoolmap.errors import Severity
from schoolmap.inputs.checks import annual_classes as checks
from schoolmap.inputs.checks.named import Named
from schoolmap.tables import by_grade

PRIMARY = ("1", "2", "3", "4", "5", "6")
AGES = {"kindergarten": (3, 5), "primary": (6, 11)}
MOST = {"kindergarten": 36.0, "primary": None}
TRACKS = {"kindergarten": 10.0, "primary": 20.0}
ERROR, WARNING = Severity.ERROR, Severity.WARNING


def table(file: str = "sections.csv", **columns: list[object]) -> Named:
    """Return a table as read: rows counted from 2."""
    frame = pd.DataFrame(columns)
    return Named(file=file, frame=frame.set_axis(pd.RangeIndex(2, len(frame) + 2, name="row")))


def told(faults: list[Fault]) -> list[tuple[int | None, str, str]]:
    """Return row, column and problem; every fault has a way out and Chinese, and names the school."""
    assert all(fault.remedy and fault.problem_zh and fault.remedy_zh and fault.value for fault in faults)
    return [(fault.row, fault.column, fault.problem) for fault in faults]


def counts(sections: Named, *, heads: float | None = None, tracks: float | None = None) -> list[Fault]:
    """Check the classes of a primary stage."""
    return checks.class_counts(sections, grades=PRIMARY, most_heads=heads, most_tracks=tracks)


def test_classes_against_pupils_by_hand() -> None:
    """No class for 80 pupils is an error; two classes for nobody, five for three, and one of 90 are warnings."""
    sections = table(
        school=["A", "B", "C", "D", "E", "F"],
        enrolment=[80.0, 0.0, 3.0, 90.0, 45.0, None],
        classes=[0.0, 2.0, 5.0, 1.0, 1.0, 0.0],
    )
    faults = counts(sections, heads=66)
    assert told(faults) == [
        (2, "classes", "has 80 pupils and no class for them."),
        (3, "classes", "has 2 classes without any pupil."),
        (4, "classes", "has more classes (5) than pupils (3)."),
        (5, "classes", "has 90.0 pupils a class, more than the 66 that an annual return may have."),
    ]
    assert [fault.severity for fault in faults] == [ERROR, WARNING, WARNING, WARNING]


def test_the_largest_class_comes_from_the_standards() -> None:
    """Without a figure, 90 pupils in a class are not judged; 36 children are as many as a kindergarten class may have."""
    sections = table(school=["A"], enrolment=[90.0], classes=[1.0])
    assert counts(sections) == []
    kindergarten = table(school=["A", "B"], enrolment=[108.0, 109.0], classes=[3.0, 3.0])
    faults = checks.class_counts(kindergarten, grades=("K1", "K2", "K3"), most_heads=36, most_tracks=10)
    assert told(faults) == [(3, "classes", "has 36.3 pupils a class, more than the 36 that an annual return may have.")]


def test_grades_are_looked_at_where_the_section_is_sound() -> None:
    """Grade 2 of school A has 90 pupils in one class; school B is wrong as a whole and told once."""
    sections = table(
        school=["A", "B"],
        enrolment=[130.0, 130.0],
        classes=[2.0, 1.0],
        pupils_1=[40.0, 40.0],
        classes_1=[1.0, 0.0],
        pupils_2=[90.0, 90.0],
        classes_2=[1.0, 1.0],
    )
    assert told(counts(sections, heads=66)) == [
        (3, "classes", "has 130.0 pupils a class, more than the 66 that an annual return may have."),
        (2, "classes_2", "has 90.0 pupils a class of grade 2, more than the 66 that an annual return may have."),
    ]


def test_a_teaching_point_teaches_grades_together() -> None:
    """Two grades in one class are no fault (复式班); a grade forgotten among as many classes as grades is an error."""
    point = table(school=["A"], pupils_1=[6.0], classes_1=[1.0], pupils_2=[5.0], classes_2=[0.0])
    assert counts(point) == []
    school = table(school=["B"], pupils_1=[80.0], classes_1=[2.0], pupils_2=[40.0], classes_2=[0.0])
    (fault,) = counts(school)
    assert (fault.column, fault.severity) == ("classes_2", ERROR)
    assert fault.problem == "has 40 pupils of grade 2 and no class for them."
    assert fault.problem_zh == "2年级有学生 40 人,班数却为 0。"


def test_too_many_classes_of_a_grade() -> None:
    """Twenty are as many as the return takes; 21 are told, and nothing without a figure."""
    sections = table(school=["A", "B"], classes_1=[20.0, 21.0])
    assert told(counts(sections, tracks=20)) == [
        (3, "classes_1", "has 21 classes of grade 1, more than the 20 that an annual return may have.")
    ]
    assert counts(sections) == []


@given(st.integers(1, 40), st.integers(1, 40), st.integers(20, 60))
def test_a_mean_is_told_if_and_only_if_it_is_above_the_most(classes: int, heads: int, most: int) -> None:
    """Any class size up to the figure passes."""
    sections = table(school=["A"], enrolment=[float(classes * heads)], classes=[float(classes)])
    assert bool(counts(sections, heads=float(most))) is (heads > most)


def test_attached_classes_use_the_rooms_of_their_host_by_hand() -> None:
    """Six classes and two attached ones fit eight rooms, not seven; attached classes may have rooms of their own."""
    sections = table(
        school=["A", "A", "B", "B", "C", "C"],
        stage=["primary", "kindergarten"] * 3,
        rooms_of=[None, "primary"] * 3,
        classes=[6.0, 2.0] * 3,
        classrooms=[8.0, None, 7.0, None, 7.0, 1.0],
    )
    assert told(checks.borrowed_rooms(sections)) == [
        (4, "classrooms", "teaches 8 classes (2 of them attached classes of other stages) in 7 classrooms."),
    ]


def test_attached_classes_that_fill_the_school_alone_are_told_elsewhere() -> None:
    """Nine attached classes in eight rooms are an error of the seats; it is not told again as a warning."""
    sections = table(
        school=["A", "A"],
        stage=["primary", "kindergarten"],
        rooms_of=[None, "primary"],
        classes=[6.0, 9.0],
        classrooms=[8.0, None],
    )
    assert checks.borrowed_rooms(sections) == []


def test_rooms_are_enough_as_far_as_they_are_known() -> None:
    """Seven classes in six rooms are a warning; unknown rooms or classes are none. Classes by grade are added up."""
    sections = table(
        school=["A", "B", "C", "D"],
        stage=["primary"] * 4,
        classes=[7.0, 7.0, None, None],
        classrooms=[6.0, None, 6.0, 6.0],
        classes_1=[None, None, None, 4.0],
        classes_2=[None, None, None, 3.0],
    )
    faults = checks.borrowed_rooms(sections)
    problem = "teaches 7 classes in 6 classrooms."
    assert told(faults) == [(2, "classrooms", problem), (5, "classrooms", problem)]
    assert {fault.severity for fault in faults} == {WARNING}


@pytest.mark.parametrize(
    ("stages", "lender", "lost"),
    [
        (["primary", "kindergarten"], [None, "primary"], []),
        (["primary", "kindergarten"], [None, "kindergarten"], [3]),
        (["primary", "kindergarten"], [None, "junior"], [3]),
        (["primary", "kindergarten"], ["kindergarten", "primary"], [2, 3]),
        (["primary", "kindergarten", "junior"], [None, "junior", "primary"], [3]),
    ],
)
def test_rooms_are_borrowed_from_a_section_that_has_some(
    stages: list[object], lender: list[object], lost: list[int]
) -> None:
    """Not from itself, not from a stage that the school does not teach, and not from one that borrows as well."""
    faults = checks.borrowed_rooms(table(school=["A"] * len(stages), stage=stages, rooms_of=lender))
    assert [fault.row for fault in faults] == lost
    assert all(fault.severity is ERROR for fault in faults)


def test_the_rooms_of_another_school_are_not_lent() -> None:
    """School B has no primary section, though A has."""
    sections = table(school=["A", "B"], stage=["primary", "kindergarten"], rooms_of=[None, "primary"])
    assert [fault.row for fault in checks.borrowed_rooms(sections)] == [3]


def records(**columns: list[object]) -> Named:
    """Return the table `classes`."""
    return table("classes.csv", **columns)


def wrong(classes: Named) -> list[Fault]:
    """Check records of classes by themselves."""
    return checks.class_records(classes, ages=AGES, most_heads=MOST, most_tracks=TRACKS)


def test_records_of_classes_by_hand() -> None:
    """A grade told twice and pupils without class are errors; an empty class and one of 40 children are warnings."""
    classes = records(
        school=["A", "A", "A", "B", "B", "C"],
        grade=["1", "1", "1", "K1", "K2", "2"],
        **{"class": ["1", "2", None, "a", "a", None]},
        classes=[None, None, 2.0, None, None, 0.0],
        pupils=[45.0, 44.0, 89.0, 40.0, 0.0, 30.0],
    )
    faults = wrong(classes)
    assert [(fault.row, fault.column, fault.severity) for fault in faults] == [
        (2, "class", ERROR),
        (7, "classes", ERROR),
        (6, "pupils", WARNING),
        (5, "pupils", WARNING),
    ]
    assert told(faults)[3][2] == "has 40.0 pupils a class, more than the 36 that an annual return may have."


def test_too_many_classes_of_a_grade_are_added_up() -> None:
    """Eleven classes of one kindergarten year, listed one by one, are told once."""
    classes = records(school=["A"] * 11, grade=["K1"] * 11, pupils=[25.0] * 11, **{"class": list("abcdefghijk")})
    assert told(wrong(classes)) == [
        (2, "classes", "has 11 classes of kindergarten year K1, more than the 10 that an annual return may have.")
    ]


def test_classes_and_sections_agree() -> None:
    """Grade by grade and as a whole, with one record a class."""
    classes = records(school=["A", "A"], grade=["1", "1"], pupils=[45.0, 44.0], **{"class": ["1", "2"]})
    sections = table(
        school=["A"], stage=["primary"], enrolment=[500.0], pupils_1=[89.0], classes_1=[2.0], classes=[12.0]
    )
    assert checks.classes_against_sections(classes, sections, ages=AGES) == []


def test_a_grade_that_two_tables_tell_differently() -> None:
    """It is told at the first record of the grade, with both numbers."""
    classes = records(
        school=["A", "A", "A"], grade=["2", "1", "1"], pupils=[40.0, 45.0, 44.0], **{"class": ["1", "1", "2"]}
    )
    sections = table(school=["A"], stage=["primary"], enrolment=[500.0], pupils_1=[90.0], classes_1=[3.0])
    faults = checks.classes_against_sections(classes, sections, ages=AGES)
    assert told(faults) == [
        (3, "pupils", "has 89 pupils of grade 1 in all, but sections.csv has 90."),
        (3, "classes", "has 2 classes of grade 1 in all, but sections.csv has 3."),
    ]
    assert faults[0].problem_zh == "1年级学生数合计 89,而 sections.csv 为 90。"
    assert {fault.severity for fault in faults} == {WARNING}


@pytest.mark.parametrize(
    ("listed", "enrolment", "is_fault"),
    [
        (PRIMARY, 300.0, False),
        (PRIMARY, 301.0, True),
        (PRIMARY[:5], 300.0, False),
        (PRIMARY[:5], 249.0, True),
        (PRIMARY, None, False),
    ],
)
def test_wholes_are_compared_if_every_grade_is_listed(
    listed: tuple[str, ...], enrolment: float | None, *, is_fault: bool
) -> None:
    """A grade that is not listed may hold the rest; more than all cannot be."""
    classes = records(school=["A"] * len(listed), grade=list(listed), pupils=[50.0] * len(listed))
    sections = table(school=["A"], stage=["primary"], enrolment=[enrolment])
    assert bool(checks.classes_against_sections(classes, sections, ages=AGES)) is is_fault


def test_classes_of_a_stage_that_the_school_does_not_have() -> None:
    """Kindergarten classes without a kindergarten are told; grades of stages that are not planned are left alone."""
    classes = records(school=["A", "A", "A"], grade=["K1", "KM", "8"], pupils=[20.0, 25.0, 40.0])
    sections = table(school=["A", "B"], stage=["primary", "kindergarten"], enrolment=[500.0, 90.0])
    ((row, column, problem),) = told(checks.classes_against_sections(classes, sections, ages=AGES))
    assert (row, column) == (2, "grade")
    assert "is of stage 'kindergarten'" in problem


def test_a_grade_of_two_stages_is_compared_with_neither() -> None:
    """Where ages of stages overlap, nobody knows whose class it is."""
    classes = records(school=["A"], grade=["1"], pupils=[900.0])
    sections = table(school=["A"], stage=["primary"], enrolment=[500.0])
    assert checks.classes_against_sections(classes, sections, ages={"kindergarten": (3, 6), "primary": (6, 11)}) == []


def test_pupils_by_grade_against_the_calibrated_enrolment() -> None:
    """School A has 300 of 310 in 2024; B lacks a grade and is not compared; C has too many already; 2023 is another year."""
    rows = [("A", grade, "2024", 50.0) for grade in PRIMARY]
    rows += [("A", grade, "2023", 10.0) for grade in PRIMARY]
    rows += [("B", grade, "2024", 50.0) for grade in PRIMARY[:5]]
    rows += [("C", "1", "2024", 400.0), ("A", "8", "2024", 999.0)]
    school, grade, year, pupils = (list(column) for column in zip(*rows, strict=True))
    by_grades = table("pupils.csv", school=school, grade=grade, year=year, pupils=pupils)
    sections = table(school=["A", "B", "C", "D"], stage=["primary"] * 4, enrolment=[310.0, 300.0, 300.0, 5.0])
    assert told(checks.pupils_against_enrolment(by_grades, sections, grades=PRIMARY, year=2024)) == [
        (2, "enrolment", "has 310 pupils enrolled, but pupils.csv has 300 in 2024."),
        (4, "enrolment", "has 300 pupils enrolled, but pupils.csv has 400 in 2024."),
    ]


sizes = st.lists(st.integers(20, 45), min_size=1, max_size=4)


@given(st.lists(sizes, min_size=6, max_size=6), st.randoms(use_true_random=False))
def test_what_is_put_together_truly_has_no_fault(grades: list[list[int]], random: object) -> None:
    """Sections made of their classes agree with them, whatever the order of the records."""
    rows = [
        ("A", grade, f"{number}", float(size))
        for grade, row in zip(PRIMARY, grades, strict=True)
        for number, size in enumerate(row)
    ]
    random.shuffle(rows)  # type: ignore[attr-defined]
    school, grade, name, pupils = (list(column) for column in zip(*rows, strict=True))
    classes = records(school=school, grade=grade, pupils=pupils, **{"class": name})
    columns: dict[str, list[object]] = {
        "school": ["A"],
        "stage": ["primary"],
        "enrolment": [float(sum(map(sum, grades)))],
        "classes": [float(sum(map(len, grades)))],
        "classrooms": [float(sum(map(len, grades)))],
    }
    for label, row in zip(PRIMARY, grades, strict=True):
        columns[by_grade("pupils", label)] = [float(sum(row))]
        columns[by_grade("classes", label)] = [float(len(row))]
    sections = table(**columns)
    before = sections.frame.copy()
    faults = [
        *wrong(classes),
        *checks.classes_against_sections(classes, sections, ages=AGES),
        *counts(sections, heads=45, tracks=4),
        *checks.borrowed_rooms(sections),
    ]
    assert faults == []
    pd.testing.assert_frame_equal(sections.frame, before)
