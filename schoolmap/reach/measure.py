"""
Who lives within reach of a school, year by year: the limits of the standard against the ways that children have.

The way of each child goes to the nearest school of the stage that has seats in
that year, on the project's roads, or in a straight line times a stated factor.
Nobody is lost: within reach, out of reach and without a limit add up to all
children.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schoolmap.reach.homes import homes_of
from schoolmap.reach.limits import limits_of
from schoolmap.reach.limits import places_of
from schoolmap.reach.stages import Ground
from schoolmap.reach.stages import StageReach
from schoolmap.reach.stages import reach_of
from schoolmap.ways import make_ways
from schoolmap.ways import walking_pace

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from schoolmap.audit import Audit
    from schoolmap.demography import Demography
    from schoolmap.project import Project
    from schoolmap.provision import Provision
    from schoolmap.seating import StageResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """
    The way to school in every stage for which the standard sets a limit.

    Attributes
    ----------
    stages
        By stage.
    far
        Homes and schools far from any road, and roads without a link to the
        others: `what`, `label`, `name`, `distance_m`, `km`.
    method
        How ways are measured, as sentences in both languages.
    """

    stages: dict[str, StageReach]
    far: pd.DataFrame
    method: tuple[dict[str, str], ...]


def _without_roads(far: pd.DataFrame) -> tuple[dict[str, str], ...]:
    """Say how many places no road leads to: their children count as out of reach, and lengthen no mean."""
    homes, schools = (int((far["what"] == what).sum()) for what in ("home", "school"))
    if homes + schools == 0:
        return ()
    return (
        {
            "en": f"No road leads to homes in {homes} areas and to {schools} schools: complete the roads. Children "
            "there count as out of reach, and in no mean way.",
            "zh": f"{homes}个小区域有居住点、{schools}所学校无道路通达，请补充道路数据；其儿童计为范围外，不计入平均距离。",
        },
    )


def make_ground(project: Project) -> Ground:
    """Return the points where children live and the ways from there: what distances of a project are measured on."""
    pace = walking_pace(project.settings_travel, project.standards)
    ways = make_ways(
        project.roads,
        barriers=project.barriers,
        crossings=project.crossings,
        gates=project.gates,
        settings=project.settings_travel,
        walk_m_per_minute=pace,
    )
    homes = homes_of(project.areas, project.dwellings)
    return Ground(project=project, ways=ways, homes=homes, place=places_of(project.areas["urban_rural"]))


def make_reach(
    ground: Ground,
    demography: Demography,
    provision: Provision,
    results: Mapping[str, StageResult],
    *,
    audit: Audit,
) -> Reach | None:
    """
    Measure the way to school.

    Parameters
    ----------
    ground
        From `make_ground`.
    demography, results
        From the steps before.
    provision
        Seats of the first scenario.
    audit
        Collects both sides of every transfer.

    Returns
    -------
    reach
        Nothing where children are not known by area, or the standard sets no
        limit for any stage.
    """
    if demography.children.unit != "area":
        return None
    project, ways, homes = ground.project, ground.ways, ground.homes
    pace = ways.walk_m_per_minute
    limits = {
        stage.id: limits_of(project.standards.stages.get(stage.id), ages=stage.ages, walk_m_per_minute=pace)
        for stage in project.stages
    }
    if not any(limits.values()):
        return None
    first = project.scenarios[0].id
    children = demography.children.by_scenario[first]
    stages = {}
    for stage in project.stages:
        if not limits[stage.id]:
            continue
        found = reach_of(
            ground,
            stage,
            limits[stage.id],
            children=children,
            result=results[stage.id],
            provision=provision,
        )
        stages[stage.id] = found
        years = [int(year) for year in found.open.columns]
        audit.compare(
            "reach",
            float(children.sel(age=slice(*stage.ages), year=years).sum()),
            float(found.areas[["within", "beyond", "unknown"]].to_numpy().sum()),
            stage=f"{stage.id} {first}",
        )
    far = ways.far(homes.points, project.schools)
    return Reach(stages=stages, far=far, method=(*ways.method, *homes.method, *_without_roads(far)))
