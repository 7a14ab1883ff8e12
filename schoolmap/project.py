"""
A project folder, read and checked as a whole: `project.toml` and its tables -> `Project`.

`inspect_folder` finds every fault it can in one go: of the project file, of
each table, and between tables; `read_evidence` does so for the tables of people
alone. Nothing is repaired. What a person has decided
stands in the project file as a ruling, with a reason, and is reported as such.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from schoolmap import cards
from schoolmap import standards as _standards
from schoolmap.errors import Fault
from schoolmap.errors import InputError
from schoolmap.errors import Severity
from schoolmap.errors import Wording
from schoolmap.inputs.checks import consistency
from schoolmap.inputs.checks import people
from schoolmap.inputs.checks.between import Table
from schoolmap.inputs.checks.between import check_between
from schoolmap.inputs.checks.between import check_people
from schoolmap.inputs.checks.listed_areas import in_force
from schoolmap.inputs.checks.named import Named
from schoolmap.inputs.coordinates import WGS84
from schoolmap.inputs.coordinates import parse_crs
from schoolmap.inputs.databases.connections import Databases
from schoolmap.inputs.databases.connections import connected
from schoolmap.inputs.databases.declared import described
from schoolmap.inputs.declarations import leaves_folder
from schoolmap.inputs.evidence import PEOPLE_TABLES
from schoolmap.inputs.evidence import assemble
from schoolmap.inputs.evidence import by_age
from schoolmap.inputs.hidden_counts import hide_small
from schoolmap.inputs.layout.body_rows import holds_records
from schoolmap.inputs.project_file import FILE_NAME
from schoolmap.inputs.project_file import PeopleFile
from schoolmap.inputs.project_file import PopulationSettings
from schoolmap.inputs.project_file import ProjectFile
from schoolmap.inputs.project_file import PublicationSettings
from schoolmap.inputs.project_file import Ruling
from schoolmap.inputs.project_file import Scenario
from schoolmap.inputs.project_file import SeatSettings
from schoolmap.inputs.project_file import Settings
from schoolmap.inputs.project_file import Source
from schoolmap.inputs.project_file import Stage
from schoolmap.inputs.project_file import StatedFigure
from schoolmap.inputs.project_file import TravelSettings
from schoolmap.inputs.project_file import read_people_file
from schoolmap.inputs.project_file import read_project_file
from schoolmap.inputs.provision import SCHOOL_NUMBERS
from schoolmap.inputs.provision import SCHOOL_TEXTS
from schoolmap.inputs.provision import class_records
from schoolmap.inputs.provision import flow_table
from schoolmap.inputs.provision import index_projects
from schoolmap.inputs.provision import index_sections
from schoolmap.inputs.provision import named_layer
from schoolmap.inputs.provision import resource_table
from schoolmap.inputs.provision import standing_in
from schoolmap.inputs.provision import with_classes
from schoolmap.inputs.readers import read_table
from schoolmap.inputs.readers import read_value
from schoolmap.inputs.siting import site_layer
from schoolmap.inputs.siting import siting_of
from schoolmap.inputs.ways import dwelling_layer
from schoolmap.inputs.ways import gate_layer
from schoolmap.inputs.ways import kind_layer
from schoolmap.inputs.ways import road_layer
from schoolmap.inputs.ways import travel_settings
from schoolmap.tables import CONTRACTS
from schoolmap.tables import TRAVEL_TABLES
from schoolmap.ways import make_ways
from schoolmap.ways import walking_pace
from schoolmap.zoning import Zoning
from schoolmap.zoning import built_zoning
from schoolmap.zoning import drawn_zoning
from schoolmap.zoning import open_schools

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Collection
    from collections.abc import Iterable
    from pathlib import Path

    from openpyxl import Workbook

    from schoolmap.inputs.coordinates import Bounds
    from schoolmap.inputs.databases.declared import Database
    from schoolmap.inputs.siting import Siting
    from schoolmap.population.evidence import Evidence


_SHOWN_TABLES = (
    *("areas", "population", "schools", "sections", "classes", "resources", "flows", "projects", "sites"),
    *("developments", "yields", "migration", "roads", "barriers", "crossings", "gates", "dwellings"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """
    Everything a plan needs, validated, in one metric CRS.

    Attributes
    ----------
    areas
        Small areas, indexed by `area`, with `name`, `parent` and `urban_rural`
        (empty where not known).
    population
        Residents by `(area, age)` at the latest date, with `low` and `high`
        (the highest age counted, missing for an open band) and `count`; both
        sexes together. `None` where the project has no such table.
    population_date
        The day of that count, or `None`.
    evidence
        All that is known of people: every date and sex, births, a projection.
    settings_population, settings_seats, settings_travel
        The `[population]`, `[seats]` and `[travel]` sections. Stages to whose
        pupils barriers apply are those that there are, and dwellings hold only
        where the project has that table.
    stated
        Indicators that the project states itself.
    town
        Codes of the small areas that are the county town, sorted.
    developments
        Homes to come, indexed by `(development, type, year)` (of completion),
        with `name`, `area`, `homes` and `status`; `type` and `status` are empty
        where not known. `None` where the project has no such table.
    yields
        Children per occupied home, indexed by `(type, age, years_since)`, with
        `low`, `high` and `children`; an empty `type` is every type. Or `None`.
    migration
        Share of the rural children of each of these ages who move to the town
        within a year, indexed by `age`, with `low`, `high` and `rate`. Or `None`.
    coverages
        Catchments by coverage, each indexed by `catchment`, with `name`: those
        of the base year, then those that are only in a later one.
    coverage_of
        Stage to its coverage.
    holding
        Catchments by coverage that hold in the base year.
    later
        Catchments by coverage and school year from which they hold, where a
        boundary changes after the base year.
    served
        By first school year of each period, the catchments that each section
        serves in it; see `served_in`.
    built
        Stages whose catchments were built from travel.
    schools
        Points, indexed by `school`, with `name`, the texts of
        `provision.SCHOOL_TEXTS` (empty where not known) and its numbers.
    sections
        Indexed by `(school, stage)`; see `provision.index_sections`.
    classes
        Classes and pupils by `(school, stage, grade, class)`; see
        `provision.class_records`.
    resources
        What schools have, by `(school, stage)`.
    flows
        Pupils who learn elsewhere than where they live; see `provision.flow_table`.
    projects
        Indexed by `project`; see `provision.index_projects`.
    roads
        Lines with `class`, `speed` (km/h, or missing), `oneway`, `bridge`,
        `foot` and `name`; see `ways.road_layer`. `None` where the project has
        no such table; so with those that follow.
    barriers, crossings
        Lines that young pupils may not cross, and points where they may, with
        `kind` and `name`.
    gates
        One point each, with `school` and `gate`.
    dwellings
        Polygons or points, indexed by `dwelling`, with `people`, `homes` and
        `floors` (missing where not known).
    sites
        Plots where schools could be built, indexed by `site`, as points or
        polygons; see `siting.site_layer`. Empty where the project lists none.
    settings_siting
        What `[siting]` and the standards say of what may be decided and what
        it costs; see `siting.Siting`.
    hide_below
        In a public edition, counts of people from 1 to one less than this are
        in no table any more; see `inputs.hidden_counts`. 0 where all are there.
    faults
        Warnings and rulings; errors stop the reading. None in a public
        edition: they quote values of the files.
    databases, read_from
        What `[databases]` says, by name (no address is among it), and the names
        of those that tables were read from.
    folder, files
        Where the project is, and every file that was read: no product may replace one.
    """

    folder: Path
    files: tuple[Path, ...]
    settings: Settings
    stages: tuple[Stage, ...]
    scenarios: tuple[Scenario, ...]
    sources: tuple[Source, ...]
    databases: dict[str, Database]
    read_from: frozenset[str]
    rulings: tuple[Ruling, ...]
    standards: _standards.Standards
    areas: gpd.GeoDataFrame
    population: pd.DataFrame | None
    population_date: dt.date | None
    evidence: Evidence
    settings_population: PopulationSettings
    settings_seats: SeatSettings
    stated: tuple[StatedFigure, ...]
    town: tuple[str, ...]
    developments: pd.DataFrame | None
    yields: pd.DataFrame | None
    migration: pd.DataFrame | None
    coverages: dict[str, gpd.GeoDataFrame]
    coverage_of: dict[str, str]
    holding: dict[str, pd.Index]
    later: dict[str, dict[int, gpd.GeoDataFrame]]
    served: dict[int, pd.Series]
    built: tuple[str, ...]
    schools: gpd.GeoDataFrame
    sections: pd.DataFrame
    classes: pd.DataFrame
    resources: pd.DataFrame
    flows: pd.DataFrame
    projects: pd.DataFrame
    project_places: gpd.GeoSeries
    """Points of projects that have one of their own, on the index of `projects`; missing for the others."""
    settings_travel: TravelSettings
    roads: gpd.GeoDataFrame | None
    barriers: gpd.GeoDataFrame | None
    crossings: gpd.GeoDataFrame | None
    gates: gpd.GeoDataFrame | None
    dwellings: gpd.GeoDataFrame | None
    sites: gpd.GeoDataFrame
    settings_siting: Siting
    faults: tuple[Fault, ...]
    hide_below: int = 0

    def _repr_html_(self) -> str:
        """Return what a notebook shows: where, when and of whom, and the tables with their rows."""
        settings = self.settings
        language = settings.language
        facts = [
            ("project", settings.name),
            ("CRS", settings.crs),
            ("years", f"{settings.base_year} to {settings.horizon}"),
            ("count of people", None if self.population_date is None else self.population_date.isoformat()),
            ("standards", settings.standards),
            ("scenarios", ", ".join(item.label[language] for item in self.scenarios)),
            ("public edition", f"counts of 1 to {self.hide_below - 1} are hidden" if self.hide_below else None),
            ("synthetic", "yes, some of the data is invented" if settings.synthetic else None),
        ]
        stages = [
            (
                stage.label[language],
                f"{stage.ages[0]} to {stage.ages[1]}",
                len(self.coverages[self.coverage_of[stage.id]]),
            )
            for stage in self.stages
        ]
        held = {name: getattr(self, name) for name in _SHOWN_TABLES}
        rows = [(name, len(table)) for name, table in held.items() if table is not None and len(table) > 0]
        return cards.card(
            settings.title[language],
            facts,
            cards.Table("Stages", ("stage", "ages", "catchments"), stages),
            cards.Table("Tables", ("table", "rows"), rows),
        )

    def served_in(self, stage: str, year: int) -> pd.Series:
        """Return the catchments that each school of a stage serves in a school year."""
        start = max((first for first in self.served if first <= year), default=min(self.served))
        return self.served[start].xs(stage, level="stage")

    def catchments_in(self, coverage: str, year: int) -> gpd.GeoDataFrame:
        """Return the catchments of a coverage that hold in a school year."""
        begun = [start for start in self.later.get(coverage, {}) if start <= year]
        return self.later[coverage][max(begun)] if begun else self.in_force(coverage)

    def in_force(self, coverage: str) -> gpd.GeoDataFrame:
        """Return the catchments of a coverage that hold in the base year."""
        every = self.coverages[coverage]
        return gpd.GeoDataFrame(every.loc[every.index.isin(self.holding[coverage])])


def read_project(folder: Path, *, hide_below: int | None = None) -> Project:
    """
    Read a project folder.

    Parameters
    ----------
    folder
        Holds `project.toml` and the tables it names.
    hide_below
        For a public edition: counts of people from 1 to `hide_below - 1` are
        hidden as the tables are read, so that no result tells of them. 0 reads
        everything; nothing given is what the project file says.

    Raises
    ------
    InputError
        If anything is wrong; it lists all faults that were found.
    ValueError
        If `hide_below` is 1 or 2, which hides nothing, or negative.
    """
    project, faults = inspect_folder(folder, hide_below=hide_below)
    if project is None:
        raise InputError([fault for fault in faults if fault.severity is Severity.ERROR])
    return project


def inspect_folder(
    folder: Path,
    *,
    progress: Callable[[str], None] = lambda _: None,
    hide_below: int | None = None,
) -> tuple[Project | None, tuple[Fault, ...]]:
    """
    Read a project folder and return it together with all its faults.

    Parameters
    ----------
    folder
        Holds `project.toml` and the tables it names.
    progress
        Called with the name of each step as it starts.
    hide_below
        As in `read_project`.

    Returns
    -------
    project, faults
        The project, or nothing if a fault is an error. The faults are those of
        the files, values and all, for whoever has the files.

    Raises
    ------
    ValueError
        If `hide_below` is 1 or 2, which hides nothing, or negative.
    """
    publication = None if hide_below is None else PublicationSettings(hide_below=hide_below)
    progress("project file")
    document, faults = read_project_file(folder)
    if document is None:
        return None, tuple(faults)
    if publication is not None:
        document = document.model_copy(update={"publication": publication})
    standards, standard_faults = _read_standards(document, folder)
    tables, table_faults = _read_tables(document, folder, progress)
    tables, ruled = _apply_rulings(tables, enumerate(document.rulings, start=1))
    asked = tables["sections"].named if "sections" in tables else None
    tables, listed = _serve_as_listed(tables, document.project.base_year)
    faults = [*standard_faults, *table_faults, *ruled, *listed]
    progress("checks between tables")
    faults += check_between(tables, document, standards, told=faults)
    if _from_areas(tables, document) and "areas" in tables and tables["areas"].sound:
        faults += _no_polygons(tables["areas"].named)
    if "catchments" not in document.tables and "sections" in tables and tables["sections"].sound:
        faults += _nothing_open(tables["sections"].named, document)
    if standards is None or any(fault.severity is Severity.ERROR for fault in faults):
        return None, tuple(faults)
    named = {name: table.named for name, table in tables.items()}
    return _assemble(folder, document, standards, named, tuple(faults), asked=asked), tuple(faults)


def _from_areas(tables: dict[str, Table], document: ProjectFile) -> bool:
    """Return whether catchments are put together from small areas."""
    if "catchments" not in document.tables:
        return True
    frame = tables["catchments"].named.frame if "catchments" in tables else pd.DataFrame()
    return "areas" in frame and bool(frame["areas"].notna().any())


def _nothing_open(sections: Named, document: ProjectFile) -> list[Fault]:
    """Report stages without any school that catchments could be built around."""
    wording = Wording(
        "has no school with seats, classrooms or pupils: no catchments can be built.",
        "Add `[tables.catchments]`, fill in the sections, or leave the stage out.",
        "没有一所学校有学位、教室或在校生:无法生成学区。",
        "请增加 `[tables.catchments]`、填写学部数据,或删去该学段。",
    )
    return [
        Fault(file=FILE_NAME, column=f"stages.{stage}", **wording._asdict())
        for stage in document.stages
        if len(open_schools(sections.frame, stage)) == 0
    ]


def _no_polygons(areas: Named) -> list[Fault]:
    """Report areas that are points, where catchments are to be built from areas."""
    frame = areas.frame
    points = frame.index[frame.geometry.geom_type.isin(["Point", "MultiPoint"])]
    if len(points) == 0:
        return []
    wording = Wording(
        f"{len(points)} of {len(frame)} small areas are points: without polygons no catchments can be built.",
        "Add `[tables.catchments]`, or give the areas as polygons.",
        f"{len(frame)}个小区域中有{len(points)}个为点:没有面状边界,无法生成学区。",
        "请增加 `[tables.catchments]`,或提供面状小区域。",
    )
    return [areas.fault(wording, row=points[0], column="geometry")]


def read_evidence(
    folder: Path,
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Evidence | None, PeopleFile | None, tuple[Fault, ...]]:
    """
    Read what a folder knows of people, and nothing else: enough to test forecasts on its own past.

    Parameters
    ----------
    folder
        Holds `project.toml` with `[project]`, and the tables of people that it
        names. Areas, schools, sections, catchments and stages need not be
        there; where they are, they are not read. Without `[stages]`, the usual
        ages of kindergarten, primary and junior hold.
    progress
        Called with the name of each step as it starts.

    Returns
    -------
    evidence, document, faults
        The evidence, or nothing if a fault is an error; the project file, with
        its sections `project`, `population` and `stages`; and all faults.
        Areas are those that the tables of people name.
    """
    progress("project file")
    document, faults = read_people_file(folder)
    if document is None:
        return None, None, tuple(faults)
    of_people = {name: source for name, source in document.tables.items() if name in PEOPLE_TABLES}
    document = document.model_copy(update={"tables": of_people})
    tables, faults = _read_tables(document, folder, progress)
    rulings = [(number, ruling) for number, ruling in enumerate(document.rulings, start=1) if ruling.table in of_people]
    tables, ruled = _apply_rulings(tables, rulings)
    progress("checks between tables")
    faults = [*faults, *ruled, *check_people(tables, document)]
    if any(fault.severity is Severity.ERROR for fault in faults):
        return None, document, tuple(faults)
    frames = {name: table.named.frame for name, table in tables.items()}
    if document.publication.hide_below:
        frames = _hidden(frames, document, home=pd.Series(dtype=object))
    named = (set(frame["area"].dropna()) for frame in frames.values() if "area" in frame)
    return _evidence(frames, set().union(*named), document), document, tuple(faults)


def _evidence(frames: dict[str, pd.DataFrame], areas: Collection[str], document: PeopleFile) -> Evidence:
    ages = {name: stage.ages for name, stage in document.stages.items()}
    return assemble(frames, areas=areas, ages=ages, settings=document.population)


def _read_standards(document: ProjectFile, folder: Path) -> tuple[_standards.Standards | None, list[Fault]]:
    name = document.project.standards
    known = _standards.shipped()
    if name not in known and (leaves_folder(name) or not (folder / name).is_file()):
        fault = Fault(
            file=FILE_NAME,
            column="project.standards",
            value=name,
            problem="is neither a shipped standard nor a file of the project.",
            remedy=f"Shipped are: {', '.join(known)}; or give a TOML file in the project folder.",
            problem_zh="既不是自带标准,也不是项目文件夹中的文件。",
            remedy_zh=f"自带标准:{'、'.join(known)};或在项目文件夹中提供 TOML 文件。",
        )
        return None, [fault]
    try:
        return _standards.load(name if name in known else folder / name), []
    except InputError as error:
        # a fault of a file that this one extends keeps the name of that file
        return None, [
            replace(fault, file=name) if fault.file == (folder / name).name else fault for fault in error.faults
        ]


def _read_tables(
    document: PeopleFile,
    folder: Path,
    progress: Callable[[str], None],
) -> tuple[dict[str, Table], list[Fault]]:
    """Read every declared table; databases stay open meanwhile, so that all of it is of one moment."""
    with connected(document.databases, folder) as databases:
        return _read_each(document, folder, progress, databases)


def _read_each(
    document: PeopleFile,
    folder: Path,
    progress: Callable[[str], None],
    databases: Databases,
) -> tuple[dict[str, Table], list[Fault]]:
    """Read table by table; layers that were read help to name the CRS of those that were not."""
    tables: dict[str, Table] = {}
    faults: list[Fault] = []
    near: Bounds | None = None
    books: dict[Path, Workbook] = {}
    # layers that state their CRS come first, so that they can help with the others; roads may be of a larger region
    names = sorted(document.tables, key=lambda name: (name in TRAVEL_TABLES, name == "catchments", name))
    for name in names:
        source = document.tables[name]
        progress(source.name if source.file is None else source.file.name)
        read = read_table(
            source,
            CONTRACTS[name],
            folder=folder,
            near=near or _area_of_use(document.project.crs),
            prefer=(document.project.crs,),
            books=books,
            databases=databases,
        )
        frame = read.frame
        if isinstance(frame, gpd.GeoDataFrame) and frame.crs is not None and not frame.empty:
            if name not in TRAVEL_TABLES:
                near = _widen(near, tuple(frame.to_crs(WGS84).total_bounds))
            frame = frame.to_crs(document.project.crs)
        tables[name] = Table(
            named=Named(
                file=read.file,
                sheet=read.sheet,
                frame=frame,
                origins=read.origins,
                headers=read.headers,
                headers_of=read.headers_of,
            ),
            complete=read.complete,
            sound=read.sound,
        )
        faults += read.faults
    # that a server is away is said once, however many tables are there
    faults = list(dict.fromkeys(faults))
    faults += _unread_sheets(document, folder, books)
    if isinstance(document, ProjectFile) and "projects" not in tables:
        empty = pd.DataFrame({column: pd.Series(dtype=object) for column in CONTRACTS["projects"].columns})
        tables["projects"] = Table(named=Named(file="projects", frame=empty), complete=True, sound=True)
    return tables, faults


def _unread_sheets(document: PeopleFile, folder: Path, books: dict[Path, Workbook]) -> list[Fault]:
    """Name the sheets of each workbook that hold records and that no table reads: one may have been forgotten."""
    parts = [part for source in document.tables.values() for part in source.parts]
    faults = []
    for path, book in books.items():
        declared = [part for part in parts if part.file is not None and folder / part.file == path]
        read = {part.sheet or book.worksheets[0].title for part in declared}
        others = [
            page.title
            for page in book.worksheets
            if page.title not in read and holds_records(page.title, page.iter_rows(min_row=2, values_only=True))
        ]
        if others and declared:
            wording = Wording(
                f"also has the sheets {', '.join(others)}, which no table reads.",
                "Declare those that hold data in project.toml.",
                f"另有工作表“{'”“'.join(others)}”未被任何表读取。",
                "其中有数据的,请在 project.toml 中声明。",
            )
            name = declared[0].name
            faults.append(Fault(file=name, severity=Severity.NOTICE, **wording._asdict()))
    return faults


def _area_of_use(crs: str) -> Bounds | None:
    """Return where the project's CRS is meant for: all that is known before a layer is placed."""
    area = parse_crs(crs).area_of_use
    return None if area is None else (area.west, area.south, area.east, area.north)


