"""Forecasts of the past: nothing later than the origin is known, and errors are what they are."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError
from schoolmap.population.backtest import BASELINES
from schoolmap.population.backtest import LEAST_ERRORS
from schoolmap.population.backtest import OURS
from schoolmap.population.backtest import Method
from schoolmap.population.backtest import accuracy
from schoolmap.population.backtest import correct_intervals
from schoolmap.population.backtest import interval_factors
from schoolmap.population.backtest import peaks
from schoolmap.population.backtest import rolling_forecasts
from schoolmap.population.ratios import project_ratios

if TYPE_CHECKING:
    from collections.abc import Sequence

OLDEST = 25
GROUPS = {"0-2": (0, 2), "6-8": (6, 8)}
KEY = ["method", "origin", "horizon", "area", "group"]


def random_history(*, seed: int = 1, areas: int = 3, first: int = 2005, last: int = 2020) -> xr.DataArray:
    """Draw counts by sex in which cohorts gain or lose up to five per cent a year."""
    rng = np.random.default_rng(seed)
    years = np.arange(first, last + 1)
    counts = np.empty((areas, 2, OLDEST + 1, len(years)))
    counts[..., 0] = rng.uniform(500, 900, counts.shape[:-1])
    for year in range(1, len(years)):
        counts[..., 0, year] = counts[..., 0, year - 1] * rng.uniform(0.95, 1.05, counts.shape[:2])
        counts[..., 1:, year] = counts[..., :-1, year - 1] * rng.uniform(0.95, 1.05, (areas, 2, OLDEST))
    labels: dict[str, Any] = {
        "area": [f"a{i}" for i in range(areas)],
        "sex": ["female", "male"],
        "age": np.arange(OLDEST + 1),
        "year": years,
    }
    return xr.DataArray(counts, coords=labels, dims=tuple(labels))


def rolled(history: xr.DataArray, **choices: Any) -> pd.DataFrame:  # noqa: ANN401 - any choice of the function
    """Forecast two groups one and three years ahead, with few draws."""
    return rolling_forecasts(history, **{"groups": GROUPS, "horizons": [1, 3], "draws": 50, **choices})


def double(history: xr.DataArray, years: Sequence[int]) -> xr.DataArray:
    """Forecast twice the people counted last, whatever comes."""
    last = history.isel(year=-1, drop=True)
    return 2 * last.expand_dims(year=[int(history["year"][-1]), *years])


DOUBLE = Method(name="double", label={"en": "twice", "zh": "两倍"}, project=double)
NO_CHANGE = BASELINES[1]


def simple(rows: list[tuple[int, int, float, float]], *, p10: float = 0.9, p90: float = 1.25) -> pd.DataFrame:
    """Return forecasts as (origin, horizon, forecast, actual), with intervals that are shares of the forecast."""
    table = pd.DataFrame(rows, columns=["origin", "horizon", "forecast", "actual"])
    return table.assign(
        method="m",
        area=[f"a{place}" for place in range(len(table))],
        group="g",
        error=100 * (table["forecast"] / table["actual"] - 1),
        born_share=1.0,
        children=table["actual"],
        p10=p10 * table["forecast"],
        p90=p90 * table["forecast"],
    )


# forecasts


def test_forecasts_by_hand() -> None:
    """Twice the last count, of areas with 300 and 30 children of a group who do not change: 100 % too many."""
    labels = {"area": ["a", "b"], "age": [0, 1, 2, 3], "year": [2020, 2021, 2022, 2023]}
    history = xr.DataArray(np.full((2, 4, 4), 100.0), coords=labels, dims=tuple(labels))
    history[1] /= 10
    found = rolling_forecasts(
        history, groups={"0-2": (0, 2)}, horizons=[1, 2], origins=[2021], methods=[DOUBLE], draws=20
    )
    assert found["area"].tolist() == ["a", "a", "b", "b"]
    assert found["horizon"].tolist() == [1, 2, 1, 2]
    assert found["forecast"].tolist() == [600.0, 600.0, 60.0, 60.0]
    assert found["actual"].tolist() == [300.0, 300.0, 30.0, 30.0]
    assert found["error"].tolist() == [100.0] * 4
    # of ages 0 to 2 a year later, those of 0 are not yet born; two years later those of 1 neither
    assert found["born_share"].tolist() == pytest.approx([2 / 3, 1 / 3, 2 / 3, 1 / 3])
    assert found["children"].tolist() == [300.0, 300.0, 30.0, 30.0]
    assert set(found["method"]) == {"double"}
    assert set(found["origin"]) == {2021}


def test_every_method_origin_horizon_area_and_group_has_one_row() -> None:
    """Origins begin with five years of counts, and end where there is nothing to compare with."""
    found = rolled(random_history())
    methods = [method.name for method in (OURS, *BASELINES)]
    expected = {
        (method, origin, horizon, f"a{area}", group)
        for method in methods
        for origin in range(2009, 2020)
        for horizon in (1, 3)
        for area in range(3)
        for group in GROUPS
        if origin + horizon <= 2020
    }
    rows = list(found[KEY].itertuples(index=False, name=None))
    assert set(rows) == expected
    assert len(rows) == len(expected)
    assert found.columns.tolist()[:5] == KEY


def test_a_forecast_is_the_methods_own() -> None:
    """The table says what the method says of the history up to the origin, no more."""
    history = random_history()
    found = rolled(history, origins=[2014]).set_index(KEY)
    people = project_ratios(history.sel(year=slice(None, 2014)), years=[2015, 2016, 2017]).sum("sex")
    for group, (low, high) in GROUPS.items():
        ours = float(people.sel(area="a1", year=2017, age=slice(low, high)).sum())
        true = float(history.sel(area="a1", year=2017, age=slice(low, high)).sum())
        row = found.xs((OURS.name, 2014, 3, "a1", group))
        assert row["forecast"] == pytest.approx(ours)
        assert row["actual"] == pytest.approx(true)
        assert row["error"] == pytest.approx(100 * (ours / true - 1))
        held = found.loc[("no_change", 2014, 3, "a1", group), "forecast"]
        assert held == pytest.approx(float(history.sel(area="a1", year=2014, age=slice(low, high)).sum()))


def test_nothing_later_than_the_origin_is_known() -> None:
    """Absurd numbers in the years that follow change what came, and not one digit of the forecast or its interval."""
    history = random_history()
    poisoned = history.copy()
    poisoned[..., history["year"].to_numpy() > 2014] = 1e9
    clean, absurd = (rolled(counts, origins=range(2009, 2015)) for counts in (history, poisoned))
    for name in [*KEY, "forecast", "born_share", "children", "p10", "p90"]:
        pd.testing.assert_series_equal(clean[name], absurd[name])
    later = clean["origin"] + clean["horizon"] > 2014
    assert (absurd.loc[later, "actual"] > 1e9).all()
    pd.testing.assert_series_equal(clean.loc[~later, "actual"], absurd.loc[~later, "actual"])


def test_a_further_year_changes_no_earlier_forecast() -> None:
    """What was said of the past stays said, interval and all, when another year is counted."""
    history = random_history()
    before, after = (rolled(history.sel(year=slice(None, last))) for last in (2018, 2020))
    kept = before.merge(after, on=KEY, suffixes=("", "_after"))
    assert len(kept) == len(before) < len(after)
    for name in before.columns.difference(KEY):
        np.testing.assert_array_equal(kept[name], kept[f"{name}_after"])


def test_corrected_intervals_of_the_past_stay_as_they_were() -> None:
    """The errors of a further year are not known at an earlier origin: its correction stays."""
    history = random_history(areas=8)
    before, after = (correct_intervals(rolled(history.sel(year=slice(None, last)))) for last in (2018, 2020))
    kept = before.merge(after, on=KEY, suffixes=("", "_after"))
    assert (before["factor"].dropna() != 1).any()
    for name in ("p10", "p90", "factor", "covered"):
        np.testing.assert_array_equal(kept[name], kept[f"{name}_after"])


def test_the_same_seed_gives_the_same_bits() -> None:
    """Another seed gives other intervals, and the same forecasts."""
    history = random_history(last=2013)
    one, two, other = (rolled(history, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, two, check_exact=True)
    pd.testing.assert_frame_equal(one[[*KEY, "forecast", "error"]], other[[*KEY, "forecast", "error"]])
    assert not np.allclose(one["p10"].dropna(), other["p10"].dropna())


def test_the_order_of_areas_and_dimensions_does_not_matter() -> None:
    """Labels decide, and the forecast of an area does not depend on its place; whichever method comes first."""
    history = random_history(last=2012)
    turned = history.isel(area=[2, 0, 1], sex=[1, 0]).transpose("year", "age", "area", "sex")
    for methods in ([OURS], [NO_CHANGE, OURS]):
        one, two = (rolled(counts, methods=methods).sort_values(KEY, ignore_index=True) for counts in (history, turned))
        pd.testing.assert_frame_equal(one, two, rtol=1e-6)


def test_both_sexes_together_are_forecast_too() -> None:
    """A history without sex gives the same rows."""
    history = random_history(last=2012)
    one, two = (rolled(counts) for counts in (history, history.sum("sex")))
    pd.testing.assert_frame_equal(one[[*KEY, "actual", "children"]], two[[*KEY, "actual", "children"]])


def test_an_interval_lies_about_its_forecast_and_belongs_to_the_first_method() -> None:
    """The ends are in order; baselines have none."""
    found = rolled(random_history())
    first = found["method"] == OURS.name
    assert found.loc[~first, ["p10", "p90"]].isna().all(axis=None)
    ours = found[first]
    assert (ours["p10"] < ours["forecast"]).all()
    assert (ours["forecast"] < ours["p90"]).all()
    width = np.log(ours["p90"] / ours["p10"])
    assert width[ours["horizon"] == 3].mean() > width[ours["horizon"] == 1].mean()


def test_excluded_years_are_not_compared_with() -> None:
    """They stay in the history, so every other forecast is as it was."""
    history = random_history()
    every, some = rolled(history), rolled(history, exclude_years=[2015, 2016])
    date = every["origin"] + every["horizon"]
    pd.testing.assert_frame_equal(every[~date.isin([2015, 2016])].reset_index(drop=True), some)


def test_an_area_without_children_has_no_error_in_per_cent() -> None:
    """A share of nothing is not known; it is neither 0 nor endless."""
    history = random_history(last=2012)
    history[0, :, :5] = 0.0
    found = rolled(history)
    nobody = found["actual"] == 0
    assert nobody.any()
    assert found.loc[nobody, "error"].isna().all()
    assert found.loc[~nobody, "error"].notna().all()


# factors


def test_a_factor_by_hand() -> None:
    """
    Forecast 100, intervals from 90 to 125: the distance of what came, in distances of the end on that side.

    Twenty-four errors of 1, 2, ..., 24 times the upper end: the factor holds 80 % of them and one more,
    the twentieth.
    """
    rows = [(2000, 1, 100.0, 100 * 1.25**step) for step in range(1, 25)]
    assert interval_factors(simple(rows)).loc[("g", 1)] == pytest.approx(20, abs=1.0)
    below = [(2000, 1, 100.0, 100 * 0.9**step) for step in range(1, 25)]
    assert interval_factors(simple(below)).loc[("g", 1)] == pytest.approx(20, abs=1.0)
    same = [(2000, 1, 100.0, 125.0)] * 30
    assert interval_factors(simple(same)).loc[("g", 1)] == pytest.approx(1.0)
    narrow = [(2000, 1, 100.0, 100 * 1.25**0.5)] * 30
    assert interval_factors(simple(narrow)).loc[("g", 1)] == pytest.approx(0.5)


def test_few_errors_correct_nothing() -> None:
    """Nineteen are too few, twenty enough."""
    rows = [(2000, 1, 100.0, 156.25)] * LEAST_ERRORS
    assert interval_factors(simple(rows[1:])).tolist() == [1.0]
    assert interval_factors(simple(rows)).tolist() == pytest.approx([2.0])


def test_factors_use_only_errors_known_at_the_origin() -> None:
    """A forecast of 2000 three years ahead tells nothing before 2003."""
    rows = [(2000, 1, 100.0, 156.25)] * 20 + [(2000, 3, 100.0, 195.3125)] * 20 + [(2005, 1, 100.0, 100.0)] * 99
    table = simple(rows)
    assert interval_factors(table, until=2000).tolist() == [1.0, 1.0]
    assert interval_factors(table, until=2001).tolist() == pytest.approx([2.0, 1.0])
    assert interval_factors(table, until=2003).tolist() == pytest.approx([2.0, 3.0])
    assert interval_factors(table, until=2005).tolist() == pytest.approx([2.0, 3.0])
    assert interval_factors(table).loc[("g", 1)] < 0.01


def test_correction_by_hand() -> None:
    """Known by 2001 that the intervals are half as wide as they should be, those from 2001 on are squared."""
    rows = [(2000, 1, 100.0, 156.25)] * 20 + [(2001, 1, 100.0, 150.0), (2001, 1, 100.0, 80.0)]
    found = correct_intervals(simple(rows))
    assert found["factor"].tolist() == pytest.approx([1.0] * 20 + [2.0] * 2)
    assert found["p10"].tolist()[-2:] == pytest.approx([81.0, 81.0])
    assert found["p90"].tolist()[-2:] == pytest.approx([156.25, 156.25])
    assert found["covered"].tolist() == [0.0] * 20 + [1.0, 0.0]


def test_what_came_to_nothing_counts_as_outside() -> None:
    """
    An area whose children all left is as wrong as a forecast can be.

    Of twenty-four errors the twentieth is wanted; five cannot be measured, since nobody came, and count as
    the farthest: the factor is the greatest that can be measured.
    """
    rows = [(2000, 1, 100.0, 100 * 1.25 ** (step / 10)) for step in range(19)] + [(2000, 1, 100.0, 0.0)] * 5
    assert interval_factors(simple(rows)).loc[("g", 1)] == pytest.approx(1.8)


def test_correct_intervals_cover_what_they_promise() -> None:
    """
    Errors of one and the same kind, about which the assumed interval is three times too narrow: 80 % are covered.

    2,000 later errors of which 80 % lie within has a standard error below 1 %; with that of the factor, less
    than 3 points either way.
    """
    rng = np.random.default_rng(1)
    rows = [
        (origin, horizon, 100.0, 100 * float(np.exp(rng.normal(0, 0.15 * horizon))))
        for origin in range(2000, 2025)
        for horizon in (1, 3)
        for _ in range(80)
    ]
    table = simple(rows, p10=float(np.exp(-1.2816 * 0.05)), p90=float(np.exp(1.2816 * 0.05)))
    found = correct_intervals(table)
    later = found[found["origin"] >= 2010]
    assert len(later) == 2400
    for _, part in later.groupby("horizon"):
        assert part["covered"].mean() == pytest.approx(0.8, abs=0.03)
        assert part["factor"].mean() == pytest.approx(3 * part["horizon"].iloc[0], rel=0.1)
    assert found.loc[found["origin"] == 2000, "covered"].mean() < 0.45


def test_methods_without_an_interval_are_left_alone() -> None:
    """No factor and no coverage where there is nothing to correct; the rows stay in their order."""
    table = rolled(random_history())
    before = table.copy(deep=True)
    found = correct_intervals(table)
    pd.testing.assert_frame_equal(table, before)
    pd.testing.assert_frame_equal(found[KEY], table[KEY])
    baseline = found["method"] != OURS.name
    assert found.loc[baseline, ["factor", "covered", "p10"]].isna().all(axis=None)
    assert found.loc[~baseline, ["factor", "covered", "p10"]].notna().all(axis=None)


# sums of errors


def test_accuracy_by_hand() -> None:
    """Errors of +10 %, -20 % and +60 %: 30 % on average, 16.7 % too many, half of them 20 % or less."""
    table = simple([(2000, 1, 110.0, 100.0), (2000, 1, 80.0, 100.0), (2000, 3, 160.0, 100.0)])
    found = accuracy(table, by=["group"]).loc["g"]
    assert found.drop("p90").to_dict() == pytest.approx(
        {"forecasts": 3, "mape": 30.0, "malpe": 50 / 3, "median": 20.0},
    )
    assert found["p90"] == pytest.approx(52.0)
    assert accuracy(table, by=["horizon"])["mape"].to_dict() == pytest.approx({1: 15.0, 3: 60.0})


def test_accuracy_counts_what_is_known() -> None:
    """An error that is missing is no error of zero; coverage is told where there are intervals."""
    table = simple([(2000, 1, 110.0, 100.0), (2000, 1, 80.0, 100.0)])
    table.loc[1, "error"] = np.nan
    found = accuracy(table, by=["method"]).loc["m"]
    assert (found["forecasts"], found["mape"]) == (1, pytest.approx(10.0))
    assert "coverage" not in found
    # the intervals are 99 to 137.5 and 72 to 100: both hold 100
    assert accuracy(correct_intervals(table), by=["method"]).loc["m", "coverage"] == 100.0


def test_accuracy_by_size_and_birth_by_hand() -> None:
    """Classes of size hold their lower bound; all born, some born, none born."""
    table = simple([(2000, 1, 110.0, 100.0)] * 4)
    table["children"] = [299.0, 300.0, 10_000.0, 2_999.0]
    table["born_share"] = [1.0, 0.4, 0.0, 1.0]
    sizes = accuracy(table, by=["size"])["forecasts"].to_dict()
    assert sizes == {"0-300": 1, "300-1,000": 1, "10,000+": 1, "1,000-3,000": 1}
    assert accuracy(table, by=["born"])["forecasts"].to_dict() == {"born": 2, "mixed": 1, "unborn": 1}


# peaks


def test_peaks_by_hand() -> None:
    """
    One area peaks in 2026 and then falls, another rises to the end, a third is level within 2 %.

    The direction is that of five years, from 2025 to 2030.
    """
    years = list(range(2024, 2033))
    counts = {
        "falling": [50.0, 100.0, 120.0, 110.0, 100.0, 95.0, 90.0, 100.0, 80.0],
        "rising": [100.0 + 10 * step for step in range(9)],
        "level": [100.0, 100.0, 101.0, 100.0, 99.0, 101.0, 101.5, 90.0, 90.0],
    }
    children = xr.DataArray(
        np.repeat(np.array(list(counts.values()))[:, None] / 2, 2, axis=1),
        coords={"area": list(counts), "age": [3, 4], "year": years},
        dims=("area", "age", "year"),
    )
    found = peaks(children, groups={"3-4": (3, 4)}, base_year=2025).xs("3-4", level="group")
    assert found["children"].to_dict() == {"falling": 100.0, "rising": 110.0, "level": 100.0}
    assert found["peak_year"].to_dict() == {"falling": 2026, "rising": 2032, "level": 2030}
    assert found["peak"].to_dict() == pytest.approx({"falling": 120.0, "rising": 180.0, "level": 101.5})
    assert found["last"].to_dict() == {"falling": 80.0, "rising": 180.0, "level": 90.0}
    assert found["last_year"].unique().tolist() == [2032]
    assert found["change"].to_dict() == pytest.approx({"falling": -20.0, "rising": 700 / 11, "level": -10.0})
    assert found["direction"].to_dict() == {"falling": "falling", "rising": "rising", "level": "level"}


def test_the_peak_is_the_greatest_of_all_years() -> None:
    """Whatever the numbers: no year has more, and the first of equal ones is told."""
    rng = np.random.default_rng(5)
    children = xr.DataArray(
        rng.integers(0, 6, (40, 4, 12)).astype(float),
        coords={"area": np.arange(40), "age": np.arange(4), "year": np.arange(2020, 2032)},
        dims=("area", "age", "year"),
    )
    groups = {"all": (0, 3), "2": (2, 2)}
    found = peaks(children.transpose("year", "area", "age"), groups=groups, base_year=2024)
    for group, (low, high) in groups.items():
        totals = pd.DataFrame(
            children.sel(age=slice(low, high)).sum("age").to_numpy(), columns=children["year"].to_numpy()
        )
        rows = found.xs(group, level="group")
        assert rows["peak"].tolist() == totals.max(axis=1).tolist()
        assert rows["peak_year"].tolist() == totals.idxmax(axis=1).tolist()


def test_children_where_there_were_none_are_rising() -> None:
    """A new town rises, though no per cent can say by how much; an empty one stays level."""
    children = xr.DataArray(
        [[[0.0, 10.0]], [[0.0, 0.0]]],
        coords={"area": ["new", "empty"], "age": [3], "year": [2025, 2026]},
        dims=("area", "age", "year"),
    )
    found = peaks(children, groups={"3": (3, 3)}, base_year=2025).droplevel("group")
    assert found["direction"].to_dict() == {"new": "rising", "empty": "level"}
    assert found["change"].isna().all()


# refusals


@pytest.mark.parametrize("group", [(3, 26), (3, 25), (5, 3), (-1, 2)])
def test_a_group_outside_the_closed_ages_is_refused(group: tuple[int, int]) -> None:
    """The open age holds everybody who is older: it is no age of a group."""
    with pytest.raises(LabelError, match=r"group 'g'.* lies outside the ages"):
        rolled(random_history(), groups={"g": group})


def test_nothing_to_compare_with_is_refused() -> None:
    """Too short a history, an origin at its end, or every year excluded."""
    history = random_history()
    nothing: list[dict[str, Any]] = [
        {"origins": [2020]},
        {"origins": [2005]},
        {"origins": []},
        {"exclude_years": range(2005, 2021)},
    ]
    for choices in nothing:
        with pytest.raises(LabelError, match="Nothing can be compared"):
            rolled(history, **choices)
    with pytest.raises(LabelError, match="Nothing can be compared"):
        rolled(random_history(last=2009))


def test_an_origin_that_was_not_counted_is_refused() -> None:
    """The message says which years there are."""
    with pytest.raises(LabelError, match="no year 2021 to forecast from: it has 2005 to 2020"):
        rolled(random_history(), origins=[2010, 2021])


@pytest.mark.parametrize("horizons", [[], [0, 1], [-1]])
def test_horizons_below_a_year_are_refused(horizons: list[int]) -> None:
    """The base year is known."""
    with pytest.raises(ValueError, match="`horizons`"):
        rolled(random_history(), horizons=horizons)


def test_a_history_with_gaps_is_refused() -> None:
    """Skipped years, missing and negative counts."""
    history = random_history()
    with pytest.raises(LabelError, match="one after another"):
        rolled(history.isel(year=[0, 1, 2, 3, 5, 6, 7]))
    with pytest.raises(MissingValueError):
        rolled(history.where(history["age"] != 3))
    with pytest.raises(ValueError, match="must lie in"):
        rolled(-history)


def test_peaks_of_what_is_not_there_are_refused() -> None:
    """A group without ages, a base year that is missing, years that skip."""
    children = random_history().sum("sex")
    with pytest.raises(LabelError, match="group '30'"):
        peaks(children, groups={"30": (30, 30)}, base_year=2010)
    with pytest.raises(LabelError, match="no year 2030"):
        peaks(children, groups={"3": (3, 3)}, base_year=2030)
    with pytest.raises(LabelError, match="must follow one another"):
        peaks(children.sel(year=[2010, 2012]), groups={"3": (3, 3)}, base_year=2010)
    with pytest.raises(MissingValueError):
        peaks(children.where(children["age"] != 3), groups={"3": (3, 3)}, base_year=2010)


# Finland, with what was known at the time

FINLAND = os.environ.get("SCHOOLMAP_FINLAND", "")


@pytest.mark.skipif(not FINLAND, reason="SCHOOLMAP_FINLAND names no folder with the Finnish series")
def test_the_regions_of_finland_are_forecast_better_than_by_either_plain_method(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """19 regions from every year 1990 to 2012, 1, 3, 5 and 10 years ahead: lower errors, and honest intervals."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "benchmarks"))
    sys.modules.pop("forecast_accuracy", None)
    from forecast_accuracy import finland_history  # noqa: PLC0415

    history = finland_history(Path(FINLAND)).sel(year=slice(None, 2017))
    found = correct_intervals(rolling_forecasts(history))
    found = found[found["origin"].between(1990, 2012)]
    errors = accuracy(found, by=["group", "method"])["mape"].unstack("method")
    for baseline in BASELINES:
        assert (errors[OURS.name] < errors[baseline.name]).all()
    cells = accuracy(found[found["method"] == OURS.name], by=["group", "horizon"])
    published = {
        ("3-5", 5): 4.6,
        ("3-5", 10): 12.8,
        ("6-11", 5): 1.3,
        ("6-11", 10): 5.4,
        ("12-14", 5): 1.0,
        ("12-14", 10): 2.0,
    }
    for cell, limit in published.items():
        assert cells.loc[cell, "mape"] < limit
    by_horizon = accuracy(found[found["method"] == OURS.name], by=["horizon"])["coverage"]
    assert by_horizon.between(72, 88).all()
