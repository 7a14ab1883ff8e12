"""
`project.toml` as a frozen document: unknown keys fail, everything has its type, all faults at once.

The classes below are the file's sections; the sentence under each field is its
documentation.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from typing import TYPE_CHECKING
from typing import Annotated
from typing import Any
from typing import ClassVar
from typing import Literal
from typing import Self
from typing import TypeVar
from typing import get_args

import pydantic
from pydantic import AfterValidator
from pydantic import BeforeValidator
from pydantic import Field

from schoolmap.errors import CRSError
from schoolmap.errors import Fault
from schoolmap.errors import Wording
from schoolmap.inputs.coordinates import is_old_datum
from schoolmap.inputs.coordinates import parse_crs
from schoolmap.inputs.databases.declared import Database
from schoolmap.inputs.databases.declared import DatabaseName
from schoolmap.inputs.databases.declared import secret_wording
from schoolmap.inputs.databases.declared import shown_key
from schoolmap.inputs.databases.declared import shown_value
from schoolmap.inputs.databases.declared import table_complaints
from schoolmap.inputs.declarations import CONFIG
from schoolmap.inputs.declarations import ComplaintError as _ComplaintError
from schoolmap.inputs.declarations import TableSource
from schoolmap.inputs.declarations import first_and_more as _first_and_more
from schoolmap.inputs.small_counts import LEAST_BELOW
from schoolmap.inputs.to_fill import places_to_fill
from schoolmap.tables import CONTRACTS

if TYPE_CHECKING:
    from pathlib import Path

    import pydantic_core

FILE_NAME = "project.toml"
PUBLIC = "-public"
"""Ends the name of the products of a public edition, so that they replace none of those for the office."""
REQUIRED_TABLES = ("areas", "schools", "sections")
SOURCES_OF_CHILDREN = (("population",), ("births",), ("projection",), ("totals", "structure"), ("pupils",))
"""Tables of which one, or one pair, must be there: without any, nothing tells how many children there are."""
TABLES_OF_METHODS: dict[str, tuple[str, ...]] = {
    "P": ("projection",),
    "A": ("population",),
    "B": ("births",),
    "C": ("population",),
    "S": ("population",),
    "D": ("totals", "structure"),
    "E": ("pupils",),
}
"""Tables that a method cannot do without, by its code."""
LANGUAGES = ("en", "zh")
ALL_STAGES = "all"
"""Name of the coverage of catchments that declare no stage; no stage may be called so."""


def _text(value: object) -> object:
    """Take one sentence for both languages where only one is given."""
    return dict.fromkeys(LANGUAGES, value) if isinstance(value, str) else value


def _require_languages(value: dict[str, str]) -> dict[str, str]:
    if set(value) != set(LANGUAGES):
        raise _ComplaintError(
            Wording(
                "is no text in both languages.",
                'Write `{ en = "…", zh = "…" }`, or one sentence for both.',
                "文字须有中英两种。",
                '请写 `{ en = "…", zh = "…" }`,或只写一句,两种语言共用。',
            ),
        )
    return value


def _require_metric(value: str) -> str:
    try:
        crs = parse_crs(value)
    except CRSError:
        crs = None
    if crs is None:
        raise _ComplaintError(
            Wording(
                "is no CRS that PROJ knows.",
                "Write `EPSG:` and the number of a CRS in metres, e.g. EPSG:4546 (CGCS2000, 111°E).",
                "PROJ 不认识这个坐标系。",
                "请写 `EPSG:` 加以米为单位的坐标系编号,如 EPSG:4546(CGCS2000,中央经线111°E)。",
            ),
        )
    if not crs.is_projected or crs.axis_info[0].unit_name != "metre":
        unit = crs.axis_info[0].unit_name
        raise _ComplaintError(
            Wording(
                f"is not a map projection in metres, but in {unit}s.",
                "Distances and areas need metres, e.g. EPSG:4546 (CGCS2000, 111°E).",
                "不是以米为单位的投影坐标系。",
                "距离和面积须以米计算,如 EPSG:4546(CGCS2000,中央经线111°E)。",
            ),
        )
    if is_old_datum(crs):
        raise _ComplaintError(
            Wording(
                f"is {crs.name}, which lies up to more than 100 m from CGCS2000.",
                "Use a CRS of CGCS2000, e.g. EPSG:4546 (111°E).",
                f"是 {crs.name},与 CGCS2000 相差可达百米以上。",
                "请用 CGCS2000 坐标系,如 EPSG:4546(中央经线111°E)。",
            ),
        )
    return value


def _require_no_device(value: str) -> str:
    if re.fullmatch(r"con|prn|aux|nul|(?:com|lpt)\d", value, flags=re.IGNORECASE | re.ASCII):
        raise _ComplaintError(
            Wording(
                "is the name of a device of Windows, which can name no file.",
                "Take another name, such as that of the town.",
                "是 Windows 的设备名,不能用作文件名。",
                "请换一个名称,例如县名的拼音。",
            ),
        )
    return value


def _require_day(value: str) -> str:
    if not re.fullmatch(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", value, flags=re.ASCII):
        raise _ComplaintError(
            Wording("is no month and day.", "Write `08-31`.", "不是月和日。", "请写成 `08-31`。"),
        )
    return value


Text = Annotated[dict[str, str], BeforeValidator(_text), AfterValidator(_require_languages)]
Share = Annotated[float, Field(gt=0, le=1, strict=True)]
Year = Annotated[int, Field(ge=1950, le=2150, strict=True)]
Age = Annotated[int, Field(ge=0, le=25, strict=True)]
Truth = Annotated[bool, Field(strict=True)]


class _Section(pydantic.BaseModel):
    model_config = CONFIG


class Attendance(_Section):
    """How many of the resident children need a seat: either a `rate`, or the year to calibrate it on."""

    rate: Annotated[float, Field(gt=0, le=2, strict=True)] | None = None
    """Seats needed per resident child of the stage's ages."""
    calibrate: Year | None = None
    """School year whose enrolment, over the children living here, gives the rate."""

    @pydantic.model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.rate is None) == (self.calibrate is None):
            raise _ComplaintError(
                Wording(
                    "holds neither or both of `rate` and `calibrate`.",
                    "Give one: a rate with its source, or the school year to calibrate it on.",
                    "应在 `rate` 与 `calibrate` 中二选一。",
                    "请写入学率并注明来源,或写用于校准的学年。",
                ),
            )
        return self


