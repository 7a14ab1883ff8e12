"""
Compare the catchments of two years: who moves from where to where (分流).

A boundary is moved on a map; what matters is the list of children whose
catchment changes. Each area is divided among all pairs of an old and a new
catchment, so nobody is in two rows and nobody in none. Borders drawn a second
time never lie exactly on the first: what is narrow by the user's measure is
listed apart and is no move.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
import xarray as xr

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.space.dasymetric import dasymetric_weights
from schoolmap.space.dasymetric import home_pieces
from schoolmap.space.overlay import area_weights
from schoolmap.space.overlay import transfer
from schoolmap.space.shares import shares_by_pair
from schoolmap.space.surface import common_surface
from schoolmap.space.surface import touching

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import numpy.typing as npt

OUTSIDE = "(outside)"
"""Stands for no catchment in the lists of moves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """
    Everybody of an earlier and a later year, by the catchments of both.

    The first three tables have one form. Their index is `(area, from, to)`, then
    the other dimensions of the counts, and `"(outside)"` stands for no
    catchment. Their columns are `share` (of the area's children),
    `surface_m2` (of the area, also where nobody lives) and `children`.
    Together they hold every child exactly once.

    Attributes
    ----------
    moved
        Whose catchment changes; from or to outside is a move too.
    stayed
        Whose catchment is the same, or who is outside in both years.
    slivers
        Whose catchment would change only by how the border was drawn.
    catchments
        One row per catchment of either year, and `"(outside)"`, with `status`
        (`kept`, `new` or `abolished`), and children `before`, `after`,
        `stayed`, `moved_out`, `moved_in`, `slivers_out` and `slivers_in`.
    audit
        By `(year, catchment)`: `children` by the weights of that year alone,
        and `accounted`, the sum of the three tables. They are equal to 1e-9,
        but for what catchments of one year overlap by less than 1 m².
    """

    moved: pd.DataFrame
    stayed: pd.DataFrame
    slivers: pd.DataFrame
    catchments: pd.DataFrame
    audit: pd.DataFrame


