"""
Decide on all gaps of a project at once: one set of decisions for all scenarios, exact or with a proven gap.

First boundaries move to where seats are spare, as far as that weighs less than
rented rooms. What is left is weighed by the siting model over all years and
stages: build, expand, use other rooms, rent. Its answer is read as proposals;
each carries what would be done without it, and what that costs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from schoolmap.optimize.siting.choices import without_each
from schoolmap.optimize.siting.money import Money
from schoolmap.optimize.siting.scenarios import alone
from schoolmap.optimize.siting.site import site
from schoolmap.proposals import problem
from schoolmap.proposals import reading
from schoolmap.proposals.boundaries import MOVE_COLUMNS
from schoolmap.proposals.boundaries import Weights
from schoolmap.proposals.boundaries import draw
from schoolmap.proposals.grounds import around_of
from schoolmap.proposals.grounds import stage_ground
from schoolmap.proposals.measures import COLUMNS as ASKED
from schoolmap.proposals.question import pose
from schoolmap.proposals.terms import REZONE
from schoolmap.proposals.terms import terms_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schoolmap.belonging import Belonging
    from schoolmap.demography import Demography
    from schoolmap.optimize.siting.scenarios import Terms
    from schoolmap.optimize.siting.site import Siting
    from schoolmap.project import Project
    from schoolmap.proposals.boundaries import Boundary
    from schoolmap.proposals.question import Need
    from schoolmap.proposals.question import Question
    from schoolmap.proposals.terms import Terms as Conditions
    from schoolmap.reach.stages import Ground
    from schoolmap.seating import StageResult

GAP = 0.01
"""The plan may cost so much more than the bound, as a share; estimates of cost are coarser than that."""
BOUNDARY_SECONDS = 120.0
"""Time for the boundaries of one stage, at most: so long that the first run, which compiles, is not cut short by it."""
SECONDS_EACH = 30.0
"""Time to find what would be done without one of the measures, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """
    What to do about the gaps of a project.

    Attributes
    ----------
    table
        One row each proposal, with the columns of `reading.COLUMNS`, worst
        catchment first and in the order of opening.
    sizes
        By (measure, year): `classes`, `seats`, `capital` and `yearly`.
    instead
        By measure: `more` that the plan costs without it, `instead` (labels of
        what would be done more of), `later` (what opening a year later costs); empty where nothing was decided.
    needed
        By measure, the scenarios in whose own best plan it is.
    moves
        Which pieces of areas change their catchment, by stage; see
        `boundaries.Boundary`.
    measures
        Every measure that was weighed.
    after
        Pupils without a seat after all, by (scenario, stage, catchment, year),
        of the years that are decided on; empty where costs are not known.
    siting
        The answer of the siting model; `None` where nothing was to be decided,
        or costs are not known.
    boundaries
        By stage, where boundaries move.
    own_cost
        By scenario, what its own best plan costs.
    lacking
        Amounts without which nothing could be weighed.
    """

    table: pd.DataFrame
    sizes: pd.DataFrame
    instead: pd.DataFrame
    needed: dict[str, tuple[str, ...]]
    moves: pd.DataFrame
    measures: pd.DataFrame
    after: pd.Series
    siting: Siting | None
    boundaries: dict[str, Boundary]
    own_cost: pd.Series
    lacking: tuple[str, ...]


def make_proposals(
    project: Project,
    demography: Demography,
    results: Mapping[str, StageResult],
    ground: Ground,
    *,
    belonging: Mapping[str, Belonging],
) -> Proposals:
    """
    Decide what to do.

    Parameters
    ----------
    project, demography, results
        From the steps before.
    ground
        Homes and ways.
    belonging
        By coverage, the share of each area in each catchment.
    """
    first, base = project.scenarios[0].id, project.settings.base_year
    spans = {name: reading.spans_of(result.balance, first) for name, result in results.items()}
    money, lacking = _money(project), project.settings_siting.lacking
    needs = {name: problem.decided_years(result, after=base) for name, result in results.items()}
    if money is None:
        return _put_together([], spans, base_year=base, moves=_all_moves({}), boundaries={}, needs={}, lacking=lacking)
    terms = terms_of(project)
    boundaries = {}
    if REZONE in terms.allowed and demography.children.unit == "area":
        boundaries = _boundaries(
            project,
            demography,
            results,
            ground,
            belonging=belonging,
            seat_cost={stage: _seat_cost(terms, stage, money) for stage in results},
            way_cost=money.metre_cost,
            needs=needs,
        )
    needs = {name: _moved(need, boundaries.get(name)) for name, need in needs.items()}
    question = pose(project, demography, results, ground, terms, needs=needs)
    moves = _all_moves(boundaries)
    rows = _boundary_rows(boundaries, spans)
    if question is None:
        return _put_together(rows, spans, base_year=base, moves=moves, boundaries=boundaries, needs=needs)
    asked = question.measures[list(ASKED)]
    given = (question.demand, question.seats, question.ways, asked)
    settings, seed = project.settings_siting, project.settings.seed
    terms_asked = _asked(project, question, money)
    answer = site(
        *given, **terms_asked, most_regret=settings.most_regret, gap=GAP, seed=seed, time_limit=settings.time_limit
    )
    own = alone(*given, **_alone(terms_asked), gap=GAP, seed=seed, time_limit=settings.time_limit)
    instead = without_each(answer, *given, steps=(1,), gap=GAP, seconds_each=SECONDS_EACH, **terms_asked)
    table = reading.used(answer.built, question.measures)
    rows += reading.as_rows(
        table,
        answer.flows,
        spans,
        first_year={str(label): int(year) for label, year in question.measures["first_year"].items()},
    )
    rows += reading.neighbours_used(answer.flows, question.grounds, spans, first)
    rows += reading.left_without(answer.unserved, spans, scenario=first, ready=_ready(terms))
    needed = {
        label: tuple(name for name, plan in own.items() if label in plan.built.index.unique("measure"))
        for label in table.index
    }
    return _put_together(
        rows,
        spans,
        base_year=base,
        moves=moves,
        boundaries=boundaries,
        needs=needs,
        question=question,
        answer=answer,
        instead=instead,
        needed=needed,
        own_cost=pd.Series({name: plan.objective for name, plan in own.items()}, dtype=float),
    )


