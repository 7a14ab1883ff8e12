"""
Checks of the tables of people: series without gaps, ages without overlap, persons and not thousands.

Every function takes tables indexed by `row` (as a spreadsheet counts) and
returns faults; none changes a table. Ages and years are compared as a whole
column at once, so that a table of some hundred thousand rows takes a second.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from schoolmap.errors import Fault
from schoolmap.errors import Severity
from schoolmap.errors import Wording
from schoolmap.inputs.checks.consistency import band_ends
from schoolmap.inputs.checks.consistency import first_few
from schoolmap.inputs.checks.named import MOST_SHOWN

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Mapping
    from collections.abc import Sequence

    from schoolmap.inputs.checks.named import Named

UNIT_FACTOR = 200.0
"""Two counts of one place that differ by more than this are not of one unit: thousands differ by 1,000, growth by 2."""
_LEAST_BIRTHS = 1 / 5000
"""Births per resident and year below this are implausible; the lowest of any country is about 1/200."""
_MOST_PUPILS_PER_BIRTH = 60.0
"""Pupils of all stages per birth of the largest year: twelve or so, several times that in a town that grows by moves."""
_MOST_PUPILS = 5.0
"""Pupils per resident above this are implausible; a town that teaches its neighbours' children has 0.5."""
_MOST_CHILDREN_PER_HOME = 5.0


def in_persons(table: Named) -> list[Fault]:
    """Report dates whose total is so small beside another's that it must be in thousands."""
    totals = table.frame.groupby("date")["count"].sum()
    if totals.empty:
        return []
    most, date = float(totals.max()), totals.idxmax()
    faults = []
    for other, total in totals[totals * UNIT_FACTOR < most].items():
        wording = Wording(
            f"has {total:,.0f} residents in all, but {date} has {most:,.0f}: persons and thousands are mixed.",
            "Write persons at every date.",
            f"总人数为 {total:,.0f},而 {date} 为 {most:,.0f}:似乎混用了“人”与“千人”或“万人”。",
            "各时点请一律以“人”为单位。",
        )
        faults.append(table.fault(wording, row=_first(table, "date", other), column="date", value=other))
    return faults


def count_against_births(population: Named, births: Named) -> list[Fault]:
    """Report a latest count that is implausibly small or large beside the births of the year nearest to it."""
    counted, date = _latest_total(population)
    years = births.frame["year"].astype(int)
    year = min(years.unique().tolist(), key=lambda other: (abs(other - int(date[:4])), other))
    born = float(births.frame.loc[years == year, "births"].sum())
    if born <= counted and born >= counted * _LEAST_BIRTHS:
        return []
    few = born > counted
    wording = Wording(
        f"has {counted:,.0f} residents in all, but {births.called} has {born:,.0f} births in {year}.",
        "Write both in persons, of the same areas.",
        f"总人数为 {counted:,.0f},而 {births.called} 中 {year} 年出生 {born:,.0f} 人。",
        "请核对两表的单位(人)和区域范围。",
    )
    # a hamlet may have a year without births; a year with more births than residents cannot be
    severity = Severity.ERROR if few else Severity.WARNING
    row = _first(population, "date", date)
    return [population.fault(wording, row=row, column="count", value=date, severity=severity)]


def count_against_pupils(population: Named, pupils: float, *, of: str) -> list[Fault]:
    """Report a latest count that is implausibly small beside the pupils of the area's schools."""
    counted, date = _latest_total(population)
    if pupils <= counted * _MOST_PUPILS:
        return []
    wording = Wording(
        f"has {counted:,.0f} residents in all, but {of} has {pupils:,.0f} pupils.",
        "Write persons, not thousands.",
        f"总人数为 {counted:,.0f},而 {of} 中有学生 {pupils:,.0f} 人。",
        "请以“人”为单位。",
    )
    return [population.fault(wording, row=_first(population, "date", date), column="count", value=date)]


