"""From small areas to catchments: no child is lost, none is counted twice."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import xarray as xr
from hypothesis import assume
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from shapely import LineString
from shapely import Point
from shapely import Polygon
from shapely import box

from schoolmap.errors import CRSError
from schoolmap.errors import GeometryError
from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.errors import OverlapError
from schoolmap.space.overlay import area_weights
from schoolmap.space.overlay import catchment_of
from schoolmap.space.overlay import lost
from schoolmap.space.overlay import transfer

METRES = "EPSG:4546"


def layer(shapes: dict[str, shapely.Geometry], *, crs: str = METRES) -> gpd.GeoDataFrame:
    """Return a layer of labelled shapes."""
    return gpd.GeoDataFrame(geometry=list(shapes.values()), index=list(shapes), crs=crs)


def children(counts: dict[str, float]) -> xr.DataArray:
    """Return children by area."""
    return xr.DataArray(list(counts.values()), coords={"area": list(counts)}, dims="area", name="children")


def grid(xs: list[int], ys: list[int], *, prefix: str) -> dict[str, shapely.Geometry]:
    """Return the rectangles between sorted lines."""
    return {
        f"{prefix}{i}-{j}": box(xs[i], ys[j], xs[i + 1], ys[j + 1])
        for i in range(len(xs) - 1)
        for j in range(len(ys) - 1)
    }


lines = st.lists(st.integers(min_value=0, max_value=60), min_size=2, max_size=5, unique=True).map(
    lambda numbers: sorted(100 * number for number in numbers),
)


@st.composite
def towns(draw: st.DrawFn) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, xr.DataArray]:
    """Draw a grid of areas, another grid of catchments (some left out), and children by area and age."""
    areas = grid(draw(lines), draw(lines), prefix="a")
    zones = grid(draw(lines), draw(lines), prefix="z")
    kept = draw(st.lists(st.sampled_from(sorted(zones)), min_size=1, unique=True))
    count = st.floats(min_value=0, max_value=1e5)
    values = draw(st.lists(st.tuples(count, count), min_size=len(areas), max_size=len(areas)))
    counts = xr.DataArray(values, coords={"area": list(areas), "age": [3, 4]}, dims=("area", "age"))
    return layer(areas), layer({name: zones[name] for name in kept}), counts


def test_by_hand() -> None:
    """An area of 100 children lies 40 % west, 50 % east and 10 % in no catchment."""
    areas = layer({"a": box(0, 0, 1000, 1000)})
    zones = layer({"west": box(0, 0, 400, 1000), "east": box(400, 0, 900, 1000), "far": box(5000, 0, 6000, 1000)})

    weights = area_weights(areas, zones)
    moved = transfer(children({"a": 100.0}), weights, catchments=zones.index)

    assert weights.to_dict() == pytest.approx({("a", "west"): 0.4, ("a", "east"): 0.5})
    assert moved.inside.to_series().to_dict() == pytest.approx({"west": 40.0, "east": 50.0, "far": 0.0})
    assert moved.outside.to_series().to_dict() == pytest.approx({"a": 10.0})


@given(towns())
def test_no_child_is_lost_or_invented(town: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, xr.DataArray]) -> None:
    """Inside and outside hold what came in, age by age, to a billionth."""
    areas, zones, counts = town
    moved = transfer(counts, area_weights(areas, zones), catchments=zones.index)
    assert (moved.inside >= 0).all()
    assert (moved.outside >= 0).all()
    np.testing.assert_allclose(
        moved.inside.sum("catchment") + moved.outside.sum("area"),
        counts.sum("area"),
        rtol=1e-9,
        atol=1e-9,
    )


@given(towns())
def test_weights_are_those_of_every_pair(town: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, xr.DataArray]) -> None:
    """The spatial index finds what comparing every area with every catchment finds."""
    areas, zones, _ = town
    expected = {
        (area, zone): share
        for area, shape in areas.geometry.items()
        for zone, outline in zones.geometry.items()
        if (share := shape.intersection(outline).area / shape.area) > 0
    }
    weights = area_weights(areas, zones)
    assert weights.index.names == ["area", "catchment"]
    assert weights.to_dict() == pytest.approx(expected, rel=1e-9)


@given(towns(), st.randoms(use_true_random=False))
def test_order_of_labels_is_irrelevant(
    town: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, xr.DataArray],
    rng: object,
) -> None:
    """Areas, catchments, weights and counts in any order give each catchment the same children."""
    areas, zones, counts = town
    seed = rng.randrange(2**32)  # type: ignore[attr-defined]
    mixed_areas, mixed_zones = areas.sample(frac=1, random_state=seed), zones.sample(frac=1, random_state=seed)
    expected = transfer(counts, area_weights(areas, zones), catchments=zones.index)
    weights = area_weights(mixed_areas, mixed_zones).sample(frac=1, random_state=seed)
    moved = transfer(counts.sel(area=list(mixed_areas.index)), weights, catchments=mixed_zones.index)
    assert moved.inside["catchment"].to_numpy().tolist() == mixed_zones.index.tolist()
    xr.testing.assert_allclose(moved.inside.sel(catchment=list(zones.index)), expected.inside, rtol=1e-9, atol=1e-9)
    xr.testing.assert_allclose(moved.outside.sel(area=list(areas.index)), expected.outside, rtol=1e-9, atol=1e-9)


@given(towns())
def test_a_layer_on_itself_changes_nothing(town: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, xr.DataArray]) -> None:
    """Where catchments are the areas, every area keeps its children."""
    areas, _, counts = town
    weights = area_weights(areas, areas)
    assert weights.to_dict() == {(name, name): 1.0 for name in areas.index}
    moved = transfer(counts, weights, catchments=areas.index)
    np.testing.assert_array_equal(moved.inside, counts)
    assert float(moved.outside.sum()) == 0


@given(towns(), st.floats(min_value=0, max_value=100))
def test_the_transfer_is_linear(
    town: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, xr.DataArray],
    factor: float,
) -> None:
    """Scaled counts are scaled results, so that draws may be carried over like children."""
    areas, zones, counts = town
    weights = area_weights(areas, zones)
    one = transfer(counts, weights, catchments=zones.index)
    many = transfer(factor * counts, weights, catchments=zones.index)
    xr.testing.assert_allclose(many.inside, factor * one.inside, rtol=1e-9, atol=1e-6)


@given(
    st.lists(
        st.tuples(st.integers(min_value=-1, max_value=9), st.integers(min_value=-1, max_value=5)),
        min_size=1,
        max_size=20,
        unique=True,
    ),
)
def test_a_point_counts_once_on_a_border(places: list[tuple[int, int]]) -> None:
    """On a shared border or corner a village belongs to the catchment listed first; outside all, to none."""
    zones = layer(grid([0, 400, 800], [0, 400], prefix="z"))
    villages = layer({f"v{x},{y}": Point(100 * x, 100 * y) for x, y in places})
    moved = transfer(
        children(dict.fromkeys(villages.index, 10.0)),
        area_weights(villages, zones),
        catchments=zones.index,
    )
    inside = [(x, y) for x, y in places if 0 <= x <= 8 and 0 <= y <= 4]
    west = [place for place in inside if place[0] <= 4]
    assert moved.inside.to_series().to_dict() == {"z0-0": 10.0 * len(west), "z1-0": 10.0 * (len(inside) - len(west))}
    assert float(moved.outside.sum()) == 10.0 * (len(places) - len(inside))


@given(st.permutations(["z0-0", "z0-1", "z1-0", "z1-1", "z2-0", "z2-1"]))
def test_a_corner_belongs_to_the_catchment_listed_first(order: list[str]) -> None:
    """Where four catchments meet, the one that comes first in the list has the village."""
    zones = layer(grid([0, 400, 800, 1200], [0, 400, 800], prefix="z")).loc[order]
    first = next(name for name in order if name in {"z0-0", "z0-1", "z1-0", "z1-1"})
    assert area_weights(layer({"v": Point(400, 400)}), zones).to_dict() == {("v", first): 1.0}


def test_the_order_of_dimensions_is_irrelevant() -> None:
    """Counts by (age, area) are carried over like counts by (area, age)."""
    areas = layer({"a": box(0, 0, 100, 100), "b": box(100, 0, 200, 100)})
    zones = layer({"z": box(0, 0, 150, 100)})
    counts = xr.DataArray([[1.0, 2.0], [10.0, 20.0]], coords={"age": [3, 4], "area": ["a", "b"]}, dims=("age", "area"))
    moved = transfer(counts, area_weights(areas, zones), catchments=zones.index)
    assert moved.inside.sel(catchment="z").to_series().to_dict() == pytest.approx({3: 2.0, 4: 20.0})
    assert moved.outside.sel(area="b").to_series().to_dict() == pytest.approx({3: 1.0, 4: 10.0})


def test_points_and_polygons_may_be_mixed() -> None:
    """A village known by a point and a neighbourhood known by its outline are carried over alike."""
    areas = layer({"village": Point(50, 50), "town": box(0, 0, 400, 100)})
    zones = layer({"w": box(0, 0, 100, 100), "e": box(100, 0, 400, 100)})
    assert area_weights(areas, zones).to_dict() == pytest.approx(
        {("village", "w"): 1.0, ("town", "w"): 0.25, ("town", "e"): 0.75},
    )


def test_an_enclave_belongs_to_itself() -> None:
    """A catchment in the hole of another gets the children in the hole."""
    ring = Polygon(box(0, 0, 1000, 1000).exterior, [box(400, 400, 600, 600).exterior])
    weights = area_weights(layer({"a": box(0, 0, 1000, 1000)}), layer({"ring": ring, "core": box(400, 400, 600, 600)}))
    assert weights.to_dict() == pytest.approx({("a", "ring"): 0.96, ("a", "core"): 0.04})


@pytest.mark.parametrize(("side", "overlap"), [(1000, 0.0005), (100, 0.009)])
def test_slivers_are_rounding(side: int, overlap: float) -> None:
    """Outlines that overlap by less than a square metre are one border: the shares still add up to 1."""
    areas = layer({"a": box(0, 0, side, side)})
    zones = layer({"w": box(0, 0, side / 2 + overlap, side), "e": box(side / 2, 0, side, side)})
    assert area_weights(areas, zones).sum() == pytest.approx(1.0, abs=1e-12)


def test_areas_without_any_catchment_are_outside() -> None:
    """Where no catchment touches, everybody is outside, and nobody is dropped."""
    areas, zones = layer({"a": box(0, 0, 100, 100)}), layer({"z": box(900, 0, 999, 100)})
    moved = transfer(children({"a": 7.0}), area_weights(areas, zones), catchments=zones.index)
    assert float(moved.inside.sum()) == 0
    assert float(moved.outside.sum()) == 7.0


@given(st.integers(min_value=1, max_value=9), st.integers(min_value=1, max_value=9))
def test_refuses_catchments_that_overlap(west: int, east: int) -> None:
    """Children in two catchments would be counted twice."""
    assume(west > east)
    areas = layer({"a": box(0, 0, 1000, 1000)})
    zones = layer({"w": box(0, 0, 100 * west, 1000), "e": box(100 * east, 0, 1000, 1000)})
    with pytest.raises(OverlapError, match=rf"'a' in \['w', 'e'\]: {10 * (west - east)}.00% .* counted twice"):
        area_weights(areas, zones)


def test_refuses_a_strip_of_two_metres() -> None:
    """A strip of 2 m by 100 m is not rounding: a house stands there."""
    areas = layer({"a": box(0, 0, 1000, 100)})
    zones = layer({"w": box(0, 0, 502, 100), "e": box(500, 0, 1000, 100)})
    with pytest.raises(OverlapError, match=r"0\.20% of it"):
        area_weights(areas, zones)


def test_refuses_an_overlap_that_an_empty_part_hides() -> None:
    """Half of the area is in both catchments and half in none: the shares add up to 1, and are wrong."""
    areas = layer({"a": box(0, 0, 1000, 1000)})
    zones = layer({"w": box(0, 0, 500, 1000), "e": box(0, 0, 500, 1000)})
    with pytest.raises(OverlapError, match=r"50\.00% of it would be counted twice"):
        area_weights(areas, zones)


def test_refuses_a_point_within_two_catchments() -> None:
    """A village inside both is not the first one's by order of the list."""
    zones = layer({"w": box(0, 0, 600, 100), "e": box(400, 0, 1000, 100)})
    with pytest.raises(OverlapError, match=r"'v' in \['w', 'e'\]"):
        area_weights(layer({"v": Point(500, 50)}), zones)
    assert area_weights(layer({"v": Point(100, 50)}), zones).to_dict() == {("v", "w"): 1.0}


