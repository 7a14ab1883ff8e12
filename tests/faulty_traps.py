"""
Further ways in which a project is wrong on purpose: traps.

Files that claim or unfold into more than any machine holds, that lead elsewhere,
or that hold what looks like something else.
"""

from __future__ import annotations

import os
import re
import sqlite3
import struct
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from faulty_making import OUTSIDE
from faulty_making import SCHOOLS
from faulty_making import ZONES
from faulty_making import Faulty
from faulty_making import book
from faulty_making import cell
from faulty_making import change
from faulty_making import edit
from faulty_making import geojson
from faulty_making import layer_as
from faulty_making import link
from faulty_making import packed
from faulty_making import polygon
from faulty_making import shape
from faulty_making import sheet
from faulty_making import write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import openpyxl

SHEET = "xl/worksheets/sheet1.xml"
_LAUGHS = "".join(f'<!ENTITY e{number} "{f"&e{number - 1};" * 10}">' for number in range(1, 10))
LAUGHING = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "lol">{_LAUGHS}]>'
"""Ten entities, each of which is ten of another: a thousand million letters."""


# Text files


def of_texts() -> list[Faulty]:
    """Return what may be wrong with the encoding of a text, or with its size."""
    encodings: dict[str, Callable[[bytes], bytes]] = {
        "UTF-16 without a mark": lambda content: content.decode().encode("utf-16-le"),
        "UTF-32": lambda content: content.decode().encode("utf-32"),
        "a mark of UTF-16 before UTF-8": lambda content: b"\xff\xfe" + content + b"\n" * (len(content) % 2),
        "a line of half a million cells": lambda content: content * 20 + b"1," * 500_000 + b"\n",
    }
    found = [
        Faulty(f"sections.csv: {kind}", "berlin", change("sections.csv", how), "sections.csv")
        for kind, how in encodings.items()
    ]
    return [
        *found,
        Faulty(
            "schools.csv: Latin-1",
            "berlin",
            change("schools.csv", lambda old: old.decode().encode("cp1252", "replace")),
            "schools.csv",
        ),
        Faulty(
            "population.csv: a link to a sound file outside", "berlin", _moved_out("population.csv"), "population.csv"
        ),
        Faulty("population.csv: in a folder that is a link", "berlin", _folder_moved_out, "tables/population.csv"),
    ]


def _moved_out(name: str) -> Callable[[Path], None]:
    """Put a file beside the project folder, and a link to it in its place."""

    def make(folder: Path) -> None:
        outside = folder.parent / f"outside-{name}"
        (folder / name).rename(outside)
        (folder / name).symlink_to(outside)

    return make


def _folder_moved_out(folder: Path) -> None:
    outside = folder.parent / "outside"
    outside.mkdir()
    (folder / "population.csv").rename(outside / "population.csv")
    (folder / "tables").symlink_to(outside)
    edit("project.toml", r'"population\.csv"', '"tables/population.csv"')(folder)


# Labels


def of_labels() -> list[Faulty]:
    """Return labels that look like another."""
    alike = {
        "a Cyrillic letter": "01\u041340",
        "a Greek letter": "01G4\u039f",
        "a soft hyphen": "01\u00adG40x",
        "a joiner": "01G40\u200dx",
        "a space that does not break": "01\u00a0G40",
        "half a character": "01G40\ud800".encode("utf-8", "replace").decode() + "\ufffd",
        "a combining mark": "01G40\u0301",
        "a tag that is not seen": "01G40\U000e0041",
    }
    found = [
        Faulty(f"sections.csv, school: {kind}", "berlin", cell("sections.csv", "school", label), "sections.csv")
        for kind, label in alike.items()
    ]
    copies = {"the same in full width": "０１０３００５０", "the same with a mark that is not seen": "01\u200b030050"}
    found += [
        Faulty(f"schools.csv, school: {kind}", "berlin", _copied(label), "schools.csv")
        for kind, label in copies.items()
    ]
    return [
        *found,
        Faulty(
            "population.csv, date: a year typed as text",
            "berlin",
            cell("population.csv", "date", "year 2016"),
            "population.csv",
        ),
        Faulty(
            "projects.csv, opening: a year typed as text",
            "berlin",
            cell("projects.csv", "opening", "twenty-twenty"),
            "projects.csv",
        ),
        Faulty(
            "schools.csv, place: of another datum than declared",
            "berlin",
            edit("project.toml", 'crs = "EPSG:4326"', 'crs = "EPSG:31468"'),
            "schools.csv",
        ),
    ]


