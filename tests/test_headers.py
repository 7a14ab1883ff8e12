"""Headers of several rows: names are joined from above, lower names alone only where nobody else has them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schoolmap.inputs.files.raw import Header
from schoolmap.inputs.layout.headers import Names
from schoolmap.tables import CONTRACTS

SECTIONS = set(CONTRACTS["sections"].columns)


def meanings(*columns: str) -> list[str | None]:
    """Return what columns mean in `sections`; the parts of a header are separated by `/`."""
    headers = {str(place): Header(parts=tuple(text.split("/"))) for place, text in enumerate(columns)}
    found = Names(headers.values(), wanted=SECTIONS).of(headers)
    return [found.get(column) for column in headers]


@pytest.mark.parametrize(
    ("columns", "means"),
    [
        (["学校标识码", "学段"], ["school", "stage"]),
        (["一年级/班数", "一年级/人数"], ["classes_1", "pupils_1"]),
        (["班数/一年级", "班数/二年级"], ["classes_1", "classes_2"]),
        (["在校生数/一年级", "在校生数/二年级"], ["pupils_1", "pupils_2"]),
        (["分年级学生数/一年级"], ["pupils_1"]),
        (["在校学生情况/一年级/班数"], ["classes_1"]),
        (["学生数/一年级/合计", "学生数/一年级/女"], ["pupils_1", None]),
        (["一年级/合计", "一年级/男"], ["pupils_1", None]),
        (["小班/班数", "小班/在园人数"], ["classes_K1", "pupils_K1"]),
        (["学校/标识码"], ["school"]),
        (["基本情况/学校标识码", "基本情况/学段"], ["school", "stage"]),
        (["合计/班数", "一年级/班数", "合计/学生数"], ["classes", "classes_1", "enrolment"]),
        (["班数", "一年级/班数"], ["classes", "classes_1"]),
        (["在校生数/计", "在校生数/女"], ["enrolment", None]),
        (["其中/寄宿生"], ["boarders"]),
        (["教师/专任教师", "教师/编制"], ["teachers", "posts"]),
    ],
)
def test_what_headers_mean(columns: list[str], means: list[str | None]) -> None:
    """Grades above or below what is counted, wholes, groups that only gather."""
    assert meanings(*columns) == means


@pytest.mark.parametrize(
    "columns",
    [
        ["女生/一年级", "女生/二年级"],
        ["寄宿生/一年级"],
        ["2022年/学位数", "2023年/学位数"],
        ["各年级情况/一年级"],
        ["女生/一年级/人数"],
        ["招生数/一年级"],
        ["计划/一年级/班数"],
    ],
)
def test_what_is_said_of_something_else_is_left_alone(columns: list[str]) -> None:
    """A grade below another name counts something else; a name below several others may be any of them."""
    assert meanings(*columns) == [None] * len(columns)


def test_girls_beside_all_pupils() -> None:
    """Only the group that says pupils gives the pupils."""
    assert meanings("在校生/一年级", "女生/一年级") == ["pupils_1", None]


def test_unclear_columns_are_named_where_nobody_else_has_the_name() -> None:
    """Girls of grade 1 may be meant for its pupils; beside a column of pupils they are not."""
    headers = {
        "A": Header(parts=("女生", "一年级")),
        "B": Header(parts=("女生", "二年级")),
        "C": Header(parts=("学段",)),
    }
    names = Names(headers.values(), wanted=SECTIONS)
    assert names.unclear(headers, names.of(headers)) == {"pupils_1": ["A"], "pupils_2": ["B"]}
    headers["D"] = Header(parts=("一年级人数",))
    names = Names(headers.values(), wanted=SECTIONS)
    assert names.unclear(headers, names.of(headers)) == {"pupils_2": ["B"]}


words = st.sampled_from(
    ["学校标识码", "学段", "一年级", "二年级", "班数", "人数", "学位数", "合计", "女", "教师", "备注"]
)


@given(
    st.lists(st.lists(words, min_size=1, max_size=3, unique=True).map("/".join), max_size=8, unique=True), st.randoms()
)
def test_the_order_of_columns_does_not_matter(columns: list[str], random: object) -> None:
    """What a column means depends on its names and those of others, not on where it stands."""
    shuffled = list(columns)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    before = dict(zip(columns, meanings(*columns), strict=True))
    after = dict(zip(shuffled, meanings(*shuffled), strict=True))
    assert {column for column in columns if before[column]} == {column for column in columns if after[column]}


@given(st.lists(st.lists(words, min_size=1, max_size=3, unique=True).map("/".join), max_size=8, unique=True))
def test_a_lower_name_never_takes_a_name_that_is_whole_elsewhere(columns: list[str]) -> None:
    """A column whose only name is the contract's keeps it."""
    found = dict(zip(columns, meanings(*columns), strict=True))
    for column, name in {"学段": "stage", "学校标识码": "school", "学位数": "seats"}.items():
        if column in found:
            assert found[column] == name
