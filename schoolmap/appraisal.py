"""
How a project stands against the standards: indicators, and the two assessments that a county is put through.

The wing `seats` holds the indicators; here they are worked out for one project
from its tables, its children and the figures that it states itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from schoolmap.errors import MissingValueError
from schoolmap.inputs.provision import WHOLE_SECTION
from schoolmap.seats.classes.school_types import section_roles
from schoolmap.seats.indicators import rates
from schoolmap.seats.indicators.assessments import BalancedTables
from schoolmap.seats.indicators.assessments import answer
from schoolmap.seats.indicators.assessments import balanced_tables
from schoolmap.seats.indicators.assessments import inclusive_table
from schoolmap.seats.indicators.judging import judge_each
from schoolmap.seats.indicators.judging import stated
from schoolmap.seats.indicators.kindergarten_shares import kindergarten_shares
from schoolmap.seats.indicators.kindergartens import BUILDING
from schoolmap.seats.indicators.kindergartens import OUTDOOR
from schoolmap.seats.indicators.kindergartens import township_indicator
from schoolmap.seats.indicators.measures import measured
from schoolmap.seats.indicators.resources import CLASSES_PER_ART_ROOM
from schoolmap.seats.indicators.resources import CLASSES_PER_MUSIC_ROOM
from schoolmap.seats.indicators.resources import assessed
from schoolmap.seats.indicators.staffing import CERTIFIED
from schoolmap.seats.indicators.staffing import CHILDREN_PER_TEACHER
from schoolmap.seats.indicators.staffing import EXCHANGED
from schoolmap.situation import KINDERGARTEN
from schoolmap.situation import caps_now

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

    from schoolmap.inputs.project_file import Stage
    from schoolmap.project import Project
    from schoolmap.seating import StageResult
    from schoolmap.seats.indicators.measures import Indicator
    from schoolmap.seats.indicators.measures import Measure
    from schoolmap.seats.indicators.official_tables import AssessmentTable
    from schoolmap.situation import Situation
    from schoolmap.standards.schema import Requirement

OFFICIAL_EXCESS = (2.0, 6.0)
"""
Per cent by which the official denominator of the gross enrolment ratio of kindergartens was larger than children worked
out from births, China 2025 and 2020: enrolment over published ratio (教育部 教育统计公报) against births (国家统计局).
"""
LEFT_OUT_TYPES = ("36", "51")
"""Beginnings of the types that the assessment of compulsory schools leaves out: vocational and special (GB/T 33782-2017)."""
TEACHING_POINTS = ("218",)
BIRTHS = "B"


@dataclass(frozen=True, slots=True, kw_only=True)
class Appraisal:
    """
    Indicators, judged where the standards ask for something.

    Attributes
    ----------
    indicators
        Every indicator that could be worked out.
    inclusive
        The assessment of kindergartens (普及普惠); `None` where the standards
        have none, or the stage is not planned.
    balanced
        The assessment of compulsory schools (优质均衡), likewise.
    """

    indicators: tuple[Indicator, ...]
    inclusive: AssessmentTable | None
    balanced: BalancedTables | None


def appraise(
    project: Project,
    situation: Situation,
    results: Mapping[str, StageResult],
    *,
    method: str,
) -> Appraisal:
    """
    Work out indicators and assessments.

    Parameters
    ----------
    project, situation, results
        From the steps before.
    method
        Code of the rung of the data ladder: whether residents were counted.
    """
    found = [
        *(indicator for stage in project.stages for indicator in _of_stage(project, stage, results[stage.id], method)),
        *_of_kindergartens(project, situation),
        *_of_schools(project, situation),
        *_stated(project),
    ]
    indicators = tuple({(item.measure.id, item.stage): item for item in found}.values())
    planned = {stage.id for stage in project.stages}
    asked = project.standards.inclusive
    inclusive = inclusive_table(asked, indicators) if asked and KINDERGARTEN in planned else None
    return Appraisal(
        indicators=_judged(project, indicators),
        inclusive=inclusive,
        balanced=_balanced(project, indicators),
    )


def _judged(project: Project, indicators: tuple[Indicator, ...]) -> tuple[Indicator, ...]:
    """Hold every indicator against its requirement, in the order in which they were worked out."""
    rules = (*project.standards.inclusive, *project.standards.balanced)
    judged = {(item.measure.id, item.stage): item for item in answer(rules, indicators) if item.value is not None}
    return tuple(judged.get((item.measure.id, item.stage), item) for item in indicators)


def _of_stage(project: Project, stage: Stage, result: StageResult, method: str) -> Iterator[Indicator]:
    sections = project.sections.xs(stage.id, level="stage")
    children = result.children.isel(scenario=0).sel(year=project.settings.base_year).to_series()
    yield rates.gross_enrolment(
        sections["enrolment"],
        children,
        stage=stage.id,
        residents_from="births" if method == BIRTHS else "count",
        official_excess=OFFICIAL_EXCESS if stage.id == KINDERGARTEN else None,
    )
    caps = caps_now(project, stage)
    classes = project.classes[project.classes.index.get_level_values("stage") == stage.id]
    classes = classes[classes["classes"].notna()]
    graded = classes[classes.index.get_level_values("grade") != WHOLE_SECTION]
    if caps is not None and len(graded) > 0:
        limit = caps.reindex(graded.index.get_level_values("grade")).set_axis(graded.index)
        yield rates.class_size_compliance(graded["pupils"], classes=graded["classes"], caps=limit, stage=stage.id)
    for measure, column in ((rates.BOARDERS, "boarders"), (rates.SPECIAL_NEEDS_SHARE, "special_needs")):
        if sections[column].notna().any():
            yield measured(measure, sections[column], sections["enrolment"], stage=stage.id)


def _of_kindergartens(project: Project, situation: Situation) -> Iterator[Indicator]:
    labels = project.sections.index
    here = project.sections[labels.get_level_values("stage") == KINDERGARTEN]
    if here.empty:
        return
    schools = here.index.get_level_values("school")
    licensed = project.schools["licensed"].reindex(schools).to_numpy() != "no"
    of_school = here.droplevel("stage")[licensed]
    ownership = project.schools["ownership"].reindex(of_school.index).replace("", None)
    if ownership.notna().any():
        roles = section_roles(project.sections, project.schools).reindex(here.index)
        own = pd.Series(roles.to_numpy() != "attached", index=schools)[licensed]
        yield from kindergarten_shares(ownership, enrolment=of_school["enrolment"], seats=of_school["seats"], own=own)
    resources = project.resources.reindex(here.index).droplevel("stage")[licensed]
    teachers, children = of_school["teachers"], of_school["enrolment"]
    yield measured(CHILDREN_PER_TEACHER, children, teachers, stage=KINDERGARTEN)
    yield measured(CERTIFIED, resources["certified_teachers"], teachers, stage=KINDERGARTEN)
    alone = project.schools["building_m2"].reindex(of_school.index).where(_single(project, of_school.index))
    areas: tuple[tuple[Measure, pd.Series], ...] = ((OUTDOOR, resources["play_m2"]), (BUILDING, alone))
    for measure, area in areas:
        rule = _rule(project, measure.id, KINDERGARTEN)
        if rule is not None:
            yield judge_each(measure, area, children, requirement=rule, stage=KINDERGARTEN)
    rule = _rule(project, "township_kindergarten", KINDERGARTEN)
    if rule is not None and len(situation.townships) > 0:
        yield township_indicator(situation.townships, requirement=rule)


def _single(project: Project, schools: pd.Index) -> pd.Series:
    """Return which schools have one section only: the building of others is not the kindergarten's alone."""
    sections = project.sections.index.get_level_values("school").value_counts()
    return sections.reindex(schools) == 1


