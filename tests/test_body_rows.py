"""Rows below a header that are no records: each says itself what it is, is left out and told; a record never is."""

from __future__ import annotations

from typing import Literal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.inputs.files.raw import RawTable
from schoolmap.inputs.layout.body_rows import Body
from schoolmap.inputs.layout.body_rows import holds_records
from schoolmap.inputs.layout.body_rows import sort_out
from schoolmap.inputs.layout.matching import match
from schoolmap.inputs.template.sheets import CODES
from schoolmap.inputs.template.sheets import EXAMPLE
from schoolmap.inputs.template.sheets import GUIDE
from schoolmap.tables import CONTRACTS

HEADER = ["序号", "所在乡镇", "学校标识码", "学段", "学位数", "在校生数"]
A = ["1", "城关镇", "2143000001", "小学", 540, 500]
B = ["2", "城关镇", "2143000002", "小学", 450, 400]
C = ["3", "官庄镇", "2143000003", "小学", 270, 200]
Row = list[object]


def sorted_out(*rows: Row, table: str = "sections", header: list[str] = HEADER) -> Body:
    """Tell apart rows below a header in row 1."""
    frame = pd.DataFrame([[*row, *[None] * (len(header) - len(row))] for row in rows], columns=header, dtype=object)
    frame.index = pd.RangeIndex(2, len(rows) + 2, name="row")
    raw = RawTable(frame=frame, header_row=1)
    matches, _ = match(raw, CONTRACTS[table], declared={}, given=["stage"])
    return sort_out(raw, matches, CONTRACTS[table])


def rows(body: Body) -> list[int]:
    """Return the rows of the records."""
    return list(body.records.index)


def told(body: Body) -> list[tuple[str, int | None, str]]:
    """Return severity, row and value of everything told; each has a way out in both languages."""
    assert all(fault.remedy and fault.problem_zh and fault.remedy_zh for fault in body.faults)
    return [(fault.severity.value, fault.row, fault.value) for fault in body.faults]


def test_records_alone() -> None:
    """Plain records need no word."""
    body = sorted_out(A, B, C)
    assert (rows(body), body.totals, body.units, body.faults) == ([2, 3, 4], (), {}, ())


def test_a_bureaus_sheet_by_hand() -> None:
    """Units, column numbers, an example, subtotals, a total and a foot: five kinds are told, once each."""
    body = sorted_out(
        [None, None, None, None, "(个)", "人"],
        ["甲", "乙", "丙", "丁", 1, 2],
        ["示例 1", "城关镇", "X", "小学", 1, 1],
        A,
        B,
        [None, "小计", None, None, 990, 900],
        C,
        ["合 计", None, None, None, 1260, 1100],
        ["注:截至9月1日"],
        ["填表人:张三", None, None, "审核:李四"],
    )
    assert rows(body) == [5, 6, 8]
    assert [(total.row, total.of_part) for total in body.totals] == [(7, True), (9, False)]
    assert body.units == {"学位数": "(个)", "在校生数": "人"}
    assert told(body) == [
        ("notice", 2, "(个)"),
        ("notice", 3, "甲"),
        ("notice", 4, "示例 1"),
        ("notice", 7, "小计"),
        ("notice", 10, "注:截至9月1日"),
    ]
    assert "rows 7, 9" in body.faults[3].problem
    assert "第 10、11 行" in body.faults[4].problem_zh


