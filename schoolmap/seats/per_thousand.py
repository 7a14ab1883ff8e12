"""
Seats by a fixed number per 1,000 residents (千人指标), beside those that the children there call for.

A fixed number presumes a share of children among residents. Where births have
halved it plans too much, where young families move in too little; how much of
the difference is due to what is told exactly, in parts that add up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap import checks

if TYPE_CHECKING:
    from numpy.typing import NDArray

PER = 1000
_ROUNDING = 1e-9


def compare(
    residents: pd.Series,
    children: pd.Series,
    *,
    attendance: float | pd.Series,
    per_thousand: float | pd.Series,
) -> pd.DataFrame:
    """
    Compare seats by a fixed number per 1,000 residents with seats for the children who live there.

    With `R` residents, `f` seats per 1,000 of them, a share `s` of children of
    the stage's ages and attendance `a`:

    .. math:: R f/1000 - R s a = R (f/1000 - s) + R s (1 - a)

    The first part is due to the age structure, the second to children of these
    ages who need no seat here (or, where attendance is above one, to pupils
    who do not live here). How many children come in a few years' time is not in it:
    compare year by year.

    Parameters
    ----------
    residents
        Residents of all ages by unit, of any kind: catchment, township, year.
    children
        Residents of the stage's ages among them, on the same labels in any order.
    attendance
        Seats needed per child: one for all, or by the same labels.
    per_thousand
        Seats per 1,000 residents by the rule: one for all, or by the same labels.

    Returns
    -------
    comparison
        On the index of `residents`, with
          - `residents`, `children`
          - `fixed_seats` - by the rule
          - `children_per_thousand` - of the stage's ages; missing where nobody lives
          - `estimate` - seats for the children there
          - `needed_per_thousand` - the same per 1,000 residents
          - `difference` - `fixed_seats - estimate`; positive: the rule plans more
          - `from_structure`, `from_attendance` - its two parts

    Raises
    ------
    LabelError
        If the tables describe different units.
    MissingValueError
        If a number is missing. Unknown is not zero.
    ValueError
        If a number is negative or infinite, or more children than people live in a unit.

    Examples
    --------
    A rule of 40 seats asks for 180 where 4,500 people live; 103 children of
    these ages, of whom nine in ten attend, need 93.

    >>> unit = ["new town"]
    >>> compared = compare(pd.Series([4500.0], unit), pd.Series([103.0], unit), attendance=0.9, per_thousand=40)
    >>> compared.loc["new town", ["fixed_seats", "estimate", "difference"]].round(1).tolist()
    [180.0, 92.7, 87.3]
    >>> compared.loc["new town", ["from_structure", "from_attendance"]].round(1).tolist()
    [77.0, 10.3]
    """
    checks.require_same_labels(residents.index, children.index, what="`residents` and `children`")
    labels = residents.index
    people, young = _number(residents, labels, "residents"), _number(children, labels, "children")
    rate, rule = _number(attendance, labels, "attendance"), _number(per_thousand, labels, "per_thousand")
    crowded = np.flatnonzero(young > people * (1 + _ROUNDING))
    if len(crowded) > 0:
        first = crowded[0]
        msg = (
            f"More children than residents live in {labels[first]!r}: {young[first]:g} of {people[first]:g}. "
            "Give both for the same day and place."
        )
        raise ValueError(msg)
    fixed, estimate = people * rule / PER, young * rate
    anyone = np.where(people > 0, people, np.nan)
    return pd.DataFrame(
        {
            "residents": people,
            "children": young,
            "fixed_seats": fixed,
            "children_per_thousand": PER * young / anyone,
            "estimate": estimate,
            "needed_per_thousand": PER * estimate / anyone,
            "difference": fixed - estimate,
            # not from the share, which nobody has where nobody lives
            "from_structure": fixed - young,
            "from_attendance": young - estimate,
        },
        index=labels,
    )


def implied_share(per_thousand: float, *, attendance: float) -> float:
    """
    Return how many of 1,000 residents must be of the stage's ages for a fixed number of seats to be right.

    Parameters
    ----------
    per_thousand
        Seats per 1,000 residents by the rule.
    attendance
        Seats needed per child.

    Returns
    -------
    children_per_thousand
        To be compared with `children_per_thousand` of `compare`.

    Raises
    ------
    ValueError
        If one of the two is not above zero.

    Examples
    --------
    >>> implied_share(36, attendance=0.9)
    40.0
    """
    for what, value in (("per_thousand", per_thousand), ("attendance", attendance)):
        if not 0 < value < np.inf:
            msg = f"`{what}` is a number above zero, got {value}."
            raise ValueError(msg)
    return per_thousand / attendance


def _number(values: float | pd.Series, labels: pd.Index, what: str) -> NDArray[np.float64]:
    """Return numbers in the order of the labels, checked."""
    series = values if isinstance(values, pd.Series) else pd.Series(float(values), index=labels)
    checks.require_same_labels(labels, series.index, what=f"`residents` and `{what}`")
    series = series.reindex(labels).astype(float)
    checks.require_no_gaps(series, what=f"`{what}`")
    checks.require_not_negative(series, what=f"`{what}`")
    if np.isinf(series).any():
        msg = f"`{what}` is infinite for {series.index[np.isinf(series)][0]!r}."
        raise ValueError(msg)
    return np.asarray(series, dtype=np.float64)
