"""Measures of equity: their laws, and cases that can be checked by hand."""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.space.access import equity

if TYPE_CHECKING:
    from collections.abc import Callable

Town = tuple[pd.Series, pd.Series]
values = st.one_of(st.just(0.0), st.floats(min_value=0.01, max_value=1000))
every_measure = pytest.mark.parametrize(
    "measure", [equity.gini, equity.theil, equity.decile_ratio], ids=["gini", "theil", "deciles"]
)


@st.composite
def towns(draw: st.DrawFn) -> Town:
    """Draw a value and children for each area; some have none."""
    rows = draw(st.lists(st.tuples(values, st.integers(0, 50)), min_size=1, max_size=8))
    assume(sum(count for _, count in rows) > 0)
    index = [f"a{at}" for at in range(len(rows))]
    return pd.Series([value for value, _ in rows], index=index), pd.Series([count for _, count in rows], index=index)


def child_by_child(town: Town) -> np.ndarray:
    """List the value of every child."""
    return np.repeat(town[0].to_numpy(), town[1].to_numpy())


def test_by_hand() -> None:
    """Three children at 10 minutes and one at 50: mean 20."""
    minutes, children = pd.Series({"a": 10.0, "b": 50.0}), pd.Series({"b": 1, "a": 3})
    # 3 * 1 pairs, both ways, 40 minutes apart, over 2 * 16 * 20
    assert equity.gini(minutes, children) == pytest.approx(2 * 3 * 40 / (2 * 16 * 20))
    assert equity.theil(minutes, children) == pytest.approx((3 * 0.5 * log(0.5) + 2.5 * log(2.5)) / 4)
    assert equity.share_beyond(minutes, children, norm=10, side="above") == 0.25
    assert equity.share_beyond(minutes, children, norm=10, side="below") == 0.0
    assert equity.share_beyond(minutes, children, norm=50, side="below") == 0.75
    assert equity.percentile(minutes, children, share=0.75) == 10.0
    assert equity.percentile(minutes, children, share=0.76) == 50.0
    assert equity.decile_ratio(minutes, children) == 5.0


@given(towns())
def test_gini_by_definition(town: Town) -> None:
    """Half the mean difference of two children, by the mean."""
    each = child_by_child(town)
    mean = each.mean()
    expected = np.abs(each[:, None] - each).mean() / (2 * mean) if mean > 0 else 0.0
    assert equity.gini(*town) == pytest.approx(expected, abs=1e-12)


@given(towns())
def test_theil_by_definition(town: Town) -> None:
    """The mean over children, where zero adds nothing."""
    each = child_by_child(town)
    some = each[each > 0] / each.mean() if each.mean() > 0 else np.empty(0)
    assert equity.theil(*town) == pytest.approx((some * np.log(some)).sum() / len(each), abs=1e-12)


@given(towns(), st.floats(min_value=0.01, max_value=1))
def test_percentiles_by_definition(town: Town, share: float) -> None:
    """The least value that the share of children do not exceed."""
    each = np.sort(child_by_child(town))
    found = equity.percentile(*town, share=share)
    assert found in each
    assert (each <= found).mean() >= share - 1e-9
    assert (each < found).mean() < share


@every_measure
@given(town=towns(), power=st.integers(-5, 5))
def test_the_unit_is_irrelevant(measure: Callable[..., float], town: Town, power: int) -> None:
    """Minutes and hours are as uneven."""
    assert measure(town[0] * 2.0**power, town[1]) == pytest.approx(measure(*town), abs=1e-12)


@every_measure
@given(town=towns(), times=st.integers(2, 5))
def test_twins_change_nothing(measure: Callable[..., float], town: Town, times: int) -> None:
    """Each child twice over, in its own area or in a copy of it, is as uneven."""
    copies = [pd.concat([table.add_suffix(f"-{copy}") for copy in range(times)]) for table in town]
    assert measure(*copies) == pytest.approx(measure(*town), abs=1e-9)
    assert measure(town[0], times * town[1]) == pytest.approx(measure(*town), abs=1e-9)


@every_measure
@given(town=towns(), rng=st.randoms(use_true_random=False))
def test_order_is_irrelevant(measure: Callable[..., float], town: Town, rng: object) -> None:
    """Labels decide, and who is who does not matter."""
    seed = rng.randrange(2**32)  # type: ignore[attr-defined]
    assert measure(town[0].sample(frac=1, random_state=seed), town[1]) == pytest.approx(measure(*town), abs=1e-12)


@every_measure
@given(town=towns())
def test_an_empty_area_changes_nothing(measure: Callable[..., float], town: Town) -> None:
    """Where nobody lives nobody is far from school."""
    more = pd.concat([town[0], pd.Series({"empty": 9e6})]), pd.concat([town[1], pd.Series({"empty": 0})])
    assert measure(*more) == pytest.approx(measure(*town), abs=1e-9)


