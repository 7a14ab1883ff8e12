"""
Who goes to which school in an invented county: pupils by grade, classes, and who learns elsewhere than at home.

Pupils are counted, not estimated: the children of a catchment's villages, less
those who learn elsewhere, and those who come from elsewhere, are the pupils of
the schools that serve it, grade by grade.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap.inputs.examples.chance import between
from schoolmap.inputs.examples.chance import divide
from schoolmap.inputs.examples.chance import stream
from schoolmap.inputs.examples.chance import whole
from schoolmap.inputs.examples.schools import GRADES
from schoolmap.inputs.examples.schools import JUNIOR
from schoolmap.inputs.examples.schools import KINDERGARTEN
from schoolmap.inputs.examples.schools import PRIMARY
from schoolmap.inputs.examples.zones import zone_of
from schoolmap.tables import AGE_BEFORE_GRADE
from schoolmap.tables import MIXED_GRADE
from schoolmap.tables import grade_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from schoolmap.inputs.examples.chance import Counts
    from schoolmap.inputs.examples.schools import School
    from schoolmap.inputs.examples.schools import Section
    from schoolmap.inputs.examples.zones import Zone

    Floats = NDArray[np.float64]

OUTSIDE = ""
"""Where those live or learn who do so outside the county, or learn at home."""

_ATTENDANCE = {"K1": 0.86, "K2": 0.93, "K3": 0.97}
"""Share of the children of three, four and five years who go to kindergarten; all older ones learn somewhere."""
_AT_HOME = {KINDERGARTEN: 0.0, PRIMARY: 0.0022, JUNIOR: 0.0026}
"""Share who are taught at home or in a special school (送教上门, 特教)."""
_TO_OTHER_COUNTIES = {KINDERGARTEN: 0.0, PRIMARY: 0.006, JUNIOR: 0.015}
_TO_THE_TOWN = {KINDERGARTEN: 0.03, PRIMARY: 0.055, JUNIOR: 0.06}
"""Share of the rural children whose parents choose a school of the county town."""
_TO_THE_SEAT = 0.55
"""Share of the children of a village catchment whose parents choose the school at the seat."""
_WITHIN_TOWN = {KINDERGARTEN: 0.04, PRIMARY: 0.035, JUNIOR: 0.03}
_WANTED = {
    KINDERGARTEN: {"城中幼儿园单元": 3.0, "新区幼儿园单元": 2.0},
    PRIMARY: {"实验片区": 4.0, "新城片区": 2.0, "西街片区": 1.0, "南城片区": 1.4},
    JUNIOR: {"一中片区": 4.0, "四中片区": 2.0, "三中片区": 1.2},
}
"""Catchments whose schools are chosen, and how much more than others."""
_BOARDING = {
    PRIMARY: {"岩湾乡片区": "双溪镇片区", "高岭乡片区": "石桥镇中心小学片区", "竹林乡片区": "柳河镇中心小学片区"},
    JUNIOR: {"松坪乡初中片区": "双溪镇初中片区", "云盘乡初中片区": "大坪镇初中片区"},
}
_BOARDING_SHARE = {PRIMARY: 0.02, JUNIOR: 0.05}
_BOARDING_FROM = 4
"""Grade from which children board: those of grades 1 to 3 shall live at home (国办发〔2018〕27号)."""
_MIGRANTS = {
    PRIMARY: {"站前片区": 16, "工业园片区": 24, "新城片区": 14},
    JUNIOR: {"二中片区": 20, "四中片区": 18},
}
"""Children a grade who live over the county's border, whose parents work in the county town (随迁子女)."""
_SIZE = {KINDERGARTEN: 28, PRIMARY: 47, JUNIOR: 50}
"""Children of a class, where rooms do not decide."""
_SMALL_FIRST = {"1": 1.22, "2": 1.12, "7": 1.08}
"""How much more the classes of a grade that was just admitted weigh, where rooms are few."""
_AROUND = 4
"""Villages whose children a small school is near to."""
_FEWEST_OF_A_YEAR = 12
"""Children of a kindergarten year with fewer of which the years are taught together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pupils:
    """
    The pupils of the base year.

    Attributes
    ----------
    of_section
        Pupils by `(school, stage, grade)`, for the grades that are taught.
    classes
        Classes on the same index.
    flows
        Pupils by `(origin, destination, stage, reason)`; `OUTSIDE` is no catchment.
    residents
        Children who learn somewhere, by `(catchment, stage, grade)` of where they live.
    """

    of_section: pd.Series
    classes: pd.Series
    flows: pd.Series
    residents: pd.Series


def make_pupils(people: Counts, areas: pd.Index, schools: list[School], zones: list[Zone], *, seed: int) -> Pupils:
    """
    Send the children of the county to school.

    Parameters
    ----------
    people
        Residents by (area, sex, age) on the cut-off day.
    areas
        Labels of the areas.
    schools, zones
        The schools and whom they serve.
    seed
        Of everything that is left to chance.
    """
    by_age = people.sum(axis=1)
    rng = stream(seed, "pupils")
    parts, flows, residents = [], [], []
    for stage, grades in GRADES.items():
        own = [zone for zone in zones if zone.stage == stage]
        zone = zone_of(zones, stage).reindex(areas)
        villages = pd.DataFrame(
            {grade: by_age[:, grade_number(grade) + AGE_BEFORE_GRADE] for grade in grades}, index=areas
        )
        attending = {grade: whole(villages[grade] * _ATTENDANCE.get(grade, 1.0), rng) for grade in grades}
        villages = pd.DataFrame(attending, index=areas)
        children = villages.groupby(zone.to_numpy()).sum().loc[[item.code for item in own]]
        moved = pd.concat(list(_flows(children, own, stage, rng)))
        residents.append(_long(children, stage, ["catchment", "grade"]))
        flows.append(moved)
        seated = _at_school(children, moved)
        parts.append(_by_school(seated, schools, own, stage, rng))
    pupils = _in_order(pd.concat(parts), schools)
    pupils = _mixed_years(pupils)
    whole_flows = pd.concat(flows).groupby(["origin", "destination", "stage", "reason"], sort=True)["pupils"].sum()
    return Pupils(
        of_section=pupils,
        classes=_classes(pupils, schools),
        flows=whole_flows[whole_flows > 0],
        residents=pd.concat(residents).rename("pupils"),
    )


def _long(table: pd.DataFrame, stage: str, names: list[str]) -> pd.Series:
    """Return a table by (catchment, grade) as a series by (catchment, stage, grade)."""
    index = pd.MultiIndex.from_product([table.index, [stage], table.columns], names=[names[0], "stage", names[1]])
    return pd.Series(table.to_numpy().ravel(), index=index)


def _flows(children: pd.DataFrame, zones: list[Zone], stage: str, rng: np.random.Generator) -> Iterator[pd.DataFrame]:
    """Return who learns elsewhere than at home, one table for each origin and reason, by grade."""
    codes = {zone.name: zone.code for zone in zones}
    wanted = pd.Series({codes[name]: weight for name, weight in _WANTED[stage].items()})
    for zone in zones:
        heads = children.loc[zone.code]
        if _AT_HOME[stage]:
            yield _moved(zone.code, {OUTSIDE: whole(heads * _AT_HOME[stage], rng)}, stage, "special", heads.index)
            away = whole(heads * _TO_OTHER_COUNTIES[stage], rng)
            yield _moved(zone.code, {OUTSIDE: away}, stage, "other", heads.index)
        share = _WITHIN_TOWN[stage] if zone.town else _TO_THE_TOWN[stage]
        weights = wanted.drop(zone.code, errors="ignore")
        choosing = divide(whole(heads * share, rng), weights.to_numpy(), rng)
        parts = {str(code): choosing[:, place] for place, code in enumerate(weights.index)}
        yield _moved(zone.code, parts, stage, "choice", heads.index)
        seat = _seat_of(zone, zones)
        if seat is not None:
            yield _moved(zone.code, {seat: whole(heads * _TO_THE_SEAT, rng)}, stage, "choice", heads.index)
        boards_at = _BOARDING.get(stage, {}).get(zone.name)
        if boards_at is not None:
            old = np.array([grade_number(str(grade)) >= _BOARDING_FROM for grade in heads.index])
            boarders = whole(heads * _BOARDING_SHARE[stage] * old, rng)
            yield _moved(zone.code, {codes[boards_at]: boarders}, stage, "boarding", heads.index)
        arriving = _MIGRANTS.get(stage, {}).get(zone.name)
        if arriving is not None:
            coming = whole(arriving * between(0.85, 1.15, rng, size=len(heads)), rng)
            yield _moved(OUTSIDE, {zone.code: coming}, stage, "migrant", heads.index)


def _seat_of(zone: Zone, zones: list[Zone]) -> str | None:
    """Return the catchment of the school at the township's seat, for that of a village school."""
    if zone.stage != PRIMARY or zone.town or not zone.name.endswith("小学片区") or "中心小学" in zone.name:
        return None
    # catchments of a township follow each other, that of the seat first
    before = [other for other in zones[: zones.index(zone)] if "中心小学" in other.name]
    return before[-1].code


