"""What the page is given to work out changes: complete, fine enough, and nothing where it would be too much."""

from __future__ import annotations

import county
import numpy as np
import pytest

from schoolmap.output import describe_editing as described
from schoolmap.output.describe import describe
from schoolmap.seats.balance import CHANCES


def test_pupils_of_areas_carried_by_the_shares_are_the_demand() -> None:
    """Flows included, what the page adds up is the demand of the plan, to a thousandth."""
    plan = county.plan()
    model = describe(plan)
    editing = model.editing
    assert editing is not None
    for stage in editing.stages:
        coverage = next(item for item in editing.coverages if item.id == "all")
        zones = len(model.coverages[0].catchments)
        carry = np.zeros((zones, len(editing.units)))
        for unit, zone, share in coverage.shares:
            carry[zone, unit] = share
        for numbers in stage.scenarios:
            resident = carry @ np.array(numbers.pupils)
            demand = resident
            if stage.flows:
                sent = np.zeros((zones, zones))
                for home, school, share in stage.flows:
                    sent[school, home] = share
                demand = sent @ resident + np.outer(stage.inflow, resident.sum(axis=0) / stage.base)
            expected = plan.results[stage.stage].balance.xs(numbers.scenario)["demand"].unstack("year").to_numpy()
            assert demand == pytest.approx(expected, abs=1e-3)


def test_enough_seats_are_those_of_the_probability() -> None:
    """With the seats there are, the class that the page finds is that of the plan's probability."""
    plan = county.plan()
    editing = describe(plan).editing
    assert editing is not None
    assert editing.chances == CHANCES
    for stage in editing.stages:
        for numbers in stage.scenarios:
            balance = plan.results[stage.stage].balance.xs(numbers.scenario)
            seats, chance = (balance[name].unstack("year").to_numpy() for name in ("seats", "shortage_probability"))
            enough = np.array(numbers.enough)
            assert (np.diff(enough, axis=0) <= 0).all()
            found = (seats < enough - 1e-4).sum(axis=0)
            assert (found == np.searchsorted(np.array(CHANCES) + 1e-9, chance)).all()


def test_proposals_that_can_be_counted_add_seats_or_move_areas() -> None:
    """Each is a proposal of the map, and what it adds is what its card tells."""
    model = describe(county.plan())
    assert model.editing is not None
    actions = {action.id: action for action in model.actions}
    assert model.editing.proposals
    for proposal in model.editing.proposals:
        action = actions[proposal.action]
        assert proposal.adds or proposal.moves
        if proposal.adds:
            assert proposal.adds[0].seats_by_year == action.seats_by_year
            assert all(max(add.seats_by_year) <= 0 for add in proposal.adds[1:])
        assert (action.kind == "rezone") == bool(proposal.moves)


def test_a_plan_that_is_too_large_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page stays light; such a plan is changed in its project."""
    monkeypatch.setattr(described, "MOST_NUMBERS", 100)
    assert describe(county.plan()).editing is None
