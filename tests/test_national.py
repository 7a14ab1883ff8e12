"""National data: births of China, announced and revised, against the pupils counted years later."""

from __future__ import annotations

import pandas as pd
import pytest
import xarray as xr

from schoolmap.population.fertility import ORDERS
from schoolmap.population.national import births_of_china
from schoolmap.population.national import load
from schoolmap.population.national import order_shares_of_china
from schoolmap.population.school_years import entrants
from schoolmap.population.school_years import school_cohorts

YEARS = [2022, 2023, 2024, 2025]
ENTRANTS = pd.Series([1701.39, 1877.9, 1616.63, 1461.7], index=YEARS)
PUPILS = pd.Series([10732.06, 10836.0, 10584.37, 10178.3], index=YEARS)
LEAVERS = pd.Series([1763.5, 1857.27, 1860.5], index=YEARS[1:])
"""
Primary schools of China in ten thousand, by the autumn of the school year; leavers in the summer before.

Ministry of Education, statistical communiqués on education (全国教育事业发展统计公报), 2022-2024; for 2025 the
statistical communiqué of the National Bureau of Statistics.
"""

KINDERGARTEN = pd.Series(
    [4656.4, 4713.88, 4818.26, 4805.21, 4627.55, 4092.98, 3583.99, 3225.52],
    index=range(2018, 2026),
)
"""Children in kindergarten in ten thousand, from the same communiqués."""


def cohorts(series: str) -> xr.DataArray:
    """Return the complete school cohorts of China in ten thousand, cut off on 31 August."""
    births = births_of_china(series=series)["births"] / 1e4  # type: ignore[arg-type]
    table = xr.DataArray(births.to_numpy(float), coords={"year": births.index.to_numpy()}, dims="year")
    every = school_cohorts(table, cutoff="08-31")
    return every.sel(year=every["complete"])


def stock(series: str, *, ages: range) -> pd.Series:
    """Return children of these ages by school year, where all their cohorts are known; nobody dies or moves."""
    table = cohorts(series)
    wanted = pd.DataFrame({age: table.assign_coords(year=table["year"] + age).to_series() for age in ages})
    return wanted.dropna().sum(axis=1)


def test_the_two_series_by_hand() -> None:
    """Announced 17.86 million in 2016, and 18.83 after the census; what nobody revised is the same and says so."""
    announced, revised = births_of_china(series="announced"), births_of_china(series="revised")
    assert (announced.loc[2016, "births"], revised.loc[2016, "births"]) == (17_860_000, 18_830_000)
    assert list(announced.index) == list(revised.index) == list(range(2010, 2026))
    since = revised.loc[2021:]
    assert since["source"].str.startswith("announced, not revised: ").all()
    assert not revised.loc[:2020, "source"].str.startswith("announced").any()
    pd.testing.assert_series_equal(since["births"], announced.loc[2021:, "births"])


@pytest.mark.parametrize("series", ["announced", "revised"])
def test_every_figure_has_a_source_and_a_confidence(series: str) -> None:
    """Whoever doubts a number finds where it is from and how sure it is; it is in persons."""
    births = births_of_china(series=series)  # type: ignore[arg-type]
    assert births["source"].str.contains("NBS").all()
    assert set(births["confidence"]) <= {"high", "medium", "low"}
    assert births["births"].between(7_000_000, 20_000_000).all()
    assert not births.isna().any(axis=None)


def test_two_variants_in_print_are_both_on_record() -> None:
    """Where lists differ, one number is used and the other is in the note."""
    announced = births_of_china(series="announced")["note"]
    for year, variant in ((2010, "1588"), (2011, "1600"), (2020, "1200")):
        assert variant in announced[year]


def test_the_bureau_s_own_mean_of_five_years() -> None:
    """The mean of 2011-2015 that the bureau gave in January 2018 is 16.44 million: the announced series, not another."""
    assert births_of_china(series="announced").loc[2011:2015, "births"].mean() == pytest.approx(16_440_000, abs=5_000)