def _widen(near: Bounds | None, bounds: Bounds) -> Bounds | None:
    if not all(map(math.isfinite, bounds)):
        return near
    if near is None:
        return bounds
    return (
        min(near[0], bounds[0]),
        min(near[1], bounds[1]),
        max(near[2], bounds[2]),
        max(near[3], bounds[3]),
    )


def _apply_rulings(
    tables: dict[str, Table],
    rulings: Iterable[tuple[int, Ruling]],
) -> tuple[dict[str, Table], list[Fault]]:
    """Put decided values in place of those of the file, on a copy, and report each; rulings are numbered from 1."""
    tables, faults = dict(tables), []
    for number, ruling in rulings:
        table, contract = tables.get(ruling.table), CONTRACTS[ruling.table]
        if table is None or not table.complete:
            if table is None:
                faults.append(_bad_ruling(number, ruling, _NO_SUCH_TABLE))
            # a table that could not be read has been reported; the ruling may be right
            continue
        named, key = table.named, [name for name in contract.key if name in table.named.frame]
        key = key[: len(ruling.key)]
        if ruling.column not in contract.columns or ruling.column not in named.frame:
            faults.append(_bad_ruling(number, ruling, _NO_SUCH_TABLE))
            continue
        if not contract.key:
            faults.append(_bad_ruling(number, ruling, _NO_KEY))
            continue
        if ruling.column in contract.key:
            faults.append(_bad_ruling(number, ruling, _RULES_A_KEY))
            continue
        rows = named.frame.index[(named.frame[key].astype(str) == list(ruling.key[: len(key)])).all(axis=1)]
        if len(rows) != 1 or len(key) != len(ruling.key):
            found = len(rows) if len(key) == len(ruling.key) else 0
            wording = Wording(
                f"fits {found} record(s), not one.",
                f"Correct or remove it; the key is {', '.join(contract.key)}.",
                f"对应 {found} 条记录,应恰为一条。",
                f"请更正或删除;键为 {'、'.join(contract.key)}。",
            )
            faults.append(_bad_ruling(number, ruling, wording))
            continue
        value, problems = read_value(ruling.value, contract, ruling.column)
        if problems:
            where = f"rulings.{number}.value"
            faults += [replace(fault, file=FILE_NAME, row=None, column=where) for fault in problems]
            continue
        was = named.frame[ruling.column].loc[rows].dropna().astype(str)
        frame = named.frame.copy()
        frame[ruling.column] = frame[ruling.column].where(frame.index != rows[0], value)
        tables[ruling.table] = replace(table, named=replace(named, frame=frame))
        wording = Wording(
            f"{', '.join(ruling.key)}: ruled to be {ruling.value!r} by project.toml.",
            ruling.reason["en"],
            f"{'、'.join(ruling.key)}:project.toml 裁定为“{ruling.value}”。",
            ruling.reason["zh"],
        )
        faults.append(
            named.fault(wording, row=rows[0], column=ruling.column, value="".join(was), severity=Severity.RULING),
        )
    return tables, faults


