"""
The contract of the table of measures: what may be built, rented or used otherwise.

One row for each measure, by its label:

- `kind`: expand, new, attach, convert, temporary or another word; carried along
- `school`, `stage`: the section where it makes seats
- `seats_per_class`: seats of one class
- `least_classes`, `most_classes`: classes while it is used, at least and at most
- `sizes`: numbers of classes that are allowed, if not every one between them
- `first_year`: first year in which it can be open
- `last_year`: last year in which it may still be begun; missing if there is none
- `lasting`: whether its classes stay; otherwise they may become fewer again
- `fixed_cost`: once, when it is first used
- `class_cost`: for each class that is added
- `switch_cost`: also for each class added, where classes do not last
- `yearly_cost`: for each class and year, running it or its rent
- `takes_school`, `takes_stage`, `takes_seats`: section whose rooms it uses, and
  seats that go there for each class
- `plot`: measures on one plot share its room
- `decided`: classes that there will be in any case, from `first_year` on
- `group`: of measures in one group at most one is used

Money is in units of 10,000 yuan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.optimize.counting import by_text

if TYPE_CHECKING:
    from collections.abc import Sequence

REQUIRED = (
    "kind",
    "school",
    "stage",
    "seats_per_class",
    "most_classes",
    "first_year",
    "lasting",
    "fixed_cost",
    "class_cost",
    "yearly_cost",
)
"""Columns that every table of measures has."""
OPTIONAL: dict[str, object] = {
    "least_classes": 0.0,
    "sizes": None,
    "last_year": np.inf,
    "takes_school": None,
    "takes_stage": None,
    "takes_seats": 0.0,
    "switch_cost": 0.0,
    "plot": None,
    "decided": 0.0,
    "group": None,
}
"""Columns that may be left out or empty, and what that means."""
_NUMBERS = (
    "seats_per_class",
    "least_classes",
    "most_classes",
    "first_year",
    "last_year",
    "fixed_cost",
    "class_cost",
    "yearly_cost",
    "takes_seats",
    "switch_cost",
    "decided",
)
_WHOLE = ("least_classes", "most_classes", "first_year", "decided")


def check_measures(measures: pd.DataFrame, *, plots: pd.Series | None = None) -> pd.DataFrame:
    """
    Return the measures by sorted label with every column filled, or raise.

    Parameters
    ----------
    measures
        One row for each measure, with the columns of `REQUIRED` and any of
        `OPTIONAL`. Other columns are left out.
    plots
        Classes for which there is room, by plot.

    Returns
    -------
    checked
        All columns; `sizes` is a tuple of the allowed numbers of classes, or
        `None` where every number from `least_classes` to `most_classes` is
        allowed. A label that is not there is `None`.

    Raises
    ------
    LabelError
        If a label is there twice, a column is missing, a plot is not listed, or
        only part of a section to take rooms from is named.
    MissingValueError, ValueError
        If a number is missing, negative, or not whole where it counts classes, or
        what is decided is more than is allowed.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {
    ...         "kind": ["expand"],
    ...         "school": ["hill"],
    ...         "stage": ["primary"],
    ...         "seats_per_class": [45],
    ...         "most_classes": [6],
    ...         "first_year": [2027],
    ...         "lasting": [True],
    ...         "fixed_cost": [100.0],
    ...         "class_cost": [80.0],
    ...         "yearly_cost": [20.0],
    ...     },
    ...     index=["hill east wing"],
    ... )
    >>> checked = check_measures(table)
    >>> checked["least_classes"].to_list(), checked["last_year"].to_list(), checked["plot"].to_list()
    ([0.0], [inf], [None])
    """
    checks.require_unique_labels(measures.index, what="`measures`")
    lacking = [name for name in REQUIRED if name not in measures.columns]
    if lacking:
        msg = f"`measures` has no column {lacking[0]!r}. It needs {', '.join(REQUIRED)}."
        raise LabelError(msg)
    table = measures.reindex(columns=[*REQUIRED, *OPTIONAL])
    table = table.iloc[by_text(table.index)]
    for name in ("kind", "school", "stage", "lasting"):
        checks.require_no_gaps(table[name], what=f"`{name}` of the measures")
    for name, usual in OPTIONAL.items():
        filled = [usual if _is_gap(value) else value for value in table[name]]
        table[name] = pd.Series(filled, index=table.index, dtype=object)
    for name in _NUMBERS:
        checks.require_no_gaps(table[name], what=f"`{name}` of the measures")
        table[name] = table[name].astype(float)
        checks.require_not_negative(table[name], what=f"`{name}` of the measures")
    _require_finite(table)
    table["lasting"] = [_as_bool(value, label) for label, value in table["lasting"].items()]
    table["sizes"] = pd.Series([_sizes(label, row) for label, row in table.iterrows()], index=table.index, dtype=object)
    _require_labels(table, plots)
    _require_decided(table)
    return table


def allowed_sizes(row: pd.Series) -> tuple[int, ...]:
    """
    Return the numbers of classes that a checked measure may have while it is used.

    Examples
    --------
    >>> allowed_sizes(pd.Series({"sizes": None, "least_classes": 2.0, "most_classes": 4.0}, dtype=object))
    (2, 3, 4)
    """
    if row["sizes"] is not None:
        return tuple(row["sizes"])
    return tuple(range(max(1, int(row["least_classes"])), int(row["most_classes"]) + 1))


def _is_gap(value: object) -> bool:
    """Return whether a cell is empty; a tuple of sizes is not."""
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value))


def _as_bool(value: object, label: object) -> bool:
    if not isinstance(value, bool | np.bool_):
        msg = f"`lasting` is true or false, got {value!r} for {label!r}."
        raise ValueError(msg)  # noqa: TRY004 - the contract of a table, not of a call
    return bool(value)


def _require_finite(table: pd.DataFrame) -> None:
    for name in _NUMBERS:
        values = table[name].to_numpy()
        if name != "last_year" and not np.isfinite(values).all():
            label = table.index[~np.isfinite(values)][0]
            msg = f"`{name}` of the measures is infinite for {label!r}. State the largest number that is possible."
            raise ValueError(msg)
        if name in _WHOLE and (values != np.rint(values)).any():
            label = table.index[values != np.rint(values)][0]
            msg = f"`{name}` of the measures is not whole for {label!r}: {table[name][label]:g}."
            raise ValueError(msg)
    for name in ("seats_per_class",):
        if (table[name] <= 0).any():
            label = table.index[table[name] <= 0][0]
            msg = f"`{name}` of the measures is not above 0 for {label!r}. A class without seats is no measure."
            raise ValueError(msg)


def _sizes(label: object, row: pd.Series) -> tuple[int, ...] | None:
    least, most = row["least_classes"], row["most_classes"]
    if row["sizes"] is None:
        if least > most:
            msg = f"`least_classes` of measure {label!r} is above its `most_classes`: {least:g} above {most:g}."
            raise ValueError(msg)
        return None
    given: Sequence[float] = list(row["sizes"])
    if not given or any(size != int(size) or size < 1 for size in given):
        msg = f"`sizes` of measure {label!r} are whole numbers of classes of at least 1, got {tuple(given)}."
        raise ValueError(msg)
    kept = tuple(sorted({int(size) for size in given if max(1, least) <= size <= most}))
    if not kept:
        msg = f"`sizes` of measure {label!r}, {tuple(given)}, has none from {least:g} to {most:g} classes."
        raise ValueError(msg)
    return kept


def _require_labels(table: pd.DataFrame, plots: pd.Series | None) -> None:
    named = table["plot"].dropna()
    if plots is not None:
        checks.require_unique_labels(plots.index, what="`plots`")
        checks.require_no_gaps(plots, what="`plots`")
        checks.require_not_negative(plots, what="`plots`")
    strange = named if plots is None else named[~named.isin(plots.index)]
    if len(strange) > 0:
        msg = (
            f"Measure {strange.index[0]!r} is on plot {strange.iloc[0]!r}, of which `plots` does not say how many "
            "classes it has room for. List it there, or leave the plot of the measure empty."
        )
        raise LabelError(msg)
    halves = table["takes_school"].isna() != table["takes_stage"].isna()
    if halves.any():
        msg = f"Measure {table.index[halves][0]!r} names only one of `takes_school` and `takes_stage`. Name both."
        raise LabelError(msg)
    without = table["takes_school"].notna() & (table["takes_seats"] <= 0)
    if without.any():
        msg = (
            f"Measure {table.index[without][0]!r} takes rooms of a section, but `takes_seats` does not say how many "
            "seats go there for each class."
        )
        raise MissingValueError(msg)


def _require_decided(table: pd.DataFrame) -> None:
    for label, row in table[table["decided"] > 0].iterrows():
        sizes = allowed_sizes(row)
        if not sizes or row["decided"] > sizes[-1]:
            most = sizes[-1] if sizes else 0
            msg = f"Measure {label!r} has {row['decided']:g} classes `decided`, but is allowed {most} at most."
            raise ValueError(msg)
    decided = table[(table["decided"] > 0) & table["group"].notna()]
    for group, rows in decided.groupby("group"):
        if len(rows) > 1:
            msg = (
                f"Of group {group!r} at most one measure is used, but {rows.index[0]!r} and {rows.index[1]!r} are "
                "both decided."
            )
            raise ValueError(msg)
