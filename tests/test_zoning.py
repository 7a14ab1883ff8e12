"""The catchments of a project: drawn, listed, of several years, or built from travel. Nobody is lost in any of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import village
from shapely import box

from schoolmap.errors import InputError
from schoolmap.output.describe import describe
from schoolmap.output.describe_facts import describe_facts
from schoolmap.output.reach_layers import reach_layers
from schoolmap.plan import make_plan
from schoolmap.project import read_project

if TYPE_CHECKING:
    from pathlib import Path

    from schoolmap.plan import Plan
    from schoolmap.project import Project

A1, A2, A3, A4 = village.AREAS
WEST, EAST = "0101", "0102"


def demand(plan: Plan, zone: str, year: int) -> float:
    """Return the primary demand of a catchment in a year."""
    row = plan.balance.set_index(["catchment", "stage", "year", "scenario"])
    return float(row.loc[(zone, "primary", year, plan.project.scenarios[0].id), "demand"])


def zones(*rows: tuple[str, tuple[float, float, float, float], str]) -> gpd.GeoDataFrame:
    """Return catchments with the year from which each boundary holds."""
    table = pd.DataFrame(
        {
            "学区代码": [code for code, _, _ in rows],
            "片区名称": [f"{code}片" for code, _, _ in rows],
            "生效学年": [start or None for *_, start in rows],
        }
    )
    shapes = gpd.GeoSeries([box(*bounds) for _, bounds, _ in rows]).translate(village.WEST, village.SOUTH)
    return gpd.GeoDataFrame(table, geometry=shapes.to_list(), crs=village.CRS)


def project(folder: Path, layer: gpd.GeoDataFrame | None) -> Project:
    """Return the four villages with these catchments, or without any."""
    content = village.tables()
    how = village.CSV
    if layer is None:
        how = how.replace('catchments = { file = "catchments.geojson" }\n', "")
        content["projects"] = content["projects"].assign(学区="").iloc[:1]
        write = village.write(folder / "village", content)
        (write / "project.toml").write_text(village.PROJECT + how, encoding="utf-8")
        (write / "catchments.geojson").unlink()
        return village.idle(read_project(write))
    content["catchments"] = layer
    return village.idle(read_project(village.write(folder / "village", content)))


# Boundaries that change


def test_demand_follows_a_boundary_that_moves(tmp_path: Path) -> None:
    """From 2027 on the border runs from west to east: two villages change places, and the list says who moves."""
    layer = zones(
        (WEST, (0, 0, 1000, 2000), ""),
        (EAST, (1000, 0, 2000, 2000), ""),
        (WEST, (0, 0, 2000, 1000), "2027"),
        (EAST, (0, 1000, 2000, 2000), "2028"),
    )
    # two versions that never hold together would overlap: the second year has west and south, a third of them twice
    with pytest.raises(Exception, match="overlap"):
        make_plan(project(tmp_path / "torn", layer))
    sound = zones(
        (WEST, (0, 0, 1000, 2000), ""),
        (EAST, (1000, 0, 2000, 2000), ""),
        (WEST, (0, 0, 2000, 1000), "2027"),
        (EAST, (0, 1000, 2000, 2000), "2027"),
    )
    found = project(tmp_path, sound)
    assert list(found.later) == ["all"]
    assert list(found.later["all"]) == [2027]
    plan = make_plan(found)
    assert plan.audit["holds"].all()
    plain = make_plan(
        project(tmp_path / "plain", zones(*[(WEST, (0, 0, 1000, 2000), ""), (EAST, (1000, 0, 2000, 2000), "")]))
    )
    for year in plan.years:
        whole = sum(demand(plan, zone, year) for zone in (WEST, EAST))
        assert whole == pytest.approx(sum(demand(plain, zone, year) for zone in (WEST, EAST)))
        if year < 2027:
            assert demand(plan, WEST, year) == pytest.approx(demand(plain, WEST, year))
    primary = plan.moves[plan.moves["stage"] == "primary"].set_index(["area", "from", "to"])
    assert primary.index.tolist() == [(A2, WEST, EAST), (A3, EAST, WEST)]
    assert primary["year"].tolist() == [2027, 2027]
    assert primary["share"].to_numpy() == pytest.approx(1.0)
    (table,) = (table for table in describe_facts(plan) if table.id == "moves")
    assert [row[3:6] for row in table.rows if row[0] == plan.project.stages[1].label] == [
        ("二村", "0101片", "0102片"),
        ("三村", "0102片", "0101片"),
    ]


def test_a_catchment_that_is_new_has_nobody_before(tmp_path: Path) -> None:
    """The fourth village becomes a catchment of its own in 2026: no demand before, a quarter of it from then on."""
    layer = zones(
        (WEST, (0, 0, 1000, 2000), ""),
        (EAST, (1000, 0, 2000, 2000), ""),
        (EAST, (1000, 0, 2000, 1000), "2026"),
        ("0103", (1000, 1000, 2000, 2000), "2026"),
    )
    found = project(tmp_path, layer)
    assert found.coverages["all"].index.tolist() == [WEST, EAST, "0103"]
    assert found.in_force("all").index.tolist() == [WEST, EAST]
    plan = make_plan(found)
    assert demand(plan, "0103", 2025) == 0
    whole = sum(demand(plan, zone, 2026) for zone in (WEST, EAST, "0103"))
    assert demand(plan, "0103", 2026) == pytest.approx(whole / 4)
    assert plan.audit["holds"].all()


def test_seats_go_with_the_boundary(tmp_path: Path) -> None:
    """A school of two catchments serves each by its children of the year: when one takes a village, it takes seats."""
    content = village.tables()
    content["catchments"] = zones(
        (WEST, (0, 0, 1000, 2000), ""),
        (EAST, (1000, 0, 2000, 2000), ""),
        (WEST, (0, 0, 1000, 1000), "2026"),
        ("0103", (0, 1000, 1000, 2000), "2026"),
    )
    content["sections"] = content["sections"].assign(学区=["", "0101;0102;0103", "", "0101;0102"])
    plan = make_plan(read_project(village.write(tmp_path / "village", content)))
    seats = plan.balance[plan.balance["stage"] == "primary"].pivot_table(
        index="catchment", columns="year", values="seats"
    )
    assert seats.loc["0103", 2025] == 0
    assert seats.loc["0103", 2026] > 0
    np.testing.assert_allclose(seats.sum().loc[2025], 1080)
    np.testing.assert_allclose(seats.sum().loc[2026], 1170)


def test_a_school_without_a_catchment_is_where_it_then_stands(tmp_path: Path) -> None:
    """The fourth village becomes a catchment of its own in 2026, and the school that stands there goes with it."""
    layer = zones(
        (WEST, (0, 0, 1000, 2000), ""),
        (EAST, (1000, 0, 2000, 2000), ""),
        (EAST, (1000, 0, 2000, 1000), "2026"),
        ("0103", (1000, 1000, 2000, 2000), "2026"),
    )
    found = project(tmp_path, layer)
    assert found.served_in("primary", 2025)["2143000001"] == (EAST,)
    assert found.served_in("primary", 2026)["2143000001"] == ("0103",)
    plan = make_plan(found)
    seats = plan.balance[plan.balance["stage"] == "primary"].pivot_table(
        index="catchment", columns="year", values="seats"
    )
    assert seats.loc["0103", [2025, 2026]].tolist() == [0, 630]
    assert seats.loc[EAST, [2025, 2026]].tolist() == [540, 0]
    # spare seats are looked at from the year on in which it exists
    assert plan.results["primary"].reviews.loc["0103", "first_year"] == 2026


def test_a_project_is_in_the_catchment_of_the_year_in_which_it_opens(tmp_path: Path) -> None:
    """X3 stands in the third village and opens in 2028: in the catchment that is there from 2027 on."""
    layer = zones(
        (WEST, (0, 0, 1000, 2000), ""),
        (EAST, (1000, 0, 2000, 2000), ""),
        (EAST, (1000, 1000, 2000, 2000), "2027"),
        ("0103", (1000, 0, 2000, 1000), "2027"),
    )
    assert project(tmp_path, layer).projects.loc["X3", "catchment"] == "0103"


def test_schools_may_be_listed_by_boundary(tmp_path: Path) -> None:
    """The list of the base year holds until a later one begins; they are not mixed."""
    layer = zones(
        (WEST, (0, 0, 1000, 2000), ""),
        (EAST, (1000, 0, 2000, 2000), ""),
        (WEST, (0, 0, 1000, 2000), "2027"),
        (EAST, (1000, 0, 2000, 2000), "2027"),
    )
    layer = layer.assign(对口学校=["2143000001;2143000002", None, "2143000002", "2143000001"])
    found = project(tmp_path, layer)
    assert found.served_in("primary", 2026).to_dict() == {"2143000001": (WEST,), "2143000002": (WEST,)}
    assert found.served_in("primary", 2027).to_dict() == {"2143000001": (EAST,), "2143000002": (WEST,)}


def test_who_lives_in_no_later_catchment_is_told_of(tmp_path: Path) -> None:
    """From 2027 on the fourth village is in none: its residents are named, with the year."""
    layer = zones(
        (WEST, (0, 0, 1000, 2000), ""), (EAST, (1000, 0, 2000, 2000), ""), (EAST, (1000, 0, 2000, 1000), "2027")
    )
    plan = make_plan(project(tmp_path, layer))
    assert plan.outside.empty
    assert plan.outside_later[2027].index.tolist() == [A4]
    (note,) = (note["en"] for note in describe(plan).notes if "outside every catchment" in note["en"])
    assert note.startswith("From 2027 on: 1,426.0 residents of 1 areas")


def test_a_catchment_may_be_merged_into_another(tmp_path: Path) -> None:
    """East ends with 2026, and from 2027 on west is everything: all demand, all seats, and everybody of the east moves."""
    layer = zones((WEST, (0, 0, 1000, 2000), ""), (EAST, (1000, 0, 2000, 2000), ""), (WEST, (0, 0, 2000, 2000), "2027"))
    found = project(tmp_path, layer.assign(终止学年=[None, "2026", None]))
    assert found.catchments_in("all", 2027).index.tolist() == [WEST]
    plan = make_plan(found)
    assert plan.audit["holds"].all()
    assert (demand(plan, EAST, 2026) > 0, demand(plan, EAST, 2027)) == (True, 0)
    seats = plan.balance[plan.balance["stage"] == "primary"].pivot_table(
        index="catchment", columns="year", values="seats"
    )
    assert seats.loc[WEST, 2027] == seats[2026].sum()
    assert set(plan.moves["from"]) == {EAST}
    layers = reach_layers(plan)
    assert layers["catchments_all_2027"]["id"].tolist() == [WEST]
    assert len(layers["reach_moves"]) == len(plan.moves)


# Lists of villages


def test_catchments_may_be_lists_of_villages(tmp_path: Path) -> None:
    """Names or codes in a csv: the polygons are those of the villages, and the plan is that of the drawn ones."""
    drawn = make_plan(
        project(tmp_path / "drawn", zones((WEST, (0, 0, 1000, 2000), ""), (EAST, (1000, 0, 2000, 2000), "")))
    )
    folder = village.write(tmp_path / "listed")
    (folder / "catchments.geojson").unlink()
    (folder / "catchments.csv").write_text(
        f"学区代码,所含村社区\n{WEST},一村;{A2}\n{EAST},三村、四村\n", encoding="utf-8"
    )
    text = (folder / "project.toml").read_text(encoding="utf-8").replace("catchments.geojson", "catchments.csv")
    (folder / "project.toml").write_text(text, encoding="utf-8")
    listed = make_plan(read_project(folder))
    assert listed.project.coverages["all"].area.round().to_dict() == {WEST: 2_000_000, EAST: 2_000_000}
    pd.testing.assert_frame_equal(listed.balance, drawn.balance, check_exact=False, rtol=1e-9)


# Catchments from travel


def test_without_catchments_each_area_goes_to_the_nearest_school(tmp_path: Path) -> None:
    """Primary schools stand in the fourth and in the second village; the first is nearer to the second."""
    found = project(tmp_path, None)
    assert found.built == ("kindergarten", "primary")
    primary = found.coverages["primary"]
    assert primary.index.tolist() == ["2143000001", "2143000002"]
    assert primary["name"].tolist() == ["城东小学", "城西小学"]
    middles = found.areas.geometry.representative_point()
    members = {
        area: next(label for label, shape in primary.geometry.items() if shape.contains(point))
        for area, point in middles.items()
    }
    assert members == {A1: "2143000002", A2: "2143000002", A3: "2143000001", A4: "2143000001"}
    assert found.sections["catchments"]["2143000001", "primary"] == ("2143000001",)
    plan = make_plan(found)
    assert plan.audit["holds"].all()
    assert plan.outside.empty


def test_point_areas_need_drawn_catchments(tmp_path: Path) -> None:
    """From points no outline can be built: it is said, with the way out."""
    folder = village.write(tmp_path / "village")
    areas = village.tables()["areas"]
    areas = areas.set_geometry(areas.geometry.centroid)
    (folder / "areas.geojson").write_text(areas.to_json(), encoding="utf-8")
    text = (
        (folder / "project.toml")
        .read_text(encoding="utf-8")
        .replace('catchments = { file = "catchments.geojson" }\n', "")
    )
    (folder / "project.toml").write_text(text, encoding="utf-8")
    projects = (folder / "projects.csv").read_text(encoding="utf-8").replace("0101", "")
    (folder / "projects.csv").write_text(projects, encoding="utf-8")
    with pytest.raises(InputError, match=r"4 of 4 small areas are points.*tables\.catchments"):
        read_project(folder)
