"""Roads, barriers, crossings, gates and dwellings of a project folder: what is read, what is refused, and how it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import village
from hypothesis import given
from hypothesis import strategies as st
from shapely import box
from shapely.geometry import LineString
from shapely.geometry import MultiLineString
from shapely.geometry import MultiPoint
from shapely.geometry import Point
from shapely.geometry import Polygon

from schoolmap.errors import Severity
from schoolmap.inputs.coordinates import bd09_from_wgs84
from schoolmap.inputs.coordinates import gcj02_from_wgs84
from schoolmap.inputs.files.places import locate
from schoolmap.inputs.files.raw import RawTable
from schoolmap.inputs.project_file import TravelSettings
from schoolmap.inputs.readers import read_value
from schoolmap.inputs.ways import dwelling_layer
from schoolmap.inputs.ways import gate_layer
from schoolmap.inputs.ways import road_layer
from schoolmap.project import Project
from schoolmap.project import inspect_folder
from schoolmap.tables import CONTRACTS
from schoolmap.tables import TRAVEL_TABLES

if TYPE_CHECKING:
    from pathlib import Path

    from schoolmap.errors import Fault

X, Y = village.WEST, village.SOUTH
SCHOOL = "2143000001"
Layers = dict[str, Any]


def line(*points: tuple[float, float]) -> LineString:
    """Return a line through places measured from the county's south-west corner."""
    return LineString([(X + east, Y + north) for east, north in points])


def layer(shapes: list[Any], crs: str | None = village.CRS, **columns: list[object]) -> gpd.GeoDataFrame:
    """Return a layer in the county's CRS."""
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs=crs), crs=crs)


def ways() -> Layers:
    """Return two roads that cross, a river with a bridge, two gates, and houses of two villages."""
    return {
        "roads": layer(
            [line((0, 1000), (2000, 1000)), line((1000, 0), (1000, 2000)), line((0, 500), (900, 500))],
            道路等级=["国道", "县道", "步道"],
            车速=[60.0, 40.0, None],
            是否单行=["是", None, "否"],
            是否桥隧=["否", "是", None],
            名称=["甲路", None, "乙路"],
        ),
        "barriers": layer([line((0, 700), (2000, 700))], 类型=["河流"], 名称=["沅水"]),
        "crossings": layer([Point(X + 1000, Y + 700)], 类型=["桥"]),
        "gates": layer(
            [Point(X + 1600, Y + 1450), Point(X + 1650, Y + 1500)], 学校标识码=[SCHOOL, SCHOOL], 校门=["南门", None]
        ),
        "dwellings": layer(
            [box(X + 100, Y + 100, X + 200, Y + 200), box(X + 1200, Y + 1200, X + 1300, Y + 1300)],
            建筑编号=["J1", None],
            居住人口=[120, None],
            层数=[6, 3],
        ),
    }


def write(folder: Path, layers: Layers, *, travel: str = "", ending: str = "gpkg", **declared: str) -> Path:
    """Write the county with more layers, each in a file of its own name."""
    tables = []
    for name, content in layers.items():
        file = f"{name}.csv" if not isinstance(content, gpd.GeoDataFrame) else f"{name}.{ending}"
        tables.append(f'[tables.{name}]\nfile = "{file}"\n{declared.get(name, "")}\n')
    text = village.PROJECT + (f"[travel]\n{travel}\n" if travel else "") + "".join(tables)
    village.write(folder, project=text)
    for name, content in layers.items():
        if not isinstance(content, gpd.GeoDataFrame):
            content.to_csv(folder / f"{name}.csv", index=False)
        elif ending == "parquet":
            content.to_parquet(folder / f"{name}.parquet")
        else:
            content.to_file(folder / f"{name}.{ending}", engine="pyogrio")
    return folder


