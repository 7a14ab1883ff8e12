"""Put together what there is to decide: the stages that are short, what may be done, and how far everything is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from schoolmap.proposals import problem
from schoolmap.proposals.distances import NEAREST_SHARE
from schoolmap.proposals.grounds import around_of
from schoolmap.proposals.grounds import stage_ground
from schoolmap.proposals.grounds import standing
from schoolmap.proposals.measures import measures_of
from schoolmap.proposals.measures import plots_of
from schoolmap.proposals.terms import REZONE

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from schoolmap.project import Project
    from schoolmap.proposals.grounds import Measured
    from schoolmap.proposals.problem import StageGround
    from schoolmap.proposals.terms import Terms
    from schoolmap.seating import StageResult


Need = tuple[pd.Series, pd.Series]
"""Demand and seats by (scenario, catchment, year)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """
    What there is to decide, as the siting model is asked.

    Attributes
    ----------
    grounds
        By stage; only stages that are short of seats, or give rooms to them.
    measures
        All measures that may be taken, with those columns of `measures.ABOUT`.
    ways, demand, seats, plots
        As `optimize.siting.site` takes them.
    """

    grounds: dict[str, StageGround]
    measures: pd.DataFrame
    ways: pd.DataFrame
    demand: pd.Series
    seats: pd.Series
    plots: pd.DataFrame


def pose(
    project: Project,
    results: Mapping[str, StageResult],
    ways: Callable[[str], Measured],
    terms: Terms,
    *,
    needs: Mapping[str, Need],
) -> Question | None:
    """
    Put together what there is to decide.

    Parameters
    ----------
    project, results
        From the steps before.
    ways
        Ways by stage, measured when they are asked for.
    terms
        Sizes, costs and delays.
    needs
        By stage, demand and seats of the years that are decided on.

    Returns
    -------
    question
        Nothing where no catchment is short of seats.
    """
    short = {name: problem.largest_gaps(*need) for name, need in needs.items()}
    short = {name: gaps for name, gaps in short.items() if gaps}
    if not short:
        return None
    around = {name: around_of(project.in_force(project.coverage_of[name])) for name in results}
    sites = project.sites
    measures = measures_of(
        short,
        project.sections,
        sites,
        around={f"{stage} {label}": near for stage, found in around.items() for label, near in found.items()},
        site_in=standing(project, sites),
        school_in=standing(project, project.schools),
        terms=terms,
    )
    wanted = {name: set(problem.with_neighbours(tuple(gaps), around[name])) for name, gaps in short.items()}
    for stage, node in zip(measures["takes_stage"], measures["takes_school"], strict=True):
        if isinstance(node, str):
            wanted.setdefault(stage, set()).add(problem.catchment_of_pool(node))
    grounds = {
        name: stage_ground(
            results[name],
            ways(name),
            short=tuple(sorted(short.get(name, {}))),
            catchments=catchments,
            around=around[name],
            demand=needs[name][0],
            seats=needs[name][1],
        )
        for name, catchments in wanted.items()
    }
    nodes = measures[["school", "stage", "kind", "place", "serves"]].rename(columns={"school": "node"})
    charge = project.settings_siting.boundary_charge
    allowed = problem.ways_of(
        grounds,
        nodes,
        boundary_charge=0.0 if charge is None else charge.value,
        rezone=REZONE in terms.allowed,
        nearest_share=NEAREST_SHARE,
    )
    return Question(
        grounds=grounds,
        measures=measures,
        ways=allowed,
        demand=problem.demand_of(grounds),
        seats=problem.seats_of(grounds),
        plots=plots_of(sites),
    )