_NO_KEY = Wording(
    "is of a table whose records have no key, so that none can be named.",
    "Correct the layer.",
    "所指的表没有键,无法指明是哪一条记录。",
    "请直接更正图层。",
)
_RULES_A_KEY = Wording(
    "rules a column of the key, which says what the record is.",
    "Correct the file.",
    "所裁定的列是键,决定记录本身。",
    "请直接更正文件。",
)
_NO_SUCH_TABLE = Wording(
    "names a table or column that is not there.",
    "Correct or remove it.",
    "所指的表或列不存在。",
    "请更正或删除。",
)


def _bad_ruling(number: int, ruling: Ruling, wording: Wording) -> Fault:
    value = f"{ruling.table} {', '.join(ruling.key)} {ruling.column}"
    return Fault(file=FILE_NAME, column=f"rulings.{number}", value=value, **wording._asdict())


def _serve_as_listed(tables: dict[str, Table], base_year: int) -> tuple[dict[str, Table], list[Fault]]:
    """Let sections serve the catchments that list their school in the base year, where they declare none themselves."""
    if "catchments" not in tables or "sections" not in tables:
        return tables, []
    catchments, sections = tables["catchments"].named, tables["sections"].named
    if "schools" not in catchments.frame or not {"school", "stage"} <= set(sections.frame.columns):
        return tables, []
    now = replace(catchments, frame=in_force(catchments.frame, base_year))
    frame, faults = consistency.serve_as_listed(sections, now)
    served = replace(tables["sections"], named=replace(sections, frame=frame))
    return {**tables, "sections": served}, faults


