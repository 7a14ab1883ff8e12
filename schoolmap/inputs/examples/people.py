"""
The people of an invented county: born, growing older, moving to the county town or away, year by year.

Only the shape of births is real: the county has the births that China had, year
by year, on its own scale. All else, where people live, how they move and who
has children, is invented, and is chosen so that the county tells what many
tell: villages that empty, a county town that grows, and a wave of births that
passes through the stages of schooling one after another.

A year here runs from one 31 August to the next, so that the people of one age are
one school cohort.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap.inputs.examples.chance import between
from schoolmap.inputs.examples.chance import divide
from schoolmap.inputs.examples.chance import stream
from schoolmap.inputs.examples.chance import whole
from schoolmap.inputs.examples.names import NEW_QUARTER
from schoolmap.population.national import births_of_china
from schoolmap.population.national import order_shares_of_china
from schoolmap.tables import ORDERS

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]
    Floats = NDArray[np.float64]

FIRST, LAST = 2011, 2025
"""First and last 31 August of which the people are known."""
OLDEST = 90
"""The last age, of those who are that old or older."""
AUTUMN = 122 / 365
"""Share of a year's births that fall after 31 August."""

COUNTY_BIRTHS = 5_900
"""Births of 2016, the year that those of the nation are scaled to."""
BOYS = 0.527
_MOTHERS = {(15, 19): 0.03, (20, 24): 0.30, (25, 29): 0.38, (30, 34): 0.20, (35, 39): 0.07, (40, 44): 0.02}
"""Share of births by age of the mother."""
_ORDER_SHARES = {2012: (0.66, 0.29, 0.05), 2014: (0.60, 0.345, 0.055), 2025: (0.47, 0.38, 0.15)}
"""Shares of first, second and later births where the nation's are not known; invented."""

_PYRAMID = (
    (0, 83),
    (4, 75),
    (12, 75),
    (18, 102),
    (24, 128),
    (30, 100),
    (38, 112),
    (45, 124),
    (52, 86),
    (58, 92),
    (65, 60),
    (75, 32),
    (85, 8),
    (90, 4),
)
"""Residents by age at the start, as corners of a line."""
_SIZES = {"111": 10_800, "112": 6_400, "121": 6_200, "122": 2_700, "210": 2_700, "220": 1_990}
"""Residents of a unit at the start, by its class of town and country."""
_YOUNG = {"111": 1.02, "112": 1.08, "121": 1.05, "122": 1.02, "210": 1.0, "220": 0.98}
"""Children at the start against those of all units."""

_TO_TOWN = (
    (0, 0.012),
    (3, 0.022),
    (6, 0.034),
    (8, 0.019),
    (11, 0.016),
    (12, 0.026),
    (14, 0.012),
    (16, 0.030),
    (18, 0.012),
    (24, 0.028),
    (34, 0.022),
    (45, 0.011),
    (60, 0.005),
    (90, 0.003),
)
"""Share of villagers who move to a town within a year, by age; families move when a child enters school."""
_AWAY = (
    (0, 0.004),
    (10, 0.003),
    (16, 0.012),
    (18, 0.075),
    (22, 0.060),
    (27, 0.028),
    (35, 0.010),
    (50, 0.004),
    (90, 0.001),
)
"""Share of residents who leave the county within a year, by age."""
_TO_OWN_SEAT = 0.14
"""Of those who move to a town, the share who move to their own township's."""
_ARRIVALS = 620
"""People who come from elsewhere each year, to the county town."""
_ARRIVING = ((0, 0.7), (5, 1.0), (12, 0.7), (18, 1.0), (26, 3.0), (36, 2.2), (48, 0.8), (65, 0.3), (90, 0.0))
_DRAW = {"suburb": 1.15, "core": 0.72}
"""How much a community of the county town draws those who move there; the new quarter draws more from 2015 on."""
_QUARTER_DRAW = ((2011, 0.8), (2015, 1.2), (2019, 3.4), (2025, 4.6))


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """
    The people of the county.

    Attributes
    ----------
    residents
        By `(area, sex, age)` on 31 August, by year.
    births
        By calendar year and order, indexed by `(area, year, order)`.
    """

    residents: dict[int, Counts]
    births: pd.Series

    def on(self, day: str) -> Counts:
        """Return the residents of 31 August, or of 1 November: a sixth of a year later, with those born since."""
        year, rest = int(day[:4]), day[5:]
        people = self.residents[year]
        return people if rest == "08-31" else _sixth_of_a_year_later(people, self, year)


