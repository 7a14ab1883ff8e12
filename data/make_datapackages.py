"""
Describe the data that ship as Frictionless data packages: `python data/make_datapackages.py`.

It writes `datapackage.json` beside the two example projects and beside the planning standards: every file with its
size and checksum, the columns that are read with what the contract says of them, sources, licences, and whether the data
are invented. See https://datapackage.org (version 2). Properties that begin with `schoolmap:` are ours.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import re
from pathlib import Path
from typing import Any

from schoolmap import __version__
from schoolmap import standards
from schoolmap.inputs.aliases import ALIASES_OF
from schoolmap.inputs.aliases import contract_names
from schoolmap.inputs.files.vector_files import load_layer
from schoolmap.inputs.layout.matching import wanted_names
from schoolmap.inputs.project_file import TableSource
from schoolmap.inputs.project_file import read_project_file
from schoolmap.inputs.readers import read_table
from schoolmap.tables import CONTRACTS
from schoolmap.tables import Kind

HERE = Path(__file__).resolve().parent
STANDARDS = Path(standards.__file__).resolve().parent
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
TYPES = {
    Kind.DEGREES: "number",
    Kind.COUNT: "number",
    Kind.CHANGE: "number",
    Kind.WHOLE: "integer",
    Kind.SHARE: "number",
    Kind.SPEED: "number",
    Kind.DATE: "date",
}
"""Types of fields by the kind of a column; all others are strings: codes keep their zeros, ages may be bands."""
FORMATS = {
    ".csv": ("csv", "text/csv"),
    ".geojson": ("geojson", "application/geo+json"),
    ".shp": ("shp", "application/vnd.shp"),
    ".xlsx": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".toml": ("toml", "application/toml"),
}
CC_BY_3 = {"name": "CC-BY-3.0", "title": "CC BY 3.0 DE", "path": "https://creativecommons.org/licenses/by/3.0/de/"}
CC_BY_4 = {"name": "CC-BY-4.0", "title": "CC BY 4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}
BSD = {"name": "BSD-3-Clause", "title": "BSD 3-Clause", "path": "https://opensource.org/license/bsd-3-clause"}
US = {"title": "The schoolmap developers", "roles": ["wrangler"]}
_PLACES = {
    "lon": "longitude in degrees, of the CRS that is stated",
    "lat": "latitude in degrees, of the CRS that is stated",
    "x": "easting in metres, of the CRS that is stated",
    "y": "northing in metres, of the CRS that is stated",
}
PACKAGES: dict[str, dict[str, Any]] = {
    "berlin-mitte": {
        "description": "School seats in Berlin-Mitte, school year 2018/19: a project folder of schoolmap made of published "
        "files. SOURCE.md says what each file is, its traps, and how the tables were made.",
        "licenses": [CC_BY_3, CC_BY_4],
        "contributors": [US, {"title": "Amt für Statistik Berlin-Brandenburg", "roles": ["creator"]}],
        "keywords": ["school planning", "catchments", "Berlin", "population register"],
    },
    "demo-county": {
        "description": "An invented county in the messy form of a bureau's own files: every place, person, school and number "
        "in it is synthetic. SOURCE.md says what is real (the shape of births) and what is not.",
        "licenses": [BSD],
        "contributors": [{**US, "roles": ["creator"]}],
        "keywords": ["school planning", "synthetic data", "China"],
    },
}


def package(folder: Path) -> dict[str, Any]:
    """Return the description of a project folder."""
    document, faults = read_project_file(folder)
    if document is None:
        raise ValueError(faults)
    settings, known = document.project, PACKAGES[folder.name]
    resources = [
        _of_table(folder, name, part, number)
        for name, source in sorted(document.tables.items())
        for number, part in enumerate(source.parts, start=1)
    ]
    described = {resource["path"] for resource in resources}
    # the parts of a shapefile are called after its table
    table_of = {Path(resource["path"]).stem: resource["name"] for resource in resources if resource["format"] == "shp"}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and _ships(path, folder) and path.relative_to(folder).as_posix() not in described:
            own = {"name": f"{table_of[path.stem]}{path.suffix}"} if path.stem in table_of else {}
            resources.append(_of_file(path, folder) | own | _as_published(path))
    return {
        "$schema": PROFILE,
        "name": folder.name,
        "title": settings.title["en"],
        "description": known["description"],
        "version": __version__,
        "licenses": known["licenses"],
        "contributors": known["contributors"],
        "keywords": known["keywords"],
        "sources": [_plain({"title": item.title, "path": item.url}) for item in document.sources],
        "schoolmap:synthetic": settings.synthetic,
        "schoolmap:title_zh": settings.title["zh"],
        "resources": resources,
    }


def standards_package() -> dict[str, Any]:
    """Return the description of the planning standards: figures of published documents, each with its place in the text."""
    return {
        "$schema": PROFILE,
        "name": "planning-standards",
        "title": "Planning standards for kindergartens and schools",
        "description": "Figures of regulations and standards as TOML, each with its document, number and how sure it is; "
        "`schoolmap standards` prints them. Figures are facts; the selection and notes are ours.",
        "version": __version__,
        "licenses": [BSD],
        "contributors": [{**US, "roles": ["creator"]}],
        "sources": [{"title": "The documents that each figure names"}],
        "schoolmap:synthetic": False,
        "resources": [_of_file(path, STANDARDS) for path in sorted(STANDARDS.glob("*.toml"))],
    }


def _ships(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    return (
        not path.name.startswith(".")
        and path.suffix not in {".py", ".pyc", ".md"}
        and path.name != "datapackage.json"
        and "__pycache__" not in parts
    )


def _of_table(folder: Path, name: str, part: TableSource, number: int) -> dict[str, Any]:
    """Describe one table of the project: where it is, its columns, and how they are called in the file."""
    path = folder / part.file
    single = part.model_copy(update={"more": ()})
    contract = CONTRACTS[name]
    read = read_table(single, contract, folder=folder)
    titles = {column: re.sub(r"\s*\([A-Z]+\)$", "", title) for column, title in read.headers.items()}
    resource = _of_file(path, folder) | {"name": name if number == 1 else f"{name}-{number}"}
    resource |= {"title": f"Table {name}", "schoolmap:table": name}
    if part.sheet:
        resource["dialect"] = {"sheetName": part.sheet}
    if part.encoding:
        resource["encoding"] = part.encoding
    if part.crs:
        resource["schoolmap:crs"] = part.crs
    if part.stage:
        resource["schoolmap:stage"] = part.stage
    exact = path.suffix == ".csv" and not part.encoding
    headers = _headers(path, part.encoding) or list(titles.values())
    columns = contract_names(headers, wanted=wanted_names(contract), own=ALIASES_OF.get(name)) | {
        title: key for key, title in titles.items()
    }
    fields = [_field(header, columns.get(header, ""), name, exact=exact) for header in headers]
    if exact:
        resource |= {"type": "table", "schema": _plain({"fields": fields, "primaryKey": _key(name, fields)})}
    else:
        # merged heads, titles and subtotals, or a layer: no table of which a validator could judge rows
        resource["schoolmap:columns"] = [{key: field[key] for key in field if key != "type"} for field in fields]
    if contract.geometry != "none" and path.suffix in {".shp", ".geojson"}:
        resource["schoolmap:geometry"] = contract.geometry
    return resource


def _headers(path: Path, encoding: str) -> list[str]:
    """Return the columns of a csv or a layer in their order; nothing for a workbook, whose head is laid out freely."""
    if path.suffix == ".csv":
        with path.open(encoding=encoding or "utf-8-sig", newline="") as file:
            # a title above the head has one cell
            return next(row for row in csv.reader(file) if all(row))
    if path.suffix in {".shp", ".geojson"}:
        return [str(name) for name in load_layer(path, layer="", encoding=encoding).frame.columns]
    return []


def _field(header: str, column: str, table: str, *, exact: bool) -> dict[str, Any]:
    """Describe a column; in files of an office's own form a cell may hold a unit or a remark, so that all are text."""
    spec = CONTRACTS[table].columns.get(column)
    if column in _PLACES:
        return _plain({"name": header, "type": "number" if exact else "string", "description": _PLACES[column]})
    if spec is None:
        return {"name": header, "type": "string", "description": "not read by schoolmap"}
    constraints = {"required": True} if spec.required and exact else {}
    if spec.allowed and exact:
        constraints |= {"enum": list(spec.allowed)}
    return _plain(
        {
            "name": header,
            "type": TYPES.get(spec.kind, "string") if exact else "string",
            "description": spec.means,
            "constraints": constraints,
            "schoolmap:column": column if column != header else "",
        }
    )


