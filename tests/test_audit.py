"""The audit: both sides of every transfer, and whether they are the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.audit import TOLERANCE
from schoolmap.audit import Audit

numbers = st.floats(min_value=-1e12, max_value=1e12, allow_nan=False)


def test_by_hand() -> None:
    """A hundred children in and ninety-nine out: one is missing, and the line says of what."""
    audit = Audit()
    audit.compare("transfer", 100.0, 99.0, stage="primary central", detail=0.01)
    (line,) = audit.table().to_dict("records")
    assert line == {
        "check": "transfer",
        "stage": "primary central",
        "left": 100.0,
        "right": 99.0,
        "difference": 1.0,
        "tolerance": 100 * TOLERANCE,
        "holds": False,
        "detail": 0.01,
    }


@given(numbers, numbers)
def test_the_sides_may_be_swapped(left: float, right: float) -> None:
    """Whether they agree does not depend on which one is named first; the difference changes its sign."""
    audit = Audit()
    audit.compare("demand", left, right)
    audit.compare("demand", right, left)
    one, two = audit.table().to_dict("records")
    assert one["holds"] == two["holds"]
    assert one["difference"] == -two["difference"]


@given(numbers)
def test_a_side_agrees_with_itself(value: float) -> None:
    """Also where it is zero or negative."""
    audit = Audit()
    audit.compare("demand", value, value)
    assert audit.table()["holds"].all()


@pytest.mark.parametrize(
    ("left", "right", "holds"),
    [(1e9, 1e9 + 0.5, True), (1e9, 1e9 + 2, False), (0.0, 1e-10, True), (0.0, 1e-8, False)],
)
def test_the_tolerance_is_relative_but_for_the_smallest(left: float, right: float, *, holds: bool) -> None:
    """A billionth of the larger side is rounding; below one child, a billionth of one."""
    audit = Audit()
    audit.compare("demand", left, right)
    assert bool(audit.table()["holds"].iloc[0]) is holds


def test_an_unknown_side_does_not_hold() -> None:
    """A number that is missing agrees with nothing, not even with itself."""
    audit = Audit()
    audit.compare("demand", float("nan"), float("nan"))
    assert not audit.table()["holds"].any()


def test_lines_keep_their_order() -> None:
    """Every comparison has a row, in the order in which it was made."""
    audit = Audit()
    for check in ("bands", "transfer", "bands"):
        audit.compare(check, 1.0, 1.0)
    assert audit.table()["check"].tolist() == ["bands", "transfer", "bands"]
