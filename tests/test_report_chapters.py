"""The report described: the chapters of a layout plan, with what the plan knows and nothing else."""

from __future__ import annotations

from dataclasses import replace

import hamlet
import pytest

from schoolmap.output import sheets
from schoolmap.output.report import tables
from schoolmap.output.report.appendices import describe_appendices
from schoolmap.output.report.chapters import describe_report
from schoolmap.output.report.parts import Figure
from schoolmap.output.report.parts import Heading
from schoolmap.output.report.parts import Paragraph
from schoolmap.output.report.parts import Part
from schoolmap.output.report.parts import Table
from schoolmap.output.report.parts import Turn
from schoolmap.output.report.words import APPENDICES
from schoolmap.output.report.words import CHAPTERS
from schoolmap.output.report.words import SECTIONS
from schoolmap.output.report.words import SENTENCES
from schoolmap.output.sheets import Column
from schoolmap.output.sheets import Shaded

MODEL = hamlet.model()


def heads(parts: list[Part], level: int = 1) -> list[str]:
    """Return the headings of a level."""
    return [part.text for part in parts if isinstance(part, Heading) and part.level == level]


def table(parts: list[Part], caption: str) -> Table:
    """Return the table whose caption begins so."""
    return next(part for part in parts if isinstance(part, Table) and part.caption.startswith(caption))


def test_chapters_of_a_layout_plan() -> None:
    """In the order in which a bureau's plan has them."""
    assert heads(describe_report(MODEL, language="zh")) == [
        "主要结论",
        "总则",
        "现状分析",
        "学龄人口与学位需求预测",
        "配置标准",
        "学位供需平衡",
        "布局规划与措施",
        "近期建设与投资估算",
        "方法说明与不确定性",
        "附表",
    ]
    assert len(heads(describe_report(MODEL, language="en"))) == 10


def test_every_figure_has_its_place() -> None:
    """Births, demand, map and heat grid of each stage, layout and spending, once each."""
    figures = [part for part in describe_report(MODEL, language="en") if isinstance(part, Figure)]
    stages = [Figure(kind, stage.id) for stage in MODEL.stages for kind in ("demand", "map", "heat")]
    assert figures == [Figure("births"), *stages, Figure("layout"), Figure("spending")]


def test_present_state_by_hand() -> None:
    """Two primary schools with 200 seats of their own; 290 of catchments; no kindergarten that told anything."""
    found = tables.present_state(MODEL, language="en")
    assert found.rows[1][:2] == ("Primary", 2)
    titles = [column.en for column in found.columns]
    row = dict(zip(titles, found.rows[1], strict=True))
    assert (row["Pupils enrolled"], row["Seats needed"], row["Catchments short"]) == (192, 239, 0)


def test_balance_by_hand() -> None:
    """2026: 270 needed, 290 there, 40 short here and 60 spare there, 3 short with the proposals."""
    found = tables.balance(MODEL, MODEL.stages[1], language="en")
    assert found.rows[1] == (2026, 270, 290, 20, 40, 60, 1, 3)


def test_forecast_by_hand() -> None:
    """Each year with its interval, and the other scenario beside it."""
    found = tables.forecast(MODEL, MODEL.stages[1], language="en")
    assert [round(value, 1) for value in found.rows[0]] == [2025, 239, 215.1, 239, 262.9, 1, 262.9]  # type: ignore[arg-type]
    assert found.columns[-1].en == "High"


def test_near_term_holds_projects_and_proposals_by_year() -> None:
    """A counted project and what is proposed, by the year of opening; reviews are none of it."""
    found = tables.near_term(MODEL, language="en")
    assert [(row[0], row[4]) for row in found.rows] == [(2026, "proposal"), (2026, "proposal"), (2027, "project list")]
    late = replace(MODEL, projects=(replace(MODEL.projects[0], opens=2035),))
    assert len(tables.near_term(late, language="en").rows) == 2


def test_the_heat_table_is_shaded_as_the_map() -> None:
    """The highest use first; each cell with the colour of its class."""
    found = tables.heat(MODEL, MODEL.stages[1], language="en")
    assert [row[0] for row in found.rows] == ["0101", "0103", "0102", "0104"]
    assert found.rows[0][2] == Shaded(1.0, MODEL.shades[2].colour)
    assert found.rows[3][4] == Shaded(None, None)


