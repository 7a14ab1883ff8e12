"""
Run the steps in order: project -> children -> demand -> seats -> balance -> proposals -> `Plan`.

No step knows a file or a map. What each step passes on is kept in the plan, so
that every number on the map can be traced to where it came from, and every
transfer is audited.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from schoolmap.errors import Fault
from schoolmap.errors import InputError
from schoolmap.errors import Wording
from schoolmap.inputs.project_file import FILE_NAME
from schoolmap.optimize import site
from schoolmap.population import cohorts
from schoolmap.population import fertility
from schoolmap.population import forecast
from schoolmap.population import graduation
from schoolmap.population import school_years
from schoolmap.seats import balance as seat_balances
from schoolmap.seats import demand as demands
from schoolmap.seats import supply
from schoolmap.seats import warnings as levels
from schoolmap.space import catchments as coverages
from schoolmap.space import overlay

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from schoolmap.inputs.project_file import Stage
    from schoolmap.project import Project

TOLERANCE = 1e-9
"""Largest relative difference between the two sides of an audit."""

QUANTILES = (0.1, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageResult:
    """
    One stage: its children, demand and seats.

    Attributes
    ----------
    attendance
        Rate, and what it was calibrated on.
    children, children_born
        Residents of the stage's ages by (scenario, catchment, year), and those
        of them alive at the count.
    seats_by_section
        Seats of each section, one column per year.
    balance
        By `(scenario, catchment, year)`, see `Plan.balance`.
    """

    stage: Stage
    attendance: demands.AttendanceRate
    children: xr.DataArray
    children_born: xr.DataArray
    total_interval: xr.DataArray
    seats_by_section: pd.DataFrame
    balance: pd.DataFrame
    proposals: pd.DataFrame
    reviews: pd.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    The result of a planning run.

    Attributes
    ----------
    balance
        One row per (catchment, stage, year, scenario) with `demand_p10`,
        `demand`, `demand_p90`, `seats`, `gap`, `utilisation`,
        `shortage_probability`, `classes_needed`, `oversized_classes`, `level`
        and `born_share`.
    audit
        One row per conservation check with both sides.
    """

    project: Project
    years: tuple[int, ...]
    results: dict[str, StageResult]
    balance: pd.DataFrame
    audit: pd.DataFrame
    outside: pd.Series
    """Residents of each area in no catchment of the youngest stage, at the count; only areas that have any."""


def make_plan(project: Project, *, progress: Callable[[str], None] = lambda _: None) -> Plan:
    """
    Make a plan from a project.

    Parameters
    ----------
    project
        From `project.read_project`.
    progress
        Called with the name of each step as it starts.

    Raises
    ------
    InputError
        If the attendance of a stage cannot be calibrated on the data.
    """
    progress("children by area, age and year")
    audit = _Audit()
    children, born = _children(project, audit)
    weights = {name: overlay.area_weights(project.areas, zones) for name, zones in project.coverages.items()}
    results = {}
    for stage in project.stages:
        progress(f"seats and balance: {stage.id}")
        shares = weights[project.coverage_of[stage.id]]
        results[stage.id] = _stage_result(project, stage, children, born, weights=shares, audit=audit)
    first = project.coverage_of[project.stages[0].id]
    outside = _outside(project, weights[first], catchments=project.coverages[first].index)
    return Plan(
        project=project,
        years=_years(project),
        results=results,
        balance=_long_balance(results),
        audit=audit.table(),
        outside=outside,
    )


class _Audit:
    """Collects both sides of every transfer."""

    def __init__(self) -> None:
        self._lines: list[dict[str, object]] = []

    def compare(self, check: str, left: float, right: float, *, stage: str = "", detail: float = 0.0) -> None:
        scale = max(abs(left), abs(right), 1.0)
        difference = left - right
        self._lines.append(
            {
                "check": check,
                "stage": stage,
                "left": left,
                "right": right,
                "difference": difference,
                "tolerance": TOLERANCE * scale,
                "holds": abs(difference) <= TOLERANCE * scale,
                "detail": detail,
            },
        )

    def table(self) -> pd.DataFrame:
        return pd.DataFrame(self._lines)


