"""
Projects that are wrong on purpose: the two shipped examples, cut down, with one named fault in each.

`FAMILIES` lists them by what is wrong. A mutation gets the folder of a project
that can be planned and breaks one thing in it; `told` is what a fault must name,
as a rule the file. What is `READABLE` is read in another way than it is written,
and what is `HARMLESS` is strange, but no fault.
"""

from __future__ import annotations

import gzip
import re
import struct
import zipfile
from functools import partial
from typing import TYPE_CHECKING
from typing import Any

import faulty_traps
from faulty_making import EXAMPLES
from faulty_making import HOSTILE
from faulty_making import SCHOOLS
from faulty_making import VILLAGES
from faulty_making import VIRTUAL
from faulty_making import ZONES
from faulty_making import Faulty
from faulty_making import book
from faulty_making import cell
from faulty_making import change
from faulty_making import cut
from faulty_making import edit
from faulty_making import folder_as_table
from faulty_making import geojson
from faulty_making import layer_as
from faulty_making import link
from faulty_making import make_bases
from faulty_making import packed
from faulty_making import pipe
from faulty_making import polygon
from faulty_making import remove
from faulty_making import shape
from faulty_making import sheet
from faulty_making import spoil
from faulty_making import spoilt
from faulty_making import twice
from faulty_making import without
from faulty_making import write
from faulty_making import zip_bomb

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import openpyxl

TEXTS = ("population.csv", "schools.csv", "sections.csv", "projects.csv")
LAYERS = ("areas.geojson", "catchments.geojson")


def _of_texts() -> list[Faulty]:
    """Return what may be wrong with a text file, whatever table it is."""
    garbage: dict[str, Callable[[bytes], bytes]] = {
        "empty": lambda _: b"",
        "blank lines": lambda _: b"\n\n \n",
        "no header": lambda content: content.split(b"\n", 1)[1],
        "cut within quotes": lambda content: content + b'"never closed,1,2,3\n',
        "a workbook": lambda _: b"PK\x03\x04" + bytes(range(256)) * 20,
        "gzip": gzip.compress,
        "a web page": lambda _: b"<!DOCTYPE html><html><body>Please log in</body></html>",
        "zero bytes": lambda content: content[:40] + b"\0" * 64 + content[40:],
        "broken UTF-8": lambda content: content[:60] + b"\xff\xff\xfe\xff" + content[60:],
        "semicolons": lambda content: content.replace(b",", b";"),
        "header twice": lambda content: content.split(b"\n", 1)[0] + b"," + content,
        "a row that is too long": lambda content: content.rstrip(b"\n") + b",,,,,,,,more,cells\n",
        "seventy megabytes in a cell": lambda content: content + b'"' + b"x" * (70 << 20) + b'"\n',
        "a cell of a million letters": lambda content: content + b"x" * 1_000_000 + b"\n",
    }
    found = [
        Faulty(f"{name}: {fault}", "berlin", change(name, how), name)
        for name in TEXTS
        for fault, how in garbage.items()
    ]
    for name in TEXTS:
        found += [
            Faulty(f"{name}: missing", "berlin", remove(name), name),
            Faulty(f"{name}: a link to a device", "berlin", link(name, "/dev/zero"), name),
            Faulty(f"{name}: a link in a circle", "berlin", link(name, name), name),
            Faulty(f"{name}: a link to the system's files", "berlin", link(name, "/etc/passwd"), name),
        ]
    found += [
        Faulty("schools.csv: a folder", "berlin", folder_as_table, "schools.csv"),
        Faulty("schools.csv: a pipe", "berlin", pipe, "schools.csv"),
    ]
    return found


