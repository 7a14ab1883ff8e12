"""A project folder as a whole: one county in every format, and every fault of a bureau's files."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
import village
from shapely import box
from shapely.geometry import MultiPoint
from shapely.geometry import Polygon

from schoolmap.errors import InputError
from schoolmap.errors import Severity
from schoolmap.plan import make_plan
from schoolmap.project import Project
from schoolmap.project import inspect_folder
from schoolmap.project import read_project

if TYPE_CHECKING:
    from collections.abc import Callable

    from schoolmap.errors import Fault

BERLIN = Path(__file__).parents[1] / "data" / "berlin-mitte"


def faults_of(folder: Path) -> list[Fault]:
    """Inspect a folder that must be refused; every error has a file, a problem and a way out, in both languages."""
    before = sorted(path.name for path in folder.iterdir())
    project, faults = inspect_folder(folder)
    assert project is None
    errors = [fault for fault in faults if fault.severity is Severity.ERROR]
    assert errors
    for fault in faults:
        assert fault.file
        assert fault.problem
        assert fault.remedy
        assert fault.problem_zh
        assert fault.remedy_zh
    assert sorted(path.name for path in folder.iterdir()) == before
    return errors


def told(folder: Path) -> list[tuple[str, int | None, str, str]]:
    """Return file, row, column and value of every error."""
    return [(fault.file, fault.row, fault.column, fault.value) for fault in faults_of(folder)]


def same(left: Project, right: Project) -> None:
    """Require two projects to hold the same tables; places may differ by a tenth of a millimetre."""
    pd.testing.assert_frame_equal(left.population, right.population)
    pd.testing.assert_frame_equal(left.sections, right.sections)
    pd.testing.assert_frame_equal(left.projects, right.projects)
    for one, other in (
        (left.areas, right.areas),
        (left.schools, right.schools),
        *((left.coverages[name], right.coverages[name]) for name in left.coverages),
    ):
        assert one.crs == other.crs
        pd.testing.assert_frame_equal(
            pd.DataFrame(one.drop(columns="geometry")), pd.DataFrame(other.drop(columns="geometry"))
        )
        assert one.geometry.centroid.distance(other.geometry.centroid).max() < 1e-4
    assert (left.population_date, left.coverage_of) == (right.population_date, right.coverage_of)


def test_by_hand(tmp_path: Path) -> None:
    """Bands of four villages, places of three schools, and which catchment each section serves."""
    project = read_project(village.write(tmp_path, encoding="gbk"))

    assert project.population["count"].sum() == 4 * sum(village.COUNTS.values())
    bands = project.population.reset_index().set_index(["area", "age"]).to_dict("index")
    assert bands["431222001001", "3-5"] == {"count": 90.0, "low": 3.0, "high": 5.0}
    point = project.schools.geometry["1143000001"]
    assert (point.x, point.y) == pytest.approx((village.WEST + 400, village.SOUTH + 500), abs=0.01)
    assert project.sections["catchments"].to_dict() == {
        ("1143000001", "kindergarten"): ("0101",),
        ("2143000001", "kindergarten"): ("0102",),
        ("2143000001", "primary"): ("0102",),
        ("2143000002", "primary"): ("0101",),
    }
    assert project.areas.loc["431222001001", "name"] == "一村"
    assert project.coverage_of == {"kindergarten": "all", "primary": "all"}
    assert [stage.id for stage in project.stages] == ["kindergarten", "primary"]
    assert project.faults == ()


@pytest.mark.parametrize(
    ("how", "encoding"),
    [(village.CSV, "utf-8"), (village.CSV, "utf-8-sig"), (village.XLSX, ""), (village.LAYERS, "")],
    ids=["csv in UTF-8", "csv in UTF-8 with mark", "one workbook", "gpkg, shp and parquet"],
)
def test_every_format_gives_the_same_project(tmp_path: Path, how: str, encoding: str) -> None:
    """The county in GBK csv is the reference; every other way to store it reads the same."""
    reference = read_project(village.write(tmp_path / "gbk", encoding="gbk"))
    same(read_project(village.write(tmp_path / "other", how=how, encoding=encoding)), reference)


def test_a_project_is_placed_by_its_point(tmp_path: Path) -> None:
    """A new kindergarten without school and catchment counts in the catchment that holds its point, from its opening."""
    project = read_project(village.write(tmp_path))
    assert project.projects.loc["X3", ["school", "catchment"]].to_list() == [None, "0102"]

    plan = make_plan(project)
    assert plan.provisions["central"].schedule.at["X3", "counted"]
    seats = plan.results["kindergarten"].balance.loc["central"]["seats"]
    east = seats.xs("0102", level="catchment")
    assert east.diff().loc[2028] == 60
    assert seats.xs("0101", level="catchment").diff().loc[2027] == 120


def test_a_project_at_a_school_without_that_stage_is_placed_where_the_school_stands(tmp_path: Path) -> None:
    """Kindergarten classes attached to a primary school (附设) count in the school's catchment."""
    content = village.tables()
    content["projects"].loc[1, ["学校标识码", "学区", "类型"]] = ["2143000002", "", "附设"]
    project = read_project(village.write(tmp_path, content))
    assert project.projects.loc["X2", ["school", "catchment"]].to_list() == ["2143000002", "0101"]
    seats = make_plan(project).results["kindergarten"].balance.loc["central"]["seats"]
    assert seats.xs("0101", level="catchment").diff().loc[2027] == 120


