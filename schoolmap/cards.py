"""
Short cards of HTML, by which a notebook shows what a project, a plan or a solver's answer is.

A card has a title, facts and small tables. Whatever is put in is text: names
from files are escaped, control characters and marks that turn the direction of
writing become visible. There is no script, no style sheet, no address.
"""

from __future__ import annotations

import html
import math
from dataclasses import fields
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence

LONGEST = 120
"""Characters of a text that a card shows."""
_ANSWER = ("status", "objective", "lower_bound", "gap", "proof", "seed", "seconds")


class Table(NamedTuple):
    """A small table of a card: what stands above it, its headings, its rows."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]


def cell(value: object) -> str:
    """
    Return a value as text of HTML.

    Parameters
    ----------
    value
        A number is written with thousands separators and at most one decimal;
        a text is cut after `LONGEST` characters; nothing, or no number, is a dash.

    Examples
    --------
    >>> cell("<script>"), cell(1234.56), cell(0.04), cell(7), cell(None), cell(chr(0) + "a")
    ('&lt;script&gt;', '1,234.6', '0.04', '7', '–', '�a')
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.1f}" if abs(value) >= 1 or value == 0 else f"{value:.2g}"
    text = str(value)
    text = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return html.escape("".join(letter if letter.isprintable() else "\ufffd" for letter in text))


def card(title: object, facts: Iterable[tuple[str, object]], *tables: Table) -> str:
    """
    Return a card.

    Parameters
    ----------
    title
        What it is of.
    facts
        Pairs of a label and a value; those without a value are left out.
    tables
        Tables without rows are left out.

    Examples
    --------
    >>> card("A & B", [("CRS", "EPSG:4546"), ("note", "")], Table("Areas", ["area"], [["a1"]]))[:59]
    '<div><p><strong>A &amp; B</strong></p><p>CRS: EPSG:4546</p>'
    """
    parts = [f"<p><strong>{cell(title)}</strong></p>"]
    told = [f"{cell(label)}: {cell(value)}" for label, value in facts if value is not None and not _is_empty(value)]
    if told:
        parts.append(f"<p>{'<br>'.join(told)}</p>")
    parts += [_table(table) for table in tables if table.rows]
    return f"<div>{''.join(parts)}</div>"


def answer_card(answer: Any) -> str:  # noqa: ANN401 - any solver's frozen answer
    """
    Return the card of a solver's answer: how good it is, how far that is proven, and which tables it holds.

    Parameters
    ----------
    answer
        A dataclass with `status`, `objective`, `lower_bound`, `gap`, `proof`,
        `seed` and `seconds`, or some of them, and tables.
    """
    facts = [(name.replace("_", " "), getattr(answer, name)) for name in _ANSWER if hasattr(answer, name)]
    held = [(field.name, getattr(answer, field.name)) for field in fields(answer)]
    rows = [
        (name, len(value), ", ".join(map(str, value.columns)) if isinstance(value, pd.DataFrame) else "")
        for name, value in held
        if isinstance(value, pd.DataFrame | pd.Series)
    ]
    return card(type(answer).__name__, facts, Table("Tables", ("table", "rows", "columns"), rows))


def _is_empty(value: object) -> bool:
    return isinstance(value, str) and not value


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{cell(name)}</th>' for name in table.columns)
    rows = "".join(f"<tr>{''.join(f'<td>{cell(value)}</td>' for value in row)}</tr>" for row in table.rows)
    caption = f"<caption>{cell(table.caption)}</caption>"
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
