"""The states that a section may be in, by the classes of its measures, and what it costs to go from one to another."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from schoolmap.optimize.siting.model import Model

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]
    Flag = npt.NDArray[np.bool_]

MOST_STATES = 200
"""A section with more states is not walked through."""


class States(NamedTuple):
    """
    States of all sections, one after the other; the first of each is where it begins.

    `classes`, and whether they are `begun`, by state and turn of the measure at the section, `measure` by
    section and turn, or -1. `allowed` says by period where a section may be;
    `move_last` is the last period in which a move may be made.
    """

    first: Whole
    added: Real
    yearly: Real
    allowed: Flag
    classes: Whole
    begun: Whole
    measure: Whole
    move_first: Whole
    move_cost: Real
    move_last: Whole


def states_of(model: Model) -> States | None:
    """
    Return the states of every section, or `None` if there are too many.

    What couples sections (rooms taken elsewhere, plots, groups, budgets) is left
    out: courses cost less without it, so that a bound stays one. Of the land of a
    plot, each measure there pays its part: together no more than is paid once.
    """
    sections = len(model.sections)
    at = [np.flatnonzero(model.section == section) for section in range(sections)]
    most = max((len(here) for here in at), default=0)
    parts = []
    for here in at:
        ladders = [_ladder(model, int(measure)) for measure in here]
        number = int(np.prod([len(ladder) for ladder in ladders])) if ladders else 1
        if number > MOST_STATES:
            return None
        parts.append(list(itertools.product(*ladders)))
    count = np.array([len(part) for part in parts], dtype=np.int64)
    first = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    classes = np.zeros((first[-1], max(most, 1)), dtype=np.int64)
    begun = np.zeros_like(classes)
    measure = np.full((sections, max(most, 1)), -1, dtype=np.int64)
    added, yearly = np.zeros(first[-1]), np.zeros(first[-1])
    allowed = np.ones((len(model.years), first[-1]), dtype=bool)
    period = np.arange(len(model.years))[:, None]
    costs, lasts = [], []
    seats, run = model.number("seats_per_class"), model.number("yearly_cost")
    for section, (here, part) in enumerate(zip(at, parts, strict=True)):
        low = first[section]
        table = np.array(part, dtype=np.int64).reshape(len(part), len(here), 2)
        measure[section, : len(here)] = here
        classes[low : low + len(part), : len(here)] = table[:, :, 0]
        begun[low : low + len(part), : len(here)] = table[:, :, 1]
        added[low : low + len(part)] = table[:, :, 0] @ seats[here]
        yearly[low : low + len(part)] = table[:, :, 0] @ run[here]
        opens = np.where(table[:, :, 1] > 0, model.first[here], 0).max(axis=1, initial=0)
        enough = (table[None, :, :, 0] >= model.decided[here].T[:, None]).all(axis=2)
        allowed[:, low : low + len(part)] = (opens <= period) & enough
        cost, last = _moves(model, here, table)
        costs.append(cost.ravel())
        lasts.append(last.ravel())
    return States(
        first=first,
        added=added,
        yearly=yearly,
        allowed=allowed,
        classes=classes,
        begun=begun,
        measure=measure,
        move_first=np.concatenate([[0], np.cumsum(count**2)]).astype(np.int64),
        move_cost=np.concatenate(costs),
        move_last=np.concatenate(lasts),
    )


def _ladder(model: Model, measure: int) -> list[tuple[int, int]]:
    """Return the classes that a measure may have, each with whether it is begun."""
    sizes = model.sizes[measure]
    begun = model.last[measure] >= model.first[measure] or model.decided[measure].any()
    if model.most[measure] == 0 or model.first[measure] >= len(model.years) or not begun:
        return [(0, 0)]
    numbers = sizes or tuple(range(int(model.least[measure]), int(model.most[measure]) + 1))
    paused = [] if model.lasting[measure] else [(0, 1)]
    return [(0, 0), *paused, *[(number, 1) for number in numbers]]


def _part_of_land(model: Model) -> Real:
    """Return what each measure pays for land; nothing where others buy it."""
    on = model.plot[model.plot >= 0]
    free = model.plot_bought == len(model.years)
    each = np.where(free, model.plot_cost, 0.0) / np.maximum(np.bincount(on, minlength=len(free)), 1)
    return np.where(model.plot >= 0, each[model.plot], 0.0) if len(each) else np.zeros(len(model.plot))


def _moves(model: Model, here: Whole, table: Whole) -> tuple[Real, Whole]:
    """Return what each move costs, infinite if it is not possible, and the last period in which it may be made."""
    number = len(table)
    cost = np.zeros((number, number))
    last = np.full((number, number), len(model.years), dtype=np.int64)
    fixed, each, switch = (model.number(name) for name in ("fixed_cost", "class_cost", "switch_cost"))
    fixed = fixed + _part_of_land(model)
    for turn, measure in enumerate(here):
        classes, begun = table[:, turn, 0], table[:, turn, 1]
        rise = classes[None, :] - classes[:, None]
        starts = (begun[None, :] > 0) & (begun[:, None] == 0)
        back = (begun[None, :] == 0) & (begun[:, None] > 0)
        # what is begun is used at once
        idle = starts & (classes[None, :] == 0)
        lasting = bool(model.lasting[measure])
        price = each[measure] + (0.0 if lasting else switch[measure])
        cost += np.maximum(rise, 0) * price + starts * fixed[measure]
        cost[back | idle | ((rise < 0) & lasting)] = np.inf
        if not model.decided[measure].any():
            last = np.where(starts, np.minimum(last, model.last[measure]), last)
    return cost, last
