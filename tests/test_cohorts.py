"""The cohort-component method: two sexes, births, deaths and moves; and children who grow a year older each year."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.conformance.national_cases import cohort_table
from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.population.cohorts import project_children
from schoolmap.population.cohorts import project_cohorts
from schoolmap.population.fertility import fertility_rates
from schoolmap.population.fertility import single_shares
from schoolmap.population.graduation import graduate
from schoolmap.population.life_tables import single_ages
from schoolmap.population.life_tables import survivorship
from schoolmap.population.national import load

SEXES = ["female", "male"]
YEARS = [2027, 2028, 2029]
seeds = st.integers(min_value=0, max_value=2**32 - 1)
counts = st.floats(min_value=0, max_value=1e6).map(lambda count: round(count, 3))
some = settings(max_examples=25)


def by_sex(female: list[float], male: list[float]) -> xr.DataArray:
    """Label ages 0, 1, 2, … of both sexes."""
    return xr.DataArray([female, male], coords={"sex": SEXES, "age": range(len(female))}, dims=("sex", "age"))


def random_town(seed: int, *, ages: int = 12, areas: int = 3) -> dict[str, xr.DataArray]:
    """Draw a population of some areas with rates of their own, and moves smaller than the stock."""
    rng = np.random.default_rng(seed)
    sizes = {"area": areas, "sex": 2, "age": ages}
    labels = {"area": [f"a{i}" for i in range(areas)], "sex": SEXES, "age": list(range(ages))}
    base = xr.DataArray(rng.uniform(50, 150, tuple(sizes.values())), coords=labels, dims=tuple(sizes))
    changing = {**labels, "year": YEARS}
    shape = (*sizes.values(), len(YEARS))
    dims = (*sizes, "year")
    return {
        "base": base,
        "survival": survivorship(xr.DataArray(rng.uniform(0, 0.2, shape), coords=changing, dims=dims)),
        "fertility": xr.DataArray(rng.uniform(0, 0.2, shape), coords=changing, dims=dims)
        .isel(sex=0, drop=True)
        .sel(age=slice(4, 9)),
        "sex_ratio": xr.DataArray(rng.uniform(0.9, 1.2, len(YEARS)), coords={"year": YEARS}, dims="year"),
        "migration": xr.DataArray(rng.uniform(-5, 5, shape), coords=changing, dims=dims),
    }


def run(town: dict[str, xr.DataArray], **changes: xr.DataArray) -> xr.Dataset:
    """Project a town, with some of its tables replaced."""
    tables = {**town, **changes}
    return project_cohorts(
        tables["base"],
        survival=tables["survival"],
        fertility=tables["fertility"],
        sex_ratio=tables["sex_ratio"],
        migration=tables["migration"],
        years=YEARS,
    )


def unbalanced(base: xr.DataArray, future: xr.Dataset) -> xr.DataArray:
    """Return by how much P(t+1) - P(t) differs from B - D + M, by everything but sex and age."""
    people = future["population"].sum(["sex", "age"])
    before = xr.concat([base.sum(["sex", "age"]).expand_dims(year=[0]), people.isel(year=slice(None, -1))], dim="year")
    flows = future["births"].sum("sex") + (future["migrants"] - future["deaths"]).sum(["sex", "age"])
    return people - before.assign_coords(year=people["year"]) - flows


# a case by hand


def test_by_hand() -> None:
    """
    Three ages, two sexes, one year.

    Women 100, 80, 60; half of the ten who leave at age 1 go before, half after. Of those reaching age 1 nine in ten
    live, of those reaching the open age one half. Women of age 1 have 0.5 children a year, 6 boys to 4 girls.
    """
    future = project_cohorts(
        by_sex([100.0, 80.0, 60.0], [100.0, 80.0, 60.0]),
        survival=by_sex([0.8, 0.9, 0.5], [0.8, 0.9, 0.5]),
        fertility=xr.DataArray([0.5], coords={"age": [1]}, dims="age"),
        sex_ratio=1.5,
        migration=by_sex([0.0, -10.0, 4.0], [0.0, 0.0, 0.0]),
        years=[2027],
    ).sel(year=2027)

    # age 1: 100 x 0.9 - 5; open: (80 - 5 + 60 + 2) x 0.5 + 2
    # births: 0.5 x (80 + 85) / 2 = 41.25, of which 16.5 girls and 24.75 boys; eight in ten live
    women, men = (future["population"].sel(sex=sex).to_numpy().tolist() for sex in SEXES)
    assert women == pytest.approx([13.2, 85.0, 70.5])
    assert men == pytest.approx([19.8, 90.0, 70.0])
    assert future["births"].to_numpy().tolist() == pytest.approx([16.5, 24.75])
    assert future["deaths"].sel(sex="female").to_numpy().tolist() == pytest.approx([3.3, 10.0, 68.5])
    assert future["migrants"].sel(sex="female").to_numpy().tolist() == pytest.approx([0.0, -10.0, 4.0])
    assert not future["shortfall"].any()


def test_five_years_by_hand() -> None:
    """Groups of five years move in steps of five, and births are those of five years."""
    labels = {"sex": SEXES, "age": [0, 5, 10]}
    base = xr.DataArray([[50.0, 40.0, 30.0]] * 2, coords=labels, dims=("sex", "age"))
    future = project_cohorts(
        base,
        survival=xr.ones_like(base),
        fertility=xr.DataArray([0.1], coords={"age": [5]}, dims="age"),
        sex_ratio=1.0,
        migration=xr.zeros_like(base),
        years=[2030, 2035],
    )
    # 5 x 0.1 x (40 + 50) / 2 = 22.5, half of them girls
    assert future["population"].sel(sex="female", year=2030).to_numpy().tolist() == pytest.approx([11.25, 50.0, 70.0])
    assert float(future["population"].sel(sex="male", age=10, year=2035)) == pytest.approx(120.0)


# laws


@some
@given(seeds)
def test_nobody_is_lost_or_invented(seed: int) -> None:
    """What an area gains is births less deaths plus net migrants, in every year; who could not leave is told."""
    town = random_town(seed)
    future = run(town)
    assert float(abs(unbalanced(town["base"], future)).max()) < 1e-9
    assert (future["population"] >= 0).all()
    assert (future["deaths"] >= 0).all()
    assert (future["shortfall"] >= 0).all()
    xr.testing.assert_allclose(
        future["migrants"] - future["shortfall"], town["migration"].transpose(*future["migrants"].dims)
    )


def test_without_births_deaths_and_moves_everyone_only_grows_older() -> None:
    """The ages shift by one, and the last keeps those it has."""
    town = random_town(1)
    still = run(
        town,
        survival=survivorship(xr.zeros_like(town["base"])),
        fertility=town["fertility"] * 0,
        migration=town["migration"] * 0,
    )["population"]
    base = town["base"]
    for step, year in enumerate(YEARS, start=1):
        now = still.sel(year=year)
        np.testing.assert_array_equal(now[..., :step], 0.0)
        np.testing.assert_allclose(now[..., step:-1], base[..., : -1 - step], rtol=1e-15)
        np.testing.assert_allclose(now[..., -1], base[..., -1 - step :].sum("age"), rtol=1e-15)


@some
@given(seeds)
def test_the_loop_is_the_product_of_leslie_matrices(seed: int) -> None:
    """Without moves a step is a matrix, made here cell by cell, and three steps are the product of three."""
    town = random_town(seed, areas=1)
    future = run(town, migration=town["migration"] * 0)["population"].isel(area=0)
    ages = town["base"].sizes["age"]
    people = town["base"].isel(area=0).to_numpy().ravel()
    product = np.eye(2 * ages)
    for year in YEARS:
        share = town["survival"].isel(area=0).sel(year=year).transpose("sex", "age").to_numpy()
        children = town["fertility"].isel(area=0).sel(year=year).reindex(age=range(ages), fill_value=0.0).to_numpy()
        ratio = float(town["sex_ratio"].sel(year=year))
        matrix = np.zeros((2 * ages, 2 * ages))
        for sex in (0, 1):
            for age in range(1, ages):
                matrix[sex * ages + age, sex * ages + age - 1] = share[sex, age]
            matrix[sex * ages + ages - 1, sex * ages + ages - 1] = share[sex, -1]
        women = (np.eye(ages) + matrix[:ages, :ages]) / 2
        births = children @ women
        matrix[0, :ages] = births / (1 + ratio) * share[0, 0]
        matrix[ages, :ages] = births * ratio / (1 + ratio) * share[1, 0]
        product = matrix @ product
    np.testing.assert_allclose(future.sel(year=YEARS[-1]).to_numpy().ravel(), product @ people, rtol=1e-10)


@some
@given(seeds, st.floats(min_value=0, max_value=1e3))
def test_the_projection_is_linear(seed: int, factor: float) -> None:
    """A town of ten times the people and movers has ten times the future."""
    town = random_town(seed)
    scaled = run(town, base=town["base"] * factor, migration=town["migration"] * factor)
    xr.testing.assert_allclose(scaled, run(town) * factor, rtol=1e-9, atol=1e-9)


@some
@given(seeds)
def test_areas_with_the_same_rates_may_be_summed_first(seed: int) -> None:
    """The future of the sum is the sum of the futures."""
    town = random_town(seed)
    town = {**town, **{name: town[name].isel(area=0, drop=True) for name in ("survival", "fertility")}}
    apart = run(town)
    together = run(town, base=town["base"].sum("area"), migration=town["migration"].sum("area"))
    xr.testing.assert_allclose(apart.sum("area"), together, rtol=1e-9)


@some
@given(seeds, st.permutations(range(3)))
def test_order_is_irrelevant(seed: int, order: list[int]) -> None:
    """Labels decide: areas, sexes, ages, years and dimensions may come in any order."""
    town = random_town(seed)
    expected = run(town)
    mixed = {
        "survival": town["survival"].isel(area=order, sex=[1, 0]).transpose("year", "age", "sex", "area"),
        "fertility": town["fertility"].isel(area=order, age=slice(None, None, -1)),
        "migration": town["migration"].isel(area=order, year=[2, 0, 1]),
    }
    xr.testing.assert_identical(run(town, **mixed), expected)
    xr.testing.assert_identical(run(town, base=town["base"].isel(area=order)), expected.isel(area=order))


@some
@given(seeds, st.floats(min_value=1, max_value=2))
def test_more_children_lower_no_age_and_change_nobody_already_born(seed: int, factor: float) -> None:
    """Higher fertility adds to the ages born since, and to no other."""
    town = random_town(seed)
    change = (run(town, fertility=town["fertility"] * factor) - run(town))["population"]
    assert (change > -1e-9).all()
    for step, year in enumerate(YEARS, start=1):
        np.testing.assert_array_equal(change.sel(year=year, age=slice(step, None)), 0.0)


@some
@given(seeds)
def test_higher_death_rates_raise_nobody(seed: int) -> None:
    """Death rates raised anywhere, by any factor, leave no more people anywhere."""
    town = random_town(seed)
    rng = np.random.default_rng(seed)
    rates = town["survival"].copy(data=rng.uniform(0, 0.2, town["survival"].shape))
    higher = rates * rng.uniform(1, 3, rates.shape)
    before, after = survivorship(rates), survivorship(higher)
    assert (after <= before + 1e-12).all()
    assert (run(town, survival=after)["population"] <= run(town, survival=before)["population"] + 1e-9).all()


@some
@given(seeds)
def test_no_more_can_leave_than_there_are(seed: int) -> None:
    """Out-migration stops at the stock; what was asked for and not there is told, and the balance holds."""
    town = random_town(seed)
    future = run(town, migration=town["migration"] * 200)
    assert (future["population"] >= 0).all()
    assert (future["shortfall"] >= 0).all()
    assert float(future["shortfall"].sum()) > 0
    xr.testing.assert_allclose(
        future["migrants"], (town["migration"] * 200 + future["shortfall"]).transpose(*future["migrants"].dims)
    )
    assert float(abs(unbalanced(town["base"], future)).max()) < 1e-9


def test_a_capped_exodus_by_hand() -> None:
    """Ten infants are asked to send thirty away: fifteen before, where ten are, and fifteen after, where none is."""
    base = by_sex([10.0, 0.0, 0.0], [0.0, 0.0, 0.0])
    future = project_cohorts(
        base,
        survival=xr.ones_like(base),
        fertility=xr.DataArray([0.0], coords={"age": [1]}, dims="age"),
        sex_ratio=1.0,
        migration=by_sex([-30.0, 0.0, 0.0], [0.0, 0.0, 0.0]),
        years=[2027],
    ).sel(sex="female", age=0, year=2027)
    assert [float(future[name]) for name in ("population", "migrants", "shortfall")] == [0.0, -10.0, 20.0]


@some
@given(seeds)
def test_draws_are_projected_at_once(seed: int) -> None:
    """A further dimension of a single rate, such as a draw, gives for each label what it gives alone."""
    town = random_town(seed)
    factors = xr.DataArray([0.5, 1.0, 2.0], coords={"draw": [0, 1, 2]}, dims="draw")
    together = run(town, fertility=town["fertility"] * factors)
    for draw in (0, 1, 2):
        alone = run(town, fertility=town["fertility"] * float(factors[draw]))
        xr.testing.assert_allclose(together.sel(draw=draw, drop=True), alone, rtol=1e-12)


def test_constant_rates_lead_to_the_growth_of_lotka() -> None:
    """After centuries of the same rates every age grows by the same root of the renewal equation."""
    ages = list(range(60))
    survival = survivorship(by_sex([0.002 + 0.001 * age for age in ages], [0.002 + 0.001 * age for age in ages]))
    fertility = xr.DataArray([0.1] * 20, coords={"age": list(range(18, 38))}, dims="age")
    base = xr.ones_like(survival)
    future = project_cohorts(
        base,
        survival=survival,
        fertility=fertility,
        sex_ratio=1.05,
        migration=xr.zeros_like(base),
        years=list(range(1, 801)),
    )["population"]
    growth = (future.sel(year=800) / future.sel(year=799)).to_numpy()
    np.testing.assert_allclose(growth, growth.mean(), rtol=1e-9)
    # women of an age count at the start and, more of them by the growth, at the end of the year in which they bear
    growth_rate = float(growth.mean())
    alive = survival.sel(sex="female").cumprod("age").sel(age=fertility["age"])
    daughters = fertility / 2.05 * alive * (1 + growth_rate) / 2 * growth_rate ** -(fertility["age"] + 1.0)
    assert float(daughters.sum()) == pytest.approx(1.0, rel=1e-9)


# fertility


def test_total_fertility_is_the_sum_over_the_ages() -> None:
    """Rates of five-year groups, five years each, sum to the total."""
    shares = xr.DataArray([0.2, 0.5, 0.3], coords={"age": [20, 25, 30]}, dims="age")
    assert float(5 * fertility_rates(xr.DataArray(1.4), shares).sum()) == pytest.approx(1.4)


# China, as the United Nations publish it


def test_the_accounts_of_china_close() -> None:
    """In the shipped tables growth is births less deaths plus the migrants of all ages: to 30 persons, 2025-2050."""
    china = load("china_wpp2024")
    growth = (china.annual["popM"] + china.annual["popF"]).diff()
    migrants = china.migration.sum(["sex", "age"]).to_series()
    error = (growth - china.annual["births"] + china.annual["deaths"] - migrants).loc[2025:2050]
    assert len(error) == 26
    assert error.abs().max() < 0.030


def test_rates_of_china_drive_a_projection() -> None:
    """Abridged death rates, shares of fertility and moves fit each other in steps of five years."""
    china = load("china_wpp2024")
    years = list(range(2030, 2051, 5))
    survival = survivorship(china.death_rates.sel(year=years))
    shares = china.fertility_shares.sel(year=years)
    total = china.annual["tfr"].to_xarray().sel(year=years)
    base = xr.full_like(survival.isel(year=0, drop=True), 30_000.0)
    future = project_cohorts(
        base,
        survival=survival,
        fertility=fertility_rates(total, shares),
        sex_ratio=china.annual["srb"].to_xarray().sel(year=years),
        migration=xr.zeros_like(base),
        years=years,
    )
    assert float(abs(unbalanced(base, future)).max()) < 1e-6
    births = future["births"].sel(year=2030)
    assert float(births.sel(sex="male") / births.sel(sex="female")) == pytest.approx(1.076)


# Finland, with the rates that came true


FINLAND = os.environ.get("SCHOOLMAP_FINLAND", "")


A4 = {
    ("total", 10): 0.15,
    ("total", 15): 0.20,
    ("3-5", 10): 0.8,
    ("3-5", 15): 1.0,
    ("6-11", 10): 0.5,
    ("6-11", 15): 0.6,
    ("12-14", 10): 0.5,
    ("12-14", 15): 0.75,
}
"""Mean absolute percentage error allowed, by age group and years since the base."""


@pytest.mark.skipif(not FINLAND, reason="SCHOOLMAP_FINLAND names no folder with the Finnish series")
def test_true_rates_give_back_the_regions_of_finland(monkeypatch: pytest.MonkeyPatch) -> None:
    """19 regions from every year 1990 to 2007, with the births, deaths and moves that came true."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "benchmarks"))
    sys.modules.pop("cohort_component", None)
    from cohort_component import finland_errors  # noqa: PLC0415

    errors = finland_errors(Path(FINLAND))
    mean = errors["error_percent"].abs().groupby([errors["group"], errors["horizon"]]).mean()
    for cell, allowed in A4.items():
        assert mean[cell] <= allowed, cell


