"""
Read PostgreSQL with PostGIS through SQLAlchemy: one read-only snapshot, one statement at a time.

PostgreSQL's own parser decides what a query is: it is declared as a cursor, in a
message that can hold one statement only, and a cursor can only read. No message
of the server or of a library is passed on before everything that the address
holds has been taken out.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING

from schoolmap.errors import CRSError
from schoolmap.errors import Wording
from schoolmap.inputs.coordinates import parse_crs
from schoolmap.inputs.databases import asking
from schoolmap.inputs.databases.packages import require_package
from schoolmap.inputs.files.raw import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg
    import sqlalchemy
    from sqlalchemy.engine import URL

CONNECT_SECONDS = 10
_SCHEMES = frozenset({"postgresql", "postgres", "postgis", "postgresql+psycopg"})
_CURSOR = "schoolmap"
_CANCELLED, _READ_ONLY = "57014", "25006"
"""SQLSTATEs of a query that took too long, and of one that would write."""
_SEVERAL = "multiple commands"
"""In what a server says, whose language is English, of several statements in one message."""
_ANSWERED = re.compile(r"\b(FATAL|ERROR)\b|致命错误|错误:")
"""In what libpq says where the server could be reached, and refused the account."""
_KEPT = 5
"""Seconds between two looks whether a silent server is still there."""

NOT_SET = Wording(
    "is the name of a variable of the environment that is not set.",
    "Set it before you start: postgresql://USER:PASSWORD@HOST:5432/DATABASE; see docs/how-to/database.md.",
    "是环境变量名,但没有设置该变量。",
    "请先设置:postgresql://用户:密码@主机:5432/数据库;见 docs/how-to/database.md。",
)
_NO_ADDRESS = Wording(
    "has no address that can be read in its variable of the environment.",
    "Write postgresql://USER:PASSWORD@HOST:5432/DATABASE; a sign such as @ or / in a password is written %40 or %2F.",
    "的环境变量中不是可读的地址。",
    "请写 postgresql://用户:密码@主机:5432/数据库;密码中的 @、/ 等符号须写成 %40、%2F。",
)
_UNREACHABLE = Wording(
    "cannot be reached.",
    "See that the server runs, that host and port are right, and that this computer is in its network.",
    "无法连接。",
    "请确认服务器正在运行、主机和端口正确,并且本机在其网络内。",
)
_NO_ENTRY = Wording(
    "was reached, but refuses the login.",
    "See that user, password and name of the database in the variable are right.",
    "已连接,但拒绝登录。",
    "请核对环境变量中的用户、密码和数据库名。",
)


def engine_at(variable: str) -> sqlalchemy.Engine:
    """
    Return an engine for the address in a variable of the environment; nothing is opened yet.

    Raises
    ------
    UnreadableError
        If the variable is not set or holds no address of PostgreSQL, or a package is missing.
    """
    address = os.environ.get(variable, "").strip()
    if not address:
        raise UnreadableError.of(NOT_SET)
    require_package("sqlalchemy", "psycopg")
    import sqlalchemy  # noqa: PLC0415

    url = _parsed(address)
    if url is None or url.drivername not in _SCHEMES:
        raise UnreadableError.of(_NO_ADDRESS)
    return sqlalchemy.create_engine(
        url.set(drivername="postgresql+psycopg"),
        poolclass=sqlalchemy.NullPool,
        hide_parameters=True,
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "schoolmap",
            "client_encoding": "utf8",
            "keepalives_idle": _KEPT,
            "keepalives_interval": _KEPT,
            "tcp_user_timeout": 1000 * CONNECT_SECONDS * 3,
        },
    )


def _parsed(address: str) -> URL | None:
    from sqlalchemy.engine import make_url  # noqa: PLC0415
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415

    try:
        return make_url(address)
    except (ArgumentError, ValueError):
        return None


def connect(engine: sqlalchemy.Engine, **options: object) -> sqlalchemy.Connection:
    """
    Connect to a server.

    Parameters
    ----------
    engine
        From `engine_at`.
    **options
        Of SQLAlchemy, for everything that is done with the connection.

    Raises
    ------
    UnreadableError
        If it cannot be reached, or refuses the login; without the library's own error, which may repeat the address.
    """
    try:
        return engine.connect().execution_options(**options)
    # any error: of libpq, of the driver, of a port that is no number. None of them may be passed on
    except Exception as error:  # noqa: BLE001
        wording = _NO_ENTRY if _ANSWERED.search(str(error)) else _UNREACHABLE
    raise UnreadableError.of(wording)


def hidden(text: str, url: URL) -> str:
    """
    Return a text without user, password, host and name of the database of an address.

    Examples
    --------
    >>> from sqlalchemy.engine import make_url
    >>> hidden('permission denied for "anna" (rosa%1)', make_url("postgresql://anna:rosa%251@h/d"))
    'permission denied for "…" (…)'
    """
    parts = {str(url.password or ""), url.username or "", url.host or "", url.database or ""} - {""}
    for part in sorted(parts, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", "…", text)
    return text


def said(error: psycopg.Error, url: URL) -> str:
    """Return the first sentence of what the server says of an error."""
    return hidden(error.diag.message_primary or str(error), url)


def _known(crs: str) -> str:
    """Return a CRS by its number of EPSG if it has one, else as it is; nothing if PROJ does not know it."""
    try:
        code = parse_crs(crs).to_epsg()
    except CRSError:
        return ""
    return crs if code is None else f"EPSG:{code}"


class PostgisReader:
    """A connection to one server: every query sees the same state of it."""

    def __init__(self, variable: str) -> None:
        engine = engine_at(variable)
        self._url = engine.url
        self._connection = connect(engine, isolation_level="REPEATABLE READ", postgresql_readonly=True)
        driver: psycopg.Connection = self._connection.connection.driver_connection  # type: ignore[assignment]
        self._driver = driver
        kinds = self._rows(
            "SELECT t.oid, n.nspname FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace "
            "WHERE t.typname IN ('geometry', 'geography')"
        )
        self._shapes = frozenset(int(str(oid)) for oid, _ in kinds or ())
        self._postgis = next((str(schema) for _, schema in kinds or ()), "public")

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def crs_of(self, srid: int) -> str:
        """Return the CRS that a SRID stands for on this server; that of EPSG where its list may not be read."""
        # the list is where PostGIS is, which need not be on the search path; the name is quoted
        listed = asking.quoted_name(self._postgis)
        found = self._rows(
            f"SELECT auth_name, auth_srid, srtext FROM {listed}.spatial_ref_sys WHERE srid = %s",  # noqa: S608
            srid,
        )
        if found is None:
            return _known(f"EPSG:{srid}")
        if not found:
            return ""
        authority, code, text = found[0]
        return _known(f"{authority}:{code}") or _known(str(text or ""))

    def ask(self, statement: str, *, seconds: float) -> asking.Answer:
        """Run one statement that reads."""
        import psycopg  # noqa: PLC0415

        statement = asking.reading_statement(statement)
        with self._driver.cursor() as cursor, asking.time_limit(seconds, self._driver.cancel_safe) as passed:
            try:
                cursor.execute("SELECT set_config('statement_timeout', %s, false)", [f"{1000 * seconds:.0f}"])
                cursor.execute(f"SAVEPOINT {_CURSOR}")
                # prepared: the message cannot hold a second statement
                declared = f"DECLARE {_CURSOR} NO SCROLL CURSOR FOR {statement}"
                cursor.execute(declared.encode(), prepare=True)
                cursor.execute(f"FETCH FORWARD 0 FROM {_CURSOR}")
                columns = cursor.description or []

                def fetch(most: int) -> Sequence[Sequence[object]]:
                    return cursor.execute(f"FETCH FORWARD {most:d} FROM {_CURSOR}".encode()).fetchall()

                return asking.Answer(
                    names=tuple(column.name for column in columns),
                    rows=asking.fetch_all(fetch, columns=len(columns)),
                    shapes=tuple(at for at, column in enumerate(columns) if column.type_code in self._shapes),
                )
            except (psycopg.Error, ValueError) as error:
                wording = self._wording(error, seconds, timed_out=passed.is_set())
            finally:
                # what failed must not spoil the snapshot for the next query
                with suppress(psycopg.Error):
                    cursor.execute(f"ROLLBACK TO SAVEPOINT {_CURSOR}")
        raise UnreadableError.of(wording)

    def _wording(self, error: Exception, seconds: float, *, timed_out: bool) -> Wording:
        import psycopg  # noqa: PLC0415

        state = error.sqlstate if isinstance(error, psycopg.Error) else None
        if timed_out or state == _CANCELLED:
            return asking.too_slow(seconds)
        if state == _READ_ONLY or _SEVERAL in str(error):
            return asking.ONLY_READS
        if self._driver.closed:
            return asking.LOST
        return asking.refused(said(error, self._url) if isinstance(error, psycopg.Error) else "a value cannot be read")

    def _rows(self, statement: str, *values: object) -> list[tuple[object, ...]] | None:
        """Return rows of the catalogue; nothing where it is not there or may not be read."""
        import psycopg  # noqa: PLC0415

        try:
            with self._driver.cursor() as cursor:
                cursor.execute("SAVEPOINT schoolmap_catalogue")
                try:
                    return cursor.execute(statement.encode(), list(values)).fetchall()
                except (psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege):
                    cursor.execute("ROLLBACK TO SAVEPOINT schoolmap_catalogue")
                    return None
        except psycopg.Error:
            pass
        raise UnreadableError.of(asking.LOST)
