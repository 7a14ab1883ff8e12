"""Look up a limit for each row of a table: one figure for all, or one by grade, year or stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Limit = pd.DataFrame | pd.Series | float
"""One figure, or figures labelled by levels such as `grade`; a table has one level in its rows, one in its columns."""


def limit_by_label(limit: Limit, index: pd.Index, *, what: str) -> Floats:
    """
    Return the limit of each row of an index.

    Parameters
    ----------
    limit
        One figure above zero; or figures by one or several levels of the index,
        such as `grade`, or grade and year. It may have more labels than are
        asked for.
    index
        With those levels.
    what
        The limit's name in a message.

    Raises
    ------
    LabelError
        If a row has no limit, or the limits are by a level that the index has not.
    MissingValueError
        If the limit of a row is missing.
    ValueError
        If a limit is not above zero.

    Examples
    --------
    >>> grades = pd.MultiIndex.from_tuples([("a", "2"), ("a", "1")], names=["school", "grade"])
    >>> cap = pd.Series([45.0, 50.0], index=pd.Index(["1", "2"], name="grade"))
    >>> limit_by_label(cap, grades, what="cap").tolist()
    [50.0, 45.0]
    """
    if not isinstance(limit, pd.Series | pd.DataFrame):
        if not limit > 0:
            msg = f"The {what} must be positive, got {limit}."
            raise ValueError(msg)
        return np.full(len(index), float(limit))
    known = _long(limit) if isinstance(limit, pd.DataFrame) else limit.astype(float)
    names = [str(name) for name in known.index.names]
    unknown = [name for name in names if name not in index.names]
    if unknown:
        msg = f"The {what} is by {unknown[0]!r}, which the table does not have; it has {', '.join(map(str, index.names))}."
        raise LabelError(msg)
    checks.require_unique_labels(known.index, what=f"The {what}")
    if (known <= 0).any():
        msg = f"The {what} must be positive, got {known.min():g} for {known.idxmin()!r}."
        raise ValueError(msg)
    levels = [index.get_level_values(name) for name in names]
    wanted = levels[0] if len(levels) == 1 else pd.MultiIndex.from_arrays(levels)
    at = known.index.get_indexer(wanted)
    found: Floats = np.append(known.to_numpy(), np.nan)[at]
    for wrong, error in ((at < 0, LabelError), (np.isnan(found), MissingValueError)):
        if wrong.any():
            label = f"{' and '.join(names)} {wanted[wrong].tolist()[0]!r}"
            msg = f"There is no {what} for {label}. Add it; no limit is not the same as an unknown one."
            raise error(msg)
    return found


def _long(table: pd.DataFrame) -> pd.Series:
    """Return a table as figures by the level of its rows and that of its columns."""
    names = [table.index.name, table.columns.name]
    labels = pd.MultiIndex.from_product([table.index, table.columns], names=names)
    return pd.Series(table.to_numpy(dtype=float).ravel(), index=labels)
