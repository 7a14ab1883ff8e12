"""Boundaries drawn anew where spare seats are next door."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.proposals.boundaries import Boundary
from schoolmap.proposals.boundaries import Children
from schoolmap.proposals.boundaries import Weights
from schoolmap.proposals.boundaries import children_of
from schoolmap.proposals.boundaries import draw
from schoolmap.proposals.distances import Distances
from schoolmap.proposals.problem import StageGround

METRES = "EPSG:4546"
YEARS = [2026, 2027]
VILLAGES = ["a", "b", "c", "d"]
"""Four villages in a row, a kilometre each; the first three belong to the west, the last to the east."""
TODAY = {"a": "w", "b": "w", "c": "w", "d": "e"}
SCHOOLS = gpd.GeoSeries({"W": shapely.Point(500, 500), "E": shapely.Point(3500, 500)}, crs=METRES)
WEIGHTS = Weights(kilometre=0.02, moved=0.1, short=0.3)


def boxes(spans: dict[str, tuple[float, float]]) -> gpd.GeoDataFrame:
    """Return rectangles between two places on the x axis, in kilometres."""
    shapes = [shapely.box(1000 * west, 0, 1000 * east, 1000) for west, east in spans.values()]
    return gpd.GeoDataFrame(geometry=shapes, index=list(spans), crs=METRES)


AREAS = boxes({name: (place, place + 1) for place, name in enumerate(VILLAGES)})
ZONES = boxes({"e": (3, 4), "w": (0, 3)})
SHARES = pd.Series(
    [1.0] * 4,
    index=pd.MultiIndex.from_tuples(list(TODAY.items()), names=["area", "catchment"]),
    name="weight",
)


def ground(pupils: dict[str, float], seats: dict[str, float], **changes: Any) -> StageGround:  # noqa: ANN401
    """Return the villages with these pupils in both years and two scenarios, of which the high one has a tenth more."""
    demand = {zone: sum(n for area, n in pupils.items() if TODAY[area] == zone) for zone in ("e", "w")}
    index = pd.MultiIndex.from_product(
        [["central", "high"], ["e", "w"], YEARS], names=["scenario", "catchment", "year"]
    )
    factor = {"central": 1.0, "high": 1.1}
    points = gpd.GeoDataFrame(
        {"area": VILLAGES, "share": 1.0, "catchment": list(TODAY.values())},
        geometry=[shapely.Point(1000 * place + 500, 500) for place in range(4)],
        crs=METRES,
    )
    here = shapely.get_coordinates(points.geometry.to_numpy())[:, :1]
    usual: dict[str, Any] = {
        "stage": "primary",
        "short": ("w",),
        "catchments": ("e", "w"),
        "around": {"w": ("e",), "e": ("w",)},
        "demand": pd.Series([factor[s] * demand[zone] for s, zone, _ in index], index=index),
        "seats": pd.Series([float(seats[zone]) for _, zone, _ in index], index=index),
        "schools_of": {"w": ("W",), "e": ("E",)},
        "points": points,
        "distances": Distances(
            catchment=np.array([1, 1, 1, 0]),
            weight=np.ones(4),
            catchments=pd.Index(["e", "w"]),
            places=pd.Index(["W", "E"]),
            metres=np.abs(here - np.array([[500.0, 3500.0]])),
        ),
        "free_choice": False,
    }
    return StageGround(**usual | changes)


def by_age(pupils: dict[str, float], *, grades: int = 2) -> xr.DataArray:
    """Return as many children of each grade, in both years."""
    counts = np.array([[[number / grades] * len(YEARS)] * grades for number in pupils.values()])
    axes = {"area": list(pupils), "age": [6 + grade for grade in range(grades)], "year": YEARS}
    return xr.DataArray(counts, coords=axes, dims=list(axes))


def staying(pupils: dict[str, float], years: int | None = 0) -> Children:
    """Return children of two grades, who stay at their school for so many years when a boundary moves."""
    return children_of(by_age(pupils), first_year=YEARS[0], stay_years=years)


def drawn(
    pupils: dict[str, float], seats: dict[str, float], *, weights: Weights = WEIGHTS, stay_years: int | None = 0
) -> Boundary | None:
    """Draw the boundary between the two catchments."""
    return draw(
        ground(pupils, seats),
        areas=AREAS,
        zones=ZONES,
        shares=SHARES,
        children=staying(pupils, stay_years),
        schools=SCHOOLS,
        weights=weights,
        scenario="central",
        seed=1,
        time_limit=10.0,
    )


CROWDED = {"a": 50.0, "b": 40.0, "c": 30.0, "d": 20.0}


def test_a_village_moves_next_door_by_hand() -> None:
    """The west has 120 pupils and 90 seats, the east 20 and 60: the village on the border moves, and is nearer."""
    found = drawn(CROWDED, {"w": 90, "e": 60})
    assert found is not None
    row = found.moves.iloc[0]
    assert len(found.moves) == 1
    assert row[["area", "from", "to", "first_year", "pupils"]].tolist() == ["c", "w", "e", 2026, 30.0]
    assert (row["way_before_m"], row["way_after_m"]) == (2000.0, 1000.0)
    assert found.demand["central", "w", 2026] == pytest.approx(90.0)
    assert found.demand["central", "e", 2027] == pytest.approx(50.0)


def test_the_same_part_moves_in_every_scenario_and_nobody_is_lost() -> None:
    """A tenth more pupils: a tenth more move."""
    found = drawn(CROWDED, {"w": 90, "e": 60})
    assert found is not None
    before = ground(CROWDED, {"w": 90, "e": 60}).demand
    assert found.demand["high", "e", 2026] == pytest.approx(55.0)
    groups = ["scenario", "year"]
    pd.testing.assert_series_equal(found.demand.groupby(level=groups).sum(), before.groupby(level=groups).sum())


def test_nothing_moves_where_nobody_is_short() -> None:
    """Seats for everybody: the boundary stays where it is, nearer or not."""
    assert drawn(CROWDED, {"w": 120, "e": 60}) is None


def test_nothing_moves_where_it_weighs_more_than_rented_rooms() -> None:
    """A change that weighs ten times a seat for both years is not worth it."""
    assert drawn(CROWDED, {"w": 90, "e": 60}, weights=Weights(kilometre=0.02, moved=6.0, short=0.3)) is None


def test_catchments_stay_in_one_piece() -> None:
    """The first village would fit into the east but does not border on it; the third would only shift the shortage."""
    pupils = {"a": 30.0, "b": 30.0, "c": 60.0, "d": 20.0}
    assert drawn(pupils, {"w": 90, "e": 50}) is None


def test_one_piece_alone_has_no_boundary() -> None:
    """Where areas are points nothing can be drawn."""
    points = gpd.GeoDataFrame(geometry=AREAS.geometry.centroid, crs=METRES)
    found = draw(
        ground(CROWDED, {"w": 90, "e": 60}),
        areas=points,
        zones=ZONES,
        shares=SHARES,
        children=staying(CROWDED),
        schools=SCHOOLS,
        weights=WEIGHTS,
        scenario="central",
        seed=1,
        time_limit=10.0,
    )
    assert found is None


def test_who_is_at_school_stays_there_by_hand() -> None:
    """Two grades: of the 30 pupils of the village 15 enter in the first year and go east, and in the second all do."""
    found = drawn(CROWDED, {"w": 90, "e": 60}, stay_years=None)
    assert found is not None
    row = found.moves.iloc[0]
    assert row[["area", "pupils", "entering", "all_year", "pupils_then"]].tolist() == ["c", 30.0, 15.0, 2027, 30.0]
    assert found.demand["central", "w", 2026] == pytest.approx(105.0)
    assert found.demand["central", "w", 2027] == pytest.approx(90.0)


def test_where_nobody_stays_all_move_at_once() -> None:
    """All go in the first year, and the list says so."""
    found = drawn(CROWDED, {"w": 90, "e": 60}, stay_years=0)
    assert found is not None
    row = found.moves.iloc[0]
    assert row[["pupils", "entering", "all_year", "pupils_then"]].tolist() == [30.0, 30.0, 2026, 30.0]


def test_a_boundary_that_helps_too_late_stays() -> None:
    """Where half of the pupils stay in the first of two years, moving helps less than it weighs."""
    dear = Weights(kilometre=0.02, moved=0.55, short=0.3)
    assert drawn(CROWDED, {"w": 90, "e": 60}, weights=dear, stay_years=0) is not None
    assert drawn(CROWDED, {"w": 90, "e": 60}, weights=dear, stay_years=None) is None


def test_pupils_who_entered_are_counted_by_their_age() -> None:
    """A large year that enters is not one grade of many: of 40 and 10 pupils the 40 go in the first year."""
    counts = by_age({"a": 2.0})
    counts.loc[{"age": 6}], counts.loc[{"age": 7}] = 40.0, 10.0
    found = children_of(counts, first_year=YEARS[0], stay_years=None)
    assert found.living.loc["a"].tolist() == [50.0, 50.0]
    assert found.entered.loc["a"].tolist() == [40.0, 50.0]
    assert (found.grades, found.stay_years) == (2, 1)


@given(st.integers(1, 6), st.integers(0, 8), st.integers(0, 8))
def test_who_stays_longer_moves_later(grades: int, few: int, many: int) -> None:
    """The longer pupils may stay, the fewer have moved in any year; nobody stays beyond the last grade, or is invented."""
    few, many = sorted((few, many))
    counts = by_age({"a": 12.0, "b": 0.0}, grades=grades)
    early, late = (children_of(counts, first_year=YEARS[0], stay_years=years) for years in (few, many))
    assert (early.entered >= late.entered - 1e-9).all(axis=None)
    assert (late.entered <= late.living + 1e-9).all(axis=None)
    assert late.stay_years <= grades - 1
    free = children_of(counts, first_year=YEARS[0], stay_years=None)
    assert free.stay_years == grades - 1
