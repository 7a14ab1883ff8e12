"""Homes read in blocks: the same shares as from the whole layer, however it is cut, and never more than a few blocks held."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import dask_geopandas
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.errors import CRSError
from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.errors import OverlapError
from schoolmap.space.blocks import count_in_blocks
from schoolmap.space.blocks import grid_blocks
from schoolmap.space.blocks import weights_in_blocks
from schoolmap.space.dasymetric import dasymetric_weights

if TYPE_CHECKING:
    from pathlib import Path

CRS = "EPSG:4546"
ONE = "synchronous"


def squares(columns: int, rows: int, side: float, letter: str) -> gpd.GeoDataFrame:
    """Return squares from the south-west corner on."""
    places = [(x, y) for x in range(columns) for y in range(rows)]
    shapes = [shapely.box(side * x, side * y, side * (x + 1), side * (y + 1)) for x, y in places]
    return gpd.GeoDataFrame(geometry=shapes, index=[f"{letter}{x}-{y}" for x, y in places], crs=CRS)


AREAS, ZONES = squares(6, 5, 100.0, "a"), squares(3, 3, 190.0, "z")


def homes(number: int, *, seed: int) -> gpd.GeoDataFrame:
    """Throw points and buildings over the areas, some beyond them, some on borders."""
    rng = np.random.default_rng(seed)
    at = rng.uniform(-20, 640, (number, 2)).round(-1 if seed % 2 else 1)
    size = rng.choice([0.0, 12.0], number)
    shapes = np.where(size > 0, shapely.box(*at.T, *(at + size[:, None]).T), shapely.points(at))
    return gpd.GeoDataFrame({"people": rng.integers(0, 9, number).astype(float)}, geometry=shapes, crs=CRS)


def in_blocks(layer: gpd.GeoDataFrame, size: int) -> dask_geopandas.GeoDataFrame:
    """Cut a layer into blocks."""
    return dask_geopandas.from_geopandas(layer, chunksize=size)


def test_by_hand() -> None:
    """Three of four people live in the west; the second village has no house and is spread over its surface."""
    areas = gpd.GeoDataFrame(
        geometry=[shapely.box(0, 0, 100, 10), shapely.box(0, 10, 100, 20)], index=["mill", "moor"], crs=CRS
    )
    zones = gpd.GeoDataFrame(
        geometry=[shapely.box(0, 0, 50, 20), shapely.box(50, 0, 100, 20)], index=["w", "e"], crs=CRS
    )
    layer = gpd.GeoDataFrame({"people": [3, 1, 7]}, geometry=shapely.points([[10, 5], [90, 5], [500, 5]]), crs=CRS)
    found = weights_in_blocks(areas, zones, homes=in_blocks(layer, 1), weight="people", scheduler=ONE)
    assert found.weights.to_dict() == {
        ("mill", "w"): 0.75, ("mill", "e"): 0.25, ("moor", "w"): 0.5, ("moor", "e"): 0.5,
    }  # fmt: skip
    assert (found.fallback.tolist(), found.unused, found.homes, found.blocks) == (["moor"], 7.0, 3, 3)


@settings(deadline=None, max_examples=12)
@given(st.integers(1, 60), st.integers(1, 30), st.integers(0, 99))
def test_the_same_as_of_the_whole_layer(number: int, size: int, seed: int) -> None:
    """Shares, areas without homes, and what lies in no area: however many homes a block has."""
    layer = homes(number, seed=seed)
    whole = dasymetric_weights(AREAS, ZONES, homes=layer, weight=layer["people"])
    found = weights_in_blocks(AREAS, ZONES, homes=in_blocks(layer, size), weight="people", scheduler=ONE)
    pd.testing.assert_series_equal(found.weights, whole.weights, rtol=1e-12)
    assert found.fallback.tolist() == whole.fallback.tolist()
    assert found.unused == pytest.approx(whole.unused.sum(), rel=1e-12)
    assert found.homes == number


@settings(deadline=None, max_examples=8)
@given(st.integers(1, 60), st.integers(1, 30), st.integers(0, 99))
def test_nobody_is_lost(number: int, size: int, seed: int) -> None:
    """Counted by area and outside, all people of the layer are there."""
    layer = homes(number, seed=seed)
    count, outside = count_in_blocks(AREAS, homes=in_blocks(layer, size), weight="people", scheduler=ONE)
    assert count.sum() + outside == pytest.approx(layer["people"].sum(), rel=1e-12)
    assert count.index.equals(AREAS.index)


def test_threads_change_nothing() -> None:
    """To the byte, whether one block is worked on at a time or several."""
    blocks = in_blocks(homes(300, seed=4), 20)
    one, many = (
        weights_in_blocks(AREAS, ZONES, homes=blocks, weight="people", scheduler=scheduler)
        for scheduler in (ONE, "threads")
    )
    assert one.weights.to_numpy().tobytes() == many.weights.to_numpy().tobytes()
    assert one.weights.index.equals(many.weights.index)


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # of dask-geopandas, as it reads a file
def test_a_file_is_read_in_blocks(tmp_path: Path) -> None:
    """A file in another CRS, and parquet in parts: the same as read as a whole."""
    layer = homes(120, seed=8)
    layer.to_crs("EPSG:4326").to_file(tmp_path / "homes.gpkg")
    in_blocks(layer, 50).to_parquet(tmp_path / "homes.parquet")
    whole = dasymetric_weights(AREAS, ZONES, homes=layer, weight=layer["people"]).weights
    for blocks in (
        dask_geopandas.read_file(tmp_path / "homes.gpkg", chunksize=40),
        dask_geopandas.read_parquet(tmp_path / "homes.parquet"),
    ):
        found = weights_in_blocks(AREAS, ZONES, homes=blocks, weight="people", scheduler=ONE)
        assert found.blocks > 1
        pd.testing.assert_series_equal(found.weights, whole, rtol=1e-6, check_index=True)


def test_a_raster_is_never_held_as_a_whole(tmp_path: Path) -> None:
    """Of 32 MB on disk less than a quarter is in memory at any time, and every cell is counted."""
    grid = np.memmap(tmp_path / "people.bin", dtype=np.float64, mode="w+", shape=(2_000, 2_000))
    grid[::40, ::40] = 3.0
    grid[0, 0], grid[1, 1] = np.nan, -9_999.0
    areas = squares(2, 1, 1_000.0, "a")
    tracemalloc.start()
    try:
        blocks = grid_blocks(grid, west=0.0, north=2_000.0, cell=1.0, crs=CRS, rows=50)
        count, outside = count_in_blocks(areas, homes=blocks, weight="value", scheduler=ONE)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < grid.nbytes / 4
    assert count.to_dict() == {"a0-0": 25 * 25 * 3.0, "a1-0": 25 * 25 * 3.0}
    assert outside == (50 * 50 - 1) * 3.0 - count.sum()


def test_a_raster_without_people() -> None:
    """Every area is a fallback, and the count is 0."""
    blocks = grid_blocks(np.zeros((4, 4)), west=0.0, north=400.0, cell=100.0, crs=CRS, rows=2)
    found = weights_in_blocks(AREAS, ZONES, homes=blocks, weight="value", scheduler=ONE)
    assert found.fallback.equals(AREAS.index)
    assert found.homes == 0
    count, outside = count_in_blocks(AREAS, homes=blocks, weight="value", scheduler=ONE)
    assert (count.sum(), outside) == (0.0, 0.0)


def test_what_is_wrong_is_named() -> None:
    """A column that is not there, a weight that is missing, catchments that claim the same house, no CRS, no raster."""
    layer = homes(30, seed=2)
    with pytest.raises(LabelError, match=r"no column 'homes'\. It has: people, geometry"):
        count_in_blocks(AREAS, homes=in_blocks(layer, 9), weight="homes")
    gap = layer.assign(people=layer["people"].where(layer.index != 3))
    with pytest.raises(MissingValueError, match="1 home"):
        count_in_blocks(AREAS, homes=in_blocks(gap, 9), weight="people", scheduler=ONE)
    twice = gpd.GeoDataFrame(geometry=[ZONES.union_all()] * 2, index=["p", "q"], crs=CRS)
    with pytest.raises(OverlapError):
        weights_in_blocks(AREAS, twice, homes=in_blocks(layer, 9), weight="people", scheduler=ONE)
    with pytest.raises(CRSError):
        count_in_blocks(AREAS, homes=in_blocks(layer.set_crs(None, allow_override=True), 9), weight="people")
    with pytest.raises(ValueError, match="two dimensions"):
        grid_blocks(np.zeros(3), west=0.0, north=0.0, cell=1.0, crs=CRS, rows=1)
