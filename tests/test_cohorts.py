"""Children by single age, and cohorts that grow a year older each year."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.population.cohorts import project_children
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


# cohorts that grow older


def base_and_births(
    children: list[list[float]],
    births: list[list[float]],
    *,
    first: int = 2027,
) -> tuple[xr.DataArray, xr.DataArray]:
    """Label children by (area, age) and births by (area, year)."""
    areas = [f"a{i}" for i in range(len(children))]
    return (
        xr.DataArray(children, coords={"area": areas, "age": range(len(children[0]))}, dims=("area", "age")),
        xr.DataArray(
            births, coords={"area": areas, "year": range(first, first + len(births[0]))}, dims=("area", "year")
        ),
    )


@st.composite
def towns(draw: st.DrawFn) -> tuple[xr.DataArray, xr.DataArray, float]:
    """Draw children by area and age, births by area and year, and the time to the first cut-off day."""
    areas, ages, years = (draw(st.integers(min_value=1, max_value=most)) for most in (4, 8, 10))
    children = draw(st.lists(st.lists(counts, min_size=ages, max_size=ages), min_size=areas, max_size=areas))
    births = draw(st.lists(st.lists(counts, min_size=years, max_size=years), min_size=areas, max_size=areas))
    return *base_and_births(children, births), draw(st.floats(min_value=0, max_value=1))


def years_of(births: xr.DataArray) -> list[int]:
    """Return the years of a table of births."""
    return [int(year) for year in births["year"].to_numpy()]


def test_cohorts_by_hand() -> None:
    """Counted half a year before the first cut-off day; births of that half year are half of the year's."""
    base, births = base_and_births([[100.0, 80.0, 60.0]], [[90.0, 70.0, 50.0]])

    children = project_children(base, births, years=[2027, 2028, 2029], first_step=0.5).sel(area="a0")

    assert children.sel(year=2027).to_numpy().tolist() == [95.0, 90.0, 70.0]  # 50 + 45, 40 + 50, 30 + 40
    assert children.sel(year=2028).to_numpy().tolist() == [70.0, 95.0, 90.0]
    assert children.sel(year=2029).to_numpy().tolist() == [50.0, 70.0, 95.0]


PUBLISHED = """
year,a6,a7,a8,a9,a10,a11,primary,a12,a13,a14,junior,total
2020,1640,1610,1595,1550,1520,1545,9460,1545,1525,1500,4570,14030
2021,1645,1640,1610,1595,1550,1520,9560,1545,1545,1525,4615,14175
2022,1695,1640,1635,1610,1595,1550,9725,1520,1545,1545,4610,14335
2023,1730,1695,1640,1635,1610,1595,9905,1550,1520,1545,4615,14520
2024,1615,1725,1690,1640,1635,1610,9915,1595,1550,1520,4665,14580
2025,1505,1615,1725,1690,1640,1635,9810,1610,1595,1550,4755,14565
2026,1455,1505,1615,1725,1690,1640,9630,1635,1610,1595,4840,14470
2027,1415,1455,1505,1615,1725,1690,9405,1640,1635,1610,4885,14290
2028,1370,1410,1450,1505,1615,1725,9075,1690,1640,1635,4965,14040
2029,1315,1370,1410,1450,1505,1615,8665,1725,1690,1640,5055,13720
2030,1260,1315,1370,1410,1450,1505,8310,1615,1725,1690,5030,13340
2031,1210,1255,1310,1370,1410,1450,8005,1505,1615,1725,4845,12850
2032,1170,1210,1255,1310,1370,1410,7725,1450,1505,1615,4570,12295
2033,1130,1170,1210,1255,1310,1370,7445,1410,1450,1505,4365,11810
"""
"""
School-age population of China, in ten thousand, rounded to 5: ages 6 to 14, primary and junior.

Qiao Jinzhong et al. (2021), Journal of East China Normal University (Educational Sciences) 39(12), 59-80,
doi 10.16382/j.cnki.1000-5560.2021.12.005 (乔锦忠等, 华东师范大学学报(教育科学版)).
"""


def test_reproduces_the_published_cohorts_of_china() -> None:
    """From the ages of 2020 and those who turn six, every age of 2021-2033 is within 50,000 of the published one."""
    published = pd.read_csv(io.StringIO(PUBLISHED.strip()), index_col="year").astype(float)
    ages = [f"a{age}" for age in range(6, 15)]
    base = xr.DataArray(
        [published.loc[2020, ages].to_numpy(float)],
        coords={"area": ["China"], "age": list(range(6, 15))},
        dims=("area", "age"),
    )
    # entrants take the place of births, since the table starts at age 6; it is of the same day each year
    entrants = xr.DataArray(
        [published["a6"].to_numpy()],
        coords={"area": ["China"], "year": published.index.to_numpy()},
        dims=("area", "year"),
    )

    children = project_children(base, entrants, years=list(range(2020, 2034)), first_step=0.0).sel(area="China")

    ours = children.transpose("year", "age").to_pandas()
    assert np.abs(ours.to_numpy() - published[ages].to_numpy()).max() <= 5
    primary, junior = ours.loc[:, 6:11].sum(axis=1), ours.loc[:, 12:14].sum(axis=1)
    # a total adds up the rounding of its ages; without deaths it is never below the published one
    assert (primary - published["primary"]).between(0, 20).all()
    assert (junior - published["junior"]).between(0, 15).all()
    # what a planner reads off: primary peaks in 2024, junior in 2029
    assert (primary.idxmax(), junior.idxmax()) == (2024, 2029)


