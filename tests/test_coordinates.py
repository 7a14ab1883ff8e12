"""Coordinates and their datum: published fixtures, the way back, and which CRS is named as the likely one."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.errors import CRSError
from schoolmap.inputs.coordinates import Bounds
from schoolmap.inputs.coordinates import bd09_from_wgs84
from schoolmap.inputs.coordinates import fits
from schoolmap.inputs.coordinates import from_wgs84
from schoolmap.inputs.coordinates import gcj02_from_wgs84
from schoolmap.inputs.coordinates import in_china
from schoolmap.inputs.coordinates import is_old_datum
from schoolmap.inputs.coordinates import likely_crs
from schoolmap.inputs.coordinates import parse_crs
from schoolmap.inputs.coordinates import to_wgs84

Place = tuple[float, float]

YUANLING: Place = (110.39, 28.45)
GAOTAI: Place = (99.82, 39.38)
FURONG: Place = (113.03, 28.19)
BEIJING: Place = (116.391, 39.907)

HUNAN: Bounds = (110.30, 28.40, 110.60, 28.70)
BERLIN: Bounds = (13.30, 52.49, 13.44, 52.57)

within_china = st.tuples(st.floats(74, 135), st.floats(18, 53))


def metres_between(left: Place, right: Place) -> float:
    """Return the distance on the ellipsoid."""
    return float(pyproj.Geod(ellps="WGS84").inv(*left, *right)[2])


def shifted(place: Place, datum: str) -> Place:
    """Shift one WGS 84 place to a Chinese datum."""
    forward = {"GCJ-02": gcj02_from_wgs84, "BD-09": bd09_from_wgs84}[datum]
    lon, lat = forward(np.array([place[0]]), np.array([place[1]]))
    return float(lon[0]), float(lat[0])


def unshifted(place: Place, datum: str) -> Place:
    """Bring one place of a Chinese datum back to WGS 84."""
    lon, lat = to_wgs84(np.array([place[0]]), np.array([place[1]]), datum=datum)
    return float(lon[0]), float(lat[0])


@pytest.mark.parametrize(
    ("place", "gcj", "offset_m"),
    [
        (YUANLING, (110.394996, 28.446828), 602),
        (GAOTAI, (99.821414, 39.380664), 142),
        (FURONG, (113.035749, 28.186736), 670),
        (BEIJING, (116.397241, 39.908401), 555),
    ],
)
def test_gcj_02_by_hand(place: Place, gcj: Place, offset_m: float) -> None:
    """Four places are where the public form of GCJ-02 puts them, to 1 m, and as far off as known."""
    assert metres_between(shifted(place, "GCJ-02"), gcj) < 1
    assert metres_between(shifted(place, "GCJ-02"), place) == pytest.approx(offset_m, abs=1)


def test_bd_09_by_hand() -> None:
    """Baidu's datum of 沅陵, to 1 m; all four places are as far off as known."""
    assert metres_between(shifted(YUANLING, "BD-09"), (110.401420, 28.453150)) < 1
    offsets = [metres_between(shifted(place, "BD-09"), place) for place in (YUANLING, GAOTAI, FURONG, BEIJING)]
    assert offsets == pytest.approx([1171, 1015, 1240, 1376], rel=0.003)


@pytest.mark.parametrize("datum", ["GCJ-02", "BD-09"])
@pytest.mark.parametrize("place", [YUANLING, GAOTAI, FURONG, BEIJING])
def test_the_way_back_by_hand(place: Place, datum: str) -> None:
    """The places come back to within a millimetre; taken as they are, they lie farther off than a walk."""
    assert metres_between(unshifted(shifted(place, datum), datum), place) < 0.001
    assert metres_between(shifted(place, datum), place) > 100


@pytest.mark.parametrize(
    ("crs", "easting"),
    [("EPSG:4546", 440_249.742), ("EPSG:4525", 37_440_249.742)],
)
def test_gauss_krueger_by_hand(crs: str, easting: float) -> None:
    """A place of 沅陵 in the zone around 111°E, without and with the zone's number before the easting."""
    transformer = pyproj.Transformer.from_crs("EPSG:4490", parse_crs(crs), always_xy=True)
    assert transformer.transform(*YUANLING) == pytest.approx((easting, 3_148_463.666), abs=0.001)


