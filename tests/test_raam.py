"""The rational agent access model: what a place at school costs when schools fill up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.space.access import raam as module
from schoolmap.space.access.raam import raam

few = settings(max_examples=25)
"""Each example runs the whole model."""

Town = tuple[pd.Series, pd.Series, pd.Series]


@st.composite
def towns(draw: st.DrawFn) -> Town:
    """Draw some travel between a few origins and schools, whole children and seats (some none)."""
    origins, schools = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    cells = st.tuples(st.integers(0, origins - 1), st.integers(0, schools - 1))
    ways = draw(st.dictionaries(cells, st.integers(0, 60), min_size=1))
    index = pd.MultiIndex.from_tuples([(f"o{row}", f"s{column}") for row, column in ways], names=["origin", "school"])
    children = draw(st.lists(st.integers(0, 900), min_size=origins, max_size=origins))
    seats = draw(st.lists(st.sampled_from([0, 30, 90, 400]), min_size=schools, max_size=schools))
    children[0], seats[0] = max(children[0], 1), max(seats[0], 20)
    return (
        pd.Series(list(ways.values()), index=index, dtype=float),
        pd.Series(children, index=[f"o{row}" for row in range(origins)]),
        pd.Series(seats, index=[f"s{column}" for column in range(schools)]),
    )


def origin_by_origin(town: Town, *, tau: float, cycles: int, first: float, least: float) -> dict[str, float]:
    """Run the model as published, one origin and one school at a time."""
    travel, children, seats = town
    room = {at: count * (children.sum() / seats.sum()) for at, count in seats.items() if count > 0}
    way = {pair: cost / tau for pair, cost in travel.items() if pair[1] in room}
    reach = {o: [at for at in room if (o, at) in way] for o in children.index}
    homes = [o for o in children.index if children[o] > 0 and reach[o]]
    sent = {(o, min(reach[o], key=lambda at: way[o, at])): float(children[o]) for o in homes}
    cost: dict[tuple[str, str], float] = {}
    for cycle in range(cycles):
        load = {at: sum(count for (_, school), count in sent.items() if school == at) for at in room}
        cost = {pair: load[pair[1]] / room[pair[1]] + far for pair, far in way.items()}
        step = first * 0.5 ** (cycle / 50)
        moves = {}
        for o in homes:
            low = min(reach[o], key=lambda at: cost[o, at])
            high = max((at for at in reach[o] if sent.get((o, at), 0) > 0), key=lambda at: cost[o, at])
            if low == high:
                continue
            there, here = sent.get((o, low), 0.0), sent[o, high]
            both = (room[low] * room[high]) / (room[low] + room[high])
            even = both * (
                (way[o, high] - way[o, low])
                + ((there + here) + (load[high] - here)) / room[high]
                - (load[low] - there) / room[low]
            )
            most = max(round(step), least) if isinstance(first, int) else max(step, least) * children[o]
            moves[o] = (low, high, int(min(even - there, here, most)))
        if cycle < 20:
            coming = {at: sum(count for low, _, count in moves.values() if low == at) / room[at] for at in room}
            moves = {o: (low, high, round(count / max(coming[low], 1))) for o, (low, high, count) in moves.items()}
        for o, (low, high, count) in moves.items():
            sent[o, low] = sent.get((o, low), 0.0) + count
            sent[o, high] -= count
    return {
        o: sum(sent.get((o, at), 0) * cost[o, at] for at in reach[o]) / children[o] if o in homes else np.nan
        for o in children.index
    }


def two_schools() -> pd.Series:
    """Return travel from one village to a school at the door and one an hour away."""
    return pd.Series([0.0, 60.0], index=pd.MultiIndex.from_tuples([("a", "near"), ("a", "far")]))


def test_by_hand() -> None:
    """160 of 200 children at the door and 40 an hour away pay the same: 1.6 = 0.4 + 60 / 50."""
    found = raam(two_schools(), pd.Series({"a": 200}), pd.Series({"near": 100, "far": 100}), tau=50)
    assert found.access.to_dict() == pytest.approx({"a": 1.6})
    assert found.load.to_dict() == {"near": 160.0, "far": 40.0}
    assert (found.unreached, found.moved, found.gap) == (0.0, 0.0, 0.0)
    assert found.cycles < 150


@few
@given(towns(), st.sampled_from([20.0, 60.0, 200.0]), st.sampled_from([0.2, 1.0, 1, 7]))
def test_the_model_as_published(town: Town, tau: float, first: float) -> None:
    """All origins at once is the same as one after another, to the last child."""
    found = raam(*town, tau=tau, max_cycles=40, initial_step=first).access
    expected = origin_by_origin(town, tau=tau, cycles=40, first=first, least=0.005)
    assert found.to_dict() == pytest.approx(expected, abs=1e-9, nan_ok=True)


@few
@given(towns(), st.booleans())
def test_nobody_is_lost(town: Town, whole: bool) -> None:  # noqa: FBT001
    """Children sent to schools and children who reach none are all children."""
    found = raam(*town, tau=60, whole_children=whole)
    assert found.load.sum() + found.unreached == pytest.approx(town[1].sum())
    assert (found.load >= -1e-9).all()
    assert (found.load[town[2] == 0] == 0).all()
    assert 0 <= found.gap <= 1


@few
@given(towns(), st.randoms(use_true_random=False))
def test_order_of_pairs_is_irrelevant(town: Town, rng: object) -> None:
    """Travel in any order gives the same."""
    mixed = town[0].sample(frac=1, random_state=rng.randrange(2**32))  # type: ignore[attr-defined]
    pd.testing.assert_series_equal(raam(mixed, *town[1:], tau=60).access, raam(*town, tau=60).access)


@few
@given(towns(), st.integers(2, 9))
def test_the_unit_of_travel_is_irrelevant(town: Town, factor: int) -> None:
    """Travel and tau in another unit are the same travel."""
    travel, children, seats = town
    np.testing.assert_allclose(
        raam(travel * 2**factor, children, seats, tau=60 * 2**factor).access, raam(*town, tau=60).access
    )


def test_threads_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Origins shared by several threads end where they end in one."""
    rng = np.random.default_rng(5)
    index = pd.MultiIndex.from_product([range(60), range(9)])
    town = (
        pd.Series(rng.uniform(0, 60, len(index)), index=index),
        pd.Series(rng.integers(20, 400, 60)),
        pd.Series(rng.integers(100, 900, 9)),
    )
    alone = raam(*town, tau=60)
    monkeypatch.setattr(module, "_SHARED_PAIRS", 0)
    shared = raam(*town, tau=60)
    pd.testing.assert_series_equal(shared.access, alone.access, check_exact=True)
    pd.testing.assert_series_equal(shared.load, alone.load, check_exact=True)