@pytest.mark.parametrize(
    "label",
    ["合计", "合 计", "总计", "共计:", "小计", "城关镇小计", "全县合计", "小学合计", "Total", "Grand total", "累计"],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_rows_of_totals(label: str, place: int) -> None:
    """The word stands alone or ends the label, in any of the columns before the numbers."""
    total: Row = [None] * 4 + [1260, 1100]
    total[place] = label
    body = sorted_out(A, B, C, total)
    assert rows(body) == [2, 3, 4]
    assert [item.label for item in body.totals] == [label]


@pytest.mark.parametrize("name", ["合计小学", "总计划学校", "小计算机学校", "汇总", "统计局幼儿园"])
def test_names_that_only_hold_such_a_word(name: str) -> None:
    """A school may be called so."""
    assert rows(sorted_out([1, "城关镇", name, "小学", 5, 4])) == [2]


def test_a_subtotal_beside_its_township() -> None:
    """The first cell names the township, the next one says 小计: a total, since the key is empty."""
    body = sorted_out(A, B, [None, "城关镇", "小计", None, 990, 900])
    assert rows(body) == [2, 3]
    assert body.totals[0].column == "学校标识码"


def test_a_subtotal_of_one_stage() -> None:
    """A total may tell its stage; the school is what a record is of."""
    body = sorted_out(A, B, [None, "城关镇", "小计", "小学", 990, 900], [None, None, "合计", "小学", 990, 900])
    assert rows(body) == [2, 3]
    assert [total.of_part for total in body.totals] == [True, False]


def test_a_total_within_a_record_is_an_error() -> None:
    """男, 女 and 合计 of one area and age: nobody knows whether they are counted twice."""
    header = ["村", "年龄", "性别", "时点", "人数"]
    body = sorted_out(
        *(["a", "3", sex, "2023-08-31", 5] for sex in ("男", "女", "合计")), table="population", header=header
    )
    assert rows(body) == [2, 3]
    ((severity, row, value),) = told(body)
    assert (severity, row, value) == ("error", 4, "合计")


def test_units_convert_nothing_themselves_but_say_what_they_are() -> None:
    """A row of units gives the unit of each column of numbers; a number or another word in it makes it a record."""
    assert sorted_out(["单位", None, None, None, "万人", "人"], A).units == {"学位数": "万人", "在校生数": "人"}
    assert rows(sorted_out(["单位", None, "2143000009", None, "个", "人"], A)) == [2, 3]
    assert rows(sorted_out([None, None, None, None, "个", 5], A)) == [2, 3]
    assert rows(sorted_out(A, [None, None, None, None, "个", "人"])) == [2, 3]


def test_numbers_of_columns() -> None:
    """`1 2 3 4 5 6` below the names are no record; short or broken counts are."""
    assert rows(sorted_out([1, 2, 3, 4, 5, 6], A)) == [2, 3]
    header = HEADER[1:]
    assert rows(sorted_out([1, 2, 3, 4, 5], A[1:], header=header)) == [3]
    assert rows(sorted_out([1, 2, 3, 4, 6], A[1:], header=header)) == [2, 3]
    assert rows(sorted_out([1, 2], table="marriages", header=["年份", "初婚人数"])) == [2]


def test_rows_that_only_have_a_number() -> None:
    """Forms are numbered ahead of what is filled in; a word in that column is content."""
    body = sorted_out(A, ["2"], ["3."], ["4、"], B)
    assert rows(body) == [2, 6]
    assert told(body) == [("notice", 3, "")]


def test_a_header_printed_again() -> None:
    """As on every page of a long form."""
    assert rows(sorted_out(A, list(HEADER), B)) == [2, 4]
    assert rows(sorted_out(A, [None, None, "学校标识码", "小学", 5, 4])) == [2, 3]


@pytest.mark.parametrize(
    "foot",
    [
        "注:一至三年级",
        "备注",
        "说明:略",
        "填表人:张三",
        "单位负责人(签字):",
        "填报日期:2024年9月20日",
        "数据来源:年报",
        "注1.含分校",
        "填报单位：教育局",
    ],
)
def test_foot_notes_at_the_end(foot: str) -> None:
    """They are left out at the end of the table, with the lines that go on below; above a record they are none."""
    assert rows(sorted_out(A, B, [foot])) == [2, 3]
    assert rows(sorted_out(A, B, [foot], ["二、续上"])) == [2, 3]
    assert rows(sorted_out(A, [None, None, foot], B)) == [2, 3, 4]
    assert rows(sorted_out(A, [None, None, foot, "小学", 5, 4])) == [2, 3]


@pytest.mark.parametrize("mark", ["示例", "示例 2143000001", "示例:", "example", "example 2143000001"])
def test_example_rows_of_the_template(mark: str) -> None:
    """The first cell says so."""
    assert rows(sorted_out([mark, None, "X", "小学", 5, 4], A)) == [3]
    assert rows(sorted_out([None, None, "X", "示例", 5, 4], A)) == [2, 3]


def test_a_layer_has_no_units_below_its_header() -> None:
    """Its first feature is a record, whatever it is called."""
    frame = pd.DataFrame({"school": ["A"], "stage": ["小学"], "seats": ["个"]}, index=[1], dtype=object)
    raw = RawTable(frame=frame)
    matches, _ = match(raw, CONTRACTS["sections"], declared={})
    assert rows(sort_out(raw, matches, CONTRACTS["sections"])) == [1]


content = st.one_of(
    st.none(), st.integers(0, 9), st.sampled_from(["合计", "小计", "个", "注:", "示例", "甲", "小学", "A", "学段"])
)


@given(st.lists(st.lists(content, min_size=6, max_size=6), max_size=8))
def test_every_row_is_a_record_or_told(cells: list[Row]) -> None:
    """No row is lost without a word, none is both a record and left out."""
    filled = [row for row in cells if any(cell is not None for cell in row)]
    body = sorted_out(*filled)
    left = len(filled) - len(rows(body))
    assert (left > 0) == bool(body.faults)
    assert set(rows(body)).isdisjoint(total.row for total in body.totals)
    assert rows(body) == sorted(rows(body))


@given(st.lists(st.sampled_from([A, B, C]), max_size=5), st.integers(0, 5))
def test_a_total_anywhere_leaves_the_records(records: list[Row], place: int) -> None:
    """Wherever the total stands, the records are the same."""
    with_total = [*records[:place], ["合计", None, None, None, 1, 1], *records[place:]]
    assert sorted_out(*with_total).records.to_numpy().tolist() == sorted_out(*records).records.to_numpy().tolist()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_sheet_of_the_template_that_nobody_filled_holds_nothing(language: Literal["zh", "en"]) -> None:
    """Examples, empty rows and what explains the others are passed over; one record among them is enough."""
    empty, example = (None, None, None), (None, f"{EXAMPLE[language]}：柳河村", 3)
    assert not holds_records("births", [empty, example])
    assert holds_records("births", [empty, example, (None, None, 0)])
    for title in (GUIDE[language], CODES[language]):
        assert not holds_records(title, [("1", "2")])
