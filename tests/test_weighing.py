"""What a file would become in memory: counted before it is read, whatever it says of itself; ordinary files pass."""

from __future__ import annotations

import io
import re
import sqlite3
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING

import geopandas as gpd
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from schoolmap.inputs.files import weighing
from schoolmap.inputs.files.layers import load
from schoolmap.inputs.files.raw import UnreadableError

if TYPE_CHECKING:
    from pathlib import Path

SHEET = "xl/worksheets/sheet1.xml"


def book(changes: dict[str, tuple[str, str]], *, more: dict[str, bytes] | None = None) -> zipfile.ZipFile:
    """Return a workbook of six cells, of whose parts something is replaced."""
    made, packed = openpyxl.Workbook(), io.BytesIO()
    for row in (["a", "b"], [1, 2], [3, 4]):
        made.worksheets[0].append(row)
    made.save(packed)
    changed = io.BytesIO()
    with zipfile.ZipFile(packed) as source, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            text = source.read(name).decode()
            old, new = changes.get(name, ("", ""))
            assert old in text
            target.writestr(name, text.replace(old, new) if old else text)
        for name, content in (more or {}).items():
            target.writestr(name, content)
    return zipfile.ZipFile(changed)


def refusal(changes: dict[str, tuple[str, str]], *, more: dict[str, bytes] | None = None) -> str:
    """Return why a workbook is refused."""
    with pytest.raises(UnreadableError) as caught:
        weighing.weigh_workbook(book(changes, more=more))
    (fault,) = caught.value.faults
    assert fault.problem_zh
    assert fault.remedy_zh
    return fault.problem


def test_an_ordinary_workbook_passes() -> None:
    """Its cells are counted one by one, however the XML names them."""
    weighing.weigh_workbook(book({}))
    with book({}).open(SHEET) as part:
        assert weighing.count_cells(part, is_sheet=True) == 6
    text = book({}).read(SHEET).decode()
    prefixed = re.sub(r"<(/?)([a-zA-Z])", r"<\1x:\2", text)
    assert weighing.count_cells(io.BytesIO(prefixed.encode()), is_sheet=True) == 6


@given(st.integers(1, 400))
def test_blocks_change_nothing(size: int) -> None:
    """A cell that lies across two blocks is counted once."""
    text = b'<sheetData><row r="1">' + b'<c r="A1" s="12"><v>1</v></c><c/>' * 50 + b"</row></sheetData>"
    text += b'<mergeCells count="1"><mergeCell ref="A1:B3"/></mergeCells>'
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weighing, "_BLOCK", size)
        assert weighing.count_cells(io.BytesIO(text), is_sheet=True) == 106


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({SHEET: ("</sheetData>", '</sheetData><mergeCells><mergeCell ref="A9:XFD1048576"/></mergeCells>')}, "cells"),
        ({SHEET: ("</sheetData>", "</sheetData><hyperlinks><hyperlink location='x' ref='A9:XFD1048576'/></hyperlinks>")}, "cells"),
        ({SHEET: ("</sheetData>", "<row>" + "<c/>" * 5_000 + "</row></sheetData>")}, "more than 5,000 cells"),
        ({SHEET: ("<worksheet", '<!DOCTYPE x [<!ENTITY y "z">]><worksheet')}, "declares entities"),
        ({"xl/styles.xml": ("<styleSheet", "<?xml version='1.0' encoding='utf-7'?><styleSheet")}, "an encoding of its own"),
    ],
)  # fmt: skip
def test_what_a_sheet_would_become(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, tuple[str, str]], says: str
) -> None:
    """Merged and linked ranges count with all their cells."""
    monkeypatch.setattr(weighing, "MOST_CELLS", 5_000)
    assert says in refusal(changes)


def test_what_an_archive_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Macros, thousands of parts, styles without end; pictures are nobody's business."""
    monkeypatch.setattr(weighing, "MOST_PARTS", 200)
    monkeypatch.setattr(weighing, "MOST_BESIDE", 100_000)
    assert "holds macros" in refusal({}, more={"xl/vbaProject.bin": b""})
    assert "larger than a table can be" in refusal({}, more={f"x/{number}": b"" for number in range(200)})
    assert "larger than a table can be" in refusal({}, more={"xl/styles9.xml": bytes(weighing.MOST_BESIDE)})
    assert "an encoding of its own" in refusal({}, more={"xl/more.xml": "<a/>".encode("utf-16")})
    weighing.weigh_workbook(book({}, more={"xl/media/a.png": bytes(1000), "customXml/item1.xml": b"\xff\xfe<\0"}))


def geopackage(path: Path, *statements: str, records: int = 3) -> Path:
    """Write a layer of points, and run statements in its database."""
    places = [Point(number, 0) for number in range(records)]
    gpd.GeoDataFrame({"name": ["x"] * records}, geometry=places, crs="EPSG:4546").to_file(path, layer="points")
    with closing(sqlite3.connect(path)) as database, database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        for statement in statements:
            database.execute(statement)
    return path


@pytest.mark.parametrize("said", [1_000_000_000, 1, 0])
def test_a_count_that_is_not_that_of_the_records(tmp_path: Path, said: int) -> None:
    """Too large, it is memory; too small, a smaller table is read without a word."""
    path = geopackage(tmp_path / "t.gpkg", f"UPDATE gpkg_ogr_contents SET feature_count = {said}")  # noqa: S608 - a number
    with pytest.raises(UnreadableError, match=f"has {said:,} records, but it has 3"):
        load(path)


def test_a_count_that_nobody_knows_is_no_fault(tmp_path: Path) -> None:
    """The table that holds it is an addition of GDAL; and layers of any name are found, in any letters."""
    assert len(load(geopackage(tmp_path / "t.gpkg", "DROP TABLE gpkg_ogr_contents")).frame) == 3  # type: ignore[union-attr]
    path = geopackage(tmp_path / "u.gpkg")
    assert weighing.weigh_geopackage(path, "") == "points"
    assert weighing.weigh_geopackage(path, "Points") == "Points"


def test_large_layers_pass_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to the limit of values, and not beyond."""
    path = geopackage(tmp_path / "t.gpkg")
    monkeypatch.setattr(weighing, "MOST_VALUES", 9)
    assert weighing.weigh_geopackage(path, "") == "points"
    monkeypatch.setattr(weighing, "MOST_VALUES", 8)
    with pytest.raises(UnreadableError, match="3 records of 3 columns: more than are read"):
        weighing.weigh_geopackage(path, "")


def test_what_lies_beside_a_geopackage_is_read(tmp_path: Path) -> None:
    """A file that is open elsewhere has its last records in a file beside it; nothing is written there."""
    path = geopackage(tmp_path / "t.gpkg")
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA journal_mode = wal")
        other.execute("INSERT INTO points (name) VALUES ('y')")
        other.execute("UPDATE gpkg_ogr_contents SET feature_count = 4")
        other.commit()
        assert path.with_name("t.gpkg-wal").stat().st_size > 0
        assert weighing.weigh_geopackage(path, "") == "points"


def test_parquet_is_weighed_as_it_unfolds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text that is stored once may stand in every record."""
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": ["x" * 1000] * 50_000}), path)
    assert path.stat().st_size < 50_000
    weighing.weigh_parquet(path)
    monkeypatch.setattr(weighing, "MOST_DECODED", 10_000_000)
    with pytest.raises(UnreadableError, match="unfolds into more than"):
        load(path)
    monkeypatch.setattr(weighing, "MOST_VALUES", 49_999)
    with pytest.raises(UnreadableError, match="50,000 records of 1 columns"):
        load(path)
