"""GeoParquet: the layers of the GeoPackage, one file each, for programs that read columns."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from xml.etree import ElementTree as ET

import duckdb
import geopandas as gpd
import hamlet
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import village
from shapely import Point
from shapely import box

from schoolmap.inputs.files.vector_files import load_parquet
from schoolmap.inputs.project_file import TableSource
from schoolmap.inputs.readers import read_table
from schoolmap.output.geopackage import write_geopackage
from schoolmap.output.geoparquet import MEANINGS
from schoolmap.output.geoparquet import write_geoparquet
from schoolmap.tables import CONTRACTS

if TYPE_CHECKING:
    from schoolmap.inputs.readers import TableRead

LAYERS = {"catchments_all", "schools", "actions", "projects", "sites", "reach_primary"}
TABLES = {"balance", "audit", "sources", "about"}
CRS = "EPSG:4546"


def layers() -> dict[str, Any]:
    """Return the hamlet's layers at full resolution and its balance, every column of it there."""
    catchments = gpd.GeoDataFrame(
        {"name": list(hamlet.NAMES)},
        geometry=[box(1000 * n, 0, 1000 * (n + 1), 1000) for n in range(4)],
        index=pd.Index(hamlet.IDS, name="catchment"),
        crs=CRS,
    )
    schools = gpd.GeoDataFrame(
        {"name": [hamlet.SCRIPT, hamlet.FORMULA], "operator": ["public", None]},
        geometry=[Point(500, 500), Point(1500, 500)],
        index=pd.Index(["s1", "s2"], name="school"),
        crs=CRS,
    )
    reach = gpd.GeoDataFrame({"id": ["v"], "children": [12.0], "beyond": [3.0]}, geometry=[box(0, 0, 9, 9)], crs=CRS)
    rows = [
        (catchment, panel.stage, year, panel.scenario, demand, demand, demand, seats, demand - seats)
        for panel in hamlet.model().panels
        for catchment, demands, supply in zip(hamlet.IDS, panel.demand, panel.seats, strict=True)
        for year, demand, seats in zip(hamlet.YEARS, demands, supply, strict=True)
    ]
    names = ["catchment", "stage", "year", "scenario", "demand_p10", "demand", "demand_p90", "seats", "gap"]
    balance = pd.DataFrame(rows, columns=names).assign(level="ok", utilisation=float("inf"))
    return {
        "balance": balance,
        "catchments": {"all": catchments},
        "schools": schools,
        "reach": {"reach_primary": reach},
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write the hamlet as a GeoPackage and as parquet, once."""
    folder = tmp_path_factory.mktemp("made")
    model = hamlet.model(language="zh")
    files = write_geoparquet(model, folder, **layers())
    write_geopackage(model, path=folder / "hamlet.gpkg", **layers())
    return {path.name: path for path in (*files, folder / "hamlet.gpkg")}


def test_a_file_for_each_layer_and_table(made: dict[str, Path]) -> None:
    """Named like those of the GeoPackage; every one of them is there."""
    names = {name.removeprefix("hamlet-").removesuffix(".parquet") for name in made if name.endswith(".parquet")}
    assert names == LAYERS | TABLES
    assert names == {str(name) for name, _ in pyogrio.list_layers(made["hamlet.gpkg"])} - {"layer_styles"}
    assert all(path.is_file() for path in made.values())


def test_geopandas_reads_the_layers_of_the_geopackage(made: dict[str, Path]) -> None:
    """The same features, values, CRS and shapes; hostile names are kept as they are."""
    for name in LAYERS:
        layer = gpd.read_parquet(made[f"hamlet-{name}.parquet"])
        same = gpd.read_file(made["hamlet.gpkg"], layer=name)
        assert layer.crs == same.crs == CRS
        assert list(layer.columns) == list(same.columns)
        assert layer.geometry.to_numpy().tolist() == [
            shape.geoms[0] if shape is not None and shape.geom_type == "MultiPolygon" else shape
            for shape in same.geometry
        ]
        for column in layer.columns.drop("geometry"):
            ours, theirs = layer[column].astype(object), same[column].astype(object)
            pd.testing.assert_series_equal(
                ours.where(ours.notna(), None), theirs.where(theirs.notna(), None), check_dtype=False
            )
    assert gpd.read_parquet(made["hamlet-catchments_all.parquet"])["name"].tolist() == list(hamlet.NAMES)


def test_metadata_say_what_columns_are(made: dict[str, Path]) -> None:
    """The standard's version and CRS, what the file is of, and a sentence in both languages for each known column."""
    schema = pq.read_schema(made["hamlet-catchments_all.parquet"])
    standard = json.loads(schema.metadata[b"geo"])
    assert standard["version"] == "1.1.0"
    assert standard["columns"]["geometry"]["crs"]["id"] == {"authority": "EPSG", "code": 4546}
    assert json.loads(schema.metadata[b"schoolmap"])["title_zh"] == "合成村"
    told = schema.field("primary_peak_gap").metadata
    assert told[b"description"].decode() == "primary: largest gap of all years, in seats"
    assert told[b"description_zh"].decode() == "primary: 各年最大缺口（个学位）"
    balance = pq.read_schema(made["hamlet-balance.parquet"])
    assert [name for name in balance.names if not balance.field(name).metadata] == []
    assert all(meaning["en"] and meaning["zh"] for meaning in MEANINGS.values())


def test_duckdb_joins_the_balance_to_the_catchments(made: dict[str, Path]) -> None:
    """Without its spatial extension: the columns of numbers, and the shapes as WKB; no seats make an unknown utilisation."""
    query = """
        SELECT c.id, sum(b.gap) AS short, any_value(octet_length(c.geometry::BLOB)) AS bytes, count(b.utilisation)
        FROM read_parquet(?) b JOIN read_parquet(?) c ON b.catchment = c.id
        WHERE b.gap > 0 AND b.scenario = 'central' GROUP BY c.id
    """
    paths = [str(made[f"hamlet-{name}.parquet"]) for name in ("balance", "catchments_all")]
    with duckdb.connect() as database:
        rows = database.execute(query, paths).fetchall()
    balance = layers()["balance"]
    here = balance[(balance["scenario"] == "central") & (balance["gap"] > 0)]
    assert {key: total for key, total, _, _ in rows} == here.groupby("catchment")["gap"].sum().to_dict() != {}
    assert all(size > 50 and known == 0 for _, _, size, known in rows)


def test_the_examples_of_the_guide_run(made: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """The lines of Python and of SQL in docs/how-to/other-programs.md, on the hamlet."""
    text = (Path(__file__).parents[1] / "docs" / "how-to" / "other-programs.md").read_text(encoding="utf-8")
    text = text.replace("maps/berlin-mitte", str(made["hamlet.gpkg"].with_suffix("")))
    python, sql = (re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)[0] for language in ("python", "sql"))
    exec(compile(python, "other-programs.md", "exec"), {})  # noqa: S102 - our own page
    assert "城关镇" in capsys.readouterr().out
    with duckdb.connect() as database:
        rows = database.execute(sql).fetchall()
    assert [(year, gap) for _, year, _, _, gap in rows] == [(2026, 40.0), (2027, 30.0)]


def test_styles_lie_beside_the_layers(made: dict[str, Path]) -> None:
    """QGIS takes the one of the same name; a second stage has a second one; in the language of the products."""
    styles = {name for name in made if name.endswith(".qml")}
    assert {f"hamlet-{name}.qml" for name in LAYERS} | {"hamlet-catchments_all-2.qml"} == styles
    for name in styles:
        root = ET.fromstring(made[name].read_text(encoding="utf-8"))  # noqa: S314 - our own
        assert root.tag == "qgis"
    assert "富余" in made["hamlet-catchments_all.qml"].read_text(encoding="utf-8")


def test_again_is_the_same_and_readable_as_input(made: dict[str, Path], tmp_path: Path) -> None:
    """The same plan gives the same bytes; the reader of inputs takes a layer with the CRS that it states."""
    again = write_geoparquet(hamlet.model(language="zh"), tmp_path, **layers())
    assert {path.name for path in again} == set(made) - {"hamlet.gpkg"}
    for path in again:
        assert path.read_bytes() == made[path.name].read_bytes(), path.name
    read = load_parquet(made["hamlet-catchments_all.parquet"])
    assert read.crs == CRS
    assert read.frame["id"].tolist() == list(hamlet.IDS)


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
