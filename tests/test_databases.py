"""A table may be asked of a DuckDB or SpatiaLite file: read-only, typed, bounded, every fault with its place."""

# ruff: noqa: S608, ANN401 - statements are made of names that are written here, and rows hold anything

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import sqlite3
import struct
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import bureau_database
import duckdb
import geopandas as gpd
import pytest
import shapely
import village
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import make_url

from schoolmap.batch.jobs import fingerprint
from schoolmap.errors import InputError
from schoolmap.inputs.databases import asking
from schoolmap.inputs.databases import packages
from schoolmap.inputs.databases import postgis
from schoolmap.inputs.databases.connections import connected
from schoolmap.inputs.databases.declared import Database
from schoolmap.inputs.databases.duckdb_file import CLOSED
from schoolmap.inputs.databases.load import plain_cell
from schoolmap.inputs.declarations import TableSource
from schoolmap.inputs.files.wkb import read_shapes
from schoolmap.inputs.project_file import read_project_file
from schoolmap.inputs.readers import read_table
from schoolmap.output.database.columns import TABLES
from schoolmap.output.database.write import prepare_results
from schoolmap.project import inspect_folder
from schoolmap.project import read_project
from schoolmap.tables import CONTRACTS

if TYPE_CHECKING:
    from schoolmap.errors import Fault
    from schoolmap.inputs.readers import TableRead
    from schoolmap.project import Project

KINDS = ("duckdb", "spatialite")
SECRET = "Sauerkirsche-4711"  # noqa: S105 - nobody's
ADDRESS = f"postgresql://rosa:{SECRET}@db.invalid/pupils"


def ask(
    folder: Path, kind: str, *statements: str, table: str = "sections", seconds: float = 60.0, **source: Any
) -> TableRead:
    """Run statements in a new file, and read a table of it."""
    path = folder / bureau_database.FILE
    if statements:
        connect: Any = duckdb.connect if kind == "duckdb" else sqlite3.connect
        with closing(connect(str(path))) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()
    database = Database(kind=kind, file=path.name, timeout=seconds)  # type: ignore[arg-type]
    with connected({"bureau": database}, folder) as databases:
        asked = TableSource(database="bureau", **source)
        return read_table(asked, CONTRACTS[table], folder=folder, databases=databases)


def first(read: TableRead) -> str:
    """Return the first fault, which has a way out in both languages."""
    assert read.faults
    for fault in read.faults:
        assert fault.remedy
        assert fault.problem_zh
        assert fault.remedy_zh
    return str(read.faults[0])


# The same project


