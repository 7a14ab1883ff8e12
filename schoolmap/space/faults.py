"""The faults of a layer's geometry that can be told apart, how each is found, and the way out of each."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Literal

import geopandas as gpd
import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Collection

    import numpy.typing as npt
    import pandas as pd

    from schoolmap.space.surface import Shapes

Kind = Literal["point", "line", "polygon"]

ANYTHING: tuple[Kind, ...] = ("point", "line", "polygon")

TYPES: dict[Kind, tuple[int, ...]] = {"point": (0, 4), "line": (1, 2, 5), "polygon": (3, 6)}
COLLECTION = 7
HALF_EARTH_M = 15_000_000.0
"""Width from which a shape in metres is taken to be torn at the antimeridian; no district is as wide."""

_USE_MARGIN = 3.0
"""Degrees beyond the area of use of a CRS that are allowed: a county may reach into the next zone."""

REMEDIES = {
    "no CRS": "Declare it with `.set_crs(...)`: the file's maker knows it.",
    "degrees": "Project it to a CRS in metres with `.to_crs(...)`.",
    "not in metres": "Project it to a CRS in metres with `.to_crs(...)`.",
    "duplicate label": "Give each row a label of its own, or dissolve the rows of one label.",
    "missing label": "Give the row a label.",
    "missing": "Draw it, or leave the row out and say so.",
    "empty": "Draw it, or leave the row out and say so.",
    "not finite": "A coordinate is missing or infinite: read or project the file again.",
    "collection": "Keep its polygons with `repair(...)`.",
    "wrong type": "Give shapes of the kind that is asked for.",
    "three-dimensional": "Drop the heights with `repair(...)`.",
    "crossed": "Mend the outline there, or use `repair(...)` and read what it changed.",
    "invalid": "Mend the outline there, or use `repair(...)` and read what it changed.",
    "no surface": "The outline encloses nothing: draw it, or give a point.",
    "antimeridian": "Split it at 180 degrees, or project it to a CRS made for the place.",
    "outside the area of use": "The CRS is not that of the coordinates, or x and y are exchanged.",
}
"""The way out of each fault."""

Found = tuple[str, "int | None", float, float, str]


def faults_of_crs(layer: gpd.GeoDataFrame, *, in_metres: bool) -> list[Found]:
    """List what is wrong with the CRS of the layer as a whole."""
    if layer.crs is None:
        return [("no CRS", None, np.nan, np.nan, "The layer has no CRS.")]
    unit = layer.crs.axis_info[0].unit_name
    if not in_metres or unit == "metre":
        return []
    name = layer.crs.to_string()
    fault = "degrees" if layer.crs.is_geographic else "not in metres"
    return [(fault, None, np.nan, np.nan, f"Distances and areas need a CRS in metres, got {name} in {unit}s.")]


def faults_of_labels(labels: pd.Index) -> list[Found]:
    """List labels that are missing, or there already."""
    twice, missing = np.flatnonzero(labels.duplicated()), np.flatnonzero(labels.isna())
    return [
        *(("missing label", int(row), np.nan, np.nan, f"(row {row}) is no label.") for row in missing),
        *(
            ("duplicate label", int(row), np.nan, np.nan, f"(row {row}) is there already.")
            for row in np.setdiff1d(twice, missing)
        ),
    ]


def faults_of_shapes(shapes: Shapes, *, kinds: Collection[Kind]) -> list[Found]:
    """List what is wrong with each shape by itself."""
    types = shapely.get_type_id(shapes)
    missing, empty, finite = shapely.is_missing(shapes), shapely.is_empty(shapes), is_finite(shapes)
    collection = (types == COLLECTION) & ~empty
    meant = np.isin(types, [number for kind in kinds for number in TYPES[kind]])
    whole = ~missing & ~empty & finite
    invalid = whole & ~shapely.is_valid(shapes)
    flat = whole & np.isin(types, TYPES["polygon"]) & (shapely.area(shapes) == 0)
    centres = np.full((len(shapes), 2), np.nan)
    bounds = shapely.bounds(shapes)
    centres[whole] = (bounds[whole, :2] + bounds[whole, 2:]) / 2

    asked = " or ".join(kinds)
    tests = [
        ("missing", missing, "has no geometry."),
        ("empty", empty & ~missing, "has a geometry without coordinates."),
        ("not finite", ~finite, "has a coordinate that is no number."),
        ("collection", collection, f"is a collection of shapes, where a {asked} is meant."),
        ("wrong type", ~missing & ~empty & ~collection & ~meant, f"is not a {asked}."),
        ("three-dimensional", whole & shapely.has_z(shapes), "has heights."),
        ("no surface", flat & ~invalid, "encloses no surface."),
    ]
    found: list[Found] = [
        (fault, int(row), *centres[row], problem) for fault, here, problem in tests for row in np.flatnonzero(here)
    ]
    rows = np.flatnonzero(invalid)
    for row, reason in zip(rows, shapely.is_valid_reason(shapes[rows]), strict=True):
        # GEOS says e.g. "Self-intersection[5 5]"
        words, _, place = str(reason).rstrip("]").partition("[")
        x, y = (float(number) for number in place.split()[:2]) if place else centres[row]
        fault = fault_of_reason(words)
        problem = "crosses or touches itself" if fault == "crossed" else f"is not valid ({words.lower()})"
        found.append((fault, int(row), x, y, f"{problem} at {x:.8g}, {y:.8g}."))
    return found


def fault_of_reason(reason: str) -> str:
    """Return the fault that GEOS' reason stands for; it says `Self-intersection` and `Ring Self-intersection`."""
    return "crossed" if "elf-intersection" in reason else "invalid"


def faults_of_place(layer: gpd.GeoDataFrame, *, in_area_of_use: bool) -> list[Found]:
    """List shapes that are torn at the antimeridian, or far from where their CRS is used."""
    if layer.crs is None:
        return []
    bounds = shapely.bounds(layer.geometry.to_numpy())
    width = bounds[:, 2] - bounds[:, 0]
    if layer.crs.is_geographic:
        torn = (width > 180) | (np.abs(bounds[:, [0, 2]]) > 180).any(axis=1)
    else:
        torn = width >= HALF_EARTH_M
    centres = (bounds[:, :2] + bounds[:, 2:]) / 2
    found: list[Found] = [
        ("antimeridian", int(row), *centres[row], "crosses the antimeridian.")
        for row in np.flatnonzero(torn & np.isfinite(width))
    ]
    use = layer.crs.area_of_use
    if not in_area_of_use or use is None:
        return found
    known = np.flatnonzero(np.isfinite(centres).all(axis=1))
    points = gpd.GeoSeries(shapely.points(centres[known]), crs=layer.crs).to_crs("EPSG:4326")
    span = (use.east - use.west) % 360 or 360.0
    east_of = (points.x.to_numpy() - use.west + _USE_MARGIN) % 360
    north = points.y.to_numpy()
    inside = (
        (east_of <= span + 2 * _USE_MARGIN) & (north >= use.south - _USE_MARGIN) & (north <= use.north + _USE_MARGIN)
    )
    return found + [
        (
            "outside the area of use",
            int(row),
            *centres[row],
            f"lies outside {use.name}, where {layer.crs.to_string()} is used.",
        )
        for row in known[~inside]
    ]


def is_finite(shapes: Shapes) -> npt.NDArray[np.bool_]:
    """Say of each shape whether all its coordinates, of however many, are numbers."""
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    finite = np.ones(len(shapes), dtype=bool)
    finite[owner[~np.isfinite(xy).all(axis=1)]] = False
    return finite