def faults_of(folder: Path, severity: Severity = Severity.ERROR) -> list[Fault]:
    """Return the faults of one weight, each with a way out in both languages."""
    _, faults = inspect_folder(folder)
    assert all(fault.remedy and fault.problem_zh and fault.remedy_zh for fault in faults)
    return [fault for fault in faults if fault.severity is severity]


def read(folder: Path) -> Project:
    """Read a county without fault."""
    project, faults = inspect_folder(folder)
    assert [str(fault) for fault in faults if fault.severity is Severity.ERROR] == []
    assert project is not None
    return project


# what is read


def test_a_county_with_all_of_it_by_hand(tmp_path: Path) -> None:
    """Five layers under Chinese headers, in the county's CRS, with what is not said filled in."""
    project = read(write(tmp_path, ways()))
    # of two dwellings one states its people: the column is not used, and that is told
    (partly,) = project.faults
    assert (partly.column, partly.severity) == ("people", Severity.WARNING)
    assert "1 of 2 records" in partly.problem
    roads = project.roads
    assert roads is not None
    assert list(roads.columns) == ["class", "speed", "oneway", "bridge", "foot", "name", "geometry"]
    assert roads["class"].tolist() == ["国道", "县道", "步道"]
    np.testing.assert_array_equal(roads["speed"], [60.0, 40.0, np.nan])
    assert roads["oneway"].tolist() == ["yes", "no", "no"]
    assert roads["bridge"].tolist() == ["no", "yes", "no"]
    assert roads["name"].tolist() == ["甲路", "", "乙路"]
    assert roads.index.tolist() == [1, 2, 3]
    assert roads.length.tolist() == [2000.0, 2000.0, 900.0]
    assert project.barriers is not None
    assert project.barriers[["kind", "name"]].to_numpy().tolist() == [["河流", "沅水"]]
    assert project.crossings is not None
    assert project.crossings[["kind", "name"]].to_numpy().tolist() == [["桥", ""]]
    assert project.gates is not None
    assert project.gates[["school", "gate"]].to_numpy().tolist() == [[SCHOOL, "1"], [SCHOOL, "南门"]]
    assert {part.crs for part in (roads, project.barriers, project.crossings, project.gates)} == {project.areas.crs}


def test_without_them_there_are_none(tmp_path: Path) -> None:
    """A project of today has no ways and every setting of them by default."""
    project = read(village.write(tmp_path))
    assert all(getattr(project, name) is None for name in TRAVEL_TABLES)
    settings = project.settings_travel
    assert (settings.detour, settings.walk_m_per_minute, settings.farthest_m, settings.join_m) == (1.3, None, 500, 1)
    assert (settings.cross, settings.crossing_m, settings.rural_by) == ("join", 30, "walk")
    assert (settings.speeds, settings.not_walked, settings.not_crossed) == ({}, (), ())
    assert not settings.dwellings_hold
    assert "ssumption" in settings.detour_note["en"]


@pytest.mark.parametrize("ending", ["gpkg", "shp", "geojson", "parquet"])
def test_every_format_gives_the_same_roads(tmp_path: Path, ending: str) -> None:
    """A shapefile cuts names at ten bytes, so that the headers here are short."""
    roads = ways()["roads"].rename(columns={"道路等级": "等级", "是否单行": "单行", "是否桥隧": "桥隧"})
    found = read(write(tmp_path, {"roads": roads}, ending=ending)).roads
    assert found is not None
    assert found["class"].tolist() == ["国道", "县道", "步道"]
    assert found["oneway"].tolist() == ["yes", "no", "no"]
    assert found.length.tolist() == pytest.approx([2000.0, 2000.0, 900.0], abs=1e-3)


def test_lines_of_which_nothing_is_written_are_lines(tmp_path: Path) -> None:
    """A file without any column, or with empty cells only, keeps every road."""
    shapes = [line((0, 1000), (2000, 1000)), line((1000, 0), (1000, 2000))]
    for name, roads in (("bare", layer(shapes)), ("empty", layer(shapes, 等级=["国道", None]))):
        found = read(write(tmp_path / name, {"roads": roads}, ending="geojson")).roads
        assert found is not None
        assert len(found) == 2
        assert found["class"].iloc[1] == ""