def _years(project: Project) -> tuple[int, ...]:
    return tuple(range(project.settings.base_year, project.settings.horizon + 1))


def _children(project: Project, audit: _Audit) -> tuple[dict[str, xr.DataArray], xr.DataArray]:
    """Return residents by (area, age, year) for each scenario, and those alive at the count."""
    oldest = max(stage.ages[1] for stage in project.stages)
    base = graduation.split_bands(project.population, oldest=max(oldest, 2))
    _audit_bands(project, base, audit)
    cutoff, date = project.settings.entry_cutoff, project.population_date
    first = school_years.first_school_year(date, cutoff)
    years = range(first, project.settings.horizon + 1)
    first_step = min(1.0, school_years.years_until(date, school_years.cutoff_day(first, cutoff)))
    reference = fertility.reference_births(base)

    def run(factor: float) -> xr.DataArray:
        births = fertility.level_births(reference, years=years, factor=factor)
        return cohorts.project_children(base, births, years=years, first_step=first_step)

    return {item.id: run(item.births_factor) for item in project.scenarios}, run(0.0)


def _audit_bands(project: Project, base: xr.DataArray, audit: _Audit) -> None:
    """Compare closed bands that lie within the split ages with the single ages they became, area by area."""
    inside = project.population[project.population["high"] <= float(base["age"].max())]
    tops = inside["high"].groupby(level="area").max().reindex(base.indexes["area"])
    # a wide band may reach beyond the split ages; then nothing of its area can be compared
    top = xr.DataArray(tops.fillna(-1.0).to_numpy(), coords={"area": base["area"]}, dims="area")
    audit.compare("bands", float(inside["count"].sum()), float(base.where(base["age"] <= top).sum()))


def _stage_result(
    project: Project,
    stage: Stage,
    children: dict[str, xr.DataArray],
    born: xr.DataArray,
    *,
    weights: pd.Series,
    audit: _Audit,
) -> StageResult:
    zones = project.coverages[project.coverage_of[stage.id]]
    ages = slice(*stage.ages)
    years = list(_years(project))
    by_scenario = {
        name: overlay.transfer(counts.sel(age=ages), weights, catchments=zones.index)
        for name, counts in children.items()
    }
    for name, moved in by_scenario.items():
        _audit_transfer(audit, stage, name, children[name].sel(age=ages), moved)
    first = project.scenarios[0].id
    born_here = overlay.transfer(born.sel(age=ages), weights, catchments=zones.index).inside
    attendance = _attendance(project, stage, by_scenario[first].inside)
    seats, sections, elsewhere = _seats(project, stage, zones, by_scenario[first].inside)
    audit.compare(
        "sections",
        float(sections.to_numpy().sum() + elsewhere.to_numpy().sum()),
        float(seats["seats"].to_numpy().sum()) + _unplaced(project, stage, sections),
        stage=stage.id,
    )
    parts, intervals = {}, {}
    for scenario in project.scenarios:
        parts[scenario.id], intervals[scenario.id] = _balance(
            project,
            stage,
            children=children[scenario.id].sel(age=ages),
            born=born.sel(age=ages),
            inside=by_scenario[scenario.id].inside,
            born_inside=born_here,
            weights=weights,
            attendance=attendance,
            seats=seats,
        )
        needed = attendance.rate * float(by_scenario[scenario.id].inside.sel(year=years).sum())
        audit.compare(
            "demand",
            float(parts[scenario.id]["demand"].sum()),
            needed,
            stage=f"{stage.id} {scenario.id}",
        )
    balance = pd.concat(parts, names=["scenario"])
    proposals, reviews = _proposals(project, stage, zones, pd.DataFrame(balance.xs(first)))
    return StageResult(
        stage=stage,
        attendance=attendance,
        children=xr.concat(
            [moved.inside.sum("age").sel(year=years) for moved in by_scenario.values()],
            dim=pd.Index(by_scenario, name="scenario"),
        ),
        children_born=born_here.sum("age").sel(year=years),
        total_interval=xr.concat(list(intervals.values()), dim=pd.Index(intervals, name="scenario")),
        seats_by_section=sections,
        balance=balance,
        proposals=proposals,
        reviews=reviews,
    )


