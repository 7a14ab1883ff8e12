"""Where a projection starts: each kind of evidence by hand, what shrinks to what, and what is refused."""

from __future__ import annotations

import datetime as dt

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
from schoolmap.population import starts
from schoolmap.population.evidence import Evidence
from schoolmap.population.life_tables import survivorship
from schoolmap.population.national import load
from schoolmap.population.ratios import Memory
from schoolmap.population.ratios import mothers_by_age
from schoolmap.population.snapshots import PRIOR_YEARS

DAY = dt.date(2023, 12, 31)
EARLIER = dt.date(2018, 12, 31)
AGES = range(15)
few = settings(max_examples=15)
DRAWN = 10 / (10 + PRIOR_YEARS)
"""How much of ten years of moves is taken for a habit."""


def children(numbers: dict[str, list[float]]) -> xr.DataArray:
    """Return children by (area, age), ages from 0."""
    ages = np.arange(len(next(iter(numbers.values()))))
    return xr.DataArray(
        list(map(list, numbers.values())),
        coords={"area": np.array(list(numbers), dtype=object), "age": ages},
        dims=("area", "age"),
    ).astype(float)


def born(numbers: dict[str, list[float]], *, last: int) -> xr.DataArray:
    """Return births by (area, year), the last of each in the year `last`."""
    length = len(next(iter(numbers.values())))
    return xr.DataArray(
        list(map(list, numbers.values())),
        coords={"area": np.array(list(numbers), dtype=object), "year": np.arange(last - length + 1, last + 1)},
        dims=("area", "year"),
    ).astype(float)


def birth_table(births: xr.DataArray) -> pd.DataFrame:
    """Return births as the table of the evidence."""
    return births.rename("births").to_series().to_frame()


def bands(
    rows: dict[str, float], *, date: dt.date = DAY, sex: str = "both", areas: tuple[str, ...] = ("a",)
) -> pd.DataFrame:
    """Return the same counts by band for each area, as the table of the evidence."""
    records = []
    for area in areas:
        for age, count in rows.items():
            low, _, high = age.rstrip("+").partition("-")
            end = np.nan if age.endswith("+") else float(high or low)
            records.append((area, date, sex, age, int(low), end, float(count)))
    table = pd.DataFrame(records, columns=["area", "date", "sex", "age", "low", "high", "count"])
    return table.set_index(["area", "date", "sex", "age"]).sort_index()


def singles(counts: list[float], *, date: dt.date = DAY, sex: str = "both", area: str = "a") -> pd.DataFrame:
    """Return counts by single age, the last one open."""
    names = {str(age): count for age, count in enumerate(counts[:-1])} | {f"{len(counts) - 1}+": counts[-1]}
    return bands(names, date=date, sex=sex, areas=(area,))


def facts_of(start: starts.Start) -> dict[str, float]:
    """Return the facts that occur once, by key."""
    return {fact.key: fact.value for fact in start.facts if fact.key != "change"}


def history_of(values: np.ndarray, *, sexes: bool = False) -> xr.DataArray:
    """Return yearly counts by (area, [sex,] age, year) up to 2023."""
    years = np.arange(2024 - values.shape[-1], 2024)
    labels = {"area": ["a"], "age": np.arange(values.shape[-2]), "year": years}
    if sexes:
        labels = {"area": ["a"], "sex": ["female", "male"], "age": labels["age"], "year": years}
    return xr.DataArray(values[None], coords=labels, dims=tuple(labels), name="people")


# one count


def test_one_count_by_hand() -> None:
    """Of 90, 100 and 110 children of 0, 1 and 2, the younger weigh more: 97.0 infants a year; nobody moves."""
    start = starts.start_of_count(DAY, children({"a": [90, 100, 110, 120]}))
    assert float(start.infants.sel(area="a")) == pytest.approx(97.0, abs=0.05)
    assert (start.date, start.ratios, start.retention, start.people) == (DAY, None, 1.0, None)
    assert start.counted
    assert facts_of(start) == {"births": pytest.approx(97.0, abs=0.05)}


