"""Every column has a meaning in Chinese, and a header that a reader understands."""

from __future__ import annotations

import pytest

from schoolmap.inputs.aliases import ALIASES
from schoolmap.inputs.aliases import WORDS
from schoolmap.inputs.aliases import contract_names
from schoolmap.inputs.meanings import HOLDERS
from schoolmap.inputs.meanings import MEANINGS
from schoolmap.inputs.meanings import PLACES
from schoolmap.inputs.meanings import UNITS
from schoolmap.inputs.meanings import WORD_MEANINGS
from schoolmap.inputs.meanings import explain
from schoolmap.inputs.meanings import grade_name
from schoolmap.inputs.meanings import header_of
from schoolmap.inputs.meanings import meaning_of
from schoolmap.tables import CLASS_GRADES
from schoolmap.tables import CONTRACTS

COLUMNS = [(table, column) for table, contract in CONTRACTS.items() for column in contract.columns]
PLACED = [(table, column) for table, contract in CONTRACTS.items() if contract.geometry != "none" for column in PLACES]


def test_by_hand() -> None:
    """A column of a table, one of a grade, and one whose table knows a better header than the first alias."""
    assert meaning_of("births", "births").zh == "出生人数（活产）"
    assert meaning_of("sections", "classes_7").zh == "初一班数"
    assert header_of("schools", "type", "zh") == "办学类型代码"
    assert header_of("schools", "type", "en") == "type"


@pytest.mark.parametrize(("table", "column"), [*COLUMNS, *PLACED])
def test_every_column_is_explained(table: str, column: str) -> None:
    """In Chinese, with a unit and a holder that have names; in English by the contract."""
    meaning = meaning_of(table, column)
    assert len(meaning.zh) >= 2
    assert any("\u4e00" <= char <= "\u9fff" for char in meaning.zh)
    assert meaning.unit in {"", *UNITS}
    assert meaning.holder in {"", *HOLDERS}
    assert explain(table, column, "en").isascii() or "²" in explain(table, column, "en")


def test_nothing_else_is_explained() -> None:
    """A column that is gone is forgotten here too."""
    assert set(MEANINGS) == set(CONTRACTS)
    assert {table: sorted(set(columns) - set(CONTRACTS[table].columns)) for table, columns in MEANINGS.items()} == {
        table: [] for table in CONTRACTS
    }


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("table", sorted(CONTRACTS))
def test_headers_are_understood(table: str, language: str) -> None:
    """By the reader's own matching: each header means its column, and no other one of its table."""
    known = [column for of, column in [*COLUMNS, *PLACED] if of == table]
    known = [column for column in known if language == "en" or column in ALIASES]
    headers = {header_of(table, column, language): column for column in known}
    assert len(headers) == len(known)
    assert contract_names(list(headers), wanted=set(known)) == headers


def test_units_that_could_be_mistaken_stand_in_the_header() -> None:
    """Square metres and ten thousand yuan do, persons do not."""
    assert header_of("projects", "investment_planned", "zh") == "计划投资（万元）"
    assert header_of("schools", "land_m2", "zh") == "占地面积（平方米）"
    assert header_of("population", "count", "zh") == "人数"


def test_grades_are_words_of_the_reader() -> None:
    """What a grade is called is what the reader takes it for."""
    assert {grade: WORDS["grade"][grade_name(grade, "zh")] for grade in CLASS_GRADES} == {
        grade: grade for grade in CLASS_GRADES
    }


@pytest.mark.parametrize("column", sorted(WORD_MEANINGS))
def test_words_are_all_explained(column: str) -> None:
    """Those that the contracts allow, in their order, and no others."""
    allowed = {
        contract.columns[column].allowed
        for contract in CONTRACTS.values()
        if column in contract.columns and contract.columns[column].allowed
    }
    assert allowed == {tuple(WORD_MEANINGS[column])}
