"""
Made counties for the siting: synthetic, and hard on purpose.

Nothing here is a real place. Homes cluster in a few towns, demand rises for
some years and then falls, moves from the edge to the towns, and outgrows the
seats at the peak by far; sites have a least size, so that a small gap is dear.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from schoolmap.optimize.siting.money import Money

_SIDE = 20_000.0
_CLASS = 45
_LEAST, _MOST = 6, 24


class Growth(NamedTuple):
    """A made county: all that `optimize.siting.site.site` asks."""

    demand: pd.Series
    seats: pd.Series
    ways: pd.Series | pd.DataFrame
    measures: pd.DataFrame
    money: Money


def made_growth(
    *, areas: int, schools: int, sites: int, periods: int, scenarios: int = 1, arcs: int = 12, seed: int = 0
) -> Growth:
    """
    Make a county whose demand rises and then falls.

    Parameters
    ----------
    areas, schools, sites
        Numbers of homes with demand, of schools that can expand, and of sites
        where one can be built.
    periods
        Years, every third one.
    scenarios
        Numbers of courses that demand may take.
    arcs
        Nearest schools and sites that an area may use.
    seed
        Of the random numbers.

    Returns
    -------
    growth
        Tables for `site`. The same seed gives the same county.

    Examples
    --------
    >>> county = made_growth(areas=9, schools=3, sites=3, periods=2, arcs=4)
    >>> len(county.demand), len(county.ways), county.measures["kind"].value_counts().to_dict()
    (18, 36, {'expand': 3, 'new': 3})
    """
    rng = np.random.default_rng(seed)
    towns = rng.uniform(0.15, 0.85, (max(2, areas // 60), 2)) * _SIDE
    pull = rng.dirichlet(np.full(len(towns), 1.5))
    homes = _around(rng, towns, pull, areas)
    places = np.vstack([_around(rng, towns, pull, schools), _around(rng, towns, pull, sites)])
    years = [2026 + 3 * period for period in range(periods)]
    names = [f"area {number}" for number in range(areas)]
    doors = [f"school {number}" for number in range(schools)] + [f"site {number}" for number in range(sites)]
    courses = [f"course {number}" for number in range(scenarios)]
    pupils = _pupils(rng, homes, towns, periods, scenarios)
    stage = ["primary"]
    demand = pd.Series(
        pupils.transpose(0, 2, 1).ravel(),
        index=pd.MultiIndex.from_product([courses, names, stage, years], names=["scenario", "area", "stage", "year"]),
        name="pupils",
    )
    share = rng.dirichlet(np.full(schools, 6.0)) * pupils[:, 0].mean(axis=0).sum() * 1.02
    full = np.maximum(np.rint(share / _CLASS), 2) * _CLASS
    seats = pd.Series(
        np.repeat(full, periods),
        index=pd.MultiIndex.from_product([doors[:schools], stage, years], names=["school", "stage", "year"]),
        name="seats",
    )
    apart = np.hypot(*np.moveaxis(homes[:, None] - places[None], 2, 0)) * rng.uniform(1.1, 1.5, (areas, len(places)))
    near = np.sort(np.argsort(apart, axis=1, kind="stable")[:, :arcs], axis=1)
    home = np.repeat(np.arange(areas), near.shape[1])
    ways = pd.Series(
        np.rint(apart[home, near.ravel()]),
        index=pd.MultiIndex.from_arrays(
            [[names[at] for at in home], [doors[at] for at in near.ravel()], stage * len(home)],
            names=["area", "school", "stage"],
        ),
        name="metres",
    )
    money = Money(discount_rate=0.03, metre_cost=0.12, short_cost=8.0, empty_cost=0.0, base_year=years[0])
    return Growth(demand, seats, ways, _measures(rng, doors, schools, periods), money)


def _around(rng: np.random.Generator, towns: np.ndarray, pull: np.ndarray, number: int) -> np.ndarray:
    """Return points: four of five around a town, the rest anywhere."""
    town = rng.choice(len(towns), number, p=pull)
    near = towns[town] + rng.normal(0, _SIDE / 14, (number, 2))
    far = rng.uniform(0, _SIDE, (number, 2))
    return np.clip(np.where(rng.random((number, 1)) < 0.8, near, far), 0, _SIDE)


def _pupils(rng: np.random.Generator, homes: np.ndarray, towns: np.ndarray, periods: int, scenarios: int) -> np.ndarray:
    """Return pupils by scenario, period and area: a wave, later and higher in towns."""
    start = np.maximum(rng.lognormal(4.2, 0.7, len(homes)), 5)
    close = np.exp(-np.min(np.hypot(*np.moveaxis(homes[:, None] - towns[None], 2, 0)), axis=1) / (_SIDE / 10))
    time = np.linspace(0, 1, periods) if periods > 1 else np.zeros(1)
    courses = []
    for _ in range(scenarios):
        peak, height = rng.uniform(0.4, 0.65), rng.uniform(0.35, 0.6)
        top = np.clip(peak + rng.normal(0, 0.08, len(homes)), 0.2, 0.9)
        rise = height * (0.4 + 1.2 * close) * rng.uniform(0.5, 1.5, len(homes))
        wave = np.exp(-(((time[:, None] - top) / 0.28) ** 2))
        fall = 1 - 0.35 * time[:, None] * (1 - close)
        courses.append(np.rint(start * fall * (1 + rise * wave)))
    return np.array(courses)


def _measures(rng: np.random.Generator, doors: list[str], schools: int, periods: int) -> pd.DataFrame:
    """Return an expansion of each school, and a new school on each site."""
    sites = len(doors) - schools
    new = np.arange(len(doors)) >= schools
    number = len(doors)
    return pd.DataFrame(
        {
            "kind": np.where(new, "new", "expand"),
            "school": doors,
            "stage": "primary",
            "seats_per_class": _CLASS,
            "least_classes": np.where(new, _LEAST, 0),
            "most_classes": np.where(new, _MOST, rng.integers(0, 7, number)),
            "first_year": np.where(new, 2026 + 3 * min(1, periods - 1), 2026),
            "lasting": True,
            "fixed_cost": np.where(new, rng.uniform(1500, 3500, number), 0.0).round(),
            "class_cost": np.where(new, rng.uniform(90, 150, number), rng.uniform(120, 260, number)).round(),
            "yearly_cost": np.full(number, 12.0),
        },
        index=[f"{'new' if is_new else 'expand'} {door}" for is_new, door in zip(new, doors, strict=True)],
    ).rename_axis("measure" if sites or schools else None)