# five years and single years


def five_year_tables() -> dict[str, xr.DataArray]:
    """Return a population of five-year groups with the rates of China in 2030, as World Population Prospects has them."""
    china = load("china_wpp2024")
    ages = list(range(0, 101, 5))
    counts = [float(200 - age) for age in ages]
    base = xr.DataArray([counts, counts], coords={"sex": SEXES, "age": ages}, dims=("sex", "age"))
    return {
        "base": base,
        "mx": china.death_rates.sel(year=2030, drop=True),
        "shares": china.fertility_shares.sel(year=2030, drop=True),
        "total": xr.DataArray(china.annual.loc[2030, "tfr"]),
    }


def test_five_year_rates_are_not_used_at_single_ages() -> None:
    """Women of 20 and of 25 alone would have children, a fifth of the births: the message names both and the way out."""
    tables = five_year_tables()
    base = graduate(tables["base"])
    rates: dict[str, Any] = {
        "survival": survivorship(single_ages(tables["mx"])),
        "sex_ratio": 1.05,
        "migration": xr.zeros_like(base),
        "years": [2031],
    }
    coarse = fertility_rates(tables["total"], tables["shares"])
    with pytest.raises(
        LabelError, match=r"ages 10 and 15, 5 years apart, and `base` has age groups of 1.*single_shares"
    ):
        project_cohorts(base, fertility=coarse, **rates)
    # a hole in the middle is a hole too, an age alone is not
    with pytest.raises(LabelError, match=r"ages 24 and 26, 2 years apart"):
        project_cohorts(base, fertility=by_age([0.1, 0.1, 0.1], [26, 23, 24]), **rates)
    alone = project_cohorts(base, fertility=by_age([0.1], [24]), **rates)
    assert float(alone["births"].sum()) == pytest.approx(
        0.1 * float(base.sel(sex="female", age=[23, 24]).mean()), rel=0.01
    )


