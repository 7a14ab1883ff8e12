"""
Find every fault of a layer's geometry at once, refuse it with a sentence, or repair it and list what changed.

Measuring a polygon that crosses itself, a point where an outline is due or
degrees where metres are needed gives a number, and the number is wrong. So a
layer is examined before it is measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from schoolmap.errors import CRSError
from schoolmap.errors import GeometryError
from schoolmap.errors import LabelError
from schoolmap.space.faults import COLLECTION
from schoolmap.space.faults import HALF_EARTH_M
from schoolmap.space.faults import REMEDIES
from schoolmap.space.faults import TYPES
from schoolmap.space.faults import fault_of_reason
from schoolmap.space.faults import faults_of_crs
from schoolmap.space.faults import faults_of_labels
from schoolmap.space.faults import faults_of_place
from schoolmap.space.faults import faults_of_shapes
from schoolmap.space.faults import is_finite

if TYPE_CHECKING:
    from collections.abc import Collection

    import numpy.typing as npt

    from schoolmap.space.faults import Kind
    from schoolmap.space.surface import Shapes

_SHOWN = 5
"""Faults that an error message spells out."""

_OF_CRS = ("no CRS", "degrees", "not in metres", "outside the area of use", "antimeridian")
_OF_LABELS = ("duplicate label", "missing label")


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """
    A layer without the faults that can be mended by rule, and what was done to it.

    Attributes
    ----------
    layer
        A new layer with the same labels, columns and CRS.
    changes
        One row per shape and step, with the columns:
          - `label`, `row` - which shape
          - `fault` - what was mended
          - `before_m2`, `after_m2` - its surface; square units of the CRS
            where that is not in metres
    left
        Faults that no rule can mend, as `examine` lists them.
    """

    layer: gpd.GeoDataFrame
    changes: pd.DataFrame
    left: pd.DataFrame


def examine(
    layer: gpd.GeoDataFrame,
    *,
    kinds: Collection[Kind],
    in_metres: bool = True,
    in_area_of_use: bool = False,
) -> pd.DataFrame:
    """
    List every fault of a layer's geometry, labels and CRS.

    Parameters
    ----------
    layer
        Shapes indexed by label.
    kinds
        Kinds of shapes that are meant: `"point"`, `"line"`, `"polygon"`. Parts
        of one label may be several: a multipolygon is a polygon.
    in_metres
        Whether the layer is to be measured, so that degrees are a fault.
    in_area_of_use
        Whether shapes more than 3 degrees outside the area for which the CRS
        is made are a fault. It finds exchanged axes and wrong zones.

    Returns
    -------
    faults
        One row per shape and fault, in the order of the layer, faults of the
        whole layer first; empty for a sound layer. Columns:
          - `fault` - a key of `REMEDIES`
          - `label`, `row` - which shape, the row counted from 0; missing for a
            fault of the whole layer
          - `x`, `y` - where, in the CRS of the layer; missing where there is no place
          - `problem`, `remedy` - what is wrong and the way out

    Examples
    --------
    >>> bow = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    >>> layer = gpd.GeoDataFrame(geometry=[bow, None], index=["bow", "lost"], crs="EPSG:4546")
    >>> examine(layer, kinds=["polygon"])[["fault", "label", "x", "y"]]
         fault label    x    y
    0  crossed   bow  5.0  5.0
    1  missing  lost  NaN  NaN
    """
    shapes = layer.geometry.to_numpy()
    found = [*faults_of_crs(layer, in_metres=in_metres), *faults_of_labels(layer.index)]
    found += faults_of_shapes(shapes, kinds=kinds)
    found += faults_of_place(layer, in_area_of_use=in_area_of_use)
    faults = pd.DataFrame(found, columns=["fault", "row", "x", "y", "problem"])
    faults["row"] = faults["row"].astype("Int64")
    faults = faults.astype({"x": float, "y": float})
    labels = [layer.index[row] if pd.notna(row) else None for row in faults["row"]]
    faults["problem"] = [
        problem if pd.isna(row) else f"{label!r} {problem}"
        for problem, row, label in zip(faults["problem"], faults["row"], labels, strict=True)
    ]
    faults.insert(1, "label", pd.Series(labels, index=faults.index, dtype=object))
    faults["remedy"] = faults["fault"].map(REMEDIES)
    return faults.sort_values("row", kind="stable", na_position="first", ignore_index=True)


def require_sound(layer: gpd.GeoDataFrame, /, *, kinds: Collection[Kind], what: str = "the layer") -> None:
    """
    Raise unless every shape of the layer can be measured in metres as it is.

    Parameters
    ----------
    layer
        Shapes indexed by label.
    kinds
        Kinds of shapes that are meant, as for `examine`.
    what
        Name of the layer in the message.

    Raises
    ------
    CRSError
        If the CRS is missing, or not in metres.
    LabelError
        If a label is missing or there twice.
    GeometryError
        If a shape is missing, empty, crossed by itself, of another kind, a
        collection, three-dimensional or without surface. Whatever the class,
        the message counts all faults and shows the first.
    """
    if _is_sound(layer, kinds=kinds):
        return
    faults = examine(layer, kinds=kinds)
    counts = ", ".join(f"{number} {fault}" for fault, number in faults["fault"].value_counts(sort=False).items())
    shown = faults.drop_duplicates("fault").head(_SHOWN)
    lines = [f"\n  - {row.problem} {row.remedy}" for row in shown.itertuples()]
    msg = f"{what} has {len(faults)} fault(s) of geometry: {counts}.{''.join(lines)}\n`examine(...)` lists them all."
    if faults["fault"].isin(_OF_CRS).any():
        raise CRSError(msg)
    if faults["fault"].isin(_OF_LABELS).any():
        raise LabelError(msg)
    raise GeometryError(msg)


def repair(layer: gpd.GeoDataFrame, *, kinds: Collection[Kind]) -> Repaired:
    """
    Mend what can be mended by rule, and list every change.

    Heights are dropped; of a collection the polygons are kept (where polygons
    are meant); an outline that crosses itself is taken apart into what it
    encloses, holes staying holes. What is missing, empty, of another kind or in
    another CRS stays as it is. Doing it twice changes nothing more.

    Parameters
    ----------
    layer
        Shapes indexed by label; it is not changed.
    kinds
        Kinds of shapes that are meant, as for `examine`.

    Returns
    -------
    repaired
        The new layer, the changes and the faults that are left.

    Notes
    -----
    Outlines are made valid by shapely's `make_valid` with `method="structure"`.

    Examples
    --------
    >>> bow = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    >>> layer = gpd.GeoDataFrame(geometry=[bow], index=["bow"], crs="EPSG:4546")
    >>> repair(layer, kinds=["polygon"]).changes
      label  row    fault  before_m2  after_m2
    0   bow    0  crossed        0.0      50.0
    """
    shapes = layer.geometry.to_numpy().copy()
    changes: list[pd.DataFrame] = []

    def mend(fault: str, rows: npt.NDArray[np.intp], better: Shapes) -> None:
        table = {
            "label": layer.index[rows],
            "row": rows,
            "fault": fault,
            "before_m2": shapely.area(shapes[rows]),
            "after_m2": shapely.area(better),
        }
        changes.append(pd.DataFrame(table))
        shapes[rows] = better

    high = np.flatnonzero(shapely.has_z(shapes))
    mend("three-dimensional", high, shapely.force_2d(shapes[high]))
    whole = is_finite(shapes)
    if "polygon" in kinds:
        mixed = np.flatnonzero((shapely.get_type_id(shapes) == COLLECTION) & whole)
        found = {row: parts for row in mixed if len(parts := _polygons_of(shapes[row])) > 0}
        joined = np.array([_joined(parts) for parts in found.values()], dtype=object)
        mend("collection", np.array(list(found), dtype=np.intp), joined)
    polygons = np.isin(shapely.get_type_id(shapes), TYPES["polygon"])
    bad = np.flatnonzero(polygons & whole & ~shapely.is_valid(shapes))
    valid = shapely.make_valid(shapes[bad], method="structure", keep_collapsed=False)
    reasons = np.array([fault_of_reason(reason) for reason in shapely.is_valid_reason(shapes[bad])], dtype=object)
    # an outline that encloses nothing is left for the reader of `left` to see where it was
    has_surface = shapely.area(valid) > 0
    for fault in ("crossed", "invalid"):
        mend(fault, bad[has_surface & (reasons == fault)], valid[has_surface & (reasons == fault)])

    table = pd.concat(changes, ignore_index=True).sort_values("row", kind="stable", ignore_index=True)
    mended = layer.set_geometry(gpd.GeoSeries(shapes, index=layer.index, crs=layer.crs))
    return Repaired(layer=mended, changes=table, left=examine(mended, kinds=kinds))


def _is_sound(layer: gpd.GeoDataFrame, *, kinds: Collection[Kind]) -> bool:
    """Say whether there is no fault at all, without looking for its place."""
    shapes = layer.geometry.to_numpy()
    if layer.crs is None or layer.crs.axis_info[0].unit_name != "metre":
        return False
    types = shapely.get_type_id(shapes)
    polygons = np.isin(types, TYPES["polygon"])
    bounds = shapely.bounds(shapes)
    return bool(
        layer.index.is_unique
        and not layer.index.hasnans
        and np.isin(types, [number for kind in kinds for number in TYPES[kind]]).all()
        and not shapely.has_z(shapes).any()
        and np.isfinite(bounds).all()
        and shapely.is_valid(shapes).all()
        and (shapely.area(shapes[polygons]) > 0).all()
        and (bounds[:, 2] - bounds[:, 0] < HALF_EARTH_M).all()
    )


def _polygons_of(shape: shapely.Geometry) -> Shapes:
    """Return the polygons of a shape, collections in collections taken apart."""
    parts = shapely.get_parts(shape)
    while (shapely.get_type_id(parts) == COLLECTION).any():
        parts = shapely.get_parts(parts)
    parts = shapely.get_parts(parts)
    return parts[np.isin(shapely.get_type_id(parts), TYPES["polygon"]) & ~shapely.is_empty(parts)]


def _joined(polygons: Shapes) -> shapely.Geometry:
    """Return polygons as one shape; where they overlap, their surface counts once."""
    return polygons[0] if len(polygons) == 1 else shapely.union_all(shapely.make_valid(polygons, method="structure"))
