"""The parts of small areas that boundaries are drawn from."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.proposals.pieces import cut
from schoolmap.proposals.pieces import pupils_by_year

METRES = "EPSG:4546"


def layer(boxes: dict[str, tuple[float, float, float, float]]) -> gpd.GeoDataFrame:
    """Return rectangles by label."""
    return gpd.GeoDataFrame(geometry=[shapely.box(*box) for box in boxes.values()], index=list(boxes), crs=METRES)


AREAS = layer({"a": (0, 0, 100, 50), "b": (0, 50, 100, 100), "c": (100, 0, 200, 100)})
ZONES = layer({"w": (0, 0, 60, 100), "e": (60, 0, 200, 100)})
SHARES = pd.Series({("a", "w"): 0.6, ("a", "e"): 0.4, ("b", "w"): 0.6, ("b", "e"): 0.4, ("c", "e"): 1.0})


def test_areas_are_cut_along_the_boundary() -> None:
    """Two areas lie in both catchments, one in the eastern alone: five pieces, whose borders are measured."""
    pieces = cut(AREAS, ZONES, SHARES, catchments=["w", "e"])
    assert pieces.table["share"].to_dict() == {"a / e": 0.4, "a / w": 0.6, "b / e": 0.4, "b / w": 0.6, "c": 1.0}
    assert pieces.table.area.sum() == pytest.approx(AREAS.area.sum())
    assert pieces.border_m["a / w", "b / w"] == pytest.approx(60, abs=4)
    assert ("a / w", "c") not in pieces.border_m.index


def test_slivers_are_no_pieces() -> None:
    """What a border drawn anew cuts off by chance holds nobody, and the area stays whole."""
    shares = pd.Series({("a", "w"): 0.9995, ("a", "e"): 0.0005})
    assert cut(AREAS, ZONES, shares, catchments=["w", "e"]).table.index.to_list() == ["a"]


def test_only_the_catchments_asked_for() -> None:
    """A piece of a catchment that is not looked at stays out; its area is still known to be shared."""
    assert cut(AREAS, ZONES, SHARES, catchments=["w"]).table.index.to_list() == ["a / w", "b / w"]


def test_areas_that_are_points_have_no_pieces() -> None:
    """A point has no border."""
    points = gpd.GeoDataFrame(geometry=[shapely.Point(1, 1)], index=["a"], crs=METRES)
    pieces = cut(points, ZONES, pd.Series({("a", "w"): 1.0}), catchments=["w", "e"])
    assert len(pieces.table) == 0
    assert len(pieces.border_m) == 0


@given(st.lists(st.integers(0, 90), min_size=6, max_size=6), st.lists(st.integers(0, 90), min_size=4, max_size=4))
def test_pieces_add_up_to_the_demand(children: list[int], demand: list[int]) -> None:
    """Whoever lives where: the pupils of a catchment's pieces are its demand, in every year."""
    pieces = cut(AREAS, ZONES, SHARES, catchments=["w", "e"])
    living = pd.DataFrame(np.reshape(children, (3, 2)), index=list("abc"), columns=[2025, 2026], dtype=float)
    needed = pd.DataFrame(np.reshape(demand, (2, 2)), index=["w", "e"], columns=[2025, 2026], dtype=float)
    pupils = pupils_by_year(pieces, living, needed)
    pd.testing.assert_frame_equal(
        pupils.groupby(pieces.table["catchment"]).sum(), needed.sort_index(), check_names=False, atol=1e-9
    )
    assert (pupils >= 0).all(axis=None)
