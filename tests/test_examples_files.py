"""The files of the invented county: a bureau's mess, the same every time, and nothing lost on the way back."""

from __future__ import annotations

import functools
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from shapely import Point

from schoolmap.errors import Fault
from schoolmap.errors import Severity
from schoolmap.inputs.examples import __main__ as command
from schoolmap.inputs.examples import make_county
from schoolmap.inputs.examples import write_clean
from schoolmap.inputs.examples import write_demo_county
from schoolmap.inputs.examples.chance import stream
from schoolmap.inputs.examples.document import NAME
from schoolmap.inputs.examples.document import document
from schoolmap.inputs.examples.forms import BIRTHS_FILE
from schoolmap.inputs.examples.forms import PEOPLE_BOOK
from schoolmap.inputs.examples.forms import PEOPLE_SHEETS
from schoolmap.inputs.examples.forms import SCHOOL_BOOK
from schoolmap.inputs.examples.forms import SCHOOL_SHEETS
from schoolmap.inputs.examples.shapes import with_zone
from schoolmap.inputs.examples.shapes import write_shapefile
from schoolmap.inputs.examples.sheets import Column
from schoolmap.inputs.examples.sheets import Sheet
from schoolmap.inputs.examples.sheets import formats
from schoolmap.inputs.examples.sheets import write_sheet
from schoolmap.project import Project
from schoolmap.project import inspect_folder
from schoolmap.project import read_project

DEMO = Path(__file__).parents[1] / "data" / "demo-county"
BESIDES = {"SOURCE.md", "datapackage.json", "make_data.py", ".gitattributes", "__pycache__"}
COUNTY = make_county()
LAYERS = ("村界_合成数据.shp", "学区_合成数据.shp", "道路_合成数据.shp", "河流铁路_合成数据.shp")
BOOKS = (SCHOOL_BOOK, PEOPLE_BOOK)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the bureau's files once."""
    return write_demo_county(tmp_path_factory.mktemp("messy"))


@pytest.fixture(scope="module")
def inspected(folder: Path) -> tuple[Project | None, tuple[Fault, ...]]:
    """Read the bureau's files once, with all that is told of them."""
    return inspect_folder(folder)


