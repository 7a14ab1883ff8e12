"""
Read SpatiaLite, GeoPackage or any SQLite file with a query: read-only, without extensions.

Geometry is decoded from the blobs themselves. Neither SpatiaLite's own library
nor GDAL sees the file: the one would have to be loaded as an extension, and the
other lets a table in the file stand for any other file or address.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import quote

from schoolmap.errors import CRSError
from schoolmap.errors import Wording
from schoolmap.inputs.coordinates import parse_crs
from schoolmap.inputs.databases import asking
from schoolmap.inputs.databases.duckdb_file import has_mark
from schoolmap.inputs.files.raw import UnreadableError

if TYPE_CHECKING:
    from pathlib import Path

_MARK = b"SQLite format 3\0"
_LONGEST_CELL = 64 << 20
_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})
_FORBIDDEN = frozenset({"load_extension", "fts3_tokenizer", "readfile", "writefile", "edit"})
_LISTS = (
    "SELECT auth_name, auth_srid FROM spatial_ref_sys WHERE srid = ?",
    "SELECT organization, organization_coordsys_id FROM gpkg_spatial_ref_sys WHERE srs_id = ?",
)
"""Where the CRS of a number is listed, in SpatiaLite and in a GeoPackage."""
_NO_FILE = Wording(
    "is no SpatiaLite or SQLite file.",
    "Name the file of the database, `….sqlite`.",
    "不是 SpatiaLite 或 SQLite 文件。",
    "请写数据库文件名,如 `….sqlite`。",
)


class SpatialiteReader:
    """A SQLite file, opened read-only, in which only tables can be read."""

    def __init__(self, path: Path) -> None:
        if not has_mark(path, _MARK, at=0):
            raise UnreadableError.of(_NO_FILE)
        connection = sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro", uri=True, isolation_level=None)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA query_only = ON")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_CELL)
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        connection.set_authorizer(_may)
        self._connection = connection

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def crs_of(self, srid: int) -> str:
        """Return the CRS that a number stands for in this file."""
        for statement in _LISTS:
            try:
                found = self._connection.execute(statement, (srid,)).fetchone()
            except sqlite3.Error:
                continue
            if found is not None:
                named = f"{found[0]}:{found[1]}".upper()
                try:
                    parse_crs(named)
                except CRSError:
                    return ""
                return named
        return f"EPSG:{srid}"

    def ask(self, statement: str, *, seconds: float) -> asking.Answer:
        """Run one statement that reads."""
        statement = asking.reading_statement(statement)
        with (
            closing(self._connection.cursor()) as cursor,
            asking.time_limit(seconds, self._connection.interrupt) as passed,
        ):
            try:
                cursor.execute(statement)
                names = tuple(str(column[0]) for column in cursor.description or ())
                return asking.Answer(names=names, rows=asking.fetch_all(cursor.fetchmany, columns=len(names)))
            except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
                wording = _wording(error, seconds, timed_out=passed.is_set())
        raise UnreadableError.of(wording)


def _wording(error: Exception, seconds: float, *, timed_out: bool) -> Wording:
    if timed_out:
        return asking.too_slow(seconds)
    return asking.ONLY_READS if "not authorized" in str(error) else asking.refused(str(error))


def _may(action: int, _: str | None, name: str | None, *__: str | None) -> int:
    """Allow what reads a table of the file, and deny everything else."""
    if action == sqlite3.SQLITE_FUNCTION and str(name).lower() in _FORBIDDEN:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY
