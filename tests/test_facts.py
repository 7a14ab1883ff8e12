"""Tables of facts: whole rows, known kinds of cells, both languages, plain data, and none that has nothing to say."""

from __future__ import annotations

import dataclasses
import functools
import json
import math
from typing import TYPE_CHECKING
from typing import Any

import county
import numpy as np
import pandas as pd
import pytest
import shipped
import village

from schoolmap.output import sheets
from schoolmap.output.describe import describe
from schoolmap.output.describe_facts import describe_facts
from schoolmap.output.facts.cells import number
from schoolmap.output.facts.cells import yes
from schoolmap.output.model import FACT_GROUPS
from schoolmap.output.model import FactTable
from schoolmap.plan import make_plan
from schoolmap.project import read_project
from schoolmap.seats.warnings import LEVELS
from schoolmap.situation import make_situation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from schoolmap.output.model import Cell
    from schoolmap.plan import Plan

NUMBERS = {"count", "decimal", "year", "share", "percent", "chance", "money"}
WORDS = {"text", "long"}
LONGEST_SHEET = 31
FORBIDDEN = set("[]:*?/\\")
HOSTILE = "</script><img src=x onerror=alert(1)>{{7*191}}${1}=1+1"


@functools.cache
def tables() -> dict[str, FactTable]:
    """Describe the county once."""
    found = describe_facts(county.plan())
    assert len({table.id for table in found}) == len(found)
    return {table.id: table for table in found}


def varied(**changes: Any) -> dict[str, FactTable]:  # noqa: ANN401 - any part of a project
    """Describe the county with some parts of its project replaced; its plan is as it is."""
    plan = county.plan()
    project = dataclasses.replace(plan.project, **changes)
    situation = make_situation(project, plan.provisions["central"], plan.results)
    return by_id(dataclasses.replace(plan, project=project, situation=situation))


def by_id(plan: Plan) -> dict[str, FactTable]:
    """Return the tables of a plan by their ids."""
    return {table.id: table for table in describe_facts(plan)}


def texts(table: FactTable) -> Iterator[dict[str, str]]:
    """Return every text of a table."""
    yield table.title
    yield from table.notes
    yield from (head.label for head in table.columns)
    yield from (cell for row in table.rows for cell in row if isinstance(cell, dict))


def column(table: FactTable, heading: str) -> list[Cell]:
    """Return one column by its English heading."""
    (place,) = (at for at, head in enumerate(table.columns) if head.label["en"] == heading)
    return [row[place]["en"] if isinstance(row[place], dict) else row[place] for row in table.rows]


def rows(table: FactTable, *headings: str) -> list[tuple[Cell, ...]]:
    """Return some columns, row by row."""
    return list(zip(*(column(table, heading) for heading in headings), strict=True))


def test_by_hand() -> None:
    """Three of fourteen classes of one school and one of seven of another are oversized; the shares are of the stage."""
    crowding = tables()["crowding"]
    headings = ("Stage", "Classes", "Oversized", "Very oversized", "Excess heads", "Oversized, share")
    assert rows(crowding, *headings) == [
        ("Kindergarten", 17, None, None, None, None),
        ("Primary", 29, 4, 1, 17, 13.79),
        ("Junior", 12, 0, 0, 0, 0),
    ]
    schools = tables()["crowded_schools"]
    assert rows(schools, "School", "Code", "Oversized", "Class by class") == [
        ("城东小学", county.EAST_PRIMARY, 3, "yes"),
        ("城西小学", county.WEST_PRIMARY, 1, "no"),
    ]


def test_every_table_of_the_county_is_there() -> None:
    """A county that tells everything has every table, in the order in which a bureau reads them."""
    assert list(tables()) == [
        *("warnings", "spells", "review_candidates", "review_questions"),
        *("proposals_effect", "proposals_by_year", "proposed_moves", "proposals_scenarios", "proposal_costs"),
        *("proposals_front", "proposals_choices"),
        *("class_bands", "crowding", "crowded_schools", "dissolution", "dissolution_schools"),
        *("school_counts", "school_sizes", "boarding"),
        *("ownership", "project_schedule", "investment", "per_thousand", "townships", "developments"),
        *("reach", "reach_grades", "reach_groups", "reach_areas", "reach_equity"),
        *("indicators", "inclusive", "balanced_schools", "balanced_variation", "balanced_government"),
        *("staff", "staff_schools"),
    ]
    groups = [FACT_GROUPS.index(table.group) for table in tables().values()]
    assert groups == sorted(groups)


