"""Cohort change ratios: what became of each age, and what follows from it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.population.ratios import BOUNDS
from schoolmap.population.ratios import HAMILTON_PERRY
from schoolmap.population.ratios import Memory
from schoolmap.population.ratios import arrange_history
from schoolmap.population.ratios import change_ratios
from schoolmap.population.ratios import follow_ratios
from schoolmap.population.ratios import infant_level
from schoolmap.population.ratios import mothers_by_age
from schoolmap.population.ratios import no_change
from schoolmap.population.ratios import project_ratios
from schoolmap.population.ratios import recent_infants

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

OLDEST = 30
YEARS = [2026, 2027, 2028, 2029]
FREE = Memory(prior=0.0, births_prior=0.0, damping=np.inf)
"""Nothing is shrunk or damped: an area goes on as its own counts say."""

seeds = st.integers(min_value=0, max_value=2**32 - 1)
few = settings(max_examples=8)
kinds = st.sampled_from([1, 2])


def random_history(seed: int, *, areas: int = 3, years: int = 5, sexes: int = 1, low: float = 50.0) -> xr.DataArray:
    """Draw counts in which cohorts gain or lose up to a tenth a year, of both sexes together (1) or apart (2)."""
    rng = np.random.default_rng(seed)
    labels_of_sex = ("female", "male") if sexes == 2 else ("both",)
    counts = np.empty((areas, len(labels_of_sex), OLDEST + 1, years))
    counts[..., 0] = rng.uniform(low, 4 * low, counts.shape[:-1])
    for year in range(1, years):
        counts[..., 0, year] = counts[..., 0, year - 1] * rng.uniform(0.9, 1.1, counts.shape[:2])
        counts[..., 1:, year] = counts[..., :-1, year - 1] * rng.uniform(0.9, 1.1, (*counts.shape[:2], OLDEST))
    labels: dict[str, Any] = {
        "area": [f"a{i}" for i in range(areas)],
        "sex": list(labels_of_sex),
        "age": np.arange(OLDEST + 1),
        "year": np.arange(2026 - years, 2026),
    }
    history = xr.DataArray(counts, coords=labels, dims=tuple(labels))
    return history if sexes == 2 else history.isel(sex=0, drop=True)


def closed_history(seed: int, *, years: int = 5) -> xr.DataArray:
    """Draw areas where nobody dies or moves, and nobody reaches the open age: cohorts only grow older."""
    rng = np.random.default_rng(seed)
    births = rng.uniform(50, 200, (3, years + OLDEST))
    births[:, :years] = 0.0  # those who would be of the open age by the last year
    counts = np.stack([births[:, year : year + OLDEST + 1][:, ::-1] for year in range(years)], axis=-1)
    labels = {"area": ["a", "b", "c"], "age": np.arange(OLDEST + 1), "year": np.arange(2026 - years, 2026)}
    return xr.DataArray(counts, coords=labels, dims=tuple(labels))


# ratios


def test_a_ratio_by_hand() -> None:
    """
    Of 100 infants 90 are there a year later, then 99 of 90.

    With a half-life of a year the first year counts half: (0.5 x 90 + 99) / (0.5 x 100 + 90) = 1.0286; in
    the open group both last ages count: (0.5 x 60 + 75) / (0.5 x 110 + 150) = 0.5122.
    """
    history = xr.DataArray(
        [[[100.0, 90.0, 80.0], [50.0, 90.0, 99.0], [60.0, 60.0, 75.0]]],
        coords={"area": ["a"], "age": [0, 1, 2], "year": [2023, 2024, 2025]},
        dims=("area", "age", "year"),
    )
    found = change_ratios(history, memory=Memory(half_life=1.0))
    assert found["parent"].to_numpy().tolist() == pytest.approx([144 / 140, 105 / 205])
    # of one area, its own ratio and the parent's are the same
    assert found["local"].sel(area="a").to_numpy().tolist() == pytest.approx([144 / 140, 105 / 205])


def test_shrinkage_by_hand() -> None:
    """Fifty of an age weigh as much as the parent: halfway between 1.2 and 1.05, the ratio of 50 and 150 people."""
    history = xr.DataArray(
        [[[50.0, 0.0], [0.0, 60.0], [0.0, 0.0]], [[150.0, 0.0], [0.0, 150.0], [0.0, 0.0]]],
        coords={"area": ["a", "b"], "age": [0, 1, 2], "year": [2024, 2025]},
        dims=("area", "age", "year"),
    )
    found = change_ratios(history)["local"].sel(age=1).to_numpy().tolist()
    assert found == pytest.approx([(1.2 + 1.05) / 2, 0.75 * 1.0 + 0.25 * 1.05])


@few
@given(seeds)
def test_a_closed_population_has_ratios_of_one(seed: int) -> None:
    """Where nobody dies or moves, nobody is gained or lost."""
    found = change_ratios(closed_history(seed))
    np.testing.assert_allclose(found["local"], 1.0)
    np.testing.assert_allclose(found["parent"], 1.0)


@few
@given(seeds, kinds)
def test_ratios_lie_within_their_bounds_and_towards_the_parent(seed: int, sexes: int) -> None:
    """Shrinkage goes to the parent, never beyond it nor beyond the area's own ratio."""
    history = random_history(seed, sexes=sexes)
    found, own = change_ratios(history), change_ratios(history, memory=Memory(prior=0.0))
    low, high = np.minimum(own["local"], own["parent"]), np.maximum(own["local"], own["parent"])
    assert bool(((found["local"] >= low - 1e-12) & (found["local"] <= high + 1e-12)).all())
    assert float(own["local"].min()) >= BOUNDS[0]
    assert float(own["local"].max()) <= BOUNDS[1]


