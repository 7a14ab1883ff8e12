"""How sure the children are: what the draws promise."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.population.forecast import Spread
from schoolmap.population.forecast import draw_children

YEARS = list(range(2027, 2037))
STILL = Spread(fertility=0.0, local_fertility=0.0, migration=0.0)
"""No shocks at all."""


def stage(
    counts: list[float],
    *,
    until_born: int,
    years: list[int] = YEARS,
) -> tuple[xr.DataArray, xr.DataArray, xr.DataArray]:
    """
    Return born and unborn children of ages 3, 4 and 5, the same number in each area and year, and the time.

    Those younger than `until_born` years before the school year are born after the count.
    """
    labels = {"area": [f"a{i}" for i in range(len(counts))], "age": [3, 4, 5], "year": years}
    everyone = xr.DataArray(
        np.repeat(np.array(counts), 3 * len(years)).reshape(len(counts), 3, len(years)) / 3,
        coords=labels,
        dims=("area", "age", "year"),
    )
    birth_year = everyone["year"] - everyone["age"]
    alive = birth_year < until_born
    elapsed = xr.DataArray(
        [float(position + 1) for position in range(len(years))],
        coords={"year": years},
        dims="year",
    )
    return everyone.where(alive, 0.0), everyone.where(~alive, 0.0), elapsed


def width(draws: xr.DataArray) -> xr.DataArray:
    """Return the width of the 80 % interval as a share of the median."""
    low, middle, high = (draws.quantile(q, dim="draw").drop_vars("quantile") for q in (0.1, 0.5, 0.9))
    return (high - low) / middle


def test_born_children_by_hand() -> None:
    """30,000 children alive at the count vary by 0.8 % after a year, 1.6 % after four: 80 % lie within 1.28 times that."""
    born, unborn, elapsed = stage([30_000.0], until_born=2099)
    draws = draw_children(born, unborn, elapsed=elapsed, draws=20_000, seed=1).sel(area="a0")
    assert float(width(draws.sel(year=2027))) == pytest.approx(2 * 1.2816 * 0.008, rel=0.05)
    assert float(width(draws.sel(year=2030))) == pytest.approx(2 * 1.2816 * 0.016, rel=0.05)


@pytest.mark.parametrize(("persistence", "second"), [(0.0, 0.1), (0.5, 0.1118), (1.0, 0.1414)])
def test_births_by_hand(persistence: float, second: float) -> None:
    """Births vary by 10 % after a year; of that departure half, all or nothing is still there a year later."""
    labels = {"area": ["a"], "age": [0], "year": [2027, 2028]}
    unborn = xr.DataArray(np.full((1, 1, 2), 1e8), coords=labels, dims=("area", "age", "year"))
    elapsed = xr.DataArray([1.0, 2.0], coords={"year": [2027, 2028]}, dims="year")
    spread = Spread(fertility=0.1, persistence=persistence, local_fertility=0.0, migration=0.0)
    draws = draw_children(0 * unborn, unborn, elapsed=elapsed, draws=20_000, seed=1, spread=spread).sel(area="a")
    assert np.log(draws).std("draw").to_numpy().tolist() == pytest.approx([0.1, second], rel=0.03)


def test_the_same_seed_gives_the_same_bits() -> None:
    """A plan can be run again; another seed gives other draws."""
    born, unborn, elapsed = stage([500.0, 900.0], until_born=2026)
    one = draw_children(born, unborn, elapsed=elapsed, draws=50, seed=7)
    assert (
        one.to_numpy().tobytes() == draw_children(born, unborn, elapsed=elapsed, draws=50, seed=7).to_numpy().tobytes()
    )
    assert not one.equals(draw_children(born, unborn, elapsed=elapsed, draws=50, seed=8))


@pytest.mark.parametrize("until_born", [2000, 2027, 2099])
def test_half_of_the_draws_lie_below_the_projection(until_born: int) -> None:
    """The median is the projection, within three per cent, in every year and area."""
    born, unborn, elapsed = stage([20_000.0, 60_000.0], until_born=until_born)
    draws = draw_children(born, unborn, elapsed=elapsed, draws=4_000, seed=3)
    ratio = draws.median("draw") / (born + unborn).sum("age")
    assert float(np.abs(ratio - 1).max()) < 0.03


def test_without_shocks_born_children_are_the_projection() -> None:
    """What is left without shocks is the number itself."""
    born, unborn, elapsed = stage([300.0, 70.0], until_born=2099)
    draws = draw_children(born, unborn, elapsed=elapsed, draws=5, seed=1, spread=STILL)
    expected = born.sum("age").expand_dims(draw=range(5)).transpose("area", "year", "draw")
    np.testing.assert_allclose(draws, expected, rtol=1e-12)


def test_children_alive_at_the_count_do_not_depend_on_fertility() -> None:
    """However unsure births are, those who are born already are as sure as before."""
    born, unborn, elapsed = stage([5_000.0], until_born=2099)
    calm = draw_children(born, unborn, elapsed=elapsed, draws=200, seed=5, spread=Spread(fertility=0.0))
    wild = draw_children(born, unborn, elapsed=elapsed, draws=200, seed=5, spread=Spread(fertility=1.0))
    assert calm.equals(wild)


def test_unborn_children_depend_on_fertility() -> None:
    """A wider spread of births is a wider interval of the children to be born."""
    born, unborn, elapsed = stage([50_000.0], until_born=2000)
    calm = draw_children(born, unborn, elapsed=elapsed, draws=500, seed=5, spread=Spread(fertility=0.0))
    wild = draw_children(born, unborn, elapsed=elapsed, draws=500, seed=5, spread=Spread(fertility=0.2))
    assert (width(wild) > 2 * width(calm)).all()


def test_fertility_reaches_a_stage_when_its_children_come_of_age() -> None:
    """Born after the count, a child reaches kindergarten three years on: until then the two intervals agree."""
    born, unborn, elapsed = stage([50_000.0], until_born=2027)
    calm = draw_children(born, unborn, elapsed=elapsed, draws=500, seed=5, spread=Spread(fertility=0.0))
    wild = draw_children(born, unborn, elapsed=elapsed, draws=500, seed=5, spread=Spread(fertility=0.2))
    assert calm.sel(year=slice(2027, 2029)).equals(wild.sel(year=slice(2027, 2029)))
    assert float(width(wild.sel(area="a0", year=2030))) > float(width(calm.sel(area="a0", year=2030)))


@pytest.mark.parametrize("until_born", [2000, 2099])
def test_the_interval_widens_with_time(until_born: int) -> None:
    """Later years are less sure than earlier ones, for children alive and for children to come."""
    born, unborn, elapsed = stage([40_000.0], until_born=until_born)
    widths = width(draw_children(born, unborn, elapsed=elapsed, draws=4_000, seed=9)).sel(area="a0")
    assert float(widths[0]) < float(widths[4]) < float(widths[9])


def test_the_total_is_surer_than_an_area_but_not_absurdly() -> None:
    """
    Areas differ in part together.

    The total's interval is narrower than any area's, but wider than if twenty-five areas varied on
    their own, when it would be a fifth of theirs.
    """
    born, unborn, elapsed = stage([2_000.0] * 25, until_born=2026)
    draws = draw_children(born, unborn, elapsed=elapsed, draws=4_000, seed=2)
    total, areas = width(draws.sum("area")), width(draws)
    assert (total < areas.min("area")).all()
    assert (total > 1.5 * areas.mean("area") / 25**0.5).all()


def test_a_small_area_is_less_sure_than_a_large_one() -> None:
    """Twenty children vary more, as a share, than two thousand."""
    born, unborn, elapsed = stage([20.0, 2_000.0], until_born=2099)
    widths = width(draw_children(born, unborn, elapsed=elapsed, draws=2_000, seed=2))
    assert (widths.sel(area="a0") > widths.sel(area="a1")).all()


def test_areas_share_their_shocks_in_part() -> None:
    """Where one area has many more children than projected, the other tends to."""
    born, unborn, elapsed = stage([3_000.0, 3_000.0], until_born=2000)
    draws = draw_children(born, unborn, elapsed=elapsed, draws=4_000, seed=4).sel(year=2036)
    together = np.corrcoef(draws.sel(area="a0"), draws.sel(area="a1"))[0, 1]
    assert 0.3 < together < 0.99


def test_scenarios_share_their_shocks() -> None:
    """A fifth fewer births are a fifth fewer children in every draw, up to the luck of single births."""
    born, unborn, elapsed = stage([2_000_000.0], until_born=2000)
    central = draw_children(born, unborn, elapsed=elapsed, draws=300, seed=6)
    low = draw_children(born, 0.8 * unborn, elapsed=elapsed, draws=300, seed=6)
    assert float(width(central).max()) > 0.2
    # two million births vary by 0.07 % on their own
    np.testing.assert_allclose(low / central, 0.8, rtol=0.01)


def test_a_cohort_keeps_its_luck() -> None:
    """Many infants in 2027 are many one-year-olds in 2028: fertility belongs to the year of birth."""
    luck = Spread(fertility=0.3, local_fertility=0.0, migration=0.0)
    elapsed = xr.DataArray([1.0, 2.0], coords={"year": [2027, 2028]}, dims="year")

    def drawn(age: int) -> xr.DataArray:
        labels = {"area": ["a"], "age": [age], "year": [2027, 2028]}
        unborn = xr.DataArray(np.full((1, 1, 2), 1e7), coords=labels, dims=("area", "age", "year"))
        return draw_children(0 * unborn, unborn, elapsed=elapsed, draws=100, seed=6, spread=luck).sel(area="a")

    infants, toddlers = drawn(0), drawn(1)
    np.testing.assert_allclose(toddlers.sel(year=2028), infants.sel(year=2027), rtol=0.005)
    assert not np.allclose(infants.sel(year=2028), infants.sel(year=2027), rtol=0.05)


def test_stages_share_their_shocks() -> None:
    """Kindergarten and primary of one plan go up and down together: the same cohorts, at other ages."""
    born, unborn, elapsed = stage([40_000.0], until_born=2099)
    older = born.assign_coords(age=[6, 7, 8])
    kindergarten = draw_children(born, unborn, elapsed=elapsed, draws=100, seed=6)
    primary = draw_children(older, unborn.assign_coords(age=[6, 7, 8]), elapsed=elapsed, draws=100, seed=6)
    np.testing.assert_allclose(kindergarten, primary, rtol=1e-12)


@given(st.integers(min_value=0, max_value=2**31), st.integers(min_value=1, max_value=20))
def test_no_children_stay_no_children(seed: int, draws: int) -> None:
    """A village without children has none in any draw, and its neighbour no negative number of them."""
    born, unborn, elapsed = stage([0.0, 40.0], until_born=2027)
    drawn = draw_children(born, unborn, elapsed=elapsed, draws=draws, seed=seed)
    assert (drawn.sel(area="a0") == 0).all()
    assert (drawn.sel(area="a1") >= 0).all()
    assert drawn.dims == ("area", "year", "draw")
    assert drawn.sizes["draw"] == draws


def test_a_count_on_the_first_cutoff_day_is_exact_there() -> None:
    """No time has passed, so nobody who was counted has moved."""
    born, unborn, elapsed = stage([30_000.0], until_born=2099)
    draws = draw_children(born, unborn, elapsed=elapsed - 1.0, draws=10, seed=1)
    np.testing.assert_allclose(draws.sel(area="a0", year=2027), 30_000.0, rtol=1e-12)
    assert float(width(draws.sel(area="a0", year=2028))) > 0


@pytest.mark.parametrize(("years", "low", "high"), [(6, 0.835, 1.283), (11, 0.827, 1.362)])
def test_fertility_spreads_like_the_published_interval(years: int, low: float, high: float) -> None:
    """Six and eleven years on, births vary 1.5 times as much as UN WPP 2024 says of China's fertility in 2030 and 2035."""
    labels = {"area": ["a"], "age": [0], "year": list(range(2025, 2025 + years))}
    unborn = xr.DataArray(np.full((1, 1, years), 1e7), coords=labels, dims=("area", "age", "year"))
    elapsed = xr.DataArray(np.arange(1.0, years + 1), coords={"year": labels["year"]}, dims="year")
    still = Spread(local_fertility=0.0, migration=0.0)
    draws = draw_children(unborn * 0, unborn, elapsed=elapsed, draws=20_000, seed=4, spread=still)
    ends = np.log(draws.isel(area=0, year=-1).quantile([0.1, 0.9], dim="draw"))
    assert float(ends[1] - ends[0]) == pytest.approx(1.5 * np.log(high / low), rel=0.03)
