"""Bands and groups of ages, split into single years of age."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.population.graduation import graduate
from schoolmap.population.graduation import split_bands

counts = st.floats(min_value=0, max_value=1e6).map(lambda count: round(count, 3))


Band = tuple[int, float, float]
"""Lowest age, highest age (infinite where open) and count."""


def population(areas: dict[str, list[Band]]) -> pd.DataFrame:
    """Return the population table of areas with their bands."""
    rows = [(area, *band) for area, bands in areas.items() for band in bands]
    index = pd.MultiIndex.from_tuples([(area, f"{low}-{high}") for area, low, high, _ in rows], names=["area", "age"])
    return pd.DataFrame(
        {
            "low": [low for _, low, _, _ in rows],
            "high": [np.nan if np.isinf(high) else float(high) for _, _, high, _ in rows],
            "count": [count for _, _, _, count in rows],
        },
        index=index,
    )


@st.composite
def banded(draw: st.DrawFn) -> list[Band]:
    """Draw the bands of one area: they follow each other from 0, and the last may be open."""
    widths = draw(st.lists(st.integers(min_value=1, max_value=10), min_size=1, max_size=8))
    ends = np.cumsum(widths).tolist()
    bands: list[Band] = [(end - width, float(end - 1), draw(counts)) for width, end in zip(widths, ends, strict=True)]
    if draw(st.booleans()):
        bands.append((ends[-1], np.inf, draw(counts)))
    return bands


def closed_end(bands: list[Band]) -> int:
    """Return the highest age of the closed bands."""
    return int(max(high for _, high, _ in bands if np.isfinite(high)))


# bands into single ages


def test_even_bands_split_by_hand() -> None:
    """Thirty children a year in every band are thirty of each age."""
    children = split_bands(population({"a": [(0, 0, 30.0), (1, 2, 60.0), (3, 5, 90.0)]}), oldest=5)
    assert children.sel(area="a").to_numpy().tolist() == pytest.approx([30.0] * 6)


def test_a_wave_of_births_stays_a_wave() -> None:
    """Between a small and a large band the ages rise; none of them leaves its band's total."""
    children = split_bands(population({"a": [(0, 2, 30.0), (3, 5, 90.0), (6, 8, 150.0)]}), oldest=8).sel(area="a")
    assert (np.diff(children) > 0).all()
    assert float(children[3:6].sum()) == pytest.approx(90.0)


@given(banded())
def test_every_band_keeps_its_total(bands: list[Band]) -> None:
    """The single ages of a band add up to the band, to a billionth, and none is negative."""
    children = split_bands(population({"a": bands}), oldest=closed_end(bands)).sel(area="a")
    assert (children >= 0).all()
    # the curve runs through the cumulated count, whose last digit is the precision of each difference
    everyone = sum(count for _, _, count in bands)
    for low, high, count in bands:
        if np.isfinite(high):
            split = float(children.sel(age=slice(low, int(high))).sum())
            assert split == pytest.approx(count, rel=1e-9, abs=1e-9 * max(everyone, 1.0))


@given(st.lists(counts, min_size=1, max_size=12))
def test_single_ages_are_returned_as_they_are(ages: list[float]) -> None:
    """A band of one year is not smoothed."""
    bands: list[Band] = [(age, age, count) for age, count in enumerate(ages)]
    children = split_bands(population({"a": bands}), oldest=len(ages) - 1).sel(area="a")
    assert children.to_numpy().tolist() == pytest.approx(ages, rel=1e-9, abs=1e-9 * max(sum(ages), 1.0))


@given(st.dictionaries(st.sampled_from("abcdef"), banded(), min_size=1), st.randoms(use_true_random=False))
def test_order_is_irrelevant_and_areas_may_have_other_bands(towns: dict[str, list[Band]], rng: object) -> None:
    """Rows in any order, and neighbours with whatever bands, leave each area's children as they are alone."""
    oldest = min(closed_end(bands) for bands in towns.values())
    table = population(towns)
    shuffled = table.sample(frac=1, random_state=rng.randrange(2**32))  # type: ignore[attr-defined]
    together = split_bands(shuffled, oldest=oldest)
    assert sorted(towns) == together["area"].to_numpy().tolist()
    for area, bands in towns.items():
        alone = split_bands(population({area: bands}), oldest=oldest).sel(area=area)
        np.testing.assert_array_equal(together.sel(area=area), alone)


