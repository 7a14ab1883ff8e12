"""Seat warnings: the level of a unit, and when a shortage starts, peaks and ends."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.seats.warnings import LEVELS
from schoolmap.seats.warnings import shortage_spans
from schoolmap.seats.warnings import warning_level

gaps = st.floats(min_value=-500, max_value=500)
loads = st.floats(min_value=0, max_value=1000) | st.just(math.inf)


def level(load: float) -> str:
    """Return the level of one load by the bounds 70, 90 and 100 %."""
    return str(warning_level(pd.Series([load]), surplus_below=0.7, watch_from=0.9, red_from=1.0).iloc[0])


def balance(gap_by_catchment: dict[str, list[float]], *, first: int = 2026) -> pd.DataFrame:
    """Return gaps by catchment and year; the probability names its row, from 0.0 on in steps of 0.01."""
    rows = [(name, first + step, gap) for name, values in gap_by_catchment.items() for step, gap in enumerate(values)]
    index = pd.MultiIndex.from_tuples([row[:2] for row in rows], names=["catchment", "year"])
    probability = [0.01 * position for position in range(len(rows))]
    return pd.DataFrame({"gap": [row[2] for row in rows], "shortage_probability": probability}, index=index)


# levels


@pytest.mark.parametrize(
    ("children", "expected"),
    [(0, "surplus"), (69, "surplus"), (70, "ok"), (89, "ok"), (90, "watch"), (99, "watch"), (100, "red"), (130, "red")],
)
def test_levels_of_a_hundred_seats(children: int, expected: str) -> None:
    """Yellow from 90 %, red at exactly 100 % already (浙教基〔2018〕100号); spare below 70 %."""
    assert level(children / 100) == expected


@given(loads, loads)
def test_more_children_never_lower_the_level(one: float, other: float) -> None:
    """Levels rise with the load."""
    low, high = sorted([one, other])
    assert LEVELS.index(level(low)) <= LEVELS.index(level(high))


@given(st.integers(min_value=1, max_value=100_000))
def test_exactly_full_is_red_for_any_number_of_seats(seats: int) -> None:
    """As many children as seats is red, and nine tenths of them is watch, whatever rounding says."""
    assert level(seats / seats) == "red"
    assert level(seats * 0.9 / seats) == "watch"
    assert level(sum([seats / 10] * 9) / seats) == "watch"


def test_children_without_seats_are_red_and_nobody_is_ok() -> None:
    """An infinite load is red; where there are neither children nor seats, there is nothing to warn of."""
    assert level(math.inf) == "red"
    assert level(math.nan) == "ok"


def test_levels_keep_their_labels() -> None:
    """The level is on the caller's index."""
    load = pd.Series([1.0, 0.1], index=["full", "empty"])
    levels = warning_level(load, surplus_below=0.7, watch_from=0.9, red_from=1.0)
    assert levels.to_dict() == {"full": "red", "empty": "surplus"}
    assert levels.name == "level"


@pytest.mark.parametrize("bounds", [(0.9, 0.7, 1.0), (0.7, 1.0, 1.0), (0.7, 0.9, 0.8)])
def test_refuses_bounds_that_do_not_rise(bounds: tuple[float, float, float]) -> None:
    """A bound below the one before it makes a level that nothing can reach."""
    with pytest.raises(ValueError, match="bounds must rise"):
        warning_level(pd.Series([1.0]), surplus_below=bounds[0], watch_from=bounds[1], red_from=bounds[2])


# spans


def test_spans_by_hand() -> None:
    """Short in 2027, 2028 and 2030: eighty seats over the years, worst in 2028, over for good after 2030."""
    spans = shortage_spans(balance({"n": [-5.0, 20.0, 45.0, -10.0, 15.0, -30.0], "s": [-1.0] * 6}))
    assert spans.index.tolist() == ["n"]
    assert spans.loc["n"].to_dict() == pytest.approx(
        {
            "score": 80.0,
            "first_year": 2027,
            "last_year": 2030,
            "peak_year": 2028,
            "peak_short": 45.0,
            "probability": 0.02,
            "years_short": 3,
        },
    )


def test_the_worst_comes_first() -> None:
    """By seats short summed over the years; of equals, the first by label."""
    spans = shortage_spans(balance({"c": [10.0, 10.0], "d": [0.0, 90.0], "b": [20.0, 0.0], "a": [-1.0, -1.0]}))
    assert spans.index.tolist() == ["d", "b", "c"]


def test_of_two_equal_peaks_the_first_counts() -> None:
    """The planner has to be ready for the earlier one."""
    assert shortage_spans(balance({"a": [5.0, 30.0, 30.0]})).loc["a", "peak_year"] == 2027


@given(st.dictionaries(st.sampled_from("abcd"), st.lists(gaps, min_size=3, max_size=3), min_size=1))
def test_spans_are_what_looking_year_by_year_finds(table: dict[str, list[float]]) -> None:
    """For each catchment the years with half a seat or more are looked up one by one."""
    spans = shortage_spans(balance(table))
    short = {
        name: {2026 + step: gap for step, gap in enumerate(values) if gap >= 0.5} for name, values in table.items()
    }
    assert set(spans.index) == {name for name, years in short.items() if years}
    assert spans["score"].is_monotonic_decreasing
    for name, span in spans.iterrows():
        years = short[str(name)]
        assert span["score"] == pytest.approx(sum(years.values()))
        assert (span["first_year"], span["last_year"]) == (min(years), max(years))
        assert span["years_short"] == len(years)
        assert span["peak_short"] == max(years.values())
        assert years[int(span["peak_year"])] == max(years.values())


def test_less_than_half_a_seat_is_no_shortage() -> None:
    """Nobody builds for a rounding difference, unless asked to."""
    assert shortage_spans(balance({"a": [0.49], "b": [0.5]})).index.tolist() == ["b"]
    assert shortage_spans(balance({"a": [0.49], "b": [0.5]}), least=0.4).index.tolist() == ["b", "a"]


def test_nobody_is_short() -> None:
    """Without a shortage the table is empty and still has its columns."""
    spans = shortage_spans(balance({"a": [-1.0, 0.0]}))
    assert spans.empty
    assert {"score", "first_year", "peak_short", "years_short"} <= set(spans.columns)
