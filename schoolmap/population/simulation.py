"""
A thousand futures: the cohort-component method under seeded shocks, streamed so that memory stays small.

Every draw is a whole projection by sex and age. What is kept of it are sums
over groups of ages; what is returned are quantiles of them, of each area and of
the planning area as a whole. Shocks belong to labels, not to positions: an
area, a seed and the number of a draw give the same shock in whatever order,
number of threads or company the area is projected.
"""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from schoolmap.errors import LabelError
from schoolmap.population.arrays import require_numbers
from schoolmap.population.chance import poisson_counts
from schoolmap.population.cohorts import arrange_rates
from schoolmap.population.cohorts import of_step
from schoolmap.population.cohorts import project_cohorts
from schoolmap.population.forecast import Spread

if TYPE_CHECKING:
    from collections.abc import Hashable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from schoolmap.population.cohorts import Rates

    Floats = NDArray[np.float64]

BLOCK = 256
"""Draws made at a time: the arrays of one area then fit the cache of a core. Whole blocks are drawn, then cut."""

ROUNDING = 1 - 1e-9
"""Taken off a lower bound, for the last digits of the arithmetic above it."""

CHILDREN_BELOW = 15
YEARS_OF_A_GROUP = 3
"""
The size of an area, on which its shocks of moves depend, is that of three years of age of its children below 15.

The errors from which `Spread.migration` is taken are those of the ages 12-14.
"""


