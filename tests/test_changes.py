"""Who moves between the catchments of two years: everybody once, and slivers apart."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import xarray as xr
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from shapely import Point
from shapely import box

from schoolmap.errors import LabelError
from schoolmap.errors import OverlapError
from schoolmap.space.changes import OUTSIDE
from schoolmap.space.changes import Moves
from schoolmap.space.changes import flows
from schoolmap.space.changes import likely_renamed
from schoolmap.space.changes import moves

METRES = "EPSG:4546"


def layer(shapes: dict[str, shapely.Geometry]) -> gpd.GeoDataFrame:
    """Return a layer of labelled shapes."""
    return gpd.GeoDataFrame(geometry=list(shapes.values()), index=pd.Index(list(shapes), dtype=object), crs=METRES)


def strips(*borders: int, names: str, height: int = 100) -> dict[str, shapely.Geometry]:
    """Return strips between borders, named by letters."""
    return {name: box(west, 0, east, height) for name, (west, east) in zip(names, pairwise(borders), strict=True)}


AREAS = layer(strips(0, 400, 1000, names="AB") | {"village": Point(955, 50)})
COUNTS = pd.Series({"A": 40.0, "B": 600.0, "village": 7.0})


def every(result: Moves) -> pd.DataFrame:
    """Return all rows."""
    return pd.concat([result.moved, result.stayed, result.slivers])


@st.composite
def years(draw: st.DrawFn) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Draw two divisions of the strip, with places left out and codes of their own."""
    layers = []
    for names in ("wxyz", "xyzu"):
        borders = sorted(10 * number for number in draw(st.sets(st.integers(0, 100), min_size=2, max_size=5)))
        zones = strips(*borders, names=names[: len(borders) - 1])
        kept = draw(st.sets(st.sampled_from(sorted(zones)), min_size=1))
        layers.append(layer({name: zones[name] for name in zones if name in kept}))
    return layers[0], layers[1]


def test_by_hand() -> None:
    """The border goes 200 m west, the east end is opened as a new catchment, an old code is closed."""
    before = layer(strips(0, 600, 900, names="we") | {"hill": box(0, 200, 10, 210)})
    after = layer(strips(0, 400, 900, 1000, names="wen"))
    result = moves(before, after, areas=AREAS, counts=COUNTS, sliver_share=0, sliver_m2=0)
    assert result.moved["children"].to_dict() == pytest.approx(
        {("B", "w", "e"): 200.0, ("B", OUTSIDE, "n"): 100.0, ("village", OUTSIDE, "n"): 7.0},
    )
    assert result.moved["surface_m2"].to_dict() == pytest.approx(
        {("B", "w", "e"): 20_000.0, ("B", OUTSIDE, "n"): 10_000.0, ("village", OUTSIDE, "n"): 0.0},
    )
    assert result.stayed["share"].to_dict() == pytest.approx({("A", "w", "w"): 1.0, ("B", "e", "e"): 0.5})
    assert result.slivers.empty
    assert result.catchments["status"].to_dict() == {
        "w": "kept",
        "e": "kept",
        "hill": "abolished",
        "n": "new",
        OUTSIDE: "kept",
    }
    assert result.catchments.loc["e", ["before", "after", "stayed", "moved_out", "moved_in"]].tolist() == pytest.approx(
        [300.0, 500.0, 300.0, 0.0, 200.0],
    )
    assert flows(result.moved)[["areas", "children"]].to_dict("index") == {
        ("w", "e"): {"areas": 1, "children": pytest.approx(200.0)},
        (OUTSIDE, "n"): {"areas": 2, "children": pytest.approx(107.0)},
    }


@given(years(), st.sampled_from([0.0, 0.05, 0.5]), st.sampled_from([0.0, 5000.0]))
@settings(max_examples=15)
def test_everybody_is_there_once(years: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame], share: float, m2: float) -> None:
    """Each area's shares add up to 1, and each catchment of each year has the children that its own weights give it."""
    result = moves(*years, areas=AREAS, counts=COUNTS, sliver_share=share, sliver_m2=m2)
    table = every(result)
    assert table.index.is_unique
    np.testing.assert_allclose(table["share"].groupby(level="area").sum(), 1.0, rtol=1e-9)
    assert table["children"].sum() == pytest.approx(COUNTS.sum(), rel=1e-9)
    np.testing.assert_allclose(result.audit["accounted"], result.audit["children"], rtol=1e-9, atol=1e-6)
    assert (result.moved.index.get_level_values("from") != result.moved.index.get_level_values("to")).all()
    assert (result.stayed.index.get_level_values("from") == result.stayed.index.get_level_values("to")).all()
    for year in ("before", "after"):
        by_zone = result.catchments[year]
        expected = result.audit.loc[year, "accounted"].reindex(by_zone.index, fill_value=0.0)
        np.testing.assert_allclose(by_zone, expected, atol=1e-9)


