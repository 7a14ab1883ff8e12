"""Counts of several dates: single ages, yearly histories, and the change of cohorts between two of them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.population import snapshots
from schoolmap.population.ratios import BOUNDS
from schoolmap.population.snapshots import single_ages
from schoolmap.population.snapshots import snapshot_ratios
from schoolmap.population.snapshots import widest_pair
from schoolmap.population.snapshots import yearly_history

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

Bands = list[tuple[int, int | None]]

DAY = dt.date(2025, 12, 31)
FIVES: Bands = [(0, 4), (5, 9), (10, 14), (15, None)]
SINGLE: Bands = [(age, age) for age in range(15)]

few = settings(max_examples=20)
people = st.integers(min_value=0, max_value=10_000)


def counted(
    bands: Bands,
    counts: Sequence[float],
    *,
    date: dt.date = DAY,
    area: str = "a",
    sex: str = "both",
) -> pd.DataFrame:
    """Return the people of one area, date and sex, one row per band; an open band has no high."""
    names = [f"{low}+" if high is None else f"{low}-{high}" for low, high in bands]
    index = pd.MultiIndex.from_tuples([(area, date, sex, name) for name in names], names=["area", "date", "sex", "age"])
    low, high = zip(*bands, strict=True)
    return pd.DataFrame({"low": low, "high": [np.nan if h is None else float(h) for h in high], "count": counts}, index)


def yearly(years: list[int], *, bands: Bands = FIVES, month: int = 12, day: int = 31) -> pd.DataFrame:
    """Return the same count in each year."""
    parts = [counted(bands, [100.0] * len(bands), date=dt.date(year, month, day)) for year in years]
    return pd.concat(parts)


def early_bands(bands: Bands, counts: Mapping[str, Sequence[float]]) -> pd.DataFrame:
    """Return an early count by area and band."""
    parts = [counted(bands, numbers, area=area).droplevel(["date", "sex"]) for area, numbers in counts.items()]
    return pd.concat(parts)


def late_ages(counts: Mapping[str, Sequence[float]]) -> xr.DataArray:
    """Return a late count by area and single age."""
    values = np.array(list(counts.values()), dtype=float)
    return xr.DataArray(values, coords={"area": list(counts), "age": np.arange(values.shape[1])}, dims=("area", "age"))


@pytest.fixture
def no_priors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the counts speak alone."""
    monkeypatch.setattr(snapshots, "PRIOR", 0.0)
    monkeypatch.setattr(snapshots, "PRIOR_YEARS", 0.0)


# single ages


def test_single_ages_by_hand() -> None:
    """Bands of equal density are split evenly, and an open band that all areas share is the last age."""
    counts = pd.concat([counted([(0, 1), (2, 2), (3, None)], [20.0, 10.0, 70.0], area=area) for area in ("b", "a")])
    people = single_ages(counts, date=DAY)
    assert people.dims == ("area", "age")
    assert people["area"].to_numpy().tolist() == ["a", "b"]
    assert people.sel(area="a").to_numpy().tolist() == pytest.approx([10.0, 10.0, 10.0, 70.0])


def test_open_bands_that_differ_are_left_out() -> None:
    """Where one area ends at 2 and another at 4, only the ages that all were counted by are told."""
    counts = pd.concat(
        [
            counted([(0, 2), (3, None)], [30.0, 70.0], area="a"),
            counted([(0, 2), (3, 4), (5, None)], [30.0, 20.0, 50.0], area="b"),
        ]
    )
    people = single_ages(counts, date=DAY)
    assert people["age"].to_numpy().tolist() == [0, 1, 2]
    assert people.sum("age").to_numpy().tolist() == pytest.approx([30.0, 30.0])


def test_the_open_band_can_be_left_out() -> None:
    """Those whose ages are not known are then no age at all."""
    people = single_ages(counted(FIVES, [50.0, 50.0, 50.0, 900.0]), date=DAY, open_last=False)
    assert people["age"].to_numpy().tolist() == list(range(15))
    assert float(people.sum()) == pytest.approx(150.0)


