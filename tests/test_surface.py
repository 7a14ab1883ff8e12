"""The surface that two polygons have in common: two ways to measure it, one number."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from shapely import MultiPolygon
from shapely import Polygon
from shapely import box

from schoolmap.space import surface
from schoolmap.space.surface import common_surface
from schoolmap.space.surface import cut
from schoolmap.space.surface import touching


def array(*shapes: shapely.Geometry) -> np.ndarray:
    """Return shapes as an array."""
    return np.array(shapes, dtype=object)


RING = Polygon(box(0, 0, 90, 90).exterior, [box(30, 30, 60, 60).exterior])
TWO = MultiPolygon([box(0, 0, 20, 20), box(40, 40, 100, 50)])


@pytest.fixture(params=["cut", "compiled"])
def _by_both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure few pairs in both ways."""
    monkeypatch.setattr(surface, "_MANY", 0 if request.param == "compiled" else 10**9)


@pytest.mark.usefixtures("_by_both_ways")
def test_by_hand() -> None:
    """Squares, a ring, two islands: in common, within, touching, apart, in the hole, across the hole."""
    left = array(box(0, 0, 10, 10), RING, TWO)
    right = array(
        box(6, 5, 16, 20), box(0, 0, 10, 10), box(10, 0, 20, 10), box(35, 35, 40, 40), box(0, 40, 200, 50), RING, TWO
    )
    expected = [
        [20, 100, 0, 0, 0, 100, 100],
        [150, 100, 100, 0, 600, 7200, 400 + 300],
        [150, 100, 100, 0, 600, 400 + 300, 1000],
    ]
    at_left, at_right = np.divmod(np.arange(21), 7)
    np.testing.assert_allclose(common_surface(left, right, at_left, at_right).reshape(3, 7), expected, atol=1e-9)


@pytest.mark.usefixtures("_by_both_ways")
def test_the_direction_of_outlines_is_irrelevant() -> None:
    """Files draw outlines and holes either way round."""
    shapes = array(RING, TWO, box(20, 20, 70, 35))
    turned = shapely.reverse(shapes)
    pairs = np.divmod(np.arange(9), 3)
    expected = common_surface(shapes, shapes, *pairs)
    np.testing.assert_allclose(common_surface(turned, shapes, *pairs), expected, rtol=1e-12)
    np.testing.assert_allclose(common_surface(turned, turned, *pairs), expected, rtol=1e-12)


@st.composite
def coverages(draw: st.DrawFn) -> np.ndarray:
    """Draw the cells of random places, some joined to multipolygons, some with a hole."""
    rng = np.random.default_rng(draw(st.integers(min_value=0, max_value=2**32 - 1)))
    # far from the origin, as coordinates of a projection are
    places = rng.uniform(0, 3000, (draw(st.integers(min_value=3, max_value=12)), 2)) + np.array([500_000, 3_100_000])
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(places)))
    cells[0] = cells[0].difference(cells[0].representative_point().buffer(5))
    joined = shapely.union_all(cells[-2:])
    return np.append(cells[:-2], joined)


@given(coverages(), coverages())
@settings(max_examples=25)
def test_both_ways_measure_the_same(left: np.ndarray, right: np.ndarray) -> None:
    """To 1e-12 of the polygon's surface, also along borders that coincide."""
    for first, second in [(left, right), (left, left)]:
        at_first, at_second = touching(first, second)
        compiled = surface._by_edges(first, second, at_first, at_second)  # noqa: SLF001
        by_geos = shapely.area(shapely.intersection(first[at_first], second[at_second]))
        assert (np.abs(compiled - by_geos) <= 1e-12 * shapely.area(first)[at_first]).all()


@given(coverages(), coverages())
@settings(max_examples=25)
def test_laws(left: np.ndarray, right: np.ndarray) -> None:
    """Either way round it is the same surface; a polygon with itself is its own; parts add up to the whole."""
    at_left, at_right = touching(left, right)
    there = surface._by_edges(left, right, at_left, at_right)  # noqa: SLF001
    back = surface._by_edges(right, left, at_right, at_left)  # noqa: SLF001
    np.testing.assert_allclose(there, back, rtol=1e-9, atol=1e-5)
    every = np.arange(len(left))
    np.testing.assert_allclose(surface._by_edges(left, left, every, every), shapely.area(left), rtol=1e-12)  # noqa: SLF001
    inside = shapely.area(shapely.intersection(left, shapely.union_all(right)))
    np.testing.assert_allclose(np.bincount(at_left, weights=there, minlength=len(left)), inside, rtol=1e-9, atol=1e-5)


def test_long_outlines_among_many_are_cut() -> None:
    """A circle of 400 vertices and squares beside it: both ways in one call."""
    circle = shapely.Point(50, 50).buffer(40, quad_segs=100)
    squares = array(*[box(x, y, x + 10, y + 10) for x in range(0, 100, 10) for y in range(0, 100, 10)])
    shapes = np.append(squares, circle)
    at_left, at_right = np.divmod(np.arange(101 * 101), 101)
    measured = common_surface(shapes, shapes, at_left, at_right).reshape(101, 101)
    assert measured[:100, 100].sum() == pytest.approx(circle.area, rel=1e-12)
    assert measured[100, 100] == circle.area
    np.testing.assert_allclose(measured[:100, :100], 100 * np.eye(100), atol=1e-9)


def test_cutting_keeps_surface_only() -> None:
    """Where two polygons share a strip and a point, the point goes; where they only touch, nothing is left."""
    step = Polygon([(0, 0), (10, 0), (10, 2), (5, 2), (5, 1), (0, 1)])
    pieces = cut(array(step, box(0, 0, 1, 1)), array(box(0, 1, 10, 3), box(1, 0, 2, 1)))
    assert shapely.area(pieces).tolist() == [5.0, 0.0]
    assert {piece.geom_type for piece in pieces} <= {"Polygon", "MultiPolygon"}
