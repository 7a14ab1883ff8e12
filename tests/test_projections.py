"""A projection that the user brings: complete or refused, kept as it is, moved to the school date."""

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
from schoolmap.population.projections import check_projection
from schoolmap.population.projections import date_projection
from schoolmap.population.projections import spread_projection

AREAS = ("a", "b", "c")
counts = st.floats(min_value=0, max_value=1e5).map(lambda count: round(count, 3))


def by_area(*values: float) -> xr.DataArray:
    """Return numbers of the areas a, b, …."""
    return xr.DataArray(list(values), coords={"area": [chr(97 + n) for n in range(len(values))]}, dims="area")


def ready(units: tuple[str, ...] = AREAS) -> pd.DataFrame:
    """Return a projection of single ages 3 to 5 in three years."""
    index = pd.MultiIndex.from_tuples(
        [(unit, age, age, year) for unit in units for age in (3, 4, 5) for year in (2025, 2026, 2027)],
        names=["unit", "low", "high", "year"],
    )
    return pd.DataFrame({"count": 100.0}, index=index)


def test_a_sound_projection_has_nothing_to_look_at() -> None:
    """Even cohorts give an empty table."""
    assert check_projection(ready(), ages=[3, 4, 5], units=list(AREAS)).empty


def test_a_cohort_that_doubles_is_listed() -> None:
    """100 children of 3 become 180 of 4: plus 80 per cent; ten of them are too few to list."""
    odd = ready()
    odd.loc[("b", 4, 4, 2026), "count"] = 180.0
    found = check_projection(odd, ages=[3, 4, 5])
    assert found[["unit", "low", "year", "before", "count"]].to_numpy().tolist()[0] == ["b", 4, 2026, 100.0, 180.0]
    assert found["change"].tolist() == pytest.approx([0.8, 100 / 180 - 1])
    assert check_projection(odd, ages=[3, 4, 5], least=100.0).empty


def test_a_projection_must_be_complete() -> None:
    """A missing year, count, unit or age, an overlap, a gap and a negative are refused by name."""
    whole = ready()
    with pytest.raises(LabelError, match=r"no year 2026\. Years are not interpolated"):
        check_projection(whole.drop(index=2026, level="year"), ages=[3])
    with pytest.raises(LabelError, match=r"lacks 1 count\(s\), e.g. a band of unit 'b' in 2026"):
        check_projection(whole.drop(index=("b", 4, 4, 2026)), ages=[3])
    with pytest.raises(LabelError, match="do not hold age 6"):
        check_projection(whole, ages=[3, 4, 5, 6])
    with pytest.raises(LabelError, match="different units"):
        check_projection(whole, ages=[3], units=["a", "b"])
    wide = whole.rename(index={3: 4}, level="high")
    with pytest.raises(LabelError, match="overlap"):
        check_projection(wide, ages=[3])
    with pytest.raises(MissingValueError, match="`projection` is missing"):
        check_projection(whole.replace(100.0, np.nan), ages=[3])
    with pytest.raises(ValueError, match="negative"):
        check_projection(-whole, ages=[3])


def banded(cohorts: dict[int, float], years: range) -> pd.DataFrame:
    """Return a projection in the bands 3-5 and 6-11 of cohorts that keep their size."""
    rows = [
        ("a", low, high, year, sum(cohorts[year - age] for age in range(low, high + 1)))
        for low, high in ((3, 5), (6, 11))
        for year in years
    ]
    frame = pd.DataFrame(rows, columns=["unit", "low", "high", "year", "count"])
    return frame.set_index(["unit", "low", "high", "year"])


@given(st.lists(st.floats(0, 1000), min_size=20, max_size=20))
@settings(max_examples=20)
def test_bands_keep_their_totals(sizes: list[float]) -> None:
    """Whatever the cohorts, single ages add up to the bands, and none is negative."""
    projection = banded(dict(enumerate(sizes, start=2014)), range(2025, 2033))
    found = spread_projection(projection, ages=range(3, 12))
    assert (found >= 0).all()
    for low, high in ((3, 5), (6, 11)):
        wanted = projection["count"].xs((low, high), level=("low", "high"))["a"]
        np.testing.assert_allclose(found.sel(unit="a", age=range(low, high + 1)).sum("age"), wanted, rtol=1e-9)


