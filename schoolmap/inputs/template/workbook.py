"""
Draw the template workbook: headers, notes, drop-downs, checks of what is typed, example rows.

Text is always text, and the same template has the same bytes. What the sheets
hold is described in `template_sheets`; here it is drawn.
"""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

import xlsxwriter
from xlsxwriter.utility import quote_sheetname
from xlsxwriter.utility import xl_range_abs
from xlsxwriter.utility import xl_rowcol_to_cell

from schoolmap.inputs.template import texts
from schoolmap.inputs.template.guide import write_guide
from schoolmap.inputs.template.guide import write_words
from schoolmap.inputs.template.sheets import CODES
from schoolmap.inputs.template.sheets import GUIDE
from schoolmap.inputs.template.sheets import describe_sheets
from schoolmap.inputs.template.sheets import describe_words
from schoolmap.inputs.template.sheets import rows_of
from schoolmap.inputs.template.style import A3
from schoolmap.inputs.template.style import A4
from schoolmap.inputs.template.style import TABS
from schoolmap.inputs.template.style import height_of
from schoolmap.inputs.template.style import letters
from schoolmap.inputs.template.style import styles

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from schoolmap.inputs.meanings import Language
    from schoolmap.inputs.template.example import Record
    from schoolmap.inputs.template.sheets import Cell
    from schoolmap.inputs.template.sheets import Field
    from schoolmap.inputs.template.sheets import Sheet
    from schoolmap.inputs.template.style import Styles

_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
_MADE = dt.datetime(2025, 1, 1)  # noqa: DTZ001 - Excel knows no time zones; a fixed day, so that bytes repeat
_LAST_ROW = 1_048_575
_RULED = 25
"""Empty rows with lines below the examples, so that a printed sheet can be filled by hand."""
_MOST_OFFERED = 3000
"""Rows of a sheet whose codes are offered elsewhere."""
_LONGEST_TEXT = 200
_YEARS = (1950, 2150)
_FIRST_DAY = dt.date(1950, 1, 1)
_MANY = 14
"""Columns beyond which a sheet is printed on A3."""
_NARROW = 90
"""Letters up to which a sheet is printed upright."""
_BY_GRADE_WIDTH = 9
_LEAST_WIDTHS = {"code": 14, "text": 14, "date": 12, "degrees": 13}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """A sheet with the rows that it shows, and whether these are records or examples."""

    sheet: Sheet
    rows: tuple[tuple[Cell, ...], ...]
    filled: bool

    @property
    def first_entry(self) -> int:
        """Row, from 0, of the first record that a person enters or has entered."""
        return 1 if self.filled else 1 + len(self.rows)

    @property
    def codes(self) -> str:
        """A formula for the codes in its first column; empty rows below them are left out."""
        name, start = quote_sheetname(self.sheet.title), self.first_entry
        first, column = (
            xl_rowcol_to_cell(start, 0, row_abs=True, col_abs=True),
            xl_range_abs(start, 0, _MOST_OFFERED, 0),
        )
        return f"=OFFSET({name}!{first},0,0,MAX(1,COUNTA({name}!{column})),1)"


def draw_workbook(
    stages: Sequence[str],
    *,
    language: Language,
    records: Mapping[str, Sequence[Record]] | None = None,
) -> bytes:
    """
    Return the template as the bytes of an xlsx file.

    Parameters
    ----------
    stages
        Of `project_file.USUAL_STAGES`, in order.
    language
        `zh`: headers, words and notes in Chinese; `en`: the contracts' own.
    records
        Records of the invented county to fill it with, by table and by the
        contract's names and words. A table that has some has no example rows.
    """
    file = io.BytesIO()
    sheets = describe_sheets(stages, language=language)
    drawn = {sheet.title: _prepare(sheet, records or {}, language) for sheet in sheets}
    codes = {item.sheet.table: item.codes for item in drawn.values()}
    with xlsxwriter.Workbook(file, _OPTIONS) as book:
        book.set_properties({"title": texts.TITLE[language], "created": _MADE})
        style = styles(book, language)
        pages = {title: book.add_worksheet(title) for title in (GUIDE[language], *drawn, CODES[language])}
        write_guide(pages[GUIDE[language]], sheets, language, style, filled=records is not None)
        explained = describe_words(stages, language=language)
        words = write_words(pages[CODES[language]], sheets, explained, language, style)
        for title, item in drawn.items():
            _write_heads(pages[title], item, style)
            _write_rows(pages[title], item, style)
            for column, field in enumerate(item.sheet.fields):
                rule = _rule(field, xl_rowcol_to_cell(item.first_entry, column), language, words=words, codes=codes)
                pages[title].data_validation(item.first_entry, column, _LAST_ROW, column, rule)
            _set_up_print(pages[title], item, language)
        pages[GUIDE[language]].activate()
    return file.getvalue()


def _prepare(sheet: Sheet, records: Mapping[str, Sequence[Record]], language: Language) -> _Drawn:
    rows = tuple(rows_of(sheet, records, language=language))
    return _Drawn(sheet=sheet, rows=rows or sheet.examples, filled=bool(rows))


