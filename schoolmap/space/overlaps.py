"""
Find and measure what areas claim twice or leave out, and mend or refuse it.

Two areas that overlap say of one place that it belongs to both: an estate drawn
on top of its village, or a township listed beside its own villages, whose
children are then there twice. A gap between areas is a place where nobody is
counted. Neither can be seen in a total, so both are measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from schoolmap import checks
from schoolmap.errors import GeometryError
from schoolmap.errors import OverlapError
from schoolmap.space.faults import ANYTHING
from schoolmap.space.geometry import require_sound
from schoolmap.space.surface import common_surface
from schoolmap.space.surface import polygonal
from schoolmap.space.surface import touching

if TYPE_CHECKING:
    import numpy.typing as npt

SLIVER_M2 = 1.0
"""Overlaps and gaps up to this surface are rounding of coordinates."""

Priority = Literal["first", "smaller"]
"""Whose the doubled surface is: the area's that is listed first, or the smaller one's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """
    A layer whose shapes were changed, and every change.

    Attributes
    ----------
    layer
        A new layer with the same labels, columns and CRS.
    changes
        One row per change; which columns, the function says.
    """

    layer: gpd.GeoDataFrame
    changes: pd.DataFrame


def overlaps(layer: gpd.GeoDataFrame, *, least_m2: float = SLIVER_M2) -> pd.DataFrame:
    """
    Measure the surface that each pair of polygons claims twice.

    Parameters
    ----------
    layer
        Polygons indexed by label, in a metric CRS. Points and lines have no
        surface and overlap nothing.
    least_m2
        Overlaps up to this surface, in square metres, are not listed.

    Returns
    -------
    overlaps
        By `(first, second)` in the order of the layer, with the columns:
          - `surface_m2` - what both claim
          - `share` - of the smaller of the two, in (0, 1]

    Examples
    --------
    >>> layer = gpd.GeoDataFrame(
    ...     geometry=[shapely.box(0, 0, 100, 10), shapely.box(95, 0, 145, 10)], index=["w", "e"], crs="EPSG:4546"
    ... )
    >>> overlaps(layer)
                  surface_m2  share
    first second
    w     e             50.0    0.1
    """
    require_sound(layer, kinds=ANYTHING, what="the layer")
    return _overlaps(layer, least_m2=least_m2)


def require_apart(layer: gpd.GeoDataFrame, /, *, most_share: float, what: str) -> None:
    """
    Raise if two polygons claim the same surface.

    Parameters
    ----------
    layer
        Sound polygons indexed by label, in a metric CRS.
    most_share
        Share of the smaller polygon up to which an overlap is drawing.
    what
        Name of the layer in the message.

    Raises
    ------
    OverlapError
        If a pair overlaps by more. The message counts the pairs and names the worst.
    """
    doubled = _overlaps(layer, least_m2=SLIVER_M2)
    doubled = doubled[doubled["share"] > most_share]
    if doubled.empty:
        return
    worst = int(doubled["share"].argmax())
    msg = (
        f"{what} overlap in {len(doubled)} pair(s), {doubled['surface_m2'].sum():,.0f} m² in all, "
        f"e.g. {list(doubled.index[worst])}: {doubled['share'].iloc[worst]:.2%} of the smaller is claimed by both. If one of them is a part of the other, "
        "leave one out. Otherwise mend the outlines, or choose `separate(..., priority=...)`."
    )
    raise OverlapError(msg)


