"""
The seven resource indicators of balanced schooling (优质均衡), school by school, and how far schools lie apart.

A row is one stage of one school (学部): an all-through school has several. What a
standard demands comes from its file; here is only what is counted over what. A
number that a school did not give is not provided, never zero and never met.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Literal

import numpy as np
import pandas as pd

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.seats.indicators.measures import UNITS
from schoolmap.seats.indicators.measures import Measure
from schoolmap.seats.indicators.measures import require_counts
from schoolmap.seats.indicators.measures import text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from schoolmap.standards.schema import Figure
    from schoolmap.standards.schema import StageStandard
    from schoolmap.standards.schema import Text

    Floats = NDArray[np.float64]

Method = Literal["weighted", "plain"]

METHODS: dict[Method, Text] = {
    "weighted": text(
        "weighted by pupils: CV = S / mean, S = sqrt(sum of (pupils of the school / all pupils) x (value - mean)^2), "
        "mean = all resources / all pupils",
        "按学生数加权：CV=S/X̄，S=√Σ(Pi/PN)(Xi-X̄)²，X̄=Σxi/PN",
    ),
    "plain": text(
        "every school counts alike: CV = sample standard deviation / mean over schools",
        "各校等权：CV=样本标准差/学校平均值（STDEV/AVERAGE）",
    ),
}
"""How a coefficient of variation was worked out: to be named wherever one is shown."""

_HUNDRED, _AREA, _YUAN, _TEACHERS = UNITS["per 100 pupils"], UNITS["m²"], UNITS["yuan"], UNITS["teachers"]


def _resource(id_: str, label: Text, *, unit: Text, lacks: Text, per: float, whole: bool) -> Measure:
    basis = text(
        f"amount of the school / its pupils, {'per 100' if per > 1 else 'per pupil'}",
        f"学校拥有量／在校学生数（{'每百名学生' if per > 1 else '生均'}）",
    )
    return Measure(id=id_, label=label, basis=basis, lacks=lacks, unit=unit, per=per, whole=whole)


RESOURCES: dict[str, Measure] = {
    measure.id: measure
    for measure in (
        _resource(
            "teachers_above",
            text("Teachers with more than the required degree", "高于规定学历教师数"),
            unit=_HUNDRED,
            lacks=_TEACHERS,
            per=100.0,
            whole=True,
        ),
        _resource(
            "backbone_teachers",
            text("Backbone teachers of the county or above", "县级以上骨干教师数"),
            unit=_HUNDRED,
            lacks=_TEACHERS,
            per=100.0,
            whole=True,
        ),
        _resource(
            "arts_sports_teachers",
            text("Full-time teachers of sports and arts", "体育、艺术专任教师数"),
            unit=_HUNDRED,
            lacks=_TEACHERS,
            per=100.0,
            whole=True,
        ),
        _resource(
            "teaching_m2",
            text("Teaching and auxiliary rooms", "教学及辅助用房面积"),
            unit=_AREA,
            lacks=_AREA,
            per=1.0,
            whole=False,
        ),
        _resource(
            "sports_m2",
            text("Sports grounds and halls", "体育运动场馆面积"),
            unit=_AREA,
            lacks=_AREA,
            per=1.0,
            whole=False,
        ),
        _resource(
            "equipment_yuan",
            text("Value of teaching equipment", "教学仪器设备值"),
            unit=_YUAN,
            lacks=_YUAN,
            per=1.0,
            whole=False,
        ),
        _resource(
            "multimedia_rooms",
            text("Networked multimedia classrooms", "网络多媒体教室数"),
            unit=_HUNDRED,
            lacks=UNITS["rooms"],
            per=100.0,
            whole=True,
        ),
    )
}
"""The seven, in the order of the assessment."""

CLASSES_PER_MUSIC_ROOM, CLASSES_PER_ART_ROOM = (
    Measure(
        id=name,
        label=label,
        basis=text("classes of each school / its rooms", "各校班数／专用教室间数"),
        lacks=UNITS["rooms"],
        unit=UNITS["classes"],
        per=1.0,
        mends="denominator",
    )
    for name, label in (
        ("classes_per_music_room", text("Classes that share one music room", "每间音乐专用教室对应的班数")),
        ("classes_per_art_room", text("Classes that share one art room", "每间美术专用教室对应的班数")),
    )
)
"""Of all stages of a school together; how large the rooms are is not among the data."""

LEFT_OUT: dict[str, Text] = {
    "stage": text("another stage", "其他学段"),
    "type": text("special or vocational school", "特殊教育或职业学校"),
    "small_teaching_point": text("teaching point below the limit", "低于人数下限的教学点"),
    "pupils": text("pupils not known or none", "学生数未填或为零"),
}
"""Why a section is not assessed."""

_PER = pd.Series({name: measure.per for name, measure in RESOURCES.items()})


def assessed(
    pupils: pd.Series,
    *,
    types: pd.Series,
    stages: Mapping[str, StageStandard],
    left_out_types: Sequence[str],
    teaching_point_types: Sequence[str],
) -> pd.DataFrame:
    """
    Say which sections the assessment of resources counts, and why others are left out.

    Special and vocational schools are left out, teaching points below
    `excluded_below` of their stage, stages that `stages` does not list, and
    sections without pupils. A school without a type counts: nothing shows that
    it should not.

    Parameters
    ----------
    pupils
        By (school, stage); missing where not known.
    types
        Type of each school; missing where not known.
    stages
        Standards of the stages that are assessed.
    left_out_types, teaching_point_types
        Beginnings of the codes of types: of special and vocational schools, and
        of teaching points.

    Returns
    -------
    assessed
        On the index of `pupils`: `counted`, and `reason`, a key of `LEFT_OUT`,
        empty where counted.

    Raises
    ------
    LabelError
        If the type of a school is not among `types`.

    Examples
    --------
    >>> from schoolmap.standards.schema import Figure, StageStandard
    >>> rows = pd.MultiIndex.from_product([["A", "B", "C"], ["primary"]], names=["school", "stage"])
    >>> limit = Figure(value=50, document="an example", confidence="assumption")
    >>> assessed(
    ...     pd.Series([600.0, 49.0, 80.0], index=rows),
    ...     types=pd.Series({"A": "211", "B": "218", "C": "511"}),
    ...     stages={"primary": StageStandard(excluded_below=limit)},
    ...     left_out_types=("51",),
    ...     teaching_point_types=("218",),
    ... )["reason"].tolist()
    ['', 'small_teaching_point', 'type']
    """
    require_counts(pupils, what="The number of pupils")
    school, stage = pupils.index.get_level_values("school"), pupils.index.get_level_values("stage")
    strange = school.difference(types.index)
    if len(strange) > 0:
        msg = f"{len(strange)} school(s) are not among `types`, e.g. {strange[0]!r}. List every school, its type may be empty."
        raise LabelError(msg)
    kind = types.reindex(school).astype("string").fillna("")
    limits = {
        name: np.nan if norm.excluded_below is None else norm.excluded_below.value for name, norm in stages.items()
    }
    heads = pupils.to_numpy(float, na_value=np.nan)
    below = heads < stage.map(limits).to_numpy(float)
    reason = np.select(
        [
            ~stage.isin(list(stages)),
            kind.str.startswith(tuple(left_out_types)).to_numpy(bool),
            kind.str.startswith(tuple(teaching_point_types)).to_numpy(bool) & below,
            ~(heads > 0),
        ],
        list(LEFT_OUT),
        default="",
    )
    return pd.DataFrame({"counted": reason == "", "reason": reason}, index=pupils.index)


def split_shared(shared: pd.DataFrame, *, pupils: pd.Series) -> pd.DataFrame:
    """
    Split what the stages of an all-through school share (共用面积) among them, by their pupils.

    It is a convention: a sports ground that primary and junior pupils share
    counts for each stage in proportion to its pupils.

    Parameters
    ----------
    shared
        Amounts by school, one column per resource.
    pupils
        By (school, stage): the stages that share.

    Returns
    -------
    split
        By the labels of `pupils` whose school shares something, with the columns
        of `shared`; the parts add up to the amount. Missing where the amount, or
        the pupils of a stage that shares it, are not known.

    Raises
    ------
    LabelError
        If a school has no stage among `pupils`: what it shares would be lost.
    ValueError
        If none of the stages that share has a pupil.

    Examples
    --------
    >>> rows = pd.MultiIndex.from_tuples([("A", "primary"), ("A", "junior")], names=["school", "stage"])
    >>> ground = pd.DataFrame({"sports_m2": [9000.0]}, index=["A"])
    >>> split_shared(ground, pupils=pd.Series([600.0, 300.0], index=rows))["sports_m2"].tolist()
    [6000.0, 3000.0]
    """
    checks.require_unique_labels(shared.index, what="The shared resources")
    require_counts(pupils, what="The number of pupils")
    school = pupils.index.get_level_values("school")
    lost = shared.index.difference(school)
    if len(lost) > 0:
        msg = (
            f"{len(lost)} school(s) share resources but have no stage, e.g. {lost[0]!r}: what they share would be lost."
        )
        raise LabelError(msg)
    heads = pupils[school.isin(shared.index)].astype(float)
    by_school = heads.groupby(level="school", sort=False)
    total = by_school.transform("sum").mask(heads.isna().groupby(level="school", sort=False).transform("any"))
    if (total == 0).any():
        msg = f"The stages of {total.index[total == 0][0][0]!r} have no pupils by whom to split what they share."
        raise ValueError(msg)
    rows = shared.reindex(heads.index.get_level_values("school")).set_axis(heads.index)
    return rows.astype(float).mul(heads / total, axis=0)


def resource_rates(resources: pd.DataFrame, *, pupils: pd.Series) -> pd.DataFrame:
    """
    Return the seven indicators of each section: per 100 pupils, or per pupil.

    Parameters
    ----------
    resources
        Amounts by (school, stage), in columns named as `RESOURCES`; a column or
        a row that is not there was not given.
    pupils
        Of the sections that are assessed.

    Returns
    -------
    rates
        On the index of `pupils`, one column per resource; missing where an
        amount or the pupils are not known, or there are none.

    Raises
    ------
    ValueError
        If a number is negative or infinite.

    Examples
    --------
    >>> rows = pd.MultiIndex.from_tuples([("A", "primary")], names=["school", "stage"])
    >>> given = pd.DataFrame({"teachers_above": [36.0], "sports_m2": [6000.0]}, index=rows)
    >>> resource_rates(given, pupils=pd.Series([800.0], index=rows)).dropna(axis=1).iloc[0].to_dict()
    {'teachers_above': 4.5, 'sports_m2': 7.5}
    """
    amounts = amounts_of(resources, pupils)
    heads = pupils.astype(float)
    return amounts.mul(_PER, axis=1).div(heads.where(heads > 0), axis=0)


def amounts_of(resources: pd.DataFrame, pupils: pd.Series) -> pd.DataFrame:
    """
    Return the amounts of each section that has pupils listed, one column per resource.

    Raises
    ------
    ValueError
        If a number is negative or infinite.
    """
    require_counts(pupils, what="The number of pupils")
    checks.require_unique_labels(resources.index, what="The table of resources")
    amounts = resources.reindex(columns=list(RESOURCES)).astype(float)
    wrong = (amounts < 0) | np.isinf(amounts)
    for name in amounts.columns[wrong.any()]:
        require_counts(amounts[name], what=f"`{name}`")
    return amounts.reindex(pupils.index)


def variation(
    rates: pd.DataFrame,
    *,
    pupils: pd.Series,
    method: Method = "weighted",
    most: Mapping[str, Figure] | None = None,
) -> pd.DataFrame:
    r"""
    Return the coefficient of variation (差异系数) of each indicator among the schools of a stage.

    Weighted by pupils (the default, the official formula of 2012):

    .. math:: CV = \frac{S}{\bar X}, \quad S = \sqrt{\sum_i \frac{P_i}{P_N} (X_i - \bar X)^2}, \quad
        \bar X = \frac{\sum_i x_i}{P_N}

    with the amount x and the pupils P of each school, and X = x / P. Plain, as
    spreadsheets have it: sample standard deviation over mean, each school alike.

    Parameters
    ----------
    rates
        From `resource_rates`.
    pupils
        On the same labels.
    method
        Which of the two; it stands in the result.
    most
        Largest coefficient allowed, by stage.

    Returns
    -------
    variation
        By (stage, resource), stages in order of first appearance:
          - `method`
          - `mean`, `deviation`, `cv` - missing where no school is known, or the
            mean is zero; plain also for a single school
          - `schools`, `left_out` - sections counted, and left out for want of data
          - `required`, `met`, `excess` - the largest allowed, whether it is kept,
            and by how much it is exceeded

    Raises
    ------
    LabelError
        If the two describe different sections.
    ValueError
        If there is no such method.

    Examples
    --------
    >>> rows = pd.MultiIndex.from_product([["A", "B"], ["primary"]], names=["school", "stage"])
    >>> rates = pd.DataFrame({"sports_m2": [6.0, 12.0]}, index=rows)
    >>> heads = pd.Series([600.0, 300.0], index=rows)
    >>> variation(rates, pupils=heads).loc[("primary", "sports_m2"), ["mean", "cv"]].astype(float).round(4).tolist()
    [8.0, 0.3536]
    >>> float(variation(rates, pupils=heads, method="plain").loc[("primary", "sports_m2"), "cv"].round(4))
    0.4714
    """
    if method not in METHODS:
        msg = f"`method` is one of {', '.join(METHODS)}, got {method!r}."
        raise ValueError(msg)
    checks.require_same_labels(rates.index, pupils.index, what="The rates and the pupils")
    values = rates.to_numpy(float, na_value=np.nan)
    heads = pupils.reindex(rates.index).to_numpy(float, na_value=np.nan)[:, None]
    known = ~np.isnan(values) & (heads > 0)
    values = np.where(known, values, 0.0)
    weights = np.where(known, heads if method == "weighted" else 1.0, 0.0)
    codes, stages = pd.factorize(rates.index.get_level_values("stage"))

    def by_stage(parts: Floats) -> Floats:
        sums = np.zeros((len(stages), parts.shape[1]))
        np.add.at(sums, codes, parts)
        return sums

    total, schools = by_stage(weights), by_stage(known.astype(float))
    over = total if method == "weighted" else schools - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = by_stage(weights * values) / total
        squares = by_stage(weights * (values - mean[codes]) ** 2)
        deviation = np.sqrt(np.where(over > 0, squares / over, np.nan))
        # equal values may leave a last digit: that is no variation
        cv = np.round(np.where(mean > 0, deviation / mean, np.nan), 12)
    sections = np.bincount(codes, minlength=len(stages))[:, None]
    index = pd.MultiIndex.from_product([stages, rates.columns], names=["stage", "resource"])
    parts = {"mean": mean, "deviation": deviation, "cv": cv}
    counts = {"schools": schools.astype(int), "left_out": (sections - schools).astype(int)}
    table = pd.DataFrame(
        {"method": method} | {name: part.ravel() for name, part in (parts | counts).items()}, index=index
    )
    limits = {name: figure.value for name, figure in (most or {}).items()}
    required = pd.Series(index.get_level_values("stage").map(limits), index=index, dtype=float)
    excess = (table["cv"] - required).round(9).clip(lower=0.0) + 0.0
    return table.assign(
        required=required,
        met=(excess == 0).astype("boolean").mask(excess.isna()),
        excess=excess,
    )
