"""Looks of the template workbook: colours, fonts, number formats, widths."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook

    from schoolmap.inputs.meanings import Language

    Styles = Callable[..., Format]

A4, A3 = 9, 8
INK, WHITE, HAIRLINE, GREY, ACCENT, PALE = "#1b1f23", "#ffffff", "#d8d5cd", "#6b6b6b", "#b35806", "#f7f7f5"
TABS = {"guide": "#5e3c99", "required": "#b35806", "either": "#fdb863", "optional": "#b9b6ae"}
_HEADS: dict[str, dict[str, Any]] = {
    "required": {"bg_color": "#b35806", "font_color": WHITE},
    "either": {"bg_color": "#fdb863"},
    "optional": {"bg_color": "#e6e2ee"},
    "unread": {"bg_color": PALE, "font_color": GREY, "italic": True, "border_color": HAIRLINE},
}
_FORMATS: dict[str, dict[str, Any]] = {
    "code": {"num_format": "@", "indent": 1},
    "text": {"num_format": "@", "text_wrap": True, "indent": 1},
    "word": {"num_format": "@", "align": "center"},
    "age": {"num_format": "@", "align": "center"},
    "date": {"num_format": "yyyy-mm-dd", "align": "center"},
    "month": {"num_format": "yyyy-mm", "align": "center"},
    "year": {"num_format": "0", "align": "center"},
    "whole": {"num_format": "0", "align": "right", "indent": 1},
    "change": {"num_format": "+0;-0;0", "align": "right", "indent": 1},
    "decimal": {"num_format": "General", "align": "right", "indent": 1},
    "share": {"num_format": "0.00##", "align": "right", "indent": 1},
    "degrees": {"num_format": "0.000000", "align": "right", "indent": 1},
}
_LOOKS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 18, "border": 0},
    "subtitle": {"font_size": 11, "font_color": GREY, "border": 0, "text_wrap": True},
    "badge": {"bold": True, "bg_color": ACCENT, "font_color": WHITE, "border": 0, "indent": 1},
    "section": {"bold": True, "font_size": 13, "font_color": ACCENT, "border": 0},
    "number": {"bold": True, "font_color": ACCENT, "border": 0, "align": "center", "valign": "top", "num_format": "0"},
    "row number": {"font_color": GREY, "border": 0, "align": "center", "num_format": "0"},
    "plain": {"font_size": 11, "text_wrap": True, "border": 0, "valign": "top", "indent": 1},
    "cell": {"text_wrap": True, "indent": 1},
    "word cell": {"num_format": "@", "indent": 1},
    "link": {"text_wrap": True, "indent": 1, "font_color": "#1f5fa8", "underline": 1},
    "head": {"bold": True, "bg_color": "#e6e2ee", "align": "center"},
    "example": {"bg_color": PALE, "font_color": GREY, "italic": True, "align": "center"},
}


def styles(book: Workbook, language: Language) -> Styles:
    """Return a function that gives the format of a kind of cell; with `example`, as in an example row."""
    base: dict[str, Any] = {
        "font_name": "Microsoft YaHei" if language == "zh" else "Calibri",
        "font_size": 10,
        "font_color": INK,
        "valign": "vcenter",
        "border": 1,
        "border_color": HAIRLINE,
    }
    marked: dict[str, Any] = {"font_color": GREY, "italic": True, "bg_color": PALE}
    head: dict[str, Any] = {"bold": True, "text_wrap": True, "align": "center", "border_color": WHITE}

    @cache
    def style(kind: str, *, example: bool = False) -> Format:
        if kind in _HEADS:
            return book.add_format(base | head | _HEADS[kind])
        look = _LOOKS.get(kind) or _FORMATS[kind]
        return book.add_format(base | look | (marked if example else {}))

    return style


def letters(text: str) -> int:
    """
    Return the width of a text in Latin letters; a Chinese character is two wide.

    Examples
    --------
    >>> letters("班数 12")
    7
    """
    return sum(2 if ord(char) > 0x2E7F else 1 for char in text)


def height_of(text: str, *, width: int, line: int = 16) -> int:
    """
    Return the height in points of a row whose wrapped text has columns of this width in letters.

    Examples
    --------
    >>> height_of("a" * 50, width=40), height_of("a" * 30, width=40)
    (36, 20)
    """
    return line * (1 + max(0, letters(text) - 1) // width) + 4