def separate(areas: gpd.GeoDataFrame, *, priority: Priority, least_m2: float = SLIVER_M2) -> Mended:
    """
    Give each doubled surface to one of its two areas.

    Parameters
    ----------
    areas
        Polygons (and points, which stay) indexed by area, in a metric CRS.
    priority
        Who keeps the surface: `"first"`, the area listed first; or `"smaller"`,
        the smaller area, for estates drawn on top of villages (of two equal
        ones the first). An area that is not a polygon claims nothing.
    least_m2
        Overlaps up to this surface, in square metres, stay as they are.

    Returns
    -------
    mended
        The new layer, and changes by `(kept, cut)` with `surface_m2`, what the
        area `cut` lost to the area `kept`. Where three overlap, the surface is
        listed with the pair by which it was lost. Doing it twice changes
        nothing more.

    Raises
    ------
    OverlapError
        If an area would have no surface left: then it is drawn twice.

    Examples
    --------
    >>> layer = gpd.GeoDataFrame(
    ...     geometry=[shapely.box(0, 0, 100, 10), shapely.box(40, 0, 50, 10)], index=["village", "estate"], crs="EPSG:4546"
    ... )
    >>> mended = separate(layer, priority="smaller")
    >>> mended.layer.area.to_dict()
    {'village': 900.0, 'estate': 100.0}
    >>> mended.changes
                    surface_m2
    kept   cut
    estate village       100.0
    """
    require_sound(areas, kinds=ANYTHING, what="`areas`")
    shapes = areas.geometry.to_numpy().copy()
    doubled = _overlaps(areas, least_m2=least_m2)
    pairs = np.column_stack([areas.index.get_indexer(doubled.index.get_level_values(level)) for level in (0, 1)])
    rank = np.arange(len(areas))
    if priority == "smaller":
        rank[np.argsort(shapely.area(shapes), kind="stable")] = np.arange(len(areas))
    swap = rank[pairs[:, 0]] > rank[pairs[:, 1]]
    pairs[swap] = pairs[swap, ::-1]
    # the strongest claims first, so that nothing is cut by a surface that its area does not keep itself
    pairs = pairs[np.lexsort((rank[pairs[:, 1]], rank[pairs[:, 0]]))]
    lost = np.zeros(len(pairs))
    for number, (kept, cut) in enumerate(pairs):
        rest = polygonal(shapely.difference(shapes[[cut]], shapes[[kept]]))[0]
        lost[number] = shapely.area(shapes[cut]) - shapely.area(rest)
        if shapely.area(rest) <= least_m2:
            names = [areas.index[cut], areas.index[kept]]
            msg = f"Area {names[0]!r} lies wholly within others, e.g. {names[1]!r}: nothing of it would be left. "
            msg += "If one of them is a part of the other, leave one out."
            raise OverlapError(msg)
        shapes[cut] = rest
    keep = lost > 0
    index = pd.MultiIndex.from_arrays([areas.index[pairs[keep, 0]], areas.index[pairs[keep, 1]]], names=["kept", "cut"])
    return Mended(layer=_with_shapes(areas, shapes), changes=pd.DataFrame({"surface_m2": lost[keep]}, index=index))


def gaps(areas: gpd.GeoDataFrame, *, within: gpd.GeoDataFrame, least_m2: float = SLIVER_M2) -> gpd.GeoDataFrame:
    """
    Find the places that no area covers.

    Parameters
    ----------
    areas
        Polygons indexed by area, in a metric CRS.
    within
        Polygons that should be covered, such as catchments or the county, in
        the same CRS.
    least_m2
        Gaps up to this surface, in square metres, are not listed.

    Returns
    -------
    gaps
        One row per connected gap, numbered from 0 along `within`, with the
        columns `within` (label of the polygon that it lies in), `surface_m2`
        and `geometry`.

    Examples
    --------
    >>> county = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 30, 10)], index=["county"], crs="EPSG:4546")
    >>> areas = gpd.GeoDataFrame(
    ...     geometry=[shapely.box(0, 0, 10, 10), shapely.box(12, 0, 30, 10)], index=["w", "e"], crs="EPSG:4546"
    ... )
    >>> gaps(areas, within=county)[["within", "surface_m2"]]
       within  surface_m2
    0  county        20.0
    """
    checks.require_same_metric_crs(areas, within)
    require_sound(areas, kinds=ANYTHING, what="`areas`")
    require_sound(within, kinds=["polygon"], what="`within`")
    shapes, outlines = areas.geometry.to_numpy(), within.geometry.to_numpy()
    at_outline, at_area = touching(outlines, shapes)
    rest = outlines.copy()
    touched, first = np.unique(at_outline, return_index=True)
    covers = [shapely.union_all(shapes[at]) for at in np.split(at_area, first[1:])] if len(touched) > 0 else []
    rest[touched] = shapely.difference(outlines[touched], np.array(covers, dtype=object))
    parts, owner = shapely.get_parts(rest, return_index=True)
    surface = shapely.area(parts)
    real = surface > least_m2
    return gpd.GeoDataFrame(
        {"within": within.index[owner[real]], "surface_m2": surface[real]},
        geometry=parts[real],
        crs=areas.crs,
    )


