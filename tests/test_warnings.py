"""Seat warnings: the level of a unit, when a shortage starts, peaks and ends, and what is published."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.seats.warnings import LEVELS
from schoolmap.seats.warnings import intake_warnings
from schoolmap.seats.warnings import planned_intake
from schoolmap.seats.warnings import shortage_spans
from schoolmap.seats.warnings import spells
from schoolmap.seats.warnings import warning_level
from schoolmap.standards.schema import Figure
from schoolmap.standards.schema import Levels

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


def test_spans_without_a_probability() -> None:
    """Where nobody has drawn, the probability is not known."""
    spans = shortage_spans(balance({"a": [5.0, 9.0]}).drop(columns="shortage_probability"))
    assert math.isnan(spans.at["a", "probability"])
    assert spans.at["a", "peak_short"] == 9.0


# spells


@pytest.mark.parametrize(
    ("values", "kind", "runs", "longest", "lasts"),
    [
        ([9, 9, 9, -1, -1, -1], "sustained", 1, 3, False),
        ([9, -1, 9, 9, 9, 9], "sustained", 2, 4, True),
        ([9, 9, -1, -1, 9, -1], "returning", 2, 2, False),
        ([9, -1, 9, -1, 9, -1], "returning", 3, 1, False),
        ([-1, 9, 9, -1, -1, -1], "passing", 1, 2, False),
        ([-1, -1, -1, -1, -1, 9], "passing", 1, 1, True),
    ],
)
def test_kinds_of_spells(values: list[float], kind: str, runs: int, longest: int, lasts: bool) -> None:  # noqa: FBT001
    """Three years one after another are sustained; short of that, a shortage passes or comes back."""
    row = spells(balance({"a": values}), lasting_years=3).loc["a"]
    assert row[["kind", "runs", "longest", "lasts"]].tolist() == [kind, runs, longest, lasts]


def runs_of(values: list[float]) -> list[int]:
    """Return the lengths of runs of short years, by looking from year to year."""
    runs, now = [], 0
    for value in values:
        if value >= 0.5:
            now += 1
        elif now:
            runs.append(now)
            now = 0
    return [*runs, now] if now else runs


@given(
    st.dictionaries(
        st.sampled_from("abcd"), st.lists(st.sampled_from([-9.0, 9.0]), min_size=6, max_size=6), min_size=1
    ),
    st.integers(min_value=1, max_value=6),
    st.randoms(use_true_random=False),
)
def test_spells_are_what_looking_year_by_year_finds(
    table: dict[str, list[float]],
    lasting: int,
    rng: object,
) -> None:
    """Runs are counted as by hand, in any order of the rows; the spans are those of `shortage_spans`."""
    mixed = balance(table).sample(frac=1, random_state=rng.randrange(2**32))  # type: ignore[attr-defined]
    found = spells(mixed, lasting_years=lasting)
    assert set(found.index) == {name for name, values in table.items() if runs_of(values)}
    for name, row in found.iterrows():
        runs = runs_of(table[str(name)])
        assert (row["runs"], row["longest"]) == (len(runs), max(runs))
        assert row["lasts"] == (table[str(name)][-1] >= 0.5)
        expected = "sustained" if max(runs) >= lasting else "returning" if len(runs) > 1 else "passing"
        assert row["kind"] == expected
    spans = shortage_spans(mixed)
    pd.testing.assert_frame_equal(found[spans.columns], spans)


@given(st.lists(st.sampled_from([-9.0, 9.0]), min_size=6, max_size=6), st.integers(1, 6))
def test_asking_for_longer_makes_no_shortage_sustained(values: list[float], lasting: int) -> None:
    """What does not last three years does not last four."""
    sooner, later = (spells(balance({"a": values}), lasting_years=years) for years in (lasting, lasting + 1))
    assert not ((sooner["kind"] != "sustained") & (later["kind"] == "sustained")).any()


def test_nobody_has_a_spell() -> None:
    """Without a shortage the table is empty and still has its columns."""
    found = spells(balance({"a": [-1.0, 0.0]}), lasting_years=3)
    assert found.empty
    assert {"kind", "runs", "longest", "lasts"} <= set(found.columns)


def test_spells_refuse_what_they_cannot_count() -> None:
    """A year left out, an unknown gap, a year told twice, and no years at all."""
    with pytest.raises(LabelError, match="Years of 'a' are missing"):
        spells(balance({"a": [9.0, 9.0, 9.0]}).drop(index=("a", 2027)), lasting_years=3)
    with pytest.raises(MissingValueError, match="`gap` is missing"):
        spells(balance({"a": [9.0, math.nan]}), lasting_years=3)
    with pytest.raises(LabelError, match="twice"):
        spells(pd.concat([balance({"a": [9.0]}), balance({"a": [9.0]})]), lasting_years=3)
    with pytest.raises(ValueError, match="at least one year"):
        spells(balance({"a": [9.0]}), lasting_years=0)


# the intake of a usual year


def rooms(**known: tuple[float, float, float]) -> pd.DataFrame:
    """Return the planned intake, classrooms and seats of sections."""
    columns = ["planned_intake", "classrooms", "seats"]
    return pd.DataFrame(list(known.values()), index=list(known), columns=columns, dtype=float)


@pytest.mark.parametrize(
    ("known", "places", "source"),
    [
        ((80, 12, 540), 80, "listed"),
        ((0, 12, 540), 0, "listed"),
        ((math.nan, 12, 540), 90, "classrooms"),
        ((math.nan, 17, 540), 90, "classrooms"),
        ((math.nan, 11.9999999, 540), 90, "classrooms"),
        ((math.nan, 5, 150), 25, "seats"),
        ((math.nan, math.nan, 540), 90, "seats"),
        ((math.nan, 5, math.nan), math.nan, "unknown"),
    ],
)
def test_planned_intake(known: tuple[float, float, float], places: float, source: str) -> None:
    """As listed, else whole classes of 45 for each of six grades, else a sixth of the seats, else not known."""
    row = planned_intake(rooms(A=known), cap_of_entry=45, grades=6).loc["A"]
    assert row["source"] == source
    assert row["places"] == pytest.approx(places, nan_ok=True)


def test_caps_by_section_and_none() -> None:
    """A rural section may have another cap; without any, seats decide."""
    sections = rooms(town=(math.nan, 12, 999), village=(math.nan, 12, 999))
    by_cap = planned_intake(sections, cap_of_entry=pd.Series({"village": 30, "town": 45}), grades=6)
    assert by_cap["places"].to_dict() == {"town": 90, "village": 60}
    assert planned_intake(sections, cap_of_entry=None, grades=6)["source"].tolist() == ["seats", "seats"]


def test_refuses_no_grades() -> None:
    """A stage has a first grade."""
    with pytest.raises(ValueError, match="at least one"):
        planned_intake(rooms(A=(1, 1, 1)), cap_of_entry=45, grades=0)


# what is published


def bounds() -> Levels:
    """Return bounds of 70, 90 and 100 %."""
    figures = {
        name: Figure(value=value, document="test", confidence="assumption")
        for name, value in {"surplus_below": 0.7, "watch_from": 0.9, "red_from": 1.0}.items()
    }
    return Levels(**figures)


def by_year(first: int = 2026, **children: list[float]) -> pd.Series:
    """Return children by catchment and year."""
    rows = {(name, first + step): value for name, values in children.items() for step, value in enumerate(values)}
    return pd.Series(rows, dtype=float).rename_axis(["catchment", "year"])


def published(children: pd.Series, places: pd.Series, years: list[int], **options: object) -> pd.DataFrame:
    """Return the warnings of the intake, indexed by catchment and year."""
    table = intake_warnings({"intake": children}, {"intake": places}, levels=bounds(), years=years, **options)  # type: ignore[arg-type]
    return table.set_index(["catchment", "year"])


def test_a_notice_by_hand() -> None:
    """Places for 90: 80 are none to warn of, 81 (90 %) yellow, 90 (100 %) red, and 89 lift the red one."""
    table = published(by_year(n=[80.0, 81.0, 90.0, 95.0, 89.0]), pd.Series({"n": 90.0}), [2026, 2027, 2028, 2029, 2030])
    assert table["level"].tolist() == ["ok", "watch", "red", "red", "watch"]
    assert table["lifted"].tolist() == [False, False, False, False, True]
    assert table["ratio"].round(3).tolist() == [0.889, 0.9, 1.0, 1.056, 0.989]
    assert table["shortage_probability"].isna().all()


def test_three_years_ahead_and_the_year_before() -> None:
    """Only the years asked for are published; that this year was red says that the next one lifts it."""
    table = published(by_year(n=[99.0, 80.0, 90.0, 90.0, 90.0]), pd.Series({"n": 90.0}), [2027, 2028, 2029])
    assert table.index.get_level_values("year").tolist() == [2027, 2028, 2029]
    assert table["lifted"].tolist() == [True, False, False]


def test_intake_and_whole_stage_in_one_table() -> None:
    """The first grade may be full while the school has room, and its places grow with projects."""
    table = intake_warnings(
        {"whole": by_year(n=[500.0, 500.0]), "intake": by_year(n=[95.0, 95.0])},
        {"whole": by_year(n=[400.0, 600.0]), "intake": pd.Series({"n": 90.0})},
        levels=bounds(),
        years=[2026, 2027],
    )
    assert table[["scope", "year", "level", "lifted"]].to_numpy().tolist() == [
        ["intake", 2026, "red", False],
        ["intake", 2027, "red", False],
        ["whole", 2026, "red", False],
        ["whole", 2027, "ok", True],
    ]


def test_probability_of_a_shortage() -> None:
    """Two of four draws have more children than places; exactly full is no shortage; a given one is taken as given."""
    draws = xr.DataArray(
        [[[89.0, 90.0, 91.0, 99.0]]],
        coords={"catchment": ["n"], "year": [2026], "draw": range(4)},
        dims=("catchment", "year", "draw"),
    )
    children, places = by_year(n=[90.0]), pd.Series({"n": 90.0})
    drawn = published(children, places, [2026], draws={"intake": draws})
    assert drawn["shortage_probability"].tolist() == [0.5]
    told = published(children, places, [2026], draws={"intake": draws}, probability={"intake": by_year(n=[0.3])})
    assert told["shortage_probability"].tolist() == [0.3]


@given(
    st.lists(st.integers(min_value=0, max_value=300), min_size=4, max_size=4),
    st.lists(st.integers(min_value=0, max_value=300), min_size=4, max_size=4),
)
def test_warnings_are_what_looking_at_each_year_finds(children: list[int], places: list[int]) -> None:
    """Red where children fill the places, yellow from nine tenths on, lifted when there is room again."""
    table = published(
        by_year(n=[float(n) for n in children]), by_year(n=[float(n) for n in places]), [2027, 2028, 2029]
    )
    red = [n > 0 if there == 0 else n >= there for n, there in zip(children, places, strict=True)]
    assert (table["level"] == "red").tolist() == red[1:]
    yellow = [10 * n >= 9 * there > 0 for n, there in zip(children, places, strict=True)]
    assert table["level"].isin(["watch", "red"]).tolist() == [y or r for y, r in zip(yellow, red, strict=True)][1:]
    assert table["lifted"].tolist() == [was and not now for was, now in pairwise(red)]


@given(st.permutations(["a", "b", "c"]), st.permutations(["a", "b", "c"]))
def test_catchments_are_matched_by_label(order: list[str], other: list[str]) -> None:
    """Places in any order; the table is in the order of the children."""
    children = by_year(**{name: [10.0 * (1 + "abc".index(name))] for name in order})
    places = pd.Series({name: 10.0 * (3 - "abc".index(name)) for name in other})
    table = published(children, places, [2026])
    assert table.index.get_level_values("catchment").tolist() == order
    assert dict(zip(order, table["ratio"].round(6), strict=True)) == {"a": 0.333333, "b": 1.0, "c": 3.0}


def test_no_places_and_nobody() -> None:
    """Children without any place are red; where there are neither there is nothing to warn of."""
    table = published(by_year(a=[5.0], b=[0.0]), pd.Series({"a": 0.0, "b": 0.0}), [2026])
    assert table["level"].tolist() == ["red", "ok"]
    assert np.isinf(table["ratio"].iloc[0])


def test_nothing_to_publish() -> None:
    """No scope is no warning."""
    assert intake_warnings({}, {}, levels=bounds(), years=[2026]).empty


@pytest.mark.parametrize(
    ("children", "places", "years", "error", "message"),
    [
        (by_year(n=[9.0]), pd.Series({"n": 9.0}), [2027], LabelError, "children or the places of 2027"),
        (by_year(n=[9.0]), by_year(2027, n=[9.0]), [2026], LabelError, "children or the places of 2026"),
        (by_year(n=[9.0]), pd.Series({"s": 9.0}), [2026], LabelError, "catchments of `children` and `places`"),
        (by_year(n=[9.0]), pd.Series({"n": math.nan}), [2026], MissingValueError, "number of places is missing"),
        (by_year(n=[math.nan]), pd.Series({"n": 9.0}), [2026], MissingValueError, "number of children is missing"),
    ],
)
def test_refuses_to_warn_of_what_is_not_known(
    children: pd.Series,
    places: pd.Series,
    years: list[int],
    error: type[Exception],
    message: str,
) -> None:
    """Other catchments, other years and unknown numbers are no warning, and no all-clear."""
    with pytest.raises(error, match=message):
        published(children, places, years)


def test_refuses_scopes_that_are_none() -> None:
    """Both tables are of the same known scopes."""
    with pytest.raises(LabelError, match="scopes of `children` and `places`"):
        intake_warnings({"intake": by_year(n=[1.0])}, {}, levels=bounds(), years=[2026])
    with pytest.raises(LabelError, match="A scope is one of intake, whole"):
        intake_warnings({"grade": by_year(n=[1.0])}, {"grade": by_year(n=[1.0])}, levels=bounds(), years=[2026])
