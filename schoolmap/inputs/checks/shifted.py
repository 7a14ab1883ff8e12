"""
Points that stand outside the polygon which they name: one by one, or all for one reason, a wrong datum.

A school names its township, and its sections the catchments they serve. Where
many stand outside, and nearly all would stand inside if the layer (or that of
the polygons) were of another datum than declared, that is the likely reason.

The test asks how likely it is that a shift of this length brings so many points
inside by chance. If the declaration is right, points stand outside for reasons
of their own, and no direction is better than another: a point comes inside with
the share of all directions in which a shift of that length would do so. Points
that stand in one neighbour of one polygon count once, since one border, drawn
wrongly or followed by a river, is one reason. The number that comes inside then
has a Poisson binomial distribution, whose upper tail, times the number of
mix-ups looked at, is the probability that is compared with a limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from schoolmap.errors import Severity
from schoolmap.errors import Wording
from schoolmap.errors import row_number
from schoolmap.inputs.checks.consistency import first_few
from schoolmap.inputs.checks.consistency import split_labels
from schoolmap.inputs.checks.mixups import mixups

if TYPE_CHECKING:
    import pyproj
    from numpy.typing import NDArray

    from schoolmap.errors import Fault
    from schoolmap.inputs.checks.mixups import Mixup
    from schoolmap.inputs.checks.named import Named

NOISE_M = 60.0
"""Assumption: a point this far outside may be inside: three times a digitising error of 20 m."""
_FEWEST_GAINED = 3
"""Points that a mix-up must explain, less those that it puts outside."""
_LIKELY = 0.05
"""Probability of the shift by chance below which it is told."""
_CERTAIN = 1e-6
"""Probability below which the plan is stopped,"""
_CERTAIN_GAINED = 10
"""if at least so many points are explained,"""
_CERTAIN_INSIDE = 0.9
"""and nearly all stand inside then."""
_DIRECTIONS = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Points with the polygon that each should stand in, in one metric CRS."""

    rows: pd.Index
    """Rows of the points' table."""
    points: NDArray[np.float64]
    """(n, 2), metres."""
    shapes: NDArray[np.object_]
    """Polygon of each point."""
    label: NDArray[np.object_]
    """What the polygon is called."""
    stands: NDArray[np.object_]
    """What the polygon is called in which the point stands; empty if in none."""
    crs: pyproj.CRS

    def distance(self, points: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Return how far outside its polygon each point is in metres, zero inside."""
        where = self.points if points is None else points
        return np.asarray(shapely.distance(self.shapes, shapely.points(where)), dtype=float)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A mix-up that explains why points stand outside."""

    mixup: Mixup
    shift_m: float
    """Median length of the shift."""
    inside: int
    """Points inside as declared."""
    inside_then: int
    """Points inside if it is what happened."""
    of: int
    """Points in all."""
    explained: pd.Index
    """Rows that stand outside as declared and inside then."""
    chance: float
    """Probability that a shift of this length does as well by chance, for any of the mix-ups looked at."""

    @property
    def is_certain(self) -> bool:
        """Say whether it is so clear that the plan must not be made."""
        gained = self.inside_then - self.inside
        return self.chance <= _CERTAIN and gained >= _CERTAIN_GAINED and self.inside_then >= _CERTAIN_INSIDE * self.of


def in_townships(schools: Named, areas: Named) -> Placed | None:
    """
    Place schools in the townships that they name.

    Parameters
    ----------
    schools
        Points with `township`.
    areas
        Polygons, which are townships by their `parent`, `name` or `area`:
        whichever is the first to hold at least half of the townships named.

    Returns
    -------
    placed
        Schools whose township is known. Nothing where none is, or where areas
        are not polygons. A school that stands in an area without `parent` is
        left out.
    """
    points, layer = schools.frame, areas.frame
    if not isinstance(points, gpd.GeoDataFrame) or not isinstance(layer, gpd.GeoDataFrame):
        return None
    if "township" not in points or not layer.geom_type.isin(["Polygon", "MultiPolygon"]).all():
        return None
    named = points["township"].dropna().map(str.strip)
    wanted = set(named)
    for column in ("parent", "name", "area"):
        if column not in layer:
            continue
        label = layer[column].astype(object).map(lambda cell: cell.strip() if isinstance(cell, str) else None)
        if wanted and len(wanted & set(label.dropna())) * 2 >= len(wanted):
            polygons = layer.geometry[label.notna()].groupby(label.dropna()).agg(shapely.union_all)
            unnamed = layer.geometry[label.isna()]
            return _place(points.geometry, named, polygons, besides=unnamed.to_numpy())
    return None


def in_catchments(schools: Named, sections: Named, catchments: Named) -> Placed | None:
    """
    Place schools in the catchments that their sections of one stage say they serve.

    Parameters
    ----------
    schools
        Points with `school`.
    sections
        Rows of one stage, with `school` and `catchment`.
    catchments
        Polygons of the stage, with `catchment`.
    """
    points, layer = schools.frame, catchments.frame
    if not isinstance(points, gpd.GeoDataFrame) or not isinstance(layer, gpd.GeoDataFrame):
        return None
    if "catchment" not in sections.frame:
        return None
    zones = layer.drop_duplicates("catchment").set_index("catchment").geometry
    served = sections.frame.drop_duplicates("school").set_index("school")["catchment"].map(split_labels)
    known = served.map(lambda labels: tuple(label for label in labels if label in zones.index))
    known = known[(known.map(len) > 0) & (known.map(len) == served.map(len))]
    rows = points.drop_duplicates("school").reset_index(names="row").set_index("school")["row"]
    here = known[known.index.isin(rows.index)]
    unions = {labels: shapely.union_all(zones[list(labels)].to_numpy()) for labels in set(here)}
    names = {labels: ", ".join(labels) for labels in unions}
    polygons = pd.Series({names[labels]: shape for labels, shape in unions.items()}, dtype=object)
    named = pd.Series([names[labels] for labels in here], index=rows[here.index].to_numpy(), dtype=object)
    return _place(points.geometry, named, polygons, besides=np.array([], dtype=object))


def _place(
    points: gpd.GeoSeries, named: pd.Series, polygons: pd.Series, *, besides: NDArray[np.object_]
) -> Placed | None:
    """Put points and their polygons side by side."""
    known = named[named.isin(polygons.index)].sort_index()
    centres = shapely.centroid(points.loc[known.index].to_numpy())
    if len(besides):
        apart = shapely.intersects(shapely.union_all(besides), centres)
        known, centres = known[~apart], centres[~apart]
    if known.empty or points.crs is None:
        return None
    tree = shapely.STRtree(polygons.to_numpy())
    hit, zone = tree.query(centres, predicate="intersects")
    stands = pd.Series(polygons.index[zone].astype(str), index=hit).groupby(level=0).min()
    return Placed(
        rows=known.index,
        points=shapely.get_coordinates(centres),
        shapes=polygons.loc[known].to_numpy(),
        label=known.to_numpy(),
        stands=stands.reindex(range(len(known)), fill_value="").to_numpy(),
        crs=points.crs,
    )


def common_shift(placed: Placed, *, declared: str, of_polygons: str) -> Shift | None:
    """
    Return the mix-up of datums that explains best why points stand outside their polygons.

    Parameters
    ----------
    placed
        Points within China.
    declared, of_polygons
        CRS or datum that the points and the polygons are declared to have.

    Returns
    -------
    shift
        Nothing where no mix-up brings at least three more points inside than
        it puts outside, four times as many, and more than chance would.
    """
    outside = placed.distance()
    out = outside > NOISE_M
    if out.sum() < _FEWEST_GAINED:
        return None
    ways = mixups(declared, of_polygons)
    best: tuple[tuple[int, float], Shift] | None = None
    for way in ways:
        moved = way.move(placed.points, crs=placed.crs)
        then = placed.distance(moved)
        gained, lost = out & (then <= NOISE_M), ~out & (then > NOISE_M)
        if gained.sum() - lost.sum() < _FEWEST_GAINED or lost.sum() * 4 > gained.sum():
            continue
        lengths = np.hypot(*(moved - placed.points).T)
        chance = min(1.0, len(ways) * _by_chance(placed, np.flatnonzero(out), gained[out], lengths[out]))
        shift = Shift(
            mixup=way,
            shift_m=float(np.median(lengths)),
            inside=int((~out).sum()),
            inside_then=int((then <= NOISE_M).sum()),
            of=len(out),
            explained=placed.rows[gained],
            chance=chance,
        )
        rank = (shift.inside_then, -float(then.sum()))
        if best is None or rank > best[0]:
            best = rank, shift
    return best[1] if best is not None and best[1].chance <= _LIKELY else None


def _by_chance(placed: Placed, out: NDArray[np.intp], gained: NDArray[np.bool_], lengths: NDArray[np.float64]) -> float:
    """Return the probability that shifts of these lengths in any direction bring as many reasons inside, or more."""
    angles = np.arange(_DIRECTIONS) * (2.0 * np.pi / _DIRECTIONS)
    around = np.column_stack([np.cos(angles), np.sin(angles)])
    tried = placed.points[out][:, None, :] + lengths[:, None, None] * around[None, :, :]
    shapes = placed.shapes[out]
    shapely.prepare(shapes)
    comes_in = shapely.dwithin(shapes[:, None], shapely.points(tried), NOISE_M)
    # what happened is one of the directions
    share = np.maximum(comes_in.mean(axis=1), 1.0 / _DIRECTIONS)
    reasons = pd.DataFrame(
        {"label": placed.label[out], "stands": placed.stands[out], "share": share, "gained": gained.astype(float)},
    ).groupby(["label", "stands"])
    return poisson_binomial_tail(reasons["share"].max().to_numpy(), int((reasons["gained"].mean() > 0.5).sum()))


def poisson_binomial_tail(probabilities: NDArray[np.float64], least: int) -> float:
    """
    Return the probability that at least so many of independent events happen.

    Examples
    --------
    >>> poisson_binomial_tail(np.array([0.5, 0.5, 0.5]), 2)
    0.5
    >>> round(poisson_binomial_tail(np.array([0.1, 0.2]), 2), 9)
    0.02
    """
    distribution = np.array([1.0])
    for probability in probabilities:
        distribution = np.convolve(distribution, [1.0 - probability, probability])
    # the tail itself is added up: one less the rest would round small ones to nothing
    return float(distribution[least:].sum()) if least > 0 else 1.0


def shift_fault(table: Named, shift: Shift, *, polygons: Named, what: tuple[str, str]) -> Fault:
    """
    Tell of a shift: how many points stand where they should, the likely cause, by how much, and which rows.

    Parameters
    ----------
    table, polygons
        The layers.
    shift
        What was found.
    what
        What the polygons are to the points, in English and Chinese.
    """
    cause, cause_zh = shift.mixup.cause(table.called, polygons.called)
    rows = first_few(row_number(row) for row in shift.explained)
    wording = Wording(
        f"{shift.inside} of {shift.of} stand in {what[0]}; {shift.inside_then} would if {cause}: "
        f"they are {shift.shift_m:,.0f} m off. Outside as declared: row {rows}.",
        "Compare two or three of them with a map, and declare the true datum as `crs` in project.toml.",
        f"{shift.of} 个点中只有 {shift.inside} 个位于{what[1]}内;若 {cause_zh},则有 {shift.inside_then} 个:"
        f"偏移约 {shift.shift_m:,.0f} 米。按现声明位于其外的:第 {rows} 行。",
        "请先在地图上核对两三处,再在 project.toml 中以 `crs` 写明真实的坐标系。",
    )
    severity = Severity.ERROR if shift.is_certain else Severity.WARNING
    return table.fault(wording, column="crs", severity=severity)


def standing_outside(schools: Named, placed: Placed, *, explained: pd.Index, label: str = "school") -> list[Fault]:
    """
    Warn of schools that stand outside the township they name for reasons of their own.

    Parameters
    ----------
    schools
        With `school`, or another column of codes.
    placed
        Schools in their townships.
    explained
        Rows that a common shift explains: they are not told again.
    label
        Column of the codes.

    Returns
    -------
    faults
        With the distance to the township, and the one that the school stands in.
    """
    faults = []
    told = set(explained)
    for row, metres, township, stands in zip(placed.rows, placed.distance(), placed.label, placed.stands, strict=True):
        if metres <= NOISE_M or row in told:
            continue
        wording = Wording(
            f"stands {metres:,.0f} m outside {township}, in {stands or 'no township'}.",
            "Correct the township or the coordinates.",
            f"位于“{township}”之外 {metres:,.0f} 米,{f'在“{stands}”内' if stands else '不在任何乡镇内'}。",
            "请更正所在乡镇或坐标。",
        )
        faults.append(
            schools.fault(
                wording,
                row=row,
                column="township",
                value=schools.frame.at[row, label],
                severity=Severity.WARNING,
            ),
        )
    return schools.first(faults, column="township")
