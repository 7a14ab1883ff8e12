"""
Tables to a flow problem: what counts before what.

Whether a pupil has a seat counts before how far it is. So a pupil without one
is charged more than any rearrangement can save, and one of a higher tier more
again; the flow that costs least is then the one that is best in that order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.optimize import counting
from schoolmap.optimize.flow import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schoolmap.optimize.counting import Numbers
    from schoolmap.optimize.counting import Offers
    from schoolmap.optimize.counting import Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Posed:
    """
    A problem, and the way back to the tables it was made of.

    Attributes
    ----------
    problem
        In the order of the labels as text, so that the order of rows decides nothing.
    price
        Cost of each pair as it was given.
    digits
        Decimals that were counted.
    step, reward
        What one tier more weighs, and what each pupil counts that a school has of its least number; in units of the
        last digit.
    row, school
        Places in the tables of pupils and of seats, in the order of the problem.
    key
        By pair: its place in the table of costs.
    """

    problem: Problem
    price: Numbers
    digits: int
    step: int
    reward: int
    row: Whole
    school: Whole
    key: Whole


def pose(
    pupils: pd.Series,
    seats: pd.Series,
    cost: Numbers | pd.DataFrame | pd.Series,
    *,
    tiers: Sequence[str] | None = None,
    floors: pd.Series | None = None,
    extra: pd.Series | None = None,
) -> Posed:
    """
    Pose the flow problem of these tables.

    Parameters
    ----------
    pupils, seats, cost, tiers, floors
        As in `assign` and `assign_all_pairs`.
    extra
        Seats by school that could be added. As few as possible are, but as many
        as are needed to seat everybody.
    """
    supply, places = counting.whole(pupils, what="`pupils`"), counting.whole(seats, what="`seats`")
    labels, area, rank = _areas(pupils.index, tiers)
    by_area, by_school = counting.by_text(labels), counting.by_text(seats.index)
    offers, key = _offers(cost, labels, seats.index, by_area, by_school)
    place = np.argsort(by_area)[area] if len(area) else area
    row = np.lexsort((rank, place)).astype(np.int64)

    count, schools = len(tiers) if tiers is not None else 1, len(seats)
    # as one cycle of moves goes: one pupil more with a seat, one more or less above the least number, the ways
    weight = 1 + 2 * (floors is not None or extra is not None)
    size = {"rows": len(pupils), "schools": schools, "pupils": int(supply.sum()), "levels": count * weight}
    digits = counting.decimals(offers.cost, **size)
    scaled = counting.Offers(first=offers.first, school=offers.school, cost=counting.scale(offers.cost, digits))
    dear = 2 * schools * int(scaled.cost.max(initial=0)) + 1
    room, toll = [places], [0]
    if floors is not None:
        least = _by_school(floors, seats, what="`floors`")
        if (least > places).any():
            first = seats.index[least > places][0]
            msg = f"`floors` is above `seats` for {first!r}: {floors[first]:g} pupils at least, {seats[first]:g} seats."
            raise ValueError(msg)
        room, toll = [least, places - least], [-dear, 0]
    if extra is not None:
        room, toll = [*room, _by_school(extra, seats, what="`addable`")], [*toll, dear]
    problem = Problem(
        offers=scaled,
        area=place[row].astype(np.int64),
        pupils=supply[row],
        without=(count - rank[row]) * dear * weight,
        room=np.array(room, dtype=np.int64)[:, by_school],
        toll=np.array(toll, dtype=np.int64),
    )
    return Posed(
        problem=problem,
        price=offers.cost,
        digits=digits,
        step=dear * weight,
        reward=dear,
        row=row,
        school=by_school,
        key=key,
    )


def _areas(index: pd.Index, tiers: Sequence[str] | None) -> tuple[pd.Index, Whole, Whole]:
    """Return the areas, and of each row of pupils its area and its tier, the one that is served first being 0."""
    if tiers is None:
        if index.nlevels != 1:
            msg = f"`pupils` is indexed by area, got {index.nlevels} levels. Name `tiers` if it has them."
            raise LabelError(msg)
        return index, np.arange(len(index)), np.zeros(len(index), dtype=np.int64)
    if isinstance(tiers, str):
        msg = f"`tiers` lists the tiers in their order, got the text {tiers!r}. Write [{tiers!r}] if there is one."
        raise LabelError(msg)
    order = pd.Index(list(tiers))
    checks.require_unique_labels(order, what="`tiers`")
    if index.nlevels != 2:
        msg = f"With `tiers`, `pupils` is indexed by (area, tier), got {index.nlevels} level(s)."
        raise LabelError(msg)
    tier = index.get_level_values(1)
    rank = order.get_indexer(tier)
    if (rank < 0).any():
        msg = (
            f"`pupils` has the tier {tier[rank < 0][0]!r}, which `tiers` does not name: {', '.join(map(repr, order))}."
        )
        raise LabelError(msg)
    area, labels = pd.factorize(index.get_level_values(0))
    return pd.Index(labels), area.astype(np.int64), rank.astype(np.int64)


def _offers(
    cost: Numbers | pd.DataFrame | pd.Series, areas: pd.Index, schools: pd.Index, by_area: Whole, by_school: Whole
) -> tuple[Offers, Whole]:
    """Return the offers in the order of the labels as text, and the place that each had in the table."""
    if isinstance(cost, pd.Series):
        return counting.offers_of_pairs(cost, areas=areas[by_area], schools=schools[by_school])
    if isinstance(cost, pd.DataFrame):
        checks.require_same_labels(cost.index, areas, what="The rows of `cost` and the areas of `pupils`")
        checks.require_same_labels(cost.columns, schools, what="The columns of `cost` and `seats`")
        cost = cost.reindex(index=areas, columns=schools)
        if any(dtype == object or pd.api.types.is_extension_array_dtype(dtype) for dtype in cost.dtypes):
            columns = [counting.numbers(cost[name], what=f"`cost` for {name!r}") for name in cost.columns]
            cost = pd.concat(columns, axis=1) if columns else cost
        cost = cost.to_numpy()
    offers = counting.offers_of_matrix(np.asarray(cost), area=by_area, school=by_school, labels=(areas, schools))
    area = np.repeat(by_area, np.diff(offers.first))
    return offers, area * max(len(schools), 1) + by_school[offers.school]


def _by_school(counts: pd.Series, seats: pd.Series, *, what: str) -> Whole:
    checks.require_same_labels(counts.index, seats.index, what=f"{what} and `seats`")
    return counting.whole(counts.reindex(seats.index), what=what)
