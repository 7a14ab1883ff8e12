"""
Draw boundaries anew where spare seats are next door: whole pieces move, for good, in one year for all.

A boundary moves where that weighs less, over all years, than rented rooms for
the same pupils. Every catchment stays in one piece around its schools, and what
moved stays moved: who is added later needs a seat in every year to come. Who is
at school already may stay there; then only those who enter go by the new
boundary, and every year more of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from schoolmap.optimize.rezoning.problem import share_who_stay
from schoolmap.optimize.rezoning.rezone import rezone
from schoolmap.proposals.pieces import cut
from schoolmap.proposals.pieces import pupils_by_year

if TYPE_CHECKING:
    import geopandas as gpd
    import xarray as xr

    from schoolmap.optimize.rezoning.rezone import Rezoning
    from schoolmap.proposals.pieces import Pieces
    from schoolmap.proposals.problem import StageGround

    Roots = tuple[pd.Series, pd.Series]

_FAR_M = 1e6
"""Where no way leads, in metres: nobody is moved there."""
_UNIT = 10_000.0
"""Weights are counted in parts of the unit of costs, as many as yuan in 10,000: no part that matters is rounding."""
MOST_ADDED_M = 1_000.0
"""A boundary makes nobody's way longer by more than so many metres. Assumption."""
RUNS = 2
"""Searches for a boundary, where it is not proven best at once."""
MOVE_COLUMNS = (
    *("piece", "area", "from", "to", "first_year", "pupils", "entering"),
    *("all_year", "pupils_then", "way_before_m", "way_after_m"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """
    Boundaries of one stage as they are proposed.

    Attributes
    ----------
    moves
        One row for each piece that moves: `piece`, `area`, `from`, `to`;
        `first_year`, the `pupils` of all grades who live there in that year, and
        those of them who go to the new school then (`entering`); `all_year`,
        from which everybody does, and who that is (`pupils_then`: in the last
        year, where that comes first); and the mean way to school before and after.
    demand
        By (scenario, catchment, year), as it is after the move.
    answer
        What the solver says of it, with its bound.
    """

    moves: pd.DataFrame
    demand: pd.Series
    answer: Rezoning


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """
    What a boundary is weighed by, for a pupil, in the unit of costs.

    Attributes
    ----------
    kilometre
        What a kilometre of way weighs in a year.
    moved
        What it weighs, once, that a pupil changes the catchment.
    short
        What it weighs in a year that a pupil has no seat here: as much as a
        rented one costs.
    """

    kilometre: float
    moved: float
    short: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Children:
    """
    Children of one stage in the first scenario, and who of them goes by a new boundary.

    Attributes
    ----------
    living, entered
        By area (rows) and year: all, and those who entered school since the
        boundary moved, or need no longer stay.
    grades
        Years that a pupil spends in the stage.
    stay_years
        Years in which who is at school when a boundary moves stays there.
    """

    living: pd.DataFrame
    entered: pd.DataFrame
    grades: int
    stay_years: int


def children_of(by_age: xr.DataArray, *, first_year: int, stay_years: int | None) -> Children:
    """
    Tell children who entered school since a boundary moved from those who were there before.

    Parameters
    ----------
    by_age
        Children by area, age and year, of the stage's ages only.
    first_year
        First school year of the boundary.
    stay_years
        Years in which who is at school then stays there; until they leave if
        it is `None`. With 0 everybody goes at once.

    Examples
    --------
    Three ages, ten children of each: a grade more goes each year, unless nobody need stay any longer.

    >>> import xarray as xr
    >>> axes = {"area": ["a"], "age": [6, 7, 8], "year": [2026, 2027, 2028]}
    >>> ten = xr.DataArray(np.full((1, 3, 3), 10.0), coords=axes, dims=list(axes))
    >>> children_of(ten, first_year=2026, stay_years=None).entered.loc["a"].tolist()
    [10.0, 20.0, 30.0]
    >>> children_of(ten, first_year=2026, stay_years=1).entered.loc["a"].tolist()
    [10.0, 30.0, 30.0]
    """
    grades = by_age.sizes["age"]
    stays = grades - 1 if stay_years is None else min(stay_years, grades - 1)
    step = by_age["year"] - first_year
    entered = (by_age["age"] - by_age["age"].min() <= step) | (step >= stays)
    tables = [
        pd.DataFrame(
            counts.sum("age").transpose("area", "year").to_numpy(),
            index=by_age.indexes["area"],
            columns=by_age.indexes["year"],
        )
        for counts in (by_age, by_age.where(entered, 0.0))
    ]
    return Children(living=tables[0], entered=tables[1], grades=grades, stay_years=stays)


def draw(
    ground: StageGround,
    *,
    areas: gpd.GeoDataFrame,
    zones: gpd.GeoDataFrame,
    shares: pd.Series,
    children: Children,
    schools: gpd.GeoSeries,
    weights: Weights,
    scenario: str,
    seed: int,
    time_limit: float,
) -> Boundary | None:
    """
    Draw the boundaries of one stage.

    Parameters
    ----------
    ground
        The stage.
    areas, zones
        Small areas and today's catchments, polygons in one metric CRS.
    shares
        Share of each area's children by (area, catchment).
    children
        From `children_of`.
    schools
        Points by school.
    weights
        What moves and missing seats weigh.
    scenario
        The first scenario: boundaries are drawn for it.
    seed, time_limit
        As `rezone` takes them.

    Returns
    -------
    boundary
        Nothing where there is only one piece, or none moves.

    Notes
    -----
    The search takes it that in each year one part of the pupils enters, as many
    as the stage has grades; what moves is counted by age.
    """
    demand = ground.demand.xs(scenario, level="scenario").unstack("year")
    seats = ground.seats.xs(scenario, level="scenario").unstack("year")
    pieces = cut(areas, zones, shares, catchments=ground.catchments)
    # a catchment without pieces has children that nobody can place
    held = pd.Index(sorted(pieces.table["catchment"].unique()))
    if len(held) < 2:
        return None
    pupils = pupils_by_year(pieces, children.living, demand.loc[held])
    cost = _ways(ground, pieces, list(held))
    homes, zone_of = _roots(ground, pieces, schools, list(held))
    rooms = seats.loc[zone_of].div(zone_of.map(zone_of.value_counts()).to_numpy(), axis=0).set_axis(zone_of.index)
    metre = weights.kilometre * _UNIT / 1000
    answer = rezone(
        # the solver counts whole pupils and seats; what moves is counted exactly below
        pupils.round(),
        rooms.round(),
        cost[zone_of].set_axis(zone_of.index, axis=1) * metre,
        pieces.border_m,
        homes=homes,
        zone_of=zone_of,
        today=pieces.table["catchment"],
        weight_moved=weights.moved * _UNIT,
        charge_short=weights.short * _UNIT,
        most_added_m=MOST_ADDED_M * metre if metre > 0 else None,
        grandfather_years=children.stay_years,
        grades=children.grades,
        runs=RUNS,
        seed=seed,
        time_limit=time_limit,
    )
    going = pupils * _entered(pieces, children, pupils.columns)
    moves = _moves(pieces, answer.zones, pupils, going, cost, stay_years=children.stay_years)
    if moves.empty:
        return None
    return Boundary(moves=moves, demand=_moved_demand(ground.demand, demand, going, moves), answer=answer)


def _entered(pieces: Pieces, children: Children, years: pd.Index) -> pd.DataFrame:
    """Return the share of the pupils of each piece and year who go by the new boundary; a grade a year where nobody lives."""
    table = pieces.table
    living, entered = (
        counts.reindex(table["area"])[years].to_numpy() for counts in (children.living, children.entered)
    )
    usual = 1 - share_who_stay(len(years), children.stay_years, children.grades)
    share = np.broadcast_to(usual, living.shape).copy()
    np.divide(entered, living, out=share, where=living > 0)
    return pd.DataFrame(share, index=table.index, columns=years)


def _ways(ground: StageGround, pieces: Pieces, held: list[str]) -> pd.DataFrame:
    """Return the mean way from each piece to the nearest school of each catchment, in metres."""
    points, distances = ground.points, ground.distances
    table = pieces.table
    label = pd.MultiIndex.from_frame(points[["area", "catchment"]])
    at = pd.Index(pd.MultiIndex.from_frame(table[["area", "catchment"]])).get_indexer(label)
    columns = {}
    for zone in held:
        places = distances.places.get_indexer(pd.Index(ground.schools_of.get(zone, ())))
        way = distances.metres[:, places[places >= 0]].min(axis=1, initial=np.inf)
        known = (at >= 0) & np.isfinite(way)
        weight = points["share"].to_numpy()[known]
        total = np.bincount(at[known], weights=weight * way[known], minlength=len(table))
        there = np.bincount(at[known], weights=weight, minlength=len(table))
        columns[zone] = np.divide(total, there, out=np.full(len(table), np.inf), where=there > 0)
    ways = pd.DataFrame(columns, index=table.index)
    # a piece of which no home is known stays: only its own catchment is a way of 0 m
    grid = ways.to_numpy()
    silent = ~np.isfinite(grid).any(axis=1)
    own = np.array(held)[None, :] == table["catchment"].to_numpy()[:, None]
    stays = ways.mask((silent[:, None] | ~np.isfinite(grid)) & own, 0.0)
    return stays.mask(~np.isfinite(stays), _FAR_M)


def _roots(ground: StageGround, pieces: Pieces, schools: gpd.GeoSeries, held: list[str]) -> Roots:
    """Return the piece where each school of a catchment stands, and its catchment; the nearest piece if it is outside."""
    table = pieces.table
    homes, zone_of = {}, {}
    for zone in held:
        own = table[table["catchment"] == zone]
        shapes = own.geometry.to_numpy()
        named = [school for school in ground.schools_of.get(zone, ()) if school in schools.index]
        spots = {school: schools[school] for school in named} or {"": shapely.union_all(shapes).representative_point()}
        for school, spot in spots.items():
            homes[f"{zone} {school}"] = own.index[int(np.argmin(shapely.distance(shapes, spot)))]
            zone_of[f"{zone} {school}"] = zone
    return pd.Series(homes, name="home"), pd.Series(zone_of, name="zone")


def _moves(
    pieces: Pieces, zone: pd.Series, pupils: pd.DataFrame, going: pd.DataFrame, cost: pd.DataFrame, *, stay_years: int
) -> pd.DataFrame:
    table = pieces.table
    after = zone.reindex(table.index)
    moved = table[(after != table["catchment"]).to_numpy()]
    labels = moved.index
    rows, grid = cost.index.get_indexer(labels), cost.to_numpy()
    first, last = int(min(pupils.columns)), int(max(pupils.columns))
    every = first + stay_years
    found = {
        "piece": labels.to_numpy(),
        "area": moved["area"].to_numpy(),
        "from": moved["catchment"].to_numpy(),
        "to": after[labels].to_numpy(),
        "first_year": first,
        "pupils": pupils.loc[labels, first].to_numpy(dtype=float),
        "entering": going.loc[labels, first].to_numpy(dtype=float),
        "all_year": every,
        "pupils_then": going.loc[labels, min(every, last)].to_numpy(dtype=float),
        "way_before_m": grid[rows, cost.columns.get_indexer(pd.Index(moved["catchment"]))],
        "way_after_m": grid[rows, cost.columns.get_indexer(pd.Index(after[labels]))],
    }
    return pd.DataFrame(found, columns=list(MOVE_COLUMNS))


def _moved_demand(every: pd.Series, demand: pd.DataFrame, going: pd.DataFrame, moves: pd.DataFrame) -> pd.Series:
    """Move the same part of the demand, those who go by the new boundary in each year, in every scenario."""
    scenarios, years = every.index.unique("scenario"), demand.columns
    zones = demand.index
    labels = [(name, zone, year) for name in scenarios for zone in zones for year in years]
    index = pd.MultiIndex.from_tuples(labels, names=["scenario", "catchment", "year"])
    grid = every.reindex(index).to_numpy().reshape(len(scenarios), len(zones), len(years))
    before, after = (zones.get_indexer(pd.Index(moves[name])) for name in ("from", "to"))
    there = demand.to_numpy()[before]
    part = np.divide(going.loc[moves["piece"], years].to_numpy(), there, out=np.zeros_like(there), where=there > 0)
    moved = grid.copy()
    for place, (old, new) in enumerate(zip(before, after, strict=True)):
        going = grid[:, old] * part[place]
        moved[:, old] -= going
        moved[:, new] += going
    changed = every.copy()
    # what is left of a billionth of a pupil is rounding
    changed.loc[index] = np.maximum(moved, 0.0).ravel()
    return changed
