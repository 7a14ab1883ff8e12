"""What the planner may do, as a siting problem by label."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from schoolmap.proposals import problem
from schoolmap.proposals.distances import Distances
from schoolmap.proposals.problem import StageGround

if TYPE_CHECKING:
    from collections.abc import Mapping

YEARS = [2026, 2027]


def by_catchment(values: Mapping[str, list[float]], *, scenario: str = "central") -> pd.Series:
    """Return numbers by scenario, catchment and year."""
    index = pd.MultiIndex.from_product([[scenario], list(values), YEARS], names=["scenario", "catchment", "year"])
    return pd.Series(np.ravel(list(values.values())).astype(float), index=index)


def ground(**changes: Any) -> StageGround:  # noqa: ANN401 - any field
    """Return a town: west is 20 short in 2027, east next to it has 30 spare, far has 90 and borders on east."""
    usual: dict[str, Any] = {
        "stage": "primary",
        "short": ("west",),
        "catchments": ("east", "far", "west"),
        "around": {"west": ("east",), "east": ("west", "far"), "far": ("east",)},
        "demand": by_catchment({"west": [100, 120], "east": [70, 70], "far": [10, 10]}),
        "seats": by_catchment({"west": [100, 100], "east": [100, 100], "far": [100, 100]}),
        "schools_of": {"west": ("W",), "east": ("E",), "far": ("F",)},
        "points": gpd.GeoDataFrame(geometry=[]),
        "distances": Distances(
            catchment=np.array([2, 2]),
            weight=np.array([3.0, 1.0]),
            catchments=pd.Index(["east", "far", "west"]),
            places=pd.Index(["W", "E", "F", "site:Y"]),
            metres=np.array([[400.0, 1600.0, 4000.0, 900.0], [400.0, 800.0, 4000.0, 300.0]]),
        ),
        "free_choice": False,
    }
    return StageGround(**usual | changes)


def nodes(*rows: tuple[str, str, str, tuple[str, ...]]) -> pd.DataFrame:
    """Return places where measures add seats: node, kind, place, catchments served."""
    return pd.DataFrame(rows, columns=["node", "kind", "place", "serves"]).assign(stage="primary")


def ways(here: StageGround, table: pd.DataFrame, *, rezone: bool = True) -> pd.DataFrame:
    """Return the ways of the town, with a charge of 7 at boundaries."""
    return problem.ways_of({"primary": here}, table, boundary_charge=7.0, rezone=rezone, nearest_share=0.25)


def test_gaps_by_hand() -> None:
    """West lacks twenty at most; who lacks half a seat in no year is not short."""
    town = ground()
    assert problem.largest_gaps(town.demand, town.seats) == {"west": 20.0}
    assert problem.largest_gaps(town.demand, town.demand - 0.4) == {}


def test_only_the_short_have_demand_others_what_they_can_spare() -> None:
    """East takes part with its thirty spare seats: nobody there is moved to make room."""
    town = {"primary": ground()}
    assert problem.demand_of(town).to_dict() == {
        ("central", "west", "primary", 2026): 100.0,
        ("central", "west", "primary", 2027): 120.0,
    }
    seats = problem.seats_of(town)
    assert seats["central", "seats west", "primary", 2027] == 100.0
    assert seats["central", "seats east", "primary", 2027] == 30.0


def test_ways_are_counted_beyond_the_nearest() -> None:
    """A plot next door costs those near it what it is farther than their own school, and the boundary."""
    table = ways(ground(), nodes(("site Y", "new", "site:Y", ("east",))))
    assert table["metres"].to_dict() == {
        ("west", "seats west", "primary"): 0.0,
        # the quarter nearest to it has 300 m, less than today's 400: next door is never nearer than home
        ("west", "site Y", "primary"): problem.NEXT_DOOR_M,
    }
    assert table["charge"].to_dict() == {("west", "seats west", "primary"): 0.0, ("west", "site Y", "primary"): 7.0}


@pytest.mark.parametrize(("limit", "goes"), [(299.0, False), (300.0, True), (np.inf, True)])
def test_nobody_is_sent_next_door_beyond_the_limit(limit: float, goes: bool) -> None:  # noqa: FBT001 - a parameter
    """The quarter nearest to the plot has 300 m; the plot of their own catchment is theirs however far."""
    town = ground()
    town = replace(town, distances=replace(town.distances, limit=np.array([1.0, limit])))
    next_door = ways(town, nodes(("site Y", "new", "site:Y", ("east",))))
    assert (("west", "site Y", "primary") in next_door.index) == goes
    own = ways(town, nodes(("site Y", "new", "site:Y", ("west",))))
    assert ("west", "site Y", "primary") in own.index


def test_a_nearer_school_of_their_own_is_worth_its_way() -> None:
    """A plot in the catchment itself, nearer for all: it is the measure of the others."""
    near = ground(
        distances=Distances(
            catchment=np.array([2]),
            weight=np.array([1.0]),
            catchments=pd.Index(["east", "far", "west"]),
            places=pd.Index(["W", "E", "F", "site:Y"]),
            metres=np.array([[900.0, 1600.0, 4000.0, 200.0]]),
        )
    )
    table = ways(near, nodes(("site Y", "new", "site:Y", ("west",))))
    assert table["metres"].to_dict() == {
        ("west", "seats west", "primary"): 700.0,
        ("west", "site Y", "primary"): 0.0,
    }


def test_only_a_school_on_a_listed_plot_draws_children_over_a_boundary() -> None:
    """More classes or rented rooms next door serve those there; boundaries are drawn before; far is out of question."""
    table = nodes(
        ("place east", "temporary", "", ("east",)),
        ("place east", "new", "", ("east",)),
        ("school E", "expand", "E", ("east",)),
        ("site Y", "new", "site:Y", ("east",)),
        ("site F", "new", "F", ("far",)),
    )
    assert set(ways(ground(), table).index.get_level_values("school")) == {"seats west", "site Y"}
    assert set(ways(ground(), table, rezone=False).index.get_level_values("school")) == {"seats west"}


def test_where_families_choose_freely_spare_seats_next_door_are_theirs() -> None:
    """No boundary holds them and none is charged, but next door is farther."""
    table = ways(ground(free_choice=True), nodes())
    assert table["charge"].eq(0).all()
    assert table["metres"].to_dict() == {
        ("west", "seats east", "primary"): 400.0,
        ("west", "seats west", "primary"): 0.0,
    }


def test_a_place_to_be_found_is_where_children_are() -> None:
    """Nobody knows where the plot will be: it is no farther than today's school."""
    table = ways(ground(), nodes(("place west", "new", "", ("west",))))
    assert table.loc[("west", "place west", "primary"), "metres"] == 0.0


@pytest.mark.parametrize("free", [True, False])
def test_everybody_has_a_way_to_their_own_seats(free: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Also where no road leads: then it counts as no way at all."""
    lost = ground(
        free_choice=free,
        distances=Distances(
            catchment=np.array([2]),
            weight=np.array([1.0]),
            catchments=pd.Index(["east", "far", "west"]),
            places=pd.Index(["W"]),
            metres=np.array([[np.inf]]),
        ),
    )
    assert ways(lost, nodes()).index.to_list() == [("west", "seats west", "primary")]
