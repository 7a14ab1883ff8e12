"""
A richer synthetic county for tests: the villages of `village`, with all that a plan of classes, seats and money needs.

Every number is invented. West (学区 0101) has two villages of 西乡, east (0102)
two of 东镇. Schools are of every ownership and kind, projects of every kind;
two kindergartens are not certain. Three scenarios: as told, everything a year
late, and only what is all but certain.
"""

from __future__ import annotations

import functools
import io
import re
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import numpy as np
import pandas as pd
import village

from schoolmap.plan import make_plan
from schoolmap.project import read_project

if TYPE_CHECKING:
    from schoolmap.inputs.project_file import Stage
    from schoolmap.plan import Plan
    from schoolmap.project import Project

BASE, HORIZON, TARGET = 2024, 2032, 2028
WEST, EAST = "0101", "0102"
TOWN_KINDERGARTEN, PRIVATE, INCLUSIVE, UNLICENSED = "1143000001", "1143000002", "1143000003", "1143000004"
EAST_PRIMARY, WEST_PRIMARY, HILL_POINT = "2143000001", "2143000002", "2143000003"
ALL_THROUGH, WEST_JUNIOR = "3143000001", "3143000002"

PROJECT = """
[project]
name = "county"
title = { en = "A richer synthetic county", zh = "虚构县(全)" }
crs = "EPSG:4546"
base_year = 2024
horizon = 2032
draws = 100
synthetic = true

[seats]
dissolve_by = 2028
place = "汕头市龙湖区"

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

[stages.junior]
label = { en = "Junior", zh = "初中" }
ages = [12, 14]
attendance = { calibrate = 2024 }
attendance_note = "虚构"

[[scenarios]]
id = "central"
label = { en = "Central", zh = "中" }

[[scenarios]]
id = "late"
label = { en = "A year late", zh = "推迟一年" }
project_delay = 12

[[scenarios]]
id = "certain"
label = { en = "Only what is all but certain", zh = "仅计确定项目" }
least_probability = 0.95

[[stated]]
id = "satisfaction"
stage = "kindergarten"
value = 91.5
source = { en = "survey (invented)", zh = "问卷调查(虚构)" }

[tables.classes]
file = "classes.csv"
[tables.resources]
file = "resources.csv"
[tables.flows]
file = "flows.csv"
[tables.developments]
file = "developments.csv"
"""
"""Declares the tables that `village.CSV` does not, before those of it."""

ORDER = re.compile(
    r"\b(close|abolish|merge|shut)\b|(撤并|撤销|关闭|停办)(该|此|本|学校|幼儿园)|(?<!不)应(当)?(撤并|撤销|关闭|停办)",
    re.IGNORECASE,
)
"""What no text about spare seats may say."""
SIZES = {"一": (58, 57, 45), "二": (66, 50, 50), "三": (45, 45), "四": (48, 40), "五": (40, 40), "六": (30, 31)}
"""Pupils of the classes of the east's primary school, by grade: three oversized, one of them very."""
FLOWS = (
    ("0102", "0101", "小学", "择校", "30"),
    ("", "0101", "小学", "随迁子女", "20"),
    ("0102", "", "小学", "其他", "10"),
)
"""Thirty pupils of the east learn in the west, twenty come from outside, ten go there."""