def _assemble(
    folder: Path,
    document: ProjectFile,
    standards: _standards.Standards,
    tables: dict[str, Named],
    faults: tuple[Fault, ...],
    *,
    asked: Named | None,
) -> Project:
    schools = named_layer(tables["schools"].frame, "school", texts=SCHOOL_TEXTS, numbers=SCHOOL_NUMBERS)
    areas = named_layer(tables["areas"].frame, "area", texts=("parent", "urban_rural"))
    ways = {name: read(tables[name].frame) if name in tables else None for name, read in _WAYS.items()}
    zoning = _zoning(document, standards, tables, areas=areas, schools=schools, ways=ways)
    if document.publication.hide_below:
        tables, zoning = _without_small(document, tables, zoning, areas=areas)
        ways |= {name: _WAYS[name](tables[name].frame) for name in ("dwellings",) if name in tables}
        document, faults = _as_public(document), ()
    sections = index_sections(zoning.sections, schools, zoning.now, zoning.of)
    served = _served(document, tables, zoning, schools, sections=sections, asked=asked)
    if len(served) > 1:
        sections["catchments"] = [
            tuple(dict.fromkeys(zone for one in served.values() for zone in one[key])) for key in sections.index
        ]
    stages = [stage.model_copy(update={"id": name}) for name, stage in document.stages.items()]
    frames = {name: table.frame for name, table in tables.items()}
    classes = class_records(
        tables["sections"].frame,
        frames.get("classes"),
        ages={stage: item.ages for stage, item in document.stages.items()},
    )
    population, date = _latest(frames.get("population"))
    siting = siting_of(document, standards)
    files = [folder / name for name in (FILE_NAME, document.project.standards)]
    files += document.files(folder)
    return Project(
        folder=folder,
        files=tuple(file for file in files if file.is_file()),
        settings=document.project,
        stages=tuple(sorted(stages, key=lambda stage: stage.ages)),
        scenarios=document.scenarios,
        sources=(*document.sources, *_read_databases(document)),
        databases=document.databases,
        read_from=frozenset(
            part.database for source in document.tables.values() for part in source.parts if part.database
        ),
        rulings=document.rulings,
        standards=standards,
        areas=areas,
        population=population,
        population_date=date,
        evidence=_evidence(frames, set(frames["areas"]["area"]), document),
        settings_population=document.population,
        settings_seats=document.seats,
        stated=document.stated,
        town=_town(frames["areas"], document.population.town),
        developments=_developments(frames["developments"], frames["areas"]) if "developments" in frames else None,
        yields=_yields(frames["yields"]) if "yields" in frames else None,
        migration=by_age(frames["migration"], ["age"], "rate") if "migration" in frames else None,
        coverages=zoning.all,
        coverage_of=zoning.of,
        holding={name: layer.index for name, layer in zoning.now.items()},
        later=zoning.later,
        built=zoning.built,
        schools=schools,
        sections=with_classes(sections, classes),
        classes=classes,
        resources=resource_table(frames.get("resources")),
        flows=flow_table(frames.get("flows")),
        served=served,
        projects=_projects(tables["projects"].frame, schools, sections, zoning, document.project.base_year),
        project_places=_project_places(tables["projects"].frame, document.project.crs),
        settings_travel=travel_settings(document),
        **ways,
        sites=_sites(frames.get("sites"), document, siting),
        settings_siting=siting,
        faults=faults,
        hide_below=document.publication.hide_below,
    )


