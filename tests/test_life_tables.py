"""The cohort-component method: two sexes, births, deaths and moves, and what the United Nations publish of China."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.population.cohorts import project_cohorts
from schoolmap.population.fertility import fertility_rates
from schoolmap.population.graduation import graduate
from schoolmap.population.life_tables import life_table
from schoolmap.population.life_tables import survivorship
from schoolmap.population.national import load

SEXES = ["female", "male"]
YEARS = [2027, 2028, 2029]
seeds = st.integers(min_value=0, max_value=2**32 - 1)


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


@given(seeds)
def test_nobody_is_lost_or_invented(seed: int) -> None:
    """What an area gains is births less deaths plus net migrants, in every year."""
    town = random_town(seed)
    future = run(town)
    assert float(abs(unbalanced(town["base"], future)).max()) < 1e-9
    assert (future["population"] >= 0).all()
    assert (future["deaths"] >= 0).all()
    np.testing.assert_array_equal(future["shortfall"], 0.0)


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


@given(seeds, st.floats(min_value=0, max_value=1e3))
def test_the_projection_is_linear(seed: int, factor: float) -> None:
    """A town of ten times the people and movers has ten times the future."""
    town = random_town(seed)
    scaled = run(town, base=town["base"] * factor, migration=town["migration"] * factor)
    xr.testing.assert_allclose(scaled, run(town) * factor, rtol=1e-9, atol=1e-9)


@given(seeds)
def test_areas_with_the_same_rates_may_be_summed_first(seed: int) -> None:
    """The future of the sum is the sum of the futures."""
    town = random_town(seed)
    town = {**town, **{name: town[name].isel(area=0, drop=True) for name in ("survival", "fertility")}}
    apart = run(town)
    together = run(town, base=town["base"].sum("area"), migration=town["migration"].sum("area"))
    xr.testing.assert_allclose(apart.sum("area"), together, rtol=1e-9)


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


@given(seeds, st.floats(min_value=1, max_value=2))
def test_more_children_lower_no_age_and_change_nobody_already_born(seed: int, factor: float) -> None:
    """Higher fertility adds to the ages born since, and to no other."""
    town = random_town(seed)
    change = (run(town, fertility=town["fertility"] * factor) - run(town))["population"]
    assert (change > -1e-9).all()
    for step, year in enumerate(YEARS, start=1):
        np.testing.assert_array_equal(change.sel(year=year, age=slice(step, None)), 0.0)


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


# graduation and fertility


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


def test_total_fertility_is_the_sum_over_the_ages() -> None:
    """Rates of five-year groups, five years each, sum to the total."""
    shares = xr.DataArray([0.2, 0.5, 0.3], coords={"age": [20, 25, 30]}, dims="age")
    assert float(5 * fertility_rates(xr.DataArray(1.4), shares).sum()) == pytest.approx(1.4)


# the edges


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


def test_refuses_ages_of_no_life_table() -> None:
    """Death rates come by single ages or abridged, not in tens."""
    with pytest.raises(LabelError, match="must be 0, 1, 2"):
        survivorship(by_sex([0.1] * 3, [0.1] * 3).assign_coords(age=[0, 10, 20]))


def test_refuses_percentages() -> None:
    """Shares of fertility sum to 1, not to 100."""
    with pytest.raises(ValueError, match="Percentages"):
        fertility_rates(xr.DataArray(1.4), xr.DataArray([40.0, 60.0], coords={"age": [20, 25]}, dims="age"))


def test_refuses_groups_that_do_not_start_at_birth() -> None:
    """Nothing is known of the ages below the first group."""
    with pytest.raises(LabelError, match="rise from 0"):
        graduate(xr.DataArray([1.0, 2.0], coords={"age": [5, 10]}, dims="age"))


def test_refuses_an_unknown_country() -> None:
    """The data sets that exist are named."""
    with pytest.raises(ValueError, match="There are: china_wpp2024"):
        load("atlantis")
