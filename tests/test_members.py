"""Catchments from pairs: what each step promises to those that build on it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from schoolmap.errors import LabelError
from schoolmap.space.members import build
from schoolmap.space.members import by_text
from schoolmap.space.members import least
from schoolmap.space.members import sorted_pairs
from schoolmap.space.members import zones_of_schools

triples = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 9)), max_size=30)


@given(triples)
def test_the_least_of_each_key(rows: list[tuple[int, int, int]]) -> None:
    """Of equals it is the first choice; keys come in order."""
    key, value, choice = np.array(rows, dtype=int).reshape(-1, 3).T
    keys, chosen = least(key, value.astype(float), choice)
    expected = {at: min((v, c) for k, v, c in rows if k == at)[1] for at, _, _ in sorted(rows)}
    assert dict(zip(keys.tolist(), chosen.tolist(), strict=True)) == expected
    assert keys.tolist() == sorted(expected)


def test_labels_sort_as_text() -> None:
    """Codes are text; where they are numbers, they sort as if they were."""
    assert by_text(pd.Index(["b", "a", "10", "9"])).tolist() == ["10", "9", "a", "b"]
    assert by_text(pd.Index([9, 10])).tolist() == [10, 9]


def test_a_school_has_a_catchment_of_its_own_label() -> None:
    """Unless schools share one, school and catchment go by one name."""
    serves, zones, (first, second) = zones_of_schools(None, pd.Index(["b", "a"]), pd.Index(["c", "a"]))
    assert serves.to_numpy().tolist() == [["a", "a"], ["b", "b"], ["c", "c"]]
    assert zones[first].tolist() == ["b", "a"]
    assert zones[second].tolist() == ["c", "a"]


def test_each_school_has_one_catchment_here() -> None:
    """A school with two catchments cannot tell by travel which of them an area is in."""
    twice = pd.Series(["y", "z"], index=["a", "a"])
    with pytest.raises(LabelError, match="`zone_of` lists 1 unit"):
        zones_of_schools(twice, pd.Index(["a"]))


def test_each_pair_of_school_and_catchment_is_there_once() -> None:
    """Several catchments of a school, and several schools of a catchment, are rows."""
    rows = [["b", "z"], ["a", "z"], ["b", "y"], ["a", "z"]]
    pairs = sorted_pairs(pd.DataFrame(rows, columns=["school", "catchment"]))
    assert pairs.to_numpy().tolist() == [["b", "y"], ["a", "z"], ["b", "z"]]


def test_areas_in_several_catchments_and_in_none() -> None:
    """The middle area is in both catchments, the last in none; a third catchment is empty."""
    areas = gpd.GeoDataFrame(
        geometry=[box(at, 0, at + 1, 1) for at in range(4)], index=["a", "b", "c", "d"], crs="EPSG:4546"
    )
    zones = pd.Index(["x", "y", "z"])
    serves = pd.DataFrame({"school": ["s"], "catchment": ["x"]})
    built = build(areas, np.array([1, 0, 1, 2]), np.array([2, 0, 0, 2]), zones, serves)
    assert list(built.members.items()) == [("a", "x"), ("b", "x"), ("b", "z"), ("c", "z")]
    assert built.catchments.geometry["x"].equals(box(0, 0, 2, 1))
    assert built.catchments.geometry["z"].equals(box(1, 0, 3, 1))
    assert list(built.vacant) == ["y"]
    assert list(built.unreached) == ["d"]
    assert shapely.is_valid(built.catchments.geometry.to_numpy()).all()
