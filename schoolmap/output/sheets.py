"""
Describe the workbook's sheets as columns and rows, before anything is written.

A sheet is data: a test can read it without opening Excel, and the writer needs
no knowledge of what a row means. Cells hold the model's numbers unrounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from schoolmap.output.lookups import catchment_names
from schoolmap.output.lookups import is_central
from schoolmap.output.lookups import scenario_labels
from schoolmap.output.lookups import short_count
from schoolmap.output.lookups import stage_labels
from schoolmap.output.terms import LEVEL_MEANINGS
from schoolmap.output.terms import LEVELS
from schoolmap.output.terms import OPERATORS
from schoolmap.output.terms import PROJECTS
from schoolmap.output.terms import PROPOSALS
from schoolmap.output.terms import term
from schoolmap.output.words import listed
from schoolmap.output.workbook_words import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

    from schoolmap.output.model import Cell as FactCell
    from schoolmap.output.model import FactTable
    from schoolmap.output.model import MapModel
    from schoolmap.output.model import Panel


class Column(NamedTuple):
    """A column of a sheet: its header in both languages and the kind of its cells."""

    en: str
    zh: str
    kind: str

    def title(self, language: str) -> str:
        """Return the header in one language."""
        return self.zh if language == "zh" else self.en


class Shaded(NamedTuple):
    """A cell with the colour of its class of utilisation; without a colour it is hatched."""

    value: float | str | None
    colour: str | None


Cell = str | float | Shaded | None


class Sheet(NamedTuple):
    """A table to write: columns, rows, how many columns stay in view, a legend above and sentences below."""

    en: str
    zh: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    frozen: int = 0
    strip: Sequence[Shaded] = ()
    notes: Sequence[str] = ()

    def title(self, language: str) -> str:
        """Return the sheet's name in one language."""
        return self.zh if language == "zh" else self.en


_STAGE = Column("Stage", "学段", "text")
_SCENARIO = Column("Scenario", "情景", "text")
_CATCHMENT = Column("Catchment", "片区代码", "code")
_CATCHMENT_NAME = Column("Catchment name", "片区名称", "text")
_YEAR = Column("Year", "年份", "year")
_P10 = Column("Demand P10", "需求P10", "count")
_P50 = Column("Demand (central)", "需求（中间值）", "count")
_P90 = Column("Demand P90", "需求P90", "count")
_PLACES = Column("Seats", "学位", "count")
_SHORT = Column("Sum of gaps (seats short)", "各片区缺口合计", "count")
_SPARE = Column("Sum of spare seats", "各片区富余合计", "count")
_USE = Column("Utilisation", "利用率", "share")
_CHANCE = Column("Shortage probability", "短缺概率", "chance")
_BORN = Column("Share already born", "已出生占比", "share")
_FIRST = Column("First year", "首年", "year")
_LAST = Column("Last year", "末年", "year")
_PEAK = Column("Peak year", "峰值年", "year")
_PEAK_SHORT = Column("Seats short at peak", "峰值缺口", "count")
_KIND = Column("Kind", "类型", "text")
_SCHOOL = Column("School", "学校代码", "code")
_SCHOOL_NAME = Column("School name", "学校名称", "text")
_LON = Column("Longitude", "经度", "degrees")
_LAT = Column("Latitude", "纬度", "degrees")


def describe(model: MapModel, *, language: str) -> tuple[Sheet, ...]:
    """Describe every sheet but the overview as columns and rows, in the order of the workbook."""
    return (
        _totals(model, language),
        _balance(model, language),
        _heat_grid(model, language),
        _schools(model, language),
        _projects(model, language),
        *(facts_sheet(table, language=language) for table in model.tables),
        _actions(model, language),
        _audit(model, language),
        _sources(model, language),
        _notes(model, language),
    )


def describe_sheet(model: MapModel, name: str, *, language: str) -> Sheet:
    """
    Describe one sheet, without the work for the others.

    `name` is `heat`, `schools`, `projects`, `actions`, `audit` or `sources`.
    """
    makers = {
        "heat": _heat_grid,
        "schools": _schools,
        "projects": _projects,
        "actions": _actions,
        "audit": _audit,
        "sources": _sources,
    }
    return makers[name](model, language)


