"""Whose seats there are, what projects bring and cost, and a fixed number of seats beside the estimate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from schoolmap.alerts import ALL
from schoolmap.output.facts.cells import CATCHMENT
from schoolmap.output.facts.cells import STAGE
from schoolmap.output.facts.cells import YEAR
from schoolmap.output.facts.cells import head
from schoolmap.output.facts.cells import number
from schoolmap.output.facts.cells import stage_names
from schoolmap.output.facts.cells import yes
from schoolmap.output.model import FactTable
from schoolmap.output.terms import PROJECTS
from schoolmap.output.words import both
from schoolmap.seats.indicators.developments import STATUSES as DEVELOPMENT_STATUSES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schoolmap.output.model import Cell
    from schoolmap.output.model import Text
    from schoolmap.plan import Plan

STATUSES: dict[str, Text] = {
    "reserve": both("in reserve", "储备"),
    "planned": both("planned", "拟建"),
    "approved": both("approved", "已立项"),
    "building": both("under construction", "在建"),
    "opened": both("opened", "已投用"),
    "suspended": both("suspended", "停缓建"),
    "unstated": both("not told", "未注明"),
    "": both("not told", "未注明"),
}
REASONS: dict[str, Text] = {
    "": both("counted", "计入"),
    "no_seats": both("changes no seats", "不增减学位"),
    "suspended": both("suspended", "停缓建"),
    "status": both("not far enough", "尚未到相应阶段"),
    "in_seats": both("in the listed seats already", "已含在现有学位内"),
    "no_opening": both("no opening", "无投用时间"),
    "no_size": both("no size", "无规模"),
    "no_section": both("no such section", "无对应学部"),
    "no_place": both("no place", "无位置"),
    "never_open": both("closes before it opens", "投用前已停用"),
    "moved_already": both("moved before", "此前已迁出"),
    "unlikely": both("not likely enough", "落实概率过低"),
}


def supply_tables(plan: Plan) -> Iterator[FactTable]:
    """Return the tables on supply that have anything to say."""
    if set(plan.situation.seats_owned.index.get_level_values("ownership")) - {"unknown"}:
        yield _owners(plan)
    if len(plan.provisions[plan.project.scenarios[0].id].schedule) > 0:
        yield _schedule(plan)
    if plan.project.projects["investment_planned"].notna().any():
        yield _investment(plan)
    if any(len(item.per_thousand) > 0 for item in plan.alerts.values()):
        yield _per_thousand(plan)
    if len(plan.situation.townships) > 0:
        yield _townships(plan)
    if len(plan.situation.developments) > 0:
        yield _developments(plan)


def _owners(plan: Plan) -> FactTable:
    """Tell seats and schools by owner in the first and last year, and in each year in which either changes."""
    stages = stage_names(plan)
    rows: list[tuple[Cell, ...]] = []
    for stage in plan.project.stages:
        seats = plan.situation.seats_owned
        if stage.id not in seats.index.get_level_values("stage"):
            continue
        of_stage = seats.xs(stage.id, level="stage")
        schools = plan.situation.schools_owned
        counted = (
            schools.xs(stage.id, level="stage") if stage.id in schools.index.get_level_values("stage") else of_stage * 0
        )
        both_grids = pd.concat([of_stage, counted])
        changed = (both_grids.diff(axis=1).abs() > 0).any()
        edges = {of_stage.columns[0], of_stage.columns[-1]}
        shown = [year for year in of_stage.columns if changed[year] or year in edges]
        for year in shown:
            total, number_of = float(of_stage[year].sum()), float(counted[year].sum())
            cells: list[Cell] = [stages[stage.id], int(str(year)), number(total)]
            for owner in ("public", "inclusive", "private"):
                there = float(of_stage[year].get(owner, 0.0))
                cells += [number(there), number(100 * there / total) if total > 0 else None]
            cells.append(number(of_stage[year].get("unknown", 0.0)))
            public = float(counted[year].get("public", 0.0))
            cells += [number(number_of), number(100 * public / number_of) if number_of > 0 else None]
            rows.append(tuple(cells))
    return FactTable(
        id="ownership",
        group="supply",
        title=both("Seats by ownership", "学位按办别"),
        notes=(
            both(
                "A conversion from private to public changes whose seats they are, not how many. Years in which something "
                "changes. The last two columns count schools, not seats: the shares differ.",
                "民办转公办只改变办别，不增加学位。仅列发生变化的年份；末两列按学校（园）数计，与按学位计的占比不同。",
            ),
        ),
        columns=(
            STAGE,
            YEAR,
            head("Seats", "学位"),
            head("Public", "公办学位"),
            head("Public, share of seats", "公办占比（按学位）", "percent"),
            head("Inclusive private", "普惠性民办学位"),
            head("Inclusive, share of seats", "普惠民办占比（按学位）", "percent"),
            head("Other private", "其他民办学位"),
            head("Other, share of seats", "其他民办占比（按学位）", "percent"),
            head("Ownership not told", "办别未注明学位"),
            head("Schools", "学校（园）数"),
            head("Public, share of schools", "公办占比（按校园数）", "percent"),
        ),
        rows=tuple(rows),
    )


def _schedule(plan: Plan) -> FactTable:
    stages = stage_names(plan)
    projects, scenario = plan.project.projects, plan.project.scenarios[0]
    table = plan.provisions[scenario.id].schedule
    rows = []
    for label, row in table.iterrows():
        name = projects.at[label, "name"]
        rows.append(
            (
                str(name or label),
                stages.get(str(row["stage"]), str(row["stage"])),
                PROJECTS.get(str(row["kind"]), str(row["kind"])),
                STATUSES.get(str(row["status"]), str(row["status"])),
                str(row["opening"]) or None,
                number(row["late_by"]),
                number(row["seats_added"]),
                number(row["classes_added"]),
                number(row["probability"], 3),
                REASONS.get(str(row["reason"]), str(row["reason"])),
                *(number(projects.at[label, f"investment_{what}"]) for what in ("planned", "arrived", "spent")),
            )
        )
    return FactTable(
        id="project_schedule",
        group="supply",
        title=both("Projects in time", "项目进度"),
        notes=(
            both(
                f"A project less likely than {scenario.least_probability:.0%} is not counted in the seats; the probability of a "
                "shortage takes every project with its own probability.",
                f"落实概率低于{scenario.least_probability:.0%}的项目不计入学位；短缺概率按各项目自身概率计算。",
            ),
        ),
        columns=(
            head("Project", "项目", "text"),
            STAGE,
            head("Kind", "类型", "text"),
            head("Status", "状态", "text"),
            head("Opens", "投用", "code"),
            head("Late by (months)", "延期（月）"),
            head("Seats", "学位"),
            head("Classes", "班数"),
            head("Probability", "落实概率", "chance"),
            head("Counted", "是否计入", "text"),
            head("Planned (10,000 yuan)", "计划投资（万元）", "money"),
            head("Arrived", "到位（万元）", "money"),
            head("Spent", "完成（万元）", "money"),
        ),
        rows=tuple(rows),
    )


def _investment(plan: Plan) -> FactTable:
    table = plan.situation.investment
    rows = []
    for status, row in table.iterrows():
        rows.append(
            (
                STATUSES.get(str(status), str(status)),
                number(row["projects"]),
                *(number(row[key]) for key in ("planned", "arrived", "spent")),
                number(100 * row["arrived_share"]),
                number(100 * row["spent_share"]),
                number(row["seats"]),
                number(row["cost_per_seat"], 2),
                number(row["planned_unknown"]),
            )
        )
    return FactTable(
        id="investment",
        group="supply",
        title=both("Investment", "项目投资"),
        notes=(both("An amount that was not given is not zero.", "未填写的金额不按零计。"),),
        columns=(
            head("Status", "状态", "text"),
            head("Projects", "项目数"),
            head("Planned (10,000 yuan)", "计划投资（万元）", "money"),
            head("Arrived", "到位资金（万元）", "money"),
            head("Spent", "完成投资（万元）", "money"),
            head("Arrived, share", "资金到位率", "percent"),
            head("Spent, share", "投资完成率", "percent"),
            head("Seats", "新增学位"),
            head("Planned per seat", "每学位投资（万元）", "decimal"),
            head("Planned not told", "未填计划投资"),
        ),
        rows=tuple(rows),
    )


def _per_thousand(plan: Plan) -> FactTable:
    stages = stage_names(plan)
    rows: list[tuple[Cell, ...]] = []
    sources = []
    for stage, item in plan.alerts.items():
        if item.per_thousand.empty:
            continue
        sources.append((stages[stage], item.per_thousand_source))
        zones = plan.project.coverages[plan.project.coverage_of[stage]]["name"]
        total = item.per_thousand[item.per_thousand.index == ALL]
        others = item.per_thousand[item.per_thousand.index != ALL].sort_values(
            "difference", ascending=False, kind="stable"
        )
        for part in (total, others):
            for label, row in part.iterrows():
                rows.append(
                    (
                        both("Whole area", "全域") if label == ALL else str(zones[label]),
                        stages[stage],
                        number(row["residents"]),
                        number(row["fixed_seats"]),
                        number(row["estimate"]),
                        number(row["difference"]),
                        number(row["from_structure"]),
                        number(row["from_attendance"]),
                        number(row["children_per_thousand"]),
                    )
                )
    cited = {
        language: "; ".join(f"{name[language]}: {source}" for name, source in sources) for language in ("en", "zh")
    }
    return FactTable(
        id="per_thousand",
        group="supply",
        title=both("Seats per 1,000", "千人指标对照"),
        notes=(
            both(
                "A fixed number of seats per 1,000 residents beside the seats that the children there need in the base year. "
                "Where births have halved it plans too much: the difference is due to the age structure and to attendance, and "
                f"the two parts add up. Rules: {cited['en']}.",
                "按固定千人指标计算的学位，与按基准年实际年龄结构估算的需求对照。出生减半后，固定指标会多建；差额由年龄结构和入学率两部分构成。"
                f"依据：{cited['zh']}。",
            ),
        ),
        columns=(
            CATCHMENT,
            STAGE,
            head("Residents", "常住人口"),
            head("By the rule", "千人指标学位"),
            head("By age structure", "年龄结构估算"),
            head("Rule minus estimate", "差额"),
            head("Due to age structure", "其中：年龄结构"),
            head("Due to attendance", "其中：入学率"),
            head("Children per 1,000", "每千人适龄儿童"),
        ),
        rows=tuple(rows),
    )


def _townships(plan: Plan) -> FactTable:
    table = plan.situation.townships.sort_values("missing", ascending=False, kind="stable")
    keys = ("kindergartens", "public", "inclusive", "private", "attached", "unlicensed", "required", "missing")
    return FactTable(
        id="townships",
        group="supply",
        title=both("Kindergartens by township", "乡镇幼儿园覆盖"),
        notes=(
            both(
                "Every township needs a public kindergarten. Attached classes serve, but are no kindergarten; unlicensed ones "
                "do not count.",
                "每个乡镇原则上至少有一所公办中心园。附设班和无证园不计入园数。",
            ),
        ),
        columns=(
            head("Township", "乡镇（街道）", "text"),
            head("Kindergartens", "幼儿园"),
            head("Public", "公办"),
            head("Inclusive private", "普惠民办"),
            head("Other private", "其他民办"),
            head("Attached classes", "附设班"),
            head("Unlicensed", "无证"),
            head("Public required", "应有公办园"),
            head("Missing", "缺"),
            head("Met", "是否达到", "text"),
        ),
        rows=tuple(
            (str(label), *(number(row[key]) for key in keys), yes(row["met"])) for label, row in table.iterrows()
        ),
    )


def _developments(plan: Plan) -> FactTable:
    table = plan.situation.developments
    homes = plan.project.developments
    names = {} if homes is None else homes["name"].groupby(level="development").first().to_dict()
    rules = {rule.id: rule.citation for rule in plan.project.standards.seat_rules}
    return FactTable(
        id="developments",
        group="supply",
        title=both("Kindergartens of developments", "小区配套幼儿园"),
        notes=(),
        columns=(
            head("Development", "住宅项目", "text"),
            head("Homes", "户数"),
            head("Classes required", "应配班数"),
            head("Classes provided", "配建班数"),
            head("Missing", "缺班数"),
            head("State", "状态", "text"),
            head("Rule", "依据", "text"),
        ),
        rows=tuple(
            (
                str(names.get(label, label)),
                *(number(row[key]) for key in ("homes", "required", "provided", "missing")),
                DEVELOPMENT_STATUSES[str(row["status"])],
                rules.get(str(row["rule"])),
            )
            for label, row in table.iterrows()
        ),
    )