def extract(folder: Path, *ends: tuple[float, float], table: str = "roads", crs: str = "") -> Path:
    """Write the county with an extract of OpenStreetMap that holds one road through the given degrees."""
    nodes = "".join(f'<node id="{place}" lon="{lon}" lat="{lat}"/>' for place, (lon, lat) in enumerate(ends, start=1))
    refs = "".join(f'<nd ref="{place}"/>' for place in range(1, len(ends) + 1))
    tags = '<tag k="highway" v="primary"/><tag k="maxspeed" v="50"/><tag k="foot" v="no"/><tag k="tunnel" v="yes"/>'
    text = f'<?xml version="1.0"?><osm version="0.6">{nodes}<way id="9">{refs}{tags}</way></osm>'
    made = village.write(folder, project=f'{village.PROJECT}[tables.{table}]\nfile = "county.osm"\n{crs}\n')
    (made / "county.osm").write_text(text, encoding="utf-8")
    return made


def in_degrees(east: float, north: float) -> tuple[float, float]:
    """Return longitude and latitude of a place measured from the county's corner."""
    point = gpd.GeoSeries([Point(X + east, Y + north)], crs=village.CRS).to_crs("EPSG:4326").iloc[0]
    return point.x, point.y


def test_an_extract_of_openstreetmap_knows_its_crs(tmp_path: Path) -> None:
    """It needs no `crs`; another datum is refused, and so is another table than roads."""
    ends = in_degrees(0, 1000), in_degrees(2000, 1000)
    found = read(extract(tmp_path / "good", *ends)).roads
    assert found is not None
    assert found.length.iloc[0] == pytest.approx(2000.0, abs=0.05)
    assert found[["class", "speed", "oneway", "bridge", "foot", "name"]].to_numpy().tolist() == [
        ["primary", 50.0, "no", "yes", "no", ""]
    ]
    (fault,) = faults_of(extract(tmp_path / "datum", *ends, crs='crs = "GCJ-02"'))
    assert "always in WGS 84" in fault.problem
    (fault,) = faults_of(extract(tmp_path / "barriers", *ends, table="barriers"))
    assert "only roads are read" in fault.problem


def test_an_extract_of_another_place_says_so(tmp_path: Path) -> None:
    """Its CRS is right: it is the file that is wrong."""
    (fault,) = faults_of(extract(tmp_path, (13.4, 52.5), (13.5, 52.5)))
    assert "another place" in fault.remedy
    assert "CRS" not in fault.remedy


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("speed", "40 km/h", 40.0),
        ("speed", "30 mph", 48.28032),
        ("speed", "60公里/小时", 60.0),
        ("oneway", "F", "yes"),
        ("oneway", "T", "-1"),
        ("oneway", "B", "no"),
        ("oneway", "-1", "-1"),
        ("oneway", "True", "yes"),
        ("bridge", "T", "yes"),
        ("bridge", "F", "no"),
        ("bridge", "viaduct", "yes"),
        ("bridge", "隧道", "yes"),
        ("foot", "designated", "yes"),
        ("foot", "否", "no"),
    ],
)
def test_words_and_units_of_road_layers(column: str, text: str, value: object) -> None:
    """As bureaus, OpenStreetMap and its extracts write them."""
    found, faults = read_value(text, CONTRACTS["roads"], column)
    assert faults == []
    assert found == pytest.approx(value) if isinstance(value, float) else found == value


