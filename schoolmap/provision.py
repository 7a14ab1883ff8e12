"""
The seats of a project: what is there today, what its projects add and take away, by scenario, year and draw.

The wing `seats` keeps the book; here it is kept for one project, once for each
scenario, and its places are turned into catchments.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from schoolmap.errors import Fault
from schoolmap.errors import InputError
from schoolmap.seats import supply
from schoolmap.seats.classes.school_sizes import usable_rooms
from schoolmap.seats.projects import ledger
from schoolmap.seats.projects.draws import draw_changes
from schoolmap.seats.projects.schedules import draw_openings
from schoolmap.seats.projects.schedules import schedule

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from schoolmap.inputs.project_file import Scenario
    from schoolmap.inputs.project_file import Stage
    from schoolmap.project import Project

TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision:
    """
    The seats of all stages in one scenario.

    Attributes
    ----------
    sections
        By `(school, stage)`: `seats` as listed, for the stage's ages, and
        `classrooms` that the stage has for itself.
    schedule
        When each project opens, and why it is not counted.
    book
        From `seats.ledger`.
    departure
        Seats by which each draw departs from the book, by (place, year, draw);
        `None` where every project is certain.
    """

    sections: pd.DataFrame
    schedule: pd.DataFrame
    book: pd.DataFrame
    departure: xr.DataArray | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSupply:
    """
    The seats of one stage in one scenario.

    Attributes
    ----------
    seats, rooms
        By catchment, one column per year; rooms are missing where not known.
    by_section, rooms_by_section
        By school, projects at it included, one column per year.
    elsewhere
        Seats of projects that are at no section, by catchment.
    departure
        Seats by which each draw departs, by (catchment, year, draw), or `None`.
    """

    seats: pd.DataFrame
    rooms: pd.DataFrame
    by_section: pd.DataFrame
    rooms_by_section: pd.DataFrame
    elsewhere: pd.DataFrame
    departure: xr.DataArray | None


def figure(project: Project, stage: str, name: str) -> float | None:
    """Return a figure of the project's standard for a stage, or nothing where it does not say."""
    standard = project.standards.stages.get(stage)
    value = None if standard is None else getattr(standard, name)
    return None if value is None else float(value.value)


def make_provision(project: Project, scenario: Scenario, *, years: Sequence[int]) -> Provision:
    """
    Keep the book of seats of one scenario.

    What did open before the schools were counted is in their seats already.

    Raises
    ------
    InputError
        If a project contradicts itself.
    """
    wanted = [stage.id for stage in project.stages]
    sizes = {stage.id: figure(project, stage.id, "class_size") for stage in project.stages}
    shares = {stage.id: stage.seat_share for stage in project.stages}
    sections = _listed(project, sizes)
    plans = project.projects[project.projects["stage"].isin(wanted)].rename_axis(None)
    timed = schedule(
        plans,
        sections,
        delay_months=scenario.project_delay,
        as_of=f"{project.settings.base_year}-{supply.SCHOOL_YEAR_STARTS_IN:02d}",
        least_probability=scenario.least_probability,
    )
    owners = project.schools["ownership"]
    book = ledger.ledger(
        timed,
        sections,
        years=years,
        class_size=sizes,
        seat_share=shares,
        ownership=owners.where(owners != ""),
    )
    departure = None
    if (timed["probability"] < 1).any():
        opened = draw_openings(timed, draws=project.settings.draws, seed=project.settings.seed)
        departure = draw_changes(timed, sections, opened, years=years, class_size=sizes, seat_share=shares)
    return Provision(
        sections=sections,
        schedule=timed,
        book=book,
        departure=departure if departure is not None and departure.size > 0 else None,
    )


def _listed(project: Project, sizes: dict[str, float | None]) -> pd.DataFrame:
    """Return the seats of all sections as listed, and the rooms that each has for itself."""
    rooms = usable_rooms(project.sections)["usable"]
    parts = []
    for stage in project.stages:
        sections = project.sections.xs(stage.id, level="stage", drop_level=False)
        of_stage = sections.assign(classrooms=rooms.reindex(sections.index))
        seats = supply.section_seats(of_stage, class_size=sizes[stage.id], seat_share=stage.seat_share)
        parts.append(of_stage[["classrooms", "rooms_of"]].assign(seats=seats))
    listed: pd.DataFrame = pd.concat(parts).sort_index()
    return listed


