"""A ready projection is used as it is; pupils alone are followed grade by grade: by hand, laws, edges, refusals."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.population.evidence import Evidence
from schoolmap.population.given import children_as_given
from schoolmap.population.given import children_of_pupils
from schoolmap.population.ladder import METHOD_NAMES
from schoolmap.population.ladder import Rung
from schoolmap.population.scenarios import Scenario

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from schoolmap.population.children import Children

CUTOFF = "08-31"
SCENARIOS = {"central": Scenario(), "low": Scenario(preset="low"), "high": Scenario(preset="high")}
few = settings(max_examples=15)


def rung(code: str) -> Rung:
    """Return a rung of the ladder."""
    return Rung(code=code, name=METHOD_NAMES[code], reason={"en": "", "zh": ""})


def projected(
    rows: Mapping[tuple[int, int], Sequence[float]], *, first: int = 2024, units: tuple[str, ...] = ("a",)
) -> pd.DataFrame:
    """Return a projection: for each band a number for each year, the same in each unit."""
    index, counts = [], []
    for unit in units:
        for (low, high), numbers in rows.items():
            for place, number in enumerate(numbers):
                index.append((unit, low, high, first + place))
                counts.append(float(number))
    names = ["unit", "low", "high", "year"]
    return pd.DataFrame({"count": counts}, index=pd.MultiIndex.from_tuples(index, names=names))


def as_given(projection: pd.DataFrame | None, **options: object) -> Children:
    """Use a projection for the ages 3 to 5 and the years 2024 to 2026, unless other options are given."""
    own: dict[str, Any] = {"areas": ("a",)}
    own |= {name: options.pop(name) for name in ("areas", "projection_unit", "projection_date") if name in options}
    evidence = Evidence(projection=projection, projection_source="plan", **own)
    chosen: dict[str, object] = {
        "cutoff": CUTOFF,
        "first_year": 2024,
        "horizon": 2026,
        "ages": (3, 4, 5),
        "scenarios": SCENARIOS,
    }
    return children_as_given(evidence, rung=rung("P"), **{**chosen, **options})  # type: ignore[arg-type]


SINGLE = {(3, 3): [30, 31, 32], (4, 4): [40, 41, 42], (5, 5): [50, 51, 52]}


# a ready projection


@pytest.mark.parametrize(("unit", "day"), [("area", ""), ("area", CUTOFF), ("catchment", "")])
def test_single_ages_on_the_cut_off_day_are_used_exactly(unit: str, day: str) -> None:
    """Nothing is recomputed, by area or by catchment; without a day they are of the cut-off day."""
    children = as_given(projected(SINGLE), projection_unit=unit, projection_date=day)
    central = children.by_scenario["central"].sel(area="a")
    assert central.dims == ("age", "year")
    assert central.sel(year=2025).to_numpy().tolist() == [31, 41, 51]
    assert central["year"].to_numpy().tolist() == [2024, 2025, 2026]
    assert (children.unit, children.date) == (unit, dt.date(2024, 8, 31))
    assert (children.births, children.ratios, children.history) == ({}, None, None)
    assert [(fact.key, fact.value, fact.about) for fact in children.facts] == [("given", 3.0, "plan")]


def test_catchments_need_not_be_areas() -> None:
    """A projection by catchment has its own units; one by area must have every area and no other."""
    projection = projected(SINGLE, units=("0101", "0102"))
    children = as_given(projection, projection_unit="catchment")
    assert children.by_scenario["central"]["area"].to_numpy().tolist() == ["0101", "0102"]
    for areas in (("0101",), ("0101", "0102", "0103")):
        with pytest.raises(LabelError, match="different units"):
            as_given(projection, areas=areas)


@few
@given(
    numbers=st.lists(st.lists(st.integers(0, 5000), min_size=3, max_size=3), min_size=2, max_size=2),
    units=st.sampled_from([("a",), ("a", "b")]),
)
def test_bands_keep_their_totals(numbers: list[list[int]], units: tuple[str, ...]) -> None:
    """Single ages of a band add up to it, in each unit and year; no age is negative."""
    rows = {(3, 5): [float(number) for number in numbers[0]], (6, 11): [float(number) for number in numbers[1]]}
    children = as_given(projected(rows, units=units), areas=units, ages=tuple(range(3, 12)))
    central = children.by_scenario["central"]
    assert (central >= 0).all()
    for unit in units:
        for (low, high), totals in rows.items():
            found = central.sel(area=unit, age=slice(low, high)).sum("age")
            assert np.allclose(found, totals, rtol=1e-9, atol=1e-9)


def test_a_projection_of_another_day_is_dated() -> None:
    """Of 31 December 2023 it tells of the school year 2024: two thirds of each age have had a birthday by then."""
    rows = {(2, 2): [20.0] * 4, (3, 3): [30.0] * 4, (4, 4): [40.0] * 4, (5, 5): [50.0] * 4}
    children = as_given(projected(rows, first=2023), projection_date="12-31")
    part = 244 / 365.25
    for year in (2024, 2025, 2026):
        by_hand = [(1 - f) * now + f * before for f, now, before in [(part, 30, 20), (part, 40, 30), (part, 50, 40)]]
        found = children.by_scenario["central"].sel(area="a", year=year)
        assert found.to_numpy().tolist() == pytest.approx(by_hand, rel=2e-3)


def test_without_the_age_below_the_youngest_of_next_year_stand_for_them() -> None:
    """Those who turn three before the cut-off day are three a year later, too."""
    rows = {(3, 3): [30, 36, 42, 48], (4, 4): [40] * 4, (5, 5): [50] * 4}
    children = as_given(projected(rows, first=2023), projection_date="12-31")
    part = 244 / 365.25
    found = children.by_scenario["central"].sel(area="a", year=2024)
    assert found.to_numpy().tolist() == pytest.approx(
        [(1 - part) * 30 + part * 36, (1 - part) * 40 + part * 30, (1 - part) * 50 + part * 40], rel=2e-3
    )


def test_stages_may_leave_ages_out_between_them() -> None:
    """Kindergarten and junior school alone: each run of ages is dated by itself."""
    rows = {(3, 5): [300.0] * 4, (12, 14): [600.0] * 4}
    children = as_given(projected(rows, first=2023), projection_date="12-31", ages=(3, 4, 5, 12, 13, 14))
    central = children.by_scenario["central"].sel(area="a", year=2025)
    assert central.to_numpy().tolist() == pytest.approx([100.0] * 3 + [200.0] * 3)
    assert central["age"].to_numpy().tolist() == [3, 4, 5, 12, 13, 14]


def test_years_before_the_plan_are_kept_and_years_after_it_are_not() -> None:
    """What is known of 2024 may be shown beside a plan from 2025 to 2025."""
    children = as_given(projected(SINGLE), first_year=2025, horizon=2025)
    assert children.by_scenario["central"]["year"].to_numpy().tolist() == [2024, 2025]


@pytest.mark.parametrize(("first_year", "horizon", "named"), [(2024, 2027, 2027), (2023, 2026, 2023)])
def test_a_missing_school_year_is_refused_by_its_name(first_year: int, horizon: int, named: int) -> None:
    """Years are not extrapolated."""
    with pytest.raises(LabelError, match=rf"school years 2024 to 2026, not of {named}\."):
        as_given(projected(SINGLE), first_year=first_year, horizon=horizon)


def test_the_last_year_of_another_day_may_be_missing() -> None:
    """Without the age below, the youngest of the last year cannot be dated: the school year is named."""
    with pytest.raises(LabelError, match="not of 2026"):
        as_given(projected(SINGLE, first=2023), projection_date="12-31")


def test_scenarios_multiply_only_those_who_were_not_born_then() -> None:
    """Children of 0 in 2025 were born after the projection began: 0.96 of them in `low`; those of 1 were there."""
    rows = {(age, age): [100.0] * 3 for age in range(6)}
    children = as_given(projected(rows), ages=tuple(range(6)))
    low, central = children.by_scenario["low"].sel(area="a"), children.by_scenario["central"].sel(area="a")
    assert low.sel(year=2024).to_numpy().tolist() == [100.0] * 6
    assert low.sel(year=2025).to_numpy().tolist() == pytest.approx([96.0] + [100.0] * 5)
    assert low.sel(year=2026).to_numpy().tolist() == pytest.approx([92.0, 96.0] + [100.0] * 4)
    assert (central == 100).all()
    for name in SCENARIOS:
        born = children.born[name].sel(area="a")
        assert born.sel(year=2026).to_numpy().tolist() == [0.0, 0.0] + [100.0] * 4
        assert born["year"].dtype.kind == "i"
    assert (children.by_scenario["high"] >= central).all()


def test_children_of_school_age_are_the_same_in_each_scenario() -> None:
    """Who is three within three years was born before."""
    children = as_given(projected(SINGLE))
    for name in SCENARIOS:
        xr.testing.assert_identical(children.by_scenario[name], children.by_scenario["central"])
        xr.testing.assert_identical(children.born[name], children.by_scenario["central"])


def test_a_cohort_that_jumps_is_told() -> None:
    """A hundred who become three hundred a year later are used, and named."""
    children = as_given(projected({(3, 3): [100, 100, 100], (4, 4): [100, 300, 100], (5, 5): [100, 100, 300]}))
    jumps = [fact for fact in children.facts if fact.key == "jumps"]
    assert [(fact.value, fact.about) for fact in jumps] == [(1.0, "a, 2025")]


def test_what_a_projection_needs() -> None:
    """A table, and the ages of the plan."""
    with pytest.raises(MissingValueError, match="no ready projection"):
        as_given(None)
    with pytest.raises(LabelError, match="do not hold age 6"):
        as_given(projected(SINGLE), ages=(3, 4, 5, 6))


# pupils alone


def enrolled(numbers: dict[str, dict[int, list[float]]], *, last: int = 2024) -> pd.DataFrame:
    """Return pupils by school, grade and year, the last number of each in the year `last`."""
    rows = {
        (school, grade, last - len(counts) + 1 + place): float(count)
        for school, by_grade in numbers.items()
        for grade, counts in by_grade.items()
        for place, count in enumerate(counts)
    }
    index = pd.MultiIndex.from_tuples(list(rows), names=["school", "grade", "year"])
    return pd.DataFrame({"pupils": list(rows.values())}, index=index)


def births_of(numbers: list[float], *, last: int, areas: tuple[str, ...] = ("a",)) -> pd.DataFrame:
    """Return the same births for each area, the last in the year `last`."""
    rows = {
        (area, last - len(numbers) + 1 + place): float(number) for area in areas for place, number in enumerate(numbers)
    }
    return pd.DataFrame(
        {"births": list(rows.values())}, index=pd.MultiIndex.from_tuples(list(rows), names=["area", "year"])
    )


def of_pupils(pupils: pd.DataFrame | None, births: pd.DataFrame | None = None, **options: object) -> Children:
    """Follow pupils of grade 1 to 3 from 2024 to 2030, unless other options are given."""
    months = options.pop("months", None)
    areas = ("a",) if births is None else tuple(births.index.get_level_values("area").unique())
    evidence = Evidence(areas=areas, pupils=pupils, births=births, months=months)  # type: ignore[arg-type]
    chosen: dict[str, object] = {
        "cutoff": CUTOFF,
        "first_year": 2024,
        "horizon": 2030,
        "ages": (6, 7, 8),
        "entry_age": 6,
        "scenarios": SCENARIOS,
    }
    return children_of_pupils(evidence, rung=rung("E"), **{**chosen, **options})  # type: ignore[arg-type]


STILL = {"s": {1: [100.0] * 4, 2: [100.0] * 4, 3: [100.0] * 4}}


def test_the_last_enrolment_is_the_base_year() -> None:
    """It is returned unchanged, by school and by age of the grade, and all of it is born."""
    pupils = enrolled({"s": {1: [10, 20, 30], 2: [11, 21, 31], 3: [12, 22, 32]}, "t": {1: [5, 5, 6], 2: [4, 5, 5]}})
    children = of_pupils(pupils)
    for counts in (*children.by_scenario.values(), *children.born.values()):
        assert counts.sel(area="s", year=2024).to_series().to_dict() == {6: 30.0, 7: 31.0, 8: 32.0}
        assert counts.sel(area="t", year=2024).to_series().to_dict() == {6: 6.0, 7: 5.0, 8: 0.0}
        assert counts.dims == ("area", "age", "year")
    assert (children.unit, children.date) == ("school", dt.date(2024, 8, 31))
    assert children.births == {}


def test_grades_move_up_by_hand() -> None:
    """Nine in ten go on from grade 1 to 2, all from 2 to 3; entrants are the mean of three years."""
    pupils = enrolled({"s": {1: [90, 100, 110], 2: [80, 81, 90], 3: [70, 80, 81]}})
    children = of_pupils(pupils)
    central = children.by_scenario["central"].sel(area="s")
    assert central.sel(year=2025).to_numpy().tolist() == pytest.approx([100.0, 99.0, 90.0])
    assert central.sel(year=2026).to_numpy().tolist() == pytest.approx([100.0, 90.0, 99.0])
    assert central.sel(year=2027).to_numpy().tolist() == pytest.approx([100.0, 90.0, 90.0])
    assert children.facts[0].key == "progression"
    assert children.facts[0].value == pytest.approx((0.9 + 1.0) / 2 - 1)


def test_a_stationary_school_stays_as_it_is() -> None:
    """If all move up and as many enter each year, nothing changes."""
    central = of_pupils(enrolled(STILL)).by_scenario["central"]
    assert np.allclose(central, 100.0)


def test_who_is_at_school_is_born_and_who_enters_later_is_not() -> None:
    """Without births, those of 2025 are the first whose birth is not known; in `low` they are a little fewer."""
    children = of_pupils(enrolled(STILL))
    born, low = children.born["low"].sel(area="s"), children.by_scenario["low"].sel(area="s")
    assert born.sel(year=2025).to_numpy().tolist() == pytest.approx([0.0, 100.0, 100.0])
    assert low.sel(year=2025).to_numpy().tolist() == pytest.approx([96.0, 100.0, 100.0])
    assert low.sel(year=2027).to_numpy().tolist() == pytest.approx([88.0, 92.0, 96.0])
    assert born.sel(year=2027).to_numpy().tolist() == [0.0, 0.0, 0.0]


def test_entrants_whose_births_are_known_are_born() -> None:
    """Births of 2014 to 2020: who enters up to 2026 is known, and no scenario changes that."""
    births = births_of([125.0] * 7, last=2020)
    children = of_pupils(enrolled(STILL), births)
    for name in SCENARIOS:
        born, counts = children.born[name].sel(area="s"), children.by_scenario[name].sel(area="s")
        assert np.allclose(born.sel(year=slice(2024, 2026)), 100.0)
        assert np.allclose(counts.sel(year=slice(2024, 2026)), 100.0)
        assert born.sel(year=2027).to_numpy().tolist() == pytest.approx([0.0, 100.0, 100.0])
        assert (born <= counts + 1e-9).all()
    low = children.by_scenario["low"].sel(area="s", age=6)
    assert low.sel(year=[2026, 2027, 2028]).to_numpy().tolist() == pytest.approx([100.0, 96.0, 92.0])


def test_entrants_follow_births_by_hand() -> None:
    """Half as many births of 2019 as before: the entry of 2025 has those of 2019 up to 31 August, 2026 the rest."""
    births = births_of([100.0, 100.0, 100.0, 100.0, 100.0, 50.0, 50.0], last=2020)
    central = of_pupils(enrolled(STILL), births).by_scenario["central"].sel(area="s", age=6)
    share = 243 / 365
    assert central.sel(year=[2025, 2026]).to_numpy().tolist() == pytest.approx([100 - 50 * share, 50.0])


@pytest.mark.parametrize(("cutoff", "months", "share"), [("12-31", None, 1.0), (CUTOFF, [0.0] * 8 + [0.25] * 4, 0.0)])
def test_cohorts_of_entrants_keep_to_the_cut_off_day_and_the_months(
    cutoff: str, months: list[float] | None, share: float
) -> None:
    """On 31 December a calendar year enters together; if all are born in autumn, all enter a year later."""
    births = births_of([100.0, 100.0, 100.0, 100.0, 100.0, 50.0], last=2019)
    known = None if months is None else pd.Series(months, index=range(1, 13))
    children = of_pupils(enrolled(STILL), births, cutoff=cutoff, months=known)
    entered = children.by_scenario["central"].sel(area="s", age=6, year=2025)
    assert float(entered) == pytest.approx(100 - 50 * share)


@pytest.mark.parametrize(
    "births",
    [
        births_of([100.0], last=2020),
        births_of([100.0] * 4, last=2024),
        births_of([100.0] * 3, last=2010),
        births_of([100.0] * 7, last=2020, areas=("a", "b")).drop(index="b", level="area"),
    ],
    ids=["one year", "too late", "too early", "of one area"],
)
def test_births_that_tell_nothing_of_past_entrants_are_not_used(births: pd.DataFrame) -> None:
    """To learn pupils per birth, births of two of the last years of entry are needed; else the mean of entrants holds."""
    evidence = Evidence(areas=("a", "b") if len(births) == 7 else ("a",), pupils=enrolled(STILL), births=births)
    found = children_of_pupils(
        evidence,
        rung=rung("E"),
        cutoff=CUTOFF,
        first_year=2024,
        horizon=2028,
        ages=(6, 7, 8),
        entry_age=6,
        scenarios=SCENARIOS,
    )
    plain = of_pupils(enrolled(STILL), horizon=2028)
    for name in SCENARIOS:
        xr.testing.assert_identical(found.by_scenario[name], plain.by_scenario[name])
        xr.testing.assert_identical(found.born[name], plain.born[name])


def test_an_excluded_year_says_nothing_of_how_grades_move_up() -> None:
    """In 2023 half of the pupils were counted: without that year everybody moves up."""
    odd = {"s": {grade: [100.0, 100.0, 50.0, 100.0, 100.0] for grade in (1, 2, 3)}}
    central = of_pupils(enrolled(odd), exclude_years={2022: "epidemic"}).by_scenario["central"]
    assert np.allclose(central, 100.0)
    counted = of_pupils(enrolled(odd)).by_scenario["central"]
    assert not np.allclose(counted, 100.0)


def test_kindergarten_grades_are_ages_three_to_five() -> None:
    """Grade 0 is the year before grade 1: the ages 3, 4 and 5 are the grades -2, -1 and 0."""
    pupils = enrolled({"k": {-2: [30.0] * 3, -1: [40.0] * 3, 0: [50.0] * 3}})
    children = of_pupils(pupils, ages=(3, 4, 5))
    assert children.by_scenario["central"].sel(area="k", year=2024).to_series().to_dict() == {3: 30, 4: 40, 5: 50}


def test_a_plan_may_begin_after_the_last_enrolment() -> None:
    """Years before the first wanted are left out."""
    children = of_pupils(enrolled(STILL), first_year=2026)
    assert children.by_scenario["central"]["year"].to_numpy().tolist() == list(range(2026, 2031))


@few
@given(seed=st.integers(0, 2**32 - 1))
def test_pupils_of_the_district_do_not_depend_on_the_order_of_rows(seed: int) -> None:
    """Shuffled rows give the same schools; born pupils are never more than all."""
    rng = np.random.default_rng(seed)
    table = {name: {grade: rng.uniform(20, 90, 5).round().tolist() for grade in (1, 2, 3)} for name in ("s", "t", "u")}
    pupils, births = enrolled(table), births_of(rng.uniform(100, 300, 8).round().tolist(), last=2021)
    one, two = of_pupils(pupils, births), of_pupils(pupils.sample(frac=1, random_state=seed % 997), births)
    for name in SCENARIOS:
        xr.testing.assert_identical(one.by_scenario[name], two.by_scenario[name])
        assert (one.born[name] <= one.by_scenario[name] + 1e-9).all()
        xr.testing.assert_allclose(one.born[name], one.born["central"])
        assert np.isfinite(one.by_scenario[name]).all()


def test_what_pupils_alone_cannot_tell_is_refused() -> None:
    """No pupils; an age without a grade, named; a plan that begins before the last enrolment."""
    with pytest.raises(MissingValueError, match="no pupils by school"):
        of_pupils(None)
    with pytest.raises(LabelError, match=r"ages 6 to 8 only; a stage needs the age 5"):
        of_pupils(enrolled(STILL), ages=(5, 6, 7, 8))
    with pytest.raises(LabelError, match="last enrolment is that of 2024: `base_year` 2023"):
        of_pupils(enrolled(STILL), first_year=2023)
