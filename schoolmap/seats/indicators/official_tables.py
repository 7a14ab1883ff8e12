"""
Tables as the authorities print them: columns with headings in both languages, rows, and the lines under them.

Plain data, for any product to print. What was not given is printed as not
provided, and never counts as met.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Literal

import numpy as np
import pandas as pd

from schoolmap.errors import LabelError
from schoolmap.seats.indicators.measures import indicator_table
from schoolmap.seats.indicators.measures import text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from schoolmap.seats.indicators.measures import Indicator
    from schoolmap.standards.schema import Text

Language = Literal["en", "zh"]

RESULTS: dict[str, Text] = {
    "met": text("met", "达标"),
    "met_so_far": text("met on the data given", "按已有数据达标"),
    "not_met": text("not met", "未达标"),
    "not_met_so_far": text("not met on the data given", "按已有数据未达标"),
    "not_provided": text("not provided", "未提供数据"),
    "no_requirement": text("no requirement", "无规定值"),
}
"""What is said of an indicator or a school; `so_far` where units were left out for want of data."""

STAGES: dict[str, Text] = {
    "kindergarten": text("kindergarten", "幼儿园"),
    "primary": text("primary", "小学"),
    "junior": text("junior", "初中"),
    "senior": text("senior", "高中"),
}
DIRECTIONS: dict[str, Text] = {"at_least": text("at least", "≥"), "at_most": text("at most", "≤"), "": text("", "")}


@dataclass(frozen=True, slots=True, kw_only=True)
class TableColumn:
    """
    One column of a table to print.

    Attributes
    ----------
    id
        Column of the rows.
    label, unit
        Its heading, and the unit under it; empty where it has none.
    holds
        `code` (as it is), `text` (in both languages), `number`, or `word` (a key
        of `words`).
    decimals
        Decimals to print of a number.
    words
        What the keys of a `word` column are called.
    """

    id: str
    label: Text
    unit: Text
    holds: Literal["code", "text", "number", "word"]
    decimals: int = 0
    words: Mapping[str, Text] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentTable:
    """
    A table to print: a title, columns in their order, rows, and what a reader must know.

    Attributes
    ----------
    id
        What it is.
    title
        Its heading.
    columns
        In the order of printing.
    rows
        One column for each of `columns`, by their ids.
    notes
        Lines under it.
    """

    id: str
    title: Text
    columns: tuple[TableColumn, ...]
    rows: pd.DataFrame
    notes: tuple[Text, ...] = ()

    def __post_init__(self) -> None:
        """Raise unless the rows have exactly the columns."""
        ids = [column.id for column in self.columns]
        if list(self.rows.columns) != ids:
            msg = f"The rows of {self.id!r} have the columns {list(self.rows.columns)}, not {ids}."
            raise LabelError(msg)


def printed(table: AssessmentTable, language: Language) -> pd.DataFrame:
    """
    Return the table in one language: headings with their units, words for codes, numbers rounded.

    A number that is not known stays missing.

    Examples
    --------
    >>> rows = pd.DataFrame({"stage": ["primary"], "cv": [0.4567]})
    >>> columns = (
    ...     TableColumn(id="stage", label=text("Stage", "学段"), unit=text("", ""), holds="word", words=STAGES),
    ...     TableColumn(id="cv", label=text("Variation", "差异系数"), unit=text("", ""), holds="number", decimals=3),
    ... )
    >>> table = AssessmentTable(id="b", title=text("B", "表二"), columns=columns, rows=rows)
    >>> printed(table, "zh").to_dict("list")
    {'学段': ['小学'], '差异系数': [0.457]}
    """
    parts = [_cells(table.rows[column.id], column, language) for column in table.columns]
    headings = [_heading(column, language) for column in table.columns]
    return pd.concat(parts, axis=1).set_axis(headings, axis=1) if parts else pd.DataFrame()


def _heading(column: TableColumn, language: Language) -> str:
    unit = column.unit[language]
    if not unit:
        return column.label[language]
    return f"{column.label[language]}（{unit}）" if language == "zh" else f"{column.label[language]} ({unit})"


def _cells(values: pd.Series, column: TableColumn, language: Language) -> pd.Series:
    if column.holds == "number":
        return values.astype(float).round(column.decimals)
    if column.holds == "code":
        return values
    if column.holds == "text":
        return values.map(lambda cell: cell[language])
    words = column.words or {}
    return values.map({word: called[language] for word, called in words.items()}).fillna(values)


def result_of(indicator: Indicator) -> str:
    """
    Return the key of `RESULTS` that an indicator stands at.

    Units left out for want of data make a verdict provisional. Where each unit
    must meet it, one that fails is enough: then nothing left out can save it.
    """
    if indicator.met is None:
        known = indicator.value is not None
        return "no_requirement" if known and indicator.requirement is None else "not_provided"
    if not indicator.provisional or (indicator.failing or 0) > 0:
        return "met" if indicator.met else "not_met"
    return "met_so_far" if indicator.met else "not_met_so_far"


def indicator_rows(indicators: Sequence[Indicator]) -> pd.DataFrame:
    """Return one row per indicator with the columns of `INDICATOR_HEADINGS`, under the label of its requirement."""
    table = indicator_table(indicators)
    labels = [
        found.requirement.label
        if found.requirement is not None and any(found.requirement.label.values())
        else found.measure.label
        for found in indicators
    ]
    table["label"] = pd.Series(labels, index=table.index, dtype=object)
    table["result"] = pd.Series([result_of(found) for found in indicators], index=table.index, dtype=object)
    # pupils without any teacher are infinitely many a teacher: no number to print, the lacking teachers say it
    table["value"] = table["value"].replace(np.inf, np.nan)
    return table[[column.id for column in INDICATOR_HEADINGS]]


def indicator_notes(indicators: Sequence[Indicator]) -> tuple[Text, ...]:
    """Return the notes of indicators, each behind the name of its indicator."""
    return tuple(
        text(f"{found.measure.label['en']}: {note['en']}", f"{found.measure.label['zh']}：{note['zh']}")
        for found in indicators
        for note in found.notes
    )


_NONE = text("", "")
INDICATOR_HEADINGS = (
    TableColumn(id="label", label=text("Indicator", "指标"), unit=_NONE, holds="text"),
    TableColumn(id="stage", label=text("Stage", "学段"), unit=_NONE, holds="word", words=STAGES),
    TableColumn(id="unit", label=text("Unit", "单位"), unit=_NONE, holds="text"),
    TableColumn(id="direction", label=text("Bound", "要求"), unit=_NONE, holds="word", words=DIRECTIONS),
    TableColumn(id="required", label=text("Required", "规定值"), unit=_NONE, holds="number", decimals=2),
    TableColumn(id="value", label=text("Value", "现状值"), unit=_NONE, holds="number", decimals=2),
    TableColumn(id="result", label=text("Result", "是否达标"), unit=_NONE, holds="word", words=RESULTS),
    TableColumn(id="lacking", label=text("Lacking or too many", "差额"), unit=_NONE, holds="number", decimals=1),
    TableColumn(id="lacks", label=text("Of what", "差额单位"), unit=_NONE, holds="text"),
    TableColumn(id="numerator", label=text("Numerator", "分子"), unit=_NONE, holds="number", decimals=1),
    TableColumn(id="denominator", label=text("Denominator", "分母"), unit=_NONE, holds="number", decimals=1),
    TableColumn(id="basis", label=text("What is counted over what", "统计口径"), unit=_NONE, holds="text"),
    TableColumn(id="units", label=text("Units counted", "统计单位数"), unit=_NONE, holds="number"),
    TableColumn(id="left_out", label=text("Units without data", "缺数据单位数"), unit=_NONE, holds="number"),
    TableColumn(id="document", label=text("Document", "依据"), unit=_NONE, holds="code"),
)
"""Columns of a table of indicators."""
