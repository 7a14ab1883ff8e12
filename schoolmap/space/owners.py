"""Decide by rule who gets a face that several polygons claim, or that none does."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Literal

import numpy as np
import shapely
from scipy import sparse

from schoolmap.space.faces import at_most_wide

if TYPE_CHECKING:
    import numpy.typing as npt

    from schoolmap.space.faces import Faces

    Positions = npt.NDArray[np.int64]
    Shapes = npt.NDArray[np.object_]
    Numbers = npt.NDArray[np.float64]

Keeper = Literal["longest_border", "larger", "smaller"]
"""Who keeps a face that several claim: the one with the longest border to it, the larger or the smaller polygon."""

_DIGITS = 6
"""Decimals of a metre, or of a square metre, to which two borders or surfaces are equal."""


_LEAST_M2 = 1e-9
"""Difference of surface that is more than rounding."""


def keepers(
    faces: Faces,
    surface_m2: Numbers,
    rank: Positions,
    *,
    keep: Keeper,
    largest_overlap: float,
) -> tuple[Positions, Positions]:
    """
    Decide the faces that several polygons claim, where they are small.

    Parameters
    ----------
    faces
        Faces of the layer.
    surface_m2
        Surface of each polygon of the layer.
    rank
        Place of each polygon among equals.
    keep
        Who keeps a face.
    largest_overlap
        Share of its smallest claimant up to which a face is decided by rule.

    Returns
    -------
    decided, keeper
        Positions of faces, and of the polygon that keeps each. Nobody loses the
        last of its ground: where a polygon would, nothing of it is decided.
    """
    doubled = np.flatnonzero(faces.claimants > 1)
    claims = faces.claims[doubled]
    face, polygon = claims.nonzero()
    smallest = np.full(len(doubled), np.inf)
    np.minimum.at(smallest, face, surface_m2[polygon])
    small = shapely.area(faces.shapes[doubled]) <= largest_overlap * smallest
    small |= at_most_wide(faces.shapes[doubled], 0)
    if keep == "longest_border":
        # only claimants count, each also where it has no border with the face
        around = (faces.border_m[doubled] @ faces.claims).tocsr()
        weight = np.asarray(around[face, polygon]).ravel() if len(face) > 0 else np.array([])
    else:
        weight = surface_m2[polygon] if keep == "larger" else -surface_m2[polygon]
    at, best = _best(face, polygon, weight, rank)
    decided, keeper = doubled[at][small[at]], best[small[at]]
    left = with_owner(faces.claims, decided, keeper).sum(axis=0)
    last = np.asarray(faces.claims[:, left == 0].sum(axis=1)).ravel()[decided] > 0
    return decided[~last], keeper[~last]


def finders(
    faces: Faces,
    owned: sparse.csr_array,
    rank: Positions,
    *,
    widest_gap_m: float,
) -> tuple[Positions, Positions]:
    """
    Decide the faces that no polygon claims, where they are narrow.

    Parameters
    ----------
    faces
        Faces of the layer.
    owned
        Who has which face, one row per face, one column per polygon.
    rank
        Place of each polygon among equals.
    widest_gap_m
        Largest width, in metres, of a face that is decided by rule.

    Returns
    -------
    filled, finder
        Positions of faces, and of the polygon with the longest border to each.
    """
    gaps = np.flatnonzero(faces.claimants == 0)
    gaps = gaps[at_most_wide(faces.shapes[gaps], widest_gap_m)]
    filled, found = gaps[:0], gaps[:0]
    while len(gaps) > 0:
        around = (faces.border_m[gaps] @ owned).tocoo()
        at, best = _best(around.coords[0], around.coords[1], around.data, rank)
        if len(at) == 0:
            break
        filled, found = np.concatenate([filled, gaps[at]]), np.concatenate([found, best])
        owned = with_owner(owned, gaps[at], best)
        # a gap behind a gap has a neighbour now
        gaps = np.delete(gaps, at)
    return filled, found


def scraps(
    faces: Faces,
    owned: sparse.csr_array,
    rank: Positions,
    *,
    original: Shapes,
    widest_m: float,
) -> tuple[Positions, Positions]:
    """
    Decide the scraps that were cut off from their polygon, where they are narrow.

    Parameters
    ----------
    faces
        Faces of the layer as it is now.
    owned
        Who has which face, one row per face, one column per polygon.
    rank
        Place of each polygon among equals.
    original
        Polygons of the layer as it was. A part that was apart then is no scrap.
    widest_m
        Largest width, in metres, of a scrap.

    Returns
    -------
    scrap, taker
        Positions of faces, and of the other polygon with the longest border to each.
    """
    around = (faces.border_m @ owned).tocsr()
    single = np.flatnonzero(faces.claimants == 1)
    owner = owned.indices[owned.indptr[single]]
    apart = np.asarray(around[single, owner]).ravel() == 0 if len(single) > 0 else np.array([], dtype=bool)
    apart &= owned.sum(axis=0)[owner] > 1
    single, owner = single[apart], owner[apart]
    narrow = at_most_wide(faces.shapes[single], widest_m)
    single, owner = single[narrow], owner[narrow]
    parts, whole = shapely.get_parts(original, return_index=True)
    scrap, part = shapely.STRtree(parts).query(shapely.point_on_surface(faces.shapes[single]), predicate="within")
    was_more = (whole[part] == owner[scrap]) & (
        shapely.area(parts[part]) > shapely.area(faces.shapes[single[scrap]]) + _LEAST_M2
    )
    cut = np.unique(scrap[was_more])
    single, owner = single[cut], owner[cut]
    rest = around[single].tocoo()
    other = rest.coords[1] != owner[rest.coords[0]]
    at, taker = _best(rest.coords[0][other], rest.coords[1][other], rest.data[other], rank)
    return single[at], taker


def with_owner(claims: sparse.csr_array, face: Positions, owner: Positions) -> sparse.csr_array:
    """Return claims in which each of these faces has one owner and no other claimant."""
    keep = np.ones(claims.shape[0])
    keep[face] = 0
    own = sparse.csr_array((np.ones(len(face)), (face, owner)), shape=claims.shape)
    result = (sparse.diags_array(keep) @ claims + own).tocsr()
    result.eliminate_zeros()
    return result


def _best(face: Positions, polygon: Positions, weight: Numbers, rank: Positions) -> tuple[Positions, Positions]:
    """Return each face and its polygon of the highest weight; of equals, the first by rank."""
    order = np.lexsort((rank[polygon], -np.round(weight, _DIGITS), face))
    faces, first = np.unique(face[order], return_index=True)
    return faces, polygon[order][first]
