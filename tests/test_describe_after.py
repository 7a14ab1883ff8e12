"""The balance after the proposals: seats and pupils are shared out, and none is lost or made."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.output.describe_after import balance_after

YEARS = [2030, 2031]
BOTH = pd.Index(YEARS, name="year")


def table(**rows: list[float]) -> pd.DataFrame:
    """Return numbers by catchment and year."""
    return pd.DataFrame.from_dict(rows, orient="index", columns=BOTH).rename_axis("catchment").astype(float)


def decided(
    *,
    flows: list[tuple[str, str, int, float]] = (),  # type: ignore[assignment]
    measures: dict[str, dict[str, Any]] | None = None,
    built: dict[str, tuple[list[float], list[float]]] | None = None,
    moved: pd.DataFrame | None = None,
) -> Any:  # noqa: ANN401 - a plan's proposals, of which only this is read
    """Return proposals for primary schools in one scenario."""
    rows = pd.DataFrame([("central", area, "primary", year, node, n) for area, node, year, n in flows])
    names = ["scenario", "area", "stage", "year", "school"]
    went = pd.Series(dtype=float, index=pd.MultiIndex.from_arrays([[]] * 5, names=names))
    if len(rows):
        went = rows.set_axis([*names, "pupils"], axis=1).set_index(names)["pupils"]
    sizes = pd.concat(
        {
            name: pd.DataFrame({"classes": classes, "seats": seats}, index=BOTH)
            for name, (classes, seats) in (built or {"nothing": ([0, 0], [0.0, 0.0])}).items()
        },
        names=["measure"],
    )
    nothing = {"stage": "primary", "school": "school S", "catchment": "a", "takes_stage": None, "takes_school": None}
    known = {name: {**nothing, "takes_seats": 0.0, **row} for name, row in (measures or {"nothing": {}}).items()}
    boundaries = {}
    if moved is not None:
        stacked = pd.concat({"central": moved.T.unstack()}, names=["scenario"])
        boundaries["primary"] = SimpleNamespace(demand=stacked)
    return SimpleNamespace(
        siting=SimpleNamespace(flows=went, built=sizes),
        measures=pd.DataFrame.from_dict(known, orient="index"),
        boundaries=boundaries,
    )


def after(proposals: Any, demand: pd.DataFrame, seats: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:  # noqa: ANN401
    """Return the balance of primary schools."""
    return balance_after(proposals, "primary", "central", demand=demand, seats=seats)


def test_seats_of_one_place_are_shared_by_those_who_go_there() -> None:
    """Of 30 seats in 2031, a third of the pupils come from `a`: 10 are counted there and 20 in `b`."""
    proposals = decided(
        flows=[("a", "school S", 2031, 8.0), ("b", "school S", 2031, 16.0)],
        measures={"expand": {}},
        built={"expand": ([0, 1], [0.0, 30.0])},
    )
    demand, seats = after(proposals, table(a=[100, 100], b=[50, 50]), table(a=[90, 90], b=[40, 40]))
    assert demand.equals(table(a=[100, 100], b=[50, 50]))
    assert seats.equals(table(a=[90, 100], b=[40, 60]))


def test_seats_that_nobody_uses_belong_to_whom_they_were_made_for() -> None:
    """Seats stay empty in 2030: they are `a`'s."""
    proposals = decided(measures={"expand": {}}, built={"expand": ([1, 0], [30.0, 0.0])})
    _, seats = after(proposals, table(a=[1, 1], b=[1, 1]), table(a=[90, 90], b=[40, 40]))
    assert seats.equals(table(a=[120, 90], b=[40, 40]))


def test_who_goes_next_door_is_demand_there() -> None:
    """Five pupils of `a` take seats of `b` in 2030; those who stay at home change nothing."""
    proposals = decided(flows=[("a", "seats b", 2030, 5.0), ("a", "seats a", 2030, 95.0)])
    demand, _ = after(proposals, table(a=[100, 100], b=[50, 50]), table(a=[90, 90], b=[60, 60]))
    assert demand.equals(table(a=[95, 100], b=[55, 50]))


def test_a_new_boundary_moves_demand() -> None:
    """Catchments that the boundary does not touch stay as they are."""
    proposals = decided(moved=table(a=[80, 70], b=[70, 80]))
    demand, _ = after(proposals, table(a=[100, 100], b=[50, 50], c=[7, 7]), table(a=[9, 9], b=[9, 9], c=[9, 9]))
    assert demand.equals(table(a=[80, 70], b=[70, 80], c=[7, 7]))


def test_rooms_lent_to_another_stage_are_no_seats_here() -> None:
    """A kindergarten class in a primary school of `b` takes 45 primary seats."""
    proposals = decided(
        measures={
            "attach": {
                "stage": "kindergarten",
                "takes_stage": "primary",
                "takes_school": "seats b",
                "takes_seats": 45.0,
            }
        },
        built={"attach": ([0, 1], [0.0, 30.0])},
    )
    _, seats = after(proposals, table(a=[1, 1], b=[1, 1]), table(a=[90, 90], b=[90, 90]))
    assert seats.equals(table(a=[90, 90], b=[90, 45]))


def test_nothing_decided_changes_nothing() -> None:
    """The tables that are given are not changed either."""
    demand, seats = table(a=[100, 100]), table(a=[90, 90])
    found = balance_after(
        SimpleNamespace(siting=None, boundaries={}),  # type: ignore[arg-type]
        "primary",
        "central",
        demand=demand,
        seats=seats,
    )
    assert found[0].equals(demand)
    assert found[1].equals(seats)


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"), st.sampled_from(["seats a", "seats b", "seats c", "school S"]), st.floats(0, 50)
        ),
        max_size=8,
        unique_by=lambda row: row[:2],
    ),
    st.floats(0, 500),
)
def test_no_pupil_and_no_seat_is_lost(flows: list[tuple[str, str, float]], seats: float) -> None:
    """However pupils go, their number stays, and seats are those that were there and those that are made."""
    proposals = decided(
        flows=[(area, node, 2031, n) for area, node, n in flows],
        measures={"expand": {}},
        built={"expand": ([0, 1], [0.0, seats])},
    )
    before = table(a=[100, 100], b=[50, 50], c=[20, 20])
    demand, there = after(proposals, before, before)
    assert demand.sum().to_numpy() == pytest.approx(before.sum().to_numpy())
    assert there.sum().to_numpy() == pytest.approx(before.sum().add([0.0, seats]).to_numpy())
