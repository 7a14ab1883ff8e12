"""
Examine catchments that should fit together, and repair what drawing has done, change by change.

Where catchments overlap, a child has two; where there is a gap, it has none.
Both happen where neighbours were drawn one by one. What is as thin as the
drawing is exact can be mended by rule. What is larger is a decision of people,
so it is shown, and left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from schoolmap import checks
from schoolmap.space.faces import arrange
from schoolmap.space.faces import at_most_wide
from schoolmap.space.faces import put_together
from schoolmap.space.faces import widths
from schoolmap.space.geometry import require_sound
from schoolmap.space.owners import finders
from schoolmap.space.owners import keepers
from schoolmap.space.owners import scraps
from schoolmap.space.owners import with_owner

if TYPE_CHECKING:
    import numpy.typing as npt
    from scipy import sparse

    from schoolmap.space.owners import Keeper

    Shapes = npt.NDArray[np.object_]
    Positions = npt.NDArray[np.int64]

KINDS = ("overlap", "overlap_sliver", "gap", "gap_sliver", "hole", "part", "edge")
"""Kinds of faults, in the order in which they are listed."""

_CLOSE_M = 1e-5
"""Distance up to which lines lie on each other."""

_MOST_STEPS = 20
"""Steps after which a repair ends; two or three are usual."""

_LEAST_M2 = 1e-7
"""A change of surface up to a tenth of a square millimetre is not worth a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairedCoverage:
    """
    Catchments that fit together, and what was done to them.

    Attributes
    ----------
    coverage
        A new layer with the same labels, columns and CRS.
    changes
        One row per change, by catchment, with the columns:
          - `catchment` - whose outline was changed
          - `what` - `"overlap given up"`, `"gap filled"`, `"scrap given up"` and
            `"scrap taken"` where an overlap cut off a narrow piece, or `"edges
            matched"` where only vertices were added or moved by rounding
          - `m2` - square metres gained; negative where lost. They add up to
            the change of the catchment's surface.
          - `other` - the catchment that has what was given up, or had what was
            taken; else missing
          - `x`, `y` - a place within, in the CRS of the layer
    """

    coverage: gpd.GeoDataFrame
    changes: pd.DataFrame


