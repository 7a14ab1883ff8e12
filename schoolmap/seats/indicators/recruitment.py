"""Teachers over the years: who leaves, whom to recruit, and where there will be too many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap import checks
from schoolmap.seats.indicators.measures import require_counts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_DIGITS = 6
"""What is beyond a millionth of a teacher is rounding."""


def recruitment(
    needed: pd.Series,
    *,
    there: pd.Series,
    leaving: pd.Series | None = None,
    leaving_share: float = 0.0,
) -> pd.DataFrame:
    """
    Say how many teachers each unit must recruit in each year, and how many it will have to spare.

    Each year some leave first; then the unit recruits what it lacks, in whole
    people. Nobody is dismissed and nobody moves between units: what one has to
    spare does not fill another's gap, and stays to be seen.

    Parameters
    ----------
    needed
        By (unit, year), from `staff_needed` on the demand of those years; the
        index may have more levels before `year`. Years follow one another.
    there
        Teachers by unit in the year before the first.
    leaving
        Teachers who leave or retire, by (unit, year).
    leaving_share
        Share of those there who leave in a year; of the rest, where `leaving`
        is given too.

    Returns
    -------
    recruitment
        On the index of `needed`:
          - `needed`
          - `staying` - of the year before, less those who leave
          - `recruit` - whole people
          - `there` - after recruitment
          - `spare` - there less needed
        Missing from the first year on of which a number is not known.

    Raises
    ------
    LabelError
        If labels differ.
    ValueError
        If a number is negative or infinite, years do not follow one another, or
        the share is not in [0, 1).

    Examples
    --------
    >>> rows = pd.MultiIndex.from_product([["A"], [2026, 2027, 2028]], names=["school", "year"])
    >>> leaving = pd.Series([3.0, 3.0, 3.0], index=rows)
    >>> need = pd.Series([40.0, 42.0, 30.0], index=rows)
    >>> recruitment(need, there=pd.Series({"A": 40.0}), leaving=leaving)[["recruit", "there", "spare"]].to_dict("list")
    {'recruit': [3.0, 5.0, 0.0], 'there': [40.0, 42.0, 39.0], 'spare': [0.0, 0.0, 9.0]}
    """
    if not 0 <= leaving_share < 1:
        msg = f"`leaving_share` is a share in [0, 1), got {leaving_share}."
        raise ValueError(msg)
    gone = pd.Series(0.0, index=needed.index) if leaving is None else leaving
    checks.require_same_labels(needed.index, gone.index, what="`needed` and `leaving`")
    for name, values in (("needed", needed), ("leaving", gone), ("there", there)):
        require_counts(values, what=f"`{name}`")
    need, out = (values.astype(float).unstack("year").sort_index(axis=1) for values in (needed, gone))
    out = out.reindex(need.index)
    checks.require_same_labels(need.index, there.index, what="`needed` and `there`")
    years = need.columns.to_numpy(int)
    if (np.diff(years) != 1).any():
        msg = f"The years must follow one another, got {', '.join(map(str, years))}: those between would be left out."
        raise ValueError(msg)
    stock = there.reindex(need.index).to_numpy(float, na_value=np.nan)
    rows: dict[str, list[Floats]] = {name: [] for name in ("staying", "recruit", "there", "spare")}
    for year in need.columns:
        wanted = need[year].to_numpy()
        staying = np.maximum(stock - out[year].to_numpy(), 0.0) * (1 - leaving_share)
        recruit = np.ceil(np.maximum(wanted - staying, 0.0).round(_DIGITS))
        stock = staying + recruit
        for name, values in (
            ("staying", staying),
            ("recruit", recruit),
            ("there", stock),
            ("spare", np.maximum(stock - wanted, 0.0)),
        ):
            rows[name].append(values)
    by_year = {
        name: pd.DataFrame(np.column_stack(values), index=need.index, columns=need.columns)
        for name, values in rows.items()
    }
    long = {name: table.T.unstack().reindex(needed.index) for name, table in by_year.items()}
    return pd.DataFrame({"needed": needed.astype(float), **long}, index=needed.index)