def births_against_pupils(births: Named, pupils: float, *, of: str) -> list[Fault]:
    """Report births that are implausibly few beside the pupils of the area's schools, as thousands are."""
    yearly = births.frame.groupby("year")["births"].sum()
    # all pupils of kindergarten to junior are the births of twelve years at most, but for those who came
    if yearly.empty or pupils <= float(yearly.max()) * _MOST_PUPILS_PER_BIRTH:
        return []
    wording = Wording(
        f"has {yearly.max():,.0f} births in its largest year, but {of} has {pupils:,.0f} pupils.",
        "Write persons, not thousands.",
        f"最多的一年仅有出生 {yearly.max():,.0f} 人,而 {of} 中有学生 {pupils:,.0f} 人。",
        "请以“人”为单位。",
    )
    return [births.fault(wording, column="births", value=f"{yearly.max():g}")]


def projection_against_pupils(projection: Named, pupils: float, *, of: str) -> list[Fault]:
    """Report a projection that is implausibly small beside the pupils of the area's schools, as thousands are."""
    yearly = projection.frame.groupby("year")["count"].sum()
    if yearly.empty or pupils <= float(yearly.max()) * _MOST_PUPILS:
        return []
    wording = Wording(
        f"has {yearly.max():,.0f} children in its largest year, but {of} has {pupils:,.0f} pupils.",
        "Write persons, not thousands.",
        f"最多的一年仅有儿童 {yearly.max():,.0f} 人,而 {of} 中有学生 {pupils:,.0f} 人。",
        "请以“人”为单位。",
    )
    return [projection.fault(wording, column="count", value=f"{yearly.max():g}")]


def years_between_counts(table: Named) -> list[Fault]:
    """Warn of a year that is left out of counts that are otherwise yearly."""
    dates = sorted(table.frame["date"].dropna().unique())
    same_day = {date[5:] for date in dates}
    years = [int(date[:4]) for date in dates]
    steps = np.diff(years)
    # two or three counts need not be yearly: censuses are not
    if len(same_day) != 1 or len(steps) == 0 or steps.min() != 1 or steps.max() == 1:
        return []
    faults = []
    for before, after in itertools.pairwise(dates):
        absent = range(int(before[:4]) + 1, int(after[:4]))
        if absent:
            wording = Wording(
                f"comes after {before}: there is no count of {first_few(absent)} in between.",
                "Add it; methods that need a yearly series use the counts after the gap only.",
                f"之前是 {before}:缺少 {first_few(absent)} 年的人口。",
                "请补充;需要逐年数据的方法只使用间断之后的人口。",
            )
            row = _first(table, "date", after)
            faults.append(table.fault(wording, row=row, column="date", value=after, severity=Severity.WARNING))
    return faults


def years_without_gap(table: Named, units: Sequence[str] = ()) -> list[Fault]:
    """Report years that are left out of a series, and units (named by these columns together) that lack years of it."""
    frame = table.frame.assign(year=table.frame["year"].astype(int))
    every = set(range(int(frame["year"].min()), int(frame["year"].max()) + 1))
    absent = sorted(every - set(frame["year"]))
    if absent:
        return [table.fault(_lacks_years(absent), column="year", value=first_few(absent))]
    if not units:
        return []
    frame = frame.assign(unit=_joined(frame, units))
    known = frame.drop_duplicates(["unit", "year"]).groupby("unit", sort=True)["year"]
    short = known.size().loc[lambda sizes: sizes < len(every)].index
    faults = []
    for unit in short[:MOST_SHOWN]:
        own = frame.loc[frame["unit"] == unit, "year"]
        faults.append(
            table.fault(_lacks_years(sorted(every - set(own))), row=own.index[0], column="year", value=unit),
        )
    return [*faults, *table.more(len(short) - MOST_SHOWN, column="year")]