@few
@given(seeds, st.floats(min_value=0.01, max_value=100.0))
def test_ratios_do_not_depend_on_the_scale_without_a_prior(seed: int, scale: float) -> None:
    """In thousands or persons, a ratio is a ratio; with a prior, more people are nearer to their own."""
    history = random_history(seed)
    plain, scaled = (change_ratios(counts, memory=FREE) for counts in (history, history * scale))
    xr.testing.assert_allclose(plain, scaled)
    one, many = (change_ratios(counts)["local"] for counts in (history, history * 10))
    assert bool((np.abs(many - plain["local"]) <= np.abs(one - plain["local"]) + 1e-12).all())


@few
@given(seeds)
def test_boys_and_girls_move_alike_below_fifteen(seed: int) -> None:
    """Children move with their parents; from 15 on each sex has its own ratio."""
    found = change_ratios(random_history(seed, sexes=2))["local"]
    female, male = found.sel(sex="female", drop=True), found.sel(sex="male", drop=True)
    np.testing.assert_array_equal(female.sel(age=slice(1, 14)), male.sel(age=slice(1, 14)))
    assert not np.allclose(female.sel(age=slice(15, None)), male.sel(age=slice(15, None)))


def test_only_the_window_is_remembered() -> None:
    """What happened before it does not count."""
    history = random_history(1, years=9)
    other = history.copy()
    other[..., :5] = 7.0
    memory = Memory(window=3)
    xr.testing.assert_equal(change_ratios(history, memory=memory), change_ratios(other, memory=memory))


def test_an_age_without_people_changes_as_the_parent_does() -> None:
    """Nobody to learn from: the area borrows; where nobody is anywhere, nothing changes."""
    history = random_history(3)
    history[0, 7] = 0.0
    history[:, 9] = 0.0
    found = change_ratios(history, memory=FREE)
    assert float(found["local"].sel(area="a0", age=8)) == float(found["parent"].sel(age=8))
    assert (found["local"].sel(age=10) == 1.0).all()


# infants


def test_the_level_of_infants_by_hand() -> None:
    """Twelve infants for 100 women in the middle of the year, a third of whose fertility falls in that age: 0.36."""
    history = xr.DataArray(
        [[[0.0, 12.0], [0.0, 0.0], [80.0, 120.0], [0.0, 0.0]]],
        coords={"area": ["a"], "age": [0, 1, 2, 3], "year": [2024, 2025]},
        dims=("area", "age", "year"),
    )
    with_sex = xr.concat([history, history * 0], dim="sex").assign_coords(sex=["female", "male"])
    mothers = xr.DataArray([1 / 3, 2 / 3], coords={"age": [2, 3]}, dims="age")
    assert float(infant_level(with_sex, mothers=mothers)[0]) == pytest.approx(0.36)
    # without sex everybody is half a woman
    assert float(infant_level(history, mothers=mothers)[0]) == pytest.approx(0.72)


