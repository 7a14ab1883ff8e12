"""Drawing boundaries: every zone in one piece, nobody lost, and nothing better among all zonings of small towns."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.optimize.rezoning.rezone import Rezoning
from schoolmap.optimize.rezoning.rezone import rezone


class Town(NamedTuple):
    """Pupils, seats, ways, borders, and where the schools stand."""

    pupils: pd.Series
    seats: pd.Series
    cost: pd.DataFrame
    neighbours: pd.Series
    homes: pd.Series


@st.composite
def towns(draw: st.DrawFn, *, areas: int = 6, schools: int = 3) -> Town:
    """Draw a town of which all areas hang together, or not."""
    number, doors = draw(st.integers(2, areas)), draw(st.integers(1, schools))
    doors = min(doors, number)
    names = [f"a{place}" for place in range(number)]
    sites = [f"s{place}" for place in range(doors)]
    pairs = list(itertools.combinations(range(number), 2))
    kept = draw(st.lists(st.sampled_from(pairs), max_size=9, unique=True))
    kept += [
        (place, place + 1) for place in range(number - 1) if draw(st.integers(0, 5)) and (place, place + 1) not in kept
    ]
    homes = draw(st.permutations(range(number)))[:doors]
    metres = draw(st.lists(st.integers(0, 3000), min_size=number * doors, max_size=number * doors))
    count = st.integers(0, 20)
    return Town(
        pd.Series(draw(st.lists(count, min_size=number, max_size=number)), index=names),
        pd.Series(draw(st.lists(st.integers(0, 50), min_size=doors, max_size=doors)), index=sites),
        pd.DataFrame(np.array(metres, dtype=float).reshape(number, doors), index=names, columns=sites),
        pd.Series(
            draw(st.lists(st.integers(1, 9), min_size=len(kept), max_size=len(kept))),
            index=pd.MultiIndex.from_tuples([(names[a], names[b]) for a, b in kept], names=["area", "other"])
            if kept
            else pd.MultiIndex.from_arrays([[], []], names=["area", "other"]),
            dtype=float,
        ),
        pd.Series([names[home] for home in homes], index=sites),
    )


def apart(zone: dict[str, str], town: Town) -> set[str]:
    """Return the areas that do not hang together with the school of their zone, by a walk from each school."""
    beside: dict[str, set[str]] = {area: set() for area in town.pupils.index}
    for one, other in town.neighbours.index:
        beside[one].add(other)
        beside[other].add(one)
    reached = set()
    for school, home in town.homes.items():
        waiting, seen = [home], {home}
        while waiting:
            area = waiting.pop()
            if zone[area] == school:
                reached.add(area)
            more = {other for other in beside[area] if zone[other] == school} - seen
            seen |= more
            waiting += more
    return set(zone) - reached


def cut_off(town: Town) -> set[str]:
    """Return the areas from which no school can be reached at all."""
    everywhere = {}
    for school in town.seats.index:
        everywhere[school] = apart(dict.fromkeys(town.pupils.index, school), town)
    return set.intersection(*everywhere.values())


def value(zone: dict[str, str], town: Town, *, charge: float) -> float:
    """Return what a zoning costs."""
    ways = sum(town.pupils[area] * town.cost.loc[area, own] for area, own in zone.items())
    load = pd.Series(0, index=town.seats.index)
    for area, own in zone.items():
        load[own] += town.pupils[area]
    return float(ways + charge * (load - town.seats).clip(lower=0).sum())


def every_zoning(town: Town) -> list[dict[str, str]]:
    """Return all zonings that hang together and give each school its own area."""
    free = cut_off(town)
    found = []
    for choice in itertools.product(town.seats.index, repeat=len(town.pupils)):
        zone = dict(zip(town.pupils.index, choice, strict=True))
        own = all(zone[home] == school for school, home in town.homes.items())
        if own and apart(zone, town) <= free:
            found.append(zone)
    return found


def ask(town: Town, **options: object) -> Rezoning:
    """Rezone a town."""
    return rezone(town.pupils, town.seats, town.cost, town.neighbours, homes=town.homes, **options)  # type: ignore[arg-type]


def road() -> Town:
    """Return five villages on a road, with a school at each end."""
    names = list("abcde")
    return Town(
        pd.Series([4, 4, 3, 5, 6], index=names),
        pd.Series({"left": 12, "right": 12}),
        pd.DataFrame({"left": [0, 1000, 2000, 3000, 4000], "right": [4000, 3000, 2000, 1000, 0]}, index=names),
        pd.Series(1.0, index=pd.MultiIndex.from_tuples(list(itertools.pairwise(names)))),
        pd.Series({"left": "a", "right": "e"}),
    )


def test_by_hand() -> None:
    """The middle village goes to the left, where it fits."""
    answer = ask(road())
    assert "".join(answer.zones.str[0]) == "lllrr"
    assert (answer.status, answer.objective, answer.gap) == ("optimal", 4000 + 6000 + 5000, 0.0)
    assert answer.load.iloc[:, 0].to_dict() == {"left": 11, "right": 11}
    assert answer.short.empty
    assert answer.apart.empty
    assert answer.border == 1.0


@given(towns())
def test_nothing_better_among_all_zonings(town: Town) -> None:
    """The answer costs what the cheapest of all zonings costs, and is proven; it keeps the rules."""
    answer = ask(town)
    best = min(value(zone, town, charge=answer.charge) for zone in every_zoning(town))
    assert answer.status == "optimal"
    assert answer.objective == pytest.approx(best, rel=1e-7, abs=1e-6)
    assert value(answer.zones.to_dict(), town, charge=answer.charge) == pytest.approx(answer.objective)
    assert apart(answer.zones.to_dict(), town) <= cut_off(town)


@settings(max_examples=25)
@given(towns(areas=5), st.integers(0, 400))
def test_compact_zones_are_weighed(town: Town, weight: int) -> None:
    """The length of borders counts as it is weighed."""
    answer = ask(town, weight_border=weight)

    def length(zone: dict[str, str]) -> float:
        return float(sum(border for (one, other), border in town.neighbours.items() if zone[one] != zone[other]))

    best = min(value(zone, town, charge=answer.charge) + weight * length(zone) for zone in every_zoning(town))
    assert answer.objective == pytest.approx(best, rel=1e-7, abs=1e-6)
    assert answer.border == length(answer.zones.to_dict())


@settings(max_examples=25)
@given(towns(areas=5), st.lists(st.integers(0, 20_000), min_size=3, max_size=3))
def test_schools_are_chosen(town: Town, tolls: list[int]) -> None:
    """Of all sets of schools and all their zonings the cheapest is found."""
    opening = pd.Series(tolls[: len(town.seats)], index=town.seats.index, dtype=float)
    answer = ask(town, opening=opening)
    best = np.inf
    for size in range(1, len(town.seats) + 1):
        for chosen in itertools.combinations(town.seats.index, size):
            sites = list(chosen)
            part = Town(town.pupils, town.seats[sites], town.cost[sites], town.neighbours, town.homes[sites])
            if cut_off(part) != cut_off(town):
                continue
            best = min(
                best,
                *(value(zone, part, charge=answer.charge) + opening[sites].sum() for zone in every_zoning(part)),
            )
    assert answer.objective == pytest.approx(best, rel=1e-7, abs=1e-6)
    assert set(answer.zones) <= set(answer.opened.index[answer.opened])


@settings(max_examples=25)
@given(towns(), st.integers(0, 30))
def test_more_seats_are_never_worse(town: Town, more: int) -> None:
    """Seats that are added leave no more pupils without one, and with a fixed charge never cost."""
    before = ask(town, charge_short=10_000)
    after = ask(town._replace(seats=town.seats + more), charge_short=10_000)
    assert after.objective <= before.objective + 1e-6


@settings(max_examples=7)
@given(towns(areas=5), st.randoms(use_true_random=False), st.integers(0, 40), st.integers(0, 1500))
def test_looser_limits_are_never_worse(town: Town, rng: object, most: int, added: int) -> None:
    """More pupils who may move, or a longer way that may be added, leave all zonings that there were."""
    generator = np.random.default_rng(rng.randrange(2**32))  # type: ignore[attr-defined]
    today = pd.Series(generator.choice(town.seats.index, len(town.pupils)), index=town.pupils.index)

    def least(**limits: float) -> float:
        answer = ask(town, today=today, charge_short=5_000, **limits)
        assert answer.status == "optimal"
        assert answer.load.sum().sum() == town.pupils.sum()
        over = (answer.load.iloc[:, 0] - town.seats).clip(lower=0).sum()
        assert answer.short["pupils"].sum() == over
        return answer.objective

    strict, looser, loosest = (least(most_moved=number) for number in (most, most + 5, 10_000))
    assert strict >= looser - 1e-6 >= loosest - 2e-6
    near, wider, anywhere = (least(most_added_m=metres) for metres in (added, added + 700, 1e6))
    assert near >= wider - 1e-6 >= anywhere - 2e-6


@settings(max_examples=8)
@given(towns(areas=5), st.booleans())
def test_names_are_irrelevant(town: Town, chosen: bool) -> None:  # noqa: FBT001 - drawn
    """Other labels, in another order of the alphabet: the same cost, and the same zones where no others are as good."""
    areas = {area: f"z{9 - place}" for place, area in enumerate(town.pupils.index)}
    schools = {school: -place for place, school in enumerate(town.seats.index)}
    names = town.neighbours.index.map(lambda pair: (areas[pair[0]], areas[pair[1]])) if len(town.neighbours) else None
    renamed = Town(
        town.pupils.rename(areas),
        town.seats.rename(schools),
        town.cost.rename(index=areas, columns=schools),
        town.neighbours if names is None else town.neighbours.set_axis(names),
        town.homes.rename(schools).map(areas),
    )
    opening = pd.Series(3000.0, index=town.seats.index) if chosen else None
    one = ask(town, opening=opening)
    other = ask(renamed, opening=None if opening is None else opening.rename(schools))
    assert other.objective == pytest.approx(one.objective, rel=1e-9)
    if not chosen:
        worth = [value(zone, town, charge=one.charge) for zone in every_zoning(town)]
        if sum(each <= one.objective + 1e-6 for each in worth) == 1:
            assert other.zones.to_dict() == {areas[area]: schools[zone] for area, zone in one.zones.items()}


@settings(max_examples=15)
@given(towns(), st.randoms(use_true_random=False))
def test_order_of_rows_is_irrelevant(town: Town, rng: object) -> None:
    """Shuffled tables give the same zones."""
    seed = rng.randrange(2**32)  # type: ignore[attr-defined]
    mixed = Town(*(table.sample(frac=1, random_state=seed) for table in town))
    one, other = ask(town), ask(mixed)
    assert other.zones.to_dict() == one.zones.to_dict()
    assert other.zones.index.equals(mixed.pupils.index)
    assert other.objective == pytest.approx(one.objective)


@settings(max_examples=25)
@given(towns(), st.randoms(use_true_random=False))
def test_no_moves_allowed_is_today(town: Town, rng: object) -> None:
    """Whatever the zones of today are, with no pupil moved they stay, pieces that are apart included."""
    generator = np.random.default_rng(rng.randrange(2**32))  # type: ignore[attr-defined]
    today = pd.Series(generator.choice(town.seats.index, len(town.pupils)), index=town.pupils.index)
    answer = ask(town._replace(pupils=town.pupils + 1), today=today, most_moved=0)
    assert answer.zones.to_dict() == today.to_dict()
    assert answer.moved == 0
    assert answer.moves.empty
