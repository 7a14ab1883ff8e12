"""Reading the answer of the siting model as proposals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from schoolmap.proposals import reading
from schoolmap.proposals import spans as shortages
from schoolmap.proposals.spans import Span

YEARS = [2025, 2026, 2027, 2028]


def balance(**gaps: dict[str, list[float]]) -> pd.DataFrame:
    """Return a balance from gaps by scenario and catchment."""
    rows = {
        (scenario, catchment, year): gap
        for scenario, by_catchment in gaps.items()
        for catchment, values in by_catchment.items()
        for year, gap in zip(YEARS, values, strict=True)
    }
    index = pd.MultiIndex.from_tuples(list(rows), names=["scenario", "catchment", "year"])
    return pd.DataFrame({"gap": list(rows.values()), "shortage_probability": 0.8}, index=index)


SPAN = Span(scenario="", first_year=2026, last_year=2028, peak_year=2027, short=90.0, probability=0.9, score=200.0)


def test_a_shortage_of_the_first_scenario_goes_first() -> None:
    """West is short in both; east only in the high one, and the row says so; nobody else has a span."""
    spans = shortages.spans_of(
        balance(
            central={"west": [0, 5, 10, 0], "east": [-5, -5, -5, -5], "north": [0, 0, 0, 0]},
            high={"west": [0, 50, 90, 40], "east": [0, 0, 3, 0], "north": [0, 0, 0, 0]},
        ),
        "central",
    )
    assert sorted(spans) == ["east", "west"]
    assert (spans["west"].scenario, spans["west"].short, spans["west"].peak_year) == ("", 10.0, 2027)
    assert (spans["east"].scenario, spans["east"].first_year) == ("high", 2027)


def test_of_other_scenarios_the_worst_counts() -> None:
    """Where the first scenario is not short, the one that is shortest speaks."""
    spans = shortages.spans_of(
        balance(central={"w": [0, 0, 0, 0]}, high={"w": [0, 9, 9, 0]}, low={"w": [0, 1, 0, 0]}), "central"
    )
    assert spans["w"].scenario == "high"


def built(classes: dict[str, list[int]]) -> pd.DataFrame:
    """Return what is built, from classes by measure and year: a class is 45 seats and costs 100, and 5 a year."""
    index = pd.MultiIndex.from_product([list(classes), YEARS], names=["measure", "year"])
    table = pd.DataFrame({"classes": np.ravel(list(classes.values()))}, index=index)
    added = table["classes"].groupby(level="measure").diff().fillna(table["classes"])
    return table.assign(
        added=added, seats=45.0 * table["classes"], capital=100.0 * added.clip(lower=0), yearly=5.0 * table["classes"]
    )


MEASURES = pd.DataFrame(
    {
        "kind": ["expand", "new", "convert"],
        "stage": "primary",
        "school": ["school A", "site Y1", "school B"],
        "at": ["A", "Y1", "B"],
        "catchment": ["west", "east", "west"],
        "takes_stage": [None, None, "kindergarten"],
        "verify": [True, False, False],
    },
    index=["m1", "m2", "m3"],
)


def test_what_is_used_by_hand() -> None:
    """Two classes from 2026, four from 2027 to the end; and rooms used in one year only."""
    table = reading.used(built({"m1": [0, 2, 4, 4], "m3": [0, 0, 3, 0]}), MEASURES)
    assert table.loc["m1", ["opens", "classes", "seats", "capital", "yearly"]].tolist() == [2026, 4, 180, 400, 20]
    assert np.isnan(table.loc["m1", "until"])
    assert table.loc["m3", ["opens", "until"]].tolist() == [2027, 2027]


def flows(**rows: float) -> pd.Series:
    """Return pupils by area and node; written `west__school_A`."""
    labels = [("central", name.split("__")[0], "primary", 2027, name.split("__")[1].replace("_", " ")) for name in rows]
    index = pd.MultiIndex.from_tuples(labels, names=["scenario", "area", "stage", "year", "school"])
    return pd.Series(list(rows.values()), index=index)


def test_a_measure_belongs_to_the_catchment_that_uses_it_most() -> None:
    """Made for the east, used by the west: the row is the west's, with the west's shortage."""
    table = reading.used(built({"m2": [0, 0, 12, 12]}), MEASURES)
    rows = reading.as_rows(
        table,
        flows(west__site_Y1=300.0, east__site_Y1=20.0),
        {"primary": {"west": SPAN, "east": SPAN}},
        {},
        first_year={"m2": 2027},
    )
    row = rows[0]
    assert (row["catchment"], row["site"], row["school"], row["why_year"]) == ("west", "Y1", "", "earliest")
    assert (row["first_year"], row["short"]) == (2026, 90.0)


def test_a_conversion_names_whose_rooms_it_uses() -> None:
    """Rooms of the kindergarten, in a school."""
    table = reading.used(built({"m3": [0, 3, 3, 0]}), MEASURES)
    spans = {"primary": {"west": SPAN}}
    row = reading.as_rows(table, flows(west__school_B=60.0), spans, {}, first_year={"m3": 2026})[0]
    assert (row["kind"], row["school"], row["host"], row["why_year"]) == ("convert", "B", "kindergarten", "as_short")


def test_a_shortage_that_a_boundary_brings_is_told_as_one() -> None:
    """The west is not short by itself: pupils come over from 2028 on, and the measure opens then."""
    after = Span(scenario="", first_year=2028, last_year=2028, peak_year=2028, short=60.0, probability=0.9, score=60.0)
    table = reading.used(built({"m1": [0, 0, 0, 2]}), MEASURES)
    (row,) = reading.as_rows(
        table,
        flows(west__school_A=60.0),
        {"primary": {"east": SPAN}},
        {"primary": {"west": after}},
        first_year={"m1": 2026},
    )
    assert (row["catchment"], row["here"], row["short"], row["after_short"]) == ("west", False, 60.0, 60.0)
    assert row["why_year"] == "as_short"


def test_a_boundary_changes_when_seats_are_missing() -> None:
    """Both are told: without it from 2026 on, with it from 2028; the measure of 2028 opens when seats begin to lack."""
    after = Span(scenario="", first_year=2028, last_year=2028, peak_year=2028, short=30.0, probability=0.9, score=30.0)
    table = reading.used(built({"m1": [0, 0, 0, 2]}), MEASURES)
    spans, moved = {"primary": {"west": SPAN}}, {"primary": {"west": after}}
    (row,) = reading.as_rows(table, flows(west__school_A=30.0), spans, moved, first_year={"m1": 2026})
    assert (row["here"], row["first_year"], row["short"]) == (True, 2026, 90.0)
    assert (row["after_first"], row["after_short"], row["why_year"]) == (2028.0, 30.0, "as_short")
    (row,) = reading.as_rows(table, flows(west__school_A=30.0), spans, {}, first_year={"m1": 2026})
    assert np.isnan(row["after_short"])
    assert row["why_year"] == "later"


def test_who_is_left_and_why() -> None:
    """Forty in 2026, before anything can be ready, are told so; less than half a pupil is nobody."""
    index = pd.MultiIndex.from_product(
        [["central", "high"], ["west", "east"], ["primary"], YEARS], names=["scenario", "area", "stage", "year"]
    )
    left = pd.Series(0.0, index=index)
    left["central", "west", "primary", 2026] = 40.0
    left["central", "east", "primary", 2028] = 0.4
    left["high", "east", "primary", 2028] = 99.0
    spans = {"primary": {"west": SPAN, "east": SPAN}}
    (row,) = reading.left_without(left, spans, scenario="central", ready={"primary": 2027})
    assert (row["kind"], row["catchment"], row["seats"], row["why_year"]) == ("unsolved", "west", 40.0, "earliest")
    (row,) = reading.left_without(left, spans, scenario="central", ready={"primary": 2026})
    assert row["why_year"] == "later"


def test_a_shortage_that_is_over_is_told() -> None:
    """Short in the base year only: nothing can be done, and the catchment is not passed over in silence."""
    past = Span(scenario="", first_year=2025, last_year=2025, peak_year=2025, short=9.0, probability=0.7, score=9.0)
    rows = reading.over_before({"primary": {"west": past, "east": SPAN}}, [], after=2025)
    assert [(row["catchment"], row["why_year"]) for row in rows] == [("west", "over")]
    told = [{**reading.nothing(past), "stage": "primary", "catchment": "west"}]
    assert reading.over_before({"primary": {"west": past}}, told, after=2025) == []


@pytest.mark.parametrize("row", [reading.nothing(SPAN)])
def test_rows_have_every_column(row: dict[str, object]) -> None:
    """A row that builds nothing still has all columns."""
    assert set(row) == set(reading.COLUMNS)
