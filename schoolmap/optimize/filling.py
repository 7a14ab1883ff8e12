"""
Fill given open sites with whole areas, or prove that this costs too much.

If areas may be split, the best flow and what a seat at each site is worth are
known at once. A pair of area and site that costs more than what is left between
that flow and the plan to beat is struck off; so are pairs by prices of areas
(Lagrangian relaxation, a knapsack for each site). A mixed-integer programme
(HiGHS) decides among the pairs that are left, which are few.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np

from schoolmap.optimize import neighbourhoods
from schoolmap.optimize.seats_problem import LARGEST_TABLE

if TYPE_CHECKING:
    import numpy.typing as npt

    from schoolmap.optimize.neighbourhoods import Plan
    from schoolmap.optimize.seats_problem import Problem
    from schoolmap.optimize.shared_areas import Plans

    Real = npt.NDArray[np.float64]
    Mask = npt.NDArray[np.bool_]

_ROUNDS, _STEP, _PATIENCE = 400, 0.5, 20


class Filled(NamedTuple):
    """
    The best plan found that costs less than the limit, and a bound for all such plans of the set.

    It is `decided` if no plan of the set costs less than the bound or the limit.
    """

    plan: Plan | None
    bound: float
    decided: bool


_NONE = Filled(None, np.inf, decided=True)


def fill(problem: Problem, splits: Plans, opened: Mask, *, limit: float, seconds: float, nodes: int) -> Filled:
    """
    Return the best plan of whole areas with these sites open, if it costs less than the limit.

    Parameters
    ----------
    problem
        Of whole areas, with as many sites as pay.
    splits
        Plans with split areas of the same problem.
    opened
        The sites that are open.
    limit
        Cost of the best plan known; infinite if there is none.
    seconds, nodes
        Time and nodes after which the mixed-integer programme stops undecided.

    Returns
    -------
    filled
        Plan and bound. A bound that is infinite: the set holds no better plan.
    """
    flow = splits.flow(opened)
    if flow is None:
        return _NONE
    sites, goal = np.flatnonzero(opened), problem.goal(limit) if np.isfinite(limit) else np.inf
    part = problem._replace(
        cost=np.ascontiguousarray(problem.cost[sites]),
        capacity=problem.capacity[sites],
        opening=problem.opening[sites],
        state=np.ones(len(sites), dtype=np.int8),
    )
    # any prices of seats give a bound; those of the best flow give its cost
    seat = splits.prices(flow, opened)[sites]
    dearer = part.cost + seat[:, None] * part.demand
    price = dearer.min(axis=0)
    bound = float(price.sum() - seat @ part.capacity + part.opening.sum())
    alive = (bound + dearer - price <= goal) & (part.demand <= part.capacity[:, None])
    if bound > goal or not alive.any(axis=0).all():
        return _NONE
    # where that is too much, the bound of split areas has to do
    if part.cells <= LARGEST_TABLE:
        better, alive = _struck(part, alive, price, limit, goal)
        if better > goal or not alive.any(axis=0).all():
            return _NONE
        bound = max(bound, better)
    solved = neighbourhoods.programme(part, alive, seconds=seconds, nodes=nodes, goal=goal)
    plan = None if solved.site_of is None else neighbourhoods.plan_of(problem, sites[solved.site_of])
    if solved.decided:
        return Filled(plan, np.inf if plan is None else plan.cost, decided=True)
    return Filled(plan, max(bound, min(solved.bound, goal)), decided=False)


def _struck(part: Problem, alive: Mask, price: Real, limit: float, goal: float) -> tuple[float, Mask]:
    """Return a bound for plans among the pairs that are alive, and the pairs that one within the goal may hold."""
    from schoolmap.optimize import capacity_kernel  # noqa: PLC0415 - numba is slow to import

    # a pair that is struck off is dearer than any plan
    dearest = part.cost.max(axis=0).sum() + part.opening.sum()
    held = np.where(alive, part.cost, 2 * dearest + 1)
    fixed = held, *part[1:4]
    upper = min(limit, float(dearest))
    bound, price, _, _, _ = capacity_kernel.raise_bound(
        *fixed,
        part.state,
        0,
        0,
        True,  # noqa: FBT003 - compiled code has no keywords
        price,
        upper,
        goal,
        _ROUNDS,
        _STEP,
        _PATIENCE,
    )
    if bound > goal:
        return bound, alive
    forced = capacity_kernel.values_if_forced(*fixed, price)
    value = capacity_kernel.values(*fixed, price)
    return bound, alive & (bound + forced - value[:, None] <= goal)
