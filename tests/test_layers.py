"""Files as they are: every format gives the same cells, and what cannot be read says why."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
import village
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from shapely.geometry import Point

from schoolmap.inputs.files import layers
from schoolmap.inputs.files.layers import load
from schoolmap.inputs.files.raw import RawTable
from schoolmap.inputs.files.raw import UnreadableError
from schoolmap.inputs.layout.sheet_layout import arrange

if TYPE_CHECKING:
    from pathlib import Path

    from schoolmap.errors import Fault

TOWN = pd.DataFrame({"学区代码": ["0101", "0102"], "片区名称": ["西片", "=1+1"]})
PLACES = gpd.GeoDataFrame(TOWN, geometry=[Point(440_000, 3_148_000), Point(441_000, 3_149_000)], crs="EPSG:4546")
WANTED = {"catchment", "name"}


def refusal(path: Path, **options: str) -> Fault:
    """Load a file that must be refused, and return the first fault."""
    with pytest.raises(UnreadableError) as caught:
        load(path, **options)  # type: ignore[arg-type]
    assert all(fault.remedy and fault.problem_zh and fault.remedy_zh for fault in caught.value.faults)
    return caught.value.faults[0]


def write(folder: Path, name: str) -> Path:
    """Write the town in the format of the name's ending."""
    path = folder / name
    if path.suffix == ".xlsx":
        return village.write_sheets(path, {"片区": TOWN})
    if path.suffix == ".parquet":
        PLACES.to_parquet(path)
    elif path.suffix == ".csv":
        TOWN.to_csv(path, index=False)
    else:
        PLACES.to_file(path, encoding="gbk" if path.suffix == ".shp" else "utf-8")
    return path


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx", "t.geojson", "t.gpkg", "t.shp", "t.parquet"])
def test_every_format_gives_the_same_cells(tmp_path: Path, name: str) -> None:
    """Codes stay text, Chinese stays Chinese, and a name that looks like a formula stays a name."""
    content = load(write(tmp_path, name))
    raw = content if isinstance(content, RawTable) else arrange(content, wanted=WANTED, declared={})
    pd.testing.assert_frame_equal(raw.frame.reset_index(drop=True), TOWN.astype(object), check_column_type=False)
    in_rows = name in {"t.csv", "t.xlsx"}
    assert isinstance(content, RawTable) is not in_rows
    assert raw.header_row == (1 if in_rows else None)
    assert raw.frame.index[0] == (2 if in_rows else 1)
    if raw.geometry is not None:
        assert raw.crs == "EPSG:4546"
        assert [(point.x, point.y) for point in raw.geometry] == [(440_000, 3_148_000), (441_000, 3_149_000)]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("t.xls", "save it as .xlsx"),
        ("t.et", "save it as .xlsx"),
        ("t.xlsm", "save it as .xlsx"),
        ("t", "Save it as csv, xlsx"),
        ("t.pdf", "Save it as csv, xlsx"),
    ],
)
def test_other_formats_name_the_way_out(tmp_path: Path, name: str, says: str) -> None:
    """An old or another program's workbook is saved as xlsx; anything else in a format that is read."""
    (tmp_path / name).write_bytes(b"")
    fault = refusal(tmp_path / name)
    assert fault.problem.startswith("has the ending")
    assert says in fault.remedy
    assert "另存为" in fault.remedy_zh


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx", "t.geojson", "t.gpkg", "t.parquet"])
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_a_truncated_file_is_refused_or_read_whole(tmp_path: Path, name: str, part: float) -> None:
    """A copy that broke off is never read as a smaller table, except a csv that ends between cells."""
    path = write(tmp_path, name)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])
    if name != "t.csv":
        refusal(path)


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_a_broken_file_never_crashes(tmp_path: Path, data: st.DataObject) -> None:
    """Whatever bytes are wrong: a table, or a sentence; never another exception."""
    name = data.draw(st.sampled_from(["t.csv", "t.xlsx", "t.geojson", "t.gpkg", "t.parquet"]))
    good = tmp_path / "good" / name
    if not good.exists():
        good.parent.mkdir(exist_ok=True)
        write(good.parent, name)
    content = bytearray(good.read_bytes())
    for place, value in data.draw(
        st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), min_size=1)
    ):
        content[place] = value
    (tmp_path / name).write_bytes(content)
    with contextlib.suppress(UnreadableError):
        load(tmp_path / name)


def test_refuses_what_is_not_there(tmp_path: Path) -> None:
    """A missing file, a folder in its place, a sheet and a layer that do not exist."""
    assert "does not exist" in refusal(tmp_path / "none.csv").problem
    (tmp_path / "folder.csv").mkdir()
    assert "is a folder" in refusal(tmp_path / "folder.csv").problem
    assert "has no sheet '二'" in refusal(write(tmp_path, "t.xlsx"), sheet="二").problem
    assert "cannot be read" in refusal(write(tmp_path, "t.gpkg"), sheet="二").problem


@pytest.mark.parametrize(
    ("name", "way_out"), [("t.csv", "parquet"), ("t.geojson", "GeoPackage"), ("t.json", "GeoPackage")]
)
def test_text_without_end_is_not_read(tmp_path: Path, name: str, way_out: str) -> None:
    """Its size is told before a byte of it is in memory; binary formats have no such bound."""
    with (tmp_path / name).open("wb") as file:
        file.truncate(layers.MOST_BYTES + 1)
    fault = refusal(tmp_path / name)
    assert fault.problem == "has 64 MB: text of up to 64 MB is read."
    assert way_out in fault.remedy
