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
from typing import NamedTuple

import numpy as np
import pandas as pd

from schoolmap.cards import answer_card
from schoolmap.optimize import counting
from schoolmap.optimize.flow import cheapest_flow
from schoolmap.optimize.posing import pose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schoolmap.optimize.counting import Numbers
    from schoolmap.optimize.counting import Whole
    from schoolmap.optimize.flow import Flow
    from schoolmap.optimize.posing import Posed


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
        Pupils by `(area, school)`, or `(area, tier, school)`, in the order of
        the costs; only pairs with pupils.
    unserved
        Pupils without a seat by area, in the order of `pupils`.
    load
        Pupils by school, in the order of `seats`.
    below_floor
        Pupils that each school has less than its least number; 0 where it has
        none.
    one_more_serves
        By school: whether one seat more would seat one pupil more, 0 or 1.
    one_more_saves
        By school: what one seat more would save of the total cost. Where it
        seats one pupil more it can be negative: somebody travels who did not.
    objective
        Total cost of those who have a seat, in the unit of the costs.
    lower_bound
        No way to seat as many pupils costs less.
    gap
        `objective - lower_bound` as a share of the objective. It is 0 but for
        rounding where costs have at most `digits` decimals.
    proof
        Why the bound is one, in a sentence.
    prices
        By school: what one seat less would cost, where a pupil without a seat
        costs `charge`. They prove the bound.
    charge
        What a pupil without a seat was charged; with tiers, one of the last.
    digits
        Decimals of a cost that were counted. A finer cost was rounded, by at
        most half of the last one for each pupil.
    rounds, pairs, arcs
        How often the solver was asked, how many pairs are allowed, and how many
        of them it was given. Large problems without tiers and least numbers are
        solved by chains of moves, without the solver: then rounds and arcs are 0.
    seed
        None: nothing was drawn.
    seconds
        Time that it took.
    """

    status: Literal["optimal"]
    flows: pd.Series
    unserved: pd.Series
    load: pd.Series
    below_floor: pd.Series
    one_more_serves: pd.Series
    one_more_saves: pd.Series
    objective: float
    lower_bound: float
    gap: float
    proof: str
    prices: pd.Series
    charge: float
    digits: int
    rounds: int
    pairs: int
    arcs: int
    seed: int | None
    seconds: float

    def _repr_html_(self) -> str:
        return answer_card(self)


def assign(
    pupils: pd.Series,
    seats: pd.Series,
    cost: pd.Series,
    *,
    tiers: Sequence[str] | None = None,
    floors: pd.Series | None = None,
) -> Assignment:
    """
    Assign pupils of areas to seats of schools.

    Parameters
    ----------
    pupils
        Pupils by area, or by `(area, tier)` where `tiers` are named; whole
        numbers.
    seats
        Seats by school, whole numbers.
    cost
        Minutes or metres of one pupil by `(area, school)`, 0 or more. A pair
        that is not there is not allowed.
    tiers
        Who is admitted before whom, first the tier that is served first: as
        many of it as possible have a seat, then as many as possible of the
        next, and so on. It never makes fewer pupils have a seat in all.
    floors
        Least number of pupils by school, whole numbers. All schools are open;
        of all ways to seat as many pupils, those come first that miss these
        numbers by the fewest pupils in all, and then those that cost least.

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
    cost. For the same reason the charges of tiers need only be a step apart.
    The method is cost-scaling push-relabel of OR-Tools (Goldberg, 1997) or, where
    there are many pairs, successive shortest paths between schools; the proof is
    by prices of seats over all pairs that are allowed.

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

    One seat more on the hill seats one pupil more, 5 minutes away:

    >>> answer.one_more_serves["hill"], answer.one_more_saves["hill"]
    (np.int64(1), np.float64(-5.0))
    """
    return _assign(pupils, seats, cost, tiers=tiers, floors=floors)


def assign_all_pairs(
    pupils: pd.Series,
    seats: pd.Series,
    cost: Numbers | pd.DataFrame,
    *,
    tiers: Sequence[str] | None = None,
    floors: pd.Series | None = None,
) -> Assignment:
    """
    Assign pupils of areas to seats of schools, where every pair has a cost.

    The answer is proven over all pairs, although no solver is given them all.
    The nearest few schools alone do not do: where they are full, the best plan
    sends pupils farther.

    Parameters
    ----------
    pupils, seats, tiers, floors
        As in `assign`.
    cost
        Minutes or metres of one pupil, 0 or more; infinite where a pair is not
        allowed. A data frame with a row for each area and a column for each
        school, or an array whose rows are in the order of `pupils` (of their
        areas, as they first appear) and whose columns in that of `seats`.

    Returns
    -------
    assignment
        As from `assign`.

    Raises
    ------
    LabelError
        If the data frame describes other areas or schools.
    MissingValueError, ValueError
        If a number is missing or negative, or the array has another shape.

    Examples
    --------
    >>> pupils = pd.Series({"north": 30, "south": 20})
    >>> seats = pd.Series({"hill": 25, "lake": 30})
    >>> answer = assign_all_pairs(pupils, seats, np.array([[5, 12], [9, 4]]))
    >>> answer.flows.to_dict()
    {('north', 'hill'): 25, ('north', 'lake'): 5, ('south', 'lake'): 20}
    >>> answer.proof
    'At the prices of seats none of the 4 pairs is cheaper than one in use.'
    >>> answer.one_more_saves.to_dict()
    {'hill': 7.0, 'lake': 0.0}
    """
    return _assign(pupils, seats, cost, tiers=tiers, floors=floors)


def _assign(
    pupils: pd.Series,
    seats: pd.Series,
    cost: Numbers | pd.DataFrame | pd.Series,
    *,
    tiers: Sequence[str] | None,
    floors: pd.Series | None,
) -> Assignment:
    began = time.perf_counter()
    posed = pose(pupils, seats, cost, tiers=tiers, floors=floors)
    found = cheapest_flow(posed.problem)
    unit = 10.0**posed.digits
    # a value is a number of tiers that are served, and what is saved besides
    served = np.rint(found.worth / posed.step).astype(np.int64)
    objective = float(found.flow @ posed.price[found.pair].astype(float))
    slack = 0.0 if counting.is_exact(posed.price, posed.digits) else float(found.flow.sum()) * 0.5 / unit
    rounded = float(found.flow @ posed.problem.offers.cost[found.pair]) / unit
    lower_bound = min(rounded - slack, objective) if slack else objective
    load = to_table(found.load, posed.school, seats.index, "load")
    return Assignment(
        status="optimal",
        flows=flow_table(found, posed, pupils.index, seats.index),
        unserved=to_table(found.unserved, posed.row, pupils.index, "unserved"),
        load=load,
        below_floor=below_floors(floors, load),
        one_more_serves=to_table(np.minimum(served, 1), posed.school, seats.index, "one_more_serves"),
        one_more_saves=to_table(
            (found.worth - served * posed.step) / unit, posed.school, seats.index, "one_more_saves"
        ),
        objective=objective,
        lower_bound=lower_bound,
        gap=(objective - lower_bound) / objective if objective > 0 else 0.0,
        proof=f"At the prices of seats none of the {len(posed.price):,} pairs is cheaper than one in use.",
        prices=to_table(found.prices / unit, posed.school, seats.index, "price"),
        charge=posed.step / unit,
        digits=posed.digits,
        rounds=found.rounds,
        pairs=len(posed.price),
        arcs=found.arcs,
        seed=None,
        seconds=time.perf_counter() - began,
    )


class Placed(NamedTuple):
    """Row of pupils, number of the offer, and how many pupils, as in a flow."""

    row: Whole
    pair: Whole
    flow: Whole


def below_floors(floors: pd.Series | None, load: pd.Series) -> pd.Series:
    """Return by school the pupils that it has less than its least number."""
    least = floors.reindex(load.index).to_numpy() if floors is not None else load.to_numpy()
    below = np.maximum(least - load.to_numpy(), 0).astype(np.int64)
    return pd.Series(below, index=load.index, name="below_floor")


def flow_table(found: Flow | Placed, posed: Posed, rows: pd.Index, schools: pd.Index) -> pd.Series:
    """Return pupils by area, tier if there are any, and school, in the order of the costs."""
    row, school = posed.row[found.row], posed.school[posed.problem.offers.school[found.pair]]
    order = np.lexsort((found.row, posed.key[found.pair]))
    labels = [rows[row[order]].get_level_values(level) for level in range(rows.nlevels)]
    names = [*["area", "tier"][: rows.nlevels], "school"]
    index = pd.MultiIndex.from_arrays([*labels, schools[school[order]]], names=names)
    return pd.Series(found.flow[order], index=index, name="pupils")


def to_table(values: Numbers, places: Numbers, index: pd.Index, name: str) -> pd.Series:
    """Return values by label, in the order of the table that the labels came from."""
    ordered = np.empty_like(values)
    ordered[places] = values
    return pd.Series(ordered, index=index, name=name)