def test_a_speed_of_zero_is_none_and_told_once(tmp_path: Path) -> None:
    """Extracts of OpenStreetMap write so what they do not know."""
    roads = layer([line((0, 9), (9, 9)), line((0, 5), (9, 5))], fclass=["path", "path"], maxspeed=[0, 0])
    project = read(write(tmp_path, {"roads": roads}))
    assert project.roads is not None
    assert project.roads["speed"].isna().all()
    (fault,) = project.faults
    assert fault.severity is Severity.NOTICE
    assert "1 more cell" in fault.problem


def test_a_tunnel_is_as_good_as_a_bridge() -> None:
    """Where a file tells both apart."""
    shapes = [line((0, 0), (9, 9))] * 3
    found = road_layer(layer(shapes, bridge=["no", "yes", None], tunnel=["yes", None, None]))
    assert found["bridge"].tolist() == ["yes", "yes", "no"]


def test_roads_of_gcj_02_are_put_back(tmp_path: Path) -> None:
    """Each vertex by its own vector, as points are."""
    true = layer([line((0, 1000), (500, 1200), (2000, 1000))], 等级=["国道"]).to_crs("EPSG:4326")

    def shift(points: Any) -> Any:  # noqa: ANN401
        return np.column_stack(gcj02_from_wgs84(points[:, 0], points[:, 1]))

    moved = true.set_geometry(gpd.GeoSeries(shapely.transform(true.geometry.to_numpy(), shift), crs="EPSG:4326"))
    found = read(write(tmp_path, {"roads": moved}, roads='crs = "GCJ-02"')).roads
    assert found is not None
    wanted = true.to_crs(village.CRS).geometry.iloc[0]
    assert found.geometry.iloc[0].hausdorff_distance(wanted) < 0.05


# what is refused


@pytest.mark.parametrize(
    ("table", "shape", "says"),
    [
        ("roads", Point(X, Y), "is a Point."),
        ("barriers", box(X, Y, X + 1, Y + 1), "is a Polygon."),
        ("crossings", line((0, 0), (9, 9)), "is a LineString."),
        ("roads", None, "has no place."),
        ("roads", LineString(), "has no place."),
        ("roads", LineString([(X, Y), (np.inf, Y)]), "no finite number"),
        ("dwellings", Polygon([(X, Y), (X + 9, Y + 9), (X + 9, Y), (X, Y + 9)]), "is no valid polygon: Self-inter"),
        ("dwellings", line((0, 0), (9, 9)), "is a LineString."),
        ("gates", None, "has no place."),
    ],
)
def test_a_wrong_geometry_is_named_with_its_row(table: str, shape: object, says: str) -> None:
    """Whatever the record is called, or if it has no name at all."""
    good = {"roads": line((0, 0), (9, 9)), "barriers": line((0, 0), (9, 9)), "dwellings": box(X, Y, X + 9, Y + 9)}
    rows = pd.RangeIndex(1, 3, name="row")
    frame = pd.DataFrame({"school": ["a", "b"]} if table == "gates" else {}, index=rows, dtype=object)
    raw = RawTable(
        frame=frame, geometry=gpd.GeoSeries([good.get(table, Point(X, Y)), shape], index=rows), crs=village.CRS
    )
    _, (fault,) = locate(frame, raw, contract=CONTRACTS[table], declared="", near=None, prefer=())
    assert (fault.row, fault.column) == (2, "geometry")
    assert says in fault.problem
    assert "projects" not in fault.remedy
    assert fault.problem_zh
    assert fault.remedy_zh


def test_very_many_faults_are_counted() -> None:
    """A layer of points in place of roads is told by twenty rows and a number."""
    rows = pd.RangeIndex(1, 5001, name="row")
    frame = pd.DataFrame(index=rows)
    raw = RawTable(frame=frame, geometry=gpd.GeoSeries([Point(X, Y)] * 5000, index=rows), crs=village.CRS)
    _, faults = locate(frame, raw, contract=CONTRACTS["roads"], declared="", near=None, prefer=())
    assert len(faults) == 21
    assert "4980 more" in faults[-1].problem


