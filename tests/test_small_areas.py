"""Small areas: the ladder of methods, shrinkage, totals by structure, and ready projections."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.population.small_areas import empirical_prior
from schoolmap.population.small_areas import shrink
from schoolmap.population.small_areas import spread_totals

AREAS = ("a", "b", "c")
counts = st.floats(min_value=0, max_value=1e5).map(lambda count: round(count, 3))


def by_area(*values: float) -> xr.DataArray:
    """Return numbers of the areas a, b, …."""
    return xr.DataArray(list(values), coords={"area": [chr(97 + n) for n in range(len(values))]}, dims="area")


# shrinkage


def test_shrinking_by_hand() -> None:
    """Ten women with 2 births, and a parent of 0.05 worth ninety: (2 + 4.5) / 100."""
    found = shrink(by_area(2.0, 0.0), by_area(10.0, 0.0), parent=0.05, prior=90.0)
    assert found.to_numpy().tolist() == pytest.approx([0.065, 0.05])


@given(st.floats(0, 1e4), st.floats(0.1, 1e4), st.floats(0, 10), st.floats(0, 1e4))
def test_the_ratio_lies_between_the_area_and_its_parent(
    events: float, cases: float, parent: float, prior: float
) -> None:
    """Shrinkage never leaves the two ratios that it mixes, and more prior is nearer to the parent."""
    found, nearer = (
        float(shrink(by_area(events), by_area(cases), parent=parent, prior=weight)[0])
        for weight in (prior, prior + 100)
    )
    low, high = sorted([events / cases, parent])
    assert low - 1e-9 * high <= found <= high + 1e-9 * high
    assert abs(nearer - parent) <= abs(found - parent) * (1 + 1e-9) + 1e-12


def test_labels_decide_what_is_shrunk() -> None:
    """Areas in another order, and a prior of each age, find their own numbers."""
    prior = xr.DataArray([0.0, 90.0], coords={"age": [0, 1]}, dims="age")
    found = shrink(by_area(2.0, 9.0), by_area(10.0, 10.0).sel(area=["b", "a"]), parent=0.05, prior=prior)
    assert found.sel(area="a").to_numpy().tolist() == pytest.approx([0.2, 0.065])
    assert found["area"].to_numpy().tolist() == ["a", "b"]


def test_the_prior_by_hand() -> None:
    """Three ratios .04 .06 .095 of 1,000: 1.55 - 2 * .065 = 1.42 over 2,000 is the spread; .065 by it is 91.5."""
    prior = empirical_prior(by_area(40.0, 60.0, 95.0), by_area(1000.0, 1000.0, 1000.0))
    assert float(prior) == pytest.approx(0.065 / (1.42 / 2000))


def test_the_prior_is_found_again_in_simulated_areas() -> None:
    """Two thousand areas drawn with a prior of 100 give it back within a fifth."""
    rng = np.random.default_rng(3)
    cases = rng.integers(50, 500, 2000).astype(float)
    ratios = rng.gamma(0.05 * 100, 1 / 100, 2000)
    labels = {"area": [f"area {n}" for n in range(2000)]}
    events = xr.DataArray(rng.poisson(cases * ratios).astype(float), coords=labels, dims="area")
    assert float(empirical_prior(events, xr.DataArray(cases, coords=labels, dims="area"))) == pytest.approx(
        100, rel=0.2
    )


def test_areas_that_do_not_differ_borrow_all_they_may() -> None:
    """No spread beyond chance, or a single area, gives the largest prior; a huge spread the least."""
    bounds = (20.0, 500.0)
    assert float(empirical_prior(by_area(5.0, 5.0), by_area(100.0, 100.0), bounds=bounds)) == 500
    assert float(empirical_prior(by_area(5.0), by_area(100.0), bounds=bounds)) == 500
    assert float(empirical_prior(by_area(0.0, 9000.0), by_area(1e4, 1e4), bounds=bounds)) == 20


def test_shrinking_refuses_strangers_gaps_and_negatives() -> None:
    """Labels are the same, nothing is unknown, nothing below zero."""
    with pytest.raises(LabelError, match="describe different units"):
        shrink(by_area(1.0), by_area(1.0, 2.0), parent=0.1, prior=1.0)
    with pytest.raises(MissingValueError, match="`ratio_denominator` is missing"):
        shrink(by_area(1.0), by_area(np.nan), parent=0.1, prior=1.0)
    with pytest.raises(ValueError, match="`prior` must lie in"):
        shrink(by_area(1.0), by_area(1.0), parent=0.1, prior=-1.0)
    with pytest.raises(ValueError, match="`bounds`"):
        empirical_prior(by_area(1.0), by_area(1.0), bounds=(0.0, 1.0))


STRUCTURE = pd.DataFrame(
    {"low": [0, 3, 6, 15], "high": [2.0, 5.0, 14.0, np.nan], "count": [300.0, 330.0, 1100.0, 8270.0]},
    index=pd.Index(["0-2", "3-5", "6-14", "15+"], name="age"),
)
# totals by age structure


def test_totals_by_hand() -> None:
    """Three per cent are 0 to 2: of a thousand, thirty."""
    found = spread_totals(pd.Series({"a": 1000.0, "b": 500.0}), STRUCTURE, ages=range(15))
    assert found.sel(age=[0, 1, 2]).sum("age").to_numpy().tolist() == pytest.approx([30.0, 15.0])
    assert found.sum("age").to_numpy().tolist() == pytest.approx([173.0, 86.5])


@given(st.lists(counts, min_size=1, max_size=6), st.floats(0.01, 100))
@settings(max_examples=20)
def test_spreading_is_linear_and_areas_do_not_mix(people: list[float], factor: float) -> None:
    """Twice the residents are twice the children; areas in reverse order are the same areas."""
    areas = pd.Series(people, index=[f"area {n}" for n in range(len(people))])
    one = spread_totals(areas, STRUCTURE, ages=range(3, 12))
    np.testing.assert_allclose(spread_totals(areas * factor, STRUCTURE, ages=range(3, 12)), one * factor)
    xr.testing.assert_allclose(spread_totals(areas[::-1], STRUCTURE, ages=range(3, 12)), one[::-1])


def test_parents_differ_and_county_totals_hold() -> None:
    """Town and countryside have their structures; raked, areas and ages both have their totals."""
    young = STRUCTURE.assign(count=[600.0, 600.0, 2000.0, 6800.0])
    structure = pd.concat({"rural": STRUCTURE, "town": young}, names=["parent"])
    people = pd.Series({"a": 1000.0, "b": 500.0})
    parent_of = pd.Series({"b": "rural", "a": "town"})
    county = STRUCTURE.assign(count=[70.0, 70.0, 250.0, 1110.0])
    found = spread_totals(people, structure, ages=range(15), parent_of=parent_of, age_totals=county)
    assert float(found.sel(age=range(3)).sum()) == pytest.approx(70.0)
    assert float(found.sel(age=range(6, 15)).sum()) == pytest.approx(250.0)
    assert float(found.sel(area="a").sum()) > 2 * float(found.sel(area="b").sum())
    unraked = spread_totals(people, structure, ages=range(15), parent_of=parent_of)
    assert unraked.sel(age=range(3)).sum("age").to_numpy().tolist() == pytest.approx([60.0, 15.0])


def test_spreading_refuses_a_structure_of_children_alone_and_other_sums() -> None:
    """A structure without adults would make everybody a child; sums must agree."""
    people = pd.Series({"a": 1000.0})
    with pytest.raises(LabelError, match=r"`structure` ends at age 14.*Add the open band"):
        spread_totals(people, STRUCTURE[:3], ages=range(15))
    with pytest.raises(LabelError, match="must follow each other from 0 to at least 17"):
        spread_totals(people, STRUCTURE, ages=range(18))
    with pytest.raises(ValueError, match="add up to 1000 and `columns` to 10000"):
        spread_totals(people, STRUCTURE, ages=range(15), age_totals=STRUCTURE)
    with pytest.raises(MissingValueError, match="parent"):
        spread_totals(people, STRUCTURE, ages=range(15), parent_of=pd.Series({"b": "town"}))