@pytest.mark.parametrize(
    ("place", "crs", "easting", "central"),
    [(FURONG, "EPSG:4547", 500_000, 114), (GAOTAI, "EPSG:4542", 500_000, 99), (YUANLING, "EPSG:4546", 500_000, 111)],
)
def test_central_meridians_by_hand(place: Place, crs: str, easting: float, central: int) -> None:
    """Each of the three counties has its own zone: a place lies east of 500,000 m if it is east of the meridian."""
    transformer = pyproj.Transformer.from_crs("EPSG:4490", parse_crs(crs), always_xy=True)
    east, north = transformer.transform(*place)
    assert parse_crs(crs).name == f"CGCS2000 / 3-degree Gauss-Kruger CM {central}E"
    assert transformer.transform(central, place[1])[0] == pytest.approx(easting, abs=0.001)
    # along a parallel a degree is cos(latitude) of one along the equator, to within the ellipsoid's flattening
    degree = 111_320 * np.cos(np.radians(place[1]))
    assert east - easting == pytest.approx((place[0] - central) * degree, rel=0.005)
    assert north == pytest.approx(place[1] * 110_900, rel=0.005)


@pytest.mark.parametrize("zone", range(25, 46))
def test_zones_of_3_degrees(zone: int) -> None:
    """EPSG 4513 to 4533 have the number of their zone before the easting, 4534 to 4554 have not."""
    central = 3 * zone
    numbered, plain = parse_crs(f"EPSG:{4513 + zone - 25}"), parse_crs(f"EPSG:{4534 + (central - 75) // 3}")
    assert numbered.name == f"CGCS2000 / 3-degree Gauss-Kruger zone {zone}"
    assert plain.name == f"CGCS2000 / 3-degree Gauss-Kruger CM {central}E"
    easts = [
        pyproj.Transformer.from_crs("EPSG:4490", crs, always_xy=True).transform(central, 35.0)[0]
        for crs in (numbered, plain)
    ]
    assert easts == pytest.approx([zone * 1e6 + 500_000, 500_000], abs=0.001)


@pytest.mark.parametrize("zone", range(13, 24))
def test_zones_of_6_degrees(zone: int) -> None:
    """EPSG 4491 to 4501 have the number of their zone, 4502 to 4512 the meridians 75 to 135."""
    assert parse_crs(f"EPSG:{4491 + zone - 13}").name == f"CGCS2000 / Gauss-Kruger zone {zone}"
    assert parse_crs(f"EPSG:{4502 + zone - 13}").name == f"CGCS2000 / Gauss-Kruger CM {6 * zone - 3}E"


@pytest.mark.parametrize("datum", ["GCJ-02", "BD-09"])
def test_the_way_back_all_over_china(datum: str) -> None:
    """On a grid of a tenth of a degree over all of China, each point comes back to within a centimetre."""
    lon, lat = (part.ravel() for part in np.meshgrid(np.arange(73.6, 135.1, 0.1), np.arange(17.9, 53.6, 0.1)))
    back_lon, back_lat = to_wgs84(*from_wgs84(lon, lat, datum=datum), datum=datum)
    _, _, metres = pyproj.Geod(ellps="WGS84").inv(lon, lat, back_lon, back_lat)
    assert len(metres) > 200_000
    assert np.max(metres) < 0.01


def test_a_layer_that_is_partly_beyond_china() -> None:
    """The box in which the offsets are used must hold all of the layer."""
    assert in_china(HUNAN)
    assert not in_china(BERLIN)
    assert not in_china((130.0, 40.0, 140.0, 45.0))


@given(within_china, st.sampled_from(["GCJ-02", "BD-09", "gcj-02"]))
def test_there_and_back(place: Place, datum: str) -> None:
    """What was shifted comes back to within a millionth of a degree, anywhere in China."""
    back = unshifted(shifted(place, datum.upper()), datum)
    assert back == pytest.approx(place, abs=1e-6)


@given(within_china)
def test_a_mix_up_is_larger_than_a_walk_in_a_village(place: Place) -> None:
    """Taking GCJ-02 for WGS 84 moves a school by tens of metres to more than a kilometre: the datum must be said."""
    assert 10 < metres_between(shifted(place, "GCJ-02"), place) < 1500


