"""One table of a project: any cell in, the contract's columns out, and every fault with its row."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import village
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from schoolmap.inputs.project_file import TableSource
from schoolmap.inputs.readers import TableRead
from schoolmap.inputs.readers import read_table
from schoolmap.inputs.readers import read_value
from schoolmap.tables import CONTRACTS

SECTIONS: list[object] = ["学校标识码", "学段", "学位数", "在校生数"]


def read(folder: Path, table: str, frame: pd.DataFrame, **declared: object) -> TableRead:
    """Write a table as UTF-8 csv and read it as one of the contract's tables."""
    frame.to_csv(folder / "t.csv", index=False)
    return read_table(TableSource(file=Path("t.csv"), **declared), CONTRACTS[table], folder=folder)  # type: ignore[arg-type]


def read_sheet(folder: Path, table: str, rows: list[list[object]]) -> TableRead:
    """Write rows as the only sheet of a workbook, typed as they are, and read them."""
    book = openpyxl.Workbook()
    book.worksheets[0].title = "表"
    for row in rows:
        book.worksheets[0].append(row)
    book.save(folder / "t.xlsx")
    return read_table(TableSource(file=Path("t.xlsx"), sheet="表"), CONTRACTS[table], folder=folder)


def told(result: TableRead) -> list[tuple[int | None, str, str, str]]:
    """Return row, column, value and problem of every fault; each has a way out, in both languages."""
    assert all(fault.remedy and fault.problem_zh and fault.remedy_zh and fault.file for fault in result.faults)
    return [(fault.row, fault.column, fault.value, fault.problem) for fault in result.faults]


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


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), ("12.5", 12.5), ("１２", 12), ("１２．５", 12.5), (" 7 ", 7), ("1e3", 1000), ("+4", 4), ("0", 0)],
)
def test_plain_numbers_are_read(tmp_path: Path, text: str, number: float) -> None:
    """Full-width digits are digits."""
    assert read(tmp_path, "sections", section(学位数=text)).frame.at[2, "seats"] == number


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("12,5", "decimal comma"),
        ("1,234", "separator of thousands"),
        ("１，２３４", "separator of thousands"),
        ("1 234", "separator of thousands"),
        ("1'234", "separator of thousands"),
        ("540人", "plain number"),
        ("约540", "plain number"),
        ("—", "leave the cell empty"),
        ("NaN", "plain number"),
        ("inf", "plain number"),
        ("-Infinity", "plain number"),
        ("1e999", "plain number"),
        ("0x10", "plain number"),
        ("1_000", "plain number"),
        ("TRUE", "plain number"),
    ],
)
def test_what_is_no_plain_number_is_refused_with_a_hint(tmp_path: Path, text: str, hint: str) -> None:
    """Nothing is guessed: separators, units, words, infinity."""
    result = read(tmp_path, "sections", section(学位数=text))
    ((row, column, _, problem),) = told(result)
    assert (row, column) == (2, "seats")
    assert problem.startswith("is not a number")
    assert hint in result.faults[0].remedy + result.faults[0].problem


@given(st.one_of(st.text(max_size=8), st.floats().map(str), st.integers().map(str)))
def test_a_cell_is_a_finite_number_or_a_fault(text: str) -> None:
    """Whatever is typed, a count is finite and not negative, or empty, or reported."""
    value, faults = read_value(text, CONTRACTS["sections"], "seats")
    assert isinstance(value, float)
    if not faults and text.strip():
        assert 0 <= value < float("inf")
    if not text.strip():
        assert faults == []


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


def test_units_and_totals_are_told_and_not_read_on(tmp_path: Path) -> None:
    """A row of units and a row of totals are one fault each, not a fault in every cell."""
    rows: list[list[object]] = [
        SECTIONS,
        [None, None, "(个)", "人"],
        ["2143000001", "小学", 540, 500],
        ["合 计", None, 540, 500],
    ]
    assert told(read_sheet(tmp_path, "sections", rows)) == [
        (4, "学校标识码", "合 计", "marks a row of totals, which would be counted a second time."),
        (2, "学位数", "(个)", "marks a row of units, not a record."),
    ]


def test_a_total_of_the_sexes_would_count_twice(tmp_path: Path) -> None:
    """男, 女 and 合计 in the column of the sex: the total is refused."""
    row = {"村": "a", "年龄": "3", "日期": "2023-08-31", "人数": "5"}
    frame = pd.DataFrame([row | {"性别": sex} for sex in ("男", "女", "合计")])
    assert [fault[0] for fault in told(read(tmp_path, "population", frame))] == [4]


