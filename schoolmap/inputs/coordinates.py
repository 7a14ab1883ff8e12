"""
Coordinates and their datum: declared CRSs, Chinese offsets, and the likely CRS of a mislabelled layer.

GCJ-02 (AMap, Tencent) and BD-09 (Baidu) are WGS 84 moved by 300 to 1,300 m, by
an amount that changes from place to place. Such points are not in any EPSG
code; they are converted here, and only when the project says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyproj
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_crs_info
from pyproj.enums import PJType
from pyproj.exceptions import ProjError

from schoolmap.errors import CRSError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Bounds = tuple[float, float, float, float]
"""West, south, east, north (or left, bottom, right, top)."""

WGS84 = "EPSG:4326"
OFFSET_DATUMS = ("GCJ-02", "BD-09")

# the Krasovsky 1940 ellipsoid, on which the public form of the offset is written
_SEMI_MAJOR_M = 6_378_245.0
_ECCENTRICITY_2 = 0.006_693_421_622_965_943
_BD_PI = np.pi * 3000.0 / 180.0
# where the public form applies the offset: a box around China
_CHINA: Bounds = (73.66, 3.86, 135.05, 53.55)

# names of the geographic CRSs as EPSG writes them
_OLD_DATUMS = {"Beijing 1954", "New Beijing", "Xian 1980"}
# CRSs that a bureau's layer is in, most likely first; all others come after them
_ZONES_3_DEGREES = range(25, 46)
_ZONES_6_DEGREES = range(13, 24)
_USUAL_DATUMS = ("China Geodetic Coordinate System 2000", "ETRS89", "WGS 84")

# no easting or northing is larger, not even with the number of its zone
_FARTHEST = 1e8
# layers overlap this much less than the best and still fit as well
_EQUAL_FIT = 0.02

# the largest step between two rounds of the inverse, in degrees: about a millimetre
_INVERSE_TOLERANCE_DEG = 1e-8


def parse_crs(text: str) -> pyproj.CRS:
    """
    Return the CRS that a declaration names; GCJ-02 and BD-09 give WGS 84.

    Parameters
    ----------
    text
        `EPSG:4490`, a name or WKT that PROJ knows, `GCJ-02` or `BD-09`.

    Raises
    ------
    CRSError
        If PROJ does not know it.

    Examples
    --------
    >>> parse_crs("GCJ-02").to_string(), parse_crs("EPSG:4546").name
    ('EPSG:4326', 'CGCS2000 / 3-degree Gauss-Kruger CM 111E')
    """
    if text.upper() in OFFSET_DATUMS:
        return pyproj.CRS.from_user_input(WGS84)
    try:
        return pyproj.CRS.from_user_input(text)
    except ProjError as error:
        msg = f"{text!r} is no CRS that PROJ knows. Write `EPSG:` and a number, `GCJ-02` or `BD-09`."
        raise CRSError(msg) from error


def to_wgs84(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    *,
    datum: str,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Convert GCJ-02 or BD-09 longitudes and latitudes to WGS 84.

    The forward offset has no closed inverse; it is inverted by fixed-point
    rounds until the point moves less than a millimetre.

    Parameters
    ----------
    lon, lat
        Degrees, any shape.
    datum
        `GCJ-02` or `BD-09`.

    Returns
    -------
    lon, lat
        WGS 84, degrees.

    Examples
    --------
    >>> lon, lat = to_wgs84(np.array([110.394996]), np.array([28.446828]), datum="GCJ-02")
    >>> lon.round(5).tolist(), lat.round(5).tolist()
    ([110.39], [28.45])
    """
    guess_lon, guess_lat = lon.astype(float), lat.astype(float)
    for _ in range(30):
        shifted_lon, shifted_lat = from_wgs84(guess_lon, guess_lat, datum=datum)
        step_lon, step_lat = lon - shifted_lon, lat - shifted_lat
        guess_lon, guess_lat = guess_lon + step_lon, guess_lat + step_lat
        if max(np.abs(step_lon).max(initial=0), np.abs(step_lat).max(initial=0)) < _INVERSE_TOLERANCE_DEG:
            break
    return guess_lon, guess_lat


def from_wgs84(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    *,
    datum: str,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Shift WGS 84 degrees to GCJ-02 or BD-09.

    Examples
    --------
    >>> lon, lat = from_wgs84(np.array([110.39]), np.array([28.45]), datum="BD-09")
    >>> lon.round(6).tolist(), lat.round(6).tolist()
    ([110.40142], [28.45315])
    """
    forward = {"GCJ-02": gcj02_from_wgs84, "BD-09": bd09_from_wgs84}[datum.upper()]
    return forward(lon, lat)


def in_china(bounds: Bounds) -> bool:
    """
    Say whether bounds in degrees lie within the box in which GCJ-02 and BD-09 are used.

    Examples
    --------
    >>> in_china((110.30, 28.40, 110.60, 28.70)), in_china((13.30, 52.49, 13.44, 52.57))
    (True, False)
    """
    west, south, east, north = _CHINA
    return west <= bounds[0] and south <= bounds[1] and bounds[2] <= east and bounds[3] <= north


def gcj02_from_wgs84(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Shift WGS 84 degrees to GCJ-02 (public form of the algorithm)."""
    x, y = lon - 105.0, lat - 35.0
    waves = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y**2 + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + waves
    north += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x**2 + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + waves
    east += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0

    radians = np.radians(lat)
    curve = 1.0 - _ECCENTRICITY_2 * np.sin(radians) ** 2
    meridian_m = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_2) / curve**1.5
    parallel_m = _SEMI_MAJOR_M / np.sqrt(curve) * np.cos(radians)
    return lon + np.degrees(east / parallel_m), lat + np.degrees(north / meridian_m)


