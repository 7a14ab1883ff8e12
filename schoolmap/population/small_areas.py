"""
Small areas: which method their data allow, and what is borrowed from a larger area.

The data decide the method. Each rung of the ladder needs less than the one
above it and says what it could not have: a ready projection (P), a count by age
and sex with births (A), births alone (B), two counts by age (C), one count by
age (S), totals with the age structure of the whole (D), enrolment alone (E).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from schoolmap import checks
from schoolmap.errors import Fault
from schoolmap.errors import InputError
from schoolmap.errors import LabelError
from schoolmap.population.arrays import arrange
from schoolmap.population.arrays import require_numbers
from schoolmap.population.graduation import split_bands
from schoolmap.population.raking import rake
from schoolmap.population.school_years import cutoff_day
from schoolmap.population.school_years import first_school_year
from schoolmap.population.school_years import years_until

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable
    from collections.abc import Hashable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from schoolmap.population.evidence import Evidence

    Text = Mapping[str, str]
    Lack = tuple[str, str]

MOTHERS = (15, 49)
"""First and last age of women by which births are counted (United Nations, Demographic Yearbook)."""
MOTHER_BAND = 5
"""Widest band of women's ages for which fertility is usually published, in years."""
YEAR_APART = 350
"""Days between two counts that count as a year: registers are drawn a few days early or late. Assumption."""
OLDEST_CLOSED = 85
"""Age up to which bands must reach to hold everybody where none is open: few live longer. Assumption."""
ROUNDS = 50
"""Rounds in which cohorts are followed through the bands of a projection. Assumption: more rounds sharpen noise."""


# shrinkage


def shrink(
    ratio_numerator: xr.DataArray,
    ratio_denominator: xr.DataArray,
    *,
    parent: xr.DataArray | float,
    prior: xr.DataArray | float,
) -> xr.DataArray:
    r"""
    Draw a local ratio towards that of the parent, the more so the fewer it rests on.

    :math:`w r + (1 - w) R` with :math:`w = n / (n + k)`: with as many cases as
    the prior, local and parent count alike.

    Parameters
    ----------
    ratio_numerator
        Events or survivors, zero or more, e.g. births by area.
    ratio_denominator
        Those among whom they occurred, :math:`n`, zero or more.
    parent
        Ratio of the parent, :math:`R`, of all areas or by labels of the above.
    prior
        Cases :math:`k` that the parent is worth, zero or more.

    Returns
    -------
    ratio
        On the labels of the numerator; where the denominator is zero, that of
        the parent.

    Raises
    ------
    LabelError
        If labels differ.
    MissingValueError
        If a number is missing.
    ValueError
        If a number is negative.

    Notes
    -----
    Bühlmann (1967), credibility; Fay and Herriot (1979) for small areas.

    See Also
    --------
    empirical_prior : Estimate the prior from the spread between areas.

    Examples
    --------
    >>> births = xr.DataArray([2.0, 90.0], coords={"area": ["small", "large"]}, dims="area")
    >>> women = xr.DataArray([10.0, 990.0], coords={"area": ["small", "large"]}, dims="area")
    >>> shrink(births, women, parent=0.05, prior=90.0).round(3).values.tolist()
    [0.065, 0.088]
    """
    local = xr.DataArray(parent) if not isinstance(parent, xr.DataArray) else parent
    worth = xr.DataArray(prior) if not isinstance(prior, xr.DataArray) else prior
    arrays = {
        "ratio_numerator": ratio_numerator,
        "ratio_denominator": ratio_denominator,
        "parent": local,
        "prior": worth,
    }
    for what, array in arrays.items():
        require_numbers(array, what, low=0.0, high=np.finfo(float).max)
    _require_alike(arrays)
    cases = ratio_denominator + worth
    weight = ratio_denominator / cases.where(cases > 0, 1.0)
    seen = ratio_numerator / ratio_denominator.where(ratio_denominator > 0, 1.0)
    ratio = weight * seen + (1.0 - weight) * local
    return _ordered_like(ratio, ratio_numerator).rename(ratio_numerator.name)


