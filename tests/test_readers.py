"""One table of a project: any file in, the contract's columns out, and every fault and notice with its row."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import village
from bureau import SECTIONS
from bureau import read_again
from bureau import read_rows
from bureau import told
from bureau import write_book
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from shapely.geometry import Point

from schoolmap.inputs.project_file import TableSource
from schoolmap.inputs.readers import TableRead
from schoolmap.inputs.readers import read_table
from schoolmap.inputs.readers import read_value
from schoolmap.tables import CONTRACTS

if TYPE_CHECKING:
    from bureau import Rows


def read(folder: Path, table: str, frame: pd.DataFrame, **declared: object) -> TableRead:
    """Write a table as UTF-8 csv and read it as one of the contract's tables."""
    frame.to_csv(folder / "t.csv", index=False)
    return read_table(TableSource(file=Path("t.csv"), **declared), CONTRACTS[table], folder=folder)  # type: ignore[arg-type]


def noticed(result: TableRead) -> list[tuple[int | None, str, str]]:
    """Return row, column and value of every notice."""
    return [(row, column, value) for row, column, value, _ in told(result, severity="notice")]


def section(**cells: str) -> pd.DataFrame:
    """Return one good section, with other cells where given."""
    good = {"学校标识码": "2143000001", "学段": "小学", "学位数": "540", "在校生数": "500"}
    return pd.DataFrame([good | cells])


def test_by_hand(tmp_path: Path) -> None:
    """Chinese headers and words become the contract's, numbers numbers, codes stay text, an unknown column is left."""
    frame = section(序号="1", 学校标识码="0143000001")
    result = read(tmp_path, "sections", frame)
    assert result.faults == ()
    assert result.complete
    assert result.frame.loc[2].to_dict() == {
        "school": "0143000001",
        "stage": "primary",
        "seats": 540.0,
        "enrolment": 500.0,
    }


@given(st.one_of(st.text(max_size=8), st.floats().map(str), st.integers().map(str)))
def test_a_cell_is_a_finite_number_or_a_fault(text: str) -> None:
    """Whatever is typed, a count is finite and not negative, or empty, or reported."""
    value, faults = read_value(text, CONTRACTS["sections"], "seats")
    assert isinstance(value, float)
    if not faults and not pd.isna(value):
        assert 0 <= value < float("inf")
    if not text.strip():
        assert faults == []


def test_a_sheet_of_a_bureau_by_hand(tmp_path: Path) -> None:
    """
    Title, unit line, header of two rows, units, merged township, subtotals, total and foot, codes as numbers.

    Nothing of it stops the plan; each thing that was read in its own way is told once.
    """
    rows: Rows = [
        ["某县2024学年小学基本情况表"],
        ["填报单位:县教育局", None, None, None, None, "单位:人"],
        ["序号", "所在乡镇", "学校", None, "一年级", None, "合计", None, "占地面积(亩)", "备注"],
        [None, None, "标识码", "名称", "班数", "人数", "班数", "学生数", None, None],
        [None, None, None, None, "班", "人", "班", "人", "亩", None],
        [1, "城关镇", 2143000001, "城东小学", 2, "９０", 12, "1,178", 30, None],
        [2, None, 2143000002.0, "城西小学", 1, "45人", 6, 270, "—", "x"],
        [None, None, "小计", None, 3, 135, 18, 1448, 30, None],
        [3, "官庄镇", "2143000003", "官庄小学", 1, 30, 6, 161, 15, None],
        ["全县合计", None, None, None, 4, 165, 24, 1600, 45, None],
        ["注:数据截至9月1日"],
        ["填表人:张三", None, None, "审核:李四"],
    ]
    merge = [
        "A1:J1",
        "A2:E2",
        "A3:A4",
        "B3:B4",
        "C3:D3",
        "E3:F3",
        "G3:H3",
        "I3:I4",
        "J3:J4",
        "B6:B8",
        "A10:D10",
        "A11:J11",
    ]
    result = read_rows(tmp_path, "sections", rows, merge=merge, stage="primary")
    assert told(result) == []
    assert result.complete
    assert result.sound
    assert result.frame.reset_index().to_dict("list") == {
        "row": [6, 7, 9],
        "school": ["2143000001", "2143000002", "2143000003"],
        "classes_1": [2.0, 1.0, 1.0],
        "pupils_1": [90.0, 45.0, 30.0],
        "classes": [12.0, 6.0, 6.0],
        "enrolment": [1178.0, 270.0, 161.0],
        "stage": ["primary"] * 3,
    }
    assert noticed(result) == [
        (1, "", "某县2024学年小学基本情况表"),
        (3, "", "学校 / 标识码"),
        (5, "一年级班数 (E)", "班"),
        (8, "学校标识码 (C)", "小计"),
        (11, "序号 (A)", "注:数据截至9月1日"),
        (6, "学校标识码 (C)", "2143000001"),
        (6, "一年级人数 (F)", "９０"),
        (7, "一年级人数 (F)", "45人"),
        (6, "合计学生数 (H)", "1,178"),
    ]
    assert told(result, severity="warning") == [
        (10, "合计学生数 (H)", "1600", "is printed as '全县合计', but the records add up to 1,609 (-9).")
    ]
    assert {fault.sheet for fault in result.faults} == {"表"}
    schools = read_again(tmp_path, "schools", columns={"lon": "备注", "lat": "备注"})
    assert schools.frame["township"].to_list() == ["城关镇", "城关镇", "官庄镇"]
    assert schools.frame["land_m2"].fillna(0).to_list() == [20_000.0, 0.0, 10_000.0]