def test_rows_are_whole() -> None:
    """As many cells as columns, and no table without a row."""
    for table in tables().values():
        assert table.rows, table.id
        assert {len(row) for row in table.rows} == {len(table.columns)}, table.id


def fits(cell: Cell, kind: str) -> bool:
    """Say whether a cell is of a kind; nothing is of every kind."""
    if cell is None:
        return True
    if kind in NUMBERS:
        whole = kind != "year" or (isinstance(cell, int | float) and float(cell).is_integer())
        return isinstance(cell, int | float) and not isinstance(cell, bool) and math.isfinite(cell) and whole
    if kind == "level":
        return cell in LEVELS
    if kind == "code":
        return isinstance(cell, str) and cell != ""
    return kind in WORDS and (isinstance(cell, dict) or (isinstance(cell, str) and cell != ""))


def test_cells_are_of_the_kind_of_their_column() -> None:
    """Numbers are finite, years whole, levels known words; an empty text is nothing."""
    for table in tables().values():
        for row in table.rows:
            for cell, head in zip(row, table.columns, strict=True):
                assert fits(cell, head.kind), (table.id, head.label["en"], cell)
    assert not fits(float("nan"), "count")
    assert not fits("", "text")


def test_chances_are_chances() -> None:
    """Between zero and one."""
    for table in tables().values():
        for at, head in enumerate(table.columns):
            if head.kind == "chance":
                assert all(row[at] is None or 0 <= float(row[at]) <= 1 for row in table.rows)


def test_texts_are_in_both_languages() -> None:
    """Each has English without and Chinese with characters of Chinese, but for signs and sources; none is empty."""
    for table in tables().values():
        for text in texts(table):
            assert set(text) == {"en", "zh"}, (table.id, text)
            assert text["en"].strip(), (table.id, text)
            assert text["zh"].strip(), (table.id, text)
        assert any("\u4e00" <= char <= "\u9fff" for char in table.title["zh"])
        assert table.title["en"].isascii()
        for head in table.columns:
            assert any("\u4e00" <= char <= "\u9fff" for char in head.label["zh"]), (table.id, head)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_titles_are_names_of_sheets(language: str) -> None:
    """At most 31 characters, none that Excel forbids, and each once among all sheets, whatever its capital letters."""
    model = describe(county.plan())
    names = [sheet.title(language) for sheet in sheets.describe(model, language=language)]
    assert {table.title[language] for table in tables().values()} <= set(names)
    assert len({name.lower() for name in names}) == len(names)
    for name in names:
        assert len(name) <= LONGEST_SHEET, name
        assert not set(name) & FORBIDDEN, name
        assert not name.startswith("'"), name
        assert not name.endswith("'"), name


def test_tables_are_plain_data() -> None:
    """They survive JSON as they are: without NaN, infinity or a number of numpy's."""
    plain = [dataclasses.asdict(table) for table in tables().values()]
    assert json.loads(json.dumps(plain, allow_nan=False)) == json.loads(json.dumps(plain))
    for table in tables().values():
        kinds = {type(cell) for row in table.rows for cell in row}
        assert kinds <= {str, int, float, dict, type(None)}, (table.id, kinds)


def renamed() -> dict[str, Any]:
    """Give schools, catchments, projects and developments hostile names."""
    project = county.project()
    developments = project.developments
    assert developments is not None
    return {
        "schools": project.schools.assign(name=HOSTILE),
        "coverages": {key: zones.assign(name=HOSTILE) for key, zones in project.coverages.items()},
        "projects": project.projects.assign(name=HOSTILE),
        "developments": developments.assign(name=HOSTILE),
    }


