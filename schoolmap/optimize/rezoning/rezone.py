"""
Draw boundaries: whole areas to schools with seats, every zone in one piece with its school.

Seats come first: of all zonings those are best that leave the fewest pupils
without a seat, and among them the one with the shortest ways, the fewest who
move and the shortest borders, weighed as the planner says.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Literal

import numpy as np
import pandas as pd

from schoolmap.cards import answer_card
from schoolmap.optimize.rezoning import contiguity
from schoolmap.optimize.rezoning import moves
from schoolmap.optimize.rezoning.problem import pose
from schoolmap.optimize.rezoning.solve import solve

if TYPE_CHECKING:
    from schoolmap.optimize.rezoning.problem import Problem
    from schoolmap.optimize.rezoning.solve import Solved

_SAME = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Rezoning:
    """
    Which area belongs to which zone, and how far that is from the best possible.

    Attributes
    ----------
    status
        `"optimal"`: no zoning that keeps the rules costs less; `"feasible"`:
        none can cost less than `lower_bound`.
    zones
        Zone by area, in the order of `pupils`.
    opened
        Whether each zone is open. One that may stay closed is closed or open; the others are open.
    load
        Pupils by zone and year, one column a year; while some stay at their
        school of before, they count there.
    spare
        Seats by zone and year less the load: below 0 where seats are missing.
    short
        Zones and years with pupils without a seat, one row each: `zone`,
        `year`, `pupils`; empty if everybody has a seat.
    moves
        Who moves, by area; see `schoolmap.optimize.rezoning.moves.who_moves`.
        Empty without `today`.
    moves_by_year
        Pupils of areas that change, at their new school and still at the old one, by year.
    apart
        Areas that do not hang together with a school of their zone, which only
        those may that cannot, or did not before.
    pupil_metres
        Ways of all pupils of all years to their zones.
    moved
        Pupils (of the first year) in areas that change their zone.
    border
        Length of the borders between zones, or their number where `neighbours` has no lengths.
    opening
        Cost of the zones that are open.
    objective
        `pupil_metres + weight_moved * moved + weight_border * border + opening
        + charge * pupils without a seat`.
    charge
        What a pupil without a seat was charged.
    lower_bound
        No zoning that keeps the rules costs less.
    gap
        `objective - lower_bound` as a share of the objective.
    proof
        Why the bound is one, in a sentence.
    runs
        Searches that were made.
    seed
        Of the random numbers.
    seconds
        Time that it took.
    """

    status: Literal["optimal", "feasible"]
    zones: pd.Series
    opened: pd.Series
    load: pd.DataFrame
    spare: pd.DataFrame
    short: pd.DataFrame
    moves: pd.DataFrame
    moves_by_year: pd.DataFrame
    apart: pd.Index
    pupil_metres: float
    moved: float
    border: float
    opening: float
    objective: float
    charge: float
    lower_bound: float
    gap: float
    proof: str
    runs: int
    seed: int
    seconds: float

    def _repr_html_(self) -> str:
        return answer_card(self)


def rezone(
    pupils: pd.Series | pd.DataFrame,
    seats: pd.Series | pd.DataFrame,
    cost: pd.DataFrame,
    neighbours: pd.Series | pd.MultiIndex,
    *,
    homes: pd.Series,
    today: pd.Series | None = None,
    zone_of: pd.Series | None = None,
    opening: pd.Series | None = None,
    own_homes: bool = True,
    most_moved: float | None = None,
    most_added_m: float | None = None,
    weight_moved: float = 0.0,
    weight_border: float = 0.0,
    charge_short: float | None = None,
    grandfather_years: int = 0,
    grades: int = 6,
    runs: int = 12,
    seed: int = 0,
    time_limit: float = 120.0,
) -> Rezoning:
    """
    Give each area as a whole to a zone, so that zones hang together and seats suffice.

    Parameters
    ----------
    pupils
        Pupils by area, whole numbers; or by area and year, one column a year
        from the first in which the boundary holds: one boundary that holds in all.
    seats
        Seats by school, or by school and year.
    cost
        Metres of one pupil: one row for each area, one column for each school.
    neighbours
        Pairs of areas that share a border, each once or both ways; a series
        gives the length of the border, otherwise each counts 1.
    homes
        Area in which each school stands.
    today
        Zone of each area before, to begin with and to count who moves; without
        it the zones are drawn from scratch.
    zone_of
        Zone of each school, where several serve one zone: their seats add up,
        and the way counts to the nearest. Otherwise a zone is called as its school.
    opening
        Schools that may stay closed, and what opening them costs in
        pupil-metres. A closed school has no zone. All others are open.
    own_homes
        Whether the area of a school that is open must belong to its zone. With
        `most_moved` or `most_added_m`, a school whose area belongs to another zone
        today may be left so (with the latter only if the school is open today).
    most_moved
        Pupils (of the first year) who may be given another zone, at most.
    most_added_m
        An area may go only where its way is longer than today's by at most so many metres.
    weight_moved
        Metres that moving one pupil to another zone weighs as much as.
    weight_border
        Pupil-metres that a unit of border between zones weighs as much as: zones become compact.
    charge_short
        Pupil-metres for a pupil (and year) without a seat. By default more than
        all ways together can save: seats come first.
    grandfather_years
        Years in which those who are in school stay at theirs, and only those
        who enter go by the new boundary; counts from the first year.
    grades
        Years that a pupil spends in the school: in each, one part in so many enters.
    runs
        Searches that are made, if there is time; where schools are to be chosen
        (and pairs of area and school are many), twice as many sets of them are
        tried, up to 24.
    seed
        Of the random numbers. The answer is the same for the same seed, unless time runs out.
    time_limit
        Seconds after which the best zoning so far is returned.

    Returns
    -------
    rezoning
        The zones, who moves, which zones lack how many seats, and the proof.
        There is always a zoning: where seats do not suffice, the pupils without are listed.

    Raises
    ------
    LabelError
        If a label is there twice, or a table names an area, a school or a zone that another does not have.
    MissingValueError, ValueError
        If a number is missing, negative, not whole where it counts pupils or
        seats, or a way is infinite; if two zones have a school in the same area
        and `own_homes` is asked for; if a limit on who moves is given without `today`.

    Notes
    -----
    A zone hangs together if each of its areas can be reached from a school of
    the zone through areas of the zone. Exceptions are areas from which no school
    at all can be reached, and those of a zone that are apart from its school
    today: they may stay in it. Both are listed as `apart` where they are.

    The search is simulated annealing of shifts, exchanges and chains of areas,
    with prices of seats from the linear relaxation; the zones it meets are
    combined anew (set partitioning), and a few neighbouring zones at a time are
    split anew by HiGHS. Where schools are to be chosen, the sets of them that
    cost least if areas may be split race against each other. The bound is the
    best of three: shares of areas with cuts, the best set of schools with split
    areas, and seats filled with whole areas at prices (Lagrangian relaxation). Cuts that keep zones in one piece are those of Validi,
    Buchanan and Lykhovyd (2022): of the areas around a piece that is apart, one
    must belong to the zone as well. The problem with schools to choose is the
    location problem with contiguous service areas of Kong (2021).

    Examples
    --------
    Four villages on a road; the school at the left has two seats less than its side needs.

    >>> villages = ["a", "b", "c", "d"]
    >>> pupils = pd.Series([4, 4, 3, 5], index=villages)
    >>> seats = pd.Series({"left": 6, "right": 14})
    >>> cost = pd.DataFrame({"left": [0, 1, 2, 3], "right": [3, 2, 1, 0]}, index=villages) * 1000
    >>> road = pd.MultiIndex.from_tuples([("a", "b"), ("b", "c"), ("c", "d")])
    >>> answer = rezone(pupils, seats, cost, road, homes=pd.Series({"left": "a", "right": "d"}))
    >>> answer.zones.to_dict()
    {'a': 'left', 'b': 'right', 'c': 'right', 'd': 'right'}
    >>> answer.status, answer.pupil_metres, len(answer.short)
    ('optimal', 11000.0, 0)
    """
    began = time.perf_counter()
    if runs < 1 or not time_limit > 0:
        msg = f"`runs` is 1 or more and `time_limit` above 0 s, got {runs} and {time_limit}."
        raise ValueError(msg)
    problem = pose(
        pupils,
        seats,
        cost,
        neighbours,
        homes=homes,
        today=today,
        zone_of=zone_of,
        opening=opening,
        own_homes=own_homes,
        most_moved=most_moved,
        most_added_m=most_added_m,
        weight_moved=weight_moved,
        weight_border=weight_border,
        charge_short=charge_short,
        grandfather_years=grandfather_years,
        grades=grades,
    )
    found = solve(problem, runs=runs, seed=seed, deadline=began + time_limit)
    order = seats.index if zone_of is None else pd.Index(pd.unique(zone_of.reindex(seats.index)))
    return _told(
        problem,
        found,
        areas=pupils.index,
        order=order,
        grandfather_years=grandfather_years,
        grades=grades,
        seed=seed,
        seconds=time.perf_counter() - began,
    )


def _told(
    problem: Problem,
    found: Solved,
    *,
    areas: pd.Index,
    order: pd.Index,
    grandfather_years: int,
    grades: int,
    seed: int,
    seconds: float,
) -> Rezoning:
    """Return the answer as tables by label."""
    zone, opened, value = found.zoning
    land, place = problem.land, np.arange(len(zone))
    load = problem.load(zone) + (problem.seats - land.seats)
    above = np.maximum(problem.load(zone) - land.seats, 0)
    above[above < 1e-6] = 0
    at, year = np.nonzero(above)
    tail = np.repeat(place, np.diff(land.first))
    hangs = contiguity.reached(zone, problem.root, land.first, land.beside)
    ways = (problem.pupils * (1 - problem.staying)).sum(axis=1) * problem.metres[place, zone]
    before = np.zeros(len(zone))
    if problem.staying.any():
        before = (problem.pupils * problem.staying).sum(axis=1) * problem.metres[place, land.today]
    # who stays at the school of before has the same way whatever the zoning
    objective, bound = value + float(before.sum()), found.bound + float(before.sum())
    moved = float(land.moving[(land.today >= 0) & (land.today != zone)].sum())
    gap = max(0.0, objective - bound) / objective if objective > 0 else 0.0
    optimal = gap <= _SAME
    table = pd.DataFrame(load, index=problem.zones, columns=problem.years).reindex(order)
    listed = pd.Series(problem.zones[zone], index=problem.areas, name="zone").reindex(areas)
    return Rezoning(
        status="optimal" if optimal else "feasible",
        zones=listed,
        opened=pd.Series(opened, index=problem.zones, name="opened").reindex(order),
        load=table,
        spare=pd.DataFrame(problem.seats - load, index=problem.zones, columns=problem.years).reindex(order),
        short=pd.DataFrame(
            {"zone": problem.zones[at], "year": problem.years[year], "pupils": above[at, year]},
        ),
        moves=moves.who_moves(problem, zone, grandfather_years=grandfather_years),
        moves_by_year=moves.moves_by_year(problem, zone, grandfather_years=grandfather_years, grades=grades),
        apart=problem.areas[~hangs],
        pupil_metres=float((ways + before).sum()),
        moved=moved,
        border=float(problem.border[zone[tail] != zone[land.beside]].sum()) / 2,
        opening=float(land.opening[opened].sum()),
        objective=objective,
        charge=land.charge,
        lower_bound=objective if optimal else bound,
        gap=0.0 if optimal else gap,
        proof=f"No zoning can cost less than {found.proof}.",
        runs=found.runs,
        seed=seed,
        seconds=seconds,
    )
