"""
The chapters of a report, in the order of a layout plan of education facilities.

General, present state, forecast, standards, balance, layout, near-term works
and money, method and what is not known; then the appendices. A chapter has
what the plan knows: without classes, projects or indicators their tables are
left out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from schoolmap.output import population_tables
from schoolmap.output import sheets
from schoolmap.output.lookups import central
from schoolmap.output.lookups import stage_labels
from schoolmap.output.report import findings
from schoolmap.output.report import tables
from schoolmap.output.report.appendices import describe_appendices
from schoolmap.output.report.parts import Figure
from schoolmap.output.report.parts import Heading
from schoolmap.output.report.parts import Paragraph
from schoolmap.output.report.parts import Table
from schoolmap.output.report.words import CHAPTERS
from schoolmap.output.report.words import SECTIONS
from schoolmap.output.report.words import SENTENCES
from schoolmap.output.sheets import Column
from schoolmap.output.terms import LEVEL_MEANINGS
from schoolmap.output.terms import LEVELS
from schoolmap.output.words import both
from schoolmap.output.words import colon
from schoolmap.output.words import listed
from schoolmap.output.words import number
from schoolmap.seats.warnings import LEAST_SHORT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Sequence

    from schoolmap.output.model import MapModel
    from schoolmap.output.model import Text
    from schoolmap.output.report.parts import Part


def describe_report(model: MapModel, *, language: str) -> list[Part]:
    """
    Describe the whole report behind its cover and table of contents.

    Parameters
    ----------
    model
        The plan as plain data.
    language
        `en` or `zh`.
    """
    chapters = (_summary, _general, _present, _forecast, _standards, _balance, _layout, _near_term, _method)
    parts = [part for chapter in chapters for part in chapter(model, language)]
    return [*parts, *describe_appendices(model, language=language)]


def _summary(model: MapModel, language: str) -> Iterator[Part]:
    yield Heading(1, CHAPTERS["summary"][language], "plain")
    for stage in model.stages:
        first, *others = findings.of_stage(model, stage, language=language)
        yield Paragraph(first)
        yield from (Paragraph(text, "bullet") for text in others)
    yield from _bodies(findings.cost_sentences(model, language=language))
    yield tables.in_short(model, language=language)
    yield from _bodies([SENTENCES["sure"][language]])
    if not all(line.holds for line in model.audit):
        yield Paragraph(SENTENCES["audit fails"][language])


def _general(model: MapModel, language: str) -> Iterator[Part]:
    yield Heading(1, CHAPTERS["general"][language])
    yield Heading(2, SECTIONS["purpose"][language])
    yield from _bodies([SENTENCES["purpose"][language], SENTENCES["premise"][language]])
    yield Heading(2, SECTIONS["scope"][language])
    pairs = sheets.facts(model, language=language)
    columns = (Column("What", "项目", "text"), Column("In this plan", "内容", "long"))
    yield Table(both("What the plan rests on", "规划范围与期限")[language], columns, pairs)
    yield Heading(2, SECTIONS["basis"][language])
    yield from _bodies([SENTENCES["basis"][language]])
    yield from (
        Paragraph(" – ".join(part for part in (source.title, source.publisher, source.date) if part), "bullet")
        for source in model.sources
    )
    yield Heading(2, SECTIONS["terms"][language])
    yield from (Paragraph(term[language], "bullet") for term in _TERMS)


def _present(model: MapModel, language: str) -> Iterator[Part]:
    yield Heading(1, CHAPTERS["present"][language])
    yield Heading(2, SECTIONS["schools"][language])
    yield tables.present_state(model, language=language)
    notes = [
        f"{stage.label[language]}{colon(language)}{note[language]}" for stage in model.stages for note in stage.notes
    ]
    yield from (Paragraph(note, "note") for note in notes)
    yield from _facts(model, language, "school_counts", "ownership", "townships")
    if any(table.group == "classes" for table in model.tables):
        yield Heading(2, SECTIONS["classes"][language])
        yield from _facts(model, language, "crowding", "class_bands", "dissolution")
    if model.reach:
        labels = stage_labels(model, language=language)
        yield Heading(2, SECTIONS["reach"][language])
        yield from _bodies(f"{labels.get(r.stage, r.stage)}{colon(language)}{r.limits[language]}" for r in model.reach)
        told = list(_facts(model, language, "reach"))
        # the notes of the table say how the way is measured
        yield from told or _bodies(dict.fromkeys(reach.method[language] for reach in model.reach))
    yield Heading(2, SECTIONS["problems"][language])
    for stage in model.stages:
        panel = central(model, stage.id)
        gap, seats, demand = panel.totals.short[0], panel.totals.seats[0], panel.totals.demand[0]
        share = demand / seats if seats else 0.0
        yield Paragraph(
            SENTENCES["problem" if gap >= LEAST_SHORT else "no problem"][language].format(
                stage=stage.label[language],
                year=model.years[0],
                use=f"{share:.0%}",
                short=number(gap),
                spare=number(panel.totals.spare[0]),
            ),
            "bullet",
        )


def _forecast(model: MapModel, language: str) -> Iterator[Part]:
    people = model.population
    yield Heading(1, CHAPTERS["forecast"][language])
    yield Heading(2, SECTIONS["method"][language])
    yield from _bodies([people.accuracy_note[language]])
    # the peaks of the other scenarios are in the workbook
    peaks = tuple(peak for peak in people.peaks if peak.scenario == model.scenarios[0].id)
    shown = replace(model, population=replace(people, peaks=peaks))
    for section in population_tables.sections(shown, language=language):
        yield Heading(3, section.heading)
        if section.rows:
            yield Table(section.heading, section.columns, section.rows, section.texts)
        else:
            yield from (Paragraph(text, "bullet") for text in section.texts)
    if people.births:
        yield Figure("births")
    yield Heading(2, SECTIONS["peaks"][language])
    yield from (Paragraph(text, "bullet") for text in findings.peak_sentences(model, language=language))
    yield Heading(2, SECTIONS["scenarios"][language])
    yield from (Paragraph(f"{s.label[language]}{colon(language)}{s.note[language]}", "bullet") for s in model.scenarios)
    yield Heading(2, SECTIONS["demand"][language])
    for stage in model.stages:
        yield Heading(3, stage.label[language])
        panel = central(model, stage.id)
        yield from _bodies(
            [
                findings.demand_sentence(model, stage, panel, language=language),
                findings.unborn_sentence(model, stage, panel, language=language),
            ]
        )
        yield tables.forecast(model, stage, language=language)


def _standards(model: MapModel, language: str) -> Iterator[Part]:
    yield Heading(1, CHAPTERS["standards"][language])
    yield Heading(2, SECTIONS["attendance"][language])
    columns = (
        Column("Stage", "学段", "text"),
        Column("Ages", "年龄", "text"),
        Column("Share that needs a seat", "入学率", "share"),
        Column("Where it comes from", "依据", "long"),
    )
    rows = [
        (s.label[language], f"{s.ages[0]}–{s.ages[1]}", s.attendance, s.attendance_note[language]) for s in model.stages
    ]
    yield Table(both("Ages and attendance", "各学段年龄与入学率")[language], columns, rows)
    yield Heading(2, SECTIONS["figures"][language])
    figures = [note for note in model.notes if _is_standard(model, note)]
    yield from (Paragraph(note[language], "bullet") for note in figures)
    if not figures:
        yield Paragraph(SENTENCES["no standards"][language])
    yield Heading(2, SECTIONS["levels"][language])
    yield from (
        Paragraph(f"{LEVELS[level][language]}{colon(language)}{text[language]}", "bullet")
        for level, text in LEVEL_MEANINGS.items()
    )
    yield from (Paragraph(shade.label[language], "bullet") for shade in model.shades)


def _balance(model: MapModel, language: str) -> Iterator[Part]:
    yield Heading(1, CHAPTERS["balance"][language])
    for stage in model.stages:
        panel = central(model, stage.id)
        yield Heading(2, stage.label[language])
        yield from _bodies(
            [
                findings.shortage_sentence(model, panel, language=language),
                findings.where_sentence(model, stage, panel, language=language),
            ]
        )
        yield Figure("demand", stage.id)
        yield tables.balance(model, stage, language=language)
        yield Figure("map", stage.id)
        yield Figure("heat", stage.id)
    worst = sheets.worst_catchments(model, language=language, shown=10)
    if worst.rows:
        yield Heading(2, SECTIONS["worst"][language])
        wanted = [column.en for column in worst.columns]
        yield tables.of_sheet(worst, wanted, caption=worst.title(language), language=language)
    yield from _facts(model, language, "spells")


def _layout(model: MapModel, language: str) -> Iterator[Part]:
    yield Heading(1, CHAPTERS["layout"][language])
    yield from _bodies([SENTENCES["layout"][language]])
    for stage in model.stages:
        yield Heading(2, stage.label[language])
        said = [
            findings.action_sentence(model, stage, language=language),
            findings.review_sentence(model, stage, language=language),
        ]
        yield from _bodies(said if any(said) else [SENTENCES["nothing to do"][language]])
    yield Figure("layout")
    actions = sheets.describe_sheet(model, "actions", language=language)
    shown = actions._replace(
        rows=[row for row, a in zip(actions.rows, model.actions, strict=True) if a.kind != "review"]
    )
    if shown.rows:
        wanted = (
            "Kind",
            "Stage",
            "Catchment name",
            "School name",
            "Plot",
            "Receiving catchment name",
            "Opens",
            "Until",
            "Classes",
            "Seats",
            f"Building, {model.currency['en']}",
        )
        caption = both("Proposals", "布局措施一览")[language]
        yield tables.of_sheet(shown, wanted, caption=caption, language=language)
    if model.sites:
        yield Heading(2, SECTIONS["sites"][language])
        yield _sites(model, language)
    yield Heading(2, SECTIONS["decided"][language])
    yield from _bodies(text[language] for text in model.decision.text)
    yield from _bodies([SENTENCES["decided"][language]])
    yield from _facts(model, language, "proposals_scenarios")


def _near_term(model: MapModel, language: str) -> Iterator[Part]:
    yield Heading(1, CHAPTERS["near term"][language])
    yield Heading(2, SECTIONS["works"][language])
    works = tables.near_term(model, language=language)
    yield works if works.rows else Paragraph(SENTENCES["no works"][language])
    yield Heading(2, SECTIONS["money"][language])
    said = findings.cost_sentences(model, language=language)
    yield from _bodies(said or [SENTENCES["no money"][language]])
    yield Figure("spending")
    money = tables.spending(model, language=language)
    if money.rows:
        yield money
    yield from _facts(model, language, "investment", "project_schedule", "proposal_costs")


def _method(model: MapModel, language: str) -> Iterator[Part]:
    yield Heading(1, CHAPTERS["method"][language])
    yield Heading(2, SECTIONS["counted"][language])
    yield from _bodies([SENTENCES["counted"][language]])
    yield Heading(2, SECTIONS["unknown"][language])
    yield from (Paragraph(note[language], "bullet") for note in model.notes if not _is_standard(model, note))
    yield Paragraph(SENTENCES["children"][language], "bullet")
    yield Heading(2, SECTIONS["audit"][language])
    holding = sum(line.holds for line in model.audit)
    yield Paragraph(SENTENCES["audit"][language].format(holding=holding, all=len(model.audit)))


def _sites(model: MapModel, language: str) -> Table:
    labels = stage_labels(model, language=language)
    unit = model.currency
    columns = (
        Column("Plot", "备选用地", "text"),
        Column("Stages", "可办学段", "text"),
        Column("Classes at most", "最大班数", "count"),
        Column(f"Land, {unit['en']}", f"土地费用（{unit['zh']}）", "money"),
        Column("Ready from", "可用时间", "code"),
        Column("Used by proposals", "已采用", "text"),
        Column("Note", "说明", "long"),
    )
    yes, no = both("yes", "是")[language], both("no", "否")[language]
    rows = [
        (
            site.name or site.id,
            listed([labels.get(stage, stage) for stage in site.stages], language),
            *(site.max_classes, site.land_cost, site.ready_from, yes if site.used_by else no, site.note),
        )
        for site in model.sites
    ]
    return tables.limited(Table(both("Candidate sites", "备选用地一览")[language], columns, rows), language=language)


def _facts(model: MapModel, language: str, *names: str) -> Iterator[Part]:
    yield from (tables.of_facts(table, language=language) for table in tables.facts_of(model, *names))


def _bodies(texts: Iterable[str]) -> Iterator[Part]:
    yield from (Paragraph(text) for text in texts if text)


def _is_standard(model: MapModel, note: Text) -> bool:
    """Return whether a note tells a figure of the standards: those begin with the stage and cite a document."""
    return note["en"].endswith(")") and any(note["en"].startswith(f"{stage.label['en']}: ") for stage in model.stages)


_TERMS: Sequence[Text] = (
    both(
        "Seat: a place at a school of a stage. Seats needed: children of the stage's ages times the share that attends.",
        "学位：某学段学校可容纳一名学生的名额。学位需求：适龄儿童数乘以入学率。",
    ),
    both(
        "Catchment: the unit of planning of a stage. Short: seats needed above seats there are, catchment by catchment.",
        "片区：该学段的规划单元。缺口：逐片区计算，需求大于学位的部分。",
    ),
    both(
        "P10 to P90: in eight of ten simulated futures of the scenario the number lies between them.",
        "P10—P90：该情景下十次模拟中有八次落在其间（80%区间）。",
    ),
    both(
        "Scenario: an assumption about births, moves or projects. It is never a limit of confidence.",
        "情景：对出生、迁移或项目进度的假设，不是置信界限。",
    ),
)
