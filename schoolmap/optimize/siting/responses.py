"""
A plan made better by answers to prices: sections that gain most change their course, and prices follow.

A plan has prices: what a pupil more would cost in each area. At these prices
each section knows its best course. Those that would gain most and do not serve
the same areas change at once; if the plan gets cheaper they stay changed.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from schoolmap.optimize.siting.recourse import settle
from schoolmap.optimize.siting.search import Plan

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from schoolmap.optimize.siting.lagrangian import Ledger

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]

_SHARED = 0.5
"""A section waits if more of its areas than this are served by one that has just changed."""
_IN_VAIN = 10
"""Changes in vain after which the search ends."""
_LEAST = 1e-6
"""Smallest gain worth a try, as a share of the cost."""


def respond(ledger: Ledger, classes: Whole, *, keeps: Callable[[Whole], bool], rounds: int, deadline: float) -> Plan:
    """
    Change courses of sections until no change makes the plan cheaper.

    Parameters
    ----------
    ledger
        The problem.
    classes
        The plan to begin with.
    keeps
        Whether classes keep to all limits.
    rounds
        Most changes that are tried.
    deadline
        Time of the clock at which to end.
    """
    model, states = ledger.model, ledger.states
    known = _known(ledger)
    result = settle(model, classes)
    best = float(model.weights @ result.by_scenario)
    width, in_vain = max(1, len(model.sections) // 8), 0
    tried: dict[int, int] = {}
    for turn in range(rounds):
        if time.perf_counter() > deadline or in_vain >= _IN_VAIN:
            break
        answer, gain = ledger.gains(result.price, _chosen(ledger, known, classes))
        gain[[section for section, until in tried.items() if until > turn]] = 0.0
        change = _apart(ledger, gain, width, least=_LEAST * abs(best))
        if len(change) == 0:
            break
        measures = states.measure[change]
        measures = measures[measures >= 0]
        other = classes.copy()
        other[measures] = answer.classes[measures]
        if keeps(other):
            after = settle(model, other)
            cost = float(model.weights @ after.by_scenario)
        else:
            cost = np.inf
        if cost < best - _LEAST * abs(best):
            classes, best, result, in_vain = other, cost, after, 0
            width = min(2 * width, len(model.sections))
        else:
            in_vain += 1
            if len(change) == 1:
                tried[int(change[0])] = turn + len(model.sections)
                in_vain -= 1 if len(tried) < 3 * _IN_VAIN else 0
            width = max(1, min(width, len(change)) // 3)
    return Plan(classes, best)


def _known(ledger: Ledger) -> list[dict[tuple[int, ...], int]]:
    """Return by section the state of each tuple of classes while all used measures are begun."""
    known = []
    for section in range(len(ledger.model.sections)):
        low, high = ledger.states.first[section], ledger.states.first[section + 1]
        turns = int((ledger.states.measure[section] >= 0).sum())
        rows = ledger.states.classes[low:high, :turns]
        known.append(
            {
                (*row.tolist(), *begun.tolist()): at
                for at, (row, begun) in enumerate(zip(rows, ledger.states.begun[low:high, :turns], strict=True))
            }
        )
    return known


def _chosen(ledger: Ledger, known: list[dict[tuple[int, ...], int]], classes: Whole) -> Whole:
    """Return the state of each section in each period."""
    begun = np.maximum.accumulate(classes > 0, axis=1).astype(np.int64)
    chosen = np.zeros((len(known), classes.shape[1]), dtype=np.int64)
    for section, states in enumerate(known):
        here = ledger.states.measure[section]
        here = here[here >= 0]
        if len(here):
            for period in range(classes.shape[1]):
                chosen[section, period] = states[*classes[here, period].tolist(), *begun[here, period].tolist()]
    return chosen


def _apart(ledger: Ledger, gain: Real, width: int, *, least: float) -> Whole:
    """Return sections with the largest gains that do not share most of their areas, at most so many."""
    taken = np.zeros(len(ledger.model.rows), dtype=bool)
    change: list[int] = []
    for section in np.argsort(-gain, kind="stable"):
        if gain[section] <= least or len(change) >= width:
            break
        rows = ledger.row[ledger.first[section] : ledger.first[section + 1]]
        if len(rows) and taken[rows].mean() <= _SHARED:
            change.append(int(section))
            taken[rows] = True
    return np.array(change, dtype=np.int64)
