"""Ways on a grid of streets, whose lengths are known, and laws that every table of ways keeps."""

from __future__ import annotations

import heapq
import math
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from schoolmap.conformance.case import Case
from schoolmap.space.barriers import guard
from schoolmap.space.nearest import nearest_schools
from schoolmap.space.roads import make_network
from schoolmap.space.snapping import snap
from schoolmap.space.travel import travel_table

if TYPE_CHECKING:
    import pandas as pd

CRS = "EPSG:4546"
_BLOCK_M, _SIDE = 100.0, 6
_GRID = "identity: on a grid of streets a way is the sum of its two legs"
_LAW = "identity: a law of shortest ways"
_ROUNDING = 1e-9


def travel_cases() -> tuple[Case, ...]:
    """
    Return all cases of ways.

    Examples
    --------
    >>> [case.name for case in travel_cases() if not case.passes]
    []
    """
    network = make_network(_streets(), mode="walk", walk_m_per_minute=60.0, join_m=0.5, cross="join")
    corners = _corners()
    snapped = snap(network, corners, farthest_m=10.0)
    full = travel_table(network, snapped, snapped, unit="distance_m")
    minutes = travel_table(network, snapped, snapped, unit="minutes")
    near = travel_table(network, snapped, snapped, unit="distance_m", limit=250.0)
    grid = full.unstack().reindex(index=corners.index, columns=corners.index).to_numpy()
    xy = shapely.get_coordinates(corners.to_numpy())
    legs = np.abs(xy[:, None, :] - xy[None, :, :]).sum(axis=2)
    nearest = nearest_schools(network, snapped, snapped, unit="distance_m", k=5)
    smallest = np.sort(grid, axis=1)[:, :5]
    through = (grid[:, :, None] + grid[None, :, :]).min(axis=1)
    filtered = full[full <= 250.0]
    river = gpd.GeoDataFrame(geometry=[shapely.LineString([(250, -50), (250, 550)])], crs=CRS)
    banks = guard(network, barriers=river, crossings=None, crossing_m=10.0)
    there = travel_table(
        banks, snap(banks, corners, farthest_m=10.0), snap(banks, corners, farthest_m=10.0), unit="distance_m"
    )
    values = {
        "grid of streets, every way": (0.0, float(np.abs(grid - legs).max()), _GRID),
        "grid of streets, sum of all ways": (float(legs.sum()), float(grid.sum()), _GRID),
        "on foot, minutes per metre": (1 / 60, float((minutes / full)[full > 0].mean()), _LAW),
        "there and back": (0.0, float(np.abs(grid - grid.T).max()), _LAW),
        "no way is longer than one over a third place": (0.0, float(np.abs(grid - through).max()), _LAW),
        "a limit only leaves out": (0.0, float(np.abs(near - filtered.reindex(near.index)).max()), _LAW),
        "pairs within 250 m": (float((legs <= 250.0).sum()), float(len(near)), _GRID),
        "the nearest five": (0.0, float(np.abs(_by_origin(nearest, corners.index) - smallest).max()), _LAW),
        "a crooked net, against a plain search": (
            0.0,
            _against_plain_search(),
            "identity: Dijkstra with a heap, written out",
        ),
        "a river without a bridge: pairs on the same bank": (2 * (18.0**2), float(len(there)), _LAW),
    }
    return tuple(
        Case(name=name, published=published, ours=ours, tolerance=_ROUNDING * max(1.0, abs(published)), source=source)
        for name, (published, ours, source) in values.items()
    )


def _against_plain_search(places: int = 60) -> float:
    """Return the largest difference from a search that is written out, on straight roads between scattered places."""
    number = np.arange(places)
    xy = np.column_stack([(number * 377) % 1009, (number * 611) % 997]).astype(float)
    apart = np.hypot(*(xy[:, None, :] - xy[None, :, :]).transpose(2, 0, 1))
    pairs = [(a, int(b)) for a in range(places) for b in np.argsort(apart[a], kind="stable")[1:4]]
    roads = gpd.GeoDataFrame(geometry=[shapely.LineString(xy[[a, b]]) for a, b in pairs], crs=CRS)
    network = make_network(roads, mode="walk", walk_m_per_minute=60.0, join_m=0.0, cross="apart")
    corners = gpd.GeoSeries(shapely.points(xy), index=number, crs=CRS)
    snapped = snap(network, corners, farthest_m=1.0)
    ours = travel_table(network, snapped, snapped, unit="distance_m").unstack().reindex(index=number, columns=number)
    near: dict[int, list[int]] = {}
    for a, b in pairs:
        near.setdefault(a, []).append(b)
        near.setdefault(b, []).append(a)
    plain = np.array([_search(start, near, apart) for start in range(places)])
    return float(np.abs(np.nan_to_num(ours.to_numpy(), nan=1e9) - np.where(np.isinf(plain), 1e9, plain)).max())


def _search(start: int, near: dict[int, list[int]], apart: np.ndarray) -> list[float]:
    best = [math.inf] * len(apart)
    heap = [(0.0, start)]
    while heap:
        cost, here = heapq.heappop(heap)
        if cost >= best[here]:
            continue
        best[here] = cost
        for there in near[here]:
            heapq.heappush(heap, (cost + float(apart[here, there]), there))
    return best


def _streets() -> gpd.GeoDataFrame:
    far = _BLOCK_M * (_SIDE - 1)
    at = [_BLOCK_M * number for number in range(_SIDE)]
    lines = [shapely.LineString([(x, 0), (x, far)]) for x in at] + [shapely.LineString([(0, y), (far, y)]) for y in at]
    return gpd.GeoDataFrame({"class": "street"}, geometry=lines, index=range(len(lines)), crs=CRS)


def _corners() -> gpd.GeoSeries:
    places = [(_BLOCK_M * x, _BLOCK_M * y) for x in range(_SIDE) for y in range(_SIDE)]
    return gpd.GeoSeries(shapely.points(places), index=[f"{x:g} {y:g}" for x, y in places], crs=CRS)


def _by_origin(nearest: pd.Series, origins: pd.Index) -> np.ndarray:
    """Return the costs of each origin in rising order."""
    ordered = [np.sort(nearest.xs(label, level="origin").to_numpy()) for label in origins]
    return np.array(ordered)
