"""
Ask a database one question: what is a question, how long it may take, how much may come back.

Every kind of database answers in the same form, an `Answer`, whose rows are
fetched step by step; reading stops where a table is larger than any of a
planning area, before memory does.
"""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING
from typing import NamedTuple
from typing import Protocol

from schoolmap.errors import Wording
from schoolmap.inputs.files.raw import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

MOST_CELLS = 10_000_000
"""Cells that one query may give: a million records of residents have half of it."""
MOST_BYTES = 256 << 20
"""Of texts and geometries that one query may give."""
_FIRST_ROWS, _MOST_ROWS = 50, 5000
_STEP_BYTES = 16 << 20
"""Of rows that are fetched at once, judged by those before."""
_LONGEST_MESSAGE = 200
_BEFORE = re.compile(r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/|\()*", re.DOTALL)
_READS = re.compile(r"(?:select|with|table|values)\b", re.IGNORECASE)


class Answer(NamedTuple):
    """
    What a query gives.

    Attributes
    ----------
    names
        Of the columns, in order.
    rows
        In the order in which they came.
    shapes
        Places of columns that the database itself knows as geometries.
    crs
        CRS that the type of a column states, by its place.
    """

    names: tuple[str, ...]
    rows: list[Sequence[object]]
    shapes: tuple[int, ...] = ()
    crs: Mapping[int, str] = MappingProxyType({})


class Reader(Protocol):
    """An open database, of which nothing can be changed through this."""

    def ask(self, statement: str, *, seconds: float) -> Answer:
        """Run one statement that reads; raise `UnreadableError` if the database refuses it."""

    def crs_of(self, srid: int) -> str:
        """Return the CRS that a number stands for here, as a code or WKT; empty if there is none."""

    def close(self) -> None:
        """Give the connection back."""


def reading_statement(query: str) -> str:
    r"""
    Return a query without the semicolon at its end.

    Raises
    ------
    UnreadableError
        If its first word is none that reads. What writes all the same is
        refused by the database, which is asked read-only.

    Examples
    --------
    >>> reading_statement(" -- all of them\n(select 1);")
    '-- all of them\n(select 1)'
    """
    statement = query.strip().removesuffix(";").strip()
    start = _BEFORE.match(statement)
    if not _READS.match(statement, 0 if start is None else start.end()):
        raise UnreadableError.of(ONLY_READS)
    return statement


def quoted(table: str) -> str:
    """
    Return the name of a table, `table` or `schema.table`, as SQL quotes it.

    Examples
    --------
    >>> quoted("bureau.学校"), quoted('a"b')
    ('"bureau"."学校"', '"a""b"')
    """
    parts = table.split(".")
    if len(parts) > 2 or not all(part.strip() for part in parts) or "\0" in table:
        raise UnreadableError.of(_NO_TABLE_NAME)
    return ".".join(map(quoted_name, parts))


def quoted_name(name: str) -> str:
    """
    Return one name as SQL quotes it, whatever it holds.

    Examples
    --------
    >>> quoted_name('a"b.c')
    '"a""b.c"'
    """
    return '"{}"'.format(name.replace('"', '""'))


@contextmanager
def time_limit(seconds: float, interrupt: Callable[[], None]) -> Iterator[threading.Event]:
    """Interrupt what runs in the block after some seconds; the event tells that it has been."""
    passed = threading.Event()

    def stop() -> None:
        passed.set()
        # a connection that is gone cannot be interrupted, and need not be
        with suppress(Exception):
            interrupt()

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield passed
    finally:
        timer.cancel()


def fetch_all(fetch: Callable[[int], Sequence[Sequence[object]]], *, columns: int) -> list[Sequence[object]]:
    """
    Fetch the rows of an answer step by step.

    Parameters
    ----------
    fetch
        Returns the next rows, at most so many; none at the end.
    columns
        How many columns a row has.

    Raises
    ------
    UnreadableError
        If there are more than a table can have.
    """
    rows: list[Sequence[object]] = []
    size, step = 0, _FIRST_ROWS
    while found := fetch(step):
        rows += found
        size += sum(len(cell) for row in found for cell in row if isinstance(cell, (str, bytes)))
        if len(rows) * columns > MOST_CELLS or size > MOST_BYTES:
            raise UnreadableError.of(_TOO_MUCH)
        step = max(1, min(_MOST_ROWS, _STEP_BYTES * len(rows) // max(size, 1)))
    return rows


def refused(message: str) -> Wording:
    """Return what is said of a query that the database refuses, with its own words."""
    first = (message.strip().splitlines() or [""])[0][:_LONGEST_MESSAGE].rstrip(".")
    return Wording(
        f"was refused by the database: {first}.",
        "Try the query in a database program, and mend it in project.toml.",
        f"被数据库拒绝:{first}。",
        "请先在数据库软件中试运行该查询,再更正 project.toml。",
    )


def too_slow(seconds: float) -> Wording:
    """Return what is said of a query that takes too long."""
    return Wording(
        f"took longer than {seconds:g} s.",
        "Ask for less, add an index, or raise `timeout` of the database in project.toml.",
        f"超过 {seconds:g} 秒未完成。",
        "请缩小查询范围、建立索引,或在 project.toml 中调大该数据库的 `timeout`。",
    )


ONLY_READS = Wording(
    "does not only read.",
    "Write one `select …`; nothing is ever changed in a database that tables are read from.",
    "不是只读查询。",
    "请只写一条 `select …`;读取时绝不改动数据库。",
)
LOST = Wording(
    "was cut off while it was read.",
    "Try again; ask who runs the server.",
    "读取中连接中断。",
    "请重试,或联系服务器管理员。",
)
_NO_TABLE_NAME = Wording(
    "is no name of a table.",
    'Write `table = "schema.table"`, or a `query`.',
    "不是表名。",
    '请写 `table = "schema.table"`,或改用 `query`。',
)
_TOO_MUCH = Wording(
    f"gives more than {MOST_CELLS:,} cells, or more than {MOST_BYTES >> 20} MB.",
    "Ask for the columns and the planning area that are needed only: `select … where …`.",
    f"结果超过 {MOST_CELLS:,} 个单元格,或超过 {MOST_BYTES >> 20} MB。",
    "请只查询所需的列和规划范围:`select … where …`。",
)
