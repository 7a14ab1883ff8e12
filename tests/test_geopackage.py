"""The GeoPackage: full geometry, the model's numbers, and styles that QGIS can read."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from invented import action
from invented import map_model
from invented import panel
from invented import scaled
from invented import shades
from invented import text
from shapely import MultiPoint
from shapely import Point
from shapely import box

from schoolmap.output import geopackage
from schoolmap.output.geopackage import write_geopackage
from schoolmap.output.model import Catchment
from schoolmap.output.model import Coverage
from schoolmap.output.model import MapModel
from schoolmap.output.model import Panel
from schoolmap.output.model import Project
from schoolmap.output.model import Scenario
from schoolmap.output.model import School
from schoolmap.output.model import Section
from schoolmap.output.model import Site
from schoolmap.output.model import Stage

if TYPE_CHECKING:
    from pathlib import Path

    from schoolmap.output.model import Grid

METRES = "EPSG:25833"
YEARS = (2025, 2026, 2027, 2028)
IDS = ("0101", "0102", "0103")
SCRIPT = "</script><img src=x onerror=alert(1)>{{7*191}}${1}"
NAMES = (SCRIPT, "'); DROP TABLE balance; --", "城关镇")

# A synthetic town: the first catchment runs short from 2026, the third has no seats at all
DEMAND: Grid = ((100.0, 110.0, 130.0, 120.0), (80.0, 70.0, 60.0, 50.0), (9.0, 9.0, None, 0.0))
SEATS: Grid = ((100.0,) * 4, (90.0, 90.0, 90.0, 95.0), (0.0,) * 4)
SHADE = ((2, 3, 4, 4), (2, 1, 0, 0), (4, 4, None, None))
NOTHING: Grid = ((None,) * 4,) * 3


def town_panel(stage: str, scenario: str) -> Panel:
    """Build a panel; the second scenario doubles the demand and must not be summarised."""
    return panel(stage, scenario, scaled(DEMAND, 1 if scenario == "base" else 2), SEATS)


def town() -> MapModel:
    """Build the synthetic town as a model: two stages, two scenarios, one coverage."""
    ring = (1339000, 5250000, 100, 0, 0, 100)
    catchments = tuple(
        Catchment(id=key, name=name, polygons=((ring,),), anchor=(13, 52), bounds=(13, 52, 14, 53))
        for key, name in zip(IDS, NAMES, strict=True)
    )
    section = Section(
        stage="primary",
        catchments=("0101",),
        seats=(100.0, 100.0, 100.0, 120.0),
        enrolment=None,
        enrolment_year=None,
        classrooms=None,
    )
    school = School(id="01", name=SCRIPT, operator="public", lon=13, lat=52, sections=(section,))
    proposal = action(school="01", seats=40.0, reason=text("=1+1"), lon=15.0, lat=52.0)
    return map_model(
        crs=METRES,
        years=YEARS,
        stages=tuple(
            Stage(
                id=key,
                label=text(key, f'{key} <&" 学段'),
                ages=(6, 11),
                shape="square",
                coverage="all",
                attendance=1,
                attendance_note=text(""),
                notes=(),
            )
            for key in ("primary", "kindergarten")
        ),
        scenarios=tuple(Scenario(id=key, label=text(key), note=text("")) for key in ("base", "high")),
        shades=shades([text(f"class {n}", f"第{n}级 <") for n in range(5)]),
        coverages=(Coverage(id="all", catchments=catchments),),
        schools=(school,),
        panels=tuple(
            town_panel(stage, scenario) for stage in ("primary", "kindergarten") for scenario in ("base", "high")
        ),
        actions=(proposal,),
    )


def layer() -> gpd.GeoDataFrame:
    """Give the catchments at full resolution, in an order other than the model's."""
    boxes = [box(1000 * n, 0, 1000 * (n + 1), 1000) for n in (2, 0, 1)]
    index = pd.Index(["0103", "0101", "0102"], name="catchment")
    names = [NAMES[2], NAMES[0], NAMES[1]]
    return gpd.GeoDataFrame({"name": names}, geometry=boxes, index=index, crs=METRES)