_SCHOOLS = """
学校标识码,学校名称,办别,办学类型,所在乡镇,中心校代码,是否有证,城乡分类,东,北
1143000001,城关幼儿园,公办,111,西乡,,是,111,400,500
1143000002,阳光幼儿园,民办,111,东镇,,是,111,1600,600
1143000003,花蕾幼儿园,普惠性民办,111,东镇,,是,111,1500,700
1143000004,小星星看护点,民办,111,东镇,,否,111,1400,400
2143000001,城东小学,公办,211,东镇,,,111,1600,1500
2143000002,城西小学,公办,211,西乡,,,111,300,1700
2143000003,山边教学点,公办,218,西乡,2143000002,,220,150,300
3143000001,东镇九年一贯制学校,公办,312,东镇,,,111,1800,1200
3143000002,西片初级中学,公办,311,西乡,,,111,500,1200
"""
_SECTIONS = """
学校标识码,学段,学位数,教室数,在校生数,班数,占用教室学段,招生计划,床位数,寄宿生数,随班就读,专任教师,教职工,编制
1143000001,幼儿园,180,6,170,6,,60,,,1,12,18,10
1143000002,幼儿园,120,4,70,4,,,,,,8,12,
1143000003,幼儿园,90,3,60,3,,,,,,5,8,
1143000004,幼儿园,40,2,25,2,,,,,,,,
2143000001,小学,630,15,645,,,,,,4,30,33,34
2143000001,幼儿园,60,,50,2,小学,,,,,4,6,
2143000002,小学,540,12,300,,,90,40,50,2,20,22,24
2143000003,小学,60,2,24,2,,,,,,3,3,3
3143000001,小学,270,6,240,6,,,,,,14,15,
3143000001,初中,300,6,290,6,,,100,80,1,22,24,24
3143000002,初中,300,6,210,6,,,120,90,,18,20,
"""
_WEST_GRADES = {"一": (40, 1), "二": (45, 1), "三": (50, 1), "四": (50, 1), "五": (56, 1), "六": (59, 2)}
"""Pupils and classes of the west's primary school, by grade, in columns of its section."""
_RESOURCES = """
学校标识码,学段,高于规定学历教师,骨干教师,体艺教师,教学及辅助用房面积,体育运动场馆面积,教学仪器设备值,多媒体教室,交流教师,应交流教师,持证教师,保育员,室外游戏场地
2143000001,小学,28,6,6,2400,4000,1300000,16,2,10,,,
2143000002,小学,18,4,4,2600,4200,900000,12,1,6,,,
3143000001,小学,12,3,3,1500,2400,500000,6,,,,,
3143000001,初中,20,4,3,2000,3100,800000,8,1,8,,,
3143000002,初中,15,3,2,1800,2800,700000,7,0,5,,,
1143000001,幼儿园,,,,,,,,,,12,6,800
1143000002,幼儿园,,,,,,,,,,7,3,300
"""
_PROJECTS = """
项目编号,项目名称,学段,类型,学校标识码,学区,状态,投用时间,停用时间,实际投用,新增学位,新增班数,占用教室学段,办别,概率,延期,计划投资,到位资金,完成投资,所属楼盘
X01,城东小学扩建,小学,扩建,2143000001,,在建,2026-09,,,90,2,,,,,600,500,300,
X02,西片新园,幼儿园,新建,,0101,已立项,2027-09,,,120,4,,公办,0.7,,800,200,,
X03,东片新园,幼儿园,新建,,0102,拟建,2028-09,,,60,2,,公办,0.3,,400,,,
X04,阳光园转公办,幼儿园,民办转公办,1143000002,,已立项,2026-09,,,,,,公办,,,50,50,,
X05,城西附设园,幼儿园,附设,2143000002,,拟建,2027-09,,,60,2,小学,,,,30,,,
X06,西片初中迁建,初中,迁建,3143000002,0102,拟建,2029-09,,,,,,,,,5000,,,
X07,城东过渡教室,小学,临时,2143000001,,在建,2025-09,2028-08,,45,1,,,,,20,20,20,
X08,看护点停用,幼儿园,停用,1143000004,,拟建,2026-09,,,,,,,,,,,,
X09,花蕾园移交,幼儿园,移交,1143000003,,拟建,2027-09,,,,,,公办,,6,,,,Z1
X10,城西提质,小学,提质改造,2143000002,,在建,2025-09,,,,,,,,,120,60,60,
X11,西片新校,小学,新建,,0101,停建,2027-09,,,900,20,,,,,9000,,,
X12,一贯制扩建,小学,扩建,3143000001,,已投用,2023-03,,2023-09,45,1,,,,,200,200,200,
"""
_DEVELOPMENTS = """
楼盘代码,名称,村代码,套数,竣工年份,配建幼儿园班数,是否移交
Z1,东苑,431222001003,600,2022,3,否
Z2,西苑,431222001001,1200,2025,,
"""


def cells(text: str) -> pd.DataFrame:
    """Return a table of text cells from lines with commas."""
    return pd.read_csv(io.StringIO(text.strip()), dtype=str, keep_default_na=False)


def tables() -> village.Tables:
    """Return the county's tables as a bureau writes them: text cells under Chinese headers."""
    content = village.tables()
    schools = cells(_SCHOOLS)
    places = [
        village.degrees(float(east), float(north)) for east, north in zip(schools["东"], schools["北"], strict=True)
    ]
    lon, lat = zip(*places, strict=True)
    schools = schools.drop(columns=["东", "北"]).assign(经度=lon, 纬度=lat, 园舍面积="2500")
    sections = cells(_SECTIONS)
    here = (sections["学校标识码"] == WEST_PRIMARY) & (sections["学段"] == "小学")
    for grade, (pupils, classes) in _WEST_GRADES.items():
        sections[f"{grade}年级人数"] = np.where(here, str(pupils), "")
        sections[f"{grade}年级班数"] = np.where(here, str(classes), "")
    by_class = [
        (EAST_PRIMARY, f"{grade}年级", f"{grade}({number})班", str(heads))
        for grade, sizes in SIZES.items()
        for number, heads in enumerate(sizes, start=1)
    ]
    return content | {
        "areas": content["areas"].assign(所在乡镇=["西乡", "西乡", "东镇", "东镇"]),
        "schools": schools,
        "sections": sections,
        "classes": pd.DataFrame(by_class, columns=["学校标识码", "年级", "班级", "学生数"]),
        "resources": cells(_RESOURCES),
        "flows": pd.DataFrame(FLOWS, columns=["居住学区", "就读学区", "学段", "原因", "人数"]),
        "developments": cells(_DEVELOPMENTS),
        "projects": cells(_PROJECTS),
    }


def write(folder: Path, content: village.Tables | None = None, *, project: str = PROJECT) -> Path:
    """Write the county as a project folder."""
    return village.write(folder, tables() if content is None else content, project=project)


@functools.cache
def project() -> Project:
    """Read the county once; it is frozen, and varied by a copy."""
    with tempfile.TemporaryDirectory() as folder:
        return read_project(write(Path(folder) / "county"))


@functools.cache
def plan() -> Plan:
    """Plan it once."""
    return make_plan(project())


def planned(**changes: Any) -> Plan:  # noqa: ANN401 - any part of a project
    """Plan the county with some of its parts replaced; nothing is proposed unless that is asked for, which is quicker."""
    return make_plan(replace(village.idle(project()), **changes))


def stage(name: str) -> Stage:
    """Return a stage of the county."""
    return next(item for item in project().stages if item.id == name)


def scenarios(*names: str) -> dict[str, Any]:
    """Return the change that keeps only these scenarios, which makes a plan quicker."""
    return {"scenarios": tuple(item for item in project().scenarios if item.id in names)}


def only(*projects: str) -> dict[str, Any]:
    """Return the change that keeps only these projects."""
    return {"projects": project().projects.loc[list(projects)]}
