"""Tables as a bureau prints them."""

from __future__ import annotations

from dataclasses import dataclass

from schoolmap.output.model.kinds import Text

Cell = str | float | Text | None
"""A text of the user's, a number, a text in both languages, or nothing where nothing is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """
    A column of a table of facts: its heading and what its cells are.

    `kind` is `text`, `long` (a sentence), `code`, `level` (of a warning), `count`, `decimal`, `year`, `share` (a
    part of one), `percent` (hundredths), `chance` or `money` (10,000 yuan).
    """

    label: Text
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactTable:
    """
    A table as a bureau prints it: warnings, proposals, classes, supply, reach or indicators.

    `group` is one of `FACT_GROUPS`; `title` is short
    enough for the name of a sheet.
    """

    id: str
    group: str
    title: Text
    notes: tuple[Text, ...]
    columns: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]


FACT_GROUPS = ("warnings", "proposals", "classes", "supply", "reach", "indicators")