def test_small_areas_move_in_parts() -> None:
    """Four children never move as a fifth of them is less than one child; in parts they find the balance."""
    town = (two_schools(), pd.Series({"a": 4}), pd.Series({"near": 2, "far": 2}))
    whole, parts = raam(*town, tau=50), raam(*town, tau=50, whole_children=False, max_cycles=500)
    assert whole.load.to_dict() == {"near": 4.0, "far": 0.0}
    assert whole.gap > 0.1
    assert parts.load.to_dict() == pytest.approx({"near": 3.2, "far": 0.8})
    assert parts.access["a"] == pytest.approx(1.6)
    assert parts.gap < 1e-9


def test_usual_crowding_costs_one() -> None:
    """As many children as usual at the door cost 1; the same with twice the children if twice are usual."""
    index = pd.MultiIndex.from_tuples([("a", "s"), ("b", "t")])
    travel, seats = pd.Series(0.0, index=index), pd.Series({"s": 30, "t": 60})
    children = pd.Series({"a": 60, "b": 120})
    assert raam(travel, children, seats, tau=60).access.to_dict() == {"a": 1.0, "b": 1.0}
    assert raam(travel, children, seats, tau=60, rho=1).access.to_dict() == {"a": 2.0, "b": 2.0}


def test_nobody_and_nowhere() -> None:
    """Without children, without a way, or with a way only to a school without seats there is no cost."""
    index = pd.MultiIndex.from_tuples([("home", "s"), ("empty", "s"), ("shut out", "closed")])
    children = pd.Series({"home": 40, "empty": 0, "shut out": 7, "far": 3})
    found = raam(pd.Series(5.0, index=index), children, pd.Series({"s": 50, "closed": 0}), tau=60)
    assert found.access.notna().to_dict() == {"home": True, "empty": False, "shut out": False, "far": False}
    assert found.unreached == 10
    assert found.load.to_dict() == {"s": 40.0, "closed": 0.0}
    nobody_travels = raam(pd.Series(5.0, index=index).iloc[:0], children, pd.Series({"s": 50}), tau=60)
    assert (nobody_travels.unreached, nobody_travels.gap) == (50, 0.0)


def test_equal_costs_go_to_the_school_listed_first() -> None:
    """Of two schools as near, the one that comes first in the list of seats is taken."""
    index = pd.MultiIndex.from_tuples([("a", "s"), ("a", "t")])
    for order in (["s", "t"], ["t", "s"]):
        found = raam(pd.Series(5.0, index=index), pd.Series({"a": 1}), pd.Series(9, index=order), tau=60)
        assert found.load.to_dict() == {order[0]: 1.0, order[1]: 0.0}


@pytest.mark.parametrize(
    ("option", "match"),
    [
        ({"tau": 0}, "`tau` is a number above zero"),
        ({"tau": float("nan")}, "`tau` is a number above zero"),
        ({"rho": -1}, "`rho` is a number above zero"),
        ({"half_life": 0}, "`half_life` is a number above zero"),
        ({"initial_step": 0.0}, "`initial_step` is a number above zero"),
        ({"max_cycles": 0}, "`max_cycles` is one at least"),
        ({"min_step": -0.1}, "`min_step` and `limited_cycles` are not negative"),
    ],
)
def test_refuses_options(option: dict[str, float], match: str) -> None:
    """What makes no sense is refused by name."""
    with pytest.raises(ValueError, match=match):
        raam(two_schools(), pd.Series({"a": 1}), pd.Series({"near": 1, "far": 1}), **{"tau": 60, **option})  # type: ignore[arg-type]


def test_refuses_a_town_without_children_or_seats() -> None:
    """Without either there is no crowding to speak of."""
    seats = pd.Series({"near": 1, "far": 1})
    with pytest.raises(ValueError, match="`demand` is zero everywhere"):
        raam(two_schools(), pd.Series({"a": 0}), seats, tau=60)
    with pytest.raises(ValueError, match="`supply` is zero everywhere"):
        raam(two_schools(), pd.Series({"a": 1}), 0 * seats, tau=60)
    with pytest.raises(LabelError, match=r"`supply` does not know, e.g. 'far'"):
        raam(two_schools(), pd.Series({"a": 1}), seats[:1], tau=60)