def test_the_oldest_age_wanted_is_the_last() -> None:
    """Then there is no open age."""
    people = single_ages(counted(FIVES, [50.0, 50.0, 50.0, 900.0]), date=DAY, oldest=7)
    assert people["age"].to_numpy().tolist() == list(range(8))
    assert people.to_numpy().ravel().tolist() == pytest.approx([10.0] * 8)


def test_both_sexes_are_kept_apart_and_only_one_date_is_read() -> None:
    """Women of one day, men of the same, and nobody of another."""
    counts = pd.concat(
        [
            counted(SINGLE, [3.0] * 15, sex="male"),
            counted(SINGLE, [2.0] * 15, sex="female"),
            counted(SINGLE, [99.0] * 15, date=dt.date(2020, 1, 1)),
        ]
    )
    people = single_ages(counts, date=DAY)
    assert people.dims == ("area", "sex", "age")
    assert people.sel(sex="female").to_numpy().ravel().tolist() == [2.0] * 15
    assert people.sel(sex="male").to_numpy().ravel().tolist() == [3.0] * 15


@few
@given(st.lists(people, min_size=4, max_size=4))
def test_nobody_is_lost_between_bands_and_ages(numbers: list[int]) -> None:
    """Every band keeps its total, the open one too."""
    people = single_ages(counted(FIVES, numbers), date=DAY).sel(area="a")
    sums = [float(people.sel(age=slice(low, 15 if high is None else high)).sum()) for low, high in FIVES]
    assert sums == pytest.approx(numbers, abs=1e-6)


# histories


def test_a_history_by_hand() -> None:
    """Four counts a year apart on the same day are a history, by the year of the day."""
    history = yearly_history(yearly([2022, 2023, 2024, 2025]))
    assert history is not None
    assert history.dims == ("area", "age", "year")
    assert history["year"].to_numpy().tolist() == [2022, 2023, 2024, 2025]
    assert history["age"].to_numpy().tolist() == list(range(16))
    assert history.sel(area="a", year=2023).to_numpy().tolist() == pytest.approx([20.0] * 15 + [100.0])


@pytest.mark.parametrize(
    ("years", "expected"),
    [
        ([2023, 2024, 2025], None),
        ([2021, 2022, 2023, 2025], None),
        ([2018, 2019, 2021, 2022, 2023, 2024], [2021, 2022, 2023, 2024]),
        (list(range(2010, 2026)), list(range(2010, 2026))),
    ],
    ids=["three", "gap", "gap before", "all"],
)
def test_only_years_without_a_gap_are_a_history(years: list[int], expected: list[int] | None) -> None:
    """It begins after the last year that is missing, and needs four counts."""
    history = yearly_history(yearly(years))
    assert (None if history is None else history["year"].to_numpy().tolist()) == expected


def test_counts_of_another_day_are_no_part_of_a_history() -> None:
    """A census in between is passed over; a last count on another day leaves none."""
    counts = yearly([2021, 2022, 2023, 2024])
    census = yearly([2023], month=11, day=1)
    history = yearly_history(pd.concat([counts, census]))
    assert history is not None
    assert history["year"].to_numpy().tolist() == [2021, 2022, 2023, 2024]
    assert yearly_history(pd.concat([counts, yearly([2025], month=6, day=30)])) is None


def test_a_history_begins_where_the_ages_change() -> None:
    """Bands that end elsewhere, or another set of areas, are another table."""
    recent = yearly([2022, 2023, 2024, 2025])
    older = yearly([2020, 2021], bands=[(0, 4), (5, None)])
    fewer = counted(FIVES, [1.0] * 4, date=dt.date(2021, 12, 31), area="b")
    for before in (older, pd.concat([yearly([2020, 2021]), fewer])):
        history = yearly_history(pd.concat([before, recent]))
        assert history is not None
        assert history["year"].to_numpy().tolist() == [2022, 2023, 2024, 2025]
    # bands that are cut otherwise but end alike give the same single ages
    history = yearly_history(pd.concat([yearly([2021], bands=[*SINGLE, (15, None)]), recent]))
    assert history is not None
    assert history["year"].to_numpy().tolist() == [2021, 2022, 2023, 2024, 2025]
    assert yearly_history(pd.concat([older, yearly([2022, 2023, 2024])])) is None


