"""Small areas: the ladder of methods, shrinkage, totals by structure, and ready projections."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.errors import InputError
from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.population.evidence import Evidence
from schoolmap.population.small_areas import check_projection
from schoolmap.population.small_areas import choose_rung
from schoolmap.population.small_areas import date_projection
from schoolmap.population.small_areas import empirical_prior
from schoolmap.population.small_areas import shrink
from schoolmap.population.small_areas import spread_projection
from schoolmap.population.small_areas import spread_totals

AREAS = ("a", "b", "c")
counts = st.floats(min_value=0, max_value=1e5).map(lambda count: round(count, 3))


def by_area(*values: float) -> xr.DataArray:
    """Return numbers of the areas a, b, …."""
    return xr.DataArray(list(values), coords={"area": [chr(97 + n) for n in range(len(values))]}, dims="area")


# shrinkage


def test_shrinking_by_hand() -> None:
    """Ten women with 2 births, and a parent of 0.05 worth ninety: (2 + 4.5) / 100."""
    found = shrink(by_area(2.0, 0.0), by_area(10.0, 0.0), parent=0.05, prior=90.0)
    assert found.to_numpy().tolist() == pytest.approx([0.065, 0.05])


@given(st.floats(0, 1e4), st.floats(0.1, 1e4), st.floats(0, 10), st.floats(0, 1e4))
def test_the_ratio_lies_between_the_area_and_its_parent(
    events: float, cases: float, parent: float, prior: float
) -> None:
    """Shrinkage never leaves the two ratios that it mixes, and more prior is nearer to the parent."""
    found, nearer = (
        float(shrink(by_area(events), by_area(cases), parent=parent, prior=weight)[0])
        for weight in (prior, prior + 100)
    )
    low, high = sorted([events / cases, parent])
    assert low - 1e-9 * high <= found <= high + 1e-9 * high
    assert abs(nearer - parent) <= abs(found - parent) * (1 + 1e-9) + 1e-12


def test_labels_decide_what_is_shrunk() -> None:
    """Areas in another order, and a prior of each age, find their own numbers."""
    prior = xr.DataArray([0.0, 90.0], coords={"age": [0, 1]}, dims="age")
    found = shrink(by_area(2.0, 9.0), by_area(10.0, 10.0).sel(area=["b", "a"]), parent=0.05, prior=prior)
    assert found.sel(area="a").to_numpy().tolist() == pytest.approx([0.2, 0.065])
    assert found["area"].to_numpy().tolist() == ["a", "b"]


def test_the_prior_by_hand() -> None:
    """Three ratios .04 .06 .095 of 1,000: 1.55 - 2 * .065 = 1.42 over 2,000 is the spread; .065 by it is 91.5."""
    prior = empirical_prior(by_area(40.0, 60.0, 95.0), by_area(1000.0, 1000.0, 1000.0))
    assert float(prior) == pytest.approx(0.065 / (1.42 / 2000))


def test_the_prior_is_found_again_in_simulated_areas() -> None:
    """Two thousand areas drawn with a prior of 100 give it back within a fifth."""
    rng = np.random.default_rng(3)
    cases = rng.integers(50, 500, 2000).astype(float)
    ratios = rng.gamma(0.05 * 100, 1 / 100, 2000)
    labels = {"area": [f"area {n}" for n in range(2000)]}
    events = xr.DataArray(rng.poisson(cases * ratios).astype(float), coords=labels, dims="area")
    assert float(empirical_prior(events, xr.DataArray(cases, coords=labels, dims="area"))) == pytest.approx(
        100, rel=0.2
    )


def test_areas_that_do_not_differ_borrow_all_they_may() -> None:
    """No spread beyond chance, or a single area, gives the largest prior; a huge spread the least."""
    bounds = (20.0, 500.0)
    assert float(empirical_prior(by_area(5.0, 5.0), by_area(100.0, 100.0), bounds=bounds)) == 500
    assert float(empirical_prior(by_area(5.0), by_area(100.0), bounds=bounds)) == 500
    assert float(empirical_prior(by_area(0.0, 9000.0), by_area(1e4, 1e4), bounds=bounds)) == 20


def test_shrinking_refuses_strangers_gaps_and_negatives() -> None:
    """Labels are the same, nothing is unknown, nothing below zero."""
    with pytest.raises(LabelError, match="describe different units"):
        shrink(by_area(1.0), by_area(1.0, 2.0), parent=0.1, prior=1.0)
    with pytest.raises(MissingValueError, match="`ratio_denominator` is missing"):
        shrink(by_area(1.0), by_area(np.nan), parent=0.1, prior=1.0)
    with pytest.raises(ValueError, match="`prior` must lie in"):
        shrink(by_area(1.0), by_area(1.0), parent=0.1, prior=-1.0)
    with pytest.raises(ValueError, match="`bounds`"):
        empirical_prior(by_area(1.0), by_area(1.0), bounds=(0.0, 1.0))


# the ladder


def snapshot(
    date: dt.date, *, sexes: tuple[str, ...] = ("both",), width: int = 5, areas: tuple[str, ...] = AREAS
) -> pd.DataFrame:
    """Return residents in bands of a width up to 99, and the open band."""
    rows = [
        (area, date, sex, f"{low}", low, float(low + width - 1), 40.0)
        for area in areas
        for sex in sexes
        for low in range(0, 100, width)
    ]
    rows += [(area, date, sex, "100+", 100, np.nan, 1.0) for area in areas for sex in sexes]
    frame = pd.DataFrame(rows, columns=["area", "date", "sex", "age", "low", "high", "count"])
    return frame.set_index(["area", "date", "sex", "age"])


def births(years: range, *, areas: tuple[str, ...] = AREAS) -> pd.DataFrame:
    """Return forty births in each area and year."""
    return pd.DataFrame({"births": 40.0}, index=pd.MultiIndex.from_product([areas, years], names=["area", "year"]))


def totals(*, areas: tuple[str, ...] = AREAS) -> pd.DataFrame:
    """Return a thousand residents in each area."""
    index = pd.MultiIndex.from_product([areas, [dt.date(2024, 12, 31)]], names=["area", "date"])
    return pd.DataFrame({"count": 1000.0}, index=index)


STRUCTURE = pd.DataFrame(
    {"low": [0, 3, 6, 15], "high": [2.0, 5.0, 14.0, np.nan], "count": [300.0, 330.0, 1100.0, 8270.0]},
    index=pd.Index(["0-2", "3-5", "6-14", "15+"], name="age"),
)
PUPILS = pd.DataFrame(
    {"pupils": 30.0},
    index=pd.MultiIndex.from_product([["s"], [1, 2], [2023, 2024]], names=["school", "grade", "year"]),
)
LATE, EARLY = dt.date(2024, 12, 31), dt.date(2023, 12, 31)


def ready(units: tuple[str, ...] = AREAS) -> pd.DataFrame:
    """Return a projection of single ages 3 to 5 in three years."""
    index = pd.MultiIndex.from_tuples(
        [(unit, age, age, year) for unit in units for age in (3, 4, 5) for year in (2025, 2026, 2027)],
        names=["unit", "low", "high", "year"],
    )
    return pd.DataFrame({"count": 100.0}, index=index)


EVERYTHING = Evidence(
    areas=AREAS,
    counts=pd.concat([snapshot(EARLY, sexes=("female", "male")), snapshot(LATE, sexes=("female", "male"))]),
    births=births(range(2015, 2025)),
    projection=ready(),
    totals=totals(),
    structure=STRUCTURE,
    pupils=PUPILS,
)


def test_the_ladder_goes_down_as_data_are_taken_away() -> None:
    """Each rung is chosen when the data of all better ones are gone, and says so for each of them."""
    evidence, codes = EVERYTHING, []
    for gone in (
        {"projection": None},
        {"counts": pd.concat([snapshot(EARLY), snapshot(LATE)])},
        {"counts": snapshot(LATE)},
        {"counts": None},
        {"births": None},
        {"totals": None},
        {},
    ):
        rung = choose_rung(evidence)
        codes.append(rung.code)
        assert "".join(code for code, _ in rung.passed_over) == "PABCSDE".partition(rung.code)[0]
        assert set(rung.name) == set(rung.reason) == {"en", "zh"}
        assert all(text["en"] and text["zh"] for _, text in rung.passed_over)
        evidence = replace(evidence, **gone)
    assert codes == list("PACSBDE")


def test_births_are_added_to_a_count_where_there_is_one() -> None:
    """Births alone are for where nobody was counted; they may still be asked for."""
    known = replace(EVERYTHING, projection=None, counts=snapshot(LATE))
    assert choose_rung(known, entry_age=5).code == "S"
    assert lacking(known, "B") == "a count by age is there too, to which the births are added"
    assert choose_rung(known, wanted="B").code == "B"


def test_what_is_missing_is_said_in_words() -> None:
    """Enrolment alone: each better rung names what it could not have."""
    rung = choose_rung(Evidence(areas=AREAS, pupils=PUPILS))
    assert [(code, text["en"]) for code, text in rung.passed_over] == [
        ("P", "no ready projection"),
        ("A", "no residents by age and sex"),
        ("B", "no births by area and year"),
        ("C", "no residents by area and age"),
        ("S", "no residents by area and age"),
        ("D", "no residents by area"),
    ]
    assert dict(rung.passed_over)["B"]["zh"] == "缺少分区域、分年份的出生数"


def lacking(evidence: Evidence, code: str) -> str:
    """Return why a rung was passed over."""
    return dict(choose_rung(evidence).passed_over)[code]["en"]


def test_data_of_some_areas_are_passed_over_with_the_areas_named() -> None:
    """Births, counts or a projection of two areas of three are not enough."""
    some = replace(EVERYTHING, projection=ready(("a", "b")))
    assert lacking(some, "P") == "no ready projection for 1 of 3 areas, e.g. 'c'"
    some = replace(some, births=births(range(2015, 2025), areas=("a", "c")))
    assert lacking(some, "A") == "no births by area and year for 1 of 3 areas, e.g. 'b'"
    assert lacking(some, "B") == "no births by area and year for 1 of 3 areas, e.g. 'b'"
    some = replace(some, counts=pd.concat([snapshot(EARLY, areas=("a",)), snapshot(LATE)]))
    assert lacking(some, "C") == "no second count by age, a year apart, for 2 of 3 areas, e.g. 'b'"
    some = replace(some, counts=snapshot(LATE, areas=("b", "c")))
    assert lacking(some, "S") == "no residents by area and age for 1 of 3 areas, e.g. 'a'"


def test_births_are_needed_for_as_many_years_as_entry_takes() -> None:
    """Five years do where entry is at five, not where it is at six; a hole in between is a hole."""
    evidence = Evidence(areas=AREAS, births=births(range(2020, 2025)), pupils=PUPILS)
    assert choose_rung(evidence, entry_age=5).code == "B"
    assert choose_rung(evidence, entry_age=6).code == "E"
    assert lacking(evidence, "B") == "births not known for every year of 2019-2024"
    hole = births(range(2015, 2025)).drop(index=("b", 2022))
    assert "1 of 3 areas, e.g. 'b'" in lacking(replace(evidence, births=hole), "B")


def test_women_are_needed_in_bands_of_five_years() -> None:
    """Ten-year bands tell nothing of fertility by age; single years do."""
    broad = replace(EVERYTHING, projection=None, counts=snapshot(LATE, sexes=("female", "male"), width=10))
    assert lacking(broad, "A") == "bands of women of 15 to 49 wider than five years"
    assert choose_rung(replace(broad, counts=snapshot(LATE, sexes=("female", "male"), width=1))).code == "A"


def test_two_counts_are_a_year_apart() -> None:
    """Fifty weeks are a year to a register; half a year is not."""
    for days, code in ((350, "C"), (349, "S"), (182, "S")):
        both = pd.concat([snapshot(LATE), snapshot(LATE - dt.timedelta(days=days))])
        assert choose_rung(Evidence(areas=AREAS, counts=both)).code == code


def test_ages_that_leave_a_gap_are_not_a_count_by_age() -> None:
    """Without the band 5-9 the children who enter next cannot be told."""
    holed = snapshot(LATE).drop(index="5", level="age")
    evidence = Evidence(areas=AREAS, counts=holed, pupils=PUPILS)
    assert lacking(evidence, "S") == "no residents by age from 0 to 14 without gap"


def test_a_rung_can_be_asked_for() -> None:
    """The better rungs then say that it was; their data are not missing."""
    rung = choose_rung(EVERYTHING, wanted="B")
    assert (rung.code, rung.passed_over[0][1]["en"]) == ("B", "B was asked for")
    assert rung.reason["en"].startswith("it was asked for")


def test_refuses_a_rung_whose_data_are_missing() -> None:
    """The fault names what is missing and what the rung needs, in both languages."""
    with pytest.raises(InputError, match=r"method B .*no births by area and year.*It needs births") as caught:
        choose_rung(Evidence(areas=AREAS, counts=snapshot(LATE)), wanted="B")
    assert "缺少分区域" in caught.value.faults[0].problem_zh
    with pytest.raises(ValueError, match="no method 'X'"):
        choose_rung(EVERYTHING, wanted="X")


def test_nothing_at_all_lists_what_each_rung_needs() -> None:
    """Seven faults, one for each method."""
    with pytest.raises(InputError) as caught:
        choose_rung(Evidence(areas=AREAS))
    assert len(caught.value.faults) == 7
    assert all(fault.remedy and fault.remedy_zh for fault in caught.value.faults)


# totals by age structure


def test_totals_by_hand() -> None:
    """Three per cent are 0 to 2: of a thousand, thirty."""
    found = spread_totals(pd.Series({"a": 1000.0, "b": 500.0}), STRUCTURE, ages=range(15))
    assert found.sel(age=[0, 1, 2]).sum("age").to_numpy().tolist() == pytest.approx([30.0, 15.0])
    assert found.sum("age").to_numpy().tolist() == pytest.approx([173.0, 86.5])


@given(st.lists(counts, min_size=1, max_size=6), st.floats(0.01, 100))
@settings(max_examples=20)
def test_spreading_is_linear_and_areas_do_not_mix(people: list[float], factor: float) -> None:
    """Twice the residents are twice the children; areas in reverse order are the same areas."""
    areas = pd.Series(people, index=[f"area {n}" for n in range(len(people))])
    one = spread_totals(areas, STRUCTURE, ages=range(3, 12))
    np.testing.assert_allclose(spread_totals(areas * factor, STRUCTURE, ages=range(3, 12)), one * factor)
    xr.testing.assert_allclose(spread_totals(areas[::-1], STRUCTURE, ages=range(3, 12)), one[::-1])


def test_parents_differ_and_county_totals_hold() -> None:
    """Town and countryside have their structures; raked, areas and ages both have their totals."""
    young = STRUCTURE.assign(count=[600.0, 600.0, 2000.0, 6800.0])
    structure = pd.concat({"rural": STRUCTURE, "town": young}, names=["parent"])
    people = pd.Series({"a": 1000.0, "b": 500.0})
    parent_of = pd.Series({"b": "rural", "a": "town"})
    county = STRUCTURE.assign(count=[70.0, 70.0, 250.0, 1110.0])
    found = spread_totals(people, structure, ages=range(15), parent_of=parent_of, age_totals=county)
    assert float(found.sel(age=range(3)).sum()) == pytest.approx(70.0)
    assert float(found.sel(age=range(6, 15)).sum()) == pytest.approx(250.0)
    assert float(found.sel(area="a").sum()) > 2 * float(found.sel(area="b").sum())
    unraked = spread_totals(people, structure, ages=range(15), parent_of=parent_of)
    assert unraked.sel(age=range(3)).sum("age").to_numpy().tolist() == pytest.approx([60.0, 15.0])


def test_spreading_refuses_a_structure_of_children_alone_and_other_sums() -> None:
    """A structure without adults would make everybody a child; sums must agree."""
    people = pd.Series({"a": 1000.0})
    with pytest.raises(LabelError, match=r"`structure` ends at age 14.*Add the open band"):
        spread_totals(people, STRUCTURE[:3], ages=range(15))
    with pytest.raises(LabelError, match="must follow each other from 0 to at least 17"):
        spread_totals(people, STRUCTURE, ages=range(18))
    with pytest.raises(ValueError, match="add up to 1000 and `columns` to 10000"):
        spread_totals(people, STRUCTURE, ages=range(15), age_totals=STRUCTURE)
    with pytest.raises(MissingValueError, match="parent"):
        spread_totals(people, STRUCTURE, ages=range(15), parent_of=pd.Series({"b": "town"}))


# ready projections


def test_a_sound_projection_has_nothing_to_look_at() -> None:
    """Even cohorts give an empty table."""
    assert check_projection(ready(), ages=[3, 4, 5], units=list(AREAS)).empty


def test_a_cohort_that_doubles_is_listed() -> None:
    """100 children of 3 become 180 of 4: plus 80 per cent; ten of them are too few to list."""
    odd = ready()
    odd.loc[("b", 4, 4, 2026), "count"] = 180.0
    found = check_projection(odd, ages=[3, 4, 5])
    assert found[["unit", "low", "year", "before", "count"]].to_numpy().tolist()[0] == ["b", 4, 2026, 100.0, 180.0]
    assert found["change"].tolist() == pytest.approx([0.8, 100 / 180 - 1])
    assert check_projection(odd, ages=[3, 4, 5], least=100.0).empty


def test_a_projection_must_be_complete() -> None:
    """A missing year, count, unit or age, an overlap, a gap and a negative are refused by name."""
    whole = ready()
    with pytest.raises(LabelError, match=r"no year 2026\. Years are not interpolated"):
        check_projection(whole.drop(index=2026, level="year"), ages=[3])
    with pytest.raises(LabelError, match=r"lacks 1 count\(s\), e.g. a band of unit 'b' in 2026"):
        check_projection(whole.drop(index=("b", 4, 4, 2026)), ages=[3])
    with pytest.raises(LabelError, match="do not hold age 6"):
        check_projection(whole, ages=[3, 4, 5, 6])
    with pytest.raises(LabelError, match="different units"):
        check_projection(whole, ages=[3], units=["a", "b"])
    wide = whole.rename(index={3: 4}, level="high")
    with pytest.raises(LabelError, match="overlap"):
        check_projection(wide, ages=[3])
    with pytest.raises(MissingValueError, match="`projection` is missing"):
        check_projection(whole.replace(100.0, np.nan), ages=[3])
    with pytest.raises(ValueError, match="negative"):
        check_projection(-whole, ages=[3])


def banded(cohorts: dict[int, float], years: range) -> pd.DataFrame:
    """Return a projection in the bands 3-5 and 6-11 of cohorts that keep their size."""
    rows = [
        ("a", low, high, year, sum(cohorts[year - age] for age in range(low, high + 1)))
        for low, high in ((3, 5), (6, 11))
        for year in years
    ]
    frame = pd.DataFrame(rows, columns=["unit", "low", "high", "year", "count"])
    return frame.set_index(["unit", "low", "high", "year"])


@given(st.lists(st.floats(0, 1000), min_size=20, max_size=20))
@settings(max_examples=20)
def test_bands_keep_their_totals(sizes: list[float]) -> None:
    """Whatever the cohorts, single ages add up to the bands, and none is negative."""
    projection = banded(dict(enumerate(sizes, start=2014)), range(2025, 2033))
    found = spread_projection(projection, ages=range(3, 12))
    assert (found >= 0).all()
    for low, high in ((3, 5), (6, 11)):
        wanted = projection["count"].xs((low, high), level=("low", "high"))["a"]
        np.testing.assert_allclose(found.sel(unit="a", age=range(low, high + 1)).sum("age"), wanted, rtol=1e-9)


def test_cohorts_tell_the_ages_better_than_even_shares() -> None:
    """A wave of births in two bands is found with less than a half of the error of equal ages."""
    cohorts = {year: 100 + 40 * np.sin((year - 2014) / 3) for year in range(2010, 2034)}
    years = range(2022, 2034)
    truth = np.array([[cohorts[year - age] for year in years] for age in range(3, 12)])
    projection = banded(cohorts, years)
    found = spread_projection(projection, ages=range(3, 12)).sel(unit="a").to_numpy()
    even = spread_projection(
        projection, ages=range(3, 12), shape=xr.DataArray(np.ones(9), coords={"age": range(3, 12)}, dims="age")
    ).sel(unit="a")
    assert abs(found - truth).mean() < 0.5 * abs(even.to_numpy() - truth).mean()


def test_a_shape_splits_each_band() -> None:
    """Weights 1, 2, 3 split sixty into ten, twenty and thirty; a weight of zero is refused where children are."""
    index = pd.MultiIndex.from_tuples([("a", 3, 5, 2025)], names=["unit", "low", "high", "year"])
    projection = pd.DataFrame({"count": [60.0]}, index=index)
    shape = xr.DataArray([3.0, 2.0, 1.0], coords={"age": [5, 4, 3]}, dims="age")
    found = spread_projection(projection, ages=[5, 3], shape=shape)
    assert found.sel(unit="a", year=2025).to_numpy().tolist() == pytest.approx([30.0, 10.0])
    with pytest.raises(ValueError, match=r"`shape` is zero for 1 band.*age 3 of unit 'a' in 2025"):
        spread_projection(projection, ages=[3], shape=shape * 0)
    with pytest.raises(LabelError, match="no age 5"):
        spread_projection(projection, ages=[3], shape=shape.sel(age=[3, 4]))


def test_moving_to_the_school_date_by_hand() -> None:
    """From 31 December to 31 August are 243 days: two thirds of each age have had a birthday."""
    children = xr.DataArray(
        [[90.0, 60.0], [120.0, 90.0]], coords={"age": [3, 4], "year": [2024, 2025]}, dims=("age", "year")
    )
    found = date_projection(children, day="12-31", cutoff="08-31")
    share = 243 / 365.25
    assert found["year"].to_numpy().tolist() == [2025]
    assert found.sel(year=2025).to_numpy().tolist() == pytest.approx(
        [90 * (1 - share) + 60 * share, 120 * (1 - share) + 90 * share]
    )


def test_the_last_year_is_kept_where_the_youngest_age_is_not_wanted() -> None:
    """Only the youngest age needs a year more; the same day moves nothing."""
    children = xr.DataArray(
        [[90.0, 60.0], [120.0, 90.0]], coords={"age": [3, 4], "year": [2024, 2025]}, dims=("age", "year")
    )
    assert date_projection(children, day="12-31", cutoff="08-31", ages=[4])["year"].to_numpy().tolist() == [2025, 2026]
    xr.testing.assert_identical(date_projection(children, day="08-31", cutoff="08-31"), children)
    with pytest.raises(LabelError, match="age 3 needs the next year"):
        date_projection(children.sel(year=[2024]), day="12-31", cutoff="08-31")
    with pytest.raises(LabelError, match="without gap"):
        date_projection(children.assign_coords(age=[3, 5]), day="12-31", cutoff="08-31")


@given(counts)
@settings(max_examples=20)
def test_even_children_are_the_same_on_every_day(level: float) -> None:
    """Where all ages and years are alike, another day changes nothing."""
    children = xr.DataArray(
        np.full((3, 3), level), coords={"age": [3, 4, 5], "year": [2024, 2025, 2026]}, dims=("age", "year")
    )
    for day in ("12-31", "06-30", "02-29"):
        np.testing.assert_allclose(date_projection(children, day=day, cutoff="08-31"), level)