def empirical_prior(
    ratio_numerator: xr.DataArray,
    ratio_denominator: xr.DataArray,
    *,
    dim: str = "area",
    bounds: tuple[float, float] = (10.0, 10_000.0),
) -> xr.DataArray:
    r"""
    Estimate, from the spread between areas, how many cases the parent is worth.

    What ratios differ by more than chance would make them is the true spread
    :math:`v`; with events of a Poisson law of mean ratio :math:`m`, the prior
    is :math:`k = m / v`.

    Parameters
    ----------
    ratio_numerator
        Events by `dim` and any further dimension, zero or more.
    ratio_denominator
        Those among whom they occurred, on the same labels.
    dim
        Dimension over which areas are compared.
    bounds
        Least and largest prior, both above zero. Assumption: ten cases say a
        little anywhere, and beyond ten thousand a small area is its parent.

    Returns
    -------
    prior
        By the further dimensions, for `shrink`. The largest where areas differ
        no more than by chance, or where there is only one.

    Raises
    ------
    LabelError
        If labels differ.
    MissingValueError
        If a number is missing.
    ValueError
        If a number is negative, or the bounds are not in order.

    Notes
    -----
    The unbiased moment estimator of Bühlmann and Straub (1970), with the
    variance within an area that of counts, as in Marshall (1991). For ratios
    near one, such as a cohort from year to year, counts vary less than that,
    so that more is borrowed from the parent than need be.

    Examples
    --------
    >>> births = xr.DataArray([40.0, 60.0, 95.0], coords={"area": ["a", "b", "c"]}, dims="area")
    >>> women = xr.DataArray([1000.0, 1000.0, 1000.0], coords={"area": ["a", "b", "c"]}, dims="area")
    >>> float(empirical_prior(births, women).round())
    92.0
    """
    low, high = bounds
    if not 0 < low <= high:
        msg = f"`bounds` are the least and the largest prior, above zero, got {bounds}."
        raise ValueError(msg)
    arrays = {"ratio_numerator": ratio_numerator, "ratio_denominator": ratio_denominator}
    for what, array in arrays.items():
        require_numbers(array, what, dims=(dim,), low=0.0, high=np.finfo(float).max)
    _require_alike(arrays)
    cases = ratio_denominator.sum(dim)
    mean = ratio_numerator.sum(dim) / cases.where(cases > 0, 1.0)
    ratios = ratio_numerator / ratio_denominator.where(ratio_denominator > 0, 1.0)
    counted = (ratio_denominator > 0).sum(dim)
    spread = (ratio_denominator * (ratios - mean) ** 2).sum(dim) - (counted - 1) * mean
    room = cases - (ratio_denominator**2).sum(dim) / cases.where(cases > 0, 1.0)
    seen = (spread > 0) & (room > 0)
    variance = spread.where(seen, 1.0) / room.where(seen, 1.0)
    return (mean / variance).where(seen, high).clip(low, high).rename("prior")


def _require_alike(arrays: Mapping[str, xr.DataArray]) -> None:
    """Raise unless a dimension has the same labels wherever it occurs."""
    owners: dict[Hashable, str] = {}
    for what, array in arrays.items():
        for name in array.dims:
            if name not in array.indexes:
                msg = f"The dimension {name!r} of `{what}` has no labels."
                raise LabelError(msg)
            first = owners.setdefault(name, what)
            checks.require_same_labels(arrays[first].indexes[name], array.indexes[name], what=f"`{first}` and `{what}`")


def _ordered_like(array: xr.DataArray, like: xr.DataArray) -> xr.DataArray:
    """Return the array in the order of labels and dimensions of another; dimensions of its own come last."""
    placed = array.sel({name: like.indexes[name] for name in like.dims})
    return placed.transpose(*like.dims, *(name for name in array.dims if name not in like.dims))


# the ladder


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """
    The method that the data allow, and why.

    Attributes
    ----------
    code
        `P`, `A`, `B`, `C`, `S`, `D` or `E`.
    name
        Name of the method, by language `en` and `zh`.
    reason
        Why it was chosen, in one sentence, by language.
    passed_over
        For each better rung, from the best: its code and what it could not
        have, by language.
    """

    code: str
    name: Text
    reason: Text
    passed_over: tuple[tuple[str, Text], ...] = ()


METHOD_NAMES: dict[str, Text] = {
    "P": {"en": "ready projection", "zh": "现成预测"},
    "A": {"en": "cohort-component projection", "zh": "队列要素法"},
    "B": {"en": "cohorts of births", "zh": "出生队列法"},
    "C": {"en": "cohort change between two counts", "zh": "两次人口年龄移算法"},
    "S": {"en": "cohorts of one count", "zh": "单次人口年龄移算法"},
    "D": {"en": "totals by age structure", "zh": "总人口与年龄结构推算法"},
    "E": {"en": "grade progression", "zh": "年级递升法"},
}
_BECAUSE: dict[str, Text] = {
    "P": {"en": "a ready projection is given and used as it is", "zh": "已提供现成预测,直接采用"},
    "A": {
        "en": "residents by age and sex and births are known for every area",
        "zh": "各小区域均有分年龄、分性别人口和出生数",
    },
    "B": {"en": "births by area are known for enough years", "zh": "各小区域的出生数年份足够"},
    "C": {
        "en": "two counts by age, a year or more apart, are known for every area",
        "zh": "各小区域均有相隔一年以上的两次分年龄人口",
    },
    "S": {"en": "one count by age is known for every area", "zh": "各小区域均有一次分年龄人口"},
    "D": {
        "en": "totals are known for every area, and the age structure of the whole",
        "zh": "各小区域均有总人口,并有全域年龄结构",
    },
    "E": {"en": "pupils by grade are known for two school years or more", "zh": "有两个及以上学年的分年级在校生数"},
}