@pytest.fixture(scope="module")
def messy(inspected: tuple[Project | None, tuple[Fault, ...]]) -> Project:
    """Return what the bureau's files hold."""
    project, faults = inspected
    assert project is not None, faults
    return project


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Read the tidy files once."""
    return read_project(write_clean(tmp_path_factory.mktemp("clean")))


@functools.cache
def cells(path: Path) -> dict[str, tuple[list[tuple[Any, ...]], list[str]]]:
    """Return the values and the merged cells of every sheet of a workbook."""
    book = openpyxl.load_workbook(path)
    return {
        page.title: (
            list(page.iter_rows(values_only=True)),
            sorted(spread.coord for spread in page.merged_cells.ranges),
        )
        for page in book.worksheets
    }


def test_by_hand(tmp_path: Path) -> None:
    """Two schools of a township and one of another: titles, two rows of header, units, merged cells, sums."""
    table = pd.DataFrame(
        {"township": ["甲镇", "甲镇", "乙乡"], "school": ["0101", "0102", "0103"], "pupils_1": [40.0, 38.0, np.nan]},
    )
    sheet = Sheet(
        title="小学",
        heading="小学（合成数据）",
        about="填报单位：某局",
        columns=(
            Column(name="", header="序号"),
            Column(name="township", header="乡镇", merged=True),
            Column(name="school", header="代码", code_as_number=True),
            Column(name="pupils_1", header="人数", group="一年级", unit="人", total=True, odd=False),
        ),
        part="township",
        units=True,
        foot=("填表人：某人",),
    )
    with xlsxwriter.Workbook(str(tmp_path / "book.xlsx")) as book:
        write_sheet(book, formats(book), sheet, table, rng=stream(1, "typing"))

    rows, merged = cells(tmp_path / "book.xlsx")["小学"]

    assert rows == [
        ("小学（合成数据）", None, None, None),
        ("填报单位：某局", None, None, None),
        ("序号", "乡镇", "代码", "一年级"),
        (None, None, None, "人数"),
        (None, None, None, "人"),
        (1, "甲镇", 101, 40),
        (2, None, 102, 38),
        (None, "甲镇小计", None, 78),
        (3, "乙乡", 103, None),
        (None, "乙乡小计", None, 0),
        (None, "合计", None, 78),
        (None, None, None, None),
        ("填表人：某人", None, None, None),
    ]
    assert merged == ["A1:D1", "A3:A4", "B3:B4", "B6:B7", "C3:C4"]


def test_same_bytes_every_time(folder: Path, tmp_path: Path) -> None:
    """Written again, every file is the same."""
    again = write_demo_county(tmp_path / "again")
    assert sorted(path.name for path in folder.iterdir()) == sorted(path.name for path in again.iterdir())
    assert [path.name for path in folder.iterdir() if path.read_bytes() != (again / path.name).read_bytes()] == []


def test_committed_files_are_what_the_generator_makes(folder: Path) -> None:
    """Texts byte for byte; workbooks and layers by what they hold, since libraries write the same in several ways."""
    assert {path.name for path in DEMO.iterdir()} - BESIDES == {path.name for path in folder.iterdir()}
    for name in ("project.toml", BIRTHS_FILE):
        assert (DEMO / name).read_bytes() == (folder / name).read_bytes(), name
    for name in BOOKS:
        same = (DEMO / name).read_bytes() == (folder / name).read_bytes()
        assert same or cells(DEMO / name) == cells(folder / name), name
    for name in LAYERS:
        there, made = (gpd.read_file(place / name, encoding="gbk") for place in (DEMO, folder))
        pd.testing.assert_frame_equal(
            pd.DataFrame(there.drop(columns="geometry")), pd.DataFrame(made.drop(columns="geometry"))
        )
        assert there.geometry.geom_equals_exact(made.geometry, tolerance=0.01).all(), name


def test_folder_is_small() -> None:
    """All that is committed is below 3 MB."""
    assert sum(path.stat().st_size for path in DEMO.rglob("*") if path.is_file()) < 3_000_000


def test_everything_is_labelled_synthetic(folder: Path) -> None:
    """The project's name and title, every file's name or each sheet's heading say that the data are invented."""
    settings = tomllib.loads((folder / "project.toml").read_text(encoding="utf-8"))["project"]
    assert settings["synthetic"] is True
    assert settings["name"] == NAME == "demo-county-synthetic"
    assert "合成" in settings["title"]["zh"]
    assert "synthetic" in settings["title"]["en"]
    assert [path.name for path in folder.iterdir() if "合成数据" not in path.name] == ["project.toml"]
    for sheet in (*SCHOOL_SHEETS.values(), *PEOPLE_SHEETS.values()):
        assert "合成数据" in sheet.heading, sheet.title


def test_source_tells_what_is_there() -> None:
    """`SOURCE.md` says that all is invented, names every file, and its figures are those of the files."""
    text = (DEMO / "SOURCE.md").read_text(encoding="utf-8")
    assert "every place, person, school, project and number in this folder is invented" in text
    for name in (*BOOKS, *LAYERS, BIRTHS_FILE):
        assert f"`{name}`" in text
    sizes = COUNTY.tables["classes"]["pupils"]
    assert f"{(sizes >= 56).sum()} of {len(sizes)} listed classes" in text
    assert f"{round(COUNTY.people.residents[2025].sum(), -3):,} residents in 2025" in text