def _audit_transfer(
    audit: _Audit,
    stage: Stage,
    scenario: str,
    counts: xr.DataArray,
    moved: overlay.Transfer,
) -> None:
    outside = float(moved.outside.sum())
    audit.compare(
        "transfer",
        float(counts.sum()),
        float(moved.inside.sum()) + outside,
        stage=f"{stage.id} {scenario}",
        detail=outside / max(float(counts.sum()), 1.0),
    )


def _attendance(project: Project, stage: Stage, inside: xr.DataArray) -> demands.AttendanceRate:
    if stage.attendance.rate is not None:
        return demands.AttendanceRate(rate=stage.attendance.rate)
    year = stage.attendance.calibrate or project.settings.base_year
    sections = project.sections.xs(stage.id, level="stage")
    # a section without any seat has nobody to enrol
    enrolment = sections["enrolment"].where(sections["seats"].fillna(1) > 0, 0.0)
    if enrolment.sum() == 0:
        raise _uncalibrated(stage, year, _NO_PUPIL)
    children = float(inside.sel(year=year).sum())
    if children <= 0:
        wording = Wording(
            f"cannot be calibrated: no child of ages {stage.ages[0]} to {stage.ages[1]} lives here then.",
            "Correct the population, or give `rate` with its source.",
            f"无法校准:届时本地没有{stage.ages[0]}至{stage.ages[1]}岁儿童。",
            "请核对人口数据,或填写 rate 并注明来源。",
        )
        raise _uncalibrated(stage, year, wording)
    return demands.calibrate_attendance(enrolment, children, year=year)


_NO_PUPIL = Wording(
    "cannot be calibrated: no pupil is enrolled.",
    "Fill in `enrolment`, or give `rate` with its source.",
    "无法校准:没有在校(园)生。",
    "请填写在校(园)生数,或填写 rate 并注明来源。",
)


def _uncalibrated(stage: Stage, year: int, wording: Wording) -> InputError:
    column = f"stages.{stage.id}.attendance.calibrate"
    return InputError([Fault(file=FILE_NAME, column=column, value=str(year), **wording._asdict())])


def _seats(
    project: Project,
    stage: Stage,
    zones: gpd.GeoDataFrame,
    inside: xr.DataArray,
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame, pd.DataFrame]:
    """
    Return what there is in every year.

    Returns
    -------
    by_catchment
        Seats and classrooms, one row per catchment.
    by_section
        Seats, one row per section, projects at it included.
    elsewhere
        Seats of projects that are at no section, one row per project.
    """
    years = list(_years(project))
    size = _figure(project, stage, "class_size")
    sections = pd.DataFrame(project.sections.xs(stage.id, level="stage"))
    base_children = inside.sel(year=years[0]).sum("age").to_series()
    shares = supply.serving_shares(sections["catchments"], weight=base_children)
    projects = project.projects[project.projects["stage"] == stage.id]
    places = projects["school"].where(projects["school"].isin(sections.index), projects["catchment"])
    listed = supply.section_seats(sections, class_size=size, seat_share=stage.seat_share)
    by_catchment: dict[str, pd.DataFrame] = {}
    for what, values in {"seats": listed, "classrooms": sections["classrooms"]}.items():
        grid = pd.DataFrame(dict.fromkeys(years, values))
        added = supply.changes_by_year(projects, years=years, class_size=size, what=what)
        # seats that a project brings are shared with other ages like those that are there
        added = added * (stage.seat_share if what == "seats" else 1.0)
        by_catchment[what] = supply.supply_by_catchment(grid, shares, added, places, catchments=zones.index)
        if what == "seats":
            at_section = places.reindex(added.index).isin(sections.index)
            here = added[at_section].groupby(places.reindex(added.index[at_section])).sum()
            by_section = grid.add(here.reindex(grid.index, fill_value=0.0))
            elsewhere = added[~at_section]
    _require_seats_left(by_section, stage, what="section")
    _require_seats_left(by_catchment["seats"], stage, what="catchment")
    return by_catchment, by_section, elsewhere


