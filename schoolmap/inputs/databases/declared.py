"""
What `project.toml` says of databases, and what is wrong with that.

A project file names the variable of the environment that holds an address; it
never holds the address itself. What somebody has written there in spite of that
is refused, and never repeated: neither in a fault nor anywhere else.
"""

from __future__ import annotations

import re
from pathlib import Path  # noqa: TC003 - pydantic reads the annotations
from typing import TYPE_CHECKING
from typing import Annotated
from typing import Any
from typing import Literal
from typing import Self

import pydantic
from pydantic import AfterValidator
from pydantic import BeforeValidator
from pydantic import Field
from pydantic import model_validator

from schoolmap.errors import Wording
from schoolmap.inputs.declarations import CONFIG
from schoolmap.inputs.declarations import ComplaintError
from schoolmap.inputs.declarations import require_inside

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator
    from collections.abc import Mapping

    from schoolmap.inputs.declarations import TableSource

PREFIX = "SCHOOLMAP_"
"""Begins the names of variables that may hold an address: a project from elsewhere cannot name any other."""
Kind = Literal["postgis", "duckdb", "spatialite"]
SECTION = "databases"
_NAME = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_VARIABLE = re.compile(rf"{PREFIX}[A-Z0-9_]+", re.ASCII)
_SECRET = re.compile(r"://[^\s/]*@|\b(password|passwd|pwd)\s*=", re.IGNORECASE)
"""An address with an account in it, in either way that PostgreSQL knows."""
_SECRET_KEYS = frozenset({"url", "uri", "dsn", "address", "user", "username", "password", "passwd", "pwd", "host"})

_NO_SECRETS = Wording(
    "would put an address or a password into a file that is passed on.",
    f'Write `url_from = "{PREFIX}BUREAU_URL"` and put the address into that variable of the environment.',
    "会把地址或密码写进要流转的文件。",
    f'请写 `url_from = "{PREFIX}BUREAU_URL"`,并把地址放入该环境变量。',
)
_NO_VARIABLE = Wording(
    f"is no name of a variable: it begins with {PREFIX} and has capital letters, digits and `_` only.",
    f'Write `url_from = "{PREFIX}BUREAU_URL"` and put the address into that variable; never into this file.',
    f"不是变量名:须以 {PREFIX} 开头,只含大写字母、数字和下划线。",
    f'请写 `url_from = "{PREFIX}BUREAU_URL"`,并把地址放入该环境变量,不要写在本文件中。',
)


def _require_variable(value: str) -> str:
    if not _VARIABLE.fullmatch(value):
        raise ComplaintError(_NO_VARIABLE)
    return value


def _require_name(value: object) -> object:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ComplaintError(
            Wording(
                "is no name of a database: it may hold only letters A-Z, digits, `-` and `_`.",
                "Take a short name, such as `bureau`.",
                "不是数据库代号:只能含英文字母、数字、`-` 和 `_`。",
                "请用简短代号,如 `bureau`。",
            ),
        )
    return value


DatabaseName = Annotated[str, BeforeValidator(_require_name)]


class Database(pydantic.BaseModel):
    """A database that tables are read from, or results are written to."""

    model_config = CONFIG

    kind: Kind
    """`postgis` (a server), or `duckdb` or `spatialite` (a file)."""
    url_from: Annotated[str, AfterValidator(_require_variable)] | None = None
    """Name of the variable of the environment that holds the server's address, with account and password."""
    file: Annotated[Path | None, AfterValidator(require_inside)] = None
    """The file of a DuckDB or SpatiaLite database, in the project folder."""
    timeout: Annotated[float, Field(gt=0, le=3600, strict=True)] = 120.0
    """Seconds that one query may take."""

    @model_validator(mode="after")
    def _by_kind(self) -> Self:
        server = self.kind == "postgis"
        if server and (self.url_from is None or self.file is not None):
            raise ComplaintError(
                Wording(
                    "is a server: it needs `url_from`, and no `file`.",
                    f'Write `url_from = "{PREFIX}BUREAU_URL"`.',
                    "是数据库服务器:需要 `url_from`,不能写 `file`。",
                    f'请写 `url_from = "{PREFIX}BUREAU_URL"`。',
                ),
            )
        if not server and (self.file is None or self.url_from is not None):
            raise ComplaintError(
                Wording(
                    f"is a {self.kind} file: it needs `file`, and no `url_from`.",
                    'Write `file = "…"`, a path in the project folder.',
                    f"是 {self.kind} 文件:需要 `file`,不能写 `url_from`。",
                    '请写 `file = "…"`,即项目文件夹内的路径。',
                ),
            )
        return self


def shown_value(loc: tuple[int | str, ...], value: str) -> str:
    """
    Return what a fault of the project file may repeat of a value: nothing that can be part of an address or account.

    Examples
    --------
    >>> shown_value(("project", "seed"), "-1"), shown_value(("databases", "bureau", "url"), "postgres://a:b@c")
    ('-1', '')
    >>> shown_value(("tables", "schools", "file"), "postgresql://a:b@c/d")
    ''
    """
    hidden = SECTION in loc[:1] or any(str(part).lower() in _SECRET_KEYS for part in loc) or _SECRET.search(value)
    return "" if hidden else value


