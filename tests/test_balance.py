"""The seat balance: what it promises, and what it refuses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.seats.balance import CHANCES
from schoolmap.seats.balance import enough_seats
from schoolmap.seats.balance import seat_balance
from schoolmap.seats.balance import totals

counts = st.integers(min_value=0, max_value=5_000)


def units(*labels: tuple[str, int]) -> pd.MultiIndex:
    """Label planning units by catchment and year."""
    return pd.MultiIndex.from_tuples(labels, names=["catchment", "year"])


def demand_of(children: list[float], index: pd.MultiIndex) -> pd.DataFrame:
    """Return demand with an interval of a tenth to either side."""
    central = pd.Series(children, index=index, dtype=float)
    return pd.DataFrame({"demand_p10": 0.9 * central, "demand": central, "demand_p90": 1.1 * central})


@st.composite
def towns(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.Series]:
    """Draw a town: demand and seats of some catchments in some years."""
    catchments, years = draw(st.integers(min_value=1, max_value=5)), draw(st.integers(min_value=1, max_value=4))
    index = units(*[(f"c{i}", 2027 + j) for i in range(catchments) for j in range(years)])
    children, seats = (draw(st.lists(counts, min_size=len(index), max_size=len(index))) for _ in range(2))
    return demand_of([float(count) for count in children], index), pd.Series(seats, index=index, dtype=float)


def test_by_hand() -> None:
    """410 children and 400 seats: ten seats short, two and a half per cent too many children."""
    index = units(("Mill Road", 2030))
    row = seat_balance(demand_of([410.0], index), pd.Series([400.0], index=index)).iloc[0]
    assert row.to_dict() == pytest.approx(
        {"demand_p10": 369, "demand": 410, "demand_p90": 451, "seats": 400, "gap": 10, "utilisation": 1.025},
    )


def test_shortage_and_spare_are_never_netted() -> None:
    """Thirty seats short here and forty spare there: nobody says ten are spare."""
    index = units(("n", 2030), ("s", 2030), ("n", 2031), ("s", 2031))
    balance = seat_balance(demand_of([130.0, 60.0, 100.0, 100.0], index), pd.Series(100.0, index=index))
    assert totals(balance).loc[2030].to_dict() == {"demand": 190.0, "seats": 200.0, "short": 30.0, "spare": 40.0}
    assert totals(balance).loc[2031].to_dict() == {"demand": 200.0, "seats": 200.0, "short": 0.0, "spare": 0.0}


@given(towns())
def test_every_seat_is_accounted_for(town: tuple[pd.DataFrame, pd.Series]) -> None:
    """In each unit the gap is demand less seats; in each year short less spare is demand less seats."""
    demand, seats = town
    balance = seat_balance(demand, seats)
    assert (balance["gap"] == balance["demand"] - balance["seats"]).all()
    sums = totals(balance)
    assert (sums["short"] - sums["spare"] == sums["demand"] - sums["seats"]).all()
    assert (sums[["short", "spare"]] >= 0).all(axis=None)
    assert sums["demand"].sum() == demand["demand"].sum()
    assert sums["seats"].sum() == seats.sum()


@given(towns(), st.randoms(use_true_random=False))
def test_row_order_is_irrelevant(town: tuple[pd.DataFrame, pd.Series], rng: object) -> None:
    """Shuffling the seats changes nothing: labels decide."""
    demand, seats = town
    shuffled = seats.sample(frac=1, random_state=rng.randrange(2**32))  # type: ignore[attr-defined]
    pd.testing.assert_frame_equal(seat_balance(demand, shuffled), seat_balance(demand, seats))


@given(towns())
def test_utilisation_is_above_one_where_seats_are_short(town: tuple[pd.DataFrame, pd.Series]) -> None:
    """A unit is short exactly where it has more than one child a seat."""
    balance = seat_balance(*town)
    assert ((balance["gap"] > 0) == (balance["utilisation"] > 1)).all()


@pytest.mark.parametrize("nothing", [0.0, -0.0])
def test_no_seats(nothing: float) -> None:
    """Children without seats load them infinitely; a unit without either has no load."""
    index = units(("a", 2030), ("b", 2030))
    balance = seat_balance(demand_of([5.0, 0.0], index), pd.Series([nothing, nothing], index=index))
    np.testing.assert_array_equal(balance["utilisation"], [np.inf, np.nan])


def test_refuses_other_units() -> None:
    """A unit known to one table only is an error, not a zero."""
    demand = demand_of([5.0, 5.0], units(("a", 2030), ("b", 2030)))
    with pytest.raises(LabelError, match=r"1 appear in only one.*'b'"):
        seat_balance(demand, pd.Series([5.0], index=units(("a", 2030))))


def test_refuses_unknown_seats() -> None:
    """An unknown number of seats is an error, not a zero."""
    index = units(("a", 2030))
    with pytest.raises(MissingValueError, match="`seats` is missing for 1 unit"):
        seat_balance(demand_of([5.0], index), pd.Series([np.nan], index=index))


def test_refuses_unknown_demand() -> None:
    """A bound that is missing is an error too."""
    index = units(("a", 2030))
    with pytest.raises(MissingValueError, match="`demand` is missing for 1 unit"):
        seat_balance(demand_of([5.0], index).assign(demand_p90=np.nan), pd.Series([5.0], index=index))


def test_refuses_seats_below_zero() -> None:
    """Where more was demolished than there was, a negative load would read as plenty of room."""
    index = units(("a", 2030), ("b", 2030))
    with pytest.raises(ValueError, match=r"`seats` is negative for 1 unit.*-10 for \('b'"):
        seat_balance(demand_of([50.0, 50.0], index), pd.Series([60.0, -10.0], index=index))


@given(
    st.lists(st.integers(0, 50), min_size=1, max_size=40),
    st.lists(st.floats(0, 0.99), min_size=1, max_size=4),
    st.integers(0, 60),
)
def test_enough_seats_tell_whether_a_chance_is_met(needed: list[int], chances: list[float], seats: int) -> None:
    """The share of draws that need more is within the bound exactly if there are as many seats as that, or more."""
    draws = np.array(needed, dtype=float)
    enough = enough_seats(draws, chances=chances)
    more = float((draws > seats).mean())
    for bound, least in zip(chances, enough, strict=True):
        if abs(more - bound) > 1e-9:
            assert (more < bound) == (seats >= least)


def test_more_certain_takes_more_seats() -> None:
    """A smaller bound needs as many seats or more."""
    draws = np.random.default_rng(1).normal(100, 20, size=(3, 2, 500))
    enough = enough_seats(draws)
    assert enough.shape == (len(CHANCES), 3, 2)
    assert (np.diff(enough, axis=0) <= 0).all()


@pytest.mark.parametrize(("draws", "chances"), [(np.empty((2, 0)), [0.1]), (np.ones((2, 3)), [1.0])])
def test_enough_seats_of_nothing_are_refused(draws: np.ndarray, chances: list[float]) -> None:
    """No draw tells nothing, and every number of seats meets a chance of one."""
    with pytest.raises(ValueError, match="probabilities below one"):
        enough_seats(draws, chances=chances)
