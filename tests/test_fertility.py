"""Births to come: their level, order, place and path."""

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
from schoolmap.population.fertility import DEFAULT_UPLIFT
from schoolmap.population.fertility import HALF_LIFE_YEARS
from schoolmap.population.fertility import MARRIAGE_LAGS
from schoolmap.population.fertility import ORDERS
from schoolmap.population.fertility import PRIOR_BOUNDS
from schoolmap.population.fertility import PRIOR_DEFAULT
from schoolmap.population.fertility import VARIANTS
from schoolmap.population.fertility import by_order
from schoolmap.population.fertility import fertility_rates
from schoolmap.population.fertility import level_births
from schoolmap.population.fertility import local_level
from schoolmap.population.fertility import marriage_lead
from schoolmap.population.fertility import national_births_path
from schoolmap.population.fertility import parity_births
from schoolmap.population.fertility import policy_pulse
from schoolmap.population.fertility import project_parity
from schoolmap.population.fertility import reference_births
from schoolmap.population.fertility import single_shares
from schoolmap.population.national import load

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


# five years and single years


def test_single_shares_by_hand() -> None:
    """A group of a twentieth, a half, and the rest: each keeps its share, rates rise from the first age and fall to the last."""
    shares = by_mother([0.05, 0.5, 0.45], [15, 20, 25])
    single = single_shares(shares)
    assert single["age"].to_numpy().tolist() == list(range(15, 30))
    assert single.groupby_bins("age", [14, 19, 24, 29]).sum().to_numpy().tolist() == pytest.approx([0.05, 0.5, 0.45])
    first, last = single.sel(age=slice(15, 19)).to_numpy(), single.sel(age=slice(25, 29)).to_numpy()
    assert (np.diff(first) > 0).all()
    assert (np.diff(last[2:]) < 0).all()
    assert first[0] < 0.05 / 5 < first[-1]


def by_mother(shares: list[float], ages: list[int]) -> xr.DataArray:
    """Label shares by the age of the mother."""
    return xr.DataArray(shares, coords={"age": ages}, dims="age")


@given(
    st.lists(st.integers(min_value=0, max_value=100), min_size=2, max_size=8).filter(any), st.sampled_from([2, 5, 10])
)
def test_every_group_keeps_its_share(births: list[int], width: int) -> None:
    """Whatever the shares, none is lost, none below zero, and a group without births has no age with any."""
    ages = [15 + width * number for number in range(len(births))]
    shares = by_mother([number / sum(births) for number in births], ages)
    single = single_shares(shares)
    assert float(single.min()) >= 0
    parts = [float(single.sel(age=slice(age, age + width - 1)).sum()) for age in ages]
    assert parts == pytest.approx(shares.to_numpy().tolist(), abs=1e-12)
    xr.testing.assert_identical(single_shares(single), single)


def test_shares_of_a_nation_are_split_year_by_year() -> None:
    """Total fertility is the same from single ages as from groups, and the mean age of mothers within half a year."""
    china = load("china_wpp2024")
    years = [2025, 2050]
    groups = china.fertility_shares.sel(year=years)
    total = china.annual["tfr"].to_xarray().sel(year=years)
    single = single_shares(groups)
    assert single.dims == groups.dims
    np.testing.assert_allclose(fertility_rates(total, single).sum("age"), total)
    xr.testing.assert_identical(single.sel(year=2050), single_shares(groups.sel(year=2050)))
    means = [(shares * (shares["age"] + width / 2)).sum("age") for shares, width in ((single, 1), (groups, 5))]
    assert float(abs(means[0] - means[1]).max()) < 0.5


def test_single_shares_refuse_what_does_not_fit() -> None:
    """Percentages, gaps in the ages or in the numbers, and shares below zero."""
    with pytest.raises(ValueError, match="Percentages are divided by 100"):
        single_shares(by_mother([40.0, 60.0], [20, 25]))
    with pytest.raises(LabelError, match="equal steps"):
        single_shares(by_mother([0.4, 0.4, 0.2], [20, 25, 35]))
    with pytest.raises(MissingValueError, match="`shares`"):
        single_shares(by_mother([0.4, np.nan], [20, 25]))
    with pytest.raises(ValueError, match="`shares`"):
        single_shares(by_mother([-0.4, 1.4], [20, 25]))


# births by order


def order_shares(*shares: float) -> xr.DataArray:
    """Return the shares of first, second and later births."""
    return xr.DataArray(list(shares), coords={"order": list(ORDERS)}, dims="order")


@st.composite
def shares_of_orders(draw: st.DrawFn) -> xr.DataArray:
    """Draw shares of the orders that sum to 1."""
    first, second = sorted(draw(st.lists(st.floats(min_value=0, max_value=1), min_size=2, max_size=2)))
    return order_shares(first, second - first, 1 - second)


