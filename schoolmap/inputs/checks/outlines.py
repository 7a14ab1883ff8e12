"""
Layers that share outlines or places and lie apart by one common offset: by how much, and the likely cause.

Catchments are mostly drawn along the borders of small areas, or cover the same
ground. If their outlines do not lie on each other, but nearly all would after
one and the same move, they are shifted; the move tells whether a datum was
declared wrongly. Layers whose outlines have nothing to do with each other fit
nowhere, and nothing is said of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from schoolmap.errors import Severity
from schoolmap.errors import Wording
from schoolmap.errors import row_number
from schoolmap.inputs.checks.consistency import first_few
from schoolmap.inputs.checks.mixups import mixups

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    import pyproj
    from numpy.typing import NDArray

    from schoolmap.errors import Fault
    from schoolmap.inputs.checks.mixups import Mixup
    from schoolmap.inputs.checks.named import Named

LEAST_OFFSET_M = 50.0
"""Assumption: a smaller offset is a matter of drawing."""
_TOUCH_M = 40.0
"""Assumption: outlines this close are the same: twice a digitising error of 20 m."""
_SHARED = 0.6
"""Share of an outline that must lie on the other one after the move,"""
_MORE_SHARED = 0.3
"""more than before the move, and more than after a move of this length in other directions."""
_CLEAR = 0.8
"""Share from which a wrong datum stops the plan."""
_AS_GOOD = 0.1
"""A datum that fits this much less than the best free move is named: it explains the offset with nothing to choose."""
_REACH_M = 2_000.0
"""Offsets that are looked for."""
_SAMPLES = 400
_MOST_VERTICES = 20_000
_CELL_M = 40.0
_OTHER_DIRECTIONS = 12

_FEWEST_PAIRS = 4
"""Places in two layers that can have an offset in common."""
_SPREAD = 0.25
"""Median distance of single offsets from the common one, over its length, up to which it is common."""
_SAME_PLACE_M = 60.0
"""Assumption: three times a digitising error of 20 m."""
_OLD_DATUM_M = 200.0
"""Beijing 1954 and Xian 1980 lie tens to more than a hundred metres from CGCS2000."""

_FALSE_EASTING_M = 500_000.0
_ZONES = (*range(13, 24), *range(25, 46))
"""Numbers of the Gauss-Kruger zones of 6 and of 3 degrees in China."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offset:
    """How far a layer lies from where it fits."""

    east_m: float
    """Metres that the layer lies too far east,"""
    north_m: float
    """and too far north."""
    mixup: Mixup | None
    """The datums that explain it, if any do."""
    fits: float
    """Share of the layer that fits after the move."""
    rows: pd.Index | None = None
    """Rows whose places were compared, where places were."""

    @property
    def length_m(self) -> float:
        """Return how far in metres."""
        return float(np.hypot(self.east_m, self.north_m))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outline:
    """Borders of a layer: their vertices, points at even steps along them, and their straight parts to look up."""

    vertices: NDArray[np.float64]
    samples: NDArray[np.float64]
    tree: shapely.STRtree

    def share(self, points: NDArray[np.float64]) -> float:
        """Return the share of points that lie on the borders."""
        known = shapely.points(points[np.isfinite(points).all(axis=1)])
        found, _ = self.tree.query(known, predicate="dwithin", distance=_TOUCH_M)
        return len(np.unique(found)) / len(points)


def _outline(shapes: NDArray[np.object_]) -> _Outline:
    """Return the borders of polygons."""
    lines = shapely.get_parts(shapely.boundary(shapes))
    vertices, line = shapely.get_coordinates(lines, return_index=True)
    follows = line[1:] == line[:-1]
    straight = np.stack([vertices[:-1][follows], vertices[1:][follows]], axis=1)
    lengths = shapely.length(lines)
    ends = np.cumsum(lengths)
    at = (np.arange(_SAMPLES) + 0.5) * (ends[-1] / _SAMPLES)
    which = np.minimum(np.searchsorted(ends, at), len(lines) - 1)
    along = shapely.line_interpolate_point(lines[which], at - (ends[which] - lengths[which]))
    return _Outline(
        vertices=vertices,
        samples=shapely.get_coordinates(along),
        tree=shapely.STRtree(np.asarray(shapely.linestrings(straight), dtype=object)),
    )


