"""Catchments: made from travel, assignments and lists without losing an area; who borders whom; outlines for display."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from shapely import Polygon
from shapely import box

from schoolmap.errors import CRSError
from schoolmap.errors import GeometryError
from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.space.catchments import from_assignment
from schoolmap.space.catchments import from_lists
from schoolmap.space.catchments import nearest
from schoolmap.space.catchments import neighbours
from schoolmap.space.catchments import overlapping
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
    with pytest.raises(ValueError, match="`tolerance_m` is a distance in metres"):
        simplify_for_display(zones, tolerance_m=-1)


def test_outlines_that_do_not_fit_are_simplified_too() -> None:
    """A drawing with overlaps and gaps is shown, without a catchment vanishing or an outline crossing itself."""
    zones = wavy(2, 2, seed=3)
    apart = layer({name: shape.buffer(5 if name < "1" else -5) for name, shape in zones.geometry.items()})
    assert not shapely.coverage_is_valid(apart.geometry.to_numpy())
    simple = simplify_for_display(apart, tolerance_m=100)
    assert simple.is_valid.all()
    assert not simple.is_empty.any()
    np.testing.assert_allclose(simple.area, apart.area, rtol=0.02)


def test_an_enclave_is_shown() -> None:
    """A hole stays a hole, and what is in it fits."""
    core = shapely.Point(500, 500).buffer(80)
    ring = Polygon(box(0, 0, 1000, 1000).exterior, [core.exterior])
    simple = simplify_for_display(layer({"ring": ring, "core": core}), tolerance_m=30)
    assert shapely.coverage_is_valid(simple.geometry.to_numpy())
    assert simple.geometry["ring"].interiors[0].length == pytest.approx(simple.geometry["core"].length)
    assert simple.count_coordinates()["core"] < shapely.get_num_coordinates(core)


def test_it_says_that_it_is_for_display() -> None:
    """Nobody who reads the name or the page counts children on it."""
    assert simplify_for_display.__name__.endswith("for_display")
    assert "never counted on simplified outlines" in (simplify_for_display.__doc__ or "")


def test_refuses_degrees() -> None:
    """A border is measured in metres."""
    zones = layer({"z": box(0, 0, 1, 1)}).set_crs("EPSG:4490", allow_override=True)
    with pytest.raises(CRSError, match="in degrees"):
        neighbours(zones)
    with pytest.raises(CRSError, match="in degrees"):
        simplify_for_display(zones, tolerance_m=1)


def strip(number: int) -> gpd.GeoDataFrame:
    """Return villages side by side, each a square of 100 m: a0, a1, ..."""
    return layer({f"a{i}": box(100 * i, 0, 100 * (i + 1), 100) for i in range(number)})


def by_pair(values: dict[tuple[str, str], float]) -> pd.Series:
    """Return values by area and school."""
    index = pd.MultiIndex.from_tuples(list(values), names=["area", "school"])
    return pd.Series(list(values.values()), index=index, dtype=float)


@st.composite
def journeys(draw: st.DrawFn) -> tuple[gpd.GeoDataFrame, pd.Series]:
    """Draw a grid of areas and whole minutes to up to four schools, with pairs left out and many ties."""
    areas = grid(*(sorted(100 * number for number in range(draw(st.integers(2, 4)))) for _ in range(2)))
    pairs = [(area, f"s{i}") for area in areas.index for i in range(draw(st.integers(1, 4)))]
    minutes = draw(st.lists(st.one_of(st.none(), st.integers(0, 6)), min_size=len(pairs), max_size=len(pairs)))
    known = {pair: value for pair, value in zip(pairs, minutes, strict=True) if value is not None}
    return areas, by_pair(known or {pairs[0]: 3})


def covers_its_members(built: object, areas: gpd.GeoDataFrame) -> None:
    """Check that each catchment is the ground of its areas, and that each area is in one or told to be in none."""
    surface = built.members.index.map(areas.area).to_series(index=built.members.to_numpy())  # type: ignore[attr-defined]
    expected = surface.groupby(level=0).sum().to_dict()
    assert built.catchments.area.to_dict() == pytest.approx(expected)  # type: ignore[attr-defined]
    for area, catchment in built.members.items():  # type: ignore[attr-defined]
        inside = areas.geometry[area].intersection(built.catchments.geometry[catchment])  # type: ignore[attr-defined]
        assert inside.area == pytest.approx(areas.area[area])
    members, unreached = set(built.members.index), set(built.unreached)  # type: ignore[attr-defined]
    assert members | unreached == set(areas.index)
    assert not members & unreached
    filled, vacant = set(built.catchments.index), set(built.vacant)  # type: ignore[attr-defined]
    assert filled | vacant == set(built.serves["catchment"])  # type: ignore[attr-defined]
    assert not filled & vacant


def test_nearest_by_hand() -> None:
    """Two schools share the town; the moor school is nearest to nobody, and no school is in reach of the last village."""
    areas = strip(4)
    minutes = by_pair(
        {
            ("a0", "hill"): 5,
            ("a0", "lake"): 9,
            ("a1", "hill"): 8,
            ("a1", "lake"): 4,
            ("a2", "mill"): 3,
            ("a2", "moor"): 7,
        },
    )
    zone_of = pd.Series({"hill": "town", "lake": "town", "mill": "mill", "moor": "moor"})
    built = nearest(areas, minutes, zone_of=zone_of)
    assert built.members.to_dict() == {"a0": "town", "a1": "town", "a2": "mill"}
    assert built.catchments.geometry["town"].normalize().equals(box(0, 0, 200, 100))
    assert list(built.unreached) == ["a3"]
    assert list(built.vacant) == ["moor"]
    assert built.serves.to_numpy().tolist() == [["mill", "mill"], ["moor", "moor"], ["hill", "town"], ["lake", "town"]]
    assert built.split.empty
    assert built.catchments.index.name == built.members.name == "catchment"
    assert built.catchments.crs == areas.crs


@settings(max_examples=20)
@given(journeys())
def test_nearest_is_nearest(journey: tuple[gpd.GeoDataFrame, pd.Series]) -> None:
    """No other school is nearer, and of equals it is the first by label; catchments share no ground."""
    areas, minutes = journey
    built = nearest(areas, minutes)
    covers_its_members(built, areas)
    expected = {
        area: min(own.items(), key=lambda item: (item[1], item[0][1]))[0][1] for area, own in minutes.groupby(level=0)
    }
    assert built.members.to_dict() == expected
    assert built.members.index.tolist() == [area for area in areas.index if area in expected]
    assert shapely.coverage_is_valid(built.catchments.geometry.to_numpy())


@settings(max_examples=20)
@given(journeys(), st.integers(0, 7))
def test_overlapping_holds_all_within_reach(journey: tuple[gpd.GeoDataFrame, pd.Series], limit: int) -> None:
    """An area is in the catchment of each school within the limit; a farther limit only adds."""
    areas, minutes = journey
    built = overlapping(areas, minutes, limit=limit)
    covers_its_members(built, areas)
    assert set(built.members.items()) == set(minutes[minutes <= limit].index)
    wider = overlapping(areas, minutes, limit=limit + 1)
    assert set(built.members.items()) <= set(wider.members.items())


@settings(max_examples=10)
@given(journeys(), st.integers(0, 2**31))
def test_order_of_areas_and_pairs_is_irrelevant(journey: tuple[gpd.GeoDataFrame, pd.Series], seed: int) -> None:
    """Labels decide; members come in the order of the areas, catchments sorted."""
    areas, minutes = journey
    mixed = areas.sample(frac=1, random_state=seed)
    shuffled = minutes.sample(frac=1, random_state=seed)
    for make in (nearest, lambda *layers: overlapping(*layers, limit=4), from_assignment):
        one, other = make(areas, minutes), make(mixed, shuffled)
        assert sorted(other.members.items()) == sorted(one.members.items())
        assert other.catchments.index.equals(one.catchments.index)
        assert other.catchments.area.to_dict() == pytest.approx(one.catchments.area.to_dict())
        assert sorted(other.unreached) == sorted(one.unreached)
        pd.testing.assert_frame_equal(other.serves, one.serves)
        assert other.split.to_dict() == one.split.to_dict()


def test_an_assignment_splits_no_area() -> None:
    """A village goes to the school that has most of its pupils; those who go elsewhere are counted."""
    flows = by_pair({("a0", "hill"): 30, ("a1", "hill"): 12, ("a1", "lake"): 12, ("a2", "lake"): 25, ("a2", "hill"): 5})
    built = from_assignment(strip(4), flows)
    assert built.members.to_dict() == {"a0": "hill", "a1": "hill", "a2": "lake"}
    assert built.split.to_dict() == {"a1": 12, "a2": 5}
    assert list(built.unreached) == ["a3"]


def test_schools_of_one_catchment_share_their_pupils() -> None:
    """Pupils at two schools of one catchment are not split."""
    flows = by_pair({("a0", "hill"): 10, ("a0", "lake"): 9, ("a0", "mill"): 12})
    built = from_assignment(strip(1), flows, zone_of=pd.Series({"hill": "town", "lake": "town", "mill": "mill"}))
    assert built.members.to_dict() == {"a0": "town"}
    assert built.split.to_dict() == {"a0": 12}
    assert list(built.vacant) == ["mill"]


def test_areas_without_pupils_go_to_the_nearest_if_travel_is_given() -> None:
    """Ground on which no child lives yet is in a catchment all the same, maybe that of a school with no pupils."""
    flows = by_pair({("a0", "hill"): 30, ("a1", "hill"): 0})
    minutes = by_pair({("a0", "lake"): 1, ("a1", "lake"): 2, ("a1", "hill"): 6, ("a2", "hill"): 9})
    built = from_assignment(strip(4), flows, travel=minutes)
    assert built.members.to_dict() == {"a0": "hill", "a1": "lake", "a2": "hill"}
    assert list(built.unreached) == ["a3"]
    assert built.split.empty
    covers_its_members(built, strip(4))


@settings(max_examples=20)
@given(journeys())
def test_an_assignment_loses_no_pupil(journey: tuple[gpd.GeoDataFrame, pd.Series]) -> None:
    """Pupils whose area is in their catchment and those elsewhere are all that were assigned."""
    areas, pupils = journey
    built = from_assignment(areas, pupils)
    covers_its_members(built, areas)
    home = sum(value for (area, school), value in pupils.items() if built.members.get(area) == school)
    assert home + built.split.sum() == pupils.sum()
    most = pupils.groupby(level=0).max()
    for area, school in built.members.items():
        assert pupils[(area, school)] == most[area]


def test_lists_by_hand() -> None:
    """A notice names one village by code and one by name; two schools serve the town, and one school both."""
    areas = strip(3).assign(name=["East", " West", "Hill"])
    notice = pd.Series(["East", "a2", "West "], index=["town", "mill", "town"])
    serves = pd.DataFrame({"school": ["S1", "S2", "S1"], "catchment": ["town", "town", "mill"]})
    built = from_lists(areas, notice, serves=serves)
    assert built.members.to_dict() == {"a0": "town", "a1": "town", "a2": "mill"}
    assert built.catchments.area.to_dict() == {"mill": 10_000, "town": 20_000}
    assert built.serves.to_numpy().tolist() == [["S1", "mill"], ["S1", "town"], ["S2", "town"]]
    assert built.unreached.empty


def test_refuses_schools_of_a_catchment_without_a_list() -> None:
    """A school would serve nobody."""
    serves = pd.DataFrame({"school": ["S1"], "catchment": ["harbour"]})
    with pytest.raises(LabelError, match=r"`serves` names 1 catchment\(s\) without a list, e\.g\. 'harbour'"):
        from_lists(strip(1), pd.Series(["a0"], index=["town"]), serves=serves)


def test_areas_that_overlap_are_joined_all_the_same() -> None:
    """A catchment is the ground of its areas, also where two of them claim some of it."""
    areas = layer({"a": box(0, 0, 100, 100), "b": box(90, 0, 200, 100)})
    built = nearest(areas, by_pair({("a", "s"): 1, ("b", "s"): 1}))
    assert built.catchments.area.to_dict() == {"s": 20_000}


def test_no_travel_reaches_nobody() -> None:
    """Every area is told to be in no catchment."""
    built = nearest(strip(2), by_pair({}))
    assert list(built.unreached) == ["a0", "a1"]
    assert len(built.catchments) == len(built.members) == len(built.serves) == 0


def test_refuses_travel_of_other_areas_and_schools() -> None:
    """Labels that fit nothing were made from other tables."""
    with pytest.raises(LabelError, match="`travel` names area 'x', which `areas` does not have"):
        nearest(strip(1), by_pair({("x", "s"): 1}))
    with pytest.raises(LabelError, match=r"`zone_of` has no catchment for 1 school\(s\), e\.g\. 's'"):
        nearest(strip(1), by_pair({("a0", "s"): 1}), zone_of=pd.Series({"t": "z"}))
    with pytest.raises(LabelError, match=r"indexed by \(area, school\), got 1 level"):
        nearest(strip(1), pd.Series({"a0": 1.0}))
    twice = by_pair({("a0", "s"): 1})
    with pytest.raises(LabelError, match="`travel` lists 1 unit"):
        nearest(strip(1), pd.concat([twice, twice]))


@pytest.mark.parametrize(
    ("minutes", "error"),
    [(float("nan"), MissingValueError), (-1.0, ValueError)],
)
def test_refuses_travel_that_is_none(minutes: float, error: type[Exception]) -> None:
    """A pair out of reach is left out; an unknown or negative time is an error."""
    with pytest.raises(error, match="`travel`"):
        nearest(strip(1), by_pair({("a0", "s"): minutes}))
    with pytest.raises(ValueError, match="`limit`"):
        overlapping(strip(1), by_pair({("a0", "s"): 1}), limit=float("nan"))


def test_refuses_points_as_ground() -> None:
    """Villages known by points need polygons first."""
    with pytest.raises(GeometryError, match="'v'"):
        nearest(layer({"v": shapely.Point(0, 0)}), by_pair({("v", "s"): 1}))
