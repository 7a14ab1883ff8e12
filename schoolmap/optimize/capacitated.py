"""
Open sites with so many seats each: a given number of them, or as many as pay.

`capacitated_p_median` opens a given number of sites at the least total way;
`facility_location` adds what opening costs, and opens as many as pay. An area
goes to one site as a whole, or is split where that is allowed. Where seats do
not suffice, the plan seats whom it can and says who is left.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from schoolmap import checks
from schoolmap.optimize import counting
from schoolmap.optimize import location
from schoolmap.optimize import seats_problem
from schoolmap.optimize import shared_areas
from schoolmap.optimize import whole_areas

if TYPE_CHECKING:
    from collections.abc import Hashable
    from collections.abc import Iterable

    import pandas as pd


def capacitated_p_median(
    demand: pd.Series,
    capacity: pd.Series,
    cost: pd.DataFrame | pd.Series,
    *,
    number: int,
    fixed: Iterable[Hashable] = (),
    whole: bool = True,
    unserved_cost: float | None = None,
    seed: int = 0,
    time_limit: float = 60.0,
) -> location.Location:
    """
    Open a number of sites so that the total way is least and no site has more pupils than seats.

    Parameters
    ----------
    demand
        Pupils by area, whole numbers.
    capacity
        Seats by site, whole numbers.
    cost
        Minutes or metres of one pupil, 0 or more: a table of areas by sites, or
        a Series by `(area, site)`. A pair that is left out or infinite is not
        allowed.
    number
        Sites that are open, with those that are open already.
    fixed
        Sites that are open in any case.
    whole
        Whether an area goes to one site as a whole. If not, it may be split.
    unserved_cost
        What a pupil without a seat counts: one whose way costs more is left
        without. If it is `None`, all are seated where that can be, and
        otherwise it is twice the largest cost.
    seed
        Where the random moves of the search begin.
    time_limit
        Seconds after which the best plan so far is returned with its bound.

    Returns
    -------
    location
        The sites, who goes where, and the proof. The order of rows decides
        nothing.

    Raises
    ------
    LabelError
        If a label is there twice, or tables name different areas or sites.
    MissingValueError, ValueError
        If a number is missing, negative, or not whole where it counts pupils or
        seats, or so many sites cannot be opened.

    Examples
    --------
    >>> import pandas as pd
    >>> demand = pd.Series({"north": 30, "south": 20, "west": 5})
    >>> cost = pd.DataFrame({"hill": [1.0, 9.0, 4.0], "lake": [8.0, 2.0, 7.0]}, index=demand.index)
    >>> seats = pd.Series({"hill": 30, "lake": 25})
    >>> plan = capacitated_p_median(demand, seats, cost, number=2)
    >>> plan.assignment.to_dict(), plan.objective, plan.status
    ({'north': 'hill', 'south': 'lake', 'west': 'lake'}, 105.0, 'optimal')
    """
    opening = capacity * 0.0
    return _locate(
        demand,
        capacity,
        cost,
        opening,
        number=number,
        fixed=fixed,
        whole=whole,
        unserved_cost=unserved_cost,
        seed=seed,
        time_limit=time_limit,
    )


def facility_location(
    demand: pd.Series,
    capacity: pd.Series,
    cost: pd.DataFrame | pd.Series,
    opening: pd.Series,
    *,
    whole: bool,
    fixed: Iterable[Hashable] = (),
    unserved_cost: float | None = None,
    seed: int = 0,
    time_limit: float = 60.0,
) -> location.Location:
    """
    Open as many sites as pay: opening costs and ways together are least, and no site has more pupils than seats.

    Parameters
    ----------
    demand
        Pupils by area, whole numbers.
    capacity
        Seats by site, whole numbers.
    cost
        Cost of one pupil's way, 0 or more, in the unit of `opening`: a table of
        areas by sites, or a Series by `(area, site)`. A pair that is left out or
        infinite is not allowed.
    opening
        Cost of opening each site, 0 or more.
    whole
        Whether an area goes to one site as a whole. If not, it may be split.
    fixed
        Sites that are open in any case; their opening is paid.
    unserved_cost
        What a pupil without a seat counts: those whose way and opening cost more
        are left without. If it is `None`, all are seated where that can be, and
        otherwise it is twice the largest cost and the dearest opening.
    seed
        Where the random moves of the search begin.
    time_limit
        Seconds after which the best plan so far is returned with its bound.

    Returns
    -------
    location
        The sites, who goes where, and the proof. The order of rows decides
        nothing.

    Raises
    ------
    LabelError
        If a label is there twice, or tables name different areas or sites.
    MissingValueError, ValueError
        If a number is missing, negative, or not whole where it counts pupils or
        seats.

    Examples
    --------
    >>> import pandas as pd
    >>> demand = pd.Series({"north": 30, "south": 20, "west": 5})
    >>> cost = pd.DataFrame({"hill": [1.0, 9.0, 4.0], "lake": [8.0, 2.0, 7.0]}, index=demand.index)
    >>> seats, opening = pd.Series({"hill": 40, "lake": 25}), pd.Series({"hill": 100.0, "lake": 90.0})
    >>> plan = facility_location(demand, seats, cost, opening, whole=False)
    >>> plan.sites.to_list(), plan.objective
    (['hill', 'lake'], 280.0)
    """
    return _locate(
        demand,
        capacity,
        cost,
        opening,
        number=0,
        fixed=fixed,
        whole=whole,
        unserved_cost=unserved_cost,
        seed=seed,
        time_limit=time_limit,
    )


def _locate(
    demand: pd.Series,
    capacity: pd.Series,
    cost: pd.DataFrame | pd.Series,
    opening: pd.Series,
    *,
    number: int,
    fixed: Iterable[Hashable],
    whole: bool,
    unserved_cost: float | None,
    seed: int,
    time_limit: float,
) -> location.Location:
    began = time.perf_counter()
    ground = location.survey(demand, cost, unserved_cost=unserved_cost)
    counting.whole(demand, what="`demand`")
    counting.whole(capacity, what="`capacity`")
    checks.require_same_labels(ground.sites, capacity.index, what="`cost` and `capacity`")
    checks.require_same_labels(ground.sites, opening.index, what="`cost` and `opening`")
    checks.require_no_gaps(opening, what="`opening`")
    checks.require_not_negative(opening, what="`opening`")
    kept = location.positions(fixed, ground.sites, what="`fixed`")
    state = np.zeros(len(ground.sites), dtype=np.int8)
    state[kept] = 1
    if number:
        location.require_number(number, fixed=len(kept), sites=len(ground.sites))
    price, counts = opening.reindex(ground.sites).to_numpy(dtype=float, copy=True), ground.demand.astype(np.int64)
    total = np.where(ground.allowed, ground.cost, 0.0) * ground.demand
    compared = total if whole else np.where(ground.allowed, ground.cost, 0.0)
    problem = seats_problem.Problem(
        cost=np.ascontiguousarray(total),
        demand=counts,
        # more seats than pupils are never filled
        capacity=np.minimum(capacity.reindex(ground.sites).to_numpy(dtype=np.int64), counts.sum()),
        opening=price,
        state=state,
        number=number,
        spare=False,
        step=1 - seats_problem.WHOLE_SLACK if location.is_whole(compared) and location.is_whole(price) else 0.0,
    )
    dear = unserved_cost
    if dear is None:
        dear = 2 * float(ground.cost[ground.allowed].max(initial=0.5)) + float(price.max(initial=0.0))
    answer = None
    # whoever says what a missing seat counts has it weighed against ways and opening, whether seats suffice or not
    if ground.allowed.all() and unserved_cost is None:
        answer = _solve(problem, whole=whole, seed=seed, deadline=began + time_limit)
    if answer is None:
        spare = seats_problem.with_spare(problem, ground, dear=dear)
        if not float(dear).is_integer():
            spare = spare._replace(step=0.0)
        # searching in vain must not leave the plan without time
        answer = _solve(spare, whole=whole, seed=seed, deadline=max(time.perf_counter(), began) + time_limit)
    if answer is None:
        msg = "No plan was found in the time given. Give more time with `time_limit`."
        raise RuntimeError(msg)
    sites = len(ground.sites)
    gap = location.gap_of(answer.cost, answer.lower_bound)
    return location.Location(
        status="optimal" if gap <= 2 * location.EXACT else "feasible",
        objective=answer.cost,
        lower_bound=answer.lower_bound,
        gap=gap,
        proof=answer.proof,
        seed=seed,
        seconds=time.perf_counter() - began,
        sites=location.in_order(ground, answer.opened[answer.opened < sites], cost),
        **location.tables(ground, answer.share[:sites], demand.index),
    )


def _solve(problem: seats_problem.Problem, *, whole: bool, seed: int, deadline: float) -> seats_problem.Answer | None:
    """Solve for areas with pupils; the others go to their cheapest open site afterwards."""
    busy, idle = np.flatnonzero(problem.demand > 0), np.flatnonzero(problem.demand == 0)
    if len(busy) == 0:
        return seats_problem.for_nobody(problem)
    asked = problem._replace(cost=np.ascontiguousarray(problem.cost[:, busy]), demand=problem.demand[busy])
    if problem.spare and problem.capacity[:-1].max(initial=0) < (asked.demand.min() if whole else 1):
        return seats_problem.for_nowhere(problem)
    if whole:
        answer = whole_areas.solve(asked, seed=seed, deadline=deadline)
    else:
        answer = shared_areas.solve(asked, deadline=deadline)
    if answer is None:
        return None
    share = np.zeros(problem.cost.shape)
    share[:, busy] = answer.share
    return answer._replace(share=seats_problem.with_idle(share, problem.cost, answer.opened, idle))
