"""Small siting problems by chance, and their best plan by trying every course of every measure."""

from __future__ import annotations

import itertools
from functools import partial
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.linalg import block_diag
from scipy.optimize import linprog

from schoolmap.optimize.siting.measures import allowed_sizes
from schoolmap.optimize.siting.measures import check_measures
from schoolmap.optimize.siting.money import Money

if TYPE_CHECKING:
    from collections.abc import Callable

Course = tuple[int, ...]


class Town(NamedTuple):
    """All that `site` asks."""

    demand: pd.Series
    seats: pd.Series
    ways: pd.DataFrame
    measures: pd.DataFrame
    money: Money
    plots: pd.Series
    budget: pd.Series | None
    total_budget: float | None
    land: float = 0.0

    @property
    def tables(self) -> tuple[pd.Series, pd.Series, pd.DataFrame, pd.DataFrame]:
        """Return what is positional."""
        return self.demand, self.seats, self.ways, self.measures

    @property
    def terms(self) -> dict[str, object]:
        """Return what is by keyword."""
        return {
            "money": self.money,
            "plots": pd.DataFrame({"most_classes": self.plots, "land_cost": self.land}) if self.land else self.plots,
            "budget": self.budget,
            "total_budget": self.total_budget,
        }


def town(seed: int, *, scenarios: int = 1, number: int = 2, limited: bool = True) -> Town:
    """Return a town of two areas, two schools and a site, over three years."""
    rng = np.random.default_rng(seed)
    areas, schools, stages = ["north", "south"], ["hill", "lake"], ["kindergarten", "primary"][: rng.integers(1, 3)]
    years = [2026, 2028, 2031] if rng.random() < 0.5 else [2026, 2027, 2028]
    courses = [f"course {turn}" for turn in range(scenarios)]
    demand = _series(rng, 120, ["scenario", "area", "stage", "year"], [courses, areas, stages, years])
    seats = _series(rng, 80, ["school", "stage", "year"], [schools, stages, years])
    measures = pd.DataFrame(
        [_measure(rng, schools, stages) for _ in range(number)], index=[f"measure {turn}" for turn in range(number)]
    )
    pairs = [
        (area, school, stage)
        for area in areas
        for school in [*schools, "site"]
        for stage in stages
        if (school != "site" or ((measures["school"] == school) & (measures["stage"] == stage)).any())
        and rng.random() < 0.8
    ]
    index = pd.MultiIndex.from_tuples(pairs or [("north", "hill", stages[0])], names=["area", "school", "stage"])
    ways = pd.DataFrame(
        {"metres": rng.integers(100, 5000, len(index)) * 1.0, "charge": rng.choice([0.0, 0.5], len(index))}, index
    )
    money = Money(
        discount_rate=float(rng.choice([0, 0.04])),
        metre_cost=0.05,
        short_cost=float(rng.choice([0.2, 3, 10])),
        empty_cost=float(rng.choice([0, 0.3])),
        base_year=2026,
    )
    budget = pd.Series(rng.integers(50, 500, len(years)) * 1.0, index=years) if rng.random() < 0.4 else None
    total = float(rng.integers(100, 800)) if rng.random() < 0.4 else None
    if not limited:
        budget, total = None, None
    return Town(demand, seats, ways, measures, money, pd.Series({"yard": int(rng.integers(2, 7))}), budget, total)


def _series(rng: np.random.Generator, most: int, names: list[str], levels: list[list[object]]) -> pd.Series:
    index = pd.MultiIndex.from_product(levels, names=names)
    return pd.Series(rng.integers(0, most, len(index)) * 1.0, index=index)


def _measure(rng: np.random.Generator, schools: list[str], stages: list[str]) -> dict[str, object]:
    least = int(rng.integers(0, 4))
    takes = rng.random() < 0.3
    return {
        "kind": "any",
        "school": str(rng.choice([*schools, "site"])),
        "stage": str(rng.choice(stages)),
        "seats_per_class": int(rng.integers(20, 50)),
        "least_classes": least,
        "most_classes": max(least, int(rng.integers(1, 4))),
        "sizes": (1, 3) if least == 0 and rng.random() < 0.3 else None,
        "first_year": int(rng.integers(2025, 2030)),
        "last_year": float(rng.integers(2026, 2032)) if rng.random() < 0.3 else np.nan,
        "lasting": bool(rng.random() < 0.6),
        "fixed_cost": float(rng.choice([0, 30, 150])),
        "class_cost": float(rng.choice([0, 40, 100])),
        "yearly_cost": float(rng.integers(0, 30)),
        "takes_school": str(rng.choice(schools)) if takes else None,
        "takes_stage": str(rng.choice(stages)) if takes else None,
        "takes_seats": 20.0 if takes else np.nan,
        "switch_cost": float(rng.choice([0, 10])),
        "plot": "yard" if rng.random() < 0.4 else None,
        "group": "either" if rng.random() < 0.3 else None,
    }


