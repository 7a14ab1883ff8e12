"""
Other plans to choose from: for less and for more money, and about as good but different.

All are asked of the same model. A missing seat that weighs less, or more, gives
the points of the front between money, children short and ways: each is the
cheapest plan with as few children short and as short ways. Plans that are about
as good are found by making dearer what the plan does, and counted at what they
really cost (modelling to generate alternatives; Brill, Chang and Hopkins, 1982).
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Literal
from typing import NamedTuple

import pandas as pd

from schoolmap.optimize.siting.answer import COMPONENTS
from schoolmap.optimize.siting.answer import used_measures
from schoolmap.optimize.siting.site import site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schoolmap.optimize.siting.scenarios import Terms
    from schoolmap.optimize.siting.site import Siting

    Given = tuple[pd.Series, pd.Series, pd.DataFrame, pd.DataFrame]

Name = Literal["proposed", "money", "elsewhere", "build_less", "rent_less"]
"""The plan that is proposed, one for another weight of a missing seat, at other places, with less building, less renting."""
WEIGHTS = (0.125, 0.25)
"""What a missing seat weighs in the plans for less money, as a multiple of what the project says."""
MORE = 4.0
"""The same for more money, where the plan leaves more than `SEATED` of the pupils that it seats without a seat."""
SEATED = 0.005
DEARER = 1.5
"""Building, or renting, costs so many times as much where a plan with less of it is looked for."""
WITHIN = 0.05
"""Plans that are about as good cost at most this share more."""
DIFFERENT = 0.05
"""Plans differ if this share of the classes is elsewhere."""
_LEAST = 0.5
"""Smaller differences, in pupils, kilometres or units of money, are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """
    One plan that could be chosen.

    Attributes
    ----------
    name
        What it is.
    weight
        What a missing seat weighs in it, as a multiple of what the project says.
    cost
        What it costs in all as the project weighs it, discounted: with ways and
        missing seats.
    money
        Of that, building, running and rent.
    capital, yearly
        Building, and running and rent, in all years together, not discounted.
    short, kilometres
        Pupils without a seat, and kilometres of way beyond the nearest place,
        summed over pupils and years and weighted over scenarios.
    gap
        How far it may be from the best for its question, as a share.
    used
        By measure: `classes` at most, and `opens`, the year it is first used.
    """

    name: Name
    weight: float
    cost: float
    money: float
    capital: float
    yearly: float
    short: float
    kilometres: float
    gap: float
    used: pd.DataFrame


def options(
    plan: Siting, given: Given, terms: Terms, *, number: int, gap: float, time_limit: float
) -> tuple[Option, ...]:
    """
    Find other plans to choose from.

    Parameters
    ----------
    plan
        The plan that is proposed.
    given
        Demand, seats, ways and measures, as `site` was given them.
    terms
        The other terms on which it was asked. A limit on regret is not kept.
    number
        Plans that are about as good, at most, the proposed one among them; with
        0 nothing is asked.
    gap, time_limit
        As `site` takes them, for each plan.

    Returns
    -------
    options
        The proposed plan; then those for less or more money, cheapest first; then
        those about as good, if they differ from those before.
    """
    if number == 0 or plan.built.empty:
        return ()
    weights, ways = _weights(plan, terms), _metres(given[2])
    proposed = _option("proposed", plan, ways, weights)
    points = [proposed]
    enough = proposed.short <= SEATED * float(plan.built["seats"].sum())
    for weight in WEIGHTS if enough else (*WEIGHTS, MORE):
        short = replace(terms["money"], short_cost=terms["money"].short_cost * weight)
        asked: Terms = {**terms, "money": short}
        answer = site(*given, **asked, gap=gap, seed=plan.seed, time_limit=time_limit)
        costs = answer.costs.assign(short=answer.costs["short"] / weight)
        points.append(_option("money", replace(answer, costs=costs), ways, weights, weight=weight))
    found = [proposed, *sorted(_front(points), key=lambda option: option.money)]
    for change in list(_changes(plan, given[3]))[: number - 1]:
        measures, asked = _changed(given[3], terms, change)
        answer = site(*given[:3], measures, **asked, gap=gap, seed=plan.seed, time_limit=time_limit)
        option = _option(change.name, _undone(answer, change, terms), ways, weights)
        alike = any(_apart(option, other) < DIFFERENT for other in found if other.name != "money")
        if not alike and option.cost <= proposed.cost * (1 + WITHIN):
            found.append(option)
    return tuple(found)


def _apart(one: Option, other: Option) -> float:
    """Return which share of the classes of two plans is not in both."""
    classes = pd.concat([one.used["classes"], other.used["classes"]], axis=1).fillna(0)
    return float((classes.max(axis=1) - classes.min(axis=1)).sum() / max(classes.max(axis=1).sum(), 1.0))