def common_offset(
    layer: gpd.GeoDataFrame,
    other: gpd.GeoDataFrame,
    *,
    declared: str,
    of_other: str,
    in_china: bool,
) -> Offset | None:
    """
    Return the offset by which a layer of polygons lies from another one whose outlines it shares.

    Parameters
    ----------
    layer, other
        Polygons in one metric CRS.
    declared, of_other
        CRS or datum that they are declared to have.
    in_china
        Whether GCJ-02 and BD-09 may be the cause.

    Returns
    -------
    offset
        Nothing where the outlines lie on each other as they are, where they fit
        nowhere within 2 km, or where the offset is below 50 m. All borders are
        compared, and if these do not fit, what both layers cover as a whole.
    """
    shapes, others = (_polygons(one) for one in (layer, other))
    if not len(shapes) or not len(others):
        return None
    ways = mixups(declared, of_other) if in_china else ()
    for mine, theirs in (
        (shapes, others),
        (np.array([shapely.union_all(shapes)]), np.array([shapely.union_all(others)])),
    ):
        own, target = _outline(mine), _outline(theirs)
        before = target.share(own.samples)
        if before > 1.0 - _MORE_SHARED:
            return None
        found = _best_move(own, target, before, ways, crs=layer.crs)
        if found is not None:
            return found if found.length_m > LEAST_OFFSET_M else None
    return None


def _polygons(layer: gpd.GeoDataFrame) -> NDArray[np.object_]:
    drawn = layer.geom_type.isin(["Polygon", "MultiPolygon"]) & ~layer.geometry.is_empty
    return np.asarray(layer.geometry[drawn].to_numpy(), dtype=object)


def _best_move(
    own: _Outline, target: _Outline, before: float, ways: tuple[Mixup, ...], *, crs: pyproj.CRS
) -> Offset | None:
    """Return the move that lays the outline on the other one, if there is one and it is no accident."""
    tried: list[tuple[float, NDArray[np.float64], Mixup | None]] = []
    for way in ways:
        moved = way.move(own.samples, crs=crs)
        tried.append((target.share(moved), np.median(moved - own.samples, axis=0), way))
    free = _refined(own, target, [_voted(own.vertices, target.vertices), _between_bounds(own, target)])
    best = max([*tried, free], key=lambda one: one[0])
    named = [one for one in tried if one[0] >= best[0] - _AS_GOOD]
    fits, move, mixup = max(named, key=lambda one: one[0]) if named else best
    turned = [
        target.share(own.samples + _turn(move, 2.0 * np.pi * part / _OTHER_DIRECTIONS))
        for part in range(1, _OTHER_DIRECTIONS)
    ]
    if fits < _SHARED or fits < max(before, float(np.median(turned))) + _MORE_SHARED:
        return None
    return Offset(east_m=-float(move[0]), north_m=-float(move[1]), mixup=mixup, fits=fits)


def _turn(vector: NDArray[np.float64], angle: float) -> NDArray[np.float64]:
    east, north = vector
    return np.array([east * np.cos(angle) - north * np.sin(angle), east * np.sin(angle) + north * np.cos(angle)])