def school_points() -> gpd.GeoDataFrame:
    """Give two schools, one of them with two gates and unknown to the model."""
    return gpd.GeoDataFrame(
        {"name": [SCRIPT, "a\x00b"], "operator": ["public", None]},
        geometry=[Point(500, 500), MultiPoint([(1, 1), (2, 2)])],
        index=pd.Index(["01", "02"], name="school"),
        crs=METRES,
    )


def balance() -> pd.DataFrame:
    """Give the long table of two rows, one without seats."""
    return pd.DataFrame(
        {
            "catchment": ["0101", "0103"],
            "stage": ["primary", "primary"],
            "year": [2027, 2025],
            "scenario": ["base", "base"],
            "demand": [130.123456789012, 9.0],
            "seats": [100.0, 0.0],
            "utilisation": [1.3, float("inf")],
        },
    )


def written(folder: Path, model: MapModel | None = None, **changes: Any) -> Path:  # noqa: ANN401
    """Write the town, with changes, and return the file."""
    path = folder / "town.gpkg"
    given = {
        "balance": balance(),
        "catchments": {"all": layer()},
        "schools": school_points(),
    }
    write_geopackage(model or town(), path=path, **(given | changes))
    return path


def test_by_hand(tmp_path: Path) -> None:
    """The first catchment: 30 seats short in 2027, short from 2026, in the highest class."""
    found = pyogrio.read_dataframe(written(tmp_path), layer="catchments_all").set_index("id")

    row = found.loc["0101"]

    assert row["primary_peak_gap"] == 30
    assert (row["primary_peak_year"], row["primary_first_short"]) == (2027, 2026)
    assert (row["primary_max_use"], row["primary_class"]) == (1.3, 4)
    assert (row["primary_seats_first"], row["primary_seats_last"]) == (100, 100)
    assert found.loc["0102", "primary_seats_last"] == 95
    assert found.loc["0102", "primary_peak_gap"] == -10
    assert pd.isna(found.loc["0102", "primary_first_short"])


def test_nothing_stays_of_what_was_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of SQLite keep what they held before, a time of the clock for example: the same tables are the same bytes."""
    for folder in ("plain", "scribbled"):
        (tmp_path / folder).mkdir()
    plain = written(tmp_path / "plain").read_bytes()
    usual = geopackage._write  # noqa: SLF001 - to write as it does, and then some more

    def scribble(table: pd.DataFrame, path: Path, name: str, **options: Any) -> None:  # noqa: ANN401
        usual(table, path, name, **options)
        for more in ("it was twelve o'clock" * 20, ""):
            with closing(sqlite3.connect(path)) as database, database:
                database.execute("UPDATE gpkg_contents SET identifier = table_name || ?", (more,))

    monkeypatch.setattr(geopackage, "_write", scribble)
    found = written(tmp_path / "scribbled")
    assert found.read_bytes() == plain
    assert b"twelve" not in found.read_bytes()
    assert [path.name for path in found.parent.iterdir()] == ["town.gpkg"]


def test_contents(tmp_path: Path) -> None:
    """Layers with geometry and tables without, each under its name."""
    layers = dict(pyogrio.list_layers(written(tmp_path)))
    assert layers == {
        "catchments_all": "MultiPolygon",
        "schools": "MultiPoint",
        "actions": "Point",
        "projects": "Point",
        "sites": "Point",
        "balance": None,
        "audit": None,
        "sources": None,
        "about": None,
        "layer_styles": None,
    }


def test_labels_decide(tmp_path: Path) -> None:
    """Geometry, name and numbers of a catchment stay together in whatever order they come."""
    found = pyogrio.read_dataframe(written(tmp_path), layer="catchments_all").set_index("id")
    assert found["name"].to_dict() == dict(zip(IDS, NAMES, strict=True))
    assert found.geometry.bounds["minx"].to_dict() == {"0101": 0, "0102": 1000, "0103": 2000}
    assert found["primary_peak_gap"].to_dict() == {"0101": 30, "0102": -10, "0103": 9}


def test_one_crs(tmp_path: Path) -> None:
    """Every layer is in the project's CRS; the action at 15 degrees east lies on the axis."""
    path = written(tmp_path)
    names = ("catchments_all", "schools", "actions")
    layers = {name: pyogrio.read_dataframe(path, layer=name) for name in names}
    assert {str(layer.crs) for layer in layers.values()} == {METRES}
    assert layers["actions"].geometry.x[0] == pytest.approx(500_000, abs=1e-3)
    assert layers["actions"]["reason_en"][0] == "=1+1"