def test_orders_by_hand() -> None:
    """Of the births of 2022 in China 46.1 % were first, 38.9 % second and 15 % later ones."""
    births = by_order(xr.DataArray(9_560_000.0), order_shares(0.461, 0.389, 0.15))
    assert births.to_series().to_dict() == pytest.approx({"1": 4_407_160, "2": 3_718_840, "3+": 1_434_000})


@given(counts, shares_of_orders())
def test_orders_sum_to_the_total(total: float, shares: xr.DataArray) -> None:
    """Every birth has an order, to the last digit, and none is negative."""
    births = by_order(xr.DataArray(total), shares)
    assert float(births.sum()) == pytest.approx(total, rel=1e-14)
    assert (births >= 0).all()


def test_shares_rounded_in_print_still_give_the_total() -> None:
    """Shares that sum to 0.9995 are rounded ones: the total stands."""
    births = by_order(
        xr.DataArray([1000.0, 10.0], coords={"area": ["a", "b"]}, dims="area"), order_shares(0.5, 0.4, 0.0995)
    )
    assert births.sum("order").to_numpy().tolist() == pytest.approx([1000.0, 10.0], rel=1e-14)


@given(st.floats(min_value=0.1, max_value=5), shares_of_orders())
def test_rates_by_order_sum_to_total_fertility(total: float, shares: xr.DataArray) -> None:
    """First children of young mothers and later ones of older: over ages and orders they are total fertility."""
    ages = {"age": [20, 25, 30]}
    patterns = xr.concat(
        [
            xr.DataArray(pattern, coords=ages, dims="age")
            for pattern in ([0.5, 0.4, 0.1], [0.2, 0.5, 0.3], [0.1, 0.3, 0.6])
        ],
        dim=pd.Index(ORDERS, name="order"),
    )
    rates = by_order(xr.DataArray(total), shares, patterns=patterns)
    assert float(5 * rates.sum()) == pytest.approx(total)
    first = rates.sel(order="1").to_numpy()
    np.testing.assert_allclose(first, total * float(shares.sel(order="1")) * np.array([0.5, 0.4, 0.1]) / 5)
    # one pattern for all orders is the plain fertility of the total
    alike = by_order(xr.DataArray(total), shares, patterns=patterns.sel(order="2", drop=True))
    np.testing.assert_allclose(alike.sum("order"), fertility_rates(xr.DataArray(total), patterns.sel(order="2")))


@given(
    st.floats(min_value=0, max_value=5),
    st.floats(min_value=0, max_value=5),
    shares_of_orders(),
    st.lists(counts, min_size=3, max_size=3),
)
def test_more_fertility_never_lowers_births(one: float, other: float, shares: xr.DataArray, women: list[float]) -> None:
    """With more children per woman no order and no age of mothers has fewer births."""
    mothers = xr.DataArray(women, coords={"age": [20, 25, 30]}, dims="age")
    pattern = xr.DataArray([0.3, 0.5, 0.2], coords={"age": [20, 25, 30]}, dims="age")
    low, high = (mothers * by_order(xr.DataArray(total), shares, patterns=pattern) for total in sorted((one, other)))
    assert (high >= low).all()


def test_labels_of_orders_and_years_decide() -> None:
    """Orders and years in any order go to their own."""
    total = xr.DataArray([10.0, 20.0], coords={"year": [2021, 2022]}, dims="year")
    shares = xr.DataArray(
        [[0.5, 0.3, 0.2], [0.6, 0.3, 0.1]],
        coords={"year": [2022, 2021], "order": ["1", "2", "3+"]},
        dims=("year", "order"),
    )
    births = by_order(total, shares.isel(order=[2, 0, 1]))
    assert births["order"].to_numpy().tolist() == list(ORDERS)
    assert births.sel(year=2021).to_numpy().tolist() == pytest.approx([6.0, 3.0, 1.0])
    assert births.sel(year=2022).to_numpy().tolist() == pytest.approx([10.0, 6.0, 4.0])


def test_orders_refuse_what_does_not_fit() -> None:
    """Shares of other orders or years, and shares that are not all births, are refused."""
    total = xr.DataArray([10.0], coords={"year": [2021]}, dims="year")
    with pytest.raises(ValueError, match="sum to 1 over the orders, got 100"):
        by_order(total, order_shares(50.0, 40.0, 10.0))
    with pytest.raises(LabelError, match="has the orders"):
        by_order(total, order_shares(0.5, 0.4, 0.1).assign_coords(order=["1", "2", "4+"]))
    with pytest.raises(LabelError, match="`total` and `shares`"):
        by_order(total, order_shares(0.5, 0.4, 0.1).expand_dims(year=[2022]))
    with pytest.raises(MissingValueError, match="`shares` is missing"):
        by_order(total, order_shares(0.5, 0.5, float("nan")))


