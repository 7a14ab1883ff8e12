"""Which way a siting problem is solved, and what its scenarios cost alone."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from schoolmap.optimize.location import gap_of
from schoolmap.optimize.siting import apart
from schoolmap.optimize.siting import exact
from schoolmap.optimize.siting import model as siting_model
from schoolmap.optimize.siting import search
from schoolmap.optimize.siting.answer import Found
from schoolmap.optimize.siting.formulation import formulate
from schoolmap.optimize.siting.lagrangian import Bound
from schoolmap.optimize.siting.lagrangian import Ledger
from schoolmap.optimize.siting.lagrangian import raise_bound
from schoolmap.optimize.siting.part import part_of
from schoolmap.optimize.siting.program import as_start
from schoolmap.optimize.siting.program import classes_of
from schoolmap.optimize.siting.recourse import settle
from schoolmap.optimize.siting.relaxed import relax
from schoolmap.optimize.siting.responses import respond
from schoolmap.optimize.siting.states import states_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from schoolmap.optimize.siting.model import Model
    from schoolmap.optimize.siting.program import Program
    from schoolmap.optimize.siting.relaxed import Relaxation

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]

SMALL = 4_000
"""Up to so many ways in all scenarios and periods, branch and cut alone is the fastest."""
WIDE = 10_000
"""With more ways than this, a plan is also improved part by part where branch and cut is not done in half of the time."""
NEAR = 0.005
"""The best plan is looked for at first within this share of the bound."""
EFFORT = 0.03
"""Share of its time in which branch and cut may look for plans itself."""
MIDDLE = 40_000
"""With more ways than this, a plan is looked for part by part before branch and cut."""
LARGE = 80_000
"""With more columns than this, branch and cut does not get beyond its first bound in time."""
ROUNDS = 1500
"""Rounds of the relaxation."""
ANSWERS = 50
"""Changes of courses that are tried at most."""
TURNS, LEAST = 6, 1e-4
"""Turns of the search of a large problem at most, and the share of the cost that one has to save."""
WIDTH = 0.01
"""Measures are worth deciding on whose best course costs at most this share more than the bound."""


def find(model: Model, *, gap: float, seed: int, deadline: float) -> Found:
    """
    Return the cheapest plan by position.

    Parameters
    ----------
    model
        The problem by position.
    gap, seed
        As in `site.site`.
    deadline
        Time of the clock at which to end.
    """
    parts = apart.parts_of(model)
    if len(parts) == 1:
        return _whole(model, gap=gap, seed=seed, deadline=deadline)
    free = apart.without_budget(model)
    limited = bool(np.isfinite(model.budget).any() or np.isfinite(model.total_budget))
    found = _in_parts(free, parts, gap=gap, seed=seed, deadline=_part_of_time(deadline, 0.4 if limited else 1.0))
    if not limited or apart.keeps_budget(model, found.classes):
        return found
    whole = _whole(model, gap=gap, seed=seed, deadline=deadline)
    # without the budget nothing costs more
    return whole if whole.bound >= found.bound else whole._replace(bound=found.bound, proof=found.proof)


def _in_parts(model: Model, parts: list[Whole], *, gap: float, seed: int, deadline: float) -> Found:
    """Return the cheapest plan of parts that share nothing, each decided on its own."""
    classes = model.decided.copy()
    nobody = np.zeros((*model.demand.shape[:2], len(model.arc_row)))
    reached = np.bincount(model.arc_row, minlength=len(model.rows)) > 0
    parts = [part for part in parts if reached[part].any()]
    sizes = [_size_of(model, part) for part in parts]
    open_, variables, rows, proof = 0.0, 0, 0, ""
    for turn, part in enumerate(parts):
        share = sizes[turn] / max(sum(sizes[turn:]), 1)
        one = part_of(model, part, model.decided, nobody)
        found = _whole(one.model, gap=gap, seed=seed, deadline=_part_of_time(deadline, share))
        classes[one.measures] = found.classes
        open_ += max(found.objective - found.bound, 0.0)
        variables, rows = variables + found.variables, rows + found.rows
        proof = proof or found.proof
    recourse = settle(model, classes)
    objective = float(model.weights @ recourse.by_scenario)
    return Found(
        classes=classes,
        recourse=recourse,
        objective=objective,
        bound=objective - open_,
        proof=f"{len(parts)} parts that share no school, each by itself. {proof}".strip(),
        variables=variables,
        rows=rows,
    )


def _whole(model: Model, *, gap: float, seed: int, deadline: float) -> Found:
    """Return the cheapest plan of a problem that is decided on at once."""
    states = states_of(model) if number_of_columns(model) > SMALL else None
    if states is None:
        return _by_branching(model, gap=gap, seed=seed, deadline=deadline)
    ledger = Ledger(model, states)
    size = number_of_columns(model)
    large = size > MIDDLE
    plan = search.Plan(model.decided, search.cost_of(model, model.decided))
    relaxed = relax(model, deadline=_part_of_time(deadline, 0.4))
    courses = ledger.ask(relaxed.price)
    bound = Bound(courses.bound, relaxed.price, courses.classes)
    if not relaxed.complete:
        ends = _part_of_time(deadline, 0.2)
        again = raise_bound(ledger, goal=plan.cost, rounds=ROUNDS, deadline=ends)
        bound = max(bound, again, key=lambda one: one.bound)
    lower, program = bound.bound, None
    proof = "Lagrangian relaxation: every school decides for itself, at prices of seats that make them agree."
    if not large:
        # a plan so near the bound has only measures that are allowed then
        most = bound.bound + NEAR * abs(bound.bound)
        answer, program = _among(ledger, bound, relaxed, most=most, gap=gap, seed=seed, deadline=deadline)
        lower = max(lower, min(answer.bound, most))
        plan = min(plan, _plan_of(model, program, answer), key=lambda one: one.cost)
    if program is None or gap_of(plan.cost, lower) > gap:
        plan = min(plan, _plan_at(ledger, bound, deadline=_part_of_time(deadline, 0.3)), key=lambda one: one.cost)
        if large:
            ends = deadline if size > LARGE else _part_of_time(deadline, 0.5)
            plan = _in_turns(ledger, bound, plan, gap=gap, seed=seed, deadline=ends)
        limits = ledger.allowed(bound.price, plan.cost)
        program = formulate(model, limits=limits, strong=relaxed.cuts)
        if gap_of(plan.cost, lower) > gap and len(program.cost) <= LARGE:
            answer, program = _among(
                ledger, bound, relaxed, most=plan.cost, gap=gap, seed=seed, deadline=deadline, plan=plan
            )
            # what was left out costs as much as the plan at least
            lower = max(lower, min(answer.bound, plan.cost))
            plan = min(plan, _plan_of(model, program, answer), key=lambda one: one.cost)
    if lower > bound.bound:
        proof = "Branch and cut by HiGHS, without what Lagrangian relaxation had ruled out."
    return as_found(model, plan.classes, lower, program, proof=proof)


def _among(
    ledger: Ledger,
    bound: Bound,
    relaxed: Relaxation,
    *,
    most: float,
    gap: float,
    seed: int,
    deadline: float,
    plan: search.Plan | None = None,
) -> tuple[exact.Answer, Program]:
    """Return the best of the plans that cost at most so much, by branch and cut, and the programme."""
    program = formulate(ledger.model, limits=ledger.allowed(bound.price, most), strong=relaxed.cuts)
    answer = exact.solve(
        program,
        gap=gap,
        seed=seed,
        # where nothing costs so little, there is time for what costs more
        seconds=(deadline if plan else _part_of_time(deadline, 0.6)) - time.perf_counter(),
        start=as_start(program, plan.classes) if plan else None,
        heuristics=EFFORT,
    )
    return answer, program


def _plan_of(model: Model, program: Program, answer: exact.Answer) -> search.Plan:
    """Return the plan of an answer; what is decided where there is none."""
    classes = model.decided if answer.solution is None else classes_of(program, answer.solution, model)
    return search.Plan(classes, search.cost_of(model, classes))


def _plan_at(ledger: Ledger, bound: Bound, *, deadline: float) -> search.Plan:
    """Return the plan that follows from prices, by answers to what it costs."""
    model = ledger.model
    begin = bound.classes if _keeps(model, bound.classes) else model.decided
    return respond(ledger, begin, keeps=lambda classes: _keeps(model, classes), rounds=ANSWERS, deadline=deadline)


def _by_branching(model: Model, *, gap: float, seed: int, deadline: float) -> Found:
    """Return the cheapest plan by branch and cut, and where it is large and not done in half of the time, part by part."""
    large = number_of_columns(model) > WIDE
    ends = _part_of_time(deadline, 0.5) if large else deadline
    found = branch(model, model.decided, gap=gap, seed=seed, deadline=ends)
    if found is None:
        msg = "No plan was found, though what is decided is one. Please report this problem with its tables."
        raise RuntimeError(msg)
    if not large or gap_of(found.objective, found.bound) <= gap:
        return found
    goal = found.bound / (1 - gap)
    plan = search.improve(model, found.classes, seed=seed, deadline=deadline, goal=goal, sub_gap=max(gap / 2, 1e-3))
    if plan.cost >= found.objective:
        return found
    recourse = settle(model, plan.classes)
    objective = float(model.weights @ recourse.by_scenario)
    return found._replace(classes=plan.classes, recourse=recourse, objective=objective)


def branch(
    model: Model, begin: Whole, *, gap: float, seed: int, deadline: float, most_cost: Real | None = None
) -> Found | None:
    """Return the cheapest plan by branch and cut alone, or `None` if no plan costs so little."""
    program = formulate(model, most_cost=most_cost)
    answer = exact.solve(
        program,
        gap=gap,
        seed=seed,
        seconds=deadline - time.perf_counter(),
        start=as_start(program, begin),
    )
    if answer.impossible:
        return None
    classes = begin if answer.solution is None else classes_of(program, answer.solution, model)
    return as_found(model, classes, answer.bound, program, proof="Branch and cut by HiGHS over all years at once.")


def _in_turns(
    ledger: Ledger, bound: Bound, plan: search.Plan, *, gap: float, seed: int, deadline: float
) -> search.Plan:
    """Return a better plan of a large problem: part by part, and by answers to prices, in turns."""
    model = ledger.model
    goal = bound.bound / (1 - gap)
    for turn in range(TURNS):
        before = plan.cost
        _, most = ledger.allowed(bound.price, max(bound.bound * (1 + WIDTH), 2 * bound.bound - plan.cost))
        plan = search.improve(
            model,
            plan.classes,
            seed=seed + turn,
            deadline=deadline,
            goal=goal,
            likely=np.asarray(most.any(axis=1)),
            sub_gap=max(gap / 2, 1e-3),
            sweeps=1,
        )
        if plan.cost <= goal or time.perf_counter() > deadline:
            break
        # what parts cannot see: courses far apart that hang together
        plan = respond(
            ledger,
            plan.classes,
            keeps=lambda classes: _keeps(model, classes),
            rounds=ANSWERS // 2,
            deadline=deadline,
        )
        if before - plan.cost <= LEAST * plan.cost:
            break
    return plan


def _keeps(model: Model, classes: Whole) -> bool:
    """Return whether classes keep to plots, groups, budgets and rooms that there are."""
    added, taken = siting_model.added_of(model, classes)
    spent = siting_model.capital_of(model, classes).sum(axis=0)
    used = classes.any(axis=1)
    groups = np.bincount(model.group[(model.group >= 0) & used], minlength=1)
    plots = all(
        classes[model.plot == plot].sum(axis=0).max(initial=0) <= room for plot, room in enumerate(model.plot_room)
    )
    return bool(
        plots
        and groups.max() <= 1
        and (spent <= model.budget).all()
        and spent.sum() <= model.total_budget
        and (model.seats - model.others + added - taken >= 0).all()
    )


def number_of_columns(model: Model) -> int:
    """Return about how many columns a programme of all ways has."""
    return int(np.count_nonzero(model.demand[:, :, model.arc_row]))


def _size_of(model: Model, part: Whole) -> int:
    """Return about how many columns a programme of some rows has."""
    return int(np.isin(model.arc_row, part).sum() * model.demand.shape[0] * len(model.years))


def _part_of_time(deadline: float, share: float) -> float:
    now = time.perf_counter()
    return now + share * max(deadline - now, 0.0)


def as_found(model: Model, classes: Whole, bound: float, program: Program, *, proof: str) -> Found:
    """Return a plan with what follows from its classes."""
    recourse = settle(model, classes)
    return Found(
        classes=classes,
        recourse=recourse,
        objective=float(model.weights @ recourse.by_scenario),
        bound=bound,
        proof=proof,
        variables=len(program.cost),
        rows=len(program.row_upper),
    )


def alone_model(model: Model, scenario: int) -> Model:
    """Return the problem of one scenario."""
    one = slice(scenario, scenario + 1)
    return replace(
        model,
        scenarios=model.scenarios[one],
        weights=np.ones(1),
        demand=model.demand[one],
        seats=model.seats[one],
        others=model.others[one],
    )
