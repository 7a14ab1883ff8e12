"""Children by every method: the first school year by hand, who counts as born, and the laws that all methods keep."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.population import starts
from schoolmap.population.children import Children
from schoolmap.population.children import forecast_children
from schoolmap.population.children import start_of
from schoolmap.population.evidence import Evidence
from schoolmap.population.ladder import METHOD_NAMES
from schoolmap.population.ladder import Rung
from schoolmap.population.national import load
from schoolmap.population.scenarios import PRESETS
from schoolmap.population.scenarios import Scenario
from schoolmap.population.snapshots import PRIOR_YEARS

DAY = dt.date(2016, 12, 31)
CUTOFF = "09-30"
PART = 273 / 365.25
"""Years from `DAY` to 30 September 2017."""
BEFORE = 273 / 365
"""Share of a year's births up to 30 September."""
NATIONAL = "china_wpp2024"
SCENARIOS = {name: Scenario(preset=name) for name in ("central", "low", "high", "no_migration")}
CENTRAL = {"central": Scenario()}
ONLY_BIRTHS = ("central", "low", "high", "two_child_pulse", "fall_2017")
KINDS = ("S", "S births", "C", "C births", "A", "A history", "B", "D")
few = settings(max_examples=6)
seeds = st.integers(min_value=0, max_value=2**32 - 1)


def counted(people: xr.DataArray, *, date: dt.date = DAY) -> pd.DataFrame:
    """Return people by (area, [sex,] age), single ages, the last one open, as the table of the evidence."""
    by_sex = people if "sex" in people.dims else people.expand_dims(sex=["both"])
    frame = by_sex.transpose("area", "sex", "age").rename("count").to_series().reset_index()
    oldest = int(frame["age"].max())
    frame["low"], frame["high"] = frame["age"], frame["age"].where(frame["age"] < oldest).astype(float)
    frame["age"] = frame["age"].astype(str) + np.where(frame["age"] == oldest, "+", "")
    frame["date"] = date
    return frame.set_index(["area", "date", "sex", "age"])[["low", "high", "count"]]


def born_in(births: dict[str, list[float]], *, last: int) -> pd.DataFrame:
    """Return births, the last of each area in the year `last`, as the table of the evidence."""
    rows = {
        (area, last - len(numbers) + 1 + place): number
        for area, numbers in births.items()
        for place, number in enumerate(numbers)
    }
    index = pd.MultiIndex.from_tuples(list(rows), names=["area", "year"])
    return pd.DataFrame({"births": list(rows.values())}, index=index, dtype=float)


def of_ages(numbers: dict[str, list[float]], *, sexes: bool = False) -> xr.DataArray:
    """Return people by (area, age); with `sexes`, half of them of each."""
    people = xr.DataArray(
        list(numbers.values()),
        coords={"area": list(numbers), "age": np.arange(len(next(iter(numbers.values()))))},
        dims=("area", "age"),
    ).astype(float)
    return people / 2 * xr.DataArray([1.0, 1.0], coords={"sex": ["female", "male"]}, dims="sex") if sexes else people


def county(kind: str, *, seed: int = 0, scale: float = 1.0, areas: tuple[str, ...] = ("a", "b", "c")) -> Evidence:
    """Draw a county of large areas, with what a method needs."""
    rng = np.random.default_rng(seed)
    shape = (len(areas), 2, 61)
    labels = {"area": list(areas), "sex": ["female", "male"], "age": np.arange(61)}
    people = xr.DataArray(scale * rng.uniform(8e5, 1.2e6, shape).round(), coords=labels, dims=tuple(labels))
    births = {area: (scale * rng.uniform(1.6e6, 2.4e6, 14).round()).tolist() for area in areas}
    known = born_in(births, last=2018)
    if kind == "B":
        return Evidence(areas=areas, births=born_in(births, last=2016))
    if kind == "D":
        totals = people.sum(["sex", "age"]).rename("count").to_series().to_frame().assign(date=DAY)
        structure = counted(people.sum(["area", "sex"]).expand_dims(area=["all"])).droplevel(["area", "date", "sex"])
        return Evidence(areas=areas, totals=totals.set_index("date", append=True), structure=structure)
    if kind == "A":
        return Evidence(areas=areas, counts=counted(people), births=known)
    if kind == "A history":
        dates = [dt.date(year, 12, 31) for year in range(2011, 2017)]
        tables = [counted(people * xr.DataArray(rng.uniform(0.95, 1.05, shape), dims=people.dims)) for _ in dates]
        tables = [table.rename(index={DAY: date}, level="date") for table, date in zip(tables, dates, strict=True)]
        return Evidence(areas=areas, counts=pd.concat(tables))
    both = people.sum("sex")
    tables = [counted(both)]
    if kind.startswith("C"):
        earlier = both * xr.DataArray(rng.uniform(0.9, 1.1, both.shape), dims=both.dims)
        tables.append(counted(earlier, date=dt.date(2011, 12, 31)))
    return Evidence(areas=areas, counts=pd.concat(tables), births=known if "births" in kind else None)


