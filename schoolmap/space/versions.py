"""Catchments that change from one school year to another: which boundary holds when."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap.errors import LabelError

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    Years = npt.NDArray[np.float64]


def as_of(versions: gpd.GeoDataFrame, year: int) -> gpd.GeoDataFrame:
    """
    Return the catchments as they hold in a school year.

    Parameters
    ----------
    versions
        Polygons indexed by catchment; a catchment is there once for each
        boundary it has or will have. `valid_from` is the first school year (by
        its autumn) in which a boundary holds, missing where it always has;
        `valid_to`, if there is such a column, the last, missing where none is
        set. An empty or missing geometry says that the catchment is abolished
        from that year on.
    year
        School year, by its autumn.

    Returns
    -------
    catchments
        One row per catchment that exists in that year, in the order in which
        the catchments first appear, with the columns of `versions`. Of each it
        is the latest boundary that begins in that year or before, if it has
        not ended. An earlier boundary does not come back when a later one ends.

    Raises
    ------
    LabelError
        If a catchment has two boundaries from the same year, or none at all
        holds in that year.
    ValueError
        If `valid_from` or `valid_to` is not a whole year, or a boundary ends
        before it begins.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> drawn = gpd.GeoDataFrame(
    ...     {"valid_from": [None, 2027, 2027]},
    ...     geometry=[box(0, 0, 9, 9), box(0, 0, 5, 9), box(5, 0, 9, 9)],
    ...     index=["old town", "old town", "harbour"],
    ...     crs="EPSG:4546",
    ... )
    >>> as_of(drawn, 2026).area.to_dict()
    {'old town': 81.0}
    >>> as_of(drawn, 2027).area.to_dict()
    {'old town': 45.0, 'harbour': 36.0}
    """
    first, last = _years(versions)
    holds = _holding(versions, first, last, year)
    if len(holds) == 0:
        msg = f"No catchment holds in {year}: " + (
            f"the first of {len(first)} boundaries begins in {first.min():.0f}. Ask for a later year, or leave "
            "`valid_from` empty where a boundary always held."
            if len(first) > 0 and first.min() > year
            else "all have ended, or there are none."
        )
        raise LabelError(msg)
    order = versions.index.unique().get_indexer(versions.index[holds])
    return versions.iloc[holds[np.argsort(order, kind="stable")]]


def years_of_change(versions: gpd.GeoDataFrame) -> tuple[int, ...]:
    """
    Return the school years in which other boundaries hold than in the year before.

    Parameters
    ----------
    versions
        Boundaries as for `as_of`.

    Returns
    -------
    years
        In order. What always held is no change; where nothing held the year
        before, the first boundaries are.

    Raises
    ------
    LabelError, ValueError
        As `as_of`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> drawn = gpd.GeoDataFrame(
    ...     {"valid_from": [None, 2027]}, geometry=[box(0, 0, 9, 9), box(0, 0, 5, 9)], index=["old town", "old town"]
    ... )
    >>> years_of_change(drawn)
    (2027,)
    """
    first, last = _years(versions)
    starts = np.concatenate([first, last + 1])
    years = [int(year) for year in np.unique(starts[np.isfinite(starts)])]
    return tuple(
        year
        for year in years
        if not np.array_equal(_holding(versions, first, last, year - 1), _holding(versions, first, last, year))
    )


def _holding(versions: gpd.GeoDataFrame, first: Years, last: Years, year: int) -> npt.NDArray[np.int64]:
    """Return the positions of the boundaries that hold in a year."""
    begun = np.flatnonzero(first <= year)
    start = pd.Series(first[begun], index=versions.index[begun])
    latest = start.groupby(level=0, sort=False).transform("max").to_numpy()
    at = begun[first[begun] == latest]
    drawn = ~(versions.geometry.isna() | versions.geometry.is_empty).to_numpy()
    holds: npt.NDArray[np.int64] = at[(last[at] >= year) & drawn[at]]
    return holds


def _years(versions: gpd.GeoDataFrame) -> tuple[Years, Years]:
    """Return first and last year of each boundary, or raise where they cannot be told apart."""
    first = _whole(versions, "valid_from", missing=-math.inf)
    last = _whole(versions, "valid_to", missing=math.inf)
    twice = pd.MultiIndex.from_arrays([versions.index, first]).duplicated()
    if twice.any():
        at = int(np.flatnonzero(twice)[0])
        since = "without `valid_from`" if first[at] == -math.inf else f"from {first[at]:.0f}"
        msg = f"{twice.sum()} boundary(ies) are there twice, e.g. catchment {versions.index[at]!r} {since}. Keep one."
        raise LabelError(msg)
    early = np.flatnonzero(last < first)
    if len(early) > 0:
        at = int(early[0])
        msg = (
            f"{len(early)} boundary(ies) end before they begin, e.g. catchment {versions.index[at]!r}: "
            f"`valid_from` {first[at]:.0f}, `valid_to` {last[at]:.0f}. Both years are included."
        )
        raise ValueError(msg)
    return first, last


def _whole(versions: gpd.GeoDataFrame, column: str, *, missing: float) -> Years:
    """Return years as numbers, and this where there is none."""
    if column not in versions:
        return np.full(len(versions), missing)
    texts = versions[column].replace("", None)
    years = pd.to_numeric(texts, errors="coerce").astype(float).to_numpy()
    wrong = np.flatnonzero(texts.notna().to_numpy() & (np.isnan(years) | (years != np.round(years))))
    if len(wrong) > 0:
        at = int(wrong[0])
        msg = f"`{column}` of catchment {versions.index[at]!r} is {texts.iloc[at]!r}; a school year is e.g. 2027."
        raise ValueError(msg)
    return np.where(np.isnan(years), missing, years)