def courses_of(row: pd.Series, years: list[int]) -> list[Course]:
    """Return every course that a measure may take."""
    courses = []
    for course in itertools.product([0, *allowed_sizes(row)], repeat=len(years)):
        used = [year for year, classes in zip(years, course, strict=True) if classes]
        early = any(year < row["first_year"] for year in used)
        late = bool(used) and used[0] > row["last_year"]
        falls = row["lasting"] and any(now < before for before, now in itertools.pairwise(course))
        if not (early or late or falls):
            courses.append(course)
    return courses


def every_plan(case: Town) -> list[dict[str, float]]:
    """Return the cost by scenario of every plan that is allowed."""
    return [costs for _, costs in every_course(case)]


def every_course(case: Town) -> list[tuple[tuple[Course, ...], dict[str, float]]]:
    """Return every plan that is allowed, a course of each measure, with its cost by scenario."""
    table = check_measures(case.measures, plots=case.plots)
    years = sorted(case.demand.index.get_level_values("year").unique())
    scenarios = list(case.demand.index.get_level_values("scenario").unique())
    lengths = [*np.diff(years), np.diff(years)[-1]]
    worth = [(1 + case.money.discount_rate) ** -(year - case.money.base_year) for year in years]
    known: dict[tuple[object, ...], float] = {}
    plans = []
    for plan in itertools.product(*(courses_of(row, years) for _, row in table.iterrows())):
        if not _allowed(plan, table, case):
            continue
        capital = _capital(plan, table, len(years), case.land)
        if case.budget is not None and (capital > case.budget.to_numpy() + 1e-9).any():
            continue
        if case.total_budget is not None and capital.sum() > case.total_budget + 1e-9:
            continue
        running = np.array(plan).T @ table["yearly_cost"].to_numpy()
        shared = float(capital @ worth + (running * lengths) @ worth)
        costs = {}
        for scenario in scenarios:
            costs[scenario] = shared
            for turn, year in enumerate(years):
                key = (scenario, year, tuple(course[turn] for course in plan))
                if key not in known:
                    known[key] = _seating(case, table, *key)
                costs[scenario] += known[key] * worth[turn] * lengths[turn]
        if np.isfinite(list(costs.values())).all():
            plans.append((plan, costs))
    return plans


def _allowed(plan: tuple[Course, ...], table: pd.DataFrame, case: Town) -> bool:
    on_plot = np.array(plan)[(table["plot"] == "yard").to_numpy()].reshape(-1, len(plan[0]))
    grouped = [any(course) for course, group in zip(plan, table["group"], strict=True) if group == "either"]
    return bool((on_plot.sum(axis=0) <= case.plots["yard"]).all()) and sum(grouped) <= 1


def _capital(plan: tuple[Course, ...], table: pd.DataFrame, periods: int, land: float) -> np.ndarray:
    spent = np.zeros(periods)
    on_plot = [course for course, plot in zip(plan, table["plot"], strict=True) if plot == "yard"]
    first = next((turn for turn in range(periods) if any(course[turn] for course in on_plot)), None)
    if first is not None:
        spent[first] += land
    for course, (_, row) in zip(plan, table.iterrows(), strict=True):
        begun, before = False, 0
        for turn, classes in enumerate(course):
            if classes and not begun:
                spent[turn] += row["fixed_cost"]
                begun = True
            each = row["class_cost"] + (0.0 if row["lasting"] else row["switch_cost"])
            spent[turn] += max(0, classes - before) * each
            before = classes
    return spent


def _seating(case: Town, table: pd.DataFrame, scenario: str, year: int, classes: Course) -> float:
    """Return what ways, missing and empty seats of one year cost at least; infinite if rooms are taken that are not there."""
    places = _places(case, table, year, classes)
    if places is None:
        return np.inf
    ways = case.ways["metres"] / 1000 * case.money.metre_cost + case.ways["charge"]
    demand = case.demand.xs((scenario, year), level=("scenario", "year"))
    rows, sections = len(demand), len(places)
    cost = np.concatenate([ways, np.full(rows, case.money.short_cost), np.full(sections, case.money.empty_cost)])
    seated, limits = _seats_of(case, demand, places)
    return float(linprog(cost, A_eq=seated, b_eq=demand.to_numpy(), **limits).fun)