@given(banded(), st.floats(min_value=0.001, max_value=1000))
def test_twice_the_people_are_twice_the_children(bands: list[Band], factor: float) -> None:
    """The split scales with the counts."""
    oldest = closed_end(bands)
    one = split_bands(population({"a": bands}), oldest=oldest)
    many = split_bands(population({"a": [(low, high, count * factor) for low, high, count in bands]}), oldest=oldest)
    everyone = factor * sum(count for _, _, count in bands)
    np.testing.assert_allclose(many, factor * one, rtol=1e-9, atol=1e-9 * max(everyone, 1.0))


def test_an_open_band_beyond_the_ages_wanted_is_left_out() -> None:
    """The band 95+ has no children in it, whoever lives there."""
    bands: list[Band] = [(0, 2, 30.0), (3, 5, 30.0)]
    without, with_open = population({"a": bands}), population({"a": [*bands, (6, np.inf, 900.0)]})
    np.testing.assert_array_equal(split_bands(with_open, oldest=5), split_bands(without, oldest=5))


@pytest.mark.parametrize(
    "bands",
    [
        pytest.param([(0, 2, 1.0), (4, 6, 1.0)], id="gap"),
        pytest.param([(0, 3, 1.0), (3, 6, 1.0)], id="overlap"),
        pytest.param([(1, 6, 1.0)], id="no infants"),
        pytest.param([(0, 2, 1.0), (3, 4, 1.0)], id="too short"),
        pytest.param([(0, 2, 1.0), (3, np.inf, 1.0)], id="open where ages are wanted"),
        pytest.param([(0, np.inf, 1.0)], id="only an open band"),
        pytest.param([(0, np.inf, 9.0), (0, 2, 1.0), (3, 5, 1.0)], id="a total beside the bands"),
        pytest.param([(0, 2, 1.0), (3, 5, 1.0), (4, np.inf, 1.0)], id="open band overlaps"),
        pytest.param([(0, 2, 1.0), (3, 5, 1.0), (6, np.inf, 1.0), (7, np.inf, 1.0)], id="two open bands"),
        pytest.param([(0, 2, 1.0), (0, 2, 1.0), (3, 5, 1.0)], id="a band twice"),
    ],
)
def test_refuses_bands_that_do_not_follow_each_other(bands: list[Band]) -> None:
    """Children in a gap or in two bands cannot be counted."""
    with pytest.raises(LabelError, match="must follow each other from 0 to at least 5"):
        split_bands(population({"a": bands}), oldest=5)


def test_refuses_a_gap_that_another_area_hides() -> None:
    """Two areas whose bands start alike may still end otherwise: 2-year-olds of `b` are nowhere."""
    good: list[Band] = [(0, 2, 30.0), (3, 5, 30.0)]
    gappy: list[Band] = [(0, 1, 30.0), (3, 5, 30.0)]
    with pytest.raises(LabelError, match="area 'b'"):
        split_bands(population({"a": good, "b": gappy}), oldest=5)


def test_refuses_a_missing_count() -> None:
    """An unknown count is not zero children."""
    with pytest.raises(MissingValueError, match="population is missing for 1 unit"):
        split_bands(population({"a": [(0, 2, 30.0), (3, 5, np.nan)]}), oldest=5)


# groups into single ages


@given(st.lists(st.floats(min_value=0, max_value=1e6).map(lambda count: round(count, 3)), min_size=2, max_size=20))
def test_single_ages_keep_every_group(counts: list[float]) -> None:
    """Five single ages sum to their group, none is negative, and the open group stays whole."""
    groups = xr.DataArray(counts, coords={"age": [5 * i for i in range(len(counts))]}, dims="age")
    single = graduate(groups)
    assert (single >= 0).all()
    assert float(single[-1]) == counts[-1]
    closed = single[:-1].to_numpy().reshape(-1, 5).sum(axis=1)
    np.testing.assert_allclose(closed, counts[:-1], rtol=1e-12, atol=1e-9)


def test_groups_of_areas_are_split_apart() -> None:
    """Every area and sex is split as it is alone, on the caller's labels."""
    groups = xr.DataArray(
        [[10.0, 50.0, 60.0], [9.0, 8.0, 7.0]],
        coords={"area": ["z", "a"], "age": [0, 1, 5]},
        dims=("area", "age"),
    )
    single = graduate(groups)
    assert single.dims == ("area", "age")
    xr.testing.assert_allclose(single.sel(area="a", drop=True), graduate(groups.sel(area="a", drop=True)))
    assert single.sel(area="z", age=0).item() == pytest.approx(10.0)


def test_refuses_groups_that_do_not_start_at_birth() -> None:
    """Nothing is known of the ages below the first group."""
    with pytest.raises(LabelError, match="rise from 0"):
        graduate(xr.DataArray([1.0, 2.0], coords={"age": [5, 10]}, dims="age"))
