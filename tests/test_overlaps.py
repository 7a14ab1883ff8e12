"""What areas claim twice or leave out: found, measured, and mended or refused."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import reject
from hypothesis import settings
from hypothesis import strategies as st
from shapely import Point
from shapely import box

from schoolmap.errors import CRSError
from schoolmap.errors import GeometryError
from schoolmap.errors import OverlapError
from schoolmap.space.overlaps import fill
from schoolmap.space.overlaps import gaps
from schoolmap.space.overlaps import overlaps
from schoolmap.space.overlaps import require_apart
from schoolmap.space.overlaps import require_covered
from schoolmap.space.overlaps import separate

METRES = "EPSG:4546"


def layer(shapes: dict[str, shapely.Geometry]) -> gpd.GeoDataFrame:
    """Return a layer of labelled shapes."""
    return gpd.GeoDataFrame(geometry=list(shapes.values()), index=list(shapes), crs=METRES)


THREE = layer({"a": box(0, 0, 60, 10), "b": box(40, 0, 100, 10), "c": box(50, 0, 55, 30), "well": Point(52, 5)})


@st.composite
def drawings(draw: st.DrawFn) -> gpd.GeoDataFrame:
    """Draw rectangles on top of each other, each with a strip that is only its own."""
    corners = draw(st.lists(st.tuples(*[st.integers(min_value=0, max_value=20)] * 4), min_size=1, max_size=6))
    return layer(
        {
            f"a{i}": shapely.union_all(
                [box(min(x, u), min(y, v), max(x, u) + 2, max(y, v) + 2), box(x, -i - 1, x + 2, y)]
            )
            for i, (x, y, u, v) in enumerate(corners)
        },
    )


def test_overlaps_by_hand() -> None:
    """Three pairs of three polygons; the point overlaps nothing."""
    table = overlaps(THREE)
    assert table["surface_m2"].to_dict() == {("a", "b"): 200.0, ("a", "c"): 50.0, ("b", "c"): 50.0}
    assert table["share"].to_dict() == pytest.approx({("a", "b"): 1 / 3, ("a", "c"): 1 / 3, ("b", "c"): 1 / 3})
    assert overlaps(THREE, least_m2=50)["surface_m2"].to_dict() == {("a", "b"): 200.0}


@given(drawings())
@settings(max_examples=25)
def test_overlaps_are_those_of_every_pair(areas: gpd.GeoDataFrame) -> None:
    """The index finds what comparing all pairs finds."""
    expected = {
        (first, second): common
        for i, (first, shape) in enumerate(areas.geometry.items())
        for second, other in list(areas.geometry.items())[i + 1 :]
        if (common := shape.intersection(other).area) > 1
    }
    assert overlaps(areas)["surface_m2"].to_dict() == pytest.approx(expected)


def test_separate_by_hand() -> None:
    """The first listed keeps it, or the smaller; each loss is listed with whom it went to."""
    first = separate(THREE, priority="first")
    assert first.changes["surface_m2"].to_dict() == {("a", "b"): 200.0, ("a", "c"): 50.0}
    assert first.layer.area.to_dict() == {"a": 600.0, "b": 400.0, "c": 100.0, "well": 0.0}
    smaller = separate(THREE, priority="smaller")
    assert smaller.changes["surface_m2"].to_dict() == {("c", "a"): 50.0, ("c", "b"): 50.0, ("a", "b"): 150.0}
    assert smaller.layer.area.to_dict() == {"a": 550.0, "b": 400.0, "c": 150.0, "well": 0.0}


@given(drawings(), st.sampled_from(["first", "smaller"]))
@settings(max_examples=25)
def test_separating_keeps_the_surface_and_is_done_once(areas: gpd.GeoDataFrame, priority: str) -> None:
    """All areas together cover what they did; nothing overlaps any more; doing it again changes nothing."""
    try:
        mended = separate(areas, priority=priority)  # type: ignore[arg-type]
    except OverlapError:
        reject()
    assert mended.layer.union_all().area == pytest.approx(areas.union_all().area)
    assert overlaps(mended.layer).empty
    assert (areas.area - mended.layer.area).sum() == pytest.approx(mended.changes["surface_m2"].sum())
    again = separate(mended.layer, priority=priority)  # type: ignore[arg-type]
    assert again.changes.empty
    assert again.layer.geometry.geom_equals(mended.layer.geometry).all()


def test_an_area_drawn_twice_is_refused_whatever_the_choice() -> None:
    """Of two equal outlines one would have no place left for its people."""
    twice = layer({"a": box(0, 0, 10, 10), "b": box(0, 0, 10, 10)})
    with pytest.raises(OverlapError, match=r"'b' lies wholly within others, e.g. 'a'"):
        separate(twice, priority="smaller")


def test_overlaps_are_refused_with_the_worst() -> None:
    """The message counts the pairs, sums the surface and says the way out; drawing is let through."""
    with pytest.raises(OverlapError, match=r"Areas overlap in 3 pair\(s\), 300 m².*33.33%.*separate"):
        require_apart(THREE, most_share=0.01, what="Areas")
    require_apart(THREE, most_share=0.34, what="Areas")


COUNTY = layer({"county": box(0, 0, 100, 100)})
PATCHY = layer({"w": box(0, 0, 40, 100), "e": box(42, 0, 100, 80), "well": Point(99, 99)})


def test_gaps_by_hand() -> None:
    """A strip of two metres and the missing corner are one gap, with its surface and its place."""
    found = gaps(PATCHY, within=COUNTY)
    assert found[["within", "surface_m2"]].to_numpy().tolist() == [["county", 2 * 80 + 60 * 20]]
    assert found.geometry[0].equals(shapely.union(box(40, 0, 42, 100), box(40, 80, 100, 100)))
    whole = gaps(COUNTY.rename(index={"county": "a"}), within=COUNTY)
    assert whole.empty
    nothing = gaps(layer({"far": box(500, 500, 501, 501)}), within=COUNTY)
    assert nothing["surface_m2"].tolist() == [10_000.0]


def test_gaps_are_refused_with_the_largest() -> None:
    """The message says where to look."""
    with pytest.raises(GeometryError, match=r"1 gap\(s\), 1,360 m² in all; .* in 'county', is at"):
        require_covered(PATCHY, within=COUNTY, most_m2=1000)
    require_covered(PATCHY, within=COUNTY, most_m2=1360)


def test_small_gaps_are_filled_along_the_longest_border() -> None:
    """The strip goes to the neighbour with more border; the large hole stays, and is listed without an owner."""
    areas = layer({"w": box(0, 0, 40, 100), "n": box(42, 50, 100, 100), "s": box(42, 0, 100, 20)})
    mended = fill(areas, within=COUNTY, most_m2=100)
    assert mended.changes["area"].isna().all()
    sliver = layer({"w": box(0, 0, 40, 100), "n": box(42, 50, 100, 100), "s": box(42, 0, 100, 50)})
    mended = fill(sliver, within=COUNTY, most_m2=200)
    assert mended.changes[["within", "surface_m2", "area"]].to_numpy().tolist() == [["county", 200.0, "w"]]
    assert mended.layer.area.to_dict() == {"w": 4200.0, "n": 2900.0, "s": 2900.0}
    assert fill(mended.layer, within=COUNTY, most_m2=200).changes.empty
    assert sliver.area.sum() == 9800


def test_two_layers_need_one_crs() -> None:
    """A gap between two coordinate systems is none."""
    with pytest.raises(CRSError, match="share one CRS"):
        gaps(PATCHY, within=COUNTY.set_crs("EPSG:4547", allow_override=True))


def test_crossed_outlines_are_refused_first() -> None:
    """An overlap of an outline that crosses itself cannot be measured."""
    bow = layer({"bow": shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])})
    for function in (
        overlaps,
        lambda areas: separate(areas, priority="first"),
        lambda areas: gaps(areas, within=COUNTY),
    ):
        with pytest.raises(GeometryError, match="crosses or touches itself"):
            function(bow)
    assert isinstance(overlaps(COUNTY), pd.DataFrame)