def forecast(evidence: Evidence, kind: str, **options: object) -> Children:
    """Forecast to 2026, ages to 11, in four scenarios, unless other options are given."""
    rung = Rung(code=kind[0], name=METHOD_NAMES[kind[0]], reason={"en": "", "zh": ""})
    chosen: dict[str, object] = {
        "cutoff": CUTOFF,
        "first_year": 2017,
        "horizon": 2026,
        "oldest": 11,
        "scenarios": SCENARIOS,
    }
    return forecast_children(evidence, rung=rung, **{**chosen, **options})  # type: ignore[arg-type]


def ages_of(children: Children, year: int, *, area: str = "a", scenario: str = "central") -> np.ndarray:
    """Return the children of one area and year by age."""
    return children.by_scenario[scenario].sel(area=area, year=year).to_numpy()


def moved(counts: list[float], *, newborn: float, part: float = PART) -> np.ndarray:
    """Move counts by age to the first cut-off day by hand; `newborn` are born in between."""
    older = [0.0, *counts[:-1]]
    there = [(1 - part) * now + part * before for now, before in zip(counts, older, strict=True)]
    return np.array([there[0] + newborn, *there[1:]])


# the first school year, method by method

COUNTS = [90.0, 100.0, 110.0, 120.0, 130.0, 125.0, 115.0, 105.0, 95.0, 85.0, 80.0, 75.0]
LEVEL = float((np.array([90, 100, 110]) * 0.5 ** (np.arange(3) / 1.5)).sum() / (0.5 ** (np.arange(3) / 1.5)).sum())


def test_one_count_by_hand() -> None:
    """From 31 December to 30 September three quarters have a birthday, and three quarters of a year's infants come."""
    evidence = Evidence(areas=("a",), counts=counted(of_ages({"a": [*COUNTS, 1000.0]})))
    children = forecast(evidence, "S")
    central = children.by_scenario["central"]
    assert central["year"].to_numpy().tolist() == list(range(2017, 2027))
    assert pytest.approx(0.747, abs=5e-4) == PART
    first = moved(COUNTS, newborn=PART * LEVEL)
    assert ages_of(children, 2017) == pytest.approx(first)
    assert ages_of(children, 2018) == pytest.approx([LEVEL, *first[:-1]])
    assert (children.unit, children.date, children.ratios, children.history) == ("area", DAY, None, None)


def test_totals_by_hand() -> None:
    """Half of the county's people live in each area: half of its children, too."""
    structure = counted(of_ages({"all": [*COUNTS, 1000.0]})).droplevel(["area", "date", "sex"])
    totals = pd.DataFrame({"count": [1115.0]}, index=pd.MultiIndex.from_tuples([("a", DAY)], names=["area", "date"]))
    children = forecast(Evidence(areas=("a",), totals=totals, structure=structure), "D")
    half = 1115 / structure["count"].sum()
    assert ages_of(children, 2017) == pytest.approx(half * moved(COUNTS, newborn=PART * LEVEL))


def test_births_alone_by_hand() -> None:
    """Those born in 2016 are 0 on 31 December; a quarter of them still are on 30 September."""
    births = [float(100 + year) for year in range(12)]
    children = forecast(Evidence(areas=("a",), births=born_in({"a": births}, last=2016)), "B")
    weights = 0.5 ** (np.arange(12) / 1.5)
    level = float((weights * births[::-1]).sum() / weights.sum())
    assert ages_of(children, 2017) == pytest.approx(moved(births[::-1], newborn=PART * level))
    assert children.date == DAY


def test_two_counts_by_hand() -> None:
    """Cohorts that halved in five years change by a ratio a year; of the first part year, by its part of it."""
    now = [1000.0 * 0.9**age for age in range(20)]
    tables = [counted(of_ages({"a": now})), counted(of_ages({"a": now}), date=dt.date(2011, 12, 31))]
    children = forecast(Evidence(areas=("a",), counts=pd.concat(tables)), "C")
    yearly = 0.9 ** ((1827 / 365.25) / (1827 / 365.25 + PRIOR_YEARS))
    level = float((np.array(now[:3]) * 0.5 ** (np.arange(3) / 1.5)).sum() / (0.5 ** (np.arange(3) / 1.5)).sum())
    first = moved(now[:12], newborn=PART * level) * np.array([1.0, *[yearly**PART] * 11])
    assert ages_of(children, 2017) == pytest.approx(first, rel=1e-3)
    assert ages_of(children, 2018) == pytest.approx([level, *(first[:-1] * yearly)], rel=1e-3)


