"""
Where to put schools: what every location model is given, and what it answers.

Demand is a Series by area. Costs are minutes, metres or money of one pupil: a
DataFrame with a row for each area and a column for each site, or a Series by
`(area, site)`. A pair that is left out, or infinite, is not allowed. Inside,
areas and sites are sorted by their labels, so that the order of rows decides
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Literal
from typing import NamedTuple

import numpy as np
import pandas as pd

from schoolmap import checks
from schoolmap.cards import answer_card
from schoolmap.errors import LabelError
from schoolmap.optimize.counting import by_text

if TYPE_CHECKING:
    from collections.abc import Hashable
    from collections.abc import Iterable

    import numpy.typing as npt

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]

_PUPIL = 1e-6
"""Part of a pupil that is rounding in the computer."""

EXACT = 1e-9
"""Share of the objective that rounding in the computer explains: a smaller gap is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """
    Which sites to open, who goes where, and how far that is from the best possible.

    Attributes
    ----------
    status
        `"optimal"`: no plan costs less. `"feasible"`: the time was up first, and
        `gap` says how much less another plan could cost at most.
    objective
        Total cost of the plan, with what `unserved` areas are charged.
    lower_bound
        No plan costs less.
    gap
        `objective - lower_bound` as a share of the objective.
    proof
        How the bound was found, in words.
    seed
        Where the random moves of the search began.
    seconds
        Time that it took.
    sites
        Open sites, in the order of the input.
    assignment
        Site of each area, in the order of `demand`; of several, the one with most
        of its pupils. Missing where none can serve it.
    flows
        Pupils by `(area, site)`, in the order of `demand`; only pairs with pupils.
    unserved
        Pupils by area whom no open site can serve, in the order of `demand`.
    """

    status: Literal["optimal", "feasible"]
    objective: float
    lower_bound: float
    gap: float
    proof: str
    seed: int
    seconds: float
    sites: pd.Index
    assignment: pd.Series
    flows: pd.Series
    unserved: pd.Series

    def _repr_html_(self) -> str:
        return answer_card(self)


class Ground(NamedTuple):
    """Areas and sites as sorted positions: demand by area, and cost of one pupil by site and area."""

    areas: pd.Index
    sites: pd.Index
    demand: Real
    cost: Real
    allowed: npt.NDArray[np.bool_]


def survey(demand: pd.Series, cost: pd.DataFrame | pd.Series, *, unserved_cost: float | None) -> Ground:
    """
    Return demand and costs by sorted labels, or raise.

    Parameters
    ----------
    demand
        Pupils by area, 0 or more.
    cost
        Cost of one pupil by area and site, 0 or more.
    unserved_cost
        Cost of one pupil at a pair that is not allowed; if it is `None`, twice
        the largest cost of an allowed pair.

    Returns
    -------
    ground
        One row of costs for each site, one column for each area.

    Raises
    ------
    LabelError
        If a label is there twice, or costs and demand name different areas.
    MissingValueError, ValueError
        If a number is missing or negative, or there is no site.
    """
    checks.require_unique_labels(demand.index, what="`demand`")
    checks.require_no_gaps(demand, what="`demand`")
    checks.require_not_negative(demand, what="`demand`")
    table = cost if isinstance(cost, pd.DataFrame) else _unfold(cost, demand.index)
    checks.require_same_labels(demand.index, table.index, what="`demand` and `cost`")
    checks.require_unique_labels(table.columns, what="`cost`")
    if len(table.columns) == 0:
        msg = "`cost` names no site. Give at least one pair of an area and a site."
        raise ValueError(msg)
    checks.require_no_gaps(table, what="`cost`")
    areas, sites = demand.index[by_text(demand.index)], table.columns[by_text(table.columns)]
    price = table.reindex(index=areas, columns=sites).to_numpy(dtype=float).T
    if (price < 0).any():
        site, area = np.argwhere(price < 0)[0]
        msg = f"`cost` is negative, e.g. {price[site, area]:g} for {(areas[area], sites[site])!r}."
        raise ValueError(msg)
    allowed = np.isfinite(price)
    dear = 2 * price[allowed].max(initial=0.5) if unserved_cost is None else unserved_cost
    if not np.isfinite(dear) or dear < 0:
        msg = f"`unserved_cost` is a number of at least 0, got {dear}."
        raise ValueError(msg)
    return Ground(
        areas=areas,
        sites=sites,
        demand=demand.reindex(areas).to_numpy(dtype=float),
        cost=np.ascontiguousarray(np.where(allowed, price, dear)),
        allowed=allowed,
    )


