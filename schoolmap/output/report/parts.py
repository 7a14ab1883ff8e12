"""What a report is made of, before anything is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schoolmap.output.sheets import Cell
    from schoolmap.output.sheets import Column


class Heading(NamedTuple):
    """
    A heading of level 1 to 3.

    `series` says which numbers Word gives it: of the `chapters`, of the
    `appendices`, or none (`plain`).
    """

    level: int
    text: str
    series: str = "chapters"


class Paragraph(NamedTuple):
    """A paragraph: `body`, a `bullet` of a list, or a `note` below a table."""

    text: str
    style: str = "body"


class Table(NamedTuple):
    """A table with a caption above and notes below; numbers stay numbers until they are drawn."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = ()


class Figure(NamedTuple):
    """A place for the figure of a kind, and of a stage."""

    kind: str
    stage: str = ""


class Turn(NamedTuple):
    """A new page, turned on its side or upright again."""

    landscape: bool


Part = Heading | Paragraph | Table | Figure | Turn
