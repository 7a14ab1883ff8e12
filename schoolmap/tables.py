"""
The contract of every table: its key, its columns and what they may hold.

A contract says what a column means once, in one place; readers use it to name
faults, the documentation to list columns, the template to write headers. Codes
are text, never numbers: `0101` and `101` are two catchments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import pandera.pandas as pa

if TYPE_CHECKING:
    import pandas as pd


class Kind(StrEnum):
    """What a column holds."""

    CODE = "code"
    """An identifier: text, kept as typed, never a number."""
    TEXT = "text"
    COUNT = "count"
    """Children, seats, classes: a number that is not negative."""
    CHANGE = "change"
    """Seats or classes added (or, if negative, taken away)."""
    DEGREES = "degrees"
    DATE = "date"
    """An ISO date, `2016-12-31`."""
    MONTH = "month"
    """A year and month, `2027-09`, or a year, which means its September."""
    AGE = "age"
    """One age in completed years, `3`, or a band with both ends counted, `3-5`, or open, `95+`."""
    YEAR = "year"
    """A calendar year, `2024`, or a school year, `2024-2025`, named by its autumn."""
    WHOLE = "whole"
    """A whole number that is not negative."""
    SHARE = "share"
    """A share, from 0 to 1."""
    SPEED = "speed"
    """Kilometres an hour: a number above zero."""


NUMERIC = {Kind.COUNT, Kind.CHANGE, Kind.DEGREES, Kind.WHOLE, Kind.SHARE, Kind.SPEED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table."""

    kind: Kind
    means: str
    required: bool = False
    filled: bool = True
    """Whether an empty cell is a fault (only where the column is present)."""
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """One table: its key, columns, and whether it carries geometry."""

    name: str
    key: tuple[str, ...]
    """Columns that tell records apart; none where records need not be told apart, such as pieces of road."""
    columns: dict[str, Column]
    geometry: str = "none"
    """`none`, `polygon`, `point`, `line`, `either` (polygon or point) or `optional` (a point, or nothing)."""
    one_of: tuple[tuple[str, ...], ...] = ()
    """Groups of columns of which one must be there."""
    instead: str = ""
    """Column that may stand in place of the geometry: a record that fills it needs none."""
    numbered: str = ""
    """Column of the key that is numbered where it is empty: such records are never the same."""
    numerous: bool = False
    """Whether there may be hundreds of thousands of records: faults of their geometry are counted beyond the first."""

    def __post_init__(self) -> None:
        """Raise if the key, or a group of columns, names one that the contract does not have."""
        others = [name for name in (self.instead, self.numbered) if name]
        named = [*self.key, *(name for group in self.one_of for name in group), *others]
        unknown = [name for name in named if name not in self.columns]
        if unknown:
            msg = f"contract {self.name!r} has no column {unknown[0]!r} for its key."
            raise ValueError(msg)


SEXES = ("female", "male", "both")
MONTHS = tuple(str(month) for month in range(1, 13))
ORDERS = ("1", "2", "3+")
"""First, second, and third or later births."""
KINDERGARTEN_GRADES = ("K1", "K2", "K3")
GRADES = (*KINDERGARTEN_GRADES, *(str(grade) for grade in range(1, 13)))
"""Kindergarten (小班, 中班, 大班), then grades 1 to 12."""
MIXED_GRADE = "KM"
"""A kindergarten class of several years (混合班)."""
CLASS_GRADES = (*KINDERGARTEN_GRADES, MIXED_GRADE, *GRADES[len(KINDERGARTEN_GRADES) :])
"""Grades of which a class can be."""
PROJECT_KINDS = (
    "new",
    "expand",
    "relocate",
    "attach",
    "convert",
    "handover",
    "temporary",
    "demolish",
    "improve",
)
"""`improve` changes quality and no seats; `handover` is a residential kindergarten that becomes public."""
PROJECT_STATUSES = ("reserve", "planned", "approved", "building", "opened", "suspended")
"""In the order in which a project goes through them; `suspended` is out of that order."""
OWNERSHIPS = ("public", "inclusive", "private")
"""Public (公办), inclusive private (普惠性民办), other private (其他民办)."""
YES_NO = ("yes", "no")
ONEWAY = ("yes", "no", "-1")
"""Whether a road may be driven one way only: as it is drawn, not so, or against the drawing."""
FLOW_REASONS = ("migrant", "choice", "boarding", "special", "other")
"""Why a child learns elsewhere than where it lives: families who came to work (随迁), choice of school (择校), boarding
(寄宿), special or home teaching (特教、送教上门), anything else."""


