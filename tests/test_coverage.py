"""A coverage: what does not fit is found with its surface, and mended with a list that adds up."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from shapely import MultiPolygon
from shapely import Polygon
from shapely import box

from schoolmap.errors import CRSError
from schoolmap.errors import GeometryError
from schoolmap.errors import LabelError
from schoolmap.space.coverage import examine
from schoolmap.space.coverage import repair

METRES = "EPSG:4546"
SIDE = 200
"""Side of a cell of the planted grids, in metres."""


def layer(shapes: dict[str, shapely.Geometry]) -> gpd.GeoDataFrame:
    """Return a layer of labelled shapes in metres."""
    return gpd.GeoDataFrame(geometry=list(shapes.values()), index=list(shapes), crs=METRES)


def moved_sides(moves: list[list[float]]) -> gpd.GeoDataFrame:
    """Return squares of which each has its right side moved by so many metres: gaps left of it, overlaps right of it."""
    return layer(
        {
            f"{column}-{row}": box(column * SIDE, row * SIDE, (column + 1) * SIDE + move, (row + 1) * SIDE)
            for row, line in enumerate(moves)
            for column, move in enumerate(line)
        },
    )


@st.composite
def planted(draw: st.DrawFn) -> list[list[float]]:
    """Draw sides that are moved by whole tenths of a metre up to a metre; the last column is left alone."""
    columns, rows = draw(st.integers(2, 4)), draw(st.integers(1, 3))
    move = st.one_of(st.just(0), st.integers(-10, 10)).map(lambda tenths: tenths / 10)
    return [[*draw(st.lists(move, min_size=columns - 1, max_size=columns - 1)), 0.0] for _ in range(rows)]


@st.composite
def rough(draw: st.DrawFn) -> gpd.GeoDataFrame:
    """Draw a grid of which every polygon has its own idea of where the corners and middles of its sides are."""
    columns, rows, seed = draw(st.integers(2, 4)), draw(st.integers(1, 3)), draw(st.integers(0, 2**31))
    reach = draw(st.sampled_from([1e-9, 1e-6, 1e-4, 1e-2, 1.0]))
    rng = np.random.default_rng(seed)
    ring = np.array([(0, 0), (0.5, 0), (1, 0), (1, 0.5), (1, 1), (0.5, 1), (0, 1), (0, 0.5)]) * SIDE
    return layer(
        {
            f"{column}-{row}": Polygon(
                ring
                + np.array([500_000 + column * SIDE, 3_400_000 + row * SIDE])
                + rng.uniform(-reach, reach, ring.shape),
            )
            for column in range(columns)
            for row in range(rows)
        },
    )


def gained(changes: pd.DataFrame, labels: pd.Index) -> pd.Series:
    """Return what the list says that each catchment gained."""
    return changes.groupby("catchment")["m2"].sum().reindex(labels, fill_value=0.0)


def test_by_hand() -> None:
    """An overlap of 2 m, a strip of half a metre, a lake, and a catchment in two parts."""
    lake = box(1200, 300, 1300, 500)
    zones = layer(
        {
            "west": box(0, 0, 502, 900),
            "middle": box(500, 0, 990, 900),
            "east": Polygon(box(990.5, 0, 1500, 900).exterior, [lake.exterior]),
            "far": MultiPolygon([box(3000, 0, 3100, 100), box(4000, 0, 4050, 100)]),
        },
    )
    found = examine(zones)
    assert found["kind"].tolist() == ["overlap", "gap_sliver", "hole", "part", "part"]
    assert found["catchments"].tolist() == [("middle", "west"), ("east", "middle"), ("east",), ("far",), ("far",)]
    np.testing.assert_allclose(found["m2"], [1800, 450, 20_000, 10_000, 5_000])
    np.testing.assert_allclose(found["width_m"], [2, 0.5, 100, 100, 50], rtol=1e-3)
    np.testing.assert_allclose(found["length_m"], [902, 900.5, 300, 200, 150])
    places = gpd.points_from_xy(found["x"], found["y"])
    assert box(500, 0, 502, 900).contains(places[0])
    assert box(990, 0, 990.5, 900).contains(places[1])
    assert lake.contains(places[2])


def test_by_hand_repaired() -> None:
    """The thin is mended and listed; the lake and the two parts are somebody's decision."""
    lake = box(1200, 300, 1300, 500)
    zones = layer(
        {
            "west": box(0, 0, 502, 900),
            "middle": box(500, 0, 990, 900),
            "east": Polygon(box(990.5, 0, 1500, 900).exterior, [lake.exterior]),
            "far": MultiPolygon([box(3000, 0, 3100, 100), box(4000, 0, 4050, 100)]),
        },
    )
    repaired = repair(zones, widest_gap_m=1)
    assert repaired.changes[["catchment", "what", "other"]].to_numpy().tolist() == [
        ["east", "gap filled", None],
        ["west", "overlap given up", "middle"],
    ]
    np.testing.assert_allclose(repaired.changes["m2"], [450, -1800])
    assert repaired.coverage.geometry["west"].normalize() == box(0, 0, 500, 900).normalize()
    assert repaired.coverage.geometry["middle"] is zones.geometry["middle"]
    assert examine(repaired.coverage)["kind"].tolist() == ["hole", "part", "part"]


