"""
Write the map's document as an Excel workbook to sort, print and compute with.

Text is always text: a name such as `=1+1` or a code such as `0101` is shown as
it stands and never becomes a formula, a link or a number. The same model gives
the same bytes. What the sheets say is described in `sheets`; here it is drawn.
"""

from __future__ import annotations

import math
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_range

from schoolmap.errors import OutputError
from schoolmap.output import colours
from schoolmap.output import population_tables
from schoolmap.output import sheets
from schoolmap.output.lookups import is_central
from schoolmap.output.sheets import Shaded
from schoolmap.output.text import display_width
from schoolmap.output.text import visible
from schoolmap.output.workbook_words import WORDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Sequence
    from pathlib import Path

    from xlsxwriter.chart import Chart
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from schoolmap.output.model import MapModel
    from schoolmap.output.sheets import Cell
    from schoolmap.output.sheets import Sheet

    Styles = Callable[..., Format]

LANGUAGES = ("en", "zh")
MAX_ROWS = 1_048_575
"""Rows that Excel can hold below a header."""
MAX_TEXT = 32_767
"""UTF-16 units that Excel can hold in one cell."""

_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_A3, _A4 = 8, 9
_LINE, _HIGHEST = 15, 400
"""Heights in points: of a line of text, and of the highest row (Excel allows 409)."""
_WIDTHS = {"year": 8.0, "heat": 8.0, "share": 11.0, "count": 11.0, "gap": 11.0, "exact": 18.0, "money": 14.0}
_WIDEST = {"code": 28, "text": 28, "long": 44, "note": 105}
"""Widths of columns in letters; texts are as wide as the longest of them, up to a limit."""
_BAND, _SEATS = "#e08214", "#d8d3e8"
"""The ends of the interval, and seats as columns behind lines: lighter than on the map."""
_CHART_ROWS, _CHART_COLUMNS = 15, (0, 5)
"""Rows that a chart covers, and the columns where the left and the right chart begin."""
_CHARTS_A_PAGE = 2
_OVERVIEW_WIDTHS = (18, 9, 24, 12, 12, 12, 12, 14, 14, 14, 14)
_POPULATION_WIDTHS = (32, 16, 16, 14, 16, 16, 14, 14, 16, 14)
_BEFORE_POPULATION = 3
"""Sheets on seats that come before the one on the population: totals, balance, heat grid."""
_CHANCE = '[>0.99]">99%";[<0.01]"<1%";0%'
"""A probability is never shown as certainty."""

_KINDS: dict[str, dict[str, Any]] = {
    "code": {"num_format": "@", "text_wrap": True, "indent": 1},
    "text": {"text_wrap": True, "indent": 1},
    "long": {"text_wrap": True, "indent": 1},
    "note": {"text_wrap": True, "indent": 1},
    "year": {"num_format": "0", "align": "center"},
    "count": {"num_format": "#,##0", "align": "right", "indent": 1},
    "gap": {"num_format": "+#,##0;-#,##0;0", "align": "right", "indent": 1},
    "share": {"num_format": "0%", "align": "right", "indent": 1},
    "chance": {"num_format": _CHANCE, "align": "right", "indent": 1},
    "heat": {"num_format": "0%", "align": "center"},
    "degrees": {"num_format": "0.00000", "align": "right", "indent": 1},
    "decimal": {"num_format": "#,##0.00", "align": "right", "indent": 1},
    "money": {"num_format": "#,##0", "align": "right", "indent": 1},
    "exact": {"num_format": "#,##0.000", "align": "right", "indent": 1},
    "percent": {"num_format": '0.0"%"', "align": "right", "indent": 1},
    "signed": {"num_format": '+0.0"%";-0.0"%";0.0"%"', "align": "right", "indent": 1},
    "tiny": {"num_format": "[=0]0;0.0E+00", "align": "right", "indent": 1},
    "head": {"bold": True, "text_wrap": True, "align": "center", "bg_color": colours.HEAD},
    "strip": {"shrink": True, "align": "center"},
    "mark": {"border": 0, "bold": True, "valign": "top"},
    "plain": {"text_wrap": True, "border": 0, "valign": "top"},
    "title": {"bold": True, "font_size": 17, "border": 0},
    "section": {"bold": True, "font_size": 12, "border": 0, "font_color": colours.DEMAND},
    "badge": {"bold": True, "bg_color": colours.DEMAND, "font_color": colours.WHITE, "align": "center"},
}


