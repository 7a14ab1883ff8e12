"""
Checks of the plots where schools could be built, and of what `[siting]` says.

What only makes a plot useless is a notice or a warning: the plan is the same
without it, and whoever listed it must know why nothing is proposed there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from schoolmap.errors import Fault
from schoolmap.errors import Severity
from schoolmap.errors import Wording
from schoolmap.inputs.checks.consistency import first_few
from schoolmap.inputs.project_file import EVERY_YEAR
from schoolmap.inputs.project_file import FILE_NAME
from schoolmap.inputs.siting import siting_of
from schoolmap.inputs.siting import stages_listed

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Mapping

    from schoolmap import standards as _standards
    from schoolmap.inputs.checks.named import Named
    from schoolmap.inputs.project_file import ProjectFile

_AT_SCHOOL_M = 50.0
"""Assumption: a plot whose edge or point is this near to a school's point is that school's."""
_SAME_PLACE_M = 1.0
"""Points nearer than this are one place."""


def stages_known(sites: Named, stages: Collection[str]) -> list[Fault]:
    """Report stages that a plot allows and the project does not plan."""
    if "stages" not in sites.frame:
        return []
    faults = []
    wording = Wording(
        "allows a stage that is not planned.",
        f"Stages are: {', '.join(stages)}; leave the cell empty for all of them.",
        "所列学段不在本项目内。",
        f"学段有:{'、'.join(stages)};各学段均可的留空。",
    )
    for row, cell in sites.frame["stages"].items():
        faults += [
            sites.fault(wording, row=row, column="stages", value=name)
            for name in stages_listed(cell)
            if name not in stages
        ]
    return faults


def sizes_in_order(sites: Named) -> list[Fault]:
    """Report plots that must hold more classes than they take, or take none."""
    frame = sites.frame.reindex(columns=["site", "min_classes", "max_classes"])
    turned = frame["min_classes"] > frame["max_classes"]
    wording = Wording(
        "must hold more classes than it takes.",
        "Correct `min_classes` or `max_classes`.",
        "最少班数大于最多班数。",
        "请更正“最少班数”或“可建班数”。",
    )
    nothing = Wording(
        "takes no class.",
        "Fill in how many it takes, or leave the cell empty where that is not known.",
        "可建班数为零。",
        "请填写可建班数;不清楚的留空。",
    )
    return [
        *(
            sites.fault(wording, row=row, column="min_classes", value=frame.at[row, "min_classes"])
            for row in frame.index[turned & (frame["max_classes"] > 0)]
        ),
        *(
            sites.fault(nothing, row=row, column="max_classes", value=frame.at[row, "site"])
            for row in frame.index[frame["max_classes"] == 0]
        ),
    ]


def too_small(sites: Named, document: ProjectFile, standards: _standards.Standards) -> list[Fault]:
    """Tell of plots that take fewer classes than the smallest new school of every stage that may be built there."""
    frame = sites.frame.reindex(columns=["site", "stages", "max_classes", "min_classes"])
    least = {stage: _least(standards, stage) for stage in document.stages}
    faults = []
    for row, cell, most, own in zip(
        frame.index, frame["stages"], frame["max_classes"], frame["min_classes"], strict=True
    ):
        allowed = [stage for stage in document.stages if not stages_listed(cell) or stage in stages_listed(cell)]
        # a plot may say itself from how many classes on it is built
        wanted = min((least[stage] for stage in allowed), default=0.0) if np.isnan(own) else own
        if not np.isnan(most) and 0 < most < wanted:
            wording = Wording(
                f"takes {most:g} classes, fewer than the smallest new school of the standards ({wanted:g}): "
                "nothing is proposed there.",
                "Fill in `min_classes` if a smaller school may be built.",
                f"可建 {most:g} 班,小于标准规定的新建学校最小规模({wanted:g} 班),因此不会提出建议。",
                "如可建更小规模的学校,请填写“最少班数”。",
            )
            faults.append(
                sites.fault(
                    wording, row=row, column="max_classes", value=frame.at[row, "site"], severity=Severity.NOTICE
                )
            )
    return faults


def _least(standards: _standards.Standards, stage: str) -> float:
    standard = standards.stages.get(stage)
    return 1.0 if standard is None or standard.min_classes is None else standard.min_classes.value


def outside_areas(sites: Named, areas: gpd.GeoDataFrame) -> list[Fault]:
    """Warn of plots that lie in no small area: no child of the plan lives there."""
    layer = sites.frame
    if not isinstance(layer, gpd.GeoDataFrame) or not areas.geom_type.isin(["Polygon", "MultiPolygon"]).all():
        return []
    middles = shapely.point_on_surface(layer.geometry.to_numpy())
    hit, _ = areas.sindex.query(middles, predicate="intersects")
    outside = np.ones(len(layer), dtype=bool)
    outside[hit] = False
    wording = Wording(
        "lies outside the planning area, in no small area: nothing is proposed there.",
        "Correct its place, or leave it out.",
        "位于规划范围之外(不在任何小区域内),因此不会提出建议。",
        "请更正位置,或删去。",
    )
    faults = [
        sites.fault(wording, row=row, column="geometry", value=layer.at[row, "site"], severity=Severity.WARNING)
        for row in layer.index[outside]
    ]
    return sites.first(faults, column="geometry")


def one_place(sites: Named) -> list[Fault]:
    """Warn of plots that lie on another one: two schools would be proposed on one plot."""
    layer = sites.frame
    if not isinstance(layer, gpd.GeoDataFrame) or len(layer) == 0:
        return []
    shapes = layer.geometry.to_numpy()
    left, right = layer.sindex.query(shapes, predicate="dwithin", distance=_SAME_PLACE_M)
    # neighbours share an edge, but no land
    flat = (shapely.get_dimensions(shapes[left]) == 2) & (shapely.get_dimensions(shapes[right]) == 2)
    shared = ~flat | (shapely.area(shapely.intersection(shapes[left], shapes[right])) > _SAME_PLACE_M**2)
    first = pd.Series(left[(left < right) & shared], index=right[(left < right) & shared]).groupby(level=0).min()
    faults = []
    for later, earlier in first.items():
        other = str(layer["site"].iloc[earlier])
        wording = Wording(
            f"lies on the plot {other!r}: two schools could be proposed on the same land.",
            "Keep one of the two, or correct the place.",
            f"与用地“{other}”位置重叠,可能在同一块地上提出两所学校。",
            "请只保留一条,或更正位置。",
        )
        faults.append(
            sites.fault(
                wording,
                row=layer.index[later],
                column="geometry",
                value=layer["site"].iloc[later],
                severity=Severity.WARNING,
            )
        )
    return sites.first(faults, column="geometry")


def at_schools(sites: Named, schools: Named) -> list[Fault]:
    """Tell of plots on which a school stands: it may be meant to be enlarged."""
    layer, there = sites.frame, schools.frame
    if not isinstance(layer, gpd.GeoDataFrame) or not isinstance(there, gpd.GeoDataFrame) or there.empty:
        return []
    plot, school = there.sindex.query(layer.geometry.to_numpy(), predicate="dwithin", distance=_AT_SCHOOL_M)
    named = pd.Series(there["school"].to_numpy()[school], index=layer.index[plot], dtype=object)
    faults = []
    for row, codes in named.groupby(level=0):
        shown = first_few(sorted(map(str, codes)))
        wording = Wording(
            f"is where the school {shown} stands.",
            "Keep it if there is land for another school; if that one is to grow, fill in its `expandable_classes`.",
            f"处已有学校 {shown}。",
            "如另有土地可再建一所,请保留;如拟扩建该校,请填写其“可扩班数”。",
        )
        faults.append(
            sites.fault(wording, row=row, column="geometry", value=layer.at[row, "site"], severity=Severity.NOTICE)
        )
    return sites.first(faults, column="geometry")


def siting_in_time(document: ProjectFile) -> list[Fault]:
    """Report a year from which to decide, and years of a budget, that are not those of the plan."""
    settings, project = document.siting, document.project
    first, last = project.base_year, project.horizon
    wording = Wording(
        f"is not within {first} and {last}.",
        "Name a school year of the plan.",
        f"不在 {first} 至 {last} 之间。",
        "请写规划期内的学年。",
    )
    years = [] if settings.budget is None else [key for key in settings.budget if key != EVERY_YEAR]
    stated = [("siting.budget", year) for year in years]
    stated += [] if settings.decide_from is None else [("siting.decide_from", str(settings.decide_from))]
    return [
        Fault(file=FILE_NAME, column=column, value=year, **wording._asdict())
        for column, year in stated
        if not first <= int(year) <= last
    ]


def costs_known(document: ProjectFile, standards: _standards.Standards, tables: Collection[str]) -> list[Fault]:
    """
    Warn of amounts without which nothing can be weighed, in a project that asks for something to be weighed.

    A project asks by listing plots or by saying anything in `[siting]`.
    """
    settings = document.siting
    if "sites" not in tables and not settings.model_fields_set:
        return []
    lacking = siting_of(document, standards).lacking
    wording = Wording(
        f"lacks {', '.join(lacking)}, which the standards {standards.name!r} do not state: nothing can be weighed.",
        "Add them, or `[costs]` to the standards.",
        f"缺少 {'、'.join(lacking)},标准 {standards.name} 也未规定,无法比较各项措施。",
        "请补充,或在标准中增加 `[costs]`。",
    )
    return [Fault(file=FILE_NAME, column="siting", severity=Severity.WARNING, **wording._asdict()) for _ in lacking[:1]]


def check_sites(
    named: Mapping[str, Named],
    complete: Collection[str],
    sound: Collection[str],
    document: ProjectFile,
    standards: _standards.Standards | None,
) -> list[Fault]:
    """
    Report what is wrong with plots by themselves, and with `[siting]`.

    Parameters
    ----------
    named, complete, sound
        Tables, which of them have all records, and which no fault of their own.
    document, standards
        The project file and its standards, which may not have been read.
    """
    faults = siting_in_time(document)
    if standards is not None:
        faults += costs_known(document, standards, document.tables)
    if "sites" in complete:
        faults += stages_known(named["sites"], list(document.stages))
    if "sites" in sound:
        faults += sizes_in_order(named["sites"])
        faults += [] if standards is None else too_small(named["sites"], document, standards)
    return faults


def check_site_places(named: Mapping[str, Named], placed: Collection[str]) -> list[Fault]:
    """
    Report plots that lie where they cannot, on each other or on a school.

    Parameters
    ----------
    named, placed
        Tables, and which of them lie where they can be compared.
    """
    if "sites" not in placed:
        return []
    faults = one_place(named["sites"])
    if "areas" in placed and isinstance(named["areas"].frame, gpd.GeoDataFrame):
        faults += outside_areas(named["sites"], named["areas"].frame)
    if "schools" in placed:
        faults += at_schools(named["sites"], named["schools"])
    return faults
