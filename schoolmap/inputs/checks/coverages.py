"""
Whether catchments fit together: ground that none covers, and catchments in several parts.

Overlaps are errors and are told in `outlines`. What is told here may be meant (a
lake, an exclave) or may be drawing; a plan can be made in any case, and children
in a gap are told of as outside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from schoolmap.errors import Severity
from schoolmap.errors import Wording
from schoolmap.space.coverage import examine

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from schoolmap.errors import Fault
    from schoolmap.inputs.checks.named import Named

LEAST_SHARE = 0.001
"""Gaps of less than this share of the ground are drawing, and only noted."""
MOST_VERTICES = 300_000
"""A layer of more vertices would take minutes to examine."""


def fitting(catchments: Named, coverages: Iterable[gpd.GeoDataFrame], areas: gpd.GeoDataFrame) -> list[Fault]:
    """
    Report gaps between catchments, and catchments in several parts.

    Parameters
    ----------
    catchments
        The table, for the names of its rows.
    coverages
        Its sound records that hold together in the base year, one layer for
        each set of stages; a layer that comes twice is told once.
    areas
        Small areas; where they are polygons, all of their ground should be covered.
    """
    solid = areas[shapely.get_dimensions(areas.geometry.to_numpy()) == 2]
    ground = gpd.GeoDataFrame(geometry=[shapely.union_all(solid.geometry.to_numpy())], crs=areas.crs)
    faults: list[Fault] = []
    seen: set[tuple[object, ...]] = set()
    for layer in coverages:
        drawn = layer[~(layer.geometry.isna() | layer.geometry.is_empty)]
        # catchments that are listed are made of areas, which were checked
        if len(drawn) == 0 or len(drawn) < len(layer) or tuple(layer.index) in seen:
            continue
        seen.add(tuple(layer.index))
        if int(shapely.get_num_coordinates(drawn.geometry.to_numpy()).sum()) > MOST_VERTICES:
            faults.append(catchments.fault(_TOO_DETAILED, column="geometry", severity=Severity.NOTICE))
            continue
        zones = gpd.GeoDataFrame(geometry=drawn.geometry.to_numpy(), index=drawn["catchment"], crs=drawn.crs)
        found = examine(zones, within=ground if len(solid) == len(areas) else None)
        surface = float(ground.area.iloc[0]) if len(solid) == len(areas) else float(zones.area.sum())
        faults += _gaps(catchments, found, surface)
        faults += _parts(catchments, found, drawn)
    return faults


def _gaps(catchments: Named, found: pd.DataFrame, surface: float) -> list[Fault]:
    gaps = found[found["kind"].isin(["gap", "gap_sliver", "hole"])]
    if gaps.empty:
        return []
    total, number = float(gaps["m2"].sum()), len(gaps)
    worst = gaps.sort_values("m2", ascending=False).iloc[0]
    beside = ", ".join(map(str, worst["catchments"][:3]))
    wording = Wording(
        f"leave {number} gap(s) of the areas' ground to nobody, {total:,.0f} m² in all; the largest has "
        f"{worst['m2']:,.0f} m², is {worst['width_m']:.1f} m wide and lies at {worst['x']:.0f}, {worst['y']:.0f}, "
        f"beside {beside}.",
        "Children there are in no catchment. Draw the borders anew where that is not meant.",
        f"在小区域范围内留有{number}处空隙,合计{total:,.0f}平方米;最大一处{worst['m2']:,.0f}平方米,宽{worst['width_m']:.1f}米,"
        f"位于({worst['x']:.0f}, {worst['y']:.0f}),邻接{beside}。",
        "空隙内的儿童不属于任何学区。如非有意,请修正边界。",
    )
    wide = total > LEAST_SHARE * surface
    return [catchments.fault(wording, column="geometry", severity=Severity.WARNING if wide else Severity.NOTICE)]


def _parts(catchments: Named, found: pd.DataFrame, drawn: gpd.GeoDataFrame) -> list[Fault]:
    parts = found[found["kind"] == "part"]
    row_of = dict(zip(drawn["catchment"], drawn.index, strict=True))
    faults = []
    for label, own in parts.groupby(parts["catchments"].str[0], sort=False):
        least = own.sort_values("m2").iloc[0]
        wording = Wording(
            f"lies in {len(own)} parts; the smallest has {least['m2']:,.0f} m² at {least['x']:.0f}, {least['y']:.0f}.",
            "Nothing needs to be done if that is meant.",
            f"由{len(own)}块组成;最小一块{least['m2']:,.0f}平方米,位于({least['x']:.0f}, {least['y']:.0f})。",
            "如为有意划分,无需处理。",
        )
        faults.append(
            catchments.fault(wording, row=row_of[label], column="catchment", value=label, severity=Severity.NOTICE)
        )
    return catchments.first(faults, column="geometry")


_TOO_DETAILED = Wording(
    f"have more than {MOST_VERTICES:,} vertices: gaps between them were not looked for.",
    "Nothing needs to be done; `schoolmap.space.coverage.examine` finds them.",
    f"顶点超过{MOST_VERTICES:,}个,未检查片区之间的空隙。",
    "无需处理;需要时可用 `schoolmap.space.coverage.examine` 检查。",
)
