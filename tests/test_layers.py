"""Files as they are: every format gives the same cells, and what cannot be read says why."""

from __future__ import annotations

import contextlib
import json
import warnings
from typing import TYPE_CHECKING

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
import village
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from shapely import box
from shapely.geometry import LineString
from shapely.geometry import MultiPoint
from shapely.geometry import Point
from shapely.geometry import Polygon

from schoolmap.inputs.coordinates import parse_crs
from schoolmap.inputs.layers import RawTable
from schoolmap.inputs.layers import UnreadableError
from schoolmap.inputs.layers import load
from schoolmap.inputs.layers import locate
from schoolmap.tables import CONTRACTS

if TYPE_CHECKING:
    from pathlib import Path

    from schoolmap.errors import Fault
    from schoolmap.inputs.coordinates import Bounds

TOWN = pd.DataFrame({"学区代码": ["0101", "0102"], "片区名称": ["西片", "=1+1"]})
PLACES = gpd.GeoDataFrame(TOWN, geometry=[Point(440_000, 3_148_000), Point(441_000, 3_149_000)], crs="EPSG:4546")
HUNAN: Bounds = (110.30, 28.40, 110.60, 28.70)


def refusal(path: Path, **options: str) -> Fault:
    """Load a file that must be refused, and return the first fault."""
    with pytest.raises(UnreadableError) as caught:
        load(path, **options)  # type: ignore[arg-type]
    assert all(fault.remedy and fault.problem_zh and fault.remedy_zh for fault in caught.value.faults)
    return caught.value.faults[0]


def write(folder: Path, name: str) -> Path:
    """Write the town in the format of the name's ending."""
    path = folder / name
    if path.suffix == ".xlsx":
        return village.write_sheets(path, {"片区": TOWN})
    if path.suffix == ".parquet":
        PLACES.to_parquet(path)
    elif path.suffix == ".csv":
        TOWN.to_csv(path, index=False)
    else:
        PLACES.to_file(path, encoding="gbk" if path.suffix == ".shp" else "utf-8")
    return path


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx", "t.geojson", "t.gpkg", "t.shp", "t.parquet"])
def test_every_format_gives_the_same_cells(tmp_path: Path, name: str) -> None:
    """Codes stay text, Chinese stays Chinese, and a name that looks like a formula stays a name."""
    raw = load(write(tmp_path, name))
    pd.testing.assert_frame_equal(raw.frame.reset_index(drop=True), TOWN.astype(object), check_column_type=False)
    assert raw.has_header_row is (name in {"t.csv", "t.xlsx"})
    assert raw.frame.index[0] == (2 if raw.has_header_row else 1)
    if raw.geometry is not None:
        assert raw.crs == "EPSG:4546"
        assert [(point.x, point.y) for point in raw.geometry] == [(440_000, 3_148_000), (441_000, 3_149_000)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_csv_of_any_usual_encoding(tmp_path: Path, encoding: str) -> None:
    """UTF-8 with and without mark, GBK and what Excel calls Unicode are told apart without a word."""
    TOWN.to_csv(tmp_path / "t.csv", index=False, encoding=encoding)
    assert load(tmp_path / "t.csv").frame["片区名称"].to_list() == ["西片", "=1+1"]


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=12)


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_csv_cells_come_back(tmp_path: Path, rows: list[tuple[str, str]]) -> None:
    """Quotes, commas and line breaks within cells change neither cells nor rows; empty cells are nothing."""
    pd.DataFrame(rows, columns=["a", "b"]).to_csv(tmp_path / "t.csv", index=False, encoding="utf-8")
    frame = load(tmp_path / "t.csv", encoding="utf-8").frame
    kept = {row: pair for row, pair in enumerate(rows, start=2) if any(pair)}
    assert {row: (a or "", b or "") for row, a, b in frame.itertuples()} == kept


def test_rows_are_counted_as_a_spreadsheet_does(tmp_path: Path) -> None:
    """Blank lines are no records, but they count; cells that Excel leaves at the end of lines do not matter."""
    (tmp_path / "t.csv").write_text("a,b,\n1,2,\n\n,,,,\n3,4,\n", encoding="utf-8")
    frame = load(tmp_path / "t.csv").frame
    assert list(frame.index) == [2, 5]
    assert list(frame.columns) == ["a", "b"]


def test_a_sheet_by_name_or_the_first(tmp_path: Path) -> None:
    """Without a name the first sheet is read; a workbook that is open is not opened again."""
    path = village.write_sheets(tmp_path / "t.xlsx", {"一": TOWN, "二": TOWN.iloc[:1]})
    books: dict[Path, openpyxl.Workbook] = {}
    assert len(load(path, books=books).frame) == 2
    path.write_bytes(b"")
    assert len(load(path, sheet="二", books=books).frame) == 1


