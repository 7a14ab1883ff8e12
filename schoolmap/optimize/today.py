"""
Today's catchments, as a bound on where pupils may go or as a cost of going elsewhere.

Both change the table of costs and nothing else, so they go with every way of
assigning pupils.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from schoolmap import checks
from schoolmap.errors import LabelError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


def keep_to(cost: pd.Series, today: pd.Series) -> pd.Series:
    """
    Allow each area only the schools that it has today.

    Parameters
    ----------
    cost
        By `(area, school)`.
    today
        School by area. An area with several schools has a row for each.

    Returns
    -------
    cost
        The pairs of today, in the same order. A pair of today that had no cost,
        because the way is too long, is not added: its pupils have no seat.

    Raises
    ------
    LabelError
        If an area of the costs has no school today, or is there twice with the
        same one.

    Examples
    --------
    >>> cost = pd.Series({("north", "hill"): 5.0, ("north", "lake"): 12.0, ("south", "lake"): 4.0})
    >>> keep_to(cost, pd.Series({"north": "lake", "south": "lake"})).to_dict()
    {('north', 'lake'): 12.0, ('south', 'lake'): 4.0}
    """
    return cost[_is_today(cost.index, today)]


def charge_change(cost: pd.Series, today: pd.Series, *, added: float) -> pd.Series:
    """
    Charge each pupil who goes to another school than today's.

    Parameters
    ----------
    cost, today
        As in `keep_to`.
    added
        Metres or minutes, 0 or more: a pupil changes only where that saves more
        than this in all.

    Returns
    -------
    cost
        All pairs, those that are not of today dearer by `added`.

    Examples
    --------
    >>> cost = pd.Series({("north", "hill"): 500, ("north", "lake"): 1200, ("south", "lake"): 400})
    >>> charge_change(cost, pd.Series({"north": "lake", "south": "lake"}), added=800).to_dict()
    {('north', 'hill'): 1300, ('north', 'lake'): 1200, ('south', 'lake'): 400}
    """
    if not added >= 0:
        msg = f"`added` is a length or a time of 0 or more, got {added}."
        raise ValueError(msg)
    charged: pd.Series = cost + added * ~_is_today(cost.index, today)
    return charged


def changes(flows: pd.Series, today: pd.Series) -> pd.Series:
    """
    List the pupils who go to another school than today's.

    Parameters
    ----------
    flows
        Pupils by `(area, school)` or `(area, tier, school)`, from an assignment.
    today
        As in `keep_to`.

    Returns
    -------
    changes
        The rows of `flows` that lead elsewhere.

    Examples
    --------
    >>> flows = pd.Series({("north", "hill"): 25, ("north", "lake"): 5, ("south", "lake"): 20})
    >>> changes(flows, pd.Series({"north": "lake", "south": "lake"})).to_dict()
    {('north', 'hill'): 25}
    """
    return flows[~_is_today(flows.index, today)]


def _is_today(pairs: pd.Index, today: pd.Series) -> npt.NDArray[np.bool_]:
    """Say of each pair whether it is one of today."""
    checks.require_no_gaps(today, what="`today`")
    kept = pd.MultiIndex.from_arrays([today.index, today.to_numpy()])
    checks.require_unique_labels(kept, what="`today`")
    if not isinstance(pairs, pd.MultiIndex):
        msg = "The table is indexed by (area, school), got 1 level."
        raise LabelError(msg)
    area, school = pairs.get_level_values(0), pairs.get_level_values(-1)
    unknown = ~area.isin(today.index)
    if unknown.any():
        msg = f"`today` has no school for {area[unknown].nunique()} area(s), e.g. {area[unknown][0]!r}."
        raise LabelError(msg)
    return pd.MultiIndex.from_arrays([area, school]).isin(kept)
