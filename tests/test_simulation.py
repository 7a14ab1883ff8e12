"""A thousand futures: draws are projections, and shocks belong to labels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.population.cohorts import project_cohorts
from schoolmap.population.forecast import Spread
from schoolmap.population.life_tables import survivorship
from schoolmap.population.simulation import BLOCK
from schoolmap.population.simulation import draw_factors
from schoolmap.population.simulation import simulate

SEXES = ["female", "male"]
YEARS = [2027, 2028, 2029]
GROUPS = {"young": (0, 2), "3": (3, 3), "all": (0, 11)}
STILL = Spread(fertility=0.0, local_fertility=0.0, migration=0.0)
seeds = st.integers(min_value=0, max_value=2**32 - 1)
few = settings(max_examples=12)

Town = dict[str, xr.DataArray]


def random_town(seed: int, *, ages: int = 12, areas: int = 3, moving: float = 5.0) -> Town:
    """Draw a population of some areas with rates of their own; `moving` is the most that move."""
    rng = np.random.default_rng(seed)
    labels = {"area": [f"a{i}" for i in range(areas)], "sex": SEXES, "age": list(range(ages))}
    dims, shape = tuple(labels), (areas, 2, ages)
    changing, further = {**labels, "year": YEARS}, (*shape, len(YEARS))
    rates = xr.DataArray(rng.uniform(0, 0.2, further), coords=changing, dims=(*dims, "year"))
    return {
        "base": xr.DataArray(rng.uniform(50, 150, shape), coords=labels, dims=dims),
        "survival": survivorship(rates),
        "fertility": (rates.isel(sex=0, drop=True) / 2).sel(age=slice(4, 7)),
        "sex_ratio": xr.DataArray(rng.uniform(0.9, 1.2, len(YEARS)), coords={"year": YEARS}, dims="year"),
        "migration": xr.DataArray(rng.uniform(-moving, moving, further), coords=changing, dims=(*dims, "year")),
    }


def run(town: Town, **options: object) -> xr.Dataset:
    """Simulate a town, with some tables and choices replaced."""
    choices: dict[str, object] = {"years": YEARS, "groups": GROUPS, "seed": 7, "draws": 20, "workers": 2}
    return simulate(**{**town, **choices, **options})  # type: ignore[arg-type]


def project(town: Town, **options: object) -> xr.DataArray:
    """Project a town's people without shocks."""
    return project_cohorts(**{**town, "years": YEARS, **options})["population"]  # type: ignore[arg-type]


def grouped(people: xr.DataArray) -> xr.DataArray:
    """Sum people over the groups."""
    sums = [people.sel(age=slice(low, high)).sum(["sex", "age"]) for low, high in GROUPS.values()]
    return xr.concat(sums, dim="group").assign_coords(group=list(GROUPS))


def assert_close(ours: xr.DataArray, expected: xr.DataArray, **tolerance: float) -> None:
    """Compare by label, whatever the order of dimensions."""
    xr.testing.assert_allclose(ours, expected.transpose(*ours.dims).reset_coords(drop=True), **tolerance)


# a case by hand


def test_by_hand() -> None:
    """Without shocks: 100 girls and 100 boys each of ages 0, 1 and 2+; mothers of age 1 have 0.2 children."""
    labels = {"area": ["a"], "sex": SEXES, "age": [0, 1, 2]}
    base = xr.DataArray(np.full((1, 2, 3), 100.0), coords=labels, dims=tuple(labels))
    future = simulate(
        base,
        survival=xr.full_like(base, 0.9),
        fertility=xr.DataArray([0.2], coords={"age": [1]}, dims="age"),
        sex_ratio=1.0,
        migration=xr.zeros_like(base),
        years=[2027],
        groups={"0": (0, 0), "1": (1, 1), "all": (0, 2)},
        seed=1,
        draws=3,
        spread=STILL,
        poisson=False,
    ).sel(area="a", year=2027)
    # births: 0.2 x (100 + 90) / 2 = 19, of whom nine in ten live; two ages come together in the open one
    assert future["central"].to_numpy().tolist() == pytest.approx([17.1, 180.0, 17.1 + 180.0 + 360.0])
    assert future["born_share"].to_numpy().tolist() == pytest.approx([0.0, 1.0, 540 / 557.1])
    for level in (0.1, 0.5, 0.9):
        assert future["people"].sel(quantile=level).to_numpy().tolist() == pytest.approx([17.1, 180.0, 557.1])


