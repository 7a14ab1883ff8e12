"""
Run the steps in order: project -> children -> demand -> seats -> balance -> reach -> proposals -> `Plan`.

No step knows a file or a map. What each step passes on is kept in the plan, so
that every number on the map can be traced to where it came from, and every
transfer is audited.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import xarray as xr

from schoolmap import cards
from schoolmap.alerts import make_alerts
from schoolmap.appraisal import appraise
from schoolmap.audit import TOLERANCE
from schoolmap.audit import Audit
from schoolmap.belonging import belonging_of
from schoolmap.belonging import moves_of
from schoolmap.demography import make_demography
from schoolmap.population import forecast
from schoolmap.population import graduation
from schoolmap.proposals.propose import make_proposals
from schoolmap.provision import make_provision
from schoolmap.pupils import PUPILS
from schoolmap.reach.measure import make_ground
from schoolmap.reach.measure import make_reach
from schoolmap.seating import seat_stage
from schoolmap.seating import years_of
from schoolmap.seats.balance import totals
from schoolmap.seats.warnings import shortage_spans
from schoolmap.situation import make_situation

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    from schoolmap.alerts import StageAlerts
    from schoolmap.appraisal import Appraisal
    from schoolmap.belonging import Belonging
    from schoolmap.demography import Demography
    from schoolmap.project import Project
    from schoolmap.proposals.propose import Proposals
    from schoolmap.provision import Provision
    from schoolmap.reach.measure import Reach
    from schoolmap.seating import StageResult
    from schoolmap.situation import Situation

_WORST = 3
"""Catchments of each stage that a notebook names."""
STRANGE_DEMAND = 0.15
"""Difference of demand from the pupils enrolled, as a share of them, from which it is remarked on. Assumption."""


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
    provisions: dict[str, Provision]
    """Seats of all stages, by scenario."""
    results: dict[str, StageResult]
    situation: Situation
    alerts: dict[str, StageAlerts]
    """Warnings by stage."""
    appraisal: Appraisal
    reach: Reach | None
    """The way to school; `None` where the standard sets no limit, or children are not known by area."""
    proposals: Proposals
    """What to do about the gaps."""
    belonging: dict[str, Belonging]
    """By coverage, the share of each area in each catchment."""
    moves: pd.DataFrame
    """Who moves when a boundary changes; see `belonging.moves_of`."""
    balance: pd.DataFrame
    audit: pd.DataFrame
    outside: pd.Series
    """Residents of each area in no catchment of the youngest stage, at the count; only areas that have any."""
    outside_later: dict[int, pd.Series]
    """The same by the boundaries that hold from a later school year."""
    remarks: tuple[dict[str, str], ...] = ()

    def _repr_html_(self) -> str:
        """Return what a notebook shows: each stage in the first scenario, the worst gaps, and whether the audit holds."""
        project, settings = self.project, self.project.settings
        language, first = settings.language, project.scenarios[0]
        stages: list[tuple[object, ...]] = []
        worst: list[tuple[object, ...]] = []
        for stage in project.stages:
            label, balance = stage.label[language], pd.DataFrame(self.results[stage.id].balance.xs(first.id))
            sums = totals(balance)
            figures = sums[["demand", "seats", "short", "spare"]].to_numpy(dtype=float)
            worst_year = int(sums["short"].to_numpy().argmax())
            told = sorted({0, worst_year, len(figures) - 1})
            stages += [(label, str(sums.index[at]), *figures[at].tolist()) for at in told]
            names = project.coverages[project.coverage_of[stage.id]]["name"]
            for span in shortage_spans(balance).head(_WORST).reset_index().to_dict("records"):
                years = f"{span['first_year']:.0f} to {span['last_year']:.0f}"
                worst.append((label, names[span["catchment"]], years, float(span["peak_short"])))
        broken = int((~self.audit["holds"]).sum())
        facts = [
            ("scenario", first.label[language]),
            ("method of the forecast", self.demography.children.rung.code),
            ("proposals", len(self.proposals.table)),
            (
                "audit",
                f"{len(self.audit)} checks hold" if broken == 0 else f"{broken} of {len(self.audit)} checks FAIL",
            ),
            ("public edition", f"counts of 1 to {project.hide_below - 1} are hidden" if project.hide_below else None),
            ("synthetic", "yes, some of the data is invented" if settings.synthetic else None),
        ]
        return cards.card(
            settings.title[language],
            facts,
            cards.Table(
                "First year, worst year, last year",
                ("stage", "year", "demand", "seats", "short", "spare"),
                stages,
            ),
            cards.Table("Short of seats, worst first", ("stage", "catchment", "years", "seats short at most"), worst),
        )


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
    audit = Audit()
    demography = make_demography(project, progress=progress)
    _audit_bands(project, audit)
    first = demography.children.by_scenario[project.scenarios[0].id]
    shocks = forecast.draw_shocks(
        first["area"].to_numpy().tolist(),
        years=first["year"].to_numpy().tolist(),
        draws=project.settings.draws,
        seed=project.settings.seed,
    )
    belonging = {name: belonging_of(project, demography, name) for name in project.coverages}
    years = years_of(project)
    provisions = {item.id: make_provision(project, item, years=years) for item in project.scenarios}
    results = {}
    for stage in project.stages:
        progress(f"seats and balance: {stage.id}")
        results[stage.id] = seat_stage(
            project,
            stage,
            demography,
            shocks,
            provisions=provisions,
            belonging=belonging[project.coverage_of[stage.id]],
            audit=audit,
        )
    progress("the way to school")
    provision = provisions[project.scenarios[0].id]
    ground = make_ground(project)
    reach = make_reach(ground, demography, provision, results, audit=audit)
    progress("what to do about it")
    proposals = make_proposals(project, demography, results, ground, belonging=belonging)
    progress("classes, warnings and indicators")
    situation = make_situation(project, provision, results)
    residents = {stage.id: _residents(project, demography, belonging, stage.id) for stage in project.stages}
    coverage = project.coverage_of[project.stages[0].id]
    outside = _outside(project, demography, belonging[coverage])
    outside_later = {
        start: _outside(project, demography, replace(belonging[coverage], starts=(start,), shares=(shares,)))
        for start, shares in list(zip(belonging[coverage].starts, belonging[coverage].shares, strict=True))[1:]
    }
    return Plan(
        project=project,
        demography=demography,
        years=years,
        provisions=provisions,
        results=results,
        situation=situation,
        alerts=make_alerts(project, provision, results, residents=residents),
        appraisal=appraise(project, situation, results, method=demography.children.rung.code),
        reach=reach,
        proposals=proposals,
        belonging=belonging,
        moves=moves_of(project, demography),
        balance=_long_balance(results),
        audit=audit.table(),
        outside=outside,
        outside_later=outside_later,
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


def _audit_bands(project: Project, audit: Audit) -> None:
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


def _residents(
    project: Project,
    demography: Demography,
    belonging: dict[str, Belonging],
    stage: str,
) -> pd.Series:
    """Return residents of all ages by catchment at the count; nothing where only children are known."""
    if project.population is None or demography.children.unit != "area":
        return pd.Series(dtype=float)
    counted = project.population
    # bands that end at some age do not count everybody
    if counted["high"].notna().groupby(level="area").all().any():
        return pd.Series(dtype=float)
    people = counted["count"].groupby(level="area").sum()
    counts = xr.DataArray(people.to_numpy(), coords={"area": people.index.to_numpy(object)}, dims="area")
    return belonging[project.coverage_of[stage]].carry(counts).inside.to_series()


def _long_balance(results: dict[str, StageResult]) -> pd.DataFrame:
    parts = {name: result.balance for name, result in results.items()}
    long = pd.concat(parts, names=["stage"]).reset_index()
    order = ["catchment", "stage", "year", "scenario"]
    return long[order + [column for column in long.columns if column not in order]]


def _outside(project: Project, demography: Demography, belonging: Belonging) -> pd.Series:
    """Return residents (children, where no more is known) who live in none of the catchments, by area."""
    if project.population is not None and demography.children.unit == "area":
        residents = project.population["count"].groupby(level="area").sum()
    else:
        first = demography.children.by_scenario[project.scenarios[0].id]
        residents = first.isel(year=0).sum("age").to_series()
    counts = xr.DataArray(residents.to_numpy(), coords={"area": residents.index.to_numpy(object)}, dims="area")
    outside = belonging.carry(counts).outside.to_series()
    return outside[outside > TOLERANCE * residents.sum()].sort_values(ascending=False).rename("outside")