def test_layers_say_neither_encoding_nor_datum(folder: Path) -> None:
    """Attributes are GBK without a word; villages have no `.prj`, and the zone's number before the easting."""
    assert list(folder.glob("*.cpg")) == []
    assert not (folder / "村界_合成数据.prj").exists()
    assert "城关镇".encode("gbk") in (folder / "村界_合成数据.dbf").read_bytes()
    areas = gpd.read_file(folder / "村界_合成数据.shp", encoding="gbk")
    assert areas.crs is None
    assert list(areas.columns) == ["村代码", "名称", "所在乡镇", "城乡类型", "geometry"]
    assert (areas.geometry.centroid.x > 37_000_000).all()
    assert gpd.read_file(folder / "学区_合成数据.shp", encoding="gbk").crs.to_epsg() == 4546


def test_births_are_gbk(folder: Path) -> None:
    """The csv of births is GBK with a title above and the right sum below."""
    content = (folder / BIRTHS_FILE).read_bytes()
    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")
    lines = content.decode("gbk").splitlines()
    assert lines[0].startswith("示范县分村分孩次出生人口（合成数据）")
    assert lines[-1] == f"合计,,,,{sum(int(line.split(',')[-1]) for line in lines[2:-1])}"


@pytest.mark.parametrize("name", BOOKS)
def test_sheets_are_messy(folder: Path, name: str) -> None:
    """Each sheet has a title above its header; somewhere there are full-width digits and commas."""
    sheets = cells(folder / name)
    wanted = SCHOOL_SHEETS if name == SCHOOL_BOOK else PEOPLE_SHEETS
    assert list(sheets) == [sheet.title for sheet in wanted.values()]
    for rows, merged in sheets.values():
        assert rows[0][0]
        assert not any(rows[0][1:])
        assert merged
    texts = [cell for rows, _ in sheets.values() for row in rows[5:] for cell in row if isinstance(cell, str)]
    if name == SCHOOL_BOOK:
        assert any(text.isdigit() and not text.isascii() for text in texts)
        assert any(
            "," in text and text.replace(",", "").isascii() and text.replace(",", "").isdigit() for text in texts
        )


@pytest.mark.parametrize("title", ["学校基本情况", "幼儿园", "小学", "初中"])
def test_printed_sums_are_right(folder: Path, title: str) -> None:
    """小计 of the townships add up to 合计, and each to its records; so do the columns of one row."""
    rows, _ = cells(folder / SCHOOL_BOOK)[title]
    labels = [str(row[1]) for row in rows]
    parts = [row for row, label in zip(rows, labels, strict=True) if label.endswith("小计")]
    whole = next(row for row, label in zip(rows, labels, strict=True) if label == "合计")
    assert len(parts) == 12 if title != "初中" else len(parts) == 10
    compared = 0
    for column, number in enumerate(whole):
        if isinstance(number, (int, float)):
            assert sum(row[column] for row in parts) == pytest.approx(number)
            compared += 1
    assert compared >= 2


def test_reading_finds_no_error(inspected: tuple[Project | None, tuple[Fault, ...]]) -> None:
    """All that people did to the files is read; told of are the project that is not decided, and classes that are too full."""
    project, faults = inspected
    assert project is not None
    assert [fault for fault in faults if fault.severity is Severity.ERROR] == []
    told = [fault for fault in faults if fault.severity is Severity.WARNING]
    assert [fault.value for fault in told if "班数" not in fault.column] == ["X16"]
    crowded = [fault for fault in told if "班数" in fault.column]
    assert {fault.sheet for fault in crowded} <= {"幼儿园"}
    assert len(crowded) <= 6
    assert sum(fault.severity is Severity.NOTICE for fault in faults) > 50


@pytest.mark.parametrize(
    "name",
    [
        "areas",
        "population",
        "developments",
        "yields",
        "migration",
        "schools",
        "sections",
        "classes",
        "resources",
        "projects",
        "sites",
    ],
)
def test_messy_and_clean_say_the_same(clean: Project, messy: Project, name: str) -> None:
    """Whichever files are read, a plan has the same tables; places agree to a few millimetres."""
    left, right = getattr(clean, name), getattr(messy, name)
    if isinstance(left, gpd.GeoDataFrame):
        apart = left.geometry.hausdorff_distance(right.geometry.reindex(left.index))
        assert apart.max() < 0.01
        left, right = (pd.DataFrame(layer.drop(columns="geometry")) for layer in (left, right))
    assert len(left) > 5
    pd.testing.assert_frame_equal(left, right, check_dtype=False)


