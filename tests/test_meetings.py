"""Every place where lines meet barriers, also where a line comes there twice."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import assume
from hypothesis import example
from hypothesis import given
from hypothesis import settings
from shapely import LineString
from shapely import Point
from streets import Line
from streets import lie_apart
from streets import streets

from schoolmap.space.meetings import crossings_with
from schoolmap.space.meetings import measure_vertices


def shapes(*lines: Line) -> np.ndarray:
    """Return lines as shapely has them."""
    return np.array([LineString(line) for line in lines], dtype=object)


def test_by_hand() -> None:
    """A road crosses a river, ends at it, turns back on it; another one does not come near."""
    river = shapes([(0, -50), (0, 50)])
    roads = shapes([(-30, 0), (10, 0)], [(-30, 5), (0, 5)], [(-3, 9), (0, 9), (-3, 13)], [(1, 0), (9, 9)])
    line, along, xy = crossings_with(roads, river)
    assert line.tolist() == [0, 1, 2, 2]
    assert along.tolist() == [30.0, 30.0, 3.0, 3.0]
    assert xy.tolist() == [[0, 0], [0, 5], [0, 9], [0, 9]]


def test_a_line_that_comes_twice_is_met_twice() -> None:
    """There and back over the same place of the river."""
    _, along, _ = crossings_with(shapes([(0, 0), (10, 0), (0, 0)]), shapes([(4, -1), (4, 1)]))
    assert along.tolist() == [4.0, 16.0]


def test_lines_along_each_other_meet_where_one_turns_off() -> None:
    """A road on the bank meets the river where the river leaves it, not all along."""
    _, along, _ = crossings_with(shapes([(0, 0), (90, 0)]), shapes([(20, 0), (60, 0), (60, 40)]))
    assert along.tolist() == [60.0]


@pytest.mark.parametrize("empty", [0, 1])
def test_nothing_meets_nothing(empty: int) -> None:
    """No roads, or no river."""
    layers = [shapes([(0, 0), (9, 9)]), shapes([(0, 9), (9, 0)])]
    layers[empty] = layers[empty][:0]
    assert all(len(part) == 0 for part in crossings_with(*layers))


@settings(max_examples=40)
@given(streets, streets)
@example(
    [[(0.0, 0.0), (400.0, 300.0)]],
    [[(0.0, 0.0), (0.0, 100.0)], [(0.0, 100.0), (500.0, 200.0), (300.0, 100.0), (400.0, 400.0)]],
)
def test_places_are_those_that_geos_finds(lines: list[Line], others: list[Line]) -> None:
    """The points in common, where no stretch is in common, and where they are along the line."""
    moved = [[(x + 37.0, y + 11.0) for x, y in line] for line in others]
    assume(lie_apart([*lines, *moved]))
    line, along, xy = crossings_with(shapes(*lines), shapes(*moved))
    union = shapely.union_all(shapes(*moved))
    for number, shape in enumerate(shapes(*lines)):
        mine = line == number
        expected = {
            tuple(place) for place in shapely.get_coordinates(shapely.intersection(shape, union)).round(5).tolist()
        }
        found = {tuple(place) for place in xy[mine].round(5).tolist()}
        assert expected <= found
        # GEOS moves lines by rounding where they cross each other, and may lose an end that just touches one of them
        for place in found - expected:
            ends = shapely.get_coordinates([shape, *shapes(*moved)]).round(5).tolist()
            assert list(place) in ends
            assert max(shape.distance(Point(place)), union.distance(Point(place))) < 1e-4
        spots = shapely.get_coordinates(shapely.line_interpolate_point(shape, along[mine]))
        np.testing.assert_allclose(spots, xy[mine], atol=1e-6)


def test_vertices_are_measured_from_the_beginning_of_their_line() -> None:
    """Each line starts from zero."""
    xy, of, along = measure_vertices(shapes([(0, 0), (3, 4), (3, 10)], [(5, 5), (5, 7)]))
    assert of.tolist() == [0, 0, 0, 1, 1]
    assert along.tolist() == [0.0, 5.0, 11.0, 0.0, 2.0]
    assert len(xy) == 5