def choose_rung(
    evidence: Evidence,
    *,
    wanted: str | None = None,
    entry_age: int = 6,
    oldest: int = 14,
) -> Rung:
    """
    Choose the best method that the data allow.

    A rung needs its data for every area; where some areas lack them it is
    passed over, and those areas are named.

    Parameters
    ----------
    evidence
        What is known.
    wanted
        Code of the rung to use, if its data are there; by default the best.
    entry_age
        Age of entry to grade 1: births are needed for as many years.
    oldest
        Oldest age that the plan needs.

    Returns
    -------
    rung
        The method, why it was chosen, and what each better one could not have.

    Raises
    ------
    InputError
        If no rung has its data, with one fault for each and what it needs; or
        if the rung wanted has not.
    ValueError
        If `wanted` is not a rung.

    Notes
    -----
    P a ready projection. A residents by age and sex on one date, women of 15 to
    49 in bands of at most five years, and births. B births for `entry_age`
    years, one after another, to the latest, where nobody was counted by age. C two counts by age at least 350
    days apart. S one count by age. D totals, and the age structure of the
    whole. E pupils by grade in two school years.

    Examples
    --------
    >>> from schoolmap.population.evidence import Evidence
    >>> years = pd.MultiIndex.from_product([["a"], range(2018, 2024)], names=["area", "year"])
    >>> known = Evidence(areas=("a",), births=pd.DataFrame({"births": 40.0}, index=years))
    >>> rung = choose_rung(known)
    >>> rung.code, rung.name["en"], rung.passed_over[0][1]["en"]
    ('B', 'cohorts of births', 'no ready projection')
    """
    if wanted is not None and wanted not in METHOD_NAMES:
        msg = f"There is no method {wanted!r}. The methods are {', '.join(METHOD_NAMES)}."
        raise ValueError(msg)
    tests: dict[str, Callable[[], Lack | None]] = {
        "P": lambda: _lacks_projection(evidence),
        "A": lambda: _lacks_sexes(evidence, oldest=oldest) or _lacks_births(evidence, years=1),
        "B": lambda: _lacks_births(evidence, years=entry_age) or _has_more(evidence, oldest=oldest, wanted=wanted),
        "C": lambda: _lacks_snapshots(evidence, number=2, oldest=oldest),
        "S": lambda: _lacks_snapshots(evidence, number=1, oldest=oldest),
        "D": lambda: _lacks_totals(evidence, oldest=oldest),
        "E": lambda: _lacks_pupils(evidence),
    }
    passed: list[tuple[str, Text]] = []
    for code, test in tests.items():
        lack = test()
        if lack is None and wanted in {None, code}:
            reason = _BECAUSE[code]
            if wanted is not None:
                reason = {"en": f"it was asked for; {reason['en']}", "zh": f"按要求指定;{reason['zh']}"}
            return Rung(code=code, name=METHOD_NAMES[code], reason=reason, passed_over=tuple(passed))
        if code == wanted and lack is not None:
            raise InputError([_fault(code, lack)])
        passed.append(
            (
                code,
                {"en": f"{wanted} was asked for", "zh": f"已指定采用 {wanted}"}
                if lack is None
                else {"en": lack[0], "zh": lack[1]},
            )
        )
    raise InputError([_fault(code, (lacking["en"], lacking["zh"])) for code, lacking in passed])


def _fault(code: str, lack: Lack) -> Fault:
    """Return the fault that a rung cannot be used."""
    name, needs = METHOD_NAMES[code], _NEEDS[code]
    return Fault(
        file="project.toml",
        problem=f"method {code} ({name['en']}) cannot be used: {lack[0]}.",
        remedy=f"It needs {needs['en']}.",
        problem_zh=f"方法 {code}({name['zh']})无法采用:{lack[1]}。",
        remedy_zh=f"需要{needs['zh']}。",
    )


_NEEDS: dict[str, Text] = {
    "P": {"en": "a projection by unit, ages and year", "zh": "分单元、分年龄、分年份的预测"},
    "A": {
        "en": "residents by area, age and sex on one date, women of 15 to 49 in bands of at most five years, "
        "and births by area",
        "zh": "同一日期的分区域、分年龄、分性别人口(15至49岁女性年龄组不宽于五岁)及分区域出生数",
    },
    "B": {"en": "births by area for each year up to the latest", "zh": "分区域、逐年的出生数"},
    "C": {"en": "residents by area and age on two dates a year apart", "zh": "相隔一年以上的两次分区域、分年龄人口"},
    "S": {"en": "residents by area and age on one date", "zh": "一次分区域、分年龄人口"},
    "D": {"en": "residents by area and the age structure of the whole", "zh": "分区域总人口及全域年龄结构"},
    "E": {"en": "pupils by school and grade for two school years", "zh": "两个学年的分学校、分年级在校生数"},
}


def _for_areas(what: Lack, areas: Sequence[str], everyone: Sequence[str]) -> Lack:
    """Return what is missing, and for which areas unless for all."""
    if len(areas) == len(everyone):
        return what
    first = min(areas)
    return (
        f"{what[0]} for {len(areas)} of {len(everyone)} areas, e.g. {first!r}",
        f"{len(everyone)} 个小区域中有 {len(areas)} 个{what[1]},例如“{first}”",
    )


def _lacks_projection(evidence: Evidence) -> Lack | None:
    """Return what a ready projection lacks."""
    none = ("no ready projection", "缺少现成预测")
    table = evidence.projection
    if table is None or table.empty:
        return none
    if evidence.projection_unit == "area":
        missing = sorted(set(evidence.areas) - set(table.index.get_level_values("unit")))
        if missing:
            return _for_areas(none, missing, evidence.areas)
    return None


def _lacks_births(evidence: Evidence, *, years: int) -> Lack | None:
    """Return what births by area and year lack: so many years, one after another, to the latest known."""
    none = ("no births by area and year", "缺少分区域、分年份的出生数")
    table = evidence.births
    if table is None or table.empty:
        return none
    births = table["births"].dropna()
    known = set(births.index[births.index.get_level_values("area").isin(evidence.areas)])
    if not known:
        return none
    latest = max(int(year) for _, year in known)
    needed = range(latest - years + 1, latest + 1)
    short = [area for area in evidence.areas if any((area, year) not in known for year in needed)]
    if not short:
        return None
    found = {area for area, _ in known}
    absent = [area for area in short if area not in found]
    if absent:
        return _for_areas(none, absent, evidence.areas)
    span = f"{needed[0]}-{latest}" if years > 1 else f"{latest}"
    what = (f"births not known for every year of {span}", f"{span} 年出生数不全")
    return _for_areas(what, short, evidence.areas)


