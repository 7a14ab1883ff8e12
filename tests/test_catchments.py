"""Catchments among themselves: who borders whom, and outlines for display."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Polygon
from shapely import box

from schoolmap.errors import CRSError
from schoolmap.space.catchments import neighbours
from schoolmap.space.catchments import simplify_for_display

METRES = "EPSG:4546"

lines = st.lists(st.integers(min_value=0, max_value=40), min_size=2, max_size=5, unique=True).map(
    lambda numbers: sorted(100 * number for number in numbers),
)


def layer(shapes: dict[str, shapely.Geometry]) -> gpd.GeoDataFrame:
    """Return a layer of labelled shapes in metres."""
    return gpd.GeoDataFrame(geometry=list(shapes.values()), index=list(shapes), crs=METRES)


def grid(xs: list[int], ys: list[int]) -> gpd.GeoDataFrame:
    """Return the rectangles between sorted lines, as a coverage."""
    return layer(
        {f"{i}-{j}": box(xs[i], ys[j], xs[i + 1], ys[j + 1]) for i in range(len(xs) - 1) for j in range(len(ys) - 1)},
    )


def wavy(columns: int, rows: int, *, seed: int) -> gpd.GeoDataFrame:
    """Return a coverage whose borders wind by some metres, drawn every ten metres, shared exactly."""
    rng = np.random.default_rng(seed)

    def border(ends: tuple[tuple[int, int], tuple[int, int]]) -> list[tuple[float, float]]:
        start, end = np.array(ends[0], float), np.array(ends[1], float)
        steps = np.linspace(0, 1, 100)[:, None]
        across = np.array([start[1] - end[1], end[0] - start[0]]) / np.hypot(*(end - start))
        line = start + steps * (end - start)
        line[1:-1] += across * rng.uniform(-3, 3, (98, 1))
        return [(float(x), float(y)) for x, y in line]

    corners = [(x, y) for x in range(columns + 1) for y in range(rows + 1)]
    along = [((x, y), (x + 1, y)) for x, y in corners if x < columns]
    up = [((x, y), (x, y + 1)) for x, y in corners if y < rows]
    edges = {
        ends: border(((1000 * ends[0][0], 1000 * ends[0][1]), (1000 * ends[1][0], 1000 * ends[1][1])))
        for ends in along + up
    }
    shapes = {}
    for x in range(columns):
        for y in range(rows):
            south, north = edges[(x, y), (x + 1, y)], edges[(x, y + 1), (x + 1, y + 1)]
            west, east = edges[(x, y), (x, y + 1)], edges[(x + 1, y), (x + 1, y + 1)]
            shapes[f"{x}-{y}"] = Polygon([*south, *east[1:], *north[::-1][1:], *west[::-1][1:]])
    return layer(shapes)


def test_by_hand() -> None:
    """Three in a row: the middle one borders both; the border is a hundred metres, and a metre more at each end."""
    zones = layer({"w": box(0, 0, 100, 100), "m": box(100, 0, 200, 100), "e": box(200, 0, 300, 100)})
    assert neighbours(zones).round(6).to_dict() == {
        ("w", "m"): 102.0,
        ("m", "w"): 102.0,
        ("m", "e"): 102.0,
        ("e", "m"): 102.0,
    }


@given(lines, lines)
def test_neighbours_are_the_pairs_that_share_a_line(xs: list[int], ys: list[int]) -> None:
    """The spatial index finds what comparing every pair finds, both ways; corners do not count."""
    zones = grid(xs, ys)
    expected = {
        (one, other): shared
        for one, left in zones.geometry.items()
        for other, right in zones.geometry.items()
        if one != other and (shared := left.boundary.intersection(right.boundary).length) > 0
    }
    found = neighbours(zones)
    assert set(found.index) == set(expected)
    assert found.index.names == ["catchment", "neighbour"]
    for pair, border in found.items():
        assert expected[pair] <= border <= expected[pair] + 2.01
        assert border == pytest.approx(found[pair[::-1]])


@given(lines, lines, st.integers(min_value=0, max_value=2**31))
def test_order_of_catchments_is_irrelevant(xs: list[int], ys: list[int], seed: int) -> None:
    """Labels decide, not positions."""
    zones = grid(xs, ys)
    mixed = zones.sample(frac=1, random_state=seed)
    assert neighbours(mixed).to_dict() == pytest.approx(neighbours(zones).to_dict())


def test_a_corner_is_no_border() -> None:
    """Two catchments that meet in a point send no children across it."""
    zones = layer({"sw": box(0, 0, 100, 100), "ne": box(100, 100, 200, 200)})
    assert neighbours(zones).empty


def test_a_sliver_does_not_part_neighbours() -> None:
    """Outlines up to a metre apart are one border; three metres apart, they are not."""
    west = box(0, 0, 100, 100)
    assert len(neighbours(layer({"w": west, "e": box(100.5, 0, 200, 100)}))) == 2
    assert neighbours(layer({"w": west, "e": box(103, 0, 200, 100)})).empty
    assert len(neighbours(layer({"w": west, "e": box(103, 0, 200, 100)}), gap_m=5.0)) == 2


def test_an_enclave_borders_what_surrounds_it() -> None:
    """The border of an enclave is its whole outline."""
    ring = Polygon(box(0, 0, 1000, 1000).exterior, [box(400, 400, 600, 600).exterior])
    found = neighbours(layer({"ring": ring, "core": box(400, 400, 600, 600)}))
    assert found.to_dict() == pytest.approx({("ring", "core"): 800.0, ("core", "ring"): 800.0})


def test_one_catchment_has_no_neighbours() -> None:
    """A single catchment is alone."""
    assert neighbours(layer({"z": box(0, 0, 100, 100)})).empty


@given(
    st.integers(min_value=1, max_value=3),
    st.integers(min_value=1, max_value=3),
    st.integers(min_value=0, max_value=2**31),
    st.floats(min_value=5, max_value=200),
)
def test_simpler_outlines_still_share_their_borders(columns: int, rows: int, seed: int, tolerance_m: float) -> None:
    """After simplification no gap and no overlap opens, and every label keeps about its ground."""
    zones = wavy(columns, rows, seed=seed)
    assert shapely.coverage_is_valid(zones.geometry.to_numpy())

    simple = simplify_for_display(zones, tolerance_m=tolerance_m)

    shapes = simple.geometry.to_numpy()
    assert shapely.coverage_is_valid(shapes)
    assert shapely.get_num_coordinates(shapes).sum() < shapely.get_num_coordinates(zones.geometry.to_numpy()).sum()
    assert simple.index.equals(zones.index)
    assert simple.crs == zones.crs
    assert simple.geometry.hausdorff_distance(zones.geometry).max() < 2 * tolerance_m
    np.testing.assert_allclose(shapely.area(shapes), 1e6, rtol=0.02)


def test_a_corner_of_two_stays_on_the_border_of_the_third() -> None:
    """Where two catchments meet on a bend of a third one's border, all three keep the bend."""
    bend = (1003, 500)
    zones = layer(
        {
            "west": Polygon([(0, 0), (1000, 0), bend, (1000, 1000), (0, 1000)]),
            "south": Polygon([(1000, 0), (2000, 0), (2000, 500), bend]),
            "north": Polygon([bend, (2000, 500), (2000, 1000), (1000, 1000)]),
        },
    )
    simple = simplify_for_display(zones, tolerance_m=50)
    assert shapely.coverage_is_valid(simple.geometry.to_numpy())
    assert all(bend in shape.exterior.coords for shape in simple.geometry)


def test_the_layer_itself_is_left_alone() -> None:
    """Simplified outlines are a new layer with the same columns; seats are counted on the old one."""
    zones = wavy(2, 1, seed=1).assign(name=["West", "East"])
    before = zones.copy()
    simple = simplify_for_display(zones, tolerance_m=50)
    assert simple["name"].tolist() == ["West", "East"]
    assert zones.geometry.geom_equals_exact(before.geometry, 0).all()


def test_no_tolerance_changes_nothing() -> None:
    """A tolerance of zero returns the layer as it is."""
    zones = wavy(1, 1, seed=1)
    assert simplify_for_display(zones, tolerance_m=0).geometry.geom_equals_exact(zones.geometry, 0).all()


def test_refuses_degrees() -> None:
    """A border is measured in metres."""
    zones = layer({"z": box(0, 0, 1, 1)}).set_crs("EPSG:4490", allow_override=True)
    with pytest.raises(CRSError, match="in degrees"):
        neighbours(zones)
    with pytest.raises(CRSError, match="in degrees"):
        simplify_for_display(zones, tolerance_m=1)
