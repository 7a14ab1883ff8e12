"""The annual return, codes and shifted layers of a whole folder: each fault is found by `inspect_folder`, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyproj
import pytest
import village
from townships import County
from townships import county

from schoolmap.errors import Fault
from schoolmap.errors import Severity
from schoolmap.inputs.coordinates import from_wgs84
from schoolmap.project import inspect_folder

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

ERROR, WARNING = Severity.ERROR, Severity.WARNING


def found(folder: Path) -> list[Fault]:
    """Return the errors and warnings of a folder."""
    _, faults = inspect_folder(folder)
    return [fault for fault in faults if fault.severity in {ERROR, WARNING}]


def told(folder: Path) -> list[tuple[Severity, str, int | None, str]]:
    """Return how severe, which file, row and value."""
    return [(fault.severity, fault.file, fault.row, fault.value) for fault in found(folder)]


def test_a_sound_village_has_no_such_fault(tmp_path: Path) -> None:
    """Codes of 湖南, kindergarten classes at a primary school, and schools where they serve are all in order."""
    assert told(village.write(tmp_path)) == []


def test_the_annual_return_of_a_village(tmp_path: Path) -> None:
    """Grade sums stop a calibrated stage; classes, teachers, types and a code that does not fit are warned of."""
    content = village.tables()
    sections = content["sections"]
    content["sections"] = sections.assign(
        班数=["5", "13", "2", "8"],
        专任教师=["10", "30", "4", "0"],
        **{f"{name}年级人数": ["", "80", "", "50"] for name in "一二三四五六"},
    )
    content["schools"] = content["schools"].assign(
        办学类型=["111", "211", "312"], 举办者=["民办", "教育部门", "教育部门"]
    )
    folder = village.write(tmp_path, content, project=village.PROJECT + JUNIOR)
    school_1, school_2 = "2143000001", "2143000002"
    assert (ERROR, "sections.csv", 3, school_1) in told(folder)
    problems = {fault.problem: fault.severity for fault in found(folder)}
    assert problems["has 500 pupils enrolled, but 480 in its grades."] is ERROR
    assert problems["teaches 13 classes in 12 classrooms."] is WARNING
    assert problems["has 300 pupils and not one full-time teacher."] is WARNING
    assert problems["is public, but its operator is '民办'."] is WARNING
    assert (WARNING, "schools.csv", 4, "312") in told(folder)
    assert f"{school_2}" not in {value for severity, _, _, value in told(folder) if severity is ERROR}


JUNIOR = """
[stages.junior]
label = { en = "Junior", zh = "初中" }
ages = [12, 14]
attendance = { rate = 1.0 }
attendance_note = "虚构"
"""


def test_the_same_sums_are_a_warning_where_nothing_is_calibrated(tmp_path: Path) -> None:
    """With a given rate of attendance the enrolment decides nothing."""
    content = village.tables()
    grades = {f"{name}年级人数": ["", "80", "", "50"] for name in "一二三四五六"}
    content["sections"] = content["sections"].assign(**grades)
    project = village.PROJECT.replace("calibrate = 2024", "rate = 0.98")
    assert told(village.write(tmp_path, content, project=project)) == [
        (WARNING, "sections.csv", 3, "2143000001"),
    ]


def test_two_schools_at_one_point(tmp_path: Path) -> None:
    """It is told of a county in China."""
    content = village.tables()
    schools = content["schools"]
    place = schools.loc[0, ["经度", "纬度"]].to_list()
    schools.loc[2, ["经度", "纬度"]] = place
    folder = village.write(tmp_path, content)
    assert "stands at exactly the same point as 1143000001 (schools.csv, row 2)." in [
        fault.problem for fault in found(folder)
    ]


def test_a_false_easting_that_is_left_out(tmp_path: Path) -> None:
    """The fault names the constant in place of a CRS that nobody meant."""
    content = village.tables()
    places = pd.DataFrame({"x": [440_400, 441_600, 440_300], "y": [3_148_500, 3_149_500, 3_149_700]})
    lacking = (places["x"] - 500_000).map(str)
    schools = content["schools"].drop(columns=["经度", "纬度"])
    content["schools"] = schools.assign(东坐标=lacking, 北坐标=places["y"].map(str))
    how = village.CSV.replace(
        'schools = { file = "schools.csv", crs = "GCJ-02" }', 'schools = { file = "schools.csv", crs = "EPSG:4546" }'
    )
    folder = village.write(tmp_path, content)
    (folder / "project.toml").write_text(village.PROJECT + how, encoding="utf-8")
    assert [fault.problem for fault in found(folder) if fault.column == "crs"] == [
        "has eastings 500,000 m too small: the false easting of 500,000 m is left out.",
    ]


PROJECT = """
[project]
name = "townships"
title = { en = "A synthetic county", zh = "虚构县" }
crs = "EPSG:4546"
base_year = 2024
horizon = 2026
draws = 100
synthetic = true

[stages.primary]
label = { en = "Primary", zh = "小学" }
ages = [6, 11]
attendance = { rate = 1.0 }
attendance_note = "虚构"