def _has_more(evidence: Evidence, *, oldest: int, wanted: str | None) -> Lack | None:
    """Return why births alone are not used though they would do: a count by age takes them in, and knows who moved."""
    if wanted == "B" or _lacks_snapshots(evidence, number=1, oldest=oldest) is not None:
        return None
    return ("a count by age is there too, to which the births are added", "另有分年龄人口,出生数并入其中使用")


def _bands_of(evidence: Evidence) -> pd.DataFrame | None:
    """Return the counted bands of all areas with their ends, one row each; none if nothing is counted."""
    if evidence.counts is None or evidence.counts.empty:
        return None
    table = evidence.counts.reset_index()
    table = table[table["area"].isin(evidence.areas) & table["count"].notna()]
    if table.empty:
        return None
    return table.assign(end=table["high"].fillna(np.inf)).sort_values(["date", "area", "sex", "low"])


def _whole(bands: pd.DataFrame, *, oldest: int) -> pd.MultiIndex:
    """Return the (date, area, sex) whose closed bands follow each other from 0 to at least `oldest`."""
    keys = ["date", "area", "sex"]
    closed = bands[np.isfinite(bands["end"])]
    starts = closed.groupby(keys)["end"].shift().fillna(-1.0) + 1
    broken = (closed["low"] != starts) & (closed["low"] <= oldest)
    summary = closed.assign(broken=broken).groupby(keys).agg(broken=("broken", "any"), end=("end", "max"))
    return pd.MultiIndex.from_frame(summary[~summary["broken"] & (summary["end"] >= oldest)].reset_index()[keys])


def _lacks_sexes(evidence: Evidence, *, oldest: int) -> Lack | None:
    """Return what a count by age and sex on one date lacks; the date with the fewest areas missing is told."""
    bands = _bands_of(evidence)
    if bands is None or not {"female", "male"} <= set(bands["sex"]):
        return ("no residents by age and sex", "缺少分年龄、分性别人口")
    wide = (
        (bands["sex"] == "female")
        & (bands["low"] <= MOTHERS[1])
        & (bands["end"] >= MOTHERS[0])
        & (bands["end"] - bands["low"] >= MOTHER_BAND)
    )
    too_wide = set(zip(bands["date"][wide], bands["area"][wide], strict=True))
    women = {(date, area) for date, area, sex in _whole(bands, oldest=MOTHERS[1]) if sex == "female"}
    men = {(date, area) for date, area, sex in _whole(bands, oldest=oldest) if sex == "male"}
    lacks: list[tuple[int, Lack]] = []
    for date in sorted(set(bands["date"]), reverse=True):
        without = [area for area in evidence.areas if (date, area) not in women or (date, area) not in men]
        broad = [area for area in evidence.areas if (date, area) in too_wide and area not in without]
        if without:
            what = ("no residents by age and sex from 0 without gap", "缺少自 0 岁起连续的分年龄、分性别人口")
            lacks.append((len(without) + len(broad), _for_areas(what, without, evidence.areas)))
        elif broad:
            what = ("bands of women of 15 to 49 wider than five years", "15至49岁女性年龄组宽于五岁")
            lacks.append((len(broad), _for_areas(what, broad, evidence.areas)))
        else:
            return None
    return min(lacks, key=lambda lack: lack[0])[1]


def _lacks_snapshots(evidence: Evidence, *, number: int, oldest: int) -> Lack | None:
    """Return what counts by age on one date, or on two a year apart, lack."""
    bands = _bands_of(evidence)
    none = ("no residents by area and age", "缺少分区域、分年龄人口")
    if bands is None:
        return none
    sexes: dict[tuple[dt.date, str], set[str]] = {}
    for date, area, sex in _whole(bands, oldest=oldest):
        sexes.setdefault((date, area), set()).add(sex)
    known = {key for key, found in sexes.items() if "both" in found or {"female", "male"} <= found}
    dates = sorted({date for date, _ in known})
    if not dates:
        return (f"no residents by age from 0 to {oldest} without gap", f"缺少 0 至 {oldest} 岁连续的分年龄人口")
    full = [date for date in dates if all((date, area) in known for area in evidence.areas)]
    if full and (number == 1 or (full[-1] - full[0]).days >= YEAR_APART):
        return None
    if number == 2 and (dates[-1] - dates[0]).days < YEAR_APART:
        return ("only one count by age, or counts less than a year apart", "只有一次分年龄人口,或两次相隔不足一年")
    # whoever is missing on the date that has the most, and on the best date a year from it
    counted = {date: [area for area in evidence.areas if (date, area) not in known] for date in dates}
    best = min(dates, key=lambda date: (len(counted[date]), -date.toordinal()))
    apart = [date for date in dates if abs((date - best).days) >= YEAR_APART]
    short = set(counted[best])
    if number == 2 and apart:
        short |= set(counted[min(apart, key=lambda date: (len(counted[date]), -date.toordinal()))])
    what = none if number == 1 else ("no second count by age, a year apart,", "缺少相隔一年的第二次分年龄人口")
    return _for_areas(what, sorted(short), evidence.areas)