def births_whole(births: Named) -> list[Fault]:
    """Report years of an area that lack months or orders of birth: a part of the year would pass for the whole."""
    frame = births.frame.reindex(columns=["area", "year", "month", "order"]).astype(object)
    frame = frame.assign(month=frame["month"].fillna(""), order=frame["order"].fillna(""))
    faults = []
    for column, by, wanted, what, what_zh in (
        ("month", ["area", "year", "order"], 12, "months", "月份"),
        ("order", ["area", "year"], 3, "orders of birth", "孩次"),
    ):
        kinds = frame.drop_duplicates([*by, column])
        kinds = kinds.assign(known=kinds[column] != "")
        found = kinds.groupby(by, sort=True).agg(size=("known", "size"), known=("known", "sum")).reset_index()
        wrong = found[(found["known"] > 0) & ((found["known"] != wanted) | (found["size"] != found["known"]))]
        for record in wrong.head(MOST_SHOWN).itertuples():
            here = (frame["area"] == record.area) & (frame["year"] == record.year)
            wording = Wording(
                f"has {record.known} of {wanted} {what} in {record.year}.",
                "Add the others (a zero where it is known to be zero), leave the year out, or give it as a whole.",
                f"{record.year} 年只有 {record.known} 个{what_zh}(应为 {wanted} 个)。",
                "请补齐(确知为零的填 0),或删去该年,或只填全年合计。",
            )
            faults.append(births.fault(wording, row=frame.index[here][0], column=column, value=record.area))
        faults += births.more(len(wrong) - MOST_SHOWN, column=column)
    return faults


def pupils_whole(pupils: Named) -> list[Fault]:
    """
    Report years that no school has, and grades that a school leaves out in a year in which it reports others.

    A school without any record in a year is closed in that year.
    """
    faults = years_without_gap(pupils)
    if faults:
        return faults
    frame = pupils.frame
    for school, cells in frame.groupby("school")[["grade", "year"]]:
        grades = set(cells["grade"])
        for year, known in cells.groupby("year")["grade"]:
            absent = sorted(grades - set(known))
            if absent:
                wording = Wording(
                    f"lacks grade {first_few(absent)} in {year}, which it has in other years.",
                    "Add it (a zero where there were no pupils).",
                    f"{year} 学年缺少年级 {first_few(absent)},而其他学年有。",
                    "请补充(没有学生的填 0)。",
                )
                faults.append(pupils.fault(wording, row=known.index[0], column="grade", value=school))
    return [*faults[:MOST_SHOWN], *pupils.more(len(faults) - MOST_SHOWN, column="grade")]


def projection_units(projection: Named) -> list[Fault]:
    """Report records that name not just one of area and catchment, or not just one of age and stage."""
    frame = projection.frame
    faults = []
    for one, other in (("area", "catchment"), ("age", "stage")):
        empty = pd.Series(data=False, index=frame.index)
        first = frame[one].notna() if one in frame else empty
        second = frame[other].notna() if other in frame else empty
        # a table is of one kind throughout
        wrong = frame.index[(first == second) | (first != first.any())]
        wording = Wording(
            f"must name either `{one}` or `{other}`, the same in every record.",
            "Fill one of the two columns and leave the other out.",
            f"`{one}` 与 `{other}` 应二选一,且整表一致。",
            "请只填其中一列,另一列不写。",
        )
        faults += [projection.fault(wording, row=row, column=f"{one}, {other}") for row in wrong[:MOST_SHOWN]]
        faults += projection.more(len(wrong) - MOST_SHOWN, column=f"{one}, {other}")
    return faults


def projection_ages(
    projection: Named,
    *,
    ages: Mapping[str, tuple[int, int]],
    units: Mapping[str, Collection[str]],
) -> list[Fault]:
    """
    Report bands that overlap, and units that lack ages of a stage.

    Parameters
    ----------
    projection
        With `area` or `catchment`, and `age` or `stage`.
    ages
        Youngest and oldest age of each stage.
    units
        The areas or catchments that each stage needs.
    """
    frame, unit = projection.frame, projection_unit(projection.frame)
    oldest = max(high for _, high in ages.values())
    if projection_by_stage(frame):
        bands = pd.DataFrame(
            [ages.get(stage, (0, -1)) for stage in frame["stage"]],
            columns=["low", "high"],
            index=frame.index,
        )
    else:
        bands = band_ends(frame["age"])
    frame = frame.assign(low=bands["low"], high=bands["high"])
    open_ = frame["high"].isna()
    faults = [
        projection.fault(_OPEN_BAND, row=row, column="age", value=frame.at[row, "age"])
        for row in frame.index[open_ & (frame["low"] <= oldest)][:MOST_SHOWN]
    ]
    once = frame[~open_].drop_duplicates([unit, "low", "high"]).sort_values([unit, "low", "high"])
    before = once.groupby(unit)["high"].shift()
    overlap = once.index[once["low"] <= before]
    column = "stage" if projection_by_stage(frame) else "age"
    faults += [
        projection.fault(_OVERLAP, row=row, column=column, value=frame.at[row, unit]) for row in overlap[:MOST_SHOWN]
    ]
    if faults:
        return faults
    for stage, (low, high) in ages.items():
        part = once[(once["high"] >= low) & (once["low"] <= high)]
        covered = (part["high"].clip(upper=high) - part["low"].clip(lower=low) + 1).groupby(part[unit]).sum()
        short = [label for label in sorted(units[stage]) if covered.get(label, 0) < high - low + 1]
        if short:
            wording = Wording(
                f"lacks ages of stage {stage!r} ({low}-{high}) for {first_few(short)}.",
                "Add them: a projection is used as given.",
                f"{first_few(short)} 缺少学段“{stage}”({low}-{high} 岁)的预测。",
                "请补充:现成预测按原样采用。",
            )
            faults.append(projection.fault(wording, column=column, value=stage))
    return faults


