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


NUMERIC = {Kind.COUNT, Kind.CHANGE, Kind.DEGREES, Kind.WHOLE, Kind.SHARE}


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
    columns: dict[str, Column]
    geometry: str = "none"
    """`none`, `polygon`, `point`, `either` (polygon or point) or `optional` (a point, or nothing)."""
    one_of: tuple[tuple[str, ...], ...] = ()
    """Groups of columns of which one must be there."""

    def __post_init__(self) -> None:
        """Raise if the key, or a group of columns, names one that the contract does not have."""
        named = [*self.key, *(name for group in self.one_of for name in group)]
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
PROJECT_KINDS = ("new", "expand", "relocate", "attach", "convert", "temporary", "demolish")

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
                "group": Column(kind=Kind.TEXT, means="education group", filled=False),
                "urban_rural": Column(kind=Kind.TEXT, means="urban or rural class", filled=False),
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
                "boarding": Column(kind=Kind.COUNT, means="boarding places", filled=False),
                "teachers": Column(kind=Kind.COUNT, means="teachers", filled=False),
                "published_utilisation": Column(
                    kind=Kind.COUNT,
                    means="utilisation in per cent as the source prints it, to compare with",
                    filled=False,
                ),
            },
        ),
        Contract(
            name="catchments",
            key=("catchment", "stage"),
            geometry="polygon",
            columns={
                "catchment": Column(kind=Kind.CODE, means="code of the catchment", required=True),
                "name": Column(kind=Kind.TEXT, means="name of the catchment", filled=False),
                "stage": Column(kind=Kind.TEXT, means="stage; without it, every stage", filled=False),
                "schools": Column(
                    kind=Kind.TEXT,
                    means="schools that serve it, separated by `;`",
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
                "status": Column(kind=Kind.TEXT, means="how far it is", filled=False),
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
        unique=[name for name in contract.key if name in columns],
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


def grade_number(grade: str) -> int:
    """
    Return the number of a grade: it counts on downwards in kindergarten, so that the usual age is always five more.

    Examples
    --------
    >>> [grade_number(grade) for grade in ("K1", "K3", "1", "9")]
    [-2, 0, 1, 9]
    """
    return int(grade[1:]) - 3 if grade in KINDERGARTEN_GRADES else int(grade)