@pytest.mark.parametrize("grown", [1.1, 1.0, 0.8])
def test_births_tell_who_stayed_and_who_moved(grown: float) -> None:
    """97 of 100 stay; older children differ by so much in 5.5 years on average, drawn to none by 3 years to 10."""
    yearly = grown ** (DRAWN / 5.5)
    base = children({"a": [97.0] + [97.0 * grown] * 14})
    start = starts.start_of_count(DAY, base, births=born({"a": [100.0] * 11}, last=2023))
    assert start.retention == pytest.approx(0.97)
    assert start.ratios is not None
    assert start.ratios["age"].to_numpy().tolist() == list(range(1, 15))
    for what in ("local", "parent"):
        assert np.allclose(start.ratios[what], yearly)
    assert facts_of(start)["retention"] == pytest.approx(0.97)
    changes = {fact.about: fact.value for fact in start.facts if fact.key == "change"}
    assert changes == {f"{span}, 2023-12-31": pytest.approx(yearly - 1) for span in ("1-5", "6-11")}


def test_one_year_of_moves_is_hardly_a_habit() -> None:
    """With births of two years, the tenth more at age 1 is taken for a quarter of it a year, not for all of it."""
    base = children({"a": [100.0, 110.0] + [100.0] * 9})
    start = starts.start_of_count(DAY, base, births=born({"a": [100.0, 100.0]}, last=2023))
    assert start.ratios is not None
    assert np.allclose(start.ratios["parent"], 1.1 ** (1 / (1 + PRIOR_YEARS)))


def test_a_small_area_is_drawn_to_all_areas() -> None:
    """Ten expected children weigh 10 of 60: the rest of the village's change is that of all areas."""
    base = children({"town": [10_000.0] * 11, "village": [1.0] + [2.0] * 10})
    births = born({"town": [10_000.0] * 11, "village": [1.0] * 11}, last=2023)
    start = starts.start_of_count(DAY, base, births=births)
    assert start.ratios is not None
    local, parent = start.ratios["local"].sel(age=5), float(start.ratios["parent"].sel(age=5))
    assert parent == pytest.approx((100_020 / 100_010) ** (DRAWN / 5.5))
    weight = 10 / (10 + starts.PRIOR_CHILDREN)
    by_hand = np.exp(DRAWN * weight * np.log(2) / 5.5 + (1 - weight) * np.log(parent))
    assert float(local.sel(area="village")) == pytest.approx(by_hand)
    assert float(local.sel(area="town")) == pytest.approx(1.0, abs=1e-5)


def test_an_area_without_births_changes_like_all_areas() -> None:
    """Nobody was expected in the hamlet: what its children do cannot be told from itself."""
    base = children({"a": [100.0] + [90.0] * 10, "hamlet": [0.0] * 11})
    start = starts.start_of_count(DAY, base, births=born({"a": [100.0] * 11, "hamlet": [0.0] * 11}, last=2023))
    assert start.ratios is not None
    assert np.allclose(start.ratios["local"].sel(area="hamlet"), start.ratios["parent"])
    assert np.isfinite(start.ratios["local"]).all()


@pytest.mark.parametrize(
    ("births", "last"),
    [([100.0] * 11, 2022), ([100.0], 2023), ([0.0] * 11, 2023), ([100.0] * 5, 2030)],
    ids=["last year missing", "one year", "none born", "later ones only"],
)
def test_without_births_of_the_two_years_before_no_moves_are_known(births: list[float], last: int) -> None:
    """Infants can be compared with births only where these are known, above zero and of two years."""
    start = starts.start_of_count(DAY, children({"a": [97.0] * 11}), births=born({"a": births}, last=last))
    assert start.ratios is None
    assert start.retention == 1.0
    assert set(facts_of(start)) == {"births"}


def test_a_count_in_summer_is_compared_with_the_twelve_months_before() -> None:
    """On 30 June those aged 0 were born in two calendar years: half of each, by the months."""
    months = pd.Series(1 / 12, index=range(1, 13))
    births = born({"a": [100.0] * 10 + [200.0]}, last=2023)
    base = children({"a": [75.0] + [50.0] * 9})
    start = starts.start_of_count(dt.date(2023, 6, 30), base, births=births, months=months)
    assert start.retention == pytest.approx(75 / (0.5 * 200 + 0.5 * 100))


