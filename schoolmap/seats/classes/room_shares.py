"""Share the rooms of a school among its grades as fairly as whole rooms allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap import checks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def share_rooms(pupils: pd.DataFrame, rooms: pd.Series, *, most: pd.DataFrame | None = None) -> pd.DataFrame:
    """
    Share the rooms of a school among its grades so that the largest mean class is as small as whole rooms allow.

    Each grade with pupils has one room; every further room goes to the grade
    with the largest mean class then, of equals to the lowest. It is Adams'
    divisor method of apportionment, so that no other way of sharing has a
    smaller largest class.

    Parameters
    ----------
    pupils
        Whole pupils, one row per section, one column per grade.
    rooms
        Rooms by section; missing where not known.
    most
        Most rooms of each grade, on the same labels; rooms that nobody needs
        stay empty. If left out, all rooms are used.

    Returns
    -------
    classes
        On the labels of `pupils`; missing where the pupils or rooms are not
        known, or there are fewer rooms than grades with pupils: grades are then
        taught together.

    Examples
    --------
    >>> pupils = pd.DataFrame({"1": [90], "2": [120], "3": [40]}, index=["a"])
    >>> share_rooms(pupils, pd.Series({"a": 6})).loc["a"].tolist()
    [2.0, 3.0, 1.0]
    """
    checks.require_same_labels(pupils.index, rooms.index, what="`pupils` and `rooms`")
    heads = pupils.to_numpy(dtype=float)
    # shares of a school's rooms add up to 7.999999999: that is 8
    space = np.floor(np.round(rooms.reindex(pupils.index).to_numpy(dtype=float), 6))
    if most is None:
        highest = np.where(heads > 0, np.maximum(np.nan_to_num(space), 1.0)[:, None], heads)
    else:
        checks.require_same_labels(pupils.index, most.index, what="`pupils` and `most`")
        checks.require_same_labels(pupils.columns, most.columns, what="The grades of `pupils` and `most`")
        highest = most.reindex(index=pupils.index, columns=pupils.columns).to_numpy(dtype=float)
    return pd.DataFrame(share_counts(heads, space, highest), index=pupils.index, columns=pupils.columns)


def share_counts(heads: Floats, rooms: Floats, most: Floats) -> Floats:
    """Share rooms among grades, one row per section; a grade that may have a room has one."""
    grades = (most > 0).sum(axis=1)
    known = ~np.isnan(rooms) & ~np.isnan(heads + most).any(axis=1) & (rooms >= grades)
    shared = np.where(known[:, None], most, np.nan)
    tight = np.flatnonzero(known & (most.sum(axis=1) > rooms))
    pupils, top, left = heads[tight], most[tight], rooms[tight]
    # every mean below this one is reached before the rooms run out, since rounding up takes less than one room a grade
    free = left - grades[tight]
    mean = np.divide(pupils.sum(axis=1), free, out=np.full(len(tight), np.inf), where=free > 0) * (1 + 1e-9)
    taken = np.ceil(np.divide(pupils, mean[:, None], out=np.zeros_like(pupils), where=mean[:, None] > 0))
    taken = np.clip(taken, np.minimum(top, 1.0), top)
    left = left - taken.sum(axis=1)
    row = np.flatnonzero(left > 0)
    while len(row):
        crowd = np.where(taken[row] < top[row], pupils[row] / np.maximum(taken[row], 1.0), -1.0)
        taken[row, crowd.argmax(axis=1)] += 1.0
        left[row] -= 1.0
        row = row[left[row] > 0]
    shared[tight] = taken
    return shared
