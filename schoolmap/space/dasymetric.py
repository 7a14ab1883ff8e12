"""
Carry counts from areas to catchments by where people live, not by surface.

A village's outline holds fields, ponds and hills; its children live in its
houses. Where a layer of homes is known, an area's children are spread over the
homes in it before the catchments are asked. It may be residential land (by
surface), buildings (by homes, or by surface times floors) or the cells or
points of a population grid (by people). What the weights count matters only
within one area: the number of its children stays what the area's table says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from schoolmap import checks
from schoolmap.errors import MissingValueError
from schoolmap.space import overlaps
from schoolmap.space.faults import ANYTHING
from schoolmap.space.geometry import require_sound
from schoolmap.space.overlay import require_counted_once
from schoolmap.space.shares import as_weights
from schoolmap.space.shares import first_zone
from schoolmap.space.shares import shares
from schoolmap.space.surface import ROUNDING
from schoolmap.space.surface import common_surface
from schoolmap.space.surface import cut
from schoolmap.space.surface import touching

if TYPE_CHECKING:
    import numpy.typing as npt

_DRAWING = 0.01
"""Share of the smaller of two pieces of residential land that both may cover before a surface counts twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dasymetric:
    """
    Shares of areas by catchment, and what the homes could not tell.

    Attributes
    ----------
    weights
        By `(area, catchment)`, as `overlay.area_weights` returns them.
    fallback
        Areas without any home, whose children are spread over their surface.
    unused
        Weight of homes, or of parts of them, that lie in no area, by home; in
        the unit of the weights, square metres for land by surface. Much of it
        says that the homes or the areas are in the wrong place.
    """

    weights: pd.Series
    fallback: pd.Index
    unused: pd.Series


def dasymetric_weights(
    areas: gpd.GeoDataFrame,
    catchments: gpd.GeoDataFrame,
    *,
    homes: gpd.GeoDataFrame,
    weight: pd.Series | None,
) -> Dasymetric:
    """
    Compute the share of each area's people who live in each catchment.

    A home on a border counts once: for the area, and for the catchment, that
    is listed first. A building that straddles is divided by surface.

    Parameters
    ----------
    areas
        Polygons indexed by area, in a metric CRS. Areas that are points hold
        no homes and go as a whole to the catchment that holds them.
    catchments
        Polygons indexed by catchment, in the same CRS.
    homes
        Where people live, points or polygons indexed by label, in the same CRS.
    weight
        Homes or people by label of `homes`, zero or more. `None` for
        residential land: its surface is taken, and may not count twice.

    Returns
    -------
    dasymetric
        The weights, the areas without homes, and the homes without area.

    Raises
    ------
    CRSError
        If the layers do not share one projected CRS in metres.
    LabelError
        If a label is there twice, or `weight` does not describe `homes`.
    MissingValueError
        If a weight is missing, or there is none for homes that are points.
    GeometryError
        If a shape cannot be measured as it is.
    OverlapError
        If catchments claim the same people, or land without weights overlaps.

    Notes
    -----
    Dasymetric mapping after J. K. Wright, A method of mapping densities of
    population, Geographical Review 26 (1936); here with the weights given.

    Examples
    --------
    >>> areas = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 100, 10)], index=["village"], crs="EPSG:4546")
    >>> zones = gpd.GeoDataFrame(
    ...     geometry=[shapely.box(0, 0, 50, 10), shapely.box(50, 0, 100, 10)], index=["w", "e"], crs="EPSG:4546"
    ... )
    >>> homes = gpd.GeoDataFrame(geometry=shapely.points([[10, 5], [90, 5]]), index=["mill", "inn"], crs="EPSG:4546")
    >>> dasymetric_weights(areas, zones, homes=homes, weight=pd.Series({"mill": 3, "inn": 1})).weights.to_dict()
    {('village', 'w'): 0.75, ('village', 'e'): 0.25}
    """
    checks.require_same_metric_crs(areas, catchments)
    require_sound(areas, kinds=ANYTHING, what="`areas`")
    require_sound(catchments, kinds=["polygon"], what="`catchments`")
    pieces, unused = home_pieces(areas, homes=homes, weight=weight)
    require_counted_once(pieces, catchments)
    without = np.setdiff1d(np.arange(len(areas)), pieces["at_area"].to_numpy())
    require_counted_once(areas.iloc[without], catchments)

    zones = catchments.geometry.to_numpy()
    piece, zone, part = shares(pieces.geometry.to_numpy(), zones)
    area, share = pieces["at_area"].to_numpy()[piece], pieces["share"].to_numpy()[piece] * part
    plain, plain_zone, plain_share = shares(areas.geometry.to_numpy()[without], zones)
    area, zone = np.concatenate([area, without[plain]]), np.concatenate([zone, plain_zone])
    pair, at = np.unique(area * len(zones) + zone, return_inverse=True)
    total = np.bincount(at, weights=np.concatenate([share, plain_share]), minlength=len(pair)).astype(float)
    kept = total > 0
    area, zone = np.divmod(pair[kept], len(zones))
    return Dasymetric(
        weights=as_weights(areas.index[area], catchments.index[zone], total[kept]),
        fallback=areas.index[without],
        unused=unused,
    )