# every draw is a projection


@few
@given(seeds, st.sampled_from([0.0, 5.0, 500.0]))
def test_without_shocks_every_draw_is_the_projection(seed: int, moving: float) -> None:
    """Whether nobody moves, some, or more want to leave than there are; in areas and in the whole."""
    town = random_town(seed, moving=moving)
    future = run(town, spread=STILL, poisson=False, keep_draws=True)
    expected = grouped(project(town))
    assert_close(future["central"], expected)
    for draw in (0, 19):
        assert_close(future["draws"].sel(draw=draw, drop=True).astype(float), expected, rtol=1e-6)
    for level in (0.1, 0.5, 0.9):
        assert_close(future["people"].sel(quantile=level, drop=True), expected, rtol=1e-12)
        assert_close(future["total"].sel(quantile=level, drop=True), expected.sum("area"), rtol=1e-12)


@few
@given(seeds, st.sampled_from([5.0, 500.0]))
def test_every_draw_is_a_projection_with_its_shocks(seed: int, moving: float) -> None:
    """
    Year by year: fertility times its shock through `project_cohorts`, everybody times the moves' shock at the end.

    The engine keeps the balance of births, deaths and moves, and so does every draw.
    """
    town = random_town(seed, moving=moving)
    future = run(town, poisson=False, keep_draws=True, seed=seed)
    factors = draw_factors(town["base"], years=YEARS, seed=seed, draws=20)
    now = town["base"]
    for year in YEARS:
        shock = factors.sel(year=year, drop=True)
        fertility = town["fertility"].sel(year=[year]) * shock["fertility"]
        step = project({**town, "base": now}, fertility=fertility, years=[year]).sel(year=year, drop=True)
        now = step * shock["moves"]
        ours = future["draws"].sel(year=year, drop=True).astype(float)
        assert_close(ours, grouped(now), rtol=1e-6)


@few
@given(seeds)
def test_ages_that_cannot_matter_are_left_out_without_a_trace(seed: int) -> None:
    """Asking for the young alone gives the same bits as asking for everybody too."""
    town = random_town(seed)
    everybody = run(town)
    young = run(town, groups={"young": (0, 2)})
    xr.testing.assert_identical(young, everybody.sel(group=["young"]))


@few
@given(seeds)
def test_nobody_is_lost_or_invented_in_any_draw(seed: int) -> None:
    """Where nobody dies or moves, everybody is the base and the births since."""
    town = random_town(seed, moving=0.0)
    future = run(
        town,
        survival=xr.ones_like(town["base"]),
        spread=Spread(migration=0.0),
        groups={"born": (0, 0), "all": (0, 11)},
        keep_draws=True,
    )["draws"].astype(float)
    births = future.sel(group="born", drop=True)
    assert births.std("draw").min() > 0
    assert_close(
        future.sel(group="all", drop=True), births.cumsum("year") + town["base"].sum(["sex", "age"]), rtol=1e-6
    )


def test_steps_of_five_years() -> None:
    """Groups of five years move in steps of five, and the open group is part of the last one asked for."""
    labels = {"area": ["a", "b"], "sex": SEXES, "age": [0, 5, 10, 15]}
    base = xr.DataArray(np.arange(16.0).reshape(2, 2, 4) + 100, coords=labels, dims=tuple(labels))
    tables: dict[str, Any] = {
        "survival": xr.full_like(base, 0.95),
        "fertility": xr.DataArray([0.1], coords={"age": [10]}, dims="age"),
        "sex_ratio": 1.05,
        "migration": base * 0.02,
        "years": [2030, 2035],
    }
    future = simulate(
        base, **tables, groups={"0-9": (0, 9), "15+": (15, 19)}, seed=1, draws=4, spread=STILL, poisson=False
    )
    expected = project_cohorts(base, **tables)["population"].sum("sex")
    assert_close(future["central"].sel(group="0-9", drop=True), expected.sel(age=[0, 5]).sum("age"))
    assert_close(future["people"].sel(group="15+", quantile=0.5, drop=True), expected.sel(age=15, drop=True))


