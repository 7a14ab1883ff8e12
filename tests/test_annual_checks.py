"""Checks of the annual return within the sections: sums, identities, parts and wholes; what they leave alone."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import Fault
from schoolmap.errors import Severity
from schoolmap.inputs.checks import annual_checks as checks
from schoolmap.inputs.checks.named import Named
from schoolmap.tables import by_grade

PRIMARY = ("1", "2", "3", "4", "5", "6")
KINDERGARTEN = ("K1", "K2", "K3")
ERROR, WARNING = Severity.ERROR, Severity.WARNING


def sections(*records: dict[str, object], stage: str = "primary") -> Named:
    """Return sections as read: schools A, B, … of one stage, rows counted from 2."""
    frame = pd.DataFrame([{"school": chr(65 + place), "stage": stage, **each} for place, each in enumerate(records)])
    return Named(file="sections.csv", frame=frame.set_axis(pd.RangeIndex(2, len(frame) + 2, name="row")))


def grades(what: str, *numbers: float | None, of: tuple[str, ...] = PRIMARY) -> dict[str, object]:
    """Return the columns of one number a grade."""
    return {by_grade(what, grade): number for grade, number in zip(of, numbers, strict=False)}


def told(faults: list[Fault]) -> list[tuple[int | None, str, str]]:
    """Return row, column and problem; every fault has a way out and Chinese, and names the school."""
    assert all(fault.remedy and fault.problem_zh and fault.remedy_zh and fault.value for fault in faults)
    return [(fault.row, fault.column, fault.problem) for fault in faults]


def test_an_enrolment_that_is_not_the_sum_of_its_grades_by_hand() -> None:
    """School B enrols 300 and has 299 in its grades; A agrees. On a calibrated stage that is an error."""
    table = sections(
        {"enrolment": 303.0, **grades("pupils", 50, 51, 50, 50, 52, 50)},
        {"enrolment": 300.0, **grades("pupils", 50, 50, 50, 50, 50, 49)},
    )
    faults = checks.grade_sums(table, grades=PRIMARY, severity=ERROR)
    assert told(faults) == [(3, "enrolment", "has 300 pupils enrolled, but 299 in its grades.")]
    assert faults[0].severity is ERROR
    assert faults[0].value == "B"
    assert faults[0].problem_zh == "在校(园)生合计为 300,而各年级之和为 299。"


def test_classes_that_are_not_the_sum_of_their_grades_are_a_warning() -> None:
    """Nothing is calibrated on classes."""
    table = sections({"classes": 7.0, **grades("classes", 1, 1, 1, 1, 1, 1)})
    (fault,) = checks.grade_sums(table, grades=PRIMARY, severity=ERROR)
    assert (fault.column, fault.severity) == ("classes", WARNING)


@pytest.mark.parametrize(
    ("pupils", "enrolment", "is_fault"),
    [
        ((50, 50, 50, 50, 50, None), 300, False),
        ((50, 50, 50, 50, 50, None), 249, True),
        ((None,) * 6, 300, False),
        ((50, 50, 50, 50, 50, 50), None, False),
    ],
)
def test_grades_that_are_not_told_are_not_zero(
    pupils: tuple[float | None, ...], enrolment: float | None, *, is_fault: bool
) -> None:
    """A grade without a number may hold the rest; but those told cannot be more than the whole."""
    table = sections({"enrolment": enrolment, **grades("pupils", *pupils)})
    assert bool(checks.grade_sums(table, grades=PRIMARY, severity=ERROR)) is is_fault


def test_a_class_of_several_years_is_part_of_the_kindergarten() -> None:
    """It counts in the sum, and need not be there."""
    table = sections(
        {"enrolment": 80.0, **grades("pupils", 20, 20, 20, of=KINDERGARTEN), "pupils_KM": 20.0},
        {"enrolment": 60.0, **grades("pupils", 20, 20, 20, of=KINDERGARTEN), "pupils_KM": None},
    )
    assert checks.grade_sums(table, grades=KINDERGARTEN, severity=ERROR) == []


@given(st.lists(st.integers(0, 400), min_size=6, max_size=6), st.integers(-3, 3))
def test_sums_are_told_exactly_if_they_are_not_kept(pupils: list[int], error: int) -> None:
    """One pupil too many or too few is a fault, none is none; the table stays as it was."""
    table = sections({"enrolment": float(sum(pupils) + error), **grades("pupils", *pupils)})
    before = table.frame.copy()
    assert len(checks.grade_sums(table, grades=PRIMARY, severity=ERROR)) == (error != 0)
    pd.testing.assert_frame_equal(table.frame, before)


def test_pupils_of_another_stage_by_hand() -> None:
    """A nine-year school in one row counts its junior pupils as primary ones: an error if enrolment counts them."""
    nine_years = {**grades("pupils", *[50] * 6), "pupils_7": 40.0, "classes_8": 1.0}
    table = sections({"enrolment": 380.0, **nine_years}, {"enrolment": 300.0, **nine_years}, {"pupils_7": 0.0})
    faults = checks.outside_grades(table, stage="primary", grades=PRIMARY, severity=ERROR)
    problem = "has pupils or classes of grade 7, grade 8, which are not of stage 'primary'."
    assert told(faults) == [(2, "stage", problem), (3, "stage", problem)]
    assert [fault.severity for fault in faults] == [ERROR, WARNING]
    assert "7年级、8年级" in faults[0].problem_zh
    assert checks.grade_sums(table, grades=PRIMARY, severity=ERROR) == []


def test_five_years_of_primary_school() -> None:
    """In five-four systems grade 6 is junior: the ages of the stage say so."""
    table = sections(grades("pupils", 50, 50, 50, 50, 50, 50))
    (fault,) = checks.outside_grades(table, stage="primary", grades=PRIMARY[:5], severity=ERROR)
    assert "grade 6," in fault.problem


def test_intake_is_grade_1_and_graduates_are_the_last_grade() -> None:
    """Both are told with the two numbers."""
    table = sections({"intake": 60.0, "graduates": 40.0, **grades("pupils", 61, 50, 50, 50, 50, 41)})
    assert told(checks.entry_and_leaving(table, grades=PRIMARY)) == [
        (2, "intake", "60 pupils were admitted, but grade 1 has 61."),
        (2, "graduates", "40 pupils are expected to finish, but grade 6 has 41."),
    ]
    right = sections({"intake": 61.0, "graduates": None, **grades("pupils", 61, 50, 50, 50, 50, 41)})
    assert checks.entry_and_leaving(right, grades=PRIMARY) == []


def test_kindergartens_admit_children_of_any_year() -> None:
    """Their intake is not that of the first year."""
    table = sections({"intake": 35.0, **grades("pupils", 20, 20, 20, of=KINDERGARTEN)})
    assert checks.entry_and_leaving(table, grades=KINDERGARTEN) == []
    assert checks.entry_and_leaving(table, grades=()) == []


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ("boarders", "enrolment"),
        ("boarders", "boarding"),
        ("special_needs", "enrolment"),
        ("intake", "enrolment"),
        ("graduates", "enrolment"),
        ("teachers", "staff"),
        ("planned_intake", "seats"),
    ],
)
def test_a_part_is_not_larger_than_its_whole(part: str, whole: str) -> None:
    """As many are fine, one more is a warning, and what is not told is not compared."""
    table = sections({part: 30.0, whole: 30.0}, {part: 31.0, whole: 30.0}, {part: 31.0, whole: None})
    ((row, column, problem),) = told(faults := checks.parts_of_wholes(table))
    assert (row, column) == (3, part)
    assert "(31)" in problem
    assert "(30)" in problem
    assert faults[0].severity is WARNING


def test_a_school_without_any_teacher() -> None:
    """One section may file its teachers with another; a school with pupils and none at all is told once."""
    frame = pd.DataFrame(
        {
            "school": ["A", "A", "B", "B", "C", "D"],
            "enrolment": [100.0, 30.0, 200.0, 40.0, 50.0, 0.0],
            "teachers": [0.0, 0.0, 12.0, 0.0, None, 0.0],
        },
        index=pd.RangeIndex(2, 8),
    )
    table = Named(file="sections.csv", frame=frame)
    assert told(checks.schools_without_teachers(table)) == [
        (2, "teachers", "has 100 pupils and not one full-time teacher."),
    ]


def test_very_many_warnings_are_counted_by_a_warning() -> None:
    """Twenty are listed; the number of the rest is no more severe than they are."""
    table = sections(*[{"boarders": 2.0, "enrolment": 1.0}] * 25)
    faults = checks.parts_of_wholes(table)
    assert len(faults) == 21
    assert faults[-1].problem == "has 5 more such fault(s)."
    assert {fault.severity for fault in faults} == {WARNING}


def test_a_table_without_these_columns_has_no_fault() -> None:
    """A bureau that has no annual return is not blamed for it."""
    table = sections({"seats": 90.0}, {"seats": 45.0})
    assert checks.grade_sums(table, grades=PRIMARY, severity=ERROR) == []
    assert checks.outside_grades(table, stage="primary", grades=PRIMARY, severity=ERROR) == []
    assert checks.entry_and_leaving(table, grades=PRIMARY) == []
    assert checks.parts_of_wholes(table) == []
    assert checks.schools_without_teachers(table) == []


@given(st.permutations(range(4)))
def test_the_order_of_rows_does_not_matter(order: list[int]) -> None:
    """The same schools are told in any order, each with its own row."""
    records = [{"school": f"S{n}", "enrolment": 10.0 + n, "boarders": 12.0} for n in range(4)]
    table = sections(*[records[place] for place in order])
    faults = checks.parts_of_wholes(table)
    assert {fault.value: fault.row for fault in faults} == {
        records[place]["school"]: row for row, place in enumerate(order, start=2) if place < 2
    }


def test_an_empty_table() -> None:
    """A stage without sections is told elsewhere."""
    empty = Named(file="sections.csv", frame=sections({"enrolment": 1.0}).frame.iloc[:0])
    assert checks.grade_sums(empty, grades=PRIMARY, severity=ERROR) == []
    assert checks.outside_grades(empty, stage="primary", grades=PRIMARY, severity=ERROR) == []
    assert checks.schools_without_teachers(empty) == []