def by_age(rates: list[float], ages: list[int]) -> xr.DataArray:
    """Label rates of these ages."""
    return xr.DataArray(rates, coords={"age": ages}, dims="age")


def test_single_years_and_groups_of_five_tell_of_the_same_births_and_deaths() -> None:
    """The tables of World Population Prospects, split to single years: births and deaths of five years within 2 %."""
    tables = five_year_tables()
    single = graduate(tables["base"])
    one = project_cohorts(
        single,
        survival=survivorship(single_ages(tables["mx"])),
        fertility=fertility_rates(tables["total"], single_shares(tables["shares"])),
        sex_ratio=1.05,
        migration=xr.zeros_like(single),
        years=list(range(2031, 2036)),
    )
    five = project_cohorts(
        tables["base"],
        survival=survivorship(tables["mx"]),
        fertility=fertility_rates(tables["total"], tables["shares"]),
        sex_ratio=1.05,
        migration=xr.zeros_like(tables["base"]),
        years=[2035],
    )
    assert float(one["births"].sum()) == pytest.approx(float(five["births"].sum()), rel=0.02)
    assert float(one["deaths"].sum()) == pytest.approx(float(five["deaths"].sum()), rel=0.02)


# refusals


def test_refuses_years_that_skip() -> None:
    """A step is as long as an age group is wide."""
    town = random_town(2)
    with pytest.raises(LabelError, match="steps of 1"):
        project_cohorts(**{**town, "years": [2027, 2029]})  # type: ignore[arg-type]


