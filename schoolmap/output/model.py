"""
What every product shows, as plain data: the `MapModel`.

The web map, the workbook and the GeoPackage are drawn from this one document,
so they cannot disagree. It holds numbers and text only: no markup, no path,
no library object. Texts for people are given in English and Chinese as
`{"en": ..., "zh": ...}`; names that come from the user's files are plain
strings and are hostile until shown as text.

Every array over catchments follows the order of `Coverage.catchments` of the
stage's coverage; every array over years follows `MapModel.years`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from dataclasses import field
from dataclasses import fields
from dataclasses import is_dataclass
from typing import Any

SCHEMA = "schoolmap.map/4"

Text = dict[str, str]
"""One sentence in English and Chinese: `{"en": ..., "zh": ...}`."""

Grid = tuple[tuple[float | None, ...], ...]
"""Numbers by catchment (outer) and year (inner); `None` where unknown."""

Ring = tuple[int, ...]
"""A ring as integers `lon0, lat0, dlon, dlat, ...` in 1e-5 degrees; the closing point is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shade:
    """One class of utilisation (demand / seats): lower bound exclusive, upper inclusive."""

    above: float | None
    up_to: float | None
    colour: str
    label: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Catchment:
    """A catchment to draw. Geometry is simplified for display and never used for analysis."""

    id: str
    name: str
    polygons: tuple[tuple[Ring, ...], ...]
    anchor: tuple[float, float]
    bounds: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """One set of catchments that cover the planning area; several stages may share it."""

    id: str
    catchments: tuple[Catchment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """
    A stage of schooling as shown: its label, mark and what its numbers rest on.

    `class_size` is the planning norm of the standard, in children; `None` where
    it has none. `class_size_note` says where it stands, and the sizes by which
    needed classes are counted where grades or years of entry differ.
    """

    id: str
    label: Text
    ages: tuple[int, int]
    shape: str
    coverage: str
    attendance: float
    attendance_note: Text
    notes: tuple[Text, ...]
    class_size: float | None = None
    class_size_note: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A named scenario. It is an assumption, never a confidence limit."""

    id: str
    label: Text
    note: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """
    One stage of one school: where it belongs and its seats in every year, in the first scenario.

    Attributes
    ----------
    catchments
        Those that it serves in the first year, and as long as `serves_until`
        tells: the last year of it, or `None` where they never change.
    seats
        Projects at the school included.
    seats_from
        `listed`, or `rooms` where the list gives only classrooms: then they are
        taken times the class size of the standard.
    enrolment, enrolment_year
        Pupils as counted, and the school year of the count.
    classrooms
        As listed, rooms that other stages use included.
    rooms
        Classrooms that the stage has for its own classes, by year, projects
        included; unknown where a project does not tell its rooms, too.
    classes, class_size
        Classes that are taught in the year of the count, and pupils in one of
        them on average.
    """

    stage: str
    catchments: tuple[str, ...]
    seats: tuple[float, ...]
    enrolment: float | None
    enrolment_year: int | None
    classrooms: float | None
    seats_from: str = "listed"
    rooms: tuple[float | None, ...] = ()
    classes: float | None = None
    class_size: float | None = None
    serves_until: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplied:
    """Seats and rooms by year of one school in a scenario in which they differ from the first; see `Section`."""

    school: str
    seats: tuple[float, ...]
    rooms: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """A school to draw, at WGS 84 longitude and latitude in degrees."""

    id: str
    name: str
    operator: str
    lon: float
    lat: float
    sections: tuple[Section, ...]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """One conservation check: both sides, their difference, and whether it holds."""

    name: Text
    left: float
    right: float
    difference: float
    tolerance: float
    holds: bool
    detail: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A data set or standard that the numbers rest on, with its licence and attribution."""

    title: str
    publisher: str
    date: str
    licence: str
    url: str
    used_for: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """
    Whether the number of children of a stage rises or falls, and when it peaks.

    `where` names the planning area as a whole, its county town, or the rest.
    `direction` is `rising`, `falling` or `level`, from the base year to five
    years later. `change` is in per cent, from the base to the last year.
    """

    where: Text
    stage: str
    scenario: str
    base: float
    peak_year: int
    peak: float
    last: float
    change: float | None
    direction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """
    How wrong a method would have been in forecasts of the past.

    All but `forecasts` and `horizon` are per cent; `malpe` is above zero where
    too many children were forecast. `coverage` is the share of what came that
    lay within the 80 % interval; `None` where the method has none.
    """

    method: Text
    ours: bool
    stage: str
    horizon: int
    forecasts: int
    mape: float
    malpe: float
    median: float
    p90: float
    coverage: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """A better method, and what it would have needed."""

    method: str
    name: Text
    reason: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Births:
    """Births a year of one scenario, less those who did not stay, by school cohort (its cut-off day's year)."""

    scenario: str
    years: tuple[int, ...]
    births: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """
    Where the children come from: the page that a demographer reads first.

    Attributes
    ----------
    method
        Code of the rung of the data ladder.
    name, reason
        The method, and why it was chosen.
    passed_over
        Better methods, and what they lack.
    facts
        Figures that were estimated on the way, as sentences.
    births
        By scenario; empty where a projection is used as given.
    peaks
        By scenario, place and stage.
    accuracy
        Forecasts of the past by this method and by plain ones; empty without a history.
    accuracy_note
        What the intervals rest on.
    """

    method: str
    name: Text
    reason: Text
    passed_over: tuple[PassedOver, ...]
    facts: tuple[Text, ...]
    births: tuple[Births, ...]
    peaks: tuple[Peak, ...]
    accuracy: tuple[Accuracy, ...]
    accuracy_note: Text


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


Cell = str | float | Text | None
"""A text of the user's, a number, a text in both languages, or nothing where nothing is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """
    A column of a table of facts: its heading and what its cells are.

    `kind` is `text`, `long` (a sentence), `code`, `level` (of a warning), `count`, `decimal`, `year`, `share` (a
    part of one), `percent` (hundredths), `chance` or `money` (10,000 yuan).
    """

    label: Text
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactTable:
    """
    A table as a bureau prints it: warnings, proposals, classes, supply, reach or indicators.

    `group` is one of `FACT_GROUPS`; `title` is short
    enough for the name of a sheet.
    """

    id: str
    group: str
    title: Text
    notes: tuple[Text, ...]
    columns: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]


FACT_GROUPS = ("warnings", "proposals", "classes", "supply", "reach", "indicators")


@dataclass(frozen=True, slots=True, kw_only=True)
class MapModel:
    """One plan as plain data; see the module's text for the conventions."""

    schema: str
    project: str
    title: Text
    language: str
    synthetic: bool
    crs: str
    version: str
    seed: int
    draws: int
    population_date: str
    base_year: int
    years: tuple[int, ...]
    stages: tuple[Stage, ...]
    scenarios: tuple[Scenario, ...]
    shades: tuple[Shade, ...]
    coverages: tuple[Coverage, ...]
    schools: tuple[School, ...]
    panels: tuple[Panel, ...]
    population: Population
    currency: Text
    """Unit of costs."""
    actions: tuple[Action, ...]
    decision: Decision
    sites: tuple[Site, ...]
    projects: tuple[Project, ...]
    reach: tuple[Reach, ...]
    """Stages for which the standard names a limit."""
    tables: tuple[FactTable, ...]
    editing: Editing | None
    """`None` in a plan that is too large to be changed in the page; see `describe_editing`."""
    notes: tuple[Text, ...]
    audit: tuple[AuditLine, ...]
    sources: tuple[Source, ...]
    classification: Text
    map_review_no: str

    def to_dict(self) -> dict[str, Any]:
        """Return the document as nested dicts and lists, ready for JSON."""
        document: dict[str, Any] = plain(self)
        return document

    def to_json(self) -> str:
        """Return the document as JSON: the same plan gives the same bytes."""
        return json.dumps(
            self.to_dict(),
            ensure_ascii=False,
            allow_nan=False,
            separators=(",", ":"),
        )


_BARE = frozenset({float, int, str, bool, type(None)})


def plain(value: Any) -> Any:  # noqa: ANN401 - any part of the model
    """
    Return a part of the model as nested dicts and tuples.

    Parameters
    ----------
    value
        A record of this module, or what one holds.

    Returns
    -------
    plain
        The same without records. A tuple of numbers or texts is shared, not copied: there are millions.

    Examples
    --------
    >>> plain(Scenario(id="base", label={"en": "Base", "zh": "基准"}, note={}))
    {'id': 'base', 'label': {'en': 'Base', 'zh': '基准'}, 'note': {}}
    """
    if isinstance(value, tuple):
        return value if _BARE.issuperset(map(type, value)) else tuple(map(plain, value))
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if is_dataclass(value):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    return value