def test_rates_refuse_shares_of_other_years() -> None:
    """Total fertility of one year and age shares of another are no rates; nothing is dropped in silence."""
    total = xr.DataArray([1.0, 1.1], coords={"year": [2021, 2022]}, dims="year")
    shares = xr.DataArray([[0.4, 0.6]], coords={"year": [2022], "age": [20, 25]}, dims=("year", "age"))
    with pytest.raises(LabelError, match="`total` and `shares`"):
        fertility_rates(total, shares)


# women by parity

PARITIES = ("0", "1", "2+")
chances = st.floats(min_value=0, max_value=1)


def of_parity(*values: float) -> xr.DataArray:
    """Return numbers of women without a child, with one, and with more."""
    return xr.DataArray(list(values), coords={"parity": list(PARITIES)}, dims="parity")


@st.composite
def mothers(draw: st.DrawFn) -> tuple[xr.DataArray, xr.DataArray]:
    """Draw women by area, age and parity, and the share who have their next child by age and parity."""
    areas, ages = draw(st.integers(min_value=1, max_value=3)), draw(st.integers(min_value=1, max_value=5))
    women = np.array(draw(st.lists(counts, min_size=areas * ages * 3, max_size=areas * ages * 3)))
    shares = np.array(draw(st.lists(chances, min_size=ages * 3, max_size=ages * 3)))
    labels = {"area": [f"a{i}" for i in range(areas)], "age": range(20, 20 + ages), "parity": list(PARITIES)}
    return (
        xr.DataArray(women.reshape(areas, ages, 3), coords=labels, dims=("area", "age", "parity")),
        xr.DataArray(
            shares.reshape(ages, 3),
            coords={name: labels[name] for name in ("age", "parity")},
            dims=("age", "parity"),
        ),
    )


def constant(women: xr.DataArray, years: range) -> xr.DataArray:
    """Return as many women of each age in every year as at the start."""
    everyone = women.sum("parity")
    return xr.concat([everyone] * len(years), dim=pd.Index(years, name="year"))


def test_parity_by_hand() -> None:
    """Of 100 childless women 10 have their first child; of 50 mothers of one 2 have the second."""
    result = parity_births(of_parity(100.0, 50.0, 20.0), of_parity(0.1, 0.04, 0.05))
    assert result["births"].to_series().to_dict() == {"1": 10.0, "2": 2.0, "3+": 1.0}
    assert result["women"].to_series().to_dict() == {"0": 90.0, "1": 58.0, "2+": 22.0}


@given(mothers())
def test_births_make_no_women_and_lose_none(town: tuple[xr.DataArray, xr.DataArray]) -> None:
    """Of each area and age there are as many women after the births as before, and each birth moved one of them up."""
    women, progression = town
    result = parity_births(women, progression)
    np.testing.assert_allclose(result["women"].sum("parity"), women.sum("parity"), rtol=1e-12)
    assert (result["women"] >= -1e-9).all()
    up = result["women"].sel(parity="2+") - women.sel(parity="2+")
    np.testing.assert_allclose(up, result["births"].sel(order="2"), atol=1e-6)


@given(mothers())
def test_without_progression_nobody_is_born(town: tuple[xr.DataArray, xr.DataArray]) -> None:
    """Where nobody has a child, women keep their parity."""
    women, progression = town
    future = parity_births(women, progression * 0)
    assert float(future["births"].sum()) == 0
    xr.testing.assert_equal(future["women"], women)


@settings(max_examples=20)
@given(mothers(), st.integers(min_value=1, max_value=4))
def test_parities_sum_to_the_women_of_the_engine(town: tuple[xr.DataArray, xr.DataArray], horizon: int) -> None:
    """In every year, area and age the parities add up to the women that the cohort engine found."""
    women, progression = town
    women = women + 1.0
    years = range(2025, 2026 + horizon)
    growth = xr.DataArray([1 + 0.1 * (year - 2025) for year in years], coords={"year": years}, dims="year")
    total = constant(women, years) * growth
    future = project_parity(women, total=total, progression=progression, years=list(years)[1:])
    np.testing.assert_allclose(
        future["women"].sum("parity").transpose("area", "age", "year"),
        total.sel(year=list(years)[1:]).transpose("area", "age", "year"),
        rtol=1e-9,
    )
    # whoever reaches the youngest age has no child yet
    youngest = future["women"].isel(age=0)
    assert float(youngest.sel(parity=["1", "2+"]).sum()) == 0
    # births are those of the women at the start of the year
    np.testing.assert_allclose(
        future["births"].sel(year=2026).sum("order"), (women * progression).sum("parity"), rtol=1e-9
    )