def test_the_revision_moves_grade_one() -> None:
    """By the revised births the entrants of 2018 are 18 % more than by the announced ones, those of 2023 3 % more."""
    ratio = cohorts("revised") / cohorts("announced")
    assert float(ratio.sel(year=2012)) == pytest.approx(1.18, abs=0.005)
    assert float(ratio.sel(year=2017)) == pytest.approx(1.03, abs=0.005)


# against the pupils that were counted


@pytest.mark.parametrize("year", [2023, 2024, 2025])
def test_primary_pupils_from_the_births_of_six_to_eleven_years_before(year: int) -> None:
    """Six cohorts of revised births, nobody dying, are within 1.2 % above the pupils counted."""
    apart = stock("revised", ages=range(6, 12))[year] / PUPILS[year] - 1
    assert 0 < apart <= 0.012


@pytest.mark.parametrize("year", [2023, 2024, 2025])
def test_the_announced_births_miss_children(year: int) -> None:
    """Six cohorts of announced births are 3 to 7 % below the pupils counted: that is what the census corrected."""
    apart = stock("announced", ages=range(6, 12))[year] / PUPILS[year] - 1
    assert -0.07 <= apart <= -0.025


@pytest.mark.parametrize(
    ("year", "announced", "revised"),
    [(2022, 0.977, 0.942), (2023, 1.077, 1.041), (2024, 1.017, 1.008), (2025, 0.985, 0.985)],
)
def test_entrants_of_grade_one(year: int, announced: float, revised: float) -> None:
    """Pupils who entered grade 1 by children of the cohort; in 2022 some families waited until 2023."""
    for series, ratio in (("announced", announced), ("revised", revised)):
        due = entrants(cohorts(series), entry_age=6).sel(year=year)
        assert ENTRANTS[year] / float(due) == pytest.approx(ratio, abs=0.0006)


def test_families_who_waited_a_year() -> None:
    """With 6 % of the cohort of 2016 entering a year late, both years are within 2 % of the entrants counted."""
    table = cohorts("revised")
    late = xr.zeros_like(table, dtype=float).drop_vars("complete")
    late.loc[{"year": 2016}] = 0.06
    due = entrants(table, entry_age=6, late=late)
    for year in (2022, 2023):
        assert ENTRANTS[year] == pytest.approx(float(due.sel(year=year)), rel=0.02)
    assert float(due.sum()) == pytest.approx(float(table.sum()))


def test_the_primary_peak() -> None:
    """Children of primary age peak in 2023, as the pupils counted do, in both series."""
    assert PUPILS.idxmax() == 2023
    assert stock("revised", ages=range(6, 12)).idxmax() == 2023
    assert stock("announced", ages=range(6, 12)).idxmax() == 2023


def test_the_kindergarten_peak_was_not_one_of_births() -> None:
    """
    Children of 3 to 5 peaked in 2017 by the revised births; those in kindergarten in 2020.

    Attendance rose faster than the ages shrank. Births before 2010 are not in
    the table: 2016 is the first school year with all its cohorts. Only the
    announced births, which miss children of 2011-2014, have the peak in 2020.
    """
    revised, announced = stock("revised", ages=range(3, 6)), stock("announced", ages=range(3, 6))
    assert revised.index.min() == announced.index.min() == 2016
    assert (revised.idxmax(), announced.idxmax(), KINDERGARTEN.idxmax()) == (2017, 2020, 2020)
    # of the children of these ages, more went each year until 2023
    attendance = (KINDERGARTEN / revised).dropna()
    assert attendance.loc[2018:2022].is_monotonic_increasing
    assert attendance.loc[2018] == pytest.approx(0.857, abs=0.001)