def _as_published(path: Path) -> dict[str, Any]:
    """Describe the columns of a csv that nobody has touched: all text, with whatever separates them."""
    if path.suffix != ".csv":
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        first = file.readline()
        separator = ";" if first.count(";") > first.count(",") else ","
        file.seek(0)
        head = next(csv.reader(file, delimiter=separator))
    fields = [{"name": name, "type": "string", "description": "as published"} for name in head]
    return {"type": "table", "dialect": {"delimiter": separator}, "schema": {"fields": fields}}


def _key(table: str, fields: list[dict[str, Any]]) -> list[str]:
    there = {field["name"] for field in fields}
    return [name for name in CONTRACTS[table].key if name in there]


def _of_file(path: Path, folder: Path) -> dict[str, Any]:
    """Describe a file: how large it is, its checksum, and of what form."""
    content = path.read_bytes()
    form, media = FORMATS.get(
        path.suffix, (path.suffix.lstrip(".").lower() or path.name.lower(), "application/octet-stream")
    )
    relative = path.relative_to(folder).as_posix()
    return {
        "name": re.sub(r"[^\w.-]+", "-", relative.lower()),
        "path": relative,
        "format": form,
        "mediatype": media,
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
    }


def _plain(described: dict[str, Any]) -> dict[str, Any]:
    """Leave out what says nothing."""
    return {key: value for key, value in described.items() if value not in ("", {}, [], None)}


def documents() -> dict[Path, str]:
    """Return the text of each `datapackage.json` by its path."""
    found = {HERE / name / "datapackage.json": package(HERE / name) for name in PACKAGES}
    found[STANDARDS / "datapackage.json"] = standards_package()
    return {path: json.dumps(document, ensure_ascii=False, indent=1) + "\n" for path, document in found.items()}


def main(arguments: list[str] | None = None) -> None:
    """Write the descriptions, or say which are not as they would be written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a description is out of date")
    check = parser.parse_args(arguments).check
    old = []
    for path, text in documents().items():
        if check and (not path.is_file() or path.read_text(encoding="utf-8") != text):
            old.append(path)
        elif not check:
            path.write_text(text, encoding="utf-8", newline="\n")
            print(path.relative_to(HERE.parent))
    if old:
        msg = f"out of date: {', '.join(map(str, old))}"
        raise SystemExit(msg)


if __name__ == "__main__":
    main()
