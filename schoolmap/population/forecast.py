"""
How sure the children are: seeded draws around the projection.

Children who were alive at the count can only move away or in; children who
were not depend on fertility as well. Shocks are shared by the whole planning
area in part, so that the interval of the total is not absurdly narrow, and
local in part. The sizes below are assumptions from published series; they have
not been tested on the area at hand, and every product says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """
    Standard deviations of the shocks, on the log scale.

    Attributes
    ----------
    fertility
        Of the level of births, added each year. With `persistence` it gives the
        80 % intervals of UN WPP 2024 for China's fertility in 2030 (0.835 to
        1.283) and 2035 (0.827 to 1.362), times 1.5, because its 2017 and 2019
        editions missed the births of 2020-25 by more than half.
    persistence
        Share of a year's departure from the projected level that is still there
        a year later, in [0, 1]; 1 is a random walk.
    local_fertility
        Of one area's level against the others', after one year. Assumption.
    migration
        Of a cohort through moves, after one year, in a population of
        `migration_base` children; grows with the square root of time.
        Assumption, after the errors for ages 12-14 in rolling forecasts of 19
        Finnish regions.
    migration_base
        Children for whom `migration` holds; a smaller group varies more, with
        the fourth root of its size.
    """

    fertility: float = 1.5 * 0.0817
    persistence: float = 0.925
    local_fertility: float = 0.03
    migration: float = 0.008
    migration_base: float = 30_000.0


def draw_children(
    born: xr.DataArray,
    unborn: xr.DataArray,
    *,
    elapsed: xr.DataArray,
    draws: int,
    seed: int,
    spread: Spread | None = None,
) -> xr.DataArray:
    """
    Draw the number of children of a stage, by area and year.

    Parameters
    ----------
    born
        Children alive at the count, by (area, age, year), for the stage's ages.
    unborn
        Children born since, same labels.
    elapsed
        Years since the count, by year.
    draws
        Number of draws.
    seed
        Same seed, same numbers. Scenarios and stages that share a seed share
        their shocks, so their differences are not noise.
    spread
        Sizes of the shocks.

    Returns
    -------
    children
        By (area, year, draw).
    """
    spread = spread or Spread()
    areas, years = born.sizes["area"], born.sizes["year"]
    rng = np.random.default_rng(seed)
    time = np.maximum(elapsed.sel(year=born["year"]).to_numpy().astype(float), 0.0)
    steps = np.sqrt(np.diff(time, prepend=0.0))

    # one path of fertility for all: births of the year before each cut-off day, from the count on
    level = np.exp(_persisting(rng, years, draws, share=spread.persistence) * spread.fertility)
    everyone = max(
        float(born.sum(["area", "age"]).isel(year=0) + unborn.sum(["area", "age"]).isel(year=0)),
        1.0,
    )
    here = np.maximum((born + unborn).sum("age").isel(year=0).to_numpy(), 1.0)
    common = spread.migration * (spread.migration_base / everyone) ** 0.25
    local = np.sqrt(np.maximum((spread.migration * (spread.migration_base / here) ** 0.25) ** 2 - common**2, 0.0))
    moves = np.exp(
        _walk(rng, (), steps, draws) * common + _walk(rng, (areas,), steps, draws) * local[:, None, None],
    )
    own_level = np.exp(_walk(rng, (areas,), steps, draws) * spread.local_fertility)

    # a child of age a in school year t was born in the twelve months before the cut-off day of year t - a
    position = np.arange(years)[None, :] - born["age"].to_numpy()[:, None]
    position = np.clip(position, 0, years - 1)
    to_come = np.einsum("iay,ayd->iyd", unborn.to_numpy(), level[position])
    to_come = rng.poisson(to_come * own_level).astype(float)
    total = (born.sum("age").to_numpy()[:, :, None] + to_come) * moves
    return xr.DataArray(
        total,
        dims=("area", "year", "draw"),
        coords={"area": born["area"], "year": born["year"], "draw": np.arange(draws)},
        name="children",
    )


def _walk(
    rng: np.random.Generator,
    shape: tuple[int, ...],
    steps: NDArray[np.float64],
    draws: int,
) -> NDArray[np.float64]:
    """Return random walks of unit variance a year, shape (*shape, year, draw)."""
    jumps = rng.standard_normal((*shape, len(steps), draws)) * steps[:, None]
    return jumps.cumsum(axis=-2)


def _persisting(rng: np.random.Generator, years: int, draws: int, *, share: float) -> NDArray[np.float64]:
    """Return autoregressive paths of order one that start from zero, with unit shocks, shape (year, draw)."""
    paths = rng.standard_normal((years, draws))
    for year in range(1, years):
        paths[year] += share * paths[year - 1]
    return paths