@settings(max_examples=30)
@given(planted())
def test_what_was_planted_is_found(moves: list[list[float]]) -> None:
    """Along each line of moved sides lie the overlaps and gaps that were made there, with their surface and width."""
    found = examine(moved_sides(moves), sliver_m=1.0)
    thin = found[found["kind"] != "edge"].assign(line=lambda table: (table["x"] / SIDE).round().astype(int) - 1)
    for line in range(len(moves[0])):
        for kind, sign in (("gap_sliver", -1), ("overlap_sliver", 1)):
            here = thin[(thin["kind"] == kind) & (thin["line"] == line)]
            sizes = [abs(row[line]) for row in moves if sign * row[line] > 0]
            assert here["m2"].sum() == pytest.approx(SIDE * sum(sizes), abs=1e-6)
            assert here["width_m"].max() == pytest.approx(max(sizes), rel=2e-3) if sizes else here.empty
            columns = {int(name.split("-")[0]) for names in here["catchments"] for name in names}
            assert columns == ({line, line + 1} if sizes else set())
    doubled = thin[thin["kind"] == "overlap_sliver"]
    claims = {
        (f"{at}-{row}", f"{at + 1}-{row}") for row, line in enumerate(moves) for at, x in enumerate(line) if x > 0
    }
    assert set(doubled["catchments"]) == claims
    assert len(doubled) == len(claims)


@settings(max_examples=30)
@given(planted())
def test_what_was_planted_is_mended(moves: list[list[float]]) -> None:
    """All ground is covered once, every square metre of it is accounted for, and neighbours fit."""
    zones = moved_sides(moves)
    repaired = repair(zones, widest_gap_m=1.0, largest_overlap=0.02)
    shapes = repaired.coverage.geometry.to_numpy()
    assert shapely.coverage_is_valid(shapes, gap_width=1.0)
    whole = len(moves) * len(moves[0]) * SIDE**2
    assert shapely.area(shapes).sum() == pytest.approx(whole, abs=1e-6)
    assert shapely.area(shapely.union_all(shapes)) == pytest.approx(whole, abs=1e-6)
    changes = repaired.changes
    by_kind = changes.groupby("what")["m2"].sum()
    claimed_twice = SIDE * sum(move for line in moves for move in line if move > 0)
    left_out = -SIDE * sum(move for line in moves for move in line if move < 0)
    assert by_kind.get("overlap given up", 0.0) == pytest.approx(-claimed_twice, abs=1e-6)
    assert by_kind.get("gap filled", 0.0) == pytest.approx(left_out, abs=1e-6)
    np.testing.assert_allclose(gained(changes, zones.index), repaired.coverage.area - zones.area, atol=1e-6)


@settings(max_examples=40)
@given(rough())
def test_a_rough_drawing_becomes_a_coverage(zones: gpd.GeoDataFrame) -> None:
    """Neighbours that were drawn one by one fit afterwards, whatever the scale of the errors, and the list adds up."""
    repaired = repair(zones, widest_gap_m=4.0, largest_overlap=0.05)
    shapes = repaired.coverage.geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    assert repaired.coverage.index.equals(zones.index)
    np.testing.assert_allclose(gained(repaired.changes, zones.index), repaired.coverage.area - zones.area, atol=1e-6)
    # scraps go from one to another; nothing else is in two catchments' lines
    scraps = repaired.changes[repaired.changes["what"].isin(["scrap given up", "scrap taken"])]
    assert scraps["m2"].sum() == pytest.approx(0, abs=1e-9)
    assert set(examine(repaired.coverage, sliver_m=4.0)["kind"]) <= {"part"}


