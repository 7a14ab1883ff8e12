"""
What the page needs to work out a plan that the reader has changed, as `model.Editing`.

The page adds seats and moves small areas by the rules of the library: pupils by
area are carried to catchments by the same shares, who learns elsewhere goes
there in the same proportion, the seats of a shared school are divided by the
children of each catchment. Numbers are given finer than they are shown, so that
classes of use and levels come out as in a plan that is run with the same edits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import numpy as np
import pandas as pd
import shapely

from schoolmap.output import model
from schoolmap.output.words import both
from schoolmap.proposals.terms import REZONE
from schoolmap.provision import figure
from schoolmap.seats.balance import CHANCES
from schoolmap.seats.warnings import LEAST_SHORT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from schoolmap.inputs.project_file import Scenario
    from schoolmap.plan import Plan
    from schoolmap.seating import StageResult

DIGITS = 4
"""Of a pupil: a class of use is then the library's own unless a bound is met within a millionth."""
MOST_NUMBERS = 3_000_000
"""Numbers that a page can hold for this; a plan of more is changed in its project, not in the page."""


def describe_editing(plan: Plan, actions: tuple[model.Action, ...]) -> model.Editing | None:
    """
    Return what the page needs to try out changes.

    Parameters
    ----------
    plan, actions
        The plan, and its proposals as they are shown.

    Returns
    -------
    editing
        Nothing where it would take more than `MOST_NUMBERS` numbers.
    """
    project = plan.project
    children = plan.demography.children.by_scenario[project.scenarios[0].id]
    units = [str(label) for label in children["area"].to_numpy()]
    catchments = sum(len(project.coverages[project.coverage_of[stage.id]]) for stage in project.stages)
    grids = len(plan.years) * len(project.scenarios)
    if grids * (len(units) * len(project.stages) + len(CHANCES) * catchments) > MOST_NUMBERS:
        return None
    names = _names(plan)
    bounds = project.standards.levels
    return model.Editing(
        units=tuple(model.EditUnit(id=label, name=names.get(label) or label) for label in units),
        first_year=project.settings.base_year + 1,
        levels=(bounds.surplus_below.value, bounds.watch_from.value, bounds.red_from.value),
        least_short=LEAST_SHORT,
        chances=CHANCES,
        coverages=tuple(_coverage(plan, name, units) for name in project.coverages),
        stages=tuple(_stage(plan, result) for result in plan.results.values()),
        proposals=tuple(_proposals(plan, actions)),
    )


def _names(plan: Plan) -> dict[str, str]:
    """Return the names of the units of the forecast."""
    project, unit = plan.project, plan.demography.children.unit
    if unit == "school":
        return {str(label): str(name) for label, name in project.schools["name"].items()}
    layers = list(project.coverages.values()) if unit == "catchment" else [project.areas]
    return {str(label): str(name) for layer in layers for label, name in layer["name"].items()}


def _coverage(plan: Plan, name: str, units: list[str]) -> model.EditCoverage:
    belonging = plan.belonging[name]
    shares = belonging.shares[0]
    places = pd.Index(units), belonging.catchments.astype(str)
    at = [index.get_indexer(shares.index.get_level_values(level).astype(str)) for level, index in enumerate(places)]
    order = np.lexsort((at[1], at[0]))
    return model.EditCoverage(
        id=name,
        fixed=_fixed(plan, name),
        shares=tuple(
            (int(unit), int(zone), round(float(share), 9))
            for unit, zone, share in zip(at[0][order], at[1][order], shares.to_numpy()[order], strict=True)
            if unit >= 0 and zone >= 0 and share > 0
        ),
    )


def _fixed(plan: Plan, name: str) -> model.Text:
    """Say why no area of a coverage can be moved in the page, or nothing."""
    project = plan.project
    if plan.demography.children.unit != "area":
        return both(
            "Children are not known by small area, so that none can be moved.", "儿童数不按小区域提供，无法调整小区域。"
        )
    if name in project.later:
        return both(
            "Boundaries change in a later year by the project's own files; draw further changes there.",
            "项目已列有今后的片区调整，请在片区表中继续修改。",
        )
    if (shapely.get_dimensions(project.areas.geometry.to_numpy()) != 2).any():
        return both("Small areas are points: none can be moved.", "小区域为点状，无法调整。")
    return both("", "")


def _stage(plan: Plan, result: StageResult) -> model.EditStage:
    project, stage = plan.project, result.stage
    size = figure(project, stage.id, "class_size")
    zones = project.coverages[project.coverage_of[stage.id]].index
    flows, inflow, base = _flows(result, zones)
    return model.EditStage(
        stage=stage.id,
        class_seats=None if size is None else round(size * stage.seat_share, 9),
        flows=flows,
        inflow=inflow,
        base=base,
        scenarios=tuple(_scenario(plan, result, scenario) for scenario in project.scenarios),
    )


