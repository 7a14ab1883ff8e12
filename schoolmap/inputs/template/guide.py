"""Draw the first and the last sheet of the template workbook: how to fill it, and the words that are allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsxwriter.utility import quote_sheetname
from xlsxwriter.utility import xl_range_abs

from schoolmap.inputs.meanings import HOLDERS
from schoolmap.inputs.meanings import meaning_of
from schoolmap.inputs.template import texts
from schoolmap.inputs.template.style import A3
from schoolmap.inputs.template.style import A4
from schoolmap.inputs.template.style import TABS
from schoolmap.inputs.template.style import height_of
from schoolmap.inputs.template.style import letters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter.worksheet import Worksheet

    from schoolmap.inputs.meanings import Language
    from schoolmap.inputs.template.sheets import Sheet
    from schoolmap.inputs.template.sheets import WordList
    from schoolmap.inputs.template.style import Styles

    Words = tuple[str, ...]

_WIDTHS = (4, 14, 24, 42, 32)
_LAST = len(_WIDTHS) - 1
_TEXT_WIDTH = 96
"""Letters that a line of the guide holds, in its larger type."""
_FIRST_WORD = 2
"""Row of the first word of a list, below its title and heads."""


def write_guide(page: Worksheet, sheets: Sequence[Sheet], language: Language, style: Styles, *, filled: bool) -> None:
    """Write three steps, the colours, the rules, and what each sheet is for; say so if the numbers are invented."""
    page.hide_gridlines(2)
    for column, width in enumerate(_WIDTHS):
        page.set_column(column, column, width)
    page.set_row(0, 34)
    page.merge_range(0, 0, 0, _LAST, texts.TITLE[language], style("title"))
    page.set_row(1, 20)
    page.merge_range(1, 0, 1, _LAST, texts.SUBTITLE[language], style("subtitle"))
    row = 2
    if filled:
        page.set_row(row, 22)
        page.merge_range(row, 0, row, _LAST, texts.EXAMPLE_BADGE[language], style("badge"))
        row += 1
    row = _write_list(page, row + 1, texts.HEADINGS["steps"][language], texts.STEPS[language], style)
    row = _write_heading(page, row, texts.HEADINGS["colours"][language], style)
    for kind, says in texts.COLOURS.items():
        page.set_row(row, 18)
        page.write_blank(row, 1, None, style(kind))
        page.merge_range(row, 2, row, _LAST, says[language], style("plain"))
        row += 1
    row = _write_list(page, row + 1, texts.HEADINGS["rules"][language], texts.RULES[language], style)
    row = _write_heading(page, row, texts.HEADINGS["sheets"][language], style)
    for column, key in enumerate(("sheet", "need", "about", "holder"), start=1):
        page.write_string(row, column, texts.HEADINGS[key][language], style("head"))
    for number, sheet in enumerate(sheets, start=1):
        holder = _main_holder(sheet, language)
        page.write_number(row + number, 0, number, style("row number"))
        page.write_url(row + number, 1, f"internal:{quote_sheetname(sheet.title)}!A1", style("link"), sheet.title)
        page.write_string(row + number, 2, texts.NEEDS[sheet.need][language], style("cell"))
        page.write_string(row + number, 3, sheet.about, style("cell"))
        page.write_string(row + number, 4, holder, style("cell"))
        heights = (height_of(sheet.about, width=_WIDTHS[3] - 4), height_of(holder, width=_WIDTHS[4] - 4))
        page.set_row(row + number, max(heights))
    page.set_portrait()
    page.set_paper(A4)
    page.fit_to_pages(1, 1)
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    page.set_tab_color(TABS["guide"])


def _write_heading(page: Worksheet, row: int, heading: str, style: Styles) -> int:
    page.merge_range(row, 0, row, _LAST, heading, style("section"))
    page.set_row(row, 24)
    return row + 1


def _write_list(page: Worksheet, row: int, heading: str, items: Sequence[str], style: Styles) -> int:
    """Write a heading and a numbered list; return the row below the empty line after it."""
    first = _write_heading(page, row, heading, style)
    for number, text in enumerate(items, start=1):
        at = first + number - 1
        page.write_number(at, 0, number, style("number"))
        page.merge_range(at, 1, at, _LAST, text, style("plain"))
        page.set_row(at, height_of(text, width=_TEXT_WIDTH))
    return first + len(items) + 1


def _main_holder(sheet: Sheet, language: Language) -> str:
    """Return who has most of a sheet's columns."""
    holders = [meaning_of(sheet.table, field.column).holder for field in sheet.fields if field.column]
    named = [holder for holder in holders if holder and holder != "code"]
    return HOLDERS[max(named, key=named.count)][language] if named else ""


def write_words(
    page: Worksheet,
    sheets: Sequence[Sheet],
    explained: Sequence[WordList],
    language: Language,
    style: Styles,
) -> dict[Words, str]:
    """Write the allowed words of all columns; return the cells of each list, for the drop-downs, by its words."""
    ranges: dict[Words, str] = {}
    lists = {tuple(word for word, _ in listed.words): (listed.title, listed.words) for listed in explained}
    for sheet in sheets:
        for field in sheet.fields:
            # words that explain themselves, such as months, stand behind those that are explained
            if field.words and field.words not in lists:
                lists[field.words] = (field.header, tuple((word, "") for word in field.words))
    column = 0
    for words, (title, meanings) in lists.items():
        told = any(meaning for _, meaning in meanings)
        heads = ("word", "means") if told else ("word",)
        if told:
            page.merge_range(0, column, 0, column + 1, title, style("head"))
        else:
            page.write_string(0, column, title, style("head"))
        for place, head in enumerate(heads):
            page.write_string(1, column + place, texts.HEADINGS[head][language], style("head"))
            texts_here = [meaning[place] for meaning in meanings]
            page.set_column(
                column + place, column + place, max(9, *(min(40, letters(text) + 4) for text in texts_here))
            )
        for row, meaning in enumerate(meanings, start=_FIRST_WORD):
            for place, _ in enumerate(heads):
                page.write_string(row, column + place, meaning[place], style("word cell"))
        last = _FIRST_WORD + len(words) - 1
        ranges[words] = f"={quote_sheetname(page.get_name())}!{xl_range_abs(_FIRST_WORD, column, last, column)}"
        column += len(heads) + 1
        page.set_column(column - 1, column - 1, 2)
    page.freeze_panes(_FIRST_WORD, 0)
    page.hide_gridlines(2)
    page.set_landscape()
    page.set_paper(A3)
    page.fit_to_pages(1, 0)
    page.set_header("&L&A")
    page.set_tab_color(TABS["guide"])
    page.ignore_errors({"number_stored_as_text": "A1:XFD200"})
    return ranges