# numbers belong to labels


@few
@given(seeds, st.permutations(range(3)))
def test_order_of_areas_is_irrelevant(seed: int, order: list[int]) -> None:
    """Areas in another order give the same bits in that order, and the same total."""
    town = random_town(seed)
    expected = run(town, seed=seed, keep_draws=True)
    xr.testing.assert_identical(
        run(town, base=town["base"].isel(area=order), seed=seed, keep_draws=True), expected.isel(area=order)
    )


@few
@given(seeds, st.integers(min_value=1, max_value=5), st.integers(min_value=1, max_value=4))
def test_chunks_and_threads_change_no_bit(seed: int, chunk: int, workers: int) -> None:
    """How the work is cut is nobody's business."""
    town = random_town(seed, areas=4)
    xr.testing.assert_identical(
        run(town, draws=BLOCK + 9, chunk=chunk, workers=workers), run(town, draws=BLOCK + 9, workers=1)
    )


def test_the_seed_decides() -> None:
    """The same seed gives the same bits, another seed others."""
    town = random_town(1)
    xr.testing.assert_identical(run(town, keep_draws=True), run(town, keep_draws=True))
    other = run(town, keep_draws=True, seed=8)
    assert (other["draws"] != run(town, keep_draws=True)["draws"]).mean() > 0.9


@few
@given(seeds, st.integers(min_value=1, max_value=2 * BLOCK))
def test_more_draws_and_further_years_leave_the_first_as_they_were(seed: int, draws: int) -> None:
    """A draw is known by its number, a year by its place."""
    town = random_town(seed)
    longer = run(town, draws=2 * BLOCK + 1, keep_draws=True)["draws"]
    xr.testing.assert_identical(run(town, draws=draws, keep_draws=True)["draws"], longer.isel(draw=slice(draws)))
    xr.testing.assert_identical(
        run(town, draws=draws, keep_draws=True, years=YEARS[:2])["draws"],
        longer.isel(draw=slice(draws), year=slice(2)),
    )


def test_an_area_keeps_its_shock_of_fertility_in_other_company() -> None:
    """What is drawn for an area depends on its name, not on its neighbours."""
    base = random_town(1)["base"]
    together = draw_factors(base, years=YEARS, seed=3, draws=9)["fertility"]
    alone = draw_factors(base.sel(area=["a2"]), years=YEARS, seed=3, draws=9)["fertility"]
    xr.testing.assert_identical(alone, together.sel(area=["a2"]))
    assert not np.array_equal(together.sel(area="a0"), together.sel(area="a1"))


# how wide


@few
@given(seeds)
def test_quantiles_are_ordered(seed: int) -> None:
    """Higher quantiles are no lower, in areas and in the whole; every number is finite and none negative."""
    future = run(random_town(seed), quantiles=(0.0, 0.1, 0.5, 0.9, 1.0))
    for name in ("people", "total"):
        assert (future[name].diff("quantile") >= 0).all()
        assert np.isfinite(future[name]).all()
        assert (future[name] >= 0).all()


@few
@given(seeds, st.floats(min_value=1.5, max_value=4))
def test_more_spread_is_wider(seed: int, factor: float) -> None:
    """Every interval grows with the shocks."""
    town = random_town(seed)
    usual = Spread()
    more = Spread(
        fertility=usual.fertility * factor,
        local_fertility=usual.local_fertility * factor,
        migration=usual.migration * factor,
    )
    widths = [run(town, spread=spread, draws=BLOCK, poisson=False)["people"] for spread in (STILL, usual, more)]
    still, narrow, wide = (people.sel(quantile=0.9) - people.sel(quantile=0.1) for people in widths)
    assert (still < 1e-9).all()
    assert (narrow > still).all()
    assert (wide > narrow).all()