@settings(max_examples=20)
@given(mothers(), st.integers(min_value=1, max_value=4))
def test_parity_against_one_woman_at_a_time(town: tuple[xr.DataArray, xr.DataArray], horizon: int) -> None:
    """The cohort of each age, followed through its parities by hand, has the births of the projection."""
    women, progression = town
    women = women + 1.0
    years = range(2025, 2026 + horizon)
    future = project_parity(women, total=constant(women, years), progression=progression, years=list(years)[1:])
    ages = women["age"].to_numpy().tolist()
    for area in women["area"].to_numpy():
        everyone = [float(women.sel(area=area, age=age).sum()) for age in ages]
        now = [[float(women.sel(area=area, age=age, parity=parity)) for parity in PARITIES] for age in ages]
        for year in list(years)[1:]:
            after = []
            for i, age in enumerate(ages):
                h = [float(progression.sel(age=age, parity=parity)) for parity in PARITIES]
                born = [w * share for w, share in zip(now[i], h, strict=True)]
                found = future["births"].sel(area=area, age=age, year=year).to_numpy()
                np.testing.assert_allclose(found, born, rtol=1e-7, atol=1e-6)
                after.append([now[i][0] - born[0], now[i][1] - born[1] + born[0], now[i][2] + born[1]])
            now = [[everyone[0], 0.0, 0.0]] + [
                [w * everyone[i + 1] / sum(row) for w in row] for i, row in enumerate(after[:-1])
            ]


@settings(max_examples=20)
@given(mothers(), st.data())
def test_more_progression_never_lowers_the_births_so_far(
    town: tuple[xr.DataArray, xr.DataArray],
    data: st.DataObject,
) -> None:
    """A higher share who go on at any age and parity brings some births forward, but never makes them fewer in all."""
    women, progression = town
    women = women.isel(area=[0]) + 1.0
    age = data.draw(st.sampled_from(women["age"].to_numpy().tolist()))
    parity = data.draw(st.sampled_from(PARITIES))
    more = progression.copy()
    more.loc[{"age": age, "parity": parity}] = data.draw(
        st.floats(min_value=float(more.sel(age=age, parity=parity)), max_value=1)
    )
    years = range(2025, 2029)
    # as many women of every age, so that deaths and moves take no part
    level = women / women.sum("parity")
    one, other = (
        project_parity(level, total=constant(level, years), progression=shares, years=list(years)[1:])["births"]
        .sum(["age", "order", "area"])
        .cumsum("year")
        for shares in (progression, more)
    )
    assert (other >= one - 1e-9).all()


def test_parities_must_be_all_women() -> None:
    """Women whose parities do not add up to the engine's women are refused, not scaled in silence."""
    women = of_parity(50.0, 30.0, 10.0).expand_dims(age=[20])
    total = xr.DataArray([[100.0, 100.0]], coords={"age": [20], "year": [2025, 2026]}, dims=("age", "year"))
    with pytest.raises(ValueError, match="do not add up to `total` in 2025: 10 apart"):
        project_parity(women, total=total, progression=of_parity(0.1, 0.1, 0.1), years=[2026])


def test_parity_refuses_what_it_cannot_know() -> None:
    """A year without women, women out of nowhere, odd parities and shares above 1 are refused."""
    women = xr.DataArray(
        [[10.0, 0.0, 0.0], [5.0, 5.0, 0.0], [0.0, 0.0, 0.0]],
        coords={"age": [20, 21, 22], "parity": list(PARITIES)},
        dims=("age", "parity"),
    )
    total = constant(women, range(2025, 2028))
    chance = of_parity(0.1, 0.1, 0.1)
    with pytest.raises(LabelError, match="`total` has no year 2028"):
        project_parity(women, total=total, progression=chance, years=[2026, 2027, 2028])
    with pytest.raises(LabelError, match="must follow one another"):
        project_parity(women, total=total, progression=chance, years=[2026, 2028])
    nobody = women.copy()
    nobody.loc[{"age": 20}] = 0.0
    arrived = constant(nobody, range(2025, 2028))
    arrived.loc[{"age": 21}] = 10.0
    with pytest.raises(ValueError, match="In 2026 there are women of age 21"):
        project_parity(
            nobody,
            total=arrived.where(arrived["year"] > 2025, constant(nobody, range(2025, 2028))),
            progression=chance,
            years=[2026],
        )
    with pytest.raises(LabelError, match="the last one open"):
        parity_births(of_parity(1.0, 1.0, 1.0).assign_coords(parity=["0", "1", "2"]), chance)
    with pytest.raises(ValueError, match="`progression` must lie in"):
        parity_births(of_parity(1.0, 1.0, 1.0), chance * 11)
    with pytest.raises(LabelError, match="'age', which `women` has not"):
        parity_births(of_parity(1.0, 1.0, 1.0), chance.expand_dims(age=[20]))