def test_refuses_degrees() -> None:
    """A share of square degrees is no share of a surface."""
    degrees = layer({"a": box(0, 0, 1, 1)}, crs="EPSG:4490")
    with pytest.raises(CRSError, match="in degrees"):
        area_weights(degrees, degrees)


def test_refuses_layers_in_two_crs() -> None:
    """Two coordinate systems have no place in common."""
    areas = layer({"a": box(0, 0, 1, 1)})
    with pytest.raises(CRSError, match="share one CRS"):
        area_weights(areas, areas.set_crs("EPSG:4547", allow_override=True))


def test_refuses_a_label_twice() -> None:
    """Two areas of one name cannot be told apart afterwards."""
    areas = layer({"a": box(0, 0, 100, 100), "b": box(100, 0, 200, 100)})
    twice = areas.set_axis(["a", "a"])
    with pytest.raises(LabelError, match="`areas` lists 1 unit"):
        area_weights(twice, areas)
    with pytest.raises(LabelError, match="`catchments` lists 1 unit"):
        area_weights(areas, twice)


@pytest.mark.parametrize(("area", "zone"), [("elsewhere", "z"), ("a", "elsewhere")])
def test_refuses_weights_of_other_layers(area: str, zone: str) -> None:
    """A weight without counts, or into no catchment, is an error and not a loss."""
    weights = pd.Series([1.0], index=pd.MultiIndex.from_tuples([(area, zone)], names=["area", "catchment"]))
    with pytest.raises(LabelError, match="elsewhere"):
        transfer(children({"a": 7.0}), weights, catchments=pd.Index(["z"]))


