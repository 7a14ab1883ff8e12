"""
Mix-ups of datum: where points would be if they, or what they are compared with, were of another datum than declared.

A layer that is really GCJ-02 and declared as WGS 84 lies 300 to 700 m off, and
BD-09 more than 1 km: farther than many children walk. Each mix-up moves a layer
by its own vector, so that the vector tells which one it is.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyproj

from schoolmap.inputs.coordinates import OFFSET_DATUMS
from schoolmap.inputs.coordinates import WGS84
from schoolmap.inputs.coordinates import from_wgs84
from schoolmap.inputs.coordinates import in_china
from schoolmap.inputs.coordinates import to_wgs84

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

PLAIN = "WGS 84"
"""The datum of a layer that is of no Chinese offset: WGS 84, CGCS2000 and what PROJ brings to them."""
_CALLED = {
    PLAIN: ("WGS 84 or CGCS2000", "WGS 84 或 CGCS2000"),
    "GCJ-02": ("GCJ-02 (AMap, Tencent)", "GCJ-02(高德、腾讯)"),
    "BD-09": ("BD-09 (Baidu)", "BD-09(百度)"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixup:
    """
    One way in which a layer and another one may be of other datums than declared.

    Moving the layer's points brings them to where they are in the other layer's
    frame if this is what happened: a point is put back to what `taken` has made
    of it, and read anew as `meant`.
    """

    taken: str
    meant: str
    own: str = ""
    """What the layer itself really is, if it is the one that is wrong."""
    other: str = ""
    """What the other layer really is, if that one is wrong."""

    def move(self, points: NDArray[np.float64], *, crs: pyproj.CRS) -> NDArray[np.float64]:
        """Return points (n, 2) of a metric CRS, moved."""
        degrees = _to_degrees(crs)
        lon, lat = degrees.transform(points[:, 0], points[:, 1])
        lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
        if self.taken != PLAIN:
            lon, lat = from_wgs84(lon, lat, datum=self.taken)
        if self.meant != PLAIN:
            lon, lat = to_wgs84(lon, lat, datum=self.meant)
        east, north = degrees.transform(lon, lat, direction="INVERSE")
        return np.column_stack([east, north])

    def cause(self, file: str, other: str) -> tuple[str, str]:
        """Say in English and Chinese what is what, given the files of the layer and of the other one."""
        parts = [(name, datum) for name, datum in ((file, self.own), (other, self.other)) if datum]
        english = " or ".join(f"{name} is {_CALLED[datum][0]}" for name, datum in parts)
        chinese = ",或 ".join(f"{name} 实为 {_CALLED[datum][1]}" for name, datum in parts)
        return english, chinese


@functools.lru_cache(maxsize=16)
def _to_degrees(crs: pyproj.CRS) -> pyproj.Transformer:
    # looked up once: PROJ takes a tenth of a second
    return pyproj.Transformer.from_crs(crs, WGS84, always_xy=True)


def datum_of(declared: str) -> str:
    """
    Return the datum that a declaration of CRS stands for.

    Examples
    --------
    >>> datum_of("gcj-02"), datum_of("EPSG:4490"), datum_of("")
    ('GCJ-02', 'WGS 84', 'WGS 84')
    """
    return declared.upper() if declared.upper() in OFFSET_DATUMS else PLAIN


def mixups(declared: str, of_other: str) -> tuple[Mixup, ...]:
    """
    Return every way in which one of two layers is of another datum than declared.

    Parameters
    ----------
    declared, of_other
        CRS or datum that the layer and the other one are declared to have.

    Returns
    -------
    mixups
        Ways that move the layer alike are one, with both readings.

    Examples
    --------
    >>> [(mixup.own, mixup.other) for mixup in mixups("GCJ-02", "EPSG:4546")]
    [('WGS 84', 'GCJ-02'), ('BD-09', ''), ('', 'BD-09')]
    """
    mine, theirs = datum_of(declared), datum_of(of_other)
    found: dict[tuple[str, str], dict[str, str]] = {}
    for datum in (PLAIN, *OFFSET_DATUMS):
        if datum != mine:
            found.setdefault((mine, datum), {})["own"] = datum
    for datum in (PLAIN, *OFFSET_DATUMS):
        if datum != theirs:
            found.setdefault((datum, theirs), {})["other"] = datum
    return tuple(Mixup(taken=taken, meant=meant, **which) for (taken, meant), which in found.items())


def lies_in_china(layer: gpd.GeoDataFrame) -> bool:
    """Say whether a layer lies within China, where alone the offset datums are used."""
    if layer.empty or layer.crs is None:
        return False
    west, south, east, north = (float(edge) for edge in layer.to_crs(WGS84).total_bounds)
    return in_china((west, south, east, north))
