"""Children within the standard's reach: everybody is in one column, and nobody in two."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.space.access.reach import COLUMNS
from schoolmap.space.access.reach import limits_of
from schoolmap.space.access.reach import nearest_school
from schoolmap.space.access.reach import reach_table
from schoolmap.space.access.reach import summarise
from schoolmap.space.access.reach import within_reach

few = settings(max_examples=30)

STANDARD = pd.DataFrame({"1-3": {"urban": 500, "rural": 30}, "4-6": {"urban": 500, "rural": 40}})
"""Metres in town, minutes in the country."""

ways = st.one_of(st.floats(min_value=0, max_value=900), st.just(float("nan")))


@st.composite
def towns(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Draw children by point and band, the way to school, and limits; some are not known."""
    points = [f"p{at}" for at in range(draw(st.integers(1, 6)))]
    bands = ["1-3", "4-6"]

    def table(cell: st.SearchStrategy[float]) -> pd.DataFrame:
        rows = draw(st.lists(st.tuples(cell, cell), min_size=len(points), max_size=len(points)))
        return pd.DataFrame(rows, index=points, columns=bands)

    return table(st.integers(0, 500)), table(ways), table(ways)


def test_by_hand() -> None:
    """In town 500 m count for all, in the country half an hour for the young and 40 minutes for the older."""
    children = pd.DataFrame({"1-3": {"a": 30, "b": 20, "c": 10, "d": 5}, "4-6": {"a": 33, "b": 22, "c": 11, "d": 6}})
    classes = pd.Series({"a": "urban", "b": "rural", "c": "rural", "d": None}, name="class")
    nearest = pd.Series({"a": 500.0, "b": 35.0, "d": 1.0})

    found = reach_table(children, nearest, limits=limits_of(classes, STANDARD))

    assert found.loc[("a", "1-3")].to_dict() == {
        "children": 30,
        "within": 30,
        "beyond": 0,
        "unreachable": 0,
        "unknown": 0,
    }
    assert found["beyond"].loc["b"].to_dict() == {"1-3": 20, "4-6": 0}
    assert found["within"].loc["b"].to_dict() == {"1-3": 0, "4-6": 22}
    assert found["unreachable"].loc["c"].to_dict() == {"1-3": 10, "4-6": 11}
    assert found["unknown"].loc["d"].to_dict() == {"1-3": 5, "4-6": 6}

    summary = summarise(found, classes.fillna("not known"))
    assert summary["share"].loc["rural"].to_dict() == pytest.approx({"1-3": 0.0, "4-6": 22 / 33})
    assert summary["share"].loc["not known"].isna().all()
    assert summary.index.names == ["class", "band"]


@few
@given(towns())
def test_nobody_is_lost(town: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]) -> None:
    """Within, beyond, unreachable and unknown are all children, point by point and group by group."""
    children, nearest, limits = town
    found = reach_table(children, nearest, limits=limits)
    assert found["children"].to_numpy().tolist() == children.to_numpy().ravel().tolist()
    assert (found[list(COLUMNS)].sum(axis=1) == found["children"]).all()
    groups = pd.Series([f"g{at % 2}" for at in range(len(children))], index=children.index)
    summary = summarise(found, groups)
    assert summary[["children", *COLUMNS]].sum().to_dict() == found.sum().to_dict()


@few
@given(towns())
def test_each_child_is_where_it_belongs(town: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]) -> None:
    """Looked at one by one, every point and band is in the column that its way and limit say."""
    children, nearest, limits = town
    found = reach_table(children, nearest, limits=limits)
    for (point, band), row in found.iterrows():
        way, limit = nearest.loc[point, band], limits.loc[point, band]
        where = (
            "unknown" if np.isnan(limit) else "unreachable" if np.isnan(way) else "within" if way <= limit else "beyond"
        )
        assert row[where] == children.loc[point, band]


@few
@given(towns(), st.randoms(use_true_random=False))
def test_order_is_irrelevant(town: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame], rng: object) -> None:
    """Ways and limits are found by label."""
    children, nearest, limits = town
    seed = rng.randrange(2**32)  # type: ignore[attr-defined]
    mixed = reach_table(
        children,
        nearest.sample(frac=1, random_state=seed)[["4-6", "1-3"]],
        limits=limits.sample(frac=1, random_state=seed),
    )
    pd.testing.assert_frame_equal(mixed, reach_table(children, nearest, limits=limits))


