"""Zoning: small towns where every zoning was tried, and laws that every zoning keeps."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd

from schoolmap.conformance.case import Case
from schoolmap.conformance.made_counties import MadeCounty
from schoolmap.conformance.made_counties import made_county
from schoolmap.conformance.made_counties import pieces
from schoolmap.optimize.rezoning.frontier import frontier
from schoolmap.optimize.rezoning.rezone import rezone

_EVERY = "identity: every zoning tried, one after the other"
_LAW = "identity: every zone is in one piece with its school, by connected components of each"
_KEPT = "identity: where nobody may move, today's zones stay"
_NAMES = "identity: names decide nothing"
_DUALITY = "identity: a bound that equals the plan proves it"
_AFRESH = "identity: ways and opening added up afresh"
_NEAR = "identity: a bound within 0.5 % of the plan"
_ROUNDING = 1e-9


def zoning_cases() -> tuple[Case, ...]:
    """
    Return all cases of zoning.

    Examples
    --------
    >>> [case.name for case in zoning_cases() if not case.passes]
    []
    """
    town, county = made_county(5, areas=9, sites=3, spare=1.1), made_county(6, areas=40, sites=4, spare=1.08)
    small = rezone(town.demand, town.seats, town.cost, town.neighbours, homes=town.homes)
    large = rezone(county.demand, county.seats, county.cost, county.neighbours, homes=county.homes, runs=2)
    wide = made_county(9, areas=60, sites=6, spare=2.0, planted=False)
    chosen = rezone(
        wide.demand,
        wide.seats,
        wide.cost,
        wide.neighbours,
        homes=wide.homes,
        opening=wide.opening,
    )
    few = made_county(8, areas=8, sites=3, spare=1.6, planted=False)
    opened = rezone(few.demand, few.seats, few.cost, few.neighbours, homes=few.homes, opening=few.opening)
    kept = rezone(
        county.demand,
        county.seats,
        county.cost,
        county.neighbours,
        homes=county.homes,
        today=county.today,
        most_moved=0,
    )
    limits = [float(np.floor(town.demand.sum() * share)) for share in (0.0, 0.1, 0.25, 0.5, 1.0)]
    tight = replace(town, seats=(town.seats * 0.85).astype(int))
    front = frontier(
        tight.demand, tight.seats, tight.cost, tight.neighbours, homes=tight.homes, today=tight.today, limits=limits
    ).table
    names = {site: 9 - place for place, site in enumerate(town.seats.index)}
    renamed = rezone(
        town.demand,
        town.seats.rename(names),
        town.cost.rename(columns=names),
        town.neighbours,
        homes=town.homes.rename(names),
    )
    zone = county.seats.index.get_indexer(pd.Index(large.zones.reindex(county.demand.index)))
    at = wide.seats.index.get_indexer(pd.Index(chosen.zones.reindex(wide.demand.index)))
    ways = float(wide.cost.to_numpy()[np.arange(len(at)), at] @ wide.demand.to_numpy())
    values = {
        "9 areas, 3 schools: pupil metres": (_least(town), small.objective, _EVERY),
        "9 areas, 3 schools: plan less its bound": (0.0, small.objective - small.lower_bound, _DUALITY),
        "9 areas, 3 schools, other names: pupil metres": (small.objective, renamed.objective, _NAMES),
        "9 areas, 3 schools, too few seats: front of moved and short, pupils short at five limits": (
            sum(_fewest_short(tight, limit) for limit in limits),
            sum(float(front["short"][front["moved"] <= limit].min()) for limit in limits),
            _EVERY,
        ),
        "40 areas, 4 schools: pieces of zones": (4.0, float(pieces(county, zone)), _LAW),
        "8 areas, schools chosen of 3: pupil metres and opening": (_least_chosen(few), opened.objective, _EVERY),
        "60 areas, schools chosen of 6: pieces beyond one for each that is open": (
            0.0,
            float(pieces(wide, at) - chosen.opened.sum()),
            _LAW,
        ),
        "60 areas, schools chosen of 6: pupil metres and opening": (
            ways + float(wide.opening[chosen.opened].sum()),
            chosen.objective,
            _AFRESH,
        ),
        "60 areas, schools chosen of 6: plan more than 0.5 % above its bound": (
            0.0,
            max(0.0, chosen.gap - 0.005),
            _NEAR,
        ),
        "40 areas, 4 schools, nobody moves: areas that changed": (
            0.0,
            float((kept.zones != county.today).sum()),
            _KEPT,
        ),
    }
    return tuple(
        Case(name=name, published=published, ours=ours, tolerance=_ROUNDING * max(1.0, abs(published)), source=source)
        for name, (published, ours, source) in values.items()
    )


def _least_chosen(county: MadeCounty) -> float:
    """Return the least ways and opening of all sets of schools and all their zonings."""
    least = np.inf
    for size in range(1, len(county.seats) + 1):
        for sites in map(list, itertools.combinations(county.seats.index, size)):
            if county.seats[sites].sum() < county.demand.sum():
                continue
            part = replace(county, seats=county.seats[sites], cost=county.cost[sites], homes=county.homes[sites])
            least = min(least, _least(part) + float(county.opening[sites].sum()))
    return least


def _least(county: MadeCounty) -> float:
    """Return the least ways of all zonings that hang together, give each school its area, and keep within the seats."""
    choice, above, _ = _every_zoning(county)
    ways = county.cost.to_numpy()[np.arange(len(county.demand)), choice] @ county.demand.to_numpy()
    return _first_in_pieces(county, choice, np.where(above == 0, ways, np.inf))


def _fewest_short(county: MadeCounty, most: float) -> float:
    """Return the fewest without a seat of all zonings in one piece each that move so many pupils at most."""
    choice, above, moved = _every_zoning(county)
    return _first_in_pieces(county, choice, np.where(moved <= most, above, np.inf))


def _every_zoning(county: MadeCounty) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return all zonings that give each school its area, with the pupils without a seat and those who move."""
    sites = len(county.seats)
    choice = np.array(list(itertools.product(range(sites), repeat=len(county.demand))))
    home = county.demand.index.get_indexer(pd.Index(county.homes))
    choice = choice[(choice[:, home] == np.arange(sites)).all(axis=1)]
    load = np.stack([(choice == site) @ county.demand.to_numpy() for site in range(sites)], axis=1)
    today = county.seats.index.get_indexer(pd.Index(county.today.reindex(county.demand.index)))
    return (
        choice,
        (load - county.seats.to_numpy()).clip(min=0).sum(axis=1),
        (choice != today) @ county.demand.to_numpy(),
    )


def _first_in_pieces(county: MadeCounty, choice: np.ndarray, value: np.ndarray) -> float:
    """Return the least value of the zonings of which each zone is in one piece."""
    order = np.argsort(value, kind="stable")
    hangs = (float(value[row]) for row in order if pieces(county, choice[row]) == len(county.seats))
    return next(hangs, np.inf)