def test_women_and_births_by_hand() -> None:
    """100 women of every age below 60 and 150 births a year; all stay: 150 infants a year, if nobody dies."""
    people = of_ages({"a": [150.0] * 12 + [200.0] * 49}, sexes=True)
    evidence = Evidence(areas=("a",), counts=counted(people), births=born_in({"a": [150.0] * 12}, last=2016))
    children = forecast(evidence, "A")
    # fewer girls below 12 are fewer mothers from 2020 on, a little
    assert children.births["central"].sel(area="a", year=[2017, 2018]).to_numpy() == pytest.approx(150.0, rel=1e-4)
    assert ages_of(children, 2017) == pytest.approx([150.0] * 12, rel=1e-4)
    assert [fact.value for fact in children.facts if fact.key == "mothers"] == pytest.approx([1.5], rel=1e-5)


def test_a_history_by_hand() -> None:
    """Six years of 100 of each age: nobody moves, 2 infants per woman; the next years are the same."""
    dates = [dt.date(year, 12, 31) for year in range(2011, 2017)]
    tables = [counted(of_ages({"a": [100.0] * 61}), date=date) for date in dates]
    children = forecast(Evidence(areas=("a",), counts=pd.concat(tables)), "C")
    assert children.history is not None
    assert children.history["year"].to_numpy().tolist() == list(range(2011, 2017))
    assert np.allclose(children.by_scenario["central"], 100.0)


@pytest.mark.parametrize("kind", ["S", "A", "C", "D"])
def test_a_count_on_the_cut_off_day_is_the_first_year(kind: str) -> None:
    """If nothing lies between count and school year, its children are those counted."""
    evidence = county(kind)
    children = forecast(evidence, kind, cutoff="12-31", first_year=2016)
    start = start_of(evidence, rung=children.rung, first_year=2016, oldest=11)
    for counts in (*children.by_scenario.values(), *children.born.values()):
        xr.testing.assert_allclose(counts.sel(year=2016, drop=True), start.base)


@pytest.mark.parametrize("kind", KINDS)
def test_scenarios_begin_with_the_first_cohort_that_is_not_born(kind: str) -> None:
    """Low births are a twenty-fifth fewer in the first cohort born after the count, whatever the method."""
    evidence = county(kind)
    # without births of later years than the count
    births = None if evidence.births is None else evidence.births[evidence.births.index.get_level_values("year") < 2017]
    for cutoff, first in (("12-31", 2017), (CUTOFF, 2017)):
        both = {name: SCENARIOS[name] for name in ("central", "low")}
        children = forecast(replace(evidence, births=births), kind, cutoff=cutoff, horizon=2019, scenarios=both)
        share = children.births["low"] / children.births["central"]
        assert np.allclose(share.sel(year=first), 0.96)
        assert np.allclose(share.sel(year=first + 1), 0.92)


# known births


def known_births(last: int) -> Evidence:
    """Return one count and births of 2005 to a last year, rising by ten a year to 220 in 2018."""
    births = [float(220 - 10 * (2018 - year)) for year in range(2005, last + 1)]
    return Evidence(
        areas=("a",),
        counts=counted(of_ages({"a": [180.0] + [190.0 - 10 * age for age in range(11)] + [1000.0]})),
        births=born_in({"a": births}, last=last),
    )


def test_cohorts_of_known_births_are_those_births_less_those_who_did_not_stay() -> None:
    """Of 200 births in 2016 180 infants were counted: nine in ten of the births of later cohorts stay."""
    children = forecast(known_births(2018), "S")
    cohorts = children.births["central"].sel(area="a")
    assert float(cohorts.sel(year=2018)) == pytest.approx(0.9 * (BEFORE * 220 + (1 - BEFORE) * 210))
    assert float(cohorts.sel(year=2017)) == pytest.approx(0.9 * (BEFORE * 210 + (1 - BEFORE) * 200))
    assert ages_of(children, 2018)[0] == pytest.approx(0.9 * (BEFORE * 220 + (1 - BEFORE) * 210))
    assert [fact.value for fact in children.facts if fact.key == "known_births"] == [2018.0]


def test_of_the_first_cohort_those_born_since_the_count_are_added() -> None:
    """A quarter of the infants of the count are still 0, and the births of January to September have come."""
    children = forecast(known_births(2018), "S")
    assert ages_of(children, 2017)[0] == pytest.approx((1 - PART) * 180 + 0.9 * BEFORE * 210)


def test_births_of_a_part_of_a_cohort_are_that_part() -> None:
    """Without births of 2018 the cohort of 2018 is born as far as its autumn of 2017 is known."""
    children = forecast(known_births(2017), "S")
    assert [fact.value for fact in children.facts if fact.key == "known_births"] == [2017.0]
    born = float(children.born["central"].sel(area="a", year=2018, age=0))
    assert born == pytest.approx(0.9 * (1 - BEFORE) * 210)
    assert born < float(children.by_scenario["central"].sel(area="a", year=2018, age=0))