def test_the_level_is_drawn_to_that_of_all_by_hand() -> None:
    """Expected 100 infants at the level of all, found 50: with a prior of 100 the level is (50 + 100) / (100 + 100)."""
    history = xr.DataArray(
        [[[0.0, 50.0], [200.0, 200.0], [0.0, 0.0]], [[0.0, 150.0], [200.0, 200.0], [0.0, 0.0]]],
        coords={"area": ["a", "b"], "age": [0, 1, 2], "year": [2024, 2025]},
        dims=("area", "age", "year"),
    )
    mothers = xr.DataArray([1.0], coords={"age": [1]}, dims="age")
    found = infant_level(history, mothers=mothers, memory=Memory(births_prior=100.0))
    assert found.to_numpy().tolist() == pytest.approx([0.75, 1.25])


@few
@given(seeds, st.integers(min_value=0, max_value=2), st.floats(min_value=0.0, max_value=0.99))
def test_fewer_infants_are_never_a_higher_level(seed: int, place: int, share: float) -> None:
    """Down to none at all: an area without infants lies below the one it was with them."""
    history = random_history(seed)
    fewer = history.copy()
    fewer[place, 0] *= share
    mothers = mothers_by_age(history["age"].to_numpy())
    one, two = (infant_level(counts, mothers=mothers)[place] for counts in (history, fewer))
    assert 0 < float(two) < float(one)


@few
@given(seeds)
def test_an_endless_prior_is_the_level_of_all(seed: int) -> None:
    """And none is the area's own."""
    history = random_history(seed)
    mothers = mothers_by_age(history["age"].to_numpy())
    one = infant_level(history, mothers=mothers, memory=Memory(births_prior=np.inf))
    whole = history.sum("area").expand_dims(area=["all"])
    np.testing.assert_allclose(one, float(infant_level(whole, mothers=mothers, memory=FREE)[0]))
    alone = infant_level(history.isel(area=[1]), mothers=mothers)
    np.testing.assert_allclose(alone, infant_level(history, mothers=mothers, memory=FREE)[1])


def test_no_infants_anywhere_are_none_in_future() -> None:
    """A level of zero stays zero, and is no error."""
    history = random_history(2)
    history[:, 0] = 0.0
    assert (project_ratios(history, years=YEARS).sel(age=0) == 0).all()


def test_the_age_pattern_is_that_of_mothers() -> None:
    """It sums to 1, is zero outside 15 to 49, and its mean age is 30."""
    shares = mothers_by_age(range(101))
    assert float(shares.sum()) == pytest.approx(1.0)
    assert shares.where(shares > 0, drop=True)["age"].to_numpy().tolist() == list(range(15, 50))
    assert float((shares * (shares["age"] + 0.5)).sum()) == pytest.approx(30.0, abs=0.1)


# projections


def test_a_projection_by_hand() -> None:
    """
    Two ages and an open one; women of age 1 have 0.4 infants, three quarters of 100 infants stay.

    2026: age 1 is 100 x 0.75 = 75, the open group (40 + 60) x 0.5 = 50; women in the middle of the year
    (40 + 75) / 2 / 2 have 0.4 infants each: 11.5.
    """
    labels = {"area": ["a"], "age": [0, 1, 2]}
    base = xr.DataArray([[100.0, 40.0, 60.0]], coords={**labels, "year": 2025}, dims=("area", "age"))
    ratio = xr.DataArray([[0.75, 0.5]], coords={"area": ["a"], "age": [1, 2]}, dims=("area", "age"))
    found = follow_ratios(
        base,
        ratios=xr.Dataset({"local": ratio, "parent": ratio.isel(area=0, drop=True)}),
        level=xr.Dataset({"local": ("area", [0.4]), "parent": 0.4}, coords={"area": ["a"]}),
        years=[2026],
        mothers=xr.DataArray([1.0], coords={"age": [1]}, dims="age"),
    )
    assert found.sel(area="a", year=2026).to_numpy().tolist() == pytest.approx([11.5, 75.0, 50.0])