def bd09_from_wgs84(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Shift WGS 84 degrees to BD-09: GCJ-02, then Baidu's own turn."""
    x, y = gcj02_from_wgs84(lon, lat)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BD_PI)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD_PI)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def is_old_datum(crs: pyproj.CRS) -> bool:
    """
    Say whether a CRS rests on Beijing 1954 or Xian 1980.

    They lie tens to more than a hundred metres from CGCS2000, by an amount that
    only local control points tell, so they are never converted silently.

    Examples
    --------
    >>> is_old_datum(parse_crs("EPSG:2361")), is_old_datum(parse_crs("EPSG:4525"))
    (True, False)
    """
    base = crs.geodetic_crs
    return base is not None and base.name in _OLD_DATUMS


def fits(bounds: Bounds, crs: pyproj.CRS) -> bool:
    """Say whether coordinates can be of this CRS at all: degrees within the globe, metres beyond it."""
    degrees = bounds[0] >= -180 and bounds[2] <= 180 and bounds[1] >= -90 and bounds[3] <= 90
    return degrees if crs.is_geographic else not degrees


def likely_crs(
    bounds: Bounds,
    *,
    near: Bounds | None,
    first: Sequence[str] = (),
) -> str | None:
    """
    Name the CRS that would put a layer where the project's other layers are.

    It is named in an error, never applied.

    Parameters
    ----------
    bounds
        Bounds of the layer, in its own unknown unit.
    near
        Where the other layers are, in WGS 84 degrees; without them only
        degrees and eastings with the number of their zone can be told.
    first
        CRSs to prefer when several fit, such as the project's own.

    Returns
    -------
    crs
        `EPSG:…`, or nothing if no projected CRS in metres fits.

    Examples
    --------
    >>> berlin = (13.30, 52.49, 13.44, 52.57)
    >>> likely_crs((383925.0, 5817544.0, 393600.0, 5825811.0), near=berlin, first=["EPSG:25833"])
    'EPSG:25833'
    >>> likely_crs((37440249.0, 3148463.0, 37450000.0, 3160000.0), near=None)
    'EPSG:4525'
    """
    if fits(bounds, pyproj.CRS.from_user_input(WGS84)):
        return WGS84
    if max(map(abs, bounds)) > _FARTHEST:
        return None
    if near is None:
        return _numbered_zone(bounds)
    area = AreaOfInterest(*near)
    known = query_crs_info(
        auth_name="EPSG",
        pj_types=PJType.PROJECTED_CRS,
        area_of_interest=area,
        contains=True,
    )
    codes = dict.fromkeys([*first, *(f"EPSG:{info.code}" for info in known)])
    scored = {code: _agreement(bounds, code, near) for code in codes}
    best = max(scored.values(), default=0.0)
    if best <= 0:
        return None
    # CRSs of one family differ by a metre or less; the first of those that fit equally is named
    fitting = [code for code, score in scored.items() if score >= best - _EQUAL_FIT]
    return next((code for code in first if code in fitting), None) or min(fitting, key=_preference)


def _numbered_zone(bounds: Bounds) -> str | None:
    """Name the CGCS2000 Gauss-Kruger zone whose number stands before the easting."""
    zone = int(bounds[0] // 1_000_000)
    if zone != int(bounds[2] // 1_000_000):
        return None
    if zone in _ZONES_3_DEGREES:
        return f"EPSG:{4513 + zone - _ZONES_3_DEGREES[0]}"
    return f"EPSG:{4491 + zone - _ZONES_6_DEGREES[0]}" if zone in _ZONES_6_DEGREES else None


def _preference(code: str) -> tuple[bool, int, bool, bool, int]:
    """Put current datums before old ones, usual ones before others, easting first before northing first."""
    crs = pyproj.CRS.from_user_input(code)
    base = crs.geodetic_crs
    name = "" if base is None else base.name
    rank = _USUAL_DATUMS.index(name) if name in _USUAL_DATUMS else len(_USUAL_DATUMS)
    # the zones of 3 and of 6 degrees around one meridian are the same; counties use those of 3
    wide = "Gauss-Kruger" in crs.name and "3-degree" not in crs.name
    return is_old_datum(crs), rank, wide, crs.axis_info[0].direction == "north", int(code.removeprefix("EPSG:"))


def _agreement(bounds: Bounds, code: str, near: Bounds) -> float:
    """Return the overlap of the two boxes as a share of the smaller one, in [0, 1]."""
    crs = pyproj.CRS.from_user_input(code)
    if crs.axis_info[0].unit_name != "metre":
        return 0.0
    try:
        transformer = pyproj.Transformer.from_crs(crs, WGS84, always_xy=True)
        west, south, east, north = transformer.transform_bounds(*bounds)
    except ProjError:
        return 0.0
    if not np.isfinite([west, south, east, north]).all():
        return 0.0
    width = min(east, near[2]) - max(west, near[0])
    height = min(north, near[3]) - max(south, near[1])
    if width < 0 or height < 0:
        return 0.0
    smaller = min((east - west) * (north - south), (near[2] - near[0]) * (near[3] - near[1]))
    return float(width * height / smaller) if smaller > 0 else 1.0
