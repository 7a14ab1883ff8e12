"""Sites on a lattice of streets, and students placed at schools: what the tests of spopt publish."""

from __future__ import annotations

from importlib import resources

import numpy as np
import pandas as pd

from schoolmap.conformance.case import Case
from schoolmap.optimize.assign import assign
from schoolmap.optimize.capacitated import capacitated_p_median
from schoolmap.optimize.covering import maximal_cover
from schoolmap.optimize.covering import p_center
from schoolmap.optimize.covering import set_cover
from schoolmap.optimize.medians import p_median

_TESTS = "pysal/spopt 0.7.0, tests/test_locate/"
_MEDIAN = f"{_TESTS}test_p_median.py: sites 3 and 4 are there, one more of 5"
_MEDIAN_WAYS = f"{_TESTS}test_p_median.py and data/pmedian_cli2fac.pkl: 4 of 5 sites, along streets"
_CENTER = f"{_TESTS}test_p_center.py: sites 3 and 4 are there, one more of 5"
_COVER = f"{_TESTS}test_mclp.py: 4 of 5 sites, 7 along streets"
_SET = f"{_TESTS}test_lscp.py and data/lscp_fac2cli.pkl: 8 along streets"
_SEATS = f"{_TESTS}test_c_p_median.py: demand 4 and 10, capacities 5, 7 and 10, 2 of 3 sites"
_STUDENTS = f"{_TESTS}test_c_p_median.py: 10 students, 74 schools, those of priority 1 are filled first"
_EXACT, _PRINTED = 1e-9, 1e-6


def spopt_cases() -> tuple[Case, ...]:
    """
    Return all cases of the lattice and of the students.

    Examples
    --------
    >>> [case.name for case in spopt_cases() if not case.passes]
    []
    """
    return (*_lattice_cases(), *_seat_cases(), *_student_cases())


def lattice() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """
    Return clients with weights, straight lines to each site, and ways along the streets.

    Examples
    --------
    >>> clients, lines, ways = lattice()
    >>> int(clients["weight"].sum()), lines.shape, ways.shape
    (618, (100, 5), (100, 5))
    """
    clients, sites = _read("lattice_clients").set_index("client"), _read("lattice_sites").set_index("site")
    apart = np.hypot(*(clients[axis].to_numpy()[:, None] - sites[axis].to_numpy() for axis in ("x", "y")))
    ways = clients[[f"way_{site}" for site in sites.index]].set_axis(sites.index, axis=1)
    return clients, pd.DataFrame(apart, index=clients.index, columns=sites.index), ways


def _lattice_cases() -> tuple[Case, ...]:
    clients, lines, ways = lattice()
    weight = clients["weight"]
    median = p_median(weight, lines, number=3, fixed=[3, 4])
    center = p_center(weight, lines, number=3, fixed=[3, 4])
    free = p_median(weight, ways, number=4)
    cover = maximal_cover(weight, ways, number=4, reach=7)
    beyond = float((ways[list(cover.sites)].min(axis=1) > 7).sum())
    elsewhere = (free.assignment != clients["p_median_site"]).sum()
    values = {
        "p-median, two sites there: total": (1872.5093264630818, median.objective, _EXACT, _MEDIAN),
        "p-median, two sites there: mean": (3.0299503664451164, median.objective / weight.sum(), _EXACT, _MEDIAN),
        "p-median, two sites there: the third": (1.0, float(min(median.sites)), 0.0, _MEDIAN),
        "p-median along streets: clients sent elsewhere": (0.0, float(elsewhere), 0.0, _MEDIAN_WAYS),
        "p-center, two sites there: farthest": (6.2520432, center.objective, _PRINTED, _CENTER),
        "p-center, two sites there: the third": (2.0, float(min(center.sites)), 0.0, _CENTER),
        "maximal cover: clients not covered": (1.0, beyond, 0.0, _COVER),
        "maximal cover: per cent of clients": (99.0, 100 - beyond, 0.0, _COVER),
        "set cover: sites": (3.0, float(len(set_cover(weight, ways, reach=8).sites)), 0.0, _SET),
    }
    return tuple(
        Case(name=f"lattice, {name}", published=published, ours=float(ours), tolerance=share * published, source=source)
        for name, (published, ours, share, source) in values.items()
    )


def _seat_cases() -> tuple[Case, ...]:
    """Two clients and three sites with seats, once with a site that is there."""
    ways = lattice()[2].loc[[0, 1], [0, 1, 2]]
    given = pd.Series({0: 4, 1: 10}), pd.Series({0: 5, 1: 7, 2: 10}), ways
    plans = {
        "": capacitated_p_median(*given, number=2),
        ", site 2 is there": capacitated_p_median(*given, number=2, fixed=[2]),
    }
    return tuple(
        Case(
            name=f"lattice, seats{what}: site of client {client}",
            published=float(site),
            ours=float(plan.assignment[client]),
            tolerance=0.0,
            source=_SEATS,
        )
        for what, plan in plans.items()
        for client, site in ((0, 1), (1, 2))
    )


def _student_cases() -> tuple[Case, ...]:
    """Ten schools for ten students is no limit, so the plan is an assignment with places that must be filled."""
    schools, journeys = _read("schools").set_index("school"), _read("journeys")
    students = pd.Series(1, index=journeys["student"].unique())
    minutes = journeys.set_index(["student", "school"])["time"].astype(float)
    floors = schools["places"].where(schools["priority"] == 1, 0)
    placed = assign(students, schools["places"], minutes, floors=floors)
    filled = placed.flows.groupby(level=1).sum().reindex(floors.index, fill_value=0)
    return (
        Case(
            name="students: mean minutes",
            published=87.2,
            ours=placed.objective / len(students),
            tolerance=_EXACT * 87.2,
            source=_STUDENTS,
        ),
        Case(
            name="students: places of priority 1 left empty",
            published=0.0,
            ours=float((floors - filled).clip(lower=0).sum()),
            tolerance=0.0,
            source=_STUDENTS,
        ),
    )


def _read(name: str) -> pd.DataFrame:
    file = resources.files("schoolmap.conformance").joinpath("spopt_towns", f"{name}.csv")
    with file.open(encoding="utf-8") as lines:
        return pd.read_csv(lines)
