"""Grade progression held to its own past: nothing later than the origin is seen, nothing odd is held against it."""

from __future__ import annotations

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
from schoolmap.population.grade_backtest import METHODS
from schoolmap.population.grade_backtest import backtest_pupils
from schoolmap.population.grade_backtest import summarise_errors


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


def test_a_backtest_by_hand() -> None:
    """A school of one grade pair that keeps all pupils and takes in what is born is forecast without error."""
    cohorts = by_year([100.0, 120.0, 90.0, 110.0, 100.0, 130.0, 140.0], last=2024)
    pupils = [cohorts.to_numpy()[1:], cohorts.to_numpy()[:-1]]
    errors = backtest_pupils(
        table([pupils]), cohorts, horizons=[1], years=2, entry_age=5, methods=["births", "no_change"]
    )
    assert errors.query("method == 'births'")["error_percent"].to_numpy() == pytest.approx(0.0, abs=1e-9)
    last = errors.query("method == 'no_change' and level == 'district' and year == 2024").iloc[0]
    assert (last["forecast"], last["actual"]) == (230.0, 270.0)
    assert last["error_percent"] == pytest.approx(100 * (230 / 270 - 1))


@given(histories(), st.integers(min_value=1, max_value=5000))
@settings(max_examples=5)
def test_a_forecast_does_not_see_what_came_after(history: xr.DataArray, later: int) -> None:
    """Other numbers after the origin, of pupils or of children unborn at it, leave every forecast as it was."""
    cohorts = by_year([150.0] * 14, last=2030)
    changed, other = history.copy(), cohorts.copy()
    changed.loc[{"year": slice(2023, None)}] = float(later)
    other.loc[{"year": slice(2023 + 1, None)}] = float(later)
    choices: dict[str, Any] = {"origins": [2022], "horizons": [1, 2], "years": 3, "entry_age": 1}
    one, two = backtest_pupils(history, cohorts, **choices), backtest_pupils(changed, other, **choices)
    assert set(one["method"]) == set(METHODS)
    pd.testing.assert_series_equal(one["forecast"], two["forecast"])


def test_births_are_known_when_they_are_born_and_counted() -> None:
    """A cohort that enters at one year of age is known a year ahead, and no longer if births take a year to count."""
    history = table(np.full((1, 2, 6), 50.0))
    cohorts = by_year([100.0] * 5 + [40.0, 40.0], last=2024)
    choices: dict[str, Any] = {"origins": [2022], "horizons": [1], "years": 3, "entry_age": 1, "methods": ["births"]}
    forecasts = [
        backtest_pupils(history, cohorts, births_lag=lag, **choices).query("grade == 0 and level == 'district grade'")
        for lag in (0, 1)
    ]
    assert forecasts[0]["forecast"].item() == pytest.approx(0.5 * 40)
    assert forecasts[1]["forecast"].item() == pytest.approx(0.5 * 100)


@pytest.mark.parametrize(("lowest", "age"), [(-1, 4), (0, 5), (1, 6), (7, 12)])
def test_the_age_on_entry_is_that_of_the_lowest_grade(lowest: int, age: int) -> None:
    """Grade 1 is entered at six: what is known at an origin follows from the grades, unless it is said."""
    history = table(np.random.default_rng(5).integers(40, 60, (2, 2, 9)), first_grade=lowest)
    # 100 were born for each entry until the last cohort that is known at 2018, and other numbers after it
    cohorts = by_year([100.0] * 30, last=2036)
    cohorts.loc[{"year": slice(2018 + age + 1, None)}] = 10.0
    choices: dict[str, Any] = {"origins": [2018], "horizons": [1, 6], "years": 2, "methods": ["births"]}
    default, said = (
        backtest_pupils(history, cohorts, **choices),
        backtest_pupils(history, cohorts, entry_age=age, **choices),
    )
    pd.testing.assert_frame_equal(default, said)
    if age <= 5:
        later = backtest_pupils(history, cohorts, entry_age=age + 1, **choices)
        assert not np.allclose(later["forecast"], default["forecast"])