def test_every_fault_of_a_sheet_in_one_run(tmp_path: Path) -> None:
    """Each cell that cannot be right is told with its row, the header and letter of its column, and its value."""
    rows: Rows = [
        ["学校情况"],
        ["学校标识码", "学段", "学位数", "在校生数", "班数", "床位"],
        [10_000_000_000_000_000, "小学", 1, 1, 1, 1],
        ["2143000002", "托班", "12班", "1 234", 1.5, -3],
        ["2143000003", None, "约540", "无", "=1+1", "#REF!"],
        ["2143000003", "小学", 5, 5, 5, 5],
        ["2143000003", "小学", 6, 6, 6, 6],
        ["4.31222E+11", "小学", 7, 7, 7, 7],
        ["2143000009", "小学", 8, 8, 8, None],
        ["2143000010", "小学", 9, 9, 9, None],
    ]
    result = read_rows(tmp_path, "sections", rows, merge=["F9:F10", "C8:D8"])
    assert {(row, column, value) for row, column, value, _ in told(result)} == {
        (3, "学校标识码 (A)", "10000000000000000"),
        (4, "学位数 (C)", "12班"),
        (4, "在校生数 (D)", "1 234"),
        (4, "班数 (E)", "1.5"),
        (4, "床位 (F)", "-3"),
        (5, "学段 (B)", ""),
        (5, "学位数 (C)", "约540"),
        (5, "在校生数 (D)", "无"),
        (5, "班数 (E)", "=1+1"),
        (5, "床位 (F)", "#REF!"),
        (7, "学校标识码 (A), 学段 (B)", "2143000003, primary"),
        (8, "学校标识码 (A)", "4.31222E+11"),
        (8, "学位数 (C)", "7 (C8:D8)"),
    }
    assert [fault.place("zh") for fault in result.faults if fault.value == "12班"] == [
        "t.xlsx, 工作表 表, 第 4 行, 列 学位数 (C)"
    ]


def test_the_same_layout_in_a_csv(tmp_path: Path) -> None:
    """Titles, units, totals and foot notes of a csv in GBK; its columns have no letters."""
    lines = [
        "学校情况,,,",
        "学校标识码,学段,学位数,在校生数",
        ",,个,人",
        "A,小学,540,500",
        "B,小学,450,400",
        "合计,,990,950",
        "注:略",
    ]
    (tmp_path / "t.csv").write_text("\n".join(lines), encoding="gbk")
    result = read_table(TableSource(file=Path("t.csv")), CONTRACTS["sections"], folder=tmp_path)
    assert told(result) == []
    assert result.frame["seats"].to_dict() == {4: 540.0, 5: 450.0}
    assert [row for row, *_ in noticed(result)] == [1, 3, 6, 7]
    assert told(result, severity="warning")[0][:3] == (6, "enrolment", "950")


def test_shifted_lines_of_a_csv_are_named_and_their_table_is_not_complete(tmp_path: Path) -> None:
    """A line with a cell too few, and one with a cell beyond the header; the others are read and checked."""
    lines = ["学校标识码,学段,学位数", "A,小学", "B,小学,x", "C,小学,1,7"]
    (tmp_path / "t.csv").write_text("\n".join(lines), encoding="utf-8")
    result = read_table(TableSource(file=Path("t.csv")), CONTRACTS["sections"], folder=tmp_path)
    assert told(result) == [
        (2, "", "", "has 2 cells, but the header has 3."),
        (4, "", "", "has 4 cells, but the header has 3."),
        (3, "seats", "x", "is not a number."),
    ]
    assert not result.complete


