"""
A made county as the main job asks about it: catchments, three stages, a wave that passes through them year by year.

Nothing here is a real place. Seats belong to catchments; who goes over a
boundary is charged. Every catchment may expand, build, rent, and use rooms of
its kindergartens for primary classes while the wave is there.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from schoolmap.conformance.made_growth import Growth
from schoolmap.optimize.siting.money import Money

_SIDE = 15_000.0
_LANES = 3
"""Catchments that may use what is built in one, itself among them."""


class _Stage(NamedTuple):
    """Seats of a class, classes of a new school, yearly cost of a class, share of pupils, and years the wave is later."""

    seats: int
    least: int
    most: int
    yearly: float
    share: float
    lag: int


_STAGES = {
    "kindergarten": _Stage(30, 6, 15, 12.0, 0.5, 0),
    "primary": _Stage(45, 12, 36, 18.0, 1.0, 3),
    "junior": _Stage(50, 12, 36, 22.0, 0.5, 9),
}


def made_wave(*, catchments: int, years: int, scenarios: int = 1, neighbours: int = 5, seed: int = 0) -> Growth:
    """
    Make a county of catchments with a wave of pupils.

    Parameters
    ----------
    catchments
        Their number; each has a pool of seats of every stage.
    years
        Consecutive years.
    scenarios
        Courses of the wave, from low to high.
    neighbours
        Catchments nearest to each, where its pupils may go over a boundary.
    seed
        Of the random numbers.

    Returns
    -------
    growth
        Tables for `site`. The same seed gives the same county.

    Examples
    --------
    >>> county = made_wave(catchments=3, years=2, neighbours=1)
    >>> county.measures["kind"].value_counts().to_dict()
    {'expand': 9, 'new': 9, 'temporary': 9, 'convert': 3}
    """
    rng = np.random.default_rng(seed)
    places = rng.uniform(0, _SIDE, (catchments, 2))
    apart = np.hypot(*np.moveaxis(places[:, None] - places[None], 2, 0))
    town = np.exp(-np.hypot(*(places - _SIDE / 2).T) / (_SIDE / 5))
    names = [f"catchment {number:02d}" for number in range(catchments)]
    when = [2026 + year for year in range(years)]
    courses = [f"course {number}" for number in range(scenarios)]
    base = rng.lognormal(6, 0.5, catchments)
    demand, seats, ways, measures = {}, {}, [], []
    for name, stage in _STAGES.items():
        size = base * stage.share
        stock = np.ceil(size * rng.uniform(0.95, 1.15, catchments) / stage.seats) * stage.seats
        wave = np.exp(-(((np.arange(years) - stage.lag) / 3.5) ** 2))[:, None] * (0.5 + town)
        fade = 0.03 * np.arange(years)[:, None] * (1 - town)
        for turn, course in enumerate(courses):
            height = 0.45 * (1 + 0.12 * (turn - (scenarios - 1) / 2) / max(1, scenarios - 1))
            pupils = np.maximum(np.rint(size * (1 + height * wave - fade)), 0)
            for year, row in zip(when, pupils, strict=True):
                demand.update({(course, area, name, year): value for area, value in zip(names, row, strict=True)})
        for at, area in enumerate(names):
            seats.update({(f"seats {area}", name, year): stock[at] for year in when})
            near = np.argsort(apart[at], kind="stable")[: neighbours + 1]
            for rank, other in enumerate(near):
                way = 700 + round(float(apart[at, other]))
                charge = 0.0 if other == at else 0.3
                ways.append((area, f"seats {names[other]}", name, way, charge))
                if rank < _LANES:
                    ways += [(area, f"{kind} {names[other]}", name, way, charge) for kind in ("school", "place")]
            measures += _measures(area, name, stage, room=int(rng.integers(2, 9)))
    table = pd.DataFrame(ways, columns=["area", "school", "stage", "metres", "charge"])
    return Growth(
        pd.Series(demand).rename_axis(["scenario", "area", "stage", "year"]),
        pd.Series(seats).rename_axis(["school", "stage", "year"]),
        table.groupby(["area", "school", "stage"]).min(),
        pd.DataFrame(measures).set_index("measure"),
        Money(discount_rate=0.03, metre_cost=0.05, short_cost=6.0, empty_cost=0.2, base_year=2026),
    )


def _measures(area: str, name: str, stage: _Stage, *, room: int) -> list[dict[str, object]]:
    """Return what may be done in one catchment for one stage."""
    usual = {"stage": name, "seats_per_class": stage.seats, "least_classes": 1, "yearly_cost": stage.yearly}
    built = {"lasting": True, "switch_cost": 0.0, "takes_seats": np.nan}
    lent = {"lasting": False, "fixed_cost": 0.0, "class_cost": 0.0, "takes_seats": np.nan}
    rows: list[dict[str, object]] = [
        {
            **usual,
            **built,
            "measure": f"expand {name} {area}",
            "kind": "expand",
            "school": f"school {area}",
            "most_classes": room,
            "first_year": 2027,
            "fixed_cost": 20.0,
            "class_cost": 120.0,
        },
        {
            **usual,
            **built,
            "measure": f"new {name} {area}",
            "kind": "new",
            "school": f"place {area}",
            "least_classes": stage.least,
            "most_classes": stage.most,
            "first_year": 2029,
            "fixed_cost": 1500.0,
            "class_cost": 150.0,
        },
        {
            **usual,
            **lent,
            "measure": f"temporary {name} {area}",
            "kind": "temporary",
            "school": f"place {area}",
            "most_classes": 12,
            "first_year": 2026,
            "yearly_cost": stage.yearly + 20,
            "switch_cost": 15.0,
        },
    ]
    if name == "primary":
        rows.append(
            {
                **usual,
                **lent,
                "measure": f"convert {name} {area}",
                "kind": "convert",
                "school": f"school {area}",
                "most_classes": 8,
                "first_year": 2027,
                "switch_cost": 12.0,
                "takes_school": f"seats {area}",
                "takes_stage": "kindergarten",
                "takes_seats": 30.0,
            }
        )
    return rows
