"""
The choice of schools for groups, as a mixed-integer programme on the pairs that a good plan can hold.

At the prices of the relaxed problem each pair has a surplus: by how much a pupil
or a group that uses it raises the total above the bound. A plan that is no more
than so much above the bound uses no pair with a larger surplus; so a few pairs
are left for HiGHS to decide on (reduced-cost fixing). Pupils who are of no
group need not be whole numbers there: once the groups have a place, they are a
flow problem.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np
from scipy import sparse

from schoolmap.optimize import highs
from schoolmap.optimize.prices import FAR

if TYPE_CHECKING:
    from typing import Any

    import numpy.typing as npt

    from schoolmap.optimize.counting import Whole
    from schoolmap.optimize.group_problem import Groups

    Real = npt.NDArray[np.float64]
    Mask = npt.NDArray[np.bool_]

NODES = 4_000
"""Branches of the search that are looked at in one programme."""

_STEEP = 1e5
"""A surplus above the largest of a pair that is left is counted as at most so many times that."""

_ERROR = 1e-6
"""Error of the solver's bound, as a share of the largest surplus that is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surplus:
    """
    By how much each choice raises the total above the bound.

    Attributes
    ----------
    pair
        By pair of area and school: for the pupils who gain most there.
    row
        By row of `free`: what its pupils pay at least with prices, or the charge where that is less.
    group
        By group and school, for all of it; `FAR` where it may not go.
    group_without
        By group, if it has no seats.
    prices
        By school.
    bound
        What no plan undercuts that keeps groups whole.
    """

    pair: Whole
    row: Whole
    group: Whole
    group_without: Whole
    prices: Whole
    bound: int


class Choice(NamedTuple):
    """School of each group, -1 for none; what no choice among these pairs undercuts; whether it is decided."""

    school: Whole
    bound: float
    decided: bool


class _Columns(NamedTuple):
    """The pairs that are left: group and school, and row and pair of those who are of no group."""

    group: Whole
    group_school: Whole
    row: Whole
    row_pair: Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class _Programme:
    """
    Columns and rows for the solver, but for what they cost.

    Attributes
    ----------
    columns
        The first columns. After them come those without a seat by group and by row, and seats by kind and school.
    matrix, total, most
        Each group and row of pupils is placed once, each school holds who is placed there; largest values.
    tolls, empty
        By kind of seats and school: what a pupil there costs besides, and whether seats are told by how many stay empty.
    """

    columns: _Columns
    matrix: sparse.csr_array
    total: Real
    most: Real
    tolls: Whole
    empty: Mask


def surplus(groups: Groups, prices: Whole) -> Surplus:
    """Return the surplus of every choice at these prices, and the bound that they prove."""
    from schoolmap.optimize import pricing_kernel as kernel  # noqa: PLC0415 - compiled where it is used

    free = groups.free
    columns = (free.offers.first, free.offers.school, free.offers.cost)
    row = np.minimum(kernel.least_of_areas(columns, prices)[free.area], free.without)
    # of several tiers the one that pays most has the smallest surplus
    paid = np.zeros(len(free.offers.first) - 1, dtype=np.int64)
    np.maximum.at(paid, free.area, np.where(free.pupils > 0, row, 0))
    pair = free.offers.cost + prices[free.offers.school] - np.repeat(paid, np.diff(free.offers.first))
    there = groups.cost < FAR
    whole = np.where(there, groups.cost + groups.size[:, None] * prices[None, :], FAR)
    base = np.minimum(whole.min(axis=1, initial=FAR), groups.without)
    of_seats = np.minimum(free.toll[:, None] - prices[None, :], 0)
    earned = sum(int(one) * int(many) for one, many in zip(of_seats.ravel(), free.room.ravel(), strict=True) if one)
    return Surplus(
        pair=pair,
        row=row,
        group=np.where(there, whole - base[:, None], FAR),
        group_without=groups.without - base,
        prices=prices,
        bound=int(free.pupils @ row) + int(base.sum()) + earned,
    )