def test_births_hold_the_level_of_the_last_known_ones_by_hand() -> None:
    """One known year weighs 1, the level of the count all the years before: 2 ** (-1 / 1.5) and so on."""
    children = forecast(known_births(2017), "S")
    level = float(starts.start_of_count(DAY, of_ages({"a": [180.0, 190.0, 180.0]})).infants.sel(area="a"))
    cohorts = children.births["central"].sel(area="a")
    half = 0.5 ** (1 / 1.5)
    before = half / (1 - half)
    later = level * (0.9 * 210 / level + before) / (1 + before)
    begun = 0.9 * (1 - BEFORE) * 210 + BEFORE * later
    assert cohorts.sel(year=[2018, 2019, 2026]).to_numpy() == pytest.approx([begun, later, later])


def test_an_area_keeps_its_own_way_of_births() -> None:
    """Of two areas alike at the count, births of one double and of the other halve: so do those to come."""
    people = of_ages({"a": [100.0] * 13, "b": [100.0] * 13})
    births = born_in({"a": [100.0] * 3 + [200.0] * 8, "b": [100.0] * 3 + [50.0] * 8}, last=2024)
    evidence = Evidence(areas=("a", "b"), counts=counted(people), births=births)
    cohorts = forecast(evidence, "S", horizon=2031).births["central"].sel(year=2030)
    assert 175 < float(cohorts.sel(area="a")) < 200
    assert 50 < float(cohorts.sel(area="b")) < 70


def test_births_in_a_new_town_go_on() -> None:
    """Where nobody lived at the count, the births known since are held: nothing is nobody's multiple."""
    people = of_ages({"a": [100.0] * 13, "b": [0.0] * 13})
    births = born_in({"a": [100.0] * 5, "b": [0.0] * 3 + [20.0] * 2}, last=2018)
    evidence = Evidence(areas=("a", "b"), counts=counted(people), births=births)
    cohorts = forecast(evidence, "S").births["central"].sel(area="b", year=slice(2019, None))
    assert cohorts.to_numpy() == pytest.approx(20.0)


def test_births_known_later_say_nothing_of_the_cohorts_before_them() -> None:
    """Births of 2020 to 2023 leave the level of 2018 as the count shows it."""
    evidence = replace(known_births(2018), births=born_in({"a": [50.0] * 4}, last=2023))
    cohorts, plain = (
        forecast(found, "S").births["central"].sel(area="a") for found in (evidence, replace(evidence, births=None))
    )
    assert float(cohorts.sel(year=2018)) == pytest.approx(float(plain.sel(year=2018)))
    assert float(cohorts.sel(year=2022)) == 50.0
    assert 50 < float(cohorts.sel(year=2026)) < 0.7 * float(plain.sel(year=2026))


@pytest.mark.parametrize("kind", ["S births", "C births", "A"])
def test_births_do_not_spring_back_to_the_level_of_the_count(kind: str) -> None:
    """Twelve years of half as many births after the count: those to come are half as many, too."""
    evidence = county(kind)
    assert evidence.births is not None
    last = evidence.births.xs(2016, level="year")["births"] / 2
    later = pd.concat({year: last.to_frame() for year in range(2017, 2029)}, names=["year"]).swaplevel()
    up_to_count = evidence.births[evidence.births.index.get_level_values("year") < 2017]
    fallen = replace(evidence, births=pd.concat([up_to_count, later]).sort_index())
    children = forecast(fallen, kind, horizon=2031, scenarios=CENTRAL)
    cohorts = children.births["central"].sum("area")
    assert float(cohorts.sel(year=2029) / cohorts.sel(year=2028)) == pytest.approx(1.0, abs=0.03)
    assert float(forecast(county(kind), kind).births["central"].sum("area").sel(year=2026)) > 1.5 * float(
        cohorts.sel(year=2029)
    )


def test_births_since_the_count_are_known_without_those_of_the_year_before() -> None:
    """From 31 December on only the births of 2017 matter: all children of the first year are born."""
    evidence = replace(known_births(2017), births=born_in({"a": [210.0]}, last=2017))
    children = forecast(evidence, "S")
    assert ages_of(children, 2017)[0] == pytest.approx((1 - PART) * 180 + BEFORE * 210)
    xr.testing.assert_identical(children.born["central"].sel(year=2017), children.by_scenario["low"].sel(year=2017))


def test_a_count_in_autumn_has_births_of_two_years_before_the_cut_off_day() -> None:
    """From 1 November 2016 on: the births after it in 2016, and those up to 31 August 2017."""
    evidence = Evidence(
        areas=("a",),
        counts=counted(of_ages({"a": [100.0] * 13}), date=dt.date(2016, 11, 1)),
        births=born_in({"a": [365.0, 730.0]}, last=2017),
    )
    children = forecast(evidence, "S", cutoff="08-31")
    part = 303 / 365.25
    assert ages_of(children, 2017)[0] == pytest.approx((1 - part) * 100 + 60 * 1 + 243 * 2)