def _of_cells() -> list[Faulty]:
    """Return what may be wrong with a number, a label or a date of a table."""
    numbers = (
        "-1",
        "many",
        "NaN",
        "inf",
        "-inf",
        "1e400",
        "0x1F",
        "12 34",
        "1,2.3,4",
        "9" * 400,
        "=1+1",
        "１２x",
        "١٢",
    )
    found = [
        Faulty(f"{name}, {column}: {value[:12]}", "berlin", cell(name, column, value), name)
        for name, column in (("population.csv", "count"), ("sections.csv", "seats"))
        for value in numbers
    ]
    labels = {
        "unknown": "9999",
        "empty": "",
        "full width": "０１０１",
        "a letter for a digit": "O1O1",
        "no leading zero": "101",
        "with a space inside": "01 01",
        "with a mark that is not seen": "01\u200b01",
        "turned around": "\u202e1010",
        "a formula": HOSTILE,
        "very long": "0101" * 5_000,
    }
    found += [
        Faulty(f"sections.csv, catchment: {kind}", "berlin", cell("sections.csv", "catchment", value), "sections.csv")
        for kind, value in labels.items()
        if kind not in {"full width", "with a mark that is not seen"}
        if kind != "empty"
    ]
    found += [
        Faulty(f"population.csv, area: {kind}", "berlin", cell("population.csv", "area", value), "population.csv")
        for kind, value in labels.items()
    ]
    found += [
        Faulty(f"sections.csv, school: {kind}", "berlin", cell("sections.csv", "school", value), "sections.csv")
        for kind, value in labels.items()
    ]
    dates = ("2016", "31.12.2016x", "2016-02-30", "20161231x", "yesterday", "0000-00-00", "999999-12-31", "")
    found += [
        Faulty(f"population.csv, date: {value}", "berlin", cell("population.csv", "date", value), "population.csv")
        for value in dates
        if value != "2016"
    ]
    ages = ("-1", "three", "3.5", "200", "3-", "NaN", "")
    found += [
        Faulty(f"population.csv, age: {value}", "berlin", cell("population.csv", "age", value), "population.csv")
        for value in ages
    ]
    places = {
        "north pole": ("13.3", "91"),
        "exchanged": ("52.5", "13.3"),
        "metres": ("389000", "5820000"),
        "zero": ("0", "0"),
        "not a number": ("NaN", "52.5"),
        "endless": ("inf", "52.5"),
        "text": ("thirteen", "52.5"),
        "half": ("13.3", ""),
    }
    for kind, (lon, lat) in places.items():
        both = partial(_both, cell("schools.csv", "lon", lon), cell("schools.csv", "lat", lat))
        found.append(Faulty(f"schools.csv, place: {kind}", "berlin", both, "schools.csv"))
    found += [Faulty(f"{name}: the same record twice", "berlin", twice(name), name) for name in TEXTS]
    for name, column in (
        ("population.csv", "area"),
        ("population.csv", "age"),
        ("population.csv", "count"),
        ("schools.csv", "school"),
        ("schools.csv", "lon"),
        ("sections.csv", "school"),
        ("sections.csv", "stage"),
        ("sections.csv", "seats"),
        ("projects.csv", "project"),
    ):
        found.append(Faulty(f"{name}: no column {column}", "berlin", without(name, column), name))
    found += [
        Faulty("sections.csv, stage: unknown", "berlin", cell("sections.csv", "stage", "university"), "sections.csv"),
        Faulty("projects.csv, stage: unknown", "berlin", cell("projects.csv", "stage", "university"), "projects.csv"),
        Faulty("projects.csv, opening: a word", "berlin", cell("projects.csv", "opening", "soon"), "projects.csv"),
        Faulty("projects.csv, opening: month 13", "berlin", cell("projects.csv", "opening", "2020-13"), "projects.csv"),
    ]
    return found


def _both(one: Callable[[Path], None], other: Callable[[Path], None], folder: Path) -> None:
    one(folder)
    other(folder)