def write_workbook(model: MapModel, path: Path, *, language: str) -> None:
    """
    Write the workbook: overview, totals, balance, heat grid, population, schools, projects, actions, audit, sources, notes.

    Parameters
    ----------
    model
        The document to write. Unknown numbers (`None`) become empty cells.
    path
        File to write, ending in `.xlsx`; an existing file is replaced.
    language
        `en` or `zh`: the language of titles, headers and texts.

    Raises
    ------
    ValueError
        If the language is another one.
    OutputError
        If a sheet is longer than Excel allows.
    """
    if language not in LANGUAGES:
        msg = f"`language` is one of {', '.join(LANGUAGES)}, got {language!r}."
        raise ValueError(msg)
    described = sheets.describe(model, language=language)
    _require_rows_fit(described)
    with xlsxwriter.Workbook(path, _OPTIONS) as book:
        _set_properties(book, model, language=language)
        style = _styles(book, language=language)
        overview = _add_worksheet(book, WORDS["overview"][language], model, language=language)
        row = _write_overview(overview, model, language=language, style=style)
        _insert_charts(book, overview, row, model, described[0], language=language)
        for place, sheet in enumerate(described):
            if place == _BEFORE_POPULATION:
                _write_population(book, model, language=language, style=style)
            worksheet = _add_worksheet(book, sheet.title(language), model, language=language)
            _write_table(worksheet, sheet, language=language, style=style)


def _require_rows_fit(described: Sequence[Sheet]) -> None:
    for sheet in described:
        if len(sheet.rows) > MAX_ROWS:
            msg = (
                f"The sheet {sheet.en!r} has {len(sheet.rows):,} rows, Excel holds {MAX_ROWS:,}. "
                "Plan fewer years or scenarios, or use the same table in the GeoPackage."
            )
            raise OutputError(msg)


def _set_properties(book: Workbook, model: MapModel, *, language: str) -> None:
    """Set the document's properties; the date is the plan's, so that bytes repeat."""
    book.set_properties(
        {
            "title": _cut(visible(model.title[language])),
            "comments": f"schoolmap {visible(model.version)}",
            "created": datetime(model.base_year, 1, 1),  # noqa: DTZ001 - Excel knows no time zones
        },
    )


def _styles(book: Workbook, *, language: str) -> Styles:
    """Return a function that gives the format of a kind of cell, with or without a fill."""
    base = {
        "font_name": "Microsoft YaHei" if language == "zh" else "Calibri",
        "font_size": 10,
        "font_color": colours.INK,
        "valign": "vcenter",
        "border": 1,
        "border_color": colours.HAIRLINE,
    }
    hatch = {"pattern": 14, "fg_color": colours.NOTHING, "bg_color": colours.WHITE}

    @cache
    def style(kind: str, fill: str | None = None) -> Format:
        look = base | _KINDS[kind]
        if fill == "hatch":
            look |= hatch
        elif fill:
            look |= {"bg_color": fill, "font_color": colours.contrasting_ink(fill)}
        return book.add_format(look)

    return style


# Any sheet


def _add_worksheet(book: Workbook, name: str, model: MapModel, *, language: str) -> Worksheet:
    """Add a worksheet that prints on landscape paper, one page wide, marked if synthetic."""
    worksheet = book.add_worksheet(name)
    worksheet.set_landscape()
    worksheet.set_paper(_A4)
    worksheet.fit_to_pages(1, 0)
    worksheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    worksheet.hide_gridlines(2)
    if model.synthetic:
        worksheet.set_header(f"&C{_footer_text(WORDS['synthetic'][language])}")
    worksheet.set_footer(f"&L{_footer_text(model.classification[language])}&C&A&R&P / &N")
    return worksheet


