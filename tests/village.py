"""
A synthetic county for tests: four villages, two catchments, three schools, in a Chinese bureau's words.

Every number is invented. The villages are squares of 1 km in EPSG:4546, two to
the west (学区 0101) and two to the east (0102); points are GCJ-02 degrees.
"""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
from shapely import box
from shapely.geometry import Point

from schoolmap.inputs.coordinates import gcj02_from_wgs84

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from schoolmap.project import Project

Tables = dict[str, Any]
"""Tables by the contract's names; areas and catchments have geometry."""

CRS = "EPSG:4546"
WEST, SOUTH = 440_000.0, 3_148_000.0
AREAS = ("431222001001", "431222001002", "431222001003", "431222001004")
DATE = "2023-08-31"
COUNTS = {"0": 20, "1": 22, "2": 24, "3-5": 90, "6-11": 240, "12-14": 130, "15+": 900}

PROJECT = """
[project]
name = "village"
title = { en = "A synthetic county", zh = "虚构县" }
crs = "EPSG:4546"
base_year = 2024
horizon = 2030
draws = 100
synthetic = true

[stages.kindergarten]
label = { en = "Kindergarten", zh = "幼儿园" }
ages = [3, 5]
attendance = { rate = 0.9 }
attendance_note = "虚构"

[stages.primary]
label = { en = "Primary", zh = "小学" }
ages = [6, 11]
attendance = { calibrate = 2024 }
attendance_note = "虚构"
"""

CSV = """
[tables]
areas = { file = "areas.geojson" }
catchments = { file = "catchments.geojson" }
population = { file = "population.csv" }
schools = { file = "schools.csv", crs = "GCJ-02" }
sections = { file = "sections.csv" }
projects = { file = "projects.csv", crs = "GCJ-02" }
"""

PEOPLE = """
[population]
town = ["111"]
projection_source = "虚构规划,2023"

[tables.births]
file = "births.csv"
[tables.projection]
file = "projection.csv"
[tables.totals]
file = "totals.csv"
[tables.structure]
file = "structure.csv"
[tables.pupils]
file = "pupils.csv"
[tables.marriages]
file = "marriages.csv"
[tables.developments]
file = "developments.csv"
crs = "GCJ-02"
[tables.yields]
file = "yields.csv"
[tables.migration]
file = "migration.csv"
"""
"""Declares the tables of `people`, before those of `CSV`."""

XLSX = """
[tables]
areas = { file = "areas.geojson" }
catchments = { file = "catchments.geojson" }
population = { file = "县表.xlsx", sheet = "人口" }
schools = { file = "县表.xlsx", sheet = "学校", crs = "GCJ-02" }
sections = { file = "县表.xlsx", sheet = "学部" }
projects = { file = "县表.xlsx", sheet = "项目", crs = "GCJ-02" }
"""

LAYERS = """
[tables]
areas = { file = "county.gpkg", sheet = "areas" }
catchments = { file = "catchments.shp" }
population = { file = "population.parquet" }
schools = { file = "schools.parquet", crs = "GCJ-02" }
sections = { file = "county.gpkg", sheet = "sections" }
projects = { file = "projects.shp", crs = "GCJ-02" }
"""


@functools.cache
def degrees(east_m: float, north_m: float) -> tuple[str, str]:
    """Return GCJ-02 longitude and latitude, as text, of a place measured from the county's south-west corner."""
    to_wgs84 = pyproj.Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
    lon, lat = to_wgs84.transform(WEST + east_m, SOUTH + north_m)
    shifted = gcj02_from_wgs84(np.array([lon]), np.array([lat]))
    return repr(float(shifted[0][0])), repr(float(shifted[1][0]))


