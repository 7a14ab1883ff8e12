"""
Where the records of a table come from that is kept in several files or sheets.

A record of the first source is labelled by its row, as in a table of one source.
Those of the others are moved on by a number that no sheet has rows for, so that
labels stay whole numbers, differ, and lie in the order of the sources.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from schoolmap.tables import NUMERIC

if TYPE_CHECKING:
    from collections.abc import Hashable
    from collections.abc import Sequence

    from schoolmap.tables import Contract

ROWS_APART = 10**9
"""By how much the labels of one source are moved on from those of the source before it."""


class Origin(NamedTuple):
    """A file, and its sheet if it has several."""

    file: str
    sheet: str = ""


def first_label(source: int) -> int:
    """Return what is added to the rows of a source, the first being 0, to label its records."""
    return source * ROWS_APART


def origin_of(label: Hashable, origins: Sequence[Origin]) -> tuple[Origin, int]:
    """
    Return the source of a record, and its row there.

    Examples
    --------
    >>> sheets = (Origin("schools.xlsx", "小学"), Origin("schools.xlsx", "初中"))
    >>> origin_of(7, sheets), origin_of(first_label(1) + 7, sheets)
    ((Origin(file='schools.xlsx', sheet='小学'), 7), (Origin(file='schools.xlsx', sheet='初中'), 7))
    """
    source, row = divmod(int(str(label)), ROWS_APART)
    return origins[source], row


def whole(origins: Sequence[Origin]) -> Origin:
    """
    Name all sources together, for what is said of the table as a whole.

    Examples
    --------
    >>> whole((Origin("schools.xlsx", "小学"), Origin("schools.xlsx", "初中")))
    Origin(file='schools.xlsx', sheet='小学, 初中')
    """
    files, sheets = (dict.fromkeys(name for name in names if name) for names in zip(*origins, strict=True))
    return Origin(", ".join(files), ", ".join(sheets))


def together(frames: Sequence[pd.DataFrame], contract: Contract) -> pd.DataFrame:
    """
    Put the records of all sources below each other, labelled as this module says.

    Parameters
    ----------
    frames
        Records of each source, indexed by their rows there.
    contract
        Says which columns are numbers.

    Returns
    -------
    frame
        All columns that any source has; layers in the CRS of the first that
        has one, or without any if the CRS of a source is not known.
    """
    if len(frames) == 1:
        return frames[0]
    moved = [
        frame.set_axis(pd.Index(frame.index + first_label(number), dtype="int64", name="row"))
        for number, frame in enumerate(frames)
    ]
    filled = [frame for frame in moved if len(frame)] or moved[:1]
    names = list(dict.fromkeys(name for frame in filled for name in frame.columns if name != "geometry"))
    kinds = {name: float if contract.columns[name].kind in NUMERIC else object for name in names}
    table: pd.DataFrame = pd.concat([pd.DataFrame(frame).reindex(columns=names).astype(kinds) for frame in filled])
    if contract.geometry == "none":
        return table
    placed = [frame for frame in filled if isinstance(frame, gpd.GeoDataFrame)]
    if not placed:
        return table
    known = {layer.crs for layer in placed if layer.geometry.notna().any()}
    if None in known:
        # a source whose CRS is not known has been reported
        bare = np.concatenate([layer.geometry.to_numpy() for layer in placed])
        unplaced: pd.DataFrame = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(bare, index=table.index))
        return unplaced
    crs = next((layer.crs for layer in placed if layer.crs is not None), None)
    shapes = [layer.geometry if layer.crs in {None, crs} else layer.geometry.to_crs(crs) for layer in placed]
    bare = np.concatenate([shape.to_numpy() for shape in shapes])
    layer: pd.DataFrame = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(bare, index=table.index, crs=crs))
    return layer
