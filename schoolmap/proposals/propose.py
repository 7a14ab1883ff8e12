"""
Decide on all gaps of a project at once: one set of decisions for all scenarios, exact or with a proven gap.

First boundaries move to where seats are spare, as far as that weighs less than
rented rooms. What is left is weighed by the siting model over all years and
stages: build, expand, use other rooms, rent. Its answer is read as proposals;
each carries what would be done without it, and what that costs.
"""

from __future__ import annotations

import functools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from schoolmap.optimize.cores import CORES
from schoolmap.optimize.siting.choices import without_each
from schoolmap.optimize.siting.money import Money
from schoolmap.optimize.siting.scenarios import alone
from schoolmap.optimize.siting.site import site
from schoolmap.proposals import problem
from schoolmap.proposals import reading
from schoolmap.proposals import redrawing
from schoolmap.proposals.boundaries import Weights
from schoolmap.proposals.grounds import Measured
from schoolmap.proposals.grounds import measured
from schoolmap.proposals.measures import COLUMNS as ASKED
from schoolmap.proposals.measures import SITE
from schoolmap.proposals.options import options
from schoolmap.proposals.question import pose
from schoolmap.proposals.spans import spans_of
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
    from schoolmap.proposals.options import Option
    from schoolmap.proposals.question import Need
    from schoolmap.proposals.question import Question
    from schoolmap.proposals.spans import Span
    from schoolmap.proposals.terms import Terms as Conditions
    from schoolmap.reach.stages import Ground
    from schoolmap.seating import StageResult

GAP = 0.01
"""The plan may cost so much more than the bound, as a share; estimates of cost are coarser than that."""
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
    options
        The plan that is proposed and others to choose from; empty where none
        are asked for, or nothing is built.
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
    options: tuple[Option, ...]
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
    spans = {name: spans_of(result.balance, first) for name, result in results.items()}
    money, lacking = _money(project), project.settings_siting.lacking
    needs = {name: problem.decided_years(result, after=base) for name, result in results.items()}
    if money is None:
        return _put_together(
            [], spans, base_year=base, moves=redrawing.all_moves({}), boundaries={}, needs={}, lacking=lacking
        )
    terms = terms_of(project)
    stages = {stage.id: stage for stage in project.stages}
    plots = gpd.GeoSeries(
        project.sites.geometry.representative_point().to_numpy(),
        index=pd.Index([f"{SITE}{label}" for label in project.sites.index], dtype=object),
        crs=project.schools.crs,
    )

    @functools.cache
    def ways(stage: str) -> Measured:
        return measured(ground, demography, stages[stage], sites=plots)

    boundaries = {}
    if REZONE in terms.allowed and demography.children.unit == "area":
        boundaries = redrawing.redrawn(
            project,
            demography,
            results,
            ways,
            belonging=belonging,
            weights={stage: _weights_of(project, terms, stage, money) for stage in results},
            needs=needs,
        )
    needs = {name: redrawing.moved(need, boundaries.get(name)) for name, need in needs.items()}
    question = pose(project, results, ways, terms, needs=needs)
    moves = redrawing.all_moves(boundaries)
    rows = redrawing.as_rows(boundaries, spans)
    if question is None:
        return _put_together(rows, spans, base_year=base, moves=moves, boundaries=boundaries, needs=needs)
    asked = question.measures[list(ASKED)]
    given = (question.demand, question.seats, question.ways, asked)
    settings, seed = project.settings_siting, project.settings.seed
    terms_asked = _asked(project, question, money)
    answer = site(
        *given, **terms_asked, most_regret=settings.most_regret, gap=GAP, seed=seed, time_limit=settings.time_limit
    )
    # neither knows of the other: side by side
    with ThreadPoolExecutor(CORES) as threads:
        each = threads.submit(
            lambda: alone(*given, **_alone(terms_asked), gap=GAP, seed=seed, time_limit=settings.time_limit)
        )
        others = options(answer, given, terms_asked, number=settings.choices, gap=GAP, time_limit=settings.time_limit)
        own = each.result()
    instead = without_each(answer, *given, steps=(1,), gap=GAP, seconds_each=SECONDS_EACH, **terms_asked)
    table = reading.used(answer.built, question.measures)
    rows += reading.as_rows(
        table,
        answer.flows,
        spans,
        redrawing.spans_after(boundaries, needs, spans, first=first),
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
        others=others,
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


def _weights_of(project: Project, terms: Conditions, stage: str, money: Money) -> Weights:
    """Return what a boundary of a stage is weighed by."""
    return Weights(
        kilometre=money.metre_cost,
        moved=_amount(project, "boundary_charge"),
        short=_seat_cost(terms, stage, money),
    )


def _seat_cost(terms: Conditions, stage: str, money: Money) -> float:
    """Return what a seat costs in a year that is rented, or what it weighs to have none, if that is less."""
    if not terms.may("temporary", stage):
        return money.short_cost
    return min(money.short_cost, terms.costs["temporary", stage].per_year / terms.sizes[stage].class_size)


def _ready(terms: Conditions) -> dict[str, int]:
    """Return, by stage, the first year in which anything that makes seats can be ready."""
    found: dict[str, int] = {}
    for kind, stage in terms.costs:
        if terms.may(kind, stage):
            found[stage] = min(found.get(stage, terms.first_year[kind]), terms.first_year[kind])
    return found


def _put_together(
    rows: list[dict[str, object]],
    spans: Mapping[str, Mapping[str, Span]],
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
    others: tuple[Option, ...] = (),
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
        options=others,
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
