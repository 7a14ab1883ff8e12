"""How far it is to school."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schoolmap.output.model.kinds import Ring
    from schoolmap.output.model.kinds import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachZone:
    """
    What can be reached from one school within its limit.

    Attributes
    ----------
    id, name
        Code and name of the school, or of the project that will be one.
    circle_m
        The limit, in metres: the radius of the circle to compare with.
    polygons
        The zone by roads, simplified for display; empty where the way is
        measured in a straight line, then it is a circle of `radius_m`.
    open
        Whether the school has seats, by year.
    """

    id: str
    name: str
    lon: float
    lat: float
    circle_m: float
    radius_m: float
    polygons: tuple[tuple[Ring, ...], ...]
    open: tuple[bool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachArea:
    """
    Children of one small area by year, and those of them who live out of reach.

    `nearest` is the name of the school that is nearest to most of them, `way_m`
    the mean way to the nearest school in metres, both in the first year.
    """

    id: str
    name: str
    lon: float
    lat: float
    children: tuple[float, ...]
    beyond: tuple[float, ...]
    nearest: str
    way_m: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """
    How far it is to school in one stage, in the first scenario.

    Attributes
    ----------
    by
        `roads`, or `straight` where there are none.
    limits, method
        The limits of the standard with their sources, and how the way is measured.
    within, beyond, unknown
        Children of the planning area by year: within reach of an open school,
        out of reach, and those for whom no limit is known.
    """

    stage: str
    by: str
    limits: Text
    method: Text
    zones: tuple[ReachZone, ...]
    areas: tuple[ReachArea, ...]
    within: tuple[float, ...]
    beyond: tuple[float, ...]
    unknown: tuple[float, ...]