def examine(
    coverage: gpd.GeoDataFrame,
    *,
    within: gpd.GeoDataFrame | None = None,
    sliver_m: float = 1.0,
    hole_m2: float = 10_000.0,
) -> pd.DataFrame:
    """
    List every place where catchments do not fit together.

    Parameters
    ----------
    coverage
        Polygons indexed by catchment, in a metric CRS.
    within
        The planning area: all of it should be covered. Without it, a gap is
        what catchments enclose, or a strip up to `sliver_m` wide between two of
        them that is open to the outside.
    sliver_m
        Width in metres up to which an overlap or a gap is a sliver: drawing
        rather than ground.
    hole_m2
        Surface in square metres from which a gap that is no sliver is a hole: a
        lake, a garrison, or a catchment that is missing.

    Returns
    -------
    faults
        One row per place, the largest of each kind first, with the columns:
          - `kind` - `"overlap"`, `"overlap_sliver"`, `"gap"`, `"gap_sliver"`,
            `"hole"`, `"part"` (one of several parts of a catchment, each
            listed) or `"edge"` (a border on which neighbours have different
            vertices)
          - `catchments` - tuple of those concerned, sorted: the claimants of an
            overlap, the neighbours of a gap
          - `m2` - surface; of an edge 0
          - `width_m` - diameter of the largest circle that fits in
          - `length_m` - half the outline, about the length of what is thin; of
            an edge its length
          - `x`, `y` - a place within
        Overlaps and gaps narrower than a tenth of a millimetre are rounding of
        coordinates and show as edges.

    Raises
    ------
    CRSError, LabelError, GeometryError
        If the layer cannot be measured; see `geometry.require_sound`.

    Examples
    --------
    >>> zones = gpd.GeoDataFrame(
    ...     geometry=[shapely.box(0, 0, 500, 900), shapely.box(490, 0, 990, 900), shapely.box(990.5, 0, 1500, 900)],
    ...     index=["west", "middle", "east"],
    ...     crs="EPSG:4546",
    ... )
    >>> examine(zones)[["kind", "catchments", "m2", "width_m"]].round(1)
             kind      catchments      m2  width_m
    0     overlap  (middle, west)  9000.0     10.0
    1  gap_sliver  (east, middle)   450.0      0.5
    """
    shapes, ground = _checked(coverage, within)
    faces = arrange(shapes, within=ground, strip_m=sliver_m)
    faulty = np.flatnonzero((faces.claimants != 1) & ~at_most_wide(faces.shapes, 0))
    gap = faces.claimants[faulty] == 0
    found = faces.shapes[faulty]
    width, surface = widths(found), shapely.area(found)
    thin = width <= sliver_m * (1 + 1e-3)
    kind = np.select(
        [gap & thin, gap & (surface >= hole_m2), gap, thin],
        ["gap_sliver", "hole", "gap", "overlap_sliver"],
        default="overlap",
    )
    # the border of a gap is shared with those around it; an overlap is its claimants'
    around = (faces.border_m @ faces.claims) > 0
    concerned = [
        _row(around if is_gap else faces.claims, face) for face, is_gap in zip(faulty.tolist(), gap, strict=True)
    ]
    parts = _parts(shapes)
    edges, of_edge = _unmatched(shapes, found)
    table = _listed(
        coverage.index,
        kind=np.concatenate([kind, np.full(len(parts), "part"), np.full(len(edges), "edge")]),
        concerned=[*concerned, *(np.array([at]) for at in [*(at for at, _ in parts), *of_edge])],
        shapes=np.concatenate([found, np.array([part for _, part in parts], dtype=object), edges]),
    )
    thinness = pd.Series(0.0, index=table.index)
    thinness[table["kind"] != "edge"] = np.concatenate([width, widths(np.array([p for _, p in parts], dtype=object))])
    table.insert(3, "width_m", thinness)
    rank = table["kind"].map({name: number for number, name in enumerate(KINDS)})
    return table.iloc[np.lexsort((table["y"], table["x"], -table["length_m"], -table["m2"], rank))].reset_index(
        drop=True
    )


def repair(
    coverage: gpd.GeoDataFrame,
    *,
    widest_gap_m: float,
    largest_overlap: float = 0.01,
    keep: Keeper = "longest_border",
    within: gpd.GeoDataFrame | None = None,
) -> RepairedCoverage:
    """
    Make catchments fit: give up small overlaps, fill narrow gaps, match edges.

    Whoever claims ground keeps it unless another does too. Larger overlaps,
    wider gaps and parts apart are decisions and stay: `examine` the result.

    Parameters
    ----------
    coverage
        Polygons indexed by catchment, in a metric CRS.
    widest_gap_m
        Gaps with no place wider than this, in metres, go to the catchment with
        which they share the longest border; and so do scraps that an overlap
        cut off from their catchment.
    largest_overlap
        Overlaps up to this share of the smaller catchment are given to one;
        each place by itself.
    keep
        Who keeps an overlap: the claimant with the longest border to it, the
        larger or the smaller catchment. Between equals, here and for gaps, it
        is the label that sorts first.
    within
        The planning area, all of which should be covered. Without it, gaps are
        what catchments enclose, and strips between two of them.

    Returns
    -------
    repaired
        The new layer and its changes. Doing it twice changes nothing more.

    Raises
    ------
    CRSError, LabelError, GeometryError
        If the layer cannot be measured; see `geometry.require_sound`.
    ValueError
        If `largest_overlap` is no share or `widest_gap_m` is negative.

    Notes
    -----
    The layer is cut into faces, and catchments are put together from them with
    `shapely.coverage_union_all`. `shapely.coverage_clean` would decide every
    overlap whatever its size, and sees no strip that is open to the outside.

    Examples
    --------
    >>> zones = gpd.GeoDataFrame(
    ...     geometry=[shapely.box(0, 0, 502, 900), shapely.box(500, 0, 990, 900), shapely.box(990.5, 0, 1500, 900)],
    ...     index=["west", "middle", "east"],
    ...     crs="EPSG:4546",
    ... )
    >>> repair(zones, widest_gap_m=1).changes[["catchment", "what", "m2", "other"]].round(1)
      catchment              what      m2   other
    0      east        gap filled   450.0    None
    1      west  overlap given up -1800.0  middle
    """
    shapes, ground = _checked(coverage, within)
    if not 0 <= largest_overlap < 1:
        msg = f"`largest_overlap` is a share of the smaller catchment in [0, 1), got {largest_overlap}."
        raise ValueError(msg)
    if not widest_gap_m >= 0:
        msg = f"`widest_gap_m` is a width in metres, 0 or more, got {widest_gap_m}."
        raise ValueError(msg)
    rank = _rank(coverage.index)
    now, steps = shapes, []
    for _ in range(_MOST_STEPS):
        # what one step gives or cuts off may leave something small to the next
        after, changes = _step(
            now, shapes, rank, widest_gap_m=widest_gap_m, largest_overlap=largest_overlap, keep=keep, within=ground
        )
        steps.append(changes)
        if all(new is old for new, old in zip(after, now, strict=True)):
            break
        now = after
    layer = coverage.set_geometry(gpd.GeoSeries(now, index=coverage.index, crs=coverage.crs))
    return RepairedCoverage(coverage=layer, changes=_by_label(pd.concat(steps), coverage.index))


