"""
Tables to whole numbers, so that an answer can be exact.

A solver adds whole numbers without rounding. Pupils and seats are whole
already; a cost is counted to as many decimals as it has, or as the numbers of
the computer hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING
from typing import Any

import numpy as np
import pandas as pd

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError

if TYPE_CHECKING:
    import numpy.typing as npt

    Whole = npt.NDArray[np.int64]
    Numbers = npt.NDArray[Any]

LARGEST = 2**60
"""Largest total that a solver is given: its numbers are whole and have 63 bits."""

MOST_COUNTED = 2**53
"""Largest number of pupils or seats in all: up to it decimal numbers of the computer are exact too."""

MOST_DIGITS = 6
"""Decimals of a cost that are counted: a millionth of a minute or metre."""

_PART = 2**20
"""Costs that are worked on at a time, so that copies stay small."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """
    The allowed pairs, in the order of areas and of schools in each area.

    Attributes
    ----------
    first
        Where the pairs of each area begin; one number more than areas, the last is the number of pairs.
    school
        School of each pair, by its place among the labels.
    cost
        Cost of each pair, as it was given.
    """

    first: Whole
    school: npt.NDArray[np.int32]
    cost: Numbers


def numbers(values: pd.Series, *, what: str) -> pd.Series:
    """Return a table whose column is one of numbers, or raise. Text that looks like a number is none."""
    if pd.api.types.is_integer_dtype(values) or pd.api.types.is_float_dtype(values):
        if pd.api.types.is_extension_array_dtype(values.dtype):
            checks.require_no_gaps(values, what=what)
            return values.astype(values.to_numpy().dtype)
        return values
    for place, value in enumerate(values):
        if isinstance(value, bool) or not (isinstance(value, Real) or pd.isna(value)):
            msg = f"{what} holds numbers, got {value!r} for {values.index[place]!r}. Convert it where it is read."
            raise ValueError(msg)
    checks.require_no_gaps(values, what=what)
    return pd.Series(np.array(values.to_list(), dtype=None if len(values) else float), index=values.index)


def require_labels(index: pd.Index, *, what: str) -> None:
    """Raise if a label is missing or there twice."""
    levels = [index.get_level_values(level) for level in range(index.nlevels)]
    missing = np.flatnonzero(np.any([level.isna() for level in levels], axis=0))
    if len(missing) > 0:
        msg = f"{what} has {len(missing)} row(s) without a label, e.g. row {missing[0] + 1}. Name them first."
        raise LabelError(msg)
    checks.require_unique_labels(index, what=what)


def whole(counts: pd.Series, *, what: str) -> Whole:
    """Return counts as whole numbers, or raise."""
    require_labels(counts.index, what=what)
    counts = numbers(counts, what=what)
    checks.require_no_gaps(counts, what=what)
    checks.require_not_negative(counts, what=what)
    values = counts.to_numpy(dtype=float)
    broken = np.flatnonzero(values != np.rint(values))
    if len(broken) > 0:
        first = broken[0]
        msg = (
            f"{what} is not whole for {len(broken)} unit(s), e.g. {values[first]:g} for {counts.index[first]!r}. "
            "Round it first, so that the total is kept."
        )
        raise ValueError(msg)
    if values.sum() > MOST_COUNTED:
        msg = f"{what} adds up to {values.sum():g}, which is too large to add up exactly."
        raise ValueError(msg)
    return values.astype(np.int64)


def by_text(labels: pd.Index) -> Whole:
    """Return positions in the order of the labels as text, so that rows in any order have one answer."""
    return np.argsort(np.array([str(label) for label in labels], dtype=object), kind="stable").astype(np.int64)


def offers_of_pairs(cost: pd.Series, *, areas: pd.Index, schools: pd.Index) -> tuple[Offers, Whole]:
    """
    Return the pairs of a table by `(area, school)`, and the row of the table that each came from.

    Parameters
    ----------
    cost
        By `(area, school)`; a pair that is not there is not allowed.
    areas, schools
        Labels in the order that the offers shall have.

    Raises
    ------
    LabelError
        If a pair is there twice, or names an area or school that the labels do not have.
    MissingValueError, ValueError
        If a cost is missing, negative or infinite.
    """
    pairs = cost.index
    if not isinstance(pairs, pd.MultiIndex) or pairs.nlevels != 2:
        msg = f"`cost` is indexed by (area, school), got {cost.index.nlevels} level(s)."
        raise LabelError(msg)
    cost = numbers(cost, what="`cost`")
    checks.require_no_gaps(cost, what="`cost`")
    checks.require_not_negative(cost, what="`cost`")
    price = cost.to_numpy()
    if not np.isfinite(price).all():
        msg = f"`cost` is infinite, e.g. for {cost.index[~np.isfinite(price)][0]!r}. Leave out pairs that are not allowed."
        raise ValueError(msg)
    at = []
    for level, (index, what) in enumerate([(areas, "`pupils`"), (schools, "`seats`")]):
        # one look-up for each label, not for each pair
        codes = np.asarray(pairs.codes[level])
        found = np.where(codes < 0, -1, index.get_indexer(pairs.levels[level])[codes])
        if (found < 0).any():
            msg = f"`cost` names {cost.index[found < 0][0]!r}, which {what} does not have. Use the same labels."
            raise LabelError(msg)
        at.append(found)
    key = at[0].astype(np.int64) * max(len(schools), 1) + at[1]
    order = np.argsort(key, kind="stable")
    again = np.flatnonzero(np.diff(key[order]) == 0)
    if len(again) > 0:
        msg = f"`cost` lists {len(again)} unit(s) twice, e.g. {cost.index[order[again[0] + 1]]!r}."
        raise LabelError(msg)
    first = np.zeros(len(areas) + 1, dtype=np.int64)
    np.cumsum(np.bincount(at[0], minlength=len(areas)), out=first[1:])
    return Offers(first=first, school=at[1][order].astype(np.int32), cost=price[order]), order


def offers_of_matrix(cost: Numbers, *, area: Whole, school: Whole, labels: tuple[pd.Index, pd.Index]) -> Offers:
    """
    Return the pairs of a matrix, one row for each area and one column for each school.

    Parameters
    ----------
    cost
        Infinite where a pair is not allowed.
    area, school
        Rows and columns in the order that the offers shall have.
    labels
        What rows and columns are called, to name what is wrong.
    """
    if cost.shape != (len(area), len(school)):
        msg = f"`cost` has the shape {cost.shape}, but there are {len(area)} areas and {len(school)} schools."
        raise ValueError(msg)
    if not np.issubdtype(cost.dtype, np.number) or np.iscomplexobj(cost):
        msg = f"`cost` holds numbers, got {cost.dtype}."
        raise ValueError(msg)
    # one test of all numbers; where it fails, a second finds what is wrong
    least = cost.min(initial=0)
    if not least >= 0:
        row, column = (int(place[0]) for place in np.nonzero(~(cost >= 0)))
        pair, value = (labels[0][row], labels[1][column]), cost[row, column]
        if np.isnan(value):
            msg = f"`cost` is missing, e.g. for {pair!r}. A pair that is not allowed is infinite."
            raise MissingValueError(msg)
        msg = f"`cost` is negative, e.g. {value:g} for {pair!r}."
        raise ValueError(msg)
    ordered = cost[np.ix_(area, school)]
    there = np.isfinite(ordered)
    first = np.zeros(len(area) + 1, dtype=np.int64)
    np.cumsum(there.sum(axis=1), out=first[1:])
    numbers = np.broadcast_to(np.arange(len(school), dtype=np.int32), ordered.shape)
    if there.all():
        return Offers(first=first, school=numbers.ravel(), cost=ordered.ravel())
    return Offers(first=first, school=numbers[there], cost=ordered[there])


def decimals(price: Numbers, *, rows: int, schools: int, pupils: int, levels: int) -> int:
    """
    Return how many decimals of a cost are counted: as many as there are, if the solver's numbers hold them.

    Parameters
    ----------
    price
        All costs.
    rows, schools, pupils, levels
        Size of the problem: `levels` is how often the charge for a pupil without a seat is piled up.

    Raises
    ------
    ValueError
        If even whole numbers are too large.
    """
    dearest = float(price.max(initial=0))
    digits = 0
    if not np.issubdtype(price.dtype, np.integer):
        # a number of 32 bits ends after seven places: what is behind them was never there
        blur = 0.0 if price.dtype.itemsize > 4 else float(np.finfo(price.dtype).eps)
        exact = (digits for digits in range(MOST_DIGITS) if is_exact(price, digits, blur=blur))
        digits = next(exact, MOST_DIGITS)
    # the solver adds up what all pupils pay, and multiplies each cost by the number of nodes
    largest = (dearest + 1) * 2 * (schools + 1) * levels * max(pupils, 4 * (rows + schools + 2))
    while digits > 0 and largest * 10.0**digits > LARGEST:
        digits -= 1
    if largest > LARGEST:
        msg = f"Costs up to {dearest:g} for {pupils} pupils are too large to add up exactly. Use a larger unit."
        raise ValueError(msg)
    return digits


def is_exact(price: Numbers, digits: int, *, blur: float = 0.0) -> bool:
    """Say whether costs have no more decimals than these, up to `blur` as a share of each."""
    if np.issubdtype(price.dtype, np.integer):
        return True
    # part by part: most tables with more decimals show it in the first
    for begin in range(0, len(price), _PART):
        scaled = price[begin : begin + _PART].astype(float) * 10.0**digits
        if not np.allclose(scaled, np.rint(scaled), rtol=blur, atol=1e-6):
            return False
    return True


def scale(price: Numbers, digits: int) -> Whole:
    """Return costs as whole numbers of their last decimal."""
    if digits == 0 and np.issubdtype(price.dtype, np.integer):
        return price.astype(np.int64)
    whole_costs = np.empty(len(price), dtype=np.int64)
    for begin in range(0, len(price), _PART):
        part = slice(begin, begin + _PART)
        whole_costs[part] = np.rint(price[part].astype(float) * 10.0**digits)
    return whole_costs
