"""Pupils by grade: ratios, intake, projection, and the backtest that must not look ahead."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.population.grades import blend
from schoolmap.population.grades import children_from_pupils
from schoolmap.population.grades import entry_cohorts
from schoolmap.population.grades import entry_ratio
from schoolmap.population.grades import future_intake
from schoolmap.population.grades import grade_shares
from schoolmap.population.grades import grade_weight
from schoolmap.population.grades import no_change
from schoolmap.population.grades import progression_ratios
from schoolmap.population.grades import project_pupils
from schoolmap.population.grades import read_history

SCHOOLS = ["north", "south", "mill"]


def table(counts: object, *, schools: list[str] | None = None, first_grade: int = 0, last: int = 2024) -> xr.DataArray:
    """Label counts as (school, grade, year)."""
    values = np.array(counts, dtype=float)
    return xr.DataArray(
        values,
        dims=("school", "grade", "year"),
        coords={
            "school": schools or [f"s{number}" for number in range(values.shape[0])],
            "grade": np.arange(first_grade, first_grade + values.shape[1]),
            "year": np.arange(last - values.shape[2] + 1, last + 1),
        },
        name="pupils",
    )


@st.composite
def histories(draw: st.DrawFn) -> xr.DataArray:
    """Draw the pupils of up to four open schools, three grades and six years."""
    schools = draw(st.integers(min_value=1, max_value=4))
    seed = draw(st.integers(min_value=0, max_value=2**32 - 1))
    return table(np.random.default_rng(seed).integers(1, 120, (schools, 3, 6)))


def by_year(values: list[float], *, last: int = 2024) -> xr.DataArray:
    """Label numbers by year."""
    return xr.DataArray(values, dims="year", coords={"year": range(last - len(values) + 1, last + 1)})


def fixed_ratios(base: xr.DataArray, value: float = 1.0) -> xr.Dataset:
    """Return the same ratio for every school and grade."""
    below = base.sel(grade=base["grade"].to_numpy()[:-1]).drop_vars("year", errors="ignore")
    ratio = xr.full_like(below, value, dtype=float)
    return xr.Dataset({"ratio": ratio, "district": ratio.isel(school=0, drop=True)})


def forecast(history: xr.DataArray, *, intake: float = 100.0, steps: int = 4, **choices: object) -> xr.DataArray:
    """Project a history with its own ratios and shares and a constant intake."""
    last = int(history["year"].max())
    years = list(range(last + 1, last + 1 + steps))
    return project_pupils(
        history.sel(year=last),
        ratios=progression_ratios(history),
        entry=xr.DataArray(np.full(steps, intake), dims="year", coords={"year": years}),
        years=years,
        shares=grade_shares(history),
        **choices,  # type: ignore[arg-type]
    )


# ratios


def test_a_ratio_by_hand() -> None:
    """
    Of 100 + 60 first-graders of two years 90 + 66 came to grade 2: 0.975 of the district.

    The school with 100 of them kept 90 + 45 of 150: shrunk with 300, 0.975 + (0.9 - 0.975) x 150 / 450.
    """
    history = table([[[100, 50, 1], [1, 90, 45]], [[0, 10, 1], [1, 0, 21]]], first_grade=1)
    ratios = progression_ratios(history, prior=300.0)
    assert float(ratios["district"].sel(grade=1)) == pytest.approx(156 / 160)
    assert ratios["pupils"].sel(grade=1).to_numpy().tolist() == [150, 10]
    assert float(ratios["ratio"].sel(school="s0", grade=1)) == pytest.approx(0.975 + (0.9 - 0.975) / 3)


def test_the_median_does_not_see_one_odd_year() -> None:
    """Yearly ratios of 0.9, 0.9 and 3.0 have the median 0.9, pooled they are far above."""
    history = table([[[100, 100, 100, 1], [1, 90, 90, 300]]])
    assert float(progression_ratios(history, robust=True)["district"].sel(grade=0)) == pytest.approx(0.9)
    assert float(progression_ratios(history)["district"].sel(grade=0)) == pytest.approx(1.6)


def test_the_window_ends_with_the_history() -> None:
    """Of five transitions the last two count."""
    history = table([[[100, 100, 100, 100, 100, 1], [1, 10, 10, 10, 80, 100]]])
    ratios = progression_ratios(history, years=2)
    assert float(ratios["district"].sel(grade=0)) == pytest.approx(0.9)
    assert ratios["transition"].to_numpy().tolist() == [2023, 2024]


@given(histories())
@settings(max_examples=20)
def test_the_prior_leads_from_the_own_to_the_district_ratio(history: xr.DataArray) -> None:
    """Without a prior a school has its own ratio, with an endless one the district's, and else one in between."""
    own, middle, all_alike = (progression_ratios(history, prior=prior)["ratio"] for prior in (0.0, 300.0, 1e15))
    before, after = history[:, :-1, :-1].sum("year").to_numpy(), history[:, 1:, 1:].sum("year").to_numpy()
    district = progression_ratios(history)["district"].to_numpy()
    np.testing.assert_allclose(own, after / before)
    np.testing.assert_allclose(all_alike, np.broadcast_to(district, all_alike.shape), rtol=1e-9)
    assert (middle >= np.minimum(own, district) - 1e-12).all()
    assert (middle <= np.maximum(own, district) + 1e-12).all()