def test_a_project_on_a_border_is_in_the_catchment_that_sorts_first(tmp_path: Path) -> None:
    """One place, one catchment: the answer does not depend on the order of rows."""
    content = village.tables()
    content["catchments"] = content["catchments"].iloc[::-1]
    content["projects"].loc[2, ["经度", "纬度"]] = village.degrees(1000, 500)
    project = read_project(village.write(tmp_path, content))
    assert project.projects.at["X3", "catchment"] in {"0101", "0102"}


def test_a_project_in_no_catchment_is_warned_of_and_not_counted(tmp_path: Path) -> None:
    """A point beyond the last house is shown, not counted, and said so."""
    content = village.tables()
    content["projects"].loc[2, ["经度", "纬度"]] = village.degrees(3000, 500)
    project = read_project(village.write(tmp_path, content))
    (fault,) = project.faults
    assert (fault.severity, fault.row, fault.value) == (Severity.WARNING, 4, "X3")
    assert make_plan(project).provisions["central"].schedule.at["X3", "reason"] == "no_place"


def test_a_school_that_moves_is_where_its_new_site_is(tmp_path: Path) -> None:
    """A relocation with a point of its own (迁建) takes its seats to the catchment that holds the point."""
    content = village.tables()
    content["projects"].loc[2, ["学校标识码", "学段", "类型"]] = ["2143000002", "小学", "迁建"]
    content["projects"].loc[2, ["经度", "纬度"]] = village.degrees(1500, 500)
    project = read_project(village.write(tmp_path, content))
    assert project.projects.loc["X3", ["school", "catchment"]].to_list() == ["2143000002", "0102"]


def test_a_school_with_two_gates(tmp_path: Path) -> None:
    """Several gates are one school."""
    folder = village.write(tmp_path, how=village.LAYERS)
    schools = gpd.read_parquet(folder / "schools.parquet")
    point = schools.geometry.iloc[0]
    gates = schools.geometry.to_list()
    gates[0] = MultiPoint([(point.x, point.y), (point.x + 1e-4, point.y)])
    schools.set_geometry(gates, crs=schools.crs).to_parquet(folder / "schools.parquet")
    assert read_project(folder).schools.geom_type.to_list() == ["MultiPoint", "Point", "Point"]


