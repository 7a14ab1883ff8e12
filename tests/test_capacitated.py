"""Siting with seats: no other plan costs less, no school is over-full, nobody is lost."""

# laws are drawn, and drawn values have no keywords
# ruff: noqa: FBT001

from __future__ import annotations

from itertools import combinations
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from schoolmap.errors import LabelError
from schoolmap.optimize.capacitated import capacitated_p_median
from schoolmap.optimize.capacitated import facility_location

if TYPE_CHECKING:
    from schoolmap.optimize.location import Location

Town = tuple[pd.Series, pd.Series, pd.DataFrame, pd.Series]


@st.composite
def towns(draw: st.DrawFn) -> Town:
    """Draw pupils, seats, costs of ways and of opening; seats may be too few."""
    areas, sites = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    pupils = draw(st.lists(st.integers(0, 9), min_size=areas, max_size=areas))
    seats = draw(st.lists(st.integers(0, 25), min_size=sites, max_size=sites))
    row = st.lists(st.integers(0, 20), min_size=sites, max_size=sites)
    scale = draw(st.sampled_from([1, 3]))
    costs = np.array(draw(st.lists(row, min_size=areas, max_size=areas)), dtype=float) / scale
    opening = draw(st.lists(st.integers(0, 60), min_size=sites, max_size=sites))
    index, columns = [f"a{i}" for i in range(areas)], [f"s{i}" for i in range(sites)]
    return (
        pd.Series(pupils, index=index),
        pd.Series(seats, index=columns),
        pd.DataFrame(costs, index=index, columns=columns),
        pd.Series(opening, index=columns, dtype=float),
    )


def sets_of(sites: int, number: int) -> list[list[int]]:
    """Return all sets of sites, or all of a size."""
    sizes = [number] if number else range(sites + 1)
    return [list(chosen) for size in sizes for chosen in combinations(range(sites), size)]


def least_whole(town: Town, dear: float, number: int = 0) -> float:
    """Return the least cost if an area goes to one site or to none, by trying all."""
    demand, capacity, cost, opening = (table.to_numpy(dtype=float) for table in town)
    best = np.inf
    for chosen in sets_of(len(capacity), number):
        for site_of in product([*chosen, -1], repeat=len(demand)):
            load = np.bincount([s for s in site_of if s >= 0], minlength=len(capacity), weights=[
                d for s, d in zip(site_of, demand, strict=True) if s >= 0
            ])  # fmt: skip
            if (load <= capacity).all():
                ways = sum(
                    d * (cost[a, s] if s >= 0 else dear) for a, (s, d) in enumerate(zip(site_of, demand, strict=True))
                )
                best = min(best, ways + opening[chosen].sum())
    return float(best)


def least_split(town: Town, dear: float, number: int = 0) -> float:
    """Return the least cost if areas may be split, by a linear programme for each set of sites."""
    demand, capacity, cost, opening = (table.to_numpy(dtype=float) for table in town)
    best = np.inf
    for chosen in sets_of(len(capacity), number):
        price = np.hstack([cost[:, chosen], np.full((len(demand), 1), dear)])
        areas, width = price.shape
        served = np.kron(np.eye(areas), np.ones(width))
        filled = np.tile(np.eye(width)[:-1], areas)
        limits = {"A_ub": filled, "b_ub": capacity[chosen]} if chosen else {}
        ways = linprog(price.ravel(), A_eq=served, b_eq=demand, **limits).fun
        best = min(best, ways + opening[chosen].sum())
    return float(best)


def books_balance(plan: Location, town: Town) -> None:
    """Check that every pupil is at an open site or without a seat, and what the plan costs at most."""
    demand, capacity, cost, _ = town
    assert (plan.flows.groupby(level="area").sum().reindex(demand.index, fill_value=0) + plan.unserved == demand).all()
    load = plan.flows.groupby(level="site").sum().reindex(capacity.index, fill_value=0)
    assert (load <= capacity).all()
    assert set(load.index[load > 0]) <= set(plan.sites)
    ways = sum(pupils * cost.loc[area, site] for (area, site), pupils in plan.flows.items())
    assert ways <= plan.objective + 1e-6
    assert plan.lower_bound <= plan.objective


