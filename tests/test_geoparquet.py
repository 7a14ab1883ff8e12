"""GeoParquet: the layers of the GeoPackage, one file each, for programs that read columns."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import duckdb
import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import village

from schoolmap.errors import OutputError
from schoolmap.inputs.files.vector_files import load_parquet
from schoolmap.inputs.project_file import TableSource
from schoolmap.inputs.readers import read_table
from schoolmap.output.describe import describe
from schoolmap.output.figures import atlas
from schoolmap.output.geoparquet import MEANINGS
from schoolmap.output.geoparquet import write_geoparquet
from schoolmap.output.products import shown_tables
from schoolmap.output.products import write_products
from schoolmap.plan import make_plan
from schoolmap.project import read_project
from schoolmap.tables import CONTRACTS

if TYPE_CHECKING:
    from schoolmap.inputs.readers import TableRead
    from schoolmap.plan import Plan

LAYERS = {"catchments_all", "schools", "actions", "projects", "sites", "reach_kindergarten", "reach_primary"}
TABLES = {"balance", "audit", "sources", "about"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, dict[str, Path]]:
    """Plan the county once and write all its products, parquet among them."""
    folder = tmp_path_factory.mktemp("made")
    plan = make_plan(village.idle(read_project(village.write(folder / "village"))))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(atlas, "draw_pictures", lambda *_, **__: ())
        files = write_products(plan, describe(plan), folder / "maps", language="zh", geoparquet=True)
    return plan, {path.name: path for path in files}


def test_a_file_for_each_layer_and_table(made: tuple[Plan, dict[str, Path]]) -> None:
    """Named like those of the GeoPackage, beside it."""
    _, files = made
    names = {name.removeprefix("village-").removesuffix(".parquet") for name in files if name.endswith(".parquet")}
    assert names == LAYERS | TABLES
    assert names <= {str(name) for name, _ in pyogrio.list_layers(files["village.gpkg"])}
    assert all(path.parent == files["village.gpkg"].parent and path.is_file() for path in files.values())


def test_geopandas_reads_the_layers_of_the_geopackage(made: tuple[Plan, dict[str, Path]]) -> None:
    """The same features, values, CRS and shapes."""
    _, files = made
    for name in LAYERS:
        layer = gpd.read_parquet(files[f"village-{name}.parquet"])
        same = gpd.read_file(files["village.gpkg"], layer=name)
        assert layer.crs == same.crs == "EPSG:4546"
        assert list(layer.columns) == list(same.columns)
        assert (
            layer.normalize().geom_equals(same.normalize(), align=False).all()
            or len(layer) == 0
            or name == "catchments_all"
        )
        for column in layer.columns.drop("geometry"):
            ours, theirs = layer[column].astype(object), same[column].astype(object)
            pd.testing.assert_series_equal(
                ours.where(ours.notna(), None), theirs.where(theirs.notna(), None), check_dtype=False
            )


def test_metadata_say_what_columns_are(made: tuple[Plan, dict[str, Path]]) -> None:
    """The standard's version and CRS, what the file is of, and a sentence in both languages for each known column."""
    _, files = made
    schema = pq.read_schema(files["village-catchments_all.parquet"])
    standard = json.loads(schema.metadata[b"geo"])
    assert standard["version"] == "1.1.0"
    assert standard["columns"]["geometry"]["crs"]["id"] == {"authority": "EPSG", "code": 4546}
    assert json.loads(schema.metadata[b"schoolmap"])["title_zh"] == "虚构县"
    told = schema.field("primary_peak_gap").metadata
    assert told[b"description"].decode() == "primary: largest gap of all years, in seats"
    assert told[b"description_zh"].decode() == "primary: 各年最大缺口（个学位）"
    balance = pq.read_schema(files["village-balance.parquet"])
    assert {name for name in balance.names if not balance.field(name).metadata} == set()
    assert all(meaning["en"] and meaning["zh"] for meaning in MEANINGS.values())


def test_duckdb_joins_the_balance_to_the_catchments(made: tuple[Plan, dict[str, Path]]) -> None:
    """Without its spatial extension: the columns of numbers, and the shapes as WKB."""
    plan, files = made
    query = """
        SELECT c.name, sum(b.gap) AS short, any_value(octet_length(c.geometry::BLOB)) AS bytes
        FROM read_parquet(?) b JOIN read_parquet(?) c ON b.catchment = c.id
        WHERE b.gap > 0 AND b.scenario = 'base' GROUP BY c.name ORDER BY c.name
    """
    query = query.replace("'base'", f"'{plan.project.scenarios[0].id}'")
    paths = [str(files[f"village-{name}.parquet"]) for name in ("balance", "catchments_all")]
    with duckdb.connect() as database:
        rows = database.execute(query, paths).fetchall()
    first = plan.balance[plan.balance["scenario"] == plan.project.scenarios[0].id]
    short = first[first["gap"] > 0].groupby("catchment")["gap"].sum()
    names = plan.project.coverages["all"]["name"]
    assert rows
    assert {name: pytest.approx(total) for name, total, _ in rows} == {
        names[key]: value for key, value in short.items()
    }
    assert all(size > 50 for _, _, size in rows)


