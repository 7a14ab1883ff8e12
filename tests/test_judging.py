"""Indicators held against requirements: met exactly when nothing is lacking."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.seats.indicators.judging import judge
from schoolmap.seats.indicators.judging import judge_each
from schoolmap.seats.indicators.judging import stated
from schoolmap.seats.indicators.measures import UNITS
from schoolmap.seats.indicators.measures import Indicator
from schoolmap.seats.indicators.measures import Measure
from schoolmap.seats.indicators.measures import not_provided
from schoolmap.seats.indicators.measures import text
from schoolmap.standards.schema import Requirement

SHARE = Measure(
    id="share", label=text("Share", "占比"), basis=text("some / all", "部分／全部"), lacks=UNITS["children"]
)
RATIO = replace(SHARE, id="ratio", unit=UNITS["children"], per=1.0, mends="denominator", lacks=UNITS["teachers"])
AREA = replace(SHARE, id="area", unit=UNITS["m²"], per=1.0, whole=False)
SIZE = replace(SHARE, id="size", unit=UNITS["pupils"], per=1.0)

heads = st.integers(min_value=0, max_value=5_000)
per_cent = st.integers(min_value=1, max_value=100)


def rule(measure: Measure, value: float, *, at_most: bool = False, stage: str = "") -> Requirement:
    """Require a value of a measure."""
    return Requirement(
        id=measure.id,
        stage=stage,
        value=value,
        unit=measure.unit["en"],
        direction="at_most" if at_most else "at_least",
        label=text("", ""),
        document="an example",
        confidence="assumption",
    )


def over(measure: Measure, numerator: float, denominator: float) -> Indicator:
    """Put one number over another."""
    return Indicator(measure=measure, numerator=numerator, denominator=denominator, units=1, left_out=0)


def by_school(*values: float | None) -> pd.Series:
    """Label values by school."""
    return pd.Series(values, index=[f"s{i}" for i in range(len(values))], dtype=float)


def test_by_hand() -> None:
    """45 of 120 children are 37.5 per cent: fifteen more would make the half."""
    found = judge(over(SHARE, 45, 120), rule(SHARE, 50))
    assert (found.value, found.met, found.lacking) == (37.5, False, 15.0)
    assert judge(over(SHARE, 60, 120), rule(SHARE, 50)).met is True


def test_too_few_teachers_are_told_in_teachers() -> None:
    """100 children and five teachers at 15 to one: two more teachers, not twenty-five fewer children."""
    found = judge(over(RATIO, 100, 5), rule(RATIO, 15, at_most=True))
    assert (found.value, found.met, found.lacking) == (20.0, False, 2.0)
    nobody = judge(over(RATIO, 100, 0), rule(RATIO, 15, at_most=True))
    assert (nobody.value, nobody.met, nobody.lacking) == (math.inf, False, 7.0)


@given(heads, heads, per_cent)
def test_what_is_lacking_is_exactly_enough(numerator: int, denominator: int, required: int) -> None:
    """With what is lacking the requirement is met; with one less it is not."""
    denominator = max(numerator, denominator, 1)
    found = judge(over(SHARE, numerator, denominator), rule(SHARE, required))
    assert found.lacking is not None
    assert judge(over(SHARE, numerator + found.lacking, denominator), rule(SHARE, required)).met is True
    assert found.met == (numerator * 100 >= required * denominator)
    if found.lacking > 0:
        assert judge(over(SHARE, numerator + found.lacking - 1, denominator), rule(SHARE, required)).met is False


@given(heads, st.integers(min_value=0, max_value=500), st.integers(min_value=1, max_value=40))
def test_teachers_lacking_are_exactly_enough(children: int, teachers: int, most: int) -> None:
    """So it is where the denominator must grow."""
    found = judge(over(RATIO, children, teachers), rule(RATIO, most, at_most=True))
    if found.value is None:
        assert (children, teachers) == (0, 0)
        return
    assert found.lacking is not None
    assert found.met == (children <= most * teachers)
    assert judge(over(RATIO, children, teachers + found.lacking), rule(RATIO, most, at_most=True)).met is True
    if found.lacking > 0:
        assert children > most * (teachers + found.lacking - 1)


def test_square_metres_are_not_rounded_up() -> None:
    """A metre and a half that is lacking is a metre and a half."""
    assert judge(over(AREA, 38.5, 10), rule(AREA, 4)).lacking == pytest.approx(1.5)


def test_rounding_does_not_decide() -> None:
    """0.85 of 20 is 17, though not in binary."""
    assert judge(over(SHARE, 17, 20), rule(SHARE, 85)).met is True
    assert judge(over(SHARE, 7, 25), rule(SHARE, 28)).met is True


def test_not_provided_is_neither_met_nor_failed() -> None:
    """Without data there is no verdict."""
    found = judge(not_provided(SHARE), rule(SHARE, 50))
    assert (found.met, found.lacking, found.value) == (None, None, None)


def test_each_must_meet_it_and_nobody_makes_up_for_another() -> None:
    """Two schools are 300 and 100 too large; the small one is no help."""
    found = judge_each(
        SIZE, by_school(2300, 500, 2100, None), by_school(1, 1, 1, 1), requirement=rule(SIZE, 2000, at_most=True)
    )
    assert (found.value, found.failing, found.lacking, found.met) == (2300.0, 2, 400.0, False)
    assert (found.units, found.left_out) == (3, 1)
    assert found.notes[0] == {"en": "2 of 3 do not meet it.", "zh": "3个单位中有2个未达到。"}


@given(st.lists(st.tuples(heads, st.integers(min_value=1, max_value=900)), min_size=1, max_size=8), st.integers(1, 12))
def test_each_is_the_sum_of_single_verdicts(rows: list[tuple[int, int]], least: int) -> None:
    """The verdict on all is that on each, one by one."""
    above, below = by_school(*(float(a) for a, _ in rows)), by_school(*(float(b) for _, b in rows))
    found = judge_each(AREA, above, below, requirement=rule(AREA, least))
    single = [judge(over(AREA, a, b), rule(AREA, least)) for a, b in rows]
    assert found.failing == sum(one.met is False for one in single)
    assert found.lacking == pytest.approx(sum(one.lacking or 0.0 for one in single))
    assert found.value == pytest.approx(min(one.value or 0.0 for one in single))
    assert found.met == all(one.met for one in single)


def test_a_school_without_any_room_is_worst_off() -> None:
    """24 classes and no music room: two rooms are lacking. No class and no room says nothing."""
    found = judge_each(RATIO, by_school(24, 12, 0), by_school(0, 1, 0), requirement=rule(RATIO, 12, at_most=True))
    assert (found.value, found.lacking, found.failing) == (math.inf, 2.0, 1)
    assert (found.units, found.left_out) == (2, 1)


def test_each_of_none_is_not_provided() -> None:
    """Where nobody gave a number, nothing is met."""
    found = judge_each(SIZE, by_school(None, None), by_school(1, 1), requirement=rule(SIZE, 2000, at_most=True))
    assert (found.met, found.left_out, found.value) == (None, 2, None)


def test_a_finished_figure_is_judged_by_its_requirement() -> None:
    """A share that a survey gives has no sums behind it, but a source."""
    asked = rule(SHARE, 85)
    found = stated(asked, 80.5, source=text("survey", "问卷"))
    assert (found.value, found.met, found.lacking) == (80.5, False, 4.5)
    assert found.measure.basis == text("survey", "问卷")
    with pytest.raises(ValueError, match="zero or more"):
        stated(asked, float("nan"), source=text("", ""))


def test_refuses_another_unit_indicator_or_stage() -> None:
    """85 per cent are not held against 0.85, nor a junior school against a primary one."""
    with pytest.raises(LabelError, match="in 'share', the indicator in '%'"):
        judge(over(SHARE, 1, 2), replace(rule(SHARE, 0.85), unit="share"))
    with pytest.raises(LabelError, match="does not speak of 'share'"):
        judge(over(SHARE, 1, 2), rule(RATIO, 15))
    with pytest.raises(LabelError, match="stage 'junior'"):
        judge(replace(over(SHARE, 1, 2), stage="primary"), rule(SHARE, 50, stage="junior"))
    with pytest.raises(LabelError, match="does not speak of"):
        judge_each(SIZE, by_school(1), by_school(1), requirement=rule(SHARE, 50))


def test_input_is_left_as_it_is() -> None:
    """Judging changes neither the indicator nor the tables."""
    above, below = by_school(1, np.nan), by_school(2, 2)
    before = above.copy()
    judge_each(SIZE, above, below, requirement=rule(SIZE, 1))
    pd.testing.assert_series_equal(above, before)
    found = over(SHARE, 1, 2)
    judge(found, rule(SHARE, 50))
    assert found.requirement is None
