"""The tables of a report: the workbook's sheets with the columns that a page has room for, and some of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from schoolmap.output import sheets
from schoolmap.output.figures.places import building_actions
from schoolmap.output.lookups import catchment_names
from schoolmap.output.lookups import central
from schoolmap.output.lookups import coverage_of
from schoolmap.output.lookups import scenario_labels
from schoolmap.output.lookups import short_count
from schoolmap.output.lookups import stage_labels
from schoolmap.output.report.findings import NEAR_YEARS
from schoolmap.output.report.findings import shortage_of
from schoolmap.output.report.parts import Table
from schoolmap.output.sheets import Column
from schoolmap.output.terms import PROJECTS
from schoolmap.output.terms import PROPOSALS
from schoolmap.output.terms import term
from schoolmap.output.words import both

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

    from schoolmap.output.model import FactTable
    from schoolmap.output.model import MapModel
    from schoolmap.output.model import Stage
    from schoolmap.output.sheets import Cell
    from schoolmap.output.sheets import Sheet

MOST_ROWS = 400
"""Rows of one table that are printed; the workbook has all of them."""
_CUT = both(
    "The first {shown:,} of {all:,} rows; all of them are in the workbook.",
    "仅列前{shown:,}行，共{all:,}行，其余见工作簿。",
)
_STAGE = Column("Stage", "学段", "text")
_YEAR = Column("Year", "年份", "year")


def limited(table: Table, *, language: str, most: int = MOST_ROWS) -> Table:
    """Return a table with so many rows at most, and a note where some were left out."""
    if len(table.rows) <= most:
        return table
    note = _CUT[language].format(shown=most, all=len(table.rows))
    return table._replace(rows=table.rows[:most], notes=(*table.notes, note))


def of_sheet(sheet: Sheet, wanted: Sequence[str], *, caption: str, language: str) -> Table:
    """Return some columns of a sheet, by their English titles, without those that are empty in every row."""
    names = [column.en for column in sheet.columns]
    places = [names.index(name) for name in wanted]
    columns = [sheet.columns[at] for at in places]
    rows = [tuple(row[at] for at in places) for row in sheet.rows]
    return limited(_filled(Table(caption, columns, rows)), language=language)


def of_facts(table: FactTable, *, language: str) -> Table:
    """Return a table of facts as the workbook has it, without columns that are empty in every row."""
    sheet = sheets.facts_sheet(table, language=language)
    found = Table(sheet.title(language), sheet.columns, sheet.rows, tuple(sheet.notes))
    return limited(_filled(found), language=language)


def facts_of(model: MapModel, *names: str) -> Iterator[FactTable]:
    """Yield the tables of facts with these identifiers, where the plan has them."""
    for name in names:
        yield from (table for table in model.tables if table.id == name)


def in_short(model: MapModel, *, language: str) -> Table:
    """Describe each stage in one line: seats and need now and at the peak, and the worst shortage."""
    first = model.years[0]
    columns = (
        _STAGE,
        Column(f"Seats {first}", f"{first}年学位", "count"),
        Column(f"Needed {first}", f"{first}年需求", "count"),
        Column("Peak year", "高峰年", "year"),
        Column("Needed then", "高峰需求", "count"),
        Column("P10", "高峰P10", "count"),
        Column("P90", "高峰P90", "count"),
        Column("Short from", "缺口首年", "year"),
        Column("Most seats short", "最大缺口", "count"),
        Column("In year", "所在年份", "year"),
        # what is decided now changes nothing in the first year
        Column(f"With proposals, from {first + 1}", f"{first + 1}年起措施后最大缺口", "count"),
    )
    rows = []
    for stage in model.stages:
        panel = central(model, stage.id)
        totals, found = panel.totals, shortage_of(panel)
        peak = max(range(len(model.years)), key=totals.demand.__getitem__)
        after = model.decision.short_after.get(stage.id, ())
        some = found.first is not None
        rows.append(
            (
                *(stage.label[language], totals.seats[0], totals.demand[0], model.years[peak], totals.demand[peak]),
                *(totals.p10[peak], totals.p90[peak]),
                None if found.first is None else model.years[found.first],
                found.short,
                model.years[found.worst] if some else None,
                max(after[1:], default=None) if some else None,
            )
        )
    return _filled(Table(both("The stages in short", "各学段主要指标")[language], columns, rows))


def present_state(model: MapModel, *, language: str) -> Table:
    """Describe schools, seats and pupils of each stage as they are in the base year."""
    columns = (
        _STAGE,
        Column("Schools", "学校（园）", "count"),
        Column("Seats", "学位", "count"),
        Column("Classrooms", "教室", "count"),
        Column("Pupils enrolled", "在校（园）生", "count"),
        Column("Schools that told it", "其中已填报学校", "count"),
        Column("Seats needed", "学位需求", "count"),
        Column("Catchments", "片区", "count"),
        Column("Catchments short", "不足片区", "count"),
    )
    rows = []
    for stage in model.stages:
        sections = [s for school in model.schools for s in school.sections if s.stage == stage.id]
        panel = central(model, stage.id)
        told = [s.enrolment for s in sections if s.enrolment is not None]
        rooms = [s.classrooms for s in sections if s.classrooms is not None]
        rows.append(
            (
                stage.label[language],
                sum(s.seats[0] > 0 for s in sections),
                panel.totals.seats[0],
                sum(rooms) if rooms else None,
                sum(told) if told else None,
                len(told) if told else None,
                panel.totals.demand[0],
                len(panel.demand),
                short_count(panel, 0),
            )
        )
    caption = both(f"Present state in {model.years[0]}", f"{model.years[0]}年教育设施现状")[language]
    return _filled(Table(caption, columns, rows))


def forecast(model: MapModel, stage: Stage, *, language: str) -> Table:
    """Describe children and seats needed of a stage by year: the interval, and the other scenarios beside it."""
    panel = central(model, stage.id)
    others = [p for p in model.panels if p.stage == stage.id and p.scenario != panel.scenario]
    english, chinese = (scenario_labels(model, language=name) for name in ("en", "zh"))
    columns = (
        _YEAR,
        Column("Children", "适龄儿童", "count"),
        Column("P10", "需求P10", "count"),
        Column("Seats needed", "学位需求", "count"),
        Column("P90", "需求P90", "count"),
        Column("Born", "已出生", "share"),
        *(Column(english[p.scenario], chinese[p.scenario], "count") for p in others),
    )
    totals = panel.totals
    rows = [
        (
            *(year, _sum(panel.children, t), totals.p10[t], totals.demand[t], totals.p90[t], totals.born_share[t]),
            *(other.totals.demand[t] for other in others),
        )
        for t, year in enumerate(model.years)
    ]
    label = stage.label[language]
    caption = both(
        f"{label}: children and seats needed, {english[panel.scenario]}",
        f"{label}适龄儿童与学位需求预测（{chinese[panel.scenario]}）",
    )[language]
    note = both(
        "The interval P10 to P90 belongs to the first scenario. Other scenarios are assumptions, not limits of confidence.",
        "P10—P90为首个情景的80%区间；其他情景为假设，不是置信界限。",
    )[language]
    return Table(caption, columns, rows, (note,))


def balance(model: MapModel, stage: Stage, *, language: str) -> Table:
    """Describe a stage's balance of seats by year: needed, there, short and spare, without and with the proposals."""
    panel = central(model, stage.id)
    totals, after = panel.totals, model.decision.short_after.get(stage.id, ())
    columns = (
        _YEAR,
        Column("Seats needed", "学位需求", "count"),
        Column("Seats", "学位", "count"),
        Column("Whole area", "全域盈亏", "gap"),
        Column("Short, sum of catchments", "片区缺口合计", "count"),
        Column("Spare, sum of catchments", "片区富余合计", "count"),
        Column("Catchments short", "不足片区数", "count"),
        Column("Short with proposals", "措施后缺口", "count"),
    )
    rows = []
    for t, year in enumerate(model.years):
        rows.append(
            (
                *(year, totals.demand[t], totals.seats[t], totals.seats[t] - totals.demand[t]),
                *(totals.short[t], totals.spare[t], short_count(panel, t)),
                after[t] if after else None,
            )
        )
    caption = both(f"{stage.label[language]}: balance of seats by year", f"{stage.label[language]}分年度学位供需平衡")
    note = both(
        "Whole area: seats less seats needed; a plus is spare. Shortages and spare seats of catchments do not cancel out.",
        "全域盈亏=学位-需求，正数为富余；各片区缺口与富余不相互抵消。",
    )
    return _filled(Table(caption[language], columns, rows, (note[language],)))