def fill(areas: gpd.GeoDataFrame, *, within: gpd.GeoDataFrame, most_m2: float) -> Mended:
    """
    Give each small gap to the area with which it shares the longest border.

    Parameters
    ----------
    areas
        Polygons indexed by area, in a metric CRS.
    within
        Polygons that should be covered, in the same CRS.
    most_m2
        Gaps above this surface, in square metres, are not drawing errors and
        stay: a lake, or an area that is missing.

    Returns
    -------
    mended
        The new layer, and changes with one row per gap: `within`, `surface_m2`,
        and `area` that got it; missing where the gap is too large or borders no area.
    """
    found = gaps(areas, within=within)
    shapes = areas.geometry.to_numpy().copy()
    holes = found.geometry.to_numpy()
    at_gap, at_area = touching(holes, shapes)
    border = shapely.length(shapely.intersection(shapely.boundary(holes[at_gap]), shapely.boundary(shapes[at_area])))
    polygon = shapely.get_dimensions(shapes[at_area]) == 2
    possible = (border > 0) & polygon & (found["surface_m2"].to_numpy()[at_gap] <= most_m2)
    order = np.lexsort((at_area, -border, at_gap))
    order = order[possible[order]]
    _, best = np.unique(at_gap[order], return_index=True)
    owner = pd.Series(None, index=found.index, dtype=object)
    for pair in order[best]:
        gap, area = at_gap[pair], at_area[pair]
        shapes[area] = shapely.union(shapes[area], holes[gap])
        owner.iloc[gap] = areas.index[area]
    changes = pd.DataFrame(found[["within", "surface_m2"]]).assign(area=owner)
    return Mended(layer=_with_shapes(areas, shapes), changes=changes)


def require_covered(areas: gpd.GeoDataFrame, /, *, within: gpd.GeoDataFrame, most_m2: float) -> None:
    """
    Raise if a place that should be covered lies in no area.

    Parameters
    ----------
    areas
        Polygons indexed by area, in a metric CRS.
    within
        Polygons that should be covered, in the same CRS.
    most_m2
        Gaps up to this surface, in square metres, are drawing.

    Raises
    ------
    GeometryError
        If there is a larger gap. The message counts the gaps and says where the largest is.
    """
    found = gaps(areas, within=within, least_m2=most_m2)
    if found.empty:
        return
    largest = found.loc[found["surface_m2"].idxmax()]
    place = largest["geometry"].representative_point()
    msg = (
        f"The areas leave {len(found)} gap(s), {found['surface_m2'].sum():,.0f} m² in all; the largest, "
        f"{largest['surface_m2']:,.0f} m² in {largest['within']!r}, is at {place.x:.0f}, {place.y:.0f}. "
        "If nobody lives there, allow it; otherwise add the missing area, or choose `fill(..., most_m2=...)`."
    )
    raise GeometryError(msg)


def _overlaps(layer: gpd.GeoDataFrame, *, least_m2: float) -> pd.DataFrame:
    """Measure overlaps in a layer that is known to be sound."""
    shapes = layer.geometry.to_numpy()
    polygons = np.flatnonzero(shapely.get_dimensions(shapes) == 2)
    solid = shapes[polygons]
    left, right = shapely.STRtree(solid).query(solid)
    left, right = left[left < right], right[left < right]
    surface = common_surface(solid, solid, left, right)
    real = np.flatnonzero(surface > least_m2)
    real = real[np.lexsort((right[real], left[real]))]
    left, right, surface = polygons[left[real]], polygons[right[real]], surface[real]
    index = pd.MultiIndex.from_arrays([layer.index[left], layer.index[right]], names=["first", "second"])
    smaller = np.minimum(shapely.area(shapes[left]), shapely.area(shapes[right]))
    return pd.DataFrame({"surface_m2": surface, "share": np.minimum(surface / smaller, 1.0)}, index=index)


def _with_shapes(layer: gpd.GeoDataFrame, shapes: npt.NDArray[np.object_]) -> gpd.GeoDataFrame:
    return layer.set_geometry(gpd.GeoSeries(shapes, index=layer.index, crs=layer.crs))
