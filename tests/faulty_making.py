"""How a project is made wrong on purpose: the two shipped examples, cut down, and what may be done to a file of them."""

from __future__ import annotations

import json
import os
import re
import shutil
import zipfile
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


def zip_bomb(folder: Path) -> None:
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
            path.write_text(OUTSIDE, encoding="utf-8")
        else:
            frame.to_file(path)
        edit("project.toml", rf"{name}\.geojson", path.name)(folder)
        how(path)

    return make


def cut(path: Path) -> None:
    """Leave the first half of a file."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def spoilt(path: Path) -> None:
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


def pipe(folder: Path) -> None:
    """Put a pipe, to which nobody writes, in the place of a file."""
    (folder / "schools.csv").unlink()
    os.mkfifo(folder / "schools.csv")


def folder_as_table(folder: Path) -> None:
    """Put a folder in the place of a file."""
    (folder / "schools.csv").unlink()
    (folder / "schools.csv").mkdir()


OUTSIDE = """<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY out SYSTEM "file:///etc/passwd">]>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>&out;</name>
<Point><coordinates>13.3,52.5</coordinates></Point></Placemark></Document></kml>"""

VIRTUAL = b"""<OGRVRTDataSource><OGRVRTLayer name="areas"><SrcDataSource>/etc/passwd</SrcDataSource>
<SrcLayer>passwd</SrcLayer></OGRVRTLayer></OGRVRTDataSource>"""


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
