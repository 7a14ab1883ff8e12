"""
`project.toml` as a frozen document: unknown keys fail, everything has its type, all faults at once.

The classes below are the file's sections; the sentence under each field is its
documentation.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path  # noqa: TC003 - pydantic reads the annotation
from typing import Annotated
from typing import Literal
from typing import Self

import pydantic
from pydantic import AfterValidator
from pydantic import BeforeValidator
from pydantic import ConfigDict
from pydantic import Field

from schoolmap.errors import CRSError
from schoolmap.errors import Fault
from schoolmap.inputs.coordinates import OFFSET_DATUMS
from schoolmap.inputs.coordinates import parse_crs
from schoolmap.tables import CONTRACTS

FILE_NAME = "project.toml"
REQUIRED_TABLES = ("areas", "population", "schools", "sections", "catchments")
LANGUAGES = ("en", "zh")


def _text(value: object) -> object:
    """Take one sentence for both languages where only one is given."""
    return dict.fromkeys(LANGUAGES, value) if isinstance(value, str) else value


def _require_languages(value: dict[str, str]) -> dict[str, str]:
    if set(value) != set(LANGUAGES):
        msg = 'a text is `{ en = "…", zh = "…" }`, or one sentence for both.'
        raise ValueError(msg)
    return value


def _require_metric(value: str) -> str:
    if value.upper() in OFFSET_DATUMS:
        msg = f"{value} is a datum of degrees."
        raise ValueError(msg)
    try:
        crs = parse_crs(value)
    except CRSError as error:
        raise ValueError(str(error)) from error
    if crs.axis_info[0].unit_name != "metre":
        msg = f"is in {crs.axis_info[0].unit_name}s; distances and areas need metres, e.g. EPSG:4546 (CGCS2000, 111°E)."
        raise ValueError(msg)
    return value


def _require_day(value: str) -> str:
    if not re.fullmatch(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", value):
        msg = "is no month and day; write `08-31`."
        raise ValueError(msg)
    return value


def _require_inside(value: Path) -> Path:
    """Refuse a path that leaves the project folder."""
    if value.is_absolute() or ".." in value.parts:
        msg = "leaves the project folder; put the file into the folder."
        raise ValueError(msg)
    return value


Text = Annotated[dict[str, str], BeforeValidator(_text), AfterValidator(_require_languages)]
Share = Annotated[float, Field(gt=0, le=1)]
Year = Annotated[int, Field(ge=1950, le=2150)]


class _Section(pydantic.BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class TableSource(_Section):
    """Where a table is and how to read it."""

    file: Annotated[Path, AfterValidator(_require_inside)]
    """csv, xlsx, parquet, geojson, gpkg or shp, beside the project file or below it."""
    sheet: str = ""
    """Sheet of a workbook or layer of a GeoPackage; the first if empty."""
    crs: str = ""
    """`EPSG:…`, `GCJ-02` or `BD-09`; needed wherever the file itself states none."""
    columns: dict[str, str] = {}
    """Contract name to the file's header, where the header is neither the name nor an alias."""
    separator: str = ","
    decimal: Literal[".", ","] = "."
    encoding: str = ""


class Attendance(_Section):
    """How many of the resident children need a seat: either a `rate`, or the year to calibrate it on."""

    rate: Annotated[float, Field(gt=0, le=2)] | None = None
    """Seats needed per resident child of the stage's ages."""
    calibrate: Year | None = None
    """School year whose enrolment, over the children living here, gives the rate."""

    @pydantic.model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.rate is None) == (self.calibrate is None):
            msg = "give either `rate` or `calibrate`."
            raise ValueError(msg)
        return self


class Stage(_Section):
    """A stage of schooling: whom it serves and how its demand and seats are counted."""

    id: str = ""
    label: Text
    ages: tuple[Annotated[int, Field(ge=0, le=25)], Annotated[int, Field(ge=0, le=25)]]
    """Youngest and oldest age on the cut-off day, both counted."""
    attendance: Attendance
    attendance_note: Text
    """Where the rate comes from, for people."""
    shape: Literal["square", "circle"] = "square"
    """Mark on the map."""
    seat_share: Share = 1.0
    """Share of the listed seats that are for these ages."""
    seat_share_note: Text | None = None
    free_choice: bool = False
    """Whether families choose freely and catchments are planning units only."""
    notes: tuple[Text, ...] = ()
    """What a reader of the map must know about this stage."""

    @pydantic.model_validator(mode="after")
    def _ages_in_order(self) -> Self:
        if self.ages[0] > self.ages[1]:
            msg = f"`ages` go from the youngest to the oldest, got {self.ages}."
            raise ValueError(msg)
        return self


