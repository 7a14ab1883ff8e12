"""
A project folder, read and checked as a whole: `project.toml` and its tables -> `Project`.

`inspect_folder` finds every fault it can in one go: of the project file, of
each table, and between tables. Nothing is repaired. What a person has decided
stands in the project file as a ruling, with a reason, and is reported as such.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from schoolmap import standards as _standards
from schoolmap.errors import Fault
from schoolmap.errors import InputError
from schoolmap.errors import Severity
from schoolmap.errors import row_number
from schoolmap.inputs import consistency
from schoolmap.inputs.consistency import Named
from schoolmap.inputs.coordinates import WGS84
from schoolmap.inputs.project_file import FILE_NAME
from schoolmap.inputs.project_file import ProjectFile
from schoolmap.inputs.project_file import Ruling
from schoolmap.inputs.project_file import Scenario
from schoolmap.inputs.project_file import Settings
from schoolmap.inputs.project_file import Source
from schoolmap.inputs.project_file import Stage
from schoolmap.inputs.project_file import read_project_file
from schoolmap.inputs.readers import read_table
from schoolmap.population.school_years import first_school_year
from schoolmap.tables import CONTRACTS
from schoolmap.tables import parse_age

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from schoolmap.inputs.coordinates import Bounds

ALL_STAGES = "all"
"""Name of the coverage of catchments that declare no stage."""


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
    """

    folder: Path
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
    faults = [*standard_faults, *table_faults, *ruled]
    progress("checks between tables")
    unreadable = {fault.file for fault in table_faults if fault.severity is Severity.ERROR}
    if not unreadable & {tables[name].file for name in tables}:
        faults += _check_between(tables, document)
    if standards is None or any(fault.severity is Severity.ERROR for fault in faults):
        return None, tuple(faults)
    return _assemble(folder, document, standards, tables, tuple(faults)), tuple(faults)


def _read_standards(document: ProjectFile, folder: Path) -> tuple[_standards.Standards | None, list[Fault]]:
    name = document.project.standards
    known = _standards.shipped()
    if name not in known and (".." in name or name.startswith("/") or not (folder / name).is_file()):
        remedy = f"Shipped are: {', '.join(known)}; or give a TOML file in the project folder."
        problem = "is neither a shipped standard nor a file of the project."
        return None, [
            Fault(
                file=FILE_NAME,
                column="project.standards",
                value=name,
                problem=problem,
                remedy=remedy,
            )
        ]
    try:
        return _standards.load(name if name in known else folder / name), []
    except ValueError as error:
        return None, [Fault(file=name, problem=str(error), remedy="See schoolmap/standards/china.toml.")]


def _read_tables(
    document: ProjectFile,
    folder: Path,
    progress: Callable[[str], None],
) -> tuple[dict[str, Named], list[Fault]]:
    """Read every declared table; layers that were read help to name the CRS of those that were not."""
    tables: dict[str, Named] = {}
    faults: list[Fault] = []
    near: Bounds | None = None
    # layers that state their CRS come first, so that they can help with the others
    names = sorted(document.tables, key=lambda name: (name == "catchments", name))
    for name in names:
        source = document.tables[name]
        progress(source.file.name)
        read = read_table(source, CONTRACTS[name], folder=folder, near=near, prefer=(document.project.crs,))
        frame = read.frame
        if isinstance(frame, gpd.GeoDataFrame) and frame.crs is not None and not frame.empty:
            near = _widen(near, tuple(frame.to_crs(WGS84).total_bounds))
            frame = frame.to_crs(document.project.crs)
        tables[name] = Named(file=str(source.file), frame=frame)
        faults += read.faults
    if "projects" not in tables:
        empty = pd.DataFrame({column: pd.Series(dtype=object) for column in CONTRACTS["projects"].columns})
        tables["projects"] = Named(file="projects", frame=empty)
    return tables, faults


def _widen(near: Bounds | None, bounds: Bounds) -> Bounds:
    if near is None:
        return bounds
    return (
        min(near[0], bounds[0]),
        min(near[1], bounds[1]),
        max(near[2], bounds[2]),
        max(near[3], bounds[3]),
    )


def _apply_rulings(
    tables: dict[str, Named],
    rulings: tuple[Ruling, ...],
) -> tuple[dict[str, Named], list[Fault]]:
    """Put decided values in place of those of the file, on a copy, and report each."""
    tables, faults = dict(tables), []
    for ruling in rulings:
        named, key = tables.get(ruling.table), CONTRACTS[ruling.table].key[: len(ruling.key)]
        if named is None or not {*key, ruling.column} <= set(named.frame.columns):
            faults.append(_bad_ruling(ruling, "names a table or column that is not there."))
            continue
        frame = named.frame
        rows = frame.index[(frame[list(key)].astype(str) == list(ruling.key)).all(axis=1)]
        if len(rows) != 1:
            faults.append(_bad_ruling(ruling, f"fits {len(rows)} record(s), not one."))
            continue
        was = frame.at[rows[0], ruling.column]
        frame = frame.copy()
        frame[ruling.column] = frame[ruling.column].astype(object)
        number = CONTRACTS[ruling.table].columns[ruling.column].kind in {"count", "change"}
        frame.loc[rows[0], ruling.column] = float(ruling.value) if number else ruling.value
        if number:
            frame[ruling.column] = frame[ruling.column].astype(float)
        tables[ruling.table] = Named(file=named.file, frame=frame)
        faults.append(
            Fault(
                file=named.file,
                row=row_number(rows[0]),
                column=ruling.column,
                value="" if was is None else str(was),
                problem=f"{', '.join(ruling.key)}: ruled to be {ruling.value!r} by project.toml.",
                remedy=ruling.reason["en"],
                severity=Severity.RULING,
            ),
        )
    return tables, faults


