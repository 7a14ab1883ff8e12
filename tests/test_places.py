"""Places of records: their CRS is declared or stated, never guessed; what cannot be is refused with the likely one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box
from shapely.geometry import LineString
from shapely.geometry import MultiPoint
from shapely.geometry import Point
from shapely.geometry import Polygon

from schoolmap.inputs.coordinates import parse_crs
from schoolmap.inputs.files.places import locate
from schoolmap.inputs.files.raw import RawTable
from schoolmap.tables import CONTRACTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schoolmap.errors import Fault
    from schoolmap.inputs.coordinates import Bounds

HUNAN: Bounds = (110.30, 28.40, 110.60, 28.70)


def placed(
    geometry: list[object],
    *,
    table: str = "catchments",
    stated: str = "EPSG:4546",
    declared: str = "",
    near: Bounds | None = HUNAN,
) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Locate records with the given geometry, one row each."""
    rows = pd.RangeIndex(1, len(geometry) + 1, name="row")
    key = CONTRACTS[table].key[0]
    frame = pd.DataFrame({key: [f"k{row}" for row in rows]}, index=rows, dtype=object)
    raw = RawTable(frame=frame, geometry=gpd.GeoSeries(geometry, index=rows), crs=stated)
    return locate(frame, raw, contract=CONTRACTS[table], declared=declared, near=near, prefer=("EPSG:4546",))


SQUARE = box(440_000, 3_148_000, 441_000, 3_149_000)
BOW_TIE = Polygon([(440_000, 3_148_000), (441_000, 3_149_000), (441_000, 3_148_000), (440_000, 3_149_000)])


@pytest.mark.parametrize(
    ("geometry", "table", "says"),
    [
        (BOW_TIE, "catchments", "is no valid polygon: Self-intersection"),
        (Point(440_000, 3_148_000), "catchments", "is a Point."),
        (LineString([(440_000, 3_148_000), (441_000, 3_149_000)]), "areas", "is a LineString."),
        (SQUARE, "schools", "is a Polygon."),
        (SQUARE, "projects", "is a Polygon."),
        (None, "schools", "has no place."),
        (Polygon(), "catchments", "has no place."),
    ],
)
def test_a_wrong_geometry_is_named_with_its_row(geometry: object, table: str, says: str) -> None:
    """Row, column and label of the record are told."""
    good = Point(440_500, 3_148_500) if table in {"schools", "projects"} else SQUARE
    _, (fault,) = placed([good, geometry], table=table)
    assert (fault.row, fault.column, fault.value) == (2, "geometry", "k2")
    assert says in fault.problem
    assert fault.remedy
    assert fault.problem_zh


def test_what_may_have_no_place_and_several_gates() -> None:
    """A project may have no place; a school may have several gates."""
    assert placed([None], table="projects")[1] == []
    assert placed([MultiPoint([(440_000, 3_148_000), (440_100, 3_148_000)])], table="schools")[1] == []


@pytest.mark.parametrize(
    ("stated", "declared", "problem", "remedy"),
    [
        ("", "", "states no CRS, and project.toml declares none", "EPSG:4546"),
        ("EPSG:4546", "EPSG:4547", "states EPSG:4546 itself, but project.toml declares EPSG:4547", "EPSG:4546"),
        ("", "EPSG:4490", "cannot be in EPSG:4490: its coordinates", "EPSG:4546"),
        ("", "GCJ-02", "cannot be in GCJ-02", "EPSG:4546"),
        ("", "EPSG:0", "is no CRS", "EPSG:4546"),
        ("EPSG:2383", "", "is in Xian 1980 / 3-degree Gauss-Kruger CM 114E", "CGCS2000"),
    ],
)
def test_a_crs_is_never_guessed(stated: str, declared: str, problem: str, remedy: str) -> None:
    """Missing, contradicted, impossible, unknown and outdated CRSs are refused, and the likely one is named."""
    layer, (fault,) = placed([SQUARE], stated=stated, declared=declared)
    assert layer.crs is None
    assert problem in fault.problem
    assert remedy in fault.remedy
    assert remedy in fault.remedy_zh
    assert fault.column == "crs"