def _of_layers() -> list[Faulty]:
    """Return what may be wrong with a layer."""
    far = 1e400
    shapes: dict[str, object] = {
        "none": None,
        "a line": {"type": "LineString", "coordinates": [[13.34, 52.55], [13.35, 52.56]]},
        "crossed by itself": polygon((13.33, 52.54), (13.35, 52.56), (13.35, 52.54), (13.33, 52.56)),
        "without size": polygon((13.33, 52.54), (13.33, 52.54), (13.33, 52.54)),
        "endless": polygon((13.33, 52.54), (far, 52.54), (13.35, far)),
        "on the other side of the world": polygon((-13.33, -52.54), (-13.35, -52.54), (-13.35, -52.56)),
        "empty": {"type": "Polygon", "coordinates": []},
        "of an unknown type": {"type": "Blob", "coordinates": [1, 2]},
        "of text": {"type": "Polygon", "coordinates": "13,52"},
        "a collection": {"type": "GeometryCollection", "geometries": []},
    }
    found = [
        Faulty(f"{name}, geometry: {kind}", "berlin", shape(name, value), name)
        for name in LAYERS
        for kind, value in shapes.items()
    ]
    documents: dict[str, Callable[[dict[str, Any]], object]] = {
        "no features": lambda document: document.update(features=[]),
        "features that are no list": lambda document: document.update(features="all"),
        "features of another kind": lambda document: document.update(features=[1, None, "x"]),
        "no properties": lambda document: document["features"][0].update(properties={}),
        "properties that are none": lambda document: document["features"][0].update(properties=None),
        "a label that is a list": lambda document: _set_all(document, ["0101"]),
        "no label": lambda document: document["features"][0]["properties"].update(area=None, catchment=None),
        "one feature twice": lambda document: document["features"].append(document["features"][0]),
        "no CRS but metres": _in_metres,
        "an unknown CRS": lambda document: document.update(crs=_crs("urn:ogc:def:crs:EPSG::999999")),
        "a CRS at another address": lambda document: document.update(crs=_crs("http://127.0.0.1:9/crs")),
    }
    found += [
        Faulty(f"{name}: {kind}", "berlin", geojson(name, how), name)
        for name in LAYERS
        for kind, how in documents.items()
    ]
    garbage: dict[str, Callable[[bytes], bytes]] = {
        "empty": lambda _: b"",
        "cut in half": lambda content: content[: len(content) // 2],
        "nested without end": lambda _: b'{"type":"FeatureCollection","features":' + b"[" * 200_000,
        "an archive": lambda _: b"PK\x03\x04" + b"\0" * 400,
        "a virtual layer": lambda _: VIRTUAL,
        "zero bytes": lambda content: content[:50] + b"\0" * 10 + content[50:],
    }
    found += [
        Faulty(f"{name}: {kind}", "berlin", change(name, how), name) for name in LAYERS for kind, how in garbage.items()
    ]
    for suffix in (".gpkg", ".shp", ".parquet"):
        found.append(Faulty(f"areas{suffix}: cut in half", "berlin", layer_as("areas", suffix, cut), f"areas{suffix}"))
        if suffix != ".shp":
            found.append(
                Faulty(f"areas{suffix}: spoilt", "berlin", layer_as("areas", suffix, spoilt), f"areas{suffix}")
            )
    found += [
        Faulty("areas.kml: an entity from outside", "berlin", layer_as("areas", ".kml"), "areas.kml"),
        Faulty("areas.gml: an entity from outside", "berlin", layer_as("areas", ".gml"), "areas.gml"),
    ]
    for part in (".dbf", ".shx"):
        found.append(
            Faulty(f"areas.shp: no {part}", "berlin", layer_as("areas", ".shp", partial(_unlink, part)), "areas.shp")
        )
    found += [
        Faulty(f"{name}: {kind}", "county", how, name)
        for name in (VILLAGES, ZONES)
        for kind, how in {
            "no records": change(
                name.replace(".shp", ".dbf"), lambda content: content[:4] + struct.pack("<I", 0) + content[8:]
            ),
            "a head only": change(name, lambda content: content[:100]),
            "an ellipsoid of its own": write(
                name.replace(".shp", ".prj"), b'GEOGCS["mine",DATUM["mine",SPHEROID["x",1,2]]]'
            ),
        }.items()
        if not (name == VILLAGES and "ellipsoid" in kind)
    ]
    return found


def _unlink(ending: str, path: Path) -> None:
    path.with_suffix(ending).unlink()


def _crs(name: str) -> dict[str, Any]:
    return {"type": "name", "properties": {"name": name}}


def _set_all(document: dict[str, Any], value: object) -> None:
    for feature in document["features"]:
        for key in ("area", "catchment"):
            if key in feature["properties"]:
                feature["properties"][key] = value


def _in_metres(document: dict[str, Any]) -> None:
    """Leave out the CRS; what has degrees gets metres, or they would be right by chance."""
    document.pop("crs", None)
    document["features"][0]["geometry"] = polygon((390_000, 5_820_000), (391_000, 5_820_000), (391_000, 5_821_000))


def _of_project_files() -> list[Faulty]:
    """Return what may be wrong with `project.toml`."""
    told = "project.toml"
    lines = {
        "a path that leaves the folder": (r'"schools\.csv"', '"../../../etc/passwd"'),
        "a path from the root": (r'"schools\.csv"', '"/etc/passwd"'),
        "a path of Windows": (r'"schools\.csv"', r"'C:\Windows\win.ini'"),
        "a share of Windows": (r'"schools\.csv"', r"'\\server\share\schools.csv'"),
        "an address": (r'"schools\.csv"', '"https://127.0.0.1:9/schools.csv"'),
        "a virtual file of GDAL": (r'"areas\.geojson"', '"/vsicurl/http://127.0.0.1:9/areas.geojson"'),
        "a path with a zero byte": (r'"schools\.csv"', r'"schools\u0000.csv"'),
        "a name that leaves the folder": (r'name = "berlin-mitte"', 'name = "../../evil"'),
        "a name with a line break": (r'name = "berlin-mitte"', r'name = "a\nb"'),
        "a name of a device": (r'name = "berlin-mitte"', 'name = "CON"'),
        "no name": (r'name = "berlin-mitte"\n', ""),
        "an unknown key": (r"base_year = 2018", "base_year = 2018\nbase_yaer = 2018"),
        "an unknown section": (r"\[siting\]", "[sitting]"),
        "a year as text": (r"base_year = 2018", 'base_year = "2018"'),
        "a year that is a fraction": (r"base_year = 2018", "base_year = 2018.5"),
        "a year too far": (r"horizon = 2035", "horizon = 99999"),
        "a horizon before the base year": (r"horizon = 2035", "horizon = 2010"),
        "no number of draws": (r"draws = 1000", "draws = nan"),
        "draws without end": (r"draws = 1000", "draws = 1000000000000"),
        "negative draws": (r"draws = 1000", "draws = -1"),
        "a CRS in degrees": (r'crs = "EPSG:25833"', 'crs = "EPSG:4326"'),
        "an unknown CRS": (r'crs = "EPSG:25833"', 'crs = "EPSG:1"'),
        "a CRS that is code": (
            r'crs = "EPSG:25833"',
            'crs = "+proj=pipeline +step +proj=hgridshift +grids=/etc/passwd"',
        ),
        "a CRS of another continent": (r'crs = "EPSG:25833"', 'crs = "EPSG:2193"'),
        "an unknown language": (r'language = "en"', 'language = "tlh"'),
        "unknown standards": (r'standards = "berlin"', 'standards = "atlantis"'),
        "standards that leave the folder": (r'standards = "berlin"', 'standards = "../../etc/passwd"'),
        "ages turned around": (r"ages = \[6, 11\]", "ages = [11, 6]"),
        "negative ages": (r"ages = \[6, 11\]", "ages = [-6, 11]"),
        "one age": (r"ages = \[6, 11\]", "ages = [6]"),
        "an attendance above one": (r"attendance = \{ rate = 0\.924 \}", "attendance = { rate = 9.24 }"),
        "an attendance that is no number": (r"attendance = \{ rate = 0\.924 \}", "attendance = { rate = nan }"),
        "an attendance of a year unknown": (
            r"attendance = \{ calibrate = 2018 \}",
            "attendance = { calibrate = 1871 }",
        ),
        "two scenarios of one name": (r'id = "low"', 'id = "central"'),
        "a scenario without births": (r"births_factor = 0\.8", "births_factor = -0.8"),
        "endless births": (r"births_factor = 0\.8", "births_factor = inf"),
        "a table that is not there": (r"\[tables\.population\]\nfile = .+\n", ""),
        "no schools": (r"\[tables\.schools\]\nfile = .+\ncrs = .+\n", ""),
        "a key twice": (r"base_year = 2018", "base_year = 2018\nbase_year = 2019"),
        "a quote not closed": (r'name = "berlin-mitte"', 'name = "berlin-mitte'),
        "an unknown encoding": (r'"schools\.csv"', '"schools.csv"\nencoding = "klingon"'),
        "another encoding": (r'"schools\.csv"', '"schools.csv"\nencoding = "utf-16"'),
        "an unknown measure": (r'"rezone"\]', '"levitate"]'),
        "a mixed datum": (r'"schools\.csv"\ncrs = "EPSG:4326"', '"schools.csv"\ncrs = "GCJ-02x"'),
    }
    other = {
        "an address": "schools.csv: does not exist",
        "an unknown encoding": "schools.csv",
        "another encoding": "schools.csv",
        "a mixed datum": "schools.csv, column crs: 'GCJ-02x'",
    }
    found = [
        Faulty(f"{told}: {kind}", "berlin", edit(told, *change_, count=1), other.get(kind, told))
        for kind, change_ in lines.items()
    ]
    whole: dict[str, Callable[[Path], None]] = {
        "missing": remove(told),
        "empty": write(told, b""),
        "no text": write(told, bytes(range(256)) * 4),
        "of UTF-16": change(told, lambda content: content.decode().encode("utf-16")),
        "a workbook": write(told, b"PK\x03\x04" + b"\0" * 100),
        "nested without end": change(told, lambda content: content + b"\nx = " + b"[" * 100_000),
        "cut in half": change(told, lambda content: content[: len(content) // 2]),
        "a key of a million letters": change(told, lambda content: content + b"\n" + b"k" * 1_000_000 + b" = 1\n"),
    }
    found += [Faulty(f"{told}: {kind}", "berlin", how, told) for kind, how in whole.items()]
    return found


def _of_workbooks() -> list[Faulty]:
    """Return what may be wrong with a bureau's workbook."""
    numbers = {"a word": "很多", "negative": -30, "an error": "#REF!", "a date": "2025-09-01", "endless": "inf"}
    found = [
        Faulty(f"workbook, seats: {kind}", "county", sheet("小学", "E6", value), SCHOOLS)
        for kind, value in numbers.items()
    ]
    found += [
        Faulty("workbook, seats: a formula without a value", "county", sheet("小学", "E6", "=SUM(A1:A9)"), SCHOOLS),
        Faulty("workbook, seats: another program", "county", sheet("小学", "E6", "=cmd|'/c calc'!A1"), SCHOOLS),
        Faulty("workbook, school: empty", "county", sheet("小学", "C6", None), SCHOOLS),
        Faulty("workbook, school: as a number with a point", "county", sheet("小学", "C6", 2143990001.5), SCHOOLS),
        Faulty("workbook, school: unknown", "county", sheet("小学", "C6", "9999999999"), SCHOOLS),
        Faulty("workbook, school: twice", "county", sheet("小学", "C7", "2143990001"), SCHOOLS),
        Faulty("workbook, school: full width", "county", sheet("小学", "C6", "２１４３９９９９９９"), SCHOOLS),
        Faulty("workbook, opening: a word", "county", sheet("建设项目", "G5", "明年"), SCHOOLS),
        Faulty("workbook, a cell of thirty thousand letters", "county", sheet("小学", "E6", "很" * 30_000), SCHOOLS),
        Faulty("workbook: a sheet is not there", "county", book(lambda pages: pages.remove(pages["小学"])), SCHOOLS),
        Faulty("workbook: an empty sheet", "county", book(lambda pages: pages["小学"].delete_rows(1, 100)), SCHOOLS),
        Faulty(
            "workbook: a sheet without its header",
            "county",
            book(lambda pages: pages["小学"].delete_rows(3, 3)),
            SCHOOLS,
        ),
        Faulty("workbook: contents of sheets exchanged", "county", book(_exchange), ZONES),
        Faulty("workbook: empty", "county", write(SCHOOLS, b""), SCHOOLS),
        Faulty(
            "workbook: cut in half", "county", change(SCHOOLS, lambda content: content[: len(content) // 2]), SCHOOLS
        ),
        Faulty(
            "workbook: a password",
            "county",
            write(SCHOOLS, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4_000),
            SCHOOLS,
        ),
        Faulty("workbook: another archive", "county", _other_archive, SCHOOLS),
        Faulty("workbook: a gigabyte of nothing", "county", zip_bomb, SCHOOLS),
        Faulty("workbook: an entity from outside", "county", packed(_entity), SCHOOLS),
        Faulty("workbook: entities of entities", "county", packed(_laughs), SCHOOLS),
        Faulty("workbook: no numbers of styles", "county", packed(_no_styles), SCHOOLS),
        Faulty("workbook: with macros", "county", _with_macros, SCHOOLS.replace(".xlsx", ".xlsm")),
        Faulty("workbook: of another program", "county", _renamed(".et"), SCHOOLS.replace(".xlsx", ".et")),
    ]
    return found


def _exchange(pages: openpyxl.Workbook) -> None:
    """Give two sheets each other's titles."""
    pages["小学"].title, pages["初中"].title = "x", "小学"
    pages["x"].title = "初中"


def _other_archive(folder: Path) -> None:
    with zipfile.ZipFile(folder / SCHOOLS, "w") as archive:
        archive.writestr("../../evil.txt", "x")


def _first_sheet(how: Callable[[bytes], bytes]) -> Callable[[str, bytes], bytes]:
    return lambda part, content: how(content) if part == "xl/worksheets/sheet1.xml" else content


def _entity(part: str, content: bytes) -> bytes:
    head = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY out SYSTEM "file:///etc/passwd">]>'
    return _first_sheet(lambda old: head + re.sub(rb"<\?xml[^>]*\?>", b"", old).replace(b"<v>", b"<v>&out;", 1))(
        part, content
    )


def _laughs(part: str, content: bytes) -> bytes:
    """Write an entity that is ten of another, and so on: a thousand million letters."""
    entities = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 10))
    head = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "lol">{entities}]>'.encode()
    return _first_sheet(lambda old: head + re.sub(rb"<\?xml[^>]*\?>", b"", old).replace(b"<v>", b"<v>&e9;", 1))(
        part, content
    )


def _no_styles(part: str, content: bytes) -> bytes:
    return b"<styleSheet/" if part == "xl/styles.xml" else content


def _with_macros(folder: Path) -> None:
    _renamed(".xlsm")(folder)
    with zipfile.ZipFile(folder / SCHOOLS.replace(".xlsx", ".xlsm"), "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")


def _renamed(suffix: str) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        (folder / SCHOOLS).rename(folder / SCHOOLS.replace(".xlsx", suffix))
        edit("project.toml", re.escape(SCHOOLS), SCHOOLS.replace(".xlsx", suffix))(folder)

    return make


def _readable() -> list[Faulty]:
    """Return what is read in another way than it is written, of which a person must know."""
    label = partial(cell, "sections.csv", "catchment")
    return [
        Faulty("sections.csv, catchment: full width", "berlin", label("０１０１"), "sections.csv"),
        Faulty("sections.csv, catchment: with a mark that is not seen", "berlin", label("01\u200b01"), "sections.csv"),
        Faulty(
            "schools.csv, place: degrees and minutes", "berlin", cell("schools.csv", "lon", "13°20'E"), "schools.csv"
        ),
    ]


READABLE: tuple[Faulty, ...] = tuple(_readable())
HARMLESS: tuple[Faulty, ...] = tuple(faulty_traps.harmless())
FAMILIES: dict[str, tuple[Faulty, ...]] = {
    "Text files": (*_of_texts(), *faulty_traps.of_texts()),
    "Numbers, labels, dates and places": (*_of_cells(), *faulty_traps.of_labels()),
    "Layers": (*_of_layers(), *faulty_traps.of_layers()),
    "The project file": (*_of_project_files(), *faulty_traps.of_paths()),
    "Workbooks": (*_of_workbooks(), *faulty_traps.of_workbooks()),
}
CORPUS: tuple[Faulty, ...] = tuple(faulty for family in FAMILIES.values() for faulty in family)
__all__ = ["CORPUS", "EXAMPLES", "FAMILIES", "HARMLESS", "READABLE", "Faulty", "make_bases", "spoil"]
