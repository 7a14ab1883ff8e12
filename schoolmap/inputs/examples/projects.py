"""
What is under way in an invented county: school projects, housing, moves to the county town.

Every kind and every status of a project is there once at least. Amounts are in
10,000 yuan; seats are rooms times the seats of one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import numpy as np
import pandas as pd

from schoolmap.inputs.examples.schools import JUNIOR
from schoolmap.inputs.examples.schools import KINDERGARTEN
from schoolmap.inputs.examples.schools import PRIMARY
from schoolmap.inputs.examples.schools import SEATS

if TYPE_CHECKING:
    from schoolmap.inputs.examples.land import Land
    from schoolmap.inputs.examples.schools import School
    from schoolmap.inputs.examples.zones import Zone

_Spec = dict[str, Any]

_PROJECTS: tuple[_Spec, ...] = (
    {
        "name": "新城第二小学新建工程",
        "stage": PRIMARY,
        "kind": "new",
        "zone": "新城片区",
        "near": "滨江",
        "classes_added": 24,
        "opening": "2027-09",
        "status": "building",
        "probability": 0.9,
        "investment": (7400, 4700, 3150),
        "priority": 1,
        "note": "资金部分到位，确保2027年秋季开学",
    },
    {
        "name": "桥头小学扩建教学楼",
        "stage": PRIMARY,
        "kind": "expand",
        "school": "桥头小学",
        "classes_added": 6,
        "opening": "2026-09",
        "status": "building",
        "probability": 0.95,
        "investment": (1350, 1200, 760),
        "priority": 2,
    },
    {
        "name": "南园小学改扩建",
        "stage": PRIMARY,
        "kind": "expand",
        "school": "南园小学",
        "classes_added": 6,
        "opening": "2027-09",
        "status": "approved",
        "probability": 0.8,
        "delay_months": 6,
        "investment": (1480, 300, 0),
        "priority": 4,
        "note": "市级资金未到位，预计推迟半年",
    },
    {
        "name": "站前小学临时教室",
        "stage": PRIMARY,
        "kind": "temporary",
        "school": "站前小学",
        "classes_added": 6,
        "opening": "2026-09",
        "closing": "2031-09",
        "status": "approved",
        "investment": (180, 180, 20),
        "priority": 3,
        "note": "高峰过后退租",
    },
    {
        "name": "大坪镇中心小学迁建",
        "stage": PRIMARY,
        "kind": "relocate",
        "school": "大坪镇中心小学",
        "near_township": "大坪镇",
        "opening": "2028-09",
        "status": "planned",
        "probability": 0.6,
        "investment": (4200, 0, 0),
        "priority": 8,
        "note": "迁出地质隐患点，规模不变",
    },
    {
        "name": "西街小学危房拆除",
        "stage": PRIMARY,
        "kind": "demolish",
        "school": "西街小学",
        "classes_added": -2,
        "opening": "2027-08",
        "status": "planned",
        "investment": (35, 0, 0),
        "priority": 10,
    },
    {
        "name": "双溪镇中心小学提质改造",
        "stage": PRIMARY,
        "kind": "improve",
        "school": "双溪镇中心小学",
        "opening": "2025-08",
        "opened": "2025-08",
        "status": "opened",
        "investment": (620, 620, 620),
        "priority": 7,
        "note": "运动场及教师周转宿舍",
    },
    {
        "name": "北苑小学综合楼",
        "stage": PRIMARY,
        "kind": "expand",
        "school": "北苑小学",
        "classes_added": 3,
        "opening": "2025-02",
        "opened": "2025-09",
        "status": "opened",
        "investment": (880, 880, 860),
        "priority": 6,
        "note": "已计入现有学位",
    },
    {
        "name": "云盘乡九年一贯制学校附设幼儿班",
        "stage": KINDERGARTEN,
        "kind": "attach",
        "school": "云盘乡九年一贯制学校",
        "classes_added": 3,
        "rooms_of": PRIMARY,
        "ownership": "public",
        "opening": "2026-09",
        "status": "approved",
        "investment": (60, 60, 0),
        "priority": 5,
        "note": "该乡尚无公办幼儿园",
    },
    {
        "name": "转为公办园",
        "stage": KINDERGARTEN,
        "kind": "convert",
        "private": True,
        "ownership": "public",
        "opening": "2026-09",
        "status": "approved",
        "probability": 0.85,
        "investment": (260, 100, 0),
        "priority": 9,
    },
    {
        "name": "滨江华府配套幼儿园移交",
        "stage": KINDERGARTEN,
        "kind": "handover",
        "zone": "新区幼儿园单元",
        "near": "滨江",
        "classes_added": 6,
        "ownership": "public",
        "opening": "2026-09",
        "status": "building",
        "probability": 0.9,
        "for_development": "Z03",
        "investment": (480, 350, 210),
        "priority": 5,
    },
    {
        "name": "工业园第二幼儿园",
        "stage": KINDERGARTEN,
        "kind": "new",
        "zone": "城北幼儿园单元",
        "near": "工业园",
        "classes_added": 9,
        "ownership": "public",
        "opening": "2026-09",
        "status": "suspended",
        "investment": (2100, 400, 160),
        "priority": 12,
        "note": "适龄幼儿减少，缓建",
    },
    {
        "name": "新城幼儿园扩容",
        "stage": KINDERGARTEN,
        "kind": "expand",
        "school": "新城幼儿园",
        "classes_added": 3,
        "ownership": "public",
        "opening": "2026-09",
        "status": "building",
        "investment": (320, 320, 140),
        "priority": 6,
    },
    {
        "name": "示范县第五初级中学新建工程",
        "stage": JUNIOR,
        "kind": "new",
        "zone": "四中片区",
        "near": "工业园",
        "classes_added": 24,
        "opening": "2028-09",
        "status": "approved",
        "probability": 0.7,
        "delay_months": 12,
        "investment": (11200, 2600, 0),
        "priority": 2,
        "note": "土地已划拨，资金缺口较大",
    },
    {
        "name": "示范县第一初级中学食堂改造",
        "stage": JUNIOR,
        "kind": "improve",
        "school": "示范县第一初级中学",
        "opening": "2026-09",
        "status": "building",
        "investment": (410, 410, 250),
        "priority": 11,
    },
    {
        "name": "河湾小学（储备）",
        "stage": PRIMARY,
        "kind": "new",
        "zone": "南城片区",
        "near": "学府",
        "classes_added": 24,
        "status": "reserve",
        "investment": (7600, 0, 0),
        "priority": 15,
        "note": "视生源变化再定",
    },
)
_PLACED_KINDS = {"new", "handover", "relocate"}
"""Kinds whose place is told by coordinates; the others are at their school."""

_DEVELOPMENTS = (
    # code, name, community, homes by (type, year), status, classes of a kindergarten, handed over
    ("Z01", "新城一品", "新城", {("商品房", 2024): 620}, "已交付", 6, "yes"),
    ("Z02", "学府花园", "学府", {("商品房", 2025): 380}, "已交付", 0, None),
    ("Z03", "滨江华府", "滨江", {("商品房", 2026): 540, ("商品房", 2027): 360}, "在建", 6, "no"),
    ("Z04", "新城安置小区", "新城", {("安置房", 2026): 420}, "在建", 0, None),
    ("Z05", "站前广场住宅", "站前", {("商品房", 2027): 300}, "在建", 0, None),
    ("Z06", "新城春天", "新城", {("商品房", 2028): 480, ("商品房", 2029): 320}, "已批复", 9, "no"),
    ("Z07", "园区人才公寓", "工业园", {("保障房", 2027): 260}, "在建", 0, None),
)
_YIELDS = {
    # children of an occupied home by (ages, years since completion)
    "商品房": {
        "0-2": (0.11, 0.10, 0.07),
        "3-5": (0.13, 0.13, 0.09),
        "6-11": (0.20, 0.25, 0.22),
        "12-14": (0.07, 0.09, 0.12),
    },
    "安置房": {
        "0-2": (0.08, 0.08, 0.06),
        "3-5": (0.10, 0.10, 0.08),
        "6-11": (0.22, 0.22, 0.19),
        "12-14": (0.10, 0.10, 0.10),
    },
    "保障房": {
        "0-2": (0.07, 0.07, 0.06),
        "3-5": (0.06, 0.07, 0.07),
        "6-11": (0.07, 0.09, 0.11),
        "12-14": (0.03, 0.04, 0.05),
    },
}
_SINCE = (0, 5, 10)
"""Years since completion of the three figures; between them a line is drawn."""
_MIGRATION = {"0-2": 0.001, "3-5": 0.002, "6": 0.006, "7-11": 0.002, "12": 0.004, "13-14": 0.001}
"""Share of the rural children who move to the county town in a year beyond what counts show; invented."""


def project_table(schools: list[School], zones: list[Zone], land: Land) -> pd.DataFrame:
    """
    Return the projects with the columns of the contract, and `x` and `y` of those that have a place of their own.

    Parameters
    ----------
    schools, zones, land
        What the projects name.
    """
    codes = {school.name: school.code for school in schools}
    catchments = {zone.name: zone.code for zone in zones}
    bought = next(s for s in schools if s.type == "111" and s.ownership == "private" and s.area == _of(land, "新城"))
    rows = []
    for number, spec in enumerate(_PROJECTS, start=1):
        planned, arrived, spent = spec["investment"]
        row = {
            key: value
            for key, value in spec.items()
            if key not in {"investment", "zone", "near", "near_township", "private"}
        }
        row |= {
            "project": f"X{number:02d}",
            "investment_planned": planned,
            "investment_arrived": arrived,
            "investment_spent": spent,
            "school": codes.get(spec.get("school", "")),
            "catchment": catchments.get(spec.get("zone", "")),
        }
        if "classes_added" in spec:
            row["seats_added"] = spec["classes_added"] * SEATS[spec["stage"]]
        if spec.get("private"):
            row |= {"school": bought.code, "name": f"{bought.name}{spec['name']}"}
        if spec["kind"] in _PLACED_KINDS:
            row |= _place(spec, land)
        rows.append(row)
    return pd.DataFrame(rows).set_index("project")


def _of(land: Land, community: str) -> str:
    return str(land.areas.index[land.areas["name"] == f"{community}社区"][0])


def _place(spec: _Spec, land: Land) -> dict[str, float]:
    """Return a place a few streets from the middle of a community, or from the seat of a township."""
    if "near" in spec:
        area = _of(land, spec["near"])
    else:
        area = str(land.areas.index[land.areas["township"] == spec["near_township"]][0])
    point = land.centres[area]
    return {"x": float(point.x) + 310.0, "y": float(point.y) - 170.0}


def development_table(land: Land) -> pd.DataFrame:
    """Return housing to come, and some that stands, with the columns of the contract."""
    rows = [
        {
            "development": code,
            "name": name,
            "area": _of(land, community),
            "type": kind,
            "homes": homes,
            "year": year,
            "status": status,
            "kindergarten_classes": classes or None,
            "handed_over": handed,
        }
        for code, name, community, completions, status, classes, handed in _DEVELOPMENTS
        for (kind, year), homes in completions.items()
    ]
    return pd.DataFrame(rows)


def yield_table() -> pd.DataFrame:
    """Return children of an occupied home by type, ages and years since completion."""
    years = range(_SINCE[-1] + 1)
    rows = [
        {"type": kind, "age": ages, "years_since": since, "children": round(float(np.interp(since, _SINCE, values)), 3)}
        for kind, table in _YIELDS.items()
        for ages, values in table.items()
        for since in years
    ]
    return pd.DataFrame(rows)


def migration_table() -> pd.DataFrame:
    """Return the moves of children to the county town that counts do not show yet."""
    return pd.DataFrame({"age": list(_MIGRATION), "rate": list(_MIGRATION.values())})