def test_a_layer_by_name(tmp_path: Path) -> None:
    """A GeoPackage may hold several layers, and tables without geometry."""
    PLACES.to_file(tmp_path / "t.gpkg", layer="one")
    pyogrio.write_dataframe(TOWN.iloc[:1], tmp_path / "t.gpkg", layer="two")
    assert load(tmp_path / "t.gpkg", sheet="one").geometry is not None
    table = load(tmp_path / "t.gpkg", sheet="two")
    assert table.geometry is None
    assert list(table.frame.index) == [1]


def test_a_shapefile_that_does_not_state_its_encoding(tmp_path: Path) -> None:
    """GBK attributes without a `.cpg`, as Chinese offices send them, are read as Chinese."""
    write(tmp_path, "t.shp")
    (tmp_path / "t.cpg").unlink()
    assert load(tmp_path / "t.shp").frame["片区名称"].to_list() == ["西片", "=1+1"]


def test_a_geojson_without_crs_states_none(tmp_path: Path) -> None:
    """GDAL would call it WGS 84; a file that says nothing says nothing."""
    document = json.loads(PLACES.to_json())
    del document["crs"]
    (tmp_path / "t.geojson").write_text(json.dumps(document), encoding="utf-8")
    assert load(tmp_path / "t.geojson").crs == ""


def test_a_formula_gives_its_stored_value(tmp_path: Path) -> None:
    """A formula that a spreadsheet has computed is its number; one that was never computed is a fault."""
    with pd.ExcelWriter(tmp_path / "t.xlsx", engine="xlsxwriter") as book:
        sheet = book.book.add_worksheet("s")
        sheet.write_row(0, 0, ["学校", "学位"])
        sheet.write_string(1, 0, "A")
        sheet.write_formula(1, 1, "=40+5", None, 45)
    assert load(tmp_path / "t.xlsx").frame.at[2, "学位"] == 45

    fresh = openpyxl.Workbook()
    fresh.worksheets[0].append(["学校", "学位"])
    fresh.worksheets[0].append(["A", "=40+5"])
    fresh.save(tmp_path / "u.xlsx")
    (fault,) = load(tmp_path / "u.xlsx").faults
    assert (fault.row, fault.column, fault.value) == (2, "学位", "=40+5")
    assert "formula without a stored value" in fault.problem


def test_an_error_value_is_a_fault(tmp_path: Path) -> None:
    """`#N/A` is no name and no number."""
    path = village.write_sheets(tmp_path / "t.xlsx", {"s": pd.DataFrame({"学校": ["A", "#N/A"]})})
    (fault,) = load(path).faults
    assert (fault.row, fault.column, fault.value) == (3, "学校", "#N/A")


def test_merged_cells_are_faults(tmp_path: Path) -> None:
    """Only the first of merged cells holds a value: the others would be read as empty."""
    book = openpyxl.Workbook()
    for record in (["学区", "学校"], ["0101", "A"], [None, "B"]):
        book.worksheets[0].append(record)
    book.worksheets[0].merge_cells("A2:A3")
    book.save(tmp_path / "t.xlsx")
    (fault,) = load(tmp_path / "t.xlsx").faults
    assert (fault.row, fault.column, fault.value) == (2, "学区", "A2:A3")