@few
@given(towns(), st.floats(min_value=0, max_value=500))
def test_a_longer_limit_takes_in_no_fewer(town: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame], more: float) -> None:
    """Whoever is within reach stays there if the standard asks for less."""
    children, nearest, limits = town
    short, long = (reach_table(children, nearest, limits=limits + extra) for extra in (0.0, more))
    assert (long["within"] >= short["within"]).all()
    assert (long["unreachable"] == short["unreachable"]).all()


def test_children_may_be_listed_by_year() -> None:
    """Each year's children have the way of their point."""
    index = pd.MultiIndex.from_tuples([("a", 2025), ("a", 2030), ("b", 2025)], names=["area", "year"])
    children = pd.DataFrame({"1-3": [30, 20, 10]}, index=index)
    limits = pd.DataFrame({"1-3": {"a": 500, "b": 500}})
    found = reach_table(children, pd.Series({"a": 400.0, "b": 600.0}), limits=limits)
    assert found.index.names == ["area", "year", "band"]
    assert found["within"].tolist() == [30.0, 20.0, 0.0]
    summary = summarise(found, pd.Series({"a": "t", "b": "t"}, name="township"))
    assert summary["share"].to_dict() == {("t", 2025, "1-3"): 0.75, ("t", 2030, "1-3"): 1.0}


@few
@given(
    st.dictionaries(
        st.tuples(st.sampled_from("abc"), st.sampled_from("stu")), st.integers(0, 3), min_size=1, max_size=9
    ),
    st.randoms(use_true_random=False),
)
def test_the_nearest_school_is_found_one_by_one(costs: dict[tuple[str, str], int], rng: object) -> None:
    """In any order of pairs: least cost first, of equals the lowest label."""
    travel = pd.Series(costs, dtype=float).rename_axis(["origin", "school"])
    mixed = travel.sample(frac=1, random_state=rng.randrange(2**32))  # type: ignore[attr-defined]
    found = nearest_school(mixed)
    expected = {o: min((cost, at) for (origin, at), cost in costs.items() if origin == o) for o, _ in costs}
    assert dict(zip(found.index, zip(found["cost"], found["school"], strict=True), strict=True)) == expected
    assert found.index.name == "origin"


def test_no_travel_has_no_nearest_school() -> None:
    """An empty table stays one."""
    travel = pd.Series({("a", "s"): 1.0}).iloc[:0]
    assert nearest_school(travel).empty


def test_a_limit_for_each_point() -> None:
    """Points have their own limits, in any order; where there is no way, nothing is within."""
    nearest = pd.Series({"a": 500.0, "b": 35.0, "c": np.nan})
    assert within_reach(nearest, limit=pd.Series({"c": 9e9, "b": 30, "a": 500})).to_dict() == {
        "a": True,
        "b": False,
        "c": False,
    }


def test_refuses_gaps_and_strangers() -> None:
    """What would lose children, or guess, is refused by name."""
    children, limits = pd.DataFrame({"1-3": {"a": 30.0, "b": 20.0}}), pd.DataFrame({"1-3": {"a": 500.0, "b": 500.0}})
    nearest = pd.Series({"a": 400.0, "b": 600.0})
    found = reach_table(children, nearest, limits=limits)
    with pytest.raises(MissingValueError, match="`children` of '1-3' is missing for 1 unit"):
        reach_table(children.replace(30.0, np.nan), nearest, limits=limits)
    with pytest.raises(ValueError, match=r"`limits` is negative, e.g. -500 for 'a'"):
        reach_table(children, nearest, limits=-limits)
    with pytest.raises(LabelError, match="`limits` has no column for '1-3'"):
        reach_table(children, nearest, limits=limits.rename(columns={"1-3": "all"}))
    with pytest.raises(LabelError, match="`nearest` lists 1 unit"):
        reach_table(children, pd.concat([nearest, nearest[:1]]), limits=limits)
    with pytest.raises(LabelError, match=r"`by` has no group for 1 point.*'b'"):
        summarise(found, pd.Series({"a": "town"}))
    with pytest.raises(MissingValueError, match=r"`by` is missing for 1 point.*'b'"):
        summarise(found, pd.Series({"a": "town", "b": None}))
    with pytest.raises(LabelError, match=r"class without a row.*'a' of 'suburb'"):
        limits_of(pd.Series({"a": "suburb"}), STANDARD)
    with pytest.raises(MissingValueError, match="`limit` is missing for 1 unit"):
        within_reach(nearest, limit=pd.Series({"a": 500.0, "b": np.nan}))
    with pytest.raises(LabelError, match="without a label"):
        nearest_school(pd.Series([1.0], index=pd.MultiIndex.from_arrays([[None], ["s"]])))