# a policy as a pulse


def test_the_pulse_by_hand() -> None:
    """40 % more second births in 2016, half of it in 2017; a tempo of one half takes back 0.1 of the 0.2 then."""
    pulse = policy_pulse(range(2015, 2019), start=2016, uplift={"2": 0.4}, half_life=1, tempo=0.0)
    assert pulse.sel(order="2").to_numpy().tolist() == pytest.approx([1.0, 1.4, 1.2, 1.1])
    assert pulse.sel(order=["1", "3+"]).to_numpy().ravel().tolist() == [1.0] * 8
    paid = policy_pulse(range(2015, 2019), start=2016, uplift={"2": 0.4}, half_life=1, tempo=0.5)
    # of 0.4 the half, 0.2, is missing later: 0.1 in 2017, 0.05 in 2018; of the 0.2 of 2017 another 0.05 in 2018
    assert paid.sel(order="2").to_numpy().tolist() == pytest.approx([1.0, 1.4, 1.1, 1.0])


def test_policies_add_nothing_unless_stated() -> None:
    """The default is no uplift, for second births after 2019 and third ones as well."""
    assert set(DEFAULT_UPLIFT.values()) == {0.0}
    assert (policy_pulse(range(2019, 2040), start=2021, half_life=2, tempo=0.5) == 1).all()


uplifts = st.floats(min_value=0, max_value=1)
half_lives = st.floats(min_value=0.2, max_value=10)


@given(uplifts, half_lives)
def test_births_only_brought_forward_are_no_more_births(uplift: float, half_life: float) -> None:
    """With a tempo of 1 births over the whole path, until the echo has died away, are what they were."""
    years = range(2016, 2016 + int(half_life * 50) + 20)
    pulse = policy_pulse(years, start=2016, uplift={"2": uplift}, half_life=half_life, tempo=1.0)
    assert float(pulse.sel(order="2").sum()) == pytest.approx(len(years), abs=1e-6)


@given(uplifts, half_lives, chances)
def test_what_is_not_brought_forward_is_added(uplift: float, half_life: float, tempo: float) -> None:
    """Over the whole path the pulse adds u / (1 - r) years of births, less the share brought forward."""
    years = range(2016, 2016 + int(half_life * 50) + 20)
    pulse = policy_pulse(years, start=2016, uplift={"3+": uplift}, half_life=half_life, tempo=tempo).sel(order="3+")
    added = uplift / (1 - 0.5 ** (1 / half_life)) * (1 - tempo)
    assert float(pulse.sum()) - len(years) == pytest.approx(added, abs=1e-6)
    if tempo == 0:
        assert (pulse >= 1).all()


@given(uplifts, half_lives, chances)
def test_the_deficit_against_a_ledger(uplift: float, half_life: float, tempo: float) -> None:
    """Each year's births brought forward, paid back from the next year on by the half-life, give the same path."""
    horizon = 12
    ratio = 0.5 ** (1 / half_life)
    expected = np.ones(horizon)
    for year in range(horizon):
        ahead = uplift * ratio**year
        expected[year] += ahead
        for later in range(year + 1, horizon):
            expected[later] -= tempo * ahead * (1 - ratio) * ratio ** (later - year - 1)
    pulse = policy_pulse(
        range(2020, 2020 + horizon), start=2020, uplift={"1": uplift}, half_life=half_life, tempo=tempo
    )
    np.testing.assert_allclose(pulse.sel(order="1"), expected, atol=1e-9)


@given(uplifts, half_lives, chances)
def test_a_longer_path_changes_no_earlier_year(uplift: float, half_life: float, tempo: float) -> None:
    """The multiplier of a year does not depend on how far the plan looks."""
    short, long = (
        policy_pulse(range(2015, end), start=2016, uplift={"2": uplift}, half_life=half_life, tempo=tempo)
        for end in (2020, 2040)
    )
    np.testing.assert_array_equal(short, long.sel(year=short["year"]))
    assert (long.sel(year=2015) == 1).all()


def test_the_pulse_refuses_what_cannot_be() -> None:
    """Other orders, a half-life of zero, a share above 1, a deficit that is larger than the births."""
    with pytest.raises(LabelError, match="order '3'"):
        policy_pulse([2020], start=2020, uplift={"3": 0.1}, half_life=1, tempo=0)
    with pytest.raises(ValueError, match="`half_life`"):
        policy_pulse([2020], start=2020, half_life=0, tempo=0)
    with pytest.raises(ValueError, match="`tempo`"):
        policy_pulse([2020], start=2020, half_life=1, tempo=1.1)
    with pytest.raises(ValueError, match="larger than the births of a year"):
        policy_pulse(range(2020, 2030), start=2020, uplift={"2": 9.0}, half_life=1, tempo=1)
    with pytest.raises(LabelError, match="a year twice"):
        policy_pulse([2020, 2020], start=2020, half_life=1, tempo=0)