def test_the_balance_is_complete(tmp_path: Path) -> None:
    """Every row and column, unrounded; codes keep their zeros; infinite becomes unknown."""
    found = pyogrio.read_dataframe(written(tmp_path), layer="balance")
    expected = balance().replace(float("inf"), None).astype({"utilisation": float})
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    assert found["catchment"].tolist() == ["0101", "0103"]


def test_schools_know_their_seats(tmp_path: Path) -> None:
    """Seats of the first and the last year by stage; a school the model lacks stays, unknown."""
    found = pyogrio.read_dataframe(written(tmp_path), layer="schools").set_index("id")
    assert found["primary_seats_last"].dropna().to_dict() == {"01": 120}
    assert found["kindergarten_seats_first"].isna().all()


def test_hostile_names_are_data(tmp_path: Path) -> None:
    """Markup and SQL are text, and a character that SQLite would stop at is shown."""
    found = pyogrio.read_dataframe(written(tmp_path), layer="schools")
    assert found["name"].tolist() == [SCRIPT, "a␀b"]


def test_hostile_coverage(tmp_path: Path) -> None:
    """A coverage may be called what it likes."""
    model = town()
    name = "a'b\"; --"
    hostile = replace(
        model,
        stages=tuple(replace(stage, coverage=name) for stage in model.stages),
        coverages=(replace(model.coverages[0], id=name),),
    )
    path = written(tmp_path, hostile, catchments={name: layer()})
    assert len(pyogrio.read_dataframe(path, layer=f"catchments_{name}")) == 3
    with closing(sqlite3.connect(path)) as database:
        styled = database.execute("SELECT DISTINCT f_table_name FROM layer_styles").fetchall()
    assert (f"catchments_{name}",) in styled


def test_styles(tmp_path: Path) -> None:
    """Every layer has styles, one of them the default; a layer of catchments has one for each stage."""
    path = written(tmp_path)
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute(
            "SELECT f_table_name, f_geometry_column, styleName, useAsDefault, styleQML FROM layer_styles",
        ).fetchall()
        kinds = database.execute("SELECT data_type FROM gpkg_contents WHERE table_name = 'layer_styles'").fetchall()
        columns = [row[1] for row in database.execute("PRAGMA table_info(layer_styles)")]
    layers = {name: pyogrio.read_info(path, layer=name) for name, kind in pyogrio.list_layers(path) if kind is not None}
    assert kinds == [("attributes",)]
    assert columns[1:] == [
        *("f_table_catalog", "f_table_schema", "f_table_name", "f_geometry_column", "styleName", "styleQML"),
        *("styleSLD", "useAsDefault", "description", "owner", "ui", "update_time"),
    ]
    assert {row[0] for row in rows} == set(layers)
    assert {row[1] for row in rows} == {"geom"}
    for name in layers:
        assert [row[3] for row in rows if row[0] == name] == [1] + [0] * (sum(row[0] == name for row in rows) - 1)
    catchments = [row for row in rows if row[0] == "catchments_all"]
    assert [row[2] for row in catchments] == ['primary <&" 学段', 'kindergarten <&" 学段']
    for name, *_, qml in rows:
        root = ET.fromstring(qml)  # noqa: S314
        attribute = root.find("renderer-v2").get("attr")
        assert attribute is None or attribute in layers[name]["fields"]
        geometry = "2" if "Polygon" in layers[name]["geometry_type"] else "0"
        assert root.findtext("layerGeometryType") == geometry


