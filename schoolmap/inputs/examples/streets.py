"""
Streets, lanes, bridges and crossings of the invented county, and the hamlets and houses along them.

The county town has a grid of streets that stops at the river; each village has
hamlets, with a lane from each to the nearest road. Roads cross the river on
bridges; larger roads pass the railway on a bridge or under it, lanes cross it
on the level, which no young pupil may do alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from schoolmap.inputs.examples.chance import between
from schoolmap.inputs.examples.chance import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

STREET, LANE, TRUNK = "街巷", "村道", "国道"
TOWN = "城关镇"
_BLOCK_M = 260.0
"""Streets of the county town are about this far apart."""
_CROOKED_M = 22.0
"""How far a corner of the grid may be off."""
_BANK_M = 30.0
"""A bridge begins and ends this far from the middle of what it crosses."""
_LEAST_M = 60.0
"""Shorter ends of streets are not built."""
_OVER = {"河流": None, "铁路": frozenset({"国道", "县道", "城市道路"})}
"""Classes of roads that cross on a bridge or below; all, or those named."""
_HAMLETS = (4, 8)
"""Hamlets of a village, fewest and most."""
_HOUSES = (24, 34)
"""Places with houses in a community of the county town, fewest and most."""
_ASIDE_M = 35.0
"""How far houses stand from their street."""
_LIGHTS_M = 700.0
"""Trunk roads have lights about this often in the county town."""


def town_streets(areas: gpd.GeoDataFrame, barriers: gpd.GeoDataFrame, seed: int) -> gpd.GeoDataFrame:
    """
    Lay a crooked grid of streets over the county town; it stops at the river.

    Parameters
    ----------
    areas
        Villages and communities with `township`.
    barriers
        With `kind`.
    seed
        Of what is left to chance.
    """
    town = shapely.union_all(areas.loc[areas["township"] == TOWN].geometry.to_numpy())
    river = shapely.union_all(barriers.loc[barriers["kind"] == "河流"].geometry.to_numpy())
    land = shapely.difference(town, shapely.buffer(river, 2 * _BANK_M))
    rng = stream(seed, "streets")
    west, south, east, north = shapely.bounds(town)
    across = np.arange(west, east + _BLOCK_M, _BLOCK_M)
    up = np.arange(south, north + _BLOCK_M, _BLOCK_M)
    grid = np.stack(np.meshgrid(across, up, indexing="ij"), axis=-1)
    grid += between(-_CROOKED_M, _CROOKED_M, rng, size=grid.size).reshape(grid.shape)
    grid = np.round(grid)
    lines = [shapely.LineString(column) for column in (*grid, *grid.transpose(1, 0, 2))]
    pieces = shapely.get_parts(shapely.intersection(np.array(lines, dtype=object), land, grid_size=1.0))
    pieces = pieces[(shapely.get_type_id(pieces) == 1) & (shapely.length(pieces) >= _LEAST_M)]
    pieces = np.array(sorted(pieces, key=lambda line: shapely.get_coordinates(line).tolist()), dtype=object)
    return gpd.GeoDataFrame({"class": STREET, "bridge": "no"}, geometry=pieces, index=range(len(pieces)), crs=areas.crs)


def with_bridges(roads: gpd.GeoDataFrame, barriers: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Cut roads where they cross a barrier, and say which of the pieces are bridges or lead below.

    Parameters
    ----------
    roads
        With `class`.
    barriers
        With `kind`.

    Returns
    -------
    pieces
        With `class` and `bridge`.
    """
    rows = []
    for kind, line in zip(roads["class"], roads.geometry, strict=True):
        over = [
            shapely.buffer(barrier, _BANK_M)
            for name, barrier in zip(barriers["kind"], barriers.geometry, strict=True)
            if kind in (_OVER[name] or {kind})
        ]
        wet = shapely.union_all(over)
        for bridge, part in (("no", shapely.difference(line, wet)), ("yes", shapely.intersection(line, wet))):
            rows += [(kind, bridge, piece) for piece in shapely.get_parts(part) if piece.length > 0]
    return gpd.GeoDataFrame(
        pd.DataFrame(rows, columns=["class", "bridge", "geometry"]), geometry="geometry", crs=roads.crs
    )


