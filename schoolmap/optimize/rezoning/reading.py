"""The tables of a zoning, read in the order of the problem; what contradicts another table is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.optimize import counting

if TYPE_CHECKING:
    from schoolmap.optimize.rezoning.contiguity import Mask
    from schoolmap.optimize.rezoning.contiguity import Whole
    from schoolmap.optimize.rezoning.zone_kernel import Real

ONLY = "all years"
"""Name of the year where there is only one."""


def by_year(table: pd.Series | pd.DataFrame, years: pd.Index | None, *, what: str) -> tuple[pd.DataFrame, pd.Index]:
    """Return whole numbers by unit and year."""
    if isinstance(table, pd.Series):
        frame = pd.DataFrame(dict.fromkeys(years if years is not None else [ONLY], table))
    else:
        frame = table
    if years is not None:
        checks.require_same_labels(frame.columns, years, what=f"The years of `pupils` and {what}")
        frame = frame[years]
    checks.require_unique_labels(frame.columns, what=f"The years of {what}")
    if frame.shape[1] == 0 or len(frame) == 0:
        msg = f"{what} is empty."
        raise ValueError(msg)
    for year in frame.columns:
        counting.whole(frame[year], what=what)
    return frame, frame.columns


def groups(zone_of: pd.Series | None, schools: pd.Index) -> pd.Index:
    """Return the zone of each school."""
    if zone_of is None:
        return schools
    checks.require_same_labels(zone_of.index, schools, what="`zone_of` and `seats`")
    checks.require_no_gaps(zone_of, what="`zone_of`")
    zones: pd.Index = pd.Index(zone_of.reindex(schools))
    return zones


def ways(cost: pd.DataFrame, areas: pd.Index, schools: pd.Index, at_zone: Whole, zones: int) -> Real:
    """Return metres by area and zone: to the nearest school of the zone."""
    checks.require_same_labels(cost.index, areas, what="The rows of `cost` and the areas of `pupils`")
    checks.require_same_labels(cost.columns, schools, what="The columns of `cost` and `seats`")
    table = cost.reindex(index=areas, columns=schools).to_numpy(dtype=float)
    checks.require_no_gaps(cost, what="`cost`")
    if not (np.isfinite(table) & (table >= 0)).all():
        row, column = (int(at[0]) for at in np.nonzero(~(np.isfinite(table) & (table >= 0))))
        msg = (
            f"`cost` is {table[row, column]:g} for {(areas[row], schools[column])!r}. "
            "A way is finite and not negative: where no road leads, give the straight line, made longer."
        )
        raise ValueError(msg)
    metres = np.full((len(areas), zones), np.inf)
    for school, zone in enumerate(at_zone):
        metres[:, zone] = np.minimum(metres[:, zone], table[:, school])
    return metres


def graph(neighbours: pd.Series | pd.MultiIndex, areas: pd.Index) -> tuple[Whole, Whole, Real]:
    """Return who is beside whom, both ways, and the length of each border (1 where none is given)."""
    index = neighbours.index if isinstance(neighbours, pd.Series) else neighbours
    if index.nlevels != 2:
        msg = f"`neighbours` is indexed by (area, area), got {index.nlevels} level(s)."
        raise LabelError(msg)
    length = np.ones(len(index))
    if isinstance(neighbours, pd.Series):
        checks.require_no_gaps(neighbours, what="`neighbours`")
        checks.require_not_negative(neighbours, what="`neighbours`")
        length = neighbours.to_numpy(dtype=float)
    ends = np.stack([areas.get_indexer(index.get_level_values(level)) for level in (0, 1)])
    unknown = np.flatnonzero((ends < 0).any(axis=0))
    if len(unknown) > 0:
        msg = f"`neighbours` names {index[unknown[0]]!r}, of which one is no area of `pupils`."
        raise LabelError(msg)
    low, high = np.sort(ends, axis=0)
    pairs = pd.DataFrame({"low": low, "high": high, "length": length})[low != high]
    # a pair may be listed once or both ways
    pairs = pairs.groupby(["low", "high"], as_index=False)["length"].max()
    tail = np.concatenate([pairs["low"], pairs["high"]])
    head = np.concatenate([pairs["high"], pairs["low"]])
    order = np.lexsort((head, tail))
    first = np.zeros(len(areas) + 1, dtype=np.int64)
    np.cumsum(np.bincount(tail, minlength=len(areas)), out=first[1:])
    both = np.concatenate([pairs["length"], pairs["length"]])
    return first, head[order].astype(np.int64), both[order].astype(float)


def today_of(today: pd.Series | None, areas: pd.Index, zones: pd.Index) -> Whole | None:
    """Return the place of the zone of each area today."""
    if today is None:
        return None
    checks.require_same_labels(today.index, areas, what="`today` and `pupils`")
    checks.require_no_gaps(today, what="`today`")
    now = zones.get_indexer(pd.Index(today.reindex(areas)))
    if (now < 0).any():
        area = areas[now < 0][0]
        msg = f"`today` puts {area!r} in {today[area]!r}, which is no zone of `seats`."
        raise LabelError(msg)
    return now.astype(np.int64)


def roots(homes: pd.Series, schools: pd.Index, areas: pd.Index, at_zone: Whole, zones: int) -> Mask:
    """Return by area and zone whether a school of the zone stands there."""
    checks.require_same_labels(homes.index, schools, what="`homes` and `seats`")
    home = areas.get_indexer(pd.Index(homes.reindex(schools)))
    if (home < 0).any():
        school = schools[home < 0][0]
        msg = f"`homes` puts {school!r} in {homes[school]!r}, which is no area of `pupils`."
        raise LabelError(msg)
    root = np.zeros((len(areas), zones), dtype=bool)
    root[home, at_zone] = True
    return root


def opening_of(opening: pd.Series | None, schools: pd.Index, at_zone: Whole, zones: int) -> tuple[Real, Mask]:
    """Return the cost of opening each zone, and which may stay closed."""
    toll, listed = np.zeros(zones), np.zeros(zones, dtype=np.int64)
    if opening is None:
        return toll, np.zeros(zones, dtype=bool)
    checks.require_unique_labels(opening.index, what="`opening`")
    checks.require_no_gaps(opening, what="`opening`")
    checks.require_not_negative(opening, what="`opening`")
    at = schools.get_indexer(opening.index)
    if (at < 0).any():
        msg = f"`opening` names {opening.index[at < 0][0]!r}, which `seats` does not have."
        raise LabelError(msg)
    np.add.at(toll, at_zone[at], opening.to_numpy(dtype=float))
    np.add.at(listed, at_zone[at], 1)
    number = np.bincount(at_zone, minlength=zones)
    part = np.flatnonzero((listed > 0) & (listed < number))
    if len(part) > 0:
        school = schools[(at_zone == part[0]) & ~np.isin(np.arange(len(schools)), at)][0]
        msg = f"`opening` leaves out {school!r}, whose zone has others that it names. A zone opens as a whole."
        raise ValueError(msg)
    return toll, listed == number
