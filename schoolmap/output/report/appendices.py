"""The appendices of a report: long tables on pages turned on their side, the audit, and the sources."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from schoolmap.output import sheets
from schoolmap.output.report import tables
from schoolmap.output.report.parts import Heading
from schoolmap.output.report.parts import Paragraph
from schoolmap.output.report.parts import Turn
from schoolmap.output.report.words import APPENDICES
from schoolmap.output.report.words import SENTENCES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schoolmap.output.model import MapModel
    from schoolmap.output.report.parts import Part
    from schoolmap.output.sheets import Sheet

_SHEETS = {
    "schools": (
        "schools",
        (
            "School",
            "School name",
            "Operator",
            "Stage",
            "Catchment names",
            "{seats}",
            "{last}",
            "Classrooms",
            "Enrolment",
            "Enrolment year",
        ),
    ),
    "projects": (
        "projects",
        ("Project", "Project name", "Kind", "Stage", "Status", "Opening", "Seats", "Counted", "Note"),
    ),
    "reasons": ("actions", ("Action", "Kind", "Stage", "Catchment name", "Reason", "Alternatives considered")),
}
"""Sheets of the workbook that are printed, with the columns that a page has room for."""
_FACTS = {
    "warnings": ("warnings", "review_candidates", "review_questions"),
    "class tables": ("crowded_schools", "dissolution_schools", "school_sizes", "boarding"),
    "seat tables": ("per_thousand", "reach_groups", "reach_grades", "staff"),
    "indicators": ("indicators", "inclusive", "balanced_schools", "balanced_variation", "balanced_government"),
}
"""Tables of facts by appendix. Tables of single small areas are left to the workbook."""


def describe_appendices(model: MapModel, *, language: str) -> list[Part]:
    """
    Describe the appendices, on pages turned on their side.

    Nothing in them is about a child: the smallest unit is a school or a
    catchment.
    """
    parts: list[Part] = [Turn(landscape=True), Heading(1, APPENDICES["appendices"][language], "plain")]
    # what is to be reviewed has one reason, and a table of its own
    decided = replace(model, actions=tuple(action for action in model.actions if action.kind != "review"))
    for name, (sheet, titles) in _SHEETS.items():
        columns = [title.format(**_seats(model)) for title in titles]
        parts += _of_sheet(sheets.describe_sheet(decided, sheet, language=language), name, columns, language)
    parts += _heat(model, language)
    for name, facts in _FACTS.items():
        found = [tables.of_facts(table, language=language) for table in tables.facts_of(model, *facts)]
        parts += [Heading(2, APPENDICES[name][language], "appendices"), *found] if found else []
    parts += _audit(sheets.describe_sheet(model, "audit", language=language), language)
    wanted = ["Title", "Publisher", "Date", "Licence", "Address", "Used for"]
    parts += _of_sheet(sheets.describe_sheet(model, "sources", language=language), "sources", wanted, language)
    parts.append(Paragraph(model.classification[language], "note"))
    return parts


def _seats(model: MapModel) -> dict[str, str]:
    return {"seats": f"Seats {model.years[0]}", "last": f"Seats {model.years[-1]}"}


def _of_sheet(sheet: Sheet, name: str, wanted: list[str], language: str) -> Iterator[Part]:
    if sheet.rows:
        title = APPENDICES[name][language]
        yield Heading(2, title, "appendices")
        yield tables.of_sheet(sheet, wanted, caption=title, language=language)


def _heat(model: MapModel, language: str) -> Iterator[Part]:
    yield Heading(2, APPENDICES["heat"][language], "appendices")
    yield from (tables.heat(model, stage, language=language) for stage in model.stages)
    colours = "; ".join(shade.label[language] for shade in model.shades)
    yield Paragraph(SENTENCES["colours"][language].format(colours=colours), "note")


def _audit(sheet: Sheet, language: str) -> Iterator[Part]:
    title = APPENDICES["audit"][language]
    yield Heading(2, title, "appendices")
    wanted = ["Check", "Left side", "Right side", "Difference", "Tolerance", "Holds", "Detail"]
    found = tables.of_sheet(sheet, wanted, caption=title, language=language)
    yield found._replace(notes=(SENTENCES["audit table"][language], *found.notes))
