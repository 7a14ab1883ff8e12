"""How far the children of a catchment have to a place."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.inputs.project_file import TravelSettings
from schoolmap.proposals.distances import Distances
from schoolmap.proposals.distances import homes_by_catchment
from schoolmap.proposals.distances import measure
from schoolmap.proposals.distances import middles
from schoolmap.reach.homes import homes_of
from schoolmap.ways import make_ways

METRES = "EPSG:4546"
ways_m = st.floats(min_value=0, max_value=9_000)


def table(metres: list[list[float]], weight: list[float]) -> Distances:
    """Return ways of one catchment, one row for each home."""
    grid = np.array(metres, dtype=float)
    return Distances(
        catchment=np.zeros(len(grid), dtype=np.intp),
        weight=np.array(weight, dtype=float),
        catchments=pd.Index(["n"]),
        places=pd.Index([f"p{place}" for place in range(grid.shape[1])]),
        metres=grid,
    )


def test_by_hand() -> None:
    """Ten children 100 m away and thirty 300 m away have 250 m on average; the quarter that lives nearest, 100 m."""
    ways = table([[300], [100]], [30, 10])
    assert ways.to("n", ["p0"]) == pytest.approx(250)
    assert ways.to("n", ["p0"], share=0.25) == pytest.approx(100)
    assert ways.to("n", ["p0"], share=0.5) == pytest.approx((10 * 100 + 10 * 300) / 20)


@given(st.lists(st.tuples(ways_m, ways_m), min_size=1, max_size=8), st.floats(min_value=0.05, max_value=1))
def test_laws(rows: list[tuple[float, float]], share: float) -> None:
    """One place more never lengthens the way; those who live nearest have no longer way than all."""
    ways = table([list(row) for row in rows], [1.0] * len(rows))
    one, two = ways.to("n", ["p0"]), ways.to("n", ["p0", "p1"])
    assert two <= one + 1e-9
    assert ways.to("n", ["p0"], share=share) <= one + 1e-9
    assert min(row[0] for row in rows) - 1e-9 <= ways.to("n", ["p0"], share=share)


def test_no_way_and_nobody() -> None:
    """Homes that no way leaves do not count; with no way at all, or no place, it is endless; without children, homes count alike."""
    assert table([[np.inf], [200]], [9, 1]).to("n", ["p0"]) == 200
    assert table([[np.inf]], [9]).to("n", ["p0"]) == np.inf
    assert table([[100.0]], [9]).to("n", ["elsewhere"]) == np.inf
    assert table([[100], [300]], [0, 0]).to("n", ["p0"]) == 200


def town() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return two areas of a square kilometre side by side, and two catchments that are the same."""
    boxes = [shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000)]
    return (
        gpd.GeoDataFrame(geometry=boxes, index=pd.Index(["w", "e"], name="area"), crs=METRES),
        gpd.GeoDataFrame(geometry=boxes, index=pd.Index(["W", "E"], name="catchment"), crs=METRES),
    )


def test_straight_lines_are_measured_with_the_detour() -> None:
    """From the middle of the western square to a school 1 km east it is 1.3 km; over the border it is nearer for some."""
    areas, zones = town()
    ways = make_ways(None, barriers=None, crossings=None, gates=None, settings=TravelSettings(), walk_m_per_minute=60.0)
    school = gpd.GeoSeries([shapely.Point(1500, 500)], index=["s"], crs=METRES)
    far = measure(middles(zones), pd.Series({"W": 1.0, "E": 1.0}), zones.index, school, ways=ways, guarded=False)
    assert far.to("W", ["s"]) == pytest.approx(1300)
    assert far.to("E", ["s"]) == pytest.approx(0)
    points = homes_by_catchment(homes_of(areas, None), zones)
    assert points.groupby("area")["share"].sum().to_dict() == pytest.approx({"w": 1.0, "e": 1.0})
    spread = measure(points, pd.Series({"w": 10.0, "e": 10.0}), zones.index, school, ways=ways, guarded=False)
    assert spread.to("W", ["s"], share=0.25) < spread.to("W", ["s"]) == pytest.approx(1300, rel=0.05)
