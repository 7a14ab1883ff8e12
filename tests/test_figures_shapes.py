"""Outlines and places on a plane: lengths are right, labels hide nothing."""

from __future__ import annotations

import hamlet
import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.output.figures import shapes
from schoolmap.output.figures.shapes import Extent
from schoolmap.output.figures.shapes import Plane

EARTH = pyproj.Geod(ellps="WGS84")


@given(
    st.floats(-170, 170),
    st.floats(-60, 60),
    st.floats(-0.4, 0.4),
    st.floats(-0.4, 0.4),
)
def test_lengths_are_those_of_the_ellipsoid(lon: float, lat: float, east: float, north: float) -> None:
    """From the middle to a place within some 50 km: to 1 %, against geodesics."""
    place = Plane(lon=lon, lat=lat).place(np.array([lon + east]), np.array([lat + north]))[0]
    _, _, metres = EARTH.inv(lon, lat, lon + east, lat + north)
    assert np.hypot(*place) == pytest.approx(metres / 1000, rel=0.01, abs=1e-6)


def test_the_extent_holds_every_catchment() -> None:
    """All four squares, with some room around."""
    plane, extent = shapes.plane_of(hamlet.model())
    for path in shapes.outlines(hamlet.model().coverages[0], plane):
        assert all(extent.holds(x, y) for x, y in path.vertices)
    assert extent.width / extent.height == pytest.approx(np.cos(np.radians(28.0)), rel=0.02)


def test_an_outline_is_closed_ring_by_ring() -> None:
    """A square: five points, the last of them closes; its size is that of a twentieth of a degree."""
    plane, _ = shapes.plane_of(hamlet.model())
    path = shapes.outlines(hamlet.model().coverages[0], plane)[0]
    assert len(path.vertices) == 5
    assert path.codes.tolist() == [1, 2, 2, 2, 79]
    assert np.ptp(path.vertices[:, 1]) == pytest.approx(5.54, abs=0.02)


@given(st.floats(0.01, 5000))
def test_a_scale_bar_is_round_and_fits(width: float) -> None:
    """One, two or five times a power of ten; between a tenth and a third of the map."""
    km = shapes.scale_length(width)
    digits = f"{km:.0e}"
    assert digits[0] in "125"
    assert width / 10 < km <= width / 3


places = st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100), st.floats(1, 30), st.floats(1, 8)), max_size=25)


@given(places)
def test_no_label_hides_another(labels: list[tuple[float, float, float, float]]) -> None:
    """Those that are kept lie on the map and apart; the first one is kept wherever it fits."""
    inside = Extent(0, 0, 100, 100)
    points = np.array([label[:2] for label in labels]).reshape(-1, 2)
    kept = shapes.free_places(
        points, [label[2:] for label in labels], inside=inside, marks=np.empty((0, 2)), around=1.0
    )
    boxes = [
        (x - w / 2, y - h / 2, x + w / 2, y + h / 2)
        for (_, _, w, h), (x, y) in ((label, place) for label, place in zip(labels, kept, strict=True) if place)
    ]
    assert all(inside.holds(*box[:2]) and inside.holds(*box[2:]) for box in boxes)
    for n, a in enumerate(boxes):
        assert not any(a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3] for b in boxes[:n])
    if labels and inside.holds(*np.subtract(labels[0][:2], np.divide(labels[0][2:], 2))):
        x, y, w, h = labels[0]
        assert (kept[0] == (x, y)) == inside.holds(x + w / 2, y + h / 2)


def test_a_label_moves_off_a_mark() -> None:
    """Below a mark that it would hide, above it where there is no room, and over it rather than nowhere."""
    inside, size = Extent(0, 0, 100, 100), [(20.0, 4.0)]
    for middle, marks, place in (
        ((50.0, 50.0), [(55.0, 51.0)], (50.0, 47.0)),
        ((50.0, 3.0), [(55.0, 3.0)], (50.0, 6.0)),
        ((50.0, 50.0), [(55.0, 51.0), (45.0, 47.0), (50.0, 53.0)], (50.0, 50.0)),
        ((50.0, 50.0), [(80.0, 50.0)], (50.0, 50.0)),
    ):
        found = shapes.free_places(np.array([middle]), size, inside=inside, marks=np.array(marks), around=1.0)
        assert found == [place]


def test_a_small_part_is_enlarged_and_a_large_one_is_not() -> None:
    """A town in the middle is drawn in the area's shape; points all over, or none, are not."""
    county = Extent(0, 0, 100, 50)
    town = shapes.part(np.array([[50.0, 20.0], [60.0, 25.0]]), county)
    assert town is not None
    assert town.holds(50, 20)
    assert town.holds(60, 25)
    assert town.height / town.width == pytest.approx(0.5)
    assert shapes.part(np.array([[1.0, 1.0], [99.0, 49.0]]), county) is None
    assert shapes.part(np.zeros((0, 2)), county) is None
    lone = shapes.part(np.array([[50.0, 20.0]]), county)
    assert lone is not None
    assert lone.width == pytest.approx(15)
