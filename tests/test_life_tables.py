"""Life tables, by hand and against the life expectancies that the United Nations publish of China."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.population.life_tables import life_table
from schoolmap.population.life_tables import single_ages
from schoolmap.population.life_tables import survivorship
from schoolmap.population.national import load

SEXES = ["female", "male"]


def by_sex(female: list[float], male: list[float]) -> xr.DataArray:
    """Label ages 0, 1, 2, … of both sexes."""
    return xr.DataArray([female, male], coords={"sex": SEXES, "age": range(len(female))}, dims=("sex", "age"))


def test_a_life_table_by_hand() -> None:
    """
    Girls of whom one in a hundred dies in the first year, early in it: 0.14903 - 2.05527 x 0.01 of a year old.

    Then one in fifty a year dies half-way, and the old live two years more.
    """
    table = life_table(by_sex([0.01, 0.02, 0.5], [0.01, 0.02, 0.5])).sel(sex="female")
    early = 0.14903 - 0.0205527
    first = 1 - 0.01 / (1 + (1 - early) * 0.01)
    second = first * (1 - 0.02 / 1.01)
    assert table["survivors"].to_numpy().tolist() == pytest.approx([1.0, first, second])
    lived = [first + early * (1 - first), (first + second) / 2, 2 * second]
    assert table["person_years"].to_numpy().tolist() == pytest.approx(lived)
    assert float(table["expectancy"]) == pytest.approx(sum(lived))


def test_survivorship_by_hand() -> None:
    """The share of births alive at the end, of infants reaching age 1, of the last two groups in the open one."""
    rates = by_sex([0.01, 0.02, 0.5], [0.01, 0.02, 0.5])
    infants, ones, old = life_table(rates)["person_years"].sel(sex="male").to_numpy()
    shares = survivorship(rates).sel(sex="male").to_numpy().tolist()
    assert shares == pytest.approx([infants, ones / infants, old / (ones + old)])


def test_where_all_die_nobody_is_old() -> None:
    """A rate so high that none survives the year leaves zeros, not gaps."""
    shares = survivorship(by_sex([0.01, 9.0, 9.0, 9.0], [0.01, 9.0, 9.0, 9.0]))
    assert np.isfinite(shares).all()
    np.testing.assert_array_equal(shares.sel(age=[2, 3]), 0.0)


# China, as the United Nations publish it


E0_PUBLISHED = pd.DataFrame(
    {
        "female": [71.8758, 74.1102, 75.9068, 77.5902, 79.1599, 80.4864],
        "male": [67.0180, 68.9975, 70.8180, 72.4182, 73.8113, 74.8946],
    },
    index=[1995, 2000, 2005, 2010, 2015, 2020],
)
"""Life expectancy at birth of the five years that end in mid-year, World Population Prospects 2024, CC BY 3.0 IGO."""


@pytest.mark.parametrize("sex", SEXES)
def test_life_expectancy_of_china_is_the_published_one(sex: str) -> None:
    """
    From published rates to published life expectancy, 1990 to 2020: within 0.15 years; 0.14 reached.

    The published figure is made of single ages and years, this one of groups of five: the older the data, the faster
    mortality fell within them.
    """
    expectancy = life_table(load("china_wpp2024").death_rates)["expectancy"].sel(sex=sex, year=list(E0_PUBLISHED.index))
    error = expectancy.to_numpy() - E0_PUBLISHED[sex].to_numpy()
    assert np.abs(error).max() < 0.15
    assert np.abs(error[1:]).max() < 0.10


# single ages


def test_single_ages_by_hand() -> None:
    """Infants keep their rate, every age of a group has the group's, and the open group stays."""
    mx = by_sex([0.01, 0.002, 0.001, 0.3], [0.02, 0.004, 0.002, 0.4]).assign_coords(age=[0, 1, 5, 10])
    single = single_ages(mx)
    assert single["age"].to_numpy().tolist() == list(range(11))
    assert single.sel(sex="female").to_numpy().tolist() == [0.01, *[0.002] * 4, *[0.001] * 5, 0.3]
    xr.testing.assert_identical(single_ages(single), single)
    xr.testing.assert_identical(single.sel(age=mx["age"]), mx)


def test_single_ages_keep_the_life_expectancy() -> None:
    """Of every period from 1990 to 2100 and both sexes, within 0.15 years; 0.13 reached."""
    rates = load("china_wpp2024").death_rates
    error = life_table(single_ages(rates))["expectancy"] - life_table(rates)["expectancy"]
    assert float(abs(error).max()) < 0.15


def test_survival_of_single_ages_is_that_of_groups() -> None:
    """Five steps of one year lose as many of the middle-aged as one of five years: to one in a thousand."""
    rates = load("china_wpp2024").death_rates.sel(year=2025, drop=True)
    one, five = survivorship(single_ages(rates)), survivorship(rates)
    assert one["age"].to_numpy().tolist() == list(range(101))
    for age in (10, 25, 40, 55):
        # those of age - 5 to age - 1 reach the next group in five steps, each at its own rates
        steps = np.mean([one.sel(age=slice(low + 1, low + 5)).prod("age") for low in range(age - 5, age)], axis=0)
        assert steps == pytest.approx(five.sel(age=age).to_numpy(), abs=1e-3)


# refusals


def test_refuses_ages_of_no_life_table() -> None:
    """Death rates come by single ages or abridged, not in tens."""
    with pytest.raises(LabelError, match="must be 0, 1, 2"):
        survivorship(by_sex([0.1] * 3, [0.1] * 3).assign_coords(age=[0, 10, 20]))
    with pytest.raises(LabelError, match="must be 0, 1, 2"):
        single_ages(by_sex([0.1] * 3, [0.1] * 3).assign_coords(age=[0, 5, 10]))


def test_refuses_to_split_rates_that_are_missing_or_negative() -> None:
    """Unknown is not zero, and nobody dies less than not at all."""
    with pytest.raises(MissingValueError, match="`mx`"):
        single_ages(by_sex([0.1, np.nan, 0.1], [0.1] * 3))
    with pytest.raises(ValueError, match="`mx`"):
        single_ages(by_sex([0.1, -0.1, 0.1], [0.1] * 3))