# marriages before first births


def years_of(*values: float, first: int) -> xr.DataArray:
    """Return numbers of years that follow one another."""
    return xr.DataArray(list(values), coords={"year": range(first, first + len(values))}, dims="year")


def test_marriages_by_hand() -> None:
    """A quarter fewer marriages in 2025 than in 2023 and 2024: an eighth fewer first births in 2026."""
    marriages = pd.Series([80.0, 80.0, 60.0], index=[2023, 2024, 2025])
    births = marriage_lead(years_of(100.0, 100.0, first=2025), marriages, lag_weights={1: 0.5, 2: 0.5})
    assert births.to_series().to_dict() == {2025: 100.0, 2026: 87.5}
    assert MARRIAGE_LAGS == {1: 0.5, 2: 0.5}


@settings(max_examples=20)
@given(st.lists(st.floats(min_value=1, max_value=1e5), min_size=6, max_size=6), counts)
def test_level_marriages_change_nothing_and_more_never_lower_births(numbers: list[float], level: float) -> None:
    """With as many marriages every year the births stay; one year with more lowers none of the births after it."""
    births = years_of(*[level] * 4, first=2022)
    steady = pd.Series(numbers[0], index=range(2020, 2026))
    np.testing.assert_allclose(marriage_lead(births, steady), births)
    marriages = pd.Series(numbers, index=range(2020, 2026))
    more = marriages + pd.Series([0, 0, 50.0, 0, 0, 0], index=range(2020, 2026))
    before, after = marriage_lead(births, marriages), marriage_lead(births, more)
    assert (after >= before * (1 - 1e-12)).all()
    # the base year is known
    assert float(after.sel(year=2022)) == float(before.sel(year=2022)) == pytest.approx(level)


def test_marriages_by_area_go_to_their_area() -> None:
    """With marriages by area each area follows its own, in the order of the births."""
    births = xr.DataArray(
        [[10.0, 10.0], [10.0, 10.0]], coords={"area": ["x", "y"], "year": [2024, 2025]}, dims=("area", "year")
    )
    marriages = xr.DataArray(
        [[1.0, 2.0], [4.0, 2.0]], coords={"area": ["y", "x"], "year": [2023, 2024]}, dims=("area", "year")
    )
    result = marriage_lead(births, marriages, lag_weights={1: 1.0})
    assert result.dims == births.dims
    assert result.to_numpy().tolist() == [[10.0, 5.0], [10.0, 20.0]]


def test_marriages_refuse_a_year_that_nobody_knows() -> None:
    """First births of 2027 need the marriages of 2026, and nobody guesses them here."""
    marriages = pd.Series(80.0, index=range(2023, 2026))
    with pytest.raises(LabelError, match="`marriages` has no year 2026"):
        marriage_lead(years_of(1.0, 1.0, 1.0, first=2025), marriages)
    with pytest.raises(MissingValueError, match="`marriages` is missing for 1"):
        marriage_lead(years_of(1.0, first=2025), marriages.where(marriages.index != 2024))
    with pytest.raises(ValueError, match="sum to 1"):
        marriage_lead(years_of(1.0, first=2025), marriages, lag_weights={1: 0.5})
    with pytest.raises(ValueError, match="no marriages behind the births of 2025"):
        marriage_lead(years_of(1.0, first=2025), marriages * 0)


# the path of a nation


def test_the_national_path_by_hand() -> None:
    """8 359 513 births in 2030 by the medium variant, 8 822 056 in 2024."""
    path = national_births_path(base_year=2024, years=[2024, 2030])
    assert path.to_numpy().tolist() == pytest.approx([1.0, 8359.513 / 8822.056])


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("base", [2010, 2023, 2024, 2040])
def test_the_path_is_one_in_its_base_year(base: int, variant: str) -> None:
    """What is known has no variants: at the base year every path is 1, and before it that of the medium."""
    path = national_births_path(base_year=base, years=range(base - 5, base + 10), variant=variant)
    assert float(path.sel(year=base)) == 1.0
    medium = national_births_path(base_year=base, years=range(base - 5, base + 10))
    np.testing.assert_array_equal(path.sel(year=slice(None, base)), medium.sel(year=slice(None, base)))