def test_flows_and_evidence_agree_too(clean: Project, messy: Project) -> None:
    """Flows, counts and births are the same, and so is what belongs to the county town."""
    order = ["origin", "destination", "stage", "reason"]
    flows = [project.flows.sort_values(order).reset_index(drop=True) for project in (clean, messy)]
    pd.testing.assert_frame_equal(*flows)
    for name in ("counts", "births"):
        pd.testing.assert_frame_equal(getattr(clean.evidence, name), getattr(messy.evidence, name))
    assert clean.town == messy.town
    assert len(clean.town) == 12
    for stage, zones in clean.coverages.items():
        assert zones.geometry.hausdorff_distance(messy.coverages[stage].geometry.reindex(zones.index)).max() < 0.01


def test_tables_come_back_as_they_were_made(messy: Project) -> None:
    """What is read is what was invented: people, births, pupils."""
    counts = COUNTY.tables["population"]
    assert int(messy.population["count"].sum()) == int(counts.loc[counts["date"] == "2025-08-31", "count"].sum())
    assert float(messy.evidence.births["births"].sum()) == float(COUNTY.people.births.sum())
    made = COUNTY.tables["sections"].set_index(["school", "stage"])["enrolment"].sort_index()
    assert messy.sections["enrolment"].to_dict() == made.to_dict()


def test_zone_is_only_put_before_the_easting() -> None:
    """A layer with the zone's number lies where it lay."""
    layer = gpd.GeoDataFrame({"name": ["a"]}, geometry=[Point(440_249.742, 3_148_463.666)], crs="EPSG:4546")
    moved = with_zone(layer)
    assert moved.geometry[0].x == pytest.approx(37_440_249.742, abs=1e-6)
    assert moved.to_crs("EPSG:4546").geometry[0].distance(layer.geometry[0]) < 0.001
    assert layer.geometry[0].x == 440_249.742


def test_shapefile_does_not_tell_the_day(tmp_path: Path) -> None:
    """Bytes that hold the day and the language are fixed."""
    layer = gpd.GeoDataFrame({"名称": ["甲"]}, geometry=[Point(0, 0)], crs="EPSG:4546")
    write_shapefile(layer, tmp_path / "层.shp", with_crs=False)
    content = (tmp_path / "层.dbf").read_bytes()
    assert content[1:4] == bytes((126, 1, 1))
    assert content[29] == 0
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".dbf", ".shp", ".shx"]


def test_project_file_is_whole() -> None:
    """The document is TOML with all stages, five scenarios and the tables that it is given."""
    found = tomllib.loads(document('[tables]\nareas = { file = "a.csv" }'))
    assert found["tables"] == {"areas": {"file": "a.csv"}}
    assert list(found["stages"]) == ["kindergarten", "primary", "junior"]
    assert [scenario["id"] for scenario in found["scenarios"]] == ["central", "low", "high", "no_migration", "late"]
    years = [found["project"][name] for name in ("base_year", "horizon")]
    assert all(before < after for before, after in pairwise(years))


def test_command_writes_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -m schoolmap.inputs.examples FOLDER` writes the bureau's files, with `--clean` the tidy ones."""
    asked: list[Path] = []
    monkeypatch.setattr(command, "write_demo_county", asked.append)
    command.main([str(tmp_path / "messy")])
    command.main([str(tmp_path / "clean"), "--clean"])
    assert asked == [tmp_path / "messy"]
    assert {path.name for path in (tmp_path / "clean").iterdir()} >= {"project.toml", "county.gpkg", "sections.csv"}
