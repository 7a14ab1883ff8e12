"""The databases of a project while its tables are read: each is opened when it is first asked, and once."""

from __future__ import annotations

from contextlib import ExitStack
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from schoolmap.errors import Fault
from schoolmap.errors import Wording
from schoolmap.inputs.databases.duckdb_file import DuckdbReader
from schoolmap.inputs.databases.postgis import NOT_SET
from schoolmap.inputs.databases.postgis import PostgisReader
from schoolmap.inputs.databases.spatialite import SpatialiteReader
from schoolmap.inputs.files.raw import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping
    from pathlib import Path

    from schoolmap.inputs.databases.asking import Reader
    from schoolmap.inputs.databases.declared import Database

_NOT_DECLARED = Wording(
    "is no database of this project.",
    "Add `[databases.NAME]` to project.toml.",
    "不是本项目的数据库。",
    "请在 project.toml 中增加 `[databases.名称]`。",
)
_NO_FILE = Wording(
    "has a file that does not exist.",
    "Put it into the project folder, or correct the name in project.toml.",
    "的文件不存在。",
    "请将其放入项目文件夹,或更正 project.toml 中的文件名。",
)


_LEADS_OUT = Wording(
    "is a link that leads out of the project folder.",
    "Put the file itself into the folder.",
    "是指向项目文件夹之外的链接。",
    "请将文件本身放入项目文件夹。",
)
_NOT_OPENED = Wording(
    "may not be opened.",
    "Close it where it is open, or ask for the right to read it.",
    "没有读取权限。",
    "请关闭正在使用该文件的程序,或申请读取权限。",
)


class Databases:
    """What is open, and what could not be opened: a server that is away is waited for once."""

    def __init__(self, declared: Mapping[str, Database], folder: Path, stack: ExitStack) -> None:
        self._declared, self._folder, self._stack = declared, folder, stack
        self._open: dict[str, Reader] = {}
        self._faults: dict[str, tuple[Fault, ...]] = {}

    def reader(self, name: str) -> Reader:
        """
        Return a database, which is opened now if it is not yet.

        Raises
        ------
        UnreadableError
            If it cannot be opened; its faults name the database.
        """
        if name not in self._open and name not in self._faults:
            try:
                reader = self._opened(name)
            except UnreadableError as error:
                self._faults[name] = tuple(named_fault(fault, name, self._declared.get(name)) for fault in error.faults)
            else:
                self._open[name] = reader
                self._stack.callback(reader.close)
        if name in self._faults:
            raise UnreadableError(*self._faults[name])
        return self._open[name]

    def seconds(self, name: str) -> float:
        """Return how long one query of a database may take."""
        return self._declared[name].timeout

    def _opened(self, name: str) -> Reader:
        declared = self._declared.get(name)
        if declared is None:
            raise UnreadableError.of(_NOT_DECLARED)
        if declared.kind == "postgis":
            return PostgisReader(declared.url_from or "")
        path = file_of(declared, self._folder)
        if not path.is_file():
            raise UnreadableError.of(_NO_FILE)
        try:
            return DuckdbReader(path) if declared.kind == "duckdb" else SpatialiteReader(path)
        except OSError:
            pass
        raise UnreadableError.of(_NOT_OPENED)


def file_of(declared: Database, folder: Path) -> Path:
    """
    Return the file of a database, whether it is there or not.

    Raises
    ------
    UnreadableError
        If it is a link that leads out of the project folder.
    """
    path = folder / (declared.file or "")
    if not path.resolve().is_relative_to(folder.resolve()):
        raise UnreadableError.of(_LEADS_OUT)
    return path


def named_fault(fault: Fault, name: str, declared: Database | None) -> Fault:
    """Return a fault of a database as a whole with its place: the database, or the key that names its variable."""
    if declared is not None and fault.problem == NOT_SET.problem:
        return replace(fault, file="project.toml", column=f"databases.{name}.url_from", value=declared.url_from or "")
    return replace(fault, file=f"database {name}")


@contextmanager
def connected(declared: Mapping[str, Database], folder: Path) -> Iterator[Databases]:
    """
    Open databases as they are asked for, and close them at the end of the block.

    Parameters
    ----------
    declared
        `[databases]` of the project file.
    folder
        The project folder, in which files are.
    """
    with ExitStack() as stack:
        yield Databases(declared, folder, stack)
