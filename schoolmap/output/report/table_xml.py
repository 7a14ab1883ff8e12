"""Draw a table as Word's own: header on every page, rows that do not split, numbers at the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schoolmap.output.colours import contrasting_ink
from schoolmap.output.numbers import CENTRED
from schoolmap.output.numbers import RIGHT
from schoolmap.output.numbers import printed
from schoolmap.output.report import xml
from schoolmap.output.sheets import Shaded
from schoolmap.output.text import display_width
from schoolmap.output.text import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml import etree

    from schoolmap.output.report.parts import Table
    from schoolmap.output.sheets import Cell

_HEAD, _LINE, _FRAME = "EFEDF3", "BFBBB2", "57606A"
_NOTHING = "E4E2DC"
"""Fill of a cell where there are neither seats nor children."""
_WIDEST = {"code": 14, "text": 22, "long": 70, "note": 90}
"""Widths that a column asks for at most, in Latin letters of the table's size."""
_TWIPS_PER_CM = 567
_LETTER_CM = {9: 0.185, 8: 0.165, 7: 0.145}
"""Width of a Latin letter by its size in points, with room for a font that runs wide."""
_READABLE = 18
"""Width that a column of text has at least before the letters of the table become smaller."""
_NARROW = 12
"""Width that a column asks for at most where there are too many of them."""
_FEW = 3
"""Columns up to which a table is no wider than it needs to be."""
_PADDING = 1.8
"""Room beside the text of a cell, in letters."""


def table_xml(table: Table, *, language: str, width_cm: float) -> etree._Element:
    """
    Return a table as `w:tbl`.

    Parameters
    ----------
    table
        What to draw; numbers are formatted by the kind of their column.
    language
        Language of the headings.
    width_cm
        Width of the text on the page. A small table is narrower.
    """
    titles = [visible(column.title(language)) for column in table.columns]
    texts = [
        [printed(cell, column.kind) for cell, column in zip(row, table.columns, strict=True)] for row in table.rows
    ]
    kinds = [column.kind for column in table.columns]
    points, widths = _widths(titles, texts, kinds, width_cm)
    root = xml.new("tbl")
    properties = xml.add(root, "tblPr")
    xml.add(properties, "tblW", w=sum(widths), type="dxa")
    xml.add(properties, "jc", val="center")
    borders = xml.add(properties, "tblBorders")
    for side, size, colour in (
        ("top", 10, _FRAME),
        ("bottom", 10, _FRAME),
        ("insideH", 4, _LINE),
        ("insideV", 4, _LINE),
    ):
        xml.add(borders, side, val="single", sz=size, space=0, color=colour)
    xml.add(properties, "tblLayout", type="fixed")
    margins = xml.add(properties, "tblCellMar")
    for side, width in (("top", 15), ("left", 60), ("bottom", 15), ("right", 60)):
        xml.add(margins, side, w=width, type="dxa")
    grid = xml.add(root, "tblGrid")
    for width in widths:
        xml.add(grid, "gridCol", w=width)
    _add_row(root, titles, widths, ["centre"] * len(kinds), points, head=True)
    sides = ["right" if kind in RIGHT else "centre" if kind in CENTRED else "left" for kind in kinds]
    for n, (row, cells) in enumerate(zip(table.rows, texts, strict=True), start=1):
        # a note is never alone on a page
        keeps = bool(table.notes) and n == len(texts)
        _add_row(root, cells, widths, sides, points, row=row, keeps=keeps)
    return root


def _add_row(
    root: etree._Element,
    texts: Sequence[str],
    widths: Sequence[int],
    sides: Sequence[str],
    points: int,
    *,
    row: Sequence[Cell] = (),
    head: bool = False,
    keeps: bool = False,
) -> None:
    """Add a row that stays on one page, with what follows if it `keeps`; a header is repeated on every page."""
    line = xml.add(root, "tr")
    properties = xml.add(line, "trPr")
    xml.add(properties, "cantSplit")
    if head:
        xml.add(properties, "tblHeader")
    for n, (text, width, side) in enumerate(zip(texts, widths, sides, strict=True)):
        fill = _HEAD if head else _fill(row[n])
        cell = xml.add(line, "tc")
        look = xml.add(cell, "tcPr")
        xml.add(look, "tcW", w=width, type="dxa")
        if fill:
            xml.add(look, "shd", val="clear", color="auto", fill=fill)
        xml.add(look, "vAlign", val="center")
        paragraph = xml.add(cell, "p")
        style = xml.add(paragraph, "pPr")
        xml.add(style, "pStyle", val="TableText")
        if head or keeps:
            xml.add(style, "keepNext")
        xml.add(style, "jc", val={"left": "left", "right": "right", "centre": "center"}[side])
        if text:
            run = xml.add(paragraph, "r")
            letters = xml.add(run, "rPr")
            if head:
                xml.add(letters, "b")
            elif fill:
                xml.add(letters, "color", val=contrasting_ink(f"#{fill}")[1:])
            xml.add(letters, "sz", val=2 * points)
            xml.add_text(run, text)


def _fill(cell: Cell) -> str:
    if not isinstance(cell, Shaded):
        return ""
    return cell.colour[1:].upper() if cell.colour else _NOTHING


def _widths(
    titles: Sequence[str],
    texts: Sequence[Sequence[str]],
    kinds: Sequence[str],
    width_cm: float,
) -> tuple[int, list[int]]:
    """Return the size of the letters in points, and the widths of the columns in twips."""
    wanted = []
    for n, (title, kind) in enumerate(zip(titles, kinds, strict=True)):
        longest = max((display_width(row[n]) for row in texts), default=0)
        # a heading may take several lines, a number may not
        word = (
            max((display_width(part) for part in title.split()), default=0)
            if title.isascii()
            else display_width(title) / 2.4
        )
        wanted.append(max(min(longest, _WIDEST.get(kind, 40)), min(word, 14), 4) + _PADDING)
    # text may run over several lines before letters become smaller
    least = sum(min(width, _READABLE) if kind in _WIDEST else width for width, kind in zip(wanted, kinds, strict=True))
    points = next((size for size in (9, 8) if least * _LETTER_CM[size] <= width_cm), 7)
    letters = width_cm / _LETTER_CM[points]
    total = sum(wanted)
    if total > letters:
        wanted = _squeezed(wanted, kinds, letters)
    elif len(kinds) > _FEW or any(kind == "long" for kind in kinds):
        wanted = [width * letters / total for width in wanted]
    return points, [round(width * _LETTER_CM[points] * _TWIPS_PER_CM) for width in wanted]


def _squeezed(wanted: list[float], kinds: Sequence[str], letters: float) -> list[float]:
    """Take what is too much from the columns of text, the widest first; numbers keep theirs where that is possible."""
    soft = [n for n, kind in enumerate(kinds) if kind in _WIDEST]
    hard = sum(width for n, width in enumerate(wanted) if n not in soft)
    room = letters - hard
    if not soft or room < 5 * len(soft):
        # more columns than a page holds: all of them narrow, none of them gone
        alike = [min(width, _NARROW) for width in wanted]
        return [width * letters / sum(alike) for width in alike]
    low, high = 0.0, max(wanted)
    for _ in range(40):
        most = (low + high) / 2
        low, high = (most, high) if sum(min(wanted[n], most) for n in soft) <= room else (low, most)
    return [min(width, low) if n in soft else width for n, width in enumerate(wanted)]