def test_the_whole_is_the_sum_of_its_areas_in_every_draw() -> None:
    """Quantiles of the total are those of the sum, draw by draw, not the sum of the quantiles."""
    future = run(random_town(2, areas=6), draws=BLOCK, keep_draws=True)
    total = future["draws"].astype(float).sum("area").quantile([0.1, 0.5, 0.9], dim="draw")
    assert_close(future["total"], total, rtol=1e-6)
    low, high = (future.sel(quantile=level, group="all") for level in (0.1, 0.9))
    width = (high["people"] - low["people"]).sum("area")
    assert (high["total"] - low["total"] < width).all()


def test_shocks_have_the_sizes_that_are_told() -> None:
    """
    Standard deviations of the logarithms after one, two and three years, within a twentieth.

    Fertility: a common path that keeps a share of itself, and the area's own walk. Moves: the root of the years; a
    sixteenth of the children, twice the spread; the smallest of the shocks, that of the whole, is common.
    """
    base = xr.DataArray(
        np.full((16, 2, 15), 1000.0),
        coords={"area": [f"a{i}" for i in range(16)], "sex": SEXES, "age": np.arange(15)},
        dims=("area", "sex", "age"),
    )
    spread = Spread(fertility=0.1, persistence=0.8, local_fertility=0.05, migration=0.01, migration_base=96_000)
    factors = draw_factors(base, years=YEARS, seed=5, draws=4000, spread=spread).map(np.log)
    deviation = factors.std("draw").mean("area")
    paths = [0.01, 0.01 * (1 + 0.64), 0.01 * (1 + 0.64 + 0.64**2)]
    expected = [np.sqrt(path + year * 0.0025) for year, path in enumerate(paths, start=1)]
    np.testing.assert_allclose(deviation["fertility"], expected, rtol=0.05)
    # 16 areas of 30,000 children below 15, of whom three years of age are 6,000; together 96,000
    moves = factors["moves"].cumsum("year")
    np.testing.assert_allclose(moves.std("draw").mean("area"), 0.02 * np.sqrt([1, 2, 3]), rtol=0.05)
    np.testing.assert_allclose(moves.mean("area").std("draw"), np.sqrt([1e-4, 2e-4, 3e-4]) * 1.09, rtol=0.05)


def test_a_step_of_five_years_is_five_steps_of_one() -> None:
    """The shocks of a step are as wide as those of its years together."""
    labels = {"area": ["a"], "sex": SEXES}
    ones = xr.DataArray(
        np.full((1, 2, 10), 100.0), coords={**labels, "age": np.arange(10)}, dims=("area", "sex", "age")
    )
    fives = xr.DataArray(np.full((1, 2, 2), 500.0), coords={**labels, "age": [0, 5]}, dims=("area", "sex", "age"))
    yearly = draw_factors(ones, years=list(range(2026, 2036)), seed=1, draws=4000).map(np.log)
    fifthly = draw_factors(fives, years=[2030, 2035], seed=1, draws=4000).map(np.log)
    for name, paths in (("fertility", yearly["fertility"]), ("moves", yearly["moves"].cumsum("year"))):
        steps = fifthly[name] if name == "fertility" else fifthly[name].cumsum("year")
        np.testing.assert_allclose(steps.std("draw"), paths.sel(year=[2030, 2035]).std("draw"), rtol=0.05, err_msg=name)


@pytest.mark.parametrize("mothers", [0.1, 1.0, 10.0, 1000.0])
def test_births_vary_as_counts_do(mothers: float) -> None:
    """
    Without shocks the births of a year have a variance as large as their mean, which is the projected one.

    In a hamlet with a birth in a dozen years as in a city, and never below none.
    """
    town = random_town(3, areas=1, moving=0.0)
    town["survival"] = xr.ones_like(town["base"])
    town["base"] = town["base"] * 0 + mothers
    future = run(town, spread=STILL, groups={"0": (0, 0)}, draws=20_000, keep_draws=True, years=[2027])
    births = future["draws"].astype(float).isel(area=0, group=0, year=0)
    expected = future["central"].item()
    assert float(births.mean()) == pytest.approx(expected, rel=0.04)
    assert float(births.var()) == pytest.approx(expected, rel=0.05)
    assert (births >= 0).all()