def _weights(plan: Siting, terms: Terms) -> pd.Series:
    """Return the weights of the scenarios of a plan; all alike where none are given."""
    names, given = plan.costs.index, terms["weights"]
    return pd.Series(1.0 / len(names), index=names) if given is None else given.reindex(names)


def _option(name: Name, answer: Siting, ways: pd.Series, weights: pd.Series, *, weight: float = 1.0) -> Option:
    keys = answer.flows.index
    metres = ways.reindex(pd.MultiIndex.from_arrays([keys.get_level_values(x) for x in ("area", "school", "stage")]))
    far = answer.flows * metres.to_numpy() / 1000
    costs = weights @ answer.costs[list(COMPONENTS)]
    return Option(
        name=name,
        weight=weight,
        cost=float(costs.sum()),
        money=float(costs["capital"] + costs["running"]),
        capital=float(answer.built["capital"].sum()),
        yearly=float(answer.built["yearly"].sum()),
        short=_expected(answer.unserved, weights),
        kilometres=_expected(far, weights),
        gap=answer.gap,
        used=used_measures(answer.built)[["classes", "opens"]].astype(int).sort_index(),
    )


def _expected(values: pd.Series, weights: pd.Series) -> float:
    """Return a sum over everything, weighted over scenarios."""
    by_scenario = values.groupby(level="scenario").sum().reindex(weights.index, fill_value=0.0)
    return float((by_scenario * weights).sum())


def _metres(ways: pd.DataFrame) -> pd.Series:
    return ways["metres"]


def _front(points: list[Option]) -> Iterator[Option]:
    """Return the points for other money that no other one beats; of those that are alike the first."""
    for place, point in enumerate(points[1:], start=1):
        as_good = [
            turn
            for turn, other in enumerate(points)
            if turn != place
            and other.money <= point.money + _LEAST
            and other.short <= point.short + _LEAST
            and other.kilometres <= point.kilometres + _LEAST
        ]
        if not any(turn < place or not _alike(points[turn], point) for turn in as_good):
            yield point


def _alike(one: Option, other: Option) -> bool:
    """Return whether two points are the same but for small differences."""
    pairs = ((one.money, other.money), (one.short, other.short), (one.kilometres, other.kilometres))
    return all(abs(left - right) <= _LEAST for left, right in pairs)


class _Change(NamedTuple):
    """What is made dearer: a class and year of each measure, by label, and building as a multiple."""

    name: Name
    yearly: pd.Series
    building: float


def _changes(plan: Siting, measures: pd.DataFrame) -> Iterator[_Change]:
    """Return what is made dearer to find something else: the places of the plan, then what it spends most on."""
    classes = plan.built["classes"].groupby(level="measure").sum()
    classes = classes[classes > 0]
    nothing = pd.Series(0.0, index=measures.index)
    # each place of the plan by as much in all
    each = WITHIN * plan.objective / len(classes) / classes
    yield _Change("elsewhere", each.reindex(measures.index, fill_value=0.0), 1.0)
    lasting = measures["lasting"].astype(bool)
    spent = plan.built[["capital", "yearly"]].sum(axis=1).groupby(level="measure").sum()
    builds = lasting.reindex(spent.index)
    if spent[builds].sum() >= spent[~builds].sum():
        yield _Change("build_less", nothing, DEARER)
    else:
        yield _Change("rent_less", (DEARER - 1) * measures["yearly_cost"].where(~lasting, 0.0), 1.0)


def _changed(measures: pd.DataFrame, terms: Terms, change: _Change) -> tuple[pd.DataFrame, Terms]:
    """Return measures at what they are made to cost; what may be spent grows with what building costs."""
    capital = {name: measures[name] * change.building for name in ("fixed_cost", "class_cost", "switch_cost")}
    asked = measures.assign(**capital, yearly_cost=measures["yearly_cost"] + change.yearly)
    plots, budget, total = terms["plots"], terms["budget"], terms["total_budget"]
    if isinstance(plots, pd.DataFrame):
        plots = plots.assign(land_cost=plots["land_cost"] * change.building)
    grown: Terms = {
        **terms,
        "plots": plots,
        "budget": None if budget is None else budget * change.building,
        "total_budget": None if total is None else total * change.building,
    }
    return asked, grown


def _undone(answer: Siting, change: _Change, terms: Terms) -> Siting:
    """Return a plan at what it really costs."""
    built, costs = answer.built, answer.costs
    years = built.index.get_level_values("year").to_numpy(dtype=float)
    discount = (1 + terms["money"].discount_rate) ** (terms["money"].base_year - years)
    dearer = change.yearly.reindex(built.index.get_level_values("measure")).to_numpy() * built["classes"]
    return replace(
        answer,
        built=built.assign(capital=built["capital"] / change.building, yearly=built["yearly"] - dearer),
        costs=costs.assign(
            capital=costs["capital"] / change.building, running=costs["running"] - float(dearer @ discount)
        ),
    )
