"""Siting stores in San Francisco: what the tests of spopt publish, and what other solvers find on their data."""

from __future__ import annotations

from importlib import resources

import numpy as np
import pandas as pd

from schoolmap.conformance.case import Case
from schoolmap.optimize.covering import maximal_cover
from schoolmap.optimize.covering import p_center
from schoolmap.optimize.covering import set_cover
from schoolmap.optimize.medians import p_median

_NUMBER, _REACH_M = 4, 5_000.0
_PEOPLE, _TRACTS = 955_113, 205
_MEDIAN = "pysal/spopt at 493a58aa, tests/test_locate/test_p_median.py: mean distance in metres, 4 of 16 stores"
_COVER = "pysal/spopt at 493a58aa, tests/test_locate/test_mclp.py: 4 of 16 stores, 5,000 m"
_AGAIN = "not published: spopt's data, by an integer programme of scipy and by trying every set"
_EXACT = 1e-9


def san_francisco_cases() -> tuple[Case, ...]:
    """
    Return all cases of the stores in San Francisco.

    Examples
    --------
    >>> [case.name for case in san_francisco_cases() if not case.passes]
    []
    """
    demand, cost = distances()
    median = p_median(demand, cost, number=_NUMBER)
    cover = maximal_cover(demand, cost, reach=_REACH_M, number=_NUMBER)
    chosen = cost[list(cover.sites)]
    beyond = int((chosen.min(axis=1) > _REACH_M).sum())
    whole = set_cover(demand, cost, reach=_REACH_M)
    center = p_center(demand, cost, number=_NUMBER)
    values = {
        "p-median: mean distance": (2982.1268579890657, median.objective / _PEOPLE, _MEDIAN),
        "p-median: total": (2848268129.7145, median.objective, _AGAIN),
        "maximal cover: tracts not covered": (21.0, float(beyond), _COVER),
        "maximal cover: per cent of tracts": (89.75609756097561, 100 * (1 - beyond / _TRACTS), _COVER),
        "set cover: stores": (8.0, float(len(whole.sites)), _AGAIN),
        "p-center: farthest tract": (7403.06, round(center.objective, 2), _AGAIN),
        "people in all": (float(_PEOPLE), float(demand.sum()), _AGAIN),
    }
    return tuple(
        Case(
            name=f"San Francisco, {name}",
            published=published,
            ours=ours,
            tolerance=_EXACT * max(1.0, abs(published)),
            source=source,
        )
        for name, (published, ours, source) in values.items()
    )


def distances() -> tuple[pd.Series, pd.DataFrame]:
    """
    Return the people of each tract, and the metres from it to each store: 205 rows, 16 columns.

    Examples
    --------
    >>> demand, cost = distances()
    >>> cost.shape, int(demand.sum())
    ((205, 16), 955113)
    """
    file = resources.files("schoolmap.conformance").joinpath("san_francisco", "distances.csv")
    with file.open(encoding="utf-8") as lines:
        table = pd.read_csv(lines, dtype={"DestinationName": str})
    cost = table.pivot_table(index="DestinationName", columns="name", values="distance", aggfunc="first")
    people = table.groupby("DestinationName")["demand"].first()
    return people.reindex(cost.index).astype(np.int64), pd.DataFrame(cost)