def test_degrees_are_asked_for_their_datum() -> None:
    """Degrees alone do not say whether they are WGS 84, GCJ-02 or BD-09."""
    _, (fault,) = placed([Point(110.39, 28.45)], table="schools", stated="")
    assert all(datum in fault.remedy for datum in ("EPSG:4326", "GCJ-02", "BD-09"))


def test_exchanged_degrees_are_recognised() -> None:
    """A latitude of 110 is a longitude in the wrong column."""
    _, (fault,) = placed([Point(28.45, 110.39)], table="schools", stated="", declared="EPSG:4326")
    assert "seem to be exchanged" in fault.remedy
    assert "写反" in fault.remedy_zh


def test_a_datum_of_degrees_agrees_with_wgs_84_only() -> None:
    """A layer stored as WGS 84 may be declared GCJ-02, since no file format can say so; it is then shifted."""
    layer, faults = placed([Point(110.394996, 28.446828)], table="schools", stated="EPSG:4326", declared="GCJ-02")
    assert faults == []
    assert layer.crs == "EPSG:4326"
    assert layer.geometry[1].distance(Point(110.39, 28.45)) < 1e-5
    _, (fault,) = placed([Point(110.39, 28.45)], table="schools", stated="EPSG:4490", declared="BD-09")
    assert "One of them is wrong" in fault.remedy


def test_wkt_is_named_briefly() -> None:
    """A CRS without a code is shown by its name, not as a page of WKT."""
    wkt = "+proj=tmerc +lat_0=0 +lon_0=111 +k=1 +x_0=500000 +ellps=GRS80 +units=m"
    _, (fault,) = placed([SQUARE], stated=parse_crs(wkt).to_wkt(), declared="EPSG:4546")
    assert "states unknown itself" in fault.problem


def test_a_table_without_any_place_is_refused() -> None:
    """A csv of schools needs two columns of coordinates."""
    frame = pd.DataFrame({"school": ["A"]}, index=[2], dtype=object)
    _, (fault,) = locate(frame, RawTable(frame=frame), contract=CONTRACTS["schools"], declared="", near=None, prefer=())
    assert fault.problem == "has no geometry."
    assert "经度" in fault.remedy


def in_columns(
    x: float,
    y: float,
    *,
    declared: str = "",
    headers: Mapping[str, str] | None = None,
    near: Bounds | None = HUNAN,
) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Locate one school by its columns `x` and `y`."""
    frame = pd.DataFrame({"school": ["A"], "x": [x], "y": [y]}, index=pd.Index([2], name="row"))
    return locate(
        frame,
        RawTable(frame=frame),
        contract=CONTRACTS["schools"],
        declared=declared,
        near=near,
        prefer=("EPSG:4546",),
        headers=headers,
    )


@pytest.mark.parametrize(
    ("x", "declared"),
    [(440_249.742, "EPSG:4546"), (37_440_249.742, "EPSG:4525")],
)
def test_gauss_kruger_with_and_without_the_number_of_the_zone(x: float, declared: str) -> None:
    """One point in both forms lies in one place: 110.39° E, 28.45° N."""
    layer, faults = in_columns(x, 3_148_463.666, declared=declared)
    assert faults == []
    assert layer.to_crs("EPSG:4326").geometry[2].distance(Point(110.39, 28.45)) < 1e-7


@pytest.mark.parametrize(
    ("x", "declared", "likely"),
    [(37_440_249.742, "EPSG:4546", "EPSG:4525"), (440_249.742, "EPSG:4525", "EPSG:4546")],
)
def test_the_number_of_a_zone_must_be_that_of_the_crs(x: float, declared: str, likely: str) -> None:
    """Eastings with the zone in front of them do not fit a CRS without it, nor the other way round."""
    layer, (fault,) = in_columns(x, 3_148_463.666, declared=declared)
    assert layer.crs is None
    assert "the number of a zone" in fault.problem
    assert likely in fault.remedy
    assert likely in fault.remedy_zh


@pytest.mark.parametrize("y", [440_249.742, 37_440_249.742])
@pytest.mark.parametrize("declared", ["", "EPSG:4546", "EPSG:4326"])
def test_north_and_east_as_surveyors_call_them(y: float, declared: str) -> None:
    """Surveyors in China call the northing X: exchanged columns are told with the declaration that mends them."""
    layer, (fault,) = in_columns(3_148_463.666, y, declared=declared, headers={"x": "X坐标", "y": "Y坐标"})
    assert layer.crs is None
    assert fault.problem.startswith("are exchanged")
    assert '`columns = { x = "Y坐标", y = "X坐标" }`' in fault.remedy
    assert "横坐标" in fault.remedy_zh


def in_degrees(*points: tuple[float, float], declared: str = "GCJ-02") -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Locate schools given in columns of longitude and latitude, from row 2 on."""
    lon, lat = zip(*points, strict=True)
    rows = pd.RangeIndex(2, len(points) + 2, name="row")
    frame = pd.DataFrame({"school": [f"k{row}" for row in rows], "lon": lon, "lat": lat}, index=rows)
    return locate(frame, RawTable(frame=frame), contract=CONTRACTS["schools"], declared=declared, near=None, prefer=())


