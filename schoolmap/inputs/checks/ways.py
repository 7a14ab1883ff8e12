"""
Checks of roads, barriers, crossings, gates and dwellings, and of what `[travel]` says of them.

Nothing is checked line by line in Python: a county has a hundred thousand
pieces of road. What many records have in common is one fault that counts them.
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
from schoolmap.errors import row_number
from schoolmap.inputs.checks.consistency import FAR_M
from schoolmap.inputs.project_file import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Collection

    from schoolmap.inputs.checks.named import Named
    from schoolmap.inputs.project_file import TravelSettings

_GATE_M = 1_000.0
"""Assumption: no gate stands farther from the place that `schools` gives."""
_NO_CLASS = ("(no class)", "(无等级)")


def classes_known(settings: TravelSettings, roads: Named | None) -> list[Fault]:
    """Warn of classes in `speeds`, `not_walked`, `not_driven` and `not_crossed` that no road has."""
    named = {
        "speeds": settings.speeds,
        "not_walked": settings.not_walked,
        "not_driven": settings.not_driven,
        "not_crossed": settings.not_crossed,
    }
    if roads is None:
        return [
            _of_travel(key, _NO_ROADS, ", ".join(classes), severity=Severity.WARNING)
            for key, classes in named.items()
            if classes
        ]
    known = sorted(_classes(roads).dropna().unique())
    wording = Wording(
        f"is no class of {roads.called}.",
        f"There are: {', '.join(known) or 'none'}.",
        f"不是 {roads.called} 中的道路等级。",
        f"已有:{'、'.join(known) or '无'}。",
    )
    return [
        _of_travel(key, wording, name, severity=Severity.WARNING)
        for key, classes in named.items()
        for name in dict.fromkeys(classes)
        if name not in known
    ]


def speeds_known(settings: TravelSettings, roads: Named) -> list[Fault]:
    """Report classes of which some road has no speed, neither its own nor one of `speeds`, all of them at once."""
    frame, classes = roads.frame, _classes(roads)
    stated = frame["speed"].notna() if "speed" in frame else pd.Series(data=False, index=frame.index)
    without = classes[~stated & ~classes.isin([*settings.speeds, *settings.not_driven])]
    if without.empty:
        return []
    lines = without.fillna("").value_counts().sort_index()
    english = ", ".join(f"{str(name) or _NO_CLASS[0]}: {count:,}" for name, count in lines.items())
    chinese = "、".join(f"{str(name) or _NO_CLASS[1]} {count:,} 段" for name, count in lines.items())
    wording = Wording(
        f"lacks classes whose roads state no speed, so that nobody knows how long a drive takes ({english}).",
        'Add each with its speed in km/h, or to `not_driven`, or write `rural_by = "walk"`; a road without class needs a speed of its own.',
        f"缺少以下道路等级的车速,而这些道路自身也没有车速,无法计算乘车时间:{chinese}。",
        '请逐一补充车速(公里/小时),或列入 `not_driven`,或写 `rural_by = "walk"`;没有等级的道路须自带车速。',
    )
    return [_of_travel("speeds", wording, "")]


def used_without_roads(settings: TravelSettings, tables: Collection[str]) -> list[Fault]:
    """Warn of what needs roads to have any effect, in a project without roads."""
    named = [name for name in ("barriers", "crossings") if name in tables]
    named += ["travel.rural_by"] if settings.rural_by == "drive" else []
    return [Fault(file=FILE_NAME, column=name, severity=Severity.WARNING, **_NO_EFFECT._asdict()) for name in named]


def weights_whole(dwellings: Named) -> list[Fault]:
    """Warn of a column of people or homes that is filled in part only: it is not used then."""
    frame, faults = dwellings.frame, []
    for name in ("people", "homes"):
        if name not in frame:
            continue
        empty = frame[name].isna()
        if empty.all() or not empty.any():
            if not empty.all():
                break
            continue
        wording = Wording(
            f"is empty in {int(empty.sum()):,} of {len(frame):,} records, so that the column is not used.",
            "Fill in every record; zero is zero.",
            f"{len(frame):,} 条记录中有 {int(empty.sum()):,} 条为空,因此不使用该列。",
            "请逐条填写,没有的填 0。",
        )
        row = frame.index[empty.to_numpy(dtype=bool)][0]
        faults.append(dwellings.fault(wording, row=row, column=name, severity=Severity.WARNING))
    return faults


def dwellings_in_polygons(dwellings: Named, areas: Named) -> list[Fault]:
    """Warn of dwellings beside small areas that are points: nobody knows which dwelling is of which area."""
    points = shapely.get_dimensions(gpd.GeoDataFrame(areas.frame).geometry.to_numpy()) == 0
    if not points.any():
        return []
    wording = Wording(
        f"are not used for {int(points.sum()):,} small areas, which are points: all of their children are at the point.",
        "Give these areas as polygons.",
        f"有{int(points.sum()):,}个小区域为点状,其居民点不被使用,儿童都算在该点上。",
        "请提供面状小区域。",
    )
    return [dwellings.fault(wording, column="geometry", severity=Severity.WARNING)]


_NO_EFFECT = Wording(
    "has no effect without a table `roads`: ways are straight lines.",
    'Add `[tables.roads]` with `file = "…"`, or remove it.',
    "没有 `roads` 表时不起作用:距离按直线计算。",
    '请增加 `[tables.roads]` 并写 `file = "…"`,或删去此项。',
)


def dwellings_there(settings: TravelSettings, *, declared: bool) -> list[Fault]:
    """Warn of a project that asks for dwellings to be used and has none."""
    asked = "dwellings_hold" in settings.model_fields_set and settings.dwellings_hold
    return (
        []
        if declared or not asked
        else [_of_travel("dwellings_hold", _NO_DWELLINGS, "true", severity=Severity.WARNING)]
    )


_NO_ROADS = Wording(
    "names classes of road, but the project has no table `roads`.",
    'Add `[tables.roads]` with `file = "…"`, or remove it.',
    "写了道路等级,但项目没有 `roads` 表。",
    '请增加 `[tables.roads]` 并写 `file = "…"`,或删去此项。',
)
_NO_DWELLINGS = Wording(
    "needs a table `dwellings`, which the project has not.",
    'Add `[tables.dwellings]` with `file = "…"`, or remove it.',
    "需要 `dwellings` 表,而项目没有。",
    '请增加 `[tables.dwellings]` 并写 `file = "…"`,或删去此项。',
)


def _classes(roads: Named) -> pd.Series:
    frame = roads.frame
    if "class" not in frame:
        return pd.Series(None, index=frame.index, dtype=object)
    classes: pd.Series = frame["class"].astype(object)
    return classes.where(classes.notna(), None)


def _of_travel(key: str, wording: Wording, value: str, *, severity: Severity = Severity.ERROR) -> Fault:
    return Fault(file=FILE_NAME, column=f"travel.{key}", value=value, severity=severity, **wording._asdict())


def strays(table: Named, areas: gpd.GeoDataFrame) -> list[Fault]:
    """
    Warn of records that lie more than 20 km from the small areas, while others do not.

    A layer that lies there as a whole is reported by `consistency.far_away`.
    """
    layer = table.frame
    if not isinstance(layer, gpd.GeoDataFrame) or layer.crs is None:
        return []
    west, south, east, north = areas.total_bounds
    edges = layer.geometry.bounds
    across = np.maximum(np.maximum(west - edges["maxx"], edges["minx"] - east), 0.0)
    up = np.maximum(np.maximum(south - edges["maxy"], edges["miny"] - north), 0.0)
    far = layer.index[np.hypot(across, up) > FAR_M]
    if far.empty or len(far) == int(edges["minx"].notna().sum()):
        return []
    wording = Wording(
        f"and {len(far) - 1:,} more of {len(layer):,} records lie more than {FAR_M / 1000:,.0f} km from the areas.",
        "Correct them if they are wrong; if the layer is of a larger region, cut it: the plan is faster then.",
        f"等 {len(far):,} 条记录(共 {len(layer):,} 条)距小区域 {FAR_M / 1000:,.0f} 公里以上。",
        "如有误请更正;如图层范围过大,请裁剪,规划会更快。",
    )
    return [table.fault(wording, row=far[0], column="geometry", severity=Severity.WARNING)]


def dwellings_outside(dwellings: Named, areas: gpd.GeoDataFrame) -> list[Fault]:
    """Warn of dwellings whose middle is in no small area: no child is counted there."""
    layer = dwellings.frame
    if not isinstance(layer, gpd.GeoDataFrame) or not areas.geom_type.isin(["Polygon", "MultiPolygon"]).all():
        return []
    middles = shapely.centroid(layer.geometry.to_numpy())
    hit, _ = areas.sindex.query(middles, predicate="intersects")
    outside = np.ones(len(layer), dtype=bool)
    outside[hit] = False
    if not outside.any():
        return []
    people = layer.loc[outside, "people"].sum() if "people" in layer else 0.0
    lived, lived_zh = (f", with {people:,.0f} people", f",共 {people:,.0f} 人") if people else ("", "")
    wording = Wording(
        f"is the first of {int(outside.sum()):,} dwellings (of {len(layer):,}) that lie in no small area{lived}.",
        "They are not counted. Correct them, or leave out what is beyond the planning area.",
        f"等 {int(outside.sum()):,} 处居住地(共 {len(layer):,} 处)不在任何小区域内{lived_zh}。",
        "这些不计入;如有误请更正,规划范围以外的请删去。",
    )
    return [dwellings.fault(wording, row=layer.index[outside][0], column="geometry", severity=Severity.WARNING)]


def gates_near_schools(gates: Named, schools: Named) -> list[Fault]:
    """Warn of gates more than 1 km from the place of their school."""
    layer, there = gates.frame, schools.frame
    if not isinstance(layer, gpd.GeoDataFrame) or not isinstance(there, gpd.GeoDataFrame) or layer.crs is None:
        return []
    places = there.drop_duplicates("school").set_index("school").geometry
    known = layer[layer["school"].isin(places.index)]
    metres = known.geometry.distance(places.loc[known["school"]].set_axis(known.index), align=False)
    far = metres[metres > _GATE_M]
    faults = []
    for row, away in far.items():
        wording = Wording(
            f"has a gate {away:,.0f} m from the place that {schools.called} gives.",
            f"Correct one of the two (see row {row_number(there.index[there['school'] == known.at[row, 'school']][0])}).",
            f"的校门距 {schools.called} 所填位置 {away:,.0f} 米。",
            "请更正其一。",
        )
        value = str(known.at[row, "school"])
        faults.append(gates.fault(wording, row=row, column="geometry", value=value, severity=Severity.WARNING))
    return gates.first(faults, column="geometry")
