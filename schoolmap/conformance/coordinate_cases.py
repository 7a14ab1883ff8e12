"""Places in the datums and zones of China: where they come to lie, and that the way back leads home."""

from __future__ import annotations

import numpy as np
import pyproj

from schoolmap.conformance.case import Case
from schoolmap.inputs.coordinates import WGS84
from schoolmap.inputs.coordinates import from_wgs84
from schoolmap.inputs.coordinates import likely_crs
from schoolmap.inputs.coordinates import to_wgs84

_SHIFT = "public form of the offset, as in wandergis/coordTransform_py; six decimals, {:,} m from WGS 84"
_BACK = "identity: there and back"
_ZONE = "CGCS2000 Gauss-Kruger, zones of 3 degrees, without and with the number of the zone; by PROJ"
_SIX_DECIMALS, _MILLIMETRE_DEG, _MILLIMETRE = 5e-7, 1e-8, 1e-3

PLACES = {"沅陵": (110.39, 28.45), "高台": (99.82, 39.38), "芙蓉": (113.03, 28.19), "北京": (116.391, 39.907)}
"""Longitude and latitude in WGS 84."""
SHIFTED = {
    ("沅陵", "GCJ-02"): (110.394996, 28.446828, 602),
    ("高台", "GCJ-02"): (99.821414, 39.380664, 142),
    ("芙蓉", "GCJ-02"): (113.035749, 28.186736, 670),
    ("北京", "GCJ-02"): (116.397241, 39.908401, 555),
    ("沅陵", "BD-09"): (110.401420, 28.453150, 1171),
}
"""Where they come to lie, and how many metres off."""
PROJECTED = {"EPSG:4546": (440249.742, 3148463.666), "EPSG:4525": (37440249.742, 3148463.666)}
"""Easting and northing of 沅陵 in metres."""


def coordinate_cases() -> tuple[Case, ...]:
    """
    Return all cases of coordinates.

    Examples
    --------
    >>> [case.name for case in coordinate_cases() if not case.passes]
    []
    """
    return (*_shifted(), *_back(), *_projected())


def _shifted() -> tuple[Case, ...]:
    cases = []
    ellipsoid = pyproj.Geod(ellps="WGS84")
    for (place, datum), (lon, lat, metres) in SHIFTED.items():
        at = PLACES[place]
        found = [float(value[0]) for value in from_wgs84(np.array([at[0]]), np.array([at[1]]), datum=datum)]
        source = _SHIFT.format(metres)
        cases += [
            Case(name=f"{place} in {datum}, {axis}", published=known, ours=ours, tolerance=_SIX_DECIMALS, source=source)
            for axis, known, ours in zip(("longitude", "latitude"), (lon, lat), found, strict=True)
        ]
        cases.append(
            Case(
                name=f"{place} in {datum}, metres from WGS 84",
                published=float(metres),
                ours=float(ellipsoid.inv(at[0], at[1], found[0], found[1])[2]),
                tolerance=1.0,
                source=source,
            )
        )
    return tuple(cases)


def _back() -> tuple[Case, ...]:
    lon, lat = np.meshgrid(np.linspace(74.0, 135.0, 62), np.linspace(18.0, 53.0, 36))
    return tuple(
        Case(
            name=f"{datum} and back, 2,232 places of China, farthest in degrees",
            published=0.0,
            ours=float(
                max(
                    np.abs(home - start).max()
                    for home, start in zip(
                        to_wgs84(*from_wgs84(lon, lat, datum=datum), datum=datum), (lon, lat), strict=True
                    )
                )
            ),
            tolerance=_MILLIMETRE_DEG,
            source=_BACK,
        )
        for datum in ("GCJ-02", "BD-09")
    )


def _projected() -> tuple[Case, ...]:
    cases = []
    for code, known in PROJECTED.items():
        found = pyproj.Transformer.from_crs(WGS84, code, always_xy=True).transform(*PLACES["沅陵"])
        cases += [
            Case(name=f"沅陵 in {code}, {axis}", published=value, ours=float(ours), tolerance=_MILLIMETRE, source=_ZONE)
            for axis, value, ours in zip(("easting", "northing"), known, found, strict=True)
        ]
        box = (known[0] - 5_000, known[1] - 5_000, known[0] + 5_000, known[1] + 5_000)
        named = likely_crs(box, near=(110.3, 28.4, 110.5, 28.5))
        cases.append(
            Case(
                name=f"a layer around 沅陵 without CRS, code that is named for {code}",
                published=float(code.removeprefix("EPSG:")),
                ours=float("nan") if named is None else float(named.removeprefix("EPSG:")),
                tolerance=0.0,
                source=_ZONE,
            )
        )
    return tuple(cases)
