"""Compare the totals that a sheet prints with the sums of its records: a record too many or too few shows there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap.errors import Fault
from schoolmap.errors import Severity
from schoolmap.tables import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

    from schoolmap.inputs.layout.body_rows import Total
    from schoolmap.tables import Contract

_ADDED = {Kind.COUNT, Kind.WHOLE, Kind.CHANGE}
_NOT_ADDED = {"published_utilisation", "priority", "delay_months", "children", "floors"}
"""Counts of which a sum says nothing."""
_TOLERANCE = 1e-6
"""Relative difference that is rounding of decimals."""


def added_columns(contract: Contract) -> list[str]:
    """Return the columns of a contract whose records add up."""
    return [
        name
        for name, spec in contract.columns.items()
        if spec.kind in _ADDED and name not in contract.key and name not in _NOT_ADDED
    ]


def compare(printed: pd.DataFrame, records: pd.DataFrame, totals: Sequence[Total], contract: Contract) -> list[Fault]:
    """
    Warn of printed totals that are not the sum of their records.

    A total of a part (小计) is that of the records since the last total, or, where
    the parts begin with it, of those up to the next; another is that of all
    records above it or of those since the last total, whichever fits better, and
    where none is above of all that follow. A
    total that tells a part of the key (合计 of the age 3) is that of the records
    with this part, wherever they stand.

    Parameters
    ----------
    printed
        Rows of totals as read, by the contract's names, indexed by row; a
        number is missing where none is printed, a part of the key where it
        tells none.
    records
        Records as read, indexed by row; missing where not known.
    totals
        The rows of totals, in order.
    contract
        Says which columns add up.

    Returns
    -------
    faults
        Warnings, with the contract's name of the column.
    """
    columns = [name for name in added_columns(contract) if name in printed and name in records]
    faults: list[Fault] = []
    for total in totals:
        shown = pd.Series(printed.loc[total.row, columns], dtype=float).dropna()
        within = printed.loc[total.row, [name for name in contract.key if name in printed]].dropna()
        alike = records[(records[within.index] == within).all(axis=1)]
        parts = [*_parts(total, totals, records.index), *([alike.index] if len(within) and not total.of_part else [])]
        chosen = [alike.index[alike.index.isin(rows)] for rows in parts]
        sums = [alike.loc[rows, shown.index].sum() for rows in chosen if len(rows)]
        if shown.empty or not sums:
            continue
        wrong = [shown[~_equal(shown, summed)] for summed in sums]
        fits = min(range(len(sums)), key=lambda place: len(wrong[place]))
        faults += [
            _differs(total, column, printed=float(shown[column]), summed=float(sums[fits][column]))
            for column in map(str, wrong[fits].index)
        ]
    return faults


def _equal(left: pd.Series, right: pd.Series) -> np.ndarray:
    return np.asarray(
        np.isclose(left.to_numpy(dtype=float), right.to_numpy(dtype=float), rtol=_TOLERANCE, atol=_TOLERANCE)
    )


def _parts(total: Total, totals: Sequence[Total], records: pd.Index) -> Iterator[Sequence[int]]:
    """Give the groups of records whose sum a total may be; none if there are no records to compare with."""
    rows = np.array(records, dtype=int)
    above, below = rows[rows < total.row], rows[rows > total.row]
    # totals directly below each other, one for each stage, are of the same records
    before = [other.row for other in totals if (above > other.row).any() and other.row < total.row]
    after = [other.row for other in totals if (below < other.row).any() and other.row > total.row]
    since, until = above[above > max(before, default=0)], below[below < min(after, default=np.inf)]
    if total.of_part:
        # where the first of them has no record above it, all of them stand at the head of their parts
        heads = not (rows < min(other.row for other in totals if other.of_part)).any()
        parts = [until] if heads else [since]
    else:
        parts = [above, since] if len(above) else [below]
    yield from (part.tolist() for part in parts if len(part))


def _differs(total: Total, column: str, *, printed: float, summed: float) -> Fault:
    by = printed - summed
    return Fault(
        file="",
        row=total.row,
        column=column,
        value=f"{printed:g}",
        severity=Severity.WARNING,
        problem=f"is printed as {total.label!r}, but the records add up to {summed:,.10g} ({by:+,.10g}).",
        remedy="Look for a record that is missing, doubled or mistyped; the records are used.",
        problem_zh=f"是“{total.label}”的数,而各行相加为 {summed:,.10g}(相差 {by:+,.10g})。",
        remedy_zh="请检查是否有漏填、重复或误填的记录;计算以各行为准。",
    )
