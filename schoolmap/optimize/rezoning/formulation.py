"""
The zoning as a programme in whole numbers: what is chosen, what it costs, and the rows that bind it.

Columns are the pairs of area and zone that are open to choice, the zones that
may be opened, the pupils of each zone and year without a seat, and the borders
that may be cut.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np

if TYPE_CHECKING:
    from schoolmap.optimize.rezoning.contiguity import Mask
    from schoolmap.optimize.rezoning.contiguity import Whole
    from schoolmap.optimize.rezoning.problem import Problem
    from schoolmap.optimize.rezoning.zone_kernel import Land
    from schoolmap.optimize.rezoning.zone_kernel import Real

    Row = tuple[Whole, Real, float, float]

_MOST_BORDERS = 20_000
"""Pairs of border and zone up to which what borders cost is in the programme."""


class Formulation(NamedTuple):
    """
    Columns and rows.

    Attributes
    ----------
    alive, column
        By area and zone: whether the pair is open to choice, and its column (-1 for none).
    opening
        By zone: the column that says whether it is open, -1 where that is settled.
    opened
        Zones that are open and stay so.
    seat_row
        By zone and year: the row of its seats, -1 where the zone has no column.
    cost, high
        Of each column; all are 0 at least.
    rows
        Columns, factors, least and most of each row.
    constant
        What is paid whatever is chosen.
    complete
        Whether borders are in it, if they cost anything.
    """

    alive: Mask
    column: Whole
    opening: Whole
    opened: Mask
    seat_row: Whole
    cost: Real
    high: Real
    rows: list[Row]
    constant: float
    complete: bool


def formulate(problem: Problem, alive: Mask, *, limit: float, free: Mask, opened: Mask) -> Formulation:
    """
    Return the programme for the pairs that are open to choice.

    Parameters
    ----------
    problem
        What is to be solved.
    alive
        By area and zone: pairs that are open to choice. An area with one pair stays there.
    limit
        Value of a zoning that is known: pupils without a seat are allowed up to what it could pay for.
    free
        Zones that may be opened or closed.
    opened
        Whether each of the other zones is open.
    """
    land = problem.land
    opened = opened & ~free
    alive = alive & np.isfinite(land.linear) & (free | opened)
    held = np.flatnonzero((land.must >= 0) & opened[land.must])
    alive[held] = np.arange(alive.shape[1]) == land.must[held][:, None]
    area, zone = np.nonzero(alive)
    pairs, years = len(area), land.seats.shape[1]
    column = np.full(alive.shape, -1, dtype=np.int64)
    column[alive] = np.arange(pairs)
    opening = np.full(alive.shape[1], -1, dtype=np.int64)
    opening[free] = pairs + np.arange(int(free.sum()))
    used = np.flatnonzero(alive.any(axis=0))
    short = pairs + int(free.sum()) + np.arange(len(used) * years).reshape(len(used), years)
    number = pairs + int(free.sum()) + short.size
    constant = float(land.opening[opened].sum())
    cheapest = float(np.where(alive, land.linear, np.inf).min(axis=1).sum()) + constant
    rows = [(own, np.ones(len(own)), 1.0, 1.0) for own in (line[line >= 0] for line in column)]
    seat_row = np.full(land.seats.shape, -1, dtype=np.int64)
    seat_row[used] = len(rows) + np.arange(len(used) * years).reshape(len(used), years)
    for place, one in enumerate(used):
        rows += _seats(land, column[:, one], opening[one], short[place], land.seats[one])
    for one in used[opening[used] >= 0]:
        own = column[column[:, one] >= 0, one]
        rows += [(np.array([pair, opening[one]]), np.array([1.0, -1.0]), -np.inf, 0.0) for pair in own]
    for home in np.flatnonzero(land.must >= 0):
        own = land.must[home]
        if free[own]:
            # where its own area cannot be its own, a school stays closed
            kept = [place for place in (column[home, own], opening[own]) if place >= 0]
            rows.append((np.array(kept), np.array([1.0, -1.0])[-len(kept) :], 0.0, 0.0))
    if np.isfinite(land.most):
        leaves = (land.today[area] >= 0) & (land.today[area] != zone) & (land.moving[area] > 0)
        rows.append((np.flatnonzero(leaves), land.moving[area[leaves]], -np.inf, land.most))
    border, more, settled, complete = _borders(land, alive, column, number)
    return Formulation(
        alive=alive,
        column=column,
        opening=opening,
        opened=opened,
        seat_row=seat_row,
        cost=np.concatenate([land.linear[area, zone], land.opening[free], np.full(short.size, land.charge), border]),
        high=np.concatenate(
            [
                np.ones(pairs + int(free.sum())),
                np.full(short.size, most_short(land, limit - cheapest)),
                np.ones(len(border)),
            ]
        ),
        rows=rows + more,
        constant=constant + settled,
        complete=complete,
    )


def most_short(land: Land, room: float) -> float:
    """Return how many pupils without a seat could be paid for."""
    if land.charge <= 0:
        return np.inf
    most = max(0.0, room / land.charge)
    whole = not (land.pupils % 1).any() and not (land.seats % 1).any()
    return float(np.floor(most + 1e-6)) if whole else most


def _seats(land: Land, column: Whole, opening: int, short: Whole, seats: Real) -> list[Row]:
    """Return the rows of the seats of one zone: its pupils, less those without a seat, are no more."""
    inside = np.flatnonzero(column >= 0)
    rows: list[Row] = []
    for year, places in enumerate(seats):
        index = np.append(column[inside], short[year])
        value = np.append(land.pupils[inside, year], -1.0)
        if opening >= 0 and places > 0:
            rows.append((np.append(index, opening), np.append(value, -places), -np.inf, 0.0))
        else:
            rows.append((index, value, -np.inf, float(places)))
    return rows


def _borders(land: Land, alive: Mask, column: Whole, number: int) -> tuple[Real, list[Row], float, bool]:
    """Return what borders cost that may be cut, their rows, what the settled ones cost, and whether they all are there."""
    tail = np.repeat(np.arange(len(land.first) - 1), np.diff(land.first))
    once = np.flatnonzero((tail < land.beside) & (land.border > 0))
    one, other = tail[once], land.beside[once]
    # between two areas that stay where they are, the border is cut or not
    still = (alive[one].sum(axis=1) == 1) & (alive[other].sum(axis=1) == 1)
    cut = alive[one[still]].argmax(axis=1) != alive[other[still]].argmax(axis=1)
    settled = float(land.border[once[still]][cut].sum())
    once = once[~still]
    either = alive[tail[once]] | alive[land.beside[once]]
    if either.sum() > _MOST_BORDERS:
        return np.zeros(0), [], settled, False
    rows: list[Row] = []
    for place, at in enumerate(once):
        for zone in np.flatnonzero(either[place]):
            ends = np.array([column[tail[at], zone], column[land.beside[at], zone], number + place])
            kept = ends >= 0
            rows.append((ends[kept], np.array([1.0, -1.0, -1.0])[kept], -np.inf, 0.0))
    return land.border[once], rows, settled, True