def moves(
    before: gpd.GeoDataFrame,
    after: gpd.GeoDataFrame,
    *,
    areas: gpd.GeoDataFrame,
    counts: pd.Series | xr.DataArray,
    sliver_share: float,
    sliver_m2: float,
    homes: gpd.GeoDataFrame | None = None,
    weight: pd.Series | None = None,
    renamed: Mapping[str, str] | None = None,
) -> Moves:
    """
    List who moves from which catchment to which.

    Parameters
    ----------
    before, after
        Polygons indexed by catchment, in one metric CRS. Gaps are outside;
        overlaps are refused.
    areas
        Polygons or points indexed by area, in the same CRS.
    counts
        Children by area, or with the dimension `area` and any others.
    sliver_share
        Share of an area's children below which a move is a sliver; 0 for none.
    sliver_m2
        Surface in square metres below which a move is a sliver; 0 for none.
        Points have no surface and are never slivers by it.
    homes, weight
        Where the children live within the areas, as for `dasymetric_weights`;
        without homes they are spread evenly. A row may then have surface and
        no children (and is a sliver by its share), or the whole share on a
        small surface: `sliver_m2` is about the area, not about the homes.
    renamed
        New code by old code, for catchments that only changed their name;
        `likely_renamed` proposes them. Nothing is taken to be renamed by itself.

    Returns
    -------
    moves
        The moves, those who stay, the slivers, and the audit.

    Raises
    ------
    CRSError, GeometryError, OverlapError
        As `area_weights`.
    LabelError
        If the counts describe other areas, or a code is renamed that there is not.

    Examples
    --------
    >>> import geopandas as gpd
    >>> def zones(border):
    ...     shapes = [shapely.box(0, 0, border, 100), shapely.box(border, 0, 1000, 100)]
    ...     return gpd.GeoDataFrame(geometry=shapes, index=["w", "e"], crs="EPSG:4546")
    >>> areas = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1000, 100)], index=["a"], crs="EPSG:4546")
    >>> result = moves(
    ...     zones(500), zones(300), areas=areas, counts=pd.Series({"a": 60.0}), sliver_share=0.01, sliver_m2=100
    ... )
    >>> result.moved.round(6)
                  share  surface_m2  children
    area from to
    a    w    e     0.2     20000.0      12.0
    """
    if isinstance(counts, pd.Series):
        checks.require_no_gaps(counts, what="`counts`")
        coords = {"area": counts.index.to_numpy(object)}
        counts = xr.DataArray(counts.to_numpy(dtype=float), coords=coords, dims="area", name="children")
    checks.require_same_labels(counts.indexes["area"], areas.index, what="`counts` and `areas`")
    counts = counts.sel(area=areas.index.to_numpy())
    before = _renamed(before, renamed or {})
    if OUTSIDE in before.index or OUTSIDE in after.index:
        msg = f"A catchment is called {OUTSIDE!r}, which stands for none. Give it another code."
        raise LabelError(msg)
    if homes is None:
        by_year = {"before": area_weights(areas, before), "after": area_weights(areas, after)}
    else:
        by_year = {
            name: dasymetric_weights(areas, zones, homes=homes, weight=weight).weights
            for name, zones in [("before", before), ("after", after)]
        }

    shapes = areas.geometry.to_numpy()
    old, new = before.geometry.to_numpy(), after.geometry.to_numpy()
    every = np.arange(len(areas))
    by_surface = shares_by_pair(shapes, np.ones(len(areas)), every, old, new)
    by_people = by_surface
    if homes is not None:
        pieces, _ = home_pieces(areas, homes=homes, weight=weight)
        rest = np.setdiff1d(every, pieces["at_area"].to_numpy())
        by_people = shares_by_pair(
            np.concatenate([pieces.geometry.to_numpy(), shapes[rest]]),
            np.concatenate([pieces["share"].to_numpy(), np.ones(len(rest))]),
            np.concatenate([pieces["at_area"].to_numpy(), rest]),
            old,
            new,
        )
    table = pd.DataFrame({"share": by_people, "part": by_surface}).fillna(0.0)
    at = table.index.to_frame(index=False)
    surface = shapely.area(shapes)[at["area"]]
    table["surface_m2"] = table.pop("part").to_numpy() * surface
    names = [np.append(zones.index.to_numpy(object), OUTSIDE) for zones in (before, after)]
    labels = [areas.index.to_numpy(object)[at["area"]], names[0][at["from"]], names[1][at["to"]]]
    table.index = pd.MultiIndex.from_arrays(labels, names=["area", "from", "to"])
    same = labels[1] == labels[2]
    narrow = (table["surface_m2"].to_numpy() < sliver_m2) & (surface > 0)
    sliver = ~same & ((table["share"].to_numpy() < sliver_share) | narrow)
    parts = {
        name: _with_children(table[rows], counts, at["area"].to_numpy()[rows])
        for name, rows in [("moved", ~same & ~sliver), ("stayed", same), ("slivers", sliver)]
    }
    return Moves(
        **parts,
        catchments=_by_catchment(parts, before.index, after.index),
        audit=_audit(parts, by_year, counts, before.index, after.index),
    )


def flows(table: pd.DataFrame) -> pd.DataFrame:
    """
    Sum a table of moves over its areas.

    Parameters
    ----------
    table
        `moved`, `stayed` or `slivers` of `Moves`.

    Returns
    -------
    flows
        By `(from, to)`, then the other dimensions of the counts, with `areas`
        (how many have a share in it), `surface_m2` and `children`.
    """
    levels = [name for name in table.index.names if name != "area"]
    grouped = table.groupby(level=levels, sort=False)
    return grouped[["surface_m2", "children"]].sum().assign(areas=grouped.size())[["areas", "surface_m2", "children"]]


def likely_renamed(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, *, least_share: float = 0.99) -> pd.DataFrame:
    """
    Propose which abolished catchments go on under a new code.

    Parameters
    ----------
    before, after
        Polygons indexed by catchment, in one metric CRS.
    least_share
        Share of both surfaces, at least, that the two have in common.

    Returns
    -------
    pairs
        By `(from, to)`: `surface_m2` in common, `share_before` and
        `share_after` of the two surfaces. Only codes that one year lacks.
    """
    checks.require_same_metric_crs(before, after)
    gone, new = before[~before.index.isin(after.index)], after[~after.index.isin(before.index)]
    left, right = gone.geometry.to_numpy(), new.geometry.to_numpy()
    at_gone, at_new = touching(left, right)
    surface = common_surface(left, right, at_gone, at_new)
    table = pd.DataFrame(
        {
            "surface_m2": surface,
            "share_before": surface / shapely.area(left)[at_gone],
            "share_after": surface / shapely.area(right)[at_new],
        },
        index=pd.MultiIndex.from_arrays([gone.index[at_gone], new.index[at_new]], names=["from", "to"]),
    )
    return table[(table[["share_before", "share_after"]] >= least_share).all(axis=1)]


