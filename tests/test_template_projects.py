"""A template is understood by the reader, empty and filled, and goes on to a plan."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pandas as pd
import pytest
import village
from typer.testing import CliRunner

from schoolmap.cli import app
from schoolmap.errors import Severity
from schoolmap.inputs.aliases import contract_names
from schoolmap.inputs.project_file import USUAL_STAGES
from schoolmap.inputs.project_file import TableSource
from schoolmap.inputs.readers import read_table
from schoolmap.inputs.template.example import FILLED
from schoolmap.inputs.template.example import example_tables
from schoolmap.inputs.template.folder import write_template
from schoolmap.inputs.template.sheets import BOOK
from schoolmap.inputs.template.sheets import describe_sheets
from schoolmap.inputs.to_fill import TO_FILL
from schoolmap.plan import make_plan
from schoolmap.project import inspect_folder
from schoolmap.tables import CONTRACTS

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from schoolmap.inputs.meanings import Language
    from schoolmap.inputs.template.sheets import Sheet

RUN = CliRunner()
LANGUAGES: tuple[Language, ...] = ("zh", "en")
SHEETS = {language: describe_sheets(tuple(USUAL_STAGES), language=language) for language in LANGUAGES}


def held(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder with its content."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def run(*arguments: str | Path) -> tuple[int, str, str]:
    """Run a command; return its exit code, what it prints and what it complains of."""
    result = RUN.invoke(app, [str(argument) for argument in arguments])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(scope="module", params=LANGUAGES)
def fresh(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Language, Path]:
    """Write an untouched template, which no test may change."""
    folder = tmp_path_factory.mktemp("fresh") / "county"
    write_template(folder, language=request.param)
    return request.param, folder


@pytest.fixture(scope="module")
def books() -> dict[Path, Workbook]:
    """Keep workbooks that are open."""
    return {}


# Empty


@pytest.mark.parametrize("place", range(len(SHEETS["zh"])), ids=[sheet.title for sheet in SHEETS["zh"]])
def test_an_empty_sheet_is_empty_and_nothing_is_wrong(
    fresh: tuple[Language, Path], books: dict[Path, Workbook], place: int
) -> None:
    """The reader knows every header, skips the examples, and finds no record; it has nothing else to say of it."""
    language, folder = fresh
    sheet: Sheet = SHEETS[language][place]
    source = TableSource(file=Path(BOOK[language]), sheet=sheet.title, stage=sheet.stage, crs="GCJ-02")
    read = read_table(source, CONTRACTS[sheet.table], folder=folder, books=books)
    assert read.frame.empty
    assert read.complete
    errors = {fault.problem for fault in read.faults if fault.severity is Severity.ERROR}
    assert errors <= {"holds no record."}
    assert {field.column for field in sheet.fields if field.column} - {"lon", "lat"} <= set(read.frame.columns)


def test_an_untouched_template_names_what_is_to_be_filled(fresh: tuple[Language, Path]) -> None:
    """Exit code 2, each open key of the project file once, in the template's language; nothing is written."""
    language, folder = fresh
    before = held(folder.parent)
    code, out, err = run("check", folder)
    assert (code, out) == (2, "")
    text = (folder / "project.toml").read_text(encoding="utf-8")
    wanted = sum(TO_FILL[language] in line for line in text.splitlines() if not line.startswith("#"))
    says = {"zh": "尚未填写。", "en": "is still to be filled in."}[language]
    assert err.count(says) == wanted == len(err.splitlines()) - 1
    for key in ("project.crs", "project.base_year", "tables.schools.crs", "tables.catchments.file", "attendance.rate"):
        assert key in err
    assert held(folder.parent) == before


def test_a_filled_project_file_asks_for_the_tables(tmp_path: Path) -> None:
    """The next that is missing: records of every sheet that a plan needs, named by sheet."""
    write_template(tmp_path / "a", language="zh", name="a", title="甲", crs=village.CRS)
    complete_project_file(tmp_path / "a")
    code, _, err = run("check", tmp_path / "a")
    assert code == 2
    for sheet in ("小区域", "人口", "学校", "幼儿园", "小学"):
        assert f"学校数据.xlsx, 工作表 {sheet}" in err


# Filled by hand


def complete_project_file(folder: Path) -> None:
    """Fill in what the template leaves open, as a person would in an editor."""
    path = folder / "project.toml"
    text = path.read_text(encoding="utf-8")
    for key, value in (("base_year", "2024"), ("horizon", "2030")):
        text = text.replace(f'{key} = "【必填】"', f"{key} = {value}")
    text = text.replace('crs = "【必填】"', 'crs = "GCJ-02"').replace('file = "【必填】"', 'file = "学区.geojson"')
    text = (
        text.replace("#draws = 1000", "draws = 100")
        .replace('rate = "【必填】"', "rate = 0.9")
        .replace('note = "【必填】"', 'note = "虚构"')
    )
    assert "【必填】" not in "".join(line for line in text.splitlines() if not line.startswith("#"))
    path.write_text(text, encoding="utf-8")