def test_no_change_beyond_the_bounds_is_believed() -> None:
    """Children who are a hundred times their births are a fault of the tables, not a habit: at most doubling."""
    base = children({"a": [1.0] + [1e6] * 10})
    start = starts.start_of_count(DAY, base, births=born({"a": [1.0] * 11}, last=2023))
    assert start.ratios is not None
    assert float(start.ratios["parent"].max()) == pytest.approx(2.0**DRAWN)
    assert float(start.ratios["local"].max()) <= 2.0 + 1e-12


@few
@given(order=st.permutations(["a", "b", "c"]))
def test_the_order_of_areas_is_irrelevant(order: list[str]) -> None:
    """Labels decide, in the count and in the births."""
    numbers = {name: [100.0 + place] + [90.0 + 5 * place] * 10 for place, name in enumerate("abc")}
    births = born({name: [100.0 + 3 * place] * 11 for place, name in enumerate("abc")}, last=2023)
    one = starts.start_of_count(DAY, children(numbers), births=births)
    other = starts.start_of_count(DAY, children(numbers).sel(area=order), births=births)
    assert one.ratios is not None
    assert other.ratios is not None
    xr.testing.assert_allclose(one.ratios, other.ratios.sel(area=list("abc")))


def test_births_of_other_areas_are_refused() -> None:
    """A count without one of the areas of the births would lose its children."""
    births = born({"a": [100.0] * 11, "b": [100.0] * 11}, last=2023)
    with pytest.raises(LabelError, match="areas of the count and of births"):
        starts.start_of_count(DAY, children({"a": [97.0] * 11}), births=births)


# several counts


def test_two_counts_by_hand() -> None:
    """Cohorts that lose a tenth a year for five years: drawn to no change by three years, 0.9 ** (5 / 8)."""
    late = singles([1000.0 * 0.9**age for age in range(21)])
    early = {"0-4": sum(1000.0 * 0.9**age for age in range(5)), "5-9": sum(1000.0 * 0.9**age for age in range(5, 10))}
    counts = pd.concat([bands(early, date=EARLIER), late])
    start = starts.start_of_snapshots(counts, oldest=11)
    assert start.ratios is not None
    assert start.ratios["age"].to_numpy().tolist() == list(range(1, 12))
    seen = 5 / (5 + PRIOR_YEARS)
    assert np.allclose(start.ratios["parent"], 0.9**seen, rtol=2e-3)
    assert start.base.sel(area="a").to_numpy().tolist() == pytest.approx([1000.0 * 0.9**age for age in range(12)])
    assert start.date == DAY
    about = [fact.about for fact in start.facts if fact.key == "change"]
    assert about == ["1-5, 2018-12-31 - 2023-12-31", "6-11, 2018-12-31 - 2023-12-31"]


@pytest.mark.parametrize("how", ["same bands", "other bands"])
def test_women_and_men_counted_apart_are_the_same_people(how: str) -> None:
    """Both sexes are added up on both dates, also where the men of the first date have other bands."""
    late = [singles([50.0] * 21, sex=sex) for sex in ("female", "male")]
    men = {"0-4": 250.0, "5-9": 250.0} if how == "same bands" else {"0-2": 150.0, "3-9": 350.0}
    early = [
        bands({"0-4": 250.0, "5-9": 250.0}, date=EARLIER, sex="female"),
        bands(men, date=EARLIER, sex="male"),
    ]
    start = starts.start_of_snapshots(pd.concat([*early, *late]), oldest=11)
    assert start.ratios is not None
    assert np.allclose(start.ratios["parent"], 1.0)
    assert np.allclose(start.ratios["local"], 1.0)
    assert np.allclose(start.base, 100.0)


def test_one_sex_on_the_first_date_is_refused() -> None:
    """Women alone beside both sexes five years later would look like a doubling."""
    counts = pd.concat([bands({"0-9": 500.0}, date=EARLIER, sex="female"), singles([100.0] * 21)])
    with pytest.raises(LabelError, match=r"2018-12-31 have the sexes \['female'\]"):
        starts.start_of_snapshots(counts, oldest=11)