@settings(max_examples=30)
@given(rough(), st.sampled_from(["longest_border", "larger", "smaller"]), st.sampled_from([0.0, 0.5, 4.0]))
def test_repair_is_idempotent(zones: gpd.GeoDataFrame, keep: str, widest_gap_m: float) -> None:
    """What has been repaired is left alone, down to the same objects."""
    once = repair(zones, widest_gap_m=widest_gap_m, keep=keep)  # type: ignore[arg-type]
    twice = repair(once.coverage, widest_gap_m=widest_gap_m, keep=keep)  # type: ignore[arg-type]
    assert twice.changes.empty
    assert all(new is old for new, old in zip(twice.coverage.geometry, once.coverage.geometry, strict=True))


@settings(max_examples=30)
@given(st.one_of(rough(), planted().map(moved_sides)), st.integers(0, 2**31))
def test_order_of_rows_is_irrelevant(zones: gpd.GeoDataFrame, seed: int) -> None:
    """Labels decide between equals, not positions."""
    mixed = zones.sample(frac=1, random_state=seed)
    one, other = (repair(given_layer, widest_gap_m=4.0) for given_layer in (zones, mixed))
    assert other.coverage.index.equals(mixed.index)
    np.testing.assert_allclose(other.coverage.area.reindex(zones.index), one.coverage.area, atol=1e-5)
    apart = one.coverage.symmetric_difference(other.coverage.reindex(zones.index), align=True).area
    assert apart.max() < 1e-4
    columns = ["kind", "catchments"]
    first, second = (examine(given_layer).sort_values(["kind", "x", "y"]) for given_layer in (zones, mixed))
    pd.testing.assert_frame_equal(first[columns].reset_index(drop=True), second[columns].reset_index(drop=True))


def test_the_layer_itself_is_left_alone() -> None:
    """A repaired layer is a new one with the same columns."""
    zones = moved_sides([[0.5, 0], [-0.5, 0]]).assign(name=list("abcd"))
    before = zones.copy(deep=True)
    repaired = repair(zones, widest_gap_m=1.0)
    assert zones.geometry.geom_equals_exact(before.geometry, 0).all()
    assert repaired.coverage["name"].tolist() == list("abcd")
    assert repaired.coverage.crs == zones.crs


def test_a_layer_without_faults_is_returned_as_it_is() -> None:
    """Nothing to mend, nothing listed."""
    zones = moved_sides([[0, 0], [0, 0]])
    assert examine(zones).empty
    repaired = repair(zones, widest_gap_m=5.0)
    assert repaired.changes.empty
    assert list(repaired.changes.columns) == ["catchment", "what", "m2", "other", "x", "y"]
    assert all(new is old for new, old in zip(repaired.coverage.geometry, zones.geometry, strict=True))


@pytest.mark.parametrize(
    ("keep", "holder", "loser"),
    [("longest_border", "small", "large"), ("larger", "large", "small"), ("smaller", "small", "large")],
)
def test_who_keeps_an_overlap(keep: str, holder: str, loser: str) -> None:
    """A tongue of the large catchment, 50 x 20 m, lies in the small one, which surrounds it on three sides."""
    large = shapely.union(box(0, 0, 1000, 1000), box(1000, 400, 1050, 420))
    zones = layer({"large": large, "small": box(1000, 0, 1400, 1000)})
    repaired = repair(zones, widest_gap_m=0, keep=keep)  # type: ignore[arg-type]
    given_up = repaired.changes[repaired.changes["what"] == "overlap given up"]
    assert given_up[["catchment", "other"]].to_numpy().tolist() == [[loser, holder]]
    assert given_up["m2"].tolist() == pytest.approx([-1000])


def test_between_equals_the_label_that_sorts_first_decides() -> None:
    """A strip between two has borders of one length."""
    zones = layer({"b": box(0, 0, 100, 100), "a": box(100.5, 0, 200, 100)})
    assert repair(zones, widest_gap_m=1.0).changes["catchment"].tolist() == ["a"]
    renamed = zones.set_axis(["a", "b"])
    assert repair(renamed, widest_gap_m=1.0).changes["catchment"].tolist() == ["a"]