def test_the_examples_of_the_guide_run(made: tuple[Plan, dict[str, Path]], capsys: pytest.CaptureFixture[str]) -> None:
    """The lines of Python and of SQL in docs/how-to/other-programs.md, on the county of the tests."""
    _, files = made
    text = (Path(__file__).parents[1] / "docs" / "how-to" / "other-programs.md").read_text(encoding="utf-8")
    text = text.replace("maps/berlin-mitte", str(files["village.gpkg"].with_suffix("")))
    # the primary schools of the county have seats enough
    text = text.replace("'primary'", "'kindergarten'")
    python, sql = (re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)[0] for language in ("python", "sql"))
    exec(compile(python, "other-programs.md", "exec"), {})  # noqa: S102 - our own page
    assert "西片" in capsys.readouterr().out
    with duckdb.connect() as database:
        rows = database.execute(sql).fetchall()
    assert rows
    assert all(gap > 0 for *_, gap in rows)


def test_styles_lie_beside_the_layers(made: tuple[Plan, dict[str, Path]]) -> None:
    """QGIS takes the one of the same name; a second stage has a second one; in the language of the products."""
    _, files = made
    styles = {name for name in files if name.endswith(".qml")}
    assert {f"village-{name}.qml" for name in LAYERS} | {"village-catchments_all-2.qml"} == styles
    for name in styles:
        root = ET.fromstring(files[name].read_text(encoding="utf-8"))  # noqa: S314 - our own
        assert root.tag == "qgis"
    assert "富余" in files["village-catchments_all.qml"].read_text(encoding="utf-8")


def test_again_is_the_same_and_readable_as_input(made: tuple[Plan, dict[str, Path]], tmp_path: Path) -> None:
    """The same plan gives the same bytes; the reader of inputs takes a layer with the CRS that it states."""
    plan, files = made
    model = replace(describe(plan), language="zh")
    balance, reach = shown_tables(plan)
    layers = {"catchments": plan.project.coverages, "schools": plan.project.schools}
    again = write_geoparquet(model, tmp_path, balance=balance, reach=reach, **layers)
    assert {path.name for path in again} == {name for name in files if name.endswith((".parquet", ".qml"))}
    for path in again:
        assert path.read_bytes() == files[path.name].read_bytes(), path.name
    read = load_parquet(files["village-catchments_all.parquet"])
    assert read.crs == "EPSG:4546"
    assert read.frame["id"].tolist() == ["0101", "0102"]


def areas_as_parquet(folder: Path, *, crs: str, declared: str) -> TableRead:
    """Read areas from GeoParquet that states its `own` CRS, `none`, or leaves it `out`, for which the standard has a default."""
    layer = village.tables()["areas"]
    (layer.to_crs("OGC:CRS84") if crs == "out" else layer).to_parquet(folder / "areas.parquet")
    table = pq.read_table(folder / "areas.parquet")
    standard = json.loads(table.schema.metadata[b"geo"])
    if crs == "out":
        del standard["columns"]["geometry"]["crs"]
    elif crs == "none":
        standard["columns"]["geometry"]["crs"] = None
    kept = {**table.schema.metadata, b"geo": json.dumps(standard).encode()}
    pq.write_table(table.replace_schema_metadata(kept), folder / "areas.parquet")
    return read_table(TableSource(file=Path("areas.parquet"), crs=declared), CONTRACTS["areas"], folder=folder)


@pytest.mark.parametrize(("crs", "declared"), [("own", ""), ("own", "EPSG:4546"), ("out", ""), ("none", "EPSG:4546")])
def test_a_layer_states_its_crs(tmp_path: Path, crs: str, declared: str) -> None:
    """As it is written; WGS 84 where the standard's default holds; that of the project file where it states none."""
    read = areas_as_parquet(tmp_path, crs=crs, declared=declared)
    assert read.sound
    assert gpd.GeoDataFrame(read.frame).to_crs(village.CRS).geometry.area.sum() == pytest.approx(4e6, rel=1e-6)


@pytest.mark.parametrize(
    ("crs", "declared", "says"),
    [("own", "EPSG:4547", "states EPSG:4546 itself"), ("none", "", "states no CRS"), ("out", "EPSG:4546", "itself")],
)
def test_a_crs_that_is_contradicted_or_missing_is_a_fault(tmp_path: Path, crs: str, declared: str, says: str) -> None:
    """The file's and the project's are both named; nothing is guessed."""
    (fault,) = areas_as_parquet(tmp_path, crs=crs, declared=declared).faults
    assert (fault.file, fault.column) == ("areas.parquet", "crs")
    assert says in fault.problem


def test_an_input_is_not_replaced(
    made: tuple[Plan, dict[str, Path]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A layer that the project reads is not written over, and nothing else is written."""
    taken = tmp_path / "maps" / "village-schools.parquet"
    taken.parent.mkdir()
    taken.write_bytes(b"mine")
    plan = replace(made[0], project=replace(made[0].project, files=(taken,)))
    monkeypatch.setattr(atlas, "draw_pictures", lambda *_, **__: ())
    model = describe(plan)
    with pytest.raises(OutputError, match="village-schools"):
        write_products(plan, model, taken.parent, language="zh", geoparquet=True)
    assert taken.read_bytes() == b"mine"
    assert list(taken.parent.iterdir()) == [taken]
