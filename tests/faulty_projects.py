"""
Projects that are wrong on purpose: the two shipped examples, cut down, with one named fault in each.

`CORPUS` lists them. A mutation gets the folder of a project that can be planned
and breaks one thing in it; `told` is what a fault must name, as a rule the file.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import struct
import zipfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import geopandas as gpd
import openpyxl
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable

SHIPPED = Path(__file__).parents[1] / "data"
PEOPLE = "示范县人口与住房（合成数据）.xlsx"
SCHOOLS = "示范县基础教育统计表（合成数据）.xlsx"
BIRTHS = "出生人口_卫健_合成数据.csv"
VILLAGES = "村界_合成数据.shp"
ZONES = "学区_合成数据.shp"
SITES = "备选用地_合成数据.shp"
CHILDREN = "儿童_合成数据.csv"
HOSTILE = "\u202e=cmd|'/c calc'!A1<script>alert(1)</script>"

Make = "Callable[[Path], None]"


class Faulty(NamedTuple):
    """A fault by name: of which example, how it is made, and what must be told of it."""

    name: str
    example: str
    make: Callable[[Path], None]
    told: str


def corner_of_berlin(folder: Path) -> None:
    """Make a project of two catchments of Berlin-Mitte and what stands in them, which is read in a moment."""
    _parts_of("berlin-mitte", folder)
    kept = ["0101", "0102"]
    zones = gpd.read_file(folder / "catchments.geojson")
    zones = zones[zones["catchment"].isin(kept)]
    areas = gpd.read_file(folder / "areas.geojson")
    areas = areas[areas.to_crs(zones.crs).representative_point().within(zones.union_all())]
    for name, frame in (("catchments", zones), ("areas", areas)):
        (folder / f"{name}.geojson").unlink()
        frame.to_file(folder / f"{name}.geojson", driver="GeoJSON")
    tables = {name: pd.read_csv(folder / f"{name}.csv", dtype=str) for name in ("population", "sections", "projects")}
    schools = pd.read_csv(folder / "schools.csv", dtype=str)
    tables["population"] = tables["population"][tables["population"]["area"].isin(areas["area"])]
    place = gpd.points_from_xy(schools["lon"].astype(float), schools["lat"].astype(float), crs="EPSG:4326")
    near = schools["school"][place.to_crs(zones.crs).within(zones.union_all())][:_FEW]
    sections, projects = tables["sections"], tables["projects"]
    tables["sections"] = sections[
        sections["catchment"].isin(kept) | (sections["catchment"].isna() & sections["school"].isin(near))
    ]
    tables["projects"] = projects[projects["catchment"].isin(kept)]
    tables["schools"] = schools[schools["school"].isin(tables["sections"]["school"])]
    for name, frame in tables.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    # the ruling is about a school elsewhere
    edit("project.toml", r"\[\[rulings\]\]\n(?:.+\n)+", "")(folder)


_FEW = 12
"""Of the schools that serve no catchment by name."""


def county_in_brief(folder: Path) -> None:
    """Make a project of the synthetic county's layers, schools and children of one day, without kindergartens, roads, homes and lists."""
    _parts_of("demo-county", folder)
    ages = pd.read_excel(folder / PEOPLE, sheet_name="分年龄人口", header=2, dtype=str)
    children = ages[(ages["时点"].str[:4] == "2025") & ages["年龄段"].str.fullmatch(r"\d+") & (ages["性别"] != "合计")]
    children.to_csv(folder / CHILDREN, index=False)
    zones = gpd.read_file(folder / ZONES, encoding="gbk")
    zones[zones["学段"] != "幼儿园"].to_file(folder / ZONES, encoding="gbk")
    sites = gpd.read_file(folder / SITES, encoding="gbk")
    sites.drop(index=[2, 5]).to_file(folder / SITES, encoding="gbk")
    (folder / PEOPLE).unlink()
    (folder / BIRTHS).unlink()
    book = openpyxl.load_workbook(folder / SCHOOLS)
    for sheet in ("城区班级名册", "办学条件", "跨片区就读", "幼儿园", "附设幼儿班"):
        del book[sheet]
    # projects of kindergartens, and the sum of all projects
    book["建设项目"].delete_rows(21)
    book["建设项目"].delete_rows(13, 5)
    book.save(folder / SCHOOLS)
    left = "roads|dwellings|barriers|crossings|gates|classes|resources|flows|births|developments|yields|migration"
    edit("project.toml", rf"\[tables\.(?:{left})\]\n(?:.+\n)+\n", "")(folder)
    edit("project.toml", r'\[\[tables\.sections\]\]\n(?:.+\n){2}stage = "kindergarten"\n', "")(folder)
    edit("project.toml", r"\[(?:stages|siting\.costs)\.kindergarten\]\n(?:.+\n)+\n", "")(folder)
    edit("project.toml", r'\[travel\]\nnot_crossed = \["国道"\]\n', "")(folder)
    edit("project.toml", rf'"{re.escape(PEOPLE)}"\nsheet = "分年龄人口"', f'"{CHILDREN}"')(folder)