def test_refuses_a_year_without_rates() -> None:
    """A rate is not carried on by itself."""
    town = random_town(2)
    with pytest.raises(LabelError, match="`migration` has no year 2029"):
        run(town, migration=town["migration"].sel(year=[2027, 2028]))


def test_refuses_other_areas() -> None:
    """An area that only one table knows is an error, not a zero."""
    town = random_town(2)
    with pytest.raises(LabelError, match="`base` and `survival` describe different units: 6"):
        run(town, survival=town["survival"].assign_coords(area=["x", "y", "z"]))


def test_refuses_other_ages() -> None:
    """Moves of other ages than the population's fit nobody; mothers of an unknown age neither."""
    town = random_town(2)
    with pytest.raises(LabelError, match="1 appear in only one"):
        run(town, migration=town["migration"].isel(age=slice(None, -1)))
    with pytest.raises(LabelError, match="age 104, which is no age group"):
        run(town, fertility=town["fertility"].assign_coords(age=np.arange(104, 110)))


def test_refuses_other_sexes() -> None:
    """The sexes are named, not numbered."""
    town = random_town(2)
    with pytest.raises(LabelError, match="`base` has the sexes"):
        run(town, base=town["base"].assign_coords(sex=[0, 1]))


def test_refuses_a_table_without_ages() -> None:
    """A total of migrants is not a number for every age."""
    town = random_town(2)
    with pytest.raises(LabelError, match="`migration` needs the labelled dimension 'age'"):
        run(town, migration=town["migration"].sum("age"))