def test_a_ruling_decides_a_value_and_is_reported(tmp_path: Path) -> None:
    """The file stays as it is; the value, the reason and the old value are told."""
    ruling = '\n[[rulings]]\ntable = "sections"\nkey = ["2143000002", "primary"]\ncolumn = "seats"\nvalue = "450"\n'
    ruling += 'reason = { en = "Measured.", zh = "实测。" }\n'
    folder = village.write(tmp_path, project=village.PROJECT)
    (folder / "project.toml").write_text(village.PROJECT + village.CSV + ruling, encoding="utf-8")
    project = read_project(folder)
    assert project.sections.at[("2143000002", "primary"), "seats"] == 450
    (fault,) = project.faults
    assert (fault.severity, fault.row, fault.column, fault.value) == (Severity.RULING, 5, "seats", "540.0")
    assert (fault.remedy, fault.remedy_zh) == ("Measured.", "实测。")


@pytest.mark.parametrize(
    ("table", "key", "column", "value", "problem"),
    [
        ("sections", '["X", "primary"]', "seats", "1", "fits 0 record(s), not one."),
        ("sections", '["2143000001"]', "seats", "1", "fits 2 record(s), not one."),
        ("sections", '["2143000001", "primary", "x"]', "seats", "1", "fits 0 record(s), not one."),
        ("sections", '["2143000001", "primary"]', "geometry", "1", "names a table or column that is not there."),
        ("sections", '["2143000001", "primary"]', "boarding", "1", "names a table or column that is not there."),
        ("sections", '["2143000001", "primary"]', "stage", "junior", "rules a column of the key"),
        ("sections", '["2143000001", "primary"]', "seats", "many", "is not a number."),
        ("sections", '["2143000001", "primary"]', "seats", "-1", "is negative."),
        ("projects", '["X1"]', "kind", "repair", "is none of new, expand"),
    ],
)
def test_a_ruling_that_fits_nothing(  # noqa: PLR0917
    tmp_path: Path, table: str, key: str, column: str, value: str, problem: str
) -> None:
    """A ruling names one record, a column that is there, and a value that the file could hold."""
    ruling = f'\n[[rulings]]\ntable = "{table}"\nkey = {key}\ncolumn = "{column}"\nvalue = "{value}"\nreason = "x"\n'
    folder = village.write(tmp_path)
    (folder / "project.toml").write_text(village.PROJECT + village.CSV + ruling, encoding="utf-8")
    (fault,) = faults_of(folder)
    assert fault.file == "project.toml"
    assert fault.column.startswith("rulings.1")
    assert problem in fault.problem


def cell(table: str, row: int, column: str, value: str) -> Callable[[village.Tables], None]:
    """Return an edit that puts a value into one cell; `row` counts as a spreadsheet does."""

    def edit(content: village.Tables) -> None:
        content[table] = content[table].astype({column: object})
        content[table].at[row - 2, column] = value

    return edit


def without(table: str, *, row: int | None = None, column: str = "") -> Callable[[village.Tables], None]:
    """Return an edit that takes a row or a column away."""

    def edit(content: village.Tables) -> None:
        content[table] = content[table].drop(columns=column) if row is None else content[table].drop(index=row - 2)

    return edit


def again(table: str, row: int) -> Callable[[village.Tables], None]:
    """Return an edit that repeats a row at the end."""

    def edit(content: village.Tables) -> None:
        content[table] = pd.concat([content[table], content[table].iloc[[row - 2]]], ignore_index=True)

    return edit


def shape(table: str, row: int, geometry: object) -> Callable[[village.Tables], None]:
    """Return an edit that replaces the geometry of a feature, counted from 1."""

    def edit(content: village.Tables) -> None:
        shapes = content[table].geometry.to_list()
        shapes[row - 1] = geometry
        content[table] = content[table].set_geometry(shapes, crs=village.CRS)

    return edit


X, Y = village.WEST, village.SOUTH
BOW_TIE = Polygon([(X, Y), (X + 1000, Y + 2000), (X + 1000, Y), (X, Y + 2000)])