def spread(areas: gpd.GeoDataFrame, dwellings: gpd.GeoDataFrame, *, weight: pd.Series | None) -> pd.Series:
    """
    Compute the share of each area's people at each dwelling.

    Parameters
    ----------
    areas
        Polygons indexed by area, in a metric CRS.
    dwellings
        Points or polygons indexed by label, in the same CRS.
    weight
        Homes or people by dwelling, zero or more; `None` takes the surface of polygons.

    Returns
    -------
    share
        By `(area, dwelling)`, each in (0, 1], in the order of the areas. An
        area's shares add up to 1; an area without dwellings has no row:
        `sample_points` gives it some.

    Examples
    --------
    >>> areas = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 100, 10)], index=["village"], crs="EPSG:4546")
    >>> homes = gpd.GeoDataFrame(geometry=shapely.points([[10, 5], [90, 5]]), index=["mill", "inn"], crs="EPSG:4546")
    >>> spread(areas, homes, weight=pd.Series({"mill": 3, "inn": 1})).to_dict()
    {('village', 'mill'): 0.75, ('village', 'inn'): 0.25}
    """
    require_sound(areas, kinds=ANYTHING, what="`areas`")
    pieces, _ = home_pieces(areas, homes=dwellings, weight=weight)
    index = pd.MultiIndex.from_arrays(
        [areas.index[pieces["at_area"].to_numpy()], pieces["home"].array], names=["area", "dwelling"]
    )
    return pd.Series(pieces["share"].to_numpy(), index=index, name="share")


def home_pieces(
    areas: gpd.GeoDataFrame,
    *,
    homes: gpd.GeoDataFrame,
    weight: pd.Series | None,
) -> tuple[gpd.GeoDataFrame, pd.Series]:
    """
    Cut homes by the areas in which they lie.

    Parameters
    ----------
    areas
        Sound shapes indexed by area, in a metric CRS.
    homes, weight
        As for `dasymetric_weights`.

    Returns
    -------
    pieces
        One row per home and area that have something in common, with the
        columns `at_area` (position of the area), `home` (label), `share` (of
        the area's weight, adding up to 1) and `geometry`. Areas whose homes
        weigh nothing have no row.
    unused
        Weight that lies in no area, by home; only homes that have some.
    """
    pieces, left = home_masses(areas, homes=homes, weight=weight)
    total = np.bincount(pieces["at_area"], weights=pieces["mass"], minlength=len(areas))
    pieces["share"] = pieces.pop("mass").to_numpy() / total[pieces["at_area"].to_numpy()]
    return pieces[["at_area", "home", "share", "geometry"]], left


def home_masses(
    areas: gpd.GeoDataFrame,
    *,
    homes: gpd.GeoDataFrame,
    weight: pd.Series | None,
) -> tuple[gpd.GeoDataFrame, pd.Series]:
    """
    Cut homes by the areas in which they lie, and return what each piece weighs.

    What a home weighs does not depend on which other homes there are, so a layer
    may be cut block by block.

    Parameters
    ----------
    areas, homes, weight
        As for `home_pieces`.

    Returns
    -------
    pieces
        As from `home_pieces`, with `mass`, in the unit of the weights, in the
        place of `share`.
    unused
        Weight that lies in no area, by home; only homes that have some.
    """
    checks.require_same_metric_crs(areas, homes)
    require_sound(homes, kinds=["point", "polygon"], what="`homes`")
    weights = _weights_of(homes, weight)
    shapes, places = areas.geometry.to_numpy(), homes.geometry.to_numpy()
    solid = np.flatnonzero(shapely.get_dimensions(shapes) == 2)
    surface = shapely.area(places)

    wide, points = np.flatnonzero(surface > 0), np.flatnonzero(surface == 0)
    home, area = touching(places[wide], shapes[solid])
    home, area = wide[home], solid[area]
    part = common_surface(places, shapes, home, area) / surface[home]
    home, area, part = home[part > ROUNDING], area[part > ROUNDING], part[part > ROUNDING]
    pieces = places[home]
    straddles = part < 1 - ROUNDING
    pieces[straddles] = cut(pieces[straddles], shapes[area[straddles]])

    first = first_zone(places[points], shapes[solid])
    home = np.concatenate([home, points[first >= 0]])
    area = np.concatenate([area, solid[first[first >= 0]]])
    part = np.concatenate([np.where(straddles, part, 1.0), np.ones((first >= 0).sum())])
    pieces = np.concatenate([pieces, places[points[first >= 0]]])

    placed = np.bincount(home, weights=part, minlength=len(homes))
    left = pd.Series(weights * np.maximum(1 - placed, 0.0), index=homes.index, name="unused")
    mass = weights[home] * part
    order = np.lexsort((home, area))
    order = order[mass[order] > 0]
    table = {"at_area": area[order], "home": homes.index[home[order]], "mass": mass[order]}
    return gpd.GeoDataFrame(table, geometry=pieces[order], crs=areas.crs), left[left > ROUNDING * weights]