def test_by_hand() -> None:
    """The hill is nearest to all but has 40 seats: the west goes to the lake as a whole, or its part of ten does."""
    demand = pd.Series({"north": 30, "west": 15})
    cost = pd.DataFrame({"hill": [1.0, 1.0], "lake": [9.0, 3.0]}, index=demand.index)
    seats, opening = pd.Series({"hill": 40, "lake": 40}), pd.Series({"hill": 5.0, "lake": 7.0})
    whole = facility_location(demand, seats, cost, opening, whole=True)
    assert whole.assignment.to_dict() == {"north": "hill", "west": "lake"}
    assert (whole.objective, whole.status) == (30 + 45 + 12, "optimal")
    split = facility_location(demand, seats, cost, opening, whole=False)
    assert split.flows.to_dict() == {("north", "hill"): 30, ("west", "hill"): 10, ("west", "lake"): 5}
    assert (split.objective, split.status) == (30 + 10 + 15 + 12, "optimal")


@settings(max_examples=25)
@given(towns(), st.booleans(), st.sampled_from([5.0, 1000.0]))
def test_opening_is_what_trying_all_finds(town: Town, whole: bool, dear: float) -> None:
    """Whole areas or split ones, enough seats or not: no other plan costs less."""
    plan = facility_location(*town, whole=whole, unserved_cost=dear)
    best = least_whole(town, dear) if whole else least_split(town, dear)
    books_balance(plan, town)
    assert plan.status == "optimal"
    assert plan.objective == pytest.approx(best, rel=1e-7, abs=1e-6)


@settings(max_examples=25)
@given(towns(), st.booleans(), st.data())
def test_a_number_is_what_trying_all_finds(town: Town, whole: bool, data: st.DataObject) -> None:
    """So many sites, seats that may be too few: no other plan costs less."""
    demand, capacity, cost, opening = town
    number = data.draw(st.integers(1, len(capacity)))
    dear = 50.0
    plan = capacitated_p_median(demand, capacity, cost, number=number, whole=whole, unserved_cost=dear)
    free = (demand, capacity, cost, opening * 0)
    best = least_whole(free, dear, number) if whole else least_split(free, dear, number)
    books_balance(plan, free)
    assert plan.status == "optimal"
    assert len(plan.sites) == number
    assert plan.objective == pytest.approx(best, rel=1e-7, abs=1e-6)


@pytest.mark.parametrize("whole", [True, False])
def test_sites_without_any_seat_leave_everybody_unserved(whole: bool) -> None:
    """It is a plan, and it is proved: nobody can be served."""
    demand, capacity = pd.Series({"a": 0, "b": 1}), pd.Series({"s": 0, "t": 0})
    cost = pd.DataFrame(0.0, index=["a", "b"], columns=["s", "t"])
    plan = capacitated_p_median(demand, capacity, cost, number=1, whole=whole, unserved_cost=50.0)
    assert (plan.status, plan.objective, len(plan.sites)) == ("optimal", 50.0, 1)
    assert plan.unserved.sum() == 1


@settings(max_examples=10)
@given(towns(), st.booleans(), st.randoms(use_true_random=False))
def test_order_of_rows_is_irrelevant(town: Town, whole: bool, rng: object) -> None:
    """Labels decide, whatever the order of the tables."""
    seed = rng.randrange(2**32)  # type: ignore[attr-defined]
    mixed = tuple(table.sample(frac=1, random_state=seed) for table in town)
    one, other = facility_location(*town, whole=whole), facility_location(*mixed, whole=whole)
    assert other.objective == one.objective
    assert set(other.sites) == set(one.sites)
    assert other.flows.to_dict() == one.flows.to_dict()


def generic(seed: int) -> Town:
    """Return a town of prices and numbers by chance, of which no two plans cost the same."""
    rng = np.random.default_rng(seed)
    areas, sites = (
        pd.Index([f"{letter}{place}" for place in range(number)]) for letter, number in (("a", 6), ("s", 4))
    )
    return (
        pd.Series(rng.integers(1, 30, 6), index=areas),
        pd.Series(rng.integers(5, 60, 4), index=sites),
        pd.DataFrame(rng.integers(1, 10**5, (6, 4)).astype(float), index=areas, columns=sites),
        pd.Series(rng.integers(1, 10**6, 4).astype(float), index=sites),
    )