def _read_databases(document: ProjectFile) -> list[Source]:
    """Return the databases that tables were read from, as sources; only their names are told."""
    day = dt.datetime.now(tz=dt.UTC).date()
    return [Source(**values) for values in described(document.databases, document.tables, day=day)]


def _hidden(frames: dict[str, pd.DataFrame], document: PeopleFile, *, home: pd.Series) -> dict[str, pd.DataFrame]:
    ages = {name: stage.ages for name, stage in document.stages.items()}
    below, year = document.publication.hide_below, document.project.base_year
    return hide_small(frames, below=below, home=home, ages=ages, base_year=year)


def _without_small(
    document: ProjectFile,
    tables: dict[str, Named],
    zoning: Zoning,
    *,
    areas: gpd.GeoDataFrame,
) -> tuple[dict[str, Named], Zoning]:
    """Hide small counts in all tables, together with those of the same catchment of the youngest stage."""
    youngest = min(document.stages, key=lambda name: document.stages[name].ages)
    home = standing_in(areas.representative_point(), zoning.now[zoning.of[youngest]])
    frames = {name: table.frame for name, table in tables.items()} | {"sections": zoning.sections}
    hidden = _hidden(frames, document, home=home)
    found = {name: replace(table, frame=hidden[name]) for name, table in tables.items()}
    return found, replace(zoning, sections=hidden["sections"])