def _moved(origin: str, to: dict[str, Counts], stage: str, reason: str, grades: pd.Index) -> pd.DataFrame:
    parts = [
        pd.DataFrame({"destination": destination, "grade": grades, "pupils": heads})
        for destination, heads in to.items()
    ]
    return pd.concat(parts).assign(origin=origin, stage=stage, reason=reason)


def _at_school(children: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """Return the pupils of each catchment's schools by grade: who lives there, less who leaves, and who comes."""
    seated = children.copy()
    for column, sign in (("origin", -1), ("destination", 1)):
        moved = flows[flows[column] != OUTSIDE].groupby([column, "grade"])["pupils"].sum().unstack("grade")
        seated = seated.add(sign * moved.reindex(index=children.index, columns=children.columns), fill_value=0)
    return seated.astype(int)


def _by_school(
    seated: pd.DataFrame,
    schools: list[School],
    zones: list[Zone],
    stage: str,
    rng: np.random.Generator,
) -> pd.Series:
    """Divide the pupils of each catchment among its schools, grade by grade."""
    known = {school.code: school for school in schools}
    heads_of = {(str(zone), str(grade)): int(heads) for (zone, grade), heads in _stacked(seated)}
    rows: dict[tuple[str, str, str], int] = {}
    for zone in zones:
        own = [known[code] for code in zone.schools]
        for grade in GRADES[stage]:
            offers = [school for school in own if grade in _section(school, stage).taught]
            weights = _pull(offers, stage, villages=len(zone.areas))
            parts = divide(heads_of[(zone.code, grade)], weights, rng)
            for school, heads in zip(offers, parts.tolist(), strict=True):
                key = (school.code, stage, grade)
                rows[key] = rows.get(key, 0) + heads
    return pd.Series(rows, name="pupils").rename_axis(["school", "stage", "grade"])


def _stacked(table: pd.DataFrame) -> Iterator[tuple[tuple[object, object], int]]:
    """Give the cells of a table with their labels."""
    for column in table.columns:
        for label, value in table[column].astype(int).items():
            yield (label, column), value


def _section(school: School, stage: str) -> Section:
    return next(section for section in school.sections if section.stage == stage)


def _pull(schools: list[School], stage: str, *, villages: int) -> Floats:
    """
    Return by what weights pupils go to the schools of a catchment of so many villages.

    Kindergartens by their size and renown; schools of the county town by their
    renown. In the country a small school has a part of the children of a few
    villages around it, and the central school all others.
    """
    own = [_section(school, stage) for school in schools]
    draw: Floats = np.array([section.draw for section in own])
    if stage == KINDERGARTEN:
        draw *= [section.rooms for section in own]
        return draw
    central = np.array([school.role == "central" for school in schools])
    if len(schools) == 1 or not central.any():
        return draw
    minor: Floats = np.where(central, 0.0, draw * min(1.0, _AROUND / villages))
    minor[central] = 1.0 - minor.sum()
    return minor


def _in_order(pupils: pd.Series, schools: list[School]) -> pd.Series:
    keys = [(s.code, section.stage, grade) for s in schools for section in s.sections for grade in section.taught]
    return pupils.reindex(pd.MultiIndex.from_tuples(keys, names=pupils.index.names)).astype(int)


def _mixed_years(pupils: pd.Series) -> pd.Series:
    """Teach the years of a very small kindergarten together."""
    early = pupils[pupils.index.get_level_values("stage") == KINDERGARTEN]
    largest = early.groupby(level="school").max()
    labels = pupils.index.to_frame(index=False)
    small = labels["school"].isin(largest.index[largest < _FEWEST_OF_A_YEAR]) & (labels["stage"] == KINDERGARTEN)
    index = pd.MultiIndex.from_frame(labels.assign(grade=labels["grade"].mask(small, MIXED_GRADE)))
    return pupils.set_axis(index).groupby(level=[0, 1, 2], sort=False).sum()


def _classes(pupils: pd.Series, schools: list[School]) -> pd.Series:
    """Make classes: as many as the size of a class asks for, but no more than there are rooms."""
    rooms = {(s.code, section.stage): section.rooms for s in schools for section in s.sections}
    counts: dict[tuple[str, str, str], int] = {}
    for _, grades in pupils.groupby(level=["school", "stage"], sort=False):
        heads = grades.to_numpy()
        school, stage, _ = grades.index[0]
        wanted = np.maximum(np.ceil(heads / _SIZE[stage]), heads > 0).astype(int)
        limit = rooms[(school, stage)]
        first = np.array([_SMALL_FIRST.get(str(grade), 1.0) for grade in grades.index.get_level_values("grade")])
        while limit and wanted.sum() > limit and (wanted > 1).any():
            # the grade whose classes stay smallest gives up a room, but the youngest are admitted to small classes
            after = np.where(wanted > 1, heads * first / np.maximum(wanted - 1, 1), np.inf)
            wanted[int(after.argmin())] -= 1
        counts |= dict(zip(grades.index, wanted.tolist(), strict=True))
    return pd.Series(counts, name="classes").rename_axis(pupils.index.names).reindex(pupils.index)