@pytest.mark.parametrize(
    ("edit", "file", "row", "column", "value", "problem"),
    [
        (cell("sections", 2, "学位数(个)", "12,5"), "sections.csv", 2, "seats", "12,5", "is not a number."),
        (cell("sections", 2, "学位数(个)", "1 234"), "sections.csv", 2, "seats", "1 234", "separator of thousands"),
        (cell("sections", 2, "学位数(个)", "-3"), "sections.csv", 2, "seats", "-3", "is negative."),
        (cell("sections", 2, "学位数(个)", "inf"), "sections.csv", 2, "seats", "inf", "is not a number."),
        (cell("sections", 2, "学位数(个)", "NaN"), "sections.csv", 2, "seats", "NaN", "is not a number."),
        (cell("sections", 3, "教室数", ""), "sections.csv", 3, "seats", "2143000001", "neither seats nor classrooms"),
        (cell("sections", 3, "学校标识码", "X"), "sections.csv", 3, "school", "X", "is not in `schools`"),
        (cell("sections", 3, "学段", "高中"), "sections.csv", 3, "stage", "高中", "is not in `stages`"),
        (cell("sections", 3, "在校生数", ""), "sections.csv", 3, "enrolment", "2143000001", "has no enrolment"),
        (again("sections", 2), "sections.csv", 6, "school, stage", "1143000001, kindergarten", "is there twice"),
        (without("sections", column="学段"), "sections.csv", 1, "stage", "", "is missing"),
        (cell("population", 5, "年龄段", "4-5"), "population.csv", 5, "age", "4-5", "leaves out age 3"),
        (cell("population", 5, "年龄段", "2-5"), "population.csv", 5, "age", "2-5", "overlaps the band before"),
        (cell("population", 5, "年龄段", "三至五"), "population.csv", 5, "age", "三至五", "is no age."),
        (
            cell("population", 3, "时点", "2022-08-31"),
            "population.csv",
            3,
            "date",
            "2022-08-31",
            "has no record of area",
        ),
        (cell("population", 3, "时点", "2023"), "population.csv", 3, "date", "2023", "is no date."),
        (cell("population", 3, "人数(人)", ""), "population.csv", 3, "count", "", "is empty."),
        (cell("population", 3, "人数(人)", "合计"), "population.csv", 3, "count", "合计", "is not a number."),
        (cell("population", 3, "年龄段", "合计"), "population.csv", 3, "年龄段", "合计", "a total within a record"),
        (cell("areas", 3, "小区域代码", "X"), "areas.geojson", 2, "area", "X", "has no record in population.csv"),
        (cell("projects", 3, "学区", "0109"), "projects.csv", 3, "catchment", "0109", "is not in `catchments`"),
        (cell("projects", 2, "学校标识码", "X"), "projects.csv", 2, "school", "X", "is not in `schools`"),
        (cell("projects", 2, "类型", "修缮"), "projects.csv", 2, "kind", "修缮", "is none of"),
        (cell("projects", 2, "投用时间", "明年"), "projects.csv", 2, "opening", "明年", "is no month."),
        (cell("schools", 2, "经度", ""), "schools.csv", 2, "geometry", "1143000001", "has no place."),
        (cell("schools", 2, "学校名称", ""), "schools.csv", 2, "name", "", "is empty."),
        (again("areas", 2), "areas.geojson", 5, "area", "431222001001", "is there twice"),
        (
            shape("catchments", 2, box(X + 500, Y, X + 2000, Y + 2000)),
            "catchments.geojson",
            2,
            "geometry",
            "0102",
            "overlaps '0101' by 1,000,000 m²",
        ),
        (shape("catchments", 1, BOW_TIE), "catchments.geojson", 1, "geometry", "0101", "is no valid polygon"),
        (shape("catchments", 1, BOW_TIE.boundary), "catchments.geojson", 1, "geometry", "0101", "is a LineString."),
    ],
)
def test_a_fault_of_a_cell_is_told_with_its_place(  # noqa: PLR0917
    tmp_path: Path,
    edit: Callable[[village.Tables], None],
    file: str,
    row: int,
    column: str,
    value: str,
    problem: str,
) -> None:
    """File, row, column, value and problem; nothing is written and nothing crashes."""
    content = village.tables()
    edit(content)
    faults = faults_of(village.write(tmp_path, content))
    told = {(fault.file, fault.row, fault.column, fault.value): fault.problem for fault in faults}
    assert (file, row, column, value) in told
    assert problem in told[file, row, column, value]