def test_damping_by_hand() -> None:
    """Half-life of a year: the departure of 1.21 from 1 is there to the power of 0.707 in the first year, 0.354 later."""
    labels = {"area": ["a", "b"], "age": [0, 1, 2, 3]}
    base = xr.DataArray(np.full((2, 4), 100.0), coords={**labels, "year": 2025}, dims=("area", "age"))
    local = xr.DataArray([[1.21] * 3, [1.0] * 3], coords={"area": ["a", "b"], "age": [1, 2, 3]}, dims=("area", "age"))
    found = follow_ratios(
        base,
        ratios=xr.Dataset({"local": local, "parent": local.sel(area="b", drop=True)}),
        level=xr.Dataset({"local": ("area", [0.0, 0.0]), "parent": 0.0}, coords={"area": ["a", "b"]}),
        years=[2026, 2027],
        mothers=xr.DataArray([1.0], coords={"age": [1]}, dims="age"),
        damping=1.0,
    ).sel(area="a")
    assert float(found.sel(age=1, year=2026)) == pytest.approx(100 * 1.21**0.5**0.5)
    assert float(found.sel(age=2, year=2027)) == pytest.approx(100 * 1.21 ** (0.5**0.5 + 0.5**1.5))


@few
@given(seeds, kinds)
def test_the_base_year_is_the_count(seed: int, sexes: int) -> None:
    """No year ahead, nothing has changed."""
    history = random_history(seed, sexes=sexes)
    for people in (project_ratios(history, years=YEARS), no_change(history, years=YEARS)):
        xr.testing.assert_equal(people.isel(year=0, drop=True), history.isel(year=-1, drop=True).rename("people"))
        assert people["year"].to_numpy().tolist() == [2025, *YEARS]


@few
@given(seeds)
def test_a_closed_population_only_grows_older(seed: int) -> None:
    """Every cohort of the base is as large in every year, in each area."""
    history = closed_history(seed)
    people = project_ratios(history, years=YEARS)
    for step, year in enumerate(YEARS, start=1):
        older = people.sel(year=year, age=slice(step, OLDEST - 1)).to_numpy()
        np.testing.assert_allclose(older, history.isel(year=-1).to_numpy()[:, : OLDEST - step])


@few
@given(seeds, kinds, st.floats(min_value=0.01, max_value=100.0))
def test_people_scale_with_their_history(seed: int, sexes: int, scale: float) -> None:
    """Without priors, twice the people have twice the future."""
    history = random_history(seed, sexes=sexes)
    one, two = (project_ratios(counts, years=YEARS, memory=FREE) for counts in (history, history * scale))
    np.testing.assert_allclose(two, one * scale)


@few
@given(seeds, st.floats(min_value=1.01, max_value=100.0))
def test_a_larger_history_is_a_larger_next_year(seed: int, scale: float) -> None:
    """With priors the future does not scale, but more people stay more people."""
    history = random_history(seed)
    one, two = (project_ratios(counts, years=[2026]) for counts in (history, history * scale))
    assert bool((two > one).all())


@few
@given(seeds, kinds, st.permutations([0, 1, 2]))
def test_the_order_of_areas_and_dimensions_does_not_matter(seed: int, sexes: int, order: list[int]) -> None:
    """Labels decide, never position."""
    history = random_history(seed, sexes=sexes)
    turned = history.isel(area=order).transpose(..., "area")
    if sexes == 2:
        turned = turned.sel(sex=["male", "female"])
    one, two = (project_ratios(counts, years=YEARS) for counts in (history, turned))
    np.testing.assert_allclose(two.sel({name: one[name] for name in one.dims}).transpose(*one.dims), one)


@few
@given(seeds, kinds, st.integers(min_value=0, max_value=3), st.floats(min_value=0.1, max_value=2.0))
def test_more_births_are_more_children_and_change_nobody_born_before(
    seed: int, sexes: int, step: int, more: float
) -> None:
    """From the year in which the path is higher, those born from then on are more; all others are the same."""
    history = random_history(seed, sexes=sexes)
    path = xr.DataArray(np.ones(4), coords={"year": YEARS}, dims="year")
    higher = path.copy()
    higher[step] += more
    plain, one, two = (project_ratios(history, years=YEARS, births_path=births) for births in (None, path, higher))
    xr.testing.assert_equal(plain, one)
    born = one["year"] - one["age"]
    cohort = (born == YEARS[step]) & (one["age"] < OLDEST)
    assert two.where(born < YEARS[step]).equals(one.where(born < YEARS[step]))
    np.testing.assert_allclose((two / one).where(cohort).fillna(1 + more), 1 + more)
    assert bool((two >= one).all())