TRAVEL_TABLES = ("roads", "barriers", "crossings", "gates", "dwellings")
"""Tables of ways and of where they begin and end: all of them optional."""


def by_grade(what: str, grade: str) -> str:
    """
    Name the column that holds classes or pupils of one grade, in a table with one column a grade.

    Examples
    --------
    >>> by_grade("pupils", "1"), by_grade("classes", "K1")
    ('pupils_1', 'classes_K1')
    """
    return f"{what}_{grade}"


CONTRACTS: dict[str, Contract] = {
    contract.name: contract
    for contract in (
        Contract(
            name="areas",
            key=("area",),
            geometry="either",
            columns={
                "area": Column(kind=Kind.CODE, means="code of the small area", required=True),
                "name": Column(kind=Kind.TEXT, means="name of the small area", filled=False),
                "parent": Column(kind=Kind.TEXT, means="township, district or region", filled=False),
                "urban_rural": Column(kind=Kind.TEXT, means="urban or rural class", filled=False),
            },
        ),
        Contract(
            name="population",
            key=("area", "age", "sex", "date"),
            columns={
                "area": Column(kind=Kind.CODE, means="code of the small area", required=True),
                "age": Column(kind=Kind.AGE, means="age or band of ages", required=True),
                "sex": Column(kind=Kind.TEXT, means="sex; empty: both together", filled=False, allowed=SEXES),
                "date": Column(kind=Kind.DATE, means="date of the count", required=True),
                "count": Column(kind=Kind.COUNT, means="residents", required=True),
            },
        ),
        Contract(
            name="schools",
            key=("school",),
            geometry="point",
            columns={
                "school": Column(kind=Kind.CODE, means="code of the school", required=True),
                "name": Column(kind=Kind.TEXT, means="name of the school", required=True),
                "operator": Column(kind=Kind.TEXT, means="who runs it", filled=False),
                "ownership": Column(
                    kind=Kind.TEXT,
                    means="public, inclusive private, or other private",
                    filled=False,
                    allowed=OWNERSHIPS,
                ),
                "type": Column(kind=Kind.CODE, means="type of school, code of GB/T 33782 such as 211", filled=False),
                "township": Column(kind=Kind.TEXT, means="township or street it stands in", filled=False),
                "main_school": Column(
                    kind=Kind.CODE,
                    means="central school that a teaching point or campus belongs to",
                    filled=False,
                ),
                "group": Column(kind=Kind.TEXT, means="education group or alliance", filled=False),
                "urban_rural": Column(kind=Kind.TEXT, means="urban or rural class", filled=False),
                "licensed": Column(kind=Kind.TEXT, means="whether it is licensed", filled=False, allowed=YES_NO),
                "quality": Column(kind=Kind.TEXT, means="grade of quality that it was awarded", filled=False),
                "land_m2": Column(kind=Kind.COUNT, means="land in square metres", filled=False),
                "building_m2": Column(kind=Kind.COUNT, means="floor area in square metres", filled=False),
            },
        ),
        Contract(
            name="sections",
            key=("school", "stage"),
            columns={
                "school": Column(kind=Kind.CODE, means="code of the school", required=True),
                "stage": Column(kind=Kind.TEXT, means="stage of schooling", required=True),
                "seats": Column(kind=Kind.COUNT, means="seats", filled=False),
                "classrooms": Column(kind=Kind.COUNT, means="classrooms", filled=False),
                "enrolment": Column(kind=Kind.COUNT, means="pupils enrolled", filled=False),
                "catchment": Column(
                    kind=Kind.CODE,
                    means="catchments served, several separated by `;`; empty: where it stands",
                    filled=False,
                ),
                "expandable_classes": Column(
                    kind=Kind.COUNT,
                    means="classes that the plot can still take; empty: not known",
                    filled=False,
                ),
                "classes": Column(kind=Kind.WHOLE, means="classes taught", filled=False),
                "rooms_of": Column(
                    kind=Kind.TEXT,
                    means="stage of the same school whose classrooms it uses (attached classes)",
                    filled=False,
                ),
                "intake": Column(kind=Kind.COUNT, means="pupils admitted this year", filled=False),
                "planned_intake": Column(
                    kind=Kind.COUNT,
                    means="pupils that the admission plan of a usual year has room for",
                    filled=False,
                ),
                "graduates": Column(kind=Kind.COUNT, means="pupils expected to finish this year", filled=False),
                "boarding": Column(kind=Kind.COUNT, means="boarding places", filled=False),
                "boarders": Column(kind=Kind.COUNT, means="pupils who board", filled=False),
                "special_needs": Column(
                    kind=Kind.COUNT,
                    means="pupils with special needs among those enrolled",
                    filled=False,
                ),
                "teachers": Column(kind=Kind.COUNT, means="full-time teachers", filled=False),
                "staff": Column(kind=Kind.COUNT, means="all staff", filled=False),
                "posts": Column(kind=Kind.COUNT, means="established posts", filled=False),
                **{
                    by_grade(what, grade): Column(
                        kind=Kind.COUNT if what == "pupils" else Kind.WHOLE,
                        means=f"{what} of grade {grade}",
                        filled=False,
                    )
                    for what in ("classes", "pupils")
                    for grade in CLASS_GRADES
                },
                "published_utilisation": Column(
                    kind=Kind.COUNT,
                    means="utilisation in per cent as the source prints it, to compare with",
                    filled=False,
                ),
            },
        ),
        Contract(
            name="classes",
            key=("school", "grade", "class"),
            columns={
                "school": Column(kind=Kind.CODE, means="code of the school", required=True),
                "grade": Column(kind=Kind.TEXT, means="grade", required=True, allowed=CLASS_GRADES),
                "class": Column(
                    kind=Kind.CODE,
                    means="name of the class; empty: all classes of the grade together",
                    filled=False,
                ),
                "classes": Column(kind=Kind.WHOLE, means="classes of this record; empty: one", filled=False),
                "pupils": Column(kind=Kind.COUNT, means="pupils of this record", required=True),
            },
        ),
        Contract(
            name="resources",
            key=("school", "stage"),
            columns={
                "school": Column(kind=Kind.CODE, means="code of the school", required=True),
                "stage": Column(kind=Kind.TEXT, means="stage of schooling", required=True),
                "teachers_above": Column(
                    kind=Kind.COUNT, means="teachers with more than the required degree", filled=False
                ),
                "backbone_teachers": Column(
                    kind=Kind.COUNT, means="backbone teachers of the county or above", filled=False
                ),
                "arts_sports_teachers": Column(
                    kind=Kind.COUNT, means="full-time teachers of sports and arts", filled=False
                ),
                "teaching_m2": Column(
                    kind=Kind.COUNT, means="floor area of teaching and auxiliary rooms in square metres", filled=False
                ),
                "sports_m2": Column(kind=Kind.COUNT, means="sports grounds and halls in square metres", filled=False),
                "equipment_yuan": Column(kind=Kind.COUNT, means="value of teaching equipment in yuan", filled=False),
                "multimedia_rooms": Column(kind=Kind.COUNT, means="networked multimedia classrooms", filled=False),
                "music_rooms": Column(kind=Kind.COUNT, means="music rooms", filled=False),
                "art_rooms": Column(kind=Kind.COUNT, means="art rooms", filled=False),
                "certified_teachers": Column(
                    kind=Kind.COUNT, means="full-time teachers with a teaching certificate", filled=False
                ),
                "carers": Column(kind=Kind.COUNT, means="nursery carers", filled=False),
                "play_m2": Column(kind=Kind.COUNT, means="outdoor play area in square metres", filled=False),
                "exchanged_teachers": Column(
                    kind=Kind.COUNT, means="teachers exchanged with other schools this year", filled=False
                ),
                "exchangeable_teachers": Column(
                    kind=Kind.COUNT, means="teachers who were due for exchange", filled=False
                ),
            },
        ),
        Contract(
            name="flows",
            key=("origin", "destination", "stage", "reason"),
            one_of=(("origin", "destination"),),
            columns={
                "origin": Column(
                    kind=Kind.CODE,
                    means="catchment where they live; empty: outside the planning area",
                    filled=False,
                ),
                "destination": Column(
                    kind=Kind.CODE,
                    means="catchment where they learn; empty: outside the planning area, or at home",
                    filled=False,
                ),
                "stage": Column(kind=Kind.TEXT, means="stage of schooling", required=True),
                "reason": Column(kind=Kind.TEXT, means="why", filled=False, allowed=FLOW_REASONS),
                "pupils": Column(kind=Kind.COUNT, means="pupils in the base year", required=True),
            },
        ),
        Contract(
            name="catchments",
            key=("catchment", "stage", "valid_from"),
            geometry="polygon",
            instead="areas",
            columns={
                "catchment": Column(kind=Kind.CODE, means="code of the catchment", required=True),
                "name": Column(kind=Kind.TEXT, means="name of the catchment", filled=False),
                "stage": Column(kind=Kind.TEXT, means="stage; without it, every stage", filled=False),
                "schools": Column(
                    kind=Kind.TEXT,
                    means="schools that serve it, separated by `;`",
                    filled=False,
                ),
                "valid_from": Column(
                    kind=Kind.YEAR,
                    means="school year from which this boundary holds; empty: from the first on",
                    filled=False,
                ),
                "valid_to": Column(
                    kind=Kind.YEAR,
                    means="last school year in which this boundary holds; empty: until the next one",
                    filled=False,
                ),
                "areas": Column(
                    kind=Kind.TEXT,
                    means="small areas that make it up, codes or names separated by `;`; it needs no polygon then",
                    filled=False,
                ),
            },
        ),
        Contract(
            name="projects",
            key=("project",),
            geometry="optional",
            columns={
                "project": Column(kind=Kind.CODE, means="code of the project", required=True),
                "name": Column(kind=Kind.TEXT, means="name of the project", filled=False),
                "stage": Column(kind=Kind.TEXT, means="stage of schooling", required=True),
                "kind": Column(
                    kind=Kind.TEXT,
                    means="what is done",
                    required=True,
                    allowed=PROJECT_KINDS,
                ),
                "school": Column(kind=Kind.CODE, means="code of the school", filled=False),
                "catchment": Column(kind=Kind.CODE, means="catchment it will serve", filled=False),
                "opening": Column(kind=Kind.MONTH, means="month of opening", filled=False),
                "closing": Column(kind=Kind.MONTH, means="month when it ends", filled=False),
                "seats_added": Column(kind=Kind.CHANGE, means="seats added", filled=False),
                "classes_added": Column(kind=Kind.CHANGE, means="classes added", filled=False),
                "rooms_of": Column(
                    kind=Kind.TEXT,
                    means="stage of the same school whose classrooms it takes (attached classes, conversion of rooms)",
                    filled=False,
                ),
                "ownership": Column(
                    kind=Kind.TEXT,
                    means="what it is, or becomes: public, inclusive private, other private",
                    filled=False,
                    allowed=OWNERSHIPS,
                ),
                "status": Column(kind=Kind.TEXT, means="how far it is", filled=False, allowed=PROJECT_STATUSES),
                "probability": Column(kind=Kind.SHARE, means="probability that it is built", filled=False),
                "delay_months": Column(kind=Kind.WHOLE, means="months that it is late by", filled=False),
                "opened": Column(kind=Kind.MONTH, means="month in which it did open", filled=False),
                "investment_planned": Column(kind=Kind.COUNT, means="planned investment in 10,000 yuan", filled=False),
                "investment_arrived": Column(kind=Kind.COUNT, means="funds that arrived in 10,000 yuan", filled=False),
                "investment_spent": Column(kind=Kind.COUNT, means="funds spent in 10,000 yuan", filled=False),
                "priority": Column(kind=Kind.COUNT, means="place in the order of projects, 1 first", filled=False),
                "for_development": Column(kind=Kind.CODE, means="housing development that it belongs to", filled=False),
                "note": Column(kind=Kind.TEXT, means="remark", filled=False),
            },
        ),
        Contract(
            name="births",
            key=("area", "year", "month", "order"),
            columns={
                "area": Column(kind=Kind.CODE, means="code of the small area where the mother lives", required=True),
                "year": Column(kind=Kind.YEAR, means="calendar year", required=True),
                "month": Column(kind=Kind.TEXT, means="month; without it, the whole year", allowed=MONTHS),
                "order": Column(
                    kind=Kind.TEXT,
                    means="first, second, or third and later births; empty: all",
                    filled=False,
                    allowed=ORDERS,
                ),
                "births": Column(kind=Kind.COUNT, means="live births", required=True),
            },
        ),
        Contract(
            name="projection",
            key=("area", "catchment", "age", "stage", "year"),
            one_of=(("area", "catchment"), ("age", "stage")),
            columns={
                "area": Column(kind=Kind.CODE, means="code of the small area"),
                "catchment": Column(kind=Kind.CODE, means="code of the catchment, in place of the area"),
                "age": Column(kind=Kind.AGE, means="age or band of ages"),
                "stage": Column(kind=Kind.TEXT, means="stage whose ages are counted, in place of the age"),
                "year": Column(kind=Kind.YEAR, means="year of the projection", required=True),
                "count": Column(kind=Kind.COUNT, means="children projected", required=True),
            },
        ),
        Contract(
            name="totals",
            key=("area", "date"),
            columns={
                "area": Column(kind=Kind.CODE, means="code of the small area", required=True),
                "date": Column(kind=Kind.DATE, means="date of the count", required=True),
                "count": Column(kind=Kind.COUNT, means="residents of all ages", required=True),
            },
        ),
        Contract(
            name="structure",
            key=("age", "sex"),
            columns={
                "age": Column(kind=Kind.AGE, means="age or band of ages", required=True),
                "sex": Column(kind=Kind.TEXT, means="sex; empty: both together", filled=False, allowed=SEXES),
                "count": Column(kind=Kind.COUNT, means="residents of the whole planning area", required=True),
            },
        ),
        Contract(
            name="pupils",
            key=("school", "grade", "year"),
            columns={
                "school": Column(kind=Kind.CODE, means="code of the school", required=True),
                "grade": Column(kind=Kind.TEXT, means="kindergarten year or grade", required=True, allowed=GRADES),
                "year": Column(kind=Kind.YEAR, means="school year, by its autumn", required=True),
                "pupils": Column(kind=Kind.COUNT, means="pupils enrolled", required=True),
            },
        ),
        Contract(
            name="marriages",
            key=("year",),
            columns={
                "year": Column(kind=Kind.YEAR, means="calendar year", required=True),
                "count": Column(kind=Kind.COUNT, means="first marriages of the planning area", required=True),
            },
        ),
        Contract(
            name="developments",
            key=("development", "type", "year"),
            geometry="optional",
            columns={
                "development": Column(kind=Kind.CODE, means="code of the housing development", required=True),
                "name": Column(kind=Kind.TEXT, means="name of the development", filled=False),
                "area": Column(kind=Kind.CODE, means="small area it lies in; empty: where its point is", filled=False),
                "type": Column(kind=Kind.TEXT, means="type of homes, as in `yields`", filled=False),
                "homes": Column(kind=Kind.COUNT, means="homes completed in that year", required=True),
                "year": Column(kind=Kind.YEAR, means="year of completion", required=True),
                "status": Column(kind=Kind.TEXT, means="how far it is", filled=False),
                "kindergarten_classes": Column(
                    kind=Kind.WHOLE, means="classes of the kindergarten that the development provides", filled=False
                ),
                "handed_over": Column(
                    kind=Kind.TEXT, means="whether that kindergarten was handed over", filled=False, allowed=YES_NO
                ),
            },
        ),
        Contract(
            name="yields",
            key=("type", "age", "years_since"),
            columns={
                "type": Column(kind=Kind.TEXT, means="type of homes; empty: every type", filled=False),
                "age": Column(kind=Kind.AGE, means="age or band of ages", required=True),
                "years_since": Column(kind=Kind.WHOLE, means="years since completion", required=True),
                "children": Column(kind=Kind.COUNT, means="children of these ages per occupied home", required=True),
            },
        ),
        Contract(
            name="migration",
            key=("age",),
            columns={
                "age": Column(kind=Kind.AGE, means="age or band of ages", required=True),
                "rate": Column(
                    kind=Kind.SHARE,
                    means="share of the rural children of each of these ages who move to the county town within a year",
                    required=True,
                ),
            },
        ),
        Contract(
            name="roads",
            key=(),
            geometry="line",
            numerous=True,
            columns={
                "class": Column(kind=Kind.TEXT, means="class of the road", filled=False),
                "speed": Column(kind=Kind.SPEED, means="speed in km/h; empty: that of its class", filled=False),
                "oneway": Column(
                    kind=Kind.TEXT,
                    means="whether it is driven one way only; -1: against the direction in which it is drawn",
                    filled=False,
                    allowed=ONEWAY,
                ),
                "bridge": Column(
                    kind=Kind.TEXT,
                    means="whether it is a bridge or tunnel, which meets no road that it crosses",
                    filled=False,
                    allowed=YES_NO,
                ),
                "tunnel": Column(
                    kind=Kind.TEXT,
                    means="whether it is a tunnel, where the file tells bridges and tunnels apart",
                    filled=False,
                    allowed=YES_NO,
                ),
                "foot": Column(
                    kind=Kind.TEXT,
                    means="whether people may walk on it; empty: yes",
                    filled=False,
                    allowed=YES_NO,
                ),
                "name": Column(kind=Kind.TEXT, means="name of the road", filled=False),
            },
        ),
        Contract(
            name="barriers",
            key=(),
            geometry="line",
            numerous=True,
            columns={
                "kind": Column(kind=Kind.TEXT, means="what it is: river, railway, fast road", filled=False),
                "name": Column(kind=Kind.TEXT, means="name of the barrier", filled=False),
            },
        ),
        Contract(
            name="crossings",
            key=(),
            geometry="point",
            numerous=True,
            columns={
                "kind": Column(kind=Kind.TEXT, means="what it is: bridge, underpass, traffic lights", filled=False),
                "name": Column(kind=Kind.TEXT, means="name of the crossing", filled=False),
            },
        ),
        Contract(
            name="gates",
            key=("school", "gate"),
            geometry="point",
            numbered="gate",
            columns={
                "school": Column(kind=Kind.CODE, means="code of the school", required=True),
                "gate": Column(kind=Kind.TEXT, means="name of the gate; empty: it is numbered", filled=False),
            },
        ),
        Contract(
            name="dwellings",
            key=("dwelling",),
            geometry="either",
            numbered="dwelling",
            numerous=True,
            columns={
                "dwelling": Column(
                    kind=Kind.CODE,
                    means="code of the place where people live; empty: it is numbered",
                    filled=False,
                ),
                "people": Column(kind=Kind.COUNT, means="people who live there", filled=False),
                "homes": Column(kind=Kind.COUNT, means="homes", filled=False),
                "floors": Column(kind=Kind.COUNT, means="floors of the building", filled=False),
            },
        ),
        Contract(
            name="sites",
            key=("site",),
            geometry="either",
            columns={
                "site": Column(kind=Kind.CODE, means="code of the plot where a school could be built", required=True),
                "name": Column(kind=Kind.TEXT, means="name of the plot", filled=False),
                "stages": Column(
                    kind=Kind.TEXT,
                    means="stages that may be built there, separated by `;`; empty: every stage",
                    filled=False,
                ),
                "max_classes": Column(
                    kind=Kind.WHOLE,
                    means="most classes that it takes, all stages together; empty: as many as the largest school",
                    filled=False,
                ),
                "min_classes": Column(
                    kind=Kind.WHOLE,
                    means="fewest classes to build there; empty: as many as the smallest new school",
                    filled=False,
                ),
                "land_cost": Column(
                    kind=Kind.COUNT,
                    means="cost of the land in 10,000 yuan, or in the unit of the standards' costs",
                    filled=False,
                ),
                "ready_from": Column(
                    kind=Kind.MONTH,
                    means="month from which it may be built on; empty: at once",
                    filled=False,
                ),
                "township": Column(kind=Kind.TEXT, means="township or street it lies in", filled=False),
                "urban_rural": Column(kind=Kind.TEXT, means="urban or rural class", filled=False),
                "note": Column(kind=Kind.TEXT, means="remark", filled=False),
            },
        ),
    )
}


