"""A real PostgreSQL with PostGIS is read in one snapshot, results are written in one transaction, and nothing leaks."""

# ruff: noqa: S608, ANN401 - statements are made of names that are written here, and rows hold anything

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import io
import json
import os
import signal
import socket
import time
import traceback
import warnings
import zipfile
from typing import TYPE_CHECKING
from typing import Any

import bureau_database
import duckdb
import geopandas as gpd
import postgres
import psycopg
import pytest
import shapely
import village
from typer.testing import CliRunner

from schoolmap.cli import app
from schoolmap.errors import InputError
from schoolmap.errors import OutputError
from schoolmap.inputs.databases import postgis
from schoolmap.inputs.databases.connections import connected
from schoolmap.inputs.databases.declared import Database
from schoolmap.inputs.declarations import TableSource
from schoolmap.inputs.files.raw import UnreadableError
from schoolmap.inputs.readers import read_table
from schoolmap.output.database import duckdb_target
from schoolmap.output.database import postgis_target
from schoolmap.output.database.columns import TABLES
from schoolmap.output.database.write import prepare_results
from schoolmap.output.database.write import write_results
from schoolmap.output.describe import describe
from schoolmap.plan import make_plan
from schoolmap.project import inspect_folder
from schoolmap.project import read_project
from schoolmap.tables import CONTRACTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from pathlib import Path

    from postgres import Server

    from schoolmap.inputs.readers import TableRead
    from schoolmap.output.model import MapModel
    from schoolmap.plan import Plan

