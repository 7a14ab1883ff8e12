"""The template workbook as a spreadsheet program opens it: notes, lists, checks, formats, the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pytest
from openpyxl.utils import range_boundaries

from schoolmap.inputs.project_file import USUAL_STAGES
from schoolmap.inputs.template.example import FILLED
from schoolmap.inputs.template.example import example_tables
from schoolmap.inputs.template.sheets import describe_sheets
from schoolmap.inputs.template.sheets import rows_of
from schoolmap.inputs.template.workbook import draw_workbook

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.datavalidation import DataValidation
    from openpyxl.worksheet.worksheet import Worksheet

    from schoolmap.inputs.meanings import Language
    from schoolmap.inputs.template.sheets import Field

STAGES = tuple(USUAL_STAGES)
LANGUAGES: tuple[Language, ...] = ("zh", "en")
SHEETS = {language: describe_sheets(STAGES, language=language) for language in LANGUAGES}
BYTES = {language: draw_workbook(STAGES, language=language) for language in LANGUAGES}
_RULES = {
    "code": "custom",
    "text": "textLength",
    "word": "list",
    "age": "custom",
    "date": "date",
    "month": "date",
    "year": "whole",
    "whole": "whole",
    "decimal": "decimal",
    "change": "whole",
    "share": "decimal",
    "degrees": "decimal",
}
_TEXT = {"code", "text", "word", "age"}


def opened(content: bytes) -> Workbook:
    """Open a workbook as openpyxl reads it; any warning is an error."""
    return openpyxl.load_workbook(io.BytesIO(content))


BOOKS = {language: opened(content) for language, content in BYTES.items()}


def columns(language: Language) -> list[tuple[Worksheet, int, Field, int]]:
    """Return every column: its page, number from 1, description, and first row of entries."""
    return [
        (BOOKS[language][sheet.title], place, field, 2 + len(sheet.examples))
        for sheet in SHEETS[language]
        for place, field in enumerate(sheet.fields, start=1)
    ]


def rule_of(page: Worksheet, column: int, row: int) -> DataValidation:
    """Return the only check of a cell."""
    found = []
    for rule in page.data_validations.dataValidation:
        left, top, right, bottom = range_boundaries(str(rule.sqref))
        if left <= column <= right and top <= row <= bottom:
            found.append(rule)
    assert len(found) == 1
    return found[0]


def test_by_hand() -> None:
    """The sheet of schools: header, example, frozen, and a list for 办别."""
    page = BOOKS["zh"]["学校"]
    assert [cell.value for cell in page[1]][:3] == ["学校标识码", "学校名称", "经度（度）"]
    assert [cell.value for cell in page[2]][:2] == ["示例 1199000001", "城关幼儿园"]
    assert page.freeze_panes == "C2"
    rule = rule_of(page, 6, 3)
    assert (page["F1"].value, rule.type, rule.showErrorMessage) == ("办别", "list", True)
    assert rule.error == "请从下拉列表中选择，含义见“代码表”。"


@pytest.mark.parametrize("language", LANGUAGES)
def test_sheets_stand_between_guide_and_codes(language: Language) -> None:
    """In the order in which they are described; the guide is what opens."""
    names = BOOKS[language].sheetnames
    assert names[1:-1] == [sheet.title for sheet in SHEETS[language]]
    assert (names[0], names[-1]) == {"zh": ("填写说明", "代码表"), "en": ("guide", "codes")}[language]
    assert BOOKS[language].active is BOOKS[language][names[0]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_header_has_a_note(language: Language) -> None:
    """What it means, whether it must be filled, and who has it; required ones look different."""
    fills: dict[str, set[str]] = {}
    for page, column, field, _ in columns(language):
        head = page.cell(1, column)
        assert head.value == field.header
        assert head.comment is not None
        assert head.comment.text.replace("\r", "") == field.comment
        if field.column:
            fills.setdefault(field.need, set()).add(head.fill.fgColor.rgb)
    assert all(len(colours) == 1 for colours in fills.values())
    assert len(set.union(*fills.values())) == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_column_is_checked(language: Language) -> None:
    """From the row below the examples to the last row of a sheet, with a sentence in the language."""
    for page, column, field, first in columns(language):
        rule = rule_of(page, column, first)
        assert range_boundaries(str(rule.sqref)) == (column, first, column, 1_048_576)
        assert rule.type == ("list" if field.offered else _RULES[field.form])
        assert rule.error
        assert rule.error.isascii() == (language == "en")
        assert rule.errorStyle == ("warning" if field.offered or not field.strict else None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_are_not_negative(language: Language) -> None:
    """Counts are whole numbers from 0 on; only what is taken away may be less."""
    for page, column, field, first in columns(language):
        rule = rule_of(page, column, first)
        if field.form in {"whole", "decimal"}:
            assert (rule.operator, rule.formula1) == ("greaterThanOrEqual", "0")
        if field.form == "share":
            assert (rule.formula1, rule.formula2) == ("0", "1")
        if field.form == "change":
            assert float(rule.formula1) < 0 < float(rule.formula2)


@pytest.mark.parametrize("language", LANGUAGES)
def test_codes_stay_text(language: Language) -> None:
    """Whole columns are formatted as text, so that a spreadsheet keeps zeros and makes no date of 3-5."""
    for page, column, field, first in columns(language):
        assert (page.cell(first, column).number_format == "@") == (field.form in _TEXT)
        # openpyxl keeps one entry for neighbours that are alike
        looks = [look for look in page.column_dimensions.values() if look.min <= column <= look.max]
        assert [look.number_format == "@" for look in looks] == [field.form in _TEXT]


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_hold_the_words(language: Language) -> None:
    """A list of words points to the cells of the sheet of codes that hold them, all of them and nothing else."""
    book = BOOKS[language]
    for page, column, field, first in columns(language):
        if field.words and not field.offered:
            name, cells = rule_of(page, column, first).formula1.split("!")
            found = book[name.strip("'")][cells.replace("$", "")]
            assert tuple(row[0].value for row in found) == field.words


@pytest.mark.parametrize("language", LANGUAGES)
def test_offered_codes_are_those_of_the_other_sheet(language: Language) -> None:
    """From its first row of entries, not its examples, and as many as are filled."""
    first_rows = {sheet.table: (sheet.title, 2 + len(sheet.examples)) for sheet in SHEETS[language]}
    for page, column, field, first in columns(language):
        if field.offered:
            title, start = first_rows[field.offered]
            formula = rule_of(page, column, first).formula1.replace("'", "")
            assert formula == f"OFFSET({title}!$A${start},0,0,MAX(1,COUNTA({title}!$A${start}:$A$3001)),1)"


def test_examples_look_like_none() -> None:
    """Grey and italic; the rows below are plain."""
    for sheet in SHEETS["zh"]:
        page = BOOKS["zh"][sheet.title]
        for row in range(2, 2 + len(sheet.examples)):
            assert page.cell(row, 1).font.italic
        below = page.cell(2 + len(sheet.examples), 1)
        assert below.value is None
        assert not below.font.italic


def test_a_page_can_be_printed() -> None:
    """One page wide, the header on each, lines to fill in by hand."""
    for sheet in SHEETS["zh"]:
        page = BOOKS["zh"][sheet.title]
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert page.page_setup.fitToHeight == 0
        assert page.print_title_rows == "$1:$1"
        assert page.print_area


def test_records_in_place_of_examples() -> None:
    """A table that has records shows all of them and no example; others keep theirs."""
    tables = example_tables(language="zh")
    book = opened(draw_workbook(STAGES, language="zh", records={name: tables[name] for name in FILLED}))
    for sheet in SHEETS["zh"]:
        shown = [row[0] for row in book[sheet.title].iter_rows(min_row=2, values_only=True) if row[0] is not None]
        if sheet.table in FILLED:
            assert shown == [row[0] for row in rows_of(sheet, tables, language="zh") if row[0] is not None]
        else:
            assert shown == [row[0] for row in sheet.examples]
    assert any("纯属虚构" in str(cell) for row in book["填写说明"].iter_rows(values_only=True) for cell in row)


def test_text_is_never_a_formula() -> None:
    """Whatever stands in a record; there is no formula in the cells of the workbook at all."""
    tables = example_tables(language="zh")
    tables["schools"][0]["name"] = "=HYPERLINK(1)"
    content = draw_workbook(STAGES, language="zh", records=tables)
    assert opened(content)["学校"]["B2"].data_type == "s"
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        pages = [name for name in parts.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)]
        assert len(pages) == len(SHEETS["zh"]) + 2
        assert not any(b"<f>" in parts.read(name) for name in pages)


@pytest.mark.parametrize("language", LANGUAGES)
def test_same_template_same_bytes(language: Language) -> None:
    """On every run."""
    assert draw_workbook(STAGES, language=language) == BYTES[language]