def test_refuses_a_base_of_several_years() -> None:
    """A projection starts from one date."""
    town = random_town(2)
    with pytest.raises(LabelError, match="one date"):
        run(town, base=town["base"].expand_dims(year=[2026]))


def test_refuses_gaps() -> None:
    """Unknown is not zero."""
    town = random_town(2)
    with pytest.raises(MissingValueError, match="`base` is missing for 1 label"):
        run(town, base=town["base"].where(town["base"] < town["base"].max()))


@pytest.mark.parametrize(
    ("name", "factor"),
    [("base", -1.0), ("survival", 2.0), ("survival", -1.0), ("fertility", -1.0), ("sex_ratio", -1.0)],
)
def test_refuses_numbers_out_of_range(name: str, factor: float) -> None:
    """No negative people, rates or ratios; no more survivors than there were."""
    town = random_town(2)
    with pytest.raises(ValueError, match=f"`{name}` must lie in"):
        run(town, **{name: town[name] * factor})


def test_refuses_infants_who_are_mothers() -> None:
    """The youngest group is born in the step itself."""
    town = random_town(2)
    with pytest.raises(ValueError, match="youngest age group"):
        run(town, fertility=xr.DataArray([0.1], coords={"age": [0]}, dims="age"))


def test_refuses_percentages() -> None:
    """Shares of fertility sum to 1, not to 100."""
    with pytest.raises(ValueError, match="Percentages"):
        fertility_rates(xr.DataArray(1.4), xr.DataArray([40.0, 60.0], coords={"age": [20, 25]}, dims="age"))


