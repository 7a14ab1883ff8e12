"""
Turn the tables of roads, barriers, crossings, gates and dwellings, as read and checked, into those that plans use.

Every column is there; what a file does not tell is empty text or a missing
number, and a road of which nothing is said is driven both ways and no bridge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from schoolmap.inputs.project_file import GUARDED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schoolmap.inputs.project_file import ProjectFile
    from schoolmap.inputs.project_file import TravelSettings


def road_layer(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Return roads, indexed by the row of the file.

    Returns
    -------
    roads
        `class` (text), `speed` (km/h, missing where the road states none),
        `oneway` (`yes`, `no`, or `-1`: against the drawing), `bridge` (`yes`
        for bridges and tunnels, else `no`), `foot` (`no` where nobody may
        walk, else `yes`) and `name`; lines, in one piece or several.
    """
    plain = _texts(layer, ["class", "oneway", "bridge", "tunnel", "foot", "name"])
    above = (plain["bridge"] == "yes") | (plain["tunnel"] == "yes")
    columns = {
        "class": plain["class"],
        "speed": pd.DataFrame(layer).reindex(columns=["speed"])["speed"].astype(float),
        "oneway": plain["oneway"].where(plain["oneway"] != "", "no"),
        "bridge": above.map({True: "yes", False: "no"}).astype(object),
        "foot": plain["foot"].where(plain["foot"] != "", "yes"),
        "name": plain["name"],
    }
    return gpd.GeoDataFrame(columns, geometry=layer.geometry, crs=layer.crs)


def kind_layer(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return barriers (lines) or crossings (points), indexed by the row of the file, with `kind` and `name`."""
    return gpd.GeoDataFrame(_texts(layer, ["kind", "name"]), geometry=layer.geometry, crs=layer.crs)


def gate_layer(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Return gates, sorted by school and gate.

    Returns
    -------
    gates
        `school`, `gate` and one point each; a gate without a name is numbered
        within its school, and several points of one record are several gates.
    """
    parts = gpd.GeoDataFrame(
        {"school": layer["school"], "gate": _texts(layer, ["gate"])["gate"]}, geometry=layer.geometry, crs=layer.crs
    ).explode(ignore_index=True)
    again = parts.duplicated(["school", "gate"]) & (parts["gate"] != "")
    parts["gate"] = parts["gate"].mask(again, "")
    for _, gates in parts.groupby("school", sort=False)["gate"]:
        parts.loc[gates.index, "gate"] = _numbered(gates.tolist())
    return parts.sort_values(["school", "gate"], ignore_index=True)


def dwelling_layer(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Return where people live, indexed by `dwelling`.

    Returns
    -------
    dwellings
        `people`, `homes` and `floors` (missing where not known) with polygons
        or points; one without a code is numbered.
    """
    numbers = pd.DataFrame(layer).reindex(columns=["people", "homes", "floors"]).astype(float)
    codes = _numbered(_texts(layer, ["dwelling"])["dwelling"].tolist())
    table = gpd.GeoDataFrame(numbers, geometry=layer.geometry, crs=layer.crs)
    return table.set_axis(pd.Index(codes, dtype=object, name="dwelling")).sort_index()


def travel_settings(document: ProjectFile) -> TravelSettings:
    """Return `[travel]` with what depends on the rest: stages that there are, and dwellings only where there are any."""
    settings = document.travel
    # stages that a project names itself were checked
    guarded = tuple(stage for stage in settings.guarded if settings.guarded != GUARDED or stage in document.stages)
    hold = settings.dwellings_hold and "dwellings" in document.tables
    return settings.model_copy(update={"guarded": guarded, "dwellings_hold": hold})


def _texts(layer: gpd.GeoDataFrame, columns: list[str]) -> pd.DataFrame:
    """Return columns of text, empty where the file has none."""
    plain = pd.DataFrame(layer).reindex(columns=columns).astype(object)
    return plain.where(plain.notna(), "")


def _numbered(labels: Sequence[str]) -> list[str]:
    """
    Give numbers to what has no label, from 1 on, leaving out numbers that are labels already.

    Examples
    --------
    >>> _numbered(["", "south", "2", ""])
    ['1', 'south', '2', '3']
    """
    taken, number, found = set(labels), 0, []
    for label in labels:
        if label:
            found.append(label)
            continue
        number += 1
        while str(number) in taken:
            number += 1
        found.append(str(number))
    return found