def _of_schools(project: Project, situation: Situation) -> Iterator[Indicator]:
    compulsory = _compulsory(project)
    resources = project.resources[project.resources.index.get_level_values("stage").isin(compulsory)]
    if resources["exchangeable_teachers"].notna().any():
        yield measured(EXCHANGED, resources["exchanged_teachers"], resources["exchangeable_teachers"])
    flags = situation.size_flags
    for stage in compulsory:
        sizes = situation.sizes[situation.sizes.index.get_level_values("stage") == stage]
        # what is told of a section as a whole says nothing of single classes
        sizes = sizes[sizes.index.get_level_values("grade") != WHOLE_SECTION]
        rule = _rule(project, "class_size", stage)
        if rule is not None and len(sizes) > 0:
            heads = sizes["pupils"].astype(float)
            yield judge_each(rates.CLASS_SIZE, heads, _one(heads), requirement=rule, stage=stage)
        rule = _rule(project, "school_size", stage)
        if rule is not None and len(flags) > 0:
            single = project.sections.xs(stage, level="stage").index
            single = single[~flags["all_through"].reindex(single).fillna(value=True).astype(bool)]
            heads = flags["pupils"].reindex(single)
            yield judge_each(rates.SCHOOL_SIZE, heads, _one(heads), requirement=rule, stage=stage)
    rule = _rule(project, "school_size_all_through", "")
    if rule is not None and len(flags) > 0:
        heads = flags.loc[flags["all_through"].fillna(value=False).astype(bool), "pupils"]
        if len(heads) > 0:
            yield judge_each(rates.SCHOOL_SIZE_ALL_THROUGH, heads, _one(heads), requirement=rule)
    classes = project.sections["classes"].reindex(resources.index).groupby(level="school").agg(_whole_sum)
    for measure, rooms in ((CLASSES_PER_MUSIC_ROOM, "music_rooms"), (CLASSES_PER_ART_ROOM, "art_rooms")):
        rule, there = _rule(project, measure.id, ""), resources[rooms]
        if rule is not None and there.notna().any():
            # the stages of a school share such rooms
            shared = there.groupby(level="school").agg(_whole_sum)
            yield judge_each(measure, classes, shared, requirement=rule)
    table = project.projects
    if table["investment_planned"].notna().any():
        yield measured(rates.FUNDS_ARRIVED, table["investment_arrived"], table["investment_planned"])