class Stage(_Section):
    """A stage of schooling: whom it serves and how its demand and seats are counted."""

    id: str = ""
    label: Text
    ages: tuple[Age, Age]
    """Youngest and oldest age on the cut-off day, both counted."""
    attendance: Attendance
    attendance_note: Text
    """Where the rate comes from, for people."""
    shape: Literal["square", "circle"] = "square"
    """Mark on the map."""
    seat_share: Share = 1.0
    """Share of the listed seats that are for these ages."""
    seat_share_note: Text | None = None
    free_choice: Truth = False
    """Whether families choose freely and catchments are planning units only."""
    notes: tuple[Text, ...] = ()
    """What a reader of the map must know about this stage."""

    @pydantic.model_validator(mode="after")
    def _ages_in_order(self) -> Self:
        if self.ages[0] > self.ages[1]:
            raise _ComplaintError(
                Wording(
                    f"has ages from {self.ages[0]} to {self.ages[1]}.",
                    "`ages` go from the youngest to the oldest.",
                    f"年龄从 {self.ages[0]} 到 {self.ages[1]},次序颠倒。",
                    "`ages` 应由小到大。",
                ),
            )
        return self


class Scenario(_Section):
    """A named assumption about the future, never a confidence limit."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]
    label: Text
    preset: Literal[
        "central",
        "low",
        "high",
        "two_child_pulse",
        "fall_2017",
        "no_migration",
        "delayed_housing",
    ] = "central"
    """A future that is described elsewhere, to start from."""
    births_factor: Annotated[float, Field(ge=0, le=5, strict=True)] = 1.0
    """Births after the date of the population, as a multiple of the reference level."""
    migration_factor: Annotated[float, Field(ge=0, le=3, strict=True)] = 1.0
    """Moves to the county town, as a multiple of the rates in `migration`."""
    housing_delay: Annotated[int, Field(ge=0, le=20, strict=True)] = 0
    """Years by which all homes that are not yet complete are late."""
    project_delay: Annotated[int, Field(ge=0, le=240, strict=True)] = 0
    """Months by which all school projects that are not yet open are late, on top of their own delay."""
    least_probability: Annotated[float, Field(ge=0, le=1, strict=True)] = 0.5
    """School projects that are less likely than this are not counted."""
    note: Text = Field(default_factory=lambda: {"en": "", "zh": ""})


class ExcludedYear(_Section):
    """A year that methods do not learn from."""

    year: Year
    reason: Text


class PopulationSettings(_Section):
    """The `[population]` section: how the number of children is forecast."""

    method: Literal["auto", "P", "A", "B", "C", "S", "D", "E"] = "auto"
    """The best that the tables allow, or the code of one."""
    births: Literal["level", "national"] = "level"
    """Whether births after the last ones known hold their level, or follow the national projection."""
    national: Literal["china_wpp2024", ""] = ""
    """National projection to follow and to borrow rates from; none if empty."""
    additionality: Annotated[float, Field(ge=0, le=1, strict=True)] = 0.5
    """Share of the children in new homes who are new to the planning area. Assumption where it is not known."""
    town: tuple[str, ...] = ()
    """Small areas, or classes of `urban_rural`, that are the county town."""
    exclude_years: tuple[ExcludedYear, ...] = ()
    """Years that methods do not learn from, each with the reason."""
    projection_date: Annotated[str, AfterValidator(_require_day)] = "08-31"
    """Month and day for which the table `projection` holds."""
    projection_source: str = ""
    """Who made the projection, and when; required with that table."""
    monthly_births: tuple[Annotated[float, Field(ge=0, le=1, strict=True)], ...] = ()
    """Shares of a year's births from January to December; none if left out."""

    @pydantic.model_validator(mode="after")
    def _sound(self) -> Self:
        complaints = []
        months, total = len(self.monthly_births), sum(self.monthly_births)
        if months not in {0, 12} or (months and abs(total - 1) > _ROUNDING):
            complaints.append(
                Wording(
                    f"has {months} `monthly_births` that sum to {total:g}.",
                    "Give 12 shares, from January to December, that sum to 1.",
                    f"`monthly_births` 有 {months} 个,合计为 {total:g}。",
                    "请按一月至十二月写 12 个比例,合计为 1。",
                ),
            )
        if self.births == "national" and not self.national:
            complaints.append(
                Wording(
                    "lets births follow a national projection, but names none.",
                    'Write `national = "china_wpp2024"`, or `births = "level"`.',
                    "要求出生数随全国预测变化,但没有写明用哪一个预测。",
                    '请写 `national = "china_wpp2024"`,或 `births = "level"`。',
                ),
            )
        years = Counter(item.year for item in self.exclude_years)
        complaints += [
            Wording(
                f"excludes {year} twice.",
                "Keep one reason.",
                f"`exclude_years` 中 {year} 年重复。",
                "请只保留一条。",
            )
            for year, count in years.items()
            if count > 1
        ]
        if complaints:
            raise _ComplaintError(*complaints)
        return self