# two dates


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ([dt.date(2025, 1, 1)], None),
        ([dt.date(2024, 6, 1), dt.date(2025, 1, 1)], None),
        ([dt.date(2024, 2, 1), dt.date(2025, 1, 1)], (dt.date(2024, 2, 1), dt.date(2025, 1, 1))),
        (
            [dt.date(2010, 11, 1), dt.date(2015, 11, 1), dt.date(2020, 11, 1), dt.date(2025, 11, 1)],
            (dt.date(2015, 11, 1), dt.date(2025, 11, 1)),
        ),
        ([dt.date(2000, 1, 1), dt.date(2025, 1, 1)], None),
    ],
    ids=["one", "half a year", "eleven months", "the widest within twelve years", "too long ago"],
)
def test_the_widest_pair_by_hand(dates: list[dt.date], expected: tuple[dt.date, dt.date] | None) -> None:
    """The last date, and the first that lies 0.9 to 12 years before it."""
    assert widest_pair(pd.concat([counted(FIVES, [1.0] * 4, date=date) for date in dates])) == expected


# ratios of two counts


def test_shrinkage_by_hand() -> None:
    """
    A year apart, 50 and 150 children of age 0 became 60 and 150 of age 1.

    Together 1.05; the small area halfway to it, the large one by a quarter; and a year of moves counts a
    quarter against three years of none, on the log scale.
    """
    early = early_bands([(0, 0)], {"a": [50.0], "b": [150.0]})
    late = late_ages({"a": [0.0, 60.0], "b": [0.0, 150.0]})
    found = snapshot_ratios(early, late, years=1.0).sel(age=1)
    assert float(found["parent"]) == pytest.approx(1.05**0.25)
    own = [(1.2 + 1.05) / 2, 0.75 + 0.25 * 1.05]
    assert found["local"].to_numpy().tolist() == pytest.approx([ratio**0.25 for ratio in own])


@pytest.mark.usefixtures("no_priors")
def test_single_ages_a_year_apart_give_plain_ratios() -> None:
    """Then the change of each cohort is its later count over the earlier one."""
    rng = np.random.default_rng(1)
    before = {area: rng.uniform(80, 120, 10).tolist() for area in ("a", "b")}
    after = {area: rng.uniform(80, 120, 11).tolist() for area in ("b", "a")}
    bands: Bands = [(age, age) for age in range(10)]
    found = snapshot_ratios(early_bands(bands, before), late_ages(after), years=1.0)
    for area in ("a", "b"):
        expected = np.array(after[area])[1:] / np.array(before[area])
        np.testing.assert_allclose(found["local"].sel(area=area), expected)
    total = np.array(after["a"])[1:] + np.array(after["b"])[1:]
    np.testing.assert_allclose(found["parent"], total / (np.array(before["a"]) + np.array(before["b"])))


@pytest.mark.usefixtures("no_priors")
def test_two_years_by_hand() -> None:
    """
    Infants grew by 21 % in two years, those of age 1 not at all.

    Age 1 is passed by the first alone, age 2 by both, age 3 by the second alone: 10 %, half of it, nothing.
    """
    early = early_bands([(0, 0), (1, 1)], {"a": [100.0, 100.0]})
    found = snapshot_ratios(early, late_ages({"a": [7.0, 7.0, 121.0, 100.0]}), years=2.0)
    for ratios in (found["parent"], found["local"].sel(area="a")):
        assert ratios.to_numpy().tolist() == pytest.approx([1.1, 1.1**0.5, 1.0])


