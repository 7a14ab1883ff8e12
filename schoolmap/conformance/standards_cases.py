"""Worked examples of planning standards: seats, classes and schools that rules call for."""

from __future__ import annotations

import pandas as pd

from schoolmap import standards
from schoolmap.conformance.case import Case
from schoolmap.seats.classes.school_sizes import capacity
from schoolmap.seats.per_thousand import compare
from schoolmap.standards.lookup import classes_for

_LONGHU = "汕头市龙湖区: 40 seats per 1,000 residents, 4,500 residents are 6 classes of 30"
_YULIN = "榆林市: 6, 9 and 12 classes from 500, 1,000 and 1,500 homes on"
_BEIJING = "北京市: 37.5 seats per 1,000 residents; 12 classes for 9,600 and 18 for 14,400"
_HUNAN = "湖南省: a school from 10,000, 10,000, 30,000 and 80,000 residents on"
_NINE_YEARS = "建标〔2002〕102号: nine-year schools; floor space of a pupil as printed, from 45 and 50 pupils a class"
_ROUNDING = 1e-9

FLOOR_M2 = {18: (5500, 840, 6.6), 27: (7328, 1260, 5.8), 36: (9425, 1680, 5.6), 45: (11588, 2100, 5.5)}
"""Nine-year schools by classes: floor space in square metres, pupils, and printed square metres of a pupil."""


def standards_cases() -> tuple[Case, ...]:
    """
    Return all worked examples.

    Examples
    --------
    >>> [case.name for case in standards_cases() if not case.passes]
    []
    """
    return (*_kindergartens(), *_first_schools(), *_nine_year_schools())


def _kindergartens() -> tuple[Case, ...]:
    china = standards.load("china")
    values: dict[str, tuple[float, float, str]] = {}
    asked = classes_for(china, place="汕头市龙湖区", stage="kindergarten", residents=4_500)
    values["龙湖, 4,500 residents, kindergarten seats"] = 180.0, _number(asked.seats), _LONGHU
    values["龙湖, 4,500 residents, kindergarten classes"] = 6.0, _number(asked.classes), _LONGHU
    fixed = compare(pd.Series({"龙湖": 4_500}), pd.Series({"龙湖": 103}), attendance=0.9, per_thousand=40)
    values["龙湖, 4,500 residents, seats beside an estimate"] = 180.0, float(fixed["fixed_seats"].iloc[0]), _LONGHU
    parts = fixed["from_structure"] + fixed["from_attendance"]
    values["龙湖, difference from an estimate, its two parts"] = (
        float(fixed["difference"].iloc[0]),
        float(parts.iloc[0]),
        "identity: the parts of the difference add up",
    )
    for homes, classes in {499: 0, 500: 6, 999: 6, 1_000: 9, 1_499: 9, 1_500: 12}.items():
        asked = classes_for(china, place="榆林市", stage="kindergarten", homes=homes)
        values[f"榆林, {homes:,} homes, kindergarten classes"] = float(classes), _number(asked.classes), _YULIN
    for residents, classes in {9_600: 12, 14_400: 18}.items():
        asked = classes_for(china, place="北京市", stage="kindergarten", residents=residents)
        values[f"北京, {residents:,} residents, kindergarten classes"] = (
            float(classes),
            _number(asked.classes),
            _BEIJING,
        )
    return _cases(values)


def _first_schools() -> tuple[Case, ...]:
    """How many residents call for the first school: one fewer calls for none."""
    china = standards.load("china")
    values = {}
    for stage, bound in {"kindergarten": 10_000, "primary": 10_000, "junior": 30_000, "senior": 80_000}.items():
        for residents, schools in ((bound - 1, 0.0), (bound, 1.0)):
            asked = classes_for(china, place="湖南省", stage=stage, residents=residents)
            values[f"湖南, {residents:,} residents, {stage} schools"] = schools, _number(asked.schools), _HUNAN
    return _cases(values)


def _nine_year_schools() -> tuple[Case, ...]:
    """Two thirds of the classes are primary, one third is junior."""
    cases = []
    for classes, (floor, pupils, printed) in FLOOR_M2.items():
        rooms = pd.Series({("school", "primary"): classes * 2 / 3, ("school", "junior"): classes / 3})
        seats = float(capacity(rooms.rename_axis(["school", "stage"]), {"primary": 45, "junior": 50})["school"])
        cases += [
            Case(
                name=f"nine-year school of {classes} classes, pupils",
                published=float(pupils),
                ours=seats,
                tolerance=_ROUNDING,
                source=_NINE_YEARS,
            ),
            Case(
                name=f"nine-year school of {classes} classes, square metres of a pupil",
                published=printed,
                ours=floor / seats,
                # one decimal is printed; 6.55 is printed as 6.6
                tolerance=0.0525,
                source=_NINE_YEARS,
            ),
        ]
    return tuple(cases)


def _number(value: float | None) -> float:
    """Return what a rule asks for; nothing is 0."""
    return 0.0 if value is None else float(value)


def _cases(values: dict[str, tuple[float, float, str]]) -> tuple[Case, ...]:
    return tuple(
        Case(name=name, published=published, ours=ours, tolerance=_ROUNDING, source=source)
        for name, (published, ours, source) in values.items()
    )
