"""Zoning: small towns where every zoning was tried, and laws that every zoning keeps."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse import csgraph

from schoolmap.conformance.case import Case
from schoolmap.conformance.made_counties import MadeCounty
from schoolmap.conformance.made_counties import made_county
from schoolmap.optimize.rezoning.rezone import rezone

_EVERY = "identity: every zoning tried, one after the other"
_LAW = "identity: every zone is in one piece with its school, by connected components of each"
_KEPT = "identity: where nobody may move, today's zones stay"
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
    zone = county.seats.index.get_indexer(pd.Index(large.zones.reindex(county.demand.index)))
    at = wide.seats.index.get_indexer(pd.Index(chosen.zones.reindex(wide.demand.index)))
    ways = float(wide.cost.to_numpy()[np.arange(len(at)), at] @ wide.demand.to_numpy())
    values = {
        "9 areas, 3 schools: pupil metres": (_least(town), small.objective, _EVERY),
        "9 areas, 3 schools: plan less its bound": (0.0, small.objective - small.lower_bound, _DUALITY),
        "40 areas, 4 schools: pieces of zones": (4.0, float(_pieces(county, zone)), _LAW),
        "8 areas, schools chosen of 3: pupil metres and opening": (_least_chosen(few), opened.objective, _EVERY),
        "60 areas, schools chosen of 6: pieces beyond one for each that is open": (
            0.0,
            float(_pieces(wide, at) - chosen.opened.sum()),
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


def _pieces(county: MadeCounty, zone: np.ndarray) -> int:
    """Return how many pieces the zones have in all: as many as there are zones if each hangs together."""
    areas = county.demand.index
    one, other = (areas.get_indexer(county.neighbours.index.get_level_values(level)) for level in (0, 1))
    same = zone[one] == zone[other]
    graph = sparse.coo_array((np.ones(int(same.sum())), (one[same], other[same])), (len(areas), len(areas)))
    return int(csgraph.connected_components(graph, directed=False)[0])


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
    sites = len(county.seats)
    choice = np.array(list(itertools.product(range(sites), repeat=len(county.demand))))
    home = county.demand.index.get_indexer(pd.Index(county.homes))
    load = np.stack([(choice == site) @ county.demand.to_numpy() for site in range(sites)], axis=1)
    fits = (choice[:, home] == np.arange(sites)).all(axis=1) & (load <= county.seats.to_numpy()).all(axis=1)
    ways = county.cost.to_numpy()[np.arange(len(county.demand)), choice] @ county.demand.to_numpy()
    order = np.argsort(np.where(fits, ways, np.inf), kind="stable")
    hangs = (float(ways[row]) for row in order if fits[row] and _pieces(county, choice[row]) == sites)
    return next(hangs, np.inf)