def test_a_gap_in_the_first_count_is_refused() -> None:
    """Unknown is not zero."""
    counts = pd.concat([bands({"0-4": np.nan, "5-9": 500.0}, date=EARLIER), singles([100.0] * 21)])
    with pytest.raises(MissingValueError, match="2018-12-31"):
        starts.start_of_snapshots(counts, oldest=11)


@pytest.mark.parametrize("days", [30, 5000])
def test_counts_too_close_or_too_far_apart_are_refused(days: int) -> None:
    """A month says nothing of a habit, nor does a count of fourteen years ago."""
    counts = pd.concat([singles([100.0] * 21, date=DAY - dt.timedelta(days=days)), singles([100.0] * 21)])
    with pytest.raises(LabelError, match="apart"):
        starts.start_of_snapshots(counts, oldest=11)


def test_births_beside_two_counts_tell_infants_per_birth() -> None:
    """Of 125 births 100 are there: births known later are multiplied by 0.8."""
    counts = pd.concat([singles([100.0] * 21, date=EARLIER), singles([100.0] * 21)])
    start = starts.start_of_snapshots(counts, oldest=11, births=born({"a": [125.0] * 3}, last=2023))
    assert start.retention == pytest.approx(0.8)
    assert facts_of(start)["retention"] == pytest.approx(0.8)
    later = starts.start_of_snapshots(counts, oldest=11, births=born({"a": [125.0] * 3}, last=2030))
    assert later.retention == 1.0
    assert "retention" not in facts_of(later)


# a yearly history


def test_a_still_history_by_hand() -> None:
    """100 of every age for six years: nobody moves, and 100 infants of 50 women at each age are 2 per woman."""
    history = history_of(np.full((60, 6), 100.0))
    start = starts.start_of_history(history, date=DAY, oldest=11, memory=Memory())
    assert start.ratios is not None
    assert start.level is not None
    assert np.allclose(start.ratios["local"], 1.0)
    assert start.ratios["age"].to_numpy().tolist() == list(range(1, 12))
    assert float(start.level["parent"]) == pytest.approx(2.0)
    assert float(start.level["local"].sel(area="a")) == pytest.approx(2.0)
    assert facts_of(start) == {"mothers": pytest.approx(2.0), "births": pytest.approx(100.0)}
    assert start.people is not None
    assert int(start.people["year"]) == 2023
    assert start.history is history


def test_a_history_of_leaving_children_shows_it() -> None:
    """Every cohort loses a tenth each year below 20."""
    values = np.where(np.arange(60) < 20, 1000.0 * 0.9 ** np.arange(60), 1000.0 * 0.9**20)
    start = starts.start_of_history(
        history_of(np.repeat(values[:, None], 5, axis=1)), date=DAY, oldest=14, memory=Memory()
    )
    assert start.ratios is not None
    assert np.allclose(start.ratios["parent"], 0.9)


def test_girls_and_boys_of_school_age_above_14_are_both_counted() -> None:
    """All girls stay and a fifth of the boys leaves at 16: of both together a tenth."""
    girls, boys = np.full((60, 5), 100.0), np.full((60, 5), 100.0)
    boys[16:] = 80.0
    history = history_of(np.stack([girls, boys]), sexes=True)
    start = starts.start_of_history(history, date=DAY, oldest=17, memory=Memory())
    assert start.ratios is not None
    assert "sex" not in start.ratios.dims
    assert float(start.ratios["parent"].sel(age=16)) == pytest.approx(0.9)
    assert np.allclose(start.ratios["parent"].sel(age=[1, 14, 15, 17]), 1.0)
    assert start.people_ratios is not None
    assert float(start.people_ratios["parent"].sel(sex="male", age=16)) == pytest.approx(0.8)


def test_births_beside_a_history_tell_infants_per_birth() -> None:
    """Of 110 births 100 infants are there."""
    history = history_of(np.full((60, 6), 100.0))
    births = born({"a": [110.0] * 4}, last=2023)
    start = starts.start_of_history(history, date=DAY, oldest=11, memory=Memory(), births=births)
    assert start.retention == pytest.approx(100 / 110)


# women and births


