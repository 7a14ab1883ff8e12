"""
Reach: the fewest sites that reach all, the most pupils that some sites reach, and the least longest way.

A site reaches an area if the way is at most `reach`. All three are mixed-integer
programmes, solved by HiGHS.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from schoolmap.optimize import location

if TYPE_CHECKING:
    from collections.abc import Hashable
    from collections.abc import Iterable
    from collections.abc import Sequence
    from typing import Any

    import numpy.typing as npt
    import pandas as pd

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]
    Mask = npt.NDArray[np.bool_]

_PROOF = "mixed-integer programme (HiGHS)"
_WHOLE_SLACK = 1e-6


def set_cover(
    demand: pd.Series,
    cost: pd.DataFrame | pd.Series,
    *,
    reach: float,
    fixed: Iterable[Hashable] = (),
    time_limit: float = 60.0,
) -> location.Location:
    """
    Open as few sites as possible so that every area with pupils has one in reach.

    Parameters
    ----------
    demand
        Pupils by area, 0 or more.
    cost
        Minutes or metres from area to site: a table of areas by sites, or a
        Series by `(area, site)`. A pair that is left out is out of reach.
    reach
        Longest way, in the unit of the costs.
    fixed
        Sites that are open in any case.
    time_limit
        Seconds after which the best plan so far is returned with its bound.

    Returns
    -------
    location
        `objective` is the number of sites. Areas that no site at all reaches are
        left out of account, and listed in `unserved` with their pupils.

    Examples
    --------
    >>> import pandas as pd
    >>> demand = pd.Series({"north": 30, "south": 20, "west": 5})
    >>> cost = pd.DataFrame(
    ...     {"hill": [1.0, 9.0, 4.0], "lake": [8.0, 2.0, 7.0], "moor": [4.0, 5.0, 1.0]}, index=demand.index
    ... )
    >>> set_cover(demand, cost, reach=5).sites.to_list()
    ['moor']
    """
    began = time.perf_counter()
    ground, near, kept = _within(demand, cost, reach, fixed)
    sites = len(ground.sites)
    asked = near.any(axis=0) & (ground.demand > 0)
    least = np.zeros(sites)
    least[kept] = 1.0
    chosen, bound = _programme(np.ones(sites), [(near[:, asked].T.astype(float), 1, np.inf)], least, limit=time_limit)
    if chosen is None:
        chosen = np.arange(sites)
    bound = float(np.ceil(bound - _WHOLE_SLACK))
    return _result(ground, near, chosen, demand, cost, float(len(chosen)), max(bound, float(len(kept))), began)


def maximal_cover(
    demand: pd.Series,
    cost: pd.DataFrame | pd.Series,
    *,
    number: int,
    reach: float,
    fixed: Iterable[Hashable] = (),
    time_limit: float = 60.0,
) -> location.Location:
    """
    Open a number of sites so that as few pupils as possible are out of reach of all.

    Parameters
    ----------
    demand
        Pupils by area, 0 or more.
    cost
        Minutes or metres from area to site: a table of areas by sites, or a
        Series by `(area, site)`. A pair that is left out is out of reach.
    number
        Sites that are open, with those that are open already.
    reach
        Longest way, in the unit of the costs.
    fixed
        Sites that are open in any case.
    time_limit
        Seconds after which the best plan so far is returned with its bound.

    Returns
    -------
    location
        `objective` is the number of pupils out of reach, who are listed in
        `unserved`.

    Examples
    --------
    >>> import pandas as pd
    >>> demand = pd.Series({"north": 30, "south": 20, "west": 5})
    >>> cost = pd.DataFrame({"hill": [1.0, 9.0, 4.0], "lake": [8.0, 2.0, 7.0]}, index=demand.index)
    >>> plan = maximal_cover(demand, cost, number=1, reach=5)
    >>> plan.sites.to_list(), plan.objective
    (['hill'], 20.0)
    """
    began = time.perf_counter()
    ground, near, kept = _within(demand, cost, reach, fixed)
    sites, areas = near.shape
    location.require_number(number, fixed=len(kept), sites=sites)
    # each area is missed unless one of its sites is open
    objective = np.concatenate([np.zeros(sites), ground.demand])
    rows = [
        (np.hstack([near.T.astype(float), np.eye(areas)]), 1, np.inf),
        (np.repeat([1.0, 0.0], [sites, areas])[None, :], number, number),
    ]
    least = np.zeros(sites + areas)
    least[kept] = 1.0
    chosen, bound = _programme(objective, rows, least, limit=time_limit, sites=sites)
    if chosen is None:
        chosen = np.concatenate([kept, np.setdiff1d(np.arange(sites), kept)])[:number]
    missed = float(ground.demand[~near[chosen].any(axis=0)].sum())
    if location.is_whole(ground.demand):
        bound = float(np.ceil(bound - _WHOLE_SLACK))
    return _result(ground, near, chosen, demand, cost, missed, max(bound, 0.0), began)


def p_center(
    demand: pd.Series,
    cost: pd.DataFrame | pd.Series,
    *,
    number: int,
    fixed: Iterable[Hashable] = (),
    time_limit: float = 60.0,
) -> location.Location:
    """
    Open a number of sites so that the longest way of any pupil is as short as possible.

    Parameters
    ----------
    demand
        Pupils by area, 0 or more; an area without pupils has no way.
    cost
        Minutes or metres from area to site: a table of areas by sites, or a
        Series by `(area, site)`. A pair that is left out is no way.
    number
        Sites that are open, with those that are open already.
    fixed
        Sites that are open in any case.
    time_limit
        Seconds after which the best plan so far is returned with its bound.

    Returns
    -------
    location
        `objective` is the longest way of an area that is served; it is infinite
        if so few sites cannot serve all areas that any site could.

    Notes
    -----
    The answer is one of the costs: those are searched by halving, each time
    asking whether so many sites can reach all within it.

    Examples
    --------
    >>> import pandas as pd
    >>> demand = pd.Series({"north": 30, "south": 20, "west": 5})
    >>> cost = pd.DataFrame(
    ...     {"hill": [1.0, 9.0, 4.0], "lake": [8.0, 2.0, 7.0], "moor": [4.0, 5.0, 1.0]}, index=demand.index
    ... )
    >>> plan = p_center(demand, cost, number=2)
    >>> plan.sites.to_list(), plan.objective
    (['lake', 'moor'], 4.0)
    """
    began = time.perf_counter()
    ground, allowed, kept = _within(demand, cost, np.inf, fixed)
    sites = len(ground.sites)
    location.require_number(number, fixed=len(kept), sites=sites)
    asked = allowed.any(axis=0) & (ground.demand > 0)
    price = np.where(allowed, ground.cost, np.inf)[:, asked]
    least = np.zeros(sites)
    least[kept] = 1.0
    chosen = np.concatenate([kept, np.setdiff1d(np.arange(sites), kept)])[:number]
    ways = np.unique(price[np.isfinite(price)])
    low, high = 0, len(ways)
    while low < high and time.perf_counter() - began < time_limit:
        middle = (low + high) // 2
        rows = [
            ((price <= ways[middle]).T.astype(float), 1, np.inf),
            (np.ones((1, sites)), number, number),
        ]
        left = max(time_limit - (time.perf_counter() - began), 0.01)
        found, bound = _programme(np.zeros(sites), rows, least, limit=left)
        if found is not None:
            chosen, high = found, middle
        elif np.isinf(bound):
            low = middle + 1
        else:
            break
    longest = float(price[chosen].min(axis=0).max(initial=0.0))
    bound = float(ways[low]) if low < len(ways) else longest
    return _result(ground, allowed, chosen, demand, cost, longest, bound, began)


def _within(
    demand: pd.Series, cost: pd.DataFrame | pd.Series, reach: float, fixed: Iterable[Hashable]
) -> tuple[location.Ground, Mask, Whole]:
    """Return areas and sites, which site reaches which area, and the fixed sites."""
    if not reach > 0:
        msg = f"`reach` is the longest way, more than 0, got {reach}."
        raise ValueError(msg)
    ground = location.survey(demand, cost, unserved_cost=None)
    near = ground.allowed & (ground.cost <= reach)
    return ground._replace(allowed=near), near, location.positions(fixed, ground.sites, what="`fixed`")


def _programme(
    objective: Real,
    rows: Sequence[tuple[npt.NDArray[Any], float, float]],
    least: Real,
    *,
    limit: float,
    sites: int | None = None,
) -> tuple[Whole | None, float]:
    """Return the chosen sites and a bound; none and infinity if there is no plan."""
    from scipy import optimize  # noqa: PLC0415 - heavy, and needed here only
    from scipy import sparse  # noqa: PLC0415 - as above

    count = len(objective) if sites is None else sites
    answer = optimize.milp(
        objective,
        constraints=[
            optimize.LinearConstraint(sparse.csr_array(left), low, high) for left, low, high in rows if len(left) > 0
        ],
        # what is missed follows from what is open
        integrality=np.arange(len(objective)) < count,
        bounds=optimize.Bounds(least, 1),
        options={"time_limit": limit, "mip_rel_gap": 0.0},
    )
    if answer.status == 2:  # HiGHS: infeasible
        return None, np.inf
    bound = -np.inf if answer.mip_dual_bound is None else float(answer.mip_dual_bound)
    if answer.x is None:
        return None, bound
    return np.flatnonzero(answer.x[:count] > 0.5), bound


def _result(  # noqa: PLR0917 - the parts of one answer
    ground: location.Ground,
    near: Mask,
    chosen: Whole,
    demand: pd.Series,
    cost: pd.DataFrame | pd.Series,
    objective: float,
    bound: float,
    began: float,
) -> location.Location:
    """Return the plan; each area goes to its cheapest open site in reach."""
    bound = min(bound, objective)
    gap = location.gap_of(objective, bound)
    ground = ground._replace(allowed=near)
    return location.Location(
        status="optimal" if gap <= 2 * location.EXACT else "feasible",
        objective=objective,
        lower_bound=bound,
        gap=gap,
        proof=_PROOF,
        seed=0,
        seconds=time.perf_counter() - began,
        sites=location.in_order(ground, chosen, cost),
        **location.tables(ground, location.at_cheapest(ground, chosen), demand.index),
    )