@given(towns())
def test_every_child_is_a_year_older_next_year(town: tuple[xr.DataArray, xr.DataArray, float]) -> None:
    """After the first year, age a of one year is age a + 1 of the next, and age 0 the births."""
    base, births, first_step = town
    years = years_of(births)
    children = project_children(base, births, years=years, first_step=first_step)
    for year in years[1:]:
        now, before = children.sel(year=year), children.sel(year=year - 1)
        np.testing.assert_array_equal(now[:, 1:], before[:, :-1])
        np.testing.assert_array_equal(now[:, 0], births.sel(year=year))


@given(towns())
def test_nobody_is_lost_or_invented(town: tuple[xr.DataArray, xr.DataArray, float]) -> None:
    """The change of a year is its births less those who leave the last age."""
    base, births, first_step = town
    years = years_of(births)
    children = project_children(base, births, years=years, first_step=first_step)
    oldest = int(base["age"][-1])

    first = base.sum() + first_step * (births.sel(year=years[0]).sum() - base.sel(age=oldest).sum())
    assert float(children.sel(year=years[0]).sum()) == pytest.approx(float(first), rel=1e-9, abs=1e-6)
    for year in years[1:]:
        left = children.sel(year=year - 1, age=oldest).sum()
        expected = children.sel(year=year - 1).sum() - left + births.sel(year=year).sum()
        assert float(children.sel(year=year).sum()) == pytest.approx(float(expected), rel=1e-9, abs=1e-6)


@given(towns())
def test_without_births_the_young_ages_empty(town: tuple[xr.DataArray, xr.DataArray, float]) -> None:
    """Those alive at the count move up, and nobody comes after them."""
    base, births, first_step = town
    years = years_of(births)
    born = project_children(base, births * 0, years=years, first_step=first_step)
    for step, year in enumerate(years):
        assert float(born.sel(year=year, age=slice(None, step - 1)).sum()) == 0
        np.testing.assert_array_equal(
            born.sel(year=year)[:, step:],
            born.sel(year=years[0])[:, : max(base.sizes["age"] - step, 0)],
        )


@given(towns(), st.floats(min_value=0, max_value=100))
def test_the_projection_is_linear(town: tuple[xr.DataArray, xr.DataArray, float], factor: float) -> None:
    """The children are those alive at the count and those born since, each scaled as its source."""
    base, births, first_step = town
    years = years_of(births)
    born = project_children(base, births * 0, years=years, first_step=first_step)
    unborn = project_children(base * 0, births, years=years, first_step=first_step)
    together = project_children(base, births * factor, years=years, first_step=first_step)
    np.testing.assert_allclose(together, born + factor * unborn, rtol=1e-9, atol=1e-6)


@given(towns(), st.data())
def test_more_births_lower_nobody_and_change_no_one_already_born(
    town: tuple[xr.DataArray, xr.DataArray, float],
    data: st.DataObject,
) -> None:
    """A hundred more births in one year and area add a hundred there, from that year on, and touch nothing else."""
    base, births, first_step = town
    years = years_of(births)
    area = data.draw(st.integers(min_value=0, max_value=births.sizes["area"] - 1))
    step = data.draw(st.integers(min_value=1, max_value=len(years))) - 1
    more = births.copy()
    more[area, step] += 100.0

    change = project_children(base, more, years=years, first_step=first_step) - project_children(
        base, births, years=years, first_step=first_step
    )

    expected = np.zeros_like(change)
    for age in range(min(base.sizes["age"], len(years) - step)):
        expected[area, age, step + age] = 100.0 * (first_step if step == 0 else 1.0)
    np.testing.assert_allclose(change, expected, atol=1e-6)


@given(towns(), st.randoms(use_true_random=False))
def test_order_of_areas_is_irrelevant(town: tuple[xr.DataArray, xr.DataArray, float], rng: object) -> None:
    """Births in any order of areas go to their own area: labels decide."""
    base, births, first_step = town
    years = years_of(births)
    order = list(base["area"].to_numpy())
    rng.shuffle(order)  # type: ignore[attr-defined]
    expected = project_children(base, births, years=years, first_step=first_step)
    assert project_children(base, births.sel(area=order), years=years, first_step=first_step).equals(expected)
    assert project_children(base.sel(area=order), births, years=years, first_step=first_step).equals(
        expected.sel(area=order)
    )


def test_counted_on_the_cutoff_day() -> None:
    """A count on the cut-off day is the first school year, and its births are in it already."""
    base, births = base_and_births([[10.0, 20.0]], [[999.0, 5.0]])
    children = project_children(base, births, years=[2027, 2028], first_step=0.0).sel(area="a0")
    assert children.sel(year=2027).to_numpy().tolist() == [10.0, 20.0]
    assert children.sel(year=2028).to_numpy().tolist() == [5.0, 10.0]


def test_refuses_years_that_skip() -> None:
    """A cohort cannot grow two years older in one."""
    base, births = base_and_births([[10.0, 20.0]], [[5.0, 5.0, 5.0]])
    with pytest.raises(LabelError, match="must follow one another"):
        project_children(base, births, years=[2027, 2029], first_step=0.5)


def test_refuses_a_year_without_births() -> None:
    """A year without a number of births is not a year without births."""
    base, births = base_and_births([[10.0, 20.0]], [[5.0, 5.0]])
    with pytest.raises(LabelError, match="no year 2029"):
        project_children(base, births, years=[2027, 2028, 2029], first_step=0.5)


def test_refuses_births_of_other_areas() -> None:
    """An area that only one table knows is an error, not a zero."""
    base, births = base_and_births([[10.0, 20.0]], [[5.0, 5.0]])
    with pytest.raises(LabelError, match="2 appear in only one"):
        project_children(base, births.assign_coords(area=["elsewhere"]), years=[2027, 2028], first_step=0.5)
