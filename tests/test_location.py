"""What every location model is given and answers: labels decide, and nothing is guessed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.optimize import location

DEMAND = pd.Series({"west": 3, "east": 2})
COST = pd.Series({("east", "hill"): 4.0, ("west", "lake"): 1.0, ("west", "hill"): 2.0})


def test_areas_and_sites_are_sorted_and_pairs_left_out_are_not_allowed() -> None:
    """The east may not go to the lake; what that would count is twice the dearest way, or what is given."""
    ground = location.survey(DEMAND, COST, unserved_cost=None)
    assert ground.areas.to_list() == ["east", "west"]
    assert ground.sites.to_list() == ["hill", "lake"]
    assert ground.demand.tolist() == [2, 3]
    assert ground.allowed.tolist() == [[True, True], [False, True]]
    assert ground.cost.tolist() == [[4, 2], [8, 1]]
    assert location.survey(DEMAND, COST, unserved_cost=7.5).cost[1, 0] == 7.5


@given(st.randoms(use_true_random=False))
def test_tables_and_lists_in_any_order_are_the_same_ground(rng: object) -> None:
    """A table with infinite cells and a list without those pairs say the same."""
    seed = rng.randrange(2**32)  # type: ignore[attr-defined]
    one = location.survey(DEMAND, COST, unserved_cost=None)
    table = COST.unstack().fillna(np.inf)[["lake", "hill"]].sample(frac=1, random_state=seed)
    for cost in (COST.sample(frac=1, random_state=seed), table):
        other = location.survey(DEMAND.sample(frac=1, random_state=seed), cost, unserved_cost=None)
        assert other.areas.equals(one.areas)
        assert other.sites.equals(one.sites)
        assert (other.cost == one.cost).all()


def test_shares_become_pupils_by_label() -> None:
    """Two thirds of the west go up the hill, the rest to the lake; a share where no way is allowed is unserved."""
    ground = location.survey(DEMAND, COST, unserved_cost=None)
    tables = location.tables(ground, np.array([[0.0, 2 / 3], [1.0, 1 / 3]]), DEMAND.index)
    assert tables["flows"].to_dict() == {("west", "hill"): 2, ("west", "lake"): 1}
    assert tables["assignment"].dropna().to_dict() == {"west": "hill"}
    assert tables["unserved"].to_dict() == {"west": 0, "east": 2}


def test_each_area_goes_to_its_cheapest_open_site() -> None:
    """Of equal ones to the first by label; with none open, nowhere."""
    ground = location.survey(DEMAND, pd.DataFrame(1.0, index=DEMAND.index, columns=["t", "s"]), unserved_cost=None)
    assert location.at_cheapest(ground, np.array([1, 0])).tolist() == [[1, 1], [0, 0]]
    assert location.at_cheapest(ground, np.array([], dtype=np.int64)).sum() == 0


def test_sites_come_in_the_order_of_the_input() -> None:
    """Not in that of the alphabet, in which they are searched."""
    table = pd.DataFrame(1.0, index=DEMAND.index, columns=["t", "s", "r"])
    ground = location.survey(DEMAND, table, unserved_cost=None)
    assert location.in_order(ground, np.array([1, 2]), table).to_list() == ["t", "s"]


def test_the_gap_is_a_share_of_the_plan() -> None:
    """Twenty of a hundred, and nothing if the bound is passed by rounding."""
    assert location.gap_of(100.0, 80.0) == 0.2
    assert location.gap_of(100.0, 100.0000001) == 0.0


def test_whole_numbers_may_be_off_by_rounding_only() -> None:
    """A tenth is not whole, the tenth part of a thousand millionth is."""
    assert location.is_whole(np.array([1.0, 2 + 1e-10]))
    assert not location.is_whole(np.array([1.0, 2.1]))


def test_refuses_what_it_would_have_to_guess() -> None:
    """Strange labels, labels given twice, gaps, negative numbers, no site, and a number of sites that cannot be."""
    with pytest.raises(LabelError, match="'north'"):
        location.survey(DEMAND, pd.concat([COST, pd.Series({("north", "hill"): 1.0})]), unserved_cost=None)
    with pytest.raises(LabelError, match="level"):
        location.survey(DEMAND, pd.Series({"west": 1.0}), unserved_cost=None)
    with pytest.raises(MissingValueError):
        location.survey(DEMAND * np.nan, COST, unserved_cost=None)
    with pytest.raises(ValueError, match="is negative"):
        location.survey(DEMAND, -COST.clip(upper=1), unserved_cost=None)
    with pytest.raises(ValueError, match="names no site"):
        location.survey(DEMAND, pd.DataFrame(index=DEMAND.index), unserved_cost=None)
    with pytest.raises(ValueError, match="`unserved_cost`"):
        location.survey(DEMAND, COST, unserved_cost=-1.0)
    with pytest.raises(ValueError, match="of which 2 are open already; got 1"):
        location.require_number(1, fixed=2, sites=3)
    with pytest.raises(LabelError, match="'moon'"):
        location.positions(["moon"], pd.Index(["hill"]), what="`fixed`")