def _money(project: Project) -> Money | None:
    """Return the terms on which costs are added up, or nothing where the project and its standards do not say."""
    settings = project.settings_siting
    if settings.lacking:
        return None
    return Money(
        discount_rate=_amount(project, "discount_rate"),
        metre_cost=_amount(project, "way_cost"),
        short_cost=_amount(project, "short_cost"),
        empty_cost=_amount(project, "empty_cost"),
        base_year=project.settings.base_year,
    )


def _amount(project: Project, name: str) -> float:
    """Return an amount that all stages share; 0 where nobody states it."""
    amount = getattr(project.settings_siting, name)
    return 0.0 if amount is None else float(amount.value)


def _asked(project: Project, question: Question, money: Money) -> Terms:
    """Return what every question to the siting model has in common."""
    settings = project.settings_siting
    years = range(project.settings.base_year + 1, project.settings.horizon + 1)
    budget = pd.Series({year: settings.budget.get(year, np.inf) for year in years})
    return {
        "money": money,
        "plots": question.plots,
        "budget": budget if settings.budget else None,
        "total_budget": settings.total_budget,
        "weights": _weights(project),
    }


def _weights(project: Project) -> pd.Series:
    """Return the weights of the scenarios that are planned; they add up to 1."""
    stated = project.settings_siting.weights
    weights = pd.Series({scenario.id: stated.get(scenario.id, 0.0) for scenario in project.scenarios}, dtype=float)
    if weights.sum() <= 0:
        weights[:] = 1.0
    return weights / weights.sum()


def _alone(terms: Terms) -> Terms:
    """Return the same without weights, for one scenario at a time."""
    return {
        "money": terms["money"],
        "plots": terms["plots"],
        "budget": terms["budget"],
        "total_budget": terms["total_budget"],
    }


def _boundaries(
    project: Project,
    demography: Demography,
    results: Mapping[str, StageResult],
    ground: Ground,
    *,
    belonging: Mapping[str, Belonging],
    seat_cost: Mapping[str, float],
    way_cost: float,
    needs: Mapping[str, Need],
) -> dict[str, Boundary]:
    """Draw the boundaries of every stage that has any."""
    first = project.scenarios[0].id
    schools = gpd.GeoSeries(project.schools.geometry.centroid)
    nowhere = gpd.GeoSeries([], index=pd.Index([], dtype=object), crs=schools.crs)
    found = {}
    for stage in project.stages:
        short = tuple(problem.largest_gaps(*needs[stage.id]))
        if stage.free_choice or not short or project.later.get(project.coverage_of[stage.id]):
            continue
        zones = project.coverages[project.coverage_of[stage.id]]
        around = around_of(zones)
        here = stage_ground(
            ground,
            demography,
            results[stage.id],
            short=short,
            catchments=problem.with_neighbours(short, around),
            around=around,
            sites=nowhere,
            demand=needs[stage.id][0],
            seats=needs[stage.id][1],
        )
        children = demography.children.by_scenario[first].sel(age=slice(*stage.ages)).sum("age")
        boundary = draw(
            here,
            areas=project.areas,
            zones=zones,
            shares=belonging[project.coverage_of[stage.id]].shares[0],
            children=pd.DataFrame(
                children.transpose("area", "year").to_numpy(),
                index=children.indexes["area"],
                columns=children.indexes["year"],
            ),
            schools=schools,
            weights=Weights(kilometre=way_cost, moved=_amount(project, "boundary_charge"), short=seat_cost[stage.id]),
            scenario=first,
            seed=project.settings.seed,
            time_limit=BOUNDARY_SECONDS,
        )
        if boundary is not None:
            found[stage.id] = boundary
    return found