@pytest.fixture(scope="module")
def from_files(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Read the county from its files."""
    return read_project(village.write(tmp_path_factory.mktemp("files")))


@pytest.mark.parametrize(("kind", "title"), [("duckdb", "bureau (DuckDB)"), ("spatialite", "bureau (SpatiaLite)")])
def test_a_county_in_a_file_gives_the_same_project(from_files: Project, tmp_path: Path, kind: str, title: str) -> None:
    """What is read from a database is what is read from csv and geojson; the sources tell the database and its tables."""
    project, faults = inspect_folder(bureau_database.county(tmp_path, kind))
    assert faults == ()
    assert project is not None
    for name in ("areas", "schools", "sections", "projects", "population"):
        left, right = getattr(project, name), getattr(from_files, name)
        assert left.drop(columns="geometry", errors="ignore").equals(right.drop(columns="geometry", errors="ignore"))
        if isinstance(left, gpd.GeoDataFrame):
            assert left.geometry.geom_equals_exact(right.geometry, tolerance=0).all()
            assert left.crs == right.crs
    assert [(source.title, source.date) for source in project.sources] == [(title, "")]
    used = "areas (table), catchments (table), population (query), projects (table), schools (table), sections (table)"
    assert project.sources[0].used_for["en"] == used
    assert project.files == (tmp_path / "project.toml", tmp_path / bureau_database.FILE)
    # nothing is left behind beside the file
    assert sorted(path.name for path in tmp_path.iterdir()) == [bureau_database.FILE, "project.toml"]


# Cells


@pytest.mark.parametrize("kind", KINDS)
def test_types(tmp_path: Path, kind: str) -> None:
    """Numbers arrive as numbers, NULL and empty text as nothing, and a number in a column of codes is told as in Excel."""
    read = ask(
        tmp_path,
        kind,
        "CREATE TABLE s (school BIGINT, stage VARCHAR, seats DOUBLE, enrolment VARCHAR, classrooms BIGINT)",
        "INSERT INTO s VALUES (2143000001, '小学', 90.5, '', NULL), (2143000002, 'primary', NULL, '12', 7)",
        query="select * from s order by school;",
    )
    assert read.frame["school"].tolist() == ["2143000001", "2143000002"]
    assert read.frame["stage"].tolist() == ["primary", "primary"]
    assert read.frame["seats"].fillna(-1).tolist() == [90.5, -1.0]
    assert read.frame["enrolment"].fillna(-1).tolist() == [-1.0, 12.0]
    assert read.frame["classrooms"].fillna(-1).tolist() == [-1.0, 7.0]
    assert [(fault.severity.value, fault.file, fault.column) for fault in read.faults] == [
        ("notice", "database bureau, query of sections", "school")
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_zeros_that_a_number_has_lost_are_missed(tmp_path: Path, kind: str) -> None:
    """As in a workbook: codes of one column have as many digits as each other."""
    read = ask(
        tmp_path,
        kind,
        "CREATE TABLE s (school BIGINT, stage VARCHAR, seats BIGINT)",
        "INSERT INTO s VALUES (43000001, 'primary', 1), (143000002, 'primary', 1), (143000003, 'primary', 1)",
        table="sections",
        query="select * from s order by school",
    )
    wrong = [fault for fault in read.faults if fault.severity.value == "error"]
    assert [(fault.row, fault.column, fault.value) for fault in wrong] == [(1, "school", "43000001")]


def test_values_of_duckdb(tmp_path: Path) -> None:
    """Decimals are numbers, a long whole number keeps its digits, days are days; a list is no cell."""
    read = ask(
        tmp_path,
        "duckdb",
        "CREATE TABLE p (area HUGEINT, age INTEGER, date DATE, count DECIMAL(18, 3), sex VARCHAR[])",
        "INSERT INTO p VALUES (431222001001001001, 3, '2023-08-31', 12.500, ['f', 'm'])",
        table="population",
        query="select * from p",
    )
    assert read.frame[["area", "age", "date", "count"]].to_numpy().tolist() == [
        ["431222001001001001", "3", "2023-08-31", 12.5]
    ]
    assert first(read).startswith("database bureau, query of population, row 1, column sex: \"['f', 'm']\": is a list")


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_names_its_place(tmp_path: Path, kind: str) -> None:
    """Database, query, row and column, in both languages; a second query of the same table is numbered."""
    read = ask(
        tmp_path,
        kind,
        "CREATE TABLE s (code VARCHAR, stage VARCHAR, seats INTEGER)",
        "INSERT INTO s VALUES ('a', 'primary', 1), ('b', 'primary', -3)",
        query="select * from s order by code",
        columns={"school": "code"},
        more=[{"database": "bureau", "table": "s", "columns": {"school": "code"}}],
    )
    wrong = [fault for fault in read.faults if fault.problem == "is negative."]
    assert [fault.place() for fault in wrong] == [
        "database bureau, query of sections, row 2, column seats",
        "database bureau, table 2 of sections, row 2, column seats",
    ]
    assert wrong[1].place("zh") == "数据库 bureau, sections 的库表2, 第 2 行, 列 seats"
    assert any(fault.problem.startswith("is there twice") for fault in read.faults)


# Geometry


def multi(kind: str) -> str:
    """Return a SQL type for geometry."""
    return "BLOB" if kind == "spatialite" else "GEOMETRY"


def put(folder: Path, kind: str, cells: list[object], *, how: str = "BLOB") -> TableRead:
    """Read areas whose geometries are these cells."""
    path = folder / bureau_database.FILE
    connect: Any = duckdb.connect if kind == "duckdb" else sqlite3.connect
    with closing(connect(str(path))) as connection:
        connection.execute(f"CREATE TABLE a (area VARCHAR, geom {how})")
        connection.executemany("INSERT INTO a VALUES (?, ?)", [[str(n), cell] for n, cell in enumerate(cells)])
        connection.commit()
    database = Database(kind=kind, file=path.name)  # type: ignore[arg-type]
    with connected({"bureau": database}, folder) as databases:
        source = TableSource(database="bureau", query="select * from a order by area", crs=village.CRS)
        return read_table(source, CONTRACTS["areas"], folder=folder, databases=databases)


SQUARE = shapely.box(440_000, 3_148_000, 441_000, 3_149_000)
POINT = shapely.Point(440_000, 3_148_000)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "cell", [shapely.to_wkb(SQUARE), shapely.to_wkb(shapely.set_srid(SQUARE, 4546), include_srid=True)]
)
def test_geometry_is_wkb_or_ewkb(tmp_path: Path, kind: str, cell: bytes) -> None:
    """With its SRID, or without, where the project states the CRS."""
    read = put(tmp_path, kind, [cell])
    assert read.faults == ()
    assert read.frame.crs == village.CRS
    assert read.frame.geometry.iloc[0].equals(SQUARE)


@pytest.mark.parametrize("kind", KINDS)
def test_geometry_is_text_too(tmp_path: Path, kind: str) -> None:
    """WKT, EWKT and hexadecimal."""
    cells: list[object] = [
        f"SRID=4546;{SQUARE.wkt}",
        shapely.to_wkb(shapely.set_srid(POINT, 4546), hex=True, include_srid=True),
    ]
    read = put(tmp_path, kind, cells, how="VARCHAR")
    assert read.faults == ()
    assert read.frame.geometry.geom_type.tolist() == ["Polygon", "Point"]


def test_the_type_of_duckdb_is_known(tmp_path: Path) -> None:
    """Whatever its column is called; two of them need a word."""
    try:
        with duckdb.connect(config=dict(CLOSED)) as connection:
            connection.execute("SELECT 'POINT (1 2)'::GEOMETRY")
    except duckdb.Error:
        pytest.skip("this DuckDB has geometry in an extension only")
    columns = "CREATE TABLE a (area VARCHAR, lage GEOMETRY, mitte GEOMETRY)"
    row = f"INSERT INTO a VALUES ('1', '{SQUARE.wkt}', '{POINT.wkt}')"
    read = ask(tmp_path, "duckdb", columns, row, table="areas", query="select area, lage from a", crs=village.CRS)
    assert read.faults == ()
    assert read.frame.geometry.iloc[0].equals(SQUARE)
    read = ask(tmp_path, "duckdb", table="areas", query="select * from a", crs=village.CRS)
    assert first(read) == (
        "database bureau, query of areas, column lage, mitte: are all geometries. "
        'Say which one is meant: `columns = { geometry = "lage" }`, or ask for one only.'
    )
    source = {"query": "select * from a", "crs": village.CRS, "columns": {"geometry": "mitte"}}
    read = ask(tmp_path, "duckdb", table="areas", **source)
    assert read.frame.geometry.iloc[0].equals(POINT)
    source["columns"] = {"geometry": "nirgends"}
    assert "the query gives no such column. It gives: area, lage, mitte." in first(
        ask(tmp_path, "duckdb", table="areas", **source)
    )


def spatialite_blob(shape: shapely.Geometry, *, srid: int = 4546, order: str = "<") -> bytes:
    """Write a blob as SpatiaLite documents it: SRID, box, then the parts, each with a mark of its own."""
    sign = b"\x01" if order == "<" else b"\x00"
    code = {"Point": 1, "LineString": 2, "Polygon": 3, "MultiPoint": 4, "MultiPolygon": 6}

    def run(points: Any) -> bytes:
        return b"".join(struct.pack(f"{order}dd", *point) for point in points)

    def body(part: Any) -> bytes:
        if part.geom_type == "Point":
            return run(part.coords)
        if part.geom_type == "LineString":
            return struct.pack(f"{order}I", len(part.coords)) + run(part.coords)
        if part.geom_type == "Polygon":
            rings = [part.exterior, *part.interiors]
            return struct.pack(f"{order}I", len(rings)) + b"".join(
                struct.pack(f"{order}I", len(ring.coords)) + run(ring.coords) for ring in rings
            )
        return struct.pack(f"{order}I", len(part.geoms)) + b"".join(
            b"\x69" + struct.pack(f"{order}I", code[one.geom_type]) + body(one) for one in part.geoms
        )

    head = b"\x00" + sign + struct.pack(f"{order}i4d", srid, *shape.bounds) + b"\x7c"
    return head + struct.pack(f"{order}I", code[shape.geom_type]) + body(shape) + b"\xfe"


@given(
    order=st.sampled_from("<>"),
    srid=st.integers(0, 90_000),
    east=st.floats(-1e6, 1e6),
    holes=st.booleans(),
    count=st.integers(1, 3),
)
def test_blobs_of_spatialite(order: str, srid: int, east: float, *, holes: bool, count: int) -> None:
    """Every kind of geometry, in both orders of bytes, with its SRID."""
    inner = [[(east + 1, 1), (east + 2, 1), (east + 2, 2), (east + 1, 1)]] if holes else []
    polygon = shapely.Polygon([(east, 0), (east + 9, 0), (east + 9, 9), (east, 9), (east, 0)], inner)
    shapes = [
        polygon,
        shapely.Point(east, 1),
        shapely.LineString([(east, 0), (east, 5)]),
        shapely.MultiPoint([(east, n) for n in range(count)]),
        shapely.MultiPolygon([shapely.transform(polygon, lambda xy, n=n: xy + 10 * n) for n in range(count)]),
    ]
    found = read_shapes([spatialite_blob(shape, srid=srid, order=order) for shape in shapes])
    assert found.wrong == {}
    assert found.srids.tolist() == [srid] * len(shapes)
    assert shapely.equals_exact(found.geometry, shapes).all()


def test_a_file_of_spatialite_says_its_crs(tmp_path: Path) -> None:
    """From its own list of CRSs; what project.toml says otherwise is refused, with both."""
    statements = (
        "CREATE TABLE spatial_ref_sys (srid INTEGER, auth_name TEXT, auth_srid INTEGER)",
        "INSERT INTO spatial_ref_sys VALUES (7, 'epsg', 4546)",
        "CREATE TABLE a (area TEXT, lage BLOB)",
        f"INSERT INTO a VALUES ('1', x'{spatialite_blob(SQUARE, srid=7).hex()}')",
    )
    read = ask(tmp_path, "spatialite", *statements, table="areas", query="select * from a")
    assert read.faults == ()
    assert read.frame.crs == village.CRS
    read = ask(tmp_path, "spatialite", table="areas", query="select * from a", crs="EPSG:4547")
    assert "states EPSG:4546 itself, but project.toml declares EPSG:4547." in first(read)


def test_a_geopackage_can_be_asked(tmp_path: Path) -> None:
    """It is a SQLite file, too."""
    layer = gpd.GeoDataFrame({"area": ["1", "2"]}, geometry=[SQUARE, SQUARE], crs=village.CRS)
    layer.to_file(tmp_path / "a.gpkg", layer="a")
    (tmp_path / "a.gpkg").rename(tmp_path / bureau_database.FILE)
    read = ask(tmp_path, "spatialite", table="areas", query="select * from a where area = '2'")
    assert read.faults == ()
    assert read.frame["area"].tolist() == ["2"]
    assert (read.frame.crs, read.frame.geometry.iloc[0].equals(SQUARE)) == (village.CRS, True)


def test_missing_and_several_crs(tmp_path: Path) -> None:
    """No CRS is a fault; so are several SRIDs, with how many records have each."""
    path, kind = tmp_path / bureau_database.FILE, "spatialite"
    cells = [shapely.to_wkb(shapely.set_srid(SQUARE, srid), include_srid=True) for srid in (4546, 4546, 4547)]
    put(tmp_path, kind, [shapely.to_wkb(SQUARE)])
    database = Database(kind=kind, file=path.name)  # type: ignore[arg-type]
    with connected({"bureau": database}, tmp_path) as databases:
        source = TableSource(database="bureau", table="a")
        bare = read_table(source, CONTRACTS["areas"], folder=tmp_path, databases=databases)
    assert "states no CRS, and project.toml declares none." in first(bare)
    path.unlink()
    assert first(put(tmp_path, kind, [*cells, shapely.to_wkb(SQUARE)])) == (
        "database bureau, query of areas, column geom: 'none (1), 4546 (2), 4547 (1)': has geometries of several SRIDs "
        "(number of records). Bring them into one: ST_Transform(…), or ST_SetSRID(…) where none is stated."
    )


def nested(depth: int, code: int) -> bytes:
    """Return collections that hold each other, and a point in the innermost."""
    return (b"\x01" + struct.pack("<II", code, 1)) * depth + shapely.to_wkb(POINT)


@pytest.mark.parametrize(
    "cell",
    [
        b"\x01",
        b"\x07" + shapely.to_wkb(POINT)[1:],
        shapely.to_wkb(SQUARE)[:40],
        nested(300_000, 7),
        nested(300_000, 4),
        struct.pack("<BII", 1, 4, 2**32 - 1),
        struct.pack("<BIIII", 1, 6, 1, 2**32 - 1, 3),
        struct.pack("<BI", 1, 8),
        b"GP\x00\x07",
        spatialite_blob(shapely.MultiPoint([POINT]))[:-9] + b"\xfe",
        "POINT (1",
        "GEOMETRYCOLLECTION (" * 100_000,
        "(" * 100_000,
        "MULTIPOINT " + "(" * 100_000,
    ],
)
def test_broken_and_nested_geometry(tmp_path: Path, cell: object) -> None:
    """It is a fault of its row, however deep it is: GEOS, which would crash, does not see it."""
    read = put(tmp_path, "spatialite", [shapely.to_wkb(SQUARE), cell])
    assert first(read).startswith("database bureau, query of areas, row 2, column geom: ")


@given(st.binary(max_size=80))
def test_no_bytes_break_the_reading_of_geometry(content: bytes) -> None:
    """Any bytes are a geometry or wrong."""
    for cell in (content, shapely.to_wkb(SQUARE)[:9] + content, spatialite_blob(SQUARE)[:43] + content + b"\xfe"):
        found = read_shapes([cell])
        assert (found.geometry[0] is not None) != (0 in found.wrong) or cell == b""


# What is refused


@pytest.fixture(scope="module", params=KINDS)
def stock(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Write a file of each kind with one section in it, and another file beside it."""
    folder = tmp_path_factory.mktemp("stock")
    columns = "CREATE TABLE s (school VARCHAR, stage VARCHAR, seats INTEGER)"
    ask(folder, request.param, columns, "INSERT INTO s VALUES ('a', 'primary', 1)", query="select 1")
    (folder / "other.csv").write_text("school,stage,seats\na,primary,1\n", encoding="utf-8")
    return folder, request.param


WRITES = (
    "delete from s",
    "drop table s",
    "select 1; drop table s",
    "/* select */ update s set seats = 1",
    "create table t as select 1",
    "pragma user_version",
    "attach 'other.db' as other",
    "with x as (select 1) delete from s",
    "insert into s values ('b', 'primary', 2) returning *",
    "copy s to 'x.csv'",
    ";",
)


def test_only_what_reads_is_asked(stock: tuple[Path, str]) -> None:
    """One statement that reads; everything else is a fault, and changes nothing."""
    folder, kind = stock
    there = {path.name: path.read_bytes() for path in folder.iterdir()}
    for query in WRITES:
        read = ask(folder, kind, query=query)
        assert not read.complete
        assert first(read).startswith("database bureau, query of sections: "), query
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == there


OUTSIDE = {
    "duckdb": (
        "select * from '{folder}/other.csv'",
        "select * from read_text('{folder}/other.csv')",
        "select * from glob('{folder}/*')",
        "select * from 'https://example.invalid/x.parquet'",
        "select * from frame",
    ),
    "spatialite": (
        "select load_extension('mod_spatialite')",
        "select * from pragma_database_list",
        "select readfile('{folder}/other.csv')",
    ),
}


def test_nothing_else_is_reached(stock: tuple[Path, str]) -> None:
    """No other file, no address, no variable of the program, no extension."""
    folder, kind = stock
    frame = gpd.GeoDataFrame({"school": ["a"]})
    assert len(frame) == 1
    for query in OUTSIDE[kind]:
        read = ask(folder, kind, query=query.format(folder=folder))
        assert not read.complete, query
        assert first(read).startswith("database bureau, query of sections: "), query


ENDLESS = {
    "duckdb": "select i as school, i as stage, i as seats from range(1000000000) t(i)",
    "spatialite": "with recursive t(i) as (select 1 union all select i + 1 from t) "
    "select i as school, i as stage, i as seats from t",
}
LONG = {"duckdb": "repeat('x', 10000)", "spatialite": "printf('%.*c', 10000, 'x')"}


def test_a_billion_rows_are_not_read(stock: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading stops at what a table can have, in cells or in letters."""
    folder, kind = stock
    monkeypatch.setattr(asking, "MOST_CELLS", 30_000)
    assert "gives more than 10,000,000 cells, or more than 256 MB." in first(ask(folder, kind, query=ENDLESS[kind]))
    monkeypatch.setattr(asking, "MOST_CELLS", 10**12)
    monkeypatch.setattr(asking, "MOST_BYTES", 1_000_000)
    long = f"select {LONG[kind]} as school, 1 as stage, 2 as seats from ({ENDLESS[kind]}) u"
    assert "gives more than 10,000,000 cells, or more than 256 MB." in first(ask(folder, kind, query=long))


def test_a_slow_query_is_interrupted(stock: tuple[Path, str]) -> None:
    """After the seconds of `timeout`."""
    folder, kind = stock
    both = f"from ({ENDLESS[kind]}) u, ({ENDLESS[kind]}) v where u.seats + v.seats < 0"
    slow = f"select count(*) as school, min(u.seats) as stage, max(v.seats) as seats {both}"
    assert "took longer than 0.2 s." in first(ask(folder, kind, query=slow, seconds=0.2))


def test_what_the_database_says_is_passed_on(stock: tuple[Path, str]) -> None:
    """A table that is not there, a column twice, columns that lack."""
    folder, kind = stock
    read = ask(folder, kind, query="select * from nowhere")
    assert "nowhere" in first(read)
    assert "was refused by the database: " in first(read)
    read = ask(folder, kind, query="select a.*, b.* from s a, s b")
    assert "column school: is there twice. Name the columns of the query apart" in first(read)
    read = ask(folder, kind, query="select school from s")
    assert [fault.column for fault in read.faults] == ["stage"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_none(tmp_path: Path, kind: str) -> None:
    """Missing, empty, of another kind: one fault of the database, not one of each table."""
    folder = bureau_database.project_file(tmp_path, bureau_database.declared(kind))
    for content in (None, b"", b"SQLite format 3\0" if kind == "duckdb" else b"12345678DUCK", b"x" * 5000):
        if content is not None:
            (folder / bureau_database.FILE).write_bytes(content)
        project, faults = inspect_folder(folder)
        assert project is None
        wrong = [fault for fault in faults if fault.severity.value == "error"]
        assert [fault.file for fault in wrong] == ["database bureau"]


def test_a_damaged_file_is_a_fault(tmp_path: Path) -> None:
    """With the right first bytes, and nothing behind them."""
    for kind, start in (("duckdb", bytes(8) + b"DUCK"), ("spatialite", b"SQLite format 3\0")):
        folder = bureau_database.project_file(tmp_path / kind, bureau_database.declared(kind))
        (folder / bureau_database.FILE).write_bytes(start + b"\xff" * 20_000)
        project, faults = inspect_folder(folder)
        assert project is None
        assert all(fault.file.startswith("database bureau") for fault in faults if fault.severity.value == "error")


def test_a_link_that_leads_out_is_not_followed(from_files: Project, tmp_path: Path) -> None:
    """Neither to read nor to write."""
    outside = tmp_path / "outside.duckdb"
    ask(tmp_path, "duckdb", "CREATE TABLE s (i INTEGER)", query="select 1")
    (tmp_path / bureau_database.FILE).rename(outside)
    folder = bureau_database.project_file(tmp_path / "county", bureau_database.declared("duckdb"))
    (folder / bureau_database.FILE).symlink_to(outside)
    _, faults = inspect_folder(folder)
    wrong = [str(fault) for fault in faults if fault.severity.value == "error"]
    assert wrong == [
        "database bureau: is a link that leads out of the project folder. Put the file itself into the folder."
    ]
    declared = {"out": Database(kind="duckdb", file=bureau_database.FILE)}  # type: ignore[arg-type]
    aimed = dataclasses.replace(from_files, folder=folder, databases=declared)
    with pytest.raises(InputError, match="leads out of the project folder"):
        prepare_results(aimed, database="out", schema="s")


def test_an_old_or_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With the command that installs it."""
    monkeypatch.setattr(packages, "find_spec", lambda _: None)
    monkeypatch.setenv("SCHOOLMAP_X", ADDRESS)
    for declared in (Database(kind="duckdb", file="x.db"), Database(kind="postgis", url_from="SCHOOLMAP_X")):  # type: ignore[arg-type]
        (tmp_path / "x.db").write_bytes(b"")
        with connected({"x": declared}, tmp_path) as databases:
            source = TableSource(database="x", query="select 1")
            read = read_table(source, CONTRACTS["sections"], folder=tmp_path, databases=databases)
        assert 'installed. Run `pip install "schoolmap[database]"`.' in first(read)


# The project file


def faults_of(folder: Path, databases: str, tables: str = "") -> list[Fault]:
    """Read a project file that is wrong, in which nothing may be repeated that is secret."""
    bureau_database.project_file(folder, databases, tables)
    document, faults = read_project_file(folder)
    assert document is None
    assert all(fault.remedy and fault.problem_zh and fault.remedy_zh for fault in faults)
    for fault in faults:
        assert SECRET not in f"{fault!r} {fault.sentence('zh')}"
        assert "rosa" not in repr(fault)
    return faults


@pytest.mark.parametrize(
    ("databases", "column", "problem"),
    [
        (f'[databases.bureau]\nkind = "postgis"\nurl = "{ADDRESS}"', "databases.bureau.url", "would put an address"),
        (f'[databases.bureau]\nkind = "postgis"\npassword = "{SECRET}"', "databases.bureau.password", "would put an"),
        (f'[databases.bureau]\nkind = "postgis"\nurl_from = "{ADDRESS}"', "databases.bureau.url_from", "is no name of"),
        ('[databases.bureau]\nkind = "postgis"\nurl_from = "HOME"', "databases.bureau.url_from", "is no name of a var"),
        (f'[databases.bureau]\nkind = "{ADDRESS}"', "databases.bureau.kind", "is not an allowed word."),
        (f'[databases."{ADDRESS}"]\nkind = "duckdb"\nfile = "x"', "databases.…", "is no name of a database"),
        (
            '[databases.bureau]\nkind = "postgis"',
            "databases.bureau",
            "is a server: it needs `url_from`, and no `file`.",
        ),
        (
            '[databases.bureau]\nkind = "duckdb"',
            "databases.bureau",
            "is a duckdb file: it needs `file`, and no `url_from`",
        ),
        ('[databases.bureau]\nkind = "duckdb"\nfile = "../x"', "databases.bureau.file", "leaves the project folder."),
        ('[databases.bureau]\nkind = "duckdb"\nfile = "x"\ntimeout = 0', "databases.bureau.timeout", "is not above 0"),
        ("[databases]\nbureau = 3", "databases.bureau", "is no table of keys."),
        ("databases = 3", "databases", "is no table of keys."),
    ],
)
def test_a_database_is_declared_without_secrets(tmp_path: Path, databases: str, column: str, problem: str) -> None:
    """An address or a password in the file is refused, and not repeated."""
    before = databases if databases.startswith("databases") else ""
    after = "" if before else databases + "\n"
    bureau_database.project_file(tmp_path, "")
    faults = faults_of(tmp_path, after) if not before else None
    if faults is None:
        (tmp_path / "project.toml").write_text(f"{before}\n{village.PROJECT}{bureau_database.tables_of()}", "utf-8")
        faults = read_project_file(tmp_path)[1]
    assert (column, True) in [(fault.column, fault.problem.startswith(problem)) for fault in faults]


@pytest.mark.parametrize(
    ("source", "column", "problem"),
    [
        ('database = "other", table = "s"', "tables.sections.database", "is no database of this project."),
        (f'database = "{ADDRESS}", table = "s"', "tables.sections.database", "is no database of this project."),
        (
            'database = "bureau"',
            "tables.sections",
            "reads a database, but holds neither or both of `query` and `table`.",
        ),
        (
            'database = "bureau", table = "s", query = "q"',
            "tables.sections",
            "reads a database, but holds neither or both",
        ),
        (
            'database = "bureau", table = "s", file = "s.csv"',
            "tables.sections.file",
            "is of files, but the table is read",
        ),
        (
            'database = "bureau", table = "s", sheet = "x"',
            "tables.sections.sheet",
            "is of files, but the table is read",
        ),
        (
            'file = "s.csv", query = "select 1"',
            "tables.sections.query",
            "is of a database, but the table is read from a",
        ),
        ('query = "select 1"', "tables.sections.query", "names no database that is asked."),
        (f'url = "{ADDRESS}"', "tables.sections.url", "would put an address"),
        (f'file = "{ADDRESS}"', "tables.sections.crs", "is missing"),
    ],
)
def test_a_table_names_one_place(tmp_path: Path, source: str, column: str, problem: str) -> None:
    """A file, or a database with a query or a table."""
    lines = "".join(f"{line}\n" for line in bureau_database.tables_of().splitlines() if not line.startswith("sections"))
    if column.endswith("crs"):
        # an address in place of a file is looked for as a file, and repeated nowhere
        folder = bureau_database.project_file(
            tmp_path, bureau_database.declared("duckdb"), f"{lines}sections = {{ {source} }}\n"
        )
        bureau_database.fill(folder / bureau_database.FILE, "duckdb")
        _, faults = inspect_folder(folder)
        assert [fault.problem for fault in faults if fault.severity.value == "error"] == ["does not exist."]
        return
    faults = faults_of(tmp_path, bureau_database.declared("duckdb"), f"{lines}sections = {{ {source} }}\n")
    assert (column, True) in [(fault.column, fault.problem.startswith(problem)) for fault in faults]


def test_the_guide_can_be_followed(tmp_path: Path) -> None:
    """What it writes into project.toml is right as it stands, and it names every table of results."""
    guide = (Path(__file__).parents[1] / "docs" / "how-to" / "database.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", guide.replace("\n   ", "\n"), flags=re.DOTALL)
    assert len(blocks) == 2
    population = '[tables.population]\nfile = "p.csv"\n'
    bureau_database.project_file(tmp_path, "\n".join(blocks), population)
    document, faults = read_project_file(tmp_path)
    assert faults == []
    assert document is not None
    assert {name: database.kind for name, database in document.databases.items()} == {
        "bureau": "postgis",
        "survey": "duckdb",
    }
    assert [name for name in TABLES if f"`{name}`" not in guide] == []


@pytest.mark.parametrize("table", ["a.b.c", ".", "a.", "\0"])
def test_a_table_has_a_name(table: str) -> None:
    """`table`, or `schema.table`."""
    with pytest.raises(Exception, match="is no name of a table"):
        asking.quoted(table)


# The address of a server


@pytest.mark.parametrize(
    "address",
    [
        "",
        "   ",
        SECRET,
        f"mysql://rosa:{SECRET}@h/d",
        f"postgresql://rosa:{SECRET}@h:port/d",
        f"sqlite:///{SECRET}",
        "://",
    ],
)
def test_an_address_that_is_none_is_not_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Not set, of another database, with a port that is no number: a fault, of which nothing is part of the address."""
    monkeypatch.setenv("SCHOOLMAP_BUREAU_URL", address)
    databases = '[databases.bureau]\nkind = "postgis"\nurl_from = "SCHOOLMAP_BUREAU_URL"\n'
    folder = bureau_database.project_file(tmp_path, databases)
    project, faults = inspect_folder(folder)
    assert project is None
    wrong = [fault for fault in faults if fault.severity.value == "error"]
    assert len(wrong) == 1
    assert "postgresql://USER:PASSWORD@HOST:5432/DATABASE" in wrong[0].remedy
    assert SECRET not in repr(faults)


def test_a_batch_plans_what_comes_from_a_server_every_time(tmp_path: Path) -> None:
    """Nobody knows whether it has changed; what comes from a file is known by its bytes."""
    databases = '[databases.bureau]\nkind = "postgis"\nurl_from = "SCHOOLMAP_BUREAU_URL"\n'
    server = bureau_database.project_file(tmp_path / "server", databases)
    file = bureau_database.county(tmp_path / "file", "duckdb")
    assert fingerprint(server, language="en") != fingerprint(server, language="en")
    assert fingerprint(file, language="en") == fingerprint(file, language="en")


def test_what_is_said_of_errors_holds_no_account() -> None:
    """User, password, host and database are taken out of what a server says."""
    url = make_url(ADDRESS)
    said = postgis.hidden(f'rosa: permission denied for "pupils" at db.invalid ({SECRET})', url)
    assert said == '…: permission denied for "…" at … (…)'


def test_days_and_decimals_are_plain() -> None:
    """What a driver returns is what a file would hold."""
    assert plain_cell(Decimal("12.50")) == 12.5
    assert plain_cell(Decimal(12)) == 12
    assert isinstance(plain_cell(Decimal(12)), int)
    assert plain_cell(10**20) == str(10**20)
    assert plain_cell(memoryview(b"x")) == b"x"
    assert plain_cell(dt.date(2026, 9, 1)) == dt.date(2026, 9, 1)
    assert plain_cell(dt.timedelta(1)) == "1 day, 0:00:00"