def _as_public(document: ProjectFile) -> ProjectFile:
    """Call a public edition so, in its name, its title and the line at the foot of every product."""
    settings, most = document.project, document.publication.hide_below - 1
    title = {"en": f"{settings.title['en']} (public edition)", "zh": f"{settings.title['zh']}（公开版）"}
    line = {
        "en": f"Public edition: counts of 1 to {most} children are hidden. {settings.classification['en']}",
        "zh": f"公开版：1至{most}人的儿童数已隐去。{settings.classification['zh']}",
    }
    changes = {"name": document.product_name, "title": title, "classification": line}
    return document.model_copy(update={"project": settings.model_copy(update=changes)})


def _sites(frame: pd.DataFrame | None, document: ProjectFile, siting: Siting) -> gpd.GeoDataFrame:
    new = siting.years.get("new")
    years = 0.0 if new is None else new.value
    return site_layer(frame, stages=list(document.stages), crs=document.project.crs, years_of_new=years)


_WAYS = {
    "roads": road_layer,
    "barriers": kind_layer,
    "crossings": kind_layer,
    "gates": gate_layer,
    "dwellings": dwelling_layer,
}


def _zoning(
    document: ProjectFile,
    standards: _standards.Standards,
    tables: dict[str, Named],
    *,
    areas: gpd.GeoDataFrame,
    schools: gpd.GeoDataFrame,
    ways: dict[str, gpd.GeoDataFrame | None],
) -> Zoning:
    """Take the catchments that are drawn or listed, else build them from travel."""
    sections, settings = tables["sections"].frame, travel_settings(document)
    if "catchments" in tables:
        return drawn_zoning(
            tables["catchments"].frame,
            tables["areas"].frame,
            sections,
            stages=document.stages,
            base_year=document.project.base_year,
            horizon=document.project.horizon,
        )
    routes = make_ways(
        ways["roads"],
        barriers=ways["barriers"],
        crossings=ways["crossings"],
        gates=ways["gates"],
        settings=settings,
        walk_m_per_minute=walking_pace(settings, standards),
    )
    return built_zoning(areas, schools, sections, stages=document.stages, ways=routes)


