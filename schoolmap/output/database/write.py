"""
Write results into a schema in one transaction: all of them, or none.

A schema of results has a table `run` that says who made the others. Tables that
schoolmap has made are replaced; any other table of the same name is a reason to
write nothing. Who reads meanwhile sees the old results until the new ones are
complete, and a process that dies leaves the old ones.
"""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from typing import TYPE_CHECKING
from typing import Any
from typing import Protocol

from schoolmap.errors import Fault
from schoolmap.errors import InputError
from schoolmap.errors import OutputError
from schoolmap.errors import Wording
from schoolmap.inputs.databases.connections import file_of
from schoolmap.inputs.databases.connections import named_fault
from schoolmap.inputs.files.raw import UnreadableError
from schoolmap.output.database.columns import MADE_BY
from schoolmap.output.database.columns import MARK
from schoolmap.output.database.columns import RUN
from schoolmap.output.database.columns import TABLES
from schoolmap.output.database.tables import result_tables

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from schoolmap.inputs.databases.declared import Database
    from schoolmap.output.database.columns import Results
    from schoolmap.output.database.tables import Row
    from schoolmap.output.model import MapModel
    from schoolmap.plan import Plan
    from schoolmap.project import Project

_LONGEST_NAME = 63
"""Bytes of a name that PostgreSQL keeps."""


class Target(Protocol):
    """A database that results are written to."""

    def transaction(self) -> AbstractContextManager[None]:
        """Do what is in the block as one: at an error, nothing of it is done."""

    def tables(self, schema: str) -> dict[str, str]:
        """Return all tables and views of a schema with their comments; none if there is no such schema."""

    def run(self, schema: str) -> Mapping[str, str] | None:
        """Return `project` and `made_by` of the table `run`, or nothing if that is none of ours."""

    def replace(self, schema: str, name: str, table: Results, rows: Sequence[Row]) -> None:
        """Make a table, or replace all of its rows."""

    def make_schema(self, schema: str) -> None:
        """Make the schema if it is not there, and keep other writers out of it until the end of the transaction."""


@contextmanager
def open_target(project: Project, database: str) -> Iterator[Target]:
    """
    Open a database of the project to write to.

    Parameters
    ----------
    project
        Its project file declares the database.
    database
        Name of a section `[databases.…]`.

    Raises
    ------
    InputError
        If there is no such database, or it cannot be written to.
    """
    declared = project.databases.get(database)
    if declared is None:
        raise InputError([_fault(database, _unknown(list(project.databases)))])
    if declared.kind == "spatialite" or (declared.file is not None and _is_read(project, database)):
        raise InputError([_fault(database, _NOT_WRITTEN_TO)])
    try:
        with _opened(declared, project) as target:
            yield target
    except UnreadableError as error:
        faults = [named_fault(fault, database, declared) for fault in error.faults]
    else:
        return
    raise InputError(faults)


def _opened(declared: Database, project: Project) -> AbstractContextManager[Target]:
    if declared.kind == "duckdb":
        from schoolmap.output.database.duckdb_target import duckdb_target  # noqa: PLC0415

        return duckdb_target(file_of(declared, project.folder))
    from schoolmap.output.database.postgis_target import postgis_target  # noqa: PLC0415

    return postgis_target(declared.url_from or "", crs=project.settings.crs)


def check_target(project: Project, *, database: str, schema: str) -> None:
    """
    See that results can be written, before any are made.

    Parameters
    ----------
    project
        The project.
    database, schema
        Where to.

    Raises
    ------
    InputError
        If the database cannot be reached or written to, or the schema holds
        tables of these names that are not ours, or results of another project.
    """
    wording = _schema_wording(schema)
    if wording is not None:
        raise InputError([_fault(database, wording)])
    with open_target(project, database) as target:
        _require_ours(target, schema, database=database, project=project.settings.name)


def prepare_results(project: Project, *, database: str, schema: str) -> Callable[[Plan, MapModel], dict[str, Any]]:
    """
    See that results can be written, and return what will write them.

    Parameters
    ----------
    project
        The project.
    database, schema
        Where to; both empty if nowhere.

    Returns
    -------
    store
        Writes a plan and returns `database`, `schema` and `rows` by table; or,
        if nowhere, does nothing and returns nothing.

    Raises
    ------
    InputError
        See `check_target`; or if only one of both is given.
    """
    if not database and not schema:
        return lambda _, __: {}
    if not (database and schema):
        raise InputError([Fault(file="--to-database, --schema", **_BOTH._asdict())])
    check_target(project, database=database, schema=schema)

    def store(plan: Plan, model: MapModel) -> dict[str, Any]:
        rows = write_results(plan, model, database=database, schema=schema)
        return {"database": database, "schema": schema, "rows": rows}

    return store


