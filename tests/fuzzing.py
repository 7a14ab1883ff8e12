"""
Small sound files of every kind that is read, ways to spoil them at random, and the readers that must bear it.

A seed decides everything: the same number gives the same spoilt file.
"""

from __future__ import annotations

import io
import json
import random
import re
import zipfile
from typing import TYPE_CHECKING

import geopandas as gpd
import openpyxl
import pandas as pd
from shapely import box

from schoolmap import standards
from schoolmap.batch.jobs import listed_folders
from schoolmap.errors import SchoolmapError
from schoolmap.inputs.edits import read_edits
from schoolmap.inputs.project_file import TableSource
from schoolmap.inputs.project_file import read_people_file
from schoolmap.inputs.project_file import read_project_file
from schoolmap.inputs.readers import read_table
from schoolmap.tables import CONTRACTS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence
    from pathlib import Path

    from schoolmap.errors import Fault

KINDS = ("csv", "xlsx", "geojson", "gpkg", "shp", "parquet", "osm", "toml", "standards", "edits", "list")
"""What a file is fuzzed as; KML and other formats that are not read are refused by their ending."""
LONGEST = 4_000
"""Letters of a fault's sentence; a file may have long names, of which each is shown shortened."""

TOKENS: tuple[bytes, ...] = (
    *(b"", b"\0", b"\n", b"\r", b'"', b"'", b",", b";", b"\t", b"<", b">", b"&", b"{", b"}", b"[", b"]", b"=", b"#", b"/"),
    *(b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\xe2\x80\xae", b"\xe2\x80\x8b", b"\xed\xa0\x80", b"\xef\xbc\x91", b"\xc2\xa0"),
    *(b"NaN", b"inf", b"-1", b"0", b"1e999", b"9" * 40, b"0x1F", b"true", b"null", b"None", b"1.5", b"-0.0", b"2016-02-30"),
    *(b"=1+1", b"../", b"/etc/passwd", b"<!DOCTYPE x>", "合计".encode(), "小计".encode(), b"%s%n", b"{{7*7}}", b"A" * 3_000),
)  # fmt: skip
NUMBERS: tuple[bytes, ...] = (
    b"0", b"-1", b"255", b"65536", b"2147483647", b"-2147483648", b"4294967296", b"9223372036854775808", b"1e308", b"1e999", b"1" * 400
)  # fmt: skip

PROJECT = """
[project]
name = "town"
title = { en = "Town", zh = "城" }
crs = "EPSG:25833"
base_year = 2024
horizon = 2030
[tables.areas]
file = "areas.geojson"
[tables.catchments]
file = "areas.geojson"
columns = { catchment = "area" }
[tables.population]
file = "population.csv"
[tables.schools]
file = "population.csv"
[[tables.sections]]
file = "population.csv"
stage = "primary"
[stages.primary]
label = { en = "Primary", zh = "小学" }
ages = [6, 11]
attendance = { rate = 0.9 }
attendance_note = "invented"
[siting.costs.primary]
"""
STANDARDS = """
name = "own"
title = { en = "Own", zh = "自" }
extends = "china"
[stages.primary.class_size]
value = 40
document = "invented"
year = 2024
confidence = "assumption"
[[stages.primary.caps]]
entered_from = 2020
value = 50
document = "invented"
year = 2024
confidence = "assumption"
"""
EDITS = {
    "schema": "schoolmap.edits/1",
    "project": "town",
    "base_year": 2024,
    "edits": [
        {"kind": "add", "stage": "primary", "catchment": "a", "seats": 40, "opens": 2026},
        {"kind": "move", "coverage": "all", "area": "a", "from": "a", "to": "b", "opens": 2026},
    ],
}
OSM = (
    '<?xml version="1.0"?><osm version="0.6"><node id="1" lat="52.5" lon="13.3"/><node id="2" lat="52.6" lon="13.4"/>'
    '<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/><tag k="maxspeed" v="30 mph"/></way></osm>'
)


def write_seeds(folder: Path) -> dict[str, list[Path]]:
    """Write a small sound file of each kind, with its parts, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    areas = gpd.GeoDataFrame(
        {"area": ["a", "b"], "name": ["一村", "=1+1"], "parent": ["x", None]},
        geometry=[box(390_000, 5_820_000, 391_000, 5_821_000), box(391_000, 5_820_000, 392_000, 5_821_000)],
        crs="EPSG:25833",
    )
    for suffix in (".geojson", ".gpkg", ".shp"):
        areas.to_file(folder / f"areas{suffix}")
    areas.to_parquet(folder / "areas.parquet")
    people = pd.DataFrame(
        {"area": ["a", "a", "b"], "age": ["0", "3-5", "6"], "date": ["2023-12-31"] * 3, "count": ["20", "1,000", "30"]}
    )
    people.to_csv(folder / "population.csv", index=False)
    book = openpyxl.Workbook()
    page = book.active
    for row in [
        ["人口统计表", None, None, None],
        ["小区域", "年龄", "日期", "人数"],
        *people.to_numpy().tolist(),
        ["合计", None, None, "=SUM(D3:D5)"],
    ]:
        page.append(row)
    page.merge_cells("A1:D1")
    page.row_dimensions[4].hidden = True
    book.save(folder / "population.xlsx")
    texts = {
        "roads.osm": OSM,
        "project.toml": PROJECT,
        "own.toml": STANDARDS,
        "edits.json": json.dumps(EDITS),
        "list.csv": "folder,note\na,1\nb,2\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    names = {
        "csv": ["population.csv"],
        "xlsx": ["population.xlsx"],
        "geojson": ["areas.geojson"],
        "gpkg": ["areas.gpkg"],
        "shp": [f"areas{ending}" for ending in (".shp", ".dbf", ".shx", ".prj", ".cpg")],
        "parquet": ["areas.parquet"],
        "osm": ["roads.osm"],
        "toml": ["project.toml"],
        "standards": ["own.toml"],
        "edits": ["edits.json"],
        "list": ["list.csv"],
    }
    return {kind: [folder / name for name in names[kind]] for kind in KINDS}


def spoil(seeds: Sequence[Path], folder: Path, *, seed: int) -> list[Path]:
    """Copy the files of a kind and spoil one of them."""
    chance = random.Random(seed)  # noqa: S311 - nothing is kept secret by it
    folder.mkdir(exist_ok=True)
    contents = {path.name: path.read_bytes() for path in seeds}
    chosen = chance.choice(list(contents))
    old = contents[chosen]
    contents[chosen] = (
        spoilt_archive(old, chance) if old[:2] == b"PK" and chance.random() < _WITHIN else spoilt(old, chance)
    )
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [folder / path.name for path in seeds]


_WITHIN = 0.85
"""Share of archives of which a part is spoilt; else its bytes, which mostly spoils a checksum."""


def spoilt(content: bytes, chance: random.Random) -> bytes:
    """Change bytes in one to eight places."""
    for _ in range(chance.choice([1, 1, 1, 2, 3, 8])):
        content = chance.choice(_WAYS)(content, chance)
    return content


def spoilt_archive(content: bytes, chance: random.Random) -> bytes:
    """Change bytes of one part of an archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    chosen = chance.choice([*parts, "xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"])
    parts[chosen] = spoilt(parts[chosen], chance)
    if chance.random() < _LOST:
        del parts[chosen]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return packed.getvalue()


_LOST = 0.03
"""Share of archives that lose a part."""


def _flip(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content or b"\0")
    changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _byte(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content or b"\0")
    changed[chance.randrange(len(changed))] = chance.choice([0, 1, 9, 10, 34, 127, 128, 255, chance.randrange(256)])
    return bytes(changed)


def _token(content: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(content) + 1)
    return content[:place] + chance.choice(TOKENS) + content[place + chance.choice([0, 0, 1, 4]) :]


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


def _leave_out(content: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(content) + 1)
    return content[:place] + content[place + chance.choice([1, 2, 8, 64, 1024]) :]


def _repeat(content: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(content) + 1)
    part = content[place : place + chance.choice([1, 8, 64, 512])]
    return content[:place] + part * chance.choice([2, 3, 50]) + content[place:]


def _number(content: bytes, chance: random.Random) -> bytes:
    found = list(re.finditer(rb"\d+", content[:200_000]))
    if not found:
        return _byte(content, chance)
    place = chance.choice(found)
    return content[: place.start()] + chance.choice(NUMBERS) + content[place.end() :]


def _whole_number(content: bytes, chance: random.Random) -> bytes:
    """Write a number of four bytes, as binary formats have them."""
    place = chance.randrange(max(len(content) - 4, 1))
    number = chance.choice([0, 1, 0x7FFFFFFF, 0xFFFFFFFF, 0x80000000, 1_000_000_000, 0x10000])
    return content[:place] + number.to_bytes(4, chance.choice(["little", "big"])) + content[place + 4 :]


def _exchange(content: bytes, chance: random.Random) -> bytes:
    one, two = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    size = chance.choice([1, 4, 32])
    first, second = content[one : one + size], content[two : two + size]
    return content[:one] + second + content[one + size : two] + first + content[two + size :]


_WAYS = (_flip, _byte, _token, _cut, _leave_out, _repeat, _number, _whole_number, _exchange)


def read(kind: str, path: Path) -> list[Fault]:
    """
    Read a file as what it is said to be, and return the faults that are told.

    Whatever else than an error of our own comes out, or a fault that cannot be
    shown, is a mistake of ours.
    """
    try:
        faults = list(_read(kind, path))
    except SchoolmapError as error:
        faults = list(getattr(error, "faults", ()))
    for fault in faults:
        for language in ("en", "zh"):
            sentence = fault.sentence(language)  # type: ignore[arg-type]
            assert sentence, "an empty fault"
            assert "\n" not in sentence, f"a fault of several lines: {sentence!r}"
            assert len(sentence) < LONGEST, f"a fault of {len(sentence)} letters: {sentence[:200]!r}"
    return faults


def _read(kind: str, path: Path) -> Iterable[Fault]:
    if kind == "toml":
        return (*read_project_file(path.parent)[1], *read_people_file(path.parent)[1])
    if kind == "standards":
        standards.load(path)
        return ()
    if kind == "edits":
        return read_edits(path)[1]
    if kind == "list":
        listed_folders(path)
        return ()
    table = {"csv": "population", "xlsx": "population", "osm": "roads"}.get(kind, "areas")
    source = TableSource(file=path.name)  # type: ignore[arg-type]
    return read_table(source, CONTRACTS[table], folder=path.parent).faults
