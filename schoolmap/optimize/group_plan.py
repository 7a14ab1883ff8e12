"""
The search for a plan that keeps groups whole: a bound from the flow, a choice for the groups, a flow for the rest.

The flow that may split groups is the bound (Lagrangian relaxation of what holds
a group together). Its prices leave few pairs in doubt; a mixed-integer
programme decides them, first among the most likely and then among all that a
better plan could hold. With the groups in place everybody else is placed by a
flow again, in whole pupils.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from schoolmap.optimize.counting import Offers
from schoolmap.optimize.flow import cheapest_flow
from schoolmap.optimize.group_programme import choose
from schoolmap.optimize.group_programme import choose_in_order
from schoolmap.optimize.group_programme import surplus
from schoolmap.optimize.prices import FAR

if TYPE_CHECKING:
    from schoolmap.optimize.counting import Whole
    from schoolmap.optimize.flow import Flow
    from schoolmap.optimize.group_problem import Groups
    from schoolmap.optimize.group_programme import Surplus

IN_DOUBT = 20_000
"""Pairs that the first programme decides on; in later ones up to `_MOST` times as many."""

_MOST = 8
"""See `IN_DOUBT`."""

_TURNS = 4
"""Programmes at most."""

_CHEAP = 2_000_000
"""Up to so many pairs, several charges are tried for the bound where more are left without a seat than the flow leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    A plan that keeps groups whole.

    Attributes
    ----------
    school
        By group; -1 for none.
    flow
        Those who are of no group; its pairs are those of `Groups.free`.
    total, cost
        What everything costs, with and without charges.
    unserved
        Pupils without a seat by row, those of groups too.
    """

    school: Whole
    flow: Flow
    total: int
    cost: int
    unserved: Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """
    The best plan, and how far it is from the best possible.

    Attributes
    ----------
    plan
        The best plan.
    relaxed
        The flow that may split groups.
    lower_bound
        No plan that leaves as few without a seat costs less.
    unserved_bound
        No plan leaves fewer without a seat.
    decided
        Whether no plan is better by more than the gap that is asked.
    in_order
        Whether it was decided level by level, over all pairs.
    programmes
        How many there were.
    """

    plan: Plan
    relaxed: Flow
    lower_bound: int
    unserved_bound: int
    decided: bool
    in_order: bool
    programmes: int


def find(groups: Groups, *, reach: int, gap: float, seed: int, seconds: float, in_doubt: int = IN_DOUBT) -> Found:
    """
    Find the best plan that keeps groups whole.

    Parameters
    ----------
    groups
        The problem.
    reach
        What a rearrangement of one pupil costs at most. A plan that is no more than this above the bound leaves as few
        without a seat as can be.
    gap, seed, seconds
        Share of the cost at which the search ends, seed of the solver's choices, and time after which nothing new is
        begun.
    in_doubt
        Pairs that the first programme decides on.
    """
    ends = time.perf_counter() + seconds
    relaxed = cheapest_flow(groups.relaxed)
    above = surplus(groups, relaxed.prices)
    bound = above.bound
    least = int(relaxed.unserved.sum())
    best = _place(groups, above, _first_choice(groups, above, relaxed), least=least)
    lower, solved, programmes = bound, (-1, -1), 0
    while best.total - lower > gap * best.cost and programmes < _TURNS and time.perf_counter() < ends:
        # no better plan has a pair with a larger surplus
        most, pairs = best.total - bound, in_doubt * (_MOST if programmes else 1)
        limits = (
            min(most, _limit(above.group[above.group < FAR], pairs)),
            min(most, _limit(above.pair, pairs)),
        )
        if limits == solved:
            break
        programmes, solved = programmes + 1, limits
        choice = choose(
            groups,
            above,
            best.school,
            limits=limits,
            seed=seed,
            seconds=(ends - time.perf_counter()) / 2,
            error=gap * best.cost / 2,
        )
        plan = _place(groups, above, choice.school, least=least)
        best = min(best, plan, key=lambda one: one.total)
        # a plan with none of these pairs has one with a larger surplus
        lower = max(lower, min(bound + int(choice.bound), bound + min(limits) + 1, best.total))
    if int(best.unserved.sum()) > least:
        best = min(best, place(groups, above, best.school, FAR), key=lambda one: one.total)
    if best.total - relaxed.total <= reach:
        return Found(
            plan=best,
            relaxed=relaxed,
            # as few are without a seat as can be, so that what is left to save is cost
            lower_bound=best.cost - (best.total - lower),
            unserved_bound=int(best.unserved.sum()),
            decided=best.total - lower <= gap * best.cost,
            in_order=False,
            programmes=programmes,
        )
    return _in_order(groups, above, best, relaxed, programmes, in_doubt=in_doubt, gap=gap, seed=seed, ends=ends)


def _in_order(
    groups: Groups,
    above: Surplus,
    best: Plan,
    relaxed: Flow,
    programmes: int,
    *,
    in_doubt: int,
    gap: float,
    seed: int,
    ends: float,
) -> Found:
    """Return the best plan where more are left without a seat than if groups were split: it may not be for nothing."""
    pairs = int((above.group < FAR).sum()) + len(groups.free.offers.cost)
    least = int(relaxed.unserved.sum())
    seconds = ends - time.perf_counter()
    if pairs <= in_doubt and seconds > 0:
        choice = choose_in_order(groups, above, best.school, seed=seed, seconds=seconds, error=gap * best.cost / 2)
        plan = place(groups, above, choice.school, FAR)
        if choice.decided:
            return Found(
                plan=plan,
                relaxed=relaxed,
                lower_bound=min(plan.cost, int(choice.bound)) if gap > 0 else plan.cost,
                unserved_bound=int(plan.unserved.sum()),
                decided=True,
                in_order=True,
                programmes=programmes + 1,
            )
        best = min(best, plan, key=lambda one: _standing(groups, one))
    return Found(
        plan=best,
        relaxed=relaxed,
        lower_bound=min(best.cost, _bound_by_charge(groups, int(best.unserved.sum()))),
        unserved_bound=least,
        decided=False,
        in_order=False,
        programmes=programmes,
    )


def _standing(groups: Groups, plan: Plan) -> tuple[int, ...]:
    """Return what counts first: those without a seat by tier, then all charges, then the cost."""
    tiers = np.unique(groups.free.without)[::-1]
    short = [int(plan.unserved[groups.free.without == charge].sum()) for charge in tiers]
    return (*short, plan.total, plan.cost)


def _place(groups: Groups, above: Surplus, school: Whole, *, least: int) -> Plan:
    """Return the plan for this choice over the pairs with a small surplus, or over more where that leaves more without."""
    for pairs in (_MOST * IN_DOUBT, _CHEAP):
        plan = place(groups, above, school, _limit(above.pair, pairs))
        if int(plan.unserved.sum()) <= least or len(above.pair) > _CHEAP:
            break
    return plan


def place(groups: Groups, above: Surplus, school: Whole, limit: int) -> Plan:
    """Return the plan in which each group has this school, and all others go where it costs least."""
    free = groups.free
    placed = school >= 0
    held = np.bincount(school[placed], weights=groups.size[placed], minlength=free.room.shape[1]).astype(np.int64)
    # groups take the cheap kinds of seats first
    before = np.cumsum(free.room, axis=0) - free.room
    used = np.clip(held - before, 0, free.room)
    kept = np.flatnonzero(above.pair <= limit)
    area = np.searchsorted(free.offers.first, kept, side="right") - 1
    first = np.concatenate([[0], np.cumsum(np.bincount(area, minlength=len(free.offers.first) - 1))])
    offers = Offers(first=first.astype(np.int64), school=free.offers.school[kept], cost=free.offers.cost[kept])
    flow = cheapest_flow(replace(free, offers=offers, room=free.room - used))
    flow = replace(flow, pair=kept[flow.pair])
    paid = int(groups.cost[np.flatnonzero(placed), school[placed]].sum())
    unserved = flow.unserved.copy()
    outside = ~placed[groups.group]
    np.add.at(unserved, groups.row[outside], groups.pupils[outside])
    total = flow.total + paid + int(groups.without[~placed].sum()) + int(free.toll @ used.sum(axis=1))
    cost = paid + int(flow.flow @ free.offers.cost[flow.pair])
    return Plan(school=school, flow=flow, total=total, cost=cost, unserved=unserved)


def _limit(each: Whole, pairs: int) -> int:
    """Return the largest of these surpluses such that about so many that are not free have no more."""
    larger = each[each > 0]
    if len(larger) <= pairs:
        return FAR - 1
    return int(np.partition(larger, pairs)[pairs])


def _first_choice(groups: Groups, above: Surplus, relaxed: Flow) -> Whole:
    """Return a school for each group: where the flow has all of it, or else, the largest first, where it fits best."""
    schools, rows = groups.free.room.shape[1], len(groups.free.pupils)
    of_parts = relaxed.row >= rows
    group = groups.part[relaxed.row[of_parts] - rows]
    share = np.zeros((len(groups.size), schools), dtype=np.int64)
    np.add.at(share, (group, groups.relaxed.offers.school[relaxed.pair[of_parts]]), relaxed.flow[of_parts])
    whole = (share == groups.size[:, None]) & (groups.size > 0)[:, None]
    choice = np.full(len(groups.size), -1)
    kept, there = np.nonzero(whole)
    choice[kept] = there
    left = groups.free.room.sum(axis=0)
    left = left - np.bincount(choice[choice >= 0], weights=groups.size[choice >= 0], minlength=schools).astype(np.int64)
    rest = np.flatnonzero((choice < 0) & (above.group < FAR).any(axis=1))
    for number in rest[np.lexsort((rest, -groups.size[rest]))]:
        possible = np.where(left >= groups.size[number], above.group[number], FAR)
        best = int(possible.argmin())
        if possible[best] < FAR:
            choice[number] = best
            left[best] -= groups.size[number]
    return choice


def _bound_by_charge(groups: Groups, unserved: int) -> int:
    """Return what no plan undercuts that leaves at most so many without a seat, by one charge for all of them."""
    problem = groups.relaxed
    room = problem.room.sum(axis=0)[None, :]
    dearest = int(problem.offers.cost.max(initial=0)) + 1
    best = 0
    for charge in (dearest, 2 * dearest, 4 * dearest) if len(problem.offers.cost) <= _CHEAP else (dearest,):
        alike = replace(
            problem,
            without=np.full(len(problem.pupils), charge),
            room=room,
            toll=np.zeros(1, dtype=np.int64),
        )
        best = max(best, cheapest_flow(alike).total - charge * unserved)
    return best
