"""What is proposed, what it beat, what is planned already, and where a school could be built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schoolmap.output.model.kinds import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """
    A small area, or the part of one that lies in one catchment, whose pupils change the catchment.

    `pupils` of all grades live there in the first year; `entering` of them go by
    the new boundary in that year, and `pupils_then` in `Action.all_from`, or in
    the last year if that comes first.
    """

    area: str
    name: str
    pupils: float
    entering: float
    pupils_then: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """
    A proposal, with its reason and what it beat.

    Attributes
    ----------
    kind
        `expand`, `new`, `attach`, `convert`, `temporary`, `rezone`, `unsolved`
        or `review`. A `review` is a candidate for review because seats stay
        empty; it is never an order. `unsolved` says who is without a seat after
        all proposals.
    school, site, receiver
        The school or listed plot where it is; the catchment that takes pupils.
    first_year, last_year, peak_year, short, probability
        The shortage that it answers.
    opens, until
        First and last year in use; `until` is `None` where it lasts.
    all_from
        Year from which all pupils go by a new boundary: until then, who was at
        school before stays there. `None` for all but a boundary.
    classes, seats
        At most; of an `unsolved`, pupils without a seat; of a boundary, pupils
        who go by it from `all_from` on.
    seats_by_year, classes_by_year
        In the order of `MapModel.years`; empty where it makes no seats.
    capital, yearly
        Once in all, and a year at most, in `MapModel.currency`; `None` for a
        review.
    scenarios
        Scenarios in whose own best plan it is; empty where that is not asked.
    moves
        What moves, for a `rezone`.
    """

    id: str
    kind: str
    stage: str
    catchment: str
    school: str | None
    site: str | None
    receiver: str | None
    first_year: int
    last_year: int
    peak_year: int
    short: float
    probability: float
    opens: int | None
    until: int | None
    all_from: int | None
    classes: float | None
    seats: float
    classes_by_year: tuple[float, ...]
    seats_by_year: tuple[float, ...]
    capital: float | None
    yearly: float | None
    scenarios: tuple[str, ...]
    moves: tuple[Move, ...]
    reason: Text
    alternatives: tuple[Text, ...]
    lon: float
    lat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A plot that the project lists: where a school could be built. `used_by` names the actions that would."""

    id: str
    name: str
    lon: float
    lat: float
    stages: tuple[str, ...]
    max_classes: float | None
    land_cost: float | None
    ready_from: str
    note: str
    used_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """
    How the proposals were decided on, and how far they are from the best possible.

    Attributes
    ----------
    status
        `optimal`, `feasible`, or `none` where nothing was to be decided.
    objective, lower_bound
        Cost of the plan, and what no plan can cost less than, in
        `MapModel.currency`; discounted, with what ways and missing seats weigh.
    capital, running
        Money in all years, not discounted: building, and running or rent.
    capital_by_year
        In the order of `MapModel.years`.
    short_before, short_after
        Pupils short of seats by stage and year in the first scenario, without
        and with the proposals.
    text
        All of it in words.
    """

    status: str
    objective: float
    lower_bound: float
    gap: float
    capital: float
    running: float
    capital_by_year: tuple[float, ...]
    short_before: dict[str, tuple[float, ...]]
    short_after: dict[str, tuple[float, ...]]
    text: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """
    A project of the user's list. Without opening, size or place it is shown but not counted.

    `opening` is as listed; `opens` is the first school year in which its seats
    count in the first scenario, `None` where they do not.
    """

    id: str
    name: str
    kind: str
    stage: str
    school: str | None
    catchment: str | None
    opening: str | None
    seats: float | None
    counted: bool
    status: Text
    note: str
    opens: int | None = None