def test_cohorts_tell_the_ages_better_than_even_shares() -> None:
    """A wave of births in two bands is found with less than a half of the error of equal ages."""
    cohorts = {year: 100 + 40 * np.sin((year - 2014) / 3) for year in range(2010, 2034)}
    years = range(2022, 2034)
    truth = np.array([[cohorts[year - age] for year in years] for age in range(3, 12)])
    projection = banded(cohorts, years)
    found = spread_projection(projection, ages=range(3, 12)).sel(unit="a").to_numpy()
    even = spread_projection(
        projection, ages=range(3, 12), shape=xr.DataArray(np.ones(9), coords={"age": range(3, 12)}, dims="age")
    ).sel(unit="a")
    assert abs(found - truth).mean() < 0.5 * abs(even.to_numpy() - truth).mean()


def test_a_shape_splits_each_band() -> None:
    """Weights 1, 2, 3 split sixty into ten, twenty and thirty; a weight of zero is refused where children are."""
    index = pd.MultiIndex.from_tuples([("a", 3, 5, 2025)], names=["unit", "low", "high", "year"])
    projection = pd.DataFrame({"count": [60.0]}, index=index)
    shape = xr.DataArray([3.0, 2.0, 1.0], coords={"age": [5, 4, 3]}, dims="age")
    found = spread_projection(projection, ages=[5, 3], shape=shape)
    assert found.sel(unit="a", year=2025).to_numpy().tolist() == pytest.approx([30.0, 10.0])
    with pytest.raises(ValueError, match=r"`shape` is zero for 1 band.*age 3 of unit 'a' in 2025"):
        spread_projection(projection, ages=[3], shape=shape * 0)
    with pytest.raises(LabelError, match="no age 5"):
        spread_projection(projection, ages=[3], shape=shape.sel(age=[3, 4]))


def test_moving_to_the_school_date_by_hand() -> None:
    """From 31 December to 31 August are 243 days: two thirds of each age have had a birthday."""
    children = xr.DataArray(
        [[90.0, 60.0], [120.0, 90.0]], coords={"age": [3, 4], "year": [2024, 2025]}, dims=("age", "year")
    )
    found = date_projection(children, day="12-31", cutoff="08-31")
    share = 243 / 365.25
    assert found["year"].to_numpy().tolist() == [2025]
    assert found.sel(year=2025).to_numpy().tolist() == pytest.approx(
        [90 * (1 - share) + 60 * share, 120 * (1 - share) + 90 * share]
    )


def test_the_last_year_is_kept_where_the_youngest_age_is_not_wanted() -> None:
    """Only the youngest age needs a year more; the same day moves nothing."""
    children = xr.DataArray(
        [[90.0, 60.0], [120.0, 90.0]], coords={"age": [3, 4], "year": [2024, 2025]}, dims=("age", "year")
    )
    assert date_projection(children, day="12-31", cutoff="08-31", ages=[4])["year"].to_numpy().tolist() == [2025, 2026]
    xr.testing.assert_identical(date_projection(children, day="08-31", cutoff="08-31"), children)
    with pytest.raises(LabelError, match="age 3 needs the next year"):
        date_projection(children.sel(year=[2024]), day="12-31", cutoff="08-31")
    with pytest.raises(LabelError, match="without gap"):
        date_projection(children.assign_coords(age=[3, 5]), day="12-31", cutoff="08-31")


@given(counts)
@settings(max_examples=20)
def test_even_children_are_the_same_on_every_day(level: float) -> None:
    """Where all ages and years are alike, another day changes nothing."""
    children = xr.DataArray(
        np.full((3, 3), level), coords={"age": [3, 4, 5], "year": [2024, 2025, 2026]}, dims=("age", "year")
    )
    for day in ("12-31", "06-30", "02-29"):
        np.testing.assert_allclose(date_projection(children, day=day, cutoff="08-31"), level)