def _names_by_stage(model: MapModel) -> dict[str, dict[str, str]]:
    """Map each stage to the names of its catchments, in the order of the panel's rows."""
    return {stage.id: catchment_names(model, stage.id) for stage in model.stages}


def _central(model: MapModel) -> list[Panel]:
    """Return the panels of the first scenario, which is the central one."""
    return [panel for panel in model.panels if is_central(model, panel)]


def _shaded(model: MapModel, value: float | str | None, shade: int | None) -> Shaded:
    return Shaded(value, None if shade is None else model.shades[shade].colour)


def _totals(model: MapModel, language: str) -> Sheet:
    labels = stage_labels(model, language=language)
    scenarios = scenario_labels(model, language=language)
    rows = [
        (
            *(labels[panel.stage], scenarios[panel.scenario], year),
            *(panel.totals.p10[t], panel.totals.demand[t], panel.totals.p90[t]),
            *(panel.totals.seats[t], panel.totals.short[t], panel.totals.spare[t]),
            panel.totals.born_share[t],
        )
        for panel in model.panels
        for t, year in enumerate(model.years)
    ]
    columns = (_STAGE, _SCENARIO, _YEAR, _P10, _P50, _P90, _PLACES, _SHORT, _SPARE, _BORN)
    return Sheet("Totals", "各年合计", columns, rows, frozen=3)


def _balance(model: MapModel, language: str) -> Sheet:
    columns = (
        *(_CATCHMENT, _CATCHMENT_NAME, _STAGE, _YEAR, _SCENARIO, _P10, _P50, _P90, _PLACES),
        Column("Gap (demand - seats)", "缺口（需求-学位）", "gap"),
        *(_USE, _CHANCE),
        Column("Classes needed", "所需班数", "count"),
        Column("Oversized classes", "大班额班数", "count"),
        Column("Level", "预警等级", "text"),
        _BORN,
    )
    rows = [row for panel in model.panels for row in _balance_rows(model, panel, language)]
    return Sheet("Balance", "学位平衡", columns, rows, frozen=2)


def _balance_rows(model: MapModel, panel: Panel, language: str) -> Iterator[tuple[Cell, ...]]:
    stage = stage_labels(model, language=language)[panel.stage]
    scenario = scenario_labels(model, language=language)[panel.scenario]
    for c, (catchment, name) in enumerate(catchment_names(model, panel.stage).items()):
        for t, year in enumerate(model.years):
            demand, seats = panel.demand[c][t], panel.seats[c][t]
            yield (
                *(catchment, name, stage, year, scenario),
                *(panel.p10[c][t], demand, panel.p90[c][t], seats),
                None if demand is None or seats is None else demand - seats,
                _shaded(model, panel.utilisation[c][t], panel.shade[c][t]),
                panel.probability[c][t],
                panel.classes_needed[c][t],
                panel.oversized_classes[c][t],
                term(LEVELS, panel.level[c][t], language),
                panel.born_share[c][t],
            )


def _heat_grid(model: MapModel, language: str) -> Sheet:
    labels, names = stage_labels(model, language=language), _names_by_stage(model)
    years = [Column(str(year), str(year), "heat") for year in model.years]
    rows: list[tuple[Cell, ...]] = [
        (
            labels[panel.stage],
            catchment,
            name,
            *(
                _shaded(model, WORDS["no seats"][language] if use is None else use, shade)
                if shade is not None
                else Shaded(None, None)
                for use, shade in zip(panel.utilisation[c], panel.shade[c], strict=True)
            ),
        )
        for panel in _central(model)
        for c, (catchment, name) in enumerate(names[panel.stage].items())
    ]
    columns = (_STAGE, _CATCHMENT, _CATCHMENT_NAME, *years)
    return Sheet("Heat grid", "利用率网格", columns, rows, frozen=3, strip=_legend(model, language))


def _legend(model: MapModel, language: str) -> list[Shaded]:
    shades = [Shaded(shade.label[language], shade.colour) for shade in model.shades]
    return [*shades, Shaded(WORDS["no data"][language], None)]