def test_large_overlaps_are_left_to_people() -> None:
    """Two notices give the same compound to two schools: no rule decides that."""
    zones = layer({"west": box(0, 0, 600, 1000), "east": box(500, 0, 1000, 1000), "south": box(0, -500, 1000, 0.5)})
    repaired = repair(zones, widest_gap_m=1.0)
    assert set(repaired.changes["what"]) == {"overlap given up"}
    left = examine(repaired.coverage)
    assert left["kind"].tolist() == ["overlap"]
    assert left["catchments"].tolist() == [("east", "west")]
    assert left.at[0, "m2"] == pytest.approx(100 * 999.5, abs=60)
    assert repair(repaired.coverage, widest_gap_m=1.0).changes.empty
    by_rule = repair(zones, widest_gap_m=1.0, largest_overlap=0.25)
    assert shapely.coverage_is_valid(by_rule.coverage.geometry.to_numpy())


def test_nobody_loses_the_last_of_its_ground() -> None:
    """A catchment that lies in three others, a third in each, is not eaten up."""
    thirds = {f"t{number}": box(0, 100 * number, 1000, 100 * (number + 1)) for number in range(3)}
    zones = layer({**thirds, "inner": box(100, 50, 200, 250)})
    repaired = repair(zones, widest_gap_m=0, largest_overlap=0.9, keep="larger")
    assert repaired.coverage.area["inner"] == pytest.approx(20_000)
    assert (examine(repaired.coverage)["kind"] == "overlap").sum() == 3


def test_a_triple_overlap_is_one_place() -> None:
    """Ground that three claim is listed once, with all three."""
    zones = layer({"a": box(0, 0, 100, 100), "b": box(99, 0, 200, 100), "c": box(0, 99, 200, 200)})
    found = examine(zones, sliver_m=0.1)
    triple = found[found["catchments"] == ("a", "b", "c")]
    assert triple["m2"].tolist() == pytest.approx([1.0])
    repaired = repair(zones, widest_gap_m=0, largest_overlap=0.02)
    assert repaired.coverage.area.sum() == pytest.approx(200 * 200)
    assert shapely.coverage_is_valid(repaired.coverage.geometry.to_numpy())


def test_a_gap_is_filled_up_to_its_widest_place() -> None:
    """A pond on a narrow ditch is not filled because the ditch is narrow."""
    ring = Polygon(
        box(0, 0, 1000, 1000).exterior,
        [shapely.union(box(100, 500, 900, 500.5), box(400, 400, 460, 600)).exterior],
    )
    zones = layer({"ring": ring})
    assert repair(zones, widest_gap_m=1.0).changes.empty
    filled = repair(zones, widest_gap_m=61.0).changes
    assert filled["m2"].tolist() == pytest.approx([60 * 200 + 740 * 0.5])


def test_gaps_are_measured_in_the_planning_area() -> None:
    """What lies between the catchments and the border of the county is a gap once the county is given."""
    zones = layer({"w": box(0, 0, 100, 100), "e": box(100, 0, 200, 100)})
    county = layer({"county": box(0, 0, 200, 103)})
    assert examine(zones).empty
    (gap,) = examine(zones, within=county).to_dict("records")
    assert (gap["kind"], gap["catchments"], gap["m2"]) == ("gap", ("e", "w"), pytest.approx(600))
    repaired = repair(zones, widest_gap_m=5.0, within=county)
    assert repaired.coverage.area.sum() == pytest.approx(200 * 103)
    assert repaired.changes["catchment"].tolist() == ["e"]


def test_a_bay_of_the_outer_border_is_no_gap() -> None:
    """A narrow bay of one catchment, and the corner in which two meet, are outlines and not gaps."""
    bay = shapely.difference(box(0, 0, 100, 100), box(40, 50, 40.5, 100))
    wedge = Polygon([(100, 0), (200, 0), (200, 100), (130, 100)])
    zones = layer({"bay": bay, "wedge": wedge})
    assert not examine(zones, sliver_m=1.0)["kind"].str.startswith("gap").any()
    assert repair(zones, widest_gap_m=1.0).coverage.area.to_dict() == pytest.approx(zones.area.to_dict())


def test_edges_with_other_vertices_are_matched() -> None:
    """A corner of two on the side of a third is a vertex of all three; no surface changes."""
    zones = layer({"w": box(0, 0, 100, 100), "se": box(100, 0, 200, 50), "ne": box(100, 50, 200, 100)})
    found = examine(zones)
    assert set(found["kind"]) == {"edge"}
    assert found.loc[found["catchments"] == ("w",), "length_m"].tolist() == [100.0]
    repaired = repair(zones, widest_gap_m=0)
    assert repaired.changes[["catchment", "what", "m2"]].to_numpy().tolist() == [["w", "edges matched", 0.0]]
    assert shapely.coverage_is_valid(repaired.coverage.geometry.to_numpy())
    assert examine(repaired.coverage).empty


