"""
How many children have a school within the reach that the standard asks for.

A child is within reach if its nearest school is no farther than the limit, which
counts as within. Every child is in exactly one column: within, beyond,
unreachable (no way at all), or unknown (no limit is set for where it lives).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.space.access.pairs import amounts
from schoolmap.space.access.pairs import codes_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

COLUMNS = ("within", "beyond", "unreachable", "unknown")
"""Where a child can be; together they are all children."""


def nearest_school(travel: pd.Series) -> pd.DataFrame:
    """
    Find the nearest school of each origin; of equally near ones that of the lowest label.

    Parameters
    ----------
    travel
        Minutes or metres by `(origin, school)`; a pair that is not listed is out of reach.

    Returns
    -------
    nearest
        `school` and `cost` by origin, in the order in which travel first names
        it. An origin without travel is not listed.

    Raises
    ------
    LabelError
        If travel is not indexed by origin and school, or a label is missing.
    MissingValueError
        If a number is missing.
    ValueError
        If a number is negative or infinite.

    Examples
    --------
    >>> ways = pd.MultiIndex.from_tuples([("a", "t"), ("a", "s"), ("b", "t")], names=["origin", "school"])
    >>> nearest_school(pd.Series([400.0, 400.0, 900.0], index=ways)).to_dict("index")
    {'a': {'school': 's', 'cost': 400.0}, 'b': {'school': 't', 'cost': 900.0}}
    """
    code, school = codes_of(travel)
    origins, schools = travel.index.levels  # type: ignore[attr-defined]
    cost = amounts(travel, what="`travel`")
    origin, first = pd.factorize(code)
    least = np.full(len(first), np.inf)
    np.minimum.at(least, origin, cost)
    # few pairs are as near as the nearest; only they are sorted by label
    tied = np.flatnonzero(cost == least[origin])
    found = pd.DataFrame({"origin": origin[tied], "school": schools[school[tied]], "cost": cost[tied]})
    nearest = found.sort_values(["origin", "school"], kind="stable").drop_duplicates("origin")
    return nearest[["school", "cost"]].set_axis(pd.Index(origins[first], name=travel.index.names[0]))


def within_reach(nearest: pd.Series, *, limit: float | pd.Series) -> pd.Series:
    """
    Tell from where the nearest school is within reach.

    Parameters
    ----------
    nearest
        Travel to the nearest school by point; missing where there is no way at all.
    limit
        Reach in the unit of `nearest`, which counts as within; or one for each point.

    Returns
    -------
    within
        True or False by point; False where there is no way at all.

    Raises
    ------
    LabelError
        If limits are for other points.
    MissingValueError
        If a point has no limit; `reach_table` counts such children apart.

    Examples
    --------
    >>> within_reach(pd.Series({"a": 500.0, "b": 501.0, "c": float("nan")}), limit=500).to_dict()
    {'a': True, 'b': False, 'c': False}
    """
    if isinstance(limit, pd.Series):
        checks.require_same_labels(nearest.index, limit.index, what="`nearest` and `limit`")
        checks.require_no_gaps(limit, what="`limit`")
        limit = limit.reindex(nearest.index)
    return (nearest <= limit).rename("within")


def limits_of(classes: pd.Series, table: pd.DataFrame) -> pd.DataFrame:
    """
    Look up the limit of each point from its class, such as urban or rural.

    Parameters
    ----------
    classes
        Class by point; missing where it is not known.
    table
        Limits by class, one column for each band of grades. A gap says that the
        class has no limit for the band.

    Returns
    -------
    limits
        Limits by point, with the columns of `table`; missing where the class is
        unknown or has no limit.

    Raises
    ------
    LabelError
        If a point is of a class that the table does not have.

    Examples
    --------
    >>> table = pd.DataFrame({"1-3": {"urban": 500, "rural": 30}, "4-6": {"urban": 500, "rural": 40}})
    >>> limits_of(pd.Series({"a": "rural", "b": "urban"}), table).to_dict("index")
    {'a': {'1-3': 30.0, '4-6': 40.0}, 'b': {'1-3': 500.0, '4-6': 500.0}}
    """
    checks.require_unique_labels(table.index, what="`table`")
    strange = classes[classes.notna() & ~classes.isin(table.index)]
    if len(strange) > 0:
        msg = (
            f"{len(strange)} point(s) are of a class without a row in `table`, e.g. {strange.index[0]!r} "
            f"of {strange.iloc[0]!r}. Add the row, with gaps where there is no limit."
        )
        raise LabelError(msg)
    place = table.index.get_indexer(pd.Index(classes))
    values = np.vstack([table.to_numpy(dtype=float), np.full(table.shape[1], np.nan)])
    # -1 is the row of gaps
    return pd.DataFrame(values[place], index=classes.index, columns=table.columns)


def reach_table(children: pd.DataFrame, nearest: pd.Series | pd.DataFrame, *, limits: pd.DataFrame) -> pd.DataFrame:
    """
    Count children within the standard's reach, by point and band of grades.

    Parameters
    ----------
    children
        Children by point, one column for each band. The index may have further
        levels after the point, such as the year.
    nearest
        Travel to the nearest school by point, for all bands or with one column
        for each; missing, or not listed, where there is no way at all.
    limits
        Reach by point and band, in the unit of that point's `nearest`: metres in
        town and minutes in the country, say. Missing, or not listed, where no limit is set.

    Returns
    -------
    reach
        By point (and further levels) and `band`: `children`, and of them `within`,
        `beyond`, `unreachable` (no way at all) and `unknown` (no limit, whatever
        the way). The last four add up to the first.

    Raises
    ------
    LabelError
        If a band has no column, or a label is there twice.
    MissingValueError
        If a count of children is missing.
    ValueError
        If children, travel or a limit is negative.

    Examples
    --------
    >>> children = pd.DataFrame({"1-3": {"a": 30, "b": 20, "c": 10}})
    >>> limits = pd.DataFrame({"1-3": {"a": 500, "b": 500, "c": 500}})
    >>> found = reach_table(children, pd.Series({"a": 400.0, "b": 800.0}), limits=limits)
    >>> found.droplevel("band")[["within", "beyond", "unreachable"]].to_dict("index")["c"]
    {'within': 0.0, 'beyond': 0.0, 'unreachable': 10.0}
    """
    checks.require_unique_labels(children.index, what="`children`")
    checks.require_unique_labels(children.columns, what="The bands of `children`")
    bands = list(children.columns)
    for band in bands:
        amounts(children[band], what=f"`children` of {band!r}")
    points = children.index.get_level_values(0)
    way = _by_point(nearest, points, bands, what="`nearest`")
    reach = _by_point(limits, points, bands, what="`limits`")
    counts = children.to_numpy(dtype=float)

    place = np.select([np.isnan(reach), np.isnan(way), way <= reach], [3, 2, 0], default=1)
    columns = {"children": counts, **{name: np.where(place == at, counts, 0.0) for at, name in enumerate(COLUMNS)}}
    levels = [children.index.get_level_values(level).repeat(len(bands)) for level in range(children.index.nlevels)]
    index = pd.MultiIndex.from_arrays([*levels, bands * len(children)], names=[*_names(children.index), "band"])
    return pd.DataFrame({name: values.ravel() for name, values in columns.items()}, index=index)


def summarise(reach: pd.DataFrame, by: pd.Series) -> pd.DataFrame:
    """
    Add up children within reach by township, class of place or any other group.

    Parameters
    ----------
    reach
        From `reach_table`.
    by
        Group by point, such as the township, or urban and rural.

    Returns
    -------
    summary
        By group (and further levels) and `band`: the columns of `reach`, and
        `share`, those within reach among the children whose limit is known;
        missing where there are none.

    Raises
    ------
    LabelError
        If a point has no group listed, or a point is listed twice.
    MissingValueError
        If a group is missing: its children would be lost.

    Examples
    --------
    >>> children, limits = pd.DataFrame({"1-3": {"a": 30, "b": 10}}), pd.DataFrame({"1-3": {"a": 500, "b": 500}})
    >>> reach = reach_table(children, pd.Series({"a": 400.0, "b": 800.0}), limits=limits)
    >>> summarise(reach, pd.Series({"a": "town", "b": "town"}))["share"].to_dict()
    {('town', '1-3'): 0.75}
    """
    checks.require_unique_labels(by.index, what="`by`")
    points = reach.index.get_level_values(0)
    place = by.index.get_indexer(points)
    if (place < 0).any():
        lost = points[place < 0].unique()
        msg = (
            f"`by` has no group for {len(lost)} point(s), e.g. {lost[0]!r}. Name one for them, so that nobody is lost."
        )
        raise LabelError(msg)
    group = by.iloc[place]
    if group.isna().any():
        nameless = group[group.isna()]
        msg = f"`by` is missing for {nameless.index.nunique()} point(s), e.g. {nameless.index[0]!r}. Name a group for them."
        raise MissingValueError(msg)
    keys = [group.to_numpy(), *(reach.index.get_level_values(level) for level in range(1, reach.index.nlevels))]
    summed = reach[["children", *COLUMNS]].groupby(keys, sort=True).sum()
    summed.index = summed.index.set_names(["group" if by.name is None else by.name, *reach.index.names[1:]])
    known = summed["children"] - summed["unknown"]
    return summed.assign(share=(summed["within"] / known).where(known > 0))


def _by_point(
    values: pd.Series | pd.DataFrame, points: pd.Index, bands: list[str], *, what: str
) -> NDArray[np.float64]:
    """Return a number for each point and band, missing where the point is not listed."""
    checks.require_unique_labels(values.index, what=what)
    if isinstance(values, pd.Series):
        table = pd.DataFrame(dict.fromkeys(bands, values), columns=pd.Index(bands))
    else:
        absent = [band for band in bands if band not in values.columns]
        if absent:
            msg = f"{what} has no column for {absent[0]!r}; its columns are {list(values.columns)}."
            raise LabelError(msg)
        table = values[bands]
    numbers: NDArray[np.float64] = table.reindex(points).to_numpy(dtype=float, na_value=np.nan)
    if (numbers < 0).any():
        row, column = np.argwhere(numbers < 0)[0]
        msg = f"{what} is negative, e.g. {numbers[row, column]:g} for {points[row]!r}."
        raise ValueError(msg)
    return numbers


def _names(index: pd.Index) -> list[object]:
    """Return the names of the levels; the first is the point if it has none."""
    return [index.names[0] or "point", *index.names[1:]]