@pytest.mark.usefixtures("no_priors")
@pytest.mark.parametrize("years", [1.0, 1.5, 5.0, 10.0])
@pytest.mark.parametrize("rate", [0.9, 1.0, 1.06])
def test_a_constant_rate_is_found_again(years: float, rate: float) -> None:
    """A hundred of every age, each a tenth fewer a year: whatever the bands and the time between, that is the change."""
    bands: Bands = [(0, 0), (1, 2), (3, 5), (6, 11), (12, 14), (15, 19), (20, None)]
    numbers = [100.0 * (1 if high is None else high - low + 1) for low, high in bands]
    late = late_ages({"a": [100.0 * rate**years] * 31, "b": [200.0 * rate**years] * 31})
    early = early_bands(bands, {"a": numbers, "b": [2 * number for number in numbers]})
    found = snapshot_ratios(early, late, years=years)
    np.testing.assert_allclose(found["local"], rate)
    np.testing.assert_allclose(found["parent"], rate)


@pytest.mark.usefixtures("no_priors")
@pytest.mark.parametrize("years", [1.0, 3.0, 5.0, 10.0])
def test_a_closed_population_has_ratios_of_one(years: float) -> None:
    """Where cohorts only grow older, bands of any size find that nobody moved."""
    rng = np.random.default_rng(2)
    ages = rng.uniform(50, 150, 20)
    bands: Bands = [(0, 2), (3, 5), (6, 11), (12, 19)]
    early = early_bands(bands, {"a": [float(ages[low : (high or 0) + 1].sum()) for low, high in bands]})
    late = late_ages({"a": [0.0] * int(years) + ages.tolist()})
    found = snapshot_ratios(early, late, years=years)
    np.testing.assert_allclose(found["local"], 1.0)


@few
@given(
    st.lists(people, min_size=4, max_size=4),
    st.lists(people, min_size=21, max_size=21),
    st.sampled_from([0.9, 1.0, 2.5, 7.0]),
)
def test_ratios_are_never_absurd(before: list[int], after: list[int], years: float) -> None:
    """Whatever was counted, nobody more than doubles or less than halves in a year, and no age is missing."""
    bands: Bands = [(0, 2), (3, 5), (6, 11), (12, 14)]
    early = early_bands(bands, {"a": before, "b": [100.0] * 4})
    found = snapshot_ratios(early, late_ages({"a": after, "b": [30.0] * 21}), years=years)
    for ratios in (found["local"], found["parent"]):
        assert not np.isnan(ratios.to_numpy()).any()
        assert BOUNDS[0] - 1e-9 <= float(ratios.min())
        assert float(ratios.max()) <= BOUNDS[1] + 1e-9
        assert ratios["age"].to_numpy().tolist() == list(range(1, 21))


@few
@given(st.floats(min_value=0.5, max_value=20.0))
def test_the_longer_the_time_the_more_a_change_is_believed(years: float) -> None:
    """The same yearly change, seen for longer, is nearer to what was counted."""
    bands: Bands = [(0, 4), (5, 9)]
    early = early_bands(bands, {"a": [5e5, 5e5]})

    def found(time: float) -> float:
        late = late_ages({"a": [1e5 * 0.95**time] * 40})
        return float(snapshot_ratios(early, late, years=time)["parent"].sel(age=4))

    assert 0.95 < found(years + 1) < found(years) < 1.0


def other_bands(tiny: Sequence[float], *, bands: Bands) -> tuple[pd.DataFrame, xr.DataArray]:
    """Return nine villages counted by other bands than a tiny one, a tenth fewer of each cohort two years later."""
    large = {f"v{number}": [500.0, 500.0] for number in range(9)}
    early = pd.concat(
        [
            early_bands([(0, 4), (5, 9)], large),
            early_bands(bands, {"tiny": [2.0 * ((high or 0) - low + 1) for low, high in bands]}),
        ]
    )
    return early, late_ages({**dict.fromkeys(large, [90.0] * 15), "tiny": tiny})


