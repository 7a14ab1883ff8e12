"""The page on the population for products without scripts: what is said, in which order, and what is left out."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from schoolmap.output.population_tables import births
from schoolmap.output.population_tables import in_short
from schoolmap.output.population_tables import sections

if TYPE_CHECKING:
    from schoolmap.output.model import MapModel

spec = importlib.util.spec_from_file_location("webmap_population", Path(__file__).with_name("test_webmap.py"))
assert spec is not None
assert spec.loader is not None
synthetic = importlib.util.module_from_spec(spec)
spec.loader.exec_module(synthetic)


@pytest.fixture
def model() -> MapModel:
    """Invent a plan with everything that the page can show."""
    invented: MapModel = synthetic.synthetic_model()
    return invented


def test_by_hand(model: MapModel) -> None:
    """The planner's answer comes first; each section has its heading, and the errors are laid side by side."""
    found = sections(model, language="en")
    assert [section.heading for section in found] == [
        "More children or fewer, and when most",
        "Method",
        "Better methods, and what they lack here",
        "Figures behind it",
        "Births a year, by scenario",
        "How wrong it would have been in the past",
    ]
    errors = found[-1]
    assert [column.en for column in errors.columns[3:6]] == ["Ours: error", "plain (en)", "nothing (en)"]
    assert list(errors.rows[0]) == ["Kindergarten", 1, 40, 2.0, 3.0, 1.5, -0.5, 4.0, 85.0, "✗ no"]
    assert errors.rows[1][-1] == "✓ yes"


def test_ours_is_best_only_if_every_plain_method_is_worse_or_equal(model: MapModel) -> None:
    """A tie counts for ours; one better plain method is enough against it."""
    rows = model.population.accuracy
    even = tuple(replace(row, mape=2.0) if row.horizon == 1 else row for row in rows)
    shown = sections(replace(model, population=replace(model.population, accuracy=even)), language="en")[-1]
    assert shown.rows[0][-1] == "✓ yes"


def test_births_of_scenarios_with_other_years(model: MapModel) -> None:
    """Years are joined by label; where a scenario has none, the cell is empty."""
    lines = model.population.births
    short = replace(lines[1], years=(2022, 2023), births=(7.0, 8.0))
    changed = replace(model, population=replace(model.population, births=(lines[0], short)))
    assert [tuple(row) for row in births(changed, language="en").rows] == [
        (2020, 100.0, None),
        (2021, 90.0, None),
        (2022, 80.0, 7.0),
        (2023, None, 8.0),
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_empty_is_shown(model: MapModel, language: str) -> None:
    """Without births, better methods, peaks and tests only what is known is said, in the language asked for."""
    bare = replace(model.population, births=(), passed_over=(), peaks=(), accuracy=(), facts=())
    found = sections(replace(model, population=bare), language=language)
    assert len(found) == 2
    assert found[1].texts == [bare.accuracy_note[language]]
    assert not found[1].rows
    other = {"en": "(zh)", "zh": "(en)"}[language]
    everything = sections(model, language=language)
    assert not [text for section in everything for text in section.texts if other in text]


def test_in_short_by_hand(model: MapModel) -> None:
    """Method and why, what was passed over, direction and peak of the first scenario, and the error beside the best plain one."""
    errors = "Kindergarten 1 y 2.0 % (best plain method 1.5 %); Kindergarten 5 y 10.0 % (best plain method 15.0 %)"
    assert in_short(model, language="en") == [
        "Population: method C, two counts (en) - Synthetic school (en)",
        "Passed over: A no sexes (en)",
        "  Kindergarten, everywhere (en): ▼ falling; 1,235 in 2020, most in 2026 (1,500), 900 in 2039",
        "  Primary, everywhere (en): ▲ rising; 1,235 in 2020, most in 2026 (1,500), 900 in 2039",
        f"Mean error in the past: {errors}",
    ]


def test_in_short_without_a_past(model: MapModel) -> None:
    """What could not be tested is said instead of an error."""
    bare = replace(model.population, accuracy=(), passed_over=())
    lines = in_short(replace(model, population=bare), language="zh")
    assert lines[-1] == bare.accuracy_note["zh"]
    assert not [line for line in lines if line.startswith("未采用")]
