"""Tables as the authorities print them: headings, words, and verdicts that never hide missing data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from schoolmap.errors import LabelError
from schoolmap.seats.indicators.judging import judge
from schoolmap.seats.indicators.judging import judge_each
from schoolmap.seats.indicators.measures import UNITS
from schoolmap.seats.indicators.measures import Indicator
from schoolmap.seats.indicators.measures import Measure
from schoolmap.seats.indicators.measures import not_provided
from schoolmap.seats.indicators.measures import text
from schoolmap.seats.indicators.official_tables import INDICATOR_HEADINGS
from schoolmap.seats.indicators.official_tables import RESULTS
from schoolmap.seats.indicators.official_tables import AssessmentTable
from schoolmap.seats.indicators.official_tables import TableColumn
from schoolmap.seats.indicators.official_tables import indicator_notes
from schoolmap.seats.indicators.official_tables import indicator_rows
from schoolmap.seats.indicators.official_tables import printed
from schoolmap.seats.indicators.official_tables import result_of
from schoolmap.standards.schema import Requirement

SHARE = Measure(
    id="share", label=text("Share", "占比"), basis=text("some / all", "部分／全部"), lacks=UNITS["children"]
)
SIZE = replace(SHARE, id="size", unit=UNITS["pupils"], per=1.0)
RATIO = replace(SHARE, id="ratio", unit=UNITS["children"], per=1.0, mends="denominator", lacks=UNITS["teachers"])
HALF = Requirement(
    id="share",
    value=50,
    unit="%",
    label=text("Share of the standard", "标准名称"),
    document="an example",
    number="1",
    year=2020,
    confidence="assumption",
)
LARGEST = replace(HALF, id="size", value=2000, unit="pupils", direction="at_most")


def share(numerator: float, *, left_out: int = 0) -> Indicator:
    """Return so many of 100."""
    return Indicator(measure=SHARE, numerator=numerator, denominator=100.0, units=3, left_out=left_out)


def test_what_is_said_of_an_indicator() -> None:
    """Met, not met, either on the data given, not provided, or without a requirement."""
    assert result_of(judge(share(50), HALF)) == "met"
    assert result_of(judge(share(49), HALF)) == "not_met"
    assert result_of(judge(share(50, left_out=1), HALF)) == "met_so_far"
    assert result_of(judge(share(49, left_out=1), HALF)) == "not_met_so_far"
    assert result_of(judge(not_provided(SHARE), HALF)) == "not_provided"
    assert result_of(not_provided(SHARE)) == "not_provided"
    assert result_of(share(50)) == "no_requirement"
    assert RESULTS["not_provided"]["zh"] == "未提供数据"


def test_one_that_fails_is_enough_where_each_must_meet_it() -> None:
    """Schools that did not answer cannot save the county; without a failing one, they still could sink it."""
    one = pd.Series(1.0, index=["A", "B"])
    failed = judge_each(SIZE, pd.Series({"A": 2300.0, "B": None}), one, requirement=LARGEST)
    assert result_of(failed) == "not_met"
    passed = judge_each(SIZE, pd.Series({"A": 1300.0, "B": None}), one, requirement=LARGEST)
    assert result_of(passed) == "met_so_far"


def test_rows_of_indicators_have_the_headings_and_the_name_of_the_standard() -> None:
    """The label is that of the requirement; without one, that of the measure."""
    rows = indicator_rows([judge(share(40), HALF), share(40), judge(share(60), replace(HALF, label=text("", "")))])
    assert list(rows) == [column.id for column in INDICATOR_HEADINGS]
    assert [label["zh"] for label in rows["label"]] == ["标准名称", "占比", "占比"]
    assert rows["document"].tolist() == ["an example, 1, 2020", "", "an example, 1, 2020"]
    assert rows["lacking"].tolist()[0] == 10.0
    assert indicator_rows([]).empty


def test_no_infinite_number_is_printed() -> None:
    """30 children and no teacher: the lacking teachers say it."""
    rule = replace(HALF, id="ratio", value=15, unit="children", direction="at_most")
    rows = indicator_rows([judge(Indicator(measure=RATIO, numerator=30.0, denominator=0.0, units=1, left_out=0), rule)])
    assert rows["value"].isna().all()
    assert (rows["lacking"].iloc[0], rows["result"].iloc[0]) == (2.0, "not_met")


def test_printing_in_both_languages() -> None:
    """Headings carry units, words stand for codes, texts are in one language, numbers are rounded and gaps stay."""
    table = AssessmentTable(
        id="t",
        title=text("T", "表"),
        columns=(
            TableColumn(id="code", label=text("Code", "代码"), unit=text("", ""), holds="code"),
            TableColumn(id="area", label=text("Area", "面积"), unit=UNITS["m²"], holds="number", decimals=3),
            TableColumn(id="what", label=text("What", "内容"), unit=text("", ""), holds="text"),
            TableColumn(id="result", label=text("Result", "结果"), unit=text("", ""), holds="word", words=RESULTS),
        ),
        rows=pd.DataFrame(
            {
                "code": ["007", "008"],
                "area": [3.04216, np.nan],
                "what": [text("hall", "馆"), text("yard", "场")],
                "result": ["met", "unheard of"],
            }
        ),
    )
    english, chinese = printed(table, "en"), printed(table, "zh")
    assert list(english) == ["Code", "Area (m²)", "What", "Result"]
    assert list(chinese) == ["代码", "面积（平方米）", "内容", "结果"]
    assert english["Area (m²)"].tolist()[0] == 3.042
    assert english["Area (m²)"].isna().tolist() == [False, True]
    assert chinese["内容"].tolist() == ["馆", "场"]
    assert chinese["结果"].tolist() == ["达标", "unheard of"]
    assert chinese["代码"].tolist() == ["007", "008"]


def test_printing_an_indicator_table() -> None:
    """Every heading of the official table is there, in Chinese without a Latin word but units."""
    table = AssessmentTable(
        id="i", title=text("", ""), columns=INDICATOR_HEADINGS, rows=indicator_rows([judge(share(40), HALF)])
    )
    row = printed(table, "zh").iloc[0]
    assert row[["指标", "要求", "规定值", "现状值", "是否达标", "差额", "差额单位", "统计口径"]].tolist() == [
        "标准名称",
        "≥",
        50.0,
        40.0,
        "未达标",
        10.0,
        "名幼儿",
        "部分／全部",
    ]


def test_notes_stand_behind_the_name_of_their_indicator() -> None:
    """So that a reader knows of what they speak."""
    found = replace(share(40), notes=(text("spread evenly", "均分"),))
    assert indicator_notes([found, share(1)]) == (text("Share: spread evenly", "占比：均分"),)


def test_a_table_without_its_columns_is_refused() -> None:
    """Rows and headings must be of one table."""
    with pytest.raises(LabelError, match="'t' have the columns"):
        AssessmentTable(id="t", title=text("", ""), columns=INDICATOR_HEADINGS, rows=pd.DataFrame({"other": [1]}))
