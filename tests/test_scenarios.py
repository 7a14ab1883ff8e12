"""Named assumptions: every preset by hand, and what none of them may do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.population.national import births_of_china
from schoolmap.population.scenarios import PRESETS
from schoolmap.population.scenarios import Scenario
from schoolmap.population.scenarios import assumptions

YEARS = list(range(2024, 2034))
BASE = 2025

presets = st.sampled_from(sorted(PRESETS))
factors = st.floats(min_value=0.0, max_value=3.0)


def births(preset: str, **choices: float) -> list[float]:
    """Return the multiples of births from 2024, two years of which are known."""
    scenario = Scenario(preset=preset, **choices)  # type: ignore[arg-type]
    found = assumptions(scenario, years=YEARS, base_year=BASE).births
    return [float(multiple) for multiple in found.to_numpy()]


# each preset by hand


@pytest.mark.parametrize("preset", ["central", "no_migration", "delayed_housing"])
def test_births_stay_where_the_scenario_is_of_something_else(preset: str) -> None:
    """Moves and homes have nothing to do with the level of births."""
    assert births(preset) == [1.0] * 10


def test_low_falls_by_a_fifth_in_five_years() -> None:
    """Four per cent a year, then it stays."""
    assert births("low") == pytest.approx([1, 1, 0.96, 0.92, 0.88, 0.84, 0.8, 0.8, 0.8, 0.8])


def test_high_rises_by_a_fifth_in_five_years() -> None:
    """Four per cent a year, then it stays."""
    assert births("high") == pytest.approx([1, 1, 1.04, 1.08, 1.12, 1.16, 1.2, 1.2, 1.2, 1.2])


def test_the_pulse_by_hand() -> None:
    """
    Fourteen per cent more in the first year, halved every year, less half of what was brought forward.

    The rise of n years later is 0.14 (1/2^n - n/2 x 1/2 x 1/2^(n-1)) = 0.14 (1 - n/2) / 2^n.
    """
    rises = [0.14 * (1 - n / 2) / 2**n for n in range(8)]
    assert births("two_child_pulse") == pytest.approx([1.0, 1.0, *(1 + rise for rise in rises)])


def test_the_fall_is_that_of_china() -> None:
    """Births of 2018 to 2023 over those of 2017, then level."""
    series = births_of_china(series="revised")["births"]
    fall = [series.loc[year] / series.loc[2017] for year in range(2018, 2024)]
    assert births("fall_2017") == pytest.approx([1.0, 1.0, *fall, fall[-1], fall[-1]])
    assert fall[-1] == pytest.approx(0.51, abs=0.005)


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_moves_and_homes_by_hand(preset: str) -> None:
    """Only `no_migration` stops moves, only `delayed_housing` delays homes, by two years."""
    plain = assumptions(Scenario(preset=preset), years=YEARS, base_year=BASE)
    assert plain.migration == (0.0 if preset == "no_migration" else 1.0)
    assert plain.housing_delay == (2 if preset == "delayed_housing" else 0)
    changed = Scenario(preset=preset, migration_factor=1.5, housing_delay=3)
    spelt = assumptions(changed, years=YEARS, base_year=BASE)
    assert spelt.migration == (0.0 if preset == "no_migration" else 1.5)
    assert spelt.housing_delay == (5 if preset == "delayed_housing" else 3)


def test_every_preset_says_in_two_languages_what_it_assumes() -> None:
    """A scenario is shown with its words."""
    assert all(set(words) == {"en", "zh"} and all(words.values()) for words in PRESETS.values())


# laws


@given(presets, factors, st.integers(min_value=2015, max_value=2040))
def test_known_births_stay_known(preset: str, factor: float, base_year: int) -> None:
    """No scenario changes a child who is born already."""
    found = assumptions(Scenario(preset=preset, births_factor=factor), years=range(2015, 2045), base_year=base_year)
    assert (found.births.sel(year=slice(None, base_year)) == 1.0).all()
    assert found.births["year"].to_numpy().tolist() == list(range(2015, 2045))


@given(presets, factors)
def test_a_factor_multiplies_what_is_not_known(preset: str, factor: float) -> None:
    """It goes on top of the preset, and never makes births negative."""
    plain, scaled = np.array(births(preset)), np.array(births(preset, births_factor=factor))
    np.testing.assert_allclose(scaled[2:], factor * plain[2:])
    assert (scaled >= 0).all()


@given(presets, st.integers(min_value=-30, max_value=30))
def test_a_scenario_begins_with_its_base_year(preset: str, shift: int) -> None:
    """It tells of years since the base, not of calendar years."""
    moved = assumptions(Scenario(preset=preset), years=[year + shift for year in YEARS], base_year=BASE + shift)
    np.testing.assert_allclose(moved.births, births(preset))


@given(presets, st.permutations(YEARS))
def test_a_years_multiple_does_not_depend_on_the_others(preset: str, years: list[int]) -> None:
    """Any years may be asked for, in any order."""
    some = assumptions(Scenario(preset=preset), years=years[:4], base_year=BASE).births
    every = assumptions(Scenario(preset=preset), years=YEARS, base_year=BASE).births
    np.testing.assert_array_equal(some, every.sel(year=years[:4]))


def test_low_lies_below_central_and_high_above() -> None:
    """Their names are true in every year to come."""
    low, central, high = (np.array(births(preset))[2:] for preset in ("low", "central", "high"))
    assert (low < central).all()
    assert (central < high).all()


# refusals


def test_an_unknown_preset_is_refused() -> None:
    """The message lists those there are."""
    with pytest.raises(ValueError, match=r"one of central, low, high.*got 'lower'"):
        assumptions(Scenario(preset="lower"), years=YEARS, base_year=BASE)


@pytest.mark.parametrize("name", ["births_factor", "migration_factor"])
@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf")])
def test_a_factor_that_is_no_multiple_is_refused(name: str, value: float) -> None:
    """Births cannot be negative, nor moves turn round."""
    with pytest.raises(ValueError, match=name):
        assumptions(Scenario(**{name: value}), years=YEARS, base_year=BASE)  # type: ignore[arg-type]