def test_refuses_an_unknown_country() -> None:
    """The data sets that exist are named."""
    with pytest.raises(ValueError, match="There are: china_wpp2024"):
        load("atlantis")


# children who grow older


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


def test_reproduces_the_published_cohorts_of_china() -> None:
    """From the ages of 2020 and those who turn six, every age of 2021-2033 is within 50,000 of the published one."""
    published, ours = cohort_table()
    assert (ours - published[ours.columns]).abs().to_numpy().max() <= 5
    for stage, (first, last), most in (("primary", (6, 11), 20), ("junior", (12, 14), 15)):
        total = ours[[f"a{age}" for age in range(first, last + 1)]].sum(axis=1)
        # a total adds up the rounding of its ages; without deaths it is never below the published one
        assert (total - published[stage]).between(0, most).all()
        # what a planner reads off: primary peaks in 2024, junior in 2029
        assert total.idxmax() == {"primary": 2024, "junior": 2029}[stage]


@some
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


@some
@given(towns())
def test_no_child_is_lost_or_invented(town: tuple[xr.DataArray, xr.DataArray, float]) -> None:
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


@some
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


@some
@given(towns(), st.floats(min_value=0, max_value=100))
def test_the_children_are_linear(town: tuple[xr.DataArray, xr.DataArray, float], factor: float) -> None:
    """The children are those alive at the count and those born since, each scaled as its source."""
    base, births, first_step = town
    years = years_of(births)
    born = project_children(base, births * 0, years=years, first_step=first_step)
    unborn = project_children(base * 0, births, years=years, first_step=first_step)
    together = project_children(base, births * factor, years=years, first_step=first_step)
    np.testing.assert_allclose(together, born + factor * unborn, rtol=1e-9, atol=1e-6)


