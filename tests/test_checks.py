"""Guards at the edge of the model: what they let pass, and what they say when they do not."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point

from schoolmap import checks
from schoolmap.errors import CRSError
from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError

labels = st.lists(st.text(alphabet="ab01学区", min_size=1, max_size=3), max_size=8)


def layer(crs: str | None) -> gpd.GeoDataFrame:
    """Return a layer of one point."""
    return gpd.GeoDataFrame(geometry=[Point(500_000, 3_000_000)], crs=crs)


def test_unique_labels_by_hand() -> None:
    """One of three schools is listed twice."""
    with pytest.raises(LabelError, match=r"The schools lists 1 unit\(s\) twice, e\.g\. 'B'"):
        checks.require_unique_labels(pd.Index(["A", "B", "B"]), what="The schools")


@given(labels)
def test_labels_are_unique_if_none_is_there_twice(names: list[str]) -> None:
    """The guard raises exactly where a set would be smaller than the list."""
    index = pd.Index(names, dtype=object)
    if len(set(names)) == len(names):
        checks.require_unique_labels(index, what="names")
    else:
        with pytest.raises(LabelError, match="twice"):
            checks.require_unique_labels(index, what="names")


@given(labels.flatmap(lambda names: st.tuples(st.just(names), st.permutations(names) | labels)))
def test_labels_are_the_same_if_the_sets_are(pair: tuple[list[str], list[str]]) -> None:
    """Order is irrelevant; a label that only one has is not; nor is one that is there twice."""
    left, right = pair
    one, other = pd.Index(left, dtype=object), pd.Index(right, dtype=object)
    if sorted(left) == sorted(right) and len(set(left)) == len(left):
        checks.require_same_labels(one, other, what="The two")
    else:
        with pytest.raises(LabelError, match=r"twice|describe different units"):
            checks.require_same_labels(one, other, what="The two")


def test_a_code_is_not_a_number() -> None:
    """The text `101` and the number 101 are two units, and the message shows one of them and the way out."""
    with pytest.raises(LabelError, match=r"2 appear in only one.*101.*reindex"):
        checks.require_same_labels(pd.Index(["101"], dtype=object), pd.Index([101], dtype=object), what="The two")


def test_labels_of_several_levels() -> None:
    """Units by catchment and year are compared as pairs."""
    one = pd.MultiIndex.from_tuples([("n", 2027), ("n", 2028)], names=["catchment", "year"])
    other = pd.MultiIndex.from_tuples([("n", 2028), ("n", 2027)], names=["catchment", "year"])
    checks.require_same_labels(one, other, what="The two")
    with pytest.raises(LabelError, match="1 appear in only one"):
        checks.require_same_labels(one, other[:1], what="The two")


def test_gaps_by_hand() -> None:
    """Unknown is not zero: zero passes, missing does not."""
    checks.require_no_gaps(pd.Series([0.0, 1.0], index=["A", "B"]), what="Seats")
    with pytest.raises(MissingValueError, match=r"Seats is missing for 1 unit\(s\), e\.g\. 'B'"):
        checks.require_no_gaps(pd.Series([0.0, np.nan], index=["A", "B"]), what="Seats")


def test_gaps_in_any_column() -> None:
    """A row counts once, however many of its cells are empty."""
    table = pd.DataFrame({"x": [1.0, np.nan, 1.0], "y": [1.0, np.nan, np.nan]}, index=["A", "B", "C"])
    with pytest.raises(MissingValueError, match=r"Seats is missing for 2 unit\(s\), e\.g\. 'B'"):
        checks.require_no_gaps(table, what="Seats")


def test_an_empty_table_has_no_gaps() -> None:
    """Nothing is missing where nothing is listed."""
    checks.require_no_gaps(pd.Series(dtype=float), what="Seats")


def test_negative_numbers() -> None:
    """Zero and unknown pass, a number below zero does not."""
    checks.require_not_negative(pd.Series([0.0, np.nan], index=["A", "B"]), what="Seats")
    with pytest.raises(ValueError, match=r"Seats is negative for 2 unit\(s\), e\.g\. -3 for 'B'"):
        checks.require_not_negative(pd.Series([0.0, -3.0, -0.5], index=["A", "B", "C"]), what="Seats")


def test_metric_crs_by_hand() -> None:
    """CGCS2000 in metres passes, in degrees it does not; feet are no metres, and no CRS is no CRS."""
    checks.require_metric_crs(layer("EPSG:4546"))
    with pytest.raises(CRSError, match="got EPSG:4490 in degrees"):
        checks.require_metric_crs(layer("EPSG:4490"))
    with pytest.raises(CRSError, match="foot"):
        checks.require_metric_crs(layer("EPSG:2263"))
    with pytest.raises(CRSError, match="has no CRS"):
        checks.require_metric_crs(layer(None))


def test_two_layers_share_one_crs() -> None:
    """Two zones of one datum are two systems: a metre in one is elsewhere in the other."""
    checks.require_same_metric_crs(layer("EPSG:4546"), layer("EPSG:4546"))
    with pytest.raises(CRSError, match="share one CRS"):
        checks.require_same_metric_crs(layer("EPSG:4546"), layer("EPSG:4547"))


@pytest.mark.parametrize("pair", [("EPSG:4546", "EPSG:4490"), ("EPSG:4490", "EPSG:4546"), (None, "EPSG:4546")])
def test_both_layers_are_looked_at(pair: tuple[str | None, str]) -> None:
    """Either of the two may be the one in degrees, or without a CRS."""
    with pytest.raises(CRSError, match=r"degrees|no CRS"):
        checks.require_same_metric_crs(layer(pair[0]), layer(pair[1]))


@given(st.floats(allow_nan=True))
def test_a_share(value: float) -> None:
    """A share lies above zero and up to one; infinite and missing do not."""
    if 0 < value <= 1:
        checks.require_share(value, what="seat_share")
    else:
        with pytest.raises(ValueError, match="`seat_share` is a share in"):
            checks.require_share(value, what="seat_share")