def test_an_error_is_not_hidden_by_a_notice(tmp_path: Path) -> None:
    """A table is sound without errors; notices and warnings leave it so."""
    result = read_rows(tmp_path, "sections", [SECTIONS, [2143000001, "小学", "540人", 500], ["合计", None, 541, 500]])
    assert result.sound
    assert {fault.severity.value for fault in result.faults} == {"notice", "warning"}
    assert not read_rows(tmp_path, "sections", [SECTIONS, ["A", "小学", "x", 500]]).sound


@pytest.mark.parametrize("codes", [[101, 102, 1101], ["101.0", "1101", "1.102E+03"]])
def test_codes_that_lost_their_zeros(tmp_path: Path, codes: list[object]) -> None:
    """The rows are named; nothing is filled in."""
    rows = [["学区代码", "对口学校"], *([code, "A"] for code in codes)]
    result = read_rows(tmp_path, "catchments", rows)
    lost = [(row, column) for row, column, _, problem in told(result) if "dropped a zero" in problem]
    assert lost == [(row, "学区代码 (A)") for row, code in enumerate(codes, start=2) if float(str(code)) < 1000]


def test_hidden_rows_and_columns_are_read_and_told(tmp_path: Path) -> None:
    """What the spreadsheet does not show counts like all else."""
    write_book(tmp_path / "t.xlsx", {"表": [SECTIONS, ["A", "小学", 540, 500], ["B", "小学", 450, 400]]})
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    book.worksheets[0].row_dimensions[3].hidden = True
    book.worksheets[0].column_dimensions["C"].hidden = True
    book.save(tmp_path / "t.xlsx")
    result = read_again(tmp_path, "sections")
    assert result.frame["seats"].to_list() == [540.0, 450.0]
    assert noticed(result) == [(3, "", ""), (1, "学位数 (C)", "")]


def test_units_of_headers(tmp_path: Path) -> None:
    """A header in 万人 or 亩 is converted; one that counts something else is an error."""
    population = read(tmp_path, "totals", pd.DataFrame({"村": ["a"], "时点": ["2023-08-31"], "人口(万人)": ["1.2"]}))
    assert population.frame.at[2, "count"] == 12_000
    assert noticed(population) == [(2, "count", "1.2")]
    wrong = read(tmp_path, "sections", section().rename(columns={"学位数": "学位数(班)"}))
    assert told(wrong) == [(None, "seats", "", "has a header with a unit that this column does not count in.")]


def test_an_empty_cell_of_the_key_means_all(tmp_path: Path) -> None:
    """A dash in the column of the sex does not say that both are meant."""
    row = {"村": "a", "年龄": "3", "性别": "—", "日期": "2023-08-31", "人数": "5"}
    ((_, column, value, problem),) = told(read(tmp_path, "population", pd.DataFrame([row])))
    assert (column, value, problem) == ("sex", "—", "is none of female, male, both.")


@pytest.mark.parametrize(
    ("cell", "word"), [("公 办", "public"), ("普惠性\u200b民办", "inclusive"), (" 民办\n", "private")]
)
def test_words_in_any_spacing(tmp_path: Path, cell: str, word: str) -> None:
    """Spaces, line breaks and unseen characters do not make another word."""
    frame = pd.DataFrame([{"学校代码": "A", "校名": "甲", "办别": cell, "经度": "110.39", "纬度": "28.45"}])
    assert read(tmp_path, "schools", frame, crs="EPSG:4326").frame.at[2, "ownership"] == word


def test_a_declared_decimal_comma(tmp_path: Path) -> None:
    """With `decimal = ","` a comma is read, and a point is a separator of thousands: refused."""
    result = read(tmp_path, "sections", section(学位数="540,5", 在校生数="1.234"), decimal=",")
    assert result.frame.at[2, "seats"] == 540.5
    ((row, column, value, _),) = told(result)
    assert (row, column, value) == (2, "enrolment", "1.234")


@pytest.mark.parametrize(
    ("column", "cell", "problem"),
    [("学位数", "-3", "is negative."), ("学校标识码", "", "is empty."), ("学段", "", "is empty.")],
)
def test_values_out_of_contract(tmp_path: Path, column: str, cell: str, problem: str) -> None:
    """A negative count and an empty label are faults; an empty optional cell is not."""
    ((row, _, _, said),) = told(read(tmp_path, "sections", section(**{column: cell})))
    assert (row, said) == (2, problem)
    assert told(read(tmp_path, "sections", section(在校生数=""))) == []