def value_schema(contract: Contract, columns: pd.Index) -> pa.DataFrameSchema:
    """
    Build the pandera schema that checks the values of a table as read.

    Parameters
    ----------
    contract
        The table's contract.
    columns
        Columns that the table has, by the contract's names.

    Returns
    -------
    schema
        Checks each present column: no empty cell where one is a fault, numbers
        in range, only allowed words, key columns unique together.
    """
    present = {name: spec for name, spec in contract.columns.items() if name in columns}
    return pa.DataFrameSchema(
        {name: _value_column(spec, key=name in contract.key) for name, spec in present.items()},
        unique=[name for name in contract.key if name in columns] or None,
        report_duplicates="exclude_first",
    )


def _value_column(spec: Column, *, key: bool) -> pa.Column:
    checks = []
    if spec.kind in {Kind.COUNT, Kind.WHOLE, Kind.SHARE}:
        checks.append(pa.Check.ge(0, error="is negative"))
    if spec.kind is Kind.WHOLE:
        checks.append(pa.Check(_is_whole, error="is no whole number"))
    if spec.kind is Kind.SHARE:
        checks.append(pa.Check.le(1, error="is above 1"))
    if spec.kind is Kind.SPEED:
        checks.append(pa.Check.gt(0, error="is not above zero"))
    if spec.kind in NUMERIC:
        checks.append(pa.Check.lt(float("inf"), error="is not a finite number"))
    if spec.allowed:
        checks.append(pa.Check.isin(spec.allowed, error=f"is none of {', '.join(spec.allowed)}"))
    optional_key = key and not spec.required
    return pa.Column(checks=checks, nullable=optional_key or not (spec.required or spec.filled))


