"""Pupils to seats: small towns whose best plan is known, and laws that every plan keeps."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import linprog

from schoolmap.conformance.case import Case
from schoolmap.optimize.assign import Assignment
from schoolmap.optimize.assign import assign
from schoolmap.optimize.assign import assign_all_pairs
from schoolmap.optimize.repair import repair
from schoolmap.optimize.together import assign_together

_EVERY = "identity: every plan tried, one after the other"
_BOOKS = "identity: pupils are seated or without a seat"
_DUALITY = "identity: the bound from prices of seats equals the cost (linear programming duality)"
_LAW = "identity: what leaves all plans that there were is never worse"
_NAMES = "identity: names decide nothing"
_AGAIN = "identity: solved again with one seat more"
_TIERS = ("household and property", "household only", "resident permit")


def assignment_cases() -> tuple[Case, ...]:
    """
    Return all cases of assignment.

    Examples
    --------
    >>> [case.name for case in assignment_cases() if not case.passes]
    []
    """
    pupils, seats, metres = _town(areas=120, schools=8, seats_per_pupil=1.05)
    answer = assign_all_pairs(pupils, seats, metres)
    _, few, _ = _town(areas=120, schools=8, seats_per_pupil=1 / 1.2)
    crowded = assign_all_pairs(pupils, few, metres)
    more = assign_all_pairs(pupils, few + (few.index == few.index[3]), metres)
    listed = assign(pupils, seats, _by_pair(metres))
    single = pd.Series(1, index=pupils.index[:7])
    places = pd.Series([2, 1, 2], index=seats.index[:3])
    near = metres.iloc[:7, :3]
    served, least = _every_plan(single, places, near)
    few_seats = assign_all_pairs(single, places, near)
    tiers = _in_tiers(pupils)
    admitted = tiers - assign_all_pairs(tiers, few, metres, tiers=_TIERS).unserved
    first = admitted.groupby(level=1).sum().reindex(list(_TIERS)).to_numpy()
    asked = tiers.groupby(level=1).sum().reindex(list(_TIERS)).to_numpy()
    room = int(few.sum())
    found = repair(pupils, few, _by_pair(metres), limit=9_000)
    family = pd.Series(1, index=pd.MultiIndex.from_arrays([["f", "f", "g", "g", "g"], single.index[:5]]))
    kept = assign_together(single, places, near, together=family, gap=0)
    kept_served, kept_least = _every_plan(single, places, near, together=family)
    blocks = pd.concat({f"block {number}": pupils.iloc[[number]] for number in range(0, 120, 6)})
    whole = assign_together(pupils, seats, metres, together=blocks, gap=0)
    city = _town(areas=400, schools=20, seats_per_pupil=1.05)
    region = _town(areas=5_000, schools=200, seats_per_pupil=1.05)
    far = assign_all_pairs(*region)
    nearer, farther = (
        assign_all_pairs(pupils, seats, metres.where(metres <= reach, np.inf)) for reach in (5_000, 7_000)
    )
    values = {
        "seven pupils, five seats: pupils with a seat": (served, float(few_seats.flows.sum()), _EVERY),
        "seven pupils, five seats: metres": (least, few_seats.objective, _EVERY),
        "demand at 120 % of seats: without a seat": (
            float(pupils.sum() - few.sum()),
            float(crowded.unserved.sum()),
            _BOOKS,
        ),
        "seats for all: without a seat": (0.0, float(answer.unserved.sum()), _BOOKS),
        "seats for all: cost less its bound": (0.0, _gap(answer, pupils, seats, metres), _DUALITY),
        "demand at 120 % of seats: cost less its bound": (0.0, _gap(crowded, pupils, few, metres), _DUALITY),
        "a matrix and a list of pairs": (listed.objective, answer.objective, "identity: the same costs"),
        "two groups kept whole: pupils with a seat": (kept_served, float(kept.flows.sum()), _EVERY),
        "two groups kept whole: metres": (kept_least, kept.objective, _EVERY),
        "twenty areas kept whole: schools of each": (
            1.0,
            float(whole.flows.groupby(level="area").size().reindex(pupils.index[::6]).max()),
            "identity: a group has one school",
        ),
        "twenty areas kept whole: cost less its bound": (
            0.0,
            whole.objective - whole.lower_bound,
            "identity: proven by prices and by HiGHS",
        ),
        "400 areas x 20 schools: metres": (
            _by_linear_programming(*city),
            assign_all_pairs(*city).objective,
            "identity: scipy's linear programming",
        ),
        "5,000 areas x 200 schools: cost less its bound": (0.0, _gap(far, *region), _DUALITY),
        "a longer reach seats fewer, by": (0.0, float(max(0, nearer.flows.sum() - farther.flows.sum())), _LAW),
        "other names of areas and schools: metres": (answer.objective, _renamed(pupils, seats, metres), _NAMES),
        "one seat more: pupils": (
            float(more.flows.sum() - crowded.flows.sum()),
            float(crowded.one_more_serves.iloc[3]),
            _AGAIN,
        ),
        "one seat more: metres": (
            crowded.objective - more.objective,
            float(crowded.one_more_saves.iloc[3]),
            _AGAIN,
        ),
        "tiers: of the first, with a seat": (float(min(asked[0], room)), float(first[0]), _BOOKS),
        "tiers: of the second": (float(min(asked[1], room - first[0])), float(first[1]), _BOOKS),
        "tiers: of the third": (float(room - first[0] - first[1]), float(first[2]), _BOOKS),
        "repair: seats short by group of areas": (
            float(found.answer.unserved.sum()),
            float(found.bottlenecks["short"].sum()),
            "identity: Hall's condition",
        ),
        "repair: without a seat once seats are added": (
            float(found.left_without.sum()),
            float(
                assign_all_pairs(pupils, few + found.seats_to_add, metres.where(metres <= 9_000, np.inf)).unserved.sum()
            ),
            _BOOKS,
        ),
    }
    return tuple(
        Case(name=name, published=published, ours=ours, tolerance=1e-6, source=source)
        for name, (published, ours, source) in values.items()
    )


def _town(*, areas: int, schools: int, seats_per_pupil: float) -> tuple[pd.Series, pd.Series, pd.DataFrame]:
    """Return pupils, seats and whole metres between scattered places, the same each time."""
    area, school = np.arange(areas), np.arange(schools)
    homes = np.column_stack([(area * 3_779) % 10_007, (area * 6_113) % 9_973])
    gates = np.column_stack([(school * 2_357 + 811) % 10_007, (school * 4_999 + 307) % 9_973])
    metres = np.rint(np.hypot(*(homes[:, None, :] - gates[None, :, :]).transpose(2, 0, 1))).astype(np.int64)
    pupils = pd.Series(1 + (area * 17) % 29, index=[f"area {number}" for number in area])
    size = 5 + (school * 7) % 11
    seats = np.floor(size / size.sum() * pupils.sum() * seats_per_pupil).astype(np.int64)
    names = [f"school {number}" for number in school]
    return pupils, pd.Series(seats, index=names), pd.DataFrame(metres, index=pupils.index, columns=names)


def _gap(answer: Assignment, pupils: pd.Series, seats: pd.Series, metres: pd.DataFrame) -> float:
    """Return cost less bound, the bound worked out here from the prices alone."""
    cheapest = (metres + answer.prices).min(axis=1).clip(upper=answer.charge)
    bound = (pupils * cheapest).sum() - (seats * answer.prices).sum()
    return float(answer.objective + answer.charge * answer.unserved.sum() - bound)


def _by_linear_programming(pupils: pd.Series, seats: pd.Series, metres: pd.DataFrame) -> float:
    """Return the fewest metres of all pupils, where seats suffice."""
    areas, schools = metres.shape
    of_area = sparse.kron(sparse.eye_array(areas), np.ones((1, schools)), format="csr")
    of_school = sparse.kron(np.ones((1, areas)), sparse.eye_array(schools), format="csr")
    answer = linprog(metres.to_numpy().ravel(), A_ub=of_school, b_ub=seats, A_eq=of_area, b_eq=pupils)
    return float(answer.fun)


def _renamed(pupils: pd.Series, seats: pd.Series, metres: pd.DataFrame) -> float:
    """Return the cost where areas and schools are called otherwise, in another order of the alphabet."""
    areas = {area: -place for place, area in enumerate(pupils.index)}
    schools = {school: f"{place % 3} {school}" for place, school in enumerate(seats.index)}
    renamed = metres.rename(index=areas, columns=schools)
    return assign_all_pairs(pupils.rename(areas), seats.rename(schools), renamed).objective


def _every_plan(
    pupils: pd.Series, seats: pd.Series, metres: pd.DataFrame, *, together: pd.Series | None = None
) -> tuple[float, float]:
    """Return the most that can be seated, one pupil in each area, and the fewest metres of that many."""
    members = (
        []
        if together is None
        else [pupils.index.get_indexer(rows.index.get_level_values(1)) for _, rows in together.groupby(level=0)]
    )
    cost = metres.to_numpy()
    best = (0, 0.0)
    for plan in itertools.product(range(-1, len(seats)), repeat=len(pupils)):
        if any(len({plan[area] for area in group}) > 1 for group in members):
            continue
        seated = [(area, school) for area, school in enumerate(plan) if school >= 0]
        load = np.bincount([school for _, school in seated], minlength=len(seats))
        if (load <= seats.to_numpy()).all():
            best = min(best, (-len(seated), float(sum(cost[area, school] for area, school in seated))))
    return float(-best[0]), best[1]


def _in_tiers(pupils: pd.Series) -> pd.Series:
    """Return the pupils by area and tier: half of the first, of the rest two thirds of the second."""
    first = pupils // 2
    second = (pupils - first) * 2 // 3
    table = pd.DataFrame(dict(zip(_TIERS, (first, second, pupils - first - second), strict=True)))
    return _by_pair(table)


def _by_pair(table: pd.DataFrame) -> pd.Series:
    """Return a table by row and column."""
    pairs = pd.MultiIndex.from_product([table.index, table.columns])
    return pd.Series(table.to_numpy().ravel(), index=pairs)