def women_and_births(
    births: dict[str, list[float]],
    *,
    last: int = 2023,
    women: dict[str, float] | None = None,
    infants: float | None = None,
) -> Evidence:
    """Return areas with so many women (and men) of every age below 60, and their births."""
    each = women or dict.fromkeys(births, 1000.0)
    parts = [
        singles([each[area] if infants is None or age > 0 else infants for age in range(61)], sex=sex, area=area)
        for area in births
        for sex in ("female", "male")
    ]
    return Evidence(
        areas=tuple(births), counts=pd.concat(parts).sort_index(), births=birth_table(born(births, last=last))
    )


def test_births_per_woman_by_hand() -> None:
    """1,200 births of 1,000 women at each age are 1.2 per woman; one area has the level of all."""
    start = starts.start_of_women(women_and_births({"a": [1200.0] * 11}), oldest=14, national="")
    assert start.level is not None
    infants = 2000 / 1200
    assert facts_of(start)["mothers"] == pytest.approx(1.2)
    assert start.retention == pytest.approx(infants)
    assert float(start.level["parent"]) == pytest.approx(1.2 * infants)
    assert float(start.level["local"].sel(area="a")) == pytest.approx(1.2 * infants)
    assert float(start.infants.sel(area="a")) == pytest.approx(2000.0)
    assert not start.counted


def test_each_area_has_its_own_level_if_it_is_large() -> None:
    """Twice the births of as many women are twice the level: 1.0 and 2.0 per woman around 1.5 (not their squares)."""
    evidence = women_and_births({"a": [1e6] * 3, "b": [2e6] * 3}, women={"a": 1e6, "b": 1e6})
    start = starts.start_of_women(evidence, oldest=14, national="")
    assert start.level is not None
    assert facts_of(start)["mothers"] == pytest.approx(1.5)
    level = start.level["local"] / start.retention
    assert level.sel(area=["a", "b"]).to_numpy().tolist() == pytest.approx([1.0, 2.0], rel=1e-3)


def test_a_small_area_is_drawn_to_the_level_of_all() -> None:
    """A village without a birth lies below the level of all, but above zero."""
    evidence = women_and_births({"a": [1200.0] * 3, "v": [0.0] * 3}, women={"a": 1000.0, "v": 10.0})
    start = starts.start_of_women(evidence, oldest=14, national="")
    assert start.level is not None
    assert 0 < float(start.level["local"].sel(area="v")) < float(start.level["parent"])


def test_recent_births_weigh_more() -> None:
    """Births of 1,000 and then 2,000: the later year weighs 1, the earlier 2 ** (-1 / 1.5)."""
    start = starts.start_of_women(women_and_births({"a": [1000.0, 2000.0]}), oldest=14, national="")
    before = 0.5 ** (1 / 1.5)
    assert facts_of(start)["mothers"] == pytest.approx((2.0 + before * 1.0) / (1 + before))


def test_births_after_the_count_still_tell_the_level() -> None:
    """Where births are known of later years only, they are those of the women of the count; moves are not known."""
    start = starts.start_of_women(women_and_births({"a": [900.0, 900.0]}, last=2025), oldest=14, national="")
    assert facts_of(start) == {"mothers": pytest.approx(0.9), "births": pytest.approx(900.0)}
    assert start.ratios is None
    assert start.retention == 1.0
    assert start.people_ratios is not None
    assert np.allclose(start.people_ratios["parent"], 1.0)


def test_births_after_the_count_do_not_change_the_level_of_those_before() -> None:
    """The women are those of the count: the level is that of the births up to it."""
    births = {"a": [1000.0] * 3 + [5000.0]}
    start = starts.start_of_women(women_and_births(births, last=2024), oldest=14, national="")
    assert facts_of(start)["mothers"] == pytest.approx(1.0)


def test_women_die_as_the_nation_and_children_change_as_they_did() -> None:
    """Below 15 the children's own ratio holds, deaths in it; from 15 on national survival, and nobody moves."""
    evidence = women_and_births({"a": [2000.0] * 11})
    start = starts.start_of_women(evidence, oldest=14, national="china_wpp2024")
    assert start.people_ratios is not None
    living = starts.national_survival("china_wpp2024", oldest=60, year=2023)
    assert living is not None
    parent = start.people_ratios["parent"]
    assert np.allclose(parent.sel(age=slice(1, 14)), 1.0)
    assert np.allclose(parent.sel(age=slice(15, 60)), living.sel(age=slice(15, 60)))
    assert parent["age"].to_numpy().tolist() == list(range(1, 61))
    assert start.people_ratios["local"].dims == ("area", "age")