def _voted(own: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the move from vertices to vertices that most pairs have in common, to within a cell."""
    mine, theirs = _thinned(own, _SAMPLES), _thinned(target, _MOST_VERTICES)
    cells = int(2 * _REACH_M / _CELL_M)
    votes = np.zeros(cells * cells)
    for vertex in mine:
        cell = np.floor((theirs - vertex + _REACH_M) / _CELL_M).astype(np.int64)
        near = cell[((cell >= 0) & (cell < cells)).all(axis=1)]
        votes += np.bincount(np.unique(near[:, 0] * cells + near[:, 1]), minlength=cells * cells)
    grid = np.pad(votes.reshape(cells, cells), 1)
    # a vertex that was drawn anew falls into the next cell
    around = sum(grid[i : i + cells, j : j + cells] for i in range(3) for j in range(3))
    peak = np.unravel_index(int(np.argmax(around)), (cells, cells))
    return (np.array(peak, dtype=float) + 0.5) * _CELL_M - _REACH_M


def _thinned(points: NDArray[np.float64], most: int) -> NDArray[np.float64]:
    """Return at most so many points, evenly along the outline."""
    unique = np.unique(points, axis=0)
    return unique[:: max(1, -(-len(unique) // most))]


def _between_bounds(own: _Outline, target: _Outline) -> NDArray[np.float64]:
    """Return the move between the boxes around both outlines: from the middle of one to that of the other."""
    mine = np.concatenate([own.vertices.min(axis=0), own.vertices.max(axis=0)])
    theirs = np.concatenate([target.vertices.min(axis=0), target.vertices.max(axis=0)])
    apart = theirs - mine
    return np.array([apart[[0, 2]].mean(), apart[[1, 3]].mean()])


def _refined(
    own: _Outline, target: _Outline, starts: list[NDArray[np.float64]]
) -> tuple[float, NDArray[np.float64], None]:
    """Return the best move near those to start from, and its share."""
    best = max(((target.share(own.samples + start), start) for start in starts), key=lambda one: one[0])
    for step in (_CELL_M / 2.0, _CELL_M / 8.0):
        grid = np.arange(-3, 4) * step
        near = [best[1] + np.array([east, north]) for east in grid for north in grid]
        shares = np.array([target.share(own.samples + move) for move in near])
        # of all moves that fit as well, the one in their middle
        top = [move for move, share in zip(near, shares, strict=True) if share == shares.max()]
        best = (float(shares.max()), np.mean(top, axis=0))
    return target.share(own.samples + best[1]), best[1], None


def offset_fault(layer: Named, offset: Offset, *, other: Named) -> Fault:
    """
    Tell of an offset between two layers and its likely cause.

    It is an error where a wrong datum explains nearly all of it: children would
    be counted in the wrong polygon. Else it is a warning.
    """
    shown = f"E {offset.east_m:,.0f} m, N {offset.north_m:,.0f} m"
    side, end = "东" if offset.east_m >= 0 else "西", "北" if offset.north_m >= 0 else "南"
    shown_zh = f"偏{side} {abs(offset.east_m):,.0f} 米、偏{end} {abs(offset.north_m):,.0f} 米"
    if offset.mixup is not None:
        cause, cause_zh = offset.mixup.cause(layer.called, other.called)
        told, told_zh = f"they fit if {cause}", f"若 {cause_zh},则吻合"
    elif offset.length_m <= _OLD_DATUM_M:
        told = "cause not known; Beijing 1954 or Xian 1980 taken for CGCS2000 lie so far off"
        told_zh = "原因不明;北京54、西安80坐标误作 CGCS2000 时偏移量与此相当"
    else:
        told, told_zh = "cause not known", "原因不明"
    rows = "" if offset.rows is None else f" Rows {first_few(row_number(row) for row in offset.rows)}."
    rows_zh = "" if offset.rows is None else f"涉及第 {first_few(row_number(row) for row in offset.rows)} 行。"
    wording = Wording(
        f"lies at a common offset of {shown} ({offset.length_m:,.0f} m) from {other.called}: {told}.{rows}",
        "Compare both with a map, and declare the true CRS or datum as `crs` in project.toml.",
        f"相对 {other.called} 整体{shown_zh}(共 {offset.length_m:,.0f} 米):{told_zh}。{rows_zh}",
        "请将两个图层与地图核对,再在 project.toml 中以 `crs` 写明真实的坐标系。",
    )
    clear = offset.mixup is not None and offset.fits >= _CLEAR
    return layer.fault(wording, column="crs", severity=Severity.ERROR if clear else Severity.WARNING)


def paired_offset(
    table: Named,
    other: Named,
    *,
    by: str,
    declared: str,
    of_other: str,
    in_china: bool,
) -> Offset | None:
    """
    Return the offset that points of one table have in common from those that another table gives the same places.

    Parameters
    ----------
    table, other
        Points in one metric CRS, with the column `by`.
    by
        The label that both have, such as `school`.
    declared, of_other
        CRS or datum that they are declared to have.
    in_china
        Whether GCJ-02 and BD-09 may be the cause.

    Returns
    -------
    offset
        Nothing where fewer than four places are in both tables, where the
        offset is below 50 m, or where places differ each in its own way.
    """
    mine, theirs = table.frame, other.frame
    if not isinstance(mine, gpd.GeoDataFrame) or not isinstance(theirs, gpd.GeoDataFrame) or by not in mine:
        return None
    there = theirs.drop_duplicates(by).set_index(by).geometry
    rows = mine.index[mine[by].isin(there.index) & mine.geometry.notna()]
    if len(rows) < _FEWEST_PAIRS or mine.crs is None:
        return None
    points = shapely.get_coordinates(shapely.centroid(mine.geometry.loc[rows].to_numpy()))
    targets = shapely.get_coordinates(shapely.centroid(there.loc[mine.loc[rows, by]].to_numpy()))
    common = np.median(points - targets, axis=0)
    length = float(np.hypot(*common))
    spread = np.hypot(*(points - targets - common).T)
    if length <= LEAST_OFFSET_M or float(np.median(spread)) > _SPREAD * length:
        return None
    best: tuple[float, Mixup | None] = (_SAME_PLACE_M, None)
    for way in mixups(declared, of_other) if in_china else ():
        # gates stand around their school: what they have in common is compared, not each of them
        left = float(np.hypot(*np.median(way.move(points, crs=mine.crs) - targets, axis=0)))
        if left < best[0]:
            best = left, way
    fits = float((spread <= np.maximum(_SAME_PLACE_M, _SPREAD * length)).mean())
    return Offset(east_m=float(common[0]), north_m=float(common[1]), mixup=best[1], fits=fits, rows=rows)


def with_constant(
    found: list[Fault], table: Named, areas: gpd.GeoDataFrame, *, declared: str, likely: Callable[[], str | None]
) -> list[Fault]:
    """
    Name the constant in faults of a layer that lies far away, where no CRS is named and a constant is the cause.

    Parameters
    ----------
    found
        What `consistency.far_away` says of the layer.
    table, areas
        The layer, and the small areas, in the CRS of the project.
    declared
        The CRS that the layer is declared to have; empty if its file states it.
    likely
        Names the CRS in which the layer would lie on the areas.
    """
    layer = table.frame
    if not found or likely() is not None or not isinstance(layer, gpd.GeoDataFrame):
        return found
    if declared:
        layer, areas = layer.to_crs(declared), areas.to_crs(declared)
    wording = constant_mistake(layer, areas)
    return found if wording is None else [replace(fault, **wording._asdict()) for fault in found]


def constant_mistake(layer: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> Wording | None:
    """
    Name the constant that a Gauss-Kruger layer lacks or has too much, if that is why it lies far from the areas.

    Parameters
    ----------
    layer
        In metres, in the CRS that it was declared to have.
    areas
        In the same CRS.

    Returns
    -------
    wording
        For a false easting of 500,000 m left out or added twice, the number of
        a zone before the easting, and easting and northing exchanged. Nothing
        where none of them puts the layer on the areas.
    """
    box, home = np.asarray(layer.total_bounds, dtype=float), np.asarray(areas.total_bounds, dtype=float)
    if not np.isfinite(box).all() or not np.isfinite(home).all():
        return None
    if _overlap(box[[1, 0, 3, 2]], home):
        return Wording(
            "has easting and northing exchanged.",
            "Exchange the two columns: easting is `x`, northing `y`; on Chinese maps X points north.",
            "东坐标与北坐标写反了。",
            "请互换两列:东坐标为 `x`,北坐标为 `y`(测量图上 X 为北)。",
        )
    zones = (sign * zone for zone in _ZONES for sign in (1, -1))
    constants = [(_FALSE_EASTING_M, 0), (-_FALSE_EASTING_M, 0), *((1e6 * zone, zone) for zone in zones)]
    for constant, zone in constants:
        if _overlap(box - [constant, 0.0, constant, 0.0], home):
            return _constant_wording(constant, zone)
    return None


def _overlap(box: NDArray[np.float64], home: NDArray[np.float64]) -> bool:
    """Say whether two boxes have a point in common."""
    return bool((box[:2] <= home[2:]).all() and (box[2:] >= home[:2]).all())


def _constant_wording(constant: float, zone: int) -> Wording:
    if zone > 0:
        cause = f"they begin with the number of zone {zone}, which the declared CRS does not have"
        cause_zh = f"东坐标带有带号 {zone},而所声明的坐标系不带带号"
    elif zone < 0:
        cause = f"they lack the number of zone {-zone}, which the declared CRS has"
        cause_zh = f"东坐标未带带号 {-zone},而所声明的坐标系带带号"
    elif constant > 0:
        cause, cause_zh = "the false easting of 500,000 m was added twice", "500 公里的东移常数加了两次"
    else:
        cause, cause_zh = "the false easting of 500,000 m is left out", "未加 500 公里的东移常数"
    return Wording(
        f"has eastings {abs(constant):,.0f} m too {'large' if constant > 0 else 'small'}: {cause}.",
        "Declare the CRS that the coordinates are of, or correct the eastings.",
        f"东坐标偏{'大' if constant > 0 else '小'} {abs(constant):,.0f} 米:{cause_zh}。",
        "请声明坐标真正所属的坐标系,或更正东坐标。",
    )
