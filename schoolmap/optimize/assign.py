"""
Give every pupil a seat at the least total cost, exactly.

As many pupils as possible are given a seat; among all ways to do that, the one
with the least total of minutes or metres. It is a flow problem: whole pupils
stay whole without rounding, and the answer is proven best.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Literal

import numpy as np
import pandas as pd

from schoolmap import checks
from schoolmap.errors import LabelError

if TYPE_CHECKING:
    import numpy.typing as npt

    Whole = npt.NDArray[np.int64]

_LARGEST = 2**60
"""Largest total that the solver is given: its numbers are whole and have 63 bits."""

_MOST_DIGITS = 6
"""Decimals of a cost that are counted: a millionth of a minute or metre."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """
    Who goes where, and how far that is from the best possible.

    Attributes
    ----------
    status
        `"optimal"`: as many pupils as possible have a seat, and no other way to
        seat as many costs less, but for `gap`.
    flows
        Pupils by `(area, school)`, in the order of the costs; only pairs with
        pupils.
    unserved
        Pupils without a seat by area, in the order of `pupils`.
    load
        Pupils by school, in the order of `seats`.
    objective
        Total cost of those who have a seat, in the unit of the costs.
    lower_bound
        No way to seat as many pupils costs less.
    gap
        `objective - lower_bound` as a share of the objective. It is 0 but for
        rounding where costs have at most `digits` decimals.
    digits
        Decimals of a cost that were counted. A finer cost was rounded, by at
        most half of the last one for each pupil.
    seconds
        Time that it took.
    """

    status: Literal["optimal"]
    flows: pd.Series
    unserved: pd.Series
    load: pd.Series
    objective: float
    lower_bound: float
    gap: float
    digits: int
    seconds: float


def assign(pupils: pd.Series, seats: pd.Series, cost: pd.Series) -> Assignment:
    """
    Assign pupils of areas to seats of schools.

    Parameters
    ----------
    pupils
        Pupils by area, whole numbers.
    seats
        Seats by school, whole numbers.
    cost
        Minutes or metres of one pupil by `(area, school)`, 0 or more. A pair
        that is not there is not allowed.

    Returns
    -------
    assignment
        The flows, who is left without a seat, and the proof. The order of rows
        decides nothing: of several best answers the same is given.

    Raises
    ------
    LabelError
        If a label is there twice, or the costs name an area without pupils or a
        school without seats.
    MissingValueError, ValueError
        If a number is missing, negative, or not whole where it counts pupils or
        seats.

    Notes
    -----
    Costs are scaled to whole numbers: by the smallest power of ten that makes
    them whole, at most a million. A pupil without a seat is charged more than
    any rearrangement can save: seating one more shifts at most one pupil at
    each school, so it costs at most the number of schools times the largest
    cost. The method is cost-scaling push-relabel of OR-Tools (Goldberg, 1997).

    Examples
    --------
    >>> pupils = pd.Series({"north": 30, "south": 20})
    >>> seats = pd.Series({"hill": 25, "lake": 20})
    >>> cost = pd.Series({("north", "hill"): 5.0, ("north", "lake"): 12.0, ("south", "lake"): 4.0})
    >>> answer = assign(pupils, seats, cost)
    >>> answer.flows.to_dict()
    {('north', 'hill'): 25, ('south', 'lake'): 20}
    >>> answer.unserved.to_dict()
    {'north': 5, 'south': 0}
    >>> answer.objective, answer.gap
    (205.0, 0.0)
    """
    # OR-Tools takes a second to load; a plan that assigns nobody does not wait for it
    from ortools.graph.python import min_cost_flow  # noqa: PLC0415

    began = time.perf_counter()
    supply, room = _whole(pupils, what="`pupils`"), _whole(seats, what="`seats`")
    area, school, price = _arcs(pupils.index, seats.index, cost)
    digits = _digits(price, areas=len(pupils), schools=len(seats), pupils=int(supply.sum()))
    scaled = np.rint(price * 10.0**digits).astype(np.int64)
    dear = len(seats) * int(scaled.max(initial=0)) + 1

    # nodes in the order of their labels: areas, schools, then the one where every pupil ends, with a seat or without
    by_area, by_school = _by_text(pupils.index), _by_text(seats.index)
    area_node, school_node = np.argsort(by_area), len(pupils) + np.argsort(by_school)
    end = len(pupils) + len(seats)
    order = np.lexsort((school_node[school], area_node[area]))
    area, school, price, scaled = area[order], school[order], price[order], scaled[order]
    solver = min_cost_flow.SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(
        area_node[area], school_node[school], np.minimum(supply[area], room[school]), scaled
    )
    solver.add_arcs_with_capacity_and_unit_cost(
        school_node[by_school], np.full(len(seats), end), room[by_school], np.zeros(len(seats), dtype=np.int64)
    )
    without = solver.add_arcs_with_capacity_and_unit_cost(
        area_node[by_area], np.full(len(pupils), end), supply[by_area], np.full(len(pupils), dear)
    )
    solver.set_nodes_supplies(np.append(area_node[by_area], end), np.append(supply[by_area], -supply.sum()))
    if solver.solve() != solver.OPTIMAL:  # pragma: no cover - there is always an answer: nobody has a seat
        msg = "The solver found no assignment, although leaving everybody without a seat is one."
        raise RuntimeError(msg)

    flow = solver.flows(arcs)
    unserved = np.zeros(len(pupils), dtype=np.int64)
    unserved[by_area] = solver.flows(without)
    objective = float(flow @ price)
    rounded = float(flow @ scaled) / 10.0**digits
    slack = 0.0 if _is_exact(price, digits) else float(flow.sum()) * 0.5 / 10.0**digits
    lower_bound = min(rounded - slack, objective) if slack else objective
    load = np.bincount(school, weights=flow, minlength=len(seats)).astype(np.int64)
    in_order = np.zeros(len(price), dtype=np.int64)
    in_order[order] = flow
    used = in_order > 0
    return Assignment(
        status="optimal",
        flows=pd.Series(in_order[used], index=cost.index[used].set_names(["area", "school"]), name="pupils"),
        unserved=pd.Series(unserved, index=pupils.index, name="unserved"),
        load=pd.Series(load, index=seats.index, name="load"),
        objective=objective,
        lower_bound=lower_bound,
        gap=(objective - lower_bound) / objective if objective > 0 else 0.0,
        digits=digits,
        seconds=time.perf_counter() - began,
    )


def _whole(counts: pd.Series, *, what: str) -> Whole:
    """Return counts as whole numbers, or raise."""
    checks.require_unique_labels(counts.index, what=what)
    checks.require_no_gaps(counts, what=what)
    checks.require_not_negative(counts, what=what)
    values = counts.to_numpy(dtype=float)
    broken = np.flatnonzero(values != np.rint(values))
    if len(broken) > 0:
        first = broken[0]
        msg = (
            f"{what} is not whole for {len(broken)} unit(s), e.g. {values[first]:g} for {counts.index[first]!r}. "
            "Round it first, so that the total is kept."
        )
        raise ValueError(msg)
    return values.astype(np.int64)


def _arcs(areas: pd.Index, schools: pd.Index, cost: pd.Series) -> tuple[Whole, Whole, npt.NDArray[np.float64]]:
    """Return the positions and the cost of each allowed pair, or raise."""
    if not isinstance(cost.index, pd.MultiIndex) or cost.index.nlevels != 2:
        msg = f"`cost` is indexed by (area, school), got {cost.index.nlevels} level(s)."
        raise LabelError(msg)
    checks.require_unique_labels(cost.index, what="`cost`")
    checks.require_no_gaps(cost, what="`cost`")
    checks.require_not_negative(cost, what="`cost`")
    price = cost.to_numpy(dtype=float)
    if not np.isfinite(price).all():
        msg = f"`cost` is infinite, e.g. for {cost.index[~np.isfinite(price)][0]!r}. Leave out pairs that are not allowed."
        raise ValueError(msg)
    found = []
    for level, (index, what) in enumerate([(areas, "`pupils`"), (schools, "`seats`")]):
        # one look-up for each label, not for each pair
        codes = np.asarray(cost.index.codes[level])
        at = np.where(codes < 0, -1, index.get_indexer(cost.index.levels[level])[codes])
        if (at < 0).any():
            msg = f"`cost` names {cost.index[at < 0][0]!r}, which {what} does not have. Use the same labels."
            raise LabelError(msg)
        found.append(at.astype(np.int64))
    return found[0], found[1], price


def _is_exact(price: npt.NDArray[np.float64], digits: int) -> bool:
    scaled = price * 10.0**digits
    return bool(np.allclose(scaled, np.rint(scaled), rtol=0, atol=1e-6))


def _digits(price: npt.NDArray[np.float64], *, areas: int, schools: int, pupils: int) -> int:
    """Return how many decimals are counted: as many as there are, if the solver's numbers hold them."""
    digits = next((digits for digits in range(_MOST_DIGITS) if _is_exact(price, digits)), _MOST_DIGITS)
    dearest = (price.max(initial=0.0) + 1) * (schools + 1)
    # the solver adds up what all pupils pay, and multiplies each cost by the number of nodes
    largest = dearest * max(pupils, 4 * (areas + schools + 2))
    while digits > 0 and largest * 10.0**digits > _LARGEST:
        digits -= 1
    if largest > _LARGEST:
        msg = f"Costs up to {price.max():g} for {pupils} pupils are too large to add up exactly. Use a larger unit."
        raise ValueError(msg)
    return digits


def _by_text(labels: pd.Index) -> Whole:
    """Return positions in the order of the labels as text, so that rows in any order have one answer."""
    return np.argsort(np.array([str(label) for label in labels], dtype=object), kind="stable").astype(np.int64)