def _served(
    document: ProjectFile,
    tables: dict[str, Named],
    zoning: Zoning,
    schools: gpd.GeoDataFrame,
    *,
    sections: pd.DataFrame,
    asked: Named | None,
) -> dict[int, pd.Series]:
    """Return the catchments that each section serves in each period: as declared, as listed, or where it then stands."""
    base = document.project.base_year
    if not zoning.starts:
        return {base: sections["catchments"]}
    found = {base: _holding(sections["catchments"], zoning.now, zoning.of)}
    for start in zoning.starts:
        layers = zoning.at(start)
        frame = zoning.sections
        catchments = tables["catchments"]
        if asked is not None and "schools" in catchments.frame:
            frame, _ = consistency.serve_as_listed(asked, replace(catchments, frame=in_force(catchments.frame, start)))
        served = index_sections(frame, schools, layers, zoning.of)["catchments"]
        found[start] = _holding(served, layers, zoning.of)
    return found


def _holding(served: pd.Series, layers: dict[str, gpd.GeoDataFrame], of: dict[str, str]) -> pd.Series:
    """Leave out the catchments that do not hold."""
    stages = served.index.get_level_values("stage")
    there = {stage: set(layers[name].index) for stage, name in of.items()}
    kept = [tuple(zone for zone in zones if zone in there[stage]) for zones, stage in zip(served, stages, strict=True)]
    return pd.Series(kept, index=served.index, dtype=object, name="catchments")