def make_people(areas: gpd.GeoDataFrame, *, seed: int, last: int = LAST) -> People:
    """
    Let the people of the county live from `FIRST` on.

    Parameters
    ----------
    areas
        Villages and communities, see `land.Land`.
    seed
        Of everything that is left to chance.
    last
        Last 31 August wanted.
    """
    rng = stream(seed, "people")
    national = _scaled_births(last + 1)
    character = _Character.of(areas, stream(seed, "character"))
    people = _at_the_start(areas, rng)
    residents, autumn, spring = {FIRST: people}, {}, {}
    for year in range(FIRST + 1, last + 2):
        mothers = _mothers(people) * character.fertility
        autumn[year - 1] = divide(round(national[year - 1] * AUTUMN), mothers, rng)
        spring[year] = divide(round(national[year] * (1 - AUTUMN)), mothers, rng)
        people = _grow_older(people, autumn[year - 1] + spring[year], rng)
        people = _move(people, character, year=year, rng=rng)
        residents[year] = people
    births = {year: spring[year] + autumn[year] for year in range(FIRST + 1, last + 1)}
    return People(
        residents={year: residents[year] for year in range(FIRST, last + 1)},
        births=_by_order(births, areas.index, stream(seed, "order")),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Character:
    """What is particular to each village: how many children its women have, and how many people leave it."""

    fertility: Floats
    leaving: Floats
    town: NDArray[np.bool_]
    seat_of: NDArray[np.intp]
    draw: dict[str, Floats]

    @classmethod
    def of(cls, areas: gpd.GeoDataFrame, rng: np.random.Generator) -> _Character:
        """Draw it: remote villages lose more people, seats of townships fewer, the county town none."""
        town = areas["urban_rural"].isin(["111", "112"]).to_numpy()
        base = 0.65 + 0.9 * areas["remote_km"].to_numpy() / float(areas["remote_km"].max())
        seat = areas["seat"].to_numpy()
        order = areas["township"].to_numpy()
        seats = {name: int(np.flatnonzero(seat & (order == name))[0]) for name in dict.fromkeys(order.tolist())}
        suburb = areas["suburb"].to_numpy()
        quarter = areas["name"].str.removesuffix("社区").isin(NEW_QUARTER).to_numpy()
        return cls(
            fertility=np.where(town, 0.93, 1.06) * between(0.88, 1.12, rng, size=len(areas)),
            leaving=np.where(town, 0.0, np.where(seat, 0.35, base)) * between(0.8, 1.2, rng, size=len(areas)),
            town=town,
            seat_of=np.array([seats[name] for name in order]),
            draw={
                "old": np.where(town, np.where(suburb, _DRAW["suburb"], _DRAW["core"]), 0.0) * ~quarter,
                "new": quarter.astype(float),
            },
        )

    def draw_in(self, year: int) -> Floats:
        """Return the weights by which those who come to the county town choose a community."""
        years, heights = zip(*_QUARTER_DRAW, strict=True)
        return self.draw["old"] + self.draw["new"] * float(np.interp(year, years, heights))


def _line(corners: tuple[tuple[float, float], ...]) -> Floats:
    """Return a value for every age from the corners of a line."""
    ages, values = zip(*corners, strict=True)
    line: Floats = np.interp(np.arange(OLDEST + 1), ages, values)
    return line


def _scaled_births(last: int) -> dict[int, float]:
    """Return the births of the nation by calendar year on the scale of the county; unknown years as the last."""
    births = births_of_china(series="announced")["births"]
    scale = COUNTY_BIRTHS / float(births[2016])
    known = dict(zip(births.index.astype(int).tolist(), (scale * births.to_numpy(dtype=float)).tolist(), strict=True))
    final = max(known)
    return {year: known[min(year, final)] for year in range(FIRST, last + 1)}


def _at_the_start(areas: gpd.GeoDataFrame, rng: np.random.Generator) -> Counts:
    classes = areas["urban_rural"]
    size = classes.map(_SIZES).to_numpy(dtype=float) * between(0.7, 1.3, rng, size=len(areas))
    shape = _line(_PYRAMID)
    young = np.where(np.arange(OLDEST + 1) < 15, 1.0, 0.0)
    factor = 1 + (classes.map(_YOUNG).to_numpy(dtype=float)[:, None] - 1) * young
    expected = size[:, None] * (shape / shape.sum()) * factor
    boys = np.where(np.arange(OLDEST + 1) < 20, BOYS, 0.505)
    return whole(np.stack([expected * (1 - boys), expected * boys], axis=1), rng)


def _mothers(people: Counts) -> Floats:
    """Return the births that the women of each area would have at equal fertility."""
    total = np.zeros(len(people))
    for (low, high), share in _MOTHERS.items():
        total += share * people[:, 0, low : high + 1].sum(axis=1) / people[:, 0, low : high + 1].sum()
    return total


def _grow_older(people: Counts, births: Counts, rng: np.random.Generator) -> Counts:
    """Let a year pass: some die, all others are a year older, and those born are there."""
    ages = np.arange(OLDEST + 1)
    risk = np.minimum(0.0004 + 0.00004 * 1.097**ages, 0.3)
    alive = people - whole(people * risk, rng)
    older = np.zeros_like(people)
    older[:, :, 1:] = alive[:, :, :-1]
    older[:, :, -1] += alive[:, :, -1]
    girls = whole(births * (1 - BOYS), rng)
    older[:, 0, 0], older[:, 1, 0] = girls, births - girls
    return older


def _move(people: Counts, character: _Character, *, year: int, rng: np.random.Generator) -> Counts:
    """Let some move to a town and some out of the county, and others come."""
    away = whole(people * _line(_AWAY) * np.where(character.town, 0.7, 1.1)[:, None, None], rng)
    staying: Counts = people - away
    # the moves of a crowded decade slow down as fewer are left to move
    leave = np.minimum(whole(people * _line(_TO_TOWN) * character.leaving[:, None, None], rng), staying)
    staying = staying - leave
    near = whole(leave * _TO_OWN_SEAT, rng)
    np.add.at(staying, character.seat_of, near)
    arriving = _line(_ARRIVING)
    guests = whole(_ARRIVALS * np.stack([arriving, arriving]) / (2 * arriving.sum()), rng)
    coming = (leave - near).sum(axis=0) + guests
    staying += np.moveaxis(divide(coming, character.draw_in(year), rng), -1, 0)
    return staying


def _sixth_of_a_year_later(people: Counts, known: People, year: int) -> Counts:
    """Return the people two months later: a sixth had a birthday, and the children of two months were born."""
    rng = stream(year, "birthdays")
    older = whole(people * (61 / 365), rng)
    later: Counts = people - older
    later[:, :, 1:] += older[:, :, :-1]
    later[:, :, -1] += older[:, :, -1]
    of_year = known.births.xs(year, level="year").groupby(level="area", sort=False).sum().to_numpy()
    born = whole(of_year * (61 / 365), rng)
    girls = whole(born * (1 - BOYS), rng)
    later[:, 0, 0] += girls
    later[:, 1, 0] += born - girls
    return later


def _by_order(births: dict[int, Counts], areas: pd.Index, rng: np.random.Generator) -> pd.Series:
    """Divide births into first, second and later ones as the nation's were, or nearly."""
    shares = order_shares_of_china()
    whole_years = shares[shares["of"] == "births"]["share"].unstack("order").dropna(subset=list(ORDERS))
    known = dict(_ORDER_SHARES)
    rows = zip(*whole_years[list(ORDERS)].to_numpy(dtype=float).T.tolist(), strict=True)
    known |= dict(zip(whole_years.index.astype(int).tolist(), rows, strict=True))
    years = sorted(known)
    columns = np.array([known[year] for year in years])
    parts = {}
    for year, counts in births.items():
        mix = np.array([float(np.interp(year, years, column)) for column in columns.T])
        parts[year] = divide(counts, mix, rng)
    index = pd.MultiIndex.from_product([areas, list(parts), ORDERS], names=["area", "year", "order"])
    return pd.Series(np.stack(list(parts.values()), axis=1).ravel(), index=index, name="births").sort_index()
