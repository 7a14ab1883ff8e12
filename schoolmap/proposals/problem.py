"""
What the planner may do, as a siting problem by label: catchments that are short, seats, ways, and measures.

Only where seats are missing is there anything to decide. A catchment that is
not short takes part with what it has to spare. Seats that are there belong to
their catchment, as in the balance; a measure adds seats at a school or a plot,
which serve the catchments of the school, or the one in which the plot lies; a school
on a listed plot also those next to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

    import geopandas as gpd

    from schoolmap.proposals.distances import Distances
    from schoolmap.seating import StageResult

LEAST = 0.5
"""Smaller gaps are no shortage, in seats."""
NEXT_DOOR_M = 1.0
"""A seat next door is at least so many metres farther than one at home: who has a seat stays."""
JOINED = "new"
"""A school on a listed plot gets a catchment of its own: children from over today's boundary may belong to it."""

Way = tuple[str, str, str, float, float]
"""Area, school, stage, metres and charge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageGround:
    """
    One stage as it is decided on.

    Attributes
    ----------
    stage
        Its name.
    short
        Catchments short of seats in any year that is decided on, in any scenario.
    catchments
        Those, and others whose seats may be used.
    around
        Catchments next to each, longest border first.
    demand, seats
        By (scenario, catchment, year).
    schools_of
        Schools that serve each catchment today.
    points, distances
        Where children live, and the ways from there to schools and plots.
    free_choice
        Whether families choose freely: no boundary holds them.
    """

    stage: str
    short: tuple[str, ...]
    catchments: tuple[str, ...]
    around: Mapping[str, tuple[str, ...]]
    demand: pd.Series
    seats: pd.Series
    schools_of: Mapping[str, tuple[str, ...]]
    points: gpd.GeoDataFrame
    distances: Distances
    free_choice: bool


def largest_gaps(demand: pd.Series, seats: pd.Series) -> dict[str, float]:
    """Return the largest gap of any year and scenario of each catchment that is ever short of seats, by label."""
    worst = (demand - seats).groupby(level="catchment").max()
    worst = worst[worst >= LEAST].sort_index()
    return {str(label): float(gap) for label, gap in worst.items()}


def decided_years(result: StageResult, *, after: int) -> tuple[pd.Series, pd.Series]:
    """Return demand and seats by (scenario, catchment, year) of the years after one: that year is what it is."""
    balance = result.balance
    later = balance.index.get_level_values("year") > after
    return balance.loc[later, "demand"], balance.loc[later, "seats"].clip(lower=0.0)


def with_neighbours(short: tuple[str, ...], around: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """
    Return catchments and those next to them, sorted.

    Examples
    --------
    >>> with_neighbours(("b",), {"a": ("b",), "b": ("a", "c"), "c": ("b",), "d": ()})
    ('a', 'b', 'c')
    """
    return tuple(sorted({*short, *(name for label in short for name in around.get(label, ()))}))


def pool(catchment: str) -> str:
    """Return the label of the seats that a catchment has today."""
    return f"seats {catchment}"


def catchment_of_pool(node: str) -> str:
    """
    Return the catchment whose seats a label names.

    Examples
    --------
    >>> catchment_of_pool(pool("0101"))
    '0101'
    """
    return node.removeprefix(pool(""))


def at_school(school: str) -> str:
    """Return the label of seats that a measure adds at a school."""
    return f"school {school}"


def at_site(site: str) -> str:
    """Return the label of seats on a plot that the project lists."""
    return f"site {site}"


def in_catchment(catchment: str) -> str:
    """Return the label of seats somewhere in a catchment: on a plot that is still to be found, or in rented rooms."""
    return f"place {catchment}"


def demand_of(grounds: Mapping[str, StageGround]) -> pd.Series:
    """Return the demand of the catchments that are short, by (scenario, area, stage, year)."""
    parts = {
        name: ground.demand[ground.demand.index.get_level_values("catchment").isin(ground.short)]
        for name, ground in grounds.items()
    }
    return _stacked(parts, "area")


def seats_of(grounds: Mapping[str, StageGround]) -> pd.Series:
    """Return seats by (scenario, school, stage, year): all that a short catchment has, what another has to spare."""
    parts = {}
    for name, ground in grounds.items():
        label = ground.seats.index.get_level_values("catchment")
        spare = (ground.seats - ground.demand).clip(lower=0.0)
        free = ground.seats.where(label.isin(ground.short), spare)
        frame = free.index.to_frame(index=False)
        frame["catchment"] = frame["catchment"].map(pool)
        parts[name] = free.set_axis(pd.MultiIndex.from_frame(frame))
    return _stacked(parts, "school")


def _stacked(parts: dict[str, pd.Series], name: str) -> pd.Series:
    stacked: pd.Series = pd.concat(parts, names=["stage"]).rename_axis(index={"catchment": name})
    labels = stacked.index.to_frame(index=False)[["scenario", name, "stage", "year"]]
    return stacked.set_axis(pd.MultiIndex.from_frame(labels))


def ways_of(
    grounds: Mapping[str, StageGround],
    nodes: pd.DataFrame,
    *,
    boundary_charge: float,
    rezone: bool,
    nearest_share: float,
) -> pd.DataFrame:
    """
    Return who may go where, how much farther that is than to today's schools, and what crossing a boundary is charged.

    Parameters
    ----------
    grounds
        By stage.
    nodes
        Places where measures add seats: `node`, `stage`, `kind`, `place` (label
        in the distances; empty where the plot is to be found) and `serves`, the
        catchments for which it is made.
    boundary_charge
        For each pupil and year over a boundary, in the unit of costs.
    rezone
        Whether a boundary may be drawn anew for seats that last.
    nearest_share
        See `distances.NEAREST_SHARE`.

    Returns
    -------
    ways
        By (area, school, stage), `metres` and `charge`. Metres are beyond the
        nearest place of each area: what nobody can decide on is left out.
    """
    rows = [
        way
        for name, ground in grounds.items()
        for label in ground.short
        for way in _from(
            label,
            ground,
            nodes[nodes["stage"] == name],
            charge=boundary_charge,
            rezone=rezone,
            nearest_share=nearest_share,
        )
    ]
    table = pd.DataFrame(rows, columns=["area", "school", "stage", "metres", "charge"])
    table = table.groupby(["area", "school", "stage"], sort=True).min()
    table["metres"] -= table.groupby(level=["area", "stage"])["metres"].transform("min")
    return table


def _from(
    label: str, ground: StageGround, nodes: pd.DataFrame, *, charge: float, rezone: bool, nearest_share: float
) -> Iterator[Way]:
    """Return the ways of the children of one catchment."""
    distances, name = ground.distances, ground.stage
    own = list(ground.schools_of.get(label, ()))
    here = _finite(distances.to(label, own), 0.0)
    yield label, pool(label), name, here, 0.0
    near = [other for other in ground.around.get(label, ()) if other in ground.catchments]
    # who moves over a border lives near it, and still has no shorter way than today: or the border would be elsewhere
    for other in near if ground.free_choice else ():
        theirs = list(ground.schools_of.get(other, ()))
        way = distances.to(label, theirs, share=nearest_share)
        if np.isfinite(way):
            yield label, pool(other), name, max(way, here + NEXT_DOOR_M), 0.0
    for node, kind, place, serves in zip(nodes["node"], nodes["kind"], nodes["place"], nodes["serves"], strict=True):
        if label in serves:
            yield label, node, name, _finite(distances.to(label, [place]), here) if place else here, 0.0
        elif (ground.free_choice or (rezone and kind == JOINED and place)) and any(other in serves for other in near):
            targets = [place] if place else list(ground.schools_of.get(serves[0], ()))
            way = distances.to(label, targets, share=nearest_share)
            # nobody is sent over a boundary to a new school that is farther than the standard allows
            near_enough = not place or distances.within(label, targets, share=nearest_share)
            if np.isfinite(way) and near_enough:
                yield label, node, name, max(way, here + NEXT_DOOR_M), 0.0 if ground.free_choice else charge


def _finite(value: float, otherwise: float) -> float:
    return value if np.isfinite(value) else otherwise