def choose(
    groups: Groups, above: Surplus, start: Whole, *, limits: tuple[int, int], seed: int, seconds: float, error: float
) -> Choice:
    """
    Choose a school for each group among the pairs with a small surplus.

    Parameters
    ----------
    groups, above
        The problem, and the surplus of each choice.
    start
        The choice to return if none is found in time; -1 for none.
    limits, seed, seconds, error
        Largest surplus of a group at a school, and of a pupil who is of no group; seed of the solver's choices, time that it has, and gap at which it ends.

    Returns
    -------
    choice
        With the bound as a surplus above that of the relaxed problem.
    """
    programme = _formulate(groups, above, limits)
    free, columns = groups.free, programme.columns
    at = columns.row_pair
    of_pairs = np.concatenate(
        [
            above.group[columns.group, columns.group_school],
            free.offers.cost[at] + above.prices[free.offers.school[at]] - above.row[columns.row],
        ]
    )
    unit = float(max(1, of_pairs.max(initial=0)))
    steep = np.concatenate([above.group_without, free.without - above.row, np.abs(programme.tolls)])
    cost = np.concatenate([of_pairs / unit, np.minimum(steep / unit, _STEEP)])
    solver = _load(programme, cost, seed=seed)
    values, bound, decided = _run(solver, error=max(0.4, error) / unit, seconds=seconds)
    school = start if values is None else _schools_of(columns, values, len(groups.size))
    # every total is a whole number
    return Choice(school, max(0.0, math.ceil(bound * unit - max(0.01, _ERROR * unit))), decided)


def choose_in_order(groups: Groups, above: Surplus, start: Whole, *, seed: int, seconds: float, error: float) -> Choice:
    """
    Choose a school for each group among all pairs: what counts first is decided first, and then kept.

    Parameters are those of `choose`. The bound is one of the cost alone.
    """
    programme = _formulate(groups, above, (FAR - 1, FAR - 1))
    free, columns = groups.free, programme.columns
    group, row = len(columns.group), len(columns.row)
    levels, tiers = [], np.unique(free.without)[::-1]
    for charge in tiers:
        of_members = groups.pupils * (free.without[groups.row] == charge)
        of_groups = np.bincount(groups.group, weights=of_members, minlength=len(groups.size))
        of_seats = np.zeros(free.room.size)
        levels.append(np.concatenate([np.zeros(group + row), of_groups, (free.without == charge) * 1.0, of_seats]))
    if (free.toll < 0).any():
        # seats below the least number that stay empty; a kind of seats is told by what stays empty or by what is used
        missing = np.where(programme.empty, 1.0, -1.0).reshape(free.room.shape) * (free.toll < 0)[:, None]
        levels.append(np.concatenate([np.zeros(group + row + len(groups.size) + len(free.pupils)), missing.ravel()]))
    cost = np.concatenate([groups.cost[columns.group, columns.group_school], free.offers.cost[columns.row_pair]])
    dearest = float(max(1, cost.max(initial=0)))
    solver = _load(programme, levels[0], seed=seed)
    school, decided, each = start, True, seconds / (len(levels) + 1)
    for number, level in enumerate(levels):
        values, _, done = _run(solver, error=0.4, seconds=each)
        if values is None:
            return Choice(school, 0.0, decided=False)
        school, decided = _schools_of(columns, values, len(groups.size)), decided and done
        held = np.flatnonzero(level).astype(np.int32)
        solver.addRow(-math.inf, float(np.rint(level @ values)), len(held), held, level[held])
        following = levels[number + 1] if number + 1 < len(levels) else np.zeros(len(level))
        if number + 1 == len(levels):
            following[: len(cost)] = cost / dearest
        solver.changeColsCost(len(following), np.arange(len(following), dtype=np.int32), following)
    values, bound, done = _run(solver, error=max(0.4, error) / dearest, seconds=each)
    if values is not None:
        school = _schools_of(columns, values, len(groups.size))
    return Choice(school, max(0.0, math.ceil(bound * dearest - max(0.01, _ERROR * dearest))), decided and done)


