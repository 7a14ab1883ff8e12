"""
What would have to change for everybody to have a seat: how many seats, where, or how much longer the way.

Never a bare "infeasible". There is always a best plan, and where it leaves
pupils without a seat there is a reason: some areas hold more pupils than the
schools in their reach hold seats. They are named, and so are the least repairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse import csgraph

from schoolmap.optimize.assign import Assignment
from schoolmap.optimize.assign import assign
from schoolmap.optimize.counting import numbers
from schoolmap.optimize.flow import cheapest_flow
from schoolmap.optimize.posing import pose

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """
    The best plan within the limit, why it leaves pupils without a seat, and what would repair it.

    Attributes
    ----------
    answer
        The best plan within the limit.
    bottlenecks
        One row for each set of `areas` that is short: the `schools` in its
        reach, its `pupils`, their `seats`, and `short`, how many seats that is
        too few. The sets add up to all pupils without a seat; with tiers, all
        tiers of an area are counted together.
    seats_to_add
        Seats by school: the fewest in all that seat everybody who has a school
        within the limit and, of these, those with the least total cost.
    left_without
        Pupils by area, or `(area, tier)`, who would still have no seat with them: no school is
        within the limit, or none that could take more.
    limit_needed
        The shortest limit under which as many have a seat as without any limit.
        It is the present one if a longer one serves nobody more.
    farther
        Pupils by `(area, school)`, or `(area, tier, school)`, who would go farther than the present limit
        under that one, with `cost` and `beyond`, by how much. As few as
        possible do.
    left_over
        Pupils who would have no seat even then: seats are too few.
    table
        All repairs in one table, one row each: `way` (`add_seats`,
        `longer_limit`, `no_school_within_limit`), `area`, `school`, `seats`,
        `pupils`, and `beyond`.
    """

    answer: Assignment
    bottlenecks: pd.DataFrame
    seats_to_add: pd.Series
    left_without: pd.Series
    limit_needed: float
    farther: pd.DataFrame
    left_over: int
    table: pd.DataFrame


def repair(
    pupils: pd.Series,
    seats: pd.Series,
    cost: pd.Series,
    *,
    limit: float,
    addable: pd.Series | None = None,
    tiers: Sequence[str] | None = None,
    floors: pd.Series | None = None,
) -> Repair:
    """
    Find the least repairs that give everybody a seat.

    Two are looked at, each alone: seats that are added within the limit, and a
    longer limit with the seats that there are.

    Parameters
    ----------
    pupils, seats
        By area, or by `(area, tier)` where `tiers` are named, and by school;
        whole numbers.
    cost
        Metres or minutes by `(area, school)`, also of pairs beyond the limit:
        a limit can be made longer only by pairs that are known.
    limit
        The longest way that is allowed now.
    addable
        Most seats that each school could take more; any number if not given.
    tiers, floors
        As in `assign`. They decide whom the best plan seats and where, also
        under a longer limit and with seats that are added. How many seats are
        missing, and which limit is needed, they do not change.

    Returns
    -------
    repair
        The best plan, the reasons and the repairs. Where nobody is without a
        seat its tables are empty.

    Raises
    ------
    LabelError, MissingValueError, ValueError
        As in `assign`.

    Examples
    --------
    >>> pupils, seats = pd.Series({"north": 30, "south": 20}), pd.Series({"hill": 25, "lake": 30})
    >>> cost = pd.Series({("north", "hill"): 500, ("north", "lake"): 1200, ("south", "lake"): 400})
    >>> found = repair(pupils, seats, cost, limit=1000)
    >>> found.table.drop(columns="pupils")
                way   area school  seats  beyond
    0     add_seats   <NA>   hill      5    <NA>
    1  longer_limit  north   lake   <NA>   200.0
    >>> found.bottlenecks.loc[0].to_dict()
    {'areas': ('north',), 'schools': ('hill',), 'pupils': 30, 'seats': 25, 'short': 5}
    """
    if not np.isfinite(limit) or limit < 0:
        msg = f"`limit` is a length or a time of 0 or more, got {limit}."
        raise ValueError(msg)
    cost = numbers(cost, what="`cost`")
    if pd.api.types.is_integer_dtype(cost):
        # what is added to a cost here does not fit few bits
        cost = cost.astype(np.int64)
    within = cost[cost <= limit]
    answer = assign(pupils, seats, within, tiers=tiers, floors=floors)
    most = addable if addable is not None else pd.Series(int(pupils.sum()), index=seats.index)
    posed = pose(pupils, seats, within, tiers=tiers, floors=floors, extra=most)
    enlarged = cheapest_flow(posed.problem)
    load = pd.Series(enlarged.load, index=seats.index[posed.school]).reindex(seats.index)
    left = pd.Series(enlarged.unserved, index=pupils.index[posed.row], name="left_without").reindex(pupils.index)
    to_add = (load - seats).clip(lower=0).astype(np.int64).rename("seats_to_add")
    # how many have a seat is the same with and without tiers
    by_area = pupils if tiers is None else pupils.groupby(level=0, sort=False).sum()
    # also a check of the pairs beyond the limit
    left_over = int(assign(by_area, seats, cost).unserved.sum())
    needed = _limit_needed(by_area, seats, cost, limit=limit, left_over=left_over, now=int(answer.unserved.sum()))
    farther = _nobody(cost.index.nlevels + (tiers is not None))
    if needed > limit:
        farther = _farther(pupils, seats, cost[cost <= needed], limit=limit, tiers=tiers, floors=floors)
    return Repair(
        answer=answer,
        bottlenecks=_bottlenecks(by_area, seats, within, answer),
        seats_to_add=to_add,
        left_without=left,
        limit_needed=needed,
        farther=farther,
        left_over=left_over,
        table=_table(by_area, cost, within, to_add, farther, limit=limit),
    )


def _limit_needed(
    pupils: pd.Series, seats: pd.Series, cost: pd.Series, *, limit: float, left_over: int, now: int
) -> float:
    """Return the shortest limit that leaves no more than `left_over` without a seat, by halving."""
    if now == left_over:
        return float(limit)
    longer = np.unique(cost[cost > limit].to_numpy())
    low, high = 0, len(longer) - 1
    while low < high:
        middle = (low + high) // 2
        # where it leads does not matter here, so every way costs nothing
        allowed = cost[cost <= longer[middle]] * 0
        if int(assign(pupils, seats, allowed).unserved.sum()) > left_over:
            low = middle + 1
        else:
            high = middle
    return float(longer[low])


def _farther(
    pupils: pd.Series,
    seats: pd.Series,
    cost: pd.Series,
    *,
    limit: float,
    tiers: Sequence[str] | None,
    floors: pd.Series | None,
) -> pd.DataFrame:
    """Return who goes beyond the limit if as few as possible do."""
    # more than all rearrangement of one pupil can save
    charge = len(seats) * cost.max() + 1
    flows = assign(pupils, seats, cost + charge * (cost > limit), tiers=tiers, floors=floors).flows
    ways = pd.MultiIndex.from_arrays([flows.index.get_level_values(level) for level in (0, -1)])
    way = cost.reindex(ways).to_numpy(dtype=float)
    table = pd.DataFrame({"pupils": flows, "cost": way, "beyond": way - limit})
    return table[table["beyond"] > 0].astype({"cost": float, "beyond": float})


def _nobody(levels: int) -> pd.DataFrame:
    names = ["area", "tier", "school"] if levels == 3 else ["area", "school"]
    index = pd.MultiIndex.from_arrays([[] for _ in names], names=names)
    types = {"pupils": np.int64, "cost": float, "beyond": float}
    return pd.DataFrame(columns=list(types), index=index).astype(types)


def _bottlenecks(pupils: pd.Series, seats: pd.Series, cost: pd.Series, answer: Assignment) -> pd.DataFrame:
    """
    Return groups of areas whose schools are too few, by Hall's condition.

    From each pupil without a seat: every school within reach is full, and every
    pupil who sits there has other schools in reach, which are full too; else one
    could move up. What is reached so holds more pupils than seats, by as many as
    have none.
    """
    columns = ["areas", "schools", "pupils", "seats", "short"]
    reach = _between(cost.index, pupils.index, seats.index)
    held = _between(answer.flows.index, pupils.index, seats.index)
    without = answer.unserved if answer.unserved.index.nlevels == 1 else answer.unserved.groupby(level=0).sum()
    area = without.reindex(pupils.index).to_numpy() > 0
    if not area.any():
        return pd.DataFrame(columns=columns)
    while True:
        school = reach.T @ area
        more = area | (held @ school)
        if (more == area).all():
            break
        area = more
    joined = reach.astype(int).multiply(area[:, None].astype(int))
    _, group = csgraph.connected_components(sparse.block_array([[None, joined], [joined.T, None]]))
    rows = []
    for number in pd.unique(group[: len(pupils)][area]):
        ours = (group[: len(pupils)] == number) & area
        theirs = (group[len(pupils) :] == number) & school
        many, places = int(pupils[ours].sum()), int(seats[theirs].sum())
        rows.append((tuple(pupils.index[ours]), tuple(seats.index[theirs]), many, places, many - places))
    return pd.DataFrame(rows, columns=columns)


def _between(pairs: pd.Index, areas: pd.Index, schools: pd.Index) -> sparse.csr_array:
    """Return whether there is a pair, by area and school."""
    places = [index.get_indexer(pairs.get_level_values(level)) for level, index in [(0, areas), (-1, schools)]]
    there: npt.NDArray[np.bool_] = np.ones(len(pairs), dtype=bool)
    return sparse.csr_array((there, (places[0], places[1])), shape=(len(areas), len(schools)))


def _table(
    pupils: pd.Series,
    cost: pd.Series,
    within: pd.Series,
    to_add: pd.Series,
    farther: pd.DataFrame,
    *,
    limit: float,
) -> pd.DataFrame:
    """Return all repairs, one row each."""
    added = to_add[to_add > 0]
    out = pupils.index[~pupils.index.isin(within.index.get_level_values(0)) & (pupils.to_numpy() > 0)]
    counts = pupils.to_dict()
    nearest = cost.groupby(level=0).min().reindex(out)
    rows: list[tuple[object, ...]] = [("add_seats", None, school, seats, None, None) for school, seats in added.items()]
    rows += [
        ("longer_limit", label[0], label[-1], None, row.pupils, row.beyond)
        for label, row in zip(farther.index, farther.itertuples(), strict=True)
    ]
    rows += [
        ("no_school_within_limit", area, None, None, counts[area], None if pd.isna(way) else float(way) - limit)
        for area, way in nearest.items()
    ]
    table = pd.DataFrame(rows, columns=["way", "area", "school", "seats", "pupils", "beyond"], dtype=object)
    for column in ("area", "school"):
        table[column] = table[column].where(table[column].notna(), pd.NA)
    return table.astype({"way": str, "seats": "Int64", "pupils": "Int64", "beyond": "Float64"})