_ROUNDING = 0.005
"""By how much twelve shares with three digits may miss 1."""


class SeatSettings(_Section):
    """The `[seats]` section: what is asked of classes and seats."""

    dissolve_by: Year | None = None
    """School year in which no class shall be oversized any more; none if left out."""
    place: str = ""
    """Where the rules of seats per residents and homes hold (a `place` of the standards); the stage's own if empty."""


GUARDED = ("kindergarten", "primary")
"""Stages whose pupils may not cross barriers on foot unless a project says otherwise."""
_UNSOURCED = {
    "en": "Assumption; on the streets of Porto Alegre the median is 1.29 (benchmarks/porto_alegre.py).",
    "zh": "假设;阿雷格里港街道实测中位数为1.29(benchmarks/porto_alegre.py)。",
}


class TravelSettings(_Section):
    """The `[travel]` section: how ways to school are measured."""

    detour: Annotated[float, Field(ge=1, le=5, strict=True)] = 1.3
    """Way on streets per straight line, where there are no roads. Assumption where it is not known."""
    detour_note: Text = Field(default_factory=lambda: dict(_UNSOURCED))
    """Where the detour comes from, for people."""
    walk_m_per_minute: Annotated[float, Field(gt=0, le=200, strict=True)] | None = None
    """Speed of children on foot; if left out that of the standards, else 60."""
    speeds: dict[str, Annotated[float, Field(gt=0, le=200, strict=True)]] = {}
    """Class of road to the speed in km/h of its lines that state none."""
    not_walked: tuple[str, ...] = ()
    """Classes of road on which nobody walks."""
    not_driven: tuple[str, ...] = ()
    """Classes of road on which nobody is driven, such as footpaths; they need no speed."""
    not_crossed: tuple[str, ...] = ()
    """Classes of road that young pupils may not cross on foot, as if they were barriers."""
    guarded: tuple[str, ...] = GUARDED
    """Stages to whose pupils barriers apply; if left out kindergarten and primary, where they are."""
    farthest_m: Annotated[float, Field(gt=0, le=50_000, strict=True)] = 500.0
    """Homes and schools farther than this from any road are reported."""
    join_m: Annotated[float, Field(ge=0, le=100, strict=True)] = 1.0
    """Ends of roads that are closer than this meet."""
    cross: Literal["join", "apart"] = "join"
    """Whether roads meet that cross without a common vertex; bridges and tunnels never do."""
    crossing_m: Annotated[float, Field(gt=0, le=1000, strict=True)] = 30.0
    """A road may cross a barrier within this distance of a crossing."""
    rural_by: Literal["walk", "drive"] = "walk"
    """How the minutes of the standards in the country are measured."""
    dwellings_hold: Truth = True
    """Whether the counts of areas are spread over catchments by `dwellings`, where that table is there."""


Build = Literal["new", "expand", "attach", "convert", "temporary"]
Measure = Literal["new", "expand", "attach", "convert", "temporary", "rezone"]
BUILDS: tuple[Build, ...] = get_args(Build)
"""Measures that make seats."""
MEASURES: tuple[Measure, ...] = get_args(Measure)
"""Measures that can be proposed: those that make seats, and the one by which pupils go where seats are."""
EVERY_YEAR = "every"
"""Stands for each school year that a budget does not name."""
Money = Annotated[float, Field(ge=0, strict=True)]


def _by_year(value: object) -> object:
    """Take one amount for every year."""
    return {EVERY_YEAR: value} if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _require_years(value: dict[str, float]) -> dict[str, float]:
    wrong = [key for key in value if key != EVERY_YEAR and not re.fullmatch(r"(19|20|21)\d\d", key, flags=re.ASCII)]
    if wrong or not value:
        raise _ComplaintError(
            Wording(
                f"names {wrong[0]!r}, which is no year." if wrong else "is empty.",
                'Write one amount, or `{ every = 3000, "2027" = 6000 }`.',
                f"“{wrong[0]}”不是年份。" if wrong else "为空。",
                '请写一个数,或 `{ every = 3000, "2027" = 6000 }`。',
            ),
        )
    return value