VARIABLE = "SCHOOLMAP_BUREAU_URL"
READER, WRITER = "lesehilfe", "schreibhilfe"
SHARED = f'\n[databases.bureau]\nkind = "postgis"\nurl_from = "{VARIABLE}"\n'


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Start a server, with the county in the schema `bureau`, and three accounts."""
    with postgres.running() as found:
        with psycopg.connect(found.address(), autocommit=True) as connection:
            run = connection.execute
            run("CREATE EXTENSION postgis")
            run("CREATE SCHEMA bureau")
            for user in (READER, WRITER):
                # a role's password is no parameter
                run(f"CREATE ROLE {user} LOGIN PASSWORD '{postgres.PASSWORD}'".encode())
                run(f"GRANT USAGE ON SCHEMA bureau TO {user}".encode())
            run(f"GRANT CREATE ON DATABASE postgres TO {WRITER}".encode())
            types = {"number": "double precision", "text": "text", "geometry": "geometry(Polygon, 4546)"}
            for name, frame in village.tables().items():
                run(f'CREATE TABLE bureau."{name}" ({bureau_database.columns_of(frame, types)})'.encode())
                places = ", ".join(["%s"] * len(frame.columns))
                with connection.cursor() as cursor:
                    cursor.executemany(
                        f'INSERT INTO bureau."{name}" VALUES ({places})'.encode(),
                        bureau_database.records(frame, lambda shape: f"SRID=4546;{shapely.to_wkt(shape)}"),
                    )
            run(f"GRANT SELECT ON ALL TABLES IN SCHEMA bureau TO {READER}, {WRITER}".encode())
        yield found


@pytest.fixture
def reader(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """Put the address of the account that may only read into the environment."""
    monkeypatch.setenv(VARIABLE, server.address(READER))
    return server


@pytest.fixture
def writer(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """Put the address of the account that may make schemas into the environment."""
    monkeypatch.setenv(VARIABLE, server.address(WRITER))
    return server


def as_chief(server: Server, *statements: str) -> list[tuple[Any, ...]]:
    """Run statements as the administrator, and return the rows of the last."""
    with psycopg.connect(server.address(), autocommit=True) as connection:
        for statement in statements:
            cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def ask(folder: Path, query: str, *, table: str = "sections", seconds: float = 60.0, **source: Any) -> TableRead:
    """Ask the server for a table."""
    database = Database(kind="postgis", url_from=VARIABLE, timeout=seconds)
    with connected({"bureau": database}, folder) as databases:
        asked = TableSource(database="bureau", query=query, **source)
        return read_table(asked, CONTRACTS[table], folder=folder, databases=databases)


def first(read: TableRead) -> str:
    """Return the first fault, which has a way out in both languages and no account in it."""
    assert read.faults
    for fault in read.faults:
        assert fault.remedy
        assert fault.problem_zh
        assert fault.remedy_zh
        for secret in (postgres.PASSWORD, READER, WRITER, "127.0.0.1"):
            assert secret not in repr(fault)
    return str(read.faults[0])


# The same plan


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """Plan the county from its files."""
    return make_plan(village.idle(read_project(village.write(tmp_path_factory.mktemp("files")))))


@pytest.fixture(scope="module")
def model(plan: Plan) -> MapModel:
    """Describe that plan."""
    return describe(plan)


def test_a_county_on_a_server_gives_the_same_plan(reader: Server, model: MapModel, tmp_path: Path) -> None:
    """The same bytes as from csv and geojson, apart from the sources, which tell the tables and the day."""
    assert reader.port
    folder = bureau_database.project_file(tmp_path, SHARED, bureau_database.tables_of(schema="bureau."))
    project, faults = inspect_folder(folder)
    assert faults == ()
    assert project is not None
    found = describe(make_plan(village.idle(project)))
    assert dataclasses.replace(found, sources=()).to_json() == dataclasses.replace(model, sources=()).to_json()
    (source,) = found.sources
    assert source.title == "bureau (PostGIS)"
    assert len(source.date) == len("2026-09-01")
    assert source.used_for["en"].startswith("areas (table), catchments (table), population (query), ")


def test_all_tables_are_of_one_moment(reader: Server, tmp_path: Path) -> None:
    """What is changed while tables are read is not seen; a query that fails does not end that."""
    with connected({"bureau": Database(kind="postgis", url_from=VARIABLE)}, tmp_path) as databases:

        def seats() -> float:
            source = TableSource(database="bureau", table="bureau.sections")
            read = read_table(source, CONTRACTS["sections"], folder=tmp_path, databases=databases)
            return float(read.frame["seats"].sum())

        before = seats()
        as_chief(reader, 'UPDATE bureau.sections SET "学位数(个)" = "学位数(个)" + 1')
        wrong = TableSource(database="bureau", query="select 1/0")
        assert not read_table(wrong, CONTRACTS["sections"], folder=tmp_path, databases=databases).complete
        assert seats() == before
    as_chief(reader, 'UPDATE bureau.sections SET "学位数(个)" = "学位数(个)" - 1')


# Cells and geometry


def test_types(reader: Server, tmp_path: Path) -> None:
    """Numbers, decimals, days, NULL; a number in a column of codes is told as in Excel; per cent signs are no marks."""
    assert reader.port
    read = ask(
        tmp_path,
        "select * from (values (431222001001::bigint, 3, date '2023-08-31', 12.50::numeric, null::text), "
        "(431222001002, 4, null, 'NaN', '')) v(area, age, date, count, sex) where '%s' like '%' order by area;",
        table="population",
    )
    assert read.frame["area"].tolist() == ["431222001001", "431222001002"]
    assert read.frame["count"].fillna(-1).tolist() == [12.5, -1.0]
    assert read.frame["date"].iloc[0] == "2023-08-31"
    assert [(fault.severity.value, fault.column, fault.row) for fault in read.faults] == [
        ("notice", "area", 1),
        ("error", "date", 2),
        ("error", "count", 2),
    ]


def test_lists_and_bytes_are_no_cells(reader: Server, tmp_path: Path) -> None:
    """Nor is json, of which the cell is told."""
    assert reader.port
    read = ask(
        tmp_path,
        "select 'a' as school, array['primary'] as stage, '{\"a\": 1}'::json as seats, '\\x00'::bytea as staff",
    )
    wrong = {fault.column for fault in read.faults if fault.problem.startswith("is a list, a mapping or bytes")}
    assert wrong == {"stage", "seats", "staff"}


def test_days_that_no_calendar_has(reader: Server, tmp_path: Path) -> None:
    """`infinity` cannot be read."""
    assert reader.port
    assert "was refused by the database" in first(ask(tmp_path, "select date 'infinity' as school, 1 as stage"))


PLACE = "st_makeenvelope(440000, 3148000, 441000, 3149000, {})"


def test_geometry_states_its_crs(reader: Server, tmp_path: Path) -> None:
    """By its SRID; geography too; what contradicts the project file is refused with both, and so is none at all."""
    assert reader.port

    def areas(shape: str, **source: Any) -> TableRead:
        return ask(tmp_path, f"select '1' as area, {shape} as lage", table="areas", **source)

    read = areas(PLACE.format(4546))
    assert isinstance(read.frame, gpd.GeoDataFrame)
    assert (read.faults, read.frame.crs) == ((), village.CRS)
    assert areas(f"st_transform({PLACE.format(4546)}, 4326)::geography").frame.crs == "EPSG:4326"
    assert areas(f"st_force4d({PLACE.format(4546)})").frame.geometry.iloc[0].has_z is False
    text = first(areas(PLACE.format(4546), crs="EPSG:4547"))
    assert "states EPSG:4546 itself, but project.toml declares EPSG:4547." in text
    assert "states no CRS, and project.toml declares none." in first(areas(PLACE.format(0)))
    assert areas(PLACE.format(0), crs=village.CRS).frame.crs == village.CRS
    assert areas(f"st_asbinary({PLACE.format(4546)})", crs=village.CRS, columns={"geometry": "lage"}).faults == ()
    assert areas(f"st_astext({PLACE.format(4546)})", crs=village.CRS, columns={"geometry": "lage"}).faults == ()


def test_a_crs_of_the_server_alone(reader: Server, tmp_path: Path) -> None:
    """A SRID that is none of EPSG is what the server's list says it is."""
    as_chief(
        reader,
        "INSERT INTO spatial_ref_sys (srid, auth_name, auth_srid, srtext) SELECT 990001, 'own', 1, srtext "
        "FROM spatial_ref_sys WHERE srid = 4546",
        "INSERT INTO spatial_ref_sys (srid) VALUES (990002)",
    )
    shape = f"select '1' as area, {PLACE} as lage"
    read = ask(tmp_path, shape.format(990001), table="areas", crs=village.CRS)
    assert read.faults == ()
    text = first(ask(tmp_path, shape.format(990002), table="areas", crs=village.CRS))
    assert "column lage: '990002': is the CRS that the geometries state, but PROJ does not know it." in text


