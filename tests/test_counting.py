"""Whole numbers from tables: nothing is rounded that is not told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.optimize import counting

SIZE = {"rows": 10, "schools": 3, "pupils": 100, "levels": 1}


def test_by_hand() -> None:
    """Pairs come in the order of areas and then of schools, and each knows its row of the table."""
    cost = pd.Series({("b", "t"): 4.0, ("a", "t"): 2.0, ("b", "s"): 3.0})
    offers, row = counting.offers_of_pairs(cost, areas=pd.Index(["a", "b", "c"]), schools=pd.Index(["s", "t"]))
    assert offers.first.tolist() == [0, 1, 3, 3]
    assert offers.school.tolist() == [1, 0, 1]
    assert offers.cost.tolist() == [2, 3, 4]
    assert row.tolist() == [1, 2, 0]


@given(
    st.lists(st.lists(st.one_of(st.integers(0, 99), st.just(np.inf)), min_size=3, max_size=3), min_size=1, max_size=5)
)
def test_a_matrix_holds_the_pairs_that_are_finite(rows: list[list[float]]) -> None:
    """A matrix and the table of its finite numbers are the same offers, in any order of rows and columns."""
    matrix = np.array(rows, dtype=float)
    area, school = np.arange(len(rows))[::-1], np.array([1, 2, 0])
    labels = pd.RangeIndex(len(rows)), pd.RangeIndex(3)
    offers = counting.offers_of_matrix(matrix, area=area, school=school, labels=labels)
    table = pd.Series(matrix.ravel(), index=pd.MultiIndex.from_product(labels))
    listed, _ = counting.offers_of_pairs(table[np.isfinite(table)], areas=labels[0][area], schools=labels[1][school])
    assert offers.first.tolist() == listed.first.tolist()
    assert offers.school.tolist() == listed.school.tolist()
    assert offers.cost.tolist() == listed.cost.tolist()


@pytest.mark.parametrize(
    ("price", "digits"),
    [([7.0], 0), ([7.5, 1], 1), ([1 / 3], 6), ([], 0), ([0.1 + 0.2], 1), ([1e12 / 3], 3), ([1e13], 0)],
)
def test_as_many_decimals_as_there_are_and_fit(price: list[float], digits: int) -> None:
    """A sum that the computer cannot hold is not tried: then fewer decimals are counted."""
    assert counting.decimals(np.array(price), **SIZE) == digits


def test_short_numbers_have_no_decimals_behind_their_end() -> None:
    """A tenth in 32 bits is a tenth: the digits behind the seventh mean nothing."""
    assert counting.decimals(np.array([5000.5, 7.25], dtype=np.float32), **SIZE) == 2
    assert counting.decimals(np.array([7.3], dtype=np.float32), **SIZE) == 1


@given(st.lists(st.integers(0, 10**7), min_size=1), st.integers(0, 6))
def test_scaling_is_undone_without_loss(numbers: list[int], digits: int) -> None:
    """What has so many decimals comes back from whole numbers as it was."""
    price = np.array(numbers) / 10.0**digits
    assert counting.is_exact(price, digits)
    assert counting.scale(price, digits).tolist() == numbers


def test_labels_are_ordered_as_text() -> None:
    """The order of rows decides nothing, and labels of several kinds have one."""
    assert counting.by_text(pd.Index(["b", 10, "a", 9])).tolist() == [1, 3, 2, 0]


def test_refuses_what_is_too_large() -> None:
    """More than the computer can add up exactly is said."""
    with pytest.raises(ValueError, match="Use a larger unit"):
        counting.decimals(np.array([1e17]), **SIZE)
    with pytest.raises(ValueError, match="`seats` adds up to"):
        counting.whole(pd.Series({"s": 2e18}), what="`seats`")


def test_refuses_a_pair_twice() -> None:
    """Two costs of one pair cannot both be meant, wherever they stand."""
    cost = pd.Series([1.0, 2, 3], index=pd.MultiIndex.from_tuples([("a", "s"), ("a", "t"), ("a", "s")]))
    with pytest.raises(LabelError, match=r"1 unit\(s\) twice, e.g. \('a', 's'\)"):
        counting.offers_of_pairs(cost, areas=pd.Index(["a"]), schools=pd.Index(["s", "t"]))


@pytest.mark.parametrize("kind", ["int8", "uint64", "float32", "Int64", "Float64", "object"])
def test_whole_numbers_of_every_kind(kind: str) -> None:
    """Counts may be kept in any kind of number."""
    assert counting.whole(pd.Series({"a": 5, "b": 3}).astype(kind), what="`pupils`").tolist() == [5, 3]


def test_refuses_more_than_can_be_counted() -> None:
    """2 to the power of 53 plus one has no place in a decimal number; it is refused, and no pupil is lost for it."""
    assert counting.whole(pd.Series({"a": 2**53 - 1, "b": 1}), what="`pupils`").sum() == 2**53
    for counts in (pd.Series({"a": 2**53 + 2}), pd.Series({"a": 2**62, "b": 2**62}), pd.Series({"a": np.inf})):
        with pytest.raises(ValueError, match="too large to add up exactly"):
            counting.whole(counts, what="`pupils`")


@pytest.mark.parametrize("value", ["5", True, pd.Timedelta(5), 5j])
def test_refuses_what_is_no_number(value: object) -> None:
    """Text that looks like a number, a yes and a span of time are named."""
    for counts in (pd.Series({"a": value}), pd.Series({"a": value}, dtype=object)):
        with pytest.raises(ValueError, match=r"holds numbers, got .* for 'a'"):
            counting.numbers(counts, what="`pupils`")


def test_refuses_a_row_without_a_label() -> None:
    """Who is counted in a row without a name is not known."""
    for label in (np.nan, None, ("a", None)):
        with pytest.raises(LabelError, match="1 row"):
            counting.require_labels(
                pd.MultiIndex.from_tuples([label]) if isinstance(label, tuple) else pd.Index([label]), what="`pupils`"
            )
