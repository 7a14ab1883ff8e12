"""Plan -> schools as shown: where each belongs, its seats and rooms by year, and its classes as counted."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd
import shapely

from schoolmap.inputs.coordinates import WGS84
from schoolmap.output import model
from schoolmap.output.describe_editing import DIGITS
from schoolmap.output.words import both
from schoolmap.output.words import number
from schoolmap.seating import caps_by_age

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schoolmap.inputs.project_file import Stage
    from schoolmap.plan import Plan
    from schoolmap.project import Project
    from schoolmap.provision import StageSupply
    from schoolmap.seating import StageResult


def describe_schools(plan: Plan) -> tuple[model.School, ...]:
    """Return the schools that have any of the stages."""
    project = plan.project
    schools = project.schools.assign(place=shapely.centroid(project.schools.to_crs(WGS84).geometry.to_numpy()))
    sections = _sections(plan)
    return tuple(
        model.School(
            id=str(record["school"]),
            name=str(record["name"]),
            operator=str(record.get("operator", "")),
            lon=round(float(record["place"].x), 6),
            lat=round(float(record["place"].y), 6),
            sections=tuple(sections[str(record["school"])]),
        )
        for record in pd.DataFrame(schools).reset_index().to_dict("records")
        if str(record["school"]) in sections
    )


def _sections(plan: Plan) -> dict[str, list[model.Section]]:
    """Return the sections of each school that has any."""
    year = plan.project.settings.base_year
    first = plan.project.scenarios[0].id
    there = {name: _by_school(result.supply[first]) for name, result in plan.results.items()}
    until = {name: _until(plan, name) for name in plan.results}
    taught = _taught(plan)
    by_school: dict[str, list[model.Section]] = {}
    for record in plan.project.sections.reset_index().to_dict("records"):
        school, stage = str(record["school"]), str(record["stage"])
        enrolment = known(record["enrolment"])
        seats, rooms = there[stage][school]
        classes, class_size = taught.get((school, stage), (None, None))
        section = model.Section(
            stage=stage,
            catchments=record["catchments"],
            seats=seats,
            enrolment=enrolment,
            enrolment_year=year if enrolment is not None or classes is not None else None,
            classrooms=known(record["classrooms"]),
            seats_from="rooms" if known(record["seats"]) is None else "listed",
            rooms=rooms,
            classes=classes,
            class_size=class_size,
            serves_until=until[stage].get(school),
        )
        by_school.setdefault(school, []).append(section)
    return by_school


_Years = tuple[tuple[float, ...], tuple[float | None, ...]]


def _by_school(supply: StageSupply) -> dict[str, _Years]:
    """Return seats and rooms of each school by year."""
    rooms = supply.rooms_by_section.reindex(supply.by_section.index)
    return {
        str(school): (tuple(round(value, DIGITS) for value in seats), tuple(known(value) for value in there))
        for school, seats, there in zip(
            supply.by_section.index,
            supply.by_section.to_numpy(float).tolist(),
            rooms.to_numpy(float).tolist(),
            strict=True,
        )
    }


def _taught(plan: Plan) -> dict[tuple[str, str], tuple[float, float]]:
    """Return the classes that are taught and the pupils in one on average, by school and stage, where both are told."""
    table = plan.situation.crowding
    if table.empty:
        return {}
    told = table[table["classes"] > 0]
    return {
        (str(school), str(stage)): (round(float(classes), 1), round(float(pupils / classes), 1))
        for (school, stage), classes, pupils in zip(told.index, told["classes"], told["pupils"], strict=True)
    }


def _until(plan: Plan, stage: str) -> dict[str, int]:
    """Return the last year in which a school serves the catchments that it serves at first, where these change."""
    years = plan.years
    first = plan.project.served_in(stage, years[0])
    found: dict[str, int] = {}
    for start in sorted(start for start in plan.project.served if years[0] < start <= years[-1]):
        now = plan.project.served_in(stage, start).reindex(first.index)
        for school in first.index[[one != other for one, other in zip(first, now, strict=True)]]:
            found.setdefault(str(school), start - 1)
    return found


def describe_supplied(plan: Plan, result: StageResult, scenario: str) -> tuple[model.Supplied, ...]:
    """Return the schools whose seats or rooms in a scenario are others than in the first."""
    first = plan.project.scenarios[0].id
    if scenario == first:
        return ()
    before = _by_school(result.supply[first])
    return tuple(_changed(before, _by_school(result.supply[scenario])))


def _changed(before: dict[str, _Years], now: dict[str, _Years]) -> Iterator[model.Supplied]:
    for school, (seats, rooms) in now.items():
        if before[school] != (seats, rooms):
            yield model.Supplied(school=school, seats=seats, rooms=rooms)


def class_size_note(project: Project, stage: Stage) -> model.Text:
    """Say where the class size of a stage stands, and by which sizes needed classes are counted where these differ."""
    standard = project.standards.stages.get(stage.id)
    figure = None if standard is None else standard.class_size
    if figure is None:
        return both("The standards name no class size.", "所用标准未规定班额。")
    notes = {language: [figure.citation, figure.remark(language)] for language in ("en", "zh")}
    caps = caps_by_age(project, stage)
    sizes = [] if caps is None else sorted({float(size) for size in caps.to_numpy().ravel()})
    if sizes and sizes != [figure.value]:
        span = "–".join(number(size) for size in sorted({sizes[0], sizes[-1]}))
        notes["en"].append(f"classes needed are counted grade by grade with {span}")
        notes["zh"].append(f"需要班数逐年级按{span}人计")
    return both(
        *(
            "；".join(filter(None, parts)) if language == "zh" else "; ".join(filter(None, parts))
            for language, parts in notes.items()
        )
    )


def known(value: float, digits: int = 1) -> float | None:
    """Return a number rounded, or nothing where it is missing."""
    return None if not math.isfinite(value) else round(float(value), digits)
