"""Write results into a schema of PostgreSQL with PostGIS."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from typing import Any

import shapely

from schoolmap.errors import OutputError
from schoolmap.errors import Wording
from schoolmap.inputs.coordinates import parse_crs
from schoolmap.inputs.databases.asking import quoted_name
from schoolmap.inputs.databases.postgis import connect
from schoolmap.inputs.databases.postgis import engine_at
from schoolmap.inputs.databases.postgis import said
from schoolmap.inputs.files.raw import UnreadableError
from schoolmap.output.database.columns import RUN
from schoolmap.output.database.sql import comments
from schoolmap.output.database.sql import named

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

    import psycopg

    from schoolmap.output.database.columns import Results
    from schoolmap.output.database.tables import Row

_TYPES = {
    "text": "text",
    "integer": "bigint",
    "number": "double precision",
    "truth": "boolean",
    "moment": "timestamp without time zone",
}
_SHAPES = {"point": "Point", "polygon": "MultiPolygon", "place": "Geometry"}
_LOCK = 0x5C6001
"""Keeps two runs out of one schema; any number that no other program uses."""
_NO_POSTGIS = Wording(
    "has no PostGIS.",
    "Ask who runs the server for `CREATE EXTENSION postgis`.",
    "没有安装 PostGIS。",
    "请联系服务器管理员执行 `CREATE EXTENSION postgis`。",
)
_NO_SRID = Wording(
    "does not know the project's CRS.",
    "Take a CRS of EPSG as `crs` of the project, or ask who runs the server to add it to spatial_ref_sys.",
    "不认识本项目的坐标系。",
    "请在项目中采用 EPSG 坐标系,或请服务器管理员将其加入 spatial_ref_sys。",
)


@contextmanager
def postgis_target(variable: str, *, crs: str) -> Iterator[PostgisTarget]:
    """
    Connect to a server to write to.

    Parameters
    ----------
    variable
        Variable of the environment that holds its address.
    crs
        CRS of the geometries.

    Raises
    ------
    UnreadableError
        If it cannot be reached, has no PostGIS, or does not know the CRS.
    OutputError
        If it refuses what is written; nothing is changed then.
    """
    engine = engine_at(variable)
    connection = connect(engine)
    import psycopg  # noqa: PLC0415

    try:
        driver: Any = connection.connection.driver_connection
        yield PostgisTarget(driver, crs=crs)
    except psycopg.Error as error:
        first = said(error, engine.url)
    else:
        return
    finally:
        connection.close()
    msg = f"The results could not be written, and nothing was changed: {first}"
    # the server's error is thrown into this generator: it would be shown as the context of ours
    raise OutputError(msg) from None


class PostgisTarget:
    """A connection that writes."""

    def __init__(self, driver: psycopg.Connection, *, crs: str) -> None:
        self._driver = driver
        found = driver.execute(
            "SELECT n.nspname FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace "
            "WHERE t.typname = 'geometry'"
        ).fetchone()
        if found is None:
            raise UnreadableError.of(_NO_POSTGIS)
        self._postgis = str(found[0])
        srid = parse_crs(crs).to_epsg()
        listed = f"SELECT 1 FROM {named(self._postgis, 'spatial_ref_sys')} WHERE srid = %s"  # noqa: S608 - quoted
        if srid is None or driver.execute(listed.encode(), [srid]).fetchone() is None:
            raise UnreadableError.of(_NO_SRID)
        self._srid = srid
        driver.rollback()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do what is in the block as one."""
        with self._driver.transaction():
            yield

    def tables(self, schema: str) -> dict[str, str]:
        """Return everything in a schema that a table cannot be made beside, with its comment."""
        found = self._driver.execute(
            "SELECT c.relname, CASE WHEN c.relkind = 'r' THEN pg_catalog.obj_description(c.oid, 'pg_class') END "
            "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s",
            [schema],
        )
        return {str(name): str(comment or "") for name, comment in found.fetchall()}

    def run(self, schema: str) -> Mapping[str, str] | None:
        """Return the project and the maker of what is there."""
        if not {"project", "made_by"} <= {name for name, _ in self._columns(schema, RUN)}:
            return None
        statement = f"SELECT project, made_by FROM {named(schema, RUN)}"  # noqa: S608 - a quoted name
        found = self._driver.execute(statement.encode()).fetchall()
        return {"project": str(found[0][0]), "made_by": str(found[0][1])} if len(found) == 1 else None

    def make_schema(self, schema: str) -> None:
        """Make the schema if it is not there, after any other run has ended."""
        self._driver.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, schema])
        # that it is there already needs no right to make one
        there = self._driver.execute("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = %s", [schema]).fetchone()
        if there is None:
            self._driver.execute(f"CREATE SCHEMA {quoted_name(schema)}".encode())

    def replace(self, schema: str, name: str, table: Results, rows: Sequence[Row]) -> None:
        """Empty a table that has these columns, so that its views and rights stay; make any other anew."""
        where = named(schema, name)
        wanted = [(column, self._type(kind)) for column, (kind, _) in table.columns.items()]
        if self._columns(schema, name) == wanted:
            self._driver.execute(f"DELETE FROM {where}".encode())  # noqa: S608 - a quoted name
        else:
            columns = ", ".join(f"{quoted_name(column)} {self._made(kind)}" for column, kind in wanted)
            key = ", ".join(map(quoted_name, table.key))
            self._driver.execute(f"DROP TABLE IF EXISTS {where}".encode())
            self._driver.execute(f"CREATE TABLE {where} ({columns}, PRIMARY KEY ({key}))".encode())
            for column, (kind, _) in table.columns.items():
                if kind in _SHAPES:
                    index = f"CREATE INDEX ON {where} USING gist ({quoted_name(column)})"
                    self._driver.execute(index.encode())
        for statement in comments(where, table):
            self._driver.execute(statement.encode())
        listed = ", ".join(map(quoted_name, table.columns))
        with (
            self._driver.cursor() as cursor,
            cursor.copy(f"COPY {where} ({listed}) FROM STDIN".encode()) as copy,
        ):
            for row in rows:
                copy.write_row([self._storable(value) for value in row])

    def _columns(self, schema: str, table: str) -> list[tuple[str, str]]:
        """Return names and types of a table's columns; types without the schema that PostGIS is in."""
        found = self._driver.execute(
            "SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) FROM pg_catalog.pg_attribute a "
            "JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = %s AND c.relname = %s AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped "
            "ORDER BY a.attnum",
            [schema, table],
        )
        return [(str(name), str(kind).rsplit(".", 1)[-1]) for name, kind in found.fetchall()]

    def _type(self, kind: str) -> str:
        """Return a type as PostgreSQL writes it."""
        return f"geometry({_SHAPES[kind]},{self._srid})" if kind in _SHAPES else _TYPES[kind]

    def _made(self, written: str) -> str:
        """Return a type as it is made, wherever PostGIS is."""
        return f"{quoted_name(self._postgis)}.{written}" if written.startswith("geometry(") else written

    def _storable(self, value: object) -> object:
        if isinstance(value, shapely.Geometry):
            return shapely.to_wkb(shapely.set_srid(value, self._srid), hex=True, include_srid=True)
        return value