def test_what_openpyxl_does_not_keep_is_no_matter(tmp_path: Path) -> None:
    """A warning of a library about styles never reaches the user."""
    path = write(tmp_path, "t.xlsx")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        load(path)
    assert caught == []


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("t.csv", b"", "no header"),
        ("t.csv", b"\n1,2\n", "no header"),
        ("t.csv", b'a,b\n"1,2\n', "is no table"),
        ("t.csv", b"a;b\n1;2\n", "one column only"),
        ("t.csv", b"a\tb\n1\t2\n", "one column only"),
        ("t.csv", b"a,b\n\x81\x20,\xff\xff\n", "neither UTF-8 nor GBK"),
        ("t.csv", b"\xff\xfea", "neither UTF-8 nor GBK"),
        ("t.xls", b"", "ending '.xls'"),
        ("t", b"", "ending ''"),
        ("t.xlsx", b"no zip", "is no workbook"),
        ("t.xlsx", b"", "is no workbook"),
        ("t.gpkg", b"SQLite format 3\x00", "cannot be read as a layer"),
        ("t.geojson", b'{"type": "FeatureCollection"', "cannot be read as a layer"),
        ("t.geojson", b"[]", "cannot be read as a layer"),
        ("t.shp", b"", "cannot be read as a layer"),
        ("t.parquet", b"PAR1", "is no parquet file"),
    ],
)
def test_refuses_what_is_no_table(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    """A file of the wrong kind says so in a sentence with a way out."""
    (tmp_path / name).write_bytes(content)
    assert says in refusal(tmp_path / name).problem


VIRTUAL = "<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>{}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"


@pytest.mark.parametrize("name", ["t.geojson", "t.json", "t.gpkg", "t.shp"])
def test_a_layer_leads_to_no_other_file(tmp_path: Path, name: str) -> None:
    """GDAL would follow a virtual layer to any file or address, whatever the file is called."""
    (tmp_path / "secret.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (tmp_path / name).write_text(VIRTUAL.format(tmp_path / "secret.csv"), encoding="utf-8")
    assert "cannot be read as a layer" in refusal(tmp_path / name).problem


def test_a_virtual_layer_within_json_is_text(tmp_path: Path) -> None:
    """A GeoJSON that holds a virtual layer as one of its texts is read as what it is."""
    (tmp_path / "secret.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    feature = {"type": "Feature", "properties": {"c": "1"}, "geometry": {"type": "Point", "coordinates": [1, 2]}}
    document = {"x": VIRTUAL.format("secret.csv"), "type": "FeatureCollection", "features": [feature]}
    (tmp_path / "t.geojson").write_text(json.dumps(document), encoding="utf-8")
    assert list(load(tmp_path / "t.geojson").frame.columns) == ["c"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("lines.geojson", '{"type": "Point", "coordinates": [1, 2]}\n{"type": "Point", "coordinates": [1, 2]}'),
        (
            "esri.json",
            '{"geometryType": "esriGeometryPoint", "features": [{"attributes": {}, "geometry": {"x": 1, "y": 2}}]}',
        ),
        ("topo.json", '{"type": "Topology", "arcs": [], "objects": {"x": {"type": "Point", "coordinates": [1, 2]}}}'),
    ],
)
def test_the_kinds_of_json(tmp_path: Path, name: str, content: str) -> None:
    """One feature a line, ArcGIS and TopoJSON are layers too, and state no CRS."""
    (tmp_path / name).write_text(content, encoding="utf-8")
    table = load(tmp_path / name)
    assert table.geometry is not None
    assert table.geometry.iloc[0] == Point(1, 2)
    assert table.crs == ""


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx", "t.geojson", "t.gpkg", "t.parquet"])
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_a_truncated_file_is_refused_or_read_whole(tmp_path: Path, name: str, part: float) -> None:
    """A copy that broke off is never read as a smaller table, except a csv that ends between cells."""
    path = write(tmp_path, name)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])
    if name != "t.csv":
        refusal(path)


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_a_broken_file_never_crashes(tmp_path: Path, data: st.DataObject) -> None:
    """Whatever bytes are wrong: a table, or a sentence; never another exception."""
    name = data.draw(st.sampled_from(["t.csv", "t.xlsx", "t.geojson", "t.gpkg", "t.parquet"]))
    good = tmp_path / "good" / name
    if not good.exists():
        good.parent.mkdir(exist_ok=True)
        write(good.parent, name)
    content = bytearray(good.read_bytes())
    for place, value in data.draw(
        st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), min_size=1)
    ):
        content[place] = value
    (tmp_path / name).write_bytes(content)
    with contextlib.suppress(UnreadableError):
        load(tmp_path / name)


def test_every_ragged_row_is_named(tmp_path: Path) -> None:
    """A row with a cell too few, and one with a cell beyond the header, are shifted: all are told at once."""
    (tmp_path / "t.csv").write_text("a,b,c\n1,2\n1,2,3\n1,2,3,4\n", encoding="utf-8")
    with pytest.raises(UnreadableError) as caught:
        load(tmp_path / "t.csv")
    assert [fault.row for fault in caught.value.faults] == [2, 4]
    assert "has 2 cells, but the header has 3" in caught.value.faults[0].problem


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx"])
def test_a_doubled_header_is_refused(tmp_path: Path, name: str) -> None:
    """Two columns of one name: neither is preferred."""
    doubled = pd.DataFrame([["A", "1", "2"]], columns=["学校", "学位", "学位"])
    if name == "t.csv":
        doubled.to_csv(tmp_path / name, index=False)
    else:
        village.write_sheets(tmp_path / name, {"s": doubled})
    fault = refusal(tmp_path / name)
    assert (fault.row, fault.column, fault.problem) == (1, "学位", "is there twice.")


def test_refuses_what_is_not_there(tmp_path: Path) -> None:
    """A missing file, a folder in its place, a sheet, a layer and an encoding that do not exist."""
    assert "does not exist" in refusal(tmp_path / "none.csv").problem
    (tmp_path / "folder.csv").mkdir()
    assert "is a folder" in refusal(tmp_path / "folder.csv").problem
    assert "has no sheet '二'" in refusal(write(tmp_path, "t.xlsx"), sheet="二").problem
    assert "片区" in refusal(tmp_path / "t.xlsx", sheet="二").remedy
    assert "cannot be read" in refusal(write(tmp_path, "t.gpkg"), sheet="二").problem
    assert "unknown encoding" in refusal(write(tmp_path, "t.csv"), encoding="klingon").problem
    assert "is not ascii" in refusal(tmp_path / "t.csv", encoding="ascii").problem


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
    return locate(frame, raw, contract=CONTRACTS[table], file="f", declared=declared, near=near, prefer=("EPSG:4546",))


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
    _, (fault,) = locate(
        frame, RawTable(frame=frame), contract=CONTRACTS["schools"], file="f", declared="", near=None, prefer=()
    )
    assert fault.problem == "has no geometry."
    assert "经度" in fault.remedy