@pytest.mark.parametrize("kind", ["S births", "C births", "A"])
def test_children_whose_births_are_known_are_born(kind: str) -> None:
    """Births are known to 2018: everybody of the cohort of 2018, of that of 2019 who came in autumn, then nobody."""
    children = forecast(county(kind), kind)
    for name, counts in children.by_scenario.items():
        born, cohort = children.born[name], counts["year"] - counts["age"]
        alive = cohort <= 2018
        assert np.allclose(born.where(alive, 0.0), counts.where(alive, 0.0))
        assert (born.where(cohort >= 2020, 0.0) == 0).all()
        begun = cohort == 2019
        assert ((born > 0) & (born < counts)).where(begun, other=True).all()
        assert (counts.where(~alive, 1.0) > 0).all()


def test_births_with_a_gap_do_not_stop_a_method_that_can_do_without() -> None:
    """Where one area lacks births, one count is followed as if no births were known: unknown is not zero."""
    evidence = county("S births")
    assert evidence.births is not None
    gap = replace(evidence, births=evidence.births.drop(index="b", level="area"))
    without = replace(evidence, births=None)
    xr.testing.assert_identical(
        forecast(gap, "S").by_scenario["central"], forecast(without, "S").by_scenario["central"]
    )


# laws that every method keeps


@few
@given(seed=seeds, kind=st.sampled_from(KINDS))
def test_born_children_are_some_of_all_and_no_scenario_of_births_changes_them(seed: int, kind: str) -> None:
    """Who was counted, or whose birth is known, is there in each scenario of births."""
    every = {name: Scenario(preset=name) for name in PRESETS}
    children = forecast(county(kind, seed=seed), kind, national=NATIONAL, scenarios=every)
    for name, counts in children.by_scenario.items():
        assert np.isfinite(counts).all()
        assert (counts > 0).all()
        assert (children.born[name] <= counts + 1e-9 * counts).all()
        assert (children.born[name] >= 0).all()
        assert counts.dims == children.born[name].dims == ("area", "age", "year")
    for name in ONLY_BIRTHS:
        xr.testing.assert_allclose(children.born[name], children.born["central"], rtol=1e-12)
    xr.testing.assert_allclose(children.born["delayed_housing"], children.born["central"], rtol=1e-12)


@few
@given(seed=seeds, kind=st.sampled_from(KINDS))
def test_low_is_below_central_is_below_high_for_the_unborn_only(seed: int, kind: str) -> None:
    """A cohort that is born is the same in all three; one that is not is a fifth lower or higher in the end."""
    children = forecast(county(kind, seed=seed), kind, horizon=2024)
    low, central, high = (children.by_scenario[name] for name in ("low", "central", "high"))
    unborn = central - children.born["central"] > 1e-6
    assert bool(unborn.any())
    assert bool((low < central).where(unborn, other=True).all())
    assert bool((central < high).where(unborn, other=True).all())
    for other in (low, high):
        assert np.allclose(other.where(~unborn, 0.0), central.where(~unborn, 0.0), rtol=1e-12)
    last_known = max([2016, *(int(fact.value) for fact in children.facts if fact.key == "known_births")])
    path = children.births["low"] / children.births["central"]
    begun = kind in {"S births", "C births", "A"}
    if begun:
        # of the first one the autumn is known, which no scenario changes
        first = path.sel(year=last_known + 1)
        assert ((first > 0.96) & (first < 1)).all()
    for year in range(last_known + 1 + begun, 2025):
        assert np.allclose(path.sel(year=year), 1 - 0.04 * min(year - last_known, 5))


@few
@given(seed=seeds, kind=st.sampled_from(KINDS))
def test_without_moves_cohorts_only_grow_older(seed: int, kind: str) -> None:
    """In the scenario `no_migration`, without deaths, who is of some age is of the next a year later."""
    alone = {"no_migration": Scenario(preset="no_migration")}
    counts = forecast(county(kind, seed=seed), kind, scenarios=alone).by_scenario["no_migration"]
    now = counts.sel(age=slice(0, 10), year=slice(2017, 2025)).to_numpy()
    later = counts.sel(age=slice(1, 11), year=slice(2018, 2026)).to_numpy()
    assert np.allclose(now, later, rtol=1e-9)


@pytest.mark.parametrize("kind", ["S", "B", "D"])
def test_methods_that_know_no_moves_keep_every_child(kind: str) -> None:
    """Without ratios and deaths a cohort keeps its size in each scenario, to the last digit."""
    children = forecast(county(kind), kind)
    assert children.ratios is None
    for counts in children.by_scenario.values():
        now = counts.sel(age=slice(0, 10), year=slice(2017, 2025)).to_numpy()
        assert np.allclose(now, counts.sel(age=slice(1, 11), year=slice(2018, 2026)).to_numpy(), rtol=1e-12)