def _weights_of(homes: gpd.GeoDataFrame, weight: pd.Series | None) -> npt.NDArray[np.float64]:
    """Return the weight of each home in the order of the layer."""
    if weight is None:
        surface = shapely.area(homes.geometry.to_numpy())
        if (surface == 0).any():
            label = homes.index[surface == 0][0]
            msg = f"{label!r} is a point and has no surface to weigh by. Give `weight`, homes or people by label."
            raise MissingValueError(msg)
        overlaps.require_apart(homes, most_share=_DRAWING, what="Residential polygons without weights")
        return np.asarray(surface, dtype=float)
    checks.require_same_labels(weight.index, homes.index, what="`weight` and `homes`")
    checks.require_no_gaps(weight, what="`weight`")
    checks.require_not_negative(weight, what="`weight`")
    values = weight.reindex(homes.index).to_numpy(dtype=float)
    if not np.isfinite(values).all():
        msg = f"`weight` is infinite for {homes.index[~np.isfinite(values)][0]!r}."
        raise MissingValueError(msg)
    return values


def sample_points(areas: gpd.GeoDataFrame, *, spacing_m: float, most: int) -> gpd.GeoDataFrame:
    """
    Place points on a regular grid inside each area, to stand for its people.

    For areas without dwellings: where inside it children live is not known,
    and one point in the middle would put all of them equally far from school.

    Parameters
    ----------
    areas
        Polygons indexed by area, in a metric CRS.
    spacing_m
        Distance of neighbouring points in metres.
    most
        Points per area, at most; a larger area has points on twice the
        spacing, or four times, until they are no more than that.

    Returns
    -------
    points
        By `(area, number)`, numbered from 0 from south to north, then from
        west to east, with `share`, equal within an area and adding up to
        exactly 1. An area that no point of the grid meets has one point inside
        it. The grid is that of the CRS, so a point does not depend on which
        other areas there are.

    Raises
    ------
    GeometryError
        If an area is not a polygon.

    Examples
    --------
    >>> areas = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 400, 200)], index=["a"], crs="EPSG:4546")
    >>> sample_points(areas, spacing_m=200, most=50)
                        geometry  share
    area number
    a    0       POINT (100 100)    0.5
         1       POINT (300 100)    0.5
    """
    if not spacing_m > 0 or most < 1:
        msg = f"`spacing_m` is above 0 and `most` at least 1, got {spacing_m} and {most}."
        raise ValueError(msg)
    require_sound(areas, kinds=["polygon"], what="`areas`")
    shapes = areas.geometry.to_numpy()
    shapely.prepare(shapes)
    # a first spacing by surface, so that a large area does not try millions of points
    doublings = np.ceil(np.log2(np.maximum(np.sqrt(shapely.area(shapes) / most) / spacing_m, 1.0)))
    todo = np.arange(len(areas))
    owners, places = [], []
    while len(todo) > 0:
        owner, xy = _grid(shapes, todo, spacing_m * 2.0 ** doublings[todo])
        number = np.bincount(owner, minlength=len(areas))
        done = number[owner] <= most
        owners.append(owner[done])
        places.append(xy[done])
        single = todo[number[todo] == 0]
        owners.append(single)
        places.append(shapely.get_coordinates(shapely.point_on_surface(shapes[single])))
        todo = todo[number[todo] > most]
        doublings[todo] += 1

    owner, xy = np.concatenate(owners), np.concatenate(places)
    order = np.lexsort((xy[:, 0], xy[:, 1], owner))
    owner, xy = owner[order], xy[order]
    count = np.bincount(owner, minlength=len(areas))
    number = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    share = 1 / count[owner]
    # the last one takes what rounding leaves, so that nobody is lost
    last = np.cumsum(count) - 1
    share[last] = 1 - (count - 1) * (1 / count)
    index = pd.MultiIndex.from_arrays([areas.index[owner], number], names=["area", "number"])
    return gpd.GeoDataFrame({"geometry": shapely.points(xy), "share": share}, index=index, crs=areas.crs)


def _grid(
    shapes: npt.NDArray[np.object_],
    which: npt.NDArray[np.intp],
    spacing: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """Return the points of grids of the CRS inside shapes, and to which shape each belongs."""
    bounds = shapely.bounds(shapes[which]) / spacing[:, None] - 0.5
    first, last = np.ceil(bounds[:, :2]), np.floor(bounds[:, 2:])
    columns, rows = np.maximum(last - first + 1, 0).astype(int).T
    size = columns * rows
    at = np.repeat(np.arange(len(which)), size)
    number = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    row, column = np.divmod(number, columns[at]) if len(at) > 0 else (number, number)
    xy = (np.column_stack([column, row]) + first[at] + 0.5) * spacing[at, None]
    inside = shapely.contains_xy(shapes[which[at]], xy[:, 0], xy[:, 1])
    return which[at[inside]], xy[inside]