def _copied(label: str) -> Callable[[Path], None]:
    """Repeat a school with a label that looks like its own."""

    def make(folder: Path) -> None:
        frame = pd.read_csv(folder / "schools.csv", dtype=str, keep_default_na=False)
        again = frame[frame["school"] == "01030050"].assign(school=label)
        assert len(again) == 1
        pd.concat([frame, again]).to_csv(folder / "schools.csv", index=False)

    return make


# Layers


def of_layers() -> list[Faulty]:
    """Return layers that claim, unfold or lead to what they are not."""
    name = "areas.geojson"
    square = polygon((13.33, 52.54), (13.35, 52.54), (13.35, 52.56))
    shapes: dict[str, object] = {
        "a point": {"type": "Point", "coordinates": [13.34, 52.55]},
        "points": {"type": "MultiPoint", "coordinates": [[13.34, 52.55], [13.35, 52.55]]},
        "no number": polygon((float("nan"), 52.54), (13.35, 52.54), (13.35, 52.56)),
        "numbers as text": {
            "type": "Polygon",
            "coordinates": [[["13", "52"], ["14", "52"], ["14", "53"], ["13", "52"]]],
        },
        "not closed": {"type": "Polygon", "coordinates": [square["coordinates"][0][:2]]},
        "a hole beyond its edge": {
            "type": "Polygon",
            "coordinates": [square["coordinates"][0], [[1, 1], [2, 1], [2, 2], [1, 1]]],
        },
        "nested collections": {
            "type": "GeometryCollection",
            "geometries": [{"type": "GeometryCollection", "geometries": [square]}],
        },
    }
    zones = "catchments.geojson"
    found = [
        Faulty(f"{zones}, geometry: {kind}", "berlin", shape(zones, value), zones) for kind, value in shapes.items()
    ]
    texts: dict[str, Callable[[bytes], bytes]] = {
        "a comma too many": lambda content: content.rstrip()[:-1] + b",}",
        "a remark": lambda content: b"// areas\n" + content,
        "UTF-16": lambda content: b"\xff\xfe" + content.decode().encode("utf-16-le")[:-1],
        "KML with an entity from outside": lambda _: OUTSIDE.encode(),
        "XML with entities of entities": lambda _: LAUGHING.encode() + b"<gml>&e9;</gml>",
        "null": lambda _: b"null",
        "a number": lambda _: b"1e999",
        "features over and over": lambda _: (
            b'{"type":"FeatureCollection","features":[' + b"[" * 900 + b"]" * 900 + b"]}"
        ),
    }
    found += [Faulty(f"{name}: {kind}", "berlin", change(name, how), name) for kind, how in texts.items()]
    documents: dict[str, Callable[[dict[str, Any]], object]] = {
        "a key of its own in each feature": _keys_of_their_own,
        "a label of half a character": lambda document: document["features"][0]["properties"].update(area="\ud800"),
        "a label that is a number without end": lambda document: document["features"][0]["properties"].update(
            area=10**400
        ),
        "a label that is a mapping": lambda document: document["features"][0]["properties"].update(area={"area": 1}),
    }
    found += [Faulty(f"{name}: {kind}", "berlin", geojson(name, how), name) for kind, how in documents.items()]
    for suffix in (".kmz", ".shz", ".gdb", ".vrt", ".sqlite", ".gpx", ".zip", ".geojson.gz"):
        found.append(Faulty(f"areas{suffix}: not read", "berlin", _renamed_layer(suffix), f"areas{suffix}"))
    found += [
        Faulty(f"areas.gpkg: {kind}", "berlin", layer_as("areas", ".gpkg", how), "areas.gpkg")
        for kind, how in _databases().items()
    ]
    found += [
        Faulty(
            "areas.shp: a link to a table outside", "berlin", layer_as("areas", ".shp", _table_outside), "areas.shp"
        ),
        Faulty(
            "areas.shp: an index of a thousand million records",
            "berlin",
            layer_as("areas", ".shp", _long_index),
            "areas.shp",
        ),
        Faulty("areas.shp: a table without fields", "berlin", layer_as("areas", ".shp", _no_fields), "areas.shp"),
        Faulty(
            "areas.parquet: sixty million records",
            "berlin",
            layer_as("areas", ".parquet", _many_records),
            "areas.parquet",
        ),
        Faulty(
            "areas.parquet: a long text in every record",
            "berlin",
            layer_as("areas", ".parquet", _long_texts),
            "areas.parquet",
        ),
        Faulty(
            "areas.parquet: geometry that is text", "berlin", layer_as("areas", ".parquet", _no_wkb), "areas.parquet"
        ),
        Faulty(
            "roads.osm: an entity from outside",
            "berlin",
            _osm('<!DOCTYPE osm [<!ENTITY out SYSTEM "file:///etc/passwd">]>', "&out;"),
            "roads.osm",
        ),
        Faulty(
            "roads.osm: entities of entities",
            "berlin",
            _osm(LAUGHING.split("?>")[1].replace(" x ", " osm "), "&e9;"),
            "roads.osm",
        ),
        Faulty("areas.geojson: a link to a sound file outside", "berlin", _moved_out(name), name),
        Faulty(f"{ZONES}: a datum of its own", "county", write(ZONES.replace(".shp", ".prj"), _OWN_DATUM), ZONES),
    ]
    return found


