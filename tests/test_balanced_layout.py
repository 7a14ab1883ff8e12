"""How the tables of balanced schooling are laid out."""

from __future__ import annotations

import pandas as pd
import pytest

from schoolmap.errors import LabelError
from schoolmap.seats.indicators.balanced_layout import school_table
from schoolmap.seats.indicators.balanced_layout import variation_table
from schoolmap.seats.indicators.official_tables import printed
from schoolmap.seats.indicators.resource_verdicts import compare
from schoolmap.seats.indicators.resource_verdicts import verdicts
from schoolmap.seats.indicators.resources import RESOURCES
from schoolmap.seats.indicators.resources import resource_rates
from schoolmap.seats.indicators.resources import variation
from schoolmap.standards.schema import Figure
from schoolmap.standards.schema import Requirement

VALUES = {"primary": 7.5, "junior": 10.2}
RULES = [
    Requirement(
        id=name,
        stage=stage,
        value=value,
        label={"en": "", "zh": ""},
        document="an example",
        confidence="assumption",
    )
    for stage, ground in VALUES.items()
    for name, value in (("sports_m2", ground), ("teachers_above", 4.2))
]
ROWS = pd.MultiIndex.from_tuples(
    [("nine", "primary"), ("nine", "junior"), ("b<i>", "primary")], names=["school", "stage"]
)
PUPILS = pd.Series([600.0, 300.0, 100.0], index=ROWS)
RESOURCES_GIVEN = pd.DataFrame({"sports_m2": [4500.0, 1530.2, None], "teachers_above": [25.0, 13.0, 5.0]}, index=ROWS)
NAMES = pd.Series({"nine": "Nine Years", "b<i>": "=1+1"})


def table_a(names: pd.Series = NAMES) -> pd.DataFrame:
    """Return the rows of table A."""
    compared = compare(RESOURCES_GIVEN, pupils=PUPILS, requirements=RULES, least_share_of_value=85.0)
    table = school_table(
        resource_rates(RESOURCES_GIVEN, pupils=PUPILS),
        compared,
        verdicts(compared, least_met=2),
        names=names,
        least_met=2,
        least_share=85,
    )
    assert len(table.notes) == 5
    return printed(table, "zh")


def test_a_row_for_each_stage_of_an_all_through_school() -> None:
    """Primary passes; the junior stage lacks ground and has enough teachers; the third did not tell its ground."""
    found = table_a()
    assert found["学校名称"].tolist() == ["Nine Years", "Nine Years", "=1+1"]
    assert found["学段"].tolist() == ["小学", "初中", "小学"]
    assert found["综合判定"].tolist() == ["未达标", "未达标", "未提供数据"]
    assert found["缺数据项数"].tolist() == [0, 0, 1]
    assert found["体育运动场馆面积（平方米）"].fillna(-1).tolist() == [7.5, 5.1, -1.0]
    assert found["高于规定学历教师数（每百名学生）"].tolist() == [4.17, 4.33, 5.0]


def test_what_is_lacking_is_told_in_its_own_unit() -> None:
    """One teacher of 25.2; 1,529.8 square metres are rounded up, never down."""
    found = table_a()
    assert found["未达标指标及差额"].tolist() == ["高于规定学历教师数差1名教师", "体育运动场馆面积差1,530平方米", ""]


def test_resources_that_nobody_asked_for_have_their_column_still() -> None:
    """All seven are shown, whatever the standard asks."""
    found = table_a()
    for measure in RESOURCES.values():
        assert any(heading.startswith(measure.label["zh"]) for heading in found.columns)


def test_a_school_without_a_name_is_refused() -> None:
    """The table would have a blank line."""
    with pytest.raises(LabelError, match="not among `names`"):
        table_a(NAMES.iloc[:1])


def test_variation_has_three_decimals_and_its_bound() -> None:
    """Mean and coefficient as county tables print them; a stage is judged by its own bound."""
    rates = resource_rates(RESOURCES_GIVEN, pupils=PUPILS)
    most = {
        stage: Figure(value=value, document="an example", confidence="assumption")
        for stage, value in (("primary", 0.05), ("junior", 0.45))
    }
    table = variation_table(variation(rates, pupils=PUPILS, most=most), method="weighted")
    found = printed(table, "zh").set_index(["学段", "指标"])
    row = found.loc[("小学", "高于规定学历教师数")]
    assert row[["全县平均值", "差异系数", "规定上限", "是否达标"]].tolist() == [4.286, 0.068, 0.05, "未达标"]
    assert found.loc[("初中", "高于规定学历教师数"), "是否达标"] == "达标"
    assert found.loc[("小学", "体育运动场馆面积"), "是否达标"] == "按已有数据达标"
    assert found.loc[("小学", "网络多媒体教室数"), "是否达标"] == "未提供数据"
    assert found.loc[("小学", "体育运动场馆面积"), ["统计学部数", "缺数据学部数"]].tolist() == [1, 1]