@few
@given(seeds)
def test_a_births_path_by_area_changes_that_area_only(seed: int) -> None:
    """A policy of one town is none of the next."""
    history = random_history(seed)
    path = xr.DataArray(
        [[1.0] * 4, [1.5] * 4, [1.0] * 4],
        coords={"area": ["a0", "a1", "a2"], "year": YEARS},
        dims=("area", "year"),
    )
    one = project_ratios(history, years=YEARS)
    two = project_ratios(history, years=YEARS, births_path=path.isel(area=[1, 2, 0]).transpose())
    assert two.sel(area=["a0", "a2"]).equals(one.sel(area=["a0", "a2"]))
    assert bool((two.sel(area="a1", age=0, year=YEARS) > one.sel(area="a1", age=0, year=YEARS)).all())


@few
@given(seeds, kinds)
def test_without_migration_every_area_changes_as_all_do(seed: int, sexes: int) -> None:
    """Only the parent's ratios are left: older ages are the base times their product."""
    history = random_history(seed, sexes=sexes)
    people = project_ratios(history, years=YEARS[:2], migration=0.0)
    parent = change_ratios(history)["parent"]
    now = history.isel(year=-1, drop=True)
    for age in (2, 10, 20):
        first, second = (parent.sel(age=reached, drop=True) for reached in (age - 1, age))
        expected = now.sel(age=age - 2, drop=True) * first * second
        xr.testing.assert_allclose(people.sel(age=age, year=2027, drop=True), expected.rename("people"))


@few
@given(seeds)
def test_migration_leads_from_the_parents_ratios_to_the_areas_own(seed: int) -> None:
    """At half, the departure goes on by its square root."""
    history = random_history(seed)
    none, half, full = (project_ratios(history, years=[2026], migration=share) for share in (0.0, 0.5, 1.0))
    ages = slice(1, None)
    np.testing.assert_allclose(half.sel(age=ages) ** 2, (none * full).sel(age=ages))


@few
@given(seeds)
def test_an_areas_departure_fades(seed: int) -> None:
    """With damping the yearly change comes ever nearer to the parent's; without, it stays."""
    history = random_history(seed)
    parent = change_ratios(history)["parent"].sel(age=slice(12, 20))
    years = list(range(2026, 2036))

    def departures(damping: float) -> NDArray[np.float64]:
        people = project_ratios(history, years=years, memory=Memory(damping=damping)).transpose("year", "area", "age")
        change = people.to_numpy()[1:, :, 12:21] / people.to_numpy()[:-1, :, 11:20]
        logs: NDArray[np.float64] = np.log(change / parent.to_numpy())
        return logs

    fading, staying = departures(2.0), departures(np.inf)
    np.testing.assert_allclose(fading[1:], fading[:-1] * 0.5**0.5, atol=1e-12)
    np.testing.assert_allclose(staying[1:], staying[:-1], atol=1e-12)


@few
@given(seeds, st.integers(min_value=0, max_value=2))
def test_areas_do_not_touch_each_other_without_priors(seed: int, place: int) -> None:
    """What an area's own counts say does not depend on the neighbours', where nothing is shrunk or damped."""
    history = random_history(seed)
    area = f"a{place}"
    whole = project_ratios(history, years=YEARS, memory=FREE).sel(area=[area])
    alone = project_ratios(history.sel(area=[area]), years=YEARS, memory=FREE)
    np.testing.assert_allclose(whole, alone)


@few
@given(seeds, kinds)
def test_nobody_is_negative_or_lost(seed: int, sexes: int) -> None:
    """Counts stay numbers of people, and inputs as they were."""
    history = random_history(seed, sexes=sexes, low=0.2)
    before = history.copy(deep=True)
    people = project_ratios(history, years=YEARS)
    assert bool((people >= 0).all())
    assert not bool(people.isnull().any())
    xr.testing.assert_identical(history, before)