@given(years())
@settings(max_examples=15)
def test_shares_are_those_of_cutting_everything(years: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]) -> None:
    """Area, old and new catchment cut by each other give the same moves."""
    before, after = years
    expected = {}
    whole = [zones.geometry.to_dict() | {OUTSIDE: None} for zones in years]
    for area, shape in AREAS.geometry[["A", "B"]].items():
        for source, old in whole[0].items():
            rest = shape.difference(before.union_all()) if old is None else shape.intersection(old)
            for target, new in whole[1].items():
                piece = rest.difference(after.union_all()) if new is None else rest.intersection(new)
                if piece.area > 0:
                    expected[area, source, target] = piece.area / shape.area
    result = moves(before, after, areas=AREAS, counts=COUNTS, sliver_share=0, sliver_m2=0)
    assert every(result).drop(index="village", level="area")["share"].to_dict() == pytest.approx(expected)


@given(years())
@settings(max_examples=15)
def test_going_back_reverses_every_move(years: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]) -> None:
    """Who moved from w to e moves from e to w; without a change nobody moves."""
    there = moves(*years, areas=AREAS, counts=COUNTS, sliver_share=0, sliver_m2=0)
    back = moves(*years[::-1], areas=AREAS, counts=COUNTS, sliver_share=0, sliver_m2=0)
    turned = {(area, target, source): children for (area, source, target), children in there.moved["children"].items()}
    assert back.moved["children"].to_dict() == pytest.approx(turned)
    nothing = moves(years[0], years[0], areas=AREAS, counts=COUNTS, sliver_share=0, sliver_m2=0)
    assert nothing.moved.empty
    assert nothing.slivers.empty


@given(years(), st.randoms(use_true_random=False))
@settings(max_examples=8)
def test_order_is_irrelevant(years: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame], rng: object) -> None:
    """Rows in any order give the same moves."""
    seed = rng.randrange(2**32)  # type: ignore[attr-defined]
    expected = moves(*years, areas=AREAS, counts=COUNTS, sliver_share=0.02, sliver_m2=0)
    mixed = moves(
        *(zones.sample(frac=1, random_state=seed) for zones in years),
        areas=AREAS.sample(frac=1, random_state=seed),
        counts=COUNTS.sample(frac=1, random_state=seed),
        sliver_share=0.02,
        sliver_m2=0,
    )
    for name in ("moved", "stayed", "slivers"):
        pd.testing.assert_frame_equal(
            getattr(mixed, name).sort_index(), getattr(expected, name).sort_index(), rtol=1e-9
        )


def test_a_border_drawn_again_moves_nobody() -> None:
    """Three metres of digitising are listed apart, by share or by surface as the user says; a true move is not."""
    before, after = layer(strips(0, 500, 1000, names="we")), layer(strips(0, 503, 1000, names="we"))
    by_share = moves(before, after, areas=AREAS, counts=COUNTS, sliver_share=0.01, sliver_m2=0)
    by_surface = moves(before, after, areas=AREAS, counts=COUNTS, sliver_share=0, sliver_m2=400)
    for result in (by_share, by_surface):
        assert result.moved.empty
        assert result.slivers["children"].to_dict() == pytest.approx({("B", "e", "w"): 3.0})
        assert result.catchments.loc["w", "slivers_in"] == pytest.approx(3.0)
    assert not moves(before, after, areas=AREAS, counts=COUNTS, sliver_share=0.004, sliver_m2=300).moved.empty


def test_points_are_never_slivers_by_surface() -> None:
    """A village without outline moves as a whole."""
    before, after = layer(strips(0, 1000, names="w")), layer(strips(0, 1000, names="e"))
    village = AREAS.loc[["village"]]
    result = moves(before, after, areas=village, counts=COUNTS[["village"]], sliver_share=0.01, sliver_m2=1000)
    assert result.moved["children"].to_dict() == {("village", "w", "e"): 7.0}