class Scenario(_Section):
    """A named assumption about the future, never a confidence limit."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]
    label: Text
    births_factor: Annotated[float, Field(ge=0, le=5)] = 1.0
    """Births after the date of the population, as a multiple of the reference level."""
    note: Text = Field(default_factory=lambda: {"en": "", "zh": ""})


class Ruling(_Section):
    """A value that the project has decided, with the reason; the file itself stays as it is."""

    table: Literal["areas", "population", "schools", "sections", "catchments", "projects"]
    key: tuple[str, ...]
    column: str
    value: str
    reason: Text


class Source(_Section):
    """A data set that the project rests on."""

    title: str
    publisher: str
    date: str
    licence: str
    url: str = ""
    used_for: Text = Field(default_factory=lambda: {"en": "", "zh": ""})


class Settings(_Section):
    """The `[project]` section."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$", max_length=80)]
    """Name of the output files: letters, digits, `-` and `_`."""
    title: Text
    crs: Annotated[str, AfterValidator(_require_metric)]
    """Projected CRS in metres in which everything is computed."""
    base_year: Year
    """School year (by its autumn) of the schools' tables; the first year shown."""
    horizon: Year
    """Last school year shown."""
    language: Literal["en", "zh"] = "zh"
    seed: Annotated[int, Field(ge=0)] = 0
    draws: Annotated[int, Field(ge=100, le=20_000)] = 1000
    """Random draws behind the intervals."""
    standards: str = "china"
    """A shipped standard, or a file beside the project file."""
    entry_cutoff: Annotated[str, AfterValidator(_require_day)] = "08-31"
    """Month and day on which ages are counted for school entry."""
    entry_cutoff_source: str = "义务教育法 art. 11 and usual practice: six years old by 31 August"
    synthetic: bool = False
    """Whether any of the data is invented; it is then labelled on every product."""
    classification: Text = Field(
        default_factory=lambda: {
            "en": "For internal study. Not for publication before review.",
            "zh": "内部研究使用,未经审核不得公开。",
        },
    )
    map_review_no: str = ""
    """审图号, where the map has been reviewed."""
    display_tolerance_m: Annotated[float, Field(ge=0, le=200)] = 5.0
    """Simplification of outlines for the web map only, in metres."""

    @pydantic.model_validator(mode="after")
    def _horizon_after_base(self) -> Self:
        if self.horizon <= self.base_year:
            msg = f"`horizon` must be later than `base_year`, got {self.horizon} and {self.base_year}."
            raise ValueError(msg)
        return self


class ProjectFile(_Section):
    """The whole file."""

    project: Settings
    tables: dict[str, TableSource]
    stages: dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")], Stage]
    scenarios: tuple[Scenario, ...] = (Scenario(id="central", label={"en": "Central", "zh": "中"}),)
    rulings: tuple[Ruling, ...] = ()
    sources: tuple[Source, ...] = ()

    @pydantic.model_validator(mode="after")
    def _whole(self) -> Self:
        unknown = sorted(set(self.tables) - set(CONTRACTS))
        missing = [name for name in REQUIRED_TABLES if name not in self.tables]
        twice = [name for name, count in Counter(item.id for item in self.scenarios).items() if count > 1]
        complaints = [f"`tables.{name}` is not a known table ({', '.join(CONTRACTS)})." for name in unknown]
        complaints += [f"`tables.{name}` is missing." for name in missing]
        complaints += [f"scenario {name!r} is there twice." for name in twice]
        if not self.stages:
            complaints.append("`stages` is empty: describe at least one.")
        if not self.scenarios:
            complaints.append("`scenarios` is empty: leave it out for one central scenario.")
        if complaints:
            raise ValueError("\n".join(complaints))
        return self


def read_project_file(folder: Path) -> tuple[ProjectFile | None, list[Fault]]:
    """
    Read `project.toml` of a folder.

    Returns
    -------
    project_file, faults
        The document, or nothing and everything that is wrong with it.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        remedy = f"Give a folder that holds {FILE_NAME}; data/berlin-mitte is an example."
        return None, [Fault(file=str(path), problem="does not exist.", remedy=remedy)]
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return None, [Fault(file=FILE_NAME, problem=f"is no TOML: {error}.", remedy="Mend the named line.")]
    try:
        return ProjectFile.model_validate(document), []
    except pydantic.ValidationError as errors:
        return None, [fault for error in errors.errors() for fault in _faults(error)]


def _faults(error: pydantic.types.ErrorDetails) -> list[Fault]:
    """Turn one complaint of the validator into faults that name the key."""
    where = ".".join(str(part) for part in error["loc"])
    if error["type"] == "missing":
        return [Fault(file=FILE_NAME, column=where, problem="is missing.", remedy="See docs/project.md.")]
    if error["type"] == "extra_forbidden":
        remedy = "Correct or remove it; docs/project.md lists all keys."
        return [Fault(file=FILE_NAME, column=where, problem="is not a known key.", remedy=remedy)]
    value = error["input"]
    shown = str(value) if isinstance(value, (str, int, float)) else ""
    message = str(error["msg"]).removeprefix("Value error, ")
    return [Fault(file=FILE_NAME, column=where, value=shown, problem=line, remedy="") for line in message.split("\n")]
