"""
What there is today and what the standards ask of it: classes, sizes of schools, staff, kindergartens, projects.

The wing `seats` holds the methods; here they are put together for one project.
A part that the standards do not speak of, or of which the project tells
nothing, is empty. What is judged by indicators is in `appraisal`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap.inputs.provision import WHOLE_SECTION
from schoolmap.provision import figure
from schoolmap.seats.classes.dissolution import Dissolution
from schoolmap.seats.classes.dissolution import plan_dissolution
from schoolmap.seats.classes.school_sizes import boarding_balance
from schoolmap.seats.classes.school_sizes import size_flags
from schoolmap.seats.classes.school_types import count_schools
from schoolmap.seats.classes.sizes import by_band
from schoolmap.seats.classes.sizes import class_sizes
from schoolmap.seats.classes.sizes import oversize
from schoolmap.seats.indicators.developments import development_kindergartens
from schoolmap.seats.indicators.kindergartens import township_coverage
from schoolmap.seats.indicators.staffing import staffing
from schoolmap.seats.projects import ledger
from schoolmap.seats.projects.investment import investment_summary
from schoolmap.standards.lookup import caps_grid
from schoolmap.standards.lookup import rules_for
from schoolmap.tables import MIXED_GRADE
from schoolmap.tables import grades_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schoolmap.inputs.project_file import Stage
    from schoolmap.project import Project
    from schoolmap.provision import Provision
    from schoolmap.seating import StageResult
    from schoolmap.standards.schema import SeatRule

KINDERGARTEN = "kindergarten"
"""The stage that rules of kindergartens speak of."""
PER_THOUSAND = "seats_per_thousand"
"""What a rule gives that counts seats by residents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """
    What there is today, and what projects bring.

    Attributes
    ----------
    sizes
        One row per class, by (school, stage, grade, number).
    crowding
        Oversized classes and excess heads by (school, stage).
    bands
        Classes by stage (rows) and band of the statistical return (columns).
    dissolution
        By stage, the plan until the target year; empty without one.
    size_flags, kindergarten_flags
        By school: its compulsory stages together, and its kindergarten.
    counts
        Schools, teaching points and attached classes by stage.
    boarding
        Boarding places and boarders by (school, stage).
    staff
        By (school, stage, role).
    townships
        Kindergartens by township; empty where areas or schools name none.
    developments
        Kindergartens of housing developments; empty without developments.
    seats_owned, schools_owned
        Seats, and schools, by (stage, ownership), one column per year.
    investment
        Projects and funds by status.
    """

    sizes: pd.DataFrame
    crowding: pd.DataFrame
    bands: pd.DataFrame
    dissolution: dict[str, Dissolution]
    size_flags: pd.DataFrame
    kindergarten_flags: pd.DataFrame
    counts: pd.DataFrame
    boarding: pd.DataFrame
    staff: pd.DataFrame
    townships: pd.DataFrame
    developments: pd.DataFrame
    seats_owned: pd.DataFrame
    schools_owned: pd.DataFrame
    investment: pd.DataFrame


def make_situation(
    project: Project,
    provision: Provision,
    results: Mapping[str, StageResult],
) -> Situation:
    """
    Describe what there is today, and what projects bring.

    Parameters
    ----------
    project
        What is planned.
    provision
        Seats of the first scenario.
    results
        Of every stage.
    """
    records = project.classes[project.classes["classes"].notna()]
    sizes = class_sizes(records)
    return Situation(
        sizes=sizes,
        crowding=_crowding(project, sizes),
        bands=_bands(project, sizes),
        dissolution=_dissolution(project, sizes, results),
        size_flags=_size_flags(project, [stage.id for stage in project.stages if stage.id != KINDERGARTEN]),
        kindergarten_flags=_size_flags(project, [KINDERGARTEN]),
        counts=count_schools(project.sections, project.schools),
        boarding=boarding_balance(project.sections),
        staff=_staff(project),
        townships=_townships(project),
        developments=_developments(project),
        seats_owned=ledger.by_ownership(provision.book, what="seats"),
        schools_owned=ledger.by_ownership(provision.book, what="schools"),
        investment=investment_summary(
            project.projects,
            by=("status",),
            class_size={stage.id: figure(project, stage.id, "class_size") for stage in project.stages},
        ),
    )


def caps_now(project: Project, stage: Stage) -> pd.Series | None:
    """Return the most pupils of a class by grade in the base year, or nothing where the standard has no class size."""
    standard = project.standards.stages.get(stage.id)
    size = figure(project, stage.id, "class_size")
    if standard is None or size is None:
        return None
    grades = grades_of(stage.ages)
    caps = caps_grid(standard, grades=grades, years=[project.settings.base_year]).iloc[:, 0]
    mixed = standard.class_size_by_grade.get(MIXED_GRADE)
    others = {MIXED_GRADE: size if mixed is None else float(mixed.value), WHOLE_SECTION: size}
    every: pd.Series = pd.concat([caps, pd.Series(others)]).rename_axis("grade").fillna(size)
    return every