def test_a_line_is_no_surface() -> None:
    """An area drawn as a line is treated as a place, as a whole, like a point."""
    zones = layer({"w": box(0, 0, 100, 100), "e": box(100, 0, 200, 100)})
    street = layer({"street": LineString([(50, 50), (150, 50)])})
    assert area_weights(street, zones).to_dict() == {("street", "w"): 1.0}


def test_refuses_areas_of_which_one_is_drawn_on_the_other() -> None:
    """A township beside its own villages would bring its children twice."""
    areas = layer({"town": box(0, 0, 1000, 100), "village": box(0, 0, 100, 100)})
    zones = layer({"z": box(0, 0, 1000, 100)})
    with pytest.raises(OverlapError, match=r"1 pair\(s\), 10,000 m².*'town', 'village'.*100.00% of the smaller"):
        area_weights(areas, zones)


@pytest.mark.parametrize(
    ("choice", "west"),
    [("as drawn", 500 / 1000), ("first", 500 / 1000), ("smaller", 300 / 800)],
)
def test_overlapping_areas_are_counted_as_the_user_says(choice: str, west: float) -> None:
    """An estate on top of its village: the village's people live where the user says they do."""
    areas = layer({"village": box(0, 0, 1000, 100), "estate": box(300, 0, 500, 110)})
    zones = layer({"w": box(0, 0, 500, 200), "e": box(500, 0, 1000, 200)})
    weights = area_weights(areas, zones, overlapping_areas=choice)  # type: ignore[arg-type]
    assert weights["village", "w"] == pytest.approx(west)
    assert weights["estate", "w"] == pytest.approx(1.0)