def test_long_tables_are_cut_and_say_so() -> None:
    """The workbook has the rest; a table that fits is left as it is."""
    long = Table("x", (Column("a", "甲", "count"),), [(n,) for n in range(1000)])
    cut = tables.limited(long, language="en", most=10)
    assert len(cut.rows) == 10
    assert cut.notes == ("The first 10 of 1,000 rows; all of them are in the workbook.",)
    assert tables.limited(long, language="en", most=1000) is long


def test_columns_without_anything_are_left_out() -> None:
    """A column that nobody filled is not printed; levels are words."""
    found = tables.of_facts(MODEL.tables[0], language="en")
    assert [column.en for column in found.columns] == ["Catchment", "Level 2026", "Children 2026"]
    assert found.rows == [(hamlet.SCRIPT, "Short", 1234.5)]


def test_a_bare_plan_has_a_report() -> None:
    """No projects, actions, sites, tables, notes, births, reach: no empty table, and what is missing is said."""
    people = replace(MODEL.population, births=(), peaks=(), facts=(), passed_over=())
    nothing = replace(
        MODEL.decision, status="none", capital=0.0, capital_by_year=(), short_before={}, short_after={}, text=()
    )
    bare = replace(
        MODEL,
        population=people,
        decision=nothing,
        actions=(),
        sites=(),
        projects=(),
        tables=(),
        notes=(),
        reach=(),
        sources=(),
    )
    parts = describe_report(bare, language="en")
    assert all(part.rows for part in parts if isinstance(part, Table))
    said = {part.text for part in parts if isinstance(part, Paragraph)}
    for name in ("no works", "no money", "no standards", "nothing to do"):
        assert SENTENCES[name]["en"] in said
    assert Figure("births") not in parts


def test_an_audit_that_fails_is_said_first() -> None:
    """On the first page, before any number is used."""
    broken = replace(MODEL, audit=(replace(MODEL.audit[0], holds=False),))
    parts = describe_report(broken, language="en")
    place = next(n for n, part in enumerate(parts) if isinstance(part, Heading) and part.text == "General")
    assert Paragraph(SENTENCES["audit fails"]["en"]) in parts[:place]
    assert Paragraph(SENTENCES["audit fails"]["en"]) not in describe_report(MODEL, language="en")


def test_appendices_lie_on_their_side() -> None:
    """All of them, with the audit and the sources at the end; reviews have one table, not a reason each."""
    parts = describe_appendices(MODEL, language="en")
    assert parts[0] == Turn(landscape=True)
    assert heads(parts, 2)[-2:] == ["Audit", "Sources and licences"]
    assert [row[1] for row in table(parts, "Proposals").rows] == ["Expand", "Move a boundary"]
    assert table(parts, "Sources").rows[0][0] == hamlet.SCRIPT


def test_standards_and_doubts_are_told_apart() -> None:
    """What cites a norm stands in the chapter on standards, what nobody knows in the last one."""
    parts = describe_report(MODEL, language="en")
    order = [part.text for part in parts if isinstance(part, Heading | Paragraph)]
    assert order.index("Standards") < order.index(MODEL.notes[0]["en"]) < order.index("Balance of seats")
    assert order.index("Method, and what is not known") < order.index(MODEL.notes[1]["en"])


@pytest.mark.parametrize("words", [CHAPTERS, SECTIONS, APPENDICES, SENTENCES])
def test_every_word_is_in_both_languages(words: dict[str, dict[str, str]]) -> None:
    """And no long dash is in the English."""
    for text in words.values():
        assert set(text) == {"en", "zh"}
        assert all(text.values())
        assert "\u2014" not in text["en"]


def test_what_stays_short_neither_opens_nor_costs() -> None:
    """Where no measure helps, the list of proposals says how many seats are missing, and nothing of years and money."""
    left = replace(MODEL.actions[0], kind="unsolved", classes=None, seats=7.0, capital=0.0, yearly=0.0)
    sheet = sheets.describe_sheet(replace(MODEL, actions=(left, MODEL.actions[1])), "actions", language="en")
    names = [column.en for column in sheet.columns]
    rows = [dict(zip(names, row, strict=True)) for row in sheet.rows]
    told = ("Opens", "Until", "Building, 10,000 yuan", "A year, 10,000 yuan", "Seats")
    assert [rows[0][name] for name in told] == [None, None, None, None, 7.0]
    assert rows[1]["Receiving catchment name"] == hamlet.FORMULA
