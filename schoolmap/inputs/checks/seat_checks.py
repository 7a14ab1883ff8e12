"""
Checks of what a plan asks of seats: places of rules, the year of no oversized class, stated figures, flows, rooms.

What is reported here could be read, but no plan could be made of it, or a part
of it would be left out without a word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from schoolmap.errors import Fault
from schoolmap.errors import Severity
from schoolmap.errors import Wording
from schoolmap.inputs.checks.annual_checks import each
from schoolmap.inputs.checks.annual_checks import numbers
from schoolmap.inputs.project_file import FILE_NAME
from schoolmap.seats.classes.sizes import MOST_CLASSES
from schoolmap.standards.lookup import caps_grid
from schoolmap.tables import CLASS_GRADES
from schoolmap.tables import by_grade
from schoolmap.tables import grades_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Collection
    from collections.abc import Iterator
    from collections.abc import Mapping

    from schoolmap import standards as _standards
    from schoolmap.inputs.checks.named import Named
    from schoolmap.inputs.project_file import ProjectFile


def check_seats(
    named: Mapping[str, Named],
    sound: Collection[str],
    document: ProjectFile,
    standards: _standards.Standards | None,
    *,
    zones: Mapping[str, Collection[str]],
) -> list[Fault]:
    """
    Report what no plan of seats could be made of.

    Parameters
    ----------
    named, sound
        Tables, and which of them have no fault of their own.
    document, standards
        The project file and its standards, which may not have been read.
    zones
        Catchments of each stage; none where they could not be read.
    """
    faults = years_of_dissolution(document)
    if standards is not None:
        faults += [*places_known(document, standards), *stated_known(document, standards)]
        faults += caps_allow_dissolution(document, standards)
        if "projects" in sound:
            faults += taken_rooms_sized(named["projects"], standards)
    if "flows" in sound:
        faults += flows_placed(named["flows"], zones)
    if "classes" in sound:
        faults += whole_heads(named["classes"], ("pupils",)) + few_classes(named["classes"], ("classes",))
    if "sections" in sound:
        sections = named["sections"]
        by_grades = {what: [by_grade(what, grade) for grade in CLASS_GRADES] for what in ("pupils", "classes")}
        faults += whole_heads(sections, ("enrolment", *by_grades["pupils"]))
        faults += few_classes(sections, ("classes", *by_grades["classes"]))
        faults += rooms_lent(sections)
    return faults


def places_known(document: ProjectFile, standards: _standards.Standards) -> list[Fault]:
    """Report a place of rules that the standards do not know: without rules it would look as if nothing were asked."""
    place, known = document.seats.place, list(dict.fromkeys(rule.place for rule in standards.seat_rules))
    if not place or place in known:
        return []
    wording = Wording(
        f"is no place of which the standards {standards.name!r} have rules.",
        f"Places are: {', '.join(known) or 'none'}; or leave it out.",
        f"标准 {standards.name} 中没有该地的配建规定。",
        f"可用:{'、'.join(known) or '无'};或删去该项。",
    )
    return [_of_project("seats.place", place, wording)]


def years_of_dissolution(document: ProjectFile) -> list[Fault]:
    """Report a year of no oversized class that is not one of the years after the base year that are planned."""
    target, settings = document.seats.dissolve_by, document.project
    if target is None or settings.base_year < target <= settings.horizon:
        return []
    wording = Wording(
        f"is not within {settings.base_year + 1} and {settings.horizon}.",
        "Name a school year after the base year, up to the horizon.",
        f"不在 {settings.base_year + 1} 至 {settings.horizon} 之间。",
        "请写基准年之后、规划末年之前(含)的学年。",
    )
    return [_of_project("seats.dissolve_by", target, wording)]


def caps_allow_dissolution(document: ProjectFile, standards: _standards.Standards) -> list[Fault]:
    """Report caps that still allow oversized classes in the year in which none shall be left."""
    target = document.seats.dissolve_by
    faults = []
    for name, stage in document.stages.items():
        standard, grades = standards.stages.get(name), grades_of(stage.ages)
        if target is None or standard is None or standard.oversized_from is None or not grades:
            continue
        largest, limit = (
            float(caps_grid(standard, grades=grades, years=[target]).max().iloc[0]),
            standard.oversized_from,
        )
        if largest < limit.value:
            continue
        wording = Wording(
            f"no class shall be oversized then, but the standards {standards.name!r} still allow {name} classes of "
            f"{largest:g}, and {limit.value:g} are oversized.",
            "Name a later year, or lower the caps.",
            f"届时应无大班额,而标准 {standards.name} 仍允许{stage.label['zh']}每班 {largest:g} 人"
            f"({limit.value:g} 人起为大班额)。",
            "请改用更晚的学年,或下调班额上限。",
        )
        faults.append(_of_project("seats.dissolve_by", target, wording))
    return faults


def stated_known(document: ProjectFile, standards: _standards.Standards) -> Iterator[Fault]:
    """Report stated figures that answer no requirement of the standards, are of another stage, or are there twice."""
    stages_of: dict[str, set[str]] = {}
    for rule in (*standards.inclusive, *standards.balanced):
        stages_of.setdefault(rule.id, set()).add(rule.stage)
    seen: set[tuple[str, str]] = set()
    for place, item in enumerate(document.stated):
        key = f"stated.{place}"
        if item.id not in stages_of:
            yield _of_project(f"{key}.id", item.id, _no_indicator(standards.name, sorted(stages_of)))
        elif item.stage not in stages_of[item.id] and "" not in stages_of[item.id]:
            yield _of_project(f"{key}.stage", item.stage, _other_stage(item.id, sorted(stages_of[item.id])))
        elif item.stage and item.stage not in document.stages:
            yield _of_project(f"{key}.stage", item.stage, _not_planned(list(document.stages)))
        elif (item.id, item.stage) in seen:
            yield _of_project(f"{key}.id", item.id, _STATED_TWICE)
        seen.add((item.id, item.stage))


def _no_indicator(standard: str, known: list[str]) -> Wording:
    return Wording(
        f"is no indicator of the standards {standard!r}.",
        f"Indicators are: {', '.join(known) or 'none'}.",
        f"不是标准 {standard} 中的指标。",
        f"可用:{'、'.join(known) or '无'}。",
    )


def _other_stage(indicator: str, known: list[str]) -> Wording:
    return Wording(
        f"is not the stage of which {indicator!r} is asked.",
        f"Write stage = {' or '.join(repr(name) for name in known)}.",
        f"不是指标 {indicator} 所属的学段。",
        f"stage 请写:{'、'.join(known)}。",
    )


def _not_planned(known: list[str]) -> Wording:
    return Wording(
        "is no stage of this project.",
        f"Stages are: {', '.join(known)}.",
        "不是本项目的学段。",
        f"学段有:{'、'.join(known)}。",
    )


_STATED_TWICE = Wording(
    "is stated twice for the same stage.",
    "Keep one of the two.",
    "同一学段的该指标重复填写。",
    "请只保留一条。",
)


def taken_rooms_sized(projects: Named, standards: _standards.Standards) -> list[Fault]:
    """Report projects that take rooms of a stage without a class size: nobody can say how many seats are in them."""
    if "rooms_of" not in projects.frame:
        return []
    sizes = {name for name, stage in standards.stages.items() if stage.class_size is not None}
    host = projects.frame["rooms_of"]
    wording = Wording(
        f"is a stage of which the standards {standards.name!r} give no class size: nobody knows the seats of the rooms.",
        "Add the class size to the standards.",
        f"标准 {standards.name} 没有该学段的班额,无法得知所占教室的学位数。",
        "请在标准中补充班额。",
    )
    return [
        projects.fault(wording, row=row, column="rooms_of", value=name)
        for row, name in host[host.notna() & ~host.isin(sizes)].items()
    ]


def flows_placed(flows: Named, zones: Mapping[str, Collection[str]]) -> list[Fault]:
    """
    Report flows from nowhere to nowhere, and catchments that the stage of a flow does not have.

    Parameters
    ----------
    flows
        With `stage`, and `origin`, `destination` or both.
    zones
        Catchments of each stage; a stage that is not there is not compared.
        Labels that no stage has are reported elsewhere.
    """
    frame = flows.frame
    ends = frame.reindex(columns=["origin", "destination"])
    faults = [
        flows.fault(_NOWHERE, row=row, column="origin, destination", value=frame.at[row, "stage"])
        for row in frame.index[ends.isna().all(axis=1)]
    ]
    every = {label for labels in zones.values() for label in labels}
    for stage, own in zones.items():
        others, wording, here = every - set(own), _zone_of_other_stage(stage), ends[frame["stage"] == stage]
        for column, cells in here.items():
            faults += [
                flows.fault(wording, row=row, column=str(column), value=label)
                for row, label in cells[cells.isin(others)].items()
            ]
    return flows.first(faults, column="origin, destination")


_NOWHERE = Wording(
    "names neither where the pupils live nor where they learn.",
    "Name one of the two; the other is outside the planning area.",
    "居住学区与就读学区均未填写。",
    "至少填写其一,另一端视为规划区外。",
)


def _zone_of_other_stage(stage: str) -> Wording:
    return Wording(
        f"is no catchment of stage {stage!r}.",
        "Name one of that stage.",
        f"不是学段“{stage}”的学区。",
        "请写该学段的学区。",
    )


def whole_heads(table: Named, columns: Collection[str]) -> list[Fault]:
    """Report pupils that are no whole number: they are formed into classes head by head."""
    return _each_column(table, columns, lambda values: values % 1 != 0, lambda _: _NOT_WHOLE)


def few_classes(table: Named, columns: Collection[str]) -> list[Fault]:
    """Report more classes than any school or grade has."""
    return _each_column(table, columns, lambda values: values > MOST_CLASSES, _too_many)


def _each_column(
    table: Named,
    columns: Collection[str],
    wrong: Callable[[pd.Series], pd.Series],
    wording: Callable[[float], Wording],
) -> list[Fault]:
    faults: list[Fault] = []
    for column in columns:
        if column in table.frame:
            values = numbers(table.frame, column)
            faults += each(
                table, wrong(values) & values.notna(), wording, values, column=column, severity=Severity.ERROR
            )
    return faults


_NOT_WHOLE = Wording(
    "is no whole number of pupils.",
    "Count heads; leave the cell empty if they are not known.",
    "学生数不是整数。",
    "请填写实际人数;不清楚的请留空。",
)


def _too_many(classes: float) -> Wording:
    return Wording(
        f"has {classes:,.0f} classes, which is a typing error.",
        "Correct the number of classes.",
        f"班数为 {classes:,.0f},应为录入错误。",
        "请更正班数。",
    )


def rooms_lent(sections: Named) -> list[Fault]:
    """
    Report sections whose rooms are used by more attached classes than they have rooms.

    Attached classes use the classrooms that they list, or else one for each class.
    """
    frame = sections.frame
    if "rooms_of" not in frame:
        return []
    guests = frame[frame["rooms_of"].notna()]
    used = numbers(guests, "classrooms").fillna(numbers(guests, "classes")).fillna(0.0)
    lent = used.groupby([guests["school"], guests["rooms_of"]]).sum()
    own = pd.MultiIndex.from_frame(frame[["school", "stage"]])
    asked = pd.Series(lent.reindex(own, fill_value=0.0).to_numpy(), index=frame.index)
    rooms = numbers(frame, "classrooms")
    return each(sections, asked > rooms, _too_few, asked, rooms, column="classrooms", severity=Severity.ERROR)


def _too_few(lent: float, rooms: float) -> Wording:
    return Wording(
        f"has {rooms:,.0f} classrooms, but attached classes of other stages use {lent:,.0f} of them.",
        "Correct the classrooms, or the attached classes.",
        f"有教室 {rooms:,.0f} 间,而其他学段的附设班占用 {lent:,.0f} 间。",
        "请更正教室数或附设班。",
    )


def _of_project(column: str, value: object, wording: Wording) -> Fault:
    return Fault(file=FILE_NAME, column=column, value=str(value), **wording._asdict())
