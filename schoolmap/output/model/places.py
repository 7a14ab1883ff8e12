"""What is drawn where: catchments, stages, scenarios, schools and their sections."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schoolmap.output.model.kinds import Ring
    from schoolmap.output.model.kinds import Text


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
class School:
    """A school to draw, at WGS 84 longitude and latitude in degrees."""

    id: str
    name: str
    operator: str
    lon: float
    lat: float
    sections: tuple[Section, ...]