def _lacks_totals(evidence: Evidence, *, oldest: int) -> Lack | None:
    """Return what totals and the age structure of the whole lack."""
    none = ("no residents by area", "缺少分区域总人口")
    if evidence.totals is None or evidence.totals.empty:
        return none
    counted = evidence.totals["count"].dropna().reset_index()
    # one date for all: totals of different days do not add up to a whole
    groups = counted.groupby("date")["area"].agg(set)
    short = min(([area for area in evidence.areas if area not in found] for found in groups), key=len)
    if short:
        return _for_areas(none, short, evidence.areas)
    structure = evidence.structure
    if structure is None or structure.empty or structure["count"].isna().any():
        return ("no age structure of the planning area", "缺少全域年龄结构")
    closed = structure[structure["high"].notna()].sort_values("low")
    edges = np.append(0, closed["high"].to_numpy(int) + 1)
    if (closed["low"].to_numpy(int) != edges[:-1]).any() or edges[-1] <= oldest:
        return (
            f"the age structure does not run from 0 to {oldest} without gap",
            f"全域年龄结构未连续覆盖 0 至 {oldest} 岁",
        )
    return None


def _lacks_pupils(evidence: Evidence) -> Lack | None:
    """Return what enrolment by grade lacks."""
    table = evidence.pupils
    if table is None or table.empty:
        return ("no pupils by school and grade", "缺少分学校、分年级在校生数")
    if table.index.get_level_values("year").nunique() < 2:
        return ("pupils by grade for one school year only", "只有一个学年的分年级在校生数")
    return None


# totals by age structure


def spread_totals(
    totals: pd.Series,
    structure: pd.DataFrame,
    *,
    ages: Sequence[int],
    parent_of: pd.Series | None = None,
    age_totals: pd.DataFrame | None = None,
    rescale: float = 0.0,
) -> xr.DataArray:
    """
    Give each area the age structure of the whole, or of its parent.

    Children move with their parents to new housing and away from old: an area
    unlike the whole is not seen by this method.

    Parameters
    ----------
    totals
        Residents of all ages on one date, by area.
    structure
        Residents by `age`, with `low`, `high` (last age counted; missing for
        the open band) and `count`; with `parent_of`, by `(parent, age)`. Of it
        only the shares matter. It holds all ages, not children alone.
    ages
        Single ages wanted.
    parent_of
        Parent of each area, e.g. its township, or town and countryside; by
        default all areas share one structure.
    age_totals
        Residents by `age` as `structure`, without parents, which the sum of
        all areas must have: the table is then raked to both.
    rescale
        Share in [0, 1) by which the sum of `totals` may differ from that of
        `age_totals`, to which it is then scaled.

    Returns
    -------
    children
        Residents by (area, age). With all other ages they add up to the area's
        total.

    Raises
    ------
    LabelError
        If bands leave a gap or end too early, or an area has no parent or a
        parent no structure.
    MissingValueError
        If a count is missing.
    ValueError
        If a count is negative, or the totals differ.

    See Also
    --------
    schoolmap.population.raking.rake : What fits both totals.

    Examples
    --------
    >>> totals = pd.Series({"a": 1000.0, "b": 500.0}).rename_axis("area")
    >>> structure = pd.DataFrame(
    ...     {"low": [0, 3, 6], "high": [2, 5, None], "count": [300.0, 300.0, 9400.0]},
    ...     index=pd.Index(["0-2", "3-5", "6+"], name="age"),
    ... )
    >>> spread_totals(totals, structure, ages=[3, 4, 5]).round(1).values.tolist()
    [[10.0, 10.0, 10.0], [5.0, 5.0, 5.0]]
    """
    wanted = _ages(ages)
    checks.require_unique_labels(totals.index, what="`totals`")
    checks.require_no_gaps(totals, what="`totals`")
    checks.require_not_negative(totals, what="`totals`")
    parents = pd.Series("", index=totals.index) if parent_of is None else _parents(totals, parent_of)
    tables = structure.reset_index() if parent_of is not None else structure.reset_index().assign(parent="")
    absent = sorted(set(parents) - set(tables["parent"]))
    if absent:
        msg = f"`structure` has no ages for {len(absent)} parent(s), e.g. {absent[0]!r}."
        raise LabelError(msg)
    tables = tables[tables["parent"].isin(parents)]
    share = _single_years(tables, oldest=wanted[-1], what="`structure`")
    everyone = share.sum("age")
    if (everyone <= 0).any():
        first = everyone["area"].to_numpy()[int(np.flatnonzero(everyone <= 0)[0])]
        msg = f"`structure` has nobody{f' for parent {first!r}' if parent_of is not None else ''}."
        raise ValueError(msg)
    areas = xr.DataArray(totals.to_numpy(float), dims="area", coords={"area": totals.index.to_numpy(object)})
    seed = (share / everyone).sel(area=parents.to_numpy(object)).assign_coords(area=areas["area"]) * areas
    if age_totals is not None:
        columns = _single_years(age_totals.reset_index().assign(parent=""), oldest=wanted[-1], what="`age_totals`")
        seed = rake(seed, rows=areas, columns=columns.isel(area=0, drop=True), rescale=rescale)
    return seed.sel(age=list(ages)).transpose("area", "age").rename("children")


def _ages(ages: Sequence[int]) -> list[int]:
    """Return the ages wanted in their order; refuse what is not an age."""
    if not len(ages) or min(ages) < 0 or len(set(ages)) < len(ages):
        msg = f"`ages` are single ages from 0, each once, got {list(ages)}."
        raise LabelError(msg)
    return sorted(int(age) for age in ages)