def test_a_row_whose_degrees_are_exchanged_is_named() -> None:
    """One clerk's slip among many right rows is told with its row; what cannot be degrees at all, too."""
    good = [(110.39, 28.45)] * 3
    layer, faults = in_degrees(*good, (28.45, 110.39), (440_249.7, 3_148_463.7))
    assert [(fault.row, fault.column, fault.value) for fault in faults] == [
        (5, "lon, lat", "28.45, 110.39"),
        (6, "lon, lat", "440249.7, 3148463.7"),
    ]
    assert "exchanged" in faults[0].problem
    assert "exchanged" not in faults[1].problem
    assert layer.geometry.notna().to_list() == [True, True, True, False, False]
    assert layer.crs == "EPSG:4326"


@pytest.mark.parametrize("points", [[(28.45, 110.39)], [(28.45, 110.39), (110.39, 28.45)]])
def test_where_most_rows_are_exchanged_it_is_the_columns(points: list[tuple[float, float]]) -> None:
    """Then the table as a whole is refused."""
    layer, (fault,) = in_degrees(*points)
    assert (fault.row, fault.column) == (None, "crs")
    assert layer.crs is None


def test_an_exchanged_layer_is_mended_in_qgis() -> None:
    """A layer has no columns to declare."""
    _, (fault,) = placed([Point(3_148_463.666, 440_249.742)], table="schools", stated="")
    assert "QGIS" in fault.remedy


def test_elsewhere_such_numbers_are_right() -> None:
    """In the conic projection of Mexico the easting is above two million and the northing below one."""
    _, faults = in_columns(2_500_000.0, 800_000.0, declared="EPSG:6372")
    assert faults == []


@given(st.floats(-1e8, 1e8), st.floats(-1e8, 1e8), st.sampled_from(["", "EPSG:4546", "EPSG:4525", "GCJ-02"]))
def test_any_coordinates_are_placed_or_told(x: float, y: float, declared: str) -> None:
    """Whatever is typed, the layer has a CRS, or one fault says why not."""
    layer, faults = in_columns(x, y, declared=declared, near=None)
    assert (layer.crs is None) == (len(faults) == 1)


def test_a_coordinate_that_could_not_be_read_is_not_told_twice() -> None:
    """The cell is a fault of its own."""
    frame = pd.DataFrame({"school": ["A", "B"], "lon": [110.39, None], "lat": [28.45, 28.45]}, index=[2, 3])
    raw = RawTable(frame=frame)
    contract = CONTRACTS["schools"]
    for told, rows in (((), [3]), ({3}, [])):
        _, faults = locate(frame, raw, contract=contract, declared="EPSG:4326", near=None, prefer=(), told=told)
        assert [fault.row for fault in faults] == rows