def test_arrays_keep_their_shape() -> None:
    """An empty array stays empty; many points are converted as one by one."""
    empty = np.array([], dtype=float)
    assert to_wgs84(empty, empty, datum="GCJ-02")[0].shape == (0,)
    lon, lat = to_wgs84(np.array([110.394996, 99.821414]), np.array([28.446828, 39.380664]), datum="GCJ-02")
    assert lon[1] == pytest.approx(unshifted((99.821414, 39.380664), "GCJ-02")[0], abs=1e-9)
    assert lat.tolist() == pytest.approx([YUANLING[1], GAOTAI[1]], abs=1e-5)


@pytest.mark.parametrize(
    ("bounds", "crs", "possible"),
    [
        ((13.3, 52.4, 13.5, 52.6), "EPSG:4326", True),
        ((13.3, 52.4, 13.5, 52.6), "EPSG:25833", False),
        ((383_925, 5_817_544, 393_600, 5_825_811), "EPSG:25833", True),
        ((383_925, 5_817_544, 393_600, 5_825_811), "EPSG:4326", False),
        ((28.4, 110.3, 28.6, 110.5), "EPSG:4490", False),
    ],
)
def test_degrees_and_metres_are_told_apart(bounds: Bounds, crs: str, *, possible: bool) -> None:
    """Degrees lie on the globe, metres beyond it; a latitude of 110 is neither."""
    assert fits(bounds, parse_crs(crs)) is possible


@pytest.mark.parametrize(
    ("bounds", "near", "likely"),
    [
        ((383_925, 5_817_544, 393_600, 5_825_811), BERLIN, "EPSG:25833"),
        ((432_000, 3_143_000, 460_000, 3_175_000), HUNAN, "EPSG:4546"),
        ((37_432_000, 3_143_000, 37_460_000, 3_175_000), HUNAN, "EPSG:4525"),
        ((440_249.7, 3_148_463.7, 440_249.7, 3_148_463.7), HUNAN, "EPSG:4546"),
        ((110.3, 28.4, 110.6, 28.7), HUNAN, "EPSG:4326"),
    ],
)
def test_the_likely_crs(bounds: Bounds, near: Bounds, likely: str) -> None:
    """Berlin's layers are ETRS89 / UTM 33N; a county at 111°E is CGCS2000 in its zone of 3 degrees."""
    assert likely_crs(bounds, near=near) == likely


def test_the_projects_own_crs_is_named_first() -> None:
    """Zones of 3 and of 6 degrees around one meridian are the same; the project's own is named."""
    bounds = (432_000.0, 3_143_000.0, 460_000.0, 3_175_000.0)
    assert likely_crs(bounds, near=HUNAN, first=["EPSG:4508"]) == "EPSG:4508"


@pytest.mark.parametrize(
    ("left", "likely"),
    [(25_400_000, "EPSG:4513"), (37_440_000, "EPSG:4525"), (45_440_000, "EPSG:4533"), (19_440_000, "EPSG:4497")],
)
def test_an_easting_of_eight_digits_names_its_zone(left: float, likely: str) -> None:
    """Without any other layer, the zone's number before the easting tells the CRS."""
    assert likely_crs((left, 3_143_000.0, left + 20_000, 3_175_000.0), near=None) == likely


@pytest.mark.parametrize(
    ("bounds", "near"),
    [
        ((432_000, 3_143_000, 460_000, 3_175_000), None),
        ((1e9, 1e9, 2e9, 2e9), HUNAN),
        ((37_432_000, 3_143_000, 38_460_000, 3_175_000), None),
    ],
)
def test_nothing_is_named_where_nothing_fits(bounds: Bounds, near: Bounds | None) -> None:
    """Metres without any place to compare with, or far beyond the Earth, have no likely CRS."""
    assert likely_crs(bounds, near=near) is None


@pytest.mark.parametrize("code", ["EPSG:4214", "EPSG:4610", "EPSG:2361", "EPSG:2434"])
def test_old_datums_are_recognised(code: str) -> None:
    """Beijing 1954 and Xian 1980, in degrees and in metres, need a shift that nobody here knows."""
    assert is_old_datum(parse_crs(code))
    assert not is_old_datum(parse_crs("EPSG:4490"))


@pytest.mark.parametrize("text", ["", "EPSG:0", "WGS-84-ish", "4546.5", "EPSG:"])
def test_refuses_an_unknown_crs(text: str) -> None:
    """A name that PROJ does not know is an error that says how to write one."""
    with pytest.raises(CRSError, match=r"is no CRS that PROJ knows.*GCJ-02"):
        parse_crs(text)
