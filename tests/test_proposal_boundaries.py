"""Boundaries drawn anew where spare seats are next door."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from schoolmap.proposals.boundaries import Boundary
from schoolmap.proposals.boundaries import Weights
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


def drawn(pupils: dict[str, float], seats: dict[str, float], *, weights: Weights = WEIGHTS) -> Boundary | None:
    """Draw the boundary between the two catchments."""
    children = pd.DataFrame({year: pd.Series(pupils) for year in YEARS})
    return draw(
        ground(pupils, seats),
        areas=AREAS,
        zones=ZONES,
        shares=SHARES,
        children=children,
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
        children=pd.DataFrame({year: pd.Series(CROWDED) for year in YEARS}),
        schools=SCHOOLS,
        weights=WEIGHTS,
        scenario="central",
        seed=1,
        time_limit=10.0,
    )
    assert found is None
