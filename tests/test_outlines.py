"""Layers that share outlines or places: a common offset is measured and its cause named, strangers are left alone."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from townships import MIXUPS
from townships import PLACES
from townships import County
from townships import county

from schoolmap.errors import Fault
from schoolmap.errors import Severity
from schoolmap.inputs.checks import outlines
from schoolmap.inputs.checks.mixups import PLAIN
from schoolmap.inputs.checks.mixups import Mixup
from schoolmap.inputs.checks.named import Named

CRS = "EPSG:4546"


def offset_of(layer: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, declared: str = "EPSG:4490") -> outlines.Offset | None:
    """Compare a layer with areas that are declared rightly."""
    return outlines.common_offset(layer, areas, declared=declared, of_other="EPSG:4490", in_china=True)


@pytest.mark.parametrize("place", sorted(PLACES))
@pytest.mark.parametrize("name", sorted(MIXUPS))
def test_every_mixup_is_named(place: str, name: str) -> None:
    """Catchments drawn anew along townships, with an error of 20 m, tell each of six mix-ups, even the 142 m of 高台."""
    declared, really, misread = MIXUPS[name]
    here = county(place, seed=7, schools=0)
    offset = offset_of(here.catchments(misread=misread, noise_m=20.0), here.areas, declared)
    assert offset is not None
    assert offset.mixup is not None
    assert offset.mixup.own == really
    assert offset.fits > 0.9


def test_areas_of_a_wrong_datum() -> None:
    """If the areas are GCJ-02 and the catchments right, the other file is named."""
    here = county("芙蓉", seed=7, schools=0)
    way = Mixup(taken="GCJ-02", meant=PLAIN)
    shapes = [shapely.transform(shape, lambda points: way.move(points, crs=here.crs)) for shape in here.areas.geometry]
    offset = offset_of(here.catchments(), here.areas.set_geometry(shapes).set_crs(here.crs, allow_override=True))
    assert offset is not None
    assert offset.mixup is not None
    assert (offset.mixup.own, offset.mixup.other) == ("", "GCJ-02")


def test_an_offset_of_no_known_cause_by_hand() -> None:
    """412 m too far east and 310 m too far south: the vector is measured, and no datum is blamed."""
    here = county("沅陵", seed=2, schools=0)
    catchments = here.catchments(noise_m=5.0)
    moved = catchments.set_geometry(catchments.translate(412.0, -310.0))
    offset = offset_of(moved, here.areas)
    assert offset is not None
    assert offset.mixup is None
    assert (offset.east_m, offset.north_m) == pytest.approx((412, -310), abs=15)
    layer, areas = Named(file="catchments.shp", frame=moved), here.named_areas()
    fault = outlines.offset_fault(layer, outlines.Offset(east_m=412, north_m=-310, mixup=None, fits=1.0), other=areas)
    assert fault.problem == (
        "lies at a common offset of E 412 m, N -310 m (516 m) from areas.geojson: cause not known."
    )
    assert fault.problem_zh == "相对 areas.geojson 整体偏东 412 米、偏南 310 米(共 516 米):原因不明。"
    assert (fault.severity, fault.column) == (Severity.WARNING, "crs")


def test_an_offset_as_of_an_old_datum() -> None:
    """A hundred metres may be Beijing 1954 or Xian 1980 taken for CGCS2000."""
    layer = Named(file="catchments.shp", frame=pd.DataFrame())
    fault = outlines.offset_fault(layer, outlines.Offset(east_m=90, north_m=30, mixup=None, fits=1.0), other=layer)
    assert "Xian 1980" in fault.problem
    assert "西安80" in fault.problem_zh


def test_a_datum_that_explains_all_stops_the_plan() -> None:
    """Children would be counted 602 m off: the fault names the file, the datum and the offset."""
    declared, _, misread = MIXUPS["GCJ-02 as WGS 84"]
    here = county("沅陵", seed=2, schools=0)
    catchments = here.catchments(misread=misread)
    offset = offset_of(catchments, here.areas, declared)
    assert offset is not None
    fault = outlines.offset_fault(Named(file="catchments.shp", frame=catchments), offset, other=here.named_areas())
    assert fault.severity is Severity.ERROR
    assert offset.length_m == pytest.approx(602, abs=5)
    assert "they fit if catchments.shp is GCJ-02 (AMap, Tencent)" in fault.problem
    assert "若 catchments.shp 实为 GCJ-02(高德、腾讯),则吻合" in fault.problem_zh


counties = st.builds(
    county,
    st.sampled_from(sorted(PLACES)),
    seed=st.integers(0, 10_000),
    side=st.integers(2, 6),
    size_m=st.sampled_from([300.0, 1000.0, 4000.0]),
    schools=st.just(0),
)


@settings(max_examples=15)
@given(counties, st.integers(0, 1000))
def test_no_false_alarm(here: County, seed: int) -> None:
    """Catchments that were drawn along townships with an error of 20 m lie where they lie."""
    assert offset_of(here.catchments(noise_m=20.0, seed=seed), here.areas) is None


@settings(max_examples=15)
@given(counties, st.integers(0, 1000), st.floats(0.6, 1.7))
def test_strangers_have_no_offset(here: County, seed: int, scale: float) -> None:
    """Outlines that have nothing to do with each other fit nowhere."""
    other = county("沅陵", seed=seed + 20_000, side=6, size_m=1000.0 * scale, schools=0)
    centre = here.areas.union_all().centroid
    middle = other.areas.union_all().centroid
    shapes = other.areas.translate(centre.x - middle.x, centre.y - middle.y).rotate(seed % 90, origin=centre)
    layer = gpd.GeoDataFrame(geometry=shapes.to_numpy(), crs=here.crs)
    assert offset_of(layer, here.areas) is None


@given(st.floats(-1500, 1500), st.floats(-1500, 1500))
@settings(max_examples=15)
def test_the_offset_is_the_move_that_was_made(east: float, north: float) -> None:
    """Any move of more than a few houses is measured to within the error of drawing."""
    here = county("沅陵", seed=4, schools=0)
    moved = here.catchments().translate(east, north)
    offset = outlines.common_offset(
        gpd.GeoDataFrame(geometry=moved, crs=here.crs), here.areas, declared="", of_other="", in_china=False
    )
    length = float(np.hypot(east, north))
    if length > 100.0:
        assert offset is not None
        assert (offset.east_m, offset.north_m) == pytest.approx((east, north), abs=30)
    elif offset is not None:
        assert offset.length_m > outlines.LEAST_OFFSET_M


def test_only_what_is_covered_is_shared() -> None:
    """Catchments that ignore the borders of townships but cover the same ground are compared as a whole."""
    here = county("沅陵", seed=9, side=4, size_m=3000.0, schools=0)
    whole = here.areas.union_all()
    west, south, east, north = whole.bounds
    strips = [
        shapely.intersection(
            whole, shapely.box(west, south + low * (north - south), east, south + high * (north - south))
        )
        for low, high in ((0.0, 0.37), (0.37, 0.71), (0.71, 1.0))
    ]
    layer = gpd.GeoDataFrame(geometry=strips, crs=here.crs)
    assert offset_of(layer, here.areas) is None
    moved = layer.set_geometry(layer.translate(0.0, 700.0))
    offset = offset_of(moved, here.areas)
    assert offset is not None
    assert (offset.east_m, offset.north_m) == pytest.approx((0, 700), abs=15)


def test_nothing_to_compare() -> None:
    """Areas that are points, and a layer without records, have no outlines."""
    here = county("沅陵", seed=4, schools=0)
    points = here.areas.set_geometry(here.areas.centroid)
    assert offset_of(here.areas, points) is None
    assert offset_of(here.areas.iloc[:0], here.areas) is None


def places(points: np.ndarray, schools: list[str | None], file: str) -> Named:
    """Return points of schools, in rows from 2."""
    geometry = [None if np.isnan(point).any() else shapely.Point(point) for point in points]
    frame = gpd.GeoDataFrame({"school": schools}, geometry=geometry, crs=CRS)
    return Named(file=file, frame=frame.set_axis(range(2, len(schools) + 2)))


def paired(projects: Named, schools: Named, declared: str = "EPSG:4490") -> outlines.Offset | None:
    """Compare projects with the schools they name."""
    return outlines.paired_offset(
        projects, schools, by="school", declared=declared, of_other="EPSG:4490", in_china=True
    )


NAMES: list[str | None] = [f"S{number}" for number in range(8)]
HERE = county("沅陵", seed=11, schools=8)


def test_projects_and_schools_at_the_same_places() -> None:
    """Eight projects in BD-09, declared as WGS 84, at their schools within 20 m: the datum and the rows are named."""
    schools = places(HERE.points, NAMES, "schools.csv")
    noise = np.random.default_rng(1).normal(0, 20, HERE.points.shape)
    misread = Mixup(taken="BD-09", meant=PLAIN).move(HERE.points + noise, crs=HERE.crs)
    projects = places(misread, NAMES, "projects.csv")
    offset = paired(projects, schools)
    assert offset is not None
    assert offset.mixup is not None
    assert offset.mixup.own == "BD-09"
    fault = outlines.offset_fault(projects, offset, other=schools)
    assert "Rows 2, 3, 4, 5, 6 (and 3 more)" in fault.problem
    assert fault.severity is Severity.ERROR


def test_gates_that_stand_around_their_schools() -> None:
    """A gate on each side, 90 m from a school whose datum is declared wrongly: what they have in common tells which."""
    sides = 90 * np.array([[1, 0], [0, 1], [-1, 0], [0, -1]])
    gates = places(np.repeat(HERE.points, 4, axis=0) + np.tile(sides, (8, 1)), [n for n in NAMES for _ in sides], "g")
    misread = Mixup(taken="GCJ-02", meant=PLAIN).move(HERE.points, crs=HERE.crs)
    offset = paired(gates, places(misread, NAMES, "schools.csv"))
    assert offset is not None
    assert offset.mixup is not None
    assert (offset.mixup.own, offset.mixup.other) == ("", "GCJ-02")


@pytest.mark.parametrize("spread_m", [0.0, 15.0])
def test_places_with_an_offset_of_no_known_cause(spread_m: float) -> None:
    """All 300 m too far north, by whatever mistake."""
    schools = places(HERE.points, NAMES, "schools.csv")
    noise = np.random.default_rng(1).normal(0, spread_m, HERE.points.shape)
    offset = paired(places(HERE.points + noise + np.array([0.0, 300.0]), NAMES, "projects.csv"), schools)
    assert offset is not None
    assert offset.mixup is None
    assert (offset.east_m, offset.north_m) == pytest.approx((0, 300), abs=15)


@given(st.integers(0, 1000))
def test_places_that_differ_each_in_its_own_way(seed: int) -> None:
    """New wings somewhere on the campus, or anywhere else, have no offset in common."""
    rng = np.random.default_rng(seed)
    schools = places(HERE.points, NAMES, "schools.csv")
    campus = places(HERE.points + rng.normal(0, 40, HERE.points.shape), NAMES, "projects.csv")
    assert paired(campus, schools) is None
    angle = rng.permutation(8) * np.pi / 4
    around = 800.0 * np.column_stack([np.cos(angle), np.sin(angle)])
    assert paired(places(HERE.points + around, NAMES, "projects.csv"), schools) is None


def test_too_few_places_say_nothing() -> None:
    """Three are few; projects without a point or of an unknown school do not count."""
    schools = places(HERE.points, NAMES, "schools.csv")
    moved = HERE.points + np.array([0.0, 500.0])
    assert paired(places(moved[:3], NAMES[:3], "projects.csv"), schools) is None
    assert paired(places(moved[:5], [*NAMES[:3], None, "X"], "projects.csv"), schools) is None
    moved[3:] = np.nan
    assert paired(places(moved, NAMES, "projects.csv"), schools) is None
    assert paired(Named(file="projects.csv", frame=pd.DataFrame({"school": NAMES})), schools) is None


AREAS = gpd.GeoDataFrame(geometry=[shapely.box(432_000, 3_143_000, 460_000, 3_175_000)], crs=CRS)


def eastings(constant: float) -> gpd.GeoDataFrame:
    """Return two schools of the areas with a constant added to their eastings."""
    points = gpd.points_from_xy([440_249.742 + constant, 455_000.0 + constant], [3_148_463.666, 3_160_000.0])
    return gpd.GeoDataFrame(geometry=points, crs=CRS)


@pytest.mark.parametrize(
    ("constant", "said", "said_zh"),
    [
        (-500_000.0, "500,000 m too small: the false easting of 500,000 m is left out.", "未加 500 公里的东移常数"),
        (500_000.0, "500,000 m too large: the false easting of 500,000 m was added twice.", "加了两次"),
        (37e6, "37,000,000 m too large: they begin with the number of zone 37", "东坐标带有带号 37"),
        (-37e6, "37,000,000 m too small: they lack the number of zone 37", "东坐标未带带号 37"),
        (19e6, "they begin with the number of zone 19", "东坐标带有带号 19"),
    ],
)
def test_constants_of_gauss_krueger(constant: float, said: str, said_zh: str) -> None:
    """A false easting forgotten or added twice, and the number of a zone, are named with what was added."""
    wording = outlines.constant_mistake(eastings(constant), AREAS)
    assert wording is not None
    assert said in wording.problem
    assert said_zh in wording.problem_zh


def test_exchanged_axes() -> None:
    """On Chinese maps X points north."""
    points = gpd.points_from_xy([3_148_463.666, 3_160_000.0], [440_249.742, 455_000.0])
    wording = outlines.constant_mistake(gpd.GeoDataFrame(geometry=points, crs=CRS), AREAS)
    assert wording is not None
    assert wording.problem == "has easting and northing exchanged."


@pytest.mark.parametrize("constant", [0.0, 100_000.0, 36.5e6, 40e6 + 123_456.0, np.inf])
def test_other_distances_have_no_constant(constant: float) -> None:
    """Nothing is named where no constant puts the layer on the areas."""
    assert outlines.constant_mistake(eastings(constant), AREAS) is None


def test_a_named_crs_goes_before_a_constant() -> None:
    """Where a CRS would put the layer on the areas, that is what a planner declares."""
    table = Named(file="schools.csv", frame=eastings(-500_000.0))
    far = [Fault(file="schools.csv", problem="lies far away.", remedy="Its CRS is wrong.")]
    named = outlines.with_constant(far, table, AREAS, declared=CRS, likely=lambda: "EPSG:4525")
    assert named == far
    (told,) = outlines.with_constant(far, table, AREAS, declared=CRS, likely=lambda: None)
    assert "false easting" in told.problem
    assert outlines.with_constant([], table, AREAS, declared="", likely=lambda: None) == []
    nowhere = Named(file="schools.csv", frame=eastings(123_456.0))
    assert outlines.with_constant(far, nowhere, AREAS, declared="", likely=lambda: None) == far


def test_gauss_krueger_of_the_three_counties() -> None:
    """Coordinates with the zone's number, declared as without it, are told at every place."""
    for place, (lon, lat, code) in PLACES.items():
        crs = pyproj.CRS.from_user_input(code)
        zone = round(lon / 3)
        here = county(place, seed=1, schools=5)
        east = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(lon, lat)[0]
        points = here.points + np.array([zone * 1e6, 0.0])
        layer = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*points.T), crs=crs)
        wording = outlines.constant_mistake(layer, here.areas)
        assert wording is not None
        assert f"zone {zone}" in wording.problem
        assert 300_000 < east < 700_000