@some
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


@some
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


def test_children_cannot_skip_a_year() -> None:
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


# children who die or move


def ratios(*by_age: float) -> xr.DataArray:
    """Label factors by the age reached, from 0."""
    return xr.DataArray(list(by_age), coords={"age": range(len(by_age))}, dims="age")


def test_changing_cohorts_by_hand() -> None:
    """A quarter of a year has the fourth root of the ratios of a year; every year has them whole."""
    base, births = base_and_births([[100.0, 80.0]], [[40.0, 50.0]])
    children = project_children(
        base, births, years=[2027, 2028], first_step=0.25, survival=ratios(0.5, 1.0), change=ratios(1.0, 16.0)
    ).sel(area="a0")
    # age 0: three quarters of 100, and a quarter of 40 births; age 1: a quarter of 100, and three quarters of 80
    assert children.sel(year=2027).to_numpy().tolist() == pytest.approx([85 * 0.5**0.25, 85 * 2.0])
    assert children.sel(year=2028).to_numpy().tolist() == pytest.approx([50 * 0.5, 85 * 0.5**0.25 * 16.0])


@some
@given(towns(), st.floats(min_value=0.5, max_value=2))
def test_the_same_ratio_everywhere_compounds(town: tuple[xr.DataArray, xr.DataArray, float], ratio: float) -> None:
    """Those alive at the count have had it for the whole time; a ratio of one is none, to the last bit."""
    base, births, first_step = town
    years, ones = years_of(births), xr.ones_like(base)
    still = project_children(base, births * 0, years=years, first_step=first_step)
    moving = project_children(base, births * 0, years=years, first_step=first_step, change=ones * ratio)
    for step, year in enumerate(years):
        np.testing.assert_allclose(
            moving.sel(year=year), still.sel(year=year) * ratio ** (first_step + step), atol=1e-9
        )
    plain = project_children(base, births, years=years, first_step=first_step)
    for name in ("survival", "change"):
        same = project_children(base, births, years=years, first_step=first_step, **{name: ones})
        xr.testing.assert_identical(same, plain)


@some
@given(towns(), seeds)
def test_survival_and_change_are_one_factor(town: tuple[xr.DataArray, xr.DataArray, float], seed: int) -> None:
    """Deaths and moves multiply; more of either lowers nobody; and the children stay linear in their sources."""
    base, births, first_step = town
    years, rng = years_of(births), np.random.default_rng(seed)
    survival = xr.DataArray(rng.uniform(0, 1, base.sizes["age"]), coords={"age": base["age"]}, dims="age")
    change = base.copy(data=rng.uniform(0, 2, base.shape))
    options: dict[str, Any] = {"years": years, "first_step": first_step}
    both = project_children(base, births, **options, survival=survival, change=change)
    one = project_children(base, births, **options, change=change * survival)
    np.testing.assert_allclose(both, one, rtol=1e-9, atol=1e-9)
    more = project_children(base, births, **options, survival=survival**0.5, change=change * 1.5)
    assert (more >= both * (1 - 1e-12) - 1e-9).all()
    apart = project_children(base, births * 0, **options, survival=survival, change=change) + project_children(
        base * 0, births, **options, survival=survival, change=change
    )
    np.testing.assert_allclose(apart, both, rtol=1e-9, atol=1e-9)