def _footer_text(text: str) -> str:
    """Shorten a text for a page's margin, where `&` starts a command."""
    return " ".join(visible(text[:100]).split()).replace("&", "&&")


def _put(worksheet: Worksheet, row: int, column: int, cell: Cell, *, kind: str, style: Styles) -> None:
    """Write one cell: text as text, a number as it is, and nothing where nothing is known."""
    fill = None
    if isinstance(cell, Shaded):
        fill, cell = cell.colour or "hatch", cell.value
    look = style(kind, fill)
    if cell is None or cell == "":
        worksheet.write_blank(row, column, None, look)
    elif isinstance(cell, str):
        worksheet.write_string(row, column, _cut(visible(cell)), look)
    else:
        worksheet.write_number(row, column, cell, look)


def _cut(text: str) -> str:
    """Cut a text that is longer than a cell can hold, and say so."""
    encoded = text.encode("utf-16-le")
    if len(encoded) <= 2 * MAX_TEXT:
        return text
    mark = f" … [{len(text):,}]"
    return encoded[: 2 * (MAX_TEXT - len(mark))].decode("utf-16-le", errors="ignore") + mark


def _write_table(worksheet: Worksheet, sheet: Sheet, *, language: str, style: Styles) -> None:
    """Write a described sheet: header in view and on every page, filter, widths, cells."""
    top = 1 if sheet.strip else 0
    bottom, right = top + max(len(sheet.rows), 1), len(sheet.columns) - 1
    widths = [_width(sheet, c) for c in range(len(sheet.columns))]
    for c, column in enumerate(sheet.columns):
        worksheet.set_column(c, c, widths[c])
        _put(worksheet, top, c, column.title(language), kind="head", style=style)
        for r, row in enumerate(sheet.rows, start=top + 1):
            _put(worksheet, r, c, row[c], kind=column.kind, style=style)
    for r, row in enumerate(sheet.rows, start=top + 1):
        high = max(_lines(t, w) if isinstance(t, str) else 1 for t, w in zip(row, widths, strict=True))
        if high > 1:
            worksheet.set_row(r, min(_LINE * high + 3, _HIGHEST))
    headers = (column.title(language) for column in sheet.columns)
    lines = max(_lines(text, width - 4) for text, width in zip(headers, widths, strict=True))
    worksheet.set_row(top, _LINE * lines + 6)
    _write_strip(worksheet, sheet, style=style)
    worksheet.freeze_panes(top + 1, sheet.frozen)
    worksheet.autofilter(top, 0, bottom, right)
    worksheet.repeat_rows(0, top)
    worksheet.ignore_errors({"number_stored_as_text": xl_range(top, 0, bottom, right)})
    # below the filter, so that sorting leaves them where they are
    for n, note in enumerate(sheet.notes, start=bottom + 2):
        worksheet.merge_range(n, 0, n, max(right, 1), "", style("plain"))
        _put(worksheet, n, 0, note, kind="plain", style=style)
        worksheet.set_row(n, min(_LINE * _lines(note, sum(widths)) + 3, _HIGHEST))
    if sum(widths) > 150:
        worksheet.set_paper(_A3)


def _write_strip(worksheet: Worksheet, sheet: Sheet, *, style: Styles) -> None:
    """Write the legend above the table, two columns a cell, beside the frozen columns."""
    for n, cell in enumerate(sheet.strip):
        left = sheet.frozen + 2 * n
        worksheet.merge_range(0, left, 0, left + 1, "", style("strip", cell.colour or "hatch"))
        _put(worksheet, 0, left, cell, kind="strip", style=style)
    if sheet.strip:
        worksheet.set_row(0, _LINE + 6)


def _width(sheet: Sheet, position: int) -> float:
    """Return a column's width: its longest text, within reason, and room for the filter's arrow."""
    column = sheet.columns[position]
    if column.kind not in _WIDEST:
        return _WIDTHS.get(column.kind, 12)
    texts = (row[position] for row in sheet.rows)
    longest = max((display_width(t) for t in texts if isinstance(t, str)), default=0)
    return min(max(longest + 3, 10), _WIDEST[column.kind])


