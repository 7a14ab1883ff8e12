"""The template's sheets are the contracts: every column, in words that the reader takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schoolmap.inputs.aliases import contract_names
from schoolmap.inputs.meanings import WORD_MEANINGS
from schoolmap.inputs.project_file import USUAL_STAGES
from schoolmap.inputs.readers import read_value
from schoolmap.inputs.template.example import example_tables
from schoolmap.inputs.template.sheets import EITHER
from schoolmap.inputs.template.sheets import EXAMPLE
from schoolmap.inputs.template.sheets import NOT_ASKED
from schoolmap.inputs.template.sheets import describe_sheets
from schoolmap.inputs.template.sheets import describe_words
from schoolmap.inputs.template.sheets import rows_of
from schoolmap.tables import CONTRACTS

if TYPE_CHECKING:
    from schoolmap.inputs.meanings import Language
    from schoolmap.inputs.template.sheets import Sheet

STAGES = tuple(USUAL_STAGES)
LANGUAGES: tuple[Language, ...] = ("zh", "en")
LAYERS = {"catchments", "roads", "barriers", "crossings", "dwellings"}
"""Tables that are drawn and not typed."""
_NUMBERS = {"whole", "decimal", "change", "share", "degrees"}
SHEETS = {language: describe_sheets(STAGES, language=language) for language in LANGUAGES}


def test_by_hand() -> None:
    """The sheet of primary schools, as a bureau would write it."""
    sheet = next(sheet for sheet in SHEETS["zh"] if sheet.title == "小学")
    assert [field.header for field in sheet.fields][:11] == [
        "学校标识码",
        "学校名称",
        "学位数",
        "教室数",
        "在校生数",
        "学区代码",
        "可扩班数",
        "班数",
        "占用教室学段",
        "一年级班数",
        "一年级人数",
    ]
    assert sheet.examples[0][:5] == ("示例 2199000001", "城关小学", 1080, 24, 1130)
    assert sheet.fields[2].comment == (
        "含义：核定学位数；不清楚的留空，但须填教室数\n单位：个\n要求：几列中至少填一列\n来源：教育局（规划、基教、招生）"
    )


def test_sheets_in_natural_order() -> None:
    """Places and people, then schools stage by stage, then what is planned, then the rest."""
    assert [sheet.title for sheet in SHEETS["zh"]] == [
        *(
            "小区域",
            "人口",
            "出生",
            "学校",
            "幼儿园",
            "小学",
            "初中",
            "建设项目",
            "住宅项目",
            "班级",
            "办学条件",
            "跨片区就读",
        ),
        *("历年在校生", "总人口", "年龄结构", "初婚登记", "户均儿童", "进城迁移", "现成预测", "校门", "备选用地"),
    ]
    assert {sheet.table for sheet in SHEETS["zh"]} == set(CONTRACTS) - LAYERS


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("table", sorted(set(CONTRACTS) - LAYERS))
def test_every_column_is_asked_once(table: str, language: Language) -> None:
    """On the sheet of its table, or for sections on some stage's; the stage itself is told by the sheet."""
    parts = [sheet for sheet in SHEETS[language] if sheet.table == table]
    asked = {field.column for sheet in parts for field in sheet.fields if field.column}
    wanted = {name for name in CONTRACTS[table].columns if (table, name) not in NOT_ASKED}
    if table == "sections":
        wanted = {name for name in wanted if name != "stage" and not name.endswith(("_10", "_11", "_12"))}
    if CONTRACTS[table].geometry != "none":
        wanted |= {"lon", "lat"}
    assert asked == wanted
    for sheet in parts:
        columns = [field.column for field in sheet.fields]
        assert len(columns) == len(set(columns))


@pytest.mark.parametrize("sheet", [*SHEETS["zh"], *SHEETS["en"]], ids=lambda sheet: sheet.title)
def test_every_header_is_understood(sheet: Sheet) -> None:
    """As its own column; only the school's name beside a code, which a person reads, means nothing."""
    wanted = {*CONTRACTS[sheet.table].columns, "lon", "lat", "x", "y"}
    headers = {field.header: field.column for field in sheet.fields}
    assert contract_names(list(headers), wanted=wanted) == {name: column for name, column in headers.items() if column}


@pytest.mark.parametrize("sheet", [*SHEETS["zh"], *SHEETS["en"]], ids=lambda sheet: sheet.title)
def test_what_is_needed_is_told(sheet: Sheet) -> None:
    """Required columns are those of the contract, and places where every record needs one."""
    contract = CONTRACTS[sheet.table]
    required = {name for name, spec in contract.columns.items() if spec.required}
    required -= {"stage"} if sheet.stage else set()
    required |= {"lon", "lat"} if contract.geometry in {"point", "either"} else set()
    assert {field.column for field in sheet.fields if field.need == "required"} == required
    assert {field.column for field in sheet.fields if field.need == "either"} == set(EITHER.get(contract.name, ()))
    for group in contract.one_of:
        assert set(group) <= set(EITHER[contract.name])


