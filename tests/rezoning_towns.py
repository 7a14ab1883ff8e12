"""Small zoning problems by chance, and what they cost at best, by trying every zoning."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pandas as pd

from schoolmap.optimize.rezoning.problem import Problem
from schoolmap.optimize.rezoning.problem import pose

Whole = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def posed(
    pupils: pd.Series | pd.DataFrame,
    seats: pd.Series | pd.DataFrame,
    cost: pd.DataFrame,
    neighbours: pd.Series | pd.MultiIndex,
    homes: pd.Series,
    **options: object,
) -> Problem:
    """Pose a problem; what is not said is not asked for."""
    settings: dict[str, object] = {
        "today": None,
        "zone_of": None,
        "opening": None,
        "own_homes": True,
        "most_moved": None,
        "most_added_m": None,
        "weight_moved": 0.0,
        "weight_border": 0.0,
        "charge_short": None,
        "grandfather_years": 0,
        "grades": 6,
    }
    return pose(pupils, seats, cost, neighbours, homes=homes, **(settings | options))  # type: ignore[arg-type]


def road(*, opening: pd.Series | None = None, **options: object) -> Problem:
    """Return five villages on a road, a school with 12 seats at each end."""
    names = list("abcde")
    return posed(
        pd.Series([4, 4, 3, 5, 6], index=names),
        pd.Series({"left": 12, "right": 12}),
        pd.DataFrame({"left": [0, 1000, 2000, 3000, 4000], "right": [4000, 3000, 2000, 1000, 0]}, index=names),
        pd.MultiIndex.from_tuples(list(itertools.pairwise(names))),
        pd.Series({"left": "a", "right": "e"}),
        opening=opening,
        **options,
    )


def town(seed: int, *, areas: int = 7, schools: int = 3, chosen: bool = False, **options: object) -> Problem:
    """Return a town whose areas lie in a ring with some streets across; seats may be too few."""
    rng = np.random.default_rng(seed)
    names = [f"a{place}" for place in range(areas)]
    sites = [f"s{place}" for place in range(schools)]
    pairs = [(names[place], names[(place + 1) % areas]) for place in range(areas)]
    pairs += [
        (names[one], names[other]) for one, other in itertools.combinations(range(areas), 2) if rng.random() < 0.1
    ]
    pupils = rng.integers(1, 9, areas)
    return posed(
        pd.Series(pupils, index=names),
        pd.Series(rng.integers(1, 2 * pupils.sum() // schools + 2, schools), index=sites),
        pd.DataFrame(rng.integers(0, 3000, (areas, schools)).astype(float), index=names, columns=sites),
        pd.MultiIndex.from_tuples(sorted({tuple(sorted(pair)) for pair in pairs})),
        pd.Series(rng.permutation(names)[:schools], index=sites),
        opening=pd.Series(rng.integers(0, 9000, schools).astype(float), index=sites) if chosen else None,
        **options,
    )


def walked(problem: Problem, zone: Whole) -> Mask:
    """Return the areas that can be reached from a school of their zone, by a walk that no other code uses."""
    land = problem.land
    seen = np.zeros(len(zone), dtype=bool)
    for own in range(len(problem.zones)):
        waiting, met = list(np.flatnonzero(problem.root[:, own])), set()
        while waiting:
            area = waiting.pop()
            if area in met:
                continue
            met.add(area)
            seen[area] |= zone[area] == own
            beside = land.beside[land.first[area] : land.first[area + 1]]
            waiting += [other for other in beside if zone[other] == own]
    return seen


def sound(problem: Problem) -> list[tuple[Whole, Mask]]:
    """Return every zoning in one piece that gives each open school its own area, with the schools that are open."""
    found = []
    for choice in itertools.product(range(len(problem.zones)), repeat=len(problem.areas)):
        zone = np.array(choice)
        opened = ~problem.land.may_close
        opened[zone] = True
        home, own = np.nonzero(problem.root)
        if (zone[home] == own)[opened[own]].all() and walked(problem, zone).all():
            found.append((zone, opened))
    return found


def least(problem: Problem) -> float:
    """Return what the best zoning costs."""
    return min(problem.value(zone, opened) for zone, opened in sound(problem))
