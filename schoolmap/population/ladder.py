"""
The ladder of methods: the data decide, and every method says what the better ones could not have.

A ready projection (P), a count by age and sex with births (A), births alone
(B), two counts by age (C), one count by age (S), totals with the age structure
of the whole (D), enrolment alone (E).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap.errors import Fault
from schoolmap.errors import InputError
from schoolmap.population import snapshots

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from schoolmap.population.evidence import Evidence

    Text = Mapping[str, str]
    Lack = tuple[str, str]

MOTHERS = (15, 49)
"""First and last age of women by which births are counted (United Nations, Demographic Yearbook)."""
MOTHER_BAND = 5
"""Widest band of women's ages for which fertility is usually published, in years."""


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
    first_year: int | None = None,
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
    first_year
        First school year of the plan: children of the year before it must have
        been born in known years.
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
    years, one after another, to the latest, where nobody was counted by age. C two counts by age 0.9 to 12
    years apart, as `snapshots.widest_pair` finds them. S one count by age. D totals, and the age structure of the
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
        "B": lambda: (
            _lacks_births(evidence, years=entry_age, first_year=first_year)
            or _has_more(evidence, oldest=oldest, wanted=wanted)
        ),
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
    "C": {
        "en": f"residents by area and age on two dates, a year to {snapshots.MOST_YEARS:g} years apart",
        "zh": f"相隔1至{snapshots.MOST_YEARS:g}年的两次分区域、分年龄人口",
    },
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


def _lacks_births(evidence: Evidence, *, years: int, first_year: int | None = None) -> Lack | None:
    """
    Return what births by area and year lack: so many years, one after another, to the latest known.

    With a first school year the years end the year before it, if births are known until then.
    """
    none = ("no births by area and year", "缺少分区域、分年份的出生数")
    table = evidence.births
    if table is None or table.empty:
        return none
    births = table["births"].dropna()
    known = set(births.index[births.index.get_level_values("area").isin(evidence.areas)])
    if not known:
        return none
    latest = max(int(year) for _, year in known)
    ending = latest if first_year is None else min(first_year - 1, latest)
    needed = range(ending - years + 1, latest + 1)
    short = [area for area in evidence.areas if any((area, year) not in known for year in needed)]
    if not short:
        return None
    found = {area for area, _ in known}
    absent = [area for area in short if area not in found]
    if absent:
        return _for_areas(none, absent, evidence.areas)
    span = f"{needed[0]}-{latest}" if years > 1 else f"{latest}"
    gaps = sorted({year for year in needed for area in short if (area, year) not in known})
    first = f", e.g. {gaps[0]}" if len(needed) > 1 else ""
    first_zh = f"(如缺 {gaps[0]} 年)" if len(needed) > 1 else ""
    what = (f"births not known for every year of {span}{first}", f"{span} 年出生数不全{first_zh}")
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
    """Return what counts by age on one date, or on two that `snapshots.widest_pair` can use, lack."""
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
    if full and (number == 1 or any(snapshots.is_pair(date, full[-1]) for date in full)):
        return None
    # whoever is missing on the date that has the most, and on the best date a year or more from it
    counted = {date: [area for area in evidence.areas if (date, area) not in known] for date in dates}
    best = min(dates, key=lambda date: (len(counted[date]), -date.toordinal()))
    short = set(counted[best])
    if number == 2:
        apart = [date for date in dates if snapshots.is_pair(date, best)]
        if not apart:
            return _lacks_distance(best, dates)
        short |= set(counted[min(apart, key=lambda date: (len(counted[date]), -date.toordinal()))])
    what = none if number == 1 else ("no second count by age, a year apart,", "缺少相隔一年的第二次分年龄人口")
    return _for_areas(what, sorted(short), evidence.areas)


def _lacks_distance(best: dt.date, dates: Sequence[dt.date]) -> Lack:
    """Return why no count by age lies as far from the best one as cohorts can be compared: too near, or too long ago."""
    apart = [snapshots.years_apart(date, best) for date in dates if date != best]
    most = f"{snapshots.MOST_YEARS:g}"
    if not any(years > snapshots.MOST_YEARS for years in apart):
        return ("only one count by age, or counts less than a year apart", "只有一次分年龄人口,或两次相隔不足一年")
    if any(years < snapshots.LEAST_YEARS for years in apart):
        return (
            f"counts by age either less than a year or more than {most} years apart",
            f"各次分年龄人口相隔不足一年或超过{most}年",
        )
    return (f"counts by age more than {most} years apart", f"各次分年龄人口相隔超过{most}年")


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
