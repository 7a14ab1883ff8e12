"""
A bureau's workbooks with many different faults: one run tells all of them, each with its place and the way out.

The workbooks are those of the invented county, in their messy form, with faults
typed into single cells. Rows and columns are looked up by what a clerk sees
there, not by what the program says. Whatever is told as an error is a planted
fault, or follows from one in a way that is listed here.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import openpyxl
import pandas as pd
import pytest
from openpyxl.styles import Border
from typer.testing import CliRunner

from schoolmap.cli import app
from schoolmap.inputs.examples.forms import BIRTHS_FILE
from schoolmap.inputs.examples.forms import PEOPLE_BOOK
from schoolmap.inputs.examples.forms import SCHOOL_BOOK

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

DEMO = Path(__file__).parents[1] / "data" / "demo-county"
RUN = CliRunner()
HEADER_ROWS = 4
CATCHMENTS_FILE = "学区_合成数据.shp"


@dataclass(frozen=True, kw_only=True)
class Planted:
    """
    One fault: the cell that is typed over, found by a text of its row and by its header, and what must be told of it.

    Attributes
    ----------
    record, header, group
        A text at the beginning of the row and of no row above, the header of
        the column, and what stands above that.
    typed
        What is typed into the cell.
    value, column
        What is told to stand there, and in which column; the typed value and
        its column if left out.
    en, zh
        A part of what is told.
    """

    sheet: str
    record: str
    header: str
    typed: object
    en: str
    zh: str
    value: str | None = None
    column: str = ""
    group: str = ""
    book: str = SCHOOL_BOOK


KINDERGARTENS, ATTACHED, PRIMARIES, JUNIORS = "幼儿园", "附设幼儿班", "小学", "初中"
SCHOOLS, CLASSES, RESOURCES, FLOWS, PROJECTS = "学校基本情况", "城区班级名册", "办学条件", "跨片区就读", "建设项目"
CODE = "学校（机构）标识码"

PLANTED = (
    Planted(
        sheet=KINDERGARTENS,
        record="示范县第二幼儿园",
        header="学位数",
        typed="约360",
        en="is not a number.",
        zh="不是数字。",
    ),
    Planted(
        sheet=KINDERGARTENS,
        record="示范县第三幼儿园",
        header=CODE,
        typed=143990003,
        en="has fewer digits than other codes of the column",
        zh="位数少于本列其他代码",
    ),
    Planted(
        sheet=KINDERGARTENS,
        record="新城幼儿园",
        header="教职工数",
        group="师资",
        typed="无",
        en="may mean zero, or not known.",
        zh="可能表示零",
    ),
    Planted(
        sheet=ATTACHED,
        record="青井小学",
        header="占用教室学段",
        typed="初中",
        value="2143990012",
        en="uses the rooms of a section that the school does not have",
        zh="所借用教室的学段,该校没有",
    ),
    Planted(sheet=PRIMARIES, record="文庙小学", header="教室数", typed=-18, en="is negative.", zh="是负数。"),
    Planted(
        sheet=PRIMARIES, record="北苑小学", header="教学班数", typed=21.5, en="is no whole number.", zh="不是整数。"
    ),
    Planted(
        sheet=PRIMARIES,
        record="西街小学",
        header="学位数",
        typed="24班",
        en="has a unit that this column does not count in.",
        zh="所带单位与本列不符。",
    ),
    Planted(
        sheet=PRIMARIES,
        record="示范县实验小学",
        header="在校生数",
        typed=1759,
        value="2143990001",
        en="has 1,759 pupils enrolled, but 1,579 in its grades.",
        zh="在校(园)生合计为 1,759,而各年级之和为 1,579。",
    ),
    Planted(
        sheet=JUNIORS,
        record="示范县第二初级中学",
        header="学位数",
        typed=None,
        value="3143990006",
        en="has neither seats nor classrooms.",
        zh="既没有学位数也没有教室数。",
    ),
    Planted(
        sheet=SCHOOLS,
        record="西街小学",
        header="办别",
        typed="国有民营",
        en="is none of public",
        zh="不是允许的取值(公办",
    ),
    Planted(
        sheet=SCHOOLS,
        record="北苑小学",
        header="经度",
        typed=28.46,
        value="28.46, 111.0018",
        column="坐标（高德）经度 (O), 坐标（高德）纬度 (P)",
        en="cannot be a longitude and a latitude: the two are exchanged.",
        zh="不可能是经度、纬度:两者填反了。",
        group="坐标（高德）",
    ),
    Planted(
        sheet=SCHOOLS,
        record="（重复登记）",
        header=CODE,
        typed="2143990001",
        en="is there twice, first in row 5.",
        zh="重复,首次出现在第 5 行。",
    ),
    Planted(sheet=CLASSES, record="一(3)班", header="学生数", typed=None, value="", en="is empty.", zh="单元格为空。"),
    Planted(
        sheet=CLASSES, record="一(4)班", header="年级", typed="十三年级", en="is none of K1", zh="不是允许的取值(小班"
    ),
    Planted(
        sheet=RESOURCES,
        record="文庙小学",
        header=CODE,
        typed="2.14399E+09",
        en="is a code written as a power of ten, of which digits are lost.",
        zh="代码变成了科学计数法",
    ),
    Planted(
        sheet=RESOURCES,
        record="北苑小学",
        header="教学仪器设备值（元）",
        typed="#REF!",
        en="is the error of a formula.",
        zh="是公式错误值。",
        group="校舍与设施",
    ),
    Planted(
        sheet=RESOURCES,
        record="西街小学",
        header="音乐教室",
        typed="=SUM(Q5:Q7)",
        en="is a formula without a stored value.",
        zh="是公式,且没有保存计算结果。",
        group="校舍与设施",
    ),
    Planted(
        sheet=RESOURCES,
        record="南城小学",
        header="体艺专任教师",
        typed=14,
        value="14 (G9:G11)",
        en="is one number merged over several rows",
        zh="一个数纵向合并了多行",
        group="教师",
    ),
    Planted(
        sheet=FLOWS,
        record="21",
        header="就读学区",
        typed="P77",
        en="is not in `catchments`.",
        zh="不在 `catchments` 中",
    ),
    Planted(
        sheet=FLOWS, record="20", header="就读原因", typed="拆迁", en="is none of migrant", zh="不是允许的取值(随迁"
    ),
    Planted(
        sheet=FLOWS,
        record="19",
        header="学生数",
        typed="—",
        en="stands for nothing, but a number is needed here.",
        zh="表示没有或不详,而此处必须填数字。",
    ),
    Planted(
        sheet=PROJECTS,
        record="X01",
        header="片区代码",
        typed="P99",
        en="is not in `catchments`.",
        zh="不在 `catchments` 中",
    ),
    Planted(sheet=PROJECTS, record="X02", header="投用时间", typed="2027-13", en="is no month.", zh="不是年月。"),
    Planted(
        sheet=PROJECTS,
        record="X03",
        header="学校标识码",
        typed="2143990998",
        en="is not in `schools`.",
        zh="不在 `schools` 中",
    ),
    Planted(
        sheet=PROJECTS,
        record="X04",
        header="停用时间",
        typed="2026-03",
        en="is not after the opening.",
        zh="不晚于开办时间。",
    ),
    Planted(
        sheet=PROJECTS, record="X05", header="建成概率", typed="160%", value="1.6", en="is above 1.", zh="大于 1。"
    ),
    Planted(
        sheet=PROJECTS,
        record="X06",
        header="新增学位",
        typed=90,
        group="规模",
        en="is added by a demolition.",
        zh="拆除项目却增加学位。",
    ),
    Planted(
        sheet=PROJECTS,
        record="X07",
        header="实际投用时间",
        typed="9/1/2024",
        en="may be one of several dates",
        zh="日期有歧义:分不清日和月。",
    ),
    Planted(
        sheet=PROJECTS, record="X08", header="进展", typed="洽谈中", en="is none of reserve", zh="不是允许的取值(储备"
    ),
    Planted(
        sheet=PROJECTS, record="X15", header="建设类型", typed="修缮", en="is none of new", zh="不是允许的取值(新建"
    ),
    Planted(sheet=PROJECTS, record="X16", header="学段", typed="高职", en="is not in `stages`.", zh="不在 `stages` 中"),
    Planted(
        book=PEOPLE_BOOK,
        sheet="分年龄人口",
        record="东门社区",
        header="年龄段",
        typed="1-2",
        en="leaves out age 0 in area '439900100001'.",
        zh="缺少 0 岁。",
    ),
    Planted(
        book=PEOPLE_BOOK,
        sheet="住宅项目",
        record="Z02",
        header="竣工年份",
        typed="明年",
        en="is no year.",
        zh="不是年份。",
    ),
    Planted(
        book=PEOPLE_BOOK,
        sheet="住宅项目",
        record="Z05",
        header="住宅类型",
        typed="别墅",
        en="is no type of",
        zh="的类型中。",
    ),
    Planted(
        book=PEOPLE_BOOK,
        sheet="住宅项目",
        record="Z07",
        header="社区",
        typed="439900100099",
        en="is not in `areas`.",
        zh="不在 `areas` 中",
    ),
    Planted(
        book=PEOPLE_BOOK, sheet="进城率", record="6", header="年迁移率", typed=1.2, en="is above 1.", zh="大于 1。"
    ),
)
"""Faults of workbooks; the row of the school that is entered twice is written by `plant`."""

NEGATIVE_BIRTHS = (BIRTHS_FILE, "", 3, "births", "-3")
"""In the file of another office, which is a csv: its columns are told by the contract's name."""
FOLLOWS = (CATCHMENTS_FILE, "", 43, "schools", "1143990003")
"""The kindergarten whose code has lost a digit is served by a unit that has it right."""