def test_areas_that_overlap_by_drawing_are_accepted() -> None:
    """Half a percent of the smaller area is a line drawn by hand: its children are counted in their own area."""
    areas = layer({"w": box(0, 0, 100.5, 100), "e": box(100, 0, 200, 100)})
    assert area_weights(areas, layer({"z": box(0, 0, 200, 100)})).to_dict() == {("w", "z"): 1.0, ("e", "z"): 1.0}


def test_overlapping_catchments_share_the_children_where_the_user_says_so() -> None:
    """Where two and three schools may be chosen, each gets a half and a third."""
    areas = layer({"a": box(0, 0, 600, 100)})
    zones = layer({"w": box(0, 0, 400, 100), "e": box(200, 0, 500, 100), "m": box(300, 0, 400, 100)})
    weights = area_weights(areas, zones, overlapping_catchments="share")
    expected = {"w": 2 / 6 + 1 / 12 + 1 / 18, "e": 1 / 12 + 1 / 18 + 1 / 6, "m": 1 / 18}
    assert weights["a"].to_dict() == pytest.approx(expected)


@given(towns(), st.lists(st.tuples(*[st.integers(min_value=0, max_value=60)] * 4), max_size=3))
@settings(max_examples=25)
def test_sharing_loses_nobody_and_doubles_nobody(
    town: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, xr.DataArray],
    more: list[tuple[int, int, int, int]],
) -> None:
    """Whatever catchments overlap, those inside any of them are counted once, each claim alike."""
    areas, zones, _ = town
    boxes = {
        f"m{i}": box(100 * min(x, u), 100 * min(y, v), 100 * max(x, u) + 50, 100 * max(y, v) + 50)
        for i, (x, y, u, v) in enumerate(more)
    }
    every = layer({**zones.geometry.to_dict(), **boxes})
    weights = area_weights(areas, every, overlapping_catchments="share")
    inside = shapely.area(shapely.intersection(areas.geometry.to_numpy(), every.union_all())) / areas.area
    totals = weights.groupby(level="area").sum().reindex(areas.index, fill_value=0.0)
    np.testing.assert_allclose(totals, inside, atol=1e-9)
    backwards = area_weights(areas, every.iloc[::-1], overlapping_catchments="share")
    pd.testing.assert_series_equal(backwards.sort_index(), weights.sort_index(), rtol=1e-9)