class StageAmounts(_Section):
    """What seats of one stage cost here, in the unit of the standards' costs; those of the standards if left out."""

    new_fixed: Money | None = None
    """A new school, whatever its size, on top of its classes."""
    new: Money | None = None
    """One class of a new school, without the land."""
    expand: Money | None = None
    """One class more at a school that is there."""
    attach: Money | None = None
    """Making a classroom of another stage ready for one attached class."""
    convert: Money | None = None
    """Turning a classroom of one stage into one of another."""
    temporary: Money | None = None
    """Setting up one rented classroom, once."""
    rent: Money | None = None
    """Rent of one temporary classroom for a year."""
    running: Money | None = None
    """Keeping one more class open for a year."""


class SitingSettings(_Section):
    """The `[siting]` section: what may be decided to make seats, from when on, and what it may cost."""

    decide_from: Year | None = None
    """First school year in which something newly decided can open; if left out, base year and years of building."""
    building_years: dict[Build, Annotated[int, Field(ge=0, le=30, strict=True)]] = {}
    """Years from a decision to opening by kind; those of the standards if left out."""
    budget: Annotated[dict[str, Money], BeforeValidator(_by_year), AfterValidator(_require_years)] | None = None
    """What may be spent on building in a school year: one amount, or some years and `every` other; no limit if left out."""
    total_budget: Money | None = None
    """What may be spent on building in all years together; no limit if left out."""
    discount_rate: Annotated[float, Field(ge=0, lt=1, strict=True)] | None = None
    """Share by which a payment counts less for each year that it is later; that of the standards if left out."""
    costs: dict[str, StageAmounts] = {}
    """What seats cost, by stage."""
    short_cost: Money | None = None
    """What one child without a seat weighs in a year; that of the standards if left out, as with those that follow."""
    way_cost: Money | None = None
    """What one kilometre between home and school weighs for one pupil in a year."""
    empty_cost: Money | None = None
    """What one added seat that stays empty costs in a year."""
    boundary_charge: Money | None = None
    """What it weighs in a year that one pupil goes over the boundary of its catchment."""
    grandfather_years: Annotated[int, Field(ge=0, le=30, strict=True)] | None = None
    """Years in which who is at school when a boundary moves stays there; if left out, until they leave."""
    note: Text | None = None
    """Where the project's own amounts come from, for people."""
    allow: tuple[Measure, ...] = MEASURES
    """Measures that may be proposed."""
    new_anywhere: Truth = True
    """Whether a new school may be proposed in a catchment without a listed plot; it is then said that one is to be found."""
    weights: dict[str, Annotated[float, Field(ge=0, strict=True)]] = {}
    """Scenario to the weight that its costs have in the decision; all alike if left out."""
    most_regret: Annotated[float, Field(ge=0, le=10, strict=True)] | None = None
    """Most that the decisions may cost above the best ones of any scenario by itself, as a share; no limit if left out."""
    time_limit: Annotated[float, Field(gt=0, le=86_400, strict=True)] = 60.0
    """Seconds after which the best decisions found so far are taken, with the gap that is proven."""
    choices: Annotated[int, Field(ge=0, le=9, strict=True)] = 3
    """Plans to choose from, the proposed one among them, shown with what less money buys; 0 for neither."""

    @pydantic.model_validator(mode="after")
    def _some_weight(self) -> Self:
        if self.weights and sum(self.weights.values()) == 0:
            raise _ComplaintError(
                Wording(
                    "has `weights` that are all zero.",
                    "Give one scenario a weight above zero.",
                    "`weights` 全部为零。",
                    "请至少为一个情景写大于零的权重。",
                ),
            )
        return self


def _require_hiding(value: int) -> int:
    if 0 < value < LEAST_BELOW:
        raise _ComplaintError(
            Wording(
                f"hides nothing: below {value} there is at most one number, and everybody knows which.",
                f"Write {LEAST_BELOW} or more; statistical offices take 5 or 10. 0 shows everything.",
                f"起不到隐藏作用:小于 {value} 的数至多只有一个,人人都能猜到。",
                f"请写 {LEAST_BELOW} 或更大,统计部门常用 5 或 10;0 表示全部显示。",
            ),
        )
    return value


class PublicationSettings(_Section):
    """The `[publication]` section: what the products may tell of single children."""

    hide_below: Annotated[int, Field(ge=0, le=1000, strict=True), AfterValidator(_require_hiding)] = 0
    """Counts of children from 1 to one less than this are hidden in every product; 0 shows all."""


class StatedFigure(_Section):
    """An indicator that the project states as a finished figure, such as a survey's result."""

    id: str
    """Indicator of the standards, e.g. `satisfaction`, `retention`."""
    stage: str = ""
    """Stage, where the indicator is of one."""
    value: Annotated[float, Field(ge=0, strict=True)]
    source: Text
    """Where it comes from."""


