"""Ground for villages that are known by a point: all of it, each place to the nearest."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from shapely import Point
from shapely import box

from schoolmap.errors import CRSError
from schoolmap.errors import GeometryError
from schoolmap.space.thiessen import thiessen

METRES = "EPSG:4546"


def villages(places: list[tuple[float, float]]) -> gpd.GeoDataFrame:
    """Return villages v0, v1, ... at these places."""
    return gpd.GeoDataFrame(geometry=[Point(place) for place in places], crs=METRES).rename(index="v{}".format)


def county(*shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    """Return the ground that is divided up."""
    return gpd.GeoDataFrame(geometry=list(shapes), crs=METRES)


places = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 50)).map(lambda place: (20.0 * place[0], 20.0 * place[1])),
    min_size=1,
    max_size=9,
    unique=True,
)


def test_by_hand() -> None:
    """Two villages share a county half and half, up to the line between them."""
    areas = thiessen(villages([(10, 50), (30, 50)]).assign(name=["East", "West"]), within=county(box(0, 0, 40, 100)))
    assert areas.area.to_dict() == {"v0": 2000.0, "v1": 2000.0}
    assert areas["name"].to_dict() == {"v0": "East", "v1": "West"}
    assert areas.crs == METRES


@settings(max_examples=25)
@given(places, st.integers(0, 2**31))
def test_each_place_belongs_to_the_nearest_village(drawn: list[tuple[float, float]], seed: int) -> None:
    """All ground is given away once, along exactly shared borders, and to the nearest."""
    rng = np.random.default_rng(seed)
    ground = shapely.Point(500, 500).buffer(900, quad_segs=9)
    points = villages(drawn)
    areas = thiessen(points, within=county(ground))
    shapes = areas.geometry.to_numpy()
    assert shapely.coverage_is_valid(shapes)
    assert areas.area.sum() == pytest.approx(ground.area)
    homes = rng.uniform(0, 1000, (50, 2))
    away = np.hypot(*(homes[:, None] - np.array(drawn)[None]).transpose(2, 0, 1))
    inside = shapely.contains_xy(shapes[None, :], homes[:, :1], homes[:, 1:])
    np.testing.assert_allclose(np.where(inside, away, 0).max(axis=1), away.min(axis=1), atol=1e-6)


@settings(max_examples=15)
@given(places, st.integers(0, 2**31))
def test_order_of_villages_is_irrelevant(drawn: list[tuple[float, float]], seed: int) -> None:
    """Labels decide, not positions."""
    points, ground = villages(drawn), county(box(0, 0, 1000, 1000))
    mixed = thiessen(points.sample(frac=1, random_state=seed), within=ground)
    assert mixed.area.to_dict() == pytest.approx(thiessen(points, within=ground).area.to_dict())


def test_a_county_of_several_polygons_is_one_ground() -> None:
    """Townships are joined before the ground is divided."""
    areas = thiessen(villages([(50, 50), (150, 50)]), within=county(box(0, 0, 90, 100), box(90, 0, 200, 100)))
    assert areas.area.to_dict() == {"v0": 10_000.0, "v1": 10_000.0}


def test_refuses_two_villages_at_one_place() -> None:
    """Neither is nearer to anything."""
    with pytest.raises(GeometryError, match="'v0' shares its place"):
        thiessen(villages([(1, 1), (5, 5), (1, 1)]), within=county(box(0, 0, 9, 9)))


def test_refuses_a_village_without_ground() -> None:
    """A village far outside, with others before it, gets nothing; that is told."""
    with pytest.raises(GeometryError, match=r"nearest to 1 point.*'v1'"):
        thiessen(villages([(5, 5), (900, 5)]), within=county(box(0, 0, 9, 9)))


def test_refuses_degrees() -> None:
    """The nearest in degrees is not the nearest."""
    with pytest.raises(CRSError, match="degrees"):
        thiessen(villages([(1, 1)]).set_crs("EPSG:4490", allow_override=True), within=county(box(0, 0, 9, 9)))