_OWN_DATUM = (
    b'PROJCS["x",GEOGCS["x",DATUM["x",SPHEROID["x",6378245,298.3]],PRIMEM["Greenwich",0],UNIT["Degree",0.0174532925199433]],'
    b'PROJECTION["Transverse_Mercator"],PARAMETER["Central_Meridian",-60],PARAMETER["False_Easting",500000],UNIT["Meter",1]]'
)


def _keys_of_their_own(document: dict[str, Any]) -> None:
    feature = document["features"][0] | {"geometry": {"type": "Point", "coordinates": [13.3, 52.5]}}
    document["features"] += [feature | {"properties": {f"key{number}": 1}} for number in range(20_000)]


def _renamed_layer(suffix: str) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        (folder / "areas.geojson").rename(folder / f"areas{suffix}")
        edit("project.toml", r"areas\.geojson", f"areas{suffix}")(folder)

    return make


def _databases() -> dict[str, Callable[[Path], None]]:
    """Return what may be done to the database that a GeoPackage is."""
    endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT"
    return {
        "a count of a thousand million": _sql("UPDATE gpkg_ogr_contents SET feature_count = 1000000000"),
        "a count that is too small": _sql("UPDATE gpkg_ogr_contents SET feature_count = 1"),
        "a view without end": _sql(
            "ALTER TABLE areas RENAME TO held",
            f"CREATE VIEW areas AS {endless} c.x AS fid, geom, area, name, parent FROM c, held",
            # what is renamed is renamed in the list of layers too
            "UPDATE gpkg_contents SET table_name = 'areas'",
        ),
        "a list of layers without end": _sql(
            "ALTER TABLE gpkg_contents RENAME TO held", f"CREATE VIEW gpkg_contents AS {endless} held.* FROM c, held"
        ),
        "a computed column": _sql("ALTER TABLE areas ADD COLUMN more TEXT AS (hex(zeroblob(400000000)))"),
        "no list of layers": _sql("DROP TABLE gpkg_contents"),
        "layers that are not there": _sql("DROP TABLE areas"),
        "another database": lambda path: _void((path.unlink(), _new_database(path))),
        "a head only": lambda path: _void(path.write_bytes(path.read_bytes()[:100])),
        "empty": lambda path: _void(path.write_bytes(b"")),
        "a page that is used twice": _page_twice,
        "geometry that is text": _sql("UPDATE areas SET geom = 'POINT (1 2)' WHERE fid = 1"),
        "geometry that breaks off": _sql("UPDATE areas SET geom = substr(geom, 1, 60) WHERE fid = 1"),
        "an unknown CRS": _sql("UPDATE gpkg_geometry_columns SET srs_id = 0", "UPDATE gpkg_contents SET srs_id = 0"),
    }


def _void(_: object) -> None:
    """Return nothing."""


