"""Draw the boundaries of all stages anew, and tell of them as proposals."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from schoolmap.proposals import problem
from schoolmap.proposals import reading
from schoolmap.proposals.boundaries import MOVE_COLUMNS
from schoolmap.proposals.boundaries import Weights
from schoolmap.proposals.boundaries import children_of
from schoolmap.proposals.boundaries import draw
from schoolmap.proposals.grounds import around_of
from schoolmap.proposals.grounds import stage_ground
from schoolmap.proposals.spans import spans_of
from schoolmap.proposals.terms import REZONE

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from schoolmap.belonging import Belonging
    from schoolmap.demography import Demography
    from schoolmap.project import Project
    from schoolmap.proposals.boundaries import Boundary
    from schoolmap.proposals.grounds import Measured
    from schoolmap.proposals.question import Need
    from schoolmap.proposals.spans import Span
    from schoolmap.seating import StageResult

SECONDS = 120.0
"""Time for the boundaries of one stage, at most: so long that the first run, which compiles, is not cut short by it."""
FEW = 10.0
"""Fewer pupils who go along when a boundary moves are in the list of who moves, and no proposal of their own."""


def redrawn(
    project: Project,
    demography: Demography,
    results: Mapping[str, StageResult],
    ways: Callable[[str], Measured],
    *,
    belonging: Mapping[str, Belonging],
    weights: Mapping[str, Weights],
    needs: Mapping[str, Need],
) -> dict[str, Boundary]:
    """
    Draw the boundaries of every stage that has any.

    Parameters
    ----------
    project, demography, results
        From the steps before.
    ways
        Ways by stage, measured when they are asked for.
    belonging
        By coverage, the share of each area in each catchment.
    weights
        By stage, what moves and missing seats weigh.
    needs
        By stage, demand and seats of the years that are decided on.

    Returns
    -------
    boundaries
        By stage; one whose boundaries stay is left out.
    """
    first = project.scenarios[0].id
    schools = gpd.GeoSeries(project.schools.geometry.centroid)
    found = {}
    for stage in project.stages:
        short = tuple(problem.largest_gaps(*needs[stage.id]))
        if stage.free_choice or not short or project.later.get(project.coverage_of[stage.id]):
            continue
        zones = project.coverages[project.coverage_of[stage.id]]
        around = around_of(zones)
        here = stage_ground(
            results[stage.id],
            ways(stage.id),
            short=short,
            catchments=problem.with_neighbours(short, around),
            around=around,
            demand=needs[stage.id][0],
            seats=needs[stage.id][1],
        )
        boundary = draw(
            here,
            areas=project.areas,
            zones=zones,
            shares=belonging[project.coverage_of[stage.id]].shares[0],
            children=children_of(
                demography.children.by_scenario[first].sel(age=slice(*stage.ages)),
                first_year=int(needs[stage.id][0].index.get_level_values("year").min()),
                stay_years=project.settings_siting.grandfather_years,
            ),
            schools=schools,
            weights=weights[stage.id],
            scenario=first,
            seed=project.settings.seed,
            time_limit=SECONDS,
        )
        if boundary is not None:
            found[stage.id] = boundary
    return found


def moved(need: Need, boundary: Boundary | None) -> Need:
    """Return demand as it is after a boundary has moved."""
    if boundary is None:
        return need
    demand = need[0].copy()
    demand.loc[boundary.demand.index] = boundary.demand
    return demand, need[1]


def spans_after(
    boundaries: Mapping[str, Boundary],
    needs: Mapping[str, Need],
    spans: Mapping[str, Mapping[str, Span]],
    *,
    first: str,
) -> dict[str, dict[str, Span]]:
    """
    Return when catchments that a new boundary touches are short of seats with it.

    Parameters
    ----------
    boundaries
        By stage.
    needs
        By stage, demand and seats after the boundaries have moved.
    spans
        By stage and catchment, when seats are short without them.
    first
        The first scenario.

    Returns
    -------
    spans
        By stage and catchment. The probability is that of the catchment itself,
        else of the one from which most pupils come.
    """
    found: dict[str, dict[str, Span]] = {}
    for stage, boundary in boundaries.items():
        demand, seats = needs[stage]
        touched = {*boundary.moves["from"], *boundary.moves["to"]}
        gap = (demand - seats)[demand.index.get_level_values("catchment").isin(touched)]
        coming = boundary.moves.groupby(["to", "from"])["pupils_then"].sum().reset_index()
        most = coming.sort_values("pupils_then", kind="stable").drop_duplicates("to", keep="last")
        givers = dict(zip(most["to"], most["from"], strict=True))
        worst = max(spans[stage].values(), key=lambda item: item.score)
        found[stage] = {}
        for label, span in spans_of(gap.to_frame("gap"), first).items():
            known = spans[stage].get(label) or spans[stage].get(givers.get(label, ""), worst)
            found[stage][label] = replace(span, probability=known.probability)
    return found


def as_rows(boundaries: Mapping[str, Boundary], spans: Mapping[str, Mapping[str, Span]]) -> list[dict[str, object]]:
    """
    Return one proposal for each pair of catchments between which pieces move.

    Parameters
    ----------
    boundaries
        By stage.
    spans
        By stage and catchment, when seats are short.

    Returns
    -------
    rows
        With the columns of `reading.COLUMNS`. Corners in which fewer than `FEW`
        pupils live go along with a larger piece of the same catchment: they are
        in the list of who moves only.
    """
    rows = []
    for stage, boundary in boundaries.items():
        sums = boundary.moves.groupby(["from", "to"], sort=True)["pupils_then"].sum()
        most = sums.groupby(level="from").transform("max")
        kept = sums[(sums >= FEW) | ((most < FEW) & (sums == most))].reset_index()
        for before, after, pupils in zip(kept["from"], kept["to"], kept["pupils_then"], strict=True):
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
                    "opens": int(boundary.moves["first_year"].min()),
                    "seats": float(pupils),
                    "why_year": "boundary",
                }
            )
    return rows


def all_moves(boundaries: Mapping[str, Boundary]) -> pd.DataFrame:
    """Return who moves in all stages: `stage` and the columns of `boundaries.MOVE_COLUMNS`."""
    parts = [boundary.moves.assign(stage=stage) for stage, boundary in boundaries.items()]
    columns = ["stage", *MOVE_COLUMNS]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)