@given(histories(), st.booleans(), st.integers(min_value=0, max_value=10**6))
@settings(max_examples=20)
def test_what_happened_in_an_excluded_year_changes_nothing(history: xr.DataArray, robust: bool, odd: int) -> None:  # noqa: FBT001
    """Neither ratios, nor shares, nor intake see the numbers of an excluded year; the result says which and why."""
    bent = history.copy()
    bent.loc[{"year": 2022}] = float(odd)
    why = {2022: "covid", 1990: "long ago"}
    first, second = (progression_ratios(past, robust=robust, exclude_years=why) for past in (history, bent))
    xr.testing.assert_identical(first, second)
    assert first.attrs["excluded"] == {2022: "covid"}
    assert first["used"].to_numpy().tolist() == [True, True, False, False, True]
    xr.testing.assert_identical(
        grade_shares(history, exclude_years=why),
        grade_shares(bent, exclude_years=why),
    )
    intakes = [past.isel(grade=0).sum("school") for past in (history, bent)]
    for choice in ("mean", "trend"):
        xr.testing.assert_identical(
            *(future_intake(i, years=[2025, 2026], exclude_years=why, without_births=choice) for i in intakes)
        )
    born = by_year([90.0] * 8, last=2026)
    xr.testing.assert_identical(*(entry_ratio(born, intake, exclude_years=why) for intake in intakes))


def test_a_school_that_opens_has_no_ratio_of_the_year_before() -> None:
    """The pupils whom a new school starts with are no progress of its own; the district counts them."""
    history = table([[[60, 40, 40], [60, 40, 40]], [[0, 20, 20], [0, 20, 18]]])
    ratios = progression_ratios(history, prior=0.0)
    assert float(ratios["ratio"].sel(school="s1", grade=0)) == pytest.approx(18 / 20)
    assert float(ratios["district"].sel(grade=0)) == pytest.approx((60 + 58) / 120)


def test_another_parent_is_shrunk_to() -> None:
    """A county's ratios replace the sum of these schools."""
    history = table([[[100, 100], [90, 80]]])
    county = xr.DataArray([1.0], dims="grade", coords={"grade": [0]})
    ratios = progression_ratios(history, parent=county, prior=100.0)
    assert ratios["district"].to_numpy().tolist() == [1.0]
    assert ratios["ratio"].to_numpy().tolist() == [[pytest.approx(0.9)]]


# births and intake


def test_a_cohort_is_two_thirds_of_one_year_and_a_third_of_the_year_before() -> None:
    """Six-year-olds of autumn 2025 were born from September 2018 to August 2019."""
    births = by_year([300.0, 600.0], last=2019)
    assert entry_cohorts(births, share_before=2 / 3).to_series().to_dict() == {2025: pytest.approx(500.0)}
    assert entry_cohorts(births, entry_age=3, share_before=1.0).to_series().to_dict() == {2022: 600.0}


@given(st.lists(st.floats(min_value=0, max_value=1e6), min_size=3, max_size=12), st.floats(min_value=0, max_value=1))
def test_no_birth_is_lost_between_cohorts(births: list[float], share: float) -> None:
    """Cohorts sum to the births, less the part of the first and of the last year that belongs to other cohorts."""
    cohorts = entry_cohorts(by_year(births), share_before=share)
    ends = share * births[0] + (1 - share) * births[-1]
    assert float(cohorts.sum()) == pytest.approx(sum(births) - ends, rel=1e-9, abs=1e-6)


