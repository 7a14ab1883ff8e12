"""Units: what each counts, and by what a number is multiplied; what counts something else has no factor."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.inputs.cells.units import Unit
from schoolmap.inputs.cells.units import factor
from schoolmap.inputs.cells.units import parse_unit
from schoolmap.inputs.cells.units import unit_in_header
from schoolmap.inputs.cells.units import unit_of
from schoolmap.inputs.meanings import UNITS as SHOWN_UNITS
from schoolmap.tables import CONTRACTS
from schoolmap.tables import NUMERIC

UNITS = [
    "人",
    "个",
    "班",
    "所",
    "间",
    "轨",
    "岁",
    "亩",
    "座",
    "名",
    "%",
    "m2",
    "平方米",
    "元",
    "万元",
    "度",
    "套",
    "户",
    "对",
    "年",
    "月",
]
"""Words of a row of units in bureaus' sheets."""


def test_every_unit_of_a_row_of_units_is_known() -> None:
    """The words below a header and the template's own units."""
    assert [word for word in UNITS if parse_unit(word) is None] == []
    templates = {texts["zh"] for key, texts in SHOWN_UNITS.items() if key != "share"}
    assert [word for word in templates if parse_unit(word) is None] == []


@pytest.mark.parametrize(
    ("header", "dimension"),
    [
        ("学位数(个)", "any"),
        ("占地面积（亩）", "m2"),
        ("总投资\n(万元)", "yuan"),
        ("人数（万人）", "heads"),
        ("学校(机构)标识码", None),
        ("学位数(2024年)", None),
        ("班数", None),
    ],
)
def test_units_behind_headers(header: str, dimension: str | None) -> None:
    """Brackets at the end that hold a unit, in any width."""
    unit = unit_in_header(header)
    assert (None if unit is None else unit.dimension) == dimension


@pytest.mark.parametrize(
    ("table", "column", "text", "times"),
    [
        ("schools", "land_m2", "亩", Fraction(2000, 3)),
        ("schools", "land_m2", "平方米", 1),
        ("projects", "investment_planned", "亿元", 10_000),
        ("projects", "investment_planned", "元", Fraction(1, 10_000)),
        ("resources", "equipment_yuan", "万元", 10_000),
        ("population", "count", "万人", 10_000),
        ("marriages", "count", "对", 1),
        ("sections", "classes", "班", 1),
        ("sections", "classes_1", "个", 1),
        ("sections", "seats", "班", None),
        ("sections", "classes", "人", None),
        ("sections", "classes", "轨", None),
        ("sections", "published_utilisation", "%", 1),
        ("projects", "probability", "%", Fraction(1, 100)),
        ("projects", "delay_months", "年", None),
        ("sections", "seats", "平方米", None),
    ],
)
def test_factors_of_columns(table: str, column: str, text: str, times: Fraction | int | None) -> None:
    """What stands in a file, times this, is what the contract wants."""
    unit = parse_unit(text)
    assert unit is not None
    assert factor(unit, unit_of(table, column)) == times


def test_every_number_of_every_table_has_a_unit_or_is_a_plain_count() -> None:
    """A column without a unit takes numbers as they are, and no area or money."""
    land = parse_unit("亩")
    assert land is not None
    for table, contract in CONTRACTS.items():
        for column, spec in contract.columns.items():
            if spec.kind in NUMERIC and not column.endswith("m2"):
                assert factor(land, unit_of(table, column)) is None, (table, column)


@given(st.sampled_from(sorted(UNITS)), st.sampled_from(sorted(UNITS)))
def test_there_and_back_is_one(one: str, other: str) -> None:
    """A factor and that of the way back cancel each other."""
    left, right = parse_unit(one), parse_unit(other)
    assert left is not None
    assert right is not None
    if "any" not in {left.dimension, right.dimension}:
        there, back = factor(left, right), factor(right, left)
        assert (there is None) == (back is None)
        assert there is None or back is None or there * back == 1


@given(st.text(max_size=6))
def test_any_text_is_a_unit_or_none(text: str) -> None:
    """No text breaks the reader of units."""
    unit = parse_unit(text)
    assert unit is None or (isinstance(unit, Unit) and unit.size > 0)
