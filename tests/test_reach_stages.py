"""Who is within reach of a school: by hand, against plain loops, and year by year as schools open."""

from __future__ import annotations

import functools
import math
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import shapely
import village

from schoolmap.plan import make_plan
from schoolmap.project import read_project
from schoolmap.reach.limits import Limit
from schoolmap.reach.stages import RINGS
from schoolmap.reach.stages import bands_of
from schoolmap.standards.schema import Figure

if TYPE_CHECKING:
    from schoolmap.plan import Plan
    from schoolmap.project import Project
    from schoolmap.reach.stages import StageReach

DETOUR = 1.3


@functools.cache
def project(classes: tuple[str, ...] = ()) -> Project:
    """Return the four villages, perhaps with their classes of town and country."""
    content = village.tables()
    if classes:
        content["areas"] = content["areas"].assign(城乡分类=classes)
    with tempfile.TemporaryDirectory() as folder:
        return village.idle(read_project(village.write(Path(folder) / "village", content)))


@functools.cache
def plan(classes: tuple[str, ...] = ()) -> Plan:
    """Return the plan of the four villages."""
    return make_plan(project(classes))


def reach(stage: str, classes: tuple[str, ...] = ()) -> StageReach:
    """Return the reach of one of its stages."""
    found = plan(classes).reach
    assert found is not None
    return found.stages[stage]


def share_within(area: str, schools: list[str], limit_m: float) -> float:
    """Return the share of a square kilometre, as a hundred points, from which any of the schools is near enough."""
    here, places = project().areas.geometry[area].bounds, project().schools.geometry
    near = 0
    for column in range(10):
        for row in range(10):
            x, y = here[0] + 50 + 100 * column, here[1] + 50 + 100 * row
            ways = [DETOUR * math.hypot(places[school].x - x, places[school].y - y) for school in schools]
            near += min(ways) <= limit_m
    return near / 100


@pytest.mark.parametrize("area", village.AREAS)
def test_by_plain_loops(area: str) -> None:
    """Primary pupils of towns within 500 m: the share of the village's points that have a school that near."""
    row = reach("primary").areas.loc[(area, 2024)]
    expected = share_within(area, ["2143000001", "2143000002"], 500.0)
    assert row["within"] / row["children"] == pytest.approx(expected, abs=1e-12)
    assert row["circle"] / row["children"] == pytest.approx(
        share_within(area, ["2143000001", "2143000002"], 500.0 * DETOUR), abs=1e-12
    )


def test_nobody_is_lost() -> None:
    """Within, beyond and without a limit are all children of the plan, of each area, stage and year."""
    first = project().scenarios[0].id
    children = plan().demography.children.by_scenario[first]
    for stage in project().stages:
        areas = reach(stage.id).areas
        whole = children.sel(age=slice(*stage.ages)).sum("age").to_series().reindex(areas.index)
        np.testing.assert_allclose(areas["children"], whole, rtol=1e-12)
        np.testing.assert_allclose(areas[["within", "beyond", "unknown"]].sum(axis=1), whole, rtol=1e-9)
    lines = plan().audit[plan().audit["check"] == "reach"]
    assert len(lines) == 2
    assert lines["holds"].all()


def test_grades_add_up_to_areas() -> None:
    """By age or by area, it is the same children; first-graders of towns have the share of their village."""
    for stage in project().stages:
        found = reach(stage.id)
        by_age, by_area = (table.groupby(level="year").sum() for table in (found.grades, found.areas))
        for name in ("children", "within", "beyond", "unknown"):
            np.testing.assert_allclose(by_age[name], by_area[name], rtol=1e-9, atol=1e-9)
        assert sorted(set(found.grades.index.get_level_values("age"))) == list(range(stage.ages[0], stage.ages[1] + 1))


def test_circles_take_in_more_than_ways_and_the_own_school_is_no_nearer() -> None:
    """A way is at least the straight line, and the nearest of all schools at most as far as the nearest of some."""
    areas = reach("primary").areas
    assert (areas["circle"] >= areas["within"] - 1e-9).all()
    assert (areas["own_beyond"] >= areas["beyond"] - 1e-9).all()


def test_a_kindergarten_that_opens_brings_children_within_reach() -> None:
    """X3 opens in 2028 at a place of its own in the third village; X2 has a catchment but no place, so no site."""
    found = reach("kindergarten")
    assert "X3" in found.sites.index
    assert "X2" not in found.sites.index
    assert found.open.loc["X3"].tolist() == [year >= 2028 for year in plan().years]
    shares = found.areas["within"] / found.areas["children"]
    third = shares.xs(village.AREAS[2], level="area")
    assert third[2027] < third[2028]
    others = shares.xs(village.AREAS[1], level="area")
    assert others[2027] == pytest.approx(others[2028])


def test_where_families_choose_there_is_no_own_school() -> None:
    """A stage of free choice has no column for it."""
    stages = tuple(stage.model_copy(update={"free_choice": True}) for stage in project().stages)
    free = make_plan(replace(project(), stages=stages)).reach
    assert free is not None
    assert free.stages["primary"].areas["own_beyond"].isna().all()