def test_excluded_years_are_neither_origin_nor_target() -> None:
    """What an odd year did is not held against a method, nor learnt from."""
    history = table(np.random.default_rng(3).integers(40, 60, (2, 2, 8)))
    errors = backtest_pupils(history, horizons=[1, 2], years=3, exclude_years={2022: "covid"})
    assert not (errors[["origin", "year"]] == 2022).any(axis=None)
    assert errors.attrs["excluded"] == {2022: "covid"}
    bent = history.copy()
    bent.loc[{"year": 2022}] = 9999.0
    again = backtest_pupils(bent, horizons=[1, 2], years=3, exclude_years={2022: "covid"})
    pd.testing.assert_frame_equal(again, errors)


def test_schools_that_close_are_left_out_and_counted() -> None:
    """A school closed in the year compared is in no method's error; the report says so."""
    history = table(np.full((2, 2, 7), 30.0))
    history.loc[{"school": "s1", "year": 2024}] = 0.0
    errors = backtest_pupils(history, horizons=[1], years=3, methods=["mean", "no_change"])
    schools = errors.query("level == 'school' and year == 2024")
    assert set(schools["school"]) == {"s0"}
    assert errors.attrs["left_out"] == 1


def wave_district(seed: int) -> tuple[xr.DataArray, xr.DataArray]:
    """Draw twelve schools of six grades through a wave of births, with moves between schools, and a new estate."""
    rng = np.random.default_rng(seed)
    years = np.arange(1990, 2025)
    cohorts = 800 * (1 + 0.1 * np.sin(2 * np.pi * (years - 1990) / 16))
    pull = rng.dirichlet(np.full(12, 15.0))
    now, kept = np.zeros((12, 6)), []
    for cohort, year in zip(cohorts, years, strict=True):
        pull = pull * np.exp(rng.normal(0, 0.03, 12))
        usual = pull * np.where((np.arange(12) == 0) & (year > 2012), 1.4, 1.0)
        usual = usual / usual.sum()
        stayed = rng.binomial(now[:, :-1].astype(int), 0.9)
        came = rng.poisson((now[:, :-1] - stayed).sum(axis=0) * usual[:, None])
        now = np.column_stack([rng.poisson(0.9 * cohort * usual), stayed + came]).astype(float)
        kept.append(now)
    return table(np.stack(kept[16:], axis=-1)), by_year(cohorts.tolist())


def test_on_a_wave_births_beat_the_mean_and_schools_beat_no_change() -> None:
    """In invented districts the recommended method is best where theory says it is, at every horizon."""
    errors = pd.concat(
        [backtest_pupils(*wave_district(seed), births_lag=1, origins=[2013, 2016, 2019]) for seed in range(2)]
    )
    mape = summarise_errors(errors)["mape"]
    for horizon in (1, 3, 5):
        assert mape["school", "births", horizon] < mape["school", "no_change", horizon]
        assert mape["district", "births", horizon] < mape["district", "no_change", horizon]
    for horizon in (3, 5):
        assert mape["district", "births", horizon] < mape["district", "mean", horizon]


def test_a_summary_by_hand() -> None:
    """Errors of -10, 0, +20 %: mean size 10, bias 3.3, median 10."""
    errors = pd.DataFrame({"method": "m", "error_percent": [-10.0, 0.0, 20.0]})
    row = summarise_errors(errors, by=["method"]).loc["m"]
    assert row.to_dict() == pytest.approx({"mape": 10, "malpe": 10 / 3, "median": 10, "p90": 18, "forecasts": 3})


def test_refuses_a_backtest_of_too_short_a_history() -> None:
    """Two years cannot hold five transitions and a year to compare with; an unknown method is named."""
    history = table([[[30, 30], [30, 30]]])
    with pytest.raises(MissingValueError, match="No origin can be compared: 2 year"):
        backtest_pupils(history)
    with pytest.raises(ValueError, match="no method 'magic'"):
        backtest_pupils(history, methods=["magic"])
    with pytest.raises(MissingValueError, match="needs `cohorts`"):
        backtest_pupils(history, methods=["births"])
    with pytest.raises(LabelError, match="no year 1999 to forecast from"):
        backtest_pupils(history, origins=[1999])
