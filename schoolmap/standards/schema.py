"""
What a standards file may hold: frozen parts, every figure with the document it stands in.

A part that a standard does not speak of is `None` or empty, never zero. Nothing
here is a figure of a country: those are in the TOML files beside this module.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from dataclasses import field
from typing import Literal

Confidence = Literal["high", "medium", "low", "assumption"]
CONFIDENCES: tuple[Confidence, ...] = ("high", "medium", "low", "assumption")
MIXED = "KM"
"""A kindergarten class of mixed ages: it has no year of entry."""
GRADES = ("K1", "K2", "K3", MIXED, *(str(grade) for grade in range(1, 13)))
"""Grades that a standard may speak of."""
Gives = Literal["seats_per_thousand", "classes", "schools", "people_per_school"]
Text = dict[str, str]
"""One sentence in English and Chinese."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number and where it stands."""

    value: float
    document: str
    number: str = ""
    year: int | None = None
    confidence: Confidence
    note: str = ""
    note_zh: str = ""
    """The note in Chinese; where it is empty, the English is shown."""
    place: str = ""
    """Where it holds, if it is not meant for the whole country."""

    def __post_init__(self) -> None:
        """Raise if the figure is no number or its confidence is none of the four words."""
        # a boolean is an int to Python, and TOML has booleans
        if type(self.value) not in {int, float} or not 0 < self.value <= sys.float_info.max:
            msg = f"a figure is a number above zero, got {self.value!r}."
            raise ValueError(msg)
        if self.confidence not in CONFIDENCES:
            msg = f"confidence is one of {', '.join(CONFIDENCES)}, got {self.confidence!r}."
            raise ValueError(msg)

    @property
    def citation(self) -> str:
        """Return document, number and year in one line."""
        parts = [self.document, self.number, "" if self.year is None else str(self.year)]
        return ", ".join(part for part in parts if part)

    def remark(self, language: str) -> str:
        """Return the note in `en` or `zh`."""
        return (self.note_zh or self.note) if language == "zh" else self.note


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassCap(Figure):
    """
    The most pupils that a class may have, for some grades and some years of entry.

    A cap that is phased in holds for pupils who entered in or after a year and
    stays with them as they move up; older grades keep a larger one.
    """

    grades: tuple[str, ...] = ()
    """Grades (`K1` to `K3`, `KM`, `1` to `12`); every grade of the stage if empty."""
    entered_from: int | None = None
    """First year of entry into the stage for which it holds; no first year if `None`."""
    entered_to: int | None = None
    """Last year of entry, counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageStandard:
    """What the standard says of one stage; what it does not say is `None`, never zero."""

    class_size: Figure | None = None
    """Children in one class at the planning norm."""
    class_size_by_grade: dict[str, Figure] = field(default_factory=dict)
    """Children in one class of a grade, where grades differ."""
    caps: tuple[ClassCap, ...] = ()
    """Most pupils of a class; the first cap that fits a grade and year of entry holds, else the class size."""
    oversized_from: Figure | None = None
    """A class of this many children or more is oversized (大班额)."""
    very_oversized_from: Figure | None = None
    """A class of this many children or more is very oversized (超大班额)."""
    oversized_share: Figure | None = None
    """Share of oversized classes, in per cent, that must not be exceeded."""
    very_oversized_share: Figure | None = None
    """Share of very oversized classes, in per cent, that must not be exceeded."""
    min_classes: Figure | None = None
    """Classes that a new school has at least."""
    max_classes: Figure | None = None
    """Classes that a school has at most."""
    incomplete_class_size: Figure | None = None
    """Children in one class of a school that has not all grades of the stage (非完全小学)."""
    rural_class_size: Figure | None = None
    """Children in one class in the country, in the long term."""
    rural_min_classes: Figure | None = None
    """Classes that a school with all grades has at least in the country."""
    rural_max_classes: Figure | None = None
    """Classes that a school has at most in the country."""
    max_pupils: Figure | None = None
    """Pupils that a school has at most (超规模学校 beyond it)."""
    max_pupils_all_through: Figure | None = None
    """Pupils that a school of several compulsory stages (一贯制) has at most."""
    small_below: Figure | None = None
    """A rural school of fewer pupils is small (小规模学校)."""
    excluded_below: Figure | None = None
    """A teaching point of fewer pupils is left out of the resource indicators."""
    most_tracks: Figure | None = None
    """Classes of one grade above which a return is taken for an error."""
    most_heads: Figure | None = None
    """Pupils of one class above which a return is taken for an error."""
    reach_m: Figure | None = None
    """Walk to school in towns, in metres."""
    rural_reach_m: Figure | None = None
    """Way to school in the country, in metres."""
    rural_minutes_lower: Figure | None = None
    """Minutes to school in the country for the lower grades (1-3)."""
    rural_minutes_upper: Figure | None = None
    """Minutes to school in the country for the upper grades (4-6)."""
    seats_per_thousand: Figure | None = None
    """Seats per 1,000 residents (千人指标) where no rule of the place is chosen."""
    pupils_per_staff: Figure | None = None
    """Pupils for one member of staff (生师比)."""
    staff_per_class: Figure | None = None
    """Staff for one class (班师比): small schools, and kindergartens."""
    pupils_per_teacher: Figure | None = None
    """Children for one full-time teacher, at most."""
    teachers_per_class: Figure | None = None
    """Full-time teachers of one class."""
    carers_per_class: Figure | None = None
    """Nursery carers of one class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """Utilisation (demand / seats) at which a catchment is warned of, and below which it has room."""

    watch_from: Figure
    red_from: Figure
    surplus_below: Figure
    years_ahead: Figure | None = None
    """Years for which warnings are published ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassBand:
    """A band of class sizes, both ends counted, as the statistical return has it."""

    low: int
    high: int | None = None
    """`None` for the open band, which is the last."""
    label: Text
    oversized: Literal["no", "oversized", "very"] = "no"
    document: str = ""
    number: str = ""
    year: int | None = None
    confidence: Confidence = "assumption"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatRule(Figure):
    """
    How many seats, or which school, a number of residents or homes calls for.

    `value` is in the unit that `gives` names. Every rule is a least: where a
    document gives a range, the value is the end that asks for less.
    """

    id: str
    place: str
    """Where the rule holds; `全国` for the whole country."""
    stage: str
    gives: Gives
    per: Literal["residents", "homes"] = "residents"
    at_least: float | None = None
    """Residents or homes from which the rule holds, counted."""
    below: float | None = None
    """Residents or homes at which it ceases to hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement(Figure):
    """One indicator of an assessment with what it demands."""

    id: str
    stage: str = ""
    label: Text
    unit: str = ""
    direction: Literal["at_least", "at_most"] = "at_least"
    basis: Text = field(default_factory=lambda: {"en": "", "zh": ""})
    """Over what a share is taken, where that is disputed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolSize(Figure):
    """Floor area or land of a school of some classes: `value` in square metres."""

    kind: str
    """Which school, e.g. `primary`, `junior`, `nine_year`."""
    what: Literal["building_basic", "building_planned", "land"]
    classes: int
    pupils: int
    """At the class sizes of the standard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewItem:
    """One point that must be settled before a school with spare seats may be merged."""

    id: str = ""
    text: Text
    document: str
    number: str = ""
    year: int | None = None
    confidence: Confidence
    place: str = ""
    """Where it is demanded, if not in the whole country."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageCosts:
    """What seats of one stage cost, in the currency of `Costs`; what nobody has said is `None`, never zero."""

    new_fixed: Figure | None = None
    """A new school, whatever its size, on top of its classes."""
    new: Figure | None = None
    """One class of a new school, with its share of halls, grounds and equipment, without the land."""
    expand: Figure | None = None
    """One class more at a school that is there."""
    attach: Figure | None = None
    """Making a classroom of another stage ready for one attached class (附设班)."""
    convert: Figure | None = None
    """Turning a classroom of one stage into one of another, or taking over a private class."""
    temporary: Figure | None = None
    """Setting up one rented classroom, once."""
    rent: Figure | None = None
    """Rent of one temporary classroom for a year."""
    running: Figure | None = None
    """Keeping one more class open for a year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingYears:
    """Years from a decision to the first school year with the new seats."""

    new: Figure | None = None
    expand: Figure | None = None
    attach: Figure | None = None
    convert: Figure | None = None
    temporary: Figure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What is weighed when measures are chosen; every amount is in one currency."""

    currency: Text
    """Unit of every amount, e.g. `{ en = "10,000 yuan", zh = "万元" }`."""
    discount_rate: Figure | None = None
    """Share by which a payment counts less for each year that it is later."""
    short_cost: Figure | None = None
    """What one child without a seat weighs in a year."""
    way_cost: Figure | None = None
    """What one kilometre between home and school weighs for one pupil in a year."""
    empty_cost: Figure | None = None
    """What one empty seat costs in a year."""
    boundary_charge: Figure | None = None
    """What it weighs in a year that one pupil goes over the boundary of its catchment."""
    years: BuildingYears = field(default_factory=BuildingYears)
    """Years from a decision to opening, by kind of measure."""
    stages: dict[str, StageCosts] = field(default_factory=dict)
    """What seats cost, by stage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standards:
    """A set of planning standards."""

    name: str
    levels: Levels
    stages: dict[str, StageStandard] = field(default_factory=dict)
    extends: tuple[str, ...] = ()
    """The standards that this one takes its other figures from, nearest first."""
    title: Text = field(default_factory=lambda: {"en": "", "zh": ""})
    class_bands: tuple[ClassBand, ...] = ()
    """In rising order, without gap."""
    seat_rules: tuple[SeatRule, ...] = ()
    inclusive: tuple[Requirement, ...] = ()
    """普及普惠: what a county's kindergartens must reach."""
    balanced: tuple[Requirement, ...] = ()
    """优质均衡: the seven resource indicators by stage, and what else the assessment demands."""
    most_variation: dict[str, Figure] = field(default_factory=dict)
    """Largest coefficient of variation (差异系数) of a resource indicator, by stage."""
    least_resources_met: Figure | None = None
    """Resource indicators of the seven that every school must meet in full."""
    least_share_of_value: Figure | None = None
    """Share, in per cent, of its value that any other resource indicator must reach."""
    school_sizes: tuple[SchoolSize, ...] = ()
    review: tuple[ReviewItem, ...] = ()
    """The checklist of a review candidate."""
    walking_m_per_minute: Figure | None = None
    people_per_home: Figure | None = None
    costs: Costs | None = None
    """What measures cost and how they are weighed; nothing can be chosen by cost without it."""