def _require_seats_left(seats: pd.DataFrame, stage: Stage, *, what: str) -> None:
    """Refuse projects that take away more seats than there are."""
    low = seats.min(axis=1)
    below = low[low < -TOLERANCE]
    if len(below) > 0:
        year = seats.columns[int(seats.loc[[below.index[0]]].to_numpy()[0].argmin())]
        raise InputError(
            [
                Fault(
                    file="projects",
                    column="seats_added",
                    value=str(below.index[0]),
                    problem=f"projects leave this {what} with {below.iloc[0]:,.0f} {stage.id} seats in {year}.",
                    remedy="A project cannot take away more seats than there are: correct its number.",
                    problem_zh=f"项目使其{year}年的{stage.label['zh']}学位为{below.iloc[0]:,.0f}个。",
                    remedy_zh="减少的学位不能多于现有学位,请更正。",
                ),
            ],
        )


def _unplaced(project: Project, stage: Stage, sections: pd.DataFrame) -> float:
    """Seats, over all years, of sections that serve no catchment."""
    served = project.sections.xs(stage.id, level="stage")["catchments"]
    return float(sections[served.map(len) == 0].to_numpy().sum())


def _figure(project: Project, stage: Stage, name: str) -> float | None:
    standard = project.standards.stages.get(stage.id)
    figure = None if standard is None else getattr(standard, name)
    return None if figure is None else float(figure.value)


def _balance(
    project: Project,
    stage: Stage,
    *,
    children: xr.DataArray,
    born: xr.DataArray,
    inside: xr.DataArray,
    born_inside: xr.DataArray,
    weights: pd.Series,
    attendance: demands.AttendanceRate,
    seats: dict[str, pd.DataFrame],
) -> tuple[pd.DataFrame, xr.DataArray]:
    """Return the balance of one stage in one scenario, and the interval of the whole planning area."""
    years = list(_years(project))
    zones = pd.Index(inside["catchment"].to_numpy(), name="catchment")
    elapsed = xr.DataArray(
        [
            school_years.years_until(
                project.population_date,
                school_years.cutoff_day(int(year), project.settings.entry_cutoff),
            )
            for year in children["year"].to_numpy()
        ],
        coords={"year": children["year"]},
        dims="year",
    )
    drawn = forecast.draw_children(
        born,
        children - born,
        elapsed=elapsed,
        draws=project.settings.draws,
        seed=project.settings.seed,
    ).sel(year=years)
    drawn = demands.seats_needed(overlay.transfer(drawn, weights, catchments=zones).inside, attendance)
    by_age = demands.seats_needed(inside.sel(year=years), attendance)
    central = by_age.sum("age")
    there = xr.DataArray(seats["seats"].to_numpy(), coords=central.coords, dims=("catchment", "year"))
    low, high = (drawn.quantile(q, dim="draw", method="linear") for q in QUANTILES)
    unit = pd.MultiIndex.from_product([zones, years], names=["catchment", "year"])

    def column(values: xr.DataArray) -> pd.Series:
        return pd.Series(values.transpose("catchment", "year").to_numpy().ravel(), index=unit)

    frame = pd.DataFrame(
        {
            # in a catchment of a few children the draws may all lie on one side of the centre
            "demand_p10": column(low.clip(max=central)),
            "demand": column(central),
            "demand_p90": column(high.clip(min=central)),
        },
    )
    balance = seat_balances.seat_balance(frame, column(there))
    balance["shortage_probability"] = column((drawn > there).mean("draw"))
    size, oversized = (
        _figure(project, stage, "class_size"),
        _figure(project, stage, "oversized_from"),
    )
    unknown = xr.full_like(central, np.nan)
    rooms = xr.DataArray(seats["classrooms"].to_numpy(), coords=central.coords, dims=("catchment", "year"))
    balance["classes_needed"] = column(
        unknown if size is None else demands.classes_needed(by_age, class_size=size),
    )
    balance["oversized_classes"] = column(
        unknown if oversized is None else demands.oversized_classes(central, rooms, oversized_from=oversized),
    )
    bounds = project.standards.levels
    balance["level"] = levels.warning_level(
        balance["utilisation"],
        surplus_below=bounds.surplus_below.value,
        watch_from=bounds.watch_from.value,
        red_from=bounds.red_from.value,
    )
    everyone, alive = inside.sel(year=years).sum("age"), born_inside.sel(year=years).sum("age")
    balance["born_share"] = column((alive / everyone.where(everyone > 0)).fillna(1.0))
    total = drawn.sum("catchment")
    interval = xr.concat(
        [total.quantile(q, dim="draw", method="linear").drop_vars("quantile") for q in QUANTILES],
        dim=pd.Index(["p10", "p90"], name="bound"),
    )
    return balance, interval