def _schools(model: MapModel, language: str) -> Sheet:
    labels, names = stage_labels(model, language=language), _names_by_stage(model)
    first, last = model.years[0], model.years[-1]
    year_at = {year: t for t, year in enumerate(model.years)}
    columns = (
        *(_SCHOOL, _SCHOOL_NAME, Column("Operator", "举办者", "text"), _STAGE),
        Column("Catchments", "服务片区代码", "code"),
        Column("Catchment names", "服务片区名称", "text"),
        Column(f"Seats {first}", f"{first}年学位", "count"),
        Column(f"Seats {last}", f"{last}年学位", "count"),
        Column("Classrooms", "教室", "count"),
        Column("Enrolment", "在校（园）生", "count"),
        Column("Enrolment year", "在校生年份", "year"),
        Column("Utilisation (enrolment / seats)", "利用率（在校生/学位）", "share"),
        *(_LON, _LAT),
    )
    rows = []
    for school in model.schools:
        for section in school.sections:
            pupils, year = section.enrolment, section.enrolment_year
            seats = section.seats[year_at[year]] if year in year_at else None
            served = [names[section.stage].get(key, key) for key in section.catchments]
            rows.append(
                (
                    *(school.id, school.name, term(OPERATORS, school.operator, language)),
                    labels[section.stage],
                    ", ".join(section.catchments),
                    ", ".join(served),
                    *(section.seats[0], section.seats[-1], section.classrooms),
                    *(pupils, year),
                    None if pupils is None or not seats else pupils / seats,
                    *(school.lon, school.lat),
                )
            )
    return Sheet("Schools", "学校", columns, rows, frozen=2)


def _projects(model: MapModel, language: str) -> Sheet:
    columns = (
        Column("Project", "项目代码", "code"),
        Column("Project name", "项目名称", "text"),
        *(_KIND, _STAGE, _SCHOOL, _CATCHMENT),
        Column("Status", "状态", "text"),
        Column("Opening", "启用时间", "code"),
        _PLACES,
        Column("Counted", "是否计入", "text"),
        Column("Note", "说明", "long"),
    )
    labels = stage_labels(model, language=language)
    rows = [
        (
            *(p.id, p.name, term(PROJECTS, p.kind, language), labels.get(p.stage, p.stage)),
            *(p.school, p.catchment, p.status[language] or None, p.opening, p.seats),
            *(WORDS["yes" if p.counted else "no"][language], p.note),
        )
        for p in model.projects
    ]
    return Sheet("Projects", "建设项目", columns, rows, frozen=2)


def facts_sheet(table: FactTable, *, language: str) -> Sheet:
    """Turn a table of facts into a sheet; what it rests on stands below it."""
    # a level is a code of ours, and shown as a word
    columns = [
        Column(head.label["en"], head.label["zh"], "text" if head.kind == "level" else head.kind)
        for head in table.columns
    ]
    rows = [
        tuple(_fact(cell, head.kind, language) for cell, head in zip(row, table.columns, strict=True))
        for row in table.rows
    ]
    notes = [note[language] for note in table.notes]
    return Sheet(table.title["en"], table.title["zh"], columns, rows, frozen=1, notes=notes)


def _fact(cell: FactCell, kind: str, language: str) -> Cell:
    if isinstance(cell, dict):
        return cell[language]
    return term(LEVELS, cell, language) if kind == "level" and isinstance(cell, str) else cell


