"""What is drawn where: catchments, stages, scenarios, schools and their sections."""

from __future__ import annotations

from dataclasses import dataclass
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
    """A stage of schooling as shown: its label, mark and what its numbers rest on."""

    id: str
    label: Text
    ages: tuple[int, int]
    shape: str
    coverage: str
    attendance: float
    attendance_note: Text
    notes: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A named scenario. It is an assumption, never a confidence limit."""

    id: str
    label: Text
    note: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One stage of one school: where it belongs and its seats in every year."""

    stage: str
    catchments: tuple[str, ...]
    seats: tuple[float, ...]
    enrolment: float | None
    enrolment_year: int | None
    classrooms: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """A school to draw, at WGS 84 longitude and latitude in degrees."""

    id: str
    name: str
    operator: str
    lon: float
    lat: float
    sections: tuple[Section, ...]