def test_variants_are_ordered() -> None:
    """In every year to come the wider bounds lie outside the narrower ones, and those on both sides of the medium."""
    years = range(2026, 2051)
    paths = {name: national_births_path(base_year=2025, years=years, variant=name) for name in VARIANTS}
    for lower, upper in zip(["95l", "80l", "medium", "80u"], ["80l", "medium", "80u", "95u"], strict=True):
        assert (paths[lower] < paths[upper]).all()
    assert (paths["low"] < paths["medium"]).all()
    assert (paths["medium"] < paths["high"]).all()


def test_bounds_are_those_of_total_fertility() -> None:
    """The 80 % interval of 2030 is 0.835 to 1.283 children around 1.061, and so are the births."""
    low, middle, high = (
        float(national_births_path(base_year=2024, years=[2030], variant=name).item())
        for name in ("80l", "medium", "80u")
    )
    assert (low / middle, high / middle) == pytest.approx((0.835 / 1.06119, 1.283 / 1.06119))


def test_the_national_path_refuses_unknown_names_and_years() -> None:
    """There is no variant `optimistic`, no year 2101, and no such country."""
    with pytest.raises(ValueError, match=r"'optimistic'.*medium, low, high"):
        national_births_path(base_year=2024, years=[2030], variant="optimistic")
    with pytest.raises(LabelError, match="no year 2101"):
        national_births_path(base_year=2024, years=[2101])
    with pytest.raises(ValueError, match="'atlantis'"):
        national_births_path("atlantis", base_year=2024, years=[2030])
    assert load("china_wpp2024").annual.index.max() == 2100


# the level of each area


def areas_of(*rows: list[float], first: int = 2020) -> xr.DataArray:
    """Return births of areas by year."""
    labels = {"area": [f"a{i}" for i in range(len(rows))], "year": range(first, first + len(rows[0]))}
    return xr.DataArray(list(rows), coords=labels, dims=("area", "year"))


def test_the_level_by_hand() -> None:
    """120 births where 100 are expected, the parent weighing 100: half of the way, 1.1."""
    result = local_level(areas_of([120.0]), areas_of([100.0]), prior=100.0)
    assert float(result["level"].sel(area="a0")) == pytest.approx(1.1)
    assert float(result["weight"].sel(area="a0")) == 0.5


def test_recent_years_weigh_more() -> None:
    """Weights halve in a year and a half: the last year's 150 say more than the first year's 50."""
    result = local_level(areas_of([50.0, 100.0, 150.0]), areas_of([100.0, 100.0, 100.0]), prior=1e-9)
    weights = np.array([0.5 ** (2 / 1.5), 0.5 ** (1 / 1.5), 1.0])
    assert float(result["level"].item()) == pytest.approx((weights @ [0.5, 1.0, 1.5]) / weights.sum())
    # 300 expected births of unequal weight say as much as 253 of one year
    sure = local_level(areas_of([50.0, 100.0, 150.0]), areas_of([100.0, 100.0, 100.0]), prior=100.0)["weight"].item()
    size = 100 * weights.sum() ** 2 / (weights**2).sum()
    assert sure == pytest.approx(size / (size + 100))


def test_an_area_with_many_births_keeps_its_level_and_one_with_none_takes_its_parents() -> None:
    """A city of a million births stands by itself; a hamlet of which nothing is expected is the parent's."""
    result = local_level(areas_of([1_300_000.0], [0.0]), areas_of([1_000_000.0], [0.0]), prior=100.0)
    assert result["level"].to_numpy().tolist() == pytest.approx([1.3, 1.0], abs=1e-4)
    assert result["weight"].to_numpy().tolist() == pytest.approx([1.0, 0.0], abs=1e-3)


def test_no_births_are_low_but_never_nothing() -> None:
    """None of 5 expected births is chance; none of 500 is a sign, and still no zero for ever."""
    level = local_level(areas_of([0.0], [0.0]), areas_of([5.0], [500.0]), prior=100.0)["level"]
    assert level.to_numpy().tolist() == pytest.approx([100 / 105, 100 / 600])


@st.composite
def towns(draw: st.DrawFn) -> tuple[xr.DataArray, xr.DataArray]:
    """Draw births and expected births of areas by year."""
    areas, years = draw(st.integers(min_value=1, max_value=6)), draw(st.integers(min_value=1, max_value=4))
    some = st.floats(min_value=0, max_value=5000).map(round)
    rows = st.lists(st.lists(some, min_size=years, max_size=years), min_size=areas, max_size=areas)
    born = draw(rows)
    due = draw(
        st.lists(
            st.lists(st.floats(min_value=0.5, max_value=5000), min_size=years, max_size=years),
            min_size=areas,
            max_size=areas,
        )
    )
    return areas_of(*[[float(number) for number in row] for row in born]), areas_of(*due)


