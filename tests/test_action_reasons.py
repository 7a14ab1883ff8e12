"""Which shortage a proposal answers, why in its year, and why rooms are rented: from the tables of a plan."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from schoolmap.output import action_reasons as reasons

YEARS = (2025, 2026, 2027, 2028, 2029)
RENT: dict[str, Any] = {
    "kind": "temporary",
    "stage": "primary",
    "catchment": "west",
    "measure": "rooms",
    "scenario": "",
    "first_year": 2025,
    "last_year": 2028,
    "peak_year": 2027,
    "short": 90.0,
    "probability": 0.9,
    "here": True,
    "after_first": np.nan,
    "after_last": np.nan,
    "after_peak": np.nan,
    "after_short": np.nan,
    "opens": 2026,
    "until": 2028.0,
    "seats": 90.0,
    "why_year": "earliest",
}
EXPAND = RENT | {"kind": "expand", "measure": "wing", "opens": 2028, "until": np.nan}


def plan(*rows: dict[str, Any], built: int = 0, most: int = 4, first_year: int = 2027, lasting: bool = True) -> Any:  # noqa: ANN401
    """Return what is asked of a plan: one wing of so many classes could be built in the west."""
    table = pd.DataFrame([RENT, *rows])
    measures = pd.DataFrame(
        {
            "stage": "primary",
            "lasting": [lasting, False],
            "serves": [("west",), ("west",)],
            "first_year": [first_year, 2026],
            "most_classes": [most, 9],
        },
        index=["wing", "rooms"],
    )
    index = pd.MultiIndex.from_product([["wing", "rooms"], YEARS[1:]], names=["measure", "year"])
    sizes = pd.DataFrame({"classes": [built] * 4 + [2] * 4}, index=index)
    scenarios = [
        SimpleNamespace(id="central", label={"en": "Central", "zh": "中"}),
        SimpleNamespace(id="late", label={"en": "Late", "zh": "延期"}),
    ]
    return SimpleNamespace(
        proposals=SimpleNamespace(table=table, measures=measures, sizes=sizes, boundaries={}),
        project=SimpleNamespace(scenarios=scenarios, settings=SimpleNamespace(base_year=2025)),
        years=YEARS,
    )


def result(late: list[float]) -> Any:  # noqa: ANN401
    """Return the balance of the west: 90 short in the first scenario to 2028, and so much in the other."""
    index = pd.MultiIndex.from_product([["central", "late"], ["west"], YEARS], names=["scenario", "catchment", "year"])
    demand = [180.0, 190.0, 190.0, 180.0, 50.0, *(100.0 + short for short in late)]
    balance = pd.DataFrame({"demand": demand, "seats": 100.0}, index=index)
    return SimpleNamespace(balance=balance, stage=SimpleNamespace(id="primary"))


@pytest.mark.parametrize(
    ("asked", "record", "code"),
    [
        (plan(lasting=False), RENT, "only"),
        (plan(EXPAND), RENT, "bridge"),
        (plan(first_year=2029), RENT, "over"),
        (plan(built=4), RENT, "full"),
        (plan(), RENT, "wave"),
        (plan(), RENT | {"until": 2029.0}, "risk"),
        (plan(), RENT | {"until": np.nan}, "cheaper"),
        (plan(), RENT | {"catchment": "east"}, "only"),
    ],
)
def test_why_rooms_are_rented(asked: Any, record: dict[str, Any], code: str) -> None:  # noqa: ANN401
    """Nothing else there, until something is built, too late to build, all built, a wave, some scenarios, or cheaper."""
    assert reasons.why_rented(asked, record) == code


def test_what_opens_later_waits_for_what_is_there() -> None:
    """Rooms are rented before the wing opens: until then they are enough; without them, earlier would not pay."""
    late = EXPAND | {"why_year": "later"}
    assert reasons.why_year(plan(late), late) == "suffices"
    assert reasons.why_year(plan(), RENT | {"why_year": "later"}) == "later"
    assert reasons.why_year(plan(late), late | {"why_year": "ahead"}) == "ahead"


def said(record: dict[str, Any], late: list[float]) -> str:
    """Return the needs of a proposal in English, in one line."""
    return " ".join(text["en"] for text in reasons.needs(plan(), result(late), record) if text["en"])


def test_a_worse_scenario_is_told_where_it_explains_size_or_length() -> None:
    """Rooms until 2029, or for more pupils than the first scenario has: the one that asks for them is named."""
    assert "Late" not in said(RENT, [80.0, 90.0, 90.0, 80.0, 0.0])
    assert "In the scenario Late: from 2026 to 2029" in said(RENT | {"until": 2029.0}, [80.0, 90.0, 90.0, 80.0, 20.0])
    assert "most in 2027, 150 seats" in said(RENT | {"seats": 180.0}, [80.0, 90.0, 150.0, 80.0, 0.0])
    # nobody is short longer, or more
    assert "Late" not in said(RENT | {"until": 2029.0, "seats": 180.0}, [0.0, 0.0, 10.0, 0.0, 0.0])


def test_new_boundaries_are_told_where_they_change_anything() -> None:
    """The same shortage is told once; another one besides that of today, or alone where there is none today."""
    none = [0.0] * 5
    same = RENT | {"after_first": 2025.0, "after_last": 2028.0, "after_peak": 2027.0, "after_short": 90.0}
    assert said(same, none).count("Short of seats") == 1
    assert "boundaries" not in said(same, none)
    less = same | {"after_first": 2026.0, "after_short": 30.0}
    assert "With the boundaries as proposed: from 2026 to 2028, most in 2027, 30 seats." in said(less, none)
    new = less | {"here": False}
    assert said(new, none).startswith("Seats are missing here once pupils come over the proposed boundary")
    assert "Short of seats" not in said(new, none)