def test_a_ratio_of_one_year_acts_in_that_year() -> None:
    """Half of them leave in 2028, and in no other year; births of that year too."""
    base, births = base_and_births([[100.0, 80.0, 60.0]], [[90.0, 70.0, 50.0]])
    change = xr.DataArray(
        [[1.0, 0.5, 1.0]] * 3, coords={"age": [0, 1, 2], "year": [2027, 2028, 2029]}, dims=("age", "year")
    )
    options: dict[str, Any] = {"years": [2027, 2028, 2029], "first_step": 1.0}
    still, moving = project_children(base, births, **options), project_children(base, births, **options, change=change)
    np.testing.assert_array_equal(moving.sel(year=2027), still.sel(year=2027))
    np.testing.assert_array_equal(moving.sel(year=2028), still.sel(year=2028) / 2)
    assert moving.sel(area="a0", year=2029).to_numpy().tolist() == [50.0, 35.0, 45.0]


@some
@given(towns(), st.permutations(["low", "central", "high"]))
def test_scenarios_are_projected_at_once(town: tuple[xr.DataArray, xr.DataArray, float], order: list[str]) -> None:
    """A further dimension of any table gives for each label what it gives alone, whatever its order elsewhere."""
    base, births, first_step = town
    options: dict[str, Any] = {"years": years_of(births), "first_step": first_step}
    level = xr.DataArray([0.5, 1.0, 2.0], coords={"scenario": ["low", "central", "high"]}, dims="scenario")
    change = xr.ones_like(base) * level.sel(scenario=order)
    together = project_children(base, births * level, **options, change=change)
    assert together.dims == ("scenario", "area", "age", "year")
    for name in order:
        alone = project_children(
            base, births * float(level.sel(scenario=name)), **options, change=change.sel(scenario=name, drop=True)
        )
        xr.testing.assert_identical(together.sel(scenario=name, drop=True), alone)


def test_refuses_factors_that_fit_nobody() -> None:
    """Other ages, areas or years, gaps, shares above one and negative ratios are errors."""
    base, births = base_and_births([[10.0, 20.0]], [[5.0, 5.0]])
    options: dict[str, Any] = {"years": [2027, 2028], "first_step": 0.5}
    with pytest.raises(LabelError, match="`base` and `change` describe different units: 1"):
        project_children(base, births, **options, change=ratios(1.0, 1.0, 1.0))
    with pytest.raises(LabelError, match="`base` and `survival` describe different units: 2"):
        project_children(base, births, **options, survival=xr.ones_like(base).assign_coords(area=["x"]))
    with pytest.raises(LabelError, match="`change` has no year 2028"):
        project_children(base, births, **options, change=ratios(1.0, 1.0).expand_dims(year=[2027]))
    with pytest.raises(MissingValueError, match="`change` is missing for 1 label"):
        project_children(base, births, **options, change=ratios(1.0, np.nan))
    with pytest.raises(ValueError, match="`survival` must lie in"):
        project_children(base, births, **options, survival=ratios(1.0, 1.1))
    with pytest.raises(ValueError, match="`change` must lie in"):
        project_children(base, births, **options, change=ratios(1.0, -0.1))


def test_refuses_children_who_cannot_be_followed() -> None:
    """An unknown count, ages in steps of more than a year, and counts of several years."""
    base, births = base_and_births([[10.0, 20.0]], [[5.0, 5.0]])
    options: dict[str, Any] = {"years": [2027, 2028], "first_step": 0.5}
    with pytest.raises(MissingValueError, match="`base` is missing for 1 label"):
        project_children(base.where(base > 10), births, **options)
    with pytest.raises(MissingValueError, match="`births` is missing for 2 label"):
        project_children(base, births.where(births > 5), **options)
    with pytest.raises(LabelError, match="must rise by one"):
        project_children(base.assign_coords(age=[0, 5]), births, **options)
    with pytest.raises(LabelError, match="one date"):
        project_children(base.expand_dims(year=[2026]), births, **options)