@pytest.mark.parametrize(
    ("old", "new", "file", "column", "problem"),
    [
        ('"population.csv"', '"people.csv"', "people.csv", "", "does not exist."),
        ('"population.csv"', '"sub"', "sub", "", "is a folder, not a file."),
        (', crs = "GCJ-02" }\nsec', " }\nsec", "schools.csv", "crs", "states no CRS"),
        (
            'csv", crs = "GCJ-02" }\nsec',
            'csv", crs = "EPSG:4546" }\nsec',
            "schools.csv",
            "crs",
            "cannot be in EPSG:4546",
        ),
        ('"areas.geojson"', '"areas.geojson", crs = "EPSG:4547"', "areas.geojson", "crs", "states EPSG:4546 itself"),
        ("draws = 100", 'standards = "none.toml"', "project.toml", "project.standards", "is neither a shipped"),
        ("draws = 100", 'standards = "../s.toml"', "project.toml", "project.standards", "is neither a shipped"),
        ("draws = 100", "standards = '..\\s.toml'", "project.toml", "project.standards", "is neither a shipped"),
        ("draws = 100", 'standards = "sections.csv"', "sections.csv", "", "is no TOML"),
        ("base_year = 2024", "base_year = 2022", "project.toml", "project.base_year", "is before 2023"),
        (
            "calibrate = 2024",
            "calibrate = 2022",
            "project.toml",
            "stages.primary.attendance.calibrate",
            "is not within",
        ),
        ("stages.primary", "stages.junior", "sections.csv", "stage", "has no section."),
    ],
)
def test_a_fault_of_the_project_file_is_told(  # noqa: PLR0917
    tmp_path: Path, old: str, new: str, file: str, column: str, problem: str
) -> None:
    """What the project file says and the tables do not bear out."""
    folder = village.write(tmp_path)
    (folder / "sub").mkdir()
    text = village.PROJECT + village.CSV
    assert old in text
    (folder / "project.toml").write_text(text.replace(old, new), encoding="utf-8")
    faults = {(fault.file, fault.column): fault.problem for fault in faults_of(folder)}
    assert problem in faults[file, column]


def test_faults_of_many_tables_are_told_at_once(tmp_path: Path) -> None:
    """A decimal comma here, an unknown area there, an overlap elsewhere: one run tells them all."""
    content = village.tables()
    cell("sections", 2, "学位数(个)", "12,5")(content)
    cell("sections", 3, "学校标识码", "X")(content)
    cell("population", 3, "村代码", "Y")(content)
    shape("catchments", 2, box(X + 500, Y, X + 2000, Y + 2000))(content)
    folder = village.write(tmp_path, content)
    (folder / "projects.csv").unlink()
    assert {(file, column, value) for file, _, column, value in told(folder)} >= {
        ("sections.csv", "seats", "12,5"),
        ("sections.csv", "school", "X"),
        ("population.csv", "area", "Y"),
        ("catchments.geojson", "geometry", "0102"),
        ("projects.csv", "", ""),
    }


def test_one_mistake_is_one_fault(tmp_path: Path) -> None:
    """A cell that is no number is not told again as missing seats."""
    content = village.tables()
    cell("sections", 5, "学位数(个)", "约540")(content)
    assert told(village.write(tmp_path, content)) == [("sections.csv", 5, "seats", "约540")]