def test_postgis_need_not_be_on_the_path(reader: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor need its list of CRSs be readable: then a SRID is that of EPSG."""
    monkeypatch.setenv(VARIABLE, reader.address(READER) + "?options=-csearch_path%3Dpg_catalog")
    areas = 'select "小区域代码" as area, geometry from bureau.areas'
    assert ask(tmp_path, areas, table="areas").frame.crs == village.CRS
    as_chief(reader, "REVOKE SELECT ON spatial_ref_sys FROM public")
    assert ask(tmp_path, areas, table="areas").frame.crs == village.CRS
    as_chief(reader, "GRANT SELECT ON spatial_ref_sys TO public")


def test_several_kinds_of_geometry(reader: Server, tmp_path: Path) -> None:
    """Mixed SRIDs, a line among polygons, a collection, a curve, none: each is named with its row."""
    assert reader.port
    shapes = {
        "st_setsrid(st_makepoint(440000, 3148000), 4547)": "has geometries of several SRIDs",
        "st_makeline(st_makepoint(440000, 3148000), st_makepoint(441000, 3148000))": "is a LineString.",
        f"st_collect({PLACE.format(4546)}, st_setsrid(st_makepoint(440000, 3148000), 4546))": "is a collection, a curve",
        "st_geomfromtext('CIRCULARSTRING(440000 3148000, 441000 3149000, 442000 3148000)', 4546)": "is a collection, a",
        "null": "has no place",
    }
    for shape, problem in shapes.items():
        there = f"st_setsrid({shape}, 4546)" if "makeline" in shape else shape
        query = f"select '1' as area, {PLACE.format(4546)} as lage union all select '2', {there}"
        assert problem in first(ask(tmp_path, query, table="areas"))


# What is refused


def test_only_what_reads_is_asked(reader: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever writes, in any disguise, is a fault and changes nothing, even with the rights to do so."""
    monkeypatch.setenv(VARIABLE, reader.address())
    count = "SELECT count(*) FROM bureau.sections"
    before = as_chief(reader, count)
    for query in (
        "delete from bureau.sections",
        "with gone as (delete from bureau.sections returning *) select * from gone",
        "select 1; delete from bureau.sections",
        "select 1; commit; delete from bureau.sections",
        "select * into bureau.copy from bureau.sections",
        "create table bureau.copy as select 1",
        "select * from bureau.sections for update",
        "select nextval('bureau.counter')",
        "select set_config('transaction_read_only', 'off', false), set_config('default_transaction_read_only', 'off', false)",
        "copy bureau.sections to '/tmp/schoolmap.csv'",
        "table bureau.sections; drop table bureau.sections",
        "values (1)) select 1; drop table bureau.sections; --",
        "do $$ begin delete from bureau.sections; end $$",
        "call nothing()",
        "explain analyze delete from bureau.sections",
        "set role postgres",
        "--\n",
    ):
        read = ask(tmp_path, query)
        assert not read.complete, query
        assert first(read).startswith("database bureau, query of sections: "), query
    assert "does not only read." in first(ask(tmp_path, "select 1; delete from bureau.sections"))
    # older servers make a large object in a transaction that reads, which is never committed
    ask(tmp_path, "select lo_create(4711)")
    assert as_chief(reader, "SELECT count(*) FROM pg_largeobject_metadata") == [(0,)]
    assert as_chief(reader, count) == before
    assert as_chief(reader, "SELECT to_regclass('bureau.copy')::text") == [(None,)]


def test_what_the_server_says_is_passed_on(reader: Server, tmp_path: Path) -> None:
    """Without the account."""
    assert reader.port
    assert 'refused by the database: relation "nowhere" does not exist.' in first(
        ask(tmp_path, "select * from nowhere")
    )
    said = first(ask(tmp_path, f"select '{READER}'::int"))
    assert 'invalid input syntax for type integer: "…".' in said
    assert "permission denied" in first(ask(tmp_path, "select * from pg_authid"))


def test_a_billion_rows_are_not_read(reader: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading stops at what a table can have."""
    assert reader.port
    monkeypatch.setattr("schoolmap.inputs.databases.asking.MOST_CELLS", 30_000)
    query = "select generate_series(1, 1000000000) as school, 1 as stage, 2 as seats"
    assert "gives more than 10,000,000 cells" in first(ask(tmp_path, query))


def test_a_slow_query_is_ended(reader: Server, tmp_path: Path) -> None:
    """By the server, and by us where the query has taken the server's limit away; the snapshot goes on."""
    assert reader.port
    start = time.monotonic()
    assert "took longer than 0.2 s." in first(ask(tmp_path, "select pg_sleep(60)::text as school", seconds=0.2))
    sly = "select set_config('statement_timeout', '0', false) as school, pg_sleep(60)::text as stage"
    assert "took longer than 0.2 s." in first(ask(tmp_path, sly, seconds=0.2))
    assert time.monotonic() - start < 30


# Who cannot come in


def wrong_addresses(server: Server) -> dict[str, str]:
    """Return addresses that lead nowhere, with what is said."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = free.getsockname()[1]
    right = server.address(READER)
    return {
        server.address(READER, "Kirschkern-0815"): "was reached, but refuses the login.",
        server.address("niemand"): "was reached, but refuses the login.",
        server.address(READER, database="nirgends"): "was reached, but refuses the login.",
        right.replace(str(server.port), str(nobody)): "cannot be reached.",
        right.replace("127.0.0.1", "db.invalid"): "cannot be reached.",
        f"{right}?sslmode=verify-full": "cannot be reached.",
        f"{right}?unsinn=1": "cannot be reached.",
    }


def test_who_cannot_come_in_is_told_why(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One fault of the database, exit code 2, no traceback, nothing of the address; the error has no other behind it."""
    folder = bureau_database.project_file(tmp_path, SHARED, bureau_database.tables_of(schema="bureau."))
    for address, problem in wrong_addresses(server).items():
        monkeypatch.setenv(VARIABLE, address)
        result = CliRunner().invoke(app, ["check", str(folder), "--json"])
        assert result.exit_code == 2
        told = json.loads(result.stdout)
        assert [(fault["file"], fault["problem"]) for fault in told["faults"] if fault["severity"] == "error"] == [
            ("database bureau", problem)
        ]
        for secret in ("Kirsch", READER, "niemand", "nirgends", "127.0.0.1", "invalid", str(server.port)):
            assert secret not in result.output, secret
        with pytest.raises(UnreadableError) as refused:
            postgis.connect(postgis.engine_at(VARIABLE))
        assert (refused.value.__cause__, refused.value.__context__) == (None, None)


# What is passed on


def everything_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file with its content, and what is packed in it."""
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            yield path.name, content
            if zipfile.is_zipfile(io.BytesIO(content)):
                with zipfile.ZipFile(io.BytesIO(content)) as packed:
                    for part in packed.namelist():
                        yield f"{path.name}/{part}", packed.read(part)
            if content.startswith(b"\x1f\x8b"):
                yield f"{path.name} unpacked", gzip.decompress(content)


def test_nothing_of_the_account_is_in_any_product(
    writer: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Read from the server and written to it: neither map, workbook, report, layers, data, schema, output nor log has it."""
    monkeypatch.setattr("schoolmap.plan.make_plan", lambda project, **_: make_plan(village.idle(project)))
    monkeypatch.setattr("schoolmap.output.figures.atlas.draw_pictures", lambda *_, **__: ())
    folder = bureau_database.project_file(tmp_path / "county", SHARED, bureau_database.tables_of(schema="bureau."))
    caplog.set_level(0)
    aim = ["--to-database", "bureau", "--schema", "school_plan"]
    result = CliRunner().invoke(app, ["plan", str(folder), "--out", str(tmp_path / "maps"), "--json", *aim])
    assert (result.exit_code, result.stderr) == (0, "")
    stored = json.loads(result.stdout)["stored"]
    assert (stored["database"], stored["schema"], set(stored["rows"])) == ("bureau", "school_plan", set(TABLES))
    rows = [str(as_chief(writer, f"SELECT * FROM school_plan.{name}")) for name in TABLES]
    texts = [result.output, caplog.text, *rows]
    names, contents = zip(*everything_in(tmp_path), strict=True)
    assert {"village.html", "village.xlsx", "village.docx", "village.gpkg", "village.json"} <= set(names)
    for secret in (postgres.PASSWORD, writer.address(WRITER), WRITER, "Kirsch", "127.0.0.1"):
        assert [text[:80] for text in texts if secret in text] == []
        assert [name for name, content in zip(names, contents, strict=True) if secret.encode() in content] == []
    document = (tmp_path / "maps" / "village.json").read_bytes()
    made_from = as_chief(writer, "SELECT made_from FROM school_plan.run")[0][0]
    assert made_from == hashlib.sha256(document).hexdigest()


# Results


@pytest.fixture(scope="module")
def target(plan: Plan) -> Plan:
    """Return the plan of a project that declares the server."""
    databases = {"bureau": Database(kind="postgis", url_from=VARIABLE)}
    return dataclasses.replace(plan, project=dataclasses.replace(plan.project, databases=databases))


def test_results_are_tables_of_their_own(writer: Server, target: Plan, model: MapModel) -> None:
    """Codes are text, geometry has its SRID, every table and column says what it is, every number is the plan's."""
    rows = prepare_results(target.project, database="bureau", schema="Plan 学位")(target, model)["rows"]
    assert rows["balance"] == len(target.balance)
    with psycopg.connect(writer.address(READER)) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute('SELECT * FROM "Plan 学位".balance')
    found = as_chief(
        writer, 'SELECT catchment, stage, year, demand, seats, gap FROM "Plan 学位".balance ORDER BY 1, 2, 3'
    )
    wanted = target.balance.sort_values(["catchment", "stage", "year"])
    assert found == list(
        wanted[["catchment", "stage", "year", "demand", "seats", "gap"]].itertuples(index=False, name=None)
    )
    shapes = as_chief(
        writer,
        'SELECT catchment, st_srid(geom), geometrytype(geom), st_area(geom) FROM "Plan 学位".catchments ORDER BY 1',
    )
    assert shapes == [("0101", 4546, "MULTIPOLYGON", 2e6), ("0102", 4546, "MULTIPOLYGON", 2e6)]
    for name in TABLES:
        bare = as_chief(
            writer,
            f"SELECT attname FROM pg_attribute WHERE attrelid = '\"Plan 学位\".{name}'::regclass AND attnum > 0 "
            "AND col_description(attrelid, attnum) IS NULL",
        )
        assert bare == []
    run = as_chief(writer, 'SELECT project, made_from, base_year, seed, version FROM "Plan 学位".run')
    assert run[0][:4] == ("village", hashlib.sha256(model.to_json().encode()).hexdigest(), 2024, 0)


def test_a_second_run_replaces_the_first(writer: Server, target: Plan, model: MapModel) -> None:
    """Views on the tables and rights to read them stay; who reads meanwhile sees the old ones to the end."""
    write_results(target, model, database="bureau", schema="twice")
    as_chief(
        writer,
        "CREATE VIEW twice.red AS SELECT * FROM twice.balance WHERE level = 'red'",
        f"GRANT USAGE ON SCHEMA twice TO {READER}",
        f"GRANT SELECT ON twice.balance TO {READER}",
    )
    fewer = dataclasses.replace(target, balance=target.balance.iloc[:3])
    with psycopg.connect(writer.address(READER)) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        count = "SELECT count(*) FROM twice.balance"
        before = connection.execute(count).fetchone()
        assert write_results(fewer, model, database="bureau", schema="twice")["balance"] == 3
        assert connection.execute(count).fetchone() == before
        connection.rollback()
        assert connection.execute(count).fetchone() == (3,)


def test_a_process_that_is_killed_leaves_the_old_results(
    writer: Server, target: Plan, model: MapModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It dies after most tables are written: not one of them has changed."""
    write_results(target, model, database="bureau", schema="killed")
    usual = postgis_target.PostgisTarget.replace

    def replace(self: Any, schema: str, name: str, *rest: Any) -> None:
        if name == "audit":
            os.kill(os.getpid(), signal.SIGKILL)
        usual(self, schema, name, *rest)

    monkeypatch.setattr(postgis_target.PostgisTarget, "replace", replace)
    with warnings.catch_warnings():
        # other threads of the tests have nothing to do with what the child does
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        # should it hang, or fail before, it ends in another way than expected
        signal.alarm(60)
        try:
            fewer = dataclasses.replace(target, balance=target.balance.iloc[:3])
            write_results(fewer, model, database="bureau", schema="killed")
        finally:
            os._exit(1)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    assert as_chief(writer, "SELECT count(*) FROM killed.balance") == [(len(target.balance),)]
    # and the next run is not held up by it
    monkeypatch.setattr(postgis_target.PostgisTarget, "replace", usual)
    assert write_results(target, model, database="bureau", schema="killed")["balance"] == len(target.balance)


def test_what_others_have_made_is_left_alone(writer: Server, target: Plan, model: MapModel) -> None:
    """Tables and views of the same name, also one put in place of ours, and results of another project."""
    write_results(target, dataclasses.replace(model, project="other"), database="bureau", schema="other")
    write_results(target, model, database="bureau", schema="mixed")
    as_chief(
        writer,
        f"CREATE SCHEMA foreign_one AUTHORIZATION {WRITER}",
        "CREATE VIEW foreign_one.schools AS SELECT 1 AS i",
        "DROP TABLE mixed.sites",
        "CREATE TABLE mixed.sites (i integer)",
    )
    for schema, problem in (
        ("foreign_one", "has the tables schools in schema 'foreign_one', which schoolmap has not made."),
        ("mixed", "has the tables sites in schema 'mixed', which schoolmap has not made."),
        ("other", "holds the results of the project 'other' in schema 'other'."),
    ):
        with pytest.raises(InputError) as refused:
            prepare_results(target.project, database="bureau", schema=schema)
        assert refused.value.faults[0].problem == problem
        with pytest.raises(OutputError, match="Take another name"):
            write_results(target, model, database="bureau", schema=schema)
    assert as_chief(writer, "SELECT project FROM other.run") == [("other",)]


def test_who_may_not_write_is_told(reader: Server, target: Plan, model: MapModel) -> None:
    """Nothing is made, and nothing of the account is said."""
    assert reader.port
    prepare_results(target.project, database="bureau", schema="never")
    with pytest.raises(OutputError) as refused:
        write_results(target, model, database="bureau", schema="never")
    assert str(refused.value).startswith("The results could not be written, and nothing was changed: permission denied")
    assert refused.value.__suppress_context__
    assert READER not in "".join(traceback.format_exception(refused.value))
    assert as_chief(reader, "SELECT 1 FROM pg_namespace WHERE nspname = 'never'") == []


def test_a_server_that_is_away_after_the_plan(target: Plan, model: MapModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """The products are written already; what is left to say is an error, not a fault of the input."""
    monkeypatch.setenv(VARIABLE, "postgresql://rosa:x@127.0.0.1:1/d")
    with pytest.raises(OutputError, match=r"^database bureau: cannot be reached\."):
        write_results(target, model, database="bureau", schema="s")
    with pytest.raises(InputError, match="cannot be reached"):
        prepare_results(target.project, database="bureau", schema="s")


def test_a_server_without_postgis(
    server: Server, target: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables can be read from it, and nothing is written to it; so with a CRS that it does not know."""
    as_chief(server, "CREATE DATABASE plain")
    monkeypatch.setenv(VARIABLE, server.address(database="plain"))
    assert ask(tmp_path, "select 'a' as school, 'primary' as stage, 3 as seats").faults == ()
    with pytest.raises(InputError, match=r"has no PostGIS\."):
        prepare_results(target.project, database="bureau", schema="s")
    monkeypatch.setenv(VARIABLE, server.address())
    settings = target.project.settings.model_copy(update={"crs": "ESRI:102025"})
    with pytest.raises(InputError, match=r"does not know the project's CRS\."):
        prepare_results(dataclasses.replace(target.project, settings=settings), database="bureau", schema="s")


# Results in a DuckDB file


def with_target(plan: Plan, folder: Path, **databases: Database) -> Plan:
    """Return the plan of a project in another folder, with databases."""
    return dataclasses.replace(plan, project=dataclasses.replace(plan.project, folder=folder, databases=databases))


TARGET = Database(kind="duckdb", file="results.duckdb")  # type: ignore[arg-type]


def test_results_are_written_to_duckdb(plan: Plan, model: MapModel, tmp_path: Path) -> None:
    """Every table has its columns with comments, every number is the plan's; a second time replaces the first."""
    plan = with_target(plan, tmp_path, out=TARGET)
    store = prepare_results(plan.project, database="out", schema="规划")
    assert store(plan, model)["rows"] == store(plan, model)["rows"]
    with duckdb.connect(str(tmp_path / "results.duckdb"), read_only=True) as connection:
        balance = connection.execute('select * from "规划".balance').df()
        shape = connection.execute("select geom from \"规划\".catchments where catchment = '0101'").fetchall()[0][0]
        run = connection.execute('select project, made_from from "规划".run').fetchall()
        said = connection.execute(
            "select column_name from duckdb_columns() where comment is null and schema_name = '规划'"
        ).fetchall()
    wanted = plan.balance.sort_values(["catchment", "stage", "year", "scenario"]).reset_index(drop=True)
    for column in ("catchment", "stage", "year", "demand", "seats", "gap", "level"):
        assert balance[column].tolist() == wanted[column].tolist()
    assert shapely.from_wkb(bytes(shape)).equals(plan.project.coverages["all"].geometry["0101"])
    assert run == [("village", hashlib.sha256(model.to_json().encode()).hexdigest())]
    assert said == []


def test_all_of_a_plan_is_described(plan: Plan) -> None:
    """A new column of the balance belongs into the tables of results, too."""
    assert set(TABLES["balance"].columns) == set(plan.balance.columns)
    for table in TABLES.values():
        assert set(table.key) <= set(table.columns)


def failing(*_: object) -> object:
    """Fail as a full disk does."""
    msg = "no space left"
    raise OSError(msg)


def test_what_fails_on_the_way_to_a_file_leaves_the_old_results(
    plan: Plan, model: MapModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All or nothing."""
    plan = with_target(plan, tmp_path, out=TARGET)
    write_results(plan, model, database="out", schema="s")
    reached: list[str] = []
    usual: Callable[..., None] = duckdb_target.DuckdbTarget.replace

    def replace(self: Any, schema: str, name: str, *rest: Any) -> None:
        reached.append(name)
        (failing if name == "audit" else usual)(self, schema, name, *rest)

    monkeypatch.setattr(duckdb_target.DuckdbTarget, "replace", replace)
    changed = dataclasses.replace(plan, balance=plan.balance.iloc[:1])
    with pytest.raises(OSError, match="no space left"):
        write_results(changed, model, database="out", schema="s")
    assert "balance" in reached
    with duckdb.connect(str(tmp_path / "results.duckdb"), read_only=True) as connection:
        assert connection.execute("select count(*) from s.balance").fetchall() == [(len(plan.balance),)]


def test_what_others_have_made_is_left_alone_in_a_file(plan: Plan, model: MapModel, tmp_path: Path) -> None:
    """Tables and views of the same names, results of another project, a file that tables are read from."""
    plan = with_target(plan, tmp_path, out=TARGET, lite=Database(kind="spatialite", file="x.db"))  # type: ignore[arg-type]
    with duckdb.connect(str(tmp_path / "results.duckdb")) as connection:
        connection.execute("create schema s; create table s.balance (i integer)")
        connection.execute("create schema v; create view v.sites as select 1")
    write_results(plan, dataclasses.replace(model, project="other"), database="out", schema="o")
    for schema, problem in (
        ("s", "has the tables balance in schema 's', which schoolmap has not made."),
        ("v", "has the tables sites in schema 'v', which schoolmap has not made."),
        ("o", "holds the results of the project 'other' in schema 'o'."),
        ("pg_x", "cannot have its results in a schema named 'pg_x'."),
        ("x" * 64, "cannot have its results in a schema named"),
    ):
        with pytest.raises(InputError) as refused:
            prepare_results(plan.project, database="out", schema=schema)
        assert refused.value.faults[0].problem.startswith(problem)
        if len(schema) == 1:
            with pytest.raises(OutputError, match="Take another name"):
                write_results(plan, model, database="out", schema=schema)
    read = dataclasses.replace(plan.project, read_from=frozenset({"out"}))
    for project, database, problem in (
        (plan.project, "nowhere", "is no database of this project."),
        (plan.project, "lite", "is not written to"),
        (read, "out", "is not written to"),
    ):
        with pytest.raises(InputError) as refused:
            prepare_results(project, database=database, schema="s")
        assert refused.value.faults[0].problem.startswith(problem)
    with pytest.raises(InputError, match="go together"):
        prepare_results(plan.project, database="out", schema="")
    assert prepare_results(plan.project, database="", schema="")(plan, model) == {}
