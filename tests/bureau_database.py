"""The synthetic county of `village` in a database: the same records, as a bureau's database has them."""

# ruff: noqa: S608, ANN401 - statements are made of names that are written here, and rows hold anything

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING
from typing import Any

import duckdb
import shapely
import village

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

NUMBERS = frozenset({"人数(人)", "学位数(个)", "教室数", "在校生数", "新增学位", "经度", "纬度"})
"""Columns that a database has as numbers; codes are text there, as they should be."""
FILE = "bureau.db"
NAMES = tuple(village.tables())


def tables_of(database: str = "bureau", schema: str = "") -> str:
    """Return `[tables]` of a project file that reads all of them: some as a table, some with a query."""
    lines = []
    for name in NAMES:
        asked = f'table = "{schema}{name}"' if name != "population" else f'query = "select * from {schema}population"'
        crs = {"areas": village.CRS, "catchments": village.CRS, "schools": "GCJ-02", "projects": "GCJ-02"}.get(name)
        lines.append(
            f'{name} = {{ database = "{database}", {asked}' + (f', crs = "{crs}" }}' if crs else " }"),
        )
    return "[tables]\n" + "\n".join(lines) + "\n"


def project_file(folder: Path, databases: str, tables: str = "", *, project: str = village.PROJECT) -> Path:
    """Write a project file and return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "project.toml").write_text(project + databases + (tables or tables_of()), encoding="utf-8")
    return folder


def declared(kind: str) -> str:
    """Return `[databases.bureau]` of a file."""
    return f'\n[databases.bureau]\nkind = "{kind}"\nfile = "{FILE}"\n'


def records(frame: pd.DataFrame, shape: Callable[[Any], object]) -> list[list[object]]:
    """Return rows of values: numbers as numbers, geometry as the database takes it, empty texts as nothing."""

    def value(column: str, cell: Any) -> object:
        if column == "geometry":
            return shape(cell)
        if not cell:
            return None
        return float(cell) if column in NUMBERS else cell

    return [
        [value(column, cell) for column, cell in zip(frame.columns, row, strict=True)]
        for row in frame.itertuples(index=False)
    ]


def columns_of(frame: pd.DataFrame, types: dict[str, str]) -> str:
    """Return the columns of a table with their types."""
    kinds = ["geometry" if name == "geometry" else "number" if name in NUMBERS else "text" for name in frame.columns]
    return ", ".join(f'"{name}" {types[kind]}' for name, kind in zip(frame.columns, kinds, strict=True))


def fill(path: Path, kind: str) -> None:
    """Write the county into a DuckDB or SQLite file."""
    connect: Any = duckdb.connect if kind == "duckdb" else sqlite3.connect
    types = {"geometry": "BLOB", "number": "DOUBLE", "text": "VARCHAR"}
    with closing(connect(str(path))) as connection:
        for name, frame in village.tables().items():
            connection.execute(f'CREATE TABLE "{name}" ({columns_of(frame, types)})')
            places = ", ".join("?" * len(frame.columns))
            connection.executemany(f'INSERT INTO "{name}" VALUES ({places})', records(frame, shapely.to_wkb))
        connection.commit()


def county(folder: Path, kind: str) -> Path:
    """Write the county as a project that reads a DuckDB or SQLite file."""
    project_file(folder, declared(kind))
    fill(folder / FILE, kind)
    return folder
