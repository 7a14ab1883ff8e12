"""
Read the records of a layer of roads: classes, speeds, one-way roads, bridges.

An unknown word, a class without speed or a shape that is no line is an error
that says which; nothing is guessed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from schoolmap.errors import GeometryError
from schoolmap.errors import MissingValueError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import numpy.typing as npt

_LINE_TYPES = (1, 5)
"""LineString and MultiLineString, as shapely numbers them."""

ONEWAY = {
    **dict.fromkeys(("", "no", "n", "false", "0", "b", "否", "双行", "双向", "双向通行"), "no"),
    **dict.fromkeys(("yes", "y", "true", "1", "f", "是", "单行", "单向", "正向"), "yes"),
    **dict.fromkeys(("-1", "t", "reverse", "反向", "逆向"), "-1"),
}
"""Words for one-way roads, in small letters. `F`, `T` and `B` as Geofabrik's extracts write them: forward, backward, both."""

BRIDGE = {
    **dict.fromkeys(("", "no", "n", "false", "0", "f", "否", "无"), False),
    **dict.fromkeys(
        ("yes", "y", "true", "1", "t", "是", "有", "bridge", "tunnel", "viaduct", "桥", "桥梁", "隧道"), True
    ),
}
"""Words for bridges and tunnels, in small letters."""


def require_lines(layer: gpd.GeoDataFrame, /, *, what: str) -> None:
    """Raise unless every geometry is a line with finite coordinates."""
    shapes = layer.geometry.to_numpy()
    kind = shapely.get_type_id(shapes)
    wrong = ~np.isin(kind, _LINE_TYPES) | shapely.is_empty(shapes)
    if wrong.any():
        first = np.flatnonzero(wrong)[0]
        found = "nothing" if shapes[first] is None or shapely.is_empty(shapes[first]) else shapes[first].geom_type
        msg = (
            f"`{what}` are lines; {int(wrong.sum())} of {len(layer)} are not, e.g. {layer.index[first]!r} is {found}. "
            "Leave these out, or draw them as lines."
        )
        raise GeometryError(msg)
    xy, of = shapely.get_coordinates(shapes, return_index=True)
    broken = ~np.isfinite(xy).all(axis=1)
    if broken.any():
        msg = f"`{what}` has coordinates that are no numbers, e.g. of {layer.index[of[broken][0]]!r}. Draw it again."
        raise GeometryError(msg)


def read_records(roads: gpd.GeoDataFrame) -> pd.DataFrame:
    """
    Return the columns that matter, words understood.

    Parameters
    ----------
    roads
        As for `make_network`.

    Returns
    -------
    records
        `road` (its label), `class`, `speed` (km/h, missing where not stated),
        `oneway` (`yes`, `no`, `-1`), `bridge`, `foot` (whether one may walk), `geometry`.
    """
    require_lines(roads, what="roads")
    plain = pd.DataFrame(roads.drop(columns=roads.geometry.name))
    classes = plain["class"] if "class" in plain else pd.Series("", index=plain.index)
    speed = plain["speed"].astype(float) if "speed" in plain else pd.Series(np.nan, index=plain.index)
    wrong = np.flatnonzero(~(speed.isna() | ((speed > 0) & np.isfinite(speed))))
    if len(wrong) > 0:
        first = wrong[0]
        msg = f"`speed` is in km/h above zero; road {plain.index[first]!r} has {speed.iloc[first]:g}. Empty is unknown."
        raise ValueError(msg)
    return pd.DataFrame(
        {
            "road": plain.index.to_numpy(),
            "class": classes.where(classes.notna(), "").astype(str).to_numpy(dtype=object),
            "speed": speed.to_numpy(),
            "oneway": _words(plain, "oneway", ONEWAY),
            "bridge": _words(plain, "bridge", BRIDGE).astype(bool),
            "foot": np.full(len(plain), True) if "foot" not in plain else (plain["foot"] != "no").to_numpy(),  # noqa: FBT003
            "geometry": roads.geometry.to_numpy(),
        },
    )


def _words(plain: pd.DataFrame, column: str, known: Mapping[str, object]) -> npt.NDArray[np.object_]:
    """Return what each word of a column means; empty is no."""
    if column not in plain:
        return np.full(len(plain), known[""], dtype=object)
    words = plain[column].astype(object)
    words = words.where(words.notna(), "").map(_word)
    unknown = np.flatnonzero(~words.isin(list(known)))
    if len(unknown) > 0:
        first = unknown[0]
        msg = (
            f"`{column}` has {len(unknown)} word(s) that are not known, e.g. {words.iloc[first]!r} of road "
            f"{plain.index[first]!r}. Known are: {', '.join(word for word in known if word)}."
        )
        raise ValueError(msg)
    return words.map(known).to_numpy(dtype=object)


def _word(value: object) -> str:
    """Write a cell in small letters, whole numbers without their decimals."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip().lower()


def speeds_of(table: pd.DataFrame, speeds: Mapping[str, float], other: float | None) -> pd.Series:
    """
    Return the speed of each road: its own, else that of its class, else the one for all others.

    Parameters
    ----------
    table
        Records, from `read_records`.
    speeds, other
        Class to km/h, and the speed of roads that have neither; `None` if that is an error.
    """
    given = [*speeds.items(), *([] if other is None else [("other", other)])]
    wrong = [f"{name}: {value}" for name, value in given if not (value > 0 and np.isfinite(value))]
    if wrong:
        msg = f"Speeds are in km/h above zero, got {', '.join(wrong)}."
        raise ValueError(msg)
    found = table["speed"].where(table["speed"].notna(), table["class"].map(speeds).astype(float))
    if other is not None:
        found = found.fillna(other)
    without = table.loc[found.isna(), "class"].value_counts().sort_index()
    if len(without) > 0:
        classes = ", ".join(f"{str(name) or '(no class)'}: {count}" for name, count in without.items())
        msg = (
            f"{int(without.sum())} roads have no speed, by class: {classes}. "
            "Add these classes to `speeds`, leave them out with `not_used`, or give `other_speed`."
        )
        raise MissingValueError(msg)
    return found