def test_a_doubled_key_names_both_rows(tmp_path: Path) -> None:
    """One stage of one school stands once."""
    twice = pd.concat([section(), section(学段="幼儿园"), section()])
    assert told(read(tmp_path, "sections", twice)) == [
        (4, "school, stage", "2143000001, primary", "is there twice, first in row 2."),
    ]


def test_a_missing_part_of_the_key_makes_no_twins(tmp_path: Path) -> None:
    """Without the column of the areas, only that column is a fault: no child is to be deleted for it."""
    row = {"年龄": "3", "日期": "2023-08-31", "人数": "5"}
    ((_, column, _, problem),) = told(read(tmp_path, "population", pd.DataFrame([row, row])))
    assert (column, problem) == ("area", "is missing: code of the small area.")
    named = pd.DataFrame([row | {"村": "a"}] * 2)
    assert [problem for *_, problem in told(read(tmp_path, "population", named))] == ["is there twice, first in row 2."]


def test_a_doubled_key_with_an_empty_part(tmp_path: Path) -> None:
    """A population with an empty column `sex` is compared by area, age and date."""
    row = {"村": "a", "年龄": "3", "性别": "", "日期": "2023-08-31", "人数": "5"}
    result = read(tmp_path, "population", pd.DataFrame([row, row | {"年龄": "4"}, row]))
    assert told(result) == [(4, "area, age, sex, date", "a, 3, , 2023-08-31", "is there twice, first in row 2.")]


def test_look_alikes_stay_distinct(tmp_path: Path) -> None:
    """Codes that only look alike (Latin, Cyrillic, full-width) are different labels, kept as typed."""
    codes = ["A1", "А1", "Ａ1", "a1", "01", "1"]
    frame = pd.concat([section(学校标识码=code) for code in codes])
    result = read(tmp_path, "sections", frame)
    assert result.faults == ()
    assert result.frame["school"].to_list() == codes


@pytest.mark.parametrize("name", ["</script>", "{{7*191}}", "=1+1", "@SUM(A1)", "'; DROP TABLE", "\u202e倒"])
def test_hostile_names_are_only_names(tmp_path: Path, name: str) -> None:
    """What a template or a spreadsheet would run is text, in a csv and in a workbook."""
    frame = pd.DataFrame({"学区代码": ["0101"], "片区名称": [name], "学段": ["小学"]})
    contract = CONTRACTS["catchments"]
    frame.to_csv(tmp_path / "t.csv", index=False)
    village.write_sheets(tmp_path / "t.xlsx", {"s": frame})
    for file in ("t.csv", "t.xlsx"):
        result = read_table(TableSource(file=Path(file)), contract, folder=tmp_path)
        assert result.frame["name"].to_list() == [name]


def test_missing_columns_are_told_together_with_the_cells_of_others(tmp_path: Path) -> None:
    """All at once: what is missing, and what is wrong in what is there."""
    result = read(tmp_path, "sections", section(学位数="x").drop(columns=["学校标识码", "学段"]))
    assert told(result) == [
        (1, "school", "", "is missing: code of the school."),
        (1, "stage", "", "is missing: stage of schooling."),
        (2, "seats", "x", "is not a number."),
    ]
    assert not result.complete
    assert "学校标识码" in result.faults[0].problem_zh


def test_two_headers_of_one_meaning(tmp_path: Path) -> None:
    """`学位` and `学位数` both mean seats: the project file has to say which."""
    result = read(tmp_path, "sections", section(学位="1"))
    ((row, column, _, problem),) = told(result)
    assert (row, column) == (1, "学位")
    assert problem == "means `seats`, and so does column '学位数'."
    declared = read(tmp_path, "sections", section(学位="1"), columns={"seats": "学位"})
    assert (told(declared), declared.frame.at[2, "seats"]) == ([], 1.0)


@pytest.mark.parametrize(
    ("columns", "column", "problem"),
    [
        ({"seats": "座位"}, "座位", "is declared as `seats` in project.toml, but the file has no such column."),
        ({"chairs": "学位数"}, "chairs", "is declared in project.toml, but `sections` has no such column."),
        ({"seats": "学位数", "boarding": "学位数"}, "学位数", "is declared as `seats` and as `boarding`"),
    ],
)
def test_wrong_declarations_of_columns(tmp_path: Path, columns: dict[str, str], column: str, problem: str) -> None:
    """A declared header that is not there, a column that is none, and a header declared twice."""
    result = read(tmp_path, "sections", section(), columns=columns)
    assert (told(result)[0][1], told(result)[0][3][: len(problem)]) == (column, problem)


