"""Who moves: areas, ways before and after, and pupils by year."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from rezoning_towns import road
from rezoning_towns import town

from schoolmap.optimize.rezoning import moves

TODAY = pd.Series(["left", "left", "left", "left", "right"], index=list("abcde"))


def test_by_hand() -> None:
    """Village d, 5 pupils, goes to the right, which is 2,000 m nearer."""
    problem = road(today=TODAY)
    listed = moves.who_moves(problem, np.array([0, 0, 0, 1, 1]), grandfather_years=0)
    assert listed.index.tolist() == ["d"]
    assert listed.loc["d", ["from", "to", "pupils", "added_m", "first_year", "all_year"]].tolist() == [
        "left",
        "right",
        5.0,
        -2000.0,
        1,
        1,
    ]


def test_the_year_in_which_everybody_goes_may_lie_beyond_the_last() -> None:
    """With pupils of two years and three protected ones, `all_year` is missing."""
    pupils = pd.DataFrame({2030: [4, 4, 3, 5, 6], 2031: [4, 4, 3, 5, 6]}, index=list("abcde"))
    problem = road(today=TODAY)
    problem = type(problem)(
        **{name: getattr(problem, name) for name in problem.__slots__}
        | {"years": pupils.columns, "pupils": pupils.to_numpy()}
    )
    listed = moves.who_moves(problem, np.array([0, 0, 0, 1, 1]), grandfather_years=3)
    assert listed.loc["d", "first_year"] == 2030
    assert listed["all_year"].isna().all()


@settings(max_examples=15)
@given(st.integers(0, 10**6))
def test_nobody_is_lost(seed: int) -> None:
    """Those who move, at the new school and still at the old one, are in each year the pupils of areas that change."""
    rng = np.random.default_rng(seed)
    plain = town(seed)
    problem = town(seed, today=pd.Series(rng.choice(plain.zones, 7), index=plain.areas))
    zone = rng.integers(0, 3, 7)
    years = moves.moves_by_year(problem, zone, grandfather_years=2, grades=int(rng.integers(1, 6)))
    listed = moves.who_moves(problem, zone, grandfather_years=2)
    assert years.sum(axis=1).to_numpy() == pytest.approx(listed["pupils"].sum())
    assert years["at_new"].is_monotonic_increasing
    assert years["still_at_old"].iloc[-1] == 0
    assert (listed["way_after_m"] - listed["way_before_m"]).tolist() == listed["added_m"].tolist()


def test_without_today_nobody_moves() -> None:
    """Zones drawn from scratch change nothing."""
    assert moves.who_moves(road(), np.array([0, 0, 0, 1, 1]), grandfather_years=0).empty