@pytest.mark.parametrize(
    ("year", "children"), [(2020, 5346), (2021, 5215), (2022, 4892), (2023, 4378), (2024, 3883), (2025, 3390)]
)
def test_the_official_ratio_has_a_larger_denominator(year: int, children: int) -> None:
    """Children of 3 to 5 by births are 0 to 6 % fewer than children in kindergarten over the official gross ratio."""
    official = pd.Series([0.852, 0.881, 0.897, 0.911, 0.920, 0.929], index=range(2020, 2026))
    ours = stock("revised", ages=range(3, 6))[year]
    assert ours == pytest.approx(children, abs=1)
    assert 1.0 <= KINDERGARTEN[year] / official[year] / ours <= 1.06


@pytest.mark.parametrize(("year", "apart"), [(2024, -0.0010), (2025, -0.0007)])
def test_pupils_are_those_of_last_year_and_entrants_less_leavers(year: int, apart: float) -> None:
    """The stock-flow identity of the published tables holds to 0.2 %: repeaters and moves are no more than that."""
    expected = PUPILS[year - 1] + ENTRANTS[year] - LEAVERS[year]
    assert PUPILS[year] / expected - 1 == pytest.approx(apart, abs=0.00006)
    assert abs(apart) <= 0.002


def test_junior_pupils_are_those_of_last_year_and_entrants_less_leavers() -> None:
    """Junior schools in 2025: 53.86 million, 18.53 came and 17.24 left; published are 55.09, 0.11 % less."""
    stock, came, left, published = 5386.16, 1852.8, 1723.7, 5509.3
    assert published / (stock + came - left) - 1 == pytest.approx(-0.0011, abs=0.0001)


# births by order


def test_shares_of_every_year_sum_to_one() -> None:
    """First, second and later births are all births, or all of total fertility."""
    table = order_shares_of_china()
    assert table["share"].groupby(level="year").sum().to_numpy() == pytest.approx(1.0, abs=1e-9)
    assert set(table.index.get_level_values("order")) == {*ORDERS, "2+"}
    assert set(table["of"]) == {"births", "tfr"}


@pytest.mark.parametrize("year", [2016, 2017, 2021, 2022])
def test_orders_sum_to_the_announced_births(year: int) -> None:
    """Where births by order are known they add up to the births of the announced series, of the same surveys."""
    orders = order_shares_of_china().loc[year]
    assert orders["births"].sum() == births_of_china(series="announced").loc[year, "births"]
    # shares are printed to a tenth of a per cent, births to ten thousand
    assert (orders["births"] / orders["births"].sum() - orders["share"]).abs().max() < 0.001


def test_the_two_child_pulse() -> None:
    """In 2017 more second children were born than first ones, and no longer in 2021."""
    shares = order_shares_of_china()["share"]
    assert shares[2017, "2"] > shares[2017, "1"]
    assert shares[2021, "2"] < shares[2021, "1"]


def test_what_a_caller_does_to_a_table_stays_there() -> None:
    """Each call returns a table of its own."""
    for table in (births_of_china(series="announced"), order_shares_of_china(), load("china_wpp2024").annual):
        table.loc[:, "births"] = 0.0
    assert births_of_china(series="announced").loc[2016, "births"] == 17_860_000
    assert order_shares_of_china().loc[(2017, "2"), "births"] == 8_830_000
    assert load("china_wpp2024").annual.loc[2030, "births"] == 8359.513


def test_an_unknown_series_is_refused() -> None:
    """There are two series, and whoever asks for another learns their names."""
    with pytest.raises(ValueError, match="There are: announced, revised"):
        births_of_china(series="estimated")  # type: ignore[arg-type]


def test_an_unknown_country_is_refused() -> None:
    """A data set that is not shipped is named with those that are."""
    with pytest.raises(ValueError, match=r"'atlantis'.*china_wpp2024"):
        load("atlantis")


def test_the_united_nations_estimate_lies_between() -> None:
    """The births of World Population Prospects 2024 are within 6 % of the revised ones, in every year to 2023."""
    united_nations = load("china_wpp2024").annual["births"].loc[2011:2023] * 1000
    ratio = united_nations / births_of_china(series="revised")["births"].loc[2011:2023]
    assert ratio.between(0.94, 1.06).all(), ratio
