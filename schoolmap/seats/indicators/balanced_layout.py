"""How the tables of the assessment of balanced schooling (优质均衡) are laid out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap.errors import LabelError
from schoolmap.seats.indicators.measures import text
from schoolmap.seats.indicators.official_tables import RESULTS
from schoolmap.seats.indicators.official_tables import STAGES
from schoolmap.seats.indicators.official_tables import AssessmentTable
from schoolmap.seats.indicators.official_tables import TableColumn
from schoolmap.seats.indicators.resource_verdicts import repairs
from schoolmap.seats.indicators.resources import METHODS
from schoolmap.seats.indicators.resources import RESOURCES

if TYPE_CHECKING:
    from schoolmap.seats.indicators.resources import Method
    from schoolmap.standards.schema import Text

_DIGITS = 6
_NONE = text("", "")


def school_table(
    rates: pd.DataFrame,
    compared: pd.DataFrame,
    judged: pd.DataFrame,
    *,
    names: pd.Series,
    least_met: float,
    least_share: float,
) -> AssessmentTable:
    """Lay out table A: a row per section, a column per resource, and what falls short."""
    school, stage = (judged.index.get_level_values(name) for name in ("school", "stage"))
    nameless = school.difference(names.index)
    if len(nameless) > 0:
        msg = f"{len(nameless)} school(s) are not among `names`, e.g. {nameless[0]!r}."
        raise LabelError(msg)
    pupils = compared["pupils"].groupby(level=["school", "stage"], sort=False).first()
    rows = pd.DataFrame(
        {
            "school": school,
            "name": names.reindex(school).to_numpy(),
            "stage": stage,
            "pupils": pupils.reindex(judged.index).to_numpy(),
            **{name: rates[name].reindex(judged.index).to_numpy() for name in RESOURCES},
            "met_count": judged["met_count"].to_numpy(),
            "not_provided": judged["not_provided"].to_numpy(),
            "verdict": judged["verdict"].to_numpy(),
            "shortfalls": _shortfalls(compared, judged.index).to_numpy(),
        }
    )
    columns = (
        TableColumn(id="school", label=text("Code", "学校代码"), unit=_NONE, holds="code"),
        TableColumn(id="name", label=text("School", "学校名称"), unit=_NONE, holds="code"),
        TableColumn(id="stage", label=text("Stage", "学段"), unit=_NONE, holds="word", words=STAGES),
        TableColumn(id="pupils", label=text("Pupils", "在校生数"), unit=_NONE, holds="number"),
        *(
            TableColumn(id=name, label=measure.label, unit=measure.unit, holds="number", decimals=2)
            for name, measure in RESOURCES.items()
        ),
        TableColumn(id="met_count", label=text("Met in full", "达标项数"), unit=_NONE, holds="number"),
        TableColumn(id="not_provided", label=text("Not provided", "缺数据项数"), unit=_NONE, holds="number"),
        TableColumn(id="verdict", label=text("Verdict", "综合判定"), unit=_NONE, holds="word", words=RESULTS),
        TableColumn(id="shortfalls", label=text("What is lacking", "未达标指标及差额"), unit=_NONE, holds="text"),
    )
    passed = judged["verdict"].value_counts()
    counted = [int(passed.get(key, 0)) for key in ("met", "not_met", "not_provided")]
    return AssessmentTable(
        id="balanced_schools",
        title=text("A. Resources of every school", "表一 学校资源配置达标情况"),
        columns=columns,
        rows=rows,
        notes=(
            text(
                f"A school passes with {least_met:g} of {len(RESOURCES)} met in full and every other at "
                f"{least_share:g} % of its value or more.",
                f"每校至少{least_met:g}项达标、其余各项不低于规定值的{least_share:g}%，判为达标。",
            ),
            text(
                f"Of {len(rows)} sections {counted[0]} pass, {counted[1]} do not, {counted[2]} lack data to tell.",
                f"共{len(rows)}个学部：达标{counted[0]}个，未达标{counted[1]}个，缺数据无法判定{counted[2]}个。",
            ),
            *_required(compared),
            text(
                "One row for each stage of an all-through school.",
                "一贯制学校按学部分行填列。",
            ),
        ),
    )


def _required(compared: pd.DataFrame) -> tuple[Text, ...]:
    """Say what is required of each stage."""
    values = compared["required"].groupby(level=["stage", "resource"], sort=False).first()
    notes = []
    for stage in values.index.get_level_values("stage").unique():
        called = STAGES.get(stage, text(stage, stage))
        english, chinese = (
            [f"{RESOURCES[str(name)].label[language]} {value:g}" for name, value in values[stage].items()]
            for language in ("en", "zh")
        )
        notes.append(
            text(
                f"Required, {called['en']}: {', '.join(english)}.",
                f"{called['zh']}规定值：{'、'.join(chinese)}。",
            )
        )
    return tuple(notes)


def _shortfalls(compared: pd.DataFrame, sections: pd.Index) -> pd.Series:
    """Say in a line what each section lacks to meet every resource in full."""
    rows = repairs(compared)
    amounts = np.ceil(rows["lacking"].to_numpy(float).round(_DIGITS))
    lines = {
        language: pd.Series(
            [
                f"{label[language]} {amount:,.0f} {lacks[language]}"
                if language == "en"
                else f"{label[language]}差{amount:,.0f}{lacks[language]}"
                for label, lacks, amount in zip(rows["label"], rows["lacks"], amounts, strict=True)
            ],
            index=rows.index,
            dtype=object,
        )
        .groupby(level=["school", "stage"], sort=False)
        .agg(("; " if language == "en" else "；").join)
        .reindex(sections, fill_value="")
        for language in ("en", "zh")
    }
    both = [text(english, chinese) for english, chinese in zip(lines["en"], lines["zh"], strict=True)]
    return pd.Series(both, index=sections, dtype=object)


def variation_table(spread: pd.DataFrame, *, method: Method) -> AssessmentTable:
    """Lay out table B: a row per stage and resource."""
    stage, resource = (spread.index.get_level_values(name) for name in ("stage", "resource"))
    result = np.select(
        [
            spread["cv"].isna(),
            spread["required"].isna(),
            (spread["excess"] > 0) & (spread["left_out"] > 0),
            spread["excess"] > 0,
            spread["left_out"] > 0,
        ],
        ["not_provided", "no_requirement", "not_met_so_far", "not_met", "met_so_far"],
        default="met",
    )
    numbers = {name: spread[name].to_numpy(float) for name in ("mean", "deviation", "cv", "required")}
    rows = pd.DataFrame(
        {
            "stage": stage,
            "resource": pd.Series([RESOURCES[name].label for name in resource], dtype=object),
            "unit": pd.Series([RESOURCES[name].unit for name in resource], dtype=object),
            **numbers,
            "result": result,
            "schools": spread["schools"].to_numpy(),
            "left_out": spread["left_out"].to_numpy(),
        }
    )
    columns = (
        TableColumn(id="stage", label=text("Stage", "学段"), unit=_NONE, holds="word", words=STAGES),
        TableColumn(id="resource", label=text("Resource", "指标"), unit=_NONE, holds="text"),
        TableColumn(id="unit", label=text("Unit", "单位"), unit=_NONE, holds="text"),
        TableColumn(id="mean", label=text("Mean", "全县平均值"), unit=_NONE, holds="number", decimals=3),
        TableColumn(id="deviation", label=text("Standard deviation", "标准差"), unit=_NONE, holds="number", decimals=3),
        TableColumn(
            id="cv", label=text("Coefficient of variation", "差异系数"), unit=_NONE, holds="number", decimals=3
        ),
        TableColumn(id="required", label=text("At most", "规定上限"), unit=_NONE, holds="number", decimals=2),
        TableColumn(id="result", label=text("Result", "是否达标"), unit=_NONE, holds="word", words=RESULTS),
        TableColumn(id="schools", label=text("Sections counted", "统计学部数"), unit=_NONE, holds="number"),
        TableColumn(id="left_out", label=text("Sections without data", "缺数据学部数"), unit=_NONE, holds="number"),
    )
    how = METHODS[method]
    return AssessmentTable(
        id="balanced_variation",
        title=text("B. Variation between schools", "表二 校际差异系数"),
        columns=columns,
        rows=rows,
        notes=(text(f"Method: {how['en']}.", f"计算方法：{how['zh']}。"),),
    )