def _bad_ruling(ruling: Ruling, problem: str) -> Fault:
    value = f"{ruling.table} {', '.join(ruling.key)}"
    return Fault(
        file=FILE_NAME,
        column="rulings",
        value=value,
        problem=problem,
        remedy="Correct or remove it.",
    )


def _check_between(tables: dict[str, Named], document: ProjectFile) -> list[Fault]:
    areas, population = tables["areas"], tables["population"]
    schools, sections, projects = tables["schools"], tables["sections"], tables["projects"]
    catchments, stages = tables["catchments"], document.stages
    known_areas, known_schools = set(areas.frame["area"]), set(schools.frame["school"])
    faults = [
        *consistency.unknown_labels(population, "area", known_areas, of="areas"),
        *consistency.labels_without_records(population, "area", known_areas, of=areas),
        *consistency.one_date(population),
        *consistency.age_bands(population, oldest=max(stage.ages[1] for stage in stages.values())),
        *consistency.unknown_labels(sections, "school", known_schools, of="schools"),
        *consistency.unknown_labels(sections, "stage", set(stages), of="stages"),
        *consistency.sections_without_seats(sections),
        *consistency.unknown_labels(projects, "stage", set(stages), of="stages"),
        *consistency.uncounted_projects(projects),
        *_check_years(document, population),
    ]
    for column, known in (
        ("school", known_schools),
        ("catchment", set(catchments.frame["catchment"])),
    ):
        if column in projects.frame:
            faults += consistency.unknown_labels(projects, column, known, of=f"{column}s")
    if "stage" in catchments.frame:
        faults += consistency.unknown_labels(catchments, "stage", set(stages), of="stages")
    indexed = schools.frame.drop_duplicates("school").set_index("school")
    for stage in stages:
        own = _catchments_of(catchments.frame, stage)
        if own.empty:
            remedy = "Add them, or leave the column `stage` empty for catchments that every stage shares."
            faults.append(Fault(file=catchments.file, value=stage, problem="has no catchments.", remedy=remedy))
            continue
        faults += consistency.overlapping(Named(file=catchments.file, frame=own), stage=stage)
        rows = sections.frame[sections.frame["stage"] == stage]
        part = Named(file=sections.file, frame=rows)
        faults += _check_served(part, own)
        faults += consistency.misplaced_sections(part, indexed, own.drop_duplicates("catchment").set_index("catchment"))
    return list(dict.fromkeys(faults))


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
    return [
        Fault(
            file=sections.file,
            row=row_number(row),
            column="catchment",
            value=str(label),
            problem=f"{sections.frame.at[row, 'school']!s} serves a catchment that does not exist.",
            remedy="Correct it, or decide it in project.toml under [[rulings]] with a reason.",
        )
        for row, label in wrong.items()
    ]


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
    stages = [stage.model_copy(update={"id": name}) for name, stage in document.stages.items()]
    dates = tables["population"].frame["date"]
    return Project(
        folder=folder,
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
        sections=_sections(tables["sections"].frame, schools, coverages, coverage_of),
        projects=_projects(tables["projects"].frame),
        faults=faults,
    )


def _keyed(layer: gpd.GeoDataFrame, key: str) -> gpd.GeoDataFrame:
    """Index a layer by its key; a missing name is the key itself."""
    keyed = layer.set_index(key).sort_index()
    names = keyed["name"] if "name" in keyed else pd.Series(None, index=keyed.index, dtype=object)
    operator = {"operator": keyed["operator"].fillna("")} if "operator" in keyed else {}
    return gpd.GeoDataFrame(
        {"name": names.fillna(pd.Series(keyed.index, index=keyed.index)), **operator},
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
        layer, names = coverages[coverage], silent.get_level_values("school")
        hit, zone = layer.sindex.query(schools.geometry.reindex(names).to_numpy(), predicate="intersects", sort=True)
        # on a shared border the catchment that sorts first has the school
        stands = pd.Series(layer.index[zone], index=silent[hit], dtype=object).groupby(level=[0, 1]).min()
        served.loc[stands.index] = stands.map(lambda label: (label,))
    sections["catchments"] = served
    return sections.sort_index()


def _projects(frame: pd.DataFrame) -> pd.DataFrame:
    """Index projects and mark those that are counted: with an opening, a size and a place."""
    text = ["name", "stage", "kind", "school", "catchment", "opening", "closing", "status", "note"]
    numbers = ["seats_added", "classes_added"]
    table = pd.DataFrame(frame.set_index("project").reindex(columns=[*text, *numbers]))
    table[numbers] = table[numbers].astype(float)
    table[text] = table[text].astype(object).where(table[text].notna(), None)
    place = table["school"].notna() | table["catchment"].notna()
    table["counted"] = table["opening"].notna() & table[numbers].notna().any(axis=1) & place
    return table.sort_index()
