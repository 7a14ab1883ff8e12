"""
Read a DuckDB file: nothing but the file, no extension, no other file, no address.

DuckDB would fetch extensions, read files and variables of Python by their names
in a query. All of that is switched off, and the switches are locked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from schoolmap.errors import Wording
from schoolmap.inputs.databases import asking
from schoolmap.inputs.databases.packages import require_package
from schoolmap.inputs.files.raw import UnreadableError

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

CLOSED = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
    "memory_limit": "1GB",
    "threads": "1",
    "lock_configuration": "true",
}
"""Settings with which a file is opened: nothing outside of it can be reached."""
_MARK, _MARK_AT = b"DUCK", 8
_TYPED_CRS = re.compile(r"GEOMETRY\('(?P<crs>.+)'\)", re.DOTALL)

NO_FILE = Wording(
    "is no DuckDB file.",
    "Name the file that DuckDB wrote, `….duckdb`.",
    "不是 DuckDB 文件。",
    "请写 DuckDB 生成的文件名,如 `….duckdb`。",
)
_IN_USE = Wording(
    "cannot be opened: another program writes to it, or it is of another version of DuckDB.",
    "Close it where it is open; or install the version of DuckDB that wrote it.",
    "无法打开:其他程序正在写入,或 DuckDB 版本不同。",
    "请关闭正在使用它的程序,或安装写入该文件的 DuckDB 版本。",
)


class DuckdbReader:
    """A DuckDB file, opened read-only."""

    def __init__(self, path: Path) -> None:
        require_package("duckdb")
        import duckdb  # noqa: PLC0415

        if not is_duckdb(path):
            raise UnreadableError.of(NO_FILE)
        failed = False
        try:
            # a path that begins with `md:` or an address would be one of a service
            self._connection = duckdb.connect(str(path.resolve()), read_only=True, config=dict(CLOSED))
        except (duckdb.Error, OSError):
            failed = True
        if failed:
            raise UnreadableError.of(_IN_USE)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def crs_of(self, srid: int) -> str:
        """Return the CRS of a number, of which DuckDB keeps no list: they are those of EPSG."""
        return f"EPSG:{srid}"

    def ask(self, statement: str, *, seconds: float) -> asking.Answer:
        """Run one statement that reads."""
        import duckdb  # noqa: PLC0415

        with asking.time_limit(seconds, self._connection.interrupt) as passed:
            try:
                self._require_reading(statement)
                found = self._connection.execute(statement)
                columns = found.description or []
                kinds = [str(column[1]) for column in columns]
                shapes = tuple(at for at, kind in enumerate(kinds) if kind.startswith("GEOMETRY"))
                return asking.Answer(
                    names=tuple(str(column[0]) for column in columns),
                    rows=asking.fetch_all(found.fetchmany, columns=len(columns)),
                    shapes=shapes,
                    crs={at: typed["crs"] for at in shapes if (typed := _TYPED_CRS.fullmatch(kinds[at]))},
                )
            except (duckdb.Error, ValueError, RuntimeError) as error:
                wording = asking.too_slow(seconds) if passed.is_set() else asking.refused(str(error))
        raise UnreadableError.of(wording)

    def _require_reading(self, statement: str) -> None:
        import duckdb  # noqa: PLC0415

        found: list[duckdb.Statement] = self._connection.extract_statements(statement)
        if len(found) != 1 or found[0].type != duckdb.StatementType.SELECT:
            raise UnreadableError.of(asking.ONLY_READS)


def is_duckdb(path: Path) -> bool:
    """Say whether a file is one of DuckDB."""
    return has_mark(path, _MARK, at=_MARK_AT)


def has_mark(path: Path, mark: bytes, *, at: int) -> bool:
    """Say whether there is a file that has some bytes at a place, by which its kind is known."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(at + len(mark))[at:] == mark
