"""
A project folder, read and checked as a whole: `project.toml` and its tables -> `Project`.

`inspect_folder` finds every fault it can in one go: of the project file, of
each table, and between tables. Nothing is repaired. What a person has decided
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

from schoolmap import standards as _standards
from schoolmap.errors import Fault
from schoolmap.errors import InputError
from schoolmap.errors import Severity
from schoolmap.errors import Wording
from schoolmap.inputs import consistency
from schoolmap.inputs.consistency import Named
from schoolmap.inputs.coordinates import OFFSET_DATUMS
from schoolmap.inputs.coordinates import WGS84
from schoolmap.inputs.coordinates import likely_crs
from schoolmap.inputs.coordinates import parse_crs
from schoolmap.inputs.project_file import ALL_STAGES
from schoolmap.inputs.project_file import FILE_NAME
from schoolmap.inputs.project_file import ProjectFile
from schoolmap.inputs.project_file import Ruling
from schoolmap.inputs.project_file import Scenario
from schoolmap.inputs.project_file import Settings
from schoolmap.inputs.project_file import Source
from schoolmap.inputs.project_file import Stage
from schoolmap.inputs.project_file import leaves_folder
from schoolmap.inputs.project_file import read_project_file
from schoolmap.inputs.readers import read_table
from schoolmap.inputs.readers import read_value
from schoolmap.population.school_years import first_school_year
from schoolmap.tables import CONTRACTS
from schoolmap.tables import parse_age

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from openpyxl import Workbook

    from schoolmap.inputs.coordinates import Bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """
    Everything a plan needs, validated, in one metric CRS.

    Attributes
    ----------
    areas
        Small areas, indexed by `area`, with `name`.
    population
        Residents by `(area, age)`, with `low` and `high` (the highest age
        counted, missing for an open band) and `count`; both sexes together.
    population_date
        The day of the count.
    coverages
        Catchments by coverage, each indexed by `catchment`, with `name`.
    coverage_of
        Stage to its coverage.
    schools
        Points, indexed by `school`, with `name` and `operator`.
    sections
        Indexed by `(school, stage)`, with `seats`, `classrooms`, `enrolment`,
        `expandable_classes` (missing where unknown) and `catchments` (a tuple;
        empty where the section stands in none).
    projects
        Indexed by `project`, with `stage`, `kind`, `school`, `catchment`,
        `opening`, `closing`, `seats_added`, `classes_added`, `counted`.
    faults
        Warnings and rulings; errors stop the reading.
    folder, files
        Where the project is, and every file that was read: no product may replace one.
    """

    folder: Path
    files: tuple[Path, ...]
    settings: Settings
    stages: tuple[Stage, ...]
    scenarios: tuple[Scenario, ...]
    sources: tuple[Source, ...]
    rulings: tuple[Ruling, ...]
    standards: _standards.Standards
    areas: gpd.GeoDataFrame
    population: pd.DataFrame
    population_date: dt.date
    coverages: dict[str, gpd.GeoDataFrame]
    coverage_of: dict[str, str]
    schools: gpd.GeoDataFrame
    sections: pd.DataFrame
    projects: pd.DataFrame
    faults: tuple[Fault, ...]


def read_project(folder: Path) -> Project:
    """
    Read a project folder.

    Raises
    ------
    InputError
        If anything is wrong; it lists all faults that were found.
    """
    project, faults = inspect_folder(folder)
    if project is None:
        raise InputError([fault for fault in faults if fault.severity is Severity.ERROR])
    return project


def inspect_folder(
    folder: Path,
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Project | None, tuple[Fault, ...]]:
    """
    Read a project folder and return it together with all its faults.

    Parameters
    ----------
    folder
        Holds `project.toml` and the tables it names.
    progress
        Called with the name of each step as it starts.

    Returns
    -------
    project, faults
        The project, or nothing if a fault is an error.
    """
    progress("project file")
    document, faults = read_project_file(folder)
    if document is None:
        return None, tuple(faults)
    standards, standard_faults = _read_standards(document, folder)
    tables, table_faults = _read_tables(document, folder, progress)
    tables, ruled = _apply_rulings(tables, document.rulings)
    tables, listed = _serve_as_listed(tables)
    faults = [*standard_faults, *table_faults, *ruled, *listed]
    progress("checks between tables")
    faults += _check_between(tables, document, standards)
    if standards is None or any(fault.severity is Severity.ERROR for fault in faults):
        return None, tuple(faults)
    named = {name: table.named for name, table in tables.items()}
    return _assemble(folder, document, standards, named, tuple(faults)), tuple(faults)


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
        return None, [replace(fault, file=name) for fault in error.faults]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """A table as read, and how far it can be relied on."""

    named: Named
    complete: bool
    """All records and required columns are there: its labels can be compared."""
    sound: bool
    """It has no fault at all: its values and places can be compared."""


def _read_tables(
    document: ProjectFile,
    folder: Path,
    progress: Callable[[str], None],
) -> tuple[dict[str, _Table], list[Fault]]:
    """Read every declared table; layers that were read help to name the CRS of those that were not."""
    tables: dict[str, _Table] = {}
    faults: list[Fault] = []
    near: Bounds | None = None
    books: dict[Path, Workbook] = {}
    # layers that state their CRS come first, so that they can help with the others
    names = sorted(document.tables, key=lambda name: (name == "catchments", name))
    for name in names:
        source = document.tables[name]
        progress(source.file.name)
        read = read_table(
            source,
            CONTRACTS[name],
            folder=folder,
            near=near or _area_of_use(document.project.crs),
            prefer=(document.project.crs,),
            books=books,
        )
        frame = read.frame
        if isinstance(frame, gpd.GeoDataFrame) and frame.crs is not None and not frame.empty:
            near = _widen(near, tuple(frame.to_crs(WGS84).total_bounds))
            frame = frame.to_crs(document.project.crs)
        tables[name] = _Table(
            named=Named(file=source.file.as_posix(), sheet=source.sheet, frame=frame),
            complete=read.complete,
            sound=not read.faults,
        )
        faults += read.faults
    if "projects" not in tables:
        empty = pd.DataFrame({column: pd.Series(dtype=object) for column in CONTRACTS["projects"].columns})
        tables["projects"] = _Table(named=Named(file="projects", frame=empty), complete=True, sound=True)
    return tables, faults


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
    tables: dict[str, _Table],
    rulings: tuple[Ruling, ...],
) -> tuple[dict[str, _Table], list[Fault]]:
    """Put decided values in place of those of the file, on a copy, and report each."""
    tables, faults = dict(tables), []
    for number, ruling in enumerate(rulings, start=1):
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


def _serve_as_listed(tables: dict[str, _Table]) -> tuple[dict[str, _Table], list[Fault]]:
    """Let sections serve the catchments that list their school, where they declare none themselves."""
    if "catchments" not in tables or "sections" not in tables:
        return tables, []
    catchments, sections = tables["catchments"].named, tables["sections"].named
    if "schools" not in catchments.frame or not {"school", "stage"} <= set(sections.frame.columns):
        return tables, []
    frame, faults = consistency.serve_as_listed(sections, catchments)
    served = replace(tables["sections"], named=replace(sections, frame=frame))
    return {**tables, "sections": served}, faults


def _check_between(
    tables: dict[str, _Table],
    document: ProjectFile,
    standards: _standards.Standards | None,
) -> list[Fault]:
    """Compare labels of tables that are complete, and values and places of tables that are sound."""
    complete = {name for name, table in tables.items() if table.complete}
    sound = {name for name, table in tables.items() if table.sound}
    named = {name: table.named for name, table in tables.items()}
    faults = _check_labels(named, complete, document)
    if "population" in sound:
        oldest = max(stage.ages[1] for stage in document.stages.values())
        # births are levelled on the ages 0 to 2
        faults += consistency.one_date(named["population"])
        faults += consistency.age_bands(named["population"], oldest=max(oldest, 2))
        faults += _check_years(document, named["population"])
    if "sections" in sound:
        faults += consistency.sections_without_seats(named["sections"])
    if "projects" in sound:
        faults += consistency.uncounted_projects(named["projects"])
        faults += consistency.project_dates_and_sizes(named["projects"])
    far = _check_places(named, sound, document)
    astray = {(fault.file, fault.sheet) for fault in far}
    placed = {name for name in sound if (named[name].file, named[name].sheet) not in astray}
    faults += far
    for stage in document.stages:
        faults += _check_stage_values(stage, named, sound, document, standards)
        faults += _check_stage_places(stage, named, placed)
    return list(dict.fromkeys(faults))


def _check_labels(named: dict[str, Named], complete: set[str], document: ProjectFile) -> list[Fault]:
    """Report labels of one table that another one does not have."""
    stages = set(document.stages)
    references = [
        ("population", "area", "areas"),
        ("sections", "school", "schools"),
        ("projects", "school", "schools"),
        ("projects", "catchment", "catchments"),
    ]
    faults = []
    for table, column, of in references:
        if {table, of} <= complete and column in named[table].frame:
            faults += consistency.unknown_labels(named[table], column, _labels(named[of], column), of=of)
    for table in ("sections", "projects", "catchments"):
        if table in complete and "stage" in named[table].frame:
            faults += consistency.unknown_labels(named[table], "stage", stages, of="stages")
    if {"areas", "population"} <= complete:
        areas = named["areas"]
        faults += consistency.labels_without_records(named["population"], "area", _labels(areas, "area"), of=areas)
    return faults


def _labels(table: Named, column: str) -> set[str]:
    return set(table.frame[column].dropna())


def _check_places(named: dict[str, Named], sound: set[str], document: ProjectFile) -> list[Fault]:
    """Report layers that lie far from the small areas."""
    areas = named["areas"].frame
    if "areas" not in sound or not isinstance(areas, gpd.GeoDataFrame):
        return []
    west, south, east, north = areas.to_crs(WGS84).total_bounds
    near = (float(west), float(south), float(east), float(north))
    faults = []
    for name in sorted(sound & {"catchments", "schools", "projects"}):
        table, declared = named[name], document.tables[name].crs if name in document.tables else ""

        def likely(table: Named = table, declared: str = declared) -> str | None:
            if not isinstance(table.frame, gpd.GeoDataFrame) or declared.upper() in OFFSET_DATUMS:
                return None
            layer = table.frame.to_crs(declared) if declared else table.frame
            left, bottom, right, top = layer.total_bounds
            code = likely_crs((left, bottom, right, top), near=near, first=(document.project.crs,))
            return None if code in {declared, WGS84} else code

        faults += consistency.far_away(table, areas, likely=likely)
    return faults


def _check_stage_values(
    stage: str,
    named: dict[str, Named],
    sound: set[str],
    document: ProjectFile,
    standards: _standards.Standards | None,
) -> list[Fault]:
    """Report what the plan of one stage needs to know and cannot find in its sections and projects."""
    faults: list[Fault] = []
    figures = None if standards is None else standards.stages.get(stage)
    sizeless = standards is not None and (figures is None or figures.class_size is None)
    if "sections" in sound:
        rows = _of_stage(named["sections"], stage)
        if rows.frame.empty:
            faults.append(rows.fault(_NO_SECTIONS, column="stage", value=stage))
        elif document.stages[stage].attendance.calibrate is not None:
            faults += consistency.enrolment_to_calibrate(rows, stage=stage)
        if sizeless:
            faults += consistency.only_in_classes(rows, seats="seats", classes="classrooms", label="school")
    if "projects" in sound and sizeless:
        rows = _of_stage(named["projects"], stage)
        faults += consistency.only_in_classes(rows, seats="seats_added", classes="classes_added", label="project")
    return faults


def _check_stage_places(stage: str, named: dict[str, Named], placed: set[str]) -> list[Fault]:
    """Report what does not fit the catchments of one stage."""
    if "catchments" not in placed:
        return []
    catchments = named["catchments"]
    own = _catchments_of(catchments.frame, stage)
    if own.empty:
        return [catchments.fault(_NO_CATCHMENTS, column="stage", value=stage)]
    faults = consistency.overlapping(replace(catchments, frame=own), stage=stage)
    zones = own.drop_duplicates("catchment").set_index("catchment")
    if "sections" in placed:
        rows = _of_stage(named["sections"], stage)
        faults += _check_served(rows, own)
        if "schools" in placed:
            points = named["schools"].frame.drop_duplicates("school").set_index("school")
            faults += consistency.misplaced_sections(rows, points, zones)
    if "projects" in placed:
        rows = _of_stage(named["projects"], stage)
        faults += consistency.projects_outside(rows, zones)
        faults += _of_other_stages(rows, _labels(catchments, "catchment") - set(zones.index), stage)
    return faults


def _of_stage(table: Named, stage: str) -> Named:
    return replace(table, frame=table.frame[table.frame["stage"] == stage])


_NO_SECTIONS = Wording(
    "has no section.",
    "Add the schools that offer it to `sections`, or remove the stage from project.toml.",
    "没有任何学部。",
    "请在 `sections` 表中补充开设该学段的学校,或从 project.toml 中删去该学段。",
)
_NO_CATCHMENTS = Wording(
    "has no catchments.",
    "Add them, or leave the column `stage` empty for catchments that every stage shares.",
    "没有学区。",
    "请补充;各学段共用的学区,“学段”一列留空。",
)


def _of_other_stages(projects: Named, others: set[str], stage: str) -> list[Fault]:
    """Report projects placed in a catchment that their stage does not have."""
    if "catchment" not in projects.frame:
        return []
    wording = Wording(
        f"is no catchment of stage {stage!r}.",
        "Name one of that stage.",
        f"不是学段“{stage}”的学区。",
        "请写该学段的学区。",
    )
    cells = projects.frame["catchment"]
    return [
        projects.fault(wording, row=row, column="catchment", value=label)
        for row, label in cells[cells.isin(list(others))].items()
    ]


def _check_years(document: ProjectFile, population: Named) -> list[Fault]:
    """Report a base year before the count of the population, and a calibration year outside the plan."""
    faults = []
    dates = population.frame["date"].dropna()
    if dates.empty:
        return []
    settings = document.project
    first = first_school_year(dt.date.fromisoformat(dates.iloc[0]), settings.entry_cutoff)
    if settings.base_year < first:
        faults.append(
            Fault(
                file=FILE_NAME,
                column="project.base_year",
                value=str(settings.base_year),
                problem=f"is before {first}, the first school year after the population of {dates.iloc[0]}.",
                remedy="Take an older count, or a later base year.",
                problem_zh=f"早于 {first},即 {dates.iloc[0]} 人口之后的第一个学年。",
                remedy_zh="请改用更早的人口数据,或更晚的基准年。",
            ),
        )
    for name, stage in document.stages.items():
        year = stage.attendance.calibrate
        if year is not None and not first <= year <= settings.horizon:
            faults.append(
                Fault(
                    file=FILE_NAME,
                    column=f"stages.{name}.attendance.calibrate",
                    value=str(year),
                    problem=f"is not within {first} and {settings.horizon}.",
                    remedy="Name the school year of the enrolment.",
                    problem_zh=f"不在 {first} 至 {settings.horizon} 之间。",
                    remedy_zh="请写在校(园)生数所属的学年。",
                ),
            )
    return faults


def _check_served(sections: Named, catchments: gpd.GeoDataFrame) -> list[Fault]:
    """Report declared catchments that do not exist."""
    if "catchment" not in sections.frame:
        return []
    lists = sections.frame["catchment"].map(consistency.split_labels)
    long = lists[lists.map(len) > 0].explode()
    known = set(catchments["catchment"])
    wrong = long[~long.isin(list(known))]
    faults = []
    for row, label in wrong.items():
        school = str(sections.frame.at[row, "school"])
        wording = Wording(
            f"{school} serves a catchment that does not exist.",
            "Correct it, or decide it in project.toml under [[rulings]] with a reason.",
            f"{school} 所服务的学区不存在。",
            "请更正,或在 project.toml 的 [[rulings]] 中写明裁定及理由。",
        )
        faults.append(sections.fault(wording, row=row, column="catchment", value=label))
    return faults


def _catchments_of(layer: gpd.GeoDataFrame, stage: str) -> gpd.GeoDataFrame:
    if "stage" not in layer or layer["stage"].isna().all():
        return layer
    own = layer[layer["stage"] == stage]
    return own if len(own) else layer[layer["stage"].isna()]


def _assemble(
    folder: Path,
    document: ProjectFile,
    standards: _standards.Standards,
    tables: dict[str, Named],
    faults: tuple[Fault, ...],
) -> Project:
    layer = tables["catchments"].frame
    coverages: dict[str, gpd.GeoDataFrame] = {}
    coverage_of: dict[str, str] = {}
    for stage in document.stages:
        shared = "stage" not in layer or not (layer["stage"] == stage).any()
        coverage_of[stage] = ALL_STAGES if shared else stage
        if coverage_of[stage] not in coverages:
            coverages[coverage_of[stage]] = _keyed(_catchments_of(layer, stage), "catchment")
    schools = _keyed(tables["schools"].frame, "school")
    sections = _sections(tables["sections"].frame, schools, coverages, coverage_of)
    stages = [stage.model_copy(update={"id": name}) for name, stage in document.stages.items()]
    dates = tables["population"].frame["date"]
    files = [folder / name for name in (FILE_NAME, document.project.standards)]
    files += [folder / source.file for source in document.tables.values()]
    return Project(
        folder=folder,
        files=tuple(file for file in files if file.is_file()),
        settings=document.project,
        stages=tuple(sorted(stages, key=lambda stage: stage.ages)),
        scenarios=document.scenarios,
        sources=document.sources,
        rulings=document.rulings,
        standards=standards,
        areas=_keyed(tables["areas"].frame, "area"),
        population=_population(tables["population"].frame),
        population_date=dt.date.fromisoformat(dates.iloc[0]),
        coverages=coverages,
        coverage_of=coverage_of,
        schools=schools,
        sections=sections,
        projects=_projects(tables["projects"].frame, schools, sections, coverages, coverage_of),
        faults=faults,
    )


def _keyed(layer: gpd.GeoDataFrame, key: str) -> gpd.GeoDataFrame:
    """Index a layer by its key; a missing name is the key itself, a missing operator is left empty."""
    keyed = layer.set_index(key).sort_index()
    text = pd.DataFrame(keyed).reindex(columns=["name", "operator"]).astype(object)
    labels = pd.Series(keyed.index, index=keyed.index, dtype=object)
    return gpd.GeoDataFrame(
        {"name": text["name"].fillna(labels), "operator": text["operator"].fillna("")},
        geometry=keyed.geometry,
        crs=keyed.crs,
    )


def _population(frame: pd.DataFrame) -> pd.DataFrame:
    """Add up the sexes and spell out the bands."""
    counts = frame.groupby(["area", "age"], sort=True)["count"].sum().to_frame()
    bands = [parse_age(age) or (0, None) for age in counts.index.get_level_values("age")]
    counts["low"] = [low for low, _ in bands]
    counts["high"] = [float("nan") if high is None else float(high) for _, high in bands]
    return counts


def _sections(
    frame: pd.DataFrame,
    schools: gpd.GeoDataFrame,
    coverages: dict[str, gpd.GeoDataFrame],
    coverage_of: dict[str, str],
) -> pd.DataFrame:
    """Index sections by school and stage, and say which catchments each serves."""
    wanted = ["seats", "classrooms", "enrolment", "expandable_classes", "published_utilisation"]
    keyed = frame.set_index(["school", "stage"])
    sections = keyed.reindex(columns=wanted).astype(float)
    declared = keyed["catchment"] if "catchment" in keyed else pd.Series(None, index=keyed.index, dtype=object)
    served = declared.map(consistency.split_labels)
    for stage, coverage in coverage_of.items():
        silent = served.index[(served.index.get_level_values("stage") == stage) & (served.map(len) == 0)]
        points = schools.geometry.reindex(silent.get_level_values("school")).set_axis(silent)
        stands = _standing_in(points, coverages[coverage])
        served.loc[stands.index] = stands.map(lambda label: (label,))
    sections["catchments"] = served
    return sections.sort_index()


def _projects(
    frame: pd.DataFrame,
    schools: gpd.GeoDataFrame,
    sections: pd.DataFrame,
    coverages: dict[str, gpd.GeoDataFrame],
    coverage_of: dict[str, str],
) -> pd.DataFrame:
    """
    Index projects and mark those that are counted: with an opening, a size and a place.

    A project of an existing section is counted where that section serves, one
    that names a catchment there. Else it is counted in the catchment of its
    stage that holds its own point, or the point of the school that it names.
    """
    text = ["name", "stage", "kind", "school", "catchment", "opening", "closing", "status", "note"]
    numbers = ["seats_added", "classes_added"]
    keyed = frame.set_index("project")
    table = pd.DataFrame(keyed.reindex(columns=[*text, *numbers]))
    table[numbers] = table[numbers].astype(float)
    table[text] = table[text].astype(object).where(table[text].notna(), None)
    points = schools.geometry.reindex(table["school"]).set_axis(table.index)
    if isinstance(keyed, gpd.GeoDataFrame):
        points = keyed.geometry.where(keyed.geometry.notna(), points)
    extends = pd.MultiIndex.from_frame(table[["school", "stage"]]).isin(sections.index)
    for stage, coverage in coverage_of.items():
        waiting = table.index[(table["stage"] == stage) & table["catchment"].isna() & ~extends]
        here = _standing_in(points.reindex(waiting), coverages[coverage])
        table.loc[here.index, "catchment"] = here
    place = extends | table["catchment"].notna()
    table["counted"] = table["opening"].notna() & table[numbers].notna().any(axis=1) & place
    return table.sort_index()


def _standing_in(points: gpd.GeoSeries, coverage: gpd.GeoDataFrame) -> pd.Series:
    """Return the catchment that holds each point; on a shared border the one that sorts first, outside none."""
    hit, zone = coverage.sindex.query(points.to_numpy(), predicate="intersects", sort=True)
    stands = pd.Series(coverage.index[zone], index=points.index[hit], dtype=object)
    return stands.groupby(level=list(range(points.index.nlevels))).min()