def _step(
    shapes: Shapes,
    original: Shapes,
    rank: Positions,
    *,
    widest_gap_m: float,
    largest_overlap: float,
    keep: Keeper,
    within: shapely.Geometry | None,
) -> tuple[Shapes, pd.DataFrame]:
    """Repair once: return the polygons and the changes, by position."""
    faces = arrange(shapes, within=within, strip_m=widest_gap_m)
    decided, keeper = keepers(faces, shapely.area(shapes), rank, keep=keep, largest_overlap=largest_overlap)
    owned = with_owner(faces.claims, decided, keeper)
    filled, finder = finders(faces, owned, rank, widest_gap_m=widest_gap_m)
    owned = with_owner(owned, filled, finder)
    scrap, taker = scraps(faces, owned, rank, original=original, widest_m=widest_gap_m)
    giver = faces.claims[scrap].nonzero()[1]
    owned = with_owner(owned, scrap, taker)
    given, loser = faces.claims[decided].nonzero()
    lost = loser != keeper[given]
    rows = [
        ("overlap given up", loser[lost], -1, keeper[given[lost]], decided[given[lost]]),
        ("gap filled", finder, 1, np.full(len(finder), -1), filled),
        ("scrap given up", giver, -1, taker, scrap),
        ("scrap taken", taker, 1, giver, scrap),
    ]
    changes = pd.concat(
        pd.DataFrame(
            {
                "position": whose,
                "what": what,
                "m2": sign * shapely.area(shape),
                "other": other,
                "place": shapely.point_on_surface(shape),
            }
        )
        for what, whose, sign, other, face in rows
        for shape in [faces.shapes[face]]
    )
    after = put_together(faces, owned, shapes)
    return after, _with_matched_edges(changes, shapes, after)


def _by_label(changes: pd.DataFrame, labels: pd.Index) -> pd.DataFrame:
    """Return changes with labels in place of positions, sorted."""
    other = [labels[at] if at >= 0 else None for at in changes["other"]]
    place = changes["place"].to_numpy()
    table = pd.DataFrame(
        {
            "catchment": labels[changes["position"]],
            "what": changes["what"].to_numpy(),
            "m2": changes["m2"].to_numpy(),
            "other": pd.Series(other, dtype=object),
            "x": shapely.get_x(place),
            "y": shapely.get_y(place),
        },
    )
    order = np.lexsort((table["y"], table["x"], table["what"], table["catchment"].map(str)))
    return table.iloc[order].reset_index(drop=True)