def test_projects_stand_at_their_school_or_in_their_catchment(tmp_path: Path) -> None:
    """The school goes before the catchment; a project with neither keeps its row, without a place."""
    base = {"kind": "new", "stage": "primary", "opening": "2027-09", "seats": 90.0, "counted": True, "note": ""}
    places = (
        {"school": "01", "catchment": "0102"},
        {"school": None, "catchment": "0102"},
        {"school": None, "catchment": None},
    )
    projects = tuple(
        Project(id=f"x{n}", name=SCRIPT, status=text("planned"), **base, **place) for n, place in enumerate(places)
    )
    model = replace(town(), projects=projects)
    found = pyogrio.read_dataframe(written(tmp_path, model), layer="projects").to_crs("EPSG:4326")
    assert [round(x, 6) for x in found.geometry.x[:2]] == [13, 13]
    assert found.geometry.is_empty.tolist()[2] or found.geometry.isna().tolist()[2]
    assert found["name"].tolist() == [SCRIPT] * 3
    assert found["seats"].tolist() == [90.0] * 3


def test_candidate_sites_are_a_layer(tmp_path: Path) -> None:
    """With the stages that may be built there, and unknown sizes unknown."""
    site = Site(
        id="s1",
        name="=1+1",
        lon=15.0,
        lat=52.0,
        stages=("primary", "junior"),
        max_classes=None,
        land_cost=2.5,
        ready_from="2027",
        note="",
        used_by=(),
    )
    found = pyogrio.read_dataframe(written(tmp_path, replace(town(), sites=(site,))), layer="sites")
    assert found.geometry.x[0] == pytest.approx(500_000, abs=1e-3)
    row = found.iloc[0]
    assert (row["name"], row["stages"], row["land_cost"]) == ("=1+1", "primary, junior", 2.5)
    assert pd.isna(row["max_classes"])


def test_same_plan_same_tables(tmp_path: Path) -> None:
    """Writing again replaces the file by one with the same contents."""
    first = written(tmp_path).read_bytes()
    assert written(tmp_path).read_bytes() == first


def test_a_plan_without_actions(tmp_path: Path) -> None:
    """Nothing proposed, audited or cited: the layers are there and empty."""
    path = written(tmp_path, replace(town(), actions=(), audit=(), sources=()))
    assert len(pyogrio.read_dataframe(path, layer="actions")) == 0
    assert len(pyogrio.read_dataframe(path, layer="audit")) == 0


def test_inputs_stay_as_they_were(tmp_path: Path) -> None:
    """Writing changes no table of the caller."""
    given = {"balance": balance(), "catchments": {"all": layer()}, "schools": school_points()}
    written(tmp_path, **given)
    pd.testing.assert_frame_equal(given["balance"], balance())
    pd.testing.assert_frame_equal(given["schools"], school_points())


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"balance": balance().drop(columns="year")}, "no column 'year'.*reset_index"),
        ({"schools": school_points().to_crs("EPSG:4326")}, "in degrees"),
        ({"schools": school_points().to_crs("EPSG:25832")}, "share one CRS"),
        ({"catchments": {"all": layer().iloc[:2]}}, "1 appear in only one, e.g. '0102'"),
        ({"catchments": {"other": layer()}}, "No layer was given for coverage 'all'"),
    ],
)
def test_refuses(tmp_path: Path, changes: dict[str, Any], match: str) -> None:
    """No key, degrees, two CRS, other catchments or no layer: said before anything is written."""
    with pytest.raises(ValueError, match=match):
        written(tmp_path, **changes)
    assert not list(tmp_path.iterdir())