def near_term(model: MapModel, *, language: str) -> Table:
    """List the counted projects and the proposals that open within the first five years, by year."""
    last = model.years[0] + NEAR_YEARS
    labels = stage_labels(model, language=language)
    schools = {school.id: school.name for school in model.schools}
    places = {stage: catchment_names(model, stage) for stage in labels}
    sites = {site.id: site.name for site in model.sites}
    unit = model.currency
    columns = (
        _YEAR,
        Column("Where", "项目（地点）", "text"),
        _STAGE,
        Column("Kind", "类型", "text"),
        Column("Stands in", "来源", "text"),
        Column("Classes", "班数", "count"),
        Column("Seats", "学位", "count"),
        Column(f"Building, {unit['en']}", f"投资（{unit['zh']}）", "money"),
    )
    listed, proposed = both("project list", "项目库"), both("proposal", "本规划建议")
    rows: list[tuple[Cell, ...]] = [
        (
            *(
                project.opens,
                project.name or project.id,
                labels.get(project.stage, project.stage),
                term(PROJECTS, project.kind, language),
            ),
            *(listed[language], None, project.seats, _planned(model, project.name or project.id)),
        )
        for project in model.projects
        if project.counted and project.opens is not None and project.opens <= last
    ]
    rows += [
        (
            action.opens,
            sites.get(action.site or "")
            or schools.get(action.school or "")
            or places[action.stage].get(action.catchment, action.catchment),
            *(labels[action.stage], term(PROPOSALS, action.kind, language), proposed[language]),
            *(action.classes, action.seats, action.capital),
        )
        for action in building_actions(model)
        if action.opens is not None and action.opens <= last
    ]
    rows.sort(key=lambda row: (int(row[0] or 0), str(row[4]) != listed[language], str(row[2]), str(row[1])))  # type: ignore[arg-type]
    caption = both(f"What opens up to {last}", f"近期（{last}年前）建设与措施一览")[language]
    note = both(
        "Seats of a boundary are the pupils who move. Money of listed projects is theirs as planned, where it is told.",
        "“调整片区”一行的学位为划转学生数；项目库的投资为其计划投资，未填报的空缺。",
    )[language]
    return limited(_filled(Table(caption, columns, rows, (note,))), language=language)


