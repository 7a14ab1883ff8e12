"""New boundaries as proposals: who is told of, who only listed, and what is missing with them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from schoolmap.proposals import redrawing
from schoolmap.proposals.boundaries import MOVE_COLUMNS
from schoolmap.proposals.boundaries import Boundary
from schoolmap.proposals.spans import Span

YEARS = [2026, 2027]
SHORT: Any = {"first_year": 2026, "last_year": 2027, "peak_year": 2027, "short": 90.0, "scenario": ""}
WEST, HILL = Span(**SHORT, probability=0.9, score=200.0), Span(**SHORT, probability=0.6, score=50.0)


def boundary(*moves: tuple[str, str, float]) -> Boundary:
    """Return a boundary that moves pieces from one catchment to another, with so many pupils."""
    rows = [
        (f"p{place}", f"a{place}", before, after, 2026, pupils, pupils / 2, 2027, pupils, 500.0, 700.0)
        for place, (before, after, pupils) in enumerate(moves)
    ]
    answer: Any = None
    return Boundary(moves=pd.DataFrame(rows, columns=list(MOVE_COLUMNS)), demand=pd.Series(dtype=float), answer=answer)


def test_one_proposal_for_each_pair() -> None:
    """Two pieces from the west to the east are one proposal of all their pupils; it holds from the first year on."""
    found = redrawing.as_rows(
        {"primary": boundary(("west", "east", 40.0), ("west", "east", 20.0), ("west", "south", 30.0))},
        {"primary": {"west": WEST}},
    )
    assert [(row["catchment"], row["receiver"], row["seats"], row["opens"]) for row in found] == [
        ("west", "east", 60.0, 2026),
        ("west", "south", 30.0, 2026),
    ]
    assert {row["why_year"] for row in found} == {"boundary"}


def test_corners_with_few_pupils_go_along_unsaid() -> None:
    """Three pupils who go elsewhere are in the list of who moves; but where only three move at all, that is told."""
    spans = {"primary": {"west": WEST, "hill": HILL}}
    few = boundary(("west", "east", 40.0), ("west", "south", 3.0), ("hill", "east", 3.0))
    found = redrawing.as_rows({"primary": few}, spans)
    assert [(row["catchment"], row["receiver"]) for row in found] == [("hill", "east"), ("west", "east")]


def needs(demand: dict[str, list[float]]) -> tuple[pd.Series, pd.Series]:
    """Return the need of catchments with 100 seats each."""
    index = pd.MultiIndex.from_product([["central"], list(demand), YEARS], names=["scenario", "catchment", "year"])
    return pd.Series([x for values in demand.values() for x in values], index=index), pd.Series(100.0, index=index)


def test_what_is_missing_with_new_boundaries() -> None:
    """The east has a shortage only now, as likely as that of the west it comes from; the north is not touched."""
    found = redrawing.spans_after(
        {"primary": boundary(("west", "east", 40.0), ("hill", "east", 10.0))},
        {"primary": needs({"west": [90.0, 95.0], "east": [100.0, 130.0], "north": [150.0, 150.0]})},
        {"primary": {"west": WEST, "hill": HILL}},
        first="central",
    )["primary"]
    assert list(found) == ["east"]
    assert (found["east"].first_year, found["east"].short, found["east"].probability) == (2027, 30.0, 0.9)


@pytest.mark.parametrize("stages", [{}])
def test_without_boundaries_nobody_moves(stages: dict[str, Boundary]) -> None:
    """An empty list has its columns."""
    assert list(redrawing.all_moves(stages).columns) == ["stage", *MOVE_COLUMNS]
    assert redrawing.spans_after(stages, {}, {}, first="central") == {}
    assert redrawing.as_rows(stages, {}) == []


def test_who_does_not_move_needs_what_it_did() -> None:
    """Without a boundary the need is the same object; with one only the demand that it names changes."""
    need = needs({"west": [90.0, 95.0], "east": [80.0, 80.0]})
    assert redrawing.moved(need, None) is need
    changed = boundary(("west", "east", 5.0))
    index = pd.MultiIndex.from_tuples([("central", "west", 2026)], names=need[0].index.names)
    object.__setattr__(changed, "demand", pd.Series([85.0], index=index))
    after, seats = redrawing.moved(need, changed)
    assert after["central", "west", 2026] == 85.0
    assert after.drop(index).equals(need[0].drop(index))
    assert seats.equals(need[1])