def solve(town: Town, *, whole: bool, dear: float = 500.0, number: int = 0, fixed: tuple[str, ...] = ()) -> Location:
    """Open as many sites as pay, or a number of them."""
    demand, capacity, cost, opening = town
    common = {"whole": whole, "unserved_cost": dear, "fixed": fixed}
    if number:
        return capacitated_p_median(demand, capacity, cost, number=number, **common)  # type: ignore[arg-type]
    return facility_location(demand, capacity, cost, opening, **common)  # type: ignore[arg-type]


@settings(max_examples=5)
@given(towns(), st.booleans(), st.sampled_from([2.5, 500.0]), st.booleans(), st.data())
def test_more_never_makes_it_worse(town: Town, whole: bool, dear: float, counted: bool, data: st.DataObject) -> None:
    """More seats, pairs, sites, money or freedom leave all plans that there were, whatever a missing seat counts."""
    demand, capacity, cost, opening = town
    number = data.draw(st.integers(1, len(capacity))) if counted else 0
    fixed = (data.draw(st.sampled_from(capacity.index.to_list())),)
    kept = data.draw(st.lists(st.booleans(), min_size=cost.size, max_size=cost.size))
    fewer = cost.where(np.reshape(kept, cost.shape), np.inf)

    def worth(other: Town, *, number: int = number, fixed: tuple[str, ...] = ()) -> float:
        return solve(other, whole=whole, dear=dear, number=number, fixed=fixed).objective

    plain = worth(town)
    slack = 1e-6 * max(1.0, plain)
    assert worth((demand, capacity + data.draw(st.integers(1, 9)), cost, opening)) <= plain + slack
    assert plain <= worth((demand, capacity, fewer, opening)) + slack
    assert plain <= worth(town, fixed=fixed) + slack
    assert worth((demand, capacity, cost, opening / 2)) <= plain + slack
    annexe = cost.assign(annexe=data.draw(st.integers(0, 20)))
    more = (demand, pd.Series({**capacity, "annexe": 9}), annexe, pd.Series({**opening, "annexe": 5.0}))
    assert worth(more) <= plain + slack
    if 0 < number < len(capacity):
        assert worth(town, number=number + 1) <= plain + slack


@pytest.mark.parametrize("number", [0, 2])
@pytest.mark.parametrize("whole", [True, False])
def test_names_are_irrelevant(whole: bool, number: int) -> None:
    """Labels in another order of the alphabet, or as numbers: the same plan under other names, at the same cost."""
    for seed in range(4):
        town = generic(seed)
        one = solve(town, whole=whole, dear=1e6, number=number)
        areas = {label: place for place, label in enumerate(reversed(town[0].index))}
        sites = dict(zip(town[1].index, ("zoo", "ape", "m", "B"), strict=True))
        demand, capacity, cost, opening = town
        renamed = (
            demand.rename(areas),
            capacity.rename(sites),
            cost.rename(index=areas, columns=sites),
            opening.rename(sites),
        )
        other = solve(renamed, whole=whole, dear=1e6, number=number)
        assert other.objective == pytest.approx(one.objective, rel=1e-9)
        assert other.sites.to_list() == [sites[site] for site in one.sites]
        flows = {(areas[area], sites[site]): pupils for (area, site), pupils in one.flows.items()}
        assert other.flows.to_dict() == flows
        assert (
            other.unserved.rename({place: label for label, place in areas.items()}).to_dict() == one.unserved.to_dict()
        )