def test_a_fault_in_a_workbook_names_its_sheet(tmp_path: Path) -> None:
    """In a reader's check and in a check between tables."""
    content = village.tables()
    cell("population", 3, "人数(人)", "x")(content)
    cell("sections", 3, "学校标识码", "X")(content)
    faults = faults_of(village.write(tmp_path, content, how=village.XLSX))
    assert [(fault.file, fault.sheet, fault.row) for fault in faults] == [
        ("县表.xlsx", "人口", 3),
        ("县表.xlsx", "学部", 3),
    ]


def test_a_layer_in_the_wrong_zone_is_far_away(tmp_path: Path) -> None:
    """Coordinates that are possible in the declared CRS, but three degrees off: refused, the likely CRS named."""
    content = village.tables()
    moved = content["catchments"].set_crs("EPSG:4547", allow_override=True)
    content["catchments"] = gpd.GeoDataFrame(moved)
    folder = village.write(tmp_path, content)
    (fault,) = [fault for fault in faults_of(folder) if fault.column == "crs"]
    assert fault.file == "catchments.geojson"
    assert "km away from the areas" in fault.problem


def test_gcj_02_taken_for_wgs_84_is_not_noticed_by_place_alone(tmp_path: Path) -> None:
    """The limit of every check: half a kilometre is plausible. Hence the datum must be declared, never defaulted."""
    folder = village.write(tmp_path)
    text = (village.PROJECT + village.CSV).replace("GCJ-02", "EPSG:4326")
    (folder / "project.toml").write_text(text, encoding="utf-8")
    project, _ = inspect_folder(folder)
    assert project is not None
    moved = project.schools.distance(read_project(village.write(tmp_path / "right")).schools)
    assert moved.between(590, 620).all()


def test_classes_without_a_class_size(tmp_path: Path) -> None:
    """A section that gives classrooms only needs a class size of the standards; otherwise it is told before the plan."""
    folder = village.write(tmp_path)
    levels = "".join(
        f'[levels.{name}]\nvalue = 0.9\ndocument = "d"\nconfidence = "low"\n'
        for name in ("watch_from", "red_from", "surplus_below")
    )
    (folder / "own.toml").write_text(f'name = "own"\n{levels}', encoding="utf-8")
    text = (village.PROJECT + village.CSV).replace("draws = 100", 'standards = "own.toml"')
    (folder / "project.toml").write_text(text, encoding="utf-8")
    (fault,) = faults_of(folder)
    assert (fault.file, fault.row, fault.column) == ("sections.csv", 3, "seats")


def test_faulty_standards_are_told_with_the_tables(tmp_path: Path) -> None:
    """A wrong figure and a wrong cell, in one run."""
    content = village.tables()
    cell("population", 3, "人数(人)", "x")(content)
    folder = village.write(tmp_path, content)
    (folder / "own.toml").write_text('name = "own"\n[levels]\n', encoding="utf-8")
    text = (village.PROJECT + village.CSV).replace("draws = 100", 'standards = "own.toml"')
    (folder / "project.toml").write_text(text, encoding="utf-8")
    assert {fault.file for fault in faults_of(folder)} == {"own.toml", "population.csv"}


def test_catchments_by_stage(tmp_path: Path) -> None:
    """A stage with catchments of its own uses them; the others share those without a stage."""
    content = village.tables()
    own = content["catchments"].assign(学段="小学")
    whole = gpd.GeoDataFrame(
        {"学区代码": ["K"], "片区名称": ["全县"], "学段": [None]},
        geometry=[box(X, Y, X + 2000, Y + 2000)],
        crs=village.CRS,
    )
    content["catchments"] = gpd.GeoDataFrame(pd.concat([own, whole]), crs=village.CRS)
    content["projects"].loc[1, "学区"] = "K"
    project = read_project(village.write(tmp_path / "good", content))
    assert project.coverage_of == {"kindergarten": "all", "primary": "primary"}
    assert project.projects.at["X3", "catchment"] == "K"

    content["projects"].loc[1, "学区"] = "0101"
    (fault,) = faults_of(village.write(tmp_path / "bad", content))
    assert (fault.file, fault.row, fault.value) == ("projects.csv", 3, "0101")
    assert fault.problem == "is no catchment of stage 'kindergarten'."


