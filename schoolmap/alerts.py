"""
Warnings that a project's plan gives: of the entry grade and of all grades, a few years ahead, and how long they last.

The wing `seats` holds the rules of warnings; here they are applied to one
project, in its first scenario.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from schoolmap.seats.per_thousand import compare
from schoolmap.seats.reviews import LASTING_YEARS
from schoolmap.seats.reviews import review_questions
from schoolmap.seats.warnings import intake_warnings
from schoolmap.seats.warnings import planned_intake
from schoolmap.seats.warnings import spells
from schoolmap.situation import PER_THOUSAND
from schoolmap.situation import caps_now
from schoolmap.situation import place_rules
from schoolmap.tables import grades_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schoolmap.inputs.project_file import Stage
    from schoolmap.project import Project
    from schoolmap.provision import Provision
    from schoolmap.seating import StageResult

YEARS_AHEAD = 3
"""Years of warnings where the standards do not say. Assumption."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageAlerts:
    """
    Warnings of one stage.

    Attributes
    ----------
    intake
        Places for the entry grade in a usual year, by section, and where the
        number comes from.
    warnings
        One row per scope (`intake`, `whole`), catchment and year ahead; empty
        where the places of a catchment are not known.
    spells
        How long the shortage of each catchment lasts.
    questions
        The checklist of each review candidate.
    per_thousand
        Seats by a fixed number per 1,000 residents beside the estimate, by
        catchment and for all (`ALL`); empty without residents or a rule.
    per_thousand_source
        The rule's document.
    """

    intake: pd.DataFrame
    warnings: pd.DataFrame
    spells: pd.DataFrame
    questions: pd.DataFrame
    per_thousand: pd.DataFrame
    per_thousand_source: str


ALL = ""
"""The whole planning area among catchments, none of which has an empty code."""


def make_alerts(
    project: Project,
    provision: Provision,
    results: Mapping[str, StageResult],
    *,
    residents: Mapping[str, pd.Series],
) -> dict[str, StageAlerts]:
    """
    Give the warnings of every stage.

    Parameters
    ----------
    project
        What is planned.
    provision
        Seats of the first scenario.
    results
        Of every stage.
    residents
        Residents of all ages by catchment, for every stage; empty where only
        children are known.
    """
    return {
        stage.id: _of_stage(project, stage, provision, results[stage.id], residents=residents[stage.id])
        for stage in project.stages
    }


def _of_stage(
    project: Project,
    stage: Stage,
    provision: Provision,
    result: StageResult,
    *,
    residents: pd.Series,
) -> StageAlerts:
    base, horizon = project.settings.base_year, project.settings.horizon
    told = project.standards.levels.years_ahead
    ahead = YEARS_AHEAD if told is None else int(told.value)
    years = [year for year in range(base + 1, base + ahead + 1) if year <= horizon]
    balance = pd.DataFrame(result.balance.xs(project.scenarios[0].id, level="scenario"))
    intake = _intake(project, stage, provision)
    fixed, source = _per_thousand(project, stage, result, residents)
    return StageAlerts(
        intake=intake,
        warnings=_warnings(project, result, balance, places=_places(result, provision, intake["places"]), years=years),
        spells=spells(balance, lasting_years=LASTING_YEARS),
        questions=review_questions(result.reviews.rename_axis("catchment"), project.standards.review),
        per_thousand=fixed,
        per_thousand_source=source,
    )


def _intake(project: Project, stage: Stage, provision: Provision) -> pd.DataFrame:
    """Return the places of the entry grade in a usual year, by school."""
    sections = project.sections.xs(stage.id, level="stage")
    listed = provision.sections.xs(stage.id, level="stage")
    grades = grades_of(stage.ages)
    caps = caps_now(project, stage)
    return planned_intake(
        listed.assign(planned_intake=sections["planned_intake"]),
        cap_of_entry=None if caps is None or not grades else float(caps[grades[0]]),
        grades=stage.ages[1] - stage.ages[0] + 1,
    )


def _warnings(
    project: Project,
    result: StageResult,
    balance: pd.DataFrame,
    *,
    places: pd.DataFrame,
    years: list[int],
) -> pd.DataFrame:
    entering = result.entering.isel(scenario=0).sel(bound="central", drop=True).transpose("catchment", "year")
    if not years or places.isna().to_numpy().any():
        return pd.DataFrame()
    return intake_warnings(
        {"intake": entering.to_series(), "whole": balance["demand"]},
        {"intake": _long(places), "whole": balance["seats"]},
        levels=project.standards.levels,
        years=years,
        draws={"intake": result.entering_draws},
        probability={"whole": balance["shortage_probability"]},
    )


def _long(grid: pd.DataFrame) -> pd.Series:
    """Return a table by catchment (rows) and year (columns) as one column."""
    index = pd.MultiIndex.from_product([grid.index, grid.columns], names=["catchment", "year"])
    return pd.Series(grid.to_numpy(dtype=float).ravel(), index=index)


def _places(result: StageResult, provision: Provision, places: pd.Series) -> pd.DataFrame:
    """Return the places of the entry grade by catchment and year: they change as the seats of a section do."""
    supply = next(iter(result.supply.values()))
    grades = result.stage.ages[1] - result.stage.ages[0] + 1
    seats = supply.by_section
    # the places are those of the seats as listed: what opens in the first year comes on top of them
    listed = provision.sections["seats"].xs(result.stage.id, level="stage").reindex(seats.index)
    # a section that has no seats yet admits an even part of those to come
    per_seat = (places.reindex(seats.index) / listed.where(listed > 0)).mask(listed == 0, 1.0 / grades)
    grown = seats.mul(per_seat, axis=0)
    section, zone = (result.shares.index.get_level_values(level) for level in (0, 1))
    served = grown.reindex(section).to_numpy() * result.shares.to_numpy()[:, None]
    by_zone = pd.DataFrame(served, index=zone, columns=seats.columns)
    totals = by_zone.groupby(level=0).sum().mask(by_zone.isna().groupby(level=0).any())
    zones = supply.seats.index
    totals = totals.reindex(zones, fill_value=0.0)
    return totals.add((supply.elsewhere / grades).reindex(zones, fill_value=0.0)).rename_axis(
        index="catchment", columns="year"
    )


def _per_thousand(
    project: Project,
    stage: Stage,
    result: StageResult,
    residents: pd.Series,
) -> tuple[pd.DataFrame, str]:
    """Compare the fixed number of the project's place, or of the standards, with the estimate, in the base year."""
    standard = project.standards.stages.get(stage.id)
    usual = None if standard is None else standard.seats_per_thousand
    rule = next((rule for rule in place_rules(project, stage.id) if rule.gives == PER_THOUSAND), usual)
    if rule is None or residents.empty:
        return pd.DataFrame(), ""
    children = result.children.isel(scenario=0).sel(year=project.settings.base_year).to_series()
    people = residents.reindex(children.index)
    people, children = (pd.concat([part, pd.Series({ALL: part.sum()})]) for part in (people, children))
    # children move up and come after the count, residents are those of the count
    sound = children <= people
    compared = compare(
        people[sound],
        children[sound],
        attendance=result.attendance.rate,
        per_thousand=float(rule.value),
    )
    return compared, rule.citation