def test_a_declared_column_is_read(tmp_path: Path) -> None:
    """A header that no alias knows is declared."""
    frame = section().rename(columns={"学位数": "座位"})
    assert read(tmp_path, "sections", frame, columns={"seats": "座位"}).frame.at[2, "seats"] == 540


def test_a_total_of_the_sexes_would_count_twice(tmp_path: Path) -> None:
    """男, 女 and 合计 in the column of the sex: the total is refused."""
    row = {"村": "a", "年龄": "3", "日期": "2023-08-31", "人数": "5"}
    frame = pd.DataFrame([row | {"性别": sex} for sex in ("男", "女", "合计")])
    assert [fault[0] for fault in told(read(tmp_path, "population", frame))] == [4]


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx"])
def test_a_doubled_header_is_refused(tmp_path: Path, name: str) -> None:
    """Two used columns of one name: neither is preferred; two that nobody needs do not matter."""
    doubled = pd.DataFrame([["A", "小学", "1", "2", "x", "y"]], columns=[*SECTIONS[:3], "学位数", "备注", "备注"])
    if name == "t.csv":
        doubled.to_csv(tmp_path / name, index=False)
    else:
        village.write_sheets(tmp_path / name, {"s": doubled})
    ((row, column, _, problem),) = told(
        read_table(TableSource(file=Path(name)), CONTRACTS["sections"], folder=tmp_path)
    )
    assert (row, problem) == (1, "is there twice.")
    assert column.startswith("学位数 (")


def test_spreadsheet_dates(tmp_path: Path) -> None:
    """A date cell is a date; the first of a month that Excel made of `2027-09` is that month; `3-5` made a date is not."""
    day = dt.datetime(2023, 8, 31)  # noqa: DTZ001
    rows: Rows = [["村", "年龄", "时点", "人数"], ["a", "3", day, 5]]
    assert read_rows(tmp_path, "population", rows).frame.at[2, "date"] == "2023-08-31"
    rows = [["项目", "学段", "类型", "投用时间"], ["X", "小学", "新建", dt.datetime(2027, 9, 1)]]  # noqa: DTZ001
    assert read_rows(tmp_path, "projects", rows).frame.at[2, "opening"] == "2027-09"
    rows = [["村", "年龄", "时点", "人数"], ["a", dt.datetime(2023, 3, 5), day, 5]]  # noqa: DTZ001
    ((_, column, _, problem),) = told(read_rows(tmp_path, "population", rows))
    assert (column, problem) == ("年龄 (B)", "is no age.")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2016", "is no date."),
        ("2016-13-01", "is no date."),
        ("20161231", "is no date."),
        ("31.12.2016", "may be one of several dates: nobody knows which number is the day."),
    ],
)
def test_refuses_a_date_that_may_be_another(tmp_path: Path, text: str, problem: str) -> None:
    """A year alone, a day that does not exist, the day first; `2016年12月31日` is read."""
    frame = pd.DataFrame([{"村": "a", "年龄": "3", "日期": text, "人数": "5"}])
    assert told(read(tmp_path, "population", frame)) == [(2, "date", text, problem)]
    assert read(tmp_path, "population", frame.assign(日期="2016年12月31日")).frame.at[2, "date"] == "2016-12-31"


@pytest.mark.parametrize(("kind", "meant"), [("新建", "new"), ("改扩建", "expand"), ("expand", "expand")])
def test_kinds_of_projects(tmp_path: Path, kind: str, meant: str) -> None:
    """Chinese and English words are read."""
    frame = pd.DataFrame([{"项目": "X", "学段": "小学", "类型": kind}])
    assert read(tmp_path, "projects", frame).frame.at[2, "kind"] == meant


def test_refuses_an_unknown_kind(tmp_path: Path) -> None:
    """The allowed words are named in the reader's language."""
    frame = pd.DataFrame([{"项目": "X", "学段": "小学", "类型": "修缮"}])
    result = read(tmp_path, "projects", frame)
    assert told(result)[0][:3] == (2, "kind", "修缮")
    assert "新建" in result.faults[0].problem_zh