def _is_whole(values: pd.Series) -> pd.Series:
    return values % 1 == 0


_AGE = re.compile(r"^(\d{1,3})岁?(?:(?:-|–|—|~|～|至)(\d{1,3})岁?|(\+|及以上)岁?)?$")
_MONTH = re.compile(r"^(\d{4})(?:-(0?[1-9]|1[0-2]))?$")
_YEAR = re.compile(r"^([12]\d{3})(?:(?:-|–|—|~|～|/)(\d{4}|\d{2}))?(?:年|学年|学年度|年度)?$", re.ASCII)


def parse_age(text: str) -> tuple[int, int | None] | None:
    """
    Read an age or band of ages in completed years.

    Returns
    -------
    band
        Lowest and highest age, both counted; the highest is `None` for an open
        band; nothing if the text is no age.

    Examples
    --------
    >>> parse_age("3"), parse_age("3-5"), parse_age("95+"), parse_age("5-3")
    ((3, 3), (3, 5), (95, None), None)
    """
    found = _AGE.match(text.replace(" ", ""))
    if found is None:
        return None
    low = int(found[1])
    if found[3]:
        return low, None
    high = int(found[2]) if found[2] else low
    return (low, high) if high >= low else None


def parse_month(text: str) -> tuple[int, int] | None:
    """
    Read a month such as `2027-09`; a year alone means its September.

    Examples
    --------
    >>> parse_month("2027-02"), parse_month("2027"), parse_month("soon")
    ((2027, 2), (2027, 9), None)
    """
    found = _MONTH.match(text.strip())
    if found is None:
        return None
    return int(found[1]), int(found[2]) if found[2] else 9


