"""Classes, oversized classes and sizes of schools, as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schoolmap.output.facts.cells import CODE
from schoolmap.output.facts.cells import SCHOOL
from schoolmap.output.facts.cells import STAGE
from schoolmap.output.facts.cells import YEAR
from schoolmap.output.facts.cells import head
from schoolmap.output.facts.cells import number
from schoolmap.output.facts.cells import records
from schoolmap.output.facts.cells import school_names
from schoolmap.output.facts.cells import stage_names
from schoolmap.output.facts.cells import yes
from schoolmap.output.model import FactTable
from schoolmap.output.words import both

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schoolmap.output.model import Cell
    from schoolmap.plan import Plan

_SPREAD = both(
    "Where a file tells only the classes and pupils of a grade, pupils are spread evenly; the true number of oversized "
    "classes may be more or less.",
    "只有年级班数和人数的，按平均分班计算；实际大班额数可能更多或更少。",
)
_CROWDING = (
    head("Classes", "班数"),
    head("Pupils", "学生数"),
    head("Oversized", "大班额班数"),
    head("Very oversized", "超大班额班数"),
    head("Excess heads", "大班额超额人数"),
    head("Classes to add at the norm", "按标准班额需增班数"),
)
_CROWDING_KEYS = ("classes", "pupils", "oversized", "very_oversized", "excess_heads", "classes_to_dissolve")


def class_tables(plan: Plan) -> Iterator[FactTable]:
    """Return the tables on classes that have anything to say."""
    situation = plan.situation
    if len(situation.bands) > 0:
        yield _bands(plan)
    if len(situation.crowding) > 0:
        yield _by_stage(plan)
        yield _by_school(plan)
    if situation.dissolution:
        yield _dissolution_by_year(plan)
        yield _dissolution_by_school(plan)
    # where no type is told, there is nothing to tell schools from teaching points by
    if situation.counts[["schools", "teaching_points", "attached"]].to_numpy().any():
        yield _counts(plan)
    if len(situation.size_flags) > 0 or len(situation.kindergarten_flags) > 0:
        yield _sizes(plan)
    beds = situation.boarding[["places", "boarders"]].notna().any(axis=1)
    if beds.any():
        yield _boarding(plan)


def _bands(plan: Plan) -> FactTable:
    stages = stage_names(plan)
    table = plan.situation.bands
    labels = [band.label for band in plan.project.standards.class_bands]
    return FactTable(
        id="class_bands",
        group="classes",
        title=both("Classes by size", "班额分布"),
        notes=(_SPREAD,),
        columns=(STAGE, *(head(label["en"], label["zh"]) for label in labels)),
        rows=tuple(
            (label, *(number(value) for value in table.loc[stage]))
            for stage, label in stages.items()
            if stage in table.index
        ),
    )


def _by_stage(plan: Plan) -> FactTable:
    stages = stage_names(plan)
    groups = plan.situation.crowding.groupby(level="stage", sort=False)[list(_CROWDING_KEYS)]
    sums = groups.sum(min_count=1)
    rows = []
    for stage in plan.project.stages:
        if stage.id not in sums.index:
            continue
        row = sums.loc[stage.id]
        shares = [number(100 * row[key] / row["classes"], 2) for key in ("oversized", "very_oversized")]
        standard = plan.project.standards.stages.get(stage.id)
        most = [None, None] if standard is None else [standard.oversized_share, standard.very_oversized_share]
        allowed = [None if figure is None else float(figure.value) for figure in most]
        rows.append((stages[stage.id], *(number(row[key]) for key in _CROWDING_KEYS), *shares, *allowed))
    return FactTable(
        id="crowding",
        group="classes",
        title=both("Oversized classes", "大班额汇总"),
        notes=(_SPREAD,),
        columns=(
            STAGE,
            *_CROWDING,
            head("Oversized, share", "大班额占比", "percent"),
            head("Very oversized, share", "超大班额占比", "percent"),
            head("At most (target)", "大班额目标上限", "percent"),
            head("Very oversized, at most", "超大班额目标上限", "percent"),
        ),
        rows=tuple(rows),
    )


def _by_school(plan: Plan) -> FactTable:
    stages, names = stage_names(plan), school_names(plan)
    table = plan.situation.crowding
    shown = table[(table["oversized"] > 0) | (table["classes_to_dissolve"] > 0)]
    shown = shown.sort_values(["excess_heads", "classes_to_dissolve"], ascending=False, kind="stable")
    return FactTable(
        id="crowded_schools",
        group="classes",
        title=both("Crowded schools", "大班额学校"),
        notes=(
            both(
                "Schools with oversized classes, or grades that need more classes at the norm. Listed: single classes were "
                "given.",
                "有大班额或按标准班额需增班的学校。“逐班”表示按逐班人数统计。",
            ),
        ),
        columns=(SCHOOL, CODE, STAGE, *_CROWDING, head("Class by class", "逐班", "text")),
        rows=tuple(
            (
                names[row["school"]],
                row["school"],
                stages[row["stage"]],
                *(number(row[key]) for key in _CROWDING_KEYS),
                yes(row["exact"]),
            )
            for row in records(shown)
        ),
    )


def _dissolution_by_year(plan: Plan) -> FactTable:
    stages = stage_names(plan)
    keys = ("pupils", "classes_taught", "oversized", "excess_heads", "classes_needed", "rooms_missing")
    rows = []
    for stage, found in plan.situation.dissolution.items():
        by_year = found.by_year.groupby(level="year")
        sums = by_year[list(keys)].sum(min_count=1)
        unknown = found.by_year["rooms"].isna().groupby(level="year").sum()
        every = int((plan.project.sections.index.get_level_values("stage") == stage).sum())
        left_out = every - len(found.by_section) + unknown.reindex(sums.index)
        targets = found.targets["dissolve"].groupby(level="year").sum(min_count=1)
        for (year, row), without in zip(sums.iterrows(), left_out, strict=True):
            cells = (*(number(row[key]) for key in keys), number(targets.get(year)), number(without))
            rows.append((stages[stage], int(str(year)), *cells))
    target = plan.project.settings_seats.dissolve_by
    return FactTable(
        id="dissolution",
        group="classes",
        title=both("Dissolving by year", "消除大班额分年"),
        notes=(
            both(
                f"Until {target}: pupils move up with their grade, each school keeps its share of the children of its "
                "catchments, and forms its classes anew in the rooms that it has then, projects included. It is the best "
                "that can be done without more rooms. Left out: schools of which not every grade is told; those whose rooms are "
                "not known are in the pupils and the classes at the norm only.",
                f"至{target}年：学生逐年升级，各校招生按服务片区适龄儿童同比例变化，每年在届时教室（含已计入项目）内均衡分班。"
                "这是不另增教室时的最好结果。“缺数据学校”：各年级班级情况不全的未列入；教室数未知的只计学生数和标准班数。",
            ),
        ),
        columns=(
            STAGE,
            YEAR,
            head("Pupils", "学生数"),
            head("Classes", "实开班数"),
            head("Oversized", "大班额班数"),
            head("Excess heads", "超额人数"),
            head("Classes at the norm", "标准班数"),
            head("Rooms missing", "缺教室"),
            head("To dissolve this year", "年度化解任务（班）"),
            head("Schools without data", "缺数据学校"),
        ),
        rows=tuple(rows),
    )


def _dissolution_by_school(plan: Plan) -> FactTable:
    stages, names = stage_names(plan), school_names(plan)
    rows = []
    for stage, found in plan.situation.dissolution.items():
        table = found.by_section
        shown = table[(table["oversized"] > 0) | (table["most_rooms_missing"] > 0)]
        rows += [
            (
                names[row["school"]],
                stages[stage],
                number(row["oversized"]),
                number(row["rooms_to_add"]),
                number(row["most_rooms_missing"]),
                number(row["most_missing_in"]),
                number(row["dissolves_by_itself"]),
            )
            for row in records(shown.sort_values("most_rooms_missing", ascending=False, kind="stable"))
        ]
    return FactTable(
        id="dissolution_schools",
        group="classes",
        title=both("Dissolving by school", "消除大班额分校"),
        notes=(
            both(
                "Rooms that are missing only while the crest passes may be temporary.",
                "仅在高峰年份短缺的教室，可考虑临时教室。",
            ),
        ),
        columns=(
            SCHOOL,
            STAGE,
            head("Oversized now", "现有大班额"),
            head("Rooms to add by then", "目标年需增教室"),
            head("Most rooms missing", "最多缺教室"),
            head("In", "年份", "year"),
            head("Gone by itself from", "自然消除年份", "year"),
        ),
        rows=tuple(rows),
    )


def _counts(plan: Plan) -> FactTable:
    stages = stage_names(plan)
    table = plan.situation.counts
    keys = ("schools", "teaching_points", "attached", "type_unknown")
    return FactTable(
        id="school_counts",
        group="classes",
        title=both("Schools by kind", "学校数"),
        notes=(
            both(
                "Teaching points and attached classes are no schools of their own; they are counted apart.",
                "教学点和附设班不计校数，单独统计。",
            ),
        ),
        columns=(
            STAGE,
            head("Schools", "学校"),
            head("Teaching points", "教学点"),
            head("With attached classes", "附设班"),
            head("Kind not known", "类型未知"),
        ),
        rows=tuple(
            (label, *(number(table.at[stage, key]) for key in keys))
            for stage, label in stages.items()
            if stage in table.index
        ),
    )


def _sizes(plan: Plan) -> FactTable:
    names = school_names(plan)
    flags = ("oversize", "too_many_classes", "small", "teaching_point")
    rows: list[tuple[Cell, ...]] = []
    for counted, table in (
        (both("compulsory stages", "义务教育阶段"), plan.situation.size_flags),
        (both("kindergarten", "幼儿园"), plan.situation.kindergarten_flags),
    ):
        if table.empty:
            continue
        shown = table[table[list(flags)].fillna(value=False).astype(bool).any(axis=1)]
        rows += [
            (
                names[str(school)],
                str(school),
                counted,
                *(number(row[key]) for key in ("pupils", "classes", "most_pupils")),
                *(yes(row[flag]) for flag in flags),
            )
            for school, row in shown.sort_values("pupils", ascending=False, kind="stable").iterrows()
        ]
    return FactTable(
        id="school_sizes",
        group="classes",
        title=both("Large and small schools", "学校规模"),
        notes=(
            both(
                "A small rural school or teaching point is shown so that it is cared for, not so that it is closed.",
                "列出乡村小规模学校和教学点，是为了办好它们，不是撤并依据。",
            ),
        ),
        columns=(
            SCHOOL,
            CODE,
            head("Counted", "统计范围", "text"),
            head("Pupils", "学生数"),
            head("Classes", "班数"),
            head("Limit", "规模上限"),
            head("Too large", "超规模", "text"),
            head("Too many classes", "班数超限", "text"),
            head("Small rural school", "小规模学校", "text"),
            head("Teaching point", "教学点", "text"),
        ),
        rows=tuple(rows),
    )


def _boarding(plan: Plan) -> FactTable:
    stages, names = stage_names(plan), school_names(plan)
    table = plan.situation.boarding
    shown = table[table[["places", "boarders"]].fillna(0).gt(0).any(axis=1)]
    return FactTable(
        id="boarding",
        group="classes",
        title=both("Boarding", "寄宿床位"),
        notes=(),
        columns=(
            SCHOOL,
            STAGE,
            head("Beds", "床位"),
            head("Boarders", "寄宿生"),
            head("Beds short", "缺床位"),
            head("Beds spare", "空床位"),
        ),
        rows=tuple(
            (
                names[row["school"]],
                stages.get(row["stage"], row["stage"]),
                *(number(row[key]) for key in ("places", "boarders", "short", "spare")),
            )
            for row in records(shown)
        ),
    )