def test_a_missing_seat_counts_what_is_said() -> None:
    """By hand: the bus for the one far away costs 9, a pupil without a seat 5; seats there are enough."""
    demand, seats = pd.Series({"far": 1, "near": 3}), pd.Series({"s": 10})
    cost, opening = pd.DataFrame({"s": [9.0, 1.0]}, index=demand.index), pd.Series({"s": 4.0})
    for whole in (True, False):
        cheap = facility_location(demand, seats, cost, opening, whole=whole, unserved_cost=5.0)
        assert (cheap.objective, cheap.unserved["far"], cheap.status) == (3 + 4 + 5, 1, "optimal")
        # where nothing is said, seats come before money
        assert facility_location(demand, seats, cost, opening, whole=whole).unserved.sum() == 0
        nobody = facility_location(demand, seats, cost, opening * 10, whole=whole, unserved_cost=5.0)
        assert (nobody.objective, len(nobody.sites)) == (20, 0)


def test_a_town_that_needs_branching() -> None:
    """Splitting costs no more than not splitting, and both bounds hold, in a town of forty areas."""
    rng = np.random.default_rng(3)
    home, door = rng.uniform(0, 100, (40, 1, 2)), rng.uniform(0, 100, (1, 12, 2))
    cost = pd.DataFrame(np.rint(np.hypot(*np.moveaxis(home - door, 2, 0))))
    demand, capacity = pd.Series(rng.integers(5, 30, 40)), pd.Series(rng.integers(90, 160, 12))
    opening = pd.Series(rng.integers(500, 1500, 12).astype(float))
    whole, split = (facility_location(demand, capacity, cost, opening, whole=way) for way in (True, False))
    assert (whole.status, split.status) == ("optimal", "optimal")
    assert split.objective <= whole.objective
    for plan in (whole, split):
        books_balance(plan, (demand, capacity, cost, opening))


def test_when_seats_do_not_suffice_it_says_who_is_left() -> None:
    """Ten seats for fifteen pupils: five are without, and named with their area."""
    demand, seats = pd.Series({"a": 9, "b": 6}), pd.Series({"s": 10})
    cost = pd.DataFrame({"s": [1.0, 2.0]}, index=demand.index)
    split = facility_location(demand, seats, cost, pd.Series({"s": 100.0}), whole=False)
    assert split.unserved.to_dict() == {"a": 0, "b": 5}
    whole = capacitated_p_median(demand, seats, cost, number=1)
    assert whole.unserved.to_dict() == {"a": 0, "b": 6}
    assert whole.assignment.isna().to_dict() == {"a": False, "b": True}


def test_a_pair_that_is_left_out_is_not_used() -> None:
    """An island goes where it may, or nowhere."""
    cost = pd.Series({("a", "s"): 1.0, ("b", "t"): 5.0, ("a", "t"): 2.0})
    demand, seats = pd.Series({"a": 4, "b": 4, "c": 1}), pd.Series({"s": 9, "t": 4})
    plan = facility_location(demand, seats, cost, pd.Series({"s": 3.0, "t": 3.0}), whole=True)
    assert plan.assignment.dropna().to_dict() == {"a": "s", "b": "t"}
    assert plan.unserved.to_dict() == {"a": 0, "b": 0, "c": 1}


def test_refuses_parts_of_pupils_and_other_labels() -> None:
    """Half a seat holds nobody, and a site without seats or opening cost was made from other tables."""
    demand, cost = pd.Series({"a": 1}), pd.DataFrame({"s": [1.0]}, index=["a"])
    seats, opening = pd.Series({"s": 5}), pd.Series({"s": 1.0})
    with pytest.raises(ValueError, match="`demand` is not whole"):
        facility_location(demand + 0.5, seats, cost, opening, whole=True)
    with pytest.raises(ValueError, match="`capacity` is not whole"):
        facility_location(demand, seats + 0.5, cost, opening, whole=True)
    with pytest.raises(LabelError, match="`cost` and `capacity` describe different units"):
        facility_location(demand, pd.Series({"t": 5}), cost, opening, whole=True)
    with pytest.raises(LabelError, match="`cost` and `opening` describe different units"):
        facility_location(demand, seats, cost, pd.Series({"t": 5.0}), whole=True)
    with pytest.raises(ValueError, match="negative"):
        facility_location(demand, seats, cost, -opening, whole=True)
    with pytest.raises(ValueError, match="`number`"):
        capacitated_p_median(demand, seats, cost, number=2)