def simulate(
    base: xr.DataArray,
    *,
    survival: xr.DataArray,
    fertility: xr.DataArray,
    sex_ratio: xr.DataArray | float,
    migration: xr.DataArray,
    years: Sequence[int],
    groups: Mapping[str, tuple[int, int]],
    seed: int,
    draws: int = 1000,
    spread: Spread | None = None,
    quantiles: Sequence[float] = (0.1, 0.5, 0.9),
    poisson: bool = True,
    keep_draws: bool = False,
    chunk: int = 64,
    workers: int | None = None,
) -> xr.Dataset:
    r"""
    Project areas under shocks of fertility and moves, and return quantiles.

    Each draw is the projection of `project_cohorts` with the fertility of area
    i in year t multiplied by :math:`e^{\phi_t + \theta_{it}}`, and with all of
    the area's people, at the end of each step, multiplied by
    :math:`e^{\mu_t + \nu_{it}}`: moves beyond the expected ones, in proportion
    to each cohort, whose sum over h years grows with the square root of h. The
    common path :math:`\phi` is autoregressive; the area's own :math:`\theta` is
    a random walk; :math:`\mu` is common, :math:`\nu` the area's own
    (`draw_factors`). Births have the chance of counts about their expectation.

    Parameters
    ----------
    base
        Residents (persons) by (area, sex, age), one step before the first of
        `years`.
    survival, fertility, sex_ratio, migration, years
        As in `project_cohorts`, with no dimension but `area`, `sex`, `age` and
        `year`. Scenarios are simulated one by one: the same seed gives them the
        same shocks and the same chance, so that a difference is no noise.
    groups
        Name, and first and last completed age of each group of ages wanted,
        both sexes together. A group counts the open age group, whole, if it
        ends where that would end if it were closed, or above.
    seed
        Same seed, same numbers, to the last bit.
    draws
        Number of draws. More draws leave the first ones as they were.
    spread
        Sizes of the shocks. Defaults are those of `Spread`, with its sources.
    quantiles
        Shares in [0, 1] of the draws below the numbers wanted.
    poisson
        Whether births are left to chance, with the variance of a Poisson
        distribution. Switch it off if `base` is counted in thousands.
    keep_draws
        Whether all draws are returned, for sums over areas other than the
        whole. They take 4 bytes for every area, group, year and draw.
    chunk
        Areas projected before their draws are added to the total and
        forgotten. Changes memory, not numbers.
    workers
        Threads; as many as there are cores, if not given. Changes time, not
        numbers.

    Returns
    -------
    future
        - `people` - quantiles by (area, group, year, quantile)
        - `central` - the projection without shocks, by (area, group, year);
          near the median, below the mean
        - `born_share` - share of `central` that was alive at the base date,
          here or elsewhere, by (area, group, year); 1 where nobody is expected
        - `total` - quantiles of the sum over all areas, draw by draw, by
          (group, year, quantile)
        - `draws` - by (area, group, year, draw), in single precision, if asked
          for

    Raises
    ------
    LabelError
        If labels differ, or a group cuts through an age group.
    MissingValueError
        If a number is missing.
    ValueError
        If a number is out of its range.

    Notes
    -----
    Ages above the oldest mother and the oldest group cannot reach the result,
    since people grow only older, and are not projected; apart from that, every
    age of both sexes is, in every draw. An age where even the smallest draw has
    all who are to leave is not compared with them draw by draw, since nothing
    can be capped there. Neither changes a number.

    The form of the shocks is that of probabilistic projections by expert-based
    or model-based errors: Alho and Spencer (2005), Statistical Demography and
    Forecasting, ch. 8-9; Lee and Tuljapurkar (1994), Journal of the American
    Statistical Association 89, 1175-1189. That the moves of all ages of an area
    are shocked alike is an assumption. Death rates are not shocked. The chance
    of births is a quantile of Poisson's distribution, so that one random number
    serves every scenario: that of Wilson and Hilferty (1931), PNAS 17, 684-688,
    a smooth one without bias from an expectation of one birth upwards (within
    0.2 %); the exact one below.

    Examples
    --------
    >>> labels = {"area": ["a"], "sex": ["female", "male"], "age": [0, 1, 2]}
    >>> base = xr.DataArray([[[100.0, 200.0, 300.0]] * 2], coords=labels, dims=("area", "sex", "age"))
    >>> future = simulate(
    ...     base,
    ...     survival=xr.ones_like(base),
    ...     fertility=xr.DataArray([0.2], coords={"age": [1]}, dims="age"),
    ...     sex_ratio=1.0,
    ...     migration=xr.zeros_like(base),
    ...     years=[2030, 2031],
    ...     groups={"0": (0, 0)},
    ...     seed=1,
    ... )
    >>> future["central"].sel(area="a", group="0").values.tolist()
    [30.0, 11.5]
    >>> low, middle, high = future["people"].sel(area="a", group="0", year=2031).values
    >>> bool(low < middle < high)
    True
    """
    require_numbers(base, "base", dims=("area", "sex", "age"), low=0.0)
    levels = np.asarray(quantiles, dtype=float)
    if draws < 1 or chunk < 1 or not len(levels) or ((levels < 0) | (levels > 1)).any():
        msg = (
            f"`draws` and `chunk` are at least 1 and `quantiles` shares in [0, 1], "
            f"got {draws}, {chunk} and {levels.tolist()}."
        )
        raise ValueError(msg)
    spread = spread or Spread()
    order = _order(base)
    sorted_base = base.isel(area=order)
    tables = {"survival": survival, "fertility": fertility, "sex_ratio": sex_ratio, "migration": migration}
    rates = arrange_rates(sorted_base, years=years, **tables)  # type: ignore[arg-type]
    others = [name for name in rates.names if name != "area"]
    if others:
        msg = f"A simulation has areas, not the dimension {others[0]!r}. Simulate its labels one by one."
        raise LabelError(msg)
    bounds = {name: _bounds(name, ages, rates) for name, ages in groups.items()}
    central, born_share = _central(sorted_base, tables, years=years, bounds=bounds)

    fertile = np.flatnonzero(rates.fertility.any(axis=(0, 1)))
    mothers = slice(int(fertile[0]), int(fertile[-1]) + 1) if len(fertile) else slice(0, 0)
    job = _Job(
        rates=rates,
        bounds=list(bounds.values()),
        mothers=mothers,
        ages=max(mothers.stop, 1, *(ages.stop for ages in bounds.values())),
        steps=len(years),
        draws=draws,
        shocks=_Shocks.of(sorted_base, width=rates.width, steps=len(years), seed=seed, spread=spread),
        poisson=poisson,
    )
    names = rates.labels["area"]
    people = np.empty((len(names), len(bounds), len(years), len(levels)))
    kept = np.empty((len(names), len(bounds), len(years), draws), dtype=np.float32) if keep_draws else None
    total = np.zeros((len(bounds), len(years), draws))

    def project(row: int) -> Floats:
        sums = _project_area(job, row)
        people[row] = np.moveaxis(np.quantile(sums, levels, axis=-1), 0, -1)
        if kept is not None:
            kept[row] = sums
        return sums

    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        for first in range(0, len(names), chunk):
            for sums in pool.map(project, range(first, min(first + chunk, len(names)))):
                total += sums
    future = xr.Dataset(
        {
            "people": (("area", "group", "year", "quantile"), people),
            "central": (("area", "group", "year"), central),
            "born_share": (("area", "group", "year"), born_share),
            "total": (("group", "year", "quantile"), np.moveaxis(np.quantile(total, levels, axis=-1), 0, -1)),
            **({} if kept is None else {"draws": (("area", "group", "year", "draw"), kept)}),
        },
        coords={
            "area": sorted_base["area"].to_numpy(),
            "group": list(bounds),
            "year": list(years),
            "quantile": levels,
            **({} if kept is None else {"draw": np.arange(draws)}),
        },
    )
    back = np.argsort(order, kind="stable")
    return future.isel(area=back)


