"""
Checks of the schools of an annual return: their points, who owns them, and what they have.

All are warnings: none of it changes what is planned, and each has a case in
which it is right after all.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from schoolmap.errors import Severity
from schoolmap.errors import Wording
from schoolmap.inputs.checks.annual_checks import ROUNDING
from schoolmap.inputs.checks.annual_checks import each
from schoolmap.inputs.checks.annual_checks import numbers

if TYPE_CHECKING:
    from schoolmap.errors import Fault
    from schoolmap.inputs.checks.named import Named

_SAME_POINT_M = 0.1
"""Points closer than this are one: it is the sixth decimal of a degree."""
_MOST_M2_PER_PUPIL = 500.0
"""Assumption: more of any area for each pupil is a wrong unit or digit."""
_LEAST_M2_PER_PUPIL = 0.5
"""Assumption: less land or building for each pupil is not in square metres (but in 亩 or 10,000 m²)."""
_LEAST_PUPILS = 100.0
"""Assumption: a school of fewer pupils is measured as if it had these, since shrinking schools keep their land."""

_PUBLIC_OPERATORS = ("教育部门", "教育局", "教体局")
_PRIVATE_OPERATORS = ("民办", "私立")
_OWNERSHIPS_ZH = {"public": "公办", "inclusive": "普惠性民办", "private": "民办"}

_OF_TEACHERS = (
    ("teachers_above", "teachers with more than the required degree", "高于规定学历教师数"),
    ("backbone_teachers", "backbone teachers", "骨干教师数"),
    ("arts_sports_teachers", "teachers of sports and arts", "体艺教师数"),
    ("certified_teachers", "teachers with a certificate", "持证教师数"),
)
_AREAS = (
    ("teaching_m2", "teaching rooms", "教学及辅助用房"),
    ("sports_m2", "sports grounds", "体育运动场馆"),
    ("play_m2", "outdoor play area", "室外游戏场地"),
)
_AREAS_OF_SCHOOLS = (("land_m2", "land", "占地"), ("building_m2", "floor area", "校舍建筑"))


def same_points(schools: Named) -> list[Fault]:
    """
    Warn of schools that stand at exactly the same point (经纬度不能重复).

    Two schools may share a point if one is the main school of the other, if
    they have one main school, or if they are of one group: they share a campus.

    Parameters
    ----------
    schools
        With points in a metric CRS; `school` and, where known, `main_school`
        and `group`.

    Returns
    -------
    faults
        One for each school that stands where an earlier row does.
    """
    layer = schools.frame
    if not isinstance(layer, gpd.GeoDataFrame) or layer.crs is None:
        return []
    left, right = layer.sindex.query(layer.geometry.to_numpy(), predicate="dwithin", distance=_SAME_POINT_M)
    once = left < right
    pairs = pd.DataFrame({"first": layer.index[left[once]], "second": layer.index[right[once]]})
    text = pd.DataFrame(layer).reindex(columns=["school", "main_school", "group"]).astype(object)
    one, two = text.loc[pairs["first"]].reset_index(drop=True), text.loc[pairs["second"]].reset_index(drop=True)
    related = (one["school"] == two["main_school"]) | (two["school"] == one["main_school"])
    for column in ("main_school", "group"):
        related |= one[column].notna() & (one[column] == two[column])
    alone = pairs[~related.to_numpy()].sort_values(["second", "first"]).drop_duplicates("second")
    faults = [
        schools.fault(
            _one_point(str(text.at[pair.first, "school"]), schools.fault(_NOWHERE, row=pair.first)),
            row=pair.second,
            column="geometry",
            value=text.at[pair.second, "school"],
            severity=Severity.WARNING,
        )
        for pair in alone.itertuples()
    ]
    return schools.first(faults, column="geometry")


_NOWHERE = Wording("", "", "", "")


def _one_point(other: str, first: Fault) -> Wording:
    return Wording(
        f"stands at exactly the same point as {other} ({first.place()}).",
        "Correct one of the two; a campus or teaching point names its `main_school`.",
        f"坐标与 {other}({first.place('zh')})完全相同,而经纬度不能重复。",
        "请更正其一;同址的校区、教学点请填写“中心校”。",
    )


def owners_agree(schools: Named) -> list[Fault]:
    """Warn of schools run by the education authority that are not public, and of private operators of public schools."""
    frame = schools.frame
    if not {"operator", "ownership"} <= set(frame.columns):
        return []
    operator, ownership = (frame[name].astype(object).fillna("").astype(str) for name in ("operator", "ownership"))
    public = operator.str.contains("|".join(_PUBLIC_OPERATORS), regex=True)
    private = operator.str.contains("|".join(_PRIVATE_OPERATORS), regex=True)
    wrong = (public & ~private & ownership.isin(["inclusive", "private"])) | (
        private & ~public & (ownership == "public")
    )
    return each(schools, wrong, _another_owner, operator, ownership, column="ownership")


def _another_owner(operator: str, ownership: str) -> Wording:
    return Wording(
        f"is {ownership}, but its operator is {operator!r}.",
        "Correct one of the two.",
        f"办别为“{_OWNERSHIPS_ZH[ownership]}”,而举办者为“{operator}”。",
        "请更正其一。",
    )


def resources_plausible(resources: Named, sections: Named) -> list[Fault]:
    """
    Warn of resources that a section cannot have: more teachers of a kind than teachers, absurd areas, no section at all.

    Parameters
    ----------
    resources
        By `school` and `stage`.
    sections
        With `school`, `stage` and, where known, `teachers` and `enrolment`.
    """
    frame = resources.frame
    key = pd.MultiIndex.from_frame(frame[["school", "stage"]])
    own = sections.frame.set_index(["school", "stage"])
    faults = each(
        resources,
        pd.Series(~key.isin(own.index), frame.index),
        partial(_no_section, sections.called),
        column="stage",
    )
    teachers, pupils = (numbers(own, name).reindex(key).set_axis(frame.index) for name in ("teachers", "enrolment"))
    for column, en, zh in _OF_TEACHERS:
        some, wording = numbers(frame, column), partial(_more_than, en, "full-time teachers", zh, "专任教师数")
        faults += each(resources, some > teachers + ROUNDING, wording, some, teachers, column=column)
    some, all_due = numbers(frame, "exchanged_teachers"), numbers(frame, "exchangeable_teachers")
    wording = partial(_more_than, "exchanged teachers", "teachers due for exchange", "交流教师数", "应交流教师数")
    faults += each(resources, some > all_due + ROUNDING, wording, some, all_due, column="exchanged_teachers")
    for column, en, zh in _AREAS:
        faults += _area_faults(resources, column, en, zh, pupils)
    return faults


def _no_section(file: str) -> Wording:
    return Wording(
        f"has no section of this stage in {file}.",
        "Add the section, or leave the record out.",
        f"在 {file} 中没有该学段的学部。",
        "请补充学部,或删去该记录。",
    )


def _more_than(*words_and_numbers: str | float) -> Wording:
    en, of_en, zh, of_zh, some, every = words_and_numbers
    return Wording(
        f"has more {en} ({some:,.0f}) than {of_en} ({every:,.0f}).",
        "Correct one of the two.",
        f"{zh}({some:,.0f})大于{of_zh}({every:,.0f})。",
        "请更正其一。",
    )


def premises_plausible(schools: Named, sections: Named) -> list[Fault]:
    """
    Warn of land and floor area that no school has, per pupil of all its sections.

    Parameters
    ----------
    schools
        With `land_m2` and `building_m2` where known.
    sections
        Of all stages, with `enrolment`; a school with a section whose enrolment
        is not known is not measured.
    """
    enrolment = numbers(sections.frame, "enrolment").groupby(sections.frame["school"])
    pupils = enrolment.sum().where(enrolment.count() == enrolment.size())
    pupils = pupils.reindex(schools.frame["school"]).set_axis(schools.frame.index)
    faults = []
    for column, en, zh in _AREAS_OF_SCHOOLS:
        faults += _area_faults(schools, column, en, zh, pupils, least=_LEAST_M2_PER_PUPIL)
    return faults


def teaching_in_building(resources: Named, schools: Named) -> list[Fault]:
    """Warn of schools whose teaching rooms have more floor area than their buildings."""
    frame = resources.frame
    teaching = numbers(frame, "teaching_m2").groupby(frame["school"]).sum()
    rooms = teaching.reindex(schools.frame["school"]).set_axis(schools.frame.index)
    building = numbers(schools.frame, "building_m2")
    wording = partial(_more_than, "m² of teaching rooms", "m² of floor area", "教学及辅助用房面积", "校舍建筑面积")
    return each(schools, rooms > building + ROUNDING, wording, rooms, building, column="building_m2")


def _area_faults(table: Named, column: str, en: str, zh: str, pupils: pd.Series, *, least: float = 0.0) -> list[Fault]:
    """Warn of areas that are absurd beside the pupils."""
    area = numbers(table.frame, column)
    heads = pupils.where(pupils > 0)
    large = area > _MOST_M2_PER_PUPIL * np.maximum(heads, _LEAST_PUPILS)
    small = (area > 0) & (area < least * heads)
    return each(table, large | small, partial(_absurd_area, en, zh), area, heads, column=column)


def _absurd_area(en: str, zh: str, area: float, pupils: float) -> Wording:
    each_m2 = area / pupils
    shown = f"{each_m2:,.0f}" if each_m2 >= 1 else f"{each_m2:.2g}"
    return Wording(
        f"has {area:,.0f} m² of {en} for {pupils:,.0f} pupils, {shown} m² each.",
        "Write square metres: 1 亩 is 666.7 m².",
        f"{zh}面积 {area:,.0f} 平方米,学生 {pupils:,.0f} 人,生均 {shown} 平方米。",
        "请以平方米填写(1 亩约 666.7 平方米)。",
    )
