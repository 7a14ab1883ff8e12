"""How many pupils must move so that how many more have a seat: the plans between which there is a choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

import pandas as pd

from schoolmap.optimize.rezoning.rezone import rezone

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from schoolmap.optimize.rezoning.rezone import Rezoning


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontier:
    """
    Plans of which none is better than another in both pupils moved and pupils short.

    Attributes
    ----------
    table
        One row for each plan, fewest moved first, by the limit it was made
        with: `moved`, `short` (pupils and years without a seat),
        `pupil_metres`, `objective`, `lower_bound`, `gap`.
    plans
        The plans by the same limits.
    """

    table: pd.DataFrame
    plans: Mapping[float, Rezoning]


def frontier(
    pupils: pd.Series | pd.DataFrame,
    seats: pd.Series | pd.DataFrame,
    cost: pd.DataFrame,
    neighbours: pd.Series | pd.MultiIndex,
    *,
    homes: pd.Series,
    today: pd.Series,
    limits: Sequence[float],
    **options: Any,  # noqa: ANN401 - those of `rezone`
) -> Frontier:
    """
    Weigh pupils moved against pupils short.

    Parameters
    ----------
    pupils, seats, cost, neighbours, homes, today
        As in `rezone`.
    limits
        Numbers of pupils who may be moved at most; a plan is made for each,
        from the smallest up.
    options
        As in `rezone`; `time_limit` is that of each plan.

    Returns
    -------
    frontier
        The plans that are left when those are taken out than which another
        moves no more pupils and leaves no more short.

    Raises
    ------
    ValueError
        If there is no limit, or one is below 0; or as from `rezone`.

    Examples
    --------
    >>> villages = ["a", "b", "c"]
    >>> road = pd.MultiIndex.from_tuples([("a", "b"), ("b", "c")])
    >>> found = frontier(
    ...     pd.Series([4, 3, 3], index=villages),
    ...     pd.Series({"left": 4, "right": 8}),
    ...     pd.DataFrame({"left": [0, 1000, 2000], "right": [2000, 1000, 0]}, index=villages),
    ...     road,
    ...     homes=pd.Series({"left": "a", "right": "c"}),
    ...     today=pd.Series({"a": "left", "b": "left", "c": "right"}),
    ...     limits=[0, 2, 3, 6],
    ... )
    >>> found.table[["moved", "short"]]
           moved  short
    limit
    0.0      0.0    3.0
    3.0      3.0    0.0
    """
    if len(limits) == 0 or not all(limit >= 0 for limit in limits):
        msg = f"`limits` are one number of pupils or more, 0 or above, got {list(limits)}."
        raise ValueError(msg)
    plans, rows = {}, {}
    for limit in sorted({float(limit) for limit in limits}):
        plan = rezone(pupils, seats, cost, neighbours, homes=homes, today=today, most_moved=limit, **options)
        plans[limit] = plan
        rows[limit] = {
            "moved": plan.moved,
            "short": float(plan.short["pupils"].sum()),
            "pupil_metres": plan.pupil_metres,
            "objective": plan.objective,
            "lower_bound": plan.lower_bound,
            "gap": plan.gap,
        }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("limit")
    order = table.sort_values(["moved", "short", "pupil_metres"], kind="stable")
    # fewest moved first: each that is left has fewer short than all before it
    best = order["short"].cummin().shift(fill_value=float("inf"))
    kept = order[order["short"] < best]
    return Frontier(table=kept, plans={limit: plans[limit] for limit in kept.index})
