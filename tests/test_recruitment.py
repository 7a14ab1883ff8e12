"""Teachers over the years: leave, recruit, spare."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.seats.indicators.recruitment import recruitment
from schoolmap.seats.indicators.staffing import staff_needed

needs = st.lists(st.lists(st.integers(0, 120), min_size=4, max_size=4), min_size=1, max_size=4)


def by_year(rows: list[list[float]], *, first: int = 2026) -> pd.Series:
    """Label numbers by school and year."""
    years = range(first, first + len(rows[0]))
    index = pd.MultiIndex.from_product([[f"s{i}" for i in range(len(rows))], years], names=["school", "year"])
    return pd.Series(np.array(rows, dtype=float).ravel(), index=index)


def test_by_hand() -> None:
    """Three retire each year: three, then five are recruited; when the wave ebbs, nine are too many and none recruited."""
    found = recruitment(by_year([[40, 42, 30]]), there=pd.Series({"s0": 40.0}), leaving=by_year([[3, 3, 3]]))
    assert found["staying"].tolist() == [37.0, 37.0, 39.0]
    assert found["recruit"].tolist() == [3.0, 5.0, 0.0]
    assert found["there"].tolist() == [40.0, 42.0, 39.0]
    assert found["spare"].tolist() == [0.0, 0.0, 9.0]


@given(needs, st.integers(0, 100), st.integers(0, 9))
def test_every_teacher_is_accounted_for(rows: list[list[int]], start: int, gone: int) -> None:
    """There = before - left + recruited; nobody is recruited where some are spare; need is always covered."""
    needed = by_year(rows)
    leaving = pd.Series(float(gone), index=needed.index)
    there = pd.Series(float(start), index=[f"s{i}" for i in range(len(rows))])
    found = recruitment(needed, there=there, leaving=leaving)
    wide = found["there"].unstack("year").to_numpy()
    before = np.column_stack([there.to_numpy(), wide[:, :-1]])
    recruit = found["recruit"].unstack("year").to_numpy()
    assert (wide == np.maximum(before - gone, 0) + recruit).all()
    assert (found["there"] >= found["needed"]).all()
    assert not ((found["recruit"] > 0) & (found["spare"] >= 1)).any()
    assert (found["spare"] == found["there"] - found["needed"]).all()


@given(needs, st.integers(0, 100))
def test_units_do_not_help_one_another(rows: list[list[int]], start: int) -> None:
    """Each unit by itself has the same answer as all together: nothing is netted."""
    needed = by_year(rows)
    there = pd.Series(float(start), index=[f"s{i}" for i in range(len(rows))])
    together = recruitment(needed, there=there, leaving_share=0.1)
    last = f"s{len(rows) - 1}"
    alone = recruitment(needed.loc[[last]], there=there[[last]], leaving_share=0.1)
    pd.testing.assert_frame_equal(alone, together.loc[[last]])


@given(needs, st.integers(0, 100), st.integers(1, 9))
def test_more_who_leave_are_more_to_recruit(rows: list[list[int]], start: int, gone: int) -> None:
    """Over all years, never fewer."""
    needed = by_year(rows)
    there = pd.Series(float(start), index=[f"s{i}" for i in range(len(rows))])
    few = recruitment(needed, there=there)["recruit"].groupby(level="school").sum()
    many = recruitment(needed, there=there, leaving=pd.Series(float(gone), index=needed.index))["recruit"]
    assert (many.groupby(level="school").sum() >= few).all()


def test_a_share_that_leaves_recruits_whole_people() -> None:
    """Of 45 teachers 4.5 leave: five are recruited."""
    found = recruitment(by_year([[45]]), there=pd.Series({"s0": 45.0}), leaving_share=0.1)
    assert found.iloc[0][["staying", "recruit", "there", "spare"]].tolist() == [40.5, 5.0, 45.5, 0.5]


def test_demand_of_many_years_goes_through_the_rule_at_once() -> None:
    """Pupils by school and year become staff by school and year, and then recruits."""
    pupils = by_year([[190, 380, 95]])
    need = staff_needed(
        pupils,
        classes=pd.Series(np.nan, index=pupils.index),
        pupils_per_staff=pd.Series(19.0, index=pupils.index),
        staff_per_class=pd.Series(np.nan, index=pupils.index),
    )["needed"]
    found = recruitment(need, there=pd.Series({"s0": 12.0}))
    assert found["recruit"].tolist() == [0.0, 8.0, 0.0]
    assert found["spare"].tolist() == [2.0, 0.0, 15.0]


def test_more_levels_and_any_order() -> None:
    """Units may be labelled by school and stage; rows stay in the caller's order."""
    index = pd.MultiIndex.from_tuples(
        [("A", "primary", 2027), ("A", "junior", 2026), ("A", "primary", 2026), ("A", "junior", 2027)],
        names=["school", "stage", "year"],
    )
    there = pd.Series([5.0, 9.0], index=pd.MultiIndex.from_tuples([("A", "junior"), ("A", "primary")]))
    there.index.names = ["school", "stage"]
    found = recruitment(pd.Series([12.0, 5.0, 10.0, 4.0], index=index), there=there)
    assert found.index.equals(index)
    assert found["recruit"].tolist() == [2.0, 0.0, 1.0, 0.0]


def test_from_a_year_that_is_not_known_nothing_is() -> None:
    """Before it, all is as it was."""
    found = recruitment(by_year([[10, np.nan, 10]]), there=pd.Series({"s0": 8.0}))
    assert found["recruit"].tolist()[0] == 2.0
    assert found["recruit"].isna().tolist() == [False, True, True]
    assert found["there"].isna().tolist() == [False, True, True]


def test_refusals() -> None:
    """Years with a hole, a share of all, other units, fewer than no teachers."""
    there = pd.Series({"s0": 8.0})
    need = by_year([[10, 11, 12]])
    with pytest.raises(ValueError, match="must follow one another, got 2026, 2028"):
        recruitment(need.drop(("s0", 2027)), there=there)
    with pytest.raises(ValueError, match="`leaving_share`"):
        recruitment(need, there=there, leaving_share=1.0)
    with pytest.raises(LabelError, match="`needed` and `there`"):
        recruitment(need, there=pd.Series({"other": 8.0}))
    with pytest.raises(LabelError, match="`needed` and `leaving`"):
        recruitment(need, there=there, leaving=by_year([[1]]))
    with pytest.raises(ValueError, match="negative"):
        recruitment(need, there=-there)