def _moved(need: Need, boundary: Boundary | None) -> Need:
    """Return demand as it is after a boundary has moved."""
    if boundary is None:
        return need
    demand = need[0].copy()
    demand.loc[boundary.demand.index] = boundary.demand
    return demand, need[1]


def _seat_cost(terms: Conditions, stage: str, money: Money) -> float:
    """Return what a seat costs in a year that is rented, or what it weighs to have none, if that is less."""
    if not terms.may("temporary", stage):
        return money.short_cost
    return min(money.short_cost, terms.costs["temporary", stage].per_year / terms.sizes[stage].class_size)


def _boundary_rows(
    boundaries: Mapping[str, Boundary], spans: Mapping[str, Mapping[str, reading.Span]]
) -> list[dict[str, object]]:
    """Return one proposal for each pair of catchments between which pieces move."""
    rows = []
    for stage, boundary in boundaries.items():
        for (before, after), part in boundary.moves.groupby(["from", "to"], sort=True):
            # pieces may also go on from a catchment that takes others in
            span = spans[stage].get(str(before)) or spans[stage].get(str(after))
            span = span or max(spans[stage].values(), key=lambda item: item.score)
            rows.append(
                {
                    **reading.nothing(span),
                    "kind": REZONE,
                    "stage": stage,
                    "catchment": str(before),
                    "receiver": str(after),
                    "opens": int(part["first_year"].min()),
                    "seats": float(part["pupils"].sum()),
                    "why_year": "earliest",
                }
            )
    return rows


def _all_moves(boundaries: Mapping[str, Boundary]) -> pd.DataFrame:
    parts = [boundary.moves.assign(stage=stage) for stage, boundary in boundaries.items()]
    columns = ["stage", *MOVE_COLUMNS]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _ready(terms: Conditions) -> dict[str, int]:
    """Return, by stage, the first year in which anything that makes seats can be ready."""
    found: dict[str, int] = {}
    for kind, stage in terms.costs:
        if terms.may(kind, stage):
            found[stage] = min(found.get(stage, terms.first_year[kind]), terms.first_year[kind])
    return found


def _put_together(
    rows: list[dict[str, object]],
    spans: Mapping[str, Mapping[str, reading.Span]],
    *,
    base_year: int,
    moves: pd.DataFrame,
    boundaries: dict[str, Boundary],
    needs: Mapping[str, Need],
    question: Question | None = None,
    answer: Siting | None = None,
    instead: pd.DataFrame | None = None,
    needed: dict[str, tuple[str, ...]] | None = None,
    own_cost: pd.Series | None = None,
    lacking: tuple[str, ...] = (),
) -> Proposals:
    """Sort the proposals: worst catchment first, and what opens first."""
    if not lacking:
        rows = [*rows, *reading.over_before(spans, rows, after=base_year)]
    table = pd.DataFrame(rows, columns=list(reading.COLUMNS))
    scores = [
        -spans[stage][catchment].score if catchment in spans[stage] else 0.0
        for stage, catchment in zip(table["stage"], table["catchment"], strict=True)
    ]
    order = list(spans)
    table = table.assign(
        _stage=[order.index(stage) for stage in table["stage"]],
        _score=scores,
        _last=table["kind"] == reading.UNSOLVED,
    )
    by = ["_stage", "_score", "catchment", "_last", "opens", "kind", "measure"]
    return Proposals(
        table=table.sort_values(by, kind="stable")[list(reading.COLUMNS)].reset_index(drop=True),
        sizes=pd.DataFrame() if answer is None else answer.built,
        instead=pd.DataFrame() if instead is None else instead,
        needed=needed or {},
        moves=moves,
        measures=pd.DataFrame() if question is None else question.measures,
        after=_after(needs, answer),
        siting=answer,
        boundaries=boundaries,
        own_cost=pd.Series(dtype=float) if own_cost is None else own_cost,
        lacking=lacking,
    )


def _after(needs: Mapping[str, Need], answer: Siting | None) -> pd.Series:
    """Return who is short after boundaries have moved and measures were taken."""
    if not needs:
        return pd.Series(dtype=float)
    parts = {stage: (demand - seats).clip(lower=0.0) for stage, (demand, seats) in needs.items()}
    names = ["scenario", "stage", "catchment", "year"]
    table = pd.concat(parts, names=["stage"]).rename("short").reset_index().set_index(names)["short"]
    if answer is not None:
        left = answer.unserved.rename("left").reset_index().rename(columns={"area": "catchment"})
        table.update(left.set_index(names)["left"])
    ordered: pd.Series = table.sort_index()
    return ordered
