"""
A developer's way through schoolmap, as a script: `python docs/examples/seats_of_a_district.py data/berlin-mitte mitte.html`.

It plans a project folder, asks a few questions of the result, does the middle of it again by hand with the functions of
the wings, and draws the map. It is checked with `mypy --strict` as it stands.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

import schoolmap
from schoolmap.optimize.assign import assign
from schoolmap.plan import Plan
from schoolmap.plan import make_plan
from schoolmap.project import Project
from schoolmap.project import read_project
from schoolmap.seats.balance import seat_balance
from schoolmap.seats.balance import totals
from schoolmap.seats.warnings import shortage_spans
from schoolmap.space.catchments import neighbours
from schoolmap.space.overlay import area_weights


def worst(plan: Plan, *, stage: str, most: int = 5) -> pd.DataFrame:
    """Return the catchments of a stage that are shortest of seats in the first scenario, with their names."""
    balance = plan.results[stage].balance.xs(plan.project.scenarios[0].id)
    spans = shortage_spans(pd.DataFrame(balance)).head(most)
    names = plan.project.coverages[plan.project.coverage_of[stage]]["name"]
    return spans.assign(name=names.reindex(spans.index))[["name", "peak_year", "peak_short", "probability"]]


def with_more_seats(plan: Plan, *, stage: str, catchment: str, seats: float) -> pd.DataFrame:
    """Return the sums of a stage by year if a catchment had some seats more from the first year on."""
    balance = pd.DataFrame(plan.results[stage].balance.xs(plan.project.scenarios[0].id))
    more = pd.Series(0.0, index=balance.index)
    more[more.index.get_level_values("catchment") == catchment] = seats
    tried = seat_balance(balance[["demand_p10", "demand", "demand_p90"]], balance["seats"] + more)
    return totals(tried)


def shared_areas(project: Project, *, coverage: str) -> pd.Series:
    """Return the small areas that lie in several catchments, and in how many: GeoDataFrames in, a Series out."""
    weights = area_weights(project.areas, project.in_force(coverage))
    parts = weights.groupby(level="area").size()
    return parts[parts > 1].sort_values(ascending=False)


def to_the_next(plan: Plan, *, stage: str) -> pd.Series:
    """Send the pupils whom a catchment has no seat for to spare seats of its neighbours, as many as can be, the fewest away."""
    year = plan.years[0]
    balance = plan.results[stage].balance.xs((plan.project.scenarios[0].id, year), level=("scenario", "year"))
    gap = balance["gap"].round()
    layer = plan.project.in_force(plan.project.coverage_of[stage])
    pairs = [(home, other) for home, other in neighbours(layer).index if gap[home] > 0 > gap[other]]
    metres = [float(layer.geometry[home].centroid.distance(layer.geometry[other].centroid)) for home, other in pairs]
    cost = pd.Series(metres, index=pd.MultiIndex.from_tuples(pairs, names=["area", "school"]), dtype=float)
    answer = assign(gap[gap > 0].rename_axis("area"), (-gap[gap < 0]).rename_axis("school"), cost)
    print(f"{answer.status}: {answer.flows.sum():.0f} of {gap[gap > 0].sum():.0f} pupils. {answer.proof}")
    return answer.flows


def main(folder: str, page: str) -> None:
    """Plan a folder, ask, and draw."""
    project = read_project(Path(folder))
    plan = make_plan(project, progress=print)
    if not bool(plan.audit["holds"].all()):
        sys.exit("The audit does not hold.")
    for stage in project.stages:
        print(stage.label["en"])
        ranked = worst(plan, stage=stage.id)
        print(ranked)
        if len(ranked) > 0:
            print(with_more_seats(plan, stage=stage.id, catchment=str(ranked.index[0]), seats=100.0).head(3))
        print(to_the_next(plan, stage=stage.id))
        print(shared_areas(project, coverage=project.coverage_of[stage.id]).head(3))
    print(schoolmap.save_map(plan, page, language="en"))


if __name__ == "__main__":
    main(*sys.argv[1:3])