def projection_years(projection: Named, *, first: int, last: int, severity: Severity) -> list[Fault]:
    """Report a projection that does not cover the school years of the plan."""
    years = set(projection.frame["year"].astype(int))
    absent = sorted(set(range(first, last + 1)) - years)
    if not absent:
        return []
    wording = Wording(
        f"lacks {first_few(absent)} of the school years {first} to {last}.",
        "Add them, or let base_year and horizon lie within the projection.",
        f"缺少 {first} 至 {last} 学年中的 {first_few(absent)}。",
        "请补充,或调整 base_year 与 horizon。",
    )
    return [projection.fault(wording, column="year", severity=severity)]


def projection_unit(frame: pd.DataFrame) -> str:
    """Return whether a projection is by `area` or by `catchment`."""
    return "area" if "area" in frame and bool(frame["area"].notna().any()) else "catchment"


def projection_by_stage(frame: pd.DataFrame) -> bool:
    """Say whether a projection is by stage, not by age."""
    return not ("age" in frame and bool(frame["age"].notna().any()))


def yields_whole(yields: Named) -> list[Fault]:
    """Report ages that overlap, years since completion with a gap, and more children than a home holds."""
    ends = band_ends(yields.frame["age"])
    frame = yields.frame.assign(low=ends["low"], high=ends["high"].fillna(np.inf))
    frame = frame.assign(type=frame["type"].fillna("") if "type" in frame else "")
    by = ["type", "years_since"]
    frame = frame.sort_values([*by, "low", "high"], kind="stable")
    overlap = frame.index[frame["low"] <= frame.groupby(by)["high"].shift()]
    faults = [yields.fault(_OVERLAP, row=row, column="age", value=frame.at[row, "age"]) for row in overlap]
    since = frame.groupby("type")["years_since"].agg(["nunique", "max"])
    for kind in since.index[since["nunique"] != since["max"] + 1]:
        known = set(frame.loc[frame["type"] == kind, "years_since"].astype(int))
        absent = sorted(set(range(max(known))) - known)
        wording = Wording(
            f"lacks the years since completion {first_few(absent)}.",
            "Let them count from 0 without gap; homes older than the last keep its yields.",
            f"缺少竣工后第 {first_few(absent)} 年。",
            "请从 0 起逐年填写;更早的住宅沿用最后一年。",
        )
        faults.append(yields.fault(wording, column="years_since", value=kind))
    per_home = frame.groupby(by)["children"].sum().reset_index()
    for record in per_home[per_home["children"] > _MOST_CHILDREN_PER_HOME].itertuples():
        wording = Wording(
            f"has {record.children:g} children per home {record.years_since:g} years after completion.",
            "Write children per occupied home: 0.2, not 20 per 100 homes.",
            f"竣工后第 {record.years_since:g} 年每户儿童 {record.children:g} 人。",
            "请填每户(入住)儿童数,如 0.2,而不是每百户 20。",
        )
        faults.append(yields.fault(wording, column="children", value=record.type))
    return faults