def _parents(totals: pd.Series, parent_of: pd.Series) -> pd.Series:
    """Return the parent of each area of `totals`."""
    checks.require_unique_labels(parent_of.index, what="`parent_of`")
    found = parent_of.reindex(totals.index)
    checks.require_no_gaps(found, what="The parent in `parent_of`")
    return found


def _single_years(bands: pd.DataFrame, *, oldest: int, what: str) -> xr.DataArray:
    """Return residents by (parent as area, single age to `oldest`, and all older as the next)."""
    checks.require_no_gaps(bands["count"], what=what)
    checks.require_not_negative(bands["count"], what=what)
    last = bands["high"].fillna(np.inf).groupby(bands["parent"]).max()
    if (last < OLDEST_CLOSED).any():
        first = last.index[last < OLDEST_CLOSED][0]
        msg = (
            f"{what} ends at age {last[first]:g}{f' for parent {first!r}' if first else ''}: "
            "totals hold all ages, so that it must, too. Add the open band."
        )
        raise LabelError(msg)
    table = bands.rename(columns={"parent": "area"}).set_index(["area", "age"])[["low", "high", "count"]]
    single = split_bands(table, oldest=oldest)
    everyone = xr.DataArray.from_series(table["count"].groupby(level="area").sum().astype(float))
    older = (everyone.sel(area=single["area"]) - single.sum("age")).clip(min=0.0).expand_dims(age=[oldest + 1])
    return xr.concat([single, older.transpose("area", "age")], dim="age")


# a ready projection


def check_projection(
    projection: pd.DataFrame,
    *,
    ages: Sequence[int],
    units: Sequence[str] | None = None,
    jump: float = 0.5,
    least: float = 10.0,
) -> pd.DataFrame:
    """
    Check a ready projection, and list what a person should look at.

    A cohort is followed where bands are one year wide; wider bands are compared
    with themselves a year before. The youngest single age has nothing to be
    compared with.

    Parameters
    ----------
    projection
        Children by `(unit, low, high, year)`, with `count`; ages `low` to
        `high`, both counted.
    ages
        Single ages that the plan needs.
    units
        Units that the plan needs; by default those of the projection.
    jump
        Growth in a year, as a share, above which it is listed; a fall by the
        same factor is listed, too.
    least
        Change in children below which it is not listed: villages jump.
        Assumption.

    Returns
    -------
    jumps
        One row for each jump, with `unit`, `low`, `high`, `year`, `before`,
        `count` and `change` (share; infinite from zero).

    Raises
    ------
    LabelError
        If a unit, band or year is missing or occurs twice, bands overlap, or do
        not cover the ages.
    MissingValueError
        If a count is missing.
    ValueError
        If a count is negative.

    Examples
    --------
    >>> index = pd.MultiIndex.from_product([["a"], [6], [6], [2027, 2028]], names=["unit", "low", "high", "year"])
    >>> older = pd.MultiIndex.from_product([["a"], [7], [7], [2027, 2028]], names=["unit", "low", "high", "year"])
    >>> counts = [100.0, 105.0, 90.0, 180.0]
    >>> projection = pd.DataFrame({"count": counts}, index=index.append(older))
    >>> check_projection(projection, ages=[6, 7])[["unit", "low", "year", "before", "count"]]
      unit  low  year  before  count
    0    a    7  2028   100.0  180.0
    """
    if not (jump > 0 and least >= 0):
        msg = f"`jump` must be above zero and `least` not below, got {jump} and {least}."
        raise ValueError(msg)
    table = _grid(projection, ages=ages, units=units)
    counts = table["count"]
    frame = counts.reset_index()
    single = frame["low"] == frame["high"]
    younger = pd.MultiIndex.from_arrays(
        [frame["unit"], frame["low"] - single, frame["high"] - single, frame["year"] - 1], names=counts.index.names
    )
    frame["before"] = counts.reindex(younger).to_numpy()
    frame = frame[frame["before"].notna()]
    far = (frame["count"] - frame["before"]).abs() >= least
    grown = frame["count"] > frame["before"] * (1 + jump)
    fallen = frame["before"] > frame["count"] * (1 + jump)
    found = frame[far & (grown | fallen)]
    with np.errstate(divide="ignore"):
        change = found["count"] / found["before"].to_numpy() - 1
    return found.assign(change=change)[["unit", "low", "high", "year", "before", "count", "change"]].reset_index(
        drop=True
    )