def _lines(text: str, width: float) -> int:
    """Return how many lines a text takes in a column of this width; Latin letters run narrow."""

    def used(line: str) -> float:
        narrow = 2 * len(line) - display_width(line)
        return display_width(line) - 0.15 * narrow

    return sum(max(1, math.ceil(used(line) / width)) for line in text.split("\n"))


# The overview


def _write_overview(worksheet: Worksheet, model: MapModel, *, language: str, style: Styles) -> int:
    """Write the first sheet down to its charts and on to its notes; return the row of the charts."""
    for c, width in enumerate(_OVERVIEW_WIDTHS):
        worksheet.set_column(c, c, width)
    _put(worksheet, 0, 0, model.title[language], kind="title", style=style)
    worksheet.set_row(0, 30)
    row = 1
    if model.synthetic:
        row = _paragraph(worksheet, row, WORDS["synthetic"][language], kind="badge", style=style)
    row = _paragraph(worksheet, row, WORDS["what"][language], kind="plain", style=style)
    row = _pairs(worksheet, row, sheets.facts(model, language=language), style=style) + 1
    key_years = sheets.key_years(model, language=language)
    row = charts = _small_table(worksheet, row, key_years, language=language, style=style)
    row += _CHART_ROWS * len(model.stages) + 1
    worst = sheets.worst_catchments(model, language=language)
    row = _small_table(worksheet, row, worst, language=language, style=style)
    for heading, pairs in sheets.overview_notes(model, language=language):
        _section(worksheet, row, heading, style=style)
        row = _pairs(worksheet, row + 1, pairs, style=style) + 1
    return charts


def _section(worksheet: Worksheet, row: int, heading: str, *, style: Styles) -> None:
    """Write a heading with some room around it."""
    worksheet.set_row(row, 24)
    _put(worksheet, row, 0, heading, kind="section", style=style)


def _paragraph(
    worksheet: Worksheet,
    row: int,
    text: str,
    *,
    kind: str,
    style: Styles,
    left: int = 0,
    widths: Sequence[float] = _OVERVIEW_WIDTHS,
) -> int:
    """Write a text across the page, high enough to be read; return the next row."""
    right = len(widths) - 1
    shown = _cut(visible(text))
    worksheet.merge_range(row, left, row, right, "", style(kind))
    worksheet.write_string(row, left, shown, style(kind))
    lines = _lines(shown, sum(widths[left:]))
    worksheet.set_row(row, min(_LINE * lines + 3, _HIGHEST))
    return row + 1


def _pairs(
    worksheet: Worksheet,
    row: int,
    pairs: Sequence[tuple[Cell, str]],
    *,
    style: Styles,
) -> int:
    """Write a mark and its text on each row; return the next row."""
    for mark, text in pairs:
        _put(worksheet, row, 0, mark, kind="mark", style=style)
        row = _paragraph(worksheet, row, text, kind="plain", style=style, left=1)
    return row


def _small_table(
    worksheet: Worksheet,
    row: int,
    sheet: Sheet,
    *,
    language: str,
    style: Styles,
) -> int:
    """Write a heading and a table below it; return the row after a blank one."""
    _section(worksheet, row, sheet.title(language), style=style)
    worksheet.set_row(row + 1, 2 * _LINE + 6)
    for c, column in enumerate(sheet.columns):
        _put(worksheet, row + 1, c, column.title(language), kind="head", style=style)
        for r, cells in enumerate(sheet.rows, start=row + 2):
            _put(worksheet, r, c, cells[c], kind=column.kind, style=style)
    for r, cells in enumerate(sheet.rows, start=row + 2):
        texts = [(cell, width) for cell, width in zip(cells, _OVERVIEW_WIDTHS, strict=False) if isinstance(cell, str)]
        lines = max((_lines(text, width - 3) for text, width in texts), default=1)
        worksheet.set_row(r, min(_LINE * lines + 3, _HIGHEST))
    return row + 2 + len(sheet.rows) + 1


# Where the children come from