def shown_key(key: str) -> str:
    """
    Return a key of the project file, without what can be an address with an account.

    Examples
    --------
    >>> shown_key("databases.bureau.kind"), shown_key("databases.postgres://a:b@c.kind")
    ('databases.bureau.kind', 'databases.…')
    """
    return f"{SECTION}.…" if _SECRET.search(key) else key


def secret_wording(loc: tuple[int | str, ...]) -> Wording | None:
    """Return what is said of an unknown key that seems to hold an address or an account; nothing of others."""
    named = len(loc) > 1 and loc[0] in {SECTION, "tables"} and str(loc[-1]).lower() in _SECRET_KEYS
    return _NO_SECRETS if named else None


def table_complaints(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Wording]]:
    """
    Yield what is wrong with tables that name a database: key, value, wording.

    Parameters
    ----------
    document
        The project file as parsed, whose parts may be of any type, or as dumped from its model.
    """
    tables, databases = document.get("tables"), document.get(SECTION)
    known = set(databases) if isinstance(databases, dict) else set()
    if not isinstance(tables, dict):
        return
    for name, value in tables.items():
        for number, source in enumerate(_sources(value)):
            where = f"tables.{name}" if number == 0 and not isinstance(value, list) else f"tables.{name}.{number}"
            for key, shown, wording in _of_source(source, known):
                yield f"{where}.{key}" if key else where, shown, wording


def _sources(value: object) -> list[dict[str, Any]]:
    """Return the sources of a table, however they are written."""
    if isinstance(value, (list, tuple)):
        return [source for item in value for source in _sources(item)]
    if not isinstance(value, dict):
        return []
    return [value, *_sources(value.get("more") or ())]


def described(
    databases: Mapping[str, Database], tables: Mapping[str, TableSource], *, day: dt.date
) -> list[dict[str, Any]]:
    """
    Say of each database that was read what the list of sources says: its name here, its tables, and the day.

    Parameters
    ----------
    databases, tables
        Of the project file.
    day
        On which a server was read, whose content changes. A file in the project folder needs none.

    Returns
    -------
    sources
        Values of `project_file.Source`, in the order of the names.
    """
    kinds = {"postgis": "PostGIS", "duckdb": "DuckDB", "spatialite": "SpatiaLite"}
    found = []
    for name, database in sorted(databases.items()):
        asked: dict[str, str] = {
            table: ("query" if part.query else "table")
            for table, source in sorted(tables.items())
            for part in source.parts
            if part.database == name
        }
        if asked:
            words = {"query": "查询", "table": "库表"}
            found.append(
                {
                    "title": f"{name} ({kinds[database.kind]})",
                    "publisher": "",
                    "date": day.isoformat() if database.url_from is not None else "",
                    "licence": "",
                    "used_for": {
                        "en": ", ".join(f"{table} ({what})" for table, what in asked.items()),
                        "zh": "、".join(f"{table}（{words[what]}）" for table, what in asked.items()),
                    },
                }
            )
    return found


_FILE_KEYS = {"file": None, "sheet": "", "separator": ",", "encoding": "", "decimal": "."}
"""Keys that say how a file is read, and what they hold where nobody wrote them."""


def _of_source(source: Mapping[str, Any], known: set[str]) -> Iterator[tuple[str, str, Wording]]:
    asked = [key for key in ("query", "table") if source.get(key)]
    database = source.get("database")
    if not database:
        if asked and source.get("file"):
            yield asked[0], "", _OF_DATABASE
        elif asked:
            yield asked[0], "", _NO_DATABASE
        return
    if not isinstance(database, str):
        return
    if database not in known:
        listed = ", ".join(sorted(name for name in known if _NAME.fullmatch(name)))
        wording = Wording(
            "is no database of this project.",
            f"There are: {listed}." if listed else "Add `[databases.NAME]` with `kind` and `url_from` or `file`.",
            "不是本项目的数据库。",
            f"已有:{listed}。" if listed else "请增加 `[databases.名称]`,并写 `kind` 以及 `url_from` 或 `file`。",
        )
        yield "database", database if _NAME.fullmatch(database) else "", wording
    if len(asked) != 1:
        yield "", "", _ONE_OF_BOTH
    for key, usual in _FILE_KEYS.items():
        if source.get(key, usual) != usual:
            yield key, "", _OF_FILES


_ONE_OF_BOTH = Wording(
    "reads a database, but holds neither or both of `query` and `table`.",
    'Write one: `query = "select …"`, or `table = "schema.table"`.',
    "读取数据库,但 `query` 与 `table` 应二选一。",
    '请写 `query = "select …"` 或 `table = "schema.table"`。',
)
_OF_FILES = Wording(
    "is of files, but the table is read from a database.",
    "Remove it, or `database`.",
    "只用于文件,而此表来自数据库。",
    "请删去该项,或删去 `database`。",
)
_OF_DATABASE = Wording(
    "is of a database, but the table is read from a file.",
    "Remove it, or write `database` instead of `file`.",
    "只用于数据库,而此表来自文件。",
    "请删去该项,或以 `database` 代替 `file`。",
)
_NO_DATABASE = Wording(
    "names no database that is asked.",
    'Write `database = "NAME"` beside it.',
    "没有写明所查询的数据库。",
    '请在旁边写 `database = "名称"`。',
)
