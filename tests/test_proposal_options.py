"""Other plans to choose from: for more and less money, and about as good but different."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.optimize.siting.money import Money
from schoolmap.optimize.siting.site import site
from schoolmap.proposals.options import DEARER
from schoolmap.proposals.options import WITHIN
from schoolmap.proposals.options import Option
from schoolmap.proposals.options import options

if TYPE_CHECKING:
    from schoolmap.optimize.siting.scenarios import Terms

YEARS = [2026, 2027, 2028, 2029]
GAP = 1e-6
COST = {"a": 100.0, "b": 101.0}
"""What a class costs at either school; renting a room, 30 a year."""


def terms(**changes: Any) -> Terms:  # noqa: ANN401 - any term
    """Return terms on which a missing seat weighs 5 a year, and nothing is discounted."""
    money = Money(discount_rate=0.0, metre_cost=0.0, short_cost=5.0, empty_cost=0.0, base_year=2026)
    usual: Terms = {
        "money": money,
        "plots": pd.Series(dtype=float),
        "budget": None,
        "total_budget": None,
        "weights": None,
    }
    return usual | changes  # type: ignore[return-value]


def town(demand: list[float], *, rent: float = 30.0, a: float = COST["a"], b: float = COST["b"]) -> Any:  # noqa: ANN401
    """Return one catchment with 90 seats; classes of 45 may be added at two schools, and rooms be rented."""
    area = pd.MultiIndex.from_product([["n"], ["primary"], YEARS])
    school = pd.MultiIndex.from_product([["seats n"], ["primary"], YEARS])
    ways = pd.DataFrame(
        {"metres": [0.0, 100.0, 100.0, 0.0], "charge": 0.0},
        index=pd.MultiIndex.from_tuples([("n", node, "primary") for node in ("seats n", "a", "b", "rooms")]),
    )
    measures = pd.DataFrame(
        {
            "kind": ["expand", "expand", "temporary"],
            "school": ["a", "b", "rooms"],
            "stage": "primary",
            "seats_per_class": 45,
            "most_classes": 2,
            "first_year": 2026,
            "lasting": [True, True, False],
            "fixed_cost": 0.0,
            "class_cost": [a, b, 0.0],
            "yearly_cost": [2.0, 2.0, rent],
            "switch_cost": 0.0,
        },
        index=["wing a", "wing b", "cabins"],
    )
    return pd.Series(demand, index=area), pd.Series(90.0, index=school), ways, measures


def found(case: Any, *, number: int = 3, **changes: Any) -> tuple[Option, ...]:  # noqa: ANN401
    """Return the options of a town."""
    asked = terms(**changes)
    return options(site(*case, **asked, gap=GAP), case, asked, number=number, gap=GAP, time_limit=30.0)


def named(every: tuple[Option, ...], name: str) -> list[Option]:
    """Return the options of one name."""
    return [option for option in every if option.name == name]


LASTING = town([135.0, 135.0, 135.0, 135.0])
"""Forty-five pupils more than seats, for good: a class at the first school costs 108 with its running."""


def test_another_place_by_hand() -> None:
    """The second school costs one more: it is found, at what it really costs, and its ways are as long."""
    every = found(LASTING)
    (other,) = named(every, "elsewhere")
    assert (every[0].name, every[0].cost, every[0].used.index.tolist()) == (
        "proposed",
        pytest.approx(108.0),
        ["wing a"],
    )
    assert (other.cost, other.money, other.capital, other.yearly) == tuple(
        map(pytest.approx, (109.0, 109.0, 101.0, 8.0))
    )
    assert other.used.loc["wing b"].to_dict() == {"classes": 1, "opens": 2026}
    assert (other.short, other.kilometres) == (0.0, pytest.approx(4 * 45 * 0.1))


def test_a_place_that_is_dear_is_none_to_choose() -> None:
    """The second school costs a tenth more, and renting more than that: nothing else is about as good."""
    every = found(town([135.0] * 4, b=120.0))
    assert [option.name for option in every if option.name != "money"] == ["proposed"]


def test_less_building_by_hand() -> None:
    """Renting costs 4 % more than building: where building is dearer, rooms are rented instead, and counted as they are."""
    every = found(town([135.0] * 4, rent=28.0))
    assert len(named(every, "elsewhere")) == 1
    (other,) = named(every, "build_less")
    assert other.used.index.tolist() == ["cabins"]
    assert (other.capital, other.yearly, other.cost) == tuple(map(pytest.approx, (0.0, 112.0, 112.0)))


def test_less_renting_where_the_plan_rents() -> None:
    """A wave of two years is rented for, 100 and what runs in four years would be 5 % dearer at most to build."""
    every = found(town([90.0, 135.0, 135.0, 90.0], rent=50.5, a=96.0, b=300.0))
    assert every[0].used.index.tolist() == ["cabins"]
    (other,) = (option for option in every if option.name in {"rent_less", "elsewhere"})
    assert other.used.index.tolist() == ["wing a"]
    assert other.cost <= every[0].cost * (1 + WITHIN)


def test_what_less_money_leaves_undone() -> None:
    """Ten pupils need a class that costs more than a quarter of what their seats weigh: for less money it is not built."""
    every = found(town([135.0, 135.0, 135.0, 145.0]))
    (less, *_) = named(every, "money")
    assert less.money < every[0].money
    assert less.short > every[0].short
    # counted as the project weighs it
    assert less.cost == pytest.approx(less.money + 5.0 * less.short)


def test_what_may_be_spent_is_kept() -> None:
    """Where building is made dearer, what may be spent grows with it, and no plan spends more than there is."""
    budget = pd.Series(150.0, index=YEARS)
    for option in found(town([180.0] * 4), budget=budget, total_budget=210.0):
        assert option.capital <= 210.0 + 1e-6
    assert DEARER > 1


def test_nothing_is_asked_where_nothing_is_wanted() -> None:
    """Zero plans: neither the front nor others; one: the front only. Nothing built: nothing to choose."""
    assert found(LASTING, number=0) == ()
    assert {option.name for option in found(LASTING, number=1)} <= {"proposed", "money"}
    assert found(town([80.0] * 4)) == ()


@settings(max_examples=4, deadline=None)
@given(st.lists(st.integers(60, 190), min_size=4, max_size=4), st.sampled_from([8.0, 20.0, 60.0]))
def test_every_option_is_one(demand: list[int], rent: float) -> None:
    """None is cheaper than the plan; good ones cost little more; of the front none is beaten; costs add up."""
    every = found(town([float(number) for number in demand], rent=rent))
    for option in every:
        assert option.cost >= every[0].cost * (1 - 1e-5)
        assert option.cost == pytest.approx(option.money + 5.0 * option.short, abs=1e-6)
        if option.name != "money":
            assert option.cost <= every[0].cost * (1 + WITHIN) + 1e-9
    front = [every[0], *named(every, "money")] if every else []
    for one in front:
        assert not any(other.money < one.money - 1 and other.short < one.short - 1 for other in front)


def test_the_order_of_rows_decides_nothing() -> None:
    """Measures and demand in another order: the same options."""
    turned = tuple(table.iloc[::-1] for table in LASTING)
    for one, other in zip(found(LASTING), found(turned), strict=True):
        assert (one.name, one.cost, one.used.to_dict()) == (other.name, pytest.approx(other.cost), other.used.to_dict())