def _write_population(book: Workbook, model: MapModel, *, language: str, style: Styles) -> None:
    """Write the sheet on the population: sections one below the other, and a chart of the births."""
    name = WORDS["population"][language]
    worksheet = _add_worksheet(book, name, model, language=language)
    for c, width in enumerate(_POPULATION_WIDTHS):
        worksheet.set_column(c, c, width)
    _put(worksheet, 0, 0, name, kind="title", style=style)
    worksheet.set_row(0, 30)
    worksheet.freeze_panes(1, 0)
    worksheet.repeat_rows(0)
    row, filtered = 1, False
    births = population_tables.births(model, language=language)
    for section in population_tables.sections(model, language=language):
        _section(worksheet, row, section.heading, style=style)
        row += 1
        for text in section.texts:
            row = _paragraph(worksheet, row, text, kind="plain", style=style, widths=_POPULATION_WIDTHS)
        if not section.rows:
            row += 1
            continue
        after = _section_table(worksheet, row, section, language=language, style=style)
        if not filtered:
            # a sheet has one filter: the peaks come first, and are the longest table
            worksheet.autofilter(row, 0, after - 1, len(section.columns) - 1)
            filtered = True
        if section.heading == births.heading:
            _insert_births_chart(book, worksheet, row, section, name=name, language=language)
            after = max(after, row + _CHART_ROWS)
        row = after + 1


def _section_table(
    worksheet: Worksheet,
    row: int,
    section: population_tables.Section,
    *,
    language: str,
    style: Styles,
) -> int:
    """Write the table of a section, a last column of long text across the page; return the row below."""
    titles = [column.title(language) for column in section.columns]
    last, right = len(titles) - 1, len(_POPULATION_WIDTHS) - 1
    wide = section.columns[-1].kind == "long"
    for r, cells in enumerate((titles, *section.rows), start=row):
        for c, cell in enumerate(cells):
            kind = "head" if r == row else section.columns[c].kind
            if wide and c == last:
                worksheet.merge_range(r, c, r, right, "", style(kind))
            _put(worksheet, r, c, cell, kind=kind, style=style)
        widths = [*_POPULATION_WIDTHS[:last], sum(_POPULATION_WIDTHS[last:])] if wide else _POPULATION_WIDTHS
        texts = [(cell, width) for cell, width in zip(cells, widths, strict=False) if isinstance(cell, str)]
        lines = max((_lines(text, width - 2) for text, width in texts), default=1)
        worksheet.set_row(r, min(_LINE * lines + (6 if r == row else 3), _HIGHEST))
    return row + 1 + len(section.rows)