def test_hostile_names_are_plain_strings() -> None:
    """A name is a cell as it is, neither changed nor put into a sentence."""
    found = varied(**renamed())
    where = {
        "warnings": "Catchment",
        "spells": "Catchment",
        "review_candidates": "Catchment",
        "crowded_schools": "School",
        "dissolution_schools": "School",
        "school_sizes": "School",
        "boarding": "School",
        "project_schedule": "Project",
        "per_thousand": "Catchment",
        "developments": "Development",
        "staff_schools": "School",
        "proposals_by_year": "Where",
        "proposed_moves": "From",
    }
    for name, heading in where.items():
        named = column(found[name], heading)
        assert HOSTILE in named, name
        assert set(named) <= {HOSTILE, "Whole area"}, name
    for table in found.values():
        for text in texts(table):
            assert HOSTILE not in text["en"] + text["zh"], table.id


def test_no_text_orders_a_school_closed() -> None:
    """What stays empty is a candidate for review; the checklist asks, and every answer is open."""
    for name in ("warnings", "spells", "review_candidates", "review_questions", "school_sizes", "school_counts"):
        for text in texts(tables()[name]):
            assert not county.ORDER.search(text["zh"].replace("不得据此撤并", "")), text
    questions = tables()["review_questions"]
    assert len(questions.rows) == len(county.project().standards.review)
    assert set(column(questions, "Answer")) == {"open"}


def test_warnings_show_the_worst_first() -> None:
    """Red, then yellow, then enough, then spare; the years stand side by side."""
    table = tables()["warnings"]
    levels = [column(table, f"Level {year}") for year in (2025, 2026, 2027)]
    worst = [max(LEVELS.index(str(level)) for level in row) for row in zip(*levels, strict=True)]
    assert worst == sorted(worst, reverse=True)
    assert len(table.rows) == sum(len(item.warnings) for item in county.plan().alerts.values()) / 3


def test_projects_say_whether_they_are_counted_and_why_not() -> None:
    """In words, each; the least probability is that of the first scenario."""
    schedule = tables()["project_schedule"]
    assert dict(rows(schedule, "Project", "Counted")) == {
        "城东小学扩建": "counted",
        "西片新园": "counted",
        "东片新园": "not likely enough",
        "阳光园转公办": "counted",
        "城西附设园": "counted",
        "西片初中迁建": "counted",
        "城东过渡教室": "counted",
        "看护点停用": "counted",
        "花蕾园移交": "counted",
        "城西提质": "changes no seats",
        "西片新校": "suspended",
        "一贯制扩建": "in the listed seats already",
    }
    assert dict(rows(schedule, "Project", "Opens"))["花蕾园移交"] == "2028-03"
    assert "less likely than 50%" in schedule.notes[0]["en"]
    (strict,) = county.scenarios("certain")["scenarios"]
    note = varied_scenario(strict)["project_schedule"].notes[0]
    assert "less likely than 95%" in note["en"]
    assert "低于95%" in note["zh"]


def varied_scenario(scenario: Any) -> dict[str, FactTable]:  # noqa: ANN401 - a scenario
    """Describe the county with another scenario as the first one."""
    plan = county.plan()
    project = dataclasses.replace(plan.project, scenarios=(scenario,))
    return by_id(dataclasses.replace(plan, project=project))


def test_tasks_of_a_year_add_up_to_what_is_oversized() -> None:
    """Four classes are oversized in 2024; one is to go in each of the four years after."""
    table = tables()["dissolution"]
    assert rows(table, "Year", "Oversized", "To dissolve this year")[0] == (2024, 4, None)
    tasks = [float(cell) for cell in column(table, "To dissolve this year")[1:] if isinstance(cell, int | float)]
    assert sum(tasks) == 4
    # two of four primary schools tell their classes as a whole only
    assert column(table, "Schools without data") == [2, 2, 2, 2, 2]


def test_rooms_that_are_not_known_are_counted_apart() -> None:
    """A project that tells seats and no rooms leaves its school's classes unknown from then on, and the table says so."""
    projects = county.project().projects.loc[["X01"]].assign(classes_added=np.nan)
    table = by_id(county.planned(projects=projects, **county.scenarios("central")))["dissolution"]
    assert column(table, "Schools without data") == [2, 2, 3, 3, 3]
    whole = county.plan().situation.dissolution["primary"].by_year["pupils"].groupby(level="year").sum()
    assert column(table, "Pupils") == pytest.approx(whole.round(1).to_list())


