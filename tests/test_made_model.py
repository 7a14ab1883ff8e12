"""Made plans: labelled, the same from the same seed, and true to themselves."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np

from schoolmap.output.made_model import made_model

MADE = made_model(catchments=30, schools=12, years=6)


def test_it_says_that_it_is_made() -> None:
    """Nobody can take its pages for real ones."""
    assert MADE.synthetic
    assert "invented" in MADE.notes[0]["en"]
    assert all(
        stage.notes == ({"en": "Every number is invented.", "zh": "所有数字均为虚构。"},) for stage in MADE.stages
    )


def test_the_same_seed_gives_the_same_plan() -> None:
    """And another seed another one."""
    assert made_model(catchments=30, schools=12, years=6) == MADE
    assert made_model(catchments=30, schools=12, years=6, seed=2) != MADE


def test_sizes_are_those_asked_for() -> None:
    """Every panel has every catchment and year; every polygon 20 to 60 corners; every school a stage at least."""
    assert (len(MADE.coverages[0].catchments), len(MADE.schools), len(MADE.years)) == (30, 12, 6)
    assert len(MADE.panels) == 6
    for panel in MADE.panels:
        assert np.shape(panel.demand) == np.shape(panel.shade) == np.shape(panel.level) == (30, 6)
    corners = [len(area.polygons[0][0]) // 2 for area in MADE.coverages[0].catchments]
    assert 20 <= min(corners) <= max(corners) <= 60
    assert all(school.sections for school in MADE.schools)


def test_neighbours_share_their_border() -> None:
    """No gap and no overlap: each stretch of an inner border is drawn twice, one way and the other."""
    stretches = set()
    for area in MADE.coverages[0].catchments:
        corners = np.reshape(area.polygons[0][0], (-1, 2)).cumsum(axis=0).tolist()
        for start, end in pairwise([*corners, corners[0]]):
            stretch = (*start, *end)
            assert stretch not in stretches
            stretches.add(stretch)
    twice = sum((c, d, a, b) in stretches for a, b, c, d in stretches)
    assert twice > 0.6 * len(stretches)


def test_numbers_agree_with_each_other() -> None:
    """Intervals hold the demand, what is missing adds up, and the worst is ranked first."""
    for panel in MADE.panels:
        demand, low, high, seats = (np.array(getattr(panel, name)) for name in ("demand", "p10", "p90", "seats"))
        assert (low <= demand).all()
        assert (demand <= high).all()
        short = np.maximum(demand - seats, 0).sum(axis=0)
        assert np.abs(short - panel.totals.short).max() < 2
        scores = [rank.score for rank in panel.ranking]
        assert scores == sorted(scores, reverse=True)
    assert json.loads(MADE.to_json())["project"] == "made"