def test_the_country_has_limits_of_its_own() -> None:
    """1,800 m for grades 1 to 3 and 2,400 m for 4 to 6: all of a village 2 km across. Kindergartens: none is known."""
    classes = ("220", "220", "111", "220")
    primary, kindergarten = reach("primary", classes).areas, reach("kindergarten", classes).areas
    now = primary.xs(2024, level="year")
    assert now["unknown"].sum() == 0
    assert now.loc[village.AREAS[1], "within"] > reach("primary").areas.loc[(village.AREAS[1], 2024), "within"]
    known = kindergarten.xs(2024, level="year")
    rural = [area for area, kind in zip(village.AREAS, classes, strict=True) if kind == "220"]
    np.testing.assert_allclose(known.loc[rural, "unknown"], known.loc[rural, "children"])
    assert known.loc[village.AREAS[2], "unknown"] == 0


def test_groups_add_up_to_the_whole() -> None:
    """Town and country together are everybody; nothing is told by township where there is none."""
    groups = reach("primary", ("220", "220", "111", "220")).groups
    assert groups.index.get_level_values("by").unique().tolist() == ["all", "urban_rural"]
    parts = groups.xs("urban_rural", level="by")[["children", "within", "beyond"]].sum()
    whole = groups.xs("all", level="by")[["children", "within", "beyond"]].iloc[0]
    np.testing.assert_allclose(parts, whole)


def test_the_nearest_school_and_the_mean_way_are_told() -> None:
    """The mean over a village's points of the way to the nearest school, and the school nearest to most of them."""
    found = reach("primary").nearest
    area = village.AREAS[3]
    x0, y0, _, _ = project().areas.geometry[area].bounds
    places = project().schools.geometry.loc[["2143000001", "2143000002"]]
    ways = [
        min(DETOUR * math.hypot(place.x - x0 - 50 - 100 * i, place.y - y0 - 50 - 100 * j) for place in places)
        for i in range(10)
        for j in range(10)
    ]
    assert found.loc[area, "way_m"] == pytest.approx(np.mean(ways))
    assert found.loc[area, "school"] == "2143000001"


def test_seats_in_reach_are_those_of_the_enhanced_two_step_method() -> None:
    """Seats divided by the weighted children around, added up with the same weights, by plain loops."""
    found = reach("primary")
    points, children = [], []
    now = found.areas["children"].xs(2024, level="year")
    for area in village.AREAS:
        x0, y0, _, _ = project().areas.geometry[area].bounds
        points += [(x0 + 50 + 100 * i, y0 + 50 + 100 * j) for i in range(10) for j in range(10)]
        children += [now[area] / 100] * 100
    schools = project().schools.geometry.loc[["2143000001", "2143000002"]]
    seats = [540.0, 540.0]
    ring = np.array([[DETOUR * math.hypot(s.x - x, s.y - y) / 500 for s in schools] for x, y in points])
    weight = np.zeros_like(ring)
    for bound in sorted(RINGS, reverse=True):
        weight[ring <= bound] = RINGS[bound]
    ratio = np.array(seats) / (weight * np.array(children)[:, None]).sum(axis=0)
    access = (weight * ratio).sum(axis=1)
    mean = float((access * children).sum() / np.sum(children))
    whole = found.groups.xs("all", level="by")["seats_per_100"].iloc[0]
    assert whole == pytest.approx(100 * mean)


def test_equity_is_told_over_children() -> None:
    """Ways and seats in reach differ between the villages: every measure is there and lies where it must."""
    values = reach("primary").equity
    assert set(values.index) >= {"gini_way", "p90_p10_way", "gini_seats", "theil_seats"}
    assert 0 < values["gini_way"] < 1
    assert values["p90_p10_way"] > 1


def test_the_order_of_areas_and_schools_does_not_matter() -> None:
    """Labels decide."""
    turned = replace(project(), areas=project().areas.iloc[::-1], schools=project().schools.iloc[::-1])
    other = make_plan(turned).reach
    assert other is not None
    pd.testing.assert_frame_equal(
        other.stages["primary"].areas.sort_index(), reach("primary").areas.sort_index(), check_exact=False, rtol=1e-12
    )


def test_sites_have_the_limit_of_the_place_where_they_stand() -> None:
    """A school in town has a circle of 500 m, one in the country of the shorter of its limits; detours make it smaller."""
    sites = reach("primary", ("220", "220", "111", "220")).sites
    assert sites.loc["2143000002", ["place", "circle_m"]].tolist() == ["rural", 1800.0]
    town = reach("primary").sites
    assert town["circle_m"].tolist() == [500.0, 500.0]
    np.testing.assert_allclose(town["radius_m"], 500.0 / DETOUR)


def test_bands_are_cut_where_limits_change() -> None:
    """Six years of primary school are two bands of three."""
    figure = Figure(value=1, document="invented", confidence="assumption")

    def limit(low: int, high: int) -> Limit:
        return Limit(place="rural", ages=(low, high), metres=1.0, minutes=None, figure=figure)

    assert bands_of((6, 11), (limit(6, 8), limit(9, 11))) == [(6, 8), (9, 11)]
    assert bands_of((6, 11), (limit(6, 11),)) == [(6, 11)]
    assert bands_of((6, 11), (limit(7, 8),)) == [(6, 6), (7, 8), (9, 11)]


def test_zones_need_roads() -> None:
    """Without roads the map draws circles."""
    assert reach("primary").zones is None
    assert reach("primary").by == "straight"
    assert shapely.is_valid(reach("primary").sites.geometry.to_numpy()).all()