def spending(model: MapModel, *, language: str) -> Table:
    """Describe what the proposals cost to build, by year; years without are left out."""
    unit = model.currency
    columns = (_YEAR, Column(f"Building, {unit['en']}", f"建设投资（{unit['zh']}）", "money"))
    rows: list[tuple[Cell, ...]] = [
        (year, value) for year, value in zip(model.years, model.decision.capital_by_year, strict=False) if value > 0
    ]
    if rows:
        rows.append((both("in all", "合计")[language], model.decision.capital))
    caption = both("Building the proposals, by year", "布局措施分年度建设投资")[language]
    return Table(caption, columns, rows)


def heat(model: MapModel, stage: Stage, *, language: str) -> Table:
    """Describe the utilisation of every catchment in every year, shaded as on the map; the highest first."""
    # of this stage alone, however many there are
    central_only = replace(model, panels=tuple(p for p in model.panels if p.stage == stage.id))
    sheet = sheets.describe_sheet(central_only, "heat", language=language)
    label = stage.label[language]
    panel = central(model, stage.id)
    coverage = coverage_of(model, stage.id)
    most = {
        place.id: max((use for use in row if use is not None), default=-1.0)
        for place, row in zip(coverage.catchments, panel.utilisation, strict=True)
    }
    rows = sorted((row[1:] for row in sheet.rows if row[0] == label), key=lambda row: (-most[str(row[0])], str(row[0])))
    caption = both(f"{label}: utilisation by catchment and year", f"{label}各片区分年学位利用率")[language]
    return limited(Table(caption, sheet.columns[1:], rows), language=language)


def _planned(model: MapModel, name: str) -> float | None:
    """Return the planned money of a listed project, in 10,000 yuan, where the schedule of projects tells it."""
    for table in facts_of(model, "project_schedule"):
        heads = [head.label["zh"] for head in table.columns]
        if "项目" in heads and "计划投资（万元）" in heads:
            at = heads.index("计划投资（万元）")
            for row in table.rows:
                if row[heads.index("项目")] == name:
                    value = row[at]
                    return float(value) if isinstance(value, int | float) else None
    return None


def _filled(table: Table) -> Table:
    """Leave out the columns that are empty in every row."""
    kept = [n for n in range(len(table.columns)) if n == 0 or any(row[n] not in {None, ""} for row in table.rows)]
    columns = [table.columns[n] for n in kept]
    return table._replace(columns=columns, rows=[tuple(row[n] for n in kept) for row in table.rows])


def _sum(grid: Sequence[Sequence[float | None]], t: int) -> float:
    return sum(row[t] or 0.0 for row in grid)