def _crowding(project: Project, sizes: pd.DataFrame) -> pd.DataFrame:
    """Count oversized classes stage by stage; a stage of which the standard names no limit has none."""
    parts = []
    for stage in project.stages:
        here = sizes[sizes.index.get_level_values("stage") == stage.id]
        limit = figure(project, stage.id, "oversized_from")
        if here.empty:
            continue
        found = oversize(
            here,
            by=["school", "stage"],
            # no class is as large as that: what the standard does not call oversized is not
            oversized_from=np.inf if limit is None else limit,
            very_oversized_from=figure(project, stage.id, "very_oversized_from"),
            cap=caps_now(project, stage),
        )
        unknown = ["oversized", "oversized_share", "excess_heads"] if limit is None else []
        parts.append(found.assign(**dict.fromkeys(unknown, np.nan)))
    return pd.concat(parts).sort_index() if parts else pd.DataFrame()


def _bands(project: Project, sizes: pd.DataFrame) -> pd.DataFrame:
    if not project.standards.class_bands or sizes.empty:
        return pd.DataFrame()
    # what is told of a section as a whole says nothing of single classes
    listed = sizes[sizes.index.get_level_values("grade") != WHOLE_SECTION]
    return by_band(listed, project.standards.class_bands, by=["stage"]) if len(listed) else pd.DataFrame()


def _dissolution(
    project: Project,
    sizes: pd.DataFrame,
    results: Mapping[str, StageResult],
) -> dict[str, Dissolution]:
    """Plan how oversized classes go, for every stage that has a limit and grades."""
    target, base = project.settings_seats.dissolve_by, project.settings.base_year
    if target is None or target <= base:
        return {}
    plans = {}
    for stage in project.stages:
        standard, grades = project.standards.stages.get(stage.id), grades_of(stage.ages)
        limit, very = (figure(project, stage.id, name) for name in ("oversized_from", "very_oversized_from"))
        enrolment = project.sections["enrolment"].xs(stage.id, level="stage")
        taught = _taught(sizes, stage.id, grades, enrolment=enrolment, oversized_from=limit, very_oversized_from=very)
        if standard is None or limit is None or taught.empty:
            continue
        years = list(range(base, target + 1))
        grid = caps_grid(standard, grades=grades, years=years)
        if grid.isna().to_numpy().any():
            continue
        schools = taught.index.get_level_values("school").unique()
        intake = expected_intake(taught["pupils"].xs(grades[0], level="grade").droplevel("stage"), results[stage.id])
        rooms = next(iter(results[stage.id].supply.values())).rooms_by_section
        labels = pd.MultiIndex.from_product([grid.index, grid.columns], names=["grade", "year"])
        caps = pd.Series(grid.to_numpy(dtype=float).ravel(), index=labels)
        plans[stage.id] = plan_dissolution(
            taught,
            _by_section_year(intake.reindex(schools)[years[1:]], stage.id),
            _by_section_year(rooms.reindex(schools)[years], stage.id),
            grades={stage.id: grades},
            caps=caps,
            base_year=base,
            target_year=target,
            oversized_from=limit,
            very_oversized_from=very,
        )
    return plans


def _taught(
    sizes: pd.DataFrame,
    stage: str,
    grades: tuple[str, ...],
    *,
    enrolment: pd.Series,
    oversized_from: float | None,
    very_oversized_from: float | None,
) -> pd.DataFrame:
    """
    Return pupils and classes of every grade of the sections of which all grades are told, with those oversized.

    A grade that is not told has nobody only where the others hold every pupil
    enrolled; what is told of some grades, or of a section as a whole, does not
    say who moves up.
    """
    of_stage = sizes[sizes.index.get_level_values("stage") == stage]
    if of_stage.empty or oversized_from is None:
        return pd.DataFrame()
    graded = of_stage.index.get_level_values("grade").isin(grades)
    school = of_stage.index.get_level_values("school")
    told = of_stage[graded].reset_index().groupby("school").agg(grades=("grade", "nunique"), pupils=("pupils", "sum"))
    every_pupil = (told["pupils"] - enrolment.reindex(told.index)).abs() < 1
    whole = told.index[(every_pupil | (told["grades"] == len(grades))) & ~told.index.isin(school[~graded])]
    here = of_stage[graded & school.isin(whole)]
    if here.empty:
        return pd.DataFrame()
    counted = oversize(
        here,
        by=["school", "stage", "grade"],
        oversized_from=oversized_from,
        very_oversized_from=very_oversized_from,
        cap=None,
    )
    columns = ["pupils", "classes", "oversized", "very_oversized", "excess_heads"]
    every = pd.MultiIndex.from_product([whole, [stage], list(grades)], names=["school", "stage", "grade"])
    # very oversized is unknown where the standard names no limit
    return counted[columns].reindex(every, fill_value=0.0).fillna({"very_oversized": 0.0})