class Ruling(_Section):
    """A value that the project has decided, with the reason; the file itself stays as it is."""

    table: Literal[
        "areas",
        "population",
        "births",
        "projection",
        "totals",
        "structure",
        "pupils",
        "marriages",
        "developments",
        "yields",
        "migration",
        "schools",
        "sections",
        "classes",
        "resources",
        "flows",
        "catchments",
        "projects",
        "roads",
        "barriers",
        "crossings",
        "gates",
        "dwellings",
        "sites",
    ]
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

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$", max_length=80), AfterValidator(_require_no_device)]
    """Name of the output files: letters, digits, `-` and `_`."""
    title: Text
    crs: Annotated[str, AfterValidator(_require_metric)]
    """Projected CRS in metres in which everything is computed."""
    base_year: Year
    """School year (by its autumn) of the schools' tables; the first year shown."""
    horizon: Year
    """Last school year shown."""
    language: Literal["en", "zh"] = "zh"
    seed: Annotated[int, Field(ge=0, strict=True)] = 0
    draws: Annotated[int, Field(ge=100, le=20_000, strict=True)] = 1000
    """Random draws behind the intervals."""
    standards: str = "china"
    """A shipped standard, or a file beside the project file."""
    entry_cutoff: Annotated[str, AfterValidator(_require_day)] = "08-31"
    """Month and day on which ages are counted for school entry."""
    entry_cutoff_source: str = "义务教育法 art. 11 and usual practice: six years old by 31 August"
    synthetic: Truth = False
    """Whether any of the data is invented; it is then labelled on every product."""
    classification: Text = Field(
        default_factory=lambda: {
            "en": "For internal study. Not for publication before review.",
            "zh": "内部研究使用,未经审核不得公开。",
        },
    )
    map_review_no: str = ""
    """审图号, where the map has been reviewed."""
    display_tolerance_m: Annotated[float, Field(ge=0, le=200, strict=True)] = 5.0
    """Simplification of outlines for the web map only, in metres."""

    @pydantic.model_validator(mode="after")
    def _horizon_after_base(self) -> Self:
        if self.horizon <= self.base_year:
            raise _ComplaintError(
                Wording(
                    f"has the horizon {self.horizon}, which is not after the base year {self.base_year}.",
                    "`horizon` must be later than `base_year`.",
                    f"规划末年 {self.horizon} 不晚于基准年 {self.base_year}。",
                    "`horizon` 应晚于 `base_year`。",
                ),
            )
        return self


StageName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]
_ASSUMED = {"en": "Assumption: every child needs a seat.", "zh": "假设:每名儿童均需学位。"}
USUAL_STAGES = {
    name: Stage(label=label, ages=ages, attendance=Attendance(rate=1.0), attendance_note=_ASSUMED)
    for name, label, ages in (
        ("kindergarten", {"en": "Kindergarten", "zh": "幼儿园"}, (3, 5)),
        ("primary", {"en": "Primary", "zh": "小学"}, (6, 11)),
        ("junior", {"en": "Junior", "zh": "初中"}, (12, 14)),
    )
}
"""The stages of a file of people that describes none: the usual ages in China."""


class PeopleFile(_Section):
    """A project file of which only the tables of people are read; it may be a whole one."""

    needed: ClassVar[tuple[str, ...]] = ()
    """Tables that must be declared."""
    project: Settings
    databases: dict[DatabaseName, Database] = {}
    tables: dict[str, Annotated[TableSource, BeforeValidator(_first_and_more)]]
    population: PopulationSettings = PopulationSettings()
    publication: PublicationSettings = PublicationSettings()
    stages: dict[StageName, Stage] = USUAL_STAGES
    scenarios: tuple[Scenario, ...] = (Scenario(id="central", label={"en": "Central", "zh": "中"}),)
    rulings: tuple[Ruling, ...] = ()
    sources: tuple[Source, ...] = ()

    def files(self, folder: Path) -> list[Path]:
        """Return the files of all tables and databases, which no product may replace."""
        named = [part.file for source in self.tables.values() for part in source.parts]
        named += [database.file for database in self.databases.values()]
        return [folder / file for file in named if file is not None]

    @property
    def product_name(self) -> str:
        """Return what the files of the products are called, without their endings."""
        return f"{self.project.name}{PUBLIC if self.publication.hide_below else ''}"

    @pydantic.model_validator(mode="after")
    def _whole(self) -> Self:
        complaints = [wording for _, _, wording in _whole_document(self.model_dump(), needed=self.needed)]
        if complaints:
            raise _ComplaintError(*complaints)
        return self


class ProjectFile(PeopleFile):
    """The whole file."""

    needed: ClassVar[tuple[str, ...]] = REQUIRED_TABLES
    stages: dict[StageName, Stage]
    seats: SeatSettings = SeatSettings()
    travel: TravelSettings = TravelSettings()
    siting: SitingSettings = SitingSettings()
    stated: tuple[StatedFigure, ...] = ()