@settings(max_examples=20)
@given(towns())
def test_the_level_lies_between_its_own_and_the_parents(town: tuple[xr.DataArray, xr.DataArray]) -> None:
    """Every level is above zero and between that of the area alone and 1; the prior is within its bounds."""
    births, expected = town
    result = local_level(births, expected)
    own = local_level(births, expected, prior=1e-12)["level"]
    assert (result["level"] > 0).all()
    assert (result["level"] >= np.minimum(own, 1) - 1e-9).all()
    assert (result["level"] <= np.maximum(own, 1) + 1e-9).all()
    low, high = PRIOR_BOUNDS
    assert low <= float(result["prior"]) <= high


@settings(max_examples=20)
@given(towns(), st.data())
def test_more_births_never_lower_a_level(town: tuple[xr.DataArray, xr.DataArray], data: st.DataObject) -> None:
    """With the prior given, one more birth raises the level of its area and touches no other."""
    births, expected = town
    area = data.draw(st.sampled_from(births["area"].to_numpy().tolist()))
    more = births.copy()
    more.loc[{"area": area, "year": births["year"][-1]}] += 1
    before, after = (local_level(table, expected, prior=80.0)["level"] for table in (births, more))
    assert float(after.sel(area=area)) > float(before.sel(area=area))
    xr.testing.assert_equal(after.drop_sel(area=area), before.drop_sel(area=area))


@settings(max_examples=20)
@given(towns(), st.randoms(use_true_random=False))
def test_the_order_of_labels_is_irrelevant(town: tuple[xr.DataArray, xr.DataArray], rng: object) -> None:
    """Areas and years in any order give the same levels."""
    births, expected = town
    order = list(births["area"].to_numpy())
    rng.shuffle(order)  # type: ignore[attr-defined]
    shuffled = expected.sel(area=order).isel(year=slice(None, None, -1)).transpose("year", "area")
    xr.testing.assert_allclose(local_level(births, shuffled), local_level(births, expected), rtol=1e-12)


@pytest.mark.parametrize("k", [25.0, 100.0, 400.0])
def test_the_prior_is_found_from_the_spread(k: float) -> None:
    """From 2000 areas whose levels follow a gamma distribution of shape k, k is found within a fifth."""
    rng = np.random.default_rng(20251122)
    due = rng.uniform(20, 1500, size=(2000, 1))
    came = rng.poisson(due * rng.gamma(k, 1 / k, size=due.shape)).astype(float)
    labels = {"area": range(2000), "year": [2024]}
    births, expected = (xr.DataArray(table, coords=labels, dims=("area", "year")) for table in (came, due))
    assert float(local_level(births, expected)["prior"]) == pytest.approx(k, rel=0.2)


def test_shrinking_comes_closer_to_the_truth() -> None:
    """Small areas are nearer to their true level than by their own births, and than by the parent's level."""
    rng = np.random.default_rng(7)
    due = rng.uniform(10, 300, size=(500, 1))
    truth = rng.gamma(50, 1 / 50, size=500)
    came = rng.poisson(due * truth[:, None]).astype(float)
    labels = {"area": range(500), "year": [2024]}
    births, expected = (xr.DataArray(table, coords=labels, dims=("area", "year")) for table in (came, due))
    shrunk = np.abs(local_level(births, expected)["level"].to_numpy() - truth).mean()
    alone = np.abs(came[:, 0] / due[:, 0] - truth).mean()
    parent = np.abs(1 - truth).mean()
    assert shrunk < 0.9 * min(alone, parent)


def test_areas_that_are_alike_lean_on_the_parent() -> None:
    """Where areas differ no more than by chance, the parent weighs as much as it may; one area alone the default."""
    alike = local_level(areas_of([100.0], [100.0], [100.0]), areas_of([100.0], [100.0], [100.0]))
    assert float(alike["prior"]) == PRIOR_BOUNDS[1]
    assert float(local_level(areas_of([120.0]), areas_of([100.0]))["prior"]) == PRIOR_DEFAULT


def test_levels_refuse_what_does_not_fit() -> None:
    """Births where none are expected, other areas, gaps and odd priors are refused."""
    with pytest.raises(ValueError, match="area 'a1'"):
        local_level(areas_of([5.0], [1.0]), areas_of([5.0], [0.0]))
    with pytest.raises(LabelError, match="`births` and `expected`"):
        local_level(areas_of([5.0], [1.0]), areas_of([5.0]))
    with pytest.raises(MissingValueError, match="`births` is missing"):
        local_level(areas_of([float("nan")]), areas_of([5.0]))
    with pytest.raises(ValueError, match="`prior`"):
        local_level(areas_of([5.0]), areas_of([5.0]), prior=0.0)
    with pytest.raises(ValueError, match="`half_life`"):
        local_level(areas_of([5.0]), areas_of([5.0]), half_life=0.0)