Place = tuple[str, str, int | None, str, str]
"""File, sheet, row, column and value."""


def shorten(page: Worksheet, rows: int) -> None:
    """Keep the first rows of a sheet, with the merged cells that lie in them: what is below is more of the same."""
    for spread in list(page.merged_cells.ranges):
        if spread.max_row > rows:
            page.merged_cells.remove(spread)
    page.delete_rows(rows + 1, page.max_row)


def people_in_few_bands(path: Path) -> Workbook:
    """Return the workbook of people with the later count in the place of both, in five bands: read in no time."""
    # merged cells would take longer to read than all others together; the first cell of each stands for its rows
    source = openpyxl.load_workbook(path, read_only=True)
    sheets = {page.title: list(page.iter_rows(values_only=True)) for page in source.worksheets}
    source.close()
    title, _, header, *rows = sheets["分年龄人口"]
    counts = pd.DataFrame(rows, columns=list(header))
    counts = counts[counts["时点"] == "2025-08-31"]
    youngest = counts["年龄段"].str.extract(r"^(\d+)")[0].astype(int)
    bands = pd.cut(youngest, [0, 3, 6, 12, 15, 200], right=False, labels=["0-2", "3-5", "6-11", "12-14", "15+"])
    by = ["村代码", "村（社区）名称", "时点", "年龄段"]
    sums = counts.assign(年龄段=bands.astype(str)).groupby(by, sort=False)["人数"].sum().reset_index()
    homes = pd.DataFrame(sheets["户均儿童数"]).ffill()
    sheets["分年龄人口"] = [title, tuple(sums.columns), *sums.itertuples(index=False, name=None)]
    sheets["户均儿童数"] = list(homes.itertuples(index=False, name=None))
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, cells in sheets.items():
        page = book.create_sheet(name)
        for row in cells:
            page.append(row)
    return book