def _whole_sum(values: pd.Series) -> float:
    """Add up; one unknown number makes the sum unknown."""
    return float(values.sum(skipna=False))


def _one(values: pd.Series) -> pd.Series:
    return pd.Series(1.0, index=values.index)


def _compulsory(project: Project) -> list[str]:
    """Return the planned stages that the assessment of compulsory schools speaks of, and the standards know."""
    asked = {rule.stage for rule in project.standards.balanced} & set(project.standards.stages)
    return [stage.id for stage in project.stages if stage.id in asked]


def _rule(project: Project, name: str, stage: str) -> Requirement | None:
    rules = (*project.standards.inclusive, *project.standards.balanced)
    return next((rule for rule in rules if rule.id == name and rule.stage in {stage, ""}), None)


def _stated(project: Project) -> Iterator[Indicator]:
    """Return the figures that the project states itself, each with its source."""
    for item in project.stated:
        rule = _rule(project, item.id, item.stage)
        if rule is not None:
            yield stated(rule, item.value, source=item.source, stage=item.stage or rule.stage)


def _balanced(project: Project, indicators: tuple[Indicator, ...]) -> BalancedTables | None:
    compulsory = _compulsory(project)
    if not compulsory or project.resources.empty:
        return None
    enrolment = project.sections["enrolment"]
    counted = assessed(
        enrolment[enrolment.index.get_level_values("stage").isin(compulsory)],
        types=project.schools["type"].replace("", None),
        stages={stage: project.standards.stages[stage] for stage in compulsory},
        left_out_types=LEFT_OUT_TYPES,
        teaching_point_types=TEACHING_POINTS,
    )["counted"]
    pupils = enrolment.reindex(counted.index)[counted]
    try:
        return balanced_tables(
            project.standards,
            resources=project.resources,
            pupils=pupils,
            names=project.schools["name"],
            indicators=indicators,
        )
    except MissingValueError:
        # a local standard may name resources and not say how many of them must be met
        return None