def test_women_of_school_age_die_as_the_nation_too() -> None:
    """Where stages reach 17, the ratio of children ends at 14 for mothers to come."""
    start = starts.start_of_women(women_and_births({"a": [1900.0] * 18}), oldest=17, national="china_wpp2024")
    living = starts.national_survival("china_wpp2024", oldest=60, year=2023)
    assert start.people_ratios is not None
    assert start.ratios is not None
    assert living is not None
    parent = start.people_ratios["parent"]
    assert np.allclose(parent.sel(age=slice(15, 17)), living.sel(age=slice(15, 17)))
    xr.testing.assert_allclose(parent.sel(age=slice(1, 14)), start.ratios["parent"].sel(age=slice(1, 14)))


def test_the_latest_count_that_tells_women_from_men_is_taken() -> None:
    """A later count of both sexes together cannot say how many mothers there will be."""
    evidence = women_and_births({"a": [1000.0] * 11})
    assert evidence.counts is not None
    later = singles([1.0] * 61, date=dt.date(2024, 12, 31))
    together = Evidence(areas=("a",), counts=pd.concat([evidence.counts, later]), births=evidence.births)
    assert starts.start_of_women(together, oldest=14, national="").date == DAY


def test_what_women_and_births_need() -> None:
    """Without a table, without sexes and without women it is said what is missing."""
    evidence = women_and_births({"a": [1000.0] * 11})
    with pytest.raises(MissingValueError, match="births by area and year"):
        starts.start_of_women(Evidence(areas=("a",), counts=evidence.counts), oldest=14, national="")
    both = Evidence(areas=("a",), counts=singles([100.0] * 61), births=evidence.births)
    with pytest.raises(MissingValueError, match="women up to 49"):
        starts.start_of_women(both, oldest=14, national="")
    with pytest.raises(ValueError, match="no woman is of the age of mothers"):
        starts.start_of_women(women_and_births({"a": [10.0] * 3}, women={"a": 0.0}), oldest=14, national="")


# births alone


def test_births_alone_by_hand() -> None:
    """Those of age a on the last day of 2023 were born in 2023 - a; the level is the weighted mean of births."""
    births = born({"a": [float(year) for year in range(2012, 2024)]}, last=2023)
    evidence = Evidence(areas=("a",), births=birth_table(births))
    start = starts.start_of_births(evidence, first_year=2024, oldest=11, national="")
    assert start.date == DAY
    assert start.base.sel(area="a").to_numpy().tolist() == [2023.0 - age for age in range(12)]
    weights = 0.5 ** (np.arange(12) / 1.5)
    by_hand = float((weights * (2023 - np.arange(12))).sum() / weights.sum())
    assert float(start.infants.sel(area="a")) == pytest.approx(by_hand)
    assert (start.ratios, start.retention, start.counted) == (None, 1.0, False)


def test_children_of_births_die_as_the_nation() -> None:
    """With national rates, the share that lives to each age is the product of the shares of all ages before."""
    evidence = Evidence(areas=("a",), births=birth_table(born({"a": [1000.0] * 15}, last=2023)))
    start = starts.start_of_births(evidence, first_year=2024, oldest=14, national="china_wpp2024")
    living = starts.national_survival("china_wpp2024", oldest=14, year=2023)
    assert living is not None
    assert np.allclose(start.base.sel(area="a"), 1000 * np.cumprod(living.to_numpy()))
    assert (np.diff(start.base.sel(area="a")) < 0).all()


def test_births_that_end_early_start_earlier() -> None:
    """Births known to 2021 start at the end of 2021, though 2024 is wanted first: later births are not known."""
    evidence = Evidence(areas=("a",), births=birth_table(born({"a": [10.0] * 12}, last=2021)))
    start = starts.start_of_births(evidence, first_year=2024, oldest=11, national="")
    assert start.date == dt.date(2021, 12, 31)


