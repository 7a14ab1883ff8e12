"""The ladder of methods: the best that the data allow, and what the better ones lack."""

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
from schoolmap.population import snapshots
from schoolmap.population.evidence import Evidence
from schoolmap.population.ladder import choose_rung

AREAS = ("a", "b", "c")
counts = st.floats(min_value=0, max_value=1e5).map(lambda count: round(count, 3))


def by_area(*values: float) -> xr.DataArray:
    """Return numbers of the areas a, b, …."""
    return xr.DataArray(list(values), coords={"area": [chr(97 + n) for n in range(len(values))]}, dims="area")


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
    assert lacking(evidence, "B") == "births not known for every year of 2019-2024, e.g. 2019"
    hole = births(range(2015, 2025)).drop(index=("b", 2022))
    assert "1 of 3 areas, e.g. 'b'" in lacking(replace(evidence, births=hole), "B")


def test_women_are_needed_in_bands_of_five_years() -> None:
    """Ten-year bands tell nothing of fertility by age; single years do."""
    broad = replace(EVERYTHING, projection=None, counts=snapshot(LATE, sexes=("female", "male"), width=10))
    assert lacking(broad, "A") == "bands of women of 15 to 49 wider than five years"
    assert choose_rung(replace(broad, counts=snapshot(LATE, sexes=("female", "male"), width=1))).code == "A"


def test_two_counts_are_a_year_apart() -> None:
    """Eleven months are a year to a register; half a year is not."""
    for days, code in ((350, "C"), (329, "C"), (328, "S"), (182, "S")):
        both = pd.concat([snapshot(LATE), snapshot(LATE - dt.timedelta(days=days))])
        assert choose_rung(Evidence(areas=AREAS, counts=both)).code == code


DATES = [LATE - dt.timedelta(days=days) for days in (0, 90, 200, 328, 329, 400, 3650, 4383, 4384, 9000)]


@given(st.sets(st.sampled_from(DATES), min_size=1, max_size=4))
@settings(max_examples=30)
def test_two_counts_are_chosen_just_where_they_can_be_used(dates: set[dt.date]) -> None:
    """The ladder and the start of the method have one rule for how far apart counts are."""
    known = pd.concat([snapshot(date) for date in sorted(dates)])
    usable = snapshots.widest_pair(known) is not None
    assert choose_rung(Evidence(areas=AREAS, counts=known)).code == ("C" if usable else "S")


@pytest.mark.parametrize(
    ("ago", "why"),
    [
        ((5000,), "counts by age more than 12 years apart"),
        ((5000, 9000), "counts by age more than 12 years apart"),
        ((100, 5000), "counts by age either less than a year or more than 12 years apart"),
        ((100,), "only one count by age, or counts less than a year apart"),
    ],
)
def test_counts_too_far_apart_or_too_near_are_told_from_each_other(ago: tuple[int, ...], why: str) -> None:
    """What happened long ago is no habit: the last count is used alone, and the reason is said."""
    known = pd.concat([snapshot(LATE - dt.timedelta(days=days)) for days in (0, *ago)])
    evidence = Evidence(areas=AREAS, counts=known)
    assert choose_rung(evidence).code == "S"
    assert lacking(evidence, "C") == why
    with pytest.raises(InputError, match=f"{why}.*a year to 12 years apart"):
        choose_rung(evidence, wanted="C")


def test_counts_of_some_areas_too_near_to_one_of_all_are_no_second_count() -> None:
    """A count of two villages half a year before, and one of another half a year after, are neither of them a year away."""
    half = dt.timedelta(days=200)
    parts = [snapshot(LATE), snapshot(LATE - half, areas=("a", "b")), snapshot(LATE + half, areas=("a",))]
    assert lacking(Evidence(areas=AREAS, counts=pd.concat(parts)), "C").startswith("only one count by age")


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


def test_births_must_reach_back_from_the_first_school_year() -> None:
    """Children up to 14 on the last day of 2023 were born from 2009 on: that year is named if it lacks."""
    births_of = pd.MultiIndex.from_product([["a"], range(2010, 2025)], names=["area", "year"])
    evidence = Evidence(areas=("a",), births=pd.DataFrame({"births": 40.0}, index=births_of))
    assert choose_rung(evidence, entry_age=15, oldest=14).code == "B"
    with pytest.raises(InputError, match=r"2009-2024, e\.g\. 2009"):
        choose_rung(evidence, entry_age=15, oldest=14, first_year=2024)
    assert choose_rung(evidence, entry_age=15, oldest=14, first_year=2026).code == "B"
