"""The people of the invented county: whole, never negative, and born as the nation's were."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from schoolmap.inputs.examples import make_county
from schoolmap.inputs.examples.county import BASE_YEAR
from schoolmap.inputs.examples.county import COUNTS
from schoolmap.inputs.examples.people import COUNTY_BIRTHS
from schoolmap.inputs.examples.people import FIRST
from schoolmap.inputs.examples.people import make_people
from schoolmap.population.national import births_of_china
from schoolmap.tables import parse_age

COUNTY = make_county()
PEOPLE, AREAS = COUNTY.people, COUNTY.land.areas
TOWN = AREAS["urban_rural"].isin(["111", "112"]).to_numpy()
NOW = PEOPLE.residents[BASE_YEAR]


def children(low: int, high: int, *, year: int = BASE_YEAR) -> int:
    """Count the children of some ages in a year."""
    return int(PEOPLE.residents[year][:, :, low : high + 1].sum())


def test_by_hand() -> None:
    """About 420,000 people, of whom 35 to 40 per cent live in the county town."""
    assert 415_000 < NOW.sum() < 430_000
    assert 0.35 < NOW[TOWN].sum() / NOW.sum() < 0.405


def test_people_are_counted() -> None:
    """Whole numbers, not negative, in every village of every year."""
    for counts in PEOPLE.residents.values():
        assert np.issubdtype(counts.dtype, np.integer)
        assert counts.min() >= 0
        assert counts.sum(axis=(1, 2)).min() > 100


def test_births_follow_the_nation() -> None:
    """Births of each year are those of China on the county's scale, but for rounding."""
    national = births_of_china(series="announced")["births"]
    county = PEOPLE.births.groupby(level="year").sum()
    assert county.index.to_list() == list(range(2012, 2026))
    expected = national.reindex(county.index) * COUNTY_BIRTHS / national[2016]
    assert (county - expected).abs().max() <= 1
    assert county.loc[[2016, 2017]].min() > county.drop([2016, 2017]).max()
    assert county[2025] < county[2017] / 2 + 1


def test_orders_of_birth_turn_over() -> None:
    """Second children come to outnumber first ones in 2017, as they did in China."""
    shares = PEOPLE.births.groupby(level=["year", "order"]).sum().unstack("order")
    assert shares.loc[2012, "1"] > shares.loc[2012, "2"]
    assert shares.loc[2017, "2"] > shares.loc[2017, "1"]
    assert (shares.min() > 0).all()


def test_newborns_are_the_births() -> None:
    """Infants of 31 August are those born in the twelve months before, less those who died or left."""
    by_year = PEOPLE.births.groupby(level="year").sum()
    for year in range(2014, 2026):
        born = 122 / 365 * by_year[year - 1] + 243 / 365 * by_year[year]
        assert 0.97 * born < children(0, 0, year=year) < 1.01 * born


def test_villages_empty_and_the_town_grows() -> None:
    """The county loses people, the county town and above all its new quarter gain them."""
    then = PEOPLE.residents[FIRST + 1]
    quarter = AREAS["name"].isin(["滨江社区", "新城社区"]).to_numpy()
    assert NOW.sum() < then.sum()
    assert NOW[TOWN].sum() > 1.2 * then[TOWN].sum()
    assert NOW[quarter].sum() / then[quarter].sum() > 1.8
    assert NOW[~TOWN].sum() < 0.85 * then[~TOWN].sum()


def test_the_wave_passes() -> None:
    """Kindergarten ages fall since 2020, primary ages have passed their peak, junior ages have it before them."""
    later = make_people(AREAS, seed=4399, last=2035)

    def total(low: int, high: int) -> pd.Series:
        counts = {year: int(people[:, :, low : high + 1].sum()) for year, people in later.residents.items()}
        return pd.Series(counts)

    assert total(3, 5).loc[2020:2030].is_monotonic_decreasing
    assert 2021 <= total(6, 11).loc[2018:].idxmax() <= 2025
    assert 2028 <= total(12, 14).loc[2024:].idxmax() <= 2030


def test_more_years_leave_the_past_alone() -> None:
    """Whoever lets the county live on changes nothing that has been."""
    later = make_people(AREAS, seed=4399, last=2030)
    for year, counts in PEOPLE.residents.items():
        np.testing.assert_array_equal(later.residents[year], counts)
    pd.testing.assert_series_equal(later.births.loc[PEOPLE.births.index], PEOPLE.births)


@pytest.mark.parametrize("day", COUNTS)
def test_bands_hold_everybody_once(day: str) -> None:
    """The printed bands follow each other from 0 and add up to the people of the day."""
    table = COUNTY.tables["population"]
    own = table[table["date"] == day]
    ages = [parse_age(age) for age in own["age"].unique()]
    starts = [band[0] for band in ages if band is not None]
    ends = [band[1] for band in ages if band is not None]
    assert starts[0] == 0
    assert ends[-1] is None
    assert [end + 1 for end in ends[:-1] if end is not None] == starts[1:]
    assert int(own["count"].sum()) == PEOPLE.on(day).sum()
    by_area = own.groupby("area")["count"].sum()
    assert by_area.reindex(AREAS.index).to_list() == PEOPLE.on(day).sum(axis=(1, 2)).tolist()


def test_two_months_later_nobody_is_lost() -> None:
    """On 1 November the people of August are there, and those born since."""
    august, november = PEOPLE.on("2020-08-31"), PEOPLE.on("2020-11-01")
    born = november.sum() - august.sum()
    assert 0 < born < children(0, 0, year=2021)
    assert november.min() >= 0