def draw_factors(
    base: xr.DataArray,
    *,
    years: Sequence[int],
    seed: int,
    draws: int,
    spread: Spread | None = None,
) -> xr.Dataset:
    """
    Draw the shocks of `simulate` by themselves.

    Parameters
    ----------
    base
        Residents by (area, sex, age). Smaller areas have larger shocks of
        moves: the standard deviation falls with the fourth root of the children
        below 15, and the smallest shock, that of the planning area, is common.
    years
        Years at whose end the population is wanted, one step after another.
    seed, draws, spread
        As in `simulate`.

    Returns
    -------
    factors
        By (area, year, draw), medians of 1:
          - `fertility` - of the births per woman in the step
          - `moves` - of everybody at its end

    Examples
    --------
    >>> labels = {"area": ["a", "b"], "sex": ["female", "male"], "age": [0, 1, 2]}
    >>> base = xr.DataArray(np.full((2, 2, 3), 100.0), coords=labels, dims=("area", "sex", "age"))
    >>> factors = draw_factors(base, years=[2030], seed=1, draws=2000)
    >>> float(np.log(factors["fertility"]).std("draw").sel(area="a", year=2030).round(2))
    0.13
    """
    require_numbers(base, "base", dims=("area", "sex", "age"), low=0.0)
    ages = base["age"].to_numpy()
    shocks = _Shocks.of(
        base.isel(area=_order(base)),
        width=int(ages[1] - ages[0]),
        steps=len(years),
        seed=seed,
        spread=spread or Spread(),
    )
    row_of = {label: row for row, label in enumerate(shocks.labels)}
    found = [
        np.concatenate([np.stack(shocks.of_area(row, block)[:2]) for block in range(-(-draws // BLOCK))], axis=-1)
        for row in (row_of[label] for label in base["area"].to_numpy().tolist())
    ]
    fertility, moves = np.stack(found, axis=1)[..., :draws]
    dims = ("area", "year", "draw")
    return xr.Dataset(
        {"fertility": (dims, fertility), "moves": (dims, moves)},
        coords={"area": base["area"].to_numpy(), "year": list(years), "draw": np.arange(draws)},
    )


def _order(base: xr.DataArray) -> list[int]:
    """Return the rows of the areas by name: the order of a sum shows in its last digits, so it is not the caller's."""
    names = [str(label) for label in base["area"].to_numpy().tolist()]
    return sorted(range(len(names)), key=names.__getitem__)


def _bounds(name: str, ages: tuple[int, int], rates: Rates) -> slice:
    """Return the positions of a group's ages."""
    low, high = ages
    starts = rates.ages.tolist()
    # the open group may be named by the age at which it would end if it were closed, or by any above
    ends = [*(age - 1 for age in starts[1:]), max(high, starts[-1] + rates.width - 1)]
    if low not in starts or high not in ends or high < low:
        msg = (
            f"The group {name!r} is of the ages {low} to {high}, but the population has groups from "
            f"{starts[0]} to {starts[-1]} and older, each {rates.width} wide."
        )
        raise LabelError(msg)
    return slice(starts.index(low), ends.index(high) + 1)


def _central(
    base: xr.DataArray,
    tables: dict[str, xr.DataArray | float],
    *,
    years: Sequence[int],
    bounds: Mapping[str, slice],
) -> tuple[Floats, Floats]:
    """Return the groups without shocks, and the share of them that was alive at the base date."""
    future = project_cohorts(base, years=years, **tables)["population"]  # type: ignore[arg-type]
    people = future.sum("sex").transpose("area", "age", "year").to_numpy()
    # after h steps, whoever is in age group number h or above was alive before the first of them
    born = np.arange(people.shape[1])[:, None] > np.arange(len(years))
    central = np.stack([people[:, ages].sum(axis=1) for ages in bounds.values()], axis=1)
    alive = np.stack([(people * born)[:, ages].sum(axis=1) for ages in bounds.values()], axis=1)
    return central, np.divide(alive, central, out=np.ones_like(central), where=central > 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shocks:
    """How large the shocks are, and where they come from. Areas are sorted by name."""

    labels: list[Hashable]
    seed: int
    steps: int
    fertility: float
    persistence: float
    local_fertility: float
    common_moves: float
    local_moves: Floats

    @classmethod
    def of(cls, base: xr.DataArray, *, width: int, steps: int, seed: int, spread: Spread) -> _Shocks:
        """Scale the yearly shocks to the areas' sizes and the width of a step."""
        children = base.where(base["age"] < CHILDREN_BELOW, 0.0).sum(["sex", "age"]).to_numpy()
        own, common = _moves(spread, children), _moves(spread, children.sum(keepdims=True)).item()
        kept = spread.persistence**2
        # n yearly shocks, each of them faded by the years that are left of the step
        faded = width if kept == 1 else (1 - kept**width) / (1 - kept)
        return cls(
            labels=base["area"].to_numpy().tolist(),
            seed=seed,
            steps=steps,
            fertility=spread.fertility * float(np.sqrt(faded)),
            persistence=spread.persistence**width,
            local_fertility=spread.local_fertility * float(np.sqrt(width)),
            common_moves=common * float(np.sqrt(width)),
            local_moves=np.sqrt(np.maximum(own**2 - common**2, 0.0) * width),
        )

    def stream(self, kind: str, label: str, block: int) -> np.random.Generator:
        """Return the random numbers that belong to a label and a block of draws."""
        digest = hashlib.blake2b(f"{self.seed}\n{kind}\n{label}".encode(), digest_size=16).digest()
        key = int.from_bytes(digest, "little")
        return np.random.Generator(np.random.Philox(key=key, counter=[0, 0, 0, block]))

    def of_area(self, row: int, block: int) -> tuple[Floats, Floats, Floats]:
        """Return the factors of fertility and of moves, and the chance of births, by (year, draw), of a block."""
        shared = self.stream("common", "", block).standard_normal((self.steps, 2, BLOCK))
        own = self.stream("area", str(self.labels[row]), block).standard_normal((self.steps, 3, BLOCK))
        path = self.fertility * shared[:, 0]
        for step in range(1, self.steps):
            path[step] += self.persistence * path[step - 1]
        fertility = np.exp(path + self.local_fertility * own[:, 0].cumsum(axis=0))
        moves = np.exp(self.common_moves * shared[:, 1] + self.local_moves[row] * own[:, 1])
        return fertility, moves, own[:, 2]


def _moves(spread: Spread, children: Floats) -> Floats:
    """Return the standard deviation of a year's moves among so many children below 15."""
    size = np.maximum(children * (YEARS_OF_A_GROUP / CHILDREN_BELOW), 1.0)
    return spread.migration * np.power(spread.migration_base / size, 0.25)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """What every area's projection needs."""

    rates: Rates
    bounds: list[slice]
    mothers: slice
    ages: int
    steps: int
    draws: int
    shocks: _Shocks
    poisson: bool


def _project_area(job: _Job, row: int) -> Floats:
    """Return the sums of the groups of one area, by (group, year, draw)."""
    rates, ages = job.rates, job.ages
    mothers = job.mothers
    blocks = -(-job.draws // BLOCK)
    sums = np.empty((len(job.bounds), job.steps, blocks * BLOCK))
    now, then = (np.empty((2, ages, BLOCK)) for _ in range(2))
    for block in range(blocks):
        levels, factors, chance = job.shocks.of_area(row, block)
        least = _of_area(rates.start, row)
        now[:] = least[:, :ages, None]
        for step in range(job.steps):
            share = _of_area(of_step(rates.share, step), row)
            half = _of_area(of_step(rates.moves, step), row) / 2
            least, short = _least(least, share, half)
            _grow(
                now,
                share=share[:, :ages, None],
                half=half[:, :ages, None],
                short=short[:, :ages],
                is_open=ages == len(rates.ages),
                then=then,
            )
            women = now[0, mothers] + then[0, mothers]
            women *= _of_area(of_step(rates.fertility, step), row)[mothers, None] / 2
            births: Floats = women.sum(axis=0) * levels[step]
            if job.poisson:
                births = poisson_counts(births, chance[step])
            boys = _of_area(of_step(rates.boys, step), row)
            then[1, 0] = births * (boys / (1 + boys))
            then[0, 0] = births - then[1, 0]
            then[:, 0] *= share[:, 0, None]
            np.maximum(then[:, 0] + half[:, 0, None], 0.0, out=then[:, 0])

            then *= factors[step]
            least = least * (factors[step].min() * ROUNDING)
            least[:, 0] = then[:, 0].min(axis=-1)
            for group, ages_of_group in enumerate(job.bounds):
                then[:, ages_of_group].sum(axis=(0, 1), out=sums[group, step, block * BLOCK : (block + 1) * BLOCK])
            now, then = then, now
    return sums[..., : job.draws]


def _least(least: Floats, share: Floats, half: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the fewest people that any draw can have, and which ages reached may lack some of those who leave."""
    stay = least + half
    short = np.zeros(stay.shape, dtype=bool)
    short[:, 1:] = stay[:, :-1] < 0
    np.maximum(stay, 0.0, out=stay)
    stay[:, -2] += stay[:, -1]
    after = np.zeros_like(stay)
    after[:, 1:] = stay[:, :-1] * share[:, 1:] + half[:, 1:]
    short |= after < 0
    return np.maximum(after, 0.0), short


def _grow(now: Floats, *, share: Floats, half: Floats, short: NDArray[np.bool_], is_open: bool, then: Floats) -> None:
    """Write the people one step older into `then`; those of the youngest age are yet to be born."""
    # where nobody is short, both halves of the moves are one addition, the same for all draws
    np.multiply(now[:, :-1], share[:, 1:], out=then[:, 1:])
    then[:, 1:] += half[:, :-1] * share[:, 1:] + half[:, 1:]
    sex, age = np.nonzero(short)
    if len(sex):
        stay = np.maximum(now[sex, age - 1] + half[sex, age - 1], 0.0)
        then[sex, age] = np.maximum(stay * share[sex, age] + half[sex, age], 0.0)
    if is_open:
        stay = np.maximum(now[:, -2:] + half[:, -2:], 0.0).sum(axis=1)
        then[:, -1] = np.maximum(stay * share[:, -1] + half[:, -1], 0.0)


def _of_area(values: Floats, row: int) -> Floats:
    """Return the numbers of one area, of an array whose first dimension is the area, or of length 1."""
    found: Floats = values[min(row, len(values) - 1)]
    return found