@pytest.mark.parametrize("measure", [equity.gini, equity.theil], ids=["gini", "theil"])
@given(
    rich=st.floats(min_value=10, max_value=500), poor=st.floats(min_value=0, max_value=9), share=st.floats(0.05, 0.45)
)
def test_giving_to_the_poorer_makes_it_more_even(
    measure: Callable[..., float], rich: float, poor: float, share: float
) -> None:
    """A transfer from one who has more to one who has less, without changing places, lowers the measure."""
    gift = share * (rich - poor)
    children = pd.Series(1, index=["rich", "middle", "poor"])
    before = pd.Series({"rich": rich, "middle": 9.5, "poor": poor})
    after = before + pd.Series({"rich": -gift, "middle": 0.0, "poor": gift})
    assert measure(after, children) < measure(before, children)


@given(towns())
def test_the_limits(town: Town) -> None:
    """None is negative; Gini is below 1 and Theil at most the logarithm of all children."""
    everybody = town[1].sum()
    assert 0 <= equity.gini(*town) <= 1 - 1 / everybody + 1e-12
    assert 0 <= equity.theil(*town) <= log(everybody) + 1e-12
    even = pd.Series(7.0, index=town[0].index)
    assert equity.gini(even, town[1]) == pytest.approx(0, abs=1e-12)
    assert equity.theil(even, town[1]) == pytest.approx(0, abs=1e-12)
    assert equity.decile_ratio(even, town[1]) == 1.0


@given(towns(), st.integers(1, 3))
def test_theil_splits_exactly(town: Town, number: int) -> None:
    """Between and within are the whole, however areas are grouped; one group has nothing between."""
    groups = pd.Series([f"g{at % number}" for at in range(len(town[0]))], index=town[0].index)
    parts = equity.theil_by_group(*town, groups[::-1])
    assert parts[["between", "within"]].to_numpy().sum() == pytest.approx(equity.theil(*town), abs=1e-12)
    assert parts["between"].sum() >= -1e-12
    assert (parts["within"] >= 0).all()
    assert parts["children"].sum() == town[1].sum()
    if number == 1:
        assert parts["between"].sum() == pytest.approx(0, abs=1e-12)


def test_groups_by_hand() -> None:
    """Two towns of four children, with means of 10 and 30, the second uneven within."""
    minutes = pd.Series({"a": 10.0, "b": 0.0, "c": 60.0, "empty": 5.0})
    children = pd.Series({"a": 4, "b": 2, "c": 2, "empty": 0})
    groups = pd.Series({"a": "w", "b": "e", "c": "e", "empty": "n"}, name="township")
    parts = equity.theil_by_group(minutes, children, groups)
    assert parts.index.tolist() == ["e", "n", "w"]
    assert parts.index.name == "township"
    assert parts["between"].to_dict() == pytest.approx({"e": 0.75 * log(1.5), "n": 0.0, "w": 0.25 * log(0.5)})
    assert parts["within"].to_dict() == pytest.approx({"e": 0.75 * log(2), "n": 0.0, "w": 0.0})
    assert np.isnan(parts.loc["n", "mean"])


def test_nobody_and_nothing() -> None:
    """Without children there is nothing to tell; if all have nothing, all have the same."""
    value, nobody = pd.Series({"a": 5.0, "b": 0.0}), pd.Series({"a": 0, "b": 0})
    for measure in (equity.gini, equity.theil, equity.decile_ratio):
        assert np.isnan(measure(value, nobody))
    assert np.isnan(equity.share_beyond(value, nobody, norm=1, side="above"))
    everybody = pd.Series({"a": 3, "b": 3})
    assert equity.gini(0 * value, everybody) == equity.theil(0 * value, everybody) == 0.0
    assert equity.decile_ratio(0 * value, everybody) == 1.0
    assert equity.decile_ratio(value, everybody) == np.inf


@pytest.mark.parametrize(
    ("value", "children", "error", "match"),
    [
        ({"a": np.nan}, {"a": 1}, MissingValueError, "`values` is missing"),
        ({"a": np.inf}, {"a": 1}, ValueError, "`values` is infinite"),
        ({"a": -1.0}, {"a": 1}, ValueError, "`values` is negative"),
        ({"a": 1.0}, {"a": -1}, ValueError, "`children` is negative"),
        ({"a": 1.0}, {"b": 1}, LabelError, "describe different units"),
    ],
)
def test_refuses_tables(
    value: dict[str, float], children: dict[str, float], error: type[Exception], match: str
) -> None:
    """A gap is a child without a way to school, which is to be counted apart and not left out."""
    for measure in (equity.gini, equity.theil, equity.decile_ratio):
        with pytest.raises(error, match=match):
            measure(pd.Series(value), pd.Series(children))


def test_refuses_options() -> None:
    """A side, a norm, a share and a group are to be said."""
    town = pd.Series({"a": 1.0}), pd.Series({"a": 1})
    with pytest.raises(ValueError, match="`side` is 'above' or 'below', got 'over'"):
        equity.share_beyond(*town, norm=1, side="over")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="`norm` is a number"):
        equity.share_beyond(*town, norm=np.nan, side="above")
    with pytest.raises(ValueError, match="share in"):
        equity.percentile(*town, share=0)
    with pytest.raises(MissingValueError, match="The group is missing"):
        equity.theil_by_group(*town, pd.Series({"a": None}))
    with pytest.raises(LabelError, match="the groups describe different units"):
        equity.theil_by_group(*town, pd.Series({"b": "g"}))
