"""Guards at the edge of the model: refuse what the model would have to guess."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from schoolmap.errors import CRSError
from schoolmap.errors import LabelError
from schoolmap.errors import MissingValueError

if TYPE_CHECKING:
    import geopandas as gpd


def require_unique_labels(index: pd.Index, /, *, what: str) -> None:
    """Raise if a label appears twice in the index of `what`."""
    if not index.is_unique:
        twice = index[index.duplicated()].unique()
        msg = f"{what} lists {len(twice)} unit(s) twice, e.g. {twice[0]!r}."
        raise LabelError(msg)


def require_same_labels(left: pd.Index, right: pd.Index, /, *, what: str) -> None:
    """Raise unless both indexes hold the same unique labels, in any order."""
    require_unique_labels(left, what=what)
    require_unique_labels(right, what=what)
    apart = left.symmetric_difference(right, sort=False)
    if len(apart) > 0:
        msg = (
            f"{what} describe different units: {len(apart)} appear in only one, e.g. {apart[0]!r}. "
            "Align them first with `.reindex(...)`, which makes you choose the fill."
        )
        raise LabelError(msg)


def require_no_gaps(values: pd.Series | pd.DataFrame, /, *, what: str) -> None:
    """Raise if a value is missing. Unknown is not zero."""
    gaps = np.flatnonzero(pd.DataFrame(values).isna().any(axis=1))
    if len(gaps) > 0:
        msg = f"{what} is missing for {len(gaps)} unit(s), e.g. {values.index[gaps][0]!r}."
        raise MissingValueError(msg)


def require_not_negative(values: pd.Series, /, *, what: str) -> None:
    """Raise if a number is below zero."""
    below = np.flatnonzero(values < 0)
    if len(below) > 0:
        first = below[0]
        msg = f"{what} is negative for {len(below)} unit(s), e.g. {values.iloc[first]:g} for {values.index[first]!r}."
        raise ValueError(msg)


def require_metric_crs(layer: gpd.GeoDataFrame, /) -> None:
    """Raise unless the layer has a projected CRS in metres."""
    if layer.crs is None:
        msg = "The layer has no CRS. Declare it with `.set_crs(...)`."
        raise CRSError(msg)
    unit = layer.crs.axis_info[0].unit_name
    if unit != "metre":
        msg = f"Distances and areas need a CRS in metres, got {layer.crs.to_string()} in {unit}s."
        raise CRSError(msg)


def require_same_metric_crs(left: gpd.GeoDataFrame, right: gpd.GeoDataFrame, /) -> None:
    """Raise unless both layers share one projected CRS in metres."""
    require_metric_crs(left)
    require_metric_crs(right)
    if left.crs != right.crs:
        msg = f"Layers must share one CRS, got {left.crs} and {right.crs}. Use `.to_crs(...)`."
        raise CRSError(msg)


def require_share(value: float, /, *, what: str) -> None:
    """Raise unless the value is a share in (0, 1]."""
    if not 0 < value <= 1:
        msg = f"`{what}` is a share in (0, 1], got {value}."
        raise ValueError(msg)
