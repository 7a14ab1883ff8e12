"""Indicators, assessments and staff, as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from schoolmap.output.facts.cells import SCHOOL
from schoolmap.output.facts.cells import STAGE
from schoolmap.output.facts.cells import head
from schoolmap.output.facts.cells import number
from schoolmap.output.facts.cells import records
from schoolmap.output.facts.cells import school_names
from schoolmap.output.facts.cells import stage_names
from schoolmap.output.model import FactTable
from schoolmap.output.model import Head
from schoolmap.output.words import both
from schoolmap.seats.indicators.official_tables import INDICATOR_HEADINGS
from schoolmap.seats.indicators.official_tables import AssessmentTable
from schoolmap.seats.indicators.official_tables import indicator_notes
from schoolmap.seats.indicators.official_tables import indicator_rows
from schoolmap.seats.indicators.staffing import ROLES
from schoolmap.seats.indicators.staffing import staffing_totals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schoolmap.output.model import Cell
    from schoolmap.output.model import Text
    from schoolmap.plan import Plan
    from schoolmap.seats.indicators.official_tables import TableColumn

SHEETS: dict[str, Text] = {
    "inclusive": both("Inclusive kindergartens", "普及普惠"),
    "balanced_schools": both("Balanced A resources", "优质均衡表一"),
    "balanced_variation": both("Balanced B variation", "优质均衡表二"),
    "balanced_government": both("Balanced C government", "优质均衡表三"),
}
"""Short titles, that are also names of sheets."""


def indicator_tables(plan: Plan) -> Iterator[FactTable]:
    """Return the tables on indicators that have anything to say."""
    appraisal = plan.appraisal
    known = [item for item in appraisal.indicators if item.value is not None]
    if known:
        yield _official(
            plan,
            AssessmentTable(
                id="indicators",
                title=both("Indicators", "指标汇总"),
                columns=INDICATOR_HEADINGS,
                rows=indicator_rows(known),
                notes=indicator_notes(known),
            ),
        )
    balanced = appraisal.balanced
    tables = [appraisal.inclusive]
    tables += [] if balanced is None else [balanced.schools, balanced.variation, balanced.government]
    yield from (_official(plan, table) for table in tables if table is not None and len(table.rows) > 0)
    # what the standards ask for is no news where nobody tells who is there
    if len(plan.situation.staff) > 0 and plan.situation.staff["there"].notna().any():
        yield _staff_totals(plan)
        yield _staff_short(plan)


def _official(plan: Plan, table: AssessmentTable) -> FactTable:
    """Turn a table of the authorities into one of facts."""
    title = SHEETS.get(table.id, table.title)
    notes = table.notes if title == table.title else (table.title, *table.notes)
    return FactTable(
        id=table.id,
        group="indicators",
        title=title,
        notes=notes,
        columns=tuple(_head(column) for column in table.columns),
        rows=tuple(
            tuple(_cell(plan, value, column) for value, column in zip(row, table.columns, strict=True))
            for row in table.rows.itertuples(index=False, name=None)
        ),
    )


def _head(column: TableColumn) -> Head:
    kinds = {"number": "decimal" if column.decimals else "count", "code": "code", "text": "text", "word": "text"}
    unit = column.unit
    label = column.label
    if unit["en"] or unit["zh"]:
        label = both(f"{label['en']} ({unit['en']})", f"{label['zh']}（{unit['zh']}）")
    return Head(label=label, kind=kinds[column.holds])


def _cell(plan: Plan, value: object, column: TableColumn) -> Cell:
    """Return a cell; nothing where nothing is known, or a text is empty."""
    if column.holds == "number":
        return number(value, column.decimals)
    if isinstance(value, dict):
        return dict(value) if any(value.values()) else None
    if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
        return None
    text = str(value)
    if column.holds == "word":
        named = stage_names(plan).get(text) if column.id == "stage" else None
        word = named or (column.words or {}).get(text)
        return _cell(plan, word, column) if word is not None else text or None
    return text or None


_STAFF = (
    head("Needed", "应配"),
    head("There", "实有"),
    head("Short", "缺"),
    head("Spare", "超"),
    head("Posts", "编制"),
    head("Posts short", "缺编制"),
    head("Vacant posts", "空编"),
)
_STAFF_KEYS = ("needed", "there", "short", "spare", "posts", "posts_short", "vacant")
_STAFF_NOTE = both(
    "What schools lack and what others have to spare is added up apart, never netted.",
    "各校缺额与超额分别合计，不相抵。",
)


def _staff_totals(plan: Plan) -> FactTable:
    stages = stage_names(plan)
    totals = staffing_totals(plan.situation.staff, by=("stage", "role"))
    return FactTable(
        id="staff",
        group="indicators",
        title=both("Staff", "教职工配备"),
        notes=(_STAFF_NOTE,),
        columns=(STAGE, head("Who", "人员", "text"), *_STAFF, head("Sections without data", "缺数据学部")),
        rows=tuple(
            (
                stages[row["stage"]],
                ROLES[row["role"]],
                *(number(row[key]) for key in _STAFF_KEYS),
                number(row["left_out"]),
            )
            for row in records(totals)
            if row["stage"] in stages
        ),
    )


def _staff_short(plan: Plan) -> FactTable:
    stages, names = stage_names(plan), school_names(plan)
    table = plan.situation.staff
    shown = table[table["short"] > 0].sort_values("short", ascending=False, kind="stable")
    return FactTable(
        id="staff_schools",
        group="indicators",
        title=both("Schools short of staff", "缺教职工学校"),
        notes=(),
        columns=(SCHOOL, STAGE, head("Who", "人员", "text"), *_STAFF),
        rows=tuple(
            (
                names[row["school"]],
                stages.get(row["stage"], row["stage"]),
                ROLES[row["role"]],
                *(number(row[key]) for key in _STAFF_KEYS),
            )
            for row in records(shown)
        ),
    )
