"""
Put the mean of several small counts in place of each, so that none of them can be worked out.

A count of three children of one age in one village is about three children. A
public edition therefore shows no count from 1 to `below - 1`. Leaving such
counts out is not enough where totals, neighbouring years and scenarios stay:
what is left out is found by subtraction. Here they are put together instead, at
least three at a time, and each is given the mean of its group. A sum over the
group is as before, so that demand hardly changes. As everything else of the
edition is calculated from the means, nothing that it holds says more than they.

What a reader can learn, who knows this rule and all that is shown: the sum of
each group. That sum is moved, where it must be, to where any member could still
be any number from 1 to `below - 1`. Which counts form a group depends on which
are small, never on how small they are. The method is microaggregation with a
least group of three, as statistical offices use it (Hundepool et al.,
*Statistical Disclosure Control*, Wiley 2012), with the ends of the sum cut off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

LEAST_GROUP = 3
"""With two, each of both knows the other's count."""
LEAST_BELOW = 3
"""Where only the count 1 were hidden, everybody would know it."""


def is_small(counts: pd.Series, *, below: int) -> pd.Series:
    """
    Say which counts are hidden: those above zero and less than `below`.

    Examples
    --------
    >>> is_small(pd.Series([0.0, 1.0, 4.0, 5.0, None]), below=5).tolist()
    [False, True, True, False, False]
    """
    return (counts > 0) & (counts < below)


def averaged(counts: pd.Series, keys: pd.DataFrame, levels: Sequence[list[str]], *, below: int) -> pd.Series:
    """
    Give small counts the mean of their group.

    Parameters
    ----------
    counts
        Children, or other people; unknown ones stay unknown.
    keys
        On the same index, what the counts are of.
    levels
        Columns of `keys` by which groups are made, finest first. Small counts
        that find fewer than two others at one level look at the next; at last
        all that are left are one group. If these are fewer than three, each is
        given half of `below`.
    below
        Counts from 1 to `below - 1` are small; at least 3.

    Returns
    -------
    counts
        On the index of the argument. Zero and whatever is not small stay as they are.

    Raises
    ------
    ValueError
        If `below` is less than 3.

    Examples
    --------
    Three villages have 1, 3 and 4 children of an age; whoever sees 8 / 3 cannot tell which has how many:

    >>> counts = pd.Series([1.0, 3.0, 4.0, 0.0, 12.0])
    >>> averaged(counts, pd.DataFrame({"age": ["6"] * 5}), [["age"]], below=5).round(2).tolist()
    [2.67, 2.67, 2.67, 0.0, 12.0]

    Three villages with one child each would be found out by their sum; it is moved to 6, which one 4 and two 1 make, too:

    >>> averaged(pd.Series([1.0, 1.0, 1.0]), pd.DataFrame({"age": ["6"] * 3}), [["age"]], below=5).tolist()
    [2.0, 2.0, 2.0]
    """
    if below < LEAST_BELOW:
        msg = f"`below` must be at least {LEAST_BELOW}, got {below}: a single number that is hidden is known."
        raise ValueError(msg)
    values = counts.to_numpy(dtype=float, na_value=np.nan)
    result = values.copy()
    left = np.flatnonzero(is_small(counts, below=below).to_numpy(dtype=bool))
    whole = bool((values[left] % 1 == 0).all())
    for columns in (*levels, []):
        if len(left) == 0:
            break
        group = _numbered(keys.iloc[left], columns)
        size = np.bincount(group)
        # from the smallest to the largest: the order of a sum of fractions decides its last digit
        order = np.argsort(values[left], kind="stable")
        total = np.bincount(group[order], weights=values[left][order])
        low, high = _open_sums(size, below=below, whole=whole)
        mean = np.clip(total, low, high) / size
        settled = size[group] >= LEAST_GROUP
        result[left[settled]] = mean[group][settled]
        left = left[~settled]
    result[left] = below / 2
    return pd.Series(result, index=counts.index, name=counts.name)


def _numbered(keys: pd.DataFrame, columns: list[str]) -> NDArray[np.int64]:
    """Give rows that are alike in some columns the number of their group."""
    if not columns:
        return np.zeros(len(keys), dtype=np.int64)
    return np.asarray(keys.groupby(columns, dropna=False, sort=False).ngroup(), dtype=np.int64)


def _open_sums(
    size: NDArray[np.intp],
    *,
    below: int,
    whole: bool,
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """
    Return the least and the greatest sum of a group with which any member may be anything that is hidden.

    One member may be the greatest hidden number where the others are the least, and the other way round. Whole
    numbers go from 1 to `below - 1`, fractions from just above 0 to just under `below`.
    """
    if whole:
        return size - 1.0 + (below - 1), (size - 1.0) * (below - 1) + 1
    return np.full(len(size), float(below)), (size - 1.0) * below


def with_parts(total: pd.Series, before: pd.Series, after: pd.Series, *, below: int) -> pd.Series:
    """
    Return totals whose parts have changed, so that no small count is left between them and their parts.

    Parameters
    ----------
    total
        A count; unknown ones stay unknown.
    before, after
        On the same index, the sum of its parts as they were and as they are
        shown; missing where a total has none.
    below
        Counts from 1 to `below - 1` are small.

    Returns
    -------
    total
        The parts as shown and the rest that is in none of them; a rest that is
        small, in either direction, is dropped. A total without parts is as it
        was. Whole totals stay whole.

    Examples
    --------
    A school of 40 with 37 in the grades that are told would tell of 3 in the last one:

    >>> of = [pd.Series(values) for values in ([40.0, 40.0, 40.0], [40.0, 37.0, None], [41.3, 37.0, None])]
    >>> with_parts(*of, below=5).tolist()
    [41.0, 37.0, 40.0]
    """
    rest = total - before
    shown = after + rest.mask(rest.abs() < below, 0.0)
    # the last digit of a sum must not decide which way a half goes
    shown = shown.where(total % 1 != 0, shown.round(6).round())
    return shown.where(before.notna() & after.notna(), total).where(total.notna())