def tables() -> Tables:
    """Return the county's tables as a bureau writes them: text cells under Chinese headers."""
    squares = [box(0, 0, 1000, 1000), box(0, 1000, 1000, 2000), box(1000, 0, 2000, 1000), box(1000, 1000, 2000, 2000)]
    areas = gpd.GeoDataFrame(
        {"小区域代码": AREAS, "名称": ["一村", "二村", "三村", "四村"]},
        geometry=gpd.GeoSeries(squares).translate(WEST, SOUTH).to_list(),
        crs=CRS,
    )
    catchments = gpd.GeoDataFrame(
        {"学区代码": ["0101", "0102"], "片区名称": ["西片", "东片"]},
        geometry=gpd.GeoSeries([box(0, 0, 1000, 2000), box(1000, 0, 2000, 2000)]).translate(WEST, SOUTH).to_list(),
        crs=CRS,
    )
    population = pd.DataFrame(
        [(area, age, DATE, str(count)) for area in AREAS for age, count in COUNTS.items()],
        columns=["村代码", "年龄段", "时点", "人数(人)"],
    )
    lon, lat = zip(degrees(400, 500), degrees(1600, 1500), degrees(300, 1700), strict=True)
    schools = pd.DataFrame(
        {
            "学校标识码": ["1143000001", "2143000001", "2143000002"],
            "学校名称": ["城关幼儿园", "城东小学", "城西小学"],
            "办别": ["公办", "公办", "公办"],
            "经度": lon,
            "纬度": lat,
        },
    )
    sections = pd.DataFrame(
        [
            ("1143000001", "幼儿园", "180", "6", "170"),
            ("2143000001", "小学", "", "12", "500"),
            ("2143000001", "幼儿园", "90", "3", "80"),
            ("2143000002", "小学", "540", "12", "300"),
        ],
        columns=["学校标识码", "学段", "学位数(个)", "教室数", "在校生数"],
    )
    planned = degrees(1500, 500)
    projects = pd.DataFrame(
        [
            ("X1", "小学", "扩建", "2143000001", "", "2026-09", "90", "", ""),
            ("X2", "幼儿园", "新建", "", "0101", "2027-09", "120", "", ""),
            ("X3", "幼儿园", "新建", "", "", "2028-09", "60", *planned),
        ],
        columns=["项目编号", "学段", "类型", "学校标识码", "学区", "投用时间", "新增学位", "经度", "纬度"],
    )
    return {
        "areas": areas,
        "catchments": catchments,
        "population": population,
        "schools": schools,
        "sections": sections,
        "projects": projects,
    }


