"""The parts of a standards file: a figure guards itself, and says where it stands."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from schoolmap import tables
from schoolmap.standards import schema
from schoolmap.standards.schema import Figure
from schoolmap.standards.schema import SeatRule


def test_a_citation_holds_what_is_known() -> None:
    """Document, number and year, in one line."""
    figure = Figure(value=30, document="幼儿园工作规程", number="教育部令第39号", year=2016, confidence="medium")
    assert figure.citation == "幼儿园工作规程, 教育部令第39号, 2016"
    assert Figure(value=1, document="d", confidence="low").citation == "d"


def test_a_remark_has_two_languages() -> None:
    """The Chinese note where there is one, else the English one."""
    figure = Figure(value=30, document="d", confidence="low", note="mixed ages", note_zh="混合班")
    assert (figure.remark("en"), figure.remark("zh")) == ("mixed ages", "混合班")
    assert Figure(value=30, document="d", confidence="low", note="mixed ages").remark("zh") == "mixed ages"


def test_every_figure_may_have_a_place_and_a_seat_rule_must() -> None:
    """A rule of a province is never shown without the province."""
    assert Figure(value=30, document="d", confidence="low").place == ""
    with pytest.raises(TypeError, match="place"):
        SeatRule(id="a", stage="primary", gives="classes", value=6, document="d", confidence="low")  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("value", "confidence"),
    [(-1.0, "high"), (0.0, "high"), (True, "high"), (float("nan"), "high"), (10**400, "high"), (45.0, "sure")],
)
def test_a_figure_guards_itself(value: float, confidence: Any) -> None:  # noqa: ANN401
    """A figure built in Python is refused for the same reasons as one of a file."""
    with pytest.raises(ValueError, match=r"a figure is|confidence is"):
        Figure(value=value, document="d", confidence=confidence)


def test_grades_are_those_of_the_tables() -> None:
    """The standards stand beside the tables and cannot import them: the two lists are one."""
    assert set(schema.GRADES) == set(tables.CLASS_GRADES)
    assert schema.MIXED == tables.MIXED_GRADE


@pytest.mark.parametrize(
    "part",
    [part for part in vars(schema).values() if dataclasses.is_dataclass(part) and isinstance(part, type)],
)
def test_parts_are_frozen(part: type) -> None:
    """A standard that was read does not change."""
    assert part.__dataclass_params__.frozen  # type: ignore[attr-defined]
