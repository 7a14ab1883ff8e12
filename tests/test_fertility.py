"""Births to come, from the infants that a count found."""

from __future__ import annotations

import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.population.fertility import HALF_LIFE_YEARS
from schoolmap.population.fertility import level_births
from schoolmap.population.fertility import reference_births

counts = st.floats(min_value=0, max_value=1e6)


def infants(*ages: float) -> xr.DataArray:
    """Return one area with children of the ages 0, 1, 2, …."""
    return xr.DataArray([list(ages)], coords={"area": ["a"], "age": list(range(len(ages)))}, dims=("area", "age"))


def test_by_hand() -> None:
    """Weights 1, 0.63 and 0.397: the weight halves in a year and a half."""
    assert HALF_LIFE_YEARS == 1.5
    births = float(reference_births(infants(90.0, 100.0, 110.0)).sel(area="a"))
    assert births == pytest.approx((90 + 0.629961 * 100 + 0.396850 * 110) / (1 + 0.629961 + 0.396850), rel=1e-6)


@given(counts)
def test_constant_births_are_found(level: float) -> None:
    """Where every age has the same count, that is the births a year."""
    assert float(reference_births(infants(level, level, level)).sel(area="a")) == pytest.approx(level)


@given(counts, counts, counts)
def test_the_estimate_lies_among_the_infants(zero: float, one: float, two: float) -> None:
    """A mean is never below the smallest nor above the largest of the three ages."""
    births = float(reference_births(infants(zero, one, two)).sel(area="a"))
    assert min(zero, one, two) * (1 - 1e-9) <= births <= max(zero, one, two) * (1 + 1e-9)


def test_recent_births_say_more() -> None:
    """Ten children more at age 0 raise the estimate by more than at age 1, and there by more than at age 2."""
    youngest, middle, oldest = (
        float(reference_births(infants(*ages)).sel(area="a"))
        for ages in [(110.0, 100.0, 100.0), (100.0, 110.0, 100.0), (100.0, 100.0, 110.0)]
    )
    assert youngest > middle > oldest > 100


def test_older_children_say_nothing() -> None:
    """Only the ages 0, 1 and 2 are read."""
    assert reference_births(infants(9.0, 9.0, 9.0, 500.0)).equals(reference_births(infants(9.0, 9.0, 9.0, 0.0)))


def test_areas_do_not_mix() -> None:
    """Each area has its own births, on the caller's labels and in the caller's order."""
    town = xr.DataArray(
        [[30.0, 30.0, 30.0], [7.0, 7.0, 7.0]],
        coords={"area": ["z", "a"], "age": [0, 1, 2]},
        dims=("area", "age"),
    )
    births = reference_births(town)
    assert births["area"].to_numpy().tolist() == ["z", "a"]
    assert births.to_numpy().tolist() == pytest.approx([30.0, 7.0])


@given(counts, st.floats(min_value=0, max_value=3), st.integers(min_value=1, max_value=20))
def test_a_scenario_is_a_multiple_in_every_year(level: float, factor: float, horizon: int) -> None:
    """Births are the reference times the factor, in each year the same."""
    years = list(range(2027, 2027 + horizon))
    reference = xr.DataArray([level], coords={"area": ["a"]}, dims="area")
    births = level_births(reference, years=years, factor=factor)
    assert births["year"].to_numpy().tolist() == years
    assert births.sel(area="a").to_numpy().tolist() == pytest.approx([level * factor] * horizon)


def test_no_births_is_a_scenario_too() -> None:
    """A factor of zero gives the children who are alive at the count, and no others."""
    reference = xr.DataArray([80.0], coords={"area": ["a"]}, dims="area")
    assert level_births(reference, years=[2027, 2028], factor=0.0).to_numpy().tolist() == [[0.0, 0.0]]


def test_refuses_a_table_without_infants() -> None:
    """Births cannot be told from a table that starts at age 1."""
    older = xr.DataArray([[5.0, 5.0]], coords={"area": ["a"], "age": [1, 2]}, dims=("area", "age"))
    with pytest.raises(KeyError, match="age"):
        reference_births(older)