def test_births_after_the_start_are_not_children_yet() -> None:
    """Known births of the year that is planned for are not of the day before it."""
    births = born({"a": [10.0] * 12 + [99.0]}, last=2024)
    start = starts.start_of_births(
        Evidence(areas=("a",), births=birth_table(births)), first_year=2024, oldest=11, national=""
    )
    assert float(start.base.max()) == 10.0


def test_a_missing_year_of_births_is_refused() -> None:
    """Children of 11 need births of 2012: the year is named."""
    evidence = Evidence(areas=("a",), births=birth_table(born({"a": [10.0] * 11}, last=2023)))
    with pytest.raises(LabelError, match="Births of 2012 are missing"):
        starts.start_of_births(evidence, first_year=2024, oldest=11, national="")
    with pytest.raises(MissingValueError, match="Births by area and year are needed"):
        starts.start_of_births(Evidence(areas=("a",)), first_year=2024, oldest=11, national="")


def test_only_years_in_which_every_area_is_known_are_births() -> None:
    """Years before one with a gap are left out, and so is a last year that only one area reported."""
    index = pd.MultiIndex.from_tuples(
        [("a", 2018), ("b", 2018), ("a", 2019), ("a", 2020), ("b", 2020), ("a", 2021), ("b", 2021), ("b", 2022)],
        names=["area", "year"],
    )
    evidence = Evidence(areas=("a", "b"), births=pd.DataFrame({"births": np.arange(8.0)}, index=index))
    births = starts.known_births(evidence)
    assert births is not None
    assert births["year"].to_numpy().tolist() == [2020, 2021]
    assert births.sel(area="b").to_numpy().tolist() == [4.0, 6.0]
    alone = Evidence(areas=("a", "b", "c"), births=evidence.births)
    assert starts.known_births(alone) is None
    with pytest.raises(MissingValueError, match="of every area"):
        starts.births_by_year(alone)


# totals, and national survival


def test_totals_by_structure_by_hand() -> None:
    """A tenth of the whole is 0 to 9: each area has a hundredth of its people at each of these ages."""
    structure = pd.DataFrame(
        {"low": [0, 10], "high": [9.0, np.nan], "count": [1000.0, 9000.0]}, index=pd.Index(["0-9", "10+"], name="age")
    )
    index = pd.MultiIndex.from_tuples([("a", DAY), ("b", DAY), ("a", EARLIER), ("b", EARLIER)], names=["area", "date"])
    totals = pd.DataFrame({"count": [500.0, 1500.0, 1.0, 1.0]}, index=index)
    start = starts.start_of_totals(Evidence(areas=("a", "b"), totals=totals, structure=structure), oldest=9)
    assert start.date == DAY
    assert start.base.sum("age").to_series().to_dict() == pytest.approx({"a": 50.0, "b": 150.0})
    assert np.allclose(start.base.sel(area="a"), 5.0)
    assert facts_of(start)["births"] == pytest.approx(20.0)
    with pytest.raises(MissingValueError, match="age structure"):
        starts.start_of_totals(Evidence(areas=("a", "b"), totals=totals), oldest=9)


def test_national_survival_is_the_share_that_lives_through_a_year() -> None:
    """Of both sexes, by the age reached, of the nearest year there is; nothing without a data set."""
    assert starts.national_survival("", oldest=14, year=2023) is None
    living = starts.national_survival("china_wpp2024", oldest=14, year=2030)
    assert living is not None
    assert living["age"].to_numpy().tolist() == list(AGES)
    assert ((living > 0.99) & (living < 1)).all()
    rates = load("china_wpp2024").death_rates.sel(year=2030, drop=True)
    single = xr.concat(
        [rates.sel(age=max(bound for bound in rates["age"].to_numpy() if bound <= age)) for age in range(101)],
        dim=pd.Index(range(101), name="age"),
    )
    assert np.allclose(living, survivorship(single).mean("sex").sel(age=slice(0, 14)))
    first, early = (starts.national_survival("china_wpp2024", oldest=3, year=year) for year in (1900, 1901))
    assert first is not None
    assert early is not None
    xr.testing.assert_identical(first, early)


