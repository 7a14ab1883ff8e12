"""
Checks between the tables of a project: which are made, and of what is sound enough to be compared.

The single checks are in `consistency` (schools and places) and `people`
(children). Labels are compared where tables are complete, values and places
where they have no fault of their own: one mistake is told once. What can be said
of a record by itself is said in tables with faults of other records as well, so
that whoever mends a workbook sees all that is wrong with it at once.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd

from schoolmap.errors import Fault
from schoolmap.errors import Severity
from schoolmap.errors import Wording
from schoolmap.inputs.checks import astray
from schoolmap.inputs.checks import consistency
from schoolmap.inputs.checks import coverages
from schoolmap.inputs.checks import listed_areas
from schoolmap.inputs.checks import outlines
from schoolmap.inputs.checks import people
from schoolmap.inputs.checks import plausibility
from schoolmap.inputs.checks import seat_checks
from schoolmap.inputs.checks import sites
from schoolmap.inputs.checks import ways
from schoolmap.inputs.coordinates import OFFSET_DATUMS
from schoolmap.inputs.coordinates import WGS84
from schoolmap.inputs.coordinates import likely_crs
from schoolmap.inputs.project_file import FILE_NAME
from schoolmap.population.school_years import first_school_year
from schoolmap.tables import TRAVEL_TABLES

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Mapping

    from schoolmap import standards as _standards
    from schoolmap.inputs.checks.named import Named
    from schoolmap.inputs.project_file import PeopleFile
    from schoolmap.inputs.project_file import ProjectFile

_BY_AREA = ("population", "births", "totals", "projection")
"""Tables that hold a record of every small area, if they are by area at all."""
_BY_RECORD = frozenset({"sections", "classes", "flows", "projects", "developments"})
"""Tables of which each record is checked by itself, whatever is wrong with the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table as read, and how far it can be relied on."""

    named: Named
    complete: bool
    """All records and required columns are there: its labels can be compared."""
    sound: bool
    """It has no fault at all: its values and places can be compared."""


def check_between(
    tables: dict[str, Table],
    document: ProjectFile,
    standards: _standards.Standards | None,
    *,
    told: Collection[Fault] = (),
) -> list[Fault]:
    """
    Compare labels of tables that are complete, and values and places of tables that are sound.

    Parameters
    ----------
    tables
        As read.
    document, standards
        The project file and its standards, which may not have been read.
    told
        Faults that are known already, of cells and tables: what stands in such
        a cell is not compared again.
    """
    complete = {name for name, table in tables.items() if table.complete}
    sound = {name for name, table in tables.items() if table.sound}
    named = {name: table.named for name, table in tables.items()}
    cells = {_cell(fault) for fault in told if fault.severity is Severity.ERROR and fault.row is not None}
    faults = [fault for fault in _check_labels(named, complete, document) if _cell(fault) not in cells]
    faults += check_people(tables, document)
    faults += _check_housing(named, sound)
    if "areas" in complete:
        faults += _check_town(document, named["areas"])
        faults += listed_areas.areas_known(named["catchments"], named["areas"]) if "catchments" in complete else []
    if "catchments" not in document.tables:
        faults += _without_catchments(named, complete)
    faults += _check_travel(named, complete, sound, document)
    faults += sites.check_sites(named, complete, sound, document, standards)
    if "population" in sound:
        faults += _check_years(document, named["population"])
    if "sections" in sound:
        faults += consistency.sections_without_seats(named["sections"])
        faults += _check_units(named, sound)
    if "projects" in sound:
        faults += consistency.uncounted_projects(named["projects"])
        faults += consistency.project_dates_and_sizes(named["projects"])
    far = _check_places(named, sound, document)
    astray = {(fault.file, fault.sheet) for fault in far}
    placed = {name for name in sound if (named[name].file, named[name].sheet) not in astray}
    faults += far
    faults += plausibility.check_annual(named, sound, document, standards)
    faults += plausibility.check_codes(named, sound, document)
    layer = named["catchments"].frame if "catchments" in placed else None
    layer = None if layer is None else listed_areas.in_force(layer, document.project.base_year)
    zones = {} if layer is None else {stage: catchments_of(layer, stage) for stage in document.stages}
    labels = {stage: _labels(replace(named["catchments"], frame=own), "catchment") for stage, own in zones.items()}
    faults += seat_checks.check_seats(named, sound, document, standards, zones=labels)
    shifts = plausibility.check_shifts(named, placed, document, zones=zones)
    faults += shifts
    # schools that all lie off are told once, not each for itself
    off = {(fault.file, fault.sheet) for fault in shifts if fault.severity is Severity.ERROR}
    if "schools" in placed and off & {(named["schools"].file, named["schools"].sheet), *named["schools"].origins}:
        placed -= {"schools"}
    for stage in document.stages:
        faults += _check_stage_values(stage, named, sound, document, standards)
        faults += _check_stage_places(stage, named, placed, year=document.project.base_year)
    faults += _check_ends(named, placed, shifts)
    faults += sites.check_site_places(named, placed)
    if zones and "areas" in placed and not any(fault.severity is Severity.ERROR for fault in (*told, *faults)):
        faults += coverages.fitting(named["catchments"], zones.values(), gpd.GeoDataFrame(named["areas"].frame))
    partly = _sound_in_part(tables, told)
    faults += _check_records(named, partly, document, standards, known=sound, placed=placed, zones=labels, told=told)
    return list(dict.fromkeys(faults))


def _cell(fault: Fault) -> tuple[str, str, int | None, str]:
    return (fault.file, fault.sheet, fault.row, fault.column)


def _sound_in_part(tables: Mapping[str, Table], told: Collection[Fault]) -> set[str]:
    """Return tables all of whose errors are of single records: the other records can be checked."""
    whole = {(fault.file, fault.sheet) for fault in told if fault.severity is Severity.ERROR and fault.row is None}
    return {
        name
        for name, table in tables.items()
        if name in _BY_RECORD
        and table.complete
        and not table.sound
        and whole.isdisjoint(table.named.origins or {(table.named.file, table.named.sheet)})
    }


def _check_records(
    named: dict[str, Named],
    partly: set[str],
    document: ProjectFile,
    standards: _standards.Standards | None,
    *,
    known: set[str],
    placed: set[str],
    zones: Mapping[str, Collection[str]],
    told: Collection[Fault],
) -> list[Fault]:
    """
    Report errors of single records in tables where others are at fault.

    Nothing is said of a record with a fault of its own, which may be all that
    is wrong with it, and nothing short of an error: sums and means of a table
    that is not sound say nothing.
    """
    faults = _check_housing(named, partly | (known & {"areas", "yields"}))
    if "sections" in partly:
        faults += consistency.sections_without_seats(named["sections"])
    if "projects" in partly:
        faults += consistency.project_dates_and_sizes(named["projects"])
    for name in sorted(partly & {"sections", "classes"}):
        faults += plausibility.check_annual(named, {name}, document, standards)
    faults += seat_checks.check_seats(named, partly, document, standards, zones=zones)
    for stage in document.stages:
        faults += _check_stage_values(stage, named, partly, document, standards)
        there = (placed & {"catchments"}) | (partly & {"sections", "projects"})
        faults += _check_stage_places(stage, named, there, year=document.project.base_year)
    here = {origin for name in partly for origin in named[name].origins or ((named[name].file, named[name].sheet),)}
    bad = {(fault.file, fault.sheet, fault.row) for fault in told if fault.severity is Severity.ERROR}
    return [
        fault
        for fault in faults
        if fault.severity is Severity.ERROR
        and fault.row is not None
        and (fault.file, fault.sheet) in here
        and (fault.file, fault.sheet, fault.row) not in bad
    ]


def _check_labels(named: dict[str, Named], complete: set[str], document: ProjectFile) -> list[Fault]:
    """Report labels of one table that another one does not have."""
    stages = {name: f"{stage.label['zh']}({name})" for name, stage in document.stages.items()}
    references = [
        ("developments", "area", "areas", "area"),
        ("pupils", "school", "schools", "school"),
        ("schools", "main_school", "schools", "school"),
        ("sections", "school", "schools", "school"),
        ("classes", "school", "schools", "school"),
        ("resources", "school", "schools", "school"),
        ("projects", "school", "schools", "school"),
        ("projects", "catchment", "catchments", "catchment"),
        ("projects", "for_development", "developments", "development"),
        ("flows", "origin", "catchments", "catchment"),
        ("flows", "destination", "catchments", "catchment"),
        ("gates", "school", "schools", "school"),
    ]
    faults = []
    for table, column, of, label in references:
        if {table, of} <= complete and column in named[table].frame:
            faults += consistency.unknown_labels(named[table], column, _labels(named[of], label), of=of)
    for table in ("sections", "projects", "catchments", "resources", "flows"):
        for column in ("stage", "rooms_of"):
            if table in complete and column in named[table].frame:
                faults += consistency.unknown_labels(named[table], column, list(stages), of="stages", names_zh=stages)
    return faults


def _without_catchments(named: Mapping[str, Named], complete: Collection[str]) -> list[Fault]:
    """Report records that name a catchment in a project whose catchments are not given, but made from travel."""
    columns = {
        "sections": ("catchment",),
        "projects": ("catchment",),
        "flows": ("origin", "destination"),
        "projection": ("catchment",),
    }
    faults = []
    for table, names in columns.items():
        for column in names if table in complete else ():
            cells = named[table].frame.get(column, default=None)
            known = None if cells is None else cells.dropna()
            if known is not None and len(known):
                more = len(known) - 1
                wording = Wording(
                    f"names a catchment, but the project has no table `catchments` ({more} more record(s) do).",
                    "Leave the column empty, or add `[tables.catchments]`: without it catchments are made from travel.",
                    f"写了学区,但项目没有 `catchments` 表(另有 {more} 条记录)。",
                    "请将该列留空,或增加 `[tables.catchments]`;没有该表时,学区按上学路程划定。",
                )
                faults.append(named[table].fault(wording, row=known.index[0], column=column, value=known.iloc[0]))
    return faults


def _check_travel(
    named: Mapping[str, Named], complete: Collection[str], sound: Collection[str], document: ProjectFile
) -> list[Fault]:
    """Report what `[travel]` says and the roads and dwellings do not bear out."""
    settings = document.travel
    faults = ways.dwellings_there(settings, declared="dwellings" in document.tables)
    if "dwellings" in sound:
        faults += ways.weights_whole(named["dwellings"])
        faults += ways.dwellings_in_polygons(named["dwellings"], named["areas"]) if "areas" in sound else []
    if "roads" not in document.tables:
        return faults + ways.classes_known(settings, None) + ways.used_without_roads(settings, document.tables)
    if "roads" in complete:
        faults += ways.classes_known(settings, named["roads"])
    if "roads" in sound and settings.rural_by == "drive":
        faults += ways.speeds_known(settings, named["roads"])
    return faults


def _check_ends(named: Mapping[str, Named], placed: Collection[str], shifts: Collection[Fault]) -> list[Fault]:
    """Report gates far from their school, unless all of them are shifted, and dwellings in no small area."""
    faults: list[Fault] = []
    if {"gates", "schools"} <= set(placed):
        gates = named["gates"]
        if not any(fault.file == gates.file and fault.row is None for fault in shifts):
            faults += ways.gates_near_schools(gates, named["schools"])
    if {"dwellings", "areas"} <= set(placed) and isinstance(named["areas"].frame, gpd.GeoDataFrame):
        faults += ways.dwellings_outside(named["dwellings"], named["areas"].frame)
    return faults


def _check_units(named: Mapping[str, Named], sound: Collection[str]) -> list[Fault]:
    """Report tables of people that are so small beside the pupils of the schools that they must be in thousands."""
    sections = named["sections"]
    if "enrolment" not in sections.frame:
        return []
    pupils, of = float(sections.frame["enrolment"].sum()), sections.called
    compared = {
        "population": people.count_against_pupils,
        "totals": people.count_against_pupils,
        "births": people.births_against_pupils,
        "projection": people.projection_against_pupils,
    }
    return [fault for name, check in compared.items() if name in sound for fault in check(named[name], pupils, of=of)]


def check_people(tables: Mapping[str, Table], document: PeopleFile) -> list[Fault]:
    """
    Compare the tables of people with each other, and with areas, catchments and stages where these are there.

    Without a table `areas`, the areas of the first table that names any are those of all.
    """
    complete = {name: table.named for name, table in tables.items() if table.complete}
    sound = {name: complete[name] for name, table in tables.items() if table.sound}
    faults: list[Fault] = []
    by_area = [name for name in _BY_AREA if name in complete and "area" in complete[name].frame]
    declared = set(document.tables)
    # areas that could not be read have been reported; no other table stands in for them
    first = "areas" if "areas" in declared & set(tables) else next(iter(by_area), "")
    areas = _labels(complete[first], "area") if first in complete else None
    for name in by_area:
        if areas and name != first and complete[name].frame["area"].notna().any():
            faults += consistency.unknown_labels(complete[name], "area", areas, of=first)
            faults += consistency.labels_without_records(complete[name], "area", areas, of=complete[first])
    oldest = max(stage.ages[1] for stage in document.stages.values())
    if "population" in sound:
        # births are levelled on the ages 0 to 2
        faults += _check_counts(sound, document, oldest=max(oldest, 2))
    if "births" in sound:
        faults += people.years_without_gap(sound["births"], ["area"])
        faults += people.births_whole(sound["births"])
    if "totals" in sound:
        faults += consistency.dates_complete(sound["totals"]) or people.in_persons(sound["totals"])
    if "structure" in sound:
        faults += consistency.age_bands(sound["structure"], oldest=oldest)
    if "pupils" in sound:
        faults += people.pupils_whole(sound["pupils"])
    if "marriages" in sound:
        faults += people.years_without_gap(sound["marriages"])
    if "projection" in sound:
        faults += _check_projection(sound, document, areas)
    return faults


def _check_counts(sound: Mapping[str, Named], document: PeopleFile, *, oldest: int) -> list[Fault]:
    population = sound["population"]
    faults = [
        *consistency.age_bands(population, oldest=oldest),
        *(consistency.dates_complete(population) or people.in_persons(population)),
        *people.years_between_counts(population),
    ]
    if "births" in sound:
        faults += people.count_against_births(population, sound["births"])
    if "pupils" in sound:
        pupils = sound["pupils"].frame
        latest = float(pupils.loc[pupils["year"] == pupils["year"].max(), "pupils"].sum())
        faults += people.count_against_pupils(population, latest, of=sound["pupils"].called)
    dates = population.frame["date"].dropna().unique()
    if document.population.method == "C" and len(dates) == 1:
        wording = Wording(
            f"is a method that needs counts of two dates; {population.called} has {dates[0]} only.",
            'Add an older count, or write `method = "auto"`.',
            f"这一方法需要两个时点的人口,而 {population.called} 只有 {dates[0]}。",
            '请补充更早的人口,或写 `method = "auto"`。',
        )
        faults.append(Fault(file=FILE_NAME, column="population.method", value="C", **wording._asdict()))
    return faults


def _check_projection(sound: Mapping[str, Named], document: PeopleFile, areas: set[str] | None) -> list[Fault]:
    projection = sound["projection"]
    faults = people.projection_units(projection)
    if faults:
        return faults
    unit = people.projection_unit(projection.frame)
    by_stage = people.projection_by_stage(projection.frame)
    own = _labels(projection, unit)
    units: dict[str, Collection[str]] = dict.fromkeys(document.stages, own)
    if unit == "area" and areas:
        units = dict.fromkeys(document.stages, areas & own)
    if unit == "catchment" and "catchments" in sound:
        layer = sound["catchments"].frame
        units = {stage: set(catchments_of(layer, stage)["catchment"]) for stage in document.stages}
        faults += consistency.unknown_labels(projection, "catchment", set(layer["catchment"]), of="catchments")
    if by_stage:
        faults += consistency.unknown_labels(projection, "stage", set(document.stages), of="stages")
    faults += people.years_without_gap(projection, [unit, "stage" if by_stage else "age"])
    ages = {name: stage.ages for name, stage in document.stages.items()}
    faults += people.projection_ages(projection, ages=ages, units=units)
    # another method may take over where the projection ends, unless it alone is wanted
    severity = Severity.ERROR if document.population.method == "P" else Severity.WARNING
    first, last = document.project.base_year, document.project.horizon
    return faults + people.projection_years(projection, first=first, last=last, severity=severity)


def _check_housing(named: Mapping[str, Named], sound: set[str]) -> list[Fault]:
    """Report what is wrong with developments, the children they yield, and moves to the town."""
    faults: list[Fault] = []
    if "yields" in sound:
        faults += people.yields_whole(named["yields"])
    if {"developments", "yields"} <= sound:
        faults += people.types_with_yields(named["developments"], named["yields"])
    if {"developments", "areas"} <= sound:
        areas = named["areas"].frame
        if isinstance(areas, gpd.GeoDataFrame):
            faults += people.developments_placed(named["developments"], areas)
    if "migration" in sound:
        faults += people.migration_ages(named["migration"])
    return faults


def _check_town(document: PeopleFile, areas: Named) -> list[Fault]:
    """Report parts of the county town that are neither an area nor a class of areas."""
    known = _labels(areas, "area")
    classes = _labels(areas, "urban_rural") if "urban_rural" in areas.frame else set()
    wording = Wording(
        f"is neither an area of {areas.called} nor one of its classes `urban_rural`.",
        f"Classes are: {consistency.first_few(sorted(classes)) or 'none'}; areas are e.g. "
        f"{consistency.first_few(sorted(known))}.",
        f"既不是 {areas.called} 的小区域,也不是其中的城乡类型。",
        f"城乡类型:{consistency.first_few(sorted(classes)) or '无'};小区域如 {consistency.first_few(sorted(known))}。",
    )
    return [
        Fault(file=FILE_NAME, column="population.town", value=item, **wording._asdict())
        for item in document.population.town
        if item not in known | classes
    ]


def _labels(table: Named, column: str) -> set[str]:
    return set(table.frame[column].dropna())


def _check_places(named: dict[str, Named], sound: set[str], document: ProjectFile) -> list[Fault]:
    """Report layers that lie far from the small areas."""
    areas = named["areas"].frame
    if "areas" not in sound or not isinstance(areas, gpd.GeoDataFrame):
        return []
    west, south, east, north = areas.to_crs(WGS84).total_bounds
    near = (float(west), float(south), float(east), float(north))
    faults = astray.outside_crs(document.project.crs, areas) + astray.stray_areas(named["areas"])
    if faults:
        return faults
    for name in sorted(sound & {"catchments", "schools", "projects", "developments", "sites", *TRAVEL_TABLES}):
        table, declared = named[name], document.tables[name].crs if name in document.tables else ""

        def likely(table: Named = table, declared: str = declared) -> str | None:
            if not isinstance(table.frame, gpd.GeoDataFrame) or declared.upper() in OFFSET_DATUMS:
                return None
            layer = table.frame.to_crs(declared) if declared else table.frame
            left, bottom, right, top = layer.total_bounds
            code = likely_crs((left, bottom, right, top), near=near, first=(document.project.crs,))
            return None if code in {declared, WGS84} else code

        found = consistency.far_away(table, areas, likely=likely)
        if found and table.file.lower().endswith((".pbf", ".osm")):
            faults += [replace(fault, remedy=_OTHER_PLACE, remedy_zh=_OTHER_PLACE_ZH) for fault in found]
            continue
        if not found:
            faults += astray.stray_records(table, areas)
        faults += outlines.with_constant(found, table, areas, declared=declared, likely=likely)
        if name in TRAVEL_TABLES and not found:
            faults += ways.strays(table, areas)
    return faults


_OTHER_PLACE = "It is of another place: take the extract that holds the planning area."
_OTHER_PLACE_ZH = "该数据属于其他地区:请换用包含规划范围的数据。"


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


def _check_stage_places(stage: str, named: dict[str, Named], placed: set[str], *, year: int) -> list[Fault]:
    """Report what does not fit the catchments of one stage; places are those of the boundaries of the base year."""
    if "catchments" not in placed:
        return []
    catchments = named["catchments"]
    own = catchments_of(catchments.frame, stage)
    if own.empty:
        return [catchments.fault(_NO_CATCHMENTS, column="stage", value=stage)]
    faults: list[Fault] = []
    for first in listed_areas.first_years(own):
        here = replace(catchments, frame=listed_areas.in_force(own, first))
        faults += [fault for fault in consistency.overlapping(here, stage=stage) if fault not in faults]
    now = listed_areas.in_force(own, year)
    if now.empty:
        return [*faults, catchments.fault(_NONE_IN_FORCE, column="valid_from", value=stage)]
    zones = now.drop_duplicates("catchment").set_index("catchment")
    if "sections" in placed:
        rows = _of_stage(named["sections"], stage)
        faults += _check_served(rows, own)
        if "schools" in placed:
            points = named["schools"].frame.drop_duplicates("school").set_index("school")
            faults += consistency.misplaced_sections(rows, points, zones)
    if "projects" in placed:
        rows = _of_stage(named["projects"], stage)
        faults += consistency.projects_outside(rows, zones)
        faults += _of_other_stages(rows, _labels(catchments, "catchment") - set(own["catchment"]), stage)
    return faults


def _of_stage(table: Named, stage: str) -> Named:
    return replace(table, frame=table.frame[table.frame["stage"] == stage])


_NO_SECTIONS = Wording(
    "has no section.",
    "Add the schools that offer it to `sections`, or remove the stage from project.toml.",
    "没有任何学部。",
    "请在 `sections` 表中补充开设该学段的学校,或从 project.toml 中删去该学段。",
)
_NONE_IN_FORCE = Wording(
    "has no catchment that holds in the base year.",
    "Give the boundaries of the base year as well; leave `valid_from` empty where they have always held.",
    "在基准年没有生效的学区。",
    "请补充基准年的学区;一直有效的,“生效学年”留空。",
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
    latest = str(dates.max())
    first = first_school_year(dt.date.fromisoformat(latest), settings.entry_cutoff)
    if settings.base_year < first:
        faults.append(
            Fault(
                file=FILE_NAME,
                column="project.base_year",
                value=str(settings.base_year),
                problem=f"is before {first}, the first school year after the population of {latest}.",
                remedy="Take an older count, or a later base year.",
                problem_zh=f"早于 {first},即 {latest} 人口之后的第一个学年。",
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
        likely, likely_zh = consistency.likely_label(str(label), known)
        wording = Wording(
            f"{school} serves a catchment that does not exist.",
            f"{likely}Correct it, or decide it in project.toml under [[rulings]] with a reason.",
            f"{school} 所服务的学区不存在。",
            f"{likely_zh}请更正,或在 project.toml 的 [[rulings]] 中写明裁定及理由。",
        )
        faults.append(sections.fault(wording, row=row, column="catchment", value=label))
    return faults


def catchments_of(layer: gpd.GeoDataFrame, stage: str) -> gpd.GeoDataFrame:
    """Return the catchments of a stage: its own, else those that declare no stage."""
    if "stage" not in layer or layer["stage"].isna().all():
        return layer
    own = layer[layer["stage"] == stage]
    return own if len(own) else layer[layer["stage"].isna()]