def test_the_entry_ratio_is_pooled_by_hand() -> None:
    """Intakes of 80 and 130 for 100 births each are 1.05 pupils per birth, however uneven the years."""
    entry = entry_ratio(by_year([100.0, 100.0, 100.0]), by_year([999.0, 80.0, 130.0]), years=2)
    assert float(entry["ratio"]) == pytest.approx(1.05)
    assert entry["year"].to_numpy().tolist() == [2023, 2024]


def test_known_births_lead_and_unknown_ones_are_held() -> None:
    """A cohort of 50 gives half the intake of one of 100; after the last cohort the level stays, nearest the last."""
    cohorts = by_year([100.0] * 5 + [50.0], last=2025)
    entry = future_intake(by_year([90.0] * 5), years=[2025, 2026, 2027], cohorts=cohorts)
    assert entry["basis"].to_numpy().tolist() == ["births", "births held", "births held"]
    assert float(entry.sel(year=2025)) == pytest.approx(45.0)
    assert float(entry.sel(year=2026)) == float(entry.sel(year=2027))
    assert 45.0 < float(entry.sel(year=2026)) < 0.9 * np.mean([100] * 5 + [50])


def test_without_births_a_trend_is_damped() -> None:
    """An intake that fell by a tenth a year falls on, each year by less, and never below zero."""
    past = by_year([100 * 0.9**step for step in range(5)])
    entry = future_intake(past, years=list(range(2025, 2055)), without_births="trend").to_numpy()
    assert float(past[-1]) > entry[0] > entry[1] > entry[-1] > 0
    assert (np.diff(entry[1:]) >= np.diff(entry[:-1])).all()
    assert future_intake(past, years=[2025]).item() == pytest.approx(float(past[-3:].mean()))


@given(st.floats(min_value=1, max_value=1e5))
def test_a_constant_intake_stays(level: float) -> None:
    """The mean, the trend and the births of a district where nothing changes all say the same."""
    past, born = by_year([level] * 6), by_year([2 * level] * 9, last=2026)
    for entry in (
        future_intake(past, years=[2025, 2030]),
        future_intake(past, years=[2025, 2030], without_births="trend"),
        future_intake(past, years=[2025, 2030], cohorts=born),
    ):
        assert entry.to_numpy().tolist() == pytest.approx([level, level])


# projection


def test_two_years_by_hand() -> None:
    """
    A district of 30 and 20 first-graders with ratio 0.9 has 45 in grade 2, of whom the schools' own ratios give 1 : 1.

    Cohorts alone are followed; the intake of 60 is shared 3 : 2, as the pupils per grade of the base are.
    """
    base = table([[[30], [30]], [[20], [20]]], first_grade=1).isel(year=0)
    ratios = xr.Dataset(
        {"ratio": (("school", "grade"), [[0.8], [1.2]]), "district": ("grade", [0.9])},
        coords={"school": ["s0", "s1"], "grade": [1]},
    )
    entry = xr.DataArray([60.0], dims="year", coords={"year": [2025]})
    pupils = project_pupils(base, ratios=ratios, entry=entry, years=[2025], stay=1.0).sel(year=2025)
    assert pupils.sel(grade=1).to_numpy().tolist() == pytest.approx([36.0, 24.0])
    assert pupils.sel(grade=2).to_numpy().tolist() == pytest.approx([22.5, 22.5])
    free = project_pupils(base, ratios=ratios, entry=entry, years=[2025], stay=1.0, control="none").sel(year=2025)
    assert free.sel(grade=2).to_numpy().tolist() == pytest.approx([24.0, 24.0])


@pytest.mark.parametrize("control", ["district", "none"])
def test_ratios_of_one_and_a_constant_intake_are_stationary_after_six_years(control: str) -> None:
    """After six years every pupil of six grades came in by the same intake, and every later year is the same."""
    base = table(np.random.default_rng(1).integers(10, 90, (3, 6, 1))).isel(year=0)
    years = list(range(2025, 2036))
    entry = xr.DataArray(np.full(11, 120.0), dims="year", coords={"year": years})
    pupils = project_pupils(
        base,
        ratios=fixed_ratios(base),
        entry=entry,
        years=years,
        control=control,  # type: ignore[arg-type]
    )
    for year in years[5:]:
        np.testing.assert_allclose(pupils.sel(year=year), pupils.sel(year=2030), rtol=1e-12)
        np.testing.assert_allclose(pupils.sel(year=year).sum("school"), 120.0, rtol=1e-12)
    assert not np.allclose(pupils.sel(year=2028), pupils.sel(year=2030))