def migration_ages(migration: Named) -> list[Fault]:
    """Report ages that have two rates."""
    ends = band_ends(migration.frame["age"])
    frame = ends.assign(high=ends["high"].fillna(np.inf)).sort_values(["low", "high"], kind="stable")
    overlap = frame.index[frame["low"] <= frame["high"].shift()]
    ages = migration.frame["age"]
    return [migration.fault(_OVERLAP, row=row, column="age", value=ages.at[row]) for row in overlap]


def types_with_yields(developments: Named, yields: Named) -> list[Fault]:
    """Report types of homes that have no yields."""
    types = yields.frame["type"] if "type" in yields.frame else pd.Series(None, index=yields.frame.index, dtype=object)
    if types.isna().any():
        return []
    frame = developments.frame
    own = frame["type"] if "type" in frame else pd.Series(None, index=frame.index, dtype=object)
    known = first_few(sorted(set(types)))
    wording = Wording(
        f"is no type of {yields.called}.",
        f"Known are {known}; a record of `yields` without a type holds for every type.",
        f"不在 {yields.called} 的类型中。",
        f"已有:{known};`yields` 中类型留空的记录适用于所有类型。",
    )
    wrong = frame.index[~own.isin(set(types))]
    return [
        developments.fault(wording, row=row, column="type", value="" if pd.isna(own[row]) else own[row])
        for row in wrong
    ]


def developments_placed(developments: Named, areas: gpd.GeoDataFrame) -> list[Fault]:
    """Report developments that neither name their area nor stand in one."""
    frame = developments.frame
    placed = developments_areas(frame, areas)
    wording = Wording(
        "names no area and stands in none.",
        "Fill in `area`, or correct the coordinates.",
        "没有写明小区域,也不在任何小区域内。",
        "请填写小区域,或更正坐标。",
    )
    rows = frame.index[placed.isna()]
    return [developments.fault(wording, row=row, column="area", value=frame.at[row, "development"]) for row in rows]


def developments_areas(frame: pd.DataFrame, areas: gpd.GeoDataFrame) -> pd.Series:
    """
    Return the area of each development: the one it names, or the one its point stands in.

    On a shared border it is the area that sorts first; outside all areas, and
    where areas are points themselves, none.
    """
    named = frame["area"].astype(object) if "area" in frame else pd.Series(None, index=frame.index, dtype=object)
    if not isinstance(frame, gpd.GeoDataFrame) or frame.crs is None:
        return named
    # an area that is only a point has no inside
    shapes = areas[areas.geom_type.isin(["Polygon", "MultiPolygon"])].sort_values("area")
    hit, zone = shapes.sindex.query(frame.geometry.to_numpy(), predicate="intersects", sort=True)
    stands = pd.Series(shapes["area"].to_numpy()[zone], index=frame.index[hit], dtype=object)
    stands = stands.groupby(level=0).min().reindex(frame.index)
    return named.where(named.notna(), stands)


def _joined(frame: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """Name units that several columns tell apart."""
    names = frame[columns[0]].astype(str)
    for column in columns[1:]:
        names = names + ", " + frame[column].astype(str)
    return names


def _latest_total(table: Named) -> tuple[float, str]:
    date = str(table.frame["date"].dropna().max())
    return float(table.frame.loc[table.frame["date"] == date, "count"].sum()), date


def _first(table: Named, column: str, value: object) -> int:
    return int(table.frame.index[table.frame[column] == value][0])


def _lacks_years(absent: Sequence[int]) -> Wording:
    return Wording(
        f"lacks {first_few(absent)}.",
        "Add it (a zero where it is known to be zero): the years must follow each other.",
        f"缺少 {first_few(absent)} 年。",
        "请补充(确知为零的填 0):各年应连续。",
    )


_OPEN_BAND = Wording(
    "is open, but stages need these ages.",
    "Give it an upper end.",
    "没有上限,而学段需要其中的年龄。",
    "请写明上限。",
)
_OVERLAP = Wording(
    "overlaps other ages of the same unit.",
    "Count each age once.",
    "与同一单元的其他年龄段重叠。",
    "每个年龄只应出现一次。",
)
