"""
Compiled inner loops of the bound: the best course of each section at given prices of a seat.

At a price for seating a pupil every section decides for itself: which classes
it has in each period, and whom it takes. Its courses are walked backwards in
time, over all its states; pupils come in the order of what they bring.
"""

# compiled code has no keywords, and is faster in one piece
# ruff: noqa: C901, PLR0912, PLR0915, PLR0917

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from schoolmap.optimize.subgradient_kernel import compiled

if TYPE_CHECKING:
    import numpy.typing as npt

    Real = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]
    Flag = npt.NDArray[np.bool_]


@compiled
def best_courses(
    price: Real,
    demand: Real,
    seats: Real,
    factor: Real,
    arc_first: Whole,
    arc_row: Whole,
    arc_cost: Real,
    state_first: Whole,
    state_added: Real,
    state_yearly: Real,
    allowed: Flag,
    move_first: Whole,
    move_cost: Real,
    move_last: Whole,
    discount: Real,
    yearly: Real,
    empty_cost: float,
    flow: Real,
    chosen: Whole,
    value: Real,
    worth: Real,
) -> float:
    """
    Write the best state of each section in each period and the pupils it takes, and return what all cost together.

    Ways are in the order of sections, `arc_first` says where each begins. The
    states of a section are numbered from `state_first`; the first one is where
    it begins; `allowed` says by period where it may be. `factor` is what a pupil counts by scenario and period. `worth` is
    written by period and state: what the pupils bring there.
    """
    scenarios, periods, _ = price.shape
    total = 0.0
    flow[:] = 0.0
    worth[:] = 0.0
    for section in range(len(arc_first) - 1):
        begin, end = arc_first[section], arc_first[section + 1]
        low, high = state_first[section], state_first[section + 1]
        states = high - low
        ways = end - begin
        gain = np.empty(ways)
        order = np.empty((scenarios, periods, ways), np.int64)
        for scenario in range(scenarios):
            for period in range(periods):
                for way in range(ways):
                    gain[way] = price[scenario, period, arc_row[begin + way]] - arc_cost[begin + way]
                rank = np.argsort(-gain)
                order[scenario, period] = rank
                for state in range(states):
                    if not allowed[period, low + state]:
                        continue
                    added = state_added[low + state]
                    left = max(seats[scenario, period, section] + added, 0.0)
                    bonus = added if empty_cost > 0 else 0.0
                    sum_ = -empty_cost * added
                    for way in rank:
                        if left <= 0 or gain[way] + (empty_cost if bonus > 0 else 0.0) <= 0:
                            break
                        want = min(left, demand[scenario, period, arc_row[begin + way]])
                        filled = min(want, bonus)
                        if filled > 0:
                            sum_ += filled * (gain[way] + empty_cost)
                            bonus -= filled
                        rest = want - filled
                        if rest > 0 and gain[way] > 0:
                            sum_ += rest * gain[way]
                        left -= want
                    worth[period, low + state] += factor[scenario, period] * sum_
        # backwards: what is paid from this period on, in each state
        ahead = np.zeros(states)
        choice = np.zeros((periods, states), np.int64)
        for back in range(periods):
            period = periods - 1 - back
            here = np.full(states, np.inf)
            for state in range(states):
                if allowed[period, low + state]:
                    here[state] = ahead[state] + state_yearly[low + state] * yearly[period] - worth[period, low + state]
            ahead = np.full(states, np.inf)
            for state in range(states):
                for target in range(states):
                    at = move_first[section] + state * states + target
                    if move_last[at] >= period and move_cost[at] < np.inf:
                        cost = here[target] + discount[period] * move_cost[at]
                        if cost < ahead[state]:
                            ahead[state] = cost
                            choice[period, state] = target
        total += ahead[0]
        value[section] = ahead[0]
        state = 0
        for period in range(periods):
            state = choice[period, state]
            chosen[section, period] = state
            added = state_added[low + state]
            for scenario in range(scenarios):
                left = max(seats[scenario, period, section] + added, 0.0)
                bonus = added if empty_cost > 0 else 0.0
                for way in order[scenario, period]:
                    brings = price[scenario, period, arc_row[begin + way]] - arc_cost[begin + way]
                    if left <= 0 or brings + (empty_cost if bonus > 0 else 0.0) <= 0:
                        break
                    want = min(left, demand[scenario, period, arc_row[begin + way]])
                    if brings <= 0:
                        want = min(want, bonus)
                    bonus -= min(want, bonus)
                    flow[scenario, period, begin + way] = want
                    left -= want
    return total


@compiled
def least_through(
    worth: Real,
    state_first: Whole,
    state_yearly: Real,
    allowed: Flag,
    move_first: Whole,
    move_cost: Real,
    move_last: Whole,
    discount: Real,
    yearly: Real,
    through: Real,
) -> None:
    """Write, by period and state, what the best course costs that is in that state then, more than the best of all."""
    periods = worth.shape[0]
    for section in range(len(state_first) - 1):
        low, high = state_first[section], state_first[section + 1]
        states = high - low
        here = np.full((periods, states), np.inf)
        for period in range(periods):
            for state in range(states):
                if allowed[period, low + state]:
                    here[period, state] = state_yearly[low + state] * yearly[period] - worth[period, low + state]
        since = np.full((periods, states), np.inf)
        until = np.zeros((periods, states))
        for period in range(periods):
            for target in range(states):
                for state in range(states):
                    if period == 0 and state > 0:
                        break
                    at = move_first[section] + state * states + target
                    if move_last[at] >= period:
                        before = since[period - 1, state] if period > 0 else 0.0
                        cost = before + discount[period] * move_cost[at] + here[period, target]
                        since[period, target] = min(since[period, target], cost)
        for back in range(1, periods):
            period = periods - 1 - back
            for state in range(states):
                best = np.inf
                for target in range(states):
                    at = move_first[section] + state * states + target
                    if move_last[at] >= period + 1:
                        cost = (
                            discount[period + 1] * move_cost[at] + here[period + 1, target] + until[period + 1, target]
                        )
                        best = min(best, cost)
                until[period, state] = best
        least = since[periods - 1].min()
        for period in range(periods):
            for state in range(states):
                through[period, low + state] = since[period, state] + until[period, state] - least
