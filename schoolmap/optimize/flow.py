"""
The cheapest flow of pupils to seats over all allowed pairs, without giving all of them to a solver.

There are two ways. In rounds, the solver is given a few pairs for each area; the
prices of seats that its flow implies tell which of the other pairs would make
it cheaper, and these are added, until there are none (column generation for the
transportation problem, Ford and Fulkerson, 1958, with the minimum cost flow of
OR-Tools inside). By chains, where many areas share few schools: see
`chain_kernel`. In both, what is found is proven afterwards: from the flow alone
come prices of seats, and from the prices alone a bound over every pair.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from schoolmap.optimize.counting import Offers
from schoolmap.optimize.prices import bound
from schoolmap.optimize.prices import seat_prices
from schoolmap.optimize.prices import seat_values

if TYPE_CHECKING:
    from schoolmap.optimize.counting import Whole

ALL_AT_ONCE = 150_000
"""Up to this many pairs are all given to the solver; more are added as they are needed."""

SAMPLE = 1_000
"""Where there are more areas than this, first prices are worked out from a part of them."""

_ONE_IN = 8
"""One area in so many is in that part."""

_MORE = 6
"""Pairs that each area begins with, and that are added at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """
    Pupils, seats and what each pair costs, in whole numbers.

    Attributes
    ----------
    offers
        Allowed pairs by area, with costs as whole numbers.
    area, pupils, without
        By row of pupils: its area, how many there are, and what one without a seat is charged.
    room, toll
        Seats by kind (rows) and school (columns), and what a seat of each kind is charged, cheap kinds first.
    """

    offers: Offers
    area: Whole
    pupils: Whole
    without: Whole
    room: Whole
    toll: Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """A flow that is not proven yet; as in `Flow`."""

    row: Whole
    pair: Whole
    flow: Whole
    unserved: Whole
    rounds: int
    arcs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """
    The cheapest flow, and what proves it.

    Attributes
    ----------
    row, pair, flow
        The arcs with pupils: row of pupils, number of the offer, and how many pupils.
    unserved
        Pupils without a seat by row.
    load
        Pupils by school.
    prices, worth
        By school: what one seat less would cost, and what one more would save.
    total, lower_bound
        What everything costs, charges included, and what no flow undercuts.
    rounds, arcs
        How often the solver was asked, and how many pairs it was given at last; 0 if it was done by chains of moves.
    """

    row: Whole
    pair: Whole
    flow: Whole
    unserved: Whole
    load: Whole
    prices: Whole
    worth: Whole
    total: int
    lower_bound: int
    rounds: int
    arcs: int


def cheapest_flow(
    problem: Problem, *, all_at_once: int = ALL_AT_ONCE, sample: int = SAMPLE, chains: bool = True
) -> Flow:
    """
    Return the cheapest flow over all pairs, proven.

    Parameters
    ----------
    problem
        What is asked.
    all_at_once, sample, chains
        How it is gone about; the answer costs the same whatever they are. With
        `chains`, large problems without kinds of seats and of pupils are solved
        by chains of moves and not by rounds.
    """
    # compiled where it is used: a plan that assigns nobody does not wait for it
    from schoolmap.optimize import pricing_kernel as kernel  # noqa: PLC0415

    offers, schools = problem.offers, problem.room.shape[1]
    plan = None
    if chains and len(offers.cost) > all_at_once and _is_plain(problem):
        plan = _by_chains(problem, _guess(problem, all_at_once=all_at_once, sample=sample, chains=chains))
    if plan is None:
        plan = _by_rounds(problem, all_at_once=all_at_once, sample=sample)
    columns = (offers.first, offers.school, offers.cost)
    taken = (plan.row, plan.pair, np.flatnonzero(plan.unserved))
    moves = kernel.moves(
        columns, np.ones(len(offers.cost), dtype=bool), (problem.area, problem.without), taken, schools
    )
    load = _load(problem, plan)
    seats = {"load": load, "room": problem.room, "toll": problem.toll}
    prices = seat_prices(moves, **seats, dearest=int(problem.without.max(initial=0)))
    least = kernel.least_of_areas(columns, prices)
    filled = np.clip(load - np.cumsum(problem.room, axis=0) + problem.room, 0, problem.room)
    paid = int(plan.flow @ offers.cost[plan.pair]) + int(plan.unserved @ problem.without)
    total = paid + int(problem.toll @ filled.sum(axis=1))
    people = {"least": least[problem.area], "without": problem.without, "pupils": problem.pupils}
    lower_bound = bound(prices, **people, room=problem.room, toll=problem.toll)
    if total != lower_bound:  # pragma: no cover - the prices of a cheapest flow prove it
        msg = f"The flow costs {total}, but its prices prove no more than {lower_bound}. This is a fault of schoolmap."
        raise RuntimeError(msg)
    return Flow(
        row=plan.row,
        pair=plan.pair,
        flow=plan.flow,
        unserved=plan.unserved,
        load=load,
        prices=prices,
        worth=seat_values(moves, **seats),
        total=total,
        lower_bound=lower_bound,
        rounds=plan.rounds,
        arcs=plan.arcs,
    )


def _is_plain(problem: Problem) -> bool:
    """Say whether all seats of a school, and all pupils of an area, are alike."""
    alike = len(problem.pupils) == len(problem.offers.first) - 1
    return alike and len(problem.toll) == 1 and problem.toll[0] == 0


