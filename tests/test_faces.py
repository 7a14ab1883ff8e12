"""Faces: the ground cut along all outlines, and polygons put together from it again."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from shapely import Polygon
from shapely import box

from schoolmap.space.faces import arrange
from schoolmap.space.faces import at_most_wide
from schoolmap.space.faces import put_together
from schoolmap.space.faces import widths


def polygons(*shapes: shapely.Geometry) -> np.ndarray:
    """Return shapes as an array."""
    return np.array(shapes, dtype=object)


@st.composite
def boxes(draw: st.DrawFn) -> np.ndarray:
    """Draw rectangles on a grid of metres that may overlap, touch, leave gaps or be equal."""
    corner = st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(1, 4), st.integers(1, 4))
    return polygons(*(box(x, y, x + w, y + h) for x, y, w, h in draw(st.lists(corner, min_size=1, max_size=7))))


def test_by_hand() -> None:
    """Two squares that overlap are three faces; the doubled one borders on both others."""
    faces = arrange(polygons(box(0, 0, 10, 10), box(8, 0, 20, 10)), within=None, strip_m=0)
    by_surface = np.argsort(shapely.area(faces.shapes))
    assert shapely.area(faces.shapes)[by_surface].tolist() == [20, 80, 100]
    assert faces.claimants[by_surface].tolist() == [2, 1, 1]
    assert faces.claims.toarray()[by_surface].tolist() == [[1, 1], [1, 0], [0, 1]]
    assert faces.border_m.toarray()[np.ix_(by_surface, by_surface)].tolist() == [[0, 10, 10], [10, 0, 0], [10, 0, 0]]


@settings(max_examples=30)
@given(boxes())
def test_faces_hold_each_polygon_exactly(shapes: np.ndarray) -> None:
    """Faces overlap nowhere, and those of a polygon are its ground, and only its."""
    faces = arrange(shapes, within=None, strip_m=0)
    assert shapely.coverage_is_valid(faces.shapes)
    np.testing.assert_allclose(faces.claims.T @ shapely.area(faces.shapes), shapely.area(shapes))
    covered = shapely.area(faces.shapes)[faces.claimants > 0].sum()
    assert covered == pytest.approx(shapely.area(shapely.union_all(shapes)))
    # rectangles that touch in corners enclose ground as well
    enclosed = (
        shapely.area(shapely.polygonize(shapely.get_parts(shapely.union_all(shapely.boundary(shapes))))) - covered
    )
    assert shapely.area(faces.shapes)[faces.claimants == 0].sum() == pytest.approx(enclosed)


@settings(max_examples=30)
@given(boxes())
def test_borders_are_what_outlines_share(shapes: np.ndarray) -> None:
    """Comparing every two faces finds the same borders, both ways."""
    faces = arrange(shapes, within=None, strip_m=0)
    outlines = shapely.boundary(faces.shapes)
    expected = shapely.length(shapely.intersection(outlines[:, None], outlines[None, :]))
    np.fill_diagonal(expected, 0)
    np.testing.assert_allclose(faces.border_m.toarray(), expected, atol=1e-9)


@settings(max_examples=30)
@given(boxes())
def test_put_together_again_they_are_what_they_were(shapes: np.ndarray) -> None:
    """Nobody gets or loses ground by being cut and put together, and no vertex is left behind for nothing."""
    faces = arrange(shapes, within=None, strip_m=0)
    again = put_together(faces, faces.claims, shapes)
    assert shapely.equals(again, shapes).all()
    corners = {tuple(point) for point in shapely.get_coordinates(shapes)}
    for new, old in zip(again, shapes, strict=True):
        own = {tuple(point) for point in shapely.get_coordinates(old)}
        others = [{tuple(point) for point in shapely.get_coordinates(other)} for other in again if other is not new]
        for point in {tuple(point) for point in shapely.get_coordinates(new)} - own:
            assert point in corners or any(point in vertices for vertices in others)


def test_a_corner_of_two_near_vertices_stays() -> None:
    """Vertices a hundredth of a millimetre apart may be a corner together."""
    bent = Polygon([(0, 0), (100, 0), (100, 99.999999), (99.999999, 100), (0, 100)])
    faces = arrange(polygons(bent, box(100, 0, 200, 50)), within=None, strip_m=0)
    after = put_together(faces, faces.claims, polygons(bent, box(100, 0, 200, 50)))
    assert shapely.area(after[0]) == pytest.approx(10_000, abs=1e-3)


def test_ground_that_should_be_covered() -> None:
    """With a planning area, what is in it and in no polygon is a face; what is outside, is not."""
    faces = arrange(polygons(box(0, 0, 10, 10)), within=box(5, 0, 14, 10), strip_m=0)
    assert sorted(zip(faces.claimants, shapely.area(faces.shapes), strict=True)) == [(0, 40), (1, 50), (1, 50)]


@pytest.mark.parametrize(("wide", "shut"), [(0.5, True), (1.0, True), (1.5, False)])
def test_a_strip_that_is_open_to_the_outside_is_shut(wide: float, shut: bool) -> None:  # noqa: FBT001
    """A strip between two polygons up to the width is a face of its own, ends and all."""
    faces = arrange(polygons(box(0, 0, 100, 300), box(100 + wide, 0, 200, 250)), within=None, strip_m=1.0)
    gaps = shapely.area(faces.shapes)[faces.claimants == 0]
    assert gaps.tolist() == (pytest.approx([250 * wide], abs=1e-6) if shut else [])


def test_bays_of_one_polygon_and_corners_of_two_are_outside() -> None:
    """What one polygon encloses on three sides, or two leave between them in a corner, is their outline."""
    bay = shapely.difference(box(0, 0, 100, 100), box(50, 20, 50.5, 100))
    assert (arrange(polygons(bay), within=None, strip_m=1.0).claimants == 1).all()
    corner = polygons(box(0, 0, 100, 100), Polygon([(100, 0), (200, 0), (200, 100), (120, 100)]))
    assert (arrange(corner, within=None, strip_m=1.0).claimants == 1).all()


@given(st.floats(0.001, 500), st.floats(0.001, 500))
def test_the_width_of_a_rectangle_is_its_shorter_side(width: float, height: float) -> None:
    """The largest circle fits between the two longer sides."""
    assert widths(polygons(box(0, 0, width, height)))[0] == pytest.approx(min(width, height), rel=2e-3)


def test_the_width_is_that_of_the_widest_place() -> None:
    """A pond on a ditch is as wide as the pond; a ring is as wide as its band."""
    pond = shapely.union(box(0, 0, 300, 1), box(100, -20, 140, 20))
    ring = Polygon(box(0, 0, 100, 100).exterior, [box(10, 10, 90, 90).exterior])
    assert widths(polygons(pond, ring)) == pytest.approx([40, 11.7], rel=0.01)
    assert at_most_wide(polygons(pond, ring), 20).tolist() == [False, True]


def test_a_polygon_of_exactly_the_width_is_at_most_as_wide() -> None:
    """The bound is included."""
    strips = polygons(box(0, 0, 100, 0.5), box(0, 0, 100, 0.51))
    assert at_most_wide(strips, 0.5).tolist() == [True, False]