def test_the_sexes_of_infants_are_those_counted_last() -> None:
    """Sixty girls to forty boys at the last count are so among the infants to come."""
    history = random_history(4, sexes=2)
    history[:, :, 0, -1] = [60.0, 40.0]
    infants = project_ratios(history, years=YEARS).sel(age=0, year=YEARS)
    np.testing.assert_allclose(infants.sel(sex="female") / infants.sum("sex"), 0.6)


def test_hamilton_perry_is_the_plain_method() -> None:
    """The last five years pooled: no weights, no shrinkage, no damping; by hand for one age."""
    history = random_history(6, years=8)
    found = project_ratios(history, years=[2026], memory=HAMILTON_PERRY).sel(year=2026, age=9)
    stock, reached = (history.sel(age=age).isel(year=slice(*span)) for age, span in ((8, (-6, -1)), (9, (-5, None))))
    expected = history.sel(age=8).isel(year=-1) * reached.sum("year") / stock.sum("year")
    np.testing.assert_allclose(found, expected)


def test_no_change_holds_every_age() -> None:
    """The baseline: the last count again and again."""
    history = random_history(1, sexes=2)
    people = no_change(history, years=YEARS)
    assert bool((people == history.isel(year=-1, drop=True)).all())
    assert people.dims == history.dims


# refusals


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        pytest.param(lambda h: h.isel(age=[0, 1, 3]), LabelError, "equal steps", id="gap in ages"),
        pytest.param(lambda h: h.isel(age=slice(1, None)), LabelError, "must be 0, 1, 2", id="no infants"),
        pytest.param(lambda h: h.isel(age=[0]), LabelError, "must be 0, 1, 2", id="one age"),
        pytest.param(lambda h: h.isel(year=[0, 2, 3]), LabelError, "one after another", id="skipped year"),
        pytest.param(lambda h: h.isel(year=[1, 0]), LabelError, "one after another", id="years backwards"),
        pytest.param(lambda h: h.isel(year=[0]), LabelError, "at least 2", id="one year"),
        pytest.param(lambda h: h.isel(area=[0, 0]), LabelError, "twice", id="area twice"),
        pytest.param(lambda h: h.isel(year=0), LabelError, "dimension 'year'", id="no year"),
        pytest.param(lambda h: h.expand_dims(scenario=["low"]), LabelError, "dimension 'scenario'", id="scenario"),
        pytest.param(lambda h: h.expand_dims(sex=["both"]), LabelError, "sexes", id="other sex"),
        pytest.param(lambda h: h.where(h["age"] != 4), MissingValueError, "missing", id="missing"),
        pytest.param(lambda h: -h, ValueError, "must lie in", id="negative"),
    ],
)
def test_a_history_that_is_none_is_refused(
    change: Callable[[xr.DataArray], xr.DataArray], error: type[Exception], words: str
) -> None:
    """Gaps, skipped years, doubles and negative numbers are named, not repaired."""
    with pytest.raises(error, match=words):
        arrange_history(change(random_history(1)))


@pytest.mark.parametrize("years", [[2027], [2025, 2026], [2026, 2028], [2027, 2026]])
def test_years_that_do_not_follow_the_base_are_refused(years: list[int]) -> None:
    """A projection goes year by year from the last count."""
    with pytest.raises(LabelError, match="must follow 2025"):
        project_ratios(random_history(1), years=years)


def test_ratios_of_other_areas_are_refused() -> None:
    """The ratios and the level are those of the areas projected."""
    history = random_history(1)
    ratios = change_ratios(history)
    level = xr.Dataset({"local": ("area", [1.0] * 3), "parent": 1.0}, coords={"area": ["a0", "a1", "a2"]})
    base = history.isel(year=-1)
    with pytest.raises(LabelError, match="`base` and the ratios"):
        follow_ratios(base.isel(area=[0, 1]), ratios=ratios, level=level, years=YEARS)
    with pytest.raises(LabelError, match="`base` and the level"):
        follow_ratios(base, ratios=ratios, level=level.isel(area=[0, 1]), years=YEARS)
    with pytest.raises(LabelError, match=r"`ratios` .* no age 30"):
        follow_ratios(base, ratios=ratios.isel(age=slice(None, -1)), level=level, years=YEARS)