def _load(problem: Problem, plan: _Plan) -> Whole:
    """Return pupils by school."""
    school = problem.offers.school[plan.pair]
    return np.bincount(school, weights=plan.flow, minlength=problem.room.shape[1]).astype(np.int64)


def _by_chains(problem: Problem, prices: Whole) -> _Plan | None:
    """Return the cheapest plan by chains of moves, or None if areas would be split too often."""
    from schoolmap.optimize import chain_kernel  # noqa: PLC0415

    offers, schools = problem.offers, problem.room.shape[1]
    columns = (offers.first, offers.school, offers.cost)
    spare = len(problem.pupils) + 100 * schools + 1000
    done, row, pair, flow, unserved = chain_kernel.improve(
        columns, problem.pupils, problem.without, problem.room[0], prices, spare
    )
    return _Plan(row=row, pair=pair, flow=flow, unserved=unserved, rounds=0, arcs=0) if done else None


def _by_rounds(problem: Problem, *, all_at_once: int, sample: int) -> _Plan:
    """Return the cheapest plan by a solver that is given more pairs until none is missing."""
    from schoolmap.optimize import pricing_kernel as kernel  # noqa: PLC0415

    offers, schools = problem.offers, problem.room.shape[1]
    columns = (offers.first, offers.school, offers.cost)
    # what an area can gain at most is told by those of its pupils who are charged most
    most = np.zeros(len(offers.first) - 1, dtype=np.int64)
    here = problem.pupils > 0
    np.maximum.at(most, problem.area[here], problem.without[here])
    chosen = np.full(len(offers.cost), len(offers.cost) <= all_at_once)
    if not chosen.all():
        guess = _guess(problem, all_at_once=all_at_once, sample=sample, chains=False)
        kernel.add_cheapest(columns, guess, most, _MORE, chosen)
    rounds = 0
    while True:
        rounds += 1
        rows, pairs = kernel.arcs_of_rows(offers.first, chosen, problem.area)
        flow, unserved = _solve(problem, rows, pairs)
        used, arcs = flow > 0, len(rows)
        plan = _Plan(row=rows[used], pair=pairs[used], flow=flow[used], unserved=unserved, rounds=rounds, arcs=arcs)
        if chosen.all():
            return plan
        taken = (plan.row, plan.pair, np.flatnonzero(unserved))
        moves = kernel.moves(columns, chosen, (problem.area, problem.without), taken, schools)
        seats = {"load": _load(problem, plan), "room": problem.room, "toll": problem.toll}
        prices = seat_prices(moves, **seats, dearest=int(problem.without.max(initial=0)))
        best = np.minimum(kernel.least_chosen(columns, prices, chosen), most)
        if kernel.add_cheapest(columns, prices, best, _MORE, chosen) == 0:
            return plan


def _solve(problem: Problem, rows: Whole, pairs: Whole) -> tuple[Whole, Whole]:
    """Return the cheapest flow on these arcs, and who has no seat."""
    # OR-Tools takes a second to load
    from ortools.graph.python import min_cost_flow  # noqa: PLC0415

    # nodes in the order of their labels: rows, schools, then the one where every pupil ends, with a seat or without
    count, schools = len(problem.pupils), problem.room.shape[1]
    end = count + schools
    number, school = np.arange(count), np.arange(schools)
    solver = min_cost_flow.SimpleMinCostFlow()
    offers = problem.offers
    arcs = solver.add_arcs_with_capacity_and_unit_cost(
        rows, count + offers.school[pairs].astype(np.int64), problem.pupils[rows], offers.cost[pairs]
    )
    everybody = int(problem.pupils.sum())
    for room, toll in zip(problem.room, problem.toll, strict=True):
        solver.add_arcs_with_capacity_and_unit_cost(
            count + school, np.full(schools, end), np.minimum(room, everybody), np.full(schools, toll)
        )
    without = solver.add_arcs_with_capacity_and_unit_cost(number, np.full(count, end), problem.pupils, problem.without)
    solver.set_nodes_supplies(np.append(number, end), np.append(problem.pupils, -everybody))
    if solver.solve() != solver.OPTIMAL:  # pragma: no cover - there is always an answer: nobody has a seat
        msg = "The solver found no assignment, although leaving everybody without a seat is one."
        raise RuntimeError(msg)
    return solver.flows(arcs), solver.flows(without)


def _guess(problem: Problem, *, all_at_once: int, sample: int, chains: bool) -> Whole:
    """Return first prices: those of a part of the areas that stand for all, or none where areas are few."""
    offers = problem.offers
    areas = len(offers.first) - 1
    if areas <= sample:
        return np.zeros(problem.room.shape[1], dtype=np.int64)
    taken = np.zeros(areas, dtype=bool)
    taken[::_ONE_IN] = True
    length = np.diff(offers.first)
    pairs = np.repeat(taken, length)
    rows = taken[problem.area]
    pupils = problem.pupils[rows]
    share = problem.pupils.sum() / max(pupils.sum(), 1)
    part = Problem(
        offers=Offers(
            first=np.concatenate([[0], np.cumsum(length[taken])]),
            school=offers.school[pairs],
            cost=offers.cost[pairs],
        ),
        area=(np.cumsum(taken) - 1)[problem.area[rows]],
        pupils=np.rint(pupils * share).astype(np.int64),
        without=problem.without[rows],
        room=problem.room,
        toll=problem.toll,
    )
    return cheapest_flow(part, all_at_once=all_at_once, sample=sample, chains=chains).prices
