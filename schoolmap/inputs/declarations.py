"""
What every section of `project.toml` is made of, and where a table is: in a file, or in a database.

`project_file` puts the sections together; `databases.declared` says what a
database is.
"""

from __future__ import annotations

from pathlib import Path
from pathlib import PureWindowsPath
from typing import Annotated
from typing import Literal

import pydantic
from pydantic import AfterValidator
from pydantic import ConfigDict
from pydantic import Field
from pydantic import ValidationInfo
from pydantic import field_validator

from schoolmap.errors import Wording


class ComplaintError(ValueError):
    """What a validator refuses, in both languages."""

    def __init__(self, *wordings: Wording) -> None:
        super().__init__("\n".join(wording.problem for wording in wordings))
        self.wordings = wordings


def leaves_folder(path: Path | str) -> bool:
    r"""
    Say whether a path can lead out of the folder that it starts from, on any system.

    Examples
    --------
    >>> [leaves_folder(path) for path in ("a/b.csv", "../b.csv", "/b.csv", r"..\b.csv", "C:b.csv")]
    [False, True, True, True, True]
    """
    # read as Windows does, both strokes separate and a drive is seen: a folder may be planned there
    parts = PureWindowsPath(path)
    return bool(parts.anchor) or ".." in parts.parts or "\0" in str(path)


def require_inside(value: Path | None) -> Path | None:
    """Refuse a path that leaves the project folder."""
    if value is not None and leaves_folder(value):
        raise ComplaintError(
            Wording(
                "leaves the project folder.",
                "Put the file into the folder and write its path from there.",
                "路径超出了项目文件夹。",
                "请把文件放入项目文件夹,并写相对路径。",
            ),
        )
    return value


CONFIG = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, allow_inf_nan=False)
"""Of every section of the file: unknown keys fail, and nothing changes once it is read."""


class TableSource(pydantic.BaseModel):
    """Where a table is and how to read it."""

    model_config = CONFIG

    database: str = ""
    """Name of a section `[databases.…]` that the table is read from, instead of a file."""
    query: str = ""
    """What is asked of the database: one `SELECT`."""
    table: str = ""
    """Table or view of the database, `schema.table`, read as a whole instead of a query."""
    file: Annotated[Path | None, AfterValidator(require_inside), Field(validate_default=True)] = None
    """csv, xlsx, parquet, geojson, gpkg or shp (roads also .osm.pbf), beside the project file or below it."""
    sheet: str = ""
    """Sheet of a workbook or layer of a GeoPackage; the first if empty."""
    crs: str = ""
    """`EPSG:…`, `GCJ-02` or `BD-09`; needed wherever the file itself states none."""
    columns: dict[str, str] = {}
    """Contract name to the file's header, where the header is neither the name nor an alias."""
    separator: Literal[",", ";", "\t", "|"] = ","
    decimal: Literal[".", ","] = "."
    encoding: str = ""
    stage: str = ""
    """Stage of every record, where the table has a column of stages and this file or sheet is of one stage."""
    more: tuple[TableSource, ...] = ()
    """Further files or sheets of the same table: those after the first of `[[tables.…]]`."""

    @field_validator("file", mode="before")
    @classmethod
    def _somewhere(cls, value: object, info: ValidationInfo) -> object:
        if value is None and not info.data.get("database"):
            raise ComplaintError(_MISSING)
        return value

    @property
    def parts(self) -> tuple[TableSource, ...]:
        """All files and sheets of the table, in their order."""
        return (self, *(part for source in self.more for part in source.parts))

    @property
    def name(self) -> str:
        """The file's path in the folder, or the database's name."""
        return self.database if self.file is None else self.file.as_posix()

    def place(self, table: str, number: int = 0) -> str:
        """
        Say where the records of a table come from, for people.

        Parameters
        ----------
        table
            Name of the table.
        number
            Which of several sources this is, from 0.

        Examples
        --------
        >>> TableSource(file="a/s.csv").place("schools")
        'a/s.csv'
        >>> TableSource(database="bureau", query="select 1").place("schools", 1)
        'database bureau, query 2 of schools'
        """
        if self.file is not None:
            return self.name
        what = "query" if self.query else "table"
        return f"database {self.database}, {what} {f'{number + 1} ' if number else ''}of {table}"


_MISSING = Wording("is missing.", "See docs/project.md.", "缺少此项。", "参见 docs/project.md。")


def first_and_more(value: object) -> object:
    """Take a list of sources, `[[tables.sections]]`, as its first with the others behind it."""
    if not isinstance(value, list):
        return value
    if not value:
        raise ComplaintError(
            Wording("is empty.", 'Name a file: `file = "…"`.', "没有写明文件。", '请写 `file = "…"`。'),
        )
    first, *others = value
    return {**first, "more": others} if isinstance(first, dict) and "more" not in first else value