def row_of(page: Worksheet, record: str) -> int:
    """Return the first row in whose first columns a text stands."""
    return next(cells[0].row for cells in page.iter_rows(max_col=4) if record in {str(cell.value) for cell in cells})


def column_of(page: Worksheet, header: str, group: str) -> str:
    """Return the letter of the column below a header, and below the group above it."""
    for cells in page.iter_rows(min_row=2, max_row=HEADER_ROWS):
        above = ""
        for cell in cells:
            above = str(page.cell(max(cell.row - 1, 1), cell.column).value or above)
            if cell.value == header and (not group or above == group):
                return str(cell.column_letter)
    raise KeyError(header)


def plant(folder: Path) -> dict[Planted, Place]:
    """Write the county with all faults into a folder, and return where each is to be told."""
    shutil.copytree(DEMO, folder)
    books = {
        SCHOOL_BOOK: openpyxl.load_workbook(folder / SCHOOL_BOOK),
        PEOPLE_BOOK: people_in_few_bands(folder / PEOPLE_BOOK),
    }
    for sheet, rows in {CLASSES: 29, RESOURCES: 30, FLOWS: 30}.items():
        shorten(books[SCHOOL_BOOK][sheet], rows)
    schools = books[SCHOOL_BOOK][SCHOOLS]
    below = row_of(schools, "合计") + 1
    for column, value in {"B": "城关镇", "D": "（重复登记）", "O": 111.01, "P": 28.45}.items():
        schools[f"{column}{below}"] = value
    places = {}
    for fault in PLANTED:
        page = books[fault.book][fault.sheet]
        row, letter = row_of(page, fault.record), column_of(page, fault.header, fault.group)
        page[f"{letter}{row}"] = fault.typed
        value = str(fault.typed) if fault.value is None else fault.value
        column = fault.column or f"{fault.group}{fault.header} ({letter})"
        places[fault] = (fault.book, fault.sheet, row, column, value)
    # what one cell alone cannot show
    row = row_of(schools, "北苑小学")
    schools[f"P{row}"] = 111.0018
    page = books[SCHOOL_BOOK][JUNIORS]
    page[f"{column_of(page, '教室数', '')}{row_of(page, '示范县第二初级中学')}"] = None
    books[SCHOOL_BOOK][RESOURCES].merge_cells("G9:G11")
    for name, book in books.items():
        for page in book.worksheets:
            for spread in page.merged_cells.ranges:
                # lines around merged cells take half of the time in which a workbook is read
                page.cell(spread.min_row, spread.min_col).border = Border()
        book.save(folder / name)
    lines = (folder / BIRTHS_FILE).read_bytes().decode("gbk").split("\r\n")
    births = [*lines[:2], *(line for line in lines if ",2024年," in line or ",2025年," in line)]
    births[2] = births[2].rpartition(",")[0] + ",-3"
    (folder / BIRTHS_FILE).write_bytes("\r\n".join([*births, ""]).encode("gbk"))
    return places