def _actions(model: MapModel, language: str) -> Sheet:
    columns = (
        Column("Action", "措施代码", "code"),
        *(_KIND, _STAGE, _CATCHMENT, _CATCHMENT_NAME, _SCHOOL, _SCHOOL_NAME),
        Column("Plot", "备选用地", "text"),
        Column("Receiving catchment", "接收片区", "code"),
        Column("Receiving catchment name", "接收片区名称", "text"),
        *(_FIRST, _LAST, _PEAK, _PEAK_SHORT, _CHANCE),
        Column("Opens", "启用年份", "year"),
        Column("Until", "停用年份", "year"),
        Column("Classes", "班数", "count"),
        _PLACES,
        Column(f"Building, {model.currency['en']}", f"投资（{model.currency['zh']}）", "money"),
        Column(f"A year, {model.currency['en']}", f"每年（{model.currency['zh']}）", "money"),
        Column("In the best plan of", "采用该项的情景", "text"),
        Column("Reason", "理由", "long"),
        Column("Alternatives considered", "比较过的方案", "long"),
        *(_LON, _LAT),
    )
    labels, names = stage_labels(model, language=language), _names_by_stage(model)
    schools = {school.id: school.name for school in model.schools}
    sites = {site.id: site.name for site in model.sites}
    scenarios = scenario_labels(model, language=language)
    rows = [
        (
            *(a.id, term(PROPOSALS, a.kind, language), labels[a.stage]),
            *(a.catchment, names[a.stage].get(a.catchment)),
            *(a.school, schools.get(a.school or ""), sites.get(a.site or "")),
            *(a.receiver, names[a.stage].get(a.receiver or "")),
            *(a.first_year, a.last_year, a.peak_year, a.short, a.probability),
            # what stays short neither opens nor costs
            *((None, None) if a.kind == "unsolved" else (a.opens, a.until)),
            *(a.classes, a.seats),
            *((None, None) if a.kind == "unsolved" else (a.capital, a.yearly)),
            ", ".join(scenarios[name] for name in a.scenarios),
            a.reason[language],
            "\n".join(text[language] for text in a.alternatives),
            *(a.lon, a.lat),
        )
        for a in model.actions
    ]
    return Sheet("Actions", "措施建议", columns, rows, frozen=2)


def _audit(model: MapModel, language: str) -> Sheet:
    columns = (
        Column("Check", "核对项", "long"),
        Column("Left side", "左侧合计", "exact"),
        Column("Right side", "右侧合计", "exact"),
        Column("Difference", "差值", "tiny"),
        Column("Tolerance", "允许误差", "tiny"),
        Column("Holds", "是否成立", "text"),
        Column("Detail", "说明", "long"),
    )
    rows = [
        (
            *(line.name[language], line.left, line.right, line.difference, line.tolerance),
            *(WORDS["holds" if line.holds else "fails"][language], line.detail[language]),
        )
        for line in model.audit
    ]
    return Sheet("Audit", "核对", columns, rows)


def _sources(model: MapModel, language: str) -> Sheet:
    columns = (
        Column("Title", "名称", "long"),
        Column("Publisher", "发布者", "long"),
        Column("Date", "日期", "code"),
        Column("Licence", "许可", "long"),
        Column("Address", "网址", "long"),
        Column("Used for", "用途", "long"),
    )
    rows = [(s.title, s.publisher, s.date, s.licence, s.url, s.used_for[language]) for s in model.sources]
    return Sheet("Sources", "数据来源", columns, rows)


def _notes(model: MapModel, language: str) -> Sheet:
    rows = [(text[language],) for text in model.notes]
    return Sheet("Notes", "说明", (Column("Note", "说明", "note"),), rows)


# What the overview says


def facts(model: MapModel, *, language: str) -> list[tuple[str, str]]:
    """Return what the plan rests on, as pairs of label and value."""
    labels = stage_labels(model, language=language)
    stages = (f"{labels[s.id]} ({s.ages[0]}-{s.ages[1]})" for s in model.stages)
    rows = (
        ("Project", "项目", model.project),
        ("Population as of", "人口数据日期", model.population_date),
        ("Base year", "基准年", str(model.base_year)),
        ("Years", "规划年份", f"{model.years[0]}-{model.years[-1]}"),
        ("Stages (ages)", "学段（年龄）", listed(list(stages), language)),
        ("Scenarios", "情景", listed([s.label[language] for s in model.scenarios], language)),
        ("Coordinates", "坐标系", model.crs),
        ("Random draws, seed", "随机抽样次数、种子", f"{model.draws:,}, {model.seed}"),
        ("Map review number", "审图号", model.map_review_no),
    )
    return [(zh if language == "zh" else en, value) for en, zh, value in rows if value]