def _formulate(groups: Groups, above: Surplus, limits: tuple[int, int]) -> _Programme:
    """Return the programme of the pairs that are left; columns are pairs, then those without a seat, then seats."""
    from schoolmap.optimize import pricing_kernel as kernel  # noqa: PLC0415 - compiled where it is used

    free, schools, count = groups.free, groups.free.room.shape[1], len(groups.size)
    group, group_school = np.nonzero(above.group <= limits[0])
    row, pair = kernel.arcs_of_rows(free.offers.first, above.pair <= limits[1], free.area)
    here = free.pupils[row] > 0
    row, pair = row[here], pair[here]
    tolls = (free.toll[:, None] - above.prices[None, :]).ravel()
    # seats that the bound counts on are told by how many stay empty, the others by how many are used
    empty = tolls < 0
    school_of = np.tile(np.arange(schools), len(free.toll))
    rows, everybody = len(free.pupils), int(groups.relaxed.pupils.sum())
    pairs = len(group) + len(row)
    number = np.arange(pairs + count + rows + free.room.size)
    at_schools = count + rows
    entries: list[tuple[Whole, Whole, Any]] = [
        (group, number[: len(group)], 1.0),
        (count + row, number[len(group) : pairs], 1.0),
        (np.arange(count + rows), number[pairs : pairs + count + rows], 1.0),
        (at_schools + group_school, number[: len(group)], groups.size[group]),
        (at_schools + free.offers.school[pair], number[len(group) : pairs], 1.0),
        (at_schools + school_of, number[pairs + count + rows :], np.where(empty, 1.0, -1.0)),
    ]
    lines, places, values = (
        np.concatenate([np.broadcast_to(entry[part], entry[0].shape) for entry in entries]) for part in range(3)
    )
    room = free.room.ravel()
    counted_on = np.bincount(school_of, weights=np.where(empty, room, 0), minlength=schools)
    seats = np.where(empty, room, np.minimum(room, everybody))
    return _Programme(
        columns=_Columns(group, group_school, row, pair),
        matrix=sparse.csr_array((values.astype(float), (lines, places)), shape=(at_schools + schools, len(number))),
        total=np.concatenate([np.ones(count), free.pupils, counted_on]).astype(float),
        most=np.concatenate([np.ones(len(group)), free.pupils[row], np.ones(count), free.pupils, seats]).astype(float),
        tolls=tolls,
        empty=empty,
    )


def _load(programme: _Programme, cost: Real, *, seed: int) -> Any:  # noqa: ANN401 - HiGHS has no types
    """
    Return a solver that holds the programme.

    It begins with no plan: HiGHS 1.16 can return that one as the best, whatever it costs.
    """
    return highs.solver_of(
        cost,
        programme.matrix,
        low=np.zeros(len(cost)),
        high=programme.most,
        row_low=programme.total,
        row_high=programme.total,
        whole=np.arange(len(cost)) < len(programme.columns.group),
        options={"random_seed": seed, "mip_max_nodes": NODES},
    )


def _run(solver: Any, *, error: float, seconds: float) -> tuple[Real | None, float, bool]:  # noqa: ANN401
    """Return the values of all columns if a plan was found, the bound, and whether it is decided."""
    solver.setOptionValue("mip_abs_gap", max(error, 1e-7))
    decided = highs.run(solver, seconds=seconds) == "optimal"
    info = solver.getInfo()
    bound = info.mip_dual_bound if np.isfinite(info.mip_dual_bound) else 0.0
    if decided:
        # without any group to place it is no mixed-integer programme, and has no such bound
        bound = max(bound, info.objective_function_value - error)
    return highs.values_of(solver), float(bound), decided


def _schools_of(columns: _Columns, values: Real, count: int) -> Whole:
    """Return the school of each group, -1 for none."""
    school = np.full(count, -1)
    taken = values[: len(columns.group)] > 0.5
    school[columns.group[taken]] = columns.group_school[taken]
    return school