@few
@given(seed=seeds, kind=st.sampled_from(KINDS), order=st.permutations(["a", "b", "c"]))
def test_the_order_of_areas_and_rows_is_irrelevant(seed: int, kind: str, order: list[str]) -> None:
    """Labels decide: shuffled tables and areas give the same children."""
    evidence = county(kind, seed=seed)

    def shuffled(table: pd.DataFrame | None) -> pd.DataFrame | None:
        return None if table is None else table.sample(frac=1, random_state=seed % 1000)

    other = Evidence(
        areas=tuple(order),
        counts=shuffled(evidence.counts),
        births=shuffled(evidence.births),
        totals=shuffled(evidence.totals),
        structure=shuffled(evidence.structure),
    )
    few_of_them = {name: SCENARIOS[name] for name in ("low", "no_migration")}
    one, two = (forecast(tables, kind, scenarios=few_of_them) for tables in (evidence, other))
    for name, counts in one.by_scenario.items():
        xr.testing.assert_allclose(counts, two.by_scenario[name].sel(area=counts["area"]), rtol=1e-9)
        xr.testing.assert_allclose(one.born[name], two.born[name].sel(area=counts["area"]), rtol=1e-9)


@few
@given(seed=seeds, kind=st.sampled_from(KINDS), scale=st.sampled_from([0.5, 3.0]))
def test_twice_the_people_are_twice_the_children(seed: int, kind: str, scale: float) -> None:
    """Where areas are so large that nothing is borrowed, counts and births in another unit give the same in it."""
    one, two = (
        forecast(county(kind, seed=seed, scale=size), kind, scenarios={"low": Scenario(preset="low")})
        for size in (1.0, scale)
    )
    for name, counts in one.by_scenario.items():
        xr.testing.assert_allclose(scale * counts, two.by_scenario[name], rtol=2e-3)


def test_more_history_does_not_change_what_was_counted() -> None:
    """The base is the last count, whatever came before it."""
    evidence = county("A history")
    assert evidence.counts is not None
    shorter = evidence.counts[evidence.counts.index.get_level_values("date") > dt.date(2011, 12, 31)]
    rung = forecast(evidence, "A").rung
    bases = [
        start_of(replace(evidence, counts=counts), rung=rung, first_year=2017, oldest=11)
        for counts in (evidence.counts, shorter)
    ]
    xr.testing.assert_identical(bases[0].base, bases[1].base)
    xr.testing.assert_identical(bases[0].infants, bases[1].infants)


@pytest.mark.parametrize("kind", KINDS)
def test_more_horizon_does_not_change_the_years_before(kind: str) -> None:
    """A longer plan starts with the shorter one."""
    evidence = county(kind)
    low = {"low": SCENARIOS["low"]}
    short, long = (forecast(evidence, kind, horizon=year, scenarios=low) for year in (2022, 2026))
    for name, counts in short.by_scenario.items():
        xr.testing.assert_allclose(counts, long.by_scenario[name].sel(year=counts["year"]), rtol=1e-9)


# mothers, and moves that fade


def two_areas(*, leaving: float) -> Evidence:
    """Return six years of counts: in `a` nobody moves, in `b` a share of each age above 0 and below 40 leaves a year."""
    share = np.where(np.arange(61) < 40, (1 - leaving) ** np.arange(61), (1 - leaving) ** 39)
    people = of_ages({"a": [1e6] * 61, "b": (1e6 * share).tolist()})
    dates = [dt.date(year, 12, 31) for year in range(2011, 2017)]
    return Evidence(areas=("a", "b"), counts=pd.concat([counted(people, date=date) for date in dates]))


def test_the_year_before_a_cut_off_day_lies_in_two_years_of_mothers() -> None:
    """Of the infants of a school year a quarter are of the year before, as mothers were then, three of its own."""
    evidence = county("A history")
    whole, parted = (
        forecast(evidence, "A", cutoff=cutoff, scenarios=CENTRAL).births["central"] for cutoff in ("12-31", CUTOFF)
    )
    for year in (2018, 2022, 2026):
        by_hand = (1 - PART) * whole.sel(year=year - 1) + PART * whole.sel(year=year)
        assert np.allclose(parted.sel(year=year), by_hand)
    assert float(abs(whole.sel(year=2026) / whole.sel(year=2025) - 1).max()) > 1e-3


def test_who_is_not_born_is_no_mother() -> None:
    """In `low` births are a fifth fewer, and still fewer when those who are missing would have children."""
    children = forecast(county("A history"), "A", horizon=2050)
    share = (children.births["low"] / children.births["central"]).sel(area="a")
    assert np.allclose(share.sel(year=slice(2021, 2030)), 0.8)
    assert float(share.sel(year=2050)) < 0.75


def test_where_moves_stop_mothers_stay() -> None:
    """Of `b` women leave each year; in `no_migration` they stay, and have more children."""
    children = forecast(two_areas(leaving=0.03), "C")
    share = (children.births["no_migration"] / children.births["central"]).sel(area="b")
    assert float(share.sel(year=2018)) > 1.01
    assert (share.diff("year") > 0).all()


