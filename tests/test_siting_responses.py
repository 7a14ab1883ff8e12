"""Answers to prices: a plan gets cheaper, and keeps to its limits."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from schoolmap.conformance.made_growth import made_growth
from schoolmap.optimize.siting.lagrangian import Ledger
from schoolmap.optimize.siting.model import build_model
from schoolmap.optimize.siting.responses import respond
from schoolmap.optimize.siting.search import cost_of
from schoolmap.optimize.siting.states import states_of

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

COUNTY = made_growth(areas=20, schools=4, sites=3, periods=2, arcs=4, seed=3)
MODEL = build_model(*COUNTY[:4], money=COUNTY.money)
STATES = states_of(MODEL)


def answered(*, rounds: int, allowed: bool = True) -> tuple[float, npt.NDArray[np.int64]]:
    """Return the cost and classes of a plan that begins with nothing."""
    assert STATES is not None
    found = respond(
        Ledger(MODEL, STATES),
        MODEL.decided,
        keeps=lambda _: allowed,
        rounds=rounds,
        deadline=time.perf_counter() + 20,
    )
    return found.cost, found.classes


def test_more_rounds_cost_no_more() -> None:
    """Each change is kept only if it helps, and the cost is that of the classes."""
    costs = [answered(rounds=rounds)[0] for rounds in (0, 5, 30)]
    assert costs[0] == cost_of(MODEL, MODEL.decided)
    assert costs[0] > costs[1] >= costs[2]
    assert answered(rounds=30)[0] == cost_of(MODEL, answered(rounds=30)[1])


def test_what_is_not_allowed_is_not_done() -> None:
    """Where nothing keeps to the limits, the plan stays."""
    assert (answered(rounds=10, allowed=False)[1] == MODEL.decided).all()