def _checked(
    coverage: gpd.GeoDataFrame,
    within: gpd.GeoDataFrame | None,
) -> tuple[Shapes, shapely.Geometry | None]:
    """Return the polygons and the planning area, or raise if they cannot be measured."""
    require_sound(coverage, kinds=["polygon"], what="`coverage`")
    shapes: Shapes = coverage.geometry.to_numpy()
    if within is None:
        return shapes, None
    checks.require_same_metric_crs(coverage, within)
    require_sound(within, kinds=["polygon"], what="`within`")
    return shapes, shapely.union_all(within.geometry.to_numpy())


def _rank(labels: pd.Index) -> Positions:
    """Return the place of each label among them all, sorted as text, whatever they are."""
    return np.argsort(np.argsort(np.array([str(label) for label in labels], dtype=object), kind="stable"))


def _row(matrix: sparse.csr_array, row: int) -> Positions:
    columns: Positions = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
    return columns


def _listed(
    labels: pd.Index, *, kind: npt.NDArray[np.str_], concerned: list[Positions], shapes: Shapes
) -> pd.DataFrame:
    """Describe faulty places."""
    names = [tuple(sorted((labels[at] for at in positions), key=str)) for positions in concerned]
    line = shapely.get_dimensions(shapes) == 1
    place = shapely.point_on_surface(shapes)
    return pd.DataFrame(
        {
            "kind": kind.astype(object),
            "catchments": pd.Series(names, dtype=object),
            "m2": shapely.area(shapes),
            "length_m": np.where(line, 1.0, 0.5) * shapely.length(shapes),
            "x": shapely.get_x(place),
            "y": shapely.get_y(place),
        },
    )


def _parts(shapes: Shapes) -> list[tuple[int, shapely.Geometry]]:
    """Return the parts of polygons that have several."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    several = np.bincount(owner, minlength=len(shapes))[owner] > 1
    return list(zip(owner[several].tolist(), parts[several], strict=True))


def _unmatched(shapes: Shapes, found: Shapes) -> tuple[Shapes, Positions]:
    """Return, per polygon, the edges that its neighbours do not have, apart from those of faults already found."""
    wrong = np.asarray(shapely.coverage_invalid_edges(shapes))
    lines, owner = shapely.get_parts(wrong, return_index=True)
    points, line = shapely.get_coordinates(lines, return_index=True)
    same = line[1:] == line[:-1]
    edges: Shapes = np.asarray(shapely.linestrings(np.stack([points[:-1][same], points[1:][same]], axis=1)))
    of_edge = owner[line[:-1][same]]
    told, _ = shapely.STRtree(found).query(edges, predicate="dwithin", distance=_CLOSE_M)
    keep = np.ones(len(edges), dtype=bool)
    keep[told] = False
    edges, of_edge = edges[keep], of_edge[keep]
    polygons = np.unique(of_edge)
    merged = [shapely.line_merge(shapely.multilinestrings(edges[of_edge == at])) for at in polygons]
    return np.array(merged, dtype=object), polygons


def _with_matched_edges(listed: pd.DataFrame, before: Shapes, after: Shapes) -> pd.DataFrame:
    """List what rounding did to the polygons, so that the changes add up."""
    touched = np.array([new is not old for new, old in zip(after, before, strict=True)], dtype=bool)
    told = np.bincount(listed["position"], weights=listed["m2"], minlength=len(before))
    rest = shapely.area(after) - shapely.area(before) - told
    silent = touched & ~np.isin(np.arange(len(before)), listed["position"])
    at = np.flatnonzero(silent | (touched & (np.abs(rest) > _LEAST_M2)))
    matched = pd.DataFrame(
        {
            "position": at,
            "what": "edges matched",
            "m2": rest[at],
            "other": -1,
            "place": shapely.point_on_surface(after[at]),
        },
    )
    return pd.concat([listed, matched], ignore_index=True)
