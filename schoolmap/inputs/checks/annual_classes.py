"""
Checks of classes in the annual return: against pupils, against classrooms, and between tables that tell them twice.

A class of several kindergarten years (混合班) is of the stage that has the
kindergarten's first year. Which faults are errors is said in `annual_checks`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from schoolmap.errors import Severity
from schoolmap.errors import Wording
from schoolmap.inputs.checks.annual_checks import ROUNDING
from schoolmap.inputs.checks.annual_checks import all_given
from schoolmap.inputs.checks.annual_checks import cells_by_grade
from schoolmap.inputs.checks.annual_checks import each
from schoolmap.inputs.checks.annual_checks import grades_en
from schoolmap.inputs.checks.annual_checks import grades_zh
from schoolmap.inputs.checks.annual_checks import not_the_sum
from schoolmap.inputs.checks.annual_checks import numbers
from schoolmap.inputs.checks.annual_checks import with_mixed
from schoolmap.tables import CLASS_GRADES
from schoolmap.tables import by_grade
from schoolmap.tables import grades_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from schoolmap.errors import Fault
    from schoolmap.inputs.checks.named import Named


def class_counts(
    sections: Named,
    *,
    grades: Sequence[str],
    most_heads: float | None,
    most_tracks: float | None,
) -> list[Fault]:
    """
    Report classes that cannot hold the pupils of their section or grade.

    Parameters
    ----------
    sections
        Rows of one stage.
    grades
        Grades of the stage.
    most_heads, most_tracks
        Pupils of one class, and classes of one grade, above which the return is
        taken for wrong; nothing where the standards do not say.

    Returns
    -------
    faults
        Pupils without any class are an error: no size of a class can be
        worked out. Classes without pupils, or with more or fewer on average
        than a class can have, and too many classes of a grade are warnings.
        One fault of a section as a whole stands for those of its grades. A
        school with fewer classes than grades teaches several together
        (复式班), so that a grade of its own need not have a class.
    """
    frame, own = sections.frame, with_mixed(grades)
    pupils, classes = cells_by_grade(frame, "pupils", own), cells_by_grade(frame, "classes", own)
    heads, rooms = _whole(frame, "enrolment", pupils), _whole(frame, "classes", classes)
    wrong = _unfit(heads, rooms, most_heads)
    faults = _unfit_faults(sections, wrong, heads, rooms, most_heads=most_heads)
    told = wrong.any(axis=1)
    combined = classes.sum(axis=1) < (pupils > 0).sum(axis=1)
    for grade in own:
        here = ~told & ~(combined & (classes[grade] == 0))
        wrong = _unfit(pupils[grade].where(here), classes[grade], most_heads)
        faults += _unfit_faults(sections, wrong, pupils[grade], classes[grade], grade=grade, most_heads=most_heads)
        if most_tracks is not None:
            wording, column = partial(_too_many_classes, grade, most_tracks), by_grade("classes", grade)
            faults += each(sections, classes[grade] > most_tracks, wording, classes[grade], column=column)
    return faults


def _whole(frame: pd.DataFrame, column: str, cells: pd.DataFrame) -> pd.Series:
    """Return the number of a section, else the sum of its grades if all are told."""
    return numbers(frame, column).fillna(cells.sum(axis=1).where(all_given(cells)))


def _unfit(heads: pd.Series, classes: pd.Series, most_heads: float | None) -> pd.DataFrame:
    """Say where classes and pupils do not fit together, and how."""
    most = float("inf") if most_heads is None else most_heads
    return pd.DataFrame(
        {
            "homeless": (heads > 0) & (classes == 0),
            "empty": (heads == 0) & (classes > 0),
            "thin": (heads > 0) & (classes > heads),
            "thick": (classes > 0) & (heads > most * classes.where(classes > 0)),
        },
    )


def _unfit_faults(
    sections: Named,
    wrong: pd.DataFrame,
    heads: pd.Series,
    classes: pd.Series,
    *,
    most_heads: float | None,
    grade: str = "",
) -> list[Fault]:
    column = by_grade("classes", grade) if grade else "classes"
    of, of_zh = (f" of {grades_en([grade])}", grades_zh([grade])) if grade else ("", "")
    faults = []
    for how in wrong:
        wording = partial(_unfit_wording, str(how), (of, of_zh), most_heads)
        severity = Severity.ERROR if how == "homeless" else Severity.WARNING
        faults += each(sections, wrong[how], wording, heads, classes, column=column, severity=severity)
    return faults


def _unfit_wording(how: str, names: tuple[str, str], most: float | None, heads: float, classes: float) -> Wording:
    of, of_zh = names
    check, check_zh = "Correct the classes or the pupils.", "请核对班数与学生数。"
    if how == "homeless":
        return Wording(
            f"has {heads:,.0f} pupils{of} and no class for them.",
            "Give the classes, or leave the cell empty if they are not known.",
            f"{of_zh}有学生 {heads:,.0f} 人,班数却为 0。",
            "请填写班数;不清楚的请留空,不要填 0。",
        )
    if how == "empty":
        return Wording(
            f"has {classes:,.0f} classes{of} without any pupil.",
            check,
            f"{of_zh}有 {classes:,.0f} 个班,却没有学生。",
            check_zh,
        )
    if how == "thin":
        return Wording(
            f"has more classes{of} ({classes:,.0f}) than pupils ({heads:,.0f}).",
            check,
            f"{of_zh}班数({classes:,.0f})多于学生数({heads:,.0f})。",
            check_zh,
        )
    return Wording(
        f"has {heads / classes:,.1f} pupils a class{of}, more than the {most:g} that an annual return may have.",
        check,
        f"{of_zh}平均班额 {heads / classes:,.1f} 人,超过年报校验上限 {most:g} 人。",
        check_zh,
    )


def _too_many_classes(grade: str, most: float, classes: float) -> Wording:
    return Wording(
        f"has {classes:,.0f} classes of {grades_en([grade])}, more than the {most:g} that an annual return may have.",
        "Check the number of classes.",
        f"{grades_zh([grade])}有 {classes:,.0f} 个班,超过年报校验上限 {most:g} 轨。",
        "请核对班数。",
    )


def borrowed_rooms(sections: Named) -> list[Fault]:
    """
    Report sections that borrow rooms where there are none to borrow, and rooms that are too few for the classes.

    Parameters
    ----------
    sections
        Of all stages: attached classes use the rooms of another stage.

    Returns
    -------
    faults
        An error where `rooms_of` names the section itself, a stage that the
        school has no section of, or one that borrows its rooms as well; a
        warning where more classes are taught than there are classrooms, with
        the attached classes counted where they are taught. Classrooms that an
        attached section lists are counted besides those of its host.
    """
    frame = sections.frame
    lender = frame["rooms_of"] if "rooms_of" in frame else pd.Series(None, index=frame.index, dtype=object)
    borrows = lender.notna()
    own = pd.MultiIndex.from_frame(frame[["school", "stage"]])
    home = pd.MultiIndex.from_arrays([frame["school"], lender.where(borrows, frame["stage"])])
    lost = borrows & ~home.isin(own[~borrows.to_numpy()])
    faults = each(sections, lost, lambda: _NO_LENDER, column="rooms_of", severity=Severity.ERROR)
    cells = cells_by_grade(frame, "classes", CLASS_GRADES)
    classes = numbers(frame, "classes").fillna(cells.sum(axis=1))
    rooms = numbers(frame, "classrooms")
    here = pd.DataFrame({"classes": classes.to_numpy(), "rooms": rooms.fillna(0.0).to_numpy()}, index=home)
    taught = here.groupby(level=[0, 1]).sum().reindex(own).set_axis(frame.index)
    guests = taught["classes"] - classes
    # guests who alone are too many are told by `seat_checks`: there is no plan with them
    short = ~borrows & (guests <= rooms) & (taught["classes"] > taught["rooms"])
    return faults + each(
        sections, short, _too_few_rooms, taught["classes"], taught["rooms"], guests, column="classrooms"
    )


_NO_LENDER = Wording(
    "uses the rooms of a section that the school does not have, or that has no rooms of its own.",
    "Name the stage of the same school whose classrooms it uses, or leave it empty.",
    "所借用教室的学段,该校没有,或其本身也是借用。",
    "请填写同一学校中提供教室的学段,或留空。",
)


def _too_few_rooms(classes: float, rooms: float, guests: float) -> Wording:
    also = f" ({guests:,.0f} of them attached classes of other stages)" if guests > 0 else ""
    also_zh = f"(含附设班 {guests:,.0f} 个)" if guests > 0 else ""
    return Wording(
        f"teaches {classes:,.0f} classes{also} in {rooms:,.0f} classrooms.",
        "Correct the classes or the classrooms.",
        f"{rooms:,.0f} 间教室有 {classes:,.0f} 个班{also_zh}。",
        "请核对班数与教室数。",
    )


def class_records(
    classes: Named,
    *,
    ages: Mapping[str, tuple[int, int]],
    most_heads: Mapping[str, float | None],
    most_tracks: Mapping[str, float | None],
) -> list[Fault]:
    """
    Report records of the table `classes` that cannot be.

    Parameters
    ----------
    classes
        With `school`, `grade`, `pupils` and, where known, `class` and `classes`.
    ages
        Ages of each stage; they tell which stage a grade is of.
    most_heads, most_tracks
        By stage, see `class_counts`.

    Returns
    -------
    faults
        An error for a grade that is told both class by class and as a whole,
        and for pupils in no class; warnings for classes without pupils, of too
        many pupils, and too many of one grade.
    """
    table, key = _records(classes.frame), ["school", "grade"]
    whole = ~table["named"]
    twice = table["named"] & whole.groupby([table[name] for name in key]).transform("any")
    twice &= ~table[key].where(twice).duplicated()
    faults = each(classes, twice, lambda: _TOLD_TWICE, column="class", severity=Severity.ERROR)
    homeless = (table["classes"] == 0) & (table["pupils"] > 0)
    faults += each(classes, homeless, lambda: _NO_CLASS, column="classes", severity=Severity.ERROR)
    empty = (table["classes"] > 0) & (table["pupils"] == 0)
    faults += each(classes, empty, lambda: _NO_PUPIL, column="pupils")
    stage = table["grade"].map(_stage_of_grade(ages))
    heads, tracks = (stage.map(dict(most)).astype(float) for most in (most_heads, most_tracks))
    mean = table["pupils"] / table["classes"].where(table["classes"] > 0)
    faults += each(classes, mean > heads, _too_many_pupils, mean, heads, column="pupils")
    together = table.groupby(key)["classes"].transform("sum")
    wide = (together > tracks) & ~table.duplicated(key)
    return faults + each(classes, wide, _too_many_classes, table["grade"], tracks, together, column="classes")


def _records(frame: pd.DataFrame) -> pd.DataFrame:
    """Return records with the number of classes of each: one where it is not told."""
    named = frame["class"].notna() if "class" in frame else pd.Series(data=False, index=frame.index)
    return pd.DataFrame(
        {
            "school": frame["school"],
            "grade": frame["grade"],
            "named": named,
            "classes": numbers(frame, "classes").fillna(1.0),
            "pupils": numbers(frame, "pupils"),
        },
    )


def _stage_of_grade(ages: Mapping[str, tuple[int, int]]) -> dict[str, str]:
    """Return the stage of each grade; a grade that two stages share is left out."""
    owners: dict[str, list[str]] = {}
    for stage, span in ages.items():
        for grade in with_mixed(grades_of(span)):
            owners.setdefault(grade, []).append(stage)
    return {grade: stages[0] for grade, stages in owners.items() if len(stages) == 1}


_TOLD_TWICE = Wording(
    "is told class by class, and its grade as a whole as well: pupils would be counted twice.",
    "Leave out the record of the whole grade.",
    "该年级既逐班填写又有合计记录,学生会被重复计数。",
    "请删去合计记录。",
)
_NO_CLASS = Wording(
    "has pupils and no class for them.",
    "Give the number of classes; an empty cell means one.",
    "有学生,班数却为 0。",
    "请填写班数;留空表示一个班。",
)
_NO_PUPIL = Wording(
    "is a class without any pupil.",
    "Correct the pupils, or leave the record out.",
    "班级没有学生。",
    "请核对学生数,或删去该记录。",
)


def _too_many_pupils(mean: float, most: float) -> Wording:
    return Wording(
        f"has {mean:,.1f} pupils a class, more than the {most:g} that an annual return may have.",
        "Correct the pupils or the number of classes.",
        f"班额为 {mean:,.1f} 人,超过年报校验上限 {most:g} 人。",
        "请核对学生数与班数。",
    )


def classes_against_sections(classes: Named, sections: Named, *, ages: Mapping[str, tuple[int, int]]) -> list[Fault]:
    """
    Warn of classes and pupils that the table `classes` and the sections tell differently.

    Parameters
    ----------
    classes, sections
        As read. `sections` may have `enrolment` and `classes`, and columns by
        grade.
    ages
        Ages of each stage; they tell which stage a grade is of.

    Returns
    -------
    faults
        At the first record of the school and stage. Grades are compared where
        both tables tell them; the section as a whole where no grade of it
        differs and `classes` has all grades of the stage, or more than the
        section already. Also records of a stage that the school has no section
        of; stages that are not planned are left alone.
    """
    table = _records(classes.frame)
    table = table.assign(stage=table["grade"].map(_stage_of_grade(ages)), row=table.index)
    key = ["school", "stage"]
    first = table["stage"].notna() & ~table.duplicated(key)
    has_section = pd.MultiIndex.from_frame(table[key]).isin(pd.MultiIndex.from_frame(sections.frame[key]))
    faults = each(classes, first & ~has_section, partial(_no_section, sections.called), table["stage"], column="grade")
    compared: list[Fault] = []
    for stage, span in ages.items():
        own = sections.frame[sections.frame["stage"] == stage]
        listed = table[(table["stage"] == stage) & table["school"].isin(set(own["school"]))]
        compared += _compare(classes, listed, own, with_mixed(grades_of(span)), of=sections.called)
    return [*faults, *classes.first(compared, column="pupils, classes")]


def _compare(classes: Named, table: pd.DataFrame, own: pd.DataFrame, grades: Sequence[str], *, of: str) -> list[Fault]:
    """Compare records with the sections of one stage, by grade and then as a whole."""
    first = table.drop_duplicates(["school", "grade"]).pivot_table(index="school", columns="grade", values="row")
    first = first.reindex(index=own["school"], columns=list(grades)).set_axis(own.index)
    faults = []
    for what, column in (("pupils", "enrolment"), ("classes", "classes")):
        here = table.pivot_table(index="school", columns="grade", values=what, aggfunc="sum")
        here = here.reindex(index=own["school"], columns=list(grades)).set_axis(own.index)
        there, whole, total = cells_by_grade(own, what, grades), numbers(own, column), here.sum(axis=1)
        apart = (here - there).abs() > ROUNDING
        compared = [(apart[grade], first[grade], here[grade], there[grade], [grade]) for grade in grades]
        compared.append((not_the_sum(whole, here) & ~apart.any(axis=1), first.min(axis=1), total, whole, []))
        for wrong, rows, mine, theirs, which in compared:
            faults += [
                classes.fault(
                    _told_otherwise(what, number, other, of, which),
                    row=int(row),
                    column=what,
                    value=school,
                    severity=Severity.WARNING,
                )
                for row, number, other, school in zip(
                    rows[wrong], mine[wrong], theirs[wrong], own["school"][wrong], strict=True
                )
            ]
    return faults


def _told_otherwise(what: str, here: float, there: float, file: str, grades: Sequence[str]) -> Wording:
    of, of_zh = (f" of {grades_en(grades)}", grades_zh(grades)) if grades else ("", "")
    unit = {"pupils": "学生数", "classes": "班数"}[what]
    return Wording(
        f"has {here:,.0f} {what}{of} in all, but {file} has {there:,.0f}.",
        "Correct one of the two tables, or give both of the same day.",
        f"{of_zh}{unit}合计 {here:,.0f},而 {file} 为 {there:,.0f}。",
        "请更正其一,或统一统计时点。",
    )


def _no_section(file: str, stage: str) -> Wording:
    return Wording(
        f"is of stage {stage!r}, of which the school has no section in {file}.",
        "Add the section, or correct the grade.",
        f"属于学段“{stage}”,而该校在 {file} 中没有该学段的学部。",
        "请补充学部,或更正年级。",
    )


def pupils_against_enrolment(pupils: Named, sections: Named, *, grades: Sequence[str], year: int) -> list[Fault]:
    """
    Warn of schools whose pupils by grade are not the enrolment on which attendance is calibrated.

    Parameters
    ----------
    pupils
        Pupils by `school`, `grade` and `year`.
    sections
        Rows of one stage, whose enrolment is that of `year`.
    grades
        Grades of the stage; a school is compared if it reports all of them, or
        more pupils than are enrolled already.
    year
        School year, by its autumn.
    """
    frame = pupils.frame
    here = frame[(frame["year"].astype(int) == year) & frame["grade"].isin(list(grades))]
    cells = here.pivot_table(index="school", columns="grade", values="pupils", aggfunc="sum")
    cells = cells.reindex(index=sections.frame["school"], columns=list(grades)).set_axis(sections.frame.index)
    enrolment, wording = numbers(sections.frame, "enrolment"), partial(_other_pupils, pupils.called, year)
    wrong = not_the_sum(enrolment, cells)
    return each(sections, wrong, wording, enrolment, cells.sum(axis=1), column="enrolment")


def _other_pupils(file: str, year: int, enrolment: float, total: float) -> Wording:
    return Wording(
        f"has {enrolment:,.0f} pupils enrolled, but {file} has {total:,.0f} in {year}.",
        "Correct one of the two tables, or the year under `attendance`.",
        f"在校(园)生为 {enrolment:,.0f},而 {file} 中 {year} 学年合计 {total:,.0f}。",
        "请更正其一,或更正 `attendance` 的学年。",
    )