def digests(folder: Path) -> dict[str, str]:
    """Return a fingerprint of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@dataclass(frozen=True, kw_only=True)
class Runs:
    """What the commands said of one faulty folder, and what is on the disk before and after."""

    places: dict[Planted, Place]
    texts: dict[tuple[str, str], Any]
    code: int
    faults: list[dict[str, Any]]
    ok: bool
    before: dict[str, str]
    after: dict[str, str]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """Run `check` in both languages, `plan` in Chinese, and `plan --json`."""
    root = tmp_path_factory.mktemp("planted")
    places = plant(root / "county")
    before = digests(root)
    county, out = str(root / "county"), ["--out", str(root / "maps")]
    check = {("check", lang): RUN.invoke(app, ["check", county, "--lang", lang]) for lang in ("zh", "en")}
    plan = {("plan", "zh"): RUN.invoke(app, ["plan", county, *out])}
    machine = RUN.invoke(app, ["plan", county, "--json", *out])
    document = json.loads(machine.stdout)
    faults = [fault for fault in document["faults"] if fault["severity"] == "error"]
    return Runs(
        places=places,
        texts=check | plan,
        code=machine.exit_code,
        faults=faults,
        ok=document["ok"],
        before=before,
        after=digests(root),
    )


def place_of(fault: dict[str, Any]) -> Place:
    """Return where a fault of the machine's list is."""
    return fault["file"], fault["sheet"], fault["row"], fault["column"], fault["value"]