def _sql(*statements: str) -> Callable[[Path], None]:
    """Run statements in a GeoPackage, whose triggers are none of theirs."""

    def make(path: Path) -> None:
        with closing(sqlite3.connect(path)) as database, database:
            triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for (name,) in triggers:
                database.execute(f'DROP TRIGGER "{name}"')
            for statement in statements:
                database.execute(statement)

    return make


def _new_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE areas (area TEXT, name TEXT)")


def _page_twice(path: Path) -> None:
    """Let two places of the first page's tree of tables lead to the same page."""
    with closing(sqlite3.connect(path)) as database, database:
        (page,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'areas'").fetchone()
        database.execute("PRAGMA writable_schema = 1")
        database.execute("UPDATE sqlite_master SET rootpage = ? WHERE name = 'gpkg_contents'", [page])


def _table_outside(path: Path) -> None:
    table, outside = path.with_suffix(".dbf"), path.parent.parent / "outside.dbf"
    table.rename(outside)
    table.symlink_to(outside)


def _long_index(path: Path) -> None:
    index = bytearray(path.with_suffix(".shx").read_bytes())
    index[24:28] = struct.pack(">I", 0x3FFFFFFF)
    path.with_suffix(".shx").write_bytes(index)


def _no_fields(path: Path) -> None:
    table = path.with_suffix(".dbf").read_bytes()
    path.with_suffix(".dbf").write_bytes(table[:8] + struct.pack("<HH", 33, 1) + table[12:32] + b"\r" + b" " * 100)


def _many_records(path: Path) -> None:
    """Write the same record sixty million times; that needs a few kilobytes."""
    table = pa.table({"area": pa.array(["01011101"] * 1_000_000)})
    with pq.ParquetWriter(path, table.schema) as writer:
        for _ in range(60):
            writer.write_table(table)


def _long_texts(path: Path) -> None:
    """Write two thousand megabytes of text that are stored in a few kilobytes."""
    table = pa.table({"area": pa.array(["x" * 10_000] * 10_000), "name": pa.array(["y"] * 10_000)})
    with pq.ParquetWriter(path, table.schema) as writer:
        for _ in range(20):
            writer.write_table(table)


def _no_wkb(path: Path) -> None:
    table = pq.read_table(path)
    place = table.schema.get_field_index("geometry")
    spoilt = pa.array([b"POINT (1 2)"] * len(table), pa.binary())
    pq.write_table(table.set_column(place, table.schema.field(place), spoilt), path)


def _osm(declared: str, text: str) -> Callable[[Path], None]:
    """Add roads as an extract of OpenStreetMap in XML."""
    document = (
        f'<?xml version="1.0"?>{declared}<osm version="0.6"><node id="1" lat="52.55" lon="13.34"/>'
        f'<node id="2" lat="52.56" lon="13.35"/><way id="1"><nd ref="1"/><nd ref="2"/>'
        f'<tag k="highway" v="residential"/><tag k="name" v="{text}"/></way></osm>'
    )

    def make(folder: Path) -> None:
        (folder / "roads.osm").write_text(document, encoding="utf-8")
        edit("project.toml", r"\[tables\.schools\]", '[tables.roads]\nfile = "roads.osm"\n\n[tables.schools]')(folder)

    return make


# Paths


def of_paths() -> list[Faulty]:
    """Return paths that lead elsewhere, and what else may stand in the place of the project file."""
    told = "project.toml"
    leaving = {
        "a way down and up": "a/../../schools.csv",
        "a way up by strokes of Windows": r"a\..\..\schools.csv",
        "a share by strokes": "//server/share/schools.csv",
        "a device of Windows": r"\\?\C:\schools.csv",
        "a drive alone": "C:schools.csv",
        "a virtual archive of GDAL": "/vsizip/areas.zip/areas.geojson",
        "a virtual address of GDAL": "/vsicurl_streaming/http://127.0.0.1:9/x.csv",
        "a virtual memory of GDAL": "/vsimem/areas.geojson",
    }
    absent = {
        "a driver of GDAL": "GPKG:areas.gpkg:areas",
        "a stream of a file": "schools.csv:hidden",
        "an address of a file": "file:/etc/passwd",
        "a home": "~/.ssh/id_rsa",
        "a variable": "$HOME/schools.csv",
        "a way up in per cent": "%2e%2e/schools.csv",
        "a virtual archive without its stroke": "vsizip/areas.zip/areas.geojson",
        "a stroke at the end": "schools.csv/x",
        "a pattern": "*.csv",
    }
    found = []
    for kind, path in (leaving | absent).items():
        by = f'"{path}"' if "\\" not in path else f"'{path}'"
        found.append(
            Faulty(f"{told}: {kind}", "berlin", edit(told, r'"schools\.csv"', by), told if kind in leaving else path)
        )
    return [
        *found,
        Faulty(f"{told}: no path", "berlin", edit(told, r'"schools\.csv"', '""'), "is a folder"),
        Faulty(f"{told}: a link to a device", "berlin", link(told, "/dev/zero"), told),
        Faulty(f"{told}: a pipe", "berlin", _pipe_as_project, told),
        Faulty(f"{told}: two megabytes", "berlin", change(told, lambda old: old + b"# " + b"x" * (2 << 20)), told),
        Faulty(f"{told}: ten thousand files of one table", "berlin", _many_sources, told),
        Faulty(f"{told}: standards that are a link to a device", "berlin", _standards_of_a_device, "own.toml"),
        Faulty(f"{told}: standards of two megabytes", "berlin", _long_standards, "own.toml"),
    ]


def _pipe_as_project(folder: Path) -> None:
    (folder / "project.toml").unlink()
    os.mkfifo(folder / "project.toml")


def _many_sources(folder: Path) -> None:
    many = '[[tables.sections]]\nfile = "sections.csv"\n\n' * 10_000
    edit("project.toml", r'\[tables\.sections\]\nfile = "sections\.csv"\n', many)(folder)


def _standards_of_a_device(folder: Path) -> None:
    (folder / "own.toml").symlink_to("/dev/zero")
    edit("project.toml", 'standards = "berlin"', 'standards = "own.toml"')(folder)


def _long_standards(folder: Path) -> None:
    (folder / "own.toml").write_text("# " + "x" * (2 << 20), encoding="utf-8")
    edit("project.toml", 'standards = "berlin"', 'standards = "own.toml"')(folder)


# Workbooks


def of_workbooks() -> list[Faulty]:
    """Return workbooks that claim, unfold or hide."""
    sheets: dict[str, Callable[[bytes], bytes]] = {
        "merged over the whole sheet": lambda old: _after_cells(
            old, b'<mergeCells><mergeCell ref="A9:XFD1048576"/></mergeCells>'
        ),
        "a link over the whole sheet": lambda old: _after_cells(
            old, b'<hyperlinks><hyperlink ref="A9:XFD1048576" location="x"/></hyperlinks>'
        ),
        "a row of number one thousand million": lambda old: _last_row(
            old, b'<row r="1000000000"><c r="C1000000000"><v>1</v></c></row>'
        ),
        "a cell beyond the sheet": lambda old: _last_row(old, b'<row r="90"><c r="ZZZZ90"><v>1</v></c></row>'),
        "a row without a number": lambda old: _last_row(old, b'<row r="x"><c r="A0"><v>1</v></c></row>'),
        "six million cells": lambda old: _last_row(old, b"<row>" + b"<c/>" * 6_000_000 + b"</row>"),
        "a text that is not there": lambda old: re.sub(
            rb't="inlineStr"><is><t>[^<]*</t></is>', b't="s"><v>99999999</v>', old, count=1
        ),
        "UTF-16": lambda old: b"\xff\xfe" + old.decode().encode("utf-16-le"),
        "a day after the last": lambda old: _last_row(
            old, b'<row r="90"><c r="A90" t="d"><v>99999-99-99</v></c></row>'
        ),
    }
    found = [Faulty(f"workbook: {kind}", "county", _first_sheet(how), SCHOOLS) for kind, how in sheets.items()]
    return [
        *found,
        Faulty("workbook: macros behind another ending", "county", _hidden_macros, SCHOOLS),
        Faulty("workbook: an archive that lies about its sizes", "county", _lying_archive, SCHOOLS),
        Faulty("workbook: twenty thousand parts", "county", _many_parts, SCHOOLS),
        Faulty("workbook: parts of the same name", "county", _parts_twice, SCHOOLS),
        Faulty("workbook: a sheet whose title looks alike", "county", book(_look_alike), SCHOOLS),
        Faulty("workbook: columns exchanged below their heads", "county", book(_exchange_columns), SCHOOLS),
        Faulty("workbook, opening: a year typed as text", "county", sheet("建设项目", "G5", "二〇二七年前后"), SCHOOLS),
        Faulty("workbook, seats: half a million letters", "county", packed(_long_text), SCHOOLS),
    ]


def _first_sheet(how: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    return packed(lambda part, content: how(content) if part == SHEET else content)


def _after_cells(content: bytes, more: bytes) -> bytes:
    head, tail = re.sub(rb"<mergeCells.*?</mergeCells>", b"", content, flags=re.DOTALL).split(b"</sheetData>")
    return head + b"</sheetData>" + more + tail


def _last_row(content: bytes, row: bytes) -> bytes:
    return content.replace(b"</sheetData>", row + b"</sheetData>")


def _hidden_macros(folder: Path) -> None:
    with zipfile.ZipFile(folder / SCHOOLS, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")


def _lying_archive(folder: Path) -> None:
    """Say of a sheet in the archive's list that it has ten bytes."""
    path = folder / SCHOOLS
    packed(lambda part, content: content + b" " * 2_000_000 if part == SHEET else content)(folder)
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo(SHEET).file_size
    path.write_bytes(path.read_bytes().replace(struct.pack("<I", size), struct.pack("<I", 10)))


def _many_parts(folder: Path) -> None:
    with zipfile.ZipFile(folder / SCHOOLS, "a") as archive:
        for number in range(20_000):
            archive.writestr(f"xl/media/{number}.txt", b"")


def _parts_twice(folder: Path) -> None:
    """Put the workbook's list of sheets into the archive a second time, with others."""
    path = folder / SCHOOLS
    with zipfile.ZipFile(path) as archive:
        parts = [(part, archive.read(part)) for part in archive.namelist()]
    parts += [
        (part, content.replace("小学".encode(), "小掌".encode()))
        for part, content in parts
        if part == "xl/workbook.xml"
    ]
    data = path.with_suffix(".zip")
    with zipfile.ZipFile(data, "w") as archive:
        for part, content in parts:
            # a name is changed in the packed bytes, since it may not be written twice
            archive.writestr(part if (part, content) in parts[:-1] else "xl/workboek.xml", content)
    path.write_bytes(data.read_bytes().replace(b"xl/workboek.xml", b"xl/workbook.xml"))
    data.unlink()


def _look_alike(pages: openpyxl.Workbook) -> None:
    pages["小学"].title = "⼩学"


def _exchange_columns(pages: openpyxl.Workbook) -> None:
    for row in pages["小学"].iter_rows(min_row=6):
        row[2].value, row[4].value = row[4].value, row[2].value


def _long_text(part: str, content: bytes) -> bytes:
    return re.sub(rb"<v>\d+</v>", b"<v>" + b"9" * 500_000 + b"</v>", content, count=1) if part == SHEET else content


# What is strange, but no fault


def harmless() -> list[Faulty]:
    """Return what is read as if nothing were strange, in the memory and the time that its content needs."""
    return [
        Faulty("sections.csv: a formula as a name", "berlin", cell("schools.csv", "name", "=cmd|'/c calc'!A1"), ""),
        Faulty(
            "sections.csv: three marks of UTF-8",
            "berlin",
            change("sections.csv", lambda old: b"\xef\xbb\xbf" * 2 + old),
            "",
        ),
        Faulty(
            "areas.shp: a table of a thousand million records", "berlin", layer_as("areas", ".shp", _long_table), ""
        ),
        Faulty(
            "workbook: a thousand million cells declared",
            "county",
            _first_sheet(lambda old: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', old)),
            "",
        ),
        Faulty("workbook: a column without end is hidden", "county", _first_sheet(_hidden_columns), ""),
        Faulty("workbook: sheets in another order", "county", book(lambda pages: pages.move_sheet("小学", 2)), ""),
    ]


def _long_table(path: Path) -> None:
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    table[4:8] = struct.pack("<I", 1_000_000_000)
    path.with_suffix(".dbf").write_bytes(table)


def _hidden_columns(content: bytes) -> bytes:
    content = re.sub(rb"<cols>.*?</cols>", b"", content, flags=re.DOTALL)
    return content.replace(
        b"<sheetData>", b'<cols><col min="90" max="900000000" width="9" hidden="1"/></cols><sheetData>'
    )