@given(histories(), st.floats(min_value=0, max_value=1))
@settings(max_examples=20)
def test_schools_sum_to_the_district_that_is_projected_alone(history: xr.DataArray, stay: float) -> None:
    """Under control, no pupil is lost or found between schools, in any grade or year."""
    together = history.sum("school").expand_dims(school=["all"])
    pupils = forecast(history, stay=stay)
    np.testing.assert_allclose(pupils.sum("school"), forecast(together).sel(school="all"), rtol=1e-9)
    assert (pupils >= 0).all()


@given(histories(), st.randoms(use_true_random=False), st.sampled_from(["district", "none"]))
@settings(max_examples=20)
def test_the_order_of_labels_is_irrelevant(history: xr.DataArray, rng: object, control: str) -> None:
    """Schools, grades and years in any order give the same school the same pupils."""
    shuffled = history
    for name in ("school", "grade", "year"):
        labels = history[name].to_numpy().tolist()
        rng.shuffle(labels)  # type: ignore[attr-defined]
        shuffled = shuffled.sel({name: labels})
    expected, found = (forecast(past, control=control) for past in (history, shuffled.transpose("year", ...)))
    xr.testing.assert_allclose(found.sel(school=expected["school"]), expected)


@given(histories(), st.floats(min_value=0.01, max_value=100))
@settings(max_examples=20)
def test_twice_the_pupils_are_twice_the_projection(history: xr.DataArray, factor: float) -> None:
    """With the same ratios and shares the projection scales with pupils and intake."""
    choices = {"ratios": progression_ratios(history), "years": [2025, 2026], "shares": grade_shares(history)}
    entry = xr.DataArray([70.0, 90.0], dims="year", coords={"year": [2025, 2026]})
    base = history.sel(year=2024)
    once = project_pupils(base, entry=entry, **choices)
    many = project_pupils(factor * base, entry=factor * entry, **choices)
    np.testing.assert_allclose(many, factor * once, rtol=1e-9)


def test_whole_numbers_are_as_good_as_decimals() -> None:
    """Counts stored as integers give the same projection."""
    history = table(np.random.default_rng(2).integers(1, 60, (2, 3, 6)))
    xr.testing.assert_allclose(forecast(history.astype(int)), forecast(history))


def test_shares_settle_where_families_move() -> None:
    """With nobody staying in a pattern a cohort is shared as usual after a year; with all staying, never."""
    base = table([[[90], [50], [50]], [[10], [50], [50]]]).isel(year=0)
    usual = xr.full_like(base.drop_vars("year"), 0.5)
    entry = xr.DataArray([100.0, 100.0], dims="year", coords={"year": [2025, 2026]})
    found = {
        stay: project_pupils(
            base, ratios=fixed_ratios(base), entry=entry, years=[2025, 2026], shares=usual, stay=stay
        ).sel(school="s0")
        for stay in (0.0, 0.5, 1.0)
    }
    assert [float(pupils.sel(grade=1, year=2025)) for pupils in found.values()] == pytest.approx([50, 70, 90])
    assert [float(pupils.sel(grade=2, year=2026)) for pupils in found.values()] == pytest.approx([50, 60, 90])


def test_pupils_go_on_at_the_school_that_offers_the_next_grade() -> None:
    """Two schools of grades 1 and 2 feed a third that begins with grade 3."""
    base = table([[[40], [30], [0]], [[20], [30], [0]], [[0], [0], [50]]], first_grade=1).isel(year=0)
    entry = xr.DataArray([60.0], dims="year", coords={"year": [2025]})
    for control in ("district", "none"):
        pupils = project_pupils(base, ratios=fixed_ratios(base), entry=entry, years=[2025], control=control)
        assert pupils.sel(grade=3, year=2025).to_numpy().tolist() == pytest.approx([0, 0, 60])
        assert float(pupils.sel(school="s2", year=2025).sum()) == pytest.approx(60)