def test_a_table_of_cells_has_no_lines(tmp_path: Path) -> None:
    """The way out is a layer, not columns of coordinates."""
    (fault,) = faults_of(write(tmp_path, {"roads": pd.DataFrame({"道路等级": ["国道"]})}))
    assert fault.problem == "has no lines."
    assert "lon" not in fault.remedy


@pytest.mark.parametrize(
    ("crs", "declared", "problem"),
    [
        (None, "", "states no CRS"),
        (village.CRS, 'crs = "EPSG:4547"', "states EPSG:4546 itself"),
        (None, 'crs = "EPSG:4490"', "cannot be in EPSG:4490"),
    ],
)
def test_the_crs_of_roads_is_never_guessed(tmp_path: Path, crs: str | None, declared: str, problem: str) -> None:
    """Missing, contradicted or impossible: the likely one is named."""
    folder = write(
        tmp_path, {"roads": layer([line((0, 1000), (2000, 1000))], 等级=["国道"])}, ending="shp", roads=declared
    )
    if crs is None:
        (folder / "roads.prj").unlink()
    (fault,) = faults_of(folder)
    assert problem in fault.problem
    assert "EPSG:4546" in fault.remedy


@pytest.mark.parametrize("east_m", [100_000.0, -500_000.0])
def test_roads_beside_the_county_are_refused(tmp_path: Path, east_m: float) -> None:
    """As catchments are; a constant that was left out is named."""
    roads = layer([line((0, 1000), (2000, 1000))], 等级=["国道"])
    roads = roads.set_geometry(roads.translate(east_m))
    (fault,) = faults_of(write(tmp_path, {"roads": roads}))
    assert fault.column == "crs"
    assert ("false easting" if east_m < 0 else "away from the areas") in fault.problem


def test_some_roads_far_away_are_counted(tmp_path: Path) -> None:
    """A layer of the whole province is read; what lies far is told once."""
    roads = layer([line((0, 1000), (2000, 1000)), line((30_000, 0), (31_000, 0)), line((0, 90_000), (9, 90_000))])
    (fault,) = faults_of(write(tmp_path, {"roads": roads}), Severity.WARNING)
    assert fault.row == 2
    assert "and 1 more of 3 records" in fault.problem


@pytest.mark.parametrize(
    ("column", "cell", "says"),
    [
        ("车速", -5.0, "is not above zero."),
        ("是否单行", "也许", "is none of yes, no, -1"),
        ("是否桥隧", "不知", "is none of"),
    ],
)
def test_a_cell_that_is_none_is_told_with_its_row(tmp_path: Path, column: str, cell: object, says: str) -> None:
    """Values of roads are checked as those of any table."""
    layers = {"roads": ways()["roads"]}
    layers["roads"][column] = layers["roads"][column].astype(object).where([True, False, True], cell)
    (fault,) = faults_of(write(tmp_path, layers))
    assert fault.row == 2
    assert says in fault.problem


def test_no_ruling_names_a_road(tmp_path: Path) -> None:
    """Roads have no key."""
    folder = write(tmp_path, ways())
    ruling = '[[rulings]]\ntable = "roads"\nkey = []\ncolumn = "speed"\nvalue = "30"\nreason = "x"\n'
    path = folder / "project.toml"
    path.write_text(ruling + path.read_text(encoding="utf-8"), encoding="utf-8")
    (fault,) = faults_of(folder)
    assert "no key" in fault.problem


# gates


def test_gates_of_a_school_that_is_not_there(tmp_path: Path) -> None:
    """Its code is told with the row."""
    gates = layer([Point(X + 1600, Y + 1500)], 学校标识码=["9"])
    (fault,) = faults_of(write(tmp_path, {"gates": gates}))
    assert (fault.row, fault.value) == (1, "9")
    assert "is not in `schools`" in fault.problem