def stage_supply(
    stage: Stage,
    provision: Provision,
    *,
    shares: pd.Series,
    catchments: pd.Index,
) -> StageSupply:
    """
    Turn the places of the book into catchments, for one stage.

    Parameters
    ----------
    stage, provision
        What is planned.
    shares
        Shares of each section's seats that serve each catchment.
    catchments
        Catchments of the stage, in the order of the result.

    Raises
    ------
    InputError
        If projects take away more seats than there are.
    """
    schools = provision.sections.xs(stage.id, level="stage").index
    there = {
        "seats": ledger.there(provision.book, what="seats"),
        "classrooms": ledger.there(provision.book, what="classrooms"),
    }
    by_place = {what: _of_stage(grid, stage.id) for what, grid in there.items()}
    at_section = {what: _at(grid, "section").reindex(schools, fill_value=0.0) for what, grid in by_place.items()}
    elsewhere = {what: _at(grid, "catchment") for what, grid in by_place.items()}
    by_catchment = {
        what: supply.supply_by_catchment(
            at_section[what],
            shares,
            elsewhere[what],
            pd.Series(elsewhere[what].index, index=elsewhere[what].index, dtype=object),
            catchments=catchments,
            in_catchment=pd.Series(data=True, index=elsewhere[what].index),
        )
        for what in there
    }
    _require_seats_left(at_section["seats"], stage, what="section")
    _require_seats_left(by_catchment["seats"], stage, what="catchment")
    return StageSupply(
        seats=by_catchment["seats"],
        rooms=by_catchment["classrooms"],
        by_section=at_section["seats"],
        rooms_by_section=at_section["classrooms"],
        elsewhere=elsewhere["seats"],
        departure=_departures(provision.departure, stage, shares=shares, catchments=catchments),
    )


def joined_supply(parts: Mapping[int, tuple[list[int], StageSupply]]) -> StageSupply:
    """
    Join supplies of several periods: each year's seats serve catchments by the shares of its own period.

    Parameters
    ----------
    parts
        By first year, in order: the years of the period, and the supply by its shares.
    """
    first = next(iter(parts.values()))[1]
    if len(parts) == 1:
        return first
    found = list(parts.values())

    def by_year(name: str) -> pd.DataFrame:
        joined: pd.DataFrame = pd.concat([getattr(part, name)[years] for years, part in found], axis=1)
        return joined

    departure = None
    if first.departure is not None:
        known = [part.departure.sel(year=years) for years, part in found if part.departure is not None]
        departure = xr.concat(known, dim="year").transpose(*first.departure.dims)
    return replace(first, seats=by_year("seats"), rooms=by_year("rooms"), departure=departure)


def _of_stage(grid: pd.DataFrame, stage: str) -> pd.DataFrame:
    return grid[grid.index.get_level_values("stage") == stage].droplevel("stage")


def _at(grid: pd.DataFrame, kind: str) -> pd.DataFrame:
    return grid[grid.index.get_level_values("at") == kind].droplevel("at")


def _departures(
    departure: xr.DataArray | None,
    stage: Stage,
    *,
    shares: pd.Series,
    catchments: pd.Index,
) -> xr.DataArray | None:
    """Share what each draw adds or takes away among catchments."""
    if departure is None:
        return None
    places = departure.indexes["place_of"]
    here = np.flatnonzero(places.get_level_values("stage") == stage.id)
    if len(here) == 0:
        return None
    weights = np.zeros((len(catchments), len(here)))
    for column, at in enumerate(here):
        _, kind, place = places[at]
        if kind == "catchment":
            weights[catchments.get_loc(place), column] = 1.0
        elif place in shares.index.get_level_values(0):
            served = shares.loc[[place]]
            weights[catchments.get_indexer(served.index.get_level_values("catchment")), column] = served.to_numpy()
    values = np.tensordot(weights, departure.to_numpy()[here], axes=1)
    coords = {"catchment": catchments, "year": departure["year"].to_numpy(), "draw": departure["draw"].to_numpy()}
    return xr.DataArray(values, coords=coords, dims=("catchment", "year", "draw"), name="departure")


def _require_seats_left(seats: pd.DataFrame, stage: Stage, *, what: str) -> None:
    """Refuse projects that take away more seats than there are."""
    low = seats.min(axis=1)
    below = low[low < -TOLERANCE]
    if len(below) == 0:
        return
    year = seats.columns[int(seats.loc[[below.index[0]]].to_numpy()[0].argmin())]
    fault = Fault(
        file="projects",
        column="seats_added",
        value=str(below.index[0]),
        problem=f"projects leave this {what} with {below.iloc[0]:,.0f} {stage.id} seats in {year}.",
        remedy="A project cannot take away more seats than there are: correct its number.",
        problem_zh=f"项目使其{year}年的{stage.label['zh']}学位为{below.iloc[0]:,.0f}个。",
        remedy_zh="减少的学位不能多于现有学位,请更正。",
    )
    raise InputError([fault])