def test_mothers_of_a_count_are_weighted_by_age() -> None:
    """Women of 29 lead births, girls and the old do not: the level is births over women by the age pattern."""
    counts = [2000.0 if age in range(25, 35) else 1000.0 for age in range(61)]
    parts = [singles(counts, sex=sex) for sex in ("female", "male")]
    evidence = Evidence(
        areas=("a",), counts=pd.concat(parts).sort_index(), births=birth_table(born({"a": [1500.0]}, last=2023))
    )
    # in the middle of 2023 they were half a year younger than at its end
    pattern = np.interp(np.arange(61) - 0.5, np.arange(61), mothers_by_age(range(61)).to_numpy(), left=0.0)
    start = starts.start_of_women(evidence, oldest=14, national="")
    assert facts_of(start)["mothers"] == pytest.approx(1500 / (pattern * counts).sum())


def test_births_of_the_past_are_those_of_the_women_of_then() -> None:
    """Where there are two per cent fewer women with every year of birth, fertility of 1.3 is found to be 1.3."""
    women = [1000 * 0.98 ** (60 - age) for age in range(61)]
    parts = [singles(women, sex=sex) for sex in ("female", "male")]
    pattern = mothers_by_age(range(61)).to_numpy()
    lags = [2023 - year for year in range(2015, 2024)]
    moved = [np.interp(np.arange(61) - lag - 0.5, np.arange(61), pattern, left=0.0, right=0.0) for lag in lags]
    births = [1.3 * float((curve * women).sum()) for curve in moved]
    evidence = Evidence(
        areas=("a",), counts=pd.concat(parts).sort_index(), births=birth_table(born({"a": births}, last=2023))
    )
    start = starts.start_of_women(evidence, oldest=14, national="")
    assert facts_of(start)["mothers"] == pytest.approx(1.3)


def test_yearly_counts_of_children_hold_their_infants() -> None:
    """Where nobody counts women, moves are learnt from the years all the same, and recent infants are held."""
    years, ages = range(2020, 2026), np.arange(18)
    people = xr.DataArray(
        np.full((1, len(ages), len(years)), 100.0),
        coords={"area": ["a"], "age": ages, "year": list(years)},
        dims=("area", "age", "year"),
    )
    start = starts.start_of_history(people, date=dt.date(2025, 12, 31), oldest=14, memory=Memory())
    assert start.people is None
    assert start.level is None
    assert start.infants.to_series().to_dict() == {"a": pytest.approx(100.0)}
    assert start.ratios is not None
    assert start.ratios["parent"].sel(age=slice(1, 14)).to_numpy() == pytest.approx(1.0)
    assert "mothers" not in {fact.key for fact in start.facts}


def test_bands_are_split_as_their_children_were_born() -> None:
    """Births halved within the band 0-4: so do its ages, and nobody is taken to have come or gone."""
    yearly = [100.0, 120.0, 140.0, 160.0, 200.0]
    index = pd.MultiIndex.from_tuples(
        [("a", dt.date(2023, 12, 31), "both", age) for age in ("0-4", "5-9", "10-14", "15+")],
        names=["area", "date", "sex", "age"],
    )
    counts = pd.DataFrame(
        {"low": [0, 5, 10, 15], "high": [4.0, 9.0, 14.0, np.nan], "count": [sum(yearly), 1000.0, 1000.0, 9000.0]},
        index=index,
    )
    births = born({"a": [200.0] * 10 + yearly[::-1]}, last=2023)
    base = starts.both_sexes(snapshots.single_ages(counts, date=dt.date(2023, 12, 31), oldest=14))
    bands = starts.bands_of_both(counts, date=dt.date(2023, 12, 31))
    split = starts.shaped_by_births(base, bands, births, date=dt.date(2023, 12, 31), months=None)
    assert split.sel(area="a", age=slice(0, 4)).to_numpy() == pytest.approx(yearly)
    assert split.sel(area="a", age=slice(5, 14)).to_numpy() == pytest.approx(200.0)
    start = starts.start_of_count(dt.date(2023, 12, 31), split, births=births)
    assert start.retention == pytest.approx(1.0)
    assert start.ratios is not None
    assert start.ratios["parent"].to_numpy() == pytest.approx(1.0)