def test_scraps_that_an_overlap_cuts_off_go_to_the_neighbour() -> None:
    """The tip of a tongue beyond the neighbour's strip would be a catchment in two parts."""
    tongue = shapely.union(box(0, 0, 100, 100), box(100, 50, 103, 51))
    strip = Polygon([(100, 0), (102, 0), (102, 100), (100, 100)])
    rest = shapely.difference(box(102, 0, 200, 100), box(102, 50, 103, 51))
    repaired = repair(layer({"tongue": tongue, "strip": strip, "rest": rest}), widest_gap_m=1.0, largest_overlap=0.02)
    assert shapely.get_num_geometries(repaired.coverage.geometry.to_numpy()).tolist() == [1, 1, 1]
    rows = repaired.changes[["catchment", "what", "m2", "other"]].to_numpy().tolist()
    assert ["tongue", "scrap given up", pytest.approx(-1.0), "rest"] in rows
    assert ["rest", "scrap taken", pytest.approx(1.0), "tongue"] in rows


def test_a_part_that_always_was_apart_is_no_scrap() -> None:
    """An enclave half a metre wide may be a gate house."""
    zones = layer(
        {
            "a": MultiPolygon([box(0, 0, 100, 100), box(150, 50, 150.5, 50.5)]),
            "b": Polygon(box(100, 0, 200, 100).exterior, [box(150, 50, 150.5, 50.5).exterior]),
        },
    )
    assert repair(zones, widest_gap_m=1.0).changes.empty


@pytest.mark.skipif(not hasattr(shapely, "coverage_clean"), reason="shapely cleans coverages from 2.2 on")
@settings(max_examples=20)
@given(rough())
def test_it_is_what_shapely_makes_of_it(zones: gpd.GeoDataFrame) -> None:
    """Where nothing is left to people, `coverage_clean` covers the same ground."""
    ours = repair(zones, widest_gap_m=0.0, largest_overlap=0.1).coverage
    theirs = shapely.coverage_clean(zones.geometry.to_numpy())
    apart = shapely.symmetric_difference(ours.union_all(), shapely.union_all(theirs))
    assert shapely.area(apart) < 0.05


def test_no_catchments_have_no_faults() -> None:
    """An empty layer fits."""
    empty = gpd.GeoDataFrame(geometry=[], crs=METRES)
    assert examine(empty).empty
    assert repair(empty, widest_gap_m=1).changes.empty


def test_refuses_what_cannot_be_measured() -> None:
    """Degrees, an outline that crosses itself, a point and a label twice are told by name."""
    zones = layer({"a": box(0, 0, 1, 1), "b": box(1, 0, 2, 1)})
    bow = layer({"bow": Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])})
    for function in (examine, lambda given_layer: repair(given_layer, widest_gap_m=1)):
        with pytest.raises(CRSError, match="degrees"):
            function(zones.set_crs("EPSG:4490", allow_override=True))
        with pytest.raises(GeometryError, match="'bow'"):
            function(bow)
        with pytest.raises(GeometryError, match="'p'"):
            function(layer({"p": shapely.Point(0, 0)}))
        with pytest.raises(LabelError, match="'a'"):
            function(zones.set_axis(["a", "a"]))
    with pytest.raises(CRSError, match="share one CRS"):
        examine(zones, within=zones.set_crs("EPSG:4547", allow_override=True))


@pytest.mark.parametrize("share", [-0.1, 1.0, float("nan")])
def test_refuses_a_share_that_is_none(share: float) -> None:
    """An overlap of the whole catchment is never drawing."""
    with pytest.raises(ValueError, match=r"share of the smaller catchment in \[0, 1\)"):
        repair(layer({"a": box(0, 0, 1, 1)}), widest_gap_m=1, largest_overlap=share)


@pytest.mark.parametrize("width", [-1.0, float("nan")])
def test_refuses_a_width_that_is_none(width: float) -> None:
    """A width is zero or more."""
    with pytest.raises(ValueError, match="`widest_gap_m` is a width in metres"):
        repair(layer({"a": box(0, 0, 1, 1)}), widest_gap_m=width)
