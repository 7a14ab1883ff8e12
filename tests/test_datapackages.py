"""`datapackage.json` of the data that ship: what it says of each file is so."""

from __future__ import annotations

import csv
import functools
import hashlib
import json
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import openpyxl
import pytest
import shipped

import schoolmap
from schoolmap import standards
from schoolmap.inputs.files.vector_files import load_layer
from schoolmap.inputs.project_file import read_project_file
from schoolmap.tables import CONTRACTS

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDERS = {
    "berlin-mitte": shipped.DATA / "berlin-mitte",
    "demo-county": shipped.DATA / "demo-county",
    "planning-standards": Path(standards.__file__).parent,
}
NAME = re.compile(r"[-a-z0-9._/]+")
"""Of a package and a resource, in both versions of the standard."""
TYPES = {"string", "number", "integer", "date"}


@functools.cache
def package(name: str) -> dict[str, Any]:
    """Read a description."""
    document: dict[str, Any] = json.loads((FOLDERS[name] / "datapackage.json").read_text(encoding="utf-8"))
    return document


def tables(name: str) -> Iterator[dict[str, Any]]:
    """Yield the resources that are tables of a project."""
    yield from (resource for resource in package(name)["resources"] if "schoolmap:table" in resource)


def columns_of(resource: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the columns of a table: by the standard's schema, or, where its form is an office's own, by ours."""
    found: list[dict[str, Any]] = (
        resource["schema"]["fields"] if "schema" in resource else resource["schoolmap:columns"]
    )
    return found


@pytest.mark.parametrize("name", FOLDERS)
def test_it_is_a_data_package(name: str) -> None:
    """What the profile asks for: names, licences with a name and an address, titles, one resource a name, paths inside."""
    found = package(name)
    assert found["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert found["name"] == name
    assert NAME.fullmatch(name)
    assert found["version"] == schoolmap.__version__
    assert all(licence["name"] and licence["path"].startswith("https://") for licence in found["licenses"])
    assert all(item["title"] for item in (*found["contributors"], *found["sources"]))
    names = [resource["name"] for resource in found["resources"]]
    assert len(set(names)) == len(names) > 0
    for resource in found["resources"]:
        assert NAME.fullmatch(resource["name"])
        assert not resource["path"].startswith(("/", ".")), resource["path"]
        assert {"format", "mediatype", "bytes", "hash"} <= resource.keys()
        assert ("schema" in resource) == (resource.get("type") == "table")
        for field in resource.get("schema", {}).get("fields", ()):
            assert field["type"] in TYPES
            assert field["name"]
            assert field["description"]
    assert found["schoolmap:synthetic"] is (name == "demo-county")


@pytest.mark.parametrize("name", FOLDERS)
def test_every_file_is_there_as_described(name: str) -> None:
    """Size and checksum of each; no file that ships is left out. If not: `python data/make_datapackages.py`."""
    folder, described = FOLDERS[name], package(name)["resources"]
    for resource in described:
        content = (folder / resource["path"]).read_bytes()
        assert resource["bytes"] == len(content), resource["path"]
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}", resource["path"]
    pattern = "*.toml" if name == "planning-standards" else "**/*"
    there = {path.relative_to(folder).as_posix() for path in folder.glob(pattern) if path.is_file()}
    beside = {path for path in there if path.endswith((".py", ".pyc", ".md")) or path.startswith(".")}
    assert {resource["path"] for resource in described} == there - beside - {"datapackage.json"}


@pytest.mark.parametrize("name", ["berlin-mitte", "demo-county"])
def test_tables_are_those_of_the_project(name: str) -> None:
    """Each table of `project.toml` and each part of it, with its sheet and CRS; columns of the contract as it says."""
    document, _ = read_project_file(FOLDERS[name])
    assert document is not None
    parts = {
        (table, part.file.as_posix(), part.sheet, part.crs)
        for table, source in document.tables.items()
        for part in source.parts
    }
    told = {
        (
            item["schoolmap:table"],
            item["path"],
            item.get("dialect", {}).get("sheetName", ""),
            item.get("schoolmap:crs", ""),
        )
        for item in tables(name)
    }
    assert told == parts
    for resource in tables(name):
        columns = CONTRACTS[resource["schoolmap:table"]].columns
        for field in columns_of(resource):
            column = columns.get(field.get("schoolmap:column", field["name"]))
            if column is not None:
                assert field["description"] == column.means
    titles = [source["title"] for source in package(name)["sources"]]
    assert titles == [source.title for source in document.sources]


def test_csv_files_hold_what_their_schema_says() -> None:
    """Every cell is of its type, required ones are filled, keys are unique."""
    checked = 0
    for resource in tables("berlin-mitte"):
        if resource["format"] != "csv":
            continue
        with (FOLDERS["berlin-mitte"] / resource["path"]).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        schema = resource["schema"]
        assert list(rows[0]) == [field["name"] for field in schema["fields"]]
        for field in schema["fields"]:
            cells = [row[field["name"]] for row in rows]
            if field.get("constraints", {}).get("required"):
                assert all(cells), field["name"]
            parse = {"number": float, "integer": int, "date": date.fromisoformat, "string": str}[field["type"]]
            for cell in filter(None, cells):
                parse(cell)
        keys = [tuple(row[name] for name in schema["primaryKey"]) for row in rows]
        assert len(set(keys)) == len(keys) > 0
        checked += 1
    assert checked == 4


def test_layers_and_sheets_have_the_columns() -> None:
    """Columns of layers in their order; of sheets, whose heads are merged, each word of the header somewhere at the top."""
    folder = FOLDERS["demo-county"]
    books: dict[str, Any] = {}
    for resource in tables("demo-county"):
        names = [field["name"] for field in columns_of(resource)]
        if resource["format"] == "shp":
            assert names == list(load_layer(folder / resource["path"], layer="", encoding="").frame.columns)
        elif resource["format"] == "xlsx":
            book = books.setdefault(resource["path"], openpyxl.load_workbook(folder / resource["path"], read_only=True))
            sheet = book[resource["dialect"]["sheetName"]]
            top = [str(cell) for row in sheet.iter_rows(max_row=8, values_only=True) for cell in row if cell]
            letters = set("".join(top))
            assert names
            assert all(set(name) <= letters for name in names), resource["name"]