def test_a_gate_is_there_once(tmp_path: Path) -> None:
    """Under its name; gates without names are as many as there are records."""
    points = [Point(X + 1600, Y + 1500), Point(X + 1610, Y + 1500)]
    twice = layer(points, 学校标识码=[SCHOOL] * 2, 校门=["南门"] * 2)
    (fault,) = faults_of(write(tmp_path / "twice", {"gates": twice}))
    assert "is there twice" in fault.problem
    for number, gates in enumerate((layer(points, 学校标识码=[SCHOOL] * 2), twice.assign(校门=[None, None]))):
        found = read(write(tmp_path / str(number), {"gates": gates})).gates
        assert found is not None
        assert found["gate"].tolist() == ["1", "2"]


def test_gates_are_numbered_within_their_school() -> None:
    """Names are kept, numbers that are names are left out, and several points of one record are several gates."""
    several = MultiPoint([(0, 0), (1, 1)])
    gates = layer(
        [Point(5, 5), several, Point(6, 6), several], school=["b", "a", "b", "c"], gate=["1", None, None, "南门"]
    )
    found = gate_layer(gates)
    assert found[["school", "gate"]].to_numpy().tolist() == [
        ["a", "1"],
        ["a", "2"],
        ["b", "1"],
        ["b", "2"],
        ["c", "1"],
        ["c", "南门"],
    ]
    assert set(found.geom_type) == {"Point"}


def test_gates_as_a_table_of_degrees(tmp_path: Path) -> None:
    """With longitude and latitude, as schools are typed."""
    lon, lat = village.degrees(1600, 1450)
    gates = pd.DataFrame({"学校标识码": [SCHOOL], "校门": ["南门"], "经度": [lon], "纬度": [lat]})
    found = read(write(tmp_path, {"gates": gates}, gates='crs = "GCJ-02"')).gates
    assert found is not None
    assert found.geometry.iloc[0].distance(Point(X + 1600, Y + 1450)) < 0.01


def test_a_gate_far_from_its_school_is_warned_of(tmp_path: Path) -> None:
    """By more than a kilometre, with both rows."""
    gates = layer([Point(X + 1600, Y + 100), Point(X + 1600, Y + 1450)], 学校标识码=[SCHOOL] * 2)
    (fault,) = faults_of(write(tmp_path, {"gates": gates}), Severity.WARNING)
    assert (fault.row, fault.value) == (1, SCHOOL)
    assert "1,400 m" in fault.problem
    assert "row 3" in fault.remedy


def test_gates_of_another_datum_are_told_as_one(tmp_path: Path) -> None:
    """Baidu's points declared as WGS 84 lie a kilometre off, all alike."""
    schools = {"1143000001": (400, 500), SCHOOL: (1600, 1500), "2143000002": (300, 1700)}
    places = [(code, east + 30 * part, north) for code, (east, north) in schools.items() for part in (0, 1)]
    true = gpd.GeoSeries([Point(X + east, Y + north) for _, east, north in places], crs=village.CRS).to_crs("EPSG:4326")
    lon, lat = bd09_from_wgs84(true.x.to_numpy(), true.y.to_numpy())
    gates = layer(list(gpd.points_from_xy(lon, lat)), "EPSG:4326", 学校标识码=[code for code, *_ in places])
    found = [fault for fault in inspect_folder(write(tmp_path, {"gates": gates}))[1] if fault.file == "gates.gpkg"]
    (fault,) = found
    assert fault.row is None
    assert "BD-09" in fault.problem


# dwellings


def test_dwellings_are_numbered_and_their_people_kept(tmp_path: Path) -> None:
    """A code of their own where they have one; what is not known stays missing."""
    dwellings = read(write(tmp_path, ways())).dwellings
    assert dwellings is not None
    assert dwellings.index.name == "dwelling"
    assert dwellings.index.tolist() == ["1", "J1"]
    assert list(dwellings.columns) == ["people", "homes", "floors", "geometry"]
    assert dwellings.loc["J1", "people"] == 120
    assert dwellings[["people", "homes"]].isna().to_numpy().tolist() == [[True, True], [False, True]]


