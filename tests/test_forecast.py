"""How sure the children are: what the draws promise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.population import forecast
from schoolmap.population.forecast import Spread
from schoolmap.population.forecast import born_share
from schoolmap.population.forecast import draw_shocks

if TYPE_CHECKING:
    from random import Random

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


def draw_children(
    born: xr.DataArray,
    unborn: xr.DataArray,
    *,
    elapsed: xr.DataArray,
    draws: int,
    seed: int,
    spread: Spread | None = None,
    widen: xr.DataArray | None = None,
) -> xr.DataArray:
    """Draw shocks for the areas and years of the children, and the children from them."""
    areas, years = (born[name].to_numpy().tolist() for name in ("area", "year"))
    shocks = draw_shocks(areas, years=years, draws=draws, seed=seed)
    return forecast.draw_children(born, unborn, elapsed=elapsed, shocks=shocks, spread=spread, widen=widen)


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
    assert np.log(draws.transpose("year", "draw").to_numpy()).std(axis=1).tolist() == pytest.approx(
        [0.1, second], rel=0.03
    )


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
    np.testing.assert_allclose(draws, expected, rtol=1e-6)


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


def test_single_births_are_drawn_once_for_a_cohort() -> None:
    """Forty infants expected are 31 or 47; a year later they are as many, whatever other cohorts are."""
    labels = {"area": ["a"], "year": [2027, 2028]}
    elapsed = xr.DataArray([1.0, 2.0], coords={"year": [2027, 2028]}, dims="year")
    unborn = xr.DataArray([[40.0, 40.0]], coords=labels, dims=("area", "year"))
    infants, toddlers = (
        draw_children(0 * one, one, elapsed=elapsed, draws=50, seed=6, spread=STILL).sel(area="a")
        for one in (unborn.expand_dims(age=[age]) for age in (0, 1))
    )
    np.testing.assert_allclose(toddlers.sel(year=2028), infants.sel(year=2027), rtol=1e-6)
    assert float(infants.sel(year=2027).std()) == pytest.approx(40**0.5, rel=0.3)
    assert not np.allclose(infants.sel(year=2028), infants.sel(year=2027), rtol=0.05)


def test_stages_share_their_shocks() -> None:
    """Kindergarten and primary of one plan go up and down together: the same cohorts, at other ages."""
    born, unborn, elapsed = stage([40_000.0], until_born=2099)
    older = born.assign_coords(age=[6, 7, 8])
    kindergarten = draw_children(born, unborn, elapsed=elapsed, draws=100, seed=6)
    primary = draw_children(older, unborn.assign_coords(age=[6, 7, 8]), elapsed=elapsed, draws=100, seed=6)
    np.testing.assert_allclose(kindergarten, primary, rtol=1e-6)


@settings(max_examples=20)
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
    np.testing.assert_allclose(draws.sel(area="a0", year=2027), 30_000.0, rtol=1e-6)
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


# shocks


def test_a_longer_list_of_years_leaves_the_earlier_shocks_as_they_were() -> None:
    """To look further ahead changes nothing of what was said of the next years."""
    short, long = (draw_shocks(["a", "b"], years=YEARS[:count], draws=7, seed=3) for count in (4, 9))
    for name in ("births", "moves"):
        np.testing.assert_array_equal(getattr(short, name), getattr(long, name)[:4])
    for name in ("local_births", "local_moves", "chance"):
        np.testing.assert_array_equal(getattr(short, name), getattr(long, name)[:, :4])


@given(
    st.lists(st.text(min_size=1, max_size=4), min_size=1, max_size=6, unique=True),
    st.integers(min_value=0, max_value=2**31),
    st.randoms(),
)
def test_an_areas_shocks_do_not_depend_on_its_neighbours(areas: list[str], seed: int, random: Random) -> None:
    """A village that is added, left out or listed first leaves the luck of the others as it was."""
    some = [area for area in areas if area != areas[0]] + ["new"] * ("new" not in areas)
    random.shuffle(some)
    one, two = (draw_shocks(labels, years=[2027, 2028], draws=3, seed=seed) for labels in (areas, some))
    for place, area in enumerate(areas[1:], start=1):
        other = some.index(area)
        for name in ("local_births", "local_moves", "chance"):
            np.testing.assert_array_equal(getattr(one, name)[place], getattr(two, name)[other])
    np.testing.assert_array_equal(one.births, two.births)
    np.testing.assert_array_equal(one.moves, two.moves)


def test_shocks_are_standard_normal_and_independent() -> None:
    """Each kind has mean 0 and standard deviation 1; no kind, year or area repeats another."""
    shocks = draw_shocks(["a", "b"], years=[2027, 2028], draws=20_000, seed=5)
    rows = np.concatenate(
        [
            getattr(shocks, name).reshape(-1, 20_000)
            for name in ("births", "moves", "local_births", "local_moves", "chance")
        ],
    )
    assert np.abs(rows.mean(axis=1)).max() < 5 / 20_000**0.5
    assert np.abs(rows.std(axis=1) - 1).max() < 0.03
    assert np.abs(np.corrcoef(rows) - np.eye(len(rows))).max() < 5 / 20_000**0.5


def test_the_order_of_areas_does_not_matter() -> None:
    """Children listed in another order than the shocks are drawn by their labels."""
    born, unborn, elapsed = stage([200.0, 900.0, 50.0], until_born=2027)
    shocks = draw_shocks(["a0", "a1", "a2"], years=YEARS, draws=9, seed=1)
    one = forecast.draw_children(born, unborn, elapsed=elapsed, shocks=shocks)
    turned = born.isel(area=[2, 0, 1]), unborn.isel(area=[1, 2, 0], age=[2, 1, 0])
    two = forecast.draw_children(*turned, elapsed=elapsed, shocks=shocks)
    xr.testing.assert_equal(one, two)


# intervals that are widened


def test_a_factor_of_one_leaves_the_draws() -> None:
    """Where the assumed interval was right, nothing is corrected."""
    born, unborn, elapsed = stage([500.0, 0.0], until_born=2029)
    plain = draw_children(born, unborn, elapsed=elapsed, draws=200, seed=1)
    same = draw_children(born, unborn, elapsed=elapsed, draws=200, seed=1, widen=xr.ones_like(elapsed))
    np.testing.assert_allclose(same, plain, rtol=1e-5)


def test_a_factor_of_two_squares_the_distance() -> None:
    """A draw a tenth above the projection is then 21 % above it; each year has its own factor."""
    born, unborn, elapsed = stage([500.0], until_born=2029)
    plain = draw_children(born, unborn, elapsed=elapsed, draws=200, seed=1)
    factor = xr.ones_like(elapsed).where(elapsed["year"] != 2031, 2.0)
    wide = draw_children(born, unborn, elapsed=elapsed, draws=200, seed=1, widen=factor)
    away = plain / (born + unborn).sum("age")
    expected = (away**factor) * (born + unborn).sum("age")
    np.testing.assert_allclose(wide, expected.transpose(*wide.dims), rtol=1e-5)


@settings(max_examples=10)
@given(st.floats(min_value=1.01, max_value=4.0))
def test_a_larger_factor_widens_and_a_smaller_one_narrows(factor: float) -> None:
    """The interval follows the factor, and the median stays by the projection."""
    born, unborn, elapsed = stage([4_000.0], until_born=2027)

    def drawn(size: float) -> xr.DataArray:
        widen = xr.full_like(elapsed, size)
        return draw_children(born, unborn, elapsed=elapsed, draws=300, seed=2, widen=widen)

    assert bool((width(drawn(1 / factor)) < width(drawn(1.0))).all())
    assert bool((width(drawn(1.0)) < width(drawn(factor))).all())


def test_where_nobody_is_expected_there_is_nothing_to_widen() -> None:
    """No children stay no children, whatever the factor."""
    born, unborn, elapsed = stage([0.0], until_born=2027)
    wide = draw_children(born, unborn, elapsed=elapsed, draws=20, seed=2, widen=xr.full_like(elapsed, 3.0))
    assert bool((wide == 0).all())


# the share of those born


def test_born_share_by_hand() -> None:
    """Thirty of forty are alive; where nobody is expected, nobody is uncertain."""
    labels = {"area": ["a", "b", "c"]}
    born = xr.DataArray([30.0, 0.0, 0.0], coords=labels, dims="area")
    children = xr.DataArray([40.0, 0.0, 8.0], coords=labels, dims="area")
    assert born_share(born, children).to_numpy().tolist() == [0.75, 1.0, 0.0]


# refusals


def test_shocks_of_other_areas_are_refused() -> None:
    """Labels decide: the shocks of one county are not lent to another."""
    born, unborn, elapsed = stage([5.0, 6.0], until_born=2027)
    shocks = draw_shocks(["a0", "b"], years=YEARS, draws=2, seed=1)
    with pytest.raises(LabelError, match="different units: 2 appear in only one"):
        forecast.draw_children(born, unborn, elapsed=elapsed, shocks=shocks)


@pytest.mark.parametrize("years", [YEARS[1:], YEARS[:-1], [2026, *YEARS], [*YEARS, 2037]])
def test_shocks_of_other_years_are_refused(years: list[int]) -> None:
    """A year without shocks, or without children, is no year of nobody."""
    born, unborn, elapsed = stage([5.0], until_born=2027)
    shocks = draw_shocks(["a0"], years=years, draws=2, seed=1)
    with pytest.raises(LabelError, match="`born` and `shocks` are of different years"):
        forecast.draw_children(born, unborn, elapsed=elapsed, shocks=shocks)


def test_a_year_without_time_or_factor_is_refused() -> None:
    """A gap in the time since the count, or in the factors, would be a gap in every draw."""
    born, unborn, elapsed = stage([5.0], until_born=2027)
    with pytest.raises(LabelError, match=r"`elapsed` .* different years: 2036"):
        draw_children(born, unborn, elapsed=elapsed[:-1], draws=2, seed=1)
    with pytest.raises(LabelError, match=r"`widen` .* different years: 2027"):
        draw_children(born, unborn, elapsed=elapsed, draws=2, seed=1, widen=elapsed[1:])


def test_born_and_unborn_of_other_ages_are_refused() -> None:
    """Both are the children of one stage."""
    born, unborn, elapsed = stage([5.0], until_born=2027)
    with pytest.raises(LabelError, match="`born` and `unborn` describe different units"):
        draw_children(born, unborn.sel(age=[3, 4]), elapsed=elapsed, draws=2, seed=1)


def test_an_area_listed_twice_is_refused() -> None:
    """Two areas of one name would have the same luck."""
    with pytest.raises(LabelError, match=r"twice, e\.g\. 'a'"):
        draw_shocks(["a", "b", "a"], years=YEARS, draws=2, seed=1)


@pytest.mark.parametrize("years", [[], [2027, 2029], [2028, 2027]])
def test_years_that_skip_are_refused(years: list[int]) -> None:
    """A step is one year."""
    with pytest.raises(LabelError, match="must follow one another"):
        draw_shocks(["a"], years=years, draws=2, seed=1)
