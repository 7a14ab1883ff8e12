"""Children live in homes: shares by homes, and nobody is lost where there are none."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from shapely import Point
from shapely import box

from schoolmap.errors import CRSError
from schoolmap.errors import GeometryError
from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.errors import OverlapError
from schoolmap.space.dasymetric import dasymetric_weights
from schoolmap.space.dasymetric import sample_points
from schoolmap.space.dasymetric import spread
from schoolmap.space.overlay import area_weights

METRES = "EPSG:4546"


def layer(shapes: dict[str, shapely.Geometry]) -> gpd.GeoDataFrame:
    """Return a layer of labelled shapes."""
    return gpd.GeoDataFrame(geometry=list(shapes.values()), index=pd.Index(list(shapes), dtype=object), crs=METRES)


AREAS = layer({"a": box(0, 0, 100, 100), "b": box(100, 0, 200, 100), "empty": box(0, 100, 200, 200)})
ZONES = layer({"w": box(0, 0, 50, 200), "e": box(50, 0, 150, 200)})


@st.composite
def towns(draw: st.DrawFn) -> tuple[gpd.GeoDataFrame, pd.Series]:
    """Draw homes on and around the areas: points and buildings, with homes in them or none."""
    corner = st.integers(min_value=-2, max_value=21)
    drawn = draw(
        st.lists(st.tuples(corner, corner, st.sampled_from([0, 5, 12, 40]), st.integers(0, 9)), min_size=1, max_size=12)
    )
    shapes = {
        f"h{i}": box(10 * x, 10 * y, 10 * x + size, 10 * y + size) if size else Point(10 * x, 10 * y)
        for i, (x, y, size, _) in enumerate(drawn)
    }
    return layer(shapes), pd.Series({f"h{i}": homes for i, (*_, homes) in enumerate(drawn)}, dtype=float)


def test_by_hand() -> None:
    """Six homes west and two east of the border, one house across it; one area without homes; one home nowhere."""
    homes = layer(
        {
            "tower": Point(10, 10),
            "house": box(60, 60, 80, 80),
            "across": box(95, 0, 105, 10),
            "far": Point(999, 999),
            "half out": box(190, 90, 210, 100),
        },
    )
    weight = pd.Series({"tower": 6, "house": 2, "across": 4, "far": 5, "half out": 8})
    found = dasymetric_weights(AREAS, ZONES, homes=homes, weight=weight)
    assert found.weights.to_dict() == pytest.approx(
        {("a", "w"): 6 / 10, ("a", "e"): 4 / 10, ("b", "e"): 2 / 6, ("empty", "w"): 0.25, ("empty", "e"): 0.5},
    )
    assert found.fallback.tolist() == ["empty"]
    assert found.unused.to_dict() == {"far": 5.0, "half out": 4.0}


def test_residential_land_counts_by_surface() -> None:
    """A village of two hamlets, 300 and 100 square metres, has three quarters of its people in the first."""
    land = layer({"h1": box(10, 10, 40, 20), "h2": box(60, 10, 70, 20)})
    found = dasymetric_weights(AREAS, ZONES, homes=land, weight=None)
    assert found.weights["a"].to_dict() == pytest.approx({"w": 0.75, "e": 0.25})
    assert found.fallback.tolist() == ["b", "empty"]


def test_a_grid_of_people_spread_evenly_is_area_weighting() -> None:
    """Where every cell has the same people, homes say what the surface says."""
    cells = layer({f"{x},{y}": box(20 * x, 20 * y, 20 * x + 20, 20 * y + 20) for x in range(10) for y in range(10)})
    found = dasymetric_weights(AREAS, ZONES, homes=cells, weight=pd.Series(3.0, index=cells.index))
    expected = area_weights(AREAS, ZONES)
    assert found.weights.to_dict() == pytest.approx(expected.to_dict())
    assert found.fallback.empty
    assert found.unused.empty


@given(towns())
@settings(max_examples=20)
def test_shares_are_those_of_every_home(town: tuple[gpd.GeoDataFrame, pd.Series]) -> None:
    """Cutting every building by every area and catchment finds the same; nobody is lost or doubled."""
    homes, weight = town
    found = dasymetric_weights(AREAS, ZONES, homes=homes, weight=weight)
    expected, without = {}, []
    for area, shape in AREAS.geometry.items():
        mass = dict.fromkeys(ZONES.index, 0.0)
        total = 0.0
        for label, home in homes.geometry.items():
            if home.area > 0:
                total += weight[label] * home.intersection(shape).area / home.area
                for zone, outline in ZONES.geometry.items():
                    mass[zone] += weight[label] * home.intersection(shape).intersection(outline).area / home.area
            elif area == next((name for name, other in AREAS.geometry.items() if other.intersects(home)), None):
                total += weight[label]
                zone = next((name for name, outline in ZONES.geometry.items() if outline.intersects(home)), None)
                if zone is not None:
                    mass[zone] += weight[label]
        if total == 0:
            without.append(area)
            mass = {zone: shape.intersection(outline).area for zone, outline in ZONES.geometry.items()}
            total = shape.area
        expected |= {(area, zone): share / total for zone, share in mass.items() if share > 0}
    assert found.weights.to_dict() == pytest.approx(expected)
    assert found.fallback.tolist() == without
    assert found.weights.groupby(level="area").sum().max() <= 1 + 1e-12


@given(towns(), st.randoms(use_true_random=False))
@settings(max_examples=20)
def test_order_is_irrelevant_and_so_is_the_unit(town: tuple[gpd.GeoDataFrame, pd.Series], rng: object) -> None:
    """Homes and weights in any order, homes or people: the shares are the same."""
    homes, weight = town
    seed = rng.randrange(2**32)  # type: ignore[attr-defined]
    expected = dasymetric_weights(AREAS, ZONES, homes=homes, weight=weight)
    mixed = dasymetric_weights(
        AREAS,
        ZONES,
        homes=homes.sample(frac=1, random_state=seed),
        weight=2.7 * weight.sample(frac=1, random_state=seed),
    )
    pd.testing.assert_series_equal(mixed.weights, expected.weights, rtol=1e-9)
    assert mixed.fallback.tolist() == expected.fallback.tolist()


@given(towns())
@settings(max_examples=20)
def test_dwellings_of_an_area_add_up_to_one(town: tuple[gpd.GeoDataFrame, pd.Series]) -> None:
    """Everybody of an area that has dwellings lives in one of them; an area without has no row."""
    homes, weight = town
    share = spread(AREAS, homes, weight=weight)
    fallback = dasymetric_weights(AREAS, ZONES, homes=homes, weight=weight).fallback
    totals = share.groupby(level="area").sum()
    np.testing.assert_allclose(totals, 1.0, rtol=1e-12)
    assert sorted(totals.index) == sorted(set(AREAS.index) - set(fallback))
    assert share.index.names == ["area", "dwelling"]
    assert share.index.is_unique
    assert (share > 0).all()


def test_areas_that_are_points_go_as_a_whole() -> None:
    """A village known by a point holds no homes, and falls back to the catchment that holds it."""
    areas = layer({"v": Point(20, 20), "a": box(0, 0, 100, 100)})
    found = dasymetric_weights(areas, ZONES, homes=layer({"h": Point(20, 20)}), weight=pd.Series({"h": 1}))
    assert found.weights.to_dict() == {("v", "w"): 1.0, ("a", "w"): 1.0}
    assert found.fallback.tolist() == ["v"]


def test_refuses_weights_that_are_not_those_of_the_homes() -> None:
    """Another label, a gap, an infinite or negative number of homes, points by surface: an error each."""
    homes = layer({"h": Point(20, 20)})
    for weight, error, words in [
        (pd.Series({"k": 1.0}), LabelError, "different units"),
        (pd.Series({"h": np.nan}), MissingValueError, "missing for 1"),
        (pd.Series({"h": np.inf}), MissingValueError, "infinite for 'h'"),
        (pd.Series({"h": -1.0}), ValueError, "negative for 1"),
        (None, MissingValueError, "'h' is a point and has no surface"),
    ]:
        with pytest.raises(error, match=words):
            dasymetric_weights(AREAS, ZONES, homes=homes, weight=weight)


def test_refuses_land_that_counts_twice_and_catchments_that_claim_the_same_home() -> None:
    """Buildings may stand on one place; land by surface, and children of one home, may not be doubled."""
    twice = layer({"h": box(0, 0, 60, 20), "k": box(0, 0, 50, 20)})
    with pytest.raises(OverlapError, match="Residential polygons"):
        dasymetric_weights(AREAS, ZONES, homes=twice, weight=None)
    assert dasymetric_weights(AREAS, ZONES, homes=twice, weight=pd.Series(1.0, index=twice.index)).weights.sum() > 0
    zones = layer({"w": box(0, 0, 60, 200), "e": box(50, 0, 150, 200)})
    homes = layer({"h": Point(55, 20)})
    with pytest.raises(OverlapError, match=r"in \['w', 'e'\]"):
        dasymetric_weights(AREAS, zones, homes=homes, weight=pd.Series({"h": 1}))


def test_refuses_other_crs_and_lines() -> None:
    """Homes in degrees, or drawn as lines, are not homes."""
    degrees = layer({"h": Point(20, 20)}).set_crs("EPSG:4490", allow_override=True)
    with pytest.raises(CRSError, match="in degrees"):
        spread(AREAS, degrees, weight=pd.Series({"h": 1}))
    with pytest.raises(GeometryError, match="not a point or polygon"):
        spread(AREAS, layer({"h": shapely.LineString([(0, 0), (9, 9)])}), weight=pd.Series({"h": 1}))


def test_sample_points_by_hand() -> None:
    """On a grid of 50 metres a square of 100 has four points; a strip between the points has one of its own."""
    points = sample_points(layer({"a": box(0, 0, 100, 100), "strip": box(30, 0, 40, 400)}), spacing_m=50, most=9)
    assert points.loc["a"].geometry.to_wkt().tolist() == [
        "POINT (25 25)",
        "POINT (75 25)",
        "POINT (25 75)",
        "POINT (75 75)",
    ]
    assert points["share"].tolist() == [0.25] * 4 + [1.0]
    assert points.loc[("strip", 0), "geometry"].within(box(30, 0, 40, 400))


corners = st.lists(st.tuples(*[st.integers(min_value=0, max_value=3000)] * 2), min_size=3, max_size=8, unique=True)


@given(
    st.lists(corners, min_size=1, max_size=4),
    st.sampled_from([30.0, 100.0, 777.7]),
    st.integers(min_value=1, max_value=60),
)
@settings(max_examples=20)
def test_sample_points_stand_for_everybody(outlines: list[list[tuple[int, int]]], spacing: float, most: int) -> None:
    """At least one and at most so many, all inside, shares of exactly 1; the same whichever areas there are, in any order."""
    shapes = {f"a{i}": shapely.convex_hull(shapely.multipoints(outline)) for i, outline in enumerate(outlines)}
    areas = layer({name: shape for name, shape in shapes.items() if shape.area > 1} or {"a": box(0, 0, 9, 9)})
    points = sample_points(areas, spacing_m=spacing, most=most)
    assert points.index.get_level_values("area").unique().tolist() == areas.index.tolist()
    for name, group in points.groupby(level="area"):
        assert 1 <= len(group) <= most
        assert group.within(areas.geometry[name]).all()
        assert math.fsum(group["share"]) == 1.0
        alone = sample_points(areas.loc[[name]], spacing_m=spacing, most=most)
        assert alone.geometry.to_wkb().tolist() == group.geometry.to_wkb().tolist()
    backwards = sample_points(areas.iloc[::-1], spacing_m=spacing, most=most)
    assert backwards.loc[points.index].geometry.to_wkb().tolist() == points.geometry.to_wkb().tolist()


def test_sample_points_refuse_what_makes_no_grid() -> None:
    """No spacing, no points, and no inside."""
    for spacing, most in [(0, 5), (-1, 5), (math.nan, 5), (10, 0)]:
        with pytest.raises(ValueError, match="`spacing_m` is above 0"):
            sample_points(AREAS, spacing_m=spacing, most=most)
    with pytest.raises(GeometryError, match="not a polygon"):
        sample_points(layer({"v": Point(0, 0)}), spacing_m=10, most=5)
