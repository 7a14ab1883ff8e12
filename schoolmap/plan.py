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

from schoolmap.demography import make_demography
from schoolmap.demography import widening
from schoolmap.errors import Fault
from schoolmap.errors import InputError
from schoolmap.errors import Wording
from schoolmap.inputs.project_file import FILE_NAME
from schoolmap.optimize import site
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
    from collections.abc import Iterator

    import geopandas as gpd

    from schoolmap.demography import Demography
    from schoolmap.inputs.project_file import Stage
    from schoolmap.project import Project

TOLERANCE = 1e-9
"""Largest relative difference between the two sides of an audit."""

QUANTILES = (0.1, 0.9)

PUPILS = "E"
"""The method whose children are pupils at their schools, not residents."""

STRANGE_DEMAND = 0.15
"""Difference of demand from the pupils enrolled, as a share of them, from which it is remarked on. Assumption."""


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
        of them who were counted or whose births are known.
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
    remarks
        What a person should look into, as sentences in both languages: stages
        whose demand is far from the pupils enrolled.
    """

    project: Project
    demography: Demography
    years: tuple[int, ...]
    results: dict[str, StageResult]
    balance: pd.DataFrame
    audit: pd.DataFrame
    outside: pd.Series
    """Residents of each area in no catchment of the youngest stage, at the count; only areas that have any."""
    remarks: tuple[dict[str, str], ...] = ()


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
    demography = make_demography(project, progress=progress)
    _audit_bands(project, audit)
    first = demography.children.by_scenario[project.scenarios[0].id]
    shocks = forecast.draw_shocks(
        first["area"].to_numpy().tolist(),
        years=first["year"].to_numpy().tolist(),
        draws=project.settings.draws,
        seed=project.settings.seed,
    )
    weights = {name: _weights(project, demography, name) for name in project.coverages}
    results = {}
    for stage in project.stages:
        progress(f"seats and balance: {stage.id}")
        shares = weights[project.coverage_of[stage.id]]
        results[stage.id] = _stage_result(project, stage, demography, shocks, weights=shares, audit=audit)
    coverage = project.coverage_of[project.stages[0].id]
    outside = _outside(project, demography, weights[coverage], catchments=project.coverages[coverage].index)
    return Plan(
        project=project,
        demography=demography,
        years=_years(project),
        results=results,
        balance=_long_balance(results),
        audit=audit.table(),
        outside=outside,
        remarks=tuple(_strange_demand(project, demography, results)),
    )


def _strange_demand(
    project: Project,
    demography: Demography,
    results: dict[str, StageResult],
) -> Iterator[dict[str, str]]:
    """Say where the demand of the base year is far from the pupils enrolled, if it was not made of them."""
    year, scenario = project.settings.base_year, project.scenarios[0].id
    for stage in project.stages:
        enrolment = project.sections.xs(stage.id, level="stage")["enrolment"]
        # where seats are shared with other ages, so are the pupils
        compared = (
            stage.attendance.rate is not None and demography.children.rung.code != PUPILS and stage.seat_share == 1
        )
        pupils = float(enrolment.sum()) if compared and enrolment.notna().all() else 0.0
        if pupils <= 0:
            continue
        balance = results[stage.id].balance.xs(scenario, level="scenario")
        demand = float(balance.xs(year, level="year")["demand"].sum())
        apart = demand / pupils - 1
        if abs(apart) <= STRANGE_DEMAND:
            continue
        below = apart < 0
        yield {
            "en": f"{stage.label['en']}: demand in {year} ({demand:,.0f}) is {100 * abs(apart):.0f} % "
            f"{'below' if below else 'above'} the pupils enrolled ({pupils:,.0f}): check the population, the "
            "attendance, or pupils from elsewhere.",
            "zh": f"{stage.label['zh']}：{year}年需求（{demand:,.0f}）比在校（园）生数（{pupils:,.0f}）"
            f"{'低' if below else '高'}{100 * abs(apart):.0f}%：请核对人口、入学率，以及是否有外来就读学生。",
        }


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


def _weights(project: Project, demography: Demography, coverage: str) -> pd.Series:
    """Return the share of each unit of the forecast that lies in each catchment."""
    zones = project.coverages[coverage]
    unit = demography.children.unit
    if unit == "area":
        return overlay.area_weights(project.areas, zones)
    units = demography.children.by_scenario[project.scenarios[0].id]["area"].to_numpy().tolist()
    if unit == "catchment":
        pairs = [(label, label, 1.0) for label in units if label in zones.index]
    else:
        stages = [stage for stage, name in project.coverage_of.items() if name == coverage]
        served = project.sections[project.sections.index.get_level_values("stage").isin(stages)]
        lists = served["catchments"].groupby(level="school").first()
        pairs = [(school, zone, 1 / len(zones_of)) for school, zones_of in lists.items() for zone in zones_of]
        pairs = [pair for pair in pairs if pair[0] in set(units)]
    table = pd.DataFrame(pairs, columns=["area", "catchment", "weight"])
    return table.set_index(["area", "catchment"])["weight"].sort_index()


def _audit_bands(project: Project, audit: _Audit) -> None:
    """Compare closed bands that lie within the split ages with the single ages they became, area by area."""
    if project.population is None:
        return
    oldest = max(*(stage.ages[1] for stage in project.stages), 2)
    base = graduation.split_bands(project.population, oldest=oldest)
    inside = project.population[project.population["high"] <= float(base["age"].max())]
    tops = inside["high"].groupby(level="area").max().reindex(base.indexes["area"])
    # a wide band may reach beyond the split ages; then nothing of its area can be compared
    top = xr.DataArray(tops.fillna(-1.0).to_numpy(), coords={"area": base["area"]}, dims="area")
    audit.compare("bands", float(inside["count"].sum()), float(base.where(base["age"] <= top).sum()))


def _stage_result(
    project: Project,
    stage: Stage,
    demography: Demography,
    shocks: forecast.Shocks,
    *,
    weights: pd.Series,
    audit: _Audit,
) -> StageResult:
    zones = project.coverages[project.coverage_of[stage.id]]
    ages = slice(*stage.ages)
    children, born = demography.children.by_scenario, demography.children.born
    years = list(_years(project))
    by_scenario = {
        name: overlay.transfer(counts.sel(age=ages), weights, catchments=zones.index)
        for name, counts in children.items()
    }
    for name, moved in by_scenario.items():
        _audit_transfer(audit, stage, name, children[name].sel(age=ages), moved)
    first = project.scenarios[0].id
    born_here = {
        name: overlay.transfer(counts.sel(age=ages), weights, catchments=zones.index).inside
        for name, counts in born.items()
    }
    attendance = _attendance(project, stage, by_scenario[first].inside, method=demography.children.rung.code)
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
            demography=demography,
            shocks=shocks,
            scenario=scenario.id,
            inside=by_scenario[scenario.id].inside,
            born_inside=born_here[scenario.id],
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
        children_born=xr.concat(
            [counts.sum("age").sel(year=years) for counts in born_here.values()],
            dim=pd.Index(born_here, name="scenario"),
        ),
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


def _attendance(project: Project, stage: Stage, inside: xr.DataArray, *, method: str) -> demands.AttendanceRate:
    if method == PUPILS:
        # its children are pupils, where they go to school: they attend already
        return demands.AttendanceRate(rate=1.0)
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
    demography: Demography,
    shocks: forecast.Shocks,
    scenario: str,
    inside: xr.DataArray,
    born_inside: xr.DataArray,
    weights: pd.Series,
    attendance: demands.AttendanceRate,
    seats: dict[str, pd.DataFrame],
) -> tuple[pd.DataFrame, xr.DataArray]:
    """Return the balance of one stage in one scenario, and the interval of the whole planning area."""
    years = list(_years(project))
    zones = pd.Index(inside["catchment"].to_numpy(), name="catchment")
    ages = slice(*stage.ages)
    children = demography.children.by_scenario[scenario].sel(age=ages)
    born = demography.children.born[scenario].sel(age=ages)
    elapsed = _elapsed(project, demography, children["year"])
    drawn = forecast.draw_children(
        born,
        children - born,
        elapsed=elapsed,
        shocks=shocks,
        last_known=demography.children.last_known,
        widen=widening(demography.factors, stage.id, elapsed),
    ).sel(year=years)
    drawn = demands.seats_needed(overlay.transfer(drawn, weights, catchments=zones).inside, attendance)
    by_age = demands.seats_needed(inside.sel(year=years), attendance)
    central = by_age.sum("age")
    there = xr.DataArray(seats["seats"].to_numpy(), coords=central.coords, dims=("catchment", "year"))
    low, high = (drawn.quantile(q, dim="draw", method="linear", skipna=False) for q in QUANTILES)
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
        [total.quantile(q, dim="draw", method="linear", skipna=False).drop_vars("quantile") for q in QUANTILES],
        dim=pd.Index(["p10", "p90"], name="bound"),
    )
    return balance, interval


def _elapsed(project: Project, demography: Demography, years: xr.DataArray) -> xr.DataArray:
    """Return the time from the count to each cut-off day, in years."""
    cutoff = project.settings.entry_cutoff
    time = [
        school_years.years_until(demography.children.date, school_years.cutoff_day(year, cutoff))
        for year in years.to_numpy().tolist()
    ]
    return xr.DataArray(time, coords={"year": years}, dims="year")


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


def _outside(
    project: Project,
    demography: Demography,
    weights: pd.Series,
    *,
    catchments: pd.Index,
) -> pd.Series:
    """Return residents (children, where no more is known) who live in none of the catchments, by area."""
    if project.population is not None and demography.children.unit == "area":
        residents = project.population["count"].groupby(level="area").sum()
    else:
        first = demography.children.by_scenario[project.scenarios[0].id]
        residents = first.isel(year=0).sum("age").to_series()
    counts = xr.DataArray(residents.to_numpy(), coords={"area": residents.index.to_numpy(object)}, dims="area")
    outside = overlay.transfer(counts, weights, catchments=catchments).outside.to_series()
    return outside[outside > TOLERANCE * residents.sum()].sort_values(ascending=False).rename("outside")