def _write_heads(page: Worksheet, item: _Drawn, style: Styles) -> None:
    """Write the headers with their notes, and the widths and formats of their columns."""
    fields = item.sheet.fields
    for column, field in enumerate(fields):
        page.write_string(0, column, field.header, style(field.need if field.column else "unread"))
        height = sum(height_of(line, width=42, line=18) for line in field.comment.split("\n")) + 10
        size = {"author": "schoolmap", "font_size": 9, "width": 290, "height": height}
        page.write_comment(0, column, field.comment, size)
        page.set_column(column, column, _width(item, column), style(field.form))
    page.set_row(0, 38)
    page.freeze_panes(1, 2 if fields[1].column in {"", "name"} else 1)


def _width(item: _Drawn, column: int) -> float:
    """Return a column's width in letters: as wide as its cells, and as half its header, which may wrap."""
    field = item.sheet.fields[column]
    if field.column.startswith(("classes_", "pupils_")) and field.form == "whole":
        return _BY_GRADE_WIDTH
    shown = (letters(str(row[column])) + 4 for row in item.rows if row[column] is not None)
    return min(32.0, max(_LEAST_WIDTHS.get(field.form, 9), letters(field.header) / 2 + 4, *shown, 0))


def _write_rows(page: Worksheet, item: _Drawn, style: Styles) -> None:
    """Write the records if there are any, else the example rows, and ruled empty ones below."""
    for row, cells in enumerate(item.rows, start=1):
        for column, (field, cell) in enumerate(zip(item.sheet.fields, cells, strict=True)):
            _write_cell(page, row, column, cell, style(field.form, example=not item.filled))
    below = 1 + len(item.rows)
    for row in range(below, below + (0 if item.filled else _RULED)):
        for column, field in enumerate(item.sheet.fields):
            page.write_blank(row, column, None, style(field.form))
    page.ignore_errors({"number_stored_as_text": f"A1:XFD{_LAST_ROW + 1}"})


def _write_cell(page: Worksheet, row: int, column: int, cell: Cell, look: Format) -> None:
    if cell is None:
        page.write_blank(row, column, None, look)
    elif isinstance(cell, dt.date):
        page.write_datetime(row, column, dt.datetime.combine(cell, dt.time()), look)
    elif isinstance(cell, (int, float)):
        page.write_number(row, column, cell, look)
    else:
        page.write_string(row, column, cell, look)


_BETWEEN: dict[str, tuple[str, float, float]] = {
    "year": ("integer", *_YEARS),
    "change": ("integer", -100_000, 100_000),
    "share": ("decimal", 0, 1),
    "lon": ("decimal", -180, 180),
    "lat": ("decimal", -90, 90),
}
"""What is typed must be a number of this kind between these."""
_AT_LEAST: dict[str, tuple[str, dt.date | int]] = {
    "date": ("date", _FIRST_DAY),
    "month": ("date", _FIRST_DAY),
    "whole": ("integer", 0),
    "decimal": ("decimal", 0),
}


def _rule(
    field: Field,
    cell: str,
    language: Language,
    *,
    words: Mapping[tuple[str, ...], str],
    codes: Mapping[str, str],
) -> dict[str, Any]:
    """Return what a column takes, for its first cell, and what it says otherwise."""
    kind = field.column if field.form == "degrees" else field.form
    rule: dict[str, Any]
    if field.offered:
        kind, rule = "offered", {"validate": "list", "source": codes[field.offered]}
    elif field.words:
        rule = {"validate": "list", "source": words[field.words]}
    elif kind in _BETWEEN:
        number, low, high = _BETWEEN[kind]
        rule = {"validate": number, "criteria": "between", "minimum": low, "maximum": high}
    elif kind in _AT_LEAST:
        number, least = _AT_LEAST[kind]
        rule = {"validate": number, "criteria": ">=", "value": least}
    elif kind == "text":
        rule = {"validate": "length", "criteria": "<=", "value": _LONGEST_TEXT}
    else:
        # codes, and ages such as `3-5`, which a spreadsheet would make a date of
        rule = {"validate": "custom", "value": f"=ISTEXT({cell})"}
    return rule | {
        "error_title": texts.REFUSED["title"][language],
        "error_message": texts.REFUSED[kind][language],
        "error_type": "warning" if field.offered or not field.strict else "stop",
    }


def _set_up_print(page: Worksheet, item: _Drawn, language: Language) -> None:
    fields = item.sheet.fields
    if sum(_width(item, column) for column in range(len(fields))) <= _NARROW:
        page.set_portrait()
    else:
        page.set_landscape()
    page.set_paper(A3 if len(fields) > _MANY else A4)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    if not item.filled:
        page.print_area(0, 0, item.first_entry + _RULED - 1, len(fields) - 1)
    page.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    page.set_header(f"&L&A&R{texts.TITLE[language]}")
    page.set_footer(f"&C{texts.FOOTER[language]}")
    page.hide_gridlines(2)
    page.set_default_row(18)
    page.set_tab_color(TABS[item.sheet.need])