def test_a_school_closes_where_its_shares_are_zero() -> None:
    """Its pupils are shared by the others, and nobody is lost."""
    base = table([[[30], [30]], [[20], [20]], [[10], [10]]]).isel(year=0)
    usual = base.drop_vars("year").where(base["school"] != "s0", 0.0)
    entry = xr.DataArray([60.0], dims="year", coords={"year": [2025]})
    pupils = project_pupils(base, ratios=fixed_ratios(base), entry=entry, years=[2025], shares=usual)
    assert pupils.sel(school="s0").to_numpy().ravel().tolist() == [0.0, 0.0]
    assert pupils.sum("school").to_numpy().ravel().tolist() == pytest.approx([60.0, 60.0])


def test_an_intake_by_school_is_kept() -> None:
    """Who says how many enter each school is not overruled, and draws stay apart."""
    base = table([[[30], [30]], [[20], [20]]]).isel(year=0)
    entry = xr.DataArray(
        [[[5.0], [7.0]], [[1.0], [2.0]]],
        dims=("draw", "school", "year"),
        coords={"draw": [0, 1], "school": ["s1", "s0"], "year": [2025]},
    )
    pupils = project_pupils(base, ratios=fixed_ratios(base), entry=entry, years=[2025])
    assert pupils.dims == ("draw", "school", "grade", "year")
    assert pupils.sel(grade=0, year=2025, school="s0").to_numpy().tolist() == [7.0, 2.0]
    assert pupils.sel(grade=1, year=2025).sum("school").to_numpy().tolist() == pytest.approx([50.0, 50.0])


@given(histories())
@settings(max_examples=20)
def test_shares_of_every_grade_sum_to_one(history: xr.DataArray) -> None:
    """Whatever the prior, a grade is shared whole."""
    for prior in (0.0, 300.0, 1e12):
        np.testing.assert_allclose(grade_shares(history, prior=prior).sum("school"), 1.0, rtol=1e-12)


def test_a_closed_school_has_no_share_and_a_new_one_that_of_its_years() -> None:
    """Of 60 pupils a new school of 20 has a third, though it was empty the year before."""
    history = table([[[40, 40]], [[20, 0]], [[0, 20]]])
    assert grade_shares(history, years=2).sel(grade=0).to_numpy().tolist() == pytest.approx([2 / 3, 0.0, 1 / 3])


def test_a_small_school_offers_a_grade_that_is_empty_by_chance() -> None:
    """Two pupils a grade leave one empty now and then; a school of forty a grade has given the grade up."""
    history = table([[[2, 0], [2, 2], [2, 2]], [[40, 0], [40, 40], [40, 40]], [[40, 40], [40, 40], [40, 40]]])
    small, restructured, other = grade_shares(history).sel(grade=0).to_numpy()
    assert restructured == 0.0
    assert 0.0 < small < 0.05 < other


# baseline and blend


def test_no_change_repeats_the_last_year() -> None:
    """Every later year is the last one known, whatever came before."""
    history = table([[[1, 2], [3, 4]]])
    assert no_change(history, years=[2025, 2031]).to_numpy().tolist() == [[[2, 2], [4, 4]]]


def test_the_weight_falls_from_the_day_of_entry() -> None:
    """Children of grade 3 in two years are in school today; who enters in four years counts half."""
    weight = grade_weight([1, 2, 3], list(range(2024, 2036)), base_year=2024)
    assert (weight.sel(grade=3, year=[2024, 2025, 2026]) == 1).all()
    assert float(weight.sel(grade=1, year=2028)) == pytest.approx(0.5)
    assert (weight.sel(grade=1, year=slice(2032, None)) == 0).all()
    assert float(weight.sel(grade=3, year=2033)) > 0
    assert (weight.diff("year") <= 0).all()


@given(st.integers(min_value=0, max_value=2**32 - 1), st.integers(min_value=1, max_value=12))
def test_a_blend_lies_between_both_sides_and_is_exact_at_the_ends(seed: int, until: int) -> None:
    """Neither side is left where it counts alone, to the last digit."""
    rng = np.random.default_rng(seed)
    years = list(range(2025, 2040))
    one, two = (
        xr.DataArray(rng.uniform(0, 1e4, (3, 15)), dims=("grade", "year"), coords={"grade": [1, 2, 3], "year": years})
        for _ in range(2)
    )
    mixed = blend(one, two.transpose("year", "grade"), base_year=2024, until=until)
    weight = grade_weight([1, 2, 3], years, base_year=2024, until=until)
    assert (mixed >= np.minimum(one, two) * (1 - 1e-12)).all()
    assert (mixed <= np.maximum(one, two) * (1 + 1e-12)).all()
    assert (mixed == one).where(weight == 1, other=True).all()
    assert (mixed == two).where(weight == 0, other=True).all()
    assert (weight == 1).any()


