"""What to build and when: the best of all plans, laws that every siting keeps, and books that balance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from siting_towns import Town
from siting_towns import best_cost
from siting_towns import every_plan
from siting_towns import town

from schoolmap.conformance.made_growth import made_growth
from schoolmap.optimize.siting.site import Money
from schoolmap.optimize.siting.site import Siting
from schoolmap.optimize.siting.site import site

SEEDS = st.integers(0, 10_000)
FEW = settings(max_examples=4, deadline=None)


def solved(case: Town, **options: object) -> Siting:
    """Return the best plan of a town, proven."""
    return site(*case.tables, **{**case.terms, "gap": 0.0, **options})  # type: ignore[arg-type]


def books_balance(plan: Siting, case: Town) -> None:
    """Check that every pupil is once at school or without a seat, and that costs add up."""
    there = plan.flows.groupby(level=["scenario", "area", "stage", "year"]).sum()
    placed = there.reindex(plan.unserved.index, fill_value=0.0) + plan.unserved
    assert placed.to_numpy() == pytest.approx(case.demand.to_numpy(), abs=1e-9)
    assert (plan.flows > 0).all()
    assert (plan.unserved >= 0).all()
    parts = plan.costs.drop(columns="total").sum(axis=1)
    assert parts.to_numpy() == pytest.approx(plan.costs["total"].to_numpy())
    by_year = plan.costs_by_year.groupby(level="scenario").sum()
    assert by_year["total"].to_numpy() == pytest.approx(plan.costs["total"].to_numpy())


def test_by_hand() -> None:
    """A wave of two years: rooms are rented while it lasts, since building costs more than the rent of both."""
    years = [2026, 2027, 2028]
    demand = pd.Series([80.0, 130.0, 125.0], pd.MultiIndex.from_product([["north"], ["primary"], years]))
    seats = pd.Series(90.0, pd.MultiIndex.from_product([["hill"], ["primary"], years]))
    ways = pd.Series({("north", "hill", "primary"): 1000.0})
    measures = pd.DataFrame(
        {
            "kind": ["expand", "temporary"],
            "school": "hill",
            "stage": "primary",
            "seats_per_class": 45,
            "most_classes": 3,
            "first_year": 2026,
            "lasting": [True, False],
            "fixed_cost": [20.0, 0.0],
            "class_cost": [70.0, 6.0],
            "yearly_cost": [10.0, 30.0],
        },
        index=["wing", "cabins"],
    )
    money = Money(discount_rate=0.0, metre_cost=0.1, short_cost=5.0, empty_cost=0.0, base_year=2026)
    plan = site(demand, seats, ways, measures, money=money, gap=0.0)
    # 335 pupils a kilometre each, a class brought once, its rent twice
    assert plan.objective == pytest.approx(335 * 0.1 + 6 + 2 * 30)
    assert plan.built["classes"].to_dict() == {("cabins", 2026): 0, ("cabins", 2027): 1, ("cabins", 2028): 1}
    assert plan.built["capital"].to_list() == [0.0, 6.0, 0.0]
    assert (plan.status, plan.unserved.sum()) == ("optimal", 0.0)
    assert plan.costs.loc["all"].to_dict() == pytest.approx(
        {"capital": 6, "running": 60, "travel": 33.5, "empty": 0, "short": 0, "total": 99.5}
    )
    # with rent for ten years more it is built
    longer = demand.rename(index={2026: 2006, 2027: 2016, 2028: 2026})
    there = seats.rename(index={2026: 2006, 2027: 2016, 2028: 2026})
    plan = site(longer, there, ways, measures.assign(first_year=2006), money=money, gap=0.0)
    assert set(plan.built.index.get_level_values("measure")) == {"wing"}


@FEW
@given(SEEDS)
def test_it_is_the_best_of_all_plans(seed: int) -> None:
    """Every course of every measure was tried, with plots, groups, budgets, rooms taken and years of several lengths."""
    case = town(seed)
    plan = solved(case)
    best = best_cost(case)
    books_balance(plan, case)
    assert plan.objective == pytest.approx(best, rel=1e-7, abs=1e-6)
    assert plan.lower_bound <= best + 1e-6 * max(1, best)
    assert plan.status == "optimal"


def campus(*, land: float, most: float = np.inf, **money: object) -> Siting:
    """Return the best plan of a place with one plot, on which two stages may build from different years on."""
    stages, years = ["junior", "primary"], [2026, 2027]
    demand = pd.Series([90.0, 90.0, 0.0, 90.0], pd.MultiIndex.from_product([["north"], stages, years]))
    seats = pd.Series(0.0, pd.MultiIndex.from_product([["hill"], stages, years]))
    ways = pd.Series({("north", place, stage): 1000.0 for place in ("hill", "plot") for stage in stages})
    measures = pd.DataFrame(
        {
            "kind": "new",
            "school": "plot",
            "stage": stages,
            "seats_per_class": 45,
            "most_classes": 2,
            "first_year": [2026, 2027],
            "lasting": True,
            "fixed_cost": [20.0, 10.0],
            "class_cost": 30.0,
            "yearly_cost": 0.0,
            "plot": "Y1",
        },
        index=stages,
    )
    plots = pd.DataFrame({"most_classes": [most], "land_cost": [land]}, index=["Y1"])
    terms = Money(discount_rate=0.0, metre_cost=0.0, short_cost=9.0, empty_cost=0.0, base_year=2026)
    return site(demand, seats, ways, measures, money=terms, gap=0.0, plots=plots, **money)  # type: ignore[arg-type]


def test_two_stages_on_one_plot_pay_its_land_once() -> None:
    """By hand: whoever opens first pays for the land, and each stage for its own building."""
    plan = campus(land=500.0)
    assert plan.built["capital"].unstack("year").to_numpy().tolist() == [[20 + 60 + 500, 0], [0, 10 + 60]]
    assert (plan.objective, plan.lower_bound) == (pytest.approx(650), pytest.approx(650))
    # each stage alone would not be worth its land: 180 and 90 pupils without a seat at 9 each
    assert campus(land=1_600.0).objective == pytest.approx(1_600 + 150)
    assert campus(land=2_400.0).built.empty
    # there is no money in the first year, and land is not bought ahead
    poor = campus(land=500.0, budget=pd.Series({2026: 499.0, 2027: 1_000.0}))
    assert poor.built["capital"].unstack("year").to_numpy().tolist() == [[0, 80 + 500], [0, 70]]
    ahead = campus(land=500.0, budget=pd.Series({2026: 500.0, 2027: 400.0}))
    assert ahead.built.empty
    # room on the plot still binds
    assert campus(land=500.0, most=2).built["classes"].groupby(level="year").sum().max() == 2


@FEW
@given(SEEDS, st.sampled_from([25.0, 140.0]))
def test_the_land_of_a_plot_is_paid_once(seed: int, land: float) -> None:
    """Every course of every measure was tried, all of them on one plot."""
    case = town(seed)._replace(land=land)
    case = case._replace(measures=case.measures.assign(plot="yard"))
    plan = solved(case)
    books_balance(plan, case)
    assert plan.objective == pytest.approx(best_cost(case), rel=1e-7, abs=1e-6)
    assert plan.lower_bound == pytest.approx(plan.objective, rel=1e-6, abs=1e-6)
    # dearer land never makes a plan cheaper
    assert solved(case._replace(land=land + 50)).objective >= plan.objective - 1e-6


@settings(max_examples=2, deadline=None)
@given(SEEDS)
def test_it_is_the_best_for_several_scenarios(seed: int) -> None:
    """One set of decisions, weighted."""
    case = town(seed, scenarios=2)
    weights = pd.Series({"course 1": 0.7, "course 0": 0.3})
    plan = solved(case, weights=weights)
    books_balance(plan, case)
    assert plan.objective == pytest.approx(best_cost(case, weights), rel=1e-7, abs=1e-6)


@FEW
@given(SEEDS)
def test_more_never_costs_more(seed: int) -> None:
    """More budget, room on a plot, seats and reach leave all plans that there were."""
    case = town(seed)
    before = solved(case).objective + 1e-6
    if case.budget is not None:
        assert solved(case._replace(budget=case.budget * 1.5)).objective <= before
    if case.total_budget is not None:
        assert solved(case._replace(total_budget=case.total_budget + 100)).objective <= before
    assert solved(case._replace(plots=case.plots + 1)).objective <= before
    assert solved(case._replace(seats=case.seats + 7)).objective <= before
    near = pd.DataFrame({"metres": [50.0], "charge": [0.0]}, index=case.ways.index[:1]).rename(index={"north": "south"})
    more = pd.concat([case.ways, near])
    assert solved(case._replace(ways=more[~more.index.duplicated()])).objective <= before


@FEW
@given(SEEDS)
def test_dearer_missing_seats_are_not_more(seed: int) -> None:
    """What a pupil without a seat is charged only ever helps pupils."""
    case = town(seed)
    low, high = (
        solved(case._replace(money=replace(case.money, short_cost=charge, discount_rate=0.0))) for charge in (1.0, 4.0)
    )
    years = sorted(case.demand.index.get_level_values("year").unique())
    length = pd.Series([*np.diff(years), np.diff(years)[-1]], index=years)

    def missing(plan: Siting) -> float:
        return float((plan.unserved.groupby(level="year").sum() * length).sum())

    assert missing(high) <= missing(low) + 1e-6


@settings(max_examples=3, deadline=None)
@given(SEEDS, st.randoms(use_true_random=False))
def test_order_of_rows_and_names_are_irrelevant(seed: int, rng: object) -> None:
    """The same rows in another order are the same plan; other names cost the same."""
    case = town(seed, scenarios=2)
    state = rng.randrange(2**32)  # type: ignore[attr-defined]
    mixed = case._replace(
        demand=case.demand.sample(frac=1, random_state=state),
        seats=case.seats.sample(frac=1, random_state=state),
        ways=case.ways.sample(frac=1, random_state=state),
        measures=case.measures.sample(frac=1, random_state=state),
    )
    one, other = solved(case), solved(mixed)
    pd.testing.assert_frame_equal(one.built, other.built)
    pd.testing.assert_series_equal(one.flows, other.flows)
    assert other.unserved.index.equals(mixed.demand.index)
    names = {"north": "zebra", "hill": "zoo", "lake": "ape"}
    renamed = case._replace(
        demand=case.demand.rename(index=names),
        seats=case.seats.rename(index=names),
        ways=case.ways.rename(index=names),
        measures=case.measures.replace({"school": names, "takes_school": names}),
    )
    assert solved(renamed).objective == pytest.approx(one.objective, rel=1e-9, abs=1e-7)


@settings(max_examples=2, deadline=None)
@given(SEEDS)
def test_names_of_measures_are_irrelevant(seed: int) -> None:
    """Other names, in another order of the alphabet: the same cost, and the same plan where no other is as good."""
    case = town(seed)
    names = {"measure 0": "wing", "measure 1": "cabins"}
    one, other = solved(case), solved(case._replace(measures=case.measures.rename(index=names)))
    assert other.objective == pytest.approx(one.objective, rel=1e-9, abs=1e-7)
    books_balance(other, case)
    if sum(min(costs.values()) <= one.objective + 1e-6 * max(1, one.objective) for costs in every_plan(case)) == 1:
        assert other.built["classes"].to_dict() == {
            (names[measure], year): classes for (measure, year), classes in one.built["classes"].items()
        }


@settings(max_examples=3, deadline=None)
@given(SEEDS, st.floats(0.01, 0.99))
def test_copies_of_a_scenario_are_one(seed: int, weight: float) -> None:
    """A scenario twice, with any weights, is the scenario."""
    case = town(seed)
    twice = pd.concat(
        {"a": case.demand.droplevel("scenario"), "b": case.demand.droplevel("scenario")}, names=["scenario"]
    )
    weights = pd.Series({"a": weight, "b": 1 - weight})
    plan = solved(case._replace(demand=twice), weights=weights)
    assert plan.objective == pytest.approx(solved(case).objective, rel=1e-9, abs=1e-6)


def test_what_is_decided_is_built_and_paid() -> None:
    """A project that is under way is in the plan from its first year on, wanted or not."""
    case = town(3, limited=False)
    measures = case.measures.assign(decided=[1, 0], first_year=2027, group=None, takes_school=None, takes_stage=None)
    plan = solved(case._replace(measures=measures))
    first = plan.built.loc["measure 0", "classes"]
    assert (first[first.index >= 2027] >= 1).all()
    assert (first[first.index < 2027] == 0).all()


def test_many_areas_are_solved_by_relaxation_too() -> None:
    """Where there are many ways, the relaxation rules measures out; the plan is as good and as proven."""
    county = made_growth(areas=110, schools=12, sites=8, periods=5, arcs=9, seed=5)
    plan = site(*county[:4], money=county.money, gap=2e-3)
    assert plan.status == "optimal"
    assert "relaxation" in plan.proof.lower()
    assert plan.objective - plan.lower_bound <= 2e-3 * plan.objective + 1e-6


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [("gap", 1.0, "`gap` is a share"), ("time_limit", 0, "`time_limit`"), ("most_regret", -1, "`most_regret`")],
)
def test_options_have_limits(option: str, value: float, says: str) -> None:
    """An option that means nothing is refused."""
    with pytest.raises(ValueError, match=says):
        solved(town(1), **{option: value})
