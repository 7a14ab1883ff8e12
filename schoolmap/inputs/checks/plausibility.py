"""
Checks of the annual return, of codes and of shifted layers: which are made, and of what is sound enough for them.

The single checks are in `annual_checks`, `annual_classes`, `annual_schools`,
`codes`, `shifted` and `outlines`. Those that rest on how China counts and maps
are made only where codes look Chinese or areas lie in China.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from schoolmap.errors import Severity
from schoolmap.inputs.checks import annual_checks
from schoolmap.inputs.checks import annual_classes
from schoolmap.inputs.checks import annual_schools
from schoolmap.inputs.checks import codes
from schoolmap.inputs.checks import outlines
from schoolmap.inputs.checks import shifted
from schoolmap.inputs.checks.mixups import lies_in_china
from schoolmap.inputs.checks.named import Named
from schoolmap.inputs.files.origins import ROWS_APART
from schoolmap.tables import grades_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Mapping

    from schoolmap import standards as _standards
    from schoolmap.errors import Fault
    from schoolmap.inputs.project_file import ProjectFile

_AT_ITS_SCHOOL = ("expand", "attach", "convert", "handover", "temporary", "improve", "demolish")
"""Kinds of project that are built where the school stands that they name."""


def check_annual(
    named: Mapping[str, Named],
    sound: Collection[str],
    document: ProjectFile,
    standards: _standards.Standards | None,
) -> list[Fault]:
    """Report what cannot be in the annual return: in schools, sections, classes, resources and pupils."""
    faults: list[Fault] = []
    ages = {stage: settings.ages for stage, settings in document.stages.items()}
    heads, tracks = _limits(standards, document, "most_heads"), _limits(standards, document, "most_tracks")
    if "schools" in sound:
        faults += annual_schools.owners_agree(named["schools"])
        layer = named["schools"].frame
        # the return forbids it; elsewhere several schools are in one house
        if isinstance(layer, gpd.GeoDataFrame) and lies_in_china(layer):
            faults += annual_schools.same_points(named["schools"])
    if "classes" in sound:
        faults += annual_classes.class_records(named["classes"], ages=ages, most_heads=heads, most_tracks=tracks)
    if "sections" in sound:
        sections = named["sections"]
        faults += _check_sections(sections, named.get("pupils") if "pupils" in sound else None, document, heads, tracks)
        if "classes" in sound:
            faults += annual_classes.classes_against_sections(named["classes"], sections, ages=ages)
        if "schools" in sound:
            faults += annual_schools.premises_plausible(named["schools"], sections)
        if "resources" in sound:
            faults += annual_schools.resources_plausible(named["resources"], sections)
    if {"resources", "schools"} <= set(sound):
        faults += annual_schools.teaching_in_building(named["resources"], named["schools"])
    return faults


def _check_sections(
    sections: Named,
    pupils: Named | None,
    document: ProjectFile,
    heads: Mapping[str, float | None],
    tracks: Mapping[str, float | None],
) -> list[Fault]:
    """Report what cannot be within the table of sections, and beside the pupils by grade of the year it is of."""
    faults: list[Fault] = []
    for stage, settings in document.stages.items():
        rows = replace(sections, frame=sections.frame[sections.frame["stage"] == stage])
        grades, year = grades_of(settings.ages), settings.attendance.calibrate
        # attendance rests on the enrolment only where it is calibrated
        severity = Severity.WARNING if year is None else Severity.ERROR
        faults += annual_checks.outside_grades(rows, stage=stage, grades=grades, severity=severity)
        faults += annual_checks.grade_sums(rows, grades=grades, severity=severity)
        faults += annual_checks.entry_and_leaving(rows, grades=grades)
        faults += annual_classes.class_counts(rows, grades=grades, most_heads=heads[stage], most_tracks=tracks[stage])
        if pupils is not None and year is not None:
            faults += annual_classes.pupils_against_enrolment(pupils, rows, grades=grades, year=year)
    faults += annual_checks.parts_of_wholes(sections)
    faults += annual_checks.schools_without_teachers(sections)
    return faults + annual_classes.borrowed_rooms(sections)


def _limits(standards: _standards.Standards | None, document: ProjectFile, name: str) -> dict[str, float | None]:
    """Return a figure of the standards for each stage; nothing where they do not say."""
    stages = {} if standards is None else standards.stages
    figures = {stage: getattr(stages.get(stage), name, None) for stage in document.stages}
    return {stage: None if figure is None else float(figure.value) for stage, figure in figures.items()}


def check_codes(named: Mapping[str, Named], sound: Collection[str], document: ProjectFile) -> list[Fault]:
    """Warn of codes that do not fit where the others do: of schools, types, divisions, town and country."""
    faults: list[Fault] = []
    sound = set(sound)
    if "areas" in sound:
        faults += codes.division_codes(named["areas"]) + codes.urban_rural_known(named["areas"])
    if "schools" in sound:
        schools = named["schools"]
        faults += codes.school_codes(schools) + codes.types_known(schools) + codes.urban_rural_known(schools)
    if {"areas", "schools"} <= sound:
        faults += codes.province_of_schools(named["schools"], named["areas"])
    if {"schools", "sections"} <= sound:
        ages = {stage: settings.ages for stage, settings in document.stages.items()}
        faults += codes.types_against_sections(named["schools"], named["sections"], ages=ages)
    return faults


def check_shifts(
    named: Mapping[str, Named],
    placed: Collection[str],
    document: ProjectFile,
    *,
    zones: Mapping[str, gpd.GeoDataFrame],
) -> list[Fault]:
    """
    Report layers that lie at a common offset from another one, and schools outside the township they name.

    Parameters
    ----------
    named, placed
        Tables, and which of them lie where they can be compared.
    document
        Says of which CRS or datum each is.
    zones
        Catchments of each stage; none where there are no catchments.
    """
    placed = set(placed)
    if "areas" not in placed or not isinstance(named["areas"].frame, gpd.GeoDataFrame):
        return []
    areas, in_china = named["areas"], lies_in_china(named["areas"].frame)
    of_areas = document.tables["areas"].crs if "areas" in document.tables else ""
    faults: list[Fault] = []
    for schools, declared in _sources("schools", named, placed, document):
        faults += _check_townships(schools, areas, declared, of_areas, in_china=in_china)
        # a wrong datum is told once: it moves schools out of townships and catchments alike
        if in_china and "catchments" in placed and "sections" in placed and not _shifts(faults, schools):
            faults += _check_served(schools, named, zones, declared, document)
    for sites, declared in _sources("sites", named, placed, document):
        faults += _check_townships(sites, areas, declared, of_areas, in_china=in_china, label="site")
    for catchments, declared in _sources("catchments", named, placed, document):
        layer, other = gpd.GeoDataFrame(catchments.frame), gpd.GeoDataFrame(areas.frame)
        offset = outlines.common_offset(layer, other, declared=declared, of_other=of_areas, in_china=in_china)
        faults += [] if offset is None else [outlines.offset_fault(catchments, offset, other=areas)]
    for gates, declared in _sources("gates", named, placed, document):
        for schools, of_schools in _sources("schools", named, placed, document):
            offset = outlines.paired_offset(
                gates, schools, by="school", declared=declared, of_other=of_schools, in_china=in_china
            )
            faults += [] if offset is None else [outlines.offset_fault(gates, offset, other=schools)]
    for projects, declared in _sources("projects", named, placed, document):
        here = replace(projects, frame=projects.frame[projects.frame["kind"].isin(_AT_ITS_SCHOOL)])
        for schools, of_schools in _sources("schools", named, placed, document):
            offset = outlines.paired_offset(
                here, schools, by="school", declared=declared, of_other=of_schools, in_china=in_china
            )
            faults += [] if offset is None else [outlines.offset_fault(projects, offset, other=schools)]
    return faults


def _sources(
    table: str, named: Mapping[str, Named], placed: set[str], document: ProjectFile
) -> list[tuple[Named, str]]:
    """Return each file or sheet of a table by itself, and the CRS or datum that it is declared to have."""
    if table not in placed:
        return []
    whole, source = named[table], document.tables.get(table)
    if source is None or len(whole.origins) < 2:
        return [(whole, "" if source is None else source.crs)]
    number = whole.frame.index // ROWS_APART
    return [
        (
            Named(
                file=origin.file,
                sheet=origin.sheet,
                frame=whole.frame[number == place].rename(index=lambda row: row % ROWS_APART),
                headers=whole.headers_of[place] if whole.headers_of else whole.headers,
            ),
            part.crs,
        )
        for place, (origin, part) in enumerate(zip(whole.origins, source.parts, strict=True))
    ]


def _shifts(faults: list[Fault], table: Named) -> bool:
    return any((fault.file, fault.sheet, fault.row) == (table.file, table.sheet, None) for fault in faults)


def _check_townships(
    schools: Named, areas: Named, declared: str, of_areas: str, *, in_china: bool, label: str = "school"
) -> list[Fault]:
    """Compare schools, or plots, with the townships that they name."""
    here = shifted.in_townships(schools, areas)
    if here is None:
        return []
    shift = shifted.common_shift(here, declared=declared, of_polygons=of_areas) if in_china else None
    if shift is None:
        return shifted.standing_outside(schools, here, explained=pd.Index([]), label=label)
    told = shifted.shift_fault(schools, shift, polygons=areas, what=("the township they name", "所填乡镇"))
    return [told, *shifted.standing_outside(schools, here, explained=shift.explained, label=label)]


def _check_served(
    schools: Named,
    named: Mapping[str, Named],
    zones: Mapping[str, gpd.GeoDataFrame],
    declared: str,
    document: ProjectFile,
) -> list[Fault]:
    """Compare schools with the catchments that they serve; of several stages, the clearest is told."""
    sections, catchments = named["sections"], named["catchments"]
    sources = document.tables["catchments"].parts if "catchments" in document.tables else ()
    found: list[tuple[float, Fault]] = []
    for stage, own in zones.items():
        rows = replace(sections, frame=sections.frame[sections.frame["stage"] == stage])
        polygons = replace(catchments, frame=own)
        served = shifted.in_catchments(schools, rows, polygons)
        if served is None:
            continue
        # stages may have files of their own
        origin = int(own.index[0]) // ROWS_APART
        shift = shifted.common_shift(
            served, declared=declared, of_polygons=sources[origin].crs if origin < len(sources) else ""
        )
        if shift is not None:
            what = ("the catchment they serve", "所服务的学区")
            found.append((shift.chance, shifted.shift_fault(schools, shift, polygons=polygons, what=what)))
    return [min(found, key=lambda one: one[0])[1]] if found else []