def _by_section_year(grid: pd.DataFrame, stage: str) -> pd.Series:
    """Turn a table by school (rows) and year (columns) into a series by (school, stage, year)."""
    years = [int(year) for year in grid.columns]
    index = pd.MultiIndex.from_product([grid.index, [stage], years], names=["school", "stage", "year"])
    return pd.Series(grid.to_numpy(dtype=float).ravel(), index=index)


def expected_intake(base: pd.Series, result: StageResult) -> pd.DataFrame:
    """
    Let the intake of each school change as the children of its catchments do.

    Parameters
    ----------
    base
        Pupils of the entry grade in the base year, by school.
    result
        Of the stage.

    Returns
    -------
    intake
        By school, one column per year: a school keeps its share of the children
        who live where it serves. One that serves no catchment changes as the
        planning area does.
    """
    central = result.entering.isel(scenario=0).sel(bound="central", drop=True).transpose("catchment", "year")
    zones, years = (central.indexes[name] for name in ("catchment", "year"))
    entering = pd.DataFrame(central.to_numpy(), index=zones, columns=years)
    served = result.shares.index
    weights = pd.DataFrame(
        entering.reindex(served.get_level_values("catchment")).to_numpy() * result.shares.to_numpy()[:, None],
        index=served.get_level_values(0),
        columns=entering.columns,
    )
    here = weights.groupby(level=0).sum().reindex(base.index)
    nowhere = ~(here.iloc[:, 0] > 0)
    here[nowhere] = entering.sum().to_numpy()
    first = here.iloc[:, 0].where(here.iloc[:, 0] > 0)
    # where nobody lived in the base year there is nothing to go by: the intake stays
    return here.div(first, axis=0).fillna(1.0).mul(base, axis=0)


def _size_flags(project: Project, stages: list[str]) -> pd.DataFrame:
    """Flag schools by the pupils of these stages together, as far as the standards limit them."""
    standards = project.standards.stages
    here = project.sections.index.get_level_values("stage")
    limited = [name for name in stages if name in here and name in standards and standards[name].max_pupils]
    if not limited:
        return pd.DataFrame()
    return size_flags(project.sections, project.schools, standards=standards, stages=limited)


def _staff(project: Project) -> pd.DataFrame:
    spoken = [stage.id for stage in project.stages if stage.id in project.standards.stages]
    sections = project.sections[project.sections.index.get_level_values("stage").isin(spoken)]
    carers = project.resources["carers"].reindex(sections.index)
    return staffing(sections.assign(carers=carers), stages=project.standards.stages)


def _townships(project: Project) -> pd.DataFrame:
    """Say which townships have a public kindergarten; nothing where areas, schools or ownership do not tell."""
    if KINDERGARTEN not in project.sections.index.get_level_values("stage"):
        return pd.DataFrame()
    names = project.areas["parent"]
    sections = project.sections[project.sections.index.get_level_values("stage") == KINDERGARTEN]
    schools = project.schools.reindex(sections.index.get_level_values("school").unique())
    known = names[names != ""]
    if known.empty or not schools["township"].isin(known).all() or (schools["ownership"] == "").all():
        return pd.DataFrame()
    townships = pd.DataFrame(index=pd.Index(sorted(known.unique()), name="township"))
    # bands that end at some age do not count everybody
    if project.population is not None and project.population["high"].isna().groupby(level="area").any().all():
        residents = project.population["count"].groupby(level="area").sum()
        townships["residents"] = residents.groupby(names.reindex(residents.index)).sum().reindex(townships.index)
    told = schools[["township", "ownership", "licensed"]].replace("", None)
    return township_coverage(townships, schools=told, sections=sections, rules=place_rules(project, KINDERGARTEN))


def place_rules(project: Project, stage: str) -> tuple[SeatRule, ...]:
    """
    Return the rules of the project's place for a stage; none where no place is chosen, or the standards know no such stage.

    Raises
    ------
    LabelError
        If the standards know no such place.
    """
    known = {*project.standards.stages, *(rule.stage for rule in project.standards.seat_rules)}
    place = project.settings_seats.place
    return rules_for(project.standards, stage=stage, place=place) if place and stage in known else ()


def _developments(project: Project) -> pd.DataFrame:
    # a rule that gives whole kindergartens says nothing of the classes of one development
    rules = tuple(rule for rule in place_rules(project, KINDERGARTEN) if rule.gives in {"classes", PER_THOUSAND})
    if project.developments is None or not rules:
        return pd.DataFrame()
    per_home = project.standards.people_per_home
    table = project.developments.reset_index()
    table = table.assign(handed_over=table["handed_over"].replace("", None))
    return development_kindergartens(
        table,
        rules=rules,
        people_per_home=None if per_home is None else float(per_home.value),
        class_size=figure(project, KINDERGARTEN, "class_size"),
    )
