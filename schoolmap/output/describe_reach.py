"""Plan -> what the map shows of the way to school: zones that can be reached, and children who live beyond them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from schoolmap.inputs.coordinates import WGS84
from schoolmap.output import model
from schoolmap.output.outlines import polygons
from schoolmap.output.words import both

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from schoolmap.plan import Plan
    from schoolmap.reach.limits import Limit
    from schoolmap.reach.stages import StageReach

ZONE_TOLERANCE_M = 8.0
"""Zones are drawn this exactly; what is within reach is counted on the roads, never on what is drawn."""


def describe_reach(plan: Plan) -> tuple[model.Reach, ...]:
    """Return the reach of the schools of every stage for which the standard names a limit."""
    if plan.reach is None:
        return ()
    return tuple(_stage(plan, reach) for reach in plan.reach.stages.values())


def _stage(plan: Plan, reach: StageReach) -> model.Reach:
    totals = reach.areas.groupby(level="year").sum().reindex(list(plan.years))
    return model.Reach(
        stage=reach.stage,
        by=reach.by,
        limits=_limits(reach.limits),
        method=_joined(plan.reach.method if plan.reach is not None else ()),
        zones=_zones(reach),
        areas=_areas(plan, reach),
        within=_row(totals["within"]),
        beyond=_row(totals["beyond"]),
        unknown=_row(totals["unknown"]),
    )


def _row(values: pd.Series) -> tuple[float, ...]:
    return tuple(round(float(value), 1) for value in values)


def _joined(texts: tuple[model.Text, ...]) -> model.Text:
    return both(" ".join(text["en"] for text in texts), "".join(text["zh"] for text in texts))


def _limits(limits: tuple[Limit, ...]) -> model.Text:
    """Name each limit once, with the document that it stands in."""
    english, chinese = [], []
    for limit in limits:
        place = {"urban": both("town", "城镇"), "rural": both("country", "乡村")}[limit.place]
        grades = limit.grades_text()
        length = f"{limit.figure.value:g} " + ("min" if limit.minutes is not None else "m")
        length_zh = f"{limit.figure.value:g}" + ("分钟" if limit.minutes is not None else "米")
        english.append(f"{place['en']}{grades['en']} {length} ({limit.figure.number or limit.figure.document})")
        chinese.append(f"{place['zh']}{grades['zh']}{length_zh}（{limit.figure.number or limit.figure.document}）")
    several = len({limit.metres for limit in limits if limit.place == "rural"}) > 1
    zone = both(" Zones in the country are those of the shorter limit.", "乡村可达范围按较短限距绘制。")
    return both(
        "Limits: " + "; ".join(english) + "." + (zone["en"] if several else ""),
        "限距：" + "；".join(chinese) + "。" + (zone["zh"] if several else ""),
    )


def _zones(reach: StageReach) -> tuple[model.ReachZone, ...]:
    sites: gpd.GeoDataFrame = reach.sites
    places = sites.geometry.to_crs(WGS84)
    outlines = None if reach.zones is None else _simple(reach.zones)
    return tuple(
        model.ReachZone(
            id=str(label),
            name=str(sites.at[label, "name"]),
            lon=round(float(places[label].x), 6),
            lat=round(float(places[label].y), 6),
            circle_m=round(float(sites.at[label, "circle_m"]), 1),
            radius_m=round(float(sites.at[label, "radius_m"]), 1) if outlines is None else 0.0,
            polygons=() if outlines is None else polygons(outlines[label]),
            open=tuple(bool(value) for value in reach.open.loc[label]),
        )
        for label in sites.index
        if sites.at[label, "circle_m"] > 0 and reach.open.loc[label].any()
    )


def _simple(zones: gpd.GeoSeries) -> gpd.GeoSeries:
    return zones.set_axis(zones.index).simplify(ZONE_TOLERANCE_M).to_crs(WGS84)


def _areas(plan: Plan, reach: StageReach) -> tuple[model.ReachArea, ...]:
    """Return areas where any child is out of reach in any year; the rest has nothing to show."""
    areas, years = plan.project.areas, list(plan.years)
    beyond = reach.areas["beyond"].unstack("year")[years]
    children = reach.areas["children"].unstack("year")[years]
    anchors = areas.geometry.representative_point().to_crs(WGS84)
    shown = beyond.index[(beyond.round(1) > 0).any(axis=1)]
    return tuple(
        model.ReachArea(
            id=str(label),
            name=str(areas.at[label, "name"] or label),
            lon=round(float(anchors[label].x), 5),
            lat=round(float(anchors[label].y), 5),
            children=_row(children.loc[label]),
            beyond=_row(beyond.loc[label]),
            nearest=_name(reach, reach.nearest["school"].get(label)),
            way_m=_metres(reach.nearest["way_m"].get(label)),
        )
        for label in shown
    )


def _name(reach: StageReach, school: object) -> str:
    return str(reach.sites["name"].get(school, "")) if isinstance(school, str) else ""


def _metres(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else round(float(value))