def _grid(projection: pd.DataFrame, *, ages: Sequence[int], units: Sequence[str] | None) -> pd.DataFrame:
    """Return the projection sorted; refuse it unless it is complete and its bands cover the ages."""
    keys = ["unit", "low", "high", "year"]
    if list(projection.index.names) != keys or "count" not in projection:
        msg = f"`projection` must be indexed by {keys} with `count`, got {list(projection.index.names)}."
        raise LabelError(msg)
    checks.require_unique_labels(projection.index, what="`projection`")
    checks.require_no_gaps(projection["count"], what="`projection`")
    checks.require_not_negative(projection["count"], what="`projection`")
    if projection.empty:
        msg = "`projection` is empty."
        raise LabelError(msg)
    if units is not None:
        found = projection.index.get_level_values("unit").unique()
        checks.require_same_labels(pd.Index(list(units)), found, what="`units` and `projection`")
    years = projection.index.get_level_values("year")
    gap = sorted(set(range(int(years.min()), int(years.max()) + 1)) - set(years))
    if gap:
        msg = f"`projection` has no year {gap[0]}. Years are not interpolated: give every year."
        raise LabelError(msg)
    frame = projection.index.to_frame(index=False)
    bands = frame[["low", "high"]].drop_duplicates().sort_values(["low", "high"]).to_numpy(int)
    crossed = np.flatnonzero(bands[1:, 0] <= bands[:-1, 1])
    if len(crossed) or (bands[:, 1] < bands[:, 0]).any():
        at = bands[crossed[0]].tolist() + bands[crossed[0] + 1].tolist() if len(crossed) else bands[0].tolist()
        msg = f"The bands of `projection` overlap or end before they start, e.g. {at}: a child would count twice."
        raise LabelError(msg)
    covered = {age for low, high in bands for age in range(low, high + 1)}
    lacking = [age for age in _ages(ages) if age not in covered]
    if lacking:
        msg = f"The bands of `projection` do not hold age {lacking[0]}; the plan needs {min(ages)} to {max(ages)}."
        raise LabelError(msg)
    full = len(bands) * frame["unit"].nunique() * frame["year"].nunique()
    if len(frame) < full:
        complete = pd.MultiIndex.from_product([frame["unit"].unique(), frame["year"].unique()])
        per = frame.groupby(["unit", "year"]).size().reindex(complete, fill_value=0)
        unit, year = min(per[per < len(bands)].index)
        msg = (
            f"`projection` lacks {full - len(frame)} count(s), e.g. a band of unit {unit!r} in {year}. "
            "Every unit needs every band in every year."
        )
        raise LabelError(msg)
    return projection.sort_index()


def spread_projection(
    projection: pd.DataFrame,
    *,
    ages: Sequence[int],
    shape: xr.DataArray | None = None,
) -> xr.DataArray:
    r"""
    Split the bands of a projection into single ages, keeping every band's total.

    Without a shape the cohorts decide: those born in the same year keep, as far
    as the totals allow it, their size from year to year. Starting from equal
    ages, each cohort takes the mean of what its ages have, and each band is
    scaled to its total, fifty times. One year alone is split evenly.

    Parameters
    ----------
    projection
        Children by `(unit, low, high, year)`, with `count`, as `check_projection`
        takes it.
    ages
        Single ages wanted.
    shape
        Weights, zero or more, by `age` and, if they differ, by `unit` or
        `year`: each band is split by them.

    Returns
    -------
    children
        Children by (unit, age, year).

    Raises
    ------
    LabelError
        If the projection is incomplete (no year is interpolated), or the shape
        lacks labels.
    MissingValueError
        If a number is missing.
    ValueError
        If a number is negative, or the shape is zero for a band with children.

    Notes
    -----
    The steps are those of the EM algorithm for sums of Poisson counts, stopped
    early (Vardi, Shepp and Kaufman 1985; Eilers 2007 on composite links).

    Examples
    --------
    >>> index = pd.MultiIndex.from_tuples(
    ...     [("a", 3, 5, 2027), ("a", 6, 6, 2027)], names=["unit", "low", "high", "year"]
    ... )
    >>> projection = pd.DataFrame({"count": [300.0, 90.0]}, index=index)
    >>> spread_projection(projection, ages=[3, 4, 5, 6]).sel(unit="a", year=2027).values.tolist()
    [100.0, 100.0, 100.0, 90.0]
    """
    table = _grid(projection, ages=ages, units=None)
    totals = xr.DataArray.from_series(table["count"].droplevel("high").astype(float))
    bands = table.index.to_frame(index=False)[["low", "high"]].drop_duplicates().sort_values("low")
    lows, highs = bands["low"].to_numpy(int), bands["high"].to_numpy(int)
    every = np.concatenate([np.arange(low, high + 1) for low, high in zip(lows, highs, strict=True)])
    member = np.repeat(np.arange(len(lows)), highs - lows + 1)
    counts = totals.transpose("unit", "low", "year").sel(low=lows).to_numpy()
    years = totals["year"].to_numpy().astype(int)
    labels = {"unit": totals["unit"].to_numpy(), "age": every, "year": years}
    if shape is None:
        split = _by_cohort(counts, every, member, years)
    else:
        split = _by_shape(counts, _weights(shape, labels), labels, member)
    children = xr.DataArray(split, dims=("unit", "age", "year"), coords=labels, name="children")
    return children.sel(age=list(ages))


