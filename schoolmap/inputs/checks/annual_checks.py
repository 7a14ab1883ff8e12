"""
Checks of the annual return of schools (基础教育统计报表): sums and identities that hold within the table of sections.

Every function takes tables indexed by `row` (as a spreadsheet counts) and
returns faults; none changes a table. What is not told is not compared.

An identity that the return must keep is an error only where breaking it would
change the plan or leave it without a number: pupils of the grades that do not
add up to an enrolment on which attendance is calibrated, rooms borrowed from a
section that is not there, pupils without any class. All else is a warning: the
plan can be made, and a person should know.

`annual_classes` looks at classes and at other tables that tell of them,
`annual_schools` at the schools themselves.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap.errors import Severity
from schoolmap.errors import Wording
from schoolmap.tables import CLASS_GRADES
from schoolmap.tables import KINDERGARTEN_GRADES
from schoolmap.tables import MIXED_GRADE
from schoolmap.tables import by_grade

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Sequence

    from schoolmap.errors import Fault
    from schoolmap.inputs.checks.named import Named

ROUNDING = 0.5
"""Counts that differ by no more are equal."""
_KINDERGARTEN_ZH = {"K1": "小班", "K2": "中班", "K3": "大班", MIXED_GRADE: "混合班"}
_PARTS = (
    ("boarders", "enrolment", "boarders", "pupils enrolled", "寄宿生数", "在校(园)生数"),
    ("boarders", "boarding", "boarders", "boarding places", "寄宿生数", "寄宿床位数"),
    ("special_needs", "enrolment", "pupils with special needs", "pupils enrolled", "随班就读学生数", "在校(园)生数"),
    ("intake", "enrolment", "pupils admitted", "pupils enrolled", "招生数", "在校(园)生数"),
    ("graduates", "enrolment", "pupils who finish", "pupils enrolled", "预计毕业生数", "在校(园)生数"),
    ("teachers", "staff", "full-time teachers", "staff in all", "专任教师数", "教职工数"),
    ("planned_intake", "seats", "places for one year's intake", "seats in all", "招生计划数", "学位数"),
)
"""Columns of which the first cannot be larger than the second, and what to call them."""


def with_mixed(grades: Sequence[str]) -> tuple[str, ...]:
    """
    Add the class of several years to the grades of a stage that has the kindergarten's first year.

    Examples
    --------
    >>> with_mixed(("K1", "K2", "K3")), with_mixed(("1", "2"))
    (('K1', 'K2', 'K3', 'KM'), ('1', '2'))
    """
    return (*grades, MIXED_GRADE) if KINDERGARTEN_GRADES[0] in grades else tuple(grades)


def grades_en(grades: Iterable[str]) -> str:
    """
    Name grades in English.

    Examples
    --------
    >>> grades_en(["1", "K2"])
    'grade 1, kindergarten year K2'
    """
    return ", ".join(
        f"kindergarten year {grade}" if grade in _KINDERGARTEN_ZH else f"grade {grade}" for grade in grades
    )


def grades_zh(grades: Iterable[str]) -> str:
    """
    Name grades in Chinese.

    Examples
    --------
    >>> grades_zh(["1", "K2"])
    '1年级、中班'
    """
    return "、".join(_KINDERGARTEN_ZH.get(grade, f"{grade}年级") for grade in grades)


def numbers(frame: pd.DataFrame, column: str) -> pd.Series:
    """Return a column as numbers; missing everywhere where the table has no such column."""
    if column in frame:
        return frame[column].astype(float)
    return pd.Series(np.nan, index=frame.index, name=column)


def cells_by_grade(frame: pd.DataFrame, what: str, grades: Sequence[str]) -> pd.DataFrame:
    """Return `pupils` or `classes` with one column a grade; missing where not told."""
    return pd.DataFrame({grade: numbers(frame, by_grade(what, grade)) for grade in grades}, index=frame.index)


def all_given(cells: pd.DataFrame) -> pd.Series:
    """Say in which rows every grade is told; a class of several years need not be there."""
    return cells.drop(columns=MIXED_GRADE, errors="ignore").notna().all(axis=1)


def differ(left: pd.Series, right: pd.Series) -> pd.Series:
    """Say where both numbers are told and are not the same."""
    return (left - right).abs() > ROUNDING


def not_the_sum(whole: pd.Series, cells: pd.DataFrame) -> pd.Series:
    """Say where the grades are all told and do not add up to the whole, or are more than the whole already."""
    total = cells.sum(axis=1)
    return (all_given(cells) & differ(whole, total)) | (total > whole + ROUNDING)


def each(
    table: Named,
    wrong: pd.Series,
    wording: Callable[..., Wording],
    *values: pd.Series,
    column: str,
    severity: Severity = Severity.WARNING,
) -> list[Fault]:
    """
    Return a fault for each row that is wrong, with its school; of very many, the rest is counted.

    Parameters
    ----------
    table, wrong
        With `school`; which of its rows are wrong.
    wording
        Says what is wrong, given the row's value of each of `values`.
    values
        Indexed like the table.
    column, severity
        Of the faults.
    """
    faults = [
        table.fault(
            wording(*(series.at[row] for series in values)),
            row=row,
            column=column,
            value=table.frame.at[row, "school"],
            severity=severity,
        )
        for row in table.frame.index[wrong.to_numpy(dtype=bool)]
    ]
    return table.first(faults, column=column)


def outside_grades(sections: Named, *, stage: str, grades: Sequence[str], severity: Severity) -> list[Fault]:
    """
    Report pupils or classes in grades that are not of the stage.

    Parameters
    ----------
    sections
        Rows of one stage.
    stage, grades
        The stage and its grades.
    severity
        Of rows whose enrolment counts more pupils than the grades of the stage
        have; the others are warnings.
    """
    frame, own = sections.frame, with_mixed(grades)
    present = _present(frame, _others(own))
    found = pd.Series([[grade for grade in present if present.at[row, grade]] for row in frame.index], frame.index)
    strange, cells = present.any(axis=1), cells_by_grade(frame, "pupils", own)
    counted = all_given(cells) & (numbers(frame, "enrolment") > cells.sum(axis=1) + ROUNDING)
    column, wording = "stage", partial(_of_another_stage, stage)
    faults = each(sections, strange & counted, wording, found, column=column, severity=severity)
    return faults + each(sections, strange & ~counted, wording, found, column=column)


def _of_another_stage(stage: str, grades: Sequence[str]) -> Wording:
    return Wording(
        f"has pupils or classes of {grades_en(grades)}, which are not of stage {stage!r}.",
        "Give each stage of the school a row of its own.",
        f"填有{grades_zh(grades)}的学生或班级,不属于学段“{stage}”。",
        "一贯制学校请按学段分行填写。",
    )


def _others(grades: Sequence[str]) -> list[str]:
    return [grade for grade in CLASS_GRADES if grade not in grades]


def _present(frame: pd.DataFrame, grades: Sequence[str]) -> pd.DataFrame:
    """Say which grades have pupils or classes."""
    return (cells_by_grade(frame, "pupils", grades) > 0) | (cells_by_grade(frame, "classes", grades) > 0)


def grade_sums(sections: Named, *, grades: Sequence[str], severity: Severity) -> list[Fault]:
    """
    Report enrolments and numbers of classes that are not the sum of their grades.

    They are compared where every grade of the stage is told, and where the
    grades told are more than the whole already. Rows with pupils of other
    stages are left to `outside_grades`.

    Parameters
    ----------
    sections
        Rows of one stage.
    grades
        Grades of the stage.
    severity
        Of an enrolment that is not the sum of its grades: an error where the
        attendance of the stage is calibrated on it. Classes are a warning.
    """
    frame, own = sections.frame, with_mixed(grades)
    clean = ~_present(frame, _others(own)).any(axis=1)
    faults = []
    for what, column, severe, en, zh in (
        ("pupils", "enrolment", severity, "pupils enrolled", "在校(园)生"),
        ("classes", "classes", Severity.WARNING, "classes", "班级"),
    ):
        cells, whole = cells_by_grade(frame, what, own), numbers(frame, column)
        wrong, wording = clean & not_the_sum(whole, cells), partial(_another_sum, en, zh)
        faults += each(sections, wrong, wording, whole, cells.sum(axis=1), column=column, severity=severe)
    return faults


def _another_sum(en: str, zh: str, whole: float, total: float) -> Wording:
    return Wording(
        f"has {whole:,.0f} {en}, but {total:,.0f} in its grades.",
        "Correct one of the two, or decide it in project.toml under [[rulings]] with a reason.",
        f"{zh}合计为 {whole:,.0f},而各年级之和为 {total:,.0f}。",
        "请更正其一,或在 project.toml 的 [[rulings]] 中写明裁定及理由。",
    )


def entry_and_leaving(sections: Named, *, grades: Sequence[str]) -> list[Fault]:
    """
    Warn of intakes that are not the pupils of the entry grade, and graduates that are not those of the last grade.

    Kindergartens admit and release children of any year, so theirs are not
    compared.

    Parameters
    ----------
    sections
        Rows of one stage.
    grades
        Grades of the stage, the lowest first.
    """
    if not grades or grades[0] in KINDERGARTEN_GRADES:
        return []
    faults = []
    for column, grade, en, zh in (
        ("intake", grades[0], "were admitted", "招生数"),
        ("graduates", grades[-1], "are expected to finish", "预计毕业生数"),
    ):
        told, pupils = numbers(sections.frame, column), numbers(sections.frame, by_grade("pupils", grade))
        wording = partial(_not_the_grade, grade, en, zh)
        faults += each(sections, differ(told, pupils), wording, told, pupils, column=column)
    return faults


def _not_the_grade(grade: str, en: str, zh: str, told: float, pupils: float) -> Wording:
    return Wording(
        f"{told:,.0f} pupils {en}, but {grades_en([grade])} has {pupils:,.0f}.",
        "The annual return has one number for both: correct one of the two.",
        f"{zh}为 {told:,.0f},而{grades_zh([grade])}在校生为 {pupils:,.0f}。",
        "年报中两者应相等,请更正其一。",
    )


def parts_of_wholes(sections: Named) -> list[Fault]:
    """Warn of parts that are larger than their whole: boarders, graduates, teachers, the intake planned for one year."""
    faults = []
    for part, whole, *words in _PARTS:
        larger, smaller = numbers(sections.frame, part), numbers(sections.frame, whole)
        wrong, wording = larger > smaller + ROUNDING, partial(_larger_than_whole, *words)
        faults += each(sections, wrong, wording, larger, smaller, column=part)
    return faults


def _larger_than_whole(*words_and_numbers: str | float) -> Wording:
    en, of_en, zh, of_zh, larger, smaller = words_and_numbers
    return Wording(
        f"has more {en} ({larger:,.0f}) than {of_en} ({smaller:,.0f}).",
        "Correct one of the two.",
        f"{zh}({larger:,.0f})大于{of_zh}({smaller:,.0f})。",
        "请更正其一。",
    )


def schools_without_teachers(sections: Named) -> list[Fault]:
    """
    Warn of schools that have pupils and not one full-time teacher in any of their sections.

    The teachers of attached classes are often filed with the school's main
    section, so that one section without any is no fault.

    Parameters
    ----------
    sections
        Of all stages.
    """
    frame = sections.frame
    teachers, pupils, school = numbers(frame, "teachers"), numbers(frame, "enrolment"), frame["school"]
    known = teachers.notna().groupby(school).transform("all")
    none = known & (teachers.groupby(school).transform("sum") == 0) & (pupils > 0)
    first = none & ~school.where(none).duplicated()
    return each(sections, first, _no_teacher, pupils, column="teachers")


def _no_teacher(pupils: float) -> Wording:
    return Wording(
        f"has {pupils:,.0f} pupils and not one full-time teacher.",
        "Give the teachers, or leave the cell empty if they are not known.",
        f"有学生 {pupils:,.0f} 人,专任教师却为 0。",
        "请填写专任教师数;不清楚的请留空,不要填 0。",
    )