def test_ownership_adds_up() -> None:
    """Public, inclusive, private and not told are all seats, in each row; shares of what is told are never of more."""
    told = county.project().schools["ownership"].copy()
    told[county.TOWN_KINDERGARTEN] = ""
    schools = county.project().schools.assign(ownership=told)
    plan = county.planned(schools=schools, **county.scenarios("central"))
    table = by_id(plan)["ownership"]
    for total, *parts in rows(table, "Seats", "Public", "Inclusive private", "Other private", "Ownership not told"):
        assert total == pytest.approx(sum(float(part) for part in parts))
    assert 180 in column(table, "Ownership not told")
    nobody = county.planned(schools=schools.assign(ownership=""), **county.only(), **county.scenarios("central"))
    assert "ownership" not in by_id(nobody)


def test_developments_name_the_document_of_their_rule() -> None:
    """Not the name of the rule within the standards."""
    (rule,) = (rule for rule in county.project().standards.seat_rules if rule.id == "longhu-seats")
    assert set(column(tables()["developments"], "Rule")) == {rule.citation}


def test_seats_per_thousand_start_with_the_whole_area() -> None:
    """Of each stage, then catchments; the two parts add up to the difference."""
    table = tables()["per_thousand"]
    assert column(table, "Catchment")[::3] == ["Whole area"] * 3
    for fixed, estimate, gap, one, other in rows(
        table,
        *("By the rule", "By age structure", "Rule minus estimate", "Due to age structure", "Due to attendance"),
    ):
        assert float(fixed) - float(estimate) == pytest.approx(float(gap), abs=0.16)
        assert float(one) + float(other) == pytest.approx(float(gap), abs=0.16)


def test_schools_are_shown_by_what_is_counted() -> None:
    """The teaching point by its compulsory stages; a kindergarten above its limit as one."""
    crowded = county.project().sections["enrolment"].copy()
    crowded.loc[(county.TOWN_KINDERGARTEN, "kindergarten")] = 400.0
    table = varied(sections=county.project().sections.assign(enrolment=crowded))["school_sizes"]
    assert rows(table, "School", "Counted", "Pupils", "Limit", "Too large") == [
        ("山边教学点", "compulsory stages", 24, 2000, "no"),
        ("城关幼儿园", "kindergarten", 400, 360, "yes"),
    ]


def test_a_bare_county_has_few_tables(tmp_path: Path) -> None:
    """A village that tells seats, rooms, pupils and owners: no staff, classes, resources, money or types."""
    plan = make_plan(read_project(village.write(tmp_path)))
    assert list(by_id(plan)) == [
        *("warnings", "spells", "review_candidates", "review_questions"),
        *("proposals_effect", "proposals_by_year", "proposed_moves", "proposals_scenarios", "proposal_costs"),
        "proposals_front",
        *("ownership", "project_schedule", "per_thousand"),
        *("reach", "reach_grades", "reach_groups", "reach_areas", "reach_equity", "indicators", "inclusive"),
    ]


def test_berlin_has_few_tables() -> None:
    """Nor has Berlin-Mitte, whose standards ask for little: only what its files tell, each row whole."""
    plan = shipped.plan(shipped.BERLIN)
    found = by_id(plan)
    assert list(found) == [
        *("warnings", "spells"),
        *("proposals_effect", "proposals_by_year", "proposed_moves", "proposals_scenarios", "proposal_costs"),
        *("proposals_front", "proposals_choices"),
        "project_schedule",
        *("reach", "reach_grades", "reach_groups", "reach_areas", "reach_equity", "indicators"),
    ]
    for table in found.values():
        assert {len(row) for row in table.rows} == {len(table.columns)}
        for row in table.rows:
            assert all(fits(cell, head.kind) for cell, head in zip(row, table.columns, strict=True))


def test_numbers_of_cells() -> None:
    """What is not known is nothing; infinity cannot be shown; tenths are enough."""
    assert [number(value) for value in (float("inf"), float("nan"), None, pd.NA, np.int64(3), 2.25)] == [
        *(None, None, None, None),
        *(3.0, 2.2),
    ]


def test_flags_of_cells() -> None:
    """Yes, no, and nothing where it is not known."""
    assert yes(np.bool_(True)) == {"en": "yes", "zh": "是"}  # noqa: FBT003 - a flag of a table
    assert yes(0) == {"en": "no", "zh": "否"}
    assert [yes(value) for value in (None, pd.NA, float("nan"))] == [None, None, None]