def _proposals(
    project: Project,
    stage: Stage,
    zones: gpd.GeoDataFrame,
    balance: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    spans = levels.shortage_spans(balance)
    gap = balance["gap"].unstack("year")
    norms = site.Norms(
        class_size=_figure(project, stage, "class_size"),
        min_classes=_figure(project, stage, "min_classes"),
        max_classes=_figure(project, stage, "max_classes"),
    )
    border = coverages.neighbours(zones).sort_values(ascending=False, kind="stable")
    around = {
        str(name): tuple(part.index.get_level_values("neighbour"))
        for name, part in border.groupby(level="catchment", sort=True)
    }
    room = _room_to_expand(project, stage, norms)
    proposals = site.propose(spans, gap, room=room, neighbours=around, norms=norms)
    reviews = site.review_candidates(
        balance["utilisation"].unstack("year"),
        balance["seats"].unstack("year"),
        surplus_below=project.standards.levels.surplus_below.value,
    )
    return proposals, reviews


def _room_to_expand(project: Project, stage: Stage, norms: site.Norms) -> pd.DataFrame:
    """Return the classes that schools can still take: as stated, else below the standard's largest school."""
    sections = project.sections.xs(stage.id, level="stage")
    largest = np.nan if norms.max_classes is None else norms.max_classes
    below = (largest - sections["classrooms"]).clip(lower=0).where(sections["classrooms"] > 0)
    stated = sections["expandable_classes"]
    room = pd.DataFrame(
        {
            "school": sections.index,
            "catchment": sections["catchments"].map(lambda labels: labels[0] if labels else None),
            "classes": stated.fillna(below).fillna(0.0),
            "known": stated.notna(),
        },
    )
    return room[room["catchment"].notna()].reset_index(drop=True)


def _long_balance(results: dict[str, StageResult]) -> pd.DataFrame:
    parts = {name: result.balance for name, result in results.items()}
    long = pd.concat(parts, names=["stage"]).reset_index()
    order = ["catchment", "stage", "year", "scenario"]
    return long[order + [column for column in long.columns if column not in order]]


def _outside(project: Project, weights: pd.Series, *, catchments: pd.Index) -> pd.Series:
    """Return residents of all ages who live in none of the catchments, by area."""
    residents = project.population["count"].groupby(level="area").sum()
    counts = xr.DataArray(residents.to_numpy(), coords={"area": residents.index.to_numpy(object)}, dims="area")
    outside = overlay.transfer(counts, weights, catchments=catchments).outside.to_series()
    return outside[outside > TOLERANCE * residents.sum()].sort_values(ascending=False).rename("outside")