@given(st.lists(st.sampled_from(["", "1", "2", "3", "a"]), min_size=1, max_size=8))
def test_every_dwelling_has_its_own_number(codes: list[str]) -> None:
    """Numbers never take a code that is there."""
    known = [code for place, code in enumerate(codes) if not code or code not in codes[:place]]
    shapes = [Point(place, 0) for place in range(len(known))]
    table = dwelling_layer(layer(shapes, dwelling=[code or None for code in known], people=[1.0] * len(known)))
    assert table.index.is_unique
    assert set(filter(None, known)) <= set(table.index)
    assert table["people"].sum() == len(known)


def test_dwellings_in_no_area_are_counted(tmp_path: Path) -> None:
    """With their people, once."""
    shapes = [box(X + 100, Y + 100, X + 200, Y + 200), Point(X + 5000, Y), Point(X + 6000, Y)]
    dwellings = layer(shapes, 人数=[50, 10, 20])
    (fault,) = faults_of(write(tmp_path, {"dwellings": dwellings}), Severity.WARNING)
    assert fault.row == 2
    assert "first of 2 dwellings (of 3)" in fault.problem
    assert "30 people" in fault.problem


def test_dwellings_hold_where_there_are_any(tmp_path: Path) -> None:
    """Unless the project says otherwise; asking for them without a table is warned of."""
    assert read(write(tmp_path / "a", ways())).settings_travel.dwellings_hold
    assert not read(write(tmp_path / "b", ways(), travel="dwellings_hold = false")).settings_travel.dwellings_hold
    folder = write(tmp_path / "c", {}, travel="dwellings_hold = true")
    (fault,) = faults_of(folder, Severity.WARNING)
    assert fault.column == "travel.dwellings_hold"


# what the project file says


def test_the_travel_section_by_hand(tmp_path: Path) -> None:
    """Everything that can be said is kept as it is said."""
    travel = """
detour = 1.4
detour_note = "2024 年实测"
walk_m_per_minute = 55
speeds = { "步道" = 5, "县道" = 35.5 }
not_walked = ["国道"]
not_crossed = ["国道", "县道"]
guarded = ["primary"]
farthest_m = 300
join_m = 0
cross = "apart"
crossing_m = 50
rural_by = "drive"
"""
    settings = read(write(tmp_path, ways(), travel=travel)).settings_travel
    assert settings == TravelSettings(
        detour=1.4,
        detour_note={"en": "2024 年实测", "zh": "2024 年实测"},
        walk_m_per_minute=55,
        speeds={"步道": 5, "县道": 35.5},
        not_walked=("国道",),
        not_crossed=("国道", "县道"),
        guarded=("primary",),
        farthest_m=300,
        join_m=0,
        cross="apart",
        crossing_m=50,
        rural_by="drive",
    )


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("detour = 0.9", "travel.detour"),
        ("detour = inf", "travel.detour"),
        ("walk_m_per_minute = 0", "travel.walk_m_per_minute"),
        ('speeds = { "国道" = 0 }', "travel.speeds.国道"),
        ('speeds = { "国道" = "快" }', "travel.speeds.国道"),
        ('cross = "maybe"', "travel.cross"),
        ('rural_by = "bus"', "travel.rural_by"),
        ("farthest_m = -1", "travel.farthest_m"),
        ("join_m = -0.1", "travel.join_m"),
        ('dwellings_hold = "yes"', "travel.dwellings_hold"),
        ('guarded = ["senior"]', "travel.guarded"),
        ("speed = 3", "travel.speed"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, column: str) -> None:
    """By its key, and nothing else is complained of."""
    assert [fault.column for fault in faults_of(write(tmp_path, {}, travel=text))] == [column]