def make_dwellings(
    areas: gpd.GeoDataFrame, centres: gpd.GeoSeries, streets: gpd.GeoDataFrame, seed: int
) -> gpd.GeoDataFrame:
    """
    Invent where in each village and community people live.

    Parameters
    ----------
    areas, centres
        Villages and communities, and their middles.
    streets
        Of the county town: houses stand beside them.
    seed
        Of what is left to chance.

    Returns
    -------
    dwellings
        Points: `dwelling`, `area`, `homes`.
    """
    parts = []
    net = shapely.union_all(streets.geometry.to_numpy())
    for label, shape, township in zip(areas.index, areas.geometry, areas["township"], strict=True):
        rng = stream(seed, f"dwellings {label}")
        if township == TOWN:
            points = _along_streets(shape, net, rng)
        else:
            points = _hamlets(shape, np.array(centres[label].coords[0]), rng)
        homes = np.round(between(0.4, 1.6, rng, size=len(points)) * (60.0 if township == TOWN else 45.0))
        # the middle of a village is its largest place
        homes[0] *= 2
        parts.append(
            pd.DataFrame(
                {
                    "dwelling": [f"{label}{number:03d}" for number in range(1, len(points) + 1)],
                    "area": label,
                    "homes": homes,
                    "geometry": shapely.points(points),
                }
            )
        )
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), geometry="geometry", crs=areas.crs)


def _hamlets(shape: shapely.Polygon, middle: Floats, rng: np.random.Generator) -> Floats:
    """Place the middle of a village and some hamlets around it, most of them near."""
    number = int(rng.random() * (_HAMLETS[1] - _HAMLETS[0] + 1)) + _HAMLETS[0]
    inner = shapely.buffer(shape, -120.0)
    away = float(np.sqrt(shape.area / np.pi))
    found = [middle]
    while len(found) < number:
        angle, far = 2 * np.pi * float(rng.random()), away * float(rng.random()) ** 0.8
        point = np.round(middle + far * np.array([np.cos(angle), np.sin(angle)]))
        if shapely.contains_xy(inner, *point):
            found.append(point)
    return np.array(found)


def _along_streets(shape: shapely.Geometry, net: shapely.Geometry, rng: np.random.Generator) -> Floats:
    """Place houses a little beside the streets of a community."""
    number = int(rng.random() * (_HOUSES[1] - _HOUSES[0] + 1)) + _HOUSES[0]
    inner = shapely.buffer(shape, -60.0)
    lines = shapely.intersection(net, inner)
    far = np.sort(rng.random(number)) * lines.length
    parts = shapely.get_parts(lines)
    ends = np.cumsum(shapely.length(parts))
    which = np.searchsorted(ends, far)
    along = far - np.concatenate([[0.0], ends])[which]
    points = shapely.get_coordinates(shapely.line_interpolate_point(parts[which], along))
    aside = between(-_ASIDE_M, _ASIDE_M, rng, size=points.size).reshape(points.shape)
    moved = np.round(points + aside)
    inside = shapely.contains_xy(shape, moved[:, 0], moved[:, 1])
    kept: Floats = np.where(inside[:, None], moved, np.round(points))
    return kept


def lanes(dwellings: gpd.GeoDataFrame, roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Join each hamlet that is on no road to the nearest one.

    Parameters
    ----------
    dwellings
        Points; houses of the county town stand at streets already.
    roads
        Lines.
    """
    points = dwellings.geometry.to_numpy()
    near, line = roads.sindex.nearest(points, return_all=False)
    links = shapely.shortest_line(points[near], roads.geometry.to_numpy()[line])
    long = links[shapely.length(links) > 2 * _ASIDE_M]
    return gpd.GeoDataFrame({"class": LANE, "bridge": "no"}, geometry=long, index=range(len(long)), crs=roads.crs)


def make_crossings(roads: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, streets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Place lights where streets of the county town meet its trunk road, one every few blocks.

    Parameters
    ----------
    roads, areas, streets
        Of the county.

    Returns
    -------
    crossings
        Points with `kind`.
    """
    town = shapely.union_all(areas.loc[areas["township"] == TOWN].geometry.to_numpy())
    trunk = shapely.line_merge(shapely.union_all(roads.loc[roads["class"] == TRUNK].geometry.to_numpy()))
    meets = shapely.get_parts(shapely.intersection(trunk, shapely.union_all(streets.geometry.to_numpy())))
    meets = meets[shapely.within(meets, town) & (shapely.get_type_id(meets) == 0)]
    order = np.argsort(shapely.line_locate_point(trunk, meets) if len(meets) else [])
    chosen: list[shapely.Geometry] = []
    for point in meets[order]:
        if not chosen or shapely.distance(chosen[-1], point) >= _LIGHTS_M:
            chosen.append(point)
    return gpd.GeoDataFrame({"kind": "红绿灯"}, geometry=chosen, index=range(len(chosen)), crs=roads.crs)