def test_a_section_that_serves_a_catchment_that_does_not_exist(tmp_path: Path) -> None:
    """Of several catchments each is looked up."""
    content = village.tables()
    content["sections"]["学区"] = ["0101；0109", "", "", ""]
    assert told(village.write(tmp_path, content)) == [("sections.csv", 2, "catchment", "0109")]


def test_look_alike_areas_stay_two_areas(tmp_path: Path) -> None:
    """A Latin and a Cyrillic letter are two labels; neither takes the other's children."""
    content = village.tables()
    for table, column in (("areas", "小区域代码"), ("population", "村代码")):
        names = {village.AREAS[0]: "A", village.AREAS[1]: "А"}
        content[table][column] = content[table][column].replace(names)
    cell("population", 2, "人数(人)", "999")(content)
    project = read_project(village.write(tmp_path, content))
    residents = project.population["count"].groupby(level="area").sum()
    assert residents["A"] - residents["А"] == 999 - 20


def test_hostile_names_go_through(tmp_path: Path) -> None:
    """Names that a template, a spreadsheet or a shell would run are kept letter by letter."""
    names = ["</script><script>alert(1)</script>", "{{7*191}}", "=1+1"]
    content = village.tables()
    content["schools"]["学校名称"] = names
    for number, how in enumerate((village.CSV, village.XLSX, village.LAYERS)):
        project = read_project(village.write(tmp_path / str(number), content, how=how))
        assert project.schools["name"].to_list() == names


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    """The error lists the fault and is a ValueError, too."""
    with pytest.raises(InputError, match=r"project\.toml: does not exist"):
        read_project(tmp_path / "none")


def test_steps_are_told(tmp_path: Path) -> None:
    """A caller may show progress: the project file, every table, the checks."""
    steps: list[str] = []
    inspect_folder(village.write(tmp_path), progress=steps.append)
    assert (steps[0], steps[-1]) == ("project file", "checks between tables")
    assert set(steps[1:-1]) >= {"areas.geojson", "sections.csv"}


@pytest.fixture(scope="module")
def berlin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the Berlin project, so that it can be spoiled."""
    return Path(shutil.copytree(BERLIN, tmp_path_factory.mktemp("copy") / "berlin-mitte"))


def test_the_berlin_trap(berlin: Path) -> None:
    """Catchments of October 2018 as published state no CRS and are metres: refused, and EPSG:25833 is named."""
    text = (BERLIN / "project.toml").read_text(encoding="utf-8")
    trap = 'file = "raw/RBS_OD_ESB_2018_10.geojson"\ncolumns = { catchment = "ESB", name = "BEZName" }'
    (berlin / "project.toml").write_text(text.replace('file = "catchments.geojson"', trap), encoding="utf-8")
    faults = [fault for fault in faults_of(berlin) if fault.column == "crs"]
    (fault,) = faults
    assert fault.file == "raw/RBS_OD_ESB_2018_10.geojson"
    assert fault.problem == "states no CRS, and project.toml declares none."
    assert fault.remedy == (
        'The likely one is EPSG:25833: if so, declare `crs = "EPSG:25833"` below this table in project.toml.'
    )
    assert "EPSG:25833" in fault.remedy_zh


def test_berlin_as_it_is_can_be_planned() -> None:
    """The example has warnings and one ruling, and no error."""
    project = read_project(BERLIN)
    assert {fault.severity for fault in project.faults} == {Severity.WARNING, Severity.RULING, Severity.NOTICE}
    assert all(fault.problem_zh and fault.remedy_zh for fault in project.faults)