def test_barriers_apply_to_the_young_where_there_are_any(tmp_path: Path) -> None:
    """Kindergarten and primary by default; a county without kindergartens guards primary alone."""
    assert read(write(tmp_path / "a", {})).settings_travel.guarded == ("kindergarten", "primary")
    assert read(write(tmp_path / "b", {}, travel="guarded = []")).settings_travel.guarded == ()
    text = village.PROJECT.replace("[stages.kindergarten]", "[stages.nursery]")
    content = village.tables()
    content["sections"]["学段"] = content["sections"]["学段"].replace("幼儿园", "nursery")
    content["projects"]["学段"] = content["projects"]["学段"].replace("幼儿园", "nursery")
    assert read(village.write(tmp_path / "c", content, project=text)).settings_travel.guarded == ("primary",)


def test_classes_that_no_road_has_are_warned_of(tmp_path: Path) -> None:
    """With those that there are; without any roads, each key once."""
    travel = (
        'speeds = { "村道" = 20, "县道" = 40 }\nnot_walked = ["高速"]\nnot_driven = ["小径"]\nnot_crossed = ["国道"]'
    )
    found = faults_of(write(tmp_path / "roads", ways(), travel=travel), Severity.WARNING)
    found = [fault for fault in found if fault.column.startswith("travel")]
    assert [(fault.column, fault.value) for fault in found] == [
        ("travel.speeds", "村道"),
        ("travel.not_walked", "高速"),
        ("travel.not_driven", "小径"),
    ]
    assert all("县道, 国道, 步道" in fault.remedy for fault in found)
    found = faults_of(write(tmp_path / "none", {}, travel=travel), Severity.WARNING)
    assert [fault.column for fault in found] == [
        "travel.speeds",
        "travel.not_walked",
        "travel.not_driven",
        "travel.not_crossed",
    ]


def test_a_drive_needs_a_speed_for_every_road(tmp_path: Path) -> None:
    """All classes at once, with how many roads lack it; on foot none is needed."""
    layers = ways()
    layers["roads"] = pd.concat([layers["roads"], layers["roads"].assign(车速=None, 道路等级=[None, "村道", "村道"])])
    assert faults_of(write(tmp_path / "walk", layers)) == []
    (fault,) = faults_of(write(tmp_path / "drive", layers, travel='rural_by = "drive"'))
    assert fault.column == "travel.speeds"
    assert "(no class): 1, 村道: 2, 步道: 1" in fault.problem
    given = 'rural_by = "drive"\nspeeds = { "村道" = 20, "步道" = 5 }'
    layers["roads"]["道路等级"] = layers["roads"]["道路等级"].fillna("村道")
    assert faults_of(write(tmp_path / "given", layers, travel=given)) == []


def test_many_lines_are_checked_at_once(tmp_path: Path) -> None:
    """Lines in one piece and several, as a county's layer has them, are all there."""
    rng = np.random.default_rng(3)
    starts = rng.uniform(0, 1900, (2000, 2)) + np.array([X, Y])
    shapes = [LineString([start, start + 50]) for start in starts]
    shapes[7] = MultiLineString([shapes[7], shapes[8]])
    roads = layer(shapes, 等级=rng.choice(["县道", "村道"], 2000))
    found = read(write(tmp_path, {"roads": roads})).roads
    assert found is not None
    assert len(found) == 2000
    assert found.geom_type.iloc[7] == "MultiLineString"
    shuffled = roads.sample(frac=1.0, random_state=1)
    again = read(write(tmp_path / "again", {"roads": shuffled})).roads
    assert again is not None
    assert again.length.sum() == pytest.approx(found.length.sum())


def test_a_contract_of_ways_needs_no_key() -> None:
    """Only gates have one that is required."""
    assert {name: CONTRACTS[name].key for name in TRAVEL_TABLES} == {
        "roads": (),
        "barriers": (),
        "crossings": (),
        "gates": ("school", "gate"),
        "dwellings": ("dwelling",),
    }