def key_years(model: MapModel, *, language: str) -> Sheet:
    """Describe the turning points of each stage: first year, peaks and last year."""
    columns = (
        *(_STAGE, _YEAR, Column("Why this year", "说明", "text"), _P10, _P50, _P90, _PLACES),
        *(_SHORT, _SPARE, Column("Catchments short", "不足片区数", "count"), _BORN),
    )
    labels = stage_labels(model, language=language)
    rows = []
    for panel in _central(model):
        totals = panel.totals
        for t, reasons in _turning_points(model, panel).items():
            why = listed([WORDS[r][language] for r in reasons], language)
            rows.append(
                (
                    *(labels[panel.stage], model.years[t], why),
                    *(totals.p10[t], totals.demand[t], totals.p90[t], totals.seats[t]),
                    *(totals.short[t], totals.spare[t], short_count(panel, t), totals.born_share[t]),
                )
            )
    scenario = model.scenarios[0].label[language]
    return Sheet(f"Key years ({scenario})", f"关键年份（{scenario}）", columns, rows)


def _turning_points(model: MapModel, panel: Panel) -> dict[int, list[str]]:
    """Map the positions of the years worth showing, in order, to the reasons for it."""
    last = len(model.years) - 1
    totals = panel.totals
    peak, worst = (max(range(last + 1), key=row.__getitem__) for row in (totals.demand, totals.short))
    points: dict[int, list[str]] = {}
    points.setdefault(0, []).append("base" if model.years[0] == model.base_year else "first")
    points.setdefault(peak, []).append("peak demand")
    if totals.short[worst] > 0:
        points.setdefault(worst, []).append("peak short")
    points.setdefault(last, []).append("last")
    return dict(sorted(points.items()))


def worst_catchments(model: MapModel, *, language: str, shown: int = 5) -> Sheet:
    """Describe the catchments that are shortest of seats, worst first in each stage."""
    columns = (
        *(_STAGE, _CATCHMENT, _CATCHMENT_NAME, _FIRST, _LAST, _PEAK, _PEAK_SHORT, _CHANCE),
        Column("Action", "措施", "text"),
    )
    labels, names = stage_labels(model, language=language), _names_by_stage(model)
    kinds = {action.id: term(PROPOSALS, action.kind, language) for action in model.actions}
    rows = [
        (
            *(labels[panel.stage], rank.catchment, names[panel.stage].get(rank.catchment)),
            *(rank.first_year, rank.last_year, rank.peak_year, rank.peak_short, rank.probability),
            kinds.get(rank.action or ""),
        )
        for panel in _central(model)
        for rank in panel.ranking[:shown]
    ]
    return Sheet("Where seats are short first", "最缺学位的片区", columns, rows)


def overview_notes(model: MapModel, *, language: str) -> list[tuple[str, list[tuple[Cell, str]]]]:
    """Return the overview's closing sections: a heading, and pairs of mark and text."""
    stages: list[tuple[Cell, str]] = []
    for s in model.stages:
        texts = (s.attendance_note, *s.notes)
        share = f"{WORDS['attendance'][language]} {s.attendance:.0%}"
        stages.append((s.label[language], "\n".join((share, *(t[language] for t in texts)))))
    scenarios: list[tuple[Cell, str]] = [(s.label[language], s.note[language]) for s in model.scenarios]
    levels: list[tuple[Cell, str]] = [(LEVELS[k][language], t[language]) for k, t in LEVEL_MEANINGS.items()]
    colours: list[tuple[Cell, str]] = [
        (Shaded(None, cell.colour), str(cell.value)) for cell in _legend(model, language)
    ]
    closing: list[tuple[Cell, str]] = [("", model.classification[language])]
    headings = (
        ("What each stage rests on", "各学段说明", stages),
        ("Scenarios", "情景", scenarios),
        ("Levels", "预警等级", levels),
        ("Colours: demand / seats", "颜色：需求/学位", colours),
        ("Classification", "使用范围", closing),
    )
    return [(zh if language == "zh" else en, pairs) for en, zh, pairs in headings]