def _flows(result: StageResult, zones: pd.Index) -> tuple[tuple[tuple[int, int, float], ...], tuple[float, ...], float]:
    if result.flows is None:
        return (), (), 0.0
    order = {"catchment": zones.to_numpy(), "destination": zones.to_numpy()}
    shares = result.flows.shares.sel(order).transpose("catchment", "destination").to_numpy()
    home, away = np.nonzero(shares)
    triples = tuple(
        (int(i), int(j), round(float(share), 9)) for i, j, share in zip(home, away, shares[home, away], strict=True)
    )
    inflow = result.flows.inflow.sel(catchment=zones.to_numpy()).to_numpy()
    return triples, tuple(round(float(value), DIGITS) for value in inflow), round(result.flows.base, DIGITS)


def _scenario(plan: Plan, result: StageResult, scenario: Scenario) -> model.EditScenario:
    children = plan.demography.children.by_scenario[scenario.id].sel(age=slice(*result.stage.ages))
    there = children.sel(year=list(plan.years)).sum("age").transpose("area", "year").to_numpy()
    enough = result.enough.sel(scenario=scenario.id).transpose("chance", "catchment", "year").to_numpy()
    return model.EditScenario(
        scenario=scenario.id,
        pupils=_grid(there * result.attendance.rate),
        enough=tuple(_grid(grid) for grid in enough),
        shared=tuple(_shared(plan, result, scenario)),
    )


def _shared(plan: Plan, result: StageResult, scenario: Scenario) -> Iterator[model.EditSection]:
    served = plan.project.sections.xs(result.stage.id, level="stage")["catchments"].map(len)
    seats = result.supply[scenario.id].by_section
    for school in served.index[served > 1]:
        yield model.EditSection(school=str(school), seats=_grid(seats.loc[[school]].to_numpy())[0])


def _grid(values: NDArray[np.float64]) -> tuple[tuple[float, ...], ...]:
    # adding zero turns -0.0 into 0.0
    return tuple(tuple(row) for row in (np.round(values, DIGITS) + 0.0).tolist())


def _proposals(plan: Plan, actions: tuple[model.Action, ...]) -> Iterator[model.EditProposal]:
    """Return what each proposal adds, takes and moves."""
    rows = plan.proposals.table.to_dict("records")
    measure_of = {_key(row["kind"], row): str(row["measure"]) for row in rows}
    for action in actions:
        shown = {name: getattr(action, name) or "" for name in _KEY}
        adds = tuple(_adds(plan, action, measure_of.get(_key(action.kind, shown), "")))
        moves = tuple(_moves(plan, action)) if action.kind == REZONE else ()
        if adds or moves:
            yield model.EditProposal(action=action.id, adds=adds, moves=moves)


_KEY = ("stage", "catchment", "school", "site", "receiver", "opens")


def _key(kind: object, row: Mapping[Any, Any]) -> tuple[str, ...]:
    return (str(kind), *(str(row[name]) for name in _KEY))


def _adds(plan: Plan, action: model.Action, measure: str) -> Iterator[model.EditAdd]:
    """Return the seats that a proposal makes, and those of the rooms that it takes from another stage."""
    if not any(action.seats_by_year):
        return
    served = _served(plan, action.school, action.stage)
    yield model.EditAdd(
        stage=action.stage,
        school=action.school if served else None,
        catchment=None if served else action.catchment,
        seats_by_year=action.seats_by_year,
    )
    if not measure:
        return
    row: dict[str, Any] = plan.proposals.measures.loc[[measure]].to_dict("records")[0]  # type: ignore[assignment]
    host, size = row["takes_stage"], float(row["takes_seats"])
    if isinstance(host, str) and size > 0 and _served(plan, action.school, host):
        taken = tuple(round(-size * classes, DIGITS) + 0.0 for classes in action.classes_by_year)
        yield model.EditAdd(stage=host, school=action.school, catchment=None, seats_by_year=taken)


def _served(plan: Plan, school: str | None, stage: str) -> bool:
    """Return whether a school has a section of a stage that serves any catchment."""
    served = plan.project.sections["catchments"].map(len)
    return school is not None and int(served.get((school, stage), 0)) > 0


def _moves(plan: Plan, action: model.Action) -> Iterator[model.EditMove]:
    table = plan.proposals.moves
    here = (table["stage"] == action.stage) & (table["from"] == action.catchment) & (table["to"] == action.receiver)
    for row in table[here].to_dict("records"):
        yield model.EditMove(
            coverage=plan.project.coverage_of[action.stage],
            area=str(row["area"]),
            source=action.catchment,
            target=str(action.receiver),
            opens=int(row["first_year"]),
        )
