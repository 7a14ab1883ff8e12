"""The way to school of a whole project: for which stages it is measured, and when it cannot be."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely
import village

from schoolmap import standards
from schoolmap.plan import make_plan
from schoolmap.project import read_project

if TYPE_CHECKING:
    from pathlib import Path

    from schoolmap.project import Project


def county(folder: Path) -> Project:
    """Return the four villages."""
    return village.idle(read_project(village.write(folder / "village")))


def test_stages_without_a_limit_are_left_out(tmp_path: Path) -> None:
    """Berlin limits the way to primary school alone."""
    found = make_plan(replace(county(tmp_path), standards=standards.load("berlin"))).reach
    assert found is not None
    assert list(found.stages) == ["primary"]


def test_no_limit_no_reach(tmp_path: Path) -> None:
    """A standard that says nothing of ways leaves nothing to judge; the plan is made all the same."""
    china = standards.load("china")
    nothing = dict.fromkeys(("reach_m", "rural_reach_m", "rural_minutes_lower", "rural_minutes_upper"))
    silent = replace(china, stages={name: replace(stage, **nothing) for name, stage in china.stages.items()})
    plan = make_plan(replace(county(tmp_path), standards=silent))
    assert plan.reach is None
    assert "reach" not in set(plan.audit["check"])


def test_roads_make_ways_longer_than_straight_lines_without_a_detour(tmp_path: Path) -> None:
    """With one road across the county, fewer are within reach than the circles hold; far homes are told."""
    project = county(tmp_path)
    west, south, east, north = project.areas.total_bounds
    middle = (south + north) / 2
    roads = gpd.GeoDataFrame(
        {"class": ["县道"], "speed": [40.0], "oneway": ["no"], "bridge": ["no"], "foot": ["yes"], "name": [""]},
        geometry=[shapely.LineString([(west, middle), (east, middle)])],
        crs=project.areas.crs,
    )
    found = make_plan(replace(project, roads=roads)).reach
    assert found is not None
    primary = found.stages["primary"]
    assert primary.by == "roads"
    assert primary.zones is not None
    now = primary.areas.groupby(level="year").sum().iloc[0]
    assert now["within"] < now["circle"]
    assert set(found.far["what"]) <= {"home", "school", "island"}
    assert (found.far["distance_m"].dropna() > project.settings_travel.farthest_m).all()
