"""Seats in every draw of the projects that may or may not come about."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.seats.projects.draws import draw_changes
from schoolmap.seats.projects.ledger import ledger
from schoolmap.seats.projects.ledger import there
from schoolmap.seats.projects.schedules import draw_openings
from schoolmap.seats.projects.schedules import possible
from schoolmap.seats.projects.schedules import schedule
from schoolmap.seats.supply import supply_by_catchment

YEARS = [2026, 2027, 2028]
CLASS_SIZE: dict[str, float | None] = {"kindergarten": 30, "primary": 45}
few = settings(max_examples=6)


def town() -> pd.DataFrame:
    """Return two primary schools and a kindergarten."""
    unit = pd.MultiIndex.from_tuples(
        [("A", "primary"), ("B", "primary"), ("A", "kindergarten")], names=["school", "stage"]
    )
    return pd.DataFrame({"seats": [540.0, 270.0, 180.0], "classrooms": [12.0, 6.0, 6.0]}, index=unit)


def plans(**projects: dict[str, object]) -> pd.DataFrame:
    """Return the schedule of projects, of primary school `A` in September 2027 unless said otherwise."""
    usual = {"stage": "primary", "kind": "expand", "school": "A", "opening": "2027-09"}
    return schedule(
        pd.DataFrame([usual | project for project in projects.values()], index=list(projects)),
        town(),
    )


def departures(schedules: pd.DataFrame, opened: xr.DataArray) -> xr.DataArray:
    """Return by how much each draw departs."""
    return draw_changes(schedules, town(), opened, years=YEARS, class_size=CLASS_SIZE)


def kept_anew(schedules: pd.DataFrame, opens: list[bool]) -> pd.DataFrame:
    """Return the seats there are if exactly these projects come about."""
    return there(
        ledger(schedules.assign(counted=opens), town(), years=YEARS, class_size=CLASS_SIZE),
        what="seats",
    )


def openings(schedules: pd.DataFrame, draws: list[list[bool]]) -> xr.DataArray:
    """Return draws as given, one row per project."""
    return xr.DataArray(np.array(draws), coords={"project": schedules.index.to_numpy(object)}, dims=("project", "draw"))


@st.composite
def pipelines(draw: st.DrawFn) -> pd.DataFrame:
    """Draw a few projects, likely and not, that grow, move, end and take rooms."""
    kinds: dict[str, dict[str, object]] = {
        "expand": {"seats_added": 90.0},
        "new": {"kind": "new", "school": None, "catchment": "s", "seats_added": 400.0},
        "move": {"kind": "relocate", "catchment": "s"},
        "rebuild": {"kind": "relocate", "seats_added": 900.0},
        "end": {"kind": "demolish"},
        "attach": {"kind": "attach", "stage": "kindergarten", "rooms_of": "primary", "classes_added": 2.0},
    }
    rows = {}
    for step, kind in enumerate(draw(st.lists(st.sampled_from(sorted(kinds)), max_size=4))):
        row = kinds[kind] | {"opening": draw(st.sampled_from(["2026-09", "2027-03", "2027-09", "2028-09"]))}
        if row.get("school", "A") and kind != "attach":
            row["school"] = draw(st.sampled_from(["A", "B"]))
        rows[f"P{step}"] = row | {"probability": draw(st.sampled_from([0.2, 0.7, 1.0]))}
    return plans(**rows) if rows else plans(P={"kind": "improve"})


def test_by_hand() -> None:
    """A wing of 90 that is counted is missing where it does not come; an unlikely school is there where it does."""
    schedules = plans(
        wing={"seats_added": 90.0, "probability": 0.8},
        new={"kind": "new", "school": None, "catchment": "s", "seats_added": 400.0, "probability": 0.3},
        sure={"seats_added": 45.0},
    )
    assert schedules["counted"].tolist() == [True, False, True]
    moved = departures(schedules, openings(schedules, [[True, False], [True, False], [True, True]]))
    assert moved.dims == ("place_of", "year", "draw")
    assert moved["place_of"].to_numpy().tolist() == [("primary", "catchment", "s"), ("primary", "section", "A")]
    assert moved.sel(draw=0).to_numpy().tolist() == [[0, 400, 400], [0, 0, 0]]
    assert moved.sel(draw=1).to_numpy().tolist() == [[0, 0, 0], [0, -90, -90]]


def test_what_was_built_before_a_move_stays_where_the_move_does_not_come() -> None:
    """Wing and move may each fail: four cases, each as if the book were kept for it alone."""
    schedules = plans(
        wing={"seats_added": 90.0, "opening": "2026-09", "probability": 0.8},
        move={"kind": "relocate", "catchment": "s", "probability": 0.6},
    )
    moved = departures(schedules, openings(schedules, [[True, False, True, False], [True, True, False, False]]))
    last = moved.sel(year=2028).to_pandas().T
    assert last[("primary", "section", "A")].tolist() == [0, 0, 630, 540]
    assert last[("primary", "catchment", "s")].tolist() == [0, -90, -630, -630]


@few
@given(pipelines(), st.integers(min_value=0, max_value=1000))
def test_every_draw_is_the_book_of_what_opens(schedules: pd.DataFrame, seed: int) -> None:
    """Central case and departure together are the seats of a book kept for that draw alone."""
    opened = draw_openings(schedules, draws=4, seed=seed)
    moved = departures(schedules, opened)
    central = kept_anew(schedules, schedules["counted"].tolist())
    for draw in range(4):
        expected = kept_anew(schedules, opened.isel(draw=draw).to_numpy().tolist())
        index = (
            pd.MultiIndex.from_tuples(moved["place_of"].to_numpy().tolist(), names=central.index.names)
            if len(moved["place_of"])
            else central.index[:0]
        )
        here = pd.DataFrame(moved.isel(draw=draw).to_numpy(), index=index, columns=YEARS)
        places = expected.index.union(central.index).union(index)
        found = central.reindex(places, fill_value=0.0) + here.reindex(places, fill_value=0.0)
        np.testing.assert_allclose(found, expected.reindex(places, fill_value=0.0), atol=1e-6)


@few
@given(pipelines(), st.randoms(use_true_random=False))
def test_order_of_projects_is_irrelevant(schedules: pd.DataFrame, rng: object) -> None:
    """Draws are matched by project."""
    opened = draw_openings(schedules, draws=5, seed=1)
    order = list(schedules.index)
    rng.shuffle(order)  # type: ignore[attr-defined]
    xr.testing.assert_allclose(departures(schedules.loc[order], opened), departures(schedules, opened))


def test_certain_projects_depart_nowhere() -> None:
    """Without a doubt there is nothing to draw, with projects or without."""
    for schedules in (plans(wing={"seats_added": 90.0}), plans(wing={"seats_added": 90.0}).iloc[:0]):
        assert bool(possible(schedules).all())
        assert departures(schedules, draw_openings(schedules, draws=3, seed=1)).shape == (0, 3, 3)


def test_departures_are_shared_among_catchments_as_seats_are() -> None:
    """Laid out by (year, draw) they go through `supply_by_catchment` like any other seats."""
    schedules = plans(
        wing={"seats_added": 90.0, "probability": 0.8},
        new={"kind": "new", "school": None, "catchment": "s", "seats_added": 400.0, "probability": 0.3},
    )
    moved = departures(schedules, openings(schedules, [[True, False], [True, False]]))
    columns = pd.MultiIndex.from_product([YEARS, [0, 1]], names=["year", "draw"])
    flat = pd.DataFrame(moved.to_numpy().reshape(2, -1), index=moved.indexes["place_of"], columns=columns).xs("primary")
    sections, places = flat.xs("section"), flat.xs("catchment")
    shares = pd.Series(
        [0.75, 0.25], index=pd.MultiIndex.from_tuples([("A", "n"), ("A", "s")], names=["section", "catchment"])
    )
    by_catchment = supply_by_catchment(
        sections, shares, places, pd.Series(places.index, index=places.index), catchments=pd.Index(["n", "s"])
    )
    assert by_catchment[2028].to_numpy().tolist() == [[0.0, -67.5], [400.0, -22.5]]


def test_refuses_draws_of_other_projects() -> None:
    """A draw of something else says nothing of these."""
    schedules = plans(wing={"seats_added": 90.0, "probability": 0.8})
    with pytest.raises(LabelError, match="`schedule` and `opened`"):
        departures(schedules, draw_openings(schedules.set_axis(["other"]), draws=3, seed=1))