def _scaled(
    weights: NDArray[np.float64], counts: NDArray[np.float64], member: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the weights (unit, age, year) scaled to the totals of their bands (unit, band, year)."""
    sums = np.add.reduceat(weights, np.flatnonzero(np.diff(member, prepend=-1)), axis=1)
    share = np.divide(weights, sums[:, member], out=np.zeros_like(weights), where=sums[:, member] > 0)
    scaled: NDArray[np.float64] = share * counts[:, member]
    return scaled


def _by_cohort(
    counts: NDArray[np.float64],
    ages: NDArray[np.int64],
    member: NDArray[np.int64],
    years: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Split bands so that cohorts keep their size as far as the totals allow it."""
    cohort = years[None, :] - ages[:, None]
    place = cohort - cohort.min()
    found = np.bincount(place.ravel())
    split = _scaled(np.ones((len(counts), *place.shape)), counts, member)
    for _ in range(ROUNDS if len(years) > 1 else 0):
        sums = np.zeros((len(counts), len(found)))
        for age in range(len(ages)):
            sums[:, place[age]] += split[:, age]
        mean = sums / np.maximum(found, 1)
        split = _scaled(mean[:, place], counts, member)
    return split


def _weights(shape: xr.DataArray, labels: Mapping[str, NDArray[np.int64]]) -> NDArray[np.float64]:
    """Return the shape by (unit, age, year)."""
    require_numbers(shape, "shape", dims=("age",), low=0.0, high=np.finfo(float).max)
    for name in shape.dims:
        if str(name) not in labels or name not in shape.indexes:
            msg = f"`shape` may have the labelled dimensions {list(labels)}, it has {name!r}."
            raise LabelError(msg)
        lacking = sorted(set(labels[str(name)].tolist()) - set(shape.indexes[name].tolist()))
        if lacking:
            msg = f"`shape` has no {name} {lacking[0]!r}."
            raise LabelError(msg)
    wide = arrange(shape, {name: list(values) for name, values in labels.items()}, list(labels))
    return np.broadcast_to(wide, tuple(len(values) for values in labels.values())).copy()


def _by_shape(
    counts: NDArray[np.float64],
    weights: NDArray[np.float64],
    labels: Mapping[str, NDArray[np.int64]],
    member: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Split bands by weights; refuse weights of zero for a band with children."""
    sums = np.add.reduceat(weights, np.flatnonzero(np.diff(member, prepend=-1)), axis=1)
    empty = np.argwhere((sums <= 0) & (counts > 0))
    if len(empty):
        unit, band, year = empty[0]
        low = labels["age"][np.flatnonzero(member == band)[0]]
        msg = (
            f"`shape` is zero for {len(empty)} band(s) with children, e.g. that from age {low} of unit "
            f"{labels['unit'][unit]!r} in {labels['year'][year]}."
        )
        raise ValueError(msg)
    return _scaled(weights, counts, member)


def date_projection(
    children: xr.DataArray,
    *,
    day: str,
    cutoff: str,
    ages: Sequence[int] | None = None,
) -> xr.DataArray:
    r"""
    Move a projection from its own day to the cut-off day of the school year.

    As in `school_years.age_on`, a share :math:`f` of each age has had one more
    birthday by then: :math:`P'_a = (1 - f) P_a + f P_{a-1}`. Of the youngest
    age, those who have come from below are found a year later in the same age.

    Parameters
    ----------
    children
        Children by (age, year) and any further dimension, on `day` of each
        calendar year, ages and years without gap.
    day
        Month and day for which they hold, `12-31`.
    cutoff
        Month and day of the school year, `08-31`.
    ages
        Single ages wanted; by default all.

    Returns
    -------
    children
        Children on the cut-off day, by school year, which is named by its
        autumn. A projection of 31 December 2027 tells of the school year 2028.
        The last year has no later one to tell of its youngest age: it is left
        out if that age is wanted. If both days are the same, `children` as
        they are, of the ages wanted.

    Raises
    ------
    LabelError
        If ages or years leave a gap, or there is only one year to move.
    MissingValueError
        If a number is missing.

    Notes
    -----
    Smith, Tayman and Swanson (2013), ch. 3. Moves and deaths within the part of
    a year are those of the projection's next year for the youngest age, and
    none for the others.

    Examples
    --------
    >>> children = xr.DataArray(
    ...     [[100.0, 80.0], [90.0, 100.0]], coords={"age": [3, 4], "year": [2027, 2028]}, dims=("age", "year")
    ... )
    >>> date_projection(children, day="02-28", cutoff="08-31").round(1).to_series().to_dict()
    {(3, 2027): 89.9, (4, 2027): 95.0}
    """
    wanted = children["age"].to_numpy().tolist() if ages is None else list(ages)
    absent = sorted(set(wanted) - set(children["age"].to_numpy().tolist()))
    if absent:
        msg = f"`children` has no age {absent[0]}."
        raise LabelError(msg)
    if day == cutoff:
        return children.sel(age=wanted)
    require_numbers(children, "children", dims=("age", "year"), low=0.0)
    ordered = children.sortby("age").sortby("year").astype(float)
    for name in ("age", "year"):
        if (np.diff(ordered[name].to_numpy().astype(int)) != 1).any():
            msg = f"`children` has the labels {ordered[name].to_numpy().tolist()} of {name!r}: each once, without gap."
            raise LabelError(msg)
    youngest = int(ordered["age"][0])
    if youngest in wanted and ordered.sizes["year"] < 2:
        msg = f"`children` of one year cannot be moved to another day: age {youngest} needs the next year."
        raise LabelError(msg)
    years = ordered["year"].to_numpy().astype(int)
    dates = [cutoff_day(int(year), day) for year in years]
    schools = [first_school_year(date, cutoff) for date in dates]
    share = xr.DataArray(
        [years_until(date, cutoff_day(year, cutoff)) for date, year in zip(dates, schools, strict=True)],
        dims="year",
        coords={"year": years},
    )
    # those who come to the youngest age from below are a year later still of that age
    younger = ordered.shift(age=1).where(ordered["age"] > youngest, ordered.shift(year=-1))
    moved = ((1 - share) * ordered + share * younger).assign_coords(year=schools)
    if youngest in wanted:
        moved = moved.isel(year=slice(None, -1))
    placed: xr.DataArray = moved.sel(age=wanted).transpose(*children.dims)
    return placed.rename(children.name)
