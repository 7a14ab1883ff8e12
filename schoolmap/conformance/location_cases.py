"""Siting: small towns where every plan was tried, and laws that every siting keeps."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

from schoolmap.conformance.case import Case
from schoolmap.optimize.capacitated import capacitated_p_median
from schoolmap.optimize.capacitated import facility_location
from schoolmap.optimize.covering import maximal_cover
from schoolmap.optimize.covering import p_center
from schoolmap.optimize.covering import set_cover
from schoolmap.optimize.medians import p_median

_EVERY = "identity: every set of sites tried, one after the other"
_DUALITY = "identity: a bound that equals the plan proves it"
_LAW = "identity: what takes more away never costs less"
_ROUNDING = 1e-9
_REACH, _FAR = 900, 3_000
_NUMBER = 3


def location_cases() -> tuple[Case, ...]:
    """
    Return all cases of siting.

    Examples
    --------
    >>> [case.name for case in location_cases() if not case.passes]
    []
    """
    demand, cost, seats, opening = _town()
    sets = [list(sites) for sites in itertools.combinations(cost.columns, _NUMBER)]
    every = [list(sites) for size in range(1, 9) for sites in itertools.combinations(cost.columns, size)]
    median = p_median(demand, cost, number=_NUMBER)
    few = demand.iloc[:6], seats.iloc[:3], cost.iloc[:6, :3], opening.iloc[:3]
    whole, split = facility_location(*few, whole=True), facility_location(*few, whole=False)
    seated = capacitated_p_median(*few[:3], number=2)
    far = cost > _REACH
    roomier = facility_location(few[0], few[1] + 20, *few[2:], whole=True)
    names = {site: 9 - place for place, site in enumerate(few[2].columns)}
    renamed = [
        facility_location(few[0], few[1].rename(names), few[2].rename(columns=names), few[3].rename(names), whole=way)
        for way in (True, False)
    ]
    values = {
        "p-median, 3 of 8 sites: pupil metres": (
            min(float((cost[sites].min(axis=1) * demand).sum()) for sites in sets),
            median.objective,
            _EVERY,
        ),
        "p-median: plan less its bound": (0.0, median.objective - median.lower_bound, _DUALITY),
        "maximal cover, 3 of 8 sites: pupils out of reach": (
            min(float(demand[far[sites].all(axis=1)].sum()) for sites in sets),
            maximal_cover(demand, cost, number=_NUMBER, reach=_REACH).objective,
            _EVERY,
        ),
        "set cover: sites": (
            float(min(len(sites) for sites in every if (cost[sites].min(axis=1) <= _FAR).all())),
            set_cover(demand, cost, reach=_FAR).objective,
            _EVERY,
        ),
        "p-center, 3 of 8 sites: metres": (
            min(float(cost[sites].min(axis=1).max()) for sites in sets),
            p_center(demand, cost, number=_NUMBER).objective,
            _EVERY,
        ),
        "seats, whole areas, as many sites as pay: cost": (_least(*few), whole.objective, _EVERY),
        "seats, whole areas, 2 of 3 sites: pupil metres": (
            _least(*few[:3], few[3] * 0, number=2),
            seated.objective,
            _EVERY,
        ),
        "seats, split areas: plan less its bound": (0.0, split.objective - split.lower_bound, _DUALITY),
        "seats: splitting costs more than not, by": (0.0, max(0.0, split.objective - whole.objective), _LAW),
        "seats: more of them cost more, by": (0.0, max(0.0, roomier.objective - whole.objective), _LAW),
        "seats: other names of sites: cost of whole and of split areas": (
            whole.objective + split.objective,
            sum(plan.objective for plan in renamed),
            "identity: names decide nothing",
        ),
        "without seats, all sites open: p-median is the nearest": (
            float((cost.min(axis=1) * demand).sum()),
            p_median(demand, cost, number=len(cost.columns)).objective,
            "identity: each area goes to its nearest site",
        ),
    }
    return tuple(
        Case(name=name, published=published, ours=ours, tolerance=_ROUNDING * max(1.0, abs(published)), source=source)
        for name, (published, ours, source) in values.items()
    )


def _town() -> tuple[pd.Series, pd.DataFrame, pd.Series, pd.Series]:
    """Return pupils of 18 areas, metres to 8 sites, their seats, and what opening costs in pupil metres."""
    rng = np.random.default_rng(20_261)
    homes, doors = rng.integers(0, 4_000, (18, 1, 2)), rng.integers(0, 4_000, (1, 8, 2))
    areas, sites = [f"area {number}" for number in range(18)], [f"site {number}" for number in range(8)]
    return (
        pd.Series(rng.integers(10, 90, 18), index=areas),
        # metres along streets that cross at right angles
        pd.DataFrame(np.abs(homes - doors).sum(axis=2).astype(float), index=areas, columns=sites),
        pd.Series(rng.integers(130, 260, 8), index=sites),
        pd.Series(rng.integers(20_000, 90_000, 8).astype(float), index=sites),
    )


def _least(demand: pd.Series, seats: pd.Series, cost: pd.DataFrame, opening: pd.Series, *, number: int = 0) -> float:
    """Return the least cost of whole areas at sites with seats: every site for every area is tried."""
    choice = np.array(list(itertools.product(range(len(seats)), repeat=len(demand))))
    used = np.stack([(choice == site).any(axis=1) for site in range(len(seats))], axis=1)
    load = np.stack([(choice == site) @ demand.to_numpy() for site in range(len(seats))], axis=1)
    fits = (load <= seats.to_numpy()).all(axis=1) & (used.sum(axis=1) <= (number or len(seats)))
    ways = cost.to_numpy()[np.arange(len(demand)), choice] @ demand.to_numpy()
    return float((ways + used @ opening.to_numpy())[fits].min())