def positions(labels: Iterable[Hashable], index: pd.Index, *, what: str) -> Whole:
    """Return where labels stand in an index, or raise."""
    wanted = pd.Index(list(labels))
    checks.require_unique_labels(wanted, what=what)
    at = index.get_indexer(wanted) if len(wanted) > 0 else np.empty(0, dtype=np.int64)
    if (at < 0).any():
        msg = f"{what} names {wanted[at < 0][0]!r}, which `cost` does not have. Use the same labels."
        raise LabelError(msg)
    return at.astype(np.int64)


def require_number(number: int, *, fixed: int, sites: int) -> None:
    """Raise unless so many sites can be opened."""
    if not max(1, fixed) <= number <= sites:
        msg = (
            f"`number` is the number of open sites: at least {max(1, fixed)} and at most {sites} here, "
            f"of which {fixed} are open already; got {number}."
        )
        raise ValueError(msg)


def tables(ground: Ground, flow: Real, order: pd.Index) -> dict[str, pd.Series]:
    """
    Return `assignment`, `flows` and `unserved` in the given order of areas.

    `flow` is the share of each area at each site, one row for each site. A
    share at a pair that is not allowed is unserved.
    """
    share = np.where(ground.allowed, flow, 0.0)
    at = ground.areas.get_indexer(order)
    share, demand = share[:, at], ground.demand[at]
    # shares of whole pupils are whole pupils again
    pupils = share * demand
    pupils = np.where(np.abs(pupils - np.rint(pupils)) < _PUPIL, np.rint(pupils), pupils)
    area, site = np.nonzero(pupils.T > 0)
    codes = pd.MultiIndex.from_arrays([order[area], ground.sites[site]], names=["area", "site"])
    left = np.clip(demand - pupils.sum(axis=0), 0, None)
    site_of = pd.Series(ground.sites[share.argmax(axis=0)], index=order, name="site")
    return {
        "assignment": site_of.where(pd.Series(share.max(axis=0) > 0, index=order)),
        "flows": pd.Series(pupils.T[area, site], index=codes, name="pupils"),
        "unserved": pd.Series(np.where(left < _PUPIL, 0.0, left), index=order, name="unserved"),
    }


def at_cheapest(ground: Ground, chosen: Whole) -> Real:
    """Return the share of each area at each site if it goes to its cheapest chosen one, of several the first by label."""
    share = np.zeros(ground.cost.shape)
    if len(chosen) > 0:
        chosen = np.sort(chosen)
        site_of = chosen[np.where(ground.allowed[chosen], ground.cost[chosen], np.inf).argmin(axis=0)]
        share[site_of, np.arange(len(site_of))] = 1.0
    return share


def in_order(ground: Ground, chosen: Whole, cost: pd.DataFrame | pd.Series) -> pd.Index:
    """Return the chosen sites in the order in which the costs name them."""
    named = cost.columns if isinstance(cost, pd.DataFrame) else cost.index.get_level_values(1).unique()
    return named[named.isin(ground.sites[chosen])].rename("site")


def gap_of(objective: float, lower_bound: float) -> float:
    """Return what is left between plan and bound, as a share of the plan's cost."""
    return (objective - lower_bound) / abs(objective) if objective > lower_bound else 0.0


def is_whole(values: Real) -> bool:
    """Return whether all numbers are whole, but for rounding in the computer."""
    return bool(np.allclose(values, np.rint(values), rtol=1e-12, atol=1e-9))


def _unfold(cost: pd.Series, areas: pd.Index) -> pd.DataFrame:
    """Return a table of costs by area and site; a pair that is not there is infinite."""
    if not isinstance(cost.index, pd.MultiIndex) or cost.index.nlevels != 2:
        msg = f"`cost` is indexed by (area, site), got {cost.index.nlevels} level(s)."
        raise LabelError(msg)
    checks.require_unique_labels(cost.index, what="`cost`")
    checks.require_no_gaps(cost, what="`cost`")
    strange = ~cost.index.get_level_values(0).isin(areas)
    if strange.any():
        msg = f"`cost` names {cost.index[strange][0]!r}, which `demand` does not have. Use the same labels."
        raise LabelError(msg)
    return cost.astype(float).unstack().reindex(areas).fillna(np.inf)
