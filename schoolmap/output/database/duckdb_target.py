"""Write results into a DuckDB file; geometry as WKB, which needs no extension."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import shapely

from schoolmap.errors import OutputError
from schoolmap.inputs.databases.asking import quoted_name
from schoolmap.inputs.databases.duckdb_file import CLOSED
from schoolmap.inputs.databases.duckdb_file import NO_FILE
from schoolmap.inputs.databases.duckdb_file import is_duckdb
from schoolmap.inputs.databases.packages import require_package
from schoolmap.inputs.files.raw import UnreadableError
from schoolmap.output.database.columns import RUN
from schoolmap.output.database.sql import comments
from schoolmap.output.database.sql import named

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb

    from schoolmap.output.database.columns import Results
    from schoolmap.output.database.tables import Row

_TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "truth": "BOOLEAN",
    "moment": "TIMESTAMP",
    "point": "BLOB",
    "polygon": "BLOB",
    "place": "BLOB",
}


@contextmanager
def duckdb_target(path: Path) -> Iterator[DuckdbTarget]:
    """
    Open a DuckDB file to write to; it is made if it does not exist.

    Raises
    ------
    UnreadableError
        If there is another file of that name, or DuckDB is not installed.
    OutputError
        If DuckDB cannot open or write it.
    """
    require_package("duckdb")
    import duckdb  # noqa: PLC0415

    if path.exists() and not is_duckdb(path):
        raise UnreadableError.of(NO_FILE)
    try:
        with duckdb.connect(str(path.resolve()), config=dict(CLOSED)) as connection:
            yield DuckdbTarget(connection)
    except duckdb.Error as error:
        first = str(error).splitlines()[0]
    else:
        return
    msg = f"The results could not be written to {path}: {first}"
    raise OutputError(msg)


class DuckdbTarget:
    """An open DuckDB file."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do what is in the block as one."""
        self._connection.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def tables(self, schema: str) -> dict[str, str]:
        """Return all tables and views of a schema with their comments."""
        found = self._connection.execute(
            "SELECT table_name, comment FROM duckdb_tables() WHERE schema_name = $name AND database_name = current_database() "
            "UNION ALL SELECT view_name, NULL FROM duckdb_views() WHERE schema_name = $name",
            {"name": schema},
        )
        return {str(name): str(comment or "") for name, comment in found.fetchall()}

    def run(self, schema: str) -> Mapping[str, str] | None:
        """Return the project and the maker of what is there."""
        columns = self._connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = ? AND table_name = ?",
            [schema, RUN],
        ).fetchall()
        if not {"project", "made_by"} <= {row[0] for row in columns}:
            return None
        # the name is quoted
        found = self._connection.execute(f"SELECT project, made_by FROM {named(schema, RUN)}").fetchall()  # noqa: S608
        return {"project": str(found[0][0]), "made_by": str(found[0][1])} if len(found) == 1 else None

    def make_schema(self, schema: str) -> None:
        """Make the schema if it is not there; DuckDB lets no other process write meanwhile."""
        self._connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted_name(schema)}")

    def replace(self, schema: str, name: str, table: Results, rows: Sequence[Row]) -> None:
        """Make a table anew."""
        import pyarrow as pa  # noqa: PLC0415

        where = named(schema, name)
        columns = ", ".join(f"{quoted_name(column)} {_TYPES[kind]}" for column, (kind, _) in table.columns.items())
        self._connection.execute(f"DROP TABLE IF EXISTS {where}")
        self._connection.execute(f"CREATE TABLE {where} ({columns})")
        for statement in comments(where, table):
            self._connection.execute(statement)
        if not rows:
            return
        values = {
            column: pa.array([_storable(row[at]) for row in rows], type=_arrow(kind))
            for at, (column, (kind, _)) in enumerate(table.columns.items())
        }
        self._connection.register("schoolmap_rows", pa.table(values))
        self._connection.execute(f"INSERT INTO {where} SELECT * FROM schoolmap_rows")  # noqa: S608 - a quoted name
        self._connection.unregister("schoolmap_rows")


def _arrow(kind: str) -> object:
    import pyarrow as pa  # noqa: PLC0415

    types = {"VARCHAR": pa.string(), "BIGINT": pa.int64(), "DOUBLE": pa.float64(), "BOOLEAN": pa.bool_()}
    return {**types, "TIMESTAMP": pa.timestamp("us"), "BLOB": pa.binary()}[_TYPES[kind]]


def _storable(value: object) -> object:
    return shapely.to_wkb(value) if isinstance(value, shapely.Geometry) else value
