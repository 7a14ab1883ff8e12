"""Which share of each area belongs to which catchment, year by year: nobody is lost when a boundary changes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.belonging import Belonging
from schoolmap.belonging import weight_of

ZONES = pd.Index(["w", "e"])
YEARS = [2024, 2025, 2026, 2027, 2028]


def shares(west: float, east: float) -> pd.Series:
    """Return the shares of one area."""
    index = pd.MultiIndex.from_tuples([("a", "w"), ("a", "e")], names=["area", "catchment"])
    return pd.Series([west, east], index=index)


def children(counts: list[float]) -> xr.DataArray:
    """Return children of one area by year."""
    return xr.DataArray([counts], coords={"area": ["a"], "year": YEARS}, dims=("area", "year"))


def test_by_hand() -> None:
    """Until 2026 a quarter is in the west, from 2027 on three quarters."""
    changing = Belonging(starts=(2025, 2027), shares=(shares(0.25, 0.75), shares(0.75, 0.25)), catchments=ZONES)
    inside = changing.carry(children([100.0] * 5)).inside
    assert inside.dims == ("catchment", "year")
    assert inside.sel(catchment="w").to_numpy().tolist() == [25, 25, 25, 75, 75]
    assert inside["year"].to_numpy().tolist() == YEARS


def test_without_years_the_first_boundary_holds() -> None:
    """Residents at the count have no school year."""
    changing = Belonging(starts=(2025, 2027), shares=(shares(0.25, 0.75), shares(1.0, 0.0)), catchments=ZONES)
    people = xr.DataArray([40.0], coords={"area": ["a"]}, dims="area")
    assert changing.carry(people).inside.to_numpy().tolist() == [10, 30]


def test_a_boundary_that_begins_after_the_last_year_changes_nothing() -> None:
    """Years before it are carried as ever."""
    later = Belonging(starts=(2025, 2040), shares=(shares(0.5, 0.5), shares(1.0, 0.0)), catchments=ZONES)
    assert later.carry(children([8.0] * 5)).inside.sel(catchment="e").to_numpy().tolist() == [4.0] * 5


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=4),
    st.lists(st.floats(0, 1e4), min_size=5, max_size=5),
)
def test_nobody_is_lost(parts: list[tuple[float, float]], counts: list[float]) -> None:
    """In catchments and outside are all, in every year, however often the boundary changes."""
    every = tuple(shares(west / max(west + east, 1.0), east / max(west + east, 1.0)) for west, east in parts)
    starts = tuple(2025 + step for step in range(len(parts)))
    moved = Belonging(starts=starts, shares=every, catchments=ZONES).carry(children(counts))
    both = moved.inside.sum("catchment") + moved.outside.sum("area")
    np.testing.assert_allclose(both.sel(year=YEARS), counts, rtol=1e-9, atol=1e-9)


def test_the_weight_is_what_all_dwellings_state() -> None:
    """People before homes; a column with gaps is not used; buildings count by floors, land by its surface."""

    def dwellings(shapes: list[shapely.Geometry], **columns: list[float | None]) -> gpd.GeoDataFrame:
        table = {name: columns.get(name, [None] * len(shapes)) for name in ("people", "homes", "floors")}
        return gpd.GeoDataFrame(pd.DataFrame(table).astype(float), geometry=shapes)

    points = [shapely.Point(0, 0), shapely.Point(9, 9)]
    blocks = [shapely.box(0, 0, 10, 10), shapely.box(20, 0, 30, 10)]
    weights = [
        weight_of(dwellings(points, people=[3, 4], homes=[1, 2])),
        weight_of(dwellings(points, people=[3, None], homes=[1, 2])),
        weight_of(dwellings(points, people=[3, None])),
        weight_of(dwellings(blocks, floors=[None, 6])),
    ]
    assert [weight is not None and weight.to_list() for weight in weights] == [[3, 4], [1, 2], [1, 1], [100, 600]]
    assert weight_of(dwellings(blocks)) is None
