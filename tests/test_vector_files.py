"""Layers and parquet files: attributes, geometry and the CRS that the file states; nothing leads to another file."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from shapely.geometry import Point

from schoolmap.inputs.coordinates import parse_crs
from schoolmap.inputs.files.raw import UnreadableError
from schoolmap.inputs.files.vector_files import load_layer
from schoolmap.inputs.files.vector_files import load_parquet

if TYPE_CHECKING:
    from pathlib import Path

    from schoolmap.errors import Fault
    from schoolmap.inputs.files.raw import RawTable

TOWN = pd.DataFrame({"学区代码": ["0101", "0102"], "片区名称": ["西片", "=1+1"]})
PLACES = gpd.GeoDataFrame(TOWN, geometry=[Point(440_000, 3_148_000), Point(441_000, 3_149_000)], crs="EPSG:4546")


def read(path: Path, *, layer: str = "", encoding: str = "") -> RawTable:
    """Load a layer."""
    return load_layer(path, layer=layer, encoding=encoding)


def refusal(path: Path) -> Fault:
    """Load a file that must be refused, and return its fault."""
    with pytest.raises(UnreadableError) as caught:
        read(path)
    (fault,) = caught.value.faults
    assert fault.remedy
    assert fault.problem_zh
    assert fault.remedy_zh
    return fault


def shapefile(folder: Path, *, encoding: str = "gbk", without: str = "") -> Path:
    """Write the town as a shapefile, whose names have ten bytes at most, and remove one of its files."""
    PLACES.rename(columns={"学区代码": "代码", "片区名称": "名称"}).to_file(folder / "t.shp", encoding=encoding)
    if without:
        (folder / f"t{without}").unlink()
    return folder / "t.shp"


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_a_shapefile_that_does_not_state_its_encoding(tmp_path: Path, encoding: str) -> None:
    """Attributes without a `.cpg`, as Chinese offices send them in GBK, are read as Chinese."""
    raw = read(shapefile(tmp_path, encoding=encoding, without=".cpg"))
    assert raw.frame["名称"].to_list() == ["西片", "=1+1"]


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_a_shapefile_of_codes_alone_tells_its_encoding_by_the_names_of_its_fields(
    tmp_path: Path, encoding: str
) -> None:
    """Where every value is a number or a code, Chinese is in the names of the fields alone."""
    table = gpd.GeoDataFrame({"户数": ["3", "4"]}, geometry=PLACES.geometry.to_numpy(), crs=PLACES.crs)
    table.to_file(tmp_path / "t.shp", encoding=encoding)
    (tmp_path / "t.cpg").unlink()
    assert read(tmp_path / "t.shp").frame["户数"].to_list() == ["3", "4"]


def test_a_declared_encoding_wins(tmp_path: Path) -> None:
    """GBK read as Latin letters is no Chinese: the declaration is followed."""
    raw = read(shapefile(tmp_path, without=".cpg"), encoding="latin1")
    assert raw.frame.shape == (2, 2)
    assert "西片" not in raw.frame.to_numpy()


def test_a_shapefile_without_prj_states_no_crs(tmp_path: Path) -> None:
    """It is read; the project file has to say what its coordinates are."""
    raw = read(shapefile(tmp_path, without=".prj"))
    assert raw.crs == ""
    assert raw.geometry is not None
    assert raw.geometry.iloc[0] == Point(440_000, 3_148_000)
    assert read(shapefile(tmp_path)).crs == "EPSG:4546"


@pytest.mark.parametrize("lost", [".dbf", ".shx"])
def test_a_part_of_a_shapefile_that_was_not_sent(tmp_path: Path, lost: str) -> None:
    """A shapefile is several files: the one that is not there is named."""
    fault = refusal(shapefile(tmp_path, without=lost))
    assert fault.problem == f"is a shapefile without t{lost}."
    assert ".prj" in fault.remedy_zh


def test_files_with_endings_in_capitals(tmp_path: Path) -> None:
    """Old programs write `T.DBF`: its GBK is found all the same."""
    path = shapefile(tmp_path, without=".cpg")
    for ending in (".shp", ".shx", ".dbf", ".prj"):
        path.with_suffix(ending).rename(tmp_path / f"t{ending.upper()}")
    assert read(tmp_path / "t.SHP").frame["名称"].to_list() == ["西片", "=1+1"]


def test_a_layer_by_name(tmp_path: Path) -> None:
    """A GeoPackage may hold several layers, and tables without geometry."""
    PLACES.to_file(tmp_path / "t.gpkg", layer="one")
    pyogrio.write_dataframe(TOWN.iloc[:1], tmp_path / "t.gpkg", layer="two")
    assert read(tmp_path / "t.gpkg", layer="one").geometry is not None
    table = read(tmp_path / "t.gpkg", layer="two")
    assert table.geometry is None
    assert list(table.frame.index) == [1]


def test_a_geojson_without_crs_states_none(tmp_path: Path) -> None:
    """GDAL would call it WGS 84; a file that says nothing says nothing."""
    document = json.loads(PLACES.to_json())
    del document["crs"]
    (tmp_path / "t.geojson").write_text(json.dumps(document), encoding="utf-8")
    assert read(tmp_path / "t.geojson").crs == ""


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
    assert list(read(tmp_path / "t.geojson").frame.columns) == ["c"]


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
    table = read(tmp_path / name)
    assert table.geometry is not None
    assert table.geometry.iloc[0] == Point(1, 2)
    assert table.crs == ""


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.gpkg", b"SQLite format 3\x00"),
        ("t.geojson", b'{"type": "FeatureCollection"'),
        ("t.geojson", b"[]"),
        ("t.shp", b""),
    ],
)
def test_refuses_what_is_no_layer(tmp_path: Path, name: str, content: bytes) -> None:
    """A file whose content is not what its ending says."""
    (tmp_path / name).write_bytes(content)
    assert "cannot be read as a layer" in refusal(tmp_path / name).problem


def test_parquet_with_and_without_geometry(tmp_path: Path) -> None:
    """Both are tables whose first record is row 1."""
    PLACES.to_parquet(tmp_path / "a.parquet")
    TOWN.to_parquet(tmp_path / "b.parquet")
    with_places, without = load_parquet(tmp_path / "a.parquet"), load_parquet(tmp_path / "b.parquet")
    assert (with_places.crs, without.geometry) == ("EPSG:4546", None)
    assert list(with_places.frame.index) == list(without.frame.index) == [1, 2]
    (tmp_path / "c.parquet").write_bytes(b"PAR1")
    with pytest.raises(UnreadableError, match="is no parquet file"):
        load_parquet(tmp_path / "c.parquet")


def geojson(folder: Path, *, crs: object = None, **cells: object) -> Path:
    """Write one feature with its cells and what the file says of its CRS."""
    feature = {"type": "Feature", "properties": cells, "geometry": {"type": "Point", "coordinates": [13.4, 52.5]}}
    document = {"type": "FeatureCollection", "crs": crs, "features": [feature]}
    (folder / "t.geojson").write_text(json.dumps(document), encoding="utf-8")
    return folder / "t.geojson"


@pytest.mark.parametrize(
    "crs",
    [
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::999999"}},
        {"type": "name", "properties": {"name": "http://127.0.0.1:9/crs"}},
        {"type": "link", "properties": {"href": "http://127.0.0.1:9/crs"}},
        {"type": "EPSG", "properties": {"code": 1}},
        {"type": "name", "properties": None},
        "EPSG:4326",
    ],
)
def test_a_crs_of_json_that_nobody_knows_is_refused(tmp_path: Path, crs: object) -> None:
    """GDAL would take degrees for WGS 84; nothing is guessed, and no address is asked."""
    fault = refusal(geojson(tmp_path, crs=crs))
    assert (fault.column, fault.problem) == ("crs", "is the CRS that the file states, but PROJ does not know it.")


@pytest.mark.parametrize(
    ("crs", "stated"),
    [
        (None, ""),
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}, "EPSG:4326"),
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}, "EPSG:4490"),
        ({"type": "name", "properties": {"name": "EPSG:4546"}}, "EPSG:4546"),
        ({"type": "EPSG", "properties": {"code": 4546}}, "EPSG:4546"),
    ],
)
def test_a_crs_of_json_is_what_the_file_says(tmp_path: Path, crs: object, stated: str) -> None:
    """By any of the names that GeoJSON of 2008 has for it."""
    found = read(geojson(tmp_path, crs=crs)).crs
    assert bool(found) == bool(stated)
    assert not stated or parse_crs(found).equals(parse_crs(stated), ignore_axis_order=True)


@pytest.mark.parametrize("name", ["t.geojson", "t.parquet"])
def test_a_cell_that_is_no_single_value_is_named(tmp_path: Path, name: str) -> None:
    """A list as a label cannot be compared with another table's; the cell is shown as text."""
    path = geojson(tmp_path, code=["0101", "0102"], name="西片")
    if name == "t.parquet":
        path = tmp_path / name
        pd.DataFrame({"code": [["0101", "0102"]], "name": ["西片"]}).to_parquet(path)
    raw = read(path) if name == "t.geojson" else load_parquet(path)
    (fault,) = raw.bad
    assert (fault.row, fault.column) == (1, "code")
    assert fault.problem == "is a list, a mapping or bytes, not one value."
    assert isinstance(raw.frame.at[1, "code"], str)
    assert raw.frame.at[1, "name"] == "西片"


@pytest.mark.parametrize("code", [4, 7])
def test_parquet_with_geometries_in_each_other(tmp_path: Path, code: int) -> None:
    """A hundred thousand collections in each other are a fault of their row: GEOS, which would crash, does not see them."""
    path = tmp_path / "t.parquet"
    PLACES.to_parquet(path)
    table = pq.read_table(path)
    nested = (b"\x01" + struct.pack("<II", code, 1)) * 300_000 + shapely.to_wkb(Point(1, 1))
    column = table.schema.get_field_index("geometry")
    cells = pa.array([table["geometry"][0].as_py(), nested], type=pa.binary())
    pq.write_table(table.set_column(column, table.schema.field("geometry"), cells), path)
    with pytest.raises(UnreadableError) as caught:
        load_parquet(path)
    (fault,) = caught.value.faults
    assert (fault.row, fault.column) == (2, "geometry")