def _parts_of(name: str, folder: Path) -> None:
    left = ("raw", "*.py", "*.md", ".git*", "道路*", "居民点*", "河流*", "过街*", "校门*")
    shutil.copytree(SHIPPED / name, folder, ignore=shutil.ignore_patterns(*left))


EXAMPLES: dict[str, Callable[[Path], None]] = {"berlin": corner_of_berlin, "county": county_in_brief}


# what may be done to a file


def edit(name: str, pattern: str, by: str, *, count: int = 0) -> Callable[[Path], None]:
    """Replace what a pattern finds in a text file; it must be there."""

    def make(folder: Path) -> None:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        changed, found = re.subn(pattern, lambda _: by, text, count=count)
        assert found, f"{pattern!r} is not in {name}"
        path.write_text(changed, encoding="utf-8", newline="")

    return make


def write(name: str, content: bytes) -> Callable[[Path], None]:
    """Write a file anew."""
    return lambda folder: _void((folder / name).write_bytes(content))


def change(name: str, how: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """Change the bytes of a file."""
    return lambda folder: _void((folder / name).write_bytes(how((folder / name).read_bytes())))


def remove(name: str) -> Callable[[Path], None]:
    """Remove a file."""
    return lambda folder: (folder / name).unlink()


def _void(_: object) -> None:
    """Return nothing."""


def cell(name: str, column: str, value: object, *, row: int = 0) -> Callable[[Path], None]:
    """Write into a cell of a csv file; rows are counted from the first record."""

    def make(folder: Path) -> None:
        frame = pd.read_csv(folder / name, dtype=str, keep_default_na=False)
        frame.loc[row, column] = str(value)
        frame.to_csv(folder / name, index=False)

    return make


def twice(name: str) -> Callable[[Path], None]:
    """Repeat the first record of a csv file at its end."""
    return change(name, lambda content: content + b"\n".join(content.splitlines()[1:2]) + b"\n")


def without(name: str, column: str) -> Callable[[Path], None]:
    """Drop a column of a csv file."""

    def make(folder: Path) -> None:
        pd.read_csv(folder / name, dtype=str).drop(columns=column).to_csv(folder / name, index=False)

    return make


def geojson(name: str, how: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    """Change the document of a layer."""

    def make(folder: Path) -> None:
        document = json.loads((folder / name).read_text(encoding="utf-8"))
        how(document)
        (folder / name).write_text(json.dumps(document), encoding="utf-8")

    return make


def shape(name: str, geometry: object) -> Callable[[Path], None]:
    """Give the first feature of a layer another geometry."""
    return geojson(name, lambda document: document["features"][0].update(geometry=geometry))


def polygon(*corners: tuple[float, float]) -> dict[str, Any]:
    """Return a polygon as GeoJSON has it."""
    return {"type": "Polygon", "coordinates": [[*map(list, corners), list(corners[0])]]}


def sheet(title: str, place: str, value: object) -> Callable[[Path], None]:
    """Type into a cell of the schools' workbook."""

    def make(folder: Path) -> None:
        book = openpyxl.load_workbook(folder / SCHOOLS)
        book[title][place] = value
        book.save(folder / SCHOOLS)

    return make


def book(how: Callable[[openpyxl.Workbook], object]) -> Callable[[Path], None]:
    """Change the schools' workbook."""

    def make(folder: Path) -> None:
        workbook = openpyxl.load_workbook(folder / SCHOOLS)
        how(workbook)
        workbook.save(folder / SCHOOLS)

    return make


def packed(how: Callable[[str, bytes], bytes]) -> Callable[[Path], None]:
    """Change the parts of the schools' workbook as the archive that it is."""

    def make(folder: Path) -> None:
        path = folder / SCHOOLS
        with zipfile.ZipFile(path) as archive:
            parts = {part: archive.read(part) for part in archive.namelist()}
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part, content in parts.items():
                archive.writestr(part, how(part, content))

    return make


def _zip_bomb(folder: Path) -> None:
    """Put more than a gigabyte of nothing into a sheet; packed it is a few megabytes."""
    path = folder / SCHOOLS
    with zipfile.ZipFile(path) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for part, content in parts.items():
            if part != "xl/worksheets/sheet1.xml":
                archive.writestr(part, content)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as bomb:
            for _ in range(140):
                bomb.write(b" " * (8 << 20))


def layer_as(name: str, suffix: str, how: Callable[[Path], None] = lambda _: None) -> Callable[[Path], None]:
    """Save a layer of Berlin in another format, declare it, and then do something to the file."""

    def make(folder: Path) -> None:
        frame = gpd.read_file(folder / f"{name}.geojson")
        path = folder / f"{name}{suffix}"
        if suffix == ".parquet":
            frame.to_parquet(path)
        elif suffix in {".kml", ".gml"}:
            path.write_text(_OUTSIDE, encoding="utf-8")
        else:
            frame.to_file(path)
        edit("project.toml", rf"{name}\.geojson", path.name)(folder)
        how(path)

    return make


def cut(path: Path) -> None:
    """Leave the first half of a file."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def _spoilt(path: Path) -> None:
    """Overwrite the second quarter of a file."""
    content = bytearray(path.read_bytes())
    quarter = len(content) // 4
    content[quarter : 2 * quarter] = b"\xa5" * quarter
    path.write_bytes(content)


def link(name: str, target: str) -> Callable[[Path], None]:
    """Put a link in the place of a file."""

    def make(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).symlink_to(target)

    return make


def _pipe(folder: Path) -> None:
    """Put a pipe, to which nobody writes, in the place of a file."""
    (folder / "schools.csv").unlink()
    os.mkfifo(folder / "schools.csv")


def _folder_as_table(folder: Path) -> None:
    (folder / "schools.csv").unlink()
    (folder / "schools.csv").mkdir()


_OUTSIDE = """<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY out SYSTEM "file:///etc/passwd">]>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>&out;</name>
<Point><coordinates>13.3,52.5</coordinates></Point></Placemark></Document></kml>"""

_VIRTUAL = b"""<OGRVRTDataSource><OGRVRTLayer name="areas"><SrcDataSource>/etc/passwd</SrcDataSource>
<SrcLayer>passwd</SrcLayer></OGRVRTLayer></OGRVRTDataSource>"""

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
        Faulty("schools.csv: a folder", "berlin", _folder_as_table, "schools.csv"),
        Faulty("schools.csv: a pipe", "berlin", _pipe, "schools.csv"),
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
        "a label that is a list": lambda document: _set_all(document, ["0101"]),
        "no label": lambda document: document["features"][0]["properties"].update(area=None, catchment=None),
        "one feature twice": lambda document: document["features"].append(document["features"][0]),
        "no CRS but metres": _in_metres,
        "an unknown CRS": lambda document: document.update(crs=_crs("urn:ogc:def:crs:EPSG::999999")),
        "a CRS at another address": lambda document: document.update(crs=_crs("http://127.0.0.1:9/crs")),
    }
    # a feature without any property is no record; what refers to it is told
    refers = {
        ("areas.geojson", "no properties"): "population.csv",
        ("catchments.geojson", "no properties"): "sections.csv",
    }
    found += [
        Faulty(f"{name}: {kind}", "berlin", geojson(name, how), refers.get((name, kind), name))
        for name in LAYERS
        for kind, how in documents.items()
    ]
    garbage: dict[str, Callable[[bytes], bytes]] = {
        "empty": lambda _: b"",
        "cut in half": lambda content: content[: len(content) // 2],
        "nested without end": lambda _: b'{"type":"FeatureCollection","features":' + b"[" * 200_000,
        "an archive": lambda _: b"PK\x03\x04" + b"\0" * 400,
        "a virtual layer": lambda _: _VIRTUAL,
        "zero bytes": lambda content: content[:50] + b"\0" * 10 + content[50:],
    }
    found += [
        Faulty(f"{name}: {kind}", "berlin", change(name, how), name) for name in LAYERS for kind, how in garbage.items()
    ]
    for suffix in (".gpkg", ".shp", ".parquet"):
        found.append(Faulty(f"areas{suffix}: cut in half", "berlin", layer_as("areas", suffix, cut), f"areas{suffix}"))
        if suffix != ".shp":
            found.append(
                Faulty(f"areas{suffix}: spoilt", "berlin", layer_as("areas", suffix, _spoilt), f"areas{suffix}")
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
        Faulty("workbook: a gigabyte of nothing", "county", _zip_bomb, SCHOOLS),
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
CORPUS: tuple[Faulty, ...] = (*_of_texts(), *_of_cells(), *_of_layers(), *_of_project_files(), *_of_workbooks())


def make_bases(folder: Path) -> dict[str, Path]:
    """Make each example once."""
    folder.mkdir(exist_ok=True)
    for name, make in EXAMPLES.items():
        make(folder / name)
    return {name: folder / name for name in EXAMPLES}


def spoil(faulty: Faulty, base: Path, folder: Path) -> Path:
    """Copy an example and put the fault into it."""
    shutil.copytree(base, folder)
    faulty.make(folder)
    return folder
