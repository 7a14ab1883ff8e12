"""
Measure which share of each shape lies in each zone, by position.

The labels, the checks and the sentences are in `overlay`; here is the measure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy import sparse

from schoolmap.space.overlaps import SLIVER_M2
from schoolmap.space.surface import ROUNDING
from schoolmap.space.surface import common_surface
from schoolmap.space.surface import cut
from schoolmap.space.surface import touching

if TYPE_CHECKING:
    import numpy.typing as npt

    from schoolmap.space.surface import Positions
    from schoolmap.space.surface import Shapes

_EXACT = 1e-9
"""Relative difference of two totals that is rounding of the arithmetic."""

_LEAST = 1e-10
"""Share of an area that is rounding when one share is taken from another."""


def as_weights(area: pd.Index, catchment: pd.Index, share: npt.NDArray[np.float64]) -> pd.Series:
    """Return shares by `(area, catchment)`; totals that differ from 1 by a billionth, or that are above it, are 1."""
    index = pd.MultiIndex.from_arrays([area, catchment], names=["area", "catchment"])
    codes = index.codes[0]
    total = np.bincount(codes, weights=share, minlength=len(index.levels[0]))
    # what is left above one, and a billionth below it, is rounding of coordinates
    total[total < 1 - _EXACT] = 1.0
    return pd.Series(share / total[codes], index=index, name="share")


def shares(
    shapes: Shapes,
    zones: Shapes,
) -> tuple[Positions, Positions, npt.NDArray[np.float64]]:
    """
    Measure the share of each shape that lies in each zone.

    Parameters
    ----------
    shapes
        Sound polygons, points or lines; what has no surface is placed as a
        whole in the first zone that it touches.
    zones
        Sound polygons that do not overlap.

    Returns
    -------
    at_shape, at_zone, share
        Positions of each pair and the share in (0, 1], in the order of the shapes, then of the zones.
    """
    has_surface = shapely.get_dimensions(shapes) == 2
    solid, flat = np.flatnonzero(has_surface), np.flatnonzero(~has_surface)
    shape, zone = touching(shapes[solid], zones)
    shape = solid[shape]
    surface = shapely.area(shapes)
    share = common_surface(shapes, zones, shape, zone) / surface[shape]
    real = share > ROUNDING
    first = first_zone(shapes[flat], zones)
    held = first >= 0
    shape = np.concatenate([shape[real], flat[held]])
    zone = np.concatenate([zone[real], first[held]])
    # within a thousandth of a billionth of the whole it is the whole
    share = np.concatenate([np.where(share[real] > 1 - ROUNDING, 1.0, share[real]), np.ones(held.sum())])
    order = np.argsort(shape, kind="stable")
    return shape[order], zone[order], share[order]


def first_zone(places: Shapes, zones: Shapes) -> Positions:
    """Return the position of the first zone that holds or touches each place, -1 where none does."""
    # zones are the ones to ask, because a prepared outline answers many questions
    zone, place = shapely.STRtree(places).query(zones, predicate="intersects")
    first = np.full(len(places), len(zones))
    np.minimum.at(first, place, zone)
    return np.where(first < len(zones), first, -1)


def shares_of_claims(
    shapes: Shapes,
    zones: Shapes,
) -> tuple[Positions, Positions, npt.NDArray[np.float64]]:
    """Measure shares where zones overlap, dividing what several claim equally among them."""
    pieces, piece, zone = _pieces(zones)
    claims = np.bincount(piece, minlength=len(pieces))
    shape, at_piece, share = shares(shapes, pieces)
    matrix = sparse.coo_array((share, (shape, at_piece)), shape=(len(shapes), len(pieces))).tocsr()
    owners = sparse.coo_array((1 / claims[piece], (piece, zone)), shape=(len(pieces), len(zones))).tocsr()
    product = (matrix @ owners).tocoo()
    order = np.lexsort((product.col, product.row))
    return product.row[order], product.col[order], product.data[order]


def _pieces(
    zones: Shapes,
) -> tuple[Shapes, Positions, Positions]:
    """Cut zones that overlap into pieces that do not; return the pieces and which zones claim each."""
    left, right = touching(zones, zones)
    left, right = left[left < right], right[left < right]
    real = common_surface(zones, zones, left, right) > SLIVER_M2
    links = sparse.coo_array((np.ones(real.sum()), (left[real], right[real])), shape=(len(zones), len(zones)))
    _, group = sparse.csgraph.connected_components(links, directed=False)
    alone = np.bincount(group)[group] == 1
    pieces, piece, zone = [zones[alone]], [np.arange(alone.sum())], [np.flatnonzero(alone)]
    for number in np.unique(group[~alone]):
        members = np.flatnonzero(group == number)
        lines = shapely.union_all(shapely.boundary(zones[members]))
        faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
        at_member, at_face = shapely.STRtree(shapely.point_on_surface(faces)).query(zones[members], "intersects")
        # holes that several outlines enclose together belong to nobody
        used, face = np.unique(at_face, return_inverse=True)
        piece.append(face + sum(len(part) for part in pieces))
        zone.append(members[at_member])
        pieces.append(faces[used])
    return np.concatenate(pieces), np.concatenate(piece), np.concatenate(zone)


def shares_by_pair(
    shapes: Shapes,
    share: npt.NDArray[np.float64],
    area: Positions,
    old: Shapes,
    new: Shapes,
) -> pd.Series:
    """Divide pieces of areas among pairs of zones, by positions; one past the last zone stands for none."""
    piece, source, first = shares(shapes, old)
    parts = shapes[piece]
    divided = first < 1
    parts[divided] = cut(parts[divided], old[source[divided]])
    part, target, second = shares(parts, new)
    other, also, alone = shares(shapes, new)

    def table(area: Positions, **columns: npt.NDArray[np.generic]) -> pd.Series:
        frame = pd.DataFrame({"area": area, **columns})
        return frame.groupby(list(frame.columns[:-1]))["share"].sum()

    both = table(
        area[piece[part]],
        **{"from": source[part], "to": target, "share": share[piece[part]] * first[part] * second},
    )
    out = table(area[piece], **{"from": source, "share": share[piece] * first})
    out = out.sub(both.groupby(level=["area", "from"]).sum(), fill_value=0.0)
    into = table(area[other], to=also, share=share[other] * alone)
    into = into.sub(both.groupby(level=["area", "to"]).sum(), fill_value=0.0)
    total = pd.Series(1.0, index=pd.Index(np.unique(area), name="area"))
    inside = _sum_by_area(both).add(_sum_by_area(out), fill_value=0.0).add(_sum_by_area(into), fill_value=0.0)
    nowhere = total.sub(inside, fill_value=0.0)
    rows = pd.concat(
        [
            both.reset_index(),
            out.rename("share").reset_index().assign(to=len(new)),
            into.rename("share").reset_index().assign(**{"from": len(old)}),
            nowhere.rename("share").reset_index().assign(**{"from": len(old), "to": len(new)}),
        ],
        ignore_index=True,
    )
    divided_areas = rows[rows["share"] > _LEAST].set_index(["area", "from", "to"])["share"].sort_index()
    total_by_area = divided_areas.groupby(level="area").transform("sum")
    return divided_areas / total_by_area


def _sum_by_area(shares_of_pairs: pd.Series) -> pd.Series:
    """Sum shares over everything but the area."""
    return shares_of_pairs.groupby(level="area").sum()
