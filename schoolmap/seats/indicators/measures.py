"""
What an indicator says: a ratio of two sums, on which basis, of how many units, and what is lacking.

A unit of which one of the two numbers is missing is left out of both sums and
counted as left out: missing is never zero. An indicator is judged against a
requirement of a standard, never against a figure in the code.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING
from typing import Literal

import numpy as np
import pandas as pd

from schoolmap import checks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from schoolmap.standards.schema import Requirement
    from schoolmap.standards.schema import Text

    Floats = NDArray[np.float64]

INDICATOR_COLUMNS = (
    "id",
    "stage",
    "label",
    "value",
    "unit",
    "required",
    "direction",
    "met",
    "lacking",
    "lacks",
    "numerator",
    "denominator",
    "basis",
    "units",
    "left_out",
    "document",
    "notes",
)
"""Columns of a table of indicators."""

_DIGITS = 6
"""What is beyond a millionth of a head or a metre is rounding: 0.85 of 20 is 17, whatever it is in binary."""


UNITS: dict[str, Text] = {
    english: {"en": english, "zh": chinese}
    for english, chinese in (
        ("%", "%"),
        ("per 100 pupils", "每百名学生"),
        ("m²", "平方米"),
        ("yuan", "元"),
        ("10,000 yuan", "万元"),
        ("pupils", "名学生"),
        ("children", "名幼儿"),
        ("teachers", "名教师"),
        ("classes", "个班"),
        ("rooms", "间"),
        ("seats", "个学位"),
        ("schools", "所学校"),
        ("kindergartens", "所幼儿园"),
        ("townships", "个乡镇（街道）"),
    )
}
"""Units in both languages, by the word that standards use."""


def text(english: str, chinese: str) -> Text:
    """
    Return a text in both languages.

    Examples
    --------
    >>> text("seats", "学位")
    {'en': 'seats', 'zh': '学位'}
    """
    return {"en": english, "zh": chinese}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """
    What is counted over what, and what would have to change to meet a requirement.

    Attributes
    ----------
    id
        The same as that of the requirement it is held against.
    label
        What the authorities call it.
    basis
        What is counted over what.
    lacks
        What is lacking, or too many, where the requirement is not met.
    unit
        Unit of the value.
    per
        The value is this times numerator over denominator.
    mends
        Which of the two sums would have to change.
    whole
        Whether only whole ones can be added: heads, classes, rooms.
    """

    id: str
    label: Text
    basis: Text
    lacks: Text
    unit: Text = field(default_factory=lambda: UNITS["%"])
    per: float = 100.0
    mends: Literal["numerator", "denominator"] = "numerator"
    whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """
    One indicator: two sums and, once judged, a requirement.

    Where every unit must meet it by itself, from `judge_each`, the value is that
    of the unit worst off, and what is lacking is added up over those that fail.

    Attributes
    ----------
    measure
        What is counted.
    stage
        Stage of schooling; empty where it is of no one stage.
    numerator, denominator
        Sums over the units counted, or those of the unit worst off; `None`
        where nothing is known.
    units, left_out
        Units counted, and units left out because a number is missing.
    requirement
        What it is held against, from `judge`.
    failing
        Units that do not meet it, where each must.
    lacking_each
        What those lack together.
    notes
        What a reader must know of this value.

    Examples
    --------
    >>> seats = Measure(
    ...     id="public",
    ...     label=text("Public share", "公办占比"),
    ...     basis=text("public / all", "公办／全部"),
    ...     lacks=text("children", "名幼儿"),
    ... )
    >>> share = Indicator(measure=seats, numerator=45.0, denominator=120.0, units=3, left_out=1)
    >>> share.value, share.met, share.provisional
    (37.5, None, True)
    """

    measure: Measure
    stage: str = ""
    numerator: float | None
    denominator: float | None
    units: int
    left_out: int
    requirement: Requirement | None = None
    failing: int | None = None
    lacking_each: float | None = None
    notes: tuple[Text, ...] = ()

    @property
    def value(self) -> float | None:
        """The indicator in its unit; `None` where not known, infinite for pupils without any teacher."""
        if self.numerator is None or self.denominator is None:
            return None
        if self.denominator == 0:
            return math.inf if self.measure.mends == "denominator" and self.numerator > 0 else None
        return self.measure.per * self.numerator / self.denominator

    @property
    def lacking(self) -> float | None:
        """
        How many are lacking, or too many, in the unit of `measure.lacks`.

        The other sum stays as it is: seats become public ones, none is built.
        Zero where the requirement is met, `None` where nobody can say.
        """
        if self.failing is not None:
            return self.lacking_each
        # an infinite value is known; a denominator of zero without anything over it is not
        if self.requirement is None or self.value is None or self.numerator is None or self.denominator is None:
            return None
        short = shortfall(self.measure, self.requirement, np.array([self.numerator]), np.array([self.denominator]))
        return float(short[0])

    @property
    def met(self) -> bool | None:
        """Whether the requirement is met; `None` without a requirement, or where the value is not known."""
        if self.failing is not None:
            return self.failing == 0
        return None if self.lacking is None else self.lacking == 0

    @property
    def provisional(self) -> bool:
        """Whether units without data were left out, so that the verdict may change."""
        return self.left_out > 0


def measured(
    measure: Measure,
    numerator: pd.Series,
    denominator: pd.Series,
    *,
    stage: str = "",
    notes: tuple[Text, ...] = (),
) -> Indicator:
    """
    Add up numerator and denominator over the units of which both are known.

    Parameters
    ----------
    measure
        What is counted.
    numerator, denominator
        By unit, on the same labels in any order; missing where not known.
    stage
        Stage of schooling.
    notes
        What a reader must know of this value.

    Raises
    ------
    LabelError
        If the two describe different units.
    ValueError
        If a number is negative or infinite.

    Examples
    --------
    >>> boarding = Measure(
    ...     id="boarding",
    ...     label=text("Boarders", "寄宿生占比"),
    ...     basis=text("boarders / pupils", "寄宿生／在校生"),
    ...     lacks=text("pupils", "名学生"),
    ... )
    >>> boarders = pd.Series({"A": 30.0, "B": None, "C": 0.0})
    >>> found = measured(boarding, boarders, pd.Series({"A": 100.0, "B": 80.0, "C": 50.0}))
    >>> found.value, found.units, found.left_out
    (20.0, 2, 1)
    """
    frame = paired(measure, numerator, denominator)
    known = frame[frame.notna().all(axis=1)]
    if known.empty:
        return not_provided(measure, stage=stage, left_out=len(frame), notes=notes)
    return Indicator(
        measure=measure,
        stage=stage,
        numerator=float(known["numerator"].sum()),
        denominator=float(known["denominator"].sum()),
        units=len(known),
        left_out=len(frame) - len(known),
        notes=notes,
    )


def not_provided(measure: Measure, *, stage: str = "", left_out: int = 0, notes: tuple[Text, ...] = ()) -> Indicator:
    """Return the indicator of which no number was given; it is never met."""
    return Indicator(
        measure=measure, stage=stage, numerator=None, denominator=None, units=0, left_out=left_out, notes=notes
    )


def by_group(measure: Measure, numerator: pd.Series, denominator: pd.Series, *, by: pd.Series) -> pd.DataFrame:
    """
    Measure every group of units: stages, townships, groups of schools.

    Parameters
    ----------
    measure
        What is counted.
    numerator, denominator
        By unit, on the same labels in any order; missing where not known.
    by
        Group of each unit, on the same labels; a unit without a group is one of
        the group of those without, at the end.

    Returns
    -------
    measured
        One row per group, in the order of the labels, with
          - `numerator`, `denominator` - sums over the units counted, missing
            where there is none
          - `value` - in the unit of the measure
          - `units`, `left_out` - units counted, and left out for want of a number

    Raises
    ------
    LabelError
        If the three describe different units.
    ValueError
        If a number is negative or infinite.

    Examples
    --------
    >>> found = by_group(
    ...     Measure(id="share", label=text("", ""), basis=text("", ""), lacks=text("", "")),
    ...     pd.Series({"A": 30.0, "B": None, "C": 10.0}),
    ...     pd.Series({"A": 100.0, "B": 80.0, "C": 50.0}),
    ...     by=pd.Series({"A": "n", "B": "s", "C": "n"}),
    ... )
    >>> found["value"].round(1).to_dict(), found["left_out"].to_dict()
    ({'n': 26.7, 's': nan}, {'n': 0, 's': 1})
    """
    frame = paired(measure, numerator, denominator)
    checks.require_same_labels(frame.index, by.index, what="The numbers and their groups")
    known = frame.notna().all(axis=1)
    groups = frame.where(known).groupby(by.reindex(frame.index), dropna=False)
    table = groups[["numerator", "denominator"]].sum(min_count=1)
    counted = known.groupby(by.reindex(frame.index), dropna=False)
    units = counted.sum().astype(int)
    over = table["denominator"]
    # a share of nothing is not known; pupils without any teacher are infinitely many a teacher
    told = (over > 0) | ((table["numerator"] > 0) & (measure.mends == "denominator"))
    return table.assign(
        value=(measure.per * table["numerator"] / over).where(told),
        units=units,
        left_out=counted.size().astype(int) - units,
    )[["numerator", "denominator", "value", "units", "left_out"]]


def paired(measure: Measure, numerator: pd.Series, denominator: pd.Series) -> pd.DataFrame:
    """Return both numbers side by side, on the labels of the numerator."""
    pair = {"numerator": numerator, "denominator": denominator}
    for name, values in pair.items():
        require_counts(values, what=f"The {name} of {measure.id!r}")
    checks.require_same_labels(numerator.index, denominator.index, what="Numerator and denominator")
    return pd.DataFrame({name: values.astype(float) for name, values in pair.items()}).reindex(numerator.index)


def require_counts(values: pd.Series, /, *, what: str) -> None:
    """Raise if a number is negative or infinite, or a label appears twice; missing ones may be."""
    checks.require_unique_labels(values.index, what=what)
    checks.require_not_negative(values.astype(float), what=what)
    endless = np.flatnonzero(np.isinf(values.to_numpy(float, na_value=np.nan)))
    if len(endless) > 0:
        msg = f"{what} is infinite for {len(endless)} unit(s), e.g. {values.index[endless][0]!r}."
        raise ValueError(msg)


def unit_text(unit: str) -> Text:
    """
    Return a unit in both languages; one that is not known stands as it is.

    Examples
    --------
    >>> unit_text("m²")["zh"], unit_text("hours")["zh"]
    ('平方米', 'hours')
    """
    return UNITS.get(unit, text(unit, unit))


def shortfall(measure: Measure, requirement: Requirement, numerator: Floats, denominator: Floats) -> Floats:
    """Return how many are lacking, or too many, by unit; zero where the requirement is met."""
    share = requirement.value / measure.per
    more = share * denominator - numerator if measure.mends == "numerator" else denominator - numerator / share
    short = np.round(more if requirement.direction == "at_least" else -more, _DIGITS)
    return np.maximum(np.ceil(short) if measure.whole else short, 0.0) + 0.0


def indicator_table(indicators: Iterable[Indicator]) -> pd.DataFrame:
    """
    List indicators, one row each, in their order.

    Returns
    -------
    table
        With the `INDICATOR_COLUMNS`. Texts are in both languages; numbers are
        missing where not known, and `met` where nobody can say.
    """
    rows = [
        (
            found.measure.id,
            found.stage,
            found.measure.label,
            found.value,
            found.measure.unit,
            None if found.requirement is None else found.requirement.value,
            "" if found.requirement is None else found.requirement.direction,
            found.met,
            found.lacking,
            found.measure.lacks,
            found.numerator,
            found.denominator,
            found.measure.basis,
            found.units,
            found.left_out,
            "" if found.requirement is None else found.requirement.citation,
            found.notes,
        )
        for found in indicators
    ]
    kinds = {"met": "boolean", "units": "int64", "left_out": "int64"}
    numbers = dict.fromkeys(("value", "required", "lacking", "numerator", "denominator"), "float64")
    return pd.DataFrame(rows, columns=list(INDICATOR_COLUMNS)).astype(numbers | kinds)
