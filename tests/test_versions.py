"""Catchments from year to year: the boundary that holds, and none that does not."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from schoolmap.errors import LabelError
from schoolmap.space.versions import as_of
from schoolmap.space.versions import years_of_change

METRES = "EPSG:4546"


def drawn(rows: list[tuple[str, object, object, shapely.Geometry | None]]) -> gpd.GeoDataFrame:
    """Return boundaries as (catchment, first year, last year, outline)."""
    labels, first, last, shapes = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {"valid_from": list(first), "valid_to": list(last)},
        geometry=list(shapes),
        index=list(labels),
        crs=METRES,
    )


def square(side: float) -> shapely.Geometry:
    """Return a square of this side, so that the surface tells boundaries apart."""
    return box(0, 0, side, side)


def surfaces(versions: gpd.GeoDataFrame, year: int) -> dict[str, float]:
    """Return what holds in a year, by surface."""
    catchments = as_of(versions, year)
    return dict(zip(catchments.index, catchments.area, strict=True))


def test_by_hand() -> None:
    """The old town shrinks in 2027, when the harbour opens; the village is abolished in 2029."""
    versions = drawn(
        [
            ("old town", None, None, square(9)),
            ("village", 2025, None, square(2)),
            ("old town", 2027, None, square(5)),
            ("harbour", 2027, None, square(4)),
            ("village", 2029, None, None),
        ],
    )
    assert surfaces(versions, 2024) == {"old town": 81}
    assert surfaces(versions, 2025) == surfaces(versions, 2026) == {"old town": 81, "village": 4}
    assert surfaces(versions, 2027) == surfaces(versions, 2028) == {"old town": 25, "village": 4, "harbour": 16}
    assert surfaces(versions, 2040) == {"old town": 25, "harbour": 16}
    assert years_of_change(versions) == (2025, 2027, 2029)


def test_an_empty_outline_abolishes_like_a_missing_one() -> None:
    """Files write `POLYGON EMPTY` or nothing."""
    versions = drawn([("a", 2020, None, square(1)), ("b", 2020, None, square(2)), ("a", 2025, None, shapely.Polygon())])
    assert surfaces(versions, 2025) == {"b": 4}


def test_a_boundary_ends_with_its_last_year() -> None:
    """The last year is included; an earlier boundary does not come back."""
    versions = drawn(
        [("a", 2020, None, square(1)), ("a", 2025, 2026, square(3)), ("b", None, None, square(2))],
    )
    assert surfaces(versions, 2026) == {"a": 9, "b": 4}
    assert surfaces(versions, 2027) == {"b": 4}
    assert years_of_change(versions) == (2020, 2025, 2027)


def test_an_end_that_a_successor_forestalls_is_no_change() -> None:
    """The boundary of 2020 was to end in 2030, but was redrawn in 2025."""
    versions = drawn([("a", 2020, 2030, square(1)), ("a", 2025, None, square(3))])
    assert years_of_change(versions) == (2020, 2025)


def test_layers_without_years_hold_always() -> None:
    """A layer that says nothing of years holds in each."""
    zones = gpd.GeoDataFrame({"name": ["A", "B"]}, geometry=[square(1), square(2)], index=["a", "b"], crs=METRES)
    assert as_of(zones, 1999).equals(zones)
    assert years_of_change(zones) == ()


def test_years_may_be_text() -> None:
    """Years come from files as text, empty where a boundary always held."""
    versions = drawn([("a", "", None, square(1)), ("a", "2027", None, square(3))])
    assert surfaces(versions, 2026) == {"a": 1}
    assert surfaces(versions, 2027) == {"a": 9}


histories = st.dictionaries(
    st.tuples(st.sampled_from("abc"), st.integers(2020, 2030)),
    st.sampled_from([0, 1, 2, 3]),
    min_size=1,
    max_size=12,
)


@given(histories, st.integers(2018, 2032), st.randoms(use_true_random=False))
def test_it_is_what_a_clerk_would_find(history: dict[tuple[str, int], int], year: int, rng: object) -> None:
    """Leafing through the decisions up to a year, in any order of the file, gives the same catchments."""
    rows = [(name, first, None, square(side) if side else None) for (name, first), side in history.items()]
    expected: dict[str, float] = {}
    for name, first, _, shape in sorted(rows, key=lambda row: row[1]):
        if first <= year:
            expected.pop(name, None)
            if shape is not None:
                expected[name] = shape.area
    rng.shuffle(rows)  # type: ignore[attr-defined]
    versions = drawn(rows)
    if expected:
        assert surfaces(versions, year) == expected
        order = [name for name in dict.fromkeys(row[0] for row in rows) if name in expected]
        assert as_of(versions, year).index.tolist() == order
    else:
        with pytest.raises(LabelError, match=f"No catchment holds in {year}"):
            as_of(versions, year)


@given(histories)
def test_nothing_changes_between_years_of_change(history: dict[tuple[str, int], int]) -> None:
    """A year is named if, and only if, other boundaries hold than the year before."""
    versions = drawn([(name, first, None, square(side) if side else None) for (name, first), side in history.items()])

    def holding(year: int) -> dict[str, int]:
        latest = {name: max(y for n, y in history if n == name and y <= year) for name, y in history if y <= year}
        return {name: first for name, first in latest.items() if history[name, first]}

    expected = tuple(year for year in range(2019, 2032) if holding(year) != holding(year - 1))
    assert years_of_change(versions) == expected


def test_refuses_two_boundaries_for_one_year() -> None:
    """Which of two decisions holds, nobody can tell from the file."""
    with pytest.raises(LabelError, match="catchment 'a' from 2027"):
        as_of(drawn([("a", 2027, None, square(1)), ("a", 2027, None, square(2))]), 2030)
    with pytest.raises(LabelError, match="catchment 'a' without `valid_from`"):
        years_of_change(drawn([("a", None, None, square(1)), ("a", None, None, square(2))]))


def test_refuses_a_year_before_the_first() -> None:
    """No catchment is no plan, so it is said when the first begins."""
    with pytest.raises(LabelError, match=r"No catchment holds in 2020: the first of 2 boundaries begins in 2025"):
        as_of(drawn([("a", 2025, None, square(1)), ("b", 2026, None, square(2))]), 2020)
    with pytest.raises(LabelError, match="No catchment holds in 2030: all have ended"):
        as_of(drawn([("a", 2025, 2026, square(1))]), 2030)


@pytest.mark.parametrize("year", ["next year", 2027.5, "2027/28"])
def test_refuses_what_is_no_year(year: object) -> None:
    """A school year is a whole number."""
    with pytest.raises(ValueError, match=r"`valid_from` of catchment 'a' is .* a school year is e\.g\. 2027"):
        as_of(drawn([("a", year, None, square(1))]), 2030)


def test_refuses_an_end_before_the_beginning() -> None:
    """A boundary that ends before it begins was mistyped."""
    with pytest.raises(ValueError, match="`valid_from` 2027, `valid_to` 2025"):
        as_of(drawn([("a", 2027, 2025, square(1))]), 2030)
