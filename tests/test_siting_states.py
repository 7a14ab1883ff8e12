"""States of a section: all numbers of classes, and what it costs to go from one to another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from siting_towns import town

from schoolmap.optimize.siting.model import Model
from schoolmap.optimize.siting.model import build_model
from schoolmap.optimize.siting.states import MOST_STATES
from schoolmap.optimize.siting.states import states_of


def modelled(**details: object) -> Model:
    """Return a town whose two measures are at different schools, with a few details."""
    case = town(3, limited=False)
    plain = {"school": ["hill", "lake"], "decided": 0, "group": None, "plot": None, "sizes": None, "last_year": 2031}
    measures = case.measures.assign(**{**plain, "least_classes": 0, "most_classes": 2, "lasting": True, **details})
    ways = case.ways[case.ways.index.get_level_values("school") != "site"]
    return build_model(*case._replace(measures=measures, ways=ways).tables, **case.terms)  # type: ignore[arg-type]


def test_by_hand() -> None:
    """None, one and two classes of what lasts; it does not go back, and classes are paid as they come."""
    model = modelled(fixed_cost=30.0, class_cost=40.0, first_year=2027)
    states = states_of(model)
    assert states is not None
    section = int(model.section[0])
    low, high = states.first[section], states.first[section + 1]
    assert states.classes[low:high, 0].tolist() == [0, 1, 2]
    moves = states.move_cost[states.move_first[section] : states.move_first[section + 1]].reshape(3, 3)
    assert moves.tolist() == [[0.0, 70.0, 110.0], [np.inf, 0.0, 40.0], [np.inf, np.inf, 0.0]]
    before = int((model.years < 2027).sum())
    assert states.allowed[:before, low + 1].tolist() == [False] * before
    assert states.allowed[before:, low + 1].all()


def test_what_does_not_last_pauses() -> None:
    """It has one state more: begun, and without classes."""
    states = states_of(modelled(lasting=False))
    assert states is not None
    assert (states.begun[(states.classes == 0).all(axis=1)].any(axis=1)).sum() == 2


def test_too_many_states_are_none() -> None:
    """What cannot be walked through is said before it is tried."""
    model = modelled()
    assert states_of(replace(model, most=np.full(2, MOST_STATES))) is None


@pytest.mark.parametrize("number", [1, 2])
def test_what_is_decided_is_in_every_state(number: int) -> None:
    """From its first year on, no state with fewer classes is allowed."""
    states = states_of(modelled(decided=number, first_year=2026, takes_school=None, takes_stage=None))
    assert states is not None
    few = (states.classes[:, 0] < number) & (np.repeat(states.measure[:, 0], np.diff(states.first)) >= 0)
    assert not states.allowed[:, few].any()