def test_a_births_path_with_gaps_is_refused() -> None:
    """A year, an area or a number that is missing is not one."""
    history = random_history(1)
    path = xr.DataArray(np.ones((3, 4)), coords={"area": ["a0", "a1", "a2"], "year": YEARS}, dims=("area", "year"))
    with pytest.raises(LabelError, match="no year 2029"):
        project_ratios(history, years=YEARS, births_path=path.isel(year=slice(0, 3)))
    with pytest.raises(LabelError, match="`births_path`"):
        project_ratios(history, years=YEARS, births_path=path.isel(area=[0, 1]))
    with pytest.raises(MissingValueError, match="births_path"):
        project_ratios(history, years=YEARS, births_path=path.where(path["year"] > 2026))
    with pytest.raises(ValueError, match="births_path"):
        project_ratios(history, years=YEARS, births_path=-path)


def test_a_pattern_of_mothers_that_does_not_fit_is_refused() -> None:
    """Shares sum to 1, over ages that are there."""
    history = random_history(1)
    with pytest.raises(LabelError, match="has the age 31"):
        project_ratios(history, years=YEARS, mothers=mothers_by_age(range(32)))
    with pytest.raises(ValueError, match="sums to 1"):
        project_ratios(history, years=YEARS, mothers=mothers_by_age(range(31)) * 2)
    with pytest.raises(LabelError, match="no women of 15 to 49"):
        mothers_by_age(range(15))


@pytest.mark.parametrize("migration", [-0.5, float("nan")])
def test_migration_that_is_no_share_is_refused(migration: float) -> None:
    """Moves cannot turn round."""
    with pytest.raises(ValueError, match="`migration`"):
        project_ratios(random_history(1), years=YEARS, migration=migration)


@pytest.mark.parametrize(
    "wrong", [{"window": 0}, {"half_life": 0.0}, {"births_half_life": -1.0}, {"prior": -1.0}, {"damping": 0.0}]
)
def test_a_memory_that_is_none_is_refused(wrong: dict[str, float]) -> None:
    """Times are above zero, priors not below."""
    with pytest.raises(ValueError, match=f"`{next(iter(wrong))}`"):
        replace(Memory(), **wrong)  # type: ignore[arg-type]


# where nobody counts mothers


def young_history(infants: list[float]) -> xr.DataArray:
    """Return one area with ages 0, 1 and 2+, as many infants as given, and nobody who moves."""
    years = list(range(2024 - len(infants) + 1, 2025))
    counts = np.full((1, 3, len(infants)), 100.0)
    counts[0, 0] = infants
    return xr.DataArray(counts, coords={"area": ["a"], "age": [0, 1, 2], "year": years}, dims=("area", "age", "year"))


def test_recent_infants_count_most() -> None:
    """With a half-life of 1.5 years the last year weighs as much as 1.59 of the one before."""
    weights = 0.5 ** (np.array([2, 1, 0]) / 1.5)
    expected = float((weights * [80.0, 90.0, 100.0]).sum() / weights.sum())
    assert recent_infants(young_history([80.0, 90.0, 100.0])).to_series().to_dict() == {"a": pytest.approx(expected)}


def test_without_mothers_the_level_of_infants_is_held() -> None:
    """Children alone do not become mothers at fifteen: births stay, whatever the number of the older ones."""
    history = young_history([80.0, 90.0, 100.0])
    future = project_ratios(history, years=[2025, 2026, 2027])
    level = float(recent_infants(history)[0])
    assert future.sel(area="a", age=0).to_numpy().tolist() == pytest.approx([100.0, level, level, level])
    half = xr.DataArray([1.0, 0.5, 0.5], coords={"year": [2025, 2026, 2027]}, dims="year")
    fewer = project_ratios(history, years=[2025, 2026, 2027], births_path=half)
    assert fewer.sel(area="a", age=0).to_numpy().tolist() == pytest.approx([100.0, level, level / 2, level / 2])


def test_refuses_births_of_no_or_two_origins() -> None:
    """Births come from women or are held, one of both."""
    history = young_history([100.0, 100.0])
    ratios = change_ratios(history)
    infants = recent_infants(history)
    level = xr.Dataset({"local": infants, "parent": 1.0})
    with pytest.raises(ValueError, match="one of both"):
        follow_ratios(history.isel(year=-1), ratios=ratios, years=[2025])
    with pytest.raises(ValueError, match="one of both"):
        follow_ratios(history.isel(year=-1), ratios=ratios, years=[2025], level=level, infants=infants)