@pytest.mark.parametrize("language", LANGUAGES)
def test_offered_words_are_taken(language: Language) -> None:
    """Whatever a drop-down offers, the reader reads as an allowed word, each as another one."""
    for sheet in SHEETS[language]:
        contract = CONTRACTS[sheet.table]
        for field in sheet.fields:
            if field.words and field.column in contract.columns:
                read = [read_value(word, contract, field.column) for word in field.words]
                assert [faults for _, faults in read if faults] == []
                meant = [value for value, _ in read]
                assert len(set(meant)) == len(meant)
                allowed = contract.columns[field.column].allowed
                if field.column in {"stage", "rooms_of"}:
                    assert meant == list(STAGES)
                elif field.column != "grade" and allowed:
                    assert meant == list(allowed)


@pytest.mark.parametrize("table", sorted(CONTRACTS))
def test_columns_with_allowed_words_have_a_list(table: str) -> None:
    """No column of allowed words is left to memory."""
    for sheet in SHEETS["zh"]:
        if sheet.table == table:
            limited = {name for name, spec in CONTRACTS[table].columns.items() if spec.allowed or name == "stage"}
            listed = {field.column for field in sheet.fields if field.words}
            assert limited - ({"stage"} if sheet.stage else set()) <= listed


def test_codes_are_offered_from_the_sheet_that_lists_them() -> None:
    """A school beside its sections, an area beside its people; never on the sheet that lists them."""
    offered = {(sheet.table, field.column): field.offered for sheet in SHEETS["zh"] for field in sheet.fields}
    assert offered["sections", "school"] == offered["schools", "main_school"] == "schools"
    assert offered["population", "area"] == "areas"
    assert offered["projects", "for_development"] == "developments"
    assert offered["schools", "school"] == offered["areas", "area"] == offered["projects", "project"] == ""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("stages", [STAGES, *((stage,) for stage in STAGES)], ids="-".join)
def test_example_rows_say_so(stages: tuple[str, ...], language: Language) -> None:
    """Whatever the stages, every sheet has one, whose first cell says that it is none."""
    for sheet in describe_sheets(stages, language=language):
        assert sheet.examples
        for row in sheet.examples:
            assert len(row) == len(sheet.fields)
            assert str(row[0]).startswith(EXAMPLE[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_records_come_back(language: Language) -> None:
    """Each word of the invented county, read as the reader does, is the one that it was written from."""
    tables = example_tables(language=language)
    for sheet in SHEETS[language]:
        records = [r for r in tables[sheet.table] if not sheet.stage or r["stage"] == sheet.stage]
        rows = rows_of(sheet, tables, language=language)
        assert len(rows) == len(records)
        cells = {
            (field.column, str(cell)[:7] if field.form == "month" else str(cell), str(record[field.column]))
            for record, row in zip(records, rows, strict=True)
            for field, cell in zip(sheet.fields, row, strict=True)
            if field.column in CONTRACTS[sheet.table].columns and cell is not None and field.form not in _NUMBERS
        }
        for column, text, wanted in cells:
            assert read_value(text, CONTRACTS[sheet.table], column) == (wanted, [])


def test_stages_that_are_left_out_leave_no_trace() -> None:
    """Neither a sheet, nor a word, nor a column that only they have."""
    sheets = describe_sheets(["primary"], language="zh")
    assert {"幼儿园", "初中"} & {sheet.title for sheet in sheets} == set()
    words = {word for sheet in sheets for field in sheet.fields for word in field.words}
    assert {"幼儿园", "初中", "小班", "混合班", "初一"} & words == set()
    columns = {field.column for sheet in sheets for field in sheet.fields}
    assert {"rooms_of", "carers", "pupils_K1", "pupils_7"} & {
        field.column for sheet in sheets if sheet.table in {"sections", "resources"} for field in sheet.fields
    } == set()
    assert {"boarders", "pupils_1"} <= columns


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_explained(language: Language) -> None:
    """On the sheet of codes, in the language, every word that does not explain itself."""
    listed = describe_words(STAGES, language=language)
    assert all(word and meaning for words in listed for word, meaning in words.words)
    lists = {tuple(word for word, _ in words.words) for words in listed}
    for sheet in SHEETS[language]:
        for field in sheet.fields:
            if field.column in {*WORD_MEANINGS, "urban_rural", "stage"}:
                assert field.words in lists