def _renamed(before: gpd.GeoDataFrame, renamed: Mapping[str, str]) -> gpd.GeoDataFrame:
    """Return the earlier catchments under the codes that they have later."""
    unknown = [code for code in renamed if code not in before.index]
    if unknown:
        msg = f"`renamed` names {len(unknown)} catchment(s) that there were not before, e.g. {unknown[0]!r}."
        raise LabelError(msg)
    return before.rename(index=dict(renamed)) if renamed else before


def _with_children(table: pd.DataFrame, counts: xr.DataArray, area: npt.NDArray[np.intp]) -> pd.DataFrame:
    """Add the children of each row, one row per label of the other dimensions."""
    others = [str(dim) for dim in counts.dims if dim != "area"]
    values = counts.transpose("area", *others).to_numpy()[area]
    children = (table["share"].to_numpy().reshape(-1, *[1] * len(others)) * values).ravel()
    if not others:
        return table.assign(children=children)
    inner = pd.MultiIndex.from_product([counts[dim].to_numpy() for dim in others], names=others)
    rows = np.repeat(np.arange(len(table)), len(inner))
    long = table.iloc[rows].assign(children=children)
    levels = [long.index.get_level_values(number) for number in range(table.index.nlevels)]
    levels += [inner.get_level_values(name).take(np.tile(np.arange(len(inner)), len(table))) for name in others]
    long.index = pd.MultiIndex.from_arrays(levels, names=[*table.index.names, *others])
    return long


def _by_catchment(parts: dict[str, pd.DataFrame], before: pd.Index, after: pd.Index) -> pd.DataFrame:
    """Count by catchment who leaves, who comes and who stays."""
    labels = pd.Index(list(dict.fromkeys([*before, *after, OUTSIDE])), name="catchment", dtype=object)
    was, is_now = labels.isin(before), labels.isin(after)

    def children(part: str, level: str) -> pd.Series:
        return parts[part]["children"].groupby(level=level).sum().reindex(labels, fill_value=0.0)

    columns = {
        "stayed": children("stayed", "from"),
        "moved_out": children("moved", "from"),
        "moved_in": children("moved", "to"),
        "slivers_out": children("slivers", "from"),
        "slivers_in": children("slivers", "to"),
    }
    table = pd.DataFrame(columns, index=labels)
    table.insert(0, "after", table["stayed"] + table["moved_in"] + table["slivers_in"])
    table.insert(0, "before", table["stayed"] + table["moved_out"] + table["slivers_out"])
    table.insert(0, "status", np.select([was & ~is_now, is_now & ~was], ["abolished", "new"], "kept"))
    return table


def _audit(
    parts: dict[str, pd.DataFrame],
    by_year: dict[str, pd.Series],
    counts: xr.DataArray,
    before: pd.Index,
    after: pd.Index,
) -> pd.DataFrame:
    """Compare the tables with a transfer of each year by itself."""
    every = pd.concat([part["children"] for part in parts.values()])
    tables = []
    for year, level, zones in [("before", "from", before), ("after", "to", after)]:
        moved = transfer(counts, by_year[year], catchments=zones)
        inside = moved.inside.sum([dim for dim in moved.inside.dims if dim != "catchment"]).to_numpy()
        labels = np.append(zones.to_numpy(object), OUTSIDE)
        index = pd.MultiIndex.from_product([[year], labels], names=["year", "catchment"])
        accounted = every.groupby(level=level).sum().reindex(labels, fill_value=0.0).to_numpy()
        children = np.append(inside, float(moved.outside.sum()))
        tables.append(pd.DataFrame({"children": children, "accounted": accounted}, index=index))
    return pd.concat(tables)
