"""Columns of a file and names of the contract: declared ones first, then those that are known; what is missing is told."""

from __future__ import annotations

import pandas as pd
import pytest

from schoolmap.inputs.files.raw import Header
from schoolmap.inputs.files.raw import RawTable
from schoolmap.inputs.layout.matching import lost
from schoolmap.inputs.layout.matching import match
from schoolmap.inputs.layout.matching import wanted_names
from schoolmap.tables import CONTRACTS


def matched(
    *columns: str, table: str = "sections", declared: dict[str, str] | None = None, given: tuple[str, ...] = ()
) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Match columns, whose upper and lower names are separated by `/`; return column and problem of faults too."""
    headers = {text: Header(parts=tuple(text.split("/"))) for text in columns}
    raw = RawTable(frame=pd.DataFrame(columns=list(headers), dtype=object), headers=headers, header_row=3)
    matches, faults = match(raw, CONTRACTS[table], declared=declared or {}, given=given)
    assert all(fault.remedy and fault.problem_zh and fault.remedy_zh for fault in faults)
    assert {fault.row for fault in faults} <= {3, None}
    return matches, [(fault.column, fault.problem) for fault in faults]


def test_by_hand() -> None:
    """Aliases in any width, names of the contract, merged headers; what is not known is left out."""
    matches, faults = matched("学校标识码", "stage", "ｓｅａｔｓ", "一年级/班数", "校长")
    assert matches == {"学校标识码": "school", "stage": "stage", "ｓｅａｔｓ": "seats", "一年级/班数": "classes_1"}
    assert faults == []


@pytest.mark.parametrize("header", ["2024年/核定 学位", "2024年核定学位", "核定学位", "2024年 核定\n学位"])
def test_a_declared_header_is_found_as_a_person_writes_it(header: str) -> None:
    """As shown, in any spacing, or by its lowest name where nobody else has it."""
    matches, faults = matched("学校标识码", "学段", "2024年/核定学位", declared={"seats": header})
    assert matches["2024年/核定学位"] == "seats"
    assert faults == []


def test_a_declared_lowest_name_that_two_columns_have() -> None:
    """Neither is taken."""
    matches, faults = matched("学校标识码", "学段", "甲/核定", "乙/核定", declared={"seats": "核定"})
    assert "seats" not in matches.values()
    assert faults[0][1].endswith("but the file has no such column.")


def test_a_declared_column_is_not_matched_again() -> None:
    """`学位` is declared to be classrooms; the seats are then those of `学位数`."""
    matches, _ = matched("学校标识码", "学段", "学位", "学位数", declared={"classrooms": "学位"})
    assert (matches["学位"], matches["学位数"]) == ("classrooms", "seats")


def test_what_is_given_for_all_records_is_not_missing() -> None:
    """The stage of a sheet is declared once; without it the way out is named."""
    assert matched("学校标识码", "学位数", given=("stage",))[1] == []
    assert matched("学校标识码", "学位数")[1] == [("stage", "is missing: stage of schooling.")]


def test_one_of_several_columns_must_be_there() -> None:
    """A projection is by area or catchment, by age or stage."""
    contract = CONTRACTS["projection"]
    assert lost(contract, ["area", "stage", "year", "count"]) == []
    assert lost(contract, ["area", "year", "count"]) == ["age, stage"]
    assert matched("村", "年份", "预测人数", table="projection")[1] == [
        ("age, stage", "are missing, of which one must be there.")
    ]


def test_places_are_wanted_where_a_table_has_geometry() -> None:
    """Coordinates in columns are names of layers only."""
    assert {"lon", "lat", "x", "y"} <= wanted_names(CONTRACTS["schools"])
    assert {"lon", "lat", "x", "y"}.isdisjoint(wanted_names(CONTRACTS["population"]))
