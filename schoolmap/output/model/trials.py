"""What the page needs to work out a plan that the reader has changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schoolmap.output.model.kinds import Grid
    from schoolmap.output.model.kinds import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class EditCoverage:
    """
    What moving a small area to another catchment needs to know.

    Attributes
    ----------
    id
        Of the coverage.
    fixed
        Why no area can be moved; empty texts where areas can.
    shares
        Triples of a unit, a catchment (both by their places in `Editing.units`
        and the coverage) and the share of the unit's children who live there.
    """

    id: str
    fixed: Text
    shares: tuple[tuple[int, int, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditSection:
    """Seats by year of a section that serves several catchments."""

    school: str
    seats: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditScenario:
    """
    Numbers of one stage in one scenario from which an edited plan is worked out.

    Attributes
    ----------
    pupils
        Children who attend, by unit and year: children times attendance.
    enough
        For each of `Editing.chances`, the seats by catchment and year with
        which a shortage is no more probable than that.
    shared
        Sections that serve several catchments: their seats are shared anew
        where an area moves.
    """

    scenario: str
    pupils: Grid
    enough: tuple[Grid, ...]
    shared: tuple[EditSection, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditStage:
    """
    What edits of one stage need to know.

    Attributes
    ----------
    class_seats
        Seats of one class for the ages of the stage; `None` where the standard
        has no class size.
    flows
        Triples of a catchment, another, and the share of the pupils who live
        in the first who learn in the second; empty where the project does not
        tell of any. Catchments are given by their places.
    inflow, base
        Pupils from outside the planning area by catchment, and the pupils who
        live in it, both in the base year.
    """

    stage: str
    class_seats: float | None
    flows: tuple[tuple[int, int, float], ...]
    inflow: tuple[float, ...]
    base: float
    scenarios: tuple[EditScenario, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditUnit:
    """A small area (or a catchment or school, where no more is known) whose children are counted together."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditAdd:
    """Seats that a proposal adds at a school, or else in a catchment, by year; below zero where it takes rooms."""

    stage: str
    school: str | None
    catchment: str | None
    seats_by_year: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditMove:
    """A small area, or what of it lies in one catchment, that a proposal moves; `source` and `target` are catchments."""

    coverage: str
    area: str
    source: str
    target: str
    opens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EditProposal:
    """What a proposal does when the reader counts it: `action` is its id."""

    action: str
    adds: tuple[EditAdd, ...]
    moves: tuple[EditMove, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Editing:
    """
    What the page needs to try out changes by the library's own rules.

    Attributes
    ----------
    units
        Those that the forecast counts children by.
    first_year
        First school year that can be changed.
    levels
        Utilisation below which there is a surplus, from which to watch, and
        from which to warn.
    least_short
        Smaller gaps are no shortage, in seats.
    chances
        Bounds of the classes in which the probability of a shortage is told.
    proposals
        Those that can be counted.
    """

    units: tuple[EditUnit, ...]
    first_year: int
    levels: tuple[float, float, float]
    least_short: float
    chances: tuple[float, ...]
    coverages: tuple[EditCoverage, ...]
    stages: tuple[EditStage, ...]
    proposals: tuple[EditProposal, ...]
