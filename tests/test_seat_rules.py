"""What rules ask for at many places at once: steps, people per school, seats per thousand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.seats.indicators.seat_rules import required_by_rules
from schoolmap.standards import load
from schoolmap.standards.lookup import classes_for
from schoolmap.standards.lookup import rules_for
from schoolmap.standards.schema import SeatRule

CHINA = load("china")
YULIN, LONGHU = "榆林市", "汕头市龙湖区"


def rule(name: str, value: float, *, gives: str, per: str = "residents", **bounds: float) -> SeatRule:
    """Return a rule of an example."""
    return SeatRule(
        id=name,
        value=value,
        gives=gives,  # type: ignore[arg-type]
        per=per,  # type: ignore[arg-type]
        place="",
        stage="kindergarten",
        document="an example",
        confidence="assumption",
        **bounds,
    )


STEPS = [
    rule("500", 6, gives="classes", per="homes", at_least=500, below=1000),
    rule("1000", 9, gives="classes", per="homes", at_least=1000, below=1500),
    rule("1500", 12, gives="classes", per="homes", at_least=1500),
]


def numbers(*values: float | None) -> pd.Series:
    """Label numbers by place."""
    return pd.Series(values, index=[f"p{i}" for i in range(len(values))], dtype=float)


def test_steps_hold_from_their_bound_on() -> None:
    """499 homes owe nothing, 500 six classes, 1,000 nine, 1,500 twelve."""
    found = required_by_rules(
        numbers(0, 499, 500, 999, 1000, 1499, 1500, 9000, None), rules=STEPS, per="homes", gives="classes"
    )
    assert found["required"].tolist()[:-1] == [0.0, 0.0, 6.0, 6.0, 9.0, 9.0, 12.0, 12.0]
    assert found["rule"].tolist() == ["", "", "500", "500", "1000", "1000", "1500", "1500", ""]
    assert np.isnan(found["required"].iloc[-1])


def test_seats_per_thousand_are_classes_at_the_class_size() -> None:
    """4,500 people at 40 per thousand are 180 seats, six classes of 30; without a class size the rule gives no classes."""
    per_thousand = [rule("40", 40, gives="seats_per_thousand")]
    found = required_by_rules(numbers(4500, 4501), rules=per_thousand, per="residents", gives="classes", class_size=30)
    assert found["required"].tolist() == [6.0, 7.0]
    none = required_by_rules(numbers(4500), rules=per_thousand, per="residents", gives="classes")
    assert none["required"].tolist() == [0.0]


def test_a_remainder_calls_for_no_school() -> None:
    """One for every 10,000: two for 29,999."""
    found = required_by_rules(
        numbers(9_999, 10_000, 29_999),
        rules=[rule("t", 10_000, gives="people_per_school")],
        per="residents",
        gives="schools",
    )
    assert found["required"].tolist() == [0.0, 1.0, 2.0]


def test_the_rule_that_asks_for_most_decides_whatever_their_order() -> None:
    """At least one each, two from 30,000 on."""
    rules = [rule("one", 1, gives="schools"), rule("two", 2, gives="schools", at_least=30_000)]
    for listed in (rules, rules[::-1]):
        found = required_by_rules(numbers(29_999, 30_000), rules=listed, per="residents", gives="schools")
        assert found["required"].tolist() == [1.0, 2.0]
        assert found["rule"].tolist() == ["one", "two"]


def test_the_upper_bound_is_not_counted() -> None:
    """A rule for fewer than 1,000 homes does not hold at 1,000, though nothing larger follows."""
    found = required_by_rules(numbers(999, 1000), rules=STEPS[:1], per="homes", gives="classes")
    assert found["required"].tolist() == [6.0, 0.0]


def test_rules_that_count_something_else_are_passed_over() -> None:
    """Rules per home say nothing of residents."""
    assert required_by_rules(numbers(9000), rules=STEPS, per="residents", gives="classes")["required"].tolist() == [0.0]


@given(st.lists(st.integers(0, 4000), min_size=1, max_size=8), st.sampled_from([YULIN, LONGHU]))
def test_agrees_with_asking_one_by_one(counts: list[int], place: str) -> None:
    """The shipped rules of Yulin (homes) and Longhu (residents), asked at once and one after another."""
    rules = rules_for(CHINA, stage="kindergarten", place=place)
    per = rules[0].per
    size = CHINA.stages["kindergarten"].class_size
    assert size is not None
    residents = numbers(*(10 * float(count) if per == "residents" else float(count) for count in counts))
    found = required_by_rules(residents, rules=rules, per=per, gives="classes", class_size=size.value)
    for number, asked in zip(residents, found["required"], strict=True):
        alone = classes_for(CHINA, place=place, stage="kindergarten", **{per: number})
        assert asked == (alone.classes or 0)


def test_refuses_impossible_numbers() -> None:
    """Minus one home."""
    with pytest.raises(ValueError, match="The number of homes is negative"):
        required_by_rules(numbers(-1), rules=STEPS, per="homes", gives="classes")
