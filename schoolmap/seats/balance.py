"""
Compare the seats that children need with the seats there are.

Every table here has one row per planning unit, labelled `(catchment, year)`.
Tables are matched by label, never by position.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from schoolmap import checks

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

CHANCES = (0.1, 0.33, 0.5, 0.8)
"""Bounds of the classes in which the probability of a shortage is told: unlikely, possible, likely, nearly sure."""


def seat_balance(demand: pd.DataFrame, seats: pd.Series) -> pd.DataFrame:
    """
    Compute the gap, utilisation and shortage of each planning unit.

    Parameters
    ----------
    demand
        Columns `demand_p10`, `demand`, `demand_p90` (children who need a seat).
    seats
        Seats by the same labels, in any order.

    Returns
    -------
    balance
        On the index of `demand`, with the columns of `demand` and
          - `seats` - seats there are
          - `gap` - `demand - seats`, in seats; positive is a shortage
          - `utilisation` - `demand / seats`; infinite where children have no
            seats at all, missing where there are neither

    Raises
    ------
    LabelError
        If the two describe different units.
    MissingValueError
        If either has a gap. An unknown number of seats is not zero seats.
    ValueError
        If seats are negative: more were taken away than there are.

    Examples
    --------
    >>> import pandas as pd
    >>> unit = pd.MultiIndex.from_product([["Mill Road", "Quarry"], [2030]], names=["catchment", "year"])
    >>> demand = pd.DataFrame(
    ...     {"demand_p10": [390, 160], "demand": [410, 180], "demand_p90": [430, 200]}, index=unit, dtype=float
    ... )
    >>> seats = pd.Series([400.0, 300.0], index=unit)
    >>> seat_balance(demand, seats)[["gap", "utilisation"]].values.tolist()
    [[10.0, 1.025], [-120.0, 0.6]]
    """
    checks.require_same_labels(demand.index, seats.index, what="`demand` and `seats`")
    checks.require_no_gaps(demand, what="`demand`")
    checks.require_no_gaps(seats, what="`seats`")
    checks.require_not_negative(seats, what="`seats`")
    there = seats.reindex(demand.index).to_numpy(float) + 0.0
    needed = demand["demand"].to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        load = needed / there
    return demand.assign(seats=there, gap=needed - there, utilisation=load)


def totals(balance: pd.DataFrame) -> pd.DataFrame:
    """
    Add up shortages and spare seats over catchments, by year; they are never netted.

    Parameters
    ----------
    balance
        From `seat_balance`.

    Returns
    -------
    totals
        By year: `demand`, `seats`, `short` (sum of the gaps of catchments that
        lack seats) and `spare` (sum over those that have more than they need).
    """
    gap = balance["gap"]
    parts = balance[["demand", "seats"]].assign(short=gap.clip(lower=0), spare=(-gap).clip(lower=0))
    return parts.groupby(level="year").sum()


def enough_seats(needed: NDArray[np.float64], *, chances: Sequence[float] = CHANCES) -> NDArray[np.float64]:
    """
    Return how many seats make a shortage no more probable than each of some bounds.

    Parameters
    ----------
    needed
        Seats needed in every draw; draws along the last axis.
    chances
        Probabilities in [0, 1).

    Returns
    -------
    seats
        Like `needed` without draws, with the bounds as a first axis. With as
        many seats or more, the share of draws in which more seats are needed
        than there are is at most the bound; with fewer it is above it.

    Raises
    ------
    ValueError
        If a bound is no probability below one, or there are no draws.

    Examples
    --------
    >>> draws = np.array([[90.0, 100.0, 110.0, 120.0]])
    >>> enough_seats(draws, chances=[0.0, 0.5])[:, 0].tolist()
    [120.0, 100.0]
    """
    count = needed.shape[-1]
    if count == 0 or not all(0 <= chance < 1 for chance in chances):
        msg = f"`chances` are probabilities below one, of at least one draw; got {list(chances)} of {count} draws."
        raise ValueError(msg)
    # so many draws may need more: a bound of 0.33 holds 330 of 1,000, whatever 0.33 is in binary
    places = [count - 1 - int(np.floor(chance * count + 1e-9)) for chance in chances]
    ordered = np.partition(needed, sorted(set(places)), axis=-1)
    return np.stack([ordered[..., place] for place in places])