def _insert_births_chart(
    book: Workbook,
    worksheet: Worksheet,
    row: int,
    section: population_tables.Section,
    *,
    name: str,
    language: str,
) -> None:
    """Draw the births of every scenario beside their table."""
    chart = book.add_chart({"type": "line"})
    first, last = row + 1, row + len(section.rows)
    looks = (
        (colours.DEMAND, "solid"),
        (colours.SEATS, "dash"),
        (colours.INK, "round_dot"),
        (colours.MUTED, "long_dash_dot"),
    )
    for c in range(1, len(section.columns)):
        colour, dash = looks[(c - 1) % len(looks)]
        chart.add_series(
            {
                "name": [name, row, c],
                "categories": [name, first, 0, last, 0],
                "values": [name, first, c, last, c],
                "line": {"color": colour, "width": 2.25, "dash_type": dash},
            },
        )
    font = {"size": 9, "color": colours.INK}
    chart.set_title({"name": section.heading, "name_font": {"size": 11, "color": colours.INK}, "overlay": False})
    chart.set_legend({"position": "bottom", "font": font})
    between = max(1, len(section.rows) // 6)
    years = {"num_font": font, "name": section.columns[0].title(language), "name_font": font}
    chart.set_x_axis(years | {"interval_unit": between, "interval_tick": between})
    grid = {"visible": True, "line": {"color": colours.HAIRLINE}}
    chart.set_y_axis({"num_font": font, "num_format": "#,##0", "min": 0, "major_gridlines": grid})
    chart.set_size({"width": 540, "height": 290})
    place = {"x_offset": 12, "y_offset": 4, "object_position": 2}
    worksheet.insert_chart(row, min(len(section.columns), len(_POPULATION_WIDTHS)), chart, place)


def _insert_charts(
    book: Workbook,
    worksheet: Worksheet,
    row: int,
    model: MapModel,
    totals: Sheet,
    *,
    language: str,
) -> None:
    """Draw each stage's demand against its seats, and beside it what is short and what is spare."""
    central = [k for k, panel in enumerate(model.panels) if is_central(model, panel)]
    # two stages a page, so that no chart is cut in two on paper
    breaks = range(row, row + _CHART_ROWS * len(central), _CHARTS_A_PAGE * _CHART_ROWS)
    worksheet.set_h_pagebreaks([*breaks, row + _CHART_ROWS * len(central)])
    for n, k in enumerate(central):
        first = 1 + k * len(model.years)
        last = first + len(model.years) - 1
        charts = (
            _demand_chart(book, totals, first, last, language=language),
            _gap_chart(book, totals, first, last, language=language),
        )
        for chart, column in zip(charts, _CHART_COLUMNS, strict=True):
            place = {"x_offset": 4, "y_offset": 4, "object_position": 2}
            worksheet.insert_chart(row + _CHART_ROWS * n, column, chart, place)


def _demand_chart(book: Workbook, totals: Sheet, first: int, last: int, *, language: str) -> Chart:
    """Draw rows `first` to `last` of the totals: seats as steps, demand as lines."""
    seats = book.add_chart({"type": "column"})
    seats.add_series(_series(totals, "Seats", first, last, language) | {"fill": {"color": _SEATS}, "gap": 0})
    lines = book.add_chart({"type": "line"})
    for column in ("Demand P90", "Demand (central)", "Demand P10"):
        look = {"color": colours.DEMAND, "width": 2.5}
        if column != "Demand (central)":
            look = {"color": _BAND, "width": 1.25, "dash_type": "dash"}
        lines.add_series(_series(totals, column, first, last, language) | {"line": look})
    seats.combine(lines)
    _dress(seats, f"{WORDS['chart'][language]}{_stage_of(totals, first)}")
    return seats


def _gap_chart(book: Workbook, totals: Sheet, first: int, last: int, *, language: str) -> Chart:
    """Draw rows `first` to `last` of the totals: seats short and seats spare, neither made up for by the other."""
    chart = book.add_chart({"type": "column"})
    for column, colour in (("Sum of gaps (seats short)", colours.DEMAND), ("Sum of spare seats", _SEATS)):
        look = {"fill": {"color": colour}, "gap": 60}
        chart.add_series(_series(totals, column, first, last, language) | look)
    _dress(chart, f"{WORDS['gap chart'][language]}{_stage_of(totals, first)}")
    return chart


def _series(totals: Sheet, column: str, first: int, last: int, language: str) -> dict[str, Any]:
    """Refer to some rows of a column of the totals, by its English title, with the years below them."""
    name = totals.title(language)
    titles = [head.en for head in totals.columns]
    c, years = titles.index(column), titles.index("Year")
    return {
        "name": [name, 0, c],
        "categories": [name, first, years, last, years],
        "values": [name, first, c, last, c],
    }


def _stage_of(totals: Sheet, row: int) -> str:
    titles = [head.en for head in totals.columns]
    return visible(str(totals.rows[row - 1][titles.index("Stage")]))


def _dress(chart: Chart, title: str) -> None:
    """Give a chart its title, legend, axes and size."""
    font = {"size": 9, "color": colours.INK}
    chart.set_title({"name": _cut(title), "name_font": {"size": 11, "color": colours.INK}, "overlay": False})
    chart.set_legend({"position": "bottom", "font": font})
    chart.set_x_axis({"num_font": font})
    grid = {"visible": True, "line": {"color": colours.HAIRLINE}}
    chart.set_y_axis({"num_font": font, "num_format": "#,##0", "min": 0, "major_gridlines": grid})
    chart.set_size({"width": 540, "height": 290})
