"""Column names and words of planners' files: what they are matched with, and what is left alone."""

from __future__ import annotations

import pytest

from schoolmap.inputs.aliases import ALIASES
from schoolmap.inputs.aliases import TOTALS
from schoolmap.inputs.aliases import WORDS
from schoolmap.inputs.aliases import contract_names
from schoolmap.inputs.aliases import tidy
from schoolmap.inputs.cells.columns import PLACE_COLUMNS
from schoolmap.tables import CONTRACTS
from schoolmap.tables import PROJECT_KINDS


def test_a_bureaus_sheet_by_hand() -> None:
    """The headers of a usual working sheet find their columns; a number of the row is left alone."""
    headers = ["序号", "学校标识码", "学校名称", "学 段", "学位数（个）", "教室数", "在校生数\n(人)"]
    wanted = {"school", "name", "stage", "seats", "classrooms", "enrolment"}
    assert contract_names(headers, wanted=wanted) == {
        "学校标识码": "school",
        "学校名称": "name",
        "学 段": "stage",
        "学位数（个）": "seats",
        "教室数": "classrooms",
        "在校生数\n(人)": "enrolment",
    }


@pytest.mark.parametrize("contract", list(CONTRACTS))
def test_an_alias_means_one_column_of_a_table(contract: str) -> None:
    """Within one table no header can mean two columns."""
    columns = {*CONTRACTS[contract].columns, *PLACE_COLUMNS}
    meanings: dict[str, set[str]] = {}
    for name in columns:
        for header in (name, *ALIASES.get(name, ())):
            meanings.setdefault(tidy(header), set()).add(name)
    assert {header: names for header, names in meanings.items() if len(names) > 1} == {}


def test_every_required_column_has_a_chinese_name() -> None:
    """A planner never needs to write an English header."""
    required = {name for contract in CONTRACTS.values() for name, spec in contract.columns.items() if spec.required}
    assert required <= set(ALIASES)


def test_words_mean_what_the_contract_allows() -> None:
    """A Chinese word stands for a value that some contract allows, and every allowed word of a project has one."""
    allowed: dict[str, set[str]] = {}
    for contract in CONTRACTS.values():
        for name, spec in contract.columns.items():
            allowed.setdefault(name, set()).update(spec.allowed)
    for column in set(WORDS) - {"stage", "rooms_of"}:  # stages are named by the project
        assert set(WORDS[column].values()) <= allowed[column], column
    for column in ("kind", "status", "ownership", "reason", "licensed", "handed_over", "grade"):
        assert set(WORDS[column].values()) == allowed[column], column
    assert set(WORDS["kind"].values()) == set(PROJECT_KINDS)


@pytest.mark.parametrize(
    ("header", "tidied"),
    [
        ("Seats", "seats"),
        ("ＳＥＡＴＳ", "seats"),
        (" 学 位\t", "学位"),
        ("\ufeffarea", "area"),
        (3, "3"),
        ("学位（个）", "学位个"),
    ],
)
def test_width_case_and_space_do_not_matter(header: object, tidied: str) -> None:
    """A header is compared in one width, in lower case, without spaces and brackets."""
    assert tidy(header) == tidied


def test_the_contracts_name_wins_over_an_alias() -> None:
    """A header that is a column's own name is never read as another's alias."""
    assert contract_names(["name", "group"], wanted={"name", "group"}) == {"name": "name", "group": "group"}


@pytest.mark.parametrize("header", ["", "学位预警", "seat", "(个)", "name2"])
def test_leaves_other_headers_alone(header: str) -> None:
    """What is only similar is not matched."""
    assert contract_names([header], wanted={"seats", "name"}) == {}


def test_totals_are_tidy() -> None:
    """Words that mark rows are kept in the form in which cells are compared."""
    assert {tidy(word) for word in TOTALS} == TOTALS
