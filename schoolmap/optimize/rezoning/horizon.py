"""A boundary that is drawn for one year and holds to the horizon."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import pandas as pd

from schoolmap.errors import LabelError
from schoolmap.optimize.rezoning.rezone import rezone

if TYPE_CHECKING:
    from collections.abc import Hashable

    from schoolmap.optimize.rezoning.rezone import Rezoning


def rezone_from(
    year: Hashable,
    pupils: pd.Series | pd.DataFrame,
    seats: pd.Series | pd.DataFrame,
    cost: pd.DataFrame,
    neighbours: pd.Series | pd.MultiIndex,
    *,
    homes: pd.Series,
    until: Hashable | None = None,
    **options: Any,  # noqa: ANN401 - those of `rezone`
) -> Rezoning:
    """
    Draw the boundary that holds from a year to the horizon.

    Parameters
    ----------
    year
        First year of the boundary.
    pupils, seats
        By `(area, year)` and `(school, year)`, or as tables with one column a
        year. A boundary is judged by all its years together: pupils without a
        seat are added up over them, and so are the ways.
    cost, neighbours, homes
        As in `rezone`.
    until
        Last year; by default that of the table.
    options
        As in `rezone`, e.g. `today`, `most_moved`, `zone_of`.

    Returns
    -------
    rezoning
        As from `rezone`.

    Raises
    ------
    LabelError
        If a year is not there.
    LabelError, MissingValueError, ValueError
        As from `rezone`.

    Examples
    --------
    The right school will grow; a boundary for 2030 alone would be another one.

    >>> road = pd.MultiIndex.from_tuples([("a", "b"), ("b", "c")])
    >>> pupils = pd.DataFrame({2029: [9, 9, 9], 2030: [4, 4, 4], 2031: [4, 4, 7]}, index=["a", "b", "c"])
    >>> seats = pd.DataFrame({2029: [8, 8], 2030: [8, 8], 2031: [8, 8]}, index=["left", "right"])
    >>> cost = pd.DataFrame({"left": [0, 2000, 3000], "right": [3000, 1000, 0]}, index=["a", "b", "c"])
    >>> homes = pd.Series({"left": "a", "right": "c"})
    >>> rezone_from(2030, pupils, seats, cost, road, homes=homes).zones.to_dict()
    {'a': 'left', 'b': 'left', 'c': 'right'}
    >>> rezone_from(2030, pupils, seats, cost, road, homes=homes, until=2030).zones.to_dict()
    {'a': 'left', 'b': 'right', 'c': 'right'}
    """
    children, places = _wide(pupils, what="`pupils`"), _wide(seats, what="`seats`")
    years = children.columns.sort_values()
    last = years[-1] if until is None else until
    for asked in (year, last):
        if asked not in years:
            msg = f"`pupils` has no year {asked!r}: it goes from {years[0]!r} to {years[-1]!r}."
            raise LabelError(msg)
    begin, end = years.get_indexer(pd.Index([year, last]))
    span = years[begin : end + 1]
    if len(span) == 0:
        msg = f"The boundary begins in {year!r}, after the horizon {last!r}."
        raise ValueError(msg)
    missing = span.difference(places.columns)
    if len(missing) > 0:
        msg = f"`seats` has no year {missing[0]!r}, but `pupils` has."
        raise LabelError(msg)
    return rezone(children[span], places[span], cost, neighbours, homes=homes, **options)


def _wide(table: pd.Series | pd.DataFrame, *, what: str) -> pd.DataFrame:
    """Return one row a unit, one column a year."""
    if isinstance(table, pd.DataFrame):
        return table
    if table.index.nlevels != 2:
        msg = f"{what} is indexed by (unit, year), got {table.index.nlevels} level(s)."
        raise LabelError(msg)
    if not table.index.is_unique:
        msg = f"{what} lists {table.index[table.index.duplicated()][0]!r} twice."
        raise LabelError(msg)
    order = table.index.get_level_values(0).unique()
    wide: pd.DataFrame = table.unstack().reindex(order)
    return wide