def parse_year(text: str) -> int | None:
    """
    Read a calendar year, or a school year by its autumn; nothing if the text is neither.

    Examples
    --------
    >>> parse_year("2024"), parse_year("2024年"), parse_year("2024-2025学年"), parse_year("2024/25")
    (2024, 2024, 2024, 2024)
    >>> parse_year("2024-2026"), parse_year("24")
    (None, None)
    """
    found = _YEAR.match(text.replace(" ", ""))
    if found is None:
        return None
    year = int(found[1])
    if found[2] and int(found[2]) not in {year + 1, (year + 1) % 100}:
        return None
    return year


AGE_BEFORE_GRADE = 5
"""The usual age of a grade is its number and so many years."""


def grade_number(grade: str) -> int:
    """
    Return the number of a grade: it counts on downwards in kindergarten, so that the usual age is always five more.

    Examples
    --------
    >>> [grade_number(grade) for grade in ("K1", "K3", "1", "9")]
    [-2, 0, 1, 9]
    """
    return int(grade[1:]) - 3 if grade in KINDERGARTEN_GRADES else int(grade)


def grades_of(ages: tuple[int, int]) -> tuple[str, ...]:
    """
    Return the grades of a stage by its youngest and oldest age; ages without a grade have none.

    Examples
    --------
    >>> grades_of((6, 11)), grades_of((3, 5)), grades_of((0, 3))
    (('1', '2', '3', '4', '5', '6'), ('K1', 'K2', 'K3'), ('K1',))
    """
    return tuple(grade for grade in GRADES if ages[0] <= grade_number(grade) + AGE_BEFORE_GRADE <= ages[1])
