"""Where things stand on a map, and in which years."""

from __future__ import annotations

from dataclasses import replace

import hamlet
import pytest

from schoolmap.output.figures import places


def test_schools_with_seats_only() -> None:
    """A school without seats in a year is not on that year's map; another stage's school never."""
    model = hamlet.model()
    assert [place.value for place in places.schools_of(model, "primary", 2)] == [130, 130]
    closed = replace(model.schools[0].sections[0], seats=(100.0, 0.0, 0.0, 0.0))
    shut = replace(model, schools=(replace(model.schools[0], sections=(closed,)), model.schools[1]))
    assert len(places.schools_of(shut, "primary", 0)) == 2
    assert len(places.schools_of(shut, "primary", 1)) == 1
    assert places.schools_of(model, "kindergarten", 0) == []


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({}, 1),
        ({"counted": False}, 0),
        ({"opens": None}, 0),
        ({"opens": 2028}, 0),
        ({"opening": "2026-12"}, 1),
        ({"stage": "kindergarten"}, 0),
        ({"school": None}, 0),
        ({"school": None, "catchment": "0103"}, 1),
    ],
)
def test_projects_that_are_counted_and_placed(changes: dict[str, object], shown: int) -> None:
    """Not counted, without a year, of another stage or without a place: not on the map; the school year decides."""
    model = hamlet.model()
    changed = replace(model, projects=(replace(model.projects[0], **changes),))
    assert len(places.projects_of(changed, "primary", 2027)) == shown
    assert places.projects_of(changed, "primary", 2026) == []


def test_years_worth_a_map() -> None:
    """Base, worst and last year, each once; where nothing is short the peak of demand stands in."""
    model = hamlet.model()
    primary = next(p for p in model.panels if p.stage == "primary" and p.scenario == "central")
    assert places.shown_years(model, primary) == {0: ["base"], 1: ["peak"], 3: ["horizon"]}
    kindergarten = next(p for p in model.panels if p.stage == "kindergarten" and p.scenario == "central")
    assert places.shown_years(model, kindergarten) == {0: ["base"], 2: ["peak demand"], 3: ["horizon"]}
    falling = replace(primary, totals=replace(primary.totals, short=(9.0, 1.0, 0.0, 0.0)))
    assert places.shown_years(model, falling) == {0: ["base", "peak"], 3: ["horizon"]}


def test_reviews_change_nothing() -> None:
    """A review candidate and what stays unsolved are no proposals to draw."""
    model = hamlet.model()
    assert [action.kind for action in places.building_actions(model)] == ["expand", "rezone"]