def fill_sheet(page: Worksheet, table: str, records: pd.DataFrame) -> None:
    """Type records below the examples, each cell under the header that means its column."""
    wanted = {*CONTRACTS[table].columns, "lon", "lat"}
    headers = [str(cell.value) for cell in page[1]]
    place_of = {name: headers.index(header) + 1 for header, name in contract_names(headers, wanted=wanted).items()}
    columns = contract_names(list(records.columns), wanted=wanted)
    row = next(row for row in range(2, 99) if page.cell(row, 1).value is None)
    for record in records.rename(columns=columns).to_dict("records"):
        for name, value in record.items():
            if name in place_of and value != "":
                page.cell(row, place_of[name]).value = value
        row += 1


def as_typed(frame: pd.DataFrame, *numbers: str) -> pd.DataFrame:
    """Return a table of texts with numbers where a person would type numbers."""
    return frame.assign(**{name: frame[name].map(lambda text: float(text) if text else "") for name in numbers})


def test_a_filled_template_is_planned(tmp_path: Path) -> None:
    """The synthetic county, typed into the sheets as a bureau would: it is read as it was written, and planned."""
    folder = tmp_path / "county"
    write_template(
        folder, language="zh", name="county", title="虚构县", crs=village.CRS, stages=["kindergarten", "primary"]
    )
    complete_project_file(folder)
    tables = village.tables()
    (folder / "学区.geojson").write_text(tables["catchments"].to_json(), encoding="utf-8")
    lon, lat = zip(*(village.degrees(x, y) for x in (500, 1500) for y in (500, 1500)), strict=True)
    places = pd.DataFrame({"经度": lon, "纬度": lat})
    areas = pd.DataFrame(tables["areas"].drop(columns="geometry")).join(places)
    sections = as_typed(tables["sections"], "学位数(个)", "教室数", "在校生数")
    book = openpyxl.load_workbook(folder / "学校数据.xlsx")
    fill_sheet(book["小区域"], "areas", as_typed(areas, "经度", "纬度"))
    fill_sheet(book["人口"], "population", as_typed(tables["population"], "人数(人)"))
    fill_sheet(book["学校"], "schools", as_typed(tables["schools"], "经度", "纬度"))
    for stage in ("幼儿园", "小学"):
        fill_sheet(book[stage], "sections", sections[sections["学段"] == stage])
    fill_sheet(book["建设项目"], "projects", as_typed(tables["projects"], "新增学位", "经度", "纬度"))
    book.save(folder / "学校数据.xlsx")

    project, faults = inspect_folder(folder)
    assert [fault.sentence("zh") for fault in faults if fault.severity is Severity.ERROR] == []
    assert project is not None
    plain, _ = inspect_folder(village.write(tmp_path / "plain"))
    assert plain is not None
    for name in ("sections", "projects"):
        wanted = getattr(plain, name)
        pd.testing.assert_frame_equal(getattr(project, name)[wanted.columns], wanted)
    pd.testing.assert_frame_equal(project.population, plain.population)
    assert project.schools.geometry.distance(plain.schools.geometry).max() < 0.01

    result = make_plan(project)
    assert bool(result.audit["holds"].all())
    assert set(result.balance["stage"]) == {"kindergarten", "primary"}


# The example


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_example_is_sound(tmp_path: Path, language: Language) -> None:
    """It can be planned as it stands, without a warning."""
    write_template(tmp_path / "ex", language=language, example=True)
    code, out, err = run("check", tmp_path / "ex")
    assert code == 0
    assert {"zh": "6 个小区域、6 所学校、7 个学部、2 个学区。可以编制规划。", "en": "It can be planned."}[
        language
    ] in out
    assert {"zh": "提醒", "en": "warning"}[language] not in err


def test_the_example_is_planned_at_once(tmp_path: Path) -> None:
    """By the two commands of its note, and every product says that it is invented."""
    folder, maps = tmp_path / "ex", tmp_path / "maps"
    assert run("new", folder, "--example")[0] == 0
    path = folder / "project.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("#draws = 1000", "draws = 100"), encoding="utf-8")
    code, _, err = run("plan", folder, "--out", maps)
    assert code == 0, err
    assert "示例，数据纯属虚构，不代表任何地区。" in (maps / "example.html").read_text(encoding="utf-8")
    assert json.loads((maps / "example.json").read_text(encoding="utf-8"))["synthetic"] is True


def test_the_example_uses_its_tables(tmp_path: Path) -> None:
    """Every table that it fills is read: as many records as were made."""
    write_template(tmp_path / "ex", language="zh", example=True)
    project, _ = inspect_folder(tmp_path / "ex")
    assert project is not None
    tables = example_tables(language="zh")
    document = tomllib.loads((tmp_path / "ex" / "project.toml").read_text(encoding="utf-8"))
    assert set(document["tables"]) == {*FILLED, "catchments"}
    for name in ("areas", "schools", "sections", "projects", "developments", "flows", "resources"):
        assert len(getattr(project, name)) == len(tables[name])
    assert len(project.population) == len(tables["population"])
    assert int(project.sections["enrolment"].sum()) == sum(record["enrolment"] for record in tables["sections"])


@pytest.mark.parametrize("stages", ["kindergarten", "primary", "junior", "kindergarten,junior"])
def test_the_example_of_fewer_stages_is_sound(tmp_path: Path, stages: str) -> None:
    """Whatever stages are chosen, it can be planned."""
    assert run("new", tmp_path / "ex", "--example", "--stages", stages)[0] == 0
    code, out, err = run("check", tmp_path / "ex")
    assert code == 0, err
    assert "可以编制规划" in out