def test_departures_from_all_areas_fade() -> None:
    """What `b` loses beyond the county's mean halves in ten years; the mean itself stays."""
    children = forecast(two_areas(leaving=0.04), "C", scenarios=CENTRAL)
    assert children.ratios is not None
    parent = float(children.ratios["parent"].sel(age=8))
    local = float(children.ratios["local"].sel(area="b", age=8))
    assert local == pytest.approx(0.96, abs=1e-4)
    assert local < parent < 1
    counts = children.by_scenario["central"].sel(area="b")
    for step, year in enumerate(range(2017, 2026)):
        change = float(counts.sel(age=8, year=year + 1) / counts.sel(age=7, year=year))
        assert change == pytest.approx(parent * (local / parent) ** (0.5 ** ((step + 1.5) / 10)))


# deaths, the nation's births, marriages


@pytest.mark.parametrize("kind", ["S", "D"])
def test_counted_infants_do_not_die_of_birth_again(kind: str) -> None:
    """Infants that were counted have lived through their first months: later cohorts start at their level."""
    still, dying = (
        forecast(county(kind), kind, national=name, scenarios=CENTRAL).by_scenario["central"] for name in ("", NATIONAL)
    )
    assert np.allclose(still.sel(age=0), dying.sel(age=0), rtol=1e-12)
    living = starts.national_survival(NATIONAL, oldest=11, year=2016)
    assert living is not None
    share = dying.sel(age=1, year=2019) / still.sel(age=1, year=2019)
    assert np.allclose(share, float(living.sel(age=1)))


def test_births_die_once() -> None:
    """Where births are the evidence, infants are those who lived through the first months."""
    still, dying = (forecast(county("B"), "B", national=name).by_scenario["central"] for name in ("", NATIONAL))
    living = starts.national_survival(NATIONAL, oldest=11, year=2016)
    assert living is not None
    assert np.allclose(dying.sel(age=0, year=2019) / still.sel(age=0, year=2019), float(living.sel(age=0)))
    # who was born in 2013 and is 3 in autumn of 2017 has died at each age on the way, the last one in part
    shares = living.sel(age=slice(0, 2)).prod()
    assert float((dying / still).sel(area="a", age=3, year=2017)) < float(shares)


@pytest.mark.parametrize("kind", ["S births", "C births", "A"])
def test_ratios_that_hold_deaths_are_not_followed_by_survival_too(kind: str) -> None:
    """Where ratios of counts were learnt, a national data set does not make children die twice."""
    still, dying = (
        forecast(county(kind), kind, national=name, scenarios=CENTRAL).by_scenario["central"] for name in ("", NATIONAL)
    )
    alive = still["year"] - still["age"] <= 2018
    assert np.allclose(still.where(alive, 0.0), dying.where(alive, 0.0), rtol=1e-12)


def of_cohorts(curve: pd.Series, years: list[int]) -> np.ndarray:  # type: ignore[type-arg]
    """Return a curve of calendar years for the school cohorts of these years."""
    return np.array([BEFORE * curve[year] + (1 - BEFORE) * curve[year - 1] for year in years])


@pytest.mark.parametrize("kind", ["S", "B", "C", "D"])
def test_births_follow_the_nation_if_wanted(kind: str) -> None:
    """They change from cohort to cohort as the nation's do."""
    level, nation = (
        forecast(county(kind), kind, births=how, national=NATIONAL, scenarios=CENTRAL).births["central"]
        for how in ("level", "national")
    )
    years = list(range(2017, 2027))
    path = of_cohorts(load(NATIONAL).annual["births"], years)
    share = (nation / level).transpose("area", "year").to_numpy()
    assert np.allclose(share / share[:, :1], path / path[0])
    assert path[-1] < 0.7 * path[0]


@pytest.mark.parametrize("last", [2016, 2018, 2020])
def test_the_nation_itself_is_given_back(last: int) -> None:
    """An area whose births are those of the nation up to some year goes on as the nation does, without a jump."""
    annual = load(NATIONAL).annual["births"]
    births = born_in({"a": annual.loc[last - 14 : last].tolist()}, last=last)
    evidence = Evidence(areas=("a",), births=births)
    children = forecast(evidence, "B", births="national", national=NATIONAL, first_year=last + 1, horizon=last + 9)
    years = list(range(last + 1, last + 10))
    cohorts = children.births["central"].sel(area="a", year=years).to_numpy()
    assert cohorts == pytest.approx(of_cohorts(annual, years), rel=1e-6)


@pytest.mark.parametrize("kind", ["A", "A history"])
def test_where_mothers_are_known_only_fertility_follows_the_nation(kind: str) -> None:
    """How many women there will be is the area's own."""
    level, nation = (
        forecast(county(kind), kind, births=how, national=NATIONAL, scenarios=CENTRAL).births["central"]
        for how in ("level", "national")
    )
    years = list(range(2020, 2027))
    path = of_cohorts(load(NATIONAL).annual["tfr"], years)
    share = (nation / level).transpose("area", "year").sel(year=years).to_numpy()
    assert np.allclose(share / share[:, :1], path / path[0])
    if kind == "A":
        assert np.allclose((nation / level).sel(year=slice(2017, 2018)), 1.0)