# children


def test_children_below_the_entry_age_are_the_entrants_to_come() -> None:
    """Who enters at six in 2026 and 2027 is five and four years old in 2025, if all attend."""
    pupils = table([[[10, 12, 14, 16], [9, 11, 13, 15]]], first_grade=1, last=2027).sum("school")
    children = children_from_pupils(pupils, attendance=0.5, youngest=4)
    assert children["year"].to_numpy().tolist() == [2024, 2025]
    assert children.sel(year=2025).to_series().to_dict() == {4: 32.0, 5: 28.0, 6: 24.0, 7: 22.0}


def test_attendance_may_differ_by_age() -> None:
    """Rates are found by age, in whatever order they are listed; other ages are not read."""
    pupils = table([[[50], [45]]], first_grade=1)
    rates = xr.DataArray([0.9, 0.1, 1.0], dims="age", coords={"age": [7, 3, 6]})
    children = children_from_pupils(pupils, attendance=rates).sel(school="s0", year=2024)
    assert children.to_series().to_dict() == {6: pytest.approx(50), 7: pytest.approx(50)}


# reading


def rows(*cells: tuple[str, int, int, float]) -> pd.DataFrame:
    """Return a long table."""
    return pd.DataFrame(cells, columns=["school", "grade", "year", "pupils"])


def test_a_closed_school_and_a_grade_not_offered_are_zeros() -> None:
    """North was closed in 2023, south never has grade 2."""
    history = read_history(
        rows(("south", 1, 2023, 7), ("north", 2, 2024, 5), ("south", 1, 2024, 8), ("north", 1, 2024, 6))
    )
    assert history["school"].to_numpy().tolist() == ["north", "south"]
    assert history.sel(school="north").to_numpy().tolist() == [[0, 6], [0, 5]]
    assert history.sel(school="south").to_numpy().tolist() == [[7, 8], [0, 0]]


def test_refuses_a_missing_cell_unless_told_what_it_means() -> None:
    """A school that reports grade 1 of a year, and grade 2 of others, has a gap."""
    holed = rows(("north", 1, 2023, 7), ("north", 2, 2023, 5), ("north", 1, 2024, 8))
    with pytest.raises(MissingValueError, match=r"1 cell\(s\), e\.g\. school 'north', grade 2, year 2024.*zero"):
        read_history(holed)
    assert float(read_history(holed, absent="zero").sel(school="north", grade=2, year=2024)) == 0.0


@pytest.mark.parametrize(
    ("cells", "error", "message"),
    [
        (
            [("n", 1, 2024, 7), ("n", 1, 2024, 7)],
            LabelError,
            r"lists twice 1 cell\(s\), e\.g\. school 'n', grade 1, year 2024",
        ),
        ([("n", 1, 2024, -7)], ValueError, r"negative for 1 cell\(s\), e\.g\. school 'n', grade 1, year 2024"),
        ([("n", 1, 2024, np.nan)], MissingValueError, "missing for 1"),
        ([("n", "K", 2024, 7)], LabelError, "'K': whole numbers"),
        ([("n", 1, 2024, 7), ("n", 3, 2024, 7)], LabelError, r"\[1, 3\]: they must follow"),
        ([], MissingValueError, "no row"),
    ],
)
def test_refuses_a_wrong_table(cells: list[tuple[str, int, int, float]], error: type[Exception], message: str) -> None:
    """The message names the cell."""
    with pytest.raises(error, match=message):
        read_history(rows(*cells))


def test_refuses_a_table_without_a_column() -> None:
    """A column under another name is not guessed."""
    with pytest.raises(LabelError, match="no column 'pupils'"):
        read_history(rows(("n", 1, 2024, 7)).rename(columns={"pupils": "n"}))


# refusals


def test_refuses_gaps_and_exclusions_without_reason() -> None:
    """NaN is not zero pupils; a year is left out for a reason."""
    history = table([[[100.0, 100.0], [90.0, np.nan]]])
    with pytest.raises(MissingValueError, match="`history` is missing for 1"):
        progression_ratios(history)
    with pytest.raises(ValueError, match="no reason for 2023"):
        progression_ratios(history.fillna(0), exclude_years={2023: " "})


