"""Measures and indicators: two sums over the same units, what is left out, and what is lacking."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.seats.indicators.judging import judge
from schoolmap.seats.indicators.measures import INDICATOR_COLUMNS
from schoolmap.seats.indicators.measures import UNITS
from schoolmap.seats.indicators.measures import Indicator
from schoolmap.seats.indicators.measures import Measure
from schoolmap.seats.indicators.measures import by_group
from schoolmap.seats.indicators.measures import indicator_table
from schoolmap.seats.indicators.measures import measured
from schoolmap.seats.indicators.measures import not_provided
from schoolmap.seats.indicators.measures import text
from schoolmap.standards.schema import Requirement

SHARE = Measure(id="share", label=text("Share", "占比"), basis=text("some / all", "部分／全部"), lacks=UNITS["pupils"])
RATIO = Measure(
    id="ratio",
    label=text("Ratio", "生师比"),
    basis=text("pupils / teachers", "学生／教师"),
    lacks=UNITS["teachers"],
    unit=UNITS["pupils"],
    per=1.0,
    mends="denominator",
)

maybe = st.one_of(st.none(), st.integers(min_value=0, max_value=3_000))
pairs = st.lists(st.tuples(maybe, maybe, st.sampled_from(["n", "s", None])), min_size=1, max_size=12)


def series(values: list[float | None]) -> pd.Series:
    """Label values by school."""
    return pd.Series(values, index=[f"s{i}" for i in range(len(values))], dtype=float)


def test_by_hand() -> None:
    """Thirty of 100 and none of 50 are 20 per cent; the school that did not say how many is left out of both sums."""
    found = measured(SHARE, series([30, None, 0]), series([100, 80, 50]), stage="primary")
    assert (found.numerator, found.denominator, found.value) == (30.0, 150.0, 20.0)
    assert (found.units, found.left_out, found.provisional) == (2, 1, True)
    assert (found.requirement, found.met, found.lacking) == (None, None, None)


@given(pairs)
def test_every_unit_is_counted_or_left_out(rows: list[tuple[float | None, float | None, str | None]]) -> None:
    """Units counted and left out are all units; the groups add up to the whole."""
    above, below, group = (list(part) for part in zip(*rows, strict=True))
    whole = measured(SHARE, series(above), series(below))
    assert whole.units + whole.left_out == len(rows)
    parts = by_group(SHARE, series(above), series(below), by=pd.Series(group, index=series(above).index, dtype=object))
    assert parts["units"].sum() == whole.units
    assert parts["left_out"].sum() == whole.left_out
    assert parts["numerator"].sum() == (whole.numerator or 0.0)
    assert parts["denominator"].sum() == (whole.denominator or 0.0)
    known = [(a, b) for a, b, _ in rows if a is not None and b is not None]
    assert (whole.numerator is None) == (not known)
    assert (whole.numerator or 0.0) == sum(a for a, _ in known)


@given(pairs, st.randoms(use_true_random=False))
def test_order_is_irrelevant(rows: list[tuple[float | None, float | None, str | None]], rng: object) -> None:
    """Labels decide, not the order of the rows."""
    above, below = series([a for a, _, _ in rows]), series([b for _, b, _ in rows])
    shuffled = below.sample(frac=1, random_state=rng.randrange(2**32))  # type: ignore[attr-defined]
    assert measured(SHARE, above, shuffled) == measured(SHARE, above, below)


def test_missing_is_not_zero() -> None:
    """Nothing known gives no value; a nought that was written gives nought."""
    assert measured(SHARE, series([None]), series([10])).value is None
    assert measured(SHARE, series([0]), series([10])).value == 0.0
    assert measured(SHARE, series([]), series([])) == not_provided(SHARE)


def test_a_share_of_nothing_is_not_known_and_pupils_without_a_teacher_are_infinitely_many() -> None:
    """Nought over nought says nothing, in whichever measure."""
    assert measured(SHARE, series([0]), series([0])).value is None
    assert measured(RATIO, series([0]), series([0])).value is None
    assert measured(RATIO, series([30]), series([0])).value == math.inf
    one = pd.Series("n", index=series([0]).index)
    assert np.isnan(by_group(SHARE, series([0]), series([0]), by=one)["value"].iloc[0])
    assert by_group(RATIO, series([30]), series([0]), by=one)["value"].iloc[0] == np.inf


def test_units_without_a_group_are_a_group() -> None:
    """A school without a township does not vanish."""
    townships = pd.Series(["Northtown", None], index=series([1, 2]).index, dtype=object)
    found = by_group(SHARE, series([1, 2]), series([10, 10]), by=townships)
    assert found["numerator"].tolist() == [1.0, 2.0]
    assert found.index.isna().tolist() == [False, True]


@pytest.mark.parametrize("wrong", [-1.0, float("inf")])
def test_refuses_impossible_numbers(wrong: float) -> None:
    """Minus one pupil, and endlessly many, are refused by name."""
    with pytest.raises(ValueError, match=r"'share' is (negative|infinite) for 1 unit.*'s1'"):
        measured(SHARE, series([1, wrong]), series([10, 10]))


def test_refuses_other_units() -> None:
    """Numbers of different schools are not put over one another, nor a school counted twice."""
    with pytest.raises(LabelError, match="different units"):
        measured(SHARE, series([1, 2]), series([10]))
    twice = pd.Series([1.0, 2.0], index=["A", "A"])
    with pytest.raises(LabelError, match="twice"):
        measured(SHARE, twice, twice)


def test_a_table_of_indicators() -> None:
    """One row each, judged or not; what is not known is missing, in the verdict too."""
    rule = Requirement(
        id="share", value=50, unit="%", label=text("", ""), document="an example", year=2020, confidence="assumption"
    )
    found = judge(Indicator(measure=SHARE, numerator=40.0, denominator=100.0, units=4, left_out=0), rule)
    table = indicator_table([found, not_provided(RATIO, left_out=3)])
    assert list(table) == list(INDICATOR_COLUMNS)
    assert table.loc[0, ["value", "required", "met", "lacking", "document"]].tolist() == [
        40.0,
        50.0,
        False,
        10.0,
        "an example, 2020",
    ]
    assert table.loc[1, ["value", "required", "met", "lacking"]].isna().all()
    assert table["left_out"].tolist() == [0, 3]
    assert list(indicator_table([])) == list(INDICATOR_COLUMNS)
