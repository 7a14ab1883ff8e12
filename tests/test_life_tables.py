"""Life tables, by hand and against the life expectancies that the United Nations publish of China."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from schoolmap.errors import LabelError
from schoolmap.population.life_tables import life_table
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


# refusals


def test_refuses_ages_of_no_life_table() -> None:
    """Death rates come by single ages or abridged, not in tens."""
    with pytest.raises(LabelError, match="must be 0, 1, 2"):
        survivorship(by_sex([0.1] * 3, [0.1] * 3).assign_coords(age=[0, 10, 20]))
