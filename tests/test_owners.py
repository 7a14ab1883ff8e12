"""Who gets a face that several claim, or none: the rule, its limits and its ties."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from shapely import Polygon
from shapely import box

from schoolmap.space.faces import Faces
from schoolmap.space.faces import arrange
from schoolmap.space.owners import finders
from schoolmap.space.owners import keepers
from schoolmap.space.owners import scraps
from schoolmap.space.owners import with_owner


def cut(*shapes: shapely.Geometry) -> tuple[Faces, np.ndarray]:
    """Return faces of these polygons, and the polygons."""
    polygons = np.array(shapes, dtype=object)
    return arrange(polygons, within=None, strip_m=0), polygons


def test_an_overlap_goes_to_whom_it_borders_most() -> None:
    """A tongue of the first polygon in the second has three sides there."""
    faces, shapes = cut(shapely.union(box(0, 0, 100, 100), box(100, 40, 110, 50)), box(100, 0, 300, 100))
    rank = np.arange(2)
    (decided,), (keeper,) = keepers(faces, shapely.area(shapes), rank, keep="longest_border", largest_overlap=0.5)
    assert shapely.area(faces.shapes[decided]) == 100
    assert keeper == 1
    for keep, expected in (("larger", 1), ("smaller", 0)):
        _, (keeper,) = keepers(faces, shapely.area(shapes), rank, keep=keep, largest_overlap=0.5)  # type: ignore[arg-type]
        assert keeper == expected


@pytest.mark.parametrize(("largest", "decided"), [(0.05, 0), (0.1, 1), (0.2, 1)])
def test_the_share_is_that_of_the_smaller(largest: float, decided: int) -> None:
    """Ten metres of a hundred are a tenth of the one and a thirtieth of the other; the bound is included."""
    faces, shapes = cut(box(0, 0, 100, 100), box(90, 0, 390, 100))
    assert len(keepers(faces, shapely.area(shapes), np.arange(2), keep="larger", largest_overlap=largest)[0]) == decided


@pytest.mark.parametrize("rank", [[0, 1], [1, 0]])
def test_between_equals_the_rank_decides(rank: list[int]) -> None:
    """Two equal squares with an overlap, and with a gap, between them."""
    faces, shapes = cut(box(0, 0, 100, 100), box(99, 0, 199, 100))
    for keep in ("longest_border", "larger", "smaller"):
        _, keeper = keepers(faces, shapely.area(shapes), np.array(rank), keep=keep, largest_overlap=0.5)  # type: ignore[arg-type]
        assert keeper.tolist() == [rank.index(0)]
    left = Polygon([(0, 0), (100, 0), (100, 40), (99, 40), (99, 60), (100, 60), (100, 100), (0, 100)])
    right = Polygon([(100, 0), (200, 0), (200, 100), (100, 100), (100, 60), (101, 60), (101, 40), (100, 40)])
    faces, _ = cut(left, right)
    _, finder = finders(faces, faces.claims, np.array(rank), widest_gap_m=5)
    assert finder.tolist() == [rank.index(0)]


def test_nobody_loses_the_last_of_its_ground() -> None:
    """A polygon within another keeps what it claims, whatever the share."""
    faces, shapes = cut(box(0, 0, 100, 100), box(40, 40, 60, 60))
    decided, _ = keepers(faces, shapely.area(shapes), np.arange(2), keep="larger", largest_overlap=0.999)
    assert len(decided) == 0
    decided, keeper = keepers(faces, shapely.area(shapes), np.arange(2), keep="smaller", largest_overlap=1.0)
    assert keeper.tolist() == [1]


def test_a_gap_behind_a_gap_is_filled_after_it() -> None:
    """A gap that borders on another gap only gets an owner once that one has."""
    ring = Polygon(box(0, 0, 100, 100).exterior, [box(40, 40, 60, 60).exterior])
    inner = shapely.LineString([(45, 45), (55, 45), (55, 55), (45, 55), (45, 45)])
    outer_gap = Polygon(box(40, 40, 60, 60).exterior, [inner])
    inner_gap = Polygon(inner)
    shapes = np.array([ring, outer_gap, inner_gap], dtype=object)
    border = np.array([[0, 80, 0], [80, 0, 40], [0, 40, 0]], dtype=float)
    faces = Faces(shapes=shapes, claims=sparse.csr_array([[1.0], [0.0], [0.0]]), border_m=sparse.csr_array(border))
    filled, finder = finders(faces, faces.claims, np.array([0]), widest_gap_m=50)
    assert filled.tolist() == [1, 2]
    assert finder.tolist() == [0, 0]
    assert finders(faces, faces.claims, np.array([0]), widest_gap_m=1)[0].tolist() == []


def test_a_scrap_was_part_of_something_larger() -> None:
    """A piece cut off from its polygon goes to the neighbour; one that always was apart stays."""
    host = Polygon(box(0, 0, 100, 100).exterior, [box(50, 50, 51, 51).exterior])
    apart = shapely.MultiPolygon([box(100, 0, 200, 100), box(50, 50, 51, 51)])
    faces, shapes = cut(host, apart)
    rank = np.arange(2)
    assert len(scraps(faces, faces.claims, rank, original=shapes, widest_m=2)[0]) == 0
    whole = np.array([host, shapely.union(apart, box(50, 50, 101, 51))], dtype=object)
    scrap, taker = scraps(faces, faces.claims, rank, original=whole, widest_m=2)
    assert shapely.area(faces.shapes[scrap]).tolist() == [1]
    assert taker.tolist() == [0]
    assert len(scraps(faces, faces.claims, rank, original=whole, widest_m=0.5)[0]) == 0


@given(st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=1, max_size=6), st.integers(0, 2**31))
def test_an_owner_is_the_only_claimant(rows: list[list[bool]], seed: int) -> None:
    """Decided faces have one owner; the others keep their claims."""
    rng = np.random.default_rng(seed)
    claims = sparse.csr_array(np.array(rows, dtype=float))
    face = np.flatnonzero(rng.random(len(rows)) < 0.5)
    owner = rng.integers(0, 4, len(face))
    expected = np.array(rows, dtype=float)
    expected[face] = np.eye(4)[owner]
    assert with_owner(claims, face, owner).toarray().tolist() == expected.tolist()