@pytest.mark.parametrize("bands", [[(0, 4), (5, 9)], [(0, 2), (3, 9)], [(age, age) for age in range(10)]])
def test_a_tiny_area_alone_in_its_bands_changes_much_as_all_do(bands: Bands) -> None:
    """Twenty children of whom none is left: whatever the bands they were counted by, that is mostly chance."""
    early, late = other_bands([0.0] * 15, bands=bands)
    found = snapshot_ratios(early, late, years=2.0)
    one, all_areas = (found[name].sel(age=slice(1, 11)) for name in ("local", "parent"))
    seen = 2 / 5
    assert all_areas.to_numpy() == pytest.approx((0.9**0.5) ** seen, rel=1e-3)
    ratio = one.sel(area="tiny") / all_areas
    # its own weight is 20 / (20 + 50) at most, and less the finer its bands are
    assert (ratio < 1).all()
    assert (ratio > 0.94).all()


@few
@given(st.lists(st.integers(min_value=0, max_value=9), min_size=15, max_size=15))
def test_whoever_is_counted_by_other_bands_is_drawn_to_all_areas(tiny: list[int]) -> None:
    """Halfway or more: its change lies nearer to that of all areas than to its own, the furthest age of it."""
    bands: Bands = [(0, 2), (3, 5), (6, 9)]
    early, late = other_bands([float(number) for number in tiny], bands=bands)
    drawn = snapshot_ratios(early, late, years=2.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapshots, "PRIOR", 0.0)
        raw = snapshot_ratios(early, late, years=2.0)
    of_all = np.log(drawn["parent"])
    distance = abs(np.log(drawn["local"].sel(area="tiny")) - of_all)
    # an age that two bands pass is the mean of both, and may by itself lie anywhere between them
    own = abs(np.log(raw["local"].sel(area="tiny")) - of_all)
    assert float(distance.max()) <= 0.5 * float(own.max()) + 0.01


def test_the_order_of_areas_and_bands_does_not_matter() -> None:
    """Labels decide, never position."""
    rng = np.random.default_rng(3)
    bands: Bands = [(0, 2), (3, 5), (6, 11)]
    early = early_bands(bands, {area: rng.uniform(10, 90, 3).tolist() for area in "abc"})
    late = late_ages({area: rng.uniform(10, 30, 15).tolist() for area in "abc"})
    one = snapshot_ratios(early, late, years=2.0)
    two = snapshot_ratios(early.sample(frac=1, random_state=1), late.isel(area=[2, 0, 1]).transpose(), years=2.0)
    xr.testing.assert_allclose(one, two.sel(area=one["area"]))


def test_an_area_of_which_no_band_can_be_followed_changes_as_all_do() -> None:
    """Its open band tells nothing of cohorts."""
    early = pd.concat([early_bands([(0, 4)], {"a": [100.0]}), early_bands([(0, None)], {"b": [300.0]})])
    found = snapshot_ratios(early, late_ages({"a": [18.0] * 10, "b": [10.0] * 10}), years=2.0)
    np.testing.assert_allclose(found["local"].sel(area="b"), found["parent"])
    assert float(found["parent"].max()) < 1.0


def test_without_a_band_to_follow_nobody_moves() -> None:
    """Bands that would reach beyond the later count are left out."""
    found = snapshot_ratios(early_bands([(0, 8)], {"a": [100.0]}), late_ages({"a": [5.0] * 10}), years=2.0)
    assert bool((found["parent"] == 1.0).all())
    assert bool((found["local"] == 1.0).all())


# refusals


def test_a_date_without_people_is_refused() -> None:
    """The message names the date."""
    with pytest.raises(LabelError, match="Nobody was counted on 2024-01-01"):
        single_ages(counted(FIVES, [1.0] * 4), date=dt.date(2024, 1, 1))


