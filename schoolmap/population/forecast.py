"""
How sure the children are: seeded draws around the projection.

Children who were alive at the count can only move away or in; children who
were not depend on fertility as well. Shocks are shared by the whole planning
area in part, so that the interval of the total is not absurdly narrow, and
local in part. The sizes in `Spread` are assumptions from published series.
Where the area has a history, `backtest` finds by how much they were too narrow
or too wide, and `widen` corrects them; where it has none, every product says so.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from schoolmap import checks
from schoolmap.errors import LabelError
from schoolmap.population.chance import poisson_counts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Single = NDArray[np.float32]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Shocks:
    """
    Standard normal shocks, drawn once and used for every stage and scenario.

    What shares its shocks goes up and down together: a difference between two
    scenarios is then no noise, and the children of a kindergarten are, three
    years on, those of a primary school.

    Attributes
    ----------
    births
        Of a year's level of births, for all, by (year, draw).
    moves
        Of a year's moves, for all, by (year, draw).
    local_births, local_moves, chance
        The same for one area, and the chance of single births of a cohort, by
        (area, year, draw).
    """

    areas: tuple[str, ...]
    years: tuple[int, ...]
    births: Single
    moves: Single
    local_births: Single
    local_moves: Single
    chance: Single


def draw_shocks(areas: Sequence[str], *, years: Sequence[int], draws: int, seed: int) -> Shocks:
    """
    Draw the shocks of a planning area.

    Parameters
    ----------
    areas
        Codes of the small areas. An area's shocks depend on its code and the
        seed alone, not on its place in the list or on its neighbours.
    years
        School years, one after another. More years at the end leave the shocks
        of the earlier ones as they are.
    draws
        Number of draws.
    seed
        Same seed, same numbers.

    Returns
    -------
    shocks
        To be given to `draw_children`.

    Raises
    ------
    LabelError
        If an area is listed twice, or years do not follow one another.

    Examples
    --------
    >>> shocks = draw_shocks(["a", "b"], years=[2027, 2028], draws=5, seed=1)
    >>> again = draw_shocks(["b"], years=[2027, 2028], draws=5, seed=1)
    >>> bool((shocks.chance[1] == again.chance[0]).all())
    True
    """
    checks.require_unique_labels(pd.Index(areas), what="`areas`")
    if not len(years) or list(years) != list(range(years[0], years[0] + len(years))):
        msg = f"`years` must follow one another, got {list(years)}."
        raise LabelError(msg)
    # the year leads, so that a longer horizon leaves the shocks of earlier years as they were
    common = np.random.default_rng([seed, 0]).standard_normal((len(years), 2, draws), dtype=np.float32).swapaxes(0, 1)
    local = np.empty((3, len(areas), len(years), draws), dtype=np.float32)
    for place, area in enumerate(areas):
        words = np.frombuffer(hashlib.blake2b(str(area).encode(), digest_size=16).digest(), dtype=np.uint32)
        rng = np.random.default_rng([seed, 1, *words.tolist()])
        local[:, place] = rng.standard_normal((len(years), 3, draws), dtype=np.float32).swapaxes(0, 1)
    return Shocks(
        areas=tuple(areas),
        years=tuple(years),
        births=common[0],
        moves=common[1],
        local_births=local[0],
        local_moves=local[1],
        chance=local[2],
    )


def draw_children(
    born: xr.DataArray,
    unborn: xr.DataArray,
    *,
    elapsed: xr.DataArray,
    shocks: Shocks,
    last_known: int | None = None,
    spread: Spread | None = None,
    widen: xr.DataArray | None = None,
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
    shocks
        From `draw_shocks`, for the same areas and years.
    last_known
        Last cohort whose births are known, by the year of its cut-off day:
        fertility departs from its level only after it. If left out, from the
        first year on.
    spread
        Sizes of the shocks.
    widen
        Factor by year on the distance of each draw from the projection, on the
        log scale: from `backtest.interval_factors`. One if left out.

    Returns
    -------
    children
        By (area, year, draw).

    Raises
    ------
    LabelError
        If the shocks are of other areas or years, or `elapsed` or `widen` lacks
        one of their years.

    Notes
    -----
    The chance of single births is Poisson's, through the cube root of Wilson
    and Hilferty (1931), so that one standard normal serves every scenario.
    """
    spread = spread or Spread()
    checks.require_same_labels(born.indexes["area"], pd.Index(shocks.areas), what="`born` and `shocks`")
    checks.require_same_labels(born.indexes["area"], unborn.indexes["area"], what="`born` and `unborn`")
    checks.require_same_labels(born.indexes["age"], unborn.indexes["age"], what="`born` and `unborn`")
    timed = {"elapsed": elapsed} if widen is None else {"elapsed": elapsed, "widen": widen}
    for what, table in {"born": born, "unborn": unborn, **timed}.items():
        apart = set(table["year"].to_numpy().tolist()) ^ set(shocks.years)
        # a path may be longer than the years that are drawn
        if what in timed:
            apart &= set(shocks.years)
        if apart:
            msg = f"`{what}` and `shocks` are of different years: {min(apart)} is in only one of them."
            raise LabelError(msg)
    order = {"area": list(shocks.areas), "year": list(shocks.years)}
    born = born.sel(order).transpose("area", "age", "year")
    unborn = unborn.sel({**order, "age": born["age"].to_numpy()}).transpose("area", "age", "year")
    years = len(shocks.years)
    time = np.maximum(elapsed.sel(year=order["year"]).to_numpy().astype(float), 0.0)
    steps = np.sqrt(np.diff(time, prepend=0.0)).astype(np.float32)[:, None]

    everyone = max(float((born + unborn).sum(["area", "age"])[0]), 1.0)
    here = np.maximum((born + unborn).sum("age").to_numpy()[:, 0], 1.0)
    common = spread.migration * (spread.migration_base / everyone) ** 0.25
    local = np.sqrt(np.maximum((spread.migration * (spread.migration_base / here) ** 0.25) ** 2 - common**2, 0.0))
    total = np.cumsum(shocks.local_moves * steps, axis=1) * local[:, None, None].astype(np.float32)
    total += (np.cumsum(shocks.moves * steps, axis=0) * np.float32(common))[None]
    np.exp(total, out=total)

    open_years = np.array([last_known is None or year > last_known for year in shocks.years], dtype=np.float32)[:, None]
    level = (_persisting(shocks.births * open_years, share=spread.persistence) * np.float32(spread.fertility))[None]
    local_level = np.cumsum(shocks.local_births * open_years, axis=1) * np.float32(spread.local_fertility)
    fertility: Single = np.exp(level + local_level)
    people: Single = np.repeat(
        born.sum("age").to_numpy().astype(np.float32)[:, :, None], shocks.births.shape[-1], axis=2
    )
    to_come = unborn.to_numpy().astype(np.float32)
    for place, age in enumerate(born["age"].to_numpy().tolist()):
        # a child of age a in school year t was born in the twelve months before the cut-off day of year t - a
        cohort = np.clip(np.arange(years) - age, 0, years - 1)
        counted = np.flatnonzero(to_come[:, place].any(axis=0))
        if len(counted):
            of = cohort[counted]
            expected = to_come[:, place, counted, None] * fertility[:, of]
            people[:, counted] += poisson_counts(expected, shocks.chance[:, of])
    total *= people
    if widen is not None:
        total = _widened(total, (born + unborn).sum("age").to_numpy(), widen.sel(year=order["year"]).to_numpy())
    return xr.DataArray(
        total,
        dims=("area", "year", "draw"),
        coords={"area": list(shocks.areas), "year": list(shocks.years), "draw": np.arange(total.shape[-1])},
        name="children",
    )


def _widened(total: Single, central: NDArray[np.float64], factors: NDArray[np.float64]) -> Single:
    """Stretch the draws about the centre, on the log scale; where the centre is nobody they stay as they are."""
    middle = central[:, :, None].astype(np.float32)
    known = middle > 0
    away = np.divide(total, middle, out=np.ones_like(total), where=known)
    stretched: Single = np.where(known, middle * away ** factors[None, :, None].astype(np.float32), total)
    return stretched


def _persisting(shocks: Single, *, share: float) -> Single:
    """Return autoregressive paths of order one that start from zero, with unit shocks, shape (year, draw)."""
    paths = shocks.copy()
    for year in range(1, len(paths)):
        paths[year] += np.float32(share) * paths[year - 1]
    return paths


def born_share(born: xr.DataArray, children: xr.DataArray) -> xr.DataArray:
    """
    Return the share of a number of children who were alive at the count.

    Parameters
    ----------
    born
        Children alive at the count.
    children
        All children, same labels.

    Returns
    -------
    share
        In [0, 1]; 1 where there are no children: nobody is uncertain.
    """
    return (born / children.where(children > 0)).fillna(1.0).rename("born_share")
