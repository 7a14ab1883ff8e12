"""
Apply edits to a project: the plan that follows treats what was tried out on the map as decided.

Additions become projects of the list, open in every scenario in the year that
was chosen, whatever else is delayed. Moves become boundaries that hold from a
later school year on, so that children, seats of shared schools, the list of who
moves, and the audit follow them like any other change of a boundary.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from schoolmap.errors import Fault
from schoolmap.errors import InputError
from schoolmap.errors import Wording
from schoolmap.inputs.edits import Add
from schoolmap.inputs.edits import Move
from schoolmap.inputs.edits import key_of
from schoolmap.inputs.edits import read_edits
from schoolmap.inputs.project_file import PUBLIC

if TYPE_CHECKING:
    from pathlib import Path

    from schoolmap.inputs.edits import Edits
    from schoolmap.project import Project

SLIVER_M2 = 1.0
"""Less ground than this of an area in a catchment is a border drawn twice, not a part of it."""
OPENS_IN = 9
"""Month in which an addition is open: the school year starts then."""


def edited(project: Project, path: Path) -> Project:
    """
    Read a file of edits and apply it; the products bear its name beside the project's.

    Parameters
    ----------
    project
        What the edits were made on.
    path
        File of edits.

    Raises
    ------
    InputError
        If the file cannot be read, or does not fit the project; it lists all faults.
    """
    edits, faults = read_edits(path)
    if edits is None:
        raise InputError(faults)
    changed = with_edits(project, edits, file=path.name)
    settings = project.settings
    title = {
        "en": f"{settings.title['en']} (changes tried out: {len(edits.edits)})",
        "zh": f"{settings.title['zh']}（含{len(edits.edits)}项试调整）",
    }
    name = f"{settings.name}-{_file_word(path.stem.removeprefix(settings.name.removesuffix(PUBLIC)))}"
    return replace(changed, settings=settings.model_copy(update={"name": name, "title": title}))


def _file_word(stem: str) -> str:
    """
    Return a name for files from that of a file of edits: letters, digits, `-` and `_`, as of a project.

    Examples
    --------
    >>> _file_word("-edits"), _file_word("方案 plan 2"), _file_word("../..")
    ('edits', 'plan-2', 'edits')
    """
    return re.sub(r"[^A-Za-z0-9_]+", "-", stem).strip("-")[:60] or "edits"


def with_edits(project: Project, edits: Edits, *, file: str) -> Project:
    """
    Return a project in which edits are decided.

    Parameters
    ----------
    project
        What the edits were made on; it is not changed.
    edits
        From `inputs.edits.read_edits`.
    file
        Name of the file, for faults.

    Returns
    -------
    project
        With a project in the list for each addition (`edit 1`, `edit 2`, ...),
        and with later boundaries where areas move.

    Raises
    ------
    InputError
        If edits do not fit the project; it lists all of them.
    """
    faults = _whole(project, edits, file)
    for number, edit in enumerate(edits.edits, start=1):
        found = _faults_of_addition(project, edit) if isinstance(edit, Add) else _faults_of_move(project, edit)
        faults += [
            Fault(file=file, column=key_of(number, name), value=value, **wording._asdict())
            for name, value, wording in found
        ]
    if faults:
        raise InputError(faults)
    adds = [(number, edit) for number, edit in enumerate(edits.edits, start=1) if isinstance(edit, Add)]
    moves = [(number, edit) for number, edit in enumerate(edits.edits, start=1) if isinstance(edit, Move)]
    if adds:
        rows = pd.DataFrame([_as_project(project, number, edit) for number, edit in adds]).set_index("project")
        listed = project.projects
        rows = rows.reindex(columns=listed.columns).astype(listed.dtypes.to_dict())
        nowhere = gpd.GeoSeries([None] * len(rows), index=rows.index, crs=project.project_places.crs)
        project = replace(
            project,
            projects=rows if listed.empty else pd.concat([listed, rows]),
            project_places=gpd.GeoSeries(pd.concat([project.project_places, nowhere]), crs=project.project_places.crs),
        )
    return _moved(project, moves, file) if moves else project


def _label(number: int) -> str:
    return f"edit {number}"


def _as_project(project: Project, number: int, edit: Add) -> dict[str, object]:
    """Return an addition as a project; its month of opening is told as one that is certain, so that nothing delays it."""
    stage = next(item for item in project.stages if item.id == edit.stage)
    month = f"{edit.opens}-{OPENS_IN:02d}"
    return {
        "project": _label(number),
        "name": edit.name or _label(number),
        "stage": edit.stage,
        "kind": "expand",
        "school": edit.school,
        "catchment": edit.catchment,
        "opening": month,
        "opened": month,
        # closed by September, it does not serve the school year that starts then
        "closing": None if edit.until is None else f"{edit.until + 1}-{OPENS_IN - 1:02d}",
        "classes_added": edit.classes,
        # seats of a project are shared with other ages where the stage's are; those of an edit are the stage's own
        "seats_added": None if edit.seats is None else edit.seats / stage.seat_share,
        "probability": 1.0,
    }


Complaint = tuple[str, str, Wording]


def _whole(project: Project, edits: Edits, file: str) -> list[Fault]:
    """Return what is wrong with the edits as a whole."""
    settings = project.settings
    wrong = []
    # edits are made on the map for the office
    name = settings.name.removesuffix(PUBLIC) if project.hide_below else settings.name
    if edits.project != name:
        wrong.append(("project", edits.project, _other_project(name)))
    if edits.base_year != settings.base_year:
        wrong.append(("base_year", str(edits.base_year), _other_year(settings.base_year)))
    taken = [label for label in project.projects.index if str(label).startswith("edit ")]
    if taken and any(isinstance(edit, Add) for edit in edits.edits):
        wrong.append(("edits", str(taken[0]), _TAKEN))
    return [Fault(file=file, column=column, value=value, **wording._asdict()) for column, value, wording in wrong]


def _years(project: Project, edit: Add | Move) -> list[Complaint]:
    settings = project.settings
    if settings.base_year < edit.opens <= settings.horizon:
        return []
    return [("opens", str(edit.opens), _not_planned(settings.base_year + 1, settings.horizon))]


def _faults_of_addition(project: Project, edit: Add) -> list[Complaint]:
    stages = {stage.id: stage for stage in project.stages}
    if edit.stage not in stages:
        return [("stage", edit.stage, _unknown("stage", "学段", list(stages)))]
    found = _years(project, edit)
    if edit.school is not None and (edit.school, edit.stage) not in project.sections.index:
        found.append(("school", edit.school, _NO_SECTION))
    zones = project.coverages[project.coverage_of[edit.stage]].index
    if edit.catchment is not None and edit.catchment not in zones:
        found.append(("catchment", edit.catchment, _unknown("catchment", "片区", zones.to_list())))
    standard = project.standards.stages.get(edit.stage)
    if edit.classes is not None and (standard is None or standard.class_size is None):
        found.append(("classes", f"{edit.classes:g}", _NO_CLASS_SIZE))
    return found


def _faults_of_move(project: Project, edit: Move) -> list[Complaint]:
    if edit.coverage not in project.coverages:
        return [("coverage", edit.coverage, _unknown("set of catchments", "片区方案", list(project.coverages)))]
    found = _years(project, edit)
    if edit.coverage in project.later:
        found.append(("coverage", edit.coverage, _CHANGES_ALREADY))
    if edit.area not in project.areas.index:
        found.append(("area", edit.area, _unknown("small area", "小区域", project.areas.index.to_list())))
    elif shapely.get_dimensions(project.areas.geometry[edit.area]) != 2:
        found.append(("area", edit.area, _NO_SURFACE))
    zones = project.in_force(edit.coverage).index
    for name, label in (("from", edit.from_catchment), ("to", edit.to_catchment)):
        if label not in zones:
            found.append((name, label, _unknown("catchment", "片区", zones.to_list())))
    return found


def _moved(project: Project, moves: list[tuple[int, Move]], file: str) -> Project:
    """Return the project with boundaries that hold from the years of the moves on, each after all before it."""
    later = dict(project.later)
    faults: list[Fault] = []
    for coverage in dict.fromkeys(edit.coverage for _, edit in moves):
        here = [(number, edit) for number, edit in moves if edit.coverage == coverage]
        layer = project.in_force(coverage)
        shapes = layer.geometry.to_dict()
        periods: dict[int, gpd.GeoDataFrame] = {}
        for year in sorted({edit.opens for _, edit in here}):
            for number, edit in here:
                if edit.opens == year and not _shift(shapes, edit, project):
                    wording = _not_there(edit.from_catchment)
                    faults.append(Fault(file=file, column=key_of(number, "area"), value=edit.area, **wording._asdict()))
            drawn = layer.set_geometry(gpd.GeoSeries(shapes, crs=layer.crs).reindex(layer.index))
            # a catchment that gave away all its ground holds no more
            periods[year] = gpd.GeoDataFrame(drawn[~drawn.geometry.is_empty])
        later[coverage] = periods
    if faults:
        raise InputError(faults)
    return replace(project, later=later)


def _shift(shapes: dict[str, shapely.Geometry], edit: Move, project: Project) -> bool:
    """Move what of an area lies in one catchment to another; return whether there was anything."""
    piece = _surface(shapely.intersection(project.areas.geometry[edit.area], shapes[edit.from_catchment]))
    if shapely.area(piece) < SLIVER_M2:
        return False
    rest = _surface(shapely.difference(shapes[edit.from_catchment], piece))
    shapes[edit.from_catchment] = rest if shapely.area(rest) >= SLIVER_M2 else shapely.Polygon()
    shapes[edit.to_catchment] = _surface(shapely.union(shapes[edit.to_catchment], piece))
    return True


def _surface(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the polygons of a shape: where two borders touch, an overlay leaves lines and points as well."""
    parts = shapely.get_parts(shape)
    parts = parts[shapely.get_dimensions(parts) == 2]
    return shapely.union_all(parts) if len(parts) else shapely.Polygon()