def test_an_empty_table(tmp_path: Path) -> None:
    """A header without records is a fault, except for projects."""
    assert [fault[3] for fault in told(read(tmp_path, "sections", section().iloc[:0]))] == ["holds no record."]
    projects = pd.DataFrame(columns=["项目", "学段", "类型"])
    assert read(tmp_path, "projects", projects).faults == ()


def test_very_many_faults_are_counted(tmp_path: Path) -> None:
    """Twenty of a kind are listed; the rest is a number, so that the terminal can be read."""
    frame = pd.concat([section(学校标识码=str(number), 学位数="x") for number in range(100)])
    faults = told(read(tmp_path, "sections", frame))
    assert len(faults) == 21
    assert faults[-1] == (None, "seats", "", "has 80 more such fault(s).")


def test_points_in_columns(tmp_path: Path) -> None:
    """Longitude and latitude become points in the declared datum; half a place is none."""
    lon, lat = village.degrees(0, 0)
    frame = pd.DataFrame({"学校代码": ["A", "B"], "校名": ["甲", "乙"], "经度": [lon, lon], "纬度": [lat, ""]})
    result = read(tmp_path, "schools", frame, crs="GCJ-02")
    assert isinstance(result.frame, gpd.GeoDataFrame)
    point = result.frame.to_crs(village.CRS).geometry[2]
    assert (point.x, point.y) == pytest.approx((village.WEST, village.SOUTH), abs=0.01)
    assert told(result) == [(3, "geometry", "B", "has no place.")]


def test_degrees_as_a_map_shows_them(tmp_path: Path) -> None:
    """Degrees, minutes and seconds are points; a cell that could not be read is told once, not as a missing place too."""
    places = {"经度": ["110°23′24″", "x", "110.39E"], "纬度": ["28°27′00″", "28.45", "110.39E"]}
    frame = pd.DataFrame({"学校代码": ["A", "B", "C"], "校名": ["甲", "乙", "丙"], **places})
    result = read(tmp_path, "schools", frame, crs="EPSG:4326")
    assert isinstance(result.frame, gpd.GeoDataFrame)
    assert (result.frame.geometry[2].x, result.frame.geometry[2].y) == pytest.approx((110.39, 28.45))
    assert told(result) == [
        (3, "lon", "x", "is not a number."),
        (4, "lat", "110.39E", "is a longitude where the latitude is wanted."),
    ]


@pytest.mark.parametrize(
    ("east", "north"),
    [("东坐标", "北坐标"), ("横坐标", "纵坐标"), ("x", "y"), ("easting", "northing"), ("X坐标", "Y坐标")],
)
def test_metres_in_columns(tmp_path: Path, east: str, north: str) -> None:
    """横坐标 is the easting, 纵坐标 the northing; thousands may be separated."""
    frame = pd.DataFrame({"学校代码": ["A"], "校名": ["甲"], east: ["440,249.742"], north: ["3148463.666"]})
    result = read(tmp_path, "schools", frame, crs="EPSG:4546")
    assert isinstance(result.frame, gpd.GeoDataFrame)
    assert told(result) == []
    assert result.frame.geometry[2].x == 440_249.742


def test_x_and_y_as_surveyors_write_them(tmp_path: Path) -> None:
    """X坐标 is the northing there: the two are told as exchanged, with the declaration that mends it; it does."""
    frame = pd.DataFrame({"学校代码": ["A"], "校名": ["甲"], "X坐标": ["3148463.666"], "Y坐标": ["37440249.742"]})
    result = read(tmp_path, "schools", frame, crs="EPSG:4525")
    ((_, column, _, problem),) = told(result)
    assert (column, problem[:13]) == ("x, y", "are exchanged")
    mended = read(tmp_path, "schools", frame, crs="EPSG:4525", columns={"x": "Y坐标", "y": "X坐标"})
    assert told(mended) == []


