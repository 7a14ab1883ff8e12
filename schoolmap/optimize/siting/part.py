"""A part of a county as a problem of its own: some areas, the schools they reach, and the measures there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np

from schoolmap.optimize.siting import model as siting_model

if TYPE_CHECKING:
    import numpy.typing as npt

    from schoolmap.optimize.siting.model import Model

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]


class Part(NamedTuple):
    """The smaller problem, and which measures and ways of the whole one it has."""

    model: Model
    measures: Whole
    ways: Whole


def part_of(model: Model, rows: Whole, classes: Whole, flow: Real) -> Part:
    """
    Return the problem of some rows, where all others keep to a plan.

    Parameters
    ----------
    model
        The whole problem.
    rows
        Rows that are decided on.
    classes
        Classes of the plan by measure and period.
    flow
        Pupils of the plan by scenario, period and way.
    """
    inside = np.zeros(len(model.rows), dtype=bool)
    inside[rows] = True
    ways = np.flatnonzero(inside[model.arc_row])
    reached = np.zeros(len(model.sections), dtype=bool)
    reached[model.arc_section[ways]] = True
    free = reached[model.section]
    kept_used = (classes > 0).any(axis=1) & ~free
    if kept_used.any() and (model.group >= 0).any():
        # where a group has its measure elsewhere, none of it is used here
        free &= ~np.isin(model.group, model.group[kept_used & (model.group >= 0)]) | (model.group < 0)
    fixed = np.where(free[:, None], 0, classes)
    added, taken = siting_model.added_of(model, fixed)
    needed = reached.copy()
    needed[model.takes[free & (model.takes >= 0)]] = True
    sections = np.flatnonzero(needed)
    place = np.full(len(needed), -1, dtype=np.int64)
    place[sections] = np.arange(len(sections))
    outside = np.flatnonzero(~inside[model.arc_row] & needed[model.arc_section])
    others = model.others[:, :, sections].copy()
    for way in outside:
        others[:, :, place[model.arc_section[way]]] += flow[:, :, way]
    spent = siting_model.capital_of(model, fixed).sum(axis=0)
    row_place = np.cumsum(inside) - 1
    measures = np.flatnonzero(free)
    room, bought = model.plot_room.astype(float).copy(), model.plot_bought.copy()
    for plot in np.flatnonzero(model.plot_cost > 0):
        there = fixed[model.plot == plot].any(axis=0)
        if (model.plot[free] == plot).any():
            period = min(int(bought[plot]), int(there.argmax()) if there.any() else len(there))
            bought[plot] = period
            # what is decided here may buy the land earlier, so that its cost counts here
            if period < len(there):
                spent[period] -= model.plot_cost[plot]
    kept = inside[np.arange(len(model.rows))]
    smaller = replace(
        model,
        rows=model.rows[kept],
        sections=model.sections[sections],
        measures=model.measures.iloc[measures],
        demand=model.demand[:, :, kept],
        seats=(model.seats + added - taken)[:, :, sections],
        others=others,
        arc_row=row_place[model.arc_row[ways]],
        arc_section=place[model.arc_section[ways]],
        arc_metres=model.arc_metres[ways],
        arc_cost=model.arc_cost[ways],
        first=model.first[measures],
        last=model.last[measures],
        section=place[model.section[measures]],
        takes=np.where(model.takes[measures] >= 0, place[model.takes[measures]], -1),
        least=model.least[measures],
        most=model.most[measures],
        sizes=tuple(model.sizes[measure] for measure in measures),
        decided=model.decided[measures],
        plot=model.plot[measures],
        group=model.group[measures],
        plot_room=room,
        plot_bought=bought,
        budget=model.budget - spent,
        total_budget=model.total_budget - float(spent.sum()),
    )
    return Part(smaller, measures, ways)