def test_all_are_told_in_one_run_and_nothing_else(runs: Runs) -> None:
    """More than twenty faults of different kinds in twelve sheets and a csv: each is told once, at its own cell."""
    assert (runs.code, runs.ok) == (2, False)
    assert len(set(runs.places)) == len(runs.places) > 30
    assert len({place[:2] for place in runs.places.values()}) == 12
    told = sorted(map(place_of, runs.faults), key=str)
    assert told == sorted([*runs.places.values(), NEGATIVE_BIRTHS, FOLLOWS], key=str)


@pytest.mark.parametrize("planted", PLANTED, ids=lambda fault: f"{fault.sheet}-{fault.record}-{fault.header}")
def test_each_is_told_with_what_is_wrong(runs: Runs, planted: Planted) -> None:
    """The sentence is that of this fault, and no other one's, in both languages."""
    (fault,) = (fault for fault in runs.faults if place_of(fault) == runs.places[planted])
    assert planted.en in fault["problem"]
    assert planted.zh in fault["problem_zh"]


def test_the_kinds_differ(runs: Runs) -> None:
    """At least twenty of them are of kinds that no other one is of."""
    kinds = {re.split(r"[,:.(]", fault["problem"])[0] for fault in runs.faults}
    assert len(kinds) >= 20


@pytest.mark.parametrize(("command", "lang"), [("check", "zh"), ("check", "en"), ("plan", "zh")])
def test_check_and_plan_print_them_and_stop(runs: Runs, command: str, lang: str) -> None:
    """Exit code 2, nothing on stdout, and a line for each fault: sheet, row, column, value, problem, way out."""
    result = runs.texts[command, lang]
    assert (result.exit_code, result.stdout) == (2, "")
    lines = result.stderr.splitlines()
    begins, sheet, row, column, between = {
        "zh": ("错误", "工作表 {}", "第 {} 行", "列 {}", ""),
        "en": ("error", "sheet {}", "row {}", "column {}", " "),
    }[lang]
    errors = [line for line in lines if line.startswith(begins)]
    problem, remedy = ("problem_zh", "remedy_zh") if lang == "zh" else ("problem", "remedy")
    for fault in runs.faults:
        parts = [sheet.format(fault["sheet"])] if fault["sheet"] else []
        parts += [row.format(fault["row"]), column.format(fault["column"])]
        place = ", ".join([fault["file"], *parts])
        said = fault[problem] + between + fault[remedy]
        (line,) = (line for line in errors if f" {place}: " in line and line.endswith(said))
        assert fault["value"] in line
    count = {"zh": "错误 {} 条", "en": "{} error(s)"}[lang].format(len(runs.faults))
    assert lines[-1].startswith(count)


def test_the_way_out_is_said_as_planners_speak(runs: Runs) -> None:
    """No remedy is empty; in Chinese nothing is English but names of tables, keys and labels."""
    for fault in runs.faults:
        assert fault["remedy"].strip()
        assert fault["remedy_zh"].endswith(("。", "……"))
        said = fault["problem_zh"] + fault["remedy_zh"]
        said = re.sub(r"`[^`]*`|\[\[[a-z]+\]\]|[（(][a-z]+[）)]|\S+\.(xlsx|csv|toml|shp)", "", said)
        assert re.findall(r"[A-Za-z]{2,}", said) == [], fault
        assert re.search(r"[\u4e00-\u9fff]{4,}", said)


def test_nothing_is_written(runs: Runs) -> None:
    """No folder of maps, no file beside the workbooks, and not a byte of theirs changed."""
    assert runs.after == runs.before
    assert len(runs.before) == len(list(DEMO.glob("*.*")))
