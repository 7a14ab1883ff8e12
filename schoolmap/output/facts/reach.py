"""How far it is to school, as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from schoolmap.output.facts.cells import CODE
from schoolmap.output.facts.cells import STAGE
from schoolmap.output.facts.cells import YEAR
from schoolmap.output.facts.cells import head
from schoolmap.output.facts.cells import number
from schoolmap.output.facts.cells import records
from schoolmap.output.facts.cells import stage_names
from schoolmap.output.model import FactTable
from schoolmap.output.words import both
from schoolmap.space.changes import OUTSIDE
from schoolmap.tables import grades_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schoolmap.output.model import Cell
    from schoolmap.output.model import Text
    from schoolmap.plan import Plan
    from schoolmap.reach.stages import StageReach

_AHEAD = 5
"""Years between the base year and the one that is shown beside it."""
_LEAST = 0.5
"""Fewer children are none."""
_COUNTED = ("children", "within", "beyond", "unknown")
_WITHIN = (
    head("Children", "儿童"),
    head("Within reach", "范围内"),
    head("Out of reach", "范围外"),
    head("No limit known", "无规定"),
    head("Share within reach", "覆盖率", "share"),
)
GROUPS: dict[str, Text] = {
    "all": both("Planning area", "全域"),
    "township": both("Township", "乡镇（街道）"),
    "urban_rural": both("Town or country", "城乡"),
}
PLACES: dict[str, Text] = {
    "urban": both("town", "城镇"),
    "rural": both("country", "乡村"),
    "": both("not stated", "未注明"),
}
FAR: dict[str, Text] = {
    "home": both("home", "居住点"),
    "school": both("school", "学校"),
    "island": both("roads without a link to the others", "与路网不连通的道路"),
}


def reach_tables(plan: Plan) -> Iterator[FactTable]:
    """Return the tables on boundaries that change and on the way to school that have anything to say."""
    yield _moves(plan)
    if plan.reach is None:
        return
    stages = plan.reach.stages
    yield _coverage(plan, stages)
    yield _grades(plan, stages)
    yield _groups(plan, stages)
    yield _areas(plan, stages)
    yield _equity(plan, stages)
    yield _far(plan)


def _moves(plan: Plan) -> FactTable:
    names, areas = stage_names(plan), plan.project.areas

    def place(coverage: str, label: str) -> Cell:
        if label == OUTSIDE:
            return both("no catchment", "片区外")
        return str(plan.project.coverages[coverage]["name"].get(label) or label)

    return FactTable(
        id="moves",
        group="reach",
        title=both("Who moves", "分流名单"),
        notes=(
            both(
                "Children whose catchment changes with the boundary, in the school year from which the new one holds.",
                "新片区生效学年因边界调整而改变所属片区的儿童。",
            ),
        ),
        columns=(
            STAGE,
            YEAR,
            CODE,
            head("Area", "小区域", "text"),
            head("From", "原片区", "text"),
            head("To", "新片区", "text"),
            head("Share of the area", "占该区域", "share"),
            head("Children", "儿童"),
        ),
        rows=tuple(
            (
                names[row["stage"]],
                int(row["year"]),
                str(row["area"]),
                str(areas["name"].get(row["area"]) or "") or None,
                place(plan.project.coverage_of[row["stage"]], row["from"]),
                place(plan.project.coverage_of[row["stage"]], row["to"]),
                number(row["share"], 4),
                number(row["children"]),
            )
            for row in records(plan.moves)
        ),
    )


def shown_years(plan: Plan) -> tuple[int, ...]:
    """Return the base year, one some years later, and the last."""
    first, last = plan.years[0], plan.years[-1]
    return tuple(dict.fromkeys((first, min(first + _AHEAD, last), last)))


def _share(part: float, whole: float) -> float | None:
    return number(part / whole, 4) if whole > 0 else None


def _coverage(plan: Plan, stages: dict[str, StageReach]) -> FactTable:
    names = stage_names(plan)
    rows: list[tuple[Cell, ...]] = []
    for stage, reach in stages.items():
        totals = reach.areas.groupby(level="year").sum(min_count=1)
        by_year = {int(str(year)): row for year, row in totals.to_dict("index").items()}
        for year in shown_years(plan):
            row = by_year[year]
            judged = row["within"] + row["beyond"]
            rows.append(
                (
                    names[stage],
                    year,
                    *(number(row[name]) for name in _COUNTED),
                    _share(row["within"], judged),
                    _share(row["circle"], judged),
                    number(row["own_beyond"]),
                )
            )
    return FactTable(
        id="reach",
        group="reach",
        title=both("Reach of schools", "服务半径覆盖"),
        notes=(
            both(
                "Children who live within the limit of an open school of their stage. Circles of the same length "
                "take in more: nobody walks through houses, rivers and railways.",
                "居住在该学段某一在用学校限距之内的儿童。同距离直线圆会高估覆盖：上学路不能穿过房屋、河流与铁路。",
            ),
            *(plan.reach.method if plan.reach is not None else ()),
        ),
        columns=(
            STAGE,
            YEAR,
            *_WITHIN,
            head("Share in circles", "直线圆覆盖率", "share"),
            head("Own school out of reach", "本学区学校超距"),
        ),
        rows=tuple(rows),
    )


def _grades(plan: Plan, stages: dict[str, StageReach]) -> FactTable:
    names = stage_names(plan)
    years = shown_years(plan)
    rows: list[tuple[Cell, ...]] = []
    for stage, reach in stages.items():
        for row in records(reach.grades):
            if row["year"] not in years:
                continue
            rows.append(
                (
                    names[stage],
                    _grade(int(row["age"])),
                    int(row["age"]),
                    int(row["year"]),
                    *(number(row[name]) for name in _COUNTED),
                    _share(row["within"], row["within"] + row["beyond"]),
                )
            )
    return FactTable(
        id="reach_grades",
        group="reach",
        title=both("Reach by grade", "分年级覆盖"),
        notes=(both("By the usual age of each grade.", "按各年级的常规年龄。"),),
        columns=(
            STAGE,
            head("Grade", "年级", "text"),
            head("Age", "年龄"),
            YEAR,
            *_WITHIN,
        ),
        rows=tuple(rows),
    )


def _grade(age: int) -> Cell:
    """Return the grade of an age; nothing where there is none."""
    found = grades_of((age, age))
    return found[0] if found else None


def _groups(plan: Plan, stages: dict[str, StageReach]) -> FactTable:
    names = stage_names(plan)
    rows: list[tuple[Cell, ...]] = [
        (
            names[stage],
            GROUPS[row["by"]],
            PLACES.get(row["group"], row["group"]) if row["by"] == "urban_rural" else row["group"] or None,
            number(row["children"]),
            number(row["within"]),
            number(row["beyond"]),
            _share(row["within"], row["within"] + row["beyond"]),
            number(row["way_m"], 0),
            number(row["seats_per_100"], 1),
            number(row["gini_seats"], 3),
        )
        for stage, reach in stages.items()
        for row in records(reach.groups)
    ]
    return FactTable(
        id="reach_groups",
        group="reach",
        title=both("Reach by township", "分乡镇覆盖"),
        notes=(
            both(
                f"School year {plan.years[0]}. Seats in reach: seats that a hundred children share within one, two and "
                "three times the limit, weighted 1, 0.68 and 0.22 (E2SFCA, Luo and Qi 2009).",
                f"{plan.years[0]}学年。可达学位：每百名儿童在一、二、三倍限距内可分得的学位，权重1、0.68、0.22"
                "（增强两步移动搜索法，Luo & Qi 2009）。",
            ),
        ),
        columns=(
            STAGE,
            head("By", "分组", "text"),
            head("Group", "名称", "text"),
            head("Children", "儿童"),
            head("Within reach", "范围内"),
            head("Out of reach", "范围外"),
            head("Share within reach", "覆盖率", "share"),
            head("Mean way in m, where there is one", "平均距离（米，有路可达者）"),
            head("Seats in reach per 100", "每百人可达学位", "decimal"),
            head("Their Gini", "其基尼系数", "decimal"),
        ),
        rows=tuple(rows),
    )


def _areas(plan: Plan, stages: dict[str, StageReach]) -> FactTable:
    names, areas = stage_names(plan), plan.project.areas
    rows: list[tuple[Cell, ...]] = []
    for stage, reach in stages.items():
        now = reach.areas.xs(plan.years[0], level="year")
        table = (
            now.join(reach.nearest).query(f"beyond >= {_LEAST}").sort_values("beyond", ascending=False, kind="stable")
        )
        rows += [
            (
                names[stage],
                str(row["area"]),
                str(areas["name"].get(row["area"]) or "") or None,
                str(areas["parent"].get(row["area"]) or "") or None,
                number(row["children"]),
                number(row["beyond"]),
                reach.sites["name"].get(row["school"]) if isinstance(row["school"], str) else None,
                number(row["way_m"], 0),
            )
            for row in records(table)
        ]
    return FactTable(
        id="reach_areas",
        group="reach",
        title=both("Children out of reach", "范围外儿童分布"),
        notes=(both(f"School year {plan.years[0]}, most children first.", f"{plan.years[0]}学年，按人数排序。"),),
        columns=(
            STAGE,
            CODE,
            head("Area", "小区域", "text"),
            head("Township", "乡镇（街道）", "text"),
            head("Children", "儿童"),
            head("Out of reach", "范围外"),
            head("Nearest school", "最近学校", "text"),
            head("Mean way in m, where there is one", "平均距离（米，有路可达者）"),
        ),
        rows=tuple(rows),
    )


EQUITY: dict[str, Text] = {
    "gini_way": both("Gini of the way to the nearest school", "最近学校距离基尼系数"),
    "p90_p10_way": both("Way: 90th over 10th percentile", "距离九十分位与十分位之比"),
    "gini_seats": both("Gini of seats in reach", "可达学位基尼系数"),
    "theil_seats": both("Theil index of seats in reach", "可达学位泰尔指数"),
    "theil_township": both("of it between townships, share", "其中乡镇间差异占比"),
    "theil_urban_rural": both("of it between town and country, share", "其中城乡间差异占比"),
}


def _equity(plan: Plan, stages: dict[str, StageReach]) -> FactTable:
    names = stage_names(plan)
    return FactTable(
        id="reach_equity",
        group="reach",
        title=both("Equity of reach", "可达性公平"),
        notes=(
            both(
                "Over children, each counted once. 0: the same for all.",
                "以儿童为单位计算，0 表示人人相同。",
            ),
        ),
        columns=(STAGE, head("Measure", "指标", "text"), head("Value", "数值", "decimal")),
        rows=tuple(
            (names[stage], EQUITY[str(measure)], number(value, 3))
            for stage, reach in stages.items()
            for measure, value in reach.equity.items()
            if pd.notna(value)
        ),
    )


def _far(plan: Plan) -> FactTable:
    reach = plan.reach
    rows = [] if reach is None else records(reach.far)
    return FactTable(
        id="reach_far",
        group="reach",
        title=both("Far from any road", "远离道路"),
        notes=(
            both(
                "What the roads do not lead to: the roads are not complete there, or a point is misplaced.",
                "道路数据未通达之处：道路数据不全，或点位有误，请核对。",
            ),
        ),
        columns=(
            head("What", "对象", "text"),
            head("Code, or place", "代码或坐标", "code"),
            head("Name", "名称", "text"),
            head("Metres to a road", "距道路（米）"),
            head("Length in km", "长度（公里）", "decimal"),
        ),
        rows=tuple(
            (
                FAR[row["what"]],
                row["label"] or None,
                row["name"] or None,
                number(row["distance_m"], 0),
                number(row["km"], 2),
            )
            for row in rows
        ),
    )
