"""Numbers as every product prints them: thousands separated, probabilities never certain, nothing where nothing is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schoolmap.output.sheets import Shaded
from schoolmap.output.words import number

if TYPE_CHECKING:
    from schoolmap.output.sheets import Cell

RIGHT = {"count", "gap", "share", "chance", "decimal", "money", "exact", "percent", "signed", "tiny", "degrees"}
"""Kinds of columns whose cells stand at the right."""
CENTRED = {"year", "heat"}


def printed(cell: Cell, kind: str) -> str:
    """
    Return a cell as text.

    Examples
    --------
    >>> printed(1234.5, "count"), printed(0.999, "chance"), printed(-12.0, "gap"), printed(None, "count")
    ('1,235', '>99%', '-12', '')
    >>> printed(0.0004, "percent"), printed("0101", "code")
    ('0.0%', '0101')
    """
    if isinstance(cell, Shaded):
        cell = cell.value
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    return _NUMBERS.get(kind, _plainly)(float(cell))


def chance(value: float) -> str:
    """
    Return a probability in per cent, never as certainty.

    Examples
    --------
    >>> chance(0.5), chance(0.001)
    ('50%', '<1%')
    """
    return ">99%" if value > 0.99 else "<1%" if value < 0.01 else f"{value:.0%}"


def _plainly(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")


_NUMBERS = {
    "count": number,
    "money": number,
    "gap": lambda value: f"{'+' if value >= 0.5 else ''}{number(value)}",
    "year": lambda value: f"{value:.0f}",
    "share": lambda value: f"{value:.0%}",
    "heat": lambda value: f"{value:.0%}",
    "chance": chance,
    "percent": lambda value: f"{value:.1f}%",
    "signed": lambda value: f"{value:+.1f}%",
    "exact": lambda value: f"{value:,.3f}",
    "tiny": lambda value: f"{value:.1e}" if value else "0",
    "degrees": lambda value: f"{value:.5f}",
    "decimal": _plainly,
}