def _whole_document(document: dict[str, Any], *, needed: tuple[str, ...]) -> list[tuple[str, str, Wording]]:
    """Return what is wrong with the document as a whole: key, value, wording. Parts of a wrong type are left alone."""
    tables, stages, scenarios = (document.get(name) for name in ("tables", "stages", "scenarios"))
    found: list[tuple[str, str, Wording]] = []
    if isinstance(tables, dict):
        known = ", ".join(CONTRACTS)
        found += [
            (
                f"tables.{name}",
                "",
                Wording("is not a known table.", f"Known are: {known}.", "没有这种表。", f"可用:{known}。"),
            )
            for name in tables
            if name not in CONTRACTS
        ]
        found += [
            (
                f"tables.{name}",
                "",
                Wording(
                    "is missing.",
                    f'Add `[tables.{name}]` with `file = "…"`.',
                    "缺少这张表。",
                    f'请增加 `[tables.{name}]` 并写 `file = "…"`。',
                ),
            )
            for name in needed
            if name not in tables
        ]
        found += _people(tables, document.get("population"))
        found += table_complaints(document)
    if isinstance(stages, dict):
        found += _stage_names(stages)
        found += _guarded(document.get("travel"), stages)
        found += _siting(document.get("siting"), stages, scenarios)
    if isinstance(scenarios, (list, tuple)):
        if not scenarios:
            wording = Wording("is empty.", "Leave it out for one central scenario.", "没有情景。", "只需一个时可不写。")
            found.append(("scenarios", "", wording))
        names = Counter(str(item.get("id")) for item in scenarios if isinstance(item, dict))
        wording = Wording("is there twice.", "Give each scenario its own id.", "重复出现。", "每个情景应有不同的 id。")
        found += [("scenarios", name, wording) for name, count in names.items() if count > 1]
    return found


def _people(tables: dict[str, Any], settings: object) -> list[tuple[str, str, Wording]]:
    """Return what is wrong with the tables of people as a whole, and with what the settings ask of them."""
    found: list[tuple[str, str, Wording]] = []
    if not any(set(choice) <= set(tables) for choice in SOURCES_OF_CHILDREN):
        wording = Wording(
            "name no source of children.",
            "Add one of: population; births; projection; totals and structure; pupils.",
            "没有儿童人数的来源。",
            "请至少提供其一:population(分年龄人口)、births(出生)、projection(现成预测)、"
            "totals 与 structure(总人口与年龄结构)、pupils(分年级在校生)。",
        )
        found.append(("tables", "", wording))
    settings = settings if isinstance(settings, dict) else {}
    lacking = [name for name in TABLES_OF_METHODS.get(str(settings.get("method")), ()) if name not in tables]
    if lacking:
        wording = Wording(
            f"is a method that needs the table(s) {', '.join(lacking)}.",
            'Add them, or write `method = "auto"`.',
            f"这一方法需要 {'、'.join(lacking)} 表。",
            '请补充,或写 `method = "auto"`。',
        )
        found.append(("population.method", str(settings["method"]), wording))
    if "projection" in tables and not settings.get("projection_source"):
        wording = Wording(
            "is missing: a ready projection is used as given, so its source is shown.",
            "Write who made it, and when.",
            "缺少此项:现成预测按原样采用,须注明来源。",
            "请写明编制单位和时间。",
        )
        found.append(("population.projection_source", "", wording))
    if "migration" in tables and not settings.get("town"):
        wording = Wording(
            "is missing: nobody knows where the children of `migration` move to.",
            "List the small areas, or the classes of `urban_rural`, that are the county town.",
            "缺少此项:不知道 `migration` 表中的儿童迁往何处。",
            "请列出属于县城的小区域,或城乡类型。",
        )
        found.append(("population.town", "", wording))
    return found


def _stage_names(stages: dict[str, Any]) -> list[tuple[str, str, Wording]]:
    """Return what is wrong with the names of stages, by which coverages, layers and columns are named."""
    if not stages:
        wording = Wording("is empty.", "Describe at least one stage.", "没有学段。", "请至少写一个学段。")
        return [("stages", "", wording)]
    kept = Wording(
        "is the name of the catchments that all stages share.",
        "Take another name for the stage.",
        "是各学段共用学区的名称。",
        "请为学段另取代号。",
    )
    # the columns of a GeoPackage do not tell capital letters from small ones
    alike = Wording(
        "differs from another stage only in capital letters.",
        "Take names that differ otherwise.",
        "与另一学段仅大小写不同。",
        "请另取代号。",
    )
    named = Wording(
        "is not a key of a stage.",
        "A stage is named by its section: [stages.NAME].",
        "不是学段的键。",
        "学段以 [stages.名称] 命名。",
    )
    names = Counter(str(name).lower() for name in stages)
    return [
        *(
            (f"stages.{name}.id", "", named)
            for name, stage in stages.items()
            if isinstance(stage, dict) and stage.get("id")
        ),
        *((f"stages.{name}", "", kept) for name in stages if str(name).lower() == ALL_STAGES),
        *((f"stages.{name}", "", alike) for name in stages if names[str(name).lower()] > 1),
    ]


def _guarded(travel: object, stages: dict[str, Any]) -> list[tuple[str, str, Wording]]:
    """Return stages that barriers shall apply to and that are none of the project; those of the default need not be."""
    named = travel.get("guarded") if isinstance(travel, dict) else None
    if not isinstance(named, (list, tuple)) or tuple(named) == GUARDED:
        return []
    wording = Wording(
        "is no stage of this project.",
        f"Stages are: {', '.join(map(str, stages))}.",
        "不是本项目的学段。",
        f"学段有:{'、'.join(map(str, stages))}。",
    )
    return [("travel.guarded", str(name), wording) for name in named if name not in stages]


