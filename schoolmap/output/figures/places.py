"""Where schools, projects, candidate sites and proposals stand on a map, and in which year."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    from schoolmap.output.model import Action
    from schoolmap.output.model import MapModel
    from schoolmap.output.model import Panel


class Place(NamedTuple):
    """A mark on a map, in degrees; `value` is its seats, or the year of its opening."""

    lon: float
    lat: float
    value: float


def schools_of(model: MapModel, stage: str, at: int) -> list[Place]:
    """Return the schools of a stage that have seats in the year at position `at`, with their seats."""
    return [
        Place(school.lon, school.lat, section.seats[at])
        for school in model.schools
        for section in school.sections
        if section.stage == stage and section.seats[at] > 0
    ]


def projects_of(model: MapModel, stage: str, year: int) -> list[Place]:
    """
    Return the counted projects of a stage that are open by a school year, where their place is known.

    The year is the first in which their seats count: a project that opens in
    December is open in the year after. One whose seats are in the listed seats
    already is shown by its school, and no project any more.
    """
    spots = project_spots(model)
    return [
        Place(*where, project.opens)
        for project in model.projects
        if project.stage == stage
        and project.counted
        and (where := spots.get(project.id)) is not None
        and project.opens is not None
        and project.opens <= year
    ]


def project_spots(model: MapModel) -> dict[str, tuple[float, float]]:
    """
    Return where projects are marked, in degrees, by their code.

    A project is marked at its school, else in the middle of its catchment; one
    that has neither is left out.
    """
    schools = {school.id: (school.lon, school.lat) for school in model.schools}
    anchors = {stage.id: _anchors(model, stage.id) for stage in model.stages}
    found = {}
    for project in model.projects:
        where = schools.get(project.school or "") or anchors.get(project.stage, {}).get(project.catchment or "")
        if where:
            found[project.id] = where
    return found


def sites_of(model: MapModel, stage: str | None = None) -> list[Place]:
    """Return the candidate sites on which a stage may be built; all of them without a stage."""
    return [Place(site.lon, site.lat, 0.0) for site in model.sites if stage is None or stage in site.stages]


def building_actions(model: MapModel) -> list[Action]:
    """Return the proposals that change something: not those for review, nor what stays unsolved."""
    return [action for action in model.actions if action.kind not in {"review", "unsolved"}]


def shown_years(model: MapModel, panel: Panel) -> dict[int, list[str]]:
    """
    Return positions of the years worth a map, in order, with what they are.

    The base year (the first one shown), the year with most seats short, or
    with most demand where none are short, and the last year; a year that is
    two of them is shown once.
    """
    totals, last = panel.totals, len(model.years) - 1
    short = max(totals.short)
    worst = totals.short if short > 0 else totals.demand
    years: dict[int, list[str]] = {0: ["base"]}
    years.setdefault(worst.index(max(worst)), []).append("peak" if short > 0 else "peak demand")
    years.setdefault(last, []).append("horizon")
    return dict(sorted(years.items()))


def _anchors(model: MapModel, stage: str) -> dict[str, tuple[float, float]]:
    coverage = next(item.coverage for item in model.stages if item.id == stage)
    return {place.id: place.anchor for cover in model.coverages if cover.id == coverage for place in cover.catchments}
