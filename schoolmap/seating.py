"""
One stage, from children to balance: who needs a seat in each catchment, which seats there are, and what is missing.

`plan` calls it for each stage. What each step passes on is kept, so that every
number on the map can be traced to where it came from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from schoolmap.demography import widening
from schoolmap.population import forecast
from schoolmap.population import school_years
from schoolmap.provision import StageSupply
from schoolmap.provision import figure
from schoolmap.provision import joined_supply
from schoolmap.provision import stage_supply
from schoolmap.pupils import Flows
from schoolmap.pupils import attendance_of
from schoolmap.pupils import flows_of
from schoolmap.seats import balance as seat_balances
from schoolmap.seats import demand as demands
from schoolmap.seats import supply
from schoolmap.seats import warnings as levels
from schoolmap.seats.reviews import review_candidates
from schoolmap.standards.lookup import caps_grid
from schoolmap.tables import grades_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schoolmap.audit import Audit
    from schoolmap.belonging import Belonging
    from schoolmap.demography import Demography
    from schoolmap.inputs.project_file import Stage
    from schoolmap.project import Project
    from schoolmap.provision import Provision
    from schoolmap.space import overlay

QUANTILES = (0.1, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageResult:
    """
    One stage: its children, demand and seats.

    Attributes
    ----------
    attendance
        Rate, and what it was calibrated on.
    flows
        Pupils who learn elsewhere than where they live; `None` where the
        project tells of none.
    children, children_born
        Residents of the stage's ages by (scenario, catchment, year), and those
        of them who were counted or whose births are known.
    resident
        Pupils by the catchment they live in, by (scenario, catchment, year).
    entering
        Pupils of the entry grade who need a seat, by (scenario, catchment,
        year), with `entering_p10` and `entering_p90`, and the draws of the
        first scenario in `entering_draws`.
    shares
        Shares of each section's seats that serve each catchment.
    supply
        Seats by scenario.
    enough
        Seats that make a shortage no more probable than each of
        `seats.balance.CHANCES`, by (scenario, chance, catchment, year).
    balance
        By `(scenario, catchment, year)`, see `Plan.balance`.
    """

    stage: Stage
    attendance: demands.AttendanceRate
    flows: Flows | None
    children: xr.DataArray
    children_born: xr.DataArray
    resident: xr.DataArray
    entering: xr.DataArray
    entering_draws: xr.DataArray
    total_interval: xr.DataArray
    shares: pd.Series
    supply: dict[str, StageSupply]
    enough: xr.DataArray
    balance: pd.DataFrame
    reviews: pd.DataFrame

    @property
    def seats_by_section(self) -> pd.DataFrame:
        """Seats of each section in the first scenario, one column per year."""
        return next(iter(self.supply.values())).by_section


def years_of(project: Project) -> tuple[int, ...]:
    """Return the school years that are planned."""
    return tuple(range(project.settings.base_year, project.settings.horizon + 1))


def seat_stage(
    project: Project,
    stage: Stage,
    demography: Demography,
    shocks: forecast.Shocks,
    *,
    provisions: Mapping[str, Provision],
    belonging: Belonging,
    audit: Audit,
) -> StageResult:
    """
    Plan one stage.

    Parameters
    ----------
    project, stage
        What is planned.
    demography, shocks
        Children by area, age and year, and how their numbers may differ.
    provisions
        Seats by scenario.
    belonging
        Share of each unit of the forecast that lies in each catchment, by year.
    audit
        Collects both sides of every transfer.

    Raises
    ------
    InputError
        If the attendance cannot be calibrated, more pupils leave a catchment
        than live there, or projects take away more seats than there are.
    """
    zones = project.coverages[project.coverage_of[stage.id]]
    ages = slice(*stage.ages)
    children, born = demography.children.by_scenario, demography.children.born
    years = list(years_of(project))
    by_scenario = {name: belonging.carry(counts.sel(age=ages)) for name, counts in children.items()}
    for name, moved in by_scenario.items():
        _audit_transfer(audit, stage, name, children[name].sel(age=ages), moved)
    first = project.scenarios[0].id
    born_here = {name: belonging.carry(counts.sel(age=ages)).inside for name, counts in born.items()}
    method = demography.children.rung.code
    attendance = attendance_of(project, stage, by_scenario[first].inside, method=method)
    resident = {
        name: demands.seats_needed(moved.inside.sel(year=years), attendance) for name, moved in by_scenario.items()
    }
    flows = flows_of(project, stage, resident[first].sel(year=years[0]).sum("age"), method=method)
    sections = pd.DataFrame(project.sections.xs(stage.id, level="stage"))
    living = by_scenario[first].inside.sum("age")
    periods = {period[0]: period for period in belonging.periods(years) if period}
    serving = {
        year: supply.serving_shares(project.served_in(stage.id, year), weight=living.sel(year=year).to_series())
        for year in periods
    }
    shares = next(iter(serving.values()))
    supplies = {
        name: joined_supply(
            {
                year: (period, stage_supply(stage, provision, shares=serving[year], catchments=zones.index))
                for year, period in periods.items()
            }
        )
        for name, provision in provisions.items()
    }
    parts, intervals, enough, entering, draws = {}, {}, {}, {}, None
    for scenario in project.scenarios:
        there = supplies[scenario.id]
        _audit_sections(audit, stage, scenario.id, sections, there)
        drawn = _Draws(
            project=project,
            stage=stage,
            demography=demography,
            shocks=shocks,
            scenario=scenario.id,
            belonging=belonging,
            attendance=attendance,
            flows=flows,
        )
        by_age = _with_flows(resident[scenario.id], flows)
        needed = drawn.of(stage.ages)
        enough[scenario.id] = _enough(needed, there)
        parts[scenario.id], intervals[scenario.id] = _balance(
            project,
            stage,
            drawn=needed,
            by_age=by_age,
            born=born_here[scenario.id].sel(year=years),
            living=by_scenario[scenario.id].inside.sel(year=years),
            there=there,
        )
        entry = drawn.of((stage.ages[0], stage.ages[0]))
        entering[scenario.id] = _band(by_age.sel(age=stage.ages[0], drop=True), entry)
        draws = entry if draws is None else draws
        _audit_demand(
            audit,
            f"{stage.id} {scenario.id}",
            parts[scenario.id]["demand"],
            resident=resident[scenario.id],
            needed=attendance.rate * float(by_scenario[scenario.id].inside.sel(year=years).sum()),
            flows=flows,
        )
    balance = pd.concat(parts, names=["scenario"])
    of_scenario = pd.Index(by_scenario, name="scenario")
    return StageResult(
        stage=stage,
        attendance=attendance,
        flows=flows,
        children=xr.concat([m.inside.sum("age").sel(year=years) for m in by_scenario.values()], dim=of_scenario),
        children_born=xr.concat([counts.sum("age").sel(year=years) for counts in born_here.values()], dim=of_scenario),
        resident=xr.concat([counts.sum("age") for counts in resident.values()], dim=of_scenario),
        entering=xr.concat(list(entering.values()), dim=of_scenario),
        entering_draws=draws if draws is not None else xr.DataArray(),
        total_interval=xr.concat(list(intervals.values()), dim=of_scenario),
        shares=shares,
        supply=supplies,
        enough=xr.concat(list(enough.values()), dim=of_scenario),
        balance=balance,
        reviews=_reviews(project, pd.DataFrame(balance.xs(first))),
    )


def _with_flows(resident: xr.DataArray, flows: Flows | None) -> xr.DataArray:
    return resident if flows is None else flows.demand(resident)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draws:
    """What draws of pupils are made from; `of` makes them for some ages of the stage."""

    project: Project
    stage: Stage
    demography: Demography
    shocks: forecast.Shocks
    scenario: str
    belonging: Belonging
    attendance: demands.AttendanceRate
    flows: Flows | None

    def of(self, ages: tuple[int, int]) -> xr.DataArray:
        """Return pupils of these ages by (catchment, year, draw)."""
        people = self.demography.children
        children = people.by_scenario[self.scenario].sel(age=slice(*ages))
        born = people.born[self.scenario].sel(age=slice(*ages))
        elapsed = _elapsed(self.project, self.demography, children["year"])
        drawn = forecast.draw_children(
            born,
            children - born,
            elapsed=elapsed,
            shocks=self.shocks,
            last_known=people.last_known,
            widen=widening(self.demography.factors, self.stage.id, elapsed),
        ).sel(year=list(years_of(self.project)))
        here = self.belonging.carry(drawn).inside
        return _with_flows(demands.seats_needed(here, self.attendance), self.flows)


def _elapsed(project: Project, demography: Demography, years: xr.DataArray) -> xr.DataArray:
    """Return the time from the count to each cut-off day, in years."""
    cutoff = project.settings.entry_cutoff
    time = [
        school_years.years_until(demography.children.date, school_years.cutoff_day(year, cutoff))
        for year in years.to_numpy().tolist()
    ]
    return xr.DataArray(time, coords={"year": years}, dims="year")


def _band(central: xr.DataArray, drawn: xr.DataArray) -> xr.DataArray:
    """Return the central number and its 80 % interval, which holds it."""
    low, high = (drawn.quantile(q, dim="draw", method="linear", skipna=False).drop_vars("quantile") for q in QUANTILES)
    # in a catchment of a few children the draws may all lie on one side of the centre
    parts = [low.clip(max=central), central, high.clip(min=central)]
    return xr.concat(parts, dim=pd.Index(["p10", "central", "p90"], name="bound")).transpose(..., "catchment", "year")


def _balance(
    project: Project,
    stage: Stage,
    *,
    drawn: xr.DataArray,
    by_age: xr.DataArray,
    born: xr.DataArray,
    living: xr.DataArray,
    there: StageSupply,
) -> tuple[pd.DataFrame, xr.DataArray]:
    """Return the balance of one stage in one scenario, and the interval of the whole planning area."""
    years = list(years_of(project))
    central = by_age.sum("age")
    zones = pd.Index(central["catchment"].to_numpy(), name="catchment")
    seats = xr.DataArray(there.seats.to_numpy(), coords={"catchment": zones, "year": years})
    unit = pd.MultiIndex.from_product([zones, years], names=["catchment", "year"])

    def column(values: xr.DataArray) -> pd.Series:
        return pd.Series(values.transpose("catchment", "year").to_numpy().ravel(), index=unit)

    band = _band(central, drawn)
    names = {"demand_p10": "p10", "demand": "central", "demand_p90": "p90"}
    frame = pd.DataFrame({name: column(band.sel(bound=bound)) for name, bound in names.items()})
    balance = seat_balances.seat_balance(frame, column(seats))
    seats_drawn = seats if there.departure is None else seats + there.departure
    balance["shortage_probability"] = column((drawn > seats_drawn).mean("draw"))
    oversized = figure(project, stage.id, "oversized_from")
    unknown = xr.full_like(central, np.nan)
    rooms = xr.DataArray(there.rooms.to_numpy(dtype=float), coords={"catchment": zones, "year": years})
    caps = caps_by_age(project, stage)
    balance["classes_needed"] = column(
        unknown if caps is None else demands.classes_needed(by_age, class_size=caps),
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
    everyone, alive = living.sum("age"), born.sum("age")
    balance["born_share"] = column((alive / everyone.where(everyone > 0)).fillna(1.0))
    total = drawn.sum("catchment")
    interval = xr.concat(
        [total.quantile(q, dim="draw", method="linear", skipna=False).drop_vars("quantile") for q in QUANTILES],
        dim=pd.Index(["p10", "p90"], name="bound"),
    )
    return balance, interval


def _enough(drawn: xr.DataArray, there: StageSupply) -> xr.DataArray:
    """Return the seats by the book with which a shortage is no more probable than each bound."""
    needed = drawn if there.departure is None else drawn - there.departure
    needed = needed.transpose("catchment", "year", "draw")
    return xr.DataArray(
        seat_balances.enough_seats(needed.to_numpy()),
        coords={"chance": list(seat_balances.CHANCES), "catchment": needed["catchment"], "year": needed["year"]},
        dims=("chance", "catchment", "year"),
    )


def caps_by_age(project: Project, stage: Stage) -> xr.DataArray | None:
    """Return the most pupils of a class by age and year; nothing where the standard has none, or an age no grade."""
    standard = project.standards.stages.get(stage.id)
    grades = grades_of(stage.ages)
    span, years = list(range(stage.ages[0], stage.ages[1] + 1)), list(years_of(project))
    coords = {"age": span, "year": years}
    size = figure(project, stage.id, "class_size")
    if standard is None or len(grades) != len(span):
        return None if size is None else xr.DataArray(np.full((len(span), len(years)), size), coords=coords)
    caps = caps_grid(standard, grades=grades, years=years)
    return None if caps.isna().to_numpy().any() else xr.DataArray(caps.to_numpy(), coords=coords)


def _audit_transfer(
    audit: Audit,
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


def _audit_sections(audit: Audit, stage: Stage, scenario: str, sections: pd.DataFrame, there: StageSupply) -> None:
    """Compare seats of schools and projects with those of catchments and of sections that serve none."""
    unplaced = there.by_section[sections["catchments"].reindex(there.by_section.index).map(len) == 0]
    audit.compare(
        "sections",
        float(there.by_section.to_numpy().sum() + there.elsewhere.to_numpy().sum()),
        float(there.seats.to_numpy().sum()) + float(unplaced.to_numpy().sum()),
        stage=f"{stage.id} {scenario}",
    )


def _audit_demand(
    audit: Audit, about: str, demand: pd.Series, *, resident: xr.DataArray, needed: float, flows: Flows | None
) -> None:
    """Compare the demand with the pupils who live here, those who come and those who leave."""
    coming, leaving = 0.0, 0.0
    if flows is not None:
        coming, leaving = float(flows.arriving(resident).sum()), float(flows.leaving(resident).sum())
    audit.compare("demand", float(demand.sum()) + leaving, needed + coming, stage=about)


def _reviews(project: Project, balance: pd.DataFrame) -> pd.DataFrame:
    return review_candidates(
        balance["utilisation"].unstack("year"),
        balance["seats"].unstack("year"),
        surplus_below=project.standards.levels.surplus_below.value,
    )
