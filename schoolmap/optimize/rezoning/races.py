"""
Races between sets of schools: each set gets zones by random moves, and those that do better go on for longer.

What zones in one piece cost more than areas that are split differs from set to
set by less than the sets differ themselves, as a rule; so many sets are tried
briefly, and few thoroughly.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np

from schoolmap.optimize.cores import CORES
from schoolmap.optimize.cores import on_both_cores
from schoolmap.optimize.rezoning import search
from schoolmap.optimize.rezoning.search import Zoning

if TYPE_CHECKING:
    from schoolmap.optimize.rezoning.contiguity import Whole
    from schoolmap.optimize.rezoning.openings import Opening
    from schoolmap.optimize.rezoning.pool import Pool
    from schoolmap.optimize.rezoning.problem import Problem

_RACES = ((24, 500), (6, 2_000), (2, 8_000))
"""How many sets are left in each race, and random moves for each area of a large problem."""
_LARGE, _MOST = 1_200, 3.0
"""Areas of a large problem; smaller ones make more moves for each area, up to so many times."""
_TILT = 0.5
"""Part of what a seat is worth that areas pay for one: all of it leaves seats empty that are worth much."""


class _Runner(NamedTuple):
    """A set of schools, and the best zoning of it so far."""

    opening: Opening
    zoning: Zoning


def race(problem: Problem, sets: list[Opening], pool: Pool, *, seed: int, until: float) -> list[Zoning]:
    """
    Return the best zoning of each set that was tried, the best first.

    Parameters
    ----------
    problem, sets
        The problem, and the sets of schools, cheapest first.
    pool
        Takes the zones that are met.
    seed
        Of the random moves.
    until
        On the clock of `time.perf_counter`; the first two sets are tried in any case.
    """
    longer = min(_MOST, max(1.0, _LARGE / len(problem.areas)))
    field, out = [_Runner(one, _grown(problem, one)) for one in sets[: _RACES[0][0]]], []
    for lap, (number, moves) in enumerate(_RACES):
        field, rest = field[:number], field[number:]
        out += rest

        def run(place: int, lap: int = lap, moves: int = moves, field: list[_Runner] = field) -> tuple[_Runner, Whole]:
            one = field[place]
            if (lap > 0 or place >= CORES) and time.perf_counter() > until:
                return one, one.zoning.zone[None]
            snapshots: list[Whole] = []
            found = search.anneal(
                problem,
                (one.zoning.zone, one.zoning.opened),
                moves=int(longer * moves) * len(problem.areas),
                heat=search.heat_of(problem, one.opening.opened),
                seed=seed * 1_000 + lap * 100 + place,
                deadline=until,
                site_share=0.0,
                price=_TILT * one.opening.price,
                snapshots=snapshots,
            )
            better = found if found.value < one.zoning.value else one.zoning
            # in the first race and while everything is hot, zones are poor
            seen = snapshots[len(snapshots) // 3 :] if lap > 0 else snapshots[-1:]
            return one._replace(zoning=better), np.concatenate(seen)

        answers = on_both_cores(run, range(len(field)))
        for _, seen in answers:
            pool.add(seen)
        field = sorted((one for one, _ in answers), key=lambda one: one.zoning.value)
    ranked = sorted((one.zoning for one in field + out), key=lambda one: one.value)
    return [one for one in ranked if problem.is_sound(one.zone, one.opened)]


def _grown(problem: Problem, one: Opening) -> Zoning:
    zone = search.grown(problem, one.opened)
    return Zoning(zone, one.opened, problem.value(zone, one.opened))