@pytest.mark.parametrize("sexes", [["female"], ["male"], ["both", "female"], ["both", "female", "male"]])
def test_one_sex_alone_or_three_are_refused(sexes: list[str]) -> None:
    """Half of the people are not all of them, nor are they counted twice."""
    counts = pd.concat([counted(FIVES, [1.0] * 4, sex=sex) for sex in sexes])
    with pytest.raises(LabelError, match="have the sexes"):
        single_ages(counts, date=DAY)


def test_sexes_of_other_areas_or_ages_are_refused() -> None:
    """Women of one village and men of two are no table."""
    women = counted(FIVES, [1.0] * 4, sex="female")
    men = pd.concat([counted(FIVES, [1.0] * 4, sex="male", area=area) for area in "ab"])
    with pytest.raises(LabelError, match="same areas: 'b'"):
        single_ages(pd.concat([women, men]), date=DAY)
    fewer = counted(FIVES[:2], [1.0] * 2, sex="male")
    with pytest.raises(LabelError, match="same ages"):
        single_ages(pd.concat([women, fewer]), date=DAY)


@pytest.mark.parametrize(
    "bands", [[(0, 4), (6, 9)], [(1, 4)], [(0, 4), (3, 9)], [(0, None)]], ids=["gap", "no infants", "overlap", "open"]
)
def test_bands_that_do_not_follow_each_other_are_refused(bands: Bands) -> None:
    """A gap, an overlap, or ages that nobody knows."""
    with pytest.raises(LabelError, match="area 'a'"):
        single_ages(counted(bands, [1.0] * len(bands)), date=DAY)


def test_a_missing_count_is_refused() -> None:
    """Unknown is not zero."""
    with pytest.raises(MissingValueError, match="missing"):
        single_ages(counted(FIVES, [1.0, np.nan, 1.0, 1.0]), date=DAY)
    early = early_bands([(0, 4)], {"a": [np.nan]})
    with pytest.raises(MissingValueError, match="`early` is missing"):
        snapshot_ratios(early, late_ages({"a": [1.0] * 9}), years=1.0)
    with pytest.raises(MissingValueError, match="`late` is missing"):
        snapshot_ratios(early_bands([(0, 4)], {"a": [1.0]}), late_ages({"a": [np.nan] * 9}), years=1.0)


def test_negative_counts_are_refused() -> None:
    """There are no negative children."""
    with pytest.raises(ValueError, match="`early` is negative"):
        snapshot_ratios(early_bands([(0, 4)], {"a": [-1.0]}), late_ages({"a": [1.0] * 9}), years=1.0)
    with pytest.raises(ValueError, match="`late` must lie in"):
        snapshot_ratios(early_bands([(0, 4)], {"a": [1.0]}), late_ages({"a": [-1.0] * 9}), years=1.0)


@pytest.mark.parametrize("years", [0.0, -1.0, float("nan")])
def test_no_time_between_the_counts_is_refused(years: float) -> None:
    """A change needs time."""
    with pytest.raises(ValueError, match="`years`"):
        snapshot_ratios(early_bands([(0, 4)], {"a": [1.0]}), late_ages({"a": [1.0] * 9}), years=years)


def test_counts_of_other_areas_are_refused() -> None:
    """The message names one that is in only one count."""
    with pytest.raises(LabelError, match=r"1 are in only one, e.g. 'b'"):
        snapshot_ratios(early_bands([(0, 4)], {"a": [1.0]}), late_ages({"a": [1.0] * 9, "b": [1.0] * 9}), years=1.0)


def test_ages_that_leave_a_gap_are_refused() -> None:
    """The later count is by single ages from 0."""
    late = late_ages({"a": [1.0] * 9})
    early = early_bands([(0, 4)], {"a": [1.0]})
    for wrong in (late.isel(age=[0, 2, 3]), late.isel(age=slice(1, None)), late.isel(age=[0, 2, 4])):
        with pytest.raises(LabelError, match="ages"):
            snapshot_ratios(early, wrong, years=1.0)