def _siting(siting: object, stages: dict[str, Any], scenarios: object) -> list[tuple[str, str, Wording]]:
    """Return stages and scenarios that `[siting]` names and the project does not have."""
    if not isinstance(siting, dict):
        return []
    # a project without scenarios has one
    listed = scenarios if isinstance(scenarios, (list, tuple)) else [{"id": "central"}]
    futures = [str(item.get("id")) for item in listed if isinstance(item, dict)]
    known = {
        "costs": (list(map(str, stages)), "stage", "学段"),
        "weights": (futures, "scenario", "情景"),
    }
    return [
        (
            f"siting.{key}",
            str(name),
            Wording(
                f"is no {what} of this project.",
                f"There are: {', '.join(labels)}.",
                f"不是本项目的{what_zh}。",
                f"已有:{'、'.join(labels)}。",
            ),
        )
        for key, (labels, what, what_zh) in known.items()
        if isinstance(siting.get(key), dict)
        for name in siting[key]
        if name not in labels
    ]


_File = TypeVar("_File", bound=PeopleFile)
_WHOLE_FILE = frozenset(ProjectFile.model_fields)


def read_project_file(folder: Path) -> tuple[ProjectFile | None, list[Fault]]:
    """
    Read `project.toml` of a folder.

    Returns
    -------
    project_file, faults
        The document, or nothing and everything that is wrong with it.
    """
    return _read(folder, ProjectFile)


def read_people_file(folder: Path) -> tuple[PeopleFile | None, list[Fault]]:
    """
    Read `project.toml` of a folder of which only the tables of people are wanted.

    It needs `[project]` and a source of children; without `[stages]`, the usual ages hold.

    Returns
    -------
    people_file, faults
        The document, or nothing and everything that is wrong with it.
    """
    return _read(folder, PeopleFile)


def _read(folder: Path, model: type[_File]) -> tuple[_File | None, list[Fault]]:
    path = folder / FILE_NAME
    if not path.is_file():
        fault = Fault(
            file=str(path),
            problem="does not exist.",
            remedy=f"Give a folder that holds {FILE_NAME}; data/berlin-mitte is an example.",
            problem_zh="文件不存在。",
            remedy_zh=f"请指定含有 {FILE_NAME} 的文件夹;data/berlin-mitte 是一个示例。",
        )
        return None, [fault]
    document = _parse(path)
    if isinstance(document, Fault):
        return None, [document]
    to_fill = [
        Fault(file=FILE_NAME, column=key, value=value, **_TO_FILL._asdict()) for key, value in places_to_fill(document)
    ]
    whole = [
        Fault(file=FILE_NAME, column=key, value=value, **wording._asdict())
        for key, value, wording in _whole_document(document, needed=model.needed)
    ]
    # a whole project file may be read for its people alone
    document = {key: part for key, part in document.items() if key in model.model_fields or key not in _WHOLE_FILE}
    try:
        found = model.model_validate(document)
    except pydantic.ValidationError as errors:
        # what is wrong with the whole is told above, with its key; what is still to be filled need not be complained of
        wrong = [fault for error in errors.errors() if error["loc"] for fault in _faults(error)]
        filled = [fault for fault in wrong if fault.column not in {waiting.column for waiting in to_fill}]
        return None, to_fill + filled + whole
    return (None, to_fill) if to_fill else (found, [])


def _parse(path: Path) -> dict[str, Any] | Fault:
    """Return what a TOML file holds, or why it holds nothing."""
    if path.stat().st_size > _MOST_BYTES:
        return Fault(file=FILE_NAME, **_TOO_LARGE._asdict())
    try:
        # editors on Windows put a byte order mark first, which TOML does not know
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        row = error.object[: error.start].count(b"\n") + 1
        return Fault(file=FILE_NAME, row=row, **_NOT_UTF8._asdict())
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        return Fault(
            file=FILE_NAME,
            row=int(line[1]) if line else None,
            problem=f"is no TOML: {error}.",
            remedy="Mend the named line.",
            problem_zh=f"不符合 TOML 格式:{error}。",
            remedy_zh="请更正该行。",
        )
    except RecursionError:
        return Fault(file=FILE_NAME, **_NESTED._asdict())


def read_language(folder: Path) -> Literal["en", "zh"]:
    """Return the language of a project, or English if its project file does not tell."""
    path = folder / FILE_NAME
    try:
        if not path.is_file() or path.stat().st_size > _MOST_BYTES:
            return "en"
        document = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return "en"
    project = document.get("project")
    if not isinstance(project, dict) or project.get("language", "zh") not in LANGUAGES:
        return "en"
    return "en" if project.get("language") == "en" else "zh"


def _faults(error: pydantic_core.ErrorDetails) -> list[Fault]:
    """Turn one complaint of the validator into faults that name the key."""
    where = shown_key(_key(error["loc"]))
    value = error["input"]
    nothing = value is None or isinstance(value, (dict, list, tuple, pydantic.BaseModel)) or error["type"] == "missing"
    shown = "" if nothing else shown_value(error["loc"], str(value))
    raised = error.get("ctx", {}).get("error")
    wordings = raised.wordings if isinstance(raised, _ComplaintError) else (_say(error),)
    return [Fault(file=FILE_NAME, column=where, value=shown, **wording._asdict()) for wording in wordings]


