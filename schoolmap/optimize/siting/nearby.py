"""
The best plan when one measure is held to something else: its surroundings are decided anew, all else stays.

Classes may differ at schools that the measure's areas reach, and at schools that
the areas of those reach; pupils may also go elsewhere farther out.
"""

from __future__ import annotations

from dataclasses import dataclass
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
    from scipy.sparse import csr_array

    from schoolmap.optimize.siting.model import Model

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]
    Flag = npt.NDArray[np.bool_]

_WAYS = 6_000
"""Ways around a measure, in all scenarios and periods, on which pupils may go elsewhere."""
_RINGS = 2
"""Steps from school to area to school, within which classes may differ."""
_ALL = 1_000
"""Of so few ways all are near: a step further costs nothing."""
_GAP = 1e-4
"""A question about few measures is answered so well at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A plan with its pupils, and what lies near what: the same for all questions about it."""

    model: Model
    plan: search.Plan
    flow: Real
    near: csr_array
    each: Whole


def ground_of(model: Model, plan: search.Plan, flow: Real) -> Ground:
    """
    Return the ground on which questions about a plan are answered.

    Parameters
    ----------
    model
        The problem by position.
    plan
        The plan there is.
    flow
        Its pupils by scenario, period and way.
    """
    return Ground(model=model, plan=plan, flow=flow, near=search.near_rows(model), each=search.ways_of_rows(model))


def best_nearby(
    ground: Ground, measure: int, *, limits: tuple[Whole, Whole], gap: float, seconds: float
) -> search.Plan | None:
    """
    Return the best plan within limits that differs around one measure only, or `None` if there is none in time.

    Parameters
    ----------
    ground
        From `ground_of`.
    measure
        Measure around which the plan may differ.
    limits
        Least and most classes by measure and period.
    gap
        Share of the cost of the surroundings at which the search ends, or less.
    seconds
        Time at most.
    """
    model, plan = ground.model, ground.plan
    rows = np.unique(model.arc_row[model.arc_section == model.section[measure]])
    small = ground.each.sum() <= _ALL
    around = np.arange(len(model.rows)) if small else np.sort(search.rows_around(rows, ground.near, ground.each, _WAYS))
    part = part_of(model, around, plan.classes, ground.flow)
    if measure not in part.measures:
        return None
    now = plan.classes[part.measures]
    least, most = limits[0][part.measures], limits[1][part.measures]
    if not small:
        far = ~_near_measures(part.model, int(np.flatnonzero(part.measures == measure)[0]))
        least[far], most[far] = now[far], now[far]
    program = formulate(part.model, limits=(least, most))
    answer = exact.solve(
        program,
        gap=min(gap, _GAP),
        seed=0,
        seconds=seconds,
        start=as_start(program, np.clip(now, least, most)),
        heuristics=0.0,
    )
    if answer.solution is None:
        return None
    changed = plan.classes.copy()
    changed[part.measures] = classes_of(program, answer.solution, part.model)
    # far from the measure nothing differs, nor does what it costs
    more = answer.objective - search.cost_now(part.model, now, ground.flow[:, :, part.ways])
    return search.Plan(changed, plan.cost + more)


def _near_measures(model: Model, measure: int) -> Flag:
    """Return the measures at schools near that of one, and those that share its plot or group."""
    near = np.zeros(len(model.sections), dtype=bool)
    near[model.section[measure]] = True
    kept = near[model.section]
    takes = model.takes >= 0
    for _ in range(_RINGS):
        rows = np.zeros(len(model.rows), dtype=bool)
        rows[model.arc_row[near[model.arc_section]]] = True
        near[model.arc_section[rows[model.arc_row]]] = True
        near[model.takes[takes & near[model.section]]] = True
        kept |= near[model.section]
        # the land of a plot is paid once for all of its stages
        for shared in (model.plot, model.group):
            kept |= np.isin(shared, shared[kept & (shared >= 0)])
        near[model.section[kept]] = True
    return kept
