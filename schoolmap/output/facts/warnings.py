"""Seat warnings, how long shortages last, and what has to be asked before anything follows from spare seats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schoolmap.output.facts.cells import CATCHMENT
from schoolmap.output.facts.cells import CODE
from schoolmap.output.facts.cells import STAGE
from schoolmap.output.facts.cells import head
from schoolmap.output.facts.cells import number
from schoolmap.output.facts.cells import stage_names
from schoolmap.output.model import FactTable
from schoolmap.output.words import both

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schoolmap.output.model import Cell
    from schoolmap.plan import Plan

SCOPES = {
    "intake": both("entry grade", "起始年级"),
    "whole": both("all grades", "全学段"),
}
KINDS = {
    "sustained": both("sustained", "持续性缺口"),
    "passing": both("passing", "阶段性缺口"),
    "returning": both("returns", "反复出现"),
}
SOURCES = {
    "listed": both("admission plan", "招生计划"),
    "classrooms": both("classrooms × class size", "教室数×标准班额"),
    "seats": both("seats / grades", "学位数÷年级数"),
    "unknown": both("not known", "未知"),
}
_RANK = {"red": 0, "watch": 1, "ok": 2, "surplus": 3}


def warning_tables(plan: Plan) -> Iterator[FactTable]:
    """Return the tables on warnings that have anything to say."""
    if any(len(item.warnings) > 0 for item in plan.alerts.values()):
        yield _warnings(plan)
    if any(len(item.spells) > 0 for item in plan.alerts.values()):
        yield _spells(plan)
    if any(len(item.questions) > 0 for item in plan.alerts.values()):
        yield _candidates(plan)
        yield _questions(plan)


def _zone_names(plan: Plan, stage: str) -> dict[str, str]:
    zones = plan.project.coverages[plan.project.coverage_of[stage]]
    return {str(label): str(name) for label, name in zones["name"].items()}


def _warnings(plan: Plan) -> FactTable:
    """List the entry grade and all grades of every catchment, the years side by side, the worst first."""
    stages = stage_names(plan)
    years = sorted({int(year) for item in plan.alerts.values() for year in item.warnings.get("year", ())})
    rows: list[tuple[tuple[int, float], tuple[Cell, ...]]] = []
    for stage, item in plan.alerts.items():
        if item.warnings.empty:
            continue
        names = _zone_names(plan, stage)
        for (catchment, scope), part in item.warnings.groupby(["catchment", "scope"], sort=False):
            by_year = part.set_index("year")
            worst = min(_RANK[str(level)] for level in part["level"])
            cells: list[Cell] = []
            for year in years:
                row = by_year.loc[year]
                cells += [
                    number(row["children"]),
                    number(row["places"]),
                    str(row["level"]),
                    number(row["shortage_probability"], 3),
                ]
            ratio = float(part["ratio"].replace(float("inf"), 99.0).fillna(0.0).max())
            rows.append(
                (
                    (worst, -ratio),
                    (names[str(catchment)], str(catchment), stages[stage], SCOPES[str(scope)], *cells),
                )
            )
    rows.sort(key=lambda row: row[0])
    levels = plan.project.standards.levels
    watch, red = levels.watch_from.value, levels.red_from.value
    columns = [CATCHMENT, CODE, STAGE, head("Scope", "口径", "text")]
    for year in years:
        columns += [
            head(f"Children {year}", f"{year}年适龄", "count"),
            head(f"Places {year}", f"{year}年招生（学位）", "count"),
            head(f"Level {year}", f"{year}年预警", "level"),
            head(f"Probability {year}", f"{year}年短缺概率", "chance"),
        ]
    return FactTable(
        id="warnings",
        group="warnings",
        title=both("Seat warnings", "学位预警"),
        notes=(
            both(
                f"Yellow from {watch:.0%}, red from {red:.0%} of the places ({levels.red_from.citation}). The entry grade is "
                "compared with the intake of a usual year, all grades with all seats. A warning is lifted when the children "
                "are fewer than the places again. Not a reason to buy a home or move a household.",
                f"黄色：适龄儿童达招生计划（学位）的{watch:.0%}；红色：达到或超过{red:.0%}（{levels.red_from.citation}）。"
                "起始年级与常态招生计划比较，全学段与全部学位比较；低于后解除。不作为购房或迁移户籍的依据。",
            ),
        ),
        columns=tuple(columns),
        rows=tuple(cells for _, cells in rows),
    )


def _spells(plan: Plan) -> FactTable:
    stages = stage_names(plan)
    rows = []
    for stage, item in plan.alerts.items():
        names = _zone_names(plan, stage)
        for catchment, row in item.spells.iterrows():
            rows.append(
                (
                    names[str(catchment)],
                    stages[stage],
                    KINDS[str(row["kind"])],
                    int(row["first_year"]),
                    int(row["last_year"]),
                    int(row["peak_year"]),
                    number(row["peak_short"]),
                    number(row["probability"], 3),
                    number(row["years_short"]),
                    both("beyond the horizon", "规划末年仍缺") if row["lasts"] else both("ends before", "期内消退"),
                )
            )
    return FactTable(
        id="spells",
        group="warnings",
        title=both("How long it lasts", "缺口持续性"),
        notes=(
            both(
                "Sustained: short for five years or more one after another. A passing shortage does not justify a new school.",
                "持续性：连续五年及以上不足。阶段性缺口不宜以新建学校解决。",
            ),
        ),
        columns=(
            CATCHMENT,
            STAGE,
            head("Kind", "性质", "text"),
            head("First year", "首年", "year"),
            head("Last year", "末年", "year"),
            head("Peak year", "峰值年", "year"),
            head("Most seats short", "最多缺学位"),
            head("Probability", "概率", "chance"),
            head("Years short", "不足年数"),
            head("Ends", "何时结束", "text"),
        ),
        rows=tuple(rows),
    )


def _candidates(plan: Plan) -> FactTable:
    stages = stage_names(plan)
    rows = []
    for stage, item in plan.alerts.items():
        if item.questions.empty and plan.results[stage].reviews.empty:
            continue
        names = _zone_names(plan, stage)
        for catchment, row in plan.results[stage].reviews.iterrows():
            rows.append(
                (
                    names[str(catchment)],
                    str(catchment),
                    stages[stage],
                    int(row["first_year"]),
                    int(row["last_year"]),
                    number(row["spare"]),
                )
            )
    return FactTable(
        id="review_candidates",
        group="warnings",
        title=both("Review candidates", "富余待评估片区"),
        notes=(
            both(
                "Seats stay empty here. A candidate for review, never an order: the questions below come first.",
                "学位长期富余的片区，仅列入评估，不得据此撤并；须先核查下表各项。",
            ),
        ),
        columns=(
            CATCHMENT,
            CODE,
            STAGE,
            head("Spare from", "富余首年", "year"),
            head("To", "末年", "year"),
            head("Seats spare then", "末年富余学位"),
        ),
        rows=tuple(rows),
    )


def _questions(plan: Plan) -> FactTable:
    """List the checklist once: it is the same for every candidate."""
    questions = next(item.questions for item in plan.alerts.values() if len(item.questions) > 0)
    first = questions.index.get_level_values("catchment")[0]
    rows = [
        (both(row["question_en"], row["question_zh"]), str(row["source"]), both("open", "待核查"))
        for _, row in questions.xs(first, level="catchment").iterrows()
    ]
    return FactTable(
        id="review_questions",
        group="warnings",
        title=both("Checklist of a review", "评估核查清单"),
        notes=(
            both(
                "For every candidate above. Each question is open until a person has answered it.",
                "适用于上表每个片区；每项须由人工核实后填写。",
            ),
        ),
        columns=(head("Question", "核查事项", "long"), head("Source", "依据", "text"), head("Answer", "结论", "text")),
        rows=tuple(rows),
    )