def _key(loc: tuple[int | str, ...]) -> str:
    """
    Return the key of the file that a complaint is about; sources of a table are numbered from 0, as lists are.

    Examples
    --------
    >>> _key(("tables", "sections", "more", 0, "file")), _key(("stages", "primary", "ages", 0))
    ('tables.sections.1.file', 'stages.primary.ages.0')
    """
    parts = [part for part in loc if part != "[key]"]
    if parts[:1] == ["tables"] and parts[2:3] == ["more"] and len(parts) > _IN_MORE:
        parts[2:4] = [int(parts[3]) + 1]
    return ".".join(map(str, parts))


_IN_MORE = 3
"""Where the number of a further source stands in the place of a complaint."""


def _say(error: pydantic_core.ErrorDetails) -> Wording:
    """Put a complaint of pydantic's own into words; one that is not foreseen keeps pydantic's."""
    limits = error.get("ctx", {})
    secret = secret_wording(error["loc"]) if error["type"] == "extra_forbidden" else None
    if secret is not None:
        return secret
    for types, wording in _WORDINGS.items():
        if error["type"] in types.split():
            return Wording(*(part.format(**limits) for part in wording))
    message = str(error["msg"])
    return Wording(f"{message}.", "See docs/project.md.", f"取值无效({message})。", "参见 docs/project.md。")


_TO_FILL = Wording(
    "is still to be filled in.",
    "The lines above it say how.",
    "尚未填写。",
    "请按该行上方的说明填写。",
)
_NOT_UTF8 = Wording(
    "is not UTF-8.",
    "Save it anew with the encoding UTF-8.",
    "不是 UTF-8 编码。",
    "请以 UTF-8 编码重新保存。",
)
_NESTED = Wording(
    "nests brackets without end.",
    "Start from the project file of `schoolmap new`.",
    "括号嵌套过深。",
    "请以 `schoolmap new` 生成的文件为起点。",
)
_TOO_LARGE = Wording(
    "has more than 1 MB: it is no project file.",
    "Start from the project file of `schoolmap new`; data belong into tables.",
    "超过 1 MB:不是项目文件。",
    "请以 `schoolmap new` 生成的文件为起点;数据应放在表中。",
)
_MOST_BYTES = 1 << 20
"""Of a project file; a thousand rulings have a quarter of it."""
_WORDINGS: dict[str, Wording] = {
    "missing": Wording("is missing.", "See docs/project.md.", "缺少此项。", "参见 docs/project.md。"),
    "extra_forbidden": Wording(
        "is not a known key.",
        "Correct or remove it; docs/project.md lists all keys.",
        "没有这一项。",
        "请更正或删除;所有键见 docs/project.md。",
    ),
    "string_type path_type": Wording("is no text.", "Put it in quotes.", "不是文字。", "请加引号。"),
    "int_type int_parsing int_from_float": Wording(
        "is no whole number.",
        "Write digits, without quotes.",
        "不是整数。",
        "请写数字,不加引号。",
    ),
    "float_type float_parsing": Wording(
        "is no number.",
        "Write digits, without quotes.",
        "不是数字。",
        "请写数字,不加引号。",
    ),
    "bool_type bool_parsing": Wording(
        "is neither true nor false.",
        "Write `true` or `false`, without quotes.",
        "不是 true 或 false。",
        "请写 `true` 或 `false`,不加引号。",
    ),
    "dict_type model_type model_attributes_type": Wording(
        "is no table of keys.",
        "See docs/project.md.",
        "应为一组键。",
        "参见 docs/project.md。",
    ),
    "list_type tuple_type": Wording(
        "is no list.",
        "Write it in brackets, or as `[[…]]` sections.",
        "应为列表。",
        "请写在方括号内,或写成 `[[…]]` 小节。",
    ),
    "too_short too_long": Wording(
        "has the wrong number of entries.",
        "See docs/project.md.",
        "项数不对。",
        "参见 docs/project.md。",
    ),
    "greater_than_equal": Wording("is below {ge}.", "The least is {ge}.", "小于 {ge}。", "最小为 {ge}。"),
    "less_than_equal": Wording("is above {le}.", "The most is {le}.", "大于 {le}。", "最大为 {le}。"),
    "less_than": Wording("is not below {lt}.", "Write a number below {lt}.", "应小于 {lt}。", "请更正。"),
    "greater_than": Wording("is not above {gt}.", "Write a number above {gt}.", "应大于 {gt}。", "请更正。"),
    "finite_number": Wording("is not a finite number.", "Write a number.", "不是有限的数。", "请写一个数。"),
    "literal_error": Wording(
        "is not an allowed word.",
        "Write {expected}.",
        "不是允许的取值。",
        "可用:{expected}。",
    ),
    "string_pattern_mismatch": Wording(
        "may hold only letters A-Z, digits, `-` and `_`.",
        "Take a short name; the title for people is `title` or `label`.",
        "只能含英文字母、数字、`-` 和 `_`。",
        "请用简短代号;显示名称写在 `title` 或 `label`。",
    ),
    "string_too_long": Wording(
        "is longer than {max_length} characters.",
        "Shorten it.",
        "超过 {max_length} 个字符。",
        "请缩短。",
    ),
}
