"""
Named assumptions about the future: inputs that somebody chose, never limits of confidence.

A scenario starts from a preset and may change it. What follows from one is
shown beside the others, each with its own interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from schoolmap.population.fertility import policy_pulse
from schoolmap.population.national import births_of_china

if TYPE_CHECKING:
    from collections.abc import Sequence

STEP_YEARS = 5
"""Years in which births of `low` and `high` reach their new level. Assumption."""
STEP = 0.2
"""By how much they fall or rise. Assumption: a round figure, no forecast and no limit."""
PULSE = 0.14
PULSE_HALF_LIFE = 1.0
"""
The pulse of 2016 and the years in which it halved: births of China (revised series) were 13.8 % above those of 2015 in
2016, and 6.7 % in 2017.
"""
PULSE_TEMPO = 0.5
"""Share of those births that were only brought forward, and are missing later. Assumption."""
HOUSING_DELAY = 2
"""Years by which homes are late in `delayed_housing`. Assumption."""

PRESETS: dict[str, dict[str, str]] = {
    "central": {"en": "what the method says", "zh": "按方法直接推算"},
    "low": {
        "en": "births fall by a fifth within five years, then stay (assumption)",
        "zh": "出生数五年内下降两成后保持(假设)",
    },
    "high": {
        "en": "births rise by a fifth within five years, then stay (assumption)",
        "zh": "出生数五年内上升两成后保持(假设)",
    },
    "two_child_pulse": {
        "en": "births rise as in China in 2016 (+14 %), the rise halves every year, and half of it is missing later",
        "zh": "出生数如2016年全国那样上升(+14%),增幅逐年减半,其中一半为提前生育、日后减少",
    },
    "fall_2017": {
        "en": "births fall as in China from 2017 to 2023 (to 51 % in six years), then stay",
        "zh": "出生数如2017—2023年全国那样下降(六年降至51%),其后保持",
    },
    "no_migration": {
        "en": "the net moves measured or given stop: children only grow older",
        "zh": "已测算或给定的净迁移停止:儿童只随年龄增长",
    },
    "delayed_housing": {
        "en": "homes that are not yet complete are two years late",
        "zh": "未竣工住宅推迟两年",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """
    A named future as somebody chose it.

    Attributes
    ----------
    preset
        One of `PRESETS`, to start from.
    births_factor, migration_factor
        Multiples on top of it.
    housing_delay
        Years on top of it.
    """

    preset: str = "central"
    births_factor: float = 1.0
    migration_factor: float = 1.0
    housing_delay: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """
    What a scenario changes.

    Attributes
    ----------
    births
        Multiple of the births that are not yet known, by `year`.
    migration
        Multiple of net moves: 1 as measured or given, 0 for none.
    housing_delay
        Years by which homes that are not yet complete are late.
    """

    births: xr.DataArray
    migration: float = 1.0
    housing_delay: int = 0


def assumptions(scenario: Scenario, *, years: Sequence[int], base_year: int) -> Assumptions:
    """
    Spell out a scenario.

    Parameters
    ----------
    scenario
        As chosen.
    years
        Years of birth wanted.
    base_year
        Last year of which births are known; the scenario begins the year after.

    Returns
    -------
    assumptions
        Of all births up to `base_year` the multiple is one.

    Raises
    ------
    ValueError
        If the preset is not known, or a factor is below zero.

    Examples
    --------
    >>> fall = assumptions(Scenario(preset="fall_2017"), years=range(2025, 2033), base_year=2025)
    >>> fall.births.round(3).values.tolist()
    [1.0, 0.863, 0.83, 0.681, 0.602, 0.542, 0.511, 0.511]
    """
    preset = scenario.preset
    if preset not in PRESETS:
        msg = f"`preset` is one of {', '.join(PRESETS)}; got {preset!r}."
        raise ValueError(msg)
    for name in ("births_factor", "migration_factor"):
        factor = getattr(scenario, name)
        if not 0 <= factor < np.inf:
            msg = f"`{name}` is a multiple, 0 or more; got {factor}."
            raise ValueError(msg)
    labels = np.asarray(list(years))
    after = np.maximum(labels - base_year, 0)
    path = np.ones(len(labels))
    if preset in {"low", "high"}:
        sign = -1.0 if preset == "low" else 1.0
        path = 1 + sign * STEP * np.minimum(after / STEP_YEARS, 1.0)
    elif preset == "two_child_pulse":
        # the shape of a pulse is the same for every order of birth; the size here is that of all births together
        pulse = policy_pulse(
            labels.tolist(),
            start=base_year + 1,
            half_life=PULSE_HALF_LIFE,
            tempo=PULSE_TEMPO,
            uplift={"2": PULSE},
        )
        path = pulse.sel(order="2").to_numpy()
    elif preset == "fall_2017":
        births = births_of_china(series="revised")["births"].loc[2017:2023]
        fall = births.to_numpy() / births.iloc[0]
        path = fall[np.minimum(after, len(fall) - 1)]
    path = np.where(after > 0, path * scenario.births_factor, 1.0)
    return Assumptions(
        births=xr.DataArray(path, coords={"year": labels}, dims="year", name="births"),
        migration=0.0 if preset == "no_migration" else scenario.migration_factor,
        housing_delay=scenario.housing_delay + (HOUSING_DELAY if preset == "delayed_housing" else 0),
    )
