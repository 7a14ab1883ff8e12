"""The two assessments: rows of the standard, and nothing met that was not shown."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.seats.indicators.assessments import DIMENSIONS
from schoolmap.seats.indicators.assessments import INCLUSIVE_DIMENSIONS
from schoolmap.seats.indicators.assessments import answer
from schoolmap.seats.indicators.assessments import balanced_tables
from schoolmap.seats.indicators.assessments import inclusive_table
from schoolmap.seats.indicators.judging import judge_each
from schoolmap.seats.indicators.judging import stated
from schoolmap.seats.indicators.kindergarten_shares import kindergarten_shares
from schoolmap.seats.indicators.measures import Indicator
from schoolmap.seats.indicators.measures import measured
from schoolmap.seats.indicators.measures import text
from schoolmap.seats.indicators.official_tables import printed
from schoolmap.seats.indicators.rates import RETENTION
from schoolmap.seats.indicators.rates import SCHOOL_SIZE
from schoolmap.seats.indicators.rates import gross_enrolment
from schoolmap.seats.indicators.resources import RESOURCES
from schoolmap.seats.indicators.staffing import EXCHANGED
from schoolmap.standards import load
from schoolmap.standards.schema import Figure
from schoolmap.standards.schema import Levels
from schoolmap.standards.schema import Requirement
from schoolmap.standards.schema import Standards

CHINA = load("china")


def figure(value: float) -> Figure:
    """Return a figure of an example."""
    return Figure(value=value, document="an example", confidence="assumption")


def require(name: str, value: float, *, stage: str = "", unit: str = "%", at_most: bool = False) -> Requirement:
    """Require a value."""
    return Requirement(
        id=name,
        stage=stage,
        value=value,
        unit=unit,
        direction="at_most" if at_most else "at_least",
        label=text(name, name),
        document="an example",
        confidence="assumption",
    )


INCLUSIVE = (
    require("public_share", 50, stage="kindergarten"),
    require("gross_enrolment", 85, stage="kindergarten"),
    require("satisfaction", 85, stage="kindergarten"),
)
VALUES = dict(zip(RESOURCES, (4.2, 1.0, 0.9, 4.5, 7.5, 2000.0, 2.3), strict=True))
UNIT_OF = {name: measure.unit["en"] for name, measure in RESOURCES.items()}
BALANCED = (
    *(require(name, value, stage="primary", unit=UNIT_OF[name]) for name, value in VALUES.items()),
    require("school_size", 2000, stage="primary", unit="pupils", at_most=True),
    require("exchange", 10),
)
LEVELS = Levels(watch_from=figure(0.9), red_from=figure(1), surplus_below=figure(0.7))
STANDARDS = Standards(
    name="example",
    levels=LEVELS,
    stages={},
    inclusive=INCLUSIVE,
    balanced=BALANCED,
    most_variation={"primary": figure(0.5)},
    least_resources_met=figure(6),
    least_share_of_value=figure(85),
)


def county() -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    """Return resources, pupils and names: A has all, B lacks sports ground, C did not answer."""
    index = pd.MultiIndex.from_product([["A", "B", "C"], ["primary"]], names=["school", "stage"])
    pupils = pd.Series([1000.0, 500.0, 200.0], index=index)
    full = {name: value / RESOURCES[name].per * pupils.iloc[:2] for name, value in VALUES.items()}
    resources = pd.DataFrame(full)
    resources.loc[("B", "primary"), "sports_m2"] *= 0.6
    return resources, pupils, pd.Series({"A": "First", "B": "Second", "C": "Third"})


def gross() -> Indicator:
    """Return 90 per cent enrolled."""
    return gross_enrolment(
        pd.Series({"K": 90.0}), pd.Series({"n": 100.0}), stage="kindergarten", residents_from="count"
    )


# 普及普惠


def test_rows_follow_the_standard_and_what_is_not_given_is_not_provided() -> None:
    """Three rows in the order of the requirements; nobody asked the parents."""
    shares = kindergarten_shares(
        pd.Series({"K": "public", "L": "private"}), enrolment=pd.Series({"K": 40.0, "L": 60.0})
    )
    table = inclusive_table(INCLUSIVE, [gross(), *shares])
    assert [label["en"] for label in table.rows["label"]] == ["public_share", "gross_enrolment", "satisfaction"]
    assert table.rows["result"].tolist() == ["not_met", "met", "not_provided"]
    assert table.rows["value"].fillna(-1).tolist() == [40.0, 90.0, -1.0]
    assert table.rows["lacking"].fillna(-1).tolist() == [10.0, 0.0, -1.0]
    assert printed(table, "zh")["是否达标"].tolist() == ["未达标", "达标", "未提供数据"]
    assert printed(table, "zh")["维度"].tolist() == ["普及普惠水平", "普及普惠水平", "其他"]


@given(st.sets(st.sampled_from([rule.id for rule in CHINA.inclusive])))
def test_no_data_is_never_met(given_ids: set[str]) -> None:
    """Of the shipped standard, exactly the requirements that were answered have a verdict."""
    answers = [
        stated(rule, rule.value, source=text("given", "填报"), stage=rule.stage)
        for rule in CHINA.inclusive
        if rule.id in given_ids
    ]
    table = inclusive_table(CHINA.inclusive, answers)
    assert len(table.rows) == len(CHINA.inclusive)
    expected = ["met" if rule.id in given_ids else "not_provided" for rule in CHINA.inclusive]
    assert table.rows["result"].tolist() == expected


def test_the_dimensions_are_known_words() -> None:
    """Each indicator of the shipped standard has one of the three, or is told to be in none."""
    assert set(INCLUSIVE_DIMENSIONS.values()) <= set(DIMENSIONS)
    outside = {rule.id for rule in CHINA.inclusive} - set(INCLUSIVE_DIMENSIONS)
    assert outside == {"satisfaction"}


def test_measures_answer_the_requirements_of_the_shipped_standard() -> None:
    """Ids and units are those of the file: shares, rates and ratios are taken for what they are."""
    shares = kindergarten_shares(pd.Series({"K": "public"}), enrolment=pd.Series({"K": 40.0}))
    table = inclusive_table(CHINA.inclusive, [gross(), *shares])
    answered = table.rows[table.rows["result"] != "not_provided"]
    assert [label["zh"] for label in answered["label"]] == [
        "学前三年毛入园率",
        "普惠性幼儿园覆盖率",
        "公办园在园幼儿占比",
    ]


# 优质均衡


def test_three_tables() -> None:
    """A: a row per school with its verdict. B: a row per resource. C: the rest of the requirements."""
    resources, pupils, names = county()
    exchange = measured(EXCHANGED, pd.Series({"A": 3.0}), pd.Series({"A": 20.0}))
    tables = balanced_tables(STANDARDS, resources=resources, pupils=pupils, names=names, indicators=[exchange])
    schools = tables.schools.rows
    assert schools["name"].tolist() == ["First", "Second", "Third"]
    assert schools["verdict"].tolist() == ["met", "not_met", "not_provided"]
    assert schools["met_count"].tolist() == [7, 6, 0]
    assert schools["not_provided"].tolist() == [0, 0, 7]
    assert schools["sports_m2"].fillna(-1).tolist() == [7.5, 4.5, -1.0]
    assert [line["zh"] for line in schools["shortfalls"]] == ["", "体育运动场馆面积差1,500平方米", ""]
    assert "Of 3 sections 1 pass, 1 do not, 1 lack data" in tables.schools.notes[1]["en"]
    assert "小学规定值：高于规定学历教师数 4.2" in tables.schools.notes[2]["zh"]
    spread = tables.variation.rows.set_index(tables.variation.rows["resource"].map(lambda label: label["en"]))
    assert spread["left_out"].tolist() == [1] * 7
    assert spread.loc["Sports grounds and halls", "mean"] == 6.5
    assert spread.loc["Sports grounds and halls", "cv"] == pytest.approx((2 / 3 * 1 + 1 / 3 * 4) ** 0.5 / 6.5)
    assert set(spread["result"]) == {"met_so_far"}
    assert "Pi/PN" in tables.variation.notes[0]["zh"]
    government = tables.government.rows
    assert [label["en"] for label in government["label"]] == ["school_size", "exchange"]
    assert government["result"].tolist() == ["not_provided", "met"]


def test_the_method_is_named() -> None:
    """Plain and weighted differ, and each says which it is."""
    resources, pupils, names = county()
    weighted, plain = (
        balanced_tables(STANDARDS, resources=resources, pupils=pupils, names=names, method=method)  # type: ignore[arg-type]
        for method in ("weighted", "plain")
    )
    assert weighted.variation.notes != plain.variation.notes
    assert weighted.variation.rows["cv"].tolist() != plain.variation.rows["cv"].tolist()


def test_a_variation_above_the_bound_is_not_met() -> None:
    """A third of what the other has: 0.707 weighted alike, above 0.50."""
    resources, pupils, names = county()
    resources, pupils = resources.iloc[:2].copy(), pd.Series(100.0, index=pupils.index[:2])
    resources["sports_m2"] = [1500.0, 250.0]
    rows = balanced_tables(STANDARDS, resources=resources, pupils=pupils, names=names).variation.rows
    assert rows["result"].tolist()[4] == "not_met"
    no_bound = replace(STANDARDS, most_variation={})
    rows = balanced_tables(no_bound, resources=resources, pupils=pupils, names=names).variation.rows
    assert set(rows["result"]) == {"no_requirement"}


def test_the_shipped_standard_fills_all_tables() -> None:
    """Seven values for primary schools, 0.50, six of seven and 85 per cent come from the file."""
    resources, pupils, names = county()
    tables = balanced_tables(CHINA, resources=resources, pupils=pupils, names=names)
    assert tables.schools.rows["verdict"].tolist() == ["met", "not_met", "not_provided"]
    assert set(tables.variation.rows["required"]) == {0.5}
    assert (tables.government.rows["result"] == "not_provided").all()
    assert len(tables.government.rows) == sum(rule.id not in RESOURCES for rule in CHINA.balanced)
    for language in ("en", "zh"):
        for table in (tables.schools, tables.variation, tables.government):
            assert len(printed(table, language)) == len(table.rows)  # type: ignore[arg-type]


def test_each_school_must_keep_to_its_size() -> None:
    """An indicator judged school by school keeps its failing ones in the table."""
    resources, pupils, names = county()
    heads = pd.Series({"A": 2100.0, "B": 500.0})
    size = judge_each(
        SCHOOL_SIZE,
        heads,
        pd.Series(1.0, index=heads.index),
        requirement=next(rule for rule in BALANCED if rule.id == "school_size"),
        stage="primary",
    )
    table = balanced_tables(STANDARDS, resources=resources, pupils=pupils, names=names, indicators=[size]).government
    assert table.rows.loc[0, ["value", "result", "lacking"]].tolist() == [2100.0, "not_met", 100.0]
    assert table.notes[0]["zh"] == "学校规模：2个单位中有1个未达到。"


# Answers


def test_a_requirement_without_a_stage_takes_the_indicator_of_each() -> None:
    """Retention of primary and of junior schools; one for a stage takes its own."""
    one = pd.Series({"county": 95.0})
    found = [measured(RETENTION, one, pd.Series({"county": 100.0}), stage=stage) for stage in ("primary", "junior")]
    everywhere = answer([require("retention", 90)], found)
    assert [item.stage for item in everywhere] == ["primary", "junior"]
    junior = answer([require("retention", 90, stage="junior")], found)
    assert [(item.stage, item.met) for item in junior] == [("junior", True)]
    senior = answer([require("retention", 90, stage="senior")], found)
    assert [(item.stage, item.met) for item in senior] == [("senior", None)]


def test_refusals() -> None:
    """Two indicators of one thing, another unit, a school without a name, a standard without its rule."""
    with pytest.raises(LabelError, match="two indicators 'gross_enrolment'"):
        inclusive_table(INCLUSIVE, [gross(), gross()])
    with pytest.raises(LabelError, match="State both in one unit"):
        inclusive_table([replace(INCLUSIVE[1], unit="children")], [gross()])
    resources, pupils, names = county()
    with pytest.raises(LabelError, match=r"not among `names`, e\.g\. 'C'"):
        balanced_tables(STANDARDS, resources=resources, pupils=pupils, names=names.iloc[:2])
    silent = replace(STANDARDS, least_resources_met=None)
    with pytest.raises(MissingValueError, match="least_resources_met"):
        balanced_tables(silent, resources=resources, pupils=pupils, names=names)