def _places(case: Town, table: pd.DataFrame, year: int, classes: Course) -> pd.DataFrame | None:
    """Return seats of a year by place, and those that were added; none if rooms are taken that are not there."""
    added = pd.Series(0.0, index=case.seats.xs(year, level="year").index)
    room = case.seats.xs(year, level="year").copy()
    for number, (_, row) in zip(classes, table.iterrows(), strict=True):
        place, more = (row["school"], row["stage"]), number * row["seats_per_class"]
        room[place], added[place] = room.get(place, 0.0) + more, added.get(place, 0.0) + more
        if row["takes_school"] is not None:
            from_ = row["takes_school"], row["takes_stage"]
            room[from_] = room.get(from_, 0.0) - number * row["takes_seats"]
    places = pd.DataFrame({"room": room, "added": added}).fillna(0.0)
    return None if places["room"].min() < 0 else places


def _seats_of(case: Town, demand: pd.Series, places: pd.DataFrame) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return rows that seat or list everybody, and limits of seats; columns are ways, missing and empty seats."""
    ways, rows, sections = len(case.ways), len(demand), len(places)
    of_row, of_section = np.zeros((rows, ways + rows + sections)), np.zeros((sections, ways + rows + sections))
    for way, (area, school, stage) in enumerate(case.ways.index):
        of_row[list(demand.index).index((area, stage)), way] = 1
        of_section[list(places.index).index((school, stage)), way] = 1
    of_row[:, ways : ways + rows] = np.eye(rows)
    filled = -of_section.copy()
    filled[:, ways + rows :] = -np.eye(sections)
    most = np.concatenate([places["room"], -places["added"]])
    return of_row, {"A_ub": np.vstack([of_section, filled]), "b_ub": most}


def trades(case: Town) -> list[tuple[float, Callable[..., float]]]:
    """
    Return the money of every plan, and what tells the fewest short (or the least way) that it may have within a limit.

    Pupils and kilometres are summed over years, each for those until the next one.
    """
    table = check_measures(case.measures, plots=case.plots)
    years = sorted(case.demand.index.get_level_values("year").unique())
    (scenario,) = case.demand.index.get_level_values("scenario").unique()
    lengths = [*np.diff(years), np.diff(years)[-1]]
    worth = np.array([(1 + case.money.discount_rate) ** -(year - case.money.base_year) for year in years])
    found = []
    for plan, _ in every_course(case):
        money = _capital(plan, table, len(years), case.land) @ worth
        money += (np.array(plan).T @ table["yearly_cost"].to_numpy() * lengths) @ worth
        seated, asked, full, room, short, way = [], [], [], [], [], []
        for turn, year in enumerate(years):
            demand = case.demand.xs((scenario, year), level=("scenario", "year"))
            places = _places(case, table, year, tuple(course[turn] for course in plan))
            each, limits = _seats_of(case, demand, places)
            width = each.shape[1]
            at = np.arange(width)
            seated.append(each)
            asked.append(demand.to_numpy())
            full.append(limits["A_ub"])
            room.append(limits["b_ub"])
            missing = (at >= len(case.ways)) & (at < len(case.ways) + len(demand))
            short.append(np.where(missing, lengths[turn], 0.0))
            way.append(np.append(case.ways["metres"] / 1000 * lengths[turn], np.zeros(width - len(case.ways))))
        least = partial(
            _least,
            costs={"short": np.concatenate(short), "kilometres": np.concatenate(way)},
            seated=(block_diag(*seated), np.concatenate(asked)),
            room=(block_diag(*full), np.concatenate(room)),
        )
        found.append((float(money), least))
    return found


def _least(
    *,
    costs: dict[str, np.ndarray],
    seated: tuple[np.ndarray, np.ndarray],
    room: tuple[np.ndarray, np.ndarray],
    kilometres: float | None = None,
) -> float:
    """Return the fewest short within so many kilometres in all."""
    rows, most = room
    if kilometres is not None:
        rows, most = np.vstack([rows, costs["kilometres"]]), np.append(most, kilometres)
    return float(linprog(costs["short"], A_ub=rows, b_ub=most, A_eq=seated[0], b_eq=seated[1]).fun)


def best_cost(case: Town, weights: pd.Series | None = None) -> float:
    """Return what the best plan costs."""
    return min(
        sum(cost * (1 / len(plan) if weights is None else weights[name]) for name, cost in plan.items())
        for plan in every_plan(case)
    )
