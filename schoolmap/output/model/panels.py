"""The numbers of one stage in one scenario, by catchment and year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schoolmap.output.model.kinds import Grid


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The planning area as a whole, by year. `short` and `spare` are both shown, never only their net."""

    demand: tuple[float, ...]
    p10: tuple[float, ...]
    p90: tuple[float, ...]
    seats: tuple[float, ...]
    short: tuple[float, ...]
    spare: tuple[float, ...]
    born_share: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rank:
    """
    A catchment in the ranked list, worst first.

    `score` is the sum over years of seats short. `first_year`, `last_year` and
    `peak_year` bound the shortage; `peak_short` and `probability` are those of
    `peak_year`. `action` points into `MapModel.actions`.
    """

    catchment: str
    score: float
    first_year: int
    last_year: int
    peak_year: int
    peak_short: float
    probability: float
    action: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """
    One end of the 80 % interval, read as the demand of every catchment.

    The intervals of catchments are not met together: `short` and `spare` add up
    what every catchment would lack or spare at its own end, which is farther
    from the middle than the end of the whole area's interval (`Totals.p10`,
    `Totals.p90`).

    Attributes
    ----------
    id
        `p10` or `p90`.
    shade
        As in `Panel`.
    short, spare
        Summed over catchments, by year.
    ranking
        The catchments that would be short of seats, worst first.
    """

    id: str
    shade: tuple[tuple[int | None, ...], ...]
    short: tuple[float, ...]
    spare: tuple[float, ...]
    ranking: tuple[Rank, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """Demand and seats of a catchment by year as they are after the proposals; classes as in `Panel.shade`."""

    catchment: str
    demand: tuple[float, ...]
    seats: tuple[float, ...]
    shade: tuple[int | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """
    A panel after the proposals, in the central projection.

    Attributes
    ----------
    changed
        Catchments that the proposals change; all others stay as they are. Seats
        that serve several catchments are shared by the pupils who go there; who
        goes to the seats of another catchment counts as its demand.
    short, spare
        Summed over catchments, by year.
    """

    changed: tuple[Changed, ...]
    short: tuple[float, ...]
    spare: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """
    Where the children of a panel come from.

    The children of a year are `begun`, and `births`, and the rest: who survived,
    moved in or out, or came with new homes since; the methods that follow
    cohorts do not tell these apart.

    Attributes
    ----------
    since
        The school year in which those were counted who are `begun`.
    begun
        Children of the cohorts of that year, as many as lived in the catchment then.
    births
        Births of the later cohorts, less those who did not stay their first year.
    areas
        Small areas of which the catchment has children, wholly or in part, in
        the base year; 0 where children are not known by area.
    whole
        Children of the stage's ages in all of those areas together, in the base year.
    """

    since: int
    begun: Grid
    births: Grid
    areas: tuple[int, ...]
    whole: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplied:
    """Seats and rooms by year of one school in a scenario in which they differ from the first; see `Section`."""

    school: str
    seats: tuple[float, ...]
    rooms: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """
    Everything about one stage in one scenario.

    Attributes
    ----------
    children
        Children of the stage's ages who live in the catchment.
    children_born
        Those of them who were alive at the date of the population.
    leaving, coming
        Pupils who live in the catchment and learn elsewhere, and those who come
        from elsewhere; empty where nothing is known of either.
    demand, p10, p90
        Seats needed: the central projection and the 80 % interval around it.
    seats
        Seats there are, projects with a date included.
    utilisation
        Demand per seat; `None` without seats: `shade` tells whether there are children.
    probability
        Probability that demand exceeds seats, in [0, 1].
    classes_needed, oversized_classes
        Whole classes of the standard's size that demand fills, and classes too
        large if all were taught in the rooms there are; `None` where unknown.
    shade
        Index into `MapModel.shades`; `None` where there are neither seats nor children.
    level
        `surplus`, `ok`, `watch` or `red`.
    born_share
        Share of the demanded cohort that is alive at the population's date, in [0, 1].
    totals, ranking
        The planning area as a whole, and its catchments short of seats, worst first.
    bounds
        Both ends of the interval, read as demand.
    after
        After the proposals; `None` where nothing could be decided on.
    origin
        Where the children come from; `None` where a projection is used as given.
    supplied
        Schools whose seats or rooms are others than in the first scenario.
    """

    stage: str
    scenario: str
    children: Grid
    children_born: Grid
    leaving: Grid
    coming: Grid
    demand: Grid
    p10: Grid
    p90: Grid
    seats: Grid
    utilisation: Grid
    probability: Grid
    born_share: Grid
    classes_needed: Grid
    oversized_classes: Grid
    shade: tuple[tuple[int | None, ...], ...]
    level: tuple[tuple[str, ...], ...]
    totals: Totals
    ranking: tuple[Rank, ...]
    bounds: tuple[Bound, ...] = ()
    after: After | None = None
    origin: Origin | None = None
    supplied: tuple[Supplied, ...] = ()