def test_refuses_a_window_without_a_transition() -> None:
    """If all is excluded there is nothing to learn from."""
    history = table([[[100, 100], [90, 90]]])
    with pytest.raises(MissingValueError, match=r"No transition.*\[2024\] are excluded"):
        progression_ratios(history, exclude_years={2024: "covid"})
    with pytest.raises(MissingValueError, match="0 are known"):
        progression_ratios(history.sel(year=[2024]))
    with pytest.raises(ValueError, match="Grade 0 had no pupil"):
        progression_ratios(table([[[0, 0], [90, 90]]]))


@pytest.mark.parametrize("choice", [{"years": 0}, {"prior": -1.0}, {"prior": np.nan}])
def test_refuses_choices_out_of_range(choice: dict[str, float]) -> None:
    """A window has a year, a prior is no debt."""
    with pytest.raises(ValueError, match="must be at least"):
        progression_ratios(table([[[100, 100], [90, 90]]]), **choice)  # type: ignore[arg-type]


def test_refuses_one_year_of_entry_and_unknown_cohorts() -> None:
    """Last year's entry ratio alone is never taken; a window needs its births."""
    with pytest.raises(ValueError, match="`years` must be at least 2"):
        entry_ratio(by_year([9.0, 9.0]), by_year([9.0, 9.0]), years=1)
    with pytest.raises(LabelError, match="`cohorts` has no year 2023"):
        entry_ratio(by_year([9.0]), by_year([9.0, 9.0]), years=2)
    with pytest.raises(ValueError, match="No child was born"):
        entry_ratio(by_year([0.0, 0.0]), by_year([9.0, 9.0]), years=2)


def test_refuses_a_projection_that_does_not_follow_its_base() -> None:
    """The first year is the one after the base, each year needs an intake, and schools must be the same."""
    base = table([[[30], [30]], [[20], [20]]]).isel(year=0)
    ratios = fixed_ratios(base)
    entry = xr.DataArray([60.0, 60.0], dims="year", coords={"year": [2025, 2026]})
    with pytest.raises(LabelError, match="first of `years` is the next, got 2026"):
        project_pupils(base, ratios=ratios, entry=entry, years=[2026])
    with pytest.raises(LabelError, match="must follow one another"):
        project_pupils(base, ratios=ratios, entry=entry, years=[2025, 2027])
    with pytest.raises(LabelError, match="`entry` has no year 2027"):
        project_pupils(base, ratios=ratios, entry=entry, years=[2025, 2026, 2027])
    with pytest.raises(LabelError, match=r"only one, e\.g\. 's1'"):
        project_pupils(base, ratios=ratios.isel(school=[0]), entry=entry, years=[2025])
    with pytest.raises(LabelError, match="`ratios` and the grades"):
        project_pupils(base, ratios=ratios.assign_coords(grade=[4]), entry=entry, years=[2025])
    shares = xr.full_like(base.drop_vars("year"), 0.5).where(base["grade"] == 0, 0.0)
    with pytest.raises(ValueError, match="No school offers grade 1"):
        project_pupils(base, ratios=ratios, entry=entry, years=[2025], shares=shares)


def test_refuses_to_blend_other_schools() -> None:
    """Both sides describe the same grades, years and schools."""
    side = table([[[30], [30]]])
    with pytest.raises(LabelError, match="`grade_side` and `cohort_side` describe different units"):
        blend(side, side.assign_coords(school=["other"]), base_year=2024)
    with pytest.raises(LabelError, match="has the dimensions"):
        blend(side, side.sum("school"), base_year=2024)


def test_refuses_children_without_attendance_or_years() -> None:
    """Nobody attending is no way to count children; five-year-olds need next year's entrants."""
    pupils = table([[[30], [30]]], first_grade=1)
    with pytest.raises(ValueError, match="`attendance` is above zero"):
        children_from_pupils(pupils, attendance=0.0)
    with pytest.raises(MissingValueError, match="ends 1 year"):
        children_from_pupils(pupils, attendance=1.0, youngest=5)
    with pytest.raises(LabelError, match="no age 7"):
        children_from_pupils(pupils, attendance=xr.DataArray([1.0], dims="age", coords={"age": [6]}))
