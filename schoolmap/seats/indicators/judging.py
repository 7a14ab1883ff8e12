"""
Hold indicators against what a standard requires: the sum of all units, or each unit by itself.

A requirement is that of a standard, with its document; no figure stands here.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from schoolmap.errors import LabelError
from schoolmap.seats.indicators.measures import Indicator
from schoolmap.seats.indicators.measures import Measure
from schoolmap.seats.indicators.measures import not_provided
from schoolmap.seats.indicators.measures import paired
from schoolmap.seats.indicators.measures import shortfall
from schoolmap.seats.indicators.measures import text
from schoolmap.seats.indicators.measures import unit_text

if TYPE_CHECKING:
    import pandas as pd

    from schoolmap.standards.schema import Requirement
    from schoolmap.standards.schema import Text


def judge(indicator: Indicator, requirement: Requirement) -> Indicator:
    """
    Hold an indicator against a requirement.

    Raises
    ------
    LabelError
        If the requirement is of another indicator, stage or unit: 85 per cent
        are not held against 0.85.

    Examples
    --------
    >>> from schoolmap.standards.schema import Requirement
    >>> public = Measure(
    ...     id="public",
    ...     label=text("Public share", "公办占比"),
    ...     basis=text("children", "在园幼儿"),
    ...     lacks=text("children", "名幼儿"),
    ... )
    >>> half = Requirement(
    ...     id="public", value=50, label=text("", ""), unit="%", document="an example", confidence="assumption"
    ... )
    >>> found = judge(Indicator(measure=public, numerator=45.0, denominator=120.0, units=3, left_out=0), half)
    >>> found.met, found.lacking
    (False, 15.0)
    """
    _require_same(indicator.measure, requirement, stage=indicator.stage)
    return replace(indicator, requirement=requirement)


def judge_each(
    measure: Measure, numerator: pd.Series, denominator: pd.Series, *, requirement: Requirement, stage: str = ""
) -> Indicator:
    """
    Hold every unit against a requirement that each must meet by itself: no school may be too large.

    Parameters
    ----------
    measure
        What is counted.
    numerator, denominator
        By unit, on the same labels in any order; missing where not known.
    requirement
        What each unit must reach, or keep to.
    stage
        Stage of schooling.

    Returns
    -------
    indicator
        Its value is that of the unit worst off; what the failing units lack is
        added up, and nothing that others have to spare is set against it.

    Raises
    ------
    LabelError
        If the two describe different units, or the requirement is of another
        indicator, stage or unit.
    ValueError
        If a number is negative or infinite.

    Examples
    --------
    >>> from schoolmap.standards.schema import Requirement
    >>> import pandas as pd
    >>> from schoolmap.seats.indicators.measures import UNITS
    >>> size = Measure(
    ...     id="school_size",
    ...     label=text("Pupils of a school", "学校规模"),
    ...     basis=text("pupils of each school", "各校学生数"),
    ...     lacks=UNITS["pupils"],
    ...     unit=UNITS["pupils"],
    ...     per=1.0,
    ... )
    >>> rule = Requirement(
    ...     id="school_size",
    ...     value=2000,
    ...     direction="at_most",
    ...     label=text("", ""),
    ...     document="an example",
    ...     confidence="assumption",
    ... )
    >>> pupils = pd.Series({"A": 2300.0, "B": 500.0, "C": 2100.0, "D": None})
    >>> found = judge_each(size, pupils, pd.Series(1.0, index=pupils.index), requirement=rule)
    >>> found.value, found.failing, found.lacking, found.left_out
    (2300.0, 2, 400.0, 1)
    """
    _require_same(measure, requirement, stage=stage)
    frame = paired(measure, numerator, denominator)
    over, under = frame["numerator"].to_numpy(), frame["denominator"].to_numpy()
    # nothing over nothing says nothing; a share of nothing, neither
    told = ((under > 0) & (over >= 0)) | ((under == 0) & (over > 0) & (measure.mends == "denominator"))
    frame = frame[told]
    if frame.empty:
        return replace(not_provided(measure, stage=stage, left_out=len(told)), requirement=requirement)
    over, under = frame["numerator"].to_numpy(), frame["denominator"].to_numpy()
    with np.errstate(divide="ignore"):
        value = over / under
    worst = int(value.argmin() if requirement.direction == "at_least" else value.argmax())
    short = shortfall(measure, requirement, over, under)
    failing = int((short > 0).sum())
    note = text(f"{failing} of {len(frame)} do not meet it.", f"{len(frame)}个单位中有{failing}个未达到。")
    return Indicator(
        measure=measure,
        stage=stage,
        numerator=float(over[worst]),
        denominator=float(under[worst]),
        units=len(frame),
        left_out=len(told) - len(frame),
        requirement=requirement,
        failing=failing,
        lacking_each=float(short.sum()),
        notes=(note,) if failing > 0 else (),
    )


def stated(requirement: Requirement, value: float, *, source: Text, stage: str = "") -> Indicator:
    """
    Return an indicator that was given as a finished figure, judged; its basis is what its source says.

    Examples
    --------
    >>> from schoolmap.standards.schema import Requirement
    >>> rule = Requirement(
    ...     id="satisfaction",
    ...     value=85,
    ...     unit="%",
    ...     label=text("Approval by the public", "社会认可度"),
    ...     document="an example",
    ...     confidence="assumption",
    ... )
    >>> stated(rule, 91.5, source=text("survey of parents", "家长问卷")).met
    True
    """
    if not 0 <= value < math.inf:
        msg = f"The figure of {requirement.id!r} is a number of zero or more, got {value}."
        raise ValueError(msg)
    unit = unit_text(requirement.unit)
    measure = Measure(
        id=requirement.id, label=requirement.label, basis=source, lacks=unit, unit=unit, per=1.0, whole=False
    )
    found = Indicator(measure=measure, stage=stage, numerator=float(value), denominator=1.0, units=1, left_out=0)
    return judge(found, requirement)


def _require_same(measure: Measure, requirement: Requirement, *, stage: str) -> None:
    if requirement.id != measure.id or requirement.stage not in {"", stage}:
        msg = (
            f"The requirement {requirement.id!r} of stage {requirement.stage!r} does not speak of "
            f"{measure.id!r} of stage {stage!r}. Give each indicator its own."
        )
        raise LabelError(msg)
    if requirement.unit and requirement.unit not in measure.unit.values():
        msg = (
            f"The requirement {requirement.id!r} is in {requirement.unit!r}, the indicator in {measure.unit['en']!r}. "
            "State both in one unit."
        )
        raise LabelError(msg)