def test_children_move_with_their_homes() -> None:
    """All people of B live in its east: where the west of it changes hands, fields move and nobody else."""
    before, after = layer(strips(0, 600, 1000, names="we")), layer(strips(0, 500, 1000, names="we"))
    homes = layer({"h": Point(990, 50), "k": Point(560, 50)})

    def moved(h: float, k: float) -> pd.DataFrame:
        weight = pd.Series({"h": h, "k": k})
        result = moves(
            before, after, areas=AREAS, counts=COUNTS, sliver_share=0, sliver_m2=0, homes=homes, weight=weight
        )
        np.testing.assert_allclose(result.audit["accounted"], result.audit["children"], rtol=1e-9, atol=1e-9)
        return result.moved

    assert moved(1, 0)[["surface_m2", "children"]].to_numpy().tolist() == [[pytest.approx(10_000.0), 0.0]]
    assert moved(3, 1)["children"].to_dict() == pytest.approx({("B", "w", "e"): 150.0})


def test_ages_and_years_are_carried_along() -> None:
    """Counts by area, age and draw give a row per label, in any order of dimensions."""
    counts = xr.DataArray(
        np.arange(12.0).reshape(2, 3, 2),
        coords={"age": [3, 4], "area": ["A", "B", "village"], "year": [2026, 2027]},
        dims=("age", "area", "year"),
    )
    before, after = layer(strips(0, 700, 1000, names="we")), layer(strips(0, 400, 1000, names="we"))
    result = moves(before, after, areas=AREAS, counts=counts, sliver_share=0, sliver_m2=0)
    assert result.moved.index.names == ["area", "from", "to", "age", "year"]
    assert result.moved["children"].to_dict() == pytest.approx(
        {
            ("B", "w", "e", age, year): 0.5 * float(counts.sel(area="B", age=age, year=year))
            for age in (3, 4)
            for year in (2026, 2027)
        },
    )
    assert every(result)["children"].sum() == pytest.approx(float(counts.sum()))
    assert flows(result.moved).index.names == ["from", "to", "age", "year"]


def test_a_new_name_is_no_move_where_the_user_says_so() -> None:
    """A code is proposed as renamed, and only the user's word makes it so."""
    before, after = (
        layer(strips(0, 500, 1000, names="we")),
        layer(strips(0, 501, 1000, names="we")).rename(index={"e": "E2"}),
    )
    assert likely_renamed(before, after).index.tolist() == [("e", "E2")]
    assert likely_renamed(before, after, least_share=0.999).empty
    plain = moves(before, after, areas=AREAS, counts=COUNTS, sliver_share=0.01, sliver_m2=0)
    assert plain.moved["children"].sum() == pytest.approx(499 + 7)
    named = moves(before, after, areas=AREAS, counts=COUNTS, sliver_share=0.01, sliver_m2=0, renamed={"e": "E2"})
    assert named.moved.empty
    assert named.catchments["status"].to_dict() == {"w": "kept", "E2": "kept", OUTSIDE: "kept"}


def test_refuses_what_it_would_have_to_guess() -> None:
    """Counts of other areas, a code that there was not, a catchment called outside, catchments that overlap."""
    zones = layer(strips(0, 500, 1000, names="we"))
    sure = {"areas": AREAS, "sliver_share": 0.0, "sliver_m2": 0.0}
    with pytest.raises(LabelError, match="`counts` and `areas`"):
        moves(zones, zones, counts=COUNTS.rename({"A": "C"}), **sure)  # type: ignore[arg-type]
    with pytest.raises(LabelError, match=r"1 catchment.* not before, e.g. 'q'"):
        moves(zones, zones, counts=COUNTS, renamed={"q": "w"}, **sure)  # type: ignore[arg-type]
    with pytest.raises(LabelError, match="stands for none"):
        moves(zones.rename(index={"w": OUTSIDE}), zones, counts=COUNTS, **sure)  # type: ignore[arg-type]
    with pytest.raises(OverlapError, match="counted twice"):
        moves(zones, layer({"w": box(0, 0, 600, 100), "e": box(500, 0, 1000, 100)}), counts=COUNTS, **sure)  # type: ignore[arg-type]
