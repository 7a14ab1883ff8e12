"""The best plan when one measure is held to something else: its surroundings are decided anew, all else stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from schoolmap.optimize.siting import exact
from schoolmap.optimize.siting import search
from schoolmap.optimize.siting.formulation import formulate
from schoolmap.optimize.siting.part import part_of
from schoolmap.optimize.siting.program import as_start
from schoolmap.optimize.siting.program import classes_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from schoolmap.optimize.siting.model import Model

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]

_WAYS = 6_000
"""Ways around a measure, in all scenarios and periods, that are decided anew."""


def best_nearby(
    model: Model,
    plan: search.Plan,
    flow: Real,
    measure: int,
    *,
    limits: tuple[Whole, Whole],
    gap: float,
    seconds: float,
) -> search.Plan | None:
    """
    Return the best plan within limits that differs around one measure only, or `None` if there is none in time.

    Parameters
    ----------
    model
        The problem by position.
    plan
        The plan there is.
    flow
        Its pupils by scenario, period and way.
    measure
        Measure around which it may differ.
    limits
        Least and most classes by measure and period.
    gap
        Share of the cost of the surroundings at which the search ends.
    seconds
        Time at most.
    """
    classes = plan.classes
    rows = np.unique(model.arc_row[model.arc_section == model.section[measure]])
    near, each = search.near_rows(model), search.ways_of_rows(model)
    part = part_of(model, np.sort(search.rows_around(rows, near, each, _WAYS)), classes, flow)
    if measure not in part.measures:
        return None
    narrow = limits[0][part.measures], limits[1][part.measures]
    program = formulate(part.model, limits=narrow)
    now = classes[part.measures]
    answer = exact.solve(
        program, gap=gap, seed=0, seconds=seconds, start=as_start(program, np.clip(now, narrow[0], narrow[1]))
    )
    if answer.solution is None:
        return None
    changed = classes.copy()
    changed[part.measures] = found = classes_of(program, answer.solution, part.model)
    # far from the measure nothing differs, nor does what it costs
    more = search.cost_of(part.model, found) - search.cost_of(part.model, now)
    return search.Plan(changed, plan.cost + more)
