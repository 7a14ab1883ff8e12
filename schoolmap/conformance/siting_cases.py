"""What to build and when: small towns where every plan was tried, and laws that every siting keeps."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from schoolmap.conformance.case import Case
from schoolmap.conformance.made_growth import made_growth
from schoolmap.optimize.siting.choices import near_optimal
from schoolmap.optimize.siting.fronts import pareto
from schoolmap.optimize.siting.money import Money
from schoolmap.optimize.siting.site import site

_EVERY = "identity: every course of every measure tried, one after the other"
_LAW = "identity: what takes more away never costs less"
_BOOKS = "identity: every pupil is once at school or without a seat"
_DUALITY = "identity: a bound that equals the plan proves it"
_YEARS = (2026, 2027, 2028)
_PUPILS = {"north": (60.0, 118.0, 70.0), "south": (50.0, 95.0, 88.0)}
_SEATS = {"hill": 60.0, "lake": 55.0}
_METRES = {("north", "hill"): 400.0, ("north", "lake"): 2600.0, ("south", "hill"): 3100.0, ("south", "lake"): 700.0}
_CLASS = 40
_FIXED, _EACH, _RUN, _RENT, _SWITCH = 60.0, 45.0, 9.0, 34.0, 8.0
_NEAR = 0.35
_MONEY = Money(discount_rate=0.03, metre_cost=0.06, short_cost=3.0, empty_cost=0.05, base_year=2026)


def siting_cases() -> tuple[Case, ...]:
    """
    Return all cases of siting over years.

    Examples
    --------
    >>> [case.name for case in siting_cases() if not case.passes]
    []
    """
    demand, seats, ways, measures = _town()
    best = site(demand, seats, ways, measures, money=_MONEY, gap=0.0)
    limited = site(demand, seats, ways, measures, money=_MONEY, gap=0.0, total_budget=12.0)
    none = site(demand, seats, ways, measures, money=_MONEY, gap=0.0, total_budget=0.0)
    dear = site(demand, seats, ways, measures, money=replace(_MONEY, short_cost=9.0), gap=0.0)
    county = made_growth(areas=30, schools=5, sites=4, periods=3, scenarios=2, arcs=5, seed=4)
    grown = site(*county[:4], money=county.money, gap=1e-6)
    twice = pd.concat({"one": demand, "two": demand}, names=["scenario"])
    copied = site(twice, seats, ways, measures, money=_MONEY, gap=0.0, weights=pd.Series({"one": 0.25, "two": 0.75}))
    roomier = site(demand, seats + 10.0, ways, measures, money=_MONEY, gap=0.0)
    nearer = site(demand, seats, ways * 0.9, measures, money=_MONEY, gap=0.0)
    wide = made_growth(areas=90, schools=12, sites=8, periods=5, arcs=10, seed=1)
    proven = site(*wide[:4], money=wide.money, gap=2e-3)
    every = _every_plan()
    near = near_optimal(demand, seats, ways, measures, number=4, within=_NEAR, gap=0.0, money=_MONEY).plans
    least = min(plan.cost for plan in every)
    front = pareto(demand, seats, ways, measures, levels=2, gap=1e-9, money=_MONEY).points
    fewest = min(plan.short for plan in every)
    placed = float(grown.flows.sum() + grown.unserved.sum())
    values = {
        "expand or rent, 2 schools, 3 years: cost": (least, best.objective, _EVERY),
        "the same within a budget of 12: cost": (
            min(plan.cost for plan in every if plan.capital <= 12.0),
            limited.objective,
            _EVERY,
        ),
        "plans that use other measures and cost little more: number": (
            float(len({plan.uses for plan in every if plan.cost <= least * (1 + _NEAR)})),
            float(len({frozenset(plan.built.index.get_level_values("measure")) for plan in near})),
            _EVERY,
        ),
        "the dearest of them: share above the best beyond what was allowed": (
            0.0,
            max(0.0, *(plan.objective / least - 1 - _NEAR for plan in near)),
            _EVERY,
        ),
        "front of money and children short: the fewest short": (fewest, float(front["short"].min()), _EVERY),
        "front of money and children short: least money with as few short": (
            min(plan.money for plan in every if plan.short == fewest),
            float(front["money"][front["short"] <= fewest + 1e-3].min()),
            _EVERY,
        ),
        "without money nothing is built: capital": (0.0, float(none.costs["capital"].sum()), _LAW),
        "a budget makes it cheaper, by": (0.0, max(0.0, best.objective - limited.objective), _LAW),
        "dearer missing seats are more, by": (
            0.0,
            max(0.0, float(dear.unserved.sum() - best.unserved.sum())),
            _LAW,
        ),
        "more seats cost more, by": (0.0, max(0.0, roomier.objective - best.objective), _LAW),
        "shorter ways cost more, by": (0.0, max(0.0, nearer.objective - best.objective), _LAW),
        "county of 90 areas, 20 schools and sites, 5 periods: share above its bound beyond 0.2 %": (
            0.0,
            max(0.0, proven.gap - 2e-3),
            _DUALITY,
        ),
        "a scenario and its copy: cost": (best.objective, copied.objective, "identity: a copy changes nothing"),
        "county of 30 areas, 2 scenarios: pupils placed or without a seat": (
            float(county.demand.sum()),
            placed,
            _BOOKS,
        ),
        "county of 30 areas, 2 scenarios: plan less its bound": (
            0.0,
            max(0.0, grown.objective - grown.lower_bound - 1e-6 * grown.objective),
            _DUALITY,
        ),
    }
    return tuple(
        Case(name=name, published=published, ours=ours, tolerance=1e-6 * max(1.0, abs(published)), source=source)
        for name, (published, ours, source) in values.items()
    )


def _town() -> tuple[pd.Series, pd.Series, pd.Series, pd.DataFrame]:
    """Return two areas with a wave, two schools, an expansion of one and rooms to rent at the other."""
    years = list(_YEARS)
    demand = pd.Series(
        np.concatenate([np.array(values) for values in _PUPILS.values()]),
        index=pd.MultiIndex.from_product([list(_PUPILS), ["primary"], years], names=["area", "stage", "year"]),
    )
    seats = pd.Series(
        np.repeat(list(_SEATS.values()), len(years)),
        index=pd.MultiIndex.from_product([list(_SEATS), ["primary"], years], names=["school", "stage", "year"]),
    )
    ways = pd.Series({(area, school, "primary"): metres for (area, school), metres in _METRES.items()})
    measures = pd.DataFrame(
        {
            "kind": ["expand", "temporary"],
            "school": ["hill", "lake"],
            "stage": "primary",
            "seats_per_class": _CLASS,
            "most_classes": 2,
            "first_year": [2027, 2026],
            "lasting": [True, False],
            "fixed_cost": [_FIXED, 0.0],
            "class_cost": [_EACH, 0.0],
            "yearly_cost": [_RUN, _RENT],
            "switch_cost": [0.0, _SWITCH],
        },
        index=["east wing", "cabins"],
    )
    return demand, seats, ways, measures


class _Plan(NamedTuple):
    """Which measures a plan uses, its capital and cost, what it pays without ways and seats, and pupils without a seat."""

    uses: frozenset[str]
    capital: float
    cost: float
    money: float
    short: float


def _every_plan() -> list[_Plan]:
    """Return all courses of both measures: each is costed by itself."""
    known = {
        (year, built, rented): _seating(year, built, rented)
        for year, built, rented in itertools.product(range(len(_YEARS)), range(3), range(3))
    }
    plans = []
    worth = (1 + _MONEY.discount_rate) ** -np.arange(len(_YEARS))
    pupils, seats = np.sum(list(_PUPILS.values()), axis=0), sum(_SEATS.values())
    wing = [(0, *course) for course in itertools.combinations_with_replacement(range(3), 2)]
    for built, rented in itertools.product(wing, itertools.product(range(3), repeat=3)):
        rise = np.maximum(np.diff(np.array([built, rented]), prepend=0), 0)
        opens = (np.array(built) > 0) & (np.concatenate([[0], built[:-1]]) == 0)
        capital = rise[0] * _EACH + opens * _FIXED + rise[1] * _SWITCH
        money = capital + _RUN * np.array(built) + _RENT * np.array(rented)
        seating = [known[year, built[year], rented[year]] for year in range(len(_YEARS))]
        # every way is allowed, so that nobody is without a seat while there is one
        short = np.maximum(pupils - seats - (np.array(built) + np.array(rented)) * _CLASS, 0)
        used = {"east wing": any(built), "cabins": any(rented)}
        uses = frozenset(measure for measure, is_used in used.items() if is_used)
        plans.append(
            _Plan(
                uses, float(capital.sum()), float((money + seating) @ worth), float(money @ worth), float(short.sum())
            )
        )
    return plans


def _seating(year: int, built: int, rented: int) -> float:
    """Return what ways, missing and empty seats of one year cost at least, by a linear programme."""
    ways = [metres / 1000 * _MONEY.metre_cost for metres in _METRES.values()]
    cost = [*ways, _MONEY.short_cost, _MONEY.short_cost, _MONEY.empty_cost, _MONEY.empty_cost]
    everyone = [[1, 1, 0, 0, 1, 0, 0, 0], [0, 0, 1, 1, 0, 1, 0, 0]]
    full = [[1, 0, 1, 0, 0, 0, 0, 0], [0, 1, 0, 1, 0, 0, 0, 0]]
    filled = [[-1, 0, -1, 0, 0, 0, -1, 0], [0, -1, 0, -1, 0, 0, 0, -1]]
    more = np.array([built, rented]) * _CLASS
    answer = linprog(
        cost,
        A_ub=[*full, *filled],
        b_ub=[*(np.array(list(_SEATS.values())) + more), *-more],
        A_eq=everyone,
        b_eq=[values[year] for values in _PUPILS.values()],
    )
    return float(answer.fun)
