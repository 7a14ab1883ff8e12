"""
Access against the tests of pysal/access, and its laws.

The three towns with hospitals, their travel in four states of the roads, and the
grid of five by five points are the inputs of that package's tests. They are:
Copyright 2018 pysal-access developers, BSD 3-Clause License,
https://github.com/pysal/access. The values of the towns are those that its
version 1.1.10 returns for them, which its tests hold against a plain computation.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from schoolmap.conformance.case import Case
from schoolmap.space.access import falloff
from schoolmap.space.access.floating import enhanced_two_step
from schoolmap.space.access.floating import three_step
from schoolmap.space.access.floating import two_step
from schoolmap.space.access.raam import raam

_ROUNDING = 1e-9
_HOSPITALS = "pysal/access, access/tests/test_hospital_example.py"
_PACKAGE = "value of pysal/access 1.1.10 for the hospitals"
_GRID = "pysal/access, access/tests/test_floating_catchment_area.py"
_RAAM = "pysal/access, access/tests/test_raam.py"
_WEIGHTS = "pysal/access, access/weights.py, examples"

PEOPLE = pd.Series({1: 100, 2: 50, 3: 10}, name="pop")
DOCTORS = pd.Series({1: 15, 2: 20, 3: 100}, name="doc")
LONGEST = 61
"""Minutes up to which a hospital is in reach."""

ROADS = {
    "gridlock": (40, 40, 80),
    "faster inbound": (20, 40, 80),
    "faster outbound": (40, 20, 80),
    "faster both ways": (20, 20, 40),
}
"""Minutes into the city, out of it, and from suburb to suburb."""

TWO_STEP = {
    "gridlock": (0.3314441169802766, 0.5798281320669381, 7.286418169862544),
    "faster inbound": (0.4353402208763805, 0.683724235963042, 5.727976611420986),
    "faster outbound": (0.3310719131614654, 0.5778577857785778, 7.299991939492457),
    "faster both ways": (0.4425683953985841, 0.6667582799658271, 5.7405246461850234),
}
THREE_STEP = {
    "gridlock": (0.15625658829061984, 0.4062164524508605, 9.906351854839498),
    "faster inbound": (0.17381354292075435, 0.42377244008875437, 9.643002370348684),
    "faster outbound": (0.15652592741822574, 0.40637274095207443, 9.902877021057371),
    "faster both ways": (0.17480214807981356, 0.42403550855652616, 9.631800976419234),
}
RATIONAL = {
    "gridlock": (1.5048479166666666, 1.4933229166666666, 0.8435416666666669),
    "faster inbound": (1.2532729166666667, 1.2455291666666668, 0.9363541666666668),
}


def roads(state: str) -> pd.Series:
    """
    Return minutes from each town to each hospital; the third is the city.

    Examples
    --------
    >>> roads("faster inbound").loc[[(1, 3), (3, 1)]].to_dict()
    {(1, 3): 20.0, (3, 1): 40.0}
    """
    inbound, outbound, across = ROADS[state]
    ways = {
        (1, 1): 1, (2, 2): 1, (3, 3): 1,
        (1, 3): inbound, (2, 3): inbound,
        (3, 1): outbound, (3, 2): outbound,
        (1, 2): across, (2, 1): across,
    }  # fmt: skip
    return pd.Series(ways, dtype=float).rename_axis(["origin", "school"])


def hospital_cases() -> tuple[Case, ...]:
    """Return 12 values of 2SFCA with gravity weights, 12 of 3SFCA, and 6 of RAAM."""
    gravity = falloff.inverse_power(1, least=1)
    cases = []
    for state in ROADS:
        travel = roads(state)
        found = {
            "2SFCA": (TWO_STEP, enhanced_two_step(travel, PEOPLE, DOCTORS, weight=gravity, limit=LONGEST)),
            "3SFCA": (
                THREE_STEP,
                three_step(travel, PEOPLE, DOCTORS, weight=gravity, limit=LONGEST, choose_among="listed"),
            ),
            "RAAM": (RATIONAL, raam(travel, PEOPLE, DOCTORS, tau=60).access),
        }
        cases += [
            Case(
                name=f"{method}, hospitals, {state}, town {town}",
                published=published[state][place],
                ours=float(ours.loc[town]),
                tolerance=_ROUNDING,
                source=_PACKAGE if method == "RAAM" else _HOSPITALS,
            )
            for method, (published, ours) in found.items()
            if state in published
            for place, town in enumerate(PEOPLE.index)
        ]
    return tuple(sorted(cases, key=lambda case: case.name.split(",")[0]))


def grid_cases() -> tuple[Case, ...]:
    """Return what must hold on a grid of 25 points with one seat each, and one child at five of them."""
    travel, supply = _grid(5)
    demand = pd.Series(1.0, index=[1, 7, 13, 19, 24])
    travel = travel.loc[travel.index.get_level_values("origin").isin(demand.index)]
    everywhere = falloff.step_weights({10: 25})
    found = {
        ("2SFCA", "everything in reach", 5): two_step(travel, demand, supply, limit=10),
        ("2SFCA", "only the door in reach", 1): two_step(travel, demand, supply, limit=0.9),
        ("E2SFCA", "everything in reach", 5): enhanced_two_step(travel, demand, supply, weight={10: 1}),
        ("E2SFCA", "only the door in reach", 1): enhanced_two_step(travel, demand, supply, weight={10: 1}, limit=0.9),
        ("3SFCA", "everything in reach", 5): three_step(travel, demand, supply, weight=everywhere),
        ("3SFCA", "only the door in reach", 1): three_step(travel, demand, supply, weight=everywhere, limit=0.9),
    }
    return tuple(
        Case(
            name=f"{method}, grid, {what}, worst of five points",
            published=float(value),
            ours=_farthest(ours, value),
            tolerance=_ROUNDING,
            source=_GRID,
        )
        for (method, what, value), ours in found.items()
    )


def rational_cases() -> tuple[Case, ...]:
    """Return what must hold of the rational agent access model."""
    travel, supply = _grid(5)
    one = pd.Series({12: 1})
    alone = travel.loc[[12]]
    options: dict[str, dict[str, float]] = {
        "": {},
        ", steps of one child": {"initial_step": 1},
        ", long steps": {"min_step": 1},
    }
    same = pd.Series(4.0, index=supply.index)
    even = raam(travel.loc[[(point, point) for point in supply.index]], same, supply, tau=60).access
    return (
        *(
            Case(
                name=f"RAAM, grid, one child costs all 25 seats{what}",
                published=25.0,
                ours=float(raam(alone, one, supply, tau=60, **option).access.loc[12]),  # type: ignore[arg-type]
                tolerance=_ROUNDING,
                source=_RAAM,
            )
            for what, option in options.items()
        ),
        Case(
            name="RAAM, grid, every point its own school: usual crowding",
            published=1.0,
            ours=_farthest(even, 1.0),
            tolerance=_ROUNDING,
            source="identity: cost 1 is usual crowding at the door",
        ),
    )


def weight_cases() -> tuple[Case, ...]:
    """Return weights whose values are printed."""
    steps = falloff.step_weights({20: 1, 40: 0.68, 60: 0.22})
    bell, pull = falloff.gaussian(20), falloff.inverse_power(2, least=1)
    printed = {
        "steps at 20": (steps, 20, 1.0, 0.0),
        "steps at 30": (steps, 30, 0.68, 0.0),
        "steps at 70": (steps, 70, 0.0, 0.0),
        "Gaussian at 1 sigma": (bell, 20, 0.6065306597126334, 1e-15),
        "Gaussian at 2 sigma": (bell, 40, 0.1353352832366127, 1e-15),
        "Gaussian at 3 sigma": (bell, 60, 0.011108996538242306, 1e-15),
        "gravity at 0, of that at 20": (lambda far: pull(far) / pull(np.array([20.0])), 0, 400.0, 1e-9),
        "gravity at 60, of that at 20": (lambda far: pull(far) / pull(np.array([20.0])), 60, 0.11, 0.005),
    }
    return tuple(
        Case(
            name=f"weight, {what}",
            published=value,
            ours=float(weight(np.array([float(at)]))[0]),
            tolerance=tolerance,
            source=_WEIGHTS,
        )
        for what, (weight, at, value, tolerance) in printed.items()
    )


def access_cases() -> tuple[Case, ...]:
    """
    Return all cases of access.

    Examples
    --------
    >>> all(case.passes for case in access_cases())
    True
    """
    return (*hospital_cases(), *grid_cases(), *rational_cases(), *weight_cases())


def _farthest(values: pd.Series, expected: float) -> float:
    """Return the value that is farthest from what is expected."""
    return float(values.iloc[int(np.argmax(np.abs(values.to_numpy() - expected)))])


def _grid(side: int) -> tuple[pd.Series, pd.Series]:
    """Return straight lines between the points of a grid, numbered from 1, and one seat at each."""
    points = np.array([(x, y) for x in range(side) for y in range(side)], dtype=float)
    far = np.hypot(*(points[:, None] - points).T)
    names = range(1, side * side + 1)
    index = pd.MultiIndex.from_product([names, names], names=["origin", "school"])
    return pd.Series(far.ravel(), index=index), pd.Series(1.0, index=names)
