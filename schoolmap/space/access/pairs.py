"""
Travel, children and seats, matched by label.

`travel` is sparse: one number for each origin and school that is in reach, a
pair that is not listed is out of reach. Only the way from the origin to the
school is read, so a one-way street or a slower way back changes nothing here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from schoolmap import checks
from schoolmap.errors import LabelError

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

_LEVELS = 2
"""Levels of the index of `travel`: origin and school."""

_MARKED_CELLS = 2**28
"""Origins times schools up to which pairs are ticked off in a table (of 256 MB) instead of sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """
    Travel by pair, with the position of its origin in `demand` and of its school in `supply`.

    Attributes
    ----------
    origin, school
        Positions, by pair, in the order of `travel`.
    travel
        Minutes or metres, by pair.
    demand
        Children, by position.
    supply
        Seats, by position.
    """

    origin: NDArray[np.intp]
    school: NDArray[np.intp]
    travel: NDArray[np.float64]
    demand: NDArray[np.float64]
    supply: NDArray[np.float64]

    def by_origin(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Add up values by pair for each origin."""
        return np.asarray(np.bincount(self.origin, values, minlength=len(self.demand)), dtype=float)

    def by_school(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Add up values by pair for each school."""
        return np.asarray(np.bincount(self.school, values, minlength=len(self.supply)), dtype=float)

    def in_rows(self, values: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.intp], NDArray[np.float64]]:
        """
        Return where each origin's pairs start, then schools and values by origin and school.

        That is a sparse matrix of origins by schools, without its class.
        """
        cell = self.origin * len(self.supply) + self.school
        order = slice(None) if (np.diff(cell) > 0).all() else np.argsort(cell)
        starts = np.zeros(len(self.demand) + 1, dtype=np.int64)
        np.cumsum(np.bincount(self.origin, minlength=len(self.demand)), out=starts[1:])
        return starts, self.school[order], values[order]


def match(travel: pd.Series, demand: pd.Series, supply: pd.Series) -> Pairs:
    """
    Match travel with children and seats by label.

    Parameters
    ----------
    travel
        Minutes or metres by `(origin, school)`.
    demand
        Children by origin. An origin without travel is out of reach of every school.
    supply
        Seats by school. A school without travel is out of reach of everybody.

    Returns
    -------
    pairs
        The same as arrays, in the order of `demand` and `supply`.

    Raises
    ------
    LabelError
        If travel names an origin or school that is not in `demand` or `supply`,
        if a label is missing, or if a label or a pair is there twice.
    MissingValueError
        If a number is missing.
    ValueError
        If a number is negative or infinite.

    Examples
    --------
    >>> import pandas as pd
    >>> ways = pd.MultiIndex.from_tuples([("a", "s"), ("b", "s")])
    >>> known = match(pd.Series([5.0, 9.0], ways), pd.Series({"b": 3, "a": 2}), pd.Series({"s": 4}))
    >>> known.origin.tolist(), known.demand.tolist()
    ([1, 0], [3.0, 2.0])
    """
    origin, school = codes_of(travel)
    origins, schools = travel.index.levels  # type: ignore[attr-defined]
    checks.require_unique_labels(demand.index, what="`demand`")
    checks.require_unique_labels(supply.index, what="`supply`")
    known = Pairs(
        origin=_positions(origin, origins, demand.index, what="`demand`"),
        school=_positions(school, schools, supply.index, what="`supply`"),
        travel=amounts(travel, what="`travel`"),
        demand=amounts(demand, what="`demand`"),
        supply=amounts(supply, what="`supply`"),
    )
    if not _each_once(known):
        checks.require_unique_labels(travel.index, what="`travel`")
    return known


def codes_of(travel: pd.Series) -> tuple[NDArray[np.signedinteger[Any]], NDArray[np.signedinteger[Any]]]:
    """
    Return the codes of origins and schools, once every pair has both.

    Examples
    --------
    >>> import pandas as pd
    >>> ways = pd.MultiIndex.from_tuples([("a", "t"), ("a", "s")])
    >>> [code.tolist() for code in codes_of(pd.Series([5.0, 9.0], ways))]
    [[0, 0], [1, 0]]
    """
    index = travel.index
    if index.nlevels != _LEVELS:
        msg = f"`travel` is indexed by (origin, school), got {index.nlevels} level(s): {list(index.names)}."
        raise LabelError(msg)
    origin, school = (np.asarray(codes) for codes in index.codes)  # type: ignore[attr-defined]
    missing = np.flatnonzero((origin < 0) | (school < 0))
    if len(missing) > 0:
        msg = (
            f"`travel` has {len(missing)} pair(s) without a label, e.g. {index[missing[0]]!r}. "
            "Every pair names its origin and its school."
        )
        raise LabelError(msg)
    return origin, school


def amounts(values: pd.Series, /, *, what: str) -> NDArray[np.float64]:
    """
    Return numbers that are there, finite and not negative.

    Examples
    --------
    >>> import pandas as pd
    >>> amounts(pd.Series([1, 2]), what="`demand`").tolist()
    [1.0, 2.0]
    """
    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    # one pass over millions of numbers; who is to blame is asked only if something is wrong
    if not np.isfinite(numbers).all():
        checks.require_no_gaps(values, what=what)
        endless = np.flatnonzero(np.isinf(numbers))
        msg = (
            f"{what} is infinite for {len(endless)} unit(s), e.g. {values.index[endless[0]]!r}. "
            "Leave out what is out of reach."
        )
        raise ValueError(msg)
    if (numbers < 0).any():
        checks.require_not_negative(values, what=what)
    return numbers


def _positions(
    codes: NDArray[np.signedinteger[Any]], level: pd.Index, labels: pd.Index, *, what: str
) -> NDArray[np.intp]:
    """Return where each label of a level stands in `labels`, from the codes: one look-up a label, not one a pair."""
    known = labels.get_indexer(level)
    places: NDArray[np.intp] = known[codes]
    if (known < 0).any() and (places < 0).any():
        strange = level[np.unique(codes[places < 0])]
        msg = (
            f"`travel` names {len(strange)} unit(s) that {what} does not know, e.g. {strange[0]!r}. "
            f"Give {what} a number for them, zero if need be, or leave them out of `travel`."
        )
        raise LabelError(msg)
    return places


def _each_once(known: Pairs) -> bool:
    """Tell whether no pair is there twice, without asking for the hash of millions of labels."""
    cell = known.origin * len(known.supply) + known.school
    if (np.diff(cell) > 0).all():
        return True
    cells = len(known.demand) * len(known.supply)
    if cells > _MARKED_CELLS:
        return bool((np.diff(np.sort(cell)) > 0).all())
    seen = np.zeros(cells, dtype=bool)
    seen[cell] = True
    return int(np.count_nonzero(seen)) == len(cell)