def test_a_shapefile_as_an_office_sends_it(tmp_path: Path) -> None:
    """GBK attributes without `.cpg`, no `.prj`, codes as numbers: the likely CRS is named, and with it the file is read."""
    places = [Point(440_249.742, 3_148_463.666), Point(441_000, 3_149_000)]
    layer = gpd.GeoDataFrame(
        {"学校代码": [2143000001, 2143000002], "校名": ["城东", "城西"]}, geometry=places, crs="EPSG:4546"
    )
    layer.to_file(tmp_path / "t.shp", encoding="gbk")
    for ending in (".cpg", ".prj"):
        (tmp_path / f"t{ending}").unlink()
    source = TableSource(file=Path("t.shp"))
    near, prefer = (110.3, 28.4, 110.6, 28.7), ("EPSG:4546",)
    silent = read_table(source, CONTRACTS["schools"], folder=tmp_path, near=near, prefer=prefer)
    ((_, column, _, problem),) = told(silent)
    assert (column, problem) == ("crs", "states no CRS, and project.toml declares none.")
    assert 'crs = "EPSG:4546"' in silent.faults[-1].remedy_zh
    declared = read_table(source.model_copy(update={"crs": "EPSG:4546"}), CONTRACTS["schools"], folder=tmp_path)
    assert told(declared) == []
    assert declared.frame[["school", "name"]].to_numpy().tolist() == [["2143000001", "城东"], ["2143000002", "城西"]]
    assert noticed(declared) == [(1, "school", "2143000001")]


def test_a_file_in_a_folder_below_is_named_with_its_path(tmp_path: Path) -> None:
    """Two files of one name in two folders are told apart."""
    source = TableSource(file=Path("raw") / "t.csv")
    (fault,) = read_table(source, CONTRACTS["sections"], folder=tmp_path).faults
    assert fault.file == "raw/t.csv"


def sheets(folder: Path, content: dict[str, Rows], *, table: str = "sections", stages: bool = True) -> TableRead:
    """Read sheets of one workbook as one table; each sheet is a stage, named in Chinese."""
    write_book(folder / "t.xlsx", content)
    first, *more = [
        {"file": Path("t.xlsx"), "sheet": title, "stage": title if stages else "", "crs": "EPSG:4326"}
        for title in content
    ]
    source = TableSource.model_validate({**first, "more": more})
    return read_table(source, CONTRACTS[table], folder=folder)


PLAIN: list[object] = ["学校标识码", "学位数", "在校生数"]


def test_a_table_of_several_sheets(tmp_path: Path) -> None:
    """Kindergartens and primary schools on sheets of their own: one table, and each record knows its sheet and row."""
    content: dict[str, Rows] = {
        "幼儿园": [["表一"], PLAIN, ["A", 90, 80]],
        "小学": [PLAIN, ["A", 540, "x"], ["B", 450, 400]],
    }
    result = sheets(tmp_path, content)
    assert result.frame[["school", "stage", "seats"]].to_numpy().tolist() == [
        ["A", "kindergarten", 90.0],
        ["A", "primary", 540.0],
        ["B", "primary", 450.0],
    ]
    assert result.frame.index.is_unique
    assert [(fault.sheet, fault.row, fault.column) for fault in result.faults] == [
        ("幼儿园", 1, ""),
        ("小学", 2, "在校生数 (C)"),
    ]
    assert (result.file, result.sheet) == ("t.xlsx", "幼儿园, 小学")
    assert [(origin.file, origin.sheet) for origin in result.origins] == [("t.xlsx", "幼儿园"), ("t.xlsx", "小学")]
    assert result.headers == {"school": "学校标识码 (A)", "seats": "学位数 (B)", "enrolment": "在校生数 (C)"}


def test_the_key_is_unique_over_all_sheets(tmp_path: Path) -> None:
    """A school that is on two sheets of one table is told on the second, with the place of the first."""
    header: list[object] = ["学校标识码", "学段", "学位数"]
    content: dict[str, Rows] = {
        "甲": [header, ["A", "小学", 1]],
        "乙": [[], header, ["B", "小学", 1], ["A", "小学", 1]],
    }
    (fault,) = sheets(tmp_path, content, stages=False).faults
    assert (fault.sheet, fault.row, fault.column) == ("乙", 4, "学校标识码 (A), 学段 (B)")
    assert fault.problem == "is there twice, first in row 2 of 甲."
    assert "“甲”第 2 行" in fault.problem_zh


def test_points_of_several_sheets(tmp_path: Path) -> None:
    """A layer is one layer, whatever sheets its points stand on; one sheet without records is told by its name."""
    header: list[object] = ["学校标识码", "校名", "经度", "纬度"]
    content: dict[str, Rows] = {
        "甲": [header, ["A", "甲", 110.39, 28.45]],
        "乙": [header, ["B", "乙", 110.4, 28.46]],
        "丙": [header],
    }
    result = sheets(tmp_path, content, table="schools", stages=False)
    assert isinstance(result.frame, gpd.GeoDataFrame)
    assert (len(result.frame), result.frame.crs) == (2, "EPSG:4326")
    assert [(fault.sheet, fault.problem) for fault in result.faults] == [("丙", "holds no record.")]


