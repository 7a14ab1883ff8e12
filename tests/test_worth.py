"""What an assignment tells: seats by worth, and pupils without one by reason."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from schoolmap.errors import LabelError
from schoolmap.optimize.assign import assign
from schoolmap.optimize.worth import without_seat
from schoolmap.optimize.worth import worth_of_seats

PUPILS = pd.Series({"north": 30, "south": 20, "moor": 4, "west": 3})
SEATS = pd.Series({"lake": 30, "hill": 25, "west": 2, "spare": 9})
COST = pd.Series(
    {
        ("north", "hill"): 500,
        ("north", "lake"): 1200,
        ("south", "lake"): 400,
        ("west", "west"): 300,
        ("south", "spare"): 9000,
    }
)


def test_seats_by_worth() -> None:
    """First where a seat seats a pupil, then where it saves ways, then where it is worth nothing."""
    table = worth_of_seats(assign(PUPILS, SEATS, COST), SEATS)
    assert table.index.to_list() == ["west", "hill", "lake", "spare"]
    assert table["worth"].to_list() == [
        "seats one pupil more, and adds 300 to the total cost",
        "saves 700 of the total cost",
        "has free seats: none",
        "has free seats: none",
    ]
    assert table["free"].to_list() == [0, 0, 5, 9]
    assert table.loc["west", ["seats", "pupils", "serves", "saves"]].to_list() == [2, 2, 1, -300]


def test_each_worth_is_what_it_says() -> None:
    """With a seat more, as many more are seated and as much is saved."""
    answer = assign(PUPILS, SEATS, COST)
    for school, row in worth_of_seats(answer, SEATS).iterrows():
        more = assign(PUPILS, SEATS + (SEATS.index == school), COST)
        assert row["serves"] == answer.unserved.sum() - more.unserved.sum()
        assert row["saves"] == answer.objective - more.objective


def test_a_seat_that_seats_and_saves() -> None:
    """One more seat may seat a pupil and shorten the ways of others in one go, or be worth nothing."""
    pupils, seats = pd.Series({"a": 1, "b": 1}), pd.Series({"s": 1, "t": 0, "u": 0})
    cost = pd.Series({("a", "s"): 90, ("a", "t"): 10, ("b", "s"): 20})
    table = worth_of_seats(assign(pupils, seats, cost), seats)
    assert table["worth"].to_dict() == {
        "t": "seats one pupil more, and adds 10 to the total cost",
        "s": "seats one pupil more, and adds 90 to the total cost",
        "u": "none",
    }
    far = worth_of_seats(assign(pupils[["a"]], seats.replace(0, 5), cost.drop(("b", "s"))), seats.replace(0, 5))
    assert set(far["worth"]) == {"has free seats: none"}


def test_the_order_of_rows_is_irrelevant() -> None:
    """Schools of the same worth are in the order of their names."""
    answer = assign(PUPILS, SEATS, COST)
    mixed = assign(PUPILS[::-1], SEATS[::-1], COST)
    pd.testing.assert_frame_equal(worth_of_seats(answer, SEATS), worth_of_seats(mixed, SEATS[::-1]))


def test_pupils_without_a_seat_and_why() -> None:
    """One is full, one has no school at all; who has a seat is not listed."""
    table = without_seat(assign(PUPILS, SEATS, COST), COST)
    assert table.to_dict("index") == {
        "moor": {
            "pupils": 4,
            "schools": 0,
            "nearest": pytest.approx(float("nan"), nan_ok=True),
            "cost": pytest.approx(float("nan"), nan_ok=True),
            "reason": "no school that it may go to",
        },
        "west": {
            "pupils": 1,
            "schools": 1,
            "nearest": "west",
            "cost": 300.0,
            "reason": "every school it may go to is full (1 of them)",
        },
    }


def test_tiers_are_told_apart() -> None:
    """A row for each tier of an area that is without."""
    pupils = pd.Series({("a", "household"): 3, ("a", "permit"): 2})
    cost = pd.Series({("a", "s"): 9, ("a", "t"): 5})
    answer = assign(pupils, pd.Series({"s": 2, "t": 2}), cost, tiers=["household", "permit"])
    table = without_seat(answer, cost)
    assert table.index.to_list() == [("a", "permit")]
    assert table["nearest"].to_list() == ["t"]
    everybody = assign(pupils, pd.Series({"s": 9, "t": 2}), cost, tiers=["household", "permit"])
    assert without_seat(everybody, cost).empty


def test_refuses_tables_of_others() -> None:
    """Other schools, fewer seats than pupils, and costs by one label are errors."""
    answer = assign(PUPILS, SEATS, COST)
    with pytest.raises(LabelError, match="different units"):
        worth_of_seats(answer, SEATS.drop("spare"))
    with pytest.raises(ValueError, match="24 for 'hill', where `answer` places 25"):
        worth_of_seats(answer, SEATS - (SEATS.index == "hill"))
    with pytest.raises(LabelError, match="got 1 level"):
        without_seat(answer, COST.droplevel(0))


def test_the_guide_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """The blocks in docs/assignment.md run as they stand, and print what is said beside them."""
    guide = (Path(__file__).parents[1] / "docs" / "assignment.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", guide, flags=re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        exec(block, {})  # noqa: S102 - our own page
    printed = capsys.readouterr().out
    assert "every school it may go to is full (1 of them)" in printed
    assert "longer_limit" in printed
    assert "optimal" in printed