def test_without_a_data_set_births_hold_their_level() -> None:
    """To follow the nation needs a nation."""
    level, nation = (forecast(county("S"), "S", births=how).births["central"] for how in ("level", "national"))
    xr.testing.assert_identical(level, nation)


def test_a_scenario_without_births_has_no_child_of_theirs() -> None:
    """A multiple of zero leaves those who are born, also where mothers are projected; the others are as they were."""
    evidence = county("A history")
    scenarios = {"central": Scenario(), "none": Scenario(births_factor=0.0)}
    children = forecast(evidence, "A", scenarios=scenarios)
    assert np.isfinite(children.by_scenario["none"]).all()
    assert (children.births["none"] == 0).all()
    xr.testing.assert_allclose(children.by_scenario["none"], children.born["central"])


def test_fewer_marriages_announce_fewer_births() -> None:
    """Half of the births are first ones: a fifth fewer marriages in 2015 and 2016 are a tenth fewer births in 2017."""
    births = born_in({"a": [100.0] * 3}, last=2016).assign(order_1=50.0, order_2=50.0, order_3=0.0)
    counts = counted(of_ages({"a": [100.0] * 13}))
    married = pd.Series([100.0, 100.0, 80.0, 80.0], index=pd.Index(range(2013, 2017), name="year"))
    with_marriages = forecast(
        Evidence(areas=("a",), counts=counts, births=births, marriages=married), "S", cutoff="12-31"
    )
    without = forecast(Evidence(areas=("a",), counts=counts, births=births), "S", cutoff="12-31")
    share = (with_marriages.births["central"] / without.births["central"]).sel(area="a")
    # marriages announce 100 for 2015, 90 for 2016 and 80 for 2017; the level is that of the infants of 2014 to 2016
    curve, weights = np.array([0.95, 1.0, 1.0]), 0.5 ** (np.arange(3) / 1.5)
    assert share.sel(year=[2017, 2026]).to_numpy() == pytest.approx(0.9 / float(curve @ weights / weights.sum()))


# dates, areas and refusals


def test_a_last_count_of_some_areas_only_is_not_the_start() -> None:
    """A date on which an area was not counted would lose its children: the one before is taken."""
    evidence = county("S")
    assert evidence.counts is not None
    later = counted(of_ages({"a": [1.0] * 61}), date=dt.date(2017, 12, 31))
    children = forecast(replace(evidence, counts=pd.concat([evidence.counts, later])), "S")
    assert children.date == DAY
    xr.testing.assert_identical(children.by_scenario["low"], forecast(evidence, "S").by_scenario["low"])


def test_an_area_that_was_never_counted_is_refused() -> None:
    """No area may be lost on the way, nor one be added."""
    evidence = county("S")
    with pytest.raises(LabelError, match="areas of the plan and of the count"):
        forecast(replace(evidence, areas=("a", "b", "c", "d")), "S")
    with pytest.raises(LabelError, match="areas of the plan and of the count"):
        forecast(replace(evidence, areas=("a", "b")), "S")


def test_what_a_method_needs_is_refused_by_name() -> None:
    """Births, totals, a second count, ages, and years after the count."""
    empty = Evidence(areas=("a",))
    with pytest.raises(MissingValueError, match="Births by area and year"):
        forecast(empty, "B")
    with pytest.raises(MissingValueError, match="age structure"):
        forecast(empty, "D")
    with pytest.raises(LabelError, match="years apart"):
        forecast(county("S"), "C")
    young = Evidence(areas=("a",), counts=counted(of_ages({"a": [10.0] * 6})))
    with pytest.raises(LabelError, match="at least 11"):
        forecast(young, "S")
    with pytest.raises(LabelError, match="must follow one another"):
        forecast(county("S"), "S", horizon=2016)
    with pytest.raises(LabelError, match="has no year"):
        forecast(county("A"), "A", births="national", national=NATIONAL, horizon=2150)


def test_stages_of_the_very_young_only_are_forecast() -> None:
    """Infants are read from the ages 0 to 2 even if only 0 and 1 are wanted."""
    assert forecast(county("S"), "S", oldest=1).by_scenario["central"]["age"].to_numpy().tolist() == [0, 1]


@pytest.mark.parametrize("kind", ["S births", "A", "C"])
def test_four_hundred_areas_take_less_than_a_second_or_two(kind: str) -> None:
    """One scenario of a county's villages."""
    evidence = county(kind, areas=tuple(f"{number:03}" for number in range(400)))
    began = time.process_time()
    forecast(evidence, kind, scenarios=CENTRAL)
    assert time.process_time() - began < 2.0