def _unknown(what: str, what_zh: str, known: list[str]) -> Wording:
    shown = ", ".join(map(str, known[:5])) + (" …" if len(known) > 5 else "")
    return Wording(
        f"is no {what} of this project.",
        f"There are: {shown}.",
        f"不是本项目的{what_zh}。",
        f"可用:{shown}。",
    )


def _other_project(name: str) -> Wording:
    return Wording(
        f"is another project than {name}.",
        "Give the edits that were made on the map of this project.",
        f"不是项目 {name}。",
        "请指定在本项目地图上所作的调整。",
    )


def _other_year(year: int) -> Wording:
    return Wording(
        f"is another base year than {year}.",
        "The edits were made on an older plan: make them again on the map of this one.",
        f"不是本规划的基年 {year}。",
        "这些调整基于旧规划,请在新地图上重新调整。",
    )


def _not_planned(first: int, last: int) -> Wording:
    return Wording(
        f"is no year that can be changed: {first} to {last}.",
        "Choose one of these years.",
        f"不在可调整的年份 {first}–{last} 之内。",
        "请选择其中的年份。",
    )


def _not_there(catchment: str) -> Wording:
    return Wording(
        f"has no part in {catchment} (any more).",
        "Leave the edit out, or name the catchment that it is in.",
        f"(已)不在片区 {catchment} 内。",
        "请删去这条调整,或填写所在片区。",
    )


_TAKEN = Wording(
    "is the code of a project in the list; edits are called so.",
    "Give that project another code.",
    "是项目清单中已有的编号,调整也使用此类编号。",
    "请更改该项目的编号。",
)
_NO_SECTION = Wording(
    "is no school with a section of this stage.",
    "Name a school of the stage, or a catchment instead.",
    "没有该学段的学部。",
    "请填写有该学段的学校,或改填片区。",
)
_NO_CLASS_SIZE = Wording(
    "are classes, but the standard has no class size for this stage.",
    "Give `seats` instead.",
    "为班数,但该学段的标准没有班额。",
    "请改填学位数 seats。",
)
_CHANGES_ALREADY = Wording(
    "are catchments that change in a later year by the project's own files.",
    "Draw the boundary there (`valid_from`), or leave the move out.",
    "的片区在以后年份已有调整。",
    "请在片区表中(valid_from)调整,或删去这条调整。",
)
_NO_SURFACE = Wording(
    "is a point, and only a surface can be given to another catchment.",
    "Give the small areas as polygons, or draw the catchments anew.",
    "为点状,只有面状小区域可以划入其他片区。",
    "请提供面状小区域,或重新绘制片区。",
)