def test_without_overlaps_sharing_changes_nothing() -> None:
    """Shared or refused, catchments that lie apart have the same children."""
    areas, zones = layer(grid([0, 300, 700], [0, 500], prefix="a")), layer(grid([0, 400, 800], [0, 200], prefix="z"))
    pd.testing.assert_series_equal(
        area_weights(areas, zones, overlapping_catchments="share"), area_weights(areas, zones), rtol=1e-12
    )


def test_a_point_within_two_catchments_is_shared_where_the_user_says_so() -> None:
    """Two schools may be chosen: half of the village is counted for each."""
    zones = layer({"w": box(0, 0, 600, 100), "e": box(400, 0, 1000, 100)})
    weights = area_weights(layer({"v": Point(500, 50)}), zones, overlapping_catchments="share")
    assert weights.to_dict() == {("v", "w"): 0.5, ("v", "e"): 0.5}


ring = Polygon(box(0, 0, 1000, 1000).exterior, [box(400, 400, 600, 600).exterior])


@pytest.mark.parametrize(
    ("place", "alone", "with_core"),
    [
        (Point(100, 100), "ring", "ring"),
        (Point(500, 500), None, "core"),
        (Point(400, 500), "ring", "core"),
        (Point(400, 400), "ring", "core"),
        (Point(0, 0), "ring", "ring"),
        (Point(1000, 333), "ring", "ring"),
        (Point(1000.001, 333), None, None),
    ],
)
def test_points_on_vertices_edges_and_holes(place: Point, alone: str | None, with_core: str | None) -> None:
    """The edge of a hole is inside; where a catchment fills the hole, the one listed first has the border."""
    points = layer({"p": place})
    assert catchment_of(points, layer({"ring": ring}))["p"] == alone
    assert catchment_of(points, layer({"core": box(400, 400, 600, 600), "ring": ring}))["p"] == with_core