def _projects(
    frame: pd.DataFrame, schools: gpd.GeoDataFrame, sections: pd.DataFrame, zoning: Zoning, base_year: int
) -> pd.DataFrame:
    """Index projects, each in the catchment that holds its place in the year in which it opens."""
    now = index_projects(frame, schools, sections, zoning.now, zoning.of)
    opening = pd.to_numeric(now["opening"].astype(str).str[:4], errors="coerce").fillna(base_year)
    for start in zoning.starts:
        then = index_projects(frame, schools, sections, zoning.at(start), zoning.of)
        now = now.where(opening < start, then)
    return now


def _project_places(frame: pd.DataFrame, crs: str) -> gpd.GeoSeries:
    """Return the points of projects, in the order of their codes; missing where a project has none of its own."""
    labels = pd.Index(frame["project"], name="project")
    # one point of a layer of several is often written as such
    points = frame.geometry.centroid.to_numpy() if isinstance(frame, gpd.GeoDataFrame) else [None] * len(frame)
    return gpd.GeoSeries(points, index=labels, crs=crs).sort_index()


def _latest(frame: pd.DataFrame | None) -> tuple[pd.DataFrame | None, dt.date | None]:
    """Return the latest count, the sexes added up, and its day."""
    if frame is None:
        return None, None
    date = str(frame["date"].max())
    return by_age(frame[frame["date"] == date], ["area", "age"], "count"), dt.date.fromisoformat(date)


def _town(areas: pd.DataFrame, items: tuple[str, ...]) -> tuple[str, ...]:
    inside = areas["area"].isin(items)
    if "urban_rural" in areas:
        inside |= areas["urban_rural"].isin(items)
    return tuple(sorted(areas.loc[inside, "area"]))


def _developments(frame: pd.DataFrame, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    columns = ["development", "type", "year", "name", "homes", "status", "kindergarten_classes", "handed_over"]
    table = pd.DataFrame(frame.reindex(columns=columns))
    text = ["type", "name", "status", "handed_over"]
    table[text] = table[text].astype(object).where(table[text].notna(), "")
    table["name"] = table["name"].where(table["name"] != "", table["development"])
    table = table.assign(year=table["year"].astype(int), area=people.developments_areas(frame, areas))
    table = table.astype({"homes": float, "kindergarten_classes": float})
    kept = ["name", "area", "homes", "status", "kindergarten_classes", "handed_over"]
    return table.set_index(["development", "type", "year"])[kept].sort_index()


def _yields(frame: pd.DataFrame) -> pd.DataFrame:
    types = frame["type"].fillna("") if "type" in frame else ""
    table = frame.assign(type=types, years_since=frame["years_since"].astype(int))
    return by_age(table, ["type", "age", "years_since"], "children")
