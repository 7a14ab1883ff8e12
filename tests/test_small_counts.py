"""Small counts: given the mean of at least three, so that nobody can say which of them is which, whatever else is known."""

from __future__ import annotations

from collections import defaultdict
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.inputs.small_counts import LEAST_GROUP
from schoolmap.inputs.small_counts import averaged
from schoolmap.inputs.small_counts import with_parts

BELOW = 5
COUNTS = st.lists(st.sampled_from([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 40.0]), min_size=1, max_size=24)


def hidden(counts: list[float], groups: list[str], *, below: int = BELOW) -> list[float]:
    """Return the counts as shown, grouped by one column."""
    return averaged(pd.Series(counts), pd.DataFrame({"of": groups}), [["of"]], below=below).tolist()


def test_three_of_a_kind_share_their_sum() -> None:
    """What is large, nothing, or unknown stays; the small ones of one age are as many together as before."""
    shown = hidden([1.0, 2.0, 4.0, 0.0, 5.0, np.nan, 3.0, 3.0, 4.0], list("aaaaaabbb"))
    np.testing.assert_allclose(shown[:6], [7 / 3, 7 / 3, 7 / 3, 0.0, 5.0, np.nan])
    np.testing.assert_allclose(shown[6:], [9.0 / 3] * 3)


def test_two_look_for_others_further_off() -> None:
    """Two small counts of an age are put together with those of other ages; two in all are given half the limit."""
    assert hidden([1.0, 4.0, 3.0, 2.0, 1.0], list("aabbb")) == [2.5, 2.5, 2.0, 2.0, 2.0]
    assert hidden([1.0, 4.0, 3.0], list("aab")) == pytest.approx([8 / 3] * 3)
    assert hidden([1.0, 4.0, 60.0], list("aab")) == [2.5, 2.5, 60.0]


def test_a_sum_that_would_tell_is_moved() -> None:
    """Three ones, or three fours, are known from their sum; with 6, or 9, any of the three may be 1 or 4."""
    assert hidden([1.0, 1.0, 1.0], list("aaa")) == [2.0, 2.0, 2.0]
    assert hidden([4.0, 4.0, 4.0], list("aaa")) == [3.0, 3.0, 3.0]


def test_fractions_are_hidden_up_to_the_limit() -> None:
    """Estimates need not be whole: then a member may be anything between nothing and the limit."""
    assert hidden([0.1, 0.1, 0.1], list("aaa")) == pytest.approx([5 / 3] * 3)
    assert hidden([0.5, 2.5, 4.5], list("aaa")) == [2.5, 2.5, 2.5]


@pytest.mark.parametrize("below", [1, 2, 0])
def test_a_limit_that_hides_nothing_is_refused(below: int) -> None:
    """If only one number can be hidden, it is known."""
    with pytest.raises(ValueError, match="at least 3"):
        hidden([1.0], ["a"], below=below)


@given(COUNTS, st.randoms(use_true_random=False))
def test_laws(counts: list[float], random: object) -> None:
    """Order decides nothing, twice is once, what is not small stays, a group that is settled keeps its sum but for the ends."""
    groups = [random.choice("abc") for _ in counts]  # type: ignore[attr-defined]
    shown = hidden(counts, groups)
    order = list(range(len(counts)))
    random.shuffle(order)  # type: ignore[attr-defined]
    again = hidden([counts[i] for i in order], [groups[i] for i in order])
    assert again == [shown[i] for i in order]
    np.testing.assert_allclose(hidden(shown, groups), shown, rtol=1e-12)
    for before, after in zip(counts, shown, strict=True):
        assert (1 <= after <= BELOW - 1) if 0 < before < BELOW else after == before
    for name in "abc":
        here = [i for i, group in enumerate(groups) if group == name and 0 < counts[i] < BELOW]
        if len(here) >= LEAST_GROUP:
            assert abs(sum(shown[i] for i in here) - sum(counts[i] for i in here)) < BELOW - 2 + 1e-9


@pytest.mark.parametrize(("groups", "below"), [("aaa", 5), ("aaaab", 4), ("aaabbb", 3), ("aabbcde", 3), ("ab", 6)])
def test_no_world_can_be_ruled_out(groups: str, below: int) -> None:
    """
    Whoever knows the method, the limit and all that is shown learns nothing of one count that was hidden.

    All worlds are tried: those that are shown alike hold every number from 1 to one less than the limit in every place.
    """
    worlds = defaultdict(list)
    for world in product(range(1, below), repeat=len(groups)):
        shown = hidden([*map(float, world), 0.0, 90.0], [*groups, "a", "a"], below=below)
        worlds[tuple(np.round(shown, 9))].append(world)
    assert sum(map(len, worlds.values())) == (below - 1) ** len(groups)
    for alike in worlds.values():
        for place in range(len(groups)):
            assert {world[place] for world in alike} == set(range(1, below))


def test_totals_are_made_of_their_parts() -> None:
    """A rest that is small, above or below nothing, would tell; one that is large is known and stays."""
    total = pd.Series([40.0, 40.0, 40.0, 40.0, np.nan, 40.5, 40.0])
    before = pd.Series([40.0, 37.0, 20.0, 41.0, 5.0, 40.5, 50.0])
    after = pd.Series([41.4, 38.0, 21.0, 42.0, 5.0, 41.0, 51.0])
    shown = with_parts(total, before, after, below=BELOW)
    np.testing.assert_allclose(shown, [41.0, 38.0, 41.0, 42.0, np.nan, 41.0, 41.0])