def test_a_sheet_that_is_not_there_leaves_the_others_checked(tmp_path: Path) -> None:
    """All faults at once; labels are not compared, since records are missing."""
    write_book(tmp_path / "t.xlsx", {"小学": [PLAIN, ["A", "x", 1]]})
    source = TableSource.model_validate(
        {
            "file": "t.xlsx",
            "sheet": "小学",
            "stage": "primary",
            "more": [{"file": "t.xlsx", "sheet": "初中"}, {"file": "n.csv"}],
        }
    )
    result = read_table(source, CONTRACTS["sections"], folder=tmp_path)
    assert not result.complete
    assert [(fault.file, fault.sheet, fault.problem) for fault in result.faults] == [
        ("t.xlsx", "小学", "is not a number."),
        ("t.xlsx", "初中", "has no sheet '初中'."),
        ("n.csv", "", "does not exist."),
    ]


def test_a_declared_stage(tmp_path: Path) -> None:
    """It stands for a column of stages; beside one, and in a table without stages, it is an error."""
    good = section().drop(columns="学段")
    assert read(tmp_path, "sections", good, stage="初中").frame.at[2, "stage"] == "junior"
    assert told(read(tmp_path, "sections", section(), stage="初中"))[0][1:] == (
        "stage",
        "初中",
        "is declared in project.toml for all records, but the file has a column of stages.",
    )
    schools = pd.DataFrame({"学校代码": ["A"], "校名": ["甲"], "经度": ["110.39"], "纬度": ["28.45"]})
    assert [problem for *_, problem in told(read(tmp_path, "schools", schools, stage="小学", crs="EPSG:4326"))] == [
        "is declared in project.toml, but `schools` has no stages."
    ]


cell = st.one_of(
    st.sampled_from(
        ["", "合计", "小计", "人", "3-5", "1,5", "1,234", "2027-09", "2027.1", "小学", "NaN", "—", "无", "示例", "注:"]
    ),
    st.text(max_size=6),
    st.integers(-5, 10**17),
    st.floats(allow_nan=False, allow_infinity=False),
)


@given(st.sampled_from(sorted(CONTRACTS)), st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_cells_are_read_or_told(tmp_path: Path, table: str, data: st.DataObject) -> None:
    """Whatever stands in a sheet, a reader returns a table and sentences, never an exception."""
    columns = [*CONTRACTS[table].columns, *(["lon", "lat"] if CONTRACTS[table].geometry != "none" else [])]
    row = st.fixed_dictionaries(dict.fromkeys(columns, cell))
    frame = pd.DataFrame(data.draw(st.lists(row, min_size=1, max_size=4)), columns=columns, dtype=object)
    clean = frame.map(lambda value: "".join(filter(str.isprintable, value)) if isinstance(value, str) else value)
    village.write_sheets(tmp_path / "t.xlsx", {"s": clean})
    result = read_table(TableSource(file=Path("t.xlsx"), crs="EPSG:4326"), CONTRACTS[table], folder=tmp_path)
    for severity in ("error", "warning", "notice"):
        told(result, severity=severity)
    assert set(CONTRACTS[table].key) - {"sex", "stage"} <= set(result.frame.columns)
    if result.sound:
        numbers = result.frame.select_dtypes("number")
        assert (numbers.fillna(0).abs() < float("inf")).all(axis=None)


titles = st.lists(st.sampled_from([["标题"], ["填报单位:某局", None, "单位:人"], []]), max_size=3)
feet = st.lists(st.sampled_from([["注:略"], ["填表人:甲", None, "审核:乙"], ["合计", None, 990, 900]]), max_size=2)


@given(titles, feet)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_what_stands_around_a_table_does_not_change_it(tmp_path: Path, above: Rows, below: Rows) -> None:
    """Titles, notes and totals: the same records, the same faults, some notices more."""
    records: Rows = [SECTIONS, ["A", "小学", 540, 500], ["B", "小学", 450, 400]]
    plain = read_rows(tmp_path, "sections", records)
    framed = read_rows(tmp_path, "sections", [*above, *records, *below])
    assert framed.frame.to_numpy().tolist() == plain.frame.to_numpy().tolist()
    assert list(framed.frame.index) == [row + len(above) for row in plain.frame.index]
    assert framed.sound
    assert {fault.severity.value for fault in framed.faults} <= {"notice"}
