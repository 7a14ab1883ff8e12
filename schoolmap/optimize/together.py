"""
Give every pupil a seat where some must stay together: brothers and sisters, a compound, a whole area.

All pupils of a group go to one school, or none of them has a seat and the group
is listed; a group is never split in silence. Whole groups are what makes this
hard: the plan comes with a bound that says how far from the best it can be.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Literal

import numpy as np
import pandas as pd

from schoolmap.cards import answer_card
from schoolmap.optimize import counting
from schoolmap.optimize import group_problem
from schoolmap.optimize.assign import Placed
from schoolmap.optimize.assign import below_floors
from schoolmap.optimize.assign import flow_table
from schoolmap.optimize.assign import to_table
from schoolmap.optimize.group_plan import find
from schoolmap.optimize.posing import pose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schoolmap.optimize.counting import Numbers
    from schoolmap.optimize.counting import Whole
    from schoolmap.optimize.group_plan import Found
    from schoolmap.optimize.group_problem import Groups
    from schoolmap.optimize.posing import Posed


@dataclass(frozen=True, slots=True, kw_only=True)
class TogetherAssignment:
    """
    Who goes where with groups kept whole, and how far that is from the best possible.

    Attributes
    ----------
    status
        `"optimal"`: no plan that keeps the groups whole is better by more than
        the gap that was asked for. `"feasible"`: that is not proven.
    flows
        Pupils by `(area, school)`, or `(area, tier, school)`, those of groups
        too, in the order of the costs; only pairs with pupils.
    school
        School of each group; missing where the group has no seats.
    left_out
        Groups without seats: their `pupils`, and the `reason` in words.
    unserved
        Pupils without a seat by area, those of groups too.
    unserved_bound
        No plan that keeps the groups whole leaves fewer without a seat in all;
        with tiers, none that serves them in their order.
    load
        Pupils by school.
    below_floor
        Pupils that each school has less than its least number.
    objective
        Total cost of those who have a seat.
    lower_bound
        No plan that seats as many, tier by tier, costs less.
    gap
        `objective - lower_bound` as a share of the objective.
    proof
        Why the bound is one, in a sentence.
    prices
        By school: what a seat less would cost if groups could be split.
    digits
        Decimals of a cost that were counted, as in `Assignment`.
    programmes
        Mixed-integer programmes that were needed.
    seed
        Seed of the solver's choices.
    seconds
        Time that it took.
    """

    status: Literal["optimal", "feasible"]
    flows: pd.Series
    school: pd.Series
    left_out: pd.DataFrame
    unserved: pd.Series
    unserved_bound: int
    load: pd.Series
    below_floor: pd.Series
    objective: float
    lower_bound: float
    gap: float
    proof: str
    prices: pd.Series
    digits: int
    programmes: int
    seed: int
    seconds: float

    def _repr_html_(self) -> str:
        return answer_card(self)


def assign_together(
    pupils: pd.Series,
    seats: pd.Series,
    cost: Numbers | pd.DataFrame | pd.Series,
    *,
    together: pd.Series,
    tiers: Sequence[str] | None = None,
    floors: pd.Series | None = None,
    gap: float = 1e-4,
    seed: int = 0,
    seconds: float = 60.0,
) -> TogetherAssignment:
    """
    Assign pupils of areas to seats of schools, with some of them kept together.

    What counts first is that as many pupils as possible have a seat (with
    tiers: of the first tier, then of the next, and so on), then that least
    numbers are missed by as few as possible, then the cost; all of it among the
    plans that keep every group whole. So one tier may cost another some seats:
    a family of three of the first takes the places of three of the second.

    Parameters
    ----------
    pupils, tiers, floors
        As in `assign`.
    seats
        As in `assign`.
    cost
        By `(area, school)` as in `assign`, or a matrix as in `assign_all_pairs`.
    together
        Pupils by `(group, area)`, or `(group, area, tier)` where there are
        tiers: how many pupils of that area are of that group. They are among
        `pupils`; all others are placed one by one. A group may be of several
        areas. A whole area is kept together if all of its pupils are a group.
    gap
        Share of the cost at which the search ends, in [0, 1); 0 looks for the
        very best plan.
    seed
        Seed of the solver's choices.
    seconds
        Time after which the best plan so far is given. It is reached by hard
        problems only; the first plan and its bound take their time whatever
        this is. Where it is reached, the plan depends on the machine.

    Returns
    -------
    assignment
        The flows, the school of each group, the groups without seats, and the
        bound. The order of rows decides nothing.

    Raises
    ------
    LabelError, MissingValueError, ValueError
        As in `assign`, and if a group names pupils that are not there.

    Notes
    -----
    The bound is by prices of seats (Lagrangian relaxation), from the flow in
    which groups may be split, but only between schools that hold all of them. Pairs that no better plan can hold by its
    prices are struck off, and HiGHS decides on the others. Where the groups
    cannot all be seated as the flow would seat them, and the problem is small
    (20,000 pairs), it is decided level by level; larger ones keep the bound.

    Examples
    --------
    Four of the thirty in the north are a family, and the south stays whole:

    >>> pupils, seats = pd.Series({"north": 30, "south": 20}), pd.Series({"hill": 25, "lake": 30})
    >>> cost = pd.Series({("north", "hill"): 5, ("north", "lake"): 12, ("south", "lake"): 4})
    >>> together = pd.Series({("family", "north"): 4, ("all of the south", "south"): 20})
    >>> answer = assign_together(pupils, seats, cost, together=together)
    >>> answer.school.to_dict()
    {'all of the south': 'lake', 'family': 'lake'}
    >>> answer.objective, answer.status
    (265.0, 'optimal')
    """
    began = time.perf_counter()
    if not seconds > 0:
        msg = f"`seconds` is a time above 0, got {seconds}."
        raise ValueError(msg)
    if not 0 <= gap < 1:
        msg = f"`gap` is a share in [0, 1), got {gap}."
        raise ValueError(msg)
    posed = pose(pupils, seats, cost, tiers=tiers, floors=floors)
    groups = group_problem.group_up(posed, pupils, together)
    found = find(groups, reach=(posed.reward - 1) // 2, gap=gap, seed=seed, seconds=seconds)
    plan, unit = found.plan, 10.0**posed.digits
    everybody = _placed(groups, found, posed)
    flows = flow_table(everybody, posed, pupils.index, seats.index)
    held = np.bincount(posed.problem.offers.school[everybody.pair], weights=everybody.flow, minlength=len(seats))
    load = to_table(held.astype(np.int64), posed.school, seats.index, "load")
    objective = float(everybody.flow @ posed.price[everybody.pair].astype(float))
    slack = 0.0 if counting.is_exact(posed.price, posed.digits) else float(everybody.flow.sum()) * 0.5 / unit
    exact = found.lower_bound == plan.cost and not slack
    lower_bound = objective if exact else min(objective, found.lower_bound / unit - slack)
    return TogetherAssignment(
        status="optimal" if found.decided else "feasible",
        flows=flows,
        school=_schools(groups, plan.school, seats.index[posed.school]),
        left_out=_left_out(groups, plan.school),
        unserved=to_table(plan.unserved, posed.row, pupils.index, "unserved"),
        unserved_bound=found.unserved_bound,
        load=load,
        below_floor=below_floors(floors, load),
        objective=objective,
        lower_bound=lower_bound,
        gap=(objective - lower_bound) / objective if objective > 0 else 0.0,
        proof=_proof(found, len(posed.price)),
        prices=to_table(found.relaxed.prices / unit, posed.school, seats.index, "price"),
        digits=posed.digits,
        programmes=found.programmes,
        seed=seed,
        seconds=time.perf_counter() - began,
    )


def _placed(groups: Groups, found: Found, posed: Posed) -> Placed:
    """Return who goes where, groups and all others."""
    flow, school, offers = found.plan.flow, found.plan.school, posed.problem.offers
    schools = len(posed.school)
    member = np.flatnonzero((school[groups.group] >= 0) & (groups.pupils > 0))
    row = groups.row[member]
    # offers are in the order of areas, and of schools in each
    area = np.repeat(np.arange(len(offers.first) - 1), np.diff(offers.first))
    pair = np.searchsorted(
        area * schools + offers.school, posed.problem.area[row] * schools + school[groups.group[member]]
    )
    rows, pairs = np.concatenate([flow.row, row]), np.concatenate([flow.pair, pair])
    key, place = np.unique(rows * max(len(offers.school), 1) + pairs, return_inverse=True)
    many = np.bincount(place, weights=np.concatenate([flow.flow, groups.pupils[member]]), minlength=len(key))
    last = np.empty(len(key), dtype=np.int64)
    last[place] = np.arange(len(place))
    return Placed(rows[last], pairs[last], many.astype(np.int64))


def _schools(groups: Groups, school: Whole, labels: pd.Index) -> pd.Series:
    """Return the school of each group by label, missing where it has none."""
    names = np.full(len(school), None, dtype=object)
    seated = np.flatnonzero(school >= 0)
    for group in seated:
        names[group] = labels[school[group]]
    return pd.Series(names, index=groups.names, name="school", dtype=object)


def _left_out(groups: Groups, school: Whole) -> pd.DataFrame:
    """Return the groups without seats, and why."""
    out = np.flatnonzero((school < 0) & (groups.size > 0))
    return pd.DataFrame(
        {
            "pupils": groups.size[out],
            "reason": pd.Series([group_problem.reason(groups, int(group)) for group in out], dtype=str).to_numpy(),
        },
        index=groups.names[out],
    )


def _proof(found: Found, pairs: int) -> str:
    """Say why the bound is one."""
    if found.in_order:
        return f"Decided level by level by a mixed-integer programme over all {pairs:,} pairs (HiGHS)."
    if found.decided and found.programmes == 0:
        return f"At its prices of seats no plan that keeps groups whole is cheaper, over all {pairs:,} pairs."
    if found.decided:
        return (
            f"By prices of seats over all {pairs:,} pairs no better plan holds other pairs than the few that are left, "
            "and of these a mixed-integer programme (HiGHS) finds none better."
        )
    return f"A bound by prices of seats over all {pairs:,} pairs, and by a mixed-integer programme (HiGHS)."
