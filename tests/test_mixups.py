"""Mix-ups of datum: which there are, where they bring points, and that they say what is what."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point
from townships import PLACES

from schoolmap.inputs.checks.mixups import PLAIN
from schoolmap.inputs.checks.mixups import Mixup
from schoolmap.inputs.checks.mixups import datum_of
from schoolmap.inputs.checks.mixups import lies_in_china
from schoolmap.inputs.checks.mixups import mixups

DATUMS = (PLAIN, "GCJ-02", "BD-09")


def metric(place: str) -> tuple[np.ndarray, pyproj.CRS]:
    """Return one point of a place in metres."""
    lon, lat, code = PLACES[place]
    crs = pyproj.CRS.from_user_input(code)
    east, north = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(lon, lat)
    return np.array([[east, north]]), crs


@pytest.mark.parametrize(("place", "gcj_m", "bd_m"), [("沅陵", 602, 1171), ("高台", 142, 1015), ("芙蓉", 670, 1240)])
def test_a_mixup_moves_by_the_vector_of_its_place(place: str, gcj_m: float, bd_m: float) -> None:
    """Read as WGS 84, GCJ-02 and BD-09 lie as far off as published."""
    point, crs = metric(place)
    for datum, metres in (("GCJ-02", gcj_m), ("BD-09", bd_m)):
        moved = Mixup(taken=datum, meant=PLAIN).move(point, crs=crs)
        assert np.hypot(*(moved - point)[0]) == pytest.approx(metres, rel=0.004)


@given(st.sampled_from(sorted(PLACES)), st.sampled_from(DATUMS), st.sampled_from(DATUMS))
def test_what_one_mixup_does_the_other_undoes(place: str, one: str, other: str) -> None:
    """A point that was taken for one datum and is another, and back: less than a centimetre."""
    point, crs = metric(place)
    there = Mixup(taken=one, meant=other).move(point, crs=crs)
    back = Mixup(taken=other, meant=one).move(there, crs=crs)
    assert np.abs(back - point).max() < 0.01
    assert (np.abs(there - point).max() < 0.01) == (one == other)


@given(st.sampled_from(DATUMS), st.sampled_from(DATUMS))
def test_every_way_is_there_once(declared: str, of_other: str) -> None:
    """Two wrong datums of each layer, fewer ways where both move alike; none leaves the layer where it is."""
    ways = mixups(declared, of_other)
    assert {way.own for way in ways} - {""} == set(DATUMS) - {declared}
    assert {way.other for way in ways} - {""} == set(DATUMS) - {of_other}
    assert len({(way.taken, way.meant) for way in ways}) == len(ways)
    assert all(way.taken != way.meant for way in ways)
    assert len(ways) == (4 if declared == of_other else 3)


def test_both_readings_of_a_mixup_are_told() -> None:
    """A GCJ-02 layer that fits as WGS 84 fits as well if the other one is GCJ-02."""
    way = next(way for way in mixups("GCJ-02", "EPSG:4490") if way.own == PLAIN)
    english, chinese = way.cause("schools.csv", "areas.shp")
    assert english == "schools.csv is WGS 84 or CGCS2000 or areas.shp is GCJ-02 (AMap, Tencent)"
    assert chinese == "schools.csv 实为 WGS 84 或 CGCS2000,或 areas.shp 实为 GCJ-02(高德、腾讯)"


def test_declarations() -> None:
    """Every CRS that PROJ knows is of no offset; the two names are known in any case."""
    assert [datum_of(text) for text in ("", "EPSG:4546", "bd-09", "GCJ-02")] == [PLAIN, PLAIN, "BD-09", "GCJ-02"]


def test_where_the_datums_are_used() -> None:
    """In 沅陵, not in Berlin; an empty layer lies nowhere."""
    china = gpd.GeoDataFrame(geometry=[Point(110.39, 28.45)], crs="EPSG:4490")
    assert lies_in_china(china)
    assert not lies_in_china(gpd.GeoDataFrame(geometry=[Point(390_000, 5_820_000)], crs="EPSG:25833"))
    assert not lies_in_china(china.iloc[:0])
    assert not lies_in_china(gpd.GeoDataFrame(geometry=[Point(1, 1)]))