@given(
    st.lists(st.tuples(*[st.integers(min_value=-1, max_value=13)] * 2), min_size=1, max_size=30, unique=True),
    st.permutations(["z0-0", "z0-1", "z1-0", "z1-1", "z2-0", "z2-1"]),
)
def test_points_are_placed_as_by_asking_each_catchment_in_turn(places: list[tuple[int, int]], order: list[str]) -> None:
    """The first catchment of the list that holds or touches a point has it, whichever order the points have."""
    zones = layer(grid([0, 400, 800, 1200], [0, 400, 800], prefix="z")).loc[order]
    points = layer({f"p{x},{y}": Point(100 * x, 100 * y) for x, y in places})
    expected = {
        name: next((zone for zone, shape in zones.geometry.items() if shape.intersects(place)), None)
        for name, place in points.geometry.items()
    }
    assert catchment_of(points, zones).to_dict() == expected
    assert catchment_of(points.iloc[::-1], zones).to_dict() == expected


def test_a_point_inside_two_catchments_is_nobodys_by_order() -> None:
    """The function for points refuses what the weights refuse."""
    zones = layer({"w": box(0, 0, 600, 100), "e": box(400, 0, 1000, 100)})
    with pytest.raises(OverlapError, match="'v' in"):
        catchment_of(layer({"v": Point(500, 50)}), zones)
    with pytest.raises(GeometryError, match="is not a point"):
        catchment_of(layer({"v": box(0, 0, 1, 1)}), zones)


def test_what_is_lost_is_listed_with_its_areas() -> None:
    """Thirty and two children live outside; the area with the most comes first, one that keeps all is not there."""
    areas = layer({"a": box(0, 0, 100, 100), "b": box(100, 0, 200, 100), "c": box(300, 0, 400, 100)})
    zones = layer({"z": box(0, 0, 180, 100)})
    counts = xr.DataArray(
        [[1.0, 4.0], [4.0, 6.0], [10.0, 20.0]],
        coords={"area": ["a", "b", "c"], "age": [3, 4]},
        dims=("area", "age"),
    )
    table = lost(counts, transfer(counts, area_weights(areas, zones), catchments=zones.index))
    assert table.index.tolist() == ["c", "b"]
    np.testing.assert_allclose(table.to_numpy(), [[30, 30, 1.0], [10, 2, 0.2]])


def test_refuses_a_crossed_outline() -> None:
    """The surface of an outline that crosses itself is a number, and wrong."""
    bow = layer({"bow": Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])})
    square = layer({"z": box(0, 0, 10, 10)})
    with pytest.raises(GeometryError, match=r"`areas` has 1 fault(?s:.*)'bow' crosses or touches itself at 5, 5"):
        area_weights(bow, square)
    with pytest.raises(GeometryError, match="`catchments` has 1 fault"):
        area_weights(square, bow)


def test_refuses_weights_that_invent_children() -> None:
    """Shares above 1 are refused before anybody is counted twice, and so is a share that is missing."""
    index = pd.MultiIndex.from_tuples([("a", "w"), ("a", "e")], names=["area", "catchment"])
    with pytest.raises(OverlapError, match=r"'a' add up to 1\.2"):
        transfer(children({"a": 7.0}), pd.Series([0.6, 0.6], index=index), catchments=pd.Index(["w", "e"]))
    with pytest.raises(MissingValueError, match="area 'a' is missing"):
        transfer(children({"a": 7.0}), pd.Series([0.6, np.nan], index=index), catchments=pd.Index(["w", "e"]))