[tables]
areas = { file = "areas.geojson" }
catchments = { file = "catchments.geojson" }
population = { file = "population.csv" }
schools = { file = "schools.csv", crs = "DATUM" }
sections = { file = "sections.csv" }
"""


def write_county(folder: Path, here: County, *, really: str, declared: str, catchments: gpd.GeoDataFrame) -> Path:
    """Write a county whose schools are of one datum and declared as another."""
    lon, lat = pyproj.Transformer.from_crs(here.crs, "EPSG:4326", always_xy=True).transform(*here.points.T)
    if really:
        lon, lat = from_wgs84(np.asarray(lon), np.asarray(lat), datum=really)
    codes = [f"2143{number:06d}" for number in range(len(here.points))]
    schools = pd.DataFrame(
        {"学校标识码": codes, "学校名称": codes, "经度": lon, "纬度": lat, "所在乡镇": here.townships}
    )
    sections = pd.DataFrame({"学校标识码": codes, "学段": "小学", "学位数": 270, "学区": here.townships})
    ages = pd.DataFrame({"age": ["0-5", "6-11", "12-14", "15+"], "count": [50, 60, 30, 400]})
    population = pd.DataFrame({"area": here.areas["area"]}).merge(ages, how="cross").assign(date="2023-12-31")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "project.toml").write_text(PROJECT.replace("DATUM", declared), encoding="utf-8")
    for name, table in (("schools", schools), ("sections", sections), ("population", population)):
        table.to_csv(folder / f"{name}.csv", index=False)
    (folder / "areas.geojson").write_text(here.areas.to_json(), encoding="utf-8")
    (folder / "catchments.geojson").write_text(catchments.to_json(), encoding="utf-8")
    return folder


def zones(here: County) -> gpd.GeoDataFrame:
    """Return one catchment for each township."""
    return here.areas[["geometry"]].assign(catchment=here.areas["area"])


HERE = county("沅陵", seed=6, side=5, size_m=1500.0, schools=60)


def test_schools_of_a_wrong_datum_are_told_once(tmp_path: Path) -> None:
    """Sixty schools in GCJ-02, declared as WGS 84: one error, not one warning for each that stands outside."""
    folder = write_county(tmp_path, HERE, really="GCJ-02", declared="EPSG:4326", catchments=zones(HERE))
    faults = found(folder)
    assert [(fault.severity, fault.file, fault.column) for fault in faults] == [(ERROR, "schools.csv", "crs")]
    assert "60 would if schools.csv is GCJ-02 (AMap, Tencent)" in faults[0].problem


@pytest.mark.parametrize(("really", "declared"), [("", "EPSG:4490"), ("GCJ-02", "GCJ-02"), ("BD-09", "BD-09")])
def test_schools_of_the_declared_datum_are_in_order(tmp_path: Path, really: str, declared: str) -> None:
    """Whatever the datum, said rightly it is no fault."""
    folder = write_county(tmp_path, HERE, really=really, declared=declared, catchments=zones(HERE))
    assert told(folder) == []


def test_catchments_at_an_offset(tmp_path: Path) -> None:
    """Moved by 412 m east and 310 m south, they are told with the offset, beside what follows from it."""
    moved = zones(HERE)
    moved = moved.set_geometry(moved.translate(412.0, -310.0))
    folder = write_county(tmp_path, HERE, really="", declared="EPSG:4326", catchments=moved)
    offsets = [fault for fault in found(folder) if fault.column == "crs" and fault.file == "catchments.geojson"]
    assert [fault.problem for fault in offsets] == [
        "lies at a common offset of E 412 m, N -310 m (516 m) from areas.geojson: cause not known.",
    ]
    assert offsets[0].severity is WARNING


def test_a_school_in_the_wrong_township(tmp_path: Path) -> None:
    """One alone is told by itself, with its row and the township it stands in."""
    names = list(HERE.townships)
    far = "乡镇00" if names[0] != "乡镇00" else "乡镇24"
    wrong = County(areas=HERE.areas, points=HERE.points, townships=[far, *names[1:]], crs=HERE.crs)
    folder = write_county(tmp_path, wrong, really="", declared="EPSG:4326", catchments=zones(HERE))
    problems = [(fault.row, fault.problem) for fault in found(folder) if fault.column == "township"]
    assert len(problems) == 1
    assert problems[0][0] == 2
    assert problems[0][1].endswith(f"outside {far}, in {names[0]}.")


def test_each_file_of_a_table_has_a_datum_of_its_own(tmp_path: Path) -> None:
    """Schools in two files, of which the second is GCJ-02 and declared as WGS 84: that file alone is named."""
    here = county("沅陵", seed=6, side=5, size_m=1500.0, schools=120)
    folder = write_county(tmp_path, here, really="", declared="EPSG:4326", catchments=zones(here))
    right = pd.read_csv(folder / "schools.csv", dtype=str)
    shifted = pd.read_csv(
        write_county(tmp_path / "other", here, really="GCJ-02", declared="", catchments=zones(here)) / "schools.csv",
        dtype=str,
    )
    right.iloc[:60].to_csv(folder / "schools.csv", index=False)
    shifted.iloc[60:].to_csv(folder / "more.csv", index=False)
    one = 'schools = { file = "schools.csv", crs = "EPSG:4326" }'
    two = f'schools = [{one.removeprefix("schools = ")}, {{ file = "more.csv", crs = "EPSG:4326" }}]'
    toml = (folder / "project.toml").read_text(encoding="utf-8")
    (folder / "project.toml").write_text(toml.replace(one, two), encoding="utf-8")
    faults = found(folder)
    assert [(fault.severity, fault.file, fault.column) for fault in faults] == [(ERROR, "more.csv", "crs")]
    rows = faults[0].problem.partition("Outside as declared: row ")[2]
    assert all(2 <= int(part.split()[0]) <= 61 for part in rows.split(",")[:5])