def write_results(plan: Plan, model: MapModel, *, database: str, schema: str) -> dict[str, int]:
    """
    Write balance, catchments, schools, proposals, audit and the run into a schema.

    Parameters
    ----------
    plan, model
        The plan and its description.
    database
        Name of a section `[databases.…]`: a server with PostGIS, or a DuckDB file that no table is read from.
    schema
        Made if it does not exist. Results of the same project that are there are replaced.

    Returns
    -------
    written
        Number of rows by table.

    Raises
    ------
    OutputError
        If the database cannot be reached, holds tables that are not ours, or
        refuses. Nothing is changed then.
    """
    rows = result_tables(plan, model, now=dt.datetime.now(tz=dt.UTC))
    try:
        with open_target(plan.project, database) as target, target.transaction():
            target.make_schema(schema)
            # looked at again, since somebody may have come meanwhile
            _require_ours(target, schema, database=database, project=model.project)
            for name, table in TABLES.items():
                target.replace(schema, name, table, rows[name])
    except InputError as error:
        # the input was right: it has been planned
        msg = "\n".join(map(str, error.faults))
    else:
        return {name: len(found) for name, found in rows.items()}
    raise OutputError(msg)


def _require_ours(target: Target, schema: str, *, database: str, project: str) -> None:
    wordings = list(_objections(target, schema, project))
    if wordings:
        raise InputError([_fault(database, wording) for wording in wordings])


def _objections(target: Target, schema: str, project: str) -> Iterator[Wording]:
    """Yield why a schema may not be written to."""
    there = target.tables(schema)
    foreign = [name for name in TABLES if name in there and not there[name].startswith(MARK)]
    run = target.run(schema) if RUN in there and not foreign else None
    if foreign or (run is not None and run["made_by"] != MADE_BY):
        names = ", ".join(foreign or [RUN])
        yield Wording(
            f"has the tables {names} in schema {schema!r}, which schoolmap has not made.",
            "Take another name with `--schema`.",
            f"的模式“{schema}”中已有并非由 schoolmap 生成的表:{names}。",
            "请用 `--schema` 指定其他名称。",
        )
    elif run is not None and run["project"] != project:
        yield Wording(
            f"holds the results of the project {run['project']!r} in schema {schema!r}.",
            "Take another name with `--schema`: a schema holds one project.",
            f"的模式“{schema}”中是项目“{run['project']}”的结果。",
            "请用 `--schema` 指定其他名称:一个模式只存放一个项目。",
        )


def _schema_wording(schema: str) -> Wording | None:
    """Return what is wrong with the name of a schema."""
    system = schema.lower().startswith("pg_") or schema.lower() in {"information_schema", "main", "temp", "system"}
    if schema.strip() and not system and "\0" not in schema and len(schema.encode()) <= _LONGEST_NAME:
        return None
    return Wording(
        f"cannot have its results in a schema named {schema!r}.",
        "Take a short name of your own with `--schema`, such as `school_plan`.",
        f"不能把结果写入名为“{schema}”的模式。",
        "请用 `--schema` 指定自己的简短名称,如 `school_plan`。",
    )


def _is_read(project: Project, database: str) -> bool:
    """Say whether tables were read from a database: a file that was read is never written to."""
    path = project.databases[database].file
    files = {item.file for name, item in project.databases.items() if name in project.read_from}
    return path in files


def _fault(database: str, wording: Wording) -> Fault:
    return Fault(file=f"database {database}", **wording._asdict())


def _unknown(known: list[str]) -> Wording:
    listed = ", ".join(known)
    return Wording(
        "is no database of this project.",
        f"There are: {listed}." if known else "Add `[databases.NAME]` to project.toml.",
        "不是本项目的数据库。",
        f"已有:{listed}。" if known else "请在 project.toml 中增加 `[databases.名称]`。",
    )


_BOTH = Wording(
    "go together.",
    "Name a database of project.toml and a schema in it.",
    "须同时使用。",
    "请写明 project.toml 中的数据库及其中的模式。",
)
_NOT_WRITTEN_TO = Wording(
    "is not written to: results go to a server with PostGIS, or to a DuckDB file that no table is read from.",
    "Add another `[databases.NAME]`.",
    "不能写入:结果只能写入 PostGIS 服务器,或没有表从中读取的 DuckDB 文件。",
    "请另外增加 `[databases.名称]`。",
)