def people() -> Tables:
    """Return the county's tables with all that can be known of its people; the count is of two dates and both sexes."""
    content = tables()
    years = [str(year) for year in range(2018, 2024)]
    counts = [
        (area, age, sex, date, str(count // 2))
        for area in AREAS
        for date in ("2020-08-31", DATE)
        for sex in ("女", "男")
        for age, count in COUNTS.items()
    ]
    births = [
        (area, f"{year}年", order, births)
        for area in AREAS
        for year in years
        for order, births in (("一孩", "10"), ("二孩", "8"), ("三孩及以上", "2"))
    ]
    projection = [
        (area, stage, str(year), "100") for area in AREAS for stage in ("幼儿园", "小学") for year in range(2024, 2031)
    ]
    grades = {"1143000001": ("小班", "中班", "大班"), "2143000001": ("一年级", "二年级")}
    pupils = [
        (school, grade, f"{year}-{year + 1}", "50")
        for school, names in grades.items()
        for grade in names
        for year in range(2021, 2025)
    ]
    lon, lat = degrees(1500, 500)
    return content | {
        "areas": content["areas"].assign(城乡分类=["220", "220", "111", "220"]),
        "population": pd.DataFrame(counts, columns=["村代码", "年龄段", "性别", "时点", "人数"]),
        "births": pd.DataFrame(births, columns=["村代码", "年份", "孩次", "出生人数"]),
        "projection": pd.DataFrame(projection, columns=["村代码", "学段", "年份", "预测人数"]),
        "totals": pd.DataFrame([(area, DATE, "1430") for area in AREAS], columns=["村代码", "时点", "总人口"]),
        "structure": pd.DataFrame(
            [(age, str(4 * count)) for age, count in COUNTS.items()], columns=["年龄段", "人口数"]
        ),
        "pupils": pd.DataFrame(pupils, columns=["学校标识码", "年级", "学年", "在校生数"]),
        "marriages": pd.DataFrame({"年份": years, "初婚人数": ["30"] * len(years)}),
        "developments": pd.DataFrame(
            [
                ("Z1", "东苑", "", "商品房", "300", "2025", lon, lat),
                ("Z1", "东苑", "", "商品房", "200", "2026", lon, lat),
                ("Z2", "", AREAS[0], "安置房", "80", "2026", "", ""),
            ],
            columns=["住宅项目", "项目名称", "村代码", "住宅类型", "套数", "竣工年份", "经度", "纬度"],
        ),
        "yields": pd.DataFrame(
            [
                (kind, age, str(since), "0.1")
                for kind in ("商品房", "安置房")
                for age in ("0-2", "3-5", "6-11")
                for since in range(3)
            ],
            columns=["住宅类型", "年龄段", "竣工后年数", "户均儿童数"],
        ),
        "migration": pd.DataFrame({"年龄段": ["3-5", "6-11"], "年迁移率": ["0.02", "0.04"]}),
    }


def write(
    folder: Path,
    content: Tables | None = None,
    *,
    how: str = CSV,
    encoding: str = "utf-8",
    project: str = PROJECT,
) -> Path:
    """Write the county as a project folder: as csv, as one workbook, or as layers."""
    content = tables() if content is None else content
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "project.toml").write_text(project + how, encoding="utf-8")
    _WRITERS[how](folder, content, encoding)
    return folder


def write_sheets(path: Path, sheets: dict[str, pd.DataFrame]) -> Path:
    """Write tables as sheets of a workbook: every cell as the text it is, or as the number it is."""
    with pd.ExcelWriter(path, engine="xlsxwriter", engine_kwargs={"options": {"strings_to_formulas": False}}) as book:
        for name, frame in sheets.items():
            frame.replace("", None).to_excel(book, sheet_name=name, index=False)
    return path


def _as_csv(folder: Path, content: Tables, encoding: str) -> None:
    _polygons(folder, content)
    for name in content.keys() - {"areas", "catchments"}:
        content[name].to_csv(folder / f"{name}.csv", index=False, encoding=encoding)


def _as_workbook(folder: Path, content: Tables, _: str) -> None:
    _polygons(folder, content)
    names = {"population": "人口", "schools": "学校", "sections": "学部", "projects": "项目"}
    write_sheets(folder / "县表.xlsx", {names[name]: content[name] for name in names})


def _as_layers(folder: Path, content: Tables, _: str) -> None:
    content["areas"].to_file(folder / "county.gpkg", layer="areas")
    content["catchments"].to_file(folder / "catchments.shp", encoding="gbk")
    # a shapefile of a Chinese office often does not say that it is GBK
    (folder / "catchments.cpg").unlink()
    content["population"].to_parquet(folder / "population.parquet")
    _points(content["schools"]).to_parquet(folder / "schools.parquet")
    sections = gpd.GeoDataFrame(content["sections"].replace("", None))
    pyogrio.write_dataframe(sections, folder / "county.gpkg", layer="sections", append=False)
    _points(content["projects"].replace("", None)).to_file(folder / "projects.shp", encoding="gbk")


def _polygons(folder: Path, content: Tables) -> None:
    for name in ("areas", "catchments"):
        (folder / f"{name}.geojson").write_text(content[name].to_json(), encoding="utf-8")


def _points(frame: pd.DataFrame) -> gpd.GeoDataFrame:
    points = [
        Point(float(lon), float(lat)) if lon else None for lon, lat in zip(frame["经度"], frame["纬度"], strict=True)
    ]
    return gpd.GeoDataFrame(frame.drop(columns=["经度", "纬度"]), geometry=points, crs="EPSG:4326")


_WRITERS: dict[str, Callable[[Path, Tables, str], None]] = {CSV: _as_csv, XLSX: _as_workbook, LAYERS: _as_layers}


def idle(project: Project) -> Project:
    """Return the project with nothing to be proposed: most of a plan's time goes into that."""
    return replace(project, settings_siting=replace(project.settings_siting, allow=()))