def test_a_scenario_has_the_chance_of_the_other() -> None:
    """A thousandth more fertility moves every draw a little up, and none by the chance of other births."""
    town = random_town(3)
    options: dict[str, Any] = {"groups": {"0": (0, 0)}, "keep_draws": True}
    one = run(town, **options)["draws"].astype(float)
    more = run(town, **options, fertility=town["fertility"] * 1.001)["draws"].astype(float)
    assert (more >= one).all()
    assert (more > one).mean() > 0.9
    assert (more <= one * 1.01).all()


# who is born already


def test_the_born_share_is_that_of_the_projection_without_births() -> None:
    """Where nobody moves, those who would be there without any birth are those alive at the base date."""
    town = random_town(4, moving=0.0)
    alive = grouped(project(town, fertility=town["fertility"] * 0)) / grouped(project(town))
    assert_close(run(town)["born_share"], alive)


def test_nobody_is_born_already() -> None:
    """Where nobody lives nobody is uncertain: the share is one, and no gap."""
    town = random_town(4, moving=0.0)
    future = run(town, base=town["base"] * 0)
    np.testing.assert_array_equal(future["born_share"], 1.0)
    np.testing.assert_array_equal(future["people"], 0.0)


def test_a_town_without_mothers() -> None:
    """Rates of zero, or none at all that anybody has, leave no births and no gap."""
    town = random_town(4)
    future = run(town, fertility=town["fertility"] * 0, migration=town["migration"] * 0)
    np.testing.assert_array_equal(future["people"].sel(group="young", year=2029), 0.0)


def test_arguments_stay_as_they_are() -> None:
    """A simulation changes none of its tables."""
    town = random_town(5)
    before = {name: table.copy(deep=True) for name, table in town.items()}
    run(town)
    for name, table in town.items():
        xr.testing.assert_identical(table, before[name])


# refusals


@pytest.mark.parametrize("ages", [(3, 5), (0, 6), (5, 4), (0, 18), (20, 24)])
def test_refuses_a_group_that_cuts_an_age_group(ages: tuple[int, int]) -> None:
    """Ages 3-5 cannot be seen in groups of five years, nor the part of an open group."""
    labels = {"area": ["a"], "sex": SEXES, "age": [0, 5, 10, 15]}
    base = xr.DataArray(np.ones((1, 2, 4)), coords=labels, dims=tuple(labels))
    with pytest.raises(LabelError, match="The group 'g' is of the ages"):
        simulate(
            base,
            survival=xr.ones_like(base),
            fertility=xr.DataArray([0.1], coords={"age": [10]}, dims="age"),
            sex_ratio=1.0,
            migration=xr.zeros_like(base),
            years=[2030],
            groups={"g": ages},
            seed=1,
        )


def test_refuses_scenarios() -> None:
    """A further dimension is simulated label by label."""
    town = random_town(5)
    factors = xr.DataArray([1.0, 2.0], coords={"scenario": ["low", "high"]}, dims="scenario")
    with pytest.raises(LabelError, match="not the dimension 'scenario'"):
        run(town, fertility=town["fertility"] * factors)


def test_refuses_a_population_without_areas() -> None:
    """One area is a population with one label."""
    town = random_town(5)
    with pytest.raises(LabelError, match="`base` needs the labelled dimension 'area'"):
        run(town, base=town["base"].sum("area"))


def test_refuses_gaps_and_other_areas() -> None:
    """Unknown is not zero, and an area without rates is an error."""
    town = random_town(5)
    with pytest.raises(MissingValueError, match="`base` is missing for 1 label"):
        run(town, base=town["base"].where(town["base"] < town["base"].max()))
    with pytest.raises(LabelError, match="`base` and `survival` describe different units"):
        run(town, survival=town["survival"].assign_coords(area=["x", "y", "z"]))


@pytest.mark.parametrize("choice", [{"draws": 0}, {"chunk": 0}, {"quantiles": (0.1, 90)}, {"quantiles": ()}])
def test_refuses_choices_that_are_none(choice: dict[str, object]) -> None:
    """At least one draw, one area at a time, and quantiles that are shares."""
    with pytest.raises(ValueError, match="are at least 1"):
        run(random_town(5), **choice)