def test_a_workbook_of_a_bureau(tmp_path: Path) -> None:
    """Codes typed as numbers, merged cells and formulas that were never computed are named with their rows."""
    rows: list[list[object]] = [SECTIONS, [2143000001, "小学", "=500+40", 500], ["2143000002", "小学", 540, 500]]
    result = read_sheet(tmp_path, "sections", rows)
    assert [(fault.sheet, fault.row, fault.column, fault.value) for fault in result.faults] == [
        ("表", 2, "学位数", "=500+40"),
        ("表", 2, "school", "2143000001"),
    ]
    assert "code stored as a number" in result.faults[1].problem


def test_a_title_above_the_header(tmp_path: Path) -> None:
    """A merged title in row 1 is told as such, beside the columns that it hides."""
    book = openpyxl.Workbook()
    for row in (["某县学校情况表"], SECTIONS, ["2143000001", "小学", "540", "500"]):
        book.worksheets[0].append(row)
    book.worksheets[0].merge_cells("A1:D1")
    book.save(tmp_path / "t.xlsx")
    result = read_table(TableSource(file=Path("t.xlsx")), CONTRACTS["sections"], folder=tmp_path)
    assert any(fault.row == 1 and "without a title above" in fault.remedy for fault in result.faults)


def test_spreadsheet_dates(tmp_path: Path) -> None:
    """A date cell is a date; the first of a month that Excel made of `2027-09` is that month; `3-5` made a date is not."""
    day = dt.datetime(2023, 8, 31)  # noqa: DTZ001
    rows: list[list[object]] = [["村", "年龄", "时点", "人数"], ["a", "3", day, 5]]
    assert read_sheet(tmp_path, "population", rows).frame.at[2, "date"] == "2023-08-31"
    rows = [["项目", "学段", "类型", "投用时间"], ["X", "小学", "新建", dt.datetime(2027, 9, 1)]]  # noqa: DTZ001
    assert read_sheet(tmp_path, "projects", rows).frame.at[2, "opening"] == "2027-09"
    rows = [["村", "年龄", "时点", "人数"], ["a", dt.datetime(2023, 3, 5), day, 5]]  # noqa: DTZ001
    ((_, column, _, problem),) = told(read_sheet(tmp_path, "population", rows))
    assert (column, problem) == ("age", "is no age.")


@pytest.mark.parametrize("text", ["2016", "2016年", "2016/12/31", "31.12.2016", "2016-13-01", "2016-02-30", "20161231"])
def test_refuses_a_date_that_is_not_iso(tmp_path: Path, text: str) -> None:
    """A year alone, another order and a day that does not exist are no dates."""
    frame = pd.DataFrame([{"村": "a", "年龄": "3", "日期": text, "人数": "5"}])
    result = read(tmp_path, "population", frame)
    assert told(result) == [(2, "date", text, "is no date.")]
    assert "2016-12-31" in result.faults[0].remedy


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


def test_a_file_in_a_folder_below_is_named_with_its_path(tmp_path: Path) -> None:
    """Two files of one name in two folders are told apart."""
    source = TableSource(file=Path("raw") / "t.csv")
    (fault,) = read_table(source, CONTRACTS["sections"], folder=tmp_path).faults
    assert fault.file == "raw/t.csv"


cell = st.one_of(st.sampled_from(["", "合计", "人", "3-5", "1,5", "2027-09", "小学", "NaN"]), st.text(max_size=6))


@given(st.sampled_from(sorted(CONTRACTS)), st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_cells_are_read_or_told(tmp_path: Path, table: str, data: st.DataObject) -> None:
    """Whatever stands in a sheet, a reader returns a table and sentences, never an exception."""
    columns = [*CONTRACTS[table].columns, *(["lon", "lat"] if CONTRACTS[table].geometry != "none" else [])]
    row = st.fixed_dictionaries(dict.fromkeys(columns, cell))
    frame = pd.DataFrame(data.draw(st.lists(row, min_size=1, max_size=4)), columns=columns)
    village.write_sheets(tmp_path / "t.xlsx", {"s": frame.map(lambda text: "".join(filter(str.isprintable, text)))})
    result = read_table(TableSource(file=Path("t.xlsx"), crs="EPSG:4326"), CONTRACTS[table], folder=tmp_path)
    told(result)
    assert set(CONTRACTS[table].key) - {"sex", "stage"} <= set(result.frame.columns)
